"""Names in small letters, as automatic transcripts write them.

By a list of first names and places, after a title or a relation, before what they are the name
of (`fir vale school`), and where the same text has them with a capital.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from qualkit.privacy import vocabulary as known
from qualkit.privacy.patterns import Hit
from qualkit.privacy.telling import CALLS, OWNERS
from qualkit.privacy.tokens import Token, end_of, is_capitalised

_WHERE: Final = frozenset({"in", "at", "to", "near"})
_VERBS: Final = known.lists()["verbs"]
_TITLES: Final = known.HARD_TITLES | {"miss", "doctor", "nurse"}
_LIVES: Final = re.compile(r"\b(?:liv(?:e|es|ed|ing)|mov(?:e|es|ed|ing)|born|grew up|from)$", re.I)


def found(text: str, words: Sequence[Token], names: Sequence[Hit]) -> Iterator[Hit]:
    """Likely names in small letters, given those with a capital that the text has."""
    told = _told(words, names)
    for at, token in enumerate(words):
        if is_capitalised(token.word):
            continue
        by_itself = _by_lists(token, told)
        if by_itself is not None:
            titled = at and token.joined and words[at - 1].folded in _TITLES
            start = words[at - 1].start if titled else token.start
            yield Hit(start, end_of(words, at), *by_itself)
        elif token.bare in known.LOWER_SCHOOLS or token.bare in known.LOWER_STREETS:
            yield from _named_building(words, at)
        elif at and token.joined and (_is_strange(token.bare) or token.bare in known.AMBIGUOUS):
            yield from _after_cue(text, words, at)


def _after_cue(text: str, words: Sequence[Token], at: int) -> Iterator[Hit]:
    title = words[at - 1]
    if title.folded in _TITLES:
        yield Hit(title.start, end_of(words, at), "person", f"after a title ({title.folded})")
    elif (cue := _by_cue(text, words, at)) is not None:
        yield Hit(words[at].start, end_of(words, at), *cue)


def _told(words: Sequence[Token], names: Sequence[Hit]) -> dict[str, str]:
    """Words that are names in this text, and of what: they may come in small letters too.

    One that comes in small letters more often than with its capital is taken for an everyday word.
    """
    capital = Counter(token.bare for token in words if is_capitalised(token.word))
    small = Counter(token.bare for token in words if token.word.islower())
    told: dict[str, str] = {}
    inside = iter(words)
    for hit in names:
        for token in inside:
            sure = hit.kind != "name" or not token.opens
            if token.end > hit.start and sure and _may_be_told(token.bare):
                told.setdefault(token.bare, hit.kind)
            if token.end >= hit.end:
                break
    return {word: kind for word, kind in told.items() if small[word] <= capital[word]}


def _may_be_told(word: str) -> bool:
    if len(word) < 3 or word in known.TITLES or word in known.AMBIGUOUS:
        return False
    return not known.is_ordinary(word)


def _by_lists(token: Token, told: dict[str, str]) -> tuple[str, str] | None:
    word = token.bare
    if word in told:
        return told[word], "a name elsewhere in the text"
    if word in known.FIRST:
        return "person", "a first name in small letters"
    if {word, token.folded} & known.SERVICES and not known.is_ordinary(word):
        return "organisation", "the name of a service in small letters"
    if word in known.PLACES:
        return "place", "the name of a place in small letters"
    return None


def _is_strange(word: str) -> bool:
    if len(word) < 3 or not word.isalpha() or word.endswith(("ed", "ing", "ly")):
        return False
    return not known.is_ordinary(word) and word not in known.AMBIGUOUS


def _by_cue(text: str, words: Sequence[Token], at: int) -> tuple[str, str] | None:
    """What the words before a strange one say of it."""
    word, before = words[at].bare, words[at - 1].folded
    two_before = words[at - 2].folded if at > 1 else ""
    if before in CALLS:
        return "person", f"after '{before}'"
    if word in _VERBS:
        return None
    if before in known.RELATIONS and two_before in OWNERS:
        return "person", f"after '{two_before} {before}'"
    phrase = text[max(0, words[at - 1].start - 12) : words[at - 1].start].rstrip()
    if word not in known.AMBIGUOUS and before in _WHERE and _LIVES.search(phrase):
        return "place", "after where somebody lives"
    return None


def _named_building(words: Sequence[Token], at: int) -> Iterator[Hit]:
    """`fir vale school`, `wickersley road`: strange words before what they are the name of."""
    first = at
    while first and at - first < 3 and words[first].joined and _may_name(words[first - 1]):
        first -= 1
    if any(_is_strange(token.bare) for token in words[first:at]):
        street = words[at].bare in known.LOWER_STREETS
        kind = "place" if street else "organisation"
        why = f"ends like the name of a {'street' if street else 'school or hospital'}"
        yield Hit(words[first].start, words[at].end, kind, f"{why} ({words[at].word})")


def _may_name(token: Token) -> bool:
    return token.bare in known.SAINTS or token.bare not in known.STARTERS
