"""The framework grid: one row a case, one column a theme, a summary and excerpts in each cell.

The layout follows the charting step of the framework method (Ritchie and Spencer 1994; Gale et
al. 2013). A coding lands in the cell of its row and of every column whose code is its own or
stands above it; stretches of one source that overlap in a cell are shown as one excerpt.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qualkit.errors import TableError, UnknownName
from qualkit.model import INTERVIEWER, Framework, Theme
from qualkit.tables import attributes_of, check, plain

if TYPE_CHECKING:
    import pandas as pd

NOT_GIVEN = "(not given)"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of one source in one cell, with who coded them and how.

    Attributes
    ----------
    text : str
        Verbatim: ``source text[start:end]``.
    words : str
        The same without the names and times between turns: `` [...] `` stands for them.
    source : str
    start, end : int
        Code points, half-open.
    attribution : str
        Role, case, and time or line: ``Deputy head, Northmoor, 4:05``.
    codes : tuple of str
        Names of the codes, below the column's own.
    coders : tuple of str
        Each once, in order.
    stances : tuple of (str, str)
        Stance and coder, each pair once.
    ratings : tuple of (str, int)
        Code name and value.
    codings : tuple of str
        Ids of the codings that it stands for.
    """

    text: str
    words: str
    source: str
    start: int
    end: int
    attribution: str
    codes: tuple[str, ...]
    coders: tuple[str, ...]
    stances: tuple[tuple[str, str], ...]
    ratings: tuple[tuple[str, int], ...]
    codings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellSummary:
    """An analyst's words on one case and one theme."""

    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What one case says on one theme. `left_out` counts excerpts beyond the number asked for."""

    summaries: tuple[CellSummary, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    left_out: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.summaries and not self.excerpts


@dataclass(frozen=True, slots=True)
class Column:
    """A theme of the framework: its title, definition, and the code that it charts."""

    codebook: str
    code: str
    title: str
    definition: str


@dataclass(frozen=True, slots=True)
class Row:
    """A case, a source, or a value of an attribute; `band` is the group that it stands in."""

    name: str
    band: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Method:
    """How the grid came about, for the note that goes with it.

    `codings` are those in the grid, `all_codings` those of the study; `codebooks` are the ids of
    the codebooks that its columns come from.
    """

    sources: int
    cases: int
    codings: int
    all_codings: int
    codebooks: tuple[str, ...]
    coders: tuple[str, ...]
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A framework grid, ready to be written.

    Attributes
    ----------
    title : str
    rows : tuple of Row
        In bands, in order.
    columns : tuple of Column
    cells : mapping
        (row name, column number) to Cell; every pair is there.
    rows_are, bands_are : str
        The attribute behind rows and bands; `bands_are` is empty without bands.
    """

    title: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    cells: Mapping[tuple[str, int], Cell]
    rows_are: str
    bands_are: str
    method: Method
    limit: int | None = field(default=None)

    def cell(self, row: str, column: int) -> Cell:
        """The cell of a row's name and a column's number."""
        return self.cells[row, column]


