"""Coded spans of a text: what two coders share, and how far they agree on it.

A span is ``(start, end)``: code points, half-open. Character by character, each code is a yes or
no of its own, so that other codes may overlap it; what one coder coded twice with the same code
counts once, and spans that touch say the same as one that covers both. Segment by segment
(:func:`segment_agreement`, :func:`holsti`) touching spans are two. All lengths are whole numbers,
divided once at the end, so that nothing is lost by rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from qualkit.agreement.records import (
    FEW_CODERS,
    LOW_INFORMATION,
    NO_UNITS,
    NO_VARIATION,
    UNUSED,
    Coefficient,
    Counts,
)
from qualkit.errors import BatchError, TableError
from qualkit.stretches import Span, common, measure, merged, overlapping
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("coder", "start", "end", "code")
COUNTS = ("both", "only_a", "only_b", "neither")

# Two coders, one code, character by character ---------------------------------------------


def span_counts(spans_a: Iterable[Span], spans_b: Iterable[Span], *, length: int) -> Counts:
    """How two coders' spans of one code fall together, in characters.

    Parameters
    ----------
    spans_a, spans_b : iterable of (start, end)
        In any order; what overlaps or touches counts once.
    length : int
        Characters of the text that both read. ``neither`` grows with it, and kappa with that.

    Raises
    ------
    TableError
        For what is no list of spans.
    BatchError
        Every span that is empty, reversed, not of whole numbers or outside the text.

    Examples
    --------
    >>> span_counts([(0, 150)], [(100, 200)], length=1000)
    Counts(both=50, only_a=100, only_b=50, neither=800)
    """
    whole = checked_length(length)
    sides = (("the first coder's", spans_a), ("the second coder's", spans_b))
    faults: list[str] = []
    a, b = (merged(_proper(spans, whose, whole, faults)) for whose, spans in sides)
    if faults:
        raise BatchError("spans", faults)
    both, of_a, of_b = measure(common(a, b)), measure(a), measure(b)
    return Counts(both, of_a - both, of_b - both, whole - of_a - of_b + both)


def _proper(spans: Iterable[Span] | None, whose: str, length: int, faults: list[str]) -> list[Span]:
    if not isinstance(spans, Iterable):
        told = f"{whose} spans are {spans!r}; give a list of (start, end)"
        raise TableError("spans", told)
    found = []
    for n, span in enumerate(spans, 1):
        try:
            first, last = span
        except (TypeError, ValueError):
            faults.append(f"{whose} span {n}: {span!r} is not (start, end)")
            continue
        start, end = whole_number(first), whole_number(last)
        if wrong := _misplaced((first, last), (start, end), 0, length):
            faults += [f"{whose} span {n}: {one}" for one in wrong]
        elif start is not None and end is not None:
            found.append((start, end))
    return found


def percent_of_counts(both: int, only_a: int, only_b: int, neither: int) -> Coefficient:
    """The share, 0 to 1, on which two coders say the same, yes or no.

    It grows with everything that nobody coded: show it beside a figure corrected for chance.

    Examples
    --------
    >>> percent_of_counts(50, 100, 50, 800).value
    0.85
    """
    counts = _counted(both, only_a, only_b, neither)
    if not counts.n:
        return Coefficient(None, NO_UNITS)
    return Coefficient((counts.both + counts.neither) / counts.n, n=counts.n)


def overlap_of_counts(both: int, only_a: int, only_b: int, neither: int = 0) -> Coefficient:
    """What both coded of what either coded (Jaccard), 0 to 1; the rest of the text is no matter.

    Examples
    --------
    >>> overlap_of_counts(50, 100, 50, 800).value
    0.25
    """
    counts = _counted(both, only_a, only_b, neither)
    either = counts.n - counts.neither
    if not either:
        return Coefficient(None, UNUSED if counts.n else NO_UNITS)
    return Coefficient(counts.both / either, n=either)


def kappa_of_counts(both: int, only_a: int, only_b: int, neither: int) -> Coefficient:
    """Cohen's kappa of two coders' yes and no: 1 is perfect agreement, 0 what chance gives.

    ``(Po - Pe) / (1 - Pe)``, with Po the share on which both say the same and Pe what two coders
    who code as much as these, but anywhere, would reach.

    Parameters
    ----------
    both, only_a, only_b, neither : int
        Characters or units, of one code; of several sources, their sums.

    Returns
    -------
    Coefficient
        Undefined where nobody applied the code (``code_unused_by_all``), or both to everything
        (``no_variation``). Where one coder chose one and the same throughout it is 0, whatever
        the other did, and flagged ``low_information``.

    Raises
    ------
    TableError
        Where a count is not a whole number from 0.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and
    Psychological Measurement 20(1), 37-46.

    Examples
    --------
    >>> kappa_of_counts(50, 100, 50, 800).value
    0.318
    """
    return _beyond_chance(_counted(both, only_a, only_b, neither), _cohen)


def pi_of_counts(both: int, only_a: int, only_b: int, neither: int) -> Coefficient:
    """Scott's pi: as kappa, but chance is drawn from what both coders coded taken together.

    References
    ----------
    Scott, W. A. (1955). Reliability of content analysis: the case of nominal scale coding.
    Public Opinion Quarterly 19(3), 321-325.

    Examples
    --------
    >>> pi_of_counts(50, 100, 50, 800).value
    0.314
    """
    return _beyond_chance(_counted(both, only_a, only_b, neither), _scott)


def bp_of_counts(both: int, only_a: int, only_b: int, neither: int) -> Coefficient:
    """Brennan and Prediger's kappa of a yes and no: chance is one half, ``2 Po - 1``.

    Undefined where nobody applied the code.

    References
    ----------
    Brennan, R. L., and Prediger, D. J. (1981). Coefficient kappa: some uses, misuses, and
    alternatives. Educational and Psychological Measurement 41(3), 687-699.

    Examples
    --------
    >>> bp_of_counts(50, 100, 50, 800).value
    0.70
    """
    counts = _counted(both, only_a, only_b, neither)
    return _beyond_chance(counts, lambda c: Fraction(c.n * c.n, 2), constant=True)


def ac1_of_counts(both: int, only_a: int, only_b: int, neither: int) -> Coefficient:
    """Gwet's AC1, which does not fall where a code is rare as kappa does; beside it, never alone.

    Undefined where nobody applied the code, which it would call perfect agreement.

    References
    ----------
    Gwet, K. L. (2008). Computing inter-rater reliability and its variance in the presence of
    high agreement. British Journal of Mathematical and Statistical Psychology 61(1), 29-48.

    Examples
    --------
    >>> ac1_of_counts(50, 100, 50, 800).value
    0.808
    """
    return _beyond_chance(_counted(both, only_a, only_b, neither), _gwet, constant=True)


def pooled_kappa(counts: pd.DataFrame) -> Coefficient:
    """One kappa over many items: mean agreement beyond mean chance, not a mean of kappas.

    ``(mean Po - mean Pe) / (1 - mean Pe)``, each item weighing the same. A mean of kappas is
    undefined as soon as one item is; here an item on which both say one and the same throughout
    adds nothing, and one without any unit is left out.

    Parameters
    ----------
    counts : DataFrame
        One row an item (a code, or a code in a source): both, only_a, only_b, neither.

    Returns
    -------
    Coefficient
        ``n`` sums the units of all items.

    Raises
    ------
    TableError, BatchError
        Where a column is missing; every row with a count that is not a whole number from 0.

    References
    ----------
    De Vries, H., Elliott, M. N., Kanouse, D. E., and Teleki, S. S. (2008). Using pooled kappa to
    summarize interrater agreement across many items. Field Methods 20(3), 272-282.

    Examples
    --------
    >>> import pandas as pd
    >>> items = [(50, 100, 50, 800), (20, 0, 0, 80), (0, 0, 0, 100)]
    >>> pooled_kappa(pd.DataFrame(items, columns=["both", "only_a", "only_b", "neither"])).value
    0.722
    """
    items = [item for item in _items(counts) if item.n]
    chances = [(item, _cohen(item), item.n * item.n) for item in items]
    n = sum(item.n for item in items)
    if not items:
        return Coefficient(None, NO_UNITS)
    if all(chance == full for _, chance, full in chances):
        unused = all(item.neither == item.n for item in items)
        return Coefficient(None, UNUSED if unused else NO_VARIATION, n=n)
    # fsum rounds once, so that the order of the items is no matter
    beyond = math.fsum((c.n * (c.both + c.neither) - e) / full for c, e, full in chances)
    return Coefficient(beyond / math.fsum((full - e) / full for _, e, full in chances), n=n)


def _items(counts: pd.DataFrame) -> list[Counts]:
    refuse_missing("counts", counts, COUNTS)
    found, faults = [], []
    for label, *values in counts[list(COUNTS)].itertuples():
        try:
            found.append(_counted(*values))
        except TableError as error:
            faults.append(f"row {label}: {error.reason}")
    if faults:
        raise BatchError("counts", faults)
    return found


def _counted(both: object, only_a: object, only_b: object, neither: object) -> Counts:
    values = dict(zip(COUNTS, (both, only_a, only_b, neither), strict=True))
    found = {name: whole_number(value) for name, value in values.items()}
    for name, value in found.items():
        if value is None or value < 0:
            told = f"{name} is {plain(values[name])!r}; counts are whole numbers from 0"
            raise TableError("counts", told)
    return Counts(**{name: value or 0 for name, value in found.items()})


def _beyond_chance(
    counts: Counts, chance: Callable[[Counts], int | Fraction], *, constant: bool = False
) -> Coefficient:
    """Agreement beyond chance, which is given times ``n`` squared.

    `constant` says whether the coefficient has a value where all is coded by both.
    """
    n = counts.n
    if not n or counts.neither == n:
        return Coefficient(None, UNUSED if n else NO_UNITS, n=n)
    if counts.both == n and not constant:
        return Coefficient(None, NO_VARIATION, n=n)
    expected = chance(counts)
    value = (n * (counts.both + counts.neither) - expected) / (n * n - expected)
    yes = (counts.both + counts.only_a, counts.both + counts.only_b)
    flag = LOW_INFORMATION if {0, n} & set(yes) else ""
    return Coefficient(float(value), n=n, flag=flag)


def _cohen(c: Counts) -> int:
    yes_a, yes_b = c.both + c.only_a, c.both + c.only_b
    return yes_a * yes_b + (c.n - yes_a) * (c.n - yes_b)


def _scott(c: Counts) -> Fraction:
    yes = 2 * c.both + c.only_a + c.only_b
    return Fraction(yes * yes + (2 * c.n - yes) ** 2, 4)


def _gwet(c: Counts) -> Fraction:
    yes = 2 * c.both + c.only_a + c.only_b
    return Fraction(yes * (2 * c.n - yes), 2)


# Two coders, segment by segment -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SegmentAgreement:
    """How far two coders' segments match, where those of one code overlap enough.

    Attributes
    ----------
    matched : int
        Segments of either coder that the other has too.
    segments : int
        Segments of both together.
    percent : float or None
        `matched` of `segments`, 0 to 1.
    holsti : float or None
        Twice the pairs of segments of `segments`; below `percent` only where a low `overlap` lets
        one segment match several.
    brennan_prediger, value : float or None
        `percent` corrected for chance, which is one of the codes compared.
    overlap : float
        What two segments must share of what either covers, to count as the same. Show it beside
        every figure.
    reason : str
        Why there is no value, one of :data:`qualkit.agreement.records.REASONS`.
    low, high : float or None
    n : int
        As `segments`.
    codes : int
        The codes compared.
    """

    matched: int
    segments: int
    percent: float | None
    holsti: float | None
    brennan_prediger: float | None
    overlap: float
    value: float | None
    reason: str = ""
    low: float | None = None
    high: float | None = None
    n: int = 0
    codes: int = 0


def segment_agreement(
    spans: pd.DataFrame,
    *,
    overlap: float = 0.9,
    coders: Sequence[str] | None = None,
    codes: Sequence[str] | None = None,
) -> SegmentAgreement:
    """MAXQDA-like agreement: the segments that the other coder has too, with the same code.

    Two segments are the same where they share at least `overlap` of what either covers. Chance is
    one in so many codes as are compared (Brennan and Prediger). MAXQDA names these authors too, but
    whether its chance is the same could not be checked: its figures may differ.

    Parameters
    ----------
    spans : DataFrame
        coder, start, end, code; of two coders. Overlapping segments of one coder and code are
        joined first; touching ones are two segments.
    overlap : float
        Above 0, at most 1.
    coders : sequence of str, optional
        The two coders, where one may have coded nothing; by default those of the table.
    codes : sequence of str, optional
        All codes that could have been applied; by default those of the table.

    Raises
    ------
    TableError, BatchError
        Where a column is missing or there are more than two coders; every faulty row.

    References
    ----------
    Brennan, R. L., and Prediger, D. J. (1981). Coefficient kappa: some uses, misuses, and
    alternatives. Educational and Psychological Measurement 41(3), 687-699.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("A", 0, 10, "x"), ("B", 0, 9, "x"), ("A", 20, 30, "y"), ("B", 25, 40, "y")]
    >>> found = segment_agreement(pd.DataFrame(rows, columns=["coder", "start", "end", "code"]))
    >>> found.matched, found.segments, found.percent, found.brennan_prediger
    (2, 4, 0.5, 0.0)
    """
    share = _share(overlap)
    sides = _two_sides(units_by_coder(spans, coders=coders, codes=codes))
    used = {unit.code for side in sides for unit in side}
    count = len(used | set(codes or ()))
    nothing = SegmentAgreement(0, 0, None, None, None, float(overlap), None, codes=count)
    if len(sides) < 2:
        return replace(nothing, reason=FEW_CODERS)
    if not used:
        return replace(nothing, reason=UNUSED)
    matched, pairs = _matched(sides[0], sides[1], used, share)
    n = len(sides[0]) + len(sides[1])
    value = (count * matched - n) / (n * (count - 1)) if count > 1 else None
    return SegmentAgreement(
        matched, n, matched / n, 2 * pairs / n, value, float(overlap), value,
        "" if count > 1 else NO_VARIATION, n=n, codes=count,
    )  # fmt: skip


def holsti(
    spans: pd.DataFrame, *, overlap: float = 0.9, coders: Sequence[str] | None = None
) -> Coefficient:
    """Holsti's coefficient: twice the segments that both have, of the segments of both, 0 to 1.

    Not corrected for chance. Parameters and errors as for :func:`segment_agreement`; a segment
    pairs with one of the other coder at most.

    References
    ----------
    Holsti, O. R. (1969). Content analysis for the social sciences and humanities. Addison-Wesley,
    p. 140.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("A", 0, 10, "x"), ("B", 0, 9, "x"), ("A", 20, 30, "y")]
    >>> holsti(pd.DataFrame(rows, columns=["coder", "start", "end", "code"])).value
    0.667
    """
    found = segment_agreement(spans, overlap=overlap, coders=coders)
    reason = "" if found.holsti is not None else found.reason
    return Coefficient(found.holsti, reason, n=found.segments)


def _two_sides(units: dict[Any, list[Unit]]) -> list[list[Unit]]:
    if len(units) > 2:
        listed = ", ".join(map(repr, units))
        told = f"segments are compared between two coders; there are {len(units)}: {listed}"
        raise TableError("spans", told)
    return list(units.values())


def _share(overlap: float) -> Fraction:
    if not isinstance(overlap, int | float) or not 0 < overlap <= 1:
        raise TableError("overlap", f"it is {overlap!r}; it must be above 0 and at most 1")
    return Fraction(repr(float(overlap)))  # 0.9 is nine tenths, not the nearest binary number


def _matched(
    a: Sequence[Unit], b: Sequence[Unit], codes: Iterable[object], share: Fraction
) -> tuple[int, int]:
    """Segments that have a match on the other side, and pairs one to one."""
    matched = pairs = 0
    of_a, of_b = spans_by_code(a), spans_by_code(b)
    for code in codes:
        mine, theirs = of_a.get(code, []), of_b.get(code, [])
        both = overlapping(mine, theirs)
        same = [(i, j) for i, j in both if _jaccard(mine[i], theirs[j]) >= share]
        matched += len({i for i, _ in same}) + len({j for _, j in same})
        taken = [-1, -1]
        for i, j in same:  # matches never cross, so that the first free pair is always right
            if i > taken[0] and j > taken[1]:
                taken, pairs = [i, j], pairs + 1
    return matched, pairs


def _jaccard(a: Span, b: Span) -> Fraction:
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return Fraction(shared, max(a[1], b[1]) - min(a[0], b[0]))


# Tables of spans --------------------------------------------------------------------------


class Unit(NamedTuple):
    """One coder's stretch of one code, and the rows that it stands on."""

    start: int
    end: int
    code: Any
    rows: tuple[Any, ...]


