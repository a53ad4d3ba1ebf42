"""Tables and files that people hand in, made into rows of the store, fault by fault.

Attributes sheets, codings with their quotes, cell summaries: every fault is gathered with its
row, so that they can be told together, and nothing is kept while there is one.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, func, or_, select

from qualkit import rows
from qualkit.codebook import SHIPPED, read_codebook
from qualkit.errors import BatchError, ReadError, UnknownName
from qualkit.importers.sheets import Sheet
from qualkit.importers.worker import read_table, readable
from qualkit.matching import Key, find, key_of, nearest
from qualkit.model import INTERVIEWER, NOT_XML, STANCES, Code, Coding, Source, new_id, now
from qualkit.store import Change, Store, read, schema
from qualkit.store.summaries import Written

_KNOWN = {"source", "file", "case"}
_NUMBER = re.compile(r"-?\d{1,9}")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST_MEMO = 20_000  # characters


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of each file.

    Attributes
    ----------
    added : tuple of str
        Names of the sources that are now in the project.
    refused : tuple of (str, str)
        File and reason.
    warnings, notes : tuple of (str, str)
        Source and what to look at, or to know.
    """

    added: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    warnings: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many rows of a table were new, how many the project had already, and what is odd.

    `entry` is the number of the change in the log, for :meth:`Project.undo`; None where nothing
    was new.
    """

    added: int
    same: int
    notes: tuple[str, ...] = ()
    entry: int | None = None


class Pattern:
    """Attributes out of file names by a pattern like ``{case}-{stakeholder_type}``."""

    def __init__(self, pattern: str) -> None:
        fields = re.findall(r"\{([^{}]*)\}", pattern)
        wrong = [name for name in fields if not re.fullmatch(r"[A-Za-z]\w*", name)]
        if not fields or wrong or len(set(fields)) < len(fields):
            raise BatchError(
                f"pattern {pattern!r}",
                ["it needs different attribute names in braces, such as '{case}-{role}'"],
            )
        parts = re.split(r"\{[^{}]*\}", pattern)
        joined = re.escape(parts[0])
        for name, rest in zip(fields, parts[1:], strict=True):
            joined += f"(?P<{name}>.+?){re.escape(rest)}"
        self._regex = re.compile(joined)

    def read(self, stem: str) -> dict[str, str]:
        match = self._regex.fullmatch(stem)
        return {} if match is None else {k: v.strip() for k, v in match.groupdict().items()}


class Tally:
    """The outcome of an import while it runs."""

    def __init__(self, store: Store, sheet: Sheet | None, pattern: Pattern | None) -> None:
        with store.read() as connection:
            held = connection.execute(
                select(schema.source.c.name, schema.source.c.file_sha256)
            ).all()
        self._names = {name for name, _ in held}
        self._files = {digest: name for name, digest in held}
        self._pattern = pattern
        self._sheet = {name: given for _, name, given in attribute_rows(sheet)} if sheet else {}
        self._sheet_used: set[str] = set()
        self.added: list[str] = []
        self.refused: list[tuple[str, str]] = []
        self._warnings: list[tuple[str, str]] = []
        self._notes: list[tuple[str, str]] = []

    def take(self, path: Path, result: Source | ReadError) -> Source | None:
        """The source of a file, or None where it is refused."""
        if isinstance(result, ReadError):
            where = f"line {result.line}: " if result.line is not None else ""
            self.refused.append((readable(str(path)), where + result.reason))
            return None
        if result.file_sha256 in self._files:
            same = self._files[result.file_sha256]
            self.refused.append((str(path), f"the same file is in the project as {same!r}"))
            return None
        if result.name in self._names:
            why = f"another source is called {result.name!r}; rename the file"
            self.refused.append((str(path), why))
            return None
        self._names.add(result.name)
        self._files[result.file_sha256] = result.name
        return result

    def attributes_of(self, source: Source) -> dict[str, str]:
        """What the sheet, else the file's name, says of a source."""
        given = self._pattern.read(source.name) if self._pattern else {}
        if self._pattern and not given:
            self._notes.append((source.name, "its name does not fit the pattern; no attributes"))
        key = source.name if source.name in self._sheet else source.file_name
        if key in self._sheet:
            self._sheet_used.add(key)
            given |= {name: value for name, value in self._sheet[key].items() if value}
        elif self._sheet:
            self._warnings.append((source.name, "the attributes sheet has no row for it"))
        return given

    def kept(self, source: Source) -> None:
        """Note a source that was written."""
        self.added.append(source.name)
        self._warnings += [(source.name, message) for message in source.warnings]
        self._notes += [(source.name, message) for message in source.notes]

    def report(self) -> ImportReport:
        unused = sorted(set(self._sheet) - self._sheet_used - self._names)
        if unused:
            shown = ", ".join(unused[:5]) + (" ..." if len(unused) > 5 else "")
            self._warnings.append(("attributes sheet", f"rows without a file: {shown}"))
        return ImportReport(
            tuple(self.added), tuple(self.refused), tuple(self._warnings), tuple(self._notes)
        )


