"""Coefficients for ratings: published examples, other programs, and what must always hold."""

from __future__ import annotations

import functools
import itertools
import subprocess
import sys
import tracemalloc
from fractions import Fraction

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats import inter_rater  # it has no types

import qualkit as qk
from qualkit.agreement import (
    Coefficient,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    interval,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from qualkit.errors import BatchError, TableError

EVERY = (
    percent_agreement, cohen_kappa, scott_pi, fleiss_kappa, gwet_ac1, brennan_prediger,
    krippendorff_alpha,
)  # fmt: skip
CORRECTED = EVERY[1:]
LEVELS = ("nominal", "ordinal", "interval", "ratio")
ordinal, of_intervals, of_ratios = (
    functools.partial(krippendorff_alpha, level=level) for level in LEVELS[1:]
)


def square(*counts):
    """Two coders' ratings out of a square table: Ann's values are the rows, Ben's the columns."""
    rows = [
        pair
        for (a, row), size in ((pair, len(counts)) for pair in enumerate(counts))
        for pair, times in zip([(a, b) for b in range(size)], row, strict=True)
        for _ in range(times)
    ]
    return pd.DataFrame(rows, columns=["Ann", "Ben"])


def units(text):
    """A row for each word, a column for each letter of it, a point where a coder gave nothing."""
    values = {".": None} | {str(digit): digit for digit in range(10)}
    return pd.DataFrame([[values.get(one, one) for one in word] for word in text.split()])


def coders(**values):
    return units(" ".join(map("".join, zip(*values.values(), strict=True))))


def spread(counts):
    """Ratings with so many of each value in each row, whoever gave them."""
    return pd.DataFrame([np.repeat(np.arange(len(row)), row) for row in counts])


# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability: sections A, B and C.
MEG_AND_OWEN = coders(meg="0100000010", owen="1110010000")
BEN_AND_GERRY = coders(ben="aabbdcccedda", gerry="babbbccceddd")
FOUR = units("11.1 2232 3333 3333 2222 1234 4444 1121 2222 .555 ..11 ..3.")
# Hayes and Krippendorff (2007), Table 1: the tone of 40 articles, five observers.
TONE = units("""
    112.2 1101. 2333. .00.0 000.0 000.0 102.1 1.20. 222.2 2111. .100. 0000. 1222. 33223 111.1 111.1
    212.2 1233. 1101. 000.0 0011. 00.00 2333. 0000. 12.22 0111. 00010 1212. 1122. 112.2 110.0 2121.
    22.22 3222. 222.2 223.2 222.2 22.12 2222. 111.1
""")
# Fleiss (1971), p. 379: 30 patients, six psychiatrists each.
DIAGNOSES = units("""
    444444 222555 233335 555555 222444 113333 333355 113334 114444 555555 144444 124444 222333
    144444 224445 333335 111455 111112 224444 133555 555555 244444 224555 114444 144445 222224
    111155 224444 133333 555555
""")
# Wikipedia, "Fleiss' kappa", worked example: ten subjects, 14 raters, five categories.
FOURTEEN = spread([
    (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
    (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
])  # fmt: skip
# Krippendorff (1980), Content Analysis, p. 139: three coders, nine units.
NINE = units("111 122 222 444 144 222 123 333 222")
COHEN = square((88, 14, 18), (10, 40, 10), (2, 6, 12))  # Cohen (1960), p. 45
ABSTRACTORS = square((13, 0, 0), (0, 20, 7), (0, 4, 56))  # irrCAC, README: Gwet (2014)
ACTS = square((20, 10), (20, 50))  # Artstein and Poesio (2008), p. 558
THREE_ACTS = square((46, 0, 0), (6, 32, 6), (0, 0, 10))  # the same, p. 568
UNEQUAL = square((12, 18, 18), (0, 14, 18), (0, 0, 20))  # Krippendorff (2004), p. 246
ZWICK = square((20, 5, 5, 10), (0, 10, 5, 5), (0, 5, 10, 5), (0, 0, 0, 20))  # Zwick (1988), p. 376
WIKIPEDIA_PI = square((1, 2, 3), (4, 5, 6), (7, 8, 9))  # Wikipedia, "Scott's pi"
BRENNAN = square((50, 0, 0), (10, 10, 10), (20, 0, 0))  # Brennan and Prediger (1981), p. 689
YES_AND_NO = units("yyy yyn nny nnn")  # Randolph (2005), p. 17
MOSTLY_YES = units("yyy yyn yyn yyy")  # the same, the second table


@pytest.mark.parametrize(
    ("coefficient", "ratings", "printed"),
    [
        (krippendorff_alpha, MEG_AND_OWEN, ".095"),
        (krippendorff_alpha, BEN_AND_GERRY, ".692"),
        (krippendorff_alpha, FOUR, ".743"),
        (ordinal, FOUR, ".815"),
        (of_intervals, FOUR, ".849"),
        (of_ratios, FOUR, ".797"),
        (ordinal, TONE, ".7598"),
        (krippendorff_alpha, NINE, ".642"),
        (of_intervals, NINE, ".547"),
        (of_ratios, NINE, ".483"),
        (krippendorff_alpha, ABSTRACTORS, ".7972585"),
        (cohen_kappa, COHEN, ".492"),
        (cohen_kappa, ABSTRACTORS, ".7964094"),
        (cohen_kappa, ACTS, ".348"),
        (cohen_kappa, THREE_ACTS, ".8013"),
        (cohen_kappa, UNEQUAL, ".258"),
        (cohen_kappa, ZWICK, ".474"),
        (cohen_kappa, BRENNAN, ".27"),
        (cohen_kappa, square((40, 9), (6, 45)), ".70"),  # Feinstein and Cicchetti (1990)
        (cohen_kappa, square((80, 10), (5, 5)), ".32"),  # the same: as many agreements
        (scott_pi, ABSTRACTORS, ".7962397"),
        (scott_pi, ACTS, ".341"),
        (scott_pi, THREE_ACTS, ".7995"),
        (scott_pi, UNEQUAL, ".186"),
        (scott_pi, ZWICK, ".46"),
        (scott_pi, DIAGNOSES, ".430"),
        (fleiss_kappa, DIAGNOSES, ".430"),
        (fleiss_kappa, DIAGNOSES[:15], ".4139265"),  # irrCAC, README: distrib.6raters
        (fleiss_kappa, FOURTEEN, ".210"),
        (fleiss_kappa, FOUR, ".76117"),  # irrCAC, README: cac.raw4raters; Gwet (2014)
        (fleiss_kappa, YES_AND_NO, ".33"),
        (fleiss_kappa, MOSTLY_YES, "-.20"),
        (gwet_ac1, FOUR, ".77544"),
        (gwet_ac1, DIAGNOSES[:15], ".4448007"),
        (gwet_ac1, ABSTRACTORS, ".8493305"),
        (brennan_prediger, FOUR, ".77273"),
        (brennan_prediger, DIAGNOSES[:15], ".4388889"),
        (brennan_prediger, ABSTRACTORS, ".835"),
        (brennan_prediger, BRENNAN, ".40"),
        (brennan_prediger, ACTS, ".4"),
        (brennan_prediger, THREE_ACTS, ".82"),
        (brennan_prediger, ZWICK, ".467"),
        (brennan_prediger, MOSTLY_YES, ".33"),
        (percent_agreement, FOUR, ".8181818"),
        (percent_agreement, DIAGNOSES[:15], ".5511111"),
        (percent_agreement, ACTS, ".7"),
    ],
)
def test_published_examples_are_met_to_the_printed_digits(coefficient, ratings, printed):
    value = coefficient(ratings).value

    assert round(value, len(printed.split(".")[1])) == float(printed)


def test_scotts_pi_of_a_worked_example_is_its_exact_quotient():
    pr_a, pr_e = Fraction(15, 45), Fraction(18**2 + 30**2 + 42**2, 90**2)

    assert scott_pi(WIKIPEDIA_PI).value == float((pr_a - pr_e) / (1 - pr_e))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("count", "missing"), [(3, 0.0), (7, 0.3), (90, 0.5)])
def test_alpha_is_that_of_another_program(level, count, missing):
    random = np.random.default_rng(count)
    truth = random.integers(0, count, (200, 1))
    other = random.integers(0, count, (200, 4))
    cells = np.where(random.random((200, 4)) < 0.6, truth, other).astype(float)
    cells[random.random((200, 4)) < missing] = np.nan

    ours = krippendorff_alpha(pd.DataFrame(cells), level=level).value

    theirs = krippendorff.alpha(cells.T, level_of_measurement=level)
    assert ours == pytest.approx(theirs, abs=1e-9)


def alpha_of_all_pairs(cells, distance):
    """Two coders' alpha as it is defined, pair by pair."""
    every = cells.ravel()
    observed = distance(cells[:, 0], cells[:, 1]).mean()
    expected = distance(every[:, None], every).sum() / (every.size * (every.size - 1))
    return 1 - observed / expected


@pytest.mark.parametrize("scale", [1.0, 1e-300, 1e300], ids=["one", "tiny", "huge"])
@pytest.mark.parametrize(
    ("level", "distance"),
    [
        ("interval", lambda a, b: (a - b) ** 2),
        ("ratio", lambda a, b: ((a - b) / np.where(a + b > 0, a + b, 1)) ** 2),
    ],
)
@pytest.mark.parametrize("shape", [0.3, 300.0], ids=["wide", "narrow"])
def test_alpha_of_many_distinct_values_is_that_of_all_their_pairs(level, distance, shape, scale):
    random = np.random.default_rng(4)
    cells = random.gamma(shape, size=(600, 1)) * random.uniform(0.99, 1, (600, 2))
    cells[:9, 0] = cells[0, 1] if shape > 1 else 0

    found = krippendorff_alpha(pd.DataFrame(cells * scale), level=level).value

    assert found == pytest.approx(alpha_of_all_pairs(cells, distance), abs=1e-12)


def test_alpha_sees_small_differences_between_large_numbers():
    near = pd.DataFrame({"Ann": [1, 2, 3, 5], "Ben": [1, 2, 4, 5]})
    halves = near + 0.5

    for far in (near + 10**15, near + 2**60, halves + 2.0**50):
        assert krippendorff_alpha(far, level="interval") == krippendorff_alpha(
            near, level="interval"
        )


@pytest.mark.parametrize("level", LEVELS)
def test_alpha_of_a_hundred_thousand_values_needs_no_table_of_pairs(level):
    random = np.random.default_rng(5)
    cells = pd.DataFrame(random.lognormal(size=(50_000, 1)) * random.uniform(0.9, 1.1, (50_000, 2)))

    tracemalloc.start()
    found = krippendorff_alpha(cells, level=level).value
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == (0.0 if level == "nominal" else pytest.approx(0.98, abs=0.02))
    assert peak < 100e6


@pytest.mark.parametrize("count", [2, 5])
def test_kappas_are_those_of_other_programs(count):
    random = np.random.default_rng(count)
    cells = random.integers(0, count, (300, 6))
    cells[:, 1:] = np.where(random.random((300, 5)) < 0.5, cells[:, :1], cells[:, 1:])
    tallies, _ = inter_rater.aggregate_raters(cells)
    table = pd.DataFrame(cells)

    kappa = cohen_kappa(table[[0, 1]]).value
    fleiss = fleiss_kappa(table).value

    assert kappa == pytest.approx(cohen_kappa_score(cells[:, 0], cells[:, 1]), abs=1e-9)
    assert fleiss == pytest.approx(inter_rater.fleiss_kappa(tallies, "fleiss"), abs=1e-9)
    assert brennan_prediger(table).value == pytest.approx(
        inter_rater.fleiss_kappa(tallies, "randolph"), abs=1e-9
    )


RATINGS = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from([None, 0, 1, 2, 7]), min_size=width, max_size=width),
        min_size=1, max_size=12,
    ).map(pd.DataFrame)
)  # fmt: skip


