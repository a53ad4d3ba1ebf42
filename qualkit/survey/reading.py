"""Answers out of the files of a survey: every cell checked, as codes, with what is odd about it.

A file is read in a child process, its layout found, its columns matched to the items by heading
or by question. An answer may be written as its code or in its words. What cannot stand (a code
that is none of the item's, somebody twice, a word for a number, a formula) is refused with row
and column, all together; what can stand and is worth a look is a warning.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import BatchError, ReadError, UnknownName
from qualkit.importers import worker
from qualkit.importers.columns import Columns
from qualkit.model import PARTICIPANT, Source, Turn
from qualkit.survey.items import (
    RANGE_TURNED_DATE,
    YES_NO,
    Item,
    Survey,
    amount_of,
    code_of,
    fold,
    is_missing,
    number_of,
)
from qualkit.survey.layouts import Field, Laid, lay_out, short

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

YES_WORDS: Final = ("yes", "y", "true", "1", "checked", "selected", "ticked", "x", "✓", "✔")
NO_WORDS: Final = ("no", "n", "false", "0", "unchecked", "not selected", "not ticked")
_TESTS: Final = {"survey preview", "survey test", "1", "2", "9", "17"}
_PARTS = 8  # an option may hold the sign that parts options, but not more often than this
_ROWS_TOLD = 10
_VALUES_TOLD = 25


@dataclass(frozen=True, slots=True)
class Answers:
    """What the respondents of one wave answered.

    Attributes
    ----------
    survey : Survey
        As it was given, or else as it was guessed from the file.
    wave : str
        Empty where nobody named one.
    table : pandas.DataFrame
        One row a respondent, in the file's order. ``respondent`` (missing where the survey has
        no column of ids), the subgroups, ``weight`` and ``cluster`` where the survey names them,
        then the items: codes as text, missing where there is no answer. A ``multiple`` item has
        one column an option (``M1/2``): ``"1"`` chosen, ``"0"`` not, missing where the question
        was left out. Open answers are not in it.
    n : int
        Respondents.
    file_name, file_sha256 : str
    layout : str
    faults : tuple of str
        What would be refused; empty unless faults were to be shown only.
    warnings : tuple of str
    open_answers : pandas.DataFrame
        One row an open answer: ``respondent``, ``item``, ``question``, ``text``.
    headings : tuple of str
        Of the file's columns, in its order.
    """

    survey: Survey
    wave: str
    table: pd.DataFrame
    n: int
    file_name: str
    file_sha256: str
    layout: str
    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    open_answers: pd.DataFrame
    headings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Told:
    """What has been found wrong or odd so far."""

    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Cells:
    """A column below its headings, for whoever guesses what it holds.

    Attributes
    ----------
    field : Field
    texts : list of str
        Each different cell once, trimmed.
    places : numpy.ndarray
        For every row the number of its cell in `texts`.
    numbers : numpy.ndarray
        The row of every row in the file.
    """

    field: Field
    texts: list[str]
    places: np.ndarray
    numbers: np.ndarray

    def counts(self) -> dict[str, int]:
        """How often each cell that is not empty comes."""
        import numpy as np

        counted = np.bincount(self.places, minlength=len(self.texts)).tolist()
        found: dict[str, int] = {}
        for text, count in zip(self.texts, counted, strict=True):
            if count and text:
                found[text] = found.get(text, 0) + count
        return found

    def rows_of(self, wanted: Iterable[int]) -> str:
        """The rows of the file that hold these cells, in words."""
        import numpy as np

        held = np.isin(self.places, np.fromiter(wanted, dtype=np.int64))
        return _rows(self.numbers[held].tolist())

    @property
    def where(self) -> str:
        """The column, as a message names it."""
        return f"column {short(self.field.name)!r}"


@dataclass(frozen=True, slots=True)
class _File:
    """A file whose layout is known."""

    table: Columns
    laid: Laid
    numbers: np.ndarray
    kept: np.ndarray

    def cells(self, one: Field, *, trimmed: bool = True) -> Cells:
        import numpy as np

        column = self.table.columns[one.position - 1]
        places = np.frombuffer(column.places, dtype="<u4")[self.laid.heads :][self.kept]
        held = np.flatnonzero(np.bincount(places, minlength=len(column.cells)))
        new = np.zeros(len(column.cells), dtype=np.int64)
        new[held] = np.arange(len(held))
        texts = [column.cells[n].strip() if trimmed else column.cells[n] for n in held.tolist()]
        return Cells(one, texts, new[places], self.numbers)


def read_answers(
    path: Path | str,
    survey: Survey | None = None,
    *,
    wave: str | None = None,
    layout: str | None = None,
    strict: bool = True,
) -> Answers:
    """The answers in a file, checked against the survey.

    Parameters
    ----------
    path : path
        A .csv, .tsv, .xlsx or .sav file.
    survey : Survey, optional
        What was asked. Where it is left out, it is guessed from the file (see
        :func:`~qualkit.survey.proposing.propose_survey`), and what does not fit the guess is a
        warning.
    wave : str, optional
        Of the survey; by default the one whose file has this name.
    layout : str, optional
        Where it is not to be found out: ``plain``, ``qualtrics``, ``surveymonkey``, ``ms-forms``.
    strict : bool
        Whether faults are raised; else they are in the answer, and the faulty cells are missing.

    Raises
    ------
    ReadError
        The file is damaged, empty or no table.
    BatchError
        Answers, respondents, weights or headings that cannot stand, each with row and column.
    UnknownName
        The survey has no such wave, or there is no such layout.
    MissingExtra
        For an SPSS file without pyreadstat.

    Examples
    --------
    >>> from qualkit.project import samples
    >>> from qualkit.survey.items import read_survey
    >>> folder = samples() / "survey"
    >>> found = read_answers(folder / "after.csv", read_survey(folder / "items.yaml"))
    >>> found.wave, found.n, list(found.table.columns[:5]), len(found.open_answers)
    ('after', 52, ['respondent', 'area', 'school_type', 'K1', 'K2'], 24)
    """
    path, told = Path(path), _Told()
    file = _open(path, layout or (survey.layout if survey else ""), told)
    told.faults += file.laid.twice()
    guessed = survey is None
    if survey is None:
        from qualkit.survey.proposing import proposed

        survey = proposed(path, file.laid, [file.cells(one) for one in file.laid.fields])
    wave = _wave(survey, wave, path)
    answers = _answers(file, survey, wave, told, guessed=guessed)
    if strict and told.faults:
        raise BatchError(file.table.name, told.faults)
    return answers


def open_cells(path: Path | str, layout: str | None = None) -> tuple[Laid, list[Cells]]:
    """The layout of a file and its columns below the headings, for looking at them.

    Raises
    ------
    ReadError, UnknownName, MissingExtra
        As :func:`read_answers` does.
    BatchError
        With every heading that stands twice or is missing.
    """
    told = _Told()
    file = _open(Path(path), layout or "", told)
    if faults := [*told.faults, *file.laid.twice()]:
        raise BatchError(file.table.name, faults)
    return file.laid, [file.cells(one) for one in file.laid.fields]


def _open(path: Path, layout: str, told: _Told) -> _File:
    import numpy as np

    table = worker.read_columns(path)
    laid = lay_out(table, layout)
    numbers = np.frombuffer(table.numbers, dtype="<u4")[laid.heads :].astype(np.int64)
    if not len(numbers):
        raise ReadError(table.name, "there are no rows below the headings")
    file = _File(table, laid, numbers, np.ones(len(numbers), dtype=bool))
    told.warnings += table.warnings
    told.faults += _beyond(file)
    if laid.layout == "qualtrics":
        file = _without_tests(file, told)
    return file


def _beyond(file: _File) -> Iterator[str]:
    """Cells in columns without a heading; of many such columns, the first are told."""
    if len(file.laid.fields) == 1 and file.laid.blank:
        yield (
            f"row 1: the only heading is {short(file.laid.fields[0].name)!r}, and the rows below "
            "have more cells; delete the rows above the headings, if it is a title"
        )
        return
    if len(file.laid.blank) > _VALUES_TOLD:
        yield (
            f"columns {file.laid.blank[0]} to {file.laid.blank[-1]} have no heading; is there an "
            "answer with the sign between cells in it, and no quotation marks around it?"
        )
        return
    for position in file.laid.blank:
        cells = file.cells(Field(position, ""))
        filled = [n for n, text in enumerate(cells.texts) if text]
        if filled:
            yield (
                f"{cells.rows_of(filled)}, column {position}: {short(cells.texts[filled[0]])!r} "
                "stands below no heading"
            )


def _without_tests(file: _File, told: _Told) -> _File:
    """The file without previews and test answers, which Qualtrics keeps among the others."""
    import numpy as np

    kept = file.kept
    for one in file.laid.fields:
        if one.ident == "status" or fold(one.name) == "status":
            cells = file.cells(one)
            wrong = [n for n, text in enumerate(cells.texts) if fold(text) in _TESTS]
            if wrong:
                kept = ~np.isin(cells.places, wrong)
                told.warnings.append(f"{cells.rows_of(wrong)}: previews and tests were left out")
        elif one.ident == "finished" or fold(one.name) == "finished":
            cells = file.cells(one)
            wrong = [n for n, text in enumerate(cells.texts) if fold(text) in {"false", "0"}]
            if wrong:
                told.warnings.append(f"{cells.rows_of(wrong)}: not finished, and kept")
    if not kept.any():
        raise ReadError(file.table.name, "every row is a preview or a test")
    return _File(file.table, file.laid, file.numbers[kept], kept)


def _wave(survey: Survey, wave: str | None, path: Path) -> str:
    if wave:
        if survey.waves and wave not in survey.waves:
            raise UnknownName("wave", wave, survey.waves)
        return wave
    by_name = [one for one, file in survey.waves.items() if file and file == path.name]
    by_stem = [one for one, file in survey.waves.items() if file and Path(file).stem == path.stem]
    return (by_name or by_stem or [""])[0]


def _answers(file: _File, survey: Survey, wave: str, told: _Told, *, guessed: bool) -> Answers:
    import pandas as pd

    index = _Index(file.laid)
    used: set[int] = set()
    columns: dict[str, Any] = _people(file, survey, index, told, used)
    who = columns["respondent"]
    closed = _Told()
    opened: list[pd.DataFrame] = []
    for number, item in enumerate(survey.items):
        if wave and item.waves and wave not in item.waves:
            continue
        found = _fields_of(item, survey, index, closed)
        used |= {one.position for one in found.values()}
        if item.kind == "open":
            opened += [_opened(file.cells(one), item, number, who) for one in found.values()]
        elif item.kind == "multiple":
            columns |= _multiple(item, {c: file.cells(one) for c, one in found.items()}, closed)
        elif found:
            columns[item.id] = _closed(item, file.cells(found[item.id]), closed)
    _odd(file, used, closed)
    told.warnings += closed.warnings + (closed.faults if guessed else [])
    told.faults += [] if guessed else closed.faults
    return Answers(
        survey, wave, pd.DataFrame(columns), len(file.numbers), file.table.name,
        file.table.sha256, file.laid.layout, tuple(dict.fromkeys(told.faults)),
        tuple(dict.fromkeys(told.warnings)), _all_open(opened),
        tuple(one.name for one in file.laid.fields),
    )  # fmt: skip


def _odd(file: _File, used: set[int], told: _Told) -> None:
    """Formula and error cells: refused or named in the columns that are read, else counted."""
    fields = {one.position: one for one in file.laid.fields}
    kinds: dict[tuple[int, str], list[int]] = {}
    elsewhere = 0
    for row, column, kind in file.table.odd:
        if column in used:
            kinds.setdefault((column, kind), []).append(row)
        else:
            elsewhere += 1
    for (column, kind), rows in sorted(kinds.items()):
        where = f"{_rows(rows)}, column {short(fields[column].name)!r}"
        if kind == "formula":
            told.faults.append(f"{where}: a formula; paste its value in its place")
        else:
            told.warnings.append(f"{where}: an error (#REF!, #N/A ...) was read as no answer")
    if elsewhere:
        told.warnings.append(f"{elsewhere:,} formula or error cells in columns that are not read")


# Which column is which ----------------------------------------------------------------------


class _Index:
    """The columns of a file by everything that they can be named by."""

    def __init__(self, laid: Laid) -> None:
        self.laid = laid
        self._exact: dict[str, list[Field]] = {}
        self._names: dict[str, list[Field]] = {}
        self._keys: dict[str, list[Field]] = {}
        for one in laid.fields:
            self._exact.setdefault(one.name, []).append(one)
            self._names.setdefault(fold(one.name), []).append(one)
            for key in one.keys:
                self._keys.setdefault(key, []).append(one)

    def find(self, words: str) -> list[Field]:
        """The columns of that heading or, where there is none, of that question or id."""
        exact = self._exact.get(words)
        if exact:
            return exact
        plain = fold(words)
        return self._names.get(plain) or self._keys.get(plain) or []

    def group(self, question: str) -> list[Field]:
        """The columns of the question with several answers that has these words."""
        plain = fold(question)
        return [one for one in self.laid.fields if one.group and fold(one.question) == plain]


def _fields_of(item: Item, survey: Survey, index: _Index, told: _Told) -> dict[str, Field]:
    """The columns of an item; a fault where there is none, or more than one."""
    if item.kind == "multiple" and (found := _option_fields(item, survey, index)):
        return found
    mapped = survey.columns.get(item.id)
    for words in [mapped] if mapped else [item.id, item.question]:
        found_here = index.find(words)
        if len(found_here) == 1:
            return {item.id: found_here[0]}
        if found_here:
            at = ", ".join(str(one.position) for one in found_here)
            told.faults.append(
                f"item {item.id}: {short(words)!r} is columns {at}; name one under 'columns'"
            )
            return {}
    looked = repr(short(mapped)) if mapped else f"{item.id!r} or {short(item.question)!r}"
    message = f"row 1: no column is called {looked} for item {item.id}; name it under 'columns'"
    (told.warnings if item.kind == "open" else told.faults).append(message)
    return {}


def _option_fields(item: Item, survey: Survey, index: _Index) -> dict[str, Field]:
    """Option columns (``M1/2``) with their fields, where the file has one column an option."""
    found: dict[str, Field] = {}
    group = index.group(survey.columns.get(item.id, item.question))
    for column, (code, words) in zip(item.columns, item.labels.items(), strict=True):
        named = survey.columns.get(column)
        if named:
            candidates = index.find(named)
        else:
            looks = {fold(words), fold(code)} - {""}
            candidates = [one for one in group if fold(one.option) in looks]
            for name in (column, f"{item.id}_{code}", f"{item.id}.{code}"):
                candidates = candidates or index.find(name)
        if len(candidates) == 1:
            found[column] = candidates[0]
    return found


# Who answered -------------------------------------------------------------------------------


def _people(
    file: _File, survey: Survey, index: _Index, told: _Told, used: set[int]
) -> dict[str, Any]:
    """The columns of the table that say who somebody is."""
    import pandas as pd

    def one(name: str, what: str, *, trimmed: bool = True) -> Cells | None:
        found = index.find(survey.columns.get(name, name))
        if len(found) != 1:
            heading = short(survey.columns.get(name, name))
            why = "no column is" if not found else f"{len(found)} columns are"
            told.faults.append(f"row 1: {why} called {heading!r}, the {what}")
            return None
        used.add(found[0].position)
        return file.cells(found[0], trimmed=trimmed)

    columns: dict[str, Any] = {}
    nobody = pd.Series(pd.NA, index=range(len(file.numbers)), dtype="string")
    columns["respondent"] = nobody
    if survey.respondent and (
        ids := one(survey.respondent, "column of respondents", trimmed=False)
    ):
        columns["respondent"] = _respondents(ids, told)
    for name in survey.subgroups:
        cells = one(name, "subgroup")
        labels = survey.subgroup_labels.get(name, {})
        columns[name] = _group(cells, labels, told) if cells else nobody
    if survey.cluster and survey.cluster not in survey.subgroups:
        cells = one(survey.cluster, "column of clusters")
        columns["cluster"] = _group(cells, {}, told) if cells else nobody
    elif survey.cluster:
        columns["cluster"] = columns[survey.cluster]
    if survey.weight and (cells := one(survey.weight, "column of weights")):
        columns["weight"] = _weights(cells, told)
    return columns


def _respondents(cells: Cells, told: _Told) -> pd.Series:
    import numpy as np

    plain = [text.strip() for text in cells.texts]
    clash = {text for text, count in Counter(plain).items() if count > 1}
    texts = [
        held if one in clash and one else one for one, held in zip(plain, cells.texts, strict=True)
    ]
    new = {text: n for n, text in enumerate(dict.fromkeys(texts))}
    places = np.array([new[text] for text in texts], dtype=np.int64)[cells.places]
    tidy = Cells(cells.field, list(new), places, cells.numbers)
    counted = np.bincount(places, minlength=len(new))
    if "" in new:
        told.faults.append(
            f"{tidy.rows_of([new['']])}, {cells.where}: the respondent's id is missing"
        )
    twice = [n for text, n in new.items() if text and counted[n] > 1]
    told.faults += [
        f"{tidy.rows_of([n])}, {cells.where}: respondent {short(tidy.texts[n])!r} "
        "answers more than once"
        for n in twice[:_VALUES_TOLD]
    ]
    if len(twice) > _VALUES_TOLD:
        told.faults.append(
            f"{cells.where}: {len(twice) - _VALUES_TOLD:,} more respondents answer more than once"
        )
    told.warnings += _alike(tidy)
    if tidy.texts == [str(n) for n in range(1, len(tidy.texts) + 1)] and len(tidy.texts) > 1:
        told.warnings.append(
            f"{cells.where}: ids run from 1 in the order of the rows; if they count rows, they do "
            "not tell who answered in two waves"
        )
    return _series([text or None for text in tidy.texts], places)


def _alike(cells: Cells) -> Iterator[str]:
    """Ids that only a machine tells apart."""
    looks: dict[str, list[int]] = {}
    for n, text in enumerate(cells.texts):
        plain = fold(text)
        looks.setdefault(plain.lstrip("0") or plain, []).append(n)
    groups = [held for held in looks.values() if len(held) > 1]
    for held in groups[:_VALUES_TOLD]:
        shown = ", ".join(repr(cells.texts[n][:30]) for n in held)
        yield f"{cells.rows_of(held)}, {cells.where}: ids that look the same: {shown}"
    if len(groups) > _VALUES_TOLD:
        yield f"{cells.where}: {len(groups) - _VALUES_TOLD:,} more groups of ids that look the same"


def _group(cells: Cells, labels: Mapping[str, str], told: _Told) -> pd.Series:
    """A subgroup's column: words, for codes that have them."""
    own = cells.field.variable
    words = dict(own.labels if own else {}) | dict(labels)
    ends = own.missing if own else ()
    values: list[str | None] = []
    for text in cells.texts:
        plain = " ".join(text.split())
        code = code_of(plain)
        values.append(None if not plain or is_missing(code, ends) else words.get(code, plain))
    looks: dict[str, set[str]] = {}
    for value in values:
        if value is not None:
            looks.setdefault(fold(value), set()).add(value)
    told.warnings += [
        f"{cells.where}: values that look the same: {', '.join(map(repr, sorted(alike)))}"
        for alike in looks.values() if len(alike) > 1
    ]  # fmt: skip
    if nothing := [n for n, value in enumerate(values) if value is None]:
        told.warnings.append(f"{cells.rows_of(nothing)}, {cells.where}: no subgroup")
    told.warnings += _dates(cells)
    return _series(values, cells.places)


