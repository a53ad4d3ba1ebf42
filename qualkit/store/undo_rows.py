"""The rows of one entry of the log, as undo takes them: which they are, and how they come back.

A row is known by its table and its id; where a table has no ids, by the values of its primary key.
A source's turns count as one row, and what the log has no room for is looked up, see
:mod:`qualkit.store.kept`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, Table, select

from qualkit.errors import ConflictError
from qualkit.model import sha256
from qualkit.store import kept, schema
from qualkit.store.store import TURN, Change, turns_of
from qualkit.store.summaries import of_today

TABLES: Final = {  # what others point at comes first
    table.name: table
    for table in (
        schema.project, schema.coder, schema.case, schema.source, schema.turn,
        schema.source_attribute, schema.case_attribute, schema.codebook, schema.code,
        schema.coding, schema.suggestion, schema.cell_summary, schema.guide, schema.assignment,
        schema.decision, schema.decision_coding, schema.sign_off, schema.survey,
        schema.survey_wave, schema.published_table, schema.strand, schema.link, schema.verdict,
        schema.judge, schema.thread, schema.confidence, schema.memo, schema.collection,
        schema.collection_member, schema.unplaced,
    )
}  # fmt: skip
PLACED: Final = {  # those whose rows have a place in a text that no two of them share
    schema.coding.name, schema.decision_coding.name, schema.assignment.name,
}  # fmt: skip
_SPOKEN: Final = {
    "case_unit": "case", "cell_summary": "cell summary", "sign_off": "sign-off",
    "decision_coding": "coding of a decision", "survey_wave": "wave of answers",
    "published_table": "published table", "confidence": "confidence in a finding",
    "collection": "set", "collection_member": "place in a set", "project": "setting",
    "source_attribute": "attribute of a source", "case_attribute": "attribute of a case",
    "unplaced": "coding without a place", "turn": "turns of a source",
}  # fmt: skip
_AT_ONCE: Final = 500  # values in one IN list
_TURN: Final = schema.turn.name

Key = tuple[str, str]  # table and id
Rows = dict[Key, dict[str, Any]]


def spoken(table: Table) -> str:
    """What a row of a table is called."""
    return _SPOKEN.get(table.name, table.name)


def key_of(table: Table, row: Mapping[str, Any]) -> Key:
    """By what a row is known."""
    if "id" in table.c:
        return table.name, str(row["id"])
    if table.name == _TURN:
        return _TURN, str(row["source_id"])
    return table.name, json.dumps([row[column.name] for column in table.primary_key])


def mark_of(key: Key) -> str:
    """What entries of the log that are about a row have in them."""
    table = TABLES[key[0]]
    return key[1] if "id" in table.c or key[0] == _TURN else str(json.loads(key[1])[0])


# What an entry lists -----------------------------------------------------------------------


def listed(connection: Connection, logged: Row[Any]) -> tuple[Rows, Rows]:
    """The rows of an entry before and after it, by what they are known.

    Raises
    ------
    ValueError
        Where it lists what is no row, or what no undo can take back.
    ConflictError
        Where what it took away was purged, or was never kept.
    """
    sides = [json.loads(logged.before), json.loads(logged.after)]
    for row in (row for side in sides for row in side):
        _refuse_unlisted(logged, row)
    before, after = (_by_key(side) for side in (list(reversed(sides[0])), sides[1]))
    counts = [Counter(_key(row) for row in side) for side in sides]
    for key in [*before]:
        if key in after and counts[1][key] != counts[0][key]:
            # it came and was changed at once, or was changed and went
            del (before if counts[1][key] > counts[0][key] else after)[key]
    return {key: _whole(connection, logged, key, row, after) for key, row in before.items()}, after


def _refuse_unlisted(logged: Row[Any], row: Mapping[str, Any]) -> None:
    name = row.get("table", "what it does not list")
    if name == kept.PURGED:
        raise ConflictError(
            f"entry {logged.entry} ({logged.action}) cannot be undone: its rows were purged on "
            f"{str(row.get('at', ''))[:10]}"
        )
    if name not in TABLES:
        raise ValueError(
            f"entry {logged.entry} ({logged.action}) cannot be undone: it changed {name}"
        )


def _by_key(rows: Iterable[Mapping[str, Any]]) -> Rows:
    """Rows by key, the last of a key; turns that are listed one by one as one."""
    found: Rows = {}
    turns: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        key, values = _key(row), {k: v for k, v in row.items() if k != "table"}
        if key[0] == schema.cell_summary.name:
            values = of_today(values)
        if key[0] == _TURN and "position" in row:  # as qualkit listed them before schema 10
            turns.setdefault(key[1], []).append(row)
        else:
            found[key] = values
    for source_id, several in turns.items():
        ordered = sorted(several, key=lambda row: int(row["position"]))
        plain = [{name: row.get(name) for name in TURN} for row in ordered]
        found[_TURN, source_id] = {"source_id": source_id, **_of_turns(plain), "rows": plain}
    return found


def _key(row: Mapping[str, Any]) -> Key:
    return key_of(TABLES[row["table"]], row)


def _of_turns(turns: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"turns": len(turns), "sha256": sha256(kept.as_text(turns, TURN))}


def _whole(
    connection: Connection, logged: Row[Any], key: Key, row: dict[str, Any], after: Rows
) -> dict[str, Any]:
    """A row as it was before, with what the log has no room for."""
    made = {name: value for name, value in row.items() if not name.endswith(kept.ENDING)}
    wanted = [name for name in row if name.endswith(kept.ENDING)]
    if key[0] == _TURN and "rows" not in row:
        wanted = [kept.ROWS]
    elif key not in after:
        wanted = [f"{column}{kept.ENDING}" for column in kept.BULKY.get(key[0], ())]
    elif not wanted and key[0] == schema.source.name and row["sha256"] != after[key]["sha256"]:
        wanted = [f"text{kept.ENDING}"]
    for name in wanted:
        column = name.removesuffix(kept.ENDING)
        made[column] = _given(connection, logged, key, row.get(name), column)
    return made


def _given(
    connection: Connection, logged: Row[Any], key: Key, name: str | None, column: str
) -> Any:  # noqa: ANN401 - a text, bytes or rows
    """What is kept of a row; ConflictError where it is not there."""
    data = None if name is None else kept.given(connection, name)
    if data is None:
        why = "was never kept" if name is None else "was purged"
        raise ConflictError(
            f"entry {logged.entry} ({logged.action}) cannot be undone: the {column} of a "
            f"{spoken(TABLES[key[0]])} {why}"
        )
    if column == "rows":
        return kept.as_rows(data)
    return data.decode() if key[0] == schema.source.name else data


# What is there now -------------------------------------------------------------------------


def current(connection: Connection, keys: Iterable[Key]) -> Rows:
    """The rows of these keys that are there, without what the log has no room for."""
    found: Rows = {}
    wanted: dict[str, set[str]] = {}
    for name, row_id in keys:
        wanted.setdefault(name, set()).add(row_id)
    for name, ids in wanted.items():
        table = TABLES[name]
        if name == _TURN:
            for source_id in sorted(ids):
                if turns := turns_of(connection, source_id):
                    found[name, source_id] = {"source_id": source_id, **_of_turns(turns)}
            continue
        for row in _rows_of(connection, table, sorted(ids)):
            if (key := key_of(table, row))[1] in ids:
                found[key] = row
    return found


def _rows_of(connection: Connection, table: Table, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The rows of these ids; where a table has none, those that share the first part of a key."""
    columns = [column for column in table.c if column.name not in kept.BULKY.get(table.name, ())]
    own = table.c.id if "id" in table.c else next(iter(table.primary_key))
    values = ids if "id" in table.c else sorted({json.loads(one)[0] for one in ids})
    for at in range(0, len(values), _AT_ONCE):
        query = select(*columns).where(own.in_(values[at : at + _AT_ONCE]))
        yield from (dict(row) for row in connection.execute(query).mappings())


