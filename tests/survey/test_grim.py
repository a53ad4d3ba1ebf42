"""GRIM and implied bases against published examples."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from qualkit.errors import TableError
from qualkit.survey import grim, implied_bases
from tests.survey._tables import MODES, Print

WRONG: Any = (2.5, "10", None)  # what no type checker would let pass

# The data set "pigs1" of the R package scrutiny 1.0.0 (L. Jung); its own tests say that 8 of
# these 12 are inconsistent.
PIGS = [("7.22", 32), ("4.74", 25), ("5.23", 29), ("2.57", 24), ("6.77", 27), ("2.68", 28),
        ("7.01", 29), ("7.38", 26), ("3.14", 27), ("6.89", 31), ("5.00", 25), ("0.24", 28)]  # fmt: skip


def test_twelve_means_of_the_scrutiny_package():
    assert [mean for mean, n in PIGS if grim(mean, n).consistent] == [
        "7.22",
        "2.68",
        "7.38",
        "5.00",
    ]


@pytest.mark.parametrize(
    ("printed", "n", "near"),
    [
        # Brown and Heathers (2017): 5.19 of 28 people; the sums 145 and 146 give 5.18 and 5.21.
        ("5.19", 28, ("5.18", "5.21")),
        # The Economist (18 June 2016) on the same paper: 5.93 of 49 people.
        ("5.93", 49, ("5.92", "5.94")),
        # scrutiny's vignette: 5.27 of 43.
        ("5.27", 43, ("5.26", "5.28")),
        # Twenty rolls of a die have means that end in 0 or 5.
        ("3.48", 20, ("3.45", "3.50")),
    ],
)
def test_published_impossible_means(printed, n, near):
    found = grim(printed, n)

    assert (found.consistent, found.value, found.nearest) == (False, False, near)


def test_both_ways_of_rounding_a_half_are_possible():
    # 9 / 8 = 1.125
    assert [grim(one, 8).consistent for one in ("1.12", "1.13", "1.11")] == [True, True, False]


def test_trailing_zeros_tell_more():
    # 16 / 5 = 3.2; no fifths are nearer to 3.25 than to 3.2
    assert [grim(one, 5).consistent for one in ("3.2", "3.20", "3.25")] == [True, True, False]


def test_several_items_averaged_make_finer_steps():
    # scrutiny's vignette tests 5.24 of 40 people on three items: 629 / 120 = 5.242
    assert (grim("5.24", 40).consistent, grim("5.24", 40, items=3).consistent) == (False, True)


def test_percentages_are_shares_of_people():
    assert (grim("47%", 49).consistent, grim("47%", 49).nearest) == (True, ("47", "49"))
    assert grim("5.08", 166, percent=True).nearest == ("4.82", "5.42")
    assert grim("5.08", 177, percent=True).consistent


@pytest.mark.parametrize(("printed", "n", "reason"), [
    ("", 5, "not_a_number"), (None, 5, "not_a_number"), ("about 3", 5, "not_a_number"), ("<3", 5, "not_a_number"),
    ("3.1", 0, "no_answers"), ("3.1", -4, "no_answers"), ("3.1", float("nan"), "no_answers"),
])  # fmt: skip
def test_what_cannot_be_told_is_undefined_with_its_reason(printed, n, reason):
    found = grim(printed, n)

    assert (found.consistent, found.value, found.reason) == (None, None, reason)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: grim("3.1", WRONG[0]), "n: 2.5 is not a whole number"),
    (lambda: grim("3.1", WRONG[1]), "n: '10' is not a number"),
    (lambda: implied_bases("50", n_max=9), "percentages: a list of them is needed, not '50' alone"),
])  # fmt: skip
def test_what_is_no_base_or_no_column_is_refused(call, message):
    with pytest.raises(TableError) as refused:
        call()

    assert str(refused.value) == message


def test_a_missing_percentage_is_none_and_not_nought():
    assert implied_bases(["5.08", WRONG[2]], n_max=60) == implied_bases(["5.08"], n_max=60) == (59,)


@pytest.mark.parametrize("mode", MODES)
def test_no_mean_of_whole_numbers_is_ever_called_impossible(mode):
    show = Print.__new__(Print)
    show.mode = mode
    wrong = [
        (total, n, decimals)
        for n in range(1, 60) for total in range(0, 4 * n + 1, 3) for decimals in (0, 1, 2)
        if not grim(show(Fraction(total, n), decimals), n).consistent
    ]  # fmt: skip

    assert wrong == []


def test_the_base_that_percentages_of_a_report_imply():
    # DFE-RR640, Table 12: 2, 2, 95, 4, 52, 13 and 9 of 177 schools; trailing zeros are dropped.
    printed = ["1.13", "1.13", "53.67", "2.26", "29.38", "7.34", "5.08"]

    assert implied_bases(printed, decimals=2, n_max=400) == (177, 354)
    assert implied_bases(["2.04", "51.02", "30.61", "10.2", "6.12"], decimals=2, n_max=97) == (49,)
    assert implied_bases([], n_max=20) == ()
