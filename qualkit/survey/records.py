"""What the statistics of a survey give back: one record each, and why one is undefined.

`value` is the main figure of each. Where the data do not allow a figure it is None, as is every
other field that cannot be known, and `reason` names the cause; `reason` is empty otherwise. No
record ever holds NaN, nor a p of 0 where nothing was tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

FEWER_THAN_TWO: Final = "fewer_than_two"
ALL_DIFFERENCES_ZERO: Final = "all_differences_zero"
ZERO_VARIANCE_DIFFERENCES: Final = "zero_variance_differences"
ZERO_VARIANCE_GROUPS: Final = "zero_variance_groups"
ZERO_VARIANCE_SCORES: Final = "zero_variance_scores"
NOBODY_CHANGED: Final = "nobody_changed"
EMPTY_TABLE: Final = "empty_table"
ONE_ROW_OR_COLUMN: Final = "one_row_or_column"
NO_ANSWERS: Final = "no_answers"
NO_WEIGHT: Final = "no_weight"
FEWER_THAN_TWO_ITEMS: Final = "fewer_than_two_items"
NO_SCORES: Final = "no_scores"
NO_SHARED_AREAS: Final = "no_shared_areas"
NOT_A_NUMBER: Final = "not_a_number"

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        FEWER_THAN_TWO: "fewer than two complete answers, or pairs of answers",
        ALL_DIFFERENCES_ZERO: "nobody's answer changed, every difference is zero",
        ZERO_VARIANCE_DIFFERENCES: "everybody's answer changed by the same, so that there is no "
        "spread to test against",
        ZERO_VARIANCE_GROUPS: "all answers are the same within each group, so that there is no "
        "spread to test against",
        ZERO_VARIANCE_SCORES: "every respondent has the same total over the items",
        NOBODY_CHANGED: "nobody changed from yes to no or from no to yes",
        EMPTY_TABLE: "the table counts nobody",
        ONE_ROW_OR_COLUMN: "all counts stand in one row or one column, so that there is nothing "
        "to compare",
        NO_ANSWERS: "nobody answered",
        NO_WEIGHT: "no answer has a weight over zero",
        FEWER_THAN_TWO_ITEMS: "a scale has at least two items",
        NO_SCORES: "no area was scored",
        NO_SHARED_AREAS: "no area was scored in both waves",
        NOT_A_NUMBER: "the figure as printed is not a number",
    }
)


@dataclass(frozen=True, slots=True)
class PairedT:
    """Student's t test of pairs.

    Attributes
    ----------
    value : float or None
        The mean difference, where the test is defined.
    mean_difference : float or None
        After less before, known even where the test is not.
    low, high : float or None
        Its interval.
    t : float or None
    df : int or None
    p : float or None
        Two-sided.
    dz : float or None
        The mean difference in standard deviations of the differences (Cohen 1988).
    n : int
        Complete pairs.
    dropped : int
        Pairs with a missing side.
    reason : str
    """

    value: float | None
    mean_difference: float | None
    low: float | None
    high: float | None
    t: float | None
    df: int | None
    p: float | None
    dz: float | None
    n: int
    dropped: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wilcoxon:
    """Wilcoxon's signed rank test.

    Attributes
    ----------
    value, statistic : float or None
        The smaller of the two rank sums, often called T or W.
    w_plus, w_minus : float or None
        The ranks of those who rose and of those who fell.
    rank_biserial : float or None
        Their difference over their sum: 1 where everybody rose, -1 where everybody fell.
    p : float or None
        Two-sided.
    n : int
        Complete pairs, those without a difference among them.
    zeros : int
        Pairs without a difference.
    dropped : int
        Pairs with a missing side.
    method : str
        ``exact``, ``permutation`` (all of them, so exact too) or ``normal approximation``; empty
        where undefined.
    zero_method : str
        What was done with the zeros: ``wilcox``, ``pratt`` or ``zsplit``.
    reason : str
    """

    value: float | None
    statistic: float | None
    w_plus: float | None
    w_minus: float | None
    rank_biserial: float | None
    p: float | None
    n: int
    zeros: int
    dropped: int
    method: str
    zero_method: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's exact test of those who changed.

    Attributes
    ----------
    value, difference : float or None
        The share who say yes after, less the share before; `value` where the test is defined.
    b, c : int
        How many changed from yes to no, and from no to yes.
    statistic : int
        The smaller of the two.
    n : int
        Everybody in the table.
    p : float or None
        Two-sided, from the binomial distribution.
    odds_ratio : float or None
        ``c / b``, changes to yes for each change to no; None where nobody changed to no.
    reason : str
    """

    value: float | None
    difference: float | None
    b: int
    c: int
    statistic: int
    n: int
    p: float | None
    odds_ratio: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Welch:
    """Welch's t test of two groups of different people.

    Attributes
    ----------
    value : float or None
        The difference of the means, where the test is defined.
    mean_difference : float or None
        The second group's mean less the first's, known even where the test is not.
    low, high : float or None
        Its interval.
    t, df, p : float or None
        `df` after Welch and Satterthwaite; `p` two-sided.
    n_first, n_second : int
        Who answered in each group.
    reason : str
    """

    value: float | None
    mean_difference: float | None
    low: float | None
    high: float | None
    t: float | None
    df: float | None
    p: float | None
    n_first: int
    n_second: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ChiSquared:
    """Pearson's chi-squared test of a table of counts.

    Attributes
    ----------
    value, statistic : float or None
    df : int or None
    p : float or None
    n : int
        Everybody in the table.
    cramers_v : float or None
        From 0, rows tell nothing of columns, to 1, they tell all.
    smallest_expected : float or None
        The smallest expected count; below five the test is not to be relied on.
    reason : str
    """

    value: float | None
    statistic: float | None
    df: int | None
    p: float | None
    n: int
    cramers_v: float | None
    smallest_expected: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Retention:
    """Whether those who stayed in a study answered otherwise than those who were lost.

    Attributes
    ----------
    value : float or None
        The retained's mean less the lost's, or Cramer's V of categories.
    test : str
        ``Welch`` or ``chi-squared``.
    statistic, df, p : float or None
    n_retained, n_lost : int
        Who answered among each.
    reason : str
    """

    value: float | None
    test: str
    statistic: float | None
    df: float | None
    p: float | None
    n_retained: int
    n_lost: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Wilson:
    """A share with Wilson's score interval.

    Attributes
    ----------
    value : float or None
        ``k / n``, from 0 to 1.
    low, high : float or None
    k, n : float
        As given; whole but where `n` is an effective number.
    reason : str
    """

    value: float | None
    low: float | None
    high: float | None
    k: float
    n: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha of a scale.

    Attributes
    ----------
    value : float or None
        At most 1; below 0 where items run against each other.
    items : int
    n : int
        Respondents who answered every item.
    dropped : int
        Respondents who left one out.
    reason : str
    """

    value: float | None
    items: int
    n: int
    dropped: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EffectiveN:
    """How many equally weighted answers tell as much as the weighted ones.

    Attributes
    ----------
    value : float or None
    n : int
        Answers with a weight over zero.
    design_effect : float or None
        ``n`` over the effective number, 1 or more.
    reason : str
    """

    value: float | None
    n: int
    design_effect: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Weighted:
    """The weighted mean of an item.

    Attributes
    ----------
    value, mean : float or None
    sd : float or None
        None of fewer than two answers.
    se : float or None
        Of the mean, by linearisation; None of fewer than two answers.
    n : int
        Answers with a weight over zero.
    effective_n : float or None
    reason : str
    """

    value: float | None
    mean: float | None
    sd: float | None
    se: float | None
    n: int
    effective_n: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cascade:
    """Scores that areas gave themselves as groups, in one wave.

    Attributes
    ----------
    value, mean : float or None
        The mean of the scores counted.
    total : int
    n : int
        Scores counted; of one indicator, the areas that scored it.
    counts : dict of int to int
        How many gave each score, from 0 to the highest.
    indicators : DataFrame or None
        One row an indicator, in the order given, where several were: ``n``, ``score_0`` and on to
        the highest, ``total``, ``mean`` and ``rank`` (of the means, highest 1).
    areas : DataFrame or None
        One row an area: ``n`` (indicators scored), ``total`` and ``mean``.
    reason : str
    """

    value: float | None
    total: int
    mean: float | None
    n: int
    counts: dict[int, int]
    indicators: pd.DataFrame | None = field(default=None, compare=False)
    areas: pd.DataFrame | None = field(default=None, compare=False)
    reason: str = ""

    @property
    def distribution(self) -> dict[int, int]:
        """The same as `counts`."""
        return dict(self.counts)

    @property
    def ranks(self) -> dict[str, int | None]:
        """The rank of each indicator; empty for one alone."""
        if self.indicators is None:
            return {}
        ranks = self.indicators["rank"].astype(object)
        return {str(name): None if rank is None else int(rank) for name, rank in
                ranks.where(ranks.notna(), None).items()}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CascadeChange:
    """How the scores of areas changed between two waves.

    Only areas that scored an indicator in both waves count towards its change.

    Attributes
    ----------
    value, mean_area_change : float or None
        The mean change of an area, over all its indicators together.
    change : int
        The sum of all changes.
    n : int
        Areas that scored some indicator in both waves.
    indicators : DataFrame
        One row an indicator: for each wave ``n_before``, ``score_0_before`` and on,
        ``total_before``, ``mean_before``, ``rank_before`` and the same ``_after``, of all areas
        scored in that wave; then ``n`` (areas scored in both), ``change`` (of their total),
        ``mean_change``, ``change_rank`` (highest 1), and how many areas ``rose``, ``stayed`` and
        ``fell``.
    areas : DataFrame
        One row an area scored in both: ``n`` (indicators scored in both), ``before``, ``after``
        (totals over those), ``change``, ``mean_change`` and ``rank`` of that.
    left, joined : tuple of str
        Areas of the first wave alone, and of the second alone.
    reason : str
    """

    value: float | None
    mean_area_change: float | None
    change: int
    n: int
    indicators: pd.DataFrame = field(compare=False)
    areas: pd.DataFrame = field(compare=False)
    left: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    reason: str = ""
