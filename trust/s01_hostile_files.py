"""S1: files that were made to harm, or are damaged, by the doors that files come in at."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from qualkit.codebook import check_codebook
from qualkit.errors import QualkitError
from qualkit.importers.worker import read_files
from qualkit.interchange import looking
from qualkit.model import Source
from qualkit.project import Project
from qualkit.surveying import load
from trust import Promise, Result
from trust._hostile import STUDIES, SURVEYS, TRANSCRIPTS, Case, corpus, data_folder, own

PROMISE = Promise(
    words="A file that was made to harm, is damaged, or is not what it claims, is refused with "
    "its name and the reason, and nothing is kept of it; what can be read in part says so",
    how="a corpus of 143 such files and 60 of our own, each by the command that takes it in",
    goal="100 % with the right verdict, each under 5 s of processor time and 512 MB, "
    "no traceback, nothing written",
)
SECONDS: Final = 5.0
MB: Final = 512


def measure(long: bool) -> Result:
    """Every file by its command; in short without a process of its own for each."""
    data = data_folder()
    with tempfile.TemporaryDirectory(prefix="qualkit-s1-") as name:
        folder = Path(name)
        (folder / "files").mkdir()
        cases = own(folder / "files") + (corpus(data, folder / "files") if data else [])
        faults, slowest, most = _by_commands(cases, folder) if long else _in_short(cases, folder)
    figure = f"{len(cases) - len({one.split(': ')[0] for one in faults})} of {len(cases)} right"
    figure += f", slowest {slowest:.1f} s, most memory {most} MB" if long else ""
    return Result("S1", figure, ok=not faults, detail=tuple(faults))


# In this process and its readers ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a file: why it was refused, or what was told and read of it."""

    refused: str | None = None
    told: tuple[str, ...] = ()
    facts: Mapping[str, Any] | None = None
    text: str = ""


def _in_short(cases: list[Case], folder: Path) -> tuple[list[str], float, int]:
    empty = folder / "empty.qualkit"
    Project.create(empty).close()
    texts = [case for case in cases if case.kind in TRANSCRIPTS]
    read = dict(zip((case.name for case in texts), _sources(texts), strict=True))
    faults: list[str] = []
    for case in cases:
        found = read.get(case.name) or _of(case, empty, folder)
        faults += [f"{case.name}: {fault}" for fault in wrong(case, found)]
    return faults, 0.0, 0


def _sources(cases: list[Case]) -> Iterator[Read]:
    for _, source in read_files([case.path for case in cases]):
        yield _read_source(source) if isinstance(source, Source) else _refusal(source)


def _read_source(source: Source) -> Read:
    facts = {
        "turns": len(source.turns),
        "speakers": len({turn.speaker for turn in source.turns if turn.speaker}),
        "chars": len(source.text),
        "utf16_units": len(source.text.encode("utf-16-le")) // 2,
    }
    return Read(None, source.warnings, facts, source.text)


def _refusal(error: QualkitError) -> Read:
    return Read(str(error), facts={"line": getattr(error, "line", None)})


def _of(case: Case, empty: Path, folder: Path) -> Read:
    """What the program says of a codebook, a project, answers, or a study."""
    try:
        if case.kind == "codebook":
            return Read(facts={"codes": len(check_codebook(case.path)[0].codes)})
        if case.kind in STUDIES:
            account = looking.look(case.path).account
            facts = {"sources": account.sources, "codes": account.codes, "codings": account.total}
            return Read(None, account.warnings, facts)
        study = folder / "study.qualkit"
        for beside in ("", "-wal"):
            _copy(case.path if case.kind not in SURVEYS else empty, study, beside)
        with Project.open(study) as project:
            if case.kind in SURVEYS:
                made = load(project, case.path)
                return Read(None, made.warnings, {"rows": made.respondents})
            return Read()
    except QualkitError as error:
        return _refusal(error)


def _copy(path: Path, to: Path, beside: str) -> None:
    made = Path(f"{to}{beside}")
    made.unlink(missing_ok=True)
    if (given := Path(f"{path}{beside}")).exists():
        shutil.copy(given, made)
        made.chmod(0o600)


