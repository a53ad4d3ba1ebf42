"""R7: a program is killed while it brings a study of an older qualkit up to date."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, inspect, select

from qualkit.project import Project, restore
from qualkit.store import backup, schema
from qualkit.store.engine import file_engine, make_file, writing
from tests.memory import in_memory
from trust import Promise, Result
from trust._forks import Fork, Say
from trust._studies import make_study

PROMISE = Promise(
    words="A study of every older version is brought up to date whole or not at all, after a "
    "checked backup, and keeps every text and coding",
    how="a study of each older schema with sources and codings; the program that opens it is "
    "killed 100 times at random; the file, its backups and its content are looked at each time",
    goal="0 between two versions, 0 backups that are not sound, content equal, back by restoring",
)
_CONTENT = (  # what every schema has had, and must stay as it is
    "SELECT name, sha256, text FROM source ORDER BY name",
    "SELECT id, start_at, end_at, quote, sha256 FROM coding ORDER BY id",
    "SELECT ident, name FROM code ORDER BY ident",
)
Content = list[list[tuple[object, ...]]]


@dataclass
class _Seen:
    """How often a kill left the old or the new version, and what went wrong."""

    old: int = 0
    new: int = 0
    wrong: list[str] = field(default_factory=list)


def measure(long: bool) -> Result:
    """100 kills for each older schema, or one for the first and the last."""
    seen, rng = _Seen(), random.Random(7)
    revisions = schema.OLDER if long else (schema.OLDER[0], schema.OLDER[-1])
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-", dir=in_memory()) as name:
        folder = Path(name)
        study = Path(make_study(folder / "now.qualkit", folder / "in", sources=2))
        _code(study)
        for revision in revisions:
            older = folder / f"{revision}.qualkit"
            older_study(older, study, revision)
            _kill_often(seen, older, 100 if long else 1, rng)
            _there_and_back(seen, older)
    kills = seen.old + seen.new
    figure = (
        f"{kills} kills of {len(revisions)} migrations: {seen.old} left the old version, "
        f"{seen.new} the new one, {len(seen.wrong)} anything else"
    )
    return Result("R7", figure, ok=not seen.wrong, detail=tuple(seen.wrong[:20]))


def _code(study: Path) -> None:
    with Project.open(study, user="Ann") as project:
        for n in range(40):
            project.add_coding("s0", (n, n + 20), "communication", coder=f"Coder {n % 3}")


# Studies of older versions -----------------------------------------------------------------


def older_study(path: Path, study: Path, revision: str) -> None:
    """A study as the qualkit of an older schema would have kept what a study holds.

    The tables of the first schema are made, filled and brought to that revision by the
    migrations themselves.
    """
    make_file(path)
    with file_engine(path).connect() as plain, file_engine(study).connect() as source:
        connection = writing(plain)
        with connection.begin():
            _upgrade(connection, "0001")
            _fill(connection, source)
            _upgrade(connection, revision)
            connection.exec_driver_sql(f"PRAGMA application_id={schema.APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version={int(revision)}")


def _fill(connection: Connection, source: Connection) -> None:
    """Copy what the tables of the first schema have room for."""
    there = set(inspect(connection).get_table_names())
    for table in schema.metadata.sorted_tables:
        if table.name in there:
            names = {one["name"] for one in inspect(connection).get_columns(table.name)}
            columns = [column for column in table.c if column.name in names]
            for row in source.execute(select(*columns)).mappings():
                connection.execute(insert(table).values(dict(row)).inline())


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


# Killing -----------------------------------------------------------------------------------


def _kill_often(seen: _Seen, older: Path, kills: int, rng: random.Random) -> None:
    study = older.with_name("killed.qualkit")
    before, shapes = _content(older), (_shape(older), _shape_of_today(older))
    took = _time(older, study)
    for _ in range(kills):
        _fresh(older, study)
        fork = Fork.of(lambda say: _open(study, say))
        time.sleep(rng.uniform(0, 1.1 * took))
        fork.end()
        place = f"schema {older.stem}, kill {seen.old + seen.new}"
        shape = _shape(study)
        seen.old += shape == shapes[0]
        seen.new += shape == shapes[1]
        wrong = [] if shape in shapes else ["it is between two versions"]
        wrong += [] if _content(study) == before else ["its content is not what it was"]
        for copy in backup.listed(str(study)):
            wrong += [f"{copy.name}: {said}" for said in backup.faults(copy)]
        if shape == shapes[1] and not backup.listed(str(study)):
            wrong.append("it was migrated without a backup")
        seen.wrong += [f"{place}: {said}" for said in (*wrong, *_opened(study, before))]


def _open(study: Path, say: Say) -> None:
    Project.open(study).close()
    say("open")


def _time(older: Path, study: Path) -> float:
    """Seconds for bringing it up to date undisturbed."""
    _fresh(older, study)
    begun = time.perf_counter()
    Project.open(study).close()
    return time.perf_counter() - begun


def _fresh(older: Path, study: Path) -> None:
    for left in study.parent.glob(f"{study.name}*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    shutil.copyfile(older, study)


def _opened(study: Path, before: Content) -> Iterator[str]:
    """What is wrong when it is opened the next time."""
    with Project.open(study) as project:
        yield from (f"{one.where}: {one.message}" for one in project.check().problems)
    if _content(study) != before:
        yield "its content is not what it was"


def _there_and_back(seen: _Seen, older: Path) -> None:
    """Bring it up to date, and back to the older version by its backup."""
    study = older.with_name("back.qualkit")
    _fresh(older, study)
    Project.open(study).close()
    (made,) = backup.records(str(study))
    restore(study, made.path)
    if made.why != "migration" or _shape(study) != _shape(older):
        seen.wrong.append(f"schema {older.stem}: {made.path.name} did not bring it back")
    if _content(study) != _content(older):
        seen.wrong.append(f"schema {older.stem}: another content after it was brought back")


def _shape(study: Path) -> tuple[object, ...]:
    """The version of a study, and every table as it was made."""
    with closing(sqlite3.connect(study)) as connection:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        number = connection.execute("PRAGMA user_version").fetchone()
        query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'search_%' ORDER BY name"
        return (version, number, *connection.execute(query).fetchall())


def _shape_of_today(older: Path) -> tuple[object, ...]:
    study = older.with_name("whole.qualkit")
    _fresh(older, study)
    Project.open(study).close()
    return _shape(study)


def _content(study: Path) -> Content:
    with closing(sqlite3.connect(study)) as connection:
        return [connection.execute(query).fetchall() for query in _CONTENT]
