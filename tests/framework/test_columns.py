"""Columns: themes of one or several codebooks, opened or closed."""

from __future__ import annotations

import pytest

from qualkit.errors import TableError, UnknownName
from qualkit.framework import build_grid, members_of
from qualkit.model import Framework, Level, Theme
from tests.framework.material import codes, codings, grid, sources, summaries


def titles(made):
    return [column.title for column in made.columns]


def counts(made, row):
    return [len(made.cell(row, n).excerpts) for n in range(len(made.columns))]


def framework(*themes):
    return Framework("f", "Ours", tuple(Theme(*theme) for theme in themes))


def test_a_coding_stands_under_its_code_and_every_column_above_it():
    asked = framework(("care", ""), ("care.time", ""), ("trust", ""))

    made = grid(("s1", 0, 5, "care.time.wait", "A"), framework=asked)

    assert counts(made, "North") == [1, 1, 0]
    assert made.cell("South", 0).empty


def test_themes_of_several_codebooks_stand_in_the_order_of_the_framework():
    asked = framework(("m/links", "How linked"), ("trust", ""), ("b/care", ""))

    made = grid(("s1", 0, 5, "links", "A"), framework=asked)

    assert titles(made) == ["How linked", "Trust", "Care"]
    assert counts(made, "North") == [1, 0, 0]
    assert (made.title, made.method.codebooks) == ("Ours", ("m", "b"))


def test_a_column_keeps_the_codes_own_name_and_its_scale():
    column = grid(framework=framework(("links", "How linked"))).columns[0]

    assert (column.name, column.own) == ("Links", False)
    assert column.scale == (Level(0, "None", "nobody rings"), Level(1, "Some", "they ring at need"))


def test_an_opened_theme_has_a_column_for_each_code_below_it():
    made = grid(("s1", 0, 5, "care.time.wait", "A"), opened=["care"])

    assert titles(made) == ["Care: Time", "Trust", "Links"]
    assert counts(made, "North") == [1, 0, 0]


def test_an_opened_theme_keeps_a_column_of_its_own_where_it_was_coded_itself():
    made = grid(("s1", 0, 5, "care", "A"), ("s1", 9, 12, "care.time", "A"), opened=["b/care"])

    assert titles(made) == ["Care: in general", "Care: Time", "Trust", "Links"]
    assert [column.own for column in made.columns] == [True, False, False, False]
    assert counts(made, "North") == [1, 1, 0, 0]


def test_an_opened_theme_keeps_a_column_of_its_own_where_it_has_a_summary():
    made = grid(opened=["care"], summaries=summaries({"theme": "care", "text": "Good."}))

    assert titles(made)[:2] == ["Care: in general", "Care: Time"]
    assert [s.text for s in made.cell("North", 0).summaries] == ["Good."]
    assert made.cell("North", 1).summaries == ()


def test_all_opens_every_theme_and_one_without_codes_below_it_stays():
    assert titles(grid(opened=["all"])) == ["Care: Time", "Trust", "Links"]


def test_an_opened_theme_goes_by_the_frameworks_title():
    made = grid(framework=framework(("care", "Looking after")), opened=["care"])

    assert titles(made) == ["Looking after: Time"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"framework": framework(("car", ""))}, "no code is called 'car'; did you mean 'care'"),
        ({"opened": ["car"]}, "no code is called 'car'"),
        ({"opened": ["care.time"]}, "no theme of the grid is called 'care.time'"),
        ({"framework": framework(("trust", "")), "opened": ["care"]}, "no theme of the grid is called 'care'"),
    ],
)  # fmt: skip
def test_a_theme_that_is_not_there_is_refused(options, message):
    with pytest.raises(UnknownName, match=message):
        grid(**options)


def test_a_code_that_two_codebooks_have_must_be_named_with_its_codebook():
    twice = codes()
    twice.loc[twice["code"] == "links", "code"] = "care"

    with pytest.raises(UnknownName, match="no single code is called 'care'"):
        build_grid(codings(), sources=sources(), codes=twice, framework=framework(("care", "")))


def test_a_study_without_codebook_is_told_to_add_one():
    with pytest.raises(TableError, match="add one with 'qualkit codebook add'"):
        build_grid(codings(), sources=sources(), codes=codes()[:0])


def test_the_members_of_a_code_are_itself_and_all_below_it():
    assert members_of(codes(), "b", "care.time") == {("b", "care.time"), ("b", "care.time.wait")}
