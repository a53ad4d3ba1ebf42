"""P4: the list of likely identifiers misses few, and is short enough to be read."""

from __future__ import annotations

from trust import measured


def test_nearly_all_identifiers_are_found_with_few_false_alarms():
    result = measured("P4", long=False)
    assert result.ok, (result.figure, result.detail)
