"""Triangulation of a project in one call: links assessed, decided, as tables and as files.

This is what the commands and pages do, for use from Python:

>>> from tempfile import mkdtemp
>>> from qualkit.project import Project, samples
>>> from qualkit.surveying import load
>>> folder = samples() / "survey"
>>> study = f"{mkdtemp()}/study.qualkit"
>>> project = Project.create(study, codebooks=["evaluation-topics"], user="Ann")
>>> for wave in ("before", "after"):
...     _ = load(project, folder / f"{wave}.csv", mapping=folder / "items.yaml")
>>> link = project.add_link("knowledge.identify", "school-leads/K1/mean/before-to-after/all")
>>> found = triangulate_of(project, themes=["knowledge"])
>>> found[["theme", "q_state", "l_state", "verdict", "status"]].values.tolist()
[['knowledge', '+', 'silent', 'silence (interviews)', 'proposed']]
>>> decide(project, link).added
1
>>> triangulate_of(project, themes=["knowledge"])[["verdict", "status"]].values.tolist()
[['silence', 'accepted']]
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import ConflictError, NotEnough, UnknownName
from qualkit.framework import NOT_GIVEN, values_of, with_case_attributes
from qualkit.model import look_of
from qualkit.settling import settled_codings_of
from qualkit.store.keep import KEEP, Keep
from qualkit.surveying import compare_of, describe_of, findings_of
from qualkit.tables import plain
from qualkit.triangulate import (
    FINAL,
    PROPOSED,
    STATUSES,
    Artefact,
    Assessment,
    Link,
    Proposal,
    Setting,
    Thresholds,
    assess,
    case_matrix,
    confidence_table,
    convergence_matrix,
    final_of,
    joint_display,
    joint_rows,
    judges_agreement,
    narrative,
    not_asked,
    pillar_table,
    statistics_by_themes,
    strand_findings,
    suggest_links,
    thread_log,
    verdict_summary,
    where,
)
from qualkit.triangulate.artefacts import NONE
from qualkit.triangulate.assessing import finding_state
from qualkit.triangulate.coverage_tables import (
    difference_table,
    group_table,
    made,
    missing_table,
    narrative_table,
    not_asked_table,
    not_touched_table,
)
from qualkit.triangulate.joint import cautions_of

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.compare import Saturation
    from qualkit.loading import LoadReport
    from qualkit.project import Project
    from qualkit.survey import Comparison, Description, PublishedTable, Survey
    from qualkit.triangulate import JudgesAgreement

ROW_COLUMNS: Final = (
    "link", "codebook", "theme", "code", "name", "finding", "question", "q_state", "l_state",
    "breadth", "verdict", "status", "proposed", "reason", "why", "cautions", "flags", "sources_for",
    "sources_against", "sources_mixed", "judges", "adds", "fetters", "decided",
    "changed_since", "same_construct", "note", "rule_version",
)  # fmt: skip
_TYPE: Final = "stakeholder_type"
_AREA: Final = "case"
_NARRATIVE: Final = "narrative"
_COMPARED: Final = 3  # values of a table by phase: two phases, and all
_SHORTEST: Final = 4  # characters that may stand for a link's id
_WORD: Final = re.compile(r"\w+")


# What the rule has to know of a study --------------------------------------------------------


def setting_of(
    project: Project,
    *,
    surveyed: Mapping[str, str] | None = None,
    follow_up: Mapping[str, str] | None = None,
    overlap: Mapping[str, bool] | None = None,
    areas_visited: int | tuple[str, ...] | None = None,
    thresholds: Thresholds | None = None,
) -> Setting:
    """What the rule has to know of a study beside its findings and codings.

    Parameters
    ----------
    project : Project
    surveyed : mapping of str to str, optional
        Survey, published table or strand -> the stakeholder type that it is of; under an empty
        name, any other's. What is not given is told by the survey's own ``stakeholder_type``, else
        by its population: the stakeholder type of the sources whose words are in it; of a survey
        else the population itself.
    follow_up : mapping of str to str, optional
        Likewise the date of its follow-up, as sources write dates. What is not given is told by
        the date that the survey has for its last wave, else by the name of that wave or period,
        where it is called like a date: ``2026-03``.
    overlap : mapping of str to bool, optional
        Likewise whether those interviewed are of its population.
    areas_visited : int or tuple of str, optional
        Left out, all areas that interviews are from.
    thresholds : Thresholds, optional

    Returns
    -------
    Setting
        With the themes that the topic guide did not ask about.
    """
    with project.one_moment():
        sources, cases = project.sources(), project.cases()
        surveys, printed = _asked(project)
        strands = [project.strand(name) for name in project.strands()["strand"]]
        waves, guide, codes = project.waves(), project.guide(), project.codes()
    types = _types(sources, cases)
    known = {
        one.id: one.stakeholder_type or _type_of(one.population, types) or one.population
        for one in surveys
    }
    known |= {one.id: _type_of(one.population, types) for one in printed}
    last = dict(zip(waves["survey"], waves["wave"], strict=True))  # they are in order of time
    last |= {one.id: max(map(_date_of, _last_periods(one.periods)), default="") for one in strands}
    dates = {name: _date_of(wave) for name, wave in last.items()}
    told = {one.id: one.dates.get(last.get(one.id, ""), "") for one in surveys}
    dates |= {name: date for name, date in told.items() if date}
    return Setting(
        areas_visited, {k: v for k, v in known.items() if v} | dict(surveyed or {}),
        {k: v for k, v in dates.items() if v} | dict(follow_up or {}), dict(overlap or {}),
        not_asked(guide, codes), thresholds=thresholds or Thresholds(),
    )  # fmt: skip


def _asked(project: Project) -> tuple[list[Survey], list[PublishedTable]]:
    return [project.survey(one) for one in project.surveys()["survey"]], project.published()


def _types(sources: pd.DataFrame, cases: pd.DataFrame) -> list[str]:
    known = with_case_attributes(sources, cases)
    if _TYPE not in known.columns:
        return []
    return [one for one in dict.fromkeys(values_of(known, _TYPE).values()) if one != NOT_GIVEN]


def _type_of(population: str, types: Iterable[str]) -> str:
    """The stakeholder type that a population is of, by its words; empty where none fits.

    >>> _type_of("school lead contacts", ["Lead", "School lead"]), _type_of("Parents", ["Parent"])
    ('School lead', 'Parent')
    """
    asked = f" {' '.join(_words(population))} "
    fit = [one for one in types if (words := _words(one)) and f" {' '.join(words)} " in asked]
    return max(fit, key=lambda one: len(_words(one)), default="")


def _words(name: str) -> list[str]:
    """Words of a name, each in the singular."""
    return [word.removesuffix("s") for word in _WORD.findall(look_of(name))]


def _last_periods(periods: Mapping[str, Sequence[str]]) -> Iterator[str]:
    return (own[-1] for own in periods.values() if own)


_DATED: Final = re.compile(r"\d{4}(?:-\d{2}){1,2}")


def _date_of(name: str) -> str:
    """A wave or period that is called like a date; else empty."""
    return name if _DATED.fullmatch(name) else ""


# Links assessed ------------------------------------------------------------------------------


def all_findings_of(project: Project) -> pd.DataFrame:
    """Every finding that can be linked: of surveys, published tables and further strands."""
    import pandas as pd

    with project.one_moment():
        tables = [findings_of(project)]
        tables += [strand_findings(project.strand(one)) for one in project.strands()["strand"]]
    held = [one for one in tables if len(one)] or tables[:1]
    return pd.concat(held, ignore_index=True) if len(held) > 1 else held[0]


def assess_of(
    project: Project,
    *,
    setting: Setting | None = None,
    findings: pd.DataFrame | None = None,
    links: Collection[str] | None = None,
) -> Assessment:
    """Every link of a project with what the rule proposes and what was decided.

    Parameters
    ----------
    project : Project
        A blind judge sees their own verdicts alone.
    setting : Setting, optional
        Left out, as :func:`setting_of` tells it.
    findings : DataFrame, optional
        As :func:`all_findings_of` gives them, where they are known already.
    links : collection of str, optional
        The ids of these alone; left out, all, and the themes that nothing is linked to.

    Notes
    -----
    Where disagreements of coders were settled, what was decided counts in the place of what
    each of them had marked.
    """
    with project.one_moment():
        setting = setting or setting_of(project)
        linked = project.links()
        settled = len(project.decisions()) > 0
        codings = settled_codings_of(project) if settled else project.codings()
        return assess(
            linked if links is None else linked[linked["link"].isin(links)],
            all_findings_of(project) if findings is None else findings,
            codings, project.sources(), project.codes(), verdicts=project.verdicts(),
            summaries=project.summaries(), cases=project.cases(), turns=project.turns(),
            setting=setting, area=_AREA, kind=_TYPE, unlinked=links is None,
        )  # fmt: skip


def triangulate_of(
    project: Project,
    *,
    themes: Collection[str] = (),
    verdicts: Collection[str] = (),
    statuses: Collection[str] = (),
    assessed: Assessment | None = None,
) -> pd.DataFrame:
    """Every link with its verdict, and every theme that nothing is linked to.

    Parameters
    ----------
    project : Project
    themes, verdicts, statuses : collection of str
        These alone; a verdict also as what is proposed becomes when it is accepted: ``silence``.
    assessed : Assessment, optional
        What :func:`assess_of` gave, where it is known already.

    Returns
    -------
    DataFrame
        One row a link: ``link``; ``codebook``, ``theme``, ``code`` and its ``name``;
        ``finding``, ``question``; ``q_state``, ``l_state``, ``breadth``; ``verdict``: what was
        decided, else what is proposed; ``status``: ``proposed``, ``accepted`` or ``changed``;
        what is ``proposed``; ``reason``: the evaluator's, else the rule's, which is also ``why``;
        ``cautions``, sentences, also why a finding cannot be used; ``flags``; ``sources_for``,
        ``sources_against``, ``sources_mixed``; ``judges``: judge -> verdict; ``adds``,
        ``fetters``, ``decided``, ``changed_since``, ``same_construct``, ``note``,
        ``rule_version``.

    Raises
    ------
    UnknownName
        For a theme that no row is about; for what is no verdict or status.
    """
    import pandas as pd

    assessed = part_of(assessed or assess_of(project), themes, verdicts, statuses)
    rows = []
    for row, proposal in zip(_records(assessed.decided), assessed.proposals, strict=True):
        found = assessed.findings.get(row["finding"], {})
        rows.append(row | {
            "question": plain(found.get("question")) or "",
            "cautions": tuple(cautions_of(row, proposal)),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=list(ROW_COLUMNS))


def part_of(
    assessed: Assessment, themes: Collection[str], verdicts: Collection[str],
    statuses: Collection[str],
) -> Assessment:  # fmt: skip
    """The rows of an assessment that are asked for, as :func:`triangulate_of` takes them.

    Raises
    ------
    UnknownName
        As there.
    """
    if not (themes or verdicts or statuses):
        return assessed
    known = dict.fromkeys((*PROPOSED, *FINAL))
    for what, words, told in (("verdict", known, verdicts), ("status", STATUSES, statuses)):
        for word in told:
            if word not in words:
                raise UnknownName(what, word, words)
    wanted = [one for one in known if one in verdicts or final_of(one) in verdicts]
    return where(assessed, themes=themes, verdicts=wanted, statuses=statuses)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def suggest_of(
    project: Project, *, theme: str = "", most: int = 5, findings: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Findings that an evaluator may want to link to each code; nothing is linked by it.

    Parameters
    ----------
    project : Project
    theme : str
        This theme with its codes, or this code, alone.
    most : int
        Suggestions a code.
    findings : DataFrame, optional
        As :func:`all_findings_of` gives them, where they are known already.

    Returns
    -------
    DataFrame
        As :func:`qualkit.triangulate.suggest_links` gives it.

    Raises
    ------
    UnknownName
        For a theme or code that there is not.
    """
    with project.one_moment():
        codes, links = project.codes(), project.links()
        surveys, printed = _asked(project)
        found = all_findings_of(project) if findings is None else findings
    if theme:
        names = [{row["code"], row["theme"], f"{row['codebook']}/{row['code']}"}
                 for row in _records(codes)]  # fmt: skip
        if not any(theme in own for own in names):
            raise UnknownName("theme or code", theme, sorted(codes["code"]))
        codes = codes[[theme in own for own in names]]
    return suggest_links(codes, found, links, asked=[*surveys, *printed], most=most)


