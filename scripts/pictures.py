"""Writes docs/pictures anew: every page of the interface on the sample study, light and dark.

Run from the project's root: ``.venv/bin/python scripts/pictures.py [PAGE ...]``. It needs
Chromium and the packages of the extra `dev`.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.conftest import FLAGS
from tests.browser.driving import Server, at_rest, finished, work_as

if TYPE_CHECKING:
    from playwright.sync_api import Browser

from qualkit.app.main import PAGES

OUT = Path(__file__).parents[1] / "docs" / "pictures"
ADDRESS = {  # where there is most to see
    "study": "",
    "code": "code?source=northmoor-s",
    "suggestions": "suggestions?taught=all",
    "framework": "framework?row=Northmoor&theme=evaluation-topics/set-up",
}
COLOURS = 128  # enough for a page, a third of the bytes


def main() -> None:
    """Write the pictures of the pages named, or of all."""
    from playwright.sync_api import sync_playwright

    wanted = sys.argv[1:] or [name for names in PAGES.values() for name in names]
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as player:
        folder = Path(place)
        program = [sys.executable, "-m", "qualkit"]
        study = folder / "demo" / "school-link.qualkit"
        subprocess.run([*program, "demo", str(folder / "demo")], check=True)  # noqa: S603
        subprocess.run([*program, "suggest", str(study)], check=True)  # noqa: S603
        server = Server(study, folder)
        try:
            chromium = player.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(FLAGS)
            )
            for dark in (False, True):
                _take(chromium, server, wanted, dark=dark)
        finally:
            server.stop()


def _take(browser: Browser, server: Server, wanted: list[str], *, dark: bool) -> None:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(server.url)
    at_rest(page)
    work_as(page, "Ann")
    for name in wanted:
        page.goto(f"{server.url}/{ADDRESS.get(name, name)}")
        at_rest(page)
        finished(page)
        _keep(page.screenshot(), OUT / f"{name}-{'dark' if dark else 'light'}.png")
    context.close()


def _keep(picture: bytes, path: Path) -> None:
    from PIL import Image

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS).save(path, optimize=True)
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
