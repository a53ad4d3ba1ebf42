"""Names in a text, and pseudonyms in their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.privacy.replacing import NAMES, Name, Names
from qualkit.swaps import mover, swapped, turned
from tests.strategies import TEXTS

PEOPLE = Names([
    Name("Ann", "[P1]"), Name("Anna", "[P2]"), Name("Sarah Jones", "[P3]"), Name("Sarah", "[P4]"),
    Name("Will", "[P5]", NAMES), Name("Hope", "[P6]", NAMES), Name("Siobh\u00e1n", "[P7]"),
    Name("@tom_b", "[handle]"), Name("07700 900123", "[phone]"), Name("tom@x.org", "[email]"),
])  # fmt: skip


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("\U0001f600 Ann's and ANNA, anna's planned", "\U0001f600 [P1]'s and [P2], [P2]'s planned"),
        ("Sarah\u2019s, sarah jones, Sarahs", "[P4]\u2019s, [P3], [P4]s"),
        ("sarah_jones_1.docx Ann-Marie", "[P3]_1.docx [P1]-Marie"),
        ("Siobha\u0301n SIOBH\u00c1N", "[P7] [P7]"),
        ("I asked Will. Will you come? will he?", "I asked [P5]. Will you come? will he?"),
        ("Will was. Hope, come! Hope so, I hope", "[P5] was. [P6], come! Hope so, I hope"),
        ("to @tom_b, tom@x.org, tom@x.organ", "to [handle], [email], tom@x.organ"),
        ("07700 900123, 07700 9001234", "[phone], 07700 9001234"),
        ("[P1] and Ann", "[P1] and [P1]"),
    ],
)
def test_names_are_replaced_as_whole_words_however_they_are_written(text, made):
    swaps = PEOPLE.swaps(text)

    assert swapped(text, swaps) == made
    assert swapped(made, turned(swaps)) == text


def test_a_name_does_not_reach_over_the_edge_of_a_turn():
    text = "Thanks, Sarah\nJones: I know."

    assert swapped(text, PEOPLE.swaps(text, [13, 14])) == "Thanks, [P4]\nJones: I know."
    assert swapped(text, PEOPLE.swaps(text)) == "Thanks, [P3]: I know."


def test_what_was_left_as_an_ordinary_word_is_listed():
    assert [one[:2] for one in PEOPLE.unsure("Will you? I hope.")] == [(0, 4), (12, 16)]


@given(TEXTS, st.lists(st.sampled_from(["Ann", "anna's", " Sarah Jones ", "Will"])))
def test_what_is_swapped_can_be_turned_back_whatever_stands_round_it(text, names):
    text = text.join(["", *names, ""])
    swaps = PEOPLE.swaps(text)
    new = swapped(text, swaps)

    assert swapped(new, turned(swaps)) == text
    assert PEOPLE.swaps(new) == []
    assert mover(swaps)(0, len(text)) == (0, len(new))
