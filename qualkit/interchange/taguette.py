"""Projects of Taguette (.sqlite3), its codebooks (.csv, .xlsx, .qdc) and tables of highlights.

Documents are web pages there, and a highlight counts the UTF-8 bytes between their tags. Each
also keeps its own words, by which it is checked. A tag ``team.trust`` is the code ``trust`` below
``team``. Who set a tag, and when, is read from the project's history.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from qualkit.errors import ReadError
from qualkit.importers._guard import sniff
from qualkit.importers.sheets import Sheet, read_sheet
from qualkit.interchange._ledger import Ledger
from qualkit.interchange._markup import Page, page_of
from qualkit.interchange._moments import made_id, moment_of
from qualkit.interchange._offsets import Body, Reading
from qualkit.interchange._placing import Choice, Placing, Selection
from qualkit.interchange._records import Mark, Note, Person, Study, Text
from qualkit.interchange._refi_codes import Found, books_of
from qualkit.interchange._sqlite import Database, number, open_database, text
from qualkit.interchange._trees import circles
from qualkit.interchange.report import Account, Offsets
from qualkit.interchange.study import to_snapshot
from qualkit.model import Code
from qualkit.snapshot import Snapshot
from qualkit.wording import many

TABLES: Final = ("projects", "documents", "tags", "highlights", "highlight_tags")
_TAGS: Final = UUID("51b2b2b7-27eb-4ecb-9d56-e75b0a0496c2")  # from which it makes guids of tags
_DOT: Final = re.compile(r"(?<=[^\s.])\.(?=[^\s.])")
_LONGEST: Final = 300  # characters of a path that is nested; Taguette allows 200
_PARAGRAPHS: Final = frozenset({"p", "br", "div"})
_UNIT: Final = Reading("code point", 1, False)  # of places, once bytes are turned into them


def read(path: Path | str, *, project: str | int | None = None) -> Snapshot:
    """A Taguette project, or what it exports, as the rows of a study.

    Parameters
    ----------
    path : path
        A .sqlite3 file, a codebook or a table of highlights.
    project : str or int, optional
        Name or number of the project, where a file has several.

    Raises
    ------
    ReadError
        With the reason why the file is refused.
    """
    return to_snapshot(read_study(path, project=project)[0])


def read_study(path: Path | str, *, project: str | int | None = None) -> tuple[Study, Account]:
    """The same as :func:`read`, with the account of every highlight."""
    path = Path(path)
    name = path.name or str(path)
    try:
        with path.open("rb") as file:
            head = file.read(1_024)
    except OSError as error:
        raise ReadError(name, f"cannot be opened ({error.strerror})") from error
    if sniff(head) == "sqlite":
        with open_database(path, name) as database:
            return _read_project(database, project)
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        from qualkit.interchange import refi

        return refi.read_study(path)
    sheet = read_sheet(path)
    if is_codebook(sheet.header):
        return _read_codebook(sheet, path.stem)
    from qualkit.interchange import coded_table

    return coded_table.read_study(path)


# Projects ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reading:
    """A project while it is read."""

    database: Database
    ledger: Ledger
    project: Mapping[str, Any]
    created: str
    pages: dict[int, Page] = field(default_factory=dict)
    texts: dict[int, Text] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    setters: dict[int, dict[int, tuple[str, str]]] = field(default_factory=dict)

    def rows(self, table: str, *columns: str) -> list[dict[str, Any]]:
        """The rows of a table that belong to the project, by their numbers."""
        rows = self.database.rows(table, "id", "project_id", *columns)
        own = [row for row in rows if row["project_id"] == self.project["id"]]
        return sorted((row for row in own if number(row, "id") is not None), key=_by_number)


def _by_number(row: Mapping[str, Any]) -> int:
    return number(row, "id") or 0


def _read_project(database: Database, wanted: str | int | None) -> tuple[Study, Account]:
    if not database.has(*TABLES):
        raise ReadError(database.name, "a database, but not one of Taguette: it has other tables")
    project = _chosen(database, wanted)
    one = _Reading(database, Ledger(), project, moment_of(text(project, "created")))
    _read_documents(one)
    tags = one.rows("tags", "path", "description", "parent_id")
    found = _codes_of(tags)
    books, _, said = books_of(list(found.values()), (), text(project, "name"))
    one.codes = {key: code.code.guid for key, code in found.items() if key >= 0}
    one.setters = _history(one)
    people = _people(one)
    marks = _marks(one, people)
    study = Study(
        title=text(project, "name"), people=tuple(people.values()), books=books,
        texts=tuple(one.texts.values()), marks=tuple(marks), notes=_notes(one, people),
    )  # fmt: skip
    total = one.ledger.matched + len(one.ledger.moved) + len(one.ledger.lost)
    offsets = Offsets("byte", 1, False, one.ledger.matched / total if total else 1.0)
    return one.ledger.closed(study, offsets, said)


def _chosen(database: Database, wanted: str | int | None) -> Mapping[str, Any]:
    """The project that is asked for, or the only one."""
    projects = database.rows("projects", "id", "name", "description", "created")
    projects = sorted((p for p in projects if number(p, "id") is not None), key=_by_number)
    if wanted is not None:
        fit = [p for p in projects if str(wanted) in {str(p["id"]), text(p, "name")}]
        projects, none = (fit or projects), not fit
    else:
        none = not projects
    listed = ", ".join(f"{p['id']} {text(p, 'name')!r}" for p in projects[:20])
    if none:
        why = f"it has no project {wanted!r}; it has {listed}" if listed else "it has no project"
        raise ReadError(database.name, why)
    if len(projects) > 1:
        raise ReadError(database.name, f"it has several projects, name the one to read: {listed}")
    return projects[0]


def _read_documents(one: _Reading) -> None:
    """The documents; how their pages looked is counted as left out."""
    opened: Counter[str] = Counter()
    rows = one.rows("documents", "name", "description", "filename", "created", "contents",
                    "text_direction")  # fmt: skip
    for row in rows:
        name, ident = text(row, "name"), _by_number(row)
        try:
            page = page_of(text(row, "contents"))
        except ValueError as error:
            why = f"document {name!r} is damaged ({error})"
            raise ReadError(one.database.name, why) from error
        one.pages[ident] = page
        one.texts[ident] = Text(
            name, made_id("taguette", "document", ident, name, page.text), page.text,
            file_name=text(row, "filename"), created=moment_of(text(row, "created"), one.created),
            description=text(row, "description"),
        )  # fmt: skip
        one.ledger.warnings += [f"{name}: {said}" for said in page.said]
        opened += page.tags
    one.ledger.leave("pictures", opened.pop("img", 0))
    one.ledger.leave("links", opened.pop("a", 0))
    looks = sum(count for tag, count in opened.items() if tag not in _PARAGRAPHS)
    one.ledger.leave("headings, lists and emphasis", looks)
    leftward = sum(text(row, "text_direction") == "RIGHT_TO_LEFT" for row in rows)
    one.ledger.leave("settings of text direction", leftward)


def _marks(one: _Reading, people: dict[str, Person]) -> list[Mark]:
    """A coding for every tag of every highlight."""
    tags = _tags_of(one)
    columns = ("id", "document_id", "start_offset", "end_offset", "snippet")
    rows = [
        row for row in one.database.rows("highlights", *columns) if number(row, "id") is not None
    ]
    _lose_strays(one, rows)
    rows = [row for row in rows if number(row, "document_id") in one.texts]
    one.ledger.leave("highlights without a tag", sum(_by_number(row) not in tags for row in rows))
    bodies = {ident: Body(page.text) for ident, page in one.pages.items()}
    placing = Placing(Choice(_UNIT, Offsets(), quotes=True))
    marks = []
    for row in sorted(rows, key=_by_number):
        ident, document = _by_number(row), number(row, "document_id") or 0
        selection = _selection(row, one.pages[document], bodies[document])
        for tag in sorted(tags.get(ident, ())):
            if tag not in one.codes:
                why = "its tag is not in the project"
                one.ledger.lose(one.texts[document].name, selection.name, why)
                continue
            span = one.ledger.put(
                one.texts[document].name, selection.name, placing.place(selection)
            )
            if span is not None:
                login, when = one.setters.get(ident, {}).get(tag, ("", one.created))
                person = people[login].id if login in people else ""
                marks.append(Mark(
                    one.texts[document].id, *span, one.codes[tag], person, when,
                    made_id("taguette", "highlight", one.texts[document].id, ident, tag),
                ))  # fmt: skip
    return marks


def _tags_of(one: _Reading) -> dict[int, list[int]]:
    """The tags of every highlight."""
    tags: dict[int, list[int]] = {}
    for row in one.database.rows("highlight_tags", "highlight_id", "tag_id"):
        highlight, tag = number(row, "highlight_id"), number(row, "tag_id")
        if highlight is not None and tag is not None:
            tags.setdefault(highlight, []).append(tag)
    return tags


def _lose_strays(one: _Reading, rows: Iterable[Mapping[str, Any]]) -> None:
    """Tell of highlights whose document is in none of the file's projects."""
    documents = {number(row, "id") for row in one.database.rows("documents", "id")}
    for row in rows:
        if number(row, "document_id") not in documents:
            one.ledger.lose("", _words(row), "its document is not in the file")


