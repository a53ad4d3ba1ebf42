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


def test_footnotes_of_a_pdf_stand_apart_where_their_number_stands_in_the_page():
    lines = ["One said.12", "12 schools came and", "they left.", "12 \u201cWe came\u201d", "last."]

    assert _notes_apart(lines) == (lines[:3], ["12 \u201cWe came\u201d\nlast."])
    assert _notes_apart(["One said.", "Twelve of", "12 Schools came."])[1] == []
