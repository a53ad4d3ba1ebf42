"""The order in which suggestions are looked at, and what accepting many at once would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qualkit.errors import UnknownName

if TYPE_CHECKING:
    import pandas as pd

ORDERS: Final = ("confidence", "theme", "teaches", "text")


def ordered(suggestions: pd.DataFrame, by: str = "confidence") -> pd.DataFrame:
    """Suggestions in the order that suits the work at hand.

    Parameters
    ----------
    suggestions : DataFrame
        Columns ``codebook``, ``code``, ``confidence``, ``source``, ``start``.
    by : str
        ``confidence``: the surest first. ``theme``: code by code, the surest first. ``teaches``:
        what the machine knows least of, the nearest to one half first, codes taking turns, so
        that each decision teaches most (uncertainty sampling; Lewis and Gale 1994). ``text``: as
        they stand in the sources.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"codebook": "b", "code": ["x", "x", "y"], "source": "s",
    ...                       "start": [0, 9, 20], "confidence": [0.9, 0.45, 0.6]})
    >>> ordered(table, "teaches")["confidence"].tolist()
    [0.45, 0.6, 0.9]
    """
    if by not in ORDERS:
        raise UnknownName("order", by, ORDERS)
    if by == "text":
        return suggestions
    if by == "theme":
        keys = ["codebook", "code", "confidence"]
        return suggestions.sort_values(
            keys, ascending=[True, True, False], kind="stable", ignore_index=True
        )
    if by == "confidence":
        return suggestions.sort_values(
            "confidence", ascending=False, kind="stable", ignore_index=True
        )
    doubt = (suggestions["confidence"].fillna(0.5) - 0.5).abs()
    round_ = doubt.groupby([suggestions["codebook"], suggestions["code"]]).rank(method="first")
    return (
        suggestions.assign(_round=round_, _doubt=doubt)
        .sort_values(["_round", "_doubt"], kind="stable", ignore_index=True)
        .drop(columns=["_round", "_doubt"])
    )


def preview(suggestions: pd.DataFrame, over: float) -> pd.DataFrame:
    """What accepting all suggestions from a confidence on would do, by code.

    Returns
    -------
    DataFrame
        ``codebook``, ``code``, ``accepted``, and ``wrong``: how many of them are expected to be
        wrong, going by their confidences.
    """
    if not 0 <= over <= 1:
        raise ValueError(f"the confidence {over} is not between 0 and 1")
    chosen = suggestions[suggestions["confidence"] >= over]
    grouped = chosen.groupby(["codebook", "code"], sort=False)["confidence"]
    found = grouped.agg(accepted="size", wrong=lambda sure: float((1 - sure).sum()))
    return found.reset_index()
