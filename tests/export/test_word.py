"""The Word document: what it says, read back and rendered."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualkit.errors import QualkitError, ReadError
from qualkit.export._docx import WordFile, leftward
from qualkit.export.word import write_grid
from qualkit.framework import Cell, CellSummary, Row
from tests.export.word_schema import empty_paragraphs, faults

SOURCES = pd.DataFrame([
    {"source": "s1", "case": "North", "role": "Nurse", "format": "txt", "words": 1200, "codings": 3},
    {"source": "s2", "case": "South", "role": "Head", "format": "pdf", "words": 900, "codings": 0},
])  # fmt: skip
LEGAL = "=1+1 \ufffd <b>& “quoted” 😀 مرحبا re-read it"
ARABIC = "\u0642\u0627\u0644\u062a \u0627\u0644\u0645\u0639\u0644\u0645\u0629 yes"


def written(grid, path, **options):
    return write_grid(grid, path, study="ours", codebooks=["B 1.0"], sources=SOURCES, **options)


def with_cell(grid, cell):
    """The grid with another first cell."""
    return replace(grid, cells={**grid.cells, ("North", 0): cell})


def first_cell(path):
    cell = docx.Document(str(path)).tables[0].rows[2].cells[1]
    return [(p.style.name, p.text) for p in cell.paragraphs]


def text_of(path):
    return "\n".join(p.text for p in docx.Document(str(path)).paragraphs)


@pytest.fixture
def path(grid, tmp_path):
    return written(grid, tmp_path / "grid.docx")


@pytest.fixture
def document(path):
    return docx.Document(str(path))


# What the document says ---------------------------------------------------------------------


def test_headings_stand_in_order_and_tables_have_six_themes_at_most(document):
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]

    assert headings == [
        "Grid 1 of 2: Theme 0 to Theme 3",
        "Grid 2 of 2: Theme 4 to Theme 7",
        "Themes and their definitions",
        "Sources",
    ]
    assert [len(table.columns) for table in document.tables] == [5, 5, 3, 6]


def test_a_cell_holds_summary_excerpt_attribution_and_what_was_left_out(path):
    assert first_cell(path) == [
        ("Grid Summary", "+ sums up [Ann]"),
        ("Grid Quote", f"“{LEGAL}”"),
        ("Grid Attribution", "(Nurse, North, line 3) Care · Time · mixed · rated 2"),
        ("Grid Attribution", "+ 3 more excerpts"),
    ]


def test_a_summary_says_what_it_is_about_its_state_stance_rating_and_what_changed(grid, tmp_path):
    summary = CellSummary(
        "Ann", "No room.", about="s1, Time", stance="negative", rating=2, level="Widespread",
        descriptor="Most know.", draft=True, changes="2 codings added",
    )  # fmt: skip

    path = written(with_cell(grid, Cell((summary,))), tmp_path / "g.docx")

    assert first_cell(path) == [
        ("Grid Summary", "s1, Time: Draft, not yet edited: No room. [Ann, negative]"),
        ("Grid Summary", "Rated 2, Widespread Most know."),
        ("Grid Summary", "Evidence has changed since this was written: 2 codings added"),
    ]


def test_the_descriptor_of_a_level_stands_in_small_type(grid, tmp_path):
    summary = CellSummary("Ann", "x", rating=2, level="Widespread", descriptor="Most know.")

    path = written(with_cell(grid, Cell((summary,))), tmp_path / "g.docx")

    runs = docx.Document(str(path)).tables[0].rows[2].cells[1].paragraphs[1].runs
    assert [(r.text, r.bold, r.font.size) for r in runs] == [
        ("Rated 2, Widespread", True, None),
        (" Most know.", None, Pt(7)),
    ]


def test_an_excerpt_that_a_summary_cites_says_so(grid, tmp_path):
    excerpt = grid.cells["North", 0].excerpts[0]
    cell = Cell((CellSummary("Ann", "x", cites=("k1",)),), (excerpt,))

    path = written(with_cell(grid, cell), tmp_path / "g.docx")

    assert first_cell(path)[2][1].endswith("mixed · rated 2 · cited in the summary")
    assert "Cited in the summary: its author rests the summary on it most." in text_of(path)


@pytest.mark.parametrize(
    ("cell", "shown", "note"),
    [
        (Cell(), "No data", "No data: nothing in these sources was coded with the theme."),
        (Cell(asked=0, of=3), "Not asked", "Not asked: by the topic guide"),
        (Cell(asked=3, of=3), "Asked, nothing said", "Asked, nothing said: the row's sources"),
        (Cell(asked=1, of=3), "Asked, nothing said (1 of 3 asked)", "Asked, nothing said: the"),
    ],
)
def test_an_empty_cell_says_why_and_the_method_note_explains(grid, tmp_path, cell, shown, note):
    path = written(with_cell(grid, cell), tmp_path / "g.docx")

    assert first_cell(path) == [("Grid Empty", shown)]
    assert note in text_of(path)


def test_what_does_not_occur_is_not_explained(path):
    for word in ("Draft, not yet edited", "Evidence has changed", "Not asked", "Only codings"):
        assert word not in text_of(path)


def test_rows_and_their_band_are_shown(document):
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]

    assert rows[0] == ["Case", "Theme 0", "Theme 1", "Theme 2", "Theme 3"]
    assert set(rows[1]) == {"Profile: Urban"}
    assert rows[3] == ["South\n1 source", "No data", "No data", "No data", "No data"]


def test_a_band_that_begins_begins_all_that_lie_within_it(grid, tmp_path):
    places = [("N", "Lead"), ("N", "Nurse"), ("S", "Nurse"), ("S", "Nurse")]
    rows = tuple(Row(f"r{n}", bands) for n, bands in enumerate(places))
    cells = {(row.key, n): Cell() for row in rows for n in range(8)}
    banded = replace(grid, rows=rows, cells=cells, bands_are=("region", "role"))

    path = written(banded, tmp_path / "g.docx")

    first = [row.cells[0].text for row in docx.Document(str(path)).tables[0].rows]
    assert first == [
        "Case", "Region: N", "\u2003Role: Lead", "r0", "\u2003Role: Nurse", "r1",
        "Region: S", "\u2003Role: Nurse", "r2", "r3",
    ]  # fmt: skip


def test_the_method_note_says_how_the_grid_came_about(grid, tmp_path):
    method = replace(grid.method, chosen=("Only codings by Ann.",))

    text = text_of(written(replace(grid, method=method), tmp_path / "g.docx"))

    assert "2 sources in 2 cases; 2 of 5 codings by Ann, 1 March 2026 to 4 March 2026." in text
    assert "Only codings by Ann." in text
    assert (
        "3 codings that were not chosen or stand under codes outside these themes: not shown."
        in text
    )
    assert "Codebooks: B 1.0." in text
    assert "A cell shows at most 1 excerpt, one from each source" in text


def test_a_cell_of_ten_thousand_characters_may_run_over_pages(grid, tmp_path):
    long = Cell((CellSummary("Ann", "word " * 2_000),))

    path = written(with_cell(grid, long), tmp_path / "g.docx")

    rows = docx.Document(str(path)).tables[0].rows
    assert first_cell(path)[0][1] == "word " * 1_999 + "word [Ann]"
    assert rows[2]._tr.trPr is None
    assert rows[3]._tr.trPr.find(qn("w:cantSplit")) is not None


@pytest.mark.parametrize(
    ("text", "leads"), [(ARABIC, True), ("shalom \u05e9", False), ("plain", False), ("", False)]
)
def test_paragraphs_run_as_most_of_their_letters_do(grid, tmp_path, text, leads):
    path = written(with_cell(grid, Cell((CellSummary("A", text),))), tmp_path / "g.docx")

    paragraph = docx.Document(str(path)).tables[0].rows[2].cells[1].paragraphs[0]._p
    assert leftward(text) is leads
    assert (paragraph.pPr.find(qn("w:bidi")) is not None) is leads
    assert (next(paragraph.iter(qn("w:r"))).find(f".//{qn('w:rtl')}") is not None) is leads


# What Word asks of a file --------------------------------------------------------------------


def test_the_file_is_as_the_schema_wants_it(path):
    assert faults(path) == []
    assert empty_paragraphs(path) == 0


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(min_size=1, max_size=200))
def test_any_words_come_back_but_for_spaces_and_forbidden_characters(grid, tmp_path, text):
    path = written(with_cell(grid, Cell((CellSummary("A", f"x{text}x"),))), tmp_path / "g.docx")

    shown = first_cell(path)[0][1]
    assert faults(path) == []
    assert shown.startswith("x")
    assert shown.endswith("x [A]")
    assert [c for c in shown if c.isalpha()] == [c for c in f"x{text}x[A]" if c.isalpha()]


def test_heading_rows_repeat_and_rows_have_widths_and_captions(document):
    for table in document.tables:
        first = table.rows[0]._tr.trPr
        assert first.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
        assert all(cell.width is not None for cell in table.rows[0].cells)


@pytest.mark.parametrize("name", ["Heading 1", "Grid Head", "Grid Band", "Grid Quote"])
def test_what_opens_something_stays_with_what_follows(document, name):
    assert document.styles[name].paragraph_format.keep_with_next


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


def test_the_contents_field_is_closed(document):
    fields = [c.get(qn("w:fldCharType")) for c in document.element.body.iter(qn("w:fldChar"))]

    assert fields == ["begin", "separate", "end"]


def test_the_document_renders_with_its_headings_on_every_page_of_a_long_table(
    grid, tmp_path, render
):
    rows = tuple(Row(f"Case {n}") for n in range(30))
    cells = {(row.key, c): grid.cells["North", 0] for row in rows for c in range(8)}
    long = replace(grid, rows=rows, cells=cells, bands_are=())

    pages = render(written(long, tmp_path / "long.docx", paper="A4")).split("\f")

    with_rows = [page for page in pages if "Case 2" in page and "sums up" in page]
    assert len(with_rows) > 2
    assert all("Theme" in page[:400] for page in with_rows)
    assert all(f"Case {n}" in "".join(pages) for n in range(30))


def test_an_export_that_fails_leaves_the_old_file_and_nothing_else(grid, path, monkeypatch):
    before = path.read_bytes()
    monkeypatch.setattr(
        "docx.document.Document.save",
        lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")),
    )

    with pytest.raises(QualkitError, match=r"cannot be written .No space left on device"):
        written(grid, path)

    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["grid.docx"]


def test_a_folder_that_is_not_there_is_told(grid, tmp_path):
    with pytest.raises(QualkitError, match=r"cannot be written .No such file or directory"):
        written(grid, tmp_path / "no" / "g.docx")


def test_no_part_of_the_file_names_a_person_or_shows_another_document(path):
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as parts:
        core = parts.read("docProps/core.xml").decode()
        names = parts.namelist()

    assert "<dc:creator>qualkit</dc:creator>" in core
    assert "python-docx" not in core
    assert [name for name in names if "thumbnail" in name] == []


def spoiled(path, name, old, new):
    """A copy of a Word file with something in one part replaced."""
    with zipfile.ZipFile(path) as parts:
        assert old in parts.read(name)
    return repacked(
        path,
        path.with_name("spoiled.docx"),
        lambda part, data: data.replace(old, new) if part == name else data,
    )


@pytest.mark.parametrize(
    ("part", "old", "new", "fault"),
    [
        (
            "word/styles.xml",
            b"<w:keepNext/><w:keepLines/>",
            b"<w:keepLines/><w:keepNext/>",
            "pPr has",
        ),
        ("word/document.xml", b'<w:bookmarkEnd w:id="1"/>', b"", "bookmark: starts and ends"),
        ("word/document.xml", b'w:anchor="themes"', b'w:anchor="nowhere"', "leads nowhere"),
        (
            "word/document.xml",
            b'w:val="GridQuote"',
            b'w:val="NoStyle"',
            "style NoStyle is not there",
        ),
    ],
)
def test_what_word_would_refuse_is_found(path, part, old, new, fault):
    assert fault in "; ".join(faults(spoiled(path, part, old, new)))


# Templates -----------------------------------------------------------------------------------


@pytest.fixture
def client(tmp_path):
    """A client's own file: letters, colours, page, header, footer, and words of its own."""
    made = docx.Document()
    for name in ("Title", "Subtitle", "Table Grid", "Heading 2"):
        style = made.styles[name].element
        style.getparent().remove(style)
    made.styles["Normal"].font.name, made.styles["Normal"].font.size = "Georgia", Pt(12)
    made.styles["Heading 1"].font.color.rgb = RGBColor(0, 0x66, 0x33)
    section = made.sections[0]
    section.page_width, section.page_height = Mm(200), Mm(260)
    section.left_margin = section.right_margin = Mm(40)
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = "ACME Research"
    section.first_page_header.paragraphs[0].text = "ACME"
    section.footer.paragraphs[0].text = "Confidential"
    made.add_heading("Old heading", 1)
    made.add_comment(made.add_paragraph("old secret words").runs, "a remark", author="Jane")
    made.add_section().left_margin = Mm(5)
    made.core_properties.author, made.core_properties.keywords = "Jane", "secret"
    path = tmp_path / "client.docx"
    made.save(str(path))
    return path


