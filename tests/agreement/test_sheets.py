"""Ratings out of sheets that people hand in."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.agreement import krippendorff_alpha, read_ratings
from qualkit.errors import BatchError
from qualkit.importers.sheets import sheet_of
from qualkit.importers.worker import read_table


def read(text, **options):
    return read_ratings(sheet_of(text.encode(), "ratings.csv"), **options)


def test_a_sheet_of_numbers_is_read_with_the_names_of_its_units():
    ratings = read("Unit,Ann,Ben\nu1, 1 ,2.5\nu2,,-3\nu3,,\n")

    expected = pd.DataFrame(
        {"Ann": [1.0, None, None], "Ben": [2.5, -3.0, None]},
        index=pd.Index(["u1", "u2", "u3"], name="Unit"),
        dtype=float,
    )
    pd.testing.assert_frame_equal(ratings, expected)


def test_where_one_cell_is_a_word_all_stay_texts():
    ratings = read("Ann;Ben\n 1;low\n;01\n")

    assert ratings.to_dict("list") == {"Ann": ["1", None], "Ben": ["low", "01"]}
    assert ratings.index.tolist() == [2, 3]  # the rows of the file


def test_a_file_gives_the_published_alpha(tmp_path):
    """Krippendorff (2011), section C."""
    path = tmp_path / "four.csv"
    path.write_text(
        "item,A,B,C,D\n1,1,1,,1\n2,2,2,3,2\n3,3,3,3,3\n4,3,3,3,3\n5,2,2,2,2\n6,1,2,3,4\n"
        "7,4,4,4,4\n8,1,1,2,1\n9,2,2,2,2\n10,,5,5,5\n11,,,1,1\n12,,,3,\n",
        encoding="utf-8",
    )

    ratings = read_ratings(read_table(path), values=["1", "2", "3", "4", "5"])

    assert krippendorff_alpha(ratings, level="ratio").value == pytest.approx(0.797, abs=0.0005)


def test_long_numbers_are_kept_apart():
    ratings = read("Ann,Ben\n9007199254740993,9007199254740992\n")

    assert ratings.loc[2].tolist() == [9007199254740993, 9007199254740992]


def test_several_units_may_be_of_one_source():
    assert read("source,Ann,Ben\ns1,1,2\ns1,1,1\n").index.tolist() == ["s1", "s1"]


def test_all_faults_are_told_with_their_rows():
    with pytest.raises(BatchError) as caught:
        read("id,Ann,Ben\nu1,1,4\n,NA,2\nu1,0,3\nu3,5,1\n", values=[1, 2, 3])

    assert str(caught.value) == (
        "ratings.csv: 6 faults, nothing was kept\n"
        "  row 2: Ben: '4' is not on the scale; it has 1, 2, 3\n"
        "  row 3: Ann: 'NA' is no number as all others are; leave what is missing blank\n"
        "  row 3: its cell under 'id' is empty\n"
        "  row 4: Ann: '0' is not on the scale; it has 1, 2, 3\n"
        "  row 4: id 'u1' stands in row 2 already\n"
        "  row 5: Ann: '5' is not on the scale; it has 1, 2, 3"
    )


def test_words_off_a_scale_of_words_are_refused():
    with pytest.raises(BatchError) as caught:
        read("Ann,Ben\nlow,high\nmid,None\n", values=["low", "mid", "high"])

    assert caught.value.faults == ("row 3: Ben: 'None' is not on the scale; it has low, mid, high",)


@pytest.mark.parametrize(
    ("level", "values"), [("ordinal", None), ("interval", None), ("ratio", [1])]
)
def test_words_where_the_level_needs_numbers_are_told_with_their_rows(level, values):
    with pytest.raises(BatchError) as caught:
        read("unit;Ann;Ben\nu1;1;1\nu2;1,5;1\nu3;1;x\n", level=level, values=values)

    assert caught.value.faults == (
        f"row 3: Ann: '1,5' is no number, which level '{level}' needs",
        f"row 4: Ben: 'x' is no number, which level '{level}' needs",
    )


@pytest.mark.parametrize("cell", ["NA", "none", "-", "."])
def test_a_word_that_often_means_missing_is_a_code_among_words(cell):
    assert read(f"Ann,Ben\n{cell},other\n").loc[2].tolist() == [cell, "other"]


@pytest.mark.parametrize("sheet", ["unit\nu1\n", "Ann\n1\n", "unit,Ann\nu1,1\n"])
def test_a_sheet_of_too_few_coders_says_so_in_its_coefficient(sheet):
    assert krippendorff_alpha(read(sheet)).reason == "fewer_than_two_coders"
