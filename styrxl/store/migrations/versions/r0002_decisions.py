"""What controllers decide about returns, and who handed out an issue."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of decisions; older issues were handed out by nobody knows whom."""
    op.add_column("issues", sa.Column("issued_by", sa.Text))
    op.create_table(
        "decisions",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("round", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.ForeignKeyConstraint(["round", "path", "sha256"], ["receipts.round", "receipts.path", "receipts.sha256"]),
        sa.Index("ix_decisions_round", "round"),
    )
