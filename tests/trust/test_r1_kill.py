"""R1: what was acknowledged outlasts kill -9; the long run is ``make trust``."""

from __future__ import annotations

from trust import measured


def test_a_killed_program_loses_nothing_acknowledged_and_leaves_nothing_half():
    result = measured("R1", long=False)

    assert result.ok, (result.figure, *result.detail)
