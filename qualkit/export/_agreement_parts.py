"""What a report of agreement says, chapter by chapter, before it is a document of any kind.

Word, Excel and the web page write the same chapters, so that they say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement.records import Coefficient
from qualkit.export._agreement_words import (
    FLAGGED,
    NONE,
    Share,
    cut,
    figure,
    listed,
    points,
    why,
)  # fmt: skip
from qualkit.export._shared import one_line
from qualkit.model import Codebook
from qualkit.tables import plain
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement.study import Agreement

Value = str | int | float | Coefficient | None
Record = Mapping[str, Any]
_LATE: Final = ("band", "coders", "sources", "codes", "applied", "n")  # behind the figures
MEASURES: Final = {  # what they are called, the kind of their head, and whether for sheets alone
    "percent": ("Percent", "share", False),
    "kappa": ("Kappa", "figure", False),
    "alpha": ("Alpha", "figure", False),
    "holsti": ("Holsti", "point", False),
    "bp": ("Brennan-Prediger", "figure", False),
    "overlap": ("Overlap", "point", False),
    "pi": ("Scott\u2019s pi", "point", True),
    "ac1": ("Gwet\u2019s AC1", "point", True),
    "p_below_667": ("P(alpha < .667)", "point", True),
    "p_below_80": ("P(alpha < .80)", "point", True),
}
_BESIDE: Final = ("", "_reason", "_low", "_high")  # the columns of a measure
_COUNTS: Final = {
    "both": "Both", "only_a": "Only the first", "only_b": "Only the second", "neither": "Neither",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column.

    Attributes
    ----------
    title : str
    share : float
        Its width beside the others'.
    kind : str
        ``text`` or ``count``; of coefficients ``figure``, with its interval, and ``point`` and
        ``share``, a percentage, whose intervals stand on sheets alone.
    sheet : bool
        Shown on sheets alone, where there is room.
    """

    title: str
    share: float = 1.0
    kind: str = "text"
    sheet: bool = False


Key = tuple[Head, str]  # the head of a column, and the column of a frame that it shows


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `rows` have a value a head, the first of them the row's name."""

    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()

    @property
    def remarks(self) -> list[str]:
        """What stands under it: its notes, then why figures are missing or to be read with care."""
        return [*self.notes, *_reasons(self)]


@dataclass(frozen=True, slots=True)
class Side:
    """What one coder did with a passage, and the memos on it."""

    coder: str
    did: tuple[str, ...]
    memos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage on which coders disagree; `words` are the transcript's own."""

    source: str
    where: str
    kind: str
    status: str
    words: str
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The passages of one code, or of codes that stand in each other's place."""

    title: str
    definitions: tuple[tuple[str, str], ...]
    passages: tuple[Passage, ...]
    more: int = 0

    @property
    def more_words(self) -> str:
        """How many passages are not shown; empty where all are."""
        return f"+ {many(self.more, 'more passage')}" if self.more else ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """What stands under one heading.

    Attributes
    ----------
    title : str
    lines : tuple of str
        Paragraphs before the tables.
    tables : tuple of Table
    cells : DataFrame or None
        What a map of agreement is drawn of.
    groups : tuple of Group
    """

    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    cells: pd.DataFrame | None = None
    groups: tuple[Group, ...] = field(default=())


# Tables of figures -----------------------------------------------------------------------------


def measured(
    title: str,
    frame: pd.DataFrame,
    keys: Sequence[Key],
    after: Sequence[Key] = (),
) -> Table:
    """A table of what was measured: its keys, every measure that it has, more, and its counts."""
    records = as_records(frame)
    measures = [name for name in MEASURES if _has(frame, name)]
    counts = [name for name in _COUNTS if name in frame.columns]
    heads = [
        *(head for head, _ in keys), *(_head(name, frame) for name in measures),
        *(head for head, _ in after),
        *(Head(_COUNTS[name], 0.8, "count", sheet=True) for name in counts),
    ]  # fmt: skip
    rows = [
        (
            *(shown(record[column]) for _, column in keys),
            *(coefficient(record, name) for name in measures),
            *(shown(record[column]) for _, column in after),
            *(shown(record[name]) for name in counts),
        )
        for record in records
    ]
    return Table(title, tuple(heads), tuple(rows))


def _has(frame: pd.DataFrame, name: str) -> bool:
    """Whether a measure has a figure anywhere, or a reason why it has none."""
    columns = [f"{name}{end}" for end in _BESIDE[:2] if f"{name}{end}" in frame.columns]
    return any(shown(value) not in {None, ""} for column in columns for value in frame[column])


def _head(name: str, frame: pd.DataFrame) -> Head:
    label, kind, sheet = MEASURES[name]
    if name == "bp" and "bp_low" not in frame.columns:
        return Head(label, 1.0, "point", sheet=True)  # one among others, for whoever wants it
    return Head(label, 1.8 if kind == "figure" else 0.9, kind, sheet)


