"""A page of a survey's charts, measured in inches from its upper left corner.

Every word has its place because it was measured first: a question is wrapped where its column
ends, a percentage stands in its piece of a bar only where it fits. Shades differ in lightness as
well as in colour, and what they tell is told by a pattern or by a place too.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import QualkitError
from qualkit.export._drawing import check_ending, drawing
from qualkit.export._shared import one_line
from qualkit.writing import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE: Final = 7.2  # a page of A4 between its margins, or half a screen
HIGH: Final = 9.4  # at most; with a caption it still stands on a page of A4
EDGE: Final = 0.12
SMALL: Final = 7.0  # points, as the next two
PLAIN: Final = 8.0
LARGE: Final = 10.0
INK: Final = "#1b1b1b"
GREY: Final = "#595959"  # letters of it are read on white
PALE: Final = "#d9d9d9"
WITHHELD: Final = "xxxx"
SWATCH: Final = (0.22, 0.13)
KEY_LINE: Final = 0.22
MOST_PAGES: Final = 60
_LINE: Final = 1.28  # lines are so many times their letters apart
_POINT: Final = 1 / 72


# Measuring -----------------------------------------------------------------------------------


@lru_cache(maxsize=8_192)
def _advance(letter: str, *, bold: bool) -> float:
    """How wide a letter is, in its own size; one that the font lacks is drawn as a wide box."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(weight="bold" if bold else "normal")))
    if not font.get_char_index(ord(letter)):
        return 1.25
    font.set_size(100, 72)
    return float(font.load_char(ord(letter)).linearHoriAdvance) / 65_536 / 100


def width(words: str, size: float, *, bold: bool = False) -> float:
    """How wide words are, in inches."""
    return sum(_advance(letter, bold=bold) for letter in words) * size * _POINT


def height(lines: int, size: float) -> float:
    """How high so many lines are, in inches."""
    return lines * size * _LINE * _POINT


def wrapped(text: str, room: float, size: float, *, most: int = 8, bold: bool = False) -> list[str]:
    """Words on lines that fit; the last of `most` ends in an ellipsis where there are more."""
    lines: list[str] = []
    line = ""
    for word in one_line(text).split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, size, bold=bold) <= room:
            line = longer
            continue
        lines += [line] if line else []
        *whole, line = _broken(word, room, size, bold=bold)
        lines += whole
    lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], cut(" ".join(lines[most - 1 :]), room, size, bold=bold)]
    return lines


