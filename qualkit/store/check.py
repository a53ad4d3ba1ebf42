"""Whether a study still holds what was stored: texts, quotes, and the database itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from qualkit.model import Coding, seal_of_turns, sha256
from qualkit.store import decisions, memos, schema, search, surveys, triangulation
from qualkit.store.read import turns_of
from qualkit.store.summaries import seal_of


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
    for source_id, name in names:
        count, found_here = _check_source(connection, source_id, name)
        codings += count
        problems += found_here
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


def _check_source(connection: Connection, source_id: str, name: str) -> tuple[int, list[Problem]]:
    """How many codings a source has, and what is wrong with it and them."""
    s, c = schema.source.c, schema.coding.c
    query = select(s.text, s.sha256, s.turns_sha256).where(s.id == source_id)
    text, digest, turns_digest = connection.execute(query).one()
    problems = []
    if sha256(text) != digest:
        problems.append(
            Problem("source", name, "its text is not what was imported; restore a backup")
        )
    if seal_of_turns(turns_of(connection, source_id)) != turns_digest:
        problems.append(Problem("source", name, "its turns were changed outside qualkit"))
    columns = (c.id, c.source_id, c.start_at, c.end_at, c.quote, c.code_id, c.coder_id, c.stance,
               c.rating, c.memo, c.created, c.sha256)  # fmt: skip
    found = connection.execute(select(*columns).where(c.source_id == source_id)).all()
    for row in found:
        *values, seal = row
        where = f"{name}, coding {row.id}"
        if text[row.start_at : row.end_at] != row.quote:
            problems.append(Problem("coding", where, "its words are not those of its source"))
        if not _sealed(values, seal):
            problems.append(Problem("coding", where, "it was changed outside qualkit"))
    return len(found), [*problems, *_decided(connection, source_id, text)]


def _decided(connection: Connection, source_id: str, text: str) -> Iterator[Problem]:
    """What is wrong with the decisions on a source and the codings that they give."""
    d, given = schema.decision, schema.decision_coding
    own = connection.execute(select(d).where(d.c.source_id == source_id)).mappings()
    forged = [row["id"] for row in own if decisions.seal_of(dict(row)) != row["sha256"]]
    query = select(given).join(d, d.c.id == given.c.decision_id).where(d.c.source_id == source_id)
    for row in connection.execute(query).mappings():
        words = text[row["start_at"] : row["end_at"]]
        if words != row["quote"] or decisions.seal_of_coding(dict(row)) != row["sha256"]:
            forged.append(row["decision_id"])
    for one in dict.fromkeys(forged):
        yield Problem("decision", one, "it was changed outside qualkit")


def _sealed(values: Sequence[Any], seal: str) -> bool:
    ident, source, start, end, quote, code, coder, stance, rating, memo, created = values
    try:
        made = Coding(source, start, end, quote, code, coder, stance, rating, memo, created, ident)
    except ValueError:
        return False
    return made.sha256 == seal
