"""What every export needs: legal characters, whole files, the words of the method note."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from qualkit.errors import QualkitError
from qualkit.framework import Excerpt, Grid
from qualkit.model import NOT_XML

NO_DATA = "No data"
_STRAY = ".qualkit-export-"


def legal(text: str) -> str:
    """The text with every character that XML cannot carry replaced by U+FFFD."""
    return NOT_XML.sub("\ufffd", text)


def one_line(text: str) -> str:
    r"""Words as they are read: line breaks and runs of spaces become one space.

    >>> one_line("cut at its re-\nread  hyphen")
    'cut at its re-read hyphen'
    """
    return " ".join(re.sub(r"(?<=\w)-\n(?=\w)", "-", legal(text)).split())


def heading(name: str) -> str:
    """The name of an attribute as a heading: ``Stakeholder type``."""
    plain = one_line(name.replace("_", " "))
    return plain[:1].upper() + plain[1:]


def quoted(excerpt: Excerpt) -> str:
    """An excerpt between quotation marks."""
    return f"\u201c{one_line(excerpt.words)}\u201d"


def remarks(excerpt: Excerpt, column_title: str) -> str:
    """Sub-codes, stance and ratings of an excerpt, in one short line."""
    codes = [name for name in excerpt.codes if name != column_title]
    stances = list(dict.fromkeys(stance for stance, _ in excerpt.stances))
    if len(stances) > 1:
        stances = [f"{stance} ({coder})" for stance, coder in excerpt.stances]
    ratings = [f"rated {value}" for _, value in excerpt.ratings]
    return " \u00b7 ".join([*codes, *([", ".join(stances)] if stances else []), *ratings])


def method_sentences(grid: Grid, study: str, codebooks: Sequence[str]) -> list[str]:
    """The method note: what the grid holds, who coded, by which codebook, how to read it."""
    m = grid.method
    days = [_day(date.fromisoformat(day)) for day in (m.first, m.last) if day]
    coded = " to ".join(dict.fromkeys(days))
    coders = ", ".join(m.coders) or "nobody yet"
    rows = {"case": "a case", "source": "an interview or other source"}.get(
        grid.rows_are, f"a value of {grid.rows_are.replace('_', ' ')}"
    )
    summed = any(cell.summaries for cell in grid.cells.values())
    summary = "the analyst's summary, where one was written, and " if summed else ""
    left = f" of {m.all_codings:,}" if m.codings != m.all_codings else ""
    outside = m.all_codings - m.codings
    lines = [
        f"Each row is {rows}, each column a theme; a cell holds {summary}the excerpts coded with"
        " the theme or a code below it.",
        f"{_count(m.sources, 'source')} in {_count(m.cases, 'case')}; {m.codings:,}{left} codings"
        f" by {coders}{f', {coded}' if coded else ''}. Codebooks: {'; '.join(codebooks)}.",
        "Excerpts are verbatim and were compared with their sources when this document was"
        " written; passages that several coders marked, or that overlap, stand once. After each:"
        " role, area, and the time or line where it is said; then codes and stance.",
        f"\u201c{NO_DATA}\u201d: nothing in these sources was coded with the theme.",
    ]
    if grid.limit is not None:
        lines.append(
            f"A cell shows at most {_count(grid.limit, 'excerpt')}, one from each source before a"
            " second from any; the number left out is given."
        )
    if outside:
        lines.append(f"{_count(outside, 'coding')} under codes outside these themes: not shown.")
    return [*lines, f"Written by qualkit from {study} on {_day(date.today())}."]


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def _remove_strays(folder: Path) -> None:
    """Remove what an export that was killed left in a folder more than an hour ago."""
    for stray in folder.glob(f"{_STRAY}*"):
        with suppress(OSError):
            if time.time() - stray.stat().st_mtime > 3_600:
                stray.unlink()


def write_whole(path: Path | str, write: Callable[[Path], None]) -> Path:
    """Write a file beside its place, then move it there: whole or not at all, for its owner only.

    Raises
    ------
    QualkitError
        Where the place cannot be written to.
    """
    path = Path(path)
    _remove_strays(path.parent)
    try:
        handle, name = tempfile.mkstemp(prefix=_STRAY, suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise QualkitError(f"{path}: cannot be written ({error.strerror})") from error
    os.close(handle)
    made = Path(name)
    try:
        write(made)
        with made.open("rb+") as file:
            os.fsync(file.fileno())
        made.replace(path)
    except OSError as error:
        raise QualkitError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        made.unlink(missing_ok=True)
    return path
