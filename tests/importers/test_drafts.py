"""Draft reports of every format become the same paragraphs."""

from __future__ import annotations

import io

import docx
import pytest
from docx.shared import Cm

from qualkit.errors import ReadError
from qualkit.importers.drafts import Paragraph, _notes_apart, read_draft
from qualkit.importers.worker import read_draft_file
from tests.importers.documents import opendocument, word, word_xml


def texts(draft):
    return [(one.text, one.where) for one in draft.paragraphs]


def test_a_word_table_counts_its_paragraphs_and_each_cell_is_a_flow(write):
    def fill(document):
        document.add_paragraph("First")
        document.add_paragraph("")
        document.add_table(1, 2)
        document.tables[0].cell(0, 0).text = "A"
        document.tables[0].cell(0, 1).text = "B"
        document.add_paragraph("Last")

    draft = read_draft(write("r.docx", word(fill)))

    assert [(one.text, one.where, one.flow) for one in draft.paragraphs] == [
        ("First", "paragraph 1", 0),
        ("A", "paragraph 2, in a table", 1),
        ("B", "paragraph 3, in a table", 2),
        ("Last", "paragraph 4", 0),
    ]


def test_word_styles_say_what_is_a_quotation_indented_or_in_italics(write):
    def fill(document):
        document.add_paragraph("Styled", style="Intense Quote")
        document.add_paragraph("Set in").paragraph_format.left_indent = Cm(1)
        document.add_paragraph("A point", style="List Bullet").paragraph_format.left_indent = Cm(1)
        document.add_paragraph("Some ").add_run("slanted").italic = True

    found = read_draft(write("r.docx", word(fill))).paragraphs

    assert [(one.quote, one.indented) for one in found] == [
        (True, True), (False, True), (False, False), (False, False),
    ]  # fmt: skip
    assert found[3].italics == ((5, 12),)


def test_deleted_and_hidden_text_is_left_out_and_inserted_text_kept(write):
    body = (
        "<w:p><w:r><w:t>We </w:t></w:r><w:ins><w:r><w:t>came</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>went</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secretly</w:t></w:r></w:p>"
    )

    assert texts(read_draft(write("r.docx", word_xml(body)))) == [("We came", "paragraph 1")]


def test_opendocument_notes_follow_their_paragraph(write):
    body = (
        "<text:p>We came<text:note text:note-class='footnote'><text:note-citation>1"
        "</text:note-citation><text:note-body><text:p>A note</text:p></text:note-body></text:note>"
        " last</text:p><text:p>Then</text:p>"
    )

    assert texts(read_draft(write("r.odt", opendocument(body)))) == [
        ("We came last", "paragraph 1"),
        ("A note", "paragraph 1, in a footnote"),
        ("Then", "paragraph 2"),
    ]


