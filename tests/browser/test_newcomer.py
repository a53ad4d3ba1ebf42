"""A newcomer's way, from the first page to the grid in Word, in one go.

What the user does is done with mouse and keyboard; what came of it is read in the database and
in the file that was downloaded. Later parts of the product lengthen the way.
"""

from __future__ import annotations

import re

import pytest
from docx import Document
from playwright.sync_api import Page, expect

from qualkit.project import Project
from tests.browser.driving import at_rest, work_as

SUMMARY = "Three schools came in late; the first term was lost."
PATIENCE = 180_000  # ms: a job that builds, reads or learns, on a busy machine


@pytest.fixture
def newcomer(serve, visit, tmp_path):
    """A browser on a server that was given no study."""
    page = visit(serve().url)
    page.get_by_label("Folder of the sample").fill(str(tmp_path / "sample"))
    page.get_by_role("button", name="Open the sample study").click()
    expect(page.get_by_text("What to do next")).to_be_visible(timeout=PATIENCE)
    work_as(page, "Nia")
    return page


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name, exact=True).click()
    at_rest(page)


def study_of(tmp_path):
    return next((tmp_path / "sample").rglob("*.qualkit"))


def of_nia(path):
    with Project.open(path) as project:
        codings = project.codings()
    return codings[codings["coder"] == "Nia"]


def select_first_words(page: Page, turn: int) -> str:
    """Drag over the first three words of a turn."""
    ends = page.locator(f".qk-turn[data-n='{turn}'] .qk-words").evaluate(
        """(said) => {
          const words = Array.from(said.firstChild.data.matchAll(/\\S+/g));
          const range = document.createRange();
          range.setStart(said.firstChild, words[0].index);
          range.setEnd(said.firstChild, words[2].index + words[2][0].length);
          const box = range.getClientRects()[0];
          return {x0: box.left + 1, x1: box.right - 1, y: box.top + box.height / 2,
                  words: range.toString()};
        }"""
    )
    page.mouse.move(ends["x0"], ends["y"])
    page.mouse.down()
    page.mouse.move(ends["x1"], ends["y"], steps=4)
    page.mouse.up()
    return str(ends["words"])


def code_two_and_take_one_back(page: Page, path) -> None:
    go_to(page, "Code")
    first = select_first_words(page, 1)
    page.keyboard.type("lead-in")
    page.keyboard.press("Enter")
    at_rest(page)
    select_first_words(page, 3)
    page.keyboard.press("1")
    at_rest(page)
    assert len(of_nia(path)) == 2

    page.keyboard.press("Control+z")
    expect(page.locator(".qk")).to_have_attribute("data-pending", "0")
    at_rest(page)

    assert of_nia(path)[["text", "code"]].values.tolist() == [[first, "set-up.lead-in"]]


def decide_two_suggestions(page: Page, path) -> None:
    go_to(page, "Suggestions")
    page.get_by_role("button", name="Suggest codes").click()
    expect(page.locator(".qk-queue")).to_be_visible(timeout=PATIENCE)
    at_rest(page)
    page.locator(".qk-queue").focus()

    page.keyboard.press("a")
    page.keyboard.press("r")
    at_rest(page)

    with Project.open(path) as project:
        decided = project.suggestions(status=None)["status"].value_counts()
    assert decided["accepted"] == 1
    assert decided["rejected"] == 1
    assert len(of_nia(path)) == 2


def write_a_summary(page: Page, path) -> None:
    go_to(page, "Framework")
    page.locator('tr[data-row="Kingsreach"] td[data-column="0"]').click()
    page.get_by_role("textbox", name="Your summary").fill(SUMMARY)
    page.get_by_test_id("stButton").get_by_role("button", name=re.compile("^Save")).click()
    expect(page.locator('tr[data-row="Kingsreach"] td[data-column="0"]')).to_contain_text(SUMMARY)

    with Project.open(path) as project:
        summaries = project.summaries()
    written = summaries[summaries["author"] == "Nia"]
    assert written[["case", "theme", "text"]].values.tolist() == [["Kingsreach", "set-up", SUMMARY]]


def export_word(page: Page, folder):
    go_to(page, "Export")
    page.get_by_role("button", name="Make the file").click()
    button = page.get_by_test_id("stDownloadButton").get_by_role("button")
    expect(button).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as waiting:
        button.click()
    waiting.value.save_as(folder / "grid.docx")
    return folder / "grid.docx"


def test_a_newcomer_goes_from_the_sample_to_a_grid_in_word(newcomer, tmp_path):
    path = study_of(tmp_path)

    code_two_and_take_one_back(newcomer, path)
    decide_two_suggestions(newcomer, path)
    write_a_summary(newcomer, path)
    grid = export_word(newcomer, tmp_path)

    cells = [
        cell.text
        for table in Document(str(grid)).tables
        for row in table.rows
        for cell in row.cells
    ]
    assert any(SUMMARY in text for text in cells)
    assert any(of_nia(path)["text"].iloc[0] in text for text in cells)
