"""Figures of coded themes as PNG or SVG, drawn to be read in black and white.

Heat map of themes by attribute, how often codes were given, which stand together, who coded
when, and how far coders agree. What does not fit on a page is left out, the rarest first, and the
title says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import pi
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement.records import FEW_CODERS, FLAGS, NO_UNITS, NO_VARIATION, REASONS, UNUSED
from qualkit.compare import frequency
from qualkit.errors import MissingExtra, QualkitError
from qualkit.export._agreement_words import FLAGGED, points
from qualkit.export._drawing import STYLES, check_ending, drawing, label_points, short
from qualkit.export._shared import one_line
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qualkit.compare import Crosstab

__all__ = [
    "KINDS",
    "agreement_map",
    "check_ending",
    "code_frequency",
    "cooccurrence_network",
    "heat_map",
    "timeline",
]

KINDS: Final = ("heatmap", "codes", "network", "timeline")
MOST_VALUES: Final = 40  # columns of a heat map
MOST_CODERS: Final = 7  # lines of a timeline; the others are one line
LONG_DAYS: Final = 120  # from so many days on a timeline counts by week
_WIDE: Final = 12  # more columns have their labels upright
_MEASURED: Final = {
    "share": "Share of sources with",
    "sources": "Number of sources with",
    "excerpts": "Number of excerpts under",
    "words": "Number of words under",
    "turns": "Share of turns with",
}
_WHY: Final = {  # what stands in a hatched cell of a map of agreement
    NO_VARIATION: "all alike", NO_UNITS: "no units", FEW_CODERS: "one coder", UNUSED: "unused",
}  # fmt: skip
_DARK: Final = 0.7  # from this share of the scale letters are white


def heat_map(
    crosstab: Crosstab, path: Path | str, measure: str = "share", *, top: int = 60
) -> Path:
    """Themes by attribute, darker where there is more, with the number in each cell.

    Parameters
    ----------
    crosstab : Crosstab
    path : path
        A .png or .svg file.
    measure : str
        One of :data:`qualkit.compare.MEASURES`. Shares of sources run from white to black, all;
        other measures to the largest.
    top : int
        At most so many rows, those in most sources; of values the 40 with the most sources.

    Raises
    ------
    QualkitError
        Where there is nothing to show, for an ending other than .png and .svg, or a place that
        cannot be written to.
    ValueError
        For another measure.
    MissingExtra
        Where matplotlib is not installed.
    """
    numbers = crosstab.matrix(measure)
    if not numbers.size or (not crosstab.matrix().sum().sum() and crosstab.suppressed.empty):
        raise QualkitError("heat map: nothing was coded under these rows")
    if numbers.isna().all(axis=None) and crosstab.suppressed.empty:
        raise QualkitError(f"heat map: there are no {measure} to show; give the turns")
    rows = _most(crosstab.matrix().sum(axis=1).tolist(), top)
    columns = _most(crosstab.bases["sources"].tolist(), MOST_VALUES)
    names = _titles(crosstab.totals)
    bases = crosstab.bases.iloc[columns]
    wide, upright = len(columns), len(columns) > _WIDE
    notes = [
        _left_out(len(rows), len(names), "rows in most sources"),
        _left_out(wide, len(numbers.T), "values with most sources"),
    ]
    size = (3.2 + wide * (0.5 if upright else 0.95), 1.6 + 0.8 * upright + 0.34 * len(rows))
    with drawing(path, (max(size[0], 5.0), size[1])) as (figure, save):
        axes = figure.subplots()
        _cells(axes, numbers.iloc[rows, columns], measure, withheld=crosstab.smallest > 0)
        axes.set_yticks([n + 0.5 for n in range(len(rows))], [short(names[n], 36, 2) for n in rows])
        labels = [
            f"{short(str(value), 24 if upright else 14, 2 if upright else 4)}\n(n = {base})"
            for value, base in zip(bases["value"], bases["sources"], strict=True)
        ]
        axes.set_xticks([n + 0.5 for n in range(wide)], labels, rotation=90 if upright else 0)
        what = "theme" if crosstab.rows == "theme" else "code"
        by = one_line(crosstab.by.removeprefix("case.").replace("_", " "))
        _title(figure, f"{_MEASURED[measure]} each {what}, by {by}", notes)
        if not crosstab.suppressed.empty:
            figure.supxlabel(
                f"Hatched: withheld, under {crosstab.smallest} sources or beside such a number",
                fontsize=8, x=0.01, ha="left",
            )  # fmt: skip
        return save()


def _cells(axes: Axes, numbers: pd.DataFrame, measure: str, *, withheld: bool) -> None:
    """Grey cells with their numbers; those that are missing hatched where they are withheld."""
    from matplotlib.patches import Rectangle

    most = 1.0 if measure == "share" else float(numbers.max().max()) or 1.0
    most = most if most == most else 1.0  # noqa: PLR0124 - all may be withheld
    axes.pcolormesh(
        numbers.to_numpy(), cmap="Greys", vmin=0, vmax=most, edgecolors="white", linewidth=1
    )
    for (y, x), number in _each(numbers):
        if number == number:  # noqa: PLR0124 - NaN is not itself
            shade = "white" if number > 0.55 * most else "black"
            words = f"{number:.0%}" if measure in {"share", "turns"} else f"{number:,.0f}"
            axes.text(x + 0.5, y + 0.5, words, ha="center", va="center", color=shade, fontsize=8)
        elif withheld:
            box = Rectangle((x + 0.03, y + 0.03), 0.94, 0.94, hatch="////", linewidth=0)
            box.set(facecolor="white", edgecolor="0.55")
            axes.add_patch(box)
        else:
            axes.text(x + 0.5, y + 0.5, "–", ha="center", va="center", color="0.4", fontsize=8)
    axes.set(xlim=(0, numbers.shape[1]), ylim=(numbers.shape[0], 0))
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8)
    axes.spines[:].set_visible(False)


def _each(numbers: pd.DataFrame) -> list[tuple[tuple[int, int], float]]:
    return [
        ((y, x), float(number))
        for y, row in enumerate(numbers.to_numpy())
        for x, number in enumerate(row)
    ]


def code_frequency(
    codings: pd.DataFrame, codes: pd.DataFrame, path: Path | str, top: int = 30
) -> Path:
    """A bar a code as long as it has sources, and a lighter one of its excerpts.

    Raises
    ------
    QualkitError
        Where nothing was coded, for an ending other than .png and .svg, or a place that cannot
        be written to.
    MissingExtra
        Where matplotlib is not installed.
    """
    counted = frequency(codings, codes)
    used = counted[counted["sources"] > 0]
    if used.empty:
        raise QualkitError("code frequency: nothing was coded yet")
    shown = used.head(top)
    never = len(counted) - len(used)
    notes = [
        _left_out(len(shown), len(used), "codes in most sources"),
        f"{never} never given" if never else "",
    ]
    with drawing(path, (9.0, 1.2 + 0.3 * len(shown))) as (figure, save):
        panels = figure.subplots(1, 2, sharey=True)
        for axes, measure, shade in zip(
            panels, ("sources", "excerpts"), ("0.3", "0.8"), strict=True
        ):
            _bars(axes, shown[measure].tolist(), shade)
            axes.set_title(measure.capitalize(), loc="left", fontsize=9)
        names = [short(name, 44, 2) for name in _titles(counted)[: len(shown)]]
        panels[0].set_yticks(range(len(shown)), names)
        panels[0].set_ylim(len(shown) - 0.4, -0.6)
        _title(figure, "How often each code was given", notes)
        return save()


def _bars(axes: Axes, lengths: Sequence[int], shade: str) -> None:
    places = range(len(lengths))
    axes.barh(places, lengths, color=shade, edgecolor="black", linewidth=0.6, height=0.7)
    for place, length in zip(places, lengths, strict=True):
        axes.annotate(
            f"{length:,}", (length, place), (4, 0), textcoords="offset points", va="center"
        )
    axes.set(xlim=(0, max(lengths) * 1.15), xticks=[])
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(length=0, labelsize=8)


def cooccurrence_network(
    pairs: pd.DataFrame, codings: pd.DataFrame, path: Path | str, top: int = 40
) -> Path:
    """Codes that stand together: a circle each, large where many sources have it, joined by lines.

    The more of either code stands with the other, the wider the line. Where a circle lies says
    little: near others that it stands with, as far as a plane allows.

    Parameters
    ----------
    pairs : DataFrame
        As :func:`qualkit.compare.cooccurrence` gives it.
    codings : DataFrame
        Those that it was made from, for the title.
    path : path
        A .png or .svg file.
    top : int
        At most so many pairs, the most frequent.

    Raises
    ------
    QualkitError
        Where there are no pairs, for an ending other than .png and .svg, or a place that cannot
        be written to.
    MissingExtra
        Where networkx or matplotlib is not installed.
    """
    if pairs.empty:
        raise QualkitError("network: no two codes stand together; try turns or sources")
    shown = pairs.head(top)
    graph = _graph(shown)
    meeting = _left_out(len(shown), len(pairs), "pairs that meet most")
    widest = float(shown["jaccard"].max())
    notes = [meeting, f"wider line: more overlap, up to Jaccard {widest:.2f}"]
    wider = max(1.0, len(graph) / 20) ** 0.5
    with drawing(path, (9.0 * wider, 6.4 * wider)) as (figure, save):
        count, held = len(codings), codings["source"].nunique()
        _title(figure, f"Codes that stand together, {count:,} codings of {held:,} sources", notes)
        axes = figure.subplots()
        axes.set(xticks=[], yticks=[])
        axes.margins(0.1, 0.12)
        axes.spines[:].set_visible(False)
        _nodes(figure, axes, graph, widest)
        return save()


def _nodes(figure: Figure, axes: Axes, graph: Any, widest: float) -> None:  # noqa: ANN401 - a graph
    places = _places(graph)
    for a, b, near in graph.edges(data="jaccard"):
        (x, y), (to_x, to_y) = places[a], places[b]
        width = 0.6 + 5 * near / widest
        axes.plot((x, to_x), (y, to_y), color="0.7", linewidth=width, zorder=1)
    nodes = graph.nodes(data=True)
    most = max(held["sources"] for _, held in nodes)
    points = [places[node] for node, _ in nodes]
    area = [50 + 650 * held["sources"] / most for _, held in nodes]
    axes.scatter(
        [x for x, _ in points], [y for _, y in points],
        s=area, color="0.85", edgecolors="black", linewidths=0.8, zorder=2,
    )  # fmt: skip
    labels = [short(held["name"], 20, 3) for _, held in nodes]
    label_points(figure, axes, points, labels, radii=[(one / pi) ** 0.5 for one in area])


def _graph(pairs: pd.DataFrame) -> Any:  # noqa: ANN401 - networkx has no types
    try:
        import networkx as nx
    except ImportError as error:
        raise MissingExtra("networkx", "nlp") from error
    graph = nx.Graph()
    found: dict[tuple[str, str], list[Any]] = {}
    for pair in pairs.to_dict("records"):
        for end in "ab":
            key = (pair[f"codebook_{end}"], pair[f"code_{end}"])
            found[key] = [pair[f"name_{end}"], pair[f"sources_{end}"]]
    named = Counter(name for name, _ in found.values())
    for (book, code), (name, sources) in found.items():
        shown = name if named[name] == 1 else f"{name} ({book})"
        graph.add_node((book, code), name=shown, sources=sources)
    for pair in pairs.to_dict("records"):
        ends = [(pair[f"codebook_{end}"], pair[f"code_{end}"]) for end in "ab"]
        graph.add_edge(*ends, jaccard=pair["jaccard"])
    return graph


def _places(graph: Any) -> dict[Any, tuple[float, float]]:  # noqa: ANN401 - networkx has no types
    """Where each node stands, always the same: each connected piece by springs, set in rows."""
    import networkx as nx

    pieces = sorted(nx.connected_components(graph), key=lambda piece: (-len(piece), min(piece)))
    across = 1.5 * sum(len(piece) for piece in pieces) ** 0.5  # as wide as a slide
    places: dict[Any, tuple[float, float]] = {}
    left = top = deep = 0.0
    for piece in pieces:
        side = max(1.4, len(piece) ** 0.5)
        if left and left + side > across:
            left, top, deep = 0.0, top + deep, 0.0
        alone = (
            nx.Graph()
        )  # a view of the graph would give its nodes in a different order each time
        alone.add_nodes_from(sorted(piece))
        alone.add_edges_from(graph.subgraph(piece).edges)
        found = nx.spring_layout(alone, seed=0, iterations=200, weight=None, scale=0.36 * side)
        for node in sorted(piece):
            x, y = (float(one) for one in found[node])
            places[node] = (left + side / 2 + x, -top - side / 2 + y)
        left, deep = left + side, max(deep, side)
    return places


def timeline(codings: pd.DataFrame, path: Path | str) -> Path:
    """How many codings each coder has made by each day, or week where there are many days.

    Raises
    ------
    QualkitError
        Where nothing was coded, for an ending other than .png and .svg, or a place that cannot
        be written to.
    MissingExtra
        Where matplotlib is not installed.
    """
    if codings.empty:
        raise QualkitError("timeline: nothing was coded yet")
    made, unit = _over_time(codings)
    with drawing(path, (8.0, 4.2)) as (figure, save):
        from matplotlib.ticker import MaxNLocator

        axes = figure.subplots()
        for n, coder in enumerate(made.columns):
            line, mark = STYLES[n % len(STYLES)]
            name = short(f"{coder} ({made[coder].iloc[-1]:,})", 30, 1)
            axes.plot(
                range(len(made)), made[coder], linestyle=line, marker=mark, markersize=4,
                color=("0", "0.55")[n % 2], linewidth=(2.4, 1.4)[n % 2], label=name,
                drawstyle="steps-post", markevery=slice(None, None, -max(1, len(made) // 12)),
            )  # fmt: skip
        shown = range(0, len(made), max(1, -(-len(made) // 8)))
        days = [f"{made.index[n].day} {made.index[n]:%b}\n{made.index[n].year}" for n in shown]
        axes.set_xticks(list(shown), days)
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_ylabel("Codings so far")
        axes.grid(axis="y", color="0.9")
        figure.legend(loc="outside right upper", frameon=False, handlelength=4)
        _title(figure, f"Codings so far, by coder and {unit}", [])
        return save()


def _over_time(codings: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Codings so far, days or weeks by coders, the busiest first; it starts from none."""
    import pandas as pd

    days = pd.to_datetime(codings["created"].str[:10])
    long = (days.max() - days.min()).days >= LONG_DAYS
    if long:
        days -= pd.to_timedelta(days.dt.day_of_week, unit="D")
    busy = [str(coder) for coder in codings["coder"].value_counts(sort=False).sort_index()
            .sort_values(ascending=False, kind="stable").index]  # fmt: skip
    named = dict.fromkeys(busy, f"{len(busy) - MOST_CODERS} others") | {
        coder: coder for coder in busy[: MOST_CODERS + (len(busy) == MOST_CODERS + 1)]
    }
    counted = pd.crosstab(days.to_numpy(), codings["coder"].map(named).to_numpy())
    step = pd.Timedelta(days=7 if long else 1)
    every = pd.date_range(days.min() - step, days.max(), freq=step)
    made = counted.reindex(every, fill_value=0).cumsum()
    return made[list(dict.fromkeys(named.values()))], "week" if long else "day"


