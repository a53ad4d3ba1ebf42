"""A study taken whole out of its database, and put whole into an empty one.

What is put is looked through first: every value is of its column's kind, every reference points at
a row that is there, every stretch lies in its text and quotes it. What a row may lack is made:
its seal, version, place. Then the study is checked as any other, within the same transaction, so
that every seal holds or nothing was kept.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Column, Connection, Table, UniqueConstraint, func, insert, select, text

from qualkit.errors import BatchError, StoreError
from qualkit.model import COLOUR, NOT_XML, ROLES, STANCES, Turn, seal_of_turns, sha256
from qualkit.rows import book_of
from qualkit.snapshot import TABLES, Snapshot
from qualkit.store import (
    assignments,
    rights,
    schema,
    search,
    sight,
    suggestions,
    values,
)  # fmt: skip
from qualkit.store.check import check_all
from qualkit.store.seals import SEALS
from qualkit.store.store import Store

_ORDER: Final = ("position", "source_id", "start_at", "end_at")  # of rows, before their key
_AT_ONCE: Final = 2_000
_STATEMENT: Final = 500  # rows in one statement
_DEEPEST: Final = 200  # codes that stand below each other
_TABLES: Final = tuple(schema.metadata.tables[name] for name in TABLES)
_EMPTY: Final[Mapping[str, Mapping[str, Any]]] = {  # what a row has that says nothing of it
    "coder": {"role": rights.EVALUATOR, "login": ""},
    "source": {"file_name": "", "file_sha256": "", "warnings": "[]", "notes": "[]"},
    "cell_summary": {"phase": "", "draft": 0, "cites": "[]"},
    "coding": {"memo": ""},
    "collection": {"description": ""},
}
_JSON: Final[Mapping[str, Mapping[str, type]]] = {  # columns that hold JSON, and of what kind
    "source": {"warnings": list, "notes": list},
    "code": {"cues": list, "scale": list, "survey_items": list},
    "cell_summary": {"cites": list, "evidence": dict},
    "suggestion": {"reasons": dict},
    "decision": {"seals": dict},
    "strand": {"measures": list},
    "verdict": {"proposal": dict},
    "log": {"before": list, "after": list},
}
_WORDS: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {  # columns of which each value counts
    "coder": {"role": frozenset(rights.ROLES)},
    "turn": {"role": frozenset(ROLES)},
    "assignment": {
        "purpose": frozenset(assignments.PURPOSES),
        "status": frozenset({sight.OPEN, sight.DONE}),
    },
    "judge": {"status": frozenset({sight.OPEN, sight.DONE})},
    **{
        name: {"stance": frozenset(STANCES)}
        for name in ("coding", "cell_summary", "decision_coding")
    },
    "suggestion": {
        "stance": frozenset(STANCES),
        "status": frozenset(suggestions.STATUSES),
    },
}
_OWNERS: Final = {  # of tables whose places are not counted in the study
    "turn": "source_id", "source_attribute": "source_id", "case_attribute": "case_id",
    "code": "codebook_id", "collection_member": "collection_id",
}  # fmt: skip
_ONE_OF: Final = {  # columns of which exactly one is filled; of a memo's, one at most
    "cell_summary": ("case_id", "source_id"),
    "link": ("survey_id", "published_id", "strand_id"),
    "memo": ("source_id", "case_id", "code_id"),
    "collection_member": ("source_id", "code_id", "memo_id"),
}
Row = dict[str, Any]
Rows = dict[str, list[Row]]


# Out ---------------------------------------------------------------------------------------


def take(connection: Connection) -> Snapshot:
    """Everything that a study holds, in an order that is the same on every database."""
    return Snapshot({table.name: _sorted(table, _read(connection, table)) for table in _TABLES})


def _read(connection: Connection, table: Table) -> Iterator[Row]:
    found = connection.execution_options(yield_per=_AT_ONCE).execute(select(table))
    for row in found.mappings():
        yield dict(row)


def _sorted(table: Table, rows: Iterable[Row]) -> list[Row]:
    own = [column.name for column in table.primary_key]
    names = [name for name in _ORDER if name in table.c and name not in own] + own

    def key(row: Row) -> list[tuple[bool, Any]]:
        return [(row[name] is None, row[name]) for name in names]

    return sorted(rows, key=key)


# In ----------------------------------------------------------------------------------------


def put(store: Store, snapshot: Snapshot) -> None:
    """Write a study into an empty one, whole or not at all.

    Raises
    ------
    StoreError
        Where the study is not empty.
    BatchError
        With everything that is wrong in the snapshot, by table and row.
    """
    with store.alone() as connection:
        for table in _TABLES:
            if table is not schema.project and _count(connection, table):
                raise StoreError(store.name, "the study is not empty; name a new one")
        fill(connection, snapshot)


def fill(connection: Connection, snapshot: Snapshot) -> None:
    """Write a study within a transaction that is rolled back where this raises.

    Raises
    ------
    BatchError
        With everything that is wrong in the snapshot, by table and row.
    """
    rows = _completed(snapshot)
    if faults := [*_of_values(rows), *_of_keys(rows)]:
        raise BatchError("study", faults)
    if faults := [*_of_places(rows), *_of_codes(rows)]:
        raise BatchError("study", faults)
    _seal(rows)
    _write(connection, rows)
    found = [one for one in check_all(connection, "study").problems if one.kind != "search"]
    if found:
        raise BatchError("study", [f"{one.where}: {one.message}" for one in found])


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _write(connection: Connection, rows: Rows) -> None:
    for row in rows["project"]:
        own = schema.project.c.key == row["key"]
        connection.execute(schema.project.delete().where(own))
    for table in _TABLES:
        made = rows[table.name]
        if table is schema.code:
            made = _parents_first(made)
        for start in range(0, len(made), _STATEMENT):
            connection.execute(insert(table), made[start : start + _STATEMENT])
    if connection.dialect.name == "postgresql" and rows["log"]:
        last = max(row["entry"] for row in rows["log"])
        to = text("SELECT setval(pg_get_serial_sequence('log', 'entry'), :last)")
        connection.execute(to, {"last": last})
    search.rebuild(connection)


def _parents_first(codes: list[Row]) -> list[Row]:
    above = {row["id"]: row["parent_id"] for row in codes}

    def depth(at: str | None) -> int:
        steps = 0
        while (at := above.get(at or "")) is not None:
            steps += 1
        return steps

    return sorted(codes, key=lambda row: depth(row["id"]))


# What rows may lack --------------------------------------------------------------------------


def _completed(snapshot: Snapshot) -> Rows:
    """The rows with every column, the seals of those aside that lack them."""
    made: Rows = {}
    for table in _TABLES:
        empty = {column.name: None for column in table.c} | dict(_EMPTY.get(table.name, {}))
        if "version" in table.c:
            empty["version"] = 1
        places: dict[Any, int] = defaultdict(int)
        made[table.name] = []
        for given in snapshot.rows(table.name):
            row = {**empty, **given}
            if "position" in table.c:
                owner = _owner(table, row)
                if "position" not in given:
                    row["position"] = places[owner]
                places[owner] += 1
            made[table.name].append(row)
    for row in made["collection_member"]:
        if row["id"] is None:
            joined = [row[name] for name in ("collection_id", "source_id", "code_id", "memo_id")]
            row["id"] = str(uuid5(NAMESPACE_URL, f"qualkit:member:{json.dumps(joined)}"))
    return made


def _owner(table: Table, row: Row) -> object:
    """What the places of a table's rows are counted in."""
    return row[_OWNERS[table.name]] if table.name in _OWNERS else None


