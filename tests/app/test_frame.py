"""How the interface is started, and what it keeps of what was open."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("streamlit")

import streamlit
from streamlit.testing.v1 import AppTest

from qualkit.app import recent, state
from qualkit.cli.app import flags
from qualkit.project import Project

ROOT = Path(__file__).parents[2]


def test_the_interface_listens_to_this_machine_alone_and_sends_nothing():
    assert {"--server.address=127.0.0.1", "--browser.gatherUsageStats=false"} <= set(
        flags("127.0.0.1")
    )


def test_streamlit_run_and_qualkit_app_have_the_same_settings():
    shipped = (ROOT / "qualkit" / "app" / "config.toml").read_text("utf-8")

    assert (ROOT / ".streamlit" / "config.toml").read_text("utf-8") == shipped


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def test_the_study_opened_last_comes_first_and_once(home):
    for name in ("a", "b", "a"):
        (home / f"{name}.qualkit").touch()
        recent.remember_study(str(home / f"{name}.qualkit"))

    assert recent.recent_studies() == [str(home / "a.qualkit"), str(home / "b.qualkit")]


def test_a_study_that_is_gone_is_left_out(home):
    (home / "a.qualkit").touch()
    recent.remember_study(str(home / "a.qualkit"))
    (home / "a.qualkit").unlink()

    assert recent.recent_studies() == []


def test_an_address_is_never_kept_since_it_may_hold_a_password(home):
    recent.remember_study("postgresql://ann:secret@db/pilots")

    assert recent.recent_studies() == []
    assert not (home / "state").exists()


@pytest.mark.parametrize("broken", ["", "{", '{"a": 1}', "[1, null]"])
def test_a_broken_list_counts_as_empty(home, broken):
    file = home / "state" / "qualkit" / "recent.json"
    file.parent.mkdir(parents=True)
    file.write_text(broken, "utf-8")

    assert recent.recent_studies() == []


def test_the_list_is_the_users_own_and_no_longer_than_eight(home):
    for n in range(12):
        (home / f"{n}.qualkit").touch()
        recent.remember_study(str(home / f"{n}.qualkit"))
    file = home / "state" / "qualkit" / "recent.json"

    assert len(json.loads(file.read_text("utf-8"))) == 8
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (":red[x] $a$", "\\:red\\[x\\] \\$a\\$"),
        ("two\nlines", "two lines"),
        ("Ann Ó Briain", "Ann Ó Briain"),
        ("<b>&amp;", "\\<b\\>\\&amp;"),
    ],
)
def test_words_of_a_user_are_no_markup_in_a_label(text, shown):
    assert state.plain(text) == shown


def test_a_link_to_a_place_holds_names_as_they_are():
    assert state.place("A&B ü/1", 3) == "code?source=A%26B%20%C3%BC%2F1&start=3&end=3"


# Who works on which study -----------------------------------------------------------------------


def _frame():
    """The side of the page, and a page on which a coder is given another name."""
    import streamlit as st

    from qualkit.app import main, state

    main._who()
    if st.button("Rename", key="rename"):
        state.choose_coder("Anna")
        st.rerun()
    if st.button("Other study", key="other"):
        state.open_study(st.session_state["study"])
        st.rerun()


@pytest.fixture
def frame(tmp_path, monkeypatch):
    """The side of the page of a study with a coder Ben, drawn for Ann."""
    monkeypatch.setattr(sys, "argv", ["qualkit"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with Project.create(tmp_path / "pilots.qualkit", user="Ben") as project:
        project.add_coder("Ben")
    page = AppTest.from_function(_frame, default_timeout=60)
    page.session_state["study"] = str(tmp_path / "pilots.qualkit")
    page.session_state["coder"] = "Ann"
    return page.run()


def test_a_coder_who_was_renamed_on_a_page_keeps_the_new_name(frame):
    frame.button(key="rename").click().run()

    assert frame.selectbox(key="who-codes").value == "Anna"
    assert frame.session_state["coder"] == "Anna"


def test_another_coder_is_chosen_at_the_side(frame):
    frame.selectbox(key="who-codes").select("Ben").run()

    assert frame.session_state["coder"] == "Ben"


def test_nothing_that_was_kept_of_one_study_is_there_in_another(frame, monkeypatch):
    frame.session_state["batch"] = "an entry of the log, with its undo"

    monkeypatch.setattr(state, "cookie", lambda _name: "")  # AppTest has none, only a stand-in
    frame.button(key="other").click().run()

    assert "batch" not in frame.session_state
    assert frame.session_state["coder"] == ""


@pytest.mark.parametrize(
    ("given", "study", "kept"),
    [
        (None, "/home/ann/a.qualkit", {"qualkit-study": "/home/ann/a.qualkit"}),
        (None, "postgresql://ann:secret@db/pilots", {"qualkit-study": ""}),
        ("postgresql://ann:secret@db/pilots", "postgresql://ann:secret@db/pilots", {}),
        ("/srv/a.qualkit", "/srv/a.qualkit", {}),
    ],
)
def test_a_cookie_never_holds_an_address_nor_the_study_of_the_server(
    monkeypatch, given, study, kept
):
    monkeypatch.setattr(sys, "argv", ["qualkit", *([] if given is None else [given])])
    monkeypatch.setattr(streamlit, "session_state", {"study": study, "coder": "Ann"})

    cookies = state.to_remember()

    assert cookies.pop(state.coder_cookie()) == "Ann"
    assert cookies == kept


def test_a_fault_of_the_program_is_told_without_the_words_of_an_interview(caplog):
    from streamlit.testing.v1 import AppTest

    script = "from qualkit.app.main import guarded\nguarded(lambda: {}['what a pupil said'])"

    shown = AppTest.from_string(script, default_timeout=30).run()

    assert not shown.exception
    assert "load the page anew" in shown.error[0].value
    assert "KeyError in" in shown.text[0].value
    assert "pupil" not in shown.text[0].value + caplog.text
    assert "KeyError in" in caplog.text


def test_what_streamlit_stops_a_page_with_is_no_fault():
    from streamlit.testing.v1 import AppTest

    script = "import streamlit as st\nfrom qualkit.app.main import guarded\nguarded(st.stop)"

    assert not AppTest.from_string(script, default_timeout=30).run().error


def _coder_of_the_study():
    import streamlit as st

    from qualkit.app import state

    st.text(state.coder())


def test_a_coder_pack_opens_in_its_coders_name(tmp_path, write, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["qualkit"])
    with Project.create(tmp_path / "pilots.qualkit", user="Sue") as project:
        project.add_sources([write("p1.txt", "P1: It helped.\n")])
        project.assign(["p1"], ["Ann"])
        project.write_pack(tmp_path / "ann.qualkit", "Ann")
    shown = {}
    for name in ("ann", "pilots"):
        page = AppTest.from_function(_coder_of_the_study, default_timeout=60)
        page.session_state["study"] = str(tmp_path / f"{name}.qualkit")
        shown[name] = page.run().text[0].value

    assert shown == {"ann": "Ann", "pilots": ""}


def _warned():
    from qualkit.app import main, state

    state.warn(main._who())


def test_what_a_study_warns_of_is_said_once_as_it_is_until_it_is_put_away(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["qualkit"])
    folder = tmp_path / "Dropbox"
    folder.mkdir()
    with Project.create(folder / "**a**.qualkit", user="Ben"):
        pass
    page = AppTest.from_function(_warned, default_timeout=60)
    page.session_state["study"] = str(folder / "**a**.qualkit")

    page.run()
    assert [one.value for one in page.warning] == ["This study needs a look."]
    assert page.text[-1].value.startswith("**a**.qualkit lies in a folder that Dropbox syncs")
    page.button(key="study-warnings-away").click().run()

    assert not page.warning


HEAVY = {"spacy", "sklearn", "torch", "bertopic", "umap", "hdbscan", "dask", "docx", "matplotlib"}


@pytest.mark.parametrize("name", ["study", "code"])
def test_the_pages_that_are_opened_first_load_no_heavy_library(name, tmp_path, write):
    study = tmp_path / "s.qualkit"
    with Project.create(study, codebooks=["evaluation-topics"]) as project:
        project.add_sources([write("p1.txt", "Interviewer: What helped?\nParent: Staff.\n")])
        project.add_coding("p1", (34, 39), "communication", coder="Ann")
    program = f"""
import sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_string("from qualkit.app.pages import {name}; {name}.show()", default_timeout=60)
page.session_state["study"], page.session_state["coder"] = {str(study)!r}, "Ann"
page.run()
shown = page.metric if {name!r} == "study" else page.selectbox
assert len(shown) and not page.exception and not page.error
print(sorted({HEAVY} & set(sys.modules)))
"""

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
