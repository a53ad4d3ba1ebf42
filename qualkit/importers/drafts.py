"""Draft reports: file -> paragraphs with their place, italics, and whether they are block quotes.

A draft is read to be checked, never stored. Paragraphs are counted as a person would: those that
hold words, from the top, those in tables too; a note or a text box has the number of the
paragraph that it hangs on. A PDF has pages instead. Deleted and hidden text is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from qualkit.errors import ReadError
from qualkit.importers._guard import NAMES, Archive, read_bytes, refuse_office, sniff

if TYPE_CHECKING:
    from lxml import etree

FORMATS: Final = (".docx", ".docm", ".odt", ".pdf", ".txt", ".text", ".md", ".markdown", ".html",
                  ".htm", ".rtf")  # fmt: skip
_INDENT: Final = 280  # twentieths of a point: half a centimetre
_WRAPPED: Final = 110  # a text file whose lines are no longer was cut at line ends
_END: Final = re.compile(r"[.!?:;\u201d\u2019\"')\]]\s*$")
_NUMBER: Final = re.compile(r"\s*(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\s*", re.IGNORECASE)
_NOTE: Final = re.compile(r"\s*(\d{1,3})\s+(?=[\u201c\"\u2018'(\[A-Z])")  # a footnote of a PDF
_NOTE_LINES: Final = 15  # of footnotes on one page
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
        Whether it is indented and no list.
    italics : tuple of (int, int)
        Stretches of the text in italics, half-open.
    pages : tuple of (int, int)
        Of a PDF: from which character on it stands on which page.
    row : int
        The row of a table, counted through the draft; 0 outside tables.
    heading : bool
        Whether its style is one of headings.
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
    from qualkit.importers.portable import page_texts

    pages = [text.split("\n") for text in page_texts(data, name)]
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


def _notes_apart(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The body of a page and its footnotes, whose numbers stand behind a word of the body."""
    for n in range(max(len(lines) // 2, len(lines) - _NOTE_LINES), len(lines)):
        first = _NOTE.match(lines[n])
        body = "\n".join(lines[:n])
        if first and re.search(rf"[^\s\d]{first[1]}(?!\d)", body):
            notes: list[list[str]] = []
            for line in lines[n:]:
                if _NOTE.match(line) or not notes:
                    notes.append([])
                notes[-1].append(line)
            return list(lines[:n]), ["\n".join(note) for note in notes]
    return list(lines), []


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
    full = [n for n, line in enumerate(lines) if line.strip()]
    edges = {*full[:2], *full[-2:]}
    gone = {n for n in edges if _headless(lines[n]) in heads}
    gone |= {n for n in {*full[:1], *full[-1:]} if _NUMBER.fullmatch(lines[n])}
    return [line for n, line in enumerate(lines) if n not in gone]


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
