"""Codes to define anew: where disagreement clusters, of what kind it is, and what may help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement._passages import BOUNDARY, KINDS, MISSED, OTHER, RATING, STANCE, passages_of
from qualkit.agreement._verdicts import OPEN, SETTLED, Verdicts
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement._passages import Passage

_COUNTS: Final = ("source", "codebook", "code", "passages", "agreed", "open", "settled")
_COLUMNS: Final = (
    "codebook", "code", "name", "passages", "disagreed", "share", "low", "missed", "other_code",
    "boundary", "stance", "rating", "confused_with", "confused", "missed_by", "advice",
)  # fmt: skip
_TYPES: Final = {
    **dict.fromkeys(("passages", "disagreed", "confused"), "int64"),
    **dict.fromkeys(("missed", "other_code", "boundary", "stance", "rating"), "int64"),
    **dict.fromkeys(("share", "low"), "float64"),
}  # the others as they are, so that None stays None
_MOST: Final = 2 / 3  # of the passages that were missed, from which one coder stands out
_Z: Final = 1.959963984540054  # 95 %


def passage_counts(
    codings: pd.DataFrame,
    decisions: pd.DataFrame | None = None,
    *,
    turns: pd.DataFrame,
    assignments: pd.DataFrame | None = None,
    codes: pd.DataFrame | None = None,
    overlap: float = 0.9,
    interviewer: bool = False,
) -> pd.DataFrame:
    """How many passages two coders judged at least, and on how many of them they differ.

    Parameters
    ----------
    codings, decisions, turns, assignments, codes, overlap, interviewer
        As :func:`qualkit.agreement.disagreements.disagreements` takes them.

    Returns
    -------
    DataFrame
        One row a source and code: ``source``, ``codebook``, ``code``, ``passages``; of these
        ``agreed`` without a supervisor, ``open`` and ``settled``. What changed since it was
        settled is open. A passage for which several codes were chosen counts once, with the code
        that comes first in its place and by name.
    """
    found = passages_of(
        codings, turns=turns, assignments=assignments, codes=codes, overlap=overlap,
        interviewer=interviewer,
    )  # fmt: skip
    return counts_of(found, Verdicts(decisions))


def counts_of(found: Iterable[Passage], verdicts: Verdicts) -> pd.DataFrame:
    """Passages as a table with the columns of :func:`passage_counts`."""
    import pandas as pd

    counts: dict[tuple[str, str, str], Counter[str]] = {}
    for one in found:
        if one.counted:
            status = verdicts.on(one)[0]
            what = "agreed" if not one.kinds else SETTLED if status == SETTLED else OPEN
            key = one.source, one.codebook, one.parts[0].code
            counts.setdefault(key, Counter())[what] += 1
    rows = [
        (*key, own.total(), own["agreed"], own[OPEN], own[SETTLED]) for key, own in counts.items()
    ]
    return pd.DataFrame(rows, columns=list(_COUNTS))


def to_redefine(table: pd.DataFrame, counts: pd.DataFrame, *, codes: pd.DataFrame) -> pd.DataFrame:
    """The codes on which people disagree, those first where it is least likely to be chance.

    Parameters
    ----------
    table : DataFrame
        As :func:`qualkit.agreement.disagreements.disagreements` gives it; settled passages count
        like open ones, for a decision changes no definition.
    counts : DataFrame
        As :func:`passage_counts` gives it, made with the same options.
    codes : DataFrame
        With the columns of :mod:`qualkit.tables`.

    Returns
    -------
    DataFrame
        One row a code with a disagreement at least: ``codebook``, ``code``, ``name``;
        ``passages`` that two people judged, how many were ``disagreed`` on, their ``share``
        (0 to 1), and ``low``, the lower end of its 95 % interval, by which rows are ordered, the
        highest first; how many were ``missed``, ``other_code``, ``boundary``, ``stance``,
        ``rating``; ``confused_with``, the code most often chosen instead (None for none), and
        how often (``confused``); ``missed_by``, the coder who missed most, where that is two
        thirds of three passages or more, else None; ``advice``, a sentence.

    Notes
    -----
    Ordering by the lower end of Wilson's interval keeps one passage of one from coming before
    thirty of forty. A passage for which several codes were chosen counts for each of them.

    References
    ----------
    Wilson, E. B. (1927) Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22:209-212.
    """
    import pandas as pd

    found: dict[tuple[str, str], _Tally] = {}
    for row in table.to_dict("records"):
        for code in row["codes"]:
            found.setdefault((row["codebook"], code), _Tally()).add(row, code)
    agreed = counts.groupby(["codebook", "code"])["agreed"].sum().to_dict()
    book = _Book(codes)
    rows = [
        _row(key, tally, int(agreed.get(key, 0)) + tally.disagreed, book)
        for key, tally in found.items()
    ]
    made = pd.DataFrame(rows, columns=list(_COLUMNS), dtype=object).astype(_TYPES)
    order = ["low", "disagreed", "codebook", "code"]
    return made.sort_values(order, ascending=[False, False, True, True], ignore_index=True)


@dataclass(slots=True)
class _Tally:
    """What people disagree about where one code is concerned."""

    disagreed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)
    ratings: Counter[tuple[int, ...]] = field(default_factory=Counter)

    def add(self, row: Mapping[Any, Any], code: str) -> None:
        self.disagreed += 1
        self.kinds[row["kind"]] += 1
        self.others.update(other for other in row["codes"] if other != code)
        if row["kind"] == MISSED:
            self.missing.update(side["coder"] for side in row["sides"] if not side["codings"])
        if row["kind"] == RATING:
            given = {one["rating"] for side in row["sides"] for one in side["codings"]} - {None}
            self.ratings[tuple(sorted(given))] += 1

    @property
    def missed_by(self) -> str | None:
        """The coder who missed most of what was missed, where one stands out."""
        if not self.missing:
            return None
        coder, count = _first(self.missing)
        return coder if count >= 3 and count >= _MOST * self.kinds[MISSED] else None


class _Book:
    """The names of codes, and which stand below which."""

    def __init__(self, codes: pd.DataFrame) -> None:
        rows = codes.to_dict("records")
        self._names = {(row["codebook"], row["code"]): str(row["name"]) for row in rows}
        self._parents = {(row["codebook"], row["code"]): row["parent"] for row in rows}

    def name(self, book: str, code: str) -> str:
        """A code's name; its id where the codebook has lost it."""
        return self._names.get((book, code), code)

    def nested(self, book: str, one: str, other: str) -> bool:
        """Whether one of two codes stands somewhere below the other."""
        return other in self._above(book, one) or one in self._above(book, other)

    def _above(self, book: str, code: str) -> set[str]:
        found: set[str] = set()
        at = self._parents.get((book, code))
        while isinstance(at, str) and at not in found:
            found.add(at)
            at = self._parents.get((book, at))
        return found


