"""Tables of codings from any tool (.csv, .tsv, .xlsx): a row a segment, or a segment and code.

NVivo, MAXQDA ("retrieved segments"), ATLAS.ti ("quotation report"), Dedoose, Taguette and others
export them. Columns are known by their headings or are told. With the texts of the sources each
segment is found in its source; without them, what was not coded is nowhere in the file, and the
text of each source consists of its segments in their order, which the account says.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qualkit.errors import QualkitError, ReadError
from qualkit.importers import FORMATS, read_source
from qualkit.importers._text import look_key
from qualkit.importers.sheets import Sheet, header_of, read_sheet
from qualkit.interchange._coded_columns import applied, by_heading, codes_in, guessed
from qualkit.interchange._ledger import Ledger
from qualkit.interchange._moments import made_id, moment_of
from qualkit.interchange._offsets import Body, body_of
from qualkit.interchange._placing import TOO_MANY, Choice, Effort, Place, Placing, Selection, choose
from qualkit.interchange._records import Mark, Person, Study, Text, Unit
from qualkit.interchange._refi_codes import Found, books_of
from qualkit.interchange.report import Account, Offsets
from qualkit.interchange.study import to_snapshot
from qualkit.matching import Key, find, key_of
from qualkit.model import Code
from qualkit.snapshot import Snapshot
from qualkit.wording import many

_STEP: Final = re.compile(r"\\+| > ")  # between a code and those below it
_BETWEEN: Final = "\n\n"  # segments of a text that consists of them
_CODES: Final = 20_000
_SURE: Final = 0.5  # share of the segments whose positions must hold their words
_WHOLE: Final = re.compile(r"\s*(\d{1,12})(?:\.0+)?\s*")


def read(
    path: Path | str, *, columns: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | Path | str | None = None,
) -> Snapshot:  # fmt: skip
    """A table of codings as the rows of a study.

    Parameters
    ----------
    path : path
    columns : mapping of str to str, optional
        What a column is, to its heading: ``source``, ``text``, ``code``, ``coder``, ``created``,
        ``start``, ``end``, ``memo``, ``case``, ``id``. What is not told is guessed; what has an
        empty heading is not in the table.
    texts : mapping of str to str, or path, optional
        The texts of the sources by name, or a folder of their files.

    Raises
    ------
    ReadError
        Where the file is no table, or a source of the folder cannot be read.
    TableError
        Where no column is known to hold words or codes.
    """
    return to_snapshot(read_study(path, columns=columns, texts=texts)[0])


def read_study(
    path: Path | str, *, columns: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | Path | str | None = None,
) -> tuple[Study, Account]:  # fmt: skip
    """The same as :func:`read`, with the account of every coding."""
    path = Path(path)
    sheet = read_sheet(path)
    found = guessed(sheet, columns)
    ledger = Ledger(warnings=list(sheet.warnings))
    rows = _rows(sheet, found, path.stem, ledger)
    _leave_others(sheet, found, ledger)
    if texts is None:
        sources, offsets = _made_of_segments(rows, ledger), Offsets()
    else:
        sources, offsets = _found_in(rows, _texts_of(texts, ledger), ledger)
    study, said = _study(rows, sources, path.stem)
    return ledger.closed(study, offsets, said)


def columns_of(path: Path | str) -> tuple[tuple[str, ...], dict[str, str]]:
    """The headings of a table, and what each of them is as far as it tells: ``text``, ``code`` ...

    Raises
    ------
    ReadError
        Where the file is no table.
    """
    header = header_of(path)
    return header, {role: header[place] for role, place in by_heading(header).items()}


# Rows --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Row:
    """One segment with its codes.

    `nth` says how many rows before it have the same words, coder and code; `span` is its place in
    its source, once that is known.
    """

    number: int
    source: str
    words: str
    codes: list[str]
    coder: str
    created: str
    memo: str
    case: str
    start: int | None
    end: int | None
    nth: int = 0
    span: tuple[int, int] | None = None


def _rows(sheet: Sheet, found: Mapping[str, int], title: str, ledger: Ledger) -> list[_Row]:
    def cell(row: Sequence[str], role: str) -> str:
        return row[found[role]].strip() if role in found else ""

    codes, divider = codes_in(sheet, found)
    if divider in {";", ","}:
        ledger.warnings.append(
            f"cells of the column {sheet.header[found['code']]!r} were divided at {divider!r} "
            "into several codes"
        )
    if "source" not in found:
        ledger.warnings.append("no column names the sources; all segments are of one source")
    rows = []
    for number, row, own in zip(sheet.numbers, sheet.rows, codes, strict=True):
        one = _Row(
            number, cell(row, "source") or title, body_of(cell(row, "text")).text, own,
            cell(row, "coder"), moment_of(cell(row, "created")), cell(row, "memo"),
            cell(row, "case"), _whole(cell(row, "start")), _whole(cell(row, "end")),
        )  # fmt: skip
        if not own:
            ledger.leave("segments without a code")
        elif not one.words:
            for _ in own:
                ledger.lose(one.source, "", f"row {number} has no words")
        else:
            rows.append(one)
    _count_repeated(rows)
    return rows


def _count_repeated(rows: Iterable[_Row]) -> None:
    seen: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        keys = [(row.source, row.words, row.coder, code) for code in row.codes]
        row.nth = max(seen[key] for key in keys)
        seen.update(keys)


def _whole(cell: str) -> int | None:
    found = _WHOLE.fullmatch(cell)
    return int(found[1]) if found else None


def _leave_others(sheet: Sheet, found: Mapping[str, int], ledger: Ledger) -> None:
    """Count what stands in columns that nothing reads."""
    taken = set(found.values())
    taken |= set() if "code" in found else set(applied(sheet.header))
    for place, heading in enumerate(sheet.header):
        if place not in taken:
            count = sum(bool(row[place].strip()) for row in sheet.rows)
            ledger.leave(f"cells of the column {heading!r}", count)


# Without the sources' texts ------------------------------------------------------------------


@dataclass(slots=True)
class _Source:
    """A source with what the table says of it."""

    name: str
    body: Body
    file_name: str = ""


def _made_of_segments(rows: Sequence[_Row], ledger: Ledger) -> dict[str, _Source]:
    """Each source as its segments in their order, each once; every coding has its place."""
    groups: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[row.source].append(row)
    sources = {}
    for name, own in groups.items():
        at, parts, places = 0, list[str](), dict[tuple[str, int], int]()
        for row in own:
            if (row.words, row.nth) not in places:
                places[row.words, row.nth] = at
                parts.append(row.words)
                at += len(row.words) + len(_BETWEEN)
            start = places[row.words, row.nth]
            row.span = (start, start + len(row.words))
            ledger.matched += len(row.codes)
        sources[name] = _Source(name, Body(_BETWEEN.join(parts)))
    if sources:
        ledger.warnings.append(
            "the file has no text but what was coded: that of "
            f"{many(len(sources), 'source')} is made of {'its' if len(sources) == 1 else 'their'} "
            "segments in their order and is not the whole that was said"
        )
    return sources


# With the sources' texts ---------------------------------------------------------------------


def _texts_of(texts: Mapping[str, str] | Path | str, ledger: Ledger) -> dict[str, _Source]:
    """The texts that were given, or those of a folder's files."""
    if isinstance(texts, Mapping):
        return {name: _Source(name, body_of(text.removeprefix("\ufeff")))
                for name, text in texts.items()}  # fmt: skip
    folder = Path(texts)
    if not folder.is_dir():
        raise ReadError(folder.name or str(folder), "this is no folder of sources")
    sources = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in FORMATS and path.is_file():
            try:
                read_one = read_source(path)
            except QualkitError as error:
                ledger.warnings.append(f"a source was left out: {error}")
                continue
            sources[path.name] = _Source(read_one.name, body_of(read_one.text), path.name)
    return sources


