"""Words for a figure of agreement: conventions of several authors, never a test of anything."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final

BANDS: Final = {
    "krippendorff": (0.667, 0.80),
    "landis-koch": (0.0, 0.21, 0.41, 0.61, 0.81),
}
_WORDS: Final = {
    "krippendorff": ("not reliable enough", "tentative conclusions only", "reliable"),
    "landis-koch": ("poor", "slight", "fair", "moderate", "substantial", "almost perfect"),
}
_SAID: Final = {
    "krippendorff": "Krippendorff (2004): .80 and more reliable, from .667 tentative conclusions",
    "landis-koch": "Landis and Koch (1977): poor, slight, fair, moderate, substantial, "
    "almost perfect",
}
_OWN: Final = re.compile(r"\s*[01]?\.?\d+(\s*,\s*[01]?\.?\d+)*\s*")


def thresholds(name: str) -> tuple[float, ...]:
    """The figures from which each band on begins, lowest first; below them is one more.

    Parameters
    ----------
    name : str
        One of :data:`BANDS`, or figures of one's own such as ``0.6,0.75``.

    Raises
    ------
    ValueError
        For another name; for figures over 1 or that do not rise.

    Examples
    --------
    >>> thresholds("krippendorff"), thresholds("0.6, 0.75")
    ((0.667, 0.8), (0.6, 0.75))
    """
    if name in BANDS:
        return BANDS[name]
    if _OWN.fullmatch(name):
        given = tuple(float(one) for one in name.split(","))
        if given[-1] <= 1 and list(given) == sorted(set(given)):
            return given
    raise ValueError(
        f"bands {name!r} are none: they are {', '.join(BANDS)}, or rising figures up to 1, "
        "such as 0.6,0.75"
    )


def band(value: float | None, name: str = "krippendorff") -> str:
    """The words that a convention has for a figure; empty where there is no figure.

    Parameters
    ----------
    value : float or None
        Krippendorff's words are about alpha, those of Landis and Koch about kappa.
    name : str
        As for :func:`thresholds`.

    Raises
    ------
    ValueError
        For bands that are none.

    References
    ----------
    Krippendorff, K. (2004) Content analysis, 2nd ed., p. 241. Landis, J.R. and Koch, G.G. (1977)
    The measurement of observer agreement for categorical data. Biometrics 33, p. 165.

    Examples
    --------
    >>> band(0.7), band(0.7, "landis-koch"), band(0.7, "0.6,0.75")
    ('tentative conclusions only', 'substantial', '0.6 to 0.75')
    """
    steps = thresholds(name)
    if value is None or value != value:  # noqa: PLR0124 - NaN is not itself
        return ""
    at = bisect_right(steps, value)
    if name in _WORDS:
        return _WORDS[name][at]
    if at == 0:
        return f"under {steps[0]:g}"
    return (
        f"{steps[at - 1]:g} or more" if at == len(steps) else f"{steps[at - 1]:g} to {steps[at]:g}"
    )


def described(name: str) -> str:
    """A convention in words, for a sentence that says how a report reads its figures."""
    return _SAID.get(name) or "the study's own, " + ", ".join(
        f"{one:g}" for one in thresholds(name)
    )
