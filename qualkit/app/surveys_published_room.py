"""Published tables for the page: looked at before they are kept, drawn as printed with marks.

What the audit found is numbered; the numbers stand at the cells that it is about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit._yaml import parse_yaml, yaml_of
from qualkit.app.files import own_name, private_folder, write_private
from qualkit.app.sources_room import Upload
from qualkit.errors import BatchError, QualkitError
from qualkit.survey.published import ROLES, Measure, PublishedTable, read_published
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.loading import LoadReport
    from qualkit.project import Project

ENDINGS: Final = ("yaml", "yml", "tsv", "csv", "txt", "xlsx")
GRADES_SAID: Final[Mapping[str, str]] = {
    "proved": "Proved wrong", "contradiction": "Contradiction",
    "under-assumption": "Wrong under an assumption", "caution": "Caution",
}  # fmt: skip
SIGNS: Final[Mapping[str, str]] = {
    "proved": "✗", "contradiction": "≠", "under-assumption": "?", "caution": "!",
}  # fmt: skip
DESIGNS_SAID: Final[Mapping[str, str]] = {
    "": "not said", "paired": "the same people twice", "independent": "different people",
    "single": "one wave", "group-consensus": "scores that groups gave",
}  # fmt: skip
ROLES_SAID: Final = ("", *ROLES)
_YAML: Final = (".yaml", ".yml")


# Before anything is kept ---------------------------------------------------------------------


@contextmanager
def _on_disk(uploads: Sequence[Upload]) -> Iterator[list[Path]]:
    """The tables' files, with those that say what pasted ones hold beside them."""
    with private_folder() as folder:
        paths = []
        for upload in uploads:
            path = folder / own_name(upload.name)
            if path.exists():
                raise QualkitError(f"two files are called {path.name!r}; give one another name")
            write_private(path, upload.content)
            paths.append(path)
        yield [path for path in paths if not _beside(path, paths)]


def _beside(path: Path, paths: Sequence[Path]) -> bool:
    """Whether a .yaml file only says what a pasted table holds."""
    if path.suffix.casefold() not in _YAML:
        return False
    pasted = [one for one in paths if one.suffix.casefold() not in _YAML]
    return any(path.name in {f"{one.name}.yaml", f"{one.stem}.yaml"} for one in pasted)


def read(uploads: Sequence[Upload]) -> list[PublishedTable]:
    """The published tables in files; nothing is kept.

    Raises
    ------
    QualkitError
        For a file that is none, with every fault and its line.
    """
    with _on_disk(uploads) as paths:
        return [table for path in paths for table in read_published(path)]


def keep(project: Project, uploads: Sequence[Upload]) -> list[LoadReport]:
    """Keep the published tables in files; a file is kept whole or not at all.

    Raises
    ------
    QualkitError
        As :func:`read` does; nothing is kept where any file cannot be read.
    """
    read(uploads)
    with _on_disk(uploads) as paths:
        return [project.add_published(path) for path in paths]


def kept_said(reports: Sequence[LoadReport]) -> str:
    """What became of it."""
    new, same = sum(one.added for one in reports), sum(one.same for one in reports)
    there = (
        f"; {many(same, 'table')} {'was' if same == 1 else 'were'} there already" if same else ""
    )
    return f"{many(new, 'table')} kept{there}."


# Pasted --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pasted:
    """A table out of a report as somebody pasted it, and what was said of it.

    Attributes
    ----------
    cells : str
        A line a row, with tabs between cells; the heading first.
    id, title, source, population : str
    base : str
        As printed; empty where none is.
    design, layout : str
    roles : dict of str to str
        Heading, or label of a row where columns are items, to its role.
    more : str
        Further lines of YAML.
    """

    cells: str
    id: str
    title: str = ""
    source: str = ""
    population: str = ""
    base: str = ""
    design: str = ""
    layout: str = "rows-are-items"
    roles: Mapping[str, str] | None = None
    more: str = ""


def rows_in(cells: str) -> list[list[str]]:
    """The rows of a pasted table; short ones are filled up with empty cells."""
    rows = [line.split("\t") for line in cells.splitlines() if line.strip()]
    width = max((len(row) for row in rows), default=0)
    return [[" ".join(cell.split()) for cell in row] + [""] * (width - len(row)) for row in rows]


def labels_in(cells: str, layout: str) -> list[str]:
    """The labels that need a role: of columns, or of rows where columns are items."""
    rows = rows_in(cells)
    found = rows[0] if layout == "rows-are-items" and rows else [row[0] for row in rows[1:]]
    return list(dict.fromkeys(label for label in found if label))


