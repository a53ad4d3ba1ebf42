"""Parts of a study that are compared: values of an attribute, roles of coders, weeks, versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement._values import NOT_GIVEN, values_of
from qualkit.errors import TableError, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement._tables import Book

CODER_ROLE: Final = "coder role"
WEEK: Final = "week"
VERSION: Final = "version"
OVER: Final = (WEEK, VERSION)
Part = tuple[dict[str, Any], Sequence[int], Sequence[int], Sequence[int]]
_LAST: Final = "\uffff"


def groups(
    book: Book,
    by: str,
    *,
    sources: pd.DataFrame,
    cases: pd.DataFrame | None,
    coders: pd.DataFrame | None,
) -> list[Part]:
    """The parts of a study by an attribute of sources or cases, or by the roles of its coders."""
    if by == CODER_ROLE:
        return _by_role(book, coders)
    value = values_of(sources, by, cases)
    held: dict[str, list[int]] = {}
    for n, source in enumerate(book.plan.sources):
        held.setdefault(value[source], []).append(n)
    pairs = range(len(book.plan.pairs))
    order = sorted(held, key=lambda name: _LAST if name == NOT_GIVEN else name)
    return [({"group": name}, held[name], list(book.codes), pairs) for name in order]


def _by_role(book: Book, coders: pd.DataFrame | None) -> list[Part]:
    """Pairs of coders within one role, and between two."""
    if coders is None:
        raise TableError("coders", "comparing by the roles of coders needs the table of coders")
    role = dict(zip(coders["name"], coders["role"], strict=True))
    of = [str(role.get(name, NOT_GIVEN)) for name in book.plan.coders]
    sources = range(len(book.plan.sources))
    parts: list[Part] = []
    for one, other in combinations_with_replacement(sorted(set(of)), 2):
        pairs = [
            n for n, (a, b) in enumerate(book.plan.pairs) if sorted((of[a], of[b])) == [one, other]
        ]
        if pairs:
            parts.append(({"group": f"{one} and {other}"}, sources, list(book.codes), pairs))
    return parts


def periods(
    book: Book, over: str, codings: pd.DataFrame, versions: pd.DataFrame | None
) -> list[Part]:
    """The parts of a study by when the last of its coders worked on a source."""
    if over not in OVER:
        raise UnknownName("period", over, OVER)
    lines = {name: [n for n in book.codes if book.plan.lines[n].codebook == name]
             for name in book.plan.books}  # fmt: skip
    if over == WEEK:
        when = {n: _week(at) for n, at in _last_worked(book, codings, book.plan.books).items()}
        return list(_in_order(book, when, list(book.codes), {}))
    if versions is None:
        raise TableError("versions", "comparing codebook versions needs the table of versions")
    parts: list[Part] = []
    for name in book.plan.books:
        worked = _last_worked(book, codings, [name])
        when, words = _versions(name, worked, versions)
        parts += _in_order(book, when, lines[name], words)
    return parts


def _in_order(
    book: Book, when: Mapping[int, str], lines: Sequence[int], words: Mapping[str, str]
) -> Iterator[Part]:
    pairs = range(len(book.plan.pairs))
    for period in sorted(set(when.values())):
        held = [n for n in sorted(when) if when[n] == period]
        yield {"period": words.get(period, period)}, held, lines, pairs


def _last_worked(book: Book, codings: pd.DataFrame, books: Iterable[str]) -> dict[int, str]:
    """By source the moment of the last coding that a compared coder made there."""
    number = {source: n for n, source in enumerate(book.plan.sources)}
    own = codings[
        codings["source"].isin(number)
        & codings["codebook"].isin(list(books))
        & codings["coder"].isin(book.plan.coders)
        & codings["created"].notna()
    ]
    last = own.groupby("source")["created"].max()
    return {number[str(source)]: str(at) for source, at in last.items()}


def _week(at: str) -> str:
    """The ISO week of a moment.

    >>> _week("2026-03-02T10:00:00Z")
    '2026-W10'
    """
    try:
        year, week, _ = datetime.fromisoformat(at).isocalendar()
    except ValueError:
        return NOT_GIVEN
    return f"{year}-W{week:02d}"


def _versions(
    name: str, worked: Mapping[int, str], versions: pd.DataFrame
) -> tuple[dict[int, str], dict[str, str]]:
    """By source the entry of the codebook's version then, as it sorts; and each in words."""
    own = versions[versions["codebook"] == name].sort_values("entry")
    entries = list(zip(own["at"].map(str), own["entry"], strict=True))
    when, words = {}, {}
    for source, at in worked.items():
        before = [(since, entry) for since, entry in entries if since <= at]
        since, entry = before[-1] if before else ("", 0)
        key = f"{int(entry):012d}"
        when[source] = key
        words[key] = f"{name} as of {since[:10]} (entry {entry})" if since else f"{name}, before"
    return when, words
