"""Evidence: one row a source, with what its codings or a person's summary of it say."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.errors import TableError, UnknownName
from qualkit.tables import COLUMNS
from qualkit.triangulate import (
    EVIDENCE_COLUMNS,
    evidence,
    evidence_by_theme,
    interview_state,
    only_before,
)
from tests.compare.material import CASES, CODES, SOURCES, coded

CODED = CODES.reindex(columns=COLUMNS["codes"])
PEOPLE = SOURCES.reindex(columns=[*COLUMNS["sources"], "wave"]).assign(
    stakeholder_type=pd.Series(["Head", "Nurse", " ", None, "Head"]),
    date=[f"2026-01-0{n}" for n in range(1, 6)],
)
SPOKEN = coded(
    ("s1", 0, 9, "staff.in", "Ann", "positive"),
    ("s1", 20, 29, "staff.out", "Bob", "positive"),
    ("s2", 0, 9, "staff", "Ann", "positive"),
    ("s2", 20, 29, "staff.in", "Ann", "negative"),
    ("s3", 0, 9, "staff", "Ann", None),
    ("s4", 0, 9, "staff", "Ann", "neutral"),
    ("s4", 20, 29, "staff", "Ann", None),
    ("s5", 0, 9, "time", "Ann", "negative"),
)


def found(codings=SPOKEN, theme="staff", **more):
    return evidence(codings, PEOPLE, CODED, theme=theme, **more)


def summary(source="s2", stance="negative", theme="staff", *, draft=False):
    row = {"source": source, "codebook": "b", "theme": theme, "stance": stance, "draft": draft}
    return pd.DataFrame([row], columns=COLUMNS["summaries"])


def test_a_source_is_one_row_with_all_that_lies_below_the_theme():
    made = found()

    assert tuple(made.columns) == EVIDENCE_COLUMNS
    assert made[["source", "area", "type", "stance", "codings"]].values.tolist() == [
        ["s1", "North", "Head", "improved", 2],
        ["s2", "North", "Nurse", "mixed", 2],
        ["s3", "South", "", "", 1],
        ["s4", "South", "", "unchanged", 2],
    ]
    assert made["quotes"].tolist() == [["k0", "k1"], ["k2", "k3"], ["k4"], ["k5", "k6"]]
    assert made["stance_of"].tolist() == ["codings", "codings", "", "codings"]
    assert set(made["strand"]) == {"interviews"}


@pytest.mark.parametrize("theme", ["staff.in", "b/staff.in", ("b", "staff.in")])
def test_a_code_alone_can_be_the_theme(theme):
    assert found(theme=theme)["source"].tolist() == ["s1", "s2"]


@pytest.mark.parametrize(
    ("told", "stance"),
    [(summary(), "worsened"), (summary(draft=True), "mixed"), (summary(stance=None), "mixed"),
     (summary(source=None), "mixed"), (summary(theme="time"), "mixed"),
     (pd.concat([summary(), summary(stance="positive")]), "mixed")],
)  # fmt: skip
def test_the_stance_of_a_persons_summary_of_a_source_is_taken(told, stance):
    made = found(summaries=told).set_index("source")

    assert made.loc["s2", "stance"] == stance
    assert made.loc["s1", "stance"] == "improved"


def test_another_segment_of_a_source_that_says_the_same_adds_no_source():
    one, again = (
        found(),
        found(pd.concat([SPOKEN, SPOKEN[:1].assign(coding="k9", start=40, end=49)])),
    )

    assert again["codings"].tolist() == [3, 2, 1, 2]
    state, as_before = interview_state(again), interview_state(one)
    assert (state.state, state.inputs) == (as_before.state, as_before.inputs)


def test_an_interviewers_words_are_no_evidence():
    made = found(SPOKEN.assign(speaker_role=["interviewer", "participant"] * 4))

    assert made[["source", "codings"]].values.tolist() == [["s1", 1], ["s2", 1], ["s4", 1]]


def test_many_themes_at_once_are_as_each_by_itself():
    made = evidence_by_theme(SPOKEN, PEOPLE, CODED, themes=["staff", ("b", "time")])

    assert list(made) == ["staff", ("b", "time")]
    for theme, one in made.items():
        pd.testing.assert_frame_equal(one, found(theme=theme))


def test_areas_and_types_may_be_other_attributes_and_those_of_cases():
    made = found(cases=CASES, area="area", kind="wave")

    assert made[["area", "type"]].values.tolist() == [
        ["A", "early"], ["A", "late"], ["B", ""], ["B", "early"],
    ]  # fmt: skip


def test_a_source_may_be_of_another_strand():
    people = PEOPLE.assign(strand=pd.Series(["workshop", "", None, "documents", ""]))

    made = evidence(SPOKEN, people, CODED, theme="staff")

    assert made["strand"].tolist() == ["workshop", "interviews", "interviews", "documents"]


def test_types_are_not_known_where_no_source_has_any():
    bare = PEOPLE.drop(columns=["stakeholder_type", "date"])

    made = evidence(SPOKEN, bare, CODED, theme="staff")

    assert set(made["type"]) == set(made["date"]) == {""}


def test_evidence_becomes_a_state_with_its_quotes():
    made = interview_state(found())

    assert made.counts == {"improved": 1, "worsened": 0, "unchanged": 1, "mixed": 1, "none": 1}
    assert (made.state, made.areas, made.types) == ("mixed", 2, ("Head", "Nurse"))
    assert made.quotes["s4"] == ("k5", "k6")


@pytest.mark.parametrize(
    ("theme", "date", "before"),
    [("staff", "2026-01-05", True), ("staff", "2026-01-04", False), ("time", "2026-01-06", True),
     ("staff.out", "", False)],
)  # fmt: skip
def test_evidence_is_before_the_follow_up_where_all_of_it_is(theme, date, before):
    assert only_before(found(theme=theme), date) is before


@pytest.mark.parametrize(
    ("date", "before"),
    [("2026-02", True), ("2025", True), ("2026-03", False), ("2026", False), ("2026-03-14", True),
     ("2026-03-15", False)],
)  # fmt: skip
def test_a_month_is_before_a_day_only_where_all_of_it_is(date, before):
    assert only_before(found().assign(date=date), "2026-03-15") is before


def test_a_date_that_is_not_known_is_not_taken_to_be_before():
    assert not only_before(found().assign(date=""), "2026-01-05")
    assert not only_before(found(SPOKEN[:0]), "2026-01-05")


def test_an_empty_study_gives_the_columns_alone():
    made = found(SPOKEN[:0])

    assert (len(made), tuple(made.columns)) == (0, EVIDENCE_COLUMNS)
    assert interview_state(made).state == "silent"


def test_what_the_study_does_not_have_is_refused():
    with pytest.raises(UnknownName, match="no code is called 'stafff'; did you mean"):
        found(theme="stafff")
    with pytest.raises(UnknownName, match="no attribute of sources is called 'region'"):
        found(area="region")
    with pytest.raises(TableError, match="codings: its source 's9' is not among the sources"):
        found(SPOKEN.assign(source="s9"))
    with pytest.raises(TableError, match="codings: it has no column"):
        found(SPOKEN.drop(columns="stance"))
