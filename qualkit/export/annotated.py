"""Transcripts in a Word document, each coding a comment on exactly the words it marks.

A coder is the author of their comments; codings that overlap are comments that overlap. Line
breaks of the transcript within a turn become spaces, empty lines new lines; no word is changed.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from qualkit.export._docx import WordFile, comment_start, run
from qualkit.export.word import Places
from qualkit.framework import clock
from qualkit.model import Source, Turn
from qualkit.tables import plain

_LINE: Final = re.compile(r"[^\n]*\S[^\n]*")
_CUT: Final = re.compile(r"(?<=\w-)\n(?=\w)")
_EMPTY_LINE: Final = re.compile(r"[^\S\n]*\n[^\S\n]*\n\s*")
_INK: Final = "444444"


@dataclass(slots=True)
class Part:
    """A paragraph of a transcript: from where to where, what stands before it, its comments."""

    start: int
    end: int
    speaker: str = ""
    place: str = ""
    begins: list[tuple[int, int]] = field(default_factory=list)  # place, number of the comment
    ends: list[tuple[int, int]] = field(default_factory=list)


def parts_of(source: Source, codings: Sequence[Mapping[str, Any]]) -> list[Part]:
    """The paragraphs of a transcript in order: its turns, or its lines where it has none.

    A coding outside every turn, on a heading say, has a part of its own.
    """
    parts = [Part(t.start, t.end, t.speaker or "", _place(t)) for t in source.turns]
    parts = parts or [Part(found.start(), found.end()) for found in _LINE.finditer(source.text)]
    alone = [
        (int(one["start"]), int(one["end"])) for one in codings if not any(_within(parts, one))
    ]
    for start, end in sorted(alone):
        near = parts[bisect_right(parts, start, key=lambda part: part.start) - 1] if parts else None
        if near is not None and near.start <= start < near.end:
            near.end = max(near.end, end)
        else:
            parts.insert(bisect_left(parts, start, key=lambda part: part.start), Part(start, end))
    return parts


def _place(turn: Turn) -> str:
    """Where a turn is, as excerpts are attributed; in a table of answers, the question."""
    if turn.time is not None:
        return clock(turn.time)
    if turn.item:
        return turn.item
    number = next(((what, n) for what, n in (("page", turn.page), ("line", turn.line)) if n), None)
    return f"{number[0]} {number[1]}" if number else ""


def _within(parts: Sequence[Part], coding: Mapping[str, Any]) -> range:
    """The numbers of the parts that share words with a coding."""
    start, end = int(coding["start"]), int(coding["end"])
    first = bisect_right(parts, start, key=lambda part: part.end)
    return range(first, bisect_left(parts, end, key=lambda part: part.start))


def write_transcript(
    file: WordFile, source: Source, codings: Sequence[Mapping[str, Any]], places: Places
) -> None:
    """A transcript with its codings as comments; each part has a bookmark.

    Parameters
    ----------
    file : WordFile
    source : Source
    codings : sequence of mapping
        Those of the source, with the columns of :mod:`qualkit.tables`.
    places : Places
        Names the bookmarks.
    """
    parts = parts_of(source, codings)
    for coding in sorted(codings, key=lambda one: (one["start"], -one["end"])):
        within = _within(parts, coding)
        number = file.comment(str(coding["coder"]), str(coding["created"]), _said(coding))
        first, last = parts[within[0]], parts[within[-1]]
        first.begins.append((max(first.start, int(coding["start"])), number))
        last.ends.append((min(last.end, int(coding["end"])), number))
    for at, part in enumerate(parts):
        head = run(f"{part.place} " if part.place else "", size=8, colour=_INK)
        head += run(f"{part.speaker}: " if part.speaker else "", bold=True)
        words = head + "".join(_words(file, source.text, part))
        file.add(file.p(file.marked(words, places.turn(source.name, at)), "Transcript Turn"))


def _said(coding: Mapping[str, Any]) -> list[str]:
    """The lines of a comment: the code with coder, stance and rating, then the memo."""
    rating = plain(coding["rating"])
    facts = [str(coding["coder"]), str(plain(coding["stance"]) or "")]
    facts += [f"rated {rating}"] if rating is not None else []
    first = f"{coding['code_path']} ({', '.join(fact for fact in facts if fact)})"
    memo = str(plain(coding["memo"]) or "")
    return [first, *(line for line in memo.split("\n") if line.strip())]


def _words(file: WordFile, text: str, part: Part) -> Iterator[str]:
    """The words of a part, cut where comments begin and end."""
    places = {at for at, _ in [*part.begins, *part.ends]}
    before = part.start
    for at in sorted({*places, part.end}):
        yield run(_flowing(text[before:at]))
        yield from (file.comment_end(number) for place, number in part.ends if place == at)
        yield from (comment_start(number) for place, number in part.begins if place == at)
        before = at


def _flowing(text: str) -> str:
    """Words without the line breaks of a file, but for its empty lines."""
    lines = _EMPTY_LINE.sub("\x00", _CUT.sub("", text)).split("\x00")
    return "\n".join(re.sub(r"\s+", " ", line) for line in lines)
