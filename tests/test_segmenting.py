from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from qualkit import segmenting
from qualkit.tables import COLUMNS


def turns(*texts, source="s"):
    rows, at = [], 0
    for n, text in enumerate(texts):
        rows.append((source, n, "P", "participant", at, at + len(text), None, 1, None, None, text))
        at += len(text) + 1
    return pd.DataFrame(rows, columns=list(COLUMNS["turns"]))


def test_a_short_turn_is_one_segment_without_the_space_round_it():
    found = segmenting.by_sentences(turns("  It helped. A lot. "))

    assert found[["start", "end", "text"]].values.tolist() == [[2, 19, "It helped. A lot."]]


def test_a_long_turn_is_cut_between_sentences():
    sentence = "One two three four five six seven eight nine ten. "
    found = segmenting.by_sentences(turns(sentence * 7))

    assert [len(text.split()) for text in found["text"]] == [30, 30, 10]
    assert all(text.endswith("ten.") for text in found["text"])


def test_a_turn_without_words_has_no_segment():
    assert segmenting.by_sentences(turns("", "  \n ")).empty


def test_segments_are_counted_in_each_source():
    both = pd.concat([turns("a", "b", source="x"), turns("c", source="y")])

    assert segmenting.by_sentences(both)["segment"].tolist() == [0, 1, 0]


@given(st.text(alphabet="ab.?!\n 😀é", max_size=200), st.integers(1, 8))
def test_segments_lie_in_order_within_their_turn_and_hold_its_words(text, longest):
    found = segmenting.by_sentences(turns(text), longest=longest)

    last = 0
    for start, end, words in found[["start", "end", "text"]].itertuples(index=False):
        assert last <= start < end <= len(text)
        assert text[start:end] == words == words.strip()
        last = end
    assert "".join("".join(found["text"]).split()) == "".join(text.split())
