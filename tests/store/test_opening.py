"""What happens when a study is opened: it is looked at, tidied, backed up; and told."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.errors import DamagedProject
from qualkit.project import Project
from qualkit.store import backup, check, opening


@pytest.fixture
def path(tmp_path, write):
    made = tmp_path / "study.qualkit"
    with Project.create(made, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([write("p1.txt", "P1: The staff listened.\n")])
        project.add_coding("p1", (4, 13), "communication", coder="Ann")
    return made


@pytest.fixture(autouse=True)
def _forgotten():
    opening._seen.clear()
    opening.told()


def tamper(path, statement):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)
    opening._seen.clear()  # as another program that opens it


def warnings(path):
    with Project.open(path) as project:
        return project.warnings


TEXT = "p1: its text is not what was imported; restore a backup"


def test_a_sound_study_warns_of_nothing(path):
    assert warnings(path) == ()


def test_a_changed_text_and_a_changed_coding_are_told_and_the_study_opens(path):
    tamper(path, "UPDATE source SET text = replace(text, 'listened', 'listed!!')")
    assert warnings(path) == (TEXT,)
    tamper(path, "UPDATE coding SET memo = 'x'")

    found = warnings(path)

    assert (found[0], len(found)) == (TEXT, 2)
    assert found[1].endswith("it was changed outside qualkit")


def test_bytes_that_are_no_text_are_named_and_made_good_and_their_words_not_told(path):
    with Project.open(path) as project:
        project.back_up()
    tamper(path, "UPDATE source SET text = CAST(x'50313a20ff7374616666' AS TEXT)")

    assert warnings(path)[0] == TEXT
    with Project.open(path, user="Ann") as project:
        with pytest.raises(DamagedProject) as refused:
            project.source("p1")
        assert refused.value.reason == "damaged project (bytes that are no text); restore a backup"
        assert project.repair().left == ()
        assert project.source("p1").text == "P1: The staff listened.\n"


def test_a_large_study_is_looked_at_for_its_texts_alone(path, monkeypatch):
    monkeypatch.setattr(opening, "_CODINGS", 0)
    tamper(path, "UPDATE coding SET memo = 'x'")
    assert warnings(path) == ()
    tamper(path, "UPDATE source SET text = 'P1: No.'")

    assert warnings(path) == (TEXT,)


def test_a_file_that_did_not_change_is_not_looked_at_again(path, monkeypatch):
    looked, look = [], check.look

    def noted(*given, **named):
        looked.append(given)
        return look(*given, **named)

    monkeypatch.setattr(check, "look", noted)
    monkeypatch.setattr(opening, "_AT_ONCE", 10)

    for _ in range(3):
        warnings(path)
    assert len(looked) == 1
    with Project.open(path, user="Ann") as project:
        project.add_coder("Bo")
    warnings(path)

    assert len(looked) == 2


def test_nobody_waits_again_for_a_large_study_and_who_opens_it_next_is_told(path, monkeypatch):
    monkeypatch.setattr(opening, "_LARGE", 1)
    monkeypatch.setattr(opening, "_AT_ONCE", 10)
    assert warnings(path) == ()
    before = dict(opening._seen)
    tamper(path, "UPDATE source SET text = 'P1: No.'")
    opening._seen.update(before)
    with opening._one_at_a_time:  # as if somebody were looking
        assert warnings(path) == ()
        (looking,) = [one for one in threading.enumerate() if one.name == "looking again"]

    looking.join()

    assert warnings(path)[0] == TEXT


def test_commands_print_warnings_and_their_results_stay_as_they_are(path):
    tamper(path, "UPDATE source SET text = 'P1: No.'")

    done = CliRunner().invoke(main, ["coder", "list", str(path), "--json"])

    assert done.stderr.startswith(f"warning: {TEXT}\n")
    assert '"Ann"' in done.stdout
    assert "warning" not in done.stdout


def test_old_stray_files_of_ours_go_and_others_stay(path):
    folder = backup.folder_of(str(path))
    folder.mkdir()
    ours = [path.with_name(".qualkit-export-x.docx"), path.with_name("study.qualkit.ab.part"),
            folder / "study.qualkit.cd.part", folder / "study.qualkit.cd.part-journal"]  # fmt: skip
    others = [path.with_name("notes.part"), path.with_name("study.docx")]
    new = folder / "study.qualkit.new.part"
    for one in (*ours, *others, new):
        one.write_text("x")
        if one != new:
            os.utime(one, (time.time() - 4_000,) * 2)

    warnings(path)

    assert [one.exists() for one in (*ours, *others, new)] == [False] * 4 + [True] * 3


def test_a_backup_is_made_a_day_after_the_last_and_only_of_a_sound_study(path, monkeypatch):
    later = backup.now() + timedelta(days=1, seconds=5)
    assert (warnings(path), backup.listed(str(path))) == ((), [])
    monkeypatch.setattr(backup, "now", lambda: later)

    with Project.open(path) as project:
        (made,) = project.backup_records()
    assert (made.why, made.sound) == ("open", True)
    assert warnings(made.path) == ()
    assert not Path(f"{made.path}.backups").exists()
    monkeypatch.setattr(backup, "now", lambda: later + timedelta(days=9))
    tamper(path, "UPDATE source SET text = text || '.'")
    tamper(path, "UPDATE log SET at = '2999-01-01T00:00:00Z'")

    assert warnings(path) == (TEXT,)
    assert backup.listed(str(path)) == [made.path]


def test_a_backup_that_cannot_be_made_is_told(path, monkeypatch):
    backup.folder_of(str(path)).touch()
    monkeypatch.setattr(backup, "now", lambda: datetime.now(UTC) + timedelta(days=2))

    assert warnings(path)[0].startswith("no daily backup was made: no backup can be written to")


def test_a_study_on_a_server_is_its_servers(postgres):
    with Project.create(postgres.new_database("opening")) as study:
        assert opening.look(study._store) == ()
