"""Sums over sources -> figures of agreement with their bootstrap intervals.

A bootstrap draw takes as many sources as there are, at random and with repetition, so that it
multiplies the sums of each source by how often it was drawn. All draws of all figures are one
product of matrices.

References
----------
Efron, B., and Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall, ch. 13
(percentile intervals).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from qualkit.agreement._bootstrap import FEWEST, resampled
from qualkit.agreement._tally import pair_blocks
from qualkit.agreement.records import LOW_INFORMATION, NO_UNITS, NO_VARIATION, UNUSED

if TYPE_CHECKING:
    import numpy as np

Columns = dict[str, "np.ndarray"]  # one array a column, one value a row
_DEFINED: Final = 0.9  # of draws must have a figure: a code of one source has no spread to show
_AT_ONCE: Final = 4_000_000  # numbers that are worked on at once
LOWER: Final = (0.667, 0.80)
FIGURES: Final = (
    "percent", "kappa", "kappa_reason", "kappa_low", "kappa_high", "alpha", "alpha_reason",
    "alpha_low", "alpha_high", "p_below_667", "p_below_80", "ac1", "overlap", "flag",
)  # fmt: skip


def figures(
    counts: np.ndarray, blocks: np.ndarray | None, *, draws: int, seed: int
) -> Columns:  # fmt: skip
    """One row a thing that is judged, out of the sums of its sources.

    Parameters
    ----------
    counts : array [sources, rows, items, 4]
        Both, the first alone, the second alone, neither; kappa is pooled over the items.
    blocks : array [sources, rows, items, 6], optional
        As :class:`qualkit.agreement._tally.Tally` has them; None where they are those of pairs.
    draws, seed : int
        Of the bootstrap; no draws, no intervals.

    Returns
    -------
    dict of str to array [rows]
        The columns of FIGURES, and ``pi``, ``bp``, ``percent_low``, ``percent_high``,
        ``overlap_low``, ``overlap_high``; NaN where there is no figure.
    """
    total = counts.sum(0, dtype=float)
    whole = total, pair_blocks(total) if blocks is None else blocks.sum(0)
    used = _used(total)
    made = _points(*whole, used)
    made["kappa_reason"], made["alpha_reason"] = _reasons(*whole, made)
    made["flag"] = _flags(total)

    def drawn(some: np.ndarray, rest: np.ndarray | None = None) -> np.ndarray:
        return _main(some, pair_blocks(some) if rest is None else rest, used)

    sums = (counts,) if blocks is None else (counts, blocks)
    ends = intervals(sums, drawn, draws=draws, seed=seed)
    made |= named_ends(ends, made, ("percent", "kappa", "overlap", "alpha"))
    for at, step in enumerate(("p_below_667", "p_below_80")):
        made[step] = where_known(ends[2][:, 3, at], made["alpha"])
    return made


def named_ends(
    ends: tuple[np.ndarray, np.ndarray, np.ndarray], made: Columns, names: Sequence[str]
) -> Columns:
    """The ends of intervals as columns, none where the figure itself has no value."""
    found = {}
    for n, name in enumerate(names):
        for end, values in zip(("low", "high"), ends[:2], strict=True):
            found[f"{name}_{end}"] = where_known(values[:, n], made[name])
    return found


def where_known(values: np.ndarray, figure: np.ndarray) -> np.ndarray:
    """Values, NaN where a figure is."""
    import numpy as np

    return np.where(np.isnan(figure), np.nan, values)


def _used(counts: np.ndarray) -> np.ndarray:
    """The items that percent is of: those that somebody used, or all where nobody used any."""
    import numpy as np

    some = counts[..., :3].any(-1)
    return np.asarray(some | ~some.any(-1, keepdims=True))


# Figures ---------------------------------------------------------------------------------


def _main(counts: np.ndarray, blocks: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Percent, pooled kappa, overlap and alpha, along a new last axis."""
    import numpy as np

    agreed = (counts[..., 0] + counts[..., 3]) * used
    percent = _share(agreed.sum(-1), (counts.sum(-1) * used).sum(-1))
    either = counts[..., :3].sum((-1, -2))
    figures = percent, _kappa(counts), _share(counts[..., 0].sum(-1), either), _alpha(blocks)
    return np.stack(figures, axis=-1)


def _kappa(counts: np.ndarray) -> np.ndarray:
    """Kappa pooled over items: the sum of agreement beyond chance by that of all beyond chance."""
    both, a, b, neither = (counts[..., n] for n in range(4))
    n = counts.sum(-1)
    beyond = _share(2 * (both * neither - a * b), n * n, empty=0.0)
    most = _share((both + a) * (a + neither) + (both + b) * (b + neither), n * n, empty=0.0)
    return _share(beyond.sum(-1), most.sum(-1))


def _alpha(blocks: np.ndarray) -> np.ndarray:
    """Krippendorff's nominal alpha of yes and no, over all blocks: observed by expected."""
    differ, yes, n = (blocks[..., k] for k in range(3))
    observed = _share(differ, n, empty=0.0)
    expected = _share(2 * yes * (n - yes), n * (n - 1), empty=0.0)
    return 1 - _share(observed.sum(-1), expected.sum(-1))


def _ac1(blocks: np.ndarray) -> np.ndarray:
    differ, yes, n = (blocks[..., k] for k in (3, 4, 5))
    chosen = _share(yes, n, empty=0.0)
    chance = (2 * chosen * (1 - chosen)) * (yes > 0)
    agreed = 1 - _share(differ, n, empty=0.0)
    some = yes > 0  # a code that nobody used would count as perfect agreement
    return _share(((agreed - chance) * some).sum(-1), ((1 - chance) * some).sum(-1))


