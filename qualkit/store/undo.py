"""Taking back one entry of the log, or the latest ones.

An entry says which rows there were before it and after it. What it added is removed, what it
removed is put back, what it changed gets its old values, seals included: but only where every
row is still as the entry left it. Nothing that came later is ever lost by an undo; it is
refused, and the message names what has to be undone first (:mod:`qualkit.store.undo_checks`).
Texts, answers and turns that went are :mod:`kept <qualkit.store.kept>` until they are purged.

A code is many things in one row. Of a code that an entry changed only those fields count that it
changed, so that a merge can be taken back although a definition was reworded since; so with
sources, cases and coders. A code's
place in the order never counts; an order that was given since stays. What old rows and newer
ones would make together is looked at too, see :mod:`qualkit.store.sound`. Open suggestions are a
program's: those that were made anew since are left away.

The undoing is a change like any other, with its own entry, and so can be undone itself. A
coder whom the entry brought in beside other things stays where anything else is theirs by now.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, func, select

from qualkit.errors import ConflictError
from qualkit.store import rights, schema, search, suggestions
from qualkit.store import undo_checks as checks
from qualkit.store.store import Change, Store
from qualkit.store.undo_rows import PLACED, TABLES, Key, Rows, current, listed, put, set_back, take

ACTION: Final = "undo"  # as the log has it
_FIRST: Final = (  # what others point at: there before they are, and gone after them
    schema.coder, schema.case, schema.source, schema.codebook, schema.code,
)  # fmt: skip
_CODE: Final = schema.code.name
_CASE: Final = schema.case.name
_SOURCE: Final = schema.source.name
_CODER: Final = schema.coder.name
_FOUND_IN: Final = {  # links, and what findings are found in, which links point at
    table.name for table in (
        schema.link, schema.survey, schema.survey_wave, schema.published_table, schema.strand
    )
}  # fmt: skip
_AT_ONCE: Final = 500  # values in one IN list
_LAST: Final = 2**31 - 1


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
        to know that; asked where an entry is about links or what has findings.

    Raises
    ------
    ConflictError
        Where a row is not as the entry left it, what it needs is gone, or was purged.
    ValueError
        Where the log has no such entry, or it lists no rows of the study.
    NotAllowed
        Where the role of `who` would not let them do the like.
    """
    with store.read() as connection:
        logged = logged_entry(connection, entry)
        run = suggestions.is_run(logged.before, logged.after)
        before, after = ({}, {}) if run else listed(connection, logged)
    if not (before or after or run):
        raise ValueError(f"entry {entry} ({logged.action}) left nothing that could be taken back")
    what = f"{logged.action} {logged.what}"
    with store.change(who, ACTION, f"entry {entry}: {what}") as change:
        _require(rights.of(change.connection, who), logged, before, after)
        checks.refuse_names(change.connection, entry)
        if run:
            counts = suggestions.take_back(change, entry, logged.before, logged.after)
        else:
            counts = _take_back(change, entry, before, after)
        pointed_at = any(name in _FOUND_IN for name, _ in (*before, *after))
        for one in loose(change.connection) if loose is not None and pointed_at else ():
            raise ConflictError(f"entry {entry} cannot be undone: {one}")
    return UndoReport(entry, what, *counts, change.entry)


def _require(allowed: rights.Rights, logged: Row[Any], before: Rows, after: Rows) -> None:
    """NotAllowed where the role would not let them do what was done, or the like."""
    if logged.action != ACTION:
        allowed.require(logged.action)
    tables = {name for name, _ in {**before, **after}}
    allowed.require_undo(tables)
    if tables == {_CODER} or any(
        name == _CODER and row.get("role") == rights.SUPERVISOR
        for (name, _), row in [*before.items(), *after.items()]
    ):
        allowed.require("set coder")


def _take_back(change: Change, entry: int, before: Rows, after: Rows) -> tuple[int, int, int]:
    """Take an entry's rows back; how many were removed, put back and changed."""
    connection = change.connection
    _leave_remade(connection, before, after)
    _leave_coders(connection, before, after)
    checks.refuse_stale(connection, entry, before, after)
    checks.refuse_orphans(connection, entry, before, after)
    checks.refuse_twins(connection, entry, before, after)
    gone = [key for key in after if key not in before]
    gone += [key for key in _suggested(connection, gone) if key not in after]
    checks.refuse_hanging(connection, entry, before, gone)
    back = [key for key in before if key not in after]
    changed = _changed(connection, entry, before, after)
    worded = _worded(before, after)
    for source_id in _there(connection, worded):
        search.remove(connection, source_id)
    _write(change, before, after, (gone, back, changed))
    search.add(connection, _there(connection, worded))
    checks.refuse_other_words(connection, entry, before, worded)
    checks.refuse_unsound(connection, entry, before, after)
    if any(name == _CODER for name, _ in {**before, **after}):
        checks.refuse_no_supervisor(connection, entry, before, after)
    return _count(gone), _count(back), _count(changed)


def _count(keys: Collection[Key]) -> int:
    """How many rows; a coder who comes or goes beside others is not worth telling."""
    others = sum(name != _CODER for name, _ in keys)
    return others or len(keys)


