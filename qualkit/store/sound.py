"""What must hold of codebooks, whatever is taken back.

An undo puts old rows beside newer ones. Each may be right by itself, and the codebook wrong: a
code below itself, two of one name, none at all, a rating without its level.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from qualkit.model import look_of
from qualkit.store.schema import cell_summary, code, codebook, coding, decision_coding

_RATED: Final = {
    coding: "coding",
    cell_summary: "cell summary",
    decision_coding: "coding of a decision",
}
_AT_ONCE: Final = 500
Fault = tuple[str, str]  # what happened since, and the id of the row that it happened to


def faults(
    connection: Connection, *, books: Collection[str], codes: Collection[str],
    scales: Sequence[str], rated: Sequence[str],
) -> Iterator[Fault]:  # fmt: skip
    """What is wrong now, with what must have been changed in between for it to be so.

    Parameters
    ----------
    connection : Connection
    books, codes : collection of str
        Ids of the codebooks to look at, and of the codes that were set or put back.
    scales, rated : sequence of str
        Ids of the codes whose scale, and of the codings and summaries whose rating, that was.
    """
    for book in sorted(books):
        yield from _of_book(connection, book, codes)
    yield from _without_level(connection, scales, rated)


def _of_book(connection: Connection, book: str, codes: Collection[str]) -> Iterator[Fault]:
    query = select(code.c.id, code.c.ident, code.c.name, code.c.parent_id)
    rows = connection.execute(query.where(code.c.codebook_id == book))
    found: dict[str, Any] = {row.id: row for row in rows}
    there = select(codebook.c.id).where(codebook.c.id == book)
    if not found and connection.execute(there).first() is not None:
        yield "its codebook lost every other code", book
    yield from _astray(found, codes)
    yield from _alike(found.values(), codes)


def _astray(found: Mapping[str, Any], codes: Collection[str]) -> Iterator[Fault]:
    """Codes that stand below themselves, or below one of another codebook."""
    for row in found.values():
        passed, at = [row.id], row.parent_id
        while at in found and at not in passed:
            passed.append(at)
            at = found[at].parent_id
        if at == row.id:
            moved = next((one for one in passed if one not in codes), row.id)
            yield f"{found[moved].ident!r} was moved below it", moved
        elif row.parent_id is not None and row.parent_id not in found:
            yield f"what {row.ident!r} stood below was put into another codebook", row.parent_id


def _alike(found: Collection[Any], codes: Collection[str]) -> Iterator[Fault]:
    """Codes that were set or put back, and now look like another one."""
    ours = {look_of(row.name): row.id for row in found if row.id in codes}
    for row in found:
        if ours.get(look_of(row.name), row.id) != row.id:
            yield f"{row.ident!r} was given a name that looks the same", row.id


def _without_level(
    connection: Connection, scales: Sequence[str], rated: Sequence[str]
) -> Iterator[Fault]:
    for table, name in _RATED.items():
        for row in [*_ratings(connection, table, "code_id", scales),
                    *_ratings(connection, table, "id", rated)]:  # fmt: skip
            if row.rating in {level["value"] for level in json.loads(row.scale)}:
                continue
            if row.id in rated:
                yield f"the scale of {row.ident!r} lost the {row.rating}", row.code_id
            else:
                yield f"a {name} got the rating {row.rating} that it brought", row.id


def _ratings(
    connection: Connection, table: Table, column: str, ids: Sequence[str]
) -> Iterator[Any]:
    c = table.c
    query = select(c.id, c.code_id, c.rating, code.c.scale, code.c.ident).join(
        code, code.c.id == c.code_id
    )
    for at in range(0, len(ids), _AT_ONCE):
        own = c[column].in_(ids[at : at + _AT_ONCE])
        yield from connection.execute(query.where(c.rating.is_not(None), own))
