"""Every way by which a file leaves through a command: each is checked, and each can be overridden."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import qualkit as package
from qualkit.cli import main
from qualkit.cli._leaving import writes
from qualkit.privacy import key as keys
from qualkit.privacy.key import Entry, Key
from qualkit.project import Project

CODE = "communication"
WAYS = {  # a command's name -> its arguments after STUDY, FILE where the file stands
    "grid": [["--out", "g.docx"], ["--out", "g.xlsx"], ["--out", "g.html"]],
    "report": [["--out", "r.docx"]],
    "coding list": [["--out", "c.csv"], ["--out", "c.xlsx"]],
    "coding table": [["--out", "t.csv"]],
    "crosstab": [["--by", "area", "--out", "x.csv"]],
    "project export": [["e.qdpx"], ["e.bundle"], ["e.qdc"]],
    "project log": [["--out", "l.csv"]],
    "coder pack": [["Ann", "--source", "aoife", "-o", "p.qualkit"]],
    "codebook write": [["evaluation-topics", "--out", "b.yaml"]],
    "scale learn": [["l.npz"]],
}
ELSEWHERE = {  # the same writers, with libraries that are slow to load, or more to prepare
    "agreement", "consensus codings", "cooccurrence", "evaluate", "figure", "quotes check",
    "survey figure", "survey items", "survey table", "topics", "triangulate",
    "typology",
}  # fmt: skip


def every(command, name=""):
    """Every command with its name."""
    if isinstance(command, click.Group):
        with click.Context(command) as ctx:
            for one in command.list_commands(ctx):
                yield from every(command.get_command(ctx, one), f"{name} {one}".strip())
        if command.params:
            yield name, command
    else:
        yield name, command


def run(*arguments):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert isinstance(done.exception, SystemExit | None), done.exception
    return done


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A study with a name of its key in everything that is exported."""
    folder = tmp_path_factory.mktemp("release")
    text = folder / "aoife.txt"
    text.write_text("I: What helped?\nP7: Aoife rang at once.\n")
    path = folder / "s.qualkit"
    assert run("new", path, "--codebook", "evaluation-topics").exit_code == 0
    with Project.open(str(path), user="Ann") as project:
        project.add_sources([text])
        project.add_coder("Ann")
        sheet = folder / "a.csv"
        sheet.write_text("source,area\naoife,Aoife's\n")
        project.set_attributes(sheet)
        project.set_code("evaluation-topics", CODE, definition="What Aoife asked for.")
        project.add_coding("aoife", (20, 40), CODE, coder="Ann")
        keys.write(keys.place_of(str(path)), Key(project.study_id, entries=(
            Entry("person", "[Person 1]", ("Aoife",)),)))  # fmt: skip
    return path


def test_every_command_that_writes_from_a_study_takes_a_reason():
    named = {name for name, command in every(main) if "privacy" not in name.split()
             and writes(command, str(command.name))}  # fmt: skip
    given = {name for name, command in every(main)
             if any(param.name == "release_anyway" for param in command.params)}  # fmt: skip

    assert named == given == set(WAYS) | ELSEWHERE


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, way) for name, ways in WAYS.items() for way in ways]
)
def test_what_is_refused_is_not_written_and_a_reason_writes_it(
    study, tmp_path, monkeypatch, name, arguments
):
    monkeypatch.chdir(tmp_path)
    refused = run(*name.split(), study, *arguments)

    assert (refused.exit_code, list(tmp_path.iterdir())) == (1, [])
    assert "not released, nothing was written" in refused.stderr
    assert "aoife" not in refused.stderr.casefold()

    done = run(*name.split(), study, *arguments, "--release-anyway", "the ethics committee agreed")

    assert done.exit_code == 0, done.stderr
    assert len(list(tmp_path.iterdir())) == 1
    with Project.open(str(study)) as project:
        last = project.log().iloc[-1]
    assert last["action"] == "release"
    assert last["what"].endswith(": the ethics committee agreed")


def test_a_reason_says_something(study, tmp_path):
    done = run("grid", study, "--out", tmp_path / "g.html", "--release-anyway", " ")

    assert (done.exit_code, "say why it may leave" in done.stderr) == (2, True)


def test_no_command_and_no_page_writes_or_offers_a_file_in_another_way():
    here = Path(package.__file__).parent
    direct = re.compile(r"\.write_text\(|\.write_bytes\(|\.open\(\s*\"w|\bopen\([^)]*\"w")
    found = {
        str(path.relative_to(here))
        for path in [*(here / "cli").glob("*.py"), *(here / "app").rglob("*.py")]
        if direct.search(path.read_text("utf-8"))
        or "st.download_button(" in path.read_text("utf-8")
    }

    assert found == {
        "cli/_shared.py",  # within write_whole
        "app/files.py", "app/recent.py", "app/settings_room.py", "app/sources_room.py",  # no downloads
        "app/release.py", "app/pages/settings_backups.py",  # a backup is no release
    }  # fmt: skip


def test_check_lists_what_was_found_and_exits_with_one(study, write):
    report = write("report.txt", "Aoife rang from 07700 900123.\n")

    done = run("privacy", "check", report, "--study", study, "--json")

    assert done.exit_code == 1
    assert json.loads(done.stdout) == {
        "ok": False,
        "findings": [
            {"kind": "name", "where": "line 1", "level": "refuse", "why": "a name of the key",
             "text": "[Person 1]"},
            {"kind": "identifier", "where": "line 1", "level": "refuse", "why": "a telephone number",
             "text": "[phone number]"},
        ],
    }  # fmt: skip


def test_check_without_a_key_says_that_names_were_not_looked_for(write):
    done = run("privacy", "check", write("report.txt", "Aoife rang.\n"), "--json")

    assert done.exit_code == 0
    assert [one["why"] for one in json.loads(done.stdout)["findings"]] == [
        "no key was given, so names were not looked for"
    ]
