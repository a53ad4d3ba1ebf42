"""Coder packs: a small study for one coder, who works on it offline and sends it back.

A pack holds the coder's sources with what is known of them, the codebooks, the topic guide, what
the coder has coded and written there, and what they are to code. It holds nothing of anybody
else's: no coding, no suggestion, no summary, no entry of the log. Every row keeps its id, so that
the pack can be merged; see :mod:`qualkit.store.pack_merging`.

Roles bind in a pack, its coder being a ``coder``: the codebook stays what it is in the study.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, select

from qualkit.errors import ConflictError, NotAllowed, StoreError, UnknownName
from qualkit.model import NOT_XML, new_id, now, seal
from qualkit.store import rights, schema, search, sight
from qualkit.store.engine import back_up, is_address
from qualkit.store.store import Change, Store
from qualkit.store.summaries import seal_of
from qualkit.writing import let_out

KEY: Final = "pack"  # in the table project: what makes a study a pack
_AT_ONCE: Final = 500  # values in one IN list
_ID: Final = 36  # characters
_MAKERS: Final = ("Supervisor", "Lead")  # what the maker of a pack is called where nobody is there
Row = dict[str, Any]
Rows = dict[str, list[Row]]  # by table, in the order in which they can be written


@dataclass(frozen=True, slots=True)
class PackReport:
    """What went into a coder pack.

    Attributes
    ----------
    path : Path
        Its file.
    coder : str
        For whom it is.
    sources : tuple of str
        Their names.
    codings : int
        How many of the coder's own it holds already.
    """

    path: Path
    coder: str
    sources: tuple[str, ...]
    codings: int


@dataclass(frozen=True, slots=True)
class Label:
    """What a pack says of itself.

    Attributes
    ----------
    id, study : str
        Ids of the pack and of the study that it was made of.
    coder_id, coder : str
        For whom it is.
    made, by : str
        When, and by whom.
    base : dict
        Ids of the coder's codings and summaries when it was made, each with its seal.
    """

    id: str
    study: str
    coder_id: str
    coder: str
    made: str
    by: str
    base: dict[str, str]


def label_of(connection: Connection) -> Label | None:
    """What a study says of itself as a pack; None where it is none.

    Raises
    ------
    ValueError
        Where what it says cannot be understood.
    """
    said = project_value(connection, KEY)
    if said is None:
        return None
    found = json.loads(said)
    names = ("study", "coder_id", "coder", "made", "by")
    if not isinstance(found, dict) or not all(isinstance(found.get(one), str) for one in names):
        raise ValueError("what it says of itself is not complete")
    if any(NOT_XML.search(found[one]) for one in names):
        raise ValueError("what it says of itself has a character that no text can hold")
    base = found.get("base")
    if not isinstance(base, dict) or not all(isinstance(one, str) for one in base.values()):
        raise ValueError("it does not say what it began with")
    own = project_value(connection, "id") or ""
    if len(own) != _ID:  # a study that merges it keeps it as a key
        raise ValueError("it has no id of its own")
    return Label(id=own, base=base, **{one: found[one] for one in names})


def project_value(connection: Connection, key: str) -> str | None:
    """What a study says of itself under a key; None where it says nothing."""
    p = schema.project.c
    return connection.execute(select(p.value).where(p.key == key)).scalar()


def write(
    store: Store, path: Path, coder: str, *, sources: Sequence[str] | None, user: str
) -> PackReport:
    """Write a coder's pack into a file that is not there yet, whole or not at all.

    Raises
    ------
    UnknownName, ConflictError
        For a coder or source that is not there, a coder with nothing assigned.
    NotAllowed
        Where a coder asks for the pack of another.
    StoreError
        Where the file is there already, or cannot be written.
    """
    _refuse_path(path)
    with store.read() as connection:
        _refuse_others(connection, user, coder)
        rows = _rows_for(connection, coder, sources)
        refuse_blind(connection, user, coder, {row["id"] for row in rows["source"]})
        label = _label(connection, rows, user)
        rows["coder"].append(_maker(connection, rows["coder"][0], user))
    with tempfile.TemporaryDirectory(prefix="qualkit-pack-") as folder:
        waiting = Path(folder) / "pack.qualkit"
        _fill(waiting, rows, label, user)
        _refuse_path(path)
        let_out(waiting, path)
        back_up(waiting, path)
    names = tuple(row["name"] for row in rows["source"])
    return PackReport(path, coder, names, len(rows["coding"]))


def _refuse_path(path: Path) -> None:
    if is_address(str(path)):
        raise StoreError(str(path), "a coder pack is a file; name one such as ann.qualkit")
    if path.exists():
        why = "exists already, and may be somebody's work; name another file"
        raise StoreError(str(path), why)
    if not path.parent.is_dir():
        raise StoreError(str(path), f"there is no folder {path.parent}; make it first")


def _refuse_others(connection: Connection, user: str, coder: str) -> None:
    """NotAllowed where a coder wants the pack of another."""
    own = rights.of(connection, user)
    if user != coder and not own.at_least(rights.EVALUATOR):
        raise NotAllowed(user, own.role, "take the work of another coder along")


def refuse_blind(connection: Connection, user: str, coder: str, source_ids: set[str]) -> None:
    """ConflictError where a pack would show somebody what they must not see yet."""
    blind = sight.of(connection, user).sources
    hidden = sorted(name for one, name in blind.items() if one in source_ids)
    if hidden and user != coder:
        raise ConflictError(
            f"{user} codes {hidden[0]} blind, and must not see what {coder} coded there before "
            "that is done; somebody else has to do this"
        )


# What goes into it -------------------------------------------------------------------------


def _rows_for(connection: Connection, coder: str, sources: Sequence[str] | None) -> Rows:
    """Every row of a coder's pack but the one of whoever makes it, by table."""
    owner = _coder_row(connection, coder)
    ids = _source_ids(connection, owner, sources)
    rows: Rows = {"coder": [owner]}
    rows["source"] = rows_where(connection, schema.source.c.id, ids)
    cases = {row["case_id"] for row in rows["source"]}
    rows["case_unit"] = rows_where(connection, schema.case.c.id, cases)
    rows["case_attribute"] = rows_where(connection, schema.case_attribute.c.case_id, cases)
    for table in (schema.source_attribute, schema.turn):
        rows[table.name] = rows_where(connection, table.c.source_id, ids)
    for table in (schema.codebook, schema.code, schema.guide):
        rows[table.name] = [dict(row) for row in connection.execute(select(table)).mappings()]
    rows["code"] = _parents_first(rows["code"])
    for table in (schema.coding, schema.assignment):
        found = rows_where(connection, table.c.source_id, ids)
        rows[table.name] = [row for row in found if row["coder_id"] == owner["id"]]
    rows["cell_summary"] = _summaries(connection, owner["id"], {*ids, *cases}, rows["coding"])
    return rows


