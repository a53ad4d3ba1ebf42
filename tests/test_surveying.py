"""Surveys of a project in one call: which survey and wave a file is of, results, files."""

from __future__ import annotations

import pytest

from qualkit.errors import BatchError, ConflictError, NotEnough, QualkitError, UnknownName
from qualkit.project import Project, samples
from qualkit.survey import read_survey
from qualkit.surveying import (
    audit_of,
    compare_of,
    describe_of,
    findings_of,
    load,
    preview,
    survey_of,
    write_survey_figure,
    write_survey_tables,
)

FOLDER = samples() / "survey"
MAPPING = FOLDER / "items.yaml"


@pytest.fixture
def empty(tmp_path):
    with Project.create(tmp_path / "study.qualkit", user="tester") as made:
        yield made


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """The sample survey, both waves, with one published table; nothing changes it."""
    path = tmp_path_factory.mktemp("surveys") / "study.qualkit"
    with Project.create(path, user="tester") as made:
        for wave in ("before", "after"):
            load(made, FOLDER / f"{wave}.csv", mapping=MAPPING)
        made.add_published(samples() / "published" / "table-8.yaml")
        yield made


# Loading -------------------------------------------------------------------------------------


def test_the_second_wave_needs_no_mapping_and_is_told_by_its_files_name(empty):
    first = load(empty, FOLDER / "before.csv", mapping=MAPPING)
    second = load(empty, FOLDER / "after.sav")

    assert (first.survey, first.wave, first.respondents) == ("school-leads", "before", 158)
    assert (second.wave, second.respondents, second.layout) == ("after", 52, "spss")
    assert empty.surveys()["waves"].tolist() == [("before", "after")]


def test_a_survey_that_nobody_described_is_guessed_and_its_wave_is_the_files_name(empty, write):
    path = write("spring.csv", "respondent,K1,O1\nS1,Agree,The weekly drop-in helped us most\n")

    made = load(empty, path)

    assert (made.survey, made.wave, made.guessed, made.entry) == ("spring", "spring", True, 1)
    later = load(empty, write("autumn.csv", path.read_text()), wave="autumn")
    assert (later.survey, later.guessed) == ("spring", False)


def test_a_preview_has_every_fault_and_keeps_nothing(empty, write):
    lines = (FOLDER / "after.csv").read_text("utf-8").splitlines()
    lines[1] = lines[1].replace("Primary,4", "Primary,7")

    seen = preview(empty, write("later.csv", "\n".join(lines)), mapping=read_survey(MAPPING))

    assert seen.faults[0].startswith("row 2, column 'K1': '7' is none of 1 Strongly")
    assert (seen.wave, seen.n, seen.headings[:2]) == ("later", 52, ("respondent", "area"))
    assert "later" in seen.survey.waves
    assert (len(empty.surveys()), len(empty.log())) == (0, 0)


def test_a_preview_guesses_anew_where_that_is_wanted(study):
    known = preview(study, FOLDER / "after.csv")
    anew = preview(study, FOLDER / "after.csv", anew=True)

    assert (known.survey.id, known.survey.item("K1").polarity) == (
        "school-leads", "higher-is-better",
    )  # fmt: skip
    assert (anew.survey.id, anew.survey.item("K1").polarity) == ("after", "")


def test_a_mapping_that_was_read_loads_as_its_file_does(empty):
    made = load(empty, FOLDER / "after.csv", mapping=read_survey(MAPPING))

    assert (made.survey, made.wave, made.guessed) == ("school-leads", "after", False)
    with pytest.raises(ConflictError, match="the mapping is of the survey school-leads, not x"):
        load(empty, FOLDER / "after.csv", mapping=read_survey(MAPPING), survey="x")


def test_the_same_file_again_is_no_change(study):
    entries = len(study.log())

    again = load(study, FOLDER / "after.csv", mapping=MAPPING)

    assert (again.added, again.entry, len(study.log())) == (False, None, entries)


def test_answers_that_cannot_stand_keep_nothing_and_are_told_with_row_and_column(empty, write):
    lines = (FOLDER / "after.csv").read_text("utf-8").splitlines()
    lines[1] = lines[1].replace("Primary,4", "Primary,7")

    with pytest.raises(BatchError) as refused:
        load(empty, write("after.csv", "\n".join(lines)), mapping=MAPPING)

    assert refused.value.faults[0].startswith("row 2, column 'K1': '7' is none of 1 Strongly")
    assert (len(empty.surveys()), len(empty.log())) == (0, 0)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"mapping": MAPPING, "wave": "during"}, UnknownName, "no wave is called 'during'"),
        ({"mapping": MAPPING}, UnknownName, "no wave is called 'x'; known are after, before"),
        ({"mapping": MAPPING, "survey": "x"}, ConflictError, "items.yaml is of the survey school"),
        ({"survey": "x"}, UnknownName, "no survey is called 'x'"),
    ],
)
def test_a_wave_or_survey_that_there_is_not_is_refused(study, write, options, kind, message):
    with pytest.raises(kind, match=message):
        load(study, write("x.csv", (FOLDER / "after.csv").read_text("utf-8")), **options)


