"""Surveys of a project in one call: loaded, described, compared, as findings, as files.

This is what the commands and pages do, for use from Python:

>>> from tempfile import mkdtemp
>>> from qualkit.project import Project, samples
>>> folder = samples() / "survey"
>>> project = Project.create(f"{mkdtemp()}/study.qualkit")
>>> for wave in ("before", "after"):
...     made = load(project, folder / f"{wave}.csv", mapping=folder / "items.yaml")
...     print(made.survey, made.wave, made.respondents)
school-leads before 158
school-leads after 52
>>> compare_of(project, before="before", after="after").people["matched"]
49
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import ConflictError, NotEnough, QualkitError, UnknownName
from qualkit.survey import (
    Rules,
    Survey,
    compare,
    describe,
    findings,
    read_answers,
    read_survey,
)

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project
    from qualkit.survey import Answers, Comparison, Description

TABLES: Final = ("description", "comparison", "findings")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A wave of a survey as it was loaded.

    Attributes
    ----------
    survey, wave : str
    respondents, items : int
    layout : str
        Of the file.
    added : bool
        False where the same answers were there.
    guessed : bool
        Whether nobody has said what was asked, so that it was guessed from the file.
    warnings : tuple of str
        What is odd about the answers, with row and column.
    notes : tuple of str
    entry : int or None
        The number of the change in the log; None where nothing changed.
    """

    survey: str
    wave: str
    respondents: int
    items: int
    layout: str
    added: bool
    guessed: bool
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    entry: int | None


def preview(
    project: Project,
    path: Path | str,
    *,
    mapping: Path | str | Survey | None = None,
    wave: str | None = None,
    layout: str | None = None,
    survey: str | None = None,
    anew: bool = False,
) -> Answers:
    """The answers in a file as :func:`load` would keep them; nothing is kept.

    Parameters
    ----------
    project : Project
    path : path
    mapping, wave, layout, survey
        As :func:`load` takes them.
    anew : bool
        Guess from the file what was asked, whatever surveys the project has.

    Returns
    -------
    Answers
        Its `faults` are what :func:`load` would refuse; the faulty cells are missing in its table.
        A wave that the mapping does not list is added to it.

    Raises
    ------
    QualkitError
        As :func:`load` does, but for faults of answers.
    """
    return _read(project, Path(path), mapping, wave, layout, survey, anew=anew, strict=False)[0]


def load(
    project: Project,
    path: Path | str,
    *,
    mapping: Path | str | Survey | None = None,
    wave: str | None = None,
    layout: str | None = None,
    survey: str | None = None,
    open_answers: bool = True,
    links: bool = False,
) -> Loaded:
    """Load the answers in a file into a project, all or none.

    Parameters
    ----------
    project : Project
    path : path
        A .csv, .tsv, .xlsx or .sav file.
    mapping : path or Survey, optional
        What was asked, as YAML or as it was read. Left out, the survey that the project has and,
        where it has none, one that is guessed from the file.
    wave : str, optional
        Left out, the wave whose file has this name, or else the file's own name.
    layout : str, optional
        Where it is not to be found out.
    survey : str, optional
        Which of a project's surveys the answers are to; only where there are several.
    open_answers : bool
        Whether open answers become a source.
    links : bool
        Whether links to items that are asked no more go along.

    Raises
    ------
    ReadError, CodebookError, MissingExtra
        For a file that cannot be read.
    BatchError
        With every answer that cannot stand, with row and column.
    UnknownName
        For a survey, wave or layout that is not there; the name of a wave where the mapping
        lists waves, and none has this file.
    ConflictError
        Where the wave has other answers already, or the answers may be to several surveys.
    LinkedError
        Where links would point at nothing, and they may not go.
    """
    found, guessed = _read(project, Path(path), mapping, wave, layout, survey)
    report = project.add_survey(found.survey, [found], open_answers=open_answers, links=links)
    return Loaded(
        found.survey.id, found.wave, found.n, len(found.survey.items), found.layout,
        bool(report.added), guessed, found.warnings, report.notes, report.entry,
    )  # fmt: skip


