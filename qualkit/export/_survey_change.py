"""What two waves say of each item, as two dots on a line with an arrow from before to after.

The whiskers are the interval of each wave's own mean or share. That of the difference stands in
words beside its test, since the overlap of whiskers is no test of a change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import NotEnough
from qualkit.export._survey_canvas import (
    EDGE,
    GREY,
    INK,
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
    shortened,
    width,
    wrapped,
)
from qualkit.export._survey_rows import (
    Record,
    asked,
    check_names,
    chunks,
    group_label,
    numbered,
    records,
    withheld_words,
)
from qualkit.survey.findings import p_words
from qualkit.survey.proportions import wilson

if TYPE_CHECKING:
    from qualkit.survey import Comparison, Survey

MEASURES: Final = {"mean": ("mean", "score"), "share": ("yes", "chosen", "top-two")}
ADJUSTED: Final = {"holm": "Holm", "bh": "BH", "bonferroni": "Bonferroni"}
MOST_ROWS: Final = 16  # of one item in one piece
_ROW: Final = 0.44
_PANEL: Final = 0.3  # of one result by itself
_QUESTION: Final = 2.15
_LABELS: Final = 1.4
_CHANGE: Final = 1.08
_TEST: Final = 0.98
_GAP: Final = 0.1
_OFF: Final = 0.055  # the waves' whiskers lie so far above and below the middle
_Ends = tuple[float | None, float | None, float | None]  # value, low, high


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    before: _Ends
    after: _Ends
    change: str
    interval: str
    test: tuple[str, ...]
    base: str
    why: str = ""
    moved: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    question: str
    rows: tuple[_Row, ...]


def change_chart(
    made: Comparison, *, items: Sequence[str] = (), measure: str = "mean", by: str = "",
    survey: Survey | None = None, title: str = "",
) -> Chart:  # fmt: skip
    """The chart, before it is drawn."""
    chosen = _chosen(made, items, measure, by)
    percent = measure == "share"
    sections: dict[str, list[_Block]] = {}
    for key, rows in _by_result(chosen).items():
        # numbers such as hours have an axis of their own
        own = key[0] if rows[0]["kind"] == "number" else ""
        parts = chunks([_row(row, made, percent, by) for row in rows], MOST_ROWS)
        for question, part in numbered(_question(rows[0]), parts):
            sections.setdefault(own, []).append(_Block(question, tuple(part)))
    by_words = f", by {by.replace('_', ' ')}" if by else ""
    named = title or f"{made.survey}: {measure}s, {made.before} to {made.after}{by_words}"
    chart = Chart("Before and after", named, [], _notes(made, chosen, percent=percent))
    layout = _Layout.of(made, [one for held in sections.values() for one in held], percent=percent)
    for own, blocks in sections.items():
        limits = (0.0, 100.0) if percent else _limits(blocks, survey, own)
        chart.sections.append(layout.section(blocks, limits))
    return chart


def change_panel(
    made: Comparison, row: Record, edges: tuple[float, float], *, survey: Survey | None = None
) -> Piece:
    """One result between two edges of a page, under its own key: both waves, on their axis."""
    percent = row["measure"] in MEASURES["share"]
    shown = _row(row, made, percent, "")
    if shown.why:
        return withheld_panel(shown.why, edges)
    limits = (0.0, 100.0) if percent else _limits([_Block(_question(row), (shown,))], survey, "")
    line = _Axis.between(limits, edges)
    foot = line.foot("%" if percent else "")
    both = ((made.before, shown.before, False), (made.after, shown.after, True))
    signs = [
        (_sign(filled=filled), f"{wave} {_figure(ends[0], percent=percent)}".strip())
        for wave, ends, filled in both
    ]
    lines = key_lines(signs, withheld=False, room=edges[1] - edges[0])
    key = KEY_LINE * len(lines) + 0.04

    def draw(canvas: Canvas, top: float) -> None:
        canvas.key(top, lines, left=edges[0])
        line.grid(canvas, top + key, top + key + _PANEL)
        middle = top + key + _PANEL / 2
        _whisker(canvas, line, shown.before, middle - _OFF, filled=False)
        _whisker(canvas, line, shown.after, middle + _OFF, filled=True)
        _arrow(canvas, line, shown, middle)
        foot.draw(canvas, top + key + _PANEL)

    said = ", ".join(words for _, words in signs)
    return Piece(key + _PANEL + foot.high, draw, f"Before and after: {said}.")


def interval_panel(
    ends: tuple[float, float, float], edges: tuple[float, float], *, percent: bool, change: bool
) -> Piece:
    """One figure with its interval between two edges; a change beside nought."""
    value, low, high = ends
    room = 0.1 * (high - low) or 0.5
    held = (low - room, high + room)
    if percent and not change:
        held = (0.0, 100.0)
    elif change:
        held = (min(held[0], -room), max(held[1], room))
    line = _Axis.between(held, edges)
    foot = line.foot("%" if percent and not change else "")

    def draw(canvas: Canvas, top: float) -> None:
        line.grid(canvas, top, top + _PANEL)
        if change:
            x = line.at(0.0)
            canvas.line((x, top), (x, top + _PANEL), wide=1.0, style="--")
        _whisker(canvas, line, (value, low, high), top + _PANEL / 2, filled=True)
        foot.draw(canvas, top + _PANEL)

    what = "Change, nought dashed" if change else "Figure"
    return Piece(_PANEL + foot.high, draw, f"{what}, with its 95 % interval.")


def withheld_panel(why: str, edges: tuple[float, float]) -> Piece:
    """A hatched box with the reason between two edges."""

    def draw(canvas: Canvas, top: float) -> None:
        canvas.withheld((edges[0], top + 0.02), (edges[1] - edges[0], 0.2), why)

    return Piece(0.28, draw, f"{why}.")


def _chosen(made: Comparison, items: Sequence[str], measure: str, by: str) -> list[Record]:
    """The results of that measure; of everybody and, if one is named, of a column's groups."""
    check_names("measure", [measure], MEASURES)
    every = records(made.items)
    check_names("item", items, dict.fromkeys(row["item"] for row in every))
    groups = dict.fromkeys(row["attribute"] for row in every if row["attribute"])
    check_names("subgroup column", [by] if by else [], groups)
    chosen: list[Record] = [
        row for row in every
        if row["measure"] in MEASURES[measure] and row["attribute"] in {"", by}
        and (not items or row["item"] in items)
    ]  # fmt: skip
    if not chosen:
        raise NotEnough(f"before and after: there are no {measure}s to compare")
    return chosen


