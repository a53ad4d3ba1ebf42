"""``qualkit crosstab``, ``cooccurrence``, ``typology`` and ``figure`` as other programs call them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project

SAID = "I: What helped {}?\nP: The staff listened and we had time to plan it.\n"
BOOK = """
id: ours
title: Ours
codes:
  - id: staff
    name: Staff
  - id: staff.listen
    name: Listening
    parent: staff
  - id: time
    name: Time
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compare")
    (folder / "ours.yaml").write_text(BOOK, encoding="utf-8")
    names = ["p1", "p2", "p3", "p4"]
    for name in names:
        (folder / f"{name}.txt").write_text(SAID.format(name), encoding="utf-8")
    sheet = folder / "who.csv"
    rows = [f"{n},{c},{p}" for n, c, p in zip(names, "NNSS", ["a", "b", "a", "a"], strict=True)]
    sheet.write_text("\n".join(["source,case,phase", *rows]), encoding="utf-8")
    path = folder / "s.qualkit"
    with Project.create(path, codebooks=[folder / "ours.yaml"], user="t") as project:
        project.add_sources([folder / f"{name}.txt" for name in names], attributes=sheet)
        text = project.source("p1").text
        for name, code, words, stance in (
            ("p1", "staff.listen", "The staff listened", "positive"),
            ("p1", "time", "listened and we had time", None),
            ("p2", "time", "had time", "negative"),
            ("p3", "staff", "staff", "positive"),
            ("p4", "time", "time", "negative"),
        ):
            span = text.index(words), text.index(words) + len(words)
            project.add_coding(name, span, code, coder="Ann", stance=stance)
    return path


def run(*arguments, code=0):
    done = CliRunner().invoke(main, [str(one) for one in arguments])
    assert done.exit_code == code, (done.output, done.exception)
    return done


@pytest.mark.parametrize("rows", ["THEME", "theme", None])
def test_a_crosstab_gives_bases_cells_and_totals(study, rows):
    asked = [] if rows is None else ["--rows", rows]
    found = json.loads(run("crosstab", study, *asked, "--by", "phase", "--json").stdout)

    assert {"rows", "by", "bases", "cells", "totals"} <= set(found)
    assert (found["rows"], found["by"]) == ("theme", "phase")
    assert found["bases"] == [
        {"value": "a", "sources": 3, "turns": 3, "words": 39, "suppressed": False},
        {"value": "b", "sources": 1, "turns": 1, "words": 13, "suppressed": False},
    ]
    assert found["cells"][0] == {
        "codebook": "ours", "code": "staff", "name": "Staff", "value": "a", "sources": 2,
        "share": 2 / 3, "excerpts": 2, "words": 4, "turns": 2 / 3, "suppressed": False,
    }  # fmt: skip
    assert [total["sources"] for total in found["totals"]] == [2, 3]


@pytest.mark.parametrize(("rows", "count"), [("code", 3), ("CODE", 3), ("staff", 2)])
def test_the_rows_of_a_crosstab_are_codes_or_one_theme(study, rows, count):
    found = json.loads(run("crosstab", study, "--rows", rows, "--by", "case", "--json").stdout)

    assert len(found["totals"]) == count


def test_a_crosstab_is_shown_as_a_table_and_written_with_its_bases(study, tmp_path):
    done = run("crosstab", study, "--by", "phase", "--out", tmp_path / "x.csv")

    assert done.stdout.splitlines() == [
        "theme  a (n=3)  b (n=1)  all",
        "Staff  2        0        2",
        "Time   2        1        3",
    ]
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["code"], r["value"], r["sources"], r["base"]) for r in rows][1] == (
        "staff", "b", "0", "1",
    )  # fmt: skip


def test_withheld_numbers_are_null(study):
    done = run("crosstab", study, "--by", "phase", "--smallest", 3, "--json")

    found = json.loads(done.stdout)
    assert {cell["sources"] for cell in found["cells"]} == {None}
    assert {cell["suppressed"] for cell in found["cells"]} == {True}
    assert run("crosstab", study, "--by", "phase", "--smallest", 3).stderr == (
        "withheld, and left empty: 4 cells, for under 3 sources\n"
    )


