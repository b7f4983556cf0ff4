"""Numbers of ids by the order in which they were handed out: a newer round may go on where an older one left off."""

import sqlalchemy as sa
from alembic import context, op

revision = "0009"
down_revision = "0008"

_MOVE = """
INSERT INTO number_blocks (owner, series, place, first, last, round)
SELECT n.owner, n.series, (SELECT count(*) FROM numbers o WHERE o.owner = n.owner AND o.series = n.series AND o.first < n.first),
  n.first, n.last, n.round FROM numbers n
"""


def upgrade() -> None:
    """Make the table, and move there what the old one held."""
    connection = op.get_bind()
    context.config.attributes["tables"].create_all(connection)
    if sa.inspect(connection).has_table("numbers"):
        op.execute(_MOVE)
        op.drop_table("numbers")
