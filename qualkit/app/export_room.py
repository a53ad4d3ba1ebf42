"""Files out of a study: what there is, a look at it before it is made, and the making.

A wish says what is wanted and how. A preview of it reads the study as the file would, counts,
and compares every quotation with its source; it writes nothing but, for a figure, the figure.
Files are made in a folder of the user's own that is gone when their bytes are in hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.app.files import private_folder, write_private
from qualkit.errors import QualkitError
from qualkit.framework import Choice, code_table, select, values_of, with_case_attributes
from qualkit.model import Codebook, Framework, Theme
from qualkit.project import Project
from qualkit.reports import codings_of, crosstab_of, write_grid, write_report
from qualkit.tables import attributes_of

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.compare import Crosstab, Typology

Progress = Callable[[int, int, str], None]
_ALL: Final = Choice()
_TOP: Final = {"heatmap": 60, "codes": 30, "network": 40}


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can be exported: its title, what it is in one sentence, its endings."""

    title: str
    sentence: str
    endings: tuple[str, ...]
    quotes: bool = False  # whether it prints what people said


KINDS: Final[Mapping[str, Kind]] = {
    "grid": Kind(
        "Framework grid", "Cases by themes, summaries and quotes.",
        (".docx", ".xlsx", ".html"), quotes=True,
    ),
    "report": Kind(
        "Report of the whole study", "Grid, themes, cases and codebook.",
        (".docx",), quotes=True,
    ),
    "transcripts": Kind(
        "Transcripts with their codings", "Each coding is a comment on its words.",
        (".docx",), quotes=True,
    ),
    "codings": Kind(
        "Codings", "One row a coding, with all that is known.",
        (".xlsx", ".csv"), quotes=True,
    ),
    "table": Kind(
        "Cases by codes", "0 and 1, or counts, for R, SPSS and Excel.", (".xlsx", ".csv")
    ),
    "summaries": Kind(
        "Cell summaries", "One row a summary; can be loaded again.",
        (".xlsx", ".csv"),
    ),
    "sources": Kind(
        "Sources and attributes", "One row an interview or other source.",
        (".xlsx", ".csv"),
    ),
    "codebook": Kind(
        "Codebook", "To read, or to use in another study.",
        (".yaml", ".xlsx", ".csv"),
    ),
    "crosstab": Kind(
        "Crosstab", "Which groups speak of which theme.", (".xlsx", ".csv")
    ),
    "cooccurrence": Kind("Co-occurrence", "Which codes stand together.", (".xlsx", ".csv")),
    "typology": Kind("Typology", "Which cases are alike, and why.", (".xlsx", ".csv")),
    "figure": Kind("Figure", "A picture, readable in black and white.",
                   (".png", ".svg")),
}  # fmt: skip
FIGURES: Final[Mapping[str, str]] = {
    "heatmap": "Themes by attribute",
    "codes": "How often each code was given",
    "network": "Codes that stand together",
    "timeline": "Codings over time",
}
PARTS: Final[Mapping[str, str]] = {
    "grid": "Framework grid",
    "themes": "A chapter a theme",
    "cases": "A chapter a case",
    "codebook": "Codebook",
    "transcripts": "Transcripts",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be exported, and how; each kind heeds what concerns it.

    Attributes
    ----------
    kind, ending : str
        A key of :data:`KINDS`, and one of its endings.
    themes : tuple of str
        ``codebook/code`` of the columns, in order; all where it is empty.
    opened : tuple of str
        Those whose codes have columns of their own.
    rows, bands
        What rows are, and how they are grouped.
    choice : Choice
    attribute, values
        Only codings whose source has one of these values; all where `attribute` is empty.
    limit, paper, parts, template
        Of documents; `template` are the bytes of a Word file.
    by, measure, smallest, level, within, groups, top, counts, figure, book
        Of tables and figures, as the functions of :mod:`qualkit.compare` take them.
    """

    kind: str
    ending: str
    themes: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    rows: str = "case"
    bands: tuple[str, ...] = ()
    choice: Choice = _ALL
    attribute: str = ""
    values: tuple[str, ...] = ()
    limit: int | None = None
    paper: str = "A3"
    parts: tuple[str, ...] = ("grid", "themes", "cases", "codebook")
    template: bytes | None = None
    by: str = "case"
    measure: str = "sources"
    smallest: int = 0
    level: str = "code"
    within: str = "words"
    groups: int | None = None
    top: int | None = None
    counts: bool = False
    figure: str = "heatmap"
    book: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that was made: its name, its bytes, and the wish that it answers."""

    name: str
    data: bytes
    wish: Wish


@contextmanager
def plainly() -> Iterator[None]:
    """What is refused as a wrong value is told as every other refusal."""
    try:
        yield
    except ValueError as error:
        raise QualkitError(str(error)) from error


def file_name(study: str, wish: Wish) -> str:
    """A name for the file that says what it is.

    >>> file_name("school link", Wish("crosstab", ".xlsx", by="case.profile"))
    'school-link-crosstab-by-case.profile.xlsx'
    >>> file_name("pilots", Wish("figure", ".png", figure="codes"))
    'pilots-codes.png'
    """
    stem = wish.figure if wish.kind == "figure" else wish.kind
    stem = f"{wish.book}-codebook" if wish.kind == "codebook" and wish.book else stem
    by = f"-by-{wish.by}" if stem in {"crosstab", "heatmap", "table"} else ""
    return re.sub(r"[^\w.-]+", "-", f"{study}-{stem}{by}").strip("-.") + wish.ending


# Making ------------------------------------------------------------------------------------


def make(study: str, user: str | None, wish: Wish, progress: Progress) -> Made:
    """The file that is wished for.

    Parameters
    ----------
    study : str
        Its path or address.
    user : str or None
        Who asks.
    wish : Wish
    progress : callable
        Takes steps done, steps in all, and what is at hand.

    Raises
    ------
    QualkitError
        Where it cannot be made; for documents and codings also where a quotation is not what
        its source says.
    """
    kind = KINDS[wish.kind]
    progress(0, 2, "Comparing quotes with the transcripts" if kind.quotes else "Reading")
    with plainly(), Project.open(study, user=user) as project, private_folder() as folder:
        path = folder / file_name(project.name, wish)
        template = folder / "template.docx" if wish.template is not None else None
        if template is not None:
            write_private(template, wish.template or b"")
        with project.one_moment():
            if kind.quotes:
                project.require_sound()
            _WRITERS[wish.kind](project, wish, path, template)
        progress(1, 2, "Writing")
        return Made(path.name, path.read_bytes(), wish)


def _write_grid(project: Project, wish: Wish, path: Path, template: Path | None) -> None:
    write_grid(
        project, path, framework=framework_of(wish, project.name), rows=wish.rows,
        bands=wish.bands, opened=wish.opened, choice=wish.choice, limit=wish.limit,
        paper=wish.paper, template=template,
    )  # fmt: skip


def _write_report(project: Project, wish: Wish, path: Path, template: Path | None) -> None:
    parts = ("transcripts",) if wish.kind == "transcripts" else wish.parts
    write_report(
        project, path, framework=framework_of(wish, project.name), rows=wish.rows,
        bands=wish.bands, opened=wish.opened, choice=wish.choice, limit=wish.limit, parts=parts,
        template=template, paper=wish.paper,
    )  # fmt: skip


def _write_codebook(project: Project, wish: Wish, path: Path, _template: Path | None) -> None:
    from qualkit.codebook import codebook_text

    if wish.ending == ".yaml":
        write_private(path, codebook_text(book_of(project, wish)).encode("utf-8"))
    else:
        _write_table(project, wish, path, None)


def _write_table(project: Project, wish: Wish, path: Path, _template: Path | None) -> None:
    from qualkit.export.table import write_table

    write_table(TABLES[wish.kind](project, wish), path)


def _write_figure(project: Project, wish: Wish, path: Path, _template: Path | None) -> None:
    draw(project, wish, path)


def draw(project: Project, wish: Wish, path: Path) -> None:
    """Draw the figure that is wished for to a .png or .svg file."""
    from qualkit.export import charts

    top = wish.top or _TOP.get(wish.figure, 0)
    if wish.figure == "heatmap":
        charts.heat_map(crosstab_for(project, wish), path, wish.measure, top=top)
    elif wish.figure == "codes":
        charts.code_frequency(project.codings(), project.codes(), path, top=top)
    elif wish.figure == "network":
        charts.cooccurrence_network(pairs_for(project, wish), project.codings(), path, top=top)
    else:
        charts.timeline(project.codings(), path)


_WRITERS: Final[Mapping[str, Callable[[Project, Wish, Path, Path | None], None]]] = {
    **dict.fromkeys(KINDS, _write_table),
    "grid": _write_grid,
    "report": _write_report,
    "transcripts": _write_report,
    "codebook": _write_codebook,
    "figure": _write_figure,
}


def framework_of(wish: Wish, study: str) -> Framework | None:
    """The themes that were chosen as a framework; None where all are wanted."""
    if not wish.themes:
        return None
    titles = {"report": f"Report of {study}", "transcripts": f"Transcripts of {study}"}
    title = titles.get(wish.kind, "Framework grid")
    return Framework("chosen", title, tuple(Theme(code, "") for code in wish.themes))


# Tables ------------------------------------------------------------------------------------


def _codings(project: Project, wish: Wish) -> pd.DataFrame:
    chosen = select(*codings_of(project, wish.choice))
    if not wish.attribute or not wish.values:
        return chosen
    held = values_in(project, wish.attribute)
    wanted = [held[source] in wish.values for source in chosen["source"]]
    return chosen.loc[wanted]


def _summaries(project: Project, _wish: Wish) -> pd.DataFrame:
    """As :meth:`Project.load_summaries` takes them: each about a case or about a source."""
    table = project.summaries()
    themes = zip(table["codebook"], table["theme"], strict=True)
    made = table.assign(
        summary=table["text"],
        theme=[f"{book}/{theme}" for book, theme in themes],
        case=table["case"].where(table["source"].isna(), ""),
        cites=[" ".join(one) for one in table["cites"]],
    )
    return made[["case", "source", "phase", "theme", "author", "summary", "stance", "rating",
                 "cites", "draft", "changed"]]  # fmt: skip


def _sources(project: Project, _wish: Wish) -> pd.DataFrame:
    table = project.sources()
    return table[["source", "case", "words", "turns", "codings", *attributes_of(table, "sources")]]


def codes_of(project: Project, wish: Wish) -> pd.DataFrame:
    """The codes of the codebook that is wished for, lists told as text."""
    table = project.codes()
    chosen = table[table["codebook"] == book_of(project, wish).id]
    scales = [
        "; ".join(f"{level['value']} {level['label']}" for level in scale)
        for scale in chosen["scale"]
    ]
    joined = {name: ["; ".join(one) for one in chosen[name]] for name in ("cues", "survey_items")}
    return chosen.assign(scale=scales, **joined)


def _code_table(project: Project, wish: Wish) -> pd.DataFrame:
    return code_table(
        project.codings(), sources=project.sources(), codes=project.codes(), by=wish.by,
        counts=wish.counts,
    )  # fmt: skip


def crosstab_for(project: Project, wish: Wish) -> Crosstab:
    """The crosstab that is wished for."""
    return crosstab_of(project, rows=wish.rows, by=wish.by, smallest=wish.smallest)


def pairs_for(project: Project, wish: Wish) -> pd.DataFrame:
    """The codes that stand together, as is wished."""
    from qualkit.compare import cooccurrence

    return cooccurrence(
        project.codings(), codes=project.codes(), turns=project.turns(words=False),
        within=wish.within, level=wish.level,
    )  # fmt: skip


def typology_for(project: Project, wish: Wish) -> Typology:
    """The groups of cases that are wished for."""
    from qualkit.compare import typology

    return typology(
        project.codings(), sources=project.sources(), codes=project.codes(),
        cases=project.cases(), rows=wish.rows, k=wish.groups,
        framework=framework_of(wish, project.name),
    )  # fmt: skip


TABLES: Final[Mapping[str, Callable[[Project, Wish], pd.DataFrame]]] = {
    "codings": _codings,
    "table": _code_table,
    "summaries": _summaries,
    "sources": _sources,
    "codebook": codes_of,
    "crosstab": lambda project, wish: crosstab_for(project, wish).long,
    "cooccurrence": pairs_for,
    "typology": lambda project, wish: typology_for(project, wish).table,
}


def book_of(project: Project, wish: Wish) -> Codebook:
    """The codebook that is wished for, or the first."""
    books = {book.id: book for book in project.codebooks()}
    return books[wish.book] if wish.book in books else next(iter(books.values()))


def values_in(project: Project, attribute: str) -> dict[str, str]:
    """The value of an attribute of sources or cases that each source has."""
    return values_of(with_case_attributes(project.sources(), project.cases()), attribute)


# What there is to choose from --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choices:
    """What the options of an export can be in one study.

    Attributes
    ----------
    themes, books : dict
        What a theme or codebook is called by its key.
    attributes : tuple of str
        Of sources and cases.
    values : dict
        The values of each attribute, in order.
    coders : tuple of str
    """

    themes: dict[str, str]
    books: dict[str, str]
    attributes: tuple[str, ...]
    values: dict[str, tuple[str, ...]]
    coders: tuple[str, ...]

    @property
    def groupings(self) -> tuple[str, ...]:
        """What rows can be: cases, sources, or the values of an attribute."""
        return ("case", "source", *self.attributes)


def choices_of(project: Project) -> Choices:
    """What there is to choose from in a study."""
    known = with_case_attributes(project.sources(), project.cases())
    names = attributes_of(known, "sources")
    values = {name: tuple(sorted(set(values_of(known, name).values()))) for name in names}
    codes = project.codes()
    tops = codes[codes["parent"].isna()]
    keys = [f"{book}/{code}" for book, code in zip(tops["codebook"], tops["code"], strict=True)]
    books = {book.id: f"{book.title} {book.version}" for book in project.codebooks()}
    themes = dict(zip(keys, tops["name"], strict=True))
    twice = {name for name in themes.values() if list(themes.values()).count(name) > 1}
    shown = {key: f"{name} ({key})" if name in twice else name for key, name in themes.items()}
    return Choices(shown, books, tuple(names), values, tuple(project.coders()))


def spoken(name: str) -> str:
    """An attribute as people say it.

    >>> spoken("stakeholder_type"), spoken("case")
    ('Stakeholder type', 'Case')
    """
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
