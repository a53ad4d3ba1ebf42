"""What the page Settings does with backups: list them, make one, go back to one; and repair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.app.export_preview import Fault, faults_of
from qualkit.app.export_room import plainly
from qualkit.errors import ConflictError
from qualkit.project import Project, preview_restore, restore
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.store.backup import Backup
    from qualkit.store.restore import Restored

Progress = Callable[[int, int, str], None]
SHOWN: Final = 100  # entries of the log that would be lost
WHY: Final = {
    "asked": "somebody asked for it",
    "open": "once a day, when the study is opened",
    "migration": "before a newer qualkit changed its form",
    "merge": "before a coder pack was merged",
    "removal": "before much was removed or replaced",
    "repair": "before a repair",
    "restore": "before going back to a backup",
    "purge": "before a purge",
}


def backup_table(project: Project) -> pd.DataFrame:
    """One row a backup, the newest first.

    Returns
    -------
    DataFrame
        ``file``; ``made``, in local time; ``why``, in words; ``size`` in MB; ``sound``.
    """
    import pandas as pd

    rows = [
        (one.path.name, one.made.astimezone(), WHY.get(one.why, one.why),
         round(one.size / 1_000_000, 1), "yes" if one.sound else "no, damaged")
        for one in project.backup_records()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["file", "made", "why", "size", "sound"])


def named(one: Backup) -> str:
    """A backup as people choose it: when it was made, and why."""
    return f"{one.made.astimezone():%Y-%m-%d %H:%M}, {WHY.get(one.why, one.why)}"


def back_up(study: str, user: str | None, progress: Progress) -> str:
    """Make a backup; its path."""
    progress(0, 1, "Copying and checking")
    with Project.open(study, user=user) as project:
        return str(project.back_up())


# Going back --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Loss:
    """What going back to a backup would take from a study.

    Attributes
    ----------
    backup : str
        Its file name.
    said : str
    table : DataFrame
        The newest of the entries that are not in it: ``entry``, ``at``, ``who``, ``action``,
        ``what``.
    last : int
        The newest entry of the study's log when this was found.
    """

    backup: str
    said: str
    table: pd.DataFrame
    last: int


def loss(study: str, user: str | None, backup: str, progress: Progress) -> Loss:
    """Look at what would be lost by going back to a backup; it is checked first.

    Raises
    ------
    QualkitError
        For a backup that is damaged or gone.
    """
    progress(0, 1, "Checking the backup")
    count = preview_restore(study, backup).lost or 0
    with Project.open(study, user=user) as project:
        last = project.last_entry()
        found = project.log(limit=min(count, SHOWN), rows=False)
    found["at"] = found["at"].str.replace("T", " ").str.removesuffix("Z")
    newer = found[found["entry"] > last - count]
    table = newer[["entry", "at", "who", "action", "what"]].iloc[::-1].reset_index(drop=True)
    return Loss(backup, _lost(count), table, last)


def _lost(count: int) -> str:
    if not count:
        return "Nothing was done since this backup was made."
    what = many(count, "change was", "changes were")
    return f"{what} made since, and would be gone from the study."


def go_back(study: str, user: str | None, seen: Loss, progress: Progress) -> str:
    """Go back to a backup; a sentence on what was done.

    Raises
    ------
    QualkitError
        Where somebody has changed the study since its loss was looked at, another program is
        writing, or the role of who asks does not allow it.
    """
    progress(0, 1, "Backing up what is there, and going back")
    with plainly():
        with Project.open(study, user=user) as project:
            if project.last_entry() != seen.last:
                raise ConflictError("the study was changed meanwhile; look again at what is lost")
        return _gone_back(restore(study, seen.backup, user=user))


def _gone_back(made: Restored) -> str:
    kept = made.kept or made.aside
    said = f"The study is what it was in {made.backup.name}."
    return said if kept is None else f"{said} What was there is kept in {kept.name}."


# Repair ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mended:
    """What a repair did: a sentence, what was made good, and what could not be."""

    said: str
    mended: tuple[str, ...]
    left: tuple[Fault, ...]


def repair(study: str, user: str | None, progress: Progress) -> Mended:
    """Make good what is known to have been otherwise, after a backup, in one change of the log.

    Raises
    ------
    QualkitError
        Where the database itself is damaged, or the role of who asks does not allow it.
    """
    progress(0, 1, "Backing up and repairing")
    with plainly(), Project.open(study, user=user) as project:
        made = project.repair()
        left = tuple(faults_of(project, made.left))
    said = many(len(made.mended), "thing was", "things were")
    entry = "" if made.entry is None else f"; this is entry {made.entry} of the log"
    return Mended(f"{said} made good{entry}.", made.mended, left)
