"""Every page in a real browser: it opens, and all can use it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from qualkit.app.main import PAGES
from tests.browser.driving import at_rest, finished, serious_faults, work_as

NAMES = [name for names in PAGES.values() for name in names]


def address(site, name):
    """The first page is at the root."""
    return site.url if name == NAMES[0] else f"{site.url}/{name}"


@pytest.fixture(scope="module")
def site(sample, tmp_path_factory):
    """The interface on a copy of the sample study; tests of this module only look."""
    from tests.browser.driving import Server

    server = Server(sample, tmp_path_factory.mktemp("site"))
    yield server
    server.stop()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_opens_without_error_and_all_can_use_it(site, visit, name, dark):
    page = visit(address(site, name), dark=dark)

    work_as(page, "Ann")

    finished(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(name.capitalize())
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    assert serious_faults(page) == []


def test_every_page_is_reached_from_the_side_and_back(site, visit):
    page = visit(site.url)

    for name in [*NAMES, NAMES[0]]:
        page.get_by_test_id("stSidebarNav").get_by_role(
            "link", name=name.capitalize(), exact=True
        ).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(name.capitalize())
        at_rest(page)

    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
