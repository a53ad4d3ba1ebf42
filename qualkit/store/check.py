"""Whether a study still holds what was stored: texts, quotes, and the database itself."""

from __future__ import annotations

import gc
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    RowMapping,
    Select,
    Table,
    exc,
    func,
    or_,
    select,
)
from sqlalchemy.exc import InvalidRequestError

from qualkit.model import STANCES, Turn, seal_of_turns, sha256
from qualkit.store import decisions, logged, memos, schema, search, surveys, triangulation
from qualkit.store.summaries import seal_of

_AT_ONCE: Final = 100  # sources whose rows are read at once
_CODING: Final = (
    "source_id", "id", "start_at", "end_at", "quote", "code_id", "coder_id", "stance", "rating",
    "memo", "created", "sha256",
)  # fmt: skip
MOST: Final = 2**30  # changes of one row, or rows of one table
_OTHER_WORDS: Final = "its words are not those of its source"
_CHANGED: Final = "it was changed outside qualkit"
_OTHER_TEXT: Final = "its text is not what was imported; restore a backup"
_T = TypeVar("_T")
_R = TypeVar("_R", Row[Any], RowMapping)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a check found: what kind, where, and in words."""

    kind: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check looked at and what it found; nothing found is well."""

    sources: int
    codings: int
    problems: tuple[Problem, ...] = field(default=())


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Leave rubbish lie: looking for it among very many rows takes a quarter of a check."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@contextmanager
def tolerant(connection: Connection) -> Iterator[None]:
    """Read bytes that are no text any more as U+FFFD, so that they are found, not refused."""
    raw = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite" or raw is None:
        yield
        return
    raw.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        yield
    finally:
        raw.text_factory = str


def _twice(connection: Connection, look: Callable[[], _T]) -> _T:
    """Look, and where something is no text any more, look again tolerantly, which is slower."""
    try:
        return look()
    except exc.OperationalError as error:
        if "Could not decode" not in str(error.orig):
            raise
    with tolerant(connection):
        return look()


@_without_collecting()
def check_all(connection: Connection, study: str) -> CheckReport:
    """Everything that a check can find in a study."""
    return _twice(connection, lambda: _check_all(connection, study))


def _check_all(connection: Connection, study: str) -> CheckReport:
    problems: list[Problem] = []
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        problems += [Problem("database", study, row) for row in found if row != "ok"]
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        problems += [Problem("database", str(r[0]), "points at a row that is gone") for r in broken]
    s = schema.source.c
    names = connection.execute(select(s.id, s.name).order_by(s.position)).all()
    codings = 0
    for count, found_here in _in_portions(connection, names):
        codings += count
        problems += found_here
    for row in connection.execute(select(schema.cell_summary)).mappings():
        if seal_of(dict(row)) != row["sha256"]:
            problems.append(Problem("summary", row["id"], _CHANGED))
    parts = {"survey": surveys.faults, "triangulation": triangulation.faults, "memo": memos.faults}
    for kind, faults in parts.items():
        told = (Problem(kind, where, said) for where, said in faults(connection))
        problems += _as_far_as_read(kind, study, told)
    problems += [Problem("log", where, said) for where, said in _gone(connection)]
    problems += [
        Problem("database", f"{table.name} {row_id}", f"its {name} was changed outside qualkit")
        for table, row_id, name in forged(connection)
    ]
    turns, indexed = search.standing(connection)
    if turns != indexed:
        why = f"the index holds {indexed} of {turns} turns; the next 'qualkit search' makes it anew"
        problems.append(Problem("search", study, why))
    return CheckReport(len(names), codings, tuple(problems))


def look(connection: Connection, *, codings: bool) -> list[Problem]:
    """What is wrong with the texts of a study and, if wanted, with what lies in them."""
    return _twice(connection, lambda: _look(connection, codings=codings))


def _look(connection: Connection, *, codings: bool) -> list[Problem]:
    s = schema.source.c
    names = connection.execute(select(s.id, s.name).order_by(s.position)).all()
    if codings:
        return [problem for _, found in _in_portions(connection, names) for problem in found]
    problems: list[Problem] = []
    for source_id, name in names:
        problems += _as_far_as_read("source", name, _check_text(connection, source_id, name))
    return problems


def _check_text(connection: Connection, source_id: str, name: str) -> Iterator[Problem]:
    """Whether a source's text is what was imported."""
    s = schema.source.c
    query = select(s.text, s.sha256).where(s.id == source_id)
    text, digest = connection.execute(query).one()
    if sha256(text) != digest:
        yield Problem("source", name, _OTHER_TEXT)


def _in_portions(
    connection: Connection, names: Iterable[Any]
) -> Iterator[tuple[int, list[Problem]]]:
    """How many codings some sources have, and what is wrong with these sources."""
    waiting = [(row.id, row.name) for row in names]
    for start in range(0, len(waiting), _AT_ONCE):
        some = dict(waiting[start : start + _AT_ONCE])
        of = _rows_of(connection, list(some))
        found: list[Problem] = []
        for key, name in some.items():
            found += _as_far_as_read("source", name, _check_source(connection, key, name, of))
        yield sum(map(len, of.codings.values())), found


def _gone(connection: Connection) -> Iterator[tuple[str, str]]:
    """Rows that are not there any more, although no change took them away."""
    for (table, row_id), row in logged.missing(connection).items():
        called = row.get("name") or row.get("ident") or row_id
        yield f"{logged.NAMED[table]} {called}", "it was removed outside qualkit"


