"""Studies brought in and taken out in one call, on both databases."""

from __future__ import annotations

import pytest

from qualkit import exchanging
from qualkit.errors import (
    BatchError,
    ConflictError,
    QualkitError,
    ReadError,
    StoreError,
    TableError,
)  # fmt: skip
from qualkit.exchanging import Incoming, columns_of, keep, look, losses_of, take_out
from qualkit.interchange.report import Account
from qualkit.project import Project
from qualkit.snapshot import Row, Snapshot
from tests.interchange.foreign import NVIVO, PHRASES, TEXT

WORDS = "Interviewer: What helped? 😀\nP7: The staff listened.\n"


@pytest.fixture
def nvivo(tmp_path):
    """A project of NVivo with one coding that its text does not have."""
    marks = [NVIVO.selection(TEXT, phrase, n) for n, phrase in enumerate(PHRASES)]
    marks.append(NVIVO.selection("We never said this at all.", "never said", 7))
    return NVIVO.write(tmp_path / "Pilots.qdpx", NVIVO.source("".join(marks)))


@pytest.fixture
def coded(project, write):
    """A study with a coding, a memo, a set and a line of the topic guide."""
    project.add_sources([write("p7.txt", WORDS)])
    project.add_coding("p7", (32, 51), "communication", coder="Ann")
    memo = project.add_memo("Ask again.", source="p7")
    project.add_collection("First round", sources=["p7"], memos=[memo])
    return project


def test_every_coding_of_a_foreign_project_is_told_before_anything_is_kept(nvivo, tmp_path):
    found = look(nvivo)

    account = found.account
    assert (found.kind, account.matched, account.total) == ("refi", len(PHRASES), len(PHRASES) + 1)
    assert [one.words for one in account.lost] == ["never said"]
    assert (account.offsets.unit, account.offsets.newline) == ("utf-16", 2)
    assert list(tmp_path.iterdir()) == [nvivo]


def test_what_was_looked_at_becomes_a_study_that_says_where_it_is_from(nvivo, address):
    keep(look(nvivo), address, user="Ann Lee")

    with Project.open(address) as study:
        assert sorted(study.codings()["text"]) == sorted(PHRASES)
        row = study.log().iloc[0]
        assert (row["who"], row["action"], row["what"]) == ("Ann Lee", "import", "Pilots.qdpx")
        assert study.check().problems == ()


def test_a_place_that_is_taken_is_left_as_it_is(nvivo, tmp_path):
    taken = tmp_path / "taken.qualkit"
    Project.create(taken, codebooks=["cascade"]).close()

    with pytest.raises(StoreError):
        keep(look(nvivo), taken)

    with Project.open(taken) as study:
        assert [book.id for book in study.codebooks()] == ["cascade"]


def test_what_cannot_stand_in_a_study_leaves_no_study(address):
    coding: Row = {"id": "1", "source_id": "nobody", "start_at": 0, "end_at": 1, "quote": "a"}
    wrong = Incoming("x.bundle", "bundle", Snapshot({"coding": [coding]}), Account())

    with pytest.raises(BatchError):
        keep(wrong, address)

    with pytest.raises(StoreError):
        Project.open(address)


def test_a_bundle_brings_everything_and_its_own_log(coded, tmp_path):
    left = take_out(coded, tmp_path / "all.bundle")

    found = look(tmp_path / "all.bundle")
    keep(found, tmp_path / "again.qualkit", user="Bo")
    with Project.open(tmp_path / "again.qualkit") as again:
        assert again.snapshot() == coded.snapshot()
    assert (left.not_carried, found.account.matched, found.account.sets) == ({}, 1, 1)


def test_what_a_project_file_cannot_hold_is_known_before_it_is_written(coded, tmp_path):
    before = losses_of(coded, ".qdpx")

    written = take_out(coded, tmp_path / "out.qdpx")
    assert before == written
    assert before.not_carried["speaker turns"] == 2
    back = look(tmp_path / "out.qdpx").account
    assert (back.matched, back.total, back.memos, back.sets) == (1, 1, 1, 1)


def test_a_codebook_file_has_the_codes_alone(coded, tmp_path):
    left = take_out(coded, tmp_path / "codes.QDC")

    found = look(tmp_path / "codes.QDC").account
    assert (found.codes, found.sources, found.total) == (len(coded.codes()), 0, 0)
    assert left.not_carried["codings"] == 1


@pytest.mark.parametrize("name", ["out.docx", "out", ".qdpx"])
def test_another_ending_is_refused_with_those_that_there_are(coded, tmp_path, name):
    with pytest.raises(QualkitError, match=r"ends in \.qdpx, \.qdc, \.bundle"):
        take_out(coded, tmp_path / name)

    assert not (tmp_path / name).exists()


def test_nobody_takes_out_what_is_hidden_from_them(coded, tmp_path):
    coded.add_coder("Bo")
    coded.assign(["p7"], ["Bo"])
    with (
        Project.open(coded.study, user="Bo") as blind,
        pytest.raises(ConflictError, match="Bo codes blind"),
    ):
        take_out(blind, tmp_path / "out.qdpx")

    assert not (tmp_path / "out.qdpx").exists()


# Tables ------------------------------------------------------------------------------------


def test_columns_of_a_table_are_guessed_told_and_left_out(write):
    path = write("ours.csv", "Interview,Passage,Code,Note\np7,The staff listened.,Trust,odd\n")

    with pytest.raises(TableError, match="no column is known to be the text of a coding"):
        look(path)
    found = look(path, columns={"text": "Passage", "memo": ""})

    assert columns_of(path).columns == {"source": "Interview", "code": "Code", "memo": "Note"}
    assert found.table.columns == {"source": "Interview", "code": "Code", "text": "Passage"}
    assert found.table.headings == ("Interview", "Passage", "Code", "Note")
    assert [row["memo"] for row in found.snapshot.rows("coding")] == [""]


def test_codings_of_a_table_are_found_in_the_texts_that_are_given(write):
    table = write("ours.csv", "source,text,code\np7,The staff listened.,Trust\np7,Nobody.,Trust\n")
    write("texts/p7.txt", WORDS)

    found = look(table, texts=table.parent / "texts")

    assert (found.account.matched, len(found.account.lost)) == (1, 1)
    assert [row["text"] for row in found.snapshot.rows("source")] == [WORDS]


def test_a_table_of_highlights_of_taguette_is_a_table_as_any_other(write):
    path = write("highlights.csv", "id,document,tag,content\n1,p7.txt,Trust,The staff listened.\n")

    found = look(path)

    assert (found.kind, found.table.columns["text"]) == (exchanging.TABLE, "content")


def test_what_is_no_study_is_refused_by_name(write):
    with pytest.raises(ReadError, match=r"^notes\.docx: "):
        look(write("notes.docx", b"PK\x05\x06" + bytes(18)))
    with pytest.raises(ReadError, match=r"^gone\.qdpx: cannot be opened"):
        look(write("a.csv", "").parent / "gone.qdpx")
