"""Mixed work on a study that tells what it did, and whether a study holds what was told.

A worker tells of a step twice: before it, where half of it would be a fault, and when it was
acknowledged. :class:`Told` keeps that and looks for it in the study afterwards.
"""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import select

from qualkit import exchanging, reports
from qualkit.project import Project
from qualkit.store import schema
from trust._studies import codes_of, transcript, write_transcripts

Tell = Callable[[dict[str, Any]], None]
STEPS = ("code", "remove", "import", "export", "replace")
_OFTEN = (78, 5, 5, 8, 4)
_ENDINGS = (".html", ".xlsx", ".qdpx", ".bundle")


class Worker:
    """One person at work; every choice follows from the seed."""

    def __init__(self, project: Project, folder: Path, seed: int, tell: Tell) -> None:
        self._project, self._folder, self._tell = project, folder, tell
        self._rng, self._seed, self._steps = random.Random(seed), seed, 0
        self._codes = codes_of(project)
        self._lengths = {s: len(project.source(s).text) for s in ("s0", "s1", "s2")}
        self._own: list[str] = []

    def step(self, kind: str | None = None) -> None:
        """Do one thing, this or any, and tell of it."""
        self._steps += 1
        chosen = kind or self._rng.choices(STEPS, _OFTEN)[0]
        getattr(self, f"_{chosen}")()

    def _code(self) -> None:
        source = self._rng.choice(sorted(self._lengths))
        start = self._rng.randrange(self._lengths[source] - 40)
        code, end = self._rng.choice(self._codes), start + self._rng.randrange(2, 40)
        memo = f"{self._seed} {self._steps}"  # so that no two are the same
        name = self._project.user
        made = self._project.add_coding(source, (start, end), code, coder=name, memo=memo)
        self._own.append(made.id)
        self._tell({"coding": made.id, "seal": made.sha256})

    def _remove(self) -> None:
        if self._own:
            gone = self._own.pop(self._rng.randrange(len(self._own)))
            self._tell({"removing": gone})
            self._project.remove_coding(gone)
            self._tell({"removed": gone})

    def _import(self) -> None:
        names = [f"n{self._seed}x{self._steps}{letter}" for letter in "abc"]
        files = write_transcripts(self._folder / "in", names)
        self._tell({"importing": names})
        self._project.add_sources(files)
        self._tell({"imported": names})
        for file in files:
            file.unlink()

    def _export(self) -> None:
        ending = self._rng.choice(_ENDINGS)
        path = self._folder / f"out{ending}"
        self._tell({"exporting": path.name})
        if ending in {".html", ".xlsx"}:
            reports.write_grid(self._project, path)
        else:
            exchanging.take_out(self._project, path)
        self._tell({"exported": path.name, "sha": sha256(path.read_bytes()).hexdigest()})

    def _replace(self) -> None:
        text = transcript(self._rng.randrange(100_000))
        path = self._folder / "in" / "s3.txt"
        path.write_text(text, "utf-8")
        self._tell({"replacing": text})
        self._project.replace_source("s3", path)
        self._tell({"replaced": text})


class Told:
    """What workers told of, and what of it a study does not hold."""

    def __init__(self) -> None:
        self.codings: dict[str, str] = {}
        self._gone: set[str] = set()
        self._batches: list[list[str]] = []
        self._imported: list[list[str]] = []
        self._texts: list[str] = []  # of s3: the last that stood for sure, and those under way
        self._files: dict[str, str | None] = {}  # by name; None while one is being written
        self._broken: list[str] = []
        self.steps = 0

    def lines(self, lines: Iterable[str]) -> None:
        """Take in what a worker told, a line of JSON each; one that was cut off is left out."""
        for line in lines:
            if line.endswith("\n"):
                self.take(json.loads(line))

    def take(self, said: dict[str, Any]) -> None:
        """Take in one thing."""
        self.steps += 1
        match said:
            case {"coding": str(ident), "seal": str(seal)}:
                self.codings[ident] = seal
            case {"removing": str(ident)}:
                del self.codings[ident]  # it may be there or not when the end comes now
            case {"removed": str(ident)}:
                self._gone.add(ident)
            case {"broken": str(why)}:
                self._broken.append(why)
            case _:
                self._take_file(said)

    def _take_file(self, said: dict[str, Any]) -> None:
        match said:
            case {"importing": list(names)}:
                self._batches.append(names)
            case {"imported": list(names)}:
                self._imported.append(names)
            case {"replacing": str(text)}:
                self._texts = [*(self._texts or [""])[-1:], text]
            case {"replaced": str(text)}:
                self._texts = [text]
            case {"exporting": str(name)}:
                self._files[name] = None
            case {"exported": str(name), "sha": str(sha)}:
                self._files[name] = sha

    def faults(self, project: Project, folder: Path) -> Iterator[str]:
        """What is not there, is half there, or is damaged."""
        c, s = schema.coding.c, schema.source.c
        with project._store.read() as connection:
            there = {row.id: row.sha256 for row in connection.execute(select(c.id, c.sha256))}
            texts = {row.name: row.text for row in connection.execute(select(s.name, s.text))}
        yield from (f"a worker stopped: {why}" for why in self._broken)
        lost = [one for one, seal in self.codings.items() if there.get(one) != seal]
        yield from (f"coding {one} is lost" for one in lost)
        yield from (f"coding {one} came back" for one in self._gone if one in there)
        yield from self._of_texts(texts)
        yield from self._of_files(folder)
        for one in project.check().problems:
            yield f"{one.where}: {one.message}"

    def _of_texts(self, texts: dict[str, str]) -> Iterator[str]:
        for names in self._batches:
            found = sum(name in texts for name in names)
            if found not in {0, len(names)}:
                yield f"of one import {found} of {len(names)} sources are there"
        for names in self._imported:
            if any(name not in texts for name in names):
                yield f"the import of {names[0]} is lost"
        if len(self._texts) == 1 and texts["s3"] != self._texts[0]:
            yield "the corrected text is lost"

    def _of_files(self, folder: Path) -> Iterator[str]:
        for name, sha in self._files.items():
            path = folder / name
            if not path.exists():
                if sha is not None:
                    yield f"{name} is lost"
            elif not _whole(path):
                yield f"{name} is not whole"
            elif sha is not None and sha256(path.read_bytes()).hexdigest() != sha:
                yield f"{name} is an older one"


def _whole(path: Path) -> bool:
    """Whether an exported file has its end."""
    if path.suffix == ".html":
        return path.read_text("utf-8").rstrip().endswith("</html>")
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except zipfile.BadZipFile:
        return False
