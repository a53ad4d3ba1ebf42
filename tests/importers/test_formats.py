"""Each file format: its turns, what it leaves out and says so, what it refuses."""

from __future__ import annotations

import io

import docx
import openpyxl
import pypdf
import pytest
from docx.shared import Pt

from qualkit.errors import ReadError
from qualkit.importers import read_source
from tests.importers.documents import archive, opendocument, paragraphs, word, word_xml


def spoken(path):
    source = read_source(path)
    return [(turn.speaker, source.words_of(turn)) for turn in source.turns]


def refusal(path):
    with pytest.raises(ReadError) as refused:
        read_source(path)
    return str(refused.value)


# Word ---------------------------------------------------------------------------------------


def test_bold_names_without_a_colon_are_speakers(write):
    def fill(document):
        for name, words in (("INT", "What helped?"), ("RES", "The staff.")):
            paragraph = document.add_paragraph()
            paragraph.add_run(name).bold = True
            paragraph.add_run(" " + words)

    assert spoken(write("a.docx", word(fill))) == [("INT", "What helped?"), ("RES", "The staff.")]


def test_bold_names_are_speakers_although_they_speak_with_colons(write):
    spoken_words = ["How was it?", "Three things: money.", "At 9:30 or so?", "(pause) Yes: no."]

    def fill(document):
        for n, words in enumerate(spoken_words):
            paragraph = document.add_paragraph()
            paragraph.add_run(("Jane", "Tom")[n % 2]).bold = True
            paragraph.add_run(" " + words)

    found = spoken(write("a.docx", word(fill)))

    assert found == [(("Jane", "Tom")[n % 2], words) for n, words in enumerate(spoken_words)]


def test_a_teams_turn_in_one_paragraph_is_taken_apart(write):
    def fill(document):
        for name, time, words in (("Ann Lee", "0:03", "So?"), ("Bo Ek (External)", "0:09", "Yes.")):
            paragraph = document.add_paragraph()
            paragraph.add_run().add_break()
            paragraph.add_run(name).bold = True
            paragraph.add_run(f"   {time}").add_break()
            paragraph.add_run(words).font.size = Pt(11)

    assert spoken(write("a.docx", word(fill))) == [("Ann Lee", "So?"), ("Bo Ek (External)", "Yes.")]


@pytest.mark.parametrize("heading", [["Timestamp", "Speaker", "Text"], None])
def test_tables_with_speakers_are_transcripts(write, heading):
    rows = [["00:00:02", "I", "Hello?"], ["00:00:05", "P1", "Yes: so."]]

    def fill(document):
        wanted = [heading, *rows] if heading else [row[1:] for row in rows]
        table = document.add_table(0, len(wanted[0]))
        for row in wanted:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text

    assert spoken(write("a.docx", word(fill))) == [("I", "Hello?"), ("P1", "Yes: so.")]


def test_nothing_that_a_reader_sees_is_lost_and_what_is_left_out_is_said(write):
    p = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    body = (
        p.format("P1: plain")
        + f"<w:sdt><w:sdtContent>{p.format('P1: control')}</w:sdtContent></w:sdt>"
        + f"<w:p><w:r><w:t>P1: box</w:t></w:r><w:r><mc:AlternateContent><mc:Choice>"
        f"<w:txbxContent>{p.format('P1: inside')}</w:txbxContent></mc:Choice><mc:Fallback>"
        f"<w:txbxContent>{p.format('P1: inside')}</w:txbxContent></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
        "<w:p><w:r><w:t>P1: </w:t></w:r><w:ins><w:r><w:t>added</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r></w:p>"
    )

    source = read_source(write("a.docx", word_xml(body)))

    assert source.text == "P1: plain\nP1: control\nP1: box\nP1: inside\nP1: added"
    assert source.warnings == (
        "text boxes: their text follows the paragraph that they hang on",
        "tracked changes: inserted text was kept, deleted text left out",
        "hidden text was left out (1 pieces)",
    )


