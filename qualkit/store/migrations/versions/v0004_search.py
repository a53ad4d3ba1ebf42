"""The index of words, for search.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

from qualkit.store import search

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table and fill the index, source by source.

    By today's code, not by a copy of it: whatever an index was, it can be made anew.
    """
    op.create_table(
        "passage",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql"), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["source.id"],
            name=op.f("fk_passage_source_id_source"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage")),
        sa.UniqueConstraint("source_id", "position", name=op.f("uq_passage_source_id_position")),
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.create_index(
            op.f("ix_passage_words"), "passage", ["words"], unique=False, postgresql_using="gin"
        )
    search.rebuild(connection)
