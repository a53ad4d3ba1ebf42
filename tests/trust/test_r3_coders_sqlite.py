"""R3: several people code in one file at once."""

from __future__ import annotations

from trust import measured


def test_coders_at_the_same_time_lose_nothing_and_overwrite_nobody():
    result = measured("R3", long=False)

    assert result.ok, (result.figure, *result.detail)
