"""The tables that travel between the parts of qualkit, and their columns.

One thing is a frozen record, many things are a table. Whoever takes a table checks it at the
door with :func:`check`; columns beyond those listed (attributes) are welcome.

Columns
-------
codings
    One row a coding. ``start`` and ``end`` are code points, half-open; ``code_path`` is names
    from theme to code; ``time`` is seconds; ``rating`` and ``page`` may be missing. After the
    listed columns stand the attributes of its source and, with ``case.`` before the name, of
    its case.
summaries
    One row a cell summary: the words of `author` on `case`, or on one `source` of it (missing
    where it is about the case), under `theme`; `phase` is empty where it is about all of them.
    ``draft`` is true until a person has edited what a program drafted; ``cites`` lists the ids of
    codings that it rests on most. ``evidence`` counts the codings that its cell had when it was
    written; ``added``, ``gone`` and ``altered`` count what has changed since, and are missing
    where that was not noted.
guide
    One row a line of the topic guide: sources whose `attribute` has the `value` were asked about
    the code; an empty attribute means every source.
sources
    One row a source, its attributes after the listed columns.
turns
    One row a turn, in order.
cases
    One row a case and its attributes.
codes
    One row a code, in the codebook's order.
segments
    One row a stretch that can be coded, in the order of the text; ``segment`` counts from 0 in
    each source. ``speaker``, ``role`` and ``item`` are those of its turn.
suggestions
    One row a coding that a program proposes. ``confidence`` is 0 to 1, calibrated, and missing for
    ``model``, whose own figure is none; ``method`` is
    ``codebook``, ``learned`` or ``model``; ``taught_by`` is the coder whose work alone taught
    it, missing where the codebook or everybody did; ``reasons`` is a mapping; ``status`` is
    ``open``, ``accepted`` or ``rejected``; ``coding`` is the coding that an accepted one became.
assignments
    One row a source, or a stretch of one, that a coder is to code. ``start`` and ``end`` are
    missing where it is the whole source; ``blind`` is true where the coder must not see what
    others coded there until it is done; ``purpose`` is ``double`` (to compare coders) or
    ``test`` (to compare a coder with what is settled); ``status`` is ``open`` or ``done``;
    ``done`` says when, and is missing until then.
decisions
    One row a disagreement that was settled. ``start`` to ``end`` is the passage; ``kind`` what
    the disagreement was, ``choice`` what was chosen: a coder's name, ``both``, ``neither`` or
    ``edit``; ``seals`` maps the ids of the codings that it is about to what they were then;
    ``result`` lists what is coded there now, each a mapping of ``codebook``, ``code``, ``start``,
    ``end``, ``text``, ``stance``, ``rating`` and ``memo``; an empty list is that nothing is.
sign_offs
    One row a source that a supervisor has signed off: ``by`` whom, ``at`` what moment, and the
    ``seal`` of what was settled then.
surveys
    One row a survey: ``population`` in words; ``waves``, the names of those whose answers are kept,
    in order of time; ``respondents`` of all of them together; ``items``, how many were asked.
waves
    One row a wave of a survey: whose answers came from which ``file``, and when.
published
    One row a published table: what ``population`` and ``source`` it names, and its ``items``.
links
    One row a link between a code and a finding, whose id ``finding`` is. ``polarity`` is
    ``higher-is-better``, ``lower-is-better``, or empty where the finding's own counts;
    ``same_construct`` is true where both are about the very same thing.
verdicts
    One row a verdict of a judge on a link: ``verdict`` (``agreement``, ``partial``,
    ``dissonance``, ``silence``), what the rule had ``proposed``, and whether that was
    ``accepted`` or ``changed`` (``status``), for what ``reason``; ``adds`` says what one kind of
    evidence adds to the other. ``proposal`` is the proposal as it was, as JSON; ``seal`` is of
    what it rests on, so that later evidence shows.
judges
    One row a judge; a ``blind`` one sees no verdict of others until their ``status`` is ``done``.
threads
    One row a question that one strand of evidence raised and another pursued; ``status`` is
    ``open``, ``answered`` or ``dropped``; ``codebook`` and ``code`` are empty where it is about
    none.
confidence
    One row a code whose finding was assessed, after the components of CERQual: concerns about
    ``methodological`` limitations, ``coherence``, ``adequacy`` and ``relevance`` (``none``,
    ``minor``, ``moderate``, ``serious``), and how far it can be relied on ``overall`` (``high``,
    ``moderate``, ``low``, ``very low``).
memos
    One row a memo, the oldest first: what it is ``about`` (``study``, ``source``, ``case`` or
    ``code``), and ``of`` which one, for a code ``codebook/code``.
collections
    One row a member of a set: its ``kind`` (``source``, ``code`` or ``memo``) and what it is
    called, for a memo its id. A set without members has one row in which both are empty.
strands
    One row a strand of evidence beyond interviews and surveys: its ``kind``, where it comes from
    (``source``), how many ``measures`` and ``rows`` of figures it has.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = {
    "codings": (
        "coding", "source", "case", "start", "end", "text", "codebook", "code", "code_name",
        "code_path", "theme", "coder", "stance", "rating", "memo", "created", "speaker",
        "speaker_role", "time", "line", "page", "item",
    ),
    "summaries": (
        "summary", "case", "source", "phase", "codebook", "theme", "author", "text", "stance",
        "rating", "draft", "cites", "evidence", "added", "gone", "altered", "created", "changed",
        "version",
    ),
    "unplaced": (
        "unplaced", "source", "start", "end", "text", "codebook", "code", "coder", "stance",
        "rating", "memo", "created", "since", "becomes_start", "becomes_end", "becomes_text",
    ),
    "editions": ("edition", "at", "who", "words", "sha256", "current"),
    "guide": ("codebook", "code", "attribute", "value"),
    "sources": (
        "source", "format", "case", "words", "turns", "speakers", "codings", "file", "added",
        "warnings", "notes",
    ),
    "turns": (
        "source", "turn", "speaker", "role", "start", "end", "time", "line", "page", "item", "text",
    ),
    "cases": ("case", "sources"),
    "codes": (
        "codebook", "code", "name", "path", "theme", "parent", "definition", "include", "exclude",
        "example", "cues", "colour", "scale", "survey_items", "codings",
    ),
    "segments": ("source", "segment", "start", "end", "text", "speaker", "role", "item"),
    "suggestions": (
        "suggestion", "source", "start", "end", "text", "codebook", "code", "code_name",
        "confidence", "stance", "method", "model", "program", "taught_by", "reasons", "created",
        "status", "decider", "decided", "coding",
    ),
    "assignments": (
        "assignment", "source", "coder", "start", "end", "blind", "purpose", "status", "created",
        "done",
    ),
    "decisions": (
        "decision", "source", "start", "end", "kind", "choice", "decider", "reason", "decided",
        "seals", "result", "version",
    ),
    "sign_offs": ("source", "by", "at", "note", "seal", "version"),
    "surveys": ("survey", "title", "population", "waves", "respondents", "items", "version"),
    "waves": ("survey", "wave", "respondents", "file", "added"),
    "published": ("table", "title", "source", "population", "items", "file", "added"),
    "links": (
        "link", "codebook", "code", "code_name", "theme", "finding", "polarity", "same_construct",
        "note", "author", "created", "version",
    ),
    "verdicts": (
        "verdict_id", "link", "judge", "status", "verdict", "proposed", "reason", "adds",
        "rule_version", "proposal", "seal", "decided", "version",
    ),
    "judges": ("judge", "blind", "status"),
    "threads": (
        "thread", "question", "raised_in", "pursued_in", "codebook", "code", "what_was_found",
        "status", "author", "created", "changed", "version",
    ),
    "confidence": (
        "codebook", "code", "methodological", "coherence", "adequacy", "relevance", "overall",
        "explanation", "author", "changed", "version",
    ),
    "memos": (
        "memo", "about", "of", "title", "text", "author", "created", "changed", "version",
    ),
    "collections": ("collection", "name", "description", "kind", "member"),
    "strands": ("strand", "kind", "title", "source", "measures", "rows", "added", "version"),
    "log": ("entry", "at", "who", "action", "what", "before", "after"),
}  # fmt: skip


def records(table: pd.DataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a table as mappings of those of these columns that it has, None where missing.

    Many times as quick as ``to_dict`` on a long table of many columns.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"code": ["a", "b"], "rating": pd.array([3, pd.NA])})
    >>> records(table, ["rating", "page"])
    [{'rating': 3}, {'rating': None}]
    """
    names = [name for name in columns if name in table.columns]
    held = [table[name].astype(object).where(table[name].notna(), None).tolist() for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*held, strict=True)]


