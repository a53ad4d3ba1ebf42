"""Assignments in the store: who is to code which source, or which stretch of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Row, select

from qualkit.errors import ConflictError, UnknownName
from qualkit.model import new_id, now
from qualkit.store.schema import assignment, coder, source
from qualkit.store.sight import DONE, OPEN
from qualkit.store.store import Change
from qualkit.tables import COLUMNS
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

DOUBLE: Final = "double"
TEST: Final = "test"
PURPOSES: Final = (DOUBLE, TEST)
WHOLE: Final = (0, 0)  # the stretch that stands for the whole source
_SHOWN: Final = 5
Place = tuple[str, int, int]  # source id, start, end


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the places of one call are assigned."""

    blind: bool
    purpose: str


def table(connection: Connection) -> pd.DataFrame:
    """One row an assignment, in the order of sources and coders; see :mod:`qualkit.tables`."""
    import pandas as pd

    a = assignment.c
    query = (
        select(a.id, source.c.name, coder.c.name, a.start_at, a.end_at, a.blind, a.purpose,
               a.status, a.created, a.done)
        .join(source, source.c.id == a.source_id)
        .join(coder, coder.c.id == a.coder_id)
        .order_by(source.c.position, source.c.name, coder.c.name, a.start_at, a.end_at)
    )  # fmt: skip
    found = [
        (*row[:3], *((None, None) if tuple(row[3:5]) == WHOLE else row[3:5]), *row[5:])
        for row in connection.execute(query)
    ]
    made = pd.DataFrame(found, columns=list(COLUMNS["assignments"]))
    return made.astype({"start": "Int64", "end": "Int64", "blind": "bool"})


def add(change: Change, places: Sequence[Place], coder_id: str, wanted: Wanted) -> tuple[int, int]:
    """Assign places to a coder; how many are new, and how many were assigned in another way.

    Raises
    ------
    ConflictError
        Where the coder has the same source for another purpose: nobody is tested on what
        they also code for comparison.
    """
    own = assignment.c.coder_id == coder_id
    rows = change.connection.execute(select(assignment).where(own)).mappings()
    held = {(row["source_id"], row["start_at"], row["end_at"]): dict(row) for row in rows}
    values = {"blind": int(wanted.blind), "purpose": wanted.purpose}
    _refuse_mixed(change.connection, set(held) - set(places), held, places, wanted)
    new = [place for place in places if place not in held]
    common = {"coder_id": coder_id, **values, "status": OPEN, "created": now(), "done": None}
    change.add(assignment, [
        {"id": new_id(), "source_id": source_id, "start_at": start, "end_at": end, **common,
         "version": 1}
        for source_id, start, end in new
    ])  # fmt: skip
    other = [held[place] for place in places if place in held]
    other = [row for row in other if any(row[name] != value for name, value in values.items())]
    for row in other:
        change.set(assignment, row["id"], values)
    return len(new), len(other)


def _refuse_mixed(
    connection: Connection,
    rest: Iterable[Place],
    held: dict[Place, dict[str, Any]],
    places: Sequence[Place],
    wanted: Wanted,
) -> None:
    wanted_in = {place[0] for place in places}
    for place in rest:
        row = held[place]
        if place[0] in wanted_in and row["purpose"] != wanted.purpose:
            names = (
                connection.execute(select(table.c.name).where(table.c.id == row_id)).scalar_one()
                for table, row_id in ((coder, row["coder_id"]), (source, row["source_id"]))
            )
            who, where = names
            raise ConflictError(
                f"{who} has an assignment in {where} for the purpose {row['purpose']!r} already; "
                f"take that one back before one for {wanted.purpose!r}"
            )


def remove(change: Change, ids: Sequence[str]) -> int:
    """Take assignments back, all or none; UnknownName for one that is not there."""
    wanted = list(dict.fromkeys(ids))
    change.remove(assignment, wanted)
    there = {row["id"] for row in change.before}
    for one in wanted:
        if one not in there:
            raise UnknownName("assignment", one, ())
    return len(wanted)


def to_set(
    connection: Connection, name: str, sources: Sequence[str] | None, *, done: bool
) -> list[Row[Any]]:
    """A coder's assignments that are not yet as wanted: ``id``, ``source``.

    Raises
    ------
    UnknownName
        For a coder that is not there, or a source in which they have no assignment.
    """
    names = list(connection.execute(select(coder.c.name)).scalars())
    if name not in names:
        raise UnknownName("coder", name, names)
    a = assignment.c
    query = (
        select(a.id, a.status, source.c.name.label("source"))
        .join(source, source.c.id == a.source_id)
        .join(coder, coder.c.id == a.coder_id)
        .where(coder.c.name == name)
        .order_by(source.c.position, source.c.name, a.start_at)
    )
    held: list[Row[Any]] = list(connection.execute(query))
    known = dict.fromkeys(row.source for row in held)
    for one in sources or ():
        if one not in known:
            raise UnknownName(f"source assigned to {name}", one, known)
    wanted = DONE if done else OPEN
    return [
        row for row in held
        if row.status != wanted and (sources is None or row.source in sources)
    ]  # fmt: skip


def set_done(change: Change, ids: Iterable[str], *, done: bool) -> None:
    """Say of assignments that they are done, or open again."""
    for one in ids:
        values = {"status": DONE, "done": now()} if done else {"status": OPEN, "done": None}
        change.set(assignment, one, values)


def told(connection: Connection, ids: Sequence[str]) -> str:
    """Assignments in words, for the log: who is to code what."""
    query = (
        select(coder.c.name, source.c.name)
        .select_from(assignment)
        .join(source, source.c.id == assignment.c.source_id)
        .join(coder, coder.c.id == assignment.c.coder_id)
        .order_by(source.c.position, coder.c.name)
    )
    said: list[str] = []
    for one in dict.fromkeys(ids):
        row = connection.execute(query.where(assignment.c.id == one)).first()
        said += [] if row is None else [f"{row[1]} for {row[0]}"]
    listed = listing(list(dict.fromkeys(said)))
    return f"{many(len(set(ids)), 'assignment')}{': ' if listed else ''}{listed}"


def listing(names: Sequence[str]) -> str:
    """Names in a row, the first few of many.

    >>> listing(["p1", "p2"]), listing([str(n) for n in range(7)])
    ('p1, p2', '0, 1, 2, 3, 4 ...')
    """
    return ", ".join(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")
