"""R12: whatever was changed is taken back, and the study is what it was before.

Changes of every kind are drawn by chance on a study that has something of everything. Then they
are taken back, the latest first, and after each the study is compared with what it was.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path

from qualkit.errors import QualkitError
from qualkit.project import Project
from tests import test_roles as kinds
from tests.memory import in_memory
from trust import Promise, Result
from trust._undo_work import USERS, acts, differences, state

PROMISE = Promise(
    words="Any change can be taken back from the log, and the study is then what it was",
    how="changes of every kind drawn by chance, taken back in reverse order; every row, seal and "
    "the index of search compared after each",
    goal="0 rows that differ",
)
_LENGTH = 14  # changes in a row


def measure(long: bool) -> Result:
    """200 sequences of changes, or 4."""
    rounds, taken, faults = (200 if long else 4), 0, []
    seen: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
        folder = Path(name)
        first = folder / "first.qualkit"
        kinds.supervised(str(first))  # type: ignore[no-untyped-call]  # of a test
        for seed in range(rounds):
            study = Path(shutil.copyfile(first, folder / "study.qualkit"))
            with Project.open(study, user="Sue") as project:
                count, found = sequence(project, seed, folder, seen)
            taken += count
            faults += found
            for ending in ("", "-wal", "-shm", "-lock", ".key"):
                Path(f"{study}{ending}").unlink(missing_ok=True)
            shutil.rmtree(f"{study}.backups", ignore_errors=True)
    figure = f"{len(faults)} differ after {taken:,} changes of {len(seen)} kinds taken back"
    return Result("R12", figure, ok=not faults and taken >= rounds, detail=tuple(faults[:20]))


def sequence(
    project: Project, seed: int, folder: Path, seen: set[str] | None = None
) -> tuple[int, list[str]]:
    """Make changes by chance and take them back; how many there were, and what is wrong then."""
    rng, known = random.Random(seed), acts(folder)
    states = [state(project)]
    did: list[str] = []
    while len(did) < _LENGTH:
        name = rng.choice(sorted(known))
        before = project.last_entry()
        project.user = rng.choice(USERS)
        try:
            known[name](project, rng, folder)
        except (QualkitError, ValueError, IndexError, KeyError):
            did.append("")  # it could not be done here: no such code, nobody to take ...
            continue
        finally:
            project.user = USERS[0]
        did.append(name)
        states += [state(project)] * (project.last_entry() - before)
        if seen is not None and project.last_entry() > before:
            seen.add(name)
    return _back(project, states, f"seed {seed} ({', '.join(one for one in did if one)})")


def _back(project: Project, states: list[dict], what: str) -> tuple[int, list[str]]:  # type: ignore[type-arg]
    """Take back every entry that was made, and compare."""
    last = project.last_entry()
    for count, before in enumerate(reversed(states[:-1]), 1):
        entry = last - count + 1
        try:
            project.undo(entry)
        except (QualkitError, ValueError) as error:
            return count, [f"{what}: {error}"]
        if found := differences(before, state(project)):
            return count, [f"{what}, entry {entry}: {'; '.join(found)}"]
    problems = [f"{what}: {one.where}: {one.message}" for one in project.check().problems]
    return len(states) - 1, problems
