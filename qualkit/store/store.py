"""One open study: reading, and changes that are whole, logged and never lost.

A change is one transaction with one row in the log: who, when, what, and every row before and
after it. The log is the audit trail and the ground for undo; nothing here changes or removes
a row of it.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from filelock import Timeout
from sqlalchemy import (
    Connection,
    Engine,
    Table,
    delete,
    exc,
    func,
    insert,
    inspect,
    select,
    text,
    update,
)  # fmt: skip

from qualkit.errors import (
    ConflictError,
    DamagedProject,
    NewerProject,
    NotAProject,
    QualkitError,
    StoreError,
)  # fmt: skip
from qualkit.model import new_id, now, sha256
from qualkit.store import kept, leftover, pool, rights, schema
from qualkit.store.engine import (
    LOCK_SECONDS,
    is_address,
    lock_of,
    make_file,
    may_write,
    shown,
    writing,
)  # fmt: skip
from qualkit.store.gestures import Once

_LOCK = schema.APPLICATION_ID  # one writer at a time on a server too, as the file lock has it
_BATCH = 500
_AWAY = 2**30  # code points; no text is that long
_REVISION = text("SELECT version_num FROM alembic_version")
_NEEDED = 2  # tables without which there is no study
_ARE_THERE = {
    "sqlite": text(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' "
        "AND name IN ('alembic_version', 'project')"
    ),
    "postgresql": text(
        "SELECT count(to_regclass(name)) FROM unnest(ARRAY['alembic_version', 'project']) AS name"
    ),
}
_ALONE = text(  # until the transaction ends; who waits too long is told, as with a file
    "SELECT set_config('lock_timeout', :wait, true), pg_advisory_xact_lock(:key)"
).bindparams(wait=f"{LOCK_SECONDS:.0f}s", key=_LOCK)
_READ_ONLY = "the study is read-only here; check the rights on its file and folder"
_WAITED = f"another program has been writing for {LOCK_SECONDS:.0f} seconds; try again"
_ALL_IN_USE = (
    "all connections that this program may have to the server are in use; try again, or give it "
    "more with QUALKIT_CONNECTIONS"
)
_NO_TEXT = "bytes that are no text"
_VERSIONS = {"cell_summary": schema.cell_summary_version}
TURN = tuple(column.name for column in schema.turn.c if column.name != "source_id")
Row = Mapping[str, Any]


class Change:
    """The rows that one change makes, with what they were before.

    Attributes
    ----------
    connection : sqlalchemy.Connection
        The transaction, for reading within it.
    entry : int or None
        Its number in the log, once it is done; None where nothing changed.
    notes : list of str
        What the log shall say beside what the change was called.
    keeps : bool
        Whether texts, answers and turns that go are kept for an undo; see
        :mod:`qualkit.store.kept`. False where they must not be found again.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.keeps = True
        self.before: list[dict[str, Any]] = []
        self.after: list[dict[str, Any]] = []
        self.entry: int | None = None
        self.notes: list[str] = []

    def add(self, table: Table, rows: Sequence[Row], *, logged: bool = True) -> None:
        """Insert rows."""
        for start in range(0, len(rows), _BATCH):
            self.connection.execute(
                insert(table), [dict(row) for row in rows[start : start + _BATCH]]
            )
        if logged:
            self.after += [_entry(table, row) for row in rows]

    def set(self, table: Table, row_id: str, values: Row, *, version: int | None = None) -> None:
        """Change one row; ConflictError where it moved on from `version` in between."""
        old = self.connection.execute(select(table).where(table.c.id == row_id)).mappings().first()
        if old is None:
            raise ConflictError(f"the {table.name} {row_id} is gone; somebody removed it")
        new, same = dict(values), [table.c.id == row_id]
        if "version" in table.c:
            seen = old["version"] if version is None else version
            new["version"] = seen + 1
            same.append(table.c.version == seen)
        changed = self.connection.execute(update(table).where(*same).values(**new))
        if changed.rowcount != 1:
            raise ConflictError(
                f"the {table.name} {row_id} was changed by somebody else since it was read; "
                "look at it again, then repeat the change"
            )
        self._keep(table, dict(old))
        gone = {name for name, value in new.items() if value != old[name]}
        self.before.append(self._leaving(table, dict(old), gone))
        self.after.append(_entry(table, {**old, **new}))

    def set_all(self, table: Table, values: Mapping[str, Row]) -> None:
        """Change rows by id, all at once: each may take the place that another one leaves.

        The log has them as after :meth:`set`; no earlier wording is kept of them.
        """
        held = _held(self.connection, table, values)
        if any("start_at" in new for new in values.values()):
            _park(self.connection, table, held)
        counted = "version" in table.c
        for row_id, old in held.items():
            new = {**values[row_id], **({"version": old["version"] + 1} if counted else {})}
            parked = {name: old[name] for name in ("start_at", "end_at") if name in old}
            self.connection.execute(
                update(table).where(table.c.id == row_id).values({**parked, **new})
            )
            gone = {name for name, value in new.items() if value != old[name]}
            self.before.append(self._leaving(table, old, gone))
            self.after.append(_entry(table, {**old, **new}))

    def _leaving(
        self, table: Table, old: Row, columns: Container[str] | None = None
    ) -> dict[str, Any]:
        """What the log says of a row as it was, what it has no room for kept; of all its columns.

        With `columns`, of these alone.
        """
        made = _entry(table, old)
        for column, value in kept.bulky(table, old) if self.keeps else ():
            if columns is None or column in columns:
                made[f"{column}{kept.ENDING}"] = kept.keep(self.connection, value)
        return made

    def _keep(self, table: Table, old: dict[str, Any]) -> None:
        """Keep what a row was, where its table has one of earlier versions."""
        if (kept := _VERSIONS.get(table.name)) is not None:
            self.connection.execute(insert(kept), [{c.name: old[c.name] for c in kept.c}])

    def restore(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows that were there once; none gets a version that it has had before."""
        if "version" not in table.c:
            self.add(table, rows)
            return
        kept = _VERSIONS.get(table.name)
        made = []
        for row in rows:
            version = int(row["version"])
            if kept is not None:
                last = select(func.max(kept.c.version)).where(kept.c.id == row["id"])
                version = max(version, (self.connection.execute(last).scalar() or 0) + 1)
            made.append({**row, "version": version})
        self.add(table, made)

    def tell(self, **entry: Any) -> None:  # noqa: ANN401 - any JSON value
        """Put an entry of its own into the log, for what has too many rows to be listed."""
        self.after.append(entry)

    def replace(self, table: Table, key: Row, rows: Sequence[Row]) -> None:
        """Put rows in the place of all that have these key values (a table without versions).

        A source's turns are one row of the log, whole: there may be thousands.
        """
        if table is schema.turn:
            self._replace_turns(key["source_id"], rows)
            return
        same = [table.c[name] == value for name, value in key.items()]
        old = self.connection.execute(select(table).where(*same)).mappings().all()
        self.connection.execute(delete(table).where(*same))
        self.before += [self._leaving(table, dict(row)) for row in old]
        self.add(table, [{**key, **row} for row in rows])

    def _replace_turns(self, source_id: str, rows: Sequence[Row]) -> None:
        old = turns_of(self.connection, source_id)
        self.connection.execute(delete(schema.turn).where(schema.turn.c.source_id == source_id))
        self.add(schema.turn, [{**row, "source_id": source_id} for row in rows], logged=False)
        if old:
            entry = _entry_of_turns(source_id, old)
            if self.keeps:
                entry[kept.ROWS] = kept.keep(self.connection, kept.as_text(old, TURN))
            self.before.append(entry)
        if rows:
            self.after.append(_entry_of_turns(source_id, turns_of(self.connection, source_id)))

    def remove(self, table: Table, row_ids: Iterable[str]) -> None:
        """Delete rows by id."""
        for row_id in row_ids:
            same = table.c.id == row_id
            old = self.connection.execute(select(table).where(same)).mappings().first()
            if old is not None:
                self._keep(table, dict(old))
                self.connection.execute(delete(table).where(same))
                self.before.append(self._leaving(table, dict(old)))


def _held(connection: Connection, table: Table, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Rows by id, in the order of the ids; ConflictError where one is gone."""
    wanted = list(ids)
    found: dict[str, dict[str, Any]] = {}
    for at in range(0, len(wanted), _BATCH):
        some = table.c.id.in_(wanted[at : at + _BATCH])
        rows = connection.execute(select(table).where(some)).mappings()
        found |= {row["id"]: dict(row) for row in rows}
    if gone := [one for one in wanted if one not in found]:
        raise ConflictError(f"the {table.name} {gone[0]} is gone; somebody removed it")
    return {one: found[one] for one in wanted}


def _park(connection: Connection, table: Table, ids: Iterable[str]) -> None:
    """Put rows far behind every text, so that none is in the way of another.

    Where the end is the start, as for the whole of a source, it is one further.
    """
    wanted, t = list(ids), table.c
    for at in range(0, len(wanted), _BATCH):
        away = {"start_at": t.start_at + _AWAY, "end_at": t.end_at + _AWAY + 1}
        some = t.id.in_(wanted[at : at + _BATCH])
        connection.execute(update(table).where(some).values(away))


def _entry(table: Table, row: Row) -> dict[str, Any]:
    left_out = kept.BULKY.get(table.name, ())
    return {"table": table.name, **{k: v for k, v in row.items() if k not in left_out}}


def turns_of(connection: Connection, source_id: str) -> list[dict[str, Any]]:
    """The turns of a source in their order, without its id."""
    t = schema.turn.c
    query = select(*(t[name] for name in TURN)).where(t.source_id == source_id)
    return [dict(row) for row in connection.execute(query.order_by(t.position)).mappings()]


def _entry_of_turns(source_id: str, turns: Sequence[Row]) -> dict[str, Any]:
    """What the log says of a source's turns: how many, and the hash of what they were."""
    made = {"source_id": source_id, "turns": len(turns)}
    return {"table": schema.turn.name, **made, "sha256": sha256(kept.as_text(turns, TURN))}


class Store:
    """An open study.

    Parameters
    ----------
    study : str
        A file's path or a PostgreSQL address.
    engine : sqlalchemy.Engine
        As :meth:`create` and :meth:`open` take it from :mod:`qualkit.store.pool`.
    """

    def __init__(self, study: str, engine: Engine) -> None:
        self.study = study
        self.name = shown(study)
        self.engine = engine
        self._let_go = weakref.finalize(self, pool.let_go, engine)
        self._moment: Connection | None = None
        self._once: Once | None = None
        self.warnings: tuple[str, ...] = ()  # what was found while it was opened

    @classmethod
    def create(cls, study: str, fill: Callable[[Connection], None] | None = None) -> Store:
        """A new, empty study; StoreError where there is something already.

        With `fill`, what it writes is there with the study, or the study is not. A file that was
        left by a making that was killed is used; nothing is in it.
        """
        made = not is_address(study) and not _is_left_over(Path(study))
        if made:
            make_file(Path(study))
        store = cls(study, pool.take(study))
        try:
            store._refuse_other_tables()
            store._migrate(fill)
        except BaseException:
            store.close()
            if made:
                _remove_file(Path(study))
            raise
        return store

    @classmethod
    def open(cls, study: str) -> Store:
        """An existing study, checked to be one that this qualkit can read."""
        found = None
        if not is_address(study):
            _check_file(Path(study))
            found = leftover.set_aside(Path(study)) if may_write(Path(study)) else None
        store = cls(study, pool.take(study))
        store.warnings += (found,) if found else ()
        try:
            with store._telling():
                store._check()
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Let go of the study; what connects to it is closed with the last who has it open."""
        self._let_go()

    @property
    def read_only(self) -> bool:
        """Whether the study's file may not be written to here."""
        return self.engine.url.query.get("mode") == "ro"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one moment of the study."""
        if self._moment is not None:
            yield self._moment
            return
        with self._telling(), self.engine.connect() as plain:
            connection = plain
            if self.engine.dialect.name == "postgresql":
                connection = plain.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Everything read within sees one and the same moment, as for a document."""
        with self.read() as connection:
            before, self._moment = self._moment, connection
            try:
                yield
            finally:
                self._moment = before

    @contextmanager
    def change(self, who: str, action: str, what: str) -> Iterator[Change]:
        """One transaction with one row in the log; whole, or not at all.

        Parameters
        ----------
        who : str
            The person, as the log shall name them.
        action : str
            What was done, in one or two words: ``add sources``.
        what : str
            To what, in words: names and counts, never the words of a transcript.

        Raises
        ------
        NotAllowed
            Where the role of `who` does not go so far; see :mod:`qualkit.store.rights`.
        """
        with self.alone() as connection:
            allowed = rights.of(connection, who)
            allowed.require(action)
            if (once := self._once) is not None:
                once.refuse_again(connection)
            change = Change(connection)
            yield change
            allowed.require_own(change.before, change.after)
            self._back_up_before(action, change)
            if change.before or change.after:
                self._log(connection, who, action, what, change)
            if once is not None:
                once.store(connection, change.entry)
        if once is not None:
            once.entry, once.done = change.entry, True

    def _back_up_before(self, action: str, change: Change) -> None:
        """A backup of the study as it is without what a change is about to do to it."""
        from qualkit.store import backup  # it checks copies with what is built on this module

        backup.before_change(self.study, action, change.before, change.after)

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """One transaction that writes, whole or not at all; it leaves the log as it is.

        For what brings a log of its own; everything else is a :meth:`change`.
        """
        if self.read_only:
            raise StoreError(self.name, _READ_ONLY)
        with self._telling(), self._locked(), self.engine.connect() as plain:
            connection = writing(plain)
            with connection.begin():
                self._wait_for_others(connection)
                yield connection

    @contextmanager
    def once(self, gesture_id: str) -> Iterator[Once]:
        """The one change made within is stored once, however often it is asked for by this id.

        Whoever comes later finds `again` set, from the start or, where another process was
        quicker, at the end; what was refused meanwhile for that reason is no error.
        """
        once = Once(gesture_id)
        with self.read() as connection:
            once.look(connection)
        self._once = None if once.again else once
        try:
            yield once
        except (QualkitError, ValueError):
            with self.read() as connection:
                if not once.look(connection):
                    raise
        finally:
            self._once = None

    @staticmethod
    def _log(connection: Connection, who: str, action: str, what: str, change: Change) -> None:
        row = {
            "at": now(),
            "who": who,
            "action": action,
            "what": "; ".join((what, *change.notes)),
            "before": json.dumps(change.before, ensure_ascii=False),
            "after": json.dumps(change.after, ensure_ascii=False),
        }
        made = insert(schema.log).values(row).returning(schema.log.c.entry)
        change.entry = connection.execute(made).scalar_one()

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            with lock_of(self.engine):
                yield
        except Timeout as error:
            raise StoreError(self.name, _WAITED) from error

    def _wait_for_others(self, connection: Connection) -> None:
        """Be the only one of all programs who writes on a server, to the transaction's end."""
        if self.engine.dialect.name == "postgresql":
            connection.execute(_ALONE)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Turn the database's errors into ours.

        Without the original: a server's error quotes the row, and with it a transcript's words.
        """
        try:
            yield
        except exc.IntegrityError as error:
            raise ConflictError(f"{self.name}: {_first_line(error.orig)}") from None
        except exc.TimeoutError:
            raise StoreError(self.name, _ALL_IN_USE) from None
        except (exc.OperationalError, exc.DatabaseError) as error:
            reason = _first_line(error.orig)
            if "Could not decode" in reason:  # it goes on with the words that it could not
                reason = _NO_TEXT
            if any(said in reason for said in ("malformed", "not a database", _NO_TEXT)):
                why = f"damaged project ({reason}); restore a backup"
                raise DamagedProject(self.name, why) from None
            raise StoreError(self.name, _reworded(reason)) from None
        except UnicodeDecodeError:  # SQLite's driver, where the names of tables are damaged
            why = "damaged project (its schema is not text); restore a backup"
            raise DamagedProject(self.name, why) from None
        except json.JSONDecodeError:  # which would quote what stands there
            why = "damaged project (a list in it cannot be read); restore a backup"
            raise DamagedProject(self.name, why) from None

    def _refuse_other_tables(self) -> None:
        with self._telling(), self.engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise StoreError(self.name, "the database is not empty; name another one")

    def _migrate(self, fill: Callable[[Connection], None] | None) -> None:
        """Bring the schema to this version, all of it or nothing."""
        with self._telling(), self._locked(), self.engine.connect() as plain:
            connection = writing(plain)
            with connection.begin():
                if inspect(connection).get_table_names():  # another was quicker
                    raise StoreError(self.name, "exists already; open it, or name another one")
                _upgrade(connection)
                first = {"id": new_id(), "created": now()}
                rows = [{"key": key, "value": value} for key, value in first.items()]
                connection.execute(insert(schema.project), rows)
                if fill is not None:
                    fill(connection)

    def _bring_up_to_date(self) -> None:
        """Migrate a study of an older qualkit; a file is backed up first."""
        from qualkit.store import backup

        if self.read_only:
            why = "it was made by an older qualkit; open it once where it can be written to"
            raise StoreError(self.name, why)
        with self._locked(), self.engine.connect() as plain:
            if not is_address(self.study):
                backup.make(self.study, why="migration")
            connection = writing(plain)
            with connection.begin():
                self._wait_for_others(connection)
                if connection.execute(_REVISION).scalar() in schema.OLDER:
                    _upgrade(connection)

    def _check(self) -> None:
        with self.engine.connect() as connection:
            if self.engine.dialect.name == "sqlite":
                self._check_pragmas(connection)
            if connection.execute(_ARE_THERE[self.engine.dialect.name]).scalar_one() < _NEEDED:
                why = "holds no qualkit study; make one with 'qualkit new'"
                raise NotAProject(self.name, why)
            revision = connection.execute(_REVISION).scalar()
        if revision in schema.OLDER:
            self._bring_up_to_date()
        elif revision != schema.REVISION:
            why = f"made by a newer qualkit (schema {revision}); update qualkit first"
            raise NewerProject(self.name, why)

    def _check_pragmas(self, connection: Connection) -> None:
        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        if pragma("application_id") != schema.APPLICATION_ID:
            why = "not a qualkit project; another program made this database"
            if _is_left_over(Path(self.study)):
                why = "nothing is in it, as its making was broken off; make it once more"
            raise NotAProject(self.name, why)
        query = "SELECT type || ' ' || name FROM sqlite_master WHERE type IN ('trigger', 'view')"
        if found := connection.exec_driver_sql(query).scalars().all():
            why = f"unexpected {', '.join(found)} in its schema; it was tampered with"
            raise DamagedProject(self.name, why)
        version = pragma("user_version")
        if isinstance(version, int) and version > schema.SCHEMA:
            why = f"made by a newer qualkit (schema {version}); update qualkit first"
            raise NewerProject(self.name, why)


def _upgrade(connection: Connection) -> None:
    """Run the migrations that are due, within the transaction of this connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA application_id={schema.APPLICATION_ID}")
        connection.exec_driver_sql(f"PRAGMA user_version={schema.SCHEMA}")


def _check_file(path: Path) -> None:
    if not path.exists():
        raise NotAProject(str(path), "there is no such study; make it with 'qualkit new'")
    if path.is_dir():
        raise NotAProject(str(path), "this is a folder, not a study")
    try:
        with path.open("rb") as file:
            magic = file.read(16)
    except OSError as error:
        raise StoreError(str(path), f"cannot be opened ({error.strerror})") from error
    if magic != b"SQLite format 3\0":
        raise NotAProject(str(path), "not a qualkit project")


def _is_left_over(path: Path) -> bool:
    """Whether a file is a database without anything in it: its making was killed."""
    try:
        with path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\0":
                return False
        with closing(sqlite3.connect(path)) as connection:
            known = connection.execute("PRAGMA application_id").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except (OSError, sqlite3.Error):
        return False
    return not known and not tables


def _remove_file(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-lock"):
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _first_line(error: object) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0]


def _reworded(reason: str) -> str:
    if "database or disk is full" in reason:
        return "the disk is full; nothing of this change was kept"
    if "readonly database" in reason:
        return _READ_ONLY
    if "due to lock timeout" in reason:
        return _WAITED
    return reason
