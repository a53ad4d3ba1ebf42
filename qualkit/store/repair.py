"""What was changed outside qualkit, made good where it is known what it was; nothing is guessed.

A row comes back out of the log, out of what the log :mod:`keeps <qualkit.store.kept>` or out of a
backup, where its seal holds and either is the seal that the damaged row still has, or the row is
the same but for its seal. A row that was removed by hand comes back as the log left it. No seal is
ever made anew to fit. The search index is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Table, exc, select, text, update

from qualkit.errors import StoreError
from qualkit.model import Turn, seal_of_turns, sha256
from qualkit.store import (
    backup,
    check,
    kept,
    logged,
    rights,
    schema,
    search,
    surveys,
)  # fmt: skip
from qualkit.store.engine import is_address, reading_engine
from qualkit.store.seals import SEALS
from qualkit.store.store import TURN, Change, Store, turns_of

ACTION: Final = "repair"  # as the log has it
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair did.

    Attributes
    ----------
    mended : tuple of str
        What was made good, in words.
    left : tuple of check.Problem
        What could not be.
    entry : int or None
        Its number in the log; None where nothing changed.
    kept : Path or None
        The backup that was made first.
    """

    mended: tuple[str, ...] = ()
    left: tuple[check.Problem, ...] = ()
    entry: int | None = None
    kept: Path | None = None


def repair(store: Store, *, who: str) -> Repaired:
    """Make good what can be, after a backup, in one change of the log.

    Raises
    ------
    NotAllowed
        Where the role of `who` does not go so far.
    StoreError
        Where the database itself is damaged: a backup must be put back.
    """
    with store.read() as connection:
        rights.of(connection, who).require(ACTION)
        problems = check.check_all(connection, store.name).problems
        if not problems:
            return Repaired()
    copy = None if is_address(store.study) else _backed_up(store)
    mended: list[str] = []
    with ExitStack() as stack:
        found = _Evidence(stack, store.study)
        what = f"{len(problems)} things that a check found"
        with store.change(who, ACTION, what) as change, check.tolerant(change.connection):
            found.read_log(change.connection)
            mended += _put_back(change, found)
            mended += _mend(change, found)
            mended += _mend_turns(change, found)
            mended += _mend_numbers(change, found)
            turns, indexed = search.standing(change.connection)
            if turns != indexed or any(one.startswith("source") for one in mended):
                search.rebuild(change.connection)
                mended.append("the search index was made anew")
            if mended:
                change.tell(mended=len(mended))
    with store.read() as connection:
        left = check.check_all(connection, store.name).problems
    return Repaired(tuple(mended), left, change.entry, copy)


def _backed_up(store: Store) -> Path:
    try:
        return backup.make(store.study, why="repair")
    except StoreError as error:
        if "no sound copy" not in error.reason:
            raise
        why = "the database itself is damaged; put a backup back with 'qualkit project restore'"
        raise StoreError(store.name, why) from error


class _Evidence:
    """What is known of rows: the log, what it keeps, and the backups of this schema."""

    def __init__(self, stack: ExitStack, study: str) -> None:
        self.rows: dict[logged.Key, dict[str, Any]] = {}
        self.missing: dict[logged.Key, dict[str, Any]] = {}
        self.backups = [
            stack.enter_context(closing(reading_engine(path).connect()))
            for path in backup.listed(study)
            if _is_of_today(path)
        ]

    def read_log(self, connection: Connection) -> None:
        """Read the log as it is within the change."""
        self.rows = logged.left(connection)
        self.missing = logged.missing(connection)

    def of(self, connection: Connection, table: Table, row_id: str, row: Row) -> Iterator[Row]:
        """What a row may have been, the best known first."""
        earlier = [found for one in self.backups if (found := _row(one, table, row_id))]
        base = self.rows.get((table.name, row_id), {})
        bulky = kept.BULKY.get(table.name, ())
        for known in filter(None, (base, row)):
            yield dict(known)
            for column in bulky:
                fillers = [other[column] for other in (row, *earlier) if column in other]
                if table is schema.source and (
                    data := kept.given(connection, known.get("sha256", ""))
                ):
                    fillers.append(data.decode())
                yield from ({**known, column: value} for value in fillers)
        yield from earlier


def _is_of_today(path: Path) -> bool:
    try:
        with closing(reading_engine(path).connect()) as connection:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except (exc.SQLAlchemyError, StoreError, ValueError):
        return False
    return version == schema.REVISION


def _row(connection: Connection, table: Table, row_id: str) -> dict[str, Any] | None:
    try:
        found = connection.execute(select(table).where(table.c.id == row_id)).mappings().first()
    except (exc.SQLAlchemyError, ValueError):  # a damaged backup
        return None
    return None if found is None else dict(found)


# Which rows are whole ----------------------------------------------------------------------


def _coding(row: Row) -> bool:
    return check.is_sealed(row)


def _by(seal: Callable[[Row], str]) -> Callable[[Row], bool]:
    return lambda row: bool(seal(row) == row["sha256"])


def _wave(row: Row) -> bool:
    return surveys.holds(row["answers"], row["sha256"], row["respondents"])


def _strand(row: Row) -> bool:
    sealed = SEALS["strand"](row) == str(row["sha256"])
    return sealed and surveys.holds(row["data"], row["data_sha256"], row["rows"])


def _text(row: Row) -> bool:
    return sha256(row["text"]) == str(row["sha256"])


