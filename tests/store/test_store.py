"""Changes are whole and logged, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from qualkit.errors import (
    ConflictError,
    DamagedProject,
    NewerProject,
    NotAProject,
    StoreError,
)  # fmt: skip
from qualkit.project import Project
from qualkit.store import Store, backup, schema, search, shown

CODER = {"id": "c1", "name": "Ann", "created": "2026-01-01T00:00:00Z"}


@pytest.fixture
def store(address):
    made = Store.create(address)
    yield made
    made.close()


def coders(store):
    with store.read() as connection:
        return connection.execute(schema.coder.select()).mappings().all()


def log(store):
    with store.read() as connection:
        return connection.execute(schema.log.select().order_by(schema.log.c.entry)).mappings().all()


def test_a_change_is_one_transaction_with_one_row_in_the_log(store):
    with store.change("ann", "add coder", "Ann") as change:
        change.add(schema.coder, [CODER])

    (entry,) = log(store)
    assert (entry["who"], entry["action"], entry["what"]) == ("ann", "add coder", "Ann")
    assert json.loads(entry["before"]) == []
    assert json.loads(entry["after"]) == [{"table": "coder", **CODER}]


def fail_half_way(store):
    with store.change("ann", "add coder", "Ann") as change:
        change.add(schema.coder, [CODER])
        raise RuntimeError


def test_a_change_that_fails_leaves_nothing_not_even_in_the_log(store):
    with pytest.raises(RuntimeError):
        fail_half_way(store)

    assert coders(store) == []
    assert log(store) == []


def test_a_change_that_changes_nothing_is_not_logged(store):
    with store.change("ann", "look", "around"):
        pass

    assert log(store) == []


def test_a_row_that_moved_on_is_a_conflict_never_overwritten(store):
    book = {"id": "b", "ident": "b", "title": "B", "book_version": "1", "description": "",
            "origin": "", "position": 0, "version": 1}  # fmt: skip
    with store.change("ann", "add", "b") as change:
        change.add(schema.codebook, [book])
    with store.change("ann", "rename", "b") as change:
        change.set(schema.codebook, "b", {"title": "Ann's"}, version=1)

    with (
        pytest.raises(ConflictError, match="changed by somebody else since it was read"),
        store.change("bob", "rename", "b") as change,
    ):
        change.set(schema.codebook, "b", {"title": "Bob's"}, version=1)

    with store.read() as connection:
        assert connection.execute(schema.codebook.select()).mappings().one()["title"] == "Ann's"


def test_a_removed_row_is_kept_by_the_log(store):
    with store.change("ann", "add coder", "Ann") as change:
        change.add(schema.coder, [CODER])
    with store.change("ann", "remove coder", "Ann") as change:
        change.remove(schema.coder, ["c1"])

    assert coders(store) == []
    kept = {"table": "coder", **CODER, "role": "evaluator", "login": ""}
    assert json.loads(log(store)[-1]["before"]) == [kept]


def test_the_same_name_twice_is_a_conflict(store):
    with store.change("ann", "add coder", "Ann") as change:
        change.add(schema.coder, [CODER])

    with pytest.raises(ConflictError), store.change("ann", "add coder", "Ann") as change:
        change.add(schema.coder, [{**CODER, "id": "c2"}])


def test_the_migrations_make_exactly_the_tables_that_the_code_expects(store):
    with store.engine.connect() as connection:
        own = (
            search.INDEX,
            "ix_passage_words" if connection.dialect.name == "sqlite" else search.INDEX,
        )
        opts = {"include_object": lambda _, name, *__: not name.startswith(own)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, schema.metadata) == []


def test_a_study_is_not_made_over_another(store, address):
    with pytest.raises(StoreError, match=r"exists already|is not empty"):
        Store.create(address)


def add_codings(address: str, who: str, count: int) -> None:
    store = Store.open(address)
    for n in range(count):
        with store.change(who, "add coder", f"{who} {n}") as change:
            change.add(schema.coder, [{**CODER, "id": f"{who}{n}", "name": f"{who} {n}"}])
    store.close()


def test_four_programs_that_write_at_once_lose_nothing(store, address):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=add_codings, args=(address, who, 25)) for who in "abcd"]

    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    assert len(coders(store)) == len(log(store)) == 100


# SQLite alone -----------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "study.qualkit"
    Store.create(str(path)).close()
    return path


def test_the_database_keeps_every_acknowledged_change_in_a_power_cut(file):
    store = Store.open(str(file))
    with store.read() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        }
    store.close()

    assert settings == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0,
    }  # fmt: skip


def test_every_file_of_a_study_is_its_owners_alone(file):
    store = Store.open(str(file))
    with store.change("ann", "add coder", "Ann") as change:
        change.add(schema.coder, [CODER])
        modes = {
            path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.glob("study*")
        }
    store.close()

    assert {"study.qualkit", "study.qualkit-wal", "study.qualkit-lock"} <= set(modes)
    assert set(modes.values()) == {0o600}


def test_a_failed_first_migration_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(Store, "_migrate", lambda *_: (_ for _ in ()).throw(StoreError("x", "no")))

    with pytest.raises(StoreError):
        Store.create(str(tmp_path / "a.qualkit"))

    assert list(tmp_path.iterdir()) == []


def refusal(path: Path) -> StoreError:
    with pytest.raises(StoreError) as refused:
        Store.open(str(path))
    return refused.value


def altered(file, *statements):
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return file


@pytest.mark.parametrize(
    ("statement", "kind", "reason"),
    [
        (
            "PRAGMA application_id=7",
            NotAProject,
            "not a qualkit project; another program made this database",
        ),
        (
            "PRAGMA user_version=12",
            NewerProject,
            "made by a newer qualkit (schema 12); update qualkit first",
        ),
        (
            "CREATE TRIGGER t AFTER INSERT ON coding BEGIN DELETE FROM coding; END",
            DamagedProject,
            "unexpected trigger t in its schema; it was tampered with",
        ),
    ],
)
def test_other_programs_newer_and_tampered_files_are_refused(file, statement, kind, reason):
    error = refusal(altered(file, statement))

    assert type(error) is kind
    assert str(error) == f"{file}: {reason}"


def test_a_missing_study_a_folder_and_a_text_file_are_no_studies(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("hello")

    assert "there is no such study" in str(refusal(tmp_path / "no.qualkit"))
    assert "this is a folder" in str(refusal(tmp_path))
    assert "not a qualkit project" in str(refusal(text))


def test_a_damaged_file_is_refused_with_the_way_out(file):
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(bytes(data))

    with pytest.raises(DamagedProject, match="restore a backup"):
        Store.open(str(file))


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("postgresql://me:secret@server/x", "postgresql://me:***@server/x"),
        ("postgresql://h/x?user=me&password=secret", "postgresql://h/x?user=me&password=***"),
    ],
)
def test_a_password_is_never_shown(address, safe):
    assert shown(address) == safe


def test_an_address_that_is_none_is_told():
    with pytest.raises(StoreError, match="not an address; it must be like postgresql://"):
        Store.open("postgresql://me@server:port/x")


def test_a_read_only_study_can_be_read_and_refuses_changes(file, monkeypatch):
    monkeypatch.setattr("qualkit.store.engine.os.access", lambda *_: False)
    store = Store.open(str(file))

    assert coders(store) == []
    with pytest.raises(StoreError, match="the study is read-only here"):
        store.change("ann", "add", "x").__enter__()
    store.close()


def test_a_read_only_study_with_unread_changes_is_refused(file, monkeypatch):
    Path(f"{file}-wal").write_bytes(b"something")
    monkeypatch.setattr("qualkit.store.engine.os.access", lambda *_: False)

    with pytest.raises(StoreError, match="it was not closed by its last user"):
        Store.open(str(file))


def test_an_unreachable_server_is_told_without_the_password():
    with pytest.raises(StoreError) as refused:
        Store.open("postgresql://me:secret@127.0.0.1:1/x?connect_timeout=2")

    assert "secret" not in str(refused.value)


def test_a_study_of_the_first_schema_is_brought_up_to_date_after_a_copy(tmp_path):
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import text

    from qualkit.store.engine import file_engine, make_file, writing

    path = tmp_path / "old.qualkit"
    make_file(path)
    engine = file_engine(path)
    config = Config()
    folder = Path(schema.__file__).with_name("migrations")
    config.set_main_option("script_location", str(folder))
    with engine.connect() as plain:
        connection = writing(plain)
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            connection.execute(text("INSERT INTO project VALUES ('id', 'old')"))
            connection.exec_driver_sql(f"PRAGMA application_id={schema.APPLICATION_ID}")
            connection.exec_driver_sql("PRAGMA user_version=1")
    engine.dispose()

    with Project.open(path) as study:
        assert study.suggestions().empty

    (made,) = backup.records(str(path))
    copy = made.path
    assert (made.why, made.sound) == ("migration", True)
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as kept:
        assert kept.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    with Project.open(path) as again:
        assert again.check().problems == ()
