"""What is measured of a survey: answers as text turned into places on a scale and into numbers.

A variable is an item, one option of an item with several answers, or a scale. Don't-know answers
are counted apart and never have a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from qualkit.errors import BatchError, TableError
from qualkit.survey.items import Item, Survey, code_of, fold, is_missing
from qualkit.wording import many

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NOT_GIVEN: Final = "(not given)"
MOST_GROUPS: Final = 500
BINARY: Final = ("yes-no", "option")
_CHOSEN: Final = "1"


@dataclass(frozen=True, slots=True)
class Variable:
    """What is measured.

    Attributes
    ----------
    item : str
        Id of the item, or name of the scale.
    question, kind, polarity : str
        `kind` is that of the item; ``option`` for one of several answers, ``scale`` for a score.
    option : str
        Code of the option; empty but for kind ``option``.
    codes, labels : tuple of str
        The answers, from the least to the most where they have an order.
    best : tuple of int
        Places of the codes that the share of the best answers counts.
    source : Item or None
        None of a scale.
    """

    item: str
    question: str
    kind: str
    polarity: str = ""
    option: str = ""
    codes: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    best: tuple[int, ...] = ()
    source: Item | None = None

    @property
    def has_mean(self) -> bool:
        """Whether its answers are numbers that may be averaged."""
        return self.kind in {"ordinal", "number", "scale"}

    @property
    def numbers(self) -> tuple[float, ...]:
        """Each code's number: itself, or its place from 1 where some code is no number."""
        if not self.has_mean and self.kind not in BINARY:
            return ()
        found = [_float(code) for code in self.codes]
        if any(number is None for number in found):
            return tuple(float(n) for n, _ in enumerate(found, 1))
        return tuple(number for number in found if number is not None)

    @property
    def counted(self) -> str:
        """The answers that the share of the best counts, in words."""
        words = [
            code if code == label else f"{code} {label}"
            for code, label in zip(self.codes, self.labels, strict=True)
        ]
        return ", ".join(words[place] for place in self.best)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers of one wave to a variable, one a respondent.

    Attributes
    ----------
    place : array of int
        Place of the answer among the codes, -1 where there is none.
    number : array of float
        NaN where the answer has no number.
    unsure : array of bool
        Who said don't know.
    strange : dict of str to int
        Answers that the item does not list, and how often; they count as missing.
    """

    place: np.ndarray
    number: np.ndarray
    unsure: np.ndarray
    strange: Mapping[str, int] = field(default_factory=dict)

    @property
    def valid(self) -> np.ndarray:
        """Who gave an answer."""
        import numpy as np

        return np.asarray((self.place >= 0) | ~np.isnan(self.number), dtype=bool)


@dataclass(frozen=True, slots=True)
class Groups:
    """Respondents by the values of one column; an empty name is everybody."""

    attribute: str
    names: tuple[str, ...]
    of: np.ndarray


# What is measured ----------------------------------------------------------------------------


def variables_of(survey: Survey, tables: Iterable[pd.DataFrame]) -> list[Variable]:
    """The items of a survey in order, an item with several answers as each of its options.

    Open answers are left out. Items without labels take the codes seen in `tables`.
    """
    held = list(tables)
    made: list[Variable] = []
    for item in survey.items:
        if item.kind == "open":
            continue
        if item.kind == "multiple":
            made += [
                Variable(item.id, item.question, "option", option=code, codes=("0", _CHOSEN),
                         labels=("not chosen", label or code), best=(1,), source=item)
                for code, label in item.labels.items() if code not in item.dont_know
            ]  # fmt: skip
        else:
            made.append(_variable(item, held))
    return made


def _variable(item: Item, tables: Sequence[pd.DataFrame]) -> Variable:
    codes = () if item.kind == "number" else item.codes or _seen(item, tables)
    labels = tuple(item.labels.get(code) or code for code in codes)
    return Variable(item.id, item.question, item.kind, item.polarity, codes=codes, labels=labels,
                    best=_best(item, codes), source=item)  # fmt: skip


def _best(item: Item, codes: Sequence[str]) -> tuple[int, ...]:
    """The two best codes; of a scale of two, and of yes or no, the best alone."""
    if item.kind == "yes-no":
        return (codes.index(_CHOSEN),)
    if item.kind != "ordinal" or len(codes) < 2:
        return ()
    most = 1 if len(codes) == 2 else 2
    down = item.polarity == "lower-is-better"
    return tuple(range(most)) if down else tuple(range(len(codes) - most, len(codes)))


def _seen(item: Item, tables: Sequence[pd.DataFrame]) -> tuple[str, ...]:
    """The codes that stand in the tables; of an ordinal item the numbers alone, in order."""
    found = {code for table in tables if item.id in table for code in _codes(table[item.id], item)}
    if item.kind != "ordinal":
        return tuple(sorted(found))
    return tuple(sorted((c for c in found if _float(c) is not None), key=float))


def _codes(column: pd.Series, item: Item) -> set[str]:
    found = {code_of(str(one)) for one in column.dropna().unique()}
    return {one for one in found if one and not _unsure_or_missing(one, item)}


def _unsure_or_missing(code: str, item: Item) -> bool:
    return code in item.dont_know or is_missing(code, item.missing)


def _float(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < 1e100 else None  # refuses nan and inf too


# Answers -------------------------------------------------------------------------------------


def is_asked(variable: Variable, table: pd.DataFrame) -> bool:
    """Whether the table has the variable's column."""
    if variable.kind == "option":
        return f"{variable.item}/{variable.option}" in table
    return variable.item in table