def _by_result(rows: Sequence[Record]) -> dict[tuple[str, str, str], list[Record]]:
    """Everybody first, then groups, of each item, option and measure as asked."""
    found: dict[tuple[str, str, str], list[Record]] = {}
    for row in rows:
        found.setdefault((row["item"], row["option"], row["measure"]), []).append(row)
    return {key: sorted(held, key=lambda one: (one["attribute"] != "", one["group"]))
            for key, held in found.items()}  # fmt: skip


def _question(row: Record) -> str:
    said = asked(row)
    return f"{said} (top two answers)" if row["measure"] == "top-two" else said


def _row(row: Record, made: Comparison, percent: bool, by: str) -> _Row:
    label = group_label(row, grouped=bool(by))
    matched = made.design == "matched"
    sizes = [row["matched"]] * 2 if matched else [row["n_before"], row["n_after"]]
    base = ", ".join(f"{n or 0:,}" for n in (sizes[:1] if matched else sizes))
    none: _Ends = (None, None, None)
    if not row["shown"]:
        why = row["why"] if row["reason"] else withheld_words(row["why"])
        return _Row(label, none, none, "", "", (), base, why=why)
    times = 100 if percent else 1
    before, after = (
        _ends(row[f"mean_{wave}"], row[f"sd_{wave}"], n, percent=percent)
        for wave, n in zip(("before", "after"), sizes, strict=True)
    )
    change, interval = "", ""
    if row["difference"] is not None:
        change = _signed(row["difference"] * times, percent=percent)
    if row["low"] is not None and row["high"] is not None:
        low, high = (_signed(row[name] * times, percent=percent) for name in ("low", "high"))
        interval = f"{low} to {high}"
    return _Row(label, before, after, change, interval, tuple(_test(row, made)), base,
                moved=row["moved"])  # fmt: skip


