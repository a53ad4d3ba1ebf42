"""What must not leave a study, looked for in what is about to leave it.

A file is told as *parts*: texts, tables and details of itself, each with its place
(:mod:`qualkit.parts` reads them). What is found never repeats what it found: a finding has the
pseudonym and the place, so that the list itself can be passed on.

``refuse``: a name of the key, an identifier whose form is certain, a small number of people, people
who are alone with a combination of attributes. ``look``: what may be one, and what was not read.
No program knows indirect identifiers (a rare job, what happened to somebody); a person reads first.

References
----------
Information Commissioner's Office (2025). How do we ensure anonymisation is effective?
UK Data Service. Anonymising qualitative data.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final, NamedTuple

from qualkit.privacy import patterns
from qualkit.privacy import vocabulary as known
from qualkit.privacy.finding import near_spellings
from qualkit.privacy.key import Entry
from qualkit.privacy.replacing import Name, Names
from qualkit.privacy.tokens import tokens
from qualkit.swaps import swapped

REFUSE: Final = "refuse"
LOOK: Final = "look"
SMALL: Final = 5  # counts of fewer people than this are not published
TEXT: Final = "text"
DETAIL: Final = "detail"  # of the file itself: author, title, name
UNREAD: Final = "unread"  # what nobody can look into here; its text says why
_BETWEEN: Final = "\n\x00\n"  # no name and no number reaches over it
_AT_ONCE: Final = 2_000  # parts looked through together
_TOLD: Final = 200  # findings of one kind; more are counted
_FEW_ATTRIBUTES: Final = 3
_SHORT: Final = 5  # letters from which a name is looked for within longer words
_HEADS: Final = 12  # rows above a table's own heading
_PEOPLE: Final = re.compile(
    r"(?:no\.?|number|count|total)?\s*(?:of\s+)?(?:n|count|counts|base|bases|respondents?|participants?"
    r"|people|persons?|pupils?|children|young people|students?|parents?|cases?|sources?|interviews?"
    r"|interviewees?|staff|total|frequency|freq\.?|unweighted(?: base| n)?|weighted base|\w+ n"
    r"|n[_ ]\w+|.*\(n\)|n \(%\))",
    re.IGNORECASE,
)
_FEW: Final = re.compile(r"\s*([1-4])(?:\.0)?\s*(?:\(\s*[\d.,<]+\s*%?\s*\))?\s*")
_SAID_FEW: Final = re.compile(r"(?<![\w.])[nN]\s?=\s?([1-4])(?![\d.,]?\d)")
_PERSON: Final = frozenset({
    "source", "case", "participant", "respondent", "person", "pupil", "child", "interview",
    "interviewee", "id", "respondent_id", "participant_id", "case_id", "pseudonym", "member",
})  # fmt: skip
_OURS: Final = frozenset({  # headings of our own tables that say nothing of a person
    "words", "turns", "codings", "summaries", "text", "quote", "code", "codes", "codebook",
    "theme", "coder", "start", "end", "memo", "stance", "rating", "summary", "cites", "changed",
    "created", "draft", "author", "speaker", "line", "turn", "segment", "kind",
    "version", "wave", "answers", "notes", "warnings", "file", "sha256", "guid", "n",
    "percent", "share", "assigned", "done", "position", "definition", "place", "label",
})  # fmt: skip
_MADE: Final = re.compile(
    r"(?<![0-9a-zA-Z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,128})(?![0-9a-zA-Z])",
    re.I,
)
_LONGEST: Final = 40  # characters of an attribute's value


class Part(NamedTuple):
    """A text of a file, and where it stands in it, in words."""

    where: str
    text: str
    kind: str = TEXT


class Grid(NamedTuple):
    """A table of a file: its rows, the headings among them."""

    where: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that should not leave, or that somebody should look at first.

    Attributes
    ----------
    kind : str
        ``name``, ``identifier``, ``small number``, ``combination``, ``detail``, ``unread`` or
        ``key``.
    where : str
        Its place in the file, in words; names of the key in it are pseudonyms.
    level : str
        ``refuse`` or ``look``.
    why : str
    text : str
        What stands there, masked: the pseudonym of a name, what kind of identifier it is.
    """

    kind: str
    where: str
    level: str
    why: str
    text: str

    def as_dict(self) -> dict[str, str]:
        """As JSON has it."""
        return {"kind": self.kind, "where": self.where, "level": self.level, "why": self.why,
                "text": self.text}  # fmt: skip


