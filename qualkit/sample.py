"""The sample study that ships with qualkit, built as a user would build a study.

Four areas, sixteen interviews, two coders, a survey before and after: everybody and everything in
these is invented. The published tables beside them are real.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from qualkit.errors import QualkitError
from qualkit.project import Project, samples
from qualkit.surveying import load

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
    return Sample(study, len(report.added), codings.added, summaries.added)


def _add_surveys(project: Project, files: Path) -> None:
    """Both waves and the published tables; open answers stay out of a grid of interviews."""
    folder = files / "survey"
    for wave in ("before", "after"):
        load(project, folder / f"{wave}.csv", mapping=folder / "items.yaml", open_answers=False)
    for path in sorted((files / "published").glob("*.yaml")):
        project.add_published(path)
