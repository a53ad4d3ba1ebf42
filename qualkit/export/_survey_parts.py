"""The tables of a survey's results, the same for every kind of document.

Figures are rounded as they are printed, in spreadsheets too: more digits than that can tell what a
withheld count was. A figure that is not there is one of three marks, after the guidance of the
Government Statistical Service: ``[c]`` withheld, ``[x]`` not defined, ``[z]`` does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qualkit.errors import TableError
from qualkit.export._shared import heading, legal, one_line
from qualkit.export._survey_rows import Record, answers_of, key_of, records, was_nobody
from qualkit.survey import Comparison, Description
from qualkit.survey.findings import FINDING_COLUMNS, p_words
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

CONFIDENTIAL: Final = "[c]"
UNDEFINED: Final = "[x]"
NOT_APPLICABLE: Final = "[z]"
MARKS: Final = {
    CONFIDENTIAL: "withheld, because it counts few people or would give such a count away",
    UNDEFINED: "not defined, or nobody answered; the remark says why",
    NOT_APPLICABLE: "does not apply",
}
Value = str | int | float
_DIGITS: Final = {"figure": 2, "percent": 1}


class Head(NamedTuple):
    """A column: its title, its kind, its share of a page.

    `kind` is ``text``, ``count``, ``figure``, ``percent``, ``p``, ``number`` for one that keeps its
    digits, or ``interval`` for figures that are words already. `only` is
    ``paper`` for what is put together to be read, ``sheet`` for what it is put together of; empty
    for both.
    """

    title: str
    kind: str = "text"
    share: float = 1.0
    only: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its remarks.

    Attributes
    ----------
    name : str
        Short: ``Items``.
    title : str
    heads : tuple of Head
    rows : tuple of tuples
        A word, number or mark a column.
    long : bool
        One row a single figure, for spreadsheets and programs rather than readers.
    """

    name: str
    title: str
    heads: tuple[Head, ...]
    rows: tuple[tuple[Value, ...], ...]
    long: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """What is printed of a description, a comparison or findings.

    Attributes
    ----------
    title : str
    tables : tuple of Table
    notes, method : tuple of str
        What to know; sentences for an annex.
    """

    title: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    method: tuple[str, ...]


def results_of(made: Description | Comparison | pd.DataFrame, title: str) -> Results:
    """The tables of results.

    Raises
    ------
    TableError
        For something that is none of the three.
    """
    import pandas as pd

    if isinstance(made, Description):
        named = title or f"{made.title or made.survey}: results"
        return Results(named, tuple(_described(made)), made.notes, made.method)
    if isinstance(made, Comparison):
        named = title or f"{made.title or made.survey}: {made.before} and {made.after} compared"
        notes = (*(f"Warning: {one}" for one in made.warnings), *made.notes)
        return Results(named, tuple(_compared(made)), notes, made.method)
    if isinstance(made, pd.DataFrame) and set(FINDING_COLUMNS) <= set(made.columns):
        return Results(title or "Survey findings", (_found(made),), (), _FINDINGS_METHOD)
    what = type(made).__name__
    raise TableError("survey tables", f"a {what} is no description, comparison or findings")


_FINDINGS_METHOD: Final = (
    "Percentages, means and changes with 95 % intervals; base: how many answered, both times if "
    "the waves are matched. A finding that cannot be used says why.",
)


def trimmed(table: Table, where: str) -> Table:
    """The columns that are for ``paper`` or for a ``sheet``."""
    kept = [n for n, head in enumerate(table.heads) if head.only in {"", where}]
    rows = tuple(tuple(row[n] for n in kept) for row in table.rows)
    return replace(table, heads=tuple(table.heads[n] for n in kept), rows=rows)


def marks_in(tables: Iterable[Table]) -> list[str]:
    """What the marks mean that stand in the tables."""
    found = {
        value for table in tables for row in table.rows for value in row if isinstance(value, str)
    }
    return [f"{mark} {words}." for mark, words in MARKS.items() if mark in found]