def links_of(project: Project, *, findings: pd.DataFrame | None = None) -> pd.DataFrame:
    """The links of a project, with what each finding says.

    Parameters
    ----------
    project : Project
    findings : DataFrame, optional
        As :func:`all_findings_of` gives them, where they are known already.

    Returns
    -------
    DataFrame
        With the columns of links in :mod:`qualkit.tables`, and ``state``, one of
        :data:`qualkit.triangulate.Q_STATES`, with ``why``: what the finding says in words, or
        the reason why it cannot be used.
    """
    with project.one_moment():
        table = project.links()
        found = all_findings_of(project) if findings is None else findings
    rows = {row["finding"]: row for row in _records(found)}
    said = [finding_state(rows.get(row["finding"]), row["polarity"]) for row in _records(table)]
    return table.assign(state=[one.state for one in said], why=[one.reason for one in said])


# Verdicts ------------------------------------------------------------------------------------


def link_id_of(project: Project, name: str) -> str:
    """The id of a link, told by its first characters.

    Raises
    ------
    UnknownName
        Where no link begins so.
    ConflictError
        Where several do.
    """
    return _begun("link", name, project.links()["link"].tolist())


def thread_id_of(project: Project, name: str) -> str:
    """The id of a thread, told by its first characters.

    Raises
    ------
    UnknownName
        Where no thread begins so.
    ConflictError
        Where several do.
    """
    return _begun("thread", name, project.threads()["thread"].tolist())


