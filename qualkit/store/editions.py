"""The editions of a source: its text as it was imported, and after every change of it.

Which there were stands in the log, their texts in what it keeps (:mod:`qualkit.store.kept`):
after a purge, earlier editions are gone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, or_, select

from qualkit.store import kept, schema

_KEPT: Final = f"text{kept.ENDING}"


@dataclass(frozen=True, slots=True)
class Edition:
    """One text that a source had, or has; `kept` is the hash by which an earlier one is kept."""

    number: int
    at: str
    who: str
    words: int
    sha256: str
    kept: str | None


def of(connection: Connection, source_id: str) -> list[Edition]:
    """The editions of a source, the first one first, the present one last."""
    s, c = schema.source.c, schema.log.c
    now = connection.execute(select(s.words, s.sha256, s.added).where(s.id == source_id)).one()
    known = or_(c.before.contains(source_id), c.after.contains(source_id))
    query = select(c.at, c.who, c.before, c.after).where(known).order_by(c.entry)
    query = query.where(or_(c.before.contains(_KEPT), c.action == "add sources"))
    found: list[Edition] = []
    at, who = now.added, ""
    for entry in connection.execute(query):
        was, became = _row(entry.before, source_id), _row(entry.after, source_id)
        if was is None and became is not None and not found:
            at, who = entry.at, entry.who
        elif was is not None and became is not None and _KEPT in was:
            found.append(Edition(len(found) + 1, at, who, was["words"], was["sha256"], was[_KEPT]))
            at, who = entry.at, entry.who
    return [*found, Edition(len(found) + 1, at, who, now.words, now.sha256, None)]


def _row(listed: str, source_id: str) -> Mapping[str, Any] | None:
    """What an entry says of the source."""
    for row in json.loads(listed):
        if row.get("table") == schema.source.name and row.get("id") == source_id:
            found: Mapping[str, Any] = row
            return found
    return None


def text_of(connection: Connection, source_id: str, edition: Edition) -> str | None:
    """The text of an edition; None where it was purged."""
    if edition.kept is None:
        query = select(schema.source.c.text).where(schema.source.c.id == source_id)
        return str(connection.execute(query).scalar_one())
    held = kept.given(connection, edition.kept)
    return None if held is None else held.decode()
