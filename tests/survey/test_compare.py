"""Comparing waves: published examples, scipy's word, and what holds whatever was answered."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from qualkit.errors import BatchError, TableError, UnknownName
from qualkit.survey.adjusting import adjust
from qualkit.survey.compare import compare
from qualkit.survey.describe import describe
from qualkit.survey.items import Item
from qualkit.survey.suppress import CELL_WHY, Rules
from tests.survey.material import ALL, DOWN, OPEN, UP, likert, survey, wave

YES = Item("K1", "Were you there?", "yes-no", {"0": "No", "1": "Yes"})
NUMBER = Item("K1", "Hours", "number")


def one(made, **where):
    rows = made.items if not isinstance(made, pd.DataFrame) else made
    for name, value in where.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def pairs(*cells):
    """Before and after of a yes/no item out of counts: both yes, lost, gained, both no."""
    answers = [("1", "1"), ("1", "0"), ("0", "1"), ("0", "0")]
    listed = [pair for pair, count in zip(answers, cells, strict=True) for _ in range(count)]
    return wave("".join(a for a, _ in listed)), wave("".join(b for _, b in listed))


def test_student_s_sleep_comes_out_as_he_printed_it():
    # Student (1908), Biometrika 6, table of p. 20: 1.58 hours, t 4.06 on 9 degrees of freedom
    first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

    before, after = (wave({"K1": list(map(str, held))}) for held in (first, second))

    found = one(compare(before, after, survey(NUMBER)))

    assert found["difference"] == pytest.approx(1.58)
    assert (found["t"], found["df"], found["p"]) == pytest.approx((4.0621, 9, 0.002833), abs=1e-4)
    assert (found["low"], found["high"]) == pytest.approx((0.70011, 2.45989), abs=1e-4)
    assert found["dz"] == pytest.approx(4.0621 / math.sqrt(10), abs=1e-4)
    assert found["low_90"] == pytest.approx(1.58 - stats.t.ppf(0.95, 9) * 1.58 / found["t"])


def test_the_president_s_approval_has_the_interval_of_agresti():
    # Agresti (2002), Categorical Data Analysis, 10.1.1: -0.04, interval -0.06 to -0.02
    before, after = pairs(794, 150, 86, 570)

    found = one(compare(before, after, survey(YES)))

    assert found["difference"] == pytest.approx(-0.04)
    assert (round(found["low"], 2), round(found["high"], 2)) == (-0.06, -0.02)
    assert found["mcnemar_p"] == found["p"] == pytest.approx(stats.binomtest(86, 236).pvalue)


def test_different_people_have_newcombe_s_interval_and_are_never_called_paired():
    # Newcombe (1998), Statistics in Medicine 17, 873-890, example a: 56/70 less 48/80
    before = wave("1" * 48 + "0" * 32)
    after = wave("1" * 56 + "0" * 14)

    made = compare(before, after, survey(YES), matched=False)

    found = one(made)
    assert found["difference"] == pytest.approx(0.2)
    assert (found["low"], found["high"]) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert (made.design, found["test"]) == ("unmatched", "chi-squared")
    assert pd.isna(found["matched"])
    said = " ".join(made.method).replace("not paired", "")
    assert "paired" not in said
    assert "McNemar" not in said


def test_unordered_answers_of_the_same_people_are_tested_by_stuart_and_maxwell():
    item = Item("K1", "Which?", "nominal", {"a": "A", "b": "B", "c": "C"})
    before = wave("a" * 20 + "b" * 20 + "c" * 5)
    after = wave("a" * 15 + "b" * 5 + "a" * 15 + "b" * 5 + "c" * 5)

    found = one(compare(before, after, survey(item), rules=OPEN))

    assert (found["chi2"], found["df"]) == (pytest.approx((15 - 5) ** 2 / 20), 1)  # as McNemar's
    assert found["p"] == pytest.approx(stats.chi2.sf(5, 1))


def test_welch_compares_means_of_different_people():
    before, after = "1122233344" * 2, "2233334444" * 2

    found = one(compare(wave(before), wave(after), survey(), matched=False))

    wanted = stats.ttest_ind([*map(int, after)], [*map(int, before)], equal_var=False)
    assert (found["t"], found["p"]) == pytest.approx((wanted.statistic, wanted.pvalue), abs=1e-9)
    assert found["se"] == pytest.approx(found["difference"] / found["t"])


def test_respondents_are_matched_by_id_wherever_they_stand():
    before = wave("1111", ["a", "b", "c", "d"])
    after = wave("4321", ["d", " b", "x", "a"])

    made = compare(before, after, survey(), rules=OPEN)

    assert made.people == {
        "before": 4, "after": 4, "matched": 3, "lost": 1, "new": 1, "without id": 0,
    }  # fmt: skip
    assert one(made)["difference"] == pytest.approx((4 + 3 + 1) / 3 - 1)
    assert (one(made)["n_before"], one(made)["n_after"], one(made)["matched"]) == (4, 4, 3)
    assert made.unmatched[["who", "wave", "n", "mean"]].values.tolist() == [
        ["lost", "before", 1, 1.0], ["new", "after", 1, 2.0],
    ]  # fmt: skip


def test_somebody_who_stands_twice_in_a_wave_is_refused_with_rows():
    with pytest.raises(BatchError) as caught:
        compare(wave("123", ["a", "b", "a"]), wave("12", ["c", "c"]), survey())

    assert caught.value.faults == (
        "before: respondent 'a' stands in rows 1, 3", "after: respondent 'c' stands in rows 1, 2",
    )  # fmt: skip


def test_waves_without_ids_cannot_be_matched():
    table = wave("123").drop(columns="respondent")

    with pytest.raises(TableError) as caught:
        compare(table, table, survey())

    assert str(caught.value) == (
        "before: it has no column of respondent ids, so that waves cannot be matched; compare them "
        "with matched=False, as different people"
    )


def test_missing_ids_and_ids_that_nearly_match_are_told():
    before = wave("1234", ["s01", "s02", None, "s04"])
    after = wave("1234", ["S01", "S02", "s04", ""])

    made = compare(before, after, survey(), rules=OPEN)

    assert made.notes == (
        "before: 1 respondent without an id, neither matched nor counted as lost",
        "after: 1 respondent without an id, neither matched nor counted as new",
        "2 respondents more would match if capitals and leading noughts of ids counted for "
        "nothing; see whether they are the same people",
    )  # fmt: skip


def test_nobody_matched_is_undefined_in_words():
    made = compare(wave("12", ["a", "b"]), wave("12", ["c", "d"]), survey())

    assert one(made)["reason"] == "nobody answered both times"
    assert made.notes[0] == "no respondent id stands in both waves, so that nothing is paired"


@pytest.mark.parametrize(
    ("before", "after", "difference", "reason"),
    [
        ("111122223333", "222233334444", 1.0, "everybody's answer changed by the same, so that there "
         "is no spread to test against"),
        ("111122223333", "111122223333", 0.0, "nobody's answer changed, every difference is zero"),
        ("1", "2", 1.0, "fewer than two complete answers, or pairs of answers"),
    ],
)  # fmt: skip
def test_what_cannot_be_tested_has_a_difference_and_a_reason_and_no_p(
    before, after, difference, reason
):
    found = one(compare(wave(before), wave(after), survey(), rules=OPEN))

    assert (found["difference"], found["reason"]) == (difference, reason)
    assert found[["t", "p", "p_adjusted", "low"]].isna().all()


def test_wilcoxon_says_what_became_of_zeros():
    before, after = wave("1122334411223344"), wave("2222344412233444")

    rows = [
        one(compare(before, after, survey(), zero_method=method)) for method in ("wilcox", "pratt")
    ]

    moved = np.array([*map(int, "2222344412233444")]) - [*map(int, "1122334411223344")]
    for row, method in zip(rows, ("wilcox", "pratt"), strict=True):
        wanted = stats.wilcoxon(moved, zero_method=method, method="asymptotic").pvalue
        assert (row["zero_method"], row["zeros"]) == (method, 10)
        assert row["wilcoxon_p"] == pytest.approx(wanted, abs=1e-9)


def test_p_is_adjusted_over_the_declared_family_alone():
    items = [likert(name) for name in ("A", "B", "C")]
    before = wave({"A": "1122334411", "B": "1122334411", "C": "1122334411"})
    after = wave({"A": "2232344411", "B": "2122334412", "C": "2233444422"})

    made = compare(before, after, survey(*items), family=["A", "C"], adjust="bh")

    rows = made.items.set_index("item")
    assert rows.loc[["A", "C"], "p_adjusted"].tolist() == adjust(
        rows.loc[["A", "C"], "p"], method="bh"
    )
    assert rows["p_adjusted"].isna().tolist() == [False, True, False]
    assert made.family == ("A", "C")
    assert "Benjamini and Hochberg's method over 2 items: A, C;" in " ".join(made.method)


def test_lower_is_better_says_so_and_which_way_it_moved():
    made = compare(wave("3334443334"), wave("1122222211"), survey(likert(polarity=DOWN)))

    assert (one(made)["better_is"], one(made)["moved"]) == ("lower", "better")
    assert one(made)["difference"] < 0


def test_the_share_of_the_best_is_tested_where_it_is_asked_for():
    before, after = wave("1" * 12 + "3" * 8), wave("1" * 5 + "4" * 7 + "3" * 8)

    found = one(compare(before, after, survey(), top_two=True), measure="top-two")

    assert (found["mean_before"], found["mean_after"]) == (0.4, 0.75)
    assert found["mcnemar_p"] == pytest.approx(2 / 2**7)


def test_an_item_asked_once_is_listed_with_where():
    made = compare(wave("1234"), wave({"X": "1234"}), survey())

    assert one(made)["reason"] == "asked only in before"
    assert not one(made)["shown"]


def test_codes_of_one_wave_alone_are_told():
    before, after = wave("1234" * 5), wave("1233" * 5)
    strange = wave("123x" * 5)

    assert compare(before, after, survey()).notes[0] == (
        "K1: '4' was given in before and by nobody in after; see whether both offered the same answers"
    )
    assert compare(before, strange, survey()).notes[0] == (
        "K1, after: 5 answers that the item does not list ('x') counted as missing"
    )


def test_groups_are_those_of_before_and_small_ones_are_hidden_in_pairs():
    area = ["N"] * 20 + ["S"] * 12 + ["E"] * 5
    later = ["S", *area[1:]]
    before = wave(("1234" * 10)[:37], area=area)
    after = wave(("2234" * 10)[:37], area=later)

    made = compare(before, after, survey(), by="area")

    rows = made.items.set_index("group")
    assert rows["matched"].to_dict() == {"": 37, "E": 5, "N": 20, "S": 12}
    assert rows["shown"].to_dict() == {"": True, "E": False, "N": True, "S": False}
    assert made.notes[-1] == (
        "1 matched respondent changed area between the waves; it counts where it was in before"
    )


def test_a_group_that_is_hidden_where_a_wave_is_described_is_hidden_where_it_is_compared():
    # Who answered twice: N 30, S 11, W 10, E 5. W alone would cover E here, and S does in before:
    # both shown, S and the others would tell E's mean of before.
    area = ["N"] * 30 + ["S"] * 11 + ["W"] * 13 + ["E"] * 7
    before = wave(("1234" * 16)[:61], area=area)
    after = before.drop(index=[41, 42, 43, 54, 55])
    asked = survey(subgroups=("area",))

    described = describe({"before": before}, asked).items.set_index("group")["shown"]
    compared = compare(before, after, asked, by="area").items.set_index("group")["shown"]

    assert described[~described].index.tolist() == ["E", "S"]
    assert compared[~compared].index.tolist() == ["E", "S", "W"]


def test_a_share_of_a_few_people_is_not_covered_by_a_group_where_nobody_said_so():
    area = ["N"] * 20 + ["S"] * 20 + ["E"] * 15  # S and E together have 3 who said yes
    before = wave("1" * 10 + "0" * 10 + "1" * 3 + "0" * 17 + "0" * 15, area=area)

    rows = compare(before, before, survey(YES), by="area").items.set_index("group")

    assert rows["shown"].to_dict() == {"": True, "E": True, "N": False, "S": False}


def test_means_beside_hidden_counts_are_not_compared_where_they_are_to_be_hidden():
    items = [likert(name, scale="x") for name in ("A", "B")]
    before = wave({"A": "1222223333344444", "B": "1111122222333334"[::-1]})
    after = wave({"A": "2222233333444444", "B": "1111112222233333"})
    lost = pd.concat([before, before.assign(respondent=[f"L{n}" for n in range(16)])])

    made = compare(lost, after, survey(*items), rules=Rules(base=10, cell=3, means=True))

    assert made.items.set_index("item")["shown"].to_dict() == {"A": False, "B": False, "x": False}
    assert set(made.attrition["why"]) == {CELL_WHY}


def test_shares_that_count_a_few_people_are_not_tested():
    before, after = pairs(3, 0, 20, 20)

    found = one(compare(before, after, survey(YES)))

    assert (found["shown"], found["why"], found["reason"]) == (False, CELL_WHY, "")
    assert found[["difference", "p", "mean_before"]].isna().all()


def test_the_lost_are_compared_with_the_retained_as_they_first_answered():
    ids = [f"P{n}" for n in range(40)]
    before = wave("1122334411" * 2 + "2233444433" * 2, ids, area=["N"] * 25 + ["S"] * 15)
    after = wave("1" * 20, ids[:20])

    made = compare(before, after, survey(subgroups=("area",)))

    rows = made.attrition.set_index("what")
    wanted = stats.ttest_ind(
        [*map(int, "1122334411")] * 2, [*map(int, "2233444433")] * 2, equal_var=False
    )
    assert (rows.loc["K1", "n_retained"], rows.loc["K1", "n_lost"]) == (20, 20)
    assert rows.loc["K1", "difference"] == pytest.approx(2.2 - 3.2)
    assert rows.loc["K1", "p"] == pytest.approx(wanted.pvalue)
    assert rows.loc["area", "statistic"] == pytest.approx(24.0)  # 20 and 5 against 0 and 15
    assert made.retention.set_index("group")["percent"].to_dict() == {"": 50, "N": 80, "S": 0}


def test_few_of_the_lost_are_hidden_and_warned_of():
    ids = [f"P{n}" for n in range(24)]
    made = compare(wave("1234" * 6, ids), wave("1234" * 5, ids[:20]), survey())

    assert one(made.attrition)["why"] == "fewer than 10 answers of the lost"
    assert one(made.attrition)[["value_retained", "value_lost", "p"]].isna().all()
    assert made.notes == (
        "only 4 respondents are lost: means of the matched beside means of all of before would give "
        "their answers away; print one of the two",
    )


def test_people_of_few_schools_are_warned_of():
    before = wave("1234" * 10, school=[f"S{n % 8}" for n in range(40)])
    after = wave("2234" * 10)

    few = compare(before, after, survey(), clusters="school")
    each_alone = compare(before, after, survey(), clusters="respondent")

    assert few.warnings == (
        "40 respondents are nested in 8 of school; people of one answer alike, the tests take each "
        "as independent, so that p is too small and intervals are too narrow. With fewer than 10 of "
        "school no correction can be relied on: read the differences and how many of them agree, "
        "not the p",
    )
    assert each_alone.warnings == ()


def test_chi_squared_on_few_people_is_noted():
    made = compare(
        wave("1" * 2 + "0" * 9), wave("1" * 3 + "0" * 9), survey(YES), matched=False, rules=OPEN
    )

    assert made.notes == (
        "K1: an expected count is under 5, so that chi-squared is not to be relied on",
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"family": ["Z"]}, "no item is called 'Z'; known are K1"),
        ({"adjust": "x"}, "no method of adjustment is called 'x'; known are bh, bonferroni, holm"),
        ({"zero_method": "x"}, "no zero method is called 'x'; known are pratt, wilcox, zsplit"),
        ({"clusters": "x"}, "no column is called 'x'; known are K1, respondent"),
        ({"top_two": ["Z"]}, "no ordinal item is called 'Z'; known are K1"),
    ],
)
def test_what_is_not_known_is_refused(options, message):
    with pytest.raises(UnknownName) as caught:
        compare(wave("12"), wave("12"), survey(), **options)

    assert str(caught.value) == message


ANSWERS = st.lists(st.sampled_from("1234" * 4 + "9."), min_size=24, max_size=30)
ASKED = survey(likert(), likert("K2", DOWN, scale="x"), likert("K3", UP, scale="x"),
               Item("W1", "?", "yes-no", ALL))  # fmt: skip


def waves_of(first, second):
    n = min(len(first), len(second))
    return tuple(
        wave({
            "K1": held[:n], "K2": held[:n][::-1], "K3": held[1:n] + held[:1],
            "W1": ["1" if one in "12" else "0" for one in held[:n]],
        })
        for held in (first, second)
    )  # fmt: skip


@settings(max_examples=12)
@given(ANSWERS, ANSWERS, st.booleans())
def test_swapping_the_waves_flips_signs_and_nothing_else(first, second, matched):
    before, after = waves_of(first, second)

    there = compare(before, after, ASKED, rules=OPEN, matched=matched).items
    back = compare(after, before, ASKED, rules=OPEN, matched=matched).items

    for name in ("difference", "t", "dz"):
        np.testing.assert_allclose(there[name], -back[name], atol=1e-9)
    for name, other in (("low", "high"), ("low_90", "high_90")):
        np.testing.assert_allclose(there[name], -back[other], atol=1e-9)
    for name in ("p", "p_adjusted", "wilcoxon_p", "chi2", "se"):
        np.testing.assert_allclose(there[name], back[name], atol=1e-9)


@settings(max_examples=12)
@given(ANSWERS, ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_respondents_is_nothing(first, second, random):
    before, after = waves_of(first, second)
    order = list(range(len(after)))
    random.shuffle(order)

    one_way = compare(before, after, ASKED, rules=OPEN)
    other = compare(before, after.iloc[order], ASKED, rules=OPEN)

    pd.testing.assert_frame_equal(one_way.items, other.items)
    pd.testing.assert_frame_equal(one_way.attrition, other.attrition)
