"""Reports of agreement: what they say in Word, Excel and on a page, with hard words in them."""

from __future__ import annotations

import re
import sys
from dataclasses import replace

import docx
import openpyxl
import pandas as pd
import pytest
from docx.shared import Inches
from lxml import html

from qualkit.agreement.disagreements import disagreements
from qualkit.agreement.study import Settings, agreement
from qualkit.errors import QualkitError
from qualkit.export.agreement import AgreementReport, write_agreement
from qualkit.export.charts import agreement_map
from tests.export import agreeing
from tests.export.agreeing import ANN, ANSWER, BO, CY, LONG
from tests.export.word_schema import W, empty_paragraphs, faults

FORMULA = '=HYPERLINK("http://x", "y")'
BOLD = "<b onload=alert(1)>Bold</b>"
CHAPTERS = [
    "Method", "Summary", "How to read these figures", "Codes", "Codes by pairs of coders",
    "Pairs of coders", "Themes", "Sources", "By wave", "Over time", "Ratings and stances",
    "Before and after consensus", "Codes taken for each other", "Codes to define anew",
    "Disagreements", "Decisions", "References",
]  # fmt: skip
LONGER = LONG.strip()


@pytest.fixture(scope="module")
def word(tmp_path_factory):
    return write_agreement(agreeing.report(), tmp_path_factory.mktemp("word") / "r.docx")


@pytest.fixture(scope="module")
def document(word):
    return docx.Document(str(word))


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = write_agreement(agreeing.report(), tmp_path_factory.mktemp("excel") / "r.xlsx")
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = write_agreement(agreeing.report(), tmp_path_factory.mktemp("page") / "r.html")
    return html.fromstring(path.read_text("utf-8"))


def compared(codings, **options):
    """A report on other codings of the same study."""
    turns, codes = agreeing.turns(), agreeing.codes()
    found = agreement(codings, turns=turns, codes=codes, sources=agreeing.sources(), **options)
    held = disagreements(codings, turns=turns, codes=codes)
    return AgreementReport("x", found, disagreements=held)


def table_of(document, caption):
    """The rows of the table that has that name."""
    named = {one._tbl.tblPr.find(f"{W}tblCaption").get(f"{W}val"): one for one in document.tables}
    return [[cell.text for cell in row.cells] for row in named[caption].rows]


def said(document):
    return [one.text for one in document.paragraphs]


def lines(sheet):
    return [list(row) for row in sheet.values]


# What all of them say -----------------------------------------------------------------------


def test_chapters_stand_in_their_order_in_word_and_on_the_page(document, page):
    assert [one.text for one in document.paragraphs if one.style.name == "Heading 1"] == CHAPTERS
    assert [one.text_content() for one in page.findall(".//h2")] == CHAPTERS


def test_the_method_is_the_one_of_the_figures_and_the_day_and_study_are_told(document):
    words = said(document)

    assert words[0:2] == ["Agreement between coders", "Study: Our <study> =1+1"]
    assert agreeing.report().agreement.method in words
    assert any(re.fullmatch(r"Written by qualkit from Our <study> =1\+1 on \d+ \w+ \d{4}\.", one)
               for one in words)  # fmt: skip


def test_a_code_stands_with_its_figures_their_intervals_and_its_base(document):
    assert table_of(document, "Codes")[:4] == [
        ["Code", "Theme", "Percent", "Kappa", "Alpha", "Overlap", "Band", "Coders", "Sources",
         "Characters"],
        ["Time", "", "99.1%", "0.96 (0.93 to 1.00)", "0.96 (0.93 to 1.00)", "0.94", "reliable",
         "3", "6", "600"],
        [FORMULA, "Time", "95.1%", "0.64 (0.23 to 0.86)", "0.64 (0.21 to 0.86)", "0.50",
         "not reliable enough", "3", "6", "600"],
        [BOLD, "", "98.2%", "0.00*", "−0.01", "0.00", "not reliable enough", "3", "6", "600"],
    ]  # fmt: skip


