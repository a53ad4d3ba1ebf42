"""R8: backups that nobody has to think of, and the way back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from qualkit.project import Project, restore
from qualkit.store import backup, opening
from tests.memory import in_memory
from trust import Promise, Result
from trust._studies import make_study

PROMISE = Promise(
    words="A study is backed up by itself: once a day when it is opened, before it is migrated, "
    "merged or much is removed; ten such backups are kept, and one command goes back",
    how="a clock that the test sets, for weeks of work; each kind of change; every backup checked; "
    "then restored, and compared row by row",
    goal="one a day, none where nothing changed, 10 kept, those asked for never removed, restored "
    "equal to the last row",
)
_START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def measure(long: bool) -> Result:
    """Forty days of work, or thirteen."""
    wrong: list[str] = []
    days = 40 if long else 13
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
        folder = Path(name)
        with _clock(_START):
            study = make_study(folder / "study.qualkit", folder / "in", sources=3)
            with Project.open(study, user="Ann") as project:
                asked = project.back_up()
                _code(project, 0)
        made = _days(Path(study), days, wrong)
        if made != days:
            wrong.append(f"{made} backups on {days} days")
        kept = [one for one in backup.records(study) if one.why != backup.ASKED]
        if len(kept) != backup.KEPT or not asked.exists():
            wrong.append(f"{len(kept)} kept; the one asked for {asked.exists()}")
        wrong += [f"{one.path.name}: {said}" for one in kept for said in backup.faults(one.path)]
        with _clock(_START + timedelta(days=days + 4)):
            _before_removal(study, wrong)
            _back(study, kept[0].path, wrong)
    figure = f"{made} backups on {days} days, {len(kept)} kept, restored equal"
    return Result("R8", figure, ok=not wrong, detail=tuple(wrong))


@contextmanager
def _clock(moment: datetime) -> Iterator[None]:
    written = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    with (
        patch.object(backup, "now", lambda: moment),
        patch("qualkit.store.store.now", lambda: written),
    ):
        yield


def _days(study: Path, days: int, wrong: list[str]) -> int:
    """Work on each day, open it again and again; how many backups were made."""
    made = 0
    for day in range(1, days + 1):
        made += _opened(study, day, hour=0)
        if _opened(study, day, hour=1, code=True) + _opened(study, day, hour=8):
            wrong.append(f"day {day}: one more was made within the day")
    _opened(study, days + 1, hour=0)
    if _opened(study, days + 3, hour=0):
        wrong.append("one was made although nothing was changed since the last")
    return made


def _opened(study: Path, day: int, *, hour: int, code: bool = False) -> int:
    """Open a study on a day, perhaps code; how many backups were made meanwhile."""
    before = set(backup.listed(str(study)))
    moment = _START + timedelta(days=day, hours=hour)
    opening._seen.clear()  # as a program that is started anew
    with _clock(moment), Project.open(study, user="Ann") as project:
        if code:
            _code(project, day)
    return len(set(backup.listed(str(study))) - before)


def _code(project: Project, day: int) -> None:
    project.add_coding("s0", (day, day + 20), "communication", coder="Ann")


def _before_removal(study: str, wrong: list[str]) -> None:
    with Project.open(study, user="Ann") as project:
        _code(project, 100)
        project.remove_source("s2")
        newest = project.backup_records()[0]
    if newest.why != "removal":
        wrong.append(f"before a source was removed: {newest.why}")
    with Project.open(newest.path) as copy:
        if "s2" not in set(copy.sources()["source"]):
            wrong.append("the backup before a removal does not hold what was removed")


def _back(study: str, wanted: Path, wrong: list[str]) -> None:
    """Go back to a backup, and forth again."""
    with Project.open(study) as project:
        here = project.snapshot()
    with Project.open(wanted) as copy:
        there = copy.snapshot()
    done = restore(study, wanted)
    with Project.open(study) as project:
        if project.snapshot() != there or project.check().problems:
            wrong.append("the study is not what its backup is")
    restore(study, done.kept)
    with Project.open(study) as project:
        if project.snapshot() != here:
            wrong.append("what was there before the restore is not what it was")
