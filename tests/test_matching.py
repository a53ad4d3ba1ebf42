"""Finding words although marks, spaces and case differ; positions stay those of the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.matching import find, key_of, nearest
from tests.strategies import TEXTS

TEXT = "I: So?\nR: “It’s  fine”, she said – we re-\nread it. 😀 It’s fine."


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("It's fine", ["It’s  fine", "It’s fine"]),
        ('"it\'s FINE", she said - we', ["“It’s  fine”, she said – we"]),
        ("we re-read it.", ["we re-\nread it."]),
        ("😀 It's", ["😀 It’s"]),
        ("it is fine", []),
        ("", []),
        (" \n", []),
    ],
)
def test_words_are_found_where_they_stand(words, found):
    assert [TEXT[start:end] for start, end in find(words, key_of(TEXT))] == found


def test_a_dash_at_the_end_of_a_line_is_no_hyphen():
    assert find("It was fine - really.", key_of("It was fine -\nreally.")) == [(0, 21)]


def test_words_that_stand_twice_in_each_other_are_found_twice():
    assert find("a a", key_of("a a a")) == [(0, 3), (2, 5)]


@given(TEXTS, st.data())
def test_any_stretch_of_a_text_is_found_at_its_own_place(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    wanted = key_of(text[start:end]).text

    found = find(text[start:end], key_of(text))

    assert (not wanted) or any(key_of(text[a:b]).text == wanted for a, b in found)


def test_the_nearest_words_are_whole_words_with_their_likeness():
    near = nearest("its finer, she said", key_of(TEXT))

    assert near is not None
    assert TEXT[near.start : near.end] == "“It’s  fine”, she said"
    assert 60 < near.score < 100


def test_nothing_is_near_to_words_that_share_no_letters():
    assert nearest("zzzz", key_of("aaaa")) is None
    assert nearest("", key_of("aaaa")) is None