def _words(row: Mapping[str, Any]) -> str:
    """The words that a highlight keeps; none where they are damaged."""
    try:
        return page_of(text(row, "snippet")).text
    except ValueError:
        return ""


def _selection(row: Mapping[str, Any], page: Page, body: Body) -> Selection:
    """A highlight in code points of the stored text; outside of it, where it has no place."""
    start, end = number(row, "start_offset"), number(row, "end_offset")
    words = _words(row)
    if start is None or end is None or start < 0:
        return Selection(body, -1, -1, words)
    first, last = page.place(start, end)
    if first is None or last is None:
        return Selection(body, -1, -1 + len(words), words)
    return Selection(body, first, last, words)


# People ------------------------------------------------------------------------------------


def _history(one: _Reading) -> dict[int, dict[int, tuple[str, str]]]:
    """Of every highlight, by whom and when each of its tags was set."""
    setters: dict[int, dict[int, tuple[str, str]]] = {}
    rows = one.rows("commands", "date", "user_login", "payload")
    one.ledger.leave("entries of the history", len(rows))
    for row in rows:
        try:
            said = json.loads(text(row, "payload"))
            by = (text(row, "user_login"), moment_of(text(row, "date"), one.created))
            _replay(setters, said, by)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            continue  # an entry that Taguette itself could not read
    return setters