def _ends(mean: float | None, sd: float | None, n: int, *, percent: bool) -> _Ends:
    """A mean with its interval by t, a share with Wilson's."""
    if mean is None:
        return None, None, None
    if percent:
        found = wilson(round(mean * n), n)
        if found.low is None or found.high is None:
            return 100 * mean, None, None
        return 100 * mean, 100 * found.low, 100 * found.high
    if sd is None or n < 2:
        return mean, None, None
    from scipy import stats

    half = float(stats.t.ppf(0.975, n - 1)) * sd / n**0.5
    return mean, mean - half, mean + half


def _signed(value: float, *, percent: bool) -> str:
    """A change with its sign; a minus as wide as the plus."""
    return f"{value:+.{0 if percent else 2}f}".replace("-", "\u2212")


def _test(row: Record, made: Comparison) -> list[str]:
    """The p in words, then adjusted; why there is none where there is none."""
    if row["p"] is None:
        return [str(row["reason"])] if row["reason"] else ["not tested"]
    told = [_p(row["p"], "p")]
    if row["p_adjusted"] is not None:
        told.append(_p(row["p_adjusted"], ADJUSTED[made.adjust]))
    return told


def _p(value: float, name: str) -> str:
    words = p_words(value)
    return f"{name} < {words[1:]}" if words.startswith("<") else f"{name} = {words}"


def _limits(
    blocks: Sequence[_Block], survey: Survey | None, own: str
) -> tuple[float, float]:  # fmt: skip
    """The ends of the axis: those of the scales, if they are known, else of what is shown."""
    seen = [
        one for block in blocks for row in block.rows for one in (*row.before, *row.after)
        if one is not None
    ]  # fmt: skip
    known = [] if own or survey is None else _scale_ends(survey, blocks)
    low, high = min([*seen, *known], default=0.0), max([*seen, *known], default=1.0)
    if not known:
        room = 0.05 * (high - low) or 0.5
        low, high = low - room, high + room
    return low, high


def _scale_ends(survey: Survey, blocks: Sequence[_Block]) -> list[float]:
    shown = " ".join(block.question for block in blocks)
    ends: list[float] = []
    for item in survey.items:
        if item.kind == "ordinal" and item.id in shown:
            try:
                ends += [float(code) for code in item.codes]
            except ValueError:
                ends += [1.0, float(len(item.codes))]
    return ends


def _notes(made: Comparison, rows: Sequence[Record], *, percent: bool) -> list[str]:
    what, by = ("share", "Wilson") if percent else ("mean", "t")
    whom = "who answered both times" if made.design == "matched" else (
        "in each wave, different people"
    )  # fmt: skip
    tests = ", ".join(dict.fromkeys(row["test"] for row in rows if row["test"]))
    told = [
        f"Whiskers: 95 % interval of each {what} (by {by}). The change has its own 95 % interval; "
        "whether whiskers overlap is no test of it.",
        f"n: {whom}." + (f" Test: {tests}." if tests else ""),
    ]
    if any(row["p_adjusted"] is not None for row in rows):
        told += [one for one in made.method if one.startswith("p was adjusted")]
    if any(not row["shown"] and not row["reason"] for row in rows):
        told.append(f"Hatched: withheld. {made.rules.sentence()}")
    return [*told, *(f"Warning: {one}." for one in made.warnings)]


