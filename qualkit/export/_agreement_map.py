"""The map of agreement for documents: pictures that can be read, and what they show in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import MissingExtra
from qualkit.export._agreement_words import points
from qualkit.export._shared import one_line
from qualkit.export.charts import agreement_map
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

UPRIGHT: Final = (22, 4)  # codes and pairs on a picture that can be read on an upright page
ACROSS: Final = (13, 8)  # and on one across
MOST_PAIRS: Final = 16  # that are drawn; more pictures would say nothing to anybody
_LOWEST: Final = 3  # that the words for a picture name


def pictures(cells: pd.DataFrame, bounds: Sequence[float]) -> list[tuple[bytes, str]] | str:
    """The map as pictures, each with its words; or why there is none, in words.

    Parameters
    ----------
    cells : DataFrame
        As :func:`qualkit.export.charts.agreement_map` takes it.
    bounds : sequence of float
    """
    parts = _parts(cells[_places(cells, "coder_a", "coder_b").isin(_pairs(cells)[:MOST_PAIRS])])
    made = []
    for number, part in enumerate(parts, 1):
        which = f" ({number} of {len(parts)})" if len(parts) > 1 else ""
        try:
            drawn = _drawn(part, bounds, which)
        except MissingExtra:
            return (
                "The heat map is not drawn, because matplotlib is not installed: pip install"
                " 'qualkit[nlp]'. Its figures are in the workbook that this report makes as .xlsx."
            )
        made.append((drawn, described(part, which)))
    return made


def _drawn(cells: pd.DataFrame, bounds: Sequence[float], which: str) -> bytes:
    title = f"Kappa of each code, by pair of coders{which}"
    with TemporaryDirectory() as folder:
        path = agreement_map(cells, Path(folder) / "map.png", bounds=bounds, title=title)
        return path.read_bytes()


def upright(cells: pd.DataFrame) -> bool:
    """Whether the pictures suit an upright page, not one across."""
    codes = cells[["codebook", "code"]].drop_duplicates()
    return len(_pairs(cells)) <= UPRIGHT[1] and len(codes) > ACROSS[0]


def left_out(cells: pd.DataFrame) -> list[str]:
    """How many pairs are not drawn, in words; nothing where all are."""
    pairs = len(_pairs(cells))
    if pairs <= MOST_PAIRS:
        return []
    return [f"The map shows the first {MOST_PAIRS} of {pairs} pairs; the workbook has all."]


def _pairs(cells: pd.DataFrame) -> list[Any]:
    return list(dict.fromkeys(_places(cells, "coder_a", "coder_b")))


def _parts(cells: pd.DataFrame) -> list[pd.DataFrame]:
    """So many codes and pairs at a time, as even as can be, in their order."""
    most_codes, most_pairs = UPRIGHT if upright(cells) else ACROSS
    codes = _places(cells, "codebook", "code")
    pairs = _places(cells, "coder_a", "coder_b")
    made = [
        cells[pairs.isin(some) & codes.isin(few)]
        for some in _even(pairs, most_pairs)
        for few in _even(codes, most_codes)
    ]
    return [one for one in made if not one.empty]


def _places(cells: pd.DataFrame, *columns: str) -> pd.Series[Any]:
    """Two columns as one of pairs."""
    return cells[list(columns)].apply(tuple, axis=1)


def _even(places: pd.Series[Any], most: int) -> list[list[Any]]:
    """The different values, so many at a time."""
    items = list(dict.fromkeys(places))
    parts = -(-len(items) // most)
    ends = [len(items) * n // parts for n in range(parts + 1)]
    return [items[a:b] for a, b in pairwise(ends)]


def described(cells: pd.DataFrame, which: str = "") -> str:
    """What a map shows, for those who do not see it: how much, from where to where, the lowest."""
    known = cells.dropna(subset=["kappa"]).sort_values("kappa", kind="stable")
    codes = cells.drop_duplicates(["codebook", "code"])
    pairs = cells.drop_duplicates(["coder_a", "coder_b"])
    across = f"{many(len(pairs), 'pair')} of coders"
    said = f"Heat map{which} of kappa: {many(len(codes), 'code')} by {across}."
    if known.empty:
        return f"{said} No cell has a figure."
    lowest = "; ".join(
        f"{one_line(str(r['name']))}, {one_line(str(r['coder_a']))} and"
        f" {one_line(str(r['coder_b']))} {points(float(r['kappa']))}"
        for r in known.head(_LOWEST).to_dict("records")
    )
    none = len(cells) - len(known)
    more = f" {many(none, 'cell')} without a figure." if none else ""
    low, high = (points(float(known["kappa"].iloc[n])) for n in (0, -1))
    return f"{said} Figures from {low} to {high}; lowest: {lowest}.{more}"