def plain(value: object) -> str | int | float | bool | None:
    """A value of a table as Python has it; None where it is missing.

    >>> import pandas as pd
    >>> plain(pd.NA), plain(float("nan")), plain(pd.Series([3])[0])
    (None, None, 3)
    """
    if value is None or isinstance(value, str | bool):
        return value
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, int | float):
        return None if value != value else value  # noqa: PLR0124 - NaN is not itself
    shown = str(value)
    return None if shown in {"<NA>", "NaT"} else shown


def check(table: pd.DataFrame, kind: str, columns: Sequence[str] | None = None) -> None:
    """Refuse a table that lacks a column of its kind, or of those that are needed of them.

    >>> import pandas as pd
    >>> check(pd.DataFrame({"case": []}), "cases")
    Traceback (most recent call last):
    qualkit.errors.TableError: cases: it has no column ['sources']; it has ['case']
    """
    needed = COLUMNS[kind] if columns is None else columns
    missing = [column for column in needed if column not in table.columns]
    if missing:
        raise TableError(
            kind, f"it has no column {missing}; it has {sorted(map(str, table.columns))}"
        )


def attributes_of(table: pd.DataFrame, kind: str) -> list[str]:
    """The columns beyond those that every table of the kind has."""
    return [str(column) for column in table.columns if column not in COLUMNS[kind]]
