"""Word, Excel and OpenDocument files: every part, seen or not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from qualkit.parts._plain import cells, decoded, detail
from qualkit.parts._xml import comments, local, texts
from qualkit.privacy.release import Grid, Part

if TYPE_CHECKING:
    from lxml import etree

    from qualkit.importers._guard import Archive

_SAYING: Final = frozenset(
    {
        "descr",
        "title",
        "author",
        "initials",
        "userId",
        "Target",
        "tooltip",
        "alias",
        "tag",
        "displayName",
        "display-name",
        "href",
        "location",
        "prompt",
        "promptTitle",
        "error",
        "errorTitle",
        "sqref",
        "comment",
        "creator",
        "help",
    }
)  # attributes in which people's words stand
_NAMED: Final = frozenset({  # elements whose name is people's words
    "docPr", "cNvPr", "sheet", "definedName", "bookmarkStart", "tableColumn", "table", "comment",
    "ins", "del", "moveFrom", "moveTo", "category", "lastModifiedBy", "bookmark-start",
})  # fmt: skip
_DETAILS: Final = {
    "creator": "author", "lastModifiedBy": "last editor", "initial-creator": "author",
    "Company": "company", "Manager": "manager", "Template": "template", "HyperlinkBase": "links",
}  # fmt: skip
_OWN: Final = frozenset({"qualkit", "python-docx", "openpyxl", "normal.dotm", "normal", ""})
_PLACES: Final = (
    (re.compile(r"word/document.*"), "the text"), (re.compile(r"word/header.*"), "a header"),
    (re.compile(r"word/footer.*"), "a footer"), (re.compile(r".*comments.*"), "the comments"),
    (re.compile(r"word/footnotes.*"), "the footnotes"), (re.compile(r"content\.xml"), "the text"),
    (re.compile(r"word/endnotes.*"), "the endnotes"), (re.compile(r".*/_rels/.*"), "links"),
    (re.compile(r"docProps/.*|meta\.xml"), "the file's properties"),
    (re.compile(r"xl/workbook.*"), "the workbook"), (re.compile(r".*drawing.*"), "a drawing"),
)  # fmt: skip
_LOOKS: Final = re.compile(
    r".*(?:[sS]tyles\w*|theme\d*|fontTable|webSettings|numbering)\.xml"
)  # large, no words
_NAME_OF_STYLE: Final = re.compile(rb'(?:<w:name w:val|<cellStyle name|display-name)="([^"]*)"')
_COLUMN: Final = re.compile(r"([A-Z]{1,3})\d+")


def kind_of(archive: Archive) -> str | None:
    """``word``, ``excel``, ``open`` or ``other``; None for an archive of another kind."""
    names = archive.names
    if "[Content_Types].xml" in names:
        if "word/document.xml" in names:
            return "word"
        return "excel" if "xl/workbook.xml" in names else "other"
    return "open" if {"content.xml", "mimetype"} <= names else None


def parts(archive: Archive, name: str, kind: str, where: str) -> Iterator[Part | Grid]:
    """Every text, table, attribute and property of an Office file."""
    shared = _shared(archive) if kind == "excel" else []
    titles = _titles(archive) if kind == "excel" else {}
    for part in sorted(archive.names):
        if not part.endswith((".xml", ".rels")) or part == "xl/sharedStrings.xml":
            continue
        if _LOOKS.fullmatch(part):
            named = b"\n".join(_NAME_OF_STYLE.findall(archive.part(part)))
            yield Part(f"{where}names of styles", decoded(named))
            continue
        root = archive.xml(part)
        if part in titles:
            place = f'{where}sheet "{titles[part]}"'
            yield from cells(Grid(place, _rows(root, shared)))
            yield from _attributes(root, place)
            continue
        place = where + _place(part)
        if _place(part) == "the file's properties":
            yield from _properties(root, where)
            continue
        for n, said in enumerate(texts(root), 1):
            yield Part(f"{place}, paragraph {n}", said)
        yield from _attributes(root, place)
        for said in comments(archive.part(part)):
            yield Part(f"{place}, a comment in the mark-up", said)
        if kind in {"word", "open"}:
            yield from _tables(root, place)


def _place(part: str) -> str:
    return next((words for pattern, words in _PLACES if pattern.fullmatch(part)), part)


def _attributes(root: etree._Element, where: str) -> Iterator[Part]:
    seen: set[str] = set()
    for element in root.iter():
        name = local(element)
        for key, value in element.attrib.items():
            own = str(key).rpartition("}")[2]
            said = str(value)
            telling = own in _SAYING or (own in {"name", "val"} and name in _NAMED)
            telling = telling or (own == "val" and name in _SAYING)
            if telling and said not in seen and any(map(str.isalpha, said)):
                seen.add(said)
                yield Part(f"{where}, {own} of {name}", said)


def _properties(root: etree._Element, where: str) -> Iterator[Part]:
    for element in root.iter():
        name, said = local(element), (element.text or "").strip()
        if not said:
            continue
        if name in _DETAILS and said.casefold() not in _OWN:
            yield from detail(where, _DETAILS[name], said)
        else:
            yield Part(f"{where}the file's properties, {name}", said)
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] == "name":
                yield Part(f"{where}the file's properties, {name}", str(value))


# Tables of documents -----------------------------------------------------------------------


def _tables(root: etree._Element, where: str) -> Iterator[Grid]:
    for n, table in enumerate((one for one in root.iter() if local(one) in {"tbl", "table"}), 1):
        rows = tuple(
            tuple("\n".join(texts(cell)) for cell in row if local(cell) in {"tc", "table-cell"})
            for row in table.iter()
            if local(row) in {"tr", "table-row"}
        )
        if rows:
            yield Grid(f"{where}, table {n}", rows)


# Workbooks ---------------------------------------------------------------------------------


def _shared(archive: Archive) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.names:
        return []
    root = archive.xml("xl/sharedStrings.xml")
    return ["".join(t.text or "" for t in one.iter() if local(t) == "t") for one in root]


def _titles(archive: Archive) -> dict[str, str]:
    """The names of the sheets by the part that holds each; a number where none is told."""
    linked = {}
    if "xl/_rels/workbook.xml.rels" in archive.names:
        for one in archive.xml("xl/_rels/workbook.xml.rels"):
            target = str(one.get("Target", "")).lstrip("/")
            linked[one.get("Id")] = target if target.startswith("xl/") else f"xl/{target}"
    made = {one: one.rpartition("/")[2] for one in archive.names if one.startswith("xl/worksheets/")
            and one.endswith(".xml")}  # fmt: skip
    for sheet in archive.xml("xl/workbook.xml").iter():
        if local(sheet) == "sheet":
            ids = [v for k, v in sheet.attrib.items() if str(k).endswith("}id")]
            if ids and (part := linked.get(str(ids[0]))) in made:
                made[str(part)] = str(sheet.get("name", part))
    return made


def _rows(root: etree._Element, shared: list[str]) -> tuple[tuple[str, ...], ...]:
    """The cells of a sheet, as they are shown or reckoned."""
    made = []
    for row in (one for one in root.iter() if local(one) == "row"):
        held: list[str] = []
        for cell in row:
            at = _at(str(cell.get("r", "")), len(held))
            held += [""] * (min(at, 20_000) - len(held))
            held.append(_value(cell, shared))
        made.append(tuple(held))
    return tuple(made)


def _at(reference: str, otherwise: int) -> int:
    match = _COLUMN.fullmatch(reference)
    if match is None:
        return otherwise
    at = 0
    for letter in match[1]:
        at = at * 26 + ord(letter) - 64
    return max(at - 1, otherwise)


def _value(cell: etree._Element, shared: list[str]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(t.text or "" for t in cell.iter() if local(t) == "t")
    said = "".join(v.text or "" for v in cell if local(v) in {"v", "f"})
    if kind == "s" and said.isdigit() and int(said) < len(shared):
        return shared[int(said)]
    return said
