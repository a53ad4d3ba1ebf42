"""P1: words of a transcript in what programs leave beside the study.

A word that stands nowhere else is planted in everything that people said or wrote. Then the
commands are run, also so that they fail, and it is looked for in what they said on stderr, in
temporary folders, caches, the journal of changes and the server's own log. The study, its
backups and the documents asked for hold it by right, and so does what a command was asked to
print.
"""

from __future__ import annotations

import csv
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from click.testing import CliRunner
from click.testing import Result as Ran
from sqlalchemy import select

from qualkit.cli import main
from qualkit.project import Project
from qualkit.store import schema
from tests.memory import in_memory
from tests.postgres import Server, find_server
from trust import Promise, Result

PROMISE = Promise(
    words="Logs, error messages, temporary files and caches hold no word of a transcript",
    how="a word planted in texts, quotations, memos, summaries and answers; every kind of "
    "command run, also so that it fails, and a crash; then looked for in all that is left",
    goal="found 0 times",
)
WORD = "qxcanary"
_SAID = (
    f"Interviewer: What helped?\nP1: The {WORD} sessions helped us.\n"
    f"Interviewer: And what was hard, {WORD}?\nP1: The {WORD} waiting list 😀 was long.\n"
)
_SLOW = {"source read", "project import", "privacy scan", "quotes check", "code auto"}
_ANSWERS = {"in/wrong.csv", "in/spans.csv"}  # a refused sheet is answered in its own words
_COMMANDS: Sequence[Sequence[str]] = (  # in the order in which they are run; {s} is the study
    ("new", "{s}", "--codebook", "evaluation-topics"),
    ("source", "add", "{s}", "in/p1.txt", "in/p2.txt"),
    ("source", "add", "{s}", "in/p1.txt"),
    ("source", "add", "{s}", "in/broken.vtt", "in/broken.docx", "in/empty.txt"),
    ("source", "list", "{s}"),
    ("source", "read", "in/broken.vtt"),
    ("coding", "load", "{s}", "in/codings.csv"),
    ("coding", "load", "{s}", "in/wrong.csv"),
    ("coding", "load", "{s}", "in/spans.csv"),
    ("coding", "list", "{s}"),
    ("summary", "load", "{s}", "in/summaries.csv"),
    ("summary", "load", "{s}", "in/wrong.csv"),
    ("memo", "add", "{s}", f"A {WORD} of my own"),
    ("memo", "list", "{s}"),
    ("code", "auto", "{s}", "--code", "barriers-enablers", "--query", "helped", "--coder", "Ann"),
    ("kwic", "{s}", WORD),
    ("kwic", "{s}", "(" * 60),
    ("search", "{s}", WORD),
    ("search", "{s}", f"/{WORD}(/"),
    ("source", "replace", "{s}", "p2", "in/p2b.txt"),
    ("grid", "{s}", "--out", "out/grid.html"),
    ("grid", "{s}", "--out", "out/grid.docx"),
    ("grid", "{s}", "--out", "nowhere/grid.docx"),
    ("quotes", "check", "in/report.txt", "{s}"),
    ("crosstab", "{s}", "--by", "case"),
    ("project", "export", "{s}", "out/study.qdpx"),
    ("project", "export", "{s}", "out/study.bundle"),
    ("project", "import", "out/study.qdpx", "out/again.qualkit"),
    ("project", "import", "in/broken.docx", "out/never.qualkit"),
    ("privacy", "scan", "{s}"),
    ("privacy", "scan", "in/p1.txt"),
    ("project", "check", "{s}"),
    ("project", "undo", "{s}", "3"),
    ("project", "undo", "{s}", "99"),
    ("project", "log", "{s}"),
    ("project", "progress", "{s}"),
    ("source", "remove", "{s}", "p1"),
    ("source", "remove", "{s}", "p9"),
)  # fmt: skip


def measure(long: bool) -> Result:
    """The commands on a file, and at length also on a server, with its log, and as programs."""
    places = ["file"]
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
        found, runs = _on_file(Path(name), long=long)
    if long and (programs := find_server()) is not None:
        places.append("server")
        server = Server(programs)
        server.start()
        try:
            with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
                more, count = _commands(Path(name), server.new_database("study"), long=True)
                found, runs = found + more, runs + count
            found += _in_file(server.log, "the server's log")
        finally:
            server.stop()
    figure = f"{len(found)} times in {runs} commands on a {' and on a '.join(places)}"
    return Result("P1", figure, ok=not found, detail=tuple(found))


def _on_file(folder: Path, *, long: bool) -> tuple[list[str], int]:
    study = folder / "study.qualkit"
    found, runs = _commands(folder, str(study), long=long)
    found += _damaged(folder, study)
    if long:
        found += _as_programs(folder, study)
    return found, runs


def _commands(folder: Path, study: str, *, long: bool) -> tuple[list[str], int]:
    """Run every command; where the word was left, and how many ran."""
    _write_files(folder / "in")
    for name in ("out", "tmp", "home"):
        (folder / name).mkdir()
    found, worked = [], 0
    commands = [one for one in _COMMANDS if long or " ".join(one[:2]) not in _SLOW]
    with _elsewhere(folder):
        for command in commands:
            ran = CliRunner().invoke(main, [part.replace("{s}", study) for part in command])
            worked += ran.exit_code == 0
            if not _ANSWERS & set(command):
                found += _in_run(" ".join(command[:2]), ran)
        found += _in_journal(study)
    if worked < len(commands) / 2:
        found.append(f"only {worked} of {len(commands)} commands worked, so that little is shown")
    return found + _left(folder), len(commands)


