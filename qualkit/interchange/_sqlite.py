"""Databases of other programs (SQLite), read as plain tables and nothing else.

A file that a stranger made is opened read-only and as it lies there. Tables alone are read, with
their stored columns: a view, a virtual table or a computed column could run what its maker wrote,
so that they are refused, and whatever else a statement could reach is forbidden. What is read is
limited in size and time.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from qualkit.errors import ReadError
from qualkit.importers._guard import MB, NAMES, sniff

FILE_BYTES: Final = 500 * MB
_VALUE_BYTES: Final = 50 * MB
_TOTAL: Final = 500 * MB  # characters and bytes of all values that are read
_SECONDS: Final = 60.0
_OPERATIONS: Final = 100_000  # between two looks at the clock
_COLUMNS: Final = 100
_HEAD: Final = b"SQLite format 3\0"
_UNCLOSED: Final = (
    "it was not closed by its last user; open it once in its own program and close it"
)
_SAFE_PRAGMAS: Final = frozenset({"table_xinfo", "quick_check"})
_PRAGMAS: Final = (
    "trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "mmap_size=0",
    "ignore_check_constraints=ON",
)  # fmt: skip


class Database:
    """Tables of a database; made by :func:`open_database`."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.name = name
        self._connection = connection
        self._read = 0
        self._columns: dict[str, tuple[str, ...]] = {}
        found = connection.execute("SELECT type, lower(name), rootpage FROM sqlite_master")
        self._kinds = {str(table): (kind, root) for kind, table, root in found
                       if kind in {"table", "view"}}  # fmt: skip

    def has(self, *tables: str) -> bool:
        """Whether it has all of these tables."""
        return all(table in self._kinds for table in tables)

    def columns(self, table: str) -> tuple[str, ...]:
        """The columns of a table; none where there is no such table.

        Raises
        ------
        ReadError
            Where it is not a plain table.
        """
        if table not in self._kinds:
            return ()
        if table not in self._columns:
            self._columns[table] = self._checked(table)
        return self._columns[table]

    def _checked(self, table: str) -> tuple[str, ...]:
        """The columns of a table that is a plain one and not damaged."""
        kind, root = self._kinds[table]
        columns: list[Any] = []
        if plain := kind == "table" and bool(root):  # a virtual table has no page of its own
            columns = self._connection.execute(f'PRAGMA table_xinfo("{table}")').fetchall()
            plain = not any(column[6] for column in columns)  # hidden, or computed
        if not plain:
            raise ReadError(self.name, f"its {table!r} is not a plain table; nothing of it is run")
        if len(columns) > _COLUMNS:
            raise ReadError(self.name, f"its table {table!r} has {len(columns)} columns")
        verdict = self._connection.execute(f'PRAGMA quick_check("{table}")').fetchone()[0]
        if verdict != "ok":
            raise ReadError(self.name, f"damaged database ({str(verdict)[:80]})")
        return tuple(str(column[1]).lower() for column in columns)

    def rows(self, table: str, *columns: str) -> list[dict[str, Any]]:
        """The rows of a table by column; None in a column that it has not, no row without it."""
        known = self.columns(table)
        if not known:
            return []
        wanted = [column for column in columns if column in known]
        missing = dict.fromkeys(column for column in columns if column not in known)
        if not wanted:
            return []
        chosen = ", ".join(f'"{column}"' for column in wanted)
        rows = []
        for values in self._connection.execute(f'SELECT {chosen} FROM "{table}"'):  # noqa: S608 - names of ours
            self._count(values)
            rows.append(dict(zip(wanted, values, strict=True)) | missing)
        return rows

    def count(self, table: str) -> int:
        """How many rows a table has; 0 where there is no such table."""
        if not self.columns(table):
            return 0
        found = self._connection.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - names of ours
        return int(found.fetchone()[0])

    def _count(self, values: tuple[Any, ...]) -> None:
        """Refuse what grows beyond any project, however small its file is."""
        self._read += sum(len(one) if isinstance(one, str | bytes) else 8 for one in values)
        if self._read > _TOTAL:
            raise ReadError(self.name, f"it holds more than {_TOTAL // MB} MB of text")


