"""Which form a return was judged as: an owner may have several in a round."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column where it is missing."""
    if not any(column["name"] == "form" for column in sa.inspect(op.get_bind()).get_columns("verdicts")):
        op.add_column("verdicts", sa.Column("form", sa.Text))
