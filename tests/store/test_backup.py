"""Backups: checked copies of a study's file that are studies themselves."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
from pathlib import Path

import pytest

from qualkit.errors import StoreError
from qualkit.project import Project


@pytest.fixture
def study(tmp_path, write):
    with Project.create(tmp_path / "a [1].qualkit", codebooks=["cascade"]) as project:
        project.add_sources([write("p1.txt", "P1: The staff listened.\n")])
        yield project


def test_a_backup_is_a_study_of_its_own_with_all_that_was_there(study):
    copy = study.back_up()
    study.remove_source("p1")

    with Project.open(copy) as kept:
        assert kept.sources()["source"].tolist() == ["p1"]
        assert kept.check().problems == ()


def test_it_stands_beside_the_study_named_by_the_moment_and_belongs_to_its_owner(study, tmp_path):
    copy = study.back_up()

    assert copy.parent == tmp_path / "a [1].qualkit.backups"
    assert re.fullmatch(r"a \[1\]-\d{4}-\d\d-\d\dT\d{6}Z\.qualkit", copy.name)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    assert [path.name for path in copy.parent.iterdir()] == [copy.name]


def test_backups_of_one_moment_stand_side_by_side_and_the_newest_is_first(study):
    made = [study.back_up() for _ in range(3)]

    assert len(set(made)) == 3
    assert study.backups() == made[::-1]


def test_only_backups_of_this_study_are_listed(study):
    copy = study.back_up()
    for name in ("a [1]-notes.qualkit", "b-2026-01-01T000000Z.qualkit", f"{copy.stem}.part"):
        (copy.parent / name).touch()

    assert study.backups() == [copy]


def test_a_study_without_backups_has_none(study):
    assert study.backups() == []


def test_a_folder_of_ones_own_is_made(study, tmp_path):
    copy = study.back_up(tmp_path / "safe" / "place")

    assert copy.parent == tmp_path / "safe" / "place"


def test_a_copy_is_on_disk_before_it_gets_its_name(study, monkeypatch):
    done, fsync = [], os.fsync

    def noted(file):
        done.append(_name(file))
        fsync(file)

    monkeypatch.setattr(os, "fsync", noted)

    copy = study.back_up()

    assert [re.fullmatch(r".*\.qualkit\.\w+\.part", done[0]) is not None, *done[1:]] == [
        True,
        copy.parent.name,
    ]


def _name(file):
    return Path(f"/proc/self/fd/{file}").readlink().name


def test_what_was_written_by_others_since_it_was_opened_is_in_it(study):
    with Project.open(study.study) as other:
        other.add_coder("Bo")

        copy = study.back_up()

    with Project.open(copy) as kept:
        assert kept.coders() == ["Bo"]


def test_a_damaged_study_gives_no_backup(study):
    path = Path(study.study)
    study.close()
    data = path.read_bytes()
    path.write_bytes(data[:8192] + b"\xff" * (len(data) - 8192))

    with pytest.raises(StoreError, match=r"no sound copy of it could be made \("):
        study.back_up()

    assert study.backups() == []


def test_a_folder_that_cannot_be_written_to_is_told(study, tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match="no backup can be written to"):
        study.back_up(tmp_path / "file")


def test_a_study_on_a_server_names_the_tool_for_it(postgres):
    with Project.create(postgres.new_database("backup")) as study:
        assert study.backups() == []
        with pytest.raises(StoreError, match="backed up with PostgreSQL's own pg_dump"):
            study.back_up()


def test_the_copy_is_made_in_one_piece_while_somebody_writes(study):
    with study._store.change("Ann", "add coder", "x") as change:
        change.tell(note="not yet written")
        copy = study.back_up()

    with sqlite3.connect(copy) as kept:
        assert kept.execute("SELECT count(*) FROM log WHERE who = 'Ann'").fetchone() == (0,)
    kept.close()
