"""``qualkit grid`` as a person calls it."""

from __future__ import annotations

import openpyxl
import pytest

from tests.cli.test_contract import qualkit
from tests.test_grid_reports import ATTRIBUTES, CODINGS, P7, P8


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two interviews, coded; nothing here changes it."""
    folder = tmp_path_factory.mktemp("grid")
    path = folder / "s.qualkit"
    files = {"p7.txt": P7, "p8.txt": P8, "a.csv": ATTRIBUTES, "c.csv": CODINGS}
    for name, words in files.items():
        (folder / name).write_text(words, encoding="utf-8")
    qualkit("new", path, "--codebook", "evaluation-topics")
    talks = folder / "p7.txt", folder / "p8.txt"
    qualkit("source", "add", path, *talks, "--attributes", folder / "a.csv")
    qualkit("coding", "load", path, folder / "c.csv")
    return path


def grid(study, *options):
    out = study.parent / "g.xlsx"
    qualkit("grid", study, "--out", out, *options)
    return openpyxl.load_workbook(out)["Grid"]


def heads(sheet, count):
    return [[cell.value for cell in row[:count]] for row in sheet.iter_rows()]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), [["Case"], ["Salt\n1 source"], ["Weld\n1 source"]]),
        (("--rows", "role"), [["Role"], ["Head\n1 source"], ["Nurse\n1 source"]]),
        (("--by", "role"), [["Role"], ["Head\n1 source"], ["Nurse\n1 source"]]),
        (("--by", "region", "--by", "role"),
         [["Region", "Role"], ["East", "Nurse\n1 source"], ["West", "Head\n1 source"]]),
        (("--by", "region", "--by", "role", "--rows", "source"),
         [["Region", "Role", "Source"], ["East", "Nurse", "p7\nNurse, Salt"],
          ["West", "Head", "p8\nHead, Weld"]]),
        (("--bands", "region", "--bands", "role"),
         [["Region", "Role", "Case"], ["East", "Nurse", "Salt\n1 source"],
          ["West", "Head", "Weld\n1 source"]]),
    ],
)  # fmt: skip
def test_rows_and_bands_are_what_the_options_say(study, options, expected):
    assert heads(grid(study, *options), len(expected[0])) == expected


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ((), 3),
        (("--stance", "positive", "--stance", "negative"), 2),
        (("--coder", "Bob"), 1),
        (("--consensus",), 1),
        (("--coder", "Ann", "--stance", "mixed"), 1),
    ],
)
def test_only_the_codings_that_are_chosen_stand_in_the_grid(study, options, count):
    cells = [cell.value for row in grid(study, *options).iter_rows(min_row=2) for cell in row]

    assert sum(cell.count("“") for cell in cells) == count


def test_a_theme_is_opened(study):
    shown = heads(grid(study, "--open", "communication"), 99)[0]

    assert "Communication and reporting: in general" in shown
    assert len(shown) > len(heads(grid(study), 99)[0])


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            ("--by", "role", "--bands", "region"),
            2,
            "--by and --bands both say how rows are grouped",
        ),
        (("--by", "role", "--by", "role"), 1, "rows and bands name one attribute twice"),
        (("--stance", "angry"), 2, "Invalid value for '--stance'"),
        (("--coder", "Zed"), 1, "no coder is called 'Zed'"),
        (("--template", "x.docx"), 1, "a template is for a .docx file, not '.html'"),
    ],
)
def test_what_cannot_be_done_is_told(study, tmp_path, options, code, message):
    done = qualkit("grid", study, "--out", tmp_path / "g.html", *options, code=code)

    assert message in done.stderr
    assert not (tmp_path / "g.html").exists()
