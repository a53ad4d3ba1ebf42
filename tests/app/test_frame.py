"""How the interface is started, and what it keeps of what was open."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

pytest.importorskip("streamlit")

from qualkit.app import recent, state
from qualkit.cli.app import flags

ROOT = Path(__file__).parents[2]


def test_the_interface_listens_to_this_machine_alone_and_sends_nothing():
    assert {"--server.address=127.0.0.1", "--browser.gatherUsageStats=false"} <= set(flags())


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
