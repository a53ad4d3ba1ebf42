"""Memos and sets: kept, changed, removed with what they are about, taken back."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from qualkit.errors import ConflictError, UnknownName
from qualkit.model import Code
from qualkit.store import schema

BOOK = "evaluation-topics"
CODE, OTHER = "communication", "knowledge"


@pytest.fixture
def study(project, write):
    project.add_sources([write("p1.txt", "P1: They listened.\n"), write("p2.txt", "P2: No.\n")])
    return project


def memos(study):
    return study.memos()[["about", "of", "title", "text", "author"]].to_numpy().tolist()


def sets(study):
    table = study.collections()[["name", "description", "kind", "member"]]
    return table.to_numpy().tolist()


def test_a_memo_is_about_the_study_or_one_source_case_or_code(study):
    study.add_memo("On all.", title=" Plan ")
    study.add_memo("On it.", source="p1")
    study.add_memo("On them.", case="p1")
    study.add_memo("", title="Too wide?", code=CODE)

    assert sorted(memos(study)) == [
        ["case", "p1", "", "On them.", "tester"],
        ["code", f"{BOOK}/{CODE}", "Too wide?", "", "tester"],
        ["source", "p1", "", "On it.", "tester"],
        ["study", "", "Plan", "On all.", "tester"],
    ]


@pytest.mark.parametrize(
    ("text", "about", "error", "message"),
    [
        (" ", {}, ValueError, "a memo needs words, or at least a title"),
        ("x", {"source": "p1", "code": CODE}, ValueError,
         "a memo is about one thing, not about source and code"),
        ("x\0", {}, ValueError, "the memo has a character that no text can hold"),
        ("x", {"source": "p3"}, UnknownName, "no source is called 'p3'"),
        ("x", {"case": "p3"}, UnknownName, "no case is called 'p3'"),
        ("x", {"code": "p3"}, UnknownName, "no code is called 'p3'"),
    ],
)  # fmt: skip
def test_what_can_be_no_memo_is_refused_and_nothing_is_kept(study, text, about, error, message):
    with pytest.raises(error, match=message):
        study.add_memo(text, **about)

    assert study.memos().empty


def test_a_memo_is_worded_anew_unless_somebody_else_was_quicker(study):
    made = study.add_memo("One.", title="T")
    study.set_memo(made, text="Two.", version=1)

    assert memos(study) == [["study", "", "T", "Two.", "tester"]]
    assert study.set_memo(made, text="Two.") is None
    with pytest.raises(ConflictError, match="this memo was changed by somebody else"):
        study.set_memo(made, text="Three.", version=1)
    with pytest.raises(ValueError, match="a memo needs words"):
        study.set_memo(made, title="", text="")


def test_every_change_of_memos_and_sets_can_be_taken_back(study):
    made = study.add_memo("One.")
    study.set_memo(made, text="Two.")
    study.add_collection("Kept", sources=["p1"], codes=[CODE], memos=[made], description="Why")
    before = memos(study), sets(study)
    removed = study.remove_memo(made)
    assert sets(study) == [
        ["Kept", "Why", "source", "p1"],
        ["Kept", "Why", "code", f"{BOOK}/{CODE}"],
    ]

    study.undo(removed)
    assert (memos(study), sets(study)) == before
    gone = study.remove_collection("Kept")
    assert sets(study) == []
    study.undo(gone)
    assert (memos(study), sets(study)) == before
    study.undo(removed - 2)
    assert memos(study)[0][3] == "One."
    with pytest.raises(ConflictError, match="a place in a set has come to hang on what it added"):
        study.undo(removed - 3)
    assert study.check().problems == ()


def test_a_source_takes_its_memos_and_places_in_sets_along(study):
    study.add_memo("Gone.", source="p1")
    study.add_memo("Kept.", case="p1")
    study.add_collection("Two", sources=["p1", "p2", "p1"])

    study.remove_source("p1")

    assert memos(study) == [["case", "p1", "", "Kept.", "tester"]]  # as a cell summary would be
    assert sets(study) == [["Two", "", "source", "p2"]]


def test_a_code_takes_its_memos_along_and_undo_brings_both_back(study):
    study.add_code(BOOK, Code("new", "New"))
    made = study.add_memo("Mine.", code="new")
    study.add_collection("One", codes=["new"], memos=[made])
    before = memos(study), sets(study)

    entry = study.remove_code(BOOK, "new")
    assert (memos(study), sets(study)) == ([], [["One", "", "", ""]])
    study.undo(entry)

    assert (memos(study), sets(study)) == before
    assert study.check().problems == ()


def test_merged_codes_keep_the_memos_of_both_and_one_place_in_a_set(study):
    study.add_memo("Old.", code=OTHER)
    study.add_memo("New.", code=CODE)
    study.add_collection("Both", codes=[CODE, OTHER])
    study.add_collection("One", codes=[OTHER])
    before = memos(study), sets(study)

    entry = study.merge_codes(BOOK, OTHER, CODE).entry

    stays = f"{BOOK}/{CODE}"
    assert {(row[1], row[3]) for row in memos(study)} == {(stays, "Old."), (stays, "New.")}
    assert sets(study) == [["Both", "", "code", stays], ["One", "", "code", stays]]
    assert study.check().problems == ()
    study.undo(entry)
    assert (sorted(memos(study)), sets(study)) == (sorted(before[0]), before[1])


def test_sets_have_names_of_their_own_and_known_members(study):
    study.add_collection("One")

    with pytest.raises(ConflictError, match="there is a set called 'One' already"):
        study.add_collection("One")
    with pytest.raises(ValueError, match="is no line of 1 to 200 letters"):
        study.add_collection(" ")
    for members in ({"sources": ["p9"]}, {"codes": ["p9"]}, {"memos": ["p9"]}):
        with pytest.raises(UnknownName, match="'p9'"):
            study.add_collection("Two", **members)
    with pytest.raises(UnknownName, match="no set is called 'Two'; known are One"):
        study.remove_collection("Two")


def test_who_codes_blind_sees_no_memo_of_others_there(study):
    for about in ({"source": "p1"}, {"case": "p1"}, {"source": "p2"}, {}):
        study.add_memo("Theirs.", **about)
    hidden = study.memos()["memo"].tolist()
    study.add_collection("All", memos=hidden)
    study.assign(["p1"], ["Ann"])
    study.user = "Ann"
    mine = study.add_memo("Mine.", source="p1")

    seen = {(row[0], row[1], row[3]) for row in memos(study)}
    assert seen == {
        ("source", "p2", "Theirs."),
        ("study", "", "Theirs."),
        ("source", "p1", "Mine."),
    }
    assert len(study.collections()) == 2
    study.set_memo(mine, text="Still mine.")
    unseen = set(hidden) - set(study.memos()["memo"])
    for one in unseen:
        with pytest.raises(UnknownName):
            study.remove_memo(one)
    assert len(unseen) == 2


def test_a_memo_that_was_changed_outside_is_found(study):
    made = study.add_memo("One.")
    with study._store.engine.begin() as connection:
        connection.execute(update(schema.memo).values(text="Two."))

    (problem,) = study.check().problems
    assert (problem.kind, problem.where) == ("memo", f"memo {made}")