def test_text_is_cut_at_blank_lines_and_markdown_marks_quotations(write):
    draft = read_draft(write("r.md", "One\nline.\n\n> Said so.\n"))

    assert draft.paragraphs == (
        Paragraph("One\nline.", "paragraph 1"),
        Paragraph("Said so.", "paragraph 2", quote=True),
    )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.xlsx", b"PK", "r.xlsx: no reader of reports for '.xlsx'; readable are docx, odt, pdf,"
         " txt, md, html, rtf"),
        ("r.docx", b"%PDF-1.7", "r.docx: not a .docx file: it is a PDF"),
        ("r.txt", b"", "r.txt: the file is empty (0 bytes)"),
        ("r.pdf", b"words", "r.pdf: not a PDF: it is plain text"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_refused(write, name, content, message):
    with pytest.raises(ReadError) as caught:
        read_draft_file(write(name, content))

    assert str(caught.value) == message


def test_a_child_reads_the_same_as_this_process(write):
    def fill(document):
        document.add_paragraph("A ").add_run("slanted one").italic = True

    path = write("r.docx", word(fill))

    assert read_draft_file(path) == read_draft(path)


def test_an_empty_word_file_has_no_paragraphs(write):
    held = io.BytesIO()
    docx.Document().save(held)

    assert read_draft(write("r.docx", held.getvalue())).paragraphs == ()


def pdf(*pages, turn="1 0 0 1"):
    """A PDF whose pages are lists of (x, y, text); text in slashes is set in italics."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", "<</Font<</R 4 0 R/I 5 0 R>>>>"]
    objects += [
        f"<</Type/Font/Subtype/Type1/BaseFont/{name}/Encoding/WinAnsiEncoding>>"
        for name in ("Times-Roman", "Times-Italic")
    ]
    kids = []
    for page in pages:
        drawn = "".join(
            f"BT /{'I' if text[0] == '/' else 'R'} 11 Tf {turn} {x} {y} Tm"
            f" ({text.strip('/')}) Tj ET\n"
            for x, y, text in page
        )
        objects.append(f"<</Length {len(drawn)}>>\nstream\n{drawn}endstream")
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources 3 0 R"
            f"/Contents {len(objects)} 0 R>>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    out, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer<</Size {size}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF"
    return f"{out}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


def lines_at(x, y, *texts):
    return [(x, y - 14 * n, text) for n, text in enumerate(texts)]


def test_space_parts_the_paragraphs_of_a_pdf_and_an_indent_shows(write):
    page = [
        *lines_at(90, 700, "The crew came before it was light and were", "gone again by noon."),
        *lines_at(120, 662, "We tied the gate back. They", "went round it. (Shepherd)"),
        *lines_at(90, 624, "Nobody had told them."),
    ]

    found = read_draft(write("r.pdf", pdf(page))).paragraphs

    assert [(one.text, one.indented, one.placed) for one in found] == [
        ("The crew came before it was light and were\ngone again by noon.", False, True),
        ("We tied the gate back. They\nwent round it. (Shepherd)", True, True),
        ("Nobody had told them.", False, True),
    ]


def test_italics_of_a_pdf_go_on_over_its_lines(write):
    page = [
        (90, 700, "One said"), (140, 700, "/we never had/"), (90, 686, "/a bale come back/"),
        (180, 686, "and left."),
    ]  # fmt: skip

    (found,) = read_draft(write("r.pdf", pdf(page))).paragraphs

    assert found.text == "One said we never had\na bale come back and left."
    assert found.italics == ((9, 38),)


def test_columns_of_a_pdf_are_read_one_after_the_other(write):
    left = [f"line {n} of the left one goes on and" for n in range(12)]
    right = [f"line {n} of the right one goes on and" for n in range(12)]
    page = lines_at(90, 700, *left) + lines_at(324, 700, *right)

    (found,) = read_draft(write("r.pdf", pdf(page))).paragraphs

    assert found.text.split("\n") == left + right


def test_cells_of_a_pdf_that_stand_side_by_side_are_one_row(write):
    page = [
        *lines_at(90, 700, "The words stand here."),
        *lines_at(90, 670, "Shepherd,", "Low Fell"),
        *lines_at(306, 670, "The gate was", "tied back"),
        *lines_at(90, 620, "So it went on."),
    ]

    found = read_draft(write("r.pdf", pdf(page))).paragraphs

    before, name, words, after = found
    assert [one.text for one in found] == [
        "The words stand here.", "Shepherd,\nLow Fell", "The gate was\ntied back",
        "So it went on.",
    ]  # fmt: skip
    assert name.row == words.row > 0
    assert name.flow != words.flow
    assert (before.row, before.flow, after.row, after.flow) == (0, 0, 0, 0)


def test_a_cell_of_a_pdf_goes_on_at_the_top_of_the_next_page(write):
    first = [*lines_at(90, 120, "Shepherd"), *lines_at(306, 120, "The gate was")]
    second = [*lines_at(306, 700, "tied back"), *lines_at(90, 670, "So it went on", "and on.")]

    found = read_draft(write("r.pdf", pdf(first, second))).paragraphs

    assert [(one.text, one.row > 0) for one in found] == [
        ("Shepherd", True), ("The gate was\ntied back", True), ("So it went on\nand on.", False),
    ]  # fmt: skip
    assert found[1].pages == ((0, 1), (13, 2))


def test_a_box_that_was_drawn_last_does_not_cut_the_words_beside_it(write):
    page = [
        *lines_at(90, 700, "The crew came before it was light and"),
        *lines_at(90, 686, "they were gone."),
        *lines_at(103, 693, "In the box"),
    ]

    found = read_draft(write("r.pdf", pdf(page))).paragraphs

    assert [(one.text, one.flow > 0) for one in found] == [
        ("The crew came before it was light and\nthey were gone.", False),
        ("In the box", True),
    ]


def test_running_heads_and_page_numbers_are_left_out_wherever_they_were_drawn(write):
    pages = [
        [
            (300, 30, str(n)),
            *lines_at(90, 700, f"{word} of them came and", f"went by {word}."),
            (90, 760, "Draft of May"),
        ]
        for n, word in enumerate(("One", "Two", "Three"), 1)
    ]

    assert texts(read_draft(write("r.pdf", pdf(*pages)))) == [
        ("One of them came and\nwent by One.", "page 1"),
        ("Two of them came and\nwent by Two.", "page 2"),
        ("Three of them came and\nwent by Three.", "page 3"),
    ]  # fmt: skip


def test_turned_text_of_a_pdf_is_read_as_plain_lines(write):
    page = lines_at(90, 700, "The crew came.")

    (found,) = read_draft(write("r.pdf", pdf(page, turn="0 1 -1 0"))).paragraphs

    assert (found.text.strip(), found.placed) == ("The crew came.", False)


def test_footnotes_of_a_pdf_stand_apart_where_their_number_stands_in_the_page():
    lines = ["One said.12", "12 schools came and", "they left.", "12 \u201cWe came\u201d", "last."]

    assert _notes_apart(lines) == (lines[:3], ["12 \u201cWe came\u201d\nlast."])
    assert _notes_apart(["One said.", "Twelve of", "12 Schools came."])[1] == []