def printed(value: Value, head: Head) -> str:
    """A value as it stands on paper.

    >>> printed(2.5, Head("Mean", "figure")), printed(0.00004, Head("p", "p"))
    ('2.50', '<0.001')
    """
    if isinstance(value, str):
        return value
    if head.kind == "p":
        return p_words(float(value))
    digits = ",.10g" if head.kind == "number" else f",.{_DIGITS.get(head.kind, 0)}f"
    return f"{value:{digits}}".replace("-", "\u2212")


# Columns ---------------------------------------------------------------------------------------

_Get = Callable[[Record], Any]


class _Column(NamedTuple):
    """A column and where its value comes from; one that is empty everywhere is left out."""

    head: Head
    get: _Get
    hides: str = ""  # the word in `why` that says that it alone is withheld
    of: Callable[[Record], bool] = bool  # the rows that it applies to; all of them


def _word(name: str) -> _Get:
    return lambda row: row[name]


def _share(name: str) -> _Get:
    return lambda row: None if row[name] is None else 100 * row[name]


def _table(
    name: str, title: str, columns: Sequence[_Column], rows: Sequence[Record],
    hidden: Callable[[Record], bool],
) -> Table:  # fmt: skip
    made = [[_cell(row, column, hidden) for column in columns] for row in rows]
    shown = [line for line, row in zip(made, rows, strict=True) if not hidden(row)] or made
    kept = [
        n for n, column in enumerate(columns)
        if _says(column.head, [line[n] for line in (made if column.head.kind == "text" else shown)])
    ]  # fmt: skip
    heads = tuple(columns[n].head for n in kept)
    return Table(name, title, heads, tuple(tuple(line[n] for n in kept) for line in made))


def _says(head: Head, values: Sequence[Value]) -> bool:
    """Whether a column has something in it; a base stands always."""
    blank = {"", NOT_APPLICABLE, UNDEFINED}
    return head.kind == "count" or any(value not in blank for value in values)


def _cell(row: Record, column: _Column, hidden: Callable[[Record], bool]) -> Value:
    value = column.get(row)
    if column.head.kind == "text":
        return one_line(str(value)) if value is not None else ""
    if value is not None:
        return str(value) if column.head.kind == "interval" else rounded(value, column.head.kind)
    why = str(row.get("why") or "")
    if not column.of(row):
        return NOT_APPLICABLE
    if hidden(row) or (column.hides and column.hides in why):
        return CONFIDENTIAL
    # a row that says why is one of which something is not defined
    return UNDEFINED if why or row.get("reason") else NOT_APPLICABLE


def rounded(value: float, kind: str) -> Value:
    """A number with as many digits as are printed; p to three figures, never nought.

    >>> rounded(2.34567, "figure"), rounded(0.0000123456, "p"), rounded(7.0, "count")
    (2.35, 1.23e-05, 7)
    """
    if kind == "p":
        return float(f"{value:.3g}")
    if kind == "count":
        return int(value)
    return float(value) if kind == "number" else round(float(value), _DIGITS[kind])


def _group(row: Record) -> str:
    return f"{heading(row['attribute'])}: {row['group']}" if row["attribute"] else "All"


def _interval(low: str, high: str, kind: str, times: _Get = lambda _: 1) -> _Get:
    """An interval in one cell."""

    def get(row: Record) -> str | None:
        if row[low] is None or row[high] is None:
            return None
        ends = (rounded(row[end] * times(row), kind) for end in (low, high))
        return " to ".join(printed(end, Head("", kind)) for end in ends)

    return get


def _item(row: Record) -> str:
    return f"{row['item']}/{row['option']}" if row.get("option") else str(row["item"])


def _asked(row: Record) -> str:
    return f"{_item(row)} {row['question']}".strip()