def test_what_has_no_figure_is_a_dash_with_its_reason_under_the_table(document):
    rows = {(row[0], row[1]): row[4] for row in table_of(document, "Ratings and stances")}

    assert rows["all codes", "stance"] == rows[LONGER, "stance"] == "–"
    assert (
        "– Everybody chose one and the same, so that chance cannot be told from agreement:"
        " all codes, Time." in said(document)
    )


def test_codes_that_nobody_applied_are_named_and_have_no_row(document):
    assert "Nobody's code" not in [row[0] for row in table_of(document, "Codes")]
    assert (
        "1 code that nobody applied in what was compared has no figure and stands in no average:"
        " Nobody's code." in said(document)
    )


def test_figures_before_and_after_consensus_stand_side_by_side(document):
    assert table_of(document, "Before and after consensus")[:2] == [
        ["Code", "Kappa before", "Kappa after", "Alpha before", "Alpha after"],
        ["Time", "0.96 (0.93 to 1.00)", "0.98 (0.95 to 1.00)", "0.96 (0.93 to 1.00)",
         "0.98 (0.95 to 1.00)"],
    ]  # fmt: skip


def test_a_passage_stands_with_who_coded_what_and_the_definition_of_its_code(document):
    rows = table_of(document, "Passages on which coders disagree")
    first = next(n for n, row in enumerate(rows) if row[0].startswith("Time\n"))

    assert rows[first][0] == "Time\nWhen there was time, or none."
    assert rows[first + 1 : first + 3] == [
        ["p4\nP, 1:05\nOther boundaries; open", "“We had no time, so”",
         f"{CY}: Time, negative: “We had no time”\n{ANN}: Time, negative: “We had no time”\n"
         f"{BO}: Time, negative"],
        ["p1\nP, 1:05\nOther boundaries; settled: as Ann had it", "“We had no time, so”",
         f"{CY}: Time, negative: “We had no time”\n{ANN}: Time, negative: “We had no time”\n"
         f"{BO}: Time, negative"],
    ]  # fmt: skip


def test_codes_in_each_others_place_are_one_group_with_both_definitions_and_the_memos(document):
    rows = table_of(document, "Passages on which coders disagree")

    assert rows[-2][0] == f"{BOLD} / {LONGER}\n{BOLD}: *Not* markup.\n{LONGER}: Long."
    assert rows[-1] == [
        "p1\nP, 1:05\nOther codes (also missed); settled: neither",
        "“<i>they</i> rang”",
        f"{CY}: {LONGER}, mixed\n{ANN}: nothing coded here\n{BO}: {BOLD}: “<i>they</i>”\n"
        "Memo: =why()? <b>No</b>",
    ]


def test_passages_beyond_the_limit_are_counted(document):
    rows = table_of(document, "Passages on which coders disagree")

    assert [row[0] for row in rows if row[0].startswith("+")] == [
        "+ 4 more passages", "+ 4 more passages", "+ 2 more passages",
    ]  # fmt: skip


def test_every_quotation_is_word_for_word_in_the_transcript(document, page):
    quoted = re.compile("“([^”]*)”")
    words = [word for row in table_of(document, "Passages on which coders disagree")
             for cell in row[1:] for word in quoted.findall(cell)]  # fmt: skip
    words += [w for one in page.iter("blockquote") for w in quoted.findall(one.text_content())]

    assert len(words) > 20
    assert all(word in ANSWER for word in words)


def test_a_decision_stands_with_who_when_why_and_what(document):
    assert table_of(document, "Decisions") == [
        ["Source", "Place", "Kind", "Choice", "Coded now", "By", "On", "Why", "Still holds"],
        ["p1", "1:05", "Other boundaries", "as Ann had it", "Time, negative: “We had no time”",
         "=Sue()", "2026-04-01", "<u>As agreed</u>", "yes"],
        ["p1", "1:05", "Other codes", "neither", "nothing", "=Sue()", "2026-04-01",
         "<u>As agreed</u>", "yes"],
    ]  # fmt: skip


def test_codes_taken_for_each_other_and_codes_to_define_anew_are_listed(document):
    assert table_of(document, "Confusion")[1] == [LONGER, BOLD, "1", "0", "11", f"{CY} / {BO} 1"]
    first = table_of(document, "Codes to define anew")[1]
    assert first[1:4] == ["6", "6", "100%"]


