"""OpenDocument text (.odt): paragraphs, headings and tables, without what was deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qualkit.errors import ReadError
from qualkit.importers._guard import NAMES, Archive, sniff
from qualkit.importers._layouts import Line
from qualkit.importers._text import stored
from qualkit.importers._turns import source_of_lines
from qualkit.model import Source

if TYPE_CHECKING:
    from lxml import etree

_T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_SPACES = 10_000
_REPEATS = 10_000
_TOLD = {
    "tracked": "tracked changes: inserted text was kept, deleted text left out",
    "annotations": "comments were left out",
    "notes": "footnotes and endnotes were left out",
    "macros": "macros are ignored",
}
_LEFT_OUT = {_OFFICE + "annotation": "annotations", _T + "note": "notes"}


def read_opendocument(
    data: bytes, name: str, *, kind: str = "odt", encoding: str | None = None
) -> Source:
    """Source of an .odt file."""
    if (found := sniff(data)) != "zip":
        raise ReadError(name, f"damaged file, or not an ODT document: it is {NAMES[found]}")
    archive = Archive(data, name)
    if "mimetype" not in archive.names or b"opendocument.text" not in archive.part("mimetype"):
        raise ReadError(name, "a zip archive, but not an ODT document")
    _refuse_encrypted(archive, name)
    seen: Counter[str] = Counter()
    if any(part.startswith(("Basic/", "Scripts/")) for part in archive.names):
        seen["macros"] = 1
    body = archive.xml("content.xml").find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise ReadError(name, "damaged file: the ODT document has no body")
    lines = list(_blocks(body, name, seen))
    return source_of_lines(name, kind, lines, [_TOLD[what] for what in seen])


def _refuse_encrypted(archive: Archive, name: str) -> None:
    manifest = "META-INF/manifest.xml"
    if manifest in archive.names:
        for element in archive.xml(manifest).iter():
            if str(element.tag).endswith("}encryption-data"):
                raise ReadError(name, "password-protected; remove the password and save it again")


def _blocks(parent: etree._Element, name: str, seen: Counter[str]) -> Iterator[Line]:
    for child in parent:
        if child.tag == _T + "tracked-changes":
            seen["tracked"] = 1
        elif child.tag in {_T + "p", _T + "h"}:
            for line in _words(child, name, seen).split("\n"):
                yield Line(line)
        elif child.tag == _TABLE + "table-row":
            yield from _row(child, name, seen)
        else:
            yield from _blocks(child, name, seen)


def _row(row: etree._Element, name: str, seen: Counter[str]) -> Iterator[Line]:
    cells = []
    for cell in row:
        if cell.tag == _TABLE + "table-cell":
            inner = [line.text.replace("\t", " ") for line in _blocks(cell, name, seen)]
            cells += [" ".join(text for text in inner if text.strip())] * _repeats(
                cell, "columns", name
            )
    for _ in range(_repeats(row, "rows", name)):
        yield Line("\t".join(cells), cells=tuple(cells))


def _repeats(element: etree._Element, what: str, name: str) -> int:
    given = element.get(f"{_TABLE}number-{what}-repeated") or "1"
    if not given.isdigit() or int(given) > _REPEATS:
        raise ReadError(name, f"one tag repeats {given[:20]} {what}, more than {_REPEATS:,}")
    return int(given)


def _words(paragraph: etree._Element, name: str, seen: Counter[str]) -> str:
    parts: list[str] = []
    _gather(paragraph, parts, name, seen)
    text, _ = stored("".join(parts))
    return text


def _gather(element: etree._Element, parts: list[str], name: str, seen: Counter[str]) -> None:
    if element.tag == _T + "s":
        count = element.get(_T + "c") or "1"
        if not count.isdigit() or int(count) > _SPACES:
            raise ReadError(name, f"one tag asks for {count[:20]} spaces")
        parts.append(" " * int(count))
    elif element.tag == _T + "tab":
        parts.append("\t")
    elif element.tag == _T + "line-break":
        parts.append("\n")
    parts.append(element.text or "")
    for child in element:
        if child.tag in _LEFT_OUT:
            seen[_LEFT_OUT[child.tag]] = 1
        else:
            _gather(child, parts, name, seen)
        parts.append(child.tail or "")
