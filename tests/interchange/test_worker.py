"""Other tools' files are read in a child process that is bounded, can be stopped, and is not believed."""

from __future__ import annotations

import sys
import time

import pytest

from qualkit import exchanging
from qualkit.errors import ReadError, TableError
from qualkit.interchange import bundle, looking, worker
from qualkit.snapshot import Row, Snapshot

SHEET = "Document,Code,Segment,Weight\nP1,Team,They 😀 listened.,0\nP1,Time,=1+1,\n"


def test_a_child_finds_what_this_process_finds(write):
    path = write("s.csv", SHEET)

    child, here = worker.look(path), looking.look(path)

    assert child == here
    assert worker.columns_of(path, {"memo": "Weight"}) == looking.columns_of(
        path, {"memo": "Weight"}
    )


def test_bytes_and_rows_of_other_columns_come_back_as_they_were(tmp_path):
    path = tmp_path / "s.bundle"
    rows: list[Row] = [{"id": "1", "name": "Ann"}, {"id": "2", "name": "Bea", "login": None}]
    wave: Row = {"id": "1", "survey_id": "1", "answers": b"\0\xff", "respondents": 3}
    bundle.write(Snapshot({"coder": rows, "survey_wave": [wave]}), path)

    assert worker.look(path).snapshot == bundle.read(path)


def test_a_refusal_in_the_child_is_raised_here_as_it_was(write):
    with pytest.raises(ReadError) as refused:
        exchanging.look(write("s.csv", 'Code,Segment\nTeam,"They\n'))
    assert (refused.value.file, refused.value.line) == ("s.csv", 2)

    with pytest.raises(TableError, match="no column is known to be the text or the code") as told:
        exchanging.look(write("t.csv", "a,b\n1,2\n"))
    assert told.value.table == "t.csv"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_a_file_that_needs_more_memory_than_its_size_allows_is_refused(write, monkeypatch):
    path = write("s.csv", SHEET * 40_000)
    monkeypatch.setattr(worker, "MEMORY", 130 << 20)
    monkeypatch.setattr(worker, "MEMORY_EACH_MB", 0)

    with pytest.raises(ReadError, match=r"s\.csv: (damaged or too large \(MemoryError\)|reading)"):
        worker.look(path)


def test_a_file_that_takes_too_long_is_refused(write, monkeypatch):
    monkeypatch.setattr(worker, "SECONDS", 0)
    monkeypatch.setattr(worker, "SECONDS_EACH_MB", 0)

    with pytest.raises(ReadError) as refused:
        worker.look(write("s.csv", "Document,Code,Segment\n" + "P1,Team,They listened.\n" * 90_000))

    why = "reading it took longer than 0 seconds; it is damaged or made to harm"
    assert refused.value.reason == why


def test_who_waits_can_stop_the_reading_at_once(write):
    class Stopped(Exception):
        pass

    def stop():
        raise Stopped

    path = write("s.csv", "Document,Code,Segment\n" + "P1,Team,They listened.\n" * 90_000)
    start = time.perf_counter()

    with pytest.raises(Stopped):
        exchanging.look(path, meanwhile=stop)
    assert time.perf_counter() - start < 3


@pytest.mark.parametrize(
    "part",
    [
        {"rows": "coder", "columns": ["id"], "values": [[["a"]]]},
        {"rows": "coder", "columns": ["id", "name"], "values": [["1"]]},
        {"rows": "passwords", "columns": ["id"], "values": [["1"]]},
        {"rows": "coder", "columns": ["id"], "values": [[{"bytes": "*"}]]},
        {"rows": "coder"},
    ],
)
def test_what_a_child_sends_is_looked_at_again(part, write):
    path = write("s.csv", SHEET)
    head = next(worker._found(looking.look(path)))

    assert worker._incoming([head], path).kind == "coded_table"
    with pytest.raises(ReadError, match=r"s\.csv: reading it gave no study"):
        worker._incoming([head, part], path)


def test_what_parts_nothing_in_its_first_line_is_called_plain_text(write):
    with pytest.raises(ReadError) as refused:
        exchanging.look(write("README.md", "# A program\n\nFor a, b and c.\n"))

    assert refused.value.reason == (
        "no study and no table of codings: it is plain text; is it a transcript to be added?"
    )


def test_a_heap_of_codes_is_refused_with_its_row(write):
    codes = ";".join(f"c{n}" for n in range(3_000))

    with pytest.raises(ReadError, match=r"s\.csv: row 2 has 2,999 codes in one cell"):
        looking.look(write("s.csv", f"Document,Codes,Segment\nP1,{codes},They listened.\n"))
