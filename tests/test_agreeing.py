"""Agreement of a project: read, compared, written; before and after consensus, and blind."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest

from qualkit.agreeing import (
    RATINGS,
    agreement_of,
    before_and_after,
    blind_test,
    ratings_of,
    spans_of,
    write_agreement,
)
from qualkit.agreement.ratings import krippendorff_alpha
from qualkit.agreement.study import Settings
from qualkit.errors import BatchError, ConflictError, QualkitError, UnknownName
from qualkit.project import Project
from qualkit.settling import disagreements_of, settle

QUICK = Settings(draws=0)
SAID = "I: What helped?\nP: They rang back \U0001f600 at once. Nobody else did so.\n"
RANG = "They rang back \U0001f600 at once."
ALL = f"{RANG} Nobody else did so."


def code(project, source, words, name, coder, **more):
    text = project.source(source).text
    at = text.index(words)
    project.add_coding(source, (at, at + len(words)), name, coder=coder, **more)


def doubly_coded(project, write):
    """Two coders on p1 and p2, who differ on p1; Cy, who is tested, on p1."""
    project.add_sources([write(f"p{n}.txt", f"I: Is this {n}?\n{SAID}") for n in (1, 2, 3)])
    for source, coder, words in [
        ("p1", "Ann", RANG), ("p1", "Bo", ALL), ("p2", "Ann", RANG), ("p2", "Bo", RANG),
        ("p1", "Cy", RANG), ("p3", "Ann", RANG),
    ]:  # fmt: skip
        code(project, source, words, "communication", coder)
    project.assign(["p1"], ["Cy"], purpose="test")
    project.set_done("Cy")
    return project


def against_consensus(project):
    return agreement_of(project, QUICK, against="consensus")


def cy_tested(project):
    return blind_test(project, "Cy", QUICK)


@pytest.fixture
def double(tmp_path, write):
    with Project.create(tmp_path / "s.qualkit", codebooks=["evaluation-topics"]) as made:
        yield doubly_coded(made, write)


def row(found, name="communication"):
    (one,) = found.cells[found.cells["code"] == name].to_dict("records")
    return one


def test_a_projects_agreement_is_that_of_its_tables(project, write):
    found = agreement_of(doubly_coded(project, write), QUICK)

    assert (found.coders, found.sources) == (("Ann", "Bo"), ("p1", "p2"))
    assert found.length == 2 * len(ALL)
    assert row(found)["both"] == 2 * len(RANG)
    assert row(found)["only_b"] == len(ALL) - len(RANG)
    assert "evaluation-topics 1.0" in found.method


def test_what_was_settled_counts_for_both_afterwards(double):
    (open_one,) = disagreements_of(double)["disagreement"]
    settle(double, open_one, "Ann", by="Sue")

    before, after = before_and_after(double, QUICK)

    assert (row(before)["only_b"], row(after)["only_b"]) == (len(ALL) - len(RANG), 0)
    assert (before.overall["alpha"].value or 0) < (after.overall["alpha"].value or 0) == 1.0


def test_somebody_whose_only_coding_was_settled_away_stays_present(double):
    code(double, "p3", "Nobody", "staffing", "Bo")
    places = disagreements_of(double)
    for one in places[places["source"] == "p3"]["disagreement"]:
        settle(double, one, "neither", by="Sue")

    assert agreement_of(double, QUICK, settled=True).sources == ("p1", "p2", "p3")


def test_each_coder_is_compared_with_the_consensus(double):
    found = agreement_of(double, QUICK, against="consensus")

    counts = found.cells[found.cells["code"] == "communication"]
    columns = ["coder_a", "coder_b", "only_a", "only_b"]
    assert counts[columns].values.tolist() == [
        ["Ann", "Consensus", 0, 0], ["Bo", "Consensus", len(ALL) - len(RANG), 0],
    ]  # fmt: skip


def test_a_new_coder_is_tested_against_the_consensus_of_the_others(double):
    found = blind_test(double, "Cy", QUICK)

    assert (found.pairs, found.sources) == ((("Cy", "Consensus"),), ("p1",))
    assert row(found)["overlap"] == 1.0
    asked = agreement_of(double, replace(QUICK, coders=("Cy",)), against="consensus")
    assert (asked.pairs, asked.overall) == (found.pairs, found.overall)
    with pytest.raises(UnknownName, match="no coder is called 'Di'"):
        blind_test(double, "Di")


@pytest.mark.parametrize("compare", [against_consensus, cy_tested])
def test_a_coder_called_like_the_consensus_is_not_compared_with_it(double, compare):
    code(double, "p2", RANG, "communication", "Consensus")

    with pytest.raises(ConflictError, match="a coder is called 'Consensus', as is what"):
        compare(double)


def test_a_coder_who_coded_nothing_is_known(double):
    double.add_coder("Di")

    assert agreement_of(double, replace(QUICK, coders=("Ann", "Di"))).sources == ()


def test_without_others_there_is_no_consensus_to_be_tested_against(double):
    found = blind_test(double, "Ann", replace(QUICK, sources=("p3",)))

    assert found.overall["alpha"].reason == "no_pairable_units"
    assert found.notes[0].startswith("There is no consensus to compare with")


def test_who_codes_blind_gets_no_figure_of_what_others_coded_there(double):
    double.assign(["p1"], ["Bo"])
    double.user = "Bo"

    found = agreement_of(double, QUICK)

    assert found.sources == ("p2",)
    assert found.notes[-1] == (
        "You code 1 source blind: what others coded there is not shown and not counted until you "
        "are done."
    )


def test_an_empty_study_has_no_agreement_and_says_so(project):
    found = agreement_of(project, by="case", over="version")

    assert found.notes == (
        "Nothing can be compared: two coders at least must have coded one source with the same "
        "codebook, or be done with it.",
    )
    assert {one.reason for one in found.overall.values()} == {"fewer_than_two_coders"}


@pytest.mark.parametrize("ending", ["docx", "xlsx", "html"])
def test_a_report_is_written_with_the_method(double, tmp_path, ending):
    path = write_agreement(double, tmp_path / f"a.{ending}", QUICK, by="case", over="week")

    assert path.stat().st_size > 1000
    if ending == "html":
        assert "Krippendorff's alpha (nominal, of both)" in unescape(path.read_text("utf-8"))


def test_a_report_of_another_kind_is_refused_before_anything_is_read(double, tmp_path):
    with pytest.raises(QualkitError, match=r"a report of agreement is written as \.docx"):
        write_agreement(double, tmp_path / "a.pdf")


# Krippendorff (2011), p. 8: four coders, twelve units, missing values
KRIPPENDORFF = [
    "1,1,,1", "2,2,3,2", "3,3,3,3", "3,3,3,3", "2,2,2,2", "1,2,3,4", "4,4,4,4", "1,1,2,1",
    "2,2,2,2", ",5,5,5", ",,1,1", ",,3,",
]  # fmt: skip


@pytest.mark.parametrize(
    ("level", "alpha"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_a_sheet_of_ratings_has_every_coefficient(write, level, alpha):
    lines = [f"u{n},{line}" for n, line in enumerate(KRIPPENDORFF)]
    path = write("r.csv", "\n".join(["unit,A,B,C,D", *lines]))

    found = ratings_of(path, level=level, draws=100)

    assert tuple(found) == RATINGS
    assert round(found["krippendorff_alpha"].value or 0, 3) == alpha
    assert round(found["gwet_ac1"].value or 0, 3) == 0.775  # Gwet (2014)
    assert found["cohen_kappa"].value is None
    assert found["cohen_kappa"].reason.startswith("Cohen's kappa compares two coders")
    assert (found["krippendorff_alpha"].low or 0) < alpha < (found["krippendorff_alpha"].high or 0)


def test_units_of_one_source_are_drawn_together(write):
    rows = [f"p{n % 4},{n % 2},{(n + n // 8) % 2}" for n in range(16)]
    by_source = ratings_of(write("s.csv", "\n".join(["source,A,B", *rows])))["krippendorff_alpha"]
    by_unit = ratings_of(write("u.csv", "\n".join(["A,B", *(r[3:] for r in rows)])))

    assert by_source.low is None  # four sources are too few
    assert by_unit["krippendorff_alpha"].low is not None
    assert by_source.value == by_unit["krippendorff_alpha"].value


def test_a_scale_of_words_has_an_order(write):
    path = write("w.csv", "A,B\nlow,low\nhigh,mid\nmid,mid\nhigh,high\n")

    found = ratings_of(path, level="ordinal", values=["low", "mid", "high"])

    numbers = pd.DataFrame({"A": [0, 2, 1, 2], "B": [0, 1, 1, 2]})
    expected = krippendorff_alpha(numbers, level="ordinal").value
    assert found["krippendorff_alpha"].value == pytest.approx(expected, abs=1e-12)


def test_a_scale_with_words_is_none_for_numbers(write):
    path = write("n.csv", "A,B\n1,1\n2,1\n")

    with pytest.raises(ValueError, match="the scale 1, 2, x has words, and the ratings are"):
        ratings_of(path, level="ordinal", values=["1", "2", "x"])


def test_a_sheet_of_spans_is_compared_without_a_project(write):
    path = write("s.csv", "coder,start,end,code\nA,0,150,x\nB,100,200,x\n")

    found = spans_of(path, length=1000)

    assert found.cells["kappa"].tolist() == [pytest.approx(0.3182, abs=1e-4)]
    assert json.dumps(found.as_dict())
    with pytest.raises(BatchError, match="row 3: 100 to 200 lies outside the text"):
        spans_of(path, length=150)