def test_a_comment_is_left_out_and_said(write):
    def fill(document):
        run = document.add_paragraph().add_run("P1: yes")
        document.add_comment(run, text="secret", author="me", initials="m")

    source = read_source(write("a.docx", word(fill)))

    assert source.text == "P1: yes"
    assert source.warnings == ("comments were left out",)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "a.docx: the file is empty (0 bytes)"),
        (b"<html>hi</html>", "a.docx: not a Word file: it is a web page (HTML)"),
        (archive({"a.txt": "x"}), "a.docx: a zip archive, but not a Word document"),
        (opendocument("<text:p>P: x</text:p>"), "a.docx: a zip archive, but not a Word document"),
        (word_xml("<w:p/>"), "a.docx: the file holds no text"),
        (paragraphs("P1: yes")[:200], "a.docx: damaged file (zip: File is not a zip file)"),
    ],
)
def test_what_is_no_word_file_is_refused_with_the_reason(write, data, reason):
    assert refusal(write("a.docx", data)) == reason


def test_a_table_within_a_table_is_read_once(write):
    cell = "<w:tc>{}</w:tc>"
    p = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    inner = f"<w:tbl><w:tr>{cell.format(p.format('a'))}{cell.format(p.format('b'))}</w:tr></w:tbl>"
    row = cell.format(p.format("P1") + inner) + cell.format(p.format("yes"))

    source = read_source(write("a.docx", word_xml(f"<w:tbl><w:tr>{row}</w:tr></w:tbl>")))

    assert source.text == "P1 a b\tyes"


def test_a_frame_of_one_cell_holds_lines_not_a_table(write):
    def fill(document):
        cell = document.add_table(1, 1).cell(0, 0)
        cell.text = "I: How?"
        cell.add_paragraph("P1: Well.")

    assert spoken(write("a.docx", word(fill))) == [("I", "How?"), ("P1", "Well.")]


def test_text_that_is_switched_back_on_is_not_hidden(write):
    run = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>P1: seen</w:t></w:r>'

    assert read_source(write("a.docx", word_xml(f"<w:p>{run}</w:p>"))).text == "P1: seen"


# OpenDocument, RTF, web pages ------------------------------------------------------------------


def test_opendocument_text_tables_and_spaces_are_read(write):
    body = (
        "<text:h>Interview</text:h><text:p>P1:<text:s text:c='2'/>a<text:tab/>b"
        "<text:line-break/>c<office:annotation><dc:creator>x</dc:creator></office:annotation></text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>P2: d</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    )

    source = read_source(write("a.odt", opendocument(body)))

    assert source.text == "Interview\nP1:  a\tb\nc\nP2: d"
    assert source.warnings == ("comments were left out",)


def test_opendocument_deletions_stay_deleted(write):
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>Okafor</text:p>"
        "</text:deletion></text:changed-region></text:tracked-changes><text:p>P1: [teacher]</text:p>"
    )

    source = read_source(write("a.odt", opendocument(body)))

    assert source.text == "P1: [teacher]"
    assert source.warnings == ("tracked changes: inserted text was kept, deleted text left out",)


def test_rtf_letters_styles_and_destinations(write):
    rtf = (
        r"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator Word;}"
        r"\b P1:\b0  it\rquote s \'a320, \u8220?no\u8221? {\deleted gone}{\v hidden}\emdash  \u-10179?\u-8704?"
        r"\par P2: \{yes\}\par}"
    )

    source = read_source(write("a.rtf", rtf))

    assert source.text == "P1: it’s £20, “no” — 😀\nP2: {yes}\n"
    assert source.warnings == (
        "tracked changes: deleted text was left out",
        "hidden text was left out",
    )


def test_a_web_page_is_read_as_it_is_seen(write):
    page = (
        "<!DOCTYPE html><html><head><title>no</title><style>p{}</style></head><body><h1>Talk</h1>"
        "<p><strong>P1:</strong> it&rsquo;s\n fine<br>and so</p><script>alert(1)</script>"
        "<table><tr><td>P2</td><td>a &lt;b&gt;</td></tr></table></body></html>"
    )

    assert read_source(write("a.html", page)).text == "Talk\nP1: it’s fine\nand so\nP2\ta <b>"


