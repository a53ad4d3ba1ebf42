"""Tables out of an open study, in the columns of :mod:`qualkit.tables`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, and_, func, or_, select

from qualkit.errors import UnknownName
from qualkit.model import Codebook, Source, Turn
from qualkit.rows import book_of, vars_of
from qualkit.store.schema import (
    case,
    case_attribute,
    code,
    codebook,
    coder,
    coding,
    log,
    source,
    source_attribute,
    turn,
)  # fmt: skip
from qualkit.store.sight import EVERYTHING, Sight
from qualkit.tables import COLUMNS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_AT_ONCE = 500  # values in one IN list


def frame(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    """What a query finds, one row each."""
    import pandas as pd

    result = connection.execute(query)
    return pd.DataFrame([tuple(row) for row in result], columns=list(result.keys()))


def one_source(connection: Connection, name: str) -> Source | None:
    """The source of that name with its text and turns; None where there is none."""
    row = connection.execute(select(source).where(source.c.name == name)).mappings().first()
    if row is None:
        return None
    return Source(
        id=row["id"],
        name=row["name"],
        format=row["format"],
        text=row["text"],
        file_name=row["file_name"],
        file_sha256=row["file_sha256"],
        warnings=tuple(json.loads(row["warnings"])),
        notes=tuple(json.loads(row["notes"])),
        turns=turns_of(connection, row["id"]),
    )


def turns_of(connection: Connection, source_id: str) -> tuple[Turn, ...]:
    """The turns of one source, in order."""
    found = connection.execute(
        select(turn).where(turn.c.source_id == source_id).order_by(turn.c.position)
    ).mappings()
    return tuple(
        Turn(
            t["speaker"], t["role"], t["start_at"], t["end_at"], t["time"], t["line"], t["page"],
            t["item"],
        )
        for t in found
    )  # fmt: skip


def sources(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a source with its attributes; see :mod:`qualkit.tables`."""
    turns = (
        select(
            turn.c.source_id,
            func.count().label("turns"),
            func.count(func.distinct(turn.c.speaker)).label("speakers"),
        )
        .group_by(turn.c.source_id)
        .subquery()
    )
    coded = (
        select(coding.c.source_id, func.count().label("codings"))
        .where(sight.codings())
        .group_by(coding.c.source_id)
        .subquery()
    )
    query = (
        select(
            source.c.id,
            source.c.name.label("source"),
            source.c.format,
            case.c.name.label("case"),
            source.c.words,
            func.coalesce(turns.c.turns, 0).label("turns"),
            func.coalesce(turns.c.speakers, 0).label("speakers"),
            func.coalesce(coded.c.codings, 0).label("codings"),
            source.c.file_name.label("file"),
            source.c.added,
            source.c.warnings,
            source.c.notes,
        )
        .join(case, case.c.id == source.c.case_id)
        .outerjoin(turns, turns.c.source_id == source.c.id)
        .outerjoin(coded, coded.c.source_id == source.c.id)
        .order_by(source.c.position, source.c.name)
    )
    table = frame(connection, query)
    table["warnings"] = [json.loads(one) for one in table["warnings"]]
    table["notes"] = [json.loads(one) for one in table["notes"]]
    return _with_attributes(table, "id", _source_attributes(connection), "").drop(columns="id")


def turns(
    connection: Connection, names: Sequence[str] | None = None, *, words: bool = True
) -> pd.DataFrame:
    """One row a turn of the named sources, or of all, with or without its words."""
    query = (
        select(
            source.c.name.label("source"),
            turn.c.position.label("turn"),
            turn.c.speaker,
            turn.c.role,
            turn.c.start_at.label("start"),
            turn.c.end_at.label("end"),
            turn.c.time,
            turn.c.line,
            turn.c.page,
            turn.c.item,
        )
        .join(source, source.c.id == turn.c.source_id)
        .order_by(source.c.position, source.c.name, turn.c.position)
    )
    texts = select(source.c.name, source.c.text)
    if names is not None:
        query = query.where(source.c.name.in_(names))
        texts = texts.where(source.c.name.in_(names))
    table = frame(connection, query)
    if not words:
        return table.assign(text=None)
    by_name = {row.name: row.text for row in connection.execute(texts)}
    spans = zip(table["source"], table["start"], table["end"], strict=True)
    return table.assign(text=[by_name[name][start:end] for name, start, end in spans])


