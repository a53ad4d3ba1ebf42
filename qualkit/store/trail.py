"""The log as an audit trail: what each change came to, and what was taken back.

An undoing is an entry of its own. Which entry it took back is said in its words, so that what
stands can be told without a second record of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, or_, select

from qualkit.store import kept, read
from qualkit.store.schema import log, suggestion
from qualkit.store.sight import EVERYTHING, Sight
from qualkit.store.undo import ACTION
from qualkit.store.undo_rows import TABLES, key_of

if TYPE_CHECKING:
    import pandas as pd

_AT_ONCE: Final = 200  # entries
_LISTS: Final = '"table": "'  # in the rows of every change that can be taken back, or was purged


def taken_back(connection: Connection) -> dict[int, int]:
    """The entries that are taken back now, each with the one that did; an undoing may be one."""
    query = select(log.c.entry, log.c.what).where(log.c.action == ACTION)
    found: dict[int, int] = {}
    for row in connection.execute(query.order_by(log.c.entry.desc())):
        if row.entry not in found and (target := _target(row.what)) is not None:
            found[target] = row.entry
    return found


def _target(what: str) -> int | None:
    """Which entry an undoing took back, by its words."""
    number = what.removeprefix("entry ").split(":", 1)[0]
    return int(number) if number.isdecimal() else None


def latest(connection: Connection, sight: Sight = EVERYTHING) -> Iterator[int]:
    """The entries that could be taken back next, the newest first.

    None that was taken back, is an undoing itself, or changed nothing of the study.
    """
    undone = taken_back(connection)
    lists = or_(*(side.contains(_LISTS, autoescape=True) for side in (log.c.before, log.c.after)))
    query = select(log.c.entry).where(log.c.action != ACTION, lists, sight.entries())
    latest_first = query.order_by(log.c.entry.desc()).limit(_AT_ONCE)
    some = connection.execute(latest_first).scalars().all()
    while some:  # a server would send all there are at once
        yield from (entry for entry in some if entry not in undone)
        some = connection.execute(latest_first.where(log.c.entry < some[-1])).scalars().all()


def table(
    connection: Connection,
    *,
    limit: int | None = None,
    before: int | None = None,
    words: str = "",
    rows: bool = False,
    sight: Sight = EVERYTHING,
) -> pd.DataFrame:
    """The log with what each change came to; see :meth:`qualkit.project.Project.trail`."""
    import pandas as pd

    found = read.entries(connection, limit=limit, before=before, words=words, sight=sight)
    undone = taken_back(connection)
    sides = zip(found["before"], found["after"], strict=True)
    counts = pd.DataFrame(
        [_counts(json.loads(old), json.loads(new)) for old, new in sides],
        columns=["added", "removed", "changed"], dtype="int64",
    )  # fmt: skip
    back = found["entry"].map(undone).astype("Int64").rename("undone_by")
    told = [found[["entry", "at", "who", "action", "what"]], counts, back]
    return pd.concat([*told, *([found[["before", "after"]]] if rows else [])], axis=1)


def _counts(before: Iterable[Mapping[str, Any]], after: Iterable[Mapping[str, Any]]) -> list[int]:
    """How many rows came, went and were changed."""
    old, gone = _keys(before)
    new, come = _keys(after)
    return [len(new - old) + come, len(old - new) + gone, len(old & new)]


def _keys(rows: Iterable[Mapping[str, Any]]) -> tuple[set[tuple[str, str]], int]:
    """By what the rows are known; and how many there are of those that are only counted."""
    found: set[tuple[str, str]] = set()
    counted = 0
    for row in rows:
        name = row.get("table")
        if name == kept.PURGED:
            counted += int(row.get("rows", 0))
        elif name == suggestion.name and "id" not in row:
            counted += int(row.get("kept", row.get("count", 0)))
        elif name in TABLES:
            found.add(key_of(TABLES[name], row))
    return found, counted
