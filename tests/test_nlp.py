from __future__ import annotations

import pytest

from qualkit import _nlp


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Waiting lists grew.", ["wait", "list", "grow"]),
        ("They don’t call", ["they", "do", "not", "call"]),
        ("", []),
    ],
)
def test_lemmas_are_the_words_as_a_dictionary_has_them(text, expected):
    assert _nlp.lemmas(text) == expected


def test_sentences_are_found_behind_an_emoji_and_over_lines():
    assert _nlp.sentences("😀 Yes. No.\nWell then") == [(0, 6), (7, 10), (11, 20)]


def test_content_words_leave_out_fillers_and_stop_words():
    assert _nlp.content_words(["Um, you know, the school nurse kind of listened"]) == [
        ["school", "nurse", "listen"]
    ]


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("We waited for a long time and nobody told us what was going on at the school " * 2, True),
        ("Wir haben sehr lange auf einen Termin gewartet, und dann kam niemand zu uns " * 2, False),
        ("Nous avons attendu longtemps avant que quelqu'un ne nous appelle enfin " * 3, False),
        ("Three words only", True),
    ],
)
def test_english_is_told_by_its_small_words(text, english):
    assert _nlp.is_english([text]) is english
