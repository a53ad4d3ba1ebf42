"""A study's sums as tables: codes, cells of code by pair, pairs, sources, any part of a study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement._figures import FIGURES, figures
from qualkit.agreement._segments import segment_figures
from qualkit.agreement._tally import COUNTS, Plan, Tally
from qualkit.agreement.bands import band
from qualkit.agreement.records import FEW_CODERS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

LINE: Final = ("codebook", "code", "name", "theme")
SEGMENTS: Final = ("segments", "matched", "holsti", "bp", "bp_reason", "bp_low", "bp_high")
Columns = dict[str, Any]  # a column is an array, or what all rows have
_PAIR: Final = ("coder_a", "coder_b")
_PART: Final = ("sources", "coders", "codes", "n")


@dataclass(frozen=True, slots=True)
class Book:
    """What was counted, and how it is read: `draws`, `seed` and `bands` are the user's."""

    plan: Plan
    tally: Tally
    codes: tuple[int, ...]  # the numbers of the lines that are codes; themes come after them
    draws: int
    seed: int
    bands: str

    @property
    def figures(self) -> tuple[str, ...]:
        """The columns of figures that every table has."""
        return FIGURES if self.tally.segments is None else (*FIGURES, *SEGMENTS)


def lines_table(book: Book, lines: Sequence[int]) -> pd.DataFrame:
    """One row a code, or theme: how far all coders agree on it."""
    import numpy as np

    plan, sums = book.plan, book.tally
    made = []
    for number, name in enumerate(plan.books):
        own = [n for n in lines if plan.lines[n].codebook == name]
        there = np.flatnonzero(sums.length[:, number])
        if not own:
            continue
        rows = _figures(book, there, own, range(len(plan.pairs)), used=lines)
        rows["coders"] = len(_coders(book, there, own))
        rows["sources"] = len(there)
        rows["n"] = int(sums.length[:, number].sum()) if sums.segments is None else rows["segments"]
        rows["applied"] = _taken(sums.applied, there, own).sum(0)
        made.append((len(own), rows | _names(plan, own)))
    columns = [*LINE, "coders", "sources", "applied", "n", *book.figures]
    return _finished(made, columns, book)


