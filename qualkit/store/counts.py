"""What is counted in a study, by the database: no coding's words leave it for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Select, Subquery, and_, case, exists, func, select

from qualkit.model import INTERVIEWER, UNKNOWN
from qualkit.store import schema
from qualkit.store.read import codebooks, frame
from qualkit.store.sight import EVERYTHING, Sight

if TYPE_CHECKING:
    import pandas as pd

_NUMBERS: Final = ("words", "turns", "answers", "coded", "left", "codings", "suggestions")


@dataclass(frozen=True, slots=True)
class Counts:
    """What there is in a study, in numbers.

    Attributes
    ----------
    by_source : DataFrame
        One row a source, in order: ``source``, ``case``, ``words``, ``turns``; ``answers``, turns
        that are not an interviewer's; ``coded``, those of which somebody has coded something;
        ``left``, the others; ``codings``; ``suggestions`` that are open.
    by_code : DataFrame
        One row a source and a code that stands in it: ``source``, ``case``, ``codebook``,
        ``code``, ``theme``, ``codings``; in the order of the sources.
    by_coder : DataFrame
        One row a coder by name: ``coder``, ``sources``, ``codings``, ``last``, when the latest of
        them was made, empty where there is none.
    coded_twice : int
        How many sources two people or more have coded with the same codebook.
    without_roles : list of str
        The sources with a speaker of whom nobody has said whether they ask or answer.
    suggested : bool
        Whether a suggestion was ever made, decided or not.
    """

    by_source: pd.DataFrame
    by_code: pd.DataFrame
    by_coder: pd.DataFrame
    coded_twice: int
    without_roles: list[str]
    suggested: bool


def counts(connection: Connection, sight: Sight = EVERYTHING) -> Counts:
    """Count everything once."""
    return Counts(
        by_source=_by_source(connection, sight),
        by_code=_by_code(connection, sight),
        by_coder=_by_coder(connection, sight),
        coded_twice=coded_twice(connection, sight),
        without_roles=_without_roles(connection),
        suggested=_suggested(connection, sight),
    )


def coverage(connection: Connection, sight: Sight = EVERYTHING) -> pd.DataFrame:
    """One row a source, in order: ``source``, ``answers``, ``coded``, as :class:`Counts` has it."""
    found, s = _covered(sight), schema.source.c
    query = select(s.name.label("source"), *_numbers(found, ["answers", "coded"]))
    query = query.outerjoin(found, found.c.source_id == s.id).order_by(s.position, s.name)
    return frame(connection, query).astype({"answers": "int64", "coded": "int64"})


def _by_source(connection: Connection, sight: Sight) -> pd.DataFrame:
    s, c, g = schema.source.c, schema.coding.c, schema.suggestion.c
    found = _covered(sight)
    codings = _tally(select(c.source_id, func.count().label("codings")).where(sight.codings()))
    waiting = select(g.source_id, func.count().label("suggestions"))
    open_ones = _tally(waiting.where(g.status == "open", sight.suggestions()))
    query = (
        select(
            s.name.label("source"),
            schema.case.c.name.label("case"),
            s.words,
            *_numbers(found, ["turns", "answers", "coded"]),
            *_numbers(codings, ["codings"]),
            *_numbers(open_ones, ["suggestions"]),
        )
        .join(schema.case, schema.case.c.id == s.case_id)
        .outerjoin(found, found.c.source_id == s.id)
        .outerjoin(codings, codings.c.source_id == s.id)
        .outerjoin(open_ones, open_ones.c.source_id == s.id)
        .order_by(s.position, s.name)
    )
    table = frame(connection, query)
    table["left"] = table["answers"] - table["coded"]
    return table.astype(dict.fromkeys(_NUMBERS, "int64"))[["source", "case", *_NUMBERS]]


def _covered(sight: Sight) -> Subquery:
    """By source: its turns, those that are not an interviewer's, those of these with a coding."""
    t, c = schema.turn.c, schema.coding.c
    touched = exists().where(
        c.source_id == t.source_id, c.start_at < t.end_at, c.end_at > t.start_at, sight.codings()
    )
    answer = t.role != INTERVIEWER
    return _tally(
        select(
            t.source_id,
            func.count().label("turns"),
            func.sum(case((answer, 1), else_=0)).label("answers"),
            func.sum(case((and_(answer, touched), 1), else_=0)).label("coded"),
        )
    )


