"""Memos, and sets of sources, codes and memos.

Revision ID: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ABOUT = (
    "(source_id IS NULL AND case_id IS NULL) OR (source_id IS NULL AND code_id IS NULL)"
    " OR (case_id IS NULL AND code_id IS NULL)"
)
_MEMBER_OF = (
    "(source_id IS NOT NULL AND code_id IS NULL AND memo_id IS NULL)"
    " OR (source_id IS NULL AND code_id IS NOT NULL AND memo_id IS NULL)"
    " OR (source_id IS NULL AND code_id IS NULL AND memo_id IS NOT NULL)"
)


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "memo", _id(), _text("title"), _text("text"), _ref("source_id", optional=True),
        _ref("case_id", optional=True), _ref("code_id", optional=True), _ref("author_id"),
        _name("created", 20), _name("changed", 20), _name("sha256", 64), _version(),
        _key("memo"), sa.CheckConstraint(_ABOUT, name=op.f("ck_memo_about")),
        *(_to("memo", column, table) for column, table in (
            ("source_id", "source"), ("case_id", "case_unit"), ("code_id", "code"),
            ("author_id", "coder"),
        )),
    )  # fmt: skip
    op.create_table(
        "collection", _id(), _text("name"), _text("description"), _number("position"), _version(),
        _key("collection"),
    )  # fmt: skip
    members = ("source", "code", "memo")
    op.create_table(
        "collection_member", _id(), _ref("collection_id"),
        *(_ref(f"{one}_id", optional=True) for one in members), _number("position"), _version(),
        _key("collection_member"),
        sa.CheckConstraint(_MEMBER_OF, name=op.f("ck_collection_member_of")),
        *(_to("collection_member", f"{one}_id", one) for one in ("collection", *members)),
        *(sa.UniqueConstraint(
            "collection_id", f"{one}_id",
            name=op.f(f"uq_collection_member_collection_id_{one}_id"),
        ) for one in members),
    )  # fmt: skip


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=36), nullable=False)


def _name(name: str, length: int = 16) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _ref(name: str, *, optional: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=36), nullable=optional)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="RESTRICT")