def _read(
    project: Project, path: Path, mapping: Path | str | Survey | None, wave: str | None,
    layout: str | None, survey: str | None, *, anew: bool = False, strict: bool = True,
) -> tuple[Answers, bool]:  # fmt: skip
    """The answers in a file, and whether what was asked had to be guessed."""
    asked = None if anew else _asked(project, path, mapping, survey)
    if asked is not None:
        wave = _wave_of(asked, path, wave, listed=mapping is not None and strict)
        asked = replace(asked, waves={**asked.waves, wave: asked.waves.get(wave, path.name)})
    found = read_answers(path, asked, wave=wave, layout=layout, strict=strict)
    if asked is None:
        found = replace(found, wave=found.wave or wave or path.stem)
    return found, asked is None


def _asked(
    project: Project, path: Path, mapping: Path | str | Survey | None, name: str | None
) -> Survey | None:
    """What was asked; None where nobody has said it."""
    if mapping is not None:
        found = mapping if isinstance(mapping, Survey) else read_survey(mapping)
        if name is not None and found.id != name:
            file = "the mapping" if found is mapping else Path(str(mapping)).name
            raise ConflictError(f"{file} is of the survey {found.id}, not {name}")
        return found
    table = project.surveys()
    if name is not None or len(table) == 1:
        return project.survey(name or str(table["survey"].iloc[0]))
    if table.empty:
        return None
    every = [project.survey(one) for one in table["survey"]]
    fit = [one for one in every if path.name in one.waves.values()]
    if len(fit) != 1:
        raise ConflictError(
            f"{path.name} may be to any of the surveys {', '.join(one.id for one in every)}; "
            "say which"
        )
    return fit[0]


def _wave_of(survey: Survey, path: Path, wave: str | None, *, listed: bool) -> str:
    """The wave of a file; of a mapping that lists waves it must be one of them."""
    if wave is not None:
        if listed and survey.waves and wave not in survey.waves:
            raise UnknownName("wave", wave, survey.waves)
        return wave
    by_name = [one for one, file in survey.waves.items() if file == path.name]
    by_stem = [one for one, file in survey.waves.items() if Path(file or one).stem == path.stem]
    if found := by_name or by_stem:
        return found[0]
    if listed and survey.waves:
        raise UnknownName("wave", path.stem, survey.waves)
    return path.stem


# Results -------------------------------------------------------------------------------------


def survey_of(project: Project, name: str | None = None) -> Survey:
    """A survey by its id, or the only one that a project has.

    Raises
    ------
    UnknownName
        Where there is none of that id.
    ConflictError
        Where there are several, and no id.
    NotEnough
        Where the project has no survey.
    """
    known = project.surveys()["survey"].tolist()
    if name is None and len(known) != 1:
        if known:
            raise ConflictError(f"the study has the surveys {', '.join(known)}; say which")
        raise NotEnough("the study has no survey; load one with 'qualkit survey load'")
    return project.survey(name or known[0])


def answers_of(
    project: Project, survey: Survey, waves: Sequence[str] | None = None
) -> dict[str, pd.DataFrame]:
    """The kept answers to a survey by wave, in order of time.

    Raises
    ------
    UnknownName
        For a wave that is not kept.
    """
    table = project.waves()
    kept = table.loc[table["survey"] == survey.id, "wave"].tolist()
    for name in waves or ():
        if name not in kept:
            raise UnknownName("wave", name, kept)
    wanted = [name for name in kept if waves is None or name in waves]
    return {name: project.answers(survey.id, name) for name in wanted}


def describe_of(
    project: Project,
    survey: str | None = None,
    *,
    by: str | Sequence[str] | None = None,
    wave: str | Sequence[str] | None = None,
    rules: Rules | None = None,
    weight: str | None = None,
    dont_know: str = "excluded",
) -> Description:
    """What the waves of a survey say; see :func:`qualkit.survey.describe`.

    Raises
    ------
    UnknownName, TableError, BatchError
        As there, and where the survey is not there.
    NotEnough
        Where the project has no survey, or the survey no answers.
    """
    with project.one_moment():
        asked = survey_of(project, survey)
        waves = [wave] if isinstance(wave, str) else wave
        answers = answers_of(project, asked, waves)
    if not answers:
        raise NotEnough(f"no answers to {asked.id} are kept; load them with 'qualkit survey load'")
    return describe(answers, asked, by=by, rules=rules, weight=weight, dont_know=dont_know)


