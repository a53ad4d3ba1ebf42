"""The page Code: what its transcript is sent, and how gestures are answered."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from qualkit.app import coding_room as room
from qualkit.model import Code, Codebook, Source, Turn
from qualkit.project import Project

pytest.importorskip("streamlit")

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    with Project.create(path, codebooks=["cascade"], user="Ann") as project:
        project.add_sources([
            write("p1.txt", f"I: How?\nP1: {FAMILY} The staff listened. *So* they did.\n"),
            write("p2.txt", "I: And you?\nP2: It took long.\n"),
        ])  # fmt: skip
    return path


def page(study, coder="Ann", **query):
    from streamlit.testing.v1 import AppTest

    test = AppTest.from_string(
        "from qualkit.app.pages import code\ncode.show()", default_timeout=30
    )
    test.session_state["study"] = str(study)
    test.session_state["coder"] = coder
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


# The page ----------------------------------------------------------------------------------------


def test_the_first_interview_with_something_left_is_open(study):
    with Project.open(study) as project:
        project.add_coding("p1", (13, 33), "cascade.roles", coder="Ann")

    shown = page(study)

    assert not shown.exception
    assert shown.selectbox[0].value == "p2"
    assert shown.selectbox[0].options == ["p1 (1 of 1 answers coded)", "p2"]


def test_a_link_opens_its_interview_and_next_and_previous_go_on(study):
    shown = page(study, source="p2", start="4", end="6")

    first = shown.selectbox[0].value
    shown.button(key="code-back").click().run()

    assert (first, shown.selectbox[0].value) == ("p2", "p1")
    assert shown.query_params["source"] == "p1"
    assert "start" not in shown.query_params
    assert shown.button(key="code-back").disabled


def test_a_link_to_an_interview_that_is_not_there_is_told(study):
    shown = page(study, source="<b>p9</b>")

    assert "does not have" in shown.warning[0].value
    assert shown.text[0].value == "<b>p9</b>"


def test_who_has_not_said_their_name_reads(study):
    assert "You are reading" in page(study, coder="").info[0].value


@pytest.mark.parametrize(
    ("books", "told"), [([], "nothing to code yet"), (["cascade"], "nothing to code yet")]
)
def test_an_empty_study_says_what_to_do_first(tmp_path, books, told):
    Project.create(tmp_path / "e.qualkit", codebooks=books).close()

    assert told in page(tmp_path / "e.qualkit").info[0].value


def test_a_study_without_codes_says_where_codes_come_from(tmp_path, write):
    with Project.create(tmp_path / "e.qualkit") as project:
        project.add_sources([write("p1.txt", "I: How?\nP1: Well.\n")])

    assert "no codes yet" in page(tmp_path / "e.qualkit").info[0].value


# What is sent --------------------------------------------------------------------------------------


def test_words_are_sent_with_positions_in_code_points(study):
    with Project.open(study) as project:
        source = project.source("p1")

    words = room.words_of(source, [])

    answer = words["turns"][1]
    assert words["text"][answer[0] : answer[1]] == f"{FAMILY} The staff listened. *So* they did."
    assert answer[2:] == ["P1", "", False]
    assert words["turns"][0][4] is True


def test_a_text_without_turns_is_shown_line_by_line():
    source = Source("n", "txt", "First.\n\n  Second. \n")

    assert [turn[:2] for turn in room.words_of(source, [])["turns"]] == [[0, 6], [8, 17]]


def test_a_turn_shows_its_time_page_or_question():
    turns = (Turn("P", "participant", 0, 1, time=65.0), Turn("P", "participant", 1, 2, page=3),
             Turn("P", "participant", 2, 3, item="Why?"))  # fmt: skip

    shown = room.words_of(Source("n", "txt", "abc", turns), [])["turns"]

    assert [turn[2:4] for turn in shown] == [["P", "1:05"], ["P", "p. 3"], ["Why?", ""]]


def test_codes_come_as_a_tree_with_their_colours_and_uses(study):
    book = Codebook("b", "Book", "1", (
        Code("b", "Below", parent="t"), Code("t", "Theme", colour="#123456"),
        Code("u", "Next"), Code("bb", "Deeper", parent="b"),
    ))  # fmt: skip
    with Project.open(study) as project:
        project.add_codebook(book)
        project.add_coding("p1", (13, 33), "b/bb", coder="Ann")
        codes = room.codes_of([book], project.codes())

    assert [(code["name"], code["depth"], code["path"]) for code in codes] == [
        ("Theme", 0, "Theme"), ("Below", 1, "Theme / Below"),
        ("Deeper", 2, "Theme / Below / Deeper"), ("Next", 0, "Next"),
    ]  # fmt: skip
    assert [code["colour"] for code in codes] == [
        "#123456",
        room.CYCLE[1],
        room.CYCLE[2],
        room.CYCLE[3],
    ]
    assert [code["uses"] for code in codes] == [0, 0, 1, 0]


def test_marks_name_codes_and_coders_once(study):
    with Project.open(study) as project:
        made = project.add_coding(
            "p1", (13, 33), "cascade.roles", coder="Ann", stance="mixed", rating=2, memo="m"
        )
        project.add_coding("p1", (13, 20), "cascade.roles", coder="Ben")
        marks = json.loads(room.packed(room.rows_of(project.marks("p1")).values()))
        guid = project.codebooks()[0].code("cascade.roles").guid

    assert (marks["codes"], set(marks["coders"])) == ([guid], {"Ann", "Ben"})
    row = next(row for row in marks["rows"] if row[0] == made.id)
    assert row[1:4] == [13, 33, 0]
    assert row[5:9] == ["mixed", 2, "m", 1]
    assert row[10:] == [0, None, None, []]


def test_a_browser_is_sent_what_changed_since_what_it_has_seen(study):
    marks = room.Marks()
    with Project.open(study) as project:
        gone = project.add_coding("p1", (13, 33), "cascade.roles", coder="Ann")
        stays = project.add_coding("p1", (13, 20), "cascade.roles", coder="Ann")
        changes = project.add_coding("p1", (13, 16), "cascade.roles", coder="Ann")
        first = marks.sent(room.rows_of(project.marks("p1")), seen=None)
        project.remove_coding(gone.id)
        project.set_coding(changes.id, memo="m")
        rows = room.rows_of(project.marks("p1"))

    second = marks.sent(rows, seen=first["rev"])
    unknown = marks.sent(rows, seen="another session's")

    assert first["base"] is unknown["base"] is None
    assert {row[0] for row in json.loads(unknown["marks"])["rows"]} == {stays.id, changes.id}
    assert (second["base"], second["gone"]) == (first["rev"], [gone.id])
    assert [row[0] for row in json.loads(second["marks"])["rows"]] == [changes.id]


@pytest.mark.parametrize(
    ("query", "goal"),
    [
        ({}, None),
        ({"start": "3", "end": "5"}, {"start": 3, "end": 5}),
        ({"start": "3", "end": "3"}, {"start": 3, "end": 4}),
        ({"start": "3", "end": "999"}, {"start": 3, "end": 10}),
        ({"start": "10", "end": "12"}, None),
        ({"start": "-1", "end": "5"}, None),
        ({"start": "²", "end": "5"}, None),
        ({"start": "3"}, None),
    ],
)
def test_a_link_leads_within_the_text_or_nowhere(query, goal):
    assert room.goal_of(query, 10) == goal


@pytest.mark.parametrize("colour", ["red", "#12345", "#000; } * { background: url(http://x) }"])
def test_what_is_no_colour_never_becomes_style(colour):
    assert room.colour_of(Code("a", "A", colour=colour), 0) == room.CYCLE[0]


def test_what_a_coder_may_do_follows_from_their_role(study):
    with Project.open(study, user="Sue") as project:
        for name, role in [
            ("Cy", "coder"),
            ("Rea", "reader"),
            ("Eva", "evaluator"),
            ("Sue", "supervisor"),
        ]:
            project.add_coder(name, role=role)
    may = {}
    for name in ("Cy", "Rea", "Eva", "Sue", ""):
        with Project.open(study, user=name or None) as project:
            may[name] = room.may_of(project, name)

    assert may == {"Cy": "own", "Rea": "none", "Eva": "all", "Sue": "all", "": "none"}


# Gestures ------------------------------------------------------------------------------------------

RECEIVE = """
import streamlit as st
from qualkit.app import outbox
given = st.session_state["given"]
owner = outbox.owner()
given = [{"owner": owner, **one} if isinstance(one, dict) else one for one in given]
st.session_state["taken"] = outbox.take(given), outbox.take(given)
st.session_state["known"] = list(st.session_state.get("outbox-acks", {}).values())
st.session_state["told"] = outbox.trouble()
"""


def taken(study, given, coder="Ann"):
    from streamlit.testing.v1 import AppTest

    test = AppTest.from_string(RECEIVE, default_timeout=30)
    test.session_state["study"] = str(study)
    test.session_state["coder"] = coder
    test.session_state["given"] = given
    test.run()
    assert not test.exception
    return test.session_state


def gesture(study, **fields):
    with Project.open(study) as project:
        source, code = project.source("p1").id, project.codebooks()[0].code("cascade.roles").guid
    return {
        "id": str(uuid4()), "kind": "code", "source": source, "start": 13, "end": 33, "code": code,
        "coding": str(uuid4()), **fields,
    }  # fmt: skip


def test_a_gesture_that_comes_twice_is_stored_once_and_acknowledged(study):
    one = gesture(study)

    after = taken(study, [one])

    assert after["taken"] == (True, False)
    assert after["known"] == [{"id": one["id"], "outcome": "done", "why": ""}]
    with Project.open(study) as project:
        assert project.codings()["coding"].tolist() == [one["coding"]]


def test_a_gesture_without_a_proper_id_is_answered_once_and_not_asked_for_ever(study):
    after = taken(study, [gesture(study, id="no guid"), gesture(study, id=str(uuid4()).upper())])

    assert after["taken"] == (True, False)
    assert [ack["outcome"] for ack in after["known"]] == ["refused", "refused"]


def test_a_refused_gesture_is_acknowledged_with_the_reason(study):
    one = gesture(study, end=9999)

    (ack,) = taken(study, [one])["known"]

    assert ack["outcome"] == "refused"
    assert ack["why"]


@pytest.mark.parametrize("given", [None, "x", [None, 3, {"kind": "code"}, {"id": 5}]])
def test_what_is_no_gesture_counts_as_nothing(study, given):
    assert taken(study, given if isinstance(given, list) else [given])["taken"] == (False, False)


def test_nothing_is_stored_for_another_owner_or_for_nobody(study):
    other = taken(study, [gesture(study, owner="somebody else")])["taken"]
    nobody = taken(study, [gesture(study)], coder="")["taken"]

    assert other == nobody == (False, False)
    with Project.open(study) as project:
        assert project.codings().empty


def test_a_study_that_cannot_be_written_keeps_the_gesture_unacknowledged(study, tmp_path):
    one = gesture(study)
    study.rename(tmp_path / "gone.qualkit")

    after = taken(study, [one])

    assert after["taken"] == (False, False)
    assert after["known"] == []
    assert "there is no such study" in after["told"]