def attribute_sheet(path: Path | str) -> Sheet:
    """A sheet of attributes with one row a source."""
    common = ("stakeholder_type", "role", "organisation", "date", "mode", "phase")
    return read_table(path).known("source", "file", "case", *common)


def coding_sheet(path: Path | str) -> Sheet:
    """A sheet with one row a coding."""
    spots = ("source", "quote", "start", "end")
    return read_table(path).known(*spots, "code", "coder", "stance", "rating", "memo")


def attribute_rows(sheet: Sheet) -> list[tuple[int, str, dict[str, str]]]:
    """Row number, source name and attributes of each row; BatchError for double rows."""
    key = next((name for name in ("source", "file") if name in sheet.header), None)
    if key is None:
        raise BatchError(
            sheet.name, [f"it has no column 'source' or 'file'; it has {', '.join(sheet.header)}"]
        )
    found = [(n, record[key].strip(), record) for n, record in sheet.records()]
    counts = Counter(name for _, name, _ in found)
    faults = [f"row {n}: source {name!r} stands twice" for n, name, _ in found if counts[name] > 1]
    faults += [f"row {n}: it names no source" for n, name, _ in found if not name]
    if faults:
        raise BatchError(sheet.name, faults)
    return [(n, name, {k: v.strip() for k, v in record.items()}) for n, name, record in found]


def source_names(connection: Connection) -> dict[str, str]:
    """Source ids by name and by file name."""
    columns = (schema.source.c.id, schema.source.c.name, schema.source.c.file_name)
    found = connection.execute(select(*columns)).all()
    return {file: i for i, _, file in found} | {name: i for i, name, _ in found}


def case_ids(change: Change) -> dict[str, str]:
    """Case ids by name."""
    c = schema.case.c
    return {name: case_id for name, case_id in change.connection.execute(select(c.name, c.id))}  # noqa: C416 - rows are no pairs


def find_or_add_case(change: Change, name: str) -> str:
    """The id of a case; one that is new is added."""
    held = change.connection.execute(select(schema.case.c.id).where(schema.case.c.name == name))
    if (found := held.scalar()) is not None:
        return str(found)
    last = change.connection.execute(select(func.coalesce(func.max(schema.case.c.position), -1)))
    made = new_id()
    change.add(schema.case, [{"id": made, "name": name, "position": last.scalar_one() + 1}])
    return made


def drop_empty_cases(change: Change) -> None:
    """Remove the cases that no source, no summary and no memo belongs to."""
    written = [table.c.case_id for table in (schema.cell_summary, schema.memo)]
    said = [select(column).where(column.is_not(None)) for column in written]
    used = select(schema.source.c.case_id).union(*said)
    empty = select(schema.case.c.id).where(schema.case.c.id.not_in(used))
    for case_id in change.connection.execute(empty).scalars().all():
        change.replace(schema.case_attribute, {"case_id": case_id}, [])  # so that the log has them
        change.remove(schema.case, [case_id])


def set_attributes(change: Change, table: Any, owner: str, given: Mapping[str, str]) -> None:  # noqa: ANN401 - one of two tables
    """Set the attributes that a row gives; others stay as they are."""
    key = "source_id" if table is schema.source_attribute else "case_id"
    for position, (name, value) in enumerate(given.items()):
        if name in _KNOWN or not value.strip():
            continue
        row = {"value": value.strip(), "position": position}
        change.replace(table, {key: owner, "name": name}, [row])


