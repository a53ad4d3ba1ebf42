"""The records that qualkit works with, each frozen and each checking its own rules.

Positions are Unicode code points, half-open ``[start, end)``, into the stored text of one
source. That text never changes: a corrected transcript is a new version of the source.
Identifiers are GUIDs from birth, so that two projects can be merged.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

INTERVIEWER: Final = "interviewer"
PARTICIPANT: Final = "participant"
UNKNOWN: Final = "unknown"
ROLES: Final = (INTERVIEWER, PARTICIPANT, UNKNOWN)
STANCES: Final = ("positive", "negative", "mixed", "neutral")
DEFAULT_COLOUR: Final = "#5a6b7b"
NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
COLOUR: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def new_id() -> str:
    """A fresh GUID, as text."""
    return str(uuid4())


def now() -> str:
    """The present moment in UTC, ISO 8601 to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def look_of(name: str) -> str:
    """What a name looks like: two codes of one codebook must not look the same."""
    return unicodedata.normalize("NFKC", name.translate(_INVISIBLE)).strip().casefold()


def sha256(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, as hexadecimal digits.

    >>> sha256("abc")[:8]
    'ba7816bf'
    """
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def seal(*parts: object) -> str:
    """One hash over several values, in order; a missing one counts as empty."""
    return sha256("\x1f".join(["" if part is None else str(part) for part in parts]))


def seal_of_turns(turns: Iterable[Turn]) -> str:
    """One hash over the turns of a source: who speaks, in what role, from where to where."""
    return seal(*(
        part
        for t in turns
        for part in (t.speaker, t.role, t.start, t.end, t.time, t.line, t.page, t.item)
    ))  # fmt: skip


def seal_of_mark(
    start: int, end: int, codebook: str, code: str, stance: str | None, rating: int | None
) -> str:
    """What a decision notes of a coding: another one when anything that was judged is another."""
    return seal(start, end, codebook, code, stance, rating)


def _span(what: str, start: int, end: int) -> None:
    if not 0 <= start <= end:
        raise ValueError(f"{what} runs from {start} to {end}; it must be 0 <= start <= end")


@dataclass(frozen=True, slots=True)
class Turn:
    """One speaker's uninterrupted stretch of a source.

    Attributes
    ----------
    speaker : str or None
        As the transcript names them; None where it does not say.
    role : str
        ``interviewer``, ``participant`` or ``unknown``.
    start, end : int
        Code points into the source's text; ``text[start:end]`` are the words spoken.
    time : float or None
        Seconds from the start of the recording.
    line : int or None
        Line of the stored text on which the words begin, counted from 1.
    page : int or None
        Page of the file, where the format has pages.
    item : str or None
        The question answered, in a table of open answers.
    """

    speaker: str | None
    role: str
    start: int
    end: int
    time: float | None = None
    line: int | None = None
    page: int | None = None
    item: str | None = None

    def __post_init__(self) -> None:
        _span("a turn", self.start, self.end)
        if self.role not in ROLES:
            raise ValueError(f"role {self.role!r} is not one of {', '.join(ROLES)}")


@dataclass(frozen=True, slots=True)
class Source:
    """An imported transcript, note or table of open answers.

    Attributes
    ----------
    name : str
        Unique in its project; the file's name without its ending unless told otherwise.
    format : str
        ``docx``, ``vtt``, ``srt``, ``txt``, ``md``, ``rtf``, ``odt``, ``pdf``, ``html``,
        ``csv`` or ``xlsx``.
    text : str
        The stored text: line ends LF, no byte-order mark, no character that XML forbids.
    turns : tuple of Turn
        In the order of the text; they do not overlap.
    file_name, file_sha256 : str
        The original file's name and the SHA-256 of its bytes.
    warnings : tuple of str
        What a reader should look at: hidden text left out, an encoding guessed ...
    notes : tuple of str
        What is worth knowing but needs no look: no speakers named, roles to be set ...
    """

    name: str
    format: str
    text: str
    turns: tuple[Turn, ...] = ()
    file_name: str = ""
    file_sha256: str = ""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        last = 0
        for turn in self.turns:
            if turn.start < last or turn.end > len(self.text):
                raise ValueError(f"{self.name}: turn {turn.start}-{turn.end} is out of place")
            last = turn.end

    @property
    def sha256(self) -> str:
        """SHA-256 of the stored text."""
        return sha256(self.text)

    def words_of(self, turn: Turn) -> str:
        """The words of one turn."""
        return self.text[turn.start : turn.end]


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a rating scale: its value, its name and what it looks like."""

    value: int
    label: str
    descriptor: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A label with its rules.

    Attributes
    ----------
    id : str
        Short name, unique in its codebook: letters, digits, ``.``, ``-`` and ``_``.
    name, definition, include, exclude, example : str
        For people. `example` is an invented quote.
    cues : tuple of str
        Words and phrases that people say when they speak of this.
    parent : str or None
        `id` of the code that it belongs to; None for a theme.
    scale : tuple of Level
        The levels of a rating code, lowest first; empty for other codes.
    survey_items : tuple of str
        Survey items that speak to the same thing.
    colour : str
        ``#rgb`` or ``#rrggbb``.
    guid : str
        Identifier for exchange with other programs.
    """

    id: str
    name: str
    definition: str = ""
    include: str = ""
    exclude: str = ""
    example: str = ""
    cues: tuple[str, ...] = ()
    colour: str = DEFAULT_COLOUR
    parent: str | None = None
    scale: tuple[Level, ...] = ()
    survey_items: tuple[str, ...] = ()
    guid: str = field(default_factory=new_id)

    @property
    def values(self) -> tuple[int, ...]:
        """The ratings that this code allows; empty where it takes none."""
        return tuple(level.value for level in self.scale)


@dataclass(frozen=True, slots=True)
class Codebook:
    """The codes of one topic, in order, with a version."""

    id: str
    title: str
    version: str
    codes: tuple[Code, ...]
    description: str = ""
    source: str = ""
    guid: str = field(default_factory=new_id)

    def code(self, code_id: str) -> Code:
        """The code of that id; KeyError where there is none."""
        for code in self.codes:
            if code.id == code_id:
                return code
        raise KeyError(code_id)

    def path(self, code_id: str) -> tuple[Code, ...]:
        """The codes from the theme down to the code of that id."""
        path = [self.code(code_id)]
        while path[0].parent is not None:
            path.insert(0, self.code(path[0].parent))
        return tuple(path)

    def walk(self) -> Iterator[tuple[Code, int]]:
        """Every code with its depth, after its parent and before its parent's next sibling.

        Examples
        --------
        >>> codes = (Code("a", "A"), Code("b", "B"), Code("a.1", "A1", parent="a"))
        >>> [(code.id, depth) for code, depth in Codebook("book", "Book", "1", codes).walk()]
        [('a', 0), ('a.1', 1), ('b', 0)]
        """
        below: dict[str | None, list[Code]] = {}
        for code in self.codes:
            below.setdefault(code.parent, []).append(code)
        waiting = [(code, 0) for code in reversed(below.get(None, []))]
        while waiting:
            code, depth = waiting.pop()
            yield code, depth
            waiting += [(child, depth + 1) for child in reversed(below.get(code.id, []))]


@dataclass(frozen=True, slots=True)
class Coding:
    """One coder's application of one code to one stretch of one source.

    `text` are the words that were marked. They are kept beside the positions and compared
    with the source whenever a project is checked or exported.
    """

    source: str
    start: int
    end: int
    text: str
    code: str
    coder: str
    stance: str | None = None
    rating: int | None = None
    memo: str = ""
    created: str = field(default_factory=now)
    id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a coding runs from {self.start} to {self.end}: it marks nothing")
        if self.stance is not None and self.stance not in STANCES:
            raise ValueError(f"stance {self.stance!r} is not one of {', '.join(STANCES)}")

    @property
    def sha256(self) -> str:
        """Seal over everything a bit flip must not change."""
        parts = (
            self.id, self.source, str(self.start), str(self.end), self.text, self.code,
            self.coder, self.stance or "", "" if self.rating is None else str(self.rating),
            self.memo, self.created,
        )  # fmt: skip
        return seal(*parts)


@dataclass(frozen=True, slots=True)
class Theme:
    """A column of a framework: one code with all that lies below it."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Framework:
    """The ordered themes that a study charts by; they may come from several codebooks."""

    id: str
    title: str
    themes: tuple[Theme, ...]
