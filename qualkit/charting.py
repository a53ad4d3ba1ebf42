"""Drafting cell summaries out of their own excerpts: central sentences, never invented words.

A draft quotes. From the excerpts of a cell it takes the whole sentences that are most like all
the others (the centroid of their words, weighted as tf-idf), one from each source before a
second from any, and leaves out what repeats a sentence already taken. Everything needed is in
the grid; nothing leaves the machine. A person edits the draft, or writes it anew.

References
----------
Radev, D. R. et al. (2004) Centroid-based summarization of multiple documents. Information
Processing and Management 40(6).
Carbonell, J. and Goldstein, J. (1998) The use of MMR, diversity-based reranking. SIGIR.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from qualkit.framework import Excerpt, Grid

SENTENCES: Final = 3
_LONGEST: Final = 45  # words; a longer sentence is taken only where there is nothing shorter
_SHORTEST: Final = 4
_ALIKE: Final = 0.5  # cosine from which on a sentence repeats another
_SECOND: Final = 0.5  # what a sentence is worth whose source is heard already
_END: Final = re.compile(r"(?<=[.!?\u2026])[\"'\u201d\u2019)]*\s+(?=[^a-z\s])")
_ASKED: Final = re.compile(r"\[Interviewer: .*?\](?=\s*(?:\[\.\.\.\]|\Z))", re.DOTALL)
_INSIDE: Final = re.compile(r"\w\w")
_FIRST: Final = re.compile(r"^\w+[^\w\s]*\s*")
_LAST: Final = re.compile(r"\s*\S*\w+$")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of an excerpt, verbatim, with the words that it is weighed by."""

    text: str
    excerpt: Excerpt
    place: int
    words: Mapping[str, float]


def draft(
    grid: Grid,
    *,
    sentences: int = SENTENCES,
    rewrite: bool = False,
    text_of: Callable[[str], str] | None = None,
) -> list[dict[str, Any]]:
    """Drafts for the cells of a grid that have excerpts and no summary yet.

    Parameters
    ----------
    grid : Grid
        With rows of cases or of sources, built without a limit of excerpts.
    sentences : int
        At most so many in a draft.
    rewrite : bool
        Draft anew also where the summary is a draft.
    text_of : callable, optional
        The text of a source by its name: a word that a coding cut in two is then not quoted.

    Returns
    -------
    list of dict
        ``case``, ``source`` (one of them None), ``codebook``, ``theme``, ``text``, ``cites`` (the
        codings that were quoted). The text holds nothing but sentences of the excerpts, each in
        quotation marks, each followed by its attribution.

    Raises
    ------
    ValueError
        For rows of another kind, or fewer than one sentence.
    """
    if grid.rows_are not in {"case", "source"} or grid.bands_are:
        raise ValueError("drafts are made for rows of cases or of sources, without bands")
    if sentences < 1:
        raise ValueError(f"sentences {sentences!r} is not a whole number from 1 upwards")
    made = []
    for row in grid.rows:
        for number, column in enumerate(grid.columns):
            cell = grid.cell(row.key, number)
            own = [one for one in cell.summaries if not one.about]
            if not cell.excerpts or (own and not (rewrite and all(s.draft for s in own))):
                continue
            whole = [_whole(one, text_of) for one in cell.excerpts]
            text, cites = drafted(whole, sentences)
            unit = {"case": None, "source": None, grid.rows_are: row.name}
            place = {"codebook": column.codebook, "theme": column.code}
            made.append({**unit, **place, "text": text, "cites": cites})
    return made


def drafted(excerpts: Sequence[Excerpt], sentences: int = SENTENCES) -> tuple[str, tuple[str, ...]]:
    """The draft of one cell's excerpts, and the ids of the codings that it quotes."""
    chosen = _central(_sentences(excerpts), sentences)
    parts = [f"\u201c{_inner(one.text)}\u201d ({one.excerpt.attribution})" for one in chosen]
    cites = dict.fromkeys(coding for one in chosen for coding in one.excerpt.codings)
    return "; ".join(parts), tuple(cites)


def _whole(excerpt: Excerpt, text_of: Callable[[str], str] | None) -> Excerpt:
    """The excerpt without the rest of a word that its first or last coding cut in two."""
    if text_of is None:
        return excerpt
    text, words = text_of(excerpt.source), excerpt.words
    if _INSIDE.match(text, max(0, excerpt.start - 1)) and excerpt.start:
        words = _FIRST.sub("", words)
    if _INSIDE.match(text, excerpt.end - 1):
        words = _LAST.sub("", words)
    return replace(excerpt, words=words) if words.strip() else excerpt


def _inner(text: str) -> str:
    """Words as they stand within quotation marks: those inside become single ones."""
    return text.replace("\u201c", "\u2018").replace("\u201d", "\u2019").replace('"', "'")


def _sentences(excerpts: Sequence[Excerpt]) -> list[_Sentence]:
    found = [
        (" ".join(part.split()), excerpt)
        for excerpt in excerpts
        for stretch in _ASKED.sub("", excerpt.words).split("[...]")
        for part in _END.split(stretch)
        if part.strip()
    ]
    if not found:
        return [
            _Sentence(" ".join(one.words.split()), one, n, {}) for n, one in enumerate(excerpts)
        ]
    bags = [Counter(word.casefold() for word in _WORD.findall(text)) for text, _ in found]
    within = Counter(word for bag in bags for word in bag)
    weight = {word: math.log(1 + len(bags) / n) for word, n in within.items()}
    vectors = [_unit({word: n * weight[word] for word, n in bag.items()}) for bag in bags]
    return [
        _Sentence(text, excerpt, n, vector)
        for n, ((text, excerpt), vector) in enumerate(zip(found, vectors, strict=True))
    ]


def _central(sentences: Sequence[_Sentence], most: int) -> list[_Sentence]:
    """The sentences most like all, none that repeats another, in the order of the excerpts."""
    centre: dict[str, float] = {}
    for one in sentences:
        for word, value in one.words.items():
            centre[word] = centre.get(word, 0.0) + value
    centre = _unit(centre)
    worth = {one.place: _likeness(one.words, centre) - _awkward(one) for one in sentences}
    chosen: list[_Sentence] = []
    heard: set[str] = set()
    waiting = list(sentences)
    while waiting and len(chosen) < most:
        best = max(
            waiting,
            key=lambda one: (
                worth[one.place] * (_SECOND if one.excerpt.source in heard else 1.0),
                -one.place,
            ),
        )
        chosen.append(best)
        heard.add(best.excerpt.source)
        waiting = [o for o in waiting if o is not best and _likeness(o.words, best.words) < _ALIKE]
    return sorted(chosen, key=lambda one: one.place)


def _awkward(one: _Sentence) -> float:
    """What a sentence loses for being too long or too short to stand by itself."""
    count = len(one.text.split())
    return 0.0 if _SHORTEST <= count <= _LONGEST else 1.0


def _unit(vector: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(value * value for value in vector.values())) or 1.0
    return {word: value / length for word, value in vector.items()}


def _likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    return sum(value * other.get(word, 0.0) for word, value in one.items())
