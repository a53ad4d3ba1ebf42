"""Charting: codings and summaries into a grid, or into a table for other programs.

A coding lands in the cell of its row and of every column whose code is its own or stands above
it; stretches of one source that overlap in a cell are shown as one excerpt.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from qualkit.framework.columns import codes_in, columns_of
from qualkit.framework.excerpts import excerpts_of, spread, turn_spans
from qualkit.framework.filters import Choice, select, used_codes
from qualkit.framework.records import Cell, Column, Grid, Method, Row
from qualkit.framework.rows import rows_of, values_of, with_case_attributes
from qualkit.framework.summaries import Places, asked_of, place_summaries
from qualkit.model import INTERVIEWER, Framework
from qualkit.tables import check, records

if TYPE_CHECKING:
    import pandas as pd

_ALL = Choice()
_SHOWN: Final = (
    "coding", "source", "case", "start", "end", "text", "codebook", "code", "code_name", "coder",
    "stance", "rating", "created", "time", "line", "page", "role", "stakeholder_type",
)  # fmt: skip


def build_grid(  # noqa: PLR0913, PLR0914 - the tables of a study and how they are asked for
    codings: pd.DataFrame,
    *,
    sources: pd.DataFrame,
    codes: pd.DataFrame,
    cases: pd.DataFrame | None = None,
    summaries: pd.DataFrame | None = None,
    turns: pd.DataFrame | None = None,
    guide: pd.DataFrame | None = None,
    framework: Framework | None = None,
    opened: Collection[str] = (),
    rows: str = "case",
    bands: str | Sequence[str] | None = None,
    choice: Choice = _ALL,
    limit: int | None = None,
) -> Grid:
    """Chart codings and cell summaries into a grid of cases by themes.

    Parameters
    ----------
    codings, sources, codes, cases, summaries, turns, guide : DataFrame
        With the columns of :mod:`qualkit.tables`. With `turns`, excerpts that run over several
        turns are printed without the speakers' names, and an interviewer's words as theirs.
        With `guide`, the topic guide, an empty cell tells silence from not asked.
    framework : Framework, optional
        The columns, in order, from any codebooks; by default every theme of every codebook.
    opened : collection of str
        Themes whose codes below become columns of their own; ``all`` opens every one.
    rows : str
        ``case``, ``source``, or an attribute of sources or of their cases.
    bands : str or sequence of str, optional
        Attributes of sources or cases by which rows are grouped, the widest first. A value that
        stands in several bands has a row in each.
    choice : Choice, optional
        Which codings are charted: by stance, coder, consensus.
    limit : int, optional
        At most so many excerpts a cell, taken in turn from its sources; by default all.

    Returns
    -------
    Grid
        Every coding that is chosen and whose code lies under a column stands in exactly one cell
        of each such column.

    Raises
    ------
    UnknownName
        For a theme, row, band, stance or coder that the tables do not have.
    TableError
        For a table that lacks a column, or an attribute that is named twice.

    References
    ----------
    Ritchie, J. and Spencer, L. (1994) Qualitative data analysis for applied policy research.
    Gale, N. K. et al. (2013) Using the framework method for the analysis of qualitative data.
    BMC Medical Research Methodology 13:117.
    """
    for table, kind in ((codings, "codings"), (sources, "sources"), (codes, "codes")):
        check(table, kind)
    within = [bands] if isinstance(bands, str) else list(bands or ())
    known = with_case_attributes(sources, cases)
    columns = columns_of(codes, framework, opened, used_codes(codings, summaries))
    listed = rows_of(known, cases, rows, within)
    places = Places.of(known, codes, (*within, rows))
    asked = asked_of(guide, columns, codings=codings, sources=known, codes=codes)
    guided = guide is not None and not guide.empty
    members = [codes_in(codes, column) for column in columns]
    chosen = select(codings, choice)
    placed = _placed(chosen, listed, members)
    hidden = _placed(_unchosen(codings, chosen), listed, members)
    written = place_summaries(summaries, listed, columns, codes, places)
    order = {str(name): n for n, name in enumerate(sources["source"])}
    spans = turn_spans(turns)
    cells: dict[tuple[str, int], Cell] = {}
    for number in range(len(columns)):
        for row in listed:
            place = row.key, number
            found = list(excerpts_of(placed.get(place, []), order, spans))
            shown = spread(found, limit)
            cells[place] = Cell(
                tuple(written.get(place, ())), tuple(shown), len(found) - len(shown),
                _asked(asked[number], row, guided=guided), len(row.sources),
                len(hidden.get(place, ())),
            )  # fmt: skip
    title = framework.title if framework is not None else "Framework grid"
    inside = {id(record): record for group in placed.values() for record in group}
    method = _method(list(inside.values()), len(codings), sources, columns, choice)
    return Grid(title, listed, columns, cells, rows, tuple(within), method, limit)


def _unchosen(codings: pd.DataFrame, chosen: pd.DataFrame) -> pd.DataFrame:
    """The codings that were not chosen; an interviewer's own words say nothing."""
    left = codings.drop(index=chosen.index)
    return left[left["speaker_role"] != INTERVIEWER]


