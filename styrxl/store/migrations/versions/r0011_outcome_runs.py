"""What the municipality's accounts say: the runs that read an export of them, and what each of them placed."""

from alembic import context, op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables."""
    context.config.attributes["tables"].create_all(op.get_bind())