# Agreement -----------------------------------------------------------------------------------


def agreement_map(
    cells: pd.DataFrame,
    path: Path | str,
    *,
    bounds: Sequence[float] = (),
    top: int = 60,
    title: str = "Kappa of each code, by pair of coders",
) -> Path:
    """Codes by pairs of coders, darker where they agree more, with the figure in each cell.

    The scale runs from 0, what chance gives, to 1, in one hue from light to dark, so that it is
    read in grey and by readers who see colours otherwise; what is below 0 is as light as 0. A cell
    without a figure is hatched and says why.

    Parameters
    ----------
    cells : DataFrame
        One row a code and pair: ``codebook``, ``code``, ``name``, ``coder_a``, ``coder_b``,
        ``kappa`` (-1 to 1, or missing) and ``kappa_reason``, a key of
        :data:`qualkit.agreement.records.REASONS`; the counts ``both``, ``only_a`` and ``only_b``;
        and, if there, ``flag``, a key of :data:`qualkit.agreement.records.FLAGS`.
    path : path
        A .png or .svg file.
    bounds : sequence of float
        Marks on the scale, such as .667 and .80.
    top : int
        At most so many codes, those coded most; of pairs the first 40.
    title : str

    Raises
    ------
    QualkitError
        Where there is nothing to show, for an ending other than .png and .svg, or a place that
        cannot be written to.
    MissingExtra
        Where matplotlib is not installed.
    """
    if cells.empty:
        raise QualkitError("map of agreement: no code was compared for two coders")
    named = _named(cells)
    coded = cells[["both", "only_a", "only_b"]].sum(axis=1)
    most = coded.groupby([cells["codebook"], cells["code"]]).sum()
    rows = [list(named)[n] for n in _most([float(most[place]) for place in named], top)]
    all_pairs = list(dict.fromkeys(zip(cells["coder_a"], cells["coder_b"], strict=True)))
    pairs = all_pairs[:MOST_VALUES]
    notes = [
        _left_out(len(rows), len(named), "codes coded most"),
        _left_out(len(pairs), len(all_pairs), "pairs"),
    ]
    wide = len(pairs) * (0.5 if len(pairs) > _WIDE else 0.95)
    with drawing(path, (max(3.6 + wide, 6.4), 2.2 + 0.34 * len(rows))) as (figure, save):
        axes = figure.subplots()
        told = _agreements(axes, cells, rows, pairs)
        axes.set_yticks([n + 0.5 for n in range(len(rows))], [short(named[r], 36, 2) for r in rows])
        _pair_labels(axes, pairs)
        _scale(figure, axes, bounds)
        _title(figure, title, notes)
        if told:
            words = fill("; ".join(told), int(figure.get_figwidth() * 13))
            figure.supxlabel(words, fontsize=8, x=0.01, ha="left")
        return save()


