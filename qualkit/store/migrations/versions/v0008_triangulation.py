"""Links between codes and findings, verdicts on them, and further strands of evidence.

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_LINK_OF = (
    "(survey_id IS NOT NULL AND published_id IS NULL AND strand_id IS NULL)"
    " OR (survey_id IS NULL AND published_id IS NOT NULL AND strand_id IS NULL)"
    " OR (survey_id IS NULL AND published_id IS NULL AND strand_id IS NOT NULL)"
)


def upgrade() -> None:
    """Make the six tables."""
    op.create_table(
        "strand", _id(), _name("ident", 64), _name("kind"), _text("title"), _text("source"),
        _text("measures"), _number("rows"), sa.Column("data", sa.LargeBinary(), nullable=False),
        _name("data_sha256", 64), _text("file_name"), _name("added", 20), _number("position"),
        _name("sha256", 64), _version(), _key("strand"),
        sa.UniqueConstraint("ident", name=op.f("uq_strand_ident")),
    )  # fmt: skip
    op.create_table(
        "link", _id(), _ref("code_id"), _text("finding"), _ref("survey_id", optional=True),
        _ref("published_id", optional=True), _ref("strand_id", optional=True),
        _name("polarity", 24), _number("same_construct"), _text("note"), _ref("author_id"),
        _name("created", 20), _name("sha256", 64), _version(), _key("link"),
        sa.CheckConstraint(_LINK_OF, name=op.f("ck_link_of")),
        *(_to("link", column, table) for column, table in (
            ("code_id", "code"), ("survey_id", "survey"), ("published_id", "published_table"),
            ("strand_id", "strand"), ("author_id", "coder"),
        )),
        sa.UniqueConstraint("code_id", "finding", name=op.f("uq_link_code_id_finding")),
    )  # fmt: skip
    op.create_table(
        "verdict", _id(), _ref("link_id"), _ref("judge_id"), _name("status"), _name("verdict", 32),
        _name("proposed", 32), _text("reason"), _text("adds"), _number("rule_version"),
        _text("proposal"), _name("seal", 64), _name("decided", 20), _name("sha256", 64),
        _version(), _key("verdict"), _to("verdict", "link_id", "link"),
        _to("verdict", "judge_id", "coder"),
        sa.UniqueConstraint("link_id", "judge_id", name=op.f("uq_verdict_link_id_judge_id")),
    )  # fmt: skip
    op.create_table(
        "judge", _id(), _ref("coder_id"), _number("blind"), _name("status"), _version(),
        _key("judge"), _to("judge", "coder_id", "coder"),
        sa.UniqueConstraint("coder_id", name=op.f("uq_judge_coder_id")),
    )  # fmt: skip
    op.create_table(
        "thread", _id(), _text("question"), _text("raised_in"), _text("pursued_in"),
        _ref("code_id", optional=True), _text("what_was_found"), _name("status"),
        _ref("author_id"), _name("created", 20), _name("changed", 20), _name("sha256", 64),
        _version(), _key("thread"), _to("thread", "code_id", "code"),
        _to("thread", "author_id", "coder"),
    )  # fmt: skip
    op.create_table(
        "confidence", _id(), _ref("code_id"), _name("methodological"), _name("coherence"),
        _name("adequacy"), _name("relevance"), _name("overall"), _text("explanation"),
        _ref("author_id"), _name("changed", 20), _name("sha256", 64), _version(),
        _key("confidence"), _to("confidence", "code_id", "code"),
        _to("confidence", "author_id", "coder"),
        sa.UniqueConstraint("code_id", name=op.f("uq_confidence_code_id")),
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
