"""Each maker's layout is known by its headings, or named; its columns are found by their words."""

from __future__ import annotations

import pytest

from qualkit.errors import ReadError, UnknownName
from qualkit.importers.columns import read_columns
from qualkit.survey.items import Item, Survey, parse_survey, write_survey
from qualkit.survey.layouts import lay_out
from qualkit.survey.proposing import propose_survey
from qualkit.survey.reading import read_answers
from tests.survey import vendors

AGREE = {"1": "Strongly disagree", "2": "Disagree", "3": "Neither agree nor disagree",
         "4": "Agree", "5": "Strongly agree"}  # fmt: skip
USED = {"1": "Calls", "2": "Visits, of any kind"}


def cells(answers, *columns: str):
    table = answers.table[list(columns)].astype(object)
    return table.where(table.notna(), None).to_numpy().tolist()


MADE = [
    (vendors.qualtrics_csv, "qualtrics", 3, "How far do you agree?"),
    (vendors.surveymonkey_csv, "surveymonkey", 2, "How far do you agree?"),
    (vendors.forms_xlsx, "ms-forms", 1, "I know whom to ring"),
]


@pytest.mark.parametrize(("make", "layout", "heads", "question"), MADE)
def test_a_makers_layout_is_known_and_its_own_columns_told_apart(
    make, layout, heads, question, tmp_path
):
    laid = lay_out(read_columns(make(tmp_path)))

    asked = [one for one in laid.fields if not one.admin]
    assert (laid.layout, laid.heads, asked[0].question) == (layout, heads, question)
    assert not any("mail" in one.name.casefold() for one in asked)


def test_qualtrics_answers_are_found_by_id_question_and_option(tmp_path):
    survey = Survey(
        "q", respondent="ResponseId",
        items=(
            Item("A", "I know whom to ring", labels=AGREE),
            Item("B", "?", labels=AGREE),
            Item("M", "What have you used?", "multiple", USED),
            Item("Q3", "More?", "open"),
        ),
        columns={"A": "How far do you agree? - I know whom to ring", "B": "QID1_2"},
    )  # fmt: skip

    found = read_answers(vendors.qualtrics_csv(tmp_path), survey)

    assert cells(found, "respondent", "A", "B", "M/1", "M/2") == [
        ["R_1a", "4", "5", "1", "0"],
        ["R_3c", "3", None, "1", "1"],
    ]
    assert found.open_answers.to_numpy().tolist() == [
        ["R_1a", "Q3", "More?", "Not “much”,\nto be honest"]
    ]
    assert found.warnings == ("row 5: previews and tests were left out",)


def test_the_workbook_of_qualtrics_and_an_old_export_without_ids_read_the_same(tmp_path):
    rows = vendors.qualtrics_rows()
    survey = Survey("q", items=(Item("Q1_1", "?", labels=AGREE),))
    old = tmp_path / "old.tsv"
    old.write_bytes(vendors.separated([*rows[:2], *rows[3:]], parted="\t"))

    every = [
        vendors.qualtrics_csv(tmp_path),
        vendors.workbook(tmp_path / "q.xlsx", rows),
        old,
    ]

    assert [cells(read_answers(path, survey), "Q1_1") for path in every] == [[["4"], ["3"]]] * 3


def test_surveymonkey_questions_go_on_over_blank_headings(tmp_path):
    labels = {**AGREE, "9": "Don't know"}
    survey = Survey(
        "m", respondent="Respondent ID",
        items=(
            Item("A", "I know whom to ring", labels=labels, dont_know=("9",)),
            Item("B", "How far do you agree? - I know what to say", labels=labels),
            Item("M", "What have you used?", "multiple", {"1": "Calls", "2": "Visits"}),
            Item("Y", "Did it help?", "yes-no"),
        ),
    )  # fmt: skip

    found = read_answers(vendors.surveymonkey_csv(tmp_path), survey)

    assert cells(found, "respondent", "A", "B", "M/1", "M/2", "Y") == [
        ["118000000001", "4", "2", "1", "0", "1"],
        ["118000000002", "5", None, "1", "1", "0"],
        ["118000000003", "9", "4", None, None, "1"],
    ]