def findings(
    parts: Iterable[Part | Grid],
    *,
    entries: Sequence[Entry] = (),
    refused: Iterable[str] = (),
    attributes: Sequence[str] = (),
) -> list[Finding]:
    """What of a file should not leave, what is worst first.

    Parameters
    ----------
    parts : iterable of Part or Grid
    entries : sequence of Entry
        Of the key: whose names are looked for.
    refused : iterable of str
        What was looked at before and identifies nobody.
    attributes : sequence of str
        Headings of columns that tell people apart; guessed where there are none.

    Returns
    -------
    list of Finding
        Of one kind 200 at most; then one more says how many there are.

    Examples
    --------
    >>> from qualkit.privacy.key import Entry
    >>> key = [Entry("person", "[Person 1]", ("Aoife",))]
    >>> for one in findings([Part("paragraph 3", "AOIFE's mum rang 01632 960001.")], entries=key):
    ...     print(one.level, one.where, one.text)
    refuse paragraph 3 [Person 1]
    refuse paragraph 3 [phone number]
    """
    search = _Search(entries, refused)
    found: list[Finding] = []
    stream = iter(parts)
    while some := list(islice(stream, _AT_ONCE)):
        texts = [one for one in some if isinstance(one, Part)]
        found += [_unread(one) for one in texts if one.kind == UNREAD]
        found += search.texts([one for one in texts if one.kind != UNREAD])
        for grid in some:
            if isinstance(grid, Grid):
                found += small_numbers(grid)
                found += combinations(grid, attributes)
    return _limited(_once(search.masked(one) for one in found))


def mask(text: str, entries: Sequence[Entry]) -> str:
    """A text with the names of the key replaced by their pseudonyms."""
    return _Search(entries, ()).mask(text)


# Names and identifiers ---------------------------------------------------------------------


