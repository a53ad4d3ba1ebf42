"""What each source says of a theme, however it is given: one stance a source, however many rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import TableError
from qualkit.tables import plain
from qualkit.triangulate.records import STANCE_WORDS

if TYPE_CHECKING:
    import pandas as pd

IMPROVED, WORSENED, UNCHANGED, MIXED = STANCE_WORDS
_WORDS: Final[Mapping[str, str]] = {
    **{word: word for word in STANCE_WORDS},
    "positive": IMPROVED, "better": IMPROVED, "+": IMPROVED, "1": IMPROVED, "+1": IMPROVED,
    "negative": WORSENED, "worse": WORSENED, "-": WORSENED, "-1": WORSENED, "\u2212": WORSENED,
    "neutral": UNCHANGED, "same": UNCHANGED, "no change": UNCHANGED, "0": UNCHANGED,
}  # fmt: skip
_NO_STANCE: Final = frozenset({"", "none"})
_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "stance": ("stance",), "area": ("area", "case", "site"),
    "type": ("type", "stakeholder_type", "stakeholder"), "quotes": ("quotes",),
}  # fmt: skip


@dataclass(slots=True)
class Said:
    """What is known of one source; several rows of it are put together."""

    stances: set[str] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)
    types: set[str] = field(default_factory=set)
    quotes: list[str] = field(default_factory=list)

    @property
    def stance(self) -> str:
        """One word; ``mixed`` where its rows differ, empty where there is none."""
        return MIXED if len(self.stances) > 1 else next(iter(self.stances), "")


def stance_of(written: object) -> str:
    """One of the words of the rule, in whatever vocabulary it is written; empty for none.

    Raises
    ------
    TableError
        Where it is no stance.

    Examples
    --------
    >>> stance_of("positive"), stance_of("0"), stance_of(None)
    ('improved', 'unchanged', '')
    """
    said = plain(written)
    word = "" if said is None else str(said).strip().casefold()
    if word in _NO_STANCE:
        return ""
    found = _WORDS.get(word)
    if found is None or isinstance(said, bool):
        raise TableError("stances", f"{short(written)} is none of {', '.join(STANCE_WORDS)}")
    return found


def said_by(stances: object, areas: object, types: object) -> dict[str, Said]:
    """What each source says, in the order of their names.

    Parameters
    ----------
    stances : mapping, sequence or DataFrame
        See :func:`~qualkit.triangulate.rule.interview_state`.
    areas, types : mapping, sequence, or None
        By source, or in the order of `stances`.
    """
    rows = list(_rows(stances))
    made: dict[str, Said] = {}
    for source, row in rows:
        said = made.setdefault(source, Said())
        word = stance_of(row.get("stance"))
        said.stances |= {word} if word else set()
        _add(said.areas, row.get("area"))
        _add(said.types, row.get("type"))
        quotes = row.get("quotes")
        said.quotes += quotes if isinstance(quotes, list | tuple) else ()
    names = [source for source, _ in rows]
    for what, given in (("areas", areas), ("types", types)):
        for source, value in _by_source(what, given, names):
            if source in made:
                _add(made[source].areas if what == "areas" else made[source].types, value)
    return {source: made[source] for source in sorted(made)}


def _add(held: set[str], value: object) -> None:
    """One name, or several where a source is of several."""
    for one in value if isinstance(value, list | tuple | set | frozenset) else (value,):
        said = plain(one)
        if said is not None and (words := str(said).strip()):
            held.add(words)


_Row = tuple[str, Mapping[str, Any]]


def _rows(stances: object) -> Iterable[_Row]:
    if hasattr(stances, "columns"):
        yield from _of_frame(stances)  # type: ignore[arg-type] # it is a DataFrame
    elif isinstance(stances, Mapping):
        for n, (source, given) in enumerate(stances.items(), 1):
            yield from _of_source(_name(source, n), given)
    elif isinstance(stances, Iterable) and not isinstance(stances, str | bytes):
        for n, given in enumerate(stances, 1):
            yield from _of_item(n, given)
    else:
        told = "stances by source are needed: a mapping, a sequence, or a table with source, stance"
        raise TableError("stances", f"{told}; not {short(stances)}")


def _of_frame(table: pd.DataFrame) -> Iterable[_Row]:
    for name in ("source", "stance"):
        if name not in table.columns:
            have = ", ".join(map(str, table.columns))
            raise TableError("stances", f"the table has no column {name!r}; it has {have}")
    columns = {key: table[name].tolist() for key, name in _keyed(
        {name: name for name in table.columns}).items()}  # fmt: skip
    rows = zip(table["source"], zip(*columns.values(), strict=True), strict=True)
    for n, (source, values) in enumerate(rows, 1):
        yield _name(source, n), dict(zip(columns, values, strict=True))


def _name(source: object, n: int) -> str:
    """Its name; rows without one would be taken for one source."""
    if plain(source) in {None, ""}:
        raise TableError("stances", f"it names no source: {short(source)}", row=n)
    return str(source)


def _of_source(source: str, given: object) -> Iterable[_Row]:
    if isinstance(given, Mapping):
        yield source, _keyed(given)
    elif isinstance(given, list | tuple | set | frozenset):
        yield source, {}  # also where nothing was said of its stance
        for one in given:
            yield source, {"stance": one}
    else:
        yield source, {"stance": given}


def _of_item(n: int, given: object) -> Iterable[_Row]:
    """One of a sequence: a stance alone is a source of its own."""
    if isinstance(given, Mapping):
        if "source" not in given:
            raise TableError("stances", f"it names no 'source': {short(dict(given))}", row=n)
        yield _name(given["source"], n), _keyed(given)
    elif isinstance(given, tuple) and len(given) == 2:
        yield from _of_source(_name(given[0], n), given[1])
    else:
        yield f"source {n:04d}", {"stance": given}


def _keyed(record: Mapping[Any, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, names in _CALLED.items():
        found = [record[name] for name in names if name in record]
        if found:
            made[key] = found[0]
    return made


def _by_source(what: str, given: object, names: list[str]) -> Iterable[tuple[str, object]]:
    if given is None:
        return ()
    if hasattr(given, "to_dict"):
        given = given.to_dict()
    if isinstance(given, Mapping):
        return [(str(source), value) for source, value in given.items()]
    if isinstance(given, Iterable) and not isinstance(given, str | bytes | set | frozenset):
        listed = list(given)
        if len(listed) != len(names):
            told = f"{len(listed)} {what} are given for {len(names)} stances"
            raise TableError("stances", f"{told}; give one each, or a mapping by source")
        return list(zip(names, listed, strict=True))
    raise TableError("stances", f"{what} are a mapping by source, or one a stance in order")