def _begun(kind: str, name: str, known: Sequence[str]) -> str:
    """The one id that is, or begins with, a name."""
    if name in known:
        return name
    found = [one for one in known if len(name) >= _SHORTEST and one.startswith(name)]
    if not found:
        raise UnknownName(kind, name, [one[:8] for one in known])
    if len(found) > 1:
        raise ConflictError(f"the {kind}s {', '.join(found)} begin with {name!r}; write more of it")
    return found[0]


def proposal_of_link(
    project: Project, link: Link | str, *, setting: Setting | None = None
) -> Proposal:
    """What the rule proposes for one link, now.

    Raises
    ------
    UnknownName
        Where there is no such link.
    """
    name = link.id if isinstance(link, Link) else link_id_of(project, link)
    return assess_of(project, setting=setting, links=[name]).proposals[0]


def decide(
    project: Project,
    link: Link | str,
    verdict: str = "",
    *,
    reason: str = "",
    adds: str = "",
    version: int | Keep | None = KEEP,
    proposal: Proposal | None = None,
    setting: Setting | None = None,
) -> LoadReport:
    """Keep a verdict on a link, with what the rule proposes for it now.

    Parameters
    ----------
    project : Project
        Its `user` is who judges.
    link : Link or str
        Or its id, or how that begins.
    verdict : str
        ``agreement``, ``partial``, ``dissonance`` or ``silence``; empty accepts what is proposed.
    reason : str
        Needed where the verdict is another than was proposed.
    adds, version
        As :meth:`qualkit.project.Project.decide` takes them.
    proposal : Proposal, optional
        What was proposed, where it is known already.
    setting : Setting, optional

    Raises
    ------
    UnknownName, ValueError
        As there.
    ConflictError
        Where what is proposed cannot be accepted because it is no verdict yet; where the
        verdict is of another version.
    """
    name = link.id if isinstance(link, Link) else link_id_of(project, link)
    said = proposal or proposal_of_link(project, name, setting=setting)
    chosen = verdict or final_of(said.verdict)
    if not chosen:
        raise ConflictError(
            f"{said.verdict} is no verdict yet: decide on {', '.join(FINAL[:-1])} or {FINAL[-1]}, "
            "with a reason"
        )
    return project.decide(name, chosen, proposal=said, reason=reason, adds=adds, version=version)


