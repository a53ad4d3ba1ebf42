"""The consensus layer: what everybody marked, what was decided, and what is signed off."""

from __future__ import annotations

from functools import reduce

import pandas as pd
import pytest
from hypothesis import given

from qualkit.agreement.choices import chosen
from qualkit.agreement.consensus import CONSENSUS, consensus, seal_of_source, settled_codings
from qualkit.agreement.disagreements import disagreements
from qualkit.errors import QualkitError
from qualkit.tables import COLUMNS
from tests.agreement.passages import TEXT, codes, codings, decisions, turns
from tests.agreement.test_disagreements import ROWS

SAID = ["code", "start", "end", "stance", "rating"]


def agreed(*rows, decided=None, **options):
    options.setdefault("turns", turns())
    table = consensus(codings(*rows), decided, codes=codes(), **options)
    assert (table["coder"] == CONSENSUS).all()
    assert [TEXT[a:b] for a, b in zip(table["start"], table["end"], strict=True)] == table[
        "text"
    ].tolist()
    return [tuple(None if pd.isna(one) else one for one in row) for row in table[SAID].to_numpy()]


def said(code, start, end, stance=None, rating=None):
    return code, start, end, stance, rating


def first_of(*rows):
    return disagreements(codings(*rows), turns=turns()).to_dict("records")[0]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("A", 0, 49, "x"), ("B", 0, 46, "x")], [said("x", 0, 46)]),
        ([("A", 0, 49, "x"), ("B", 20, 59, "x")], [said("x", 20, 49)]),
        ([("A", 0, 5, "x"), ("B", 4, 9, "x")], []),
        ([("A", 0, 49, "x"), ("B", 0, 49, "y")], []),
        ([("A", 0, 49, "x")], []),
        ([("A", 0, 49, "x"), ("B", 0, 49, "x"), ("C", 0, 49, "y")], []),
        ([("A", 0, 49, "x", "mixed"), ("B", 0, 46, "x", "mixed")], [said("x", 0, 46, "mixed")]),
        ([("A", 0, 49, "x", "mixed", 2), ("B", 0, 49, "x", None, 2)], [said("x", 0, 49, None, 2)]),
        (
            [("A", 0, 49, "x"), ("B", 0, 49, "x"), ("A", 50, 99, "x"), ("B", 50, 99, "x")],
            [said("x", 0, 49), said("x", 50, 99)],
        ),
        (
            [("A", 0, 99, "x"), ("B", 0, 49, "x"), ("B", 50, 99, "x")],
            [said("x", 0, 99)],
        ),
        (
            [("A", 0, 99, "x"), ("B", 0, 29, "x"), ("B", 60, 99, "x")],
            [said("x", 0, 29), said("x", 60, 99)],
        ),
        (
            [(who, *span) for who in "AB" for span in ((0, 24, "x", "mixed"), (15, 49, "x", "positive"))],
            [said("x", 0, 24, "mixed"), said("x", 15, 49, "positive")],
        ),
    ],
    ids=[
        "within nine tenths", "the words in common", "no word in common", "two codes",
        "one coder alone", "not all three", "one stance", "two stances, one rating",
        "two passages side by side", "white space within one", "a gap within one",
        "several stances, the same of everybody",
    ],
)  # fmt: skip
def test_the_consensus_holds_what_all_who_judged_a_passage_marked(rows, expected):
    assert agreed(*rows) == expected


def test_words_of_an_interviewer_that_all_marked_are_kept():
    spoken = turns(("s1", "interviewer", 0, 24), ("s1", "participant", 25, 999))

    assert agreed(("A", 0, 24, "x"), ("B", 0, 19, "x"), turns=spoken) == [said("x", 0, 19)]


