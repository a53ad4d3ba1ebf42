"""How findings, interviews and verdicts stand in a sentence that a client reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from qualkit.survey.findings import PERCENT, p_words
from qualkit.tables import plain
from qualkit.triangulate.records import KINDS, STATUSES

if TYPE_CHECKING:
    import pandas as pd

INTERVIEWS: Final = "interviews"
SURVEY: Final = "survey"
NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FIRST: Final = (*NUMBERS, "ten", "eleven", "twelve")  # also in words, at the head of a sentence
VERDICTS: Final = {
    "agreement": "Agreement",
    "partial": "Partial agreement",
    "dissonance": "Dissonance",
    "silence": "Silence",
    "silence (interviews)": "Silence (interviews)",
    "silence (survey)": "Silence (survey)",
    "no evidence": "No evidence",
    "inconclusive (survey)": "Undecided: the figures are inconclusive",
    "insufficient": "Undecided: insufficient evidence",
}
_MEASURES: Final = {
    "mean": "the average answer", "score": "the average score", "yes": "the share who said yes",
    "top-two": "the share who gave one of the two highest answers",
    "percent": "the share", "total": "the total", "change": "the figure", "level": "the figure",
}  # fmt: skip
_ADJUSTED: Final = {"bh": "Benjamini-Hochberg"}
_MINUS: Final = re.compile(r"(?<![\w\u2212-])-(?=\d)")
_PAIRED: Final = ("paired", "mcnemar", "wilcoxon")  # in the names of tests
Row = Mapping[str, Any]
Key = tuple[str, str]  # codebook, code


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def in_words(number: int) -> str:
    """A number as it stands in a sentence: up to nine in words.

    >>> in_words(0), in_words(7), in_words(1200)
    ('no', 'seven', '1,200')
    """
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else f"{number:,}"


def first_word(number: int) -> str:
    """A number that begins a sentence.

    >>> first_word(10), first_word(0), first_word(31)
    ('Ten', 'None', '31')
    """
    if not number:
        return "None"
    return _FIRST[number].capitalize() if number < len(_FIRST) else f"{number:,}"


def several(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, small ones in words.

    >>> several(1, "interview"), several(12, "interview")
    ('one interview', '12 interviews')
    """
    return f"{in_words(number)} {noun if number == 1 else plural or f'{noun}s'}"


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them.

    >>> listed(["North", "South", "East"]), listed(["North"])
    ('North, South and East', 'North')
    """
    *first, last = [*names] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def sentence(clause: str) -> str:
    """A clause as a sentence: its first letter a capital, a full stop at the end.

    >>> sentence("two interviews said so")
    'Two interviews said so.'
    """
    said = clause.strip()
    end = "" if said[-1:] in {".", "!", "?"} else "."
    return f"{said[:1].upper()}{said[1:]}{end}" if said else ""


def clause(words: str) -> str:
    """A sentence as it goes on after a colon: its first letter small, no full stop.

    >>> clause("The base is 4."), clause("GRIM says no."), clause("A base of 4")
    ('the base is 4', 'GRIM says no', 'a base of 4')
    """
    said = words.strip().rstrip(".")
    first = said.split(" ", 1)[0]
    small = first[1:].islower() or first in {"A", "I"}
    return f"{said[:1].lower()}{said[1:]}" if small else said


def with_minus(words: str) -> str:
    """Words whose negative figures have the sign that is set for them.

    >>> with_minus("-0.11 (95% interval -0.31 to 0.08) in 2024-09")
    '−0.11 (95% interval −0.31 to 0.08) in 2024-09'
    """
    return _MINUS.sub("\u2212", words)


def verdict_words(verdict: str, status: str = "") -> str:
    """A verdict as a table shows it; one that nobody has decided says so.

    >>> verdict_words("partial", "proposed"), verdict_words("partial", "changed")
    ('Partial agreement (PROPOSED)', 'Partial agreement')
    """
    return f"{VERDICTS[verdict]}{' (PROPOSED)' if status == STATUSES[0] else ''}"


# Findings --------------------------------------------------------------------------------------


def strand_of_finding(row: Row) -> str:
    """The strand of evidence that a finding is of: ``survey``, or another strand's kind."""
    origin = str(plain(row.get("origin")) or "")
    return origin if origin in KINDS else SURVEY


def strand_words(row: Row | None) -> str:
    """How a sentence calls what a finding is from."""
    strand = SURVEY if row is None else strand_of_finding(row)
    return "the survey" if strand == SURVEY else f"the {strand} figures"


def question_of(row: Row) -> str:
    """What was asked or measured, in the words of the survey; its item where it has none.

    A score is called by its name, since its question says only what it is made of.
    """
    asked, item = (str(plain(row.get(name)) or "") for name in ("question", "item"))
    if asked and item and plain(row.get("measure")) == "score":
        return f"{item[:1].upper()}{item[1:]} ({asked})"
    return asked or item or str(plain(row.get("finding")))


