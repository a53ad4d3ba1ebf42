"""Searching 124 transcripts of 8,000 words (a million words), and what the index costs.

Against scanning every stored text with a regular expression, which finds one spelling, and
against importing with no index. Bar: half of the scan for the commonest word (it stands in nearly
every turn), a tenth for a rare one; 2.5 times the import of plain text, the quickest to read.
The words are made up, as those of `bench_import`, but as unequal in number as those of a language.
"""

from __future__ import annotations

import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from _measure import machine
from bench_import import SYLLABLES

from qualkit.project import Project
from qualkit.store import search

FILES, WORDS, TURN, VOCABULARY = 124, 8_000, 60, 20_000


def write(folder: Path) -> tuple[list[Path], list[str]]:
    """The transcripts, and their words from the commonest to the rarest."""
    random_ = random.Random(1)
    made = {"".join(random_.choices(SYLLABLES, k=random_.randint(1, 5))) for _ in range(60_000)}
    vocabulary = sorted(made)[:VOCABULARY]
    random_.shuffle(vocabulary)
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    paths = []
    for n in range(FILES):
        words = random_.choices(vocabulary, weights, k=WORDS)
        turns = [
            f"{'I' if at % 2 else 'P01'}: {' '.join(words[at * TURN : (at + 1) * TURN])}."
            for at in range(WORDS // TURN)
        ]
        paths.append(folder / f"interview-{n:03d}.txt")
        paths[-1].write_text("\n".join(turns), encoding="utf-8")
    return paths, vocabulary


def seconds(call: Callable[[], object], *, runs: int = 7) -> float:
    """Median time of a call, after one that warms up."""
    taken = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def imported(study: Path, paths: list[Path]) -> float:
    """Seconds that an import takes."""
    start = time.perf_counter()
    with Project.create(study) as project:
        project.add_sources(paths)
    return time.perf_counter() - start


def compare(project: Project, word: str) -> tuple[float, float, int]:
    """Seconds of a search and of a scan that reads the texts first, and how many were found."""

    def scan() -> int:
        found = re.compile(rf"\b{word}\b", re.IGNORECASE)
        return sum(found.search(text) is not None for text in project.turns()["text"])

    count = project.search(word).attrs["count"]
    return seconds(lambda: project.search(word)), seconds(scan, runs=3), count


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        paths, vocabulary = write(folder)
        able = search.possible
        search.possible = lambda: False
        plain = statistics.median(imported(folder / f"plain{n}.qualkit", paths) for n in range(3))
        search.possible = able
        full = statistics.median(imported(folder / f"full{n}.qualkit", paths) for n in range(3))
        sizes = [(folder / f"{name}0.qualkit").stat().st_size / 1e6 for name in ("plain", "full")]
        with Project.open(folder / "full0.qualkit") as project:
            for rank in (0, 100, 5_000):
                quick, scan, count = compare(project, vocabulary[rank])
                print(f"word no. {rank + 1:,} (in {count:,} turns): search {quick * 1000:.0f} ms, "
                      f"scan {scan * 1000:.0f} ms; {quick / scan:.3f} of it")  # fmt: skip
            gone = time.perf_counter()
            project.remove_source("interview-000")
            print(f"removing a source: {time.perf_counter() - gone:.2f} s")
    print(f"import {full:.2f} s, without index {plain:.2f} s: {full / plain:.2f} times")
    print(f"study {sizes[1]:.1f} MB, without index {sizes[0]:.1f} MB")
    print(machine())


if __name__ == "__main__":
    main()
