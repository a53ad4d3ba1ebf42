"""R12: whatever was changed is taken back, and the study is what it was before."""

from __future__ import annotations

from trust import measured


def test_changes_by_chance_are_taken_back_one_by_one():
    result = measured("R12", long=False)
    assert result.ok, result.detail
