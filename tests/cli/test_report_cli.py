"""``qualkit report`` as a user calls it."""

from __future__ import annotations

import click
import docx
import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project

TALK = "I: What helped?\nP1: The staff listened.\n"


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    codings = "source,quote,code,coder,stance\np1,The staff listened.,staffing,Ann,positive\n"
    with Project.create(path, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources(
            [write("p1.txt", TALK)], attributes=write("a.csv", "source,case,role\np1,North,Nurse\n")
        )
        project.load_codings(write("c.csv", codings))
    return path


def qualkit(*arguments):
    return CliRunner().invoke(main, [str(one) for one in arguments])


def headings(path):
    paragraphs = docx.Document(str(path)).paragraphs
    return [p.text for p in paragraphs if p.style.name == "Heading 1"]


def test_a_report_is_written_with_its_usual_parts(study, tmp_path):
    out = tmp_path / "r.docx"

    done = qualkit("report", study, "--out", out)

    assert (done.exit_code, done.stderr) == (0, f"wrote {out}\n")
    assert {"Theme: Staffing models", "Case: North", "Sources"} <= set(headings(out))
    assert "Transcript: p1" not in headings(out)


def test_parts_rows_bands_and_choice_are_passed_on(study, tmp_path):
    out = tmp_path / "r.docx"
    parts = ["--part", "cases", "--part", "transcripts"]
    rows = ["--rows", "source", "--bands", "case", "--bands", "role"]
    chosen = ["--coder", "Ann", "--stance", "negative"]

    done = qualkit("report", study, "--out", out, *parts, *rows, *chosen)

    assert done.exit_code == 0, done.stderr
    assert headings(out) == ["Source: p1", "Transcript: p1", "Sources"]
    said = [p.text for p in docx.Document(str(out)).paragraphs]
    assert "Only codings with the stance negative." in said


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--out", "r.pdf"], 1, "qualkit: r.pdf: a report is written as .docx"),
        (["--out", "r.docx", "--open", "nothing"], 1, "qualkit: no code is called 'nothing'"),
        (["--out", "r.docx", "--part", "theme"], 2, "'theme' is not one of 'grid', 'themes'"),
        (["--out", "r.docx", "--template", "no.docx"], 1, "qualkit: no.docx: cannot be opened"),
        ([], 2, "Missing option '--out'"),
    ],
)
def test_what_cannot_be_written_is_refused_with_the_reason(
    study, tmp_path, monkeypatch, arguments, code, message
):
    monkeypatch.chdir(tmp_path)

    done = qualkit("report", study, *arguments)

    assert done.exit_code == code
    assert message in done.stderr
    assert not (tmp_path / "r.docx").exists()


def test_the_parts_of_the_command_are_those_of_the_report():
    from qualkit.cli.report import report
    from qualkit.export.report import PARTS

    (option,) = [one for one in report.params if one.name == "parts"]
    assert isinstance(option.type, click.Choice)
    assert tuple(option.type.choices) == PARTS
