"""A journal beside a study that nobody has open: its own is replayed, another's is set aside."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from qualkit.project import Project
from qualkit.store import leftover

KILLED = """
import os, sys, signal
from qualkit.project import Project
project = Project.open(sys.argv[1], user="Ann")
with project._store.read():  # a reader that stays keeps the journal from being written back
    for n in range(30):
        project.add_coder(f"{sys.argv[2]} {n}")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def study(tmp_path):
    return made(tmp_path / "ours.qualkit", "Ours")


def made(path, name):
    with Project.create(path, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_coder(name)
    return path


def killed(path, name):
    """Work on a study is killed, so that its journal stays; the journal."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), name], check=False)
    assert done.returncode == -signal.SIGKILL
    wal = Path(f"{path}-wal")
    assert wal.stat().st_size
    return wal


def coders(path):
    with Project.open(path) as project:
        assert project.check().problems == ()
        return len(project.coders()), project.warnings


def test_what_was_stored_before_a_kill_is_there(study):
    killed(study, "Late")

    assert coders(study) == (31, ())


def test_another_studys_journal_is_set_aside_and_told(study, tmp_path):
    other = made(tmp_path / "other.qualkit", "Other")
    wal = killed(other, "Theirs")
    shutil.copyfile(wal, f"{study}-wal")

    count, warnings = coders(study)

    assert count == 1
    (said,) = warnings
    assert "ours.qualkit-wal beside it is another study's" in said
    kept = [path for path in tmp_path.iterdir() if ".not-ours-" in path.name]
    assert [path.read_bytes() for path in kept] == [wal.read_bytes()]


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="this system does not list locks")
def test_a_study_that_is_in_use_is_left_alone(study, monkeypatch):
    with Project.open(study, user="Ann") as project, project._store.read():
        project.add_coder("Bo")
        assert Path(f"{study}-wal").stat().st_size
        monkeypatch.setattr(leftover, "_look", lambda *_: pytest.fail("it was looked at"))
        assert leftover.set_aside(study) is None
        assert Path(f"{study}-wal").exists()


def test_a_journal_that_goes_while_it_is_looked_at_is_nobodys_fault(study, monkeypatch):
    wal = Path(f"{study}-wal")
    wal.write_bytes(b"x" * 64)
    exists = Path.exists

    def gone_after(path, **how):
        found = exists(path, **how)
        wal.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Path, "exists", gone_after)

    assert leftover.set_aside(study) is None


def test_a_journal_that_somebody_writes_meanwhile_is_left_where_it_is(study, tmp_path, monkeypatch):
    wal = killed(made(tmp_path / "other.qualkit", "Other"), "Theirs")
    shutil.copyfile(wal, f"{study}-wal")
    real = leftover._look

    def written(path, way, before=None):
        found = real(path, way, before)
        with Path(f"{study}-wal").open("ab") as file:
            file.write(b"more")
        return found

    monkeypatch.setattr(leftover, "_look", written)

    assert leftover.set_aside(study) is None
    assert Path(f"{study}-wal").read_bytes()[: wal.stat().st_size] == wal.read_bytes()