def judges_of(project: Project, *, judges: tuple[str, str] | None = None) -> JudgesAgreement:
    """How far two judges agree; see :func:`qualkit.triangulate.judges_agreement`.

    Raises
    ------
    UnknownName, TableError
        As there; a blind judge who is not done sees no verdict but their own.
    """
    with project.one_moment():
        return judges_agreement(project.verdicts(), project.links(), judges=judges)


# Artefacts -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an artefact is made of."""

    project: Project
    assessed: Assessment
    quotes: int | None
    by: str

    @property
    def about(self) -> list[Survey | PublishedTable]:
        with self.project.one_moment():
            surveys, printed = _asked(self.project)
        return [*surveys, *printed]

    def most(self, usual: int) -> int:
        return usual if self.quotes is None else self.quotes


def artefact_of(
    project: Project,
    name: str,
    *,
    assessed: Assessment | None = None,
    themes: Collection[str] = (),
    verdicts: Collection[str] = (),
    statuses: Collection[str] = (),
    quotes: int | None = None,
    by: str = "",
) -> Artefact:
    """One table of triangulation, to stand in a report.

    Parameters
    ----------
    project : Project
    name : str
        One of :data:`ARTEFACTS`.
    assessed : Assessment, optional
        What :func:`assess_of` gave, where it is known already.
    themes, verdicts, statuses : collection of str
        The rows of these alone.
    quotes : int, optional
        Quotations a row, or a cell; left out, as usual for the table.
    by : str
        The attribute: of the survey for ``statistics`` and ``cases``, of sources or their cases
        for ``groups`` and ``differences``; for ``saturation`` what interviews are in order by.

    Raises
    ------
    UnknownName
        For an artefact, theme or attribute that there is not.
    NotEnough
        Where there is nothing that it could show.
    """
    if name not in _MAKERS:
        raise UnknownName("artefact", name, ARTEFACTS)
    part = part_of(assessed or assess_of(project), themes, verdicts, statuses)
    return _MAKERS[name](_Asked(project, part, quotes, by))