def _coder_row(connection: Connection, coder: str) -> Row:
    """The coder's row as a pack has it: no more than a coder, with no login of a server."""
    c = schema.coder.c
    found = connection.execute(select(schema.coder).where(c.name == coder)).mappings().first()
    if found is None:
        raise UnknownName("coder", coder, connection.execute(select(c.name)).scalars())
    return {**found, "role": rights.CODER, "login": ""}


def _source_ids(connection: Connection, owner: Row, names: Sequence[str] | None) -> list[str]:
    """Ids of the sources named, or of all that are assigned to a coder."""
    if names is None:
        a = schema.assignment.c
        assigned = select(a.source_id).where(a.coder_id == owner["id"]).distinct()
        ids = list(connection.execute(assigned).scalars())
        if not ids:
            raise ConflictError(
                f"nothing is assigned to {owner['name']}; assign sources first "
                "('qualkit coder assign'), or name the sources of the pack"
            )
        return ids
    s = schema.source.c
    known = {name: one for one, name in connection.execute(select(s.id, s.name))}
    for name in names:
        if name not in known:
            raise UnknownName("source", name, known)
    if not names:
        raise ConflictError("a pack without sources is none; name at least one")
    return [known[name] for name in dict.fromkeys(names)]


def rows_where(connection: Connection, column: Column[Any], values: Collection[str]) -> list[Row]:
    """The rows of a table in which a column has one of these values."""
    wanted, found = sorted(values), []
    for at in range(0, len(wanted), _AT_ONCE):
        query = select(column.table).where(column.in_(wanted[at : at + _AT_ONCE]))
        found += [dict(row) for row in connection.execute(query).mappings()]
    return sorted(found, key=lambda row: row.get("position") or 0)


