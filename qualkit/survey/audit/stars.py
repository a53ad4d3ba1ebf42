"""Stars and p values against the statistic they stand beside, and against each other.

A statistic was rounded, and an item may have fewer answers than the base, so that its p value
is a range. Stars that only a one-sided test gives are told as such before anything is called
wrong: a report that expects a rise may well have tested one side.

References
----------
Nuijten, M. B. and others (2016). The prevalence of statistical reporting errors in psychology
(1985-2013). Behavior Research Methods 48, 1205-1226: recalculated from rounded statistics, one-
sided tests considered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._chances import p_range
from qualkit.survey.audit._finding import ASSUMED, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View

_MANY = 1e6  # degrees of freedom of a base that nobody printed


@dataclass(frozen=True, slots=True)
class Tested:
    """A statistic with its degrees of freedom: between which ends, and whether they are sure."""

    at: int
    t: Figure
    low_df: float
    high_df: float
    sure: bool

    def two_sided(self) -> tuple[float, float]:
        """The range of its p value where everybody answered."""
        return p_range(self.t, self.low_df, self.high_df)

    def one_sided(self) -> tuple[float, float]:
        """The same of a test of one side, in the direction that was found."""
        low, high = self.two_sided()
        return low / 2, high / 2

    def fewest(self) -> float:
        """The largest two-sided p that fewer answers give; the usual one where none may lack."""
        return self.two_sided()[1] if self.sure else p_range(self.t, 1, 1)[1]


@dataclass(frozen=True, slots=True)
class _Level:
    """What stars or a printed p say: p lies between these ends."""

    low: float
    high: float
    told: str
    printed: str
    figure: Figure | None = None  # of a printed p


def check(view: View) -> Iterator[Finding]:
    """Findings on stars and on printed p values, item by item."""
    found = list(_each(view))
    starred = _starred_column(view)
    bare = starred is not None and not _has_stars(starred)
    if bare and sum(one.check == "stars" for one in found) > 1:
        message = "The table has a key of stars and prints none, though statistics would have some."
        yield view.found("stars", ASSUMED, message, name=starred.name if starred else "")
        found = [one for one in found if one.check != "stars"]
    yield from found


def _each(view: View) -> Iterator[Finding]:
    t = view.one("t", "")
    p = view.one("p", "")
    starred = _starred_column(view)
    for at in view.lines:
        tested = tested_item(view, at) if t is not None else None
        shown = p.figures[at] if p is not None else None
        level = _starred(view, starred.figures[at]) if starred is not None else None
        if level is not None and starred is not None:
            if tested is not None:
                yield from _judge(view, tested, level, ("stars", starred.name))
            if shown is not None and (shown.high < level.low or shown.low > level.high):
                yield _against_p(view, at, shown, level, starred.name)
        if shown is not None and tested is not None and p is not None:
            level = _of_figure(shown)
            yield from _judge(view, tested, level, ("p", p.name))


def _of_figure(p: Figure) -> _Level:
    return _Level(float(p.low), float(p.high), f"p {p.text}", p.text, p)


def _starred(view: View, figure: Figure | None) -> _Level | None:
    """The range of p that the stars of a figure stand for, by the table's key."""
    key = view.table.stars
    if figure is None:
        return None
    if not key:  # no key: a star says no more than p < 0.10, and none says nothing
        return _Level(0.0, 0.1, figure.stars, figure.stars) if figure.stars else None
    levels = sorted({float(level) for level in key.values()})
    if not figure.stars:
        return _Level(levels[-1], 1.0, "no star", "")
    level = key.get(figure.stars)
    if level is None:
        return None
    below = [one for one in levels if one < float(level)]
    return _Level(below[-1] if below else 0.0, float(level), figure.stars, figure.stars)


def tested_item(view: View, at: int) -> Tested | None:
    """The statistic of an item, where it is a t; its degrees of freedom by the design."""
    t = view.one("t", "")
    figure = t.figures[at] if t is not None else None
    if figure is None or figure.bound or view.table.test not in {"paired-t", "t", ""}:
        return None
    df = view.one("df", "")
    printed = df.figures[at] if df is not None else None
    if printed is not None and printed.value >= 1:
        return Tested(at, figure, float(printed.low), float(printed.high), sure=True)
    waves = view.waves or ("",)
    counts = [view.answers(at, wave) for wave in dict.fromkeys((waves[0], waves[-1]))]
    known = [n for n, _ in counts if n is not None and n > 1]
    if not known:
        return Tested(at, figure, 1.0, _MANY, sure=False)
    sure = all(sure for _, sure in counts)
    both = sum(known) if len(known) > 1 else 2 * known[0]
    if view.table.design == "paired" and view.table.test != "t":
        return Tested(at, figure, min(known) - 1.0, min(known) - 1.0, sure)
    return Tested(at, figure, min(known) - 1.0, both - 2.0, sure)


def _judge(
    view: View, tested: Tested, level: _Level, where: tuple[str, str]
) -> Iterator[Finding]:  # fmt: skip
    low, high = tested.two_sided()
    one_low, one_high = tested.one_sided()
    tails = view.table.tails
    fits_two = low <= level.high and level.low <= high
    fits_one = one_low <= level.high and level.low <= one_high
    if (fits_two and tails != "one") or (fits_one and tails == "one"):
        return
    other = fits_one if tails != "one" else fits_two
    if other:
        yield _one_sided(view, tested, level, where)
    elif (one_low if tails != "two" else low) > level.high:
        yield _too_much(view, tested, level, where)
    else:
        yield _too_little(view, tested, level, where)


