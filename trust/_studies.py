"""Invented studies to measure on: seeded, so that each run is the same."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from qualkit.project import Project
from qualkit.store import opening

_SAID = (
    "school link lead said pupils anxious waiting list referral nurse parents worried meeting "
    "counsellor weekly session helped listened before lessons café naïve 😀 “quiet” classroom"
)


def transcript(seed: int, words: int = 120) -> str:
    """An interview that nobody gave, with letters of every width."""
    rng, known = random.Random(seed), _SAID.split()
    lines = []
    for n in range(0, words, 12):
        speaker = "Interviewer" if n % 24 else f"P{seed}"
        said = " ".join(rng.choice(known) for _ in range(12))
        lines.append(f"{speaker}: {said.capitalize()}{'?' if n % 24 else '.'}")
    return "\n".join(lines) + "\n"


def write_transcripts(folder: Path, names: Sequence[str], *, words: int = 120) -> list[Path]:
    """Files of transcripts, one a name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.txt" for name in names]
    for path in paths:
        seed = sum(ord(letter) * 31**n for n, letter in enumerate(path.stem)) % 100_000
        path.write_text(transcript(seed, words), "utf-8")
    return paths


def make_study(
    address: Path | str, folder: Path, *, sources: int = 4, words: int = 120, user: str = "Ann"
) -> str:
    """A study at an address with some sources ``s0``, ``s1`` ..., their files in a folder."""
    files = write_transcripts(folder, [f"s{n}" for n in range(sources)], words=words)
    with Project.create(address, codebooks=["evaluation-topics"], user=user) as project:
        project.add_sources(files)
    return str(address)


def codes_of(project: Project) -> list[str]:
    """The ids of the codes that a study can be coded with."""
    return [str(code) for code in project.codes()["code"]]


def open_afresh(study: Path | str) -> Project:
    """Open a study as a program does that has just been started."""
    opening._seen.clear()
    return Project.open(study, user="Ann")
