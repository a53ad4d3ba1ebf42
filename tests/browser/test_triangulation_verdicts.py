"""Verdicts, as an evaluator and a blind second judge decide them in a browser."""

from __future__ import annotations

import shutil

import pytest
from playwright.sync_api import expect

from qualkit.project import Project
from tests.browser.driving import at_rest, finished, serious_faults, work_as

CHOSEN = ".qk-matrix tr[aria-selected=true]"


@pytest.fixture
def page(sample, shared, visit, tmp_path):
    """Open the matrix of a copy of the sample study as somebody."""

    def open_as(name, *, dark=False, judge=False):
        path = tmp_path / "verdicts.qualkit"
        shutil.copyfile(sample, path)
        if judge:
            with Project.open(path, user="Tom") as project:
                project.add_judge(name)
        page = visit(shared.url, study=path, dark=dark)
        work_as(page, name)
        page.goto(f"{shared.url}/triangulation")
        expect(page.locator(CHOSEN)).to_have_count(1)
        finished(page)
        return page, path

    return open_as


def keys(page):
    return [row.get_attribute("data-key") for row in page.locator(".qk-matrix tr[data-key]").all()]


def test_a_row_is_chosen_and_decided_by_keyboard_and_the_next_comes(page):
    open_page, path = page("Ann", judge=True)
    first = keys(open_page)[0]  # a theme without a link
    row = open_page.locator(".qk-matrix tr[data-key]")

    open_page.locator(CHOSEN).focus()
    open_page.keyboard.press("Home")
    open_page.keyboard.press("Enter")
    at_rest(open_page)
    expect(open_page.get_by_text("Nothing can be decided here")).to_be_visible()
    assert open_page.locator(CHOSEN).get_attribute("data-key") == first
    open_page.keyboard.press("ArrowDown")
    expect(row.nth(1)).to_be_focused()
    expect(row.nth(0)).to_have_attribute("tabindex", "-1")
    open_page.keyboard.press("Enter")
    at_rest(open_page)
    open_page.keyboard.press("Enter")
    accept = open_page.get_by_role("button", name="Accept: Silence")
    expect(accept).to_be_focused()
    open_page.keyboard.press("Enter")

    expect(
        open_page.get_by_text("Content and format of workshops: silence, decided.")
    ).to_be_visible()
    finished(open_page)
    expect(row.nth(2)).to_be_focused()
    expect(row.nth(2)).to_have_attribute("aria-selected", "true")
    expect(row.nth(1)).to_contain_text("You: silence")
    with Project.open(path, user="Ann") as project:
        kept = project.verdicts(judge="Ann")[["link", "verdict", "status"]].values.tolist()
    assert kept == [[keys(open_page)[1], "silence", "accepted"]]
    expect(open_page.locator(".qk-matrix")).not_to_contain_text("judges differ")  # she is blind


def test_a_quotation_leads_to_its_place_and_a_change_needs_a_reason(page):
    open_page, path = page("Ann")
    open_page.locator(".qk-matrix tr[data-key]", has_text="Dissonance").click()
    at_rest(open_page)
    link = open_page.locator(".st-key-triangulation-link")
    expect(link.get_by_text("Against (", exact=False)).to_be_visible()
    expect(link.get_by_text("Priya: dissonance, as was proposed")).to_be_visible()

    open_page.get_by_text("Partial agreement", exact=True).last.click()
    at_rest(open_page)
    open_page.get_by_label("Reason", exact=True).fill("What <b>both</b> *say* differs in time.")
    open_page.get_by_role("button", name="Keep my verdict").click()
    expect(open_page.get_by_text("partial agreement, decided.")).to_be_visible()
    finished(open_page)

    with Project.open(path) as project:
        kept = project.verdicts(judge="Ann").iloc[0]
    assert (kept["verdict"], kept["reason"]) == (
        "partial", "What <b>both</b> *say* differs in time.",
    )  # fmt: skip
    href = link.get_by_role("link", name="Open in transcript").first.get_attribute("href")
    assert href
    assert "code?source=" in href
    assert "&start=" in href


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nobody_is_shut_out_of_verdicts_and_judges(page, dark):
    open_page, _ = page("Ann", dark=dark)
    faults = serious_faults(open_page)
    open_page.set_viewport_size({"width": 900, "height": 900})
    at_rest(open_page)
    wide = "document.scrollingElement.scrollWidth > innerWidth"
    assert not open_page.evaluate(wide)
    open_page.get_by_role("radio", name="Judges", exact=True).click()
    expect(open_page.get_by_text("Priya and Tom gave the same verdict on")).to_be_visible()
    finished(open_page)

    faults += serious_faults(open_page)
    assert not open_page.evaluate(wide)
    open_page.get_by_role("button", name="Look at it in Verdicts").first.click()
    expect(open_page.locator(CHOSEN)).to_contain_text("judges differ")
    assert faults == []