@contextmanager
def open_database(file: Path | bytes, name: str) -> Iterator[Database]:
    """The tables of an SQLite file, or of its bytes.

    Parameters
    ----------
    file : Path or bytes
    name : str
        As the user knows it.

    Raises
    ------
    ReadError
        Where it is no database, encrypted, damaged, in use, or larger than any project; also
        while its tables are read.
    """
    connection = None
    try:
        connection = _from_bytes(file, name) if isinstance(file, bytes) else _from_path(file, name)
        _restrict(connection)
        yield Database(connection, name)
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise ReadError(name, f"reading it takes longer than {_SECONDS:.0f} seconds") from error
        raise ReadError(name, f"damaged database ({error})") from error
    except (sqlite3.Error, UnicodeError, OverflowError) as error:
        raise ReadError(name, f"damaged database ({error})") from error
    finally:
        if connection is not None:
            connection.close()


def refuse_other(head: bytes, name: str) -> None:
    """Refuse what does not begin as an SQLite database does."""
    if head.startswith(_HEAD):
        return
    kind = sniff(head)
    if kind == "text" and not head.isascii():
        raise ReadError(name, "not a database, or an encrypted one; take its password away first")
    raise ReadError(name, f"not a database: it is {NAMES.get(kind, kind)}")


def _from_path(path: Path, name: str) -> sqlite3.Connection:
    try:
        if not path.is_file():
            why = "this is no file" if path.exists() else "there is no such file"
            raise ReadError(name, why)
        if (size := path.stat().st_size) > FILE_BYTES:
            raise ReadError(
                name, f"the file has {size // MB} MB, the limit is {FILE_BYTES // MB} MB"
            )
        with path.open("rb") as file:
            refuse_other(file.read(100), name)
        waiting = [Path(f"{path}{ending}") for ending in ("-wal", "-journal")]
        if any(one.exists() and one.stat().st_size for one in waiting):
            raise ReadError(name, _UNCLOSED)
    except OSError as error:
        raise ReadError(name, f"cannot be opened ({error.strerror})") from error
    address = f"file:{quote(path.absolute().as_posix())}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True)


def _from_bytes(data: bytes, name: str) -> sqlite3.Connection:
    refuse_other(data[:100], name)
    connection = sqlite3.connect(":memory:")
    # one that a program kept in WAL mode is read like any other: nothing is waiting beside it
    connection.deserialize(data[:18] + b"\1\1" + data[20:])
    return connection


def _restrict(connection: sqlite3.Connection) -> None:
    """Let a connection read and do nothing else."""
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _VALUE_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1)
    last = time.monotonic() + _SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > last, _OPERATIONS)
    connection.set_authorizer(_allowed)


def _allowed(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    reads = action in {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}
    looks = action == sqlite3.SQLITE_PRAGMA and first in _SAFE_PRAGMAS
    counts = action == sqlite3.SQLITE_FUNCTION and second in {"count", "lower"}
    return sqlite3.SQLITE_OK if reads or looks or counts else sqlite3.SQLITE_DENY


# Values --------------------------------------------------------------------------------------


def text(row: Mapping[str, Any], column: str) -> str:
    """A value as text; empty where there is none, or bytes that are no text."""
    value = row[column]
    return value if isinstance(value, str) else "" if value is None else _plain(value)


def _plain(value: object) -> str:
    return "" if isinstance(value, bytes) else str(value)


def number(row: Mapping[str, Any], column: str) -> int | None:
    """A whole number; None for whatever else stands there."""
    value = row[column]
    if isinstance(value, str) and value.strip().isdecimal() and len(value) < 19:
        return int(value)
    return value if isinstance(value, int) else None
