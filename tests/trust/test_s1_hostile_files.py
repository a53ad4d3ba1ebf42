"""S1: files that were made to harm get the verdict that they deserve."""

from __future__ import annotations

import pytest

from qualkit.errors import ReadError
from qualkit.importers import read_source
from trust import measured
from trust._hostile import Case, own
from trust.s01_hostile_files import Read, _by_command, wrong


def test_every_hostile_file_gets_the_verdict_it_deserves(real_data):
    result = measured("S1", long=False)

    assert result.ok, result.detail
    assert int(result.figure.split()[0]) > 200  # with the corpus of the real data


def test_our_own_files_are_many_and_of_every_kind(tmp_path):
    cases = own(tmp_path)

    assert len(cases) > 60
    assert {case.kind for case in cases} >= {
        "docx", "odt", "pdf", "rtf", "vtt", "srt", "txt", "svg", "csv", "xlsx", "sav", "qdpx",
        "codebook", "project", "taguette", "bundle",
    }  # fmt: skip


def test_a_wrong_verdict_a_lost_name_and_a_leak_are_faults(tmp_path):
    case = Case("a.txt", "txt", "reject", tmp_path / "a.txt", {"must_not_contain": "root:"})

    assert list(wrong(case, Read(text="root:x"))) == [
        "accept, not reject ()",
        "leaks 'root:'",
    ]
    assert list(wrong(case, Read("damaged"))) == ["its name is not in 'damaged'"]


@pytest.mark.parametrize("name", ["bomb.docx", "outside.qdpx"])
def test_a_command_that_refuses_a_file_says_why_and_keeps_nothing(name, tmp_path):
    from qualkit.project import Project

    (tmp_path / "files").mkdir()
    (tmp_path / "case").mkdir()
    Project.create(tmp_path / "empty.qualkit").close()
    case = next(one for one in own(tmp_path / "files") if one.path.name == name)

    assert _by_command(case, tmp_path / "empty.qualkit", tmp_path / "case")[0] == []


def test_a_document_never_brings_what_an_entity_names(tmp_path):
    case = next(one for one in own(tmp_path) if one.name == "entities.odt")

    with pytest.raises(ReadError, match="declares a DTD or entities, which are not allowed"):
        read_source(case.path)