def test_the_report_says_when_such_figures_do_not_fit_and_that_bands_are_conventions(document):
    words = " ".join(said(document))

    assert "It does not fit reflexive thematic analysis" in words
    assert "Bands are conventions of their authors, not tests" in words
    assert "With 6 sources, intervals by the bootstrap tend to be too narrow" in words


@pytest.mark.parametrize("ending", [".docx", ".xlsx", ".html"])
def test_where_nothing_is_to_be_compared_the_report_says_so(ending, tmp_path):
    report = compared(agreeing.codings().iloc[:0])

    path = write_agreement(report, tmp_path / f"r{ending}")

    words = "No source was coded by two people with the same codebook: nothing is compared."
    if ending == ".docx":
        assert words in said(docx.Document(str(path)))
        assert faults(path) == []
    elif ending == ".xlsx":
        assert ["Summary", words] in lines(openpyxl.load_workbook(path)["Report"])
    else:
        assert words in path.read_text("utf-8")


def test_one_source_has_no_interval_and_a_caution(tmp_path):
    codings = agreeing.codings()
    path = write_agreement(compared(codings[codings["source"] == "p1"]), tmp_path / "r.docx")

    document = docx.Document(str(path))
    assert "Only 1 source was coded by several people: too few for intervals" in " ".join(
        said(document)
    )
    # of 100 characters two mark 14, the third 18: 14/0/0/86 once and 14/0/4/82 twice, pooled
    # (.2408 + 2 * .2296) / (.2408 + 2 * .2696) = .90
    assert table_of(document, "Codes")[1][3] == "0.90"


def test_segments_have_their_own_coefficients_and_the_threshold_under_each_table(tmp_path):
    report = compared(agreeing.codings(), settings=Settings(unit="segment", overlap=0.8, draws=0))
    document = docx.Document(str(write_agreement(report, tmp_path / "r.docx")))

    assert table_of(document, "Codes")[:2] == [
        ["Code", "Theme", "Percent", "Holsti", "Brennan-Prediger", "Band", "Coders", "Sources",
         "Segments"],
        ["Time", "", "77.8%", "0.78", "0.73", "tentative conclusions only", "3", "6", "36"],
    ]  # fmt: skip
    same = "MAXQDA-like: two segments of a code are the same where they share 80% of what either covers."
    assert said(document).count(same) == 5


@pytest.mark.parametrize(
    ("name", "template", "message"),
    [
        ("r.pdf", None, "a report of agreement is written as .docx, .xlsx, .html, not '.pdf'"),
        ("r.html", "t.docx", "a template is for a report written as .docx, not '.html'"),
    ],
)
def test_another_ending_or_a_template_for_it_is_refused(name, template, message, tmp_path):
    with pytest.raises(QualkitError) as refused:
        write_agreement(agreeing.report(), tmp_path / name, template=template)

    assert str(refused.value) == f"{tmp_path / name}: {message}"
    assert list(tmp_path.iterdir()) == []


# Word ---------------------------------------------------------------------------------------


def test_the_word_file_is_as_word_wants_it(word):
    assert faults(word) == []
    assert empty_paragraphs(word) == 1  # that of the picture


def test_the_head_of_every_table_repeats(document):
    heads = [table.rows[0]._tr.find(f"{W}trPr/{W}tblHeader") for table in document.tables]

    assert len(heads) == 13
    assert all(head is not None for head in heads)


def test_the_map_is_a_picture_with_its_words(document):
    (shape,) = document.inline_shapes

    assert shape._inline.docPr.get("descr") == (
        "Heat map of kappa: 6 codes by 3 pairs of coders. Figures from 0.00 to 1.00; lowest:"
        f" {BOLD}, =Cy() and Bo <script> 0.00; {BOLD}, Ann and Bo <script> 0.00;"
        " مرحبا بكم, =Cy() and Ann 0.00. 3 cells without a figure."
    )
    assert shape.width <= document.sections[-1].page_width
    image = document.part.related_parts[
        shape._inline.graphic.graphicData.pic.blipFill.blip.embed
    ]  # fmt: skip
    assert image.blob.startswith(b"\x89PNG")


