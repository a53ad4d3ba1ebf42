"""Surveys, their answers and published tables: kept, changed, removed, checked, taken back."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd
import pytest
from sqlalchemy import text

from qualkit.errors import (
    BatchError,
    CodebookError,
    ConflictError,
    DamagedProject,
    UnknownName,
)
from qualkit.project import Project, samples
from qualkit.store.surveys import pack, unpack
from qualkit.survey import Answers, Item, Survey, read_answers, read_published, read_survey

LABELS = {"1": "Never", "2": "Often", "3": "Always"}
K1 = Item("K1", "Do you ask?", labels=LABELS, dont_know=("9",))
M1 = Item("M1", "Which?", "multiple", {"a": "Calls", "b": "Visits"})
LEADS = Survey(
    "leads", "School leads", "Leads", respondent="id", subgroups=("area",), items=(K1, M1)
)
WORDS = "Zebulon 😀"
TABLE = """id: {id}
title: Barriers
source: {source}
population: School lead
base: 49
header: [Item, Baseline %]
rows:
- [Time, "{cell}"]
- [no, "31"]
measures: {{Item: label, Baseline %: percent@baseline}}
"""


def answers(wave, codes="123", *, survey=LEADS, opened=(), **columns):
    """Answers to K1, a sign each, by P0 ...; in `opened` what P0, P1 ... wrote."""
    given = pd.array([None if one == "." else one for one in codes], dtype="string")
    ids = pd.array([f"P{n}" for n in range(len(codes))], dtype="string")
    area = pd.array(["North"] * len(codes), dtype="string")
    table = pd.DataFrame({"respondent": ids, "area": area, "K1": given, **columns})
    written = pd.DataFrame(
        [(f"P{n}", "O1", "What else?", words) for n, words in enumerate(opened)],
        columns=["respondent", "item", "question", "text"],
    )
    return Answers(
        survey, wave, table, len(table), f"{wave}.csv", "f" * 64, "plain", (), (), written
    )


@pytest.fixture
def study(project):
    """Two waves of the survey, on either database."""
    project.add_survey(LEADS, [answers("before"), answers("after", "3..9")])
    return project


@pytest.fixture
def on_file(tmp_path):
    """The same in a file, for what no database can make different."""
    with Project.create(tmp_path / "study.qualkit", user="tester") as made:
        made.add_survey(LEADS, [answers("before"), answers("after", "3..9")])
        yield made


def last(study):
    return study.log().iloc[-1]


def tamper(study, statement):
    with study._store.engine.begin() as connection:
        connection.execute(text(statement))


# Answers -------------------------------------------------------------------------------------


def test_a_wave_comes_back_as_it_was_with_missing_answers_weights_and_signs(project):
    weight = [0.5, float("nan"), 2.25]
    made = answers("before", "1.3", weight=weight, area=pd.array(["N", None, WORDS], "string"))

    project.add_survey(LEADS, [made])

    pd.testing.assert_frame_equal(project.answers("leads", "before"), made.table)


def test_the_survey_of_the_sample_comes_back_whole_from_a_separated_and_an_spss_file(project):
    folder = samples() / "survey"
    asked = read_survey(folder / "items.yaml")
    waves = [read_answers(folder / name, asked) for name in ("before.sav", "after.csv")]

    report = project.add_survey(asked, waves)

    assert report.added == 2
    assert project.survey("school-leads").items == asked.items
    for one in waves:
        pd.testing.assert_frame_equal(project.answers("school-leads", one.wave), one.table)


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"respondent": pd.array([], dtype="string")}),
        pd.DataFrame({"x": pd.array([None, None], dtype="string")}),
        pd.DataFrame({"x": pd.array([str(n) for n in range(70_000)], dtype="string")}),
        pd.DataFrame({"x": [1.5, float("inf")]}),
    ],
    ids=["nobody", "nothing", "many values", "numbers"],
)
def test_any_table_of_answers_is_packed_and_unpacked_the_same(table):
    pd.testing.assert_frame_equal(unpack(*pack(table)), table)


def test_surveys_and_waves_are_listed_in_order_with_how_many_answered(study):
    study.add_survey(Survey("staff", items=(K1,)))

    assert study.surveys().drop(columns="version").to_numpy().tolist() == [
        ["leads", "School leads", "Leads", ("before", "after"), 7, 2],
        ["staff", "staff", "", (), 0, 1],
    ]
    assert study.waves().drop(columns="added").to_numpy().tolist() == [
        ["leads", "before", 3, "before.csv"],
        ["leads", "after", 4, "after.csv"],
    ]


def test_a_survey_names_every_wave_that_is_kept_whatever_its_mapping_says(study):
    study.add_survey(replace(LEADS, waves={"later": "later.csv"}), [answers("third")])

    assert dict(study.survey("leads").waves) == {
        "before": "before.csv", "after": "after.csv", "later": "later.csv", "third": "third.csv",
    }  # fmt: skip
    assert study.surveys()["waves"].tolist() == [("before", "after", "third")]


def test_the_same_answers_again_change_nothing(study):
    entries = len(study.log())

    report = study.add_survey(LEADS, [answers("before")])

    assert (report.added, report.same, report.entry) == (0, 1, None)
    assert len(study.log()) == entries


def test_other_answers_to_a_wave_are_refused_and_nothing_of_the_call_is_kept(study):
    with pytest.raises(ConflictError) as refused:
        study.add_survey(LEADS, [answers("third"), answers("before", "111")])

    assert str(refused.value) == (
        "the wave before has other answers, of before.csv; remove it first "
        "('qualkit survey remove'), or load under another name ('--wave')"
    )
    assert study.waves()["wave"].tolist() == ["before", "after"]


@pytest.mark.parametrize(
    ("waves", "fault"),
    [
        (("",), ".csv: the wave '' needs a name of 1 to 64 characters, without ','"),
        (("a,b",), "a,b.csv: the wave 'a,b' needs a name of 1 to 64 characters, without ','"),
        (("x\0",), "x\0.csv: the wave's name has a character that no text can hold"),
        (("t1", "t1"), "t1.csv: the wave t1 is given twice"),
    ],
)
def test_a_wave_that_cannot_be_named_is_refused(on_file, waves, fault):
    with pytest.raises(BatchError) as refused:
        on_file.add_survey(LEADS, [answers(one) for one in waves])

    assert refused.value.faults == (fault,)


def test_answers_with_faults_are_refused(on_file):
    with pytest.raises(BatchError, match="row 3: odd"):
        on_file.add_survey(LEADS, [replace(answers("third"), faults=("row 3: odd",))])


def test_a_survey_that_no_file_could_say_is_refused(on_file):
    with pytest.raises(CodebookError, match="its id 'a b' is not letters"):
        on_file.add_survey(Survey("a b", items=(K1,)))


def test_a_survey_or_wave_that_is_not_there_is_refused_with_those_that_are(on_file):
    for call in (
        lambda: on_file.survey("leds"),
        lambda: on_file.remove_survey("leds"),
        lambda: on_file.set_survey(replace(LEADS, id="leds")),
    ):
        with pytest.raises(UnknownName, match="no survey is called 'leds'; did you mean 'leads'"):
            call()
    with pytest.raises(UnknownName, match="no wave of leads is called 'x'; known are"):
        on_file.answers("leads", "x")
    with pytest.raises(UnknownName, match="no wave of leads is called 'x'; known are"):
        on_file.remove_wave("leads", "x")


# Open answers --------------------------------------------------------------------------------


def test_open_answers_become_a_source_that_can_be_searched_and_coded(project):
    report = project.add_survey(LEADS, [answers("after", opened=[WORDS, "The drop-in."])])

    assert report.notes == ("2 open answers became the source leads-after",)
    source = project.source("leads-after")
    assert [(turn.speaker, turn.item, source.words_of(turn)) for turn in source.turns] == [
        ("P0", "What else?", WORDS), ("P1", "What else?", "The drop-in."),
    ]  # fmt: skip
    assert project.search("drop-in")["source"].tolist() == ["leads-after"]
    assert project.check().problems == ()


def test_open_answers_can_be_left_out(project):
    project.add_survey(LEADS, [answers("after", opened=["x"])], open_answers=False)

    assert project.sources().empty


def test_open_answers_outlive_their_wave_and_are_not_made_twice(project):
    made = answers("after", opened=["The drop-in."])
    project.add_survey(LEADS, [made])
    project.remove_wave("leads", "after")

    assert project.add_survey(LEADS, [made]).notes == ()
    project.remove_wave("leads", "after")
    with pytest.raises(ConflictError, match="a source is called 'leads-after' already"):
        project.add_survey(LEADS, [answers("after", opened=["Other words."])])
    assert project.waves().empty


# The log, removing and checking ----------------------------------------------------------------


def test_the_log_has_how_many_answered_and_never_what(project):
    ids = pd.array([WORDS, "P1", "P2"], "string")
    secret = answers("before", area=ids, opened=[WORDS])

    project.add_survey(LEADS, [secret])
    project.remove_wave("leads", "before")
    project.remove_survey("leads")

    log = project.log().tail(3).reset_index(drop=True)
    assert log[["action", "what"]].to_numpy().tolist() == [
        ["add survey", "leads, 1 wave: before"],
        ["remove wave", "leads, before"],
        ["remove survey", "leads"],
    ]
    assert "Zebulon" not in "".join(log.astype(str).to_numpy().ravel())
    assert "answers" not in json.loads(log["before"][1])[0]
    assert json.loads(log["before"][1])[0]["respondents"] == 3


def test_a_survey_is_removed_with_all_its_answers(study):
    study.remove_survey("leads")

    assert (len(study.surveys()), len(study.waves())) == (0, 0)
    with study._store.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM survey_wave")).scalar() == 0


@pytest.mark.parametrize(
    ("statement", "where", "message"),
    [
        (
            "UPDATE survey SET definition = 'x'", "survey leads",
            "its definition was changed outside qualkit",
        ),
        (
            "UPDATE survey_wave SET answers = x'00' WHERE name = 'after'",
            "survey leads, wave after",
            "its answers were changed outside qualkit; restore a backup",
        ),
        (
            "UPDATE survey_wave SET respondents = 9 WHERE name = 'before'",
            "survey leads, wave before",
            "its answers were changed outside qualkit; restore a backup",
        ),
    ],
)  # fmt: skip
def test_what_was_changed_outside_is_found_by_a_check(on_file, statement, where, message):
    assert on_file.check().problems == ()

    tamper(on_file, statement)

    assert [(one.where, one.message) for one in on_file.check().problems] == [(where, message)]


def test_answers_and_a_survey_that_were_changed_outside_are_not_given_out(on_file):
    tamper(on_file, "UPDATE survey_wave SET answers = x'789c00' WHERE name = 'after'")
    with pytest.raises(DamagedProject) as refused:
        on_file.answers("leads", "after")
    assert str(refused.value).endswith(
        "survey leads, wave after: its answers were changed outside qualkit; restore a backup"
    )

    tamper(on_file, "UPDATE survey SET definition = 'x'")
    with pytest.raises(DamagedProject, match="the survey leads was changed outside qualkit"):
        on_file.surveys()


# Definitions -----------------------------------------------------------------------------------


def test_what_a_survey_asked_is_changed_and_taken_back(study):
    better = replace(LEADS, items=(replace(K1, polarity="higher-is-better"), M1))

    assert study.set_survey(better).added == 1
    assert study.survey("leads").item("K1").polarity == "higher-is-better"
    assert study.set_survey(better).same == 1
    entry = int(last(study)["entry"])

    assert study.undo(entry).changed == 1
    assert study.survey("leads").item("K1").polarity == ""
    assert study.surveys()["waves"].tolist() == [("before", "after")]
    assert study.check().problems == ()


def test_a_change_made_from_an_older_version_is_a_conflict(on_file):
    version = int(on_file.surveys()["version"].iloc[0])
    on_file.set_survey(replace(LEADS, title="New"), version=version)

    with pytest.raises(ConflictError, match="leads was changed by somebody else since it was read"):
        on_file.set_survey(replace(LEADS, title="Newer"), version=version)


@pytest.mark.parametrize(
    ("wanted", "faults"),
    [
        (
            replace(LEADS, items=(replace(K1, labels={"1": "No", "2": "Yes"}, order=()), M1)),
            [
                "wave before, item K1: 1 kept answer (3) would not fit; it would allow 1, 2, 9",
                "wave after, item K1: 1 kept answer (3) would not fit; it would allow 1, 2, 9",
            ],
        ),
        (
            replace(LEADS, items=(Item("K1", "?", "number", low=2, high=8), M1)),
            [
                "wave before, item K1: 1 kept answer (1) would not fit; it would allow numbers "
                "within its bounds",
                "wave after, item K1: 1 kept answer would not fit; it would allow numbers within "
                "its bounds",
            ],
        ),
        (
            replace(LEADS, weight="w", subgroups=("area", "size")),
            [
                "wave before, column w: it was not read; load the file again",
                "wave before, column size: it was not read as a subgroup; load the file again",
                "wave after, column w: it was not read; load the file again",
                "wave after, column size: it was not read as a subgroup; load the file again",
            ],
        ),
        (
            replace(LEADS, items=(replace(K1, kind="multiple", dont_know=()), M1)),
            [
                f"wave {wave}, item K1: it cannot become or cease to be of kind multiple"
                for wave in ("before", "after")
            ],
        ),
    ],
    ids=["labels", "bounds", "columns", "kind"],
)
def test_a_definition_that_kept_answers_do_not_fit_is_refused(on_file, wanted, faults):
    with pytest.raises(BatchError) as refused:
        on_file.set_survey(wanted)

    assert list(refused.value.faults) == faults


def test_answers_of_an_item_that_is_left_out_are_kept_and_told(on_file):
    report = on_file.set_survey(replace(LEADS, items=(M1, Item("W1", "?", "yes-no"))))

    assert report.notes == (
        "wave before: no item is called K1; their answers are kept, and not read",
        "wave before: it has no answers to W1; load the file again to read them",
        "wave after: no item is called K1; their answers are kept, and not read",
        "wave after: it has no answers to W1; load the file again to read them",
    )
    assert "K1" in on_file.answers("leads", "before")


def test_an_entry_with_answers_is_taken_back_and_back_again(study):
    held = study.answers(LEADS.id, "after")

    undone = study.undo(int(last(study)["entry"]))
    assert study.waves().empty

    study.undo(undone.entry)
    pd.testing.assert_frame_equal(study.answers(LEADS.id, "after"), held)


def test_a_definition_is_not_taken_back_from_under_answers_that_came_since(study):
    more = replace(LEADS, items=(replace(K1, labels=LABELS | {"4": "!"}, order=()), M1),
                   waves={"before": "", "after": "", "third": "third.csv"})  # fmt: skip
    entry = study.set_survey(more).entry
    study.add_survey(more, [answers("third", "44")])

    with pytest.raises(ConflictError, match=f"entry {entry} cannot be undone: answers were loaded"):
        study.undo(entry)


def test_a_survey_is_not_taken_back_from_under_its_answers(study):
    asked = replace(LEADS, id="other", waves={"before": "before.csv"})
    entry = study.add_survey(asked).entry
    study.add_survey(asked, [answers("before")])

    with pytest.raises(ConflictError, match="a wave of answers has come to hang on what it added"):
        study.undo(entry)
    study.remove_wave("other", "before")
    assert study.undo(entry).removed == 1
    assert study.surveys()["survey"].tolist() == ["leads"]


# Published tables --------------------------------------------------------------------------------


def table(write, ident="t1", cell="67.2", source="Report A, p. 4", name="t.yaml"):
    return write(name, TABLE.format(id=ident, cell=cell, source=source))


def test_every_published_table_of_the_samples_is_read_back_the_same(project):
    paths = sorted((samples() / "published").glob("*.yaml"))
    for path in paths:
        project.add_published(path)

    read = [table for path in paths for table in read_published(path)]
    assert [replace(one, line=0) for one in project.published()] == [
        replace(one, line=0) for one in read
    ]
    assert project.published_table()["table"].tolist() == [one.id for one in read]


def test_a_pasted_table_is_kept_with_what_stands_beside_it(project, write):
    write("t9.yaml", "source: R\nmeasures: {Item: label, n: count}\n")
    path = write("t9.tsv", "Item\tn\nA\t012\nB\tn/a\n")

    project.add_published(path)

    kept, read = project.published()[0], read_published(path)[0]
    assert (kept.id, kept.cells, kept.file) == ("t9", read.cells, "t9.tsv")


def test_a_table_that_is_corrected_takes_the_place_of_the_first_and_can_be_taken_back(
    project, write
):
    project.add_published(table(write))
    report = project.add_published(table(write, cell="72.6"))

    assert (report.added, report.notes) == (1, ("t1 is other than before",))
    assert project.add_published(table(write, cell="72.6")).same == 1
    project.undo(report.entry)
    assert [one.cells[0][0].text for one in project.published()] == ["67.2"]


def test_a_table_of_another_report_does_not_take_the_place_of_one_of_the_same_id(project, write):
    project.add_published(table(write))

    with pytest.raises(ConflictError) as refused:
        project.add_published(table(write, source="Report B, p. 1"))

    assert str(refused.value) == (
        "a table of Report A has the id 't1' already; give one of them another"
    )


def test_a_published_table_is_removed_and_put_back(project, write):
    project.add_published(table(write))

    entry = project.remove_published("t1")
    assert project.published() == []
    project.undo(entry)
    assert [one.id for one in project.published()] == ["t1"]
    with pytest.raises(UnknownName, match="no published table is called 't2'"):
        project.remove_published("t2")


def test_an_id_that_no_database_can_hold_is_refused(on_file, write):
    for ident in ('"a\\0"', "x" * 65):
        with pytest.raises(BatchError, match="is no line of 64 letters or fewer"):
            on_file.add_published(table(write, ident=ident))


# Beside the rest of a study --------------------------------------------------------------------


def test_an_older_study_has_no_surveys_and_takes_them(address, write):
    from tests.store.test_search import upgraded_to

    upgraded_to(address, "0006")

    with Project.open(address) as study:
        assert [len(one) for one in (study.surveys(), study.waves(), study.published())] == [0] * 3
        study.add_survey(LEADS, [answers("before")])
        study.add_published(table(write))
        assert (study.surveys()["respondents"].tolist(), len(study.published())) == ([3], 1)
        assert "survey" not in {one.kind for one in study.check().problems}


def test_a_coder_pack_has_neither_surveys_nor_published_tables(on_file, write, tmp_path):
    on_file.add_sources([write("p1.txt", "P1: The staff listened.\n")])
    on_file.add_published(table(write))
    on_file.assign(["p1"], ["Ann"])

    on_file.write_pack(tmp_path / "ann.qualkit", "Ann")

    with Project.open(tmp_path / "ann.qualkit") as packed:
        assert [len(one) for one in (packed.surveys(), packed.waves(), packed.published())] == [
            0
        ] * 3


def test_whoever_codes_blind_sees_that_surveys_were_loaded(on_file, write):
    on_file.add_sources([write("p1.txt", "P1: The staff listened.\n")])
    on_file.assign(["p1"], ["Ann"])
    on_file.user = "Ann"

    assert on_file.log()["action"].tolist() == ["add survey", "add sources", "assign"]
    assert on_file.surveys()["respondents"].tolist() == [7]
