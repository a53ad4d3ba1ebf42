"""Codings as evidence: one row a source that was coded on a theme, with what it says.

A source counts once, however much of it is coded and by however many coders. Words of an
interviewer say nothing of a theme.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import TableError
from qualkit.framework import NOT_GIVEN, members_of, values_of, with_case_attributes
from qualkit.framework.columns import columns_of
from qualkit.model import INTERVIEWER, Framework, Theme
from qualkit.tables import check, plain
from qualkit.triangulate._stances import MIXED, stance_of

if TYPE_CHECKING:
    import pandas as pd

EVIDENCE_COLUMNS: Final = (
    "source", "area", "type", "stance", "stance_of", "codings", "quotes", "date", "strand",
)  # fmt: skip
INTERVIEWS: Final = "interviews"
_Key = tuple[str, str]  # codebook, code


def evidence(
    codings: pd.DataFrame,
    sources: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    theme: str | _Key,
    summaries: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    area: str = "case",
    kind: str = "stakeholder_type",
) -> pd.DataFrame:
    """What each source that was coded on a theme says of it.

    Parameters
    ----------
    codings, sources, codes, summaries, cases : DataFrame
        With the columns of :mod:`qualkit.tables`.
    theme : str or (str, str)
        A theme or a code, alone or with its codebook (``book/code``); codings of all codes below
        it count.
    area, kind : str
        The attributes of sources, or of their cases, that are their area and stakeholder type.
        Where no source has a ``stakeholder_type``, types are not known.

    Returns
    -------
    DataFrame
        One row a source in the order of `sources`: ``source``, ``area``, ``type`` (empty where not
        known); ``stance``: ``improved``, ``worsened``, ``unchanged``, ``mixed`` (its codings
        differ, or say so), or empty; ``stance_of``: ``summary``, where a person's summary of that
        source and theme has a stance, else ``codings``, or empty; ``codings``, how many;
        ``quotes``, their ids; ``date`` and ``strand``, the sources' attributes of that name,
        a strand being ``interviews`` where they have none.

    Raises
    ------
    UnknownName
        For a theme, or an attribute, that the study does not have.
    TableError
        For a table that lacks a column, a coding of no known source, or where there is no codebook.

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.tables import COLUMNS
    >>> rows = [("a", "b", "time", "k1", "positive"), ("a", "b", "time.in", "k2", "negative"),
    ...         ("z", "b", "time", "k3", "positive")]
    >>> columns = ["source", "codebook", "code", "coding", "stance"]
    >>> codings = pd.DataFrame(rows, columns=columns).reindex(columns=COLUMNS["codings"])
    >>> codes = pd.DataFrame([("b", "time", "Time", None), ("b", "time.in", "Lead-in", "time")],
    ...     columns=["codebook", "code", "name", "parent"]).reindex(columns=COLUMNS["codes"])
    >>> sources = pd.DataFrame([("a", "North"), ("z", "South")], columns=["source", "case"])
    >>> found = evidence(codings, sources.reindex(columns=COLUMNS["sources"]), codes, theme="time")
    >>> found[["source", "area", "stance", "codings"]].values.tolist()
    [['a', 'North', 'mixed', 2], ['z', 'South', 'improved', 1]]
    """
    found = evidence_by_theme(
        codings, sources, codes, themes=[theme], summaries=summaries, cases=cases, area=area,
        kind=kind,
    )  # fmt: skip
    return found[theme]


def evidence_by_theme(
    codings: pd.DataFrame,
    sources: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    themes: Iterable[str | _Key],
    summaries: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    area: str = "case",
    kind: str = "stakeholder_type",
) -> dict[str | _Key, pd.DataFrame]:
    """The same of many themes, in one pass over the codings: theme -> :func:`evidence` of it."""
    import pandas as pd

    check(codings, "codings")
    check(sources, "sources")
    known = with_case_attributes(sources, cases)
    facts = {
        "area": _values(known, area),
        "type": _values(known, kind, optional=kind == "stakeholder_type"),
        "date": _values(known, "date", optional=True),
        "strand": _values(known, "strand", optional=True),
    }
    order = {str(source): n for n, source in enumerate(sources["source"])}
    marks, written = _marks(codings, order), _written(summaries)
    made: dict[str | _Key, pd.DataFrame] = {}
    for theme, top in _tops(codes, list(dict.fromkeys(themes))).items():
        said = _gathered(marks, members_of(codes, *top))
        told = written.get(top, {})
        rows = [
            _row(source, *said[source], told.get(source, set()), facts)
            for source in sorted(said, key=order.__getitem__)
        ]
        made[theme] = pd.DataFrame(rows, columns=list(EVIDENCE_COLUMNS))
    return made


def only_before(found: pd.DataFrame, follow_up: str) -> bool:
    """Whether all evidence with a stance is from before a date.

    Parameters
    ----------
    found : DataFrame
        What :func:`evidence` gives.
    follow_up : str
        The date of the survey's follow-up, as the sources write dates: ``2026-03-01``.

    Returns
    -------
    bool
        False where some date is not known, or nothing has a stance. A month or year is before a
        day only where all of it is.
    """
    dates = [date for date, stance in zip(found["date"], found["stance"], strict=True) if stance]
    return bool(dates and follow_up) and all(
        date and date < follow_up and not follow_up.startswith(date) for date in dates
    )


def _tops(codes: pd.DataFrame, themes: Sequence[str | _Key]) -> dict[str | _Key, _Key]:
    """Each theme, however it is named, as codebook and code."""
    check(codes, "codes")
    names = [theme if isinstance(theme, str) else "/".join(theme) for theme in themes]
    asked = Framework("", "", tuple(Theme(name, "") for name in names))
    columns = columns_of(codes, asked, (), set()) if themes else ()
    return {
        theme: (column.codebook, column.code) for theme, column in zip(themes, columns, strict=True)
    }


_Mark = tuple[int, str, str, str]  # place among the codings, source, id of the coding, stance


def _marks(codings: pd.DataFrame, known: Container[str]) -> dict[_Key, list[_Mark]]:
    """The codings of each code, without an interviewer's words."""
    columns = ("source", "codebook", "code", "coding", "stance", "speaker_role")
    words: dict[object, str] = {}
    made: dict[_Key, list[_Mark]] = {}
    rows = zip(*(codings[name].tolist() for name in columns), strict=True)
    for n, (source, book, code, coding, stance, role) in enumerate(rows):
        if source not in known:
            raise TableError("codings", f"its source {source!r} is not among the sources")
        if role != INTERVIEWER:
            if stance not in words:
                words[stance] = stance_of(stance)
            made.setdefault((book, code), []).append((n, source, str(coding), words[stance]))
    return made