def build_grid(  # noqa: PLR0913, PLR0914 - the tables of a study and five choices
    codings: pd.DataFrame,
    *,
    sources: pd.DataFrame,
    codes: pd.DataFrame,
    cases: pd.DataFrame | None = None,
    summaries: pd.DataFrame | None = None,
    turns: pd.DataFrame | None = None,
    framework: Framework | None = None,
    rows: str = "case",
    bands: str | None = None,
    limit: int | None = None,
) -> Grid:
    """Chart codings and cell summaries into a grid of cases by themes.

    Parameters
    ----------
    codings, sources, codes, cases, summaries, turns : DataFrame
        With the columns of :mod:`qualkit.tables`. With `turns`, excerpts that run over several
        turns are printed without the speakers' names, and an interviewer's words as theirs.
    framework : Framework, optional
        The columns; by default every theme of every codebook.
    rows : str
        ``case``, ``source``, or an attribute of sources or of their cases.
    bands : str, optional
        An attribute of sources or cases by which rows are grouped.
    limit : int, optional
        At most so many excerpts a cell, taken in turn from its sources; by default all.

    Returns
    -------
    Grid
        Every coding whose code lies under a column stands in exactly one cell of each such
        column.

    Raises
    ------
    UnknownName
        For a theme, row or band that the tables do not have.
    TableError
        For a table that lacks a column.

    References
    ----------
    Ritchie, J. and Spencer, L. (1994) Qualitative data analysis for applied policy research.
    Gale, N. K. et al. (2013) Using the framework method for the analysis of qualitative data.
    BMC Medical Research Methodology 13:117.
    """
    check(codings, "codings")
    check(sources, "sources")
    check(codes, "codes")
    known = _with_case_attributes(sources, cases)
    columns = _columns(codes, framework)
    row_of = _row_names(known, rows)
    listed = _rows(known, cases, row_of, rows, bands)
    members = [_members(codes, column) for column in columns]
    spans = _turn_spans(turns)
    order = {str(name): n for n, name in enumerate(sources["source"])}
    placed = _placed(codings, row_of, members)
    cells: dict[tuple[str, int], Cell] = {}
    for number, _ in enumerate(columns):
        written = _summaries(summaries, rows, codes, members[number])
        for row in listed:
            excerpts = list(_excerpts(placed.get((row.name, number), []), order, spans))
            shown = _spread(excerpts, limit)
            words = tuple(written.get(row.name, ()))
            cells[row.name, number] = Cell(words, tuple(shown), len(excerpts) - len(shown))
    title = framework.title if framework is not None else "Framework grid"
    inside = {id(record): record for group in placed.values() for record in group}
    method = _method(list(inside.values()), len(codings), sources, columns)
    return Grid(title, listed, columns, cells, rows, bands or "", method, limit)


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
    row_of = _row_names(sources, by)
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


def _with_case_attributes(sources: pd.DataFrame, cases: pd.DataFrame | None) -> pd.DataFrame:
    """The sources with the attributes of their cases, where they have none of that name."""
    if cases is None:
        return sources
    known = sources.copy()
    for name in attributes_of(cases, "cases"):
        if name not in known.columns:
            known[name] = known["case"].map(dict(zip(cases["case"], cases[name], strict=True)))
    return known


def _placed(
    codings: pd.DataFrame, row_of: Mapping[str, str], members: Sequence[set[tuple[str, str]]]
) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """The codings of each cell, by row and column number."""
    columns: dict[tuple[str, str], list[int]] = {}
    for number, codes in enumerate(members):
        for code in codes:
            columns.setdefault(code, []).append(number)
    placed: dict[tuple[str, int], list[dict[str, Any]]] = {}
    records: list[dict[str, Any]] = codings.to_dict("records")  # type: ignore[assignment]
    for record in records:
        for number in columns.get((record["codebook"], record["code"]), ()):
            placed.setdefault((row_of[record["source"]], number), []).append(record)
    return placed


# Columns and rows --------------------------------------------------------------------------


def _columns(codes: pd.DataFrame, framework: Framework | None) -> tuple[Column, ...]:
    if codes.empty:
        raise TableError("codes", "the study has no codebook; add one with 'qualkit codebook add'")
    known: dict[str, list[Any]] = {}
    for record in codes.itertuples():
        known.setdefault(str(record.code), []).append(record)
        known.setdefault(f"{record.codebook}/{record.code}", []).append(record)
    if framework is None:
        tops = codes[codes["parent"].isna()]
        themes: Iterable[Theme] = (
            Theme(f"{b}/{c}", "") for b, c in zip(tops["codebook"], tops["code"], strict=True)
        )
    else:
        themes = framework.themes
    return tuple(_column(theme, known) for theme in themes)


def _column(theme: Theme, known: Mapping[str, list[Any]]) -> Column:
    found = known.get(theme.code, [])
    if not found:
        raise UnknownName("code", theme.code, known)
    if len(found) > 1:
        raise UnknownName("single code", theme.code, [f"{f.codebook}/{f.code}" for f in found])
    one = found[0]
    return Column(one.codebook, one.code, theme.title or one.name, one.definition)


def _members(codes: pd.DataFrame, column: Column) -> set[tuple[str, str]]:
    """The column's own code and all below it."""
    book = codes[codes["codebook"] == column.codebook]
    parents = dict(zip(book["code"], book["parent"], strict=True))
    members = set()
    for code in parents:
        above: str | None = code
        while isinstance(above, str):
            if above == column.code:
                members.add((column.codebook, code))
                break
            above = parents.get(above)
    return members