def _found_in(
    rows: Sequence[_Row], given: Mapping[str, _Source], ledger: Ledger
) -> tuple[dict[str, _Source], Offsets]:
    """The sources that were given, each segment put where its words stand."""
    known = _by_name(given)
    homes: dict[str, _Source | None] = {name: known.get(look_key(name)) or known.get(_stem(name))
             for name in dict.fromkeys(row.source for row in rows)}  # fmt: skip
    placed: list[tuple[_Row, _Source]] = []
    for row in rows:
        if (home := homes[row.source]) is None:
            for _ in row.codes:
                ledger.lose(
                    row.source, row.words, "no text was given for its source", row.start, row.end
                )
        else:
            row.source = home.name
            placed.append((row, home))
    if lacking := [name for name, home in homes.items() if home is None]:
        listed = ", ".join(map(repr, lacking[:10]))
        ledger.warnings.append(f"no text was given for {many(len(lacking), 'source')}: {listed}")
    offsets = _place(placed, ledger)
    return {source.name: source for source in given.values()}, offsets


def _by_name(given: Mapping[str, _Source]) -> dict[str, _Source]:
    """Sources by what they may be called; a name that fits two is of neither."""
    known: dict[str, _Source] = {}
    twice: set[str] = set()
    for key, one in given.items():
        for name in {look_key(key), look_key(one.name), _stem(key)}:
            if known.setdefault(name, one) is not one:
                twice.add(name)
    return {name: one for name, one in known.items() if name not in twice}


