"""Artefacts of triangulation as pictures for a slide or a page of A4, in black and white.

A verdict is told by a sign and by its words, one that nobody has decided by a dashed edge and the
word PROPOSED. Whoever opposes is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from qualkit.errors import NotEnough
from qualkit.export._shared import one_line
from qualkit.export._survey_canvas import (
    EDGE,
    GREY,
    INK,
    PLAIN,
    SMALL,
    WIDE,
    Canvas,
    Chart,
    Piece,
    Section,
    height,
    width,
    wrapped,
)
from qualkit.export._triangulation_parts import read_table
from qualkit.export._triangulation_words import SIGNS, opposing, side_of, sign_of

if TYPE_CHECKING:
    from qualkit.export._triangulation_panel import Panels
    from qualkit.triangulate import Artefact, JointRow

_GAP: Final = 0.14
_MIDDLE: Final = EDGE + 3.32
_LEFT: Final = (EDGE, _MIDDLE)
_RIGHT: Final = (_MIDDLE + _GAP, WIDE - EDGE)
_SPACE: Final = 0.05  # between paragraphs
_MOST: Final = 14  # lines of a paragraph
_ALL: Final = 45  # of names that may not be left out
_SIDE_BY_SIDE: Final = 5  # so many columns can be read beside each other
_SHORT: Final = 90  # characters of a cell of one of many columns
NOTHING: Final = Piece(0.0, lambda canvas, top: None)


class _Words(NamedTuple):
    """A paragraph: its lines, size and weight."""

    lines: list[str]
    size: float = SMALL
    bold: bool = False
    colour: str = INK

    @property
    def high(self) -> float:
        return height(len(self.lines), self.size) + _SPACE


def _paragraph(
    text: str, room: float, *, size: float = SMALL, bold: bool = False, colour: str = INK,
    most: int = _MOST,
) -> _Words:  # fmt: skip
    return _Words(wrapped(text, room, size, most=most, bold=bold), size, bold, colour)


def _write(canvas: Canvas, x: float, top: float, parts: Iterable[_Words]) -> float:
    """Paragraphs from a height down; where they end."""
    for one in parts:
        canvas.words((x, top), one.lines, size=one.size, bold=one.bold, colour=one.colour)
        top += one.high
    return top


# The joint display -----------------------------------------------------------------------------


def joint_chart(rows: Sequence[JointRow], panels: Panels, title: str) -> Chart:
    """The joint display, before it is drawn: the chart of each finding beside quotations.

    Raises
    ------
    NotEnough
        Where there is no row.
    """
    if not rows:
        raise NotEnough("a joint display of nothing: no theme and no finding is chosen")
    body = [_joint(row, panels) for row in rows]
    notes = [f"{', '.join(f'{sign} {words}' for words, sign in SIGNS.items())}."]
    if any(row.status == "proposed" for row in rows):
        notes.append("Dashed, PROPOSED: by the rule; no evaluator has decided yet.")
    notes.append(
        "Interviews are counted once each. Whiskers: 95 % interval; bars: % of those who answered."
    )
    return Chart("Joint display", title, [Section(NOTHING, body, NOTHING)], notes)


def _joint(row: JointRow, panels: Panels) -> Piece:
    label = _Label.of(row)
    theme = _paragraph(row.theme, WIDE - 2 * EDGE - label.wide - _GAP, size=PLAIN + 1, bold=True)
    panel = panels.of(row.finding, (_LEFT[0], _LEFT[1] - 0.06)) or NOTHING
    above, below = _finding(row)
    said = _interviews(row)
    together = [_paragraph(row.inference, WIDE - 2 * EDGE, size=PLAIN)]
    together += [
        _paragraph(f"Caution: {one}", WIDE - 2 * EDGE, colour=GREY) for one in row.cautions
    ]
    head = max(theme.high, label.high + _SPACE) + 0.03
    columns = max(
        sum(one.high for one in (*above, *below)) + panel.high, sum(one.high for one in said)
    )
    high = 0.1 + head + columns + 0.03 + sum(one.high for one in together) + 0.06

    def draw(canvas: Canvas, top: float) -> None:
        canvas.line((EDGE, top + 0.04), (WIDE - EDGE, top + 0.04), wide=1.2)
        y = top + 0.1
        _write(canvas, EDGE, y, [theme])
        label.draw(canvas, y)
        y += head
        middle = _MIDDLE + _GAP / 2
        canvas.line((middle, y), (middle, y + columns), colour="#b0b0b0", wide=0.6)
        down = _write(canvas, _LEFT[0], y, above)
        panel.draw(canvas, down)
        _write(canvas, _LEFT[0], down + panel.high, below)
        _write(canvas, _RIGHT[0], y, said)
        _write(canvas, EDGE, y + columns + 0.03, together)

    return Piece(high, draw, _aloud(row, panel))


def _finding(row: JointRow) -> tuple[list[_Words], list[_Words]]:
    """What stands over the chart of a finding, and what under it."""
    room = _LEFT[1] - _LEFT[0]
    above = [_paragraph(row.strand.capitalize(), room, bold=True)]
    if row.question:
        above.append(_paragraph(f"\u2018{row.question}\u2019", room, size=PLAIN))
    return above, [_paragraph(row.result, room)]


def _interviews(row: JointRow) -> list[_Words]:
    room = _RIGHT[1] - _RIGHT[0]
    parts = [_paragraph("Interviews", room, bold=True), _paragraph(row.said, room)]
    parts += [_paragraph(f"{side_of(row, quote)}{quote.text}", room) for quote in row.quotes]
    if words := opposing(row):
        parts.append(_paragraph(words, room, bold=True, most=_ALL))
    return parts


def _aloud(row: JointRow, panel: Piece) -> str:
    quotes = " ".join(quote.text for quote in row.quotes)
    parts = (
        f"{row.theme}: {row.label}.", row.question, f"{row.result}.", panel.says, f"{row.said}.",
        quotes, opposing(row), row.inference, *row.cautions,
    )  # fmt: skip
    return " ".join(part for part in parts if part)


class _Label(NamedTuple):
    """A verdict in its box, at the right edge."""

    words: str
    proposed: bool
    wide: float
    high: float = 0.22

    @classmethod
    def of(cls, row: JointRow) -> _Label:
        words = f"{sign_of(row.verdict)} {row.label}"
        return cls(words, row.status == "proposed", width(words, PLAIN, bold=True) + 0.16)

    def draw(self, canvas: Canvas, top: float) -> None:
        left, right = WIDE - EDGE - self.wide, WIDE - EDGE
        style = "--" if self.proposed else "-"
        corners = [(left, top), (right, top), (right, top + self.high), (left, top + self.high)]
        for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
            canvas.line(start, end, wide=1.0, style=style)
        middle = ((left + right) / 2, top + self.high / 2)
        canvas.words(middle, self.words, size=PLAIN, bold=True, across="center")


# Tables ----------------------------------------------------------------------------------------


def table_chart(artefact: Artefact, title: str) -> Chart:
    """Any artefact, before it is drawn: columns side by side, or where they are many, under heads.

    Raises
    ------
    NotEnough
        Where it has no row.
    """
    heads, rows = read_table(artefact)
    if not rows:
        raise NotEnough(f"{artefact.title}: there is nothing to show")
    if len(heads) <= _SIDE_BY_SIDE or _is_narrow(heads, rows):
        section = _side_by_side(heads, rows)
    else:
        section = Section(NOTHING, [_card(heads, row) for row in rows], NOTHING)
    return Chart("Table", title or artefact.title, [section], [*artefact.notes])


def _is_narrow(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether many columns can be read beside each other, as short cells can."""
    cells = [len(text) for row in rows for text in row[1:]]
    return sum(_least(heads, rows)) <= WIDE - 2 * EDGE and max(cells) <= _SHORT


