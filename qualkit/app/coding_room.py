"""What the page Code shows: the words of a source, the codes, and the codings over them.

Everything here is plain data for the browser. Positions are code points; the browser counts
otherwise and turns them at its border.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from qualkit.framework import clock
from qualkit.model import COLOUR, DEFAULT_COLOUR, INTERVIEWER, Code, Codebook, Source, Turn, new_id

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project

# Told apart by people who see red and green alike: Okabe and Ito (2008), and the muted scheme of
# Tol (2021) without its palest. A page darkens or lightens them for its background.
CYCLE: Final = (
    "#0072b2", "#d55e00", "#009e73", "#aa4499", "#997700", "#332288",
    "#cc6677", "#117733", "#56b4e9", "#882255", "#e69f00", "#44aa99",
)  # fmt: skip


_POSITION: Final = re.compile("[0-9]{1,12}")  # more digits than any text has characters


@dataclass(frozen=True, slots=True)
class Choice:
    """A source that can be chosen, with how far it is.

    Attributes
    ----------
    name : str
    answers, coded : int
        Turns that are not an interviewer's; those of which somebody has coded something.
    """

    name: str
    answers: int
    coded: int

    @property
    def left(self) -> int:
        """Answers that nobody has coded."""
        return self.answers - self.coded

    @property
    def label(self) -> str:
        """The source in a list to choose from.

        Examples
        --------
        >>> Choice("p7", 40, 12).label
        'p7 (12 of 40 answers coded)'
        """
        return f"{self.name} ({self.coded} of {self.answers} answers coded)"


def choices_of(coverage: pd.DataFrame) -> list[Choice]:
    """The sources in their order.

    Parameters
    ----------
    coverage : DataFrame
        As :meth:`qualkit.Project.coverage` gives it.
    """
    columns = (coverage[name].tolist() for name in ("source", "answers", "coded"))
    return [Choice(*row) for row in zip(*columns, strict=True)]


def place_in(choices: Sequence[Choice], name: str | None) -> int:
    """The number of the source of that name; of the first with something left, or the first.

    Examples
    --------
    >>> place_in([Choice("a", 2, 2), Choice("b", 2, 0)], None)
    1
    """
    names = [choice.name for choice in choices]
    if name in names:
        return names.index(name)
    return next((n for n, choice in enumerate(choices) if choice.left), 0)


@dataclass(frozen=True, slots=True)
class Given:
    """A source that a coder was given and has not finished.

    Attributes
    ----------
    said : str
        What that means for them.
    warning : str
        What it means to say that it is finished.
    """

    said: str
    warning: str


def given(assignments: pd.DataFrame, coder: str, source: str) -> Given | None:
    """What a coder was given to do in a source; None where that is nothing, or all is done.

    Parameters
    ----------
    assignments : DataFrame
        :meth:`qualkit.project.Project.assignments`.
    coder, source : str
    """
    rows = assignments
    own = rows[(rows["coder"] == coder) & (rows["source"] == source) & (rows["status"] == "open")]
    if own.empty:
        return None
    if not own["blind"].any():
        return Given(
            "You were given this source to code.",
            "From then on it counts as coded by you, also where you coded nothing.",
        )
    return Given(
        "You code this source blind: others' codings stay hidden until you say you have finished.",
        "You will then see what others coded here, and cannot code it blind again.",
    )


def goal_of(query: Mapping[str, str], length: int) -> dict[str, int] | None:
    """The stretch that a link asks for, within a text of that length; None where it names none.

    Examples
    --------
    >>> goal_of({"start": "12", "end": "40"}, 30)
    {'start': 12, 'end': 30}
    >>> goal_of({"start": "ten"}, 30) is None, goal_of({"start": "9" * 5000, "end": "1"}, 30)
    (True, None)
    """
    asked = [query.get(side, "") for side in ("start", "end")]
    if not all(_POSITION.fullmatch(one) for one in asked):
        return None
    start, end = map(int, asked)
    return None if start >= length else {"start": start, "end": max(start + 1, min(end, length))}


def words_of(source: Source, codes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The words of a source, turn by turn, and the codes: what seldom changes.

    A turn is start, end, speaker, time and whether an interviewer speaks.
    """
    turns = source.turns or tuple(_paragraphs(source.text))
    return {
        "source": source.id,
        "name": source.name,
        "text": source.text,
        "turns": [
            [t.start, t.end, _speaker(t), _time(t), t.role == INTERVIEWER]
            for t in turns
            if t.end > t.start
        ],
        "codes": list(codes),
    }