class _Search:
    """Names of a key, looked for in many texts at once."""

    def __init__(self, entries: Sequence[Entry], refused: Iterable[str]) -> None:
        self._names = Names(
            Name(word, one.pseudonym, one.where) for one in entries for word in one.words
        )
        self._called = {_same(word): one.pseudonym for one in entries for word in one.words}
        self._parts = dict(_parts_of_names(entries))
        wanted = [known.bare(one) for one in self._parts if len(one) >= _SHORT]
        either = "|".join(re.escape(one) for one in sorted(wanted, key=len, reverse=True))
        self._within = re.compile(either) if either else None
        self._refused = {_same(one) for one in refused}

    def mask(self, text: str) -> str:
        """Names as their pseudonyms, parts of names too."""
        text = swapped(text, self._names.swaps(text))
        for start, end, pseudonym, _, _ in reversed(list(self._alike(text))):
            text = text[:start] + pseudonym + text[end:]
        return text

    def masked(self, found: Finding) -> Finding:
        """A finding in whose place no name stands."""
        return Finding(found.kind, self.mask(found.where), found.level, found.why, found.text)

    def texts(self, parts: Sequence[Part]) -> Iterator[Finding]:
        """What of these texts should not leave."""
        starts, length = [], 0
        for one in parts:
            starts.append(length)
            length += len(one.text) + len(_BETWEEN)
        whole = _BETWEEN.join(one.text for one in parts)
        for at, make in sorted(self._hits(whole, starts), key=lambda hit: hit[0]):
            yield make(parts[bisect_right(starts, at) - 1].where)
        for one in parts:
            if one.kind == DETAIL:
                yield Finding("detail", one.where, LOOK, "the file says this of itself",
                              _shown(self.mask(one.text)))  # fmt: skip

    def _hits(
        self, text: str, starts: Sequence[int]
    ) -> Iterator[tuple[int, Callable[[str], Finding]]]:
        def name(where: str, *, level: str, why: str, pseudonym: str) -> Finding:
            return Finding("name", where, level, why, pseudonym)

        taken: list[tuple[int, int]] = []
        edges = [at - 1 for at in starts[1:]]  # between parts
        for swap in self._names.swaps(text, edges):
            taken.append((swap.start, swap.end))
            yield swap.start, partial(name, level=REFUSE, why="a name of the key",
                                      pseudonym=swap.becomes)  # fmt: skip
        for one in self._names.unsure(text):
            taken.append((one.start, one.end))
            yield one.start, partial(
                name, level=LOOK, why="an ordinary word that is a name of the key too",
                pseudonym=self._called.get(_same(one.words), ""),
            )  # fmt: skip
        taken.sort()
        for start, end, pseudonym, level, why in self._alike(text):
            if not _covered(taken, start, end):
                yield start, partial(name, level=level, why=why, pseudonym=pseudonym)
        yield from self._identifiers(text)

    def _alike(self, text: str) -> Iterator[tuple[int, int, str, str, str]]:
        """Words that are a part of a name, spelt nearly so, or have one within them."""
        if not self._parts:
            return
        words = [one for one in tokens(text) if one.bare not in self._refused]
        doubtful = {one.bare for one in words if not one.word.islower()}
        near = near_spellings(doubtful - set(self._parts), self._parts)
        for one in words:
            end = one.end - 2 if one.folded.endswith("'s") else one.end
            if one.bare in self._parts:
                pseudonym, whole = self._parts[one.bare]
                level = REFUSE if whole or not one.word.islower() else LOOK
                why = "a name of the key" if whole else "a part of a name of the key"
                yield one.start, end, pseudonym, level, why
            elif one.bare in near and not one.word.islower():
                pseudonym, _ = self._parts[near[one.bare]]
                yield one.start, end, pseudonym, LOOK, "spelt nearly as a name of the key"
            elif (held := self._held(one.bare)) is not None:
                yield one.start, end, held, LOOK, "a name of the key is within this word"

    def _held(self, word: str) -> str | None:
        """The pseudonym of a name within a longer word."""
        if self._within is None or len(word) <= _SHORT or word in self._parts:
            return None
        match = self._within.search(word)
        if match is None or known.is_ordinary(word):
            return None
        return self._parts[match.group()][0]

    def _identifiers(self, text: str) -> Iterator[tuple[int, Callable[[str], Finding]]]:
        held: list[tuple[int, int]] = []
        text = _MADE.sub(lambda match: "." * len(match[0]), text)  # ids and hashes have digits too
        for hit in sorted(patterns.hits(text), key=lambda one: (one.start, -one.end)):
            words = text[hit.start : hit.end]
            told = _certain(hit, words)
            if told is None or _covered(held, hit.start, hit.end) or _same(words) in self._refused:
                continue
            held.append((hit.start, hit.end))
            level, what = told

            def make(
                where: str, *, level: str = level, why: str = hit.why, what: str = what
            ) -> Finding:
                return Finding("identifier", where, level, why, f"[{what}]")

            yield hit.start, make


def _parts_of_names(entries: Sequence[Entry]) -> Iterator[tuple[str, tuple[str, bool]]]:
    """The words of which people's names are made that are no everyday words, and whole names."""
    for entry in entries:
        for words in entry.words:
            made = tokens(words)
            for one in made:
                said = one.bare in known.TITLES or known.is_ordinary(one.bare)
                if len(one.bare) > 2 and not said and (len(made) == 1 or entry.kind in _PERSONAL):
                    yield one.bare, (entry.pseudonym, len(made) == 1)


