"""Codes in the store: found, worded anew, moved, removed, and the codebook as it once was.

A code keeps its row, and with it its codings, whatever it is called. How it read before is in
the log: from the rows before and after each entry every earlier codebook can be had again.
Merging has a module of its own, :mod:`qualkit.store.merging`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Row, func, or_, select

from qualkit import rows
from qualkit.errors import CodebookError, ConflictError, UnknownName
from qualkit.model import Code, Codebook
from qualkit.store import memos, read
from qualkit.store.schema import (
    cell_summary,
    code,
    codebook,
    coding,
    confidence,
    decision_coding,
    guide,
    link,
    log,
    suggestion,
    thread,
    unplaced,
)  # fmt: skip
from qualkit.store.store import Change
from qualkit.store.undo import logged_entry

if TYPE_CHECKING:
    import pandas as pd

_HANGING: Final = {
    coding: "coding", cell_summary: "cell summary", guide: "line of the topic guide",
    decision_coding: "coding of a decision", link: "link to a finding", thread: "thread",
    confidence: "confidence in its finding", unplaced: "coding without a place",
}  # fmt: skip
_NOT_WORDS: Final = frozenset({"position", "version", "codebook_id"})


def known_book(connection: Connection, name: str) -> Codebook:
    """The codebook of that id; UnknownName where there is none."""
    books = {book.id: book for book in read.codebooks(connection)}
    if name not in books:
        raise UnknownName("codebook", name, books)
    return books[name]


def known_code(connection: Connection, book: str, code_id: str) -> tuple[Codebook, Code]:
    """A code and the codebook that it stands in; UnknownName where there is no such one."""
    found = known_book(connection, book)
    return found, code_in(found, code_id)


def code_in(book: Codebook, code_id: str) -> Code:
    """The code of a codebook by its id; UnknownName where there is none."""
    try:
        return book.code(code_id)
    except KeyError:
        raise UnknownName("code", code_id, [one.id for one in book.codes]) from None


def below(book: Codebook, code_id: str) -> list[Code]:
    """A code with all below it, in the order of the codebook."""
    return [one for one in book.codes if code_id in {above.id for above in book.path(one.id)}]


def version_of(connection: Connection, guid: str) -> int:
    """The version of a code's row, by which a change says what it was made from."""
    found = connection.execute(select(code.c.version).where(code.c.id == guid)).scalar()
    return int(found or 0)


def add(change: Change, book: Codebook, new: Code) -> None:
    """Put a code at the end of what stands below its parent, or of the codebook."""
    if new.id in {one.id for one in book.codes}:
        raise ConflictError(f"the codebook {book.id!r} has a code {new.id!r} already")
    above = None if new.parent is None else code_in(book, new.parent)
    place = {"codebook_id": book.guid, "parent_id": above and above.guid}
    order = _placed(book, [new.id], parent=new.parent)
    position = order.index(new.id)
    _number(change, book, order, besides={new.id})
    change.add(code, [{**rows.of_code(new), **place, "position": position}])


def write(change: Change, book: Codebook, old: Code, new: Code, *, version: int | None) -> None:
    """Put new words, and perhaps a new id, in the place of a code's old ones.

    Raises
    ------
    ConflictError
        Where the code moved on from `version`, or the codebook has another of the new id.
    CodebookError
        Where codings carry a rating that the new scale lacks.
    """
    if version is not None and version_of(change.connection, old.guid) != version:
        raise ConflictError(
            f"the code {old.id!r} was changed by somebody else since it was read; look at it "
            "again, then repeat the change"
        )
    if new.id != old.id and new.id in {one.id for one in book.codes}:
        raise ConflictError(f"the codebook {book.id!r} has a code {new.id!r} already")
    if new.values != old.values:
        _refuse_lost_ratings(change.connection, book, old, new)
    before, after = rows.of_code(old), rows.of_code(new)
    values = {name: value for name, value in after.items() if value != before[name]}
    if values:
        change.set(code, old.guid, values)