def units_by_coder(
    spans: pd.DataFrame,
    *,
    begin: int = 0,
    end: int | None = None,
    coders: Sequence[str] | None = None,
    codes: Sequence[str] | None = None,
    name: str = "spans",
) -> dict[Any, list[Unit]]:
    """What each coder coded, in the order of the text; one coder's same again is one unit.

    Parameters
    ----------
    spans : DataFrame
        coder, start, end, code.
    begin, end : int
        Where the text begins and ends.
    coders, codes : sequence of str, optional
        All that there may be; a coder without any span has an empty list.
    name : str
        What to call the table in an error.

    Raises
    ------
    TableError, BatchError
        Where a column is missing; every row that is faulty, by its label.
    """
    rows = checked_rows(spans, begin=begin, end=end, coders=coders, codes=codes, name=name)
    named = list(dict.fromkeys(coders)) if coders is not None else _sorted({r[1] for r in rows})
    found: dict[Any, dict[Any, list[Unit]]] = {coder: {} for coder in named}
    for label, coder, start, stop, code in sorted(rows, key=lambda row: row[2:4]):
        units = found[coder].setdefault(code, [])
        if units and start < units[-1].end:
            last = units[-1]
            units[-1] = Unit(last.start, max(stop, last.end), code, (*last.rows, label))
        else:
            units.append(Unit(start, stop, code, (label,)))
    return {
        coder: sorted((u for units in by_code.values() for u in units), key=lambda u: u[:2])
        for coder, by_code in found.items()
    }


