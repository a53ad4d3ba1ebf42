"""Auditing 1,000 published tables: read from one YAML file a table, then audited together.

Bar: 10 s. The tables are those of the sample report with every figure as it is printed, and as
many that were made out of simulated answers, so that both clean and faulty ones are timed.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from _measure import Row, median, peak_megabytes, show

from qualkit.project import samples
from qualkit.survey.audit import audit
from qualkit.survey.published import read_published

TABLES = 1_000
SECONDS = 10  # the bar


def simulated(rng: random.Random, number: int) -> str:
    """A table of shares before and after with their changes, of 15 kinds of support."""
    base = rng.randint(30, 170)
    lines = []
    for kind in range(15):
        before, after = rng.randint(0, base), rng.randint(0, base)
        shares = [100 * before / base, 100 * after / base]
        cells = [*(f"{one:.1f}" for one in shares), f"{shares[1] - shares[0]:+.1f}"]
        lines.append(f'  - ["Kind {kind}", "{cells[0]}", "{cells[1]}", "{cells[2]}"]')
    head = f"id: made-{number}\npopulation: schools {number}\nbase: {base}\ndesign: paired\n"
    roles = (
        "measures: {Kind: label, Before: percent@before, After: percent@after, Change: change}\n"
    )
    return f"{head}{roles}header: [Kind, Before, After, Change]\nrows:\n" + "\n".join(lines) + "\n"


def write(folder: Path) -> list[Path]:
    """Half of the tables simulated, half of them copies of the sample report's."""
    rng = random.Random(1)
    printed = [path.read_text("utf-8") for path in sorted((samples() / "published").glob("*.yaml"))]
    paths = []
    for number in range(TABLES):
        text = simulated(rng, number) if number % 2 else printed[number // 2 % len(printed)]
        paths.append(folder / f"{number:04d}.yaml")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


def rows() -> Iterator[Row]:
    """The figures."""
    with tempfile.TemporaryDirectory() as place:
        paths = write(Path(place))
        read = median(lambda: [table for path in paths for table in read_published(path)])
        tables = [table for path in paths for table in read_published(path)]
    audited = median(lambda: audit(tables))
    yield Row(
        f"{len(tables):,} published tables read and audited",
        read + audited,
        "s",
        "the bar",
        SECONDS,
    )
    yield Row("auditing them", audited, "s", "reading them", read)
    yield Row("memory", peak_megabytes()[0], "MB")


if __name__ == "__main__":
    show(rows)
