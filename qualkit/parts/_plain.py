"""Texts, separated tables, pictures, and what else has letters in it."""

from __future__ import annotations

import csv
import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from qualkit.privacy.release import DETAIL, UNREAD, Grid, Part

_FIELD: Final = 1 << 26
_RUN: Final = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}")
_WIDE: Final = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){4,}")
_PICTURE: Final = "a picture: what is drawn in it is not read"
_CHUNK: Final = 1 << 24


def decoded(data: bytes) -> str:
    """Bytes as text, by their mark; UTF-8, or Windows-1252 where they are none."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"),
                           (b"\xfe\xff", "utf-16-be")):  # fmt: skip
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def text(data: bytes, where: str) -> Iterator[Part | Grid]:
    """Paragraphs of a text, and its tables where it has them between upright lines."""
    lines = decoded(data).split("\n")
    table: list[tuple[str, ...]] = []
    begun: list[str] = []
    start = 1
    for n, line in enumerate([*lines, ""], 1):
        piped = line.count("|") > 1
        if table and not piped:
            yield Grid(f"{where}the table above line {n}", tuple(table))
            table = []
        if piped:
            table.append(tuple(cell.strip() for cell in line.strip().strip("|").split("|")))
        if line.strip():
            start = start if begun else n
            begun.append(line)
        elif begun:
            yield Part(f"{where}line {start}", "\n".join(begun))
            begun = []


def delimited(data: bytes, where: str) -> Iterator[Part | Grid]:
    """A separated table: each cell, and the whole as a grid."""
    said = decoded(data)
    head = said[: said.find("\n") + 1] or said
    delimiter = max(",;\t|", key=head.count)
    before = csv.field_size_limit(_FIELD)
    try:
        rows = tuple(map(tuple, csv.reader(io.StringIO(said, newline=""), delimiter=delimiter)))
    except csv.Error:
        yield from text(data, where)
        return
    finally:
        csv.field_size_limit(before)
    yield from cells(Grid(f"{where}the table" if where else "the table", rows))


def cells(grid: Grid) -> Iterator[Part | Grid]:
    """A grid, and each of its rows' cells as a text; the same text once a column."""
    seen: set[str] = set()
    head = grid.rows[0] if grid.rows else ()
    for n, row in enumerate(grid.rows, 1):
        for at, cell in enumerate(row):
            if cell and cell not in seen and not cell.isdigit():
                seen.add(cell)
                column = head[at] if at < len(head) and n > 1 and head[at] else f"column {at + 1}"
                yield Part(f"{grid.where}, row {n}, {column}", cell)
    yield grid


def picture(data: bytes, where: str) -> Iterator[Part]:
    """The text chunks of a PNG; of every picture, that it is not read."""
    yield Part(where.rstrip(", ") or "the file", _PICTURE, UNREAD)
    at = 8
    while data.startswith(b"\x89PNG") and at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind in {b"tEXt", b"zTXt", b"iTXt"} and (told := _chunk(kind, body)):
            yield Part(f"{where}text in the picture", told)
    if data.startswith(b"\xff\xd8"):
        yield from binary(data[:_CHUNK], where, None)


def _chunk(kind: bytes, body: bytes) -> str:
    key, _, rest = body.partition(b"\0")
    try:
        if kind == b"zTXt":
            rest = zlib.decompressobj().decompress(rest[1:], _CHUNK)
        elif kind == b"iTXt":
            packed, rest = rest[:1], rest[2:].split(b"\0", 2)[-1]
            rest = zlib.decompressobj().decompress(rest, _CHUNK) if packed == b"\1" else rest
    except zlib.error:
        return ""
    return f"{decoded(key)}: {decoded(rest)}"


def binary(data: bytes, where: str, why: str | None) -> Iterator[Part]:
    """What letters there are in a file of an unknown kind, and that it was not read."""
    if why is not None:
        yield Part(where.rstrip(", ") or "the file", why, UNREAD)
    place = f"{where}letters in the file"
    yield Part(place, "\n".join(decoded(run[0]) for run in _RUN.finditer(data)))
    yield Part(place, "\n".join(run[0].decode("utf-16-le") for run in _WIDE.finditer(data)))


def detail(where: str, name: str, value: str) -> Iterator[Part]:
    """A detail of the file itself, where it says something."""
    if value.strip():
        yield Part(f"{where}the file's {name}", value, DETAIL)
