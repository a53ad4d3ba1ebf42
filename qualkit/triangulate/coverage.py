"""Coverage and silence: what the survey does not ask, what interviews do not touch, who is missing.

Comparisons of groups count sources, never segments: who is asked longer gives more segments. Which
group says what is a question to the reader, not a test; there are few sources in each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from qualkit.framework import NOT_GIVEN, members_of, values_of, with_case_attributes
from qualkit.framework.records import Column
from qualkit.framework.summaries import asked_of
from qualkit.model import INTERVIEWER
from qualkit.survey import PublishedTable, Survey
from qualkit.survey.suppress import Rules, hidden_cells
from qualkit.tables import plain
from qualkit.triangulate._words import Key, records
from qualkit.triangulate.assessing import Assessment
from qualkit.triangulate.links import speaks_to
from qualkit.triangulate.records import STANCE_WORDS, TOLD
from qualkit.triangulate.rule import interview_state

if TYPE_CHECKING:
    import pandas as pd

ALL: Final = "(all)"
GROUP_COLUMNS: Final = (
    "codebook", "code", "name", "value", "base", "coded", *STANCE_WORDS, "no_view", "state",
    "suppressed",
)  # fmt: skip
_Item = tuple[str, str]  # survey, item


def themes_not_asked(
    assessed: Assessment, *, asked: Iterable[Survey | PublishedTable] = ()
) -> pd.DataFrame:
    """Themes that no item asks about.

    Parameters
    ----------
    assessed : Assessment
    asked : iterable of Survey and PublishedTable
        Whose items say themselves what they speak to.

    Returns
    -------
    DataFrame
        One row a theme that nothing is linked to, whose codes name no item of the findings, and
        that no item says it speaks to: ``codebook``, ``code``, ``name``, ``interviews``, how many
        speak of it; the most first.
    """
    import pandas as pd

    about = {key for keys in _about(assessed, asked).values() for key in keys}
    heard = _heard(assessed)
    tops = assessed.codes[assessed.codes["parent"].isna()]
    rows = []
    for book, code, name in zip(tops["codebook"], tops["code"], tops["name"], strict=True):
        below = members_of(assessed.codes, book, code)
        if not below & about:
            rows.append((book, code, name, len(_sources(heard, below))))
    rows.sort(key=lambda row: -row[3])
    return pd.DataFrame(rows, columns=["codebook", "code", "name", "interviews"])


def items_not_touched(
    assessed: Assessment, *, asked: Iterable[Survey | PublishedTable] = ()
) -> pd.DataFrame:
    """Items of which no interview speaks.

    Parameters
    ----------
    assessed, asked
        As for :func:`themes_not_asked`.

    Returns
    -------
    DataFrame
        One row an item: ``survey``, ``item``, ``question``, ``origin`` of its findings, ``codes``,
        the names of codes that it is about, and ``why``: ``no code is about it``, or ``no
        interview was coded on them``. Scales are left out: their items are here.
    """
    import pandas as pd

    about, heard = _about(assessed, asked), _heard(assessed)
    names = {(row["codebook"], row["code"]): row["name"] for row in records(assessed.codes)}
    below = {key: members_of(assessed.codes, *key) for keys in about.values() for key in keys}
    facts = {
        (row["survey"], row["item"]): (plain(row["question"]) or "", row["origin"])
        for row in records(assessed.all_findings)
        if row["measure"] != "score" or row["origin"] != "computed"
    }
    rows = []
    for item, fact in facts.items():
        keys = [key for key in names if key in about.get(item, ())]
        if not any(_sources(heard, below[key]) for key in keys):
            why = "no interview was coded on them" if keys else "no code is about it"
            rows.append((*item, *fact, tuple(names[key] for key in keys), why))
    columns = ["survey", "item", "question", "origin", "codes", "why"]
    return pd.DataFrame(rows, columns=columns)


def _about(assessed: Assessment, asked: Iterable[Survey | PublishedTable]) -> dict[_Item, set[Key]]:
    """By item, the codes that it is about: linked, named by the codebook, or by the survey."""
    findings = records(assessed.all_findings[["finding", "survey", "item"]])
    of = {row["finding"]: (row["survey"], row["item"]) for row in findings}
    made: dict[_Item, set[Key]] = {item: set() for item in of.values()}
    by_name: dict[str, set[_Item]] = {}
    for item in made:
        for name in (item[1], "/".join(item)):
            by_name.setdefault(name, set()).add(item)
    told = speaks_to(asked)
    for row in records(assessed.codes):
        key = row["codebook"], row["code"]
        named = row["survey_items"] if isinstance(row["survey_items"], list | tuple) else ()
        items = {item for name in named for item in by_name.get(name, ())}
        items |= told.get(key[1], set()) | told.get("/".join(key), set())
        for item in items & set(made):
            made[item].add(key)
    for row in records(assessed.decided):
        if row["finding"] in of:
            made[of[row["finding"]]].add((row["codebook"], row["code"]))
    return made


def _heard(assessed: Assessment) -> dict[Key, set[str]]:
    """By code, the interviews coded with it, without an interviewer's words."""
    counted = set(assessed.interviewed)
    made: dict[Key, set[str]] = {}
    columns = ("codebook", "code", "source", "speaker_role")
    for book, code, source, role in zip(*(assessed.codings[one] for one in columns), strict=True):
        if source in counted and role != INTERVIEWER:
            made.setdefault((book, code), set()).add(source)
    return made


