"""All benchmarks in one table: each program in a process of its own, its rows as they come.

    python benchmarks                    # all of them
    python benchmarks import search      # these alone

A program that cannot run (a data set or a peer is missing, a bar was missed) says so in the table, and
the others go on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from _measure import HEAD, ROWS, Row, cells, line, machine

HERE = Path(__file__).parent


def programs(names: Sequence[str], folder: Path = HERE) -> list[Path]:
    """The programs of these names, or all."""
    found = {path.stem.removeprefix("bench_"): path for path in sorted(folder.glob("bench_*.py"))}
    unknown = [name for name in names if name not in found]
    if unknown:
        sys.exit(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(found)}")
    return [found[name] for name in names or found]


def rows_of(program: Path) -> Iterator[Row]:
    """What a program measured, and why it stopped where it did."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "rows"
        path.touch()
        done = subprocess.run(
            [sys.executable, str(program)], env=os.environ | {ROWS: str(path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        yield from (Row(**json.loads(one)) for one in path.read_text("utf-8").splitlines())
    for told in done.stdout.splitlines():  # of a program that prints lines of its own
        if told.strip() and told != machine():
            yield Row(told, None, "")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        yield Row(f"stopped: {last}", None, "")


def main(names: Sequence[str], folder: Path = HERE) -> None:
    """Print the table."""
    print(machine())
    print(line(HEAD), flush=True)
    for program in programs(names, folder):
        print(f"-- {program.stem.removeprefix('bench_')}", flush=True)
        for row in rows_of(program):
            print(line(cells(row)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
