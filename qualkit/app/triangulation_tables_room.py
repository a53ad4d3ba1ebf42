"""Tables of triangulation for the page: one to look at, with its file, and a whole report."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.app.files import Made, private_folder, write_private
from qualkit.app.triangulation_joint_room import ALL_ROWS, Only, href_of
from qualkit.errors import NotEnough, UnknownName
from qualkit.export.triangulation import counts_of, read_table
from qualkit.project import Project
from qualkit.tables import attributes_of, plain
from qualkit.triangulate import Artefact, Assessment, Quotes
from qualkit.triangulating import (
    ALL,
    artefact_of,
    artefacts_of,
    interview_saturation,
    write_triangulation,
)

if TYPE_CHECKING:
    from qualkit.compare import Saturation

Progress = Callable[[int, int, str], None]
ENDINGS: Final[Mapping[str, str]] = {".docx": "Word", ".xlsx": "Excel", ".html": "Web page"}
PICTURE: Final[Mapping[str, str]] = {".png": "Picture"}
_NUMBER: Final = re.compile(r"[\d,.]+%?|\u2013|")
_COUNTS: Final = "Interviews are counted once each, however many of their passages were coded."


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of triangulation.

    Attributes
    ----------
    title : str
    sentence : str
        What it is for.
    method : str
        How it is made, for an annex.
    rows : bool
        Whether its rows can be told apart by theme, verdict and status.
    quotes : int
        How many quotations a row, or a cell, has as usual; 0 where it has none.
    by : str
        What it can be told by: an attribute of the ``survey`` or of ``sources``, the ``order``
        of interviews; empty for nothing.
    usual : str
        The attribute that is taken where none is chosen.
    """

    title: str
    sentence: str
    method: str
    rows: bool = True
    quotes: int = 0
    by: str = ""
    usual: str = ""