_ASKED: Final = (
    _Column(Head("Item", share=2.6, only="paper"), _asked),
    _Column(Head("Item", share=0.8, only="sheet"), _item),
    _Column(Head("Question", share=3.4, only="sheet"), _word("question")),
)
_GROUP: Final = (
    _Column(Head("Group", only="paper"), _group),
    _Column(Head("Column", share=1.0, only="sheet"), _word("attribute")),
    _Column(Head("Group", share=1.2, only="sheet"),
            lambda row: row["group"] if row["attribute"] else "All"),
)  # fmt: skip
_WAVE: Final = _Column(Head("Wave", share=0.7), _word("wave"))
_WHY: Final = _Column(Head("Remark", share=1.9), _word("why"))


# A description -----------------------------------------------------------------------------------


def _described(made: Description) -> Iterable[Table]:
    items = records(made.items)
    yield _items(made, items)
    yield from _spreads(made, items)
    yield _long(made, items)
    if len(made.scales):
        yield _scales(made)


def _withheld(row: Record) -> bool:
    return not row["shown"] and not was_nobody(str(row["why"]))


def _items(made: Description, rows: Sequence[Record]) -> Table:
    columns = [
        *_ASKED,
        *_where(made),
        _Column(Head("n", "count", 0.5), _word("n")),
        _Column(Head("Don't know", "count", 0.6), _word("dont_know")),
        _Column(Head("No answer", "count", 0.7), _word("missing")),
        *(
            [_Column(Head("Effective n", "figure", 0.8), _word("effective_n"))]
            if made.items["effective_n"].notna().any()
            else []
        ),
        _Column(Head("Mean", "figure", 0.6), _word("mean"), "mean:", _has_mean),
        _Column(Head("SD", "figure", 0.6), _word("sd"), "mean:", _has_mean),
        _Column(Head("SE", "figure", 0.6), _word("se"), "mean:", _has_mean),
        _Column(Head("Top two, %", "percent", 0.7), _share("top_two"), "top two:", _has_top),
        _Column(
            Head("95 % interval", "interval", 0.95, "paper"),
            _interval("top_low", "top_high", "percent", lambda _: 100),
            "top two:",
            _has_top,
        ),
        _Column(
            Head("95 % from", "percent", 0.7, "sheet"), _share("top_low"), "top two:", _has_top
        ),
        _Column(Head("to", "percent", 0.7, "sheet"), _share("top_high"), "top two:", _has_top),
        _Column(Head("Top two are", share=1.2), _word("top_is")),
        _WHY,
    ]
    return _table("Items", "Items", columns, rows, _withheld)


def _has_mean(row: Record) -> bool:
    return row["kind"] in {"ordinal", "number"}


def _has_top(row: Record) -> bool:
    return bool(row["top_is"])


def _where(made: Description) -> list[_Column]:
    return [_WAVE, *_GROUP] if made.attributes else [_WAVE]


def _spreads(made: Description, items: Sequence[Record]) -> Iterable[Table]:
    """For readers: a row an item and group, a column an answer, of items with the same answers."""
    answers = answers_of(made)
    found: dict[tuple[str, ...], list[Record]] = {}
    labels: dict[str, tuple[str, ...]] = {}
    for row in items:
        held = answers.get(key_of(row), [])
        if held:
            labels.setdefault(row["item"], tuple(_label(one) for one in held))
    for row in items:
        if row["item"] in labels and answers.get(key_of(row)):
            found.setdefault(labels[row["item"]], []).append(row)
    for n, (named, rows) in enumerate(found.items(), 1):
        name = f"Answers {n}" if len(found) > 1 else "Answers"
        yield _spread(made, name, named, rows, answers)


def _label(row: Record) -> str:
    return one_line(str(row["label"] or row["code"]))


