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
from dataclasses import dataclass, replace
from decimal import Decimal

from qualkit.survey.audit._causes import likeliest, overlapping
from qualkit.survey.audit._chances import p_range
from qualkit.survey.audit._finding import ASSUMED, CAUTION, PROVED, Finding, Grade
from qualkit.survey.audit._view import Figure, Series, View
from qualkit.survey.audit.grains import means_fit
from qualkit.survey.audit.means import listed

_MANY = 1e6  # degrees of freedom of a base that nobody printed
_TRIED = 2_000  # answers
_MOST = 0.75  # of the base: where fewer are in both waves, the means are of as few


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

    def other_side(self) -> tuple[float, float]:
        """The same of a test of one side, in the other direction."""
        low, high = self.one_sided()
        return 1 - high, 1 - low


@dataclass(frozen=True, slots=True)
class _Level:
    """What stars or a printed p say: p lies between these ends."""

    low: float
    high: float
    told: str
    printed: str
    figure: Figure | None = None  # of a printed p

    def meets(self, ends: tuple[float, float]) -> bool:
        """Whether a p between these ends goes with it."""
        return ends[0] <= self.high and self.low <= ends[1]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A statistic and what is printed of its significance: whether they go together."""

    tested: Tested
    level: _Level
    where: tuple[str, str]
    fits: tuple[str, ...]  # the sides of a test with which they do, of "one" and "two"
    opposed: bool  # it may be of the direction that a one-sided test does not test


def check(view: View) -> Iterator[Finding]:
    """Findings on stars and on printed p values, item by item."""
    yield from _stars_and_p(view)
    judged = _judged(view)
    if _is_one_sided(view, judged):
        message = "The significance that is printed is that of one-sided tests throughout."
        yield view.found("stars", CAUTION, message, name="t")
        judged = [one for one in judged if not one.fits]
    wrong = [one for one in judged if (view.table.tails or "two") not in one.fits]
    starred = _starred_column(view)
    bare = starred is not None and not _has_stars(starred)
    if bare and sum(one.where[0] == "stars" for one in wrong) > 1:
        message = "The table has a key of stars and prints none, though statistics would have some."
        yield view.found("stars", ASSUMED, message, name=starred.name if starred else "")
        wrong = [one for one in wrong if one.where[0] != "stars"]
    for one in wrong:
        yield _wrong(view, one)


def _is_one_sided(view: View, judged: list[_Judged]) -> bool:
    """Whether several items, and all that are told apart, speak for one-sided tests."""
    apart = {(one.tested.at, one.fits) for one in judged if len(one.fits) == 1}
    return not view.table.tails and len(apart) > 1 and all(fits == ("one",) for _, fits in apart)


def _stars_and_p(view: View) -> Iterator[Finding]:
    """Stars against the p that is printed with them."""
    p, starred = view.one("p", ""), _starred_column(view)
    if p is None or starred is None:
        return
    for at in view.lines:
        shown, level = p.figures[at], _starred(view, starred.figures[at])
        if shown is not None and level and (shown.high < level.low or shown.low > level.high):
            yield _against_p(view, at, shown, level, starred.name)


def _judged(view: View) -> list[_Judged]:
    p, starred = view.one("p", ""), _starred_column(view)
    tested = [one for at in view.lines if (one := tested_item(view, at)) is not None]
    ways = _ways(view)
    sides = {ways[at] for at in ways if starred is not None and starred.cells[at].stars}
    made = []
    for one in tested:
        level = _starred(view, starred.figures[one.at]) if starred is not None else None
        if level is not None and starred is not None:
            opposed = ways.get(one.at) not in sides
            made.append(_compared(one, level, ("stars", starred.name), opposed=opposed))
        shown = p.figures[one.at] if p is not None else None
        if shown is not None and p is not None:
            made.append(_compared(one, _of_figure(shown), ("p", p.name), opposed=True))
    return made


def _compared(tested: Tested, level: _Level, where: tuple[str, str], *, opposed: bool) -> _Judged:
    one = level.meets(tested.one_sided()) or (opposed and level.meets(tested.other_side()))
    fits = ("one",) * one + ("two",) * level.meets(tested.two_sided())
    return _Judged(tested, level, where, fits, opposed)


def _ways(view: View) -> dict[int, int]:
    """The direction of each item: by its statistic where these have signs, else by its means."""
    t = view.one("t", "")
    if t is None:
        return {}
    if any(one is not None and one.value < 0 for one in t.figures):
        return {at: 1 if one.value > 0 else -1 for at, _, (one,) in view.items(t)}
    pair = view.pair("mean") or view.pair("percent")
    return {
        at: 1 if after.value > before.value else -1
        for at, _, (before, after) in (view.items(*pair) if pair else ())
    }  # fmt: skip


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
        least = min(known) - 1.0
        return Tested(at, figure, least, least, view.same_people(at))
    return Tested(at, figure, min(known) - 1.0, both - 2.0, sure)


def _wrong(view: View, one: _Judged) -> Finding:
    tested, level = one.tested, one.level
    least = tested.two_sided()[0] if view.table.tails == "two" else tested.one_sided()[0]
    if one.fits:
        return _one_sided(view, one)
    return _too_much(view, one) if least > level.high else _too_little(view, one)


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


def _one_sided(view: View, one: _Judged) -> Finding:
    tested, level = one.tested, one.level
    sides = ("two", "one") if view.table.tails != "one" else ("one", "two")
    told = {"two": tested.two_sided(), "one": tested.one_sided()}
    if "one" in one.fits and not level.meets(told["one"]):
        told["one"] = tested.other_side()
    first, last = (_number(*told[side]) for side in sides)
    message = f"{tested.t.text} {_df(tested)} has a {sides[0]}-sided p of {first}, which does not "
    message += f"go with {_said(level)}; a {sides[1]}-sided p of {last} does. Likeliest cause: a "
    message += f"{sides[1]}-sided test."
    return _found(view, one, ASSUMED, message, f"p {first} ({sides[0]}-sided)")


def _found(view: View, one: _Judged, grade: Grade, message: str, expected: str) -> Finding:
    check, name = one.where
    printed = one.tested.t.text if check == "stars" else one.level.printed
    return view.found(check, grade, message, at=one.tested.at, name=name, printed=printed,
                      expected=expected)  # fmt: skip


def _too_much(view: View, one: _Judged) -> Finding:
    """More significance than even a one-sided test of everybody gives; fewer answers give less."""
    low, high = one.tested.two_sided()
    message = f"{one.tested.t.text} {_df(one.tested)} has a p of {_number(low, high)}, one-sided "
    message += f"{_number(low / 2, high / 2)}; {_said(one.level)} is impossible."
    message += _cause(one.tested, one.level)
    return _found(view, one, PROVED, message, f"p {_number(low, high)}")


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


def _too_little(view: View, one: _Judged) -> Finding:
    """Less significance than the statistic has: few answers, or a test of the other side."""
    tested, level = one.tested, one.level
    low, high = tested.two_sided()
    fewer = _fewer(view, one)
    grade = ASSUMED if fewer else PROVED
    message = f"{tested.t.text} {_df(tested)} has a p of {_number(low, high)}; {_said(level)} "
    message += "is too little."
    if fewer:
        message += f" It fits if fewer answered: {listed(fewer)}."
    elif level.figure is not None:
        message += likeliest(level.figure, overlapping(low, high), digits=False)
    return _found(view, one, grade, message, f"p {_number(low, high)}")


def _fewer(view: View, one: _Judged) -> list[int]:
    """The smaller numbers of answers that explain it, where the item's own is not printed."""
    tested = one.tested
    if tested.sure:
        return []
    paired, most = view.table.design == "paired", min(int(tested.high_df), _TRIED)
    return [
        n for n in range(2, most + 1)
        if _compared(replace(tested, low_df=n - 1.0, high_df=n - 1.0), one.level, one.where,
                     opposed=False).fits
        and (not paired or n > _MOST * most or means_fit(view, tested.at, n))
    ]  # fmt: skip


def _against_p(view: View, at: int, p: Figure, level: _Level, name: str) -> Finding:
    message = f"p is printed as {p.text}, which does not go with {_said(level)} by the table's key."
    return view.found("stars", PROVED, message, at=at, name=name, printed=level.told,
                      expected=f"stars for p {p.text}")  # fmt: skip
