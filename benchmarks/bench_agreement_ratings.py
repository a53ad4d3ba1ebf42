"""Krippendorff's alpha of 1,000,000 units by five coders, as often as each other way takes longer.

Against the package `krippendorff`, on the same ratings, which have gaps; and against `simpledorff`,
which counts row by row, on as many units as it can do in a few seconds. Bars: 5 times as fast as
the one on every level, 100 times as the other.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
from _measure import NotMeasuredError, Row, peak_megabytes, peer, show, timed

from qualkit.agreement import interval, krippendorff_alpha

UNITS, CODERS, VALUES = 1_000_000, 5, 5
FEW = 20_000  # units that simpledorff's way is asked for
LEVELS = ("nominal", "ordinal", "interval", "ratio")


def ratings(units: int) -> pd.DataFrame:
    """Coders who agree seven times of ten and leave out one unit of twenty."""
    random = np.random.default_rng(1)
    truth = random.integers(0, VALUES, (units, 1))
    other = random.integers(0, VALUES, (units, CODERS))
    cells = np.where(random.random(other.shape) < 0.7, truth, other).astype(float)
    cells[random.random(cells.shape) < 0.05] = np.nan
    return pd.DataFrame(cells, columns=list("ABCDE"))


def seconds(call: Callable[[], float], *, runs: int) -> tuple[float, float]:
    """The result of a call, and the median time of several."""
    found = [timed(call) for _ in range(runs)]
    return found[0][0], statistics.median(taken for _, taken in found)


def same(what: str, ours: float, theirs: float) -> str:
    """What was measured, where both give the same figure to nine digits."""
    if abs(ours - theirs) > 1e-9:
        raise NotMeasuredError(f"{what}: {ours} here, {theirs} there")
    return f"{what}, the same figure ({ours:.4f})"


def compared(value: float, ours: float, path: Path) -> Row:
    """Beside simpledorff's own program, or why not."""
    try:
        told = peer("_peer_simpledorff.py", str(path))
    except NotMeasuredError as error:
        return Row(f"alpha of {FEW:,} of them, nominal; {error}", ours)
    what = same(f"alpha of {FEW:,} of them, nominal", value, told["alpha"])
    return Row(what, ours, "s", "simpledorff (bar: .01)", told["seconds"])


def rows() -> Iterator[Row]:
    """The figures."""
    whole = ratings(UNITS)
    cells = whole.to_numpy().T
    for level in LEVELS:
        value, ours = seconds(lambda: krippendorff_alpha(whole, level=level).value or 0, runs=7)  # noqa: B023
        other, theirs = seconds(
            lambda: float(krippendorff.alpha(cells, level_of_measurement=level)),  # noqa: B023
            runs=3,
        )
        what = same(f"alpha of {UNITS:,} units x {CODERS} coders, {level}", value, other)
        yield Row(what, ours, "s", "krippendorff (bar: .2)", theirs)
    few = whole[:FEW]
    long = few.rename_axis("unit").reset_index().melt("unit", var_name="coder").dropna()
    value, ours = seconds(lambda: krippendorff_alpha(few).value or 0, runs=7)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "ratings.csv"
        long.to_csv(path, index=False)
        yield compared(value, ours, path)
    groups = (np.arange(UNITS) % 124).tolist()
    _, taken = timed(lambda: interval(krippendorff_alpha, whole, groups=groups))
    yield Row("2,000 bootstrap draws of 124 sources of all units", taken)
    yield Row("memory, most of it the other packages'", peak_megabytes()[0], "MB")


if __name__ == "__main__":
    show(rows)
