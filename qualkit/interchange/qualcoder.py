"""Projects of QualCoder: a ``.qda`` folder with its database, or a zip archive of it.

QualCoder keeps the words of each coding beside its place, so that the way in which the places
count (see :mod:`._placing`) is found out and every coding is checked. Categories are codes above
their codes. Recordings, pictures and what is coded in them stay behind and are counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from qualkit.errors import ReadError
from qualkit.importers._guard import sniff
from qualkit.interchange._archives import open_archive
from qualkit.interchange._ledger import Ledger
from qualkit.interchange._moments import EPOCH, made_id, moment_of
from qualkit.interchange._offsets import Body, Reading, body_of
from qualkit.interchange._placing import Choice, Placing, Selection, choose
from qualkit.interchange._records import Mark, Note, Person, Study, Text, Unit
from qualkit.interchange._refi_codes import Found, books_of
from qualkit.interchange._sqlite import Database, number, open_database, text
from qualkit.interchange._trees import circles
from qualkit.interchange.report import Account
from qualkit.interchange.study import to_snapshot
from qualkit.model import COLOUR, DEFAULT_COLOUR, Code
from qualkit.snapshot import Snapshot

TABLES: Final = ("project", "source", "code_name", "code_cat", "code_text")
_DATA: Final = "data.qda"  # the database in a project's folder
_OWNED: Final = ("code_text", "source", "cases", "annotation", "journal")
_BEHIND: Final[Mapping[str, str]] = {  # tables that stay behind, as people call their rows
    "code_image": "codings of pictures",
    "code_av": "codings of recordings",
    "graph": "graphs",
    "stored_sql": "stored queries",
    "ris": "lines of references",
    "files_filter": "filters of files",
    "code_cooccur_filter": "filters of co-occurrence",
}
_TITLE: Final = 60  # characters of an annotation's words that become its title


def read(path: Path | str) -> Snapshot:
    """A QualCoder project as the rows of a study.

    Parameters
    ----------
    path : path
        The project's folder, a zip archive of it, or the ``data.qda`` in it.

    Raises
    ------
    ReadError
        With the reason why it is refused.
    """
    return to_snapshot(read_study(path)[0])


def read_study(path: Path | str) -> tuple[Study, Account]:
    """The same as :func:`read`, with the account of every coding."""
    path = Path(path)
    with _opened(path) as database:
        if not database.has(*TABLES):
            why = "a database, but not one of QualCoder: it has other tables"
            raise ReadError(database.name, why)
        return _Reading(database, _title(path)).study()


def _title(path: Path) -> str:
    if path.name == _DATA:
        path = path.absolute().parent
    return path.name.removesuffix(".zip").removesuffix(".qda") or path.name


@contextmanager
def _opened(path: Path) -> Iterator[Database]:
    """The database of a project."""
    name = path.name or str(path)
    if path.is_dir():
        if not (path / _DATA).exists():
            raise ReadError(name, f"not a project of QualCoder: the folder has no {_DATA}")
        with open_database(path / _DATA, f"{name}/{_DATA}") as database:
            yield database
        return
    if _is_zip(path):
        with open_archive(path) as archive:
            part = database_in(archive.names)
            if part is None:
                raise ReadError(name, f"not a project of QualCoder: the archive has no {_DATA}")
            if any(archive.part(one) for one in archive.names & {f"{part}-wal", f"{part}-journal"}):
                why = "it was packed while in use; close the project in QualCoder and pack it again"
                raise ReadError(name, why)
            data = archive.part(part)
        with open_database(data, f"{name}/{part}") as database:
            yield database
        return
    with open_database(path, name) as database:
        yield database


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return sniff(file.read(100)) == "zip"
    except OSError:
        return False  # what is wrong with it is told where it is read


def database_in(names: Sequence[str] | set[str]) -> str | None:
    """The part of an archive that is a project's database; the outermost of several.

    >>> database_in({"health.qda/data.qda", "health.qda/documents/a.txt"})
    'health.qda/data.qda'
    """
    found = [name for name in names if name.rpartition("/")[2].lower() == _DATA]
    return min(found, key=lambda name: (name.count("/"), name), default=None)


@dataclass(slots=True)
class _Reading:
    """A project while it is read."""

    database: Database
    title: str
    ledger: Ledger = field(default_factory=Ledger)
    people: dict[str, Person] = field(default_factory=dict)
    bodies: dict[int, Body] = field(default_factory=dict)
    texts: dict[int, Text] = field(default_factory=dict)
    units: dict[int, Unit] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def study(self) -> tuple[Study, Account]:
        """The whole of it."""
        project = next(iter(self.database.rows("project", "date", "memo", "codername")), None)
        created = moment_of(text(project, "date")) if project else EPOCH
        for table in _OWNED:
            for row in self.database.rows(table, "owner"):
                self._person(row)
        for row in self.database.rows("coder_names", "name"):
            self._person({"owner": row["name"]})
        if project:
            self._note(
                project | {"owner": self._keeper(project)},
                "Project memo",
                text(project, "memo"),
                created,
            )
        self._sources(created)
        self._cases(created)
        self._values()
        found, codes = self._codes()
        books, _, said = books_of(found, (), self.title)
        marks, choice = self._marks(codes, created)
        self._annotations(choice.reading, created)
        for row in self._rows("journal", "jid", "name", "jentry", "date", "owner"):
            self._note(row, text(row, "name") or "Journal", text(row, "jentry"), created)
        for table, what in _BEHIND.items():
            self.ledger.leave(what, self.database.count(table))
        study = Study(
            title=self.title, people=tuple(self.people.values()), books=books,
            units=tuple(self.units.values()), texts=tuple(self.texts.values()),
            marks=tuple(marks), notes=tuple(self.notes),
        )  # fmt: skip
        return self.ledger.closed(study, choice.offsets, said)

    def _rows(self, table: str, key: str, *columns: str) -> list[dict[str, Any]]:
        """The rows of a table by their numbers; a row without one is of no use to QualCoder."""
        rows = self.database.rows(table, key, *columns)
        own = [row for row in rows if number(row, key) is not None]
        return sorted(own, key=lambda row: number(row, key) or 0)

    def _person(self, row: Mapping[str, Any]) -> str:
        name = text(row, "owner").strip()
        if not name:
            return ""
        return self.people.setdefault(name, Person(name, made_id("qualcoder", "coder", name))).id

    def _keeper(self, project: Mapping[str, Any]) -> str:
        """Who is taken to have written of the project as a whole: its last coder, or the first."""
        return text(project, "codername") or next(iter(self.people), "")

    def _note(
        self, row: Mapping[str, Any], title: str, words: str, created: str, about: str = "study",
        of: str = "",
    ) -> None:  # fmt: skip
        if words.strip():
            ident = made_id("qualcoder", "memo", about, of, title, words, len(self.notes))
            when = moment_of(text(row, "date"), created)
            self.notes.append(Note(ident, title, words, about, of, self._person(row), when))

    # Sources and cases

    def _sources(self, created: str) -> None:
        columns = ("name", "fulltext", "mediapath", "memo", "owner", "date")
        for row in self._rows("source", "id", *columns):
            ident, name, words = number(row, "id") or 0, text(row, "name"), text(row, "fulltext")
            kind = text(row, "mediapath").lstrip("/").split("/")[0].split(":")[0]
            if not words.strip() and kind in {"images", "audio", "video"}:
                what = "pictures" if kind == "images" else "recordings"
                self.ledger.leave(what)
                self.ledger.leave(f"memos of {what}", bool(text(row, "memo").strip()))
                continue
            body = body_of(words.removeprefix("\ufeff"))
            self.bodies[ident] = body
            made = made_id("qualcoder", "source", ident, name, body.text)
            self.texts[ident] = Text(name, made, body.text, file_name=name,
                                     created=moment_of(text(row, "date"), created))  # fmt: skip
            self.ledger.warnings += [f"{name}: {said}" for said in body.said]
            self._note(row, "Memo", text(row, "memo"), created, "source", made)

    def _cases(self, created: str) -> None:
        for row in self._rows("cases", "caseid", "name", "memo", "owner", "date"):
            ident, name = number(row, "caseid") or 0, text(row, "name")
            unit = Unit(name, made_id("qualcoder", "case", ident, name))
            self.units[ident] = unit
            self._note(row, "Memo", text(row, "memo"), created, "case", unit.id)
        self._houses()

    def _houses(self) -> None:
        """Give each source the case that has most of it; other cases' shares stay behind."""
        shares: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for row in self.database.rows("case_text", "caseid", "fid", "pos0", "pos1"):
            case, source = number(row, "caseid"), number(row, "fid")
            start, end = number(row, "pos0") or 0, number(row, "pos1") or 0
            if case not in self.units or source is None:
                continue
            if source in self.texts:
                shares[source][case] += max(1, end - start)
            else:
                self.ledger.leave("pictures and recordings of cases")
        for source, cases in shares.items():
            case = min(cases, key=lambda one: (-cases[one], one))
            self.texts[source] = replace(self.texts[source], case=self.units[case].id)
            self.ledger.leave("shares of sources that other cases have", len(cases) - 1)

    def _values(self) -> None:
        kinds: dict[str, dict[int, Any]] = {"case": self.units, "file": self.texts}
        rows = self._rows("attribute", "attrid", "name", "attr_type", "value", "id")
        for row in rows:
            held = kinds.get(text(row, "attr_type"), {})
            owner, name, value = number(row, "id"), text(row, "name"), text(row, "value")
            if owner in held:
                one = held[owner]
                held[owner] = replace(one, values={**one.values, name: value})
            else:
                self.ledger.leave(
                    "values of journals, pictures and recordings", bool(value.strip())
                )
        said = self.database.rows("attribute_type", "memo")
        self.ledger.leave(
            "memos of variables", sum(bool(text(row, "memo").strip()) for row in said)
        )

    # Codes and codings

    def _codes(self) -> tuple[list[Found], dict[int, str]]:
        """Categories and codes, those above first, and the guid of every code by its number."""
        columns = ("name", "memo", "catid", "supercatid", "supercid", "color")
        places: dict[tuple[str, int], tuple[Mapping[str, Any], tuple[str, int] | None]] = {}
        for row in self._rows("code_cat", "catid", *columns):
            above = number(row, "supercatid")
            places["cat", number(row, "catid") or 0] = (
                row,
                None if above is None else ("cat", above),
            )
        for row in self._rows("code_name", "cid", *columns):
            up, inside = number(row, "supercid"), number(row, "catid")
            home = None if inside is None else ("cat", inside)
            places["code", number(row, "cid") or 0] = row, home if up is None else ("code", up)
        guids = {key: made_id("qualcoder", *key, text(row, "name"))
                 for key, (row, _) in places.items()}  # fmt: skip
        tree = {key: over for key, (_, over) in places.items() if over in places}
        for key in circles(tree):
            del tree[key]
        found = []
        for key, (one, over) in places.items():
            found.append(_found(one, guids[key], guids[tree[key]] if key in tree else ""))
            if over is not None and key not in tree:
                self.ledger.warnings.append(
                    f"the code {text(one, 'name')!r} has no place in its file's tree; "
                    "it is a theme now"
                )
        return found, {number_: guid for (kind, number_), guid in guids.items() if kind == "code"}

    def _marks(self, codes: Mapping[int, str], created: str) -> tuple[list[Mark], Choice]:
        columns = ("ctid", "cid", "fid", "seltext", "pos0", "pos1", "owner", "date", "memo",
                   "important")  # fmt: skip
        rows = self.database.rows("code_text", *columns)
        nowhere = [row for row in rows if number(row, "fid") not in self.bodies]
        for row in nowhere:
            self.ledger.lose("", text(row, "seltext"), "its source is not in the project")
        rows = [row for row in rows if number(row, "fid") in self.bodies]
        selections = [self._selection(row) for row in rows]
        choice = choose(selections, "qualcoder")
        placing = Placing(choice)
        marks = []
        for row, one in zip(rows, selections, strict=True):
            source = self.texts[number(row, "fid") or 0]
            code = codes.get(number(row, "cid") or 0)
            if code is None:
                self.ledger.lose(source.name, one.name, "its code is not in the project")
            elif (span := self.ledger.put(source.name, one.name, placing.place(one))) is not None:
                marks.append(self._mark(row, source, span, code, created))
        return marks, choice

    def _selection(self, row: Mapping[str, Any]) -> Selection:
        start, end = number(row, "pos0"), number(row, "pos1")
        if start is None or end is None:
            start = end = -1  # nowhere
        body = self.bodies[number(row, "fid") or 0]
        return Selection(body, start, end, body_of(text(row, "seltext")).text)

    def _mark(
        self, row: Mapping[str, Any], source: Text, span: tuple[int, int], code: str, created: str
    ) -> Mark:
        self.ledger.leave("marks of importance", bool(number(row, "important")))
        person = self._person(row)
        ident = made_id("qualcoder", "coding", source.id, *span, code, person)
        when = moment_of(text(row, "date"), created)
        return Mark(source.id, *span, code, person, when, ident, text(row, "memo"))

    def _annotations(self, reading: Reading, created: str) -> None:
        """Annotations as memos of their sources, called after the words that they stand at."""
        rows = self._rows("annotation", "anid", "fid", "pos0", "pos1", "memo", "owner", "date")
        kept = 0
        for row in rows:
            source = self.texts.get(number(row, "fid") or 0)
            if source is None:
                self.ledger.leave("annotations of pictures and recordings")
                continue
            ruler = self.bodies[number(row, "fid") or 0].ruler(reading)
            start, end = (ruler.place(number(row, at) or 0) for at in ("pos0", "pos1"))
            words = ""
            if start is not None and end is not None:
                words = " ".join(source.text[start : min(end, start + _TITLE)].split())
            title = f"Annotation: {words}" if words else "Annotation"
            self._note(row, title, text(row, "memo"), created, "source", source.id)
            kept += 1
        if kept:
            self.ledger.leave("places of annotations (they are memos of their sources now)", kept)


def _found(row: Mapping[str, Any], guid: str, above: str) -> Found:
    colour = text(row, "color").strip()
    code = Code(
        "", text(row, "name").strip() or "unnamed code", definition=text(row, "memo"),
        colour=colour if COLOUR.fullmatch(colour) else DEFAULT_COLOUR, guid=guid,
    )  # fmt: skip
    return Found(code, above, "")
