"""Which kind of sender a message came from, when it was recorded, and which of our mails it answers."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns where they are missing."""
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("brought")}
    for column in (sa.Column("kind", sa.Text), sa.Column("recorded_at", sa.DateTime), sa.Column("replies_to", sa.Text)):
        if column.name not in known:
            op.add_column("brought", column)
