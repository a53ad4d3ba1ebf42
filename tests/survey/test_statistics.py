"""What the statistics do with data that allow none, and with what is not data at all."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from qualkit import survey as qs
from qualkit.errors import BatchError, TableError, UnknownName

LIKERT_BEFORE = [2, 3, 3, 1, 4, 2, 2, 3]
WRONG: Any = "3"  # what no type checker would let pass
NESTED: Any = [[1, 2], [3, 4]]
LIKERT_AFTER = [3, 3, 4, 3, 4, 3, 2, 2]


@pytest.mark.parametrize(
    ("before", "after", "mean", "reason"),
    [
        ([], [], None, "fewer_than_two"),
        ([2], [3], 1.0, "fewer_than_two"),
        ([1, None], [2, 3], 1.0, "fewer_than_two"),
        ([1, 2, 4], [1, 2, 4], 0.0, "all_differences_zero"),
        ([1, 2, 3], [2, 3, 4], 1.0, "zero_variance_differences"),
        ([1.1, 2.2, 3.3], [1.2, 2.3, 3.4], pytest.approx(0.1), "zero_variance_differences"),
        ([0.1 + 0.2, 0.5], [0.3, 0.5], 0.0, "all_differences_zero"),
    ],
)
def test_paired_t_without_a_spread_is_undefined_and_never_p_0(before, after, mean, reason):
    found = qs.paired_t(before, after)

    assert (found.mean_difference, found.reason) == (mean, reason)
    assert {found.value, found.t, found.p, found.low, found.high, found.df, found.dz} == {None}


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ([], [], "fewer_than_two"),
        ([1, None], [2, 3], "fewer_than_two"),
        ([1, 2, 4], [1, 2, 4], "all_differences_zero"),
    ],
)
def test_signed_ranks_of_nobody_who_changed_are_undefined(before, after, reason):
    found = qs.wilcoxon(before, after, zero_method="pratt")

    assert (found.reason, found.zero_method, found.method) == (reason, "pratt", "")
    assert {found.value, found.statistic, found.p, found.rank_biserial} == {None}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (lambda: qs.mcnemar([[5, 0], [0, 3]]), "nobody_changed"),
        (lambda: qs.mcnemar([[0, 0], [0, 0]]), "empty_table"),
        (lambda: qs.welch([1], [2, 3]), "fewer_than_two"),
        (lambda: qs.welch([1, 1], [2, 2, 2]), "zero_variance_groups"),
        (lambda: qs.chi_squared([[0, 0], [0, 0]]), "empty_table"),
        (lambda: qs.chi_squared([[3, 0], [2, 0]]), "one_row_or_column"),
        (lambda: qs.wilson(0, 0), "no_answers"),
        (lambda: qs.cronbach_alpha(pd.DataFrame({"a": [1, 2]})), "fewer_than_two_items"),
        (
            lambda: qs.cronbach_alpha(pd.DataFrame({"a": [1, 2], "b": [2, 1]})),
            "zero_variance_scores",
        ),
        (lambda: qs.cronbach_alpha(pd.DataFrame({"a": [1, 2], "b": [1, None]})), "fewer_than_two"),
        (lambda: qs.effective_n([0, None]), "no_weight"),
        (lambda: qs.weighted_mean([None], [1]), "no_answers"),
        (lambda: qs.weighted_mean([2], [0]), "no_weight"),
        (lambda: qs.retention_test([1, 2], [3]), "fewer_than_two"),
        (lambda: qs.retention_test(["a"], ["a"], categories=True), "one_row_or_column"),
    ],
)
def test_data_that_allow_no_figure_say_why(record, reason):
    found = record()

    assert (found.value, found.reason) == (None, reason)
    assert getattr(found, "p", None) is None
    assert qs.REASONS[found.reason]


def test_pairs_with_a_missing_side_are_dropped_and_counted():
    before = pd.Series([1, 2, None, 4, 2], dtype="Int64")
    after = np.array([2, np.nan, 3, 4, 4])

    found = qs.paired_t(before, after)

    assert (found.n, found.dropped, found.mean_difference) == (3, 2, 1.0)
    assert qs.wilcoxon(before, after).dropped == 2


@pytest.mark.parametrize(
    ("zero_method", "statistic", "up", "down"),
    [("wilcox", 2.5, 12.5, 2.5), ("pratt", 5.5, 24.5, 5.5), ("zsplit", 8.5, 27.5, 8.5)],
)
def test_the_zero_method_is_used_and_printed(zero_method, statistic, up, down):
    found = qs.wilcoxon(LIKERT_BEFORE, LIKERT_AFTER, zero_method=zero_method)

    assert (found.zeros, found.n, found.method) == (3, 8, "permutation")
    assert (found.statistic, found.w_plus, found.w_minus) == (statistic, up, down)
    assert found.zero_method == zero_method


def test_decimals_that_differ_by_rounding_alone_tie():
    # In floats 0.3 - 0.2 is less than 0.2 - 0.1, by rounding.
    found = qs.wilcoxon([0.1, 0.2, 0.3], [0.2, 0.3, 0.1])

    assert (found.w_plus, found.w_minus, found.method) == (3.0, 3.0, "permutation")


def test_series_labelled_by_respondent_are_matched_by_label():
    before = pd.Series([1, 2, 5], index=["a", "b", "c"])
    after = pd.Series([9, 3, 2], index=["c", "b", "a"])

    assert qs.paired_t(before, after).mean_difference == pytest.approx(2.0)


def test_series_of_different_respondents_are_not_paired():
    before = pd.Series([1, 2, 5], index=["a", "b", "c"])
    after = pd.Series([9, 3, 2], index=["b", "c", "d"])

    with pytest.raises(TableError) as refused:
        qs.paired_t(before, after)

    assert str(refused.value) == (
        "pairs: 2 of the labels stand in both Series, 1 in before alone and 1 in after alone; "
        "match the respondents first"
    )


def test_series_numbered_by_row_are_paired_as_they_stand():
    waves = pd.Series([1, 2, 5, 2, 4, 9])

    assert qs.paired_t(waves[:3], waves[3:]).mean_difference == pytest.approx(7 / 3)


def test_series_with_the_same_labels_in_another_order_are_matched_by_label():
    waves = pd.DataFrame({"before": [1, 2, 5, 4], "after": [2, 2, 4, 4]})

    mixed = qs.paired_t(waves["before"], waves["after"].sort_index(ascending=False))

    assert mixed == qs.paired_t(waves["before"], waves["after"])


def test_what_an_array_masks_is_missing():
    found = qs.paired_t(np.ma.array([1, 99, 3], mask=[False, True, False]), [2, 2, 5])

    assert (found.n, found.dropped, found.mean_difference) == (2, 1, 1.5)


def test_all_that_is_not_a_number_is_told_at_once():
    with pytest.raises(BatchError) as refused:
        qs.paired_t([1, "4", math.inf, 10**400, None], [1, 2, 3, 4, 5])

    assert str(refused.value).splitlines() == [
        "before: 3 faults, nothing was kept",
        "  row 2: '4' is not a number",
        "  row 3: inf is not a finite number, or is too large for an answer",
        "  row 4: 100000000000000000...0000000000000000000 is not a finite number, or is too large for an answer",
    ]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: qs.wilcoxon([1, 2], [1, 2, 3]),
            "pairs: before has 2 answers and after has 3; pairs need as many, in the same order, "
            "with None for a missing side",
        ),
        (lambda: qs.paired_t("12", "23"), "before: one column of numbers is needed, not str"),
        (
            lambda: qs.competition_rank({3, 1, 2}),  # type: ignore[arg-type]  # it has no order
            "values: one column of numbers is needed, not set",
        ),
        (
            lambda: qs.mcnemar([[1, 2, 3], [4, 5, 6]]),
            "before and after: two rows (before) and two columns (after) are needed, not 2 x 3",
        ),
        (
            lambda: qs.chi_squared([[1, 2], [3]]),
            "the table: rows of counts are needed, all of the same length",
        ),
        (lambda: qs.wilson(5, 3), "a share: 5 of 3 cannot be; k is from 0 to n"),
        (lambda: qs.wilson(WRONG, 4), "a share: '3' is not a number"),
        (
            lambda: qs.wilson(3, 4, level=95),
            "an interval: its level is between 0 and 1, as 0.95, not 95",
        ),
        (
            lambda: qs.weighted_mean([1, 2], [1]),
            "weights: 2 values have 1 weights; each needs one",
        ),
        (
            lambda: qs.cronbach_alpha(NESTED),
            "a scale: a row for each respondent and a column for each item is needed",
        ),
    ],
)
def test_what_is_no_data_is_refused(call, message):
    with pytest.raises(TableError) as refused:
        call()

    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("call", "faults"),
    [
        (
            lambda: qs.mcnemar([[1, -2], [0.5, None]]),
            ("row 1: -2 is not a count", "row 2: 0.5 is not a count", "row 2: None is not a count"),
        ),
        (
            lambda: qs.adjust([0.5, 1.2, -0.1]),
            ("row 2: 1.2 is not from 0 to 1", "row 3: -0.1 is not from 0 to 1"),
        ),
        (lambda: qs.effective_n([1, -1]), ("row 2: a weight of -1.0 is below zero",)),
    ],
)
def test_every_fault_of_a_table_is_told(call, faults):
    with pytest.raises(BatchError) as refused:
        call()

    assert refused.value.faults == faults


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: qs.adjust([0.5], method="hol"),
            "no method of adjustment is called 'hol'; did you mean 'holm'?",
        ),
        (
            lambda: qs.wilcoxon([1, 2], [2, 4], zero_method="prat"),
            "no zero method is called 'prat'; did you mean 'pratt'?",
        ),
    ],
)
def test_unknown_methods_are_refused(call, message):
    with pytest.raises(UnknownName) as refused:
        call()

    assert str(refused.value) == message


def test_undefined_tests_stay_so_and_do_not_count_in_their_family():
    assert qs.adjust([0.01, None, math.nan, 0.02], method="bonferroni") == [0.02, None, None, 0.04]
    assert qs.adjust([None]) == [None]


@pytest.mark.parametrize(
    ("no", "yes"), [("No", "Yes"), (False, True), ("0", "1"), (0, 1), (0.0, 1.0)]
)
def test_a_table_labelled_no_and_yes_is_turned_round(no, yes):
    before = pd.Series([no, yes, no, no])
    after = pd.Series([yes, yes, yes, no])

    found = qs.mcnemar(pd.crosstab(before, after))

    assert (found.b, found.c, found.difference) == (0, 2, 0.5)
    assert found.odds_ratio is None  # nobody changed to no


@pytest.mark.parametrize(
    ("values", "ranks"),
    [
        ([16, 20, 20, 13, 15, 14, 14], [3, 1, 1, 7, 4, 5, 5]),  # DFE-RR640, table 6
        ([0.1 + 0.2, 0.3, None, -1], [1, 1, None, 3]),
        ([None], [None]),
        ([], []),
    ],
)
def test_ranks_give_ties_the_smaller_number(values, ranks):
    assert qs.competition_rank(values) == ranks


def test_rows_and_columns_without_anybody_do_not_count():
    with_nobody = qs.chi_squared([[10, 0, 20], [0, 0, 0], [20, 0, 10]])

    assert with_nobody == qs.chi_squared([[10, 20], [20, 10]])


def test_the_retained_are_compared_with_the_lost_by_number_or_by_category():
    numbers = qs.retention_test([3, 3, 4, 4, None], [2, 3, 3, 2])
    areas = qs.retention_test(["N"] * 8 + ["S"] * 2, ["N", "S", "S", None], categories=True)

    assert (numbers.value, numbers.test, numbers.n_retained, numbers.n_lost) == (1.0, "Welch", 4, 4)
    assert numbers.p == qs.welch([2, 3, 3, 2], [3, 3, 4, 4]).p
    assert (areas.test, areas.n_retained, areas.n_lost) == ("chi-squared", 10, 3)
    assert areas.p == qs.chi_squared([[8, 2], [1, 2]]).p


def test_a_p_that_no_float_holds_is_small_and_not_0():
    risen = np.linspace(2, 4, 20_000)

    found: Any = qs.paired_t(np.zeros(20_000), risen)

    assert 0 < found.p < 1e-300


def test_figures_are_pythons_own_whatever_came_in():
    for given in ([1, 2, 2, 3], np.array([1, 2, 2, 3]), [np.float32(one) for one in (1, 2, 2, 3)],
                  [Decimal(one) for one in (1, 2, 2, 3)], pd.Series([1, 2, 2, 3])):  # fmt: skip
        found = qs.paired_t(given, [2, 2, 4, 3])
        kinds = {type(getattr(found, name)) for name in found.__slots__}
        assert kinds == {float, int, str}
        assert found.mean_difference == 0.75
    assert {type(one) for one in qs.adjust(np.array([0.1, 0.2]))} == {float}
    assert {type(one) for one in qs.competition_rank(np.array([1, 2]))} == {int}
    assert type(qs.wilson(np.int64(3), np.int64(9)).k) is int
