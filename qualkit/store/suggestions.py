"""Suggestions in the store: kept, shown, accepted, rejected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, select

from qualkit import __version__, rows
from qualkit.errors import ConflictError
from qualkit.model import Coding, new_id, now
from qualkit.store import kept
from qualkit.store.read import codebooks
from qualkit.store.schema import code, codebook, coder, coding, source, suggestion
from qualkit.store.sight import EVERYTHING, Sight, untaught
from qualkit.store.store import Change
from qualkit.tables import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

OPEN: Final = "open"
ACCEPTED: Final = "accepted"
REJECTED: Final = "rejected"
STATUSES: Final = (OPEN, ACCEPTED, REJECTED)
_AT_ONCE: Final = 500
_COLUMNS: Final = tuple(column.name for column in suggestion.c)
_IDS: Final = f"ids{kept.ENDING}"


def table(
    connection: Connection,
    *,
    status: str | None,
    blind: str | None,
    sight: Sight = EVERYTHING,
) -> pd.DataFrame:
    """One row a suggestion, in the order of the sources and their text."""
    import pandas as pd

    s = suggestion.c
    teacher, decider = coder.alias(), coder.alias()
    query = (
        select(
            s.id, source.c.name, s.start_at, s.end_at, s.quote, codebook.c.ident, code.c.ident,
            code.c.name, s.confidence, s.stance, s.method, s.model, s.program, teacher.c.name,
            s.reasons, s.created, s.status, decider.c.name, s.decided, s.coding_id,
        )
        .join(source, source.c.id == s.source_id)
        .join(code, code.c.id == s.code_id)
        .join(codebook, codebook.c.id == code.c.codebook_id)
        .outerjoin(teacher, teacher.c.id == s.taught_by_id)
        .outerjoin(decider, decider.c.id == s.decider_id)
        .where(sight.suggestions())
        .order_by(source.c.position, source.c.name, s.start_at, s.end_at, s.confidence.desc())
    )  # fmt: skip
    if status is not None:
        query = query.where(s.status == status)
    if blind is not None:
        query = query.where((teacher.c.name == blind) | untaught())
    found = [tuple(row) for row in connection.execute(query)]
    made = pd.DataFrame(found, columns=list(COLUMNS["suggestions"]))
    made["reasons"] = [json.loads(one) for one in made["reasons"]]
    return made.astype({"confidence": "float64"})


def keep(
    change: Change,
    made: Iterable[Mapping[str, Any]],
    *,
    taught_by: str | None,
    methods: Sequence[str],
    scope: tuple[Sequence[str] | None, Sequence[str] | None],
) -> int:
    """Put new suggestions in the place of the open ones of the same teacher; how many.

    Parameters
    ----------
    change : Change
    made : iterable of mapping
        ``source``, ``start``, ``end``, ``text``, ``codebook``, ``code``, ``confidence``,
        ``stance``, ``method``, ``model``, ``reasons``.
    taught_by : str or None
        The id of the coder whose work alone taught them.
    methods : sequence of str
        Of the open ones that make room.
    scope : (sources, codes)
        Names of sources and ids of codes that were asked about; None for all.
    """
    held = change.connection.execute(select(source.c.name, source.c.id))
    sources = {row.name: row.id for row in held}
    codes = {
        (book.id, one.id): one.guid for book in codebooks(change.connection) for one in book.codes
    }
    old = _make_room(change, taught_by, methods, [
        None if scope[0] is None else [sources[name] for name in scope[0] if name in sources],
        None if scope[1] is None else list(scope[1]),
    ])  # fmt: skip
    common = {"taught_by_id": taught_by, "program": f"qualkit {__version__}", "created": now()}
    gone = _decided(change.connection, taught_by)
    new = [
        _row(one, sources, codes) | common
        for one in made
        if one["source"] in sources and (one["codebook"], one["code"]) in codes
    ]
    new = [row for row in new if _place(row) not in gone]
    change.add(suggestion, new, logged=False)
    _tell_run(change, old, [row["id"] for row in new])
    return len(new)


def _decided(connection: Connection, taught_by: str | None) -> set[tuple[str, int, int, str]]:
    """What was decided meanwhile, and must not be open again.

    Of what one coder alone has taught, what that coder decided: a gap would tell of others.
    """
    s = suggestion.c
    query = select(s.source_id, s.start_at, s.end_at, s.code_id).where(s.status != OPEN)
    if taught_by is not None:
        query = query.where(s.decider_id == taught_by)
    return {(row[0], row[1], row[2], row[3]) for row in connection.execute(query)}


def _place(row: Mapping[str, Any]) -> tuple[str, int, int, str]:
    return row["source_id"], row["start_at"], row["end_at"], row["code_id"]


def _row(
    one: Mapping[str, Any], sources: Mapping[str, str], codes: Mapping[tuple[str, str], str]
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "source_id": sources[one["source"]],
        "start_at": one["start"],
        "end_at": one["end"],
        "quote": one["text"],
        "code_id": codes[one["codebook"], one["code"]],
        "confidence": one["confidence"],
        "stance": one.get("stance"),
        "method": one["method"],
        "model": one["model"],
        "reasons": json.dumps(one["reasons"], ensure_ascii=False),
        "status": OPEN,
        "version": 1,
    }


def _make_room(
    change: Change, taught_by: str | None, methods: Sequence[str], scope: list[list[str] | None]
) -> list[dict[str, Any]]:
    s = suggestion.c
    teacher = s.taught_by_id.is_(None) if taught_by is None else s.taught_by_id == taught_by
    open_ones = [s.status == OPEN, s.method.in_(methods), teacher]
    for column, names in zip((s.source_id, s.code_id), scope, strict=True):
        if names is not None:
            open_ones.append(column.in_(names))
    query = select(suggestion).where(*open_ones).order_by(s.id)
    old = [dict(row) for row in change.connection.execute(query).mappings()]
    change.connection.execute(suggestion.delete().where(*open_ones))
    return old


# A run as one row of the log --------------------------------------------------------------------


def _tell_run(change: Change, old: Sequence[Mapping[str, Any]], new: Sequence[str]) -> None:
    """Log what went and what came as a count each; there are too many to list."""
    name = suggestion.name
    if old:
        held = kept.keep(change.connection, kept.as_text(old, _COLUMNS))
        change.before.append({"table": name, "count": len(old), kept.ROWS: held})
    ids = kept.keep(change.connection, json.dumps(list(new)))
    change.tell(table=name, kept=len(new), **{_IDS: ids})


def is_run(before: str, after: str) -> bool:
    """Whether an entry of the log is of suggestions that are counted, not listed."""
    rows = [*json.loads(before), *json.loads(after)]
    return any(row.get("table") == suggestion.name and "id" not in row for row in rows)


def take_back(change: Change, entry: int, before: str, after: str) -> tuple[int, int, int]:
    """Take a run back: its open suggestions go, the open ones that it replaced come back.

    What was decided since stays, and what was suggested for a source or code that is gone stays
    away.

    Raises
    ------
    ConflictError
        Where others were made anew since, or what is needed was purged or never kept.
    """
    connection = change.connection
    made = _ids_of(connection, entry, json.loads(after))
    old = _rows_of(connection, entry, json.loads(before))
    c = suggestion.c
    here: list[dict[str, Any]] = []
    for at in range(0, len(made), _AT_ONCE):
        query = select(suggestion).where(c.id.in_(made[at : at + _AT_ONCE]))
        here += [dict(row) for row in connection.execute(query).mappings()]
    if made and not here:
        raise ConflictError(
            f"entry {entry} cannot be undone: suggestions were made anew, or taken back, since"
        )
    going = [row for row in here if row["status"] == OPEN]
    for at in range(0, len(going), _AT_ONCE):
        ids = [row["id"] for row in going[at : at + _AT_ONCE]]
        connection.execute(suggestion.delete().where(c.id.in_(ids)))
    back = _that_fit(connection, old)
    change.add(suggestion, back, logged=False)
    _tell_run(change, going, [row["id"] for row in back])
    return len(going), len(back), 0


def _that_fit(connection: Connection, old: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Suggestions whose source has their words, and whose code and teacher are there."""
    texts = {row.id: row.text for row in connection.execute(select(source.c.id, source.c.text))}
    codes = {*connection.execute(select(code.c.id)).scalars()}
    coders = {None, *connection.execute(select(coder.c.id)).scalars()}
    held = {*connection.execute(select(suggestion.c.id)).scalars()}
    return [
        dict(row) for row in old
        if texts.get(row["source_id"], "")[row["start_at"] : row["end_at"]] == row["quote"]
        and row["code_id"] in codes and row["taught_by_id"] in coders and row["id"] not in held
    ]  # fmt: skip


