"""P2: consistent, in brackets, logged apart; codings keep their place."""

from __future__ import annotations

from trust import measured, p02_pseudonyms


def test_pseudonyms_are_consistent_and_codings_stay(address, tmp_path):
    assert p02_pseudonyms.round_of(address, tmp_path / "key", 7) == []


def test_a_killed_program_leaves_all_or_nothing_and_a_key_that_takes_it_back():
    result = measured("P2", long=False)

    assert result.ok, result.detail