def _dates(cells: Cells) -> Iterator[str]:
    """Cells that a spreadsheet may have made of a range such as 4-5."""
    wrong = [n for n, text in enumerate(cells.texts) if RANGE_TURNED_DATE.fullmatch(text)]
    for n in wrong[:_VALUES_TOLD]:
        yield (
            f"{cells.rows_of([n])}, {cells.where}: {cells.texts[n]!r} may be a range that a "
            "spreadsheet took for a date"
        )


def _weights(cells: Cells, told: _Told) -> pd.Series:
    import numpy as np
    import pandas as pd

    cells = _with_points(cells, told)
    values = [number_of(text) for text in cells.texts]
    usable = [value if value is not None and value > 0 else math.nan for value in values]
    wrong = [n for n, value in enumerate(usable) if math.isnan(value)]
    told.faults += _each(cells, wrong, "is no weight; it must be a number above 0")
    return pd.Series(np.array(usable, dtype=np.float64)[cells.places])


# What they answered -------------------------------------------------------------------------


def _closed(item: Item, cells: Cells, told: _Told) -> pd.Series:
    """An ordinal, nominal, yes-no or number item as codes."""
    cells = _with_points(cells, told) if item.kind == "number" else cells
    read = _number if item.kind == "number" else _Key(item, cells, told)
    values: list[str | None] = []
    wrong: list[int] = []
    for n, text in enumerate(cells.texts):
        value = read(text, item) if text and not _left_out(text, item, cells) else None
        if value is None and text and not _left_out(text, item, cells):
            wrong.append(n)
        values.append(value)
    told.faults += _each(cells, wrong, _allowed(item))
    if isinstance(read, _Key):
        told.warnings += read.said(cells)
    told.warnings += _user_missing(cells, values)
    told.warnings += _dates(cells) if item.kind == "nominal" else ()
    return _series(values, cells.places)


