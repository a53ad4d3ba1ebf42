"""What a study still holds of what was taken out of it, and getting rid of that for good.

An undo needs what was there before: the log lists it, larger things are kept beside it, summaries
keep their earlier wordings, the index its words, a database file the pages it no longer uses. A
purge empties all of these. The journal stays: who did what, and when, and on which rows; of
codebooks also their earlier wordings, since versions of a codebook are read out of the log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, delete, func, select, update

from qualkit.model import now
from qualkit.store import backup, free_text, kept, schema, search, surveys
from qualkit.store.engine import is_address
from qualkit.store.store import Change
from qualkit.swaps import Finder, Swap, swapped

_WORDED: Final = frozenset({schema.codebook.name, schema.code.name})  # read out of the log
_EMPTIED: Final = (schema.kept, schema.cell_summary_version, schema.gesture, schema.vector)
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_AT_ONCE: Final = 500
_RESPONDENT: Final = "respondent"
WITHDRAWN: Final = "[withdrawn]"
_SIDES: Final = ("before", "after")


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge took away, or would take.

    Attributes
    ----------
    counts : mapping
        ``entries`` of the log whose rows lost their words, ``kept`` texts and answers,
        ``wordings`` of summaries, ``gestures``, ``vectors``, ``names`` replaced in the log.
    backups : tuple of Path
        Copies that still hold everything.
    removed : tuple of Path
        Copies that were removed.
    notes : tuple of str
        What else is to be done, and what could not be.
    applied : bool
    """

    counts: Mapping[str, int]
    backups: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    notes: tuple[str, ...] = field(default=())
    applied: bool = True


def counts(connection: Connection) -> dict[str, int]:
    """What a purge would take away."""
    c = schema.log.c
    rows = connection.execute(select(c.before, c.after))
    entries = sum(any(_stripped(side, None)[1] for side in row) for row in rows)
    return {"entries": entries, **{
        name: count(connection, table)
        for name, table in zip(("kept", "wordings", "gestures", "vectors"), _EMPTIED, strict=True)
    }}  # fmt: skip


def purge(change: Change, finder: Finder | None) -> dict[str, int]:
    """Empty what holds words that were taken out, within one change; what went, by kind.

    Parameters
    ----------
    change : Change
    finder : Finder, optional
        Names that are replaced in what stays of the log.
    """
    connection = change.connection
    entries, names = _purge_log(connection, finder)
    done = {"entries": entries, "names": names}
    for name, table in zip(("kept", "wordings", "gestures", "vectors"), _EMPTIED, strict=True):
        done[name] = connection.execute(delete(table)).rowcount
    search.rebuild(connection)
    return done


def _purge_log(connection: Connection, finder: Finder | None) -> tuple[int, int]:
    c, entries, names = schema.log.c, 0, 0
    for entry in connection.execute(select(c.entry).order_by(c.entry)).scalars().all():
        query = select(c.what, c.before, c.after).where(c.entry == entry)
        row = connection.execute(query).mappings().one()
        sides = [_stripped(row[side], finder) for side in _SIDES]
        new: dict[str, Any] = {side: made for side, (made, _) in zip(_SIDES, sides, strict=True)}
        found = [] if finder is None else finder.swaps(row["what"])
        new["what"] = swapped(row["what"], found)
        entries += any(count for _, count in sides)
        names += len(found)
        changed = {name: value for name, value in new.items() if value != row[name]}
        if changed:
            connection.execute(update(schema.log).where(c.entry == entry).values(**changed))
    return entries, names


def _stripped(listed: str, finder: Finder | None) -> tuple[str, int]:
    """Rows as the log lists them without people's words, and how many lost some."""
    rows: list[dict[str, Any]] = json.loads(listed)
    made, count = [], 0
    for row in rows:
        new = _without_words(row, finder)
        count += row.keys() != new.keys()
        made.append(new)
    if count:
        made += json.loads(kept.purged(count, now()))
    return (listed if made == rows else json.dumps(made, ensure_ascii=False)), count


def _without_words(row: dict[str, Any], finder: Finder | None) -> dict[str, Any]:
    """A row without people's words; what it is called by stays, with names replaced."""
    name = str(row.get("table"))
    words: set[str] = set()
    if name in free_text.COLUMNS and name not in _WORDED:
        kinds = free_text.COLUMNS[name]
        called = {column.name for column in schema.metadata.tables[name].primary_key}
        words = {one for one, kind in kinds.items() if kind not in {"team", "ident"}} - called
    left = {
        key: value
        for key, value in row.items()
        if key not in words and not (words and key.endswith(kept.ENDING))
    }
    return left if finder is None else {key: _swapped_in(one, finder) for key, one in left.items()}


def _swapped_in(value: Any, finder: Finder) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, str):
        return swapped(value, finder.swaps(value))
    if isinstance(value, list):
        return [_swapped_in(one, finder) for one in value]
    if isinstance(value, dict):
        return {key: _swapped_in(one, finder) for key, one in value.items()}
    return value


# One participant ---------------------------------------------------------------------------


