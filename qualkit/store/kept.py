"""What a change took away and the log has no room for, kept until it is purged.

Texts of sources, answers, figures of strands and turns would make the log hold each transcript
twice and more. They lie here once, compressed, by the SHA-256 of what they are, and a row of the
log names it (``text_kept``). Whoever purges forgets them, and the entry can be undone no more.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, insert, select

from qualkit.store import schema

BULKY: Final[Mapping[str, tuple[str, ...]]] = {  # columns of which the log only names the hash
    schema.source.name: ("text",),
    schema.survey_wave.name: ("answers",),
    schema.strand.name: ("data",),
}
ENDING: Final = "_kept"  # of what a row of the log calls the hash of such a column
ROWS: Final = f"rows{ENDING}"  # the same of many rows as one
PURGED: Final = "purged"  # the table that a row of the log names, where there were rows before
_LARGEST: Final = 2**29  # bytes; more than this was not kept by qualkit
_AT_ONCE: Final = 500


def keep(connection: Connection, data: bytes | str) -> str:
    """Keep a text or bytes; the hash by which they are :func:`given` back.

    Parameters
    ----------
    connection : Connection
        Within the change that takes them away.
    data : bytes or str
        A text is kept as UTF-8.
    """
    held = data.encode() if isinstance(data, str) else bytes(data)
    name, k = _name_of(held), schema.kept.c
    if connection.execute(select(k.sha256).where(k.sha256 == name)).first() is None:
        row = {"sha256": name, "data": zlib.compress(held, 6)}
        connection.execute(insert(schema.kept).values(row))
    return name


def given(connection: Connection, name: str) -> bytes | None:
    """What is kept by that hash; None where it was purged, or is not what it was."""
    query = select(schema.kept.c.data).where(schema.kept.c.sha256 == name)
    if (data := connection.execute(query).scalar()) is None:
        return None
    unpacking = zlib.decompressobj()
    try:
        held = unpacking.decompress(data, _LARGEST)
    except zlib.error:
        return None
    return held if unpacking.eof and _name_of(held) == name else None


def forget(connection: Connection, names: Iterable[str]) -> int:
    """Forget what is kept by these hashes, for good; how many there were."""
    wanted, count = sorted({*names}), 0
    for at in range(0, len(wanted), _AT_ONCE):
        same = schema.kept.c.sha256.in_(wanted[at : at + _AT_ONCE])
        count += connection.execute(delete(schema.kept).where(same)).rowcount
    return count


def _name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def bulky(table: Table, row: Mapping[str, Any]) -> Iterator[tuple[str, bytes | str]]:
    """The values of a row that the log has no room for, by column."""
    for column in BULKY.get(table.name, ()):
        if column in row:
            yield column, row[column]


def as_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as one text, always the same for the same rows: what is kept of very many."""
    listed = [[row[column] for column in columns] for row in rows]
    return json.dumps([list(columns), *listed], ensure_ascii=False, separators=(",", ":"))


def as_rows(data: bytes) -> list[dict[str, Any]]:
    """The rows out of :func:`as_text`."""
    columns, *listed = json.loads(data)
    return [dict(zip(columns, values, strict=True)) for values in listed]


def purged(count: int, at: str) -> str:
    """What stands in ``before`` or ``after`` of an entry of the log whose rows were purged.

    >>> purged(12, "2026-11-28T04:00:00Z")
    '[{"table": "purged", "rows": 12, "at": "2026-11-28T04:00:00Z"}]'
    """
    return json.dumps([{"table": PURGED, "rows": count, "at": at}])
