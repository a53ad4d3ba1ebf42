"""Words as the search index has them, and the little language in which they are asked for.

=================  ======================================================================
``wait list``      both words in one passage, each in any of its forms: waits, waiting
``"came back"``    these very words in a row
``wait*``          words that begin so
``a OR b``         one of them; OR binds last: ``a b OR c`` is ``a b``, or ``c``
``-word``          passages without it; ``NOT word`` is the same
=================  ======================================================================

A word is a run of letters and digits, without accents and in small letters: *don't* is the two
words *don* and *t*, so that a typed word with an apostrophe or a hyphen is a row of words. The
forms of a word are those that have the same stem by Porter's algorithm, which SQLite brings.

References
----------
Porter, M. F. (1980) An algorithm for suffix stripping. Program 14(3):130-137.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from qualkit.errors import QueryError

LONGEST: Final = 1_000  # characters of a query
_LONG: Final = 64  # characters of a word; what is beyond them counts for nothing
_TOKEN = re.compile(
    r"""(?P<minus>-?+)(?:"(?P<straight>[^"]*)"|[“„](?P<curly>[^“”]*)[“”]|(?P<word>[^\s"“”„]+))""",
    re.VERBOSE,
)
Span = tuple[int, int]


class Word(NamedTuple):
    """One word of a text, from where to where, as the index has it."""

    start: int
    end: int
    folded: str


@dataclass(frozen=True, slots=True)
class Term:
    """Words in a row: any of one word's `forms`, `exact`, or of the last one how it `begins`."""

    words: tuple[str, ...]
    kind: Literal["forms", "exact", "begins"]


@dataclass(frozen=True, slots=True)
class Alternative:
    """What must all stand in one passage, and what must not."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A query that was understood: one of the alternatives must hold."""

    alternatives: tuple[Alternative, ...]

    def words(self) -> set[str]:
        """The words whose stems are needed."""
        terms = (t for one in self.alternatives for t in (*one.wanted, *one.unwanted))
        return {term.words[0] for term in terms if term.kind == "forms"}


# Words -------------------------------------------------------------------------------------


class _Folding(dict[int, str]):
    """What becomes of each character: filled as characters are met, for :meth:`str.translate`."""

    def __missing__(self, point: int) -> str:
        folded = unicodedata.normalize("NFKD", chr(point)).casefold()
        made = "".join(map(_kept, unicodedata.normalize("NFKD", folded)))
        self[point] = made
        return made


_FOLDED: Final = _Folding()


def _kept(char: str) -> str:
    """A letter or digit as it is, an accent or an invisible character as nothing, else a space."""
    kind = unicodedata.category(char)
    if kind[0] in "LN":
        return char
    if kind == "Mc" or (kind == "Mn" and _part_of_letter(char)):
        return char
    return "" if kind[0] == "M" or kind == "Cf" else " "


def _part_of_letter(mark: str) -> bool:
    """Whether a mark is no accent: the vowel signs of Indic scripts stand in no class above 9."""
    selects_a_shape = unicodedata.name(mark, "").startswith("VARIATION SELECTOR")
    return unicodedata.combining(mark) < 10 and not selects_a_shape


def words_of(text: str) -> list[str]:
    """The words of a text in order, as the index has them.

    >>> words_of("Café\u0301 – the CLINIC’s 😀 follow-up")
    ['cafe', 'the', 'clinic', 's', 'follow', 'up']
    """
    words = text.translate(_FOLDED).split()
    if max(map(len, words), default=0) > _LONG:
        return [word[:_LONG] for word in words]
    return words


def placed_words(text: str) -> list[Word]:
    """The same with their places; an accent that follows a letter belongs to it.

    >>> placed_words("😀 Cafe\u0301!")
    [Word(start=2, end=7, folded='cafe')]
    """
    places = [at for at, char in enumerate(text) for _ in _FOLDED[ord(char)]]
    found = []
    for run in re.finditer("[^ ]+", text.translate(_FOLDED)):
        start, end = places[run.start()], places[run.end() - 1] + 1
        while end < len(text) and unicodedata.category(text[end])[0] == "M":
            end += 1
        found.append(Word(start, end, run[0][:_LONG]))
    return found


@lru_cache(maxsize=1)
def can_stem() -> bool:
    """Whether the SQLite at hand has FTS5, which knows the forms of words."""
    try:
        stems(["word"])
    except sqlite3.OperationalError:
        return False
    return True


def stems(words: Iterable[str]) -> dict[str, str]:
    """The stem of each word: the same for all of its forms.

    >>> stems(["waits", "waiting", "list"])
    {'list': 'list', 'waiting': 'wait', 'waits': 'wait'}
    """
    listed = sorted(set(words))
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.execute(
            "CREATE VIRTUAL TABLE w USING fts5(word, content='', tokenize='porter ascii')"
        )
        scratch.executemany("INSERT INTO w(rowid, word) VALUES (?, ?)", enumerate(listed))
        scratch.execute("CREATE VIRTUAL TABLE v USING fts5vocab(w, 'instance')")
        by_row: dict[int, str] = dict(scratch.execute("SELECT doc, term FROM v"))
    return {word: by_row[row] for row, word in enumerate(listed)}


