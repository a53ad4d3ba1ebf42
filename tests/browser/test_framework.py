"""The framework grid in a real browser: a cell chosen, written, saved, and never lost."""

from __future__ import annotations

import re
import shutil
import zipfile

import pytest
from playwright.sync_api import Page, expect

from qualkit.project import Project
from tests.browser.driving import at_rest, work_as


@pytest.fixture
def sample_copy(sample, tmp_path):
    path = tmp_path / "school-link.qualkit"
    shutil.copy(sample, path)
    return path


@pytest.fixture
def grid_of(shared, sample_copy, visit):
    """Open the grid of the study in a browser of its own, as somebody."""

    def open_grid(name="Ann", query="") -> Page:
        page: Page = visit(shared.url, study=sample_copy)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        work_as(page, name)
        page.goto(f"{shared.url}/framework{query}")
        expect(page.locator(".qk-grid td").first).to_be_visible()
        at_rest(page)
        return page

    return open_grid


def cell(page: Page, row: str, column: int):
    return page.locator(f'tr[data-row="{row}"] td[data-column="{column}"]')


def choose(page: Page, row: str, column: int) -> None:
    cell(page, row, column).click()
    at_rest(page)


def write(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Your summary").fill(words)


def save(page: Page) -> None:
    """Click Save; what comes of it is for the test to wait for."""
    page.get_by_test_id("stButton").get_by_role("button", name=re.compile("^Save")).click()


def texts(path, author="Ann"):
    with Project.open(path) as project:
        table = project.summaries()
    return table[table["author"] == author]


def test_a_cell_is_chosen_written_and_saved(sample_copy, grid_of):
    page = grid_of()

    choose(page, "Northmoor", 0)
    write(page, "*Slow* to start, $5 < $6.")
    save(page)

    expect(cell(page, "Northmoor", 0)).to_contain_text("*Slow* to start, $5 < $6.")
    found = texts(sample_copy)[["case", "theme", "text", "draft"]].values.tolist()
    assert found == [["Northmoor", "set-up", "*Slow* to start, $5 < $6.", False]]


def test_the_keyboard_alone_reaches_and_writes_another_cell(sample_copy, grid_of):
    page = grid_of()
    choose(page, "Kingsreach", 0)

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    at_rest(page)
    expect(cell(page, "Northmoor", 1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Your summary")).to_be_focused()
    page.keyboard.type("By keyboard.")
    page.keyboard.press("Control+Enter")

    expect(cell(page, "Northmoor", 1)).to_contain_text("By keyboard.")
    assert texts(sample_copy)[["case", "text"]].values.tolist() == [["Northmoor", "By keyboard."]]


@pytest.mark.parametrize(
    ("keys", "row", "column"),
    [
        (["Control+End"], "Weldon Vale", -1),
        (["Control+End", "Control+Home"], "Kingsreach", 0),
        (["End", "Home"], "Kingsreach", 0),
        (["PageDown"], "Weldon Vale", 0),
        (["PageDown", "PageUp"], "Kingsreach", 0),
        (["ArrowUp", "ArrowLeft"], "Kingsreach", 0),
    ],
)
def test_keys_walk_the_grid_and_stop_at_its_edges(shared, sample, visit, keys, row, column):
    page = visit(f"{shared.url}/framework", study=sample)
    cell(page, "Kingsreach", 0).focus()

    for key in keys:
        page.keyboard.press(key)

    expect(page.locator(f'tr[data-row="{row}"] td').nth(column)).to_be_focused()


def test_words_that_are_not_saved_survive_a_look_at_other_cells_and_pages(sample_copy, grid_of):
    page = grid_of()
    choose(page, "Northmoor", 0)
    write(page, "Half a thought")

    choose(page, "Saltbay", 2)
    expect(page.get_by_role("textbox", name="Your summary")).to_have_value("")
    expect(cell(page, "Northmoor", 0)).to_contain_text("Not saved")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Export").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Export")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Framework").click()
    expect(cell(page, "Northmoor", 0)).to_contain_text("Not saved")
    choose(page, "Northmoor", 0)

    expect(page.get_by_role("textbox", name="Your summary")).to_have_value("Half a thought")
    assert texts(sample_copy).empty


@pytest.mark.parametrize(
    ("answer", "stands"), [("Save mine", "Mine."), ("Take the saved one", "Theirs.")]
)
def test_two_windows_that_write_one_cell_see_both_texts(sample_copy, grid_of, answer, stands):
    one, other = grid_of(), grid_of()
    for page, words in ((one, "Mine."), (other, "Theirs.")):
        choose(page, "Northmoor", 0)
        write(page, words)
    save(other)
    expect(cell(other, "Northmoor", 0)).to_contain_text("Theirs.")

    save(one)

    box = one.locator(".st-key-framework-conflict")
    expect(box).to_contain_text("Theirs.")
    expect(one.get_by_role("textbox", name="Your summary")).to_have_value("Mine.")
    assert texts(sample_copy)["text"].tolist() == ["Theirs."]
    one.get_by_role("button", name=answer).click()
    expect(box).to_have_count(0)
    at_rest(one)
    expect(one.get_by_role("textbox", name="Your summary")).to_have_value(stands)
    assert texts(sample_copy)["text"].tolist() == [stands]


def test_saving_can_be_undone_and_an_earlier_wording_put_back(sample_copy, grid_of):
    page = grid_of()
    choose(page, "Northmoor", 0)
    for words in ("First.", "Second."):
        write(page, words)
        save(page)
        expect(cell(page, "Northmoor", 0)).to_contain_text(words)

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("textbox", name="Your summary")).to_have_value("First.")
    at_rest(page)
    assert texts(sample_copy)["text"].tolist() == ["First."]

    page.get_by_text("Earlier wordings").click()
    page.locator(".st-key-framework-restore-2").get_by_role("button").click()
    expect(page.get_by_role("textbox", name="Your summary")).to_have_value("Second.")
    at_rest(page)
    assert texts(sample_copy)["text"].tolist() == ["Second."]


def test_a_draft_is_marked_until_its_author_saves_it(sample_copy, grid_of):
    page = grid_of()
    choose(page, "Northmoor", 9)

    page.get_by_role("button", name="Draft this cell").click()
    expect(cell(page, "Northmoor", 9)).to_contain_text("Draft")
    at_rest(page)
    assert texts(sample_copy)["draft"].tolist() == [True]
    save(page)

    expect(cell(page, "Northmoor", 9).locator(".qk-tag")).to_have_count(0)
    assert texts(sample_copy)["draft"].tolist() == [False]


def test_a_link_opens_its_cell_and_the_address_follows_the_choice(sample_copy, grid_of):
    page = grid_of(query="?row=Saltbay&theme=sustainability")

    expect(page.locator('td[aria-selected="true"]')).to_be_in_viewport()
    expect(page.get_by_role("heading", name="Saltbay: Sustainability")).to_be_visible()
    choose(page, "Kingsreach", 0)

    expect(page).to_have_url(re.compile(r"row=Kingsreach&theme=evaluation-topics%2Fset-up"))
    page.reload()
    expect(page.get_by_role("heading", name=re.compile("^Kingsreach: "))).to_be_visible()


def test_the_word_file_holds_the_words_on_the_screen(sample_copy, grid_of, tmp_path):
    page = grid_of()
    choose(page, "Northmoor", 0)
    write(page, "Slow to start, then steady.")
    save(page)
    expect(cell(page, "Northmoor", 0)).to_contain_text("Slow to start, then steady.")

    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Make the file").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click(timeout=60_000)
    waiting.value.save_as(tmp_path / "got.docx")

    assert waiting.value.suggested_filename == "school-link-grid.docx"
    with zipfile.ZipFile(tmp_path / "got.docx") as file:
        assert "Slow to start, then steady." in file.read("word/document.xml").decode("utf-8")


def test_scroll_and_focus_stay_where_they_are_when_a_cell_is_chosen(shared, sample, visit):
    page = visit(f"{shared.url}/framework", study=sample)
    page.locator(".qk-grid").evaluate("box => box.scrollTo(1200, 30)")
    at = page.locator(".qk-grid").evaluate("box => [box.scrollLeft, box.scrollTop]")

    cell(page, "Northmoor", 6).click()
    at_rest(page)

    expect(cell(page, "Northmoor", 6)).to_be_focused()
    assert page.locator(".qk-grid").evaluate("box => [box.scrollLeft, box.scrollTop]") == at
    assert page.evaluate("window.scrollY") == 0
