"""R9, in short: see ``trust/r09_folders.py``."""

from __future__ import annotations

from trust import measured


def test_synced_folders_and_network_file_systems_are_warned_of():
    result = measured("R9", long=False)

    assert result.ok, (result.figure, *result.detail)