def _asked(asked: set[str], row: Row, *, guided: bool) -> int | None:
    """How many of a row's sources were asked; None where nothing tells, for want of a guide."""
    count = len(asked.intersection(row.sources))
    return count if count or guided else None


def code_table(
    codings: pd.DataFrame,
    *,
    sources: pd.DataFrame,
    codes: pd.DataFrame,
    by: str = "case",
    counts: bool = False,
) -> pd.DataFrame:
    """Cases by codes, for R, SPSS and Excel.

    Parameters
    ----------
    codings, sources, codes : DataFrame
        With the columns of :mod:`qualkit.tables`.
    by : str
        ``case``, ``source``, or an attribute of sources.
    counts : bool
        How many codings; by default 1 where there is any, 0 where there is none.

    Returns
    -------
    DataFrame
        One row a case (also those without codings), one column a code, named
        ``codebook/code``. A code's own codings only, not those of the codes below it.
    """
    import pandas as pd

    check(codings, "codings")
    row_of = values_of(sources, by)
    names = list(dict.fromkeys(row_of.values()))
    columns = [f"{b}/{c}" for b, c in zip(codes["codebook"], codes["code"], strict=True)]
    counted = dict.fromkeys(((name, column) for name in names for column in columns), 0)
    for source, book, code in zip(
        codings["source"], codings["codebook"], codings["code"], strict=True
    ):
        counted[row_of[source], f"{book}/{code}"] += 1
    rows = [
        [name, *(counted[name, c] if counts else int(counted[name, c] > 0) for c in columns)]
        for name in names
    ]
    return pd.DataFrame(rows, columns=[by, *columns])


def _placed(
    codings: pd.DataFrame, rows: Sequence[Row], members: Sequence[set[tuple[str, str]]]
) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """The codings of each cell, by row key and column number."""
    columns: dict[tuple[str, str], list[int]] = {}
    for number, codes in enumerate(members):
        for code in codes:
            columns.setdefault(code, []).append(number)
    row_of = {source: row.key for row in rows for source in row.sources}
    placed: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for record in records(codings, _SHOWN):
        for number in columns.get((record["codebook"], record["code"]), ()):
            placed.setdefault((row_of[record["source"]], number), []).append(record)
    return placed


def _method(
    codings: Sequence[Mapping[str, Any]],
    total: int,
    sources: pd.DataFrame,
    columns: Sequence[Column],
    choice: Choice,
) -> Method:
    dates = sorted(str(record["created"])[:10] for record in codings)
    return Method(
        sources=len(sources),
        cases=int(sources["case"].nunique()),
        codings=len(codings),
        all_codings=total,
        codebooks=tuple(dict.fromkeys(column.codebook for column in columns)),
        coders=tuple(sorted({str(record["coder"]) for record in codings})),
        first=dates[0] if dates else "",
        last=dates[-1] if dates else "",
        chosen=choice.words,
    )