def _first(counts: Counter[Any]) -> tuple[Any, int]:
    """What was counted most often; the first by name of several."""
    return min(counts.items(), key=lambda item: (-item[1], item[0]))


def _row(key: tuple[str, str], tally: _Tally, passages: int, codes: _Book) -> tuple[Any, ...]:
    book, code = key
    other, times = _first(tally.others) if tally.others else (None, 0)
    name, instead = codes.name(book, code), other and codes.name(book, other)
    if other is not None and codes.nested(book, code, other):
        advice = _on_nested(tally, name, str(instead))
    else:
        advice = _advice(tally, name, instead)
    return (
        book, code, name, passages, tally.disagreed, tally.disagreed / passages,
        lower_bound(tally.disagreed, passages), *(tally.kinds[kind] for kind in KINDS), other,
        times, tally.missed_by, advice,
    )  # fmt: skip


def lower_bound(count: int, whole: int) -> float:
    """The lower end of Wilson's 95 % interval of a share.

    >>> round(lower_bound(1, 1), 3), round(lower_bound(30, 40), 3)
    (0.207, 0.598)
    """
    share, square = count / whole, _Z**2 / whole
    spread = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole))
    return max(0.0, (share + square / 2 - spread) / (1 + square))


def _advice(tally: _Tally, name: str, other: str | None) -> str:
    """What may help, by the kind that is most frequent; the first of KINDS of several."""
    kind = max(KINDS, key=lambda one: (tally.kinds[one], -KINDS.index(one)))
    told = _told(tally, kind)
    if kind == MISSED:
        return _on_missed(tally, name, told)
    sentences = {
        OTHER: (
            f"'{name}' is most often taken for '{other}' ({told} about another code): say in"
            " what each of them excludes which one holds where both might."
        ),
        BOUNDARY: (
            f"Say in the definition of '{name}' how much is to be marked, the sentence, the answer"
            f" or the whole turn: {told} about where it begins or ends."
        ),
        STANCE: (
            f"Say what makes '{name}' positive, negative, mixed or neutral, with an example each:"
            f" {told} about the stance alone."
        ),
        RATING: (
            f"Say for the levels of '{name}'{_levels(tally)} what must be heard for each: {told}"
            " about the rating alone."
        ),
    }
    return sentences[kind]


def _told(tally: _Tally, kind: str) -> str:
    """How many of the disagreements are of a kind, with its verb."""
    if tally.disagreed == 1:
        return "the one disagreement is"
    verb = "is" if tally.kinds[kind] == 1 else "are"
    return f"{tally.kinds[kind]} of {many(tally.disagreed, 'disagreement')} {verb}"


def _on_nested(tally: _Tally, name: str, other: str) -> str:
    """What may help where a code and one above or below it are taken for each other."""
    if tally.kinds[OTHER] < max(tally.kinds.values()):
        return _advice(tally, name, other)
    told = _told(tally, OTHER)
    return (
        f"'{name}' and '{other}' are one below the other, and one is taken for the other ({told}"
        " about another code): say when the more general one may be used."
    )


def _on_missed(tally: _Tally, name: str, told: str) -> str:
    if tally.missed_by is not None:
        return (
            f"Read '{name}' with {tally.missed_by} before its definition is changed: {told}"
            " about words that some marked and others did not,"
            f" {tally.missing[tally.missed_by]} of them without {tally.missed_by}."
        )
    return (
        f"Say in the definition of '{name}' when it applies and when it does not, with an example"
        f" each: {told} about words that some marked and others did not."
    )


def _levels(tally: _Tally) -> str:
    pairs = Counter({levels: n for levels, n in tally.ratings.items() if len(levels) > 1})
    return f", above all {' and '.join(map(str, _first(pairs)[0]))}," if pairs else ""
