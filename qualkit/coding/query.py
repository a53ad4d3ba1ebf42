r"""The language in which words are looked for: one for rules and for keywords in context.

============================  ==============================================================
``wait``                      a word in any of its forms: wait, waits, waiting, waited
``waiting list``              words in a row, each in any of its forms
``wait*``                     words that begin so
``"came back"``               these very words; case, kinds of quotation marks, dashes and
                              white space may differ
``/wait\w* (list|time)/``     a regular expression, in capitals or not
``a AND b``, ``a b:c``        both in one passage; between other than plain words AND may be
                              left out
``a OR b``, ``NOT a``, ``()`` NOT binds before AND, AND before OR; in capitals
``speaker:P7``                a fact of the passage: speaker, role, item, source, or an
                              attribute, as ``area:"Salt Bay"``; ``source:north*`` begins so
============================  ==============================================================

A passage is one row of the table that is searched: a turn, or a segment. Positions are code
points. Words and regular expressions follow Python's ``re``; a regular expression that takes
longer than a second on one passage is refused.
"""

from __future__ import annotations

import math
import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qualkit import _nlp
from qualkit.errors import QueryError, TableError, UnknownName
from qualkit.matching import Key, find, key_of
from qualkit.model import ROLES
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

LONGEST: Final = 10_000  # characters of a query
DEEPEST: Final = 50  # parentheses and NOTs within each other
SECONDS: Final = 1.0  # that a regular expression may take on one passage
_REPEATS: Final = 100_000  # copies that counted repeats may make together: a{300}{300} has 90,000
_PLACES: Final = {"start", "end", "segment", "turn", "text", "time", "line", "page"}
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<open>\()|(?P<close>\))
    |(?P<name>[^\W\d][\w.-]*|"[^"]+"):(?P<value>"[^"]*"|[“”„][^“”]*[“”]|[^\s()"“”„«»]+)
    |(?P<phrase>"[^"]*"|[“”„][^“”]*[“”]|«[^»]*»)
    |(?P<pattern>/(?:\\.|[^/\\])*/)
    |(?P<word>[^\s()"“”„«»/][^\s()"“”„«»]*)""",
    re.VERBOSE | re.DOTALL,
)
_QUOTES = '"“”„«»'

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Words:
    """Words in a row, each by its lemma, or by its beginning where it ends in ``*``."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words as they are written."""

    text: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression; `at` is its place in the query."""

    regex: str
    query: str
    at: int


@dataclass(frozen=True, slots=True)
class Filter:
    """A fact that a passage must have."""

    name: str
    value: str
    begins: bool
    at: int


@dataclass(frozen=True, slots=True)
class Every:
    """AND."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """OR."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """NOT."""

    part: Node


Node = Words | Phrase | Pattern | Filter | Every | Either | Without


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood."""

    text: str
    root: Node

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The facts that it asks for."""
        return tuple(node for node in _nodes(self.root) if isinstance(node, Filter))

    @property
    def marks(self) -> bool:
        """Whether it names words that can be shown: not filters and NOT alone."""
        return _marks(self.root)

    def columns(self, given: Iterable[str]) -> dict[str, str]:
        """The column behind the name of each filter; QueryError for one that there is not."""
        known = [name for name in given if name not in _PLACES]
        folded = {name.casefold(): name for name in reversed(known)}
        found = {}
        for one in self.filters:
            column = one.name if one.name in known else folded.get(one.name.casefold())
            if column is None:
                raise QueryError(self.text, one.at, str(UnknownName("attribute", one.name, known)))
            if column == "role" and not any(_same(one, role) for role in ROLES):
                raise QueryError(self.text, one.at, str(UnknownName("role", one.value, ROLES)))
            found[one.name] = column
        return found


def parse(text: str) -> Query:
    """A query out of its words; QueryError with place and reason where it is none.

    >>> parse('waiting list AND NOT "came back"').root
    Every(parts=(Without(part=Phrase(text='came back')), Words(words=('waiting', 'list'))))
    >>> parse('(wait* OR "came back"')
    Traceback (most recent call last):
    qualkit.errors.QueryError: query '(wait* OR "came back"', character 1: this parenthesis ...
    """
    if len(text) > LONGEST:
        why = f"it has {len(text):,} characters; {LONGEST:,} are allowed, ask in several queries"
        raise QueryError(text, LONGEST + 1, why)
    parser = _Parser(text)
    return Query(text, parser.whole())


def search(table: pd.DataFrame, query: str | Query) -> list[tuple[int, list[Span]]]:
    """The rows of a table that a query matches, with the spans that it matches in their words.

    Parameters
    ----------
    table : DataFrame
        Turns or segments: ``text``, and a column for every filter.
    query : str or Query

    Returns
    -------
    list of (int, list of (int, int))
        Row, counted from 0, and spans within its text: in order, none twice, none overlapping
        (of two that overlap the first, and the longer, is kept); no span where only filters
        matched.

    Raises
    ------
    QueryError
        For a query that is none, a filter without its column, a regular expression that takes
        too long.
    TableError
        Where a row has no words.
    """
    asked = parse(query) if isinstance(query, str) else query
    if "text" not in table.columns:
        raise TableError("passages", f"it has no column 'text'; it has {sorted(table.columns)}")
    facts = {name: table[column].tolist() for name, column in asked.columns(table.columns).items()}
    found = []
    for n, text in enumerate(table["text"]):
        if not isinstance(text, str):
            raise TableError("passages", "it has no words; read the turns with words=True", row=n)
        if not text.strip():
            continue
        passage = Passage(text, {name: plain(values[n]) for name, values in facts.items()})
        spans = hits(asked.root, passage)
        if spans is not None:
            found.append((n, _apart(spans)))
    return found


# Finding -----------------------------------------------------------------------------------


class _Word(NamedTuple):
    """One word of a passage; a full stop, colon or question mark is one without letters."""

    start: int
    end: int
    lemma: str
    folded: str


class Passage:
    """Words that are searched and the facts about them; what is costly is made once, if asked."""

    def __init__(self, text: str, facts: Mapping[str, object]) -> None:
        self.text = text
        self.facts = facts

    @cached_property
    def key(self) -> Key:
        """The text made comparable."""
        return key_of(self.text)

    @cached_property
    def words(self) -> list[_Word]:
        """The words in order."""
        return list(_words(self.text))


def hits(node: Node, passage: Passage) -> list[Span] | None:
    """The spans that part of a query matches in a passage; None where it does not match."""
    match node:
        case Every(parts) | Either(parts):
            return _joined(parts, passage, every=isinstance(node, Every))
        case Without(part):
            return [] if hits(part, passage) is None else None
        case Filter():
            return [] if _same(node, passage.facts[node.name]) else None
    return _stretches(node, passage) or None


def _joined(parts: Iterable[Node], passage: Passage, *, every: bool) -> list[Span] | None:
    found: list[Span] | None = None
    for part in parts:
        spans = hits(part, passage)
        if spans is not None:
            found = [*(found or ()), *spans]
        elif every:
            return None
    return found


def _stretches(node: Words | Phrase | Pattern, passage: Passage) -> list[Span]:
    match node:
        case Words(words):
            return _in_a_row(_steps(words), passage.words)
        case Phrase(text):
            return _verbatim(text, passage)
    return _by_pattern(node, passage.text)


def _apart(spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _same(asked: Filter, value: object) -> bool:
    if value is None:
        return False
    wanted, given = key_of(asked.value).text, key_of(str(value)).text
    return given.startswith(wanted) if asked.begins else given == wanted


def _words(text: str) -> Iterator[_Word]:
    for token in _nlp.pipeline().make_doc(text):
        if token.is_space or (token.is_punct and not set(token.text) & set(".?!;:")):
            continue
        if token.is_punct:
            if len(token.text) == 1:  # "waiting ... list" is still a row; "waiting. List" is none
                yield _Word(token.idx, token.idx + 1, "", "")
            continue
        folded = _folded(token.text)
        # "'s" may be is, has or a genitive: it stands for itself alone
        lemma = folded if folded == "'s" else _folded(_nlp.lemma(token))
        yield _Word(token.idx, token.idx + len(token.text), lemma, folded)


@lru_cache(maxsize=65_536)
def _folded(word: str) -> str:
    return key_of(word).text


class _Step(NamedTuple):
    """What one word in a row must be."""

    word: str
    begins: bool

    def fits(self, word: _Word) -> bool:
        return word.folded.startswith(self.word) if self.begins else word.lemma == self.word


@lru_cache(maxsize=4096)
def _steps(words: Sequence[str]) -> tuple[_Step, ...]:
    steps: list[_Step] = []
    for word in words:
        if word.endswith("*"):
            steps.append(_Step(_folded(word[:-1]), begins=True))
        else:
            steps += [_Step(one.lemma, begins=False) for one in _words(word) if one.folded]
    return tuple(steps)


def _in_a_row(steps: Sequence[_Step], words: Sequence[_Word]) -> list[Span]:
    first, many = steps[0], len(steps)
    return [
        (words[at].start, words[at + many - 1].end)
        for at in range(len(words) - many + 1)
        if first.fits(words[at])
        and all(step.fits(words[at + n]) for n, step in enumerate(steps[1:], 1))
    ]


def _verbatim(phrase: str, passage: Passage) -> list[Span]:
    """Where words stand as they are written, not within other words."""
    wanted, text = _folded(phrase), passage.text
    return [
        (start, end)
        for start, end in find(phrase, passage.key)
        if not (_within_word(text, start) or _within_word(text, end))
        and key_of(text[start:end]).text == wanted  # not half of a letter: e of é, f of ﬁ
    ]


def _within_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and _of_word(text[at - 1]) and _of_word(text[at])


def _of_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")


def _by_pattern(node: Pattern, text: str) -> list[Span]:
    try:
        found = [match.span() for match in _compiled(node.regex).finditer(text, timeout=SECONDS)]
    except (TimeoutError, MemoryError) as error:
        why = (
            f"the regular expression takes more than {SECONDS:.0f} second on one passage; "
            "make it simpler: no repeat of alternatives that begin alike, as in (a|ab)*"
        )
        raise QueryError(node.query, node.at, why) from error
    return [(start, end) for start, end in found if end > start]


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:  # noqa: ANN401 - a pattern of `regex`, which has no types
    import regex

    return regex.compile(pattern, regex.IGNORECASE)


# Reading a query ---------------------------------------------------------------------------


class _Token(NamedTuple):
    kind: str
    value: str
    at: int
    name: str = ""


class _Parser:
    """A query, token by token."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0
        self._depth = 0

    def whole(self) -> Node:
        if not self._tokens:
            raise QueryError(self._text, 1, "it is empty; give a word to look for")
        node = self._either()
        if self._next < len(self._tokens):  # only a parenthesis ends a part before the end
            raise self._fault(self._tokens[self._next], "this parenthesis was never opened")
        return node

    def _either(self) -> Node:
        parts = [self._every()]
        while self._take("OR"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _every(self) -> Node:
        parts = [self._without()]
        while self._take("AND") or self._kind() not in {"OR", "close", "end"}:
            parts.append(self._without())
        return parts[0] if len(parts) == 1 else Every(tuple(sorted(parts, key=_cost)))

    def _without(self) -> Node:
        token = self._take("NOT")
        if token is None:
            return self._one()
        self._deeper(token)
        node = Without(self._without())
        self._depth -= 1
        return node

    def _one(self) -> Node:
        if token := self._take("open"):
            self._deeper(token)
            node = self._either()
            if not self._take("close"):
                raise self._fault(token, "this parenthesis is never closed")
            self._depth -= 1
            return node
        if self._kind() == "word":
            words = []
            while token := self._take("word"):
                words.append(self._word(token))
            return Words(tuple(words))
        return self._simple()

    def _simple(self) -> Node:
        if token := self._take("phrase"):
            if not key_of(token.value).text:
                raise self._fault(token, "there is nothing between the quotation marks")
            return Phrase(token.value)
        if token := self._take("pattern"):
            return self._pattern(token)
        if token := self._take("filter"):
            begins = token.value.endswith("*")
            return Filter(token.name, token.value.removesuffix("*"), begins, token.at)
        raise self._misplaced()

    def _word(self, token: _Token) -> str:
        word = token.value.removesuffix("*")
        if "*" in word or (not word and token.value == "*"):
            why = r"'*' stands only at the end of a word, as in wait*; else write /\w*ing/"
            raise self._fault(token, why)
        if token.value.endswith("*") and not all(map(_of_word, word)):
            why = f"'*' goes after letters and digits alone; write /{word}\\w*/"
            raise self._fault(token, why)
        if all(unicodedata.category(char)[0] in "PCZ" for char in word):
            raise self._fault(token, f"{word!r} is no word; put marks in quotation marks")
        if re.fullmatch(r"[^\W\d][\w.-]*:", word):
            raise self._fault(token, f"there is nothing after {word!r}; write {word}value")
        return token.value

    def _pattern(self, token: _Token) -> Pattern:
        if reason := bad_regex(token.value):
            raise self._fault(token, f"no regular expression: {reason}")
        return Pattern(token.value, self._text, token.at)

    def _deeper(self, token: _Token) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            why = f"more than {DEEPEST} parentheses or NOTs within each other; make it simpler"
            raise self._fault(token, why)

    def _misplaced(self) -> QueryError:
        if self._next == len(self._tokens):
            last = self._tokens[-1]
            what = "this parenthesis is never closed" if last.kind == "open" else (
                f"nothing comes after {last.value}"
            )  # fmt: skip
            return self._fault(last, what)
        token = self._tokens[self._next]
        if token.kind == "close":
            opened = self._next and self._tokens[self._next - 1].kind == "open"
            what = "there is nothing in the parentheses" if opened else (
                "something is missing before this parenthesis"
            )  # fmt: skip
            return self._fault(token, what)
        why = f"something is missing before {token.value}; as a word, write it in small letters"
        return self._fault(token, why)

    def _kind(self) -> str:
        return self._tokens[self._next].kind if self._next < len(self._tokens) else "end"

    def _take(self, kind: str) -> _Token | None:
        if self._kind() != kind:
            return None
        self._next += 1
        return self._tokens[self._next - 1]

    def _fault(self, token: _Token, reason: str) -> QueryError:
        return QueryError(self._text, token.at, reason)


def bad_regex(pattern: str) -> str | None:
    """Why a regular expression is not taken; None where it is.

    >>> bad_regex("wait(list")
    'missing ), unterminated subpattern at position 4'
    """
    if not pattern:
        return "it is empty"
    if math.prod(max(1, int(n[:9])) for n in re.findall(r"\{(\d+)", pattern)) > _REPEATS:
        return f"its counted repeats make more than {_REPEATS:,} copies"
    import regex

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern, re.IGNORECASE)  # Python's own rules, which people can look up
            _compiled(pattern)
    except RecursionError:
        return "too many parentheses within each other"
    except (re.error, regex.error, Warning, OverflowError, ValueError) as error:
        return str(error)
    return None


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise QueryError(text, at + 1, _unclosed(text[at]))
        kind, place = found.lastgroup or "", at + 1
        at = found.end()
        if kind == "value":
            name = found["name"].strip(_QUOTES)
            yield _Token("filter", found["value"].strip(_QUOTES), place, name)
        elif kind == "word" and found["word"] in {"AND", "OR", "NOT"}:
            yield _Token(found["word"], found["word"], place)
        elif kind in {"phrase", "pattern"}:
            yield _Token(kind, found[kind][1:-1], place)
        elif kind != "space":
            yield _Token(kind, found[kind], place)


def _unclosed(char: str) -> str:
    if char == "/":
        return "this regular expression is never closed; it must end with /"
    if char == "»":
        return "this quotation mark was never opened"
    return "this quotation mark is never closed"


def _cost(node: Node) -> int:
    """What is looked at first where all must match: facts, then words as written, then lemmas."""
    return {Filter: 0, Without: 1, Phrase: 1, Pattern: 2, Words: 3}.get(type(node), 4)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Every(parts) | Either(parts):
            for part in parts:
                yield from _nodes(part)
        case Without(part):
            yield from _nodes(part)


def _marks(node: Node) -> bool:
    match node:
        case Every(parts) | Either(parts):
            return any(map(_marks, parts))
        case Without() | Filter():
            return False
    return True