def test_web_tables_whose_cells_hold_paragraphs_are_transcripts(write):
    page = (
        "<html><body><table><tr><td><p>Interviewer</p></td><td><p>Hello.</p><p>How?</p></td></tr>"
        "<tr><td><p>P3</p><td>Well.<br>So.</table></body></html>"
    )

    assert spoken(write("a.html", page)) == [("Interviewer", "Hello. How?"), ("P3", "Well. So.")]


def test_lines_of_preformatted_text_stay_lines(write):
    page = "<html><body><pre>Interviewer: Hello?\nP3: Hi.\n</pre></body></html>"

    assert spoken(write("a.html", page)) == [("Interviewer", "Hello?"), ("P3", "Hi.")]


# PDF ------------------------------------------------------------------------------------------


def test_a_scanned_pdf_is_refused_with_the_way_out(write):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)

    assert refusal(write("scan.pdf", out.getvalue())) == (
        "scan.pdf: no text in the PDF: it was probably scanned; run text recognition (OCR) first"
    )


# Subtitles --------------------------------------------------------------------------------------


def test_cues_of_one_speaker_become_one_turn(write):
    vtt = (
        "WEBVTT\r\n\r\nab/1-0\r\n00:00:03.000 --> 00:00:05.000\r\n<v Ann Lee>Hello &amp;\r\nhi.</v>\r\n"
        "\r\nab/1-1\r\n00:00:05.100 --> 00:00:06.000\r\n<v Ann Lee>You?</v>\r\n\r\n"
        "00:00:07.000 --> 00:00:08.000\r\n<v Bob>Fine.</v>\r\n"
    )

    source = read_source(write("a.vtt", vtt))

    assert source.text == "Ann Lee: Hello & hi. You?\nBob: Fine."
    assert [(t.speaker, t.time, t.line) for t in source.turns] == [
        ("Ann Lee", 3.0, 1),
        ("Bob", 7.0, 2),
    ]


def test_zoom_names_are_read_and_an_unnamed_cue_has_no_speaker(write):
    cues = ["Ann Lee: So: how?", "Bob: Fine.", "Bob: Yes.", "Ann Lee: Why?", "and", "Bob: So."]
    vtt = "WEBVTT\n\n" + "\n".join(
        f"{n}\n00:00:0{n}.000 --> 00:00:0{n}.900\n{cue}\n" for n, cue in enumerate(cues, 1)
    )

    assert spoken(write("a.vtt", vtt)) == [
        ("Ann Lee", "So: how?"),
        ("Bob", "Fine. Yes."),
        ("Ann Lee", "Why?"),
        (None, "and"),
        ("Bob", "So."),
    ]


def test_two_voices_in_one_cue_are_two_turns(write):
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann &amp; co>So?</v>\n<v Bob>Well.</v>\n"

    assert spoken(write("a.vtt", vtt)) == [("Ann & co", "So?"), ("Bob", "Well.")]


def test_speakers_in_brackets_or_after_arrows_are_read_in_subtitles(write):
    cue = "{}\n00:00:0{},000 --> 00:00:0{},900\n{}\n"
    lines = ["[SPEAKER_00]: How?", ">> Bob: Well.", "[SPEAKER_00] And?"]
    srt = "\n".join(cue.format(n, n, n, line) for n, line in enumerate(lines, 1))

    assert spoken(write("a.srt", srt)) == [
        ("SPEAKER_00", "How?"),
        ("Bob", "Well."),
        ("SPEAKER_00", "And?"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1\n", "a.vtt, line 1: the WEBVTT header is missing; add it as the first line"),
        (
            "WEBVTT\n\n00:00:01.000 -> 00:00:02.000\nHi",
            "a.vtt, line 3: bad time line '00:00:01.000 -> 00:00:02.000'; write '-->'",
        ),
        (
            "WEBVTT\n\n-00:01.000 --> 00:02.000\nHi",
            "a.vtt, line 3: bad timestamp '-00:01.000'; it must be HH:MM:SS.mmm",
        ),
        (
            "WEBVTT\n\n00:61:01.000 --> 01:02:02.000\nHi",
            "a.vtt, line 3: bad timestamp '00:61:01.000'; it must be HH:MM:SS.mmm",
        ),
    ],
)
def test_a_bad_cue_is_refused_with_its_line_never_dropped(write, text, reason):
    assert refusal(write("a.vtt", text)) == reason


