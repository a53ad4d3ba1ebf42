"""A file that is to leave -> its texts, tables and details, each with its place in it.

For the check before release (:mod:`qualkit.privacy.release`): nothing is left away because it is
out of sight. Of a document come headers, notes, comments, hidden and removed words, alternative
texts and properties; of a workbook every sheet; of a picture its text chunks; of an archive, a
study or a bundle all that is in it. What cannot be looked into is told as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.errors import MissingExtra, ReadError
from qualkit.importers._guard import Limits, sniff
from qualkit.parts._plain import binary, delimited, picture, text
from qualkit.privacy.release import UNREAD, Grid, Part

if TYPE_CHECKING:
    from collections.abc import Callable

_MB: Final = 1 << 20
LIMITS: Final = Limits(part=400 * _MB, total=1_000 * _MB, elements=20_000_000, media=True)
_DEPTH: Final = 3  # archives within archives
_LARGEST: Final = 1_000 * _MB
_PICTURES: Final = frozenset({"png", "jpeg"})

__all__ = ["parts_of"]


def parts_of(path: Path | str, name: str | None = None) -> Iterator[Part | Grid]:
    """The texts, tables and details of a file.

    Parameters
    ----------
    path : path
    name : str, optional
        What it is to be called, where it still lies under another name.

    Raises
    ------
    ReadError
        Where it is not there, or larger than any export.
    """
    path = Path(path)
    name = path.name if name is None else name
    yield Part("the name of the file", Path(name).stem)
    try:
        if path.stat().st_size > _LARGEST:
            raise ReadError(name, f"the file has more than {_LARGEST // _MB} MB")
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(str(path), f"cannot be opened ({error.strerror})") from error
    yield from _parts(data, name, "", 0)


def _parts(data: bytes, name: str, where: str, depth: int) -> Iterator[Part | Grid]:
    """The parts of a file, or of one within another; `where` is what it is called then."""
    kind = sniff(data)
    try:
        if kind == "zip":
            yield from _archive(data, name, where, depth)
        elif kind in _READERS:
            yield from _READERS[kind](data, where)
        elif kind in _PICTURES:
            yield from picture(data, where)
        elif kind == "text":
            yield from _written(data, name, where)
        elif kind != "empty":
            yield from binary(data, where, "a file of a kind that is not wholly read")
    except (ReadError, MissingExtra) as error:
        yield Part(where or "the file", f"could not be read, only searched ({_why(error)})", UNREAD)
        yield from binary(data, where, None)


def _why(error: ReadError | MissingExtra) -> str:
    return error.reason if isinstance(error, ReadError) else str(error)


def _written(data: bytes, name: str, where: str) -> Iterator[Part | Grid]:
    """A file of text, by the ending of its name."""
    ending = Path(name).suffix.casefold()
    if ending in {".csv", ".tsv", ".tab"}:
        yield from delimited(data, where)
    elif ending in {".svg", ".xml", ".qde", ".qdc", ".rels"} or data.lstrip()[:5] in {
        b"<?xml",
        b"<svg ",
    }:
        from qualkit.parts._xml import marked_up

        yield from marked_up(data, name, where, elements=LIMITS.elements)
    elif b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield from binary(data, where, "a file of a kind that is not wholly read")
    else:
        yield from text(data, where)


def _archive(data: bytes, name: str, where: str, depth: int) -> Iterator[Part | Grid]:
    """An Office file, or any other archive: every part of it."""
    from qualkit.importers._guard import Archive

    if depth >= _DEPTH:
        raise ReadError(name, "archives within archives, too deep to be looked into")
    with Archive(data, name, LIMITS) as archive:
        from qualkit.parts import _office

        office = _office.kind_of(archive)
        if office is not None:
            yield from _office.parts(archive, name, office, where)
        for part in sorted(archive.names):
            if part.endswith("/") or (office is not None and part.endswith((".xml", ".rels"))):
                continue
            place = f"{where}{part}, " if office is None else f"{where}embedded {part}, "
            if office is None:
                yield Part(f"{where}the name of a part", part)
            yield from _parts(archive.part(part), part, place, depth + 1)


def _web(data: bytes, where: str) -> Iterator[Part | Grid]:
    from qualkit.parts._web import page

    return page(data, where)


def _pdf(data: bytes, where: str) -> Iterator[Part | Grid]:
    from qualkit.parts._pdf import pages

    return pages(data, where)


def _database(data: bytes, where: str) -> Iterator[Part | Grid]:
    from qualkit.parts._database import rows

    return rows(data, where)


def _parquet(data: bytes, where: str) -> Iterator[Part | Grid]:
    from qualkit.parts._parquet import table

    return table(data, where)


_READERS: Final[dict[str, Callable[[bytes, str], Iterator[Part | Grid]]]] = {
    "html": _web, "pdf": _pdf, "sqlite": _database, "parquet": _parquet,
}  # fmt: skip
