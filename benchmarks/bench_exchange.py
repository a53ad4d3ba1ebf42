"""Writing and reading 500 sources with 20,000 codings as a REFI-QDA project.

Bars: written in 20 s, read in 40 s, within 1 GB. The sources are invented interviews of an hour
each; every coding must come back on its words.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from _measure import machine, peak_megabytes

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


def main() -> None:
    """Print the figures and their ratios to the bars."""
    snapshot = to_snapshot(study(random.Random(1)))
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "big.qdpx"
        start = time.perf_counter()
        refi.write(snapshot, path)
        written = time.perf_counter()
        found = refi.read(path)
        read = time.perf_counter()
        size = path.stat().st_size / 1e6
    memory = peak_megabytes()[0]
    print(f"{SOURCES:,} sources, {CODINGS:,} codings, {size:.0f} MB: "
          f"written in {written - start:.2f} s, read in {read - written:.2f} s")  # fmt: skip
    print(f"of the bars: writing {(written - start) / WRITE:.2f}, reading "
          f"{(read - written) / READ:.2f}, memory {memory / MEMORY:.2f} ({memory:.0f} MB)")  # fmt: skip
    print(f"the same came back: {found == snapshot}")
    print(machine())


if __name__ == "__main__":
    main()
