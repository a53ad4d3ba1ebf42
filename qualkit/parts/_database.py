"""Studies, packs and other databases: every text of every row."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from qualkit.errors import ReadError
from qualkit.privacy.release import Grid, Part

_ALREADY: Final = ("_data", "_idx", "_docsize", "_config", "_content")  # of a search index
_LARGEST: Final = 1 << 28
_RUN: Final = re.compile(rb"[\x20-\x7e\x80-\xff]{4,}")


def rows(data: bytes, where: str) -> Iterator[Part | Grid]:
    """Every text, also what is compressed."""
    with tempfile.TemporaryDirectory(prefix="qualkit-") as folder:
        copy = Path(folder) / "copy"
        copy.touch(mode=0o600)
        copy.write_bytes(data)
        try:
            with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as opened:
                opened.execute("PRAGMA trusted_schema = OFF")
                yield from _tables(opened, where)
        except sqlite3.Error as error:
            raise ReadError("database", f"damaged ({error})") from error


def _tables(opened: sqlite3.Connection, where: str) -> Iterator[Part]:
    made = opened.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    indexes = {name for name, sql in made if "virtual table" in str(sql).casefold()}
    beside = {f"{name}{ending}" for name in indexes for ending in _ALREADY}
    for name, _ in made:
        if name in indexes or name in beside - {f"{one}_content" for one in indexes}:
            continue
        quoted = name.replace('"', '""')
        found = opened.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608 - a quoted name of its own
        columns = [one[0] for one in found.description]
        for n, row in enumerate(found, 1):
            for column, value in zip(columns, row, strict=True):
                if said := _said(value):
                    yield Part(f"{where}{name} {n}, {column}", said)


def _said(value: object) -> str:
    if isinstance(value, str):
        return value if any(map(str.isalnum, value)) else ""
    if not isinstance(value, bytes):
        return ""
    if value[:1] == b"\x78":
        try:
            value = zlib.decompressobj().decompress(value, _LARGEST)
        except zlib.error:
            return ""
    return _letters(value)


def _letters(data: bytes) -> str:
    """The text of a value; of a packed table its head, for what follows are numbers alone."""
    length = int.from_bytes(data[:8], "little")
    if data[8:9] == b"{" and 0 < length <= len(data) - 8:
        data = data[8 : 8 + length]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(run.decode("utf-8", "replace") for run in _RUN.findall(data))