def keep_source(change: Change, source: Source, given: Mapping[str, str], position: int) -> None:
    """Write a source with its turns, case and attributes; the index of search is the caller's."""
    case_id = find_or_add_case(change, given.get("case") or source.name)
    change.add(schema.source, [rows.of_source(source, case_id=case_id, position=position)])
    change.add(schema.turn, rows.of_turns(source), logged=False)
    set_attributes(change, schema.source_attribute, source.id, given)


Values = Mapping[str, Mapping[str, str]]  # of sources or cases by name, and of each by attribute


def set_source_values(change: Change, values: Values) -> int:
    """Set attributes, and the case, of sources by name; how many values are others than before.

    A case all of whose sources get one new name together is renamed: what is known and written
    of it stays with it.
    """
    s, c = schema.source.c, schema.case.c
    query = select(s.id, s.name, s.case_id, c.name.label("case")).join(
        schema.case, c.id == s.case_id
    )
    known = {row.name: row for row in change.connection.execute(query)}
    _refuse_values("source", values, known)
    ids = {name: known[name].id for name in values}
    count = _set_values(change, schema.source_attribute, ids, values)
    wanted = {
        name: given.get("case", known[name].case).strip() or name for name, given in values.items()
    }
    moved = {name: case for name, case in wanted.items() if case != known[name].case}
    renamed = _renamed({name: row.case_id for name, row in known.items()}, moved, case_ids(change))
    for case_id, case in renamed.items():
        change.set(schema.case, case_id, {"name": case})
    for name, case in moved.items():
        if known[name].case_id not in renamed:
            change.set(schema.source, ids[name], {"case_id": find_or_add_case(change, case)})
    drop_empty_cases(change)
    return count + len(moved)


def _renamed(
    held: Mapping[str, str], moved: Mapping[str, str], cases: Iterable[str]
) -> dict[str, str]:
    """The cases that only get another name: by id, the name that nothing else has."""
    names = set(cases)
    found: dict[str, str] = {}
    for case_id in dict.fromkeys(held[name] for name in moved):
        new = {moved.get(name, "") for name, case in held.items() if case == case_id}
        if len(new) == 1 and (name := new.pop()) and name not in names:
            found[case_id] = name
            names.add(name)
    return found


def set_case_values(change: Change, values: Values) -> int:
    """Set attributes of cases by name; how many values are others than before."""
    ids = case_ids(change)
    _refuse_values("case", values, ids)
    return _set_values(change, schema.case_attribute, ids, values)


def _refuse_values(kind: str, values: Values, known: Iterable[str]) -> None:
    """BatchError with everything that cannot stand: names that are not there, odd attributes."""
    names = set(known)
    faults = [f"no {kind} is called {name!r}" for name in values if name not in names]
    for name, given in values.items():
        for attribute, value in given.items():
            where = f"{kind} {name!r}, attribute {attribute!r}"
            plain = attribute.strip().casefold()
            if not plain or (plain in _KNOWN and (kind, attribute) != ("source", "case")):
                faults.append(f"{where}: no attribute can be called so")
            if NOT_XML.search(attribute + value):
                faults.append(f"{where}: it has a character that no text can hold")
    if faults:
        raise BatchError("set values", faults)


def _set_values(change: Change, table: Table, ids: Mapping[str, str], values: Values) -> int:
    key, t = ("source_id" if table is schema.source_attribute else "case_id"), table.c
    first = select(t.name, func.min(t.position)).group_by(t.name)
    places = {row[0]: row[1] for row in change.connection.execute(first)}
    count = 0
    for owner, given in values.items():
        query = select(t.name, t.value).where(t[key] == ids[owner])
        held = {row[0]: row[1] for row in change.connection.execute(query)}
        for attribute, value in given.items():
            name, new = attribute.strip(), value.strip()
            if attribute in _KNOWN or new == held.get(name, ""):
                continue
            place = places.setdefault(name, max(places.values(), default=-1) + 1)
            rows = [{"value": new, "position": place}] if new else []
            change.replace(table, {key: ids[owner], "name": name}, rows)
            count += 1
    return count


# Codings -----------------------------------------------------------------------------------


def known_source(change: Change, name: str) -> Source:
    """A source as it is within a change; UnknownName where there is none."""
    found = read.one_source(change.connection, name)
    if found is None:
        raise UnknownName("source", name, source_names(change.connection))
    return found


