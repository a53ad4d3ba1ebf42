"""``qualkit agreement`` as other programs and people call it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project

COEFFICIENTS = [
    "percent_agreement", "cohen_kappa", "scott_pi", "fleiss_kappa", "gwet_ac1",
    "brennan_prediger", "krippendorff_alpha",
]  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Six sources on which Ann and Bo agree but for the last."""
    folder = tmp_path_factory.mktemp("agreement")
    path = folder / "s.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"], user="t") as project:
        for n in range(6):
            (folder / f"p{n}.txt").write_text(f"I: Why {n}?\nP: They rang back. Nobody else did.\n")
        project.add_sources([folder / f"p{n}.txt" for n in range(6)])
        project.set_values({f"p{n}": {"region": "NS"[n % 2]} for n in range(6)})
        for n in range(6):
            for coder in ("Ann", "Bo"):
                end = 45 if coder == "Bo" and n == 5 else 28
                project.add_coding(f"p{n}", (13, end), "communication", coder=coder)
    return path


def run(*arguments, code=0):
    done = CliRunner().invoke(main, ["agreement", *(str(one) for one in arguments)])
    assert done.exit_code == code, (done.output, done.exception)
    return done


def test_json_has_every_table_of_a_study(study):
    found = json.loads(run(study, "--by", "region", "--over", "week", "--json").stdout)

    assert (found["coders"], found["length"]) == (["Ann", "Bo"], 6 * 32)
    assert set(found["overall"]) == {"percent", "pooled_kappa", "alpha", "overlap"}
    assert set(found["overall"]["alpha"]) == {"value", "reason", "low", "high", "n", "flag"}
    tables = ("codes", "themes", "cells", "pairs_table", "sources_table", "groups", "periods")
    assert all(found[name] for name in tables)
    assert [one["group"] for one in found["groups"]] == ["N", "S"]
    (cell,) = [one for one in found["cells"] if one["code"] == "communication"]
    assert (cell["both"], cell["only_b"]) == (6 * 15, 17)
    assert found["method"].startswith("Agreement between Ann and Bo was measured on 6 of 6 sources")


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("sentence", {"percent", "pooled_kappa", "alpha", "overlap"}),
        ("turn", {"percent", "pooled_kappa", "alpha", "overlap"}),
        ("segment", {"percent", "holsti", "brennan_prediger"}),
    ],
)
def test_the_unit_says_which_figures_there_are(study, unit, names):
    found = json.loads(run(study, "--unit", unit, "--coders", "Ann,Bo", "--json").stdout)

    assert found["settings"]["unit"] == unit
    assert set(found["overall"]) == names


def test_a_person_reads_figures_intervals_and_the_method(study):
    printed = run(study, "--by", "region").output

    lines = printed.splitlines()
    assert lines[0].startswith("percent")
    (line,) = [one for one in lines if one.startswith("Communication and reporting")]
    # both 90, only Bo 17, neither 85 of 192: Po = 175/192, Pe = (90*107 + 102*85)/192^2
    assert "91.1%" in line
    assert "0.824 [" in line
    assert " 0.841 " in line
    assert "codes that nobody applied have no figure." in printed
    assert "reflexive thematic analysis does not use them" in lines[-1]


def test_a_report_is_written(study, tmp_path):
    printed = run(study, "-o", tmp_path / "a.xlsx").output

    assert printed == f"wrote {tmp_path / 'a.xlsx'}\n"


def test_ratings_give_every_coefficient_by_its_name(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("Ann,Bo\n1,1\n1,2\n2,2\n3,\n2,2\n")

    found = json.loads(run("--ratings", path, "--level", "ordinal", "--json").stdout)

    assert list(found) == COEFFICIENTS
    assert found["percent_agreement"] == {
        "value": 0.75, "reason": "", "low": None, "high": None, "n": 4, "flag": ""
    }  # fmt: skip
    # Po = 3/4, Pe = (2/4)(1/4) + (2/4)(3/4) = 1/2
    assert found["cohen_kappa"]["value"] == 0.5
    assert "cohen kappa          0.500" in run("--ratings", path).output


def test_everybody_choosing_one_and_the_same_is_told_in_words(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("Ann,Bo\n1,1\n1,1\n")

    assert "everybody chose one and the same" in run("--ratings", path).output
    found = json.loads(run("--ratings", path, "--json").stdout)["krippendorff_alpha"]
    assert (found["value"], found["reason"]) == (None, "no_variation")


def test_spans_are_compared_on_a_text_of_a_length(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("coder,start,end,code\nA,0,150,x\nB,100,200,x\n")

    found = json.loads(run("--spans", path, "--length", "1000", "--json").stdout)

    assert found["overall"]["pooled_kappa"]["value"] == pytest.approx(0.3182, abs=1e-4)
    assert "0.318" in run("--spans", path, "--length", "1000").output


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        ([], 2, "give a STUDY, or --ratings FILE, or --spans FILE: one of them"),
        (["STUDY", "--ratings", "r.csv"], 2, "give a STUDY, or --ratings FILE, or --spans FILE"),
        (["--spans", "s.csv"], 2, "--spans needs --length N, the characters of the text"),
        (["--ratings", "r.csv", "--unit", "turn"], 2, "--unit cannot go with a sheet of ratings"),
        (["--spans", "s.csv", "-o", "a.docx"], 2, "-o cannot go with a sheet of spans"),
        (["STUDY", "--length", "9"], 2, "--length cannot go with a study"),
        (["STUDY", "--share", "0.5"], 2, "--share is for --unit sentence or --unit turn"),
        (["STUDY", "--settled", "--against-consensus"], 2, "are two things: give one"),
        (["STUDY", "--settled", "-o", "a.docx"], 2, "-o writes figures before and after"),
        (["STUDY", "--coders", "An,Bo"], 1, "no coder is called 'An'; did you mean 'Ann'?"),
        (["STUDY", "--source", "p9"], 1, "no source is called 'p9'"),
        (["STUDY", "--code", "comunication"], 1, "did you mean 'communication'"),
        (["STUDY", "--by", "regoin"], 1, "did you mean 'region'?"),
        (["STUDY", "--draws", "-1"], 1, "draws are a whole number from 0 to 100,000"),
        (["STUDY", "-o", "a.pdf"], 1, "a report of agreement is written as .docx, .xlsx, .html"),
        (["--ratings", "no.csv"], 1, "no.csv"),
        (["--ratings", "no.csv", "--draws", "-1"], 1, "draws are a whole number from 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(study, arguments, exit_code, words):
    asked = [study if one == "STUDY" else one for one in arguments]

    assert words in run(*asked, code=exit_code).output


def test_nobody_to_compare_is_told(study):
    printed = run(study, "--coders", "Ann").output

    assert printed.startswith("Nothing can be compared: two coders at least")
    found = json.loads(run(study, "--coders", "Ann", "--json").stdout)
    assert found["overall"]["alpha"]["reason"] == "fewer_than_two_coders"