def _number(text: str, item: Item) -> str | None:
    """A number within its bounds; a don't-know code stands for itself."""
    code = code_of(text)
    if code in item.dont_know:
        return code
    value = number_of(text)
    return code if value is not None and _inside(value, item) else None


def _with_points(cells: Cells, told: _Told) -> Cells:
    """Decimal commas as points, where a column has several of them and no point."""
    commas = [
        n for n, text in enumerate(cells.texts) if "," in text and amount_of(text) is not None
    ]
    if len(commas) < 2 or any("." in text for text in cells.texts):
        return cells
    told.warnings.append(f"{cells.rows_of(commas)}, {cells.where}: decimal commas, read as points")
    held = set(commas)
    texts = [text.replace(",", ".") if n in held else text for n, text in enumerate(cells.texts)]
    return replace(cells, texts=texts)


def _left_out(text: str, item: Item, cells: Cells) -> bool:
    """Whether an answer stands for none, by the survey or by the file; don't know never does."""
    own = cells.field.variable
    code = code_of(text)
    if code in item.dont_know:
        return False
    if item.missing and (is_missing(code, item.missing) or text in item.missing):
        return True
    return own is not None and is_missing(code, own.missing)


def _allowed(item: Item) -> str:
    known = [*item.codes, *(code for code in item.dont_know if code not in item.codes)]
    written = {"1": item.yes, "0": item.no} if item.yes else {}
    if item.kind == "number" or not known:
        bounds = [f"from {item.low:g}"] if item.low is not None else []
        bounds += [f"to {item.high:g}"] if item.high is not None else []
        return " ".join(["is not a number", *bounds])
    shown = [f"{written.get(code, code)} {item.labels.get(code, '')}".strip() for code in known]
    more = [f"... ({len(known)} in all)"] if len(known) > 12 else []
    return f"is none of {short(', '.join([*shown[:12], *more]), 200)}"


