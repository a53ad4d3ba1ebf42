"""Printed figures as findings: one an item, measure and wave, and one a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from qualkit.survey._finding_ids import finding_id
from qualkit.survey.printed import Printed
from qualkit.survey.published import PublishedTable

if TYPE_CHECKING:
    import pandas as pd

_LEVELS: Final = ("mean", "percent", "score")
_CHANGED: Final = (*_LEVELS, "total")
_FAULTY: Final = ("proved", "contradiction")
_POLARITY: Final = {
    "agree": "higher-is-better", "better": "higher-is-better", "good": "higher-is-better",
    "positive": "higher-is-better", "worse": "lower-is-better", "bad": "lower-is-better",
    "negative": "lower-is-better",
}  # fmt: skip
_SMALLEST: Final = 10
_Faults = Mapping[tuple[str, str, str], str]


def published_findings(
    tables: Sequence[PublishedTable], audited: pd.DataFrame | None
) -> Iterator[dict[str, Any]]:
    """The findings of published tables; what an audit found wrong is not usable."""
    faults = _faults(audited)
    for table in tables:
        for at, item in enumerate(table.items):
            if not item.role:
                yield from _levels(table, at, faults)
                yield from _changes(table, at, faults)


def _faults(audited: pd.DataFrame | None) -> dict[tuple[str, str, str], str]:
    """Where an audit found a fault: table, item, measure, the latter two empty for all."""
    made: dict[tuple[str, str, str], str] = {}
    for row in [] if audited is None else audited.to_dict("records"):
        if row["grade"] in _FAULTY:
            made.setdefault((row["table"], row["item"], row["measure"]), row["message"])
    return made


def _fault_of(
    faults: _Faults, table: PublishedTable, item: str, names: Iterable[str]
) -> str:  # fmt: skip
    """Why a figure, resting on these measures of the table, cannot be used."""
    for where in (item, ""):
        for name in (*dict.fromkeys(names), ""):
            if found := faults.get((table.id, where, name)):
                return found
    return ""


def _cells(table: PublishedTable, at: int) -> Iterator[tuple[str, str, str, Printed, int]]:
    """Role, wave, printed label, cell and place in it (1 is the number in brackets)."""
    for measure, cells in zip(table.measures, table.cells, strict=True):
        for place, role in enumerate(measure.roles):
            yield role, measure.wave, measure.label, cells[at], place


def _value(cell: Printed, place: int) -> Decimal | None:
    return cell.spread if place else cell.value


def _levels(table: PublishedTable, at: int, faults: _Faults) -> Iterator[dict[str, Any]]:
    seen: dict[tuple[str, str], int] = {}
    for role, wave, label, cell, place in _cells(table, at):
        value = _value(cell, place)
        if role not in _LEVELS or value is None:
            continue
        nth = seen[role, wave] = seen.get((role, wave), 0) + 1
        names = (_name(role, wave), label)
        told = _told(table, at, f"{role}:{label}" if nth > 1 else role, wave)
        told |= _where(table, at, wave) | {
            "value": float(value), "unit": "%" if role == "percent" else "", "change": False,
            "sd": _other(table, at, "sd", wave), "p_text": "", "test": "",
        }  # fmt: skip
        body = f"{role} {cell.text.strip()}{f' at {wave}' if wave else ''}"
        yield _finished(told, body, cell, _fault_of(faults, table, told["item"], names))


def _changes(table: PublishedTable, at: int, faults: _Faults) -> Iterator[dict[str, Any]]:
    """The printed change; where none is, the last wave less the first, exact in decimals."""
    wave = f"{table.waves[0]}-to-{table.waves[-1]}" if len(table.waves) > 1 else "change"
    tested = [one for one in table.measures if {"t", "p"} & set(one.roles)]
    tests = [one.label for one in tested]
    tests += [_name(role, one.wave) for one in tested for role in one.roles]
    printed = [one for one in _cells(table, at) if one[0] == "change"]
    for nth, (role, _, label, cell, place) in enumerate(printed):
        value = Decimal(0) if cell.kind == "dash" else _value(cell, place)
        if value is not None:
            told = _told(table, at, f"change:{label}" if nth else "change", wave)
            fault = _fault_of(faults, table, told["item"], [role, label, *tests])
            yield _moved(table, at, told, value, cell=cell, fault=fault)
    for role in () if printed or len(table.waves) < 2 else _CHANGED:
        sides = [_only(table, at, role, one) for one in (table.waves[0], table.waves[-1])]
        first, last = (None if one is None else _value(one[3], one[4]) for one in sides)
        if first is None or last is None:
            continue
        told = _told(table, at, role, wave) | {"unit": "%" if role == "percent" else ""}
        names = [name for one in sides if one for name in (_name(role, one[1]), one[2])]
        fault = _fault_of(faults, table, told["item"], [*names, *tests])
        yield _moved(table, at, told, last - first, cell=Printed("", "number"), fault=fault)


def _only(
    table: PublishedTable, at: int, role: str, wave: str
) -> tuple[str, str, str, Printed, int] | None:
    """The one figure of a role and wave; None where there are several."""
    found = [one for one in _cells(table, at) if one[:2] == (role, wave)]
    return found[0] if len(found) == 1 and not found[0][3].bound else None


def _moved(
    table: PublishedTable, at: int, told: dict[str, Any], value: Decimal, *, cell: Printed,
    fault: str,
) -> dict[str, Any]:  # fmt: skip
    last = table.waves[-1] if table.waves else ""
    p, words, stars = _tested(table, at)
    told |= _where(table, at, last) | {
        "value": float(value), "change": True, "p": p, "p_text": words, "stars": stars,
        "test": table.test if table.test != "none" else "",
    }  # fmt: skip
    percents = any("percent" in one.roles for one in table.measures)
    told.setdefault("unit", "%" if percents else "")
    first = _bases(table, at, table.waves[0]) if table.waves else None
    if first is not None and (told["base"] is None or first < told["base"]):
        told["base"] = first
    if told["sd"] is None and table.waves:
        told["sd"] = _other(table, at, "sd", table.waves[0])
    printed = any("p" in one.roles for one in table.measures)
    words = f", p {words} ({'printed' if printed else 'by its stars'})" if words else ""
    return _finished(told, f"change {value:+}{words}", cell, fault)


def _tested(table: PublishedTable, at: int) -> tuple[float | None, str, str]:
    """The printed p, else what the stars of the item's statistic or change say, and these."""
    cells = list(_cells(table, at))
    for role, _, _, cell, place in cells:
        value = _value(cell, place)
        if role == "p" and value is not None:
            known = (None, f"{cell.bound}{value}") if cell.bound else (float(value), str(value))
            return (*known, "")
    if not table.stars:
        return None, "", ""
    tests = [cell for role, _, _, cell, _ in cells if role in {"t", "change"}]
    held = [cell for cell in tests if cell.kind == "number"]
    held += [cell for *_, cell, _ in cells if cell.stars]
    if not held:
        return None, "", ""
    levels = [(table.stars[cell.stars], cell.stars) for cell in held if cell.stars in table.stars]
    if levels:
        level, stars = min(levels)
        return None, f"<{level}", stars
    if any(cell.stars for cell in held):
        return None, "", ""  # marks that the table does not explain
    return None, f">={max(table.stars.values())}", ""


