"""The evidence of a study assessed: every link with what the rule proposes and what was decided.

:func:`assess` works out all links at once; what it gives is what every artefact is made of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from qualkit.errors import UnknownName
from qualkit.framework import NOT_GIVEN, values_of, with_case_attributes
from qualkit.framework.columns import above, members_of
from qualkit.model import look_of
from qualkit.tables import check, plain
from qualkit.triangulate._words import INTERVIEWS, Key, records
from qualkit.triangulate.evidence import evidence_by_theme, only_before
from qualkit.triangulate.records import InterviewState, Proposal, SurveyState, Thresholds
from qualkit.triangulate.rule import interview_state, propose, survey_state
from qualkit.triangulate.verdicts import decided_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Setting:
    """What the rule has to know of a study beside its findings and codings.

    Attributes
    ----------
    areas_visited : int or tuple of str, optional
        Left out, all areas that interviews are from.
    surveyed : mapping of str to str
        Survey -> the stakeholder type that answered it; under an empty name, any other survey's.
    follow_up : mapping of str to str
        Survey -> the date of its last wave, likewise.
    overlap : mapping of str to bool
        Survey -> whether those interviewed are of its population, likewise.
    not_asked : frozenset of (str, str)
        Codebook and code of themes that the topic guide did not cover.
    interviews : tuple of str
        The strands of sources that count as interviews; others stand beside them.
    thresholds : Thresholds
    """

    areas_visited: int | tuple[str, ...] | None = None
    surveyed: Mapping[str, str] = field(default_factory=dict)
    follow_up: Mapping[str, str] = field(default_factory=dict)
    overlap: Mapping[str, bool] = field(default_factory=dict)
    not_asked: frozenset[Key] = frozenset()
    interviews: tuple[str, ...] = (INTERVIEWS,)
    thresholds: Thresholds = field(default_factory=Thresholds)


@dataclass(frozen=True, slots=True)
class Assessment:
    """All links of a study, assessed.

    Attributes
    ----------
    decided : DataFrame
        One row a link, and one a theme without any; see :func:`decided_table`.
    proposals : tuple of Proposal
        One for each row of `decided`, in its order.
    states : dict of (str, str) to InterviewState
        What interviews say, by codebook and code.
    evidence : dict of (str, str) to DataFrame
        One row a source, of every strand; see :func:`~qualkit.triangulate.evidence.evidence`.
    findings : dict of str to dict
        The rows of the findings that are linked, by their ids.
    all_findings, codings, sources, codes : DataFrame
    summaries, cases, turns : DataFrame or None
    areas : dict of str to str
        Area of each source; sources of no known area are left out.
    types : dict of str to str
        Stakeholder type of each source, likewise.
    setting : Setting
    """

    decided: pd.DataFrame
    proposals: tuple[Proposal, ...]
    states: dict[Key, InterviewState]
    evidence: dict[Key, pd.DataFrame]
    findings: dict[str, dict[str, Any]]
    all_findings: pd.DataFrame
    codings: pd.DataFrame
    sources: pd.DataFrame
    codes: pd.DataFrame
    summaries: pd.DataFrame | None
    cases: pd.DataFrame | None
    turns: pd.DataFrame | None
    areas: dict[str, str]
    types: dict[str, str]
    setting: Setting

    def interviews(self, key: Key) -> pd.DataFrame:
        """The evidence on a theme that is of interviews."""
        return _interviews(self.evidence[key], self.setting)

    @property
    def visited(self) -> tuple[str, ...]:
        """The names of the areas that interviews are from."""
        said = _interviewed(self.sources, self.setting)
        return tuple(dict.fromkeys(self.areas[one] for one in said if one in self.areas))

    @property
    def interviewed(self) -> tuple[str, ...]:
        """The sources that are interviews."""
        return tuple(_interviewed(self.sources, self.setting))


def assess(  # noqa: PLR0913 - each is a table of a study
    links: pd.DataFrame,
    findings: pd.DataFrame,
    codings: pd.DataFrame,
    sources: pd.DataFrame,
    codes: pd.DataFrame,
    *,
    verdicts: pd.DataFrame | None = None,
    summaries: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    turns: pd.DataFrame | None = None,
    setting: Setting | None = None,
    area: str = "case",
    kind: str = "stakeholder_type",
    unlinked: bool | Collection[Key] = True,
) -> Assessment:
    """Assess every link of a study: states, proposals and what was decided.

    Parameters
    ----------
    links, codings, sources, codes, verdicts, summaries, cases, turns : DataFrame
        With the columns of :mod:`qualkit.tables`.
    findings : DataFrame
        As :func:`qualkit.survey.findings` gives them, with those of further strands.
    setting : Setting, optional
    area, kind : str
        The attributes of sources that are their area and stakeholder type.
    unlinked : bool or collection of (str, str)
        Whether themes without any link, of them or of a code below, have a row too; or which.

    Returns
    -------
    Assessment

    Raises
    ------
    UnknownName
        For a link to a code, or an attribute, that the study does not have.
    TableError
        For a table that lacks a column.
    """
    check(links, "links")
    setting = setting or Setting()
    rows = [*records(links), *_unlinked(links, codes, unlinked)]
    keys = list(dict.fromkeys((row["codebook"], row["code"]) for row in rows))
    found = evidence_by_theme(
        codings, sources, codes, themes=keys, summaries=summaries, cases=cases, area=area, kind=kind
    )
    held = {key: found[key] for key in keys}
    facts = _facts(sources, cases, area, kind)
    setting = _with_areas(setting, sources, facts["area"])
    states = {
        key: interview_state(
            _interviews(held[key], setting), asked=key not in setting.not_asked,
            thresholds=setting.thresholds,
        )
        for key in keys
    }  # fmt: skip
    wanted = {row["finding"] for row in rows}
    known = {row["finding"]: row for row in records(findings[findings["finding"].isin(wanted)])}
    made = tuple(_proposed(rows, states, held, known, setting))
    return Assessment(
        decided_table(rows, made, verdicts), made, states, held, known, findings, codings, sources,
        codes, summaries, cases, turns, facts["area"], facts["type"], setting,
    )  # fmt: skip


def redecided(assessed: Assessment, verdicts: pd.DataFrame) -> Assessment:
    """The same evidence with other verdicts; far quicker than to assess all anew.

    Parameters
    ----------
    assessed : Assessment
    verdicts : DataFrame
        Those that are kept now, of every judge; all else has to be as it was.
    """
    rows = [row | {"code_name": row["name"]} for row in records(assessed.decided)]
    return replace(assessed, decided=decided_table(rows, assessed.proposals, verdicts))


def where(
    assessed: Assessment,
    *,
    themes: Collection[str | Key] = (),
    verdicts: Collection[str] = (),
    statuses: Collection[str] = (),
) -> Assessment:
    """The part of an assessment that a table or a draft is to show.

    Parameters
    ----------
    assessed : Assessment
    themes : collection of str or (str, str)
        Codes, or themes with all codes below them; ``code``, ``book/code`` or both apart.
    verdicts, statuses : collection of str
        As in `assessed.decided`. What is left out does not restrict.

    Returns
    -------
    Assessment
        With the rows that fit, in their order.

    Raises
    ------
    UnknownName
        For a theme that no row is about.
    """
    table = assessed.decided
    names = ["/".join(one) if not isinstance(one, str) else one for one in themes]
    own = [
        {row["code"], row["theme"], f"{row['codebook']}/{row['code']}",
         f"{row['codebook']}/{row['theme']}"} for row in records(table)
    ]  # fmt: skip
    for name in names:
        if not any(name in known for known in own):
            raise UnknownName("theme of a link", name, sorted(set(table["theme"])))
    kept = [
        n for n, row in enumerate(records(table))
        if (not names or own[n] & set(names))
        and (not verdicts or row["verdict"] in verdicts)
        and (not statuses or row["status"] in statuses)
    ]  # fmt: skip
    decided = table.iloc[kept].reset_index(drop=True)
    findings = {one: assessed.findings[one] for one in decided["finding"]
                if one in assessed.findings}  # fmt: skip
    proposals = tuple(assessed.proposals[n] for n in kept)
    return replace(assessed, decided=decided, proposals=proposals, findings=findings)


def _unlinked(
    links: pd.DataFrame, codes: pd.DataFrame, wanted: bool | Collection[Key]
) -> Iterator[dict[str, Any]]:
    """Themes that no link is about, as links without a finding."""
    if wanted is False:
        return
    linked = set(zip(links["codebook"], links["code"], strict=True))
    tops = codes[codes["parent"].isna()]
    for book, code, name in zip(tops["codebook"], tops["code"], tops["name"], strict=True):
        chosen = wanted is True or (book, code) in wanted
        if chosen and not linked & members_of(codes, book, code):
            yield {
                "link": "", "codebook": book, "code": code, "code_name": name, "theme": code,
                "finding": "", "polarity": "", "same_construct": False, "note": "",
            }  # fmt: skip


def _facts(
    sources: pd.DataFrame, cases: pd.DataFrame | None, area: str, kind: str
) -> dict[str, dict[str, str]]:
    """Area and type of each source that has them."""
    known = with_case_attributes(sources, cases)
    made: dict[str, dict[str, str]] = {}
    for what, name in (("area", area), ("type", kind)):
        try:
            found = values_of(known, name)
        except UnknownName:  # evidence has refused what is asked for and is not there
            found = {}
        made[what] = {source: value for source, value in found.items() if value != NOT_GIVEN}
    return made


def _interviewed(sources: pd.DataFrame, setting: Setting) -> list[str]:
    names = sources["source"].tolist()
    if "strand" not in sources.columns:
        return names
    counted = {look_of(one) for one in setting.interviews}
    strands = [look_of(str(plain(one) or INTERVIEWS)) for one in sources["strand"]]
    return [name for name, one in zip(names, strands, strict=True) if one in counted]


def _interviews(found: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    counted = {look_of(one) for one in setting.interviews}
    own = [one for one in found["strand"].unique() if look_of(one) in counted]  # there are few
    return found[found["strand"].isin(own)]


def _with_areas(setting: Setting, sources: pd.DataFrame, areas: Mapping[str, str]) -> Setting:
    """The setting with the areas that interviews are from, where none are given."""
    if setting.areas_visited is not None:
        return setting
    names = dict.fromkeys(areas[one] for one in _interviewed(sources, setting) if one in areas)
    return replace(setting, areas_visited=tuple(names) or None)


def _proposed(
    rows: Sequence[Mapping[str, Any]], states: Mapping[Key, InterviewState],
    held: Mapping[Key, pd.DataFrame], known: Mapping[str, Mapping[str, Any]], setting: Setting,
) -> Iterator[Proposal]:  # fmt: skip
    """What the rule proposes for each link."""
    surveys: dict[tuple[str, str], SurveyState] = {}
    early: dict[tuple[Key, str], bool] = {}
    for row in rows:
        key, finding = (row["codebook"], row["code"]), row["finding"]
        which = finding, str(row["polarity"] or "")
        if which not in surveys:
            surveys[which] = _surveyed(finding, known.get(finding), which[1], setting)
        survey = str(known.get(finding, {}).get("survey", ""))
        date = _of(setting.follow_up, survey) or ""
        if (key, date) not in early:
            early[key, date] = only_before(_interviews(held[key], setting), date)
        yield propose(
            surveys[which], states[key], areas_visited=setting.areas_visited,
            surveyed_type=_of(setting.surveyed, survey) or "",
            populations_overlap=_of(setting.overlap, survey),
            before_follow_up_only=early[key, date], same_construct=bool(row["same_construct"]),
            theme="/".join(key), finding=finding,
        )  # fmt: skip


def _of(held: Mapping[str, Any], survey: str) -> Any:  # noqa: ANN401 - what the mapping holds
    return held.get(survey, held.get("")) if survey else None


def finding_state(
    row: Mapping[str, Any] | None, polarity: str, thresholds: Thresholds | None = None
) -> SurveyState:
    """What a linked finding says; one that the study does not have any more cannot be used."""
    if row is None:
        why = "the finding cannot be used: it is not among the findings of the study any more"
        return SurveyState("unusable", why, thresholds=thresholds or Thresholds())
    return survey_state(row, polarity or None, thresholds=thresholds)


def _surveyed(
    finding: str, row: Mapping[str, Any] | None, polarity: str, setting: Setting
) -> SurveyState:
    if not finding:
        return survey_state(None, thresholds=setting.thresholds)
    return finding_state(row, polarity, setting.thresholds)


def not_asked(guide: pd.DataFrame, codes: pd.DataFrame) -> frozenset[Key]:
    """The codes that no line of the topic guide covers: not them, nor one above or below.

    Parameters
    ----------
    guide, codes : DataFrame
        With the columns of :mod:`qualkit.tables`.

    Returns
    -------
    frozenset of (str, str)
        Codebook and code; none where there is no guide.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("b", "t", None), ("b", "t.in", "t"), ("b", "u", None)]
    >>> codes = pd.DataFrame(rows, columns=["codebook", "code", "parent"])
    >>> guide = pd.DataFrame([("b", "t.in")], columns=["codebook", "code"])
    >>> sorted(not_asked(guide, codes))
    [('b', 'u')]
    """
    every = set(zip(codes["codebook"], codes["code"], strict=True))
    lines = every & set(zip(guide["codebook"], guide["code"], strict=True))
    if not len(guide):
        return frozenset()
    covered = {one for key in lines for one in members_of(codes, *key) | above(codes, *key)}
    return frozenset(every - covered)
