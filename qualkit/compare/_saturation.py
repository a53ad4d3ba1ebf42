"""How many new codes each further interview brings, and from which on hardly any.

The method is that of Guest, Namey and Chen (2020): the codes of the first interviews are the
base; the new codes of each run of interviews after them are put in relation to it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.errors import TableError
from qualkit.framework import NOT_GIVEN, values_of, with_case_attributes
from qualkit.tables import check

if TYPE_CHECKING:
    import pandas as pd

BASE: Final = 4
RUN: Final = 2
THRESHOLD: Final = 0.05
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_DAY_FIRST: Final = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}")


@dataclass(frozen=True, slots=True)
class Saturation:
    """How the number of codes grew, interview by interview.

    Attributes
    ----------
    table : DataFrame
        One row an interview with codings, in order: ``number``, from 1; ``source``; ``new``,
        codes that no earlier one has; ``codes``, all so far; ``information``, the new codes of
        the run that ends here as a share of the base, missing before the first run is full.
    base, run : int
        How many interviews the base and each run hold.
    threshold : float
        The share of new information that still counts as hardly any.
    base_codes : int
        Different codes in the base.
    reached_at : int or None
        After so many interviews the next run brought no more than the threshold; the run itself
        is read to know it. None where no run did.
    reason : str
        Why the point is not reached or cannot be told; empty where it is reached.
    left_out : int
        Sources without a coding; whether they hold nothing new is not known.
    """

    table: pd.DataFrame
    base: int
    run: int
    threshold: float
    base_codes: int
    reached_at: int | None
    reason: str
    left_out: int

    @property
    def notation(self) -> str:
        """The point as it is reported, ``6+2``: interviews, and those read to know it."""
        return "" if self.reached_at is None else f"{self.reached_at}+{self.run}"


def saturation(
    codings: pd.DataFrame,
    sources: pd.DataFrame,
    *,
    cases: pd.DataFrame | None = None,
    by: str | None = None,
    base: int = BASE,
    run: int = RUN,
    threshold: float = THRESHOLD,
) -> Saturation:
    """When further interviews bring hardly any new codes.

    Parameters
    ----------
    codings, sources, cases : DataFrame
        With the columns of :mod:`qualkit.tables`; of codings ``source``, ``codebook`` and ``code``
        suffice, one row for all codings of a code in a source.
    by : str, optional
        An attribute by which interviews are in order, such as ``date``; by default they are
        in the order in which they were imported. Those without a value come last.
    base : int
        Interviews in the base; the authors find 4 enough.
    run : int
        Interviews in a run: 2, or 3 to be stricter.
    threshold : float
        A share of the base's codes: 0.05, or 0 to be stricter.

    Returns
    -------
    Saturation

    Raises
    ------
    ValueError
        For a base or run under 1, a threshold that is not from 0 to 1.
    UnknownName
        For an attribute that is not there.
    TableError
        For dates that cannot be put in order, such as 3/4/2026.

    Notes
    -----
    The information of a run is its new codes divided by the codes of the base. Runs overlap: they
    move on by one interview. It counts codes, not what is understood of them; and with a codebook
    that was fixed beforehand it tells when its codes have all been met, not whether others would
    be needed.

    References
    ----------
    Guest, G., Namey, E. and Chen, M. (2020) A simple method to assess and report thematic
    saturation in qualitative research. PLOS ONE 15(5):e0232076.

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.tables import COLUMNS
    >>> given = ["a x", "a y", "a z", "b x", "c z", "c w", "d x", "e w", "f y"]  # source, code
    >>> rows = [(*pair.split(), "book") for pair in given]
    >>> codings = pd.DataFrame(rows, columns=["source", "code", "codebook"])
    >>> codings = codings.reindex(columns=COLUMNS["codings"])
    >>> made = saturation(codings, pd.DataFrame({"source": list("abcdef")}))
    >>> made.table["new"].tolist(), made.base_codes, made.notation
    ([3, 0, 1, 0, 0, 0], 4, '4+2')
    """
    check(codings, "codings", ("source", "codebook", "code"))
    if base < 1 or run < 1:
        raise ValueError(f"base {base} and run {run} must be 1 or more interviews")
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold {threshold} is not from 0 to 1")
    held = set(codings["source"].unique())
    order = [name for name in _order(sources, cases, by) if name in held]
    counts = _new_codes(codings, order)
    base_codes = sum(counts[:base])
    shares = _shares(counts, base, run, base_codes)
    ends = (n for n, share in enumerate(shares) if share is not None and share <= threshold)
    end = next(ends, None)
    reached = None if end is None else end + 1 - run
    return Saturation(
        table=_table(order, counts, shares),
        base=base,
        run=run,
        threshold=threshold,
        base_codes=base_codes,
        reached_at=reached,
        reason="" if reached is not None else _why_not(shares, base + run, threshold),
        left_out=len(sources) - len(order),
    )


def _new_codes(codings: pd.DataFrame, order: Sequence[str]) -> list[int]:
    """How many codes stand in each source that stand in none before it."""
    at = codings["source"].map({name: n for n, name in enumerate(order)})
    first = at.groupby([codings["codebook"], codings["code"]]).min()
    return first.value_counts().reindex(range(len(order)), fill_value=0).tolist()


def _shares(counts: Sequence[int], base: int, run: int, base_codes: int) -> list[float | None]:
    """The new information of the run that ends at each interview; None before the first."""
    return [
        sum(counts[end + 1 - run : end + 1]) / base_codes if end + 1 >= base + run else None
        for end in range(len(counts))
    ]


def _table(
    order: Sequence[str], counts: Sequence[int], shares: Sequence[float | None]
) -> pd.DataFrame:
    import pandas as pd

    made = pd.DataFrame({
        "number": range(1, len(order) + 1),
        "source": pd.Series(order, dtype=object),
        "new": pd.Series(counts, dtype="int64"),
    })  # fmt: skip
    return made.assign(codes=made["new"].cumsum(), information=pd.Series(shares, dtype="float64"))


def _why_not(shares: Sequence[float | None], needed: int, threshold: float) -> str:
    if len(shares) < needed:
        return (
            f"{needed} interviews with codings are needed to tell, a base and one run; "
            f"there are {len(shares)}"
        )
    last = shares[-1] or 0.0
    return f"the last run still brought {last:.0%} new information, more than {threshold:.0%}"


def _order(sources: pd.DataFrame, cases: pd.DataFrame | None, by: str | None) -> list[str]:
    """The names of the sources in the order in which they count."""
    names = list(sources["source"])
    if by is None:
        return names
    known = with_case_attributes(sources, cases)
    values = values_of(known, by, what="attribute to order interviews by")
    for value in values.values():
        if _DAY_FIRST.fullmatch(value):
            why = f"{by!r} has {value!r}, which may mean two days; write dates as 2026-04-03"
            raise TableError("sources", why)
    return sorted(names, key=lambda name: _rank(values[name]))


def _rank(value: str) -> tuple[int, float, str]:
    """Numbers by size, then words and dates by letter, then what has no value."""
    if value == NOT_GIVEN:
        return 2, 0.0, ""
    if _NUMBER.fullmatch(value):
        return 0, float(value), ""
    return 1, 0.0, value.casefold()