def all_of(ratings, **options):
    few = ratings.iloc[:, :2]
    kappa = {cohen_kappa: cohen_kappa(few, **options)}
    return kappa | {one: one(ratings, **options) for one in EVERY if one is not cohen_kappa}


@settings(max_examples=30, deadline=None)
@given(RATINGS, st.randoms(use_true_random=False))
def test_names_of_coders_and_codes_and_the_order_of_units_change_nothing(ratings, random):
    renamed = ratings.map({0: "b", 1: "d", 2: "a", 7: "c"}.get).set_axis(
        [f"coder {n}" for n in ratings.columns], axis=1
    )
    shuffled = renamed.iloc[random.sample(range(len(renamed)), len(renamed))]

    assert all_of(shuffled) == all_of(ratings)


@settings(max_examples=30, deadline=None)
@given(RATINGS, st.sampled_from(LEVELS))
def test_the_order_of_coders_changes_no_alpha(ratings, level):
    turned = ratings.iloc[:, ::-1]

    assert krippendorff_alpha(turned, level=level) == krippendorff_alpha(ratings, level=level)


@settings(max_examples=30, deadline=None)
@given(RATINGS)
def test_a_coder_against_a_copy_is_one_or_undefined(ratings):
    copied = pd.DataFrame({"Ann": ratings[0], "copy": ratings[0]})
    given = ratings[0].dropna()

    for coefficient in (*CORRECTED, ordinal, of_intervals, of_ratios):
        found = coefficient(copied)
        if len(set(given)) > 1:
            assert found == Coefficient(1.0, n=len(given))
        else:
            reason = "no_variation" if len(given) else "no_pairable_units"
            assert found == Coefficient(None, reason, n=len(given))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=4), st.data())