def test_a_template_keeps_its_header_and_its_page(tmp_path):
    own = docx.Document()
    own.sections[0].header.paragraphs[0].text = "Client & Sons"
    own.sections[0].page_width = Inches(8)
    own.save(str(tmp_path / "t.docx"))

    path = write_agreement(agreeing.report(), tmp_path / "r.docx", template=tmp_path / "t.docx")

    first = docx.Document(str(path)).sections[0]
    assert first.header.paragraphs[0].text == "Client & Sons"
    assert first.page_width == Inches(8)
    assert faults(path) == []


def test_without_matplotlib_a_sentence_stands_for_the_map(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    document = docx.Document(str(write_agreement(agreeing.report(), tmp_path / "r.docx")))

    assert len(document.inline_shapes) == 0
    assert any(one.startswith("The heat map is not drawn, because") for one in said(document))


def test_the_report_opens_in_libreoffice(word, render):
    assert "Codes taken for each other" in render(word)


# Excel --------------------------------------------------------------------------------------


def test_each_table_has_a_sheet_and_the_sentences_have_theirs(book):
    assert book.sheetnames == [
        "Report", "Overall figures", "Codes", "Heat map", "Pairs by code", "Pairs of coders",
        "Themes", "Sources", "Groups", "Over time", "Ratings and stances",
        "Before and after consensus", "Confusion", "Codes to define anew", "Disagreements",
        "Decisions", "Notes",
    ]  # fmt: skip
    assert {sheet.freeze_panes for sheet in book} == {"A2", "B2"}


def test_figures_are_numbers_with_their_intervals_beside_them(book):
    heads, *rows = lines(book["Codes"])
    row = dict(zip(heads, rows[2], strict=True))

    assert (row["Kappa"], row["Kappa, low"], row["Percent"]) == (0, None, pytest.approx(0.98166667))
    assert row["Kappa, remark"] == (
        "a coder chose one and the same throughout, so that the figure says little"
    )
    assert (row["Code id"], row["Codebook"], row["Characters"]) == ("markup", "b", 600)
    assert [book["Codes"].cell(2, n + 1).number_format for n in (2, 3, heads.index("Sources"))] == [
        "0.0%", "0.000", "#,##0",
    ]  # fmt: skip


def test_the_map_on_a_sheet_is_shaded_by_its_numbers(book):
    sheet = book["Heat map"]

    assert [cell.value for cell in sheet[2]] == [
        "Time", 1, pytest.approx(0.94675186), pytest.approx(0.94675186),
    ]  # fmt: skip
    assert [str(one.sqref) for one in sheet.conditional_formatting] == ["B2:D7"]


def test_no_word_of_the_study_is_a_formula(book):
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]

    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert {FORMULA, CY, "=Sue()", "=1+1 helped"} <= {cell.value for cell in cells}


def test_a_passage_has_a_row_with_each_coder_in_a_column(book):
    heads, *rows = lines(book["Disagreements"])

    assert heads == ["Codes", "Source", "Place", "Kind", "Status", "Passage", CY, ANN, BO, "Memos",
                     "Definitions"]  # fmt: skip
    assert rows[-1][5:10] == [
        "<i>they</i> rang", f"{LONGER}, mixed", "nothing coded here", f"{BOLD}: “<i>they</i>”",
        f"{BO}: =why()? <b>No</b>",
    ]  # fmt: skip
    assert ["Disagreements", f"{FORMULA}: + 2 more passages."] in lines(book["Notes"])


# The page -----------------------------------------------------------------------------------


def test_the_page_runs_nothing_and_asks_for_nothing(page):
    policy = page.find(".//meta[@http-equiv]").get("content")
    links = [*page.xpath("//@src"), *page.xpath("//@href")]

    assert policy.startswith("default-src 'none'; script-src 'none'; style-src 'sha256-")
    assert policy.endswith("img-src data:; base-uri 'none'; form-action 'none'")
    assert page.xpath("//script | //@onload | //link | //iframe | //u | //i | //b") == []
    assert all(one.startswith(("#part-", "data:image/png;base64,")) for one in links)


