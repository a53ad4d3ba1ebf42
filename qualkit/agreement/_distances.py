"""Disagreement by how far values lie apart, without a table of all pairs of values.

Ordinal distances are interval distances of mid-ranks, and squared interval distances are sums of
squares about means; of whole numbers these are exact. Ratio distances have no such sums; where
there are many values they are interpolated, to the accuracy of floating-point numbers.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from qualkit.agreement._judgements import ORDINAL, Judgements

if TYPE_CHECKING:
    import numpy as np

_EXACT: Final = 2.0**53  # below it, floats are whole numbers exactly
_LARGEST: Final = 2**63
_DIRECT: Final = 1000  # values of which all pairs are compared one by one
_NODES: Final = 16  # of an interval of logarithms 1 wide: the error falls 12-fold with each
_WIDTH: Final = 1.0


def disagreement(pairs: Judgements, counts: np.ndarray) -> Fraction | float | None:
    """The disagreement within units by that of any two ratings; None where no value differs.

    Parameters
    ----------
    pairs : Judgements
        Of units that two coders judged at least, on a level other than nominal.
    counts : array
        How often each value was given; two values or more.
    """
    import numpy as np

    used = counts > 0
    values = 2 * np.cumsum(counts) - counts if pairs.level == ORDINAL else pairs.values
    if pairs.level != "ratio":
        whole = _whole(values[used])
        if whole is not None and _fits(pairs, whole):
            return _of_whole_numbers(pairs, _spread(whole, used), counts)
    to_places, sums = (_scaled, _ratios) if pairs.level == "ratio" else (_from_zero, _squares)
    within, among = sums(pairs, _spread(to_places(values[used]), used), counts)
    return within * (float(counts.sum()) - 1) / among if among > 0 else None


def _spread(places: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Places of the values that were given, among those of all values."""
    import numpy as np

    made = np.zeros(len(used), dtype=places.dtype)
    made[used] = places
    return made


def _whole(values: np.ndarray) -> np.ndarray | None:
    """Values as whole numbers from 0 upwards, their distances kept; None where they are others."""
    import numpy as np

    numbers = np.array(values.tolist())
    if numbers.dtype.kind not in "iufb":
        return None
    floats = numbers.astype(float)
    if np.abs(floats).max() >= _EXACT or (floats != np.floor(floats)).any():
        return None
    whole = numbers.astype(np.int64)
    return np.asarray(whole - whole.min())


def _fits(pairs: Judgements, whole: np.ndarray) -> bool:
    """Whether no sum of squares outgrows 64 bits."""
    widest = int(whole.max()) * pairs.codes.shape[1]
    return bool(widest**2 * pairs.units() < _LARGEST)


def _of_whole_numbers(pairs: Judgements, places: np.ndarray, counts: np.ndarray) -> Fraction:
    """The quotient of sums of squares, exactly."""
    import numpy as np

    x = np.where(pairs.codes >= 0, places[pairs.codes], 0)
    sizes, weights = pairs.sizes, pairs.weights.astype(np.int64)
    spread = (sizes * (x**2).sum(axis=1) - x.sum(axis=1) ** 2) * weights
    within = sum(
        (Fraction(int(spread[sizes == m].sum()), m - 1) for m in np.unique(sizes).tolist()),
        Fraction(0),
    )
    held: list[tuple[int, int]] = [
        (int(count), int(place)) for count, place in zip(counts, places, strict=True)
    ]
    n, total = sum(count for count, _ in held), sum(count * place for count, place in held)
    among = n * sum(count * place**2 for count, place in held) - total**2
    return within * (n - 1) / among


def _from_zero(values: np.ndarray) -> np.ndarray:
    """Values between 0 and 1 with their distances in proportion, taken before any rounding."""
    import numpy as np

    values = _exact(values)
    moved = values - values.min()
    return np.asarray(moved / moved.max(), dtype=float)