class _Key:
    """How an item's answers are written: as codes, or in the words of their labels."""

    def __init__(self, item: Item, cells: Cells, told: _Told) -> None:
        self._known = {*item.codes, *item.dont_know}
        self._words = dict(_words(item))
        self._longest = _reach(self._words)
        self._free = not self._known
        self.spelled: list[str] = []
        self.coded: list[str] = []
        variable = cells.field.variable
        self._file = {item.yes: "1", item.no: "0"} if item.yes else {}
        self._known -= set(YES_NO) if item.yes else set()
        if variable:
            self._file |= _file_labels(item, dict(variable.labels), self, told, cells)

    def by_words(self, text: str) -> str | None:
        """The code that these words mean."""
        return self._words.get(fold(text)) if len(text) <= self._longest else None

    def __call__(self, text: str, item: Item) -> str | None:
        code = code_of(text)
        if code in self._file:
            return self._file[code]
        if code in self._known:
            self.coded.append(text)
            return code
        found = self.by_words(text)
        if found is not None:
            self.spelled.append(text)
            return found
        if self._free:
            number = number_of(text)
            inside = number is not None and _inside(number, item)
            return code if item.kind == "nominal" or inside else None
        return item.other or None

    def said(self, cells: Cells) -> Iterator[str]:
        """That some answers are codes and others words."""
        if self.spelled and self.coded:
            few = min((self.spelled, self.coded), key=len)
            held = [n for n, text in enumerate(cells.texts) if text in set(few)]
            kind = "words among codes" if few is self.spelled else "codes among words"
            yield f"{cells.rows_of(held)}, {cells.where}: {kind}; both were understood"


