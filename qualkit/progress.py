"""How far a study is: what is coded, by whom, under which theme, and what to do next.

What is counted is what anybody has done, not what is good: a turn with one coding counts as
coded, and a cell with a summary as charted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from qualkit.compare import Saturation, saturation
from qualkit.compare._saturation import BASE, RUN, THRESHOLD
from qualkit.store.counts import Counts
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project

_MOST_STEPS: Final = 5
_CELL: Final = ("case", "codebook", "theme")
Cell = tuple[str, str, str]  # case, codebook, theme


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do next.

    Attributes
    ----------
    text : str
        A plain sentence; it may hold names that people gave.
    page : str
        The page of the interface where it is done, such as ``code``.
    query : mapping
        What the page is to open: ``source``, or ``row`` and ``theme``.
    """

    text: str
    page: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a study is.

    Attributes
    ----------
    by_source, by_coder : DataFrame
        As :class:`qualkit.store.counts.Counts` has them.
    by_theme : DataFrame
        One row a theme: ``codebook``, ``theme``, ``name``; ``sources``, ``codings`` and
        ``summaries`` of it and of the codes below it.
    next_steps : tuple of Step
        At most five, in the order in which they are of use.
    saturation : Saturation
        In the order of import; see :func:`saturation_of` for others.
    """

    by_source: pd.DataFrame
    by_coder: pd.DataFrame
    by_theme: pd.DataFrame
    next_steps: tuple[Step, ...]
    saturation: Saturation


@dataclass(frozen=True, slots=True)
class _Study:
    """What is read of a study, from one moment."""

    counts: Counts
    codes: pd.DataFrame
    summaries: pd.DataFrame
    given: list[str]  # sources that whoever reads was given to code, and has not finished
    pack_of: str  # who made it, where it is a coder pack


def progress_of(project: Project) -> Progress:
    """How far a study is, from one moment of it.

    Parameters
    ----------
    project : Project

    Returns
    -------
    Progress

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from qualkit.project import Project
    >>> with Project.create(Path(tempfile.mkdtemp()) / "new.qualkit") as project:
    ...     print(progress_of(project).next_steps[0].text)
    Add your interviews.
    """
    with project.one_moment():
        pack = project.pack
        study = _Study(
            counts=project.counts(),
            codes=project.codes(),
            summaries=project.summaries(),
            given=_given(project),
            pack_of="" if pack is None else pack.by,
        )
    counts = study.counts
    return Progress(
        by_source=counts.by_source,
        by_coder=counts.by_coder,
        by_theme=_by_theme(study),
        next_steps=_first(_steps(study)),
        saturation=saturation(counts.by_code, counts.by_source),
    )


def saturation_of(
    project: Project,
    *,
    by: str | None = None,
    base: int = BASE,
    run: int = RUN,
    threshold: float = THRESHOLD,
) -> Saturation:
    """When further interviews brought hardly any new codes.

    Parameters
    ----------
    project : Project
    by, base, run, threshold
        As :func:`qualkit.compare.saturation` takes them.

    Raises
    ------
    UnknownName, TableError, ValueError
        As it raises them.
    """
    with project.one_moment():
        held, sources, cases = project.counts().by_code, project.sources(), project.cases()
    return saturation(held, sources, cases=cases, by=by, base=base, run=run, threshold=threshold)


# Counts --------------------------------------------------------------------------------------


def _by_theme(study: _Study) -> pd.DataFrame:
    themes = study.codes[study.codes["parent"].isna()][["codebook", "code", "name"]]
    made = themes.rename(columns={"code": "theme"}).reset_index(drop=True)
    keys = list(zip(made["codebook"], made["theme"], strict=True))
    grouped = study.counts.by_code.groupby(["codebook", "theme"])
    sources, codings = grouped["source"].nunique().to_dict(), grouped["codings"].sum().to_dict()
    said = Counter(cell[1:] for cell in _cells(study.summaries, _themes(study.codes)))
    counts: dict[str, Mapping[Any, int]] = {
        "sources": sources,
        "codings": codings,
        "summaries": said,
    }
    return made.assign(**{
        name: [int(held.get(key, 0)) for key in keys] for name, held in counts.items()
    })  # fmt: skip


def _themes(codes: pd.DataFrame) -> dict[tuple[str, str], str]:
    """The theme of every code."""
    columns = (codes[name] for name in ("codebook", "code", "theme"))
    return {(book, code): theme for book, code, theme in zip(*columns, strict=True)}


# What to do next -----------------------------------------------------------------------------


def _first(steps: Iterator[Step]) -> tuple[Step, ...]:
    return tuple(step for step, _ in zip(steps, range(_MOST_STEPS), strict=False))


def _steps(study: _Study) -> Iterator[Step]:
    """What there is to do, in the order in which one does it."""
    counts = study.counts
    if counts.by_source.empty:
        yield Step("Add your interviews.", "sources")
    if study.codes.empty:
        yield Step("Add a codebook, or make codes of your own.", "codebook")
    if counts.by_source.empty or study.codes.empty:
        return
    if not study.pack_of:
        yield from _roles(counts.without_roles)
    if study.given:
        yield from _to_finish(study)
    else:
        yield from _to_code(counts)
    if study.pack_of:
        yield Step(f"Send this file back to {study.pack_of} when all is finished.", "code")
        return
    yield from _to_chart(study)
    if counts.coded_twice and not study.given:
        yield Step("See where coders agree, and settle where they do not.", "agreement")
    if len(counts.by_coder) == 1 and len(counts.by_code):
        only = counts.by_coder["coder"].iloc[0]
        yield Step(f"Only {only} has coded; let a second person code some sources.", "code")
    if len(counts.by_code):
        yield Step("Write the grid or the report.", "export")


def _roles(unsaid: list[str]) -> Iterator[Step]:
    """Speakers of whom nobody has said whether they ask or answer."""
    if unsaid:
        count = many(len(unsaid), "source")
        yield Step(f"Say who asks and who answers in {count}.", "sources", {"source": unsaid[0]})


def _given(project: Project) -> list[str]:
    table = project.assignments()
    own = table[(table["coder"] == project.user) & (table["status"] == "open")]
    return list(dict.fromkeys(own["source"]))


def _to_finish(study: _Study) -> Iterator[Step]:
    """What one was given to code comes before all else, those with nothing coded first."""
    coded = set(study.counts.by_code["source"])
    first = next((name for name in study.given if name not in coded), study.given[0])
    rest = f"; {many(len(study.given) - 1, 'more source')} to finish" if study.given[1:] else ""
    yield Step(f"Code {first}, then say that you have finished it{rest}.", "code",
               {"source": first})  # fmt: skip


def _to_code(counts: Counts) -> Iterator[Step]:
    by_source = counts.by_source
    bare = by_source[by_source["codings"] == 0]["source"].tolist()
    if bare:
        rest = f"; {many(len(bare) - 1, 'more source')} without codings" if bare[1:] else ""
        yield Step(f"Code {bare[0]}{rest}.", "code", {"source": bare[0]})
    waiting = int(by_source["suggestions"].sum())
    if waiting:
        yield Step(f"Accept or reject {many(waiting, 'suggestion')}.", "suggestions")
    elif not counts.suggested:
        yield Step("Let the program suggest codes; you accept or reject them.", "suggestions")


def _to_chart(study: _Study) -> Iterator[Step]:
    import pandas as pd

    cells = _cells(study.summaries, _themes(study.codes))
    coded = study.counts.by_code[list(_CELL)].drop_duplicates()
    if cells:
        coded = coded[~pd.MultiIndex.from_frame(coded).isin(cells)]
    if len(coded):
        text = f"Summarise {many(len(coded), 'cell')} with codings and without a summary."
        yield Step(text, "framework", _place(tuple(coded.iloc[0])))
    moved = study.summaries[["added", "gone", "altered"]].fillna(0).sum(axis=1) > 0
    stale = [cell for cell, changed in zip(cells, moved, strict=True) if changed]
    if stale:
        text = f"Look again at {many(len(stale), 'summary', 'summaries')} whose codings changed."
        yield Step(text, "framework", _place(stale[0]))


def _cells(summaries: pd.DataFrame, theme_of: Mapping[tuple[str, str], str]) -> list[Cell]:
    """The cell that each summary is about."""
    columns = (summaries[name] for name in _CELL)
    return [(case, book, theme_of[book, code]) for case, book, code in zip(*columns, strict=True)]


def _place(cell: Cell) -> dict[str, str]:
    case, book, theme = cell
    return {"row": case, "theme": f"{book}/{theme}"}
