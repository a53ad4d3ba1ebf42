"""S2: files that are damaged at random raise nothing but errors of ours."""

from __future__ import annotations

import pytest

from trust import measured
from trust._seeds import seeds
from trust.s02_mutations import Found, _reader, _try, damaged


def test_files_damaged_at_random_raise_nothing_but_our_own_errors():
    result = measured("S2", long=False)
    assert result.ok, result.detail


def test_the_files_that_are_damaged_are_sound_and_of_every_format(tmp_path):
    sound = seeds(tmp_path)

    for name, data in sound.items():
        path = tmp_path / f"m-{name}"
        path.write_bytes(data)
        _reader(path)(path)  # raises where it is not
    assert len(sound) == 20


def test_a_damaged_file_is_another_one_and_the_same_by_its_number(tmp_path):
    sound = seeds(tmp_path)["a.docx"]
    made = [damaged(sound, n) for n in range(9)]

    assert made == [damaged(sound, n) for n in range(9)]
    assert len(set(made) - {sound}) > 7


def test_what_a_reader_lets_through_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.setattr("trust.s02_mutations.read_source", lambda path: {}[path])
    found = Found()

    _try(tmp_path / "m-a.txt", b"Ann: yes", 7, found)

    assert found.faults[0].startswith("m-a.txt, seed 7: KeyError at test_s2_mutations.py:")
    with pytest.raises(KeyError):
        _reader(tmp_path / "m-a.txt")(tmp_path)