def _refuse_lost_ratings(connection: Connection, book: Codebook, old: Code, new: Code) -> None:
    problems = []
    for table in (coding, cell_summary, decision_coding, unplaced):
        c = table.c
        query = select(c.rating, func.count()).where(
            c.code_id == old.guid, c.rating.is_not(None), c.rating.not_in(new.values)
        )
        for rating, count in connection.execute(query.group_by(c.rating).order_by(c.rating)):
            what = _counted(count, _HANGING[table])
            problems.append(f"{what} rated {rating}, which the new scale does not have")
    if problems:
        raise CodebookError(f"{book.id}/{old.id}", problems)


def move(
    change: Change, book: Codebook, moved: Code, *, parent: str | None, before: str | None
) -> None:
    """Put a code, with all below it, below another parent, or elsewhere among its siblings.

    Raises
    ------
    UnknownName
        For a parent, or a code to stand before, that the codebook does not have.
    CodebookError
        Where the code would stand below itself, or before what is no sibling of it there.
    """
    block = [one.id for one in below(book, moved.id)]
    where = f"{book.id}/{moved.id}"
    above = None if parent is None else code_in(book, parent)
    if parent in block:
        raise CodebookError(where, [f"it cannot stand below {parent!r}, which stands below it"])
    if before is not None and code_in(book, before).parent != parent:
        there = "a theme" if parent is None else f"below {parent!r}"
        raise CodebookError(where, [f"it cannot stand before {before!r}, which is not {there}"])
    if before in block:
        return
    guid = above.guid if above is not None else None
    order = _placed(book, block, parent=parent, before=before)
    values = {moved.id: {"parent_id": guid}} if parent != moved.parent else {}
    _number(change, book, order, values=values)


def remove(change: Change, book: Codebook, gone: Code) -> None:
    """Remove a code, what was suggested for it, and its memos.

    Raises
    ------
    CodebookError
        Where anything hangs on it, or it is the only one of its codebook.
    """
    hanging = _hanging(change.connection, book, gone)
    where = f"{book.id}/{gone.id}"
    if hanging:
        raise CodebookError(
            where,
            [
                f"it still has {', '.join(hanging)}; merge it into another code, or remove "
                "those first"
            ],
        )
    refuse_only_one(book, gone)
    proposed = select(suggestion.c.id).where(suggestion.c.code_id == gone.guid)
    change.remove(suggestion, change.connection.execute(proposed).scalars().all())
    memos.remove_of(change, "code", gone.guid)
    change.remove(code, [gone.guid])


def refuse_only_one(book: Codebook, gone: Code) -> None:
    """CodebookError where a codebook would be left without a code."""
    if len(book.codes) == 1:
        raise CodebookError(
            f"{book.id}/{gone.id}", ["it is the only code of its codebook, which cannot be empty"]
        )


def _hanging(connection: Connection, book: Codebook, gone: Code) -> list[str]:
    """What hangs on a code, in words."""
    found = []
    for table, name in _HANGING.items():
        query = select(func.count()).select_from(table).where(table.c.code_id == gone.guid)
        if count := connection.execute(query).scalar_one():
            found.append(_counted(count, name))
    if count := sum(one.parent == gone.id for one in book.codes):
        found.append(f"{_counted(count, 'code')} below it")
    return found


def _counted(count: int, name: str) -> str:
    if count == 1:
        return f"1 {name}"
    plural = {
        "cell summary": "cell summaries", "line of the topic guide": "lines of the guide",
        "coding of a decision": "codings of decisions", "link to a finding": "links to findings",
    }  # fmt: skip
    return f"{count} {plural.get(name, f'{name}s')}"


def _placed(
    book: Codebook, block: Sequence[str], *, parent: str | None, before: str | None = None
) -> list[str]:
    """The ids of a codebook in order, with some of them put together in another place."""
    rest = [one.id for one in book.codes if one.id not in block]
    at = len(rest)
    if before is not None:
        at = rest.index(before)
    elif parent is not None:
        family = {one.id for one in below(book, parent)}
        at = 1 + max(n for n, one in enumerate(rest) if one in family)
    return [*rest[:at], *block, *rest[at:]]


