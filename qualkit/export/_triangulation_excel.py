"""A document of triangulation as a workbook: a sheet an artefact, its counts as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.export._shared import one_line
from qualkit.export._triangulation_parts import (
    DRAFT_TITLE,
    JOINT,
    Document,
    widths_of,
)
from qualkit.export._triangulation_words import opposing
from qualkit.export.excel import Sheet, sheet_names, write_sheets
from qualkit.tables import plain

if TYPE_CHECKING:
    from qualkit.triangulate import Artefact, JointRow

_WIDTH: Final = 26.0  # of a column, in characters
_JOINT: Final = (
    ("Theme", 24.0), ("Strand", 10.0), ("Finding", 30.0), ("Question", 36.0), ("Result", 36.0),
    ("Base", 18.0), ("95% interval", 16.0), ("Interviews", 30.0), ("Quotations", 70.0),
    ("Verdict", 24.0), ("Status", 11.0), ("Fetters", 14.0), ("Inference", 48.0),
    ("Cautions", 40.0), ("Supporting", 24.0), ("Opposing", 24.0), ("Rule", 7.0),
)  # fmt: skip
_DRAFT: Final = (("Theme", 24.0), ("Kind", 10.0), ("Text", 100.0), ("Notes", 14.0))
_FROM: Final = (
    ("Note", 7.0), ("Theme", 24.0), ("In the draft", 50.0), ("Finding", 34.0), ("Verdict", 40.0),
    ("Source", 22.0), ("Start", 9.0), ("End", 9.0),
)  # fmt: skip


def write_book(document: Document, path: Path | str) -> Path:
    """Write a document to an .xlsx file."""
    made = list(_sheets(document))
    names = sheet_names([one.name for one in made])
    sheets = [_named(one, name) for one, name in zip(made, names, strict=True)]
    return write_sheets(path, one_line(document.title), sheets)


def _named(one: Sheet, name: str) -> Sheet:
    return replace(one, name=name)


def _sheets(document: Document) -> Iterator[Sheet]:
    told: list[tuple[str, str]] = []
    for one in document.opening:
        yield from _artefact(one)
        told += [(one.title, one_line(line)) for line in one.notes]
    if document.joint:
        yield Sheet(JOINT, _JOINT, [_joint(one) for one in document.joint], freeze=1)
        told += [(JOINT, line) for line in document.joint_notes]
    for one in document.further:
        yield from _artefact(one)
        told += [(one.title, one_line(line)) for line in one.notes]
    if document.sections:
        yield Sheet(DRAFT_TITLE.replace(":", ","), _DRAFT, list(_draft(document)))
        yield Sheet("Where it is from", _FROM, list(_from(document)))
    if told:
        yield Sheet("Notes", [("Table", 30.0), ("Note", 110.0)], told, filtered=False)


def _joint(one: JointRow) -> Sequence[str | int | float]:
    return (
        one.theme, one.strand, one.finding, one.question, one.result, one.base, one.interval,
        one.said, "\n".join(quote.text for quote in one.quotes), one.label, one.status,
        one.fetters, one.inference, "\n".join(one.cautions), ", ".join(one.supporting),
        opposing(one).removeprefix("Opposing: "), one.proposal.rule_version,
    )  # fmt: skip


def _artefact(one: Artefact) -> Iterator[Sheet]:
    heads = [str(name) for name in one.table.columns]
    rows = [[str(value) for value in values] for values in one.table.itertuples(index=False)]
    wide = widths_of(heads, rows, _WIDTH * len(heads))
    cells = [[name, *map(_counted, rest)] for name, *rest in rows]
    yield Sheet(one.title, list(zip(heads, wide, strict=True)), cells, freeze=1)
    if one.summary is not None:
        columns = list(one.summary.columns)
        numbers: list[list[str | int | float]] = [
            ["" if (known := plain(value)) is None else known for value in values]
            for values in one.summary.itertuples(index=False)
        ]
        yield Sheet(
            f"Counts, {one.title}", [(name.capitalize(), 14.0) for name in columns], numbers,
            formats=["0%" if name == "share" else "" for name in columns], filtered=False,
        )  # fmt: skip


def _counted(value: str) -> str | int:
    """A cell that is a count and nothing else as a number, to be sorted and added."""
    return (
        int(value) if value.isdecimal() and value.isascii() and str(int(value)) == value else value
    )


def _draft(document: Document) -> Iterator[Sequence[str]]:
    for s, section in enumerate(document.sections):
        for p, paragraph in enumerate(section.paragraphs):
            notes = [
                f"{document.notes[s, p, n].number}"
                for n in range(len(paragraph.pieces))
                if (s, p, n) in document.notes
            ]
            yield section.title, paragraph.kind, paragraph.text, ", ".join(notes)


def _from(document: Document) -> Iterator[Sequence[str | int | float]]:
    """A row a place: a note on four passages has four."""
    for note in document.notes.values():
        about = (note.number, note.theme, note.words, note.finding, note.verdict)
        places: list[tuple[str | int, ...]] = []
        for source, spans in note.sources.items():
            places += [(source, *span) for span in spans] or [(source, "", "")]
        yield from ((*about, *place) for place in places or [("", "", "")])
