from __future__ import annotations

import pytest

from qualkit.coding.cues import Matcher
from qualkit.model import Code

CODES = [Code("a", "A", cues=("waiting list", "self-harm")), Code("b", "B", cues=("list",))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\U0001f600 The waiting lists grew.", [(0, "waiting lists", 6), (1, "lists", 14)]),
        ("He spoke of self-harm twice.", [(0, "self-harm", 12)]),
        ("Nothing of the kind.", []),
        ("", []),
    ],
)
def test_cues_are_found_in_whatever_form_and_at_their_place(text, expected):
    found = Matcher(CODES).find([text])[0]

    assert [(cue.code, cue.cue, cue.start) for cue in found] == expected
    assert all(text[cue.start : cue.end] == cue.cue for cue in found)


def test_a_codebook_without_short_cues_has_nothing_to_look_up():
    matcher = Matcher([Code("a", "A", cues=("a cue of many words is an example",))])

    assert not matcher
    assert matcher.find(["a cue of many words is an example"]) == [[]]