def test_a_template_gives_its_styles_page_header_and_footer(grid, tmp_path, client):
    made = docx.Document(str(written(grid, tmp_path / "g.docx", template=client)))

    first, *rest = made.sections
    assert made.styles["Normal"].font.name == "Georgia"
    assert made.styles["Heading 1"].font.color.rgb == RGBColor(0, 0x66, 0x33)
    assert (round(first.page_width.mm), round(first.left_margin.mm)) == (200, 40)
    assert first.first_page_header.paragraphs[0].text == "ACME"
    assert first.different_first_page_header_footer
    for section in rest:
        assert section.header.paragraphs[0].text == "ACME Research"
        assert section.footer.paragraphs[0].text == "Confidential"
        assert not section.different_first_page_header_footer


def test_styles_that_a_template_lacks_are_made(grid, tmp_path, client):
    path = written(grid, tmp_path / "g.docx", template=client)

    assert faults(path) == []
    made = docx.Document(str(path))
    assert made.paragraphs[0].style.name == "Title"
    assert {table.style.name for table in made.tables} == {"Table Grid"}


def test_a_style_of_the_client_with_one_of_our_names_or_ids_stays(grid, tmp_path, client):
    theirs = docx.Document(str(client))
    theirs.styles.add_style("Grid Quote", 1).font.size = Pt(20)
    theirs.styles.add_style("Other", 1).element.set(qn("w:styleId"), "GridBody")
    theirs.save(str(client))

    path = written(grid, tmp_path / "g.docx", template=client)

    made = docx.Document(str(path))
    assert faults(path) == []
    assert made.styles["Grid Quote"].font.size == Pt(20)
    assert (made.styles["Other"].style_id, made.styles["Grid Body"].style_id) == (
        "GridBody",
        "GridBody1",
    )


