"""Draft reports: file -> paragraphs with their place, italics, and whether they are block quotes.

A draft is read to be checked, never stored. Paragraphs are counted as a person would: those that
hold words, from the top, those in tables too; a note or a text box has the number of the
paragraph that it hangs on. A PDF has pages instead. Deleted and hidden text is left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from qualkit.errors import ReadError
from qualkit.importers._guard import NAMES, Archive, read_bytes, refuse_office, sniff
from qualkit.importers.portable import width_of

if TYPE_CHECKING:
    from lxml import etree

    from qualkit.importers.portable import PrintedLine

FORMATS: Final = (".docx", ".docm", ".odt", ".pdf", ".txt", ".text", ".md", ".markdown", ".html",
                  ".htm", ".rtf")  # fmt: skip
_INDENT: Final = 280  # twentieths of a point: half a centimetre
_WRAPPED: Final = 110  # a text file whose lines are no longer was cut at line ends
_END: Final = re.compile(r"[.!?:;\u201d\u2019\"')\]]\s*$")
_NUMBER: Final = re.compile(r"\s*(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\s*", re.IGNORECASE)
_NOTE: Final = re.compile(r"\s*(\d{1,3})\s+(?=[\u201c\"\u2018'(\[A-Z])")  # a footnote of a PDF
_NOTE_LINES: Final = 15  # of footnotes on one page
_NEAR: Final = 3.0  # points: lines that stand so near begin at one edge
_STEP: Final = 6.0  # points: a line set in by as much begins or ends something
_INSET: Final = 14.0  # points: half a centimetre, as of _INDENT
_GAP: Final = 1.25  # times the usual distance of lines: a paragraph ends
_SHORT: Final = 0.4  # of a column: a line that leaves so much ends its paragraph
_COLUMN: Final = 8  # times the size of letters: no column is narrower
_COLUMN_LINES: Final = 10  # a page with fewer lines does not show its columns
_BULLET: Final = re.compile(r"\s*(?:[\u2022\u00b7\u25aa\u25cf\uf0b7-]\s|\d{1,2}[.)]\s)")


@dataclass(frozen=True, slots=True)
class Paragraph:
    r"""One paragraph of a draft.

    Attributes
    ----------
    text : str
        Line breaks within it are ``\n``.
    where : str
        ``paragraph 12``, ``paragraph 12, in a table`` or ``page 3``, for people.
    flow : int
        Paragraphs of one flow follow each other: the body is 0, each table cell, note and text
        box is one of its own.
    quote : bool
        Whether its style says that it is a quotation.
    indented : bool
        Whether it is indented and no list; in a PDF also where it is wholly in italics.
    italics : tuple of (int, int)
        Stretches of the text in italics, half-open.
    pages : tuple of (int, int)
        Of a PDF: from which character on it stands on which page.
    row : int
        The row of a table, another number for each; 0 outside tables.
    heading : bool
        Whether its style is one of headings.
    placed : bool
        Of a PDF: whether it was told from others by the space between them, not by its words.
    """

    text: str
    where: str
    flow: int = 0
    quote: bool = False
    indented: bool = False
    italics: tuple[tuple[int, int], ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
    row: int = 0
    heading: bool = False
    placed: bool = False

    def place(self, at: int) -> str:
        """Where one of its characters stands, for people."""
        page = [number for start, number in self.pages if start <= at]
        return f"page {page[-1]}" if page else self.where


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft report: its file's name, its kind and its paragraphs in reading order."""

    name: str
    kind: str
    paragraphs: tuple[Paragraph, ...]


