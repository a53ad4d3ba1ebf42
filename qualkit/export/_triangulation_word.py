"""A document of triangulation in Word: the draft with its notes, the joint display, artefacts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from qualkit.export._docx import Page, WordFile, cell, comment_start, link, row, run
from qualkit.export._shared import one_line
from qualkit.export._template import read_template
from qualkit.export._triangulation_parts import (
    DRAFT_TITLE,
    JOINT,
    JOINT_HEADS,
    NOTE_HEADS,
    NOTES,
    Document,
    counts_of,
    pages_of,
    read_table,
    widths_of,
)
from qualkit.export._triangulation_words import opposing, side_of, sign_of, signs_in_words
from qualkit.export.word import plain_row, wide
from qualkit.triangulate.narrative import DRAFT

if TYPE_CHECKING:
    from qualkit.export._triangulation_notes import Note
    from qualkit.triangulate import Artefact, JointRow, Paragraph, Section

_AUTHOR: Final = "qualkit"
_STYLES: Final = {
    "text": "Normal", "verdict": "Report Summary", "caution": "Normal",
}  # fmt: skip
_UPRIGHT: Final = 4  # a table of so many columns still fits on an upright page
_WHOLE_ROW: Final = 1_500  # characters of a row; longer ones may run over pages
_HEADING: Final = 20.0  # millimetres of a page with a picture that its heading takes
_LETTER: Final = 108  # of a letter of 9 points, likewise
_INSET: Final = 240  # twentieths of a point, of the margins within a cell


class _Chapter(NamedTuple):
    mark: str
    title: str
    page: Page
    write: Callable[[], None]


def write_word(document: Document, path: Path | str, *, template: Path | str | None = None) -> Path:
    """Write a document to a .docx file, on a client's own template where one is given."""
    file = WordFile(one_line(document.title), None if template is None else read_template(template))
    if template is None:
        file.page = file.plain  # the first page is no title page: it has the foot of the others
    chapters = list(_Writer(document, file).chapters())
    file.say(one_line(document.title), "Title")
    file.contents([(one.mark, one.title) for one in chapters])
    for one in chapters:
        new_page = file.page == one.page
        if not new_page:
            file.section(one.page)
        file.heading(one.title, one.mark, new_page=new_page)
        one.write()
    return file.save(path)


