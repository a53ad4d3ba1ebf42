"""Taking back one entry of the log.

An entry says which rows there were before it and after it. What it added is removed, what it
removed is put back, what it changed gets its old values, seals included: but only where every
row is still as the entry left it. Nothing that came later is ever lost by an undo; it is
refused, and the message names what has to be undone first.

A code is many things in one row. Of a code that an entry changed only those fields count that it
changed, so that a merge can be taken back although a definition was reworded since; and its
place in the order never counts; an order that was given since stays. What old rows and newer
ones would make together is looked at too, see :mod:`qualkit.store.sound`. Open suggestions are a
program's: those that were made anew since are left away.

The undoing is a change like any other, with its own entry, and so can be undone itself. A
coder whom the entry brought in stays: a name without codings does no harm.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Row, Table, UniqueConstraint, func, or_, select

from qualkit.errors import ConflictError
from qualkit.store import rights, schema, sound, surveys
from qualkit.store.store import Change, Store
from qualkit.store.summaries import of_today

_BOOKS: Final = (schema.codebook, schema.code)  # what others point at comes first
_TABLES: Final = {
    table.name: table
    for table in (
        *_BOOKS, schema.coding, schema.suggestion, schema.cell_summary, schema.guide,
        schema.assignment, schema.decision, schema.decision_coding, schema.sign_off,
        schema.survey, schema.published_table, schema.link, schema.verdict, schema.judge,
        schema.thread, schema.confidence, schema.memo, schema.collection,
        schema.collection_member,
    )
}  # fmt: skip
_POINTED: Final = {
    *_BOOKS, schema.survey, schema.published_table, schema.link, schema.memo, schema.collection,
}  # fmt: skip
_POINTERS: Final = [  # the columns that point at what can be taken back
    (column, foreign.column.table.name)
    for table in (*_TABLES.values(), schema.survey_wave)
    for column in table.c
    for foreign in column.foreign_keys
    if foreign.column.table in _POINTED
]
_LOOSE: Final = {schema.code.name: {"version", "position"}}  # what makes no row another one
_KINDS: Final = (
    "codings, suggestions, cell summaries, codebooks, the topic guide, assignments, decisions, "
    "sign-offs, what a survey asked, published tables, links, verdicts, judges, threads, "
    "confidence, memos and sets"
)
_SPOKEN: Final = {
    "case_unit": "case", "cell_summary": "cell summary", "sign_off": "sign-off",
    "decision_coding": "coding of a decision", "survey_wave": "wave of answers",
    "published_table": "published table", "confidence": "confidence in a finding",
    "collection": "set", "collection_member": "place in a set",
}  # fmt: skip
_STAYS: Final = schema.coder.name
_CODE: Final = schema.code.name
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


def undo(
    store: Store,
    entry: int,
    *,
    who: str,
    loose: Callable[[Connection], Iterable[str]] | None = None,
) -> UndoReport:
    """Take back one entry of the log, whole or not at all.

    Parameters
    ----------
    store : Store
    entry : int
    who : str
    loose : callable, optional
        What would point at nothing afterwards, in words, where more than rows has to be read
        to know that.

    Raises
    ------
    ConflictError
        Where a row is not as the entry left it, or what it needs is gone.
    ValueError
        Where the log has no such entry, or it is about other things than codings, suggestions,
        cell summaries, codebooks, the topic guide, assignments, decisions, sign-offs, what a survey
        asked, published tables, links, verdicts, judges, threads, confidence, memos and sets.
    NotAllowed
        Where the role of `who` would not let them do the like.
    """
    with store.read() as connection:
        logged = logged_entry(connection, entry)
    before = _rows(entry, logged, reversed(json.loads(logged.before)))  # the first one counts
    after = _rows(entry, logged, json.loads(logged.after))
    if not before and not after:
        raise ValueError(f"entry {entry} ({logged.action}) left nothing that could be taken back")
    what = f"{logged.action} {logged.what}"
    with store.change(who, "undo", f"entry {entry}: {what}") as change:
        rights.of(change.connection, who).require_undo({name for name, _ in {**before, **after}})
        _leave_remade(change.connection, before, after)
        _refuse_stale(change.connection, entry, before, after)
        _refuse_orphans(change.connection, entry, before, after)
        _refuse_twins(change.connection, entry, before, after)
        gone = [key for key in after if key not in before]
        gone += [key for key in _suggested(change.connection, gone) if key not in after]
        _refuse_hanging(change.connection, entry, before, gone)
        back = [key for key in before if key not in after]
        changed = _changed(change.connection, entry, before, after)
        _restore(change, _BOOKS, before, back)
        _remove(change, [key for key in reversed(gone) if _TABLES[key[0]] not in _BOOKS])
        for key, values in changed.items():
            change.set(_TABLES[key[0]], key[1], values)
        others = [table for table in _TABLES.values() if table not in _BOOKS]
        _restore(change, others, before, back)
        _remove(change, _children_first(after, gone))
        _refuse_unsound(change.connection, entry, before, after)
        for one in () if loose is None else loose(change.connection):
            raise ConflictError(f"entry {entry} cannot be undone: {one}")
    return UndoReport(entry, what, len(gone), len(back), len(changed), change.entry)


def _changed(connection: Connection, entry: int, before: Rows, after: Rows) -> Rows:
    """What each row that was changed is set back to; ConflictError where that would be nothing."""
    both = [key for key in before if key in after]
    found = {key: _old(key, before[key], after[key]) for key in both}
    placed = [key for key, values in found.items() if key[0] == _CODE and "position" in values]
    if placed and _reordered(connection, after):
        for key in placed:  # the newer order stays: the old places would be those of others now
            del found[key]["position"]
        if not any(found.values()) and before.keys() == after.keys():
            what = "the order of its codes was changed since"
            raise ConflictError(_conflict(connection, entry, what, placed[0][1]))
    return {key: values for key, values in found.items() if values}


def _reordered(connection: Connection, after: Rows) -> bool:
    """Whether codes that an entry left stand in another order now."""
    left = {key: row for key, row in after.items() if key[0] == _CODE}
    there = _current(connection, left)
    places = {key: (row["codebook_id"], row["position"]) for key, row in left.items()}
    now = {key: (row["codebook_id"], row["position"]) for key, row in there.items()}
    return sorted(now, key=places.__getitem__) != sorted(now, key=now.__getitem__)


def _old(key: Key, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What a row that was changed is set back to: of a code only what was changed of it."""
    whole = key[0] != _CODE
    return {
        name: value
        for name, value in before.items()
        if name not in {"id", "version"} and (whole or value != after[name])
    }


