"""The rows that should be there, as the log says: each as its last entry left it.

Entries whose rows were purged say nothing, and what came before them may have gone with them.
What rows were before names became pseudonyms is not asked again: of these the log says that they
are there, and no more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, select

from qualkit.store import kept, schema

NAMED: Final = {  # tables whose rows go by a change alone, and what a row of each is called
    schema.coder.name: "coder", schema.case.name: "case", schema.source.name: "source",
    schema.codebook.name: "codebook", schema.code.name: "code", schema.coding.name: "coding",
    schema.cell_summary.name: "summary", schema.assignment.name: "assignment",
    schema.decision.name: "decision", schema.decision_coding.name: "coding of a decision",
    schema.sign_off.name: "sign-off", schema.memo.name: "memo", schema.link.name: "link",
    schema.verdict.name: "verdict", schema.thread.name: "thread",
}  # fmt: skip
_NAMES: Final = {"pseudonymise", "restore names"}
_AT_ONCE: Final = 200  # entries
_ID: Final = re.compile(r'"id": "([^"\\]*)"')  # within a text it would be escaped
_PURGED: Final = f'"table": "{kept.PURGED}"'
Key = tuple[str, str]  # table and id


def left(connection: Connection) -> dict[Key, dict[str, Any]]:
    """The rows of :data:`NAMED` tables by table and id, as the log left them.

    A row is without what the log has no room for; see :mod:`qualkit.store.kept`.
    """
    found: dict[Key, dict[str, Any]] = {}
    for action, before, after in _entries(connection):
        if any(_is_purged(row) for row in (*before, *after)):
            found.clear()
            continue
        if action in _NAMES:
            found = {key: {"table": key[0], "id": key[1]} for key in found}
        new = {_key(row): dict(row) for row in after if _is_row(row)}
        for row in before:
            if _is_row(row) and _key(row) not in new:
                found.pop(_key(row), None)
        found.update(new)
    return found


def missing(connection: Connection) -> dict[Key, dict[str, Any]]:
    """Those of such rows that are not there, though no entry removed them."""
    if not _any_missing(connection):
        return {}
    there = {(name, row_id) for name in NAMED for row_id in _ids(connection, name)}
    return {key: row for key, row in left(connection).items() if key not in there}


def _any_missing(connection: Connection) -> bool:
    """Whether it is worth to read all that the log lists: an id of it is not there."""
    found: set[str] = set()
    for _, before, after in _texts(connection):
        if _PURGED in before or _PURGED in after:
            found.clear()
            continue
        found.difference_update(_ID.findall(before))
        found.update(_ID.findall(after))
    with_id = (table.name for table in schema.metadata.sorted_tables if "id" in table.c)
    for name in with_id:
        found.difference_update(_ids(connection, name))
    return bool(found)


def _ids(connection: Connection, name: str) -> Sequence[str]:
    return connection.execute(select(schema.metadata.tables[name].c.id)).scalars().all()


def _texts(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """What the log has of each entry, a few at once: all together may be much."""
    log, last = schema.log.c, 0
    query = select(log.entry, log.action, log.before, log.after).order_by(log.entry).limit(_AT_ONCE)
    while rows := connection.execute(query.where(log.entry > last)).all():
        yield from ((row.action, row.before, row.after) for row in rows)
        last = rows[-1].entry


def _entries(connection: Connection) -> Iterator[tuple[str, list[Any], list[Any]]]:
    for action, before, after in _texts(connection):
        try:
            yield action, json.loads(before), json.loads(after)
        except ValueError:  # damaged: it says nothing of any row
            continue


def _is_purged(row: object) -> bool:
    return isinstance(row, dict) and row.get("table") == kept.PURGED


def _is_row(row: object) -> bool:
    return isinstance(row, dict) and row.get("table") in NAMED and "id" in row


def _key(row: Mapping[str, Any]) -> Key:
    return row["table"], str(row["id"])