# How they come back ------------------------------------------------------------------------


def put(change: Change, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put rows back that were there once."""
    if table.name == _TURN:
        for row in rows:
            change.replace(table, {"source_id": row["source_id"]}, row["rows"])
        return
    known = {column.name for column in table.c}
    change.restore(table, [{k: v for k, v in row.items() if k in known} for row in rows])


def take(change: Change, key: Key) -> None:
    """Take a row away; a source with its turns."""
    table = TABLES[key[0]]
    if table.name == schema.source.name:
        change.replace(schema.turn, {"source_id": key[1]}, [])
    if "id" in table.c:
        change.remove(table, [key[1]])
    else:
        change.replace(table, _parts(key), [])


def set_back(change: Change, key: Key, values: Mapping[str, Any]) -> None:
    """Give a row its old values."""
    table = TABLES[key[0]]
    if key[0] == _TURN:
        change.replace(table, _parts(key), values["rows"])
    elif "id" in table.c:
        known = {column.name for column in table.c}
        change.set(table, key[1], {k: v for k, v in values.items() if k in known})
    else:
        own = _parts(key)
        change.replace(table, own, [{k: v for k, v in values.items() if k not in own}])


def _parts(key: Key) -> dict[str, Any]:
    """The columns of a primary key with their values."""
    if key[0] == _TURN:
        return {"source_id": key[1]}
    names = [column.name for column in TABLES[key[0]].primary_key]
    return dict(zip(names, json.loads(key[1]), strict=True))
