"""Whether a printed mean or percentage can come from whole numbers of answers.

The mean of n whole numbers is a whole number over n. Where n is small, most printed means are
none of these: the GRIM test (Brown and Heathers 2017). Rounding halves up and to even are both
allowed, so that a figure which either can print is never called wrong.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from qualkit.errors import TableError
from qualkit.survey import _numbers as read
from qualkit.survey.printed import Printed, half_unit, read_printed
from qualkit.survey.records import NO_ANSWERS, NOT_A_NUMBER


@dataclass(frozen=True, slots=True)
class Grim:
    """Whether a printed figure can be.

    Attributes
    ----------
    consistent : bool or None
        None where it cannot be told; `reason` says why.
    printed : str
    n : int
    nearest : tuple of str
        The possible figures just below and above, as they would be printed.
    granularity : float
        The step between two possible figures.
    value : bool or None
        The same as `consistent`.
    reason : str
        Empty where it can be told.
    """

    consistent: bool | None
    printed: str
    n: int
    nearest: tuple[str, ...]
    granularity: float
    value: bool | None
    reason: str = ""


def grim(
    printed: str | float | Decimal, n: int, *, items: int = 1, percent: bool = False
) -> Grim:  # fmt: skip
    """Whether a printed mean of whole numbers is possible with this many answers.

    Parameters
    ----------
    printed : str
        As printed, with trailing zeros: "3.20" tells more than 3.2. "47%" is a percentage.
    n : int
        How many answered.
    items : int
        How many whole numbers are averaged for each person.
    percent : bool
        The figure is a percentage of the people.

    Returns
    -------
    Grim
        Undefined where what is printed is no number, or nobody answered.

    Raises
    ------
    TableError
        If `n` or `items` is not a whole number.

    Notes
    -----
    Consistent where some whole number over ``n * items`` rounds to it. Not to be used for
    weighted figures, or for answers that are not whole numbers. Nothing is found out where the
    step is no larger than a unit of the last digit, so for a mean with two decimals and a
    hundred answers or more.

    References
    ----------
    Brown, N. J. L. and Heathers, J. A. J. (2017). The GRIM test: a simple technique detects
    numerous anomalies in the reporting of results in psychology. Social Psychological and
    Personality Science 8(4), 363-369.

    Examples
    --------
    >>> grim("5.19", 28).consistent, grim("5.19", 28).nearest
    (False, ('5.18', '5.21'))
    >>> grim("53.67", 177, percent=True).consistent
    True
    """
    text, people = _text(printed), _whole(n, "n")
    cell = read_printed(text)
    percent = percent or "%" in text
    whole = people * _whole(items, "items")
    if cell.value is None or cell.bound:
        return Grim(None, text, people, (), 0.0, None, NOT_A_NUMBER)
    if people < 1 or whole < 1:
        return Grim(None, text, people, (), 0.0, None, NO_ANSWERS)
    unit = Decimal(100 if percent else 1)
    fits = fits_base(cell.value, cell.decimals, whole, unit=unit)
    below = (cell.value * whole / unit).to_integral_value(ROUND_FLOOR)
    steps = {below, (cell.value * whole / unit).to_integral_value(ROUND_CEILING)}
    near = tuple(f"{unit * step / whole:.{cell.decimals}f}" for step in sorted(steps))
    return Grim(fits, text, people, tuple(dict.fromkeys(near)), float(unit / whole), fits)


def _text(printed: object) -> str:
    """What is printed; a missing cell is blank, and not the word for nothing."""
    return "" if printed is None else str(printed)


def _whole(given: object, name: str) -> int:
    """A number of people or items; nought where it is missing."""
    found, fault = read.number(given)
    if fault or found % 1 > 0:
        raise TableError(name, fault or f"{given!r} is not a whole number")
    return 0 if math.isnan(found) else int(found)


def fits_base(value: Decimal, decimals: int, n: int, *, unit: Decimal = Decimal(1)) -> bool:
    """Whether some whole number over `n`, times `unit`, is printed as `value`."""
    low, high = counts_range(value, decimals, n, unit=unit)
    return low <= high


def counts_range(
    value: Decimal, decimals: int, n: int, *, unit: Decimal = Decimal(1)
) -> tuple[int, int]:
    """The least and the most whole number over `n` that are printed so; crossed if none is."""
    half = half_unit(decimals)
    low, high = (value - half) * n / unit, (value + half) * n / unit
    return int(low.to_integral_value(ROUND_CEILING)), int(high.to_integral_value(ROUND_FLOOR))


def implied_bases(
    printed_percents: Iterable[str | float | Decimal], *, decimals: int | None = None, n_max: int
) -> tuple[int, ...]:
    """The bases of which all these percentages can be shares.

    Parameters
    ----------
    printed_percents : iterable of str
        As printed.
    decimals : int, optional
        Digits that all were rounded to, for tables that drop trailing zeros ("10.2" for 10.20).
        Left out, each figure's own.
    n_max : int
        The largest base that is tried.

    Returns
    -------
    tuple of int
        Smallest first; empty where no base fits, or nothing was given.

    Raises
    ------
    TableError
        If one figure comes without a list, or `decimals` or `n_max` is not a whole number.

    Notes
    -----
    A multiple of a base that fits, fits too. With d decimals every base from ``10 ** (d + 2)``
    on fits anything.

    Examples
    --------
    >>> implied_bases(["5.08", "8.47", "3.95", "9.6"], decimals=2, n_max=400)
    (177, 354)
    """
    if isinstance(printed_percents, str) or not isinstance(printed_percents, Iterable):
        raise TableError("percentages", f"a list of them is needed, not {printed_percents!r} alone")
    cells = [read_printed(_text(one)) for one in printed_percents]
    least = 0 if decimals is None else _whole(decimals, "decimals")
    pairs = {
        (cell.value, max(least, cell.decimals))
        for cell in cells
        if cell.value is not None and not cell.bound
    }
    return common_bases(pairs, range(1, _whole(n_max, "n_max") + 1)) if pairs else ()


def common_bases(pairs: Iterable[tuple[Decimal, int]], tried: Iterable[int]) -> tuple[int, ...]:
    """The bases among `tried` of which every (percentage, decimals) can be a share.

    In whole numbers throughout: tens of thousands are tried in a moment.
    """
    scaled = []
    for value, decimals in set(pairs):
        unit = 10 ** (decimals + 1)
        centre = int(value.scaleb(decimals)) * 10
        scaled.append((centre - 5, centre + 5, 100 * unit))
    scaled.sort(key=lambda one: -one[2])
    return tuple(
        n for n in tried
        if all(-(-low * n // whole) <= high * n // whole for low, high, whole in scaled)
    )  # fmt: skip


def means_fit(cell: Printed, n: int, items: int = 1) -> bool:
    """Whether a printed mean of whole numbers can be one of `n` people's."""
    return cell.value is not None and fits_base(cell.value, cell.decimals, n * items)
