"""The page Suggestions: its queue, a batch before it is accepted, how it goes."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec

import pandas as pd
import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit.app import jobs
from qualkit.app import suggestions_room as room
from qualkit.coding.quality import Quality
from qualkit.project import Project
from tests.coding.material import coded

BOOK = "evaluation-topics"
TEXT = """Interviewer: How was the start?
Parent: We waited. 😀 We waited eight months. Then they rang.
Interviewer: And now?
"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Two sources with suggestions made by hand, taught by everybody but one."""
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "s.qualkit"
    (tmp_path / "p 1.txt").write_text(TEXT, "utf-8")
    (tmp_path / "p2.txt").write_text("Parent: The room was cold.\n", "utf-8")
    with Project.create(path, codebooks=[BOOK], user="tester") as project:
        project.add_sources([tmp_path / "p 1.txt", tmp_path / "p2.txt"])
        start = project.source("p 1").text.index("We waited eight")
        place = {"source": "p 1", "start": start, "end": start + 23,
                 "text": "We waited eight months."}  # fmt: skip
        project.keep_suggestions(
            [
                made(place, "referrals.timeliness", 0.9, stance="negative", cues=["waited"]),
                made(place, "set-up.lead-in", 0.3),
                made({"source": "p2", "start": 8, "end": 26, "text": "The room was cold."},
                     "staffing", None, method="model"),
            ],
            methods=["learned", "model"],
        )  # fmt: skip
    return str(path)


def made(place, code, confidence, *, stance=None, cues=(), method="learned"):
    reasons = {"model": "It speaks of rooms."} if method == "model" else {
        "cues": list(cues), "words": ["month"],
        "alike": [{"source": "p2", "start": 8, "end": 26, "text": "The room was cold.", "alike": 1}],
    }  # fmt: skip
    return {**place, "codebook": BOOK, "code": code, "confidence": confidence, "stance": stance,
            "method": method, "model": "m", "reasons": reasons}  # fmt: skip


@pytest.fixture
def opened(study):
    with Project.open(study, user="Ann") as project:
        yield project


def shown(study, *, coder="Ann", **said):
    def script():
        import streamlit as st

        from qualkit.app.pages import suggestions

        pages = ("code", "codebook", "sources", "study", "suggestions")
        st.session_state.setdefault("pages", dict.fromkeys(pages, "main.py"))
        suggestions.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = study
    page.session_state["coder"] = coder
    for name, value in said.items():
        page.session_state[name.replace("_", "-")] = value
    return page.run()


def ended(key):
    """The job, once it is at its end."""
    until = time.monotonic() + 120
    while jobs.of(key).status == "running" and time.monotonic() < until:
        time.sleep(0.05)
    return jobs.of(key)


# The queue ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confidence", "words"),
    [(1.0, "very likely"), (0.8, "very likely"), (0.79, "likely"), (0.4, "as likely as not"),
     (0.2, "possible"), (0.0, "a long shot"), (None, "no figure")],
)  # fmt: skip
def test_a_confidence_is_told_in_words(confidence, words):
    assert room.in_words(confidence) == words


def test_a_theme_brings_the_codes_below_it(opened):
    assert room.below(opened.codes(), [f"{BOOK}/referrals"]) == [
        f"{BOOK}/referrals", f"{BOOK}/referrals.timeliness", f"{BOOK}/referrals.appropriateness",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        (room.Wanted("confidence"), ["referrals.timeliness", "set-up.lead-in", "staffing"]),
        (room.Wanted("teaches"), ["staffing", "set-up.lead-in", "referrals.timeliness"]),
        (room.Wanted("text", code=f"{BOOK}/set-up"), ["set-up.lead-in"]),
        (room.Wanted("text", source="p2"), ["staffing"]),
        (room.Wanted("text", method="model"), ["staffing"]),
        (room.Wanted("text", source="p2", method="learned"), []),
    ],
)
def test_the_queue_is_what_was_asked_for_in_the_order_that_was_asked_for(opened, wanted, codes):
    found = room.chosen(opened.suggestions(), opened.codes(), wanted)

    assert found["code"].tolist() == codes


