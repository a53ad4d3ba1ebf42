"""Further strands for the page: a file of figures looked at before it is kept, and those kept.

An uploaded file is held in the server's memory with the tab that it belongs to. It stands in a
folder of this account alone while it is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from qualkit.app.sources_room import Upload, on_disk
from qualkit.app.surveys_room import POLARITIES_SAID
from qualkit.app.triangulation_links_room import judges_blind, one_line
from qualkit.errors import BatchError, LinkedError, QualkitError
from qualkit.importers.sheets import Sheet
from qualkit.importers.worker import read_table
from qualkit.loading import LoadReport
from qualkit.project import Project
from qualkit.triangulate.records import Strand
from qualkit.triangulate.strands import strand_of
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]
ENDINGS: Final = ("csv", "tsv", "xlsx")
KINDS_SAID: Final[Mapping[str, str]] = {
    "activity": "Activity: referrals, contacts, waits", "workforce": "Workforce: staff, posts",
    "outcomes": "Outcomes: scores, results", "workshop": "Workshop: ratings, observations",
    "documents": "Documents: what was counted in them", "other": "Other figures",
}  # fmt: skip
_TOTALS_SAID: Final[Mapping[str, str]] = {"sum": "added up", "mean": "averaged"}
_LONGEST: Final = 64  # characters of an id
_FIRST: Final = 8
_VERDICTS: Final = re.compile(r" \([\d,]+ verdicts?\)$")


@dataclass(frozen=True, slots=True)
class Look:
    """What was found in a file, before anything is kept.

    Attributes
    ----------
    upload : Upload
    sheet : Sheet
    faults : tuple of str
        Each with its row.
    strand : Strand or None
        None where there are faults.
    held : dict of str to int
        The strands of the study then, each with its version.
    """

    upload: Upload
    sheet: Sheet = field(repr=False)
    faults: tuple[str, ...]
    strand: Strand | None = field(repr=False)
    held: dict[str, int]


def look(study: str, user: str | None, upload: Upload, progress: Progress) -> Look:
    """Read a file of figures and keep nothing.

    Raises
    ------
    QualkitError
        For a file that is no table, or lacks a column; what cannot stand in it is in the look.
    """
    progress(0, 2, "reading the file")
    with on_disk([upload]) as (path,):
        sheet = read_table(path)
    progress(1, 2, "looking at the figures")
    with Project.open(study, user=user) as project:
        table = project.strands()
    held = dict(zip(table["strand"], table["version"].tolist(), strict=True))
    try:
        found = strand_of(sheet, name=id_of(upload.name))
    except BatchError as error:
        return Look(upload, sheet, tuple(error.faults), None, held)
    return Look(upload, sheet, (), found, held)


def id_of(name: str) -> str:
    """What a strand may be called, by the name of its file.

    >>> id_of("Referrals 2025.csv"), id_of(".csv"), id_of("a/b.xlsx")
    ('Referrals 2025', 'csv', 'b')
    """
    stem = PurePath(name.replace("\\", "/")).stem
    return " ".join(stem.lstrip(".").split())[:_LONGEST].strip() or "figures"


def first_rows(sheet: Sheet) -> pd.DataFrame:
    """The first rows as they stand in the file, each with its number."""
    import pandas as pd

    rows = [(number, *cells) for number, cells in
            list(zip(sheet.numbers, sheet.rows, strict=True))[:_FIRST]]  # fmt: skip
    names = ["Row"]
    for name in sheet.header:
        names.append(name if name not in names else f"{name} ({len(names)})")
    return pd.DataFrame(rows, columns=names)


def measures_table(strand: Strand) -> pd.DataFrame:
    """One row a measure, of which meaning, unit, the better way and totals can be corrected."""
    import pandas as pd

    rows = [(one.id, one.question, one.unit, POLARITIES_SAID[one.polarity],
             _TOTALS_SAID[one.total]) for one in strand.measures]  # fmt: skip
    return pd.DataFrame(rows, columns=["measure", "question", "unit", "polarity", "total"])


def ways() -> list[str]:
    """Which way can be better, in words."""
    return list(POLARITIES_SAID.values())


def totals() -> list[str]:
    """How areas can be put together, in words."""
    return list(_TOTALS_SAID.values())


def named(
    found: Look, *, name: str, kind: str, title: str, source: str, measures: pd.DataFrame
) -> Strand:
    """The strand as somebody names it, with what they say of its measures.

    Raises
    ------
    BatchError
        For what it cannot be called.
    """
    ways_of = {said: word for word, said in POLARITIES_SAID.items()}
    totals_of = {said: word for word, said in _TOTALS_SAID.items()}
    about = {
        str(row["measure"]): {
            "question": one_line(row["question"] or ""), "unit": one_line(row["unit"] or ""),
            "polarity": ways_of[row["polarity"] or POLARITIES_SAID[""]],
            "total": totals_of.get(row["total"], ""),
        }
        for row in measures.to_dict("records")
    }  # fmt: skip
    return strand_of(found.sheet, name=one_line(name), kind=kind, title=one_line(title),
                     source=one_line(source), measures=about)  # fmt: skip


def keep(project: Project, found: Look, strand: Strand, *, links: bool) -> LoadReport:
    """Keep a strand that was looked at.

    Raises
    ------
    LinkedError
        Where links would point at nothing, and may not go along.
    QualkitError
        Where it cannot be called so, or the study has another one since the look.
    """
    try:
        return project.add_strand(strand, links=links, version=found.held.get(strand.id))
    except ValueError as error:
        raise QualkitError(str(error)) from error


def remove(project: Project, name: str, version: int, *, links: bool) -> None:
    """Remove a strand with its figures.

    Raises
    ------
    LinkedError
        Where there are links, and they may not go along.
    ConflictError
        Where it was changed since.
    """
    project.remove_strand(name, links=links, version=version)


def links_said(project: Project, error: LinkedError) -> tuple[str, ...]:
    """The links that would go along; with their verdicts only for whom may know of them."""
    blind = judges_blind(project)
    return tuple(_VERDICTS.sub("", one) if blind else one for one in error.links)


# In words ------------------------------------------------------------------------------------


def found_said(strand: Strand) -> str:
    """What was found, in a sentence."""
    periods = dict.fromkeys(one for own in strand.periods.values() for one in own)
    areas = many(len(strand.areas), "area") if strand.areas else "no areas"
    return (
        f"{many(len(strand.table), 'figure')}: {many(len(strand.measures), 'measure')}, {areas}, "
        f"{many(len(periods), 'period')}."
    )


def unset(strand: Strand) -> str:
    """Of which measures nobody has said which way is better, in a sentence; empty for none."""
    names = [one.id for one in strand.measures if not one.polarity]
    if not names:
        return ""
    return (
        f"Nobody has said which way is better for {one_line(', '.join(names[:6]))}"
        f"{' and others' if len(names) > 6 else ''}: findings of it cannot be used before somebody "
        "does, here or in a link."
    )


def kept_said(report: LoadReport, name: str) -> str:
    """What became of it."""
    return f"Kept {name}." if report.added else f"The same figures were there already: {name}."


def kept_table(project: Project) -> pd.DataFrame:
    """One row a strand that is kept, for reading."""
    import pandas as pd

    table = project.strands()
    return pd.DataFrame({
        "Strand": table["strand"], "Title": table["title"].map(one_line),
        "Kind": table["kind"], "Source": table["source"].map(one_line),
        "Measures": table["measures"], "Figures": table["rows"],
        "Added": pd.to_datetime(table["added"]),
    })  # fmt: skip


def figures(strand: Strand) -> pd.DataFrame:
    """Every figure of a strand, for reading; an area that is empty is everywhere."""
    import pandas as pd

    about = {one.id: one for one in strand.measures}
    table = strand.table
    return pd.DataFrame({
        "Measure": table["measure"],
        "What it means": [about[one].question for one in table["measure"]],
        "Area": table["area"].replace("", "everywhere"), "Period": table["period"],
        "Figure": table["value"], "Unit": [about[one].unit for one in table["measure"]],
        "n": table["n"], "sd": table["sd"],
    })  # fmt: skip
