"""The page Export: what is told before a file is made, the file itself, a report's quotes."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

pytest.importorskip("streamlit")
from docx import Document
from streamlit.testing.v1 import AppTest

from qualkit.app import export_room as room
from qualkit.app import jobs
from qualkit.app.export_preview import Fault, preview, unlike
from qualkit.app.export_room import KINDS, Wish
from qualkit.app.quote_check import check_quotes
from qualkit.codebook import read_codebook
from qualkit.errors import QualkitError, UnknownName
from qualkit.framework import Choice
from qualkit.project import Project

NORTH = "Interviewer: What helped?\nTeacher: The staff listened to us every week of the term.\n"
SOUTH = "Interviewer: What helped?\nParent: Nobody ever rang me back.\n"
BEGINS = {
    ".docx": b"PK", ".xlsx": b"PK", ".html": b"<!DOCTYPE html>", ".csv": b"\xef\xbb\xbf",
    ".yaml": b"id: evaluation-topics\n", ".png": b"\x89PNG", ".svg": b"<?xml",
}  # fmt: skip
HOSTILE = "**Ann** :red[x] <script>alert(1)</script>"

pytestmark = pytest.mark.usefixtures("patient")


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """Two interviews of two regions, a coding in each, and a summary that quotes one."""
    folder = tmp_path_factory.mktemp("first")
    path = folder / "pilot study.qualkit"
    for name, text in (("north", NORTH), ("south", SOUTH)):
        (folder / f"{name}.txt").write_text(text, "utf-8")
    (folder / "a.csv").write_text("source,case,region\nnorth,A,N\nsouth,B,S\n", "utf-8")
    with Project.create(path, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([folder / "north.txt", folder / "south.txt"])
        project.set_attributes(folder / "a.csv")
        project.add_coding("north", (35, 83), "staffing", coder="Ann", stance="positive")
        project.add_coding("south", (34, 60), "staffing", coder="Bo", stance="negative")
        said = 'They were heard: "The staff listened to us".'
        project.set_summary("staffing", said, author="Ann", source="north")
    return path


@pytest.fixture
def study(first, tmp_path):
    """A copy of it for one test."""
    return Path(shutil.copy(first, tmp_path))


@pytest.fixture
def damaged(study):
    """The same, with words put into a coding's mouth by another program."""
    with sqlite3.connect(study) as database:
        database.execute("update coding set quote = 'They said so.' where stance = 'positive'")
    database.close()
    return study


