"""The figures of a finding, however it is given, read or refused in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from reprlib import repr as short
from typing import Final

from qualkit.errors import TableError
from qualkit.tables import plain
from qualkit.triangulate.records import HIGHER, LOWER

_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    "value": ("value", "effect", "difference", "estimate", "mean_difference"),
    "base": ("base", "n", "matched", "matched_n", "n_matched"),
    "p": ("p", "p_value", "pvalue"),
    "p_adjusted": ("p_adjusted", "adjusted_p", "p_adj", "p_holm"),
    "low_90": ("low_90", "ci90_low", "ci_90_low", "low90"),
    "high_90": ("high_90", "ci90_high", "ci_90_high", "high90"),
    "interval": ("interval_90", "ci_90", "ci90"),
    "sd": ("sd", "sd_before"),
    "audit": ("audit", "audit_grade", "grade"),
    **{name: (name,) for name in (
        "unit", "polarity", "stars", "p_text", "adjusted_by", "usable", "why", "origin", "change",
        "finding", "margin",
    )},
}  # fmt: skip
_NAMES: Final = {name: key for key, names in _CALLED.items() for name in names}
_PERCENT: Final = frozenset({"%", "pp", "percent", "points", "percentage points"})
_SDS: Final = frozenset({"sd", "sds", "d"})
_FAULTY: Final = {"p": "proved", "x": "contradiction"}  # grades of an audit, and their letters
_UP: Final = frozenset({HIGHER, "higher", "+", "+1", "1", "1.0"})
_DOWN: Final = frozenset({LOWER, "lower", "-", "-1", "-1.0", "\u22121", "\u2212"})
_BOUND = re.compile(r"(<=?|>=?)\s*(\d*\.?\d+(?:[eE]-?\d+)?)")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the rule needs to know of a finding."""

    value: float | None
    base: int | None
    p: float | None
    p_adjusted: float | None
    below: float | None  # only a bound of p is known: it is under this
    low_90: float | None
    high_90: float | None
    margin: float | None
    sd: float | None
    unit: str
    polarity: int
    stars: str
    adjusted_by: str
    origin: str
    change: bool
    blocked: str

    @property
    def percent(self) -> bool:
        """Whether the effect is in percentage points."""
        return self.unit.casefold() in _PERCENT

    @property
    def familywise(self) -> bool:
        """Whether p was adjusted by Holm, or by what is stricter."""
        return self.adjusted_by.casefold() in {"", "holm", "bonferroni"}

    @property
    def in_sds(self) -> bool:
        """Whether the effect is in standard deviations."""
        return self.unit.casefold() in _SDS


def figures_of(finding: object, more: Mapping[str, object], polarity: object) -> Figures:
    """The figures of a finding.

    Parameters
    ----------
    finding : mapping, Series, DataFrame of one row, or any object with such attributes
    more : mapping
        Figures by name that go before those of the finding.
    polarity : object
        Of the link; None or empty takes the finding's own.

    Raises
    ------
    TableError
        Where it is no finding, or a figure is none.
    """
    unknown = [name for name in more if name not in _NAMES]
    if unknown:
        known = ", ".join(sorted(_NAMES))
        raise TableError("finding", f"{unknown[0]!r} is no figure of a finding; known are {known}")
    given = _keyed(_mapping(finding)) | _keyed(more)
    if not given:
        raise TableError("finding", f"it has none of {', '.join(_CALLED)}; give a row of findings")
    value, change = _effect(given)
    low, high = _ends(given)
    below, p = _p(given)
    base, sd = _number(given, "base"), _number(given, "sd")
    if base is not None and (base < 0 or base != int(base)):
        raise TableError("finding", f"its base {base:g} is not a number of people")
    if sd is not None and sd < 0:
        raise TableError("finding", f"its sd {sd:g} is below 0")
    return Figures(
        value=value, base=None if base is None else int(base), p=p,
        p_adjusted=_chance(given, "p_adjusted"), below=below, low_90=low, high_90=high,
        margin=_number(given, "margin"), sd=sd, change=change,
        unit=_text(given, "unit"), stars=_text(given, "stars"), origin=_text(given, "origin"),
        adjusted_by=_text(given, "adjusted_by"), blocked=_blocked(given),
        polarity=direction(polarity) or direction(given.get("polarity")),
    )  # fmt: skip


def direction(polarity: object) -> int:
    """1 where higher is better, -1 where lower is, 0 where nobody has said.

    Raises
    ------
    TableError
        For anything else.

    Examples
    --------
    >>> direction("lower-is-better"), direction(1), direction(None)
    (-1, 1, 0)
    """
    said = plain(polarity)
    words = "" if said is None else str(said).strip().casefold()
    if isinstance(said, bool) or (words and words not in _UP | _DOWN):
        allowed = f"1, -1, {HIGHER} or {LOWER}, or nothing where nobody has said"
        raise TableError("finding", f"its polarity {polarity!r} is none; it is {allowed}")
    return 0 if not words else 1 if words in _UP else -1