def _replay(
    setters: dict[int, dict[int, tuple[str, str]]], said: Mapping[str, Any], by: tuple[str, str]
) -> None:
    kind = said["type"]
    if kind == "highlight_add":  # also where its tags were changed
        held = setters.get(said["highlight_id"], {})
        setters[said["highlight_id"]] = {tag: held.get(tag, by) for tag in said["tags"]}
    elif kind == "highlight_delete":
        setters.pop(said["highlight_id"], None)
    elif kind == "tag_merge":
        old, new = said["src_tag_id"], said["dest_tag_id"]
        for held in setters.values():
            if old in held:
                held.setdefault(new, held.pop(old))


def _people(one: _Reading) -> dict[str, Person]:
    """Members of the project, and whoever set a tag."""
    members = one.database.rows("project_members", "project_id", "user_login", "privileges")
    own = [row for row in members if row["project_id"] == one.project["id"]]
    one.ledger.leave("rights of members", len(own))
    logins = {text(row, "user_login") for row in own}
    logins |= {login for held in one.setters.values() for login, _ in held.values()}
    if len(logins) == 1:  # nobody else can have coded
        sole = next(iter(logins))
        for row in one.database.rows("highlights", "id"):
            held = one.setters.setdefault(_by_number(row), {})
            held.update({tag: (sole, one.created) for tag in one.codes if tag not in held})
    return {login: Person(login, made_id("taguette", "user", login))
            for login in sorted(logins) if login}  # fmt: skip


def _notes(one: _Reading, people: Mapping[str, Person]) -> tuple[Note, ...]:
    description = text(one.project, "description")
    if not description.strip():
        return ()
    person = next(iter(people.values())).id if people else ""
    ident = made_id("taguette", "description", text(one.project, "name"), description)
    return (Note(ident, "Project description", description, person=person, created=one.created),)


# Tags --------------------------------------------------------------------------------------


def _codes_of(tags: Sequence[Mapping[str, Any]]) -> dict[int, Found]:
    """A code for every tag by its number, below those that it is nested in."""
    paths = {_by_number(row): text(row, "path") for row in tags}
    said = {_by_number(row): text(row, "description") for row in tags}
    above = {_by_number(row): paths.get(number(row, "parent_id") or 0, "") for row in tags}
    return dict(nested(paths, said, above))


