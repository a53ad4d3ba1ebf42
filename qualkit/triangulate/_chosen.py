"""Quotations of a theme: which words of its sources stand beside a finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from qualkit.framework.excerpts import excerpts_of, turn_spans
from qualkit.framework.records import Excerpt
from qualkit.triangulate._stances import stance_of
from qualkit.triangulate._words import Key, records
from qualkit.triangulate.assessing import Assessment
from qualkit.triangulate.records import Proposal

_FEWEST, _MOST = 8, 60  # words of a quotation that says something and can be read at a glance
_INNER = {0x201C: "\u2018", 0x201D: "\u2019", 0x22: "'"}  # marks within a quotation


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one source, as a report gives them.

    Attributes
    ----------
    words : str
        Verbatim; `` [...] `` stands for what was left out between turns or at the end.
    attribution : str
        ``Deputy head, Northmoor, 4:05``.
    source : str
    codings : tuple of str
        Ids of the codings that mark these words.
    start, end : int
        Where they stand in the source, code points, half-open.
    side : str
        ``for``, ``against`` or ``mixed``, of the proposal that it stands beside; empty for none.
    """

    words: str
    attribution: str
    source: str
    codings: tuple[str, ...]
    start: int
    end: int
    side: str = ""

    @property
    def text(self) -> str:
        """The quotation with who said it, as a cell has it."""
        return f"\u201c{self.words.translate(_INNER)}\u201d ({self.attribution})"


class Quotes:
    """The quotations of an assessment, ready to be chosen from.

    Among those that say the same and read as well, a source quoted less before goes first.
    """

    def __init__(self, assessed: Assessment) -> None:
        self._rows: Mapping[str, dict[str, Any]] = {
            str(row["coding"]): row for row in records(assessed.codings)
        }
        self._order = {name: n for n, name in enumerate(assessed.sources["source"])}
        self._spans = turn_spans(assessed.turns)
        self._assessed = assessed
        self._held: dict[Key, dict[str, list[_Ranked]]] = {}
        self._heard: Counter[str] = Counter()  # how often each source was quoted

    def beside(self, key: Key, proposal: Proposal, most: int = 2) -> tuple[Quote, ...]:
        """Quotations for a finding: one of those for it, one against, then others, in that order.

        Each is of another source, so long as there are others.
        """
        sides = (("for", proposal.supporting), ("against", proposal.opposing),
                 ("mixed", proposal.mixed))  # fmt: skip
        ranked = [(side, self._best(key, sources)) for side, sources in sides]
        return self._counted(_in_turn(ranked, most)) or self.of(key, None, most)

    def of(self, key: Key, sources: Collection[str] | None, most: int = 2) -> tuple[Quote, ...]:
        """Quotations of some sources, or of any, the best first."""
        found = self._best(key, self._assessed.evidence[key]["source"] if sources is None
                           else sources)  # fmt: skip
        return self._counted(_in_turn([("", found)], most))

    def every(self) -> Iterator[Quote]:
        """All quotations that there are to choose from, theme by theme."""
        for key in self._assessed.evidence:
            for held in self._of_theme(key).values():
                for one in held:
                    yield _quote(one.excerpt, "")

    def _counted(self, quotes: Iterable[Quote]) -> tuple[Quote, ...]:
        made = tuple(quotes)
        self._heard.update(quote.source for quote in made)
        return made

    def _best(self, key: Key, sources: Iterable[str]) -> list[Excerpt]:
        """Excerpts of these sources: what says the source's stance and reads well, first."""
        held = self._of_theme(key)
        found = [one for source in set(sources) for one in held.get(source, ())]
        found.sort(key=lambda one: (
            one.rank, self._heard[one.excerpt.source], self._order[one.excerpt.source],
            one.excerpt.start,
        ))  # fmt: skip
        return [one.excerpt for one in found]

    def _of_theme(self, key: Key) -> dict[str, list[_Ranked]]:
        """By source, its excerpts on a theme."""
        if key not in self._held:
            evidence = self._assessed.evidence[key]
            stances = dict(zip(evidence["source"], evidence["stance"], strict=True))
            marked = [self._rows[coding] for ids in evidence["quotes"] for coding in ids]
            made: dict[str, list[_Ranked]] = {}
            for one in excerpts_of(marked, self._order, self._spans):
                if one.words.strip():
                    ranked = _Ranked(_rank(one, stances[one.source]), one)
                    made.setdefault(one.source, []).append(ranked)
            self._held[key] = made
        return self._held[key]


class _Ranked(NamedTuple):
    rank: tuple[bool, int]  # whether it says otherwise than its source, words too many or few
    excerpt: Excerpt


def _rank(excerpt: Excerpt, stance: str) -> tuple[bool, int]:
    said = {stance_of(word) for word, _ in excerpt.stances}
    length = len(excerpt.words.split())
    off = max(_FEWEST - length, length - _MOST, 0)
    return stance not in said, off


def _in_turn(ranked: Sequence[tuple[str, Sequence[Excerpt]]], most: int) -> Iterable[Quote]:
    """One of each side in turn; a source again only where no other is left."""
    left = [(side, list(found)) for side, found in ranked if found]
    used: set[str] = set()
    for _ in range(most):
        if not left:
            return
        side, found = left.pop(0)
        chosen = next((one for one in found if one.source not in used), found[0])
        found.remove(chosen)
        used.add(chosen.source)
        yield _quote(chosen, side)
        if found:
            left.append((side, found))


def _quote(excerpt: Excerpt, side: str) -> Quote:
    words = " ".join(excerpt.words.split())
    parts = words.split(" ")
    if len(parts) > _MOST:
        words = f"{' '.join(parts[:_MOST])} [...]"
    return Quote(
        words, excerpt.attribution, excerpt.source, excerpt.codings, excerpt.start, excerpt.end,
        side,
    )  # fmt: skip
