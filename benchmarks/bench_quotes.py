"""300 quotations of a report against 124 sources of 8,000 words, and how many faults are found."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import docx
from _measure import Row, median, peak_megabytes, show

from qualkit.project import Project
from qualkit.proofing import check_report

SOURCES, WORDS, QUOTATIONS, VOCABULARY = 124, 8_000, 300, 9_000
VERBATIM = {
    "verbatim", "verbatim with marked omissions", "verbatim with marked changes",
    "verbatim with marked omissions and changes",
}  # fmt: skip


def vocabulary(random_: random.Random) -> list[str]:
    """Made-up words, each once."""
    letters, vowels = "bcdfghklmnprstvw", "aeiou"
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        parts = random_.randrange(1, 4)
        word = "".join(random_.choice(letters) + random_.choice(vowels) for _ in range(parts))
        words[word + random_.choice(["", "", "n", "st", "ck"])] = None
    return list(words)


def material(folder: Path, random_: random.Random) -> tuple[Project, list[list[str]]]:
    """A study of interviews in which a few words make up most of what is said, as in speech."""
    words = vocabulary(random_)
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
    paths, answers = [], []
    for n in range(SOURCES):
        said = random_.choices(words, cum_weights=weights, k=WORDS)
        turns = [said[at : at + 80] for at in range(0, WORDS, 80)]
        answers.append(said)
        lines = [f"{'P' if k % 2 else 'I'}: {' '.join(turn)}." for k, turn in enumerate(turns)]
        paths.append(folder / f"s{n:03d}.txt")
        paths[-1].write_text("\n".join(lines), encoding="utf-8")
    project = Project.create(folder / "study.qualkit", codebooks=["evaluation-topics"])
    project.add_sources(paths)
    return project, answers


def quotation(n: int, answers: list[list[str]], random_: random.Random) -> tuple[str, bool]:
    """A quotation and whether it is faithful: four kinds of each."""
    said = random_.choice(answers)
    at = random_.randrange(100) * 80 + random_.randrange(40)
    part = said[at : at + random_.randrange(8, 35)]
    half = len(part) // 2
    kinds = {
        0: (part, True),
        1: ([*part[:half], "[...]", *said[at + half + 6 : at + half + 14]], True),
        2: (["[They]", *part[1:]], True),
        3: ([*part[:half], part[half][:1] + "-" + part[half][1:], *part[half + 1 :]], True),
        4: ([*part[:half], "zzyzx", *part[half + 1 :]], False),
        5: ([*part[:half], *random_.choice(answers)[:12]], False),
        6: ([*part[:half], *part[half + 2 :]], False),
        7: ([*part, "nott"], False),
    }
    words, faithful = kinds[n % 8]
    return " ".join(words), faithful


def faults(folder: Path) -> Iterator[Row]:
    """The figures of one report."""
    random_ = random.Random(7)
    project, answers = material(folder, random_)
    with project:
        made = [quotation(n, answers, random_) for n in range(QUOTATIONS)]
        document = docx.Document()
        for text, _ in made:
            document.add_paragraph(f"One said \u201c{text}\u201d and left it there.")
        document.save(str(folder / "report.docx"))
        inside = median(lambda: check_report(project, folder / "report.docx"))
        proof = check_report(project, folder / "report.docx")
    command = [sys.executable, "-m", "qualkit", "quotes", "check", "report.docx", "study.qualkit"]
    whole = median(lambda: subprocess.run(command, cwd=folder, check=False, capture_output=True))
    judged = zip((quote.verdict in VERBATIM for quote in proof.quotes), made, strict=True)
    wrong = sum(one != faithful for one, (_, faithful) in judged)
    what = f"{QUOTATIONS} quotations against {SOURCES} sources of {WORDS:,} words"
    yield Row(f"{what}, the whole command", whole, "s", "check_report alone", inside)
    yield Row("judged wrongly", wrong, "", "quotations", QUOTATIONS)
    yield Row("memory", peak_megabytes()[0], "MB")


def rows() -> Iterator[Row]:
    """The figures."""
    with tempfile.TemporaryDirectory() as place:
        yield from faults(Path(place))


if __name__ == "__main__":
    show(rows)