def _paragraphs(text: str) -> list[Turn]:
    """The lines of a text without turns, as if each were one."""
    ends = [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n"), len(text)]
    lines = [(start, start + len(text[start:end].rstrip())) for start, end in pairwise(ends)]
    return [Turn(None, "unknown", start, end) for start, end in lines if end > start]


def _speaker(turn: Turn) -> str:
    return turn.item or turn.speaker or ""


def _time(turn: Turn) -> str:
    if turn.time is not None:
        return clock(turn.time)
    return f"p. {turn.page}" if turn.page is not None else ""


def codes_of(books: Sequence[Codebook], table: pd.DataFrame) -> list[dict[str, Any]]:
    """Every code with its rules, in the order of the codebooks, each below its parent.

    Parameters
    ----------
    books : sequence of Codebook
        :meth:`qualkit.project.Project.codebooks`.
    table : DataFrame
        :meth:`qualkit.project.Project.codes`, for how often each was used.
    """
    keys = zip(table["codebook"], table["code"], strict=True)
    uses = dict(zip(keys, table["codings"], strict=True))
    made: list[dict[str, Any]] = []
    for book in books:
        for code, _ in book.walk():
            colour = colour_of(code, len(made))
            made.append(_code(book, code, colour) | {"uses": int(uses.get((book.id, code.id), 0))})
    return made


def colour_of(code: Code, number: int) -> str:
    """The code's own colour, or the one of the cycle that comes next.

    A browser reads it as style: what is no colour in a study's file is none here either.

    Examples
    --------
    >>> colour_of(Code("a", "A", colour="#123456"), 0), colour_of(Code("a", "A"), 13)
    ('#123456', '#d55e00')
    """
    own = COLOUR.fullmatch(code.colour) and code.colour != DEFAULT_COLOUR
    return code.colour if own else CYCLE[number % len(CYCLE)]


def _code(book: Codebook, code: Code, colour: str) -> dict[str, Any]:
    above = [one.name for one in book.path(code.id)[:-1]]
    return {
        "id": code.guid,
        "name": code.name,
        "path": " / ".join([*above, code.name]),
        "above": " / ".join(above),
        "depth": len(above),
        "codebook": book.title,
        "colour": colour,
        "definition": code.definition,
        "include": code.include,
        "exclude": code.exclude,
        "example": code.example,
        "scale": [
            {"value": one.value, "label": one.label, "descriptor": one.descriptor}
            for one in code.scale
        ],
    }


Row = tuple[Any, ...]
_ROW: Final = (
    "id", "start", "end", "code", "coder", "stance", "rating", "memo", "version", "created",
    "kind", "confidence", "method", "reasons",
)  # fmt: skip
_KEPT: Final = 8  # states of a source that are remembered, for a browser that is behind


def rows_of(table: pd.DataFrame) -> dict[str, Row]:
    """Codings and suggestions of one source by their id, as plain values.

    Parameters
    ----------
    table : DataFrame
        :meth:`qualkit.project.Project.marks`.
    """
    columns = [table[name].tolist() for name in _ROW]
    for name in ("coder", "stance", "rating", "confidence", "method"):
        at = _ROW.index(name)
        missing = table[name].isna().tolist()
        pairs = zip(missing, columns[at], strict=True)
        columns[at] = [None if gone else one for gone, one in pairs]
    return {row[0]: row for row in zip(*columns, strict=True)}


def packed(rows: Iterable[Row]) -> str:
    """Rows as JSON, small: names of codes and coders come once.

    Returns
    -------
    str
        ``codes``, ``coders`` and ``rows``; a row is id, start, end, number of its code, number
        of its coder or null, stance, rating, memo, version, created, 1 for a suggestion,
        confidence, method, reasons.
    """
    codes: dict[str, int] = {}
    coders: dict[str | None, int | None] = {None: None}
    made = []
    for row in rows:
        values = list(row)
        values[3] = codes.setdefault(row[3], len(codes))
        values[4] = coders.setdefault(row[4], len(coders) - 1)
        values[10] = int(row[10] == "suggestion")
        made.append(values)
    names = [name for name in coders if name is not None]
    whole = {"codes": list(codes), "coders": names, "rows": made}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


class Marks:
    """What a browser has been sent of a source, so that the next time it gets what changed.

    Examples
    --------
    >>> marks = Marks()
    >>> first = marks.sent({"a": ("a",) * 14}, seen=None)
    >>> first["base"] is None
    True
    >>> marks.sent({}, seen=first["rev"])["gone"]
    ['a']
    """

    def __init__(self) -> None:
        self._states: dict[str, dict[str, Row]] = {}

    def sent(self, rows: dict[str, Row], *, seen: str | None) -> dict[str, Any]:
        """What to send to a browser that has `seen` an earlier state; all where it has not.

        Returns
        -------
        dict
            ``rev``, the name of this state; ``base``, of the one that it is told from, or None;
            ``marks``, the rows that are new or changed, :func:`packed`; ``gone``, ids of others.
        """
        old = self._states.get(seen or "")
        base = {} if old is None else old
        rev = new_id()
        self._states[rev] = rows
        for name in list(self._states)[:-_KEPT]:
            del self._states[name]
        return {
            "rev": rev,
            "base": None if old is None else seen,
            "marks": packed(row for name, row in rows.items() if base.get(name) != row),
            "gone": [name for name in base if name not in rows],
        }


def may_of(project: Project, coder: str) -> str:
    """What this coder may do to codings here: ``all``, their ``own`` alone, or ``none``."""
    if not coder or not project.may("coder"):
        return "none"
    return "all" if project.may("evaluator") else "own"
