from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qualkit.coding import queue, work
from qualkit.errors import UnknownName


def table():
    return pd.DataFrame(
        {
            "codebook": "b",
            "code": ["x", "y", "x", "y"],
            "confidence": [0.9, 0.55, 0.45, 0.2],
            "source": "s",
            "start": [0, 10, 20, 30],
        }
    )


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("confidence", [0, 10, 20, 30]),
        ("theme", [0, 20, 10, 30]),
        ("teaches", [20, 10, 30, 0]),
        ("text", [0, 10, 20, 30]),
    ],
)
def test_suggestions_stand_in_the_order_asked_for(by, expected):
    assert queue.ordered(table(), by)["start"].tolist() == expected


def test_another_order_is_refused():
    with pytest.raises(UnknownName) as caught:
        queue.ordered(table(), "colour")

    assert (
        str(caught.value)
        == "no order is called 'colour'; known are confidence, teaches, text, theme"
    )


def test_the_preview_says_how_many_are_expected_to_be_wrong():
    found = queue.preview(table(), 0.5)

    assert found[["code", "accepted"]].values.tolist() == [["x", 1], ["y", 1]]
    assert found["wrong"].tolist() == pytest.approx([0.1, 0.45])


def test_what_is_left_is_the_sum_of_the_confidences_where_nothing_was_read_in_order():
    found = work.left(np.array([True] * 6), np.array([0.5, 0.25, 0.25]), in_order=False)

    assert (found.found, found.left) == (6, 1.0)
    assert found.low < 1.0 < found.high
    assert found.share == pytest.approx(6 / 7)


def test_one_may_stop_only_after_some_were_found_and_little_is_left():
    nothing_left = np.full(100, 1e-4)
    hits = np.array([True] * 60 + [False] * 300)

    assert work.left(hits, nothing_left).enough
    assert not work.left(hits[:70], np.full(100, 0.2)).enough
    assert not work.left(np.array([True, True]), nothing_left).enough
