"""Scores that areas agree on as groups, such as CASCADE: one area, one score an indicator.

The area is the unit, and there are few of them: what a report shows are distributions, totals,
means with their n, changes and ranks, and no tests.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import BatchError, TableError
from qualkit.survey import _numbers as read
from qualkit.survey.adjusting import competition_rank
from qualkit.survey.records import NO_SCORES, NO_SHARED_AREAS, Cascade, CascadeChange

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_AREA: Final = "area"


def cascade(
    scores: Sequence[Any] | pd.Series | np.ndarray | Mapping[str, Any] | pd.DataFrame,
    *,
    highest: int = 3,
) -> Cascade:
    """What areas scored in one wave: distribution, total, mean with n, ranks of indicators.

    Parameters
    ----------
    scores : sequence, Series or array; or DataFrame, or mapping
        The scores of one indicator, one an area; a mapping of areas to scores does as well. Or a
        DataFrame with one row an area (named by the index or by a column ``area``) and one column
        an indicator, or a mapping of indicators to the scores of each. None or NaN where an area
        was not scored.
    highest : int
        The scale runs from 0 to this. For CASCADE: 0 major challenge, 1 good elements of
        practice, 2 widespread good practice, 3 gold standard.

    Returns
    -------
    Cascade
        Of one indicator `total`, `mean`, `n` and `counts`; of a table the same over all its
        scores, and `indicators` and `areas`, one row each. Undefined where nothing was scored.

    Raises
    ------
    TableError
        If areas or indicators have the same name twice, or this is not a table of scores.
    BatchError
        If a score is off the scale, with every row.

    References
    ----------
    Wolpert, M. (2015). CASCADE framework. Anna Freud National Centre for Children and Families;
    in Day, L. and others (2017). Mental health services and schools link pilots: evaluation
    report, DFE-RR640, table 6 and appendix 2.

    Examples
    --------
    >>> found = cascade([0, 1, 1, 2, None])
    >>> found.total, found.mean, found.n, found.counts
    (4, 1.0, 4, {0: 1, 1: 2, 2: 1, 3: 0})
    >>> import pandas as pd
    >>> areas = ["Weldon Vale", "Kingsreach"]
    >>> table = pd.DataFrame({"roles": [1, 2], "contact": [0, 2]}, index=areas)
    >>> cascade(table).ranks
    {'roles': 1, 'contact': 2}
    """
    table = None if _is_single(scores) else _table(scores, "scores")
    if table is None:
        found = _read(_listed(scores, "scores"), "scores", highest)
        rows = areas = None
    else:
        found = _read(table, "scores", highest)
        rows, areas = _indicators(found, highest), _by_area(found)
    total, n, counts = _summed(found.to_numpy().ravel(), highest)
    mean = total / n if n else None
    return Cascade(mean, total, mean, n, counts, rows, areas, "" if n else NO_SCORES)


def cascade_change(
    before: pd.DataFrame | Mapping[str, Sequence[Any]],
    after: pd.DataFrame | Mapping[str, Sequence[Any]],
    *,
    highest: int = 3,
) -> CascadeChange:
    """How the scores of areas changed between two waves, by indicator and by area.

    Parameters
    ----------
    before, after : DataFrame
        One row an area, one column an indicator, as for :func:`cascade`. Areas are matched by
        name.
    highest : int
        The scale runs from 0 to this.

    Returns
    -------
    CascadeChange
        Undefined where no area was scored in both waves.

    Raises
    ------
    TableError
        If areas or indicators have the same name twice, or this is not a table of scores.
    BatchError
        If a score is off the scale, with every row.

    Examples
    --------
    >>> import pandas as pd
    >>> areas = ["Weldon Vale", "Kingsreach"]
    >>> before = pd.DataFrame({"roles": [0, 1], "contact": [1, 1]}, index=areas)
    >>> after = pd.DataFrame({"roles": [2, 1], "contact": [1, 2]}, index=areas)
    >>> found = cascade_change(before, after)
    >>> found.indicators["change"].to_dict(), found.areas["change"].to_dict(), found.value
    ({'roles': 2, 'contact': 1}, {'Weldon Vale': 2, 'Kingsreach': 1}, 1.5)
    """
    first = _whole_table(before, "scores before", highest)
    second = _whole_table(after, "scores after", highest)
    shared = [area for area in first.index if area in second.index]
    columns = list(dict.fromkeys([*first.columns, *second.columns]))
    start = first.reindex(index=shared, columns=columns)
    end = second.reindex(index=shared, columns=columns)
    areas = _area_changes(start, end)
    change = int(areas["change"].sum())
    mean = change / len(areas) if len(areas) else None
    waves = {"before": first, "after": second}
    parts = [_indicators(one, highest).add_suffix(f"_{wave}") for wave, one in waves.items()]
    return CascadeChange(
        value=mean,
        mean_area_change=mean,
        change=change,
        n=len(areas),
        indicators=_joined(parts, end - start, columns),
        areas=areas,
        left=tuple(str(area) for area in first.index if area not in second.index),
        joined=tuple(str(area) for area in second.index if area not in first.index),
        reason="" if len(areas) else NO_SHARED_AREAS,
    )


def _is_single(scores: object) -> bool:
    """Whether a mapping is of areas to the scores of one indicator."""
    return isinstance(scores, Mapping) and not any(
        isinstance(one, Iterable) and not isinstance(one, str) for one in scores.values()
    )


def _table(scores: object, name: str) -> pd.DataFrame | None:
    """The scores as a table of areas by indicators; None where they are of one indicator alone."""
    import pandas as pd

    given = _framed(scores, name) if isinstance(scores, Mapping) else scores
    return _named(given, name) if isinstance(given, pd.DataFrame) else None


def _whole_table(scores: object, name: str, highest: int) -> pd.DataFrame:
    table = _table(scores, name)
    if table is None:
        reason = "a table is needed, with a row for each area, so that areas can be matched"
        raise TableError(name, reason)
    return _read(table, name, highest)


def _read(table: pd.DataFrame, name: str, highest: int) -> pd.DataFrame:
    """The scores as floats, NaN where an area was not scored."""
    import pandas as pd

    cells = {column: [_score(one, highest) for one in table[column]] for column in table}
    faults = [
        f"{area}, {column}: {fault}"
        for column, found in cells.items()
        for area, (_, fault) in zip(table.index, found, strict=True)
        if fault
    ]
    if faults:
        raise BatchError(name, faults)
    scores = {column: [one for one, _ in found] for column, found in cells.items()}
    return pd.DataFrame(scores, index=table.index, columns=table.columns, dtype=float)


def _framed(scores: Mapping[str, Any], name: str) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.DataFrame(dict(scores), dtype=object)
    except ValueError as error:
        reason = "each indicator needs one score for each area, None where it has none"
        raise TableError(name, reason) from error


def _listed(scores: object, name: str) -> pd.DataFrame:
    """One indicator's scores as a table, a row each, so that faults are told by row."""
    import numpy as np
    import pandas as pd

    if isinstance(scores, Mapping):
        return pd.DataFrame({"score": pd.Series(scores, dtype=object)})
    words = isinstance(scores, (str, bytes))
    if words or not isinstance(scores, Iterable) or getattr(scores, "ndim", 1) != 1:
        raise TableError(name, "scores of one indicator in a list, or a DataFrame of several")
    listed = list(scores)
    if any(isinstance(one, (list, tuple, np.ndarray)) for one in listed):
        raise TableError(name, "several indicators go in as a DataFrame, a row for each area")
    rows = [f"row {n}" for n in range(1, len(listed) + 1)]
    return pd.DataFrame({"score": pd.Series(listed, index=rows, dtype=object)})


