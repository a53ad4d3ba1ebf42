"""Connecting to a study: one SQLite file, or a PostgreSQL address.

SQLite runs with ``journal_mode=WAL`` and ``synchronous=FULL`` (anything less was measured to
lose acknowledged codings in a power cut), its transactions are our own (``BEGIN IMMEDIATE``
behind an operating system lock, so that writers queue fairly), and its file is made 0600.
On a network file system, where WAL may damage a file, it is ``DELETE`` with ``EXTRA``.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from qualkit.errors import StoreError
from qualkit.store.folders import network_of
from qualkit.store.locking import in_turn, locked
from qualkit.writing import to_disk

_PRAGMAS = (
    "busy_timeout=30000",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "mmap_size=0",
    "secure_delete=ON",
)
_ON_DISK = ("journal_mode=WAL", "synchronous=FULL")
_ON_NETWORK = (  # without spilling, others can read, and a backup be made, until it is written
    "journal_mode=DELETE", "synchronous=EXTRA", "cache_spill=OFF",
)  # fmt: skip
LOCK_SECONDS = 60.0
CONNECTIONS = 10  # of one process to one study on a server; QUALKIT_CONNECTIONS is another number
_FEWEST = 3  # who writes has one, may read beside it, and others are to read meanwhile
_WAIT = 30  # seconds for one of them
_OLD = 1_800  # seconds, after which a connection is made anew
PART = ".part"  # of a copy that is not whole yet
_WRITING = "qualkit_writing"


def is_address(study: str) -> bool:
    """Whether a study is a PostgreSQL address rather than a file.

    >>> is_address("postgresql://me@server/study"), is_address("study.qualkit")
    (True, False)
    """
    return re.match(r"postgres(?:ql)?(?:\+\w+)?://", study) is not None


def shown(study: str) -> str:
    """A study as it may be shown and logged: without its password.

    >>> shown("postgresql://me:secret@server/study")
    'postgresql://me:***@server/study'
    """
    if not is_address(study):
        return study
    hidden = re.sub(r"(//[^/@:]*:)[^@/]*@", r"\1***@", study)
    return re.sub(r"(?i)([?&](?:ssl)?password=)[^&]*", r"\1***", hidden)


def file_engine(path: Path) -> Engine:
    """An engine on one SQLite file, which must exist: see :func:`make_file`.

    A file that may not be written to is read as it lies there.
    """
    if not may_write(path):
        return _not_written_to(path)
    engine = create_engine(
        URL.create("sqlite", database=str(path)), poolclass=NullPool, hide_parameters=True
    )
    pragmas = (*_PRAGMAS, *(_ON_DISK if network_of(path) is None else _ON_NETWORK))

    def set_up(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own connection
        connection.isolation_level = None  # transactions are begun by us, DDL within them
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", _begin)
    return engine


def may_write(path: Path) -> bool:
    """Whether a study's file, and the journal beside it, may be written to."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _not_written_to(path: Path) -> Engine:
    wal = Path(f"{path}-wal")
    if wal.exists() and wal.stat().st_size:
        why = "it was not closed by its last user; open it once where it can be written to"
        raise StoreError(str(path), why)
    return reading_engine(path)


def reading_engine(path: Path) -> Engine:
    """An engine that reads a file as it lies there, and leaves nothing beside it."""
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    address = f"file:{quote(str(path.absolute()))}"
    url = URL.create("sqlite", database=address, query=query)
    return create_engine(url, poolclass=NullPool, hide_parameters=True)


def server_engine(address: str) -> Engine:
    """An engine on a PostgreSQL database; needs the extra ``postgres``.

    Its connections are kept, a bounded number; each is tried before it is used again, so that a
    server which was started anew in between is no fault.
    """
    size = _connections()
    try:
        url = make_url(address).set(drivername="postgresql+psycopg")
        return create_engine(
            url, pool_size=size, max_overflow=0, pool_timeout=_WAIT, pool_pre_ping=True,
            pool_recycle=_OLD, pool_use_lifo=True, hide_parameters=True,
        )  # fmt: skip
    except (ValueError, ArgumentError) as error:
        why = "not an address; it must be like postgresql://user@server:5432/database"
        raise StoreError(shown(address), why) from error
    except ModuleNotFoundError as error:
        why = "PostgreSQL needs one more package; install qualkit[postgres]"
        raise StoreError(shown(address), why) from error


def _connections() -> int:
    given = os.environ.get("QUALKIT_CONNECTIONS", "")
    if not given:
        return CONNECTIONS
    if not given.isdecimal() or int(given) < _FEWEST:
        why = f"QUALKIT_CONNECTIONS {given[:20]!r} is no number of {_FEWEST} or more"
        raise StoreError("the connections to the server", why)
    return int(given)


def make_file(path: Path) -> None:
    """Create an empty file that only its owner can read; StoreError where one is there."""
    if not path.parent.is_dir():
        raise StoreError(str(path), f"there is no folder {path.parent}; make it first")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError as error:
        raise StoreError(str(path), "exists already; open it, or name another file") from error
    except OSError as error:
        raise StoreError(str(path), f"cannot be created ({error.strerror})") from error


def lock_of(engine: Engine) -> AbstractContextManager[Any]:
    """The lock that one writer holds: a file beside an SQLite file, on a server one of its own.

    That one is taken within the transaction, see :meth:`Store.alone`; here those of one process
    come in turn, so that only one of them needs a connection for it.
    """
    if engine.dialect.name == "sqlite":
        return locked(lock_path(engine.url.database or ""), LOCK_SECONDS)
    return in_turn(engine, LOCK_SECONDS)


def lock_path(study: Path | str) -> str:
    """The file beside a study's file that its one writer locks."""
    return f"{study}-lock"


def writing(connection: Connection) -> Connection:
    """The same connection, its next transaction one that writes."""
    return connection.execution_options(**{_WRITING: True})


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def back_up(study: Path, copy: Path) -> None:
    """A sound copy of a study's file by SQLite's own backup; one that is there is kept."""
    if copy.exists():
        return
    try:
        with part_of(study, copy) as waiting:
            put_in_place(waiting, copy)
    except OSError as error:
        raise StoreError(str(copy), f"cannot be written ({error.strerror})") from error


@contextmanager
def part_of(study: Path, copy: Path) -> Iterator[Path]:
    """A sound copy of a study's file beside the place of another, until it is moved there.

    Raises
    ------
    StoreError
        Where the database itself is damaged, so that no sound copy can be made.
    OSError
        Where it cannot be written.
    """
    handle, name = tempfile.mkstemp(prefix=f"{copy.name}.", suffix=PART, dir=copy.parent)
    os.close(handle)
    waiting = Path(name)
    try:
        found = _copied(study, waiting)
        if "disk is full" in found:
            raise OSError(errno.ENOSPC, "the disk is full")
        if found != "ok":
            why = f"no sound copy of it could be made ({found}); run 'qualkit project check'"
            raise StoreError(str(study), why)
        yield waiting
    finally:
        waiting.unlink(missing_ok=True)
        Path(f"{waiting}-journal").unlink(missing_ok=True)


def _copied(study: Path, waiting: Path) -> str:
    """Copy a database; ``ok``, or what is the matter with it."""
    try:
        with (
            closing(sqlite3.connect(study, timeout=LOCK_SECONDS)) as old,
            closing(sqlite3.connect(waiting)) as new,
        ):
            old.backup(new)
            return str(new.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)


def put_in_place(waiting: Path, place: Path) -> None:
    """Move a file to its place, where it outlasts a power cut from then on."""
    to_disk(waiting)
    waiting.replace(place)
    to_disk(place.parent)
