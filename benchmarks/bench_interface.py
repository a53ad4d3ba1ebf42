"""Coding in a real browser: mouse-up to painted, mouse-up to stored, and the first view.

At 10,000 words with 500 codings and at 100,000 words with 5,000: words are selected with the mouse
while a code is sticky, so that letting go of the button codes them. "Stored" is when the browser
has heard that the database has it.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from _measure import Row, show
from playwright.sync_api import Page, sync_playwright

from qualkit.project import Project

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser.driving import Server, work_as

SIZES = ((10_000, 500), (100_000, 5_000))
GESTURES = 25
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
WORDS = ["families", "came", "every", "week", "because", "the", "staff", "listened", "café", "😀"]

# The clock of one gesture: from mouse-up over the paint that follows the change to the answer.
CLOCK = """() => {
  const root = document.querySelector(".qk");
  window.clock = null;
  window.addEventListener("mouseup", () => { window.clock = { up: performance.now() }; }, true);
  new MutationObserver(() => {
    const { clock } = window;
    if (!clock) return;
    if (root.dataset.pending !== "0" && !clock.painted) {
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => { clock.painted = performance.now() - clock.up; };
        channel.port2.postMessage(0);
      });
    }
    if (root.dataset.pending === "0") clock.stored = performance.now() - clock.up;
  }).observe(root, { attributeFilter: ["data-pending"] });
}"""
# Not driving.at_rest: Playwright's expect() describes the whole page whenever it must wait on.
AT_REST = """() => document.querySelector(".stApp").dataset.testScriptState === "notRunning" """
PLACE = """async (n) => {
  const turn = document.querySelector(`.qk-turn[data-n="${n}"]`);
  const scroller = document.querySelector(".qk-scroll");
  const top = () => turn.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  for (let time = 0; time < 3; time += 1) { // heights are estimates until they were on the screen
    scroller.scrollTop += top() - 200;
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }
  const range = document.createRange();
  const node = turn.querySelector(".qk-words").firstChild;
  range.setStart(node, 0);
  range.setEnd(node, 24);
  const box = range.getClientRects()[0];
  return [box.left + 1, box.top + box.height / 2, box.right - 1];
}"""


def study(folder: Path, words: int, codings: int) -> Path:
    """One long interview with so many codings at random."""
    draw = random.Random(1)
    lines, left = [], words
    while left > 0:
        count = min(left, draw.randint(30, 130))
        lines.append(f"P: {' '.join(draw.choices(WORDS, k=count))}.")
        left -= count
        lines.append(f"I: {' '.join(draw.choices(WORDS, k=8))}?")
    (folder / "long.txt").write_text("\n".join(lines), "utf-8")
    path = folder / "s.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"]) as project:
        project.add_sources([folder / "long.txt"])
        turns = project.turns(["long"])
        codes = project.codes()["code"].tolist()
        table = ["source,start,end,code,coder"]
        for _ in range(codings):
            turn = turns.iloc[draw.randrange(len(turns))]
            start = draw.randrange(turn.start, turn.end - 20)
            end = min(turn.end, start + draw.randint(15, 220))
            table.append(f"long,{start},{end},{draw.choice(codes)},{draw.choice('AB')}")
        (folder / "codings.csv").write_text("\n".join(table), "utf-8")
        project.load_codings(folder / "codings.csv")
    return path


def gestures(page: Page) -> tuple[list[float], list[float]]:
    """Milliseconds to painted and to stored, of each gesture."""
    page.locator(".qk-code").first.hover()
    page.locator(".qk-code .qk-pin").first.click()
    page.evaluate(CLOCK)
    answers = page.locator(".qk-turn:not(.qk-asks)")
    numbers = answers.evaluate_all("turns => turns.map(turn => Number(turn.dataset.n))")
    painted, stored = [], []
    for n in numbers[:: max(1, len(numbers) // GESTURES)][:GESTURES]:
        x, y, to = page.evaluate(PLACE, n)
        page.wait_for_function(AT_REST)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(to, y, steps=3)
        page.mouse.up()
        page.wait_for_function("window.clock?.painted && window.clock?.stored")
        clock = page.evaluate("window.clock")
        painted.append(clock["painted"])
        stored.append(clock["stored"])
    return painted, stored


def views(page: Page, url: str) -> list[float]:
    """Seconds of the first view of the page Code, and of further ones."""
    taken = []
    for _ in range(4):
        start = time.perf_counter()
        page.goto(f"{url}/code")
        page.locator(".qk-stripe").first.wait_for()
        taken.append(time.perf_counter() - start)
    return taken


def measured(words: int, codings: int) -> dict[str, float]:
    """Medians in seconds."""
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        server = Server(study(Path(place), words, codings), Path(place))
        browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(server.url)
        work_as(page, "Ann")
        first, *later = views(page, server.url)
        painted, stored = gestures(page)
        browser.close()
        server.stop()
    return {
        "mouse-up to painted": statistics.median(painted) / 1000,
        "mouse-up to stored": statistics.median(stored) / 1000,
        "mouse-up to stored, the worst": max(stored) / 1000,
        "first view of Code": first,
        "further views of Code": statistics.median(later),
    }


def rows() -> Iterator[Row]:
    """The figures."""
    (few, least), (many, most) = SIZES
    small, large = measured(few, least), measured(many, most)
    for what, taken in large.items():
        name = f"{what}, {many:,} words, {most:,} codings"
        yield Row(name, taken, "s", f"{few:,} words, {least:,} codings", small[what])


if __name__ == "__main__":
    show(rows)
