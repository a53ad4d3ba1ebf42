"""The joint display for the page: findings with their charts beside what interviews say.

A chart is drawn once, for as long as the findings stay what they are.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from qualkit.app import state
from qualkit.app.triangulation_links_room import themes
from qualkit.errors import MissingExtra
from qualkit.export.triangulation import Panels, opposing, side_of, sign_of
from qualkit.project import Project
from qualkit.triangulate import FINAL, PROPOSED, Assessment, JointRow, Quote, final_of, joint_rows
from qualkit.triangulating import linked_surveys, part_of, results_of

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.survey import Comparison, Description

Progress = Callable[[int, int, str], None]
Picture = tuple[bytes, str]  # a .png with its words
A_PAGE: Final = 10  # links
STATUS_WORDS: Final[Mapping[str, str]] = {
    "proposed": "Proposed, not decided yet", "accepted": "Accepted as proposed",
    "changed": "Decided otherwise than proposed",
}  # fmt: skip


# Which rows ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Only:
    """Which rows are shown, as :func:`qualkit.triangulating.triangulate_of` takes them."""

    themes: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()

    def of(self, assessed: Assessment) -> Assessment:
        """The part of an assessment that is wanted."""
        return part_of(assessed, self.themes, self.verdicts, self.statuses)


ALL_ROWS: Final = Only()


def themes_in(assessed: Assessment) -> dict[str, str]:
    """The themes and codes that rows are about, each theme before its codes, with their names."""
    rows, names = assessed.decided, themes(assessed.codes)
    below: dict[tuple[str, str], dict[str, None]] = {}
    for book, theme, code in zip(rows["codebook"], rows["theme"], rows["code"], strict=True):
        below.setdefault((book, theme), {theme: None})[code] = None
    return {f"{book}/{code}": names.get((book, code), code)
            for (book, _), codes in below.items() for code in codes}  # fmt: skip


def verdicts_in(assessed: Assessment) -> list[str]:
    """The verdicts that rows have; one that is proposed as what it becomes when accepted."""
    held = {final_of(one) or one for one in assessed.decided["verdict"]}
    return [one for one in dict.fromkeys((*FINAL, *PROPOSED)) if one in held]


# Charts --------------------------------------------------------------------------------------


class Charts:
    """The charts of findings, each drawn once while the findings stay what they are."""

    def __init__(self) -> None:
        self._of: pd.DataFrame | None = None
        self._results: dict[str, list[Description | Comparison]] = {}
        self._drawn: dict[str, Picture | None] = {}

    def of(
        self, project: Project, assessed: Assessment, wanted: Iterable[str], progress: Progress
    ) -> dict[str, Picture]:
        """The charts of these findings, of those that have one.

        Raises
        ------
        MissingExtra
            Where matplotlib is not installed.
        """
        if self._of is not assessed.all_findings:
            self._of, self._results, self._drawn = assessed.all_findings, {}, {}
        asked = [one for one in dict.fromkeys(wanted) if one in assessed.findings]
        missing = [one for one in asked if one not in self._drawn]
        if missing:
            panels = self._panels(project, assessed)
            for n, one in enumerate(missing):
                progress(n, len(missing), "charts")
                self._drawn[one] = panels.picture(one)
        return {one: made for one in asked if (made := self._drawn[one]) is not None}

    def _panels(self, project: Project, assessed: Assessment) -> Panels:
        surveys = linked_surveys(project, assessed)
        for one in surveys:
            if one.id not in self._results:
                self._results[one.id] = results_of(project, [one])
        return Panels(assessed.findings, chain.from_iterable(self._results.values()), surveys)


# A page of the display -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the joint display is shown.

    Attributes
    ----------
    only : Only
    quotes : int
        At most so many beside a finding.
    page : int
        From 0.
    """

    only: Only = ALL_ROWS
    quotes: int = 2
    page: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of the joint display.

    Attributes
    ----------
    sections : tuple of mapping
        One a theme: its name and its panels, as the component takes them.
    no_charts : str
        Why there are no charts; empty where there are.
    """

    sections: tuple[Mapping[str, Any], ...]
    no_charts: str = ""


def pages(assessed: Assessment, only: Only) -> int:
    """How many pages the display has; 0 where no row is wanted."""
    return -(-len(only.of(assessed).decided) // A_PAGE)


def display(
    study: str, user: str | None, assessed: Assessment, charts: Charts, wanted: Wanted,
    progress: Progress,
) -> Shown:  # fmt: skip
    """A page of the joint display, its charts drawn."""
    held = _by_theme(joint_rows(wanted.only.of(assessed), quotes=wanted.quotes))
    rows = list(chain.from_iterable(held))[wanted.page * A_PAGE :][:A_PAGE]
    drawn: dict[str, Picture] = {}
    missing = ""
    with Project.open(study, user=user) as project:
        try:
            drawn = charts.of(project, assessed, [row.finding for row in rows], progress)
        except MissingExtra as error:
            missing = str(error)
    sections = tuple(
        {"theme": own[0].theme, "panels": [_panel(row, drawn.get(row.finding)) for row in own]}
        for own in _by_theme(rows)
    )
    return Shown(sections, missing)


def _by_theme(rows: Iterable[JointRow]) -> list[list[JointRow]]:
    """The rows of each theme, themes in the order in which they come first."""
    held: dict[tuple[str, str], list[JointRow]] = {}
    for row in rows:
        held.setdefault((row.codebook, row.code), []).append(row)
    return list(held.values())


def _panel(row: JointRow, chart: Picture | None) -> dict[str, Any]:
    """A link as the component draws it."""
    base = row.base if row.base and row.base not in row.result else ""
    return {
        "link": row.link, "label": row.label, "sign": sign_of(row.verdict),
        "proposed": row.status == "proposed",
        "question": row.question or ("No finding is linked" if not row.finding else row.finding),
        "chart": None if chart is None else _image(*chart),
        "result": [one for one in (row.result, base) if one],
        "finding": row.finding, "said": row.said,
        "quotes": [_quote(row, one) for one in row.quotes],
        "opposing": opposing(row), "inference": row.inference, "rule": row.proposal.reason,
        "cautions": list(row.cautions),
    }  # fmt: skip


def _image(data: bytes, says: str) -> dict[str, str]:
    return {"src": f"data:image/png;base64,{base64.b64encode(data).decode('ascii')}", "alt": says}


def _quote(row: JointRow, quote: Quote) -> dict[str, str]:
    return {
        "side": side_of(row, quote).strip(), "text": quote.text, "href": href_of(quote),
        "by": quote.attribution,
    }  # fmt: skip


def href_of(quote: Quote) -> str:
    """The link to the words of a quotation in their transcript."""
    return state.place(quote.source, quote.start, quote.end)