def totals_in(cells: str, layout: str) -> list[str]:
    r"""The labels of rows that are called a total; such a row is summed only where that is said.

    >>> totals_in("Type\tTotal\nPrimary\t4\nGrand total\t4", "rows-are-items")
    ['Grand total']
    """
    rows = rows_in(cells) if layout == "rows-are-items" else []
    found = [row[0] for row in rows[1:] if row and re.search(r"\btotals?\b", row[0], re.IGNORECASE)]
    return [label for label in dict.fromkeys(found) if label not in rows[0]]


def role_said(role: str, second: str, wave: str) -> str:
    """A role as a table's file has it; empty where none was chosen.

    >>> role_said("mean", "se", "baseline"), role_said("", "se", "x")
    ('mean+se@baseline', '')
    """
    if not role:
        return ""
    return role + (f"+{second}" if second else "") + (f"@{wave.strip()}" if wave.strip() else "")


def file_of(pasted: Pasted) -> Upload:
    """The pasted table as the file that would say the same.

    Raises
    ------
    BatchError
        Where it has no id or no rows.
    QualkitError
        For further lines that are no YAML.
    """
    rows = rows_in(pasted.cells)
    faults = [] if pasted.id.strip() else ["it needs an id, such as table-8"]
    faults += [] if len(rows) > 1 else ["paste the heading and at least one row"]
    if faults:
        raise BatchError("the pasted table", faults)
    said: dict[str, Any] = {
        "id": pasted.id.strip(), "title": pasted.title.strip(), "source": pasted.source.strip(),
        "population": pasted.population.strip(), "base": pasted.base.strip(),
        "design": pasted.design, "layout": pasted.layout,
        "measures": {label: role for label, role in (pasted.roles or {}).items() if role},
    }  # fmt: skip
    said = {key: value for key, value in said.items() if value}
    if pasted.more.strip():
        said |= dict(parse_yaml(pasted.more, "further lines"))
    said |= {"header": rows[0], "rows": rows[1:]}
    return Upload(f"{own_name(pasted.id.strip())}.yaml", yaml_of(said).encode("utf-8"))


# Drawn as printed ----------------------------------------------------------------------------


def numbered(found: pd.DataFrame, table: str) -> list[dict[str, Any]]:
    """What was found in one table, the gravest first, each with its number.

    Returns
    -------
    list of dict
        ``number``, ``grade``, and ``item``, ``measure``, ``check``, ``printed``, ``expected``,
        ``message`` as :func:`qualkit.survey.audit.audit` gives them.
    """
    rows = found[found["table"] == table].to_dict("records")
    order = list(GRADES_SAID)
    rows.sort(key=lambda row: order.index(row["grade"]))
    return [{str(key): value for key, value in row.items()} | {"number": n}
            for n, row in enumerate(rows, 1)]  # fmt: skip


