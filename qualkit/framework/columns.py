"""The columns of a grid: themes of one or several codebooks, opened or closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from qualkit.errors import TableError, UnknownName
from qualkit.framework.records import Column
from qualkit.model import Framework, Level, Theme

if TYPE_CHECKING:
    import pandas as pd

EVERY = "all"  # opens every theme
Member = tuple[str, str]


def columns_of(
    codes: pd.DataFrame, framework: Framework | None, opened: Collection[str], used: set[Member]
) -> tuple[Column, ...]:
    """The columns that a framework asks for; without one, every theme of every codebook.

    Parameters
    ----------
    codes : DataFrame
    framework : Framework or None
    opened : collection of str
        Ids of the themes whose codes below become columns of their own; ``all`` for every one.
    used : set of (codebook, code)
        The codes that have codings or summaries of their own: an opened theme keeps a column
        for its own where it is among them.
    """
    if codes.empty:
        raise TableError("codes", "the study has no codebook; add one with 'qualkit codebook add'")
    known: dict[str, list[Any]] = {}
    for record in codes.itertuples():
        known.setdefault(str(record.code), []).append(record)
        known.setdefault(f"{record.codebook}/{record.code}", []).append(record)
    columns = [_column(theme, known) for theme in _themes(codes, framework)]
    wanted = _opened(columns, opened, known)
    made: list[Column] = []
    for column in columns:
        made += _below(column, codes, used) if _name(column) in wanted else [column]
    return tuple(made)


def _themes(codes: pd.DataFrame, framework: Framework | None) -> Iterable[Theme]:
    if framework is not None:
        return framework.themes
    tops = codes[codes["parent"].isna()]
    return [Theme(f"{b}/{c}", "") for b, c in zip(tops["codebook"], tops["code"], strict=True)]


def _column(theme: Theme, known: Mapping[str, list[Any]]) -> Column:
    one = _single(theme.code, known)
    return _made(one, theme.title or one.name)


def _single(code: str, known: Mapping[str, list[Any]]) -> Any:  # noqa: ANN401 - a row
    found = known.get(code, [])
    if not found:
        raise UnknownName("code", code, known)
    if len(found) > 1:
        raise UnknownName("single code", code, [f"{f.codebook}/{f.code}" for f in found])
    return found[0]


def _made(record: Any, title: str, *, own: bool = False) -> Column:  # noqa: ANN401 - a row
    scale = record.scale if isinstance(record.scale, list) else ()
    return Column(
        record.codebook, record.code, title, record.definition, record.name, own,
        tuple(Level(**level) for level in scale),
    )  # fmt: skip


def _name(column: Column) -> Member:
    return column.codebook, column.code


def _opened(
    columns: list[Column], opened: Collection[str], known: Mapping[str, list[Any]]
) -> set[Member]:
    if EVERY in opened:
        return {_name(column) for column in columns}
    wanted = set()
    for name in opened:
        one = _single(name, known)
        if (one.codebook, one.code) not in {_name(column) for column in columns}:
            raise UnknownName("theme of the grid", name, [column.code for column in columns])
        wanted.add((one.codebook, one.code))
    return wanted


def _below(column: Column, codes: pd.DataFrame, used: set[Member]) -> list[Column]:
    """The columns of an opened theme: its own codings where there are any, then each code below."""
    book = codes[codes["codebook"] == column.codebook]
    children = list(book[book["parent"] == column.code].itertuples())
    if not children:
        return [column]
    made = [_made(child, f"{column.title}: {child.name}") for child in children]
    if _name(column) in used:
        own = next(iter(book[book["code"] == column.code].itertuples()))
        made.insert(0, _made(own, f"{column.title}: in general", own=True))
    return made


def codes_in(codes: pd.DataFrame, column: Column) -> set[Member]:
    """The codes that a column charts."""
    if column.own:
        return {_name(column)}
    return members_of(codes, column.codebook, column.code)


def members_of(codes: pd.DataFrame, codebook: str, code: str) -> set[Member]:
    """A code and all that lie below it, as (codebook, code)."""
    book = codes[codes["codebook"] == codebook]
    parents = dict(zip(book["code"], book["parent"], strict=True))
    return {(codebook, one) for one in parents if code in set(_upwards(one, parents))}


def above(codes: pd.DataFrame, codebook: str, code: str) -> set[Member]:
    """The codes that stand above one, as (codebook, code)."""
    book = codes[codes["codebook"] == codebook]
    parents = dict(zip(book["code"], book["parent"], strict=True))
    return {(codebook, one) for one in _upwards(code, parents)} - {(codebook, code)}


def _upwards(code: str, parents: Mapping[str, Any]) -> Iterable[str]:
    """A code, the one above it, and so on to its theme."""
    at: Any = code
    while isinstance(at, str):
        yield at
        at = parents.get(at)