def test_a_file_that_may_be_to_several_surveys_is_refused(empty, write):
    for name in ("a", "b"):
        load(empty, write(f"{name}.csv", "K1\n1\n2\n"),
             mapping=write(f"{name}.yaml", "items: [{id: K1, kind: number}]"))  # fmt: skip

    with pytest.raises(ConflictError, match=r"c\.csv may be to any of the surveys a, b; say which"):
        load(empty, write("c.csv", "K1\n3\n"))
    with pytest.raises(ConflictError, match="the study has the surveys a, b; say which"):
        describe_of(empty)
    assert load(empty, write("c.csv", "K1\n3\n"), survey="b").wave == "c"


# Results -------------------------------------------------------------------------------------


def test_what_is_kept_is_described_by_wave_and_group(study):
    made = describe_of(study, wave="after", by="area")

    assert (made.waves, made.attributes) == (("after",), ("area",))
    k1 = made.items[(made.items["item"] == "K1") & (made.items["attribute"] == "")]
    assert k1[["n", "dont_know", "missing"]].to_numpy().tolist() == [[51, 1, 0]]


def test_waves_with_ids_are_matched_and_others_never_called_paired(study):
    matched = compare_of(study, before="before", after="after")
    apart = compare_of(study, before="before", after="after", matched=False)

    assert (matched.design, matched.people["matched"]) == ("matched", 49)
    assert apart.design == "unmatched"
    assert "paired t" not in set(apart.items["test"])


def test_waves_without_ids_are_compared_as_different_people(empty, write):
    mapping = write("s.yaml", "items: [{id: K1, kind: number}]")
    for wave in ("t1", "t2"):
        load(empty, write(f"{wave}.csv", "K1\n1\n2\n"), mapping=mapping, wave=wave)

    assert compare_of(empty, before="t1", after="t2").design == "unmatched"


def test_findings_are_of_surveys_and_published_tables_and_what_is_proved_wrong_is_not_usable(study):
    table = findings_of(study)

    assert set(table["origin"]) == {"computed", "published"}
    assert table["finding"].is_unique
    wrong = table[table["item"].eq("Family intervention") & table["measure"].eq("change")]
    assert wrong["usable"].tolist() == [False]
    assert audit_of(study)["check"].tolist() == ["change"]
    assert set(findings_of(study, "school-leads")["origin"]) == {"computed"}


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda s: compare_of(s, before="before", after="x"), UnknownName, "no wave is called 'x'"),
        (lambda s: compare_of(s, before="x", after="x"), ConflictError, "compared with itself"),
        (lambda s: describe_of(s, wave="x"), UnknownName, "no wave is called 'x'"),
        (lambda s: survey_of(s, "x"), UnknownName, "no survey is called 'x'"),
    ],
)
def test_what_is_not_there_is_refused(study, call, kind, message):
    with pytest.raises(kind, match=message):
        call(study)


def test_a_study_without_surveys_says_what_to_do(empty):
    with pytest.raises(NotEnough, match="load one with 'qualkit survey load'"):
        describe_of(empty)
    assert findings_of(empty).empty
    assert audit_of(empty).empty


# Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["description", "comparison", "findings"])
def test_each_kind_of_table_is_written(study, tmp_path, of):
    path = write_survey_tables(study, tmp_path / "t.csv", of=of)

    assert "K1" in path.read_text("utf-8-sig")


@pytest.mark.parametrize(
    "options",
    [
        {"kind": "likert", "items": ["K1"]},
        {"kind": "before-after", "items": ["K1"], "measure": "share"},
        {"kind": "distribution", "items": ["W1"], "by": "area"},
    ],
    ids=lambda options: options["kind"],
)
def test_each_kind_of_figure_is_drawn(study, tmp_path, options):
    (path,) = write_survey_figure(study, tmp_path / "f.svg", **options)

    assert options["items"][0] in path.read_text("utf-8")


def test_a_file_that_cannot_be_is_refused_before_anything_is_read(study, tmp_path):
    with pytest.raises(QualkitError, match=r"\.pdf"):
        write_survey_tables(study, tmp_path / "t.pdf")
    with pytest.raises(UnknownName, match="no kind of table is called 'x'"):
        write_survey_tables(study, tmp_path / "t.csv", of="x")
    with pytest.raises(UnknownName, match="no kind of figure is called 'x'"):
        write_survey_figure(study, tmp_path / "t.png", kind="x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options", [{"kind": "before-after", "waves": ["before"]}, {"kind": "likert", "after": "after"}]
)
def test_waves_that_a_kind_of_figure_does_not_take_are_refused_and_nothing_is_drawn(
    study, tmp_path, options
):
    with pytest.raises(
        ConflictError, match="a before-after chart takes the waves before and after"
    ):
        write_survey_figure(study, tmp_path / "f.png", **options)

    assert list(tmp_path.iterdir()) == []