_WHOLE: Final[dict[Table, Callable[[Row], bool]]] = {
    schema.source: _text,
    **{schema.metadata.tables[name]: _by(seal) for name, seal in SEALS.items()},
    schema.coding: _coding,
    schema.survey_wave: _wave,
    schema.strand: _strand,
}


def _is_whole(connection: Connection, table: Table, row: Row) -> bool:
    """Whether a row has every column, its seal holds and its words stand where it says."""
    if set(row) - {"table"} != set(table.c.keys()):
        return False
    try:
        if table in _WHOLE and not _WHOLE[table](row):
            return False
    except (TypeError, ValueError, AttributeError):
        return False
    if "quote" not in table.c or "source_id" not in table.c:
        return True
    query = select(schema.source.c.text).where(schema.source.c.id == row["source_id"])
    words: str = connection.execute(query).scalar() or ""
    return words[row["start_at"] : row["end_at"]] == str(row["quote"])


# Making good -------------------------------------------------------------------------------


def _put_back(change: Change, found: _Evidence) -> Iterator[str]:
    """Put rows back that were removed by hand, what others point at first."""
    for name, called in logged.NAMED.items():
        table = schema.metadata.tables[name]
        for (own, row_id), left in found.missing.items():
            if own != name:
                continue
            row = _first_whole(change.connection, found, table, row_id, left)
            if row is not None and _inserted(change, table, row):
                yield f"{called} {_name(row)}: it was put back"


def _first_whole(
    connection: Connection, found: _Evidence, table: Table, row_id: str, left: Row
) -> dict[str, Any] | None:
    """The first that a missing row may have been that is as the log left it, in every column."""
    if set(table.c.keys()) - set(left) - set(kept.BULKY.get(table.name, ())):
        return None
    for one in found.of(connection, table, row_id, {}):
        row = {name: value for name, value in one.items() if name != "table"}
        same = all(row.get(name) == value for name, value in left.items() if name in row)
        if same and _is_whole(connection, table, row):
            return row
    return None


def _inserted(change: Change, table: Table, row: Row) -> bool:
    try:
        with change.connection.begin_nested():
            change.restore(table, [row])
    except exc.IntegrityError:  # what it points at is gone too
        return False
    return True


def _mend(change: Change, found: _Evidence) -> Iterator[str]:
    """Give rows whose seals do not hold what they had."""
    for table in _WHOLE:
        for row in _rows(change.connection, table):
            if _is_whole(change.connection, table, row):
                continue
            for one in found.of(change.connection, table, str(row["id"]), row):
                good = {name: value for name, value in one.items() if name != "table"}
                if _is_whole(change.connection, table, good) and _is_the_same(row, good):
                    _set(change, table, row, good)
                    yield f"{table.name.replace('_', ' ')} {_name(good)}: it is as it was stored"
                    break


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """The rows of a table one by one: texts and answers are large."""
    for row_id in connection.execute(select(table.c.id)).scalars().all():
        found = connection.execute(select(table).where(table.c.id == row_id)).mappings().first()
        if found is not None:
            yield dict(found)


def _is_the_same(row: Row, good: Row) -> bool:
    """Whether one is known to be the other: by the seal, or by all but the seal."""
    if row["sha256"] == good["sha256"]:
        return True
    apart = {"sha256", "version"}
    return all(row[name] == value for name, value in good.items() if name not in apart)


def _set(change: Change, table: Table, row: Row, good: Row) -> None:
    """Set a row without its becoming an earlier wording: nobody wrote it."""
    new = dict(good)
    if "version" in table.c:
        known = [v for v in (row["version"], good["version"]) if _is_number(v)]
        new["version"] = max(known, default=0) + 1
    change.connection.execute(update(table).where(table.c.id == row["id"]).values(**new))
    left_out = kept.BULKY.get(table.name, ())
    change.before.append({"table": table.name, **_without(row, left_out)})
    change.after.append({"table": table.name, **_without(new, left_out)})


def _is_number(value: object) -> bool:
    return isinstance(value, int) and 0 <= value < check.MOST


def _without(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in columns}


def _mend_turns(change: Change, found: _Evidence) -> Iterator[str]:
    """Give sources their turns back, where a backup has those of the seal."""
    s = schema.source.c
    for source_id, name, digest in change.connection.execute(
        select(s.id, s.name, s.turns_sha256)
    ).all():
        if _seal(turns_of(change.connection, source_id)) == digest:
            continue
        for one in found.backups:
            turns = turns_of(one, source_id)
            if _seal(turns) == digest:
                change.replace(schema.turn, {"source_id": source_id}, turns)
                yield f"source {name}: its turns are as they were stored"
                break


def _mend_numbers(change: Change, found: _Evidence) -> Iterator[str]:
    """Give rows the versions and places that the log says, where theirs are none."""
    for table, row_id, column in list(check.forged(change.connection)):
        known = found.rows.get((table.name, row_id), {}).get(column)
        if _is_number(known):
            row = _row(change.connection, table, row_id) or {}
            _set(change, table, row, {**row, column: known})
            yield f"{table.name.replace('_', ' ')} {_name(row)}: its {column} is as the log has it"


def _seal(turns: Sequence[Row]) -> str | None:
    names = [name for name in TURN if name != "position"]
    try:
        return seal_of_turns(Turn(*(turn[name] for name in names)) for turn in turns)
    except (TypeError, ValueError):
        return None


def _name(row: Row) -> str:
    return str(row.get("name") or row.get("ident") or row["id"])