def read_draft(path: Path | str) -> Draft:
    r"""A draft report, read in this process.

    Parameters
    ----------
    path : path
        ``.docx``, ``.odt``, ``.pdf``, ``.txt``, ``.md``, ``.html`` or ``.rtf``.

    Raises
    ------
    ReadError
        Where the file cannot be read as it claims, or a PDF is a scan.

    See Also
    --------
    qualkit.importers.worker.read_draft_file : the same, in a limited child process.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "report.txt"
    >>> _ = path.write_text("Staff were glad.\n\nOne said:\n\n  We came last. (Nurse)\n")
    >>> [(one.where, one.indented) for one in read_draft(path).paragraphs]
    [('paragraph 1', False), ('paragraph 2', False), ('paragraph 3', True)]
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise ReadError(path.name, _no_reader(ending))
    data = read_bytes(path, path.name)
    if ending in {".docx", ".docm"}:
        paragraphs = [one.paragraph for one in word_paragraphs(_archive(data, path.name, ".docx"))]
        return Draft(path.name, "docx", tuple(paragraphs))
    if ending == ".odt":
        return Draft(path.name, "odt", tuple(_opendocument(_archive(data, path.name, ".odt"))))
    if ending == ".pdf":
        return Draft(path.name, "pdf", tuple(_pdf(data, path.name)))
    return Draft(path.name, "txt", tuple(_plain(path, data)))


def _no_reader(ending: str) -> str:
    known = ", ".join(
        one[1:] for one in FORMATS if one not in {".docm", ".text", ".markdown", ".htm"}
    )
    kind = repr(ending) if ending else "a file without an ending"
    return f"no reader of reports for {kind}; readable are {known}"


def _archive(data: bytes, name: str, modern: str) -> Archive:
    found = sniff(data)
    if found == "ole":
        refuse_office(data, name, modern)
    if found != "zip":
        raise ReadError(name, f"not a {modern} file: it is {NAMES[found]}")
    return Archive(data, name)


class _Looks(NamedTuple):
    """What a style says; None where it says nothing."""

    names: str = ""
    parent: str | None = None
    indent: bool | None = None
    list_: bool = False
    italic: bool | None = None


def _resolved(styles: dict[str, _Looks], style: str | None) -> _Looks:
    """A style with what it inherits."""
    found, seen = _Looks(), set()
    while style is not None and style in styles and style not in seen:
        seen.add(style)
        one = styles[style]
        found = _Looks(
            f"{found.names} {one.names}",
            one.parent,
            one.indent if found.indent is None else found.indent,
            found.list_ or one.list_,
            one.italic if found.italic is None else found.italic,
        )
        style = one.parent
    return found


def _is_quote(looks: _Looks) -> bool:
    names = looks.names.casefold()
    return "quot" in names or "block text" in names


def _is_heading(looks: _Looks) -> bool:
    return re.search(r"\b(heading|caption|title)", looks.names, re.IGNORECASE) is not None


def _is_list(looks: _Looks) -> bool:
    return looks.list_ or re.search(r"\b(list|toc|heading|caption|title|contents)", looks.names,
                                    re.IGNORECASE) is not None  # fmt: skip


# Word ------------------------------------------------------------------------------------------

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SILENT: Final = {W + "instrText", W + "delText", W + "sectPr", W + "pPr", W + "rPr", W + "del",
                  W + "moveFrom", _FALLBACK}  # fmt: skip
_CHARACTERS: Final = {W + "tab": "\t", W + "ptab": "\t", W + "br": "\n", W + "cr": "\n",
                      W + "noBreakHyphen": "\u2011", W + "softHyphen": "\u00ad"}  # fmt: skip


class TextPart(NamedTuple):
    """One element that gives text: where its text begins, how long it is, its run."""

    start: int
    length: int
    element: etree._Element
    run: etree._Element


@dataclass(frozen=True, slots=True)
class WordParagraph:
    """A paragraph of a Word file with the elements that hold its text.

    `anchor` is the run of the body on which a note or text box hangs; None in the body itself.
    """

    paragraph: Paragraph
    parts: tuple[TextPart, ...]
    anchor: etree._Element | None


def word_paragraphs(archive: Archive, body: etree._Element | None = None) -> list[WordParagraph]:
    """All paragraphs of a Word file that hold words, in reading order.

    Notes and text boxes follow the paragraph that they hang on. `body` is the root of the main
    part, where a caller has parsed it already.
    """
    root = archive.xml(main_part(archive)) if body is None else body
    return _WordWalk(archive, root).paragraphs()


def main_part(archive: Archive) -> str:
    """The part of a Word file that holds its text."""
    if "_rels/.rels" not in archive.names:
        raise ReadError(archive.name, "a zip archive, but not a Word document")
    for relation in archive.xml("_rels/.rels"):
        if str(relation.get("Type")).endswith("/officeDocument"):
            target = str(relation.get("Target")).lstrip("/")
            if target in archive.names and target.startswith("word/"):
                return target
    raise ReadError(archive.name, "a zip archive, but not a Word document")


@dataclass(slots=True)
class _Gathered:
    """The text of a Word paragraph while it is gathered."""

    parts: list[TextPart]
    texts: list[str]
    italics: list[tuple[int, int]]
    hanging: list[tuple[etree._Element, etree._Element, str]]
    length: int = 0

    def add(self, text: str, element: etree._Element, run: etree._Element, *, italic: bool) -> None:
        if not text:
            return
        self.parts.append(TextPart(self.length, len(text), element, run))
        self.texts.append(text)
        end = self.length + len(text)
        if italic and self.italics and self.italics[-1][1] == self.length:
            self.italics[-1] = (self.italics[-1][0], end)
        elif italic:
            self.italics.append((self.length, end))
        self.length = end


class _WordWalk:
    def __init__(self, archive: Archive, root: etree._Element) -> None:
        self.styles = _word_styles(archive)
        self.notes = {
            kind: _notes(archive, f"word/{kind}s.xml", kind) for kind in ("footnote", "endnote")
        }
        found = root.find(W + "body")
        if found is None:
            raise ReadError(archive.name, "damaged file: the Word document has no body")
        self.body = found
        self.count = self.flows = self.row = self.rows = 0
        self.found: list[WordParagraph] = []

    def paragraphs(self) -> list[WordParagraph]:
        self._blocks(self.body, 0, table=False)
        return self.found

    def _blocks(self, parent: etree._Element, flow: int, *, table: bool) -> None:
        for child in parent:
            if child.tag == W + "p":
                self._paragraph(child, flow, table=table)
            elif child.tag == W + "tc":
                self.flows += 1
                self._blocks(child, self.flows, table=True)
            elif child.tag == W + "tr":
                outer, self.rows = self.row, self.rows + 1
                self.row = self.rows
                self._blocks(child, flow, table=table)
                self.row = outer
            elif child.tag not in _SILENT:
                self._blocks(child, flow, table=table)

    def _paragraph(self, element: etree._Element, flow: int, *, table: bool) -> None:
        looks = self._looks(element)
        gathered = _Gathered([], [], [], [])
        self._gather(element, gathered, looks)
        if "".join(gathered.texts).strip():
            self.count += 1
            where = f"paragraph {self.count}{', in a table' if table else ''}"
            self._keep(gathered, looks, where, flow, None)
        for holder, anchor, what in gathered.hanging:
            self.flows += 1
            for inner in holder.iter(W + "p"):
                own, looks = _Gathered([], [], [], []), self._looks(inner)
                self._gather(inner, own, looks)
                where = f"paragraph {max(1, self.count)}, in {what}"
                self._keep(own, looks, where, self.flows, anchor)

    def _keep(
        self, gathered: _Gathered, looks: _Looks, where: str, flow: int,
        anchor: etree._Element | None,
    ) -> None:  # fmt: skip
        text = "".join(gathered.texts)
        if text.strip():
            indented = bool(looks.indent) and not _is_list(looks)
            made = Paragraph(
                text, where, flow, _is_quote(looks), indented, tuple(gathered.italics),
                row=self.row if anchor is None else 0, heading=_is_heading(looks),
            )  # fmt: skip
            self.found.append(WordParagraph(made, tuple(gathered.parts), anchor))

    def _looks(self, element: etree._Element) -> _Looks:
        own = element.find(W + "pPr")
        style = _value(own, "pStyle") or self.styles[1]
        looks = _resolved(self.styles[0], style)
        if own is None:
            return looks
        indent = _indent(own)
        listed = looks.list_ or own.find(W + "numPr") is not None
        return looks._replace(indent=looks.indent if indent is None else indent, list_=listed)

    def _gather(self, parent: etree._Element, to: _Gathered, looks: _Looks) -> None:
        for child in parent:
            tag = child.tag
            if tag in _SILENT or (tag == W + "r" and _switch(child.find(W + "rPr"), "vanish")):
                continue
            if tag == W + "t" and parent.tag == W + "r":
                to.add(child.text or "", child, parent, italic=self._italic(parent, looks))
            elif tag in _CHARACTERS and parent.tag == W + "r":
                to.add(_CHARACTERS[tag], child, parent, italic=self._italic(parent, looks))
            elif tag in {W + "footnoteReference", W + "endnoteReference"}:
                kind = "footnote" if "footnote" in tag else "endnote"
                note = self.notes[kind].get(str(child.get(W + "id")))
                if note is not None:
                    to.hanging.append((note, parent, f"a{'n' * (kind == 'endnote')} {kind}"))
            elif tag == W + "txbxContent":
                to.hanging.append((child, _outer_run(child), "a text box"))
            else:
                self._gather(child, to, looks)

    def _italic(self, run: etree._Element, looks: _Looks) -> bool:
        own = run.find(W + "rPr")
        direct = _switch(own, "i")
        if direct is None:
            direct = _resolved(self.styles[0], _value(own, "rStyle")).italic
        return bool(looks.italic if direct is None else direct)


def _outer_run(box: etree._Element) -> etree._Element:
    """The outermost run in which a text box hangs."""
    runs = [one for one in box.iterancestors() if one.tag == W + "r"]
    return runs[-1] if runs else box


def _notes(archive: Archive, part: str, kind: str) -> dict[str, etree._Element]:
    if part not in archive.names:
        return {}
    return {str(note.get(W + "id")): note for note in archive.xml(part).iter(W + kind)}


def _word_styles(archive: Archive) -> tuple[dict[str, _Looks], str | None]:
    """Every style of a Word file by its id, and the id of the default one of paragraphs."""
    if "word/styles.xml" not in archive.names:
        return {}, None
    found: dict[str, _Looks] = {}
    default = None
    for style in archive.xml("word/styles.xml").iter(W + "style"):
        name = str(style.get(W + "styleId"))
        own = style.find(W + "pPr")
        found[name] = _Looks(
            f"{name} {_value(style, 'name') or ''}",
            _value(style, "basedOn"),
            None if own is None else _indent(own),
            own is not None and own.find(W + "numPr") is not None,
            _switch(style.find(W + "rPr"), "i"),
        )
        if style.get(W + "type") == "paragraph" and style.get(W + "default") in {"1", "true"}:
            default = name
    return found, default


def _value(parent: etree._Element | None, name: str) -> str | None:
    found = None if parent is None else parent.find(W + name)
    return None if found is None else found.get(W + "val")


def _switch(parent: etree._Element | None, name: str) -> bool | None:
    """Whether a property is switched on or off; None where it is not there."""
    found = None if parent is None else parent.find(W + name)
    return None if found is None else found.get(W + "val") not in {"0", "false", "off"}


def _indent(properties: etree._Element) -> bool | None:
    found = properties.find(W + "ind")
    if found is None:
        return None
    left = found.get(W + "left") or found.get(W + "start") or "0"
    if found.get(W + "hanging") not in {None, "0"}:  # a list, a note, an entry of references
        return False
    return re.fullmatch(r"\d+", left) is not None and int(left) >= _INDENT


# OpenDocument ----------------------------------------------------------------------------------

_T: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO: Final = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_DRAW: Final = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_LEFT_OUT: Final = {_OFFICE + "annotation", _T + "tracked-changes", _T + "table-of-content"}
_BOXES: Final = {_DRAW + shape for shape in ("frame", "custom-shape", "rect", "ellipse", "g")}
_UNITS: Final = {"cm": 567.0, "mm": 56.7, "in": 1440.0, "pt": 20.0}
_SPACES: Final = 10_000


def _opendocument(archive: Archive) -> list[Paragraph]:
    if "content.xml" not in archive.names:
        raise ReadError(archive.name, "a zip archive, but not an ODT document")
    root = archive.xml("content.xml")
    body = root.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise ReadError(archive.name, "damaged file, or not an ODT document")
    walk = _OdtWalk(_odt_styles(archive, root), archive.name)
    walk.blocks(body, 0, table=False)
    return walk.found


class _OdtWalk:
    def __init__(self, styles: dict[str, _Looks], name: str) -> None:
        self.styles = styles
        self.name = name
        self.count = self.flows = self.row = self.rows = 0
        self.found: list[Paragraph] = []
        self.hanging: list[tuple[etree._Element, str]] = []

    def blocks(
        self, parent: etree._Element, flow: int, *, table: bool, listed: bool = False,
        within: str = "",
    ) -> None:  # fmt: skip
        """Take every paragraph below an element."""
        for child in parent:
            if child.tag in {_T + "p", _T + "h"}:
                self._paragraph(child, flow, table=table, listed=listed, within=within)
            elif child.tag == _TABLE + "table-cell":
                self.flows += 1
                self.blocks(child, self.flows, table=True, within=within)
            elif child.tag == _TABLE + "table-row":
                outer, self.rows = self.row, self.rows + 1
                self.row = self.rows
                self.blocks(child, flow, table=table, within=within)
                self.row = outer
            elif child.tag not in _LEFT_OUT:
                inner = listed or child.tag == _T + "list"
                self.blocks(child, flow, table=table, listed=inner, within=within)

    def _paragraph(
        self, element: etree._Element, flow: int, *, table: bool, listed: bool, within: str
    ) -> None:
        looks = _resolved(self.styles, element.get(_T + "style-name"))
        parts: list[str] = []
        italics: list[tuple[int, int]] = []
        outer, self.hanging = self.hanging, []
        self._gather(element, parts, italics, bool(looks.italic))
        text = "".join(parts)
        if text.strip():
            self.count += not within
            place = within or (", in a table" if table else "")
            indented = bool(looks.indent) and not listed and not _is_list(looks)
            self.found.append(
                Paragraph(text, f"paragraph {max(1, self.count)}{place}", flow, _is_quote(looks),
                          indented, tuple(italics), row=0 if within else self.row,
                          heading=element.tag == _T + "h" or _is_heading(looks))
            )  # fmt: skip
        for holder, what in self.hanging:
            self.flows += 1
            self.blocks(holder, self.flows, table=False, within=f", in {what}")
        self.hanging = outer

    def _gather(
        self, element: etree._Element, parts: list[str], italics: list[tuple[int, int]],
        italic: bool,
    ) -> None:  # fmt: skip
        if element.tag == _T + "s":
            count = element.get(_T + "c") or "1"
            if not count.isdigit() or int(count) > _SPACES:
                raise ReadError(self.name, f"one tag asks for {count[:20]} spaces")
            self._add(" " * int(count), parts, italics, italic=italic)
        elif element.tag in {_T + "tab", _T + "line-break"}:
            mark = "\t" if element.tag == _T + "tab" else "\n"
            self._add(mark, parts, italics, italic=italic)
        self._add(element.text or "", parts, italics, italic=italic)
        for child in element:
            if child.tag == _T + "note":
                kind = str(child.get(_T + "note-class") or "footnote")
                what = "an endnote" if kind == "endnote" else "a footnote"
                self.hanging += [(inner, what) for inner in child.iter(_T + "note-body")]
            elif child.tag in _BOXES:
                self.hanging.append((child, "a text box"))
            elif child.tag not in _LEFT_OUT:
                own = _resolved(self.styles, child.get(_T + "style-name")).italic
                self._gather(child, parts, italics, italic if own is None else own)
            self._add(child.tail or "", parts, italics, italic=italic)

    @staticmethod
    def _add(text: str, parts: list[str], italics: list[tuple[int, int]], *, italic: bool) -> None:
        if not text:
            return
        start = sum(map(len, parts))
        parts.append(text)
        if italic and italics and italics[-1][1] == start:
            italics[-1] = (italics[-1][0], start + len(text))
        elif italic:
            italics.append((start, start + len(text)))


def _odt_styles(archive: Archive, root: etree._Element) -> dict[str, _Looks]:
    roots = [archive.xml("styles.xml")] if "styles.xml" in archive.names else []
    found: dict[str, _Looks] = {}
    for style in (one for tree in [*roots, root] for one in tree.iter(_STYLE + "style")):
        paragraph = style.find(_STYLE + "paragraph-properties")
        letters = style.find(_STYLE + "text-properties")
        slant = None if letters is None else letters.get(_FO + "font-style")
        name = str(style.get(_STYLE + "name"))
        left = None if paragraph is None else paragraph.get(_FO + "margin-left")
        found[name] = _Looks(
            f"{name} {style.get(_STYLE + 'display-name') or ''}",
            style.get(_STYLE + "parent-style-name"),
            None if left is None else _length(left) >= _INDENT and not _hangs(paragraph),
            bool(style.get(_STYLE + "list-style-name")),
            None if slant is None else slant in {"italic", "oblique"},
        )
    return found


def _hangs(properties: etree._Element | None) -> bool:
    """Whether the first line begins left of the others."""
    given = None if properties is None else properties.get(_FO + "text-indent")
    return given is not None and _length(given) < 0


def _length(given: str) -> float:
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)(cm|mm|in|pt)", given)
    return float(match[1]) * _UNITS[match[2]] if match else 0.0


# PDF and plain text ----------------------------------------------------------------------------


class _PageLine(NamedTuple):
    text: str
    page: int


def _pdf(data: bytes, name: str) -> list[Paragraph]:
    from qualkit.importers.portable import printed_pages

    pages = printed_pages(data, name)
    printed = [page.lines for page in pages if page.lines is not None]
    if len(printed) == len(pages):
        return _printed(printed)
    return _pdf_of_texts([page.text.split("\n") for page in pages])


def _pdf_of_texts(pages: Sequence[Sequence[str]]) -> list[Paragraph]:
    """Paragraphs of pages whose lines have no places."""
    heads = _running(pages)
    lines, notes = [], []
    for number, page in enumerate(pages, 1):
        body, below = _notes_apart(_without_edges(page, heads))
        lines += [_PageLine(line, number) for line in body]
        notes += [(note, number) for note in below]
    found = []
    for group in _groups([line.text for line in lines]):
        text, marks, last = "", [], 0
        for n in group:
            if lines[n].page != last:
                marks.append((len(text), lines[n].page))
                last = lines[n].page
            text += lines[n].text + ("\n" if n != group[-1] else "")
        found.append(Paragraph(text, f"page {lines[group[0]].page}", pages=tuple(marks)))
    return found + [
        Paragraph(note, f"page {number}", flow, pages=((0, number),))
        for flow, (note, number) in enumerate(notes, 1)
    ]


class _Placed(NamedTuple):
    """A line with its page, its column and what it belongs to."""

    line: PrintedLine
    page: int
    column: int
    flow: int
    row: int


class _Cell(NamedTuple):
    """A cell of a row that may go on on the next page."""

    left: float
    limit: float
    flow: int
    row: int


class _Layout(NamedTuple):
    """What holds for all pages: where columns begin and end, the size and the line distance."""

    edges: tuple[float, ...]
    rights: tuple[float, ...]
    size: float
    leading: float
    spaced: bool

    def column(self, x: float) -> int:
        return max((n for n, edge in enumerate(self.edges) if edge <= x + _NEAR), default=0)


def _printed(pages: Sequence[Sequence[PrintedLine]]) -> list[Paragraph]:
    """Paragraphs of lines whose places are known."""
    pages = _without_heads(pages)
    layout = _layout(pages)
    found = []
    for flow, placed in _flows(pages, layout).items():
        ordered, edge, right = placed, None, None
        if flow:
            edge = min(one.line.x for one in placed)
            right = max(one.line.right for one in placed)
        else:
            ordered = sorted(placed, key=lambda one: (one.page, one.column, -round(one.line.y)))
        for group in _printed_groups(ordered, layout, right):
            place = (group[0].page, group[0].column, -group[0].line.y)
            found.append((place, _printed_paragraph(group, layout, edge)))
    return [paragraph for _, paragraph in sorted(found, key=lambda one: one[0])]


def _flows(pages: Sequence[Sequence[PrintedLine]], layout: _Layout) -> dict[int, list[_Placed]]:
    """The lines of the body, 0, and of each cell, note and box."""
    flows: dict[int, list[_Placed]] = {}
    count = 0
    cells: list[_Cell] = []
    for number, lines in enumerate(pages, 1):
        walk = _PageWalk(layout, number, count, cells)
        for one in walk.placed(lines):
            flows.setdefault(one.flow, []).append(one)
        count, cells = walk.flow, walk.open_cells()
    return flows


def _without_heads(pages: Sequence[Sequence[PrintedLine]]) -> list[list[PrintedLine]]:
    """Pages without their numbers and running heads, wherever those were drawn."""
    order = [sorted(range(len(page)), key=lambda n: -page[n].y) for page in pages]
    texts = [[page[n].text for n in ns] for page, ns in zip(pages, order, strict=True)]
    heads = _running(texts)
    found = []
    for page, numbers, lines in zip(pages, order, texts, strict=True):
        gone = {numbers[n] for n in _edges(lines, heads)}
        kept = [line for n, line in enumerate(page) if n not in gone and line.text.strip()]
        found.append(kept)
    return found


def _layout(pages: Sequence[Sequence[PrintedLine]]) -> _Layout:
    lines = [line for page in pages for line in page]
    sizes: dict[float, int] = {}
    for line in lines:
        sizes[round(line.size, 1)] = sizes.get(round(line.size, 1), 0) + len(line.text)
    size = max(sizes, key=lambda one: sizes[one], default=1.0) or 1.0
    gaps = sorted(
        gap for page in pages for one, two in pairwise(page)
        if 0.8 * size < (gap := one.y - two.y) < 3 * size and abs(one.size - two.size) < 0.1 * size
    )  # fmt: skip
    edges = _columns(pages, size)
    leading = gaps[len(gaps) * 3 // 10] if gaps else 1.2 * size
    spaced = sum(gap > _GAP * leading for gap in gaps) > len(gaps) / 20
    bare = _Layout(edges, (), size, leading, spaced)
    rights: list[list[float]] = [[] for _ in edges]
    for line in lines:
        rights[bare.column(line.x)].append(line.right)
    ends = (sorted(column)[int(len(column) * 0.9)] if column else 0.0 for column in rights)
    return bare._replace(rights=tuple(ends))


def _columns(pages: Sequence[Sequence[PrintedLine]], size: float) -> tuple[float, ...]:
    """The left edges of the columns: those at which pages begin anew at their top."""
    lines = [line for page in pages for line in page]
    weight: dict[int, int] = {}
    for line in lines:
        weight[round(line.x)] = weight.get(round(line.x), 0) + len(line.text)
    left = min((x for x, much in weight.items() if much > sum(weight.values()) / 20), default=0)
    tops: dict[int, int] = {}
    full = [page for page in pages if len(page) > _COLUMN_LINES]
    for page in full:
        top = max(line.y for line in page)
        for x in {round(new.x) for before, new in pairwise(page)
                  if new.y > before.y + 4 * size and new.y > top - 3 * size
                  and new.x > before.x + _COLUMN * size}:  # fmt: skip
            tops[x] = tops.get(x, 0) + 1
    edges = [float(left)]
    for x in sorted(tops):
        if tops[x] * 2 > len(full) and x > edges[-1] + _COLUMN * size:
            edges.append(float(x))
    return tuple(edges)


class _PageWalk:
    """Tells of the lines of a page, as they were drawn, what each belongs to."""

    def __init__(
        self, layout: _Layout, page: int, flow: int, cells: Sequence[_Cell]
    ) -> None:  # fmt: skip
        self.layout, self.page, self.flow = layout, page, flow
        self.cells = list(cells)
        self.found: list[_Placed] = []

    def placed(self, lines: Sequence[PrintedLine]) -> list[_Placed]:
        held = row = 0  # the flow that goes on, 0 for the body
        left, cell = 0.0, None
        for line in lines:
            column = self.layout.column(line.x)
            before = self.found[-1] if self.found else None
            came, cell = cell, self._carried(line)
            if cell is not None:
                held, row, left = cell.flow, cell.row, cell.left
            elif before is not None and line.y > before.line.y - 0.5 * self.layout.size:
                held, row = self._anew(line, column)
                left = line.x
            elif came is not None or (held and not self._goes_on(line, left, row)):
                held = row = 0
            self.found.append(_Placed(line, self.page, column, held, row))
        self._notes()
        return self.found

    def _carried(self, line: PrintedLine) -> _Cell | None:
        """The cell of the page before that a line at the top of this one goes on with."""
        if self.found and self.cells:
            last = self.found[-1].line
            wide = last.y - line.y > _GAP * self.layout.leading
            if wide and line.x < self.layout.edges[self.layout.column(line.x)] + _NEAR:
                self.cells = []
        for cell in self.cells:
            if abs(line.x - cell.left) < _NEAR and line.right < cell.limit + self.layout.size:
                return cell
        self.cells = []
        return None

    def open_cells(self) -> list[_Cell]:
        """The cells of the row with which the page ends, where it ends with one."""
        last = next((one for one in reversed(self.found) if one.row or not one.flow), None)
        if last is None or not last.row:
            return []
        flows: dict[int, list[PrintedLine]] = {}
        for one in self.found:
            if one.row == last.row:
                flows.setdefault(one.flow, []).append(one.line)
        lefts = {flow: min(line.x for line in lines) for flow, lines in flows.items()}
        limits = {
            flow: min((x for x in lefts.values() if x > left + _NEAR), default=math.inf)
            for flow, left in lefts.items()
        }
        return [
            _Cell(lefts[flow], limits[flow], flow, last.row)
            for flow, lines in flows.items() if _END.search(lines[-1].text) is None
        ]  # fmt: skip

    def _goes_on(self, line: PrintedLine, left: float, row: int) -> bool:
        """Whether a line below one of a cell or box stands within it."""
        near = self.found[-1].line.y - line.y < 3 * self.layout.leading
        return line.x >= left - _NEAR and (near or not row)

    def _new(self) -> int:
        self.flow += 1
        return self.flow

    def _anew(self, line: PrintedLine, column: int) -> tuple[int, int]:
        """The flow and row of a line that stands no lower than the one drawn before."""
        first = self._beside(line, column)
        if first is not None:
            return self._new(), self._row(first)
        at_edge = abs(line.x - self.layout.edges[column]) < _NEAR
        later = all(
            one.column < column or one.line.y > line.y for one in self.found if not one.flow
        )
        if at_edge or (later and column > self.found[-1].column):
            return 0, 0
        return self._new(), 0

    def _beside(self, line: PrintedLine, column: int) -> int | None:
        """The line left of one, with which a row of a table begins."""
        for n in range(len(self.found) - 1, -1, -1):
            one = self.found[n]
            if one.column != column or one.line.y > line.y + self.layout.size * 40:
                continue
            if abs(one.line.y - line.y) < _NEAR and one.line.x < line.x - _NEAR:
                return n
        return None

    def _row(self, first: int) -> int:
        """Make the lines from one on a cell, if they are none yet; the row."""
        if self.found[first].row:
            return self.found[first].row
        flow, row = self._new(), self._new()
        for n in range(first, len(self.found)):
            if self.found[n].flow == 0:
                self.found[n] = self.found[n]._replace(flow=flow, row=row)
        return row

    def _notes(self) -> None:
        """Give footnotes, which end a column, flows of their own."""
        for column in range(len(self.layout.edges)):
            numbers = [n for n, one in enumerate(self.found)
                       if one.column == column and not one.flow]  # fmt: skip
            numbers.sort(key=lambda n: -self.found[n].line.y)
            texts = [self.found[n].line.text for n in numbers]
            start = self._small(numbers) or _first_note(texts)
            flow = 0
            for n in numbers[start:] if start is not None else ():
                if not flow or _NOTE.match(self.found[n].line.text):
                    flow = self._new()
                self.found[n] = self.found[n]._replace(flow=flow)

    def _small(self, numbers: Sequence[int]) -> int | None:
        """From which line on a column is set in a smaller size, if some of it is not."""
        start = len(numbers)
        while start and self.found[numbers[start - 1]].line.size < 0.93 * self.layout.size:
            start -= 1
        return start if 0 < start < len(numbers) else None


def _printed_groups(
    lines: Sequence[_Placed], layout: _Layout, right: float | None
) -> Iterator[list[_Placed]]:
    """Lines of one flow, cut to paragraphs."""
    group: list[_Placed] = []
    for one in lines:
        if group and _parts(group, one, layout, right):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _parts(group: Sequence[_Placed], new: _Placed, layout: _Layout, right: float | None) -> bool:
    """Whether a line begins a paragraph after those of another."""
    old, a, b = group[-1], group[-1].line, new.line
    size = max(a.size, b.size)
    if a.bold != b.bold or abs(a.size - b.size) > 0.08 * size:
        return True
    ended = _END.search(a.text) is not None
    if _BULLET.match(b.text) and (ended or not layout.spaced or not b.text[:1].isascii()):
        return True
    room = _room(old, new, layout, right)
    if (old.page, old.column) != (new.page, new.column):
        return _parts_over(group, new, layout, room)
    if a.y - b.y > _GAP * layout.leading * max(1.0, a.size / layout.size):
        return True
    listed = _BULLET.match(group[0].line.text) is not None
    shifted = abs(a.x - b.x) > _STEP and not (len(group) == 1 and (listed or b.x < a.x))
    return (shifted and (not listed or b.x < a.x)) or (room > 0 and ended and not layout.spaced)


def _room(old: _Placed, new: _Placed, layout: _Layout, right: float | None) -> float:
    """What would be left of a line with the next word too, as a share of its column."""
    end = layout.rights[old.column] if right is None else right
    word = next(iter(new.line.text.split()), "")
    whole = max(1.0, end - layout.edges[old.column])
    return (end - old.line.right - width_of(f" {word}", old.line.size)) / whole - 0.04


def _parts_over(
    group: Sequence[_Placed], new: _Placed, layout: _Layout, room: float
) -> bool:  # fmt: skip
    """The same where a column or a page lies between."""
    old, a, b = group[-1], group[-1].line, new.line
    if _slants_last(a) != _slants_first(b) or room > _SHORT:
        return True
    shift = (b.x - layout.edges[new.column]) - (a.x - layout.edges[old.column])
    begins = _END.search(a.text) is not None or not b.text[:1].islower()
    return (room > 0 and begins) or (abs(shift) > _STEP and (len(group) > 1 or shift > 0))


def _slants_first(line: PrintedLine) -> bool:
    return bool(line.italics) and line.italics[0][0] == 0


def _slants_last(line: PrintedLine) -> bool:
    return bool(line.italics) and line.italics[-1][1] >= len(line.text.rstrip())


def _printed_paragraph(group: Sequence[_Placed], layout: _Layout, edge: float | None) -> Paragraph:
    """The paragraph of some lines; `edge` is the left edge of what they stand in, if no column."""
    text, italics = _printed_text([one.line for one in group])
    starts = accumulate((len(one.line.text) + 1 for one in group), initial=0)
    marks = [(at, one.page) for at, one in zip(starts, group, strict=False)]
    pages = [mark for n, mark in enumerate(marks) if not n or marks[n - 1][1] != mark[1]]
    first = group[0].line
    inset = min(one.line.x - (layout.edges[one.column] if edge is None else edge) for one in group)
    listed = _BULLET.match(text) is not None or any(one.line.x > first.x + _STEP for one in group)
    slanted = italics[:1] == [(0, len(text))]
    heading = first.size > 1.1 * layout.size or all(one.line.bold for one in group)
    return Paragraph(
        text, f"page {group[0].page}", group[0].flow,
        indented=(inset > _INSET or slanted) and not listed and not heading,
        italics=tuple(italics), pages=tuple(pages), row=group[0].row, heading=heading,
        placed=layout.spaced,
    )  # fmt: skip


def _printed_text(lines: Sequence[PrintedLine]) -> tuple[str, list[tuple[int, int]]]:
    """The words of some lines, and which are in italics, over the ends of lines too."""
    text, italics = "", [(0, 0)]
    for line in lines:
        text += "\n" if text else ""
        for start, end in line.italics:
            begin = len(text) + start
            if italics[-1][1] >= begin - 1 and italics[-1][1]:
                begin = italics.pop()[0]
            italics.append((begin, len(text) + end))
        text += line.text
    return text, italics[1:] if italics[0] == (0, 0) else italics


def _notes_apart(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The body of a page and its footnotes, whose numbers stand behind a word of the body."""
    start = _first_note(lines)
    if start is None:
        return list(lines), []
    notes: list[list[str]] = []
    for line in lines[start:]:
        if _NOTE.match(line) or not notes:
            notes.append([])
        notes[-1].append(line)
    return list(lines[:start]), ["\n".join(note) for note in notes]


