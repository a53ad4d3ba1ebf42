"""A report of agreement as a Word document: headings, tables whose heads repeat, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.export._agreement_chapters import TITLE, bounds_of, chapters_of
from qualkit.export._agreement_map import pictures, upright
from qualkit.export._agreement_parts import (
    AgreementReport,
    Chapter,
    Group,
    Passage,
    Side,
    Table,
    printed,
)
from qualkit.export._docx import Page, WordFile, cell, row, run
from qualkit.export._shared import one_line
from qualkit.export._template import read_template
from qualkit.export.word import plain_row, wide, write_front

if TYPE_CHECKING:
    import pandas as pd

_UPRIGHT: Final = 6  # a table of so many columns still fits on an upright page
_WHOLE_ROW: Final = 1_200  # characters of a passage; longer rows may run over pages
_HEADING: Final = 20.0  # millimetres of a page with a picture that its heading and words take


def write_word(
    report: AgreementReport, path: Path | str, *, template: Path | str | None = None
) -> Path:
    """Write the report to a .docx file, on a client's own template where one is given."""
    file = WordFile(TITLE, None if template is None else read_template(template))
    chapters = chapters_of(report)
    if template is None:
        file.page = file.plain  # the first page is no title page: it has the foot of the others
    writer = _Writer(file, bounds_of(report))
    write_front(file, TITLE, report.study, ())
    file.contents([(f"part_{n}", one.title) for n, one in enumerate(chapters)])
    for n, chapter in enumerate(chapters):
        page = writer.page_of(chapter)
        if file.page != page:
            file.section(page)
        file.heading(chapter.title, f"part_{n}")
        writer.write(chapter)
    return file.save(path)


class _Writer:
    """Writes what stands under a heading."""

    def __init__(self, file: WordFile, bounds: Sequence[float]) -> None:
        self.file = file
        self.bounds = bounds
        self._across = wide(file, "A4")

    def page_of(self, chapter: Chapter) -> Page:
        """Across where a table is wide or passages stand in one; words go on where they are."""
        if chapter.cells is not None:
            return self.file.plain if upright(chapter.cells) else self._across
        if chapter.groups or any(len(_heads(table)) > _UPRIGHT for table in chapter.tables):
            return self._across
        return self.file.plain if chapter.tables else self.file.page

    def write(self, chapter: Chapter) -> None:
        """Paragraphs, tables, pictures and passages of a chapter."""
        more = bool(chapter.tables or chapter.groups) or chapter.cells is not None
        for line in chapter.lines:
            self.file.say(one_line(line), keep=more)
        for table in chapter.tables:
            self.table(table)
        if chapter.cells is not None:
            self.map(chapter.cells)
        if chapter.groups:
            self.groups(chapter.groups)

    def table(self, table: Table) -> None:
        """A table with what is to be said of it underneath."""
        file, heads = self.file, _heads(table)
        widths = file.shares([table.heads[n].share for n in heads])
        rows = [
            plain_row(
                file, [printed(values[n], table.heads[n], self.bounds) for n in heads], widths
            )
            for values in table.rows
        ]
        file.table([table.heads[n].title for n in heads], widths, rows, caption=table.title)
        for remark in table.remarks:
            file.say(one_line(remark), "Grid Attribution")

    def map(self, cells: pd.DataFrame) -> None:
        """The map of agreement on as many pictures as it takes, or why there is none."""
        drawn = pictures(cells, self.bounds)
        if isinstance(drawn, str):
            self.file.say(drawn)
            return
        for picture, alt in drawn:
            self.file.picture(picture, alt=alt, high=_HEADING)

    def groups(self, groups: Sequence[Group]) -> None:
        """Passages, those of one code after another."""
        file = self.file
        widths = file.shares([1.3, 3.4, 3.4])
        rows = (line for one in groups for line in self._group(one, widths))
        heads = ["Where, and how they differ", "Passage", "Who coded what"]
        file.table(heads, widths, rows, caption="Passages on which coders disagree")

    def _group(self, group: Group, widths: Sequence[int]) -> Iterator[str]:
        file, whole = self.file, sum(widths)
        words = file.p(run(group.title), "Grid Band", keep=True)
        for name, definition in group.definitions:
            said = f"{name}: {definition}" if len(group.definitions) > 1 else definition
            words += file.p(run(said), "Grid Attribution", keep=True)
        yield row([cell(words, whole, fill=file.colours.band, span=len(widths))])
        for passage in group.passages:
            length = len(passage.words) + sum(len(d) for side in passage.sides for d in side.did)
            cells = (self._where(passage), self._words(passage), self._sides(passage.sides))
            boxes = (cell(one, width) for one, width in zip(cells, widths, strict=True))
            yield row(boxes, whole=length < _WHOLE_ROW)
        if group.more:
            more = file.p(run(group.more_words), "Grid Attribution")
            yield row([cell(more, whole, span=len(widths))])

    def _where(self, passage: Passage) -> str:
        file = self.file
        said = file.p(run(passage.source), "Grid Row")
        said += file.p(run(passage.where), "Grid Attribution") if passage.where else ""
        return said + file.p(run(f"{passage.kind}; {passage.status}"), "Grid Body")

    def _words(self, passage: Passage) -> str:
        return self.file.p(run(f"\u201c{passage.words}\u201d"), "Grid Quote")

    def _sides(self, sides: Sequence[Side]) -> str:
        file, made = self.file, ""
        for side in sides:
            first, *rest = side.did
            made += file.p(run(f"{side.coder}: ", bold=True) + run(first), "Grid Body")
            made += "".join(file.p(run(one), "Grid Body") for one in rest)
            made += "".join(file.p(run(f"Memo: {one}"), "Grid Attribution") for one in side.memos)
        return made


def _heads(table: Table) -> list[int]:
    """The columns that are shown on paper."""
    return [n for n, head in enumerate(table.heads) if not head.sheet]
