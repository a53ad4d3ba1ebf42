"""Scores that areas agreed on as groups: what a report shows of them.

DFE-RR640 prints, for 25 areas, totals, means and ranks of seven indicators in two phases (table
6), and of two indicators how many areas stood where (p. 87 f.), from which their distributions
follow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qualkit.errors import BatchError, TableError
from qualkit.survey import cascade, cascade_change

AREAS = [f"Area {n}" for n in range(1, 26)]
NAMES = ["roles", "contact", "structures", "outcomes", "learning", "access", "evidence"]
PHASE_1, PHASE_2 = [15, 17, 3, 4, 8, 10, 8], [31, 37, 23, 17, 23, 24, 22]


def scored(total, *, twos=0):
    """25 scores with this total: so many areas at two, as many as needed at one, the rest at 0."""
    ones = total - 2 * twos
    return [2] * twos + [1] * ones + [0] * (25 - twos - ones)


@pytest.fixture(scope="module")
def phases():
    # p. 87: at phase 2, 12 areas have widespread good practice of contact and 3 of structures.
    twos = [6, 12, 3, 0, 3, 5, 2]
    first = {name: scored(total) for name, total in zip(NAMES, PHASE_1, strict=True)}
    second = {
        name: scored(total, twos=n) for name, total, n in zip(NAMES, PHASE_2, twos, strict=True)
    }
    return pd.DataFrame(first, index=AREAS), pd.DataFrame(second, index=AREAS)


def test_the_published_distributions_have_the_published_totals():
    # p. 87 f.: contact, 8 areas at 0 and then none, and 12 at 2; structures, 22 at 0 and then 5.
    contact = cascade([0] * 8 + [1] * 17), cascade([1] * 13 + [2] * 12)
    structures = cascade([0] * 22 + [1] * 3), cascade([0] * 5 + [1] * 17 + [2] * 3)

    assert [one.total for one in (*contact, *structures)] == [17, 37, 3, 23]
    assert contact[0].counts == contact[0].distribution == {0: 8, 1: 17, 2: 0, 3: 0}
    assert [(one.n, one.mean) for one in contact] == [(25, 0.68), (25, 1.48)]
    assert structures[1].counts == {0: 5, 1: 17, 2: 3, 3: 0}


def test_the_published_means_and_ranks_of_phase_1_follow(phases):
    found = cascade(phases[0])

    assert found.indicators["total"].tolist() == PHASE_1
    assert found.indicators["mean"].round(1).tolist() == [0.6, 0.7, 0.1, 0.2, 0.3, 0.4, 0.3]
    assert list(found.ranks.values()) == [2, 1, 7, 6, 4, 3, 4]
    assert (found.total, found.n) == (65, 175)


def test_the_published_changes_and_their_ranks_follow(phases):
    found: Any = cascade_change(*phases)

    rows = found.indicators
    assert rows.index.tolist() == NAMES
    assert rows["change"].tolist() == [16, 20, 20, 13, 15, 14, 14]
    assert rows["change_rank"].tolist() == [3, 1, 1, 7, 4, 5, 5]
    assert rows["rank_after"].tolist() == [2, 1, 4, 7, 4, 3, 6]
    assert rows["n"].tolist() == [25] * 7
    assert (rows["rose"] + rows["stayed"] + rows["fell"]).tolist() == [25] * 7


def test_the_published_rise_of_an_area_follows(phases):
    # p. 87: 4.5 points an area, over the seven indicators together
    found: Any = cascade_change(*phases)

    assert (found.change, found.n) == (112, 25)
    assert found.value == found.mean_area_change == 4.48
    assert found.areas["change"].sum() == 112


def test_areas_and_indicators_of_one_wave_alone_are_told_and_not_compared():
    before = pd.DataFrame({"area": ["A", "B", "C"], "x": [1, 2, None], "y": [None, 1, 0]})
    after = pd.DataFrame({"Area": ["B", "A", "D"], "x": [2, 2, 3], "z": [1, 1, 1]})

    found: Any = cascade_change(before, after)

    assert (found.left, found.joined, found.n, found.value) == (("C",), ("D",), 2, 0.5)
    assert found.areas.to_dict("index") == {
        "A": {"n": 1, "before": 1, "after": 2, "change": 1, "mean_change": 1.0, "rank": 1},
        "B": {"n": 1, "before": 2, "after": 2, "change": 0, "mean_change": 0.0, "rank": 2},
    }
    assert found.indicators.loc["x", ["n_before", "n_after", "n", "change"]].tolist() == [
        2,
        3,
        2,
        1,
    ]
    assert found.indicators.loc[["y", "z"], "change"].isna().all()
    assert found.indicators.loc["z", ["n_before", "score_1_after"]].tolist() == [pd.NA, 3]


def test_swapping_the_waves_turns_every_change(phases):
    found: Any = cascade_change(*phases)
    back: Any = cascade_change(*reversed(phases))

    assert found.indicators["change"].equals(-back.indicators["change"])
    assert found.areas["change"].equals(-back.areas["change"])
    assert found.indicators["rose"].equals(back.indicators["fell"])


def test_the_order_of_areas_is_nothing(phases):
    mixed = phases[1].sample(frac=1, random_state=3)

    found = cascade_change(phases[0], mixed)

    assert cascade(mixed) == cascade(phases[1])
    assert found.indicators.equals(cascade_change(*phases).indicators)


@pytest.mark.parametrize(
    "scores",
    [
        [0, 1, 1, 2, None],
        (0, 1, 1, 2),
        np.array([0.0, 1, 1, 2, np.nan]),
        pd.Series([0, 1, 1, 2, None], dtype="Int64"),
        pd.Series([2, 1, 1, 0], index=["A", "B", "C", "D"]),
        {"A": 2, "B": 1, "C": 1, "D": 0, "E": None},
    ],
)
def test_one_indicator_comes_in_any_kind_of_list(scores):
    found = cascade(scores)

    assert (found.total, found.mean, found.n) == (4, 1.0, 4)
    assert found.counts == {0: 1, 1: 2, 2: 1, 3: 0}
    assert (found.indicators, found.ranks) == (None, {})


def test_several_indicators_come_as_a_mapping_too():
    found = cascade({"roles": [1, 2, None], "contact": [0, 2, 3]})

    assert found.ranks == {"roles": 2, "contact": 1}
    assert found.areas["total"].tolist() == [1, 4, 3]


def test_another_scale_goes_as_far_as_it_is_said_to():
    assert cascade([0, 4, 2], highest=4).counts == {0: 1, 1: 0, 2: 1, 3: 0, 4: 1}


@pytest.mark.parametrize("scores", [[], [None, None], pd.DataFrame({"x": [None]}), {}])
def test_scores_of_nobody_have_no_mean(scores):
    found = cascade(scores)

    assert (found.value, found.mean, found.total, found.n) == (None, None, 0, 0)
    assert found.reason == "no_scores"


def test_waves_that_share_no_area_have_no_change():
    found = cascade_change(
        pd.DataFrame({"x": [1]}, index=["A"]), pd.DataFrame({"x": [2]}, index=["B"])
    )

    assert (found.value, found.n, found.reason) == (None, 0, "no_shared_areas")


def test_scores_off_the_scale_are_refused_with_every_row():
    with pytest.raises(BatchError) as refused:
        cascade([0, 4, "2", True, 1.5, -1, float("inf")])

    assert str(refused.value).splitlines() == [
        "scores: 6 faults, nothing was kept",
        "  row 2, score: 4 is not a whole number from 0 to 3",
        "  row 3, score: '2' is not a number",
        "  row 4, score: True is not a whole number from 0 to 3",
        "  row 5, score: 1.5 is not a whole number from 0 to 3",
        "  row 6, score: -1 is not a whole number from 0 to 3",
        "  row 7, score: inf is not a finite number, or is too large for an answer",
    ]


def test_scores_off_the_scale_are_told_by_area():
    with pytest.raises(BatchError) as refused:
        cascade({"Kingsreach": 4, "Weldon Vale": 1})

    assert refused.value.faults == ("Kingsreach, score: 4 is not a whole number from 0 to 3",)


def test_scores_off_the_scale_are_told_by_area_and_indicator():
    before = pd.DataFrame({"roles": [1, 9]}, index=["Weldon Vale", "Kingsreach"])

    with pytest.raises(BatchError) as refused:
        cascade_change(before, before)

    assert refused.value.work == "scores before"
    assert refused.value.faults == ("Kingsreach, roles: 9 is not a whole number from 0 to 3",)


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        (
            pd.DataFrame({"area": ["A", "B", "A"], "x": [1, 1, 1]}),
            "scores: each area stands once; more than once are 'A'",
        ),
        (
            pd.DataFrame([[1, 2]], columns=["x", "x"]),
            "scores: each indicator stands once; more than once are 'x'",
        ),
        (
            {"x": [1, 2], "y": [1]},
            "scores: each indicator needs one score for each area, None where it has none",
        ),
        (
            [[1, 2], [3, 1]],
            "scores: several indicators go in as a DataFrame, a row for each area",
        ),
        ("012", "scores: scores of one indicator in a list, or a DataFrame of several"),
    ],
)
def test_what_is_no_table_of_scores_is_refused(scores, reason):
    with pytest.raises(TableError) as refused:
        cascade(scores)

    assert str(refused.value) == reason


def test_nothing_that_is_given_is_changed(phases):
    before, after = (one.copy() for one in phases)

    cascade_change(before, after)

    assert before.equals(phases[0])
    assert after.equals(phases[1])
