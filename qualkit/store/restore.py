"""A study put back to one of its backups, whole or not at all.

What is there is backed up first. A file that can still be read gets the backup's content within
one transaction of SQLite's own, so that whoever has it open sees the one or the other; a damaged
one is set aside, and the backup put in its place. The study is then what the backup is, to the
last row; what was done since stands in the backup that was made first.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from filelock import FileLock, Timeout
from sqlalchemy import exc

from qualkit.errors import DamagedProject, NotAProject, StoreError
from qualkit.store import backup, rights
from qualkit.store.engine import (
    back_up,
    file_engine,
    is_address,
    lock_path,
    part_of,
    put_in_place,
    shown,
)  # fmt: skip

_WAIT: Final = 10.0  # seconds; a change takes less


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, or would be.

    Attributes
    ----------
    path, backup : Path
        The study, and the backup that it now is.
    lost : int or None
        Entries of the log that are not in it; None where the log could not be read.
    kept : Path or None
        The backup of what was there.
    aside : Path or None
        Where a damaged file was put instead.
    """

    path: Path
    backup: Path
    lost: int | None = 0
    kept: Path | None = None
    aside: Path | None = None


def restore(
    study: str, wanted: Path | str | None = None, *, to: Path | None = None, who: str | None = None
) -> Restored:
    """Put a study back to a backup, by default the newest sound one.

    Parameters
    ----------
    study : str
    wanted : path or str, optional
        A backup, by its path or by its name in the study's folder of backups.
    to : path, optional
        Make a file of its own of the backup, and leave the study as it is.
    who : str, optional
        Who does it; where given, their role must let them.

    Raises
    ------
    StoreError
        Where there is no sound backup, it is another study's, another program is writing, or
        the study is on a server.
    NotAllowed
        Where the role of `who` does not go so far.
    """
    if is_address(study):
        why = "a study on a server is put back with PostgreSQL's own pg_restore"
        raise StoreError(shown(study), why)
    chosen = _chosen(study, wanted)
    if to is not None:
        if to.exists():
            raise StoreError(str(to), "exists already; name another file")
        if not to.parent.is_dir():
            raise StoreError(str(to), f"there is no folder {to.parent}; make it first")
        back_up(chosen, to)
        return Restored(to, chosen)
    path = Path(study)
    try:
        with _locked(path):
            return _put_back(path, chosen, who)
    except OSError as error:
        raise StoreError(study, f"cannot be put back ({error.strerror})") from error


def preview(study: str, wanted: Path | str | None = None) -> Restored:
    """Which backup would be put back, and how many entries of the log are not in it."""
    chosen, path = _chosen(study, wanted), Path(study)
    return Restored(path, chosen, _lost(path, chosen) if path.exists() else 0)


def _chosen(study: str, wanted: Path | str | None) -> Path:
    """A sound backup; StoreError where there is none."""
    if wanted is None:
        for one in backup.records(study):
            if one.sound and not backup.faults(one.path):
                return one.path
        why = f"there is no sound backup in {backup.folder_of(study)}"
        raise StoreError(study, why)
    path = Path(wanted)
    if not path.exists() and path.name == str(wanted):
        path = backup.folder_of(study) / path
    if not path.is_file():
        stand = ", ".join(one.name for one in backup.listed(study)[:5]) or "none"
        raise StoreError(str(wanted), f"there is no such backup; the newest are: {stand}")
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            raise NotAProject(str(path), "not a qualkit project")
    if found := backup.faults(path):
        more = f" and {len(found) - 1} more" if found[1:] else ""
        raise DamagedProject(str(path), f"damaged backup ({found[0]}{more}); name another one")
    return path


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """The lock of whoever writes."""
    try:
        with FileLock(lock_path(path), timeout=_WAIT, mode=0o600):
            yield
    except Timeout as error:
        why = "another program is writing to it; try again when it is done"
        raise StoreError(str(path), why) from error


def _put_back(path: Path, chosen: Path, who: str | None) -> Restored:
    if not path.exists():
        with part_of(chosen, path) as waiting:
            _remove_beside(path)
            put_in_place(waiting, path)
        return Restored(path, chosen)
    lost, kept = _lost(path, chosen), None
    if _is_readable(path):
        _refuse(path, chosen, who)
        kept = _kept(path)
    if kept is not None:
        _overwrite(path, chosen)
        return Restored(path, chosen, lost, kept)
    with part_of(chosen, path) as waiting:
        aside = _set_aside(path)
        put_in_place(waiting, path)
    return Restored(path, chosen, lost, aside=aside)


def _is_readable(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM project").fetchone()
    except sqlite3.DatabaseError:
        return False
    return True


def _refuse(path: Path, chosen: Path, who: str | None) -> None:
    """Refuse another study's backup, and whoever may not do this."""
    ids = [_id_of(one) for one in (path, chosen)]
    if ids[0] != ids[1] and None not in ids:
        raise StoreError(str(chosen), f"this is a backup of another study than {path.name}")
    if who is not None:
        with suppress(exc.DatabaseError), file_engine(path).connect() as connection:
            rights.of(connection, who).require("restore")


def _id_of(path: Path) -> str | None:
    with closing(sqlite3.connect(_address(path), uri=True)) as connection:
        found = connection.execute("SELECT value FROM project WHERE key = 'id'").fetchone()
    return None if found is None else str(found[0])


def _kept(path: Path) -> Path | None:
    """A backup of what is there; None where it is too damaged for one."""
    try:
        return backup.make(str(path), why="restore")
    except StoreError as error:
        if "locked" in error.reason or "no sound copy" not in error.reason:
            raise
    return None


def _address(path: Path) -> str:
    return f"file:{quote(str(path.absolute()))}?mode=rw"


def _lost(path: Path, chosen: Path) -> int | None:
    """How many entries of the log are in a study and not in its backup."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            there = connection.execute("SELECT coalesce(max(entry), 0) FROM log").fetchone()[0]
    except sqlite3.Error:
        return None
    return max(0, int(there) - backup.last_entry(chosen))


def _overwrite(path: Path, chosen: Path) -> None:
    """Write a backup's content over a study's within one transaction."""
    as_it_lies = f"file:{quote(str(chosen.absolute()))}?immutable=1"
    try:
        with (
            closing(sqlite3.connect(as_it_lies, uri=True)) as old,
            closing(sqlite3.connect(path, timeout=_WAIT, isolation_level=None)) as new,
        ):
            new.execute("PRAGMA synchronous=EXTRA")
            new.execute("PRAGMA secure_delete=ON")
            new.execute("BEGIN IMMEDIATE")  # refused at once where another program writes
            new.execute("ROLLBACK")
            old.backup(new)
            new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise StoreError(str(path), f"nothing was put back ({error}); try again") from error


def _set_aside(path: Path) -> Path:
    """Move a damaged file with what belongs to it; its new place."""
    aside = path.with_name(f"{path.name}.damaged-{backup.now():%Y-%m-%dT%H%M%SZ}")
    for ending in ("-wal", "-shm", ""):  # in this order: no log may meet another's database
        beside = Path(f"{path}{ending}")
        if beside.exists():
            beside.replace(f"{aside}{ending}")
    return aside


def _remove_beside(path: Path) -> None:
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