def _reach(words: Mapping[str, str]) -> int:
    """How long an answer can be, spaces and all, to be one of these."""
    return 2 * max(map(len, words), default=0) + 20


def _inside(number: float, item: Item) -> bool:
    low, high = item.low, item.high
    return (low is None or low <= number) and (high is None or number <= high)


def _words(item: Item) -> Iterator[tuple[str, str]]:
    """Every way to write an answer in words, folded, with its code; the last one counts."""
    if item.kind == "yes-no":
        said = [(word, "1") for word in YES_WORDS] + [(word, "0") for word in NO_WORDS]
        yield from (one for one in said if not (item.yes and one[0] in YES_NO))
    labels = dict(item.labels)
    if len(item.dont_know) == 1 and not labels.get(item.dont_know[0]):
        labels[item.dont_know[0]] = "Don't know"
    for code, words in labels.items():
        if words:
            for parted in (f"{code} - {words}", f"{code}. {words}", f"{code}: {words}",
                           f"{code} {words}", f"{words} ({code})"):  # fmt: skip
                yield fold(parted), code
    for code, words in labels.items():
        if words:
            yield fold(words), code


def _file_labels(
    item: Item, labels: dict[str, str], key: _Key, told: _Told, cells: Cells
) -> dict[str, str]:
    """Codes of the file that its own labels give another code of the item.

    Yes and no may be numbered as a file likes. Anything else that a file calls by the words of
    another answer is a fault: the item may run the other way round.
    """
    moved: dict[str, str] = {}
    said = Counter(map(fold, labels.values()))
    for code, words in labels.items():
        meant = key.by_words(words)
        if meant is None or meant == code or said[fold(words)] > 1:
            continue
        if item.kind == "yes-no" or code not in {*item.codes, *item.dont_know}:
            moved[code] = meant
        else:
            told.faults.append(
                f"{cells.where}: the file calls {code} {words!r}, which is {meant} in the survey"
            )
    return moved


