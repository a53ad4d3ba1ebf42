"""Importing 124 transcripts of 8,000 words (a million words): time, memory, and against one process.

Bar: under 60 seconds on two processors, under 600 MB. The words are made up; a third of the files
each is text, Word and WebVTT.
"""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

import docx
from _measure import machine, peak_megabytes

from qualkit.importers import read_source
from qualkit.project import Project

FILES, WORDS, TURN = 124, 8_000, 60
SYLLABLES = ("ka", "lo", "mi", "ter", "an", "so", "ri", "vel", "un", "da", "pe", "shor")


def turns(random_: random.Random) -> list[tuple[str, str]]:
    """Who says what, in turns of sixty words."""
    spoken = []
    for n in range(WORDS // TURN):
        words = ["".join(random_.choices(SYLLABLES, k=random_.randint(1, 3))) for _ in range(TURN)]
        spoken.append(("Interviewer" if n % 2 == 0 else "P01", " ".join(words) + "."))
    return spoken


def write(folder: Path) -> list[Path]:
    """The transcripts, as files."""
    random_ = random.Random(1)
    paths = []
    for n in range(FILES):
        spoken = turns(random_)
        path = folder / f"interview-{n:03d}.{('txt', 'docx', 'vtt')[n % 3]}"
        if path.suffix == ".docx":
            document = docx.Document()
            for who, words in spoken:
                document.add_paragraph(f"{who}: {words}")
            document.save(str(path))
        elif path.suffix == ".vtt":
            cues = [
                f"00:{k % 60:02d}:00.000 --> 00:{k % 60:02d}:30.000\n<v {who}>{words}</v>\n"
                for k, (who, words) in enumerate(spoken)
            ]
            path.write_text("WEBVTT\n\n" + "\n".join(cues), encoding="utf-8")
        else:
            path.write_text("\n".join(f"{w}: {x}" for w, x in spoken), encoding="utf-8")
        paths.append(path)
    return paths


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        paths = write(folder)
        start = time.perf_counter()
        for path in paths:
            read_source(path)
        alone = time.perf_counter() - start
        start = time.perf_counter()
        with Project.create(folder / "s.qualkit") as project:
            report = project.add_sources(paths)
            taken = time.perf_counter() - start
            words = int(project.sources()["words"].sum())
    own, child = peak_megabytes()
    print(f"imported {len(report.added)} files, {words:,} words, in {taken:.1f} s")
    print(f"{taken / alone:.2f} times reading them in this one process, unguarded and unstored")
    print(f"memory: {own:.0f} MB here (with the writing of the files), {child:.0f} MB in a child")
    print(machine())


if __name__ == "__main__":
    main()
