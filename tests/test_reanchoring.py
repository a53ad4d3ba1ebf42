"""Where stretches of a text stand once it was corrected."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.reanchoring import Edit, Placed, Proposal, Reanchoring, edits
from tests.strategies import TEXTS

SAID = "Ann: Did it help?\nP1: Yes. The nurse listened to us.\nAnn: And you?\nP1: Yes.\n"


def placed(old, new, words, at=0):
    start = old.index(words, at)
    return Reanchoring(old, new).place(start, start + len(words))


def span_of(text, words):
    return text.index(words), text.index(words) + len(words)


def test_words_before_every_correction_stay():
    new = SAID.replace("And you?", "And yourself?")

    assert placed(SAID, new, "The nurse") == Placed("stays", *span_of(SAID, "The nurse"))


def test_words_behind_a_correction_move_by_as_much():
    new = "Corrected by Bo 😀\n" + SAID

    assert placed(SAID, new, "The nurse") == Placed("moves", *span_of(new, "The nurse"))


def test_short_answer_moves_to_its_own_place_and_to_no_other_of_the_same_words():
    new = "Ann: Yes.\n" + SAID

    second = SAID.rindex("Yes.")

    assert placed(SAID, new, "Yes.", second)[1] == new.rindex("Yes.")


def test_removed_short_answer_breaks_although_the_same_word_stands_elsewhere():
    new = SAID.removesuffix("P1: Yes.\n")

    assert placed(SAID, new, "Yes.", SAID.rindex("Yes."))[::3] == ("breaks", None)


def test_passage_that_stands_elsewhere_now_moves_there():
    first, second, *rest = SAID.splitlines(keepends=True)
    new = "".join((*rest, second, first))

    assert placed(SAID, new, "The nurse listened to us.") == Placed(
        "moves", *span_of(new, "The nurse listened to us.")
    )


CORRECTED = [  # words, what they were corrected to, and what is proposed
    ("nurse", "nurze", "The nurze listened"),
    ("The nurse", "the school nurse", "the school nurse listened"),
    ("nurse", "nur\u0301se", "The nur\u0301se listened"),
]


@pytest.mark.parametrize(("old", "new", "proposal"), CORRECTED)
def test_corrected_words_break_with_those_of_today_proposed(old, new, proposal):
    text = SAID.replace(old, new, 1)
    words = "The nurse listened"

    found = placed(SAID, text, words)

    start, end = span_of(text, proposal)
    assert found.proposal == Proposal(start, end, proposal)


def test_rewritten_answer_breaks_with_nothing_proposed():
    new = SAID.replace("Yes. The nurse listened to us.", "[no answer]")

    assert placed(SAID, new, "The nurse listened").proposal is None


def test_one_word_that_a_rewritten_passage_happens_to_have_too_is_no_place_to_move_to():
    old = "P1: We were glad that they came to the school every week.\n"
    new = "P1: My brother, who knows the area, drove for hours through snow.\n"

    assert placed(old, new, "the").kind == "breaks"


def test_edits_name_what_was_corrected():
    assert edits("a b\r\nc 😀 d\n", "a B\r\nc 😀 d\nx\n") == (Edit(2, 3, "B"), Edit(11, 11, "x\n"))


WHOLE = [  # what was taken out or brought in, as a person sees it
    ("We were heard. Fine.\n", "We were heard.\n", Edit(14, 20, "")),
    ("We were heard.\n", "We were heard. Fine.\n", Edit(14, 14, " Fine.")),
    ("P1: Yes.\nP1: No.\n", "P1: No.\n", Edit(0, 9, "")),
]


@pytest.mark.parametrize(("old", "new", "edit"), WHOLE)
def test_edits_begin_and_end_where_sentences_and_lines_do(old, new, edit):
    assert edits(old, new) == (edit,)


@given(TEXTS, TEXTS, TEXTS, st.randoms(use_true_random=False))
def test_nothing_stays_or_moves_but_with_its_own_words(first, second, third, rng):
    old = first + second + first + third
    pieces = [first, third, second, first[::-1], "\r\n"]
    new = "".join(rng.sample(pieces, rng.randrange(1, 6)))
    both = Reanchoring(old, new)

    for _ in range(20):
        start = rng.randrange(len(old))
        end = rng.randrange(start, len(old)) + 1
        kind, begins, ends, proposal = both.place(start, end)
        assert 0 <= begins <= ends <= len(new)
        assert kind == "breaks" or new[begins:ends] == old[start:end]
        assert (kind == "stays") <= (begins == start)
        assert proposal is None or new[proposal.start : proposal.end] == proposal.text


@given(TEXTS, TEXTS, TEXTS)
def test_edits_make_the_new_text_of_the_old_one(first, second, third):
    old, new = f"{first}\n{second} {third}", f"{second}\n{first} {third}"
    made, at = "", 0

    for one in edits(old, new):
        made += old[at : one.start] + one.text
        at = one.end

    assert made + old[at:] == new


def test_fifty_thousand_words_with_a_thousand_corrections_are_placed_in_a_moment():
    rng = random.Random(1)  # noqa: S311 - the same words in every run
    words = [f"w{rng.randrange(3000)}" for _ in range(50_000)]
    new = [word + "x" * (n % 50 == 7) for n, word in enumerate(words)]
    both = Reanchoring(" ".join(words), " ".join(new))  # one line: the slowest there is

    assert [one.text for one in both.edits] == [word for word in new if word.endswith("x")]
