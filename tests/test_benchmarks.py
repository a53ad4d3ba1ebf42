"""The benchmarks' runner: one table of all programs, whatever one of them does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1] / "benchmarks"
FIRST = """
from _measure import Row, show

def rows():
    yield Row("reading", 0.05, "s", "a naive way", 0.5)
    yield Row("memory", 1234.0, "MB")

show(rows)
"""
SECOND = """
from _measure import NotMeasuredError, Row, show

def rows():
    yield Row("import", 30.0, "s", "the bar", 60.0)
    raise NotMeasuredError("the peers are not installed: make peers")

show(rows)
"""
THIRD = "print('a line of its own')\nraise SystemExit('the bar is missed')\n"
FOURTH = (
    "from _measure import Row, show\nshow(lambda: [Row('search', 2.5, 's', 'scanning', 1.25)])\n"
)


@pytest.fixture
def table(tmp_path):
    """The table of four small programs, its rows as cells."""
    for name in ("_measure.py", "__main__.py"):
        (tmp_path / name).symlink_to(HERE / name)
    for number, text in enumerate((FIRST, SECOND, THIRD, FOURTH), 1):
        (tmp_path / f"bench_{number}.py").write_text(text, "utf-8")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        f"import runpy; from pathlib import Path\n"
        f"runpy.run_path({str(tmp_path / '__main__.py')!r}, run_name='runner')"
        f"['main']([], Path({str(tmp_path)!r}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def test_programs_make_one_table_with_the_machine_once(table):
    told = [line for line in table if "processors, Python" in line]

    assert table[1] == "what qualkit against that ratio"
    assert told == [table[0]]
    assert table[2:] == [
        "-- 1",
        "reading 50 ms a naive way 0.500 s 0.1",
        "memory 1,234 MB",
        "-- 2",
        "import 30 s the bar 60 s 0.5",
        "not measured: the peers are not installed: make peers",
        "-- 3",
        "a line of its own",
        "stopped: the bar is missed",
        "-- 4",
        "search 2.5 s scanning 1.2 s 2",
    ]
