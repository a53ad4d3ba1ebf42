"""Themes or codes by an attribute: in how many sources of each group something was coded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.compare._lines import Line, lines_of, numbers_of
from qualkit.compare._marks import (
    Spans,
    Stretch,
    answers_of,
    marks_of,
    merged,
    touched,
    words_in,
)
from qualkit.compare._withholding import withheld
from qualkit.framework import NOT_GIVEN, values_of, with_case_attributes
from qualkit.tables import attributes_of, check

if TYPE_CHECKING:
    import pandas as pd

MEASURES: Final = ("sources", "share", "excerpts", "words", "turns")
_ROW: Final = ("codebook", "code", "name")
_TYPES: Final = {
    "sources": "Int64", "share": "float64", "excerpts": "Int64", "words": "Int64",
    "turns": "float64", "suppressed": "bool",
}  # fmt: skip
_Marked = dict[str, list[Stretch]]  # what was marked, by source
_Measured = tuple[int, float | None, int, int, float | None]


@dataclass(frozen=True, slots=True)
class Crosstab:
    """Themes or codes by the values of an attribute.

    Attributes
    ----------
    rows, by : str
        As they were asked for.
    cells : DataFrame
        One row a cell, every pair of row and value: ``codebook``, ``code``, ``name``, ``value``;
        ``sources``, how many have it; ``share`` of the sources of that value (0 to 1);
        ``excerpts``, stretches, overlapping ones counted once; ``words`` in them; ``turns``, the
        share of the turns of that value, interviewers' left out, that it touches (0 to 1; missing
        where no turns were given); ``suppressed``, whether the numbers are withheld, and missing.
    bases : DataFrame
        One row a value: ``value``, ``sources``, ``turns`` (interviewers' left out), ``words`` (of
        all turns), ``suppressed`` where all its cells are withheld.
    totals : DataFrame
        One row a row: as `cells`, over all values, without ``value``. A source counts once.
    smallest : int
        Counts of sources under it are withheld; 0 where none are.
    """

    rows: str
    by: str
    cells: pd.DataFrame
    bases: pd.DataFrame
    totals: pd.DataFrame
    smallest: int = 0

    @property
    def suppressed(self) -> pd.DataFrame:
        """Which cells are withheld: ``codebook``, ``code``, ``name``, ``value``."""
        chosen = self.cells.loc[self.cells["suppressed"], [*_ROW, "value"]]
        return chosen.reset_index(drop=True)

    @property
    def long(self) -> pd.DataFrame:
        """The cells with the base of each, for R and Excel: ``base`` sources have that value."""
        base = dict(zip(self.bases["value"], self.bases["sources"], strict=True))
        return self.cells.assign(base=self.cells["value"].map(base))

    def matrix(self, measure: str = "sources") -> pd.DataFrame:
        """One measure, rows as they are by values as they are; NaN where it is missing.

        Parameters
        ----------
        measure : str
            One of :data:`MEASURES`.

        Returns
        -------
        DataFrame
            Its index are codebook and code, its columns the values.
        """
        import pandas as pd

        if measure not in MEASURES:
            raise ValueError(f"measure {measure!r} is not one of {', '.join(MEASURES)}")
        numbers = self.cells[measure].to_numpy(dtype=float, na_value=float("nan"))
        names = pd.MultiIndex.from_frame(self.totals[["codebook", "code"]])
        made = numbers.reshape(len(self.totals), len(self.bases))
        return pd.DataFrame(made, index=names, columns=self.bases["value"].tolist())

    def shown(self, measure: str = "sources") -> pd.DataFrame:
        """One measure as it is read on a screen: names, each value with its base, and all.

        Its first column is called like `rows`, the last ``all``; shares are 0 to 1.
        """
        import pandas as pd

        table = self.matrix(measure).round(2)
        whole = measure not in {"share", "turns"}
        made = table.astype("Int64" if whole else "float64").reset_index(drop=True)
        counts = zip(self.bases["value"], self.bases["sources"], strict=True)
        made.columns = pd.Index([f"{value} (n={base})" for value, base in counts])
        made.insert(0, self.rows, self.totals["name"].tolist())
        made["all"] = self.totals[measure].round(2).tolist()
        return made


def crosstab(
    codings: pd.DataFrame,
    *,
    sources: pd.DataFrame,
    codes: pd.DataFrame,
    cases: pd.DataFrame | None = None,
    turns: pd.DataFrame | None = None,
    rows: str = "theme",
    by: str,
    smallest: int = 0,
) -> Crosstab:
    """Themes or codes by an attribute: how many sources of each group speak of what.

    Counts of sources, never of segments, are what one may compare. Excerpts, words and turns say
    how much was said, and that hangs on how long each was asked.

    Parameters
    ----------
    codings, sources, codes, cases, turns : DataFrame
        With the columns of :mod:`qualkit.tables`; `turns` may lack its words.
    rows : str
        ``theme``: every theme, codes below it counted with it. ``code``: every code, with its own
        codings alone. The id of one (``staffing``, ``evaluation-topics/staffing``): it and each
        code below it, codes further down counted with them.
    by : str
        An attribute of sources or of their cases, ``case``, ``source``, or ``coder``. Where
        sources and cases have an attribute of one name it is the sources'; ``case.NAME`` is the
        cases'. By coder, a source counts for each who coded it at all.
    smallest : int
        Withhold counts of 1 to ``smallest - 1`` sources, values with fewer sources altogether, and
        as many more cells or the total as it takes that none can be worked out from its row. At
        least 3, or what is withheld can only be a 1. By default nothing is withheld.

    Returns
    -------
    Crosstab

    Raises
    ------
    UnknownName
        For a code or attribute that is not there.
    TableError
        Where a column is missing, there is no codebook, or a coding's source is not in `sources`.

    Notes
    -----
    What is withheld in one table can follow from another: the same themes by a finer attribute, or
    a theme beside the codes below it. Look at all tables that leave the house together.
    """
    check(codings, "codings")
    if isinstance(smallest, bool) or not isinstance(smallest, int) or smallest < 0:
        raise ValueError(f"smallest {smallest!r} is not a whole number from 0 upwards")
    lines = lines_of(codes, rows)
    columns, value_of = _columns(codings, sources, cases, by)
    marked, whole = _sorted_out(codings, sources, lines, value_of)
    spans = None if turns is None else answers_of(turns)
    bases = _bases(columns, sources, spans)
    everything = _base(sorted(set().union(*columns.values())), sources, spans)
    counted = [
        [_measured(marked.get((n, v), {}), base, spans) for v, base in bases.items()]
        for n in range(len(lines))
    ]
    totals = [_measured(whole.get(n, {}), everything, spans) for n in range(len(lines))]
    return _built(lines, bases, counted, totals, asked=(rows, by, smallest))


def _columns(
    codings: pd.DataFrame, sources: pd.DataFrame, cases: pd.DataFrame | None, by: str
) -> tuple[dict[str, list[str]], Sequence[str]]:
    """The sources of each value, in order, and the value of each coding."""
    columns: dict[str, list[str]] = {}
    if by == "coder":
        pairs = dict.fromkeys(zip(codings["coder"], codings["source"], strict=True))
        for coder, source in sorted(pairs):
            columns.setdefault(coder, []).append(source)
        return columns, codings["coder"].tolist()
    of = values_of(_known(sources, cases), by, what="attribute of sources or cases")
    names = list(dict.fromkeys(of.values()))
    for name in names if by in {"case", "source"} else in_order(names):
        columns[name] = []
    for source, value in of.items():
        columns[value].append(source)
    return columns, [of.get(source, "") for source in codings["source"]]


def _known(sources: pd.DataFrame, cases: pd.DataFrame | None) -> pd.DataFrame:
    """Sources with the attributes of their cases, under ``case.NAME`` too, as codings have them."""
    if cases is None:
        return sources
    named = {name: f"case.{name}" for name in attributes_of(cases, "cases")}
    return with_case_attributes(with_case_attributes(sources, cases), cases.rename(columns=named))


def in_order(values: Iterable[str]) -> list[str]:
    """Values as people list them: numbers by size, then words; what is not given last.

    >>> in_order(["10", "(not given)", "9", "under 5"])
    ['9', '10', 'under 5', '(not given)']
    """

    def rank(value: str) -> tuple[bool, bool, float, str]:
        number = float(value) if value.replace(".", "", 1).isdecimal() else None
        return value == NOT_GIVEN, number is None, number or 0.0, value

    return sorted(values, key=rank)


def _sorted_out(
    codings: pd.DataFrame, sources: pd.DataFrame, lines: Sequence[Line], value_of: Sequence[str]
) -> tuple[dict[tuple[int, str], _Marked], dict[int, _Marked]]:
    """What was marked in each cell, and in each row."""
    numbers = numbers_of(lines)
    cells: dict[tuple[int, str], _Marked] = {}
    whole: dict[int, _Marked] = {}
    for mark, value in zip(marks_of(codings, sources["source"]), value_of, strict=True):
        for number in numbers.get(mark.key, ()):
            for marked in (
                cells.setdefault((number, value), {}),
                whole.setdefault(number, {}),
            ):
                marked.setdefault(mark.source, []).append(mark.stretch)
    return cells, whole


_Base = tuple[int, int | None, int]  # sources, turns, words


def _bases(
    columns: Mapping[str, Sequence[str]], sources: pd.DataFrame, spans: Mapping[str, Spans] | None
) -> dict[str, _Base]:
    return {value: _base(held, sources, spans) for value, held in columns.items()}


def _base(held: Sequence[str], sources: pd.DataFrame, spans: Mapping[str, Spans] | None) -> _Base:
    words = sources.loc[sources["source"].isin(held), "words"].sum()
    if spans is None:
        return len(held), None, int(words)
    return len(held), sum(len(spans[one][0]) for one in held if one in spans), int(words)


def _measured(marked: _Marked, base: _Base, spans: Mapping[str, Spans] | None) -> _Measured:
    """The measures of a cell, in the order of MEASURES."""
    excerpts = words = turns = 0
    for source, stretches in marked.items():
        joined = merged(stretches)
        excerpts += len(joined)
        words += words_in(joined)
        if spans is not None:
            turns += len(touched(joined, spans, source))
    share = len(marked) / base[0] if base[0] else None
    return len(marked), share, excerpts, words, turns / base[1] if base[1] else None


def _built(
    lines: Sequence[Line],
    bases: Mapping[str, _Base],
    counted: Sequence[Sequence[_Measured]],
    totals: Sequence[_Measured],
    *,
    asked: tuple[str, str, int],
) -> Crosstab:
    """The tables, with what must be withheld missing."""
    smallest = asked[2]
    sizes = [base[0] for base in bases.values()]
    nothing = (None,) * len(MEASURES)
    cells, over = [], []
    for line, row, total in zip(lines, counted, totals, strict=True):
        held, hidden = withheld([cell[0] for cell in row], sizes, smallest)
        named = (line.codebook, line.code, line.name)
        for n, (value, cell) in enumerate(zip(bases, row, strict=True)):
            cells.append((*named, value, *(nothing if n in held else cell), n in held))
        over.append((*named, *(nothing if hidden else total), hidden))
    heads = [(value, *base, base[0] < smallest) for value, base in bases.items()]
    return Crosstab(
        *asked[:2],
        _table(cells, [*_ROW, "value", *MEASURES, "suppressed"]),
        _table(heads, ["value", "sources", "turns", "words", "suppressed"]).astype(
            {"turns": "Int64"}
        ),
        _table(over, [*_ROW, *MEASURES, "suppressed"]),
        smallest,
    )


def _table(rows: Sequence[tuple[object, ...]], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    made = pd.DataFrame(rows, columns=columns)
    return made.astype({name: kind for name, kind in _TYPES.items() if name in columns})