def id_and_text(connection: Connection, name: str) -> tuple[str, str]:
    """A source's id and text; UnknownName where there is none of that name."""
    s = schema.source.c
    found = connection.execute(select(s.id, s.text).where(s.name == name)).first()
    if found is None:
        raise UnknownName("source", name, source_names(connection))
    return found.id, found.text


def source_of(connection: Connection, name: str) -> tuple[str, str, str]:
    """The id, name and text of a source by its name or id; UnknownName where there is none."""
    s = schema.source.c
    asked = select(s.id, s.name, s.text).where(or_(s.name == name, s.id == name))
    found = connection.execute(asked).all()
    if not found:
        raise UnknownName("source", name, source_names(connection))
    one = next((row for row in found if row.name == name), found[0])
    return one.id, one.name, one.text


def codes_by_name(connection: Connection) -> dict[str, list[Code]]:
    """Codes by every name that a person may give them."""
    known: dict[str, list[Code]] = {}
    for book in read.codebooks(connection):
        for code in book.codes:
            names = (code.id, f"{book.id}/{code.id}", code.name, code.guid)
            for name in dict.fromkeys(names):
                known.setdefault(name, []).append(code)
    return known


def code_of(codes: Mapping[str, list[Code]], name: str) -> Code:
    """The one code of that id, ``codebook/id``, name or guid; UnknownName for none or several."""
    found = codes.get(name, [])
    if not found:
        raise UnknownName("code", name, _known_codes(codes, name))
    if len(found) > 1:
        raise UnknownName("single code", name, [key for key in codes if key.endswith(f"/{name}")])
    return found[0]


def named_code(connection: Connection, name: str) -> Code:
    """As :func:`code_of` of all codes, without reading those of other names."""
    c, b = schema.code.c, schema.codebook.c
    same = or_(c.ident == name, c.name == name, c.id == name, b.ident + "/" + c.ident == name)
    asked = select(schema.code).join(schema.codebook, b.id == c.codebook_id).where(same).limit(2)
    found = connection.execute(asked).mappings().all()
    if len(found) != 1:
        return code_of(codes_by_name(connection), name)
    row = dict(found[0])
    if row["parent_id"] is None:
        return rows.one_code(row, {})
    parent = connection.execute(select(c.ident).where(c.id == row["parent_id"])).scalar_one()
    return rows.one_code(row, {row["parent_id"]: parent})


def _known_codes(codes: Mapping[str, list[Code]], name: str) -> list[str]:
    """What to offer for a code that is not there: ids; or the codebook that has it."""
    for path in sorted(SHIPPED.glob("*.yaml")):
        if name.rsplit("/", maxsplit=1)[-1] in {code.id for code in read_codebook(path).codes}:
            return [f"{name} after 'qualkit codebook add STUDY {path.stem}'"]
    return list(dict.fromkeys(code.id for found in codes.values() for code in found))


def grouped(faults: Iterable[tuple[int, str]]) -> list[str]:
    """Faults by row, the same fault of many rows told once: ``rows 2, 5 and 3 more: ...``."""
    rows: dict[str, list[int]] = {}
    for row, fault in faults:
        rows.setdefault(fault, []).append(row)
    return [f"{_rows(numbers)}: {fault}" for fault, numbers in rows.items()]


