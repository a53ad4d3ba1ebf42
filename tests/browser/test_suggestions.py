"""Deciding on suggestions as a coder does, and what the database then holds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from qualkit.project import Project
from tests.browser.driving import at_rest, serious_faults, work_as

BOOK = "evaluation-topics"


@pytest.fixture
def suggested(study):
    """Three passages of two sources; which comes first depends on the order."""
    with Project.open(study, user="tester") as project:
        project.keep_suggestions(
            [
                made(project, "p1", "answered within a day", "communication", 0.9),
                made(project, "p1", "answered within a day", "staffing", 0.6),
                made(project, "p1", "Staff left twice", "staffing", 0.8),
                made(project, "p2", "My son waited eight months.", "referrals.timeliness", 0.55),
            ],
            methods=["codebook"],
        )
    return study


def made(project, source, words, code, confidence):
    start = project.source(source).text.index(words)
    return {
        "source": source, "start": start, "end": start + len(words), "text": words,
        "codebook": BOOK, "code": code, "confidence": confidence, "stance": None,
        "method": "codebook", "model": "m", "reasons": {"cues": ["waited"], "words": []},
    }  # fmt: skip


@pytest.fixture
def queue(suggested, shared, visit):
    """The queue, the surest first, as Ann sees it."""
    page = visit(shared.url, study=suggested)
    work_as(page, "Ann")
    to_suggestions(page)
    order = page.get_by_role("combobox", name="Order")
    order.fill("The surest")
    order.press("Enter")
    at_rest(page)
    expect(words(page)).to_have_text("answered within a day")
    page.locator(".qk-queue").focus()
    return page


def to_suggestions(page):
    page.get_by_role("link", name="Suggestions", exact=True).first.click()
    expect(page.locator(".qk-queue")).to_be_visible()
    at_rest(page)


def words(page):
    return page.locator(".qk-q-words")


def codings(study):
    with Project.open(study) as project:
        table = project.codings()
    return sorted(table[["text", "code", "coder"]].itertuples(index=False, name=None))


def statuses(study):
    with Project.open(study) as project:
        table = project.suggestions(status=None)
    return sorted(table[["text", "code", "status"]].itertuples(index=False, name=None))


def test_a_accepts_r_rejects_and_the_next_passage_comes_at_once(suggested, queue):
    queue.keyboard.press("a")
    queue.keyboard.press("r")
    expect(words(queue)).to_have_text("Staff left twice")
    at_rest(queue)

    assert codings(suggested) == [("answered within a day", "communication", "Ann")]
    assert ("answered within a day", "staffing", "rejected") in statuses(suggested)
    expect(queue.locator(".qk-q-count")).to_have_text("2 passages to decide · 2 decided now")


def test_a_number_accepts_that_code_and_with_shift_rejects_it(suggested, queue):
    queue.keyboard.press("2")
    queue.keyboard.press("Shift+1")
    expect(words(queue)).to_have_text("Staff left twice")
    at_rest(queue)

    assert codings(suggested) == [("answered within a day", "staffing", "Ann")]
    assert ("answered within a day", "communication", "rejected") in statuses(suggested)


def test_undo_and_redo_go_back_to_the_passage(suggested, queue):
    for key in ("a", "a", "Control+z"):
        queue.keyboard.press(key)
    expect(words(queue)).to_have_text("answered within a day")
    at_rest(queue)
    assert codings(suggested) == [("answered within a day", "communication", "Ann")]

    queue.keyboard.press("Control+Shift+z")
    expect(words(queue)).to_have_text("Staff left twice")
    at_rest(queue)
    assert [code for _, code, _ in codings(suggested)] == ["communication", "staffing"]


def test_skipped_passages_stay_open_and_p_goes_back(suggested, queue):
    queue.keyboard.press("n")
    expect(words(queue)).to_have_text("Staff left twice")
    queue.keyboard.press(" ")
    expect(words(queue)).to_have_text("My son waited eight months.")
    queue.keyboard.press("p")
    expect(words(queue)).to_have_text("Staff left twice")
    at_rest(queue)

    assert {status for _, _, status in statuses(suggested)} == {"open"}


def test_the_queue_goes_on_after_a_reload_and_so_does_undo(suggested, queue):
    queue.keyboard.press("1")
    queue.keyboard.press("2")
    at_rest(queue)

    queue.reload()
    at_rest(queue)
    expect(queue.locator(".qk-q-count")).to_have_text("2 passages to decide")
    queue.locator(".qk-queue").focus()
    queue.keyboard.press("Control+z")
    expect(words(queue)).to_have_text("answered within a day")
    at_rest(queue)

    assert codings(suggested) == [("answered within a day", "communication", "Ann")]


def test_every_key_has_a_button(suggested, queue):
    rows = queue.locator(".qk-q-code")
    rows.nth(1).get_by_role("button", name="Accept").click()
    rows.nth(0).get_by_role("button", name="Reject").click()
    expect(words(queue)).to_have_text("Staff left twice")
    queue.get_by_role("button", name="Skip").click()
    queue.get_by_role("button", name="Undo").click()
    expect(words(queue)).to_have_text("answered within a day")
    queue.get_by_role("button", name="Definition").click()
    queue.get_by_role("button", name="Keys").click()
    expect(queue.locator(".qk-q-keys")).to_contain_text("Reject that code")
    expect(queue.locator(".qk-q-definition p")).to_be_visible()
    at_rest(queue)

    assert codings(suggested) == [("answered within a day", "staffing", "Ann")]


def test_a_decision_made_while_suggestions_were_made_anew_is_stored(suggested, queue):
    with Project.open(suggested, user="Ben") as project:
        again = made(project, "p1", "answered within a day", "communication", 0.5)
        project.keep_suggestions([again], methods=["codebook"])

    queue.keyboard.press("1")
    at_rest(queue)

    assert codings(suggested) == [("answered within a day", "communication", "Ann")]


def test_what_somebody_else_decided_first_comes_back_with_the_reason(suggested, queue):
    with Project.open(suggested, user="Ben") as project:
        table = project.suggestions()
        project.reject(
            table.loc[table["code"] == "communication", "suggestion"].tolist(), coder="Ben"
        )

    queue.keyboard.press("1")
    expect(queue.locator(".qk-q-refused")).to_contain_text("rejected already")
    at_rest(queue)

    assert codings(suggested) == []


def test_many_are_accepted_after_a_preview_and_taken_back(suggested, queue):
    queue.get_by_role("radio", name="Many at once").click()
    slider = queue.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "80%")
    queue.get_by_text("2 suggestions would become codings in your name.").wait_for()

    queue.get_by_role("button", name="Accept these 2 suggestions").click()
    queue.get_by_text("2 codings were added in your name.").wait_for()
    at_rest(queue)
    assert [code for _, code, _ in codings(suggested)] == ["staffing", "communication"]

    queue.get_by_role("button", name="Undo").click()
    queue.get_by_text("Taken back: 2 codings are gone").wait_for()
    at_rest(queue)
    assert codings(suggested) == []
    assert {status for _, _, status in statuses(suggested)} == {"open"}


def test_a_passage_opens_in_the_transcript(suggested, queue):
    with Project.open(suggested) as project:
        start = project.source("p1").text.index("answered within a day")
    link = queue.get_by_role("link", name="Open in transcript")

    expect(link).to_have_attribute("href", f"code?source=p1&start={start}&end={start + 21}")
    expect(link).to_have_attribute("target", "_blank")


def test_nobody_is_shut_out_of_the_queue(queue):
    queue.keyboard.press("?")

    assert [one for one in serious_faults(queue) if "qk-" in one] == []


def test_a_decided_passage_stays_while_it_is_looked_at_again(suggested, queue):
    for key in ("a", "a", "p"):
        queue.keyboard.press(key)
    at_rest(queue)

    expect(words(queue)).to_have_text("answered within a day")
    expect(queue.locator(".qk-q-deciding").first).to_have_text("✓ accepted")