@pytest.fixture(autouse=True)
def folders(tmp_path, monkeypatch) -> Iterator[Path]:
    """Where files are made; it is empty when a test ends."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert not list(folder.glob("qualkit-*"))


def silent(done, total, what):
    """No bar."""


def made(study, kind, ending, **how):
    return room.make(str(study), "Ann", Wish(kind, ending, **how), silent)


def looked(study, kind, ending, **how):
    with Project.open(study) as project:
        return preview(project, Wish(kind, ending, **how))


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


# Files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "name"),
    [
        (Wish("grid", ".docx"), "pilot-study-grid.docx"),
        (Wish("crosstab", ".csv", by="region"), "pilot-study-crosstab-by-region.csv"),
        (Wish("figure", ".svg", figure="timeline"), "pilot-study-timeline.svg"),
        (Wish("figure", ".png", by="a/b"), "pilot-study-heatmap-by-a-b.png"),
        (Wish("codebook", ".yaml", book="cascade"), "pilot-study-cascade-codebook.yaml"),
    ],
)
def test_a_file_is_called_by_study_and_kind(wish, name):
    assert room.file_name("pilot study", wish) == name


@pytest.mark.parametrize(
    ("kind", "ending"), [(kind, ending) for kind, one in KINDS.items() for ending in one.endings]
)
def test_every_kind_is_made_with_every_ending(study, kind, ending):
    if kind == "typology":
        with pytest.raises(QualkitError, match="groups need at least 3 rows"):
            made(study, kind, ending)
        return

    file = made(study, kind, ending, rows="theme" if kind in {"crosstab", "figure"} else "case")

    assert file.name.endswith(ending)
    assert file.data.startswith(BEGINS[ending])


def test_the_grid_in_word_holds_quotes_and_summaries(study):
    file = made(study, "grid", ".docx", rows="source")

    tables = Document(io.BytesIO(file.data)).tables
    words = "\n".join(cell.text for table in tables for row in table.rows for cell in row.cells)
    assert "“The staff listened to us every week of the term.”" in words
    assert "They were heard" in words


def test_a_template_gives_its_styles_to_a_document(study, tmp_path):
    template = Document()
    template.sections[0].header.paragraphs[0].text = "Our client"
    template.save(str(tmp_path / "client.docx"))

    file = made(study, "grid", ".docx", template=(tmp_path / "client.docx").read_bytes())

    headers = [one.header.paragraphs[0].text for one in Document(io.BytesIO(file.data)).sections]
    assert "Our client" in headers


def test_the_chosen_themes_are_the_columns_in_their_order(study):
    themes = ("evaluation-topics/staffing", "evaluation-topics/set-up")

    file = made(study, "grid", ".xlsx", themes=themes)

    head = [cell.value for cell in load_workbook(io.BytesIO(file.data))["Grid"][1]]
    assert head == ["Case", "Staffing models", "Design and set-up"]


@pytest.mark.parametrize(
    ("how", "sources"),
    [
        ({}, ["north", "south"]),
        ({"choice": Choice(stances=("negative",))}, ["south"]),
        ({"choice": Choice(coders=("Ann",))}, ["north"]),
        ({"attribute": "region", "values": ("S",)}, ["south"]),
        ({"attribute": "region", "values": ()}, ["north", "south"]),
    ],
)
def test_codings_are_those_of_the_chosen_stance_coder_or_attribute(study, how, sources):
    table = rows_of(made(study, "codings", ".csv", **how).data)

    at = table[0].index("source")
    assert [row[at] for row in table[1:]] == sources


def test_a_codebook_reads_back_the_same(study, tmp_path):
    file = made(study, "codebook", ".yaml", book="evaluation-topics")
    (tmp_path / "book.yaml").write_bytes(file.data)

    with Project.open(study) as project:
        assert read_codebook(tmp_path / "book.yaml") == project.codebooks()[0]


def test_summaries_can_be_loaded_again_and_change_nothing(study, tmp_path):
    (tmp_path / "summaries.csv").write_bytes(made(study, "summaries", ".csv").data)

    with Project.open(study, user="Ann") as project:
        report = project.load_summaries(tmp_path / "summaries.csv")

    assert (report.added, report.same) == (0, 1)


def test_small_numbers_are_withheld_from_a_crosstab(study):
    table = rows_of(made(study, "crosstab", ".csv", rows="theme", by="region", smallest=3).data)

    at = table[0].index("sources")
    assert {row[at] for row in table[1:]} == {""}


def test_a_document_is_refused_where_a_coding_is_not_what_was_stored(damaged):
    with pytest.raises(QualkitError, match="its words are not those of its source"):
        made(damaged, "codings", ".csv")


def test_a_wrong_value_is_told_as_a_refusal(study):
    with pytest.raises(QualkitError, match=r"^smallest -1 is not a whole number from 0 upwards$"):
        made(study, "crosstab", ".csv", rows="theme", by="region", smallest=-1)


def test_a_file_stops_where_it_is_cancelled(study):
    def stop(done, total, what):
        if done:
            raise jobs.Cancelled

    with pytest.raises(jobs.Cancelled):
        room.make(str(study), None, Wish("grid", ".docx"), stop)


def test_an_attribute_that_is_gone_is_refused_by_name(study):
    with pytest.raises(UnknownName, match="'town'"):
        made(study, "crosstab", ".csv", rows="theme", by="town")


# Previews ------------------------------------------------------------------------------------


def test_the_preview_of_a_grid_counts_what_each_cell_holds(study):
    look = looked(study, "grid", ".docx", rows="source")

    assert look.said == "2 rows by 11 themes: 2 excerpts and 1 cell with a summary."
    assert look.table["Staffing models"].tolist() == ["summary + 1 excerpt", "1 excerpt"]
    assert look.faults == ()


def test_the_preview_of_a_report_lists_its_parts(study):
    look = looked(study, "report", ".docx", parts=("themes", "transcripts"))

    assert look.table["Part"].tolist() == ["A chapter a theme", "Transcripts", "List of sources"]
    assert look.table["What it holds"].tolist()[1:] == [
        "2 transcripts with 2 comments", "2 sources"
    ]  # fmt: skip


def test_the_preview_of_codings_links_to_the_place_of_each(study):
    look = looked(study, "codings", ".csv")

    assert look.table["place"].tolist() == [
        "code?source=north&start=35&end=83", "code?source=south&start=34&end=60"
    ]  # fmt: skip


def test_a_coding_that_is_not_verbatim_is_told_with_its_place(damaged):
    look = looked(damaged, "grid", ".docx")

    place = "code?source=north&start=35&end=83"
    assert look.faults == (
        Fault("north", "its words are not those of its source", place),
        Fault("north", "it was changed outside qualkit", place),
    )


def test_a_quotation_in_a_summary_that_nobody_said_is_told_with_its_cell(study):
    with Project.open(study, user="Ann") as project:
        said = 'One said "the staff listened to us every day of the term".'
        project.set_summary("staffing", said, author="Ann", source="north")

    (fault,) = looked(study, "report", ".docx", rows="source").faults

    assert fault.where == "summary by Ann on north, Staffing models"
    assert fault.why.startswith("'the staff listened to us every day of the term' is altered")


@pytest.mark.parametrize("figure", ["heatmap", "codes", "timeline"])
def test_the_preview_of_a_figure_is_the_figure(study, figure):
    look = looked(study, "figure", ".svg", figure=figure, rows="theme", by="region")

    assert look.picture.startswith(b"\x89PNG")


def test_what_is_withheld_is_counted_before_the_file_is_made(study):
    look = looked(study, "crosstab", ".csv", rows="staffing", by="region", smallest=3)

    assert look.notes[0].endswith("withheld and left empty.")


def test_columns_of_one_name_are_told_apart():
    assert unlike(["a", "b", "a", "a"]) == ["a", "b", "a (2)", "a (3)"]


# A report's quotes ---------------------------------------------------------------------------


def test_each_quotation_of_a_report_has_its_verdict_and_its_place(study):
    report = 'One said "The staff listened to us every week" (north).\nOne said "the staff listened to us every day of the term".\n'

    found = check_quotes(str(study), None, ("draft.txt", report.encode()), silent)

    assert found.table["verdict"].tolist() == ["verbatim", "altered"]
    assert found.table["place"].tolist()[0] == "code?source=north&start=35&end=70"
    assert found.faults == 1
    assert found.said == "2 quotations: 1 verbatim, 1 altered"


def test_the_copy_of_a_report_has_a_comment_at_each_quotation(study):
    found = check_quotes(
        str(study), None, ("draft.txt", b'"The staff listened to us every week."'), silent
    )

    assert found.name == "draft-checked.docx"
    (comment,) = Document(io.BytesIO(found.copy)).comments
    assert comment.text.startswith("Verbatim")


def test_a_report_called_like_a_path_stays_in_its_folder(study, folders):
    found = check_quotes(str(study), None, ("../../x.txt", b"No quotation here."), silent)

    assert found.report == "x.txt"
    assert not (folders.parent / "x.txt").exists()


# The page ------------------------------------------------------------------------------------


def shown(study, coder="Ann"):
    """The page on a study."""

    def script():
        from qualkit.app.pages import export

        export.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = str(study)
    page.session_state["coder"] = coder
    return page.run()


def ended(page):
    """The page once its job has ended."""
    for thread in threading.enumerate():
        if thread.name.startswith(("export ", "quotes ")):
            thread.join(60)
    return page.run()


def said(page):
    return [one.value for one in page.text]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_shows_its_options_and_a_preview(study, kind):
    page = shown(study)

    if kind != "grid":
        page.radio(key="export-kind").set_value(kind).run()

    assert not page.exception
    assert not page.error
    assert page.subheader[0].value == KINDS[kind].title
    assert page.markdown or page.info


def test_a_figure_that_has_nothing_to_show_says_why(study):
    page = shown(study)
    page.radio(key="export-kind").set_value("figure").run()

    page.radio(key="export-figure").set_value("network").run()

    assert page.info[0].value == "This cannot be made yet."
    assert "no two codes stand together" in said(page)[-1]


def test_a_file_is_made_and_can_be_downloaded(study):
    page = shown(study)

    page.button(key="export-make").click().run()
    ended(page)

    assert any(text.startswith("pilot-study-grid.docx is ready") for text in said(page))
    assert page.get("download_button")


def test_a_file_made_with_other_choices_says_so(study):
    page = shown(study)
    page.button(key="export-make").click().run()
    ended(page)

    page.selectbox(key="export-rows-grid").set_value("source").run()

    assert any("made before with other choices" in text for text in said(page))


def test_nothing_is_made_while_something_is_not_verbatim(damaged):
    page = shown(damaged)

    assert page.error[0].value.startswith("Some of what would be printed is not word for word")
    assert page.button(key="export-make").disabled
    assert page.dataframe[0].value["Where"].tolist() == ["north", "north"]


def test_a_study_without_interviews_says_where_to_begin(tmp_path):
    with Project.create(tmp_path / "new.qualkit"):
        pass

    page = shown(tmp_path / "new.qualkit")

    assert page.info[0].value.startswith("There is nothing to hand over yet.")


def test_names_and_words_of_users_are_never_markup(study):
    with Project.open(study, user="x") as project:
        project.add_coding("north", (35, 50), "set-up", coder=HOSTILE)

    page = shown(study)
    page.radio(key="export-kind").set_value("codings").run()

    assert HOSTILE in page.dataframe[0].value["coder"].tolist()
    assert not any("alert" in one.value for one in page.markdown)


def test_a_report_is_checked_and_its_quotes_are_shown(study):
    page = shown(study)
    page.radio(key="export-part").set_value("Check a report's quotes").run()
    report = b'One said "The staff listened to us".\nOne said "the staff listened to us every day of the term".\n'

    page.file_uploader(key="quotes-file").upload("draft.txt", report).run()
    page.button(key="quotes-start").click().run()
    ended(page)

    assert page.warning[0].value == "1 quotation to look at."
    assert page.dataframe[0].value["verdict"].tolist() == ["altered"]
    page.toggle(key="quotes-only").set_value(False).run()
    assert page.dataframe[0].value["verdict"].tolist() == ["verbatim", "altered"]
