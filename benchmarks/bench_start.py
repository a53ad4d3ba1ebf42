"""How long the command line takes to start, against an empty Python (bar: 8 times)."""

from __future__ import annotations

import sys
from pathlib import Path

from _measure import machine, seconds

if __name__ == "__main__":
    empty = seconds([sys.executable, "-c", "pass"])
    program = Path(sys.executable).with_name("qualkit")
    for name, command in {
        "qualkit --help": [str(program), "--help"],
        "python -c 'import qualkit'": [sys.executable, "-c", "import qualkit"],
        "qualkit source read (a .txt)": [
            str(program), "source", "read", str(Path(__file__).parents[1] / "samples" / "interviews" / "kingsreach-s.txt"),
        ],
    }.items():  # fmt: skip
        taken = seconds(command)
        print(f"{name}: {taken * 1000:.0f} ms, {taken / empty:.1f} times 'python -c pass'")
    print(machine())
