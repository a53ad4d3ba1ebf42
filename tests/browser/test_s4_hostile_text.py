"""S4: no script runs and nothing is fetched, whatever words a study holds, on any page."""

from __future__ import annotations

import hashlib
import shutil
from urllib.parse import quote

import pytest

pytest.importorskip("playwright.sync_api")

from qualkit.app.main import PAGES
from qualkit.project import Project
from tests.browser.driving import Server, finished
from tests.browser.poisoned import PAYLOAD, look_through, poison, strangers

NAMES = [name for names in PAGES.values() for name in names]


@pytest.fixture(scope="module")
def site(sample, tmp_path_factory):
    """The interface on a study full of hostile words; tests of this module only look."""
    folder = tmp_path_factory.mktemp("poisoned")
    copy = shutil.copyfile(sample, folder / "sample.qualkit")
    server = Server(poison(copy, folder / "s.qualkit"), folder)
    yield server
    server.stop()


@pytest.fixture
def watched(site, visit):
    """A browser in which somebody works on it; nothing else than the interface was asked."""
    page = visit("about:blank", rest=False)
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url))
    with Project.open(site.study) as project:
        name = project.coders()[0]
    cookie = f"qualkit-coder-{hashlib.sha256(str(site.study).encode()).hexdigest()[:12]}"
    page.context.add_cookies([{"name": cookie, "value": quote(name, safe=""), "url": site.url}])
    yield page
    assert asked
    assert strangers(asked, site.url) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_hostile_words_as_words(site, watched, name):
    assert look_through(watched, f"{site.url}/{'' if name == NAMES[0] else name}") == []


def test_the_words_are_really_shown(site, watched):
    watched.goto(f"{site.url}/memos")
    finished(watched)

    shown = [box.input_value() for box in watched.locator("textarea").all()]
    assert any(PAYLOAD in one for one in [*shown, watched.inner_text("body")])
