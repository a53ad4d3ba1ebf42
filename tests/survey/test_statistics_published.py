"""Every statistic of surveys against worked examples that others published."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from qualkit import survey as qs

# Student (1908), Biometrika 6, 1-25: hours of sleep gained by ten patients on two drugs, as the
# data set "sleep" of R has them.
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

# Hollander and Wolfe (1973), p. 29: depression of nine patients at admission and after a drug.
ADMITTED = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
TREATED = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]

# Benjamini and Hochberg (1995), section 4: fifteen p of a trial of treatments of heart attacks.
HEART = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
         0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]  # fmt: skip


def test_students_sleep_has_the_paired_t_that_r_prints():
    # R: t.test(extra ~ group, sleep, paired = TRUE); after less before turns the sign.
    found: Any = qs.paired_t(SLEEP_1, SLEEP_2)

    assert (found.n, found.df, found.reason) == (10, 9, "")
    assert found.mean_difference == found.value == pytest.approx(1.58)
    assert (found.t, found.p) == (
        pytest.approx(4.0621, abs=5e-5),
        pytest.approx(0.002833, abs=5e-7),
    )
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858), abs=5e-8)
    assert found.dz == pytest.approx(4.0621 / 10**0.5, abs=2e-5)


def test_students_sleep_as_two_groups_has_the_welch_t_that_r_prints():
    # R: t.test(extra ~ group, sleep)
    found: Any = qs.welch(SLEEP_1, SLEEP_2)

    assert found.t == pytest.approx(1.8608, abs=5e-5)
    assert (found.df, found.p) == (
        pytest.approx(17.776, abs=5e-4),
        pytest.approx(0.07939, abs=5e-6),
    )
    assert (found.low, found.high) == pytest.approx((-0.2054832, 3.3654832), abs=5e-8)


def test_hollander_and_wolfes_depression_has_the_signed_ranks_that_r_prints():
    # R: wilcox.test(x, y, paired = TRUE, alternative = "greater") gives V = 40, p = 0.01953;
    # two-sided, exact p is twice that.
    found: Any = qs.wilcoxon(ADMITTED, TREATED)

    assert (found.w_minus, found.w_plus, found.statistic) == (40.0, 5.0, 5.0)
    assert (found.p, found.method, found.n, found.zeros) == (2 * 10 / 512, "exact", 9, 0)
    assert found.rank_biserial == pytest.approx(-35 / 45)


def test_wilcoxons_own_maize_has_the_p_that_scipy_prints():
    # Wilcoxon (1945), Darwin's maize; documentation of scipy.stats.wilcoxon.
    taller = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]

    found: Any = qs.wilcoxon([0] * 15, taller)

    assert (found.statistic, found.p) == (24.0, 0.041259765625)


@pytest.mark.parametrize(
    ("table", "p"),
    [
        # Bentur and others (2009) in Fagerland, Lydersen and Laake (2013), supplement:
        # 2 * binomcdf(1, 8, 0.5).
        ([[1, 1], [7, 12]], 0.0703125),
        # Cavo and others (2012); R package contingencytables (Fagerland and others 2017).
        ([[59, 6], [16, 80]], 0.052479),
        # S. Aoki, Gunma University: cabinet approval in January and April, binom.test(35, 63).
        ([[48, 28], [35, 53]], 0.45),
    ],
)  # fmt: skip
def test_mcnemar_is_exact(table, p):
    assert qs.mcnemar(table).p == pytest.approx(p, rel=0.001)


def test_mcnemar_tells_the_change_of_agrestis_approval():
    # Agresti (1990), p. 350: approval fell from 944 to 880 of 1,600.
    found: Any = qs.mcnemar([[794, 150], [86, 570]])

    assert (found.b, found.c, found.n, found.statistic) == (150, 86, 1600, 86)
    assert found.value == found.difference == (880 - 944) / 1600
    assert found.odds_ratio == pytest.approx(86 / 150)


def test_chi_squared_of_agrestis_parties_is_what_r_prints():
    # Agresti (2007), p. 39; R: chisq.test
    found: Any = qs.chi_squared([[762, 327, 468], [484, 239, 477]])

    assert (found.df, found.n) == (2, 2757)
    assert (found.statistic, found.p) == (
        pytest.approx(30.07, abs=5e-3),
        pytest.approx(2.954e-07, rel=2e-4),
    )
    assert found.smallest_expected == pytest.approx(246.3547, abs=5e-5)
    assert found.cramers_v == pytest.approx((30.07 / 2757) ** 0.5, abs=1e-5)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0000),
    ],
)
def test_wilson_is_newcombes_third_method(k, n, low, high):
    # Newcombe (1998), Statistics in Medicine 17, table I
    found: Any = qs.wilson(k, n)

    assert found.value == k / n
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_holm_is_as_published():
    # Documentation of pingouin.multicomp, after Holm (1979)
    found: Any = qs.adjust([0.50, 0.003, 0.32, 0.054, 0.0003], method="holm")

    assert found == pytest.approx([0.64, 0.012, 0.64, 0.162, 0.0015])


@pytest.mark.parametrize(("method", "rejected"), [("bonferroni", 3), ("holm", 3), ("bh", 4)])
def test_benjamini_and_hochbergs_trial_is_decided_as_they_say(method, rejected):
    found: Any = qs.adjust(HEART, method=method)

    assert [p <= 0.05 for p in found] == [True] * rejected + [False] * (15 - rejected)


def test_benjamini_and_hochbergs_trial_has_the_adjusted_p_of_r():
    # R: p.adjust(p, "BH") and p.adjust(p, "bonferroni")
    assert qs.adjust(HEART, method="bh")[:4] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625])
    assert qs.adjust(HEART, method="bonferroni")[:3] == pytest.approx([0.0015, 0.006, 0.0285])


def test_alpha_of_a_restaurants_survey_is_what_pingouin_prints():
    # Z. Bobbitt, Statology, "How to Calculate Cronbach's Alpha in Python"
    answers = pd.DataFrame(
        {
            "Q1": [1, 2, 2, 3, 2, 2, 3, 3, 2, 3],
            "Q2": [1, 1, 1, 2, 3, 3, 2, 3, 3, 3],
            "Q3": [1, 1, 2, 1, 2, 3, 3, 3, 2, 3],
        }
    )

    found: Any = qs.cronbach_alpha(answers)

    assert (found.value, found.items, found.n) == (pytest.approx(0.7734375, abs=1e-12), 3, 10)


def test_weighted_spread_is_what_dataplot_prints():
    # NIST Dataplot reference manual, vol. 2, 2-67: 5.82
    found: Any = qs.weighted_mean([2, 3, 5, 7, 11, 13, 17, 19, 23], [1, 1, 0, 0, 4, 1, 2, 1, 0])

    assert (found.mean, found.sd) == (pytest.approx(11.5), pytest.approx(5.82, abs=5e-3))
    assert found.n == 6


def test_weighted_mean_and_spread_are_what_minitab_prints():
    # Minitab support, "Example of calculating the weighted mean and the standard deviation"
    found: Any = qs.weighted_mean([49.01, 2.20, 16.70, 93.97, 6.16, 27.75], [5, 12, 8, 14, 9, 4])

    assert found.mean == pytest.approx(36.2898, abs=5e-5)
    assert found.sd == pytest.approx(41.0060, abs=5e-5)


def test_effective_n_is_kishs():
    # askvity.com, "What is the Kish formula?": 50 weights of 1 and 50 of 2 are worth 90.
    found: Any = qs.effective_n([1] * 50 + [2] * 50)

    assert (found.value, found.n, found.design_effect) == (90.0, 100, pytest.approx(100 / 90))
