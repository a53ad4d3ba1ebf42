"""A grid of 124 sources by 60 codes with 20,000 codings: to Word, Excel and a web page.

Every code has a column of its own; each source has a summary of each theme.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from _measure import Row, median, peak_megabytes, show, timed

from qualkit.model import Code, Codebook
from qualkit.project import Project
from qualkit.reports import write_grid

SOURCES, LINES = 124, 400
THEMES, BELOW = 10, 5
ENDINGS = ("docx", "xlsx", "html")


def made_up() -> Codebook:
    """Ten themes of five codes each."""
    codes = []
    for n in range(THEMES):
        codes.append(Code(f"t{n}", f"Theme {n}", f"what belongs to theme {n}"))
        codes += [Code(f"t{n}.{k}", f"Code {n}.{k}", parent=f"t{n}") for k in range(BELOW)]
    return Codebook("made-up", "Made-up codes", "1.0", tuple(codes))


def study(folder: Path, codings: int) -> tuple[Project, float]:
    """A study with so many codings at random, and the seconds that loading them took."""
    random_ = random.Random(2)
    paths = []
    for n in range(SOURCES):
        path = folder / f"s{n:03d}.txt"
        lines = [
            f"{'I' if k % 2 == 0 else 'R'}: line {k} of {n} says a thing or two about it."
            for k in range(LINES)
        ]
        path.write_text("\n".join(lines), encoding="utf-8")
        paths.append(path)
    project = Project.create(folder / f"{codings}.qualkit")
    project.add_codebook(made_up())
    project.add_sources(paths)
    load_summaries(project, folder / "summaries.csv")
    codes = project.codes()["code"].tolist()
    table = ["source,quote,code,coder"]
    for _ in range(codings):
        n, k = random_.randrange(SOURCES), random_.randrange(1, LINES, 2)
        quote = f"line {k} of {n} says a thing or two about it."
        table.append(f"s{n:03d},{quote},{random_.choice(codes)},{random_.choice('AB')}")
    path = folder / "codings.csv"
    path.write_text("\n".join(table), encoding="utf-8")
    return project, timed(lambda: project.load_codings(path))[1]


def load_summaries(project: Project, path: Path) -> None:
    """A summary of each source on each theme."""
    lines = ["source,theme,author,summary"]
    for n in range(SOURCES):
        lines += [f"s{n:03d},t{k},A,They say a thing or two about {k}." for k in range(THEMES)]
    path.write_text("\n".join(lines), encoding="utf-8")
    project.load_summaries(path)


def measured(codings: int) -> dict[str, float]:
    """Seconds of loading codings, and of each kind of file."""
    with tempfile.TemporaryDirectory() as place:
        project, taken = study(Path(place), codings)
        found = {"loaded by their quotes": taken}
        with project:
            for ending in ENDINGS:
                path = Path(place) / f"g.{ending}"
                found[f"grid to .{ending}"] = median(
                    lambda: write_grid(project, path, rows="source", opened=["all"])  # noqa: B023
                )
    return found


def rows() -> Iterator[Row]:
    """The figures."""
    few, many = measured(5_000), measured(20_000)
    for what, taken in many.items():
        yield Row(f"20,000 codings: {what}", taken, "s", "5,000 codings", few[what])
    yield Row("memory of that", peak_megabytes()[0], "MB")


if __name__ == "__main__":
    show(rows)
