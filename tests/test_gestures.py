"""Gestures of the interface: each stored once, in order, and nothing taken on trust."""

from __future__ import annotations

import multiprocessing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualkit.errors import StoreError
from qualkit.gestures import Outcome, perform
from qualkit.model import new_id
from qualkit.project import Project

P1 = "Interviewer: How was it? 😀\nP1: The staff listened. It was fine.\n"
CARE = (31, 50)  # The staff listened.
CODING = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def study(project, write):
    project.add_sources([write("p1.txt", P1)])
    project.user = "Ann"
    return project


def code_of(study, name="communication"):
    return next(b.code(name).guid for b in study.codebooks() if name in {c.id for c in b.codes})


def coded(study, **fields):
    """A gesture that codes; fields of value ... are left out."""
    made = {
        "id": new_id(), "kind": "code", "source": study.source("p1").id, "start": CARE[0],
        "end": CARE[1], "code": code_of(study), "coding": CODING, **fields,
    }  # fmt: skip
    return {name: value for name, value in made.items() if value is not ...}


def does(kind, **fields):
    return {"id": new_id(), "kind": kind, **fields}


def one(study, gesture):
    (outcome,) = perform(study, [gesture], coder="Ann")
    return outcome


def entries(study):
    return len(study.log())


def rows(study):
    columns = ["text", "code", "coder", "stance", "rating", "memo"]
    table = study.codings()[columns].astype(object)
    return table.where(table.notna(), None).to_numpy().tolist()


@pytest.fixture
def proposed(study):
    """The id of one open suggestion, of the code communication on "It was fine."."""
    suggestion = {
        "source": "p1", "start": 51, "end": 63, "text": "It was fine.", "confidence": 0.9,
        "codebook": "evaluation-topics", "code": "communication", "method": "learned",
        "stance": "positive", "model": "m",
        "reasons": {"cues": ["fine"], "words": ["fine", "was"], "alike": [{"source": "p1"}]},
    }  # fmt: skip
    study.keep_suggestions([suggestion], methods=["learned"])
    return study.suggestions()["suggestion"][0]


# What they do -------------------------------------------------------------------------------


def test_a_selection_is_coded_with_the_id_that_the_browser_gave_it(study):
    gesture = coded(study, stance="positive", memo="odd 😀")

    outcome = one(study, gesture)

    assert outcome == Outcome(gesture["id"], "done", entries(study), "")
    assert study.codings()["coding"].tolist() == [CODING]
    assert rows(study) == [
        ["The staff listened.", "communication", "Ann", "positive", None, "odd 😀"]
    ]


def test_a_change_gives_only_what_it_names(study):
    one(study, coded(study, stance="positive", memo="odd"))

    change = does("change", coding=CODING, version=1, start=35, end=40, memo="")
    recoded = does(
        "change", coding=CODING, version=2, code=code_of(study, "referrals"), stance=None
    )
    outcomes = perform(study, [change, recoded], coder="Ann")

    assert [outcome.outcome for outcome in outcomes] == ["done", "done"]
    assert rows(study) == [["staff", "referrals", "Ann", None, None, ""]]
    assert study.check().problems == ()


def test_a_coding_is_removed(study):
    one(study, coded(study))

    assert one(study, does("remove", coding=CODING)).outcome == "done"

    assert study.codings().empty


def test_an_accepted_suggestion_becomes_a_coding(study, proposed):
    one(study, does("accept", suggestion=proposed))

    assert rows(study) == [["It was fine.", "communication", "Ann", "positive", None, ""]]
    assert study.suggestions(status="accepted")["decider"].tolist() == ["Ann"]


def test_a_rejected_suggestion_is_open_no_more(study, proposed):
    one(study, does("reject", suggestion=proposed))

    assert study.suggestions(status="rejected")["suggestion"].tolist() == [proposed]


def test_accepting_with_another_code_rejects_and_codes_in_one_change(study, proposed):
    before = entries(study)
    accept = does("accept", suggestion=proposed, code=code_of(study, "referrals"))

    outcome = one(study, accept)

    assert outcome.entry == entries(study) == before + 1
    assert rows(study) == [["It was fine.", "referrals", "Ann", None, None, ""]]
    assert study.suggestions(status="rejected")["suggestion"].tolist() == [proposed]
    one(study, does("undo", of=accept["id"]))
    assert study.codings().empty
    assert study.suggestions()["suggestion"].tolist() == [proposed]


def test_accepting_with_the_very_code_that_is_proposed_is_accepting(study, proposed):
    one(study, does("accept", suggestion=proposed, code=code_of(study)))

    assert study.suggestions(status="accepted")["suggestion"].tolist() == [proposed]
    assert [row[1] for row in rows(study)] == ["communication"]


