"""R2: the power fails while the program works.

See :mod:`trust._disk` for what a disk then holds.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qualkit.errors import QualkitError
from qualkit.project import Project
from tests.memory import in_memory
from trust import NotHere, Promise, Result
from trust._disk import Disk, calls, record
from trust._studies import make_study, open_afresh
from trust._work import Told, Worker

PROMISE = Promise(
    words="A power cut loses nothing that was acknowledged and damages nothing",
    how="the system calls of a working program replayed, each time up to another moment, without "
    "any of what was not yet forced to the disk, with some of it, or with torn sectors of it",
    goal="0 lost, 0 damaged",
)
_WORK = ("code",) * 12 + ("import", "export", "replace", "remove", "export")
_TOLD = re.compile(r'^\d+<[^>]*/told>, "((?:[^"\\]|\\.)*)"')


def measure(long: bool) -> Result:
    """400 moments of 6 rounds of work, or 16 of one."""
    if shutil.which("strace") is None:
        raise NotHere("strace is not installed")
    points, rounds, faults = (400, 6, []) if long else (16, 1, [])
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
        place = Path(name)
        done, disk = _recorded(place, rounds)
        chosen = {round(n * len(done) / points) for n in range(points)}
        told = Told()
        for n, (call, arguments, result) in enumerate(done):
            if n in chosen:
                faults += [f"moment {n}: {one}" for one in _after(disk, told, place, n)]
            disk.call(call, arguments, result)
            if call == "write" and (said := _TOLD.match(arguments)) is not None:
                told.take(json.loads(_plain(said[1])))
    figure = (
        f"{len(faults)} faults at {len(chosen)} moments of {len(done)} writes and syncs "
        f"({disk.fsyncs} fsyncs, {len(told.codings)} codings)"
    )
    return Result("R2", figure, ok=not faults and disk.fsyncs > 20, detail=tuple(faults))


def _recorded(place: Path, rounds: int) -> tuple[list[tuple[str, str, int]], Disk]:
    """The calls of a worker, and the disk as it was before them."""
    folder, trace = place / "work", place / "trace"
    folder.mkdir()
    make_study(folder / "study.qualkit", folder / "in")
    disk = Disk(folder)
    record([sys.executable, "-m", __name__, str(folder), str(rounds)], trace)
    ours = [one for one in calls(trace) if f"{folder}/" in one[1] or f"{folder}>" in one[1]
            or _TOLD.match(one[1])]  # fmt: skip
    trace.unlink()
    return ours, disk


def _after(disk: Disk, told: Told, place: Path, seed: int) -> Iterator[str]:
    """What is wrong with the study after a power cut now."""
    after = place / "after"
    shutil.rmtree(after, ignore_errors=True)
    for name, content in disk.after_cut(random.Random(seed)):
        path = after / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    try:
        with open_afresh(after / "study.qualkit") as project:
            yield from told.faults(project, after)
    except QualkitError as error:
        yield f"it cannot be opened: {error}"


def _plain(quoted: str) -> str:
    return quoted.encode("ascii").decode("unicode_escape").encode("latin-1").decode("utf-8")


def _work(folder: Path, rounds: int) -> None:
    """Do some rounds of everything, and tell of each step in a file beside the folder."""
    told = os.open(folder.parent / "told", os.O_CREAT | os.O_WRONLY, 0o600)

    def tell(said: dict[str, Any]) -> None:
        os.write(told, json.dumps(said).encode())

    with Project.open(folder / "study.qualkit", user="Ann") as project:
        worker = Worker(project, folder, 1, tell)
        for _ in range(rounds):
            for kind in _WORK:
                worker.step(kind)


if __name__ == "__main__":
    _work(Path(sys.argv[1]), int(sys.argv[2]))
