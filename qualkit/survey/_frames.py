"""Rows of results as tables: counts whole, figures as floats, words never missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

_COUNTS: Final = frozenset({
    "n", "dont_know", "missing", "base", "alpha_n", "n_before", "n_after", "matched", "zeros",
    "n_retained", "n_lost",
})  # fmt: skip
_FIGURES: Final = frozenset({
    "mean", "sd", "se", "top_two", "top_low", "top_high", "percent", "alpha", "effective_n",
    "mean_before", "mean_after", "sd_before", "sd_after", "difference", "low", "high", "low_90",
    "high_90", "t", "chi2", "df", "p", "p_adjusted", "dz", "wilcoxon_p", "mcnemar_p",
    "value_retained", "value_lost", "statistic", "value",
})  # fmt: skip
_FLAGS: Final = frozenset({"shown", "usable", "change"})


def framed(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    """A table of these columns, of the same kinds whether there are rows or not."""
    import pandas as pd

    made = pd.DataFrame(
        {name: [row.get(name) for row in rows] for name in columns}, columns=list(columns)
    )
    for name in columns:
        if name in _COUNTS:
            made[name] = made[name].astype("Int64")
        elif name in _FIGURES:
            made[name] = made[name].astype("float64")
        elif name in _FLAGS:
            made[name] = made[name].astype(bool)
        else:
            made[name] = made[name].astype(object).where(made[name].notna(), "")
    return made
