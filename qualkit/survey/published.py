"""Tables of figures that others printed, read for the audit and for triangulation.

A published table is a mapping in YAML (several in one file, parted by ``---``) or a table pasted
as tab- or comma-separated text whose roles stand in a sidecar. Cells stay the text that is
printed. Letters of other alphabets that look Latin are folded, two physical rows that belong
together are joined; both are told in `warnings`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from qualkit._yaml import Lined, parse_documents, read_documents, text_of
from qualkit.errors import BatchError, ReadError
from qualkit.survey.printed import Printed, fold_letters, read_printed
from qualkit.wording import many

ROLES: Final = (
    "label", "count", "total", "percent", "mean", "se", "sd", "score", "change", "rank",
    "change-rank", "t", "p", "n", "df",
)  # fmt: skip
DESIGNS: Final = ("paired", "independent", "single", "group-consensus")
TESTS: Final = ("paired-t", "t", "wilcoxon", "chi2", "mcnemar", "none")
SIGNS: Final = ("before-minus-after", "after-minus-before")
LAYOUTS: Final = ("rows-are-items", "columns-are-items")
_KEYS: Final = frozenset({
    "id", "title", "source", "population", "base", "design", "scale", "stars", "test", "sign",
    "tails", "weighted", "layout", "measures", "header", "rows", "links", "claims",
})  # fmt: skip
_NONE: Final = frozenset({"", "null", "Null", "NULL", "~"})
_PASTED: Final = frozenset({".tsv", ".csv", ".txt", ".xlsx"})
_BEFORE = re.compile(r"base ?line|before|pre|start|(wave|phase|time|round|t|w) ?[01]|first")
_AFTER = re.compile(r"end ?line|after|post|end|follow.?up|last|(wave|phase|time|round|t|w) ?2")


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a table: a column, or a row where columns are items.

    Attributes
    ----------
    label : str
        As printed.
    roles : tuple of str
        The first is that of the number, a second that of the number in brackets.
    wave : str
        Empty where the role names none.
    """

    label: str
    roles: tuple[str, ...]
    wave: str = ""

    @property
    def name(self) -> str:
        """The role as a table's file writes it, such as ``mean+se@baseline``."""
        return "+".join(self.roles) + (f"@{self.wave}" if self.wave else "")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a table; `role` is set where its line is a total, a mean or a base."""

    label: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of the report that states a figure of its table."""

    text: str
    item: str
    measure: str
    stated: str


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of one answer; None where it is not said."""

    low: Decimal | None = None
    high: Decimal | None = None
    integer: bool = False
    higher_is: str = ""
    item: str = ""
    items: int = 1


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """A published table.

    Attributes
    ----------
    id, title, source, population : str
    base : dict of str to int
        Printed base by wave; the key is empty where one base is given for all.
    design, test, sign, tails, layout : str
        As in the file; empty where it does not say.
    scale : Scale or None
    stars : dict of str to Decimal
        Marks of significance, and the levels that they stand for.
    weighted : bool
        The figures are weighted, so that they need not be parts of a whole number of people.
    measures : tuple of Measure
    items : tuple of Item
    cells : tuple of tuple of Printed
        By measure, then by item.
    header : tuple of str
    rows : tuple of tuple of str
        The table as it is printed, for showing.
    links : dict of str to tuple of str
        Item -> codes that it speaks to.
    claims : tuple of Claim
    warnings : tuple of str
    file : str
    line : int
        Line of the file where the table begins.
    """

    id: str
    title: str
    source: str
    population: str
    base: dict[str, int]
    design: str
    test: str
    sign: str
    tails: str
    layout: str
    scale: Scale | None
    stars: dict[str, Decimal]
    weighted: bool
    measures: tuple[Measure, ...]
    items: tuple[Item, ...]
    cells: tuple[tuple[Printed, ...], ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: dict[str, tuple[str, ...]]
    claims: tuple[Claim, ...]
    warnings: tuple[str, ...] = ()
    file: str = ""
    line: int = 0

    @property
    def waves(self) -> tuple[str, ...]:
        """The waves that measures name, the earlier first."""
        named = tuple(dict.fromkeys(one.wave for one in self.measures if one.wave))
        if len(named) == 2 and _is_later(named[0]) and not _is_later(named[1]):
            return named[::-1]
        return named

    def base_of(self, wave: str) -> int | None:
        """The printed base of a wave, None where none is given."""
        return self.base.get(wave, self.base.get(""))


def _is_later(wave: str) -> bool:
    low = wave.casefold().replace("-", " ").replace("_", " ")
    return _AFTER.fullmatch(low) is not None and _BEFORE.fullmatch(low) is None


# Reading -----------------------------------------------------------------------------------


def read_published(
    path: Path | str, *, about: Mapping[str, Any] | Path | str | None = None
) -> list[PublishedTable]:
    r"""The published tables in a file.

    Parameters
    ----------
    path : path
        A YAML file of one or more tables, or one table as .tsv, .csv, .txt or .xlsx.
    about : mapping or path, optional
        For a pasted table: all that YAML would say but header and rows. Left out, it is the file
        beside it that is called the same with ``.yaml`` behind or instead of its ending.

    Raises
    ------
    CodebookError
        Where the file cannot be opened or is no plain YAML, with the line.
    ReadError
        Where a pasted table cannot be read, or nothing says what its columns are.
    BatchError
        With every other fault, each with its line.

    Examples
    --------
    >>> from qualkit.project import samples
    >>> table = read_published(samples() / "published" / "table-8.yaml")[0]
    >>> table.id, len(table.items), table.base, table.cells[2][8].text
    ('table-8', 15, {'': 49}, '+4')
    """
    path = Path(path)
    return _tables(documents_of(path, about=about), path.name)


def documents_of(
    path: Path | str, *, about: Mapping[str, Any] | Path | str | None = None
) -> list[Lined]:
    """The mappings that the published tables in a file are, as YAML would write them.

    Raises
    ------
    CodebookError, ReadError
        As :func:`read_published` does.
    """
    path = Path(path)
    return [_pasted(path, about)] if path.suffix.casefold() in _PASTED else read_documents(path)


def parse_published(text: str, file: str = "the text") -> list[PublishedTable]:
    """The published tables in a YAML text; `file` names it in errors."""
    return _tables(parse_documents(text, file), file)


def table_from_rows(
    rows: Sequence[Sequence[str]], about: Mapping[str, Any], file: str = "the pasted table"
) -> PublishedTable:
    """A published table out of pasted cells and what a form says of them.

    Parameters
    ----------
    rows : sequence of sequence of str
        The heading first.
    about : mapping
        What YAML would say but header and rows: ``id``, ``measures`` ...

    Raises
    ------
    BatchError
        With every fault.
    """
    return _tables([_document(rows, about)], file)[0]


def _document(rows: Sequence[Sequence[str]], about: Mapping[str, Any]) -> Lined:
    made = Lined(about)
    made.lines = getattr(about, "lines", made.lines)
    made["header"], made["rows"] = list(rows[0]) if rows else [], [list(r) for r in rows[1:]]
    return made


def _pasted(path: Path, about: Mapping[str, Any] | Path | str | None) -> Lined:
    from qualkit.importers.sheets import read_sheet

    sheet = read_sheet(path)
    if about is None:
        about = _beside(path)
    said: Mapping[str, Any] = about if isinstance(about, Mapping) else read_documents(about)[0]
    taken = sorted({"header", "rows"} & set(said))
    if taken:
        raise ReadError(path.name, f"what stands beside it has {taken[0]!r} too; leave it out")
    full = _document([sheet.header, *sheet.rows], said)
    full.setdefault("id", path.stem)
    return full


def _beside(path: Path) -> Path:
    for near in (path.with_name(path.name + ".yaml"), path.with_suffix(".yaml")):
        if near.is_file():
            return near
    wanted = path.with_suffix(".yaml").name
    raise ReadError(path.name, f"nothing says what its columns are; write {wanted} beside it")


def _tables(documents: Sequence[Lined], file: str) -> list[PublishedTable]:
    faults: list[str] = []
    tables = []
    for document in documents:
        reader = _Reader(document, faults)
        table = reader.table(file)
        if table is not None:
            tables.append(table)
    seen: dict[str, int] = {}
    for table in tables:
        if table.id in seen:
            told = f"the id {table.id!r} stands at line {seen[table.id]} too"
            faults.append(_at(table.line, told))
        seen[table.id] = table.line
    if faults:
        raise BatchError(file, faults)
    return tables


def _at(line: int, fault: str) -> str:
    return f"line {line}: {fault}" if line else fault


def _plain(text: object) -> str:
    return " ".join(str(text).split())


class _Reader:
    """Reads one document; what is wrong with it goes to `faults`."""

    def __init__(self, document: Lined, faults: list[str]) -> None:
        self.document = document
        self.faults = faults
        self.before = len(faults)
        self.warnings: list[str] = []
        self.folded = 0

    def fault(self, text: str, where: object = None) -> None:
        """A fault at a mapping, a list, or the key of this document that `where` names."""
        lines = self.document.lines
        line = lines.get(where, 0) if isinstance(where, str) else getattr(where, "line", 0)
        self.faults.append(_at(line or self.document.line, text))

    def mapping(self, key: str) -> Mapping[str, Any]:
        """What stands under a key that takes a mapping; empty where nothing does."""
        said = self.document.get(key)
        if said is None or (isinstance(said, str) and said in _NONE):
            return {}
        if not isinstance(said, Mapping):
            self.fault(f"{key} {str(said)[:60]!r} is not a mapping", key)
            return {}
        return said

    def fold(self, text: object) -> str:
        plain = _plain(text)
        folded = fold_letters(plain)
        self.folded += folded != plain
        return folded

    def table(self, file: str) -> PublishedTable | None:
        said = self.document
        unknown = sorted(set(said) - _KEYS)
        if unknown:
            self.warnings.append(f"nothing reads {', '.join(map(repr, unknown))}")
        layout = self.one_of("layout", LAYOUTS) or LAYOUTS[0]
        header, rows = self.header(), self.rows()
        measures = self.measures()
        if not text_of(said, "id"):
            self.fault("it has no id")
        if len(self.faults) > self.before:
            return None
        rows = _joined(rows, measures, self.warnings)
        grid = _by_rows if layout == LAYOUTS[0] else _by_columns
        found, items, cells = grid(self, header, rows, measures)
        made = self.made(file, layout, found, items, cells)
        made = replace(made, header=tuple(header), rows=tuple(tuple(row) for row in rows))
        return None if len(self.faults) > self.before else made

    def made(
        self, file: str, layout: str, measures: list[Measure], items: list[Item],
        cells: list[list[Printed]],
    ) -> PublishedTable:  # fmt: skip
        said = self.document
        claims = self.claims()
        base, scale, stars = self.base(), self.scale(), self.stars()
        told = [warning for line in cells for cell in line for warning in cell.warnings]
        odd = [cell.text for line in cells for cell in line if cell.kind == "text"]
        if odd:
            told.append(f"{len(odd)} cells are no numbers, such as {odd[0][:60]!r}")
        if self.folded:
            told.append(f"Greek or Cyrillic letters were read as Latin in {self.folded} texts")
        test = text_of(said, "test")
        if test and test not in TESTS:
            told.append(f"the test {test!r} is none that is recalculated")
        return PublishedTable(
            id=text_of(said, "id"), title=text_of(said, "title"), source=text_of(said, "source"),
            population=text_of(said, "population"), base=base,
            design=self.one_of("design", DESIGNS), test=test,
            sign=self.one_of("sign", SIGNS), tails=self.one_of("tails", ("one", "two")),
            layout=layout, scale=scale, stars=stars,
            weighted=text_of(said, "weighted").casefold() in {"true", "yes"},
            measures=tuple(measures), items=tuple(items),
            cells=tuple(tuple(line) for line in cells), header=(), rows=(),
            links=self.links(), claims=claims, warnings=(*self.warnings, *told), file=file,
            line=said.line,
        )  # fmt: skip

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        value = text_of(self.document, key)
        if value and value not in allowed:
            self.fault(f"{key} {value!r} is none of {', '.join(allowed)}", key)
            return ""
        return value

    def header(self) -> list[str]:
        header = self.document.get("header")
        if not isinstance(header, list) or not header:
            self.fault("it has no header, a list of the texts over the columns")
            return []
        return [self.fold(one) for one in header]

    def rows(self) -> list[list[str]]:
        rows = self.document.get("rows")
        width = len(self.document.get("header") or ())
        if not isinstance(rows, list) or not rows:
            self.fault("it has no rows, lists of cells as long as its header", "rows")
            return []
        if not width:
            return []
        for number, row in enumerate(rows, 1):
            if not isinstance(row, list):
                self.fault(f"row {number} is not a list of cells", row)
            elif any(not isinstance(cell, str) for cell in row):
                self.fault(f"row {number} has a cell that is not text", row)
            elif len(row) != width:
                count = many(len(row), "cell")
                self.fault(f"row {number} has {count}, the header {width}", row)
        return [[self.fold(cell) for cell in row] for row in rows if isinstance(row, list)]

    def measures(self) -> dict[str, Measure]:
        said = self.document.get("measures")
        if not isinstance(said, Mapping) or not said:
            self.fault("it has no measures, a mapping of printed labels to roles", "measures")
            return {}
        return {self.fold(label): self.measure(label, role, said) for label, role in said.items()}

    def measure(self, label: str, role: object, where: object) -> Measure:
        text = _plain(role) if isinstance(role, str) else ""
        roles, _, wave = text.partition("@")
        parts = tuple(part.strip() for part in roles.split("+"))
        wrong = [part for part in parts if part not in ROLES]
        if wrong or len(parts) > 2:
            told = f"the role {text!r} of {label!r} is not known; roles are {', '.join(ROLES)}"
            self.fault(f"{told}, two joined by '+', a wave after '@'", where)
        return Measure(fold_letters(_plain(label)), parts, wave.strip())

    def base(self) -> dict[str, int]:
        said = self.document.get("base")
        pairs = said.items() if isinstance(said, Mapping) else [("", said)]
        made = {}
        for wave, value in pairs:
            if value is None or str(value) in _NONE:
                continue
            number = read_printed(_plain(value)).value
            if number is None or number != int(number) or not 0 < number < 10**9:
                self.fault(f"base {value!r} is not a whole number above 0", "base")
                continue
            made[_plain(wave)] = int(number)
        return made

    def scale(self) -> Scale | None:
        said = self.mapping("scale")
        if not said:
            return None
        low, high = (self.number(said, key) for key in ("min", "max"))
        if low is not None and high is not None and low >= high:
            self.fault(f"the scale goes from {low} to {high}; min must be less than max", said)
        items = self.number(said, "items") or Decimal(1)
        integer = text_of(said, "integer").casefold() in {"true", "yes"}
        whole = all(end is None or end == int(end) for end in (low, high))
        return Scale(low, high, integer and whole, text_of(said, "higher_is"),
                     text_of(said, "item"), max(1, int(items)))  # fmt: skip

    def number(self, said: Mapping[str, Any], key: str) -> Decimal | None:
        text = text_of(said, key)
        if text in _NONE:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) > 10**9:
            self.fault(f"{key} {text!r} is not a number", said)
            return None
        return value

    def stars(self) -> dict[str, Decimal]:
        said = self.mapping("stars")
        levels = {fold_letters(_plain(mark)): self.number(said, mark) for mark in said}
        for mark, level in levels.items():
            if level is not None and not 0 < level < 1:
                self.fault(f"the level {level} of {mark!r} is not between 0 and 1", said)
        return {mark: level for mark, level in levels.items() if level is not None}

    def links(self) -> dict[str, tuple[str, ...]]:
        said = self.mapping("links")
        return {
            self.fold(item): tuple(map(str, codes)) if isinstance(codes, list) else (str(codes),)
            for item, codes in said.items()
        }

    def claims(self) -> tuple[Claim, ...]:
        said = self.document.get("claims") or []
        if isinstance(said, str) and said in _NONE:
            return ()
        if not isinstance(said, list):
            self.fault("claims is not a list", "claims")
            return ()
        made = []
        for number, claim in enumerate(said, 1):
            about = claim.get("about") if isinstance(claim, Mapping) else None
            parts = [text_of(about, key) if isinstance(about, Mapping) else ""
                     for key in ("item", "measure", "is")]  # fmt: skip
            if not all(parts[1:]):
                where = claim if isinstance(claim, Mapping) else "claims"
                self.fault(f"claim {number} lacks 'about' with item, measure and is", where)
                continue
            made.append(Claim(text_of(claim, "text"), self.fold(parts[0]), self.fold(parts[1]),
                              parts[2]))  # fmt: skip
        return tuple(made)


def _joined(
    rows: list[list[str]], measures: Mapping[str, Measure], warnings: list[str]
) -> list[list[str]]:
    """Rows printed on two lines ("Mean baseline" / "(standard error)") made one."""
    made: list[list[str]] = []
    for row in rows:
        above = made[-1] if made else None
        label = f"{above[0]} {row[0]}" if above else ""
        second = above is not None and row[0].startswith("(") and row[0] not in measures
        if above is not None and second and (label in measures or _fills(above, row)):
            cells = zip(above[1:], row[1:], strict=True)
            made[-1] = [label, *(f"{first} {later}".strip() for first, later in cells)]
            warnings.append(f"two printed rows were joined as {label!r}")
        else:
            made.append(list(row))
    return made


def _fills(above: Sequence[str], row: Sequence[str]) -> bool:
    """Whether of each pair of cells one is empty, so that two lines hold one row."""
    return all(not first or not later for first, later in zip(above[1:], row[1:], strict=True))


_Grid = tuple[list[Measure], list[Item], list[list[Printed]]]


def _by_rows(
    reader: _Reader, header: list[str], rows: list[list[str]], measures: Mapping[str, Measure]
) -> _Grid:
    columns = [(at, measures[label]) for at, label in enumerate(header) if label in measures]
    labels = [at for at, one in columns if "label" in one.roles] or [0]
    columns = [(at, one) for at, one in columns if at not in labels]
    _check_columns(reader, [header[at] for at, _ in columns], header, measures)
    items = []
    for row in rows:
        label = " ".join(row[at] for at in labels if row[at])
        line = measures.get(label) or measures.get(row[labels[-1]])
        items.append(Item(label, line.roles[0] if line else ""))
    cells = [[read_printed(row[at]) for row in rows] for at, _ in columns]
    return [one for _, one in columns], items, cells


def _by_columns(
    reader: _Reader, header: list[str], rows: list[list[str]], measures: Mapping[str, Measure]
) -> _Grid:
    lines = [(row, measures[row[0]]) for row in rows if row[0] in measures]
    _check_columns(reader, [row[0] for row, _ in lines], [row[0] for row in rows], measures)
    items = [Item(one, measures[one].roles[0] if one in measures else "") for one in header[1:]]
    cells = [[read_printed(cell) for cell in row[1:]] for row, _ in lines]
    return [one for _, one in lines], items, cells


def _check_columns(
    reader: _Reader, used: list[str], labels: Iterable[str], measures: Mapping[str, Measure]
) -> None:
    twice = sorted({label for label in used if used.count(label) > 1})
    for label in twice:
        reader.fault(f"{label!r} stands twice among the labels; its roles cannot be told apart")
    if not used:
        named = ", ".join(map(repr, list(measures)[:5]))
        reader.fault(f"none of the labels of measures ({named}) stands in the table")
    left = [label for label in labels if label and label not in measures]
    if left and used:
        reader.warnings.append(f"{len(left)} labels have no role, such as {left[0]!r}")