def _spread(
    made: Description, name: str, labels: Sequence[str], rows: Sequence[Record],
    answers: dict[tuple[str, str, str, str], list[Record]],
) -> Table:  # fmt: skip
    place = [_ASKED[0], *(column for column in _where(made) if column.head.only != "sheet")]
    share = min(1.2, max(0.5, 4.0 / len(labels)))
    heads = (
        *(column.head for column in place), *(Head(label, "percent", share) for label in labels),
        Head("Base", "count", 0.7), Head("Don't know", "count", 0.8),
    )  # fmt: skip
    lines = []
    for row in rows:
        held = {_label(one): one for one in answers[key_of(row)]}
        words = [column.get(row) for column in place]
        base = next(iter(held.values()))["base"]
        lines.append((
            *(one_line(str(word)) for word in words),
            *(_percent(held.get(label)) for label in labels), int(base or 0),
            int(row["dont_know"] or 0),
        ))  # fmt: skip
    title = f"Answers in %: {', '.join(labels)}"
    return Table(name, title if len(title) < 120 else f"{title[:117]}…", heads, tuple(lines))


def _percent(row: Record | None) -> Value:
    if row is None:
        return NOT_APPLICABLE
    if row["percent"] is not None:
        return rounded(row["percent"], "percent")
    return UNDEFINED if was_nobody(str(row["why"])) else CONFIDENTIAL


def _long(made: Description, items: Sequence[Record]) -> Table:
    """For programs: a row an answer."""
    questions = {row["item"]: row["question"] for row in items}
    rows = [
        row | {"question": questions.get(row["item"], "")} for row in records(made.distribution)
    ]
    columns = [
        *_ASKED,
        *_where(made),
        _Column(Head("Code", share=0.7), _word("code")),
        _Column(Head("Answer", share=1.5), _word("label")),
        _Column(Head("n", "count", 0.6), _word("n")),
        _Column(Head("%", "percent", 0.6), _word("percent")),
        _Column(Head("Base", "count", 0.6), _word("base")),
        _WHY,
    ]
    return replace(_table("Distribution", "Answers", columns, rows, _withheld), long=True)


def _scales(made: Description) -> Table:
    columns = [
        _Column(Head("Scale", share=1.2), _word("scale")),
        _Column(Head("Items", share=2.0), _word("items")),
        *_where(made),
        _Column(Head("n", "count", 0.6), _word("n")),
        _Column(Head("No score", "count", 0.7), _word("missing")),
        _Column(Head("Mean", "figure", 0.7), _word("mean")),
        _Column(Head("SD", "figure", 0.6), _word("sd")),
        _Column(Head("SE", "figure", 0.6), _word("se")),
        _Column(Head("Alpha", "figure", 0.7), _word("alpha"), "fewer than"),
        _Column(Head("n of alpha", "count", 0.7), _word("alpha_n")),
        _WHY,
    ]
    rows = [row | {"why": row["why"] or row["alpha_reason"] or ""}
            for row in records(made.scales)]  # fmt: skip
    return _table("Scales", "Scales", columns, rows, _withheld)


# A comparison ------------------------------------------------------------------------------------


def _compared(made: Comparison) -> Iterable[Table]:
    yield _changes(made)
    if len(made.attrition):
        yield _attrition(made)
    if len(made.retention):
        yield _retention(made)
    if len(made.unmatched):
        yield _apart(made)


def _guarded(row: Record) -> bool:
    """Whether a result of a comparison is withheld; what could not be had has a reason."""
    return not row["shown"] and not row["reason"]


