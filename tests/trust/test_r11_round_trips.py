"""R11: a study taken out and brought in again is the same."""

from __future__ import annotations

from trust import measured


def test_a_study_taken_out_and_brought_in_again_has_the_same_texts_and_codings():
    result = measured("R11", long=False)

    assert result.ok, (result.figure, *result.detail)
