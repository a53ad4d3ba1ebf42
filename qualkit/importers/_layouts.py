"""The layouts in which tools write a transcript, and where its turns begin.

All of them are tried on the whole file, and the one with the most headings is taken:

========  ===========================================================
wide      ``Ann Lee   0:03`` on a line of its own (Teams, Otter, Zoom)
range     ``0:0:5.1 --> 0:0:8.2``, then the name or at once the words
bracket   ``[00:43.810 --> 00:47.850]  words`` (Whisper)
stamped   ``00:00:05 Speaker 1`` on a line of its own (Word Transcribe)
inline    ``JB 00:05 words``, a chat with date and time
label     ``Ann: words``, ``[0:03] Ann: words``, a tab, brackets, bold
question  ``Q. words``, ``A. words``
role      a role word alone on its line
spaced    ``Interviewer words``: a table that went through a PDF
table     a row a turn, with a column for the speaker or the time
========  ===========================================================
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from qualkit.importers._labels import (
    believed,
    could_be_label,
    is_metadata,
    looks_like_a_name,
    role_of,
)  # fmt: skip
from qualkit.model import INTERVIEWER, PARTICIPANT, UNKNOWN

TIME = r"(?:\d{1,3}:)?[0-5]?\d:[0-5]?\d(?:[.,]\d{1,3})?"
_RANGE = rf"(?P<time>{TIME})\s*-->\s*{TIME}"
_NAME = r"(?P<name>[^\s:\[\]][^:\n\t\[\]]{0,78}?)"
_PREFIX = r"[\s\ufffd]*(?:(?:>+|[-•*]|#{1,6}|\d{1,4}[.)]?)\s+)*"  # quotes, lists, line numbers
_WIDE = re.compile(rf"\s*\[?{_NAME}\]?(?P<gap>\s+)\(?(?P<time>{TIME})\)?(?:\s*[AaPp][Mm])?:?\s*")
_RANGE_LINE = re.compile(rf"\s*{_RANGE}\s*")
_BRACKET = re.compile(rf"\s*\[{_RANGE}\]\s*")
_STAMPED = re.compile(rf"\s*\[?(?P<time>{TIME})\]?\s+(?:[-–]\s*)?(?P<name>\S[^:\n]{{0,79}}?)\s*")
_HALF = r"(?:\s*[AaPp]\.?[Mm]\.?)?"
_INLINE = re.compile(
    rf"\s*(?P<name>[^\s:\[(][^:\n\t\[(]{{0,39}}?)\s+[\[(]?(?P<time>{TIME}){_HALF}[\])]?:?\s+(?=\S)"
)
_CHAT = re.compile(
    rf"\s*\[?\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{2,4}},?\s+(?P<time>{TIME}){_HALF}\]?\s*(?:-\s*)?"
    r"(?P<name>[^:\n]{1,60}?):\s+"
)
_SPACED = re.compile(
    r"(?P<name>Interviewer|INTERVIEWER|Moderator|INT|IV|[A-Z]{1,3}\d{1,3})\s+(?=\S)"
)
_LABEL = re.compile(
    rf"{_PREFIX}[*_]{{0,3}}(?:[\[(]?(?P<time>{TIME})[\])]?\s*[-–]?\s*)?[*_]{{0,3}}"
    r"(?P<open>[\[(])?(?P<name>[^\s:：\n\t\[(*_][^:：\n\t]{0,59}?)(?(open)[\])])"
    rf"(?:\s*[\[(]?(?P<late>{TIME})(?:\s*[AaPp]\.?[Mm]\.?)?[\])]?)?[*_]{{0,3}}\s*"
    r"(?P<mark>[:：][*_]{0,3}|\t|(?<=[\])])(?=\s|$))\s*"
    rf"(?:[\[(](?P<after>{TIME})[\])]\s*|(?P<bare>{TIME})(?:\t\s*|\s*$))?"
)
_QUESTION = re.compile(rf"{_PREFIX}(?P<name>[QA]\d{{0,2}})\.\s+(?=\S)")
_ROLE_LINE = re.compile(rf"{_PREFIX}[*_]{{0,3}}(?P<name>[^\W\d_][\w .-]{{1,30}}?)[*_]{{0,3}}\s*")
_ADDRESSED = re.compile(r"(?:From\s+)?(?P<name>.+?)(?:\s+to\s+.+)?", re.IGNORECASE)
NOISE = re.compile(
    r"\s*(?:.{0,80}(?:started|stopped) transcription|.{0,120}-Meeting (?:Transcript|Recording)"
    r"|\d+m \d+s|\d+h \d+m(?: \d+s)?|Transcribed by https?://\S+|WEBVTT"
    r"|\W{0,2}end of (?:the )?(?:interview|recording|transcript|call|audio)\W{0,2})\s*",
    re.IGNORECASE,
)
_CLOSING = {"notes", "note", "interviewer notes", "field notes", "observations", "summary"}
_HEADER_LINES = 20
_SPEAKER_HEADS = {"speaker", "who", "name", "speaker name", "speaker_id", "person", "voice"}
_TEXT_HEADS = {
    "text", "transcript", "content", "utterance", "words", "what was said", "speech", "sentence",
    "dialogue", "said", "message", "speech text",
}  # fmt: skip
_TIME_HEADS = ("time", "start", "begin", "in")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a document: its text, page, bold beginning, and cells if it is a table row."""

    text: str
    page: int | None = None
    bold: int = 0
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a turn begins: on which line and column its words start, who speaks, and when.

    `alone` marks a turn that ends with its own line; `stop` its last column where the line
    goes on with something else; `over` what is no turn but ends the one before. A `tight` label
    has no space after its colon, a `bare` one stands in brackets without any.
    """

    line: int
    column: int
    speaker: str | None
    time: float | None = None
    alone: bool = False
    stop: int | None = None
    over: bool = False
    tight: bool = False
    bare: bool = False


def seconds(time: str) -> float:
    """Seconds of a time code.

    >>> seconds("1:02:09"), seconds("0:03.5")
    (3729.0, 3.5)
    """
    total = 0.0
    for part in time.replace(",", ".").split(":"):
        total = total * 60 + float(part)
    return total


def find_headings(lines: Sequence[Line]) -> list[Heading]:
    """Where each turn of a document begins, by the layout that fits it best; else none."""
    if (table := _table(lines)) is not None:
        return table
    timed = max((find(lines) for find in (_range, _bracket, _wide, _stamped, _inline)), key=len)
    labels = max((find(lines) for find in (_labels, _questions, _role_lines, _spaced)), key=len)
    if len(timed) > 1 and (not labels or begin_of(lines, timed[0]) <= begin_of(lines, labels[0])):
        return timed
    return max(timed, labels, key=len)


# One finder a layout -----------------------------------------------------------------------


def _wide(lines: Sequence[Line]) -> list[Heading]:
    found = []
    for n, line in enumerate(lines):
        match = _WIDE.fullmatch(line.text)
        if match is None or NOISE.fullmatch(line.text):
            continue
        label = match["name"].strip("*_ ")
        if len(match["gap"]) > 1 or match["gap"] == "\t" or looks_like_a_name(label):
            found.append(Heading(n + 1, 0, label, seconds(match["time"])))
    return found


def _stamped(lines: Sequence[Line]) -> list[Heading]:
    found = []
    for n, line in enumerate(lines):
        match = _STAMPED.fullmatch(line.text)
        if match and looks_like_a_name(match["name"]):
            found.append(Heading(n + 1, 0, match["name"], seconds(match["time"])))
    return found


def _bracket(lines: Sequence[Line]) -> list[Heading]:
    found = []
    for n, line in enumerate(lines):
        if match := _BRACKET.match(line.text):
            found.append(Heading(n, match.end(), None, seconds(match["time"])))
    return _relabelled(lines, found)


def _inline(lines: Sequence[Line]) -> list[Heading]:
    found = []
    for n, line in enumerate(lines):
        match = _CHAT.match(line.text) or _INLINE.match(line.text)
        if match and "-->" not in line.text and _could_speak(match["name"]):
            found.append(Heading(n, match.end(), match["name"], seconds(match["time"])))
    names = {heading.speaker for heading in found}
    return found if len(found) > 2 * len(names) or len(found) * 2 > len(lines) else []


def _could_speak(name: str) -> bool:
    return looks_like_a_name(name) and could_be_label(name) and not re.search(r"[/,]$|\d/", name)


def _relabelled(lines: Sequence[Line], headings: Sequence[Heading]) -> list[Heading]:
    """The same headings with the speakers that are named after their times."""
    labels = {}
    for heading in headings:
        if heading.line < len(lines):
            rest = Line(lines[heading.line].text[heading.column :])
            labels[heading.line] = _label(heading.line, rest)
    named = [one.speaker or "" for one in labels.values() if one is not None]
    speakers = believed(named, len(headings))
    return [
        replace(heading, column=heading.column + label.column, speaker=label.speaker)
        if (label := labels.get(heading.line)) is not None and label.speaker in speakers
        else heading
        for heading in headings
    ]


def _range(lines: Sequence[Line]) -> list[Heading]:
    stamps = [
        (n, seconds(match["time"]))
        for n, line in enumerate(lines)
        if (match := _RANGE_LINE.fullmatch(line.text))
    ]
    if not stamps:
        return []
    ends = [n for n, _ in stamps[1:]] + [len(lines)]
    blocks = [
        [k for k in range(n + 1, end) if lines[k].text.strip()]
        for (n, _), end in zip(stamps, ends, strict=True)
    ]
    if _names_follow([[lines[k].text for k in block] for block in blocks]):
        return [
            Heading(block[1], 0, lines[block[0]].text.strip(), time)
            for (_, time), block in zip(stamps, blocks, strict=True)
            if len(block) > 1
        ]
    return _relabelled(lines, [Heading(n + 1, 0, None, time) for n, time in stamps])


def _names_follow(blocks: Sequence[Sequence[str]]) -> bool:
    """Whether the first line after a time is a name: short, unpunctuated, with words below."""
    named = [
        len(block) > 1 and len(block[0].split()) <= 6 and block[0].strip()[-1] not in ".?!,…"
        for block in blocks
        if block
    ]
    return bool(named) and sum(named) >= 0.8 * len(named)


def _labels(lines: Sequence[Line]) -> list[Heading]:
    found = {n: one for n, line in enumerate(lines) if (one := _label(n, line)) is not None}
    for n in _header(lines, found):
        found.pop(n, None)
    full = sum(bool(line.text.strip()) for line in lines)
    timed = _timed_names(found.values())
    speakers = timed or {*_believed(found, full), *_alone(lines, found, full)}
    kept = [one for one in found.values() if one.speaker in speakers]
    kept = kept[1:] if _names_itself(lines, kept) else kept
    names = {one.speaker for one in kept}
    if len(names) == 1 and role_of(next(iter(names)) or "") == INTERVIEWER:
        return _others_unnamed(lines, kept)
    return [*kept, *_closing(kept, found)]


def _believed(labels: Mapping[int, Heading], full: int) -> set[str]:
    """The labels that are speakers by their number and looks."""
    counts = Counter(one.speaker for one in labels.values())
    sure = []
    for one in labels.values():
        loose = one.bare and counts[one.speaker] == 1 and role_of(one.speaker or "") == UNKNOWN
        if not (one.tight or loose):
            sure.append(one.speaker or "")
    return believed(sure, full)


def _names_itself(lines: Sequence[Line], kept: Sequence[Heading]) -> bool:
    """Whether the first label only says who it stands for: ``Interviewer: Jane Smith``."""
    if len(kept) < 3 or kept[0].speaker != kept[1].speaker:
        return False
    value = lines[kept[0].line].text[kept[0].column :].strip()
    words = value.split()
    names = all(len(word) > 1 and word.isalpha() and word[1:].islower() for word in words)
    return 1 < len(words) < 4 and names and looks_like_a_name(value)


def _timed_names(labels: Collection[Heading]) -> set[str | None]:
    """Labels with a time of their own are the speakers, where most labels have one."""
    times = [one.time is not None for one in labels]
    timed = {one.speaker for one in labels if one.time is not None}
    return timed if len(timed) > 1 and sum(times) * 2 > len(times) else set()


def _alone(lines: Sequence[Line], labels: Mapping[int, Heading], full: int) -> set[str | None]:
    """Names with a colon and nothing else on their lines, where every few lines there is one."""
    names = [
        one.speaker
        for n, one in labels.items()
        if one.column >= len(lines[n].text.rstrip()) and looks_like_a_name(one.speaker or "")
    ]
    return set(names) if len(names) * 4 >= full else set()


def _header(lines: Sequence[Line], labels: Mapping[int, Heading]) -> list[int]:
    """The lines of a block like ``Date: ...``, ``Interviewer: Jane`` at the top of a file."""
    run: list[int] = []
    facts: list[int] = []
    seen: set[str | None] = set()
    for n, line in enumerate(lines[:_HEADER_LINES]):
        if n not in labels:
            if facts or (line.text.strip() and run):
                break
            continue
        label = labels[n]
        value = line.text[label.column :].strip()
        fact = is_metadata(label.speaker or "")
        spoken = len(value.split()) > 6 or value[-1:] in tuple(".?!")
        if label.speaker in seen or (spoken and not fact) or value.endswith("?"):
            break
        seen.add(label.speaker)
        run.append(n)
        facts += [n] if fact else []
    return [n for n in run if facts and n <= facts[-1]]


def _closing(kept: Sequence[Heading], labels: Mapping[int, Heading]) -> list[Heading]:
    """Where notes begin after the last turn."""
    after = [n for n in labels if kept and n > kept[-1].line]
    ends = [n for n in after if (labels[n].speaker or "").casefold() in _CLOSING]
    return [replace(labels[ends[0]], over=True)] if ends else []


def _label(n: int, line: Line) -> Heading | None:
    if _WIDE.fullmatch(line.text) or _STAMPED.fullmatch(line.text) or NOISE.fullmatch(line.text):
        return None
    match = _LABEL.match(line.text)
    label = line.text[: line.bold].strip(" :\t")
    if label and _short(label) and looks_like_a_name(label):
        after = line.text[line.bold :].lstrip()
        plain = line.text[line.bold - 1] not in ":\t" and not re.match(rf":|[\[(]?{TIME}", after)
        if plain and (match is None or match.end("name") > line.bold):
            return Heading(n, line.bold, label)
    return _labelled(n, line.text, match) if match else None


def _questions(lines: Sequence[Line]) -> list[Heading]:
    """``Q. ...`` and ``A. ...``, where both are there more than once."""
    found = [
        Heading(n, match.end(), match["name"])
        for n, line in enumerate(lines)
        if (match := _QUESTION.match(line.text))
    ]
    counts = Counter((heading.speaker or "")[0] for heading in found)
    return found if counts["Q"] > 1 and counts["A"] >= 1 else []


def _role_lines(lines: Sequence[Line]) -> list[Heading]:
    """Role words alone on their lines, where at least two come again and again."""
    found = [
        Heading(n, len(line.text), match["name"])
        for n, line in enumerate(lines)
        if (match := _ROLE_LINE.fullmatch(line.text)) and role_of(match["name"]) != UNKNOWN
    ]
    counts = Counter(heading.speaker for heading in found)
    return found if sum(n > 1 for n in counts.values()) > 1 or len(found) * 3 >= len(lines) else []


def _spaced(lines: Sequence[Line]) -> list[Heading]:
    """``Interviewer words`` without any colon: a table with speakers that went through a PDF."""
    found = [
        Heading(n, match.end(), match["name"])
        for n, line in enumerate(lines)
        if (match := _SPACED.match(line.text))
    ]
    counts = Counter(heading.speaker or "" for heading in found)
    roles = {role_of(name) for name, n in counts.items() if n > 2}
    return found if {INTERVIEWER, PARTICIPANT} <= roles else []


def _labelled(n: int, text: str, match: re.Match[str]) -> Heading | None:
    """The heading of a line that begins like ``Name:``; None where that is no label."""
    label, mark = match["name"].strip("*_ "), match["mark"]
    time = next((match[g] for g in ("time", "late", "after", "bare") if match[g]), None)
    if time is not None and (addressed := _ADDRESSED.fullmatch(label)):
        label = addressed["name"]
    if (mark == "\t" and not _short(label)) or (not mark and not match["open"]):
        return None
    rest = text[match.end("mark") : match.end("mark") + 1]
    tight = mark.startswith(":") and rest != "" and not rest.isspace()
    if tight and (rest.isdigit() or rest in "/\\"):
        return None
    doubtful = tight and role_of(label) == UNKNOWN
    moment = seconds(time) if time else None
    return Heading(n, match.end(), label, moment, tight=doubtful, bare=not mark)


def _short(label: str) -> bool:
    return len(label) <= 40 and len(label.split()) <= 4


def _others_unnamed(lines: Sequence[Line], asked: Sequence[Heading]) -> list[Heading]:
    """Only the interviewer is labelled: every other paragraph is somebody else's turn."""
    own = {heading.line: replace(heading, alone=True) for heading in asked}
    return [
        own.get(n) or Heading(n, 0, None, alone=True)
        for n, line in enumerate(lines)
        if line.text.strip()
    ]


