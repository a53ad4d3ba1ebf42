"""A study changed bit by bit, as its pages do: one coding, what a source shows, a few values."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from qualkit.errors import BatchError, ConflictError, UnknownName
from qualkit.store.keep import KEEP

P1 = "Interviewer: How was it? 😀\nP1: The staff listened. It was fine.\n"
P2 = "I: And you?\nR: We waited for months.\n"
CODING = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def study(project, write):
    project.add_sources([write("p1.txt", P1), write("p2.txt", P2)])
    return project


@pytest.fixture
def rated(study):
    """A study with one coding of a code that takes a rating."""
    study.add_coding(
        "p1", (31, 50), "cascade.roles", coder="Ann", stance="mixed", rating=2, memo="odd",
        coding_id=CODING,
    )  # fmt: skip
    return study


def coding(study):
    row = study.codings().iloc[0]
    values = {n: row[n] for n in ("text", "code", "coder", "stance", "rating", "memo")}
    return {name: value for name, value in values.items() if not pd.isna(value)}


# One coding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "becomes"),
    [
        ({"memo": "even 😀"}, {"memo": "even 😀"}),
        ({"memo": ""}, {"memo": ""}),
        ({"span": (35, 40)}, {"text": "staff"}),
        ({"stance": "positive"}, {"stance": "positive"}),
        ({"rating": 3}, {"rating": 3}),
        ({"code": "cascade/cascade.roles"}, {}),
        ({"stance": KEEP, "rating": KEEP}, {}),
    ],
)
def test_a_coding_gets_what_is_given_and_keeps_the_rest(rated, given, becomes):
    before = coding(rated)

    rated.set_coding(CODING, **given)

    assert coding(rated) == {**before, **becomes}
    assert rated.check().problems == ()


@pytest.mark.parametrize("name", ["stance", "rating"])
def test_none_takes_a_stance_or_rating_away(rated, name):
    before = coding(rated)

    rated.set_coding(CODING, **{name: None})

    assert coding(rated) == {key: value for key, value in before.items() if key != name}


def test_a_rating_goes_with_the_code_that_had_its_scale(rated):
    made = rated.set_coding(CODING, code="communication")

    assert made.rating is None
    assert coding(rated) == {
        "text": "The staff listened.", "code": "communication", "coder": "Ann", "stance": "mixed",
        "memo": "odd",
    }  # fmt: skip


def test_a_change_is_one_entry_that_says_what_and_can_be_undone(rated):
    before = coding(rated)
    rated.set_coding(CODING, span=(35, 40), stance=None, code="communication")
    entry = rated.log().iloc[-1]

    rated.undo(int(entry["entry"]))

    assert (entry["action"], entry["what"]) == ("set coding", "p1: cascade.roles by Ann")
    assert coding(rated) == before
    assert rated.check().problems == ()


def test_a_version_that_moved_on_is_a_conflict(rated):
    rated.set_coding(CODING, version=1, memo="first")

    with pytest.raises(ConflictError) as refused:
        rated.set_coding(CODING, version=1, memo="second")

    assert str(refused.value) == (
        "this coding was changed by somebody else since it was read; look at it again, then repeat "
        "the change"
    )
    assert coding(rated)["memo"] == "first"


def test_nothing_new_is_no_change(rated):
    entries = len(rated.log())

    rated.set_coding(CODING, version=1, memo="odd", rating=2)

    assert len(rated.log()) == entries


def test_a_coding_cannot_become_one_that_is_there(rated):
    rated.add_coding("p1", (31, 50), "communication", coder="Ann")

    with pytest.raises(ConflictError) as refused:
        rated.set_coding(CODING, code="communication")

    assert str(refused.value) == "these words have the same code by the same coder already"


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"span": (40, 40)}, ValueError, "p1: 40 to 40 is no stretch of its 64 characters"),
        ({"span": ("1", 4)}, ValueError, "start '1' is not a whole number"),
        ({"stance": "glad"}, ValueError,
         "stance 'glad' is not one of positive, negative, mixed, neutral"),
        ({"rating": 9}, ValueError,
         "rating 9 is not on the scale of 'cascade.roles'; it has 0, 1, 2, 3"),
        ({"code": "communication", "rating": 2}, ValueError,
         "code 'communication' takes no rating, but '2' is given"),
        ({"code": "communicatio"}, UnknownName,
         "no code is called 'communicatio'; did you mean 'communication' or "
         "'communication.contact' or 'communication.feedback'?"),
    ],
)  # fmt: skip
def test_what_no_coding_can_be_is_refused(rated, given, kind, message):
    before = coding(rated)

    with pytest.raises(kind) as refused:
        rated.set_coding(CODING, **given)

    assert str(refused.value).replace("'9'", "9") == message
    assert coding(rated) == before


def test_a_coding_that_is_gone_is_told(study):
    with pytest.raises(ConflictError, match="this coding is gone; somebody removed it"):
        study.set_coding(CODING, memo="x")


def test_source_and_code_may_be_named_by_their_ids(study):
    code = study.codebooks()[0].code("communication")

    study.add_coding(study.source("p1").id, (31, 50), code.guid, coder="Ann")

    assert coding(study)["code"] == "communication"
    assert study.log().iloc[-1]["what"] == "p1: communication by Ann"


# What a source shows ---------------------------------------------------------------------------


def test_marks_are_the_codings_and_open_suggestions_of_one_source(rated):
    rated.add_coding("p2", (15, 36), "communication", coder="Bo")
    suggestions = [
        {"source": source, "start": start, "end": start + 4, "text": text, "confidence": 0.5,
         "codebook": "evaluation-topics", "code": "communication", "method": "learned",
         "model": "m", "reasons": {"cues": ["a cue"], "words": ["w", "a cue"], "alike": [{}]}}
        for source, start, text in (("p1", 51, "It w"), ("p1", 31, "The "), ("p2", 15, "We w"))
    ]  # fmt: skip
    rated.keep_suggestions(suggestions, methods=["learned"])
    rated.reject(rated.suggestions().query("start == 31")["suggestion"].tolist(), coder="Bo")

    table = rated.marks("p1")

    guids = {code.id: code.guid for book in rated.codebooks() for code in book.codes}
    assert table.drop(columns=["id", "created"]).astype(object).fillna("-").to_dict("records") == [
        {"start": 31, "end": 50, "code": guids["cascade.roles"], "coder": "Ann",
         "stance": "mixed", "rating": 2, "memo": "odd", "version": 1, "kind": "coding",
         "confidence": "-", "method": "-", "reasons": []},
        {"start": 51, "end": 55, "code": guids["communication"], "coder": "-", "stance": "-",
         "rating": "-", "memo": "", "version": 1, "kind": "suggestion", "confidence": 0.5,
         "method": "learned", "reasons": ["a cue", "w"]},
    ]  # fmt: skip
    assert table["id"][0] == CODING


def test_the_version_of_a_mark_is_the_one_to_change_it_by(rated):
    rated.set_coding(CODING, version=1, memo="new")

    assert rated.marks("p1")["version"].tolist() == [2]
    rated.set_coding(CODING, version=2, memo="newer")


def test_a_source_without_marks_has_an_empty_table_and_an_unknown_one_is_refused(study):
    assert study.marks("p2").empty
    with pytest.raises(UnknownName, match="no source is called 'p3'"):
        study.marks("p3")


# A few values ----------------------------------------------------------------------------------


def values(study):
    table = study.sources().set_index("source")
    names = [name for name in ("case", "role", "area") if name in table.columns]
    return table[names].to_dict("index")


def test_values_are_set_changed_and_taken_away_in_one_change(study):
    study.set_values({"p1": {"role": "Nurse", "area": "North"}, "p2": {"role": " Head "}})
    entries = len(study.log())

    changed = study.set_values({"p1": {"role": "", "area": "South"}, "p2": {"role": "Head"}})

    assert changed == 2
    assert len(study.log()) == entries + 1
    assert values(study) == {
        "p1": {"case": "p1", "role": "", "area": "South"},
        "p2": {"case": "p2", "role": "Head", "area": ""},
    }


def test_the_columns_of_attributes_keep_their_order(study):
    study.set_values({"p1": {"role": "Nurse", "area": "North"}})
    study.set_values({"p2": {"area": "South"}, "p1": {"role": "Doctor"}})

    names = [name for name in study.sources().columns if name in {"area", "role"}]
    assert names == ["role", "area"]


def test_a_source_moves_to_another_case_and_back_to_one_of_its_own(study):
    assert study.set_values({"p1": {"case": "North"}, "p2": {"case": "North"}}) == 2
    assert study.cases()["case"].tolist() == ["North"]

    study.set_values({"p1": {"case": ""}})

    assert values(study) == {"p1": {"case": "p1"}, "p2": {"case": "North"}}


def test_values_of_cases_stand_apart(study):
    study.set_values({"p1": {"case": "North"}, "p2": {"case": "North"}})

    assert study.set_case_values({"North": {"area": "Urban"}}) == 1
    assert study.set_case_values({"North": {"area": "Urban"}}) == 0

    assert study.cases().to_dict("records") == [{"case": "North", "sources": 2, "area": "Urban"}]


def test_nothing_new_among_values_is_no_change(study):
    study.set_values({"p1": {"role": "Nurse"}})
    entries = len(study.log())

    assert study.set_values({"p1": {"role": "Nurse", "case": "p1"}, "p2": {"role": ""}}) == 0
    assert len(study.log()) == entries


def test_every_fault_of_values_is_told_and_nothing_is_kept(study):
    with pytest.raises(BatchError) as refused:
        study.set_values({"p1": {"role": "Nurse", " ": "x", "File": "y"}, "p3": {"role": "a\0"}})

    assert refused.value.faults == (
        "no source is called 'p3'",
        "source 'p1', attribute ' ': no attribute can be called so",
        "source 'p1', attribute 'File': no attribute can be called so",
        "source 'p3', attribute 'role': it has a character that no text can hold",
    )
    assert values(study)["p1"] == {"case": "p1"}
    with pytest.raises(BatchError, match="no attribute can be called so"):
        study.set_case_values({"p1": {"case": "North"}})


@pytest.mark.parametrize("attribute", [" source", "case ", "Case"])
def test_an_attribute_that_only_looks_like_a_column_of_its_own_is_refused(study, attribute):
    with pytest.raises(BatchError, match="no attribute can be called so"):
        study.set_values({"p1": {attribute: "x"}})


def test_what_was_known_of_a_case_that_goes_is_in_the_log(study):
    study.set_case_values({"p1": {"area": "Urban"}})
    study.set_values({"p1": {"case": "p2"}})

    before = json.loads(study.log().iloc[-1]["before"])
    assert [(r["name"], r["value"]) for r in before if r["table"] == "case_attribute"] == [
        ("area", "Urban")
    ]


def test_values_are_logged_with_what_was_before(study):
    study.set_values({"p1": {"role": "Nurse"}})
    study.set_values({"p1": {"role": "Head"}})

    entry = study.log().iloc[-1]
    assert (entry["action"], entry["what"]) == ("set values", "1 source")
    assert [row["value"] for row in json.loads(entry["before"])] == ["Nurse"]


def test_a_case_whose_sources_all_get_one_new_name_keeps_what_is_known_of_it(project, write):
    project.add_sources([write("a.txt", "P1: Yes.\n"), write("b.txt", "P2: No.\n")])
    project.set_values({"a": {"case": "Nortmoor"}, "b": {"case": "Nortmoor"}})
    project.set_case_values({"Nortmoor": {"region": "North"}})
    project.set_summary("communication", "They talk.", author="Ann", case="Nortmoor")

    count = project.set_values({"a": {"case": "Northmoor"}, "b": {"case": "Northmoor"}})

    assert count == 2
    assert project.cases()[["case", "region"]].values.tolist() == [["Northmoor", "North"]]
    assert project.summaries()["case"].tolist() == ["Northmoor"]


@pytest.mark.parametrize("moved", [{"a": "New"}, {"a": "New", "b": "Other"}, {"a": "c", "b": "c"}])
def test_a_case_that_is_divided_or_joined_to_another_is_not_renamed(project, write, moved):
    project.add_sources([write(f"{name}.txt", f"P1: Yes, {name}.\n") for name in "abc"])
    project.set_values({"a": {"case": "Old"}, "b": {"case": "Old"}})
    project.set_case_values({"Old": {"region": "North"}})

    project.set_values({name: {"case": case} for name, case in moved.items()})

    cases = project.cases().set_index("case")
    assert set(project.sources()["case"]) >= set(moved.values())
    for case in set(moved.values()):
        assert cases.loc[case].get("region") in {None, ""} or cases.loc[case].isna()["region"]
