"""Judges for the page: who judges, how far each is, and how far two of them agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.agreement import Coefficient
from qualkit.model import look_of
from qualkit.project import Project
from qualkit.triangulate import FINAL, verdict_words
from qualkit.triangulating import judges_of

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.triangulate import JudgesAgreement

SETTLED: Final = (
    "A verdict stands that more than half of those who judged a link gave. Where two differ, "
    "nothing stands: the link counts as PROPOSED in every table until one of them decides anew, or "
    "a third person decides. What each of them said, with their reasons, stays in the log."
)


@dataclass(frozen=True, slots=True)
class Judging:
    """What somebody who looks is as a judge.

    Attributes
    ----------
    name : str
    blind : bool
    open : bool
        Whether they have not said that they are done.
    """

    name: str
    blind: bool
    open: bool

    @property
    def sees_own_alone(self) -> bool:
        """Whether the verdicts of others are hidden."""
        return self.blind and self.open


def judging(project: Project) -> Judging | None:
    """Who looks as a judge; None where they are none."""
    wanted = look_of(project.user or "")
    for row in project.judges().to_dict("records"):
        if wanted and look_of(row["judge"]) == wanted:
            return Judging(row["judge"], bool(row["blind"]), row["status"] == "open")
    return None


def progress(project: Project) -> pd.DataFrame:
    """How far each judge is whom who looks may know about.

    Returns
    -------
    DataFrame
        ``Judge``, ``Blind``, ``Judged`` (``5 of 22 links``), ``Status``. A blind judge who is not
        done has a row of their own alone.
    """
    import pandas as pd

    me = judging(project)
    verdicts, links = project.verdicts(), len(project.links())
    table = project.judges()
    names = dict.fromkeys([*table["judge"], *verdicts["judge"]])
    said = {row["judge"]: row for row in table.to_dict("records")}
    rows = []
    for name in names:
        if me is not None and me.sees_own_alone and name != me.name:
            continue
        one = said.get(name)
        status = "decides as well" if one is None else {
            "open": "at work", "done": "done"}[one["status"]]  # fmt: skip
        judged = int((verdicts["judge"] == name).sum())
        blind = "" if one is None else "blind" if one["blind"] else "sees all"
        rows.append((name, blind, f"{judged} of {links} links", status))
    return pd.DataFrame(rows, columns=["Judge", "Blind", "Judged", "Status"])


def who_judged(project: Project) -> list[str]:
    """The names of those whose verdicts may be seen, judges before others."""
    judges = set(project.judges()["judge"])
    return sorted(set(project.verdicts()["judge"]), key=lambda one: (one not in judges, one))


def agreement(project: Project, judges: Sequence[str]) -> JudgesAgreement:
    """How far two judges agree; see :func:`qualkit.triangulating.judges_of`."""
    return judges_of(project, judges=(judges[0], judges[1]))


def figure_said(name: str, figure: Coefficient, *, percent: bool = False) -> str:
    """A figure of agreement with its interval, or why there is none.

    >>> figure_said("Agreement", Coefficient(0.75, low=0.5, high=1.0, n=8), percent=True)
    'Agreement: 75% (95% interval 50% to 100%)'
    >>> figure_said("Kappa", Coefficient(None, "constant"))
    'Kappa: not defined (constant)'
    """
    if figure.value is None:
        return f"{name}: not defined ({figure.reason})"
    value, low, high = (
        "" if one is None else f"{one:.0%}" if percent else f"{one:.2f}"
        for one in (figure.value, figure.low, figure.high)
    )
    inside = f" (95% interval {low} to {high})" if low and high else (
        " (no interval: it takes links of five codes or more)"
    )  # fmt: skip
    return f"{name}: {value}{inside}"


def crossed(made: JudgesAgreement) -> pd.DataFrame:
    """Verdicts of the first by verdicts of the second, in words, with how many links have both."""
    first, second = made.judges
    table = made.table.rename(
        index=verdict_words, columns=lambda one: f"{second}: {verdict_words(one)}"
    )
    table.insert(0, f"{first}", [verdict_words(one) for one in FINAL])
    return table.reset_index(drop=True)


def differing(made: JudgesAgreement) -> list[tuple[str, str, str]]:
    """Of each link on which they differ its id, what it is about, and what both said."""
    rows = []
    for row in made.differ.to_dict("records"):
        parts = [
            f"{judge}: {verdict_words(row[side]).lower()}" + (
                f". {row[f'{side}_reason']}" if row[f"{side}_reason"] else ""
            )
            for judge, side in zip(made.judges, ("first", "second"), strict=True)
        ]  # fmt: skip
        rows.append((row["link"], f"{row['name']} ({row['finding']})", "\n".join(parts)))
    return rows


def alone(made: JudgesAgreement) -> list[str]:
    """Which of two judged how many links that the other did not, in words."""
    return [
        f"{judge} has not judged {len(links)} that the other has."
        for judge, links in made.missing.items() if links
    ]  # fmt: skip
