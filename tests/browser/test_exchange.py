"""A project of another tool becomes a study, and a study goes out, as people do it in a browser."""

from __future__ import annotations

import zipfile

import pytest
from playwright.sync_api import expect

from qualkit.project import Project
from tests.browser.driving import at_rest, finished, serious_faults, work_as
from tests.interchange.foreign import NVIVO, PHRASES, TEXT


@pytest.fixture
def nvivo(tmp_path):
    """A project of NVivo with one coding that its text does not have."""
    marks = [NVIVO.selection(TEXT, phrase, n) for n, phrase in enumerate(PHRASES)]
    marks.append(NVIVO.selection("We never said this at all.", "never said", 7))
    return NVIVO.write(tmp_path / "Pilots.qdpx", NVIVO.source("".join(marks)))


def look_at(page, file) -> None:
    page.locator("input[type=file]").first.set_input_files(file)
    at_rest(page)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_text("Nothing is kept yet.")).to_be_visible()
    finished(page)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_foreign_project_is_looked_at_and_becomes_a_study(nvivo, shared, visit, tmp_path, dark):
    page = visit(f"{shared.url}/exchange", dark=dark)

    look_at(page, nvivo)
    expect(page.get_by_text("5 codings: 4 on their words, 0 moved, 1 lost.")).to_be_visible()
    expect(page.get_by_text("Places were read as UTF-16 units")).to_be_visible()
    assert serious_faults(page) == []
    page.get_by_role("textbox", name="Folder").fill(str(tmp_path / "made"))
    page.get_by_role("button", name="Make the study").click()
    expect(page.get_by_text("The study is made.")).to_be_visible()
    finished(page)
    page.get_by_role("link", name="Go to the study").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Study")
    expect(page.get_by_test_id("stSidebar").get_by_text("Pilots", exact=True)).to_be_visible()
    with Project.open(tmp_path / "made" / "Pilots.qualkit") as project:
        assert sorted(project.codings()["text"]) == sorted(PHRASES)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_study_goes_out_once_what_is_lost_has_been_told(study, shared, visit, dark):
    with Project.open(study, user="Ann") as project:
        project.add_memo("Ask *again*.", source="p1")
    page = visit(f"{shared.url}/exchange", study=study, dark=dark)
    work_as(page, "Ann")

    page.get_by_role("radio", name="Take this study out").click()
    expect(page.get_by_text("What the file cannot hold")).to_be_visible()
    finished(page)
    assert serious_faults(page) == []
    page.get_by_role("button", name="Make the file").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download study.qdpx").click()

    with zipfile.ZipFile(download.value.path()) as archive:
        assert "Ask *again*." in archive.read("project.qde").decode()


def test_a_memo_is_written_and_read_in_the_browser(study, shared, visit):
    page = visit(f"{shared.url}/memos", study=study)
    work_as(page, "Ann")

    page.get_by_text("Add a memo").click()
    page.get_by_role("textbox", name="Memo", exact=True).fill("Ask **again**.")
    page.get_by_role("textbox", name="Memo", exact=True).press("Control+Enter")
    at_rest(page)
    page.get_by_role("button", name="Add the memo").click()
    expect(page.get_by_text("The memo was added.")).to_be_visible()
    finished(page)

    expect(page.get_by_role("textbox", name="Memo", exact=True).first).to_have_value(
        "Ask **again**."
    )
    assert serious_faults(page) == []
    with Project.open(study) as project:
        assert project.memos()[["about", "text", "author"]].values.tolist() == [
            ["study", "Ask **again**.", "Ann"]
        ]