def test_tables_and_pictures_of_the_page_are_told_to_everybody(page):
    assert page.xpath("//th[not(@scope)]") == []
    assert page.xpath("//table[not(caption)]") == []
    assert [one.get("alt")[:48] for one in page.iter("img")] == [
        "Heat map of kappa: 6 codes by 3 pairs of coders.",
    ]  # fmt: skip
    rows = page.xpath("//details//tbody/tr")
    assert [cell.text_content() for cell in rows[0]] == ["Time", "1.00", "0.95", "0.95"]


def test_words_of_the_study_are_text_of_the_page(page):
    words = page.text_content()

    assert all(one in words for one in (BOLD, BO, "<u>As agreed</u>", "=why()? <b>No</b>", LONGER))


# The map ------------------------------------------------------------------------------------

CELLS = pd.DataFrame(
    [
        ("b", "c1", "$a$ & <b>", "Ann", "Bo", 0.912, "", ""),
        ("b", "c1", "$a$ & <b>", "Ann", "=Cy()", -0.2, "", ""),
        ("b", "c2", "Time", "Ann", "Bo", None, "no_variation", ""),
        ("b", "c2", "Time", "Ann", "=Cy()", 0.0, "", "low_information"),
        ("o", "c2", "Time", "Ann", "Bo", None, "code_unused_by_all", ""),
    ],
    columns=[
        "codebook", "code", "name", "coder_a", "coder_b", "kappa", "kappa_reason", "flag"
    ],
).assign(both=4, only_a=1, only_b=0)  # fmt: skip


def svg_words(path):
    return re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text("utf-8"))


def test_a_cell_has_its_figure_or_is_hatched_with_the_reason(tmp_path):
    words = svg_words(agreement_map(CELLS, tmp_path / "m.svg", bounds=(0.667, 0.8)))

    assert {"0.91", "−0.20", "0.00*", "all alike", "unused", "0.667", "0.8"} <= set(words)
    assert words.count("no units") == 1  # the pair that has no row
    assert {"$a$ &amp; &lt;b&gt;", "Time (b)", "Time (o)"} <= set(words)
    assert "<pattern" in (tmp_path / "m.svg").read_text("utf-8")


def test_letters_are_white_on_dark_cells_alone(tmp_path):
    text = agreement_map(CELLS, tmp_path / "m.svg").read_text("utf-8")

    assert "fill: #ffffff" in re.search(r"<text[^>]*>0\.91<", text)[0]
    assert "fill: #ffffff" not in re.search(r"<text[^>]*>−0\.20<", text)[0]


def test_a_map_of_many_codes_shows_those_coded_most_and_says_so(tmp_path):
    many = pd.concat(
        [CELLS.iloc[:1].assign(code=f"c{n}", name=f"Code {n}", both=n) for n in range(5)]
    )

    words = svg_words(agreement_map(many, tmp_path / "m.svg", top=2))

    assert {"Code 3", "Code 4", "(the 2 of 5 codes coded most)"} <= set(words)
    assert "Code 2" not in words


def test_of_no_pair_no_map_is_drawn(tmp_path):
    with pytest.raises(QualkitError, match="map of agreement: no code was compared for two coders"):
        agreement_map(CELLS.iloc[:0], tmp_path / "m.png")


def test_pairs_beyond_what_can_be_read_are_counted(tmp_path):
    coders = [f"C{n}" for n in range(7)]
    codings = pd.concat(
        [agreeing.codings()[lambda t: t["coder"] == ANN].assign(coder=name) for name in coders]
    )
    codings["coding"] = [f"k{n}" for n in range(len(codings))]
    report = replace(compared(codings, settings=Settings(draws=0)), limit=0)

    document = docx.Document(str(write_agreement(report, tmp_path / "r.docx")))

    assert "The map shows the first 16 of 21 pairs; the workbook has all." in said(document)
    assert len(document.inline_shapes) == 2
