"""R8, in short: see ``trust/r08_backups.py``."""

from __future__ import annotations

from trust import measured


def test_a_study_is_backed_up_by_itself_and_restored_equal():
    result = measured("R8", long=False)

    assert result.ok, (result.figure, *result.detail)
