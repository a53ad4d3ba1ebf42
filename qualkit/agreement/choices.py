"""What a supervisor's choice on a disagreement makes of it: the codings that are to stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement.spans import whole_number
from qualkit.errors import BatchError, UnknownName
from qualkit.model import STANCES
from qualkit.stretches import merged
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

BOTH: Final = "both"
NEITHER: Final = "neither"
EDIT: Final = "edit"
_OWN: Final = "take "  # before the name of a coder who is called like a choice
_FIELDS: Final = ("code", "start", "end", "stance", "rating", "memo")
_BESIDE: Final = ("codebook", "coding", "code_name", "text")  # what rows of a table have as well
Row = Mapping[Any, Any]


def chosen(
    passage: Row, choice: str, *, codes: pd.DataFrame, edit: Sequence[Row] | None = None
) -> tuple[str, list[dict[str, Any]]]:
    """What is chosen, in the words of the table of decisions, and the codings that stand then.

    Parameters
    ----------
    passage : mapping
        One row of :func:`qualkit.agreement.disagreements.disagreements`.
    choice : str
        A coder's name (``take NAME`` where somebody is called like one of the next three): what
        that coder marked, which is nothing where they marked nothing. ``both``: every code that
        was chosen, on all words that anybody gave it; of several stances ``mixed``. ``neither``:
        nothing. ``edit``: what `edit` lists.
    codes : DataFrame
        With the columns of :mod:`qualkit.tables`.
    edit : sequence of mapping, optional
        Each with ``code`` (its id, or ``codebook/code``) and, where wanted, ``start`` and
        ``end`` (code points; by default the passage's), ``stance``, ``rating`` and ``memo``.

    Returns
    -------
    (str, list of dict)
        The coder's name, ``both``, ``neither`` or ``edit``; and mappings with ``codebook``,
        ``code``, ``start``, ``end``, ``stance``, ``rating`` and ``memo``.

    Raises
    ------
    UnknownName
        For a choice that is none of these, a coder who did not judge the passage.
    ValueError
        Where both ratings cannot stand, or `edit` goes with another choice, or without its own.
    BatchError
        With everything that is wrong with `edit`.

    Examples
    --------
    >>> told = {"code": "access", "stance": None, "rating": None, "memo": ""}
    >>> sides = [{"coder": "Ann", "codings": [{**told, "start": 4, "end": 13}]},
    ...          {"coder": "Bo", "codings": [{**told, "start": 4, "end": 18}]}]
    >>> passage = {"codebook": "b", "coders": ("Ann", "Bo"), "sides": sides}
    >>> kind, rows = chosen(passage, "both", codes=None)
    >>> kind, [(row["start"], row["end"]) for row in rows]
    ('both', [(4, 18)])
    """
    if (choice == EDIT) != (edit is not None):
        raise ValueError("edited codings go with the choice 'edit', and it needs them")
    if edit is not None:
        return EDIT, _edited(passage, edit, codes)
    if choice == NEITHER:
        return NEITHER, []
    if choice == BOTH:
        return BOTH, list(_everything(passage))
    name = choice if choice in passage["coders"] else choice.removeprefix(_OWN)
    if name not in passage["coders"]:
        raise UnknownName("choice", choice, [*passage["coders"], BOTH, NEITHER, EDIT])
    own = (one for side in passage["sides"] if side["coder"] == name for one in side["codings"])
    return name, [_row(passage, one) for one in own]


def _row(passage: Row, coding: Row) -> dict[str, Any]:
    return {"codebook": passage["codebook"], **{name: coding[name] for name in _FIELDS}}


def _everything(passage: Row) -> Iterator[dict[str, Any]]:
    """Every code on all words that anybody gave it; one person's codings as they are."""
    by_code: dict[str, dict[str, list[Row]]] = {}
    for side in passage["sides"]:
        for coding in side["codings"]:
            by_code.setdefault(coding["code"], {}).setdefault(side["coder"], []).append(coding)
    for code, sides in by_code.items():
        drawn = {tuple(_place(one) for one in own) for own in sides.values()}
        if len(drawn) == 1:
            yield from (_row(passage, one) for one in next(iter(sides.values())))
            continue
        own = [one for codings in sides.values() for one in codings]
        said = {"code": code, "stance": _stance(own), "rating": _rating(own), "memo": _memo(own)}
        for start, end in merged((one["start"], one["end"]) for one in own):
            yield _row(passage, {**said, "start": start, "end": end})


def _place(coding: Row) -> tuple[Any, ...]:
    return tuple(coding[name] for name in ("start", "end", "stance", "rating"))


def _stance(codings: Iterable[Row]) -> str | None:
    found = {one["stance"] for one in codings} - {None}
    return "mixed" if len(found) > 1 else found.pop() if found else None


def _rating(codings: Iterable[Row]) -> int | None:
    found = sorted({one["rating"] for one in codings} - {None})
    if len(found) > 1:
        raise ValueError(
            f"the ratings {' and '.join(map(str, found))} cannot both stand; take one coder's, or"
            " edit"
        )
    return found[0] if found else None


def _memo(codings: Iterable[Row]) -> str:
    return "\n".join(dict.fromkeys(one["memo"] for one in codings if one["memo"]))


# Edited codings ----------------------------------------------------------------------------


def _edited(passage: Row, edit: Sequence[Any], codes: pd.DataFrame) -> list[dict[str, Any]]:
    scales = _scales(codes, passage["codebook"])
    faults: list[str] = []
    made = []
    for number, given in enumerate(edit, 1):
        if not isinstance(given, Mapping):
            faults.append(f"coding {number}: {given!r} is no mapping of {', '.join(_FIELDS)}")
            continue
        row = _filled(passage, given)
        wrong = [*_wrong(passage, row, scales), *_odd_fields(passage, given)]
        faults += [f"coding {number}: {fault}" for fault in wrong]
        made.append(row)
    if not edit:
        faults.append("no coding is given; where none is to stand, choose 'neither'")
    places = [(row["code"], row["start"], row["end"]) for row in made]
    faults += [
        f"coding {n}: the same code stands on the same words already"
        for n, place in enumerate(places, 1)
        if place in places[: n - 1]
    ]
    if faults:
        raise BatchError("edit", faults)
    return made


def _scales(codes: pd.DataFrame, book: str) -> dict[str, tuple[int, ...]]:
    """The codes of a codebook, each with the ratings that it allows."""
    own = codes[codes["codebook"] == book]
    return {
        code: tuple(level["value"] for level in (scale if isinstance(scale, list) else ()))
        for code, scale in zip(own["code"], own["scale"], strict=True)
    }


def _filled(passage: Row, given: Row) -> dict[str, Any]:
    code = str(given.get("code") or "").removeprefix(f"{passage['codebook']}/")
    row: dict[str, Any] = {
        name: plain(given.get(name)) for name in ("start", "end", "stance", "rating", "memo")
    }
    row |= {name: _number(row[name]) for name in ("start", "end", "rating")}
    ends = {name: passage[name] if row[name] is None else row[name] for name in ("start", "end")}
    said = {"stance": row["stance"] or None, "memo": row["memo"] or ""}
    return {"codebook": passage["codebook"], "code": code, **row, **ends, **said}


def _number(value: object) -> object:
    """A whole number as an int; anything else as it is, to be refused."""
    found = whole_number(value)
    return value if found is None else found


def _odd_fields(passage: Row, given: Row) -> Iterator[str]:
    for name in given:
        if name not in {*_FIELDS, *_BESIDE}:
            yield f"it has {name!r}, which no coding has"
    if (book := given.get("codebook", passage["codebook"])) != passage["codebook"]:
        yield f"codebook {book!r} is not the passage's, {passage['codebook']!r}"


def _wrong(passage: Row, row: Row, scales: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    """What is wrong with one coding: its code, place, stance, rating or memo."""
    if row["code"] not in scales:
        yield str(UnknownName(f"code of {passage['codebook']}", row["code"], scales))
    yield from _wrong_place(passage, row["start"], row["end"])
    if row["stance"] is not None and row["stance"] not in STANCES:
        yield str(UnknownName("stance", str(row["stance"]), STANCES))
    allowed = scales.get(row["code"], ())
    if row["rating"] is not None and (
        type(row["rating"]) is not int or row["rating"] not in allowed
    ):
        levels = ", ".join(map(str, allowed)) or "none"
        yield f"{row['rating']!r} is no rating of {row['code']}, which allows {levels}"
    if not isinstance(row["memo"], str):
        yield f"its memo {row['memo']!r} is no text"


def _wrong_place(passage: Row, start: object, end: object) -> Iterator[str]:
    first, last = whole_number(start), whole_number(end)
    if first is None or last is None or not 0 <= first < last:
        yield f"{start!r} to {end!r} is no stretch of a text"
    elif last <= passage["start"] or first >= passage["end"]:
        yield (
            f"{first} to {last} has no words of the passage ({passage['start']} to"
            f" {passage['end']}); code other words as a coder"
        )
