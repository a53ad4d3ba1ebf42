"""Indexes for many coders and many codings.

What was done is found without reading the log: undoings, swaps of names. What is coded of a turn is
told by an index alone.

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.create_index(op.f("ix_log_action"), "log", ["action"])
    op.create_index(
        op.f("ix_coding_source_id_start_at_end_at"), "coding", ["source_id", "start_at", "end_at"]
    )
    op.drop_index(op.f("ix_coding_source_id_start_at"), "coding")