def as_records(frame: pd.DataFrame) -> list[Record]:
    """The rows of a table by the names of its columns."""
    return [{str(key): value for key, value in one.items()} for one in frame.to_dict("records")]


def coefficient(record: Record, name: str) -> Coefficient:
    """A coefficient out of the columns of a table: its value, reason, interval and flag."""
    value, low, high = (plain(record.get(name + end)) for end in ("", "_low", "_high"))
    kind = Share if MEASURES[name][1] == "share" else Coefficient
    return kind(
        None if value is None else float(value),
        str(plain(record.get(f"{name}_reason")) or ""),
        None if low is None else float(low),
        None if high is None else float(high),
        flag=str(plain(record.get("flag")) or "") if name == "kappa" else "",
    )


def shown(value: object) -> Value:
    """A value of a table as a document has it: words on one line, numbers, or nothing."""
    if isinstance(value, tuple | list | frozenset | set):
        return listed([one_line(str(one)) for one in value])
    found = plain(value)
    if isinstance(found, bool):
        return "yes" if found else "no"
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return one_line(found) if isinstance(found, str) else found


def others(frame: pd.DataFrame, titles: Mapping[str, str]) -> tuple[list[Key], list[Key]]:
    """The columns of a frame that are no measures, as keys before and counts and words after them.

    `titles` names them; those without a title, and those that are empty, are left out.
    """
    held = [
        name for name in titles
        if name in frame.columns and any(shown(one) not in {None, ""} for one in frame[name])
    ]  # fmt: skip
    before = [(Head(titles[name], 1.6), name) for name in held if name not in _LATE]
    return before, [(_late(titles[name], name), name) for name in held if name in _LATE]


def _late(title: str, name: str) -> Head:
    """The head of a column behind the figures."""
    if name == "band":
        return Head(title, 1.9)
    return Head(title, 1.2 if name == "n" else 0.95, "count")


def printed(value: Value, head: Head, bounds: Sequence[float]) -> str:
    """A value as it is read on paper; `bounds` are those that rounding must not step over.

    >>> printed(0.5, Head("x", kind="figure"), ()), printed(1200, Head("n", kind="count"), ())
    ('0.50', '1,200')
    """
    if value is None:
        return NONE
    if isinstance(value, Coefficient):
        single = value if head.kind == "figure" else replace(value, low=None, high=None)
        return figure(single, bounds)
    if isinstance(value, float):
        return points(value, bounds)
    return f"{value:,}" if isinstance(value, int) else value


def _reasons(table: Table) -> Iterator[str]:
    """Why figures are missing, or to be read with care, each reason with its rows."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for row in table.rows:
        for head, value in zip(table.heads, row, strict=True):
            if isinstance(value, Coefficient) and not head.sheet and (said := why(value)):
                mark = NONE if value.value is None else FLAGGED
                found.setdefault((mark, said), {})[cut(str(row[0]))] = None
    for (mark, said), rows in sorted(found.items()):
        yield f"{mark} {said[:1].upper()}{said[1:]}: {listed(list(rows))}."


def split_unused(frame: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The codes, or themes, that somebody applied, and the names of the others."""
    unused = frame["applied"] == 0
    return frame[~unused], [cut(one_line(str(name))) for name in frame[unused]["name"]]


def unused_words(names: Sequence[str], what: str = "code") -> list[str]:
    """How many codes, or themes, nobody applied, with their names; nothing for none."""
    if not names:
        return []
    one = len(names) == 1
    return [
        f"{many(len(names), what)} that nobody applied in what was compared"
        f" {'has' if one else 'have'} no figure and {'stands' if one else 'stand'} in no average:"
        f" {listed(list(names), 40)}."
    ]


# The report ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """What a report of agreement is made of.

    Attributes
    ----------
    study : str
        Its name.
    agreement : Agreement
        As :func:`qualkit.agreement.study.agreement` gives it, before anything was settled.
    after : Agreement or None
        The same with what was settled in place of what coders had there.
    disagreements : DataFrame or None
        As :func:`qualkit.agreement.disagreements.disagreements` gives them.
    decisions : DataFrame or None
        With the columns of :mod:`qualkit.tables`.
    redefine : DataFrame or None
        As :func:`qualkit.agreement.redefining.to_redefine` gives it.
    books : tuple of Codebook
        Those compared, for names and definitions.
    by : str
        The attribute by which groups were compared, for their heading.
    limit : int or None
        Passages shown of each code, or of codes in each other's place; None for all.
    """

    study: str
    agreement: Agreement
    after: Agreement | None = None
    disagreements: pd.DataFrame | None = None
    decisions: pd.DataFrame | None = None
    redefine: pd.DataFrame | None = None
    books: tuple[Codebook, ...] = ()
    by: str = ""
    limit: int | None = 10
