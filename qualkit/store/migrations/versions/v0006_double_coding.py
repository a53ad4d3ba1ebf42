"""Who is to code what; how disagreements were settled; what a supervisor has signed off.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_SPAN = "start_at >= 0 AND end_at > start_at"


def upgrade() -> None:
    """Make the four tables."""
    _assignment()
    _decision()
    _decision_coding()
    _sign_off()


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=36), nullable=False)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=36), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer(), server_default="1", nullable=False)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete="RESTRICT")


def _assignment() -> None:
    op.create_table(
        "assignment",
        _id(), _key("source_id"), _key("coder_id"), _number("start_at"), _number("end_at"),
        _number("blind"),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("created", sa.String(length=20), nullable=False),
        sa.Column("done", sa.String(length=20), nullable=True),
        _version(),
        sa.CheckConstraint(
            f"(start_at = 0 AND end_at = 0) OR ({_SPAN})", name=op.f("ck_assignment_span")
        ),
        _to("assignment", "source_id", "source"),
        _to("assignment", "coder_id", "coder"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "source_id", "coder_id", "start_at", "end_at",
            name=op.f("uq_assignment_source_id_coder_id_start_at_end_at"),
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_assignment_coder_id_status"), "assignment", ["coder_id", "status"])


def _decision() -> None:
    op.create_table(
        "decision",
        _id(), _key("source_id"), _number("start_at"), _number("end_at"),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        _key("decider_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("seals", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        _version(),
        sa.CheckConstraint(_SPAN, name=op.f("ck_decision_span")),
        _to("decision", "source_id", "source"),
        _to("decision", "decider_id", "coder"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("subject", name=op.f("uq_decision_subject")),
    )  # fmt: skip
    op.create_index(op.f("ix_decision_source_id"), "decision", ["source_id"])


def _decision_coding() -> None:
    op.create_table(
        "decision_coding",
        _id(), _key("decision_id"), _number("start_at"), _number("end_at"),
        sa.Column("quote", sa.Text(), nullable=False),
        _key("code_id"),
        sa.Column("stance", sa.String(length=16), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        _version(),
        sa.CheckConstraint(_SPAN, name=op.f("ck_decision_coding_span")),
        _to("decision_coding", "decision_id", "decision"),
        _to("decision_coding", "code_id", "code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_coding")),
        sa.UniqueConstraint(
            "decision_id", "code_id", "start_at", "end_at",
            name=op.f("uq_decision_coding_decision_id_code_id_start_at_end_at"),
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_decision_coding_code_id"), "decision_coding", ["code_id"])


def _sign_off() -> None:
    op.create_table(
        "sign_off",
        _id(), _key("source_id"), _key("coder_id"),
        sa.Column("at", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        _version(),
        _to("sign_off", "source_id", "source"),
        _to("sign_off", "coder_id", "coder"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("source_id", name=op.f("uq_sign_off_source_id")),
    )  # fmt: skip
