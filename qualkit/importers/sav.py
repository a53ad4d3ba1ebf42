"""SPSS files (.sav, .zsav): codes as text, with their labels, missing values and measures.

pyreadstat reads the bytes (extra ``spss``). It gives codes, never labels in their place: which
value is user-missing and what a code is called stay beside the answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from qualkit.errors import MissingExtra, ReadError
from qualkit.importers._guard import NAMES, sniff
from qualkit.importers._text import stored
from qualkit.importers.columns import Column, Columns, Variable, packed
from qualkit.importers.sheets import COLUMNS, FIELD, ROWS

_MEASURES = {"nominal", "ordinal", "scale"}


def read_sav(path: Path, data: bytes, digest: str) -> Columns:
    """The table in an SPSS file; `data` is what its bytes were when they were hashed.

    Raises
    ------
    ReadError
        Where it is no SPSS file, is damaged or empty, or has more rows or columns than a table.
    MissingExtra
        Where pyreadstat is not installed.
    """
    name = path.name
    if (kind := sniff(data)) != "sav":
        raise ReadError(name, f"not an SPSS file, whatever its name says: it is {NAMES[kind]}")
    try:
        import pyreadstat
    except ImportError as error:
        raise MissingExtra("pyreadstat", "spss") from error
    try:
        _, about = pyreadstat.read_sav(str(path), metadataonly=True)
        _check_width(len(about.column_names), name)
        held, about = pyreadstat.read_sav(
            str(path), user_missing=True, output_format="dict", row_limit=ROWS + 1,
        )  # fmt: skip
    except ReadError:
        raise
    except Exception as error:
        why = f"damaged SPSS file ({type(error).__name__}: {str(error)[:80]})"
        raise ReadError(name, why) from error
    columns = [_column(held.pop(one), name) for one in about.column_names]
    rows = len(columns[0].places) // 4 if columns else 0
    _check_rows(rows, about.number_rows, name)
    return Columns(
        name, digest, "sav", packed(range(1, rows + 1)), tuple(columns), tuple(_variables(about))
    )


def _check_width(width: int, name: str) -> None:
    if width > COLUMNS:
        raise ReadError(name, f"{width:,} variables; the limit is {COLUMNS:,}")
    if not width:
        raise ReadError(name, "the file holds no variables")


def _check_rows(rows: int, claimed: int | None, name: str) -> None:
    if rows > ROWS:
        raise ReadError(name, f"more than {ROWS:,} rows")
    if not rows:
        raise ReadError(name, "there are no rows in it")
    if claimed is not None and claimed > rows:
        raise ReadError(name, f"damaged: it promises {claimed:,} rows and holds {rows:,}")


def _column(values: Sequence[object], name: str) -> Column:
    """A variable's values as text, each different one once; a missing one is empty."""
    index: dict[str, int] = {}
    seen: dict[object, int] = {}
    places = []
    for value in values:
        place = seen.get(value) if value == value else None  # noqa: PLR0124 - NaN is not itself
        if place is None:
            written = _text(value)
            if len(written) > FIELD:
                raise ReadError(name, f"a value has more than {FIELD:,} characters")
            place = index.setdefault(written, len(index))
            if value == value:  # noqa: PLR0124
                seen[value] = place
        places.append(place)
    return Column(tuple(index), packed(places))


def _text(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN is not itself
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return stored(str(value))[0].strip()


def _variables(about: Any) -> Iterable[Variable]:  # noqa: ANN401 - pyreadstat has no types
    sets = _sets(getattr(about, "mr_sets", None) or {})
    for name, label in zip(about.column_names, about.column_labels, strict=True):
        measure = about.variable_measure.get(name, "")
        labels = about.variable_value_labels.get(name, {})
        group, counted = sets.get(name.casefold(), ("", ""))
        yield Variable(
            stored(name)[0],
            " ".join(stored(label or "")[0].split()),
            {
                _text(code): " ".join(stored(str(words))[0].split())
                for code, words in labels.items()
            },
            tuple(_missing(about.missing_ranges.get(name, ()))),
            measure if measure in _MEASURES else "",
            group,
            counted,
        )


def _missing(ranges: Iterable[Mapping[str, object]]) -> Iterable[str]:
    for one in ranges:
        low, high = _end(one["lo"]), _end(one["hi"])
        yield low if low == high else f"{low}..{high}"


def _end(value: object) -> str:
    """One end of a range; SPSS writes the lowest and the highest number for none."""
    if isinstance(value, float) and abs(value) > 1e300:
        return ""
    return _text(value)


def _sets(sets: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """Of every variable in a set of yes-or-no answers, the set and the value counted."""
    found = {}
    for name, one in sets.items():
        if one.get("is_dichotomy"):
            for variable in one.get("variable_list", ()):
                counted = one.get("counted_value")
                found[str(variable).casefold()] = (
                    " ".join(str(one.get("label") or name).split()),
                    "1" if counted is None else _text(counted),
                )
    return found
