"""What tools exchange of a study, and from it the rows of a whole study, and back.

Readers of other tools' files make a :class:`Study`; their writers take one. What a study of
ours has beyond that is counted by :func:`not_exchanged`.

>>> ann, text = Person("Ann", made_id("ann")), Text("p1", made_id("p1"), "Ann: hello")
>>> snapshot = to_snapshot(Study(people=(ann,), texts=(text,)))
>>> [row["name"] for row in snapshot.rows("case_unit")], snapshot.rows("turn")[0]["speaker"]
(['p1'], 'Ann')
>>> to_snapshot(from_snapshot(snapshot)) == snapshot
True
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, Final

from qualkit import rows
from qualkit.errors import ReadError
from qualkit.importers import FORMATS
from qualkit.importers._layouts import Line
from qualkit.importers._turns import source_of_lines
from qualkit.interchange._moments import EPOCH, guid_of, made_id, moment_of
from qualkit.interchange._records import (
    Cell,
    Group,
    Mark,
    Note,
    Person,
    Study,
    Text,
    Unit,
)  # fmt: skip
from qualkit.interchange._tidy import NOBODY, tidied
from qualkit.model import Coding, Source
from qualkit.snapshot import COLUMNS, Row, Snapshot

__all__ = [
    "EPOCH", "NOBODY", "Cell", "Group", "Mark", "Note", "Person", "Study", "Text", "Unit",
    "from_snapshot", "guid_of", "made_id", "moment_of", "not_exchanged", "tidied", "to_snapshot",
]  # fmt: skip

_DESCRIPTION: Final = "Description"  # title of the memo that a description becomes
_QUOTED: Final = 300_000_000  # characters that all codings may have, each for itself
_ORDER: Final = ("position", "source_id", "start_at", "end_at")  # of rows, before their key
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {  # of tables whose rows have no id
    "project": ("key",), "turn": ("source_id", "position"),
    "source_attribute": ("source_id", "name"), "case_attribute": ("case_id", "name"),
}  # fmt: skip
_OWN: Final[Mapping[str, str]] = {  # tables that no other tool can take, as people call them
    "turn": "speaker turns",
    "guide": "lines of the topic guide",
    "suggestion": "suggestions",
    "assignment": "assignments of coders",
    "decision": "decisions on disagreements",
    "decision_coding": "codings of decisions",
    "sign_off": "sign-offs",
    "survey": "surveys",
    "survey_wave": "survey waves",
    "published_table": "published tables",
    "strand": "strands of other evidence",
    "link": "links between codes and findings",
    "verdict": "verdicts on links",
    "judge": "judges",
    "thread": "threads",
    "confidence": "ratings of confidence",
    "cell_summary_version": "earlier versions of cell summaries",
    "log": "entries of the log",
}


def not_exchanged(snapshot: Snapshot) -> dict[str, int]:
    """What a :class:`Study` cannot hold of a study, in words, to how many of it.

    >>> not_exchanged(Snapshot({"judge": [{"id": "1"}], "coder": [{"id": "2", "name": "Ann"}]}))
    {'judges': 1}
    """
    counts = {said: len(snapshot.rows(table)) for table, said in _OWN.items()}
    cells = snapshot.rows("cell_summary")
    cited = sum(row.get("cites") not in {None, "[]"} for row in cells)
    counts["citations of cell summaries"] = cited
    counts["drafts of cell summaries"] = sum(bool(row.get("draft")) for row in cells)
    roles = {row.get("role") or "evaluator" for row in snapshot.rows("coder")}
    counts["roles of coders"] = len(snapshot.rows("coder")) if roles - {"evaluator"} else 0
    return {said: count for said, count in counts.items() if count}


# To rows -----------------------------------------------------------------------------------


def to_snapshot(study: Study) -> Snapshot:
    """The rows of a study that was read; what cannot stand in one is mended (:func:`tidied`).

    The turns of each source are found in its text as those of a file that is added.
    """
    study = tidied(study)[0]
    if sum(mark.end - mark.start for mark in study.marks) > _QUOTED:
        why = f"its codings have more than {_QUOTED // 10**6} million characters"
        raise ReadError(study.title or "the file", why)
    sources = [(text, _source(text)) for text in study.texts]
    texts = {text.id: text for text in study.texts}
    made: dict[str, list[Row]] = {
        "project": [{"key": "title", "value": study.title}] if study.title else [],
        "coder": [
            {"id": one.id, "name": one.name, "created": EPOCH, "role": "evaluator", "login": ""}
            for one in study.people
        ],
        "case_unit": [
            {"id": one.id, "name": one.name, "position": n} for n, one in enumerate(study.units)
        ],
        "source": [
            rows.of_source(source, case_id=text.case or "", position=n)
            | {"added": moment_of(text.created)}
            for n, (text, source) in enumerate(sources)
        ],
        "turn": [row for _, source in sources for row in rows.of_turns(source)],
        "source_attribute": _value_rows("source_id", study.texts),
        "case_attribute": _value_rows("case_id", study.units),
        "codebook": [rows.of_codebook(book, position=n) for n, book in enumerate(study.books)],
        "code": [row for book in study.books for row in rows.of_codes(book)],
        "coding": [rows.of_coding(_coding(mark, texts[mark.text].text)) for mark in study.marks],
        "cell_summary": [_cell_row(cell, texts) for cell in study.cells],
        "memo": [_memo_row(note) for note in (*_descriptions(study), *study.notes)],
        "collection": [
            {"id": g.id, "name": g.name, "description": g.description, "position": n, "version": 1}
            for n, g in enumerate(study.groups)
        ],
        "collection_member": [row for group in study.groups for row in _member_rows(group)],
    }
    return Snapshot({name: sorted(found, key=_placing(name)) for name, found in made.items()})


def _placing(table: str) -> Callable[[Row], tuple[Any, ...]]:
    """The order that rows have where they are taken out of a study."""
    own = _KEYS.get(table, ("id",))
    first = [name for name in _ORDER if name in COLUMNS[table] and name not in own]
    return lambda row: tuple((row[name] is None, row[name]) for name in (*first, *own))


def _source(text: Text) -> Source:
    """The text as a file with these words would be read; without turns where it cannot be."""
    kind = FORMATS.get(PurePath(text.file_name).suffix.lower(), ("", "", "txt"))[2]
    try:
        read = source_of_lines(text.name, kind, [Line(one) for one in text.text.split("\n")])
    except ReadError as error:
        return Source(text.name, kind, text.text, file_name=text.file_name, id=text.id,
                      warnings=(error.reason,))  # fmt: skip
    return Source(text.name, kind, text.text, read.turns, text.file_name, "", read.warnings,
                  read.notes, text.id)  # fmt: skip


def _value_rows(key: str, owners: Iterable[Text | Unit]) -> list[Row]:
    return [
        {key: one.id, "name": name, "value": value, "position": n}
        for one in owners
        for n, (name, value) in enumerate(one.values.items())
    ]


def _coding(mark: Mark, text: str) -> Coding:
    return Coding(
        mark.text, mark.start, mark.end, text[mark.start : mark.end], mark.code, mark.person,
        mark.stance, mark.rating, mark.memo, moment_of(mark.created), mark.id,
    )  # fmt: skip


def _cell_row(cell: Cell, texts: Mapping[str, Text]) -> Row:
    created = moment_of(cell.created)
    of_text = cell.row in texts
    return {
        "id": cell.id, "case_id": None if of_text else cell.row,
        "source_id": cell.row if of_text else None, "code_id": cell.code,
        "coder_id": cell.person or NOBODY.id, "phase": cell.phase, "text": cell.words,
        "stance": cell.stance, "rating": cell.rating, "draft": 0, "cites": "[]",
        "evidence": None, "created": created, "changed": moment_of(cell.changed, created),
        "version": 1,
    }  # fmt: skip


def _descriptions(study: Study) -> Iterator[Note]:
    """What is said of a case or a source, as memos by the first of the coders."""
    for about, owners in (("case", study.units), ("source", study.texts)):
        for one in owners:
            if one.description:
                ident = made_id("description", one.id)
                person, created = study.people[0].id, getattr(one, "created", "")
                yield Note(ident, _DESCRIPTION, one.description, about, one.id, person, created)


def _memo_row(note: Note) -> Row:
    created = moment_of(note.created)
    return {
        "id": note.id, "title": note.title, "text": note.text,
        **{f"{kind}_id": note.of if note.about == kind else None
           for kind in ("source", "case", "code")},
        "author_id": note.person or NOBODY.id, "created": created,
        "changed": moment_of(note.changed, created), "version": 1,
    }  # fmt: skip


def _member_rows(group: Group) -> Iterator[Row]:
    members = [
        *(("source_id", one) for one in group.texts), *(("code_id", one) for one in group.codes),
        *(("memo_id", one) for one in group.notes),
    ]  # fmt: skip
    for n, (kind, one) in enumerate(members):
        row: dict[str, Any] = dict.fromkeys(("source_id", "code_id", "memo_id"))
        yield row | {"id": made_id("member", group.id, kind, one), "collection_id": group.id,
                     kind: one, "position": n, "version": 1}  # fmt: skip


# From rows ---------------------------------------------------------------------------------


def from_snapshot(snapshot: Snapshot) -> Study:
    """What other tools can take of a study, in its order."""
    notes = [_note(row) for row in sorted(snapshot.rows("memo"), key=_by("created", "id"))]
    described = {n.id: n for n in notes if _describes(n)}
    said = {note.of: note.text for note in described.values()}
    values, codes = _values(snapshot), _placed(snapshot, "code")
    study = Study(
        title=next((str(r["value"]) for r in snapshot.rows("project") if r["key"] == "title"), ""),
        people=tuple(Person(str(r["name"]), str(r["id"])) for r in snapshot.rows("coder")),
        books=tuple(
            rows.book_of(book, [code for code in codes if code["codebook_id"] == book["id"]])
            for book in _placed(snapshot, "codebook")
        ),
        units=tuple(
            Unit(row["name"], row["id"], values[row["id"]], said.get(row["id"], ""))
            for row in _placed(snapshot, "case_unit")
        ),
        texts=tuple(
            Text(row["name"], row["id"], row["text"], row["case_id"], values[row["id"]],
                 row.get("file_name") or "", row.get("added") or "", said.get(row["id"], ""))
            for row in _placed(snapshot, "source")
        ),
        marks=tuple(_mark(row) for row in snapshot.rows("coding")),
        notes=tuple(note for note in notes if note.id not in described),
        groups=_groups(snapshot),
        cells=tuple(
            _cell(r) for r in sorted(snapshot.rows("cell_summary"), key=_by("created", "id"))
        ),
    )  # fmt: skip
    return tidied(study)[0]


def _describes(note: Note) -> bool:
    """Whether a memo is the description of a case or a source."""
    return note.title == _DESCRIPTION and note.id == made_id("description", note.of)


def _by(*columns: str) -> Any:  # noqa: ANN401 - a key for sorting
    return lambda row: tuple(row.get(column) or "" for column in columns)


def _placed(snapshot: Snapshot, table: str) -> list[dict[str, Any]]:
    """The rows of a table in their order."""
    found = [dict(row) for row in snapshot.rows(table)]
    return sorted(found, key=lambda row: row.get("position") or 0)


def _values(snapshot: Snapshot) -> defaultdict[str, dict[str, str]]:
    made: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for table, key in (("source_attribute", "source_id"), ("case_attribute", "case_id")):
        for row in _placed(snapshot, table):
            made[row[key]][row["name"]] = row["value"]
    return made


def _mark(row: Mapping[str, Any]) -> Mark:
    return Mark(
        row["source_id"], row["start_at"], row["end_at"], row["code_id"], row["coder_id"],
        row["created"], row["id"], row.get("memo") or "", row.get("stance"), row.get("rating"),
    )  # fmt: skip


def _note(row: Mapping[str, Any]) -> Note:
    about = next((k for k in ("source", "case", "code") if row.get(f"{k}_id")), "study")
    created = row.get("created") or ""
    changed = row.get("changed") or ""
    return Note(row["id"], row["title"], row["text"], about, row.get(f"{about}_id") or "",
                row["author_id"], created, "" if changed == created else changed)  # fmt: skip


def _cell(row: Mapping[str, Any]) -> Cell:
    created, changed = row.get("created") or "", row.get("changed") or ""
    return Cell(
        row.get("case_id") or row["source_id"], row["code_id"], row["coder_id"], row["text"],
        row["id"], created, "" if changed == created else changed, row.get("phase") or "",
        row.get("stance"), row.get("rating"),
    )  # fmt: skip


def _groups(snapshot: Snapshot) -> tuple[Group, ...]:
    members: defaultdict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in _placed(snapshot, "collection_member"):
        for kind in ("source_id", "code_id", "memo_id"):
            if row.get(kind):
                members[row["collection_id"]][kind].append(row[kind])
    return tuple(
        Group(row["id"], row["name"], row.get("description") or "",
              *(tuple(members[row["id"]][k]) for k in ("source_id", "code_id", "memo_id")))
        for row in _placed(snapshot, "collection")
    )  # fmt: skip
