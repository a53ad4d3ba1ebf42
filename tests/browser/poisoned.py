"""The sample study with markup, scripts and beacons in everything that anybody typed or said.

And what a page looks like that took any of it for more than words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.model import new_id
from qualkit.project import Project
from qualkit.snapshot import Snapshot
from tests.browser.driving import at_rest, finished

if TYPE_CHECKING:
    from playwright.sync_api import Page

BEACON: Final = "http://beacon.invalid"
RAN: Final = "qualkit_was_here"  # what any script of the payload leaves in the window
MARK: Final = "x-planted"  # the element that any markup of it would become
PAYLOAD: Final = (
    f"<script>window.{RAN}=1</script><img src={BEACON}/i.png onerror=window.{RAN}=1>"
    f"<{MARK}>m</{MARK}><svg/onload=window.{RAN}=1>![b]({BEACON}/m.png)"
    f"[j](javascript:window.{RAN}=1)<iframe srcdoc='<script>parent.{RAN}=1</script>'>"
    f"</textarea></style><style>@import '{BEACON}/s.css'</style>\"'`${{window.{RAN}=1}}{{{{7*7}}}}:red[c]"
)
_POISONED: Final = {  # where people's words stand
    "coder": ("name",),
    "case_unit": ("name",),
    "source": ("name", "file_name"),
    "turn": ("speaker",),
    "source_attribute": ("name", "value"),
    "case_attribute": ("name", "value"),
    "codebook": ("title", "description", "origin"),
    "code": ("name", "definition", "include", "exclude", "example"),
    "coding": ("memo",),
    "guide": ("attribute", "value"),
    "cell_summary": ("text",),
    "suggestion": ("model",),
    "decision": ("reason",),
    "sign_off": ("note",),
    "survey": ("title",),
    "strand": ("title", "source"),
    "link": ("note",),
    "verdict": ("reason", "adds"),
    "thread": ("question", "what_was_found"),
    "confidence": ("explanation",),
    "memo": ("title", "text"),
    "collection": ("name", "description"),
    "log": ("who", "what"),
}
_SEALED: Final = {"sha256", "turns_sha256", "words"}  # made anew
_KEPT: Final = {"survey_wave", "published_table", "kept"}  # sealed by what nothing here changes


def behind(words: str) -> str:
    """The payload behind what stands there."""
    return f"{words} {PAYLOAD}"


def poison(sample: Path, path: Path, plant: Callable[[str], str] = behind) -> Path:
    """A study at `path` like the sample, with the payload behind every word of it.

    `plant` makes of words what is to stand there instead.
    """
    with Project.open(sample) as project:
        project.add_memo("On the whole.", title="First")
        project.add_collection("Some", sources=project.sources()["source"].tolist()[:2])
        taken = project.snapshot()
    tables = {name: [dict(row) for row in taken.rows(name)] for name in taken.tables}
    for name, rows in tables.items():
        for row in rows:
            _poison_row(name, row, plant)
    _last_words(tables, plant("").removeprefix(" "))
    Project.from_snapshot(path, Snapshot(tables), user="Ann").close()
    return path


def _poison_row(name: str, row: dict[str, Any], plant: Callable[[str], str]) -> None:
    for column in _POISONED.get(name, ()):
        if row.get(column):
            row[column] = plant(row[column])
    if name == "code":
        row["cues"] = json.dumps([*json.loads(row["cues"]), plant("").strip()])
    if name not in _KEPT:
        for column in _SEALED & row.keys():
            del row[column]


def _last_words(tables: Mapping[str, list[dict[str, Any]]], payload: str) -> None:
    """Somebody says it at the end of each source, and each coder codes that."""
    codes, coders = tables["code"], tables["coder"]
    for number, source in enumerate(tables["source"]):
        start = len(source["text"]) + 1
        source["text"] += f"\n{payload}"
        end = len(source["text"])
        places = [row["position"] for row in tables["turn"] if row["source_id"] == source["id"]]
        tables["turn"].append({
            "source_id": source["id"], "position": max(places) + 1, "speaker": payload,
            "role": "participant", "start_at": start, "end_at": end,
        })  # fmt: skip
        code = codes[number % len(codes)]
        if json.loads(code["scale"]):
            continue
        tables["coding"] += [
            {"id": new_id(), "source_id": source["id"], "start_at": start, "end_at": end,
             "quote": payload, "code_id": code["id"], "coder_id": coder["id"],
             "stance": "negative", "memo": payload, "created": "2026-01-01T00:00:00Z"}
            for coder in coders
        ]  # fmt: skip


def look_through(page: Page, url: str) -> list[str]:
    """Open a page and each part of it; what of the payload was taken for more than words."""
    page.goto(url)
    at_rest(page)
    parts = page.get_by_test_id("stButtonGroup").first.get_by_role("radio")
    found: list[str] = []
    for number in range(max(1, parts.count())):
        if parts.count() > number:
            parts.nth(number).click()
        finished(page)
        found += [f"{url}, part {number + 1}: {fault}" for fault in _taken_for_more(page)]
    return found


def _taken_for_more(page: Page) -> list[str]:
    """Scripts that ran, elements and links that were made, in the page or in a frame of it."""
    found = []
    if page.get_by_text("Something went wrong").count():
        found.append("the page failed")
    for frame in page.frames:
        if frame.evaluate(f"() => window.{RAN}") is not None:
            found.append("a script ran")
        if frame.evaluate(f"() => document.querySelectorAll('{MARK}').length"):
            found.append("an element was made")
        links = frame.evaluate(
            "() => [...document.querySelectorAll('[src],[href]')].map(e => String(e.src || e.href))"
        )
        found += [
            f"a link to {one}" for one in links if BEACON in one or one.startswith("javascript:")
        ]
    return found


def strangers(asked: list[str], site: str) -> list[str]:
    """The addresses that were asked for and are not the interface's own."""
    ours = (f"{site}/", site.replace("http", "ws") + "/", "data:", "blob:", "about:")
    return [url for url in asked if not url.startswith(ours)]
