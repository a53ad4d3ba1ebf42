"""Answers on a scale as bars that part at its middle: the more to the right, the less to the left.

A bar is one wave or group of an item. Answers that are withheld are hatched where they lie on one
side of the scale for certain; else their share stands apart, since no side may be read into it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import NotEnough
from qualkit.export._survey_canvas import (
    EDGE,
    GREY,
    KEY_LINE,
    PALE,
    PLAIN,
    SMALL,
    SWATCH,
    WIDE,
    Canvas,
    Chart,
    Piece,
    Section,
    Sign,
    axis,
    height,
    key_lines,
    letters_on,
    shades,
    shortened,
    width,
    wrapped,
)
from qualkit.export._survey_rows import (
    Choice,
    Record,
    answers_of,
    asked,
    chart_title,
    check_names,
    chunks,
    group_label,
    key_of,
    notes_of,
    numbered,
    rows_by_item,
    was_nobody,
    withheld_words,
)
from qualkit.survey.suppress import CELL_WHY

if TYPE_CHECKING:
    from qualkit.survey import Description

FEWEST: Final = 2
MOST: Final = 11
NEUTRALS: Final = ("centred", "apart")
_UNSURE: Final = "don't know"
_NEUTRAL_SHADE: Final = "#ffffff"  # with an edge, so that greys of it are not mistaken
_BAR: Final = 0.19
_QUESTION: Final = 2.5  # column of questions where every item has one bar
_LABELS: Final = 1.5  # at most, of groups
_WAVES: Final = 1.0
_GAP: Final = 0.08
_NO_SIDE: Final = "Withheld, either side"
_ROOMS: Final = {"Neutral": 0.34, "Don't know": 0.5, _NO_SIDE: 0.62}  # of words beside bars


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a bar: which answer, or which that are withheld, and how large."""

    side: str
    percent: float
    place: int | None = None  # of the answer in the order shown; None: withheld


@dataclass(frozen=True, slots=True)
class _Bar:
    label: str
    wave: str
    n: int
    unsure: int
    parts: tuple[_Part, ...] = ()
    unplaced: float = 0.0
    why: str = ""

    def total(self, side: str) -> float:
        return sum(part.percent for part in self.parts if part.side == side)

    @property
    def withheld(self) -> bool:
        """Whether any of it is."""
        if self.why:
            return not was_nobody(self.why)
        return bool(self.unplaced) or any(part.place is None for part in self.parts)

    @property
    def unsure_percent(self) -> float:
        """Of all who answered; none of a withheld result, whose base is too small for it."""
        asked_all = self.n + self.unsure
        return 100 * self.unsure / asked_all if asked_all and not self.why else 0.0


@dataclass(frozen=True, slots=True)
class _Block:
    """An item with its bars."""

    question: str
    bars: tuple[_Bar, ...]


@dataclass(frozen=True, slots=True)
class _Scale:
    """The answers of some items from left to right, and how they are drawn."""

    labels: tuple[str, ...]
    apart: bool

    def side(self, place: int) -> str:
        return side_of(place, len(self.labels))

    def fill(self, place: int) -> str:
        """The extremes are darkest."""
        half = len(self.labels) // 2
        side = self.side(place)
        if side == "neutral":
            return _NEUTRAL_SHADE
        if side == "left":
            return shades(half, warm=True)[half - 1 - place]
        return shades(half, warm=False)[place - (len(self.labels) - half)]

    def pattern(self, place: int) -> str:
        return "////" if self.side(place) == "left" else ""

    def sign(self, place: int) -> Sign:
        """What draws an answer's shade in the key."""
        fill, pattern = self.fill(place), self.pattern(place)
        return lambda canvas, at: canvas.box(at, SWATCH, fill, pattern=pattern, edge="#8c8c8c")


def side_of(place: int, count: int) -> str:
    """Where an answer lies: left, neutral or right.

    >>> [side_of(n, 5) for n in range(5)]
    ['left', 'left', 'neutral', 'right', 'right']
    """
    if 2 * place + 1 == count:
        return "neutral"
    return "left" if 2 * place < count else "right"


