"""The ledger of the first release: issues, prefills, numbers, receipts, verdicts, decisions and mail.

Ledgers at 0001 to 0003 were made by versions that were never released; they lack tables and columns, which are added.
"""

import sqlalchemy as sa
from alembic import context, op

revision = "0004"
down_revision = None

_ADDED = (("issues", "issued_by"), ("decisions", "form"))  # columns that older tables lack; both are texts and may be empty


def upgrade() -> None:
    """Make the tables and columns that are missing."""
    connection = op.get_bind()
    context.config.attributes["tables"].create_all(connection)
    for table, column in _ADDED:
        if column not in {known["name"] for known in sa.inspect(connection).get_columns(table)}:
            op.add_column(table, sa.Column(column, sa.Text))