def test_a_consensus_has_the_place_case_and_attributes_of_its_source():
    rows = [("A", 0, 49, "x"), ("B", 30, 49, "x")]
    spoken = turns(("s1", "interviewer", 0, 24), ("s1", "participant", 25, 59))

    table = consensus(codings(*rows).assign(region="East"), turns=spoken, codes=codes())

    assert list(table.columns) == [*COLUMNS["codings"], "region"]
    columns = ["case", "region", "speaker", "line", "code_name", "theme"]
    assert table[columns].values.tolist() == [["North", "East", "P", 2, "X", "x"]]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ([("x", 0, 30)], [said("x", 0, 30)]),
        ([("y", 5, 9, "mixed", 3), ("z", 0, 9)], [said("z", 0, 9), said("y", 5, 9, "mixed", 3)]),
        ([], []),
    ],
)
def test_what_was_decided_stands_while_the_codings_are_as_they_were(result, expected):
    rows = [("A", 0, 49, "x"), ("B", 0, 24, "x")]
    decided = decisions((first_of(*rows), result))

    assert agreed(*rows, decided=decided) == expected
    assert agreed(rows[0], ("B", 0, 19, "x"), decided=decided) == [said("x", 0, 19)]


def test_a_decision_holds_where_another_overlap_sees_no_disagreement():
    rows = [("A", 0, 49, "x"), ("B", 0, 40, "x")]
    decided = decisions((first_of(*rows), [("x", 0, 49)]))

    assert agreed(*rows, decided=decided, overlap=0.5) == [said("x", 0, 49)]


def test_everybody_who_judged_a_settled_passage_has_what_was_decided_and_the_rest_stays():
    rows = [("A", 0, 49, "x"), ("B", 0, 49, "y"), ("A", 100, 149, "x")]
    decided = decisions((first_of(*rows), [("z", 0, 24)]))

    table = settled_codings(codings(*rows), decided, turns=turns(), codes=codes())

    assert table[["coder", "code", "start", "end"]].values.tolist() == [
        ["A", "z", 0, 24], ["B", "z", 0, 24], ["A", "x", 100, 149],
    ]  # fmt: skip
    assert table["coding"].tolist()[2] == "k2"


# What is chosen ----------------------------------------------------------------------------

BOUNDARY = [("A", 0, 49, "x", "positive"), ("B", 20, 59, "x", "negative")]
OTHER = [("A", 0, 49, "x"), ("B", 0, 44, "y", "mixed", 1)]
MISSED = [("A", 0, 49, "x", "mixed"), ("B", 900, 904, "z")]
THREE = [("A", 0, 49, "x", None, 2), ("B", 0, 24, "x"), ("C", 900, 904, "z"),
         ("A", 900, 904, "z"), ("B", 900, 904, "z")]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "choice", "expected"),
    [
        (BOUNDARY, "A", [said("x", 0, 49, "positive")]),
        (BOUNDARY, "both", [said("x", 0, 59, "mixed")]),
        (BOUNDARY, "neither", []),
        (OTHER, "take B", [said("y", 0, 44, "mixed", 1)]),
        (OTHER, "both", [said("x", 0, 49), said("y", 0, 44, "mixed", 1)]),
        (MISSED, "both", [said("x", 0, 49, "mixed")]),
        (MISSED, "B", []),
        (THREE, "both", [said("x", 0, 49, None, 2)]),
        (THREE, "C", []),
    ],
)
def test_a_choice_gives_the_codings_that_stand(rows, choice, expected):
    name, result = chosen(first_of(*rows), choice, codes=codes())

    assert [tuple(row[column] for column in SAID) for row in result] == expected
    assert name == choice.removeprefix("take ")


