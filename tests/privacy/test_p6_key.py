"""P6: the key is a file of its own, and nothing that leaves has it."""

from __future__ import annotations

from trust import measured


def test_neither_name_nor_key_is_in_anything_that_leaves():
    result = measured("P6", long=False)

    assert result.ok, result.detail
