"""The page Topics: what was found, on a map and in words, and codes made of it."""

from __future__ import annotations

import sys
import time
from importlib.util import find_spec

import pandas as pd
import pytest

pytest.importorskip("streamlit")
pytest.importorskip("sklearn", reason="needs qualkit[nlp]")
from streamlit.testing.v1 import AppTest

from qualkit import topics
from qualkit.app import jobs
from qualkit.app import topics_room as room
from qualkit.project import Project

BOOK = "evaluation-topics"
SAID = [
    "The bus was late again.",
    "No bus came on Sunday.",
    "The soup was cold.",
    "Lunch was soup.",
]


@pytest.fixture(scope="module")
def found():
    """Two topics of six passages each: buses and soup."""
    segments = pd.DataFrame({
        "source": ["p1", "p 2"] * 6, "segment": range(12), "start": range(0, 120, 10),
        "end": range(9, 129, 10), "text": SAID * 3, "speaker": ["Ann", None] * 6,
        "role": "participant", "item": None,
    })  # fmt: skip
    return topics.find(segments, k=2)


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Two sources of nine passages each."""
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "s.qualkit"
    with Project.create(path, codebooks=[BOOK], user="tester") as project:
        for name, greet in (("p1", "The bus is far."), ("p2", "Soup again.")):
            lines = "\n\n".join(f"P{n % 2}: {words}" for n, words in enumerate([*SAID * 2, greet]))
            (tmp_path / f"{name}.txt").write_text(lines, "utf-8")
            project.add_sources([tmp_path / f"{name}.txt"])
    return str(path)


def shown(study, *, coder="Ann"):
    def script():
        import streamlit as st

        from qualkit.app.pages import topics

        names = ("code", "codebook", "sources", "study", "suggestions", "topics")
        st.session_state.setdefault("pages", dict.fromkeys(names, "main.py"))
        topics.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = study
    page.session_state["coder"] = coder
    return page.run()


def with_topics(study, *, coder="Ann"):
    """The page after two topics were found with its own button."""
    page = shown(study, coder=coder)
    page.number_input("topics-number").set_value(2)
    page.button("topics-start").click().run()
    until = time.monotonic() + 120
    while jobs.of(f"topics:{study}").status == "running" and time.monotonic() < until:
        time.sleep(0.05)
    return page.run()


def said(page):
    return "\n".join(one.value for one in page.text)


# What is shown --------------------------------------------------------------------------------


def test_it_says_how_topics_were_found_and_that_they_are_no_finding(found):
    assert room.how(found) == (
        f"2 topics of 12 passages, found by {found.method} on {found.model}, start 0. A topic is a "
        "reading aid and a candidate for a code, not a finding: try another start and trust what "
        "stays."
    )


def test_the_passages_of_a_topic_link_to_their_places_and_come_once(found):
    bus = next(n for n in (1, 2) if "bus" in room.words(found, n))

    listed = room.passages(found, bus)

    assert sorted(one["words"] for one in listed) == sorted(SAID[:2])
    first = next(one for one in listed if one["words"] == SAID[0])
    assert first == {"words": SAID[0], "who": "Ann, p1", "place": "code?source=p1&start=0&end=9"}
    assert {one["who"] for one in listed} == {"Ann, p1", "no speaker, p 2"}


def test_the_table_says_what_the_codebook_covers_of_each_topic(found):
    over = pd.DataFrame({
        "best": ["b/food", None], "covered": [0.25, None], "new": [True, False],
    })  # fmt: skip

    table = room.table(found, over, {"b/food": "Help > Food"})

    assert table["Code that covers most"].tolist() == ["Help > Food", ""]
    assert table["Covered"].tolist()[0] == 25
    assert table["Worth a look"].tolist() == ["hardly coded", ""]
    assert table["Passages"].tolist() == [6, 6]


def test_topics_by_an_attribute_have_a_column_for_each_value(found):
    counted = topics.by(found, {"p1": "north", "p 2": "south"})

    table = room.by_attribute(counted)

    assert table.columns.tolist() == ["Topic", "Name", "north", "south"]
    assert table[["north", "south"]].values.tolist() == [[3, 3], [3, 3]]


def test_names_on_the_map_do_not_stand_on_each_other():
    table = pd.DataFrame({"x": [0.0, 0.01, 0.02, 5.0], "y": [0.0, 0.0, 0.01, 5.0]})

    names = [y for _, _, y in room._placed(table)]

    assert all(
        b - a >= room._LABEL[1] - 1e-9
        for a, b in zip(sorted(names), sorted(names)[1:], strict=False)
    )


def test_the_map_holds_each_topic_and_marks_the_chosen_one(found):
    drawn = room.map_chart(found, 2).to_dict()

    (rows,) = drawn["datasets"].values()
    assert [(row["topic"], row["passages"], row["edge"]) for row in rows] == [(1, 6, 1), (2, 6, 4)]


@pytest.mark.parametrize("event", [None, {}, {"selection": {}}, {"selection": {"picked": []}}])
def test_a_click_beside_the_topics_picks_none(event):
    assert room.picked(event) is None


# The page -------------------------------------------------------------------------------------


def test_before_topics_are_found_it_teaches_what_they_are(study):
    page = shown(study)

    assert "found without your codebook" in page.markdown[0].value
    assert [one.label for one in page.button] == ["Find topics"]


@pytest.mark.skipif(find_spec("bertopic") is None, reason="needs qualkit[topics]")
def test_it_says_which_way_topics_will_be_found(study):
    assert said(shown(study)) == (
        "BERTopic sorts passages by meaning, with a sentence model that lies on this machine."
    )


def test_topics_are_found_in_the_background_and_kept_for_the_study(study):
    page = with_topics(study)

    assert said(page).startswith("2 topics of 18 passages")
    assert not page.exception
    again = shown(study)
    assert said(again).startswith("2 topics of 18 passages")


def test_a_topic_becomes_a_code_with_name_definition_and_parent(study):
    page = with_topics(study)
    page.selectbox("topics-one").set_value(2).run()
    page.selectbox(f"topics-parent-{BOOK}").set_value("staffing").run()
    page.text_input("topics-name-2-2").set_value("Getting there *fast*").run()
    page.text_area("topics-definition-2-2").set_value("How people come.").run()

    page.button("topics-make").click().run()

    assert page.success[0].value == "The code Getting there \\*fast\\* is in the codebook."
    with Project.open(study) as project:
        code = project.codebooks()[0].code("getting-there-fast")
        assert (code.name, code.definition, code.parent) == (
            "Getting there *fast*", "How people come.", "staffing",
        )  # fmt: skip
        assert len(code.cues) > 0
        assert project.log()["who"].iloc[-1] == "Ann"


def test_nobody_makes_a_code_without_a_name(study):
    page = with_topics(study, coder="")

    page.button("topics-make").click().run()

    assert page.error[0].value == "The code was not made."
    assert "Say who you are first" in said(page)


def test_topics_are_merged_and_the_merging_is_taken_back(study):
    page = with_topics(study)
    page.number_input("topics-number").set_value(3)
    page.button("topics-start").click().run()
    until = time.monotonic() + 120
    while jobs.of(f"topics:{study}").status == "running" and time.monotonic() < until:
        time.sleep(0.05)
    page.run()

    page.multiselect("topics-some-3").set_value([1, 2]).run()
    page.button("topics-merge").click().run()
    assert said(page).startswith("2 topics of 18 passages")

    page.button("topics-unmerge").click().run()
    assert said(page).startswith("3 topics of 18 passages")


def test_passages_are_counted_by_an_attribute(study):
    page = with_topics(study)

    page.selectbox("topics-by").set_value("source").run()

    assert page.dataframe[-1].value[["p1", "p2"]].to_numpy().sum() == 18
