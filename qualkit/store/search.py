"""Searching the words of all sources, by an index that the database keeps.

A passage is one turn. SQLite has an FTS5 table without content, PostgreSQL a ``tsvector``; both
get the words of :mod:`qualkit.store.words` and, where it differs, the stem of each, so that both
find the same. What a person typed reaches the database as letters and digits within quotation
marks, never as syntax. The index holds no text, but words: they go when their source goes, and
never into the log.

Where the SQLite at hand has no FTS5, nothing is indexed and only searching is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    cast,
    column,
    func,
    insert,
    inspect,
    literal_column,
    select,
    table,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import TSQUERY

from qualkit.store.schema import case, passage, source, turn
from qualkit.store.words import (
    Alternative,
    Asked,
    Span,
    Term,
    can_stem,
    parse,
    placed_words,
    spans_of,
    stems,
    words_of,
)  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

INDEX: Final = "passage_index"  # SQLite's FTS5 table
COLUMNS: Final = (
    "source", "case", "start", "end", "speaker", "role", "time", "line", "page", "item",
    "snippet", "snippet_at", "matches", "rank",
)  # fmt: skip
_SNIPPET = 160  # characters
_STEM = "="  # before a stem in a tsvector, which has words and stems in one
_LARGEST = 1_000_000  # bytes; PostgreSQL refuses a tsvector of more than 1,048,575
_AT_ONCE = 500  # rows in one statement
_PORTION = 100_000  # words that are indexed at once
_INTO_INDEX = f"INSERT INTO {INDEX}(rowid, words, stems) VALUES (?, ?, ?)"  # noqa: S608 - a fixed name
_OUT_OF_INDEX = f"INSERT INTO {INDEX}({INDEX}, rowid, words, stems) VALUES ('delete', ?, ?, ?)"  # noqa: S608 - a fixed name


def possible() -> bool:
    """Whether the SQLite at hand can search; it cuts words down to stems for PostgreSQL too."""
    return can_stem()


# Keeping the index -------------------------------------------------------------------------


def add(connection: Connection, source_ids: Iterable[str]) -> None:
    """Index the turns of sources that were just added."""
    if not possible():
        return
    _make(connection)
    at = connection.execute(select(func.coalesce(func.max(passage.c.id), 0))).scalar_one()
    known: dict[str, str] = {}
    for turns in _portions(connection, source_ids):
        known |= stems({word for *_, words in turns for word in words} - known.keys())
        rows = [
            {"id": at + n, "source_id": source_id, "position": position}
            for n, (source_id, position, _) in enumerate(turns, 1)
        ]
        entries = [(at + n, words) for n, (*_, words) in enumerate(turns, 1)]
        _insert(connection, rows, entries, known)
        at += len(rows)


def _portions(
    connection: Connection, source_ids: Iterable[str]
) -> Iterator[list[tuple[str, int, list[str]]]]:
    """The turns of sources, as source, position and words: many at once, never too many words."""
    held: list[tuple[str, int, list[str]]] = []
    count = 0
    for source_id in source_ids:
        turns = _turns(connection, source_id)
        held += [(source_id, position, words) for position, words in turns]
        count += sum(len(words) for _, words in turns)
        if count > _PORTION:
            yield held
            held, count = [], 0
    if held:
        yield held


def remove(connection: Connection, source_id: str) -> None:
    """Take a source out of the index, while its text and turns are still there."""
    p = passage.c
    ids = select(p.position, p.id).where(p.source_id == source_id)
    held = {row.position: row.id for row in connection.execute(ids)}
    if held and connection.dialect.name == "sqlite" and possible() and _made(connection):
        turns = [one for one in _turns(connection, source_id) if one[0] in held]
        known = stems({word for _, words in turns for word in words})
        rows = [(held[position], *_fields(words, known)) for position, words in turns]
        connection.exec_driver_sql(_OUT_OF_INDEX, rows)
        _command(connection, "optimize")  # else what was deleted lingers until segments merge
    connection.execute(passage.delete().where(p.source_id == source_id))


def rebuild(connection: Connection) -> None:
    """Make the index of all sources anew."""
    if connection.dialect.name == "sqlite" and possible():
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {INDEX}")
    connection.execute(passage.delete())
    names = select(source.c.id).order_by(source.c.position, source.c.name)
    add(connection, connection.execute(names).scalars().all())


def standing(connection: Connection) -> tuple[int, int]:
    """How many turns there are, and how many of them the index holds."""

    def count(what: Select[Any]) -> int:
        return int(connection.execute(what).scalar_one())

    turns = count(select(func.count()).select_from(turn))
    if connection.dialect.name == "postgresql":
        return turns, count(select(func.count(passage.c.words)))
    passages = count(select(func.count()).select_from(passage))
    if not _made(connection):
        return turns, 0
    indexed = count(select(func.count()).select_from(table(f"{INDEX}_docsize")))
    return turns, passages if passages == indexed else 0


def _make(connection: Connection) -> None:
    """SQLite's index: words and stems; what it is given has been folded and cut up already."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} "
            "USING fts5(words, stems, content='', tokenize='ascii')"
        )


