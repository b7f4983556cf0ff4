"""Issues and what was prefilled in them, numbers of ids, receipts and verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "prefills",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "issues",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("issue_id", sa.Text, nullable=False),
        sa.Column("round", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("form", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("profile", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("prefill_hash", sa.String(64), sa.ForeignKey("prefills.hash"), nullable=False),
        sa.UniqueConstraint("issue_id"),
        sa.Index("ix_issues_round_owner", "round", "owner"),
    )
    op.create_table(
        "numbers",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("series", sa.Text, primary_key=True),
        sa.Column("first", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.Column("round", sa.Text, nullable=False),
    )
    op.create_table(
        "receipts",
        sa.Column("round", sa.Text, primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("origin", sa.Text),
    )
    op.create_table(
        "verdicts",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("round", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("errors", sa.Integer, nullable=False),
        sa.Column("warnings", sa.Integer, nullable=False),
        sa.Column("forms", sa.Text, nullable=False),
        sa.Column("program", sa.Text, nullable=False),
        sa.Column("judged_at", sa.DateTime, nullable=False),
        sa.ForeignKeyConstraint(["round", "path", "sha256"], ["receipts.round", "receipts.path", "receipts.sha256"]),
        sa.Index("ix_verdicts_round_path", "round", "path"),
    )
