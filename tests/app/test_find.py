"""Words found in all interviews, on the page Sources."""

from __future__ import annotations

import pytest

pytest.importorskip("streamlit")

from streamlit.testing.v1 import AppTest

from qualkit.app import find_room
from qualkit.errors import QualkitError
from qualkit.project import Project


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"]) as project:
        project.add_sources([
            write("p7.txt", "I: How?\nP7: 😀 We waited for a *long* time.\n"),
            write("p8.txt", "I: And you?\nP8: Nobody waits here.\n"),
        ])  # fmt: skip
    return path


def page(study):
    script = "from qualkit.app.pages import sources\nsources.show()"
    test = AppTest.from_string(script, default_timeout=30)
    test.session_state["study"] = str(study)
    test.session_state["coder"] = "Ann"
    return test.run()


def test_words_are_found_in_any_form_with_the_link_to_their_place(study):
    with Project.open(study) as project:
        table = find_room.found(project, "wait")
        text = project.source("p7").text

    start = text.index("waited")
    place = f"code?source=p7&start={start}&end={start + len('waited')}"
    assert sorted(table["Source"]) == ["p7", "p8"]
    assert place in set(table["Read"])
    assert find_room.said(table) == "Found in 2 turns."


def test_what_cannot_be_looked_for_is_refused(study):
    with Project.open(study) as project, pytest.raises(QualkitError):
        find_room.found(project, '"unclosed')


def test_the_page_shows_what_it_found_as_plain_words(study):
    shown = page(study)

    shown.text_input(key="find-words").set_value("long").run()

    assert not shown.exception
    words = [table.value["Words"].tolist() for table in shown.dataframe if "Words" in table.value]
    assert len(words) == 1
    assert "a *long* time" in words[0][0]


@pytest.mark.parametrize(
    ("typed", "told"),
    [('"unclosed', "These words cannot be looked for."), ("zebra", None)],
)
def test_the_page_tells_in_words_what_was_not_found(study, typed, told):
    shown = page(study)

    shown.text_input(key="find-words").set_value(typed).run()

    assert not shown.exception
    if told:
        assert [error.value for error in shown.error] == [told]
    else:
        assert "These words stand in no interview of this study." in [t.value for t in shown.text]
