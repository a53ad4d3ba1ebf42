"""Triangulation for the page: the evidence of a study, put together once for each state of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from qualkit.project import Project
from qualkit.triangulate import redecided
from qualkit.triangulating import all_findings_of, assess_of

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.triangulate import Assessment

Progress = Callable[[int, int, str], None]
_HELD: Final = 4  # studies whose findings are kept


class Findings:
    """Findings as they were last put together, for as long as what they are from stays the same.

    A verdict or a coding changes no finding, and to compute them takes longest.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[object, ...], pd.DataFrame] = {}
        self._last: tuple[tuple[str, str], int, Assessment] | None = None
        self._verdicts: set[int] = set()

    def of(self, project: Project) -> pd.DataFrame:
        """All findings of a study that can be linked."""
        with project.one_moment():
            key = _made_of(project)
            found = self._held.pop(key, None)
            if found is None:
                found = all_findings_of(project)
        self._held[key] = found
        for old in list(self._held)[:-_HELD]:
            del self._held[old]
        return found

    def decided(self, entry: int | None) -> None:
        """Take note that an entry of the log changed a verdict and nothing else."""
        if entry is not None:
            self._verdicts.add(entry)

    def assessed(self, project: Project, progress: Progress) -> Assessment:
        """Every link of a study with what the rule proposes and what was decided.

        Where nothing but verdicts has changed since the last time, nothing else is read.
        """
        with project.one_moment():
            whose, entry = (project.study, project.user), project.last_entry()
            last = self._last
            same = last is not None and last[0] == whose and last[1] <= entry
            if same and last and {*range(last[1] + 1, entry + 1)} <= self._verdicts:
                made = redecided(last[2], project.verdicts())
            else:
                progress(0, 2, "computing findings")
                found = self.of(project)
                progress(1, 2, "reading the interviews")
                made = assess_of(project, findings=found)
        self._last = (whose, entry, made)
        return made


def _made_of(project: Project) -> tuple[object, ...]:
    """What the findings of a study are from, without the answers, which nobody can alter."""
    asked = [repr(project.survey(name)) for name in project.surveys()["survey"]]
    tables = [
        table.to_json(orient="split", date_format="iso", default_handler=str)
        for table in (project.waves(), project.published_table(), project.strands())
    ]
    printed = [repr(one) for one in project.published()]
    return (project.study, *asked, *tables, *printed)


def put_together(
    study: str, user: str | None, findings: Findings, progress: Progress
) -> Assessment:
    """Every link of a study with what the rule proposes and what was decided."""
    with Project.open(study, user=user) as project:
        return findings.assessed(project, progress)