def test_edited_codings_take_the_ends_of_the_passage_where_they_name_none():
    edit: list[dict[str, object]] = [
        {"code": "b/y", "stance": "mixed"},
        {"code": "x", "start": 0, "end": 24.0, "rating": 3},
    ]  # fmt: skip

    _, result = chosen(first_of(*OTHER), "edit", codes=codes(), edit=edit)

    assert [tuple(row[column] for column in SAID) for row in result] == [
        said("y", 0, 49, "mixed"), said("x", 0, 24, None, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("choice", "edit", "message"),
    [
        ("C", None, "no choice is called 'C'; known are A, B, both, edit, neither"),
        ("edit", None, "edited codings go with the choice 'edit', and it needs them"),
        ("both", [{"code": "x"}], "edited codings go with the choice 'edit', and it needs them"),
        (
            "edit", [],
            "edit: 1 fault, nothing was kept\n"
            "  no coding is given; where none is to stand, choose 'neither'",
        ),
        (
            "edit",
            [
                {"code": "q", "start": 9, "end": 9, "stance": "good", "memo": 3},
                {"code": "x", "start": 60, "end": 70, "rating": 4, "colour": "red"},
                {"code": "y", "start": "1", "rating": True, "codebook": "other"},
                {"code": "y", "start": "1"},
                "z",
            ],
            "edit: 13 faults, nothing was kept\n"
            "  coding 1: no code of b is called 'q'; known are x, x.1, y, z\n"
            "  coding 1: 9 to 9 is no stretch of a text\n"
            "  coding 1: no stance is called 'good'; known are mixed, negative, neutral, positive\n"
            "  coding 1: its memo 3 is no text\n"
            "  coding 2: 60 to 70 has no words of the passage (0 to 49); code other words as a"
            " coder\n"
            "  coding 2: 4 is no rating of x, which allows 0, 1, 2, 3\n"
            "  coding 2: it has 'colour', which no coding has\n"
            "  coding 3: '1' to 49 is no stretch of a text\n"
            "  coding 3: True is no rating of y, which allows 0, 1, 2, 3\n"
            "  coding 3: codebook 'other' is not the passage's, 'b'\n"
            "  coding 4: '1' to 49 is no stretch of a text\n"
            "  coding 5: 'z' is no mapping of code, start, end, stance, rating, memo\n"
            "  coding 4: the same code stands on the same words already",
        ),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_be_made_is_refused_with_every_reason(choice, edit, message):
    with pytest.raises((QualkitError, ValueError)) as caught:
        chosen(first_of(*OTHER), choice, codes=codes(), edit=edit)

    assert str(caught.value) == message


def test_two_ratings_cannot_both_stand():
    passage = first_of(("A", 0, 49, "x", None, 1), ("B", 0, 49, "x", None, 2))

    with pytest.raises(ValueError, match="the ratings 1 and 2 cannot both stand; take one coder"):
        chosen(passage, "both", codes=codes())


# Sign-off ----------------------------------------------------------------------------------


def test_the_seal_of_a_source_is_another_as_soon_as_what_was_signed_is():
    rows = [("A", 0, 49, "x"), ("B", 0, 24, "x")]
    decided = decisions((first_of(*rows), [("x", 0, 24)]))
    other = decisions((first_of(*rows), [("x", 0, 49)]))
    mark = seal_of_source(codings(*rows), decided, "s1")

    assert mark == seal_of_source(codings(*rows).iloc[::-1].assign(memo="new"), decided, "s1")
    assert mark != seal_of_source(codings(*rows), other, "s1")
    assert mark != seal_of_source(codings(*rows), None, "s1")
    assert mark != seal_of_source(codings(rows[0], ("B", 0, 24, "x", "mixed")), decided, "s1")


# Always ------------------------------------------------------------------------------------


@given(ROWS)
def test_the_consensus_of_coders_who_did_the_same_is_what_they_did(rows):
    own = list({tuple(rest[:3]): rest for _, *rest in rows}.values())  # one coding in one place
    everybody = [(who, *rest) for rest in own for who in "AB"]

    expected = [said(code, start, end, *label) for start, end, code, *label in own]
    assert sorted(agreed(*everybody), key=str) == sorted(expected, key=str)


@given(ROWS)
def test_each_word_of_the_consensus_was_marked_by_all_and_no_word_of_theirs_is_lost(rows):
    there = {who for who, *_ in rows}
    marked = {
        who: {(code, at) for one, start, end, code, *_ in rows if one == who for at in range(start, end)}
        for who in there
    }  # fmt: skip
    everybody = reduce(set.__and__, marked.values()) if len(there) > 1 else set()

    found = {(code, at) for code, start, end, *_ in agreed(*rows) for at in range(start, end)}

    words = {(code, at) for code, at in everybody if TEXT[at] != " "}
    assert {one for one in found if TEXT[one[1]] != " "} == words
