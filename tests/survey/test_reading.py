"""Answers are read as codes; what cannot stand is refused with its row and column, all together."""

from __future__ import annotations

import importlib.util
import zipfile
from typing import Any

import pandas as pd
import pytest

from qualkit.errors import BatchError, MissingExtra, ReadError, UnknownName
from qualkit.importers import columns as importing
from qualkit.importers import worker
from qualkit.importers.columns import read_columns
from qualkit.project import samples
from qualkit.survey.items import Item, Survey, parse_survey, read_survey
from qualkit.survey.reading import open_source, read_answers
from tests.survey import vendors

FOLDER = samples() / "survey"
AGREE = {"1": "Disagree", "2": "Agree", "9": "Don't know"}
K1 = Item("K1", "I know whom to ring", labels=AGREE, dont_know=("9",))


def survey_of(*items: Item, **more) -> Survey:
    return Survey("s", respondent="id", items=items or (K1,), **more)


def faults(path, survey) -> tuple[str, ...]:
    with pytest.raises(BatchError) as caught:
        read_answers(path, survey)
    assert caught.value.work == path.name
    return caught.value.faults


def column(answers, name: str = "K1"):
    values = answers.table[name].astype(object)
    return values.where(values.notna(), None).tolist()


@pytest.mark.parametrize("wave", ["before", "after"])
def test_the_same_answers_come_out_of_csv_and_sav(wave):
    survey = read_survey(FOLDER / "items.yaml")

    separated, spss = (read_answers(FOLDER / f"{wave}.{end}", survey) for end in ("csv", "sav"))

    pd.testing.assert_frame_equal(separated.table, spss.table)
    assert (separated.wave, separated.n, separated.faults) == (wave, len(separated.table), ())


def test_the_sample_is_read_whole():
    found = read_answers(FOLDER / "after.csv", read_survey(FOLDER / "items.yaml"))

    assert found.table.iloc[0].tolist()[:7] == ["S004", "Kingsreach", "Primary", "4", "2", "3", "1"]
    assert (found.n, len(found.open_answers), found.warnings) == (52, 24, ())
    assert found.table["W1"].value_counts().to_dict() == {"0": 27, "1": 25}


def test_codes_words_and_both_are_understood(write):
    path = write(
        "s.tsv",
        "id\tK1\nA\t2\nB\t agree \nC\tDISAGREE\nD\t2.0\nE\t2 - Agree\nF\tDon’t  know\nG\t\nH\tAgree (2)\n",
    )

    found = read_answers(path, survey_of())

    assert column(found) == ["2", "2", "1", "2", "2", "9", None, "2"]
    assert found.warnings == ("rows 2 and 5, column 'K1': codes among words; both were understood",)


def test_everything_that_cannot_stand_is_told_together(write):
    items = (
        K1,
        Item("N1", "How many?", "number", low=0, high=10),
        Item("M1", "Which?", "multiple", {"1": "Calls", "2": "Visits"}),
        Item("W9", "Lost?", "yes-no"),
    )
    path = write(
        "s.csv",
        "id,K1,N1,M1,w,area\n"
        "A,7,12,Calls;Flights,1,N\n"
        "A,2,many,Visits,0,N\n"
        ',2,"1,5",Calls,x,N\n'
        "B,7,3,,1.5,N\n",
    )

    assert faults(path, survey_of(*items, subgroups=("area",), weight="w")) == (
        "row 4, column 'id': the respondent's id is missing",
        "rows 2 and 3, column 'id': respondent 'A' answers more than once",
        "row 3, column 'w': '0' is no weight; it must be a number above 0",
        "row 4, column 'w': 'x' is no weight; it must be a number above 0",
        "rows 2 and 5, column 'K1': '7' is none of 1 Disagree, 2 Agree, 9 Don't know",
        "row 2, column 'N1': '12' is not a number from 0 to 10",
        "row 3, column 'N1': 'many' is not a number from 0 to 10",
        "row 4, column 'N1': '1,5' is not a number from 0 to 10",
        "row 2, column 'M1': 'Calls;Flights' holds an answer that is none of Calls, Visits",
        "row 1: no column is called 'W9' or 'Lost?' for item W9; name it under 'columns'",
    )


def test_faults_can_be_shown_and_leave_their_cells_empty(write):
    path = write("s.csv", "id,K1\nA,7\nB,2\n")

    found = read_answers(path, survey_of(), strict=False)

    assert column(found) == [None, "2"]
    assert found.faults == ("row 2, column 'K1': '7' is none of 1 Disagree, 2 Agree, 9 Don't know",)


def test_a_hundred_thousand_wrong_cells_are_few_faults(write):
    rows = "".join(f"S{n},x{n}\n" for n in range(20_000))

    told = faults(write("s.csv", "id,K1\n" + rows), survey_of())

    assert len(told) == 26
    assert told[-1].endswith("and 19,965 more, column 'K1': 19,975 other answers that cannot stand")


