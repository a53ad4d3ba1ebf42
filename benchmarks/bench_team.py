"""A team that codes at once: 50 people against PostgreSQL, 20 against one SQLite file.

Bar: none lost, none doubled, 95 of 100 gestures stored within 250 ms. Each coder makes so many
codings, one after the other, and sends every tenth twice, as a browser does that heard no answer.
People of the interface are threads of its one server, and each gesture opens the study anew; users
of commands and Python are processes of their own. The worst case is without any pause between
gestures (`--pause 0`); by default each coder waits one to three seconds, as quick people do. The naive way is
one that connects to the server anew for each gesture.

    python benchmarks/bench_team.py                            # 5 minutes
    python benchmarks/bench_team.py --pause 2 --codings 200    # as the bar has it, half an hour
    python benchmarks/bench_team.py --pause 0 --codings 200    # the worst case
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from _measure import NotMeasuredError, Row, show
from sqlalchemy import create_engine, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from qualkit.gestures import perform
from qualkit.model import new_id
from qualkit.project import Project
from qualkit.store import Store, is_address, schema

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.postgres import Server, find_server
from trust._forks import Fork, Say, listen
from trust._studies import make_study

SOURCES = 25
WORDS = 5_000
BAR = 0.25  # seconds
NAIVE = 20  # codings of each coder that connects anew each time, which would take long
AGAIN = 10  # every so many gestures, one is sent twice
Open = Callable[[str, str], Project]
Work = Callable[[int], list[float]]


@dataclass(frozen=True)
class Task:
    """What each coder does."""

    study: str
    coders: int
    codings: int
    pause: float
    shows: bool = False  # whether the page is drawn anew after each gesture, as the interface does

    @property
    def asked(self) -> int:
        return self.coders * self.codings


def opened(study: str, user: str) -> Project:
    """As the interface and every command open a study."""
    return Project.open(study, user=user)


def unpooled(study: str, user: str) -> Project:
    """A connection made anew by whoever asks: what there was without a pool."""
    url = make_url(study).set(drivername="postgresql+psycopg")
    return Project(Store(study, create_engine(url, poolclass=NullPool, hide_parameters=True)), user)


@dataclass(frozen=True)
class Places:
    """Where codings can be: sources with their length, and codes."""

    sources: Sequence[tuple[str, str, int]]
    codes: Sequence[str]

    @classmethod
    def of(cls, study: str) -> Places:
        with Project.open(study) as project:
            names = [f"s{n}" for n in range(SOURCES)]
            found = [(one.id, one.name, len(one.text)) for one in map(project.source, names)]
            return cls(found, [code.guid for book in project.codebooks() for code in book.codes])

    def gesture(self, coder: int, number: int) -> tuple[str, dict[str, object]]:
        """What a browser sends for one coding, and in which source: two coders share each."""
        source, name, length = self.sources[coder % SOURCES]
        start = (coder * 37 + number * 53) % (length - 60)
        return name, {
            "id": new_id(), "kind": "code", "source": source, "start": start,
            "end": start + 20 + number % 40, "code": self.codes[number % len(self.codes)],
            "coding": new_id(),
        }  # fmt: skip


def as_the_page(task: Task, places: Places, opening: Open, coder: int) -> list[float]:
    """One coder of the interface: each gesture opens the study, and so does the page after it."""
    seconds, name = [], f"Coder {coder}"
    _wait(task, coder, -1)
    for number in range(task.codings):
        source, gesture = places.gesture(coder, number)
        for sent in range(2 if number % AGAIN == 0 else 1):
            start = time.perf_counter()
            with opening(task.study, name) as project:
                (outcome,) = perform(project, [gesture], coder=name)
            taken = time.perf_counter() - start
            if outcome.outcome != ("again" if sent else "done"):
                raise RuntimeError(f"{name}: {outcome}")
            seconds += [] if sent else [taken]
        if task.shows:
            with opening(task.study, name) as project:
                project.marks(source), project.may("coder"), project.may("evaluator")
                project.coders()
        _wait(task, coder, number)
    return seconds


def as_a_program(task: Task, places: Places, opening: Open, coder: int) -> list[float]:
    """One coder with a program of their own, which keeps the study open."""
    seconds, name = [], f"Coder {coder}"
    with opening(task.study, name) as project:
        _wait(task, coder, -1)
        for number in range(task.codings):
            _, gesture = places.gesture(coder, number)
            for sent in range(2 if number % AGAIN == 0 else 1):
                start = time.perf_counter()
                (outcome,) = perform(project, [gesture], coder=name)
                taken = time.perf_counter() - start
                if outcome.outcome != ("again" if sent else "done"):
                    raise RuntimeError(f"{name}: {outcome}")
                seconds += [] if sent else [taken]
            _wait(task, coder, number)
    return seconds


def _wait(task: Task, coder: int, number: int) -> None:
    if task.pause:
        drawn = random.Random(f"{coder} {number}").uniform(0.5, 1.5)
        time.sleep(task.pause * (2 * (drawn - 0.5) if number < 0 else drawn))  # nobody with others


def in_threads(task: Task, work: Work) -> list[float]:
    """Every coder a thread of one server."""
    found: dict[int, list[float]] = {}

    def one(coder: int) -> None:
        found[coder] = work(coder)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(task.coders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [taken for some in found.values() for taken in some]


def in_processes(task: Task, work: Work) -> list[float]:
    """Every coder a process."""

    def one(coder: int) -> Callable[[Say], None]:
        return lambda say: say(json.dumps(work(coder)))

    forks = [Fork.of(one(n)) for n in range(task.coders)]
    listen(forks, wait=1_800)
    return [taken for fork in forks for line in fork.end() for taken in json.loads(line)]


Run = Callable[[Task, Work], list[float]]
Coder = Callable[[Task, Places, Open, int], list[float]]


def measured(name: str, task: Task, run: Run, coder: Coder, opening: Open = opened) -> list[float]:
    """Let all of them code and count what is there; the seconds, sorted.

    All of it is told on the error stream; codings that are lost or doubled end the program.
    """
    before, places = counted(task.study), Places.of(task.study)
    peak = Peak(task.study)
    start = time.perf_counter()
    with peak.watched():
        seconds = sorted(run(task, lambda n: coder(task, places, opening, n)))
    took = time.perf_counter() - start
    after = counted(task.study)
    codings, entries = (after[key] - before[key] for key in ("codings", "entries"))
    lost = max(0, task.asked - codings)
    doubled = max(0, codings - task.asked) + max(0, entries - task.asked) + after["twins"]
    at = [f"{1_000 * share(seconds, one):.0f}" for one in (0.5, 0.95, 0.99, 1)]
    print(
        f"{name}, {task.coders} x {task.codings}: p50 {at[0]}, p95 {at[1]}, p99 {at[2]}, "
        f"max {at[3]} ms; {len(seconds) / took:.0f} a second; lost {lost}, doubled {doubled}"
        f"{peak.said}",
        file=sys.stderr,
        flush=True,
    )
    if lost or doubled:
        raise SystemExit(f"{name}: {lost} codings lost, {doubled} doubled")
    return seconds


def share(seconds: Sequence[float], part: float) -> float:
    """What such a part of them took at most."""
    return seconds[min(len(seconds) - 1, int(part * len(seconds)))]


def counted(study: str) -> Counter[str]:
    """Codings, entries of the log that made one, and codings that stand there twice."""
    c = schema.coding.c
    place = (c.source_id, c.start_at, c.end_at, c.code_id, c.coder_id)
    twice = select(*place).group_by(*place).having(func.count() > 1).subquery()
    store = Store.open(study)
    try:
        with store.read() as connection:

            def count(query: object) -> int:
                return int(connection.execute(query).scalar_one())  # type: ignore[call-overload]

            added = schema.log.c.action == "add coding"
            return Counter(
                codings=count(select(func.count()).select_from(schema.coding)),
                entries=count(select(func.count()).select_from(schema.log).where(added)),
                twins=count(select(func.count()).select_from(twice)),
            )
    finally:
        store.close()


class Peak:
    """The most connections that a server had to the study at once, looked at each 50 ms."""

    def __init__(self, study: str) -> None:
        self.study = study
        self.most = 0

    @property
    def said(self) -> str:
        return f"; {self.most} connections at most" if self.most else ""

    @contextmanager
    def watched(self) -> Iterator[None]:
        if not is_address(self.study):
            yield
            return
        end = threading.Event()
        thread = threading.Thread(target=self._watch, args=(end,))
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()

    def _watch(self, end: threading.Event) -> None:
        import psycopg

        asked = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        with psycopg.connect(self.study, autocommit=True) as connection:
            while not end.wait(0.05):
                row = connection.execute(asked).fetchone()
                self.most = max(self.most, row[0] if row else 0)


def with_coders(study: str, coders: int) -> str:
    """The same study with the coders in it, as a team's has them before anybody codes."""
    with Project.open(study, user="Ann") as project:
        for n in range(coders):
            project.add_coder(f"Coder {n}")
    return study


