"""Triangulation as documents and pictures: verdicts marked, figures and quotations traceable."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import replace

import docx
import openpyxl
import pandas as pd
import pytest
from lxml import etree

from qualkit.errors import BatchError, NotEnough, QualkitError
from qualkit.export._survey_canvas import Chart, Section, write_chart
from qualkit.export._survey_likert import likert_panel
from qualkit.export._survey_rows import records
from qualkit.export._triangulation_panel import Panels
from qualkit.export._triangulation_parts import widths_of
from qualkit.export._triangulation_picture import NOTHING, joint_chart, table_chart
from qualkit.export.triangulation import (
    joint_picture,
    side_of,
    sides_of,
    table_picture,
    write_artefacts,
)
from qualkit.survey import Comparison, Description, Item, Survey, compare, describe, findings
from qualkit.triangulate import (
    Artefact,
    Setting,
    assess,
    convergence_matrix,
    interview_state,
    joint_rows,
    narrative,
    pillar_table,
    propose,
)
from tests.export.word_schema import W, faults

LABELS = {"1": "No", "2": "Hardly", "3": "Yes"}
SURVEY = Survey("s", respondent="id", items=(
    Item("R1", "We are seen <b>soon</b>", labels=LABELS, polarity="higher-is-better"),
))  # fmt: skip
CODES = pd.DataFrame({
    "codebook": "b", "code": ["time", "trust"], "name": ["Timeliness", "Trust"], "parent": None,
    "survey_items": [[], []],
})  # fmt: skip
SAID = {
    "a": ("North", "Head", "positive", 'They "come" within a week now, all of them, each time.'),
    "b": ("North", "Head", "positive", "We wait two days at most, and then somebody has rung us."),
    "c": ("South", "Head", "positive", "She said soon, and soon it was, which nobody believed."),
    "d": ("South", "Nurse", "negative", "For us the wait is longer, since forms come to us first."),
}
TEXTS = {name: f"Head: \U0001f600 {said[3]}\n" for name, said in SAID.items()}
START = len("Head: \U0001f600 ")


def wave(shift):
    k1 = ["1"] * (20 - shift) + ["2"] * 20 + ["3"] * (8 + shift)
    return pd.DataFrame({"id": [f"P{n}" for n in range(48)], "R1": k1})


RESULTS: list[Description | Comparison] = [
    compare(wave(0), wave(12), SURVEY, waves=("one", "two")),
    describe({"one": wave(0), "two": wave(12)}, SURVEY),
]


def table(kind, rows):
    from qualkit.tables import COLUMNS

    made = pd.DataFrame(rows)
    return made.reindex(columns=list(dict.fromkeys([*COLUMNS[kind], *made.columns])))


@pytest.fixture(scope="module")
def assessed():
    """Two themes, of which one has a finding; four interviews, of which one says otherwise."""
    sources = [{"source": s, "case": c, "stakeholder_type": k} for s, (c, k, *_) in SAID.items()]
    codings = [
        {"coding": f"k{n}", "source": s, "case": c, "role": k, "stance": stance, "coder": "Ann",
         "codebook": "b", "code": "time", "code_name": "Timeliness", "text": words,
         "start": START, "end": START + len(words), "line": 1}
        for n, (s, (c, k, stance, words)) in enumerate(SAID.items())
    ]  # fmt: skip
    links = [{"link": "l1", "codebook": "b", "code": "time", "code_name": "Timeliness",
              "theme": "time", "finding": "s/R1/mean/one-to-two/all", "polarity": "",
              "same_construct": True, "note": ""}]  # fmt: skip
    return assess(
        table("links", links), findings(RESULTS), table("codings", codings),
        table("sources", sources), table("codes", CODES.to_dict("records")),
        setting=Setting(surveyed={"s": "Head"}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def parts(assessed):
    """What a document of them is made of."""
    return {
        "joint": joint_rows(assessed), "narrative": narrative(assessed, silent=True),
        "results": RESULTS, "surveys": [SURVEY], "assessed": assessed, "texts": TEXTS,
    }  # fmt: skip


@pytest.fixture(scope="module")
def word(assessed, parts, tmp_path_factory):
    """All of it, in Word."""
    path = tmp_path_factory.mktemp("word") / "t.docx"
    return write_artefacts([convergence_matrix(assessed), pillar_table(assessed)], path, **parts)


def comments_of(path):
    with zipfile.ZipFile(path) as archive:
        root = etree.fromstring(archive.read("word/comments.xml"))
    return [
        ["".join(t.text or "" for t in p.iter(W + "t")) for p in one.iter(W + "p")] for one in root
    ]


# What every kind of file says --------------------------------------------------------------------


def words_of(path):
    if path.suffix == ".docx":
        held = docx.Document(str(path))
        cells = [c.text for t in held.tables for r in t.rows for c in r.cells]
        return "\n".join([*(p.text for p in held.paragraphs), *cells])
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return "\n".join(str(v) for s in book for row in s.values for v in row if v is not None)
    from html import unescape

    return unescape(re.sub(r"<[^>]*>", "", path.read_text("utf-8").partition("<body>")[2]))


@pytest.mark.parametrize("ending", ["docx", "xlsx", "html"])
def test_every_file_marks_what_is_proposed_and_has_bases_intervals_and_who_opposes(
    ending, assessed, parts, tmp_path
):
    said = words_of(write_artefacts([convergence_matrix(assessed)], tmp_path / f"t.{ending}",
                                    **parts))  # fmt: skip

    for words in (
        "Agreement (PROPOSED)", "+0.50 (95% interval 0.35 to 0.65; 48 answered both times",
        "They 'come' within a week now", " speaks against the finding: d.",
        "s/R1/mean/one-to-two/all", "No evidence (PROPOSED)",
        "PROPOSED marks what the rule proposes and no evaluator has decided yet.",
    ):  # fmt: skip
        assert words in said
    assert said.count("Opposing: d") == (1 if ending == "xlsx" else 2)
    assert not re.search(r"\bl1\b", said)  # the id of a link tells a reader nothing


def test_a_decided_row_is_not_marked_proposed(parts, tmp_path):
    settled = replace(parts["joint"][0], status="accepted", label="Agreement")

    said = words_of(write_artefacts([], tmp_path / "t.docx", joint=[settled]))

    assert "PROPOSED" not in said


@pytest.mark.parametrize("ending", ["docx", "xlsx", "html"])
def test_words_of_users_are_words_and_nothing_else(ending, parts, tmp_path):
    row = replace(parts["joint"][0], theme="=1+1 <i>$x$</i>", question="<script>&")

    path = write_artefacts([], tmp_path / f"t.{ending}", joint=[row], title="<u>t</u>")

    assert "=1+1 <i>$x$</i>" in words_of(path)
    if ending == "html":
        assert not re.search("<(i|u|script)[> ]", path.read_text("utf-8"))
    if ending == "xlsx":
        kinds = {c.data_type for s in openpyxl.load_workbook(path) for row in s for c in row}
        assert kinds <= {"s", "n"}


def test_counts_of_a_workbook_are_numbers_and_all_else_is_words(tmp_path):
    table = pd.DataFrame([["12", "12", "012", "3 of 4", "\u2013"]], columns=list("ABCDE"))

    book = openpyxl.load_workbook(write_artefacts([Artefact("x", "X", table)], tmp_path / "t.xlsx"))

    assert list(book.worksheets[0].values)[1] == ("12", 12, "012", "3 of 4", "\u2013")


# The draft leads back to its sources -------------------------------------------------------------


def test_each_figure_and_quotation_has_a_bookmark_and_a_comment_that_names_its_place(word):
    told = comments_of(word)
    held = docx.Document(str(word))
    names = [one.get(W + "name") for one in held.element.iter(W + "bookmarkStart")]

    assert faults(word) == []
    assert [one[0] for one in told] == [f"Note {n}" for n in range(1, len(told) + 1)]
    assert [one for one in names if one.startswith("said_")] == [
        f"said_{n}" for n in range(1, len(told) + 1)
    ]
    end = START + len(SAID["a"][3])
    assert ["Note 4", f"Source: a, characters {START} to {end}"] in told
    assert any(one[1] == "Finding s/R1/mean/one-to-two/all (s, one and two)" for one in told)
    assert any(one[1].startswith(
        "Verdict on s/R1/mean/one-to-two/all: proposed by the rule, version 1: The survey shows"
    ) for one in told)  # fmt: skip


def test_the_list_at_the_end_has_every_note_and_leads_back(word):
    held = docx.Document(str(word))
    rows = [[cell.text for cell in row.cells] for row in held.tables[-1].rows]
    links = [one.get(W + "anchor") for one in held.tables[-1]._tbl.iter(W + "hyperlink")]

    assert rows[0] == ["Note", "Theme", "In the draft", "From"]
    assert rows[1] == ["1", "Timeliness", "All four interviews", "Sources: a; b; c; d"]
    assert links == [f"said_{n}" for n in range(1, len(rows))]
    assert len(rows) - 1 == len(comments_of(word))


def test_notes_of_a_page_and_rows_of_a_workbook_have_the_same_places(parts, tmp_path):
    page = write_artefacts([], tmp_path / "t.html", **parts).read_text("utf-8")
    book = openpyxl.load_workbook(write_artefacts([], tmp_path / "t.xlsx", **parts))

    rows = list(book["3 Where it is from"].values)
    quoted = next(row for row in rows if str(row[2]).startswith("\u201cThey"))
    assert quoted[5:] == ("a", START, START + len(SAID["a"][3]))
    assert f"Source: a, characters {START} to {quoted[7]}" in page
    assert len(re.findall('id="note-', page)) == len(re.findall('href="#note-', page)) > 5


# Quotations are verified -------------------------------------------------------------------------


def test_a_quotation_that_its_source_does_not_have_is_refused_wherever_it_stands(
    assessed, parts, tmp_path
):
    texts = TEXTS | {"a": TEXTS["a"].replace("week", "year")}
    words = repr('They "come" within a week now, all of them, each time.')
    printed = repr("They 'come' within a week now, all of them, each time.")
    end = "; run 'qualkit project check' and tell us of it"

    with pytest.raises(BatchError) as refused:
        write_artefacts([convergence_matrix(assessed)], tmp_path / "t.docx",
                        **{**parts, "texts": texts})  # fmt: skip

    place = f"a, characters {START} to {START + len(SAID['a'][3])}"
    assert list(refused.value.faults) == [
        f"{place}: the words to be printed, {words}, are not those of the source{end}",
        f"Source: {place}: the words to be printed, {printed}, are not those of the source{end}",
        "Convergence coding matrix, Interviews: coverage and examples: the words to be printed, "
        f"{printed}, are not those of the source{end}",
    ]
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BatchError):
        joint_picture(parts["joint"], tmp_path / "j.png", texts=texts)


def test_where_figures_show_no_direction_sides_are_named_by_what_most_say(assessed, parts):
    row = parts["joint"][0]
    quotes = row.quotes
    assert [side_of(row, one) for one in quotes] == ["For: ", "Against: "]

    made = propose("?", interview_state({"a": "worsened", "b": "worsened", "d": "improved"}))

    said = replace(row, proposal=made)
    assert [side_of(said, one) for one in quotes] == ["Worsened: ", "Otherwise: "]
    assert sides_of(said)["mixed"] == "Mixed"


# Charts beside the quotations --------------------------------------------------------------------


def test_two_waves_are_dots_answers_are_bars_and_any_other_figure_its_interval(assessed):
    row = {"finding": "s/R1/mean/one-to-two/all"}
    held = assessed.findings
    level = held[row["finding"]] | {"wave": "two", "change": False}
    alone = Panels(held).of(row["finding"], (0, 3))

    both = Panels(held, RESULTS, [SURVEY]).of(row["finding"], (0, 3))
    bars = Panels(held, RESULTS[1:]).of(row["finding"], (0, 3))
    one = Panels({"x": level}, RESULTS).of("x", (0, 3))

    assert both.says == "Before and after: one 1.75, two 2.25."
    assert bars.says == (
        "Answers on a scale: one: 42% No, 42% Hardly, 17% Yes (n = 48, don't know 0). "
        "two: 17% No, 42% Hardly, 42% Yes (n = 48, don't know 0)."
    )
    assert (
        one.says == "Answers on a scale: two: 17% No, 42% Hardly, 42% Yes (n = 48, don't know 0)."
    )
    assert alone.says == "Change, nought dashed, with its 95 % interval."


@pytest.mark.parametrize("more", [{"usable": False}, {"low": None}])
def test_a_figure_that_is_withheld_or_has_no_interval_has_no_chart(more, assessed):
    row = assessed.findings["s/R1/mean/one-to-two/all"] | more

    assert Panels({"x": row}).of("x", (0, 3)) is None
    assert Panels({}).of("x", (0, 3)) is None


def test_a_change_of_too_few_is_hatched_with_the_reason():
    few = compare(wave(0)[:9], wave(12)[:9], SURVEY, waves=("one", "two"))
    [row] = [row for row in records(findings(few)) if row["measure"] == "mean"]

    piece = Panels({"x": row}, [few]).of("x", (0, 3))

    assert piece.says.startswith("withheld: ")


def test_a_group_that_was_not_described_has_the_interval_of_its_finding(assessed):
    row = assessed.findings["s/R1/mean/one-to-two/all"] | {"attribute": "area", "group": "North"}

    assert Panels({"x": row}, RESULTS).of("x", (0, 3)).says.startswith("Change, nought dashed")


def test_the_chart_stands_in_the_row_with_words_for_those_who_do_not_see_it(word):
    held = docx.Document(str(word))

    alts = [one._inline.docPr.get("descr") for one in held.inline_shapes]
    assert alts == ["Before and after: one 1.75, two 2.25."]
    cell = held.tables[0].rows[1].cells[1]
    assert cell._tc.xpath(".//pic:pic")


def test_a_picture_says_in_words_what_it_shows(assessed, parts):
    panels = Panels(assessed.findings, RESULTS, [SURVEY])
    [first, second] = joint_chart(parts["joint"], panels, "J").sections[0].body

    assert first.says.startswith(
        "Timeliness: Agreement (PROPOSED). We are seen <b>soon</b> +0.50 (95% interval"
    )
    assert "Opposing: d The survey and the interviews agree" in first.says
    assert second.says.startswith("Trust: No evidence (PROPOSED).")


def test_a_share_that_is_withheld_on_either_side_stands_apart(tmp_path):
    answers = pd.DataFrame({"R1": ["1"] * 20 + ["2"] * 3 + ["3"] * 3})
    bars = likert_panel(describe({"one": answers}, SURVEY), "R1", (0, 3.2))
    assert bars is not None
    chart = Chart("Bars", "B", [Section(NOTHING, [bars], NOTHING)])

    [page] = write_chart(chart, tmp_path / "b.svg")

    said = page.read_text("utf-8")
    assert "Either side" in said
    assert bars.says == ("Answers on a scale: one: 77% No, 23% withheld (n = 26, don't know 0).")


# Pictures ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_joint_display_is_drawn_the_same_each_time(ending, assessed, parts, tmp_path):
    options = {"results": RESULTS, "findings": assessed.findings, "texts": TEXTS}
    [one] = joint_picture(parts["joint"], tmp_path / f"a.{ending}", **options)
    [two] = joint_picture(parts["joint"], tmp_path / f"b.{ending}", **options)

    assert one.read_bytes() == two.read_bytes()
    if ending == "svg":
        said = one.read_text("utf-8")
        assert "Agreement (PROPOSED)" in said
        assert "Dashed, PROPOSED: by the rule; no evaluator has decided yet." in said


def test_a_long_display_goes_on_in_further_files(parts, tmp_path):
    pages = joint_picture(parts["joint"] * 6, tmp_path / "j.png")

    assert [page.name for page in pages][:2] == ["j.png", "j-2.png"]


def test_columns_of_one_strand_stand_together_in_a_picture(assessed):
    made = convergence_matrix(assessed)

    piece = table_chart(made, "").sections[0].body[0]

    assert piece.says.startswith("Theme: Timeliness. Survey: We are seen <b>soon</b>: a change for")
    assert "Convergence: Agreement (PROPOSED) Opposing: d" in piece.says


@pytest.mark.parametrize("ending", ["joint", "beside", "cards"])
def test_nothing_is_cut_in_a_picture_and_what_is_longer_than_a_page_goes_on(
    ending, parts, tmp_path
):
    many = " ".join(f"w{n}." for n in range(2_500))
    if ending == "joint":
        row = replace(parts["joint"][0], question=many, inference=many)
        pages = joint_picture([row], tmp_path / "j.svg")
    else:
        cells = [["Name", many]] if ending == "beside" else [["Name", "x", many, *"abcdef"]]
        table = pd.DataFrame(cells, columns=[f"H{n}" for n in range(len(cells[0]))])
        pages = table_picture(Artefact("x", "X", table), tmp_path / "x.svg")

    said = [page.read_text("utf-8") for page in pages]
    drawn = Counter(re.findall(r"w\d+\.", " ".join(re.findall(">([^<]*)<", "".join(said)))))
    assert drawn == dict.fromkeys(many.split(), 2 if ending == "joint" else 1)
    assert len(pages) > 1
    assert all("(continued)" in page for page in said[1:])


def test_a_head_of_one_word_is_not_broken_in_a_narrow_column():
    narrow = widths_of(["Theme", "Worsened", "Unchanged"], [["x " * 200, "0", "0"]], 60)

    assert narrow[1:] == [12.0, 13.0]


@pytest.mark.parametrize("columns", [3, 9, 14])
def test_a_table_of_any_width_is_drawn(columns, tmp_path):
    rows = [[f"word {n}" * 9 for n in range(columns)]]
    made = Artefact("x", "X", pd.DataFrame(rows, columns=[f"Head {n}" for n in range(columns)]))

    assert table_picture(made, tmp_path / "x.svg") == (tmp_path / "x.svg",)
    path = write_artefacts([made], tmp_path / "x.docx")
    assert faults(path) == []
    assert {row[0].text for one in docx.Document(str(path)).tables for row in
            [one.rows[0].cells]} == {"Head 0"}  # fmt: skip


# What is refused ---------------------------------------------------------------------------------

MADE = Artefact("x", "X", pd.DataFrame({"Theme": ["t"]}))
EMPTY = Artefact("x", "X", pd.DataFrame({"Theme": []}))


@pytest.mark.parametrize(
    ("artefacts", "name", "more", "message"),
    [
        ([MADE], "t.pdf", {},
         "{}: triangulation is written as .docx, .xlsx, .html, .png, .svg, not '.pdf'"),
        ([MADE], "t.html", {"template": "x.docx"}, "{}: a template is for a .docx file, not '.html'"),
        ([MADE], "t.xlsx", {"figures": [(b"", "")]},
         "{}: figures stand in a file of .docx or .html, not '.xlsx'"),
        ([MADE], "t.png", {}, "{}: a document is written as .docx, .xlsx, .html, not '.png'"),
        ([], "t.docx", {}, "{}: there is nothing to write"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_and_leaves_no_file(
    artefacts, name, more, message, tmp_path
):
    with pytest.raises(QualkitError) as refused:
        write_artefacts(artefacts, tmp_path / name, **more)

    assert str(refused.value) == message.format(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_of_nothing_is_refused_and_of_an_empty_table_a_document_says_so(tmp_path):
    with pytest.raises(NotEnough, match="a joint display of nothing"):
        joint_picture([], tmp_path / "j.png")
    with pytest.raises(NotEnough, match="X: there is nothing to show"):
        table_picture(EMPTY, tmp_path / "x.png")

    assert "Nothing to show." in words_of(write_artefacts([EMPTY], tmp_path / "x.docx"))
