"""Taking back one entry of the log.

An entry says which rows there were before it and after it. What it added is removed, what it
removed is put back, what it changed gets its old values, seals included: but only where every
row is still as the entry left it. Nothing that came later is ever lost by an undo; it is
refused, and the message names what has to be undone first.

The undoing is a change like any other, with its own entry, and so can be undone itself. A
coder whom the entry brought in stays: a name without codings does no harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, UniqueConstraint, func, or_, select

from qualkit.errors import ConflictError
from qualkit.store import schema
from qualkit.store.store import Store
from qualkit.store.summaries import of_today

_TABLES: Final = {
    table.name: table
    for table in (schema.coding, schema.suggestion, schema.cell_summary, schema.guide)
}
_STAYS: Final = schema.coder.name
_AT_ONCE = 500  # values in one IN list
_LAST = 2**31 - 1

Key = tuple[str, str]  # table and id
Rows = dict[Key, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class UndoReport:
    """What was taken back.

    Attributes
    ----------
    undone : int
        The entry that was taken back.
    what : str
        What it had been, as the log has it.
    removed, restored, changed : int
        Rows that were removed, put back, and given their old values.
    entry : int or None
        The number of the undoing itself in the log.
    """

    undone: int
    what: str
    removed: int
    restored: int
    changed: int
    entry: int | None = None


def undo(store: Store, entry: int, *, who: str) -> UndoReport:
    """Take back one entry of the log, whole or not at all.

    Raises
    ------
    ConflictError
        Where a row is not as the entry left it, or what it needs is gone.
    ValueError
        Where the log has no such entry, or it is about other things than codings, suggestions,
        cell summaries and the topic guide.
    """
    with store.read() as connection:
        logged = _entry(connection, entry)
    before = _rows(entry, logged, json.loads(logged.before))
    after = _rows(entry, logged, json.loads(logged.after))
    if not before and not after:
        raise ValueError(f"entry {entry} ({logged.action}) left nothing that could be taken back")
    what = f"{logged.action} {logged.what}"
    with store.change(who, "undo", f"entry {entry}: {what}") as change:
        _refuse_stale(change.connection, entry, before, after)
        _refuse_orphans(change.connection, entry, before)
        gone = [key for key in after if key not in before]
        back = [key for key in before if key not in after]
        _refuse_twins(change.connection, entry, {key: before[key] for key in back}, gone)
        for name, row_id in gone:
            change.remove(_TABLES[name], [row_id])
        changed = [key for key in before if key in after]
        for key in changed:
            old = {k: v for k, v in before[key].items() if k not in {"id", "version"}}
            change.set(_TABLES[key[0]], key[1], old)
        for name, table in _TABLES.items():
            change.restore(table, [before[key] for key in back if key[0] == name])
    return UndoReport(entry, what, len(gone), len(back), len(changed), change.entry)


def _entry(connection: Connection, entry: int) -> Row[Any]:
    c = schema.log.c
    row = None
    if 0 < entry <= _LAST:
        row = connection.execute(select(schema.log).where(c.entry == entry)).first()
    if row is None:
        last = connection.execute(select(func.max(c.entry))).scalar()
        raise ValueError(f"the log has no entry {entry}; its last is {last or 'still to come'}")
    return row


def _rows(entry: int, logged: Row[Any], listed: Sequence[Mapping[str, Any]]) -> Rows:
    """The rows of an entry by table and id; ValueError where they are of other tables."""
    names = {str(row.get("table", "what it does not list")) for row in listed}
    other = sorted(names - {*_TABLES, _STAYS})
    if other:
        raise ValueError(
            f"entry {entry} ({logged.action}) cannot be undone: it changed {', '.join(other)}; "
            "only codings, suggestions, cell summaries and the topic guide can be taken back"
        )
    if any("id" not in row for row in listed):
        raise ValueError(
            f"entry {entry} ({logged.action}) cannot be undone: it only counts its rows; "
            "suggestions are made anew with 'qualkit suggest'"
        )
    found: Rows = {}
    for row in listed:
        if (name := row["table"]) in _TABLES:
            values = {k: v for k, v in row.items() if k in _TABLES[name].c}
            found[name, row["id"]] = (
                of_today(values) if name == schema.cell_summary.name else values
            )
    return found


def _refuse_stale(connection: Connection, entry: int, before: Rows, after: Rows) -> None:
    """ConflictError where a row is not as the entry left it; its version counts for nothing."""
    there = _current(connection, [*after, *before])
    stale = [key for key in before if key not in after and key in there]
    stale += [
        key for key, row in after.items()
        if key not in there or any(there[key][k] != v for k, v in row.items() if k != "version")
    ]  # fmt: skip
    if stale:
        count = len({*before, *after})
        what = f"{len(stale)} of its {count} row{'s'[: count != 1]} changed since"
        raise ConflictError(_conflict(connection, entry, what, stale[0][1]))


def _current(connection: Connection, keys: Iterable[Key]) -> Rows:
    found: Rows = {}
    for name, table in _TABLES.items():
        ids = sorted({row_id for kind, row_id in keys if kind == name})
        for at in range(0, len(ids), _AT_ONCE):
            query = select(table).where(table.c.id.in_(ids[at : at + _AT_ONCE]))
            for row in connection.execute(query).mappings():
                found[name, row["id"]] = dict(row)
    return found


def _refuse_orphans(connection: Connection, entry: int, before: Rows) -> None:
    """ConflictError where what a row points at is gone: its source, code, case or coder."""
    wanted = {
        (foreign.column.table, row[column.name], name)
        for (name, _), row in before.items()
        for column in _TABLES[name].c
        for foreign in column.foreign_keys
        if row.get(column.name) is not None
    }
    for table, row_id, name in wanted:
        if connection.execute(select(table.c.id).where(table.c.id == row_id)).first() is None:
            what = f"the {_spoken(table)} of a {_spoken(_TABLES[name])} was removed since"
            raise ConflictError(_conflict(connection, entry, what, row_id))


def _refuse_twins(connection: Connection, entry: int, back: Rows, gone: Sequence[Key]) -> None:
    """ConflictError where what is to be put back was made anew since."""
    for (name, _), row in back.items():
        table = _TABLES[name]
        for unique in table.constraints:
            if not isinstance(unique, UniqueConstraint):
                continue
            if any(row[column.name] is None for column in unique.columns):
                continue  # to a database, nothing is like what is missing
            same = [column == row[column.name] for column in unique.columns]
            twin = connection.execute(select(table.c.id).where(*same)).scalar()
            if twin is not None and (name, twin) not in gone:
                what = f"the same {_spoken(table)} was made anew since"
                raise ConflictError(_conflict(connection, entry, what, twin))


def _spoken(table: Table) -> str:
    return {"case_unit": "case", "cell_summary": "cell summary"}.get(table.name, table.name)


def _conflict(connection: Connection, entry: int, what: str, row_id: str) -> str:
    """The message, with the last later entry that is about a row."""
    c = schema.log.c
    about = or_(*(c[side].contains(row_id, autoescape=True) for side in ("before", "after")))
    query = select(c.entry, c.action, c.who).where(c.entry > entry, about)
    later = connection.execute(query.order_by(c.entry.desc())).first()
    if later is None:
        by = "and the log does not say how; look at 'qualkit project check'"
    else:
        by = f"by entry {later.entry} ({later.action}, {later.who}); undo that one first"
    return f"entry {entry} cannot be undone: {what}, {by}"
