"""Word documents (.docx): every paragraph, table, content control and text box in its order.

Our own walk over the document's XML: python-docx leaves out tables, content controls, text
boxes and tracked insertions without a word. What is left out here (deleted and hidden text,
comments, notes, macros) is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qualkit.errors import ReadError
from qualkit.importers._guard import NAMES, Archive, check_xml, refuse_office, sniff
from qualkit.importers._layouts import Line
from qualkit.importers._text import stored
from qualkit.importers._turns import source_of_lines
from qualkit.model import Source

if TYPE_CHECKING:
    from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = {_W + "instrText", _W + "delText", _W + "sectPr", _FALLBACK}
_WRAPPERS = {_W + "sdt", _W + "sdtContent", _W + "ins", _W + "customXml"}
_DELETED = {_W + "del", _W + "moveFrom"}
_MARKS = {
    _W + "tab": "\t",
    _W + "ptab": "\t",
    _W + "br": "\n",
    _W + "cr": "\n",
    _W + "noBreakHyphen": "\u2011",
    _W + "softHyphen": "\u00ad",
}
_TOLD = {
    "tracked": "tracked changes: inserted text was kept, deleted text left out",
    "box": "text boxes: their text follows the paragraph that they hang on",
    "hidden": "hidden text was left out ({} pieces)",
    "macros": "macros are ignored",
    "comments": "comments were left out",
    "footnotes": "footnotes and endnotes were left out",
}


@dataclass(slots=True)
class _Run:
    """The text of a paragraph while it is gathered, and how much of its start is bold."""

    parts: list[str] = field(default_factory=list)
    bold: int = 0
    still_bold: bool = True

    def add(self, text: str, *, bold: bool) -> None:
        self.still_bold = self.still_bold and (bold or not text.strip())
        if self.still_bold and bold:
            self.bold += len(text)
        self.parts.append(text)


def read_word(data: bytes, name: str, *, kind: str = "docx", encoding: str | None = None) -> Source:
    """Source of a .docx or .docm file."""
    found = sniff(data)
    if found == "ole":
        refuse_office(data, name, ".docx")
    if found != "zip":
        raise ReadError(name, f"not a Word file: it is {NAMES[found]}")
    archive = Archive(data, name)
    reader = _Walk(archive, name)
    lines = list(reader.lines())
    warnings = [_TOLD[what].format(count) for what, count in reader.seen.items()]
    if any("\ufffd" in line.text for line in lines):
        warnings.append("broken characters in the file became U+FFFD")
    return source_of_lines(name, kind, lines, warnings)


class _Walk:
    """One walk over a document; `seen` counts what was met that a reader should know of."""

    def __init__(self, archive: Archive, name: str) -> None:
        self.archive = archive
        self.name = name
        self.seen: Counter[str] = Counter()
        self.body = archive.xml(self._main_part()).find(_W + "body")
        if self.body is None:
            raise ReadError(name, "damaged file: the Word document has no body")

    def _main_part(self) -> str:
        names = self.archive.names
        if "[Content_Types].xml" not in names:
            raise ReadError(self.name, "a zip archive, but not a Word document")
        types = self.archive.xml("[Content_Types].xml")
        mains = [
            str(e.get("ContentType")) for e in types if "main+xml" in str(e.get("ContentType"))
        ]
        if not any("wordprocessingml" in t or "ms-word" in t for t in mains):
            raise ReadError(self.name, "a zip archive, but not a Word document")
        target = self._target()
        for part in sorted(names):
            if part.endswith((".xml", ".rels")):
                check_xml(self.archive.part(part), self.name, part)
        if any("macroEnabled" in t for t in mains) or "word/vbaProject.bin" in names:
            self.seen["macros"] = 1
        for part in ("comments", "footnotes", "endnotes"):
            self._note(f"word/{part}.xml", "comments" if part == "comments" else "footnotes")
        return target

    def _note(self, part: str, what: str) -> None:
        if part in self.archive.names:
            root = self.archive.xml(part)
            if any((t.text or "").strip() for t in root.iter(_W + "t")):
                self.seen[what] = 1

    def _target(self) -> str:
        for relation in self.archive.xml("_rels/.rels"):
            if str(relation.get("Type")).endswith("/officeDocument"):
                target = str(relation.get("Target")).lstrip("/")
                if ".." in target.split("/") or target not in self.archive.names:
                    raise ReadError(self.name, "its main part is missing or has an unsafe path")
                return target
        raise ReadError(self.name, "damaged file: the Word document names no main part")

    def lines(self) -> Iterator[Line]:
        """All lines of the document, in reading order."""
        assert self.body is not None  # noqa: S101 - the constructor refused it
        yield from self._blocks(self.body)

    def _blocks(self, parent: etree._Element) -> Iterator[Line]:
        for child in parent:
            if child.tag == _W + "p":
                yield from self._paragraph(child)
            elif child.tag == _W + "tbl":
                yield from self._table(child)
            elif child.tag in _DELETED:
                self.seen["tracked"] = 1
            elif child.tag not in _SKIPPED:
                yield from self._blocks(child)

    def _paragraph(self, paragraph: etree._Element) -> Iterator[Line]:
        run = _Run()
        boxes: list[etree._Element] = []
        self._gather(paragraph, run, boxes)
        text, _ = stored("".join(run.parts))
        for n, line in enumerate(text.split("\n")):
            bold = min(len(line), run.bold) if n == 0 else self._bold_after_break(run, text, n)
            yield Line(line, bold=bold)
        for box in boxes:
            self.seen["box"] = 1
            yield from self._blocks(box)

    @staticmethod
    def _bold_after_break(run: _Run, text: str, n: int) -> int:
        """How much of the n-th line of a paragraph is bold, where the bold start reaches it."""
        before = sum(len(line) + 1 for line in text.split("\n")[:n])
        return max(0, min(run.bold - before, len(text.split("\n")[n])))

    def _table(self, table: etree._Element) -> Iterator[Line]:
        for row in _inside(table, _W + "tr"):
            inside = [list(self._blocks(cell)) for cell in _inside(row, _W + "tc")]
            if len(inside) == 1:  # a frame around text, not a table
                yield from inside[0]
                continue
            cells = [
                " ".join(line.text.replace("\t", " ") for line in cell if line.text.strip())
                for cell in inside
            ]
            yield Line("\t".join(cells), cells=tuple(cells))

    def _gather(self, parent: etree._Element, run: _Run, boxes: list[etree._Element]) -> None:
        for child in parent:
            tag = child.tag
            if tag in _SKIPPED:
                continue
            if tag in _DELETED:
                self.seen["tracked"] = 1
            elif tag == _W + "r" and _switched(child, "vanish"):
                self.seen["hidden"] += 1
            elif tag == _W + "t":
                run.add(child.text or "", bold=_is_bold(parent))
            elif tag in _MARKS:
                run.add(_MARKS[tag], bold=False)
            elif tag == _W + "txbxContent":
                boxes.append(child)
            else:
                if tag == _W + "ins":
                    self.seen["tracked"] = 1
                self._gather(child, run, boxes)


def _is_bold(run: etree._Element) -> bool:
    style = run.find(f"{_W}rPr/{_W}rStyle")
    return _switched(run, "b") or (style is not None and style.get(_W + "val") == "Strong")


def _switched(run: etree._Element, mark: str) -> bool:
    """Whether a run's property is there and not switched off."""
    found = run.find(f"{_W}rPr/{_W}{mark}")
    return found is not None and found.get(_W + "val") not in {"0", "false", "off"}


def _inside(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The rows of a table or cells of a row, also within content controls, not those nested."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _inside(child, tag)
