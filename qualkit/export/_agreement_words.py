"""How figures of agreement stand in documents: decimals, intervals, and why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Final

from qualkit.agreement.records import FLAGS, REASONS, Coefficient

NONE: Final = "\u2013"
FLAGGED: Final = "*"
_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class Share(Coefficient):
    """A coefficient between 0 and 1 that is read as a percentage."""


def points(value: float, bounds: Sequence[float] = ()) -> str:
    r"""A figure with two decimals; with three where two would carry it up to 1 or over a bound.

    >>> points(0.7149), points(-0.126), points(-0.001), points(0.9996), points(1.0)
    ('0.71', '\u22120.13', '0.00', '0.999', '1.00')
    >>> points(0.6661), points(0.6661, [0.667])
    ('0.67', '0.666')
    """
    for decimals in (2, 3):
        shown = round(value, decimals) + 0.0  # no minus before nothing
        if all((shown >= bound) == (value >= bound) for bound in (1.0, *bounds)):
            break
    else:
        shown = floor(value * 1_000) / 1_000
    return f"{shown:.{decimals}f}".replace("-", "\u2212")


def percent(share: float) -> str:
    """A share as a percentage; never 100 or 0 where it is not.

    >>> percent(0.9421), percent(1.0), percent(0.99999), percent(0.0)
    ('94.2%', '100%', '>99.9%', '0%')
    """
    if share in {0, 1}:
        return f"{share:.0%}"
    if share > 0.9995:
        return ">99.9%"
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}".replace("-", "\u2212")


def figure(one: Coefficient, bounds: Sequence[float] = ()) -> str:
    r"""A coefficient with its interval where there is one; an en dash where it is not defined.

    >>> figure(Coefficient(0.7149, low=0.62, high=0.787)), figure(Coefficient(None, "no_variation"))
    ('0.71 (0.62 to 0.79)', '\u2013')
    >>> figure(Coefficient(0.0, flag="low_information")), figure(Share(0.962, low=0.9, high=1.0))
    ('0.00*', '96.2% (90.0% to 100%)')
    """
    if one.value is None:
        return NONE
    parts = [one.value] if one.low is None or one.high is None else [one.value, one.low, one.high]
    share = isinstance(one, Share)
    ends = [percent(part) if share else points(part) for part in parts[1:]]
    said = percent(parts[0]) if share else points(parts[0], bounds)
    said += FLAGGED if one.flag else ""
    return f"{said} ({' to '.join(ends)})" if ends else said


def why(one: Coefficient) -> str:
    """Why there is no figure, or what to be careful about, in words; empty where neither is."""
    known = {**REASONS, **FLAGS}
    code = one.flag if one.value is not None else one.reason
    return known.get(code, code)


def cut(name: str) -> str:
    """A name as it stands among others: 60 characters at most.

    >>> cut("Time"), len(cut("a" * 99))
    ('Time', 60)
    """
    return name if len(name) <= _NAME else f"{name[: _NAME - 1].rstrip()}\u2026"


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names in a row, the first so many of them.

    >>> listed(["a", "b", "c"]), listed(["a", "b", "c"], 2)
    ('a, b, c', 'a, b and 1 more')
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
