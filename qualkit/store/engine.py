"""Connecting to a study: one SQLite file, or a PostgreSQL address.

SQLite runs with ``journal_mode=WAL`` and ``synchronous=FULL`` (anything less was measured to
lose acknowledged codings in a power cut), its transactions are our own (``BEGIN IMMEDIATE``
behind an operating system lock, so that writers queue fairly), and its file is made 0600.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filelock import FileLock
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from qualkit.errors import StoreError

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "mmap_size=0",
    "busy_timeout=30000",
    "secure_delete=ON",
)
LOCK_SECONDS = 60.0
_POLL_SECONDS = 0.005
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
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return _read_only_engine(path)
    engine = create_engine(
        URL.create("sqlite", database=str(path)), poolclass=NullPool, hide_parameters=True
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _read_only_engine(path: Path) -> Engine:
    wal = Path(f"{path}-wal")
    if wal.exists() and wal.stat().st_size:
        why = "it was not closed by its last user; open it once where it can be written to"
        raise StoreError(str(path), why)
    query = {"mode": "ro", "immutable": "1", "uri": "true"}
    address = f"file:{quote(str(path.absolute()))}"
    url = URL.create("sqlite", database=address, query=query)
    return create_engine(url, poolclass=NullPool, hide_parameters=True)


def server_engine(address: str) -> Engine:
    """An engine on a PostgreSQL database; needs the extra ``postgres``."""
    try:
        url = make_url(address).set(drivername="postgresql+psycopg")
        return create_engine(
            url, pool_pre_ping=True, pool_size=5, max_overflow=10, hide_parameters=True
        )
    except (ValueError, ArgumentError) as error:
        why = "not an address; it must be like postgresql://user@server:5432/database"
        raise StoreError(shown(address), why) from error
    except ModuleNotFoundError as error:
        why = "PostgreSQL needs one more package; install qualkit[postgres]"
        raise StoreError(shown(address), why) from error


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
    """The lock that one writer holds: a file beside an SQLite file, nothing on a server."""
    if engine.dialect.name != "sqlite":
        return nullcontext()
    return FileLock(
        f"{engine.url.database}-lock", timeout=LOCK_SECONDS, poll_interval=_POLL_SECONDS, mode=0o600
    )


def writing(connection: Connection) -> Connection:
    """The same connection, its next transaction one that writes."""
    return connection.execution_options(**{_WRITING: True})


def _set_up(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own connection
    connection.isolation_level = None  # transactions are begun by us, DDL within them
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    immediate = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def back_up(study: Path, copy: Path) -> None:
    """A checked copy of a study's file by SQLite's own backup; one that is there is kept."""
    if copy.exists():
        return
    waiting = copy.with_name(f"{copy.name}.part")
    waiting.unlink(missing_ok=True)
    make_file(waiting)
    try:
        with closing(sqlite3.connect(study)) as old, closing(sqlite3.connect(waiting)) as new:
            old.backup(new)
            found = str(new.execute("PRAGMA integrity_check").fetchone()[0])
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        waiting.unlink()
        why = f"no sound copy of it could be made ({found}); run 'qualkit project check'"
        raise StoreError(str(study), why)
    _to_disk(waiting)
    waiting.replace(copy)
    _to_disk(copy.parent)


def _to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would outlast a power cut."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders, and writes names at once
    opened = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