def _restore(change: Change, tables: Iterable[Table], before: Rows, back: Iterable[Key]) -> None:
    """Put rows back, a code only after the one above it."""
    waiting = list(back)
    for table in tables:
        own = [key for key in waiting if key[0] == table.name]
        while own:
            ids = {row_id for _, row_id in own}
            now = [key for key in own if before[key].get("parent_id") not in ids]
            change.restore(table, [before[key] for key in now])
            own = [key for key in own if key not in now]


def _remove(change: Change, keys: Iterable[Key]) -> None:
    for name, row_id in keys:
        change.remove(_TABLES[name], [row_id])


def _children_first(after: Rows, gone: Sequence[Key]) -> list[Key]:
    """The codes and codebooks that go, each after those below it."""
    waiting = [key for key in gone if key[0] == schema.code.name]
    ordered: list[Key] = []
    while waiting:
        above = {after[key]["parent_id"] for key in waiting}
        ordered += [key for key in waiting if key[1] not in above]
        waiting = [key for key in waiting if key[1] in above]
    return ordered + [key for key in gone if key[0] == schema.codebook.name]


def logged_entry(connection: Connection, entry: int) -> Row[Any]:
    """One entry of the log; ValueError where it has none of that number."""
    c = schema.log.c
    row = None
    if 0 < entry <= _LAST:
        row = connection.execute(select(schema.log).where(c.entry == entry)).first()
    if row is None:
        last = connection.execute(select(func.max(c.entry))).scalar()
        raise ValueError(f"the log has no entry {entry}; its last is {last or 'still to come'}")
    return row


