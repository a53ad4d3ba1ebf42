"""Rows of open answers (.csv, .tsv, .xlsx) as one source table, never one file an answer.

A table with a column for the speaker is a transcript. Any other is a table of answers: one
turn an answer, its speaker the respondent, its item the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from qualkit.errors import ReadError
from qualkit.importers._layouts import Line
from qualkit.importers._text import Note, oddities, told
from qualkit.importers._turns import find_table, unclear_roles, with_roles
from qualkit.importers.sheets import Sheet, sheet_of
from qualkit.model import PARTICIPANT, Source, Turn

_ID = re.compile(
    r"(?:respondent|response|participant|case|person|record|user|name)(?:[ _-]?(?:id|no|number))?"
    r"|id|no|number",
    re.IGNORECASE,
)
_WORDS_IN_ANSWER = 3.0


def read_answers(data: bytes, name: str, *, kind: str, encoding: str | None = None) -> Source:
    """Source of a table: a transcript in columns, or open answers."""
    sheet = _without_extra_heads(sheet_of(data, name, encoding))
    lines = [Line("\t".join(row), cells=row) for row in (sheet.header, *map(_flat, sheet.rows))]
    turns = find_table(lines)
    if turns:
        text = "\n".join(line.text for line in lines)
        voiced = with_roles(text, turns)
        serious, notes = told([*sheet.warnings, *oddities(text, name), *unclear_roles(voiced)])
        return Source(name, kind, text, voiced, warnings=serious, notes=notes)
    return _answers(sheet, name, kind)


def _without_extra_heads(sheet: Sheet) -> Sheet:
    """The table without the second and third heading rows that Qualtrics writes."""
    for n, row in enumerate(sheet.rows[:3]):
        if any(cell.startswith('{"ImportId"') for cell in row):
            return replace(sheet, rows=sheet.rows[n + 1 :], numbers=sheet.numbers[n + 1 :])
    return sheet


def _flat(row: Sequence[str]) -> tuple[str, ...]:
    return tuple(cell.replace("\t", " ").replace("\n", " ") for cell in row)


def _answers(sheet: Sheet, name: str, kind: str) -> Source:
    open_columns = [n for n in range(len(sheet.header)) if _is_open(sheet, n)]
    if not open_columns:
        why = "no column holds open answers (three words or more on average)"
        raise ReadError(name, f"{why}, and none is headed Speaker; are all answers closed?")
    respondent = next((n for n, head in enumerate(sheet.header) if _ID.fullmatch(head)), None)
    answers = [
        ((row[respondent].strip() if respondent is not None else "") or f"row {number}",
         sheet.header[column], row[column].strip())
        for number, row in zip(sheet.numbers, sheet.rows, strict=True)
        for column in open_columns
    ]  # fmt: skip
    text, turns = as_turns(answers)
    serious, notes = told(
        [*sheet.warnings, *oddities(text, name), *_left_out(sheet, open_columns, respondent)]
    )
    return Source(name, kind, text, turns, warnings=serious, notes=notes)


def as_turns(answers: Iterable[tuple[str, str, str]]) -> tuple[str, tuple[Turn, ...]]:
    """Answers as the text of a source, a turn each: who answers, the question, the answer.

    Blank answers are left out.

    >>> as_turns([("r1", "Why?", "It helped."), ("r2", "Why?", "")])[0]
    'r1: It helped.'
    """
    parts: list[str] = []
    turns: list[Turn] = []
    at, line = 0, 1
    for speaker, item, answer in answers:
        if answer:
            start = at + len(speaker) + 2
            end = start + len(answer)
            turns.append(Turn(speaker, PARTICIPANT, start, end, None, line, None, item))
            parts.append(f"{speaker}: {answer}")
            at += len(parts[-1]) + 1
            line += parts[-1].count("\n") + 1
    return "\n".join(parts), tuple(turns)


def _is_open(sheet: Sheet, column: int) -> bool:
    answers = [row[column] for row in sheet.rows if row[column].strip()]
    words = sum(len(answer.split()) for answer in answers)
    return bool(answers) and words >= _WORDS_IN_ANSWER * len(answers)


def _left_out(sheet: Sheet, taken: Sequence[int], respondent: int | None) -> list[str]:
    rest = [h for n, h in enumerate(sheet.header) if n not in taken and n != respondent]
    if not rest:
        return []
    shown = ", ".join(rest[:6]) + (" ..." if len(rest) > 6 else "")
    count = f"{len(rest)} column{'s' if len(rest) != 1 else ''}"
    return [Note(f"{count} without open answers left out, also as attributes: {shown}")]
