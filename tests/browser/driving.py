"""The server that a browser test starts, and what a user does on any page."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

_START = 120  # seconds a server may take on a busy machine


class Server:
    """``qualkit app STUDY`` in a process of its own."""

    def __init__(
        self, study: Path | str | None, folder: Path, *options: str, home: Path | None = None,
        under: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self.study = study
        self.folder = folder
        self.options = options
        self.under = under  # a command that starts it, to watch it
        self.home = home  # where it is started, with .streamlit/secrets.toml where people log in
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        given = [] if self.study is None else [str(self.study)]
        command = [
            *self.under,
            sys.executable,
            "-m",
            "qualkit",
            "app",
            *given,
            "--port",
            str(self.port),
        ]
        command += self.options
        home = {"XDG_STATE_HOME": str(self.folder / "state"), "PYTHONPATH": str(Path.cwd())}
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **home},
                start_new_session=True, cwd=self.home,
            )  # fmt: skip
        until = time.monotonic() + _START
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(self.log())
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:  # noqa: S310 - http, to ourselves
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self) -> None:
        """As a power cut would: no goodbye, the browser's gesture may be half on its way."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def log(self) -> str:
        return (self.folder / "server.log").read_text("utf-8", "replace")


def at_rest(page: Page) -> None:
    """Wait until the script has run and no gesture is on its way."""
    from playwright.sync_api import expect

    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-pending]:not([data-pending='0'])")).to_have_count(0)
    expect(page.locator(".stApp")).to_have_attribute("data-test-script-state", "notRunning")


def finished(page: Page) -> None:
    """Wait until nothing works in the background any more either."""
    from playwright.sync_api import expect

    for _ in range(2):  # the end of one piece of work may be the beginning of the next
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)  # a bar may be behind it
        expect(page.get_by_test_id("stProgress")).to_have_count(0)
        at_rest(page)
    expect(page.locator("[data-stale=true]")).to_have_count(0)


def type_into(page: Page, table: str, *, row: int, column: int, value: str) -> None:
    """Write into a cell of a table, from its first cell on by the arrow keys.

    Each step waits until the table says that it has been made: a table that was just drawn anew
    drops a key that comes before its time.
    """
    from playwright.sync_api import expect

    canvas = page.locator(f"[data-testid=stDataFrame]:has([aria-label='{table}']) canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 40, box["y"] + 52)  # the scroller lies over the canvas
    steps = [("ArrowDown", (0, n)) for n in range(1, row + 1)]
    steps += [("ArrowRight", (n, row)) for n in range(1, column + 1)]
    expect(canvas.locator("#glide-cell-0-0")).to_have_attribute("aria-selected", "true")
    for key, (across, down) in steps:
        page.keyboard.press(key)
        cell = canvas.locator(f"#glide-cell-{across}-{down}")
        expect(cell).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    editor = page.locator("#portal textarea")
    editor.fill(value)
    editor.press("Enter")
    expect(editor).to_have_count(0)
    at_rest(page)


def work_as(page: Page, name: str) -> None:
    """Say under whose name codings are stored."""
    finished(page)  # what is drawn anew meanwhile would take away what was typed
    box = page.get_by_role("combobox", name="Who codes")
    box.fill(name)
    box.press("Enter")
    page.wait_for_function("name => document.cookie.includes(encodeURIComponent(name))", arg=name)
    at_rest(page)


def serious_faults(page: Page) -> list[str]:
    """What axe-core finds that shuts people out, in what is ours: rule, help, and where.

    The list of pages at the side is Streamlit's own, and not made as axe-core wants lists.
    """
    from axe_playwright_python.sync_playwright import Axe

    ours = {"exclude": [["[data-testid='stSidebarNav']"]]}
    options = {"resultTypes": ["violations"]}
    found = Axe().run(page, context=ours, options=options).response["violations"]
    return [
        f"{one['id']}: {one['help']} at {node['target']}"
        for one in found
        if one["impact"] in {"serious", "critical"}
        for node in one["nodes"]
    ]