def forged(connection: Connection) -> Iterator[tuple[Table, str, str]]:
    """Rows with a version or a place that no study comes to: table, id and column.

    After the last whole number that the database can hold, no change of them would work.
    """
    for table in schema.metadata.sorted_tables:
        for name in sorted({"version", "position"} & set(table.c.keys())):
            odd: list[ColumnElement[bool]] = [~table.c[name].between(0, MOST)]
            if connection.dialect.name == "sqlite":
                odd.append(func.typeof(table.c[name]) != "integer")
            for row in connection.execute(select(*table.primary_key).where(or_(*odd))):
                yield table, str(row[0]), name


@dataclass(frozen=True, slots=True)
class _Rows:
    """What lies in some sources, by source: turns, codings, decisions, and the codings of these."""

    turns: dict[str, list[Row[Any]]]
    codings: dict[str, list[Row[Any]]]
    decisions: dict[str, list[RowMapping]]
    given: dict[str, list[RowMapping]]


def _rows_of(connection: Connection, ids: Sequence[str]) -> _Rows:
    t, c, d, given = schema.turn.c, schema.coding.c, schema.decision, schema.decision_coding
    turns: Select[Any] = select(
        t.source_id, t.speaker, t.role, t.start_at, t.end_at, t.time, t.line, t.page, t.item
    )
    turns = turns.where(t.source_id.in_(ids)).order_by(t.position)
    codings: Select[Any] = select(*(c[name] for name in _CODING))
    codings = codings.where(c.source_id.in_(ids))
    decided = select(d).where(d.c.source_id.in_(ids))
    joined = select(d.c.source_id, given).join(d, d.c.id == given.c.decision_id)
    joined = joined.where(d.c.source_id.in_(ids))
    return _Rows(
        _grouped(connection.execute(turns).all(), 0),
        _grouped(connection.execute(codings).all(), 0),
        _grouped(connection.execute(decided).mappings().all(), "source_id"),
        _grouped(connection.execute(joined).mappings().all(), "source_id"),
    )


def _grouped(rows: Iterable[_R], column: Any) -> dict[str, list[_R]]:  # noqa: ANN401 - as rows take it
    """Rows by the source that a column has."""
    found: dict[str, list[_R]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _as_far_as_read(kind: str, where: str, found: Iterator[Problem]) -> Iterator[Problem]:
    """What was found; where damage leaves values that no program expects, that it was so."""
    try:
        yield from found
    except (TypeError, ValueError, AttributeError, LookupError, zlib.error, InvalidRequestError):
        yield Problem(kind, where, "what is stored of it cannot be read; restore a backup")


def _check_source(
    connection: Connection, source_id: str, name: str, rows: _Rows
) -> Iterator[Problem]:
    """What is wrong with a source and what lies in it."""
    s = schema.source.c
    query = select(s.text, s.sha256, s.turns_sha256).where(s.id == source_id)
    text, digest, turns_digest = connection.execute(query).one()
    if sha256(text) != digest:
        yield Problem("source", name, _OTHER_TEXT)
    if _seal_of_turns(rows.turns.get(source_id, ())) != turns_digest:
        yield Problem("source", name, "its turns were changed outside qualkit")
    for row in rows.codings.get(source_id, ()):  # of these there are very many
        ident, start, end, quote = tuple(row)[1:5]
        if text[start:end] != quote:
            yield Problem("coding", f"{name}, coding {ident}", _OTHER_WORDS)
        if not _sealed(row):
            yield Problem("coding", f"{name}, coding {ident}", _CHANGED)
    yield from _decided(rows, source_id, text)


def _seal_of_turns(rows: Iterable[Row[Any]]) -> str | None:
    """Their seal; None where one of them is not even a turn any more."""
    try:
        return seal_of_turns(Turn(*tuple(turn)[1:]) for turn in rows)
    except (ValueError, TypeError):
        return None


def _decided(rows: _Rows, source_id: str, text: str) -> Iterator[Problem]:
    """What is wrong with the decisions on a source and the codings that they give."""
    own = rows.decisions.get(source_id, ())
    forged = [row["id"] for row in own if decisions.seal_of(dict(row)) != row["sha256"]]
    for row in rows.given.get(source_id, ()):
        words = text[row["start_at"] : row["end_at"]]
        if words != row["quote"] or decisions.seal_of_coding(dict(row)) != row["sha256"]:
            forged.append(row["decision_id"])
    for one in dict.fromkeys(forged):
        yield Problem("decision", one, _CHANGED)


def is_sealed(row: Mapping[str, Any]) -> bool:
    """Whether a coding, by its columns, is one, and what it was stored as."""
    return _sealed([row[name] for name in _CODING])


def _sealed(row: Sequence[Any]) -> bool:
    """Whether a coding is one, and what it was: as its own seal, for very many of them."""
    source, ident, start, end, quote, code, coder, stance, rating, memo, created, digest = row
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
        return False
    if stance is not None and stance not in STANCES:
        return False
    rated = "" if rating is None else str(rating)
    parts = (
        ident, source, str(start), str(end), quote, code, coder, stance or "", rated, memo, created,
    )  # fmt: skip
    try:
        return sha256("\x1f".join(parts)) == str(digest)
    except TypeError:  # a value that is no text any more
        return False
