"""The forms as they were issued, each kept once."""

from alembic import context, op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    context.config.attributes["tables"].create_all(op.get_bind())
