"""P5, quickly: what was planted is found, what is clean passes; see trust/p05_release.py."""

from __future__ import annotations

from trust import measured


def test_everything_planted_is_found_and_nothing_clean_is_refused():
    result = measured("P5", long=False)

    assert result.ok, result.detail