# Where everything stands -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Layout:
    before: str
    after: str
    single: bool
    left: float
    right: float
    base: float
    percent: bool

    @classmethod
    def of(cls, made: Comparison, blocks: Sequence[_Block], *, percent: bool) -> _Layout:
        rows = [row for block in blocks for row in block.rows]
        single = all(len(block.rows) == 1 and not block.rows[0].label for block in blocks)
        labels = max(min(_LABELS, width(row.label, SMALL)) for row in rows)
        base = max(0.3, max(width(row.base, SMALL) for row in rows) + 0.05)
        left = EDGE + (_QUESTION if single else 0.1 + labels) + 2 * _GAP
        right = WIDE - EDGE - base - _TEST - _CHANGE - 3 * _GAP
        return cls(made.before, made.after, single, left, right, base, percent)

    def section(self, blocks: Sequence[_Block], limits: tuple[float, float]) -> Section:
        """Items on one axis."""
        line = _Axis.between(limits, (self.left, self.right))
        foot = line.foot("%" if self.percent else "")
        return Section(self._head(blocks), [self._block(block, line) for block in blocks], foot)

    def _head(self, blocks: Sequence[_Block]) -> Piece:
        withheld = any(row.why.startswith("withheld") for block in blocks for row in block.rows)
        signs = [(_sign(filled=False), self.before), (_sign(filled=True), self.after)]
        lines = key_lines(signs, withheld=withheld)
        high = KEY_LINE * len(lines) + 0.02 + height(3, SMALL) + 0.06

        def draw(canvas: Canvas, top: float) -> None:
            canvas.key(top, lines)
            start = top + high - 0.04 - height(3, SMALL)
            for title, at, across in self._titles():
                canvas.words((at, start), title, size=SMALL, colour=GREY, across=across)

        return Piece(high, draw, keep=True)

    def _titles(self) -> list[tuple[list[str], float, str]]:
        change = "Change, points" if self.percent else "Change"
        return [
            (["Before to after", change, "(95 % interval)"], self.right + _GAP, "left"),
            (["", "Test: p and", "adjusted p"], self.right + 2 * _GAP + _CHANGE, "left"),
            (["", "", "n"], WIDE - EDGE, "right"),
        ]

    def _block(self, block: _Block, line: _Axis) -> Piece:
        room = _QUESTION if self.single else WIDE - 2 * EDGE
        lines = wrapped(block.question, room, PLAIN, most=8 if self.single else 3)
        words = height(len(lines), PLAIN)
        tests = [_wrapped_test(row.test) for row in block.rows]
        tall = [max(_ROW, height(len(test), SMALL) + 0.06) for test in tests]
        rows = sum(tall)
        high = (max(words, rows) if self.single else words + 0.02 + rows) + 0.1

        def draw(canvas: Canvas, top: float) -> None:
            canvas.line((EDGE, top), (WIDE - EDGE, top), colour="#e0e0e0", wide=0.6)
            y = top + 0.05 + (max(0.0, words - rows) / 2 if self.single else words + 0.02)
            start = top + 0.05 + (max(0.0, rows - words) / 2 if self.single else 0.0)
            canvas.words((EDGE, start), lines)
            line.grid(canvas, y, y + rows)
            for row, test, deep in zip(block.rows, tests, tall, strict=True):
                self._row(canvas, row, test, line, y + deep / 2)
                y += deep

        return Piece(high, draw, " ".join([f"{block.question}:", *(self._said(row) for row in
                                           block.rows)]))  # fmt: skip

    def _row(self, canvas: Canvas, row: _Row, test: Sequence[str], line: _Axis, y: float) -> None:
        if row.label:
            canvas.words((EDGE + 0.1, y), shortened(row.label, _LABELS), size=SMALL)
        canvas.words((WIDE - EDGE, y), row.base, size=SMALL, across="right")
        if row.why:
            if row.why.startswith("withheld"):
                canvas.withheld((self.left, y - 0.1), (self.right - self.left, 0.2), row.why)
            else:
                words = cut(row.why, self.right - self.left, SMALL)
                canvas.words((self.left, y), words, size=SMALL, colour=GREY)
            return
        _whisker(canvas, line, row.before, y - _OFF, filled=False)
        _whisker(canvas, line, row.after, y + _OFF, filled=True)
        _arrow(canvas, line, row, y)
        at = self.right + _GAP
        change = f"{row.change} {row.moved}".strip() if row.moved != "same" else row.change
        ends = [_figure(one[0], percent=self.percent) for one in (row.before, row.after)]
        interval = f"({row.interval})" if row.interval else ""
        said = [one for one in (" to ".join(one for one in ends if one), change, interval) if one]
        for lines, x in ((said, at), (test, at + _CHANGE + _GAP)):
            canvas.words((x, y - height(len(lines), SMALL) / 2), list(lines), size=SMALL)

    def _said(self, row: _Row) -> str:
        who = f"{row.label}: " if row.label else ""
        if row.why:
            return f"{who}{row.why} (n = {row.base})."
        both = (row.before, row.after)
        ends = [_figure(one[0], percent=self.percent) or "not known" for one in both]
        change = f"change {row.change}" if row.change else "change not known"
        interval = f" (95 % interval {row.interval})" if row.interval else ""
        moved = f", {row.moved}" if row.moved in {"better", "worse"} else ""
        return (
            f"{who}{self.before} {ends[0]}, {self.after} {ends[1]}, {change}{interval}{moved}; "
            f"{'; '.join(row.test)} (n = {row.base})."
        )