def test_kappa_of_independent_coders_is_exactly_zero(ann, data):
    ben = data.draw(st.lists(st.integers(1, 5), min_size=len(ann), max_size=len(ann)))

    assert cohen_kappa(square(*([a * b for b in ben] for a in ann))).value == 0.0


def test_coders_who_choose_blindly_are_at_chance_in_every_coefficient():
    pairs = pd.DataFrame(list(itertools.product(range(4), repeat=2)))

    for coefficient in CORRECTED[:-1]:
        assert coefficient(pairs).value == 0.0
    assert krippendorff_alpha(pairs).value == pytest.approx(1 / 32)  # corrects for few units


@pytest.mark.parametrize(
    ("ratings", "reason", "n"),
    [
        (pd.DataFrame(), "fewer_than_two_coders", 0),
        (pd.DataFrame({"Ann": [1, 2]}), "fewer_than_two_coders", 0),
        (pd.DataFrame({"Ann": [], "Ben": []}), "no_pairable_units", 0),
        (pd.DataFrame({"Ann": [1, None], "Ben": [None, 2]}), "no_pairable_units", 0),
        (pd.DataFrame({"Ann": [1, 1], "Ben": [1, 1]}), "no_variation", 2),
    ],
)
def test_what_is_not_defined_says_why(ratings, reason, n):
    for coefficient in CORRECTED:
        assert coefficient(ratings) == Coefficient(None, reason, n=n)