def compare_of(  # noqa: PLR0913 - each is a choice that a report must state
    project: Project,
    survey: str | None = None,
    *,
    before: str,
    after: str,
    family: Sequence[str] | None = None,
    adjust: str = "holm",
    matched: bool | None = None,
    clusters: str | None = None,
    by: str | Sequence[str] = (),
    top_two: bool | Sequence[str] = False,
    rules: Rules | None = None,
    zero_method: str = "wilcox",
) -> Comparison:
    """How answers changed between two waves; see :func:`qualkit.survey.compare`.

    Parameters
    ----------
    project : Project
    survey : str, optional
        Its id; left out, the only one.
    before, after : str
        The waves.
    matched : bool, optional
        Left out, respondents are matched where both waves have their ids.
    family, adjust, clusters, by, top_two, rules, zero_method
        As there.

    Raises
    ------
    UnknownName, TableError, BatchError
        As there, and where the survey or a wave is not there.
    ConflictError
        Where both waves are one.
    NotEnough
        Where the project has no survey.
    """
    if before == after:
        raise ConflictError(f"the wave {before} cannot be compared with itself")
    with project.one_moment():
        asked = survey_of(project, survey)
        answers = answers_of(project, asked, (before, after))
    pair = (answers[before], answers[after])
    matched = _have_ids(pair) if matched is None else matched
    return compare(
        *pair, asked, family=family, adjust=adjust, matched=matched, clusters=clusters, by=by,
        top_two=top_two, rules=rules, zero_method=zero_method, waves=(before, after),
    )  # fmt: skip


def findings_of(
    project: Project, survey: str | None = None, *, rules: Rules | None = None
) -> pd.DataFrame:
    """Every finding of a project: surveys described and compared, and what others published.

    Waves are compared one with the next, in order of time.

    Parameters
    ----------
    project : Project
    survey : str, optional
        This alone, without what others published.
    rules : Rules, optional
        What is hidden.

    Returns
    -------
    DataFrame
        As :func:`qualkit.survey.findings` gives it.

    Raises
    ------
    UnknownName
        Where there is no such survey.
    """
    from qualkit.survey.audit import audit

    results: list[Any] = []
    with project.one_moment():
        names = project.surveys()["survey"].tolist() if survey is None else [survey]
        for name in names:
            results += _results(project, project.survey(name), rules)
        printed = project.published() if survey is None else []
    return findings([*results, *printed], audited=audit(printed) if printed else None)


def _results(project: Project, asked: Survey, rules: Rules | None) -> list[Any]:
    answers = answers_of(project, asked)
    if not answers:
        return []
    made: list[Any] = [describe(answers, asked, rules=rules)]
    for first, second in pairwise(answers):
        pair = (answers[first], answers[second])
        made.append(
            compare(*pair, asked, matched=_have_ids(pair), rules=rules, waves=(first, second))
        )
    return made


def _have_ids(waves: Sequence[pd.DataFrame]) -> bool:
    return all(bool(table["respondent"].notna().any()) for table in waves)


def audit_of(project: Project) -> pd.DataFrame:
    """What is wrong in a project's published tables; see :func:`qualkit.survey.audit.audit`."""
    from qualkit.survey.audit import audit

    return audit(project.published())


# Files ---------------------------------------------------------------------------------------