def _figure(value: float | None, *, percent: bool) -> str:
    if value is None:
        return ""
    return f"{value:.0f}%" if percent else f"{value:.2f}"


def _wrapped_test(test: Sequence[str]) -> list[str]:
    return [line for one in test for line in wrapped(one, _TEST, SMALL, most=6)]


@dataclass(frozen=True, slots=True)
class _Axis:
    limits: tuple[float, float]
    ticks: tuple[float, ...]
    left: float
    right: float

    def at(self, value: float) -> float:
        low, high = self.limits
        inside = min(max(value, low), high)
        return self.left + 0.08 + (inside - low) / (high - low) * (self.right - self.left - 0.16)

    @classmethod
    def between(cls, limits: tuple[float, float], edges: tuple[float, float]) -> _Axis:
        """From one limit to the other, with ticks at round numbers."""
        from matplotlib.ticker import MaxNLocator

        found = MaxNLocator(nbins=5, steps=[1, 2, 5, 10]).tick_values(*limits)
        ticks = [float(tick) for tick in found if limits[0] - 1e-9 <= tick <= limits[1] + 1e-9]
        return cls(limits, tuple(ticks), *edges)

    def foot(self, sign: str) -> Piece:
        """The line under the dots, with its ticks."""
        places = [(self.at(tick), f"{tick:g}{sign}") for tick in self.ticks]
        return axis(self.left, self.right, places)

    def grid(self, canvas: Canvas, top: float, bottom: float) -> None:
        """A pale line at every tick."""
        for tick in self.ticks:
            x = self.at(tick)
            canvas.line((x, top), (x, bottom), colour="#e8e8e8", wide=0.6)


def _sign(*, filled: bool) -> Sign:
    """What draws a wave's dot in the key."""

    def draw(canvas: Canvas, at: tuple[float, float]) -> None:
        middle = at[1] + SWATCH[1] / 2
        canvas.line((at[0], middle), (at[0] + SWATCH[0], middle), colour=INK, wide=0.9)
        _dot(canvas, (at[0] + SWATCH[0] / 2, middle), filled=filled)

    return draw


def _dot(canvas: Canvas, at: tuple[float, float], *, filled: bool) -> None:
    canvas.axes.plot(
        [at[0]], [at[1]], marker="o" if filled else "s", markersize=5.2 if filled else 4.6,
        color=INK, markerfacecolor=INK if filled else "#ffffff", markeredgewidth=1.0, zorder=4,
    )  # fmt: skip


def _whisker(canvas: Canvas, line: _Axis, ends: _Ends, y: float, *, filled: bool) -> None:
    value, low, high = ends
    if value is None:
        return
    if low is not None and high is not None:
        colour = INK if filled else "#7a7a7a"
        canvas.line((line.at(low), y), (line.at(high), y), colour=colour, wide=0.9)
        for end in (low, high):
            canvas.line((line.at(end), y - 0.03), (line.at(end), y + 0.03), colour=colour, wide=0.9)
    _dot(canvas, (line.at(value), y), filled=filled)


def _arrow(canvas: Canvas, line: _Axis, row: _Row, y: float) -> None:
    """From before to after, where they are far enough apart for one to be seen."""
    if row.before[0] is None or row.after[0] is None:
        return
    start, end = line.at(row.before[0]), line.at(row.after[0])
    if abs(end - start) < 0.1:
        return
    look: Mapping[str, Any] = {
        "arrowstyle": "-|>,head_width=0.16,head_length=0.3", "color": INK, "linewidth": 1.1,
        "shrinkA": 3, "shrinkB": 3,
    }  # fmt: skip
    canvas.axes.annotate(
        "", (end, y + _OFF), (start, y - _OFF), arrowprops=dict(look), annotation_clip=False
    )
