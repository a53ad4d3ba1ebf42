"""A study from the outside: sources, attributes, codings, summaries, log, check."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from sqlalchemy import update

from qualkit.errors import BatchError, ConflictError, QualkitError, UnknownName
from qualkit.project import Project
from qualkit.store import schema
from tests.copies import empty
from tests.strategies import TEXTS

P1 = "Interviewer: How was it? 😀\nP1: The staff listened. It’s  fine now.\nP1: It's fine now.\n"
P2 = "I: And you?\nR: We waited for months.\n"


@pytest.fixture
def study(project, write):
    project.add_sources([write("p1.txt", P1), write("p2.txt", P2)])
    return project


def load(study, write, text, **options):
    return study.load_codings(write("codings.csv", text), **options)


def faults(study, write, text):
    with pytest.raises(BatchError) as refused:
        load(study, write, text)
    return list(refused.value.faults)


# Sources ----------------------------------------------------------------------------------------


def test_an_imported_source_keeps_text_turns_and_hash(study):
    source = study.source("p1")

    assert source.text == P1
    assert [(t.speaker, t.role, source.words_of(t)) for t in source.turns] == [
        ("Interviewer", "interviewer", "How was it? 😀"),
        ("P1", "participant", "The staff listened. It’s  fine now."),
        ("P1", "participant", "It's fine now."),
    ]


def test_the_words_of_turns_are_cut_by_characters_not_bytes(study):
    assert study.turns(["p1"])["text"].tolist()[1] == "The staff listened. It’s  fine now."


def test_good_files_are_kept_and_every_fault_is_told(project, write):
    files = [write("a.txt", P1), write("b.txt", b"\0\0\1"), write("c.doc", "x"), write("d.txt", P2)]

    report = project.add_sources(files)

    assert report.added == ("a", "d")
    assert [reason.split(";")[0] for _, reason in report.refused] == [
        "binary data at byte 0",
        "an old Word file",
    ]


def test_all_or_nothing_keeps_nothing_when_one_file_is_bad(project, write):
    with pytest.raises(BatchError, match="1 fault, nothing was kept"):
        project.add_sources([write("a.txt", P1), write("b.txt", b"\0")], all_or_nothing=True)

    assert project.sources().empty
    assert project.log()["action"].tolist() == ["add codebook", "add codebook"]


def test_the_same_file_and_the_same_name_are_refused(study, write):
    again = write("other.txt", P1)
    namesake = write("p2.md", "R: Something else.")

    report = study.add_sources([again, namesake])

    assert [reason for _, reason in report.refused] == [
        "the same file is in the project as 'p1'",
        "another source is called 'p2'; rename the file",
    ]


def test_attributes_come_from_a_sheet(project, write):
    sheet = write("a.csv", "source,case,role,date\np1,North,Nurse,2025-06-01\np2.txt,South,Head,\n")

    project.add_sources([write("p1.txt", P1), write("p2.txt", P2)], attributes=sheet)

    table = project.sources().set_index("source")
    assert table["case"].to_dict() == {"p1": "North", "p2": "South"}
    assert table["role"].to_dict() == {"p1": "Nurse", "p2": "Head"}
    assert table["date"].to_dict() == {"p1": "2025-06-01", "p2": ""}


def test_attributes_come_from_file_names(project, write):
    files = [write("North_Nurse.txt", P1), write("x.txt", P2)]

    report = project.add_sources(files, pattern="{case}_{role}")

    assert project.sources()["case"].tolist() == ["North", "x"]
    assert ("x", "its name does not fit the pattern; no attributes") in report.notes


def test_a_sheet_with_faults_changes_nothing(study, write):
    with pytest.raises(BatchError) as refused:
        study.set_attributes(write("a.csv", "source,role\np1,Nurse\nnobody,Head\n"))

    assert refused.value.faults == ("row 3: no source is called 'nobody'",)
    assert "role" not in study.sources().columns


def test_case_attributes_stand_apart_from_those_of_sources(study, write):
    study.set_attributes(write("a.csv", "source,case,role\np1,North,Nurse\np2,North,Head\n"))
    study.set_case_attributes(write("c.csv", "case,role\nNorth,Urban\n"))
    load(study, write, "source,quote,code,coder\np2,We waited for months.,referrals,Ann\n")

    assert study.cases().to_dict("records") == [{"case": "North", "sources": 2, "role": "Urban"}]
    coding = study.codings().iloc[0]
    assert (coding["role"], coding["case.role"]) == ("Head", "Urban")


def test_roles_can_be_set_and_the_change_is_logged(study):
    study.set_roles("p2", {"I": "participant", "R": "interviewer"})

    assert [turn.role for turn in study.source("p2").turns] == ["participant", "interviewer"]
    entry = study.log().iloc[-1]
    assert (entry["who"], entry["action"]) == ("tester", "set roles")
    with pytest.raises(UnknownName, match="no speaker is called 'X'"):
        study.set_roles("p2", {"X": "interviewer"})


def test_a_removed_source_takes_its_codings_along_into_the_log(study, write):
    load(study, write, "source,quote,code,coder\np2,We waited for months.,referrals,Ann\n")

    study.remove_source("p2")

    assert study.sources()["source"].tolist() == ["p1"]
    assert study.codings().empty
    removed = json.loads(study.log().iloc[-1]["before"])
    assert [row["table"] for row in removed] == ["coding", "turn", "source", "case_unit"]


def test_a_name_that_is_not_there_is_answered_with_near_ones(study):
    with pytest.raises(UnknownName) as refused:
        study.source("p3")

    assert str(refused.value) == "no source is called 'p3'; did you mean 'p2' or 'p1'?"


# Codings ----------------------------------------------------------------------------------------


def test_a_quote_is_placed_where_it_stands_and_stored_in_the_words_of_the_source(study, write):
    load(
        study,
        write,
        'source,quote,code,coder,stance,memo\np1,"the staff listened. It\'s fine now.",communication,Ann,Positive,m\n',
    )

    coding = study.codings().iloc[0]
    assert coding["text"] == "The staff listened. It’s  fine now."
    assert P1[coding["start"] : coding["end"]] == coding["text"]
    assert (coding["stance"], coding["speaker"], coding["line"]) == ("positive", "P1", 2)
    assert coding["code_path"] == "Communication and reporting"


def test_passages_over_several_turns_and_of_interviewers_are_noted(study, write):
    report = load(
        study, write, "source,start,end,code,coder\np1,13,40,culture,Ann\np1,13,20,culture,Ann\n"
    )

    assert report.notes == (
        "1 of them run over several turns; grids print [...] for the names",
        "1 of them mark what an interviewer said, and are attributed so",
    )


def test_the_speaker_is_who_says_the_first_words_that_are_marked(study, write):
    load(study, write, "source,start,end,code,coder\np1,27,50,culture,Ann\n")

    coding = study.codings().iloc[0]
    assert coding["text"].startswith("P1: The staff")
    assert (coding["speaker"], coding["speaker_role"], coding["line"]) == ("P1", "participant", 2)


@pytest.mark.parametrize("rating", [True, 1.0, "1"])
def test_a_rating_that_is_no_whole_number_is_refused(study, rating):
    with pytest.raises(ValueError, match="is not a whole number"):
        study.add_coding("p1", (0, 11), "cascade.roles", coder="Ann", rating=rating)


def test_numbers_of_numpy_are_taken_as_whole_numbers(study):
    import numpy as np

    span = (np.int64(0), np.int64(11))
    study.add_coding("p1", span, "cascade.roles", coder="Ann", rating=np.int64(2))

    assert study.check().problems == ()


def test_words_of_a_transcript_stay_out_of_tracebacks(study, write):
    import traceback

    row = {"id": "x", "name": "p1", "case_id": "none", "text": "CANARY words"}
    try:
        with study._store.change("me", "add", "x") as change:
            change.add(schema.source, [row])
    except QualkitError as error:
        told = "".join(traceback.format_exception(error))

    assert "Error" in told
    assert "CANARY" not in told


def test_a_document_is_made_from_one_moment_whoever_writes_meanwhile(study, address):
    with study.one_moment():
        before = len(study.sources())
        with Project.open(address, user="other") as other:
            other.add_coding("p1", (0, 11), "culture", coder="Bob")
        assert len(study.sources()) == before
        assert study.codings().empty

    assert len(study.codings()) == 1


def test_a_case_that_still_has_a_source_cannot_be_removed(study):
    with study._store.read() as connection:
        case_id = connection.execute(schema.case.select()).first().id

    with pytest.raises(QualkitError), study._store.change("me", "remove", "case") as change:
        change.remove(schema.case, [case_id])

    assert len(study.sources()) == 2


def test_a_span_may_be_given_instead_of_a_quote(study, write):
    load(study, write, "source,start,end,code,coder\np1,0,11,culture,Ann\n")

    assert study.codings()["text"].tolist() == ["Interviewer"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (
            "p1,It's fine now.,,,culture,Ann,,",
            "row 2: the quote \"It's fine now.\" stands 2 times in its source (line 2, start 51, end 66; line 3, start 71, end 85); give start and end, or more of its words",
        ),
        (
            "p1,The staff listens to us.,,,culture,Ann,,",
            "row 2: the quote 'The staff listens to us.' is not in its source word for word; the nearest, on line 2, is 'The staff listened. It’s'",
        ),
        ("p1,,,,culture,Ann,,", "row 2: it gives neither a quote nor start and end"),
        ("p1,,5,4,culture,Ann,,", "row 2: 5 to 4 is no stretch of its 86 characters"),
        ("p1,,0,999,culture,Ann,,", "row 2: 0 to 999 is no stretch of its 86 characters"),
        ("p1,,a,9,culture,Ann,,", "row 2: start 'a' and end '9' must both be whole numbers"),
        ("p1,x,0,11,culture,Ann,,", "row 2: at 0 to 11 stands 'Interviewer', not 'x'"),
        ("p9,x,,,culture,Ann,,", "row 2: no source is called 'p9'; did you mean 'p2' or 'p1'?"),
        ("p1,,0,11,cultur,Ann,,", "row 2: no code is called 'cultur'; did you mean 'culture'"),
        ("p1,,0,11,culture,,,", "row 2: it does not say who coded; give a column 'coder' or --coder NAME"),
        ("p1,,0,11,culture,Ann,good,", "row 2: stance 'good' is not one of positive, negative, mixed, neutral"),
        ("p1,,0,11,culture,Ann,,2", "row 2: code 'culture' takes no rating, but '2' is given"),
        ("p1,,0,11,cascade.roles,Ann,,4", "row 2: rating '4' is not on the scale of 'cascade.roles'; it has 0, 1, 2, 3"),
        ("p1,,0,11,cascade.roles,Ann,,²", "row 2: rating '²' is not on the scale of 'cascade.roles'; it has 0, 1, 2, 3"),
    ],
)  # fmt: skip
def test_a_row_with_a_fault_is_named_with_what_to_do(study, write, row, fault):
    found = faults(study, write, f"source,quote,start,end,code,coder,stance,rating\n{row}\n")

    assert [one[: len(fault)] for one in found] == [fault]


def test_all_faults_are_told_together_and_nothing_is_kept(study, write):
    table = (
        "source,quote,code,coder\np1,How was it?,culture,Ann\np1,no,culture,Ann\np9,x,culture,Ann\n"
    )

    assert len(faults(study, write, table)) == 2
    assert study.codings().empty
    assert "load codings" not in study.log()["action"].tolist()


def test_loading_the_same_table_twice_changes_nothing(study, write):
    table = "source,quote,code,coder\np1,How was it?,culture,Ann\np1,How was it?,culture,Bob\n"

    first, again = load(study, write, table), load(study, write, table)

    assert (first.added, first.same, again.added, again.same) == (2, 0, 0, 2)
    assert len(study.codings()) == 2


def test_two_coders_on_one_passage_are_two_codings_and_one_coder_twice_is_a_conflict(study):
    study.add_coding("p1", (0, 11), "culture", coder="Ann")
    study.add_coding("p1", (0, 11), "culture", coder="Bob")

    with pytest.raises(ConflictError, match="Ann has coded these words of p1 with culture already"):
        study.add_coding("p1", (0, 11), "culture", coder="Ann")

    assert len(study.codings()) == 2


def test_a_code_id_that_stands_in_two_codebooks_must_say_which(study, write):
    study.add_codebook(write("other.yaml", "codes: [{id: culture, name: Other culture}]"))

    with pytest.raises(UnknownName, match="no single code is called 'culture'"):
        study.add_coding("p1", (0, 11), "culture", coder="Ann")
    study.add_coding("p1", (0, 11), "other/culture", coder="Ann")

    assert study.codings()["codebook"].tolist() == ["other"]


def test_a_removed_coding_is_gone_but_logged(study):
    made = study.add_coding("p1", (0, 11), "culture", coder="Ann")

    study.remove_coding(made.id)

    assert study.codings().empty
    assert json.loads(study.log().iloc[-1]["before"])[0]["quote"] == "Interviewer"


# Summaries, log and check --------------------------------------------------------------------------


def test_a_summary_is_written_then_changed_by_its_author(study, write):
    table = "case,theme,author,summary\np1,culture,Ann,{}\n"

    reports = [
        study.load_summaries(write("s.csv", table.format(words)))
        for words in ("First.", "First.", "Second.")
    ]

    assert [(r.added, r.same) for r in reports] == [(1, 0), (0, 1), (1, 0)]
    assert study.summaries()[["text", "version"]].to_numpy().tolist() == [["Second.", 2]]


def test_faulty_summaries_change_nothing(study, write):
    table = "case,theme,author,summary\np1,culture,Ann,Fine.\nnowhere,culture,Ann,x\np1,no,Ann,x\np1,culture,,x\n"

    with pytest.raises(BatchError) as refused:
        study.load_summaries(write("s.csv", table))

    assert len(refused.value.faults) == 3
    assert study.summaries().empty


def test_a_sound_study_has_no_problems(study, write):
    load(study, write, "source,quote,code,coder\np2,We waited for months.,referrals,Ann\n")

    report = study.check()

    assert (report.sources, report.codings, report.problems) == (2, 1, ())


@pytest.mark.parametrize(
    ("table", "values", "message"),
    [
        ("source", {"text": P2.replace("months", "monthz")}, "its text is not what was imported; restore a backup"),
        ("coding", {"quote": "We waited for month."}, "its words are not those of its source"),
        ("coding", {"stance": "negative"}, "it was changed outside qualkit"),
        ("coding", {"memo": "no"}, "it was changed outside qualkit"),
        ("turn", {"start_at": 4}, "its turns were changed outside qualkit"),
        ("cell_summary", {"text": "Bad."}, "it was changed outside qualkit"),
    ],
)  # fmt: skip
def test_whatever_was_changed_behind_our_back_is_found(study, write, table, values, message):
    load(study, write, "source,quote,code,coder\np2,We waited for months.,referrals,Ann\n")
    study.load_summaries(write("s.csv", "case,theme,author,summary\np2,culture,Ann,Good.\n"))
    rows = schema.metadata.tables[table]
    same = {"source": "name", "coding": "code_id", "cell_summary": "text", "turn": "speaker"}[table]
    which = rows.c[same].in_(["p2", "Good.", "R"]) if table != "coding" else rows.c[same] != ""
    with study._store.engine.begin() as connection:
        connection.execute(update(rows).where(which).values(**values))

    problems = study.check().problems

    assert message in [problem.message for problem in problems]
    with pytest.raises(BatchError):
        study.require_sound()


@settings(max_examples=40, deadline=None)
@given(text=TEXTS)
def test_what_is_stored_reads_back_the_same_whatever_its_letters(copies, tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("s")
    path = folder / "a.txt"
    path.write_text(f"P1: {text} end", encoding="utf-8", newline="\n")
    with Project.open(copies.file(empty, folder / "s.qualkit")) as project:
        project.add_sources([path])
        source = project.source("a")
        project.add_coding("a", (4, len(source.text)), "cascade.roles", coder="Ann", rating=3)

        assert source.text == f"P1: {text} end"
        assert project.codings().iloc[0]["text"] == f"{text} end"
        assert project.check().problems == ()


def test_an_empty_study_has_empty_tables_with_all_columns(project):
    assert project.sources().empty
    assert project.codings().empty
    assert project.turns().empty
    assert project.summaries().empty
    assert len(project.codes()) == 43
