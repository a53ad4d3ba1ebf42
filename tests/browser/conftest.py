"""A real server of the interface and a real browser: Debian's Chromium, driven by Playwright.

Nothing here waits for time to pass: a test waits until the page says that it is at rest and that
no gesture is on its way, and then reads the database.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.project import Project
from tests.browser.driving import Server, at_rest
from tests.conftest import IN_CI

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

driver = pytest.importorskip("playwright.sync_api")
driver.expect.set_options(timeout=60_000)

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--font-render-hinting=none",
)  # fmt: skip
FAILED = pytest.StashKey[bool]()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start the interface on a study (or on none); stopped when the test ends."""
    started: list[Server] = []

    def start(study: Path | str | None = None) -> Server:
        folder = tmp_path / f"server-{len(started)}"
        folder.mkdir()
        started.append(Server(study, folder))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server without a study for many tests: ``visit(shared.url, study=...)`` opens theirs."""
    server = Server(None, tmp_path_factory.mktemp("shared"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program; in CI it must be there."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if found is None:
        message = "NO CHROMIUM: these tests did not run; install it (make test does on Debian)"
        if IN_CI:
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with driver.sync_playwright() as player:
        started = player.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def visit(
    browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[..., Page]]:
    """Open an address in a browser of its own: its own cookies, as another person's.

    The test fails where a script of the page raised, and leaves a picture where it failed.
    """
    pages: list[Page] = []
    errors: list[str] = []

    def open_page(
        url: str, *, dark: bool = False, rest: bool = True, study: Path | None = None
    ) -> Page:
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="en-GB",
            color_scheme="dark" if dark else "light", accept_downloads=True,
            ignore_https_errors=True,  # the proxy's certificate is the tests' own
        )  # fmt: skip
        if study is not None:  # as a browser has it that had this study open before
            value = quote(str(study), safe="")
            context.add_cookies([{"name": "qualkit-study", "value": value, "url": url}])
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        pages.append(page)
        page.goto(url)
        if rest:
            at_rest(page)
        return page

    yield open_page
    if request.node.stash.get(FAILED, False):
        for n, page in enumerate(pages):
            page.screenshot(path=tmp_path / f"failed-{n}.png")
    for page in pages:
        page.context.close()
    assert not errors, errors


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample study, made once; a test that changes it works on a copy."""
    folder = tmp_path_factory.mktemp("sample")
    made = CliRunner().invoke(main, ["demo", str(folder / "demo")], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    return folder / "demo" / "school-link.qualkit"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A small study of the test's own: two sources, a codebook, two coders' names."""
    path = tmp_path / "study.qualkit"
    files = tmp_path / "files"
    files.mkdir()
    (files / "p1.txt").write_text(_FIRST, "utf-8")
    (files / "p2.txt").write_text(_SECOND, "utf-8")
    with Project.create(path, codebooks=["evaluation-topics"], user="tester") as project:
        project.add_sources([files / "p1.txt", files / "p2.txt"])
    return path


_FIRST = """Interviewer: What helped the link with the schools?
Teacher: The named contact 😀 answered within a day, and cafe\u0301 meetings built trust.
Interviewer: And what got in the way?
Teacher: Staff left twice \U0001f468\u200d\U0001f469\u200d\U0001f467 so we began again. שלום לכולם was on the wall. The waiting list grew.
Interviewer: What would you change?
Teacher: More training for staff, and time to meet. Training alone changes nothing without time.
"""
_SECOND = """Interviewer: How did you hear of the programme?
Parent: From the school's letter. I rang the same week and they called me back.
Interviewer: Was it easy to reach?
Parent: No, the clinic is far and the bus stops early. My son waited eight months.
"""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":  # type: ignore[attr-defined]
        item.stash[FAILED] = report.failed  # type: ignore[attr-defined]
    return report