def test_a_passage_stands_in_its_turn_between_its_neighbours(opened):
    table = room.chosen(opened.suggestions(), opened.codes(), room.Wanted("text"))

    first, second = room.passages(opened, table, opened.codes())

    assert {name: first[name] for name in ("before", "pre", "words", "post", "after")} == {
        "before": {"speaker": "Interviewer", "text": "How was the start?"},
        "pre": "We waited. 😀 ",
        "words": "We waited eight months.",
        "post": " Then they rang.",
        "after": {"speaker": "Interviewer", "text": "And now?"},
    }
    assert first["href"] == f"code?source=p%201&start={table['start'][0]}&end={table['end'][0]}"
    assert (second["before"], second["pre"], second["after"]) == (None, "", None)


def test_the_codes_of_a_passage_are_ranked_with_their_reasons(opened):
    table = room.chosen(opened.suggestions(), opened.codes(), room.Wanted("teaches"))

    _, passage = room.passages(opened, table, opened.codes())
    best, other = passage["codes"]

    assert (best["name"], best["confidence"], best["sure"]) == (
        "Timeliness of referrals",
        90,
        "very likely",
    )
    assert (best["stance"], best["cues"], best["words"]) == ("negative", ["waited"], ["month"])
    assert best["alike"] == [
        {"text": "The room was cold.", "source": "p2", "href": "code?source=p2&start=8&end=26"}
    ]
    assert best["definition"] == opened.codebooks()[0].code("referrals.timeliness").definition
    assert (other["name"], other["stance"]) == ("Lead-in time", "")


def test_a_language_models_suggestion_has_its_own_words_and_no_figure(opened):
    table = room.chosen(opened.suggestions(), opened.codes(), room.Wanted("text", source="p2"))

    (passage,) = room.passages(opened, table, opened.codes())
    (code,) = passage["codes"]

    assert (code["confidence"], code["sure"], code["says"]) == (
        None,
        "no figure",
        "It speaks of rooms.",
    )
    assert code["origin"] == "proposed by a language model"


def test_long_turns_around_a_passage_are_cut_between_words():
    words = " ".join(["waiting"] * 200)

    assert room._first(words).endswith("waiting …")
    assert room._last(words).startswith("… waiting ")
    assert len(room._first(words)) <= 302


def test_no_more_passages_are_listed_than_asked_for(opened):
    table = room.chosen(opened.suggestions(), opened.codes(), room.Wanted("text"))

    assert len(room.passages(opened, table, opened.codes(), limit=1)) == 1


# What comes from the browser ------------------------------------------------------------------


def test_a_decision_on_its_way_while_suggestions_are_made_anew_is_not_lost(opened):
    table = opened.suggestions()
    place = list(table[list(room._PLACE)].to_dict("records")[0].values())
    accept = {"id": "1", "kind": "accept", "suggestion": "the old id", "place": place}
    undo = {"id": "2", "kind": "undo", "of": "1"}

    assert room.renewed(table, [accept, undo, "noise"]) == [
        {**accept, "suggestion": table["suggestion"].iloc[0]}, undo,
    ]  # fmt: skip


def test_a_decision_on_what_is_not_suggested_any_more_goes_as_it_came(opened):
    gone = {
        "id": "1",
        "kind": "accept",
        "suggestion": "x",
        "place": ["p 1", 0, 1, BOOK, "staffing"],
    }

    assert room.renewed(opened.suggestions(), [gone]) == [gone]


@pytest.mark.parametrize(
    ("kind", "outcome", "decided", "stale"),
    [("accept", "done", 1, False), ("reject", "again", 0, False), ("accept", "refused", 0, True),
     ("undo", "done", 0, True), ("accept", None, 0, False)],
)  # fmt: skip
def test_what_was_answered_is_noted_in_the_list(kind, outcome, decided, stale):
    held = {"decided": set(), "stale": False}
    answered = {} if outcome is None else {"1": outcome}

    assert room.note(held, [{"id": "1", "kind": kind, "place": ["p"]}, None], answered) == decided

    assert held["stale"] is stale
    assert held["decided"] == (
        {"['p']"} if outcome in {"done", "again"} and kind != "undo" else set()
    )


@pytest.mark.parametrize(
    ("decided", "left", "short"), [(20, 40, False), (21, 40, True), (21, 30, False)]
)
def test_more_passages_are_fetched_when_few_are_left_and_there_are_more(decided, left, short):
    listed = [{"codes": [{"place": [n]}]} for n in range(30)]
    held = {"passages": listed, "left": left, "decided": {f"[{n}]" for n in range(decided)}}

    assert room.runs_short(held) is short


# Many at once ---------------------------------------------------------------------------------


