"""The notes of a REFI-QDA project: memos, memos of codings, and summaries of cells."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from qualkit.interchange._labels import labels_of
from qualkit.interchange._moments import made_id, moment_of
from qualkit.interchange._records import Cell, Note
from qualkit.interchange._refi_sources import Sources
from qualkit.interchange._refi_xml import guid, kid, kids, refs, said
from qualkit.model import STANCES

if TYPE_CHECKING:
    from lxml.etree import _Element

_LONG: Final = 80  # characters of a title made of words
CELL_ROW: Final = "cell summary of"  # the two links of a memo that is one
CELL_CODE: Final = "cell summary on"


@dataclass(slots=True)
class _Memo:
    """A note of the file, and what it turned out to be about.

    `used` where it is no memo of its own: its words went with a coding.
    """

    note: Note
    pairs: dict[str, str]
    used: bool = False
    row: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Targets:
    """What a memo can be about: ids of codes and cases, and texts by all their names."""

    codes: set[str]
    cases: set[str]
    texts: Mapping[str, str]

    def kind(self, ident: str) -> tuple[str, str]:
        """What an identifier stands for, and its id in the study; both empty for neither."""
        for kind, known in (("case", self.cases), ("code", self.codes)):
            if ident in known:
                return kind, ident
        return ("source", self.texts[ident]) if ident in self.texts else ("", "")


@dataclass(slots=True)
class Memos:
    """The notes of one file while it is read."""

    ours: bool
    counts: Counter[str]
    memos: dict[str, _Memo] = field(default_factory=dict)

    def read(self, root: _Element, sources: Sources, *, moment: str, author: str) -> None:
        """Take all notes of a project; `moment` and `author` are where they name none."""
        for n, one in enumerate(kids(kid(root, "Notes"), "Note")):
            name = one.get("name") or ""
            body, _ = sources.text_of(one, f"memo {name!r}")
            description, pairs = labels_of(said(one, "Description"))
            text = "\n\n".join(filter(None, (description, body.text)))
            created = moment_of(one.get("creationDateTime"), moment)
            changed = moment_of(one.get("modifiedDateTime"), created)
            note = Note(
                guid(one) or made_id("note", n, text), name, text, "study", "",
                guid(one, "creatingUser") or author, created,
                "" if changed == created else changed,
            )  # fmt: skip
            self.memos.setdefault(note.id, _Memo(note, dict(pairs)))
            sources.leave(one, "memos")
            values = sum(1 for _ in kids(one, "VariableValue"))
            self.counts["values of variables of memos"] += values
            self.counts["references between memos"] += len(refs(one, "NoteRef"))

    def describe(self, root: _Element, *, moment: str, author: str) -> None:
        """Keep what is said of the project as a memo of the study."""
        if text := said(root, "Description").strip():
            ident = made_id("description", "project", text)
            note = Note(ident, "Description", text, person=author, created=moment)
            self.memos.setdefault(ident, _Memo(note, {}))

    def annotate(
        self, element: _Element, words: str, source: str, *, moment: str, author: str
    ) -> None:  # fmt: skip
        """Keep what is said of some words of a source as a memo of it."""
        if text := said(element, "Description"):
            ident = made_id("annotation", guid(element), source, element.get("startPosition"), text)
            title = " ".join(words.split())[:_LONG]
            person = guid(element, "creatingUser") or author
            created = moment_of(element.get("creationDateTime"), moment)
            note = Note(ident, title, text, "source", source, person, created)
            self.memos.setdefault(ident, _Memo(note, {}))

    def taken(self, element: _Element) -> Iterator[str]:
        """The words of the notes that are on a selection or a coding; they go with it."""
        for ref in refs(element, "NoteRef"):
            if (memo := self.memos.get(ref)) is None:
                self.counts["references to memos that are not in the file"] += 1
            else:
                memo.used = True
                title, text = memo.note.title.strip(), memo.note.text
                yield text if text.startswith(title) else f"{title}\n{text}".rstrip()

    def about(self, notes: Iterable[str], kind: str, of: str) -> None:
        """Say what memos are about; one of ours is about one thing."""
        for ref in notes:
            memo = self.memos.get(ref)
            if memo is None:
                self.counts["references to memos that are not in the file"] += 1
            elif memo.used or (memo.note.of and memo.note.of != of):
                self.counts["further references to memos"] += 1
            else:
                memo.note = replace(memo.note, about=kind, of=of)

    def attach(self, root: _Element, targets: Targets) -> None:
        """Find what memos are about: what refers to them, and links between both."""
        for element in root.iter("{*}Code"):
            if guid(element) in targets.codes:
                self.about(refs(element, "NoteRef"), "code", guid(element))
        for link in kids(kid(root, "Links"), "Link"):
            if not self._linked(link, targets):
                self.counts["links"] += 1

    def _linked(self, link: _Element, targets: Targets) -> bool:
        """Whether a link only said what a memo is about."""
        ends = guid(link, "originGUID"), guid(link, "targetGUID")
        note, other = ends if ends[0] in self.memos else ends[::-1]
        kind, of = targets.kind(other)
        if (memo := self.memos.get(note)) is None or memo.used or not kind:
            return False
        name = link.get("name") or ""
        if self.ours and name == CELL_ROW and kind != "code":
            memo.row = of
        elif self.ours and name == CELL_CODE and kind == "code":
            memo.code = of
        else:
            self.about([note], kind, of)
        return True

    def done(self) -> tuple[tuple[Note, ...], tuple[Cell, ...]]:
        """The memos and the summaries, in the order of their making."""
        cells: dict[tuple[str, ...], Cell] = {}  # one of each place, person and phase
        notes = []
        for memo in self.memos.values():
            made = _cell(memo)
            place = (made.row, made.code, made.person, made.phase)
            if made.row and made.code and not memo.used and place not in cells:
                cells[place] = made
            elif not memo.used:
                notes.append(memo.note)
        return (
            tuple(sorted(notes, key=lambda note: (note.created, note.id))),
            tuple(sorted(cells.values(), key=lambda cell: (cell.created, cell.id))),
        )


def judged(pairs: Mapping[str, str]) -> tuple[str | None, int | None]:
    """The stance and the rating that the labels of a selection or a memo give."""
    stance, rating = pairs.get("Stance"), pairs.get("Rating", "")
    return (
        stance if stance in STANCES else None,
        int(rating) if re.fullmatch(r"-?[0-9]{1,9}", rating) else None,
    )


def _cell(memo: _Memo) -> Cell:
    note = memo.note
    return Cell(
        memo.row, memo.code, note.person, note.text, note.id, note.created, note.changed,
        memo.pairs.get("Phase", ""), *judged(memo.pairs),
    )  # fmt: skip
