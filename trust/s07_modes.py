"""S7: files for their owner alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from trust import Promise, Result

PROMISE = Promise(
    words="Every file that qualkit makes is its owner's alone, and so is every folder.",
    how="studies, backups, documents, packs, bundles and keys made under an umask that forbids "
    "nothing; the mode of each",
    goal="files 0600, folders 0700",
)
_COMMANDS = (  # in the folder of a study
    "demo demo",
    "project backup demo/school-link.qualkit",
    "grid demo/school-link.qualkit --out grid.docx",
    "grid demo/school-link.qualkit --out grid.xlsx",
    "grid demo/school-link.qualkit --out grid.html",
    "coding list demo/school-link.qualkit --out codings.csv",
    "project export demo/school-link.qualkit whole.bundle",
    "project export demo/school-link.qualkit whole.qdpx",
    "project import whole.bundle again.qualkit",
    "project log demo/school-link.qualkit --out log.csv",
    "privacy review demo/school-link.qualkit --out review.csv",
    "project restore demo/school-link.qualkit",
)


def measure(long: bool) -> Result:
    """Make files of every kind and look at their modes."""
    commands = _COMMANDS if long else (*_COMMANDS[1:4], *_COMMANDS[5:7], *_COMMANDS[9:])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        faults = [] if long else _small(folder)
        for command in commands:
            faults += _run(command, folder)
        made = sorted(folder.rglob("*"))
        loose = [f"{one.relative_to(folder)} is {_mode(one):o}" for one in made if not _is_own(one)]
    figure = f"{len(made) - len(loose)} of {len(made)} files and folders"
    return Result("S7", figure, not loose and not faults, (*loose, *faults))


def _small(folder: Path) -> list[str]:
    """A study of one interview in the place of the sample, which takes a while to build."""
    (folder / "demo").mkdir(mode=0o700)
    (folder / "p1.txt").write_text("Interviewer: How?\nP1: The staff listened to us.\n", "utf-8")
    (folder / "p1.txt").chmod(0o600)
    faults = _run("new demo/school-link.qualkit --codebook evaluation-topics", folder)
    return faults + _run("source add demo/school-link.qualkit p1.txt", folder)


def _run(command: str, folder: Path) -> list[str]:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    line = [sys.executable, "-m", "qualkit", *command.split()]
    made = subprocess.run(
        line, cwd=folder, env=env, capture_output=True, text=True, check=False, umask=0
    )
    return [] if made.returncode == 0 else [f"{command}: {made.stderr.strip()[-200:]}"]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _is_own(path: Path) -> bool:
    return _mode(path) == (0o700 if path.is_dir() else 0o600)