def likert_chart(
    made: Description, *, items: Sequence[str] = (), waves: Sequence[str] = (), by: str = "",
    neutral: str = "centred", title: str = "",
) -> Chart:  # fmt: skip
    """The chart, before it is drawn."""
    check_names("way with the middle", [neutral], NEUTRALS)
    choice = Choice(items, waves, by)
    found = rows_by_item(made, choice, {"ordinal"}, unfit="this chart shows items on a scale")
    scales, left_out = _blocks(made, found, choice, apart=neutral == "apart")
    if not scales:
        raise NotEnough(f"no item has answers on a scale of {FEWEST} to {MOST} points to be shown")
    bars = [bar for blocks in scales.values() for block in blocks for bar in block.bars]
    layout = _Layout.of(scales, bars)
    named = title or chart_title(made, choice, "answers on a scale")
    sections = [layout.section(scale, blocks) for scale, blocks in scales.items()]
    shown = [row for rows in found.values() for row in rows]
    notes = notes_of(made, shown, withheld=layout.hidden)
    if left_out:
        items = ", ".join(left_out)
        notes.append(f"Not shown, for want of {FEWEST} to {MOST} answers on a scale: {items}.")
    return Chart("Diverging stacked bars", named, sections, notes)


def likert_panel(
    made: Description, item: str, edges: tuple[float, float], *, waves: Sequence[str] = (),
    of: tuple[str, str] = ("", ""),
) -> Piece | None:  # fmt: skip
    """One item between two edges of a page, under its own key; None where it has no such scale.

    `of` is the subgroup column and the group whose answers they are.
    """
    choice = Choice((item,), waves, of[0])
    found = rows_by_item(made, choice, {"ordinal"}, unfit="this chart shows items on a scale")
    rows = [row for row in found[item] if (row["attribute"], row["group"]) == of]
    answers = answers_of(made)
    scale = _scale(rows, answers, apart=False) if rows else None
    if scale is None:
        return None
    bars = [replace(_bar(row, answers.get(key_of(row), []), choice), label="") for row in rows]
    layout = _Layout.between(edges, bars)
    signs = [(scale.sign(place), label) for place, label in enumerate(scale.labels)]
    lines = key_lines(signs, withheld=layout.hidden, room=edges[1] - edges[0])
    key, foot = KEY_LINE * len(lines) + 0.04, layout.foot()
    high = (_BAR + 0.04) * len(bars)

    def draw(canvas: Canvas, top: float) -> None:
        canvas.key(top, lines, left=edges[0])
        layout.bars(canvas, scale, bars, top + key)
        foot.draw(canvas, top + key + high)
        for name, at, wide in layout.columns:
            words = "n" if name == "n" else "Either side"
            canvas.words((at + wide, top + key + high + 0.14), words, size=SMALL, colour=GREY,
                         across="right")  # fmt: skip

    told = " ".join(said(bar, scale) for bar in bars)
    return Piece(key + high + foot.high, draw, f"Answers on a scale: {told}")


def _blocks(
    made: Description, found: Mapping[str, Sequence[Record]], choice: Choice, *, apart: bool
) -> tuple[dict[_Scale, list[_Block]], list[str]]:
    """The items by their scales, and those that have none that can be drawn."""
    answers = answers_of(made)
    scales: dict[_Scale, list[_Block]] = {}
    left_out: list[str] = []
    for item, rows in found.items():
        scale = _scale(rows, answers, apart)
        if scale is None:
            left_out.append(item)
            continue
        bars = [_bar(row, answers.get(key_of(row), []), choice) for row in rows]
        waves = len({bar.wave for bar in bars})
        if waves == 1:
            bars = [replace(bar, wave="") for bar in bars]
        for question, part in numbered(asked(rows[0]), chunks(bars, together=waves)):
            scales.setdefault(scale, []).append(_Block(question, tuple(part)))
    return scales, left_out


