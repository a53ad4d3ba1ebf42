"""Our own REFI-QDA files: read back equal, valid, the same each time, losses told before."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from qualkit.errors import NotEnough
from qualkit.importers._guard import parse_xml
from qualkit.interchange import refi
from qualkit.interchange.study import (
    Cell,
    Mark,
    Note,
    Person,
    Study,
    Text,
    Unit,
    from_snapshot,
    made_id,
    to_snapshot,
)  # fmt: skip
from qualkit.model import Code, Codebook, Level
from qualkit.snapshot import Snapshot
from tests.interchange.studies import studies

ANN = Person("Ann", made_id("Ann"))
TEXT = Text("P1", made_id("P1"), "Ann: 😀 We waited.\nFor long.", made_id("case"))
CASE = Unit("Home", made_id("case"), {"Area": "north"})
CODES = (
    Code("time", "Time", "How long.", "waiting", "", "We waited.", ("wait", "long")),
    Code("time.2", "Time", parent="time", scale=(Level(0, "none"), Level(1, "some", "a bit"))),
)
BOOK = Codebook("ours", "Ours", "1.2", CODES, guid=made_id("book"))
MARK = Mark(TEXT.id, 7, 16, CODES[1].guid, ANN.id, "2026-01-02T03:04:05Z", made_id("mark"))
STUDY = Study("School link", (ANN,), (BOOK,), (CASE,), (TEXT,), (MARK,))
SLOW = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def root_of(path):
    data = parts(path)["project.qde"] if path.suffix == ".qdpx" else path.read_bytes()
    return parse_xml(data, path.name, path.name)


@given(studies())
@SLOW
def test_what_is_written_reads_back_equal_and_is_the_same_each_time(tmp_path, study):
    snapshot = to_snapshot(study)

    refi.write(snapshot, tmp_path / "one.qdpx")
    refi.write(refi.read(tmp_path / "one.qdpx"), tmp_path / "two.qdpx")

    assert refi.read(tmp_path / "one.qdpx") == snapshot
    assert (tmp_path / "one.qdpx").read_bytes() == (tmp_path / "two.qdpx").read_bytes()
    told = refi.read_study(tmp_path / "one.qdpx")[1]
    assert told.matched == told.total == len(study.marks)
    refi.write(snapshot, tmp_path / "cases.qdpx", cases_as_codes=True)
    assert refi.read(tmp_path / "cases.qdpx") == snapshot
    if snapshot.rows("code"):
        refi.write(snapshot, tmp_path / "s.qdc")
        found = refi.read(tmp_path / "s.qdc")
        assert found.rows("code") == snapshot.rows("code")
        assert found.rows("codebook") == snapshot.rows("codebook")


@pytest.fixture(scope="module")
def schemas(real_data):
    from lxml import etree

    return {
        ending: etree.XMLSchema(etree.parse(str(real_data / "refi" / name)))
        for ending, name in ((".qdpx", "Project.xsd"), (".qdc", "Codebook.xsd"))
    }


@given(studies())
@settings(SLOW, max_examples=25)
def test_what_is_written_is_valid_against_the_official_schemas(schemas, tmp_path, study):
    snapshot = to_snapshot(study)
    names = ["s.qdpx", "cases.qdpx", *(["s.qdc"] if snapshot.rows("code") else [])]
    for name in names:
        path = tmp_path / name

        refi.write(snapshot, path, cases_as_codes=name == "cases.qdpx")

        schemas[path.suffix].assertValid(root_of(path))


def test_a_codebook_without_a_code_is_not_written(tmp_path):
    with pytest.raises(NotEnough, match="the study has no code"):
        refi.write(to_snapshot(Study()), tmp_path / "s.qdc")

    assert not list(tmp_path.iterdir())


def test_a_project_is_as_other_tools_want_it(tmp_path):
    path = tmp_path / "s.qdpx"

    refi.write(to_snapshot(STUDY), path)

    held = parts(path)
    assert list(held) == ["project.qde", f"sources/{TEXT.id}.txt"]
    assert held[f"sources/{TEXT.id}.txt"] == TEXT.text.encode()
    assert held["project.qde"].startswith(b"<?xml")
    root = root_of(path)
    (selection,) = root.iter("{*}PlainTextSelection")
    assert (selection.get("startPosition"), selection.get("endPosition")) == ("7", "16")
    assert selection.get("name") == "We waited"
    (coding,) = selection.iter("{*}Coding")
    assert coding.get("creatingUser") == ANN.id
    assert coding.get("creationDateTime") == "2026-01-02T03:04:05Z"
    (source,) = root.iter("{*}TextSource")
    assert source.get("plainTextPath") == f"internal://{TEXT.id}.txt"
    assert source.get("richTextPath") is None
    assert [one.get("name") for one in root.iter("{*}Code")] == ["Time", "Time (2)"]
    assert next(root.iter("{*}Code")).findtext("{*}Description") == (
        "How long.\n\n[qualkit]\nInclude: waiting\nExample: We waited.\nCue: wait\nCue: long"
    )
    (told,) = root.iter("{*}Set")
    assert told.get("name") == "Codebook: Ours"


def test_a_code_that_was_renamed_elsewhere_keeps_its_new_name(tmp_path):
    path = tmp_path / "s.qdc"
    refi.write(to_snapshot(STUDY), path)
    path.write_text(path.read_text("utf-8").replace('"Time (2)"', '"Days"'), encoding="utf-8")

    codes = refi.read(path).rows("code")

    assert [row["name"] for row in codes] == ["Time", "Days"]


def test_a_description_that_we_did_not_write_so_is_left_as_it_is(tmp_path):
    path = tmp_path / "s.qdc"
    refi.write(to_snapshot(STUDY), path)
    odd = path.read_text("utf-8").replace("Cue: wait\n", "Cue: wait\nInclude: twice\n")
    path.write_text(odd, encoding="utf-8")

    code = refi.read(path).rows("code")[0]

    assert (code["include"], code["cues"]) == ("", "[]")
    assert "Include: twice" in str(code["definition"])


def test_losses_are_known_before_anything_is_written():
    cell = Cell(CASE.id, CODES[0].guid, ANN.id, "They waited.", made_id("cell"))
    snapshot = to_snapshot(replace(STUDY, cells=(cell,)))
    more = {**snapshot.tables, "judge": ({"id": "1"},), "coder": (
        *snapshot.rows("coder"), {"id": made_id("Bo"), "name": "Bo", "role": "supervisor"},
    )}  # fmt: skip

    told = refi.losses(Snapshot(more))

    assert told.not_carried == {"speaker turns": 1, "judges": 1, "roles of coders": 2}
    assert told.changed == (
        "the code 'Time' (time.2) is written as 'Time (2)': another code has its name",
        "1 cell summary goes out as a memo of its case",
    )
    only = refi.losses(to_snapshot(STUDY), codebook_only=True).not_carried
    assert (only["codings"], only["sources"], only["cases"]) == (1, 1, 1)


def test_a_memo_about_a_case_comes_back_as_such(tmp_path):
    note = Note(made_id("n"), "Idea", "Ask again.", "case", CASE.id, ANN.id)
    snapshot = to_snapshot(replace(STUDY, notes=(note,)))

    refi.write(snapshot, tmp_path / "s.qdpx")

    (found,) = from_snapshot(refi.read(tmp_path / "s.qdpx")).notes
    assert (found.title, found.about, found.of) == ("Idea", "case", CASE.id)


def test_the_memo_of_a_coding_stands_where_every_tool_reads_it(tmp_path):
    memo = "Look again.\nAnd again."
    snapshot = to_snapshot(replace(STUDY, marks=(replace(MARK, memo=memo, stance="mixed"),)))

    refi.write(snapshot, tmp_path / "s.qdpx")

    (selection,) = root_of(tmp_path / "s.qdpx").iter("{*}PlainTextSelection")
    assert selection[0].text == f"{memo}\n\n[qualkit]\nStance: mixed"
    assert refi.read(tmp_path / "s.qdpx") == snapshot