def _mapping(finding: object) -> Mapping[str, object]:
    if finding is None:
        return {}
    if isinstance(finding, Mapping):
        return finding
    if isinstance(finding, str | bytes | int | float | list | tuple) and not hasattr(
        finding, "_fields"
    ):
        told = f"{short(finding)} is not a finding; give its row: a mapping or a row of findings"
        raise TableError("finding", told)
    if hasattr(finding, "columns"):
        if len(finding) != 1:  # type: ignore[arg-type] # a DataFrame has a length
            told = f"one row is needed, the table has {len(finding)}"  # type: ignore[arg-type] # same
            raise TableError("finding", told)
        finding = finding.iloc[0]  # type: ignore[attr-defined] # the same
    if hasattr(finding, "to_dict"):
        made: Mapping[str, object] = finding.to_dict()
        return made
    return {name: getattr(finding, name) for name in _NAMES if hasattr(finding, name)}


def _keyed(given: Mapping[str, object]) -> dict[str, object]:
    """Figures under the names that findings have for them; the first name of each is taken."""
    made: dict[str, object] = {}
    for name, key in _NAMES.items():
        if name in given and key not in made and (found := given[name]) is not None:
            made[key] = found
    return made


def _effect(given: Mapping[str, object]) -> tuple[float | None, bool]:
    """The effect, and whether it is a change; some call the effect itself a change."""
    change = _one(given, "change")
    if "value" in given or isinstance(change, bool):
        return _number(given, "value"), _yes(given, "change") is not False
    return _number(given, "change"), True


def _ends(given: Mapping[str, object]) -> tuple[float | None, float | None]:
    pair = given.get("interval")
    if pair is None:
        low, high = _number(given, "low_90"), _number(given, "high_90")
    else:
        ends = list(pair) if isinstance(pair, Iterable) and not isinstance(pair, str) else []
        if len(ends) != 2:
            raise TableError("finding", f"its 90 % interval {short(pair)} is not a low and a high")
        held: dict[str, object] = {"low_90": ends[0], "high_90": ends[1]}
        low, high = _number(held, "low_90"), _number(held, "high_90")
    if low is not None and high is not None and low > high:
        raise TableError("finding", f"its 90 % interval runs from {low:g} to {high:g}")
    return low, high


def _p(given: Mapping[str, object]) -> tuple[float | None, float | None]:
    """The bound under which p lies where no more is printed, and p itself."""
    p = _chance(given, "p")
    words = _text(given, "p_text")
    found = _BOUND.fullmatch(words)
    if p is not None or not found:
        return None, p
    bound = float(found[2])
    if found[1] == "<=":
        bound = math.nextafter(bound, math.inf)  # it may be just that
    return (bound if found[1].startswith("<") else None), None


def _chance(given: Mapping[str, object], name: str) -> float | None:
    found = _number(given, name)
    if found is not None and not 0 <= found <= 1:
        raise TableError("finding", f"its {name} {found:g} is not from 0 to 1")
    return found


def _number(given: Mapping[str, object], name: str) -> float | None:
    found = _one(given, name)
    if found is None:
        return None
    try:
        number = math.nan if isinstance(found, str | bool) else float(found)
    except OverflowError:  # a whole number of some hundred digits
        number = math.inf
    if not math.isfinite(number):
        raise TableError("finding", f"its {name} {short(given[name])} is not a finite number")
    return number


def _text(given: Mapping[str, object], name: str) -> str:
    found = _one(given, name)
    return "" if found is None else str(found).strip()


def _yes(given: Mapping[str, object], name: str) -> bool | None:
    """True or false; None where nobody has said."""
    found = _one(given, name)
    if isinstance(found, str):
        raise TableError("finding", f"its {name} {short(found)} is neither true nor false")
    return None if found is None else bool(found)


def _one(given: Mapping[str, object], name: str) -> str | int | float | bool | None:
    try:
        return plain(given.get(name))
    except ValueError:  # an array
        told = f"its {name} {short(given[name])} is not one value"
        raise TableError("finding", told) from None


def _blocked(given: Mapping[str, object]) -> str:
    """Why somebody has said that the finding cannot be used; empty where nobody has."""
    why = _text(given, "why")
    if _yes(given, "usable") is False:
        return why or "it is marked as not usable"
    audit = given.get("audit")
    grades = audit if isinstance(audit, Iterable) and not isinstance(audit, str) else []
    if isinstance(audit, str):
        grades = re.split(r"[,;/+]", audit)
    marked = [one for one in map(_grade, grades) if one]
    return f"an audit marked it ({', '.join(marked)})" if marked else ""


def _grade(given: object) -> str:
    word = str(given).strip().casefold()
    return _FAULTY.get(word) or (word if word in _FAULTY.values() else "")