def _changes(made: Comparison) -> Table:
    rows = records(made.items)
    grouped = any(row["attribute"] for row in rows)
    columns = [
        *_ASKED,
        _Column(Head("Measure", share=1.0), _measure),
        *(_GROUP if grouped else ()),
        _Column(Head("n", share=1.1, only="paper"), _bases),
        _Column(Head(f"n {made.before}", "count", 0.6, "sheet"), _word("n_before")),
        _Column(Head(f"n {made.after}", "count", 0.6, "sheet"), _word("n_after")),
        *([_Column(Head("Matched", "count", 0.75, "sheet"), _word("matched"))]
          if made.design == "matched" else []),
        _Column(Head(made.before, "figure", 0.8), _scaled("mean_before")),
        _Column(Head(made.after, "figure", 0.8), _scaled("mean_after")),
        _Column(Head("Change", "figure", 0.95), _scaled("difference")),
        _Column(Head("95 % interval", "interval", 1.0, "paper"),
                _interval("low", "high", "figure", _times)),
        _Column(Head("95 % from", "figure", 0.75, "sheet"), _scaled("low")),
        _Column(Head("to", "figure", 0.75, "sheet"), _scaled("high")),
        _Column(Head("Test", share=0.85, only="sheet"), _word("test")),
        _Column(Head("Test", share=1.1, only="paper"), _statistic),
        _Column(Head("t", "figure", 0.6, "sheet"), _word("t")),
        _Column(Head("Chi-squared", "figure", 0.7, "sheet"), _word("chi2")),
        _Column(Head("df", "number", 0.6, "sheet"), _df),
        _Column(Head("p", "p", 0.75), _word("p")),
        _Column(Head("Adjusted p", "p", 1.05), _word("p_adjusted")),
        _Column(Head("dz", "figure", 0.6), _word("dz")),
        _Column(Head("Wilcoxon p", "p", 1.1), _word("wilcoxon_p")),
        _Column(Head("Moved", share=0.85), _word("moved")),
        _Column(Head("Remark", share=1.2), lambda row: row["why"] or row["reason"]),
    ]  # fmt: skip
    title = f"Changes from {made.before} to {made.after}"
    return _table("Changes", title, columns, rows, _guarded)


def _df(row: Record) -> Value | None:
    """Degrees of freedom: whole ones of a t of pairs, broken ones of Welch's."""
    return None if row["df"] is None else rounded(row["df"], "figure")


def _bases(row: Record) -> str:
    """Who answered in each wave, and both times where people were matched."""
    both = "" if row["matched"] is None else f"; {row['matched']:,} matched"
    return f"{row['n_before'] or 0:,}, {row['n_after'] or 0:,}{both}"


def _statistic(row: Record) -> str:
    """The test with its statistic, where it has one."""
    for name, value in (("t", row["t"]), ("chi2", row["chi2"])):
        if value is not None and row["df"] is not None:
            whole = row["df"] == int(row["df"])
            df = f"{row['df']:.0f}" if whole else f"{row['df']:.1f}"
            figure = f"{name}({df}) = {printed(value, Head('', 'figure'))}"
            return f"{row['test']}: {figure}" if row["test"] else figure
    return str(row["test"])


def _measure(row: Record) -> str:
    return f"{row['measure']}, %" if row["measure"] in _SHARES else str(row["measure"])


_SHARES: Final = ("yes", "chosen", "top-two")


def _scaled(name: str) -> _Get:
    """A mean as it is, a share in per cent."""
    return lambda row: None if row[name] is None else row[name] * _times(row)


def _times(row: Record) -> int:
    return 100 if row["measure"] in _SHARES else 1


def _attrition(made: Comparison) -> Table:
    columns = [
        _Column(Head("What", share=1.2), lambda row: _item({**row, "item": row["what"]})),
        _Column(Head("Retained", "count", 0.7), _word("n_retained")),
        _Column(Head("Lost", "count", 0.7), _word("n_lost")),
        _Column(Head("Value, retained", "figure", 0.9), _word("value_retained")),
        _Column(Head("Value, lost", "figure", 0.9), _word("value_lost")),
        _Column(Head("Difference", "figure", 0.9), _word("difference")),
        _Column(Head("Test", share=1.0), _word("test")),
        _Column(Head("Statistic", "figure", 0.8), _word("statistic")),
        _Column(Head("df", "number", 0.6), _df),
        _Column(Head("p", "p", 0.7), _word("p")),
        _Column(Head("Remark", share=2.0), lambda row: row["why"] or row["reason"]),
    ]
    title = f"Those who answered again against those who did not, as they answered {made.before}"
    return _table("Attrition", title, columns, records(made.attrition), _short_of_people)