def test_nothing_that_a_template_said_is_left(grid, tmp_path, client):
    path = written(grid, tmp_path / "g.docx", template=client)

    with zipfile.ZipFile(path) as parts:
        everything = b"".join(parts.read(name) for name in parts.namelist()).decode(
            "utf-8", "replace"
        )
        names = parts.namelist()
    for word in ("old secret", "Old heading", "a remark", "Jane"):
        assert word not in everything
    assert "word/comments.xml" not in names
    assert docx.Document(str(path)).core_properties.keywords == ""


def test_the_language_is_british_whatever_a_template_says(grid, tmp_path, client):
    theirs = docx.Document(str(client))
    for name in ("Normal", "Heading 1"):
        rpr = theirs.styles[name].element.get_or_add_rPr()
        rpr.append(rpr.makeelement(qn("w:lang"), {qn("w:val"): "de-DE"}))
    theirs.save(str(client))

    made = docx.Document(str(written(grid, tmp_path / "g.docx", template=client)))

    assert {lang.get(qn("w:val")) for lang in made.styles.element.iter(qn("w:lang"))} == {"en-GB"}


def repacked(path, to, change):
    """A copy of a zip file whose parts went through a function of name and bytes."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (data := change(name, old.read(name))) is not None:
                new.writestr(name, data)
    return to


def test_protection_mail_merge_and_a_template_elsewhere_are_not_taken(grid, tmp_path, client):
    theirs = docx.Document(str(client))
    settings_part = theirs.settings.element
    for name in ("documentProtection", "mailMerge", "attachedTemplate"):
        settings_part.insert(0, settings_part.makeelement(qn(f"w:{name}"), {}))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    theirs.part._settings_part.rels.get_or_add_ext_rel(kind, "file:///server/x.dotm")
    theirs.save(str(client))

    path = written(grid, tmp_path / "g.docx", template=client)

    with zipfile.ZipFile(path) as parts:
        assert b"x.dotm" not in b"".join(map(parts.read, parts.namelist()))
        left = parts.read("word/settings.xml")
    assert [
        n for n in (b"documentProtection", b"mailMerge", b"attachedTemplate") if n in left
    ] == []


def test_a_relationship_that_leads_nowhere_and_a_dotx_do_no_harm(grid, tmp_path, client):
    def broken(name, data):
        if name == "[Content_Types].xml":
            return data.replace(b"document.main+xml", b"template.main+xml")
        if name == "word/_rels/document.xml.rels":
            end = b"</Relationships>"
            kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"
            return data.replace(
                end, b'<Relationship Id="z9" Type="%s" Target="../NULL"/>' % kind + end
            )
        return data

    template = repacked(client, tmp_path / "client.dotx", broken)

    assert faults(written(grid, tmp_path / "g.docx", template=template)) == []


def test_the_barest_word_file_is_template_enough(grid, tmp_path, client):
    kept = {"[Content_Types].xml", "_rels/.rels", "word/document.xml"}

    def bare(name, data):
        if name == "word/document.xml":
            return (
                b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/'
                b'main"><w:body><w:p/></w:body></w:document>'
            )
        return data if name in kept else None

    template = repacked(client, tmp_path / "bare.docx", bare)

    path = written(grid, tmp_path / "g.docx", template=template)

    assert faults(path) == []
    assert docx.Document(str(path)).sections[0].footer.paragraphs[0].text.startswith("Our grid")


def test_a_type_of_macros_that_no_part_has_is_no_macro(grid, tmp_path, client):
    declared = b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'

    def change(name, data):
        return data.replace(b"</Types>", declared + b"</Types>") if "Types" in name else data

    template = repacked(client, tmp_path / "declared.docx", change)

    assert faults(written(grid, tmp_path / "g.docx", template=template)) == []


def macros(name, data):
    return (
        data.replace(b"document.main+xml", b"x.macroEnabled.main+xml") if "Types" in name else data
    )


def entities(name, data):
    if name != "word/styles.xml":
        return data
    return b'<!DOCTYPE x [<!ENTITY e "e">]>' + data[data.index(b"?>") + 2 :]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path, _: path, r"cannot be opened .No such file or directory."),
        (lambda path, _: (path.write_bytes(b"") and path) or path, r"the file is empty .0 bytes."),
        (
            lambda path, _: path.write_bytes(b"%PDF-1.7") and path,
            r"a template is a Word file .*PDF",
        ),
        (lambda path, _: path.write_bytes(b"PK\x03\x04junk") and path, "damaged file"),
        (lambda path, client: repacked(client, path, macros), "it holds macros"),
        (lambda path, client: repacked(client, path, entities), "declares a DTD or entities"),
        (
            lambda path, client: repacked(
                client, path, lambda n, d: b" " * 3_000_000 if n == "word/styles.xml" else d
            ),
            "a zip bomb",
        ),
        (
            lambda path, client: repacked(
                client, path, lambda n, d: d if "rels" not in n else None
            ),
            "not a Word document",
        ),
    ],
    ids=["missing", "empty", "pdf", "damaged", "macros", "entities", "bomb", "not Word"],
)
def test_a_template_that_cannot_be_used_is_refused_with_the_reason(
    grid, tmp_path, client, make, reason
):
    template = make(tmp_path / "other.docx", client)

    with pytest.raises(ReadError, match=f"^other.docx: .*{reason}"):
        written(grid, tmp_path / "g.docx", template=template)

    assert not (tmp_path / "g.docx").exists()


def test_a_client_s_colour_is_taken_only_where_white_letters_can_be_read_on_it(tmp_path, client):
    from qualkit.export._template import read_template

    def theme(colour):
        def change(name, data):
            return data.replace(b"4F81BD", colour).replace(b"1F497D", b"FFFFFF") if "theme1" in name else data  # fmt: skip

        return read_template(repacked(client, tmp_path / "t.docx", change))

    assert WordFile("t", theme(b"8B0000")).colours.dark == "8B0000"
    assert WordFile("t", theme(b"FFEE00")).colours.dark != "FFEE00"
