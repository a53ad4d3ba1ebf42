"""A study as the XML of a REFI-QDA project or codebook, as every tool reads it.

Texts are files in UTF-8 with LF and without a byte-order mark; places are code points, the end
not included; every coding is a selection of its own that quotes its words, with who made it and
when. What the schema has no place for: see :func:`losses_of`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from qualkit.interchange._labels import Pair, with_labels
from qualkit.interchange._moments import made_id, moment_of
from qualkit.interchange._records import Cell, Mark, Note, Study, Text, Unit
from qualkit.interchange._refi_codes import Named, named, renamed, write_books, write_codes
from qualkit.interchange._refi_notes import CELL_CODE, CELL_ROW
from qualkit.interchange._refi_xml import CODEBOOK, ORIGIN, PROJECT, UNTITLED, add, clean, written
from qualkit.interchange._tidy import once
from qualkit.interchange.report import Losses
from qualkit.model import DEFAULT_COLOUR, NOT_XML, look_of
from qualkit.wording import many

if TYPE_CHECKING:
    from lxml.etree import _Element


def codebook_xml(study: Study) -> bytes:
    """The codebooks of a study as a ``.qdc``."""
    root = _root("CodeBook", CODEBOOK)
    write_codes(add(root, "Codes"), study.books, named(study.books), {})
    if study.books:
        write_books(add(root, "Sets"), study.books, "guid")
    return _bytes(root)


def project_parts(study: Study, *, cases_as_codes: bool = False) -> Iterator[tuple[str, bytes]]:
    """The files of a ``.qdpx``: the project, then a text for each source."""
    yield "project.qde", _bytes(_Writing(study, cases_as_codes=cases_as_codes).root())
    for text in study.texts:
        if not _inline(text.text):
            yield f"sources/{written(text.id)}.txt", clean(text.text).encode("utf-8")


def losses_of(
    study: Study, own: Mapping[str, int], *, codebook_only: bool, cases_as_codes: bool
) -> Losses:
    """What a file does not hold of a study; `own` is what no tool but ours can take."""
    counts = dict(own)
    if codebook_only:
        counts |= {
            "sources": len(study.texts), "cases": len(study.units), "codings": len(study.marks),
            "coders": len(study.people), "memos": len(study.notes), "sets": len(study.groups),
            "cell summaries": len(study.cells),
        }  # fmt: skip
    cases = [unit.name for unit in study.units] if cases_as_codes and not codebook_only else []
    changed = renamed(named(study.books, cases).values())
    if count := sum(bool(NOT_XML.search(words)) for words in _all_words(study)):
        where = many(count, "text or name", "texts or names")
        changed.append(f"characters that XML cannot hold become U+FFFD in {where}")
    if study.cells and not codebook_only:
        one = len(study.cells) == 1
        told = many(len(study.cells), "cell summary", "cell summaries")
        as_memos = "goes out as a memo of its case" if one else "go out as memos of their cases"
        changed.append(f"{told} {as_memos}")
    return Losses({what: count for what, count in counts.items() if count}, tuple(changed))


def _all_words(study: Study) -> Iterator[str]:
    yield from (text.name + text.text for text in study.texts)
    yield from (note.title + note.text for note in study.notes)
    yield from (code.name + code.definition for book in study.books for code in book.codes)
    yield from (cell.words for cell in study.cells)
    yield from (mark.memo for mark in study.marks)
    yield from (one.name for part in (study.units, study.people, study.groups) for one in part)


def _root(name: str, space: str) -> _Element:
    from lxml import etree

    spaces: dict[str | None, str] = {None: space}
    made = etree.Element(f"{{{space}}}{name}", nsmap=spaces)  # type: ignore[arg-type]  # its own
    made.set("origin", ORIGIN)
    return made


def _bytes(root: _Element) -> bytes:
    from lxml import etree

    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _inline(text: str) -> bool:
    """Whether a text would not come back the same out of a file: a mark or a CR in it."""
    return text.startswith("\ufeff") or "\r" in text


class _Writing:
    """One study while it is written."""

    def __init__(self, study: Study, *, cases_as_codes: bool) -> None:
        self.study = study
        self.cases_as_codes = cases_as_codes
        cases = [unit.name for unit in study.units] if cases_as_codes else []
        self.codes: dict[str, Named] = named(study.books, cases)
        self.notes: defaultdict[str, list[str]] = defaultdict(list)  # of sources and codes
        for note in study.notes:
            if note.about in {"source", "code"}:
                self.notes[note.of].append(note.id)
        self.marks: defaultdict[str, list[Mark]] = defaultdict(list)
        for mark in study.marks:
            self.marks[mark.text].append(mark)
        self.variables = {
            name: made_id("variable", name)
            for part in (study.units, study.texts)
            for one in part
            for name in one.values
        }

    def root(self) -> _Element:
        """The project."""
        study = self.study
        root = _root("Project", PROJECT)
        root.set("name", clean(study.title) or UNTITLED)
        if study.people:
            root.set("creatingUserGUID", written(study.people[0].id))
            users = add(root, "Users")
            for person in study.people:
                add(users, "User", {"guid": written(person.id), "name": person.name})
        self._codebook(root)
        self._variables(root)
        self._cases(root)
        if study.texts:
            sources = add(root, "Sources")
            for text in study.texts:
                self._source(sources, text)
        self._notes(root)
        self._links(root)
        self._sets(root)
        for note in study.notes:
            if note.about == "study":
                add(root, "NoteRef", {"targetGUID": written(note.id)})
        return root

    def _codebook(self, root: _Element) -> None:
        cases = self.study.units if self.cases_as_codes else ()
        if not self.codes and not cases:
            return
        codes = add(add(root, "CodeBook"), "Codes")
        write_codes(codes, self.study.books, self.codes, self.notes)
        seen: set[str] = set()
        for unit in cases:
            name = once(unit.name, lambda one: look_of(one) in seen)
            seen.add(look_of(name))
            add(codes, "Code", {"guid": written(unit.id), "name": name, "isCodable": "true",
                                "color": DEFAULT_COLOUR})  # fmt: skip

    def _variables(self, root: _Element) -> None:
        parent = add(root, "Variables") if self.variables else root
        for name, ident in self.variables.items():
            add(parent, "Variable", {"guid": ident, "name": name, "typeOfVariable": "Text"})

    def _values(self, parent: _Element, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            made = add(parent, "VariableValue")
            add(made, "VariableRef", {"targetGUID": self.variables[name]})
            add(made, "TextValue", text=value)

    def _cases(self, root: _Element) -> None:
        texts: defaultdict[str, list[str]] = defaultdict(list)
        for text in self.study.texts:
            texts[text.case or ""].append(text.id)
        parent = add(root, "Cases") if self.study.units else root
        for unit in self.study.units:
            self._case(parent, unit, texts[unit.id])

    def _case(self, parent: _Element, unit: Unit, texts: Iterable[str]) -> None:
        made = add(parent, "Case", {"guid": written(unit.id), "name": unit.name})
        if unit.description:
            add(made, "Description", text=unit.description)
        if self.cases_as_codes:
            add(made, "CodeRef", {"targetGUID": written(unit.id)})
        self._values(made, unit.values)
        for text in texts:
            add(made, "SourceRef", {"targetGUID": written(text)})

    # Sources -----------------------------------------------------------------------------

    def _source(self, parent: _Element, text: Text) -> None:
        ident = written(text.id)
        inline = _inline(text.text)
        made = add(parent, "TextSource", {
            "guid": ident, "name": text.name,
            "plainTextPath": "" if inline else f"internal://{ident}.txt",
            "creationDateTime": moment_of(text.created),
        })  # fmt: skip
        pairs = [("File", text.file_name)] if text.file_name else []
        if said := with_labels(text.description, pairs):
            add(made, "Description", text=said)
        if inline:
            add(made, "PlainTextContent", text=text.text)
        for mark in self.marks[text.id]:
            self._selection(made, text, mark)
        if self.cases_as_codes and text.text:
            self._case_selection(made, text)
        for note in self.notes[text.id]:
            add(made, "NoteRef", {"targetGUID": written(note)})
        self._values(made, text.values)

    def _selection(self, parent: _Element, text: Text, mark: Mark) -> None:
        by = {"creatingUser": written(mark.person), "creationDateTime": moment_of(mark.created)}
        made = add(parent, "PlainTextSelection", {
            "guid": made_id("selection", mark.id), "name": text.text[mark.start : mark.end],
            "startPosition": str(mark.start), "endPosition": str(mark.end), **by,
        })  # fmt: skip
        if said := with_labels(mark.memo, _judged(mark)):  # where every tool has a coding's memo
            add(made, "Description", text=said)
        coding = add(made, "Coding", {"guid": written(mark.id), **by})
        add(coding, "CodeRef", {"targetGUID": written(mark.code)})

    def _case_selection(self, parent: _Element, text: Text) -> None:
        """The whole text as coded with its case."""
        by = {"creationDateTime": moment_of(text.created)}
        if self.study.people:
            by["creatingUser"] = written(self.study.people[0].id)
        made = add(parent, "PlainTextSelection", {
            "guid": made_id("case selection", text.id), "name": text.name, "startPosition": "0",
            "endPosition": str(len(text.text)), **by,
        })  # fmt: skip
        coding = add(made, "Coding", {"guid": made_id("case coding", text.id), **by})
        add(coding, "CodeRef", {"targetGUID": written(text.case or "")})

    # Notes, links, sets ------------------------------------------------------------------

    def _notes(self, root: _Element) -> None:
        study = self.study
        parent = add(root, "Notes") if study.notes or study.cells else root
        for note in study.notes:
            _note(parent, note, ())
        rows = {one.id: one.name for part in (study.units, study.texts) for one in part}
        for cell in study.cells:
            title = f"{self.codes[cell.code].name}: {rows[cell.row]}"
            note = Note(cell.id, title, cell.words, person=cell.person, created=cell.created,
                        changed=cell.changed)  # fmt: skip
            phase = [("Phase", cell.phase)] if cell.phase else []
            _note(parent, note, [*phase, *_judged(cell)])

    def _links(self, root: _Element) -> None:
        links = [
            (f"memo of {note.about}", note.id, note.of)
            for note in self.study.notes
            if note.about == "case"
        ]
        for cell in self.study.cells:
            links += [(CELL_ROW, cell.id, cell.row), (CELL_CODE, cell.id, cell.code)]
        parent = add(root, "Links") if links else root
        for name, note, of in links:
            add(parent, "Link", {
                "guid": made_id("link", name, note, of), "name": name, "direction": "OneWay",
                "originGUID": written(note), "targetGUID": written(of),
            })  # fmt: skip

    def _sets(self, root: _Element) -> None:
        study = self.study
        parent = add(root, "Sets") if study.groups or study.books else root
        write_books(parent, study.books, "targetGUID")
        for group in study.groups:
            made = add(parent, "Set", {"guid": written(group.id), "name": group.name or "set"})
            if said := with_labels(group.description, ()):
                add(made, "Description", text=said)
            for kind, members in (("Code", group.codes), ("Source", group.texts),
                                  ("Note", group.notes)):  # fmt: skip
                for one in members:
                    add(made, f"Member{kind}", {"targetGUID": written(one)})


def _judged(one: Mark | Cell) -> list[Pair]:
    pairs = [("Stance", one.stance)] if one.stance else []
    return pairs + ([("Rating", str(one.rating))] if one.rating is not None else [])


def _note(parent: _Element, note: Note, pairs: Iterable[Pair]) -> None:
    made = add(parent, "Note", {
        "guid": written(note.id), "name": note.title, "creatingUser": written(note.person),
        "creationDateTime": moment_of(note.created),
        "modifiedDateTime": moment_of(note.changed, ""),
    })  # fmt: skip
    if said := with_labels("", list(pairs)):
        add(made, "Description", text=said)
    add(made, "PlainTextContent", text=note.text)
