"""The database's tables, the same on SQLite and PostgreSQL.

Every row that a person can change carries a ``version``: a change names the version it was
made from, and a row that moved on in between is a conflict, shown and never overwritten.
The log gets one row a change and is never changed itself.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import TSVECTOR

APPLICATION_ID: Final = 0x514B4954  # "QKIT"
SCHEMA: Final = 11  # kept in SQLite's user_version; one for every migration
REVISION: Final = "0011"
OLDER: Final = tuple(f"{number:04}" for number in range(1, SCHEMA))  # migrated when opened

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False, server_default="1")


def _to(table: str, name: str | None = None, *, optional: bool = False) -> Column[str]:
    """A reference that forbids removing what it points at: nothing vanishes by the way."""
    target = ForeignKey(f"{table}.id", ondelete="RESTRICT")
    return Column(name or f"{table}_id", String(36), target, nullable=optional)


project = Table(
    "project",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
coder = Table(
    "coder",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("created", String(20), nullable=False),
    Column("role", String(16), nullable=False, server_default="evaluator"),  # see rights.py
    Column("login", Text, nullable=False, server_default=""),
)
case = Table(
    "case_unit",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("position", Integer, nullable=False),
)
source = Table(
    "source",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    _to("case_unit", "case_id"),
    Column("format", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("turns_sha256", String(64), nullable=False),
    Column("words", Integer, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_sha256", String(64), nullable=False, index=True),
    Column("warnings", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("added", String(20), nullable=False),
    Column("position", Integer, nullable=False),
    _version(),
)
turn = Table(
    "turn",
    metadata,
    Column("source_id", ForeignKey("source.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("speaker", Text),
    Column("role", String(16), nullable=False),
    Column("start_at", Integer, nullable=False),
    Column("end_at", Integer, nullable=False),
    Column("time", Float),
    Column("line", Integer),
    Column("page", Integer),
    Column("item", Text),
)
source_attribute = Table(
    "source_attribute",
    metadata,
    Column("source_id", ForeignKey("source.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("position", Integer, nullable=False),
)
case_attribute = Table(
    "case_attribute",
    metadata,
    Column("case_id", ForeignKey("case_unit.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("position", Integer, nullable=False),
)
codebook = Table(
    "codebook",
    metadata,
    _id(),
    Column("ident", String(64), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("book_version", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("position", Integer, nullable=False),
    _version(),
)
code = Table(
    "code",
    metadata,
    _id(),
    _to("codebook"),
    Column("ident", String(64), nullable=False),
    _to("code", "parent_id", optional=True),
    Column("name", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("include", Text, nullable=False),
    Column("exclude", Text, nullable=False),
    Column("example", Text, nullable=False),
    Column("cues", Text, nullable=False),
    Column("colour", String(9), nullable=False),
    Column("scale", Text, nullable=False),
    Column("survey_items", Text, nullable=False),
    Column("position", Integer, nullable=False),
    _version(),
    UniqueConstraint("codebook_id", "ident"),
)
coding = Table(
    "coding",
    metadata,
    _id(),
    _to("source"),
    Column("start_at", Integer, nullable=False),
    Column("end_at", Integer, nullable=False),
    Column("quote", Text, nullable=False),
    _to("code"),
    _to("coder"),
    Column("stance", String(16)),
    Column("rating", Integer),
    Column("memo", Text, nullable=False),
    Column("created", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    _version(),
    CheckConstraint("start_at >= 0 AND end_at > start_at", name="span"),
    UniqueConstraint("source_id", "coder_id", "code_id", "start_at", "end_at"),
    Index(None, "source_id", "start_at", "end_at"),  # all that is asked of a stretch
    Index(None, "code_id"),
    Index(None, "coder_id"),
)
cell_summary = Table(
    "cell_summary",
    metadata,
    _id(),
    _to("case_unit", "case_id", optional=True),
    _to("source", optional=True),
    _to("code"),
    _to("coder"),
    Column("phase", Text, nullable=False, server_default=""),
    Column("text", Text, nullable=False),
    Column("stance", String(16)),
    Column("rating", Integer),
    Column("draft", Integer, nullable=False, server_default="0"),
    Column("cites", Text, nullable=False, server_default="[]"),
    Column("evidence", Text),
    Column("created", String(20), nullable=False),
    Column("changed", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    _version(),
    CheckConstraint("(case_id IS NULL) <> (source_id IS NULL)", name="row"),
    UniqueConstraint("case_id", "code_id", "coder_id", "phase"),
    UniqueConstraint("source_id", "code_id", "coder_id", "phase"),
)
cell_summary_version = Table(  # what a summary was before; written by Change.set
    "cell_summary_version",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("stance", String(16)),
    Column("rating", Integer),
    Column("draft", Integer, nullable=False),
    Column("changed", String(20), nullable=False),
)
guide = Table(
    "guide",
    metadata,
    _id(),
    _to("code"),
    Column("attribute", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("position", Integer, nullable=False),
    _version(),
    UniqueConstraint("code_id", "attribute", "value"),
)
suggestion = Table(
    "suggestion",
    metadata,
    _id(),
    _to("source"),
    Column("start_at", Integer, nullable=False),
    Column("end_at", Integer, nullable=False),
    Column("quote", Text, nullable=False),
    _to("code"),
    Column("confidence", Float),
    Column("stance", String(16)),
    Column("method", String(16), nullable=False),
    Column("model", Text, nullable=False),
    Column("program", String(32), nullable=False),
    _to("coder", "taught_by_id", optional=True),
    Column("reasons", Text, nullable=False),
    Column("created", String(20), nullable=False),
    Column("status", String(16), nullable=False),
    _to("coder", "decider_id", optional=True),
    Column("decided", String(20)),
    Column("coding_id", String(36)),
    _version(),
    CheckConstraint("start_at >= 0 AND end_at > start_at", name="span"),
    Index(None, "source_id", "start_at"),
    Index(None, "status", "code_id"),
)
assignment = Table(  # who is to code what; 0 to 0 is the whole source
    "assignment",
    metadata,
    _id(),
    _to("source"),
    _to("coder"),
    Column("start_at", Integer, nullable=False),
    Column("end_at", Integer, nullable=False),
    Column("blind", Integer, nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created", String(20), nullable=False),
    Column("done", String(20)),
    _version(),
    CheckConstraint(
        "(start_at = 0 AND end_at = 0) OR (start_at >= 0 AND end_at > start_at)", name="span"
    ),
    UniqueConstraint("source_id", "coder_id", "start_at", "end_at"),
    Index(None, "coder_id", "status"),
)
decision = Table(  # how a disagreement was settled; subject is the hash of whose codings
    "decision",
    metadata,
    _id(),
    _to("source"),
    Column("start_at", Integer, nullable=False),
    Column("end_at", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("choice", Text, nullable=False),
    _to("coder", "decider_id"),
    Column("reason", Text, nullable=False),
    Column("decided", String(20), nullable=False),
    Column("subject", String(64), nullable=False, unique=True),
    Column("seals", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    _version(),
    CheckConstraint("start_at >= 0 AND end_at > start_at", name="span"),
    Index(None, "source_id"),
)
# what a decision says is coded there; a row each, so that no code gets lost
decision_coding = Table(
    "decision_coding",
    metadata,
    _id(),
    _to("decision"),
    Column("start_at", Integer, nullable=False),
    Column("end_at", Integer, nullable=False),
    Column("quote", Text, nullable=False),
    _to("code"),
    Column("stance", String(16)),
    Column("rating", Integer),
    Column("memo", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    _version(),
    CheckConstraint("start_at >= 0 AND end_at > start_at", name="span"),
    UniqueConstraint("decision_id", "code_id", "start_at", "end_at"),
    Index(None, "code_id"),
)
sign_off = Table(  # what a supervisor has found settled
    "sign_off",
    metadata,
    _id(),
    Column("source_id", ForeignKey("source.id", ondelete="RESTRICT"), nullable=False, unique=True),
    _to("coder"),
    Column("at", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Column("seal", String(64), nullable=False),
    _version(),
)
survey = Table(  # what was asked, as YAML
    "survey",
    metadata,
    _id(),
    Column("ident", String(64), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("definition", Text, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the definition
    Column("position", Integer, nullable=False),
    _version(),
)
survey_wave = Table(  # what was answered: one table of answers, compressed
    "survey_wave",
    metadata,
    _id(),
    _to("survey"),
    Column("name", String(64), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("respondents", Integer, nullable=False),
    Column("answers", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the answers
    Column("added", String(20), nullable=False),
    _version(),
    UniqueConstraint("survey_id", "name"),
)
published_table = Table(  # a table that others printed, as YAML
    "published_table",
    metadata,
    _id(),
    Column("ident", Text, nullable=False, unique=True),
    Column("definition", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("added", String(20), nullable=False),
    Column("position", Integer, nullable=False),
    _version(),
)
strand = Table(  # evidence beyond interviews and surveys: one long table, compressed
    "strand",
    metadata,
    _id(),
    Column("ident", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("measures", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("data_sha256", String(64), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("added", String(20), nullable=False),
    Column("position", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    _version(),
)
link = Table(  # a code beside a finding, which is of a survey, a published table or a strand
    "link",
    metadata,
    _id(),
    _to("code"),
    Column("finding", Text, nullable=False),
    _to("survey", optional=True),
    _to("published_table", "published_id", optional=True),
    _to("strand", optional=True),
    Column("polarity", String(24), nullable=False),
    Column("same_construct", Integer, nullable=False),
    Column("note", Text, nullable=False),
    _to("coder", "author_id"),
    Column("created", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    _version(),
    CheckConstraint(
        "(survey_id IS NOT NULL AND published_id IS NULL AND strand_id IS NULL)"
        " OR (survey_id IS NULL AND published_id IS NOT NULL AND strand_id IS NULL)"
        " OR (survey_id IS NULL AND published_id IS NULL AND strand_id IS NOT NULL)",
        name="of",
    ),
    UniqueConstraint("code_id", "finding"),
)
verdict = Table(  # what a judge decided on a link; seal is of what it was decided about
    "verdict",
    metadata,
    _id(),
    _to("link"),
    _to("coder", "judge_id"),
    Column("status", String(16), nullable=False),
    Column("verdict", String(32), nullable=False),
    Column("proposed", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("adds", Text, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("proposal", Text, nullable=False),
    Column("seal", String(64), nullable=False),
    Column("decided", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    _version(),
    UniqueConstraint("link_id", "judge_id"),
)
judge = Table(
    "judge",
    metadata,
    _id(),
    Column("coder_id", ForeignKey("coder.id", ondelete="RESTRICT"), nullable=False, unique=True),
    Column("blind", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    _version(),
)
thread = Table(  # a question that one strand raised and another pursued
    "thread",
    metadata,
    _id(),
    Column("question", Text, nullable=False),
    Column("raised_in", Text, nullable=False),
    Column("pursued_in", Text, nullable=False),
    _to("code", optional=True),
    Column("what_was_found", Text, nullable=False),
    Column("status", String(16), nullable=False),
    _to("coder", "author_id"),
    Column("created", String(20), nullable=False),
    Column("changed", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    _version(),
)
confidence = Table(  # how far a finding on a code can be relied on
    "confidence",
    metadata,
    _id(),
    Column("code_id", ForeignKey("code.id", ondelete="RESTRICT"), nullable=False, unique=True),
    Column("methodological", String(16), nullable=False),
    Column("coherence", String(16), nullable=False),
    Column("adequacy", String(16), nullable=False),
    Column("relevance", String(16), nullable=False),
    Column("overall", String(16), nullable=False),
    Column("explanation", Text, nullable=False),
    _to("coder", "author_id"),
    Column("changed", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    _version(),
)
memo = Table(  # a note on a source, a case or a code; about none of them, on the study
    "memo",
    metadata,
    _id(),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    _to("source", optional=True),
    _to("case_unit", "case_id", optional=True),
    _to("code", optional=True),
    _to("coder", "author_id"),
    Column("created", String(20), nullable=False),
    Column("changed", String(20), nullable=False),
    Column("sha256", String(64), nullable=False),
    _version(),
    CheckConstraint(
        "(source_id IS NULL AND case_id IS NULL) OR (source_id IS NULL AND code_id IS NULL)"
        " OR (case_id IS NULL AND code_id IS NULL)",
        name="about",
    ),
)
collection = Table(  # what REFI calls a set
    "collection",
    metadata,
    _id(),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("position", Integer, nullable=False),
    _version(),
)
collection_member = Table(
    "collection_member",
    metadata,
    _id(),
    _to("collection"),
    _to("source", optional=True),
    _to("code", optional=True),
    _to("memo", optional=True),
    Column("position", Integer, nullable=False),
    _version(),
    CheckConstraint(
        "(source_id IS NOT NULL AND code_id IS NULL AND memo_id IS NULL)"
        " OR (source_id IS NULL AND code_id IS NOT NULL AND memo_id IS NULL)"
        " OR (source_id IS NULL AND code_id IS NULL AND memo_id IS NOT NULL)",
        name="of",
    ),
    UniqueConstraint("collection_id", "source_id"),
    UniqueConstraint("collection_id", "code_id"),
    UniqueConstraint("collection_id", "memo_id"),
)
unplaced = Table(  # a coding whose words a corrected text lacks; becomes is a proposal as JSON
    "unplaced",
    metadata,
    _id(),
    _to("source"),
    Column("start_at", Integer, nullable=False),  # where it stood in the text that was
    Column("end_at", Integer, nullable=False),
    Column("quote", Text, nullable=False),
    _to("code"),
    _to("coder"),
    Column("stance", String(16)),
    Column("rating", Integer),
    Column("memo", Text, nullable=False),
    Column("created", String(20), nullable=False),
    Column("since", String(20), nullable=False),
    Column("becomes", Text, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the coding that it was
    _version(),
    CheckConstraint("start_at >= 0 AND end_at > start_at", name="span"),
    Index(None, "source_id"),
)
kept = Table(  # what the log has no room for and an undo needs, compressed; until it is purged
    "kept",
    metadata,
    Column("sha256", String(64), primary_key=True),  # of what it holds, uncompressed
    Column("data", LargeBinary, nullable=False),
)
vector = Table(
    "vector",
    metadata,
    Column("model", String(64), primary_key=True),
    Column("text_sha256", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
passage = Table(  # what search finds: one a turn
    "passage",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("source_id", ForeignKey("source.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("words", Text().with_variant(TSVECTOR(), "postgresql")),  # on SQLite see search.INDEX
    UniqueConstraint("source_id", "position"),
    Index(None, "words", postgresql_using="gin"),  # made on PostgreSQL alone
)
gesture = Table(  # what a browser sent and was stored; entry is its change, where it made one
    "gesture",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("entry", Integer),
    Column("at", String(20), nullable=False),
)
log = Table(
    "log",
    metadata,
    Column("entry", Integer, primary_key=True, autoincrement=True),
    Column("at", String(20), nullable=False),
    Column("who", Text, nullable=False),
    Column("action", String(64), nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
)