def test_rows_are_those_of_the_file_over_lines_in_cells_and_blank_lines(write):
    path = write("s.csv", 'id,K1,O\nA,1,"two\nlines"\n\n,,\nB,8,\n')

    assert faults(path, survey_of()) == (
        "row 5, column 'K1': '8' is none of 1 Disagree, 2 Agree, 9 Don't know",
    )


def test_an_ordinal_item_without_labels_takes_any_number(write):
    survey = survey_of(Item("K1", "?", low=1, high=5))

    found = read_answers(write("s.csv", "id,K1\nA,5\nB,6\n"), survey, strict=False)

    assert (column(found), found.faults) == (
        ["5", None], ("row 3, column 'K1': '6' is not a number from 1 to 5",)
    )  # fmt: skip


def test_nobody_has_an_id_where_the_survey_names_no_column(write):
    survey = Survey("s", items=(K1, Item("O", "Why?", "open")))

    found = read_answers(write("s.csv", "K1,O\n1,So it is\n2,\n"), survey)

    assert column(found, "respondent") == [None, None]
    assert found.open_answers.to_numpy().tolist() == [["row 2", "O", "Why?", "So it is"]]


def test_ids_that_look_the_same_are_named_and_kept_apart(write):
    path = write("s.csv", "id,K1\nR1,1\nr1,1\nR1 ,1\n007,1\n7,1\n")

    found = read_answers(path, survey_of())

    assert column(found, "respondent") == ["R1", "r1", "R1 ", "007", "7"]
    assert found.warnings == (
        "rows 2, 3 and 4, column 'id': ids that look the same: 'R1', 'r1', 'R1 '",
        "rows 5 and 6, column 'id': ids that look the same: '007', '7'",
    )


def test_ids_that_count_rows_are_warned_of(write):
    found = read_answers(write("s.csv", "id,K1\n1,1\n2,1\n"), survey_of())

    assert found.warnings == (
        "column 'id': ids run from 1 in the order of the rows; if they count rows, they do not "
        "tell who answered in two waves",
    )


def test_subgroups_get_their_words_and_odd_values_are_named(write):
    survey = survey_of(subgroups=("area", "age"), subgroup_labels={"area": {"1": "North"}})
    path = write("s.csv", "id,K1,area,age\nA,1,1,4-5\nB,1,north,04-May\nC,1,,6-10\n")

    found = read_answers(path, survey)

    assert column(found, "area") == ["North", "north", None]
    assert found.warnings == (
        "column 'area': values that look the same: 'North', 'north'",
        "row 4, column 'area': no subgroup",
        "row 3, column 'age': '04-May' may be a range that a spreadsheet took for a date",
    )


def test_options_in_columns_of_their_own_may_say_yes_and_no(write):
    item = Item("M1", "Which?", "multiple", {"1": "Calls", "2": "Visits"})
    path = write("s.csv", "id,M1_1,talks\nA,1,0\nB,x,\nC,,\nD,No,Visits\nE,maybe,1\n")

    found = read_answers(path, survey_of(item, columns={"M1/2": "talks"}), strict=False)

    assert column(found, "M1/1") == ["1", "1", None, "0", "0"]
    assert column(found, "M1/2") == ["0", "0", None, "1", "1"]
    assert found.faults == ("row 6, column 'M1_1': 'maybe' neither chooses 'Calls' nor leaves it",)


def test_an_answer_that_is_none_of_the_labels_may_have_a_code_of_its_own(write):
    items = (
        Item("M1", "Which?", "multiple", {"1": "Calls", "7": "Other"}, other="7"),
        Item("R1", "Role?", "nominal", {"1": "Nurse", "7": "Other"}, other="7"),
    )

    found = read_answers(write("s.csv", "id,M1,R1\nA,Calls;by post;,Cook\n"), survey_of(*items))

    assert found.table.iloc[0, 1:].tolist() == ["1", "1", "7"]


def test_an_item_of_another_wave_is_not_looked_for(write):
    survey = survey_of(K1, Item("L1", "?", waves=("b",)), waves={"a": "a.csv", "b": ""})
    path = write("a.csv", "id,K1\nA,1\n")

    assert read_answers(path, survey).wave == "a"
    with pytest.raises(BatchError, match="no column is called 'L1'"):
        read_answers(path, survey, wave="b")
    with pytest.raises(UnknownName, match="no wave is called 'c'"):
        read_answers(path, survey, wave="c")


# SPSS --------------------------------------------------------------------------------------