def test_an_attribute_that_is_not_there_is_refused_with_the_nearest(study):
    assert run("crosstab", study, "--by", "phases", code=1).stderr == (
        "qualkit: no attribute of sources or cases is called 'phases'; did you mean 'phase' or 'case'?\n"
    )


def test_pairs_of_codes_are_given_with_their_overlap(study):
    found = json.loads(run("cooccurrence", study, "--json").stdout)

    assert (found["within"], found["level"]) == ("words", "code")
    (pair,) = found["pairs"]
    assert (pair["code_a"], pair["code_b"], pair["excerpts"]) == ("staff.listen", "time", 1)
    assert (pair["sources"], pair["jaccard"]) == (1, 1 / 3)


@pytest.mark.parametrize("within", ["words", "turn", "source"])
def test_pairs_are_shown_and_written(study, tmp_path, within):
    done = run(
        "cooccurrence", study, "--within", within, "--level", "theme", "--out", tmp_path / "p.xlsx"
    )

    assert done.stdout.splitlines()[1].split()[:2] == ["Staff", "Time"]
    assert (tmp_path / "p.xlsx").stat().st_size > 1_000


def test_a_typology_gives_groups_with_their_reasons(study):
    found = json.loads(run("typology", study, "--rows", "source", "--k", 2, "--json").stdout)

    assert set(found) == {"rows", "groups", "reasons", "silhouette", "warnings"}
    assert [(row["row"], row["group"]) for row in found["groups"]] == [
        ("p1", 1), ("p3", 1), ("p2", 2), ("p4", 2),
    ]  # fmt: skip
    assert found["reasons"][1]["reason"] == (
        "silent on Staff in 2 of 2 sources (elsewhere 2 of 2 speak of it); speaks of Time in 2 of 2"
        " sources (elsewhere 1 of 2)"
    )
    assert found["reasons"][1]["themes"] == ["ours/staff", "ours/time"]


def test_a_typology_is_shown_in_words_and_written(study, tmp_path):
    done = run("typology", study, "--rows", "source", "--out", tmp_path / "t.csv")

    assert done.stdout.startswith("1  p")
    assert "row,group,reason" in (tmp_path / "t.csv").read_text("utf-8-sig")


def test_too_few_cases_for_a_typology_are_refused(study):
    assert run("typology", study, code=1).stderr == (
        "qualkit: groups need at least 3 rows with codings; 'case' has 2: code more, or group by"
        " 'source'\n"
    )


@pytest.mark.parametrize("kind", ["heatmap", "codes", "network", "timeline"])
def test_every_figure_is_drawn(study, tmp_path, kind):
    run("figure", study, kind, "--out", tmp_path / "f.png", "--top", 5)

    assert (tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")


def test_a_network_is_the_same_whatever_order_sets_have(tmp_path):
    path, made = tmp_path / "s.qualkit", []
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "p.txt").write_text("P: " + "one two three four five six. " * 4, encoding="utf-8")
    with Project.create(path, codebooks=["evaluation-topics"], user="t") as project:
        project.add_sources([folder / "p.txt"])
        codes = "set-up workshops staffing communication culture referrals systems knowledge"
        for n, code in enumerate(codes.split()):  # four pairs, apart from each other
            start = 3 + 20 * (n // 2)
            project.add_coding("p", (start, start + 9), code, coder="Ann")

    for seed in "123":
        out = tmp_path / f"{seed}.svg"
        subprocess.run(
            [sys.executable, "-m", "qualkit", "figure", path, "network", "--out", out],
            check=True, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True,
        )  # fmt: skip
        made.append(out.read_bytes())

    assert len(set(made)) == 1


def test_a_heat_map_is_drawn_by_attribute_and_measure(study, tmp_path):
    run(
        "figure", study, "heatmap", "--out", tmp_path / "f.svg", "--by", "phase", "--rows", "staff",
        "--measure", "sources",
    )  # fmt: skip

    text = (tmp_path / "f.svg").read_text("utf-8")
    assert "Number of sources with each code, by phase" in text
    assert "Listening" in text


def test_a_figure_with_another_ending_is_refused_before_anything_is_read(tmp_path):
    done = run("figure", "missing.qualkit", "codes", "--out", "f.gif", code=1)

    assert done.stderr == "qualkit: f.gif: a figure is written as .png, .svg, not '.gif'\n"
