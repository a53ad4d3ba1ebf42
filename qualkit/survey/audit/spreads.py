"""Standard errors: against the t statistic, against the scale, against the standard deviation.

For paired means the error of the difference lies between the difference and the sum of the two
errors, whatever the correlation, so that it bounds the t statistic without the base.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import inf, sqrt

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._chances import ends
from qualkit.survey.audit._finding import ASSUMED, PROVED, Finding, Grade
from qualkit.survey.audit._view import Figure, Series, View
from qualkit.survey.audit.changes import between
from qualkit.survey.audit.means import listed
from qualkit.survey.grim import fits_base

_SLACK = 1e-9
_FEW = 200  # answers up to which it is worth telling which of them the means allow


@dataclass(frozen=True, slots=True)
class _Row:
    """Two means with their standard errors, and the statistic of their difference."""

    at: int
    means: tuple[Figure, Figure]
    errors: tuple[Figure, Figure]
    t: Figure

    def difference(self) -> tuple[float, float]:
        """The least and the most that the size of the difference can be."""
        before, after = self.means
        low, high = float(after.low - before.high), float(after.high - before.low)
        return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(abs(low), abs(high))

    def allowed(self, limits: tuple[float, float], *, shift: float = 0.0) -> tuple[float, float]:
        """The sizes of the statistic, by the limits of the error of the difference."""
        low, high = limits
        least, most = self.difference()
        least, most = max(0.0, least - shift), most + shift
        small = least / high if high > 0 else (inf if least > 0 else 0.0)
        return small, (most / low if low > 0 else inf)


def check(view: View) -> Iterator[Finding]:
    """Findings on standard errors and deviations."""
    yield from _against_t(view)
    for series in view.of("se"):
        yield from _against_scale(view, series)
        yield from _against_deviation(view, series)
    for series in view.of("sd"):
        yield from _deviations(view, series)


# The t statistic ---------------------------------------------------------------------------


def _against_t(view: View) -> Iterator[Finding]:
    means, errors, t = view.pair("mean"), _errors(view), view.one("t", "")
    test = view.table.test in {"paired-t", "t", ""}
    if means is None or errors is None or t is None or not test:
        return
    for at, _, figures in view.items(*means, *errors, t):
        if any(figure.bound for figure in figures):
            continue
        before, after, first, second, statistic = figures
        row = _Row(at, (before, after), (first, second), statistic)
        if view.table.design == "paired":
            yield from _paired(view, row, t)
        elif view.table.design == "independent":
            yield from _independent(view, row, t)


def _errors(view: View) -> tuple[Series, Series] | None:
    """The standard errors of the two waves: printed, or of their deviations and bases."""
    if errors := view.pair("se"):
        return errors
    deviations = view.pair("sd")
    return (_error(view, deviations[0]), _error(view, deviations[1])) if deviations else None


def _error(view: View, deviation: Series) -> Series:
    figures = [
        one and n and _divided(one, sqrt(n))
        for at, one in enumerate(deviation.figures)
        for n, _ in (view.answers(at, deviation.wave),)
    ]
    return replace(deviation, figures=tuple(one or None for one in figures))


def _divided(figure: Figure, by: float) -> Figure:
    value, low, high = (Decimal(float(end) / by) for end in (figure.value, figure.low, figure.high))
    return replace(figure, value=round(value, 4), low=low, high=high)


def _most(view: View, at: int, error: float) -> float:
    """The largest error: without end where it is of a deviation and fewer may have answered."""
    return error if view.pair("se") or view.same_people(at) else inf


def _paired(view: View, row: _Row, t: Series) -> Iterator[Finding]:
    first, second = row.errors
    apart = max(float(first.low - second.high), float(second.low - first.high), 0.0)
    together = float(first.high + second.high)
    most = _most(view, row.at, together)
    mixed = len(set(view.table.base.values())) > 1  # means of everybody, the test of pairs
    loose = (max(0.0, apart - together / 4), most * 1.25)  # some answered in one wave only
    few = _is_between(row.t, row.allowed(loose, shift=together / 2))
    sure = not mixed and (view.same_people(row.at) or not few)
    yield from _bounded(view, row, t, (apart, most), PROVED if sure else ASSUMED)


def _independent(view: View, row: _Row, t: Series) -> Iterator[Finding]:
    """Welch's error of the difference, or Student's, which the bases change."""
    waves = (view.waves[0], view.waves[-1])
    (n, sure), (m, known) = (view.answers(row.at, wave) for wave in waves)
    lows = [max(0.0, float(error.low)) for error in row.errors]
    highs = [float(error.high) for error in row.errors]
    found = [sqrt(lows[0] ** 2 + lows[1] ** 2), sqrt(highs[0] ** 2 + highs[1] ** 2)]
    if n is None or m is None:
        return
    if n + m > 2:
        found += [_pooled(pair, n, m) for pair in (lows, highs)]
    grade = PROVED if sure and known else ASSUMED
    most = max(found) if grade == PROVED else _most(view, row.at, max(found))
    yield from _bounded(view, row, t, (min(found), most), grade)


def _pooled(errors: list[float], n: int, m: int) -> float:
    spread = (n - 1) * n * errors[0] ** 2 + (m - 1) * m * errors[1] ** 2
    return sqrt(spread / (n + m - 2) * (1 / n + 1 / m))


def _bounded(
    view: View, row: _Row, t: Series, limits: tuple[float, float], grade: Grade
) -> Iterator[Finding]:  # fmt: skip
    small, large = row.allowed(limits)

    def fits(first: Decimal, last: Decimal) -> bool:
        return _is_between(Figure("", first, first, last), (small, large))

    if fits(row.t.low, row.t.high):
        return
    allowed = f"a size of {small:.3g} or more" if large == inf else between(small, large)
    before, after = row.means
    message = f"The difference of {after.value - before.value} with standard errors of "
    message += f"{row.errors[0].value} and {row.errors[1].value} allows a t of {allowed}; "
    message += f"{row.t.text} would need an error of the difference of {_needed(row)}, and "
    message += f"possible is {between(*limits)}."
    if grade == ASSUMED and view.table.design == "paired":
        message += " It fits if some answered in one wave only."
    message += likeliest(row.t, fits, digits=False)
    yield view.found("se-bound", grade, message, at=row.at, name=t.name, printed=row.t.text,
                     expected=allowed)  # fmt: skip


def _is_between(t: Figure, sizes: tuple[float, float]) -> bool:
    least, most = ends(t)
    return least <= sizes[1] + _SLACK and sizes[0] - _SLACK <= most


def _needed(row: _Row) -> str:
    least, most = row.difference()
    low, high = ends(row.t)
    return between(least / high, most / low) if low > 0 else f"{least / high:.4g} or more"


# The scale ---------------------------------------------------------------------------------


def _variances(view: View, mean: Figure) -> tuple[float, float] | None:
    """The least and the most that answers with this mean vary, as of a population."""
    scale = view.table.scale
    if scale is None or scale.low is None or scale.high is None:
        return None
    low, high = float(scale.low), float(scale.high)
    first, last = max(low, float(mean.low)), min(high, float(mean.high))
    if first > last:
        return None
    middle = min(max((low + high) / 2, first), last)
    most = (middle - low) * (high - middle)
    least = min(_fraction(first), _fraction(last))
    whole = mean.low.to_integral_value(ROUND_CEILING) <= mean.high.to_integral_value(ROUND_FLOOR)
    bare = whole or not scale.integer or scale.items > 1 or view.table.weighted
    return (0.0 if bare else least), most


def _fraction(value: float) -> float:
    part = value % 1
    return part * (1 - part)


def _against_scale(view: View, series: Series) -> Iterator[Finding]:
    mean = view.one("mean", series.wave)
    if mean is None or view.table.weighted:
        return
    for at, _, (error, middle) in view.items(series, mean):
        limits = _variances(view, middle)
        n, sure = view.base_for(series, at)
        if limits is None or n is None or n < 2 or error.bound:
            continue
        least, most = sqrt(limits[0] / n), sqrt(limits[1] / (n - 1))  # some divide by n
        if float(error.low) > most + _SLACK:
            yield _large(view, series, (at, error, middle), (n, sure, limits[1]))
        elif float(error.high) < least - _SLACK:
            message = f"{n} whole numbers with a mean of {middle.value} have a standard error of "
            message += f"{least:.3g} or more; printed is {error.value}."
            message += likeliest(error, overlapping(least, most), digits=False)
            yield view.found("se-scale", PROVED, message, at=at, name=series.name,
                             printed=str(error.value), expected=f"{least:.3g} or more")  # fmt: skip


def _large(
    view: View, series: Series, line: tuple[int, Figure, Figure], base: tuple[int, bool, float]
) -> Finding:  # fmt: skip
    at, error, middle = line
    n, sure, variance = base
    most = sqrt(variance / (n - 1))
    answered = int(variance / float(error.low) ** 2 + 1 + _SLACK)
    grade = PROVED if sure or answered < 2 else ASSUMED
    message = f"{n} answers on this scale with a mean of {middle.value} have a standard error of "
    message += f"{most:.3g} at most; printed is {error.value}."
    if grade == ASSUMED:
        message += f" It would take {answered} answers or fewer.{_with_means(view, at, answered)}"
    else:
        message += likeliest(error, overlapping(0, most), digits=False)
    return view.found("se-scale", grade, message, at=at, name=series.name,
                      printed=str(error.value), expected=f"{most:.3g} or less")  # fmt: skip


def _with_means(view: View, at: int, most: int) -> str:
    """Which of so few answers the printed means of the item allow, where that tells more."""
    scale = view.table.scale
    if scale is None or not scale.integer or view.table.design != "paired" or most > _FEW:
        return ""
    means = [figure for one in view.of("mean") if (figure := one.figures[at]) is not None]
    fits = [
        n for n in range(2, most + 1)
        if all(fits_base(one.value, one.decimals, n * scale.items) for one in means)
    ]  # fmt: skip
    return f" Of these, the printed means allow {listed(fits)}." if 0 < len(fits) < most - 1 else ""


# Standard deviations -----------------------------------------------------------------------


def _deviations(view: View, series: Series) -> Iterator[Finding]:
    mean = view.one("mean", series.wave)
    if mean is None or view.table.weighted:
        return
    for at, _, (spread, middle) in view.items(series, mean):
        limits = _variances(view, middle)
        n, sure = view.base_for(series, at)
        if limits is None or spread.bound:
            continue
        answers = n if n is not None and n > 1 else 2
        least, most = sqrt(limits[0]), sqrt(limits[1] * answers / (answers - 1))
        if least - _SLACK <= float(spread.high) and float(spread.low) <= most + _SLACK:
            continue
        twice = float(spread.low) <= sqrt(2 * limits[1]) + _SLACK
        grade = ASSUMED if twice and not sure and float(spread.low) > most else PROVED
        message = f"Answers on this scale with a mean of {middle.value} have a standard deviation "
        message += f"of {between(least, most)}; printed is {spread.value}."
        if grade == ASSUMED:
            message += " It fits if fewer answered."
        else:
            message += likeliest(spread, overlapping(least, most), digits=False)
        yield view.found("sd-scale", grade, message, at=at, name=series.name,
                         printed=str(spread.value), expected=between(least, most))  # fmt: skip


def _against_deviation(view: View, series: Series) -> Iterator[Finding]:
    """A standard error is the standard deviation over the root of the number of answers."""
    deviation = view.one("sd", series.wave)
    if deviation is None or view.table.weighted:
        return
    for at, _, (error, spread) in view.items(series, deviation):
        n, sure = view.base_for(series, at)
        if n is None or error.bound or spread.bound:
            continue
        low, high = float(spread.low) / sqrt(n), float(spread.high) / sqrt(n)
        if low - _SLACK <= float(error.high) and float(error.low) <= high + _SLACK:
            continue
        fewer = not sure and float(error.low) > high
        message = f"A standard deviation of {spread.value} over the root of {n} answers is "
        message += f"{between(low, high)}; the standard error is printed as {error.value}."
        if fewer:
            message += " It would fit if fewer answered."
        yield view.found("se-sd", ASSUMED if fewer else PROVED, message, at=at, name=series.name,
                         printed=str(error.value), expected=between(low, high))  # fmt: skip