def _broken(word: str, room: float, size: float, *, bold: bool) -> list[str]:
    """A word in pieces that fit, the whole of it where it does."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width(pieces[-1] + letter, size, bold=bold) > room:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def cut(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """As much of a text as fits on one line, with an ellipsis for the rest."""
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(f"{text}…", size, bold=bold) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def shortened(name: str, room: float, size: float = SMALL) -> str:
    """A name on one line, cut in its middle: what tells names apart often stands at their end."""
    name = one_line(name)
    if width(name, size) <= room:
        return name
    start, end = name, name
    while len(start) > 1 and width(f"{start}…{end}", size) > room:
        start, end = (start[:-1], end) if len(start) >= len(end) else (start, end[1:])
    return f"{start.rstrip()}…{end.lstrip()}"


# Shades --------------------------------------------------------------------------------------

_COLD: Final = ((0xC6, 0xDB, 0xEF), (0x08, 0x45, 0x8C))  # blue, then orange: as light in grey
_WARM: Final = ((0xF9, 0xD0, 0xA4), (0x7A, 0x2B, 0x05))


def shades(count: int, *, warm: bool) -> list[str]:
    """So many shades from pale to dark; cold and warm ones are equally light."""
    low, high = _WARM if warm else _COLD
    steps = [0.45] if count == 1 else [n / (count - 1) for n in range(count)]
    return [
        "#" + "".join(f"{round(a + (b - a) * step):02x}" for a, b in zip(low, high, strict=True))
        for step in steps
    ]


def letters_on(fill: str) -> str:
    """Black or white, whichever is read better on a fill."""
    bright = [int(fill[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in bright]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (light + 0.05) > (light + 0.05) / 0.05 else "#000000"


# Drawing -------------------------------------------------------------------------------------


@dataclass(slots=True)
class Canvas:
    """Where words, boxes, lines and marks are put, all in inches."""

    axes: Axes

    def words(
        self,
        at: tuple[float, float],
        text: str | Sequence[str],
        *,
        size: float = PLAIN,
        colour: str = INK,
        across: str = "left",
        bold: bool = False,
        on: str = "",
    ) -> None:
        """One line of words about a height, or several from that height down, each its own text.

        `on` is what they are laid upon, so that a pattern does not run through them.
        """
        if isinstance(text, str):
            self._line(at, text, size, colour, across, bold, on)
            return
        for n, line in enumerate(text):
            place = (at[0], at[1] + height(1, size) * (n + 0.5))
            self._line(place, line, size, colour, across, bold, on)

    def _line(  # noqa: PLR0917 - the parts of a line of words
        self, at: tuple[float, float], text: str, size: float, colour: str, across: str,
        bold: bool, on: str,
    ) -> None:  # fmt: skip
        made = self.axes.text(
            *at, text, fontsize=size, color=colour, ha=across, va="center_baseline",
            fontweight="bold" if bold else "normal",
        )  # fmt: skip
        if on:
            made.set_bbox({"facecolor": on, "edgecolor": "none", "pad": 0.8})

    def box(
        self,
        at: tuple[float, float],
        size: tuple[float, float],
        fill: str,
        *,
        pattern: str = "",
        ink: str = "",
        edge: str = "#ffffff",
    ) -> None:
        """A box with a thin edge; a pattern is drawn in `ink` upon its fill."""
        from matplotlib.patches import Rectangle

        self.axes.add_patch(Rectangle(at, *size, facecolor=fill, edgecolor=edge, linewidth=0.7))
        if pattern:
            over: Any = Rectangle(at, *size, fill=False, hatch=pattern, linewidth=0)
            over.set_edgecolor(ink or letters_on(fill))
            self.axes.add_patch(over)

    def line(
        self, start: tuple[float, float], end: tuple[float, float], *, colour: str = INK,
        wide: float = 0.8, style: str = "-",
    ) -> None:  # fmt: skip
        """A line."""
        self.axes.plot(
            (start[0], end[0]), (start[1], end[1]), color=colour, linewidth=wide, linestyle=style,
            solid_capstyle="butt",
        )  # fmt: skip

    def key(self, top: float, lines: Sequence[Sequence[Entry]], *, left: float = EDGE) -> None:
        """What shades and signs mean, from a height down; see :func:`key_lines`."""
        for n, line in enumerate(lines):
            x, middle = left, top + KEY_LINE * n + 0.1
            for entry in line:
                if entry.draw is None:
                    self.withheld((x, middle - SWATCH[1] / 2), SWATCH)
                else:
                    entry.draw(self, (x, middle - SWATCH[1] / 2))
                self.words((x + SWATCH[0] + 0.05, middle), entry.words, size=SMALL)
                x += entry.wide

    def withheld(self, at: tuple[float, float], size: tuple[float, float], words: str = "") -> None:
        """A hatched box for what is not shown, with as much of the reason as fits."""
        self.box(at, size, "#ffffff", pattern=WITHHELD, ink="#8c8c8c", edge="#8c8c8c")
        if words and (shown := fitting(words, size[0] - 0.1)):
            middle = (at[0] + size[0] / 2, at[1] + size[1] / 2)
            self.words(middle, shown, size=SMALL, across="center", on="#ffffff")


def fitting(words: str, room: float, size: float = SMALL) -> str:
    """The words where they fit, cut where most of them do, else nothing."""
    shown = cut(words, room, size)
    return shown if shown == words or len(shown) > 12 else ""


Sign = Callable[[Canvas, tuple[float, float]], None]  # draws from its upper left corner


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a key: what draws its sign, its words, how wide both are.

    `draw` is None for what is withheld.
    """

    draw: Sign | None
    words: str
    wide: float


