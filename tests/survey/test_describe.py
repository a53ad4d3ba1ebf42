"""Describing: expected values are worked out by hand, or by pandas the slow way."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.errors import BatchError, TableError, UnknownName
from qualkit.project import samples
from qualkit.survey.describe import describe
from qualkit.survey.items import Item, read_survey
from qualkit.survey.reading import read_answers
from qualkit.survey.suppress import CELL_WHY, Rules
from qualkit.survey.weighting import weighted_mean
from tests.survey.material import ALL, DOWN, OPEN, UP, likert, survey, wave

FIFTEEN = "111112222233344"  # five, five, three and two


def one(made, **where):
    """The one row of the items (or of another table) with these values."""
    rows = made if isinstance(made, pd.DataFrame) else made.items
    for name, value in where.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def test_an_item_has_its_bases_mean_spread_and_share_of_the_two_best():
    table = wave("1122333344" + "9" + "..")

    found = one(describe({"w": table}, survey(), rules=OPEN))

    assert (found["n"], found["dont_know"], found["missing"]) == (10, 1, 2)
    assert found["mean"] == pytest.approx(26 / 10)
    assert found["sd"] == pytest.approx(math.sqrt(10.4 / 9))
    assert found["se"] == pytest.approx(math.sqrt(10.4 / 9 / 10))
    assert found["top_two"] == pytest.approx(0.6)
    # Wilson (1927) for 6 of 10, as Newcombe (1998) has its method 3
    assert (found["top_low"], found["top_high"]) == pytest.approx((0.312674, 0.831820), abs=1e-6)
    assert found["top_is"] == "3 Agree, 4 Strongly agree"


def test_don_t_know_counts_in_the_base_of_shares_only_where_it_is_asked_for():
    tables = {"w": wave("1122333344" + "99999")}

    left_out = describe(tables, survey(), rules=OPEN)
    counted = describe(tables, survey(), rules=OPEN, dont_know="counted")

    assert one(left_out)["top_two"] == pytest.approx(6 / 10)
    assert one(counted)["top_two"] == pytest.approx(6 / 15)
    assert one(counted)["mean"] == one(left_out)["mean"] == 2.6
    assert left_out.distribution["percent"].tolist() == pytest.approx([20, 20, 40, 20])
    assert counted.distribution["percent"].sum() == pytest.approx(100)
    assert counted.distribution["label"].tolist()[-1] == "Don't know"
    assert "don't know is counted in the base of percentages" in counted.method[1]


@pytest.mark.parametrize(
    ("item", "share", "words"),
    [
        (likert(polarity=DOWN), 10 / 15, "1 Strongly disagree, 2 Disagree"),
        (likert(polarity=""), 5 / 15, "3 Agree, 4 Strongly agree"),
        (likert(labels={"1": "No", "2": "Partly", "3": "Yes", "4": "Fully"}), 5 / 15, "3 Yes, 4 Fully"),
    ],
)  # fmt: skip
def test_the_two_best_answers_follow_the_polarity(item, share, words):
    found = one(describe({"w": wave(FIFTEEN)}, survey(item), rules=OPEN))

    assert (found["top_two"], found["top_is"]) == (pytest.approx(share), words)


def test_of_two_answers_the_better_alone_is_counted():
    item = likert(labels={"1": "Worse", "2": "Better"})

    assert one(describe({"w": wave("1" * 10 + "2" * 30)}, survey(item)))["top_two"] == 0.75


def test_an_item_nobody_gave_a_polarity_is_noted():
    assert describe({"w": wave(FIFTEEN)}, survey(likert(polarity=""))).notes == (
        "K1: nobody has said whether more is better, so that their top two are the two highest codes",
    )


def test_yes_or_no_has_a_share_and_no_mean():
    item = Item("K1", "Were you there?", "yes-no", {"0": "No", "1": "Yes"})

    found = one(describe({"w": wave("1" * 12 + "0" * 36)}, survey(item)))

    assert (found["top_two"], found["top_is"]) == (0.25, "1 Yes")
    assert math.isnan(found["mean"])


def test_options_of_an_item_with_several_answers_have_one_base():
    item = Item("M", "Which?", "multiple", {"1": "Calls", "2": "Visits"})
    table = wave({"M/1": "1" * 20 + "0" * 10 + "..", "M/2": "1" * 5 + "0" * 25 + ".."})

    made = describe({"w": table}, survey(item))

    assert made.items[["item", "kind", "n", "missing"]].values.tolist() == [
        ["M", "multiple", 30, 2]
    ]
    shown = made.distribution[["code", "label", "n", "base"]].values.tolist()
    assert shown == [["1", "Calls", 20, 30], ["2", "Visits", 5, 30]]
    assert made.distribution["percent"].tolist() == pytest.approx([200 / 3, 50 / 3])


def test_a_number_has_a_mean_and_no_distribution():
    item = Item("N", "How many?", "number", dont_know=("-1",))
    table = wave({"N": ["10", "12.5", "-1", None, "1", "few", "0.5"]})

    made = describe({"w": table}, survey(item), rules=OPEN)

    assert (one(made)["n"], one(made)["dont_know"], one(made)["mean"]) == (4, 1, 6.0)
    assert made.distribution.empty
    assert made.notes == ("N, w: 1 answer that the item does not list ('few') counted as missing",)


def test_groups_add_up_to_everybody_with_those_of_no_group():
    table = wave(FIFTEEN * 4, area=(["North"] * 30 + ["South"] * 20 + [None] * 10))

    made = describe({"w": table}, survey(subgroups=("area",)), rules=OPEN)

    assert made.items[["attribute", "group", "n"]].values.tolist() == [
        ["", "", 60], ["area", "(not given)", 10], ["area", "North", 30], ["area", "South", 20],
    ]  # fmt: skip


def test_a_group_under_ten_is_hidden_with_the_next_smallest_and_bases_stay():
    table = wave(FIFTEEN * 4, area=["N"] * 31 + ["S"] * 22 + ["E"] * 7)

    made = describe({"w": table}, survey(subgroups=("area",)))

    rows = made.items.set_index("group")
    assert rows["n"].to_dict() == {"": 60, "E": 7, "N": 31, "S": 22}
    assert rows["shown"].to_dict() == {"": True, "E": False, "N": True, "S": False}
    assert rows.loc["E", "why"] == "fewer than 10 answers"
    assert rows.loc["S", "why"] == "the total would give away E, which has fewer than 10 answers"
    assert rows.loc[["E", "S"], ["mean", "sd", "se", "top_two", "top_low"]].isna().all(axis=None)
    hidden = made.distribution[made.distribution["group"].isin(["E", "S"])]
    assert hidden[["n", "percent"]].isna().all(axis=None)


def test_small_counts_are_hidden_in_pairs_within_the_shown_share_of_the_best():
    table = wave("1" * 3 + "2" * 20 + "3" * 20 + "4" * 12)

    made = describe({"w": table}, survey())

    assert made.distribution["n"].isna().tolist() == [True, True, False, False]
    assert made.distribution["why"].tolist() == [CELL_WHY, CELL_WHY, "", ""]
    assert one(made)["top_two"] == pytest.approx(32 / 55)


def test_a_share_of_the_best_that_counts_a_few_people_is_hidden():
    made = describe({"w": wave("1" * 20 + "2" * 20 + "3" * 2 + "4" * 1)}, survey())

    assert math.isnan(one(made)["top_two"])
    assert one(made)["why"] == f"top two: {CELL_WHY}"
    assert one(made)["mean"] == pytest.approx(70 / 43)


def test_means_beside_hidden_counts_can_be_hidden_too():
    table = wave("1" * 3 + "2" * 20 + "3" * 20 + "4" * 12)

    found = one(describe({"w": table}, survey(), rules=Rules(means=True)))

    assert math.isnan(found["mean"])
    assert found["why"] == f"mean: {CELL_WHY}"


def test_a_mean_beside_a_hidden_count_does_not_follow_from_other_groups_or_from_a_scale():
    area = ["N"] * 20 + ["S"] * 20 + ["E"] * 20 + ["W"] * 20
    both = "1111111222222333333344444"[:20] + "1" * 2 + "2" * 18 + "1" * 6 + "2" * 14
    table = wave({"A": both + "12" * 10, "B": "12" * 40}, area=area)  # two of S said 1 to A
    items = [likert(name, scale="know") for name in ("A", "B")]

    made = describe({"w": table}, survey(*items, subgroups=("area",)), rules=Rules(means=True))

    rows = made.items[made.items["item"] == "A"].set_index("group")
    hidden = rows["mean"].isna()
    assert hidden[hidden].index.tolist() == ["E", "N", "S"]
    assert made.scales.set_index("group")["mean"].isna().equals(hidden)


def test_a_scale_is_the_mean_of_answered_items_where_at_least_half_are():
    items = [likert(name, scale="know") for name in ("A", "B", "C")]
    table = wave({"A": "123.", "B": "22..", "C": "33..", })  # fmt: skip

    made = describe({"w": table}, survey(*items), rules=OPEN)

    scale = one(made.scales)
    assert (scale["n"], scale["missing"]) == (2, 2)  # one of three items is too few
    assert scale["mean"] == pytest.approx((2 + 7 / 3) / 2)
    assert scale["alpha_n"] == 2
    assert (
        made.method[-2]
        == "Scale know: the mean of A, B, C, where at least 2 of the 3 were answered."
    )


def test_items_of_which_more_is_worse_are_turned_round_in_a_mixed_scale():
    items = [likert("A", scale="know"), likert("B", DOWN, scale="know")]
    table = wave({"A": "1234", "B": "4321"})

    scale = one(describe({"w": table}, survey(*items), rules=OPEN).scales)

    assert (scale["mean"], scale["alpha"], scale["polarity"]) == (2.5, pytest.approx(1.0), UP)


def test_items_from_different_ranges_make_no_scale():
    items = [likert("A", scale="know"), likert("B", scale="know", labels={"0": "No", "1": "Yes"})]

    made = describe({"w": wave({"A": "1234", "B": "0101"})}, survey(*items), rules=OPEN)

    assert made.scales.empty
    assert made.notes == (
        "scale know has no score: its items do not run from and to the same codes",
    )


def test_the_sample_says_what_pandas_says_of_it():
    asked = read_survey(samples() / "survey" / "items.yaml")
    before = read_answers(samples() / "survey" / "before.csv", asked)

    made = describe({"before": before}, asked, by=())

    raw = pd.read_csv(samples() / "survey" / "before.csv").replace(9, np.nan)
    answered = raw[["K1", "K2", "K3"]]
    score = answered.mean(axis=1)[answered.notna().sum(axis=1) >= 2]
    assert one(made.scales)["mean"] == pytest.approx(score.mean())
    assert one(made, item="R1")["mean"] == pytest.approx(raw["R1"].mean())
    assert one(made, item="R1")["sd"] == pytest.approx(raw["R1"].std())


def test_weighted_figures_are_those_of_weighted_mean():
    weights = [0.5, 2, 1, 1, 1.5, 3, 1, 1, 0.25, 1, 2, 2, 1, 1, 1]
    table = wave(FIFTEEN, weight=weights)

    found = one(describe({"w": table}, survey(weight="weight"), rules=OPEN))

    wanted = weighted_mean([int(one) for one in FIFTEEN], weights)
    assert (found["mean"], found["sd"], found["se"], found["effective_n"]) == pytest.approx(
        (wanted.mean, wanted.sd, wanted.se, wanted.effective_n), abs=1e-12
    )
    assert found["top_two"] == pytest.approx(7 / 19.25)
    assert found["n"] == 15


def test_respondents_without_a_weight_are_left_out_and_told():
    table = wave(FIFTEEN, weight=["1"] * 13 + [None, "0"])

    made = describe({"w": table}, survey(weight="weight"), rules=OPEN)

    assert one(made)["n"] == 13
    assert made.notes == ("w: 2 respondents without a weight over 0 left out",)


def test_weights_that_are_none_are_refused_with_their_rows():
    table = wave("123", weight=["1", "-2", "x"])

    with pytest.raises(BatchError) as caught:
        describe({"w": table}, survey(), weight="weight")

    assert caught.value.faults == (
        "row 2: the weight '-2' is no number from 0", "row 3: the weight 'x' is no number from 0",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "why"),
    [("", "nobody answered"), ("...", "nobody answered"), ("999", "nobody answered, 3 said don't know")],
)  # fmt: skip
def test_an_item_nobody_answered_says_so(answers, why):
    found = one(describe({"w": wave(answers)}, survey()))

    assert (found["n"], found["shown"], found["why"]) == (0, False, why)


def test_one_respondent_has_a_mean_and_no_spread():
    found = one(describe({"w": wave("3")}, survey(), rules=OPEN))

    assert found["mean"] == 3.0
    assert math.isnan(found["sd"])
    assert math.isnan(found["se"])


def test_an_item_that_a_wave_did_not_ask_is_noted():
    made = describe({"a": wave("1234"), "b": wave({"X": "1234"})}, survey(), rules=OPEN)

    assert made.notes == ("K1 was not asked in b, or has no column",)
    assert made.items["wave"].tolist() == ["a"]


def test_codes_without_labels_are_those_that_were_given():
    made = describe({"w": wave("1355139")}, survey(likert(labels={})), rules=OPEN)

    assert made.distribution["code"].tolist() == ["1", "3", "5"]
    assert made.notes == (
        "K1 has no labels: the codes that were given (1, 3, 5) were taken for its scale",
    )


def test_answers_as_numbers_or_in_words_are_read_too():
    tables = {"w": wave({"K1": [1.0, 4, "Agree", " strongly AGREE "]})}

    assert one(describe(tables, survey(), rules=OPEN))["mean"] == 3.0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"wave": "x"}, UnknownName, "no wave is called 'x'; known are w"),
        ({"by": "area"}, TableError, "answers: they have no column 'area'; subgroups are none"),
        ({"weight": "ww"}, TableError, "answers: they have no column of weights 'ww'"),
        ({"dont_know": "x"}, UnknownName,
         "no way to treat don't know is called 'x'; known are counted, excluded"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_in_words(options, error, message):
    with pytest.raises(error) as caught:
        describe({"w": wave("1234")}, survey(), **options)

    assert str(caught.value) == message


def test_a_column_of_names_is_no_subgroup():
    table = wave("1" * 501)

    with pytest.raises(
        TableError, match="column 'respondent' has 501 values; subgroups are at most"
    ):
        describe({"w": table}, survey(), by="respondent")


@given(st.permutations(range(15)), st.integers(0, 2))
def test_the_order_of_respondents_is_nothing(order, shift):
    area = [f"A{(n * 7 + shift) % 3}" for n in range(15)]
    table = wave({"K1": FIFTEEN, "W1": "010011001101011"}, area=area)
    asked = survey(likert(), Item("W1", "?", "yes-no", ALL), subgroups=("area",))

    one_way, other = (
        describe({"w": held}, asked, rules=OPEN) for held in (table, table.iloc[list(order)])
    )

    pd.testing.assert_frame_equal(one_way.items, other.items)
    pd.testing.assert_frame_equal(one_way.distribution, other.distribution)


def test_a_table_is_left_as_it_was():
    table = wave(FIFTEEN, area=["N"] * 8 + ["S"] * 7)
    copy = table.copy(deep=True)

    describe({"w": table}, survey(subgroups=("area",)))

    pd.testing.assert_frame_equal(table, copy)
