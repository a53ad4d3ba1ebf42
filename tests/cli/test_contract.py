"""The commands as other programs call them: JSON on standard output, exit codes, messages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from qualkit.cli import main

SHOUT = "I: What helped? 😀\nP7: The staff listened.\nI: And?\nP7: They came back.\n"


def qualkit(*arguments, code=0):
    """Run a command; its output, standard error, and exit code as expected."""
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert isinstance(done.exception, SystemExit | None), done.exception  # no traceback
    assert done.exit_code == code, done.stderr
    return done


def output(*arguments, code=0):
    return json.loads(qualkit(*arguments, code=code).stdout)


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    qualkit("new", path, "--codebook", "evaluation-topics", "--codebook", "cascade")
    qualkit("source", "add", path, write("p7.txt", SHOUT))
    return path


def test_source_read_gives_text_turns_and_places(write):
    found = output("source", "read", write("p7.txt", SHOUT), "--json")

    assert {"name", "format", "text", "sha256", "turns", "warnings"} <= set(found)
    assert (found["name"], found["format"], found["text"]) == ("p7", "txt", SHOUT)
    assert [found["text"][t["start"] : t["end"]] for t in found["turns"]][:2] == [
        "What helped? 😀",
        "The staff listened.",
    ]
    assert found["turns"][1] == {
        "speaker": "P7", "role": "participant", "start": 22, "end": 41, "time": None, "line": 2,
        "page": None, "item": None,
    }  # fmt: skip


def test_source_read_refuses_with_the_reason(write):
    done = qualkit("source", "read", write("a.vtt", "WEBVTT\n"), "--json", code=1)

    assert done.stdout == ""
    assert done.stderr.startswith("qualkit: a.vtt: no cues;")


def test_source_add_reports_each_file_and_keeps_the_good(study, write):
    done = qualkit(
        "source",
        "add",
        study,
        write("b.txt", "I: How?\nR: So."),
        write("c.pdf", "no"),
        "--json",
        code=1,
    )

    report = json.loads(done.stdout)
    assert [source["source"] for source in report["added"]] == ["b"]
    assert report["refused"][0]["reason"] == "not a PDF: it is plain text"
    assert [s["source"] for s in output("source", "list", study, "--json")["sources"]] == [
        "p7",
        "b",
    ]


def test_a_folder_is_imported_file_by_file(tmp_path, write):
    study = tmp_path / "s.qualkit"
    folder = write("a.txt", SHOUT).parent
    write("b.md", "**I:** x?\n**R:** y")
    qualkit("new", study)

    assert len(output("source", "add", study, folder, "--json")["added"]) == 2


def test_source_show_is_what_was_read(study, write):
    shown = output("source", "show", study, "p7", "--json")

    assert shown["text"] == SHOUT
    assert qualkit("source", "show", study, "p8", code=1).stderr == (
        "qualkit: no source is called 'p8'; did you mean 'p7'?\n"
    )


def test_codings_are_loaded_listed_and_counted(study, write, tmp_path):
    table = write(
        "c.csv", "source,quote,code,stance\np7,They came back.,communication.feedback,positive\n"
    )
    qualkit("coding", "load", study, table, "--coder", "Ann")

    (coding,) = output("coding", "list", study, "--json")["codings"]
    assert (coding["text"], coding["coder"], coding["theme"]) == (
        "They came back.",
        "Ann",
        "communication",
    )
    assert coding["code_path"].count(" > ") == 1
    assert coding["rating"] is None
    counted = output("coding", "table", study, "--json")["table"]
    assert counted[0]["evaluation-topics/communication.feedback"] == 1
    qualkit("coding", "list", study, "--out", tmp_path / "c.xlsx")
    assert (tmp_path / "c.xlsx").stat().st_size > 1000


def test_a_quote_that_nobody_said_is_refused_with_the_nearest(study, write):
    table = write("c.csv", "source,quote,code,coder\np7,They come back.,culture,Ann\n")

    done = qualkit("coding", "load", study, table, code=1)

    assert "row 2: the quote 'They come back.' is not in its source word for word" in done.stderr
    assert "the nearest, on line 4, is 'They came back.'" in done.stderr


@pytest.mark.parametrize("ending", ["docx", "xlsx", "html"])
def test_the_grid_is_written_in_every_format(study, tmp_path, ending):
    out = tmp_path / f"g.{ending}"

    qualkit("grid", study, "--out", out)

    assert out.stat().st_size > 2000


def test_codebook_check_says_what_is_wrong_and_where(write):
    assert output("codebook", "check", "cascade", "--json")["codes"] == 7
    bad = write("b.yaml", "codes: [{id: a, name: A, parent: z}]")
    done = qualkit("codebook", "check", bad, "--json", code=1)
    assert json.loads(done.stdout)["problems"] == ["line 1, code a: unknown parent z"]
    assert done.stderr == "qualkit: b.yaml: line 1, code a: unknown parent z\n"


def test_project_check_is_well_until_a_byte_changes(study):
    assert output("project", "check", study, "--json") == {
        "ok": True, "sources": 1, "codings": 0, "problems": [],
    }  # fmt: skip
    data = study.read_bytes()
    study.write_bytes(data.replace(b"The staff listened.", b"The staff lessened."))

    report = output("project", "check", study, "--json", code=1)

    assert report["problems"][0]["message"] == "its text is not what was imported; restore a backup"


def test_the_log_names_who_did_what(study, write):
    table = write("c.csv", "source,quote,code,coder\np7,They came back.,culture,Ann\n")
    qualkit("coding", "load", study, table, "--as", "Zoe")

    last = output("project", "log", study, "--json")["log"][-1]
    assert (last["who"], last["action"], last["what"]) == ("Zoe", "load codings", "c.csv")
    assert [row["table"] for row in last["after"]] == ["coder", "coding"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nonsense"], 2),
        (["source", "read"], 2),
        (["grid", "no.qualkit", "--out", "g.docx"], 1),
        (["project", "check", "no.qualkit"], 1),
        (["source", "list", "."], 1),
    ],
)
def test_exit_codes_tell_a_refusal_from_a_misunderstanding(arguments, code):
    assert qualkit(*arguments, code=code).stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message", "text"),
    [
        (["source", "read", "p7.txt", "--json"], 0, [], SHOUT),
        (
            ["source", "read", "p8.txt"],
            1,
            ["qualkit: p8.txt: cannot be opened (No such file or directory)"],
            None,
        ),
        (["nonsense"], 2, ["Error: No such command 'nonsense'."], None),
    ],
)
def test_a_process_keeps_its_output_its_messages_and_its_exit_code_apart(
    write, arguments, code, message, text
):
    folder = write("p7.txt", SHOUT).parent

    done = subprocess.run(  # noqa: PLW1510 - the exit code is what is tested
        [sys.executable, "-m", "qualkit", *arguments],
        capture_output=True, text=True, encoding="utf-8", cwd=folder, timeout=120,
    )  # fmt: skip

    assert done.returncode == code
    assert done.stderr.splitlines()[-1:] == message
    assert (json.loads(done.stdout)["text"] if done.stdout else None) == text


def test_the_same_commands_work_on_a_server(postgres, write):
    address = postgres.new_database("from_the_command_line")
    qualkit("new", address, "--codebook", "cascade")
    qualkit("source", "add", address, write("p7.txt", SHOUT))

    assert output("project", "check", address, "--json")["sources"] == 1


def test_demo_builds_the_sample_study_and_says_where_to_look(tmp_path):
    done = qualkit("demo", tmp_path / "demo")

    assert "16 interviews (all invented), 402 codings by two coders" in done.stderr
    assert sorted(p.name for p in (tmp_path / "demo").glob("grid*")) == [
        "grid-by-area.docx", "grid-by-area.html", "grid-by-area.xlsx", "grid-by-interview.docx",
    ]  # fmt: skip
    assert "is there already" in qualkit("demo", tmp_path / "demo", code=1).stderr


HEAVY = ["spacy", "sklearn", "torch", "pandas", "streamlit", "docx", "sqlalchemy", "lxml"]


def test_neither_import_nor_help_loads_a_heavy_library():
    program = (
        "import sys, qualkit\nfrom qualkit.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        f"print(sorted(set({HEAVY}) & set(sys.modules)), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stderr == "[]\n"


def test_every_command_has_help_and_a_line_in_the_docs():
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")

    for name in ("source read", "coding load", "codebook check", "project check", "grid", "demo"):
        assert f"## `qualkit {name}`" in page
        assert "--help" in qualkit(*name.split(), "--help").stdout