def spans_by_code(units: Iterable[Unit]) -> dict[Any, list[Span]]:
    """The spans of each code of one coder, in the order of the text."""
    found: dict[Any, list[Span]] = {}
    for unit in units:
        found.setdefault(unit.code, []).append((unit.start, unit.end))
    return found


def checked_rows(
    spans: pd.DataFrame,
    *,
    begin: int = 0,
    end: int | None = None,
    coders: Sequence[str] | None = None,
    codes: Sequence[str] | None = None,
    name: str = "spans",
) -> list[tuple[Any, Any, int, int, Any]]:
    """Each row's label, coder, start, end and code, or all that is wrong with any of them."""
    refuse_missing(name, spans, COLUMNS)
    known = (("coder", coders), ("code", codes))
    rows: list[tuple[Any, Any, int, int, Any]] = []
    faults: list[str] = []
    for label, coder, first, last, code in spans[list(COLUMNS)].itertuples():
        who, what = plain(coder), plain(code)
        start, stop = whole_number(first), whole_number(last)
        wrong = _unknown(who, *known[0]) + _unknown(what, *known[1])
        wrong += _misplaced((first, last), (start, stop), begin, end)
        if wrong:
            faults.append(f"row {label}: {'; '.join(wrong)}")
        elif start is not None and stop is not None:
            rows.append((label, who, start, stop, what))
    if faults:
        raise BatchError(name, faults)
    return rows


