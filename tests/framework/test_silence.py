"""Why a cell is empty: nobody was asked, or they were and said nothing, or nothing tells."""

from __future__ import annotations

import pandas as pd
import pytest

from qualkit.errors import UnknownName
from qualkit.framework import Choice, build_grid
from tests.framework.material import cases, codes, codings, grid, guide, sources

ROLES = ["Nurse", "Head", "Head"]


def silence(made, column=0):
    return {row.key: made.cell(row.key, column).silence for row in made.rows}


@pytest.mark.parametrize("lines", [None, ()])
def test_without_a_guide_nothing_tells(lines):
    made = grid(guide=None if lines is None else guide())

    assert silence(made) == {"North": "no data", "South": "no data"}
    assert made.cell("North", 0).asked is None


@pytest.mark.parametrize(
    ("line", "north", "south"),
    [
        (("care", "", ""), "asked, nothing said", "asked, nothing said"),
        (("care", "role", "Nurse"), "asked, nothing said (1 of 2 asked)", "not asked"),
        (("care", "role", " hEAD "), "asked, nothing said (1 of 2 asked)", "asked, nothing said"),
        (("care", "role", "Cook"), "not asked", "not asked"),
        (("care", "case", "South"), "not asked", "asked, nothing said"),
        (("trust", "", ""), "not asked", "not asked"),
    ],
)
def test_the_guide_tells_silence_from_not_asked(line, north, south):
    made = grid(guide=guide(line), sources=sources(role=ROLES))

    assert silence(made) == {"North": north, "South": south}


def test_the_guide_may_go_by_attributes_of_cases():
    made = grid(guide=guide(("care", "model", "A")), cases=cases(model=["A", "B"]))

    assert silence(made) == {"North": "asked, nothing said", "South": "not asked"}


def test_the_guide_may_go_by_an_attribute_that_is_called_like_a_column():
    given = sources(**{"attribute.format": ["phone", "room", "room"]})

    made = grid(guide=guide(("care", "format", "phone")), sources=given, rows="source")

    assert silence(made) == {"s1": "asked, nothing said", "s2": "not asked", "s3": "not asked"}


def test_lines_of_the_guide_on_one_theme_add_up():
    lines = guide(("care", "role", "Nurse"), ("care", "role", "Head"))

    made = grid(guide=lines, sources=sources(role=ROLES))

    assert silence(made) == {"North": "asked, nothing said", "South": "asked, nothing said"}


@pytest.mark.parametrize("asked", ["care", "care.time", "care.time.wait"])
def test_a_guide_that_names_a_code_speaks_for_those_below_and_the_themes_above(asked):
    closed = grid(guide=guide((asked, "", "")))
    opened = grid(guide=guide((asked, "", "")), opened=["care"])

    assert silence(closed)["North"] == silence(opened)["North"] == "asked, nothing said"
    assert silence(closed, 1)["North"] == silence(opened, 1)["North"] == "not asked"


def test_a_code_beside_the_one_that_the_guide_names_was_not_asked_about():
    beside = codes().replace(
        {"parent": {"care.time": "care"}, "code": {"care.time.wait": "care.x"}}
    )
    beside.loc[beside["code"] == "care.x", "parent"] = "care"

    made = build_grid(
        codings(), sources=sources(), codes=beside, guide=guide(("care.time", "", "")),
        opened=["care"],
    )  # fmt: skip

    assert [made.cell("North", n).silence for n in (0, 1)] == ["asked, nothing said", "not asked"]


def asking(*rows):
    """Codings of which those of the first coder, I, are an interviewer's words."""
    made = codings(*rows)
    made["speaker_role"] = ["interviewer" if who == "I" else "participant" for who in made["coder"]]
    return made


def choose(rows, **options):
    """The grid of what participants say, asked of a study in which questions are coded as well."""
    choice = Choice(coders=("A",))
    return build_grid(
        asking(*rows), sources=sources(), codes=codes(), choice=choice, rows="source", **options
    )


QUESTION = [("s1", 0, 5, "care.time", "I"), ("s3", 0, 5, "trust", "A")]


def test_an_interviewers_coded_words_tell_that_their_source_was_asked():
    made = choose(QUESTION, guide=guide(("trust", "", "")))

    assert silence(made) == {"s1": "asked, nothing said", "s2": "not asked", "s3": "not asked"}


def test_without_a_guide_a_question_that_nobody_coded_is_not_taken_for_not_asked():
    assert silence(choose(QUESTION)) == {
        "s1": "asked, nothing said", "s2": "no data", "s3": "no data",
    }  # fmt: skip


def test_a_coded_question_on_a_theme_says_nothing_of_the_codes_below_it():
    rows = [("s1", 0, 5, "care", "I"), ("s3", 0, 5, "trust", "A")]

    made = choose(rows, guide=guide(("trust", "", "")), opened=["care"])

    assert [made.cell("s1", n).silence for n in (0, 1)] == ["asked, nothing said", "not asked"]


def test_a_case_without_sources_was_neither_asked_nor_not():
    made = grid(guide=guide(("care", "", "")), cases=cases("Isle"))

    assert silence(made)["Isle"] == "no data"


def test_a_guide_by_an_attribute_that_nobody_has_is_refused():
    with pytest.raises(UnknownName, match="no attribute of the topic guide is called 'colour'"):
        grid(guide=guide(("care", "colour", "red")))


def test_who_was_asked_is_counted_where_something_was_said_too():
    cell = grid(("s1", 0, 5, "care", "A"), guide=guide(("care", "", ""))).cell("North", 0)

    assert (cell.asked, cell.of, cell.empty) == (2, 2, False)


def test_a_speaker_role_that_is_missing_is_nobodys_question():
    made = codings(("s1", 0, 5, "care", "A")).assign(speaker_role=pd.NA)

    cell = build_grid(made, sources=sources(), codes=codes()).cell("South", 0)

    assert cell.silence == "no data"


def test_a_cell_whose_codings_were_not_chosen_is_not_called_silent():
    made = grid(
        ("s1", 0, 5, "care", "A", "negative"), ("s1", 9, 15, "care", "A", "mixed"),
        guide=guide(("care", "", "")), choice=Choice(stances=("positive",)),
    )  # fmt: skip

    assert silence(made) == {
        "North": "coded, not shown (2 codings)", "South": "asked, nothing said"
    }  # fmt: skip