# What a bar is made of -----------------------------------------------------------------------


def _scale(
    rows: Sequence[Record],
    answers: Mapping[Any, Sequence[Record]],
    apart: bool,
) -> _Scale | None:
    """The answers from left to right; None where they are too few or too many to tell apart."""
    held = max((answers.get(key_of(row), ()) for row in rows), key=len)
    labels = [_label(row) for row in held if row["code"] != _UNSURE]
    if not FEWEST <= len(labels) <= MOST:
        return None
    return _Scale(tuple(reversed(labels) if runs_down(labels) else labels), apart)


def _label(row: Record) -> str:
    return str(row["label"] or row["code"])


def runs_down(labels: Sequence[str]) -> bool:
    """Whether a scale runs from agreement to disagreement, so that its codes run leftward.

    >>> runs_down(["Strongly agree", "Disagree"]), runs_down(["Disagree", "Agree"])
    (True, False)
    """
    first, last = (_agrees(labels[at]) for at in (0, -1))
    return first is True and last is False


def _agrees(label: str) -> bool | None:
    words = label.casefold()
    if "agree" not in words:
        return None
    return "disagree" not in words and "not agree" not in words


def _bar(row: Record, answers: Sequence[Record], choice: Choice) -> _Bar:
    told = (group_label(row, grouped=bool(choice.by)), str(row["wave"]), row["n"] or 0,
            row["dont_know"] or 0)  # fmt: skip
    if not row["shown"]:
        return _Bar(*told, why=str(row["why"]) or "withheld")
    given = [one for one in answers if one["code"] != _UNSURE]
    unsure = sum(one["percent"] or 0.0 for one in answers if one["code"] == _UNSURE)
    count = len(given)
    places = list(range(count))  # of the answers from left to right
    if runs_down([_label(one) for one in given]):
        places.reverse()
    parts = {
        place: _Part(side_of(place, count), one["percent"], place)
        for place, one in zip(places, given, strict=True) if one["shown"]
    }  # fmt: skip
    unplaced = 0.0
    for hidden, share in _pools(row, given, 100 - unsure):
        sides = {side_of(places[at], count) for at in hidden}
        if len(sides) == 1:
            parts[places[hidden[0]]] = _Part(sides.pop(), share)
        else:
            unplaced += share
    if not any(part.percent for part in parts.values()):
        return _Bar(*told, why=CELL_WHY)
    return _Bar(*told, tuple(parts[place] for place in sorted(parts)), unplaced)


def _best(row: Record, count: int) -> set[int]:
    """The places of the answers that the share of the best counts."""
    top = 1 if count == FEWEST else 2
    down = row["polarity"] == "lower-is-better"
    return set(range(top)) if down else set(range(count - top, count))


def _pools(row: Record, given: Sequence[Record], whole: float) -> list[tuple[list[int], float]]:
    """Answers that are withheld with what they are together, which follows from what is shown."""
    places = range(len(given))
    sets: list[tuple[list[int], float]] = [(list(places), whole)]
    if row["top_two"] is not None:
        best, top = _best(row, len(given)), 100 * row["top_two"]
        sets = [(sorted(best), top), ([at for at in places if at not in best], whole - top)]
    made = []
    for members, total in sets:
        hidden = [at for at in members if not given[at]["shown"]]
        rest = total - sum(given[at]["percent"] for at in members if given[at]["shown"])
        if hidden and rest > 0.05:
            made.append((hidden, rest))
    return made


# Where everything stands -----------------------------------------------------------------------


def _begin(bars: Sequence[_Bar], *, single: bool) -> float:
    """Where bars begin: after the questions, or after their own labels under a question."""
    if single:
        return EDGE + _QUESTION + _GAP
    labels = max(min(_LABELS, width(bar.label, SMALL)) for bar in bars)
    waves = max(min(_WAVES, width(bar.wave, SMALL)) for bar in bars)
    return EDGE + 0.1 + labels + waves + _GAP * ((labels > 0) + (waves > 0))


