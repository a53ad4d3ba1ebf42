from __future__ import annotations

import pandas as pd

from qualkit.coding.labels import labels
from qualkit.tables import COLUMNS

CODES = [("b", "x"), ("b", "y"), ("c", "z")]


def segments(source="s", count=5):
    rows = [(source, n, 10 * n, 10 * n + 9, "w", "P", "participant", None) for n in range(count)]
    return pd.DataFrame(rows, columns=list(COLUMNS["segments"]))


def codings(*rows):
    columns = ["coding", "source", "start", "end", "codebook", "code"]
    return pd.DataFrame(rows, columns=columns)


def decided(*rows):
    columns = ["source", "start", "end", "codebook", "code", "status", "coding"]
    return pd.DataFrame(rows, columns=columns)


def test_a_source_is_read_for_a_codebook_up_to_its_last_coding():
    found = labels(segments(), CODES, codings(("1", "s", 10, 19, "b", "x")))

    assert found[:, 0].tolist() == [-1, 1, 0, 0, 0]
    assert found[:, 1].tolist() == [-1, -1, 0, 0, 0]
    assert not found[:, 2].any()


def test_a_coding_near_the_end_says_that_all_was_read():
    found = labels(segments(), CODES, codings(("1", "s", 30, 42, "b", "x")))

    assert found[:, 0].tolist() == [-1, -1, -1, 1, -1]


def test_a_code_applies_to_a_segment_that_it_covers_half_of():
    found = labels(segments(), CODES, codings(("1", "s", 4, 16, "b", "x")))

    assert found[:2, 0].tolist() == [1, 1]


def test_words_within_a_segment_mark_the_segment():
    found = labels(segments(), CODES, codings(("1", "s", 2, 4, "b", "x")))

    assert found[0, 0] == 1


def test_a_rejected_suggestion_speaks_of_its_own_segment_and_code_alone():
    no = decided(("s", 20, 29, "b", "y", "rejected", None))

    found = labels(segments(), CODES, codings(), no)

    assert found[2].tolist() == [0, -1, 0]
    assert abs(found).sum() == 1


def test_an_accepted_suggestion_does_not_say_that_what_stands_before_it_was_read():
    yes = decided(("s", 40, 49, "b", "x", "accepted", "made"))

    found = labels(segments(), CODES, codings(("made", "s", 40, 49, "b", "x")), yes)

    assert found[:, 0].tolist() == [0, 0, 0, 0, 1]