def _short_of_people(row: Record) -> bool:
    return not row["shown"] and not was_nobody(str(row["why"]))


def _retention(made: Comparison) -> Table:
    columns = [
        *_GROUP,
        _Column(Head(f"n {made.before}", "count"), _word("n_before")),
        _Column(Head("Retained", "count"), _word("n_retained")),
        _Column(Head("Lost", "count"), _word("n_lost")),
        _Column(Head("Retained, %", "percent"), _word("percent")),
    ]
    return _table("Retention", "Who answered again", columns, records(made.retention),
                  lambda row: bool(row["n_before"]))  # fmt: skip


def _apart(made: Comparison) -> Table:
    columns = [
        _Column(Head("Who"), _word("who")), _Column(Head("Wave"), _word("wave")),
        _Column(Head("Item"), _item),
        _Column(Head("Measure"), _measure),
        _Column(Head("n", "count", 0.7), _word("n")),
        _Column(Head("Value", "figure"), _scaled("mean")),
        _Column(Head("SD", "figure"), _word("sd")), _WHY,
    ]  # fmt: skip
    return _table("Lost and new", "Answers of those who were not matched", columns,
                  records(made.unmatched), _withheld)  # fmt: skip


# Findings ----------------------------------------------------------------------------------------


def _found(made: pd.DataFrame) -> Table:
    rows = records(made)
    columns = [
        _Column(Head("Finding", share=1.6), _word("finding")),
        _Column(Head("What", share=3.6), _word("text")),
        _Column(Head("Value", "interval", 0.8, "paper"), _with_unit),
        _Column(Head("Value", "number", 0.7, "sheet"), _in_unit("value")),
        _Column(Head("Unit", share=0.5, only="sheet"), _word("unit")),
        _Column(Head("95 % from", "number", 0.7, "sheet"), _in_unit("low")),
        _Column(Head("to", "number", 0.7, "sheet"), _in_unit("high")),
        _Column(Head("Base", "count", 0.6), _word("base")),
        _Column(Head("p", "p", 0.6), _word("p")),
        _Column(Head("p as printed", share=0.7), _printed_p),
        _Column(Head("Adjusted p", "p", 0.9), _word("p_adjusted")),
        _Column(Head("Test", share=0.9, only="sheet"), _word("test")),
        _Column(Head("Origin", share=0.8), _word("origin")),
        _Column(Head("Source", share=1.2, only="sheet"), _word("source")),
        _Column(Head("Usable", share=0.8), lambda row: "yes" if row["usable"] else "no"),
        _WHY,
    ]
    usable = sum(bool(row["usable"]) for row in rows)
    title = f"{many(len(rows), 'finding')}, {usable:,} of them usable"
    return _table("Findings", title, columns, rows, _is_guarded)


def _kind(row: Record) -> str:
    """How a finding's figures are rounded; what others published has the digits that it has."""
    if row["origin"] == "published":
        return "number"
    return "percent" if row["unit"] else "figure"


def _in_unit(name: str) -> _Get:
    return lambda row: None if row[name] is None else rounded(row[name], _kind(row))


def _with_unit(row: Record) -> str | None:
    if row["value"] is None:
        return None
    return f"{printed(row['value'], Head('', _kind(row)))} {row['unit']}".strip()


def _printed_p(row: Record) -> str:
    return str(row["p_text"]) if row["p"] is None else ""


_GUARDS: Final = ("fewer than ", "a count of a few people", "the total would give away")


def _is_guarded(row: Record) -> bool:
    """Whether a finding is withheld; its table has only the reason to tell by."""
    return any(one in str(row["why"] or "") for one in _GUARDS)


def words_of(values: Collection[Value], heads: Sequence[Head]) -> list[str]:
    """A row as it stands on paper."""
    return [legal(printed(value, head)) for value, head in zip(values, heads, strict=True)]
