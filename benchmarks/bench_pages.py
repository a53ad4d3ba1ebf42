"""How soon a page is there: the first view of a study, and the way from page to page.

A study of 124 interviews of 8,000 words with 5,000 codings, in a real browser. "There" is when the
page's heading stands and Streamlit is at rest. A page's first switch pays for what it loads.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import bench_interface
from _measure import Row, show
from playwright.sync_api import Page, sync_playwright

from qualkit.app.main import PAGES
from qualkit.project import Project

SOURCES = 124
WORDS = 8_000
CODINGS = 40  # a source
ROUNDS = 4


def study(folder: Path) -> Path:
    """Interviews of invented words, coded by two coders."""
    draw = random.Random(1)
    path = folder / "s.qualkit"
    files = []
    for n in range(SOURCES):
        lines = []
        for _ in range(WORDS // 100):
            lines.append(f"I: {' '.join(draw.choices(bench_interface.WORDS, k=10))} {n}?")
            lines.append(f"P: {' '.join(draw.choices(bench_interface.WORDS, k=90))}.")
        files.append(folder / f"p{n}.txt")
        files[-1].write_text("\n".join(lines), "utf-8")
    with Project.create(path, codebooks=["evaluation-topics"]) as project:
        project.add_sources(files)
        codes = project.codes()["code"].tolist()
        turns = project.turns(words=False)
        answers = turns[turns["role"] != "interviewer"].groupby("source")
        table = ["source,start,end,code,coder"]
        for name, said in answers:
            table += [
                f"{name},{row.start},{row.start + 60},{draw.choice(codes)},{draw.choice('AB')}"
                for row in said.sample(CODINGS, random_state=1).itertuples()
            ]
        (folder / "codings.csv").write_text("\n".join(table), "utf-8")
        project.load_codings(folder / "codings.csv")
    return path


def there(page: Page, name: str) -> None:
    """Wait until a page is there."""
    page.wait_for_function(
        """name => document.querySelector("h1")?.textContent.trim() === name
          && document.querySelector(".stApp").dataset.testScriptState === "notRunning" """,
        arg=name.capitalize(),
    )


def rows() -> Iterator[Row]:
    """The figures."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    names = [name for group in PAGES.values() for name in group]
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        server = bench_interface.Server(study(Path(place)), Path(place))
        browser = driver.chromium.launch(executable_path=program, args=list(bench_interface.FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        start = time.perf_counter()
        page.goto(server.url)
        there(page, names[0])
        yield Row(f"first view of {SOURCES} sources, cold server", time.perf_counter() - start)
        taken: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(ROUNDS):
            for name in [*names[1:], names[0]]:
                start = time.perf_counter()
                page.get_by_test_id("stSidebarNav").get_by_role(
                    "link", name=name.capitalize(), exact=True
                ).click()
                there(page, name)
                taken[name].append(time.perf_counter() - start)
        for name, (first, *later) in taken.items():
            yield Row(
                f"switch to {name}, later", statistics.median(later), "s", "the first time", first
            )
        browser.close()
        server.stop()


if __name__ == "__main__":
    show(rows)
