"""The sample study is what it says it is: invented, varied, coded, mixed in its evidence."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd
import pytest
import yaml

from qualkit.importers import read_source
from qualkit.project import Project, samples

AREAS = ["Kingsreach", "Northmoor", "Saltbay", "Weldon Vale"]


@pytest.fixture(scope="module")
def interviews():
    return [read_source(path) for path in sorted((samples() / "interviews").iterdir())]


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    books = ["evaluation-topics", "service-model", "cascade"]
    with Project.create(folder / "s.qualkit", codebooks=books) as project:
        files = sorted((samples() / "interviews").iterdir())
        report = project.add_sources(files, attributes=samples() / "attributes.csv")
        assert not report.refused
        assert not report.warnings
        project.set_case_attributes(samples() / "cases.csv")
        project.load_codings(samples() / "codings.csv")
        project.load_summaries(samples() / "summaries.csv")
        yield project


def test_sixteen_interviews_of_natural_length_in_at_least_eight_formats(interviews):
    words = [sum(len(s.words_of(t).split()) for t in s.turns) for s in interviews]

    assert len(interviews) == 16
    assert all(900 <= count <= 2000 for count in words)
    assert len({source.format for source in interviews}) >= 8
    assert not [source.name for source in interviews if source.warnings]


def test_in_every_interview_one_asks_and_somebody_answers(study):
    turns = study.turns()
    roles = turns.groupby("source")["role"].agg(set)

    for source, found in roles.items():
        if source != "saltbay-p":  # Word Transcribe writes 'Speaker 1' and 'Speaker 2'
            assert {"interviewer", "participant"} <= found, source


def sentences(source):
    for turn in source.turns:
        for sentence in re.split(r"(?<=[.?!])\s+", " ".join(source.words_of(turn).split())):
            if len(sentence.split()) > 5:
                yield sentence.casefold()


def test_no_two_interviews_share_a_sentence(interviews):
    said = defaultdict(set)
    for source in interviews:
        for sentence in sentences(source):
            said[sentence].add(source.name)

    assert [s for s, names in said.items() if len(names) > 1] == []


def test_four_areas_by_four_stakeholder_types(study):
    table = study.sources()

    assert Counter(table["case"]) == dict.fromkeys(AREAS, 4)
    assert sorted(Counter(table["stakeholder_type"]).values()) == [4, 4, 4, 4]
    assert table["case"].groupby(table["stakeholder_type"]).nunique().tolist() == [4, 4, 4, 4]


def test_eight_interviews_are_coded_by_two_who_do_not_always_agree(study):
    codings = study.codings()
    coders = codings.groupby("source")["coder"].nunique()

    assert sorted(coders) == [1] * 8 + [2] * 8
    double = codings[codings["source"].isin(coders[coders == 2].index)]
    spans = double.groupby(["source", "start", "end", "code"])["coder"].nunique()
    alike = (spans == 2).sum() * 2 / len(double)
    assert 0.4 < alike < 0.85


def test_every_stance_and_cascade_level_from_none_to_gold_occurs(study):
    codings = study.codings()

    assert set(codings["stance"].dropna()) == {"positive", "negative", "mixed", "neutral"}
    assert set(codings["rating"].dropna()) == {0, 1, 2, 3}


def by_theme(study, theme, column="theme"):
    """The stance of each source on a theme, by stakeholder type."""
    codings = study.codings()
    found = codings[(codings[column] == theme) & codings["stance"].notna()]
    return {
        source: (part["stakeholder_type"].iloc[0], set(part["stance"]))
        for source, part in found.groupby("source")
    }


def test_the_interviews_hold_what_each_verdict_of_triangulation_needs(study):
    codings = study.codings()
    coded = set(codings["code"])

    waits = by_theme(study, "referrals.timeliness", "code")
    split = {kind: [s for k, s in waits.values() if k == kind] for kind, _ in waits.values()}
    assert all("negative" in s for s in split["School lead"])
    assert all("positive" in s for s in split["Mental health practitioner"])
    knowledge = [stances for _, stances in by_theme(study, "knowledge").values()]
    assert sum("positive" in s for s in knowledge) >= 0.75 * len(knowledge)
    culture = [stances for _, stances in by_theme(study, "culture").values()]
    assert sum("neutral" in s for s in culture) >= 0.75 * len(culture)
    lasting = [stances for _, stances in by_theme(study, "sustainability").values()]
    assert sum("negative" in s for s in lasting) >= 0.7 * len(lasting)
    assert {"confidentiality", "learning-culture"}.isdisjoint(coded)
    assert len(by_theme(study, "aftercare", "code")) < 3
    assert "School lead" not in {
        kind for kind, _ in by_theme(study, "involvement", "code").values()
    }


def survey(wave):
    with (samples() / "survey" / f"{wave}.csv").open(encoding="utf-8") as file:
        return {row["respondent"]: row for row in csv.DictReader(file)}


def test_the_survey_has_two_waves_of_which_some_match():
    before, after = survey("before"), survey("after")

    assert (len(before), len(after), len(before.keys() & after.keys())) == (158, 52, 49)
    assert {row["area"] for row in before.values()} == set(AREAS)


def test_the_spss_files_hold_the_same_answers_with_labels():
    import pyreadstat

    for wave in ("before", "after"):
        table, meta = pyreadstat.read_sav(
            str(samples() / "survey" / f"{wave}.sav"), user_missing=True
        )
        rows = survey(wave)
        assert table["respondent"].tolist() == list(rows)
        assert meta.variable_value_labels["K1"][4] == "Strongly agree"
        for item in ("K1", "S1", "W2"):
            read = ["" if pd.isna(value) else str(int(value)) for value in table[item]]
            assert read == [row[item] for row in rows.values()]


def test_the_survey_codebook_names_every_item_and_only_codes_that_exist(study):
    items = yaml.safe_load((samples() / "survey" / "items.yaml").read_text("utf-8"))["items"]
    codes = set(study.codes()["code"])

    assert [item["id"] for item in items] == [*list(survey("after")["S004"])[3:-2], "W1", "O1"]
    for item in items:
        assert set(item.get("speaks_to", [])) <= codes


def tables():
    return sorted((samples() / "published").glob("table-*.yaml"))


def test_nine_published_tables_are_transcribed():
    assert [path.stem.removeprefix("table-") for path in tables()] == [
        "1", "10", "11", "12", "3", "4", "6", "7", "8",
    ]  # fmt: skip


@pytest.mark.parametrize("path", tables(), ids=lambda path: path.stem)
def test_a_published_table_is_whole_and_its_cells_are_as_printed(path: Path):
    table = yaml.safe_load(path.read_text("utf-8"))

    assert {
        "id",
        "title",
        "source",
        "population",
        "base",
        "design",
        "header",
        "rows",
        "measures",
    } <= set(table)
    assert all(len(row) == len(table["header"]) for row in table["rows"])
    assert all(isinstance(cell, str) for row in table["rows"] for cell in row)