def _stem(name: str) -> str:
    """A file's name without its folders and ending, as it looks."""
    last = re.split(r"[\\/]", name)[-1]
    head, dot, ending = last.rpartition(".")
    return look_key(head if dot and f".{ending.lower()}" in FORMATS else last)


def _place(placed: Sequence[tuple[_Row, _Source]], ledger: Ledger) -> Offsets:
    """Put every row by its positions where these hold its words, else where its words stand."""
    told = [(row, Selection(source.body, row.start, row.end, row.words))
            for row, source in placed if row.start is not None and row.end is not None]  # fmt: skip
    choice = choose([one for _, one in told])
    if told and choice.quotes and choice.offsets.score >= _SURE:
        _place_by_number(told, choice, ledger)
        offsets = choice.offsets
    else:
        if told:
            ledger.warnings.append("the positions in the table are not those of characters; each "
                                   "segment was found by its words")  # fmt: skip
        told, offsets = [], Offsets()
    counted = {id(row) for row, _ in told}
    rest: defaultdict[str, list[tuple[_Row, _Source]]] = defaultdict(list)
    for row, source in placed:
        if id(row) not in counted:
            rest[source.name].append((row, source))
    effort = Effort(len(placed))
    for own in rest.values():
        _place_by_words([row for row, _ in own], own[0][1].body, effort, ledger)
    return offsets


def _place_by_number(
    told: Iterable[tuple[_Row, Selection]], choice: Choice, ledger: Ledger
) -> None:
    placing = Placing(choice)
    for row, one in told:
        place = placing.place(one)
        for _ in row.codes:
            row.span = ledger.put(row.source, row.words, place)


def _place_by_words(
    rows: Sequence[_Row], body: Body, effort: Effort, ledger: Ledger
) -> None:  # fmt: skip
    """Put the rows of one source where their words stand.

    Words that stand in several places are put where the rows around them leave but one, if the
    table goes through the source in its order; else in the first, and they are told as moved.
    """
    key = key_of(body.text)
    places = {words: _places(words, body.text, key, effort)
              for words in dict.fromkeys(row.words for row in rows)}  # fmt: skip
    found = [places[row.words] or [] for row in rows]
    sure = [own[0][0] if len(own) == 1 else None for own in found]
    known = [at for at in sure if at is not None]
    ordered = len(set(known)) > 1 and known == sorted(known)
    lows = _running(sure, 0, max)
    highs = _running(sure[::-1], len(body.text), min)[::-1]
    for row, low, high in zip(rows, lows, highs, strict=True):
        own = places[row.words]
        between = [one for one in own or () if low <= one[0] <= high] if ordered else []
        place = _one_of(row, own, between)
        for _ in row.codes:
            row.span = ledger.put(row.source, row.words, place)


def _running(
    values: Iterable[int | None], first: int, best: Callable[[int, int], int]
) -> list[int]:
    made, at = [], first
    for value in values:
        at = at if value is None else best(at, value)
        made.append(at)
    return made