def nested(
    paths: Mapping[int, str], said: Mapping[int, str], above: Mapping[int, str]
) -> Iterable[tuple[int, Found]]:
    """Codes of tags, those above before those below; what several share is a code as well.

    Parameters
    ----------
    paths, said, above : mapping of int to str
        Number of a tag to its path, its description, and the path of the tag above it if the
        file says so itself.
    """
    order = {path: n for n, path in reversed(list(enumerate(paths.values())))}
    numbers = {path: key for key, path in reversed(list(paths.items()))}
    parents = {path: above[key] for path, key in numbers.items() if above.get(key)}
    for path, within in _shared(numbers).items():
        order[path] = min(order[one] for one in within)
        numbers[path] = -len(numbers)
    for path in numbers:
        heads = [head for head in _heads(path) if head in numbers]
        if path not in parents and heads:
            parents[path] = heads[-1]
    for path in circles(parents):
        del parents[path]
    for path in sorted(numbers, key=lambda one: (order[one], len(one))):
        yield numbers[path], _found(path, parents.get(path, ""), said.get(numbers[path], ""))


def _shared(paths: Collection[str]) -> dict[str, list[str]]:
    """What several paths stand in, and is none itself; never a number like 1.2 cut in two."""
    below: defaultdict[str, list[str]] = defaultdict(list)
    for path in paths:
        for head in _heads(path):
            below[head].append(path)
    return {
        head: within
        for head, within in sorted(below.items())
        if len(within) > 1 and head not in paths
        and not (head[-1].isdigit() and any(one[len(head) + 1].isdigit() for one in within))
    }  # fmt: skip


def _heads(path: str) -> list[str]:
    """What a path may be nested in, shortest first."""
    return [path[: dot.start()] for dot in _DOT.finditer(path)] if len(path) <= _LONGEST else []


def _found(path: str, above: str, description: str) -> Found:
    name = path.removeprefix(f"{above}.") if above else path
    code = Code("", name.strip() or "unnamed tag", definition=description, guid=_guid(path))
    return Found(code, _guid(above) if above else "", "")


def _guid(path: str) -> str:
    """The guid of a tag, as Taguette writes it into its own codebooks."""
    return str(uuid5(_TAGS, path))


# Codebooks ---------------------------------------------------------------------------------


def is_codebook(header: Sequence[str]) -> bool:
    """Whether a table with these headings is a codebook.

    >>> is_codebook(["tag", "description", "number of highlights"])
    True
    """
    names = {heading.strip().casefold() for heading in header}
    return (
        bool(names & {"tag", "name", "path"})
        and bool(names & {"description", "parent", "number of highlights"})
        and not names & {"content", "document"}
    )


def is_highlights(header: Sequence[str]) -> bool:
    """Whether a table has the headings of Taguette's highlights.

    >>> is_highlights(["id", "document", "tag", "content"])
    True
    """
    return [heading.strip().casefold() for heading in header] == [
        "id",
        "document",
        "tag",
        "content",
    ]


def _read_codebook(sheet: Sheet, title: str) -> tuple[Study, Account]:
    headings = [heading.strip().casefold() for heading in sheet.header]
    column = next(headings.index(name) for name in ("tag", "path", "name") if name in headings)

    def cells(name: str) -> list[str]:
        at = headings.index(name) if name in headings else None
        return ["" if at is None else row[at].strip() for row in sheet.rows]

    ledger = Ledger(warnings=list(sheet.warnings))
    paths = {n: row[column].strip() for n, row in enumerate(sheet.rows) if row[column].strip()}
    once = {path: n for n, path in reversed(paths.items())}
    if twice := len(paths) - len(once):
        ledger.warnings.append(
            f"{many(twice, 'row')} with a tag that stands above already left out"
        )
    if empty := len(sheet.rows) - len(paths):
        ledger.warnings.append(f"{many(empty, 'row')} without a tag left out")
    paths = {n: path for n, path in paths.items() if once[path] == n}
    found = [one for _, one in nested(paths, dict(enumerate(cells("description"))),
                                      dict(enumerate(cells("parent"))))]  # fmt: skip
    known = {one.code.guid for one in found}
    found = [one if one.above in known else Found(one.code, "", "") for one in found]
    books, _, said = books_of(found, (), title)
    return ledger.closed(Study(title=title, books=books), Offsets(), said)
