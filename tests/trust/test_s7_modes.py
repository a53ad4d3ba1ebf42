"""S7: files for their owner alone."""

from __future__ import annotations

from trust import measured


def test_every_file_and_folder_is_its_owners_alone():
    result = measured("S7", long=False)
    assert result.ok, result.detail
