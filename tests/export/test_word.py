"""The Word document: what it says, read back and rendered."""

from __future__ import annotations

import io
import zipfile

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn

from qualkit.errors import QualkitError
from qualkit.export.word import write_grid

SOURCES = pd.DataFrame([
    {"source": "s1", "case": "North", "role": "Nurse", "format": "txt", "words": 1200, "codings": 3},
    {"source": "s2", "case": "South", "role": "Head", "format": "pdf", "words": 900, "codings": 0},
])  # fmt: skip
LEGAL = "=1+1 \ufffd <b>& “quoted” 😀 مرحبا re-read it"


@pytest.fixture
def path(grid, tmp_path):
    return write_grid(
        grid, tmp_path / "grid.docx", study="ours", codebooks=["B 1.0"], sources=SOURCES
    )


@pytest.fixture
def document(path):
    return docx.Document(str(path))


def test_headings_stand_in_order_and_tables_have_six_themes_at_most(document):
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]

    assert headings == [
        "Grid 1 of 2: Theme 0 to Theme 3",
        "Grid 2 of 2: Theme 4 to Theme 7",
        "Themes and their definitions",
        "Sources",
    ]
    assert [len(table.columns) for table in document.tables] == [5, 5, 3, 6]


def test_a_cell_holds_summary_excerpt_attribution_and_what_was_left_out(document):
    cell = document.tables[0].rows[2].cells[1]

    assert [(p.style.name, p.text) for p in cell.paragraphs] == [
        ("Grid Summary", "+ sums up [Ann]"),
        ("Grid Quote", f"“{LEGAL}”"),
        ("Grid Attribution", "(Nurse, North, line 3) Care · Time · mixed · rated 2"),
        ("Grid Attribution", "+ 3 more excerpts"),
    ]


def test_bands_and_empty_cells_are_shown(document):
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]

    assert rows[0] == ["Case", "Theme 0", "Theme 1", "Theme 2", "Theme 3"]
    assert set(rows[1]) == {"Profile: Urban"}
    assert rows[3] == ["South\n1 source", "No data", "No data", "No data", "No data"]


def test_the_method_note_says_how_the_grid_came_about(document):
    text = "\n".join(p.text for p in document.paragraphs)

    assert "2 sources in 2 cases; 2 of 5 codings by Ann, 1 March 2026 to 4 March 2026." in text
    assert "3 codings under codes outside these themes: not shown." in text
    assert "Codebooks: B 1.0." in text
    assert "A cell shows at most 1 excerpt, one from each source" in text


def test_heading_rows_repeat_and_rows_have_widths_and_captions(document):
    for table in document.tables:
        first = table.rows[0]._tr.trPr
        assert first.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
        assert all(cell.width is not None for cell in table.rows[0].cells)


def test_the_grid_is_landscape_and_the_language_british(document):
    first, *rest = document.sections

    assert first.page_width < first.page_height
    assert all(section.page_width > section.page_height for section in rest)
    assert document.styles["Normal"].element.rPr.find(qn("w:lang")).get(qn("w:val")) == "en-GB"


def test_every_link_leads_to_a_bookmark_that_is_there(document):
    body = document.element.body
    marks = {mark.get(qn("w:name")) for mark in body.iter(qn("w:bookmarkStart"))}
    links = {link.get(qn("w:anchor")) for link in body.iter(qn("w:hyperlink"))}

    assert links == {"grid_1", "grid_2", "themes", "sources", "source_0"}
    assert links <= marks


def test_bookmarks_and_fields_are_closed(document):
    body = document.element.body
    begun = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkStart"))]
    ended = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkEnd"))]
    fields = [char.get(qn("w:fldCharType")) for char in body.iter(qn("w:fldChar"))]

    assert len(set(begun)) == len(begun)
    assert sorted(begun) == sorted(ended)
    assert fields == ["begin", "separate", "end"]


def test_the_document_renders_with_its_headings_on_every_page_of_a_long_table(
    grid, tmp_path, render
):
    from dataclasses import replace

    rows = tuple(replace(grid.rows[0], name=f"Case {n}", band="") for n in range(30))
    cells = {(row.name, c): grid.cells["North", 0] for row in rows for c in range(8)}
    long = replace(grid, rows=rows, cells=cells)
    path = tmp_path / "long.docx"
    write_grid(long, path, study="ours", codebooks=["B 1.0"], sources=SOURCES, paper="A4")

    pages = render(path).split("\f")

    with_rows = [page for page in pages if "Case 2" in page and "sums up" in page]
    assert len(with_rows) > 2
    assert all("Theme" in page.splitlines()[0] or "Theme" in page[:400] for page in with_rows)
    assert all(f"Case {n}" in "".join(pages) for n in range(30))


def test_an_export_that_fails_leaves_the_old_file_and_nothing_else(grid, path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(
        "docx.document.Document.save",
        lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")),
    )

    with pytest.raises(QualkitError, match=r"cannot be written .No space left on device"):
        write_grid(grid, path, study="ours", codebooks=[], sources=SOURCES)

    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["grid.docx"]


def test_a_folder_that_is_not_there_is_told(grid, tmp_path):
    with pytest.raises(QualkitError, match=r"cannot be written .No such file or directory"):
        write_grid(grid, tmp_path / "no" / "g.docx", study="x", codebooks=[], sources=SOURCES)


def test_no_part_of_the_file_names_a_person_who_wrote_it(path):
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as parts:
        core = parts.read("docProps/core.xml").decode()

    assert "<dc:creator>qualkit</dc:creator>" in core
    assert "python-docx" not in core
