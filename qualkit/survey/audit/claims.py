"""Sentences of the report that state a figure of the table, against the figure printed there.

A claim is held to what rounding leaves: 54 per cent is no contradiction of 53.67.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from qualkit.survey.audit._causes import likeliest
from qualkit.survey.audit._chances import p_range
from qualkit.survey.audit._finding import ASSUMED, CAUTION, CONTRADICTION, Finding
from qualkit.survey.audit._view import Figure, Series, View
from qualkit.survey.audit.stars import starred_level, tested_item
from qualkit.survey.printed import half_unit, read_printed
from qualkit.survey.published import Claim

_ADDED = frozenset({"count", "score", "total"})


def check(view: View) -> Iterator[Finding]:
    """Findings on each claim of a table."""
    for claim in view.table.claims:
        judge = _rule(claim)
        yield from judge(view, claim)


def _rule(claim: Claim) -> Callable[[View, Claim], Iterator[Finding]]:
    if claim.measure == "p":
        return _of_p
    if claim.measure.partition("@")[0] == "base":
        return _of_base
    return _of_extreme if claim.stated.casefold() in {"max", "min"} else _of_value


def _place(view: View, claim: Claim) -> int | None:
    wanted = claim.item.casefold()
    if not wanted and len(view.totals) == 1:
        return view.totals[0]
    for at, item in enumerate(view.table.items):
        if item.label.casefold() == wanted:
            return at
    return None


def _columns(view: View, measure: str) -> list[Series]:
    """The series that a claim's measure names: role@wave, role, or a printed label."""
    role, _, wave = measure.partition("@")
    role = role.split("+")[0]
    found = [one for one in view.of(role) if not wave or one.wave == wave]
    return found or [one for one in view.series if one.label.casefold() == measure.casefold()]


def _unread(view: View, claim: Claim, why: str) -> Finding:
    message = f"{claim.text!r} cannot be checked: {why}."
    return view.found("claim", CAUTION, message, name=claim.measure, printed=claim.stated)


def _wrong(view: View, claim: Claim, expected: str, why: str, *, assumed: bool = False) -> Finding:
    message = f"{claim.text!r}: {why}"
    at = _place(view, claim)
    grade = ASSUMED if assumed else CONTRADICTION
    return view.found("claim", grade, message, at=at, name=claim.measure,
                      printed=claim.stated, expected=expected)  # fmt: skip


# A stated figure ---------------------------------------------------------------------------


def _of_value(view: View, claim: Claim) -> Iterator[Finding]:
    stated = read_printed(claim.stated)
    at = _place(view, claim)
    if at is None or stated.value is None:
        why = "the table has no such item" if at is None else "what it states is no figure"
        yield _unread(view, claim, why)
        return
    shown = _shown(view, claim, at)
    if shown is None:
        yield _unread(view, claim, "the table prints no such figure")
        return
    half = half_unit(stated.decimals)
    low, high = stated.value - half, stated.value + half
    if stated.bound:
        low, high = _open(stated.bound, stated.value)
    if shown.meets(low, high):
        return
    why = f"the table prints {shown.text}, the text {claim.stated}."
    why += _left_out(view, at, stated.value - shown.value) or likeliest(
        Figure(claim.stated, stated.value, low, high, stated.decimals), shown.meets, digits=False
    )
    yield _wrong(view, claim, shown.text.split("= ")[-1], why)


def _of_base(view: View, claim: Claim) -> Iterator[Finding]:
    stated = read_printed(claim.stated).value
    base = view.table.base_of(claim.measure.partition("@")[2])
    if stated is None or base is None:
        yield _unread(view, claim, "the table has no such base, or it states none")
    elif stated != base:
        why = f"the base of the table is {base}, the text {claim.stated}."
        yield view.found("claim", CONTRADICTION, f"{claim.text!r}: {why}", name=claim.measure,
                         printed=claim.stated, expected=str(base))  # fmt: skip


def _open(bound: str, value: Decimal) -> tuple[Decimal, Decimal]:
    endless = Decimal("Infinity")
    return (-endless, value) if bound.startswith("<") else (value, endless)


def _shown(view: View, claim: Claim, at: int) -> Figure | None:
    """The figure that a claim is about; of a totals row, the sum over its columns."""
    if claim.measure == "total" and view.table.items[at].role == "total":
        figures = [one.figures[at] for one in view.series if one.role in _ADDED - {"total"}]
        shown = [figure for figure in figures if figure is not None]
        total = view.one("total", "")
        if total is not None and total.figures[at] is not None:
            return total.figures[at]
        return _together(shown)
    columns = _columns(view, claim.measure)
    if not columns and claim.measure == "change":
        return _difference(view, at)
    return columns[0].figures[at] if len(columns) == 1 else None