def on_a_server(given: argparse.Namespace) -> Iterator[Row]:
    """PostgreSQL: the interface's threads with and without a pool, and separate programs."""
    programs = find_server()
    if programs is None:
        raise NotMeasuredError("PostgreSQL is not installed")
    server = Server(programs, durable=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as place:

            def fresh(name: str) -> Task:
                made = make_study(
                    server.new_database(name), Path(place) / name, sources=SOURCES, words=WORDS
                )
                study = with_coders(made, given.coders)
                return Task(study, given.coders, given.codings, given.pause, shows=True)

            yield from _server_rows(given, fresh)
    finally:
        server.stop()


def _server_rows(given: argparse.Namespace, fresh: Callable[[str], Task]) -> Iterator[Row]:
    threads = f"PostgreSQL, {given.coders} in one interface{said(given)}"
    ours = share(measured(threads, fresh("a"), in_threads, as_the_page), 0.95)
    yield Row(f"{threads}: p95", ours, against="the bar", theirs=BAR)
    few = replace(fresh("b"), codings=min(given.codings, NAIVE))
    naive = share(measured(f"{threads}, unpooled", few, in_threads, as_the_page, unpooled), 0.95)
    yield Row(f"{threads}: p95", ours, against="connecting anew each time", theirs=naive)
    programs = f"PostgreSQL, {given.coders} programs{said(given)}"
    apart = share(measured(programs, fresh("c"), in_processes, as_a_program), 0.95)
    yield Row(f"{programs}: p95", apart, against="the bar", theirs=BAR)


def in_a_file(given: argparse.Namespace) -> Iterator[Row]:
    """SQLite: the interface's threads, and separate programs."""
    with tempfile.TemporaryDirectory() as place:

        def fresh(name: str) -> Task:
            folder = Path(place)
            made = make_study(
                folder / f"{name}.qualkit", folder / name, sources=SOURCES, words=WORDS
            )
            study = with_coders(made, given.few)
            return Task(study, given.few, given.codings, given.pause, shows=True)

        threads = f"SQLite, {given.few} in one interface{said(given)}"
        seconds = measured(threads, fresh("a"), in_threads, as_the_page)
        yield Row(f"{threads}: p95", share(seconds, 0.95), against="the bar", theirs=BAR)
        programs = f"SQLite, {given.few} programs{said(given)}"
        seconds = measured(programs, fresh("b"), in_processes, as_a_program)
        yield Row(f"{programs}: p95", share(seconds, 0.95), against="the bar", theirs=BAR)


def said(given: argparse.Namespace) -> str:
    """How long each waits between two gestures."""
    return f", {given.pause:g} s between gestures" if given.pause else ", no pause"


def main() -> None:
    """Show the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--coders", type=int, default=50, help="against PostgreSQL")
    parser.add_argument("--few", type=int, default=20, help="coders against SQLite")
    parser.add_argument("--codings", type=int, default=30)
    parser.add_argument("--pause", type=float, default=2.0, help="seconds between gestures")
    parser.add_argument("--only", choices=("postgresql", "sqlite"))
    given = parser.parse_args()
    if given.only != "sqlite":
        show(lambda: on_a_server(given))
    if given.only != "postgresql":
        show(lambda: in_a_file(given))


if __name__ == "__main__":
    main()