def _gathered(
    marks: Mapping[_Key, Sequence[_Mark]], members: Iterable[_Key]
) -> dict[str, tuple[list[str], set[str]]]:
    """By source, the ids of its codings with these codes, and the stances that they have."""
    made: dict[str, tuple[list[str], set[str]]] = {}
    for _, source, coding, stance in sorted(one for key in members for one in marks.get(key, ())):
        quotes, stances = made.setdefault(source, ([], set()))
        quotes.append(coding)
        stances.add(stance)
    return made


def _written(summaries: pd.DataFrame | None) -> dict[_Key, dict[str, set[str]]]:
    """By theme and source, the stances that people's summaries of single sources have."""
    if summaries is None:
        return {}
    check(summaries, "summaries")
    made: dict[_Key, dict[str, set[str]]] = {}
    held = summaries[summaries["source"].notna() & summaries["stance"].notna()]
    columns = ("codebook", "theme", "source", "stance", "draft")
    for book, theme, source, stance, draft in zip(*(held[name] for name in columns), strict=True):
        if plain(draft) is not True:
            of_theme = made.setdefault((book, theme), {})
            of_theme.setdefault(source, set()).add(stance_of(stance))
    return made


def _values(sources: pd.DataFrame, name: str, *, optional: bool = False) -> dict[str, str]:
    if optional and name not in sources.columns:
        return {}
    found = values_of(sources, name, what="attribute of sources")
    return {source: "" if value == NOT_GIVEN else value for source, value in found.items()}


def _row(
    source: str, quotes: list[str], stances: Iterable[str], written: set[str],
    facts: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:  # fmt: skip
    by = "summary" if written - {""} else "codings"
    said = (written if by == "summary" else set(stances)) - {""}
    fact = {name: values.get(source, "") for name, values in facts.items()}
    return fact | {
        "source": source, "codings": len(quotes), "quotes": quotes,
        "stance": MIXED if len(said) > 1 else next(iter(said), ""), "stance_of": by if said else "",
        "strand": fact["strand"] or INTERVIEWS,
    }  # fmt: skip
