"""R4: eight people who code on one PostgreSQL server, and that server killed under them."""

from __future__ import annotations

import json
import random
import subprocess
import tempfile
import time
from pathlib import Path

from qualkit.errors import QualkitError
from qualkit.project import Project
from tests.postgres import Server, find_server
from trust import NotHere, Promise, Result
from trust._coders import together
from trust._forks import Fork, Say, listen
from trust._studies import make_study
from trust._work import Told, Worker

PROMISE = Promise(
    words="The same on a PostgreSQL server, and a server that crashes loses nothing that was "
    "acknowledged",
    how="the same 8 programs on a server of its own; then every process of the server killed "
    "(kill -9) under 8 programs at work, 8 times, and started again",
    goal="8,000 of 8,000, 0 overwritten, 99 % within 100 ms; 0 lost by the crashes",
)


def measure(long: bool) -> Result:
    """8 x 1,000 and 8 kills on the disk, or 4 x 20 and one kill in memory."""
    programs = find_server()
    if programs is None:
        raise NotHere("PostgreSQL is not installed")
    coders, codings, kills = (8, 1_000, 8) if long else (4, 20, 1)
    server = Server(programs, durable=long)
    server.start()
    try:
        with tempfile.TemporaryDirectory(prefix="qualkit-trust-") as name:
            study = make_study(server.new_database("study"), Path(name) / "in")
            done = together(study, coders=coders, codings=codings)
            told, faults = _killed(server, study, Path(name), coders, kills)
    finally:
        server.stop()
    crashes = f"{len(faults)} of {len(told.codings)} lost by {kills} crashes of the server"
    quick = not long or done.at(0.99) < 100
    enough = len(told.codings) > kills * coders
    ok = done.lost == 0 and not done.faults and not faults and quick and enough
    return Result("R4", f"{done.figure()}; {crashes}", ok=ok, detail=(*done.faults, *faults))


def _killed(
    server: Server, study: str, folder: Path, coders: int, kills: int
) -> tuple[Told, list[str]]:
    """Kill the server under its writers, again and again; what was told, and what is wrong."""
    told, rng = Told(), random.Random(4)
    for round_ in range(kills):
        forks = [
            Fork.of(lambda say, n=n, r=round_: _code(study, folder, r * coders + n, say))  # type: ignore[misc]  # a default of a lambda
            for n in range(coders)
        ]
        listen(forks, until=lambda forks=forks: all(one.said for one in forks))  # type: ignore[misc]
        listen(forks, wait=rng.uniform(0.3, 1.5))
        server.kill()
        listen(forks, wait=20)
        for fork in forks:
            told.lines(fork.end())
        _start(server)
    with Project.open(study, user="Ann") as project:
        return told, list(told.faults(project, folder))


def _start(server: Server) -> None:
    """Start it again; its memory may take a moment to be free."""
    for _ in range(10):
        try:
            return server.start_again()
        except subprocess.CalledProcessError:
            time.sleep(0.5)
    return server.start_again()


def _code(study: str, folder: Path, seed: int, say: Say) -> None:
    """Code until the server is gone."""
    with Project.open(study, user="Ann") as project:
        worker = Worker(project, folder, seed, lambda said: say(json.dumps(said)))
        say("{}")
        try:
            while True:
                worker.step("code")
        except QualkitError:
            return