SAV: dict[str, list[Any]] = {
    "id": ["A", "B", "C", "D"],
    "K1": [1.0, 9.0, 98.0, 2.0],
    "W1": [1.0, 2.0, None, 2.0],
    "age": [41.5, 30.0, -1.0, 30.0],
}
ABOUT: dict[str, Any] = {
    "column_labels": ["", "I know whom to ring", "Came?", "Age"],
    "variable_value_labels": {"K1": {**{1: "Disagree", 2: "Agree"}, 9: "Don't know", 98: "Refused"},
                              "W1": {1: "Yes", 2: "No"}},
    "missing_ranges": {"K1": [{"lo": 97, "hi": 99}, 9], "age": [-1]},
    "variable_measure": {"K1": "ordinal", "W1": "nominal", "age": "scale"},
}  # fmt: skip


def test_labels_missing_values_and_measures_of_an_spss_file_are_kept(tmp_path):
    path = vendors.sav(tmp_path / "s.sav", SAV, **ABOUT)

    found = read_answers(path)

    k1, w1, age = found.survey.items
    assert (k1.kind, k1.question, k1.measure) == ("ordinal", "I know whom to ring", "ordinal")
    assert (k1.labels, k1.dont_know, k1.missing) == (AGREE, ("9",), ("97..99",))
    assert (w1.kind, age.kind, age.missing) == ("yes-no", "number", ("-1",))
    assert column(found) == ["1", "9", None, "2"]
    assert (column(found, "W1"), column(found, "age")) == (
        ["1", "0", None, "0"], ["41.5", "30", None, "30"],
    )  # fmt: skip
    assert found.warnings == (
        "row 3, column 'K1': 98 (Refused) is user-missing: no answer",
        "row 3, column 'age': -1 is user-missing: no answer",
    )


def test_a_file_that_numbers_the_answers_the_other_way_round_is_refused(tmp_path):
    about = ABOUT | {"variable_value_labels": {"K1": {1: "Agree", 2: "Disagree"}}}
    path = vendors.sav(tmp_path / "s.sav", SAV, **about)

    assert faults(path, survey_of()) == (
        "column 'K1': the file calls 1 'Agree', which is 2 in the survey",
        "column 'K1': the file calls 2 'Disagree', which is 1 in the survey",
    )


def test_an_spss_file_needs_pyreadstat_and_says_so(tmp_path, monkeypatch):
    path = vendors.sav(tmp_path / "s.sav", SAV)
    monkeypatch.setitem(__import__("sys").modules, "pyreadstat", None)

    with pytest.raises(MissingExtra, match=r"pip install 'qualkit\[spss\]'"):
        read_columns(path)


def test_a_child_tells_which_library_is_missing(tmp_path):
    table = read_columns(vendors.sav(tmp_path / "s.sav", SAV))

    assert worker.read_columns(tmp_path / "s.sav") == table
    assert importing.from_message(importing.to_message(table)) == table
    assert importlib.util.find_spec("pyreadstat") is not None


# Files that are not what they claim -----------------------------------------------------------


def zip_as_sav(folder):
    path = folder / "z.sav"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "b")
    return path


def cut_sav(folder):
    path = vendors.sav(folder / "cut.sav", {"K1": [float(n) for n in range(500)]})
    path.write_bytes(path.read_bytes()[:-300])
    return path


