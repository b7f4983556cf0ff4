"""Receipts name their owner, and keep the dates of files that are not believed.

Whose those were that came before follows from how they were judged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_OWNER = """
UPDATE receipts SET owner = (
  SELECT v.owner FROM verdicts v
  WHERE v.round = receipts.round AND v.path = receipts.path AND v.sha256 = receipts.sha256 AND v.owner IS NOT NULL
  ORDER BY v.number DESC LIMIT 1
)
"""


def upgrade() -> None:
    """Add the columns where they are missing, and fill in the owners."""
    known = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("receipts")}
    if "owner" not in known:
        op.add_column("receipts", sa.Column("owner", sa.Text))
        op.add_column("receipts", sa.Column("dated_at", sa.DateTime))
        op.execute(_OWNER)