def _row_names(sources: pd.DataFrame, rows: str) -> dict[str, str]:
    """The row of each source."""
    if rows not in sources.columns or rows in {"warnings", "notes"}:
        raise UnknownName("attribute for rows", rows, map(str, sources.columns))
    values = [str(plain(value) or "").strip() or NOT_GIVEN for value in sources[rows]]
    return dict(zip(sources["source"], values, strict=True))


def _rows(
    sources: pd.DataFrame,
    cases: pd.DataFrame | None,
    row_of: Mapping[str, str],
    rows: str,
    bands: str | None,
) -> tuple[Row, ...]:
    if rows == "case" and cases is not None:
        names = [str(name) for name in cases["case"]]
    elif rows in {"case", "source"}:
        names = list(dict.fromkeys(row_of.values()))
    else:
        names = sorted(set(row_of.values()), key=lambda name: (name == NOT_GIVEN, name))
    band_of = _bands(sources, row_of, bands)
    details = _details(sources, row_of, rows)
    found = [Row(name, band_of.get(name, ""), details.get(name, "no sources")) for name in names]
    order = {band: n for n, band in enumerate(sorted({row.band for row in found}))}
    return tuple(sorted(found, key=lambda row: order[row.band]))


def _bands(sources: pd.DataFrame, row_of: Mapping[str, str], bands: str | None) -> dict[str, str]:
    if bands is None:
        return {}
    if bands not in sources.columns:
        raise UnknownName("attribute for bands", bands, map(str, sources.columns))
    own: dict[str, str] = {}
    for source, band in zip(sources["source"], sources[bands], strict=True):
        name, value = row_of[source], str(plain(band) or "").strip() or NOT_GIVEN
        if own.setdefault(name, value) != value:
            why = f"row {name!r} would stand in two bands of {bands!r}: {own[name]!r} and {value!r}"
            raise TableError("sources", f"{why}; choose other rows or bands")
    return own


def _details(sources: pd.DataFrame, row_of: Mapping[str, str], rows: str) -> dict[str, str]:
    """A few words under each row's name: what a source is, or how many sources a row has."""
    if rows != "source":
        counts = Counter(row_of.values())
        return {name: f"{n} source{'s' if n != 1 else ''}" for name, n in counts.items()}
    kept = [name for name in ("role", "stakeholder_type", "case") if name in sources.columns]
    details = {}
    for source, *facts in zip(sources["source"], *(sources[name] for name in kept), strict=True):
        parts = dict.fromkeys(str(plain(fact) or "").strip() for fact in facts)
        details[source] = ", ".join(part for part in parts if part and part != source)
    return details


# Cells -------------------------------------------------------------------------------------


def _summaries(
    summaries: pd.DataFrame | None,
    rows: str,
    codes: pd.DataFrame,
    members: set[tuple[str, str]],
) -> dict[str, list[CellSummary]]:
    """The summaries of one column by case; those of a code below it say which."""
    found: dict[str, list[CellSummary]] = {}
    if summaries is None or rows != "case":
        return found
    check(summaries, "summaries")
    names = {(c.codebook, c.code): c for c in codes.itertuples()}
    for record in summaries.itertuples():
        key = (str(record.codebook), str(record.theme))
        if key in members:
            below = names[key].parent in {code for _, code in members}
            text = f"{names[key].name}: {record.text}" if below else str(record.text)
            found.setdefault(str(record.case), []).append(CellSummary(str(record.author), text))
    return found


_Spans = Mapping[str, Sequence[tuple[int, int, str]]]


def _turn_spans(turns: pd.DataFrame | None) -> _Spans:
    """Start, end and role of the turns of each source."""
    spans: dict[str, list[tuple[int, int, str]]] = {}
    if turns is not None:
        columns = ("source", "start", "end", "role")
        for source, start, end, role in zip(*(turns[name] for name in columns), strict=True):
            spans.setdefault(source, []).append((int(start), int(end), role))
    return spans


def _excerpts(
    codings: Sequence[dict[str, Any]], order: Mapping[str, int], spans: _Spans
) -> Iterator[Excerpt]:
    """One excerpt for each stretch of overlapping codings, by source and place."""
    if not codings:
        return
    records = sorted(codings, key=lambda r: (order[r["source"]], r["start"], -r["end"]))
    group: list[dict[str, Any]] = []
    end = -1
    for record in records:
        if group and (record["source"] != group[0]["source"] or record["start"] >= end):
            yield _excerpt(group, spans)
            group, end = [], -1
        group.append(record)
        end = max(end, record["end"])
    yield _excerpt(group, spans)