class _Writer:
    """Writes what stands under each heading."""

    def __init__(self, document: Document, file: WordFile) -> None:
        self.document = document
        self.file = file
        self.now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def chapters(self) -> Iterator[_Chapter]:
        """The parts that the document has, in their order."""
        made, upright, across = self.document, self.file.plain, wide(self.file, "A4")
        for one in made.opening:
            yield _Chapter(f"artefact_{one.name}", one.title, across, partial(self._artefact, one))
        if made.sections:
            yield _Chapter("draft", DRAFT_TITLE, upright, self._draft)
        if made.joint:
            yield _Chapter("joint", JOINT, across, self._joint)
        for n, one in enumerate(made.further):
            page = across if len(read_table(one)[0]) > _UPRIGHT else upright
            yield _Chapter(f"artefact_{n}", one.title, page, partial(self._artefact, one))
        if made.figures:
            yield _Chapter("figures", "Figures", upright, self._figures)
        if made.notes:
            yield _Chapter("notes", NOTES, upright, self._notes)

    # The draft ---------------------------------------------------------------------------

    def _draft(self) -> None:
        self.file.say(f"{DRAFT} Each is marked by a comment, and listed with its place at the end.")
        for s, section in enumerate(self.document.sections):
            self._section(s, section)

    def _section(self, number: int, section: Section) -> None:
        self.file.heading(section.title, f"theme_{number}", level=2)
        for p, paragraph in enumerate(section.paragraphs):
            self.file.add(*self._paragraph(number, p, paragraph))

    def _paragraph(self, s: int, p: int, paragraph: Paragraph) -> list[str]:
        """A paragraph; of a quotation its words, then who said them."""
        words = []
        for n, piece in enumerate(paragraph.pieces):
            said = run(piece.text)
            note = self.document.notes.get((s, p, n))
            words.append(said if note is None else self._traced(said, note))
        if paragraph.kind != "quote":
            return [self.file.p("".join(words), _STYLES[paragraph.kind])]
        by = "".join(run(piece.text.strip()) for piece in paragraph.pieces[1:])
        return [self.file.p(words[0], "Report Quote"), self.file.p(by, "Report Attribution")]

    def _traced(self, said: str, note: Note) -> str:
        """Runs with a bookmark round them, and a comment that says what they are from."""
        lines = [f"Note {note.number}", *note.lines]
        number = self.file.comment(_AUTHOR, self.now, lines)
        marked = self.file.marked(said, f"said_{note.number}")
        return comment_start(number) + marked + self.file.comment_end(number)

    def _notes(self) -> None:
        file = self.file
        widths = file.shares([0.75, 1.5, 2.6, 4.4])
        rows = [self._note(note, widths) for note in self.document.notes.values()]
        file.table(NOTE_HEADS, widths, rows, caption=NOTES)

    def _note(self, note: Note, widths: Sequence[int]) -> str:
        file = self.file
        back = link(f"{note.number}", f"said_{note.number}", file.colours.link)
        rest = [run(one_line(one)) for one in (note.theme, note.short, note.said)]
        return row(
            (cell(file.p(one, "Grid Attribution"), width)
             for one, width in zip([back, *rest], widths, strict=True)),
            whole=len(note.said) < _WHOLE_ROW,
        )  # fmt: skip

    # The joint display -------------------------------------------------------------------

    def _joint(self) -> None:
        file = self.file
        widths = file.shares([1.35, 3.35, 3.2, 2.3])
        rows = [self._joint_row(one, widths) for one in self.document.joint]
        file.table(JOINT_HEADS, widths, rows, caption=JOINT)
        for line in (signs_in_words(), *self.document.joint_notes):
            file.say(line, "Grid Attribution")

    def _joint_row(self, one: JointRow, widths: Sequence[int]) -> str:
        contents = (
            self._verdict(one), self._finding(one, widths[1]), self._said(one),
            self._inference(one),
        )  # fmt: skip
        longest = (one.question, one.inference, opposing(one), *one.cautions)
        length = sum(map(len, longest)) + sum(len(quote.text) for quote in one.quotes)
        return row(
            (cell(words, width) for words, width in zip(contents, widths, strict=True)),
            whole=length < _WHOLE_ROW,
        )

    def _verdict(self, one: JointRow) -> str:
        file = self.file
        verdict = f"{sign_of(one.verdict)} {one_line(one.label)}"
        return file.p(run(one_line(one.theme)), "Grid Row") + file.p(run(verdict), "Grid Body")

    def _finding(self, one: JointRow, width: int) -> str:
        file = self.file
        made = file.p(run(one_line(one.question)), "Grid Row") if one.question else ""
        if drawn := self.document.panels.picture(one.finding):
            room = (width - _INSET, file.page.height // 2)
            made += file.p(file.drawn(*drawn, room), "Grid Body")
        made += file.p(run(one_line(one.result)), "Grid Body")
        return made + (file.p(run(one.finding), "Grid Attribution") if one.finding else "")

    def _said(self, one: JointRow) -> str:
        file = self.file
        made = file.p(run(one_line(one.said)), "Grid Body")
        for quote in one.quotes:
            words = run(side_of(one, quote), bold=True) + run(quote.text)
            made += file.p(words, "Grid Quote")
        return made + (file.p(run(opposing(one), bold=True), "Grid Body") if opposing(one) else "")

    def _inference(self, one: JointRow) -> str:
        file = self.file
        made = file.p(run(one_line(one.inference)), "Grid Body")
        for line in one.cautions:
            made += file.p(run("Caution: ", bold=True) + run(one_line(line)), "Grid Attribution")
        return made

    # Artefacts and figures ---------------------------------------------------------------

    def _artefact(self, one: Artefact) -> None:
        pieces = pages_of(*read_table(one), self.file.page.inner / _LETTER)
        for n, (heads, rows) in enumerate(pieces, 1):
            if n > 1:
                self.file.heading(f"{one.title} ({n} of {len(pieces)})", level=2)
            self._table(one.title, heads, rows)
        for line in one.notes:
            self.file.say(one_line(line), "Grid Attribution")
        if one.summary is not None:
            self.file.heading("Counts", level=2)
            self._table(f"{one.title}: counts", *counts_of(one.summary))

    def _table(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        file = self.file
        if not rows:
            file.say("Nothing to show.")
            return
        widths = file.shares(widths_of(heads, rows, file.page.inner / _LETTER))
        file.table(heads, widths, (self._row(one, widths) for one in rows), caption=title)

    def _row(self, values: Sequence[str], widths: Sequence[int]) -> str:
        if not any("\n" in value for value in values):
            return plain_row(self.file, values, widths)
        cells = (
            cell("".join(map(self._line, value.split("\n"))), width)
            for value, width in zip(values, widths, strict=True)
        )
        return row(cells, whole=sum(map(len, values)) < _WHOLE_ROW)

    def _line(self, line: str) -> str:
        """A paragraph of a cell, one that quotes as quotations look."""
        look = "Grid Quote" if line.startswith("\u201c") else "Grid Body"
        return self.file.p(run(one_line(line)), look)

    def _figures(self) -> None:
        for data, alt in self.document.figures:
            self.file.picture(data, alt=alt, high=_HEADING)