def texts(connection: Connection, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Name and text of each of the named sources, a few held at a time."""
    for at in range(0, len(names), _AT_ONCE):
        some = source.c.name.in_(names[at : at + _AT_ONCE])
        query = select(source.c.name, source.c.text).where(some).order_by(source.c.position)
        yield from ((row.name, row.text) for row in connection.execute(query))


def require_sources(connection: Connection, names: Sequence[str]) -> None:
    """UnknownName where a source is not there."""
    asked = select(source.c.name).where(source.c.name.in_(names))
    found = set(connection.execute(asked).scalars())
    for name in names:
        if name not in found:
            known = connection.execute(select(source.c.name).order_by(source.c.position))
            raise UnknownName("source", name, list(known.scalars()))


def cases(connection: Connection) -> pd.DataFrame:
    """One row a case with its attributes."""
    query = (
        select(case.c.id, case.c.name.label("case"), func.count(source.c.id).label("sources"))
        .outerjoin(source, source.c.case_id == case.c.id)
        .group_by(case.c.id, case.c.name, case.c.position)
        .order_by(case.c.position, case.c.name)
    )
    table = frame(connection, query)
    return _with_attributes(table, "id", _case_attributes(connection), "").drop(columns="id")


def codebooks(connection: Connection) -> list[Codebook]:
    """The study's codebooks with their codes, in order."""
    found = []
    for book in connection.execute(select(codebook).order_by(codebook.c.position)).mappings():
        own = select(code).where(code.c.codebook_id == book["id"])
        rows = connection.execute(own.order_by(code.c.position, code.c.ident)).mappings()
        found.append(book_of(dict(book), [dict(row) for row in rows]))
    return found


def codes(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a code, with its path and how often it was applied."""
    import pandas as pd

    query = select(coding.c.code_id, func.count()).where(sight.codings())
    counts = {row[0]: row[1] for row in connection.execute(query.group_by(coding.c.code_id))}
    rows = []
    for book in codebooks(connection):
        for one in book.codes:
            path = book.path(one.id)
            rows.append((
                book.id, one.id, one.name, " > ".join(step.name for step in path), path[0].id,
                one.parent, one.definition, one.include, one.exclude, one.example, list(one.cues),
                one.colour, [vars_of(level) for level in one.scale], list(one.survey_items),
                counts.get(one.guid, 0),
            ))  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS["codes"]))


def codings(
    connection: Connection,
    sight: Sight = EVERYTHING,
    *,
    code_id: str | None = None,
    names: Sequence[str] | None = None,
) -> pd.DataFrame:
    """One row a coding with everything known of it; see :mod:`qualkit.tables`.

    Of one code or of the named sources, or of all. Names are put to the codings here: a database
    that joined them would send each as often as there are codings.
    """
    c = coding.c
    wanted = sight.codings()
    if code_id is not None:
        wanted = and_(wanted, c.code_id == code_id)
    if names is not None:
        wanted = and_(wanted, c.source_id.in_(select(source.c.id).where(source.c.name.in_(names))))
    query = select(
        c.id.label("coding"), c.source_id, c.start_at.label("start"), c.end_at.label("end"),
        c.quote.label("text"), c.code_id, c.coder_id, c.stance, c.rating, c.memo, c.created,
    )  # fmt: skip
    table = frame(connection, query.where(wanted))
    table = table.join(_sources(connection), on="source_id").join(_codes(connection), on="code_id")
    table = table.join(_coders(connection), on="coder_id")
    table = table.sort_values(["order", "start", "end", "coder"], ignore_index=True)
    table = _with_turns(table, connection, select(c.source_id).where(wanted).distinct())
    table["rating"] = table["rating"].astype("Int64")
    ordered = table[[*COLUMNS["codings"], "source_id", "case_id"]]
    full = _with_attributes(ordered, "source_id", _source_attributes(connection), "source.")
    full = _with_attributes(full, "case_id", _case_attributes(connection), "case.", always=True)
    return full.drop(columns=["source_id", "case_id"])


def _sources(connection: Connection) -> pd.DataFrame:
    """By id each source's name and case, and its place in the order of all."""
    s = source.c
    query = select(s.id, s.name.label("source"), s.case_id, case.c.name.label("case"))
    query = query.join(case, case.c.id == s.case_id).order_by(s.position, s.name)
    return frame(connection, query).reset_index(names="order").set_index("id")


def _coders(connection: Connection) -> pd.DataFrame:
    return frame(connection, select(coder.c.id, coder.c.name.label("coder"))).set_index("id")


def _codes(connection: Connection) -> pd.DataFrame:
    """By guid each code's codebook, names and theme."""
    import pandas as pd

    rows = []
    for book in codebooks(connection):
        for one in book.codes:
            path = book.path(one.id)
            names = " > ".join(step.name for step in path)
            rows.append((one.guid, book.id, one.id, one.name, names, path[0].id))
    columns = ["code_id", "codebook", "code", "code_name", "code_path", "theme"]
    return pd.DataFrame(rows, columns=columns).set_index("code_id")


def _with_turns(table: pd.DataFrame, connection: Connection, sources: Select[Any]) -> pd.DataFrame:
    """The speaker, time and place of the first turn that each coding marks words of."""
    t = turn.c
    query = select(
        t.source_id, t.start_at, t.end_at, t.speaker, t.role.label("speaker_role"), t.time,
        t.line, t.page, t.item,
    )  # fmt: skip
    found = frame(connection, query.where(t.source_id.in_(sources)))
    found = found.astype({"line": "Int64", "page": "Int64", "time": "float64"})
    at = _first_turns(table, found)
    told = found.drop(columns=["source_id", "start_at", "end_at"]).reindex(at)
    return table.join(told.set_index(table.index))


def _first_turns(codings: pd.DataFrame, turns: pd.DataFrame) -> np.ndarray[Any, Any]:
    """The row of the turn in which each coding begins, or else of the next; -1 where none is."""
    import numpy as np
    import pandas as pd

    if turns.empty:
        return np.full(len(codings), -1)
    known = pd.Index(turns["source_id"].unique())
    of_turn, of_coding = (known.get_indexer(some["source_id"]) for some in (turns, codings))
    starts, ends = (turns[name].to_numpy("int64") for name in ("start_at", "end_at"))
    begins = codings["start"].to_numpy("int64")
    length = 1 + max(int(ends.max()), int(begins.max(initial=0)))  # so that no source meets another
    keys = of_turn * length + starts
    order = np.argsort(keys, kind="stable")
    wanted = of_coding * length + begins
    before = order[(np.searchsorted(keys, wanted, side="right", sorter=order) - 1).clip(0)]
    after = order[np.searchsorted(keys, wanted, sorter=order).clip(max=len(order) - 1)]
    within = (of_turn[before] == of_coding) & (starts[before] <= begins) & (ends[before] > begins)
    follows = (of_turn[after] == of_coding) & (starts[after] >= begins)
    return np.where(within, before, np.where(follows, after, -1))


def _source_attributes(connection: Connection) -> pd.DataFrame:
    a = source_attribute
    return frame(connection, select(a.c.source_id.label("id"), a.c.name, a.c.value, a.c.position))


def _case_attributes(connection: Connection) -> pd.DataFrame:
    a = case_attribute
    return frame(connection, select(a.c.case_id.label("id"), a.c.name, a.c.value, a.c.position))


def _with_attributes(
    table: pd.DataFrame, key: str, attributes: pd.DataFrame, prefix: str, *, always: bool = False
) -> pd.DataFrame:
    """The table with a column an attribute; `prefix` keeps a name apart that is taken."""
    names = attributes.groupby("name")["position"].min().sort_values(kind="stable").index
    made = table.copy()
    for name in names:
        values = attributes[attributes["name"] == name].set_index("id")["value"]
        taken = always or name in made.columns
        made[f"{prefix or 'attribute.'}{name}" if taken else name] = (
            made[key].map(values).fillna("")
        )
    return made


def entries(
    connection: Connection,
    *,
    limit: int | None = None,
    before: int | None = None,
    words: str = "",
    rows: bool = True,
    sight: Sight = EVERYTHING,
) -> pd.DataFrame:
    """The log, oldest first; see :meth:`qualkit.project.Project.log`."""
    columns = [one for one in log.c if rows or one.name not in {"before", "after"}]
    said = log.c.at, log.c.who, log.c.action, log.c.what
    wanted = [or_(*(c.icontains(word, autoescape=True) for c in said)) for word in words.split()]
    wanted.append(sight.entries())
    if before is not None:
        wanted.append(log.c.entry < before)
    query = select(*columns).where(*wanted).order_by(log.c.entry.desc()).limit(limit)
    found = frame(connection, query).iloc[::-1].reset_index(drop=True)
    for side in ("before", "after") if rows else ():
        found[side] = found[side].map(sight.listed)
    return found


def last_entry(connection: Connection) -> int:
    """The number of the last entry of the log, 0 where there is none."""
    return connection.execute(select(func.max(log.c.entry))).scalar() or 0


def changed_since(connection: Connection, entry: int, who: str) -> bool:
    """Whether somebody has an entry in the log after that one."""
    query = select(log.c.entry).where(log.c.entry > entry, log.c.who == who).limit(1)
    return connection.execute(query).first() is not None


def by_rule(connection: Connection) -> set[str]:
    """The ids of codings that were added many at a time, by a rule."""
    query = select(log.c.after).where(log.c.action == "add codings", log.c.what.like("%: rule %"))
    entries = (json.loads(after) for after in connection.execute(query).scalars())
    return {row["id"] for rows in entries for row in rows if row.get("table") == "coding"}