def _sources(heard: Mapping[Key, set[str]], keys: Iterable[Key]) -> set[str]:
    return {source for key in keys for source in heard.get(key, ())}


def who_is_missing(assessed: Assessment, *, guide: pd.DataFrame | None = None) -> pd.DataFrame:
    """Areas and stakeholder types of which no interview speaks of a theme.

    Parameters
    ----------
    assessed : Assessment
    guide : DataFrame, optional
        The topic guide, with the columns of :mod:`qualkit.tables`: who was asked about what.

    Returns
    -------
    DataFrame
        One row a theme or code of `assessed`: ``codebook``, ``code``, ``name``; ``interviews``
        that speak of it, ``of`` how many; ``areas``, ``of_areas``, ``missing_areas``; ``types``,
        ``of_types``, ``missing_types``; ``asked``, whether the topic guide covers it;
        ``not_asked_areas``, ``not_asked_types``: those missing of which nobody was asked. Missing
        and asked is silent. Without a guide nothing tells, and none is known not to be asked.
    """
    import pandas as pd

    every = set(assessed.interviewed)
    known = [
        {source: value for source, value in held.items() if source in every}
        for held in (assessed.areas, assessed.types)
    ]
    rows = []
    themes = _themes(assessed)
    asked = _asked(assessed, list(themes), guide)
    for key, name in themes.items():
        found = set(assessed.interviews(key)["source"])
        row: list[Any] = [*key, name, len(found), len(every)]
        unasked = []
        for held in known:
            there = list(dict.fromkeys(held.values()))
            heard = {held[source] for source in found if source in held}
            missing = tuple(one for one in there if one not in heard)
            row += [len(heard), len(there), missing]
            reached = {held.get(source) for source in asked.get(key, every)}
            unasked.append(tuple(one for one in missing if one not in reached))
        rows.append([*row, key not in assessed.setting.not_asked, *unasked])
    columns = ["codebook", "code", "name", "interviews", "of", "areas", "of_areas",
               "missing_areas", "types", "of_types", "missing_types", "asked",
               "not_asked_areas", "not_asked_types"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _asked(
    assessed: Assessment, themes: Sequence[Key], guide: pd.DataFrame | None
) -> dict[Key, set[str]]:
    """By theme the sources that are known to have been asked; nothing where nothing tells."""
    if guide is None or guide.empty:
        return {}
    found = asked_of(
        guide, [Column(*key, "", "") for key in themes], codings=assessed.codings,
        sources=with_case_attributes(assessed.sources, assessed.cases), codes=assessed.codes,
    )  # fmt: skip
    return dict(zip(themes, found, strict=True))


def _themes(assessed: Assessment) -> dict[Key, str]:
    pairs = zip(assessed.decided["codebook"], assessed.decided["code"], strict=True)
    return dict(zip(pairs, assessed.decided["name"], strict=True))


# Groups compared -------------------------------------------------------------------------------


def said_by_group(assessed: Assessment, by: str, *, smallest: int = 0) -> pd.DataFrame:
    """What interviews of each group say of each theme.

    Parameters
    ----------
    assessed : Assessment
    by : str
        An attribute of sources or of their cases: ``case``, ``stakeholder_type``, ``role``,
        ``phase`` (whose groups stand in the order of their first dates).
    smallest : int
        Counts from 1 to one less are withheld, and with them what would give them away, as in
        tables of a survey. By default nothing is.

    Returns
    -------
    DataFrame
        One row a theme or code and value, the last of each theme ``(all)``: ``codebook``,
        ``code``, ``name``, ``value``; ``base``, interviews of that value; ``coded``, those that
        speak of the theme; of these ``improved``, ``worsened``, ``unchanged``, ``mixed``,
        ``no_view``; ``state``, as :func:`~qualkit.triangulate.rule.interview_state` has it, areas
        apart; ``suppressed``, whether something of the row is withheld, and missing.

    Raises
    ------
    UnknownName
        For an attribute that neither sources nor cases have.
    """
    import pandas as pd

    known = with_case_attributes(assessed.sources, assessed.cases)
    of = values_of(known, by, what="attribute of sources or cases")
    members: dict[str, list[str]] = {}
    for source in assessed.interviewed:
        members.setdefault(of[source], []).append(source)
    order = _in_order(members, assessed.sources if by == "phase" else None)
    groups = {value: members[value] for value in order} | {ALL: list(assessed.interviewed)}
    rows: list[dict[str, Any]] = []
    for key, name in _themes(assessed).items():
        found = assessed.interviews(key)
        about = {"codebook": key[0], "code": key[1], "name": name}
        rows += [about | row for row in _counted(assessed, found, groups, smallest)]
    made = pd.DataFrame(rows, columns=list(GROUP_COLUMNS))
    return made.astype(dict.fromkeys(("coded", *STANCE_WORDS, "no_view"), "Int64"))


def _in_order(members: Mapping[str, Sequence[str]], dated: pd.DataFrame | None) -> list[str]:
    """The values: by their first dates where sources have some, else by name."""
    dates: dict[str, str] = {}
    if dated is not None and "date" in dated.columns:
        held = zip(dated["source"], dated["date"], strict=True)
        dates = {source: str(plain(date) or "~") for source, date in held}
    first = {value: min(dates.get(one, "~") for one in own) for value, own in members.items()}
    return sorted(members, key=lambda value: (value == NOT_GIVEN, first[value], value))


def _counted(
    assessed: Assessment, found: pd.DataFrame, groups: Mapping[str, Sequence[str]], smallest: int
) -> list[dict[str, Any]]:
    stances = dict(zip(found["source"], found["stance"], strict=True))
    rows = []
    for value, sources in groups.items():
        said = {source: stances[source] for source in sources if source in stances}
        state = interview_state(said, thresholds=assessed.setting.thresholds)
        counts = [state.counts[name] for name in (*STANCE_WORDS, "none")]
        rows.append((value, len(sources), counts, state.state))
    hidden = _hidden(rows, smallest)
    return [
        _group_row(row, {column for at, column in hidden if at == n}) for n, row in enumerate(rows)
    ]


_Counted = tuple[str, int, list[int], str]  # value, base, counts, state


def _hidden(rows: Sequence[_Counted], smallest: int) -> set[tuple[int, int]]:
    """Row and column of counts that are withheld; the last column are those not coded."""
    if smallest < 2:
        return set()
    counts = [[*row[2], row[1] - sum(row[2])] for row in rows]
    last = len(counts) - 1  # all stand last here, and first where counts are hidden
    found = hidden_cells([counts[last], *counts[:last]], Rules(base=0, cell=smallest))
    return {((at - 1) if at else last, column) for at, column in found}


def _group_row(row: _Counted, hidden: set[int]) -> dict[str, Any]:
    value, base, counts, state = row
    names = (*STANCE_WORDS, "no_view")
    shown = {name: None if n in hidden else counts[n] for n, name in enumerate(names)}
    coded = None if len(counts) in hidden else sum(counts)
    return {
        "value": value, "base": base, "coded": coded, **shown,
        "state": "" if hidden else state, "suppressed": bool(hidden),
    }  # fmt: skip


def where_they_differ(groups: pd.DataFrame) -> pd.DataFrame:
    """Themes on which groups say otherwise.

    Parameters
    ----------
    groups : DataFrame
        What :func:`said_by_group` gives.

    Returns
    -------
    DataFrame
        One row a theme of which two groups have different directions, each shared by at least
        three quarters of three interviews or more: ``codebook``, ``code``, ``name``, ``opposite``
        (one says improved, another worsened) and ``told``, in words. Opposite ones stand first.
    """
    import pandas as pd

    directed = groups[groups["state"].isin(["+", "-", "0"]) & (groups["value"] != ALL)]
    made = []
    for (book, code), own in directed.groupby(["codebook", "code"], sort=False):
        states = set(own["state"])
        if len(states) > 1:
            told = "; ".join(map(_told, records(own)))
            made.append((book, code, own["name"].iloc[0], {"+", "-"} <= states, told))
    made.sort(key=lambda row: not row[3])
    return pd.DataFrame(made, columns=["codebook", "code", "name", "opposite", "told"])


def _told(row: Mapping[str, Any]) -> str:
    stance = {"+": "improved", "-": "worsened", "0": "unchanged"}[row["state"]]
    given = sum(int(row[name]) for name in STANCE_WORDS)
    return f"{row['value']}: {TOLD[row['state']]} ({int(row[stance])} of {given})"
