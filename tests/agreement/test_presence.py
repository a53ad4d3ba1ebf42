"""Who counts where: coders who coded there or are done with it, within what they were assigned."""

from __future__ import annotations

import pytest

from qualkit.agreement.presence import presence
from qualkit.errors import TableError
from tests.agreement.studies import assigned, coded, heard, turns

BOTH = coded(("p1", 0, 9, "time", "Ann"), ("p1", 0, 9, "time", "Bo"), ("p2", 0, 9, "time", "Ann"))
TWO = heard("p1", "p2")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ("Ann",)),
        ([("p2", "Bo", "open")], ("Ann",)),
        ([("p2", "Bo", "done")], ("Ann", "Bo")),
        ([("p2", "Cy", "done")], ("Ann",)),  # never used the codebook
        ([("p2", "Bo", "done", 0, 50)], ("Ann", "Bo")),
        ([("p2", "Bo", "done", None, None, "test")], ("Ann",)),
        ([("p2", "Ann", "open", None, None, "test")], ()),
    ],
)
def test_present_is_who_coded_there_or_is_done_with_it(rows, expected):
    assert presence(BOTH, assigned(*rows), TWO).coders("p2", "b") == expected


def test_who_is_tested_is_present_where_that_is_asked_for():
    tests = assigned(("p1", "Bo", "done", None, None, "test"))

    assert presence(BOTH, tests, TWO).coders("p1", "b") == ("Ann",)
    assert presence(BOTH, tests, TWO, test="Bo").coders("p1", "b") == ("Ann", "Bo")


def test_a_codebook_that_a_coder_did_not_use_there_says_nothing_of_them():
    codings = coded(("p1", 0, 9, "time", "Ann"), ("p1", 0, 9, "roles", "Bo"))

    found = presence(codings, None, TWO)

    assert (found.coders("p1", "b"), found.coders("p1", "r")) == (("Ann",), ("Bo",))
    assert presence(codings, None, TWO, codebooks=["r"]).coders("p1", "b") == ()


def test_what_interviewers_say_is_left_out_and_touching_turns_are_one():
    said = turns(
        ("p1", "interviewer", 0, 10), ("p1", "participant", 10, 20), ("p1", "unknown", 20, 30),
        ("p1", "participant", 31, 40),
    )  # fmt: skip

    assert presence(BOTH, None, said).stretches("p1", "Ann") == [(10, 30), (31, 40)]
    assert presence(BOTH, None, said, interviewer=True).stretches("p1", "Ann") == [
        (0, 30),
        (31, 40),
    ]


def test_assigned_spans_count_once_done_or_coded_in():
    spans = assigned(
        ("p1", "Bo", "done", 40, 60), ("p1", "Bo", "open", 0, 20), ("p1", "Bo", "open", 70, 80)
    )

    found = presence(BOTH, spans, TWO)

    assert found.stretches("p1", "Bo") == [(0, 20), (40, 60)]
    assert found.stretches("p1", "Ann") == [(0, 100)]


def test_who_is_not_done_has_read_to_the_end_of_the_turn_of_the_last_coding():
    said = turns(*(("p1", "participant", at, at + 9) for at in (0, 10, 20)))
    codings = coded(("p1", 1, 3, "time", "Ann"), ("p1", 11, 14, "time", "Bo"))

    found = presence(codings, assigned(("p1", "Bo", "open"), ("p1", "Ann", "done")), said)

    assert found.stretches("p1", "Bo") == [(0, 9), (10, 19)]
    assert found.stretches("p1", "Ann") == [(0, 9), (10, 19), (20, 29)]
    assert found.notes == (
        "1 assignment is begun and not done; what stands after the last coding there is left out "
        "(p1)",
    )


def test_assignments_without_a_column_are_refused():
    with pytest.raises(TableError, match=r"assignments: it has no column \['status'\]"):
        presence(BOTH, assigned().drop(columns="status"), TWO)


def test_nobody_is_present_in_an_empty_study():
    found = presence(coded(), None, heard())

    assert (found.coders("p1", "b"), found.stretches("p1", "Ann")) == ((), [])