def test_a_batch_says_what_it_would_do_before_it_is_done(opened):
    plan = room.plan(opened.suggestions(), opened.codes(), 0.25)

    assert plan.codes.values.tolist() == [
        ["Referrals > Timeliness of referrals", 1, 0.9, 90.0],
        ["Design and set-up > Lead-in time", 1, 0.3, 30.0],
    ]
    assert len(plan.ids) == 2  # what has no confidence is never among them
    assert room.plan_in_words(plan) == (
        "2 suggestions would become codings in your name. Of suggestions as sure as these 60% are "
        "right: expect about 1 wrong."
    )
    assert set(plan.sample["Place"]) == {
        f"code?source=p%201&start={plan_start(opened)}&end={plan_start(opened) + 23}"
    }


def plan_start(project):
    return project.source("p 1").text.index("We waited eight")


def test_the_sample_shows_the_least_sure_of_each_code_first(opened):
    row = opened.suggestions().iloc[:1]
    many = pd.concat([row.assign(confidence=sure) for sure in (0.9, 0.6, 0.8, 0.7)])

    plan = room.plan(many, opened.codes(), 0.5)

    assert plan.sample["Confidence"].tolist() == [60, 70, 80]


# How it goes ----------------------------------------------------------------------------------


def left(*rows):
    columns = ["codebook", "code", "found", "left", "low", "high", "share", "stop"]
    return pd.DataFrame([("b", f"c{n}", 5, *row) for n, row in enumerate(rows)], columns=columns)


def test_what_is_left_to_read_is_told_with_its_uncertainty():
    nan = float("nan")
    table = left(
        (3.0, 1.0, 9.0, 0.6, False), (0.4, 0.0, 1.0, 0.9, True), (nan, nan, nan, nan, False)
    )

    assert room.left_in_words(table) == (
        "About 3 more passages are probably still to be coded (it may be as few as 1 or as many "
        "as 10). For 1 of 2 codes that can be judged, nearly all is found: you may stop reading "
        "for them. 1 code has fewer than five examples; nothing can be said of them."
    )


def test_nothing_is_estimated_from_too_few_examples():
    nan = float("nan")

    assert room.left_in_words(left((nan, nan, nan, nan, False))) == (
        "Nothing can be estimated yet: every code has fewer than five examples."
    )


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ((), "Quality is measured each time the machine learns, from three coded sources on."),
        (((20, 0.41),), "After 20 decisions the average precision on sources that it has not "
                        "learned from is 41%."),
        (((20, 0.41), (40, 0.46)), "After 40 decisions the average precision on sources that it "
         "has not learned from is 46%, 5 points up from where it began (20 decisions)."),
    ],
)  # fmt: skip
def test_the_learning_curve_is_told_in_a_sentence(points, words):
    assert room.point_in_words([room.Point(*point) for point in points]) == words


def test_quality_is_told_with_how_sure_it_may_be():
    nothing = pd.DataFrame()
    quality = Quality(nothing, {"sources": 6, "mAP": 0.462, "over_80": 0.83}, nothing)

    assert room.quality_in_words(quality) == (
        "Judged on 6 coded sources, each by what the others taught: the average precision is 46%. "
        "Of those surer than 80%, 83% were right."
    )


# The page -------------------------------------------------------------------------------------


def test_a_study_without_suggestions_teaches_what_they_are(study):
    with Project.open(study) as project:
        project.reject(project.suggestions()["suggestion"].tolist(), coder="Ann")

    page = shown(study)

    assert "never codes by itself" in page.markdown[0].value
    assert "No word of your interviews leaves it" in page.markdown[0].value
    assert [one.label for one in page.button] == ["Suggest codes"]


