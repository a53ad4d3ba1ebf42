"""A coder pack that came back: opened as a copy, and looked through before anything of it counts.

The file comes from somebody else's machine. It is never written to: a copy of it is opened, and
brought up to date where an older qualkit made it. Every value is of the kind that its column has,
every coding has the words of its text, and every seal holds, or the pack is refused.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Table, select

from qualkit.errors import BatchError, DamagedProject, NotAProject, StoreError
from qualkit.model import STANCES
from qualkit.store import schema, values
from qualkit.store.check import check_all
from qualkit.store.packs import Label, Row, Rows, label_of, resting_on
from qualkit.store.store import Store

_READ: Final = (
    schema.coder, schema.case, schema.source, schema.turn, schema.code, schema.coding,
    schema.cell_summary, schema.assignment,
)  # fmt: skip
_PLAIN: Final = "not a coder pack; 'qualkit coder pack' writes one"


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack as it came back.

    Attributes
    ----------
    label : Label
    rows : dict
        Its rows by table, each a dict.
    """

    label: Label
    rows: Rows

    def names(self) -> dict[str, str]:
        """What its sources, cases, codes and coders are called, by id."""
        named = {schema.source: "name", schema.case: "name", schema.coder: "name",
                 schema.code: "ident"}  # fmt: skip
        return {
            row["id"]: row[column]
            for table, column in named.items()
            for row in self.rows[table.name]
        }


def read(path: Path, *, plain: Callable[[str], object]) -> Packed:
    """A pack, looked through; the file stays as it is.

    Parameters
    ----------
    path : Path
    plain : callable
        Raises ValueError for words that cannot be stored.

    Raises
    ------
    StoreError
        For a file that is no pack, is damaged, or comes from a newer qualkit.
    BatchError
        With everything in it that was changed outside qualkit.
    """
    with _copied(path) as copy, _opened(copy, path) as store, store.read() as connection:
        try:
            label = label_of(connection)
        except (ValueError, RecursionError) as error:
            raise DamagedProject(str(path), f"a damaged coder pack; {error}") from None
        if label is None:
            raise NotAProject(str(path), f"a study, but {_PLAIN}")
        rows = {table.name: _rows(connection, table) for table in _READ}
        faults = [fault for table in _READ for fault in _odd(table, rows[table.name])]
        faults = faults or _unsound(connection, rows, str(path), plain)
    if faults:
        raise BatchError(str(path), faults)
    return Packed(label, rows)


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """A copy of the file in a folder of its own, with what its last user left beside it."""
    if not path.is_file():
        why = "a folder, not a coder pack" if path.is_dir() else "there is no such file"
        raise NotAProject(str(path), why)
    with tempfile.TemporaryDirectory(prefix="qualkit-pack-") as folder:
        copy = Path(folder) / "pack.qualkit"
        try:
            for ending in ("", "-wal"):
                if (part := Path(f"{path}{ending}")).exists():
                    shutil.copyfile(part, f"{copy}{ending}")
        except OSError as error:
            why = f"cannot be read ({error.strerror})"
            raise StoreError(str(path), why) from error
        yield copy


@contextmanager
def _opened(copy: Path, path: Path) -> Iterator[Store]:
    """The copy, opened; what is the matter with it is told of the file itself."""
    store = None
    try:
        store = Store.open(str(copy))
        yield store
    except StoreError as error:
        reason = error.reason.replace("restore a backup", "have the file sent again")
        reason = _PLAIN if reason == "not a qualkit project" else reason
        raise type(error)(str(path), reason) from None
    finally:
        if store is not None:
            store.close()


def _rows(connection: Connection, table: Table) -> list[Row]:
    """The rows of a table, in their order where they have one."""
    query = select(table)
    if "position" in table.c:
        query = query.order_by(table.c.position)
    return [dict(row) for row in connection.execute(query).mappings()]


# What cannot be so -------------------------------------------------------------------------


def _odd(table: Table, rows: list[Row]) -> list[str]:
    """Values that are not of their column's kind; a file that was tampered with may have any."""
    names = [str(row.get("id", row.get("source_id")))[:40] for row in rows]
    return [f"{table.name} {names[n - 1]}: {said}" for n, said in values.odd(table, rows)]


def _unsound(
    connection: Connection, rows: Rows, path: str, plain: Callable[[str], object]
) -> list[str]:
    """What a check of the pack finds, and memos that no study can hold."""
    try:
        found = check_all(connection, path).problems
    except ValueError as error:
        return [f"its turns: {error}"]
    faults = [f"{one.where}: {one.message}" for one in found if one.kind != "search"]
    for row in rows["coding"]:
        try:
            plain(row["memo"])
        except ValueError as error:
            faults.append(f"coding {row['id']}: {error}")
    own = {row["id"] for row in rows["coding"]}
    return faults + [fault for row in rows["cell_summary"] for fault in _odd_summary(row, own)]


def _odd_summary(row: Row, codings: set[str]) -> Iterator[str]:
    """What is wrong with a summary; what it cites is cut down to the codings of the pack."""
    if row["stance"] not in {None, *STANCES}:
        yield f"summary {row['id']}: its stance is none"
    try:
        row.update(resting_on(row, codings))
    except (ValueError, TypeError, AttributeError, RecursionError):
        yield f"summary {row['id']}: what it rests on cannot be read"