def test_percent_is_defined_where_nothing_varies():
    assert percent_agreement(pd.DataFrame({"Ann": [1, 1], "Ben": [1, 1]})) == Coefficient(1.0, n=2)


def test_kappa_with_one_constant_coder_is_zero_and_flagged():
    ratings = pd.DataFrame({"Ann": ["a"] * 4, "Ben": ["a", "a", "b", "a"]})

    assert cohen_kappa(ratings) == Coefficient(0.0, n=4, flag="low_information")
    assert krippendorff_alpha(ratings).flag == "low_information"
    assert cohen_kappa(ACTS).flag == ""


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_a_missing_rating_is_no_value(missing):
    ratings = pd.DataFrame(
        {"Ann": ["a", "b", missing], "Ben": ["a", missing, missing]}, dtype=object
    )

    assert percent_agreement(ratings) == Coefficient(1.0, n=1)


def test_truth_values_and_numbers_agree_whatever_kind_their_columns_are():
    ratings = pd.DataFrame({
        "Ann": pd.array([1, 0, None], dtype="Int64"), "Ben": [1.0, 0.0, 1.0],
        "Cem": [True, False, True],
    })  # fmt: skip

    assert krippendorff_alpha(ratings, level="ratio") == Coefficient(1.0, n=3)


def test_the_scale_counts_values_that_nobody_gave():
    ratings = pd.DataFrame({"Ann": [1, 1, 2, 2], "Ben": [1, 1, 2, 1]})

    assert brennan_prediger(ratings, values=[1, 2, 3, 4]).value == pytest.approx(2 / 3)
    assert gwet_ac1(ratings, values=[1, 2, 3]).value == pytest.approx((3 / 4 - 15 / 64) / (49 / 64))
    assert cohen_kappa(ratings, values=[1, 2, 3]) == cohen_kappa(ratings)