@contextmanager
def _elsewhere(folder: Path) -> Iterator[None]:
    """Temporary files, caches and the home of programs are in the folder, and so are we."""
    here, own = Path.cwd(), {"TMPDIR": "tmp", "HOME": "home", "QUALKIT_CACHE": "home/cache"}
    places = {name: str(folder / place) for name, place in own.items()}
    places["PYTHONPATH"] = str(here)
    with mock.patch.dict(os.environ, places), mock.patch.object(tempfile, "tempdir", None):
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(here)


def _in_run(command: str, ran: Ran) -> list[str]:
    """Where the word is in what a command said beside its output."""
    found = [f"{command}: {line}" for line in ran.stderr.splitlines() if WORD in line.lower()]
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        found.append(f"{command}: ended in {type(ran.exception).__name__}: {ran.exception}")
    return found


def _in_journal(study: str) -> list[str]:
    """Where it is in who did what and when; the rows of each change hold it, for undo."""
    with Project.open(study) as project, project._store.read() as connection:
        entry = schema.log.c
        rows = connection.execute(select(entry.entry, entry.who, entry.action, entry.what)).all()
    return [f"the journal, entry {row[0]}" for row in rows if WORD in str(row[1:]).lower()]


def _left(folder: Path) -> list[str]:
    """Where it is in files beside the study and what was asked for."""
    allowed = ("in", "out", "study.qualkit", "study.qualkit.backups")
    paths = [path for path in folder.rglob("*") if path.is_file()]
    strays = [path for path in paths if path.name.startswith(".qualkit-")]
    tops = {path: path.relative_to(folder).parts[0].split("-")[0] for path in paths}
    others = [path for path, top in tops.items() if top not in allowed]
    here = {path: str(path.relative_to(folder)) for path in (*strays, *others)}
    return [one for path, called in here.items() for one in _in_file(path, called)]


def _in_file(path: Path, called: str) -> list[str]:
    content = path.read_bytes().lower()
    forms = (WORD.encode(), WORD.encode("utf-16-le"))
    return [called] if any(form in content for form in forms) else []


def _damaged(folder: Path, study: Path) -> list[str]:
    """What is said of a study in which a bit of a coding is other, and of one that is no more."""
    found = []
    for place in (-1, 120):
        copy = folder / "out" / f"damaged{place}.qualkit"
        with sqlite3.connect(study) as old, sqlite3.connect(copy) as new:
            old.backup(new)
        content = bytearray(copy.read_bytes())
        at = content.find(WORD.encode()) if place < 0 else place
        content[at] ^= 1
        copy.write_bytes(content)
        with _elsewhere(folder):
            for command in (("project", "check"), ("coding", "list"), ("project", "repair")):
                ran = CliRunner().invoke(main, [*command, str(copy)])
                found += _in_run(f"{' '.join(command)} of a damaged study", ran)
    return found


def _as_programs(folder: Path, study: Path) -> list[str]:
    """What a program says that cannot write what it has to say, and one that is killed."""
    found = []
    tries = (  # a terminal that knows no accents; one that goes away; no room for the document
        "qualkit kwic {s} helped", "qualkit kwic {s} helped | true",
        "qualkit source list {s} > /dev/full", "qualkit coding list {s} > /dev/full",
        "ulimit -f 4; qualkit grid {s} --out out/small.docx",
        "ulimit -v 400000; qualkit grid {s} --out out/poor.docx",
        "timeout -s KILL 0.7 python -m qualkit grid {s} --out out/killed.docx",
        "timeout -s INT 0.7 python -m qualkit grid {s} --out out/stopped.docx",
    )  # fmt: skip
    with _elsewhere(folder):
        for line in tries:
            command = line.replace("{s}", str(study)).replace("qualkit ", "python -m qualkit ", 1)
            command = command.replace("python -m python -m", "python -m")
            command = command.replace("python", sys.executable)
            ran = subprocess.run(
                ["bash", "-c", command], check=False, capture_output=True, text=True,
                env={**os.environ, "PYTHONIOENCODING": "ascii"},
            )  # fmt: skip
            said = [one for one in ran.stderr.splitlines() if WORD in one.lower()]
            found += [f"{line}: {one}" for one in said]
    return found + _left(folder)


def _write_files(folder: Path) -> None:
    """What is imported: texts, sheets, and files in which something is wrong."""
    folder.mkdir()
    texts = {
        "p1.txt": _SAID, "p2.txt": _SAID.replace("P1", "P2"), "empty.txt": "",
        "p2b.txt": _SAID.replace("P1", "P2").replace("long", "short"),
        "broken.vtt": f"WEBVTT\n\n00:02:00.000 --> 00:01:00.000\n<v P1>{WORD}\n",
        "broken.docx": f"PK\x03\x04 {WORD}",
        "report.txt": f"They said “The {WORD} sessions helped us” and “{WORD} was different”.\n",
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    head = ("source", "quote", "code", "coder", "memo")
    quote, memo, code = f"The {WORD} sessions", f"{WORD}?", "barriers-enablers"
    _sheet(folder / "codings.csv", head, [("p1", quote, code, "Ann", memo)])
    _sheet(folder / "wrong.csv", head, [
        ("p1", f"{WORD} never said", code, "Ann", memo), ("p9", quote, code, "Ann", ""),
        ("p1", quote, "no-such", "Ann", memo), ("p1", quote, code, "", f"{WORD}\n{WORD}"),
    ])  # fmt: skip
    spans = ("source", "start", "end", "code", "coder", "quote")
    _sheet(folder / "spans.csv", spans, [("p1", "3", "9", code, "Ann", quote)])
    themes = ("source", "theme", "summary", "author")
    _sheet(
        folder / "summaries.csv", themes, [("p1", "barriers-enablers", f"It was {WORD}.", "Ann")]
    )


def _sheet(path: Path, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head, *rows])