def _made(connection: Connection) -> bool:
    return inspect(connection).has_table(INDEX)


def _command(connection: Connection, command: str) -> None:
    connection.exec_driver_sql(f"INSERT INTO {INDEX}({INDEX}) VALUES (?)", (command,))  # noqa: S608 - a fixed name


def _turns(connection: Connection, source_id: str) -> list[tuple[int, list[str]]]:
    """The words of each turn of a source, by its position.

    Named columns alone: migrations use this on tables that may lack those of later ones.
    """
    t = turn.c
    words = connection.execute(select(source.c.text).where(source.c.id == source_id)).scalar_one()
    spans = select(t.position, t.start_at, t.end_at).where(t.source_id == source_id)
    return [
        (row.position, words_of(words[row.start_at : row.end_at]))
        for row in connection.execute(spans.order_by(t.position))
    ]


def _insert(
    connection: Connection,
    rows: Sequence[dict[str, Any]],
    entries: Sequence[tuple[int, list[str]]],
    known: Mapping[str, str],
) -> None:
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(insert(passage), rows)
        fields = [(row_id, *_fields(words, known)) for row_id, words in entries]
        connection.exec_driver_sql(_INTO_INDEX, fields)
        return
    for at in range(0, len(rows), _AT_ONCE):
        some = zip(rows[at : at + _AT_ONCE], entries[at : at + _AT_ONCE], strict=True)
        made = [{**row, "words": _vector(words, known)} for row, (_, words) in some]
        connection.execute(insert(passage), made)


def _fields(words: Sequence[str], known: Mapping[str, str]) -> tuple[str, str]:
    """Words and stems for FTS5; a word that is its own stem stands in the first alone."""
    stemmed = [stem for word in words if (stem := known[word]) != word]
    return " ".join(words), " ".join(stemmed)