def _rows(entry: int, logged: Row[Any], rows: Iterable[Mapping[str, Any]]) -> Rows:
    """The rows of an entry by table and id; ValueError where they are of other tables."""
    listed = list(rows)
    names = {str(row.get("table", "what it does not list")) for row in listed}
    other = sorted(names - {*_TABLES, _STAYS})
    if other:
        raise ValueError(
            f"entry {entry} ({logged.action}) cannot be undone: it changed {', '.join(other)}; "
            f"only {_KINDS} can be taken back"
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


def _leave_remade(connection: Connection, before: Rows, after: Rows) -> None:
    """Leave out the suggestions that were open all along and are gone: newer ones stand there."""
    held = [
        key for key, row in after.items()
        if key[0] == schema.suggestion.name and row["status"] == "open"
        and before.get(key, {}).get("status") == "open"
    ]  # fmt: skip
    there = _current(connection, held)
    for key in held:
        if key not in there:
            del before[key], after[key]


def _refuse_stale(connection: Connection, entry: int, before: Rows, after: Rows) -> None:
    """ConflictError where a row is not as the entry left it; its version counts for nothing."""
    there = _current(connection, [*after, *before])
    stale = [key for key in before if key not in after and key in there]
    stale += [
        key for key, row in after.items()
        if key not in there or _differs(key, there[key], row, before.get(key))
    ]  # fmt: skip
    if stale:
        count = len({*before, *after})
        what = f"{len(stale)} of its {count} row{'s'[: count != 1]} changed since"
        raise ConflictError(_conflict(connection, entry, what, stale[0][1]))


def _differs(
    key: Key, now: Mapping[str, Any], left: Mapping[str, Any], old: Mapping[str, Any] | None
) -> bool:
    """Whether a row is not as the entry left it, in what counts."""
    names = set(left) - _LOOSE.get(key[0], {"version"})
    if key[0] == schema.code.name and old is not None:
        names = {name for name in names if old[name] != left[name]}
    return any(now[name] != left[name] for name in names)


def _current(connection: Connection, keys: Iterable[Key]) -> Rows:
    found: Rows = {}
    for name, table in _TABLES.items():
        ids = sorted({row_id for kind, row_id in keys if kind == name})
        for at in range(0, len(ids), _AT_ONCE):
            query = select(table).where(table.c.id.in_(ids[at : at + _AT_ONCE]))
            for row in connection.execute(query).mappings():
                found[name, row["id"]] = dict(row)
    return found


def _refuse_orphans(connection: Connection, entry: int, before: Rows, after: Rows) -> None:
    """ConflictError where what a row points at is gone: its source, code, case or coder."""
    wanted = {
        (foreign.column.table, row[column.name], name)
        for (name, _), row in before.items()
        for column in _TABLES[name].c
        for foreign in column.foreign_keys
        if row.get(column.name) is not None
    }
    for table, row_id, name in wanted:
        if (table.name, row_id) in before and (table.name, row_id) not in after:
            continue  # it comes back too
        if connection.execute(select(table.c.id).where(table.c.id == row_id)).first() is None:
            what = f"the {_spoken(table)} of a {_spoken(_TABLES[name])} was removed since"
            raise ConflictError(_conflict(connection, entry, what, row_id))


def _refuse_twins(connection: Connection, entry: int, before: Rows, after: Rows) -> None:
    """ConflictError where what is to be as it was is there already, made anew since."""
    for (name, row_id), row in before.items():
        table = _TABLES[name]
        for unique in table.constraints:
            if not isinstance(unique, UniqueConstraint):
                continue
            names = [column.name for column in unique.columns]
            left = after.get((name, row_id), {})
            if any(row[one] is None for one in names) or all(
                row[one] == left.get(one) for one in names
            ):
                continue  # to a database, nothing is like what is missing
            same = [column == row[column.name] for column in unique.columns]
            twin = connection.execute(select(table.c.id).where(*same)).scalar()
            if twin not in {None, row_id} and (name, twin) not in after:
                what = f"the same {_spoken(table)} was made anew since"
                raise ConflictError(_conflict(connection, entry, what, str(twin)))


def _suggested(connection: Connection, gone: Sequence[Key]) -> list[Key]:
    """What is suggested, and open, for codes that go: it goes with them."""
    ids = [row_id for name, row_id in gone if name == schema.code.name]
    s = schema.suggestion.c
    found: list[Key] = []
    for at in range(0, len(ids), _AT_ONCE):
        of_these = s.code_id.in_(ids[at : at + _AT_ONCE])
        query = select(s.id).where(of_these, s.status == "open")
        found += [
            (schema.suggestion.name, row_id) for row_id in connection.execute(query).scalars()
        ]
    return found


def _refuse_hanging(connection: Connection, entry: int, before: Rows, gone: Sequence[Key]) -> None:
    """ConflictError where something has come to hang on a code or codebook that would go."""
    for column, target in _POINTERS:
        ids = [row_id for name, row_id in gone if name == target]
        table = column.table
        for row_id in _hanging(connection, column, ids):
            if (table.name, row_id) not in gone and (table.name, row_id) not in before:
                what = f"a {_spoken(table)} has come to hang on what it added"
                raise ConflictError(_conflict(connection, entry, what, row_id))


def _refuse_unsound(connection: Connection, entry: int, before: Rows, after: Rows) -> None:
    """ConflictError where the old rows and what came later do not fit each other."""
    asked = [row_id for name, row_id in before if name == schema.survey.name]
    if (wave := surveys.wave_loaded_since(connection, entry, asked)) is not None:
        what = "answers were loaded by what it left since"
        raise ConflictError(_conflict(connection, entry, what, wave))
    codes = [key for key in {**before, **after} if key[0] == _CODE]
    back = [key for key in codes if key in before]
    scales = [key for key in back if before[key]["scale"] != after.get(key, {}).get("scale")]
    books = {side[key]["codebook_id"] for side in (before, after) for key in codes if key in side}
    found = sound.faults(
        connection, books=books, codes={row_id for _, row_id in back},
        scales=[row_id for _, row_id in scales],
        rated=[row_id for (_, row_id), row in before.items() if row.get("rating") is not None],
    )  # fmt: skip
    if (fault := next(found, None)) is not None:
        raise ConflictError(_conflict(connection, entry, f"{fault[0]} since", fault[1]))


def _hanging(connection: Connection, column: Column[Any], ids: Sequence[str]) -> Iterator[str]:
    for at in range(0, len(ids), _AT_ONCE):
        own = column.table.c.id
        query = select(own).where(column.in_(ids[at : at + _AT_ONCE]))
        yield from connection.execute(query).scalars()


def _spoken(table: Table) -> str:
    return _SPOKEN.get(table.name, table.name)


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