def starred_level(view: View, at: int) -> tuple[float, float, str] | None:
    """Between which ends the stars of an item say that p lies; None where the table has none."""
    if not view.table.stars:
        return None
    series = _starred_column(view)
    if series is None or not _has_stars(series):
        return None
    level = _starred(view, series.figures[at])
    return (level.low, level.high, level.told) if level else None


def _has_stars(series: Series) -> bool:
    return any(cell.stars for cell in series.cells)


def _starred_column(view: View) -> Series | None:
    """The column that carries the stars: where the table has a key and no p, the statistic."""
    t, p = view.one("t", ""), view.one("p", "")
    for series in (t, p, *view.of("change"), *view.of("mean")):
        if series is not None and _has_stars(series):
            return series
    return t if view.table.stars and p is None else None


def _number(low: float, high: float) -> str:
    first, last = (f"{one:.4f}" if one >= 0.0001 else "under 0.0001" for one in (low, high))
    return first if first == last else f"{first} to {last}"


def _df(tested: Tested) -> str:
    if tested.high_df >= _MANY:
        return "whatever its degrees of freedom"
    low, high = tested.low_df, tested.high_df
    return f"with {low:g} degrees of freedom" if low == high else f"with {low:g} to {high:g}"


def _said(level: _Level) -> str:
    if level.told.startswith("p "):
        return f"{level.told!r}"
    return f"{level.told} (p {level.low:g} to {level.high:g})"


def _one_sided(
    view: View, tested: Tested, level: _Level, where: tuple[str, str]
) -> Finding:  # fmt: skip
    sides = ("two", "one") if view.table.tails != "one" else ("one", "two")
    ranges = {"two": tested.two_sided(), "one": tested.one_sided()}
    first, last = (_number(*ranges[side]) for side in sides)
    message = f"{tested.t.text} {_df(tested)} has a {sides[0]}-sided p of {first}, which does not "
    message += f"go with {_said(level)}; a {sides[1]}-sided p of {last} does. Likeliest cause: a "
    message += f"{sides[1]}-sided test."
    return view.found(where[0], ASSUMED, message, at=tested.at, name=where[1],
                      printed=tested.t.text if where[0] == "stars" else level.printed,
                      expected=f"p {first} ({sides[0]}-sided)")  # fmt: skip


def _too_much(
    view: View, tested: Tested, level: _Level, where: tuple[str, str]
) -> Finding:  # fmt: skip
    """More significance than even a one-sided test of everybody gives; fewer answers give less."""
    low, high = tested.two_sided()
    message = f"{tested.t.text} {_df(tested)} has a p of {_number(low, high)}, one-sided "
    message += f"{_number(low / 2, high / 2)}; {_said(level)} is impossible."
    message += _cause(tested, level)
    return view.found(where[0], PROVED, message, at=tested.at, name=where[1],
                      printed=tested.t.text if where[0] == "stars" else level.printed,
                      expected=f"p {_number(low, high)}")  # fmt: skip


def _cause(tested: Tested, level: _Level) -> str:
    if level.figure is not None:
        slip = likeliest(level.figure, overlapping(*tested.two_sided()), digits=False)
        if slip:
            return slip
    return likeliest(tested.t, lambda low, high: _reaches(tested, level, low, high), digits=False)


def _reaches(tested: Tested, level: _Level, low: Decimal, high: Decimal) -> bool:
    other = Figure("", (low + high) / 2, low, high)
    first, last = p_range(other, tested.low_df, tested.high_df)
    turned = {abs(low), abs(high)} == {abs(tested.t.low), abs(tested.t.high)}
    return not turned and first / 2 <= level.high and level.low <= last


def _too_little(
    view: View, tested: Tested, level: _Level, where: tuple[str, str]
) -> Finding:  # fmt: skip
    """Less significance than the statistic has: fewer answers, or a test of the other side."""
    low, high = tested.two_sided()
    fewer = tested.fewest() >= level.low
    wrong_side = view.table.tails != "two"
    grade = ASSUMED if fewer or (wrong_side and where[0] == "stars") else PROVED
    message = f"{tested.t.text} {_df(tested)} has a p of {_number(low, high)}; {_said(level)} "
    message += "is too little."
    if not tested.sure and fewer:
        message += " It fits if far fewer answered."
    if level.figure is not None:
        message += likeliest(level.figure, overlapping(low, high), digits=False)
    elif wrong_side:
        message += " A one-sided test of the other direction has no stars."
    return view.found(where[0], grade, message, at=tested.at, name=where[1],
                      printed=tested.t.text if where[0] == "stars" else level.printed,
                      expected=f"p {_number(low, high)}")  # fmt: skip


def _against_p(view: View, at: int, p: Figure, level: _Level, name: str) -> Finding:
    message = f"p is printed as {p.text}, which does not go with {_said(level)} by the table's key."
    return view.found("stars", PROVED, message, at=at, name=name, printed=level.told,
                      expected=f"stars for p {p.text}")  # fmt: skip
