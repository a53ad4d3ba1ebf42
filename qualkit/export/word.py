"""The framework grid as a Word document that can be handed to a client.

A title page with the method note and contents, the grid in landscape tables of at most six
themes with repeated headings and bands, then themes with their definitions and the list of
sources. Cells link to their sources, the contents to the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.export._shared import (
    NO_DATA,
    heading,
    legal,
    method_sentences,
    one_line,
    quoted,
    remarks,
    write_whole,
)  # fmt: skip
from qualkit.framework import Cell, Column, Grid, Row

if TYPE_CHECKING:
    import pandas as pd
    from docx.document import Document
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

_PAPER: Final = {"A3": (420, 297), "A4": (297, 210)}  # landscape, millimetres
_ON_PAPER: Final = {"A3": 6, "A4": 4}
_MARGIN: Final = 15
_ROW_HEAD: Final = 34
_WHOLE_ROW: Final = 1_500  # characters in a cell; longer rows may run over pages
_SOURCE_WIDTHS: Final = {  # of the list of sources, in shares
    "source": 1.5, "case": 1.2, "stakeholder_type": 1.5, "role": 2.0, "organisation": 1.8,
    "date": 1.0, "mode": 1.0, "phase": 0.9, "format": 0.7, "words": 0.7, "codings": 0.8,
}  # fmt: skip
_DARK, _BAND, _SUMMARY, _PALE = "1F3A5F", "DCE6F1", "EEF3F8", "F3F3F3"
_INK, _LINK = "444444", "0B5CAD"
_FONT = "Arial"


def write_grid(
    grid: Grid,
    path: Path | str,
    *,
    study: str,
    codebooks: Sequence[str],
    sources: pd.DataFrame,
    paper: str = "A3",
) -> Path:
    """Write a grid to a .docx file.

    Parameters
    ----------
    grid : Grid
    path : path
        Replaced where it exists; written whole or not at all.
    study : str
        The study's name, for the title page.
    codebooks : sequence of str
        Titles with versions, for the method note.
    sources : DataFrame
        The sources, for the list at the end.
    paper : str
        ``A3`` (six themes a table) or ``A4`` (four), landscape.
    """
    writer = _Writer(grid, study, list(codebooks), sources, paper)
    return write_whole(path, lambda to: writer.document().save(str(to)))


@dataclass(slots=True)
class _Writer:
    grid: Grid
    study: str
    codebooks: list[str]
    sources: pd.DataFrame
    paper: str
    _bookmarks: int = 0
    _rows_marked: int = 0
    _source_numbers: dict[str, int] = field(default_factory=dict)

    def document(self) -> Document:
        import docx

        document = docx.Document()
        _styles(document)
        properties = document.core_properties
        properties.title, properties.author, properties.language = (
            legal(self.grid.title), "qualkit", "en-GB",
        )  # fmt: skip
        properties.created = properties.modified = datetime.now(UTC)
        properties.last_modified_by, properties.comments = "qualkit", ""
        chunks = list(_chunks(self.grid, self.paper))
        self._front(document, chunks)
        for number, chunk in enumerate(chunks, 1):
            self._grid(document, chunk, number, len(chunks))
        self._themes(document)
        self._sources(document)
        return document

    # The parts, in order -----------------------------------------------------------------

    def _front(self, document: Document, chunks: Sequence[Sequence[int]]) -> None:
        _portrait(document)
        document.add_paragraph(legal(self.grid.title), style="Title")
        document.add_paragraph(f"Study: {legal(self.study)}", style="Subtitle")
        for sentence in method_sentences(self.grid, self.study, self.codebooks):
            document.add_paragraph(legal(sentence))
        titles = [
            _chunk_title(self.grid, chunk, n, len(chunks)) for n, chunk in enumerate(chunks, 1)
        ]
        entries = [(f"grid_{n}", title) for n, title in enumerate(titles, 1)]
        entries += [("themes", "Themes and their definitions"), ("sources", "Sources")]
        document.add_paragraph("Contents", style="Contents Heading")
        _contents(document, entries)

    def _grid(self, document: Document, chunk: Sequence[int], number: int, of: int) -> None:
        width = _landscape(document, self.paper, self.grid.title)
        title = _chunk_title(self.grid, chunk, number, of)
        self._mark(document.add_heading(title, 1), f"grid_{number}")
        each = (width - _ROW_HEAD) / len(chunk)
        heads = [heading(self.grid.rows_are), *(self.grid.columns[n].title for n in chunk)]
        table = _table(document, heads, [_ROW_HEAD, *[each] * len(chunk)], title)
        band = ""
        for row in self.grid.rows:
            if row.band and row.band != band:
                _band_row(table, f"{heading(self.grid.bands_are)}: {row.band}")
                band = row.band
            self._row(table, row, chunk, number)

    def _row(self, table: Table, row: Row, chunk: Sequence[int], number: int) -> None:
        added = table.add_row()
        if _short(row, self.grid, chunk):
            added._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # noqa: SLF001
        cells = added.cells
        head = _styled(cells[0].paragraphs[0], "Grid Row")
        head.add_run(one_line(row.name))
        if number == 1:
            self._rows_marked += 1
            self._mark(head, f"row_{self._rows_marked}")
        if row.detail:
            _styled(cells[0].add_paragraph(one_line(row.detail)), "Grid Attribution")
        for at, column in enumerate(chunk, 1):
            self._cell(cells[at], self.grid.cell(row.name, column), self.grid.columns[column])

    def _cell(self, box: _Cell, cell: Cell, column: Column) -> None:
        paragraphs = _Paragraphs(box)
        if cell.empty:
            paragraphs.add("Grid Empty").add_run(NO_DATA)
            _shade(box, _PALE)
            return
        for summary in cell.summaries:
            written = paragraphs.add("Grid Summary")
            written.add_run(one_line(summary.text))
            written.add_run(f" [{one_line(summary.author)}]").font.size = _points(7)
        for excerpt in cell.excerpts:
            paragraphs.add("Grid Quote").add_run(quoted(excerpt))
            under = paragraphs.add("Grid Attribution")
            _link(under, f"({one_line(excerpt.attribution)})", self._source_mark(excerpt.source))
            if said := remarks(excerpt, column.title):
                under.add_run(f" {legal(said)}")
        if cell.left_out:
            more = f"+ {cell.left_out} more excerpt{'s' if cell.left_out != 1 else ''}"
            paragraphs.add("Grid Attribution").add_run(more)

    def _themes(self, document: Document) -> None:
        width = _landscape(document, "A4", self.grid.title)
        self._mark(document.add_heading("Themes and their definitions", 1), "themes")
        table = _table(
            document, ["Theme", "Definition", "Cells with data"], [60, width - 90, 30], "Themes"
        )
        for number, column in enumerate(self.grid.columns):
            full = sum(not self.grid.cell(row.name, number).empty for row in self.grid.rows)
            said = (column.title, column.definition, f"{full} of {len(self.grid.rows)}")
            _fill(table, said)

    def _sources(self, document: Document) -> None:
        width = _landscape(document, "A4", self.grid.title, new_page=False)
        self._mark(document.add_heading("Sources", 1), "sources")
        shown = [n for n in _SOURCE_WIDTHS if n in self.sources.columns and n != "organisation"]
        shares = [_SOURCE_WIDTHS[name] for name in shown]
        widths = [width * share / sum(shares) for share in shares]
        table = _table(document, [heading(name) for name in shown], widths, "Sources")
        for record in self.sources.to_dict("records"):
            values = [_shown(record[name]) for name in shown]
            row = _fill(table, values)
            self._mark(row.paragraphs[0], self._source_mark(str(record["source"])))

    def _source_mark(self, source: str) -> str:
        if not self._source_numbers:
            self._source_numbers = {name: n for n, name in enumerate(self.sources["source"])}
        return f"source_{self._source_numbers[source]}"

    def _mark(self, paragraph: Paragraph, name: str) -> None:
        """Bookmark a paragraph."""
        self._bookmarks += 1
        begin = _element("w:bookmarkStart", w_id=self._bookmarks, w_name=name)
        end = _element("w:bookmarkEnd", w_id=self._bookmarks)
        before = 1 if paragraph._p.pPr is not None else 0  # noqa: SLF001 - no public way
        paragraph._p.insert(before, begin)  # noqa: SLF001
        paragraph._p.append(end)  # noqa: SLF001


class _Paragraphs:
    """The paragraphs of a cell, which Word gives one of from the start."""

    def __init__(self, box: _Cell) -> None:
        self._box = box
        self._first = True

    def add(self, style: str) -> Paragraph:
        first, self._first = self._first, False
        return _styled(self._box.paragraphs[0] if first else self._box.add_paragraph(), style)


def _styled(paragraph: Paragraph, style: str) -> Paragraph:
    """The paragraph in one of our styles, by its id: python-docx searches them all for a name."""
    paragraph._p.style = style.replace(" ", "")  # noqa: SLF001
    return paragraph


def _chunks(grid: Grid, paper: str) -> Iterator[list[int]]:
    """Column numbers a table, as even as can be."""
    count = len(grid.columns)
    tables = -(-count // _ON_PAPER[paper])
    start = 0
    for n in range(tables):
        size = -(-(count - start) // (tables - n))
        yield list(range(start, start + size))
        start += size


def _short(row: Row, grid: Grid, chunk: Sequence[int]) -> bool:
    """Whether a row is short enough to stand on one page whole."""
    longest = max(
        sum(len(s.text) for s in cell.summaries) + sum(len(e.words) + 90 for e in cell.excerpts)
        for cell in (grid.cell(row.name, n) for n in chunk)
    )
    return longest < _WHOLE_ROW


def _chunk_title(grid: Grid, chunk: Sequence[int], number: int, of: int) -> str:
    first, last = grid.columns[chunk[0]].title, grid.columns[chunk[-1]].title
    span = one_line(first if len(chunk) == 1 else f"{first} to {last}")
    return f"Grid: {span}" if of == 1 else f"Grid {number} of {of}: {span}"


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


# Word's own elements -----------------------------------------------------------------------


def _element(tag: str, **attributes: object) -> Any:  # noqa: ANN401 - lxml's untyped element
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(name.replace("_", ":", 1)), str(value))
    return made


def _points(size: float) -> Any:  # noqa: ANN401
    from docx.shared import Pt

    return Pt(size)


def _mm(length: float) -> Any:  # noqa: ANN401
    from docx.shared import Mm

    return Mm(length)


_STYLES: Final = (  # name, size, bold, italic, colour, space before and after
    ("Grid Head", 9, True, False, "FFFFFF", 1, 1),
    ("Grid Row", 9, True, False, None, 0, 1),
    ("Grid Band", 9, True, False, None, 2, 2),
    ("Grid Summary", 8.5, False, False, None, 2, 4),
    ("Grid Quote", 8.5, False, True, None, 3, 0),
    ("Grid Attribution", 7.5, False, False, _INK, 0, 2),
    ("Grid Empty", 8, False, False, _INK, 0, 0),
    ("Grid Body", 9, False, False, None, 0, 0),
    ("Contents Heading", 12, True, False, _DARK, 12, 4),
    ("Contents Line", 10, False, False, None, 0, 3),
)


def _styles(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, _points(10)
    normal.paragraph_format.space_after = _points(6)
    normal.element.rPr.append(_element("w:lang", w_val="en-GB", w_eastAsia="en-GB"))
    for name, size in (("Title", 24), ("Subtitle", 13), ("Heading 1", 15)):
        style = document.styles[name]
        style.font.size, style.font.color.rgb = _points(size), RGBColor.from_string(_DARK)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.attrib.clear()
        for kind in ("w:ascii", "w:hAnsi", "w:cs"):
            fonts.set(qn(kind), _FONT)
    for name, points, bold, italic, colour, before, after in _STYLES:
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.font.size, style.font.bold, style.font.italic = _points(points), bold, italic
        if colour:
            style.font.color.rgb = RGBColor.from_string(colour)
        style.paragraph_format.space_before = _points(before)
        style.paragraph_format.space_after = _points(after)
    document.styles["Grid Quote"].paragraph_format.keep_with_next = True
    for name in ("Grid Quote", "Grid Summary", "Grid Attribution"):
        document.styles[name].paragraph_format.keep_together = True
    shade = _element("w:shd", w_val="clear", w_color="auto", w_fill=_SUMMARY)
    document.styles["Grid Summary"].element.get_or_add_pPr().append(shade)


def _portrait(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = _mm(210), _mm(297)
    section.left_margin = section.right_margin = _mm(22)


def _landscape(document: Document, paper: str, title: str, *, new_page: bool = True) -> int:
    """A landscape section; the width between its margins in millimetres."""
    from docx.enum.section import WD_ORIENT

    width, height = _PAPER[paper]
    if new_page:
        section = document.add_section()
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = _mm(width), _mm(height)
        section.left_margin = section.right_margin = section.bottom_margin = _mm(_MARGIN)
        section.top_margin = _mm(_MARGIN)
        section.footer.is_linked_to_previous = False
        _footer(section.footer.paragraphs[0], title)
    return width - 2 * _MARGIN


def _footer(paragraph: Paragraph, title: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paragraph.style = "Grid Attribution"
    paragraph.add_run(f"{one_line(title)} \u00b7 page ")
    _field(paragraph, "PAGE", "1")
    paragraph.add_run(" of ")
    _field(paragraph, "NUMPAGES", "1")


def _field(paragraph: Paragraph, instruction: str, shown: str) -> None:
    """A field with the text that is shown until Word works it out."""
    for kind in ("begin", None, "separate"):
        run = paragraph.add_run()
        if kind:
            run._r.append(_element("w:fldChar", w_fldCharType=kind))  # noqa: SLF001
        else:
            code = _element("w:instrText")
            code.text = f" {instruction} "
            run._r.append(code)  # noqa: SLF001
    paragraph.add_run(shown)
    paragraph.add_run()._r.append(_element("w:fldChar", w_fldCharType="end"))  # noqa: SLF001


def _contents(document: Document, entries: Sequence[tuple[str, str]]) -> None:
    """A contents field, filled with links beforehand; Word adds page numbers on update."""
    paragraphs = [document.add_paragraph(style="Contents Line") for _ in entries]
    _open_contents(paragraphs[0])
    for paragraph, (mark, title) in zip(paragraphs, entries, strict=True):
        _link(paragraph, title, mark)
    paragraphs[-1].add_run()._r.append(_element("w:fldChar", w_fldCharType="end"))  # noqa: SLF001


def _open_contents(paragraph: Paragraph) -> None:
    for kind in ("begin", None, "separate"):
        run = paragraph.add_run()
        if kind:
            run._r.append(_element("w:fldChar", w_fldCharType=kind))  # noqa: SLF001
        else:
            code = _element("w:instrText")
            code.text = ' TOC \\o "1-1" \\h \\z \\u '
            run._r.append(code)  # noqa: SLF001


def _link(paragraph: Paragraph, text: str, mark: str) -> None:
    """A link to a bookmark of this document."""
    from docx.shared import RGBColor

    run = paragraph.add_run(legal(text))
    run.font.color.rgb = RGBColor.from_string(_LINK)
    link = _element("w:hyperlink", w_anchor=mark, w_history=1)
    link.append(run._r)  # noqa: SLF001
    paragraph._p.append(link)  # noqa: SLF001


def _table(
    document: Document, heads: Sequence[str], widths: Sequence[float], caption: str
) -> Table:
    """A table with a repeated heading row, fixed widths, and a caption for screen readers."""
    from docx.enum.table import WD_TABLE_ALIGNMENT

    table = document.add_table(rows=1, cols=len(heads))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    properties = table._tbl.tblPr  # noqa: SLF001
    properties.append(_element("w:tblCaption", w_val=legal(caption)))
    properties.append(_element("w:tblDescription", w_val=legal(caption)))
    for cell, column, head, width in zip(
        table.rows[0].cells, table.columns, heads, widths, strict=True
    ):
        column.width = cell.width = _mm(width)
        cell.paragraphs[0].style = "Grid Head"
        cell.paragraphs[0].add_run(one_line(head))
        _shade(cell, _DARK)
    row = table.rows[0]._tr.get_or_add_trPr()  # noqa: SLF001
    row.append(_element("w:cantSplit"))
    row.append(_element("w:tblHeader"))
    return table


def _band_row(table: Table, text: str) -> None:
    row = table.add_row()
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # noqa: SLF001
    cell = row.cells[0].merge(row.cells[-1])
    cell.paragraphs[0].style = "Grid Band"
    cell.paragraphs[0].paragraph_format.keep_with_next = True
    cell.paragraphs[0].add_run(one_line(text))
    _shade(cell, _BAND)


def _fill(table: Table, values: Sequence[str]) -> _Cell:
    """A plain row; its first cell comes back."""
    row = table.add_row()
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))  # noqa: SLF001
    for cell, value in zip(row.cells, values, strict=True):
        _styled(cell.paragraphs[0], "Grid Body").add_run(one_line(value))
    return row.cells[0]


def _shade(cell: _Cell, colour: str) -> None:
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001
    properties.append(_element("w:shd", w_val="clear", w_color="auto", w_fill=colour))