def _named(cells: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The title of each code by codebook and code, in their order."""
    codes = cells.drop_duplicates(["codebook", "code"])
    places = zip(codes["codebook"], codes["code"], strict=True)
    return dict(zip(places, _titles(codes), strict=True))


def _pair_labels(axes: Axes, pairs: Sequence[tuple[str, str]]) -> None:
    upright = len(pairs) > _WIDE
    labels = [
        short(f"{a}, {b}", 24, 2) if upright else f"{short(a, 14, 1)}\n{short(b, 14, 1)}"
        for a, b in pairs
    ]
    axes.set_xticks([n + 0.5 for n in range(len(pairs))], labels, rotation=90 if upright else 0)


def _agreements(
    axes: Axes,
    cells: pd.DataFrame,
    rows: Sequence[tuple[str, str]],
    pairs: Sequence[tuple[str, str]],
) -> list[str]:
    """The cells of a map of agreement; what the words in its hatched ones mean."""
    held = {
        (record["codebook"], record["code"], record["coder_a"], record["coder_b"]): record
        for record in cells.to_dict("records")
    }
    why: dict[str, str] = {}
    for y, place in enumerate(rows):
        for x, pair in enumerate(pairs):
            found = held.get((*place, *pair), {})
            value = plain(found.get("kappa"))
            if value is not None:
                flag = str(plain(found.get("flag")) or "")
                _filled(axes, (x, y), float(value), flagged=bool(flag))
                why |= {FLAGGED: FLAGS.get(flag, flag)} if flag else {}
                continue
            reason = str(plain(found.get("kappa_reason")) or NO_UNITS)
            words = _WHY.get(reason, "none")
            why[f"Hatched, {words}"] = REASONS.get(reason, reason)
            _hatched(axes, (x, y), words)
    axes.set(xlim=(0, len(pairs)), ylim=(len(rows), 0))
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelsize=8)
    axes.spines[:].set_visible(False)
    return [f"{words}: {meaning}" for words, meaning in sorted(why.items())]


def _filled(axes: Axes, at: tuple[int, int], value: float, *, flagged: bool) -> None:
    shade = _shades()(min(max(value, 0.0), 1.0))
    ink = "white" if value > _DARK else "black"
    words = points(value) + FLAGGED * flagged
    _box(axes, at, words, ink).set(facecolor=shade)


def _hatched(axes: Axes, at: tuple[int, int], words: str) -> None:
    _box(axes, at, words, "black").set(facecolor="white", edgecolor="0.6", hatch="////")
    axes.texts[-1].set(fontsize=7, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})


def _box(axes: Axes, at: tuple[int, int], words: str, ink: str) -> Any:  # noqa: ANN401
    """A cell with its words."""
    from matplotlib.patches import Rectangle

    x, y = at
    axes.text(x + 0.5, y + 0.5, words, ha="center", va="center", color=ink, fontsize=8)
    return axes.add_patch(Rectangle((x + 0.02, y + 0.03), 0.96, 0.94, linewidth=0))


def _shades() -> Any:  # noqa: ANN401 - a colour map of matplotlib
    """One hue whose lightness falls steadily; the lightest still differs from paper."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("agreement", ["#eaf1f8", "#7ba7cf", "#12355b"])


def _scale(figure: Figure, axes: Axes, bounds: Sequence[float]) -> None:
    """The scale beneath the cells, with its bounds."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    bar = figure.colorbar(
        ScalarMappable(Normalize(0, 1), _shades()), ax=axes, location="bottom",
        fraction=0.03, aspect=40, pad=0.02,
    )  # fmt: skip
    inside = [bound for bound in bounds if 0 < bound < 1]
    bar.set_ticks([0, *inside, 1], labels=["0 or below", *(f"{one:g}" for one in inside), "1"])
    bar.ax.spines["outline"].set_visible(False)
    bar.ax.tick_params(labelsize=7)


# Titles and labels -------------------------------------------------------------------------


def _title(figure: Figure, title: str, notes: Sequence[str]) -> None:
    """A title over the whole figure, as wide as it is; under it what one must know."""
    letters = int(figure.get_figwidth() * 11)
    said = "; ".join(note for note in notes if note)
    words = fill(title, letters) + (f"\n{fill(f'({said})', letters)}" if said else "")
    figure.suptitle(words, x=0.01, ha="left", fontsize=10)


def _left_out(shown: int, held: int, what: str) -> str:
    return f"the {shown:,} of {held:,} {what}" if shown < held else ""


def _most(sizes: Sequence[float], most: int) -> list[int]:
    """The places of the largest, in their own order."""
    ranked = sorted(range(len(sizes)), key=lambda n: -sizes[n])
    return sorted(ranked[:most])


def _titles(table: pd.DataFrame) -> list[str]:
    """Names of codes, with their codebook where two have the same."""
    named = Counter(table["name"])
    return [
        name if named[name] == 1 else f"{name} ({book})"
        for name, book in zip(table["name"], table["codebook"], strict=True)
    ]
