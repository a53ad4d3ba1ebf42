"""Copies of a study's file, each checked before it counts.

They stand in a folder beside the study, ``pilots.qualkit.backups``, and are studies themselves.
Those that a program made by itself say why in their names (``-open``, ``-merge`` ...); the newest
ten of them are kept. Those that a person asked for are never removed. A copy of a study in
which something was changed outside qualkit says ``-damaged``, and takes no place of a sound one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, exc, inspect, text

from qualkit.errors import StoreError
from qualkit.model import sha256
from qualkit.store import schema
from qualkit.store.engine import is_address, part_of, put_in_place, reading_engine, shown

KEPT: Final = 10  # sound ones that a program made by itself
KEPT_DAMAGED: Final = 2
ASKED: Final = "asked"
WHY: Final = ("open", "migration", "merge", "removal", "repair", "restore", "purge")
_ENDING: Final = ".qualkit"
_DAMAGED: Final = "-damaged"
_MOMENT: Final = "%Y-%m-%dT%H%M%SZ"
_NAME: Final = re.compile(
    rf"-(?P<moment>\d{{4}}-\d\d-\d\dT\d{{6}}Z)(?:\.(?P<number>\d+))?"
    rf"(?:-(?P<why>{'|'.join(WHY)}))?(?P<damaged>{_DAMAGED})?"
)
_FEW: Final = 20  # codings; removing more is worth a backup
_WHY: Final = {  # actions of the log that are worth one whatever they remove
    "merge pack": "merge", "pseudonymise": "removal", "restore names": "removal",
    "withdraw participant": "removal", "replace source": "removal", "purge": "purge",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup: where it stands, when (UTC) and why it was made, its bytes, whether it was sound.

    `why` is ``asked`` for one that a person asked for.
    """

    path: Path
    made: datetime
    why: str
    size: int
    sound: bool = True


def folder_of(study: str) -> Path:
    """The folder beside a study's file in which its backups stand."""
    return Path(f"{study}.backups")


def make(study: str, folder: Path | None = None, *, why: str = ASKED) -> Path:
    """A checked copy of a study's file, named by the moment; its path.

    Parameters
    ----------
    study : str
    folder : Path, optional
    why : str
        ``asked``, or what a program was about to do, one of :data:`WHY`: then the same copy is
        not made twice, and the oldest of more than ten such ones go.

    Raises
    ------
    StoreError
        For a study on a server, or where no sound copy can be written.
    """
    if is_address(study):
        reason = "a study on a server is backed up with PostgreSQL's own pg_dump"
        raise StoreError(shown(study), reason)
    folder = folder_of(study) if folder is None else Path(folder)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy = _made(study, folder, why)
    except OSError as error:
        reason = f"no backup can be written to {folder} ({error.strerror})"
        raise StoreError(study, reason) from error
    if why != ASKED:
        _let_go(records(study, folder))
    return copy


def _made(study: str, folder: Path, why: str) -> Path:
    name = Path(study).name.removesuffix(_ENDING)
    with part_of(Path(study), folder / f"{name}{_ENDING}") as waiting:
        newest = next(iter(records(study, folder)), None)
        if why != ASKED and newest is not None and _same(waiting, newest.path):
            return newest.path
        ending = "" if why == ASKED else f"-{why}"
        ending += _DAMAGED if faults(waiting) else ""
        copy = folder / f"{name}-{_place(study, folder)}{ending}{_ENDING}"
        put_in_place(waiting, copy)
    return copy


def _same(one: Path, other: Path) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    return _hash(one) == _hash(other)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(study: str, folder: Path) -> str:
    """The moment, with a number where a backup of that moment stands there: the order of time."""
    moment = now().strftime(_MOMENT)
    taken = [found for _, found in _named(study, folder) if found["moment"] == moment]
    last = max((int(found["number"] or 0) for found in taken), default=None)
    return moment if last is None else f"{moment}.{last + 1}"


def now() -> datetime:
    """The moment by which backups are named, and old."""
    return datetime.now(UTC)


