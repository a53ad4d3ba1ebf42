"""What deploy/ holds, really run: the backup of a server's study; see tests/browser/test_doors.py too."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from qualkit.project import Project
from tests.conftest import ROOT

SAID = "Interviewer: What helped?\nP7: The staff listened.\n"


@pytest.fixture
def server_study(postgres, write, tmp_path):
    """A study on a server, with one coding."""
    address = postgres.new_database("pilots")
    with Project.create(address, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([write("p7.txt", SAID)])
        project.add_coding("p7", (30, 49), "communication", coder="Ann")
    yield address
    postgres.drop("pilots")


def back_up(address, folder, postgres):
    program = folder / "qualkit"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m qualkit "$@"\n')
    program.chmod(0o700)
    env = {
        **os.environ, "QUALKIT": str(program), "PYTHONPATH": str(ROOT),
        "PATH": f"{postgres._programs}:{os.environ['PATH']}",
    }  # fmt: skip
    command = ["bash", str(ROOT / "deploy" / "backup.sh"), address, str(folder / "kept")]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def databases(address):
    with Project.open(address) as project, project._store.read() as connection:
        return set(connection.execute(text("SELECT datname FROM pg_database")).scalars())


def test_a_servers_study_is_backed_up_and_comes_back_as_it_was(server_study, postgres, tmp_path):
    before = databases(server_study)
    made = back_up(server_study, tmp_path / "b", postgres)
    assert made.returncode == 0, made.stderr

    dump = Path(made.stdout.strip())
    assert [path.name for path in (tmp_path / "b" / "kept").iterdir()] == [dump.name]
    assert dump.stat().st_mode & 0o777 == 0o600
    assert databases(server_study) == before  # the one that it was tried in is gone

    again = postgres.new_database("again", like="template0")
    restore = [str(postgres._programs / "pg_restore"), "--no-owner", "-d", again, str(dump)]
    subprocess.run(restore, check=True, capture_output=True)
    with Project.open(server_study) as one, Project.open(again) as other:
        assert one.snapshot() == other.snapshot()
    postgres.drop("again")


def test_a_backup_made_while_people_code_takes_the_place_of_the_study(
    server_study, postgres, tmp_path
):
    def code():
        with Project.open(server_study, user="Bo") as project:
            for start in range(19):
                project.add_coding("p7", (30 + start, 49), "communication", coder="Bo")

    coding = threading.Thread(target=code)
    coding.start()
    made = back_up(server_study, tmp_path / "b", postgres)
    coding.join()
    assert made.returncode == 0, made.stderr

    back = postgres.new_database("pilots_back", like="template0")
    restore = [str(postgres._programs / "pg_restore"), "--no-owner", "-d", back]
    subprocess.run([*restore, made.stdout.strip()], check=True, capture_output=True)
    postgres._tell("ALTER DATABASE pilots RENAME TO pilots_before")  # nobody is connected to it
    postgres._tell("ALTER DATABASE pilots_back RENAME TO pilots")
    with Project.open(server_study, user="Bo") as project:
        assert project.check().problems == ()
        entries = project.log()
        assert len(project.codings()) == (entries["action"] == "add coding").sum()
        project.add_coding("p7", (13, 18), "communication", coder="Bo")
    postgres.drop("pilots_before")


def test_a_damaged_study_leaves_no_backup_behind(server_study, postgres, tmp_path):
    with Project.open(server_study) as project, project._store.alone() as connection:
        connection.execute(text("UPDATE source SET text = replace(text, 'listened', 'left')"))

    made = back_up(server_study, tmp_path / "b", postgres)

    assert made.returncode == 1
    assert "its text is not what was imported" in made.stderr
    assert list((tmp_path / "b" / "kept").iterdir()) == []
