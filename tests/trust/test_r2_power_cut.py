"""R2: what was acknowledged outlasts a power cut, and the measurement would notice if not."""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
from contextlib import closing

import pytest

from trust import NotHere, measured
from trust._disk import Disk, calls, record

COMMITS = """
import os, sqlite3, sys
made = sqlite3.connect(sys.argv[1], isolation_level=None)
made.execute("PRAGMA journal_mode=WAL")
made.execute(f"PRAGMA synchronous={sys.argv[2]}")
for n in range(12):
    made.execute("INSERT INTO t VALUES (?)", (n,))
    os.write(1, b"done")
"""


def lost_after_each_commit(folder, mode):
    """How often a commit that was acknowledged is gone after a power cut right then."""
    work, after = folder / mode, folder / f"after-{mode}"
    work.mkdir()
    after.mkdir()
    with closing(sqlite3.connect(work / "t.db")) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE t (n)")
        made.commit()
    disk, lost, done = Disk(work), 0, 0
    record([sys.executable, "-c", COMMITS, str(work / "t.db"), mode], folder / "trace")
    for call, arguments, result in calls(folder / "trace"):
        disk.call(call, arguments, result)
        if call == "write" and '"done"' in arguments:
            done += 1
            lost += rows_after_cut(disk, after, seed=done) < done
    assert done == 12
    return lost


def rows_after_cut(disk, after, seed):
    for path in after.iterdir():
        path.unlink()
    for name, content in disk.after_cut(random.Random(seed)):  # noqa: S311 - a seeded trial
        (after / name).write_bytes(content)
    with closing(sqlite3.connect(after / "t.db")) as made:
        return made.execute("SELECT count(*) FROM t").fetchone()[0]


@pytest.mark.skipif(shutil.which("strace") is None, reason="NO STRACE: install it")
def test_a_replayed_power_cut_tells_commits_that_were_forced_to_the_disk_from_others(tmp_path):
    assert lost_after_each_commit(tmp_path, "FULL") == 0
    assert lost_after_each_commit(tmp_path, "NORMAL") > 3


def test_a_power_cut_loses_nothing_acknowledged_and_damages_nothing():
    try:
        result = measured("R2", long=False)
    except NotHere as error:
        pytest.skip(f"NO STRACE: {error}")

    assert result.ok, (result.figure, *result.detail)