_PERSONAL: Final = frozenset({"person", "name"})
_WHAT: Final[Mapping[str, str]] = {
    "nhs": "NHS number", "email": "email address", "phone": "phone number",
    "postcode": "postcode", "number": "National Insurance number",
}  # fmt: skip


def _certain(hit: patterns.Hit, words: str) -> tuple[str, str] | None:
    """How sure an identifier is, and what it is called; None where its form says too little."""
    if hit.kind not in _WHAT or (hit.kind == "number" and "National Insurance" not in hit.why):
        return None
    level = REFUSE
    if hit.kind == "postcode":
        if "first half" in hit.why:
            return None
        level = REFUSE if " " in words or words.isupper() else LOOK
    elif (
        (hit.kind == "nhs" and "looks like" in hit.why)
        or (hit.kind == "phone" and not any(one.isdigit() for one in words))
        or (hit.kind == "email" and "@" not in words)
        or (hit.kind == "number" and not words.isupper())
    ):
        level = LOOK
    return level, _WHAT[hit.kind]


def _covered(spans: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_right(spans, (end, -1))
    return any(a < end and start < b for a, b in spans[max(at - 2, 0) : at + 1])


def _same(words: str) -> str:
    return known.bare(" ".join(known.folded(words).split()))


def _shown(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:57]}..."


def _unread(part: Part) -> Finding:
    return Finding("unread", part.where, LOOK, part.text, "")


# Numbers of people -------------------------------------------------------------------------


def small_numbers(grid: Grid) -> Iterator[Finding]:
    """Counts of fewer than five people in a table, by its headings; and "n = 3" in any cell.

    Parameters
    ----------
    grid : Grid

    Examples
    --------
    >>> table = Grid("table 1", (("Area", "n"), ("North", "3"), ("South", "12")))
    >>> [(one.where, one.text) for one in small_numbers(table)]
    [('table 1, row 2, under "n"', '3')]
    """
    columns: dict[int, str] = {}
    for n, row in enumerate(grid.rows, 1):
        heads = {at: cell.strip() for at, cell in enumerate(row) if _is_count(cell)}
        if heads and not any(_FEW.fullmatch(cell) for cell in row[1:]):
            if 0 in heads and len(row) > 1 and any(_is_figure(cell) for cell in row[1:]):
                yield from _few(grid, n, dict.fromkeys(range(1, len(row)), heads[0]), row)
            else:
                columns = heads
            continue
        beside = (
            {at: row[0].strip() for at in range(1, len(row))} if row and _is_count(row[0]) else {}
        )
        yield from _few(grid, n, {**columns, **beside}, row)
    for n, row in enumerate(grid.rows, 1):
        for cell in row:
            if (match := _SAID_FEW.search(cell)) is not None:
                yield _small(f"{grid.where}, row {n}", match[1])


def _is_count(cell: str) -> bool:
    return len(cell) <= _LONGEST and _PEOPLE.fullmatch(cell.strip()) is not None


def _is_figure(cell: str) -> bool:
    return re.fullmatch(r"\s*[\d.,]+\s*%?\s*(?:\(.*\))?\s*", cell) is not None


def _few(grid: Grid, n: int, columns: Mapping[int, str], row: Sequence[str]) -> Iterator[Finding]:
    for at, head in columns.items():
        if at < len(row) and (match := _FEW.fullmatch(row[at])) is not None:
            yield _small(f'{grid.where}, row {n}, under "{head}"', match[1])


def _small(where: str, number: str) -> Finding:
    return Finding("small number", where, REFUSE, f"fewer than {SMALL} people", number)


# Combinations of attributes ----------------------------------------------------------------