def test_ordinal_texts_stand_in_the_order_of_their_scale():
    names = {1: "low", 2: "mid", 3: "high", 4: "higher", 5: "highest"}
    texts = FOUR.map(names.get)
    ranked = texts.astype(pd.CategoricalDtype(list(names.values()), ordered=True))

    found = [ordinal(texts, values=list(names.values())), ordinal(ranked)]

    assert found == [ordinal(FOUR)] * 2


@pytest.mark.parametrize(
    ("ratings", "options", "message"),
    [
        (
            pd.DataFrame({"Ann": [0, 7.0, 3], "Ben": [1, None, 9]}, index=["u", "v", "w"]),
            {"values": range(4)},
            "ratings: 2 faults, nothing was kept\n"
            "  row v, coder Ann: '7' is not on the scale; it has 0, 1, 2, 3\n"
            "  row w, coder Ben: '9' is not on the scale; it has 0, 1, 2, 3",
        ),
        (
            pd.DataFrame({"Ann": [1, -2], "Ben": [1, 2]}),
            {"level": "ratio"},
            "ratings: 1 fault, nothing was kept\n"
            "  row 1, coder Ann: -2 is negative; a ratio scale starts at 0",
        ),
        (
            pd.DataFrame({"Ann": [1, float("-inf")], "Ben": [float("inf"), 2]}),
            {"level": "interval"},
            "ratings: 2 faults, nothing was kept\n"
            "  row 0, coder Ben: inf has no distance from others, which level 'interval' needs\n"
            "  row 1, coder Ann: -inf has no distance from others, which level 'interval' needs",
        ),
        (
            pd.DataFrame({"Ann": [1, "n/a"], "Ben": [1, 2]}),
            {"level": "ordinal"},
            "ratings: 1 fault, nothing was kept\n"
            "  row 1, coder Ann: 'n/a' is no number, which level 'ordinal' needs",
        ),
        (
            pd.DataFrame({"Ann": ["1", " "], "Ben": [1, 2]}),
            {},
            "ratings: 2 faults, nothing was kept\n"
            "  row 0, coder Ann: '1' is a text here and a number elsewhere; make them one kind\n"
            "  row 1, coder Ann: an empty text is no rating; leave it None",
        ),
    ],
)
def test_values_that_cannot_be_compared_are_refused_with_their_rows(ratings, options, message):
    with pytest.raises(BatchError) as caught:
        krippendorff_alpha(ratings, **options)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("ratings", "level", "reason"),
    [
        (
            units("ab bb"), "ordinal",
            "'a' is no number: level 'ordinal' needs numbers, or the scale in its order (values)",
        ),
        (
            units("ab bb"), "interval",
            "'a' is no number: level 'interval' needs numbers; for texts take 'nominal', or"
            " 'ordinal' with the scale (values)",
        ),
        (
            pd.DataFrame([[1, 2]], columns=["Ann", "Ann"]), "nominal",
            "two columns are called 'Ann'; each coder has one",
        ),
        (
            pd.DataFrame({"Ann": [[1]], "Ben": [[1]]}), "nominal",
            "a cell holds no single value (unhashable type: 'list')",
        ),
        ([[1, 2]], "nominal", "a DataFrame is needed, one column a coder, not a list"),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_compared_are_refused(ratings, level, reason):
    with pytest.raises(TableError) as caught:
        krippendorff_alpha(ratings, level=level)

    assert str(caught.value) == f"ratings: {reason}"


def test_cohens_kappa_of_three_coders_is_refused():
    with pytest.raises(TableError) as caught:
        cohen_kappa(YES_AND_NO)

    assert str(caught.value) == (
        "ratings: Cohen's kappa compares two coders and there are 3; take two columns, or use"
        " fleiss_kappa or krippendorff_alpha"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "rank"}, "level 'rank' is not one of nominal, ordinal, interval, ratio"),
        ({"values": [1, 1]}, "values [1, 1] is no scale; list every value once, in order"),
        ({"values": "abc"}, "values 'abc' is no scale; list every value once, in order"),
    ],
)
def test_options_that_mean_nothing_are_refused(options, message):
    with pytest.raises(ValueError) as caught:
        krippendorff_alpha(ACTS, **options)

    assert str(caught.value) == message