def find_table_headings(lines: Sequence[Line]) -> list[Heading] | None:
    """Headings of a table whose own heading names a column for the speaker, or None."""
    return _table(lines) if any(_columns(_cells(line)) for line in lines[:5]) else None


def _table(lines: Sequence[Line]) -> list[Heading] | None:
    """Headings of a table with a column for the speaker, or None."""
    rows = [(n, _cells(line)) for n, line in enumerate(lines)]
    start = next((k for k, (_, cells) in enumerate(rows) if _columns(cells)), None)
    if start is None:
        return _two_columns(lines)
    speaker, text, time = _columns(rows[start][1]) or (0, 0, None)
    found = []
    for n, cells in rows[start + 1 :]:
        if len(cells) <= max(speaker, text) or not cells[text].strip():
            continue
        stamp = re.search(TIME, cells[time]) if time is not None and time < len(cells) else None
        found.append(_row(n, cells, speaker, text, seconds(stamp[0]) if stamp else None))
    return found or None


def _row(n: int, cells: Sequence[str], speaker: int, text: int, time: float | None) -> Heading:
    column = sum(len(cell) + 1 for cell in cells[:text])
    name = cells[speaker].strip(" :") or None
    return Heading(n, column, name, time, alone=True, stop=column + len(cells[text]))


