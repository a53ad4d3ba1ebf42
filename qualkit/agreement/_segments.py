"""Segments that match -> percent, Holsti and the MAXQDA-like kappa, with their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualkit.agreement._figures import FIGURES, Columns, intervals, named_ends
from qualkit.agreement.records import NO_VARIATION, UNUSED

if TYPE_CHECKING:
    import numpy as np


def segment_figures(
    segments: np.ndarray, *, codes: int, draws: int, seed: int
) -> Columns:  # fmt: skip
    """One row a thing that is judged; what needs a "no" of every unit stays missing.

    Parameters
    ----------
    segments : array [sources, rows, items, 3]
        Segments of both coders, those that the other has too, pairs of them one to one.
    codes : int
        The codes that are compared: chance is one of them (Brennan and Prediger).
    draws, seed : int
        Of the bootstrap; no draws, no intervals.
    """
    import numpy as np

    whole = segments.sum(0, dtype=float)
    found, names = _figures(whole, codes), ("percent", "holsti", "bp")
    made: Columns = {name: found[:, n] for n, name in enumerate(names)}
    counts = whole.sum(1).astype("int64")
    made["segments"], made["matched"] = counts[:, 0], counts[:, 1]
    why = np.where(counts[:, 0] == 0, UNUSED, NO_VARIATION)
    made["bp_reason"] = np.where(np.isnan(made["bp"]), why, "")
    ends = intervals(
        (segments.sum(2),), lambda sums: _figures(sums[:, :, None], codes), draws=draws, seed=seed
    )
    nothing = np.full(len(counts), np.nan)
    missing: Columns = {
        name: np.full(len(counts), "") if name.endswith("reason") or name == "flag" else nothing
        for name in FIGURES
        if name not in made
    }
    return missing | made | named_ends(ends, made, names)


def _figures(sums: np.ndarray, codes: int) -> np.ndarray:
    """Percent, Holsti and Brennan-Prediger along a new last axis, items summed."""
    import numpy as np

    total = sums.sum(-2)
    n = np.where(total[..., 0] > 0, total[..., 0], np.nan)
    percent, holsti = total[..., 1] / n, 2 * total[..., 2] / n
    chance = 1 / codes if codes > 1 else np.nan
    return np.stack([percent, holsti, (percent - chance) / (1 - chance)], axis=-1)