def text(name, data):
    def make(folder):
        path = folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return make


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (zip_as_sav, "z.sav: not an SPSS file, whatever its name says: it is a zip archive or an "
         "Office file"),
        (cut_sav, "cut.sav: damaged SPSS file"),
        (text("e.csv", ""), "e.csv: the file is empty (0 bytes)"),
        (text("b.csv", "\n\n"), "b.csv: the table is empty: there is no row of headings"),
        (text("h.csv", "id,K1\n"), "h.csv: there are no rows below the headings"),
        (text("n.csv", b"id,K1\nA,\x001\n"), "n.csv, line 2: binary data at byte 8"),
        (text("q.csv", 'id,K1\nA,"1\nB,2\n'),
         "q.csv, line 2: the quotation mark opened here is never closed"),
        (text("w.csv", "id" + ",x" * 10_000 + "\n"), "w.csv: row 1 has 10,001 columns; the limit "
         "is 2,000"),
        (text("l.csv", "id\n" + "1\n" * 200_001), "l.csv: more than 200,000 rows"),
        (text("c.csv", "id,K1\nA,1\nB," + "x" * 2_000_001), "c.csv: row 3, column 2: a cell of "
         "more than 2,000,000 characters"),
        (text("p.xlsx", "id,K1\n"), "p.xlsx: there are no rows below the headings"),
        (text("p.csv", b"%PDF-1.4"), "p.csv: not a table: it is a PDF"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_with_the_reason(make, told, tmp_path):
    with pytest.raises(ReadError) as caught:
        read_answers(make(tmp_path), survey_of())

    assert str(caught.value).startswith(told)


def test_headings_twice_cells_without_one_and_unknown_subgroups_are_refused(write):
    path = write("s.csv", "id,K1,K1\nA,1,1,stray\nB,1,1\n")

    assert faults(path, survey_of(subgroups=("area",))) == (
        "row 2, column 4: 'stray' stands below no heading",
        "row 1: two columns are called 'K1' (columns 2 and 3)",
        "row 1: no column is called 'area', the subgroup",
        "item K1: 'K1' is columns 2, 3; name one under 'columns'",
    )


def test_formulas_are_refused_and_errors_named_where_they_are_read(tmp_path):
    path = vendors.workbook(tmp_path / "f.xlsx", [
        ["id", "K1", "unused"], ["A", "=1+1", "=2"], ["B", 2, 3], ["C", "#N/A", 3],
    ])  # fmt: skip

    found = read_answers(path, survey_of(), strict=False)

    assert found.faults == ("row 2, column 'K1': a formula; paste its value in its place",)
    assert found.warnings == (
        "row 4, column 'K1': an error (#REF!, #N/A ...) was read as no answer",
        "1 formula or error cells in columns that are not read",
    )


def test_rows_that_break_off_or_that_nobody_sees_and_merged_cells_are_named(write, tmp_path):
    import openpyxl

    path = vendors.workbook(tmp_path / "h.xlsx", [["id", "K1"], ["A", 1], ["B", 2], ["C", None]])
    book = openpyxl.load_workbook(path)
    book.create_sheet("Codes", 0).sheet_state = "hidden"
    book["Sheet"].row_dimensions[3].hidden = True
    book["Sheet"].merge_cells("B3:B4")
    book["Codes"].merge_cells("A5:A6")
    book.save(path)
    short = write("s.csv", "id,K1,K2\nA,1,1\nB,2\n")

    assert read_answers(path, survey_of()).warnings == (
        "hidden or filtered rows were read too: 3",
        "merged cells, of which only the first holds a value: B3:B4",
        "hidden sheets were not read: Codes",
    )
    assert read_answers(short, survey_of()).warnings == (
        "row 3: fewer cells than the headings; what is lacking was read as no answer",
    )


def test_decimal_commas_are_numbers_where_a_column_has_several_and_no_point(write):
    number = Item("N", "How much?", "number")
    commas = write("c.csv", "sep=;\nid;N\nA;1,5\nB;12,25\nC;3\n")
    both = write("b.csv", 'id,N\nA,"1,5"\nB,"2,5"\nC,3.5\n')
    thousands = write("t.csv", 'id,N\nA,"1,500"\nB,"2,500"\n')

    found = read_answers(commas, survey_of(number))

    assert column(found, "N") == ["1.5", "12.25", "3"]
    assert found.warnings == ("rows 3 and 4, column 'N': decimal commas, read as points",)
    assert faults(both, survey_of(number)) == (
        "row 2, column 'N': '1,5' is not a number",
        "row 3, column 'N': '2,5' is not a number",
    )
    assert faults(thousands, survey_of(number))[0] == "row 2, column 'N': '1,500' is not a number"


def test_a_table_in_another_encoding_is_read_with_a_warning(write):
    path = write("s.csv", "id,K1\nZoë,Agree\n".encode("cp1252"))

    found = read_answers(path, survey_of())

    assert column(found, "respondent") == ["Zoë"]
    assert "read as Windows-1252" in found.warnings[0]


def test_open_answers_become_one_source_with_a_turn_an_answer(write):
    items = (Item("O1", "Why?", "open"), Item("O2", "", "open"))
    path = write("s.csv", 'id,O1,O2\nA,"So 😀\nit is",Yes\nB,,No\n')

    source = open_source(read_answers(path, survey_of(*items)), "Open")

    assert source.text == "A: So 😀\nit is\nA: Yes\nB: No"
    assert [(t.speaker, t.item, t.line, source.words_of(t)) for t in source.turns] == [
        ("A", "Why?", 1, "So 😀\nit is"), ("A", "O2", 3, "Yes"), ("B", "O2", 4, "No"),
    ]  # fmt: skip


def test_yes_and_no_are_read_by_the_codes_that_the_file_has(write):
    item = '{id: W1, question: "Came?", kind: yes-no, labels: {"1": Yes, "2": No}}'
    survey = parse_survey(f"id: s\nitems:\n  - {item}\n", "s.yaml")

    found = read_answers(write("a.csv", "W1\n1\n2\nyes\n2\n"), survey)

    assert found.table["W1"].tolist() == ["1", "0", "1", "0"]
    with pytest.raises(BatchError, match="row 3, column 'W1': '0' is none of 2 No, 1 Yes"):
        read_answers(write("b.csv", "W1\n1\n0\n"), survey)
