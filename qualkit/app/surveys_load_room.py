"""Answers looked at before they are kept: what was found in a file, what is wrong with it.

An uploaded file is held in the server's memory with the tab that it belongs to. It stands in a
folder of this account alone while it is read, and again while its answers are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from qualkit import surveying
from qualkit.app import surveys_room as room
from qualkit.app.sources_room import Upload, on_disk
from qualkit.errors import ConflictError
from qualkit.project import Project
from qualkit.survey.items import Survey
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.survey import Answers

Progress = Callable[[int, int, str], None]
ENDINGS: Final = ("csv", "tsv", "xlsx", "sav")
LAYOUTS_SAID: Final[Mapping[str, str]] = {
    "plain": "one row of headings", "qualtrics": "Qualtrics, with three rows of headings",
    "surveymonkey": "SurveyMonkey, with two rows of headings", "ms-forms": "Microsoft Forms",
    "spss": "SPSS",
}  # fmt: skip
_FIRST: Final = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a file is to be read.

    Attributes
    ----------
    mapping : Survey or None
        What was asked, where somebody says so.
    survey : str or None
        Of the study's surveys the one that the answers are to.
    wave, layout : str or None
        Where they are not to be found out.
    """

    mapping: Survey | None = None
    survey: str | None = None
    wave: str | None = None
    layout: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What was found in a file, before anything is kept.

    Attributes
    ----------
    upload : Upload
    survey : Survey
        What was asked, as the file was read by it.
    wave, layout : str
    guessed : bool
        Whether what was asked was guessed from the file.
    respondents : int
    headings : tuple of str
        Of the file's columns.
    answered : dict of str to int
        Item to how many answered it.
    first : DataFrame
        The first respondents.
    faults, warnings : tuple of str
    open_answers : int
    held : dict of str to Survey
        What the study's surveys asked at the time.
    kept : tuple of (str, str)
        The waves whose answers the study had then, with their surveys.
    """

    upload: Upload
    survey: Survey
    wave: str
    layout: str
    guessed: bool
    respondents: int
    headings: tuple[str, ...]
    answered: dict[str, int]
    first: pd.DataFrame = field(repr=False)
    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    open_answers: int
    held: dict[str, Survey] = field(repr=False)
    kept: tuple[tuple[str, str], ...]


def look(study: str, user: str | None, upload: Upload, wanted: Wanted, progress: Progress) -> Look:
    """Read a file and keep nothing.

    Parameters
    ----------
    study : str
        Its path or address.
    user : str or None
        Who looks.
    upload : Upload
    wanted : Wanted
    progress : callable
        Takes steps done, steps in all, and what is at hand.

    Raises
    ------
    QualkitError
        For a file that cannot be read at all; what cannot stand in it is in the look's faults.
    """
    progress(0, 2, "reading the file")
    anew = wanted.mapping is None and wanted.survey is None
    with Project.open(study, user=user) as project, on_disk([upload]) as (path,):
        found = surveying.preview(
            project, path, mapping=wanted.mapping, survey=wanted.survey, wave=wanted.wave,
            layout=wanted.layout, anew=anew,
        )  # fmt: skip
        progress(1, 2, "looking at the answers")
        held = {name: project.survey(name) for name in project.surveys()["survey"]}
        waves = project.waves()
    kept = tuple(zip(waves["survey"], waves["wave"], strict=True))
    return Look(
        upload, room.checked(found.survey), found.wave, found.layout, anew, found.n,
        found.headings, _answered(found), found.table.head(_FIRST), found.faults, found.warnings,
        len(found.open_answers), held, kept,
    )  # fmt: skip


def _answered(found: Answers) -> dict[str, int]:
    counts = {}
    own = found.open_answers.groupby("item").size().to_dict() if len(found.open_answers) else {}
    for item in found.survey.items:
        columns = [one for one in item.columns if one in found.table]
        if columns:
            counts[item.id] = int(found.table[columns].notna().any(axis=1).sum())
        elif item.kind == "open":
            counts[item.id] = int(own.get(item.id, 0))
    return counts


def same(found: Look, survey: Survey, wave: str) -> bool:
    """Whether a file was read by this: names of survey and wave need no other reading."""
    by_wave = any(item.waves for item in survey.items) and wave != found.wave
    now, then = (
        replace(one, id="", title="", population="", waves={}) for one in (survey, found.survey)
    )
    return now == then and not by_wave


def load(
    study: str, user: str | None, found: Look, survey: Survey, progress: Progress, *, wave: str,
    open_answers: bool,
) -> surveying.Loaded:  # fmt: skip
    """Keep the answers of a file that was looked at, all or none.

    Raises
    ------
    QualkitError
        With every answer that cannot stand, or where the study changed since the look.
    """
    progress(0, 2, "reading the file")
    with Project.open(study, user=user) as project, on_disk([found.upload]) as (path,):
        names = project.surveys()["survey"].tolist()
        now = project.survey(survey.id) if survey.id in names else None
        if now != found.held.get(survey.id):
            raise ConflictError(
                f"what {survey.id} asks was changed in the study since you looked at the file; "
                "look at it anew"
            )
        file = survey.waves.get(wave) or found.upload.name
        asked = replace(survey, waves={**survey.waves, wave: file})
        return surveying.load(
            project, path, mapping=asked, wave=wave, layout=found.layout
            if found.layout != "spss" else None, open_answers=open_answers,
        )  # fmt: skip


# In words ------------------------------------------------------------------------------------


def found_said(found: Look) -> str:
    """What was found, in a sentence."""
    by = "guessed from the file" if found.guessed else "as the mapping says"
    layout = LAYOUTS_SAID.get(found.layout, found.layout)
    counts = (
        many(found.respondents, "respondent"), many(len(found.headings), "column"),
        many(len(found.survey.items), "item"),
    )  # fmt: skip
    return f"{', '.join(counts)}, {by}. Layout: {layout}."


def taken(found: Look, survey: str, wave: str) -> str:
    """What loading would meet in the study, in a sentence; empty where nothing."""
    if (survey, wave) in found.kept:
        return (
            f"The study has answers of {survey}, {wave} already. Other ones are refused: give the "
            "wave another name, or remove that one first, under Items."
        )
    if survey in found.held and found.guessed:
        return (
            f"The study has a survey {survey} already. What stands here would take the place of "
            "what it asks; choose that survey above if its own mapping is to be used."
        )
    return ""


def loaded_said(made: surveying.Loaded) -> str:
    """What became of it."""
    people = many(made.respondents, "respondent")
    if made.added:
        return f"Loaded {made.survey}, {made.wave}: {people}, {made.items:,} items."
    return f"The same answers to {made.survey}, {made.wave} were there already: {people}."
