"""Tables of coded spans that people hand in, and all that is to say about their agreement.

One text, any number of coders, no project: ``coder, start, end, code``, one row a coding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Protocol

from qualkit.agreement.records import FEW_CODERS, OVERLAPPING, UNUSED, Coefficient, Counts
from qualkit.agreement.spans import (
    COLUMNS,
    COUNTS,
    Unit,
    ac1_of_counts,
    bp_of_counts,
    checked_length,
    checked_rows,
    kappa_of_counts,
    overlap_of_counts,
    percent_of_counts,
    pi_of_counts,
    pooled_kappa,
    segment_agreement,
    span_counts,
    spans_by_code,
    units_by_coder,
)
from qualkit.agreement.unitizing import (
    CodeCoefficient,
    alpha_unitizing,
    alpha_unitizing_by_code,
    bar_u_alpha,
    cu_alpha,
    ku_alpha,
    overlaps,
    u_alpha,
)
from qualkit.stretches import Span, merged
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,15})(?:\.0+)?\s*")
_CELLS = (
    "code", "coder_a", "coder_b", *COUNTS, "percent", "kappa", "kappa_reason", "pi", "bp", "ac1",
    "overlap", "flag",
)  # fmt: skip
_PAIRS = (
    "coder_a", "coder_b", "pooled_kappa", "pooled_reason", "segments", "matched",
    "segment_percent", "holsti", "brennan_prediger", "segment_reason",
)  # fmt: skip
_BY_CODE = (
    "code", "ku_alpha", "ku_reason", "coverage", "alpha_unitizing", "alpha_unitizing_reason",
)  # fmt: skip


class SpanTable(Protocol):
    """A table as it is read from a file: headings, and each row with its number there."""

    @property
    def name(self) -> str: ...
    @property
    def header(self) -> tuple[str, ...]: ...
    def known(self, *names: str) -> SpanTable: ...
    def records(self) -> Iterator[tuple[int, dict[str, str]]]: ...


@dataclass(frozen=True, slots=True)
class SpanAgreement:
    """How far coders agree on the spans of one text.

    Attributes
    ----------
    length : int
        Characters of the text.
    coders, codes : tuple
        Who was compared, and on what.
    overlap : float
        What segments must share to count as the same.
    overall : mapping of str to Coefficient
        ``pooled_kappa`` over all codes and pairs of coders; ``u_alpha``, ``bar_u_alpha``,
        ``cu_alpha``, whose reason is ``overlapping_codes`` where a coder's codes overlap;
        ``alpha_unitizing``.
    cells : DataFrame
        One row a code and pair of coders, character by character: code, coder_a, coder_b, both,
        only_a, only_b, neither, percent, kappa, kappa_reason, pi, bp, ac1, overlap, flag.
    pairs : DataFrame
        One row a pair of coders: coder_a, coder_b, pooled_kappa, pooled_reason; MAXQDA-like
        segments, matched, segment_percent, holsti, brennan_prediger, segment_reason.
    by_code : DataFrame
        One row a code: code, ku_alpha, ku_reason, coverage, alpha_unitizing,
        alpha_unitizing_reason.
    notes : tuple of str
        What could not be computed, and why.
    """

    length: int
    coders: tuple[Any, ...]
    codes: tuple[Any, ...]
    overlap: float
    overall: Mapping[str, Coefficient]
    cells: pd.DataFrame
    pairs: pd.DataFrame
    by_code: pd.DataFrame
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON has it; what is missing is None."""
        return {
            "length": self.length,
            "coders": list(self.coders),
            "codes": list(self.codes),
            "overlap": self.overlap,
            "overall": {name: asdict(figure) for name, figure in self.overall.items()},
            "cells": _records(self.cells),
            "pairs": _records(self.pairs),
            "by_code": _records(self.by_code),
            "notes": list(self.notes),
        }


def read_spans(
    table: SpanTable, *, length: int, coders: Sequence[str] | None = None
) -> pd.DataFrame:
    """The spans of a table that somebody hands in, checked.

    Parameters
    ----------
    table : SpanTable
        As :func:`qualkit.importers.worker.read_table` reads it, with the columns coder, start,
        end (half-open, characters counted from 0) and code.
    length : int
        Characters of the text.
    coders : sequence of str, optional
        All that there may be.

    Returns
    -------
    DataFrame
        coder, start, end, code; its index is the row of the file.

    Raises
    ------
    TableError
        Where a column is missing, or `length` is no length.
    BatchError
        Every row with a fault, with all its faults.
    """
    import pandas as pd

    whole, sheet = checked_length(length), table.known(*COLUMNS)
    rows = list(sheet.records())
    cells = {
        name: [_cell(record[name], name) for _, record in rows]
        for name in COLUMNS
        if name in sheet.header
    }
    raw = pd.DataFrame(cells, index=[n for n, _ in rows], dtype=object)
    good = checked_rows(raw, end=whole, coders=coders, name=sheet.name)
    return pd.DataFrame(
        [row[1:] for row in good], columns=list(COLUMNS), index=[row[0] for row in good]
    )


def _cell(cell: str, name: str) -> str | int:
    number = _NUMBER.fullmatch(cell) if name in {"start", "end"} else None
    return int(number[1]) if number else cell.strip()