def test_overlapping_cues_are_counted_in_one_warning(write):
    srt = "1\n00:00:01,000 --> 00:00:05,000\nP1: a\n\n2\n00:00:02,000 --> 00:00:03,000\nP1: b\n"

    assert read_source(write("a.srt", srt)).warnings == (
        "a cue overlaps the one before: 1 times, first on line 6",
    )


# Tables --------------------------------------------------------------------------------------------


def test_open_answers_become_one_source_with_a_turn_an_answer(write):
    csv = 'id,Q1,What helped?\nR1,4,"The staff, they listened 😀"\nR2,5,\nR3,,It was somebody to ring\n'

    source = read_source(write("answers.csv", csv))

    assert [(t.speaker, t.role, t.item, source.words_of(t)) for t in source.turns] == [
        ("R1", "participant", "What helped?", "The staff, they listened 😀"),
        ("R3", "participant", "What helped?", "It was somebody to ring"),
    ]
    assert source.notes == ("1 column without open answers left out, also as attributes: Q1",)


def test_the_heading_rows_of_qualtrics_are_no_answers(write):
    csv = 'ResponseId,Q1\nResponse ID,What helped you most?\n"{""ImportId"":""_id""}","{""ImportId"":""Q1""}"\nR_1,My teacher helped me a lot\n'

    assert spoken(write("q.csv", csv)) == [("R_1", "My teacher helped me a lot")]


@pytest.mark.parametrize("heading", ["Participant", "Respondent", "id", "Response ID", "Name"])
def test_answers_in_two_columns_keep_their_question(write, heading):
    csv = f"{heading},Response\nP1,My teacher helped me a lot\nP2,The nurse did it all\n"

    source = read_source(write("a.csv", csv))

    assert [(t.speaker, t.item) for t in source.turns] == [("P1", "Response"), ("P2", "Response")]


def test_a_table_with_speakers_is_a_transcript(write):
    book = openpyxl.Workbook()
    for row in (["Time", "Speaker", "Text"], ["0:01", "I", "How?"], ["0:04", "P1", "=well"]):
        book.active.append(row)
    book.active["C3"].data_type = "s"
    out = io.BytesIO()
    book.save(out)

    assert spoken(write("a.xlsx", out.getvalue())) == [("I", "How?"), ("P1", "=well")]


def test_closed_answers_alone_are_sent_to_the_survey(write):
    assert refusal(write("a.csv", "id,Q1\nR1,4\n")) == (
        "a.csv: no column holds open answers (three words or more on average), and none is headed "
        "Speaker; are all answers closed?"
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.doc", "a.doc: an old Word file; open it and save it as .docx; readable are csv"),
        ("a.mp3", "a.mp3: a recording; transcribe it first; readable are csv"),
        ("a.xyz", "a.xyz: no reader for '.xyz'; readable are csv"),
    ],
)
def test_other_endings_are_refused_with_a_way_out(write, name, reason):
    assert refusal(write(name, "x")).startswith(reason)


def test_the_content_must_agree_with_the_ending(write):
    assert refusal(write("a.txt", paragraphs("P1: x"))) == (
        "a.txt: not a text file: it is a zip archive or an Office file; give it its true ending"
    )


def test_the_reader_and_python_docx_agree_on_plain_paragraphs(write):
    path = write("a.docx", paragraphs("Ann: one", "", "Bob: two é 😀"))

    assert read_source(path).text == "\n".join(p.text for p in docx.Document(str(path)).paragraphs)
