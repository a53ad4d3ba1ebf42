"""The chart of one finding, narrow enough to stand beside quotations.

Two waves that were compared are dots with an arrow, answers on a scale are bars; of any other
finding its interval is drawn. What is withheld is hatched, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qualkit.export._survey_canvas import Piece, picture_of
from qualkit.export._survey_change import change_panel, interval_panel
from qualkit.export._survey_likert import likert_panel
from qualkit.export._survey_rows import records
from qualkit.survey import Comparison, Description, Survey
from qualkit.survey.findings import PERCENT
from qualkit.tables import plain

if TYPE_CHECKING:
    from qualkit.export._survey_rows import Record

Result = Description | Comparison
Finding = Mapping[str, Any]
_WIDE = 3.3  # inches of a chart that stands in a table
_EDGE = 0.12  # half a word of an axis


class Panels:
    """The charts of findings, out of the results that they are from.

    Parameters
    ----------
    findings : mapping of str to mapping
        Rows with the columns of findings, by their ids.
    results : iterable of Description and Comparison
    surveys : iterable of Survey
        For the ends of the scales.
    """

    def __init__(
        self, findings: Mapping[str, Finding], results: Iterable[Result] = (),
        surveys: Iterable[Survey] = (),
    ) -> None:  # fmt: skip
        self._findings = findings
        made = tuple(results)
        self._described = [one for one in made if isinstance(one, Description)]
        self._changes = {
            _key(one, row): (one, row)
            for one in made if isinstance(one, Comparison)
            for row in records(one.items)
        }  # fmt: skip
        self._surveys = {one.id: one for one in surveys}

    def of(self, finding: str, edges: tuple[float, float]) -> Piece | None:
        """The chart of a finding between two edges of a page; None where there is none."""
        row = self._findings.get(finding)
        if row is None:
            return None
        names = ("survey", "wave", "item", "measure", "attribute", "group")
        if changed := self._changes.get(tuple(str(plain(row[name]) or "") for name in names)):
            return change_panel(*changed, edges, survey=self._surveys.get(row["survey"]))
        return _answered(row, self._described, edges) or _measured(row, edges)

    def picture(self, finding: str) -> tuple[bytes, str] | None:
        """The chart of a finding as a .png, with its words for those who do not see it."""
        piece = self.of(finding, (_EDGE, _WIDE - _EDGE))
        return None if piece is None else (picture_of(piece, _WIDE), piece.says)


def _key(made: Comparison, row: Record) -> tuple[str, ...]:
    """What names a change among findings."""
    measure = f"chosen:{row['option']}" if row["option"] else row["measure"]
    wave = f"{made.before}-to-{made.after}"
    return made.survey, wave, row["item"], measure, row["attribute"], row["group"]


def _answered(
    row: Finding, described: Sequence[Description], edges: tuple[float, float]
) -> Piece | None:
    """Answers on a scale: of the wave that a level is of, of all waves for a change."""
    of = str(plain(row["attribute"]) or ""), str(plain(row["group"]) or "")
    for made in described:
        kinds = dict(zip(made.items["item"], made.items["kind"], strict=True))
        there = row["change"] or row["wave"] in made.waves
        if (
            made.survey == row["survey"] and there and kinds.get(row["item"]) == "ordinal"
            and of[0] in {"", *made.attributes}
        ):  # fmt: skip
            waves = () if row["change"] else (str(row["wave"]),)
            return likert_panel(made, str(row["item"]), edges, waves=waves, of=of)
    return None


def _measured(row: Finding, edges: tuple[float, float]) -> Piece | None:
    """The interval of a figure, where it has one and may be shown."""
    value, low, high = (plain(row.get(name)) for name in ("value", "low", "high"))
    if value is None or low is None or high is None or not row.get("usable", True):
        return None
    ends = float(value), float(low), float(high)
    percent = plain(row.get("unit")) == PERCENT
    return interval_panel(ends, edges, percent=percent, change=bool(row.get("change")))
