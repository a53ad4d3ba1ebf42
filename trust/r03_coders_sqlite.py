"""R3: eight people who code in one SQLite file at the same time."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.memory import in_memory
from trust import Promise, Result
from trust._coders import together
from trust._studies import make_study

PROMISE = Promise(
    words="Eight people can code in one file at once: everything is stored, nobody overwrites "
    "another without being told, nobody waits long",
    how="8 programs make 1,000 codings each and count up one shared memo 800 times",
    goal="8,000 of 8,000, 0 overwritten, 99 % within 250 ms, all within 1 s",
)


def measure(long: bool) -> Result:
    """8 x 1,000 on the disk with its times, or 4 x 20 in memory without them."""
    coders, codings, place = (8, 1_000, None) if long else (4, 20, in_memory())
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=place) as name:
        study = make_study(Path(name) / "study.qualkit", Path(name) / "in")
        done = together(study, coders=coders, codings=codings)
    quick = not long or (done.at(0.99) < 250 and done.at(1) < 1_000)
    ok = done.lost == 0 and not done.faults and quick
    return Result("R3", done.figure(), ok=ok, detail=done.faults)