def _user_missing(cells: Cells, values: Sequence[str | None]) -> Iterator[str]:
    own = cells.field.variable
    if own is None:
        return
    for n, text in enumerate(cells.texts):
        if text and values[n] is None and is_missing(code_of(text), own.missing):
            words = own.labels.get(code_of(text), "")
            named = f"{text} ({words})" if words else text
            yield f"{cells.rows_of([n])}, {cells.where}: {named} is user-missing: no answer"


def _each(cells: Cells, wrong: Sequence[int], why: str) -> Iterator[str]:
    """A fault for each different cell that is wrong, with its rows."""
    for n in wrong[:_VALUES_TOLD]:
        yield f"{cells.rows_of([n])}, {cells.where}: {short(cells.texts[n])!r} {why}"
    if len(wrong) > _VALUES_TOLD:
        rest = wrong[_VALUES_TOLD:]
        yield f"{cells.rows_of(rest)}, {cells.where}: {len(rest):,} other answers that cannot stand"


def _multiple(item: Item, found: Mapping[str, Cells], told: _Told) -> dict[str, pd.Series]:
    if item.id in found:
        return _split(item, found[item.id], told)
    return _ticked(item, found, told) if found else {}


def _split(item: Item, cells: Cells, told: _Told) -> dict[str, pd.Series]:
    """Several answers in one cell, parted by a sign."""
    sign = item.separator or (";" if any(";" in text for text in cells.texts) else ",")
    words = dict(_words(item)) | {fold(code): code for code in item.labels}
    chosen: list[set[str] | None] = []
    wrong: list[int] = []
    for n, text in enumerate(cells.texts):
        codes, rest = _parts(text, sign, words)
        if rest and item.other:
            codes, rest = codes | {item.other}, []
        if rest:
            wrong.append(n)
        chosen.append(codes if text and not rest else None)
    told.faults += _each(
        cells, wrong, f"holds an answer that is none of {short(_options(item), 200)}"
    )
    return {
        column: _series(
            [None if held is None else str(int(code in held)) for held in chosen], cells.places
        )
        for column, code in zip(item.columns, item.labels, strict=True)
    }


