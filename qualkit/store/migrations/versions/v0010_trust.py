"""What was removed or replaced, kept until it is purged; codings whose words a correction took away.

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "kept", _name("sha256", 64), sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_kept")),
    )  # fmt: skip
    op.create_table(
        "unplaced", _ref("id"), _ref("source_id"), _number("start_at"), _number("end_at"),
        _text("quote"), _ref("code_id"), _ref("coder_id"),
        sa.Column("stance", sa.String(length=16)), sa.Column("rating", sa.Integer()),
        _text("memo"), _name("created", 20), _name("since", 20), _text("becomes"),
        _name("sha256", 64),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unplaced")),
        *(sa.ForeignKeyConstraint(
            [f"{one}_id"], [f"{one}.id"], name=op.f(f"fk_unplaced_{one}_id_{one}"),
            ondelete="RESTRICT",
        ) for one in ("source", "code", "coder")),
        sa.CheckConstraint("start_at >= 0 AND end_at > start_at", name=op.f("ck_unplaced_span")),
    )  # fmt: skip
    op.create_index(op.f("ix_unplaced_source_id"), "unplaced", ["source_id"])


def _name(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _ref(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=36), nullable=False)
