"""Cell summaries of cases or sources, with stance, rating and evidence; the topic guide.

Revision ID: 0003
"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OLD = ("id", "case_id", "code_id", "coder_id", "text", "created", "sha256", "version")


def upgrade() -> None:
    """Make the table of summaries anew with its rows, and the two new tables."""
    connection = op.get_bind()
    held = [
        dict(zip(_OLD, row, strict=True))
        for row in connection.execute(sa.text(f"SELECT {', '.join(_OLD)} FROM cell_summary"))  # noqa: S608 - fixed names
    ]
    op.drop_table("cell_summary")
    made = _cell_summary()
    _others()
    rows = [_row(row) for row in held]
    if rows:
        connection.execute(made.insert(), rows)


def _row(old: dict[str, object]) -> dict[str, object]:
    """The row of today; one whose seal was broken keeps a broken seal."""
    new = {
        **old, "source_id": None, "phase": "", "stance": None, "rating": None, "draft": 0,
        "cites": "[]", "evidence": None, "changed": old["created"],
    }  # fmt: skip
    if _seal(old["id"], old["text"]) == old["sha256"]:
        new["sha256"] = _seal(old["id"], old["text"], None, None, 0, "[]", None)
    return new


def _seal(*parts: object) -> str:
    joined = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(joined.encode("utf-8")).hexdigest()


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="RESTRICT")


def _cell_summary() -> sa.Table:
    return op.create_table(
        "cell_summary",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.Column("source_id", sa.String(length=36), nullable=True),
        sa.Column("code_id", sa.String(length=36), nullable=False),
        sa.Column("coder_id", sa.String(length=36), nullable=False),
        sa.Column("phase", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("draft", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cites", sa.Text(), server_default="[]", nullable=False),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("created", sa.String(length=20), nullable=False),
        sa.Column("changed", sa.String(length=20), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(case_id IS NULL) <> (source_id IS NULL)", name=op.f("ck_cell_summary_row")
        ),
        _to("cell_summary", "case_id", "case_unit"),
        _to("cell_summary", "source_id", "source"),
        _to("cell_summary", "code_id", "code"),
        _to("cell_summary", "coder_id", "coder"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_summary")),
        sa.UniqueConstraint(
            "case_id", "code_id", "coder_id", "phase",
            name=op.f("uq_cell_summary_case_id_code_id_coder_id_phase"),
        ),
        sa.UniqueConstraint(
            "source_id", "code_id", "coder_id", "phase",
            name=op.f("uq_cell_summary_source_id_code_id_coder_id_phase"),
        ),
    )  # fmt: skip


def _others() -> None:
    op.create_table(
        "cell_summary_version",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stance", sa.String(length=16), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("draft", sa.Integer(), nullable=False),
        sa.Column("changed", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("pk_cell_summary_version")),
    )
    op.create_table(
        "guide",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("code_id", sa.String(length=36), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        _to("guide", "code_id", "code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide")),
        sa.UniqueConstraint(
            "code_id", "attribute", "value", name=op.f("uq_guide_code_id_attribute_value")
        ),
    )