def _ids_of(connection: Connection, entry: int, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    found: list[str] = []
    for row in rows:
        found += json.loads(_given(connection, entry, row.get(_IDS)))
    return found


def _rows_of(
    connection: Connection, entry: int, rows: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return [
        one for row in rows for one in kept.as_rows(_given(connection, entry, row.get(kept.ROWS)))
    ]


def _given(connection: Connection, entry: int, name: str | None) -> bytes:
    data = None if name is None else kept.given(connection, name)
    if data is None:
        why = "were never kept" if name is None else "were purged"
        raise ConflictError(
            f"entry {entry} cannot be undone: its suggestions {why}; they are made anew with "
            "'qualkit suggest'"
        )
    return data


def accept(
    change: Change, ids: Sequence[str], coder_id: str, *, sight: Sight = EVERYTHING
) -> list[str]:
    """Make codings of open suggestions, in a coder's name; the ids of the codings.

    A suggestion of what this coder has coded already is accepted without a second coding.
    """
    held = _held(change.connection, ids, sight)
    there = _coded(change.connection, held, coder_id)
    made: list[Coding] = []
    for row in held:
        key = (row["source_id"], row["start_at"], row["end_at"], row["code_id"])
        if key not in there:
            made.append(Coding(
                source=key[0], start=key[1], end=key[2], text=row["quote"], code=key[3],
                coder=coder_id, stance=row["stance"],
            ))  # fmt: skip
            there[key] = made[-1].id
        values = {"status": ACCEPTED, "decider_id": coder_id, "decided": now(),
                  "coding_id": there[key]}  # fmt: skip
        change.set(suggestion, row["id"], values, version=row["version"])
    change.add(coding, [rows.of_coding(one) for one in made])
    return [one.id for one in made]


def _coded(
    connection: Connection, held: Sequence[Mapping[str, Any]], coder_id: str
) -> dict[tuple[Any, ...], str]:
    """What a coder has coded in the sources of suggestions, by source, span and code."""
    c = coding.c
    codes = {row["code_id"] for row in held}
    sources = sorted({row["source_id"] for row in held})
    query = select(c.source_id, c.start_at, c.end_at, c.code_id, c.id).where(
        c.coder_id == coder_id, c.code_id.in_(codes)
    )
    found: dict[tuple[Any, ...], str] = {}
    for at in range(0, len(sources), _AT_ONCE):
        some = query.where(c.source_id.in_(sources[at : at + _AT_ONCE]))
        found |= {tuple(row[:4]): row[4] for row in connection.execute(some)}
    return found


def reject(change: Change, ids: Sequence[str], coder_id: str, *, sight: Sight = EVERYTHING) -> int:
    """Mark open suggestions as rejected; how many."""
    held = _held(change.connection, ids, sight)
    for row in held:
        values = {"status": REJECTED, "decider_id": coder_id, "decided": now()}
        change.set(suggestion, row["id"], values, version=row["version"])
    return len(held)


def _held(connection: Connection, ids: Sequence[str], sight: Sight) -> list[dict[str, Any]]:
    """The rows of these suggestions, each of them open and not hidden."""
    found: dict[str, dict[str, Any]] = {}
    wanted = list(dict.fromkeys(ids))
    for at in range(0, len(wanted), _AT_ONCE):
        some = suggestion.c.id.in_(wanted[at : at + _AT_ONCE])
        query = select(suggestion).where(some, sight.suggestions())
        found |= {row["id"]: dict(row) for row in connection.execute(query).mappings()}
    for one in wanted:
        if one not in found:
            raise ConflictError(f"there is no suggestion {one}; it was made anew or removed")
        if found[one]["status"] != OPEN:
            raise ConflictError(
                f"suggestion {one} is {found[one]['status']} already; list the open ones again"
            )
    return [found[one] for one in wanted]
