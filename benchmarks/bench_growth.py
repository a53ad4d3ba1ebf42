"""How cost grows with a study: import, suggest, grid, agreement, search and export at 10, 100 and 1,000 sources.

Sources have 2,000 words and 50 codings by 20 coders. Each step runs in a process of its own, whose
processor time and largest memory are told beside those of a tenth of the sources. The exponent is the slope of
time between the two largest sizes on logarithmic scales: 1 is time in proportion to sources; the bar
is what n log n has between the same sizes. Suggestions go by words alone, since invented ones are no
English, and a tenth of the sources is coded. Agreement is between three coders.

QUALKIT_SOURCES=10000 measures ten times as many as well, which takes an hour.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from math import log
from pathlib import Path

from _measure import NotMeasuredError, Row, alone, show
from _national import CODERS, make, vocabulary
from sqlalchemy import create_engine, delete, select

from qualkit import suggesting
from qualkit.agreeing import agreement_of
from qualkit.agreement.study import Settings
from qualkit.coding import embed
from qualkit.project import Project
from qualkit.reports import grid_of, write_grid
from qualkit.settling import disagreements_of
from qualkit.store import schema

MOST = int(os.environ.get("QUALKIT_SOURCES", "1000"))
SIZES = [size for size in (10, 100, 1_000, 10_000) if size <= MOST]
WORDS, TURN = 2_000, 50
RUNS = 3  # of what is small; what is large runs once
LARGE = 1_000  # sources
COMPARED = tuple(f"Coder {n}" for n in range(min(3, CODERS)))
Step = Callable[[Path], object]


def files(folder: Path, count: int) -> None:
    """Transcripts as text files."""
    draw = random.Random(3)
    names, weights = vocabulary()
    cumulated = list(itertools.accumulate(weights))
    folder.mkdir()
    for n in range(count):
        said = draw.choices(names, cum_weights=cumulated, k=WORDS)
        lines = [
            f"{'IP'[at // TURN % 2]}: {' '.join(said[at : at + TURN])}."
            for at in range(0, WORDS, TURN)
        ]
        (folder / f"interview-{n:05}.txt").write_text("\n".join(lines), "utf-8")


def imported(study: Path) -> None:
    """A new study of the files beside the given one."""
    new = study.with_suffix(".new.qualkit")
    new.unlink(missing_ok=True)
    with Project.create(new) as project:
        project.add_sources(sorted(study.with_suffix("").glob("*.txt")))


def uncoded(study: Path) -> None:
    """Take the codings of nine sources of ten away."""
    some = select(schema.source.c.id).where(schema.source.c.position % 10 != 0)
    engine = create_engine(f"sqlite:///{study}")
    with engine.begin() as connection:
        connection.execute(delete(schema.coding).where(schema.coding.c.source_id.in_(some)))
    engine.dispose()


def suggested(study: Path) -> None:
    """Suggestions for every code, where a tenth of the sources is coded; kept in a copy of the study."""
    copy = shutil.copy(study, study.with_suffix(".copy.qualkit"))
    uncoded(Path(copy))
    suggesting.vectors = lambda _project, texts, **_: embed.embed(texts, kind="static")
    with Project.open(copy) as project:
        suggesting.suggest(project)


def grid(study: Path) -> None:
    """The framework grid by case."""
    with Project.open(study) as project:
        grid_of(project)


def agreement(study: Path) -> None:
    """Every figure of three coders, with intervals."""
    with Project.open(study) as project:
        agreement_of(project, Settings(coders=COMPARED))


def disagreements(study: Path) -> None:
    """Every passage on which any of twenty coders differ."""
    with Project.open(study) as project:
        disagreements_of(project)


def searched(study: Path) -> None:
    """The commonest word, a seldom one, a phrase."""
    names, _ = vocabulary()
    with Project.open(study) as project:
        for words in (names[0], names[5_000], f'"{names[0]} {names[1]}"'):
            project.search(words)


def export(study: Path) -> None:
    """The grid as a web page, each excerpt held against its source."""
    with Project.open(study) as project:
        write_grid(project, study.with_suffix(".html"))


STEPS: dict[str, Step] = {
    "import": imported,
    "grid": grid,
    "agreement, 3 coders": agreement,
    "disagreements, 20 coders": disagreements,
    "search, three searches": searched,
    "export of the grid": export,
    "suggest": suggested,
}


def cost(step: Step, study: Path, size: int) -> tuple[float, float]:
    """Median seconds of processor time, and the largest memory in megabytes."""
    runs = [alone(step, study) for _ in range(RUNS if size < LARGE else 1)]
    return statistics.median(taken for taken, _ in runs), max(peak for _, peak in runs)


def exponent(sizes: Sequence[int], figures: Sequence[float]) -> float:
    """The slope between the last two sizes, on logarithmic scales."""
    (n, m), (a, b) = sizes[-2:], figures[-2:]
    return log(b / a) / log(m / n)


def rows() -> Iterator[Row]:
    """The figures."""
    if len(SIZES) < 2:
        raise NotMeasuredError("growth needs two sizes at least: QUALKIT_SOURCES of 100 or more")
    with tempfile.TemporaryDirectory() as place:
        studies = [make(Path(place) / f"{size}.qualkit", size, words=WORDS) for size in SIZES]
        for size, study in zip(SIZES, studies, strict=True):
            files(study.with_suffix(""), size)
        bar = exponent(SIZES, [size * log(size) for size in SIZES])
        for name, step in STEPS.items():
            found = [cost(step, study, size) for size, study in zip(SIZES, studies, strict=True)]
            for few, many, small, large in zip(SIZES, SIZES[1:], found, found[1:], strict=False):
                what = f"{name}: {many:,} sources"
                yield Row(what, large[0], "s", f"{few:,} sources", small[0])
                yield Row(f"{what}, memory", large[1], "MB", f"{few:,} sources", small[1])
            slope = exponent(SIZES, [seconds for seconds, _ in found])
            yield Row(f"{name}: exponent of time", slope, "", "n log n", bar)


if __name__ == "__main__":
    show(rows)
