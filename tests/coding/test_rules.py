"""Rules, and coding by them: which passages, in whose name, once."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.autocoding import auto_code, kwic
from qualkit.coding.rules import matches
from qualkit.errors import QueryError, TableError, UnknownName

P1 = "Interviewer: How was waiting? 😀\nP1: We waited. Nobody called.\nP1: They came 😀 late.\n"
P2 = "I: And you?\nR: The list was long. We waited for months.\n"
LONG = "R: " + "We talked about the weather for a good while. " * 8 + "Then we waited again.\n"


@pytest.fixture
def study(project, write):
    sheet = write("a.csv", "source,case,area,role\np1,North,Salt Bay,Nurse\np2,South,Hill,Head\n")
    project.add_sources([write("p1.txt", P1), write("p2.txt", P2)], attributes=sheet)
    project.set_case_attributes(write("c.csv", "case,region\nNorth,Coast\nSouth,Inland\n"))
    return project


def words(report):
    return report.found["text"].tolist()


def code(study, query, name="referrals", **options):
    return auto_code(study, query, name, coder="rules", **options)


SAID = pd.DataFrame(
    [("interviewer", "Did you wait?"), ("participant", "We waited."), ("unknown", "Waiting.")],
    columns=["role", "text"],
)


@pytest.mark.parametrize(
    ("query", "interviewers", "rows"),
    [
        ("wait", False, ["We waited.", "Waiting."]),
        ("wait", True, ["Did you wait?", "We waited.", "Waiting."]),
        ("wait role:interviewer", False, ["Did you wait?"]),
        ("wait NOT role:participant", False, ["Did you wait?", "Waiting."]),
        ("absent", True, []),
    ],
)
def test_interviewers_are_left_out_unless_asked_for(query, interviewers, rows):
    assert matches(SAID, query, interviewers=interviewers)["text"].tolist() == rows


def test_a_table_without_roles_is_refused():
    with pytest.raises(TableError) as refused:
        matches(SAID[["text"]], "wait")

    assert str(refused.value) == "segments: it has no column 'role'; it has ['text']"


@pytest.mark.parametrize(
    ("unit", "found"),
    [
        ("segment", ["We waited. Nobody called.", "The list was long. We waited for months."]),
        ("turn", ["We waited. Nobody called.", "The list was long. We waited for months."]),
        ("match", ["waited", "waited"]),
    ],
)
def test_the_unit_says_how_much_is_coded(study, unit, found):
    report = code(study, "wait", unit=unit)

    assert words(report) == found
    assert (report.added, report.same) == (2, 0)
    assert study.codings()["text"].tolist() == found
    assert study.check().problems == ()


def test_a_long_turn_is_coded_by_segment_not_whole(project, write):
    project.add_sources([write("p3.txt", LONG)])

    assert words(code(project, "wait", dry_run=True))[0].endswith("Then we waited again.")
    assert len(words(code(project, "wait", dry_run=True))[0]) < len(LONG) / 2
    assert len(words(code(project, "wait AND weather", unit="turn", dry_run=True))[0]) > 300


@pytest.mark.parametrize(
    ("query", "sources"),
    [
        ('wait area:"salt bay"', ["p1"]),
        ("wait source.role:head", ["p2"]),
        ("wait role:participant", ["p1", "p2"]),
        ("wait case:South", ["p2"]),
        ("wait case.region:Coast", ["p1"]),
        ("source:p2 role:participant", ["p2"]),
    ],
)
def test_attributes_of_source_and_case_can_be_asked_for(study, query, sources):
    assert code(study, query, dry_run=True).found["source"].tolist() == sources


def test_the_same_rule_again_adds_nothing_and_leaves_no_entry(study):
    first = code(study, "wait")
    entries = len(study.log())

    again = code(study, "wait OR late")

    assert (again.added, again.same, again.entry) == (1, 2, first.entry + 1)
    third = code(study, "wait OR late")
    assert (third.added, third.same, third.entry) == (0, 3, None)
    assert len(study.log()) == entries + 1


def test_a_dry_run_counts_and_keeps_nothing(study):
    code(study, "late")
    entries = len(study.log())

    report = code(study, "wait OR late", dry_run=True)

    assert (report.added, report.same, report.entry) == (2, 1, None)
    assert len(study.log()) == entries


def test_codings_of_other_coders_and_codes_stand_beside_those_of_a_rule(study):
    code(study, "wait")
    auto_code(study, "wait", "referrals", coder="Ann")
    code(study, "wait", "communication")

    assert study.codings()[["coder", "code"]].value_counts().to_dict() == {
        ("rules", "referrals"): 2, ("Ann", "referrals"): 2, ("rules", "communication"): 2,
    }  # fmt: skip


def test_one_entry_of_the_log_says_by_what_rule(study):
    report = code(study, '"They came" OR wait', unit="match")

    entry = study.log().iloc[-1]
    assert (entry["entry"], entry["action"]) == (report.entry, "add codings")
    assert entry["what"] == 'referrals by rules: rule "They came" OR wait by match'


@pytest.mark.parametrize(
    ("query", "options", "error", "message"),
    [
        ("wait", {"unit": "page"}, ValueError, "unit 'page' is not one of segment, turn, match"),
        ("wait", {"name": "referal"}, UnknownName, "no code is called 'referal'; did you mean 'referrals'"),
        ("absent", {"name": "zzz"}, UnknownName, "no code is called 'zzz'"),
        ("wait zone:x", {}, QueryError, "query 'wait zone:x', character 6: no attribute is called 'zone'"),
        ("role:participant", {"unit": "match"}, QueryError, "it names no words to show"),
    ],
)  # fmt: skip
def test_what_cannot_be_coded_is_refused_and_nothing_kept(study, query, options, error, message):
    with pytest.raises(error) as refused:
        code(study, query, **options)

    assert message in str(refused.value)
    assert study.codings().empty


def test_a_coder_without_a_name_is_refused(study):
    with pytest.raises(ValueError) as refused:
        auto_code(study, "wait", "referrals", coder=" ")

    assert str(refused.value) == "a coding needs the name of its coder"


def test_a_study_without_sources_has_nothing_to_find(project):
    report = code(project, "wait")

    assert (len(report.found), report.added, report.same, report.entry) == (0, 0, 0, None)
    assert kwic(project, "wait").empty
    assert code(project, "wait", unit="match").found.empty


def test_keywords_are_shown_of_the_sources_named(study):
    assert kwic(study, "wait")["source"].tolist() == ["p1", "p1", "p2"]
    assert kwic(study, "wait", sources=["p2"])["match"].tolist() == ["waited"]
    with pytest.raises(UnknownName) as refused:
        kwic(study, "wait", sources=["p9"])
    assert str(refused.value) == "no source is called 'p9'; did you mean 'p2' or 'p1'?"


def test_stretches_that_are_none_are_refused_and_nothing_kept(study):
    with pytest.raises(ValueError) as refused:
        study.add_codings([("p1", 0, 4), ("p1", 5, 9999)], code="referrals", coder="A", why="x")

    assert str(refused.value) == f"p1: 5 to 9999 is no stretch of its {len(P1)} characters"
    with pytest.raises(UnknownName, match="no source is called 'p9'"):
        study.add_codings([("p9", 0, 4)], code="referrals", coder="A", why="x")
    assert study.codings().empty


def test_a_stretch_given_twice_is_coded_once(study):
    report = study.add_codings([("p1", 0, 4)] * 2, code="referrals", coder="A", why="x")

    assert (report.added, report.same) == (1, 0)
