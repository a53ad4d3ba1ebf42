"""How far coders agree on where the units of a text are, and on what they are.

Two families of Krippendorff's. The *u* family (2016) takes each coder's text apart into units,
each of one code, and the gaps between them: :func:`u_alpha` judges all of it,
:func:`bar_u_alpha` only what is marked and what is not, :func:`cu_alpha` only the codes where
marked units meet, :func:`ku_alpha` each code there. It needs codes that exclude each other.
:func:`alpha_unitizing` (1995, 2004) judges how far boundaries lie apart, code by code, so that
codes may overlap.

In both, units that touch are units of their own, as the publications have it: parting one in two
changes a figure. One coder's overlapping spans of the same code are joined first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, combinations, permutations
from typing import TYPE_CHECKING, Any

from qualkit.agreement.records import (
    FEW_CODERS,
    NO_UNITS,
    NO_VARIATION,
    UNUSED,
    Coefficient,
)
from qualkit.agreement.spans import (
    Unit,
    checked_length,
    spans_by_code,
    units_by_coder,
    whole_number,
)
from qualkit.errors import BatchError, TableError
from qualkit.stretches import Span, merged, overlapping

if TYPE_CHECKING:
    import pandas as pd


Units = Mapping[Any, Sequence[Unit]]


@dataclass(frozen=True, slots=True)
class CodeCoefficient(Coefficient):
    """A coefficient of one code.

    Attributes
    ----------
    coverage : float or None
        The share, 0 to 1, of the code's characters at which another coder marked something too:
        what the figure rests on.
    """

    coverage: float | None = None


# The u family -----------------------------------------------------------------------------


def u_alpha(
    spans: pd.DataFrame, *, length: int, coders: Sequence[str] | None = None
) -> Coefficient:
    r"""Agreement on units, their codes and the gaps between them: 1 is perfect, 0 is chance.

    Parameters
    ----------
    spans : DataFrame
        coder, start, end, code: half-open, in characters.
    length : int
        Characters of the text.
    coders : sequence of str, optional
        Everybody who coded it: spans cannot tell of a coder who marked nothing, for whom the text
        is one gap. By default those of the table.

    Returns
    -------
    Coefficient
        ``n`` is `length`. Undefined with one coder; where nobody marked anything
        (``code_unused_by_all``); where all marked everything with one code (``no_variation``).

    Raises
    ------
    TableError
        Where a column is missing or `length` is no length.
    BatchError
        Every faulty row; every row on which one coder codes what another row of theirs gives
        another code.

    Notes
    -----
    :math:`\alpha = 1 - (\ell_{..} - \sum_c \ell_{cc}) / (\ell_{..} - \sum_c \epsilon_{cc})`, with
    :math:`\ell_{ck}` the characters at which one coder's c meets another's k, and
    :math:`\epsilon_{ck}` what is expected of units of these lengths anywhere. Touching units of
    one code are two: parting one lowers the figure a little, unless agreement is perfect.

    References
    ----------
    Krippendorff, K., Mathet, Y., Bouvry, S., and Widlöcher, A. (2016). On the reliability of
    unitizing textual continua: further developments. Quality & Quantity 50(6), 2347-2364.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("A", 0, 4, "x"), ("B", 0, 3, "x"), ("A", 6, 9, "y"), ("B", 6, 9, "y")]
    >>> table = pd.DataFrame(rows, columns=["coder", "start", "end", "code"])
    >>> u_alpha(table, length=10).value
    0.868
    """
    meeting = _met(spans, length, coders)
    if meeting.coders < 2 or not meeting.lengths:
        return _none(meeting, n=meeting.length)
    total, totals = meeting.coders * meeting.length, meeting.totals()
    mixed = total * total - sum(own * own for own in totals)
    if not mixed:
        return Coefficient(None, NO_VARIATION, n=meeting.length)
    scale = meeting.coders - 1
    apart = scale * total - sum(meeting.agreed.values()) - meeting.agreed_gaps
    value = _one_minus(apart * (total * total - meeting.squares()), scale * total * mixed)
    return Coefficient(value, n=meeting.length)


def bar_u_alpha(
    spans: pd.DataFrame, *, length: int, coders: Sequence[str] | None = None
) -> Coefficient:
    r"""Agreement on what is marked and what is not, whatever the codes (:math:`_{|u}\alpha`).

    Parameters, errors and the reference are those of :func:`u_alpha`. Undefined also where
    nobody left a gap.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("A", 0, 4, "x"), ("B", 0, 3, "y")]
    >>> table = pd.DataFrame(rows, columns=["coder", "start", "end", "code"])
    >>> bar_u_alpha(table, length=10).value
    0.801
    """
    meeting = _met(spans, length, coders)
    if meeting.coders < 2 or not meeting.lengths:
        return _none(meeting, n=meeting.length)
    total, gaps, scale = meeting.coders * meeting.length, meeting.gaps, meeting.coders - 1
    if not gaps:
        return Coefficient(None, NO_VARIATION, n=meeting.length)
    apart = (scale * gaps - meeting.agreed_gaps) * (total * total - meeting.squares())
    value = _one_minus(apart, scale * total * gaps * (total - gaps))
    return Coefficient(value, n=meeting.length)


def cu_alpha(
    spans: pd.DataFrame, *, length: int, coders: Sequence[str] | None = None
) -> Coefficient:
    r"""Agreement on the codes alone, where marked units meet (:math:`_{cu}\alpha`).

    Parameters, errors and the reference are those of :func:`u_alpha`. ``n`` counts the
    characters that two coders marked at least.

    Returns
    -------
    Coefficient
        Undefined where no two coders marked the same character (``no_pairable_units``), and
        where these have one code, or so few units that chance cannot be told (``no_variation``).

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("A", 0, 4, "x"), ("B", 0, 3, "x"), ("A", 6, 9, "y"), ("B", 6, 9, "y")]
    >>> table = pd.DataFrame(rows, columns=["coder", "start", "end", "code"])
    >>> cu_alpha(table, length=10).value
    1.0
    """
    meeting = _met(spans, length, coders)
    if not meeting.shared or meeting.coders < 2:
        return _none(meeting)
    total = sum(meeting.met.values())
    mixed = total * total - sum(own * own for own in meeting.met.values())
    if not mixed or meeting.other_units <= 0:
        return Coefficient(None, NO_VARIATION, n=meeting.shared)
    apart = (total - sum(meeting.agreed.values())) * meeting.other_units
    return Coefficient(_one_minus(apart, total * mixed), n=meeting.shared)


def ku_alpha(
    spans: pd.DataFrame, *, length: int, coders: Sequence[str] | None = None
) -> dict[Any, CodeCoefficient]:
    r"""Agreement on each code, where marked units meet (:math:`_{(k)u}\alpha`).

    Parameters, errors and the reference are those of :func:`u_alpha`.

    Returns
    -------
    dict of code -> CodeCoefficient
        In alphabetical order. ``n`` counts the characters where the code meets a marked unit of
        another coder, ``coverage`` is their share of the code. Undefined where there is none
        (``no_pairable_units``), or nothing but this code (``no_variation``).

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("A", 0, 4, "x"), ("B", 0, 3, "x"), ("A", 6, 9, "y"), ("B", 6, 9, "y")]
    >>> table = pd.DataFrame(rows, columns=["coder", "start", "end", "code"])
    >>> found = ku_alpha(table, length=10)
    >>> found["x"].value, found["x"].coverage
    (1.0, 0.857)
    """
    meeting = _met(spans, length, coders)
    return {code: _of_code(meeting, code) for code in sorted(meeting.lengths, key=str)}


def _of_code(meeting: _Meeting, code: object) -> CodeCoefficient:
    if meeting.coders < 2:
        return CodeCoefficient(None, FEW_CODERS)
    total, scale = sum(meeting.met.values()), meeting.coders - 1
    own, n = meeting.met[code], meeting.shared_by[code]
    coverage = own / (scale * meeting.lengths[code])
    if not own:
        return CodeCoefficient(None, NO_UNITS, coverage=coverage)
    chance = own * total - scale * meeting.corrections[code]
    if own == total or chance <= 0 or meeting.other_units <= 0:
        return CodeCoefficient(None, NO_VARIATION, n=n, coverage=coverage)
    apart = own - meeting.agreed[code]
    value = _one_minus(chance * apart, own * own * (total - own))
    return CodeCoefficient(value, n=n, coverage=coverage)


def _none(meeting: _Meeting, *, n: int = 0) -> Coefficient:
    """Why there is no figure, where too few coded or nothing was coded."""
    if meeting.coders < 2:
        return Coefficient(None, FEW_CODERS)
    return Coefficient(None, NO_UNITS if meeting.lengths else UNUSED, n=n)


def _one_minus(part: int, whole: int) -> float:
    return (whole - part) / whole


class _Meeting:
    """How the units of all coders meet. Everything is a whole number of characters.

    ``met``, ``agreed`` and ``corrections`` are of units that meet units of others, summed over
    ordered pairs of coders; what the publication writes of them is divided by the coders but one.
    """

    def __init__(self, units: Units, length: int) -> None:
        self.length = length
        self.coders = len(units)
        self.lengths: Counter[Any] = Counter()
        self.met: Counter[Any] = Counter()
        self.agreed: Counter[Any] = Counter()
        self.corrections: Counter[Any] = Counter()
        self.shared_by: Counter[Any] = Counter()
        self.shared = 0
        self.agreed_gaps = 0
        self._squares = 0
        self._sweep(units)
        self._correct(units)

    @property
    def gaps(self) -> int:
        """The characters that each coder left unmarked, summed."""
        return self.coders * self.length - sum(self.lengths.values())

    def totals(self) -> list[int]:
        """The characters of each code, and those of the gaps, of all coders."""
        return [*self.lengths.values(), self.gaps]

    def squares(self) -> int:
        """What cannot be paired with itself: a unit as a whole, of a gap each character."""
        return self._squares + self.gaps

    @property
    def other_units(self) -> int:
        """The pairs of characters that chance may bring together: not those of one unit.

        From nought down there are so few units that chance has nothing to choose from.
        """
        total, scale = sum(self.met.values()), self.coders - 1
        return total * total - scale * sum(self.corrections.values())

    def _sweep(self, units: Units) -> None:
        for width, active in _stretches(units, self.length):
            marked = sum(active.values())
            empty = self.coders - marked
            self.agreed_gaps += width * empty * (empty - 1)
            if marked > 1:
                self.shared += width
            for code, count in active.items():
                self.lengths[code] += width * count
                self.met[code] += width * count * (marked - 1)
                self.agreed[code] += width * count * (count - 1)
                self.shared_by[code] += width if marked > 1 else 0

    def _correct(self, units: Units) -> None:
        self._squares = sum((u.end - u.start) ** 2 for own in units.values() for u in own)
        for one, other in permutations(units, 2):
            for code, covered in _covered(units[one], units[other]):
                self.corrections[code] += covered * covered


def _stretches(units: Units, length: int) -> Iterator[tuple[int, Counter[Any]]]:
    """Stretches within which no unit begins or ends: how long, and how many mark which code."""
    marks = [(u.start, 1, u.code) for own in units.values() for u in own]
    marks += [(u.end, -1, u.code) for own in units.values() for u in own]
    active: Counter[Any] = Counter()
    at = 0
    for place, step, code in sorted(marks, key=lambda mark: mark[0]):
        if place > at:
            yield place - at, active
            at = place
        active[code] += step
        if not active[code]:
            del active[code]
    if length > at:
        yield length - at, active


def _covered(own: Sequence[Unit], other: Sequence[Unit]) -> Iterator[tuple[Any, int]]:
    """Of each unit its code, and how much of it the other coder marked with anything."""
    marked = merged((u.start, u.end) for u in other)
    total: Counter[int] = Counter()
    mine = [(u.start, u.end) for u in own]
    for i, j in overlapping(mine, marked):
        total[i] += min(mine[i][1], marked[j][1]) - max(mine[i][0], marked[j][0])
    for i, covered in total.items():
        yield own[i].code, covered


def _met(spans: pd.DataFrame, length: int, coders: Sequence[str] | None) -> _Meeting:
    whole = checked_length(length)
    units = units_by_coder(spans, end=whole, coders=coders)
    if faults := overlaps(units):
        raise BatchError("spans", faults)
    return _Meeting(units, whole)


def overlaps(units: Units) -> list[str]:
    """What keeps codes from excluding each other: each two rows of one coder that overlap."""
    faults = []
    for coder, own in units.items():
        last: Unit | None = None
        for unit in own:
            if last is not None and unit.start < last.end:
                faults.append(_overlap(coder, last, unit))
            if last is None or unit.end > last.end:
                last = unit
    return faults


def _overlap(coder: object, a: Unit, b: Unit) -> str:
    rows = ", ".join(str(row) for row in (*a.rows, *b.rows))
    return (
        f"rows {rows}: coder {coder!r} codes {b.start} to {min(a.end, b.end)} as {a.code!r} and as "
        f"{b.code!r}; compare codes that exclude each other"
    )


# Alpha for unitizing (1995, 2004) ---------------------------------------------------------


def alpha_unitizing(
    spans: pd.DataFrame, *, begin: int, end: int, coders: Sequence[str] | None = None
) -> Coefficient:
    r"""Agreement on where units begin and end, over all codes (:math:`\alpha_U`).

    1 is perfect agreement, 0 is chance; it may fall below -1. Distances count squared, so that
    one long unit weighs more than many short ones. Codes may overlap; where they exclude each
    other, prefer :func:`u_alpha`.

    Parameters
    ----------
    spans : DataFrame
        coder, start, end, code: half-open, in characters.
    begin, end : int
        Where the text begins and ends.
    coders : sequence of str, optional
        Everybody who coded it, also who marked nothing; by default those of the table.

    Returns
    -------
    Coefficient
        ``n`` is the characters of the text. Undefined with one coder (``fewer_than_two_coders``)
        and where nobody marked anything (``code_unused_by_all``).

    Raises
    ------
    TableError
        Where a column is missing, or the text does not end after it begins.
    BatchError
        Every faulty row.

    Notes
    -----
    Of each code, two units that overlap differ by the squares of the distances of their ends, and
    a unit that lies in a gap of another coder by the square of its length. These are compared with
    what all placements of the same units and gaps would give.

    References
    ----------
    Krippendorff, K. (1995). On the reliability of unitizing continuous data. Sociological
    Methodology 25, 47-76. Krippendorff, K. (2004). Measuring the reliability of qualitative text
    analysis data. Quality & Quantity 38(6), 787-800.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("A", 1, 9, "x"), ("B", 2, 3, "x"), ("B", 4, 5, "x"), ("B", 6, 7, "x")]
    >>> table = pd.DataFrame(rows, columns=["coder", "start", "end", "code"])
    >>> alpha_unitizing(table, begin=0, end=10).value
    -0.7003
    """
    parts, n, few = _unitized(spans, begin, end, coders)
    if few or not parts:
        return Coefficient(None, FEW_CODERS if few else UNUSED, n=0 if few else n)
    observed, expected = (sum((part[i] for part in parts.values()), Fraction()) for i in (0, 1))
    return _alpha(observed, expected, n)


def alpha_unitizing_by_code(
    spans: pd.DataFrame, *, begin: int, end: int, coders: Sequence[str] | None = None
) -> dict[Any, Coefficient]:
    r"""Each code's :math:`\alpha_U`, as :func:`alpha_unitizing` sums them, in alphabetical order.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("A", 1, 9, "x"), ("B", 1, 9, "x")]
    >>> table = pd.DataFrame(rows, columns=["coder", "start", "end", "code"])
    >>> alpha_unitizing_by_code(table, begin=0, end=10)["x"].value
    1.0
    """
    parts, n, few = _unitized(spans, begin, end, coders)
    if few:
        return dict.fromkeys(parts, Coefficient(None, FEW_CODERS))
    return {code: _alpha(*part, n) for code, part in parts.items()}


def _alpha(observed: Fraction, expected: Fraction, n: int) -> Coefficient:
    if not expected:
        return Coefficient(None, NO_VARIATION, n=n)
    return Coefficient(float(1 - observed / expected), n=n)


def _unitized(
    spans: pd.DataFrame, begin: int, end: int, coders: Sequence[str] | None
) -> tuple[dict[Any, tuple[Fraction, Fraction]], int, bool]:
    """Each code's disagreement, observed and expected; the text's length; whether one coded."""
    first, last = whole_number(begin), whole_number(end)
    if first is None or last is None or first >= last:
        raise TableError("begin and end", f"{begin!r} to {end!r} is no text; give whole numbers")
    units = units_by_coder(spans, begin=first, end=last, coders=coders)
    codes = sorted({u.code for own in units.values() for u in own}, key=str)
    if len(units) < 2:
        return dict.fromkeys(codes, (Fraction(), Fraction())), last - first, True
    by_code = [spans_by_code(own) for own in units.values()]
    parts = {}
    for code in codes:
        sides = [own.get(code, []) for own in by_code]
        parts[code] = (_observed(sides, last - first), _expected(sides, first, last))
    return parts, last - first, False


def _observed(sides: Sequence[Sequence[Span]], length: int) -> Fraction:
    apart = sum(_apart(a, b) for a, b in combinations(sides, 2))
    return Fraction(2 * apart, len(sides) * (len(sides) - 1) * length * length)


def _apart(a: Sequence[Span], b: Sequence[Span]) -> int:
    """The squared distances of two coders' units."""
    pairs = list(overlapping(a, b))
    total = sum((a[i][0] - b[j][0]) ** 2 + (a[i][1] - b[j][1]) ** 2 for i, j in pairs)
    for side, met in ((a, {i for i, _ in pairs}), (b, {j for _, j in pairs})):
        total += sum((end - start) ** 2 for k, (start, end) in enumerate(side) if k not in met)
    return total


def _expected(sides: Sequence[Sequence[Span]], begin: int, end: int) -> Fraction:
    """What the same units and gaps would differ by if they lay anywhere."""
    length, coders = end - begin, len(sides)
    lengths = [stop - start for side in sides for start, stop in side]
    gaps = sorted(gap for side in sides for gap in _gaps(side, begin, end))
    sums = [0, *accumulate(gaps)]
    total = 0
    for own in lengths:
        k = bisect_left(gaps, own)
        room = sums[-1] - sums[k] - (len(gaps) - k) * (own - 1)
        with_units = (len(lengths) - 1) * own * (own - 1) * (2 * own - 1) // 3
        total += with_units + own * own * room
    places = coders * length
    pairs = places * (places - 1) - sum(own * (own - 1) for own in lengths)
    return Fraction(2 * total, length * pairs)


def _gaps(side: Sequence[Span], begin: int, end: int) -> Iterator[int]:
    at = begin
    for start, stop in side:
        if start > at:
            yield start - at
        at = stop
    if end > at:
        yield end - at
