"""Krippendorff's alpha of 1,000,000 units by five coders, as often as each other way takes longer.

Against the package `krippendorff`, on the same ratings, which have gaps; and against the way of
`simpledorff` (a dictionary of counters a unit, made row by row), written out below because that
package is no longer kept, on as many units as it can do in a few seconds. Bars: 5 times as fast as
the one on every level, 100 times as the other.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable

import krippendorff
import numpy as np
import pandas as pd
from _measure import machine, peak_megabytes

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
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        result = call()
        taken.append(time.perf_counter() - start)
    return result, statistics.median(taken)


def by_dictionaries(long: pd.DataFrame) -> float:
    """Nominal alpha in simpledorff's way: pivot, a counter a unit, loops over units and values."""
    wide = long.pivot_table(index="unit", columns="coder", values="value", aggfunc="first")
    counted = {unit: Counter(row.dropna().to_numpy()) for unit, row in wide.iterrows()}
    table = pd.DataFrame.from_dict(counted, orient="index").fillna(0)
    table = table.mask(table.sum(axis=1) == 1, other=0)
    sizes, totals = table.sum(axis=1).to_dict(), table.sum().to_dict()
    observed = sum(
        count * other / (sizes[unit] - 1)
        for unit, held in counted.items()
        if sizes[unit] > 1
        for value, count in held.items()
        for another, other in held.items()
        if value != another
    )
    expected = sum(totals[a] * totals[b] for a in totals for b in totals if a != b)
    return float(1 - observed / expected * (sum(totals.values()) - 1))


def main() -> None:
    """Print the figures."""
    whole = ratings(UNITS)
    cells = whole.to_numpy().T
    print(f"{UNITS:,} units, {CODERS} coders, {VALUES} values, 5 % missing")
    for level in LEVELS:
        value, ours = seconds(lambda: krippendorff_alpha(whole, level=level).value or 0, runs=7)  # noqa: B023
        other, theirs = seconds(
            lambda: float(krippendorff.alpha(cells, level_of_measurement=level)),  # noqa: B023
            runs=3,
        )
        print(
            f"{level}: {value:.6f}, {ours:.3f} s; krippendorff {theirs:.2f} s, {theirs / ours:.1f} "
            f"times as long (bar: 5); the figures differ by {abs(value - other):.0e}"
        )
    few = whole[:FEW]
    long = few.rename_axis("unit").reset_index().melt("unit", var_name="coder").dropna()
    value, ours = seconds(lambda: krippendorff_alpha(few).value or 0, runs=7)
    other, theirs = seconds(lambda: by_dictionaries(long), runs=1)
    print(
        f"{FEW:,} of the units: {ours * 1000:.1f} ms; simpledorff's way {theirs:.1f} s, "
        f"{theirs / ours:.0f} times as long (bar: 100); they differ by {abs(value - other):.0e}"
    )
    groups = np.arange(UNITS) % 124
    start = time.perf_counter()
    found = interval(krippendorff_alpha, whole, groups=groups.tolist())
    taken = time.perf_counter() - start
    print(
        f"2,000 bootstrap draws of 124 sources: {found.low:.4f} to {found.high:.4f}, {taken:.1f} s"
    )
    print(f"peak memory {peak_megabytes()[0]:,.0f} MB, most of it the other packages'; {machine()}")


if __name__ == "__main__":
    main()
