"""What happens when a study's file is opened: it is looked at, tidied and, once a day, backed up.

Texts are compared with what was imported, and codings with their seals, where there are not more
than 20,000 of them (0.15 s); of larger studies the texts alone, which takes 0.1 s for 200
interviews of two hours. ``qualkit project check`` looks at everything. A process looks again when
the file is no longer the same, but never for more than a fiftieth of its time, and where it is
large, beside what is being done. Whatever is found does not stop the opening; it is told.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from sqlalchemy import Connection, func, select

from qualkit.errors import QualkitError, StoreError
from qualkit.store import backup, check, pool, schema
from qualkit.store.engine import PART, is_address
from qualkit.store.folders import network_of, synced_folder
from qualkit.store.store import Store
from qualkit.writing import remove_strays

__all__ = ["look", "synced_folder", "tell", "told"]

_CODINGS: Final = 20_000
_TOLD: Final = 5
_DAY: Final = timedelta(days=1)
_HOUR: Final = 3_600
_SHARE: Final = 50  # of the time, one part at most goes into looking
_AT_ONCE: Final = 0.02  # seconds; what takes less is done whenever the file changed
_LARGE: Final = 50_000_000  # bytes of a file for which nobody waits a second time
State = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a process saw of a file, when, how long it took, and what it says.

    `backup_at` is when the file gets a backup although nobody writes to it any more.
    """

    state: State
    at: float
    took: float
    warnings: tuple[str, ...]
    backup_at: datetime | None


_seen: dict[str, _Seen] = {}
_looking: set[str] = set()
_told: dict[str, tuple[str, ...]] = {}
_one_at_a_time, _told_at_a_time = Lock(), Lock()


def look(store: Store) -> tuple[str, ...]:
    """What whoever opens a study should know, in words; a study on a server is its server's."""
    if is_address(store.study):
        return ()
    study = str(Path(store.study).absolute())
    seen = _seen.get(study)
    if seen is not None and seen.state and seen.state[0][2] >= _LARGE:
        if _is_due(study, seen, time.monotonic()) and study not in _looking:
            _looking.add(study)
            Thread(target=_look_again, args=(store.study, study), name="looking again").start()
        return seen.warnings
    return _look(store, study)


def _look(store: Store, study: str) -> tuple[str, ...]:
    """What is to be said of a study, looked at where that is due."""
    with _one_at_a_time:
        begun, seen = time.monotonic(), _seen.get(study)
        if seen is None or _is_due(study, seen, begun):
            warnings, backup_at = _looked_at(store, study)
            took = time.monotonic() - begun
            if backup_at is not None and backup.now() >= backup_at:
                warnings += _backed_up(store.study)
                backup_at = None
            seen = _Seen(_state(study), begun, took, tuple(warnings), backup_at)
            _seen[study] = seen
    return seen.warnings


def _look_again(given: str, study: str) -> None:
    """Look at a large study beside the work that goes on; whoever opens it next is told."""
    try:
        with suppress(QualkitError):  # whoever opens it next is told that as well
            store = Store(given, pool.take(given))
            try:
                _look(store, study)
            finally:
                store.close()
    finally:
        _looking.discard(study)


def tell(study: str, warnings: tuple[str, ...]) -> None:
    """Keep what there is to say of a study for whoever asks what is :func:`told`."""
    with _told_at_a_time:
        _told[study] = warnings


def told() -> list[str]:
    """What was found since this was asked last, each once: for a program that prints it."""
    with _told_at_a_time:
        found = [line for lines in _told.values() for line in lines]
        _told.clear()
    return list(dict.fromkeys(found))


def _is_due(study: str, seen: _Seen, moment: float) -> bool:
    """Whether a file is due for a backup, or was written to and may be looked at again by now."""
    if seen.backup_at is not None and backup.now() >= seen.backup_at:
        return True
    may = seen.took < _AT_ONCE or moment - seen.at > _SHARE * seen.took
    return may and _state(study) != seen.state


def _state(study: str) -> State:
    """What tells that a file was written to."""
    found = []
    for path in (Path(study), Path(f"{study}-wal")):
        with suppress(OSError):
            seen = path.stat()
            found.append((seen.st_ino, seen.st_mtime_ns, seen.st_size))
    return tuple(found)


def _looked_at(store: Store, study: str) -> tuple[list[str], datetime | None]:
    """What is to be said of a study, and when it gets its next backup if nobody writes to it."""
    path = Path(study)
    said = _of_folder(path)
    count = select(func.count()).select_from(schema.coding)
    try:
        with store.read() as connection:
            codings = connection.execute(count).scalar_one()
            problems = check.look(connection, codings=codings <= _CODINGS)
            backup_at = None if store.read_only else _backup_at(connection, study)
    except StoreError as error:  # whoever reads what cannot be read is told then
        return [*said, error.reason], None
    said += [f"{one.where}: {one.message}" for one in problems[:_TOLD]]
    if len(problems) > _TOLD:
        said.append(f"{len(problems) - _TOLD} more of the kind; see 'qualkit project check'")
    if store.read_only or problems:
        return said, None
    _tidy(path)
    return said, backup_at


def _backed_up(study: str) -> list[str]:
    """Back a study up; what is to be said where that cannot be."""
    try:
        backup.make(study, why="open")
    except StoreError as error:
        return [f"no daily backup was made: {error.reason}"]
    return []


def _of_folder(path: Path) -> list[str]:
    """What is to be said of where a file lies."""
    said = []
    if (whose := synced_folder(path)) is not None:
        said.append(
            f"{path.name} lies in a folder that {whose} syncs, which may damage it or make two of "
            "it; move it to a folder of this computer, and use coder packs or PostgreSQL to share"
        )
    if (kind := network_of(path)) is not None:
        said.append(
            f"{path.name} lies on a network file system ({kind}), where two people's work may "
            "damage it; use PostgreSQL, or coder packs, to work together"
        )
    return said


def _tidy(path: Path) -> None:
    """Remove what programs that were killed left beside a study more than an hour ago."""
    remove_strays(path.parent)
    name = path.name.removesuffix(".qualkit")
    for folder in (path.parent, backup.folder_of(str(path))):
        if folder.is_dir():
            for stray in [*folder.glob(f"*{PART}"), *folder.glob(f"*{PART}-journal")]:
                if stray.name.startswith((f"{name}.qualkit.", f"{path.name}.")):
                    _remove_old(stray)


def _remove_old(stray: Path) -> None:
    with suppress(OSError):
        if time.time() - stray.stat().st_mtime > _HOUR:
            stray.unlink()


def _backup_at(connection: Connection, study: str) -> datetime | None:
    """A day after the newest sound backup, where something was done since; None where nothing."""
    if Path(study).parent.name.endswith(".backups"):
        return None
    last = _moment(connection.execute(select(func.max(schema.log.c.at))).scalar())
    of = select(schema.project.c.value).where(schema.project.c.key == "created")
    made = next((one.made for one in backup.records(study) if one.sound), None)
    before = made or _moment(connection.execute(of).scalar())
    if last is None or before is None or (made is not None and last < made):
        return None
    return before + _DAY


def _moment(written: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(written or "").astimezone(UTC)
    except ValueError:
        return None