def pairs_tables(book: Book) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row a code and pair of coders, and one row a pair.

    Both of a pair are made after each other: what is drawn for it is drawn once.
    """
    plan = book.plan
    cells: list[tuple[int, Columns]] = []
    parts: list[tuple[int, Columns]] = []
    for pair, (a, b) in enumerate(plan.pairs):
        names = {"coder_a": plan.coders[a], "coder_b": plan.coders[b]}
        cells += [(rows, made | names) for rows, made in _cells(book, pair)]
        parts.append((1, _part(book, range(len(plan.sources)), book.codes, [pair]) | names))
    return _cells_finished(cells, book), _finished(parts, [*_PAIR, *_PART, *book.figures], book)


def _cells(book: Book, pair: int) -> Iterator[tuple[int, Columns]]:
    """The rows of a pair, codebook by codebook."""
    import numpy as np

    plan, sums = book.plan, book.tally
    for number, name in enumerate(plan.books):
        own = [n for n in book.codes if plan.lines[n].codebook == name]
        counts = _taken(sums.counts, range(len(plan.sources)), own, [pair])
        there = np.flatnonzero(sums.length[:, number])
        if sums.segments is None:
            there = np.flatnonzero(counts[:, 0].any((-1, -2))) if own else there
        rows = _figures(book, there, own, [pair], used=book.codes)
        for n, count in enumerate(COUNTS):
            rows[count] = counts[..., n].sum((0, 2))
        rows["n"] = counts.sum((0, 2, 3)) if sums.segments is None else rows["segments"]
        yield len(own), rows | _names(plan, own)


def _cells_finished(made: Sequence[tuple[int, Columns]], book: Book) -> pd.DataFrame:
    """The table of cells, code by code."""
    import numpy as np

    extra = [] if book.tally.segments is not None else ["pi", "bp"]
    columns = [*LINE[:3], *_PAIR, *COUNTS, "n", *book.figures, *extra]
    table = _finished(made, columns, book, of_pairs=True)
    order = {
        (line.codebook, line.code): n for n, line in enumerate(book.plan.lines) if n in book.codes
    }
    at = [order[key] for key in zip(table["codebook"], table["code"], strict=True)]
    return table.iloc[np.argsort(at, kind="stable")].reset_index(drop=True)


def parts_table(
    book: Book,
    parts: Iterable[tuple[dict[str, Any], Sequence[int], Sequence[int], Sequence[int]]],
    named: Sequence[str],
    *,
    extra: Sequence[str] = (),
) -> pd.DataFrame:
    """One row a part of the study, pooled over its codes and pairs.

    A part is what names it, and the numbers of its sources, code lines and pairs; `extra` are
    columns beyond those of every table.
    """
    made = [(1, _part(book, *part) | names) for names, *part in parts]
    return _finished(made, [*named, *_PART, *book.figures, *extra], book)


def _part(
    book: Book, sources: Sequence[int], lines: Sequence[int], pairs: Sequence[int]
) -> Columns:
    """The row of one part, without what names it."""
    import numpy as np

    there = _read_there(book, sources, lines, pairs)
    row = _figures(book, there, lines, pairs, used=book.codes, pooled=True)
    row["sources"] = len(there)
    row["codes"] = int(np.count_nonzero(_applied(book, there, lines, pairs)))
    row["coders"] = len(_coders(book, there, lines, pairs))
    row["n"] = _length(book, there, lines, pairs)
    row["flag"] = ""  # one code on which somebody never said yes is no caution for all
    return row


def sources_table(book: Book, order: Sequence[str]) -> pd.DataFrame:
    """One row a source that was compared, in this order."""
    number = {source: n for n, source in enumerate(book.plan.sources)}
    pairs = range(len(book.plan.pairs))
    parts = [
        ({"source": name}, [number[name]], list(book.codes), pairs)
        for name in order
        if name in number
    ]
    return parts_table(book, parts, ["source"])


# Rows ------------------------------------------------------------------------------------


def _figures(
    book: Book,
    sources: Sequence[int] | np.ndarray,
    lines: Sequence[int],
    pairs: Sequence[int],
    *,
    used: Sequence[int],
    pooled: bool = False,
) -> Columns:
    """The figures of lines, or of all of them pooled in one row."""
    import numpy as np

    sums, options = book.tally, {"draws": book.draws, "seed": book.seed}
    rows = 1 if pooled else len(lines)

    def shaped(array: np.ndarray) -> np.ndarray:
        items = array.shape[1] * array.shape[2] // max(1, rows)
        return array.reshape(array.shape[0], rows, items, array.shape[3])

    if sums.segments is not None:
        taken = _taken(sums.segments, sources, lines, pairs)
        among = int(np.count_nonzero(sums.segments[..., 0][:, list(used)].any((0, 2))))
        return segment_figures(shaped(taken), codes=among, **options)
    counts = _taken(sums.counts, sources, lines, pairs)
    whole = book.plan.whole and len(pairs) == len(book.plan.pairs)
    blocks = shaped(_taken(sums.blocks, sources, lines)) if whole else None
    return figures(shaped(counts), blocks, **options)


def _taken(array: np.ndarray, *chosen: Sequence[int] | np.ndarray) -> np.ndarray:
    """Some of an array by its first axes; neighbours are looked at where they are, not copied."""
    for axis, some in sorted(enumerate(chosen), key=lambda one: len(one[1])):
        first = int(some[0]) if len(some) else 0
        if list(some) == list(range(first, first + len(some))):
            array = array[(slice(None),) * axis + (slice(first, first + len(some)),)]
        else:
            array = array.take(some, axis=axis)
    return array


def _read_there(
    book: Book, sources: Sequence[int], lines: Sequence[int], pairs: Sequence[int]
) -> list[int]:
    """Those of some sources on which some pair was to read anything for one of the lines."""
    import numpy as np

    if book.tally.segments is not None:
        read = _taken(book.tally.length, sources, _books(book, lines)).any(1)
    else:
        read = _taken(book.tally.counts, sources, lines, pairs).any((1, 2, 3))
    return [n for n, held in zip(sources, np.asarray(read).tolist(), strict=True) if held]


def _books(book: Book, lines: Sequence[int]) -> list[int]:
    """The numbers of the codebooks of some lines."""
    books = {book.plan.lines[n].codebook for n in lines}
    return [n for n, name in enumerate(book.plan.books) if name in books]


def _applied(
    book: Book, sources: Sequence[int], lines: Sequence[int], pairs: Sequence[int]
) -> np.ndarray:
    """How much of each line was coded by any of the pairs."""
    sums = book.tally
    array = sums.counts[..., :3] if sums.segments is None else sums.segments[..., :1]
    taken: np.ndarray = _taken(array, sources, lines, pairs).sum((0, 2, 3))
    return taken


def _length(book: Book, sources: Sequence[int], lines: Sequence[int], pairs: Sequence[int]) -> int:
    """Units that were compared; a source read with two codebooks counts once."""
    sums = book.tally
    if not len(sources) or not lines:
        return 0
    if sums.segments is not None:
        return int(_taken(sums.segments, sources, lines, pairs)[..., 0].sum())
    if len(pairs) == len(book.plan.pairs):
        return int(_taken(sums.length, sources, _books(book, lines)).max(1).sum())
    counts = _taken(sums.counts, sources, lines, pairs).sum(-1)
    return int(counts.max((1, 2), initial=0).sum())


def _coders(
    book: Book,
    sources: Sequence[int] | np.ndarray,
    lines: Sequence[int],
    pairs: Sequence[int] | None = None,
) -> set[int]:
    """Who takes part in a pair that has something in common there."""
    import numpy as np

    sums = book.tally
    chosen = range(len(book.plan.pairs)) if pairs is None else pairs
    array = sums.counts if sums.segments is None else sums.segments
    met = np.asarray(_taken(array, sources, lines, chosen).any((0, 1, 3))).tolist()
    return {
        coder for n, held in zip(chosen, met, strict=True) if held for coder in book.plan.pairs[n]
    }  # fmt: skip


def _names(plan: Plan, lines: Sequence[int]) -> Columns:
    return {name: [getattr(plan.lines[n], name) for n in lines] for name in LINE}


def _finished(
    made: Sequence[tuple[int, Columns]], columns: Sequence[str], book: Book, *,
    of_pairs: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """Rows, so many of each kind, as one table with these columns and a band."""
    import numpy as np
    import pandas as pd

    if not made:
        return pd.DataFrame(columns=[*columns, "band"])
    table = pd.DataFrame({
        name: np.concatenate([_filled(part[name], rows) for rows, part in made]) for name in columns
    })  # fmt: skip
    if len(book.plan.coders) < 2:
        for name in ("kappa_reason", "alpha_reason", "bp_reason"):
            if name in table.columns:
                table[name] = FEW_CODERS
    table["band"] = [band(value, book.bands) for value in table[judged(book, of_pairs=of_pairs)]]
    return table


def _filled(value: Any, rows: int) -> np.ndarray:  # noqa: ANN401 - a column, or what all have
    import numpy as np

    made = np.asarray(value)
    if made.dtype.kind == "U":
        made = made.astype(object)
    return np.broadcast_to(made, (rows,))


def judged(book: Book, *, of_pairs: bool = False) -> str:
    """The figure that bands are words for: alpha; of pairs, or for words about kappa, kappa."""
    if book.tally.segments is not None:
        return "bp"
    return "kappa" if of_pairs or book.bands == "landis-koch" else "alpha"