def _pi(counts: np.ndarray) -> np.ndarray:
    yes, n = 2 * counts[..., 0] + counts[..., 1] + counts[..., 2], counts.sum(-1)
    observed = _share(counts[..., 1] + counts[..., 2], n, empty=0.0)
    chance = _share(yes * (2 * n - yes), 2 * n * n, empty=0.0)
    return 1 - _share(observed.sum(-1), chance.sum(-1))


def _bp(counts: np.ndarray) -> np.ndarray:
    used, n = counts[..., :3].any(-1), counts.sum(-1)
    differ = _share(counts[..., 1] + counts[..., 2], n, empty=0.0)
    return _share(((1 - 2 * differ) * used).sum(-1), used.sum(-1).astype(float))


def _share(part: np.ndarray, whole: np.ndarray, *, empty: float = float("nan")) -> np.ndarray:
    """A part of a whole; `empty` where there is no whole."""
    import numpy as np

    made: np.ndarray = np.full(np.broadcast(part, whole).shape, empty)
    np.divide(part, whole, out=made, where=np.asarray(whole) != 0)
    return made


def _points(counts: np.ndarray, blocks: np.ndarray, used: np.ndarray) -> Columns:
    main = _main(counts, blocks, used)
    found = {name: main[..., n] for n, name in enumerate(("percent", "kappa", "overlap", "alpha"))}
    return found | {"pi": _pi(counts), "bp": _bp(counts), "ac1": _ac1(blocks)}


def _reasons(
    counts: np.ndarray, blocks: np.ndarray, made: Columns
) -> tuple[np.ndarray, np.ndarray]:
    """Why kappa and alpha have no value, empty where they have one."""
    import numpy as np

    n, used = counts.sum((-1, -2)), counts[..., :3].any((-1, -2))
    of_blocks = blocks[..., 5].sum(-1), blocks[..., 1].any(-1)
    found = []
    for figure, (units, some) in zip(("kappa", "alpha"), ((n, used), of_blocks), strict=True):
        why = np.where(units == 0, NO_UNITS, np.where(some, NO_VARIATION, UNUSED))
        found.append(np.where(np.isnan(made[figure]), why, ""))
    return found[0], found[1]


def _flags(counts: np.ndarray) -> np.ndarray:
    """Where a coder chose one and the same throughout, although the code was used."""
    import numpy as np

    n = counts.sum(-1)
    yes = counts[..., 0] + counts[..., 1], counts[..., 0] + counts[..., 2]
    constant = [(one == 0) | (one == n) for one in yes]
    low = (constant[0] | constant[1]) & counts[..., :3].any(-1)
    return np.where(low.any(-1), LOW_INFORMATION, "")


# The bootstrap ---------------------------------------------------------------------------


def intervals(
    sums: Sequence[np.ndarray], figure: Callable[..., np.ndarray], *, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """95 % percentile intervals of figures that are made of sums over sources.

    Parameters
    ----------
    sums : sequence of array [sources, rows, ...]
    figure : callable
        Sums [draws, rows, ...], as many arrays as there are, to figures [draws, rows, kinds].
    draws, seed : int

    Returns
    -------
    low, high : array [rows, kinds]
        NaN where there are fewer than FEWEST sources, or too many draws had no figure.
    below : array [rows, kinds, 2]
        The share of draws in which the figure is below each of LOWER.
    """
    import numpy as np

    sources, rows = sums[0].shape[:2]
    kinds = figure(*(one[:1].astype(float) for one in sums)).shape[2] if rows else 1
    nothing = np.full((rows, kinds), np.nan)
    if sources < FEWEST or draws < 1 or not rows:
        return nothing, nothing, np.full((rows, kinds, 2), np.nan)
    weights = _weights(sources, draws, seed)
    step = max(1, _AT_ONCE // max(sources, *(one[0].size for one in sums)))
    found = [
        figure(*(_product(weights[at : at + step].astype(float), one) for one in sums))
        for at in range(0, draws, step)
    ]
    return _read(np.concatenate(found))


@lru_cache(maxsize=2)
def _weights(sources: int, draws: int, seed: int) -> np.ndarray:
    """How often each draw takes each source, in as few bytes as hold that."""
    import numpy as np

    found = resampled(sources, draws, seed)
    return found.astype(np.min_scalar_type(found.max()))


def _product(weights: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """The sums of each draw; a few columns at once, so that never all of a study become floats."""
    import numpy as np

    flat = sums.reshape(len(sums), -1)
    wide = max(1, _AT_ONCE // len(sums))
    parts = [
        weights @ flat[:, at : at + wide].astype(float) for at in range(0, flat.shape[1], wide)
    ]
    return np.concatenate(parts, axis=1).reshape(len(weights), *sums.shape[1:])


def _read(found: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both ends, and the shares below; draws without a figure left out."""
    import numpy as np

    draws = len(found)
    found = np.sort(found, axis=0)  # what is no number goes last
    held = np.isfinite(found).sum(0)
    enough = held >= _DEFINED * draws
    ends = []
    for share in (0.025, 0.975):
        place = share * np.maximum(held - 1, 0)
        lower = np.floor(place).astype(int)
        upper = np.minimum(lower + 1, np.maximum(held - 1, 0))
        first, second = (np.take_along_axis(found, one[None], 0)[0] for one in (lower, upper))
        ends.append(np.where(enough, first + (place - lower) * (second - first), np.nan))
    counted = np.maximum(held, 1)
    below = np.stack([(found < step).sum(0) / counted for step in LOWER], axis=-1)
    return ends[0], ends[1], np.where(enough[..., None], below, np.nan)
