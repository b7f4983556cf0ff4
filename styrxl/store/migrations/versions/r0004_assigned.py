"""Whose a controller says that a return is, and which form."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Keep the form that a return was assigned as; a decision's owner has a column already."""
    op.add_column("decisions", sa.Column("form", sa.Text))
