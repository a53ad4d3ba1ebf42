"""What the page Settings does: coders and roles, the log page by page, undo, a check, about.

The log of a long study has hundreds of thousands of entries: it is read a page at a time, and
its file is written a stretch at a time.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.app.export_preview import Fault, faults_of
from qualkit.app.export_room import plainly
from qualkit.app.files import private_folder
from qualkit.errors import ConflictError
from qualkit.export.table import guarded
from qualkit.project import Project
from qualkit.store import rights
from qualkit.store.undo import ACTION as UNDO
from qualkit.store.undo import UndoReport
from qualkit.tables import plain
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]
PAGE: Final = 50  # entries of the log that are shown at once
ROLES: Final = {
    "reader": "Looks at everything and changes nothing.",
    "coder": "Codes, decides suggestions and writes summaries; changes only what is their own.",
    "evaluator": "Works on the whole study: interviews, attributes, codebook, everybody's codings.",
    "supervisor": "As an evaluator, and says who the coders are and what they may do.",
}
_MAY: Final = {"all": "yes", "own": "only their own", "": "no"}
LAST: Final = 20  # changes that are taken back at once, at most
_LOOKED: Final = 200  # entries among which they are looked for
_STRETCH: Final = 5_000  # entries that a file of the log is written by
_SHORT: Final = 40  # letters of what may be the name of a licence


# Coders ------------------------------------------------------------------------------------


def coder_table(project: Project) -> pd.DataFrame:
    """One row a coder: ``name``, ``role``, ``login``, ``codings``, ``created`` as a day."""
    table = project.coder_table()
    return table.assign(created=table["created"].str[:10])


def add_coder(project: Project, name: str, role: str, login: str) -> str:
    """Add somebody who works on the study; a sentence on what was done.

    Raises
    ------
    QualkitError
        For a name or login that is taken or cannot stand, or where the role of who asks does not
        allow it.
    """
    with plainly():
        project.add_coder(name, role=role, login=login)
    return f"{name.strip()} was added as {role}."


def change_coder(project: Project, name: str, new_name: str, role: str, login: str) -> str:
    """Change a coder's name, role and login; a sentence on what was done.

    Raises
    ------
    QualkitError
        As of :func:`add_coder`, and where the study would lose its last supervisor.
    """
    with plainly():
        project.set_coder(name, new_name=new_name, role=role, login=login)
    return f"{new_name.strip()} was saved as {role}."


def rights_table() -> pd.DataFrame:
    """Who may do what where roles bind: ``what``, and by role yes, no, or only their own."""
    import pandas as pd

    rows = [
        {"what": what, **{role: _MAY[may] for role, may in by.items()}}
        for what, by in rights.table()
    ]
    return pd.DataFrame(rows, columns=["what", *rights.ROLES])


# Log ---------------------------------------------------------------------------------------


def log_page(project: Project, words: str, before: int | None) -> tuple[pd.DataFrame, int | None]:
    """A page of the log, the newest first, and the entry before which the next page begins.

    Parameters
    ----------
    project : Project
    words : str
        Only entries that have each of these words in who, when or what.
    before : int or None
        Only entries before this one; None begins with the newest.

    Returns
    -------
    (DataFrame, int or None)
        ``entry``, ``at``, ``who``, ``action``, ``what``; None where nothing is older.
    """
    found = project.log(limit=PAGE + 1, before=before, words=words, rows=False)
    shown = found.iloc[::-1].head(PAGE).reset_index(drop=True)
    shown["at"] = shown["at"].str.replace("T", " ").str.removesuffix("Z")
    older = int(shown["entry"].iloc[-1]) if len(found) > PAGE else None
    return shown, older


def take_back(project: Project, entry: int) -> str:
    """Undo one entry of the log; a sentence on what was done.

    Raises
    ------
    QualkitError
        Where it cannot be undone, with the reason.
    """
    with plainly():
        return _undone(project.undo(entry))


def last_changes(project: Project, steps: int) -> pd.DataFrame:
    """The changes that are taken back next, the newest first.

    Returns
    -------
    DataFrame
        ``entry``, ``at``, ``who``, ``action``, ``what``; at most `steps` rows. None that was taken
        back already, is an undoing itself, or changed nothing of the study.
    """
    found = project.trail(limit=_LOOKED).iloc[::-1]
    changed = found["added"] + found["removed"] + found["changed"] > 0
    stands = changed & found["undone_by"].isna() & (found["action"] != UNDO)
    table = found.loc[stands, ["entry", "at", "who", "action", "what"]].head(steps)
    table["at"] = table["at"].str.replace("T", " ").str.removesuffix("Z")
    return table.reset_index(drop=True)


def take_back_last(project: Project, seen: Sequence[int]) -> str:
    """Take back the latest changes, the newest first; a sentence on what was done.

    Parameters
    ----------
    project : Project
    seen : sequence of int
        Their entries, as :func:`last_changes` showed them.

    Raises
    ------
    QualkitError
        Where something else is the latest by now, or one cannot be taken back; it says which were.
    """
    if last_changes(project, len(seen))["entry"].tolist() != list(seen):
        raise ConflictError("the study was changed meanwhile; look again at what is taken back")
    with plainly():
        done = project.undo_last(len(seen))
    if len(done) == 1:
        return _undone(done[0])
    entries = ", ".join(str(one.undone) for one in done)
    return f"Entries {entries} were taken back; each can be done again from the log."


def _undone(report: UndoReport) -> str:
    counts = {"removed": report.removed, "put back": report.restored, "changed": report.changed}
    said = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    own = f" This is entry {report.entry}, and can be taken back too." if report.entry else ""
    return f"Entry {report.undone} was taken back: {said or 'nothing was left of it'}.{own}"


@dataclass(frozen=True, slots=True)
class Trail:
    """The log as a file: its name, its bytes, how many entries it holds."""

    name: str
    data: bytes
    entries: int


def audit_trail(study: str, user: str | None, asked: tuple[str, bool], progress: Progress) -> Trail:
    """The log as a CSV file, oldest first, written a stretch at a time.

    Parameters
    ----------
    study : str
    user : str or None
    asked : (str, bool)
        Words that each entry must have, and whether the rows before and after each change are
        wanted, which hold words of transcripts.
    progress : callable
    """
    words, rows = asked
    with Project.open(study, user=user) as project, private_folder() as folder:
        path = folder / f"{project.name}-log.csv"
        path.touch(mode=0o600)
        count = _write_trail(path, _stretches(project, words, rows=rows), progress)
        return Trail(path.name, path.read_bytes(), count)


def _write_trail(path: Path, stretches: Iterator[pd.DataFrame], progress: Progress) -> int:
    """Write stretches of the log, the newest first, so that the oldest entry comes first."""
    total, parts = 0, []
    for number, stretch in enumerate(stretches):
        total += len(stretch)
        progress(total, 0, f"{total:,} entries")
        part = path.with_suffix(f".{number}")
        part.touch(mode=0o600)
        with part.open("w", encoding="utf-8", newline="") as to:
            writer = csv.writer(to, lineterminator="\r\n")
            for row in stretch.itertuples(index=False, name=None):
                writer.writerow([_cell(value) for value in row])
        parts.append((part, list(stretch.columns)))
    with path.open("wb") as whole:
        heads = parts[0][1] if parts else ["entry", "at", "who", "action", "what"]
        whole.write(("\ufeff" + ",".join(heads) + "\r\n").encode("utf-8"))
        for part, _ in reversed(parts):
            whole.write(part.read_bytes())
    return total


def _stretches(project: Project, words: str, *, rows: bool) -> Iterator[pd.DataFrame]:
    """The log backwards, so many entries at a time."""
    before: int | None = None
    while True:
        found = project.log(limit=_STRETCH, before=before, words=words, rows=rows)
        if found.empty:
            return
        yield found
        before = int(found["entry"].iloc[0])


def _cell(value: object) -> str | int | float | None:
    shown = plain(value)
    return guarded(shown) if isinstance(shown, str) else shown


# Check and about ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sound:
    """What a check found: a sentence, and what is wrong."""

    said: str
    faults: tuple[Fault, ...]


def check_study(study: str, user: str | None, progress: Progress) -> Sound:
    """Whether every text and every coded quote is what it was when it was stored."""
    progress(0, 1, "Comparing every text and every quote")
    with Project.open(study, user=user) as project:
        report = project.check()
        looked = f"{many(report.sources, 'source')} and {many(report.codings, 'coding')}"
        at = f"{datetime.now().astimezone():%H:%M}"
        return Sound(f"At {at}, looked at {looked}.", tuple(faults_of(project, report.problems)))


def libraries() -> list[dict[str, str]]:
    """What qualkit is built on: each library with its version and licence."""
    try:
        wanted = metadata.requires("qualkit") or []
    except metadata.PackageNotFoundError:
        return []
    names = sorted({one.partition(";")[0].split(">")[0].split("[")[0].strip() for one in wanted
                    if "extra" not in one or "'app'" in one})  # fmt: skip
    return [known for name in names if (known := _library(name)) is not None]


def _library(name: str) -> dict[str, str] | None:
    try:
        found = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    given = next(
        (one for key in ("License-Expression", "License") for one in found.get_all(key) or []), ""
    )
    classed = [
        one.rpartition(" :: ")[2]
        for one in found.get_all("Classifier") or []
        if one.startswith("License ::")
    ]
    licence = given if 0 < len(given) <= _SHORT else ", ".join(classed)
    return {"Library": name, "Version": found["Version"], "Licence": licence}
