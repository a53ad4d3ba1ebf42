"""project import and export, as a person and other programs call them."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project
from tests.interchange.foreign import NVIVO, PHRASES, TEXT


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert isinstance(done.exception, SystemExit | None), done.exception  # no traceback
    assert done.exit_code == code, done.output
    return done


@pytest.fixture
def nvivo(tmp_path):
    """A project of NVivo of whose five codings one has words that its text does not have."""
    marks = [NVIVO.selection(TEXT, phrase, n) for n, phrase in enumerate(PHRASES)]
    marks.append(NVIVO.selection("We never said this at all.", "never said", 7))
    return NVIVO.write(tmp_path / "Pilots.qdpx", NVIVO.source("".join(marks)))


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "ours.qualkit"
    with Project.create(path, codebooks=["cascade"], user="Ann") as project:
        project.add_sources([write("p7.txt", "Interviewer: What helped?\nP7: The staff.\n")])
        project.add_coding("p7", (30, 39), "cascade.roles", coder="Ann")
    return path


def test_import_gives_the_account_of_everything_as_json(nvivo, tmp_path):
    made = json.loads(qualkit("project", "import", nvivo, tmp_path / "s.qualkit", "--json").stdout)

    assert made["codings"] == {"matched": 4, "moved": 0, "lost": 1, "total": 5}
    offsets = {name: made["offsets"][name] for name in ("unit", "newline", "bom", "score")}
    assert offsets == {"unit": "utf-16", "newline": 2, "bom": False, "score": 0.8}
    names = ("codes", "sources", "cases", "coders", "memos")
    assert [made[name] for name in names] == [1, 1, 0, 1, 0]
    assert (made["not_carried"], made["warnings"]) == ({}, [])
    assert [one["words"] for one in made["lost"]] == ["never said"]
    with Project.open(tmp_path / "s.qualkit") as project:
        assert len(project.codings()) == 4


def test_import_tells_people_what_was_lost_and_how_places_were_read(nvivo, tmp_path):
    done = qualkit("project", "import", nvivo, tmp_path / "s.qualkit")

    lines = done.stdout.splitlines()
    assert lines[:2] == [
        "Pilots.qdpx: A REFI-QDA file", "5 codings: 4 on their words, 0 moved, 1 lost."
    ]  # fmt: skip
    assert lines[2].startswith(
        "Places were read as UTF-16 units; a line end of two characters counts as 2; "
        "no byte-order mark counts. 80 % of what could be compared fits. Next best: "
    )
    assert lines[4].startswith("lost: P1: 'never said': ")
    assert done.stderr == f"made {tmp_path / 's.qualkit'}\n"


def test_a_dry_run_keeps_nothing(nvivo, study, tmp_path):
    qualkit("project", "import", nvivo, tmp_path / "s.qualkit", "--dry-run")
    told = qualkit("project", "export", study, tmp_path / "out.qdpx", "--dry-run", "--json")

    assert json.loads(told.stdout)["written"] is False
    assert json.loads(told.stdout)["not_carried"]["speaker turns"] == 2
    assert not (tmp_path / "s.qualkit").exists()
    assert not (tmp_path / "out.qdpx").exists()


def test_import_never_touches_a_study_that_is_there(nvivo, study):
    before = study.read_bytes()

    refused = qualkit("project", "import", nvivo, study, code=1)

    assert refused.stderr.startswith(f"qualkit: {study}: ")
    assert study.read_bytes() == before


@pytest.mark.parametrize("ending", ["qdpx", "qdc", "bundle"])
def test_export_tells_what_the_file_does_not_hold_and_comes_back(study, tmp_path, ending):
    file = tmp_path / f"out.{ending}"

    told = json.loads(qualkit("project", "export", study, file, "--json").stdout)

    assert (told["file"], told["written"]) == (str(file), True)
    assert ("speaker turns" in told["not_carried"]) == (ending != "bundle")
    back = qualkit("project", "import", file, tmp_path / "back.qualkit", "--json")
    codings = json.loads(back.stdout)["codings"]
    assert codings["matched"] == codings["total"] == (0 if ending == "qdc" else 1)


def test_cases_are_written_as_codes_where_that_is_asked(study, tmp_path):
    for option, count in (((), 1), (("--cases-as-codes",), 2)):
        qualkit("project", "export", study, tmp_path / "out.qdpx", *option)

        text = _project(tmp_path / "out.qdpx")
        assert text.count("<Coding ") == count


def _project(path):
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return archive.read("project.qde").decode()


def test_columns_and_texts_of_a_table_are_told(tmp_path, write):
    table = write("ours.csv", "Who,Passage,Code\np7,The staff.,Trust\n")
    write("texts/p7.txt", "P7: The staff.\n")
    given = (
        "--column",
        "source=Who",
        "--column",
        "text=Passage",
        "--texts",
        table.parent / "texts",
    )

    made = qualkit("project", "import", table, tmp_path / "s.qualkit", *given, "--json")

    assert json.loads(made.stdout)["codings"]["matched"] == 1
    with Project.open(tmp_path / "s.qualkit") as project:
        assert project.source("p7").text == "P7: The staff.\n"
    wrong = qualkit("project", "import", table, tmp_path / "t.qualkit", "--column", "text", code=2)
    assert "'text' is no WHAT=HEADING, such as text=Segment" in wrong.stderr


def test_a_bundle_moves_a_study_to_another_database(study, tmp_path, address):
    qualkit("project", "export", study, tmp_path / "all.bundle")

    qualkit("project", "import", tmp_path / "all.bundle", address)

    with Project.open(study) as old, Project.open(address) as new:
        assert new.snapshot() == old.snapshot()


def test_a_file_that_is_no_study_is_refused_with_its_name(write, tmp_path):
    refused = qualkit("project", "import", write("a.bundle", b"PK"), tmp_path / "s", code=1)

    assert refused.stderr.startswith("qualkit: a.bundle: ")