def _write(
    change: Change, before: Rows, after: Rows, moves: tuple[list[Key], list[Key], Rows]
) -> None:
    gone, back, changed = moves
    others = [table for table in TABLES.values() if table not in _FIRST]
    _restore(change, _FIRST, before, back)
    for key in reversed(gone):
        if TABLES[key[0]] not in _FIRST:
            take(change, key)
    late = {key: values for key, values in changed.items() if key[0] == _CASE}
    placed = [key for key in changed if key[0] in PLACED]  # each may stand where another one was
    for key, values in changed.items():
        if key not in late and key not in placed:
            set_back(change, key, values)
    for name in dict.fromkeys(name for name, _ in placed):
        own = {row_id: changed[of, row_id] for of, row_id in placed if of == name}
        change.set_all(TABLES[name], own)
    _restore(change, others, before, back)
    for key in _children_first(after, gone):
        take(change, key)
    for key, values in late.items():  # a new case may have the name of one that was renamed
        set_back(change, key, values)


def _worded(before: Rows, after: Rows) -> list[str]:
    """The sources whose words or turns come, go or change, by id."""
    found = dict.fromkeys(
        key[1] for key in {**before, **after}
        if key[0] == schema.turn.name or (key[0] == _SOURCE and (
            key not in before or key not in after or "text" in before[key]
        ))
    )  # fmt: skip
    return list(found)


def _there(connection: Connection, source_ids: Sequence[str]) -> list[str]:
    keys = current(connection, [(_SOURCE, one) for one in source_ids])
    return [one for one in source_ids if (_SOURCE, one) in keys]


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
            raise ConflictError(checks.conflict(connection, entry, what, placed[0][1]))
    return {key: values for key, values in found.items() if values}


def _reordered(connection: Connection, after: Rows) -> bool:
    """Whether codes that an entry left stand in another order now."""
    left = {key: row for key, row in after.items() if key[0] == _CODE}
    there = current(connection, left)
    places = {key: (row["codebook_id"], row["position"]) for key, row in left.items()}
    now = {key: (row["codebook_id"], row["position"]) for key, row in there.items()}
    return sorted(now, key=places.__getitem__) != sorted(now, key=now.__getitem__)


def _old(key: Key, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What a row that was changed is set back to: of a code only what was changed of it."""
    whole = key[0] not in checks.PARTLY
    return {
        name: value
        for name, value in before.items()
        if name not in {"id", "version"} and (whole or name not in after or value != after[name])
    }


def _restore(change: Change, tables: Iterable[Table], before: Rows, back: Iterable[Key]) -> None:
    """Put rows back, a code only after the one above it."""
    waiting = list(back)
    for table in tables:
        own = [key for key in waiting if key[0] == table.name]
        while own:
            ids = {row_id for _, row_id in own}
            now = [key for key in own if before[key].get("parent_id") not in ids]
            put(change, table, [before[key] for key in now])
            own = [key for key in own if key not in now]


def _children_first(after: Rows, gone: Sequence[Key]) -> list[Key]:
    """What others point at and goes: each after what is below it."""
    waiting = [key for key in gone if key[0] == _CODE]
    ordered: list[Key] = []
    while waiting:
        above = {after[key]["parent_id"] for key in waiting}
        ordered += [key for key in waiting if key[1] not in above]
        waiting = [key for key in waiting if key[1] in above]
    order = [table.name for table in reversed(_FIRST) if table.name != _CODE]
    return ordered + [key for name in order for key in gone if key[0] == name]


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


def _leave_remade(connection: Connection, before: Rows, after: Rows) -> None:
    """Leave out the suggestions that were open all along and are gone: newer ones stand there."""
    held = [
        key for key, row in after.items()
        if key[0] == schema.suggestion.name and row["status"] == "open"
        and before.get(key, {}).get("status") == "open"
    ]  # fmt: skip
    there = current(connection, held)
    for key in held:
        if key not in there:
            del before[key], after[key]


def _leave_coders(connection: Connection, before: Rows, after: Rows) -> None:
    """Leave out the coders that an entry brought in beside other things, and that stay.

    Those who were changed since, or to whom anything else belongs by now.
    """
    new = [key for key in after if key[0] == _CODER and key not in before]
    if len(new) == len({**before, **after}):
        return
    gone = [key for key in after if key not in before]
    there = current(connection, new)
    for key in new:
        changed = key in there and checks.differs(key, there[key], after[key], None)
        others = [one for one in gone if one[0] != _CODER]
        if changed or key not in there or _has_more(connection, before, [key, *others]):
            del after[key]


def _has_more(connection: Connection, before: Rows, gone: Sequence[Key]) -> bool:
    """Whether anything points at what would go, but what goes as well."""
    coder = [gone[0]]
    going = {*gone}
    return any(key not in going for key in checks.hanging(connection, before, coder))


def _suggested(connection: Connection, gone: Sequence[Key]) -> list[Key]:
    """What is suggested, and open, for codes and sources that go: it goes with them."""
    s = schema.suggestion.c
    found: dict[Key, None] = {}
    for name, column in ((_CODE, s.code_id), (_SOURCE, s.source_id)):
        ids = [row_id for one, row_id in gone if one == name]
        for at in range(0, len(ids), _AT_ONCE):
            of_these = column.in_(ids[at : at + _AT_ONCE])
            query = select(s.id).where(of_these, s.status == "open")
            found |= dict.fromkeys(
                (schema.suggestion.name, row_id) for row_id in connection.execute(query).scalars()
            )
    return list(found)
