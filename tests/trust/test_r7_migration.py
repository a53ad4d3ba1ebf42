"""R7, in short: see ``trust/r07_migration.py``."""

from __future__ import annotations

from trust import measured


def test_a_killed_migration_leaves_the_old_or_the_new_version_and_a_sound_backup():
    result = measured("R7", long=False)

    assert result.ok, (result.figure, *result.detail)
