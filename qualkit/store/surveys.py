"""Surveys in the store: what was asked, what was answered, and what others printed.

A definition is the YAML of its survey or published table; this layer keeps it and does not read
it. Answers are one compressed table a wave: they are about people, so the log has how many there
are and never what they are, and what was removed is gone.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Row, func, select

from qualkit.errors import ConflictError, UnknownName
from qualkit.model import new_id, now, sha256
from qualkit.store.schema import log, published_table, survey, survey_wave
from qualkit.store.store import Change

if TYPE_CHECKING:
    import pandas as pd

_LEVEL: Final = 1  # more makes it a tenth smaller, and twice as slow
_NUMBERS: Final = "numbers"
_WIDTHS: Final = ((2**8, "<u1"), (2**16, "<u2"), (2**31, "<u4"))
_CHANGED: Final = "its answers were changed outside qualkit; restore a backup"
_LARGEST: Final = 2**31  # bytes of one wave, unpacked; whoever changed a file may claim any


@dataclass(frozen=True, slots=True)
class Wave:
    """Answers that are to be kept.

    Attributes
    ----------
    name, file_name, file_sha256 : str
    table : DataFrame
        One row a respondent: columns of text, missing where there is no answer, or numbers.
    """

    name: str
    file_name: str
    file_sha256: str
    table: pd.DataFrame


# A table of answers as bytes ---------------------------------------------------------------


def pack(table: pd.DataFrame) -> tuple[bytes, str]:
    """A table of answers, compressed, and the hash of what was compressed.

    Each column is its different values, and where they stand.

    >>> import pandas as pd
    >>> table = pd.DataFrame({"K1": ["4", None, "4"], "weight": [0.5, 1.5, 1.0]})
    >>> unpack(*pack(table))["K1"].tolist()
    ['4', <NA>, '4']
    """
    heads: list[dict[str, Any]] = []
    parts: list[bytes] = []
    for name in table.columns:
        head, data = _packed(table[name])
        heads.append({"name": str(name), **head, "bytes": len(data)})
        parts.append(data)
    top = json.dumps({"rows": len(table), "columns": heads}, ensure_ascii=False).encode()
    plain = b"".join((len(top).to_bytes(8, "little"), top, *parts))
    return zlib.compress(plain, _LEVEL), hashlib.sha256(plain).hexdigest()


def _packed(column: pd.Series) -> tuple[dict[str, Any], bytes]:
    import pandas as pd

    if pd.api.types.is_float_dtype(column.dtype):
        return {"kind": _NUMBERS}, column.to_numpy(dtype="<f8", na_value=float("nan")).tobytes()
    places, values = pd.factorize(column.astype("string"))
    width = _width(len(values))
    return {"kind": width, "values": [str(one) for one in values]}, (
        (places + 1).astype(width).tobytes()  # 0 is missing
    )


def _width(values: int) -> str:
    return next(width for most, width in _WIDTHS if values < most)


def unpack(data: bytes, digest: str) -> pd.DataFrame:
    """The table of answers in compressed bytes.

    Raises
    ------
    ValueError
        Where they are not what :func:`pack` made.
    """
    import pandas as pd

    try:
        plain = memoryview(zlib.decompressobj().decompress(data, _LARGEST))
        _refuse_other(plain, digest)
        at = 8 + int.from_bytes(plain[:8], "little")
        head = json.loads(bytes(plain[8:at]))
        columns = {}
        for one in head["columns"]:
            columns[one["name"]] = _unpacked(one, plain[at : at + one["bytes"]])
            at += one["bytes"]
        return pd.DataFrame(columns, index=pd.RangeIndex(head["rows"]))
    except (zlib.error, ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise ValueError(_CHANGED) from None


def _refuse_other(plain: memoryview, digest: str) -> None:
    if hashlib.sha256(plain).hexdigest() != digest:
        raise ValueError(_CHANGED)


def _unpacked(head: Mapping[str, Any], data: memoryview) -> Any:  # noqa: ANN401 - an array
    import numpy as np
    import pandas as pd

    if head["kind"] == _NUMBERS:
        return np.frombuffer(data, dtype="<f8").astype(np.float64)
    if head["kind"] not in {width for _, width in _WIDTHS}:
        raise ValueError(head["kind"])
    values = pd.array([None, *head["values"]], dtype="string")
    return values.take(np.frombuffer(data, dtype=head["kind"]).astype(np.intp))


# Reading -----------------------------------------------------------------------------------


def surveys(connection: Connection) -> list[Row[Any]]:
    """Every survey in the order in which they came: its columns in the schema."""
    return list(connection.execute(select(survey).order_by(survey.c.position, survey.c.ident)))


def one_survey(connection: Connection, ident: str) -> Row[Any]:
    """One survey; UnknownName where there is none of that id."""
    found = connection.execute(select(survey).where(survey.c.ident == ident)).first()
    if found is None:
        known = connection.execute(select(survey.c.ident)).scalars()
        raise UnknownName("survey", ident, known)
    return found


def waves(connection: Connection) -> list[Row[Any]]:
    """Every wave, without its answers: ``id``, ``survey_id``, ``name``, ``file_name`` ..."""
    w = survey_wave.c
    columns = [column for column in w if column.name != "answers"]
    return list(connection.execute(select(*columns).order_by(w.added, w.name)))


def answers(connection: Connection, ident: str, wave: str) -> pd.DataFrame:
    """What was answered in one wave.

    Raises
    ------
    UnknownName
        For a survey or wave that is not there.
    ValueError
        Where the answers are not those that were kept.
    """
    w = survey_wave.c
    own = w.survey_id == one_survey(connection, ident).id
    query = select(w.answers, w.sha256).where(own, w.name == wave)
    found = connection.execute(query).first()
    if found is None:
        known = connection.execute(select(w.name).where(own)).scalars()
        raise UnknownName(f"wave of {ident}", wave, known)
    try:
        return unpack(found.answers, found.sha256)
    except ValueError as error:
        raise ValueError(f"survey {ident}, wave {wave}: {error}") from None


def published(connection: Connection) -> list[Row[Any]]:
    """Every published table in the order in which they came."""
    p = published_table.c
    return list(connection.execute(select(published_table).order_by(p.position, p.ident)))


def one_published(connection: Connection, ident: str) -> Row[Any]:
    """One published table; UnknownName where there is none of that id."""
    every = published(connection)
    found = next((row for row in every if row.ident == ident), None)
    if found is None:
        raise UnknownName("published table", ident, [row.ident for row in every])
    return found


# Changing ----------------------------------------------------------------------------------


def write_survey(change: Change, ident: str, title: str, definition: str) -> tuple[str, bool]:
    """Keep a survey's definition, in the place of an earlier one: its row's id, and if it is new.

    Nothing is written where it is what is there.
    """
    held = change.connection.execute(select(survey).where(survey.c.ident == ident)).first()
    values = {"title": title, "definition": definition, "sha256": sha256(definition)}
    if held is None:
        place = change.connection.execute(select(func.coalesce(func.max(survey.c.position), -1)))
        row = {"id": new_id(), "ident": ident, **values, "position": place.scalar_one() + 1,
               "version": 1}  # fmt: skip
        change.add(survey, [row])
        return str(row["id"]), True
    if held.definition != definition:
        change.set(survey, held.id, values)
        return held.id, True
    return held.id, False


def add_wave(change: Change, survey_id: str, wave: Wave) -> bool:
    """Keep the answers of a wave; False where the same are there.

    Raises
    ------
    ConflictError
        Where the wave has other answers.
    """
    w = survey_wave.c
    same = select(w.sha256, w.file_name).where(w.survey_id == survey_id, w.name == wave.name)
    held = change.connection.execute(same).first()
    data, digest = pack(wave.table)
    if held is not None and held.sha256 == digest:
        return False
    if held is not None:
        raise ConflictError(
            f"the wave {wave.name} has other answers, of {held.file_name}; remove it first "
            "('qualkit survey remove'), or load under another name ('--wave')"
        )
    row = {
        "id": new_id(), "survey_id": survey_id, "name": wave.name, "file_name": wave.file_name,
        "file_sha256": wave.file_sha256, "respondents": len(wave.table), "answers": data,
        "sha256": digest, "added": now(), "version": 1,
    }  # fmt: skip
    change.add(survey_wave, [row])
    return True


def remove_waves(change: Change, ident: str, names: list[str] | None = None) -> int:
    """Remove waves of a survey with their answers, all where none is named; how many.

    Raises
    ------
    UnknownName
        For a survey or wave that is not there.
    """
    own = survey_wave.c.survey_id == one_survey(change.connection, ident).id
    query = select(survey_wave.c.name, survey_wave.c.id).where(own)
    held = {name: row_id for name, row_id in change.connection.execute(query)}  # noqa: C416 - rows are no pairs
    for name in names or ():
        if name not in held:
            raise UnknownName(f"wave of {ident}", name, held)
    wanted = [held[name] for name in (held if names is None else names)]
    change.remove(survey_wave, wanted)
    return len(wanted)


def publish(change: Change, ident: str, definition: str, file_name: str) -> str:
    """Keep a published table, in the place of an earlier one: ``new``, ``other`` or ``same``."""
    p = published_table.c
    held = change.connection.execute(select(published_table).where(p.ident == ident)).first()
    values = {"definition": definition, "sha256": sha256(definition), "file_name": file_name}
    if held is None:
        place = change.connection.execute(select(func.coalesce(func.max(p.position), -1)))
        change.add(published_table, [
            {"id": new_id(), "ident": ident, **values, "added": now(),
             "position": place.scalar_one() + 1, "version": 1}
        ])  # fmt: skip
        return "new"
    if held.definition == definition:
        return "same"
    change.set(published_table, held.id, values)
    return "other"


# Checking ----------------------------------------------------------------------------------


def faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """What is not as it was kept: where, and in words."""
    names = {}
    for row in surveys(connection):
        names[row.id] = row.ident
        if sha256(row.definition) != row.sha256:
            yield f"survey {row.ident}", "its definition was changed outside qualkit"
    w = survey_wave.c
    for wave_id, survey_id, name, digest, count in connection.execute(
        select(w.id, w.survey_id, w.name, w.sha256, w.respondents).order_by(w.added, w.name)
    ).all():
        data = connection.execute(select(w.answers).where(w.id == wave_id)).scalar_one()
        if not holds(data, digest, count):
            yield f"survey {names.get(survey_id, survey_id)}, wave {name}", _CHANGED
    for row in published(connection):
        if sha256(row.definition) != row.sha256:
            yield f"published table {row.ident}", "it was changed outside qualkit"


def holds(data: bytes, digest: str, count: int) -> bool:
    """Whether packed answers are those of a hash, and of so many respondents."""
    try:
        return len(unpack(data, digest)) == count
    except ValueError:
        return False


def wave_loaded_since(
    connection: Connection, entry: int, survey_ids: list[str], own: Collection[str] = ()
) -> str | None:
    """The id of a wave of these surveys whose answers came after an entry of the log, if any.

    But for its `own`, which went with it.
    """
    w = survey_wave.c
    for wave_id in connection.execute(select(w.id).where(w.survey_id.in_(survey_ids))).scalars():
        first = select(func.min(log.c.entry)).where(log.c.after.contains(wave_id))
        if wave_id not in own and (connection.execute(first).scalar() or 0) > entry:
            return str(wave_id)
    return None
