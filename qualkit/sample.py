"""The sample study that ships with qualkit, built as a user would build a study.

Four areas, sixteen interviews, two coders, a survey before and after, figures of the service, two
judges: everybody and everything in these is invented. The published tables beside them are real.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from qualkit.errors import QualkitError
from qualkit.project import Project, samples
from qualkit.surveying import load
from qualkit.triangulate import read_strand
from qualkit.triangulating import assess_of, decide

NAME: Final = "school-link.qualkit"
_BOOKS: Final = ("evaluation-topics", "service-model", "cascade")


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample as it was built.

    Attributes
    ----------
    study : Path
    interviews, codings, summaries : int
        How many there are in it.
    """

    study: Path
    interviews: int
    codings: int
    summaries: int


def build_sample(
    folder: Path, *, progress: Callable[[int, int, str], None] | None = None
) -> Sample:
    """Build the sample study in a folder, whole or not at all.

    Parameters
    ----------
    folder : Path
        Made where it is not there, for this account alone.
    progress : callable, optional
        Called with interviews read, interviews in all, and the name of the file. What it
        raises stops the building, and nothing is left of it.

    Raises
    ------
    QualkitError
        Where the folder has the sample already, or cannot be written to.
    """
    study = folder / NAME
    if study.exists():
        raise QualkitError(f"{study} is there already; remove it, or name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with TemporaryDirectory(prefix=".building-", dir=folder) as scaffold:
            made = _build(Path(scaffold) / NAME, progress)
            made.study.rename(study)
    except OSError as error:
        raise QualkitError(f"{folder} cannot be written to: {error.strerror}") from error
    return Sample(study, made.interviews, made.codings, made.summaries)


def _build(study: Path, progress: Callable[[int, int, str], None] | None) -> Sample:
    files = samples()
    with Project.create(study, codebooks=_BOOKS, user="demo") as project:
        report = project.add_sources(
            sorted((files / "interviews").iterdir()),
            attributes=files / "attributes.csv",
            progress=progress,
        )
        project.set_case_attributes(files / "cases.csv")
        codings = project.load_codings(files / "codings.csv")
        summaries = project.load_summaries(files / "summaries.csv")
        project.load_guide(files / "guide.csv")
        _add_surveys(project, files)
        _add_links(project, files / "triangulation")
    _judge(study, files / "triangulation" / "verdicts.csv")
    return Sample(study, len(report.added), codings.added, summaries.added)


def _add_surveys(project: Project, files: Path) -> None:
    """Both waves and the published tables; open answers stay out of a grid of interviews."""
    folder = files / "survey"
    for wave in ("before", "after"):
        load(project, folder / f"{wave}.csv", mapping=folder / "items.yaml", open_answers=False)
    for path in sorted((files / "published").glob("*.yaml")):
        project.add_published(path)


def _add_links(project: Project, folder: Path) -> None:
    """Figures of the service, links of themes to findings, threads and confidence."""
    title, source = "Referrals and their triage", "the service (invented)"
    project.add_strand(read_strand(folder / "referrals.csv", title=title, source=source))
    for row in _rows(folder / "links.csv"):
        project.add_link(
            row["theme"], row["finding"], polarity=row["polarity"], note=row["note"],
            same_construct=row["same_construct"] == "yes",
        )  # fmt: skip
    for row in _rows(folder / "threads.csv"):
        project.add_thread(**row)
    for row in _rows(folder / "confidence.csv"):
        project.set_confidence(**row)


def _judge(study: Path, file: Path) -> None:
    """What two judges decided, each of whom saw no verdict of the other."""
    with Project.open(study, user="demo") as project:
        assessed = assess_of(project)
        rows = assessed.decided
        places = zip(rows["code"], rows["finding"], rows["link"], assessed.proposals, strict=True)
        known = {(code, finding): (link, made) for code, finding, link, made in places}
        given = _rows(file)
        judges = list(dict.fromkeys(row["judge"] for row in given))
        for judge in judges:
            project.add_judge(judge)
    for judge in judges:
        with Project.open(study, user=judge) as project:
            for row in (one for one in given if one["judge"] == judge):
                link, proposal = known[row["theme"], row["finding"]]
                decide(project, link, row["verdict"], reason=row["reason"], adds=row["adds"],
                       proposal=proposal)  # fmt: skip
            project.judge_done()


def _rows(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