def _told(table: PublishedTable, at: int, measure: str, wave: str) -> dict[str, Any]:
    item = table.items[at].label
    twice = [n for n, one in enumerate(table.items) if one.label == item]
    name = item if len(twice) == 1 else f"{item} ({twice.index(at) + 1})"
    kind = _POLARITY.get((table.scale.higher_is if table.scale else "").casefold(), "")
    return {
        "finding": finding_id(table.id, name, measure, wave), "survey": table.id, "item": item,
        "question": f"{table.title}: {item}" if table.title else "", "measure": measure,
        "wave": wave, "attribute": "", "group": "",
        "polarity": kind, "origin": "published", "source": table.source or table.title,
        "adjusted_by": "",
    }  # fmt: skip


def _where(table: PublishedTable, at: int, wave: str) -> dict[str, Any]:
    return {"base": _bases(table, at, wave), "sd": _other(table, at, "sd", wave)}


def _bases(table: PublishedTable, at: int, wave: str) -> int | None:
    printed = _other(table, at, "n", wave)
    if printed is None:
        printed = _other(table, at, "n", "")
    return int(printed) if printed is not None and printed >= 1 else table.base_of(wave)


def _other(table: PublishedTable, at: int, role: str, wave: str) -> float | None:
    for name, where, _, cell, place in _cells(table, at):
        value = _value(cell, place)
        if (name, where) == (role, wave) and value is not None:
            return float(value)
    return None


def _name(role: str, wave: str) -> str:
    return f"{role}@{wave}" if wave else role


def _finished(told: dict[str, Any], body: str, cell: Printed, fault: str) -> dict[str, Any]:
    base = told["base"]
    why = fault
    if not why and cell.bound:
        why = f"only a bound is printed ({cell.text.strip()})"
    if not why and base is not None and base < _SMALLEST and told["p_text"]:
        why = f"the base is {base}, fewer than {_SMALLEST}"
    people = f", base {base:,}" if base else ", base not printed"
    text = f"{told['survey']}, {told['item']!r}: {body}{people}, as printed"
    text += f" ({told['source']})." if told["source"] else "."
    return told | {"text": text, "why": why, "usable": not why}
