"""Which results of a survey a chart shows, and in which order: items as asked, groups, waves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import QualkitError, UnknownName
from qualkit.export._shared import one_line
from qualkit.survey.suppress import CELL_WHY

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.survey import Description

Record = Mapping[str, Any]
EVERYBODY: Final = "All"
MOST_BARS: Final = 24  # of one item in one piece; more are split, or a page would not hold them


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a description is shown.

    Attributes
    ----------
    items : sequence of str
        Ids, empty for all of a fitting kind.
    waves : sequence of str
        Empty for all.
    by : str
        A subgroup column whose groups are shown under everybody; empty for everybody alone.
    """

    items: Sequence[str] = ()
    waves: Sequence[str] = ()
    by: str = ""


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows with None for what is missing, and Python's own numbers."""
    held = frame.astype(object)
    return [
        {str(name): value for name, value in row.items()}
        for row in held.where(held.notna(), None).to_dict("records")
    ]


def rows_by_item(
    made: Description, choice: Choice, kinds: Collection[str], *, unfit: str
) -> dict[str, list[Record]]:
    """Each item's results, everybody first, then groups; the waves of each in order.

    Raises
    ------
    UnknownName
        Where there is no such item, wave or subgroup column in the description.
    QualkitError
        Where an item is asked for whose kind does not fit, or nothing is left to show.
    """
    every = records(made.items)
    known = list(dict.fromkeys(row["item"] for row in every))
    check_names("item", choice.items, known)
    check_names("wave", choice.waves, made.waves)
    check_names("subgroup column", [choice.by] if choice.by else [], made.attributes)
    kind_of = {row["item"]: row["kind"] for row in every}
    wrong = [item for item in choice.items if kind_of[item] not in kinds]
    if wrong:
        raise QualkitError(f"{unfit}: {', '.join(wrong)} {'is' if len(wrong) == 1 else 'are'} not")
    waves = [wave for wave in made.waves if wave in (choice.waves or made.waves)]
    found: dict[str, list[Record]] = {
        item: [] for item in (choice.items or known) if kind_of[item] in kinds
    }
    for row in every:
        if row["item"] in found and row["wave"] in waves and row["attribute"] in {"", choice.by}:
            found[row["item"]].append(row)
    return {item: _in_order(rows, waves) for item, rows in found.items() if rows}


def _in_order(rows: Sequence[Record], waves: Sequence[str]) -> list[Record]:
    groups = sorted({row["group"] for row in rows if row["attribute"]})
    places = {"": 0} | {group: n for n, group in enumerate(groups, 1)}

    def place(row: Record) -> tuple[int, int]:
        return places[row["group"]] if row["attribute"] else 0, waves.index(row["wave"])

    return sorted(rows, key=place)


def check_names(what: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    """UnknownName for the first that is not known."""
    held = list(known)
    for name in wanted:
        if name not in held:
            raise UnknownName(what, name, held)


def answers_of(made: Description) -> dict[tuple[str, str, str, str], list[Record]]:
    """The answers of each item, wave, attribute and group, in the order of the scale."""
    found: dict[tuple[str, str, str, str], list[Record]] = {}
    for row in records(made.distribution):
        found.setdefault(key_of(row), []).append(row)
    return found


def key_of(row: Record) -> tuple[str, str, str, str]:
    """What a row is of: item, wave, attribute, group."""
    return row["item"], row["wave"], row["attribute"], row["group"]


def group_label(row: Record, *, grouped: bool) -> str:
    """A row's group, ``All`` for everybody, nothing where there are no groups."""
    if not grouped:
        return ""
    return one_line(row["group"]) if row["attribute"] else EVERYBODY


def asked(row: Record) -> str:
    """An item's id and question."""
    return one_line(f"{row['item']} {row['question']}" if row["question"] else str(row["item"]))


def chunks(rows: Sequence[Any], most: int = MOST_BARS, *, together: int = 1) -> list[Sequence[Any]]:
    """Rows in pieces as even as can be, about `most` long, so many of them always together.

    >>> [len(piece) for piece in chunks(range(10), 4)]
    [4, 4, 2]
    >>> [len(piece) for piece in chunks(range(10), 5, together=2)]
    [6, 4]
    """
    pieces = max(1, -(-len(rows) // most))
    size = -(-len(rows) // (pieces * together)) * together
    return [rows[at : at + size] for at in range(0, max(1, len(rows)), max(1, size))]


def numbered(question: str, pieces: Sequence[Sequence[Any]]) -> list[tuple[str, Sequence[Any]]]:
    """Each piece of an item with its question, which says the how manieth where there are more."""
    if len(pieces) == 1:
        return [(question, pieces[0])]
    return [(f"{question} ({n} of {len(pieces)})", one) for n, one in enumerate(pieces, 1)]


def was_nobody(why: str) -> bool:
    """Whether nothing is shown because nobody answered, rather than to guard who did."""
    return why.startswith("nobody answered")


def withheld_words(why: str) -> str:
    """That something is withheld, and why; a small count is told at the foot of the chart.

    >>> withheld_words("fewer than 10 answers"), withheld_words(CELL_WHY)
    ('withheld: fewer than 10 answers', 'withheld')
    """
    return "withheld" if why in {"", CELL_WHY} else f"withheld: {why}"


def chart_title(made: Description, choice: Choice, what: str) -> str:
    """What is shown, of which waves, by which column."""
    waves = " and ".join(wave for wave in made.waves if wave in (choice.waves or made.waves))
    by = f", by {choice.by.replace('_', ' ')}" if choice.by else ""
    return one_line(f"{made.survey}: {what}, {waves}{by}")


def notes_of(made: Description, rows: Iterable[Record], *, withheld: bool) -> list[str]:
    """What the reader of a picture must know of its figures."""
    held = list(rows)
    counted = bool((made.distribution["code"] == "don't know").any())
    told = [
        "% of all who answered, don't know among them; n: who gave an answer."
        if counted
        else "% of those who gave an answer; n: how many they are. Don't know is not in %."
    ]
    if any(row.get("effective_n") is not None for row in held):
        told.append("Percentages are weighted, n is not.")
    if withheld:
        told.append(f"Hatched: withheld. {made.rules.sentence()}")
    return told
