"""What a framework grid is made of: rows, columns, and cells of summaries and excerpts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qualkit.model import Level


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of one source in one cell, with who coded them and how.

    Attributes
    ----------
    text : str
        Verbatim: ``source text[start:end]``.
    words : str
        The same without the names and times between turns: `` [...] `` stands for them.
    source : str
    start, end : int
        Code points, half-open.
    attribution : str
        Role, case, and time or line: ``Deputy head, Northmoor, 4:05``.
    codes : tuple of str
        Names of the codes, below the column's own.
    coders : tuple of str
        Each once, in order.
    stances : tuple of (str, str)
        Stance and coder, each pair once.
    ratings : tuple of (str, int)
        Code name and value.
    codings : tuple of str
        Ids of the codings that it stands for.
    """

    text: str
    words: str
    source: str
    start: int
    end: int
    attribution: str
    codes: tuple[str, ...]
    coders: tuple[str, ...]
    stances: tuple[tuple[str, str], ...]
    ratings: tuple[tuple[str, int], ...]
    codings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CellSummary:
    """An analyst's words on one case, or one source, and one theme.

    Attributes
    ----------
    author, text : str
    about : str
        What it is about where that is less than the row: a source, a phase, a code below the
        column's own; empty where it is the cell itself.
    stance : str or None
    rating : int or None
        With `level`, the name of the rating, and `descriptor`, what it looks like.
    draft : bool
        Drafted by a program and edited by nobody yet.
    changes : str
        How the evidence has changed since it was written, in words; empty where it has not.
    cites : tuple of str
        Ids of the codings that it rests on most, where its author named them.
    """

    author: str
    text: str
    about: str = ""
    stance: str | None = None
    rating: int | None = None
    level: str = ""
    descriptor: str = ""
    draft: bool = False
    changes: str = ""
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """What one row says on one theme.

    Attributes
    ----------
    summaries, excerpts : tuple
    left_out : int
        Excerpts beyond the number asked for.
    asked, of : int or None
        How many of the row's sources were asked about the theme, and how many there are; None
        where nothing tells.
    hidden : int
        Codings that stand here and were not chosen.
    """

    summaries: tuple[CellSummary, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()
    left_out: int = 0
    asked: int | None = None
    of: int = 0
    hidden: int = 0

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.summaries and not self.excerpts

    @property
    def silence(self) -> str:
        """Why there is nothing: ``not asked``, ``asked, nothing said``, ``no data`` ..."""
        if self.hidden:
            return f"coded, not shown ({self.hidden} coding{'s' if self.hidden != 1 else ''})"
        if self.asked is None or not self.of:
            return "no data"
        if not self.asked:
            return "not asked"
        few = f" ({self.asked} of {self.of} asked)" if self.asked < self.of else ""
        return f"asked, nothing said{few}"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the grid: a theme, or a code below a theme that was opened.

    Attributes
    ----------
    codebook, code : str
        What it charts, with all that lies below it.
    title, definition : str
    name : str
        The code's own name, whatever the framework calls it.
    own : bool
        Whether it takes the code's own codings alone: the rest of a theme that was opened.
    scale : tuple of Level
        Of a rating code.
    """

    codebook: str
    code: str
    title: str
    definition: str
    name: str = ""
    own: bool = False
    scale: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A case, a source, or a value of an attribute.

    Attributes
    ----------
    name : str
        As it is shown.
    bands : tuple of str
        The groups that it stands in, the widest first.
    detail : str
        A few words under its name.
    sources : tuple of str
        The sources that it stands for.
    key : str
        Unique in its grid; the name, or with its bands where the name comes back.
    """

    name: str
    bands: tuple[str, ...] = ()
    detail: str = ""
    sources: tuple[str, ...] = ()
    key: str = ""

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", self.name)


@dataclass(frozen=True, slots=True)
class Method:
    """How the grid came about, for the note that goes with it.

    `codings` are those in the grid, `all_codings` those of the study; `codebooks` are the ids of
    the codebooks that its columns come from; `chosen` says which codings were let through.
    """

    sources: int
    cases: int
    codings: int
    all_codings: int
    codebooks: tuple[str, ...]
    coders: tuple[str, ...]
    first: str
    last: str
    chosen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A framework grid, ready to be written.

    Attributes
    ----------
    title : str
    rows : tuple of Row
        In bands, in order.
    columns : tuple of Column
    cells : mapping
        (row key, column number) to Cell; every pair is there.
    rows_are : str
        The attribute behind the rows.
    bands_are : tuple of str
        The attributes behind the bands, the widest first; empty without bands.
    """

    title: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    cells: Mapping[tuple[str, int], Cell]
    rows_are: str
    bands_are: tuple[str, ...]
    method: Method
    limit: int | None = field(default=None)

    def cell(self, row: str, column: int) -> Cell:
        """The cell of a row's key and a column's number."""
        return self.cells[row, column]
