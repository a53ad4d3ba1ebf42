"""Import and a report of coded text beside Taguette's own, on the same 124 transcripts and 5,000 codings.

The transcripts are those of `bench_import`, as WebVTT, which both read by themselves. Taguette runs
without its web server, as quick as it can be, and quotes what it was given; here speakers are
found, words are indexed for search, and every quote is held against its source. Both must have the
same number of documents and of quotes.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import bench_import
from _measure import NotMeasuredError, Row, median, peer, show

from qualkit.export.table import write_table
from qualkit.project import Project
from qualkit.reports import write_grid

CODINGS = 5_000
BOOK = "evaluation-topics"


def written(folder: Path) -> list[Path]:
    """The transcripts."""
    draw, paths = random.Random(1), []
    for n in range(bench_import.FILES):
        cues = [
            f"{k // 60:02d}:{k % 60:02d}:00.000 --> {k // 60:02d}:{k % 60:02d}:30.000\n<v {who}>{words}</v>\n"
            for k, (who, words) in enumerate(bench_import.turns(draw))
        ]
        paths.append(folder / f"interview-{n:03d}.vtt")
        paths[-1].write_text("WEBVTT\n\n" + "\n".join(cues), encoding="utf-8")
    return paths


def coded(project: Project, folder: Path) -> None:
    """Codings at random, one a stretch; the same for the peer."""
    draw = random.Random(2)
    turns = project.turns()
    said = turns[turns["role"] != "interviewer"]
    codes = project.codes()["code"].tolist()
    table, told = ["source,start,end,code,coder"], []
    for row in said.sample(CODINGS, random_state=1).itertuples():
        end = row.start + draw.randint(40, 200)
        code = draw.choice(codes)
        table.append(f"{row.source},{row.start},{end},{code},Ann")
        told.append((row.source, row.text[: end - row.start], code))
    (folder / "codings.csv").write_text("\n".join(table), encoding="utf-8")
    (folder / "codings.json").write_text(json.dumps(told), encoding="utf-8")
    project.load_codings(folder / "codings.csv")


def rows() -> Iterator[Row]:
    """The figures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        paths, study = written(folder), folder / "s.qualkit"

        def imported() -> Project:
            study.unlink(missing_ok=True)
            project = Project.create(study, codebooks=[BOOK])
            project.add_sources(paths)
            return project

        ours = {"import": median(lambda: imported().close())}
        with imported() as project:
            coded(project, folder)
            ours["table"] = median(lambda: write_table(project.codings(), folder / "t.xlsx"))
            ours["page"] = median(lambda: write_grid(project, folder / "g.html", rows="source"))
            held = len(project.sources()), len(project.codings())
        theirs = peer("_peer_taguette.py", place)
    if held != (theirs["documents"], theirs["quotes"]):
        raise NotMeasuredError(f"{held} documents and quotes here, {theirs} there")
    for step, what in {
        "import": f"import of {len(paths)} transcripts",
        "table": f"table of {CODINGS:,} codings to Excel",
        "page": f"web page of {CODINGS:,} codings (here the grid, each held against its source)",
    }.items():
        yield Row(what, ours[step], "s", "Taguette", theirs[step])


if __name__ == "__main__":
    show(rows)
