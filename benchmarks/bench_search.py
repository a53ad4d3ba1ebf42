"""Searching 124 transcripts of 8,000 words (a million words), and what the index costs.

Against scanning every stored text with a regular expression, which finds one spelling, and
against importing with no index. Bar: half of the scan for the commonest word (it stands in nearly
every turn), a tenth for a rare one; 2.5 times the import of plain text, the quickest to read.
The words are made up, as those of `bench_import`, but as unequal in number as those of a language.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from _measure import Row, median, show, timed
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


def imported(study: Path, paths: list[Path]) -> None:
    """An import into a new study."""
    study.unlink(missing_ok=True)
    with Project.create(study) as project:
        project.add_sources(paths)


def compared(project: Project, word: str) -> Row:
    """Seconds of a search and of a scan that reads the texts first."""

    def scan() -> int:
        found = re.compile(rf"\b{word}\b", re.IGNORECASE)
        return sum(found.search(text) is not None for text in project.turns()["text"])

    count = project.search(word).attrs["count"]
    quick = median(lambda: project.search(word), runs=7, warm=True)
    what = f"search for a word in {count:,} turns"
    return Row(what, quick, "s", "scanning the stored texts", median(scan, warm=True))


def rows() -> Iterator[Row]:
    """The figures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        paths, vocabulary = write(folder)
        plain, full = folder / "plain.qualkit", folder / "full.qualkit"
        able = search.possible
        search.possible = lambda: False
        bare = median(lambda: imported(plain, paths))
        search.possible = able
        taken = median(lambda: imported(full, paths))
        sizes = [path.stat().st_size / 1e6 for path in (full, plain)]
        with Project.open(full) as project:
            for rank in (0, 100, 5_000):
                yield compared(project, vocabulary[rank])
            yield Row("removing a source", timed(lambda: project.remove_source("interview-000"))[1])
    yield Row("import", taken, "s", "with no index", bare)
    yield Row("size of the study", sizes[0], "MB", "with no index", sizes[1])


if __name__ == "__main__":
    show(rows)
