"""Taguette's own conversion, tables and exports, run by its own Python: see bench_peers.

    python _peer_taguette.py FOLDER     # transcripts, and codings.json: [[document, words, tag], ...]

It stands without its web server, as quick as it can be. Highlights are put into its tables with
their words, since its own way reads the whole document again for each.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import tornado.locale
from taguette import convert, database, export
from taguette.main import DEFAULT_CONFIG

RUNS = 3


def imported(session: object, folder: Path) -> database.Project:
    """A project with every document, kept one by one as its page does."""
    project = database.Project(name="Bench", description="")
    session.add(project)
    for path in sorted(folder.glob("*.vtt")):
        made = convert.to_html_chunks(path.read_bytes(), "text/vtt", path.name, DEFAULT_CONFIG)
        body = asyncio.run(made)
        session.add(
            database.Document(
                name=path.stem,
                description="",
                filename=path.name,
                project=project,
                contents=body,
                text_direction=database.TextDirection.LEFT_TO_RIGHT,
            )
        )
        session.commit()
    return project


def coded(session: object, project: database.Project, codings: list[list[str]]) -> None:
    """Highlights with their words and tags."""
    documents = {document.name: document for document in project.documents}
    used = sorted({tag for _, _, tag in codings})
    tags = {tag: database.Tag(project=project, path=tag, description="") for tag in used}
    session.add_all(tags.values())
    for number, (name, words, tag) in enumerate(codings):
        session.add(
            database.Highlight(
                document=documents[name],
                start_offset=number,
                end_offset=number + len(words),
                snippet=f"<p>{words}</p>",
                tags=[tags[tag]],
            )
        )
    session.commit()


def page(session: object, project: int, path: Path) -> None:
    """Its web page of all highlights."""

    async def written() -> None:
        _, contents = export.highlights_doc(
            session, project, "", "html", config=DEFAULT_CONFIG, locale=tornado.locale.get("en_US")
        )
        path.write_text("".join(await contents), encoding="utf-8")

    asyncio.run(written())


def median(call: Callable[[], object]) -> float:
    """The median of a few runs."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[RUNS // 2]


def main(folder: Path) -> None:
    """Print the seconds of each step and what there is afterwards."""
    path = folder / "taguette.sqlite3"

    made: list[tuple[object, database.Project]] = []

    def anew() -> None:
        path.unlink(missing_ok=True)
        session = database.connect(f"sqlite:///{path}")()
        made.append((session, imported(session, folder)))

    seconds = {"import": median(anew)}
    session, project = made[-1]
    coded(session, project, json.loads((folder / "codings.json").read_text("utf-8")))
    table, shown = folder / "taguette.xlsx", folder / "taguette.html"
    seconds["table"] = median(lambda: export.highlights_xslx(session, project.id, "", str(table)))
    seconds["page"] = median(lambda: page(session, project.id, shown))
    told = {"documents": len(project.documents), "quotes": shown.read_text("utf-8").count("Tags:")}
    print(json.dumps(seconds | told))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