def _places(words: str, text: str, key: Key, effort: Effort) -> list[tuple[int, int]] | None:
    """Where words stand, as written if they do so anywhere; None where that costs too much."""
    if not effort.affords_find(text):
        return None
    exact, at = list[tuple[int, int]](), text.find(words)
    while at >= 0:
        exact.append((at, at + len(words)))
        at = text.find(words, at + len(words))
    return exact or sorted(set(find(words, key)))


def _one_of(
    row: _Row, found: Sequence[tuple[int, int]] | None, between: Sequence[tuple[int, int]]
) -> Place:
    if found is None:
        return Place("lost", row.start or 0, row.end or 0, TOO_MANY)
    if not found:
        return Place("lost", row.start or 0, row.end or 0, "its words are not in its source")
    if len(found) == 1:
        return Place("matched", *found[0])
    if len(between) == 1:
        return Place("matched", *between[0])
    chosen = (between or found)[min(row.nth, len(between or found) - 1)]
    why = f"its words stand {len(found)} times in its source; one of them was taken"
    return Place("moved", *chosen, why)


# The study -----------------------------------------------------------------------------------


def _study(
    rows: Sequence[_Row], sources: Mapping[str, _Source], title: str
) -> tuple[Study, list[str]]:
    guids, found = _codes((code for row in rows for code in row.codes), title)
    books, _, said = books_of(found, (), title)
    people = {name: Person(name, made_id("table", "coder", name))
              for name in dict.fromkeys(row.coder for row in rows) if name}  # fmt: skip
    units, cases = _cases(rows, said)
    texts = {
        name: Text(one.name, made_id("table", "source", one.name, one.body.text), one.body.text,
                   cases.get(name), file_name=one.file_name or one.name)
        for name, one in sources.items()
    }  # fmt: skip
    marks = [mark for row in rows if row.span is not None
             for mark in _marks(row, row.span, texts[row.source], guids, people)]  # fmt: skip
    study = Study(title=title, people=tuple(people.values()), books=books,
                  units=tuple(units.values()), texts=tuple(texts.values()),
                  marks=tuple(marks))  # fmt: skip
    return study, said


def _marks(
    row: _Row, span: tuple[int, int], text: Text, guids: Mapping[str, str],
    people: Mapping[str, Person],
) -> Iterable[Mark]:  # fmt: skip
    person = people[row.coder].id if row.coder else ""
    for code in row.codes:
        ident = made_id("table", "coding", text.id, *span, guids[code], person)
        yield Mark(text.id, *span, guids[code], person, row.created, ident, row.memo)


def _cases(rows: Iterable[_Row], said: list[str]) -> tuple[dict[str, Unit], dict[str, str]]:
    """The cases, and of every source the one that its rows name first."""
    units: dict[str, Unit] = {}
    cases: dict[str, str] = {}
    for row in rows:
        if not row.case:
            continue
        unit = units.setdefault(row.case, Unit(row.case, made_id("table", "case", row.case)))
        if cases.setdefault(row.source, unit.id) != unit.id:
            said.append(f"{row.source!r} has rows of several cases; it is of the first")
    return units, cases


def _codes(names: Iterable[str], title: str) -> tuple[dict[str, str], list[Found]]:
    """A code for every name, below those that its path names, as in ``Team > Trust``."""
    guids: dict[str, str] = {}
    made: dict[tuple[str, ...], Found] = {}
    unique = dict.fromkeys(names)
    if len(unique) > _CODES:
        why = f"it has {len(unique):,} different codes; the column of codes holds something else"
        raise ReadError(title, why)
    for name in unique:
        steps = tuple(step.strip() for step in _STEP.split(name) if step.strip()) or (name,)
        for depth in range(1, len(steps) + 1):
            path = steps[:depth]
            if path not in made:
                code = Code("", path[-1], guid=made_id("table", "code", *path))
                above = made[path[:-1]].code.guid if depth > 1 else ""
                made[path] = Found(code, above, "")
        guids[name] = made[steps].code.guid
    return guids, list(made.values())
