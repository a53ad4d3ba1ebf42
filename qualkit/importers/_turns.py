"""Speaker turns out of the lines of a document.

The layout that fits the file says where each turn begins (see :mod:`._layouts`). A file without
any is read paragraph by paragraph, unless it holds time codes: then its turns were lost on the
way, and it is refused rather than flattened.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from qualkit.errors import ReadError
from qualkit.importers._labels import guess_roles
from qualkit.importers._layouts import (
    NOISE,
    TIME,
    Heading,
    Line,
    begin_of,
    find_headings,
    find_table_headings,
)  # fmt: skip
from qualkit.importers._text import Note, lookalikes, oddities, told
from qualkit.model import INTERVIEWER, PARTICIPANT, UNKNOWN, Source, Turn

_WORDS_OUTSIDE = 25


def source_of_lines(
    name: str, kind: str, lines: Sequence[Line], warnings: Sequence[str] = ()
) -> Source:
    """A source with its turns, out of the lines of a document."""
    text = "\n".join(line.text for line in lines)
    odd = oddities(text, name)
    turns, more = _turns(name, lines)
    speakers = [turn.speaker for turn in turns if turn.speaker]
    voiced = with_roles(text, turns)
    messages = (*warnings, *odd, *lookalikes(speakers), *more, *unclear_roles(voiced))
    serious, notes = told(messages)
    return Source(name, kind, text, voiced, warnings=serious, notes=notes)


def with_roles(text: str, turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The same turns with the role of each speaker guessed."""
    roles = guess_roles((t.speaker, text[t.start : t.end]) for t in turns if t.speaker)
    rest = PARTICIPANT if set(roles.values()) == {INTERVIEWER} else UNKNOWN
    return tuple(replace(t, role=roles[t.speaker] if t.speaker else rest) for t in turns)


def unclear_roles(turns: Sequence[Turn]) -> list[str]:
    """A note where two or more speakers could not be told into asking and answering."""
    names = {turn.speaker for turn in turns if turn.speaker}
    unclear = sorted({turn.speaker or "" for turn in turns if turn.role == UNKNOWN} & names)
    if len(names) < 2 or not unclear:
        return []
    shown = ", ".join(unclear[:4])
    why = f"who asks and who answers is unclear ({shown}); set it with 'qualkit source roles'"
    return [Note(why)]


def find_table(lines: Sequence[Line]) -> list[Turn]:
    """The turns of a table with a heading for the speaker; none where it has no such column."""
    headings = find_table_headings(lines)
    return list(_between(lines, headings)) if headings else []


def _turns(name: str, lines: Sequence[Line]) -> tuple[list[Turn], list[str]]:
    headings = find_headings(lines)
    if headings:
        return list(_between(lines, headings)), _outside(lines, headings)
    timed = [n for n, line in enumerate(lines, 1) if re.match(rf"\s*[\[(]?{TIME}\b", line.text)]
    if len(timed) > 2:
        why = (
            f"{len(timed)} lines begin with a time code, but no turn could be found; "
            "write 'Name: words' or 'Name  0:03' before each turn"
        )
        raise ReadError(name, why, line=timed[0])
    return list(_paragraphs(lines)), [Note("no speakers were found; each paragraph is one turn")]


def _outside(lines: Sequence[Line], headings: Sequence[Heading]) -> list[str]:
    """A note where many words stand before the first speaker."""
    before = lines[: begin_of(lines, headings[0])]
    count = sum(len(line.text.split()) for line in before)
    if count <= _WORDS_OUTSIDE:
        return []
    return [Note(f"{count} words before the first speaker belong to no turn")]


# From headings to turns --------------------------------------------------------------------


def _between(lines: Sequence[Line], headings: Sequence[Heading]) -> Iterator[Turn]:
    starts = _starts(lines)
    text = "\n".join(line.text for line in lines)
    for heading, after in zip(headings, [*headings[1:], None], strict=True):
        if heading.line >= len(lines) or heading.over:
            continue
        last = heading.line + 1 if heading.alone else _end_line(lines, after)
        begin = starts[heading.line] + heading.column
        end = starts[last - 1] + len(lines[last - 1].text) if last else begin
        if heading.stop is not None:
            end = starts[heading.line] + heading.stop
        if turn := _turn(text, begin, end, heading, lines, starts):
            yield turn


def _end_line(lines: Sequence[Line], after: Heading | None) -> int:
    """The line before which a turn ends: that of the next heading, without closing noise."""
    end = len(lines) if after is None else after.line
    if after is not None and end > 0:
        end = begin_of(lines, after)
    while end > 0 and (not lines[end - 1].text.strip() or NOISE.fullmatch(lines[end - 1].text)):
        end -= 1
    return end


def _turn(
    text: str, begin: int, end: int, heading: Heading, lines: Sequence[Line], starts: Sequence[int]
) -> Turn | None:
    while begin < end and text[begin].isspace():
        begin += 1
    while end > begin and text[end - 1].isspace():
        end -= 1
    if begin >= end:
        return None
    line = _line_at(starts, begin)
    return Turn(
        heading.speaker, UNKNOWN, begin, end, heading.time, line=line + 1, page=lines[line].page
    )


def _paragraphs(lines: Sequence[Line]) -> Iterator[Turn]:
    """One turn a paragraph: blocks between blank lines, or single lines where none is blank."""
    starts = _starts(lines)
    text = "\n".join(line.text for line in lines)
    blank = any(not line.text.strip() for line in lines[:-1])
    block: list[int] = []
    for n in range(len(lines) + 1):
        full = n < len(lines) and bool(lines[n].text.strip())
        if block and (not full or not blank):
            end = starts[block[-1]] + len(lines[block[-1]].text)
            turn = _turn(text, starts[block[0]], end, Heading(block[0], 0, None), lines, starts)
            if turn:
                yield turn
            block = []
        if full:
            block.append(n)


def _starts(lines: Sequence[Line]) -> list[int]:
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line.text) + 1
    return starts


def _line_at(starts: Sequence[int], position: int) -> int:
    return bisect_right(starts, position) - 1
