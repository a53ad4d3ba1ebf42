"""Importing 124 transcripts of 8,000 words (a million words): time, memory, and against one process.

Bar: under 60 seconds on two processors, under 600 MB. The words are made up; a third of the files
each is text, Word and WebVTT.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import docx
from _measure import Row, median, peak_megabytes, show

from qualkit.importers import read_source
from qualkit.project import Project

FILES, WORDS, TURN = 124, 8_000, 60
SECONDS, MEGABYTES = 60, 600  # the bars
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


def imported(paths: Sequence[Path], place: Path) -> int:
    """A new study of these files; how many words it has."""
    study = place / "s.qualkit"
    study.unlink(missing_ok=True)
    with Project.create(study) as project:
        project.add_sources(paths)
        return int(project.sources()["words"].sum())


def rows() -> Iterator[Row]:
    """The figures."""
    with tempfile.TemporaryDirectory() as place:
        paths = write(Path(place))
        plain = median(lambda: [read_source(path) for path in paths])
        ours = median(lambda: imported(paths, Path(place)))
        words = imported(paths, Path(place))
    what = f"import of {FILES} files, {words:,} words"
    yield Row(what, ours, "s", "reading them in one process, unguarded, unstored", plain)
    yield Row(what, ours, "s", "the bar", SECONDS)
    own, child = peak_megabytes()
    yield Row("memory of that, with the writing of the files", own, "MB", "the bar", MEGABYTES)
    yield Row("memory of a child that reads", child, "MB", "the bar", MEGABYTES)


if __name__ == "__main__":
    show(rows)
