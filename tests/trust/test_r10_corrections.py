"""R10: correcting a transcript never changes the words of a coding in silence."""

from __future__ import annotations

from trust import measured


def test_no_coding_changes_its_words_in_silence():
    result = measured("R10", long=False)
    assert result.ok, result.detail
