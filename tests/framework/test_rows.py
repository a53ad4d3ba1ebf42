"""Rows: cases, sources or values of an attribute, in nested bands."""

from __future__ import annotations

import pytest

from qualkit.errors import TableError, UnknownName
from qualkit.framework import Row
from tests.framework.material import cases, grid, sources


def places(made):
    return [(*row.bands, row.name) for row in made.rows]


def test_every_case_has_a_row_and_every_pair_a_cell():
    made = grid()

    assert [row.name for row in made.rows] == ["North", "South"]
    assert [column.title for column in made.columns] == ["Care", "Trust", "Links"]
    assert set(made.cells) == {(row, n) for row in ("North", "South") for n in range(3)}


def test_rows_may_be_sources_or_an_attribute():
    coded = [("s1", 0, 5, "care", "A"), ("s3", 0, 5, "care", "A")]

    by_source = grid(*coded, rows="source")
    by_role = grid(*coded, rows="role", sources=sources(role=["Nurse", "", "Head"]))

    assert [row.name for row in by_source.rows] == ["s1", "s2", "s3"]
    assert [row.name for row in by_role.rows] == ["Head", "Nurse", "(not given)"]
    assert len(by_role.cell("Nurse", 0).excerpts) == 1


def test_rows_and_bands_may_be_attributes_of_cases():
    made = cases(model=["A", "B"])

    by_model = grid(cases=made, rows="model")
    by_source = grid(cases=made, rows="source", bands="model")

    assert [row.name for row in by_model.rows] == ["A", "B"]
    assert places(by_source) == [("A", "s1"), ("A", "s2"), ("B", "s3")]
    assert by_source.bands_are == ("model",)


def test_bands_group_rows_by_an_attribute():
    made = grid(cases=cases(profile=["Urban", "Coast"]), bands="profile")

    assert places(made) == [("Coast", "South"), ("Urban", "North")]
    assert [row.key for row in made.rows] == ["South", "North"]


def test_bands_nest_the_widest_first_and_what_is_not_given_comes_last():
    given = sources(region=["West", "East", ""], role=["Nurse", "", "Nurse"])

    made = grid(sources=given, rows="source", bands=["region", "role"])

    assert places(made) == [
        ("East", "(not given)", "s2"),
        ("West", "Nurse", "s1"),
        ("(not given)", "Nurse", "s3"),
    ]
    assert made.bands_are == ("region", "role")


def test_a_row_in_two_bands_has_a_row_in_each_with_a_key_of_its_own():
    coded = [("s1", 0, 5, "care", "A"), ("s2", 0, 5, "care", "A")]

    made = grid(*coded, bands="role", sources=sources(role=["Nurse", "Head", "Head"]))

    assert [(row.key, row.name, row.sources) for row in made.rows] == [
        ("Head > North", "North", ("s2",)),
        ("South", "South", ("s3",)),
        ("Nurse > North", "North", ("s1",)),
    ]
    assert [e.source for e in made.cell("Nurse > North", 0).excerpts] == ["s1"]


def test_a_row_that_is_called_like_another_rows_key_gets_a_key_of_its_own():
    given = sources(role=["Nurse", "Head", "Nurse"], place=["a", "a", "Nurse > a"])

    made = grid(sources=given, rows="place", bands="role")

    assert sorted(row.key for row in made.rows) == ["Head > a", "Nurse > a", "Nurse > a (2)"]


def test_a_case_without_sources_has_a_row_in_the_bands_of_its_own_attributes():
    made = grid(cases=cases("Isle", profile=["Urban", "Coast", "Coast"]), bands="profile")

    assert places(made) == [("Coast", "South"), ("Coast", "Isle"), ("Urban", "North")]
    assert made.rows[1] == Row("Isle", ("Coast",), "no sources", (), "Isle")


def test_a_row_says_how_many_sources_it_has_and_a_source_what_it_is():
    given = sources(role=["Nurse", "", "s3"])

    assert [row.detail for row in grid().rows] == ["2 sources", "1 source"]
    assert [row.detail for row in grid(rows="source", sources=given).rows] == [
        "Nurse, North",
        "North",
        "South",
    ]


def test_an_attribute_goes_before_a_column_of_the_table_that_has_its_name():
    given = sources(**{"attribute.format": ["phone", "room", "room"]})
    of_cases = cases("Isle", words=["many", "few", "few"])

    by_format = grid(sources=given, rows="format")
    by_words = grid(sources=given, cases=of_cases, bands="words")

    assert [row.name for row in by_format.rows] == ["phone", "room"]
    assert places(by_words) == [("few", "South"), ("few", "Isle"), ("many", "North")]


def test_a_case_whose_name_ends_in_a_space_has_one_row():
    given = sources().replace({"case": {"North": "North "}})

    made = grid(sources=given, cases=cases().replace({"case": {"North": "North "}}))

    assert [(row.name, row.sources) for row in made.rows] == [
        ("North ", ("s1", "s2")),
        ("South", ("s3",)),
    ]


def test_nothing_counted_is_a_value_too():
    made = grid(sources=sources(codings=[0, 3, 3]), rows="codings")

    assert [row.name for row in made.rows] == ["0", "3"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rows": "colour"}, "no attribute for rows is called 'colour'"),
        ({"bands": "colour"}, "no attribute for bands is called 'colour'"),
        ({"bands": ["case", "colour"], "rows": "source"}, "no attribute for bands is called 'colour'"),
        ({"rows": "warnings"}, "no attribute for rows is called 'warnings'"),
    ],
)  # fmt: skip
def test_an_attribute_that_the_study_lacks_is_refused(options, message):
    with pytest.raises(UnknownName, match=message):
        grid(**options)


@pytest.mark.parametrize("bands", ["case", ["format", "case"], ["format", "format"]])
def test_an_attribute_that_is_named_twice_is_refused(bands):
    with pytest.raises(TableError, match="rows and bands name one attribute twice"):
        grid(bands=bands)
