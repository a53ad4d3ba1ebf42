"""Figures of topics and learning curves as PNG or SVG, drawn to be read in black and white.

Grey tones, line styles and marks tell things apart, never colour alone. Drawing needs no screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Final

from qualkit.errors import TableError
from qualkit.export._drawing import STYLES, check_ending, drawing, label_points
from qualkit.export._shared import one_line

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from qualkit.topics import Topics

__all__ = ["check_ending", "learning_curve", "lines", "topic_bars", "topic_map"]

MOST_DOTS: Final = 5_000  # segments drawn behind a map; more make a grey page and a huge SVG
_AXES: Final = {
    "share_of_sources": "Share of sources coded",
    "sources": "Sources that taught",
    "per_code": "Coded examples of each code",
    "mAP": "Mean average precision",
    "macro_f1": "Macro F1",
}


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
    with drawing(path, (8.0, 6.4)) as (figure, save):
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
        label_points(figure, axes, list(zip(table["x"], table["y"], strict=True)), labels)
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
    with drawing(path, (9.0, 1.1 + 0.3 * len(table))) as (figure, save):
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
    with drawing(path, (6.4, 4.0)) as (figure, save):
        axes = figure.subplots()
        for n, name in enumerate(measures):
            line, mark = STYLES[n % len(STYLES)]
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
