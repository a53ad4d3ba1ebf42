"""What every export needs: legal characters, the words of the method note."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from qualkit.framework import Cell, CellSummary, Excerpt, Grid, Row
from qualkit.model import NOT_XML
from qualkit.wording import many

NO_DATA = "No data"
DRAFT = "Draft, not yet edited"
CHANGED = "Evidence has changed since this was written"
CITED = "cited in the summary"


def legal(text: str) -> str:
    """The text with every character that XML cannot carry replaced by U+FFFD."""
    return NOT_XML.sub("\ufffd", text)


def one_line(text: str) -> str:
    r"""Words as they are read: line breaks and runs of spaces become one space.

    >>> one_line("cut at its re-\nread  hyphen")
    'cut at its re-read hyphen'
    """
    plain = legal(text)
    if "-\n" in plain:
        plain = re.sub(r"(?<=\w)-\n(?=\w)", "-", plain)
    return " ".join(plain.split())


def heading(name: str) -> str:
    """The name of an attribute as a heading: ``Stakeholder type``."""
    plain = one_line(name.replace("_", " "))
    return plain[:1].upper() + plain[1:]


def quoted(excerpt: Excerpt) -> str:
    """An excerpt between quotation marks."""
    return f"\u201c{one_line(excerpt.words)}\u201d"


def remarks(excerpt: Excerpt, *titles: str, cited: bool = False) -> str:
    """Sub-codes, stance and ratings of an excerpt, in one short line.

    `titles` are the column's title and name, which need not be said again.
    """
    codes = [name for name in excerpt.codes if name not in titles]
    stances = list(dict.fromkeys(stance for stance, _ in excerpt.stances))
    if len(stances) > 1:
        stances = [f"{stance} ({coder})" for stance, coder in excerpt.stances]
    ratings = [f"rated {value}" for _, value in excerpt.ratings]
    said = [*codes, *([", ".join(stances)] if stances else []), *ratings]
    return " \u00b7 ".join([*said, CITED] if cited else said)


def cited(cell: Cell) -> set[str]:
    """Ids of the codings that the summaries of a cell rest on most."""
    return {coding for summary in cell.summaries for coding in summary.cites}


def silence(cell: Cell) -> str:
    """What stands in an empty cell: ``Not asked``, ``Asked, nothing said`` or ``No data``."""
    return cell.silence[:1].upper() + cell.silence[1:]


def left_out(cell: Cell) -> str:
    """How many excerpts are not shown; empty where all are."""
    return f"+ {many(cell.left_out, 'more excerpt')}" if cell.left_out else ""


@dataclass(frozen=True, slots=True)
class SummaryWords:
    """A cell summary in the words that every document has for it.

    Attributes
    ----------
    about : str
        ``northmoor-s:``, or empty.
    draft : str
        ``Draft, not yet edited:``, or empty.
    text : str
        The analyst's words, on one line.
    by : str
        ``[Ann, negative]``: the author, and the stance where there is one.
    rating : str
        ``Rated 2, Widespread good practice``, or empty.
    descriptor : str
        What that level looks like.
    changed : str
        ``Evidence has changed since this was written: 2 codings added``, or empty.
    """

    about: str
    draft: str
    text: str
    by: str
    rating: str
    descriptor: str
    changed: str

    @property
    def parts(self) -> tuple[str, ...]:
        """All of it that is not empty, in the order in which it is read."""
        rating = " \u2013 ".join(one for one in (self.rating, self.descriptor) if one)
        said = (self.about, self.draft, self.text, self.by, rating, self.changed)
        return tuple(one for one in said if one)


def summary_words(summary: CellSummary) -> SummaryWords:
    """A cell summary as it is written in every document.

    >>> one = CellSummary("Ann", "No room.", about="s1", stance="negative", draft=True)
    >>> " ".join(summary_words(one).parts)
    's1: Draft, not yet edited: No room. [Ann, negative]'
    >>> summary_words(CellSummary("Ann", "x", rating=2, level="Good")).rating
    'Rated 2, Good'
    """
    author = ", ".join(part for part in (summary.author, summary.stance or "") if part)
    level = f", {one_line(summary.level)}" if summary.level else ""
    return SummaryWords(
        about=f"{one_line(summary.about)}:" if summary.about else "",
        draft=f"{DRAFT}:" if summary.draft else "",
        text=one_line(summary.text),
        by=f"[{one_line(author)}]" if author else "",
        rating="" if summary.rating is None else f"Rated {summary.rating}{level}",
        descriptor=one_line(summary.descriptor),
        changed=f"{CHANGED}: {summary.changes}" if summary.changes else "",
    )


def in_bands(grid: Grid) -> Iterator[tuple[tuple[tuple[int, str], ...], Row]]:
    """Each row with the bands that begin at it: depth from 0, and ``Profile: Urban``.

    Where a band begins, all that lie within it begin anew.
    """
    before: tuple[str, ...] = ()
    for row in grid.rows:
        new = [
            depth
            for depth, _ in enumerate(row.bands)
            if row.bands[: depth + 1] != before[: depth + 1]
        ]
        names = [f"{heading(grid.bands_are[depth])}: {one_line(row.bands[depth])}" for depth in new]
        yield tuple(zip(new, names, strict=True)), row
        before = row.bands


def method_sentences(grid: Grid, study: str, codebooks: Sequence[str]) -> list[str]:
    """The method note: what the grid holds, who coded, by which codebook, how to read it."""
    rows = {"case": "a case", "source": "an interview or other source"}.get(
        grid.rows_are, f"a value of {grid.rows_are.replace('_', ' ')}"
    )
    summed = any(cell.summaries for cell in grid.cells.values())
    summary = "the analyst's summary, where one was written, and " if summed else ""
    return [
        f"Each row is {rows}, each column a theme; a cell holds {summary}the excerpts coded with"
        " the theme or a code below it.",
        *material(grid, codebooks),
        "Excerpts are verbatim and were compared with their sources when this document was"
        " written; passages that several coders marked, or that overlap, stand once. After each:"
        " role, area, and the time or line where it is said; then codes and stance.",
        *_how_to_read(grid),
        written(study),
    ]


def material(grid: Grid, codebooks: Sequence[str]) -> list[str]:
    """How much was coded, by whom, when, by which codebook, and which of it was chosen."""
    m = grid.method
    days = [_day(date.fromisoformat(day)) for day in (m.first, m.last) if day]
    coded = " to ".join(dict.fromkeys(days))
    coders = ", ".join(m.coders) or "nobody yet"
    left = f" of {m.all_codings:,}" if m.codings != m.all_codings else ""
    counts = f"{many(m.sources, 'source')} in {many(m.cases, 'case')}; {m.codings:,}{left}"
    when = f", {coded}" if coded else ""
    return [f"{counts} codings by {coders}{when}. Codebooks: {'; '.join(codebooks)}.", *m.chosen]


def written(study: str) -> str:
    """By what, from which study and on which day a document was written."""
    return f"Written by qualkit from {study} on {_day(date.today())}."


def _how_to_read(grid: Grid) -> Iterator[str]:
    """What empty cells and marks mean, each told only where it occurs."""
    cells = grid.cells.values()
    silences = {cell.silence for cell in cells if cell.empty}
    summaries = [summary for cell in cells for summary in cell.summaries]
    told = [text for start, text in _SILENCES if any(one.startswith(start) for one in silences)]
    yield from told
    if any(summary.draft for summary in summaries):
        yield (
            f"{DRAFT}: sentences of the excerpts that a program took word for word;"
            " no analyst has edited them yet."
        )
    if any(summary.changes for summary in summaries):
        yield f"{CHANGED}: the codings of its cell are not those it was written from."
    if any(summary.cites for summary in summaries):
        yield f"{CITED.capitalize()}: its author rests the summary on it most."
    if grid.limit is not None:
        yield (
            f"A cell shows at most {many(grid.limit, 'excerpt')}, one from each source before a"
            " second from any; the number left out is given."
        )
    if outside := grid.method.all_codings - grid.method.codings:
        under = "that were not chosen or stand" if grid.method.chosen else ""
        words = f"{under} under codes outside these themes".strip()
        yield f"{many(outside, 'coding')} {words}: not shown."


_SILENCES = (
    ("no data", f"{NO_DATA}: nothing in these sources was coded with the theme."),
    (
        "not asked",
        "Not asked: by the topic guide, or the questions that were coded, none of the"
        " row's sources was asked about the theme, and nothing was coded with it.",
    ),
    (
        "coded",
        "Coded, not shown: codings stand here that were not chosen; their number is given.",
    ),
    (
        "asked",
        "Asked, nothing said: the row's sources, or as many as are given, were asked"
        " about the theme, and nothing was coded with it.",
    ),
)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
