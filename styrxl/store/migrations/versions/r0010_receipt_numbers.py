"""The numbers by which people call receipts, and which mails may have come twice."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns where they are missing, and number the receipts that there are, round by round as they were received."""
    connection = op.get_bind()
    for table, column in (("receipts", sa.Column("number", sa.Integer)), ("mails", sa.Column("doubt", sa.Integer))):
        if not any(known["name"] == column.name for known in sa.inspect(connection).get_columns(table)):
            op.add_column(table, column)
    receipts = sa.table("receipts", *map(sa.column, ("round", "path", "sha256", "received_at", "number")))
    counts: dict[str, int] = {}
    for row in connection.execute(sa.select(receipts).order_by(receipts.c.received_at, receipts.c.path, receipts.c.sha256)).all():
        counts[row.round] = counts.get(row.round, 0) + 1
        same = (receipts.c.round == row.round) & (receipts.c.path == row.path) & (receipts.c.sha256 == row.sha256)
        connection.execute(receipts.update().where(same).values(number=counts[row.round]))