def key_lines(
    signs: Iterable[tuple[Sign | None, str]], *, withheld: bool, room: float = WIDE - 2 * EDGE
) -> list[list[Entry]]:
    """The entries of a key in lines as long as the page is wide, what is withheld last."""
    entries: list[tuple[Sign | None, str]] = [*signs, *([(None, "Withheld")] if withheld else [])]
    lines: list[list[Entry]] = [[]]
    for draw, label in entries:
        shown = shortened(label, min(3.0, room - SWATCH[0] - 0.05))
        entry = Entry(draw, shown, SWATCH[0] + width(shown, SMALL) + 0.2)
        if lines[-1] and sum(one.wide for one in lines[-1]) + entry.wide > room:
            lines.append([])
        lines[-1].append(entry)
    return lines


# Pages ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is drawn whole: so high, by whom, and what it says to those who do not see.

    `draw` takes the canvas and the height at which it begins. `keep` holds it with the next.
    """

    high: float
    draw: Callable[[Canvas, float], None]
    says: str = ""
    keep: bool = False


def axis(left: float, right: float, ticks: Sequence[tuple[float, str]]) -> Piece:
    """The line under bars or dots, with the places of its ticks and their words."""

    def draw(canvas: Canvas, top: float) -> None:
        canvas.line((left, top + 0.03), (right, top + 0.03), colour=GREY, wide=0.6)
        for x, words in ticks:
            canvas.line((x, top + 0.03), (x, top + 0.07), colour=GREY, wide=0.6)
            canvas.words((x, top + 0.14), words, size=SMALL, across="center", colour=GREY)

    return Piece(0.3, draw)


@dataclass(slots=True)
class Section:
    """Pieces under a head and over a foot that stand again on every page."""

    head: Piece
    body: list[Piece]
    foot: Piece


@dataclass(slots=True)
class Chart:
    """A chart before it is drawn.

    Attributes
    ----------
    kind : str
        What it is, for those who do not see it.
    title : str
    sections : list of Section
    notes : list of str
        What a reader must know, at the foot of every page.
    """

    kind: str
    title: str
    sections: list[Section]
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Leaf:
    """What stands on one page."""

    parts: list[Piece] = field(default_factory=list)
    high: float = 0.0

    def add(self, piece: Piece) -> None:
        self.parts.append(piece)
        self.high += piece.high


def leaves(chart: Chart) -> list[_Leaf]:
    """The pages of a chart, each no higher than a page of A4 allows.

    Raises
    ------
    QualkitError
        Where they are too many for anybody to look at.
    """
    room = HIGH - _title_high(chart, "99 of 99") - _notes_high(chart) - 2 * EDGE
    made = [_Leaf()]
    for section in chart.sections:
        _lay(section, room, made)
    if len(made) > MOST_PAGES:
        raise QualkitError(
            f"a chart of {len(made):,} pages is too long to be read; choose items or groups"
        )
    return made


def _lay(section: Section, room: float, made: list[_Leaf]) -> None:
    """Put a section on the last page as far as it goes, the rest on new ones."""
    frame = section.head.high + section.foot.high
    opened = False
    for n, piece in enumerate(section.body):
        after = section.body[n + 1].high if piece.keep and n + 1 < len(section.body) else 0.0
        needed = piece.high + after + (section.foot.high if opened else frame)
        if made[-1].parts and made[-1].high + needed > room:
            if opened:
                made[-1].add(section.foot)
            made.append(_Leaf())
            opened = False
        if not opened:
            made[-1].add(section.head)
            opened = True
        made[-1].add(piece)
    made[-1].add(section.foot)


def _title(chart: Chart, page: str) -> list[str]:
    told = f"{chart.title} ({page})" if page else chart.title
    return wrapped(told, WIDE - 2 * EDGE, LARGE, most=3, bold=True)


def _title_high(chart: Chart, page: str) -> float:
    return height(len(_title(chart, page)), LARGE) + 0.08


def _notes(chart: Chart) -> list[str]:
    return [
        line
        for note in chart.notes
        for line in wrapped(note, WIDE - 2 * EDGE, SMALL, most=4)
    ]  # fmt: skip


def _notes_high(chart: Chart) -> float:
    return height(len(_notes(chart)), SMALL) + 0.06


def write_chart(chart: Chart, path: Path | str) -> tuple[Path, ...]:
    """Draw every page, then write them: the first under the name given, the second ``-2`` ...

    Raises
    ------
    QualkitError
        For another ending than .png and .svg, or a place that cannot be written to.
    MissingExtra
        Where matplotlib is not installed.
    """
    pages = _pages(chart, check_ending(path))
    first = Path(path)
    names = [first, *(first.with_stem(f"{first.stem}-{n}") for n in range(2, len(pages) + 1))]
    for name, page in zip(names, pages, strict=True):
        write_whole(name, lambda to, page=page: _put(to, page))  # type: ignore[misc]
    return tuple(names)


def _put(to: Path, page: bytes) -> None:
    to.write_bytes(page)


def pictures_of(chart: Chart) -> list[tuple[bytes, str]]:
    """The pages as .png, each with its words for those who do not see it."""
    return list(zip(_pages(chart, ".png"), described_pages(chart), strict=True))


def _pages(chart: Chart, ending: str) -> list[bytes]:
    found = leaves(chart)
    return [_drawn(chart, leaf, n, len(found), ending) for n, leaf in enumerate(found, 1)]


def described_pages(chart: Chart) -> tuple[str, ...]:
    """What each page shows, in words, for those who do not see it."""
    found = leaves(chart)
    made = []
    for n, leaf in enumerate(found, 1):
        said = [f"{chart.kind}: {chart.title}{f', page {n} of {len(found)}' if found[1:] else ''}."]
        said += [piece.says for piece in leaf.parts if piece.says]
        made.append(one_line(" ".join([*said, *chart.notes])))
    return tuple(made)


def _drawn(chart: Chart, leaf: _Leaf, number: int, of: int, ending: str) -> bytes:
    page = f"{number} of {of}" if of > 1 else ""
    top = EDGE + _title_high(chart, page)
    high = top + leaf.high + _notes_high(chart) + EDGE

    def draw(canvas: Canvas) -> None:
        canvas.words((EDGE, EDGE), _title(chart, page), size=LARGE, bold=True)
        y = top
        for piece in leaf.parts:
            piece.draw(canvas, y)
            y += piece.high
        canvas.words((EDGE, y + 0.04), _notes(chart), size=SMALL, colour=GREY)

    return _on_canvas((WIDE, high), draw, ending)


def picture_of(piece: Piece, wide: float) -> bytes:
    """A piece by itself as a .png, so many inches wide."""
    return _on_canvas((wide, piece.high), lambda canvas: piece.draw(canvas, 0.0), ".png")


def _on_canvas(size: tuple[float, float], draw: Callable[[Canvas], None], ending: str) -> bytes:
    with drawing(f"page{ending}", size) as (figure, _):
        import matplotlib as mpl

        mpl.rcParams["hatch.linewidth"] = 0.6  # `drawing` puts the settings back
        figure.set_layout_engine("none")  # everything has its place already
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, size[0]), ylim=(size[1], 0))
        axes.axis("off")
        draw(Canvas(axes))
        made = io.BytesIO()
        told: dict[str, Any] = {"metadata": {"Date": None}} if ending == ".svg" else {}
        figure.savefig(made, format=ending[1:], dpi=200, **told)
        return made.getvalue()
