"""Figures of topics and learning curves as PNG or SVG, drawn to be read in black and white.

Grey tones, line styles and marks tell things apart, never colour alone. Drawing needs no screen.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import MissingExtra, QualkitError, TableError
from qualkit.export._shared import one_line, write_whole

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qualkit.topics import Topics

ENDINGS: Final = (".png", ".svg")
MOST_DOTS: Final = 5_000  # segments drawn behind a map; more make a grey page and a huge SVG
_STYLES: Final = (("-", "o"), ("--", "s"), ("-.", "^"), (":", "D"))
_AXES: Final = {
    "share_of_sources": "Share of sources coded",
    "sources": "Sources that taught",
    "per_code": "Coded examples of each code",
    "mAP": "Mean average precision",
    "macro_f1": "Macro F1",
}
_LOOK: Final[dict[Any, Any]] = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 150.0,
    "svg.hashsalt": "qualkit",  # the same figure is the same file
    "text.parse_math": False,  # a dollar is a dollar
    "svg.fonttype": "none",  # words stay words: they can be searched and edited
}


def check_ending(path: Path | str) -> str:
    """The ending of a file that a figure can be written to; QualkitError for any other."""
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise QualkitError(f"{path}: a figure is written as {', '.join(ENDINGS)}, not {ending!r}")
    return ending


def topic_map(topics: Topics, path: Path | str) -> Path:
    """Topics on a plane, a circle each: near where they mean alike, large where much was said.

    Segments are the small dots behind. The plane keeps as much as two dimensions can: topics that
    lie apart differ, topics that touch need not be alike.

    Raises
    ------
    QualkitError
        For an ending other than .png and .svg, or a place that cannot be written to.
    MissingExtra
        Where matplotlib is not installed.
    """
    with _figure(path, (8.0, 6.4)) as (figure, save):
        axes = figure.subplots()
        rows = topics.segments.iloc[:: max(1, len(topics.segments) // MOST_DOTS)]
        axes.scatter(rows["x"], rows["y"], s=3, color="0.85", linewidths=0, rasterized=True)
        table = topics.topics
        area = 60 + 900 * table["size"] / table["size"].max()
        axes.scatter(
            table["x"],
            table["y"],
            s=area,
            color="0.8",
            edgecolors="black",
            alpha=0.6,
            linewidths=0.8,
        )
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
        _around(axes, table["x"], table["y"])
        labels = [
            f"{number} {fill(one_line(name), 22)}"
            for number, name in zip(table["topic"], table["name"], strict=True)
        ]
        _label(figure, axes, list(zip(table["x"], table["y"], strict=True)), labels)
        axes.set_title(f"{topics.k} topics of {len(topics.segments):,} segments", loc="left")
        return save()


def topic_bars(topics: Topics, path: Path | str) -> Path:
    """A bar a topic, the largest first, as long as it has segments, with its words beside it.

    Raises
    ------
    QualkitError
        For an ending other than .png and .svg, or a place that cannot be written to.
    MissingExtra
        Where matplotlib is not installed.
    """
    table = topics.topics
    with _figure(path, (9.0, 1.1 + 0.3 * len(table))) as (figure, save):
        names, bars = figure.subplots(1, 2, width_ratios=(3, 2))
        places = range(len(table))
        bars.barh(places, table["size"], color="0.55", edgecolor="black", linewidth=0.6, height=0.7)
        for axes in (names, bars):
            axes.set_ylim(len(table) - 0.4, -0.6)
            axes.set_yticks([])
        names.axis("off")
        for place, number, words in zip(places, table["topic"], table["words"], strict=True):
            names.text(0.06, place, str(number), ha="right", va="center", weight="bold")
            names.text(0.09, place, one_line(_cut(words)), va="center")
        for place, size in zip(places, table["size"], strict=True):
            bars.annotate(
                f"{size:,}", (size, place), (4, 0), textcoords="offset points", va="center"
            )
        bars.set_xlim(0, table["size"].max() * 1.15)
        bars.set_xlabel("Segments")
        names.set_title("Topics and the words that set them apart", loc="left")
        return save()


def learning_curve(table: pd.DataFrame, path: Path | str) -> Path:
    """How good suggestions are by how much was coded: one line a measure.

    Parameters
    ----------
    table : DataFrame
        ``share_of_sources``, ``per_code`` or ``sources`` to go by, and ``mAP``, ``macro_f1`` or
        both, 0 to 1. Where it has ``mAP_low`` and ``mAP_high`` (and so on), the interval is drawn.

    Raises
    ------
    TableError
        Where it lacks these columns, or has no rows.
    QualkitError
        For an ending other than .png and .svg, or a place that cannot be written to.
    MissingExtra
        Where matplotlib is not installed.
    """
    across = next(
        (name for name in ("share_of_sources", "per_code", "sources") if name in table), None
    )
    measures = [name for name in ("mAP", "macro_f1") if name in table]
    if across is None or not measures:
        wanted = "share_of_sources, per_code or sources, and mAP or macro_f1"
        raise TableError(
            "learning curve", f"it needs columns {wanted}; it has {list(table.columns)}"
        )
    return lines(table, path, x=across, measures=measures)


def lines(table: pd.DataFrame, path: Path | str, *, x: str, measures: Sequence[str]) -> Path:
    """Measures from 0 to 1 over a column `x`, told apart by line and mark, with intervals if given.

    Raises
    ------
    TableError
        For a table without rows, or a column that it does not have.
    """
    missing = [name for name in (x, *measures) if name not in table]
    if missing or table.empty:
        why = f"it has no column {missing}" if missing else "it has no rows"
        raise TableError("figure", why)
    rows = table.sort_values(x)
    with _figure(path, (6.4, 4.0)) as (figure, save):
        axes = figure.subplots()
        for n, name in enumerate(measures):
            line, mark = _STYLES[n % len(_STYLES)]
            title = _AXES.get(name, name)
            shade = str(0.25 * (n % 2))
            axes.plot(rows[x], rows[name], linestyle=line, marker=mark, color=shade, label=title)
            if {f"{name}_low", f"{name}_high"} <= set(rows.columns):
                low, high = rows[f"{name}_low"], rows[f"{name}_high"]
                axes.fill_between(rows[x], low, high, color=shade, alpha=0.15, linewidth=0)
        axes.set(xlabel=_AXES.get(x, x), ylim=(0, 1))
        axes.grid(axis="y", color="0.9")
        if len(measures) > 1:
            figure.legend(loc="outside upper left", ncols=2, frameon=False)
        else:
            axes.set_ylabel(_AXES.get(measures[0], measures[0]))
        return save()


@contextmanager
def _figure(
    path: Path | str, size: tuple[float, float]
) -> Iterator[tuple[Figure, Callable[[], Path]]]:
    """An empty figure and what writes it, whole or not at all; pyplot and its screen stay out."""
    ending = check_ending(path)
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib", "nlp") from error
    with mpl.rc_context(_LOOK), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a sign that the font lacks is drawn as a box
        figure = Figure(figsize=size, layout="constrained")

        def save() -> Path:
            # no date, so that the same figure is the same file
            kind: dict[str, Any] = {"format": ending[1:], "dpi": 150}
            if ending == ".svg":
                kind["metadata"] = {"Date": None}
            return write_whole(path, lambda to: figure.savefig(to, **kind))

        yield figure, save


def _around(axes: Axes, x: pd.Series[float], y: pd.Series[float]) -> None:
    """Limits that hold the topics with room for their labels; dots may lie outside."""
    for low, high, limit in (
        (x.min(), x.max(), axes.set_xlim),
        (y.min(), y.max(), axes.set_ylim),
    ):
        room = 0.18 * (high - low) or 0.5
        limit(low - room, high + room)


def _cut(words: Sequence[str], most: int = 58) -> str:
    """As many words as fit on a line."""
    shown = ""
    for word in words:
        longer = f"{shown}, {word}" if shown else word
        if shown and len(longer) > most:
            break
        shown = longer
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def _label(
    figure: Figure, axes: Axes, points: Sequence[tuple[float, float]], labels: Sequence[str]
) -> None:
    """Labels beside their points, none upon another; a thin line leads to one that had to move."""
    import numpy as np

    figure.draw_without_rendering()  # or the boxes have no size yet
    box = axes.get_window_extent()
    taken: list[tuple[float, float, float, float]] = []
    centres = axes.transData.transform(np.array(points, dtype=float))
    for (x, y), at, label in zip(points, centres, labels, strict=True):
        text = axes.annotate(
            label, (x, y), (0, 0), textcoords="offset pixels", fontsize=7.5,
            ha="center", va="center",
            arrowprops={"arrowstyle": "-", "color": "0.3", "linewidth": 0.5, "shrinkB": 2},
        )  # fmt: skip
        size = text.get_window_extent()
        place = _free_place(at, (size.width + 6, size.height + 6), taken, box)
        text.set_position((place[0] - at[0], place[1] - at[1]))
        taken.append((*place, size.width + 6, size.height + 6))


def _free_place(
    at: np.ndarray,
    size: tuple[float, float],
    taken: Sequence[tuple[float, float, float, float]],
    box: Any,  # noqa: ANN401 - a matplotlib Bbox
) -> tuple[float, float]:
    """The place nearest to a point where a label covers no other and stays within the picture."""
    import math

    wide, high = size
    for step in range(400):
        angle, far = step * 2.4, 3.2 * step**0.75  # a spiral, wider than high as labels are
        x, y = at[0] + 1.6 * far * math.cos(angle), at[1] + far * math.sin(angle)
        x = min(max(x, box.x0 + wide / 2), box.x1 - wide / 2)
        y = min(max(y, box.y0 + high / 2), box.y1 - high / 2)
        if all(
            abs(x - a) >= (wide + w) / 2 or abs(y - b) >= (high + h) / 2 for a, b, w, h in taken
        ):
            return x, y
    return float(at[0]), float(at[1])
