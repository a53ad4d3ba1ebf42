"""A file that a page offers: checked first, where the study has a key."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from qualkit.app.release import verdict
from qualkit.privacy import key as keys
from qualkit.privacy.key import Entry, Key
from qualkit.project import Project


@pytest.fixture
def study(tmp_path):
    path = tmp_path / "s.qualkit"
    with Project.create(str(path), user="Ann") as project:
        entry = Entry("person", "[Person 1]", ("Aoife",))
        keys.write(keys.place_of(str(path)), Key(project.study_id, entries=(entry,)))
    return path


def offered(study, content):
    def script(content):
        from qualkit.app import release

        release.download("Download", content, "report.txt", key="report")

    page = AppTest.from_function(script, kwargs={"content": content}, default_timeout=60)
    page.session_state["study"] = str(study)
    page.session_state["coder"] = "Ann"
    return page.run()


def test_a_clean_file_is_offered(study):
    page = offered(study, "[Person 1] rang.")

    assert (len(page.get("download_button")), len(page.error)) == (1, 0)


def test_a_refused_file_is_offered_with_a_reason_alone_which_the_log_keeps(study):
    page = offered(study, "Aoife rang.")

    assert (len(page.get("download_button")), len(page.error)) == (0, 1)
    assert page.dataframe[0].value.to_dict("records") == [
        {"Place": "line 1", "What it is": "a name of the key", "Stands for": "[Person 1]"}
    ]

    page.button[0].click().run()

    assert [one.value for one in page.warning] == ["Say why it may leave."]

    page.text_input(key="report-reason").set_value("agreed with the family")
    page.button[0].click().run()

    assert (len(page.get("download_button")), len(page.error)) == (1, 0)
    with Project.open(str(study)) as project:
        assert project.log()["what"].iloc[-1] == "report.txt: agreed with the family"


def test_a_key_that_cannot_be_read_offers_nothing(study):
    keys.place_of(str(study)).write_text("{")

    made = verdict(str(study), "Ann", b"Aoife rang.", "report.txt")

    assert made.trouble.endswith("s.qualkit.key: is no key file; name the right one with --key")
