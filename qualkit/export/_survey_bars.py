"""How answers without a middle were spread: a bar an answer, the waves of it side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.errors import NotEnough
from qualkit.export._shared import one_line
from qualkit.export._survey_canvas import (
    EDGE,
    GREY,
    KEY_LINE,
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
    cut,
    height,
    key_lines,
    wrapped,
)
from qualkit.export._survey_rows import (
    Choice,
    Record,
    answers_of,
    asked,
    chart_title,
    group_label,
    key_of,
    notes_of,
    rows_by_item,
    was_nobody,
    withheld_words,
)

if TYPE_CHECKING:
    from qualkit.survey import Description

KINDS: Final = ("nominal", "multiple", "yes-no", "ordinal")
USUAL: Final = KINDS[:-1]
MOST_ANSWERS: Final = 60  # of one item; the rest are said to be left out
_BAR: Final = 0.15
_ANSWERS: Final = 2.4
_LOOKS: Final = (("#4d4d4d", ""), ("#c9c9c9", "////"), ("#8a8a8a", "...."),
                ("#ffffff", "\\\\\\\\"), ("#c9c9c9", "||||"), ("#ffffff", "----"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Bar:
    percent: float | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    label: str
    bars: tuple[_Bar, ...]


def bars_chart(
    made: Description, *, items: Sequence[str] = (), waves: Sequence[str] = (), by: str = "",
    title: str = "",
) -> Chart:  # fmt: skip
    """The chart, before it is drawn."""
    choice = Choice(items, waves, by)
    kinds = KINDS if choice.items else USUAL
    found = rows_by_item(made, choice, kinds, unfit="this chart shows answers that can be counted")
    if not found:
        raise NotEnough("no item has answers without an order to be shown")
    answers = answers_of(made)
    layout = _Layout(tuple(wave for wave in made.waves if wave in (choice.waves or made.waves)))
    body: list[Piece] = []
    withheld = False
    for rows in found.values():
        for part in _by_group(rows):
            pieces, hidden = layout.item(part, answers, choice)
            body += pieces
            withheld = withheld or hidden
    named = title or chart_title(made, choice, "answers given")
    chart = Chart("Bars", named, [Section(layout.head(withheld=withheld), body, layout.foot())])
    shown = [row for rows in found.values() for row in rows]
    chart.notes = notes_of(made, shown, withheld=withheld)
    if any(row["kind"] == "multiple" for row in shown):
        chart.notes.insert(1, "Where several answers could be given, they do not add up to 100 %.")
    return chart


def _by_group(rows: Sequence[Record]) -> list[list[Record]]:
    held: dict[tuple[str, str], list[Record]] = {}
    for row in rows:
        held.setdefault((row["attribute"], row["group"]), []).append(row)
    return list(held.values())


@dataclass(frozen=True, slots=True)
class _Layout:
    waves: tuple[str, ...]

    @property
    def left(self) -> float:
        """Where the bars begin."""
        return EDGE + 0.1 + _ANSWERS + 0.08

    @property
    def unit(self) -> float:
        """How wide one per cent is."""
        return (WIDE - EDGE - 0.45 - self.left) / 100

    def look(self, wave: int) -> tuple[str, str]:
        """The fill and the pattern of a wave."""
        return _LOOKS[wave % len(_LOOKS)]

    # Head and foot --------------------------------------------------------------------------

    def head(self, *, withheld: bool) -> Piece:
        """The key of the waves, where there are several, and of what is withheld."""
        named = self.waves if len(self.waves) > 1 else ()
        signs = [(self._sign(n), wave) for n, wave in enumerate(named)]
        lines = key_lines(signs, withheld=withheld)
        high = KEY_LINE * len(lines) + 0.04 if named or withheld else 0.02
        return Piece(high, lambda canvas, top: canvas.key(top, lines), keep=True)

    def _sign(self, wave: int) -> Sign:
        fill, pattern = self.look(wave)
        return lambda canvas, at: canvas.box(at, SWATCH, fill, pattern=pattern, edge="#4d4d4d")

    def foot(self) -> Piece:
        """The axis in per cent."""
        ticks = [(self.left + self.unit * tick, f"{tick}%") for tick in range(0, 101, 20)]
        return axis(self.left, self.left + 100 * self.unit, ticks)

    # An item --------------------------------------------------------------------------------

    def item(
        self, rows: Sequence[Record], answers: Mapping[tuple[str, str, str, str], Sequence[Record]],
        choice: Choice,
    ) -> tuple[list[Piece], bool]:  # fmt: skip
        """The question with its bases, then its answers; and whether any is withheld."""
        group = group_label(rows[0], grouped=bool(choice.by))
        shown = _answers(rows, answers, self.waves)
        hidden = any(
            bar.why and not was_nobody(bar.why) for answer in shown for bar in answer.bars
        ) or any(not row["shown"] and not was_nobody(str(row["why"])) for row in rows)
        pieces = [self._question(rows, group)]
        left_out = len(shown) - MOST_ANSWERS
        for n, answer in enumerate(shown[:MOST_ANSWERS]):
            pieces.append(self._answer(answer, last=n == min(len(shown), MOST_ANSWERS) - 1))
        if left_out > 0:
            pieces.append(_remark(f"{left_out:,} more answers are not shown"))
        if not shown:
            why = str(rows[0]["why"]) or "no answers"
            pieces.append(_remark(why))
        return pieces, hidden

    def _question(self, rows: Sequence[Record], group: str) -> Piece:
        lines = wrapped(asked(rows[0]), WIDE - 2 * EDGE, PLAIN, most=4)
        bases = "; ".join(
            f"{one_line(row['wave'])}: n = {row['n'] or 0:,}"
            + (f", don't know {row['dont_know']:,}" if row["dont_know"] else "")
            for row in rows
        )
        under = wrapped(f"{group}. {bases}" if group else bases, WIDE - 2 * EDGE, SMALL, most=3)
        words = height(len(lines), PLAIN)
        high = words + height(len(under), SMALL) + 0.12

        def draw(canvas: Canvas, top: float) -> None:
            canvas.line((EDGE, top), (WIDE - EDGE, top), colour="#e0e0e0", wide=0.6)
            canvas.words((EDGE, top + 0.06), lines)
            canvas.words((EDGE, top + 0.06 + words), under, size=SMALL, colour=GREY)

        return Piece(high, draw, f"{asked(rows[0])} ({'; '.join([group, bases]).strip('; ')}):",
                     keep=True)  # fmt: skip

    def _answer(self, answer: _Answer, *, last: bool) -> Piece:
        lines = wrapped(answer.label, _ANSWERS, SMALL, most=4)
        words, bars = height(len(lines), SMALL), (_BAR + 0.02) * len(answer.bars)
        high = max(words, bars) + 0.07 + (0.05 if last else 0)

        def draw(canvas: Canvas, top: float) -> None:
            start = top + 0.03 + max(0.0, bars - words) / 2
            canvas.words((EDGE + 0.1, start), lines, size=SMALL)
            first = top + 0.03 + max(0.0, words - bars) / 2
            for n, bar in enumerate(answer.bars):
                self._bar(canvas, bar, n, first + (_BAR + 0.02) * n)
            canvas.line((self.left, first - 0.02), (self.left, first + bars), colour="#000000")

        told = ", ".join(
            f"{wave} {_words(bar)}" if len(self.waves) > 1 else _words(bar)
            for wave, bar in zip(self.waves, answer.bars, strict=True)
        )
        return Piece(high, draw, f"{one_line(answer.label)}: {told}.")

    def _bar(self, canvas: Canvas, bar: _Bar, wave: int, y: float) -> None:
        middle = y + _BAR / 2
        if bar.percent is None:
            if bar.why and not was_nobody(bar.why):
                canvas.withheld((self.left, y), (SWATCH[0], _BAR))
                words = cut(withheld_words(bar.why), 100 * self.unit, SMALL)
                canvas.words((self.left + 0.27, middle), words, size=SMALL, colour=GREY)
            elif bar.why:
                canvas.words((self.left + 0.05, middle), bar.why, size=SMALL, colour=GREY)
            return
        fill, pattern = self.look(wave)
        canvas.box((self.left, y), (self.unit * bar.percent, _BAR), fill, pattern=pattern,
                   edge="#4d4d4d")  # fmt: skip
        place = (self.left + self.unit * bar.percent + 0.05, middle)
        canvas.words(place, f"{bar.percent:.0f}%", size=SMALL)


def _answers(
    rows: Sequence[Record], answers: Mapping[tuple[str, str, str, str], Sequence[Record]],
    waves: Sequence[str],
) -> list[_Answer]:  # fmt: skip
    """Each answer with its bar in every wave."""
    by_wave = {row["wave"]: {one["code"]: one for one in answers.get(key_of(row), ())}
               for row in rows}  # fmt: skip
    codes = dict.fromkeys(code for held in by_wave.values() for code in held)
    made = []
    for code in codes:
        held = [by_wave.get(wave, {}).get(code) for wave in waves]
        label = next(str(one["label"] or one["code"]) for one in held if one is not None)
        bars = [
            _Bar(None) if one is None else
            _Bar(one["percent"]) if one["shown"] else _Bar(None, str(one["why"]))
            for one in held
        ]  # fmt: skip
        made.append(_Answer(label, tuple(bars)))
    return made


def _words(bar: _Bar) -> str:
    if bar.percent is not None:
        return f"{bar.percent:.0f}%"
    if not bar.why:
        return "not asked"
    return bar.why if was_nobody(bar.why) else f"withheld ({bar.why})"


def _remark(words: str) -> Piece:
    def draw(canvas: Canvas, top: float) -> None:
        canvas.words((EDGE + 0.1, top + 0.09), words, size=SMALL, colour=GREY)

    return Piece(0.2, draw, f"{words}.")