def test_forms_answers_are_parted_at_semicolons_and_its_ids_are_nobodys(tmp_path):
    survey = Survey(
        "f", subgroups=("Pilot area",),
        items=(
            Item("A", "I know whom to ring", labels=AGREE),
            Item("M", "What have you used?", "multiple", USED),
        ),
    )  # fmt: skip
    path = vendors.forms_xlsx(tmp_path)

    found = read_answers(path, survey)

    assert cells(found, "respondent", "Pilot area", "A", "M/1", "M/2") == [
        [None, "Saltbay", "4", "1", "1"],
        [None, "Northmoor", "5", "1", "0"],
        [None, "Saltbay", None, None, None],
    ]
    assert propose_survey(path).respondent == ""


PROPOSED = [
    (vendors.qualtrics_csv, "ResponseId", "Q1_1 ordinal, Q1_2 ordinal, Q1_3 ordinal, Q2 multiple, "
     "Q3 open"),
    (vendors.surveymonkey_csv, "Respondent ID", "Q10 ordinal, Q11 ordinal, Q12 multiple, "
     "Q15 yes-no, Q16 open"),
    (vendors.forms_xlsx, "", "Q7 ordinal, Q8 multiple, Q10 open"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "respondent", "items"), PROPOSED)
def test_a_survey_is_proposed_from_a_makers_file_and_reads_it(make, respondent, items, tmp_path):
    path = make(tmp_path)

    survey = propose_survey(path)

    kinds = ", ".join(f"{item.id} {item.kind}" for item in survey.items)
    assert (survey.respondent, kinds) == (respondent, items)
    assert parse_survey(write_survey(survey)) == survey
    assert read_answers(path, survey).faults == ()


def test_statements_of_one_question_are_proposed_with_one_row_of_answers(tmp_path):
    survey = propose_survey(vendors.qualtrics_csv(tmp_path))

    assert survey.scales() == {"Q1": ("Q1_1", "Q1_2", "Q1_3")}
    assert dict(survey.item("Q1_2").labels) == AGREE
    assert dict(survey.item("Q2").labels) == USED


def test_columns_are_guessed_by_what_they_hold(tmp_path):
    path = tmp_path / "s.csv"
    rows: list[list[object]] = [
        ["id", "K1", "K2", "K3", "L1", "pilot_area", "school", "weight", "seen"]
    ]
    rows += [
        [f"S{n}", n % 4 + 1, 4 - n % 4, 2, n % 7 * 9, "AB"[n % 2], f"X{n % 3}", 1.5, "2025-09-01"]
        for n in range(12)
    ]
    rows[3][2] = 9
    path.write_bytes(vendors.separated(rows))

    survey = propose_survey(path)

    assert survey.scales() == {"K": ("K1", "K2", "K3")}
    assert (survey.respondent, survey.subgroups) == ("id", ("pilot_area",))
    assert (survey.cluster, survey.weight) == ("school", "weight")
    assert [(item.id, item.kind, item.codes) for item in survey.items] == [
        ("K1", "ordinal", ("1", "2", "3", "4")),
        ("K2", "ordinal", ("1", "2", "3", "4")),
        ("K3", "ordinal", ("1", "2", "3", "4")),
        ("L1", "number", ()),
    ]
    assert survey.item("K3").dont_know == ("9",)


def test_a_layout_can_be_named_and_must_be_there(write):
    path = write("s.csv", "ID,Start time,Completion time,K1\n1,a,b,4\n")

    assert lay_out(read_columns(path), "plain").layout == "plain"
    with pytest.raises(ReadError, match=r"row 3 has no \{\"ImportId\": ...\}"):
        lay_out(read_columns(path), "qualtrics")
    with pytest.raises(ReadError, match="row 2 has no 'Response', as in an export of SurveyMonk"):
        lay_out(read_columns(path), "surveymonkey")
    with pytest.raises(UnknownName, match="no layout is called 'qualtric'"):
        lay_out(read_columns(path), "qualtric")


def test_headings_that_stand_twice_are_named_with_their_columns(write):
    laid = lay_out(read_columns(write("s.csv", "id,K1,K1\n1,2,3\n")))

    assert laid.twice() == ["row 1: two columns are called 'K1' (columns 2 and 3)"]


def test_a_heading_over_several_columns_of_a_workbook_may_be_merged(tmp_path):
    import openpyxl

    rows = vendors.surveymonkey_rows()
    path = vendors.workbook(tmp_path / "m.xlsx", rows)
    book = openpyxl.load_workbook(path)
    book.active.merge_cells("J1:K1")
    book.save(path)

    laid = lay_out(read_columns(path))

    assert [one.option for one in laid.fields if one.question == "How far do you agree?"] == [
        "I know whom to ring",
        "I know what to say",
    ]