def forget_rows(connection: Connection, ids: Collection[str], finder: Finder) -> int:
    """Take all rows about some things out of the log, with what is kept of them; how many.

    Parameters
    ----------
    connection : Connection
    ids : collection of str
        Of a case, sources, and what hung on them.
    finder : Finder
        What they were called, for what the log says in words.
    """
    gone = _related(connection, set(ids))
    c, count = schema.log.c, 0
    keeps: set[str] = set()
    for entry in _entries_about(connection, gone):
        query = select(c.before, c.after).where(c.entry == entry)
        row = connection.execute(query).mappings().one()
        new = {}
        for side in _SIDES:
            rows = json.loads(row[side])
            about = [one for one in rows if _is_about(one, gone)]
            if about:
                keeps |= {v for one in about for k, v in one.items() if k.endswith(kept.ENDING)}
                count += len(about)
                left = [one for one in rows if not _is_about(one, gone)]
                left += json.loads(kept.purged(len(about), now()))
                new[side] = json.dumps(left, ensure_ascii=False)
        if new:
            connection.execute(update(schema.log).where(c.entry == entry).values(**new))
    for entry, what in connection.execute(select(c.entry, c.what)).all():
        if found := finder.swaps(what):
            made = swapped(what, found)
            connection.execute(update(schema.log).where(c.entry == entry).values(what=made))
    kept.forget(connection, keeps)
    _delete_in(connection, schema.cell_summary_version, gone)
    return count


def _related(connection: Connection, ids: set[str]) -> set[str]:
    """With the ids of all that ever hung on them: what was removed earlier is in the log alone."""
    c, size = schema.log.c, -1
    while size != len(ids):
        size = len(ids)
        for entry in _entries_about(connection, ids):
            row = connection.execute(select(c.before, c.after).where(c.entry == entry)).one()
            for one in (one for side in row for one in json.loads(side)):
                if _hangs_on(one, ids):
                    ids.add(str(one["id"]))
    return ids


def _entries_about(connection: Connection, ids: Collection[str]) -> list[int]:
    c = schema.log.c
    rows = connection.execute(select(c.entry, c.before, c.after)).all()
    return [
        row.entry for row in rows
        if not ids.isdisjoint(_GUID.findall(row.before) + _GUID.findall(row.after))  # type: ignore[attr-defined]
    ]  # fmt: skip


class Called:
    """Finds what a participant was called, as whole words, and swaps it for ``[withdrawn]``."""

    def __init__(self, names: Iterable[str]) -> None:
        listed = sorted({name for name in names if name}, key=len, reverse=True)
        words = "|".join(map(re.escape, listed))
        self._pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)") if listed else None

    def swaps(self, text: str, _breaks: Sequence[int] = ()) -> list[Swap]:
        if self._pattern is None:
            return []
        return [Swap(*m.span(), m[0], WITHDRAWN) for m in self._pattern.finditer(text)]


def remove_respondent(connection: Connection, respondent: str) -> tuple[int, list[str]]:
    """Take somebody's answers out of every wave; how many, and sources that speak of them.

    Waves whose survey has no column of ids are left: nobody can be found in them.
    """
    w, count = schema.survey_wave.c, 0
    for row in connection.execute(select(schema.survey_wave)).mappings().all():
        table = surveys.unpack(row["answers"], row["sha256"])
        if _RESPONDENT not in table.columns:
            continue
        own = (table[_RESPONDENT] == respondent).fillna(value=False)
        if own.any():
            data, digest = surveys.pack(table[~own])
            values = {"answers": data, "sha256": digest, "respondents": int((~own).sum()),
                      "version": row["version"] + 1}  # fmt: skip
            connection.execute(update(schema.survey_wave).where(w.id == row["id"]).values(**values))
            count += int(own.sum())
    t, s = schema.turn.c, schema.source.c
    spoken = select(s.name).join(schema.turn, t.source_id == s.id).where(t.speaker == respondent)
    return count, sorted(set(connection.execute(spoken).scalars()))


def count(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


_HANGS_BY: Final = ("source_id", "case_id", "decision_id")


def _hangs_on(row: Mapping[str, Any], ids: Collection[str]) -> bool:
    return "id" in row and any(row.get(name) in ids for name in _HANGS_BY)


def _is_about(row: Mapping[str, Any], ids: Collection[str]) -> bool:
    if row.get("table") == schema.source.name:
        return row.get("id") in ids
    return any(row.get(name) in ids for name in ("id", "memo_id", *_HANGS_BY))


def _delete_in(connection: Connection, table: Table, ids: Iterable[str]) -> None:
    listed = sorted(ids)
    for at in range(0, len(listed), _AT_ONCE):
        connection.execute(delete(table).where(table.c.id.in_(listed[at : at + _AT_ONCE])))


# The database's own remains ----------------------------------------------------------------


def compact(engine: Engine) -> str:
    """Write the database anew without what it no longer uses; what is in the way, if anything.

    Called after a change, outside every transaction.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM FULL")
        return ""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if _index_made(cursor):
            cursor.execute(f"INSERT INTO {search.INDEX}({search.INDEX}) VALUES ('optimize')")  # noqa: S608 - a fixed name
        cursor.execute("VACUUM")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        raw.close()
    if busy:
        return "another program has the study open; close it there, then purge again"
    return ""


def _index_made(cursor: Any) -> bool:  # noqa: ANN401 - the driver's own
    query = "SELECT count(*) FROM sqlite_master WHERE name = ?"
    return bool(cursor.execute(query, (search.INDEX,)).fetchone()[0])


def copies_of(study: str) -> tuple[Path, ...]:
    """Every copy of a study that qualkit made beside it: backups, and what was set aside."""
    if is_address(study):
        return ()
    path = Path(study)
    aside = [
        one for ending in (".before-schema-", ".damaged-") for one in _beginning(path, ending)
    ]  # fmt: skip
    return (*backup.listed(study), *sorted(aside))


def _beginning(path: Path, ending: str) -> Iterator[Path]:
    return (one for one in path.parent.iterdir() if one.name.startswith(f"{path.name}{ending}"))


def remove_copies(study: str) -> tuple[Path, ...]:
    """Remove every such copy; which."""
    found = copies_of(study)
    for one in found:
        one.unlink(missing_ok=True)
    return found