def _seal(rows: Rows) -> None:
    """Make the seals and counts that rows lack; those that are given are left to the check."""
    turns: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows["turn"], key=lambda one: one["position"]):
        turns[row["source_id"]].append(row)
    for row in rows["source"]:
        own, words = turns[row["id"]], row["text"]
        if row["turns_sha256"] is None:
            row["turns_sha256"] = seal_of_turns(map(_turn, own))
        if row["words"] is None:
            spoken = (words[one["start_at"] : one["end_at"]] for one in own)
            row["words"] = sum(len(one.split()) for one in spoken)
    for name, sealed in _SEALS.items():
        for row in rows[name]:
            if row["sha256"] is None:
                row["sha256"] = sealed(row)


def _turn(row: Row) -> Turn:
    return Turn(row["speaker"], row["role"], row["start_at"], row["end_at"], row["time"],
                row["line"], row["page"], row["item"])  # fmt: skip


_SEALS: Final[Mapping[str, Callable[[Row], str]]] = {  # of the tables whose rows may lack theirs
    "source": lambda row: sha256(row["text"]),
    **SEALS,
}


# What cannot be so ---------------------------------------------------------------------------


def _of_values(rows: Rows) -> Iterator[str]:
    """Values that are not of their column's kind, or none that there are."""
    for table in _TABLES:
        name = table.name
        made: dict[str, Any] = {"sha256": ""} if name in _SEALS else {}
        made |= {"turns_sha256": "", "words": 0} if table is schema.source else {}
        looked = (row | {one: made[one] for one in made if row[one] is None} for row in rows[name])
        found = list(values.odd(table, looked, values.NOT_HELD))
        for number, row in enumerate(rows[name], 1):
            found += [(number, said) for said in _of_words(name, row)]
        for number, said in sorted(found, key=lambda one: one[0]):
            yield f"{name}, row {number}: {said}"


