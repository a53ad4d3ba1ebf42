"""The interface's frame: the study's name, who codes, and what outlives a reload."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.driving import at_rest, work_as


def test_a_name_is_kept_over_a_reload_and_is_the_browsers_own(study, serve, visit):
    server = serve(study)
    ann, ben = visit(server.url), visit(server.url)

    work_as(ann, "Ann Ó Briain")
    work_as(ben, "Ben")
    ann.reload()
    at_rest(ann)

    expect(ann.get_by_role("combobox", name="Who codes")).to_have_value("Ann Ó Briain")
    expect(ben.get_by_role("combobox", name="Who codes")).to_have_value("Ben")


def test_the_first_visit_of_a_server_may_be_to_a_place_in_a_source(study, serve, visit):
    server = serve(study)

    page = visit(f"{server.url}/code?source=p2")

    expect(page.get_by_text("How did you hear of the programme?")).to_be_visible()
