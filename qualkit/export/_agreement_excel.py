"""A report of agreement as a workbook: a sheet a table, numbers as numbers, words as words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from qualkit.agreement.records import Coefficient
from qualkit.export._agreement_chapters import MAP, TITLE, chapters_of, matrix, pairs_by_code
from qualkit.export._agreement_parts import (
    AgreementReport,
    Chapter,
    Group,
    Head,
    Table,
    Value,
)
from qualkit.export._agreement_words import why
from qualkit.export._shared import one_line
from qualkit.export.excel import Sheet, write_sheets

_FORMATS: Final = {"text": "", "count": "#,##0", "figure": "0.000", "point": "0.000",
                   "share": "0.0%"}  # fmt: skip
_WIDTH: Final = 14.0  # of a column of share 1


def write_book(report: AgreementReport, path: Path | str) -> Path:
    """Write the report to an .xlsx file."""
    chapters = chapters_of(report)
    tables = [table for chapter in chapters for table in _tables(chapter)]
    sheets = [_words(report, chapters), *map(_sheet, tables), _notes(tables)]
    return write_sheets(path, f"{TITLE}: {report.study}", sheets)


def _tables(chapter: Chapter) -> Iterator[Table]:
    yield from chapter.tables
    if chapter.cells is not None:
        yield matrix(chapter.cells)
        yield pairs_by_code(chapter.cells)
    if chapter.groups:
        yield _passages(chapter.groups)


def _words(report: AgreementReport, chapters: Sequence[Chapter]) -> Sheet:
    """What the report says in sentences, chapter by chapter."""
    rows = [("Study", one_line(report.study))]
    rows += [(one.title, one_line(line)) for one in chapters for line in one.lines]
    return Sheet("Report", [("Chapter", 30.0), (TITLE, 120.0)], rows, filtered=False)


def _notes(tables: Sequence[Table]) -> Sheet:
    """What stands under the tables on paper."""
    rows = [(table.title, one_line(remark)) for table in tables for remark in table.remarks]
    return Sheet("Notes", [("Table", 30.0), ("Note", 120.0)], rows)


def _sheet(table: Table) -> Sheet:
    """A table with each coefficient in columns of its own: figure, interval, remark."""
    bare = table.title == MAP  # its reasons stand in the sheet of pairs by code
    parts = [
        _Parts.of(head, [row[n] for row in table.rows], bare=bare)
        for n, head in enumerate(table.heads)
    ]
    heads = [(title, width) for part in parts for title, width in part.heads]
    formats = [one for part in parts for one in part.formats]
    rows = [[value for part in parts for value in part.rows[n]] for n in range(len(table.rows))]
    shade = ""
    if bare:
        from openpyxl.utils import get_column_letter

        shade = f"B2:{get_column_letter(len(heads))}{len(rows) + 1}"
    return Sheet(table.title, heads, rows, formats=formats, freeze=1, shade=shade)


class _Parts:
    """A column of a table as the columns of a sheet that it takes."""

    def __init__(
        self, heads: Sequence[tuple[str, float]], formats: Sequence[str],
        rows: Sequence[Sequence[str | int | float]],
    ) -> None:  # fmt: skip
        self.heads = heads
        self.formats = formats
        self.rows = rows

    @classmethod
    def of(cls, head: Head, values: Sequence[Value], *, bare: bool) -> _Parts:
        title, form = one_line(head.title), _FORMATS[head.kind]
        figures = [one for one in values if isinstance(one, Coefficient)]
        if not figures:
            plain = [["" if one is None else one] for one in values]
            return cls([(title, max(10.0, _WIDTH * head.share))], [form], plain)  # type: ignore[arg-type]
        spans = any(one.low is not None for one in figures)
        told = not bare and any(why(one) for one in figures)
        heads = [(title, _WIDTH)]
        heads += [(f"{title}, low", 10.0), (f"{title}, high", 10.0)] if spans else []
        heads += [(f"{title}, remark", 30.0)] if told else []
        rows = [_values(one, spans=spans, told=told) for one in values]
        return cls(heads, [form] * (3 if spans else 1) + [""] * told, rows)


def _values(one: Value, *, spans: bool, told: bool) -> list[str | int | float]:
    held = one if isinstance(one, Coefficient) else Coefficient(None)
    numbers = [held.value, held.low, held.high] if spans else [held.value]
    return [*("" if n is None else n for n in numbers), *([why(held)] if told else [])]


def _passages(groups: Sequence[Group]) -> Table:
    """A row a passage, with what each coder did in a column of its own."""
    passages = [(group, one) for group in groups for one in group.passages]
    coders = list(dict.fromkeys(side.coder for _, one in passages for side in one.sides))
    heads = [Head("Codes", 2.0), Head("Source", 1.2), Head("Place"), Head("Kind", 1.4),
             Head("Status"), Head("Passage", 5.0), *(Head(coder, 3.0) for coder in coders),
             Head("Memos", 3.0), Head("Definitions", 4.0)]  # fmt: skip
    rows = []
    for group, one in passages:
        did = {side.coder: "; ".join(side.did) for side in one.sides}
        memos = "; ".join(f"{side.coder}: {memo}" for side in one.sides for memo in side.memos)
        defined = "; ".join(f"{name}: {words}" for name, words in group.definitions)
        sides = [did.get(coder, "not there") for coder in coders]
        rows.append((group.title, one.source, one.where, one.kind, one.status, one.words,
                     *sides, memos, defined))  # fmt: skip
    notes = [f"{group.title}: {group.more_words}." for group in groups if group.more]
    return Table("Disagreements", tuple(heads), tuple(rows), tuple(notes))
