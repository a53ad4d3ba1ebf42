"""What every figure shares: its file, its look, and labels none of which lies upon another.

Grey tones, line styles and marks tell things apart, never colour alone. Drawing needs no screen.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import MissingExtra, QualkitError
from qualkit.export._shared import one_line
from qualkit.writing import write_whole

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ENDINGS: Final = (".png", ".svg")
STYLES: Final = (("-", "o"), ("--", "s"), ("-.", "^"), (":", "D"))
LOOK: Final[dict[Any, Any]] = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 150.0,
    "svg.hashsalt": "qualkit",  # the same figure is the same file
    "text.parse_math": False,  # a dollar is a dollar
    "svg.fonttype": "none",  # words stay words: they can be searched and edited
}

_ONE_AT_A_TIME: Final = threading.RLock()  # the look and what is warned of are the whole program's


def check_ending(path: Path | str) -> str:
    """The ending of a file that a figure can be written to; QualkitError for any other."""
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        raise QualkitError(f"{path}: a figure is written as {', '.join(ENDINGS)}, not {ending!r}")
    return ending


@contextmanager
def drawing(
    path: Path | str, size: tuple[float, float]
) -> Iterator[tuple[Figure, Callable[[], Path]]]:
    """An empty figure and what writes it, whole or not at all; pyplot and its screen stay out."""
    ending = check_ending(path)
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtra("matplotlib", "nlp") from error
    with _ONE_AT_A_TIME, mpl.rc_context(LOOK), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # a sign that the font lacks is drawn as a box
        figure = Figure(figsize=size, layout="constrained")

        def save() -> Path:
            # no date, so that the same figure is the same file
            kind: dict[str, Any] = {"format": ending[1:], "dpi": 150}
            if ending == ".svg":
                kind["metadata"] = {"Date": None}
            return write_whole(path, lambda to: figure.savefig(to, **kind))

        yield figure, save


def short(text: str, width: int, lines: int) -> str:
    r"""Words on at most so many lines of so many letters, the rest an ellipsis.

    >>> short("Communication and reporting to schools", 14, 2)
    'Communication\nand reporting…'
    """
    found = wrap(one_line(text), width) or [""]
    if len(found) > lines:
        found = [*found[: lines - 1], found[lines - 1][: width - 1].rstrip() + "…"]
    return "\n".join(found)


def label_points(
    figure: Figure,
    axes: Axes,
    points: Sequence[tuple[float, float]],
    labels: Sequence[str],
    *,
    radii: Sequence[float] = (),
) -> None:
    """Labels beside their points, none upon another; a thin line leads to one that had to move.

    With `radii`, in typographic points, no label lies upon a circle either, and lines of the figure
    pass behind them.
    """
    import numpy as np

    figure.draw_without_rendering()  # or the boxes have no size yet
    box = axes.get_window_extent()
    centres = axes.transData.transform(np.array(points, dtype=float))
    sides = [2 * radius * figure.dpi / 72 for radius in radii]
    taken = [(*at, side, side) for at, side in zip(centres, sides, strict=False)]
    clear = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5}
    for n, ((x, y), at, label) in enumerate(zip(points, centres, labels, strict=True)):
        end = radii[n] if radii else 2
        text = axes.annotate(
            label, (x, y), (0, 0), textcoords="offset pixels", fontsize=7.5,
            ha="center", va="center", bbox=clear if radii else None,
            arrowprops={"arrowstyle": "-", "color": "0.3", "linewidth": 0.5, "shrinkB": end},
        )  # fmt: skip
        size = text.get_window_extent()
        place = free_place(at, (size.width + 6, size.height + 6), taken, box)
        text.set_position((place[0] - at[0], place[1] - at[1]))
        taken.append((*place, size.width + 6, size.height + 6))


def free_place(
    at: np.ndarray,
    size: tuple[float, float],
    taken: Sequence[tuple[float, float, float, float]],
    box: Any,  # noqa: ANN401 - a matplotlib Bbox
) -> tuple[float, float]:
    """The place nearest to a point where a label covers no other and stays within the picture."""
    import math

    wide, high = size
    for step in range(1_200):
        angle, far = step * 2.4, 3.2 * step**0.75  # a spiral, wider than high as labels are
        x, y = at[0] + 1.6 * far * math.cos(angle), at[1] + far * math.sin(angle)
        x = min(max(x, box.x0 + wide / 2), box.x1 - wide / 2)
        y = min(max(y, box.y0 + high / 2), box.y1 - high / 2)
        if all(
            abs(x - a) >= (wide + w) / 2 or abs(y - b) >= (high + h) / 2 for a, b, w, h in taken
        ):
            return x, y
    return float(at[0]), float(at[1])
