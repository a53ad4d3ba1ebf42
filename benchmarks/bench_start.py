"""How long the command line takes to start, against an empty Python (bar: 8 times)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from _measure import Row, seconds, show

INTERVIEW = Path(__file__).parents[1] / "samples" / "interviews" / "kingsreach-s.txt"


def rows() -> Iterator[Row]:
    """The figures."""
    empty = seconds([sys.executable, "-c", "pass"])
    program = str(Path(sys.executable).with_name("qualkit"))
    for name, command in {
        "qualkit --help": [program, "--help"],
        "python -c 'import qualkit'": [sys.executable, "-c", "import qualkit"],
        "qualkit source read (a .txt)": [program, "source", "read", str(INTERVIEW)],
    }.items():
        yield Row(name, seconds(command), "s", "python -c pass", empty)


if __name__ == "__main__":
    show(rows)