def _statistics(asked: _Asked) -> Artefact:
    table = asked.assessed.all_findings
    known = [one for one in dict.fromkeys(table["attribute"]) if plain(one)]
    if not asked.by and not known:
        raise NotEnough("no finding of the study is told by groups")
    return statistics_by_themes(asked.assessed, asked.by or str(known[0]))


def _confidence(asked: _Asked) -> Artefact:
    return confidence_table(asked.assessed, asked.project.confidences())


def _threads(asked: _Asked) -> Artefact:
    with asked.project.one_moment():
        return thread_log(asked.project.threads(), asked.project.codes())


def _cases(asked: _Asked) -> Artefact:
    return case_matrix(asked.assessed, attribute=asked.by or "area")


def _verdicts(asked: _Asked) -> Artefact:
    return verdict_summary(asked.assessed)


def _convergence(asked: _Asked) -> Artefact:
    return convergence_matrix(asked.assessed, quotes=asked.most(1))


def _joint(asked: _Asked) -> Artefact:
    return joint_display(asked.assessed, quotes=asked.most(2))


def _pillars(asked: _Asked) -> Artefact:
    return pillar_table(asked.assessed)


# Coverage and silence ------------------------------------------------------------------------


def _not_asked(asked: _Asked) -> Artefact:
    return not_asked_table(asked.assessed, asked=asked.about)


