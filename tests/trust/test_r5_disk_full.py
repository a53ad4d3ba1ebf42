"""R5, in short: see ``trust/r05_disk_full.py``."""

from __future__ import annotations

from trust import measured


def test_a_full_disk_is_told_loses_nothing_and_work_goes_on():
    result = measured("R5", long=False)

    assert result.ok, (result.figure, *result.detail)