def _options(item: Item) -> str:
    return ", ".join(words or code for code, words in item.labels.items())


def _parts(text: str, sign: str, words: Mapping[str, str]) -> tuple[set[str], list[str]]:
    """The codes in a cell and what is none: an option may itself hold the sign that parts."""
    parts = [part.strip() for part in text.split(sign)]
    longest = _reach(words)
    codes: set[str] = set()
    rest: list[str] = []
    at = 0
    while at < len(parts):
        for end in range(min(len(parts), at + _PARTS), at, -1):
            joined = (f"{sign} ".join(parts[at:end]), sign.join(parts[at:end]))
            known = [words[look] for one in joined
                     if len(one) <= longest and (look := fold(one)) in words]  # fmt: skip
            if known:
                codes.add(known[0])
                at = end
                break
        else:
            rest += [parts[at]] if parts[at] else []
            at += 1
    return codes, rest


def _ticked(item: Item, found: Mapping[str, Cells], told: _Told) -> dict[str, pd.Series]:
    """One column an option; where nothing at all is filled in, the question was left out."""
    import numpy as np

    columns: dict[str, pd.Series] = {}
    for column, code in zip(item.columns, item.labels, strict=True):
        if column in found:
            columns[column] = _tick(item, code, found[column], told)
        else:
            told.faults.append(f"row 1: no column for option {code} of item {item.id}")
    answered = np.zeros(len(next(iter(found.values())).places), dtype=bool)
    for series in columns.values():
        answered |= series.notna().to_numpy()
    return {
        column: series.mask(series.isna() & answered, "0") for column, series in columns.items()
    }


