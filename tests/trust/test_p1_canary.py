"""P1: no word of a transcript in what commands leave beside the study."""

from __future__ import annotations

from trust import measured
from trust.p01_canary import WORD, _in_file


def test_words_of_transcripts_are_in_no_message_journal_cache_or_temporary_file():
    result = measured("P1", long=False)

    assert result.ok, (result.figure, *result.detail)


def test_a_planted_word_would_be_found_however_it_is_written(tmp_path):
    for n, form in enumerate((WORD.upper().encode(), f"a{WORD}".encode("utf-16"))):
        left = tmp_path / f"left{n}"
        left.write_bytes(b"\x00\x01" + form)

        assert _in_file(left, "left") == ["left"]