def write_survey_tables(  # noqa: PLR0913 - what is written, and how it is asked for
    project: Project,
    path: Path | str,
    *,
    of: str = "description",
    survey: str | None = None,
    before: str | None = None,
    after: str | None = None,
    table: str = "",
    title: str = "",
    template: Path | str | None = None,
    figures: bool = False,
    **options: Any,  # noqa: ANN401 - those of what is written
) -> Path:
    """Write a survey's tables to a .docx, .xlsx, .csv or .html file.

    Parameters
    ----------
    project : Project
    path : path
        Replaced where it exists, whole or not at all.
    of : str
        ``description``, ``comparison`` (of `before` and `after`; left out, the first and the
        last wave) or ``findings``.
    survey, before, after : str, optional
    table, title, template
        As :func:`qualkit.export.survey_tables.write_tables` takes them.
    figures : bool
        Charts before the tables of a description or comparison, for .docx and .html.
    **options
        Those of :func:`describe_of`, :func:`compare_of` or :func:`findings_of`.

    Raises
    ------
    QualkitError
        Where the ending is another, or something asked for is not there; nothing is written.
    """
    from qualkit.export import survey_charts, survey_tables
    from qualkit.survey import Comparison, Description

    survey_tables.check_ending(path, template=template, pictures=figures)
    if of not in TABLES:
        raise UnknownName("kind of table", of, TABLES)
    if figures and of == "findings":
        raise QualkitError("charts are of a description or a comparison, not of findings")
    made: Description | Comparison | pd.DataFrame
    if of == "description":
        made = describe_of(project, survey, **options)
    elif of == "comparison":
        before, after = _pair(project, survey, before, after)
        made = compare_of(project, survey, before=before, after=after, **options)
    else:
        made = findings_of(project, survey, **options)
    pictures: list[tuple[bytes, str]] = []
    if figures and isinstance(made, Description | Comparison):
        pictures = survey_charts.pictures(made, survey=survey_of(project, survey))
    return survey_tables.write_tables(
        made, path, title=title, table=table, template=template, pictures=pictures
    )


def write_survey_figure(  # noqa: PLR0913 - what is drawn, and how it is asked for
    project: Project,
    path: Path | str,
    *,
    kind: str = "likert",
    survey: str | None = None,
    before: str | None = None,
    after: str | None = None,
    items: Sequence[str] = (),
    waves: Sequence[str] = (),
    by: str = "",
    measure: str = "mean",
    neutral: str = "centred",
    title: str = "",
    rules: Rules | None = None,
) -> tuple[Path, ...]:
    """Draw a survey as a .png or .svg file, or several where one page does not hold it.

    Parameters
    ----------
    project : Project
    path : path
    kind : str
        ``likert``, ``before-after`` or ``distribution``.
    survey, before, after : str, optional
        As for :func:`write_survey_tables`.
    items, waves, by, measure, neutral, title
        As the charts of :mod:`qualkit.export.survey_charts` take them; `measure` is of
        before-after charts, `neutral` of likert ones.
    rules : Rules, optional
        What is hidden.

    Raises
    ------
    ConflictError
        For `waves` of a before-after chart, or `before` or `after` of another.
    QualkitError
        Where the ending is another, something asked for is not there, or there is nothing to show.
    """
    from qualkit.export import survey_charts

    survey_charts.check_ending(path)
    if kind not in survey_charts.KINDS:
        raise UnknownName("kind of figure", kind, survey_charts.KINDS)
    if waves if kind == "before-after" else before or after:
        raise ConflictError(
            "a before-after chart takes the waves before and after; the others take waves"
        )
    common: dict[str, Any] = {"items": items, "by": by, "title": title}
    if kind == "before-after":
        before, after = _pair(project, survey, before, after)
        top_two = _shares(project, survey, items) if measure == "share" else False
        made = compare_of(
            project, survey, before=before, after=after, by=by or (), top_two=top_two, rules=rules
        )
        return survey_charts.before_after(
            made, path, measure=measure, survey=survey_of(project, survey), **common
        )
    described = describe_of(project, survey, by=by or (), wave=list(waves) or None, rules=rules)
    if kind == "likert":
        return survey_charts.likert(described, path, neutral=neutral, **common)
    return survey_charts.distribution(described, path, **common)


def _shares(project: Project, survey: str | None, items: Sequence[str]) -> bool | list[str]:
    """The ordinal items whose best answers are drawn."""
    asked = survey_of(project, survey)
    return [one.id for one in asked.items if one.kind == "ordinal" and one.id in items] or not items


def _pair(
    project: Project, survey: str | None, before: str | None, after: str | None
) -> tuple[str, str]:
    """The waves that are compared; the first and the last where none is named."""
    table = project.waves()
    kept = table.loc[table["survey"] == survey_of(project, survey).id, "wave"].tolist()
    if len(kept) < 2 and (before is None or after is None):
        raise NotEnough(f"a comparison needs two waves; kept are {', '.join(kept) or 'none'}")
    return before or kept[0], after or kept[-1]