def _number(
    change: Change,
    book: Codebook,
    order: Sequence[str],
    *,
    values: Mapping[str, Mapping[str, Any]] | None = None,
    besides: Collection[str] = (),
) -> None:
    """Give codes their positions, and some of them other values with it; each is set once."""
    query = select(code.c.ident, code.c.id, code.c.position).where(code.c.codebook_id == book.guid)
    held = {row.ident: row for row in change.connection.execute(query)}
    for position, ident in enumerate(order):
        if ident in besides:
            continue
        new = dict((values or {}).get(ident, {}))
        if held[ident].position != position:
            new["position"] = position
        if new:
            change.set(code, held[ident].id, new)


# The codebook as it was --------------------------------------------------------------------


def versions(connection: Connection, book: Codebook) -> pd.DataFrame:
    """One row an entry of the log that changed a codebook; see :meth:`qualkit.Project`."""
    import pandas as pd

    found = [
        (entry.entry, entry.at, entry.who, f"{entry.action} {entry.what}", _worded(entry, book))
        for entry in _entries(connection, book)
    ]
    return pd.DataFrame(found, columns=["entry", "at", "who", "what", "codes"])


def at(connection: Connection, book: Codebook, entry: int) -> Codebook:
    """A codebook as it was after an entry of the log; ValueError where it was not there."""
    logged_entry(connection, entry)
    held = _now(connection, book)
    for later in reversed(_entries(connection, book, after=entry)):
        for row in json.loads(later.after):
            held.pop(_key(row), None)
        for row in reversed(json.loads(later.before)):
            if _is_of(row, book):
                held[_key(row)] = row
    head = held.pop((codebook.name, book.guid), None)
    if head is None:
        first = _entries(connection, book)[0].entry
        raise ValueError(
            f"the codebook {book.id!r} was not there at entry {entry}; it came with entry {first}"
        )
    codes = sorted(held.values(), key=lambda row: (row["position"], row["ident"]))
    return rows.book_of(head, codes)


Key = tuple[str, str]


def _now(connection: Connection, book: Codebook) -> dict[Key, Mapping[str, Any]]:
    """The rows of a codebook and its codes, as the log would list them."""
    found: dict[Key, Mapping[str, Any]] = {}
    for table, own in ((codebook, codebook.c.id), (code, code.c.codebook_id)):
        query = select(table).where(own == book.guid)
        for row in connection.execute(query).mappings():
            found[table.name, row["id"]] = dict(row)
    return found


def _key(row: Mapping[str, Any]) -> Key:
    return str(row.get("table")), str(row.get("id"))


def _is_of(row: Mapping[str, Any], book: Codebook) -> bool:
    """Whether a row that the log lists is of a codebook or of one of its codes."""
    if row.get("table") == codebook.name:
        return bool(row["id"] == book.guid)
    return row.get("table") == code.name and bool(row["codebook_id"] == book.guid)


def _entries(connection: Connection, book: Codebook, *, after: int = 0) -> list[Row[Any]]:
    """The entries of the log that touched a codebook or its codes, oldest first."""
    c = log.c
    guid = json.dumps(book.guid)  # with its quotation marks
    named = or_(*(side.contains(guid, autoescape=True) for side in (c.before, c.after)))
    query = select(log).where(c.entry > after, named).order_by(c.entry)
    return list(connection.execute(query))


def _worded(entry: Row[Any], book: Codebook) -> list[str]:
    """The ids of the codes that an entry added, removed, or gave other words or another parent."""
    sides: list[dict[str, Mapping[str, Any]]] = [
        {row["id"]: row for row in json.loads(side) if row.get("table") == code.name}
        for side in (entry.before, entry.after)
    ]
    before, after = sides
    return list(dict.fromkeys(_touched(before, after, book)))


def _touched(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], book: Codebook
) -> Iterator[str]:
    for guid in {**before, **after}:
        old, new = before.get(guid), after.get(guid)
        row = new or old or {}
        if not any(_is_of(one, book) for one in (old, new) if one is not None):
            continue
        if (
            old is None
            or new is None
            or old["codebook_id"] != new["codebook_id"]
            or any(old[name] != new[name] for name in old if name not in _NOT_WORDS)
        ):
            yield str(row["ident"])