def test_ratings_are_not_changed():
    ratings = FOUR.copy()

    all_of(ratings)
    interval(ordinal, ratings, groups=range(12), draws=20)

    pd.testing.assert_frame_equal(ratings, FOUR)


GROUPS = [n // 4 for n in range(40)]


def ends(found):
    return found.low, found.high


@pytest.mark.parametrize("coefficient", [ordinal, of_ratios, fleiss_kappa, gwet_ac1])
def test_an_interval_is_that_of_the_drawn_tables_themselves(coefficient):
    """The quick way, by counts, against the plain one, which builds each table."""
    quick = interval(coefficient, TONE, groups=GROUPS, draws=60, seed=3)

    plain = interval(lambda table, **_: coefficient(table), TONE, groups=GROUPS, draws=60, seed=3)

    low, high = ends(quick)
    assert low < quick.value < high
    assert (low, high) == pytest.approx(ends(plain), abs=1e-12)


def test_an_interval_repeats_with_its_seed_and_keeps_the_value():
    first, second, other = (
        interval(krippendorff_alpha, TONE, groups=GROUPS, draws=200, seed=seed)
        for seed in (1, 1, 2)
    )

    assert first == second != other
    assert (first.value, first.n) == (krippendorff_alpha(TONE).value, 40)


def test_an_interval_by_groups_is_wider_than_one_by_units_where_groups_are_alike():
    copies = pd.concat([TONE] * 5)
    together = [n % 40 for n in range(200)]

    alone = ends(interval(ordinal, copies, groups=range(200), draws=300))
    grouped = ends(interval(ordinal, copies, groups=together, draws=300))

    assert grouped[1] - grouped[0] > 1.7 * (alone[1] - alone[0])


@pytest.mark.parametrize(
    ("ratings", "groups"),
    [
        (TONE, [min(group, 3) for group in GROUPS]),  # four groups
        (FOUR, [*"aabbccddaabe"]),  # the fifth has nothing to compare
        (pd.DataFrame({"Ann": [1] * 9, "Ben": [1] * 9}), range(9)),
    ],
)
def test_no_interval_is_made_up(ratings, groups):
    found = interval(krippendorff_alpha, ratings, groups=groups, draws=50)

    assert found == krippendorff_alpha(ratings)


@pytest.mark.parametrize("groups", [range(39), [None, *range(39)]])
def test_rows_without_a_group_are_refused(groups):
    with pytest.raises(TableError) as caught:
        interval(ordinal, TONE, groups=groups)

    assert str(caught.value) == "ratings: it has 40 rows, and 39 have a group"


def test_agreement_is_imported_without_heavy_libraries():
    program = "import sys, qualkit.agreement; print({'numpy', 'pandas'} & set(sys.modules))"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == "set()\n"


def test_the_coefficients_are_reached_from_the_packages_name():
    assert qk.agreement.cohen_kappa is cohen_kappa