def shown(row: Row) -> bool:
    """Whether a finding's figures may be given: not those hidden, or marked by an audit."""
    return bool(row.get("usable", True)) and plain(row.get("value")) is not None


def figure(row: Row, value: float | None = None, *, signed: bool = False) -> str:
    """A value of a finding with its unit, a change of a share in points.

    >>> figure({"value": 12.5, "unit": "%", "change": True}), figure({"value": 2.5, "unit": ""})
    ('12.5 points', '2.50')
    """
    value = float(row["value"]) if value is None else value
    unit = str(plain(row.get("unit")) or "")
    counted = strand_of_finding(row) != SURVEY and value == int(value)
    digits = 1 if unit == PERCENT else 0 if counted else 2
    told = with_minus(f"{value:{'+' if signed else ''},.{digits}f}")
    if unit == PERCENT:
        return f"{told} points" if row.get("change") else f"{told}%"
    return f"{told} {unit}".strip()


def interval_of(row: Row, low: str = "low", high: str = "high") -> str:
    """The 95% interval of a finding: ``0.16 to 0.51``; empty where it has none."""
    ends = [plain(row.get(name)) for name in (low, high)]
    if None in ends:
        return ""
    digits = 1 if plain(row.get("unit")) == PERCENT else 2
    return with_minus(" to ".join(f"{float(end):,.{digits}f}" for end in ends if end is not None))


def base_of(row: Row) -> str:
    """How many answered: ``48 answered both times``; empty where it is not known."""
    base = plain(row.get("base"))
    if base is None:
        return ""
    number = int(base)
    if strand_of_finding(row) != SURVEY:
        return f"n = {number:,}"
    test = str(plain(row.get("test")) or "").casefold()
    paired = bool(row.get("change")) and any(one in test for one in _PAIRED)
    return f"{number:,} answered{' both times' if paired else ''}"


def chance_of(row: Row) -> str:
    """Its p as it may be read, and whether it was adjusted; empty where there is none."""
    adjusted, p = plain(row.get("p_adjusted")), plain(row.get("p"))
    if adjusted is not None:
        by = _ADJUSTED.get(str(row.get("adjusted_by")), "")
        return f"adjusted p {_sign(float(adjusted))}{f' ({by})' if by else ''}"
    if p is not None:
        return f"p {_sign(float(p))}, not adjusted"
    printed = str(plain(row.get("p_text")) or plain(row.get("stars")) or "")
    return f"p {printed.replace('<', '< ')} as printed, not adjusted" if printed else ""


def _sign(p: float) -> str:
    words = p_words(p)
    return f"< {words[1:]}" if words.startswith("<") else f"= {words}"


def rests_on(row: Row, *, interval: str = "95% interval") -> str:
    """Interval, base and p of a finding, as they stand in brackets."""
    inside = interval_of(row)
    parts = (f"{interval} {inside}" if inside else "", base_of(row), chance_of(row))
    return "; ".join(part for part in parts if part)


def short_of(row: Row) -> str:
    """A finding's figures, for a cell: ``+0.33 (95% interval ...)``; the reason if withheld."""
    if not shown(row):
        return f"withheld: {plain(row.get('why')) or 'not defined'}"
    told = figure(row, signed=bool(row.get("change")))
    return f"{told} ({rest})" if (rest := rests_on(row)) else told


def measured(row: Row) -> str:
    """What a finding's figure is: ``the average answer``."""
    kind, _, option = str(plain(row.get("measure")) or "").partition(":")
    if kind in {"chosen", "percent"} and option:
        return f"the share who {'chose' if kind == 'chosen' else 'answered'} \u2018{option}\u2019"
    return _MEASURES.get(kind, "the figure")


def told_of(row: Row, what: str = "") -> str:
    """What a finding says, as a clause without what it rests on: ``the average answer rose``."""
    value, what = float(row["value"]), what or measured(row)
    if not row.get("change"):
        when = str(plain(row.get("wave")) or "")
        wave = f"the wave \u2018{when}\u2019" if strand_of_finding(row) == SURVEY else when
        return f"{what} was {figure(row)}{f' in {wave}' if when else ''}"
    first, _, last = str(plain(row.get("wave")) or "").partition("-to-")
    dated = bool(last) and strand_of_finding(row) != SURVEY
    over = f" from {first} to {last}" if dated else ""
    if not round(value, 6):
        return f"{what} was the same as before{over and f', {over[1:]}'}"
    return f"{what} {'rose' if value > 0 else 'fell'} by {figure(row, abs(value))}{over}"


# Interviews ------------------------------------------------------------------------------------


def said_parts(counts: Mapping[str, int]) -> Sequence[tuple[str, int, str]]:
    """Stance, number and words for each stance that somebody took, the most frequent first."""
    words = {
        "improved": "said that it had improved", "worsened": "said that it had become worse",
        "unchanged": "said that it had not changed", "mixed": "gave a mixed picture",
    }  # fmt: skip
    held = [(name, counts.get(name, 0), words[name]) for name in words if counts.get(name)]
    return sorted(held, key=lambda one: -one[1])
