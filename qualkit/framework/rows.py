"""The rows of a grid: cases, sources, or values of an attribute, in nested bands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from qualkit.errors import TableError, UnknownName
from qualkit.framework.records import Row
from qualkit.tables import COLUMNS, attributes_of, plain

if TYPE_CHECKING:
    import pandas as pd

NOT_GIVEN = "(not given)"
_NO_ATTRIBUTE = {"warnings", "notes"}
_NAMES = {"case", "source"}  # they name what is stored: a space at the end is theirs
_APART = "attribute."  # before an attribute whose name the table has for something else
_Place = tuple[tuple[str, ...], str]  # bands and name


def with_case_attributes(sources: pd.DataFrame, cases: pd.DataFrame | None) -> pd.DataFrame:
    """The sources with the attributes of their cases, where they have none of that name."""
    if cases is None:
        return sources
    known = sources.copy()
    for name in attributes_of(cases, "cases"):
        own = name if name not in COLUMNS["sources"] else f"{_APART}{name}"
        if own not in known.columns:
            known[own] = known["case"].map(dict(zip(cases["case"], cases[name], strict=True)))
    return known


def values_of(
    sources: pd.DataFrame, attribute: str, *, what: str = "attribute for rows"
) -> dict[str, str]:
    """Each source's value of an attribute, :data:`NOT_GIVEN` where it has none.

    An attribute goes before a column of the table that has its name, such as ``format``. `what`
    names the attribute's use, for the message where no source has such a one.
    """
    if f"{_APART}{attribute}" in sources.columns:
        attribute = f"{_APART}{attribute}"
    if attribute not in sources.columns or attribute in _NO_ATTRIBUTE:
        known = ["case", "source", *attributes_of(sources, "sources")]
        raise UnknownName(what, attribute, known)
    values = [_shown(value, verbatim=attribute in _NAMES) for value in sources[attribute]]
    return dict(zip(sources["source"], values, strict=True))


def _shown(value: object, *, verbatim: bool = False) -> str:
    known = plain(value)
    words = "" if known is None else str(known)
    return (words if verbatim else words.strip()) if words.strip() else NOT_GIVEN


def rows_of(
    sources: pd.DataFrame, cases: pd.DataFrame | None, rows: str, bands: Sequence[str]
) -> tuple[Row, ...]:
    """The rows of a grid, in bands, in order.

    A row is one value of `rows` within its bands: a value that stands in several bands has a
    row in each. Cases without sources have a row too, in the bands of their own attributes.

    Raises
    ------
    UnknownName
        For an attribute that neither sources nor cases have.
    TableError
        Where one attribute is asked for twice.
    """
    if len({rows, *bands}) <= len(bands):
        raise TableError("grid", f"rows and bands name one attribute twice: {[*bands, rows]}")
    name_of = values_of(sources, rows)
    band_of = [values_of(sources, band, what="attribute for bands") for band in bands]
    members: dict[_Place, list[str]] = {}
    for source, name in name_of.items():
        members.setdefault((tuple(of[source] for of in band_of), name), []).append(source)
    if rows == "case" and cases is not None:
        held = {name for _, name in members}
        members |= {place: [] for place in _empty_cases(cases, bands) if place[1] not in held}
    ranks = _ranks(sources, cases, rows)
    places = sorted(members, key=lambda place: (_by_band(place[0]), ranks[place[1]]))
    keys = _keys(places)
    details = _details(sources, rows)
    return tuple(
        Row(
            name, within, details.get(name) or _counted(len(members[within, name])),
            tuple(members[within, name]), keys[within, name],
        )
        for within, name in places
    )  # fmt: skip


def _by_band(bands: tuple[str, ...]) -> list[tuple[bool, str]]:
    return [(band == NOT_GIVEN, band) for band in bands]


def _empty_cases(cases: pd.DataFrame, bands: Sequence[str]) -> Iterable[_Place]:
    for record in cases.to_dict("records"):
        values = [_shown(record.get(f"{_APART}{band}", record.get(band))) for band in bands]
        yield tuple(values), str(record["case"])


def _ranks(sources: pd.DataFrame, cases: pd.DataFrame | None, rows: str) -> dict[str, int]:
    """The order of the names of rows: as the study has them, or by the alphabet."""
    names = list(dict.fromkeys(values_of(sources, rows).values()))
    if rows == "case" and cases is not None:
        names = list(dict.fromkeys([*map(str, cases["case"]), *names]))
    elif rows not in {"case", "source"}:
        names.sort(key=lambda name: (name == NOT_GIVEN, name))
    return {name: n for n, name in enumerate(names)}


def _keys(places: Sequence[_Place]) -> dict[_Place, str]:
    """A key for each row: its name, or with its bands where the name comes back."""
    counts = Counter(name for _, name in places)
    keys: dict[_Place, str] = {}
    taken: set[str] = set()
    for place in places:
        within, name = place
        plain_key = name if counts[name] == 1 else " > ".join([*within, name])
        key, n = plain_key, 1
        while key in taken:
            n += 1
            key = f"{plain_key} ({n})"
        taken.add(key)
        keys[place] = key
    return keys


def _counted(number: int) -> str:
    return "no sources" if not number else f"{number} source{'s' if number != 1 else ''}"


def _details(sources: pd.DataFrame, rows: str) -> Mapping[str, str]:
    """What a source is, in a few words; rows that stand for several sources only count them."""
    if rows != "source":
        return {}
    kept = [name for name in ("role", "stakeholder_type", "case") if name in sources.columns]
    details = {}
    for source, *facts in zip(sources["source"], *(sources[name] for name in kept), strict=True):
        parts = dict.fromkeys(str(plain(fact) or "").strip() for fact in facts)
        details[str(source)] = ", ".join(part for part in parts if part and part != source)
    return details