def combinations(grid: Grid, attributes: Sequence[str] = ()) -> Iterator[Finding]:
    """Whether people of a table are alone with their combination of three attributes or more.

    Parameters
    ----------
    grid : Grid
    attributes : sequence of str
        Headings; without them the columns that have short values which people share.

    Notes
    -----
    People are the values of the column that says who a row is of (source, case, respondent ...);
    in a table without one, each row is a person if `attributes` are named. This is
    k-anonymity with k = 1 (Sweeney 2002), for all attributes at once.

    Examples
    --------
    >>> rows = (("case", "area", "role", "age"), ("a", "North", "head", "50"),
    ...         ("b", "North", "nurse", "30"), ("c", "North", "nurse", "30"))
    >>> [one.text for one in combinations(Grid("sheet", rows), ["area", "role", "age"])]
    ['1 of 3']
    """
    at, head = _heading(grid, attributes)
    if at is None:
        return
    who = next((n for n, name in enumerate(head) if name.casefold() in _PERSON), None)
    if who is None and not attributes:
        return
    people: dict[object, dict[int, str]] = {}
    for n, row in enumerate(grid.rows[at + 1 :]):
        values = dict(enumerate(cell.strip() for cell in row))
        person = n if who is None else values.get(who, "")
        if person != "":
            people.setdefault(person, values)
    wanted = _told_apart(head, people, who, attributes)
    if len(wanted) < _FEW_ATTRIBUTES or len(people) < 2:
        return
    held = Counter(tuple(values.get(n, "") for n in wanted) for values in people.values())
    alone = sum(1 for count in held.values() if count == 1)
    if alone:
        names = ", ".join(head[n] for n in wanted)
        yield Finding("combination", f"{grid.where}: {names}", REFUSE,
                      "people who are alone with their combination of attributes",
                      f"{alone} of {len(people)}")  # fmt: skip


def _heading(grid: Grid, attributes: Sequence[str]) -> tuple[int | None, tuple[str, ...]]:
    """The row of headings, and what they say."""
    told = {_plain(name) for name in attributes}
    for n, row in enumerate(grid.rows[:_HEADS]):
        names = tuple(cell.strip() for cell in row)
        plain = {_plain(name) for name in names}
        if plain & _PERSON or (told and len(plain & told) >= _FEW_ATTRIBUTES):
            return n, names
    return None, ()


def _plain(name: str) -> str:
    """An attribute as people write its heading: without `case.`, in small letters."""
    return name.strip().casefold().removeprefix("case.").replace("_", " ")


def _told_apart(
    head: Sequence[str], people: Mapping[object, Mapping[int, str]], who: int | None,
    attributes: Sequence[str],
) -> list[int]:  # fmt: skip
    """The columns whose values tell people apart."""
    told = {_plain(name) for name in attributes}
    if told:
        return [n for n, name in enumerate(head) if n != who and _plain(name) in told]
    values: dict[int, set[str]] = defaultdict(set)
    for one in people.values():
        for n, value in one.items():
            values[n].add(value)
    return [
        n for n, name in enumerate(head)
        if n != who and name and _plain(name) not in _OURS | _PERSON and not _is_count(name)
        and any(values[n]) and (len(values[n]) < len(people) or _are_ages(values[n]))
        and all(len(value) <= _LONGEST for value in values[n])
    ]  # fmt: skip


def _are_ages(values: Iterable[str]) -> bool:
    return all(re.fullmatch(r"\d{1,3}", value) for value in values if value)


# The list ----------------------------------------------------------------------------------


def _once(found: Iterable[Finding]) -> list[Finding]:
    """Each thing once a place; refusals first, in the order of the file."""
    kept = dict.fromkeys(found)
    return sorted(kept, key=lambda one: one.level != REFUSE)


def _limited(found: Sequence[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    counts: Counter[tuple[str, str]] = Counter()
    for one in found:
        counts[one.level, one.kind] += 1
        if counts[one.level, one.kind] <= _TOLD:
            kept.append(one)
    for (level, kind), count in counts.items():
        if count > _TOLD:
            kept.append(Finding(kind, "the whole file", level, f"{count - _TOLD:,} more", ""))
    return kept
