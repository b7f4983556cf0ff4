"""The forms as they were issued, each kept once; what is issued or judged anew says which one it has, a verdict what it rests on."""

import sqlalchemy as sa
from alembic import context, op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table, and add the columns where they are missing."""
    context.config.attributes["tables"].create_all(op.get_bind())
    _add("issues", sa.Column("edition", sa.String(64)))
    _add("decisions", sa.Column("edition", sa.String(64)))
    _add("verdicts", sa.Column("inputs", sa.Text))


def _add(table: str, column: "sa.Column[str]") -> None:
    known = {known["name"] for known in sa.inspect(op.get_bind()).get_columns(table)}
    if column.name not in known:
        op.add_column(table, column)