def records(study: str, folder: Path | None = None) -> list[Backup]:
    """The backups of a study that stand in its folder, the newest first."""
    if is_address(study):
        return []
    folder = folder_of(study) if folder is None else Path(folder)
    found = sorted(
        _named(study, folder), reverse=True,
        key=lambda one: (one[1]["moment"], int(one[1]["number"] or 0), one[0].name),
    )  # fmt: skip
    return [
        Backup(
            path,
            datetime.strptime(name["moment"], _MOMENT).replace(tzinfo=UTC),
            name["why"] or ASKED,
            path.stat().st_size,
            sound=name["damaged"] is None,
        )
        for path, name in found
    ]


def listed(study: str, folder: Path | None = None) -> list[Path]:
    """The paths of the backups of a study, the newest first."""
    return [one.path for one in records(study, folder)]


def _named(study: str, folder: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    name = Path(study).name.removesuffix(_ENDING)
    for path in folder.glob(f"*{_ENDING}"):
        if path.stem.startswith(name) and (found := _NAME.fullmatch(path.stem[len(name) :])):
            yield path, found


def _let_go(made: Sequence[Backup]) -> None:
    """Remove the oldest of what a program made by itself."""
    own = [one for one in made if one.why != ASKED]
    for sound, kept in ((True, KEPT), (False, KEPT_DAMAGED)):
        for one in [each for each in own if each.sound is sound][kept:]:
            one.path.unlink(missing_ok=True)


# Before a change ---------------------------------------------------------------------------


def before_change(
    study: str, action: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> None:
    """A backup where a change, as the log is to list it, takes much away, before it is done."""
    if is_address(study):
        return
    if (why := _WHY.get(action)) is None and _takes_much(before, after):
        why = "removal"
    if why is not None:
        make(study, why=why)


def _takes_much(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> bool:  # fmt: skip
    """Whether a source goes, or more than 20 codings."""
    left = {row.get("id") for row in after}
    gone = [row.get("table") for row in before if row.get("id") not in left]
    return schema.source.name in gone or gone.count(schema.coding.name) > _FEW


# Whether a copy is sound -------------------------------------------------------------------


def faults(path: Path) -> list[str]:
    """What is the matter with a copy, in words; nothing where it is sound.

    Everything is checked that ``qualkit project check`` checks; of a copy of an older schema,
    the database and the texts.
    """
    from qualkit.store.check import check_all  # which reads what the rest of the store keeps

    try:
        engine = reading_engine(path)
        with engine.connect() as connection:
            if "alembic_version" not in inspect(connection).get_table_names():
                return ["it holds no qualkit study"]
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if revision == schema.REVISION:
                found = check_all(connection, path.name).problems
                return [f"{one.where}: {one.message}" for one in found if one.kind != "search"]
            if revision not in schema.OLDER:
                return [f"it was made by a newer qualkit (schema {revision})"]
            return [*_of_database(connection), *_of_older(connection)]
    except (exc.SQLAlchemyError, ValueError, OSError) as error:
        return [f"it cannot be read ({type(error).__name__})"]


def _of_database(connection: Connection) -> list[str]:
    checked = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [str(row) for row in checked if row != "ok"] + [f"{row[0]}: broken" for row in broken]


def _of_older(connection: Connection) -> list[str]:
    """The texts and the words of codings, which every schema has had."""
    found, texts = [], {}
    for row in connection.execute(text("SELECT id, name, text, sha256 FROM source")):
        texts[row.id] = row.text
        if sha256(row.text) != row.sha256:
            found.append(f"{row.name}: its text is not what was imported")
    query = text("SELECT id, source_id, start_at, end_at, quote FROM coding")
    return found + [
        f"coding {row.id}: its words are not those of its source"
        for row in connection.execute(query)
        if texts.get(row.source_id, "")[row.start_at : row.end_at] != row.quote
    ]


def last_entry(path: Path) -> int:
    """The number of the last entry in the log of a copy; 0 where it has none."""
    with closing(reading_engine(path).connect()) as connection:
        return int(connection.execute(text("SELECT coalesce(max(entry), 0) FROM log")).scalar_one())