def span_agreement(
    spans: pd.DataFrame,
    *,
    length: int,
    overlap: float = 0.9,
    coders: Sequence[str] | None = None,
) -> SpanAgreement:
    """All figures of agreement on the spans of one text.

    Parameters
    ----------
    spans : DataFrame
        coder, start, end, code: half-open, in characters.
    length : int
        Characters of the text.
    overlap : float
        What two segments must share of what either covers, to count as the same.
    coders : sequence of str, optional
        Everybody who coded the text, also who marked nothing; by default those of the table.

    Raises
    ------
    TableError, BatchError
        Where a column is missing or an option makes no sense; every faulty row.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("A", 0, 150, "x"), ("B", 100, 200, "x")]
    >>> table = pd.DataFrame(rows, columns=["coder", "start", "end", "code"])
    >>> found = span_agreement(table, length=1000)
    >>> found.cells[["both", "neither", "percent", "kappa"]].values.tolist()
    [[50.0, 800.0, 0.85, 0.318]]
    >>> found.overall["alpha_unitizing"].reason
    ''
    """
    import pandas as pd

    whole = checked_length(length)
    units = units_by_coder(spans, end=whole, coders=coders)
    codes = tuple(sorted({u.code for own in units.values() for u in own}, key=str))
    cells = pd.DataFrame(_cells(units, codes, whole), columns=list(_CELLS))
    pairs = [_pair(spans, cells, pair, overlap) for pair in combinations(units, 2)]
    faults = overlaps(units)
    named = tuple(units)
    return SpanAgreement(
        whole, named, codes, float(overlap), _overall(spans, whole, named, cells, bool(faults)),
        cells, pd.DataFrame(pairs, columns=list(_PAIRS)),
        pd.DataFrame(_by_code(spans, whole, named, bool(faults)), columns=list(_BY_CODE)),
        tuple(f"the u family was not computed: {fault}" for fault in faults),
    )  # fmt: skip


def _cells(
    units: Mapping[Any, Sequence[Unit]], codes: Sequence[Any], length: int
) -> list[tuple[Any, ...]]:
    own: dict[Any, dict[Any, list[Span]]] = {
        coder: {code: merged(spans) for code, spans in spans_by_code(marked).items()}
        for coder, marked in units.items()
    }
    rows = []
    for code in codes:
        for a, b in combinations(units, 2):
            counts = span_counts(own[a].get(code, ()), own[b].get(code, ()), length=length)
            rows.append((code, a, b, *_figures(counts)))
    return rows


def _figures(counts: Counts) -> tuple[Any, ...]:
    four = (counts.both, counts.only_a, counts.only_b, counts.neither)
    kappa = kappa_of_counts(*four)
    others = (pi_of_counts, bp_of_counts, ac1_of_counts, overlap_of_counts)
    return (
        *four, percent_of_counts(*four).value, kappa.value, kappa.reason,
        *(coefficient(*four).value for coefficient in others), kappa.flag,
    )  # fmt: skip


def _pair(
    spans: pd.DataFrame, cells: pd.DataFrame, pair: tuple[Any, Any], overlap: float
) -> tuple[Any, ...]:
    """The figures of two coders; a code that neither of them applied is not among them."""
    theirs = spans[spans["coder"].isin(pair)]
    found = segment_agreement(theirs, overlap=overlap, coders=pair)
    here = cells[(cells["coder_a"] == pair[0]) & (cells["coder_b"] == pair[1])]
    pooled = _pooled(here, pair)
    return (
        *pair, pooled.value, pooled.reason, found.segments, found.matched, found.percent,
        found.holsti, found.brennan_prediger, found.reason,
    )  # fmt: skip


def _pooled(cells: pd.DataFrame, coders: Sequence[Any]) -> Coefficient:
    if len(coders) < 2:
        return Coefficient(None, FEW_CODERS)
    return pooled_kappa(cells) if len(cells) else Coefficient(None, UNUSED)


def _overall(
    spans: pd.DataFrame, length: int, coders: Sequence[Any], cells: pd.DataFrame, mixed: bool
) -> dict[str, Coefficient]:
    family = {"u_alpha": u_alpha, "bar_u_alpha": bar_u_alpha, "cu_alpha": cu_alpha}
    none = Coefficient(None, OVERLAPPING)
    return {
        "pooled_kappa": _pooled(cells, coders),
        **{
            name: none if mixed else one(spans, length=length, coders=coders)
            for name, one in family.items()
        },
        "alpha_unitizing": alpha_unitizing(spans, begin=0, end=length, coders=coders),
    }


def _by_code(
    spans: pd.DataFrame, length: int, coders: Sequence[Any], mixed: bool
) -> list[tuple[Any, ...]]:
    none = CodeCoefficient(None, OVERLAPPING)
    in_family = {} if mixed else ku_alpha(spans, length=length, coders=coders)
    rows = []
    for code, one in alpha_unitizing_by_code(spans, begin=0, end=length, coders=coders).items():
        ku = in_family.get(code, none)
        rows.append((code, ku.value, ku.reason, ku.coverage, one.value, one.reason))
    return rows


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {name: plain(value) for name, value in zip(table.columns, row, strict=True)}
        for row in table.itertuples(index=False, name=None)
    ]