def refuse_missing(name: str, table: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse what is no table, and a table that lacks a column or has it twice."""
    if not hasattr(table, "columns"):
        raise TableError(name, f"a DataFrame is needed, not a {type(table).__name__}")
    twice = [column for column in columns if list(table.columns).count(column) > 1]
    if twice:
        raise TableError(name, f"it has two columns {twice}")
    missing = [column for column in columns if column not in table.columns]
    if missing:
        has = sorted(map(str, table.columns))
        raise TableError(name, f"it has no column {missing}; it has {has}")


def checked_length(length: object, name: str = "length") -> int:
    """A length as an int; TableError where it is none."""
    found = whole_number(length)
    if found is None or found < 1:
        raise TableError(name, f"it is {plain(length)!r}; it must be a whole number from 1")
    return found


def whole_number(value: object) -> int | None:
    """A whole number as an int; None for anything else."""
    if type(value) is int:
        return value
    found = plain(value)
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _unknown(value: object, kind: str, known: Sequence[str] | None) -> list[str]:
    if value is None or not str(value).strip():
        return [f"it names no {kind}"]
    if known is not None and value not in known:
        return [f"{kind} {value!r} is not one of {', '.join(map(repr, known))}"]
    return []


def _misplaced(
    given: Sequence[object], span: tuple[int | None, int | None], begin: int, end: int | None
) -> list[str]:
    """What is wrong with a start and an end."""
    start, stop = span
    if start is None or stop is None:
        named = zip(("start", "end"), given, span, strict=True)
        return [f"{n} {plain(g)!r} is not a whole number" for n, g, v in named if v is None]
    if start >= stop:
        told = "is empty" if start == stop else "ends before it starts"
        return [f"it {told} ({start} to {stop})"]
    if start < begin or (end is not None and stop > end):
        text = f"from {begin} to {end}" if end is not None else f"from {begin}"
        return [f"{start} to {stop} lies outside the text, which goes {text}"]
    return []


def _sorted(names: Iterable[Any]) -> list[Any]:
    return sorted(names, key=str)
