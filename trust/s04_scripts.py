"""S4: no script, no beacon from any text, on any page."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from qualkit.sample import build_sample
from trust import NotHere, Promise, Result

PROMISE = Promise(
    words="Words of a study never run as a script, become part of a page, or fetch anything.",
    how="every page and each part of it in Chromium, with scripts, markup and beacons in every "
    "name, text, attribute, code, memo, reason and label of the sample study",
    goal="0 executions, 0 requests to others",
)


def measure(long: bool) -> Result:
    """Look through all pages of a study full of hostile words."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise NotHere("no Chromium")
    from playwright.sync_api import sync_playwright

    from qualkit.app.main import PAGES
    from tests.browser.driving import Server
    from tests.browser.poisoned import look_through, poison, strangers

    with tempfile.TemporaryDirectory() as name, sync_playwright() as player:
        folder = Path(name)
        server = Server(poison(build_sample(folder / "demo").study, folder / "s.qualkit"), folder)
        browser = player.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        try:
            page = browser.new_page()
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            names = [one for group in PAGES.values() for one in group]
            faults = [
                fault
                for one in names
                for fault in look_through(page, f"{server.url}/{'' if one == names[0] else one}")
            ]
        finally:
            browser.close()
            server.stop()
        out = strangers(asked, server.url)
    figure = f"{len(faults)} on {len(names)} pages, {len(out)} requests to others"
    return Result("S4", figure, not faults and not out, (*faults, *out))
