r"""Our own bundle: a study whole, as a zip of tables, codebooks and texts that people can read.

``manifest.json`` names the format and the SHA-256 of every other part; ``tables/*.csv`` has
every row of every table; ``sources/*.txt`` the texts, by their place in ``tables/source.csv``;
``codebooks/*.yaml`` the codebooks for people and for :func:`qualkit.read_codebook`. What is read
are the tables and the texts. A bundle carries everything, and serves to keep a study for years
and to move it between SQLite and PostgreSQL.

In a table, a value that is none is ``\N``, one that is not there at all ``\-``, and bytes are
base64. A text that begins with what a spreadsheet would work out, with a backslash or with an
apostrophe has an apostrophe before it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from qualkit.codebook import codebook_text
from qualkit.errors import ReadError, TableError
from qualkit.importers._guard import Archive
from qualkit.interchange._archives import open_archive, write_archive
from qualkit.interchange.report import Losses
from qualkit.rows import book_of
from qualkit.snapshot import COLUMNS, TABLES, Row, Snapshot, Value, kind_of

FORMAT: Final = "qualkit bundle"
VERSION: Final = 1
_MANIFEST: Final = "manifest.json"
_NONE: Final = "\\N"
_ABSENT: Final = "\\-"
_GUARDED: Final = tuple("'\\=+-@\t\r\uff1d\uff0b\uff0d\uff20")
_TEXT: Final = "text"  # the column of a source that stands in a part of its own
_SOURCE: Final = "source"
_QUOTED: Final = re.compile('[,"\r\n]')
_FIELD: Final = re.compile(r'(?:"((?:[^"]++|"")*+)"|([^,"\r\n]*+))(,|\r\n)')


# Writing -------------------------------------------------------------------------------------


def write(snapshot: Snapshot, path: Path | str) -> Losses:
    """Write a study to a bundle, whole or not at all; the same study gives the same bytes.

    Raises
    ------
    QualkitError
        Where the place cannot be written to.
    """
    write_archive(path, _parts(snapshot))
    return losses(snapshot)


def losses(_snapshot: Snapshot) -> Losses:
    """What a bundle cannot hold: nothing."""
    return Losses()


def _parts(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    hashes: dict[str, str] = {}
    for name, data in _content(snapshot):
        hashes[name] = hashlib.sha256(data).hexdigest()
        yield name, data
    said = {"format": FORMAT, "version": VERSION, "parts": hashes}
    yield _MANIFEST, (json.dumps(said, indent=1, ensure_ascii=False) + "\n").encode()


def _content(snapshot: Snapshot) -> Iterator[tuple[str, bytes]]:
    for number, book in enumerate(snapshot.rows("codebook"), 1):
        yield f"codebooks/{number:03}.yaml", _yaml(book, snapshot.rows("code"))
    for number, row in enumerate(snapshot.rows(_SOURCE), 1):
        yield _place(number), str(row[_TEXT]).encode()
    for name in TABLES:
        if rows := snapshot.rows(name):
            yield f"tables/{name}.csv", _csv(name, rows)


def _place(number: int) -> str:
    return f"sources/{number:05}.txt"


def _yaml(book: Row, codes: Iterable[Row]) -> bytes:
    own = [row for row in codes if row["codebook_id"] == book["id"]]
    own.sort(key=lambda row: (row.get("position") or 0, str(row["ident"])))
    return codebook_text(book_of(book, own)).encode()


def _csv(name: str, rows: Iterable[Row]) -> bytes:
    """The rows of a table, with every column that it can have."""
    columns = COLUMNS[name]
    lines = [",".join(columns)]
    for number, row in enumerate(rows, 1):
        held = {**row, _TEXT: _place(number)} if name == _SOURCE else row
        values = (_written(held[one]) if one in held else _ABSENT for one in columns)
        lines.append(",".join(map(_field, values)))
    return ("\r\n".join(lines) + "\r\n").encode()


def _field(value: str) -> str:
    return '"' + value.replace('"', '""') + '"' if _QUOTED.search(value) else value


def _written(value: Value) -> str:
    if value is None:
        return _NONE
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_GUARDED) else value
    return repr(int(value) if isinstance(value, bool) else value)


# Reading -------------------------------------------------------------------------------------


def read(path: Path | str) -> Snapshot:
    """A study out of a bundle.

    Raises
    ------
    ReadError
        For what is no bundle, was changed since it was written, or would harm.
    """
    with open_archive(path) as archive:
        _check(archive)
        held = [name for name in TABLES if _part(name) in archive.names]
        tables = {name: list(_rows(archive, name)) for name in held}
    try:
        return Snapshot(tables)
    except TableError as error:
        raise ReadError(archive.name, str(error)) from error


def _part(table: str) -> str:
    return f"tables/{table}.csv"


def _check(archive: Archive) -> None:
    """Refuse a bundle that is not as its manifest says."""
    if _MANIFEST not in archive.names:
        raise ReadError(archive.name, f"no bundle of qualkit: it has no {_MANIFEST}")
    said = _manifest(archive)
    if said.get("format") != FORMAT or not isinstance(said.get("parts"), dict):
        raise ReadError(archive.name, "no bundle of qualkit: its manifest is of something else")
    known = {_part(name) for name in TABLES}
    newer = {name for name in archive.names if name.startswith("tables/")} - known
    if said.get("version") != VERSION or newer:
        raise ReadError(archive.name, "made by a newer qualkit; update qualkit first")
    _compare(archive, said["parts"])


def _manifest(archive: Archive) -> Mapping[str, Any]:
    try:
        said = json.loads(archive.part(_MANIFEST))
    except (ValueError, RecursionError) as error:
        raise ReadError(archive.name, f"damaged file: its {_MANIFEST} cannot be read") from error
    return said if isinstance(said, dict) else {}


def _compare(archive: Archive, parts: Mapping[str, Any]) -> None:
    names = {name for name in archive.names if name != _MANIFEST and not name.endswith("/")}
    for name in sorted(parts.keys() - names):
        raise ReadError(archive.name, f"damaged file: its part {name[:80]!r} is missing")
    for name in sorted(names - parts.keys()):
        raise ReadError(archive.name, f"its part {name[:80]!r} is not in its manifest")
    for name in sorted(names):
        if hashlib.sha256(archive.part(name)).hexdigest() != parts[name]:
            why = f"its part {name[:80]!r} was changed since it was written"
            raise ReadError(archive.name, why)


def _rows(archive: Archive, table: str) -> Iterator[Row]:
    part, places = _part(table), set[str]()
    try:
        lines = _lines(archive.part(part).decode())
        columns = next(lines)
        for values in lines:
            held = zip(columns, values, strict=True)
            row = {name: _read(name, value) for name, value in held if value != _ABSENT}
            yield _with_text(archive, row, places) if table == _SOURCE else row
    except (ValueError, StopIteration) as error:
        raise ReadError(archive.name, f"damaged file: {part} cannot be read ({error})") from error


def _lines(text: str) -> Iterator[list[str]]:
    """The lines of a table as :func:`_csv` writes them; a value may be as long as it likes."""
    at, line = 0, []
    while at < len(text):
        if (found := _FIELD.match(text, at)) is None:
            raise ValueError(f"character {at + 1} is out of place")
        quoted, plain, end = found.groups()
        line.append(plain if quoted is None else quoted.replace('""', '"'))
        at = found.end()
        if end != ",":
            yield line
            line = []


def _read(column: str, value: str) -> Value:
    if value == _NONE:
        return None
    kind = kind_of(column)
    if kind is bytes:
        return base64.b64decode(value, validate=True)
    if kind is str:
        return value.removeprefix("'")
    return int(value) if kind is int else float(value)


def _with_text(archive: Archive, row: Row, places: set[str]) -> Row:
    """A source with its text; `places` has those of the texts before, as each has its own."""
    place = str(row.get(_TEXT))
    if place in places:
        raise ReadError(archive.name, f"damaged file: two sources have the text {place[:80]!r}")
    places.add(place)
    if place not in archive.names:
        raise ReadError(archive.name, f"damaged file: the text {place[:80]!r} is missing")
    return {**row, _TEXT: archive.part(place).decode()}
