"""The page Agreement: passages in context, gestures that settle, packs, what blindness hides."""

from __future__ import annotations

import shutil
import sys
import time

import pandas as pd
import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit.agreement.study import Settings
from qualkit.app import agreement_room as room
from qualkit.app import coding_room, consensus_room, double_room, figures_room, jobs
from qualkit.errors import QualkitError
from qualkit.gestures import perform
from qualkit.model import new_id
from qualkit.project import Project
from qualkit.settling import disagreements_of, progress_of_consensus

BOOK = "evaluation-topics"
ASKED = figures_room.Asked(Settings(draws=0))
FIRST = """Interviewer: How was the start?
Parent: We waited. 😀 We waited eight months. Then they rang. The room was cold.
Interviewer: And now?
"""
SECOND = "Parent: Nobody rang.\n"

pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Ann and Ben coded p1: other ends, another code, one that Ben missed; Ann alone coded p2."""
    folder = tmp_path_factory.mktemp("made")
    path = folder / "s.qualkit"
    for name, text in (("p1", FIRST), ("p2", SECOND)):
        (folder / f"{name}.txt").write_text(text, "utf-8")
    with Project.create(path, codebooks=[BOOK], user="tester") as project:
        project.add_sources([folder / "p1.txt", folder / "p2.txt"])
        code(project, "Ann", "We waited eight months.", "referrals.timeliness")
        code(project, "Ben", "eight months.", "referrals.timeliness", stance="negative")
        code(project, "Ann", "Then they rang.", "communication")
        code(project, "Ben", "Then they rang.", "communication.contact")
        code(project, "Ann", "The room was cold.", "staffing", memo="*Ask* again")
        code(project, "Ann", "Nobody rang.", "communication", source="p2")
    return path


@pytest.fixture
def study(made, tmp_path, monkeypatch):
    """A copy of it that a test may change."""
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return str(shutil.copy(made, tmp_path))


def code(project, coder, words, name, *, source="p1", stance=None, memo=""):
    start = project.source(source).text.index(words)
    project.add_coding(
        source, (start, start + len(words)), f"{BOOK}/{name}", coder=coder, stance=stance, memo=memo
    )


@pytest.fixture
def opened(study):
    with Project.open(study, user="Sue") as project:
        yield project


def shown(study, *, coder="Sue", page="agreement", **said):
    def script(page):
        from importlib import import_module

        import streamlit as st

        st.session_state.setdefault("pages", {})
        import_module(f"qualkit.app.pages.{page}").show()

    made = AppTest.from_function(script, default_timeout=60, kwargs={"page": page})
    made.session_state["study"] = study
    made.session_state["coder"] = coder
    for name, value in said.items():
        made.session_state[name.replace("_", "-")] = value
    made.run()
    assert not made.exception
    return made


def gesture(row, choice, **more):
    return {
        "id": new_id(), "kind": "settle", "disagreement": row["disagreement"], "choice": choice,
        "source": row["source"], "seals": row["seals"], **more,
    }  # fmt: skip


def rows(project):
    return disagreements_of(project).to_dict("records")


# Passages in context --------------------------------------------------------------------------


def test_a_passage_has_its_turns_and_who_coded_what(opened):
    first = room.passages(opened, disagreements_of(opened))[0]

    assert [turn["text"] for turn in first["turns"]] == [
        "How was the start?",
        "We waited. 😀 We waited eight months. Then they rang. The room was cold.",
        "And now?",
    ]
    assert [turn["asks"] for turn in first["turns"]] == [True, False, True]
    assert [(side["coder"], [one["text"] for one in side["codings"]]) for side in first["sides"]] == [
        ("Ann", ["We waited eight months."]), ("Ben", ["eight months."]),
    ]  # fmt: skip
    assert (first["kind"], first["title"]) == ("boundary", "Other ends, another stance")
    assert first["codes"] == [f"{BOOK}/referrals.timeliness"]
    assert first["href"] == f"code?source=p1&start={first['start']}&end={first['end']}"


def test_positions_count_an_emoji_once(opened):
    first = room.passages(opened, disagreements_of(opened))[0]
    turn, coding = first["turns"][1], first["sides"][1]["codings"][0]

    words = turn["text"][coding["start"] - turn["start"] : coding["end"] - turn["start"]]

    assert words == "eight months."


def test_a_long_turn_is_cut_between_words_around_the_passage():
    turn = {"start": 100, "text": "waiting " * 400, "speaker": None, "role": "participant"}

    made = room._turn(turn, 1700, 1707)

    assert (made["begun"], made["ended"]) == (False, False)
    assert (made["start"] - 100) % len("waiting ") == 0
    assert made["text"].startswith("waiting ")
    assert made["text"].endswith("waiting")
    assert 300 < 1700 - made["start"] < 340


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        (room.Wanted(), ["boundary", "other code", "missed"]),
        (room.Wanted(kind="missed"), ["missed"]),
        (room.Wanted(code=f"{BOOK}/communication"), ["other code"]),
        (room.Wanted(source="p2"), []),
        (room.Wanted(coder="Ben"), ["boundary", "other code", "missed"]),
        (room.Wanted(coder="Cy"), []),
    ],
)
def test_disagreements_are_those_that_were_asked_for(opened, wanted, kinds):
    found = room.of_interest(disagreements_of(opened), opened.codes(), wanted)

    assert found["kind"].tolist() == kinds


def test_what_is_settled_leaves_the_list_and_keeps_its_reason(opened):
    row = rows(opened)[0]
    perform(opened, [gesture(row, "both", reason="*Both* are right")], coder="Sue")

    table = disagreements_of(opened)
    (passage,) = room.passages(opened, room.with_status(table, room.SETTLED))

    assert len(room.with_status(table, room.OPEN)) == 2
    decision = passage["decision"]
    assert (decision["choice"], decision["by"], decision["reason"]) == (
        "both", "Sue", "*Both* are right",
    )  # fmt: skip


# Gestures -------------------------------------------------------------------------------------


def test_a_decision_is_stored_once_and_taken_back_by_an_undo(opened):
    sent = gesture(rows(opened)[0], "coder", coder="Ben")

    outcomes = perform(opened, [sent, sent], coder="Sue")
    decided = opened.decisions()
    perform(opened, [{"id": new_id(), "kind": "undo", "of": sent["id"]}], coder="Sue")

    assert [one.outcome for one in outcomes] == ["done", "again"]
    assert decided[["choice", "decider"]].values.tolist() == [["Ben", "Sue"]]
    assert [one["text"] for one in decided["result"][0]] == ["eight months."]
    assert opened.decisions().empty
    assert len(opened.codings()) == 6


def test_an_edited_passage_stands_as_it_was_written(opened):
    row = rows(opened)[2]
    edit = [{"code": f"{BOOK}/staffing.in-school", "start": row["start"], "end": row["end"],
             "stance": "negative", "rating": None, "memo": ""}]  # fmt: skip

    (outcome,) = perform(opened, [gesture(row, "edit", edit=edit)], coder="Sue")

    assert outcome.outcome == "done"
    result = opened.decisions()["result"][0]
    assert [(one["code"], one["text"], one["stance"]) for one in result] == [
        ("staffing.in-school", "The room was cold.", "negative")
    ]


def test_who_comes_second_is_told_who_was_first(opened):
    row = rows(opened)[0]
    perform(opened, [gesture(row, "coder", coder="Ann")], coder="Sue")

    (outcome,) = perform(opened, [gesture(row, "neither")], coder="Uma")

    assert outcome.outcome == "refused"
    assert outcome.why.startswith("Sue has settled this already (Ann, ")


def test_a_withdrawn_decision_leaves_the_passage_open(opened):
    row = rows(opened)[0]
    perform(opened, [gesture(row, "neither")], coder="Sue")
    decision = opened.decisions()["decision"][0]

    withdrawn = {"id": new_id(), "kind": "unsettle", "decision": decision}
    (outcome,) = perform(opened, [withdrawn], coder="Sue")

    assert outcome.outcome == "done"
    assert [one["status"] for one in rows(opened)] == ["open"] * 3


def test_nobody_decides_on_codings_that_they_did_not_see(opened):
    row = rows(opened)[0]
    own = opened.codings()
    coding = own.loc[own["coder"] == "Ben", "coding"].iloc[0]
    opened.set_coding(coding, version=1, stance="positive")

    (outcome,) = perform(opened, [gesture(row, "both")], coder="Sue")

    assert outcome.why == (
        "p1: somebody changed, added or removed a coding of this passage since it was read; look "
        "at it again"
    )
    assert opened.decisions().empty


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"choice": "edit", "edit": "all"}, "edited codings are a list"),
        ({"choice": "edit", "edit": ["all"]}, "a gesture is a mapping"),
        ({"choice": None}, "a choice is a text"),
        ({"source": "p9"}, "this source is no longer in the study"),
        ({"seals": None}, "a gesture is a mapping"),
        ({"reason": ["x"]}, "a reason is a text"),
        ({"choice": "coder", "coder": "Cy"}, "no choice is called 'Cy'"),
    ],
)
def test_what_no_browser_would_send_is_refused_in_words(opened, changes, why):
    (outcome,) = perform(opened, [gesture(rows(opened)[0], "both") | changes], coder="Sue")

    assert outcome.outcome == "refused"
    assert outcome.why.startswith(why)


@pytest.mark.parametrize(
    ("kind", "outcome", "counted", "stale"),
    [("settle", "done", {"d"}, False), ("settle", "again", {"d"}, False),
     ("settle", "refused", set(), True), ("undo", "done", set(), True),
     ("unsettle", "done", set(), True), ("settle", None, set(), False)],
)  # fmt: skip
def test_what_was_answered_is_noted_in_the_list(kind, outcome, counted, stale):
    held = {"counted": set(), "stale": False}
    answered = {} if outcome is None else {"1": outcome}

    room.note(held, [{"id": "1", "kind": kind, "disagreement": "d"}, None], answered)

    assert held == {"counted": counted, "stale": stale}


def test_progress_counts_what_was_settled_since_the_table_was_made_once():
    table = pd.DataFrame({"disagreement": ["a", "b", "c"], "status": ["settled", "open", "open"]})

    assert room.settled_in(table, {"a", "b", "elsewhere"}) == 2
    assert room.still_settled(table, {"a", "b"}) == {"a"}


# Figures --------------------------------------------------------------------------------------


def test_figures_say_why_there_is_none(study):
    worked = figures_room.work_out(study, "Sue", ASKED, lambda *_: None)

    heat = figures_room.heat(worked.made, {})
    codes = figures_room.readable(figures_room.applied(worked.made.codes))

    assert heat["columns"] == ["Ann and Ben"]
    cells = {row["name"].split("/")[1]: row["cells"][0]["text"] for row in heat["rows"]}
    # of 72 characters 13 by both, 10 by Ann alone: Po = 62/72, Pe = (23 * 13 + 49 * 59)/72^2
    assert cells["referrals.timeliness"] == "0.64"
    assert cells["staffing"] == "0.00"
    assert "Alpha" in codes
    assert worked.after is None


def test_figures_after_settling_stand_beside_those_before(study, opened):
    perform(opened, [gesture(row, "coder", coder="Ann") for row in rows(opened)], coder="Sue")

    worked = figures_room.work_out(study, "Sue", ASKED, lambda *_: None)
    assert worked.after is not None
    table = figures_room.compared(worked.made, worked.after).values.tolist()

    assert table[-1] == ["Overlap", "0.183", "1.000"]  # 13 of 71 characters that anybody coded


def test_a_report_of_agreement_is_made_in_the_background(study):
    made = figures_room.write(study, "Sue", ASKED, ".html", lambda *_: None)

    assert made.name == "s-agreement.html"
    assert made.data.lstrip().lower().startswith(b"<!doctype html")


# Consensus ------------------------------------------------------------------------------------


def test_consensus_is_told_by_source(opened):
    perform(opened, [gesture(rows(opened)[0], "both")], coder="Sue")
    table = progress_of_consensus(opened)

    assert consensus_room.in_words(table) == (
        "1 of 3 disagreements settled; 0 of 2 sources signed off. 1 source has no second coder."
    )
    assert consensus_room.sources(table).values.tolist() == [["p1", "Ann, Ben", 3, 0, 2, 0.33, ""]]
    assert consensus_room.standing(table, "p1").said.startswith("2 disagreements of it are not")


def test_a_sign_off_is_flagged_when_a_coding_changes_afterwards(opened):
    consensus_room.sign_off(opened, "p1", "two may stay")
    signed = consensus_room.standing(progress_of_consensus(opened), "p1")
    code(opened, "Ben", "Then they rang.", "staffing")

    table = progress_of_consensus(opened)

    assert (signed.signed, signed.was_signed) == (True, True)
    assert consensus_room.sources(table)["Sign-off"].tolist() == ["Sue, but changed since"]
    assert not consensus_room.standing(table, "p1").signed


# Double coding --------------------------------------------------------------------------------


def test_a_sample_is_the_same_for_the_same_start(opened):
    first, again = (
        double_room.drawn(opened, double_room.Sample("segments", 2, None, 7)) for _ in range(2)
    )

    assert first == again
    assert double_room.drawn_in_words(first).startswith("2 segments of ")


def test_a_pack_goes_out_and_comes_back(study, opened, tmp_path):
    opened.assign(["p2"], ["Ben"])
    pack = double_room.pack(study, "Sue", "Ben", lambda *_: None)
    file = tmp_path / pack.name
    file.write_bytes(pack.data)
    with Project.open(file, user="Ben") as own:
        code(own, "Ben", "Nobody rang.", "communication", source="p2")

    look = double_room.merge(study, "Sue", file.read_bytes())
    before = len(opened.codings())
    done = double_room.merge(study, "Sue", file.read_bytes(), dry_run=False)
    again = double_room.merge(study, "Sue", file.read_bytes())

    assert pack.said == "1 source, with 0 codings of Ben's own."
    assert look.said.startswith("Ben's codings: 1 new here, ")
    assert before == 6
    assert done.entry is not None
    assert len(opened.codings()) == 7
    assert (again.changes, again.table.empty) == (False, True)


@pytest.mark.parametrize("data", [b"", b"garbage", "a study"], ids=["empty", "garbage", "a study"])
def test_what_is_no_pack_is_refused_without_the_name_of_a_passing_file(study, made, data):
    given = made.read_bytes() if data == "a study" else data

    with pytest.raises(QualkitError, match=r"^(a study, but )?not a coder pack; 'qualkit coder"):
        double_room.merge(study, "Sue", given)


def test_assignments_are_told_in_words(opened):
    opened.assign(["p2"], ["Ben"])

    table = double_room.assignments(opened.assignments())

    assert table[["Source", "Part", "Coder", "Blind", "For", "State"]].values.tolist() == [
        ["p2", "whole", "Ben", True, "Double coding", "under way"]
    ]


# The page -------------------------------------------------------------------------------------


def test_a_study_coded_once_teaches_how_to_code_twice(study):
    with Project.open(study) as project:
        own = project.codings()
        for coding in own.loc[own["coder"] == "Ben", "coding"]:
            project.remove_coding(coding)

    page = shown(study)

    assert "has to" not in page.markdown[0].value
    assert "give some interviews to two coders" in page.markdown[0].value
    page.button("agreement-go-double").click().run()
    assert page.session_state["agreement-view"] == "Double coding"


def test_the_list_holds_what_is_to_be_settled(study):
    page = shown(study)

    assert page.text[0].value == (
        "3 passages to compare (coded by some, not by others: 1; another code: 1; other ends: 1)"
    )
    assert len(page.session_state["settle"]["passages"]) == 3
    assert page.session_state["settle"]["may"]


def test_a_supervisor_signs_off_on_the_page(study):
    page = shown(study, agreement_view="Consensus")

    page.text_input("consensus-note-p1").set_value("they may stay").run()
    page.button("consensus-sign").click().run()

    assert page.success[0].value == r"p1 is signed off\."
    with Project.open(study) as project:
        assert project.sign_offs()[["source", "by", "note"]].values.tolist() == [
            ["p1", "Sue", "they may stay"]
        ]


def test_sources_are_given_out_on_the_page(study):
    page = shown(study, agreement_view="Double coding")

    page.multiselect("double-sources").set_value(["p2"]).run()
    page.multiselect("double-coders").set_value(["Ben"]).run()
    page.button("double-assign").click().run()

    assert page.success[0].value == r"1 assignment made\."
    with Project.open(study) as project:
        assert project.blind_sources("Ben") == {"p2"}


def test_the_figures_come_in_the_background(study):
    page = shown(study, agreement_view="Figures")
    key = next(name for name in jobs._JOBS if name == f"agreement {study} Sue")
    until = time.monotonic() + 60
    while jobs.running(key) and time.monotonic() < until:
        time.sleep(0.05)

    page.run()

    assert not page.exception
    assert page.dataframe[0].value["Figure"].tolist()[:2] == ["Per cent agreement", "Pooled kappa"]
    assert "Agreement between Ann and Ben" in page.code[0].value


# Blind ----------------------------------------------------------------------------------------


@pytest.fixture
def blind(study):
    """Ben codes p1 blind; suggestions that everybody taught wait there."""
    with Project.open(study, user="Sue") as project:
        project.assign(["p1"], ["Ben"])
        start = project.source("p1").text.index("The room")
        project.keep_suggestions(
            [{"source": "p1", "start": start, "end": start + 18, "text": "The room was cold.",
              "codebook": BOOK, "code": "staffing", "confidence": 0.9, "stance": None,
              "method": "learned", "model": "m", "reasons": {}}],
            methods=["learned"],
        )  # fmt: skip
    return study


@pytest.mark.parametrize(
    "page", ["agreement", "framework", "export", "study", "settings", "suggestions"]
)
def test_every_page_says_what_it_hides_from_whom_codes_blind(blind, page):
    made = shown(blind, coder="Ben", page=page)

    assert made.info[0].value.startswith("You code 1 source blind: ")


def test_a_blind_coder_reaches_no_suggestion_of_others(blind):
    page = shown(blind, coder="Ben", page="suggestions", taught_by="all")

    assert "queue" not in page.session_state
    assert page.radio("suggest-whose").options == ["Mine alone (I code blind)"]


def test_who_has_finished_sees_the_others(blind):
    page = shown(blind, coder="Ben", page="code")
    assert page.text[0].value.startswith("You code this source blind: ")

    page.button("code-finished-p1").click().run()

    assert not page.exception
    with Project.open(blind, user="Ben") as project:
        assert project.blind == frozenset()
    assert not [one for one in page.text if "blind" in one.value]


def test_what_one_coder_may_see_is_not_kept_for_another(blind):
    shown(blind, coder="Sue", page="study")

    hidden = shown(blind, coder="Ben")

    assert any(one.value.startswith("Once you have finished") for one in hidden.text)
    assert not hidden.markdown  # no advice to give sources to others, which a coder may not


def test_a_source_that_was_not_given_is_no_task():
    table = pd.DataFrame(
        [("p1", "Ben", "done", True), ("p2", "Ben", "open", False)],
        columns=["source", "coder", "status", "blind"],
    )

    assert coding_room.given(table, "Ben", "p1") is None
    assert coding_room.given(table, "Ann", "p2") is None
    assert coding_room.given(table, "Ben", "p2").said == "You were given this source to code."
