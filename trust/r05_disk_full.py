"""R5: the disk is full in the middle of the work."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import event

from qualkit.errors import QualkitError
from qualkit.project import Project
from tests.memory import in_memory
from trust import Promise, Result
from trust._studies import make_study

PROMISE = Promise(
    words="A full disk is said plainly, loses nothing that was acknowledged, and work goes on once "
    "there is room",
    how="codings, a summary and a backup on a disk of 2 MB till it is full; then more room, and on",
    goal="0 lost, 0 damaged, every refusal says that the disk is full",
)
_SAID = ("the disk is full", "No space left on device")
_MB = 1 << 20


@dataclass
class _Seen:
    """What was acknowledged, and what went wrong."""

    stored: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def measure(long: bool) -> Result:
    """A disk of 2 MB; in short, and where none can be mounted, a database that may not grow."""
    seen = _Seen()
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
        folder = Path(name)
        with _disk(folder / "disk") as grow:
            study = _small_study(folder)
            _until_full(seen, study, pages=None if grow else 2 * _MB // 4096)
            if grow is not None:
                _nothing_torn(seen, study)
                grow()
            where = "a database of 2 MB" if grow is None else "a disk of 2 MB"
            _goes_on(seen, study, 50 if long else 5)
            lost = _lost(seen, study)
    figure = f"{lost} of {len(seen.stored)} lost on {where}, {len(seen.wrong)} wrong"
    ok = not lost and not seen.wrong and len(seen.stored) > 20
    return Result("R5", figure, ok=ok, detail=tuple(seen.wrong))


@contextmanager
def _disk(place: Path) -> Iterator[Callable[[], None] | None]:
    """A disk of 2 MB, and what gives it more room; None where this account may mount none."""
    place.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0700", "tmpfs", str(place)]
    if os.name != "posix" or os.geteuid() != 0 or not _done(mount):
        yield None
        return
    try:
        yield lambda: _run("mount", "-o", "remount,size=32m", str(place))
    finally:
        _run("umount", "-l", str(place))


def _done(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


def _small_study(folder: Path) -> Path:
    return Path(make_study(folder / "disk" / "study.qualkit", folder / "in", sources=2))


def _until_full(seen: _Seen, study: Path, *, pages: int | None = None) -> None:
    """Code until the disk is full."""
    with Project.open(study, user="Ann") as project:
        if pages is not None:
            event.listen(
                project._store.engine, "connect",
                lambda connection, _: connection.execute(f"PRAGMA max_page_count={pages}"),
            )  # fmt: skip
        for n in range(5_000):
            try:
                _code(seen, project, n)
            except QualkitError as error:
                _require_said(seen, error)
                return
    seen.wrong.append("the disk was never full")


def _code(seen: _Seen, project: Project, n: int) -> None:
    made = project.add_coding(
        "s0",
        (n % 300, n % 300 + 10 + n // 300),
        "communication",
        coder="Ann",
        memo=f"{n} " + "why " * 300,
    )
    seen.stored.append(made.id)


def _require_said(seen: _Seen, error: QualkitError) -> None:
    if not any(said in str(error) for said in _SAID):
        seen.wrong.append(f"a full disk was called: {error}")


def _nothing_torn(seen: _Seen, study: Path) -> None:
    """A summary and a backup are refused, and leave nothing behind."""
    with Project.open(study, user="Ann") as project:
        before = _files(study.parent)
        for what in (project.back_up, lambda: project.set_summary(
            "communication", "They said it helped. " * 2_000, author="Ann", source="s0"
        )):  # fmt: skip
            try:
                what()
            except QualkitError as error:
                _require_said(seen, error)
            else:
                seen.wrong.append(f"{what} found room on a full disk")
        seen.wrong += [f"{name} was left" for name in _files(study.parent) - before]


def _files(folder: Path) -> set[str]:
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    return {name for name in names if not name.endswith(("-wal", "-shm"))}


def _goes_on(seen: _Seen, study: Path, count: int) -> None:
    """Once there is room, work goes on."""
    with Project.open(study, user="Ann") as project:
        for n in range(count):
            _code(seen, project, 5_000 + n)
        if project.back_up() not in project.backups():
            seen.wrong.append("no backup after there was room")


def _lost(seen: _Seen, study: Path) -> int:
    with Project.open(study, user="Ann") as project:
        there = set(project.codings()["coding"])
        seen.wrong += [f"{one.where}: {one.message}" for one in project.check().problems]
    with closing(sqlite3.connect(study)) as connection:
        if (found := connection.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
            seen.wrong.append(str(found))
    return len(set(seen.stored) - there)
