"""A journal (``-wal``) that lies beside a study although nobody has it open.

SQLite replays what it finds there, and rightly so: it holds what was stored before a program was
killed. It cannot tell whose it is. One of another study, as after files were copied by hand, would
be written over this one and damage it. So it is tried first, by reading alone, and set aside where
the study is sound without it and, with it, is not, or is another: its log only grows, so that the
last entries that stand in the file must stand there all the same.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

_WHOLE: Final = 200 << 20  # bytes up to which indexes are compared with their tables too
_LOCKS: Final = Path("/proc/locks")
_ENTRIES: Final = 20  # of the log that are compared
_ID: Final = re.compile(r'"id": "([0-9a-f-]{36})"')


def set_aside(study: Path) -> str | None:
    """Set a journal of another study aside; what whoever opens this one should know of it.

    Nothing is done where the study is in use: then the journal is its own.
    """
    wal = Path(f"{study}-wal")
    shared, found = Path(f"{study}-shm"), _mark(wal)
    if found is None or _in_use(shared):
        return None
    alone = _look(study, "immutable=1")
    if alone is None or _same(alone, _look(study, "mode=ro", alone)):
        return None
    if _mark(wal) != found or _in_use(shared):  # somebody has opened the study meanwhile
        return None
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    to = wal.with_name(f"{wal.name}.not-ours-{moment}")
    wal.replace(to)
    shared.unlink(missing_ok=True)
    return (
        f"{wal.name} beside it is another study's, and would have damaged this one; it is "
        f"{to.name} now"
    )


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What a file is told by; None where it is empty, or gone with who used it last."""
    try:
        held = path.stat()
    except FileNotFoundError:
        return None
    return (held.st_ino, held.st_size, held.st_mtime_ns) if held.st_size else None


def _in_use(shared: Path) -> bool:
    """Whether some program holds a lock on a study; no file of it is touched to know."""
    try:
        held = shared.stat()
        lines = _LOCKS.read_text("ascii").splitlines()
    except OSError:  # nobody has it open, or this system does not tell
        return False
    major, minor = held.st_dev >> 8 & 0xFFF, held.st_dev & 0xFF | held.st_dev >> 12 & 0xFFF00
    named = f"{major:02x}:{minor:02x}:{held.st_ino}"
    return any(named in line.split() for line in lines)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Which study it is, and the last entries of its log by what even a purge leaves of them."""

    ident: str
    entries: dict[int, tuple[str, str, tuple[str, ...]]]


def _same(alone: _Seen, both: _Seen | None) -> bool:
    return both is not None and both.ident == alone.ident and both.entries == alone.entries


def _look(study: Path, way: str, before: _Seen | None = None) -> _Seen | None:
    """A study read in some way, and of its log the entries of `before` or the last ones.

    None where what is read so is not sound.
    """
    whole = study.stat().st_size <= _WHOLE
    look = "PRAGMA integrity_check(1)" if whole else "PRAGMA quick_check(1)"
    address = f"file:{quote(str(study.absolute()))}?{way}"
    with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as connection:
        if connection.execute(look).fetchone()[0] != "ok":
            return None
        if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            return None
        ident = connection.execute("SELECT value FROM project WHERE key = 'id'").fetchone()
        last = max(before.entries, default=0) if before else 2**62
        rows = connection.execute(
            "SELECT entry, at, action, before, after FROM log WHERE entry <= ?"
            " ORDER BY entry DESC LIMIT ?",
            (last, _ENTRIES),
        ).fetchall()
        entries = {row[0]: (row[1], row[2], tuple(_ID.findall(row[3] + row[4]))) for row in rows}
        return None if ident is None else _Seen(str(ident[0]), entries)
    return None