def _excerpt(group: Sequence[Mapping[str, Any]], spans: _Spans) -> Excerpt:
    first = group[0]
    start, text = int(first["start"]), first["text"]
    for record in group[1:]:
        text += record["text"][max(0, start + len(text) - record["start"]) :]
    turns = spans.get(first["source"], ())
    inside = _inside(turns, start, start + len(text))
    asked = bool(inside) and all(role == INTERVIEWER for _, _, role in inside)
    between = bool(turns) and start >= turns[0][0]
    return Excerpt(
        text=text,
        words=_spoken(text, start, inside, mark=not asked) or ("[...]" if between else text),
        source=first["source"],
        start=start,
        end=start + len(text),
        attribution=attribution({**first, "role": "Interviewer"} if asked else first),
        codes=_each(record["code_name"] for record in group),
        coders=_each(record["coder"] for record in group),
        stances=tuple(
            dict.fromkeys((str(r["stance"]), str(r["coder"])) for r in group if _given(r["stance"]))
        ),
        ratings=tuple(
            dict.fromkeys(
                (str(r["code_name"]), int(r["rating"])) for r in group if _given(r["rating"])
            )
        ),
        codings=tuple(str(record["coding"]) for record in group),
    )


def _spoken(text: str, start: int, parts: Sequence[tuple[int, int, str]], *, mark: bool) -> str:
    """The words of parts of turns; an interviewer's among a participant's are marked as theirs."""
    said = []
    for a, b, role in parts:
        words = text[a - start : b - start]
        said.append(f"[Interviewer: {words}]" if mark and role == INTERVIEWER else words)
    return " [...] ".join(said)


def _inside(
    turns: Sequence[tuple[int, int, str]], start: int, end: int
) -> list[tuple[int, int, str]]:
    """The parts of turns that lie within a stretch; none where it holds no words of any."""
    first = max(0, bisect_right(turns, start, key=lambda turn: turn[0]) - 1)
    parts = []
    for a, b, role in turns[first:]:
        if a >= end:
            break
        if b > start:
            parts.append((max(a, start), min(b, end), role))
    return parts


def _each(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if _given(value)))


def _given(value: object) -> bool:
    return plain(value) not in {None, ""}


def attribution(coding: Mapping[str, Any]) -> str:
    """Who speaks, where and when, without a name: ``Deputy head, Northmoor, 4:05``.

    >>> attribution({"role": "Nurse", "case": "Salt", "source": "s1", "time": 65.0, "line": 9})
    'Nurse, Salt, 1:05'
    """
    role = next((coding[k] for k in ("role", "stakeholder_type") if _given(coding.get(k))), None)
    who = [str(part) for part in (role or coding["source"], coding["case"]) if _given(part)]
    return ", ".join([*dict.fromkeys(who), *_where(coding)])


def _where(coding: Mapping[str, Any]) -> list[str]:
    if _given(coding.get("time")):
        return [clock(float(coding["time"]))]
    for place in ("page", "line"):
        if _given(coding.get(place)):
            return [f"{place} {int(coding[place])}"]
    return []


def clock(time: float) -> str:
    """Seconds as minutes and seconds, with hours where there are any.

    >>> clock(65.4), clock(3729.0)
    ('1:05', '1:02:09')
    """
    minutes, seconds = divmod(int(time), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def _spread(excerpts: list[Excerpt], limit: int | None) -> list[Excerpt]:
    """At most `limit` excerpts, one from each source before a second from any."""
    if limit is None or len(excerpts) <= limit:
        return excerpts
    turn: dict[str, int] = {}
    ranks = []
    for n, excerpt in enumerate(excerpts):
        turn[excerpt.source] = turn.get(excerpt.source, 0) + 1
        ranks.append((turn[excerpt.source], n))
    kept = {n for _, n in sorted(ranks)[:limit]}
    return [excerpt for n, excerpt in enumerate(excerpts) if n in kept]


def _method(
    codings: Sequence[Mapping[str, Any]],
    total: int,
    sources: pd.DataFrame,
    columns: Sequence[Column],
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
    )