def wrong(case: Case, found: Read) -> Iterator[str]:
    """What is wrong with what became of a file."""
    verdict = "reject" if found.refused is not None else "warn" if found.told else "accept"
    loud = case.kind in STUDIES and verdict == "warn"  # of places in a text of three words
    if case.verdict not in {"any", verdict} and not (loud and case.verdict == "accept"):
        yield f"{verdict}, not {case.verdict} ({found.refused or '; '.join(found.told)})"
    if found.refused is not None and _name(case) not in found.refused:
        yield f"its name is not in {found.refused!r}"
    facts, held = case.facts, found.facts or {}
    for name in facts.keys() & held.keys():
        if facts[name] != held[name] and (name == "line") == (found.refused is not None):
            yield f"{name} {held[name]}, not {facts[name]}"
    if found.refused is not None or case.kind not in TRANSCRIPTS:
        return
    if facts.get("must_contain", "") not in found.text:
        yield f"lacks {facts['must_contain']!r}"
    if "must_not_contain" in facts and facts["must_not_contain"] in found.text:
        yield f"leaks {facts['must_not_contain']!r}"
    if not found.text.startswith(facts.get("starts", "")):
        yield "starts otherwise"


def _name(case: Case) -> str:
    """By what a refusal calls a file."""
    return "study.qualkit" if case.kind == "project" else case.path.name


# By the commands -------------------------------------------------------------------------------


def _by_commands(cases: list[Case], folder: Path) -> tuple[list[str], float, int]:
    empty = folder / "empty.qualkit"
    Project.create(empty).close()
    faults: list[str] = []
    slowest, most = 0.0, 0
    for number, case in enumerate(cases):
        own_folder = folder / f"case{number}"
        own_folder.mkdir()
        found, seconds, memory = _by_command(case, empty, own_folder)
        slowest, most = max(slowest, seconds), max(most, memory)
        faults += [f"{case.name}: {fault}" for fault in found]
        shutil.rmtree(own_folder)
    return faults, slowest, most


def _by_command(case: Case, empty: Path, folder: Path) -> tuple[list[str], float, int]:
    """What is wrong with how a command takes a file; its seconds and megabytes."""
    study = folder / "study.qualkit"
    if case.kind == "project":
        for beside in ("", "-wal"):
            _copy(case.path, study, beside)
    elif case.kind not in STUDIES:
        _copy(empty, study, "")
    before = _rows(study)
    code, said, seconds, memory = _run(_command(case, study))
    faults = []
    if (refused := case.verdict == "reject") != (code == 1) and case.verdict != "any":
        faults.append(f"exit code {code}: {said[-200:]}")
    if "Traceback" in said or code not in {0, 1}:
        faults.append(f"it broke: {said[-200:]}")
    if code == 1 and _name(case) not in said:
        faults.append(f"its name is not in {said[-200:]!r}")
    if refused and _rows(study) != before:
        faults.append("something was kept of it")
    if seconds > SECONDS or memory > MB:
        faults.append(f"it took {seconds:.1f} s and {memory} MB")
    left = {path.name for path in folder.iterdir() if not path.name.startswith("study.qualkit")}
    faults += [f"left {', '.join(sorted(left))}"] if left - {"study-backups"} else []
    return faults, seconds, memory


def _command(case: Case, study: Path) -> list[str]:
    if case.kind == "codebook":
        return ["codebook", "check", str(case.path)]
    if case.kind in STUDIES:
        return ["project", "import", str(case.path), str(study)]
    if case.kind in SURVEYS:
        return ["survey", "load", str(study), str(case.path)]
    if case.kind == "project":
        return ["project", "check", str(study)]
    if case.verdict == "reject":  # to see that nothing is kept of it
        return ["source", "add", str(study), str(case.path)]
    return ["source", "read", str(case.path)]


_LAUNCH: Final = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(sys.argv[1], "w") as to:
    json.dump([done, used.ru_utime + used.ru_stime, used.ru_maxrss], to)
"""  # a process of its own, and a small one: a child's peak counts what it was forked from


def _run(arguments: list[str]) -> tuple[int, str, float, int]:
    """A command's exit code, what it said of errors, its seconds, its and its children's MB."""
    program = [sys.executable, "-m", "qualkit", *arguments]
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / "used.json"
        said = subprocess.run(
            [sys.executable, "-c", _LAUNCH, str(to), *program],
            stderr=subprocess.PIPE, check=True,
        ).stderr.decode("utf-8", "replace")  # fmt: skip
        code, seconds, peak = json.loads(to.read_text("utf-8"))  # whatever else the machine is at
    return code, said, seconds, int(peak) // (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _rows(study: Path) -> dict[str, int] | None:
    """How many rows each table of a study has; None where there is none."""
    try:
        with closing(sqlite3.connect(f"file:{study}?mode=ro", uri=True)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
                    for (name,) in names.fetchall()}  # fmt: skip
    except sqlite3.Error:
        return None