def _vector(words: Sequence[str], known: Mapping[str, str]) -> str:
    """Words and stems as PostgreSQL writes a tsvector, each stem in the place of its word."""
    parts = []
    for place, word in enumerate(words, 1):
        parts.append(f"'{word}':{place}")
        if known[word] != word:
            parts.append(f"'{_STEM}{known[word]}':{place}")
    made = " ".join(parts)
    if len(made.encode("utf-8")) > _LARGEST and len(words) > 1:
        return _vector(words[: len(words) // 2], known)
    return made


# Finding -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Within:
    """Where to look: in sources by id, and in turns of a role; None for all."""

    sources: Sequence[str] | None = None
    role: str | None = None


def find(connection: Connection, words: str, *, limit: int, within: Within) -> pd.DataFrame:
    """The passages in which the words of a query stand, the best first.

    ``attrs["count"]`` of the table is the number of all that were found. For the columns see
    :meth:`qualkit.project.Project.search`.
    """
    import pandas as pd

    asked = parse(words)
    known = stems(asked.words())
    found = connection.execute(_query(connection, asked, known, within).limit(limit)).all()
    ids = {row.source_id for row in found}
    texts = dict(_texts(connection, ids))
    made = pd.DataFrame(_hits(asked, found, texts, known), columns=list(COLUMNS))
    made.attrs["count"] = found[0].count_of_all if found else 0
    whole = dict.fromkeys(("start", "end", "snippet_at"), "int64")
    optional = dict.fromkeys(("line", "page"), "Int64")
    return made.astype({**whole, **optional, "time": "float64", "rank": "float64"})


def _texts(connection: Connection, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
    listed = sorted(ids)
    for at in range(0, len(listed), _AT_ONCE):
        some = source.c.id.in_(listed[at : at + _AT_ONCE])
        for row in connection.execute(select(source.c.id, source.c.text).where(some)):
            yield row.id, row.text


def _query(
    connection: Connection, asked: Asked, known: Mapping[str, str], within: Within
) -> Select[Any]:
    p, s, t = passage.c, source.c, turn.c
    rank, matches = _on_server(asked, known)
    tables = passage.join(source, s.id == p.source_id).join(case, case.c.id == s.case_id)
    tables = tables.join(turn, (t.source_id == p.source_id) & (t.position == p.position))
    if connection.dialect.name == "sqlite":
        rank, matches = _in_file(asked, known)
        index = table(INDEX, column("rowid"))
        tables = tables.join(index, index.c.rowid == p.id)
    query = (
        select(
            s.id.label("source_id"), s.name.label("source"), case.c.name.label("case"),
            t.start_at, t.end_at, t.speaker, t.role, t.time, t.line, t.page, t.item,
            rank.label("rank"), func.count().over().label("count_of_all"),
        )
        .select_from(tables)
        .where(matches)
        .order_by(rank.desc(), s.position, s.name, p.position)
    )  # fmt: skip
    if within.sources is not None:
        query = query.where(s.id.in_(within.sources))
    return query if within.role is None else query.where(t.role == within.role)


def _in_file(
    asked: Asked, known: Mapping[str, str]
) -> tuple[ColumnElement[float], ColumnElement[bool]]:
    """Rank (by bm25) and condition in SQLite, whose best is the lowest."""
    condition = literal_column(INDEX).bool_op("MATCH")(_joined(asked, known, _FTS5))
    return literal_column(f"-{INDEX}.rank"), condition


def _on_server(
    asked: Asked, known: Mapping[str, str]
) -> tuple[ColumnElement[float], ColumnElement[bool]]:
    """Rank and condition in PostgreSQL; a long turn is no better for being long."""
    query = cast(bindparam("asked", _joined(asked, known, _TSQUERY)), TSQUERY)
    return func.ts_rank_cd(passage.c.words, query, 1), passage.c.words.op("@@")(query)


@dataclass(frozen=True, slots=True)
class _Syntax:
    """How a database joins terms."""

    both: str
    either: str
    without: str


_FTS5: Final = _Syntax(" AND ", " OR ", " NOT ")
_TSQUERY: Final = _Syntax(" & ", " | ", " & !")


def _joined(asked: Asked, known: Mapping[str, str], syntax: _Syntax) -> str:
    """A query in a database's own syntax, every word of it quoted."""
    term = _fts5_term if syntax is _FTS5 else _tsquery_term

    def whole(one: Alternative) -> str:
        wanted = syntax.both.join(term(each, known) for each in one.wanted)
        if not one.unwanted:
            return f"({wanted})"
        unwanted = syntax.either.join(term(each, known) for each in one.unwanted)
        return f"(({wanted}){syntax.without}({unwanted}))"

    return syntax.either.join(map(whole, asked.alternatives))


def _fts5_term(term: Term, known: Mapping[str, str]) -> str:
    if term.kind == "forms":
        return f'"{known[term.words[0]]}"'  # in either column
    return f'words : "{" ".join(term.words)}"{" *" if term.kind == "begins" else ""}'


def _tsquery_term(term: Term, known: Mapping[str, str]) -> str:
    if term.kind == "forms":
        stem = known[term.words[0]]
        return f"('{stem}' | '{_STEM}{stem}')"
    row = " <-> ".join(f"'{word}'" for word in term.words)
    return f"({row}{':*' if term.kind == 'begins' else ''})"


# Showing -----------------------------------------------------------------------------------


def _hits(
    asked: Asked, found: Sequence[Row[Any]], texts: Mapping[str, str], known: Mapping[str, str]
) -> list[tuple[object, ...]]:
    placed = [placed_words(texts[row.source_id][row.start_at : row.end_at]) for row in found]
    known = {**known, **stems(word.folded for words in placed for word in words)}
    hits: list[tuple[object, ...]] = []
    for row, words in zip(found, placed, strict=True):
        spans = [(row.start_at + a, row.start_at + b) for a, b in spans_of(asked, words, known)]
        at, shown = snippet(texts[row.source_id], (row.start_at, row.end_at), spans)
        hits.append((
            row.source, row.case, row.start_at, row.end_at, row.speaker, row.role, row.time,
            row.line, row.page, row.item, shown, at, spans, float(row.rank),
        ))  # fmt: skip
    return hits


def snippet(words: str, within: Span, spans: Sequence[Span]) -> tuple[int, str]:
    """About 160 characters of a text round the densest group of spans, and where they begin.

    White space is shown as spaces, and ``…`` stands in the place of the character before or
    after a cut: character n of the snippet is character ``at + n`` of the text.

    >>> snippet("word " * 50 + "found it", (0, 258), [(250, 255)])[1][:12]
    '…word word w'
    """
    first, last = within
    low, high = _densest(spans) if spans else (first, first)
    start = max(first, min(low, (low + high - _SNIPPET) // 2, last - _SNIPPET))
    if start > first:
        start = next((n + 1 for n in range(start - 1, low) if words[n].isspace()), start)
    end = min(last, max(high, start + _SNIPPET))
    if end < last:
        end = next((n for n in range(end - 1, high - 1, -1) if words[n].isspace()), end)
    shown = "".join(" " if char.isspace() else char for char in words[start:end])
    before, after = start > first, end < last
    return start - before, f"{'…' * before}{shown}{'…' * after}"


def _densest(spans: Sequence[Span]) -> Span:
    """From where to where the first group runs that has the most spans within a snippet."""
    best, most, last = spans[0], 0, 0
    for n, (start, _) in enumerate(spans):
        while last < len(spans) and spans[last][1] - start <= _SNIPPET:
            last += 1
        if last - n > most:
            best, most = (start, spans[last - 1][1]), last - n
        last = max(last, n + 1)
    return best
