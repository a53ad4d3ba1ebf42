"""Answers counted in groups, and what of the counts is hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qualkit.survey.suppress import Cell, Rules, hidden_cells, hidden_groups
from qualkit.survey.variables import Answered, Groups, Variable

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Tally:
    """What there is of each group, before anything is hidden."""

    n: list[int]
    unsure: list[int]
    size: list[int]
    counts: list[list[int]]
    weighted: list[list[float]]
    weighted_unsure: list[float]
    figures: list[dict[str, float | None]]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden of the total (row 0) and its groups."""

    rows: Mapping[int, str]
    tops: frozenset[int] = frozenset()
    cells: frozenset[Cell] = frozenset()
    means: frozenset[int] = frozenset()


# Counting ------------------------------------------------------------------------------------


def tally_of(
    variable: Variable, answered: Answered, groups: Groups, weight: np.ndarray | None
) -> Tally:
    import numpy as np

    many_groups, codes = len(groups.names), len(variable.codes)
    valid = answered.valid
    counts = _counted(groups.of, answered.place, many_groups, codes, None)
    weighted = counts if weight is None else _counted(
        groups.of, answered.place, many_groups, codes, weight
    )  # fmt: skip
    unsure_weight = None if weight is None else weight[answered.unsure]
    unsure = np.bincount(groups.of[answered.unsure], minlength=many_groups)
    heavy = np.bincount(groups.of[answered.unsure], unsure_weight, minlength=many_groups)
    given = np.ones(int(valid.sum())) if weight is None else weight[valid]
    return Tally(
        np.bincount(groups.of[valid], minlength=many_groups).tolist(),
        unsure.tolist(),
        np.bincount(groups.of, minlength=many_groups).tolist(),
        counts.astype(int).tolist(),
        weighted.tolist(),
        heavy.tolist(),
        figures_of(answered.number[valid], groups.of[valid], given, many_groups,
                   mean=variable.has_mean, weighted=weight is not None),
    )  # fmt: skip


def _counted(
    group: np.ndarray, place: np.ndarray, groups: int, codes: int, weight: np.ndarray | None
) -> np.ndarray:
    import numpy as np

    there = place >= 0
    cell = group[there] * codes + place[there]
    given = None if weight is None else weight[there]
    return np.bincount(cell, given, minlength=groups * codes).reshape(groups, codes)


def figures_of(
    number: np.ndarray, group: np.ndarray, weight: np.ndarray, groups: int, *,
    mean: bool = True, weighted: bool = False,
) -> list[dict[str, float | None]]:  # fmt: skip
    """Mean, sd, se and effective number of each group; as `weighting.weighted_mean` has them.

    All groups at once, since there are thousands of items by groups.
    """
    import numpy as np

    n = np.bincount(group, minlength=groups).astype(float)
    total = np.bincount(group, weight, minlength=groups)
    squares = np.bincount(group, weight**2, minlength=groups)
    made: dict[str, np.ndarray] = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        if weighted:
            made["effective_n"] = total**2 / squares
        if mean:
            middle = np.bincount(group, weight * number, minlength=groups) / total
            off = number - middle[group]
            spread = np.bincount(group, weight * off**2, minlength=groups)
            error = np.bincount(group, (weight * off) ** 2, minlength=groups)
            more = np.where(n > 1, n / (n - 1), np.nan)
            made |= {
                "mean": middle, "sd": np.sqrt(spread / total * more),
                "se": np.sqrt(error * more) / total,
            }  # fmt: skip
    columns = {name: found.tolist() for name, found in made.items()}
    return [
        {name: None if found[at] != found[at] else found[at] for name, found in columns.items()}
        for at in range(groups)
    ]


# Hiding --------------------------------------------------------------------------------------


def hide(
    variable: Variable, total: Tally, groups: Tally | None, names: Sequence[str], rules: Rules
) -> Hidden:
    """What is hidden of the total and of its groups, whose rows follow the total's."""
    if not rules.hides:
        return Hidden({})
    rows = dict(hidden_groups(total.n, rules))
    alone = _hidden_counts(variable, total.counts, set(rows), rules)
    if groups is None:
        return _hidden(variable, rows, *alone, rules)
    found = hidden_groups(groups.n, rules, names)
    rows |= {at + 1: why for at, why in found.items()}
    counts = [*total.counts, *groups.counts]
    tops, cells = _hidden_counts(variable, counts, set(rows), rules, held=alone)
    return _hidden(variable, rows, tops, cells, rules)


def _hidden(
    variable: Variable, rows: Mapping[int, str], tops: set[int], cells: set[Cell], rules: Rules
) -> Hidden:
    # A count that the total gives away is hidden in two groups, so that their means are too.
    means = {at for at, _ in cells} if rules.means and variable.has_mean else set()
    return Hidden(rows, frozenset(tops), frozenset(cells), frozenset(means))


def _hidden_counts(
    variable: Variable, counts: Sequence[Sequence[int]], whole: set[int], rules: Rules,
    held: tuple[set[int], set[Cell]] | None = None,
) -> tuple[set[int], set[Cell]]:  # fmt: skip
    """Rows whose share of the best is hidden, and cells of the distribution that are."""
    cells_held = None if held is None else held[1]
    best = set(variable.best)
    rest = [place for place in range(len(variable.codes)) if place not in best]
    if not best or len(variable.codes) == 2:
        cells = hidden_cells(counts, rules, whole=whole, held=cells_held)
        return {at for at, place in cells if place in best}, cells
    pairs = [[sum(row[place] for place in part) for part in (best, rest)] for row in counts]
    tops_held = None if held is None else [(0, place) for place in (0, 1) if 0 in held[0]]
    tops = {at for at, _ in hidden_cells(pairs, rules, whole=whole, held=tops_held)}
    both = [sorted(best), rest]
    parts = [[[*best, *rest]] if at in tops else both for at in range(len(counts))]
    return tops, hidden_cells(counts, rules, parts=parts, whole=whole, held=cells_held)