class Reader:
    """The answers of one wave, each variable looked up once however often it is asked for."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self._held: dict[tuple[str, str], Answered] = {}

    def answers(self, variable: Variable) -> Answered:
        """The answers to a variable."""
        key = (variable.item, variable.option)
        if key not in self._held:
            self._held[key] = answers_to(variable, self.table)
        return self._held[key]


def unlisted(variable: Variable, answered: Answered, wave: str) -> list[str]:
    """What was answered and the item does not list, in a line; none where there is nothing."""
    if not answered.strange:
        return []
    times = many(sum(answered.strange.values()), "answer")
    some = ", ".join(repr(one[:40]) for one in list(answered.strange)[:3])
    return [
        f"{variable.item}, {wave}: {times} that the item does not list ({some}) counted as missing"
    ]


def answers_to(variable: Variable, table: pd.DataFrame) -> Answered:
    """The answers of one wave to a variable that is an item or an option of one."""
    if variable.kind == "option":
        return _chosen(variable, table)
    item = variable.source
    if item is None:
        raise TableError(variable.item, "a scale has no answers of its own")
    if variable.kind == "number":
        return _looked_up(table[variable.item], item, lambda code: (-1, _float(code)))
    values = dict(zip(variable.codes, variable.numbers, strict=False))
    known = _known(variable)
    places = {code: place for place, code in enumerate(variable.codes)}

    def look(written: str) -> tuple[int, float | None]:
        code = written if written in places else known.get(fold(written), written)
        return places.get(code, -1), values.get(code)

    return _looked_up(table[variable.item], item, look)


def _known(variable: Variable) -> dict[str, str]:
    """Labels as they are compared, for answers that were written out."""
    return {fold(label): code for code, label in zip(variable.codes, variable.labels, strict=True)}


def _looked_up(
    column: pd.Series, item: Item, look: Callable[[str], tuple[int, float | None]]
) -> Answered:
    """Each different answer is looked at once; there are few of them."""
    import numpy as np
    import pandas as pd

    which, written = pd.factorize(column)
    places = np.full(len(written) + 1, -1, dtype=np.int32)  # the last one is of missing answers
    numbers = np.full(len(written) + 1, np.nan)
    unsure = np.zeros(len(written) + 1, dtype=bool)
    strange = np.zeros(len(written) + 1, dtype=bool)
    for n, one in enumerate(written):
        code = code_of(str(one))
        if code in item.dont_know:
            unsure[n] = True
        elif code and not is_missing(code, item.missing):
            place, number = look(code)
            places[n] = place
            numbers[n] = np.nan if number is None else number
            strange[n] = place < 0 and number is None
    counts = np.bincount(which[which >= 0], minlength=len(written))
    odd = {str(one): int(counts[n]) for n, one in enumerate(written) if strange[n]}
    return Answered(places[which], numbers[which], unsure[which], odd)


def _chosen(variable: Variable, table: pd.DataFrame) -> Answered:
    """One option of an item with several answers; who chose anything, or said no, has answered."""
    import numpy as np

    item = variable.source
    columns = [] if item is None else [name for name in item.columns if name in table]
    answered = np.zeros(len(table), dtype=bool)
    unsure = np.zeros(len(table), dtype=bool)
    for name in columns:
        answered |= table[name].notna().to_numpy()
        if item is not None and name.rpartition("/")[2] in item.dont_know:
            unsure |= _is_chosen(table[name])
    chosen = _is_chosen(table[f"{variable.item}/{variable.option}"])
    place = np.where(answered & ~unsure, chosen.astype(np.int64), -1)
    return Answered(place, np.where(place >= 0, place, np.nan), unsure)


def _is_chosen(column: pd.Series) -> np.ndarray:
    return column.isin([_CHOSEN, "1.0", 1, True]).to_numpy(dtype=bool)


# Respondents ---------------------------------------------------------------------------------


def everybody(table: pd.DataFrame) -> Groups:
    """All respondents as one group."""
    import numpy as np

    return Groups("", ("",), np.zeros(len(table), dtype=np.int64))


def groups_of(table: pd.DataFrame, attribute: str, survey: Survey) -> Groups:
    """Respondents by the values of a column, in the order of the alphabet.

    Raises
    ------
    TableError
        Where there is no such column, or it has too many values to be a subgroup.
    """
    import numpy as np
    import pandas as pd

    if attribute not in table:
        known = ", ".join(map(str, survey.subgroups)) or "none"
        raise TableError("answers", f"they have no column {attribute!r}; subgroups are {known}")
    which, written = pd.factorize(table[attribute])
    if len(written) > MOST_GROUPS:
        raise TableError(
            "answers",
            f"column {attribute!r} has {len(written):,} values; subgroups are at most "
            f"{MOST_GROUPS}, see whether it is a column of names or ids",
        )
    words = survey.subgroup_labels.get(attribute, {})
    told = [" ".join(str(one).split()) for one in written]
    told = [words.get(one) or words.get(code_of(one)) or one or NOT_GIVEN for one in told]
    told.append(NOT_GIVEN)  # of -1
    names = sorted({told[n] for n in set(which.tolist())})
    place = {name: n for n, name in enumerate(names)}
    return Groups(attribute, tuple(names), np.array([place.get(name, 0) for name in told])[which])


def column_of(table: pd.DataFrame, kind: str, name: str) -> str:
    """The column of ids, weights or clusters: called by its kind, or as the survey calls it."""
    return kind if kind in table else name if name and name in table else ""


def weights_of(table: pd.DataFrame, column: str) -> np.ndarray:
    """The design weights, 0 where one is missing.

    Raises
    ------
    TableError
        Where there is no such column.
    BatchError
        Where a weight is no number or below zero, with every row.
    """
    import numpy as np
    import pandas as pd

    if column not in table:
        raise TableError("answers", f"they have no column of weights {column!r}")
    written = table[column]
    numbers = pd.to_numeric(written, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    blank = (written.isna() | (written.astype(str).str.strip() == "")).to_numpy()
    wrong = (np.isnan(numbers) & ~blank) | (numbers < 0) | np.isinf(numbers)
    if wrong.any():
        faults = [
            f"row {n + 1}: the weight {str(written.iloc[n])[:40]!r} is no number from 0"
            for n in np.flatnonzero(wrong).tolist()
        ]
        raise BatchError(f"weights in {column}", faults)
    return np.asarray(np.nan_to_num(numbers, nan=0.0), dtype=float)
