"""From files on disk to sources with attributes, as a user does it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from qualkit.app.sources_room import guessed_roles
from qualkit.project import Project
from tests.browser.driving import at_rest, finished, type_into, work_as

PARENT = "Ann Lee: What helped?\nBo Ek: The *letter* from school.\n"


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).click()
    at_rest(page)


def test_files_are_looked_at_then_kept_and_their_attributes_changed(study, shared, visit, tmp_path):
    (tmp_path / "north-parent.txt").write_text(PARENT, "utf-8")
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.4 nothing")
    page = visit(shared.url, study=study)
    work_as(page, "Ann")

    page.get_by_role("link", name="Sources").click()
    at_rest(page)
    page.get_by_text("Add interviews").click()
    files = [tmp_path / "north-parent.txt", tmp_path / "scan.pdf"]
    page.locator("input[type=file][multiple]").set_input_files(files)
    page.get_by_role("button", name="Look at 2 files").click()
    expect(page.get_by_text("These files cannot be kept")).to_be_visible()
    at_rest(page)
    expect(page.get_by_text("The *letter* from school.")).to_be_visible()
    choose(page, "Ann Lee", "participant")
    with Project.open(study) as project:
        assert project.sources()["source"].tolist() == ["p1", "p2"]
    page.get_by_role("button", name="Keep 1 interview").click()
    expect(page.get_by_text("1 interview was added.")).to_be_visible()
    at_rest(page)

    with Project.open(study) as project:
        assert project.sources()["source"].tolist() == ["p1", "p2", "north-parent"]
        kept = guessed_roles(project.source("north-parent"))
        assert kept == {"Ann Lee": "participant", "Bo Ek": "participant"}

    type_into(page, "Attributes by source", row=2, column=1, value="North")
    page.get_by_role("button", name="Save changes").first.click()
    expect(page.get_by_text("Saved: 1 value.")).to_be_visible()
    at_rest(page)

    with Project.open(study) as project:
        assert project.sources()["case"].tolist() == ["p1", "p2", "North"]
        assert project.log()["who"].iloc[-1] == "Ann"
    page.get_by_role("button", name="Undo").first.click()
    expect(page.get_by_text("Saved: 1 value.")).to_have_count(0)
    at_rest(page)
    with Project.open(study) as project:
        assert project.sources()["case"].tolist() == ["p1", "p2", "north-parent"]


def test_a_button_that_cannot_be_pressed_yet_can_be_read(study, shared, visit):
    page = visit(shared.url, study=study)
    page.get_by_role("link", name="Sources").click()
    at_rest(page)

    page.get_by_text("Add interviews").click()

    look = page.get_by_role("button", name="Look at the files")
    expect(look).to_be_disabled()
    expect(look.locator("p")).not_to_have_css("color", "rgb(255, 255, 255)")  # it is not filled


def test_a_column_without_a_value_stays_when_others_are_saved(study, shared, visit):
    page = visit(shared.url, study=study)
    work_as(page, "Ann")
    page.get_by_role("link", name="Sources").click()
    at_rest(page)

    page.get_by_role("textbox", name="New attribute").first.fill("wave")
    page.get_by_role("button", name="Add a column").first.click()
    wave = page.locator("[data-testid=stDataFrame] canvas [role=columnheader]:has-text('wave')")
    expect(wave).to_have_count(1)
    at_rest(page)
    type_into(page, "Attributes by source", row=0, column=1, value="North")
    page.get_by_role("button", name="Save changes").first.click()
    expect(page.get_by_text("Saved: 1 value.")).to_be_visible()
    at_rest(page)
    type_into(page, "Attributes by source", row=0, column=2, value="2")
    page.get_by_role("button", name="Save changes").first.click()
    expect(page.get_by_text("Saved: 1 value.")).to_be_visible()
    at_rest(page)

    with Project.open(study) as project:
        assert project.sources()[["case", "wave"]].values.tolist()[0] == ["North", "2"]


def test_a_source_is_removed_after_a_question(study, shared, visit):
    page = visit(shared.url, study=study)
    work_as(page, "Ann")
    page.get_by_role("link", name="Sources").click()
    at_rest(page)
    choose(page, "Source", "p2")

    page.get_by_role("button", name="Remove this source").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nobody has coded it; its text and attributes go.")).to_be_visible()
    at_rest(page)
    dialog.get_by_role("button", name="Remove it").click()
    expect(dialog).to_have_count(0)
    at_rest(page)

    with Project.open(study) as project:
        assert project.sources()["source"].tolist() == ["p1"]


def test_a_corrected_transcript_takes_its_place_and_codings_move_with_their_words(
    study, shared, visit, tmp_path
):
    with Project.open(study, user="Ann") as project:
        old = project.source("p2").text
        for words in ("the bus stops early", "My son waited eight months."):
            start = old.index(words)
            project.add_coding("p2", (start, start + len(words)), "set-up", coder="Ann")
    new = old.replace("Was it easy", "So, was it *really* easy").replace("eight", "nine")
    (tmp_path / "corrected.txt").write_text(new, "utf-8")
    page = visit(f"{shared.url}/sources", study=study)
    work_as(page, "Ann")
    choose(page, "Source", "p2")

    page.get_by_text("Replace its transcript by a corrected one").click()
    box = page.get_by_test_id("stFileUploader").filter(has_text="Corrected transcript")
    box.locator("input").set_input_files(tmp_path / "corrected.txt")
    page.get_by_role("button", name="Look at what changes").click()
    finished(page)
    expect(page.get_by_test_id("stMetricValue")).to_have_text(["0", "1", "1", "0"])
    page.get_by_role("button", name="Replace the transcript").click()
    expect(page.get_by_text("Codings that wait for a place")).to_be_visible()
    finished(page)

    with Project.open(study) as project:
        (moved,) = project.codings()[["start", "text"]].to_numpy().tolist()
        assert moved == [new.index("the bus"), "the bus stops early"]
    page.get_by_role("button", name="Take 1 proposal").click()
    expect(page.get_by_text("1 coding has a place again.")).to_be_visible()
    with Project.open(study) as project:
        assert project.codings()["text"].tolist()[1] == "My son waited nine months."
        assert project.log()["who"].iloc[-1] == "Ann"
