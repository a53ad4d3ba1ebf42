"""A study put back to one of its backups: whole or not at all."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.errors import DamagedProject, NotAllowed, NotAProject, StoreError
from qualkit.project import Project, backups_of, preview_restore, restore
from qualkit.store import backup


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "a #1%.qualkit"
    with Project.create(path, codebooks=["cascade"], user="Ann") as project:
        project.add_sources([write("p1.txt", "P1: The staff listened.\n")])
    return path


def backed_up(study):
    with Project.open(study) as project:
        return project.back_up(), project.snapshot()


def changed(study):
    with Project.open(study, user="Ann") as project:
        project.remove_source("p1")
        return project.snapshot()


def content(study):
    with Project.open(study) as project:
        assert project.check().problems == ()
        return project.snapshot()


def damage(path):
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xff" * (len(data) - 4096))


def test_the_study_is_its_backup_to_the_last_row_and_what_was_there_is_kept(study):
    _, then = backed_up(study)
    later = changed(study)

    done = restore(study)

    assert (content(study), done.lost, done.aside) == (then, 1, None)
    assert content(done.kept) == later
    restore(study, done.kept.name)
    assert content(study) == later


def test_an_older_one_by_its_name_says_how_many_entries_are_not_in_it(study):
    made, then = backed_up(study)
    with Project.open(study) as project:
        project.add_coder("Bo")
        project.add_coder("Cy")

    assert preview_restore(study, made.name).lost == 2
    assert restore(study, made.name).lost == 2
    assert content(study) == then


def test_whoever_has_the_study_open_sees_the_backup_and_goes_on(study):
    made, then = backed_up(study)
    with Project.open(study, user="Ann") as other:
        changed(study)

        restore(study, made)

        assert other.snapshot() == then
        other.add_coder("Bo")
    with Project.open(study) as project:
        assert project.coders() == ["Bo"]


def test_a_study_too_damaged_to_open_is_set_aside(study):
    _, then = backed_up(study)
    damage(study)
    bad = study.read_bytes()

    done = restore(study)

    assert (content(study), done.kept) == (then, None)
    assert done.aside.read_bytes() == bad


def test_a_study_that_is_gone_comes_back(study):
    _, then = backed_up(study)
    study.unlink()

    restore(study)

    assert content(study) == then
    assert study.stat().st_mode & 0o777 == 0o600


def test_a_damaged_backup_is_never_taken_and_named_when_asked_for(study):
    sound, then = backed_up(study)
    with Project.open(study) as project:
        project.add_coder("Bo")
        newer = project.back_up()
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE source SET text = replace(text, 'staff', 'stuff')")

    assert restore(study).backup == sound
    assert content(study) == then
    with pytest.raises(DamagedProject, match=r"damaged backup \(p1: its text is not what was"):
        restore(study, newer)


def test_nothing_happens_while_another_program_writes_or_for_another_study(
    study, tmp_path, monkeypatch
):
    made, then = backed_up(study)
    Project.create(tmp_path / "b.qualkit").close()
    monkeypatch.setattr("qualkit.store.restore._WAIT", 0.05)

    with closing(sqlite3.connect(study, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"nothing was put back \(database is locked\)"):
            restore(study, made)
    with pytest.raises(StoreError, match=r"backup of another study than b.qualkit"):
        restore(tmp_path / "b.qualkit", made)
    with pytest.raises(StoreError, match="there is no such backup; the newest are"):
        restore(study, "nothing.qualkit")
    (tmp_path / "notes.qualkit").write_text("hello")
    with pytest.raises(NotAProject):
        restore(study, tmp_path / "notes.qualkit")
    assert content(study) == then


def test_a_coder_may_not_put_a_study_back_where_there_is_a_supervisor(study):
    with Project.open(study, user="Ann") as project:
        project.add_coder("Ann", role="supervisor")
        project.add_coder("Bo", role="coder")
        made = project.back_up()

    with pytest.raises(NotAllowed):
        restore(study, made, user="Bo")
    assert restore(study, made, user="Ann").lost == 0


def test_a_study_on_a_server_names_the_tool_for_it():
    with pytest.raises(StoreError, match="put back with PostgreSQL's own pg_restore"):
        restore("postgresql://me@server/study")


def test_a_damaged_study_is_backed_up_when_asked_and_says_so_but_no_sound_one_goes(study):
    with closing(sqlite3.connect(study)) as connection, connection:
        connection.execute("UPDATE source SET text = replace(text, 'staff', 'stuff')")

    made, _ = backed_up(study)
    for _ in range(4):
        with Project.open(study) as project:
            project.add_coder(f"Bo {len(project.coders())}")
        backup.make(str(study), why="merge")

    assert made.name.endswith("Z-damaged.qualkit")
    found = backups_of(study)
    assert [one.sound for one in found] == [False] * 3  # the one asked for, and two by itself
    assert found[-1].path == made


def test_the_command_lists_previews_restores_and_copies(study, tmp_path):
    def run(*arguments):
        done = CliRunner().invoke(main, ["project", "restore", str(study), *arguments, "--json"])
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    made, then = backed_up(study)
    changed(study)

    listing = run("--list")["backups"]
    assert [(one["why"], one["sound"]) for one in listing] == [("asked", True)]
    before = run(made.name, "--dry-run")
    assert (before["applied"], before["lost"], before["kept"]) == (False, 1, None)
    run("--to", str(tmp_path / "copy.qualkit"))
    assert content(tmp_path / "copy.qualkit") == then
    done = run(made.name)
    assert (done["applied"], done["lost"], done["study"]) == (True, 1, str(study))
    assert content(study) == then
