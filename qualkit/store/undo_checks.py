"""What stands against taking back an entry of the log: nothing that came later is lost by an undo.

Each check raises a ConflictError that names the last later entry about the row it met.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Column, Connection, UniqueConstraint, or_, select

from qualkit.errors import ConflictError
from qualkit.store import schema, sound, surveys, swapping
from qualkit.store.rights import SUPERVISOR
from qualkit.store.undo_rows import TABLES, Key, Rows, current, key_of, mark_of, spoken

_POINTED: Final = {
    schema.coder, schema.case, schema.source, schema.codebook, schema.code, schema.survey,
    schema.published_table, schema.strand, schema.link, schema.memo, schema.collection,
}  # fmt: skip
_POINTERS: Final = [  # the columns that point at what can be taken back
    (column, foreign.column.table.name)
    for table in TABLES.values()
    if table is not schema.turn  # which go with their source
    for column in table.c
    for foreign in column.foreign_keys
    if foreign.column.table in _POINTED
]
_LOOSE: Final = {schema.code.name: {"version", "position"}}  # what makes no row another one
PARTLY: Final = {  # tables of whose rows only those values count that an entry changed
    schema.code.name, schema.source.name, schema.coder.name, schema.case.name,
}  # fmt: skip
_QUOTING: Final = (schema.coding, schema.suggestion)
_SWAPPED: Final = "pseudonymise"  # a change of names, which the log leaves out
_CODE: Final = schema.code.name
_AT_ONCE: Final = 500


def refuse_names(connection: Connection, entry: int) -> None:
    """Where names were replaced since: an older row of the log would bring them back."""
    c = schema.log.c
    swaps = select(c.entry, c.action, c.who).where(c.entry > entry, c.action == _SWAPPED)
    last = connection.execute(swaps.order_by(c.entry.desc())).first()
    if last is not None and swapping.runs(connection):
        raise ConflictError(
            f"entry {entry} cannot be undone: names were replaced since, by entry {last.entry} "
            f"({last.action}, {last.who}), and it would bring them back"
        )


def refuse_stale(connection: Connection, entry: int, before: Rows, after: Rows) -> None:
    """Where a row is not as the entry left it; its version counts for nothing."""
    there = current(connection, [*after, *before])
    stale = [key for key in before if key not in after and key in there]
    stale += [
        key for key, row in after.items()
        if key not in there or differs(key, there[key], row, before.get(key))
    ]  # fmt: skip
    if stale:
        rows = {*before, *after}
        count = sum(name != schema.coder.name for name, _ in rows) or len(rows)
        what = f"{len(stale)} of its {count} row{'s'[: count != 1]} changed since"
        raise ConflictError(conflict(connection, entry, what, mark_of(stale[0])))


def differs(
    key: Key, now: Mapping[str, Any], left: Mapping[str, Any], old: Mapping[str, Any] | None
) -> bool:
    """Whether a row is not as the entry left it, in what counts."""
    names = {name for name in left if name in now} - _LOOSE.get(key[0], {"version"})
    if key[0] in PARTLY and old is not None:
        names = {name for name in names if old.get(name) != left[name]}
    return any(now[name] != left[name] for name in names)


def refuse_orphans(connection: Connection, entry: int, before: Rows, after: Rows) -> None:
    """Where what a row points at is gone: its source, code, case or coder."""
    wanted = {
        (foreign.column.table, row[column.name], name)
        for (name, _), row in before.items()
        for column in TABLES[name].c
        for foreign in column.foreign_keys
        if row.get(column.name) is not None
    }
    for table, row_id, name in wanted:
        if (table.name, row_id) in before and (table.name, row_id) not in after:
            continue  # it comes back too
        if connection.execute(select(table.c.id).where(table.c.id == row_id)).first() is None:
            what = f"the {spoken(table)} of a {spoken(TABLES[name])} was removed since"
            raise ConflictError(conflict(connection, entry, what, row_id))


def refuse_twins(connection: Connection, entry: int, before: Rows, after: Rows) -> None:
    """Where what is to be as it was is there already, made anew since."""
    for (name, row_id), row in before.items():
        table = TABLES[name]
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
                what = f"the same {spoken(table)} was made anew since"
                raise ConflictError(conflict(connection, entry, what, str(twin)))


def refuse_hanging(connection: Connection, entry: int, before: Rows, gone: Sequence[Key]) -> None:
    """Where something has come to hang on what would go."""
    for key in hanging(connection, before, gone):
        what = f"a {spoken(TABLES[key[0]])} has come to hang on what it added"
        raise ConflictError(conflict(connection, entry, what, mark_of(key)))


def hanging(connection: Connection, before: Rows, gone: Sequence[Key]) -> Iterator[Key]:
    """What points at rows that would go, and neither goes itself nor is set to point elsewhere."""
    going = set(gone)
    for column, target in _POINTERS:
        ids = [row_id for name, row_id in gone if name == target]
        for key in _pointing(connection, column, ids):
            if key not in going and key not in before:
                yield key


def _pointing(connection: Connection, column: Column[Any], ids: Sequence[str]) -> Iterator[Key]:
    table = TABLES[column.table.name]
    own = [table.c.id] if "id" in table.c else list(table.primary_key)
    for at in range(0, len(ids), _AT_ONCE):
        query = select(*own).where(column.in_(ids[at : at + _AT_ONCE]))
        for row in connection.execute(query).mappings():
            yield key_of(table, dict(row))


def refuse_other_words(
    connection: Connection, entry: int, before: Rows, source_ids: Sequence[str]
) -> None:
    """Where what lies on a source has other words than its text, that one or the other set back."""
    lain = {
        str(row["source_id"]): None for (name, _), row in before.items()
        if name in {table.name for table in _QUOTING}
    }  # fmt: skip
    for source_id in {**dict.fromkeys(source_ids), **lain}:
        query = select(schema.source.c.text).where(schema.source.c.id == source_id)
        if (words := connection.execute(query).scalar()) is None:
            continue
        for table in _QUOTING:
            c = table.c
            spans = select(c.id, c.start_at, c.end_at, c.quote).where(c.source_id == source_id)
            for row in connection.execute(spans):
                if words[row.start_at : row.end_at] != row.quote:
                    newer = (table.name, row.id) not in before
                    what = (
                        f"a {spoken(table)} was made of its newer words since"
                        if newer
                        else (f"the words of a {spoken(table)} were corrected since")
                    )
                    hint = row.id if newer else source_id
                    raise ConflictError(conflict(connection, entry, what, hint))
        for table in (schema.assignment, schema.decision):
            c = table.c
            beyond = select(c.id).where(c.source_id == source_id, c.end_at > len(words))
            if (row_id := connection.execute(beyond).scalar()) is not None:
                what = f"a {spoken(table)} was made of its newer words since"
                raise ConflictError(conflict(connection, entry, what, row_id))


def refuse_unsound(connection: Connection, entry: int, before: Rows, after: Rows) -> None:
    """Where the old rows and what came later do not fit each other."""
    asked = [row_id for name, row_id in before if name == schema.survey.name]
    own = {row_id for name, row_id in before if name == schema.survey_wave.name}
    if (wave := surveys.wave_loaded_since(connection, entry, asked, own)) is not None:
        what = "answers were loaded by what it left since"
        raise ConflictError(conflict(connection, entry, what, wave))
    _refuse_asked_otherwise(connection, entry, before)
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
        raise ConflictError(conflict(connection, entry, f"{fault[0]} since", fault[1]))


def _refuse_asked_otherwise(connection: Connection, entry: int, before: Rows) -> None:
    """Where answers come back to a survey that asks other things by now."""
    own = {row["survey_id"] for (name, _), row in before.items() if name == "survey_wave"}
    for survey_id in sorted(own - {row_id for name, row_id in before if name == "survey"}):
        c = schema.log.c
        mark = f'"table": "survey", "id": "{survey_id}"'
        later = select(c.before).where(c.entry > entry, c.before.contains(mark, autoescape=True))
        first = connection.execute(later.order_by(c.entry).limit(1)).scalar()
        rows = json.loads(first) if first is not None else []
        was = next((row["sha256"] for row in rows if row.get("id") == survey_id), None)
        s = schema.survey.c
        now = connection.execute(select(s.sha256).where(s.id == survey_id)).scalar()
        if was not in {None, now}:
            what = "what its survey asks was changed since"
            raise ConflictError(conflict(connection, entry, what, survey_id))


def refuse_no_supervisor(connection: Connection, entry: int, before: Rows, after: Rows) -> None:
    """Where the study had a supervisor before the entry, and would have none."""
    if not any(name == schema.coder.name for name, _ in (*before, *after)):
        return
    c, g = schema.coder.c, schema.log.c
    if connection.execute(select(c.id).where(c.role == SUPERVISOR)).first() is not None:
        return
    mark = f'"role": "{SUPERVISOR}"'
    earlier = select(g.entry).where(g.entry < entry, g.after.contains(mark, autoescape=True))
    if connection.execute(earlier).first() is not None or any(
        name == schema.coder.name and row.get("role") == SUPERVISOR
        for (name, _), row in before.items()
    ):
        raise ConflictError(
            f"entry {entry} cannot be undone: the study would lose its only supervisor; make "
            "somebody else one first"
        )


def conflict(connection: Connection, entry: int, what: str, row_id: str) -> str:
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
