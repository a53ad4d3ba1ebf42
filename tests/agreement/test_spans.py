"""Agreement on spans against published examples, and against counting character by character."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import combinations, pairwise

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualkit.agreement.records import Coefficient, Counts
from qualkit.agreement.spans import (
    COUNTS,
    ac1_of_counts,
    bp_of_counts,
    holsti,
    kappa_of_counts,
    overlap_of_counts,
    percent_of_counts,
    pi_of_counts,
    pooled_kappa,
    segment_agreement,
    span_counts,
)
from qualkit.errors import BatchError, QualkitError, TableError
from qualkit.stretches import common, measure, merged, without

LENGTH = 30
SPANS = st.lists(
    st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 9)).map(
        lambda one: (one[0], min(LENGTH, one[0] + one[1]))
    ),
    max_size=6,
)
FOUR = st.tuples(*[st.integers(0, 40)] * 4)
ROWS = st.lists(
    st.tuples(st.sampled_from("AB"), SPANS.filter(bool).map(lambda s: s[0]), st.sampled_from("xy")),
    max_size=9,
)


def table(*rows):
    return pd.DataFrame(rows, columns=["coder", "start", "end", "code"])


def spans_table(rows):
    return table(*((coder, start, end, code) for coder, (start, end), code in rows))


def characters(spans):
    return {place for start, end in spans for place in range(start, end)}


def items(*rows):
    return pd.DataFrame(rows, columns=["both", "only_a", "only_b", "neither"])


def digits(found, count):
    """A value to so many digits, as it is printed."""
    assert found.value is not None
    return round(found.value, count)


# Intervals


@given(SPANS, SPANS)
@settings(max_examples=150, deadline=None)
def test_intervals_are_sets_of_characters(spans_a, spans_b):
    a, b = merged(spans_a), merged(spans_b)
    chars_a, chars_b = characters(spans_a), characters(spans_b)

    assert (characters(a), measure(a)) == (chars_a, len(chars_a))
    assert characters(common(a, b)) == chars_a & chars_b == characters(common(b, a))
    assert characters(without(a, b)) == chars_a - chars_b
    assert all(x[1] < y[0] for x, y in pairwise(a))
    assert measure(without(a, b)) == len(chars_a - chars_b)


def test_touching_spans_stay_apart_where_that_is_asked():
    assert merged([(3, 5), (0, 3), (4, 9)], touching=False) == [(0, 3), (3, 9)]


# Two coders, one code


@given(SPANS, SPANS)
@settings(max_examples=150, deadline=None)
def test_counts_are_those_of_every_character(spans_a, spans_b):
    a, b = characters(spans_a), characters(spans_b)
    expected = Counts(len(a & b), len(a - b), len(b - a), LENGTH - len(a | b))

    found = span_counts(spans_a, spans_b, length=LENGTH)

    assert found == expected
    assert span_counts(spans_b, spans_a, length=LENGTH) == Counts(
        found.both, found.only_b, found.only_a, found.neither
    )


@given(SPANS, SPANS, st.integers(1, LENGTH - 1))
@settings(max_examples=100, deadline=None)
def test_splitting_a_coding_into_two_touching_ones_changes_no_count(spans_a, spans_b, cut):
    split = [
        part
        for start, end in spans_a
        for part in ([(start, cut), (cut, end)] if start < cut < end else [(start, end)])
    ]

    assert span_counts(split, spans_b, length=LENGTH) == span_counts(
        spans_a, spans_b, length=LENGTH
    )


# Krippendorff, K. (1995). On the reliability of unitizing continuous data. Sociological
# Methodology 25, 47-76, p. 57: continua of 24, in pairs A to C, with Cohen's kappa and Scott's pi
# of each. Figures and data also in DKPro Statistics, Krippendorff1995Test. Jill's units touch.
BERTHA, BILL = [(2, 10), (14, 20)], [(4, 8), (15, 17)]
JOHN, JILL = [(0, 18)], [(0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 9), (9, 10)]
GERRET = [(2, 8), (10, 12), (14, 18), (20, 22)]
GILL = [(0, 2), (4, 8), (10, 14), (16, 18), (20, 22)]


@pytest.mark.parametrize(
    ("a", "b", "kappa", "pi"),
    [(BERTHA, BILL, 0.385, 0.314), (JOHN, JILL, 0.385, 0.314), (GERRET, GILL, 0.314, 0.314)],
)
def test_digitized_continua_of_krippendorff_1995(a, b, kappa, pi):
    counts = span_counts(a, b, length=24)
    four = (counts.both, counts.only_a, counts.only_b, counts.neither)

    assert digits(kappa_of_counts(*four), 3) == kappa
    assert digits(pi_of_counts(*four), 3) == pi


# Feinstein, A. R., and Cicchetti, D. V. (1990). High agreement but low kappa: I. The problems of
# two paradoxes. Journal of Clinical Epidemiology 43(6), 543-549: both tables as printed in
# Gerstman, B. B., Epidemiology Kept Simple, table 10.6; the third is its table 10.3. The fourth
# is NVivo's help, "Coding Comparison query": 1,000 characters, 50 by both, 150 by one, 85 %.
# With these 150 split 100 to 50 QualCoder's product of chances gives .213; Cohen's is .318.
@pytest.mark.parametrize(
    ("four", "percent", "kappa"),
    [
        ((40, 9, 6, 45), 0.85, 0.70),
        ((80, 10, 5, 5), 0.85, 0.32),
        ((1467, 2249 - 1467, 2776 - 1467, 16232), 0.8943, 0.524),
        ((50, 100, 50, 800), 0.85, 0.318),
    ],
)
def test_percent_and_kappa_of_published_fourfold_tables(four, percent, kappa):
    assert digits(percent_of_counts(*four), 4) == percent
    assert digits(kappa_of_counts(*four), len(str(kappa)) - 2) == kappa


def from_the_definition(name, both, only_a, only_b, neither):
    n = Fraction(both + only_a + only_b + neither)
    a, b = (both + only_a) / n, (both + only_b) / n
    mean = (a + b) / 2
    chance = {
        "kappa": a * b + (1 - a) * (1 - b),
        "pi": mean**2 + (1 - mean) ** 2,
        "bp": Fraction(1, 2),
        "ac1": 2 * mean * (1 - mean),
        "percent": Fraction(0),
    }[name]
    return ((both + neither) / n - chance) / (1 - chance)


@given(FOUR)
@settings(max_examples=200, deadline=None)
def test_each_figure_is_its_definition_rounded_once(four):
    figures = {
        "kappa": kappa_of_counts, "pi": pi_of_counts, "bp": bp_of_counts, "ac1": ac1_of_counts,
        "percent": percent_of_counts,
    }  # fmt: skip

    for name, figure in figures.items():
        value = figure(*four).value
        assert value is None or value == float(from_the_definition(name, *four))


@pytest.mark.parametrize(
    ("four", "kappa", "percent", "overlap"),
    [
        ((0, 0, 0, 0), "no_pairable_units", None, None),
        ((0, 0, 0, 9), "code_unused_by_all", 1.0, None),
        ((9, 0, 0, 0), "no_variation", 1.0, 1.0),
    ],
)
def test_kappa_without_variation_is_undefined_and_says_why(four, kappa, percent, overlap):
    assert kappa_of_counts(*four).value is None
    assert kappa_of_counts(*four).reason == pi_of_counts(*four).reason == kappa
    assert percent_of_counts(*four).value == percent
    assert overlap_of_counts(*four).value == overlap


def test_unused_code_is_no_perfect_agreement():
    assert bp_of_counts(0, 0, 0, 9) == Coefficient(None, "code_unused_by_all", n=9)
    assert ac1_of_counts(0, 0, 0, 9) == Coefficient(None, "code_unused_by_all", n=9)


def test_kappa_with_one_constant_coder_is_zero_and_flagged():
    assert kappa_of_counts(0, 0, 3, 7) == Coefficient(0.0, n=10, flag="low_information")
    assert kappa_of_counts(3, 7, 0, 0) == Coefficient(0.0, n=10, flag="low_information")


def test_counts_that_are_no_counts_are_refused():
    with pytest.raises(TableError) as error:
        kappa_of_counts(1, -2, 3, 4)

    assert str(error.value) == "counts: only_a is -2; counts are whole numbers from 0"


def test_every_bad_span_is_listed():
    a, b = [(0, 5), (5, 3), (4, 4)], [(-1, 2), (8, 11), (1.5, 2)]

    with pytest.raises(BatchError) as error:
        span_counts(a, b, length=10)  # type: ignore[arg-type]  # that is the point

    assert error.value.faults == (
        "the first coder's span 2: it ends before it starts (5 to 3)",
        "the first coder's span 3: it is empty (4 to 4)",
        "the second coder's span 1: -1 to 2 lies outside the text, which goes from 0 to 10",
        "the second coder's span 2: 8 to 11 lies outside the text, which goes from 0 to 10",
        "the second coder's span 3: start 1.5 is not a whole number",
    )


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ((4, 9), "the first coder's span 1: 4 is not (start, end)"),
        ([(4, 9, "x")], "the first coder's span 1: (4, 9, 'x') is not (start, end)"),
        (None, "the first coder's spans are None; give a list of (start, end)"),
    ],
)
def test_what_is_no_list_of_spans_is_refused(spans, told):
    with pytest.raises(QualkitError, match=re.escape(told)):
        span_counts(spans, [], length=10)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ([(1, 2, 3, 4)], "counts: a DataFrame is needed, not a list"),
        (
            pd.DataFrame([range(5)], columns=[*COUNTS, "both"]),
            "counts: it has two columns ['both']",
        ),
    ],
)
def test_what_is_no_table_of_counts_is_refused(table, told):
    with pytest.raises(TableError, match=re.escape(told)):
        pooled_kappa(table)


@pytest.mark.parametrize("length", [0, -3, 2.5, "10", None, True, float("nan"), float("inf")])
def test_length_that_is_none_is_refused(length):
    with pytest.raises(TableError, match=r"length: it is .*; it must be a whole number from 1"):
        span_counts([], [], length=length)


# Pooled kappa


@given(st.lists(FOUR, min_size=1, max_size=8))
@settings(max_examples=100, deadline=None)
def test_pooled_kappa_is_mean_agreement_beyond_mean_chance(rows):
    terms = []
    for both, only_a, only_b, neither in rows:
        if n := Fraction(both + only_a + only_b + neither):
            a, b = (both + only_a) / n, (both + only_b) / n
            terms.append(((both + neither) / n, a * b + (1 - a) * (1 - b)))

    found = pooled_kappa(items(*rows))

    if not terms or all(chance == 1 for _, chance in terms):
        assert (found.value, bool(found.reason)) == (None, True)
    else:
        observed, chance = (sum(part) / len(terms) for part in zip(*terms, strict=True))
        assert found.value == pytest.approx(float((observed - chance) / (1 - chance)), abs=1e-12)
        assert found.value == pooled_kappa(items(*rows[::-1])).value


def test_pooled_kappa_of_one_item_is_its_kappa_and_constant_items_add_nothing():
    rows = [(50, 100, 50, 800), (0, 0, 0, 1000), (7, 0, 0, 0), (0, 0, 0, 0)]

    assert pooled_kappa(items(rows[0])).value == pytest.approx(7 / 22, abs=1e-15)
    assert pooled_kappa(items(*rows)) == Coefficient(pooled_kappa(items(rows[0])).value, n=2007)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([], "no_pairable_units"),
        ([(0, 0, 0, 5)], "code_unused_by_all"),
        ([(0, 0, 0, 5), (5, 0, 0, 0)], "no_variation"),
    ],
)
def test_pooled_kappa_of_nothing_says_why(rows, reason):
    assert pooled_kappa(items(*rows)).reason == reason


def test_pooled_kappa_lists_bad_rows_and_missing_columns():
    with pytest.raises(BatchError) as error:
        pooled_kappa(items((1, 2, 3, 4), (1, -2, 3, 4), (1, 2, None, 4)))
    with pytest.raises(TableError) as missing:
        pooled_kappa(pd.DataFrame({"both": [1]}))

    assert error.value.faults == (
        "row 1: only_a is -2; counts are whole numbers from 0",
        "row 2: only_b is None; counts are whole numbers from 0",
    )
    assert str(missing.value) == (
        "counts: it has no column ['only_a', 'only_b', 'neither']; it has ['both']"
    )


# Segments


@pytest.mark.parametrize(
    ("other", "overlap", "matched"),
    [((0, 9), 0.9, 2), ((0, 8), 0.9, 0), ((1, 10), 0.9, 2), ((5, 15), 1 / 3, 2), ((0, 10), 1, 2)],
)
def test_segments_match_where_they_share_enough_of_both(other, overlap, matched):
    spans = table(("A", 0, 10, "x"), ("B", *other, "x"))

    assert segment_agreement(spans, overlap=overlap).matched == matched


def test_segment_agreement_tells_every_figure_with_its_threshold():
    spans = table(
        ("A", 0, 10, "x"), ("A", 20, 30, "y"), ("A", 50, 60, "z"),
        ("B", 0, 10, "x"), ("B", 21, 30, "y"), ("B", 50, 60, "x"),
    )  # fmt: skip

    found = segment_agreement(spans, overlap=0.9)

    assert (found.matched, found.segments, found.n, found.codes) == (4, 6, 6, 3)
    assert (found.percent, found.holsti, found.overlap, found.reason) == (4 / 6, 4 / 6, 0.9, "")
    assert found.value == found.brennan_prediger == 0.5  # (2/3 - 1/3) / (1 - 1/3)
    assert segment_agreement(spans, codes=["w", "x", "y", "z"]).value == 5 / 9
    assert holsti(spans) == Coefficient(4 / 6, n=6)


def test_segment_pairs_once_for_holsti_where_it_matches_twice():
    spans = table(("A", 0, 10, "x"), ("B", 0, 5, "x"), ("B", 5, 10, "x"))

    found = segment_agreement(spans, overlap=0.5)

    assert (found.matched, found.percent, found.holsti) == (3, 1.0, 2 / 3)


def pairs_at_most(edges):
    """The largest one-to-one choice, by trying all."""
    for size in range(len(edges), 0, -1):
        for some in combinations(edges, size):
            if len({i for i, _ in some}) == len({j for _, j in some}) == size:
                return size
    return 0


@given(ROWS, st.sampled_from([0.2, 0.4, 0.5, 0.75, 0.9, 1]))
@settings(max_examples=150, deadline=None)
def test_segments_match_as_if_each_was_compared_with_each(rows, overlap):
    matched = segments = pairs = 0
    for code in "xy":
        a, b = (
            [
                characters([span])
                for span in merged(
                    (s for c, s, k in rows if (c, k) == (coder, code)), touching=False
                )
            ]
            for coder in "AB"
        )
        edges = [
            (i, j)
            for i, one in enumerate(a)
            for j, other in enumerate(b)
            if Fraction(len(one & other), len(one | other)) >= Fraction(str(overlap))
        ]
        matched += len({i for i, _ in edges}) + len({j for _, j in edges})
        segments, pairs = segments + len(a) + len(b), pairs + pairs_at_most(edges)

    found = segment_agreement(spans_table(rows), overlap=overlap, coders=["A", "B"])

    assert (found.matched, found.segments) == (matched, segments)
    assert found.holsti == (2 * pairs / segments if segments else None)


@pytest.mark.parametrize(
    ("spans", "coders", "reason"),
    [
        (table(), None, "fewer_than_two_coders"),
        (table(("A", 0, 1, "x")), None, "fewer_than_two_coders"),
        (table(), ["A", "B"], "code_unused_by_all"),
        (table(("A", 0, 1, "x"), ("B", 0, 1, "x")), None, "no_variation"),
    ],
)
def test_segment_agreement_without_a_value_says_why(spans, coders, reason):
    found = segment_agreement(spans, coders=coders)

    assert (found.value, found.reason) == (None, reason)


def test_coder_who_coded_nothing_matches_nothing():
    assert holsti(table(("A", 0, 1, "x")), coders=["A", "B"]) == Coefficient(0.0, n=1)


def test_segments_of_three_coders_or_an_odd_threshold_are_refused():
    spans = table(("A", 0, 1, "x"), ("B", 0, 1, "x"), ("C", 0, 1, "x"))

    with pytest.raises(TableError) as three:
        segment_agreement(spans)
    with pytest.raises(TableError) as odd:
        holsti(spans, overlap=1.5)

    assert str(three.value) == (
        "spans: segments are compared between two coders; there are 3: 'A', 'B', 'C'"
    )
    assert str(odd.value) == "overlap: it is 1.5; it must be above 0 and at most 1"
