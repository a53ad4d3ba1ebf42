"""The statistics against scipy and statsmodels on any data, and what must always hold of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from qualkit import survey as qs

NEAR: dict[str, Any] = {"rel": 1e-9, "abs": 1e-9}
SEEDS = range(3)
ANSWERS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=16)
COUNTS = st.integers(0, 40)


def drawn(seed, n=30, *, likert=True):
    rng = np.random.default_rng(seed)
    waves = rng.integers(1, 6, (2, n)) if likert else rng.normal(3, 1 + seed, (2, n))
    return waves[0], waves[1]


@pytest.mark.parametrize("likert", [True, False])
@pytest.mark.parametrize("seed", SEEDS)
def test_t_tests_agree_with_scipy(seed, likert):
    before, after = drawn(seed, likert=likert)

    paired, apart = qs.paired_t(before, after, level=0.9), qs.welch(before, after[:20], level=0.9)

    one = stats.ttest_rel(after, before)
    two = stats.ttest_ind(after[:20], before, equal_var=False)
    assert (paired.t, paired.p) == pytest.approx((one.statistic, one.pvalue), **NEAR)
    assert (apart.t, apart.p, apart.df) == pytest.approx(
        (two.statistic, two.pvalue, two.df), **NEAR
    )
    assert (paired.low, paired.high) == pytest.approx(tuple(one.confidence_interval(0.9)), **NEAR)
    assert (apart.low, apart.high) == pytest.approx(tuple(two.confidence_interval(0.9)), **NEAR)


@pytest.mark.parametrize("zero_method", ["wilcox", "pratt", "zsplit"])
@pytest.mark.parametrize(
    ("n", "likert", "method"),
    [(9, True, "permutation"), (30, False, "exact"), (40, True, "normal approximation"),
     (60, False, "normal approximation")],
)  # fmt: skip
def test_signed_ranks_agree_with_scipy_as_it_chooses_by_itself(n, likert, method, zero_method):
    before, after = drawn(n, n, likert=likert)

    found = qs.wilcoxon(before, after, zero_method=zero_method)

    known = stats.wilcoxon(after, before, zero_method=zero_method)
    assert (found.statistic, found.p) == pytest.approx((known.statistic, known.pvalue), **NEAR)
    assert found.method == method


@pytest.mark.parametrize("seed", SEEDS)
def test_tables_shares_and_families_agree_with_the_libraries(seed):
    rng = np.random.default_rng(seed)
    table, p = rng.integers(1, 40, (2, 2)), rng.uniform(0, 0.2, 9)

    chi, known = qs.chi_squared(table), stats.chi2_contingency(table, correction=False)
    share = qs.wilson(int(table[0, 0]), int(table[0].sum()), level=0.99)

    assert qs.mcnemar(table).p == pytest.approx(mcnemar(table, exact=True).pvalue, **NEAR)
    assert (chi.statistic, chi.p) == pytest.approx((known.statistic, known.pvalue), **NEAR)
    assert (share.low, share.high) == pytest.approx(
        proportion_confint(table[0, 0], table[0].sum(), alpha=0.01, method="wilson"), **NEAR
    )
    for ours, theirs in (("bonferroni", "bonferroni"), ("holm", "holm"), ("bh", "fdr_bh")):
        assert qs.adjust(p, method=ours) == pytest.approx(
            multipletests(p, method=theirs)[1], **NEAR
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_the_weighted_mean_and_its_error_are_those_of_a_weighted_regression_on_nothing(seed):
    # With errors robust to unequal variances (HC1), which is linearisation without clusters.
    rng = np.random.default_rng(seed)
    answers, weights = rng.integers(1, 5, 40), rng.uniform(0.2, 4, 40)

    found = qs.weighted_mean(answers, weights)

    fit = sm.WLS(answers, np.ones(40), weights=weights).fit(cov_type="HC1")
    assert (found.mean, found.se) == pytest.approx((fit.params[0], fit.bse[0]), **NEAR)


def test_equal_weights_change_nothing():
    answers = [1, 4, 2, 2, 3]

    found = qs.weighted_mean(answers, [0.4] * 5)

    sd = pd.Series(answers).std()
    known = (2.4, sd, sd / 5**0.5, 5.0)
    assert (found.mean, found.sd, found.se, found.effective_n) == pytest.approx(known, **NEAR)


@settings(max_examples=25, deadline=None)
@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_respondents_is_nothing(pairs, random):
    mixed = random.sample(pairs, len(pairs))
    (before, after), (first, second) = zip(*pairs, strict=True), zip(*mixed, strict=True)

    for test in (qs.paired_t, qs.wilcoxon, qs.welch, qs.retention_test):
        assert near(test(before, after), test(first, second))
    assert near(
        qs.cronbach_alpha(pd.DataFrame(pairs, columns=["a", "b"])),
        qs.cronbach_alpha(pd.DataFrame(mixed, columns=["a", "b"])),
    )


@settings(max_examples=25, deadline=None)
@given(ANSWERS)
def test_swapping_waves_turns_every_sign_and_leaves_p(pairs):
    (t, back), (w, w_back) = both_ways(qs.paired_t, pairs), both_ways(qs.wilcoxon, pairs)

    assert t.mean_difference == -back.mean_difference
    assert (w.w_plus, w.w_minus) == (w_back.w_minus, w_back.w_plus)
    assert (t.reason, w.reason) == (back.reason, w_back.reason)
    if not t.reason:
        assert (t.t, t.low, t.dz, t.p) == pytest.approx((-back.t, -back.high, -back.dz, back.p))
    if not w.reason:
        assert (w.p, w.statistic) == pytest.approx((w_back.p, w_back.statistic))
        assert w.rank_biserial == -w_back.rank_biserial


@settings(max_examples=25, deadline=None)
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_swapping_waves_of_a_yes_no_item_turns_its_change(a, b, c, d):
    found, back = qs.mcnemar([[a, b], [c, d]]), qs.mcnemar([[a, c], [b, d]])

    assert (found.b, found.c, found.p, found.reason) == (back.c, back.b, back.p, back.reason)
    assert found.p is None or 0 < found.p <= 1
    assert (found.difference or 0) == -(back.difference or 0)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12))
def test_adjusted_p_are_no_smaller_and_keep_their_order(p):
    found = {method: qs.adjust(p, method=method) for method in ("bonferroni", "holm", "bh")}

    for raw, worst, holm, bh in zip(p, *found.values(), strict=True):
        assert (raw is None) == (worst is None) == (holm is None) == (bh is None)
        if raw is not None:
            assert raw <= bh * (1 + 1e-12)
            assert bh <= holm * (1 + 1e-12)
            assert holm <= worst * (1 + 1e-12)
            assert worst <= 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 60), st.integers(0, 60))
def test_an_interval_of_a_share_holds_it_and_stays_in_0_to_1(k, others):
    found: Any = qs.wilson(k, k + others)
    rest: Any = qs.wilson(others, k + others)

    if found.value is None:
        assert not k + others
    else:
        assert 0 <= found.low <= found.value <= found.high <= 1
        assert (found.low, found.high) == pytest.approx((1 - rest.high, 1 - rest.low))


def both_ways(test, pairs):
    before, after = zip(*pairs, strict=True)
    return test(before, after), test(after, before)


def near(one, other):
    """Whether two records say the same, but for rounding."""
    for name in one.__slots__:
        here, there = getattr(one, name), getattr(other, name)
        if isinstance(here, float) and isinstance(there, float):
            assert here == pytest.approx(there, **NEAR), name
        else:
            assert here == there, name
    return True