def _tick(item: Item, code: str, cells: Cells, told: _Told) -> pd.Series:
    own = cells.field.variable
    yes = {fold(item.labels[code]), fold(code), *YES_WORDS} - {""}
    no = set(NO_WORDS)
    if own is not None:
        if own.counted:
            yes, no = {fold(own.counted)}, no | ({"0", "1", "2"} - {own.counted})
        no |= {fold(one) for one, words in own.labels.items() if fold(words) in NO_WORDS}
    values: list[str | None] = []
    wrong = []
    for n, text in enumerate(cells.texts):
        plain = fold(code_of(text))
        value = (
            "0" if plain in no else "1" if plain in yes or (plain and code == item.other) else None
        )
        if plain and value is None and not _left_out(text, item, cells):
            wrong.append(n)
        values.append(value)
    told.faults += _each(
        cells, wrong, f"neither chooses {short(item.labels[code] or code)!r} nor leaves it"
    )
    return _series(values, cells.places)


# Open answers -------------------------------------------------------------------------------


def _opened(cells: Cells, item: Item, number: int, who: pd.Series) -> pd.DataFrame:
    """An open item's answers; somebody without an id is called by the row."""
    import pandas as pd

    texts = _series([text or None for text in cells.texts], cells.places)
    rows = pd.Series(cells.numbers).map("row {}".format).astype("string")
    table = pd.DataFrame({
        "respondent": who.fillna(rows), "item": item.id, "question": item.question or item.id,
        "text": texts, "at": range(len(texts)), "number": number,
    })  # fmt: skip
    return table[table["text"].notna()]


def _all_open(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    columns = ["respondent", "item", "question", "text"]
    if not tables:
        return pd.DataFrame({column: pd.Series(dtype="string") for column in columns})
    every = pd.concat(tables, ignore_index=True).sort_values(["at", "number"], kind="stable")
    return every[columns].reset_index(drop=True)


def open_source(answers: Answers, name: str) -> Source | None:
    """The open answers as one source table: a turn an answer, its item the question.

    None where there are no open answers.

    Examples
    --------
    >>> from qualkit.project import samples
    >>> from qualkit.survey.items import read_survey
    >>> folder = samples() / "survey"
    >>> found = read_answers(folder / "after.csv", read_survey(folder / "items.yaml"))
    >>> source = open_source(found, "After")
    >>> source.turns[0].speaker, source.words_of(source.turns[0])
    ('S004', 'The drop-in. Staff queue for it. It should be weekly.')
    """
    rows = answers.open_answers
    if not len(rows):
        return None
    parts: list[str] = []
    turns: list[Turn] = []
    at, line = 0, 1
    for who, question, text in zip(rows["respondent"], rows["question"], rows["text"], strict=True):
        start = at + len(who) + 2
        turns.append(Turn(who, PARTICIPANT, start, start + len(text), None, line, None, question))
        parts.append(f"{who}: {text}")
        at += len(parts[-1]) + 1
        line += parts[-1].count("\n") + 1
    kind = "xlsx" if answers.file_name.lower().endswith((".xlsx", ".xlsm")) else "csv"
    return Source(
        name, kind, "\n".join(parts), tuple(turns), answers.file_name, answers.file_sha256
    )


# In words and in columns --------------------------------------------------------------------


def _series(values: Sequence[str | None], places: np.ndarray) -> pd.Series:
    """A column out of its different values and where each stands."""
    import pandas as pd

    held = pd.array(list(values) or [None], dtype="string")
    return pd.Series(held.take(places))


def _rows(numbers: Sequence[int]) -> str:
    """Rows in words: ``rows 3, 8 and 12``.

    >>> _rows([3]), _rows([3, 8, 12])
    ('row 3', 'rows 3, 8 and 12')
    """
    shown = [str(number) for number in numbers[:_ROWS_TOLD]]
    if len(numbers) == 1:
        return f"row {shown[0]}"
    if len(numbers) > _ROWS_TOLD:
        return f"rows {', '.join(shown)} and {len(numbers) - _ROWS_TOLD:,} more"
    return f"rows {', '.join(shown[:-1])} and {shown[-1]}"