def test_a_study_without_sources_says_what_to_add(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    Project.create(tmp_path / "e.qualkit", codebooks=[BOOK]).close()

    page = shown(str(tmp_path / "e.qualkit"))

    assert page.info[0].value == "Nothing can be suggested yet. Add your interviews first."


def test_who_has_not_said_whether_they_code_blind_sees_none_that_others_taught(study):
    page = shown(study)

    assert page.info[0].value.startswith("3 suggestions were learned from other coders' work too.")
    assert (
        page.info[1].value == "No suggestion is open here. Widen what you look at, or suggest anew."
    )


def test_who_asks_for_them_sees_those_that_others_taught(study):
    page = shown(study)

    page.button("show-others").click().run()

    assert page.session_state["queue"]["left"] == 2
    assert page.query_params["taught"] == "all"
    assert not page.exception


def test_what_one_coder_asked_for_is_not_shown_to_the_next_at_the_same_desk(study):
    page = shown(study)
    page.button("show-others").click().run()

    page.session_state["coder"] = "Ben"
    page.run()

    assert page.info[0].value.startswith("3 suggestions were learned from other coders' work too.")
    assert "taught" not in page.query_params


def test_a_reader_is_told_that_nothing_can_be_decided(study):
    with Project.open(study, user="Sue") as project:
        project.add_coder("Sue", role="supervisor")
    with Project.open(study, user="Sue") as project:
        project.add_coder("Rea", role="reader")

    page = shown(study, coder="Rea")

    assert [one.value for one in page.info] == [
        "Your role in this study lets you read, and change nothing."
    ]


def test_who_codes_blind_keeps_seeing_none(study):
    page = shown(study, taught_by="mine")

    assert [one.value for one in page.info] == [
        "No suggestion is open here. Widen what you look at, or suggest anew."
    ]


def test_a_batch_is_accepted_as_previewed_and_taken_back(study):
    page = shown(study, taught_by="all", suggestions_view="Many at once")
    assert page.slider("batch-over").value == 80

    page.button("batch-accept").click().run()

    assert page.success[0].value == "1 codings were added in your name."
    with Project.open(study) as project:
        assert project.codings()[["code", "coder"]].values.tolist() == [
            ["referrals.timeliness", "Ann"]
        ]
    page.button("batch-undo").click().run()
    with Project.open(study) as project:
        assert project.codings().empty
        assert len(project.suggestions()) == 3


def test_a_batch_that_was_decided_meanwhile_changes_nothing(study):
    page = shown(study, taught_by="all", suggestions_view="Many at once")
    page.slider("batch-over").set_value(20).run()
    with Project.open(study) as project:
        first = project.suggestions()["suggestion"].tolist()[0]
        project.reject([first], coder="Ben")

    page.button("batch-accept").click().run()

    assert page.error[0].value == "That did not work; nothing was changed."
    with Project.open(study) as project:
        assert project.codings().empty


def test_a_confidence_that_none_has_says_how_sure_the_surest_is(study):
    page = shown(study, taught_by="all", suggestions_view="Many at once")

    page.slider("batch-over").set_value(95).run()

    assert (
        page.info[0].value == "No suggestion is as sure as that. The surest of all stands at 90%."
    )


def test_the_surest_is_never_told_as_surer_than_it_is(study):
    with Project.open(study) as project:
        place = {"source": "p2", "start": 8, "end": 26, "text": "The room was cold."}
        project.keep_suggestions([made(place, "staffing", 0.598)], methods=["learned", "model"])
    page = shown(study, taught_by="all", suggestions_view="Many at once")

    page.slider("batch-over").set_value(60).run()

    assert "stands at 59%" in page.info[0].value


@pytest.mark.skipif(find_spec("sklearn") is None, reason="needs qualkit[nlp]")
def test_suggesting_learns_in_the_background_and_measures(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = learned_study(tmp_path)
    page = shown(path)

    page.button("suggest-start").click().run()
    job = ended(f"suggest:{path}")
    page.run()

    assert job.error is None
    assert job.result.method == "learned"
    assert page.session_state["queue"]["left"] > 0
    assert page.session_state["suggest-report"] is job.result
    page.session_state["suggestions-view"] = "How it goes"
    page.run()
    assert page.text[0].value.startswith(
        "0 suggestions were decided so far. After 0 decisions the average precision"
    )


def learned_study(tmp_path):
    """Eight interviews, six of them coded."""
    segments, truth = coded(sources=8)
    codes = {"waiting": "referrals.timeliness", "parents": "communication", "rooms": "set-up"}
    path = tmp_path / "learned.qualkit"
    with Project.create(path, codebooks=[BOOK]) as project:
        for name, own in segments.groupby("source", sort=False):
            text = "\n\n".join(f"P{n % 3}: {words}" for n, words in enumerate(own["text"]))
            (tmp_path / f"{name}.txt").write_text(text, "utf-8")
            project.add_sources([tmp_path / f"{name}.txt"])
        turns = project.turns()
        for theme, own in truth[truth["source"] < "s6"].groupby("code"):
            both = own.merge(turns, on=["source", "text"], suffixes=("_made", ""))
            spans = {tuple(span) for span in both[["source", "start", "end"]].values.tolist()}
            project.add_codings(sorted(spans), code=codes[theme], coder="Ann", why="by hand")
    return str(path)
