"""Artefacts of triangulation as pictures for a slide or a page of A4, in black and white.

A verdict is told by a sign and by its words, one that nobody has decided by a dashed edge and the
word PROPOSED. Whoever opposes is named. Nothing is cut: a row grows with its words, and one that is
longer than a page goes on in a further one.
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
from qualkit.export._triangulation_words import opposing, side_of, sign_of, signs_in_words
from qualkit.triangulate.artefacts import heading

if TYPE_CHECKING:
    from qualkit.export._triangulation_panel import Panels
    from qualkit.triangulate import Artefact, JointRow

_GAP: Final = 0.14
_MIDDLE: Final = EDGE + 3.32
_LEFT: Final = (EDGE, _MIDDLE)
_RIGHT: Final = (_MIDDLE + _GAP, WIDE - EDGE)
_SPACE: Final = 0.05  # between paragraphs
_PAGE: Final = 7.0  # inches of a row on one page, under the title and over the notes
_EVERY: Final = 1_000_000  # lines
_CONTINUED: Final = "(continued)"
_NAME: Final = 4  # lines of the name of a row
_SIDE_BY_SIDE: Final = 5  # so many columns can be read beside each other
_SHORT: Final = 90  # characters of a paragraph in one of many columns
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
    most: int = _EVERY,
) -> _Words:  # fmt: skip
    return _Words(wrapped(text, room, size, most=most, bold=bold), size, bold, colour)


_Part = _Words | Piece  # of a column: a paragraph, or a chart


def _write(canvas: Canvas, x: float, top: float, parts: Iterable[_Part]) -> float:
    """What stands in a column, from a height down; where it ends."""
    for one in parts:
        if isinstance(one, Piece):
            one.draw(canvas, top)
        else:
            canvas.words((x, top), one.lines, size=one.size, bold=one.bold, colour=one.colour)
        top += one.high
    return top


def _tall(parts: Iterable[_Part]) -> float:
    return sum(one.high for one in parts)


def _parted(columns: Sequence[Sequence[_Part]]) -> list[list[list[_Part]]]:
    """Columns side by side, cut between lines where they are longer than a page has room for."""
    left, made = [list(one) for one in columns], list[list[list[_Part]]]()
    while any(left) or not made:
        taken = [_taken(one) for one in left]
        made.append([first for first, _ in taken])
        left = [rest for _, rest in taken]
    return made


def _taken(parts: Sequence[_Part]) -> tuple[list[_Part], list[_Part]]:
    """What of a column fits on a page, and the rest."""
    used = 0.0
    for n, one in enumerate(parts):
        if used + one.high > _PAGE:
            first, rest = list(parts[:n]), list(parts[n:])
            if isinstance(one, Piece):
                return (first, rest) if first else (rest[:1], rest[1:])
            fit = int((_PAGE - used - _SPACE) / height(1, one.size))
            cut = [one._replace(lines=one.lines[:fit]), one._replace(lines=one.lines[fit:])]
            return [*first, *cut[: fit > 0]], [cut[1], *rest[1:]]
        used += one.high
    return list(parts), []


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
    body = [piece for row in rows for piece in _joint(row, panels)]
    notes = [signs_in_words()]
    if any(row.status == "proposed" for row in rows):
        notes.append("Dashed, PROPOSED: by the rule; no evaluator has decided yet.")
    notes.append(
        "Interviews are counted once each. Whiskers: 95% interval; bars: % of those who answered."
    )
    return Chart("Joint display", title, [Section(NOTHING, body, NOTHING)], notes)


def _joint(row: JointRow, panels: Panels) -> list[Piece]:
    """A row, whole where a page has room for it."""
    panel = panels.of(row.finding, (_LEFT[0], _LEFT[1] - 0.06)) or NOTHING
    parts = _parted([_finding(row, panel), _interviews(row)])
    made = [(left, right, list[_Part]()) for left, right in parts]
    together: list[_Part] = [_paragraph(row.inference, WIDE - 2 * EDGE, size=PLAIN)]
    together += [
        _paragraph(f"Caution: {one}", WIDE - 2 * EDGE, colour=GREY) for one in row.cautions
    ]
    left, right, _ = made[-1]
    if max(_tall(left), _tall(right)) + _tall(together) <= _PAGE:
        made[-1] = left, right, together
    else:
        made += [([], [], some) for (some,) in _parted([together])]
    spoken = _aloud(row, panel)
    return [_beside(row, one, "" if n else spoken, again=n > 0) for n, one in enumerate(made)]


_Beside = tuple[list[_Part], list[_Part], list[_Part]]  # left, right, under both


def _beside(row: JointRow, parts: _Beside, spoken: str, *, again: bool) -> Piece:
    """A finding beside interviews, under its theme and verdict."""
    left, right, together = parts
    label = _Label.of(row)
    name = _again(row.theme) if again else row.theme
    theme = _paragraph(
        name, WIDE - 2 * EDGE - label.wide - _GAP, size=PLAIN + 1, bold=True, most=_NAME
    )
    head = max(theme.high, label.high + _SPACE) + 0.03
    columns = max(_tall(left), _tall(right))
    high = 0.1 + head + columns + 0.03 + _tall(together) + 0.06

    def draw(canvas: Canvas, top: float) -> None:
        canvas.line((EDGE, top + 0.04), (WIDE - EDGE, top + 0.04), wide=1.2)
        y = top + 0.1
        _write(canvas, EDGE, y, [theme])
        label.draw(canvas, y)
        y += head
        middle = _MIDDLE + _GAP / 2
        canvas.line((middle, y), (middle, y + columns), colour="#b0b0b0", wide=0.6)
        _write(canvas, _LEFT[0], y, left)
        _write(canvas, _RIGHT[0], y, right)
        _write(canvas, EDGE, y + columns + 0.03, together)

    return Piece(high, draw, spoken)


def _finding(row: JointRow, panel: Piece) -> list[_Part]:
    """The chart of a finding under its question and over its figures."""
    room = _LEFT[1] - _LEFT[0]
    parts: list[_Part] = [_paragraph(heading(row.strand), room, bold=True)]
    if row.question:
        parts.append(_paragraph(f"\u2018{row.question}\u2019", room, size=PLAIN))
    return [*parts, panel, _paragraph(row.result, room)]


def _interviews(row: JointRow) -> list[_Part]:
    room = _RIGHT[1] - _RIGHT[0]
    parts: list[_Part] = [_paragraph("Interviews", room, bold=True), _paragraph(row.said, room)]
    parts += [_paragraph(f"{side_of(row, quote)}{quote.text}", room) for quote in row.quotes]
    if words := opposing(row):
        parts.append(_paragraph(words, room, bold=True))
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
        cards = [piece for row in rows for piece in _card(heads, row)]
        section = Section(NOTHING, cards, NOTHING)
    return Chart("Table", title or artefact.title, [section], [*artefact.notes])


def _is_narrow(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether many columns can be read beside each other, as short cells can."""
    cells = [len(line) for row in rows for text in row[1:] for line in text.split("\n")]
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
    body = [piece for row in rows for piece in _row(heads, row, starts, wide)]
    return Section(head, body, NOTHING)


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
        named = [_CONTINUED] * (not n)
        words = [width(word, SMALL, bold=True) for word in (*head.split(), *named)]
        words += [
            width(word, SMALL, bold=not n) for word in " ".join(row[n] for row in rows).split()
        ]
        made.append(min(1.6, max(words, default=0.0) + _GAP + 0.02))
    return made


