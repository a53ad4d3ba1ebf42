"""R1: a program that is killed while it codes, imports, exports or replaces a text.

Each round forks a worker, lets it work on the study that the last one left, and kills it with
all its children at a random moment. What it told through a pipe by then counts as acknowledged.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from qualkit.errors import QualkitError
from qualkit.project import Project
from tests.memory import in_memory
from trust import Promise, Result
from trust._forks import Fork, Say, listen
from trust._studies import make_study, open_afresh
from trust._work import STEPS, Told, Worker

PROMISE = Promise(
    words="A program that crashes or is killed loses nothing that it had acknowledged, leaves "
    "nothing half done, and the study opens by itself",
    how="kill -9 at random moments of coding, importing, exporting and replacing texts; then "
    "everything acknowledged is looked for",
    goal="0 lost, 0 half, 0 torn files, opened in under 1 s, 0 temporary files after it",
)
_LONGEST = 0.6  # seconds that a worker is left alone
_AGED = 7_200  # seconds: strays are removed when they are an hour old


def measure(long: bool) -> Result:
    """200 kills, or 8."""
    kills, told, slowest = (200 if long else 8), Told(), 0.0
    faults: list[str] = []
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
        folder = Path(name)
        study = make_study(folder / "study.qualkit", folder / "in")
        _each_once(study, folder)  # so that the forked workers have every library at hand
        rng = random.Random(20_261_128)
        for round_ in range(kills):
            said = _killed(study, folder, round_, rng.uniform(0.02, _LONGEST))
            told.lines(said)
            _age(folder)
            start = time.perf_counter()
            with open_afresh(study) as project:
                slowest = max(slowest, time.perf_counter() - start)
                found = [*told.faults(project, folder), *_strays(folder)]
            faults += [f"after kill {round_ + 1}: {one}" for one in found]
            if found:
                break  # all that follows would say the same again
    figure = (
        f"{len(faults)} faults after {round_ + 1} kills: {len(told.codings)} codings and "
        f"{told.steps} things told; opened in {slowest:.2f} s at most"
    )
    enough = len(told.codings) >= kills
    return Result("R1", figure, ok=not faults and slowest < 1 and enough, detail=tuple(faults))


def _each_once(study: str, folder: Path) -> None:
    with Project.open(study, user="Ann") as project:
        worker = Worker(project, folder, -1, lambda _: None)
        for kind in STEPS:
            worker.step(kind)


def _killed(study: str, folder: Path, seed: int, after: float) -> list[str]:
    """What a worker told until it was killed, so many seconds after it had opened the study."""

    def work(say: Say) -> None:
        def tell(said: dict[str, Any]) -> None:
            say(json.dumps(said))

        with Project.open(study, user="Ann") as project:
            worker = Worker(project, folder, seed, tell)
            tell({"begun": seed})
            try:
                while True:
                    worker.step()
            except QualkitError as error:
                tell({"broken": repr(error)})

    fork = Fork.of(work)
    listen([fork], until=lambda: bool(fork.said))
    listen([fork], wait=after)
    return fork.end()


def _age(folder: Path) -> None:
    """Let what lies about look two hours old."""
    then = time.time() - _AGED
    for path in (*folder.rglob(".*"), *folder.rglob("*.part*")):
        os.utime(path, (then, then))


def _strays(folder: Path) -> list[str]:
    """Temporary files that are still there after the next start."""
    known = ("study.qualkit", "in", "out.")
    found = [p for p in folder.rglob("*") if p.is_file() and (
        p.name.startswith(".") or p.suffix == ".part" or p.name.endswith("-journal")
    )]  # fmt: skip
    odd = [p for p in folder.iterdir() if not p.name.startswith(known)]
    return [f"{path.name} is left lying about" for path in sorted({*found, *odd})]