def _named(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table with its areas as index, each name once."""
    named = [column for column in table.columns if str(column).strip().casefold() == _AREA]
    if len(named) == 1:
        table = table.set_index(named[0])
    for kind, labels in (("area", table.index), ("indicator", table.columns)):
        if twice := sorted({str(one) for one in labels[labels.duplicated()]}):
            listed = ", ".join(repr(one) for one in twice)
            raise TableError(name, f"each {kind} stands once; more than once are {listed}")
    return table


def _score(value: object, highest: int) -> tuple[float, str]:
    import numpy as np

    found, fault = read.number(value)
    if fault or math.isnan(found):
        return found, fault
    if isinstance(value, (bool, np.bool_)) or found not in range(highest + 1):
        return found, f"{short(value)} is not a whole number from 0 to {highest}"
    return found, ""


def _summed(scores: np.ndarray, highest: int) -> tuple[int, int, dict[int, int]]:
    import numpy as np

    known = scores[~np.isnan(scores)].astype(int)
    found = np.bincount(known, minlength=highest + 1).tolist()
    return int(known.sum()), len(known), dict(enumerate(found))


def _indicators(table: pd.DataFrame, highest: int) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for column in table:
        total, n, counts = _summed(table[column].to_numpy(), highest)
        spread = {f"score_{score}": count for score, count in counts.items()}
        rows.append({"n": n, **spread, "total": total, "mean": total / n if n else None})
    names = ["n", *(f"score_{score}" for score in range(highest + 1)), "total", "mean"]
    found = pd.DataFrame(rows, index=pd.Index(table.columns, name="indicator"), columns=names)
    found["rank"] = competition_rank(found["mean"].tolist())
    return _typed(found)


def _by_area(table: pd.DataFrame) -> pd.DataFrame:
    known = table.notna().sum(axis=1)
    total = table.sum(axis=1)
    found = known.to_frame("n").assign(total=total, mean=total / known.where(known > 0))
    return _typed(found.rename_axis(index=_AREA))


def _area_changes(start: pd.DataFrame, end: pd.DataFrame) -> pd.DataFrame:
    both = start.notna() & end.notna()
    n = both.sum(axis=1)
    found = n.to_frame("n").assign(
        before=start.where(both).sum(axis=1), after=end.where(both).sum(axis=1)
    )[n > 0]
    found["change"] = found["after"] - found["before"]
    found["mean_change"] = found["change"] / found["n"]
    found["rank"] = competition_rank(found["mean_change"].tolist())
    return _typed(found.rename_axis(index=_AREA))


def _joined(parts: list[pd.DataFrame], moved: pd.DataFrame, columns: list[Any]) -> pd.DataFrame:
    import pandas as pd

    n = moved.notna().sum()
    change = moved.sum().where(n > 0)
    known = {
        "n": n,
        "change": change,
        "mean_change": change / n.where(n > 0),
        "rose": (moved > 0).sum(),
        "stayed": (moved == 0).sum(),
        "fell": (moved < 0).sum(),
    }
    found = pd.DataFrame(known, index=pd.Index(columns, name="indicator"))
    ranks = competition_rank(found["mean_change"].tolist())
    found.insert(3, "change_rank", ranks)
    return _typed(pd.concat([*(part.reindex(found.index) for part in parts), found], axis=1))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    """Whole numbers as such, means as floats, and NA where there is none."""
    kinds = {name: "Float64" if "mean" in str(name) else "Int64" for name in table.columns}
    return table.astype(kinds)