def _rows(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    shown = ", ".join(map(str, numbers[:5]))
    return f"rows {shown}{f' and {len(numbers) - 5} more' if len(numbers) > 5 else ''}"


def find_or_add_coder(change: Change, name: str) -> str:
    """The id of a coder; one that is new is added."""
    if (found := coder_id_of(change.connection, name)) is not None:
        return found
    made = new_id()
    change.add(schema.coder, [{"id": made, "name": name, "created": now()}])
    return made


def held_spans(
    change: Change, source_ids: Iterable[str], code_id: str | None = None
) -> set[tuple[str, int, int, str, str]]:
    """Source, span, code and coder of every coding that these sources have, or of one code."""
    c = schema.coding.c
    query = select(c.source_id, c.start_at, c.end_at, c.code_id, c.coder_id)
    if code_id is not None:
        query = query.where(c.code_id == code_id)
    found: set[tuple[str, int, int, str, str]] = set()
    for source_id in set(source_ids):
        rows = change.connection.execute(query.where(c.source_id == source_id))
        found.update((row[0], row[1], row[2], row[3], row[4]) for row in rows)
    return found


def odd_passages(change: Change, codings: Iterable[Coding]) -> tuple[str, ...]:
    """Notes on codings that run over several turns, or mark what an interviewer said."""
    by_source: dict[str, list[Coding]] = {}
    for coding in codings:
        by_source.setdefault(coding.source, []).append(coding)
    t = schema.turn.c
    over = asked = 0
    for source_id, own in by_source.items():
        query = select(t.start_at, t.end_at, t.role).where(t.source_id == source_id)
        turns = change.connection.execute(query.order_by(t.start_at)).all()
        starts = [turn.start_at for turn in turns]
        for coding in own:
            roles = []
            for turn in turns[max(0, bisect_right(starts, coding.start) - 1) :]:
                if turn.start_at >= coding.end:
                    break
                roles += [turn.role] if turn.end_at > coding.start else []
            over += len(roles) > 1
            asked += bool(roles) and set(roles) == {INTERVIEWER}
    notes = []
    if over:
        notes.append(f"{over} of them run over several turns; grids print [...] for the names")
    if asked:
        notes.append(f"{asked} of them mark what an interviewer said, and are attributed so")
    return tuple(notes)


def stretch(source: str, span: tuple[int, int], text: str) -> str:
    """The words of a source's text from a span; ValueError where it has no such stretch."""
    if not 0 <= span[0] < span[1] <= len(text):
        raise ValueError(
            f"{source}: {span[0]} to {span[1]} is no stretch of its {len(text)} characters"
        )
    return text[span[0] : span[1]]


def codings_at(
    connection: Connection, rows: Iterable[tuple[str, int, int]], code: Code
) -> list[Coding]:
    """One coding of a code for each source, start and end, each once; the coder is still empty.

    Rows are placed source by source, so that one text at a time is held.
    """
    made: dict[tuple[str, int, int], Coding] = {}
    places = [(name, whole_number(s, "start"), whole_number(e, "end")) for name, s, e in rows]
    for name, group in groupby(sorted(places), key=operator.itemgetter(0)):
        source_id, text = id_and_text(connection, name)
        for _, start, end in group:
            words = stretch(name, (start, end), text)
            made[source_id, start, end] = Coding(source_id, start, end, words, code.guid, "")
    return list(made.values())


def coder_id_of(connection: Connection, name: str) -> str | None:
    """The id of a coder; None for a name that is new."""
    held = connection.execute(select(schema.coder.c.id).where(schema.coder.c.name == name))
    return held.scalar()


def span_of(coding: Coding) -> tuple[str, int, int, str, str]:
    """What makes a coding the same as another: source, span, code and coder."""
    return coding.source, coding.start, coding.end, coding.code, coding.coder


def whole_number(value: object, what: str) -> int:
    """A whole number of any kind as Python's own; ValueError for anything else."""
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ValueError(f"{what} {value!r} is not a whole number")
    return operator.index(value)


def guid(value: object) -> str:
    """A GUID as text in small letters; ValueError for anything else.

    >>> guid("3f2504e0-4f89-41d3-9a0c-0305e82c3301")
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301'
    """
    if not isinstance(value, str) or not _GUID.fullmatch(value):
        raise ValueError(f"{str(value)[:40]!r} is not a GUID in small letters")
    return value


def plain_memo(memo: str, what: str = "memo", longest: int = LONGEST_MEMO) -> str:
    """A memo that every database and document can hold; ValueError for any other."""
    if len(memo) > longest:
        raise ValueError(f"the {what} of {len(memo):,} characters is too long; {longest:,} fit")
    if (found := NOT_XML.search(memo)) is not None:
        raise ValueError(f"the {what} has a character that no text can hold ({found[0]!a})")
    return memo


def changed_coding(connection: Connection, held: Coding, wanted: Mapping[str, Any]) -> Coding:
    """A coding with what is wanted of its ``code``, ``span``, ``stance``, ``rating``, ``memo``.

    A rating that another code does not have goes with the code that had it.

    Raises
    ------
    UnknownName, ValueError
        For a code that is not there, a span outside the text, a value that cannot stand.
    """
    given: dict[str, Any] = {
        name: value for name, value in wanted.items() if name in {"stance", "rating"}
    }
    if "memo" in wanted:
        given["memo"] = plain_memo(wanted["memo"])
    if "span" in wanted:
        start, end = (
            whole_number(at, name)
            for at, name in zip(wanted["span"], ("start", "end"), strict=True)
        )
        _, name, text = source_of(connection, held.source)
        given |= {"start": start, "end": end, "text": stretch(name, (start, end), text)}
    if "code" in wanted or wanted.get("rating") is not None:
        given |= _rated(connection, held, wanted)
    return replace(held, **given)


def _rated(connection: Connection, held: Coding, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The code and rating that a coding gets; the rating is one of the code's scale, or none."""
    code = named_code(connection, wanted.get("code", held.code))
    if wanted.get("rating") is None:
        kept = held.rating if "rating" not in wanted and held.rating in code.values else None
        return {"code": code.guid, "rating": kept}
    rating = whole_number(wanted["rating"], "rating")
    if rating not in code.values:
        raise ValueError(bad_rating(code, str(rating)))
    return {"code": code.guid, "rating": rating}


def bad_rating(code: Code, given: str) -> str:
    """Why a code cannot take a rating."""
    if not code.values:
        return f"code {code.id!r} takes no rating, but {given!r} is given"
    allowed = ", ".join(map(str, code.values))
    return f"rating {given!r} is not on the scale of {code.id!r}; it has {allowed}"


class CodingRows:
    """The rows of a table of codings, placed in their sources; `faults` tells what is wrong."""

    def __init__(self, connection: Connection, table: Sheet, coder: str | None) -> None:
        missing = [name for name in ("source", "code") if name not in table.header]
        if (
            not missing
            and "quote" not in table.header
            and not {"start", "end"} <= set(table.header)
        ):
            missing = ["quote' or 'start' and 'end"]
        if missing:
            listed = ", ".join(f"'{name}'" for name in missing)
            raise BatchError(
                table.name, [f"it has no column {listed}; it has {', '.join(table.header)}"]
            )
        self._connection = connection
        self._coder = coder
        self.rows = list(table.records())
        self._faults: list[tuple[int, str]] = []
        self._codes = codes_by_name(connection)
        self._names = source_names(connection)
        self._texts: dict[str, tuple[str, str, Key]] = {}

    @property
    def faults(self) -> list[str]:
        """What is wrong, by row."""
        return grouped(self._faults)

    def codings(self) -> list[Coding]:
        """One coding a row, its coder by name; none for a row with a fault, each coding once.

        Rows are placed source by source, so that one text at a time is held ready for searching.
        """
        made: dict[tuple[str, int, int, str, str], tuple[int, Coding]] = {}
        for n, record in sorted(self.rows, key=lambda row: row[1].get("source", "")):
            try:
                coding = self._coding(record)
            except (UnknownName, ValueError) as error:
                self._faults.append((n, str(error)))
                continue
            made.setdefault(span_of(coding), (n, coding))
        self._faults.sort()
        return [coding for _, coding in sorted(made.values(), key=lambda pair: pair[0])]

    def _coding(self, record: Mapping[str, str]) -> Coding:
        def cell(name: str) -> str:
            return record.get(name, "").strip()

        source_id, text, key = self._source(cell("source"))
        code = code_of(self._codes, cell("code"))
        coder = cell("coder") or self._coder
        if not coder:
            raise ValueError("it does not say who coded; give a column 'coder' or --coder NAME")
        stance = cell("stance").casefold() or None
        if stance is not None and stance not in STANCES:
            raise ValueError(f"stance {stance!r} is not one of {', '.join(STANCES)}")
        start, end = _place(cell("quote"), cell("start"), cell("end"), text, key)
        return Coding(
            source=source_id, start=start, end=end, text=text[start:end], code=code.guid,
            coder=coder, stance=stance,
            rating=_rating(code, cell("rating")), memo=cell("memo"),
        )  # fmt: skip

    def _source(self, name: str) -> tuple[str, str, Key]:
        if name not in self._names:
            raise UnknownName("source", name, self._names)
        source_id = self._names[name]
        if source_id not in self._texts:
            query = select(schema.source.c.text).where(schema.source.c.id == source_id)
            text = self._connection.execute(query).scalar_one()
            self._texts.clear()
            self._texts[source_id] = (source_id, text, key_of(text))
        return self._texts[source_id]


def _rating(code: Code, given: str) -> int | None:
    if not given:
        return None
    if not _NUMBER.fullmatch(given) or int(given) not in code.values:
        raise ValueError(bad_rating(code, given))
    return int(given)


def _place(quote: str, start: str, end: str, text: str, key: Key) -> tuple[int, int]:
    """Where a quote stands in a text, or a span that is given; ValueError where it does not."""
    if start or end:
        if not (_NUMBER.fullmatch(start) and _NUMBER.fullmatch(end)):
            raise ValueError(f"start {start!r} and end {end!r} must both be whole numbers")
        span = int(start), int(end)
        if not 0 <= span[0] < span[1] <= len(text):
            raise ValueError(f"{start} to {end} is no stretch of its {len(text)} characters")
        if quote and key_of(quote).text != key_of(text[span[0] : span[1]]).text:
            there = _short(text[span[0] : span[1]])
            raise ValueError(f"at {start} to {end} stands {there!r}, not {_short(quote)!r}")
        return span
    if not quote:
        raise ValueError("it gives neither a quote nor start and end")
    found = find(quote, key)
    if len(found) == 1:
        return found[0]
    raise ValueError(_ambiguous(quote, text, found) if found else _missing(quote, text, key))


def _ambiguous(quote: str, text: str, found: Sequence[tuple[int, int]]) -> str:
    places = "; ".join(
        f"line {text.count(chr(10), 0, s) + 1}, start {s}, end {e}" for s, e in found[:4]
    )
    return (
        f"the quote {_short(quote)!r} stands {len(found)} times in its source ({places}); "
        "give start and end, or more of its words"
    )


def _missing(quote: str, text: str, key: Key) -> str:
    near = nearest(quote, key)
    if near is None:
        return f"the quote {_short(quote)!r} is not in its source, nor anything like it"
    line = text.count("\n", 0, near.start) + 1
    return (
        f"the quote {_short(quote)!r} is not in its source word for word; the nearest, "
        f"on line {line}, is {_short(text[near.start : near.end], 300)!r}"
    )


def _short(words: str, length: int = 100) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= length else plain[: length - 3] + "..."


# Summaries -------------------------------------------------------------------------------


def summary_sheet(path: Path | str) -> Sheet:
    """A sheet with one row a cell summary."""
    spots = ("case", "source", "phase", "theme", "author", "summary")
    return read_table(path).known(*spots, "stance", "rating", "cites")


def summary_rows(change: Change, table: Sheet) -> tuple[list[Written], list[str]]:
    """What each row of a table of summaries says, and the table's faults."""
    missing = [c for c in ("theme", "author", "summary") if c not in table.header]
    if not {"case", "source"} & set(table.header):
        missing.insert(0, "case' or 'source")
    if missing:
        listed = ", ".join(f"'{name}'" for name in missing)
        raise BatchError(table.name, [f"it has no column {listed}"])
    place = SummaryPlace(change)
    found: dict[tuple[str | None, ...], tuple[int, Written]] = {}
    faults: list[tuple[int, str]] = []
    for n, record in table.records():
        row = {name: value.strip() for name, value in record.items()}
        try:
            one = _summary(place, row)
        except (UnknownName, ValueError) as error:
            faults.append((n, str(error)))
            continue
        first, held = found.setdefault(one.cell, (n, one))
        if held != one:
            faults.append((n, f"row {first} has another summary by {row['author']} of that cell"))
    return [one for _, one in found.values()], grouped(faults)


def _summary(place: SummaryPlace, row: Mapping[str, str]) -> Written:
    case, source = row.get("case", ""), row.get("source", "")
    for name in ("author", "summary"):
        if not row[name]:
            raise ValueError(f"it gives no {name}")
    code = code_of(place.codes, row["theme"])
    if source and case and case != (own := place.case_of(source)):
        raise ValueError(f"source {source!r} is of case {own!r}, not {case!r}; name one of them")
    return place.written(
        code, row["summary"], row["author"],
        case=None if source else case, source=source or None, phase=row.get("phase", ""),
        stance=row.get("stance", "").casefold() or None,
        rating=_rating(code, row.get("rating", "")),
        cites=tuple(row.get("cites", "").split()),
    )  # fmt: skip


class SummaryPlace:
    """Where summaries go: the cases, sources, codes and codings of a study, by name."""

    def __init__(self, change: Change) -> None:
        self._change = change
        self.codes = codes_by_name(change.connection)
        self._cases = case_ids(change)
        self._sources = source_names(change.connection)
        self._authors: dict[str, str] = {}
        self._owners: dict[str, str] = {}

    def written(  # noqa: PLR0913 - what a summary says
        self,
        code: Code,
        text: str,
        author: str,
        *,
        case: str | None,
        source: str | None,
        phase: str = "",
        stance: str | None = None,
        rating: int | None = None,
        cites: Sequence[str] = (),
        draft: bool = False,
    ) -> Written:
        """A summary with ids for names; UnknownName or ValueError for what cannot stand."""
        if bool(case) == bool(source):
            raise ValueError("a summary is about a case or about a source: name one of them")
        for kind, name, known in (("case", case, self._cases), ("source", source, self._sources)):
            if name and name not in known:
                raise UnknownName(kind, name, known)
        if not text.strip() or not author.strip():
            raise ValueError(f"it gives no {'author' if not author.strip() else 'summary'}")
        if stance is not None and stance not in STANCES:
            raise ValueError(f"stance {stance!r} is not one of {', '.join(STANCES)}")
        if rating is not None and rating not in code.values:
            raise ValueError(bad_rating(code, str(rating)))
        self._refuse_strangers(cites)
        return Written(
            code.guid, self._author(author.strip()), text.strip(),
            self._cases[case] if case else None, self._sources[source] if source else None,
            phase.strip(), stance, rating, draft, tuple(cites),
        )  # fmt: skip

    def case_of(self, source: str) -> str:
        """The name of a source's case; UnknownName where there is no such source."""
        if source not in self._sources:
            raise UnknownName("source", source, self._sources)
        if not self._owners:
            s, c = schema.source.c, schema.case.c
            query = select(s.id, c.name).join(schema.case, c.id == s.case_id)
            self._owners = {row.id: row.name for row in self._change.connection.execute(query)}
        return self._owners[self._sources[source]]

    def _author(self, name: str) -> str:
        if name not in self._authors:
            self._authors[name] = find_or_add_coder(self._change, name)
        return self._authors[name]

    def _refuse_strangers(self, cites: Sequence[str]) -> None:
        c = schema.coding.c
        for one in cites:
            if self._change.connection.execute(select(c.id).where(c.id == one)).first() is None:
                raise UnknownName("coding", one, ())


def guide_rows(change: Change, table: Sheet) -> tuple[list[tuple[str, str, str]], list[str]]:
    """Code id, attribute and value of each row of a topic guide, and its faults."""
    if missing := [n for n in ("theme", "attribute", "value") if n not in table.header]:
        listed, has = ", ".join(map(repr, missing)), ", ".join(table.header)
        raise BatchError(table.name, [f"it has no column {listed}; it has {has}"])
    codes = codes_by_name(change.connection)
    known = _attributes(change.connection)
    found: dict[tuple[str, str, str], None] = {}
    faults: list[tuple[int, str]] = []
    for n, record in table.records():
        attribute, value = (record.get(name, "").strip() for name in ("attribute", "value"))
        try:
            code = code_of(codes, record["theme"].strip())
            _check_scope(attribute, value, known)
        except (UnknownName, ValueError) as error:
            faults.append((n, str(error)))
            continue
        found[code.guid, attribute, value] = None
    return list(found), grouped(faults)


def _check_scope(attribute: str, value: str, known: set[str]) -> None:
    if attribute and attribute not in known:
        raise UnknownName("attribute", attribute, sorted(known))
    if bool(attribute) != bool(value):
        raise ValueError("attribute and value go together; leave both empty for everybody")


def _attributes(connection: Connection) -> set[str]:
    """What sources and cases have attributes of, and their names."""
    tables = (schema.source_attribute, schema.case_attribute)
    names = (connection.execute(select(t.c.name).distinct()).scalars() for t in tables)
    return {"source", "case", *(name for some in names for name in some)}
