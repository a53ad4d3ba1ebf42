"""Writing and reading 500 sources with 20,000 codings as a REFI-QDA project.

Bars: written in 20 s, read in 40 s, within 1 GB. The sources are invented interviews of an hour
each; every coding must come back on its words.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from _measure import NotMeasuredError, Row, median, peak_megabytes, show

from qualkit.interchange import refi
from qualkit.interchange.study import Mark, Person, Study, Text, Unit, made_id, to_snapshot
from qualkit.model import Code, Codebook

SOURCES, CODINGS, TURNS = 500, 20_000, 120
WRITE, READ, MEMORY = 20, 40, 1_000  # seconds, seconds, MB
WORDS = [
    "the",
    "school",
    "did",
    "not",
    "call",
    "us",
    "back",
    "so",
    "we",
    "waited",
    "😀",
    "a",
    "café",
    "closed",
    "–",
]


def study(rng: random.Random) -> Study:
    """An invented study."""
    codes = [Code(f"c{n}", f"Code {n}", "What it is.", guid=made_id("code", n)) for n in range(200)]
    people = tuple(Person(f"Coder {n}", made_id("person", n)) for n in range(4))
    texts, marks = [], []
    for n in range(SOURCES):
        said = (" ".join(rng.choices(WORDS, k=40)) for _ in range(TURNS))
        text = "\n".join(f"{'P' if t % 2 else 'Interviewer'}: {one}" for t, one in enumerate(said))
        texts.append(Text(f"Interview {n}", made_id("text", n), text, made_id("unit", n)))
        for m in range(CODINGS // SOURCES):
            start = rng.randrange(len(text) - 300)
            code, person = rng.choice(codes).guid, rng.choice(people).id
            marks.append(Mark(texts[-1].id, start, start + rng.randint(20, 300), code, person,
                              "2026-01-02T03:04:05Z", made_id("mark", n, m)))  # fmt: skip
    units = tuple(Unit(f"Case {n}", made_id("unit", n), {"Area": "north"}) for n in range(SOURCES))
    book = Codebook("b", "Book", "1", tuple(codes), guid=made_id("book"))
    return Study("Big", people, (book,), units, tuple(texts), tuple(marks))


def rows() -> Iterator[Row]:
    """The figures beside the bars."""
    snapshot = to_snapshot(study(random.Random(1)))
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "big.qdpx"
        written = median(lambda: refi.write(snapshot, path))
        read = median(lambda: refi.read(path))
        if refi.read(path) != snapshot:
            raise NotMeasuredError("something else came back")
    what = f"{SOURCES:,} sources, {CODINGS:,} codings as .qdpx"
    yield Row(f"{what}: written", written, "s", "the bar", WRITE)
    yield Row(f"{what}: read, the same came back", read, "s", "the bar", READ)
    yield Row("memory", peak_megabytes()[0], "MB", "the bar", MEMORY)


if __name__ == "__main__":
    show(rows)
