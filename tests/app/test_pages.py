"""The interface's pages, run by Streamlit itself on a real study."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualkit.project import Project

pytest.importorskip("streamlit")

HOSTILE = "<script>alert(1)</script> ![x](http://127.0.0.1:9/x) $x^2$ :red[r]"


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"]) as project:
        project.add_sources([write("p7.txt", f"I: How?\nP7: {HOSTILE}\n")])
        project.add_coding("p7", (12, 40), "set-up", coder="Ann")
    return path


def page(name, study=None):
    from streamlit.testing.v1 import AppTest

    test = AppTest.from_string(f"from qualkit.app import pages\npages.{name}()", default_timeout=30)
    if study is not None:
        test.session_state["study"] = str(study)
    return test.run()


@pytest.mark.parametrize("name", ["study", "sources", "framework", "codebook"])
def test_every_page_shows_a_study_without_error(study, name):
    shown = page(name, study)

    assert not shown.exception
    assert not shown.error
    assert shown.dataframe


@pytest.mark.parametrize("name", ["study", "sources", "framework", "codebook"])
def test_every_page_tells_how_to_open_a_study(name):
    shown = page(name)

    assert not shown.exception
    assert "No study is open" in shown.info[0].value


def test_a_study_that_cannot_be_opened_is_told_in_words(tmp_path):
    shown = page("study", tmp_path / "no.qualkit")

    assert shown.error[0].value == "This study cannot be opened."
    assert "there is no such study" in shown.text[0].value


def test_the_numbers_on_the_first_page_are_those_of_the_study(study):
    assert [metric.value for metric in page("study", study).metric] == ["1", "1", "1", "0"]


def test_words_of_a_transcript_are_never_markdown(study):
    shown = page("sources", study)

    assert HOSTILE in shown.dataframe[1].value["text"].tolist()
    assert not any("alert" in one.value for one in shown.markdown)


def test_the_page_that_streamlit_runs_starts():
    from streamlit.testing.v1 import AppTest

    path = Path(__file__).parents[2] / "app.py"

    assert not AppTest.from_file(str(path), default_timeout=30).run().exception


def test_the_interface_listens_to_this_machine_alone_and_sends_nothing():
    from qualkit.cli.app import LOCAL_ONLY

    config = (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text("utf-8")

    assert {"--server.address=127.0.0.1", "--browser.gatherUsageStats=false"} <= set(LOCAL_ONLY)
    assert 'address = "127.0.0.1"' in config
    assert "gatherUsageStats = false" in config
