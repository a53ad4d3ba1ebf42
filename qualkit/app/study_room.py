"""What the page Study does: make a study, open one, build the sample, and show how far one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.app.state import place
from qualkit.codebook import SHIPPED, read_codebook
from qualkit.compare import Saturation
from qualkit.errors import QualkitError
from qualkit.progress import saturation_of
from qualkit.project import Project
from qualkit.sample import NAME

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

_ENDING: Final = ".qualkit"
_FORBIDDEN: Final = set('/\\:*?"<>|\0')
_BAR: Final = "#3f7fbf"
_LINE: Final = "#c2571a"


@dataclass(frozen=True, slots=True)
class Book:
    """A codebook that ships with qualkit: its name, its title, and what it is in a sentence."""

    name: str
    title: str
    description: str
    codes: int


def home() -> Path:
    """The folder where studies are made unless the user names another."""
    return Path.home() / "qualkit"


@cache
def shipped_books() -> tuple[Book, ...]:
    """The codebooks that a new study may start with."""
    books = ((path.stem, read_codebook(path)) for path in sorted(SHIPPED.glob("*.yaml")))
    return tuple(
        Book(name, book.title, " ".join(book.description.split()), len(book.codes))
        for name, book in books
    )


def folder_of(typed: str) -> Path:
    """The folder that a user typed; ``~`` is their own.

    Raises
    ------
    QualkitError
        For nothing, or a path that depends on where the program was started.
    """
    path = Path(typed.strip()).expanduser()
    if not typed.strip() or not path.is_absolute():
        raise QualkitError(f"{typed.strip()!r} is no whole path; write one such as {home()}")
    return path


def sample_in(folder: Path) -> Path | None:
    """The sample study in a folder, where it was built there before."""
    study = folder / NAME
    return study if study.exists() else None


def name_from(file: str) -> str:
    """A name for a study that is made of a file.

    >>> name_from("Pilots: 2026.qda.zip"), name_from("?.qdpx")
    ('Pilots 2026', 'study')
    """
    stem = Path(file).stem.removesuffix(".qda")
    kept = "".join(" " if sign in _FORBIDDEN else sign for sign in stem)
    return " ".join(kept.split()).strip(".") or "study"


def new_study(name: str, folder: Path, books: tuple[str, ...], *, user: str | None) -> Path:
    """Make a study in a folder, which is made too where it is not there.

    Parameters
    ----------
    name : str
        What the study is called, and its file.
    folder : Path
    books : tuple of str
        Codebooks that ship with qualkit.
    user : str, optional
        Who makes it, for the log.

    Returns
    -------
    Path
        Of the study.

    Raises
    ------
    QualkitError
        For a name that no file can have, one that is taken, or a folder that cannot be written.
    """
    study = place_for(name, folder)
    Project.create(study, codebooks=books, user=user).close()
    return study


def place_for(name: str, folder: Path) -> Path:
    """Where a new study goes: nothing is there yet, and its folder is.

    Raises
    ------
    QualkitError
        For a name that no file can have, one that is taken, or a folder that cannot be written.
    """
    stem = name.strip().removesuffix(_ENDING)
    if not stem or stem.startswith(".") or _FORBIDDEN & set(stem):
        raise QualkitError(f"a study cannot be called {stem!r}; use letters, digits and spaces")
    study = folder / f"{stem}{_ENDING}"
    if study.exists():
        raise QualkitError(f"{study} is there already; open it, or take another name")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise QualkitError(f"{folder} cannot be made: {error.strerror}") from error
    return study


def opened_at(typed: str) -> str:
    """The path or address of a study that can be opened.

    Raises
    ------
    QualkitError
        For one that cannot be, with the reason.
    """
    address = typed.strip().strip('"')
    if not address:
        raise QualkitError("type where the study is: a file that ends in .qualkit")
    study = address if "://" in address else str(Path(address).expanduser())
    Project.open(study).close()
    return study


# What is shown of a study that is open --------------------------------------------------------


def saturation(asked: Mapping[str, Any], project: Project) -> Saturation | QualkitError:
    """Saturation as it was asked for, or why it cannot be told."""
    try:
        return saturation_of(project, **asked)
    except QualkitError as error:
        return error


def source_view(by_source: pd.DataFrame) -> pd.DataFrame:
    """Progress by source as it is shown: with the share coded and the link to the transcript."""
    share = by_source["coded"] / by_source["answers"].where(by_source["answers"] > 0)
    return by_source.assign(
        share=share.round(2), open=[place(name) for name in by_source["source"]]
    )


def counts_of(by_source: pd.DataFrame, by_theme: pd.DataFrame) -> dict[str, str]:
    """The numbers at the head of the page, by what they count."""
    answers, coded = int(by_source["answers"].sum()), int(by_source["coded"].sum())
    return {
        "Sources": f"{len(by_source):,}",
        "Words": f"{int(by_source['words'].sum()):,}",
        "Answers coded": f"{coded / answers:.0%}" if answers else "-",
        "Codings": f"{int(by_source['codings'].sum()):,}",
        "Open suggestions": f"{int(by_source['suggestions'].sum()):,}",
        "Summaries": f"{int(by_theme['summaries'].sum()):,}",
    }


def saturation_said(made: Saturation) -> str:
    """What saturation says, in one sentence."""
    if made.reached_at is None:
        return f"Not reached: {made.reason}."
    first, last = made.reached_at + 1, made.reached_at + made.run
    share = made.table["information"].iloc[last - 1]
    run = f"interviews {first} {'and' if made.run == 2 else 'to'} {last}"
    later = int(made.table["new"].iloc[last:].sum())
    still = f"; all later ones brought {later or 'no'} more" if len(made.table) > last else ""
    return (
        f"Reached after {made.reached_at} interviews, reported as {made.notation}: {run} brought "
        f"{share:.0%} new codes, measured against the {made.base_codes} codes of the first "
        f"{made.base}{still}."
    )


def saturation_chart(made: Saturation) -> alt.LayerChart | alt.FacetChart:
    """New codes as bars, all codes so far as a line, and where the point is reached."""
    import altair as alt

    number = alt.X(
        "number:O", title="Interview, in order", axis=alt.Axis(labelAngle=0, labelOverlap=True)
    )
    tips = [
        alt.Tooltip("source:N", title="Interview"),
        alt.Tooltip("new:Q", title="New codes"),
        alt.Tooltip("codes:Q", title="Codes so far"),
        alt.Tooltip("information:Q", title="New information of the run", format=".0%"),
    ]
    chart = alt.Chart(made.table)
    height = alt.Y("new:Q", title="Codes")
    bars = chart.mark_bar(color=_BAR).encode(x=number, y=height, tooltip=tips)
    so_far = alt.Y("codes:Q", title="Codes")
    line = chart.mark_line(color=_LINE, point=alt.OverlayMarkDef(color=_LINE, filled=True))
    layers: list[alt.Chart] = [bars, line.encode(x=number, y=so_far, tooltip=tips)]
    if made.reached_at is not None:
        here = alt.Chart(made.table.iloc[[made.reached_at - 1]])
        layers.append(here.mark_rule(strokeDash=[4, 4], color="#808a96").encode(x=number))
    return alt.layer(*layers).properties(height=280)