def _cells(line: Line) -> tuple[str, ...]:
    return line.cells or tuple(line.text.split("\t"))


def _columns(cells: Sequence[str]) -> tuple[int, int, int | None] | None:
    """Columns of speaker, text and time, where a row is the heading of such a table."""
    heads = [cell.strip(" *:").casefold() for cell in cells]
    speaker = next((k for k, head in enumerate(heads) if head in _SPEAKER_HEADS), None)
    text = next((k for k, head in enumerate(heads) if head in _TEXT_HEADS), None)
    time = next((k for k, head in enumerate(heads) if head.startswith(_TIME_HEADS)), None)
    return None if speaker is None or text is None else (speaker, text, time)


def _two_columns(lines: Sequence[Line]) -> list[Heading] | None:
    """A table without heading whose first column holds the speakers."""
    rows = [(n, line.cells) for n, line in enumerate(lines) if len(line.cells) == 2]
    full = sum(bool(line.text.strip()) for line in lines)
    labels = [cells[0].strip(" :") for _, cells in rows]
    if not rows or len(rows) * 2 < full or believed(labels, len(rows)) != set(labels):
        return None
    return [_row(n, cells, 0, 1, None) for n, cells in rows]


def begin_of(lines: Sequence[Line], heading: Heading) -> int:
    """The line on which a heading begins; its words may stand up to three lines below."""
    words = heading.line
    if heading.column:
        return words
    for back in range(words - 1, max(-1, words - 4), -1):
        if any(shape.fullmatch(lines[back].text) for shape in (_RANGE_LINE, _WIDE, _STAMPED)):
            return back
    return words
