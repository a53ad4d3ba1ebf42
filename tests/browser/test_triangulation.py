"""Triangulation as evaluators do it in a browser: linked, decided, shown side by side, written."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from qualkit import surveying
from qualkit.project import Project, samples
from qualkit.survey import read_survey
from qualkit.triangulating import decide
from tests.browser.driving import Server, at_rest, finished, serious_faults, work_as

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = samples() / "survey"
SAID = "The named contact 😀 answered within a day"
PARTS = {"Joint display": ".qk-joint", "Tables and files": ".qk-artefact"}
TITLES = {
    "Convergence coding matrix": "Convergence coding matrix", "Saturation": "New codes by interview",
}  # fmt: skip


@pytest.fixture
def surveyed(study):
    """Two interviews of which one is coded, and a survey before and after; nothing is linked."""
    asked = read_survey(FOLDER / "items.yaml")
    few = replace(asked, items=tuple(one for one in asked.items if one.id in {"K1", "K2"}))
    with Project.open(study, user="tester") as project:
        for wave in ("before", "after"):
            surveying.load(project, FOLDER / f"{wave}.csv", mapping=few)
        start = project.source("p1").text.index(SAID)
        project.add_coding("p1", (start, start + len(SAID)), "knowledge.identify", coder="Ann",
                           stance="positive")  # fmt: skip
    return study


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    finished(page)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).fill(option)
    page.get_by_role("option", name=option, exact=True).click()
    finished(page)


def test_a_finding_is_linked_decided_shown_beside_the_words_and_written(surveyed, shared, visit):
    page = visit(f"{shared.url}/triangulation", study=surveyed)
    work_as(page, "Ann")
    finished(page)
    expect(page.get_by_text("Do interviews and figures say the same?")).to_be_visible()
    with Project.open(surveyed) as project:
        assert project.links().empty  # nothing is linked by itself

    link_what_is_suggested(page)
    with Project.open(surveyed) as project:
        [(code, finding)] = project.links()[["code", "finding"]].to_numpy().tolist()
    assert (code, finding) == ("knowledge.identify", "school-leads/K1/mean/before-to-after/all")

    view(page, "Joint display")
    panel = page.locator(".qk-joint-panel").filter(has_text=finding)
    expect(panel).to_contain_text("Partial agreement (PROPOSED)")
    panel.get_by_role("button", name="Look at it in Verdicts").click()
    finished(page)
    page.get_by_role("button", name="Accept: Partial agreement").click()
    finished(page)
    with Project.open(surveyed) as project:
        assert project.verdicts()[["judge", "verdict", "status"]].to_numpy().tolist() == [
            ["Ann", "partial", "accepted"]
        ]

    view(page, "Joint display")
    expect(panel).not_to_contain_text("PROPOSED")
    expect(panel.get_by_role("img", name=re.compile("before.*after"))).to_be_visible()
    expect(panel.locator("blockquote")).to_contain_text(SAID)
    with page.context.expect_page() as opened:
        panel.get_by_role("link", name="in the transcript").click()
    expect(opened.value.get_by_text(SAID).first).to_be_visible()
    opened.value.close()

    document = taken_out(page)
    assert SAID in document
    assert "Partial agreement" in document


def link_what_is_suggested(page: Page) -> None:
    choose(page, "Theme or code", "Knowledge and awareness > Recognising difficulties")
    page.get_by_text("I can tell when a pupil may have a mental health need").first.click()
    page.get_by_role("button", name="Link 1 finding").click()
    finished(page)


def taken_out(page: Page) -> str:
    """The words of the joint display as a Word file."""
    page.get_by_role("button", name="As a file").click()
    finished(page)
    page.get_by_role("button", name="Make the file").click()
    finished(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download study-joint.docx").click()
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as held:
        return re.sub(r"<[^>]+>", "", held.read("word/document.xml").decode("utf-8"))


def test_a_blind_judge_is_shown_no_verdict_of_others_beside_the_words_or_in_tables(
    surveyed, shared, visit
):
    with Project.open(surveyed, user="Ann") as project:
        link = project.add_link("knowledge.identify", "school-leads/K1/mean/before-to-after/all")
        decide(project, link, "dissonance", reason="I see it otherwise")
        project.add_judge("Bo", blind=True)
    page = visit(f"{shared.url}/triangulation", study=surveyed)

    seen = {}
    for who in ("Bo", "Ann"):
        work_as(page, who)
        for name, part in PARTS.items():
            view(page, name)
            expect(page.locator(part).first).to_be_visible()
            finished(page)
            body = page.locator(".stMain").inner_text()
            seen[who, name] = {one for one in ("Dissonance", "I see it otherwise") if one in body}

    assert seen == {
        ("Bo", "Joint display"): set(), ("Bo", "Tables and files"): set(),
        ("Ann", "Joint display"): {"Dissonance", "I see it otherwise"},
        ("Ann", "Tables and files"): {"Dissonance"},
    }  # fmt: skip


@pytest.fixture(scope="module")
def kept(sample, tmp_path_factory):
    """The interface on the sample study; tests only look."""
    folder = tmp_path_factory.mktemp("triangulation")
    server = Server(shutil.copyfile(sample, folder / "study.qualkit"), folder)
    yield server
    server.stop()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nobody_is_shut_out_of_displays_and_tables(kept, visit, dark):
    page = visit(f"{kept.url}/triangulation", dark=dark)
    work_as(page, "Ann")
    faults = []

    view(page, "Joint display")
    expect(page.locator(".qk-joint-panel")).to_have_count(10)
    finished(page)
    faults += serious_faults(page)
    view(page, "Tables and files")
    for table, title in TITLES.items():
        choose(page, "Table", table)
        expect(page.locator(".qk-artefact caption").first).to_have_text(title)
        finished(page)
        faults += serious_faults(page)
    page.set_viewport_size({"width": 900, "height": 900})
    page.get_by_text("The whole report", exact=True).click()
    expect(page.get_by_text("verdicts are not decided yet and will be marked")).to_be_visible()
    finished(page)
    faults += serious_faults(page)

    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    assert faults == []


def test_a_table_keeps_what_a_row_is_of_in_sight(kept, visit):
    page = visit(f"{kept.url}/triangulation")
    work_as(page, "Ann")
    view(page, "Tables and files")
    choose(page, "Table", "Case-level matrix")
    box = page.locator(".qk-artefact").first
    expect(box.locator("caption")).to_have_text("Mixed methods matrix by area")
    finished(page)

    box.evaluate("box => { box.scrollLeft = 900; box.scrollTop = 200; }")
    at_rest(page)
    head, name = (box.locator(one).first.bounding_box() for one in ("thead th", "tbody th"))
    edge = box.bounding_box()

    assert abs(head["x"] - edge["x"]) < 3
    assert abs(name["x"] - edge["x"]) < 3
    assert box.evaluate("box => box.scrollLeft") == 900
