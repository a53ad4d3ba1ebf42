"""Which codings a grid or a count is made of: by stance, by coder, or by consensus.

Consensus here is plain: a coding stands where it holds words that everybody who coded that
source with that codebook, two people at least, marked with the same code. Sources that one person
alone coded have none. Where a supervisor settled what coders disagreed on, whoever calls gives the
consensus that was made of it (:mod:`qualkit.agreement.consensus`) as a `layer`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qualkit.errors import UnknownName
from qualkit.model import STANCES
from qualkit.stretches import Span, common, merged
from qualkit.tables import check

if TYPE_CHECKING:
    import pandas as pd

_Place = tuple[str, str, str]  # source, codebook, code


@dataclass(frozen=True, slots=True)
class Choice:
    """Which codings to let through.

    Attributes
    ----------
    stances : tuple of str
        Only codings with one of these; all where it is empty.
    coders : tuple of str
        Only codings by one of these; all where it is empty.
    consensus : bool
        Only what everybody who coded the source agrees on.
    layer : frozenset of str, optional
        With `consensus`: the ids of the codings that it is made of, where it is not to be judged
        here, because decisions are part of it.
    """

    stances: tuple[str, ...] = ()
    coders: tuple[str, ...] = ()
    consensus: bool = False
    layer: frozenset[str] | None = None

    def __post_init__(self) -> None:
        for stance in self.stances:
            if stance not in STANCES:
                raise UnknownName("stance", stance, STANCES)

    @property
    def words(self) -> tuple[str, ...]:
        """The choice in sentences, for a method note."""
        said = []
        if self.stances:
            said.append(f"Only codings with the stance {' or '.join(self.stances)}.")
        if self.coders:
            said.append(f"Only codings by {' and '.join(self.coders)}.")
        if self.consensus:
            settled = (
                ", and what was decided where they disagreed" if self.layer is not None else ""
            )
            said.append(
                "Only what everybody who coded the source, two people at least, marked with the"
                f" same code{settled}; sources that one person coded are left out."
            )
        return tuple(said)


def select(codings: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """The codings that a choice lets through, in their order.

    Consensus is judged among all codings, before stance and coder are.

    Parameters
    ----------
    codings : DataFrame
        With the columns of :mod:`qualkit.tables`.
    choice : Choice

    Raises
    ------
    UnknownName
        For a coder who coded nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.tables import COLUMNS
    >>> rows = [("s", "b", "care", 0, 9, "Ann"), ("s", "b", "care", 5, 12, "Bob"),
    ...         ("s", "b", "care", 20, 30, "Ann")]
    >>> columns = ["source", "codebook", "code", "start", "end", "coder"]
    >>> codings = pd.DataFrame(rows, columns=columns).reindex(columns=COLUMNS["codings"])
    >>> select(codings, Choice(consensus=True))[["start", "coder"]].values.tolist()
    [[0, 'Ann'], [5, 'Bob']]
    """
    check(codings, "codings")
    known = set(codings["coder"])
    for coder in choice.coders:
        if coder not in known:
            raise UnknownName("coder", coder, sorted(known))
    kept = codings
    if choice.consensus and choice.layer is not None:
        kept = kept[kept["coding"].isin(choice.layer)]
    elif choice.consensus:
        kept = kept.loc[_agreed(codings)]
    if choice.stances:
        kept = kept[kept["stance"].isin(choice.stances)]
    if choice.coders:
        kept = kept[kept["coder"].isin(choice.coders)]
    return kept


def holding(codings: pd.DataFrame, layer: pd.DataFrame) -> list[bool]:
    """Whether each coding holds words that a coding of the layer has under the same code.

    Parameters
    ----------
    codings, layer : DataFrame
        With the columns of :mod:`qualkit.tables`.
    """
    names = ("source", "codebook", "code", "start", "end")
    marks: dict[_Place, list[Span]] = {}
    for source, book, code, *span in zip(*(layer[name] for name in names), strict=True):
        marks.setdefault((source, book, code), []).append((span[0], span[1]))
    joined = {place: merged(spans) for place, spans in marks.items()}
    rows: Iterable[Any] = zip(*(codings[name] for name in names), strict=True)
    return [
        _meets(joined.get((source, book, code), ()), start, end)
        for source, book, code, start, end in rows
    ]


def _agreed(codings: pd.DataFrame) -> list[bool]:
    """Whether each coding holds words that everybody who coded there marked with its code."""
    columns = ("source", "codebook", "code", "start", "end", "coder")
    rows: list[Any] = list(zip(*(codings[name] for name in columns), strict=True))
    coders: dict[tuple[str, str], set[str]] = {}
    marks: dict[_Place, dict[str, list[Span]]] = {}
    for source, book, code, start, end, coder in rows:
        coders.setdefault((source, book), set()).add(coder)
        marks.setdefault((source, book, code), {}).setdefault(coder, []).append((start, end))
    shared = {
        place: _shared(list(found.values()))
        for place, found in marks.items()
        if len(found) > 1 and len(found) == len(coders[place[:2]])
    }
    return [
        _meets(shared.get((source, book, code), ()), start, end)
        for source, book, code, start, end, _ in rows
    ]


def _shared(marks: Sequence[list[Span]]) -> list[Span]:
    """The stretches that lie within some mark of every coder, in order."""
    shared = merged(marks[0])
    for other in marks[1:]:
        shared = common(shared, merged(other))
    return shared


def _meets(shared: Sequence[Span], start: int, end: int) -> bool:
    """Whether a span has characters in common with any of the stretches."""
    at = bisect_right(shared, start, key=lambda span: span[1])
    return at < len(shared) and shared[at][0] < end


def used_codes(codings: pd.DataFrame, summaries: pd.DataFrame | None) -> set[tuple[str, str]]:
    """The codes that have codings or summaries of their own, as (codebook, code)."""
    pairs: list[Iterable[tuple[str, str]]] = [
        zip(codings["codebook"], codings["code"], strict=True)
    ]
    if summaries is not None:
        pairs.append(zip(summaries["codebook"], summaries["theme"], strict=True))
    return {pair for some in pairs for pair in some}
