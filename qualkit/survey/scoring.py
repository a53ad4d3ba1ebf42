"""Scale scores: the mean of the items that somebody answered, with Cronbach's alpha.

A score is made where at least half of the scale's items were answered, rounded up, by others as
set. Where a scale mixes items of which more is better with items of which more is worse, the
latter are turned round first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qualkit.survey.items import Survey
from qualkit.survey.variables import Answered, Variable

if TYPE_CHECKING:
    import numpy as np

_UP, _DOWN = "higher-is-better", "lower-is-better"


@dataclass(frozen=True, slots=True)
class Scale:
    """Items that are scored together.

    Attributes
    ----------
    name : str
    items : tuple of Variable
    needed : int
        How many of them somebody must have answered.
    turned : tuple of str
        Ids of the items that are turned round.
    polarity : str
        Of the score.
    fault : str
        Why no score is made; empty where one is.
    """

    name: str
    items: tuple[Variable, ...]
    needed: int
    turned: tuple[str, ...]
    polarity: str
    fault: str = ""

    @property
    def variable(self) -> Variable:
        """The score as something that is measured."""
        named = ", ".join(one.item for one in self.items)
        return Variable(self.name, f"mean of {named}", "scale", self.polarity)

    def sentence(self) -> str:
        """How the score is made, in words."""
        told = (
            f"Scale {self.name}: the mean of {', '.join(one.item for one in self.items)}, "
            f"where at least {self.needed} of the {len(self.items)} were answered"
        )
        if self.turned:
            told += f"; {', '.join(self.turned)} turned round"
        return f"{told}."


def scales_of(
    survey: Survey, variables: Sequence[Variable], needed: int | None = None
) -> list[Scale]:
    """The scales of a survey.

    Parameters
    ----------
    survey : Survey
    variables : sequence of Variable
    needed : int, optional
        How many items must be answered; left out, at least half, rounded up.
    """
    known = {one.item: one for one in variables if one.has_mean}
    made = []
    for name, ids in survey.scales().items():
        items = tuple(known[item] for item in ids if item in known)
        least = min(needed or math.ceil(len(items) / 2), len(items))
        ways = {one.polarity for one in items}
        mixed = {_DOWN, _UP} <= ways  # an item nobody gave a polarity turns nothing round
        turned = tuple(one.item for one in items if mixed and one.polarity == _DOWN)
        polarity = _UP if mixed else next(iter(ways), "")
        left = [item for item in ids if item not in known]
        fault = _fault(name, items, left, turned)
        made.append(Scale(name, items, least, turned, "" if "" in ways else polarity, fault))
    return made


def _fault(name: str, items: Sequence[Variable], left: Sequence[str], turned: Sequence[str]) -> str:
    if left:
        return f"scale {name} has no score: {', '.join(left)} are no ordinal items or numbers"
    ends = {(one.codes[:1], one.codes[-1:]) for one in items}
    if len(ends) > 1:
        return f"scale {name} has no score: its items do not run from and to the same codes"
    if turned and not all(one.codes for one in items):
        return f"scale {name} has no score: numbers without a lowest and highest cannot be turned"
    return ""


def parts_of(scale: Scale, answered: Mapping[str, Answered]) -> np.ndarray:
    """The items' numbers, one column each, turned round where the scale says so."""
    import numpy as np

    columns = []
    for one in scale.items:
        numbers = answered[one.item].number
        if one.item in scale.turned:
            numbers = one.numbers[0] + one.numbers[-1] - numbers
        columns.append(numbers)
    return np.column_stack(columns)


def scores_of(scale: Scale, parts: np.ndarray) -> Answered:
    """The score of each respondent, NaN where too few items were answered."""
    import numpy as np

    known = ~np.isnan(parts)
    count = known.sum(axis=1)
    total = np.where(known, parts, 0.0).sum(axis=1)
    enough = count >= scale.needed
    score = np.where(enough, total / np.maximum(count, 1), np.nan)
    nobody = np.zeros(len(parts), dtype=bool)
    return Answered(np.full(len(parts), -1), score, nobody)
