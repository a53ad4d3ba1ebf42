"""Names without a form of their own: capitalised words that nothing else explains.

No model: a capitalised word is a likely name unless it begins a sentence and is a word of everyday
English, or is one of the words that everybody writes with a capital (`Monday`, `CAMHS`, `Mum`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from qualkit.privacy import small_letters
from qualkit.privacy import vocabulary as known
from qualkit.privacy.patterns import Hit
from qualkit.privacy.telling import kind_of
from qualkit.privacy.tokens import AFTER_POSSESSION, Token, end_of, is_capitalised, tokens

_PARTICLES: Final = known.lists()["particles"]
_LINKS: Final = frozenset({"of", "and", "on", "the", "for", "by", "in"})
_RIVERS: Final = known.lists()["rivers"]
_AWAY: Final = known.lists()["away"]
_ARTICLES: Final = known.lists()["articles"]
_FORE: Final = known.lists()["fore"]
_QUESTION: Final = known.lists()["question"]
_DOES: Final = known.lists()["does"]
_BEFORE_A_MONTH: Final = known.lists()["before_a_month"]
_HOUSE_NUMBER: Final = re.compile(r"\b(?:flat \d{1,4},? )?\d{1,4}[a-z]?,? $", re.I)
_IN_SPEECH: Final = _QUESTION | AFTER_POSSESSION
_BEGINS_NONE: Final = known.GENERIC | _IN_SPEECH
_BEFORE_A_NAME: Final = _PARTICLES - {"o", "y", "la", "st", "under", "upon", "super", "en"}
_LONGEST: Final = 12  # words of one name; a text all in capitals is cut there


def found(text: str) -> Iterator[Hit]:
    """Every likely name; they do not overlap, but for names found both ways."""
    words = tokens(text)
    names = list(_capitalised(text, words))
    yield from names
    yield from small_letters.found(text, words, names)


def _capitalised(text: str, words: Sequence[Token]) -> Iterator[Hit]:
    at = 0
    while at < len(words):
        if not is_capitalised(words[at].word):
            at += 1
            continue
        end = _run_end(words, at)
        yield from _names_of_run(text, words, at, end)
        at = end


def _run_end(words: Sequence[Token], at: int) -> int:
    """Where a run of capitalised words and what may link them ends."""
    at += 1
    last = at + _LONGEST
    while at < min(len(words), last):
        links = 0
        while at + links < len(words) and links < 3 and _links(words, at + links):
            links += 1
        after = at + links
        if after >= len(words) or not _continues(words[after]):
            return at
        if links and not _may_link(words, at, after):
            return at
        at = after + 1
    return at


def _continues(token: Token) -> bool:
    return token.joined and not token.opens and is_capitalised(token.word)


def _links(words: Sequence[Token], at: int) -> bool:
    token = words[at]
    return token.joined and (token.word in _PARTICLES or token.word in _LINKS)


def _may_link(words: Sequence[Token], at: int, after: int) -> bool:
    """Whether small words between two capitalised ones belong to one name."""
    small = [token.word for token in words[at:after]]
    if all(word in _PARTICLES for word in small):
        return True
    if small[0] == "of":
        return _has_many(words[at - 1].bare)
    if small[0] in {"on", "by", "in"}:
        return words[after].bare in _RIVERS
    if small[0] == "the":
        return not words[at - 1].opens and words[at - 1].bare in _AWAY
    whole = words[at - 1].bare in known.ORGANISATIONS  # `X School and Y School` are two
    return small[0] in {"and", "for"} and not whole and _ends_as_organisation(words, after)


def _has_many(word: str) -> bool:
    """Whether a word is one of which there are many, so that `of` says which."""
    if word in known.STARTERS:
        return False
    return len(word) == 1 or word in {"isle", "isles", "vale", "bay"} or known.is_ordinary(word)


def _ends_as_organisation(words: Sequence[Token], at: int) -> bool:
    last = at
    while last + 1 < len(words) and _continues(words[last + 1]):
        last += 1
    return words[last].bare in known.ORGANISATIONS


def _names_of_run(text: str, words: Sequence[Token], first: int, end: int) -> Iterator[Hit]:
    strong = [at for at in range(first, end) if _is_strong(text, words, at)]
    strong += [at + 1 for at in range(first, end - 1) if _is_named_by(words, at)]
    last = words[end - 1].bare
    organised = last in known.ORGANISATIONS or last in known.STREETS
    if strong:
        begin = _widened_left(words, first, min(strong), organised=organised)
        yield _hit(text, words, begin, _widened_right(words, max(strong) + 1, end))
        return
    called = [at for at in range(first, end - 1) if _is_called_the(words, at)]
    inner = [at for at in range(first, end - 1) if not known.says_nothing(words[at].bare)]
    if called or (organised and inner):
        yield _hit(text, words, (called or inner)[0], end)


def _is_called_the(words: Sequence[Token], at: int) -> bool:
    """Whether `The` with a capital within a sentence begins what something is called."""
    the = words[at].word == "The" and not words[at].opens
    return the and is_capitalised(words[at + 1].word) and words[at + 1].bare not in _QUESTION


def _is_title(token: Token) -> bool:
    return token.bare in known.TITLES and token.folded == token.bare


def _is_named_by(words: Sequence[Token], at: int) -> bool:
    """Whether a word is a title, and the next a name whatever else it means."""
    if not (_is_title(words[at]) and is_capitalised(words[at + 1].word)):
        return False
    return words[at].bare in known.HARD_TITLES or not known.says_nothing(words[at + 1].bare)


def _is_strong(text: str, words: Sequence[Token], at: int) -> bool:
    """Whether a word is a name by itself."""
    token = words[at]
    word = token.bare
    if len(word) == 1 or not is_capitalised(token.word) or _is_label(word):
        return False
    if word in known.AMBIGUOUS or word in known.SERVICES:
        return _ambiguous_is_name(text, words, at)
    if word in known.FIRST or word in known.PLACES:
        return True
    if known.says_nothing(word) or word in known.TITLES:
        return False
    shouted = token.word.isupper() and len(token.word) > 1
    return not ((token.opens or shouted) and known.is_ordinary(word))


def _is_label(word: str) -> bool:
    """Whether a word is letters before a number, as `P12` or `KS2`."""
    return any(map(str.isdigit, word)) and sum(map(str.isalpha, word)) < 3


def _ambiguous_is_name(text: str, words: Sequence[Token], at: int) -> bool:
    """Whether a word that is a name too is one here: `Will wouldn't`, not `Will you`."""
    token, before = words[at], words[at - 1].folded if at else ""
    after = words[at + 1] if at + 1 < len(words) and not words[at + 1].opens else None
    if token.word.isupper():
        return not known.is_ordinary(token.bare) and token.bare not in _QUESTION | {"will", "may"}
    if token.folded != token.bare:
        return token.folded.endswith("'s")
    if token.bare in known.MONTHS and _is_month(text, token, before, after):
        return False
    return _is_spoken_of(token, after)


def _is_spoken_of(token: Token, after: Token | None) -> bool:
    if after is None:
        return True
    if after.folded in _QUESTION and token.bare in {"will", "may", "hope"}:
        return False
    if not token.opens or not after.joined or is_capitalised(after.word):
        return True
    if known.inflected(token.bare, known.COMMON):
        return after.folded in _DOES
    return after.folded not in _QUESTION


def _is_month(text: str, token: Token, before: str, after: Token | None) -> bool:
    if not token.opens and before in _BEFORE_A_MONTH:
        return True
    if after is not None and after.folded in {"holiday", "holidays", "term", "time", "school"}:
        return True
    near = text[max(0, token.start - 6) : token.start] + text[token.end : token.end + 6]
    return any(char.isdigit() for char in near)


def _widened_left(words: Sequence[Token], first: int, begin: int, *, organised: bool) -> int:
    """The beginning of a name with its title, its initials and the words of its organisation."""
    while begin > first:
        token = words[begin - 1]
        initial = len(token.word) == 1 and token.word not in {"I", "A"}
        link = token.word in _LINKS | _PARTICLES or token.bare in _BEFORE_A_NAME
        part = (organised and _may_name(token)) or _may_begin(token, words[begin])
        if not (_is_title(token) or initial or link or part or token.bare in known.SAINTS):
            break
        begin -= 1
    while words[begin].word in _LINKS:
        begin += 1
    return _with_particles(words, begin)


def _with_particles(words: Sequence[Token], begin: int) -> int:
    """The beginning of a name with `van`, `de la` before it, where no article is before them."""
    at = begin
    while at and words[at].joined and words[at - 1].word in _BEFORE_A_NAME:
        at -= 1
    return begin if at and words[at].joined and words[at - 1].folded in _ARTICLES else at


def _may_name(token: Token) -> bool:
    """Whether a word may stand in the name of a school, a service, a street."""
    if token.bare in known.STARTERS:
        return False
    return not (token.opens and token.bare in known.GENERIC)


def _may_begin(token: Token, after: Token) -> bool:
    """Whether an everyday word with a capital is the first of a name: `Great Ormond Street`."""
    if token.opens:
        return token.bare in _FORE and after.bare not in known.FIRST
    if token.bare in {"the", "our"}:
        return token.word[0].isupper()
    return len(token.bare) > 2 and token.bare not in _BEGINS_NONE and not token.word.isupper()


def _widened_right(words: Sequence[Token], stop: int, end: int) -> int:
    """The end of a name with the words that say of what it is the name."""
    for at in range(end - 1, stop - 1, -1):
        word = words[at].bare
        building = word in known.ORGANISATIONS or word in known.STREETS
        if building or _may_end(words[at]):
            return at + 1
    return stop


def _may_end(token: Token) -> bool:
    """Whether a word may be the last of a name (`Alder Hey`) and not the next of a speech."""
    if token.word.isupper() or token.bare in known.GENERIC:
        return len(token.word) == 1 and token.word not in {"I", "A"}  # an initial
    return len(token.bare) > 2 and token.bare not in _IN_SPEECH


def _hit(text: str, words: Sequence[Token], begin: int, stop: int) -> Hit:
    start, end = words[begin].start, end_of(words, stop - 1)
    kind, why = kind_of(words, begin, stop)
    if kind == "place" and words[stop - 1].bare in known.STREETS:
        number = _HOUSE_NUMBER.search(text[max(0, start - 24) : start])
        if number is not None:
            start -= len(number.group())
            kind, why = "address", "a number and the name of a street"
    return Hit(start, end, kind, why)
