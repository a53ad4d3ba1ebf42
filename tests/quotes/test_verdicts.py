"""What is said of the words of a quotation."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.quotes.verdicts import judge
from tests.quotes.material import index_of

INDEX = index_of()


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("We waited for months", "verbatim"),
        ("WE WAITED, for months!", "verbatim"),
        ("we wai-\nted for mon\u00adths", "verbatim"),
        ("it is better now for the children who come", "verbatim"),
        ("until Christmas. And then we stopped", "verbatim"),
        ("We waited for months ... nobody told the school", "verbatim with marked omissions"),
        ("We waited for months [\u2026] nobody told the school", "verbatim with marked omissions"),
        ("We waited for months (...) nobody told the school", "verbatim with marked omissions"),
        ("\u2026 nobody told the school", "verbatim"),
        ("[the staff] waited for months", "verbatim with marked changes"),
        ("[W]e wait[ed] for months", "verbatim with marked changes"),
        (
            "[they] waited for months [...] it is better now",
            "verbatim with marked omissions and changes",
        ),
        ("in 1.5 years", "verbatim"),
    ],
)
def test_words_that_the_source_has_are_not_accused(text, verdict):
    assert judge(text, INDEX).verdict == verdict


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        ("and the staff heard us", "and the staff [-listened to-] {+heard+} us"),
        ("They waited for months and", "[-We-] {+They+} waited for months and"),
        ("months and the staff listens", "months and the staff [-listened-] {+listens+}"),
        ("We waited for many months", "We waited for {+many+} months"),
        ("Now we waited for months", "{+Now+} We waited for months"),
        (
            "We waited for months. It is better now",
            "6 words were left out without a mark: We waited for months"
            " [-and the staff listened to us-] It is better now",
        ),
        (
            "We waited for months and the council never asked what it would cost the charity",
            "A passage of north-n (Nurse) was joined to one of south-c (Manager) without a mark:"
            " We waited for months and [|] the council never asked what it would cost the charity",
        ),
        ("stopped going to the clinic altogether, in 15 years", None),
        ("money came not only in November", "money came {+not+} only in November"),
    ],
)
def test_what_was_changed_is_shown_word_by_word(text, difference):
    judged = judge(text, INDEX)

    assert judged.verdict == "altered"
    if difference is not None:
        assert judged.difference.casefold() == difference.casefold()


def test_one_letter_in_brackets_before_an_apostrophe_is_a_marked_change():
    index = index_of(("a", 0, "I\u2019ve not got that here, we said.", "A", "participant"))

    assert judge("[i]'ve not got that", index).verdict == "verbatim with marked changes"


def test_words_of_nobody_are_found_nowhere():
    assert judge("Purple monkeys eat quiet bananas", INDEX).verdict == "found nowhere"


def test_a_marked_omission_does_not_join_two_people():
    judged = judge("we stopped going to the clinic ... money came only in November", INDEX)

    assert judged.verdict == "altered"
    assert judged.difference.startswith("A passage of north-n (Nurse) was joined to one of south-c")


def test_places_are_code_points_of_the_source():
    judged = judge("council never asked", INDEX)

    assert INDEX.span(judged.places[0]) == ("south-c", 4, 23)


def test_words_that_stand_twice_are_found_in_both_places():
    index = index_of(
        ("a", 0, "It was hard.", "A", "participant"), ("b", 7, "It was hard.", "B", "participant")
    )

    places = judge("it was hard", index).places

    assert [index.span(place) for place in places] == [("a", 0, 11), ("b", 7, 18)]


def test_a_study_without_sources_has_no_words():
    import pandas as pd

    from qualkit.quotes.lookup import Index
    from tests.quotes.material import COLUMNS

    empty = Index(pd.DataFrame([], columns=list(COLUMNS)))

    assert judge("we waited for months", empty).verdict == "found nowhere"


SPEECH = st.lists(st.text(string.ascii_lowercase, min_size=1, max_size=6), min_size=30, max_size=60)
JOINTS = st.sampled_from([" ", "  ", "\n", ", ", " \u2013 ", "; ", ". ", "\u00a0"])


def printed(words, joints):
    """Words as a report prints them: other punctuation, capitals, lines cut."""
    return "".join(w + j for w, j in zip(words, joints, strict=True)).strip()


@given(data=st.data(), said=SPEECH)
def test_a_span_printed_otherwise_is_verbatim(data, said):
    index = index_of(("a", 0, " ".join(said), "A", "participant"))
    start = data.draw(st.integers(0, len(said) - 4))
    words = said[start : data.draw(st.integers(start + 4, len(said)))]
    text = printed(words, data.draw(st.lists(JOINTS, min_size=len(words), max_size=len(words))))

    assert judge(text.upper(), index).verdict == "verbatim"


@given(data=st.data(), said=SPEECH)
def test_a_marked_omission_is_verbatim(data, said):
    index = index_of(("a", 0, " ".join(said), "A", "participant"))
    first = data.draw(st.integers(3, 10))
    second = data.draw(st.integers(first + 1, 25))
    mark = data.draw(st.sampled_from(["...", "\u2026", "[...]", "[\u2026]", "(...)"]))
    text = " ".join([*said[:first], mark, *said[second : second + 5]])

    assert judge(text, index).verdict.startswith("verbatim")


@given(data=st.data(), said=SPEECH)
def test_one_word_changed_is_never_verbatim(data, said):
    index = index_of(("a", 0, " ".join(said), "A", "participant"))
    start = data.draw(st.integers(0, len(said) - 4))
    words = said[start : data.draw(st.integers(start + 4, len(said)))]
    at = data.draw(st.integers(0, len(words) - 1))
    words[at] = "1" + words[at]

    assert not judge(" ".join(words), index).verdict.startswith("verbatim")