def _reach(bars: Sequence[_Bar], side: str, *, apart: bool) -> float:
    """How far the longest bar goes to a side, in per cent."""
    half = 0.0 if apart else 0.5
    return max(bar.total(side) + half * bar.total("neutral") for bar in bars)


def _beside(bars: Sequence[_Bar], *, apart: bool) -> dict[str, float]:
    """The columns beside the bars, and how long a bar in them is at most."""
    found = {"Neutral": max(bar.total("neutral") for bar in bars)} if apart else {}
    found["Don't know"] = max(bar.unsure_percent for bar in bars)
    if any(bar.unplaced for bar in bars):
        found[_NO_SIDE] = 0.0  # a bar of it would take the room of all others
    return found


@dataclass(frozen=True, slots=True)
class _Layout:
    """Columns in inches, and how wide one per cent is: the same on every page."""

    single: bool
    labels: float  # where bars' own labels begin
    zero: float
    unit: float
    left: float
    right: float
    columns: tuple[tuple[str, float, float], ...]  # what, where it begins, how wide
    hidden: bool

    @classmethod
    def of(cls, scales: Mapping[_Scale, Sequence[_Block]], bars: Sequence[_Bar]) -> _Layout:
        single = all(
            len(block.bars) == 1 and not block.bars[0].label
            for held in scales.values() for block in held
        )  # fmt: skip
        names = _begin(bars, single=single)
        apart = any(scale.apart for scale in scales)
        left, right = (_reach(bars, side, apart=apart) for side in ("left", "right"))
        beside = _beside(bars, apart=apart)
        base = max(0.34, max(width(f"{bar.n:,}", SMALL) for bar in bars) + 0.08)
        room = WIDE - EDGE - names - base - sum(_ROOMS[name] for name in beside)
        room -= _GAP * (len(beside) + 1)
        unit = room / max(left + right + sum(beside.values()), 20.0)
        columns = [("n", WIDE - EDGE - base, base)]
        at = columns[0][1]
        for name, percent in reversed(beside.items()):
            wide = unit * percent + _ROOMS[name]
            at -= wide + _GAP
            columns.insert(0, (name, at, wide))
        return cls(
            single, EDGE + (0 if single else 0.1), names + unit * left, unit, names, at - _GAP,
            tuple(columns), any(bar.withheld for bar in bars),
        )  # fmt: skip

    @classmethod
    def between(cls, edges: tuple[float, float], bars: Sequence[_Bar]) -> _Layout:
        """Bars with their waves and bases between two edges, in the order given."""
        waves = max(min(_WAVES, width(bar.wave, SMALL)) for bar in bars)
        base = max(0.3, max(width(f"{bar.n:,}", SMALL) for bar in bars) + 0.08)
        columns = [("n", edges[1] - base, base)]
        if any(bar.unplaced for bar in bars):
            wide = _ROOMS[_NO_SIDE]
            columns.insert(0, (_NO_SIDE, columns[0][1] - wide, wide))
        first, last = edges[0] + waves + _GAP, columns[0][1] - _GAP
        left, right = (_reach(bars, side, apart=False) for side in ("left", "right"))
        unit = (last - first) / max(left + right, 20.0)
        return cls(
            False, edges[0], first + unit * left, unit, first, last, tuple(columns),
            any(bar.withheld for bar in bars),
        )  # fmt: skip

    def section(self, scale: _Scale, blocks: Sequence[_Block]) -> Section:
        """The items of one scale under its key."""
        return Section(
            self._head(scale, blocks), [self._block(scale, block) for block in blocks], self.foot()
        )

    # The key --------------------------------------------------------------------------------

    def _head(self, scale: _Scale, blocks: Sequence[_Block]) -> Piece:
        signs = [(scale.sign(place), label) for place, label in enumerate(scale.labels)]
        hidden = any(bar.withheld for block in blocks for bar in block.bars)
        lines = key_lines(signs, withheld=hidden)
        titles = [wrapped(name, max(wide, 0.42), SMALL, most=3) for name, _, wide in self.columns]
        named = height(max(map(len, titles)), SMALL)
        high = KEY_LINE * len(lines) + named + 0.06

        def draw(canvas: Canvas, top: float) -> None:
            canvas.key(top, lines)
            for (name, at, wide), title in zip(self.columns, titles, strict=True):
                start = top + high - 0.04 - height(len(title), SMALL)
                corner = (at + wide, start) if name == "n" else (at, start)
                canvas.words(corner, title, size=SMALL, colour=GREY,
                             across="right" if name == "n" else "left")  # fmt: skip

        answers = ", ".join(scale.labels)
        return Piece(high, draw, f"Answers from left to right: {answers}.", keep=True)

    # An item --------------------------------------------------------------------------------

    def _block(self, scale: _Scale, block: _Block) -> Piece:
        room = _QUESTION if self.single else WIDE - 2 * EDGE
        lines = wrapped(block.question, room, PLAIN, most=8 if self.single else 3)
        words = height(len(lines), PLAIN)
        bars = (_BAR + 0.04) * len(block.bars)
        high = (max(words, bars) if self.single else words + 0.02 + bars) + 0.12

        def draw(canvas: Canvas, top: float) -> None:
            canvas.line((EDGE, top), (WIDE - EDGE, top), colour="#e0e0e0", wide=0.6)
            top += 0.06
            first = top + (max(0.0, words - bars) / 2 if self.single else words + 0.02)
            start = top + (max(0.0, bars - words) / 2 if self.single else 0.0)
            canvas.words((EDGE, start), lines)
            self.bars(canvas, scale, block.bars, first)

        return Piece(high, draw, " ".join([f"{block.question}:", *(said(b, scale) for b in
                                           block.bars)]))  # fmt: skip

    def bars(self, canvas: Canvas, scale: _Scale, bars: Sequence[_Bar], top: float) -> None:
        """Bars one under the other, with the line between the sides."""
        before = ""
        for n, bar in enumerate(bars):
            y = top + (_BAR + 0.04) * n + 0.02
            self._bar(canvas, scale, bar, y, label="" if bar.label == before else bar.label)
            before = bar.label
        end = top + (_BAR + 0.04) * len(bars)
        canvas.line((self.zero, top), (self.zero, end), colour="#000000", wide=0.8)

    def _bar(self, canvas: Canvas, scale: _Scale, bar: _Bar, y: float, *, label: str) -> None:
        middle = y + _BAR / 2
        if label:
            canvas.words((self.labels, middle), shortened(label, _LABELS), size=SMALL)
        if bar.wave:
            canvas.words((self.left - _GAP, middle), shortened(bar.wave, _WAVES), size=SMALL,
                         across="right", colour=GREY)  # fmt: skip
        if bar.why and was_nobody(bar.why):
            canvas.words((self.left + 0.05, middle), bar.why, size=SMALL, colour=GREY)
        elif bar.why:
            room = (self.right - self.left, _BAR)
            canvas.withheld((self.left, y), room, withheld_words(bar.why))
        self._stack(canvas, scale, bar, y)
        self._beside(canvas, bar, y)

    def _stack(self, canvas: Canvas, scale: _Scale, bar: _Bar, y: float) -> None:
        middle = 0.0 if scale.apart else bar.total("neutral")
        x = self.zero - self.unit * (bar.total("left") + middle / 2)
        for part in bar.parts:
            if part.side == "neutral" and scale.apart:
                continue
            self._piece(canvas, scale, part, (x, y))
            x += self.unit * part.percent

    def _piece(self, canvas: Canvas, scale: _Scale, part: _Part, at: tuple[float, float]) -> None:
        wide = self.unit * part.percent
        if wide <= 0:
            return
        number = f"{part.percent:.0f}"
        if part.place is None:
            canvas.withheld(at, (wide, _BAR), number if wide > 0.2 else "")
            return
        fill = scale.fill(part.place)
        middle = part.side == "neutral"
        canvas.box(at, (wide, _BAR), fill, pattern=scale.pattern(part.place),
                   edge="#8c8c8c" if middle else "#ffffff")  # fmt: skip
        if width(number, SMALL) + 0.05 <= wide:
            centre = (at[0] + wide / 2, at[1] + _BAR / 2)
            canvas.words(centre, number, size=SMALL, colour=letters_on(fill), across="center",
                         on=fill if middle or scale.pattern(part.place) else "")  # fmt: skip

    def _beside(self, canvas: Canvas, bar: _Bar, y: float) -> None:
        """What has no side: a neutral answer if apart, don't know, what is withheld, the base."""
        middle = y + _BAR / 2
        for name, at, wide in self.columns:
            if name == "n":
                canvas.words((at + wide, middle), f"{bar.n:,}", size=SMALL, across="right")
            elif name == "Neutral":
                percent = bar.total("neutral")
                shown = not bar.why and any(part.side == "neutral" for part in bar.parts)
                hidden = any(p.side == "neutral" and p.place is None for p in bar.parts)
                self._aside(canvas, (at, y), percent, f"{percent:.0f}" if shown else "",
                            _NEUTRAL_SHADE, hidden=hidden)  # fmt: skip
            elif name == _NO_SIDE:
                if bar.unplaced:
                    canvas.withheld((at, y + 0.03), (0.22, _BAR - 0.06))
                    canvas.words((at + 0.27, middle), f"{bar.unplaced:.0f}", size=SMALL)
            else:
                share = f" ({bar.unsure_percent:.0f}%)" if bar.unsure_percent else ""
                self._aside(canvas, (at, y), bar.unsure_percent, f"{bar.unsure:,}{share}", PALE)

    def _aside(
        self, canvas: Canvas, at: tuple[float, float], percent: float, words: str, fill: str, *,
        hidden: bool = False,
    ) -> None:  # fmt: skip
        wide = self.unit * percent
        size = (wide, _BAR)
        if wide > 0 and hidden:
            canvas.withheld(at, size)
        elif wide > 0:
            canvas.box(at, size, fill, pattern="|||" if fill == PALE else "", ink="#7a7a7a",
                       edge="#8c8c8c")  # fmt: skip
        canvas.words((at[0] + wide + 0.03, at[1] + _BAR / 2), words, size=SMALL)

    # The axis -------------------------------------------------------------------------------

    def foot(self) -> Piece:
        """The line under the bars, with its ticks."""
        ends = [(self.left - self.zero) / self.unit, (self.right - self.zero) / self.unit]
        step = next(one for one in (5, 10, 20, 25, 50) if one * self.unit >= 0.36 or one == 50)
        ticks = [tick for tick in range(-100, 101, step) if ends[0] - 0.5 <= tick <= ends[1] + 0.5]
        places = [(self.zero + self.unit * tick, f"{abs(tick)}%") for tick in ticks]
        return axis(self.left, self.right, places)


def said(bar: _Bar, scale: _Scale) -> str:
    """A bar in words."""
    who = ", ".join(one for one in (bar.label, bar.wave) if one)
    base = f"n = {bar.n:,}, don't know {bar.unsure:,}"
    if bar.why:
        what = bar.why if was_nobody(bar.why) else f"withheld, {bar.why}"
        return f"{who}{': ' if who else ''}{what} ({base})."
    told = [
        f"{part.percent:.0f}% withheld ({part.side})" if part.place is None
        else f"{part.percent:.0f}% {scale.labels[part.place]}"
        for part in bar.parts
    ]  # fmt: skip
    told += [f"{bar.unplaced:.0f}% withheld"] if bar.unplaced else []
    return f"{who}{': ' if who else ''}{', '.join(told)} ({base})."
