"""Links made and removed, a file of figures kept and removed, threads: as people do it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from qualkit import surveying
from qualkit.project import Project, samples
from qualkit.survey import read_survey
from qualkit.triangulating import decide
from tests.browser.driving import finished, serious_faults, work_as

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = samples() / "survey"
K1 = "school-leads/K1/mean/before-to-after/all"


@pytest.fixture
def study(tmp_path):
    """Two items of the sample survey, asked twice; a theme linked to one, and decided on."""
    path = tmp_path / "study.qualkit"
    asked = read_survey(FOLDER / "items.yaml")
    few = replace(asked, items=tuple(one for one in asked.items if one.id in {"K1", "W1"}))
    with Project.create(path, user="Bo", codebooks=["evaluation-topics"]) as project:
        for wave in ("before", "after"):
            surveying.load(project, FOLDER / f"{wave}.csv", mapping=few)
        decide(project, project.add_link("knowledge.identify", K1), "silence", reason="x")
    return path


def opened(visit, shared, study, view, *, dark=False):
    page = visit(f"{shared.url}/triangulation", study=study, dark=dark)
    work_as(page, "Ann")
    choose(page, view)
    return page


def choose(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    finished(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    finished(page)


def mark(page: Page, table: str, row: int, then: str) -> None:
    """Mark a row of a table at its left; a button is there then."""
    canvas = page.locator(f"[data-testid=stDataFrame]:has([aria-label='{table}']) canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 12, box["y"] + 52 + 35 * row)
    finished(page)
    try:
        expect(page.get_by_role("button", name=then, exact=True)).to_be_visible(timeout=10_000)
    except AssertionError:
        page.mouse.click(box["x"] + 12, box["y"] + 52 + 35 * row)  # it was drawn anew meanwhile
        finished(page)


def test_a_suggestion_is_linked_and_a_link_is_changed_removed_and_brought_back(
    study, shared, visit
):
    page = opened(visit, shared, study, "Links")

    choose(page, "Suggested")
    box = page.get_by_role("combobox", name="Theme or code")
    box.fill("Attendance")
    box.press("Enter")
    finished(page)
    page.get_by_text("W1 ").first.click()
    expect(page.get_by_text("It cannot be used until somebody says which way")).to_be_visible()
    finished(page)
    press(page, "Link 1 finding")
    expect(page.get_by_text("Linked 1 finding to Joint planning workshops")).to_be_visible()
    choose(page, "Existing links")
    mark(page, "Links", 1, "Save the link")
    page.get_by_role("textbox", name="Note").fill("Says <b>it</b> $all$")
    press(page, "Save the link")
    expect(page.get_by_text("was changed.")).to_be_visible()
    with Project.open(study) as project:
        noted = project.links().set_index("finding").loc[K1]
        assert (noted["note"], noted["version"]) == ("Says <b>it</b> $all$", 2)
    press(page, "Remove the link")
    expect(page.get_by_text("1 verdict on it goes along.")).to_be_visible()
    assert serious_faults(page) == []
    press(page, "Remove it")
    with Project.open(study) as project:
        assert project.links()["code"].tolist() == ["workshops.attendance"]
    press(page, "Undo")
    with Project.open(study) as project:
        assert (len(project.links()), len(project.verdicts())) == (2, 1)


def test_any_finding_is_found_by_its_words_and_linked_once(study, shared, visit):
    page = opened(visit, shared, study, "Links")
    choose(page, "Another finding")
    words = page.get_by_role("textbox", name="With these words")
    words.fill("W1 yes before-to-after all")
    words.press("Enter")
    finished(page)
    mark(page, "Findings", 0, "Link it")

    press(page, "Link it")
    press(page, "Link it")

    expect(page.get_by_text("this code is linked to school-leads/W1/yes")).to_be_visible()
    with Project.open(study) as project:
        made = project.links().set_index("finding")["code"].to_dict()
    assert made["school-leads/W1/yes/before-to-after/all"] == "set-up"


def look_at(page: Page, file) -> None:
    page.locator("input[type=file]").set_input_files(file)
    finished(page)
    press(page, "Look at the file")


def test_figures_are_looked_at_kept_linked_and_removed_with_the_links(
    study, shared, visit, tmp_path
):
    file = tmp_path / "waits.csv"
    file.write_text("measure,period,value\nwait,2025,many\nwait,2026,2\n", "utf-8")
    page = opened(visit, shared, study, "Further strands")

    look_at(page, file)
    expect(page.get_by_text("row 2: its value 'many' is not a number")).to_be_visible()
    expect(page.get_by_role("button", name="Keep")).to_be_disabled()
    press(page, "Choose another file")
    file.write_text("measure,period,value\nwait,2025,4\nwait,2026,2\n", "utf-8")
    look_at(page, file)
    expect(page.get_by_text("Nothing is kept yet.")).to_be_visible()
    assert serious_faults(page) == []
    press(page, "Keep")
    expect(page.get_by_text("Kept waits.")).to_be_visible()
    with Project.open(study, user="Bo") as project:
        project.add_link("referrals", "waits/wait/level/2025/all")
    file.write_text("measure,period,value\nwait,2026,2\n", "utf-8")
    look_at(page, file)
    press(page, "Take its place")
    told = "evaluation-topics/referrals to waits/wait/level/2025/all"
    expect(page.get_by_text(told)).to_be_visible()
    press(page, "Leave all as it is")
    press(page, "Choose another file")
    press(page, "Remove this strand")
    press(page, "Remove it")
    expect(page.get_by_text(told)).to_be_visible()
    with Project.open(study) as project:
        assert len(project.strand("waits").table) == 2
    press(page, "Remove it and 1 link")

    expect(page.get_by_text("waits was removed.")).to_be_visible()
    with Project.open(study) as project:
        assert project.strands().empty
        assert project.links()["finding"].tolist() == [K1]


def test_a_thread_is_logged_and_confidence_shut_nobody_out_in_the_dark(study, shared, visit):
    page = opened(visit, shared, study, "Threads and confidence", dark=True)
    page.get_by_role("textbox", name="Question").fill("Which wait?")

    press(page, "Log it")

    expect(page.get_by_text("A thread was logged.")).to_be_visible()
    assert serious_faults(page) == []
    page.get_by_role("tab", name="Confidence").click()
    finished(page)
    expect(page.get_by_text("borrowed from GRADE-CERQual")).to_be_visible()
    assert serious_faults(page) == []
    with Project.open(study) as project:
        assert project.threads()["question"].tolist() == ["Which wait?"]