def _parents_first(codes: Iterable[Row]) -> list[Row]:
    """Codes in an order in which each comes after the one above it."""
    waiting, ordered, there = list(codes), [], {None}
    while waiting:
        ready = [row for row in waiting if row["parent_id"] in there]
        ordered += ready
        there |= {row["id"] for row in ready}
        waiting = [row for row in waiting if row["id"] not in there]
    return ordered


def _summaries(
    connection: Connection, coder_id: str, units: set[str], codings: Iterable[Row]
) -> list[Row]:
    """What a coder wrote on these cases and sources, resting on the codings of the pack alone."""
    c = schema.cell_summary.c
    found = connection.execute(select(schema.cell_summary).where(c.coder_id == coder_id)).mappings()
    own = {row["id"] for row in codings}
    return [
        resting_on(dict(row), own) for row in found if (row["case_id"] or row["source_id"]) in units
    ]


def resting_on(row: Mapping[str, Any], codings: Collection[str]) -> Row:
    """A summary that cites these codings alone, and rests on no others."""
    cites = [one for one in json.loads(row["cites"]) if one in codings]
    evidence = row["evidence"]
    if evidence is not None:
        held = {one: mark for one, mark in json.loads(evidence).items() if one in codings}
        evidence = json.dumps(held, sort_keys=True)
    made = {**row, "cites": json.dumps(cites), "evidence": evidence}
    return {**made, "sha256": seal_of(made)}


def words_of(row: Mapping[str, Any]) -> str:
    """The seal over what a summary says, whatever it rests on."""
    return seal(*(row[name] for name in ("text", "stance", "rating", "draft", "cites")))


def _label(connection: Connection, rows: Rows, user: str) -> Row:
    owner = rows["coder"][0]
    base = {row["id"]: row["sha256"] for row in rows["coding"]}
    base |= {row["id"]: words_of(row) for row in rows["cell_summary"]}
    return {
        "study": project_value(connection, "id"),
        "coder_id": owner["id"],
        "coder": owner["name"],
        "made": now(),
        "by": user,
        "base": base,
    }


def _maker(connection: Connection, owner: Row, user: str) -> Row:
    """The supervisor of a pack: who makes it, or one of the study where a coder does so."""
    c = schema.coder.c
    query = select(c.id, c.name).where(c.id != owner["id"])
    known: dict[str, str] = {}
    for row in connection.execute(query.order_by(c.role != rights.SUPERVISOR, c.name)):
        known[row.name] = row.id
    own = [user] if rights.of(connection, user).at_least(rights.EVALUATOR) else []
    name = next(one for one in (*own, *known, *_MAKERS) if one != owner["name"])
    return {"id": known.get(name) or new_id(), "name": name, "created": now(),
            "role": rights.SUPERVISOR, "login": ""}  # fmt: skip


# Writing it --------------------------------------------------------------------------------


def _fill(path: Path, rows: Rows, label: Row, user: str) -> None:
    """A new study with these rows, and no word in its log of where they come from."""
    store = Store.create(str(path))
    try:
        with store.change(user, "write pack", label["coder"]) as change:
            for table, found in _in_order(rows):
                change.add(table, found, logged=False)
            search.add(change.connection, [row["id"] for row in rows["source"]])
            _say(change, label)
    finally:
        store.close()


def _in_order(rows: Rows) -> Iterator[tuple[Table, list[Row]]]:
    """The tables, each after those that it points at."""
    for table in schema.metadata.sorted_tables:
        if rows.get(table.name):
            yield table, rows[table.name]


def _say(change: Change, label: Row) -> None:
    said = json.dumps(label, ensure_ascii=False)
    change.add(schema.project, [{"key": KEY, "value": said}], logged=False)
