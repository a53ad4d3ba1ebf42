"""Respondents of two waves matched by their ids, and what is odd about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qualkit.errors import BatchError, TableError
from qualkit.survey.items import Survey
from qualkit.survey.variables import column_of
from qualkit.wording import many

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Matched:
    """Who answered when.

    Attributes
    ----------
    before, after : array of int
        Rows of the two tables, one matched respondent at the same place.
    lost, new : array of int
        Rows of those with an id who answered only before, and only after.
    nameless : tuple of int
        How many of each wave have no id.
    notes : tuple of str
    """

    before: np.ndarray
    after: np.ndarray
    lost: np.ndarray
    new: np.ndarray
    nameless: tuple[int, int]
    notes: tuple[str, ...]


def match(
    tables: Sequence[pd.DataFrame], survey: Survey, waves: tuple[str, str]
) -> Matched:  # fmt: skip
    """The respondents of two waves by their ids, spaces round them not counted.

    Raises
    ------
    TableError
        Where a wave has no ids.
    BatchError
        Where somebody stands twice in a wave, with rows.
    """
    import numpy as np
    import pandas as pd

    ids = [_ids(table, survey, wave) for table, wave in zip(tables, waves, strict=True)]
    faults = [fault for one, wave in zip(ids, waves, strict=True) for fault in _twice(one, wave)]
    if faults:
        raise BatchError("matching the waves", faults)
    first, second = (pd.Index(one) for one in ids)
    place = second.get_indexer(first)
    there = (place >= 0) & (first != "")
    here = np.flatnonzero(there)
    found = place[there]
    back = np.zeros(len(second), dtype=bool)
    back[found] = True
    nameless = (int((first == "").sum()), int((second == "").sum()))
    return Matched(
        here, found, np.flatnonzero(~there & (first != "")), np.flatnonzero(~back & (second != "")),
        nameless, tuple(_odd(ids, len(here), waves, nameless)),
    )  # fmt: skip


def _ids(table: pd.DataFrame, survey: Survey, wave: str) -> list[str]:
    column = column_of(table, "respondent", survey.respondent)
    if not column:
        raise TableError(
            wave, "it has no column of respondent ids, so that waves cannot be matched; compare "
            "them with matched=False, as different people"
        )  # fmt: skip
    return [str(one).strip() for one in table[column].fillna("").tolist()]


def _twice(ids: Sequence[str], wave: str) -> list[str]:
    rows: dict[str, list[int]] = {}
    for n, one in enumerate(ids, 1):
        if one:
            rows.setdefault(one, []).append(n)
    return [
        f"{wave}: respondent {one[:60]!r} stands in rows {', '.join(map(str, found))}"
        for one, found in rows.items()
        if len(found) > 1
    ]


def _odd(
    ids: Sequence[Sequence[str]], matched: int, waves: tuple[str, str], nameless: tuple[int, int]
) -> list[str]:
    notes = [
        f"{wave}: {many(count, 'respondent')} without an id, neither matched nor counted as "
        f"{'lost' if wave == waves[0] else 'new'}"
        for wave, count in zip(waves, nameless, strict=True)
        if count
    ]
    folded = [{one.casefold().lstrip("0") for one in held if one} for held in ids]
    alike = len(folded[0] & folded[1])
    if alike > matched:
        notes.append(
            f"{many(alike - matched, 'respondent')} more would match if capitals and leading "
            "noughts of ids counted for nothing; see whether they are the same people"
        )
    if not matched:
        notes.append("no respondent id stands in both waves, so that nothing is paired")
    return notes
