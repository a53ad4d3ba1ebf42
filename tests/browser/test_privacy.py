"""Names reviewed by keyboard and replaced, and no page that shows one afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from qualkit.app.main import PAGES
from qualkit.privacy import key as keys
from qualkit.project import Project
from tests.browser.driving import at_rest, finished, serious_faults, work_as

TEXT = """Interviewer: How did Siobhan Kelly help?
Aoife Brennan: Siobhan rang 😀 from 01632 960001, and siobhan's friend Teddy wrote.
Interviewer: What else?
Aoife Brennan: Callum. Hope helped.
"""
NAMES = ("siobhan", "kelly", "aoife", "brennan", "teddy", "01632")


def make(folder):
    """A study with names in texts, speakers, names of sources, memos and attributes."""
    (folder / "aoife brennan.txt").write_text(TEXT, "utf-8")
    path = folder / "study.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([folder / "aoife brennan.txt"])
        start = TEXT.index("siobhan's friend")
        project.add_coding("aoife brennan", (start, start + 16), "staffing", coder="Ann")
        project.add_memo("Siobhan Kelly knows Teddy.", title="On Siobhan")
    return path


def chosen(page):
    return page.locator(".qk-n-title")


def press(page, keys_):
    for key in keys_.split():
        page.keyboard.press(key)


def key_of(study):
    with Project.open(study) as project:
        return keys.read(f"{study}.key", project.study_id)


def shown(page):
    """All that a page has: what is seen, what stands in boxes, what the browser keeps."""
    boxes = [box.input_value() for box in page.locator("input, textarea").all()]
    kept = page.evaluate("() => JSON.stringify(sessionStorage)")
    return " ".join([page.content(), *boxes, kept]).casefold()


def review(page):
    """Decide on every group: a typed name, two that are nobody, the others as proposed."""
    page.locator(".qk-names").focus()
    press(page, "j k ArrowDown")
    expect(chosen(page)).to_have_text("Siobhan Kelly")
    press(page, "e")
    page.keyboard.type("Link worker")
    press(page, "Enter")
    expect(page.locator(".qk-n-row[data-state=accept]")).to_contain_text("→ [Link worker]")
    opened = page.locator(".qk-n-row[data-state=open]")
    while opened.count():
        press(page, "r" if chosen(page).inner_text() in {"Callum", "Hope"} else "a")
    at_rest(page)


def take_back_and_decide_anew(page, study):
    decided = key_of(study)
    press(page, "u")
    expect(page.locator(".qk-n-row[data-state=open]")).to_have_count(1)
    at_rest(page)
    held = key_of(study)
    assert len(held.entries) == len(decided.entries) - 1
    press(page, "a")
    at_rest(page)


def apply(page):
    page.get_by_role("radio", name="Apply").click()
    page.get_by_role("button", name="Look at what changes").click()
    page.get_by_text("To be replaced:").wait_for()
    page.get_by_role("button", name="Write the pseudonyms").click()
    page.get_by_text("The pseudonyms were written into the study.").wait_for()
    finished(page)


@pytest.fixture
def reviewed(tmp_path, shared, visit):
    """The page Privacy on a study of which every group has been decided on by keyboard."""
    page = visit(f"{shared.url}/privacy", study=make(tmp_path))
    work_as(page, "Ann")
    finished(page)
    expect(chosen(page)).to_have_text("Aoife Brennan")
    expect(page.locator(".qk-n-context mark").first).to_have_text("Aoife Brennan")
    review(page)
    return page


def test_what_is_decided_by_keyboard_is_in_the_key_and_stands_after_a_reload(tmp_path, reviewed):
    study = tmp_path / "study.qualkit"
    take_back_and_decide_anew(reviewed, study)

    key = key_of(study)
    assert key.entries[0].pseudonym == "[Link worker]"
    assert {"Callum", "Hope"} <= set(key.refused)
    assert (tmp_path / "study.qualkit.key").stat().st_mode & 0o777 == 0o600
    reviewed.reload()
    finished(reviewed)
    expect(reviewed.locator(".qk-n-row[data-state=open]")).to_have_count(0)
    expect(reviewed.locator(".qk-n-row[data-state=refuse]")).to_have_count(2)
    assert serious_faults(reviewed) == []
    with Project.open(study) as project:
        assert project.source("aoife brennan").text == TEXT  # not before Apply


def test_no_page_shows_a_name_once_it_was_replaced(tmp_path, reviewed):
    assert "siobhan" in shown(reviewed)
    apply(reviewed)

    with Project.open(tmp_path / "study.qualkit") as project:
        text = project.source(project.sources()["source"][0]).text
        assert "[Link worker] rang 😀 from [phone number]" in text
        assert project.codings()["text"].tolist() == ["[Link worker]'s friend"]
    side = reviewed.get_by_test_id("stSidebarNav")
    for name in [name for names in PAGES.values() for name in names]:
        side.get_by_role("link", name=name.capitalize(), exact=True).click()
        expect(reviewed.get_by_role("heading", level=1)).to_have_text(name.capitalize())
        finished(reviewed)
        found = [one for one in NAMES if re.search(rf"\b{one}\b", shown(reviewed))]
        assert (name, found) == (name, [])
