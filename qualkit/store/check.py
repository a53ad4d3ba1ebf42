"""Whether a study still holds what was stored: texts, quotes, and the database itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, RowMapping, select

from qualkit.model import Coding, Turn, seal_of_turns, sha256
from qualkit.store import decisions, memos, schema, search, surveys, triangulation
from qualkit.store.summaries import seal_of

_AT_ONCE: Final = 100  # sources whose rows are read at once
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


def check_all(connection: Connection, study: str) -> CheckReport:
    """Everything that a check can find in a study."""
    problems: list[Problem] = []
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        problems += [Problem("database", study, row) for row in found if row != "ok"]
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        problems += [Problem("database", str(r[0]), "points at a row that is gone") for r in broken]
    s = schema.source.c
    names = connection.execute(select(s.id, s.name).order_by(s.position)).all()
    codings = 0
    for start in range(0, len(names), _AT_ONCE):
        some = {row.id: row.name for row in names[start : start + _AT_ONCE]}
        of = _rows_of(connection, list(some))
        codings += sum(map(len, of.codings.values()))
        for source_id, name in some.items():
            problems += _check_source(connection, source_id, name, of)
    for row in connection.execute(select(schema.cell_summary)).mappings():
        if seal_of(dict(row)) != row["sha256"]:
            problems.append(Problem("summary", row["id"], "it was changed outside qualkit"))
    problems += [Problem("survey", where, said) for where, said in surveys.faults(connection)]
    problems += [
        Problem("triangulation", where, said) for where, said in triangulation.faults(connection)
    ]
    problems += [Problem("memo", where, said) for where, said in memos.faults(connection)]
    turns, indexed = search.standing(connection)
    if turns != indexed:
        why = f"the index holds {indexed} of {turns} turns; the next 'qualkit search' makes it anew"
        problems.append(Problem("search", study, why))
    return CheckReport(len(names), codings, tuple(problems))


@dataclass(frozen=True, slots=True)
class _Rows:
    """What lies in some sources, by source: turns, codings, decisions, and the codings of these."""

    turns: dict[str, list[Row[Any]]]
    codings: dict[str, list[Row[Any]]]
    decisions: dict[str, list[RowMapping]]
    given: dict[str, list[RowMapping]]


def _rows_of(connection: Connection, ids: Sequence[str]) -> _Rows:
    t, c, d, given = schema.turn.c, schema.coding.c, schema.decision, schema.decision_coding
    turns = select(t.source_id, t.speaker, t.role, t.start_at, t.end_at, t.time, t.line, t.page,
                   t.item).where(t.source_id.in_(ids)).order_by(t.position)  # fmt: skip
    codings = select(c.source_id, c.id, c.start_at, c.end_at, c.quote, c.code_id, c.coder_id,
                     c.stance, c.rating, c.memo, c.created, c.sha256)  # fmt: skip
    codings = codings.where(c.source_id.in_(ids))
    decided = select(d).where(d.c.source_id.in_(ids))
    joined = select(d.c.source_id, given).join(d, d.c.id == given.c.decision_id)
    joined = joined.where(d.c.source_id.in_(ids))
    return _Rows(
        _grouped(connection.execute(turns), 0),
        _grouped(connection.execute(codings), 0),
        _grouped(connection.execute(decided).mappings(), "source_id"),
        _grouped(connection.execute(joined).mappings(), "source_id"),
    )


def _grouped(rows: Iterable[_R], column: Any) -> dict[str, list[_R]]:  # noqa: ANN401 - as rows take it
    """Rows by the source that a column has."""
    found: dict[str, list[_R]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _check_source(
    connection: Connection, source_id: str, name: str, rows: _Rows
) -> Iterator[Problem]:
    """What is wrong with a source and what lies in it."""
    s = schema.source.c
    query = select(s.text, s.sha256, s.turns_sha256).where(s.id == source_id)
    text, digest, turns_digest = connection.execute(query).one()
    if sha256(text) != digest:
        why = "its text is not what was imported; restore a backup"
        yield Problem("source", name, why)
    if (
        seal_of_turns(Turn(*tuple(turn)[1:]) for turn in rows.turns.get(source_id, ()))
        != turns_digest
    ):
        yield Problem("source", name, "its turns were changed outside qualkit")
    for row in rows.codings.get(source_id, ()):
        where = f"{name}, coding {row.id}"
        if text[row.start_at : row.end_at] != row.quote:
            yield Problem("coding", where, "its words are not those of its source")
        if not _sealed(row):
            yield Problem("coding", where, "it was changed outside qualkit")
    yield from _decided(rows, source_id, text)


def _decided(rows: _Rows, source_id: str, text: str) -> Iterator[Problem]:
    """What is wrong with the decisions on a source and the codings that they give."""
    own = rows.decisions.get(source_id, ())
    forged = [row["id"] for row in own if decisions.seal_of(dict(row)) != row["sha256"]]
    for row in rows.given.get(source_id, ()):
        words = text[row["start_at"] : row["end_at"]]
        if words != row["quote"] or decisions.seal_of_coding(dict(row)) != row["sha256"]:
            forged.append(row["decision_id"])
    for one in dict.fromkeys(forged):
        yield Problem("decision", one, "it was changed outside qualkit")


def _sealed(row: Row[Any]) -> bool:
    source, ident, start, end, quote, code, coder, stance, rating, memo, created, seal = tuple(row)
    try:
        made = Coding(source, start, end, quote, code, coder, stance, rating, memo, created, ident)
    except ValueError:
        return False
    return made.sha256 == str(seal)