def sheet(table: PublishedTable, found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A published table for the component, with the numbers of what was found at its cells.

    Parameters
    ----------
    table : PublishedTable
    found : sequence of mapping
        As :func:`numbered` gives it.

    Returns
    -------
    dict
        ``label``; ``header`` and ``rows``, cells of ``text`` and ``marks``: ``number``, ``sign``,
        ``grade`` and ``says``; ``about``, the marks of what is about the whole table.
    """
    grid = [list(table.header), *(list(row) for row in table.rows)]
    marks: dict[tuple[int, int], list[dict[str, Any]]] = {}
    about: list[dict[str, Any]] = []
    for one in found:
        mark = {
            "number": one["number"], "sign": SIGNS[one["grade"]], "grade": one["grade"],
            "says": f"{GRADES_SAID[one['grade']]}: {one['message']}",
        }  # fmt: skip
        places = [place for place in _places(table, one["item"], one["measure"])
                  if place[0] < len(grid) and place[1] < len(grid[place[0]])]  # fmt: skip
        for place in places:
            marks.setdefault(place, []).append(mark)
        about += [] if places else [mark]
    lines = [
        [{"text": text, "marks": marks.get((at, n), [])} for n, text in enumerate(row)]
        for at, row in enumerate(grid)
    ]
    return {
        "label": table.title or table.id, "header": lines[0], "rows": lines[1:], "about": about,
    }  # fmt: skip


def _places(table: PublishedTable, item: str, measure: str) -> list[tuple[int, int]]:
    """Row and column of what a finding is about, the heading being row 0; none: all of it."""
    by_rows = table.layout == "rows-are-items"
    items = [at for at, one in enumerate(table.items) if item and one.label == item]
    lines = [_line(table, one) for one in table.measures if measure in _names(one)]
    lines = [at for at in lines if at >= 0]
    if item and not items:
        return []
    if not items:
        return [(0, at) if by_rows else (at, 0) for at in lines]
    if not lines:
        return [(at + 1, _label_column(table)) if by_rows else (0, at + 1) for at in items]
    return [(at + 1, line) if by_rows else (line, at + 1) for at in items for line in lines]


def _names(measure: Measure) -> set[str]:
    wave = f"@{measure.wave}" if measure.wave else ""
    return {measure.label, measure.name, *(f"{role}{wave}" for role in measure.roles)}


def _line(table: PublishedTable, measure: Measure) -> int:
    """The column, or the row, that a measure stands in."""
    if table.layout == "rows-are-items":
        labels = list(table.header)
    else:
        labels = ["", *(row[0] for row in table.rows)]
    return labels.index(measure.label) if measure.label in labels else -1


def _label_column(table: PublishedTable) -> int:
    """The last column that no measure stands in before the first that one does."""
    taken = [at for one in table.measures if (at := _line(table, one)) >= 0]
    return max(0, min(taken, default=1) - 1)


def found_said(one: Mapping[str, Any]) -> str:
    """A finding of the audit as its heading: number, sign, grade, where."""
    where = ", ".join(part for part in (one["item"], one["measure"]) if part) or "the whole table"
    grade = one["grade"]
    return f"{one['number']}  {SIGNS[grade]} {GRADES_SAID[grade]}: {where}"


def figures_said(one: Mapping[str, Any]) -> str:
    """What was printed, and what is possible."""
    printed = f"Printed: {one['printed']}." if one["printed"] else ""
    expected = f"Possible: {one['expected']}." if one["expected"] else ""
    return " ".join(part for part in (printed, expected) if part)


def legend(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the grades mean that were given."""
    from qualkit.survey.audit import GRADES

    given = {one["grade"] for one in found}
    return [f"{SIGNS[grade]} {GRADES_SAID[grade]}: {words}." for grade, words in GRADES.items()
            if grade in given]  # fmt: skip


def count_said(found: pd.DataFrame, table: str) -> str:
    """How much was found in a table, in a few words."""
    grades = found.loc[found["table"] == table, "grade"].tolist()
    told = [f"{grades.count(grade)} {SIGNS[grade]}" for grade in GRADES_SAID if grade in grades]
    return " ".join(told) or "nothing"


def about(table: PublishedTable) -> list[str]:
    """Where a table is from and of whom, for over it."""
    bases = ", ".join(f"{wave} {base:,}".strip() for wave, base in table.base.items())
    parts = {"Source": table.source, "Population": table.population, "Base": bases,
             "Design": DESIGNS_SAID.get(table.design, "") if table.design else ""}  # fmt: skip
    said = [f"{name}: {value}" for name, value in parts.items() if value]
    return [" · ".join(said)] if said else []


def audited_with(kept: Sequence[PublishedTable], new: Sequence[PublishedTable]) -> pd.DataFrame:
    """What the audit finds in new tables, beside those of their report that are kept."""
    from qualkit.survey.audit import audit

    names = {table.id for table in new}
    found = audit([*(table for table in kept if table.id not in names), *new])
    return found[found["table"].isin(names)]


def new_said(new: Sequence[PublishedTable], found: pd.DataFrame) -> str:
    """What was read, before it is kept."""
    ids = ", ".join(table.id for table in new[:12]) + (" ..." if len(new) > 12 else "")
    return f"{many(len(new), 'table')}: {ids}. Found in them: {len(found):,}. Nothing is kept yet."


def roles_table(labels: Sequence[str], layout: str, totals: Sequence[str] = ()) -> pd.DataFrame:
    """One row a label: ``label``, ``role``, ``second`` (in brackets) and ``wave``, to fill in.

    Where rows are items, the first column has their labels. `totals` are labels of rows that are
    called so; they stand below the others.
    """
    import pandas as pd

    roles = [""] * len(labels) + ["total"] * len(totals)
    if layout == "rows-are-items":
        roles[: bool(labels)] = ["label"][: bool(labels)]
    return pd.DataFrame({"label": [*labels, *totals], "role": roles, "second": "", "wave": ""},
                        dtype=object)  # fmt: skip


def roles_of(table: pd.DataFrame) -> dict[str, str]:
    """The roles that were filled in, by label."""
    filled = table.fillna("").to_dict("records")
    return {str(row["label"]): role_said(str(row["role"]), str(row["second"]), str(row["wave"]))
            for row in filled}  # fmt: skip