def _row(
    heads: Sequence[str], row: Sequence[str], starts: Sequence[float], wide: Sequence[float]
) -> list[Piece]:
    """A row, whole where a page has room for it; what goes on is named again."""
    cells = [
        [_paragraph(line, room - _GAP, bold=not n) for line in text.split("\n")]
        for n, (text, room) in enumerate(zip(row, wide, strict=True))
    ]
    parts = _parted(cells)
    for some in parts[1:]:
        some[0] = some[0] or [_paragraph(_again(row[0]), wide[0] - _GAP, bold=True, most=_NAME)]
    spoken = _spoken(heads, row)
    return [
        _line_of(starts, some, "" if n else spoken, last=n == len(parts) - 1)
        for n, some in enumerate(parts)
    ]


def _again(name: str) -> str:
    return f"{one_line(name)} {_CONTINUED}"


def _line_of(
    starts: Sequence[float], cells: Sequence[Sequence[_Part]], spoken: str, *, last: bool
) -> Piece:
    """Cells side by side, with a line under the last of a row."""
    high = max(map(_tall, cells)) + 0.05

    def draw(canvas: Canvas, top: float) -> None:
        for x, cell in zip(starts, cells, strict=True):
            _write(canvas, x, top + 0.02, cell)
        if last:
            canvas.line((EDGE, top + high), (WIDE - EDGE, top + high), colour="#b0b0b0", wide=0.6)

    return Piece(high, draw, spoken)


def _card(heads: Sequence[str], row: Sequence[str]) -> list[Piece]:
    """A row whose cells stand two or three in a line, each under its head."""
    across = 2 if len(heads) <= 7 else 3
    room = (WIDE - 2 * EDGE) / across
    cells: list[list[_Part]] = [
        [_paragraph(head, room - _GAP, colour=GREY, bold=True),
         *(_paragraph(line, room - _GAP) for line in text.split("\n"))]
        for head, text in zip(heads[1:], row[1:], strict=True)
    ]  # fmt: skip
    lines = [cells[n : n + across] for n in range(0, len(cells), across)]
    starts = [EDGE + room * n for n in range(across)]
    spoken = _spoken(heads, row)
    return [
        _lines_of(_again(row[0]) if n else row[0], some, starts, "" if n else spoken)
        for n, some in enumerate(_packed([some for line in lines for some in _parted(line)]))
    ]


_Line = Sequence[Sequence[_Part]]  # cells side by side


def _deep(line: _Line) -> float:
    return max(map(_tall, line)) + 0.04


def _packed(lines: Iterable[_Line]) -> list[list[_Line]]:
    """Lines of cells in as few pieces as pages have room for."""
    made: list[list[_Line]] = [[]]
    for line in lines:
        if made[-1] and sum(map(_deep, made[-1])) + _deep(line) > _PAGE:
            made.append([])
        made[-1].append(line)
    return made


def _lines_of(name: str, lines: Sequence[_Line], starts: Sequence[float], spoken: str) -> Piece:
    """Lines of cells under the name of their row."""
    top_line = _paragraph(name, WIDE - 2 * EDGE, size=PLAIN + 1, bold=True, most=_NAME)
    tall = [_deep(line) for line in lines]

    def draw(canvas: Canvas, top: float) -> None:
        canvas.line((EDGE, top + 0.04), (WIDE - EDGE, top + 0.04), wide=1.2)
        y = _write(canvas, EDGE, top + 0.1, [top_line])
        for line, deep in zip(lines, tall, strict=True):
            for x, cell in zip(starts, line, strict=False):
                _write(canvas, x, y, cell)
            y += deep

    return Piece(0.1 + top_line.high + sum(tall) + 0.04, draw, spoken)


def _spoken(heads: Sequence[str], row: Sequence[str]) -> str:
    return one_line(" ".join(f"{a}: {b.rstrip('.')}." for a, b in zip(heads, row, strict=True)))