def _together(figures: list[Figure]) -> Figure | None:
    if not figures:
        return None
    low, high = sum(one.low for one in figures), sum(one.high for one in figures)
    value = sum((one.value for one in figures), Decimal(0))
    text = str(value) if len(figures) == 1 else f"{' + '.join(f.text for f in figures)} = {value}"
    return Figure(text, value, Decimal(low), Decimal(high))


def _difference(view: View, at: int) -> Figure | None:
    for role in ("mean", "percent", "score", "total", "count"):
        pair = view.pair(role)
        before, after = (one.figures[at] for one in pair) if pair else (None, None)
        if before is not None and after is not None:
            value = after.value - before.value
            return Figure(f"{value:+}", value, after.low - before.high, after.high - before.low)
    return None


def _left_out(view: View, at: int, gap: Decimal) -> str:
    """A line of the table that makes up the difference, left out of the claim or counted twice."""
    if view.table.items[at].role != "total":
        return ""
    for line in view.lines:
        figures = [one.figures[line] for one in view.series if one.role in _ADDED]
        row = sum((one.value for one in figures if one is not None), Decimal(0))
        if row and abs(gap) == row:
            label = view.table.items[line].label
            what = "leaves out" if gap < 0 else "counts twice"
            return f" Likeliest cause: the text {what} {label!r} ({row})."
    return ""


# The largest and the smallest --------------------------------------------------------------


def _of_extreme(view: View, claim: Claim) -> Iterator[Finding]:
    at = _place(view, claim)
    shown = _shown(view, claim, at) if at is not None else None
    if at is None or shown is None:
        yield _unread(view, claim, "the table prints no such figure")
        return
    others = [
        (line, figure) for line in view.lines
        if line != at and (figure := _shown(view, claim, line)) is not None
    ]  # fmt: skip
    largest = claim.stated.casefold() == "max"
    beyond = [
        (line, figure) for line, figure in others
        if (figure.low > shown.high if largest else figure.high < shown.low)
    ]  # fmt: skip
    if not beyond:
        return
    best = (max if largest else min)(beyond, key=lambda one: one[1].value)
    names = [view.table.items[line].label for line, one in beyond if one.value == best[1].value]
    told = " and ".join(repr(name) for name in names[:3])
    word = "largest" if largest else "smallest"
    why = f"its {claim.measure} is {shown.text}; the {word} is {best[1].text}, of {told}."
    yield _wrong(view, claim, best[1].text, why)


# A level of significance -------------------------------------------------------------------


def _of_p(view: View, claim: Claim) -> Iterator[Finding]:
    stated = read_printed(claim.stated)
    at = _place(view, claim)
    if at is None or stated.value is None:
        yield _unread(view, claim, "it names no item of the table, or no level")
        return
    level = _claimed(stated.bound, stated.value, stated.decimals)
    p = view.one("p", "")
    figure = p.figures[at] if p is not None else None
    if figure is not None:
        if not figure.meets(*level):
            yield _wrong(view, claim, figure.text, f"the table prints p {figure.text}.")
        return
    yield from _of_stars(view, claim, at, level)


def _claimed(bound: str, value: Decimal, decimals: int) -> tuple[Decimal, Decimal]:
    if bound.startswith("<"):
        return Decimal(0), value
    if bound:
        return value, Decimal(1)
    return value - half_unit(decimals), value + half_unit(decimals)


def _of_stars(
    view: View, claim: Claim, at: int, level: tuple[Decimal, Decimal]
) -> Iterator[Finding]:  # fmt: skip
    low, high = float(level[0]), float(level[1])
    stars = starred_level(view, at)
    if stars is not None:
        first, last, told = stars
        if first >= high or last <= low:
            why = f"the table prints {told}, which stands for p {first:g} to {last:g}."
            yield _wrong(view, claim, told, why)
        return
    tested = tested_item(view, at)
    if tested is None:
        yield _unread(view, claim, "the table prints neither stars nor a statistic")
        return
    least, most = p_range(tested.t, tested.low_df, tested.high_df)
    if least <= high and low <= most:
        return
    one_sided = least / 2 <= high and low <= most / 2
    why = f"{tested.t.text} has a two-sided p of {least:.4f} to {most:.4f}."
    why += " One-sided it would fit." if one_sided else ""
    unsure = one_sided or (not tested.sure and least < low)
    yield _wrong(view, claim, f"p {least:.4f} to {most:.4f}", why, assumed=unsure)
