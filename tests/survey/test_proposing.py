"""What a survey asked is guessed from the files of every maker, and can always be read back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualkit.errors import BatchError, ReadError
from qualkit.importers import worker
from qualkit.importers.columns import read_columns
from qualkit.survey.items import parse_survey, write_survey
from qualkit.survey.proposing import propose_survey
from qualkit.survey.reading import read_answers
from tests.survey import vendors

AGREE = ("Strongly disagree", "Disagree", "Agree", "Strongly agree")
USED = ("Calls", "Visits, of any kind", "Drop-in")


@pytest.fixture(autouse=True)
def here(monkeypatch):
    """Files are read in this process: what is guessed is the matter, not how they are read."""
    monkeypatch.setattr(worker, "read_columns", read_columns)


def kinds(survey) -> dict[str, str]:
    return {item.id: item.kind for item in survey.items}


def column(folder: Path, *cells: str, heading: str = "Q"):
    """The item guessed from these cells, each of two respondents."""
    path = folder / "s.csv"
    rows = [[f"R{n}", cell] for n, cell in enumerate(cells * 2)]
    path.write_bytes(vendors.separated([["id", heading], *rows]))
    return propose_survey(path).items[0]


ITEMS = [
    (["Calls, Visits", "Calls", "Visits", "Drop-in, Calls"], "multiple",
     {"1": "Calls", "2": "Visits", "3": "Drop-in"}),
    (["A,B, of any kind", "A", "B, of any kind", "C,A"], "multiple",
     {"1": "A", "2": "B, of any kind", "3": "C"}),
    (["1,2,4", "1", "2", "1,4", "2,4"], "multiple", {"1": "", "2": "", "4": ""}),
    (["Yes, always", "Yes, sometimes", "No"], "nominal",
     {"1": "No", "2": "Yes, always", "3": "Yes, sometimes"}),
    (["London, UK", "Leeds, UK"], "nominal", {"1": "Leeds, UK", "2": "London, UK"}),
    (["A;B;C;", "B;A;C;", "C;A;B;"], "nominal", {"1": "A;B;C;", "2": "B;A;C;", "3": "C;A;B;"}),
    (["0,5", "12,5", "3"], "number", {}),
    (["0", "1", "2", "3+", "4 to 5"], "nominal",
     {"0": "0", "1": "1", "2": "2", "3+": "3+", "4 to 5": "4 to 5"}),
    (["North", "South", "Don't know"], "nominal", {"1": "Don't know", "2": "North", "3": "South"}),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "kind", "labels"), ITEMS)
def test_a_column_is_guessed_by_what_comes_again_in_it(cells, kind, labels, tmp_path):
    item = column(tmp_path, *cells)

    assert (item.kind, dict(item.labels)) == (kind, labels)


def test_numbered_questions_are_no_matrix_and_codes_that_people_typed_are_their_ids(tmp_path):
    path = tmp_path / "a.csv"
    head = "Q1,Q2,Q3,Q4,SchoolCode\n"
    rows = (f"{n % 5 + 1},{n % 4 + 1},{n % 3 + 1},{n % 2 + 1},S{n}\n" for n in range(40))
    path.write_text(head + "".join(rows), "utf-8")

    survey = propose_survey(path)

    assert survey.respondent == "SchoolCode"
    found = [(item.id, item.codes[-1], item.scale) for item in survey.items if item.id[0] == "Q"]
    assert found == [("Q1", "5", ""), ("Q2", "4", ""), ("Q3", "3", ""), ("Q4", "2", "")]


ROWS = [
    ["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"],
    ["Very dissatisfied", "Dissatisfied", "Satisfied", "Very satisfied"],
    ["Not at all satisfied", "Not very satisfied", "Fairly satisfied", "Very satisfied"],
]


@pytest.mark.parametrize("row", ROWS)
def test_answers_of_a_usual_row_are_put_into_its_order(row, tmp_path):
    item = column(tmp_path, *sorted(row))

    assert (item.kind, [item.labels[code] for code in item.codes]) == ("ordinal", row)


UNSURE = [
    (["1", "2", "3", "4", "9"], ("9",), ("1", "2", "3", "4")),
    (["1", "2", "3", "4", "8", "9"], ("8", "9"), ("1", "2", "3", "4")),
    (["0", "1", "2", "3", "4", "5", "6", "8", "9", "10"], (), tuple(map(str, range(11)))),
    (["1", "2", "3", "7", "9"], (), tuple(map(str, range(1, 10)))),
]


@pytest.mark.parametrize(("cells", "dont_know", "codes"), UNSURE)
def test_a_step_apart_is_dont_know_and_a_gap_in_a_long_scale_is_not(
    cells, dont_know, codes, tmp_path
):
    item = column(tmp_path, *cells)

    assert (item.dont_know, item.codes) == (dont_know, codes)


def test_qualtrics_answers_in_one_cell_and_its_own_columns_are_told_apart(tmp_path):
    rows = [
        ["ResponseId", "Q1", "Q1_4_TEXT", "Q1_DO", "Q2_NPS_GROUP", "Q3_Page Submit"],
        ["Response ID", "Used? - Selected Choice", "Used? - Other - Text", "Used? - Order",
         "Recommend? - Group", "Timing - Page Submit"],
        [f'{{"ImportId":"{one}"}}' for one in
         ("_recordId", "QID1", "QID1_4_TEXT", "QID1_DO", "QID2_NPS_GROUP", "QID3_PAGE_SUBMIT")],
        *[[f"R_{n}", used, "a leaflet", "1|2|3", "1", "4.5"] for n, used in enumerate(
            ["Calls,Drop-in", "Calls", "Drop-in", "Visits, of any kind,Calls"] * 3)],
    ]  # fmt: skip
    path = tmp_path / "q.tsv"
    text = vendors.separated(rows, parted="\t").decode()
    path.write_bytes(("\ufeff" + text).encode("utf-16-le"))  # as Qualtrics writes .tsv

    survey = propose_survey(path)

    assert kinds(survey) == {"Q1": "multiple", "Q1_4_TEXT": "open"}
    assert survey.item("Q1").question == "Used?"
    assert set(survey.item("Q1").labels.values()) == set(USED)


def test_qualtrics_options_are_found_without_the_row_of_ids(tmp_path):
    rows = vendors.qualtrics_rows()

    survey = propose_survey(vendors.workbook(tmp_path / "q.xlsx", [*rows[:2], *rows[3:]]))

    assert kinds(survey)["Q2"] == "multiple"
    assert survey.item("Q2").question == "What have you used?"


def test_what_was_written_under_other_is_an_option_and_an_open_answer(tmp_path):
    meta = ["Respondent ID", "Collector ID"]
    rows = [
        [*meta, "Used?", "", ""],
        ["", "", "Calls", "Drop-in", "Other (please specify)"],
        ["1", "7", "Calls", "", "a leaflet"],
        ["2", "7", "", "Drop-in", "a film, and tea"],
        ["3", "7", "", "", ""],
    ]
    path = tmp_path / "m.csv"
    path.write_bytes(vendors.separated(rows))

    survey = parse_survey(write_survey(propose_survey(path)))
    found = read_answers(path, survey)

    assert kinds(survey) == {"Q3": "multiple", "Q5": "open"}
    assert found.table[["Q3/1", "Q3/3"]].fillna("-").to_numpy().tolist() == [
        ["1", "1"], ["0", "1"], ["-", "-"],
    ]  # fmt: skip
    assert found.open_answers["text"].tolist() == ["a leaflet", "a film, and tea"]


def test_statements_in_brackets_are_one_question(tmp_path):
    heads = ["id", "submitdate", "lastpage", "startlanguage", "seed", "Agree? [A]", "Agree? [B]",
             "Agree? [C]", "Used? [Calls]", "Used? [Visits]", "groupTime12"]  # fmt: skip
    rows = [
        [str(n), "2025-09-01", "3", "en", f"12{n}", AGREE[n % 4], AGREE[n % 3], AGREE[1],
         "Y", "", "9.5"]
        for n in range(8)
    ]  # fmt: skip
    path = tmp_path / "lime.csv"
    path.write_bytes(vendors.BOM + vendors.separated([heads, *rows], parted=";"))

    survey = propose_survey(path)

    assert kinds(survey) == {"Q6": "ordinal", "Q7": "ordinal", "Q8": "ordinal", "Q9": "multiple"}
    assert survey.item("Q6").question == "Agree? - A"
    assert survey.scales() == {"Agree?": ("Q6", "Q7", "Q8")}
    assert survey.respondent == ""  # LimeSurvey's ids begin at 1 in every survey


def test_odd_labels_of_an_spss_file_are_told_apart(tmp_path):
    path = vendors.sav(
        tmp_path / "odd.sav", {"K": [1.0, 2.0, 3.0], "s": ["Yes;", "No", "No"]},
        variable_value_labels={"K": {1: "Agree", 2: "agree", 3: "1"}, "s": {"Yes;": "Y"}},
    )  # fmt: skip

    survey = parse_survey(write_survey(propose_survey(path)))

    assert dict(survey.item("K").labels) == {"1": "Agree", "2": "agree (2)", "3": "1 (3)"}
    assert read_answers(path, survey).table["K"].tolist() == ["1", "2", "3"]


def test_an_id_that_stands_twice_is_still_the_respondents(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("id,K1\nS1,1\nS1,2\nS2,3\nS3,4\n", encoding="utf-8")

    assert propose_survey(path).respondent == "id"


def test_nothing_is_proposed_from_headings_that_cannot_stand(tmp_path):
    title = tmp_path / "t.csv"
    title.write_text("Our survey\nid,K1\nS1,2\n", encoding="utf-8")
    nothing = tmp_path / "n.csv"
    nothing.write_text("id,area\nS1,A\nS2,A\n", encoding="utf-8")

    with pytest.raises(BatchError, match="row 1: the only heading is 'Our survey', and the rows"):
        propose_survey(title)
    with pytest.raises(ReadError, match="no column looks like an item"):
        propose_survey(nothing)


CELLS = st.sampled_from(
    ["1", "2", "3", "4+", "10", "1.5", "1,5", "01", "2.00", "Yes", "No", "Don't know", "Agree",
     "agree ", "a", "A", "", "1, 2", "1;2", "Calls;Visits;", "Calls, Visits", "\u00e9", "e\u0301",
     ";", ",", "not sure", "'q'", "- x", "1. Agree", "null"]
)  # fmt: skip
HEADS = st.sampled_from(["id", "K1", "Q1_1", "Q1_2", "Q [a]", "Q [other]", "area", "1", "null"])


@settings(max_examples=60)
@given(data=st.data())
def test_whatever_is_proposed_reads_back_and_reads_its_file(data, tmp_path_factory):
    heads = data.draw(st.lists(HEADS, min_size=1, max_size=4, unique=True))
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(heads), max_size=len(heads)),
                              min_size=1, max_size=8))  # fmt: skip
    path = tmp_path_factory.mktemp("any") / "s.csv"
    path.write_bytes(vendors.separated([heads, *rows, *rows]))

    try:
        survey = propose_survey(path)
    except ReadError:
        return

    assert parse_survey(write_survey(survey)) == survey
    assert read_answers(path, survey, strict=False).n == 2 * sum(map(bool, map("".join, rows)))
