"""A study's grid, written: what is asked for reaches the grid, and no false quote is printed."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

from qualkit.errors import BatchError, QualkitError, UnknownName
from qualkit.framework import Choice
from qualkit.project import Project
from qualkit.reports import grid_of, require_verbatim, write_grid

P7 = "I: What [...] helped? 😀\nP7: The staff listened to us.\nI: And then?\nP7: They came back.\n"
P8 = "I: What helped?\nP8: Nobody rang me at all.\n"
ATTRIBUTES = "source,case,role,region\np7,Salt,Nurse,East\np8,Weld,Head,West\n"
CODINGS = """source,quote,code,coder,stance
p7,The staff listened to us.,communication,Ann,positive
p7,The staff listened to us.,communication,Bob,positive
p7,They came back.,communication.feedback,Ann,mixed
p8,Nobody rang me at all.,culture,Ann,negative
"""


@pytest.fixture
def study(tmp_path, write):
    with Project.create(tmp_path / "s.qualkit", codebooks=["evaluation-topics"]) as project:
        project.add_sources(
            [write("p7.txt", P7), write("p8.txt", P8)], attributes=write("a.csv", ATTRIBUTES)
        )
        project.load_codings(write("c.csv", CODINGS))
        yield project


def said(grid):
    return [e.text for cell in grid.cells.values() for e in cell.excerpts]


def test_rows_are_regrouped_in_nested_bands(study):
    grid = grid_of(study, rows="source", bands=["region", "role"])

    assert [(*row.bands, row.name) for row in grid.rows] == [
        ("East", "Nurse", "p7"),
        ("West", "Head", "p8"),
    ]


def test_a_choice_is_charted_and_a_theme_opened(study):
    grid = grid_of(study, choice=Choice(consensus=True), opened=["communication"])

    assert said(grid) == ["The staff listened to us."]
    assert "Communication and reporting: in general" in [c.title for c in grid.columns]


def test_the_topic_guide_of_the_study_tells_silence_from_not_asked(study, write):
    study.load_guide(write("g.csv", "theme,attribute,value\nculture,role,Nurse\n"))
    grid = grid_of(study)
    (number,) = (n for n, column in enumerate(grid.columns) if column.code == "culture")

    assert grid.cell("Salt", number).silence == "asked, nothing said"
    assert grid.cell("Weld", 0).silence == "not asked"


def test_a_summary_that_quotes_what_nobody_said_stops_the_export(study, tmp_path):
    study.set_summary(
        "communication", 'Ann heard "the staff shouted at us".', author="Ann", case="Salt"
    )

    with pytest.raises(BatchError) as refused:
        write_grid(study, tmp_path / "g.html")

    (fault,) = refused.value.faults
    assert fault.startswith(
        "summary by Ann on Salt, Communication and reporting: 'the staff shouted at us' is found nowhere"
    )
    assert fault.endswith(
        "load the summary again with the source's own words, or without quotation marks"
    )
    assert not (tmp_path / "g.html").exists()


@pytest.mark.parametrize(
    "summary",
    [
        "They speak of “the staff listened to us”.",
        "They speak of “the staff [...] to us”.",
        "A “one stop shop”, some say.",
        "No quotation at all.",
    ],
)
def test_a_summary_that_quotes_what_somebody_said_is_written(study, tmp_path, summary):
    study.set_summary("communication", summary, author="Ann", case="Salt")

    assert write_grid(study, tmp_path / "g.html").exists()


def test_a_summary_outside_the_grid_does_not_stop_it(study, tmp_path):
    from qualkit.model import Framework, Theme

    study.set_summary("culture", "“Nobody ever said these words.”", author="Ann", case="Weld")
    themes = Framework("f", "F", (Theme("communication", ""),))

    assert write_grid(study, tmp_path / "g.html", framework=themes).exists()


@pytest.mark.parametrize(
    "change",
    [
        {"text": "The staff listened to me."},
        {"start": 0, "end": 25},
        {"words": "The staff heard us."},
        {"words": "to us. [...] The staff"},
        {"words": "[Interviewer: The staff shouted.]"},
    ],
)
def test_an_excerpt_that_is_not_what_its_source_says_is_refused_with_its_place(study, change):
    grid = grid_of(study)
    (place, cell), *_ = ((place, cell) for place, cell in grid.cells.items() if cell.excerpts)
    odd = replace(cell.excerpts[0], **change)
    wrong = replace(grid, cells={**grid.cells, place: replace(cell, excerpts=(odd,))})

    with pytest.raises(BatchError) as refused:
        require_verbatim(study, wrong)

    assert str(refused.value) == (
        f"export: 1 fault, nothing was kept\n  p7, characters {odd.start} to {odd.end}: the words to"
        f" be printed, {odd.words[:60]!r}, are not those of the source; run 'qualkit project check'"
        " and tell us of it"
    )


@pytest.mark.parametrize(
    ("start", "end"), [(3, 21), (0, len(P7) - 1), (10, 60), (25, 29), (26, 80)]
)
def test_whatever_stretch_is_coded_is_taken_for_its_source(study, start, end):
    study.add_coding("p7", (start, end), "set-up", coder="Cy")

    require_verbatim(study, grid_of(study))


@pytest.mark.parametrize("ending", ["docx", "xlsx", "html"])
def test_a_grid_is_written_in_every_format_regrouped(study, tmp_path, ending):
    path = write_grid(
        study, tmp_path / f"g.{ending}", rows="source", bands=["region", "role"], opened=["all"],
        choice=Choice(coders=("Ann",)), limit=1,
    )  # fmt: skip

    assert path.stat().st_size > 2_000


def test_what_is_written_is_what_was_chosen(study, tmp_path):
    path = write_grid(study, tmp_path / "g.xlsx", choice=Choice(stances=("negative",)))

    sheet = openpyxl.load_workbook(path)["Excerpts"]
    assert [row[4] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        "Nobody rang me at all."
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rows": "colour"}, "no attribute for rows is called 'colour'"),
        ({"choice": Choice(coders=("Zed",))}, "no coder is called 'Zed'"),
        ({"opened": ["colour"]}, "no code is called 'colour'"),
    ],
)
def test_a_name_that_the_study_lacks_is_refused_and_nothing_is_written(
    study, tmp_path, options, message
):
    with pytest.raises(UnknownName, match=message):
        write_grid(study, tmp_path / "g.html", **options)

    assert not (tmp_path / "g.html").exists()


def test_a_template_for_a_web_page_is_refused_before_anything_is_read(study, tmp_path):
    with pytest.raises(QualkitError, match=r"a template is for a \.docx file, not '\.html'"):
        write_grid(study, tmp_path / "g.html", template=tmp_path / "none.docx")