# Finding them in a text --------------------------------------------------------------------


def spans_of(asked: Asked, words: Sequence[Word], known: Mapping[str, str]) -> list[Span]:
    """Where the words of the alternatives that hold stand, in order and not overlapping.

    `known` has the stems of these words and of those asked for.
    """
    found: list[Span] = []
    for one in asked.alternatives:
        wanted = [list(_places(term, words, known)) for term in one.wanted]
        if all(wanted) and not any(any(_places(t, words, known)) for t in one.unwanted):
            found += [span for places in wanted for span in places]
    kept: list[Span] = []
    for start, end in sorted(found, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def _places(term: Term, words: Sequence[Word], known: Mapping[str, str]) -> Iterator[Span]:
    if term.kind == "forms":
        stem = known[term.words[0]]
        for word in words:
            if stem in {word.folded, known[word.folded]}:
                yield word.start, word.end
        return
    *first, last = term.words
    many = len(term.words)
    for at in range(len(words) - many + 1):
        end = words[at + many - 1]
        fits = end.folded.startswith(last) if term.kind == "begins" else end.folded == last
        if fits and all(words[at + n].folded == one for n, one in enumerate(first)):
            yield words[at].start, end.end


# Reading a query ---------------------------------------------------------------------------


def parse(query: str) -> Asked:
    """A query out of its words; QueryError with place and reason where it is none.

    >>> parse('wait* -"came back"').alternatives
    (Alternative(wanted=(Term(words=('wait',), kind='begins'),),
                 unwanted=(Term(words=('came', 'back'), kind='exact'),)),)
    >>> parse('wait "came')
    Traceback (most recent call last):
    qualkit.errors.QueryError: query 'wait "came', character 6: this quotation mark is never closed
    """
    if len(query) > LONGEST:
        why = f"it has {len(query):,} characters; {LONGEST:,} are allowed, ask in several searches"
        raise QueryError(query, LONGEST + 1, why)
    parts: list[list[_Part]] = [[]]
    for part in _parts(query):
        if part.joins:
            parts.append([])
        parts[-1].append(part)
    return Asked(tuple(_alternative(query, one) for one in parts))


class _Part(NamedTuple):
    """A term, or the OR (`joins`) that begins an alternative, with its place in the query."""

    at: int
    term: Term | None
    without: bool = False

    @property
    def joins(self) -> bool:
        return self.term is None


def _parts(query: str) -> Iterator[_Part]:
    at, negated = 0, 0  # where a NOT stood that waits for its word, counted from 1
    while at < len(query):
        if query[at].isspace():
            at += 1
            continue
        found = _TOKEN.match(query, at)
        if found is None:
            raise _no_token(query, at)
        place, at = at + 1, found.end()
        if found[0] in {"AND", "NOT", "OR"}:
            if negated:
                raise QueryError(query, negated, "there is no word after this NOT")
            negated = place if found[0] == "NOT" else 0
            if found[0] == "OR":
                yield _Part(place, None)
            continue
        without = bool(found["minus"]) != bool(negated)
        yield _Part(place, _term(query, place, found), without)
        negated = 0
    if negated:
        raise QueryError(query, negated, "there is no word after this NOT")


def _no_token(query: str, at: int) -> QueryError:
    mark = at + (query[at] == "-")
    if not query[mark:].strip() or query[mark].isspace():
        return QueryError(query, at + 1, "there is no word after this minus")
    return QueryError(query, mark + 1, "this quotation mark is never closed")


def _term(query: str, place: int, found: re.Match[str]) -> Term:
    if found["word"] is None:
        words = words_of(found["straight"] or found["curly"] or "")
        if not words:
            raise QueryError(query, place, "there is no word between the quotation marks")
        return Term(tuple(words), "exact")
    word = found["word"].removesuffix("*")
    if "*" in word:
        why = "'*' stands only at the end of a word, as in wait*; for more use 'qualkit kwic'"
        raise QueryError(query, place, why)
    words = words_of(word)
    if not words:
        why = f"{found[0]!r} is no word; search knows letters and digits alone"
        raise QueryError(query, place, why)
    if found["word"].endswith("*"):
        return Term(tuple(words), "begins")
    return Term(tuple(words), "forms" if len(words) == 1 else "exact")


def _alternative(query: str, parts: Sequence[_Part]) -> Alternative:
    terms = [(part.term, part.without) for part in parts if part.term is not None]
    if not terms:
        if parts:
            raise QueryError(query, parts[0].at, "there is no word after this OR")
        raise QueryError(query, 1, "it does not begin with a word to find; give one")
    wanted = tuple(term for term, without in terms if not without)
    if not wanted:
        why = "it names no word to find, only what must not stand there"
        raise QueryError(query, parts[0].at, why)
    return Alternative(wanted, tuple(term for term, without in terms if without))