def _of_words(name: str, row: Row) -> Iterator[str]:
    """Values that are none of those that there are, and what is no JSON."""
    for column, known in _WORDS.get(name, {}).items():
        if row[column] is not None and row[column] not in known:
            yield f"its {column} is not one of {', '.join(sorted(known))}"
    for column, kind in _JSON.get(name, {}).items():
        if row[column] is not None and not _is_json(row[column], kind):
            yield f"its {column} cannot be read"
    if names := _ONE_OF.get(name):
        count = sum(row[column] is not None for column in names)
        if count > 1 or (count == 0 and name != schema.memo.name):
            yield f"it needs one of {', '.join(names)}, and has {count}"
    if name == schema.code.name and not COLOUR.fullmatch(str(row["colour"])):
        yield "its colour is none"
    if name == schema.source.name and NOT_XML.search(str(row["text"])):
        yield "its text has a character that no text can hold"


def _is_json(value: object, kind: type) -> bool:
    try:
        return isinstance(json.loads(str(value)), kind)
    except (ValueError, RecursionError):
        return False


def _of_keys(rows: Rows) -> Iterator[str]:
    """What is there twice, and what points at nothing."""
    ids = {table.name: {row.get("id") for row in rows[table.name]} for table in _TABLES}
    for table in _TABLES:
        uniques = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
        for names in (_names(one.columns) for one in (table.primary_key, *uniques)):
            yield from _twice(table.name, rows[table.name], names)
        for column in table.c:
            for foreign in column.foreign_keys:
                yield from _loose(column, ids[foreign.column.table.name], rows[table.name])


def _names(columns: Iterable[Column[Any]]) -> list[str]:
    return [column.name for column in columns]


def _twice(table: str, rows: list[Row], names: list[str]) -> Iterator[str]:
    held: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(rows, 1):
        key = tuple(row[name] for name in names)
        if None not in key and (first := held.setdefault(key, number)) != number:
            yield f"{table}, row {number}: its {', '.join(names)} is that of row {first}"


def _loose(column: Column[Any], ids: Set[Any], rows: list[Row]) -> Iterator[str]:
    for number, row in enumerate(rows, 1):
        if row[column.name] is not None and row[column.name] not in ids:
            yield f"{column.table.name}, row {number}: its {column.name} points at nothing"


def _of_places(rows: Rows) -> Iterator[str]:
    """Stretches that lie outside their text, or do not quote it."""
    texts = {row["id"]: row["text"] for row in rows["source"]}
    of = {row["id"]: row["source_id"] for row in rows["decision"]}
    for name in ("coding", "suggestion", "assignment", "decision", "decision_coding"):
        for number, row in enumerate(rows[name], 1):
            text_ = texts[row["source_id"] if "source_id" in row else of[row["decision_id"]]]
            start, end = row["start_at"], row["end_at"]
            if name == schema.assignment.name and start == end == 0:
                continue  # the whole of it
            if not 0 <= start < end <= len(text_):
                said = f"{start} to {end} lies outside its text, which has {len(text_)} characters"
                yield f"{name}, row {number}: {said}"
            elif text_[start:end] != row.get("quote", text_[start:end]):
                yield f"{name}, row {number}: its words are not those of its text"
    last: dict[str, int] = {}
    for number, row in sorted(enumerate(rows["turn"], 1), key=lambda one: one[1]["position"]):
        source = row["source_id"]
        before = last.get(source, 0)
        if not before <= row["start_at"] <= row["end_at"] <= len(texts[source]):
            yield f"turn, row {number}: it is out of place"
        last[source] = max(before, row["end_at"])


def _of_codes(rows: Rows) -> Iterator[str]:
    """Codes that stand below themselves, or below one of another codebook, or cannot be read."""
    books = {row["id"]: row["codebook_id"] for row in rows["code"]}
    above = {row["id"]: row["parent_id"] for row in rows["code"]}
    for number, row in enumerate(rows["code"], 1):
        if row["parent_id"] is not None and books[row["parent_id"]] != row["codebook_id"]:
            yield f"code, row {number}: it stands below a code of another codebook"
        if _is_astray(row["id"], above):
            yield f"code, row {number}: it stands below itself, or more than {_DEEPEST} deep"
    for number, book in enumerate(rows["codebook"], 1):
        own = [row for row in rows["code"] if row["codebook_id"] == book["id"]]
        try:
            book_of(book, own)
        except (ValueError, TypeError, AttributeError):
            yield f"codebook, row {number}: one of its codes cannot be read"


def _is_astray(code_id: str, above: Mapping[str, str | None]) -> bool:
    at: str | None = code_id
    for _ in range(_DEEPEST):
        if at is None:
            return False
        at = above[at]
    return at is not None