def _tally(query: Select[Any]) -> Subquery:
    return query.group_by(query.selected_columns[0]).subquery()


def _numbers(found: Subquery, names: Sequence[str]) -> list[Any]:
    """The columns of a tally, 0 where there is no row."""
    return [func.coalesce(found.c[name], 0).label(name) for name in names]


def _by_code(connection: Connection, sight: Sight) -> pd.DataFrame:
    import pandas as pd

    s, c = schema.source.c, schema.coding.c
    count = select(c.source_id, c.code_id, func.count().label("codings")).where(sight.codings())
    counted = frame(connection, count.group_by(c.source_id, c.code_id))
    named = select(s.id, s.name, schema.case.c.name.label("case"))
    named = named.join(schema.case, schema.case.c.id == s.case_id).order_by(s.position, s.name)
    names = frame(connection, named).reset_index(names="order").set_index("id")
    paths = pd.DataFrame(
        {one.guid: (book.id, one.id, book.path(one.id)[0].id)
         for book in codebooks(connection) for one in book.codes},
        index=["codebook", "code", "theme"],
    ).T.reset_index(names="code_id").reset_index(names="at")  # fmt: skip
    table = counted.join(names, on="source_id").merge(paths, on="code_id")
    table = table.sort_values(["order", "at"], ignore_index=True).rename(columns={"name": "source"})
    return table[["source", "case", "codebook", "code", "theme", "codings"]]


def _by_coder(connection: Connection, sight: Sight) -> pd.DataFrame:
    c, k = schema.coding.c, schema.coder.c
    one = select(c.coder_id, c.source_id, func.count().label("n"), func.max(c.created).label("at"))
    pairs = one.where(sight.codings()).group_by(c.coder_id, c.source_id).subquery()
    found = _tally(
        select(
            pairs.c.coder_id,
            func.count().label("sources"),
            func.sum(pairs.c.n).label("codings"),
            func.max(pairs.c.at).label("last"),
        )
    )
    query = (
        select(
            k.name.label("coder"),
            *_numbers(found, ["sources", "codings"]),
            func.coalesce(found.c.last, "").label("last"),
        )
        .outerjoin(found, found.c.coder_id == k.id)
        .order_by(k.name)
    )
    table = frame(connection, query)
    return table.astype({"sources": "int64", "codings": "int64", "last": "str"})


def coded_twice(connection: Connection, sight: Sight = EVERYTHING) -> int:
    """How many sources two people or more have coded with the same codebook."""
    c, k = schema.coding.c, schema.code.c
    query = select(c.source_id).join(schema.code, k.id == c.code_id).where(sight.codings())
    query = query.group_by(c.source_id, k.codebook_id)
    twice = query.having(func.min(c.coder_id) < func.max(c.coder_id)).subquery()
    found = select(func.count(func.distinct(twice.c.source_id)))
    return int(connection.execute(found).scalar_one())


def _without_roles(connection: Connection) -> list[str]:
    s, t = schema.source.c, schema.turn.c
    unsaid = exists().where(t.source_id == s.id, t.speaker.is_not(None), t.role == UNKNOWN)
    query = select(s.name).where(unsaid).order_by(s.position, s.name)
    return list(connection.execute(query).scalars())


def _suggested(connection: Connection, sight: Sight) -> bool:
    query = select(schema.suggestion.c.id).where(sight.suggestions()).limit(1)
    return connection.execute(query).first() is not None
