"""WebVTT and SubRip: timed cues, joined into turns where one speaker goes on.

A strict reader of our own: the libraries drop a cue with a bad time, or ignore its minus
sign, without a word. Here it is refused with its line.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from qualkit.errors import ReadError
from qualkit.importers._guard import NAMES, sniff
from qualkit.importers._labels import believed
from qualkit.importers._text import Note, decode, lookalikes, oddities, stored, told
from qualkit.importers._turns import unclear_roles, with_roles
from qualkit.model import UNKNOWN, Source, Turn

_STAMP = re.compile(r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)[.,](\d{3})")
_ALMOST = re.compile(r"-?\d+:\d\d.*\d\s*-+>?\s*-?\d+:\d\d")
_BLOCK = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|$)")
_VOICE = re.compile(r"\s*<v(?:\.[^ >\n]*)?[ \t]+([^>\n]*)>")
_MARKUP = re.compile(
    r"</?(?:v|b|i|u|c|ruby|rt|lang|font)(?:[ .][^>\n]*)?>|<\d\d:[^>\n]*>|\{\\an?\d\}", re.IGNORECASE
)
_LABEL = re.compile(
    r"\s*(?:>+\s*|[-–]\s+)?"
    r"(?:\[([^\]\n]{1,60})\]:?|([^\s:<\[][^:\n]{0,59}?)\s*[:：])(?=\s|$)\s*"
)
_UTTERANCE = re.compile(r"(.+/\d+)-\d+")


@dataclass(frozen=True, slots=True)
class _Cue:
    start: float
    end: float
    words: str
    line: int
    ident: str = ""
    speaker: str | None = None


def read_subtitles(data: bytes, name: str, *, kind: str, encoding: str | None = None) -> Source:
    """Source of a subtitle file; `kind` is ``vtt`` or ``srt``."""
    if (found := sniff(data)) not in {"text", "html"}:
        raise ReadError(name, f"not a subtitle file: it is {NAMES[found]}")
    text, warnings = decode(data, name, encoding)
    text, more = stored(text)
    cues = list(_cues(text.split("\n"), name, kind))
    if not cues:
        raise ReadError(
            name, "no cues; a transcript has lines like '00:00:01.000 --> 00:00:04.000'"
        )
    warnings += more + _order(cues) + (_numbers(cues) if kind == "srt" else [])
    return _source(name, kind, _voiced(cues), warnings)


def _cues(lines: Sequence[str], name: str, kind: str) -> Iterator[_Cue]:
    if kind == "vtt" and not re.match(r"WEBVTT(?:[ \t].*)?$", lines[0]):
        raise ReadError(name, "the WEBVTT header is missing; add it as the first line", line=1)
    n = 1 if kind == "vtt" else 0
    while n < len(lines):
        if kind == "vtt" and _BLOCK.match(lines[n]):
            while n < len(lines) and lines[n].strip():
                n += 1
        elif "-->" in lines[n]:
            cue, n = _cue(lines, n, name)
            yield cue
        elif _ALMOST.match(lines[n]):
            raise ReadError(name, f"bad time line {lines[n][:60]!r}; write '-->'", line=n + 1)
        else:
            n += 1


def _cue(lines: Sequence[str], n: int, name: str) -> tuple[_Cue, int]:
    begin, _, rest = lines[n].partition("-->")
    end = (rest.split() or [""])[0]
    ident = lines[n - 1].strip() if n else ""
    times = _seconds(begin.strip(), name, n + 1), _seconds(end, name, n + 1)
    line = n + 1
    n += 1
    body: list[str] = []
    while n < len(lines) and "-->" not in lines[n] and not _ends_cue(lines, n):
        body.append(lines[n])
        n += 1
    if n < len(lines) and "-->" in lines[n] and body and body[-1].strip().isdigit():
        body.pop()  # the number of a cue that no blank line sets apart
    words = " ".join(part.strip() for part in body if part.strip())
    return _Cue(*times, words, line, ident), n


def _ends_cue(lines: Sequence[str], n: int) -> bool:
    """A blank line ends a cue when what follows is the next cue or the end of the file."""
    if lines[n].strip():
        return False
    rest = [line for line in lines[n : n + 12] if line.strip()][:2]
    return (
        not rest
        or any("-->" in line or _ALMOST.match(line) for line in rest)
        or any(_BLOCK.match(line) for line in rest[:1])
    )


def _seconds(stamp: str, name: str, line: int) -> float:
    match = _STAMP.fullmatch(stamp)
    if match is None:
        raise ReadError(name, f"bad timestamp {stamp[:40]!r}; it must be HH:MM:SS.mmm", line=line)
    hours, minutes, secs, thousandths = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + secs + thousandths / 1000


def _voiced(cues: Sequence[_Cue]) -> list[_Cue]:
    """The cues with speaker and markup told apart from the words."""
    cues = [part for cue in cues for part in _one_voice_each(cue)]
    voices = [
        html.unescape(match[1]).strip() if (match := _VOICE.match(c.words)) else None for c in cues
    ]
    plain = [
        replace(c, words=_plain(c.words), speaker=voice)
        for c, voice in zip(cues, voices, strict=True)
    ]
    if any(voices):
        return plain
    labels = {n: m for n, c in enumerate(plain) if (m := _LABEL.match(c.words))}
    names = {n: match[1] or match[2] for n, match in labels.items()}
    speakers = believed(list(names.values()), len(plain))
    labelled = sum(name in speakers for name in names.values())
    every = labelled >= 0.8 * len(plain)  # then a cue without a label has an unknown speaker
    current = None
    for n, cue in enumerate(plain):
        match = labels.get(n)
        if match and names[n] in speakers:
            current = names[n]
            plain[n] = replace(cue, words=cue.words[match.end() :], speaker=current)
        elif not every:
            plain[n] = replace(cue, speaker=current)
    return plain


def _plain(words: str) -> str:
    """Words without markup; what an entity stands for is cleaned as all text is."""
    text, _ = stored(html.unescape(_MARKUP.sub("", words)))
    return " ".join(text.replace("\n", " ").split(" ")).strip()


def _one_voice_each(cue: _Cue) -> list[_Cue]:
    """A cue in which several people speak, as one cue for each of them."""
    starts = [match.start() for match in re.finditer(r"<v[ .]", cue.words)]
    if len(starts) < 2:
        return [cue]
    cuts = [0, *starts[1:], len(cue.words)]
    return [replace(cue, words=cue.words[a:b]) for a, b in pairwise(cuts)]


def _joins(before: _Cue, cue: _Cue) -> bool:
    """Whether a cue goes on with the turn of the one before."""
    if cue.speaker is not None or before.speaker is not None:
        return cue.speaker == before.speaker
    ours, theirs = _UTTERANCE.fullmatch(cue.ident), _UTTERANCE.fullmatch(before.ident)
    return ours is not None and theirs is not None and ours[1] == theirs[1]


def _source(name: str, kind: str, cues: Sequence[_Cue], warnings: Sequence[str]) -> Source:
    groups: list[list[_Cue]] = []
    for cue in cues:
        if not cue.words:
            continue
        if groups and _joins(groups[-1][-1], cue):
            groups[-1].append(cue)
        else:
            groups.append([cue])
    lines, turns, at = [], [], 0
    for n, group in enumerate(groups, 1):
        first = group[0]
        label = f"{first.speaker}: " if first.speaker else ""
        words = " ".join(cue.words for cue in group)
        start = at + len(label)
        turns.append(Turn(first.speaker, UNKNOWN, start, start + len(words), first.start, n))
        lines.append(label + words)
        at = start + len(words) + 1
    text = "\n".join(lines)
    voiced = with_roles(text, turns)
    speakers = [turn.speaker for turn in turns if turn.speaker]
    messages = [*warnings, *oddities(text, name), *lookalikes(speakers), *unclear_roles(voiced)]
    if not speakers:
        messages.append(Note("no speakers are named; each cue is one turn"))
    serious, notes = told(messages)
    return Source(name, kind, text, voiced, warnings=serious, notes=notes)


def _order(cues: Sequence[_Cue]) -> list[str]:
    """One warning a kind of disorder, with the first place and how often."""
    kinds: dict[str, list[int]] = {}
    for before, cue in zip([None, *cues[:-1]], cues, strict=True):
        if cue.end < cue.start:
            kinds.setdefault("a cue ends before it starts", []).append(cue.line)
        if before and cue.start < before.start:
            kinds.setdefault("a cue is out of order", []).append(cue.line)
        elif before and cue.start < before.end:
            kinds.setdefault("a cue overlaps the one before", []).append(cue.line)
    return [f"{what}: {len(at)} times, first on line {at[0]}" for what, at in kinds.items()]


def _numbers(cues: Sequence[_Cue]) -> list[str]:
    numbers = [cue.ident for cue in cues if cue.ident.isdigit()]
    found = [] if len(numbers) == len(cues) else ["cue numbers are missing"]
    return found + (["cue numbers repeat"] if len(set(numbers)) < len(numbers) else [])
