"""Bootstrap by groups of units: transcripts, not words, are what was sampled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np

FEWEST: Final = 5  # groups below which an interval would be made up
_TAILS: Final = (0.025, 0.975)


def resampled(groups: int, draws: int, seed: int) -> np.ndarray:
    """How often each group is in each draw of as many, with replacement: draws × groups."""
    import numpy as np

    shares = np.full(groups, 1 / groups)
    return np.random.default_rng(seed).multinomial(groups, shares, size=draws)


def bounds(estimates: Sequence[float | None]) -> tuple[float, float] | tuple[None, None]:
    """The middle 95 % of the estimates; none where half of the draws or more had none.

    >>> bounds([0.1, 0.2, 0.3, None])
    (0.105, 0.295)
    >>> bounds([0.1, None])
    (None, None)
    """
    import numpy as np

    known = [one for one in estimates if one is not None]
    if 2 * len(known) <= len(estimates):
        return None, None
    low, high = np.quantile(known, _TAILS)
    return float(low), float(high)
