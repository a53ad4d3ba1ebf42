"""Files are read in child processes, in order, and one bad file stops nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from qualkit.errors import ReadError
from qualkit.importers import read_source, worker
from qualkit.importers.sheets import read_sheet


def test_results_come_in_the_order_of_the_files_whoever_reads_them(write):
    paths = [write(f"{n}.txt", f"I: How?\nR: turn {n}") for n in range(12)]

    found = [(path, source.text) for path, source in worker.read_files(paths, jobs=3)]

    assert found == [(path, read_source(path).text) for path in paths]


def test_a_bad_file_is_refused_and_the_next_one_read(write):
    paths = [write("a.txt", b"I: a\0\0b"), write("b.txt", "I: How?\nR: So.")]

    bad, good = [result for _, result in worker.read_files(paths)]

    assert str(bad) == "a.txt: binary data at byte 4; this is not a text file"
    assert len(good.turns) == 2


def test_a_child_reads_what_this_process_reads(write):
    path = write("p.txt", "I: How? 😀\nR: é\u200b well")

    child, here = worker.read_file(path), read_source(path)

    assert (child.text, child.turns, child.file_sha256) == (here.text, here.turns, here.file_sha256)


def test_a_table_is_read_in_a_child_as_here(write):
    path = write("t.csv", "a,b\n1,é😀\n")

    assert worker.read_table(path) == read_sheet(path)
    with pytest.raises(ReadError, match="there are no rows below the headings"):
        worker.read_table(write("e.csv", "a,b\n"))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names as text")
def test_a_file_whose_name_is_no_text_is_refused_and_the_others_are_read(write):
    good = write("good.txt", "I: How?\nR: So.")
    bad = Path(os.fsdecode(bytes(good.parent) + b"/caf\xe9.txt"))
    bad.write_text("I: How?\nR: So.", encoding="utf-8")

    results = [result for _, result in worker.read_files([bad, good])]

    assert "its name is not text on this machine; rename the file" in str(results[0])
    assert results[1].name == "good"


def test_a_missing_file_is_refused_with_its_name(tmp_path):
    with pytest.raises(ReadError) as refused:
        worker.read_file(tmp_path / "no.txt")

    assert str(refused.value) == "no.txt: cannot be opened (No such file or directory)"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_one_read(write, monkeypatch):
    monkeypatch.setattr(worker, "MEMORY", 130 << 20)
    paths = [write("a.txt", "I: " + "x" * 45_000_000), write("b.txt", "I: How?\nR: So.")]

    hungry, good = [result for _, result in worker.read_files(paths, jobs=1)]

    assert str(hungry) == "a.txt: damaged or too large (MemoryError)"
    assert len(good.turns) == 2


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_read(write, monkeypatch):
    slow = write("a.txt", "I: How?\nR: So.\n" * 400_000)
    monkeypatch.setattr(worker, "SECONDS", 4)

    results = [r for _, r in worker.read_files([slow, write("b.txt", "I: How?\nR: So.")], jobs=1)]

    assert str(results[0]) == (
        "a.txt: reading it took longer than 4 seconds; it is damaged or not a transcript"
    )
    assert len(results[1].turns) == 2