KINDS: Final[Mapping[str, Kind]] = {
    "verdicts": Kind(
        "Verdicts",
        "What stands on each theme at a glance, and who decided it; a report opens with it.",
        "Proposed by a rule with a version, decided by evaluators; what nobody decided is marked "
        "PROPOSED.",
    ),
    "convergence": Kind(
        "Convergence coding matrix",
        "Where survey, interviews and other strands agree, theme by theme, and what is silent.",
        "After the triangulation protocol of Farmer and others (2006): what each strand means, "
        "whom it covers, and one verdict for each theme and finding.", quotes=1,
    ),
    "joint": Kind(
        "Joint display",
        "Each finding beside what interviews say of it, with the verdict and what follows; files "
        "have the charts.",
        "After Guetterman, Fetters and Creswell (2015). Of quotations one stands for the finding, "
        "one against it where there is one.", quotes=2,
    ),
    "statistics": Kind(
        "Statistics by themes",
        "The linked figures of each group beside what interviews of that group say.",
        "Groups are those of the survey's attribute; an interview is of the group whose name it "
        "has.", by="survey",
    ),
    "cases": Kind(
        "Case-level matrix",
        "One row an area, with its figures and what was said there.",
        "A mixed methods matrix (O'Cathain, Murphy and Nicholl 2010). Where somebody wrote a "
        "summary of a cell in the grid, it stands; else interviews by what they say.",
        by="survey", usual="area",
    ),
    "pillars": Kind(
        "Pillar table",
        "Figures at the left, codes at the right, and in the middle what they have in common.",
        "After the pillar integration process of Johnson, Grove and Clarke (2017).",
    ),
    "threads": Kind(
        "Thread log",
        "Questions that one strand raised and another was asked, with what was found.",
        "Following a thread, after O'Cathain, Murphy and Nicholl (2010); the entries are the "
        "evaluators' own.", rows=False,
    ),
    "confidence": Kind(
        "Confidence in findings",
        "How far each finding of the interviews can be relied on, and why.",
        "Judged by evaluators on four components that are borrowed from GRADE-CERQual; it is no "
        "CERQual assessment.", rows=False,
    ),
    "themes-not-asked": Kind(
        "Themes that no item asks about",
        "What people speak of and the survey cannot tell.",
        "A theme counts as asked about where an item of a survey or published table is linked to "
        "it, or says that it speaks to it.",
    ),
    "items-not-touched": Kind(
        "Items that no interview speaks of",
        "Figures that stand alone: nobody was heard on them.",
        "An item is touched where an interview is coded on a code that it speaks to or is linked "
        "to.",
    ),
    "who-is-missing": Kind(
        "Who is missing",
        "The areas and stakeholder types that no interview on a theme is from.",
        "Against all areas and types that any interview is from.",
    ),
    "groups": Kind(
        "Themes by group",
        "What each group of people says of each theme, in numbers of interviews.",
        _COUNTS, by="sources", usual="stakeholder_type",
    ),
    "phases": Kind(
        "Themes by phase",
        "Whether what is said changed from one round of interviews to the next.",
        f"By the attribute 'phase' of sources. {_COUNTS}",
    ),
    "differences": Kind(
        "Where groups differ",
        "Themes on which groups of people say otherwise.",
        f"Opposite are an improvement and a worsening; a group has its say where three interviews "
        f"or more took a view, and three quarters of them the same. {_COUNTS}",
        by="sources", usual="stakeholder_type",
    ),
    "saturation": Kind(
        "Saturation",
        "Whether further interviews still brought new codes.",
        "After Guest, Namey and Chen (2020), PLOS ONE 15(5): e0232076.", rows=False, by="order",
    ),
    "narrative": Kind(
        "Draft of the findings",
        "A findings section for each theme to edit; files have it as running text, with a note at "
        "each figure and quotation.",
        "Written by template, by no model; every quotation is compared with its transcript.",
        quotes=2,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """A table that is looked at.

    Attributes
    ----------
    name : str
        One of :data:`KINDS`.
    only : Only
    quotes : int or None
    by : str
    """

    name: str
    only: Only = ALL_ROWS
    quotes: int | None = None
    by: str = ""

    def options(self) -> dict[str, Any]:
        """As :func:`qualkit.triangulating.artefact_of` takes them."""
        return {
            "themes": self.only.themes, "verdicts": self.only.verdicts,
            "statuses": self.only.statuses, "quotes": self.quotes, "by": self.by,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """What was made of it.

    Attributes
    ----------
    sheet : mapping
        As the component takes it; empty where there is nothing.
    summary : mapping
        The count that belongs to it, likewise.
    notes : tuple of str
    why : str
        Why there is nothing to show; empty where there is.
    saturation : Saturation or None
        What its figure is of.
    """

    sheet: Mapping[str, Any]
    summary: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    why: str = ""
    saturation: Saturation | None = None


def choices(assessed: Assessment, kind: Kind) -> list[str]:
    """The attributes that a table can be told by, its usual one first."""
    if kind.by == "survey":
        found = [str(one) for one in dict.fromkeys(assessed.all_findings["attribute"])
                 if plain(one)]  # fmt: skip
    elif kind.by:
        cases = assessed.cases
        own = attributes_of(assessed.sources, "sources")
        found = [*own, *([] if cases is None else attributes_of(cases, "cases"))]
    else:
        found = []
    return sorted(dict.fromkeys(found), key=lambda one: one != kind.usual)


def table(
    study: str, user: str | None, assessed: Assessment, wanted: Wanted, progress: Progress
) -> Table:
    """A table to look at, each quotation with the link to its place."""
    progress(0, 2, "putting the table together")
    try:
        with Project.open(study, user=user) as project:
            made = artefact_of(project, wanted.name, assessed=assessed, **wanted.options())
    except (NotEnough, UnknownName) as error:
        return Table({}, {}, why=str(error))
    progress(1, 2, "finding the places of quotations")
    places = _places(assessed) if KINDS[wanted.name].quotes else {}
    grown = (
        interview_saturation(assessed, by=wanted.by) if wanted.name == "saturation" else None
    )  # fmt: skip
    return Table(_sheet(made, places), _count(made), made.notes, saturation=grown)


def _places(assessed: Assessment) -> dict[str, str]:
    """The link to each quotation, by its words with who said them."""
    return {quote.text: href_of(quote) for quote in Quotes(assessed).every()}


def _sheet(made: Artefact, places: Mapping[str, str]) -> dict[str, Any]:
    heads, rows = read_table(made)
    return _drawn(made.title, heads, rows, places) if rows else {}


def _count(made: Artefact) -> dict[str, Any]:
    if made.summary is None or made.summary.empty:
        return {}
    return _drawn(f"{made.title}: counts", *counts_of(made.summary), {})


def _drawn(
    label: str, heads: Sequence[str], rows: Sequence[Sequence[str]], places: Mapping[str, str]
) -> dict[str, Any]:
    """A table as the component takes it: cells as paragraphs, some of them with a link."""
    figures = [_figures_alone([row[n] for row in rows]) for n in range(len(heads))]
    cells = [
        [[{"text": line, "href": places.get(line, "")} for line in cell.split("\n")]
         for cell in row] for row in rows
    ]  # fmt: skip
    return {"label": label, "heads": list(heads), "rows": cells, "figures": figures}


def _figures_alone(column: Sequence[str]) -> bool:
    """Whether a column has nothing but figures, and one at least."""
    return all(map(_NUMBER.fullmatch, column)) and any(map(str.isdigit, "".join(column)))


# Files ---------------------------------------------------------------------------------------


def endings(name: str) -> dict[str, str]:
    """What a table can be written as; a draft is a text, which is no picture."""
    return {**ENDINGS, **({} if name == "narrative" else PICTURE)}


def write(
    study: str, user: str | None, assessed: Assessment, wanted: Wanted, ending: str,
    progress: Progress,
) -> Made:  # fmt: skip
    """One table as a file; a picture of several pages as a .zip of them."""
    progress(0, 1, "writing")
    with Project.open(study, user=user) as project, private_folder() as folder:
        path = folder / f"{_file_name(project.name)}-{wanted.name}{ending}"
        pages = write_triangulation(
            project, path, artefacts=[wanted.name], assessed=assessed, **wanted.options()
        )
        return _made(pages)


def _made(pages: Sequence[Path]) -> Made:
    if len(pages) == 1:
        return Made(pages[0].name, pages[0].read_bytes())
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for page in pages:
            archive.write(page, page.name)
    return Made(f"{pages[0].stem}.zip", held.getvalue())


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:80] or "study"


# The whole report ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Report:
    """A report that is wanted.

    Attributes
    ----------
    names : tuple of str
        Its tables, in order.
    title : str
        Empty for ours.
    template : bytes or None
        A Word file whose styles it takes.
    """

    names: tuple[str, ...]
    title: str = ""
    template: bytes | None = None


def showing(study: str, user: str | None, assessed: Assessment, progress: Progress) -> list[str]:
    """The tables of which the study has something to show."""
    progress(0, 0, "what there is to show")
    with Project.open(study, user=user) as project:
        return [one.name for one in artefacts_of(project, (ALL,), assessed=assessed)]


def undecided(assessed: Assessment) -> tuple[int, int]:
    """How many links nobody has decided, and how many there are."""
    linked = assessed.decided[assessed.decided["link"] != ""]
    return int((linked["status"] == "proposed").sum()), len(linked)


def write_report(
    study: str, user: str | None, assessed: Assessment, report: Report, ending: str,
    progress: Progress,
) -> Made:  # fmt: skip
    """The chosen tables as one file."""
    progress(0, 1, "writing")
    with Project.open(study, user=user) as project, private_folder() as folder:
        template = None
        if report.template is not None and ending == ".docx":
            template = folder / "template.docx"
            write_private(template, report.template)
        path = folder / f"{_file_name(project.name)}-triangulation{ending}"
        return _made(write_triangulation(
            project, path, artefacts=report.names, title=report.title.strip(),
            template=template, assessed=assessed,
        ))  # fmt: skip