def _side_by_side(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Section:
    wide = _widths(heads, rows)
    starts = [EDGE + sum(wide[:n]) for n in range(len(wide))]
    titles = [
        _paragraph(head, room - _GAP, bold=True) for head, room in zip(heads, wide, strict=True)
    ]
    deep = max(one.high for one in titles)

    def draw(canvas: Canvas, top: float) -> None:
        for x, words in zip(starts, titles, strict=True):
            _write(canvas, x, top, [words])
        canvas.line((EDGE, top + deep), (WIDE - EDGE, top + deep), wide=1.2)

    head = Piece(deep + 0.04, draw, keep=True)
    return Section(head, [_row(heads, row, starts, wide) for row in rows], NOTHING)


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Columns as wide as their longest words and the root of their most words ask for."""
    least = _least(heads, rows)
    wanted = [
        max(width(line, SMALL) for text in column for line in text.split("\n")) ** 0.5
        for column in zip(heads, *rows, strict=True)
    ]
    spare = max(0.0, WIDE - 2 * EDGE - sum(least))
    return [a + spare * b / (sum(wanted) or 1) for a, b in zip(least, wanted, strict=True)]


def _least(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """How wide columns must be for their longest words; heads and names of rows are bold."""
    made = []
    for n, head in enumerate(heads):
        words = [width(word, SMALL, bold=True) for word in head.split()]
        words += [
            width(word, SMALL, bold=not n) for word in " ".join(row[n] for row in rows).split()
        ]
        made.append(min(1.6, max(words, default=0.0) + _GAP + 0.02))
    return made


def _row(
    heads: Sequence[str], row: Sequence[str], starts: Sequence[float], wide: Sequence[float]
) -> Piece:
    cells = [
        [_paragraph(line, room - _GAP, bold=not n) for line in text.split("\n")]
        for n, (text, room) in enumerate(zip(row, wide, strict=True))
    ]
    high = max(sum(one.high for one in cell) for cell in cells) + 0.05

    def draw(canvas: Canvas, top: float) -> None:
        for x, cell in zip(starts, cells, strict=True):
            _write(canvas, x, top + 0.02, cell)
        canvas.line((EDGE, top + high), (WIDE - EDGE, top + high), colour="#b0b0b0", wide=0.6)

    return Piece(high, draw, _spoken(heads, row))


def _card(heads: Sequence[str], row: Sequence[str]) -> Piece:
    """A row whose cells stand two or three in a line, each under its head."""
    across = 2 if len(heads) <= 7 else 3
    room = (WIDE - 2 * EDGE) / across
    top_line = _paragraph(row[0], WIDE - 2 * EDGE, size=PLAIN + 1, bold=True)
    cells = [
        [_paragraph(head, room - _GAP, colour=GREY, bold=True),
         *(_paragraph(line, room - _GAP) for line in text.split("\n"))]
        for head, text in zip(heads[1:], row[1:], strict=True)
    ]  # fmt: skip
    lines = [cells[n : n + across] for n in range(0, len(cells), across)]
    tall = [max(sum(one.high for one in cell) for cell in line) + 0.04 for line in lines]

    def draw(canvas: Canvas, top: float) -> None:
        canvas.line((EDGE, top + 0.04), (WIDE - EDGE, top + 0.04), wide=1.2)
        y = _write(canvas, EDGE, top + 0.1, [top_line])
        for line, deep in zip(lines, tall, strict=True):
            for n, cell in enumerate(line):
                _write(canvas, EDGE + room * n, y, cell)
            y += deep

    return Piece(0.1 + top_line.high + sum(tall) + 0.04, draw, _spoken(heads, row))


def _spoken(heads: Sequence[str], row: Sequence[str]) -> str:
    return one_line(" ".join(f"{a}: {b.rstrip('.')}." for a, b in zip(heads, row, strict=True)))
