"""Links by which owners hand in at the municipality's own address."""

from alembic import context, op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the table."""
    context.config.attributes["tables"].create_all(op.get_bind())
