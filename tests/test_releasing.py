"""Files of a study that has a key: what is refused is not there, what left is in the log."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from qualkit import releasing
from qualkit.errors import KeyFileError, ReleaseError
from qualkit.export.table import write_table
from qualkit.privacy import key as keys
from qualkit.privacy.key import Entry, Key
from qualkit.project import Project
from qualkit.store.surveys import pack

ENTRY = Entry("person", "[Person 1]", ("Aoife",))


@pytest.fixture
def key(project):
    return Key(project.study_id, entries=(ENTRY,))


@pytest.fixture
def named(project, write):
    """A study in which a name of the key still stands."""
    project.add_sources([write("p7.txt", "P7: Aoife rang.\n")])
    project.add_memo("Ask Aoife again.", source="p7")
    return project


def memos(project, path):
    return write_table(project.memos()[["title", "text"]], path)


def test_a_refused_file_is_not_there_and_the_old_one_stays(named, key, tmp_path):
    path = tmp_path / "memos.csv"
    path.write_text("old")

    with pytest.raises(ReleaseError) as caught, releasing.checked(named, key=key):
        memos(named, path)

    assert str(caught.value) == (
        "memos.csv: not released, nothing was written:\n"
        "  the table, row 2, text: a name of the key [Person 1]\n"
        "mend these places, or say why it may leave all the same: --release-anyway REASON"
    )
    assert [one.name for one in tmp_path.glob("*.csv")] == ["memos.csv"]
    assert path.read_text() == "old"


def test_a_reason_lets_it_out_and_is_logged_without_the_name(named, key, tmp_path):
    with releasing.checked(named, key=key, anyway="Aoife has agreed") as found:
        memos(named, tmp_path / "for-aoife.csv")

    assert (tmp_path / "for-aoife.csv").exists()
    assert [one.level for one in found] == ["refuse", "refuse"]
    last = named.log().iloc[-1]
    assert (last["action"], last["what"]) == (
        "release", "for-[Person 1].csv: [Person 1] has agreed"
    )  # fmt: skip
    assert json.loads(last["after"]) == [
        {"released": {"name": 2}, "file": "for-[Person 1].csv", "reason": "[Person 1] has agreed"}
    ]


def test_a_release_is_passed_over_by_undo(named, key, tmp_path):
    with releasing.checked(named, key=key, anyway="agreed"):
        memos(named, tmp_path / "memos.csv")

    assert [one.what.split()[0:2] for one in named.undo_last()] == [["add", "memo"]]


def test_a_study_without_a_key_is_not_checked(named, tmp_path):
    with releasing.checked(named) as found:
        memos(named, tmp_path / "memos.csv")

    assert found == []
    assert named.log()["action"].iloc[-1] == "add memo"


def test_a_pseudonymised_study_whose_key_is_away_lets_nothing_out(tmp_path, monkeypatch):
    with Project.create(f"{tmp_path}/s.qualkit", user="Ann") as project:
        monkeypatch.setattr(Project, "pseudonymised", ("run",))
        away = r"s\.qualkit\.key: is not there, so names could"
        with pytest.raises(ReleaseError, match=away), releasing.checked(project):
            memos(project, tmp_path / "memos.csv")


def test_the_key_beside_the_study_is_found_and_is_itself_written(tmp_path, write):
    with Project.create(f"{tmp_path}/s.qualkit", user="Ann") as project:
        project.add_memo("Ask Aoife again.")
        place = keys.place_of(project.study)
        with releasing.checked(project):
            keys.write(place, Key(project.study_id, entries=(ENTRY,)))  # it is no release
            with pytest.raises(ReleaseError):
                memos(project, tmp_path / "memos.csv")


def test_a_pack_is_checked_like_any_file(named, key, tmp_path):
    named.add_coder("Ann")

    with pytest.raises(ReleaseError), releasing.checked(named, key=key):
        named.write_pack(tmp_path / "ann.qualkit", "Ann", sources=["p7"])

    assert not (tmp_path / "ann.qualkit").exists()


def test_a_key_that_is_not_there_is_no_empty_key(tmp_path, write):
    with pytest.raises(KeyFileError, match=r"no\.key: there is no such file"):
        releasing.check(write("a.txt", "Aoife"), key=tmp_path / "no.key")


def test_what_cannot_be_read_is_searched_and_told(write):
    listed = releasing.check(
        write("a.docx", b"PK\x03\x04 no archive, but Aoife"), key=Key("s", (), (ENTRY,))
    )

    assert [(one.level, one.kind) for one in listed] == [("refuse", "name"), ("look", "unread")]
    assert "Aoife" not in json.dumps([one.as_dict() for one in listed])


def test_open_answers_of_a_survey_are_looked_through_in_a_study(tmp_path):
    table = pd.DataFrame({"why": ["Siobh\u00e1n rang"], "weight": [0.5]})
    with closing(sqlite3.connect(tmp_path / "p.qualkit")) as made, made:
        made.execute("CREATE TABLE survey_wave (answers BLOB)")
        made.execute("INSERT INTO survey_wave VALUES (?)", [pack(table)[0]])
    key = Key("s", entries=(Entry("person", "[Person 1]", ("Siobh\u00e1n",)),))

    listed = releasing.check(tmp_path / "p.qualkit", key=key)

    assert [(one.where, one.text) for one in listed] == [("survey_wave 1, answers", "[Person 1]")]
