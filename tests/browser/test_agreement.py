"""Settling disagreements, coding blind and coder packs, as people do it in a browser."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from qualkit.project import Project
from tests.browser.driving import Server, at_rest, serious_faults, work_as

if TYPE_CHECKING:
    from playwright.sync_api import Page

BOOK = "evaluation-topics"
TEXT = """Interviewer: How was the start of {}?
Parent: We waited. 😀 We waited eight months. Then they rang.
"""
NAMES = ("keys", "held", "edit", "race", "blind", "pack")  # one source for each test


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """A study that two have coded, and the interface on it: a test changes its own source alone."""
    folder = tmp_path_factory.mktemp("agreement")
    files = [folder / f"{name}.txt" for name in NAMES]
    for file in files:
        file.write_text(TEXT.format(file.stem), "utf-8")
    path = folder / "study.qualkit"
    with Project.create(path, codebooks=[BOOK], user="tester") as project:
        project.add_sources(files)
        for name in NAMES:
            code(project, name, "Ann", "We waited eight months.", "referrals.timeliness")
            if name != "pack":
                code(project, name, "Ben", "eight months.", "referrals.timeliness")
                code(project, name, "Ann", "Then they rang.", "communication")
    server = Server(path, folder)
    yield server
    server.stop()


def code(project, source, coder, words, name):
    start = project.source(source).text.index(words)
    span = (start, start + len(words))
    project.add_coding(source, span, f"{BOOK}/{name}", coder=coder)


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label, exact=True)
    box.fill(option)
    box.press("Enter")
    at_rest(page)


def to_disagreements(visit, server, source: str, coder: str = "Sue") -> Page:
    page: Page = visit(f"{server.url}/agreement")
    work_as(page, coder)
    expect(page.locator(".qk-settle")).to_be_visible()
    choose(page, "Source", source)
    expect(page.locator(".qk-s-where strong")).to_have_text(source)
    page.locator(".qk-settle").focus()
    return page


def kind(page: Page):
    return page.locator(".qk-s-kind")


def decided(server, source):
    with Project.open(server.study) as project:
        table = project.decisions()
    own = table[table["source"] == source]
    return own[["kind", "choice", "decider", "reason"]].values.tolist()


def test_a_key_settles_with_its_reason_and_undo_takes_it_back_after_a_reload(shared, visit):
    page = to_disagreements(visit, shared, "keys")
    expect(kind(page)).to_have_text("Other ends")

    page.keyboard.press("w")
    page.keyboard.type("the rest is *hers*")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    expect(kind(page)).to_have_text("Coded by some, not by others")
    page.keyboard.press("n")
    expect(page.locator(".qk-s-count")).to_have_text("2 of 2 settled")
    at_rest(page)

    assert decided(shared, "keys") == [
        ["boundary", "Ben", "Sue", "the rest is *hers*"], ["missed", "neither", "Sue", ""],
    ]  # fmt: skip
    page.reload()
    at_rest(page)
    choose(page, "Source", "keys")
    page.locator(".qk-settle").focus()
    page.keyboard.press("Control+z")
    expect(page.locator(".qk-s-count")).to_have_text("1 of 2 settled")
    at_rest(page)
    assert [row[1] for row in decided(shared, "keys")] == ["Ben"]


def test_a_key_held_down_settles_once_and_a_reason_stays_with_its_passage(shared, visit):
    page = to_disagreements(visit, shared, "held")
    page.keyboard.press("w")
    page.keyboard.type("hers")
    page.keyboard.press("Escape")

    page.keyboard.press("s")
    for _ in range(3):
        page.keyboard.down("n")

    expect(page.get_by_role("textbox", name="Why")).to_have_value("hers")
    at_rest(page)
    assert decided(shared, "held") == [["missed", "neither", "Sue", ""]]


def test_a_passage_is_settled_as_it_was_edited(shared, visit):
    page = to_disagreements(visit, shared, "edit")

    page.keyboard.press("e")
    page.get_by_role("combobox", name="Stance").select_option("negative")
    page.get_by_role("button", name="Start a word later").click()
    page.get_by_role("textbox", name="Why").press("Escape")  # leaves the field, not the editor
    page.get_by_role("button", name="Settle so").click()
    expect(kind(page)).to_have_text("Coded by some, not by others")
    at_rest(page)

    with Project.open(shared.study) as project:
        table = project.decisions()
    (result,) = table.loc[table["source"] == "edit", "result"].iloc[0]
    assert (result["code"], result["text"], result["stance"]) == (
        "referrals.timeliness", "waited eight months.", "negative",
    )  # fmt: skip


def test_of_two_who_settle_the_same_passage_the_second_is_told_so(shared, visit):
    first = to_disagreements(visit, shared, "race")
    second = to_disagreements(visit, shared, "race", "Uma")

    first.keyboard.press("1")
    at_rest(first)
    second.keyboard.press("n")

    expect(second.locator(".qk-s-refused")).to_contain_text("Sue has settled this already (Ann")
    at_rest(second)
    assert [row[1:3] for row in decided(shared, "race")] == [["Ann", "Sue"]]
    expect(second.locator(".qk-s-standing")).to_contain_text("Somebody settled or changed this")
    expect(second.locator(".qk-s-count")).to_have_text("1 of 2 settled")
    second.keyboard.press("s")
    expect(kind(second)).to_have_text("Coded by some, not by others")


def test_who_codes_blind_sees_the_others_when_they_have_finished(shared, visit):
    with Project.open(shared.study, user="Sue") as project:
        project.assign(["blind"], ["Ben"])
        project.keep_suggestions([suggested(project, "blind")], methods=["learned"])
    cell = f"{shared.url}/framework?row=blind&theme={BOOK}/communication"
    page = visit(f"{shared.url}/code?source=blind")
    work_as(page, "Ben")

    stripes = page.locator(".qk-stripe")
    expect(page.get_by_text("You code this source blind")).to_be_visible()
    expect(stripes).to_have_count(1)
    expect(stripes).to_have_attribute("aria-label", re.compile(", Ben"))
    page.goto(cell)
    expect(page.get_by_role("textbox", name="Your summary")).to_be_visible()
    at_rest(page)
    expect(page.get_by_text("Then they rang.")).to_have_count(0)
    page.goto(f"{shared.url}/suggestions?taught=all")
    expect(page.get_by_text("suggestions are made and shown from your own work")).to_be_visible()
    at_rest(page)
    expect(page.locator(".qk-queue")).to_have_count(0)
    page.goto(f"{shared.url}/code?source=blind")
    page.get_by_role("button", name="I have finished this source").click()
    page.get_by_role("button", name="Yes, it is finished").click()

    expect(page.locator(".qk-stripe:not(.qk-suggested)")).to_have_count(3)
    expect(page.get_by_text("You code this source blind")).to_have_count(0)
    page.goto(cell)
    expect(page.get_by_text("Then they rang.").first).to_be_visible()


def suggested(project, source):
    start = project.source(source).text.index("Then they rang.")
    return {
        "source": source, "start": start, "end": start + 15, "text": "Then they rang.",
        "codebook": BOOK, "code": "staffing", "confidence": 0.9, "stance": None,
        "method": "learned", "model": "m", "reasons": {},
    }  # fmt: skip


def test_a_pack_goes_out_and_what_its_coder_did_comes_back(shared, visit, tmp_path):
    with Project.open(shared.study, user="Sue") as project:
        project.assign(["pack"], ["Cy"])
    page = visit(f"{shared.url}/agreement")
    work_as(page, "Sue")
    page.get_by_role("radio", name="Double coding").click()
    choose(page, "For whom", "Cy")

    page.get_by_role("button", name="Make the pack").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the pack").click()
    pack = Path(shutil.copy(waiting.value.path(), tmp_path / waiting.value.suggested_filename))
    with Project.open(pack, user="Cy") as own:
        assert own.sources()["source"].tolist() == ["pack"]
        assert own.codings().empty
        code(own, "pack", "Cy", "eight months.", "referrals.timeliness")
    page.locator("input[type=file]").set_input_files(pack)
    expect(page.get_by_text("Cy's codings: 1 new here")).to_be_visible()
    at_rest(page)
    page.get_by_role("button", name="Merge it").click()
    expect(page.get_by_text("Merged.")).to_be_visible()

    with Project.open(shared.study, user="Sue") as project:
        table = project.codings()
    assert sorted(table.loc[table["source"] == "pack", "coder"]) == ["Ann", "Cy"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nobody_is_shut_out_of_any_part(shared, visit, dark):
    page = visit(f"{shared.url}/agreement", dark=dark)
    work_as(page, "Sue")
    page.locator(".qk-settle").focus()
    for key in ("e", "?"):
        page.keyboard.press(key)
    faults = serious_faults(page)

    for part, ready in (
        ("Figures", "For a methodology annex"), ("Consensus", "Sign-off"),
        ("Double coding", "Blind test"),
    ):  # fmt: skip
        page.get_by_role("radio", name=part).click()
        expect(page.get_by_role("heading", name=ready)).to_be_visible()
        at_rest(page)
        expect(page.locator("[data-stale=true]")).to_have_count(0)
        faults += serious_faults(page)

    assert faults == []