def _not_touched(asked: _Asked) -> Artefact:
    return not_touched_table(asked.assessed, asked=asked.about)


def _missing(asked: _Asked) -> Artefact:
    return missing_table(asked.assessed, guide=asked.project.guide())


def _groups(asked: _Asked) -> Artefact:
    return group_table(asked.assessed, asked.by or _TYPE)


def _phases(asked: _Asked) -> Artefact:
    try:
        found = group_table(asked.assessed, "phase", name="phases")
    except UnknownName:
        raise NotEnough(
            "no interview says of which phase it is; say it in the attribute 'phase' of sources"
        ) from None
    if found.table["Phase"].nunique() < _COMPARED:
        raise NotEnough("all interviews are of one phase")
    return found


def _differences(asked: _Asked) -> Artefact:
    return difference_table(asked.assessed, asked.by or _TYPE)


def interview_saturation(assessed: Assessment, *, by: str = "") -> Saturation:
    """How many new codes each interview brought; see :func:`qualkit.compare.saturation`.

    Parameters
    ----------
    assessed : Assessment
        Sources that are no interviews are left out.
    by : str
        The attribute that interviews are in order by; left out, as they were imported.

    Raises
    ------
    UnknownName, TableError
        As there.
    """
    from qualkit.compare import saturation

    known = set(assessed.interviewed)
    codings = assessed.codings[assessed.codings["source"].isin(known)]
    sources = assessed.sources[assessed.sources["source"].isin(known)]
    return saturation(codings, sources, cases=assessed.cases, by=by or None)


def _saturation(asked: _Asked) -> Artefact:
    found = interview_saturation(asked.assessed, by=asked.by)
    rows = [
        (f"{row['number']}", row["source"], f"{row['new']}", f"{row['codes']}",
         NONE if (share := plain(row["information"])) is None else f"{100 * float(share):.0f}%")
        for row in _records(found.table)
    ]  # fmt: skip
    reached = (
        f"Saturation at {found.reached_at}+{found.run}: after so many interviews the next "
        f"{found.run} brought no more than {found.threshold:.0%} new codes, of the "
        f"{found.base_codes} of the first {found.base} (Guest, Namey and Chen 2020)."
    )
    told = found.reason if found.reached_at is None else reached
    columns = ["Interview", "Source", "New codes", "Codes so far", "New information"]
    return made("saturation", "New codes by interview", columns, rows, told)


def _told(asked: _Asked) -> Artefact:
    return narrative_table(asked.assessed, quotes=asked.most(2))


_MAKERS: Final[Mapping[str, Callable[[_Asked], Artefact]]] = {
    "verdicts": _verdicts, "convergence": _convergence, "joint": _joint,
    "statistics": _statistics, "cases": _cases, "pillars": _pillars, "threads": _threads,
    "confidence": _confidence,
    "themes-not-asked": _not_asked, "items-not-touched": _not_touched, "who-is-missing": _missing,
    "groups": _groups, "phases": _phases, "differences": _differences,
    "saturation": _saturation, _NARRATIVE: _told,
}  # fmt: skip
ARTEFACTS: Final = tuple(_MAKERS)
"""The names of what :func:`artefact_of` makes."""
REPORT: Final = ("verdicts", _NARRATIVE, "joint", "convergence", "threads", "confidence")
"""What a document has unless told otherwise: what a report is read for."""
ALL: Final = "all"
"""In the place of names: every artefact of which the study has something to show."""


def artefacts_of(
    project: Project, names: Collection[str] = (), *, assessed: Assessment | None = None,
    quotes: int | None = None, by: str = "",
) -> list[Artefact]:  # fmt: skip
    """Several artefacts; where none is named, those of :data:`REPORT` that have something to show.

    With :data:`ALL` among the names, all that have something to show.
    """
    assessed = assessed or assess_of(project)
    every = ALL in names
    named = bool(names) and not every
    found = []
    for name in ARTEFACTS if every else names or REPORT:
        try:
            one = artefact_of(project, name, assessed=assessed, quotes=quotes, by=by)
        except (NotEnough, UnknownName):
            if named:
                raise
            continue
        if named or len(one.table):
            found.append(one)
    return found


