"""What was disposed of, on whose decision."""

from alembic import context, op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the table."""
    context.config.attributes["tables"].create_all(op.get_bind())
