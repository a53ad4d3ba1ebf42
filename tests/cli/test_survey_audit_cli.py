"""survey audit, as other programs call it."""

from __future__ import annotations

import json

from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import samples

FOLDER = samples() / "published"


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


def test_json_has_every_finding_and_the_status_is_0_whatever_is_found():
    done = qualkit("survey", "audit", FOLDER / "table-8.yaml", FOLDER / "table-1.yaml", "--json")

    assert json.loads(done.stdout) == {
        "findings": [
            {
                "table": "table-8", "item": "Family intervention", "measure": "change",
                "check": "change", "grade": "proved", "printed": "+4", "expected": "-4",
                "message": "The change from 47 to 43 is printed as +4; it is -4 give or take 1 for "
                "rounding. Likeliest cause: a lost minus sign (-4 would fit).",
            }
        ]
    }  # fmt: skip


def test_a_person_reads_where_how_sure_and_why():
    done = qualkit("survey", "audit", FOLDER / "table-8.yaml")

    assert done.stdout.startswith("table-8, Family intervention, change: proved (change)\n  The ")
    assert done.stderr == "1 table, 1 finding\n"


def test_a_clean_table_gives_no_findings():
    assert json.loads(qualkit("survey", "audit", FOLDER / "table-1.yaml", "--json").stdout) == {
        "findings": []
    }


def test_a_file_that_cannot_be_read_is_refused_with_its_place(write):
    path = write("bad.yaml", "id: a\nheader: [I, n]\nrows: [[x]]\nmeasures: {I: label, n: sum}\n")
    done = qualkit("survey", "audit", path, "--json", code=1)

    assert done.stdout == ""
    assert "bad.yaml: 2 faults, nothing was kept" in done.stderr
    assert "line 3: row 1 has 1 cell, the header 2" in done.stderr
    assert qualkit("survey", "audit", "none.yaml", code=1).stderr.startswith("qualkit: none.yaml: ")