def write_triangulation(  # noqa: PLR0913 - what is written, and how it is asked for
    project: Project,
    path: Path | str,
    *,
    artefacts: Collection[str] = (),
    themes: Collection[str] = (),
    verdicts: Collection[str] = (),
    statuses: Collection[str] = (),
    quotes: int | None = None,
    by: str = "",
    title: str = "",
    template: Path | str | None = None,
    assessed: Assessment | None = None,
) -> tuple[Path, ...]:
    """Write artefacts of triangulation to a .docx, .xlsx or .html file, or draw one.

    Parameters
    ----------
    project : Project
    path : path
        Replaced where it exists, whole or not at all. A .png or .svg file is of one artefact.
    artefacts : collection of str
        Of :data:`ARTEFACTS`; left out, those of :data:`REPORT`, of a picture the joint display;
        ``all``, every one of which there is something to show. ``joint`` has the chart of each
        finding beside its quotations; ``narrative`` is a text.
    themes, verdicts, statuses, quotes, by, assessed
        As :func:`artefact_of` takes them.
    title, template
        As :func:`qualkit.export.triangulation.write_artefacts` takes them.

    Returns
    -------
    tuple of Path
        One, or the pages of a picture.

    Raises
    ------
    QualkitError
        Where the ending is another, or something asked for is not there; nothing is written.
    BatchError
        Where a check of the study finds a problem: passages are printed word for word.
    """
    from qualkit.export import triangulation as files

    ending = files.check_ending(path, template=template)
    names = tuple(artefacts) or (("joint",) if ending in files.PICTURES else ())
    if ending in files.PICTURES and (len(names) != 1 or ALL in names):
        raise ConflictError(f"a picture is of one artefact, not of {', '.join(names)}")
    project.require_sound()
    with project.one_moment():
        part = part_of(assessed or assess_of(project), themes, verdicts, statuses)
        tables = artefacts_of(project, names, assessed=part, quotes=quotes, by=by)
        surveys = linked_surveys(project, part)
        results = results_of(project, surveys)
        texts = {one: project.source(one).text for one in part.sources["source"]}
    shown, most = {one.name for one in tables}, 2 if quotes is None else quotes
    joint = joint_rows(part, quotes=most) if "joint" in shown else ()
    if ending in files.PICTURES:
        if not joint:
            return files.table_picture(tables[0], path, title=title, texts=texts)
        return files.joint_picture(
            joint, path, title=title, findings=part.findings, results=results, surveys=surveys,
            texts=texts,
        )  # fmt: skip
    written = files.write_artefacts(
        [one for one in tables if one.name not in {"joint", _NARRATIVE}], path,
        title=title or f"Triangulation: {project.name}", joint=joint, assessed=part,
        narrative=narrative(part, quotes=most) if _NARRATIVE in shown else (),
        results=results, surveys=surveys, texts=texts, template=template,
    )  # fmt: skip
    return (written,)


def linked_surveys(project: Project, assessed: Assessment) -> list[Survey]:
    """The surveys of which some finding is linked."""
    own = {str(row["survey"]) for row in assessed.findings.values() if row["origin"] == "computed"}
    return [project.survey(one) for one in project.surveys()["survey"] if one in own]


def results_of(project: Project, surveys: Iterable[Survey]) -> list[Description | Comparison]:
    """What the findings of surveys are from, for their charts."""
    made: list[Description | Comparison] = []
    waves = project.waves()
    for one in surveys:
        own = waves.loc[waves["survey"] == one.id, "wave"].tolist()
        made += [compare_of(project, one.id, before=a, after=b) for a, b in pairwise(own)]
        made += [describe_of(project, one.id, by=())] if own else []
    return made
