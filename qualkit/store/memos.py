"""Memos, and sets of sources, codes and memos: tables out, rows in.

A memo is about one source, case or code, or about the study. What it is about takes it along when
it is removed; two codes that are merged keep the memos of both. Every memo is sealed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Select, func, literal, select, union_all

from qualkit.errors import ConflictError, UnknownName
from qualkit.model import new_id, now
from qualkit.store.schema import case, code, codebook, coder, collection, source
from qualkit.store.schema import collection_member as member
from qualkit.store.schema import memo as memo_table
from qualkit.store.sight import EVERYTHING, Sight
from qualkit.store.store import Change
from qualkit.store.triangulation import moved, seal_of
from qualkit.tables import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

STUDY: Final = "study"
KINDS: Final = {"source": "source_id", "case": "case_id", "code": "code_id"}  # beside the study
MEMBERS: Final = {"source": "source_id", "code": "code_id", "memo": "memo_id"}


def faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """What is not as it was kept: where, and in words."""
    for row in connection.execute(select(memo_table).order_by(memo_table.c.id)).mappings():
        if seal_of(memo_table, dict(row)) != row["sha256"]:
            yield f"memo {row['id']}", "it was changed outside qualkit"


# Memos -------------------------------------------------------------------------------------


def table(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a memo, the oldest first; see :mod:`qualkit.tables`."""
    import pandas as pd

    m = memo_table.c
    query = (
        select(
            m.id, source.c.name.label("source"), case.c.name.label("case"),
            codebook.c.ident.label("book"), code.c.ident.label("code"), m.title, m.text,
            coder.c.name.label("author"), m.created, m.changed, m.version,
        )
        .outerjoin(source, source.c.id == m.source_id)
        .outerjoin(case, case.c.id == m.case_id)
        .outerjoin(code, code.c.id == m.code_id)
        .outerjoin(codebook, codebook.c.id == code.c.codebook_id)
        .join(coder, coder.c.id == m.author_id)
        .where(sight.memos())
        .order_by(m.created, m.id)
    )  # fmt: skip
    rows = [
        (row.id, *_about(row), row.title, row.text, row.author, row.created, row.changed,
         row.version)
        for row in connection.execute(query)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS["memos"]))


def _about(row: Any) -> tuple[str, str]:  # noqa: ANN401 - a row of the query above
    """What a memo is about, and of what name that is."""
    if row.source is not None:
        return "source", row.source
    if row.case is not None:
        return "case", row.case
    return (STUDY, "") if row.code is None else ("code", f"{row.book}/{row.code}")


def one(connection: Connection, memo_id: str, sight: Sight = EVERYTHING) -> dict[str, Any]:
    """The row of a memo; UnknownName where there is none of that id, or it is hidden."""
    query = select(memo_table).where(memo_table.c.id == memo_id, sight.memos())
    row = connection.execute(query).mappings().first()
    if row is None:
        raise UnknownName("memo", memo_id, ())
    return dict(row)


def add(change: Change, values: Mapping[str, Any], author_id: str) -> str:
    """Add a memo; its id."""
    at = now()
    row = {
        "id": new_id(), **dict.fromkeys(KINDS.values()), **values, "author_id": author_id,
        "created": at, "changed": at, "version": 1,
    }  # fmt: skip
    change.add(memo_table, [{**row, "sha256": seal_of(memo_table, row)}])
    return str(row["id"])


def write(
    change: Change, held: Mapping[str, Any], values: Mapping[str, Any], version: int | None
) -> bool:
    """Word a memo anew; whether it is other than before.

    Raises
    ------
    ConflictError
        Where it moved on from `version`.
    """
    if version is not None and held["version"] != version:
        raise ConflictError(
            "this memo was changed by somebody else since it was read; look at it again, then "
            "repeat the change"
        )
    if all(held[name] == value for name, value in values.items()):
        return False
    change.set(memo_table, held["id"], moved(memo_table, held, {**values, "changed": now()}))
    return True


def remove(change: Change, memo_ids: Sequence[str]) -> None:
    """Remove memos, and take them out of their sets."""
    for memo_id in memo_ids:
        _leave(change, "memo_id", memo_id)
    change.remove(memo_table, memo_ids)


def remove_of(change: Change, kind: str, row_id: str) -> None:
    """Remove what hangs on a source or a code that goes: its memos, its places in sets."""
    column = KINDS[kind]
    own = select(memo_table.c.id).where(memo_table.c[column] == row_id)
    remove(change, change.connection.execute(own).scalars().all())
    _leave(change, column, row_id)


def _leave(change: Change, column: str, row_id: str) -> None:
    own = select(member.c.id).where(member.c[column] == row_id)
    change.remove(member, change.connection.execute(own).scalars().all())


# Sets --------------------------------------------------------------------------------------


def collections(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a member of a set, in order; see :mod:`qualkit.tables`."""
    import pandas as pd

    members = union_all(*(_members(kind, sight) for kind in MEMBERS)).subquery()
    c = collection.c
    query = (
        select(
            c.id, c.name, c.description, func.coalesce(members.c.kind, ""),
            func.coalesce(members.c.member, ""),
        )
        .outerjoin(members, members.c.collection_id == c.id)
        .order_by(c.position, c.id, members.c.position, members.c.id)
    )  # fmt: skip
    rows = [tuple(row) for row in connection.execute(query)]
    return pd.DataFrame(rows, columns=list(COLUMNS["collections"]))


def _members(kind: str, sight: Sight) -> Select[Any]:
    """The members of one kind, with what each is called."""
    m = member.c
    shown = {
        "source": source.c.name, "memo": memo_table.c.id,
        "code": codebook.c.ident + "/" + code.c.ident,
    }[kind]  # fmt: skip
    query = select(
        m.collection_id, m.position, m.id, literal(kind).label("kind"), shown.label("member")
    ).select_from(member)
    if kind == "source":
        return query.join(source, source.c.id == m.source_id)
    if kind == "memo":
        return query.join(memo_table, memo_table.c.id == m.memo_id).where(sight.memos())
    joined = query.join(code, code.c.id == m.code_id)
    return joined.join(codebook, codebook.c.id == code.c.codebook_id)


def add_collection(
    change: Change, name: str, description: str, members: Iterable[tuple[str, str]]
) -> str:
    """Add a set with its members, each a kind and an id; its own id."""
    c = collection.c
    if change.connection.execute(select(c.id).where(c.name == name)).first() is not None:
        raise ConflictError(f"there is a set called {name!r} already")
    last = change.connection.execute(select(func.coalesce(func.max(c.position), -1))).scalar_one()
    made = new_id()
    row = {"id": made, "name": name, "description": description, "position": last + 1}
    change.add(collection, [{**row, "version": 1}])
    empty = dict.fromkeys(MEMBERS.values())
    rows = [
        {"id": new_id(), "collection_id": made, **empty, MEMBERS[kind]: row_id, "position": n,
         "version": 1}
        for n, (kind, row_id) in enumerate(members)
    ]  # fmt: skip
    change.add(member, rows)
    return made


def remove_collection(change: Change, name: str) -> None:
    """Remove a set by its name or id; what was in it stays.

    Raises
    ------
    UnknownName
        Where there is none.
    ConflictError
        Where several have that name.
    """
    found = change.connection.execute(select(collection.c.id, collection.c.name)).all()
    own = [row.id for row in found if name in {row.id, row.name}]
    if not own:
        raise UnknownName("set", name, [row.name for row in found])
    if len(own) > 1:
        raise ConflictError(f"{len(own)} sets are called {name!r}; name one by its id")
    _leave(change, "collection_id", own[0])
    change.remove(collection, own)
