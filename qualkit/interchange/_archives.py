"""Zip archives of other tools and our own: read within limits, written the same each time.

Nothing is ever unpacked to disk. What an archive holds is checked whole before any of it is
read: paths that climb out, links, duplicates, bombs, passwords; the reason is named.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from qualkit.errors import QualkitError, ReadError
from qualkit.importers._guard import MB, NAMES, RATIO, RATIO_FLOOR, Archive, Limits, sniff
from qualkit.writing import write_whole

LIMITS: Final = Limits(  # half a million codings: 260 MB of XML, 2,000,000 elements
    entries=100_000, part=400 * MB, total=1_000 * MB, elements=5_000_000, media=True
)  # fmt: skip
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)  # of every part, so that the same is written each time
_HEAD: Final = 1_024
_LARGE: Final = "not written, as it is larger than what is read again"


def open_archive(path: Path | str) -> Archive:
    """An archive, checked whole; use it in a ``with`` statement.

    Its `names` are those of its parts, with forward slashes; `part` gives the bytes of one and
    `xml` its root element.

    Raises
    ------
    ReadError
        With the reason why it is refused.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise ReadError(path.name, "this is a folder")
        with path.open("rb") as file:
            kind = sniff(file.read(_HEAD))
    except OSError as error:
        raise ReadError(path.name, f"cannot be opened ({error.strerror})") from error
    if kind != "zip":
        raise ReadError(path.name, f"damaged file: it is {NAMES.get(kind, kind)}, not an archive")
    return Archive(path, path.name, LIMITS)


def write_archive(path: Path | str, parts: Iterable[tuple[str, bytes]]) -> Path:
    """Write an archive, whole or not at all; the same parts give the same bytes.

    Raises
    ------
    QualkitError
        Where the place cannot be written to, or what is written is larger than what is read.
    """

    def write(made: Path) -> None:
        with zipfile.ZipFile(made, "w") as archive:
            for name, data in parts:
                if len(data) > LIMITS.part:
                    raise QualkitError(f"{path}: {_LARGE} (its part {name!r}, to begin with)")
                _write_part(archive, name, data)
        try:
            open_archive(made).close()
        except ReadError as error:
            raise QualkitError(f"{path}: {_LARGE} ({error.reason})") from error

    return write_whole(path, write)


def _write_part(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Write one part; one that would shrink like a bomb is left as it is, so that it is read."""
    import zlib

    entry = zipfile.ZipInfo(name, _MOMENT)
    entry.external_attr = 0o600 << 16
    entry.create_system = 3  # on every system
    bomb = len(data) > RATIO_FLOOR and len(zlib.compress(data, 6)) * RATIO // 2 < len(data)
    entry.compress_type = zipfile.ZIP_STORED if bomb else zipfile.ZIP_DEFLATED
    archive.writestr(entry, data, compresslevel=6)
