"""The interface's frame: the study's name, who codes, and what outlives a reload."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from qualkit.project import Project
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


def listening(port):
    """The addresses at which somebody listens on a port, as Linux writes them."""
    lines = [
        line.split()
        for table in ("tcp", "tcp6")
        if (path := Path("/proc/net") / table).exists()
        for line in path.read_text("ascii").splitlines()[1:]
    ]
    there = [line[1].split(":") for line in lines if line[3] == "0A"]
    return [address for address, found in there if int(found, 16) == port]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="NO /proc/net/tcp: not on Linux")
def test_the_server_listens_to_this_machine_alone(study, serve):
    server = serve(study)

    assert listening(server.port) == ["0100007F"]  # 127.0.0.1


def test_no_word_of_an_interview_is_in_a_log_or_an_address(study, serve, visit):
    server = serve(study)
    page = visit(server.url)
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))

    work_as(page, "Ann")
    page.goto(f"{server.url}/code?source=p1")
    page.locator(".qk-turn[data-n='1']").click()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    at_rest(page)
    page.goto(f"{server.url}/framework")
    expect(page.locator(".qk-grid td").first).to_be_visible()

    with Project.open(study) as project:
        assert len(project.codings()) == 1
    words = ("named contact", "named%20contact", "named+contact", "within a day")
    assert [word for word in words if word in server.log() + page.url + " ".join(asked)] == []
