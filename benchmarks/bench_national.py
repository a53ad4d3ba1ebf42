"""A study of 10,000 sources (20 million words, 500,000 codings) beside one of 100, in a browser.

How soon it is open, how soon its numbers and a transcript are there, and how soon a coding is
stored. The first time, Python loads what any study needs, texts are compared with their seals, and a
backup is made where today has none. Before each further time the study is changed, so that nothing
of it is kept. The numbers of the page Study are counted in the background.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import _national
import bench_interface
import bench_pages
from _measure import Row, show
from playwright.sync_api import Page, sync_playwright

from qualkit.progress import progress_of
from qualkit.project import Project
from tests.browser.driving import Server, work_as

FEW, MANY = 100, 10_000
_RUNS = 3
_LONGEST = 120_000  # milliseconds


def in_browser(page: Page, server: Server, study: Path) -> dict[str, float]:
    """Medians in seconds."""
    opened, counted, code = [], [], []
    for n in range(_RUNS):
        with Project.open(study) as project:
            project.add_coder(f"Newcomer {n}")
        start = time.perf_counter()
        page.goto(server.url)
        bench_pages.there(page, "study")
        opened.append(time.perf_counter() - start)
        page.get_by_test_id("stMetric").first.wait_for()
        counted.append(time.perf_counter() - start)
        start = time.perf_counter()
        page.goto(f"{server.url}/code")
        page.locator(".qk-stripe").first.wait_for()
        code.append(time.perf_counter() - start)
    work_as(page, "Coder 1")
    page.locator(".qk-stripe").first.wait_for()
    painted, stored = bench_interface.gestures(page)
    return {
        "the study is open": statistics.median(opened),
        "its numbers are there": statistics.median(counted),
        "a transcript is there to code": statistics.median(code),
        "mouse-up to painted": statistics.median(painted) / 1000,
        "mouse-up to stored": statistics.median(stored) / 1000,
        "mouse-up to stored, the worst": max(stored) / 1000,
    }


def reads(study: Path) -> dict[str, float]:
    """Medians in seconds of what pages read of a whole study."""
    with Project.open(study) as project:
        calls = {
            "how far each source is coded": project.coverage,
            "how far the study is": lambda: progress_of(project),
            "every coding as a table": project.codings,
        }
        found = {}
        for name, call in calls.items():
            taken = []
            for _ in range(_RUNS):
                start = time.perf_counter()
                call()
                taken.append(time.perf_counter() - start)
            found[name] = statistics.median(taken)
    return found


def measured(folder: Path, sources: int) -> dict[str, float]:
    """Everything of a study of that size."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    study = _national.make(folder / f"{sources}.qualkit", sources)
    found = reads(study)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(bench_interface.FLAGS))
        home = folder / f"home-{sources}"
        home.mkdir()
        server = Server(study, home)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(_LONGEST)
        start = time.perf_counter()
        page.goto(server.url)
        bench_pages.there(page, "study")
        found["the study is open, the first time after the server's start"] = (
            time.perf_counter() - start
        )
        page.goto(f"{server.url}/code")
        page.locator(".qk-stripe").first.wait_for()
        found |= in_browser(page, server, study)
        browser.close()
        server.stop()
    return found


def rows() -> Iterator[Row]:
    """The figures."""
    with tempfile.TemporaryDirectory() as place:
        small, large = (measured(Path(place), sources) for sources in (FEW, MANY))
    for what, taken in large.items():
        yield Row(f"{what}, {MANY:,} sources", taken, "s", f"{FEW} sources", small[what])


if __name__ == "__main__":
    show(rows)