def _scaled(values: np.ndarray) -> np.ndarray:
    """Values as shares of the largest."""
    import numpy as np

    values = _exact(values)
    return np.asarray(values / values.max(), dtype=float)


def _exact(values: np.ndarray) -> np.ndarray:
    """Floats of which no sum or difference is too large, or whole numbers and fractions."""
    import numpy as np

    if values.dtype.kind == "f":
        _, exponent = np.frexp(np.abs(values).max())
        return np.asarray(np.ldexp(values, -int(exponent)))
    made = np.empty(len(values), dtype=object)
    whole = values.dtype.kind in "iub"
    made[:] = [int(one) if whole else Fraction(one) for one in values.tolist()]
    return made


def _squares(pairs: Judgements, places: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """Sums of squared differences: within units each by one less than its size, and overall."""
    import numpy as np

    sizes, there = pairs.sizes, pairs.codes >= 0
    x = np.where(there, places[pairs.codes], 0.0)
    deviations = np.where(there, x - (x.sum(axis=1) / sizes)[:, None], 0.0)
    within = (deviations**2).sum(axis=1) * sizes / (sizes - 1)
    mean = (places * counts).sum() / counts.sum()
    overall = ((places - mean) ** 2 * counts).sum() * counts.sum()
    return 2 * float((within * pairs.weights).sum()), 2 * float(overall)


def _ratios(pairs: Judgements, places: np.ndarray, counts: np.ndarray) -> tuple[float, float]:
    """The same sums of ((a - b) / (a + b))²."""
    import numpy as np

    x = np.where(pairs.codes >= 0, places[pairs.codes], np.nan)
    within = np.zeros(len(x))
    for later, earlier in pairs.pairs(x):
        total = later + earlier
        parts = np.divide(later - earlier, total, out=np.zeros_like(total), where=total > 0)
        within += (parts**2).sum(axis=1)
    summed = 2 * float((within / (pairs.sizes - 1) * pairs.weights).sum())
    positive = places > 0
    zeros = float(counts.sum() - counts[positive].sum())
    order = np.argsort(places[positive])
    values, held = places[positive][order], counts[positive][order]
    among = _all_pairs(values, held) if len(values) <= _DIRECT else _interpolated(values, held)
    return summed, among + 2 * zeros * float(held.sum())


def _all_pairs(values: np.ndarray, counts: np.ndarray) -> float:
    parts = (values[:, None] - values) / (values[:, None] + values)
    return float(counts @ parts**2 @ counts)


def _interpolated(values: np.ndarray, counts: np.ndarray) -> float:
    """The sum over all pairs of ascending values, in time that grows with their number only.

    (a - b) / (a + b) is tanh of half the difference of the logarithms, a smooth function: the
    ratings in each stretch of logarithms are replaced by weights at a few Chebyshev nodes.
    """
    import numpy as np

    near = values[-1] < 2 * values[0]
    apart = values - values[0]
    logs = np.log1p(apart / values[0]) if near else np.log(values) - np.log(values[0])
    width = min(_WIDTH, float(logs[-1]))
    boxes, box = np.unique((logs / width).astype(int), return_inverse=True)
    angle = np.arccos(np.clip(2 * (logs / width - boxes[box]) - 1, -1, 1))
    waves = np.arange(_NODES)
    moments = np.array([np.bincount(box, counts * np.cos(wave * angle)) for wave in waves])
    nodes = (waves + 0.5) * np.pi / _NODES
    basis = np.cos(np.outer(waves, nodes)) * 2 / _NODES
    basis[0] /= 2
    mass = moments.T @ basis
    places = (boxes[:, None] + (1 + np.cos(nodes)) / 2) * width
    everywhere = places.ravel()
    return float(sum(
        one @ np.tanh((at[:, None] - everywhere) / 2) ** 2 @ mass.ravel()
        for one, at in zip(mass, places, strict=True)
    ))  # fmt: skip