def _first_note(lines: Sequence[str]) -> int | None:
    """The line with which the footnotes of a page begin."""
    for n in range(max(len(lines) // 2, len(lines) - _NOTE_LINES), len(lines)):
        first = _NOTE.match(lines[n])
        body = "\n".join(lines[:n])
        if first and re.search(rf"[^\s\d]{first[1]}(?!\d)", body):
            return n
    return None


def _running(pages: Sequence[Sequence[str]]) -> set[str]:
    """Heads and feet that stand on many pages, their digits aside."""
    seen: dict[str, int] = {}
    for page in pages:
        full = [line for line in page if line.strip()]
        for line in {_headless(one) for one in (*full[:2], *full[-2:])}:
            seen[line] = seen.get(line, 0) + 1
    return {line for line, count in seen.items() if count > max(2, len(pages) * 0.4)}


def _headless(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.split()))


def _without_edges(page: Sequence[str], heads: set[str]) -> list[str]:
    """The lines of a page without its number and running head."""
    lines = [line.replace("\t", " ") for line in page]
    gone = _edges(lines, heads)
    return [line for n, line in enumerate(lines) if n not in gone]


def _edges(lines: Sequence[str], heads: set[str]) -> set[int]:
    """Which lines of a page are its number or running head."""
    full = [n for n, line in enumerate(lines) if line.strip()]
    gone = {n for n in {*full[:2], *full[-2:]} if _headless(lines[n]) in heads}
    return gone | {n for n in {*full[:1], *full[-1:]} if _NUMBER.fullmatch(lines[n])}


def _groups(lines: Sequence[str]) -> Iterator[list[int]]:
    """Lines that were cut at the edge of the page, joined to paragraphs."""
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    full = lengths[int(len(lengths) * 0.8)] if lengths else 0
    group: list[int] = []
    for n, line in enumerate(lines):
        if not line.strip() or (group and _begins(lines[group[-1]], line, full)):
            if group:
                yield group
            group = []
        if line.strip():
            group.append(n)
    if group:
        yield group


def _begins(before: str, line: str, full: int) -> bool:
    """Whether a line begins a paragraph: the one before it is short and ends a sentence."""
    return bool(_BULLET.match(line)) or (
        len(before.rstrip()) < 0.85 * full and _END.search(before) is not None
    ) or len(before.rstrip()) < 0.4 * full  # fmt: skip


def _plain(path: Path, data: bytes) -> list[Paragraph]:
    reader: dict[str, Callable[[Path, bytes], list[Paragraph]]] = {
        ".html": _webpage, ".htm": _webpage, ".rtf": _webpage,
    }  # fmt: skip
    found = reader.get(path.suffix.lower(), _text_file)(path, data)
    return [replace(one, where=f"paragraph {n}") for n, one in enumerate(found, 1)]


def _webpage(path: Path, _data: bytes) -> list[Paragraph]:
    """A web page or rich text: the lines that the readers of sources give."""
    from qualkit.importers import read_source

    text = read_source(path).text
    return [Paragraph(line, "") for line in text.split("\n") if line.strip()]


def _text_file(path: Path, data: bytes) -> list[Paragraph]:
    from qualkit.importers._text import decode, stored

    if (kind := sniff(data)) not in {"text", "html"}:
        raise ReadError(path.name, f"not a text file: it is {NAMES[kind]}; give it its true ending")
    text, _ = stored(decode(data, path.name)[0])
    lines = text.split("\n")
    blank = any(not line.strip() for line in lines[:-1])
    wrapped = max(map(len, lines)) <= _WRAPPED and len(lines) > 3
    groups = _blocks_of(lines) if blank else _groups(lines) if wrapped else _singles(lines)
    return [_of_lines([lines[n] for n in group]) for group in groups]


def _blocks_of(lines: Sequence[str]) -> Iterator[list[int]]:
    """Lines between blank ones."""
    group: list[int] = []
    for n, line in enumerate([*lines, ""]):
        if line.strip():
            group.append(n)
        elif group:
            yield group
            group = []


def _singles(lines: Sequence[str]) -> Iterator[list[int]]:
    return ([n] for n, line in enumerate(lines) if line.strip())


def _of_lines(lines: Sequence[str]) -> Paragraph:
    """A paragraph of a text file; ``>`` is Markdown's mark of a quotation."""
    quote = all(line.lstrip().startswith(">") for line in lines)
    indented = all(line.startswith(("  ", "\t")) for line in lines)
    bare = [line.lstrip().removeprefix(">").strip() if quote else line.strip() for line in lines]
    return Paragraph("\n".join(bare), "", quote=quote, indented=indented)