def test_accepting_with_a_code_that_stands_there_already_only_rejects(study, proposed):
    study.add_coding("p1", (51, 63), "referrals", coder="Ann")

    one(study, does("accept", suggestion=proposed, code=code_of(study, "referrals")))

    assert len(rows(study)) == 1
    assert study.suggestions(status="rejected")["suggestion"].tolist() == [proposed]


@pytest.mark.parametrize(
    "second",
    [
        {"kind": "change", "version": 1, "start": 35, "end": 40, "stance": "mixed", "memo": "new"},
        {"kind": "remove"},
    ],
    ids=lambda fields: fields["kind"],
)
def test_an_undo_gives_back_what_was_and_the_undo_of_an_undo_does_it_again(study, second):
    one(study, coded(study, stance="positive", memo="odd"))
    before = rows(study)
    gesture = does(coding=CODING, **second)
    one(study, gesture)
    after = rows(study)

    undo = does("undo", of=gesture["id"])
    one(study, undo)
    undone = rows(study)
    one(study, does("undo", of=undo["id"]))

    assert (undone, rows(study)) == (before, after)
    assert study.check().problems == ()


# Once, and in order -------------------------------------------------------------------------


def test_a_gesture_that_comes_again_changes_nothing(study):
    gesture = coded(study)
    first = one(study, gesture)
    one(study, does("remove", coding=CODING))
    before = entries(study)

    again = one(study, gesture)

    assert again == Outcome(gesture["id"], "again", first.entry, "")
    assert (entries(study), study.codings().empty) == (before, True)


@pytest.mark.parametrize("kind", ["remove", "reject", "change", "accept", "undo"])
def test_what_could_not_be_done_twice_is_again_and_not_refused(study, proposed, kind):
    made = coded(study)
    one(study, made)
    gesture = does(kind, coding=CODING, version=1, memo="x", suggestion=proposed, of=made["id"])

    outcomes = perform(study, [gesture, gesture], coder="Ann")

    assert [outcome.outcome for outcome in outcomes] == ["done", "again"]


def test_what_changes_nothing_is_done_without_an_entry(study):
    one(study, coded(study, memo="odd"))
    gesture = does("change", coding=CODING, version=1, memo="odd")

    assert one(study, gesture) == Outcome(gesture["id"], "done", None, "")
    assert one(study, gesture) == Outcome(gesture["id"], "again", None, "")
    assert study.marks("p1")["version"].tolist() == [1]


def test_one_bad_gesture_among_good_ones_is_refused_alone_and_order_is_kept(study):
    good = coded(study)
    bad = coded(study, start=40, end=40, coding=new_id())
    gone = does("remove", coding=CODING)

    outcomes = perform(study, [good, bad, gone], coder="Ann")

    assert [outcome.outcome for outcome in outcomes] == ["done", "refused", "done"]
    assert outcomes[1].why == "p1: 40 to 40 is no stretch of its 64 characters"


def send(address, gesture, barrier, outcomes):
    with Project.open(address, user="Ann") as study:
        barrier.wait()
        (outcome,) = perform(study, [gesture], coder="Ann")
        outcomes.put((outcome.outcome, outcome.entry))


def test_two_processes_that_send_the_same_at_once_store_it_once(study, address):
    spawn = multiprocessing.get_context("spawn")
    barrier, outcomes = spawn.Barrier(3), spawn.Queue()
    gesture = coded(study)
    arguments = (address, gesture, barrier, outcomes)
    processes = [spawn.Process(target=send, args=arguments) for _ in range(3)]
    for process in processes:
        process.start()
    found = sorted(outcomes.get(timeout=120) for _ in processes)
    for process in processes:
        process.join()

    entry = entries(study)
    assert found == [("again", entry), ("again", entry), ("done", entry)]
    assert study.codings()["coding"].tolist() == [CODING]


def test_whoever_is_slower_by_a_moment_finds_that_it_was_stored(study):
    gesture = coded(study)

    with study.once(gesture["id"]) as slow:
        with Project.open(study.study, user="Ann") as other:
            first = one(other, gesture)
        study.add_coding("p1", CARE, "communication", coder="Ann", coding_id=CODING)

    assert (slow.again, slow.entry) == (True, first.entry)
    assert len(rows(study)) == 1


def test_one_gesture_is_one_change(study):
    def twice():
        with study.once(new_id()):
            study.add_coder("Bo")
            study.add_coder("Cy")

    with pytest.raises(RuntimeError, match="makes a second change"):
        twice()


def test_a_study_that_cannot_be_written_to_refuses_no_gesture(study, monkeypatch):
    monkeypatch.setattr(type(study._store), "read_only", True)

    with pytest.raises(StoreError, match="read-only"):
        one(study, coded(study))


# Nothing on trust ---------------------------------------------------------------------------

GUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"id": ...}, "'None' is not a GUID in small letters"),
        ({"id": 7}, "'7' is not a GUID in small letters"),
        ({"kind": ["code"]}, "\"['code']\" is no kind of gesture"),
        ({"kind": "drop"}, "'drop' is no kind of gesture"),
        ({"source": "p1"}, "'p1' is not a GUID in small letters"),
        ({"source": GUID}, "this source is no longer in the study; somebody removed it"),
        ({"code": GUID}, "this code is no longer in the study; somebody removed it"),
        ({"coding": GUID.upper()}, f"'{GUID.upper()}' is not a GUID in small letters"),
        ({"start": "32"}, "start '32' is not a whole number"),
        ({"start": 32.0}, "start 32.0 is not a whole number"),
        ({"start": True}, "start True is not a whole number"),
        ({"start": -1}, "start -1 is not from 0 to 2147483647"),
        ({"end": 2**40}, "end 1099511627776 is not from 1 to 2147483647"),
        ({"end": 66}, "p1: 31 to 66 is no stretch of its 64 characters"),
        ({"end": ...}, "end None is not a whole number"),
        ({"stance": "glad"}, "stance 'glad' is not one of positive, negative, mixed, neutral"),
        ({"stance": {}}, "stance '{}' is not one of positive, negative, mixed, neutral"),
        ({"rating": 3}, "code 'communication' takes no rating, but '3' is given"),
        ({"rating": "3"}, "rating '3' is not a whole number"),
        ({"memo": ["x"]}, "a memo is a text"),
        ({"memo": "a\0b"}, "the memo has a character that no text can hold ('\\x00')"),
        ({"memo": "\ud83d"}, "the memo has a character that no text can hold ('\\ud83d')"),
        ({"memo": "x" * 20_001}, "the memo of 20,001 characters is too long; 20,000 fit"),
    ],
)
def test_a_field_that_cannot_be_is_refused_with_the_reason(study, fields, why):
    before = entries(study)

    outcome = one(study, coded(study, **fields))

    assert (outcome.outcome, outcome.why) == ("refused", why)
    assert entries(study) == before


@pytest.mark.parametrize("gesture", [None, 7, "code", [], {}])
def test_what_is_no_gesture_at_all_is_refused(study, gesture):
    assert one(study, gesture).outcome == "refused"


@pytest.mark.parametrize(
    ("gesture", "why"),
    [
        (
            {"kind": "change", "coding": CODING, "version": 2, "memo": "x"},
            "this coding was changed by somebody else since it was read; look at it again, then "
            "repeat the change",
        ),
        ({"kind": "change", "coding": CODING, "memo": "x"}, "version None is not a whole number"),
        (
            {"kind": "change", "coding": GUID, "version": 1, "memo": "x"},
            "this coding is gone; somebody removed it",
        ),
        ({"kind": "remove", "coding": GUID},
         "this coding is no longer in the study; somebody removed it"),
        ({"kind": "accept", "suggestion": GUID},
         "there is no suggestion; it was made anew or removed"),
        ({"kind": "undo", "of": GUID}, "there is nothing to take back; the step was not stored"),
    ],
)  # fmt: skip
def test_what_is_no_longer_there_is_told_in_words(study, gesture, why):
    one(study, coded(study))

    outcome = one(study, {"id": new_id(), **gesture})

    assert (outcome.outcome, outcome.why) == ("refused", why)


def test_the_same_words_with_the_same_code_are_not_coded_twice(study):
    one(study, coded(study))

    twin = one(study, coded(study, coding=new_id()))
    taken = one(study, coded(study, start=36))

    assert twin.why == "Ann has coded these words of p1 with communication already"
    assert taken.why == "a coding of this id is there already"


def test_a_suggestion_that_was_decided_meanwhile_is_told_in_words(study, proposed):
    study.reject([proposed], coder="Bo")

    outcome = one(study, does("accept", suggestion=proposed))

    assert outcome.why == "suggestion is rejected already; list the open ones again"


def test_a_coder_without_the_right_is_refused_in_words(study):
    study.add_coder("Ann", role="reader")
    study.add_coder("Sue", role="supervisor")

    outcome = one(study, coded(study))

    assert outcome.why == (
        "Ann is a reader in this study and may not add coding; a supervisor can give another role "
        "(Settings, or 'qualkit coder set')"
    )


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=40),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.none(), max_size=1),
    st.just(CODING), st.just(GUID),
)  # fmt: skip
FIELDS = ("source", "start", "end", "code", "coding", "version", "stance", "rating", "memo",
          "suggestion", "of")  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["code", "change", "remove", "accept", "reject", "undo"]),
    fields=st.dictionaries(st.sampled_from(FIELDS), VALUES),
)
def test_whatever_a_browser_sends_nothing_is_raised(study, kind, fields):
    outcome = one(study, {"id": new_id(), "kind": kind, **fields})

    assert outcome.outcome in {"done", "refused"}
    assert study.check().problems == ()
