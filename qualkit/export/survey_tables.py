"""Tables of surveys as Word, Excel, CSV or one web page: numbers as numbers, bases always there.

Whatever is withheld is ``[c]``, with a key; method and notes are printed in every file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.errors import QualkitError, UnknownName
from qualkit.export._shared import one_line
from qualkit.export._survey_parts import (
    Results,
    Table,
    Value,
    marks_in,
    results_of,
    trimmed,
    words_of,
)  # fmt: skip
from qualkit.export.table import write_csv

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.export._docx import WordFile
    from qualkit.export.excel import Sheet
    from qualkit.survey import Comparison, Description

__all__ = ["ENDINGS", "check_ending", "write_tables"]

ENDINGS: Final = (".docx", ".xlsx", ".csv", ".html")
ILLUSTRATED: Final = (".docx", ".html")
_FORMATS: Final = {  # of numbers, as Excel writes them
    "text": "", "interval": "", "number": "", "count": "#,##0", "figure": "0.00", "percent": "0.0",
    "p": '[<0.001]"<0.001";0.000',
}  # fmt: skip
_WIDTH: Final = 14.0  # of a column of share 1, in characters
_UPRIGHT: Final = 5  # a table of so many columns still fits on an upright page
_MARGIN: Final = 15  # millimetres
_HEADING: Final = 20.0  # millimetres of a page with a chart that its heading takes
_STYLE: Final = """
@media screen{:root{--wide:90rem}.scroll{max-height:85vh;border:1px solid var(--line)}
thead th{position:sticky;top:0}.wide{min-width:15rem}}
.scroll{overflow:auto;margin:.75rem 0}table{border-collapse:separate;border-spacing:0}
th,td{border:solid var(--line);border-width:0 1px 1px 0;padding:.3rem .5rem;
overflow-wrap:break-word}thead th,tbody th{overflow-wrap:normal}
@media print{body{font-size:8pt}.scroll{overflow:visible}th,td{padding:.15rem .25rem}}
"""


def check_ending(
    path: Path | str, *, template: Path | str | None = None, pictures: bool = False
) -> str:
    """The ending of a file that tables of a survey can be written to.

    Raises
    ------
    QualkitError
        For any other, a template for a file that is not .docx, or `pictures` for one that holds
        none.
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        known = ", ".join(ENDINGS)
        raise QualkitError(f"{path}: tables of a survey are written as {known}, not {ending!r}")
    if template is not None and ending != ".docx":
        raise QualkitError(f"{path}: a template is for a .docx file, not {ending!r}")
    if pictures and ending not in ILLUSTRATED:
        raise QualkitError(
            f"{path}: charts stand in a file of {' or '.join(ILLUSTRATED)}, not {ending!r}"
        )
    return ending


def write_tables(
    made: Description | Comparison | pd.DataFrame,
    path: Path | str,
    *,
    title: str = "",
    table: str = "",
    template: Path | str | None = None,
    pictures: Sequence[tuple[bytes, str]] = (),
) -> Path:
    """Write the tables of a description, a comparison or findings; the ending says as what.

    Parameters
    ----------
    made : Description, Comparison, or DataFrame
        A DataFrame as :func:`qualkit.survey.findings` gives it.
    path : path
        A .docx, .xlsx, .csv or .html file, replaced where it exists; written whole or not at all.
    title : str
        In place of ours.
    table : str
        The name of one table alone: ``Items``, ``Distribution``, ``Scales``, ``Changes``,
        ``Attrition``, ``Retention``, ``Lost and new``, ``Findings``. A .csv file holds one; left
        out, the first.
    template : path, optional
        A client's own Word file, whose styles, page, headers and footers are taken; for .docx.
    pictures : sequence of (bytes, str)
        Charts that stand before the tables, each with its words for those who do not see it, as
        :func:`qualkit.export.survey_charts.pictures` gives them; for .docx and .html.

    Raises
    ------
    TableError
        For something that is none of the three.
    UnknownName
        Where there is no table of that name.
    ReadError
        Where the template cannot be used.
    QualkitError
        For another ending, or a place that cannot be written to.

    Notes
    -----
    In a .csv file the key, notes and method stand under the table, after an empty line.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> import pandas as pd
    >>> from qualkit.survey import Item, Survey, describe
    >>> item = Item("W1", "Did you attend?", "yes-no", {"0": "No", "1": "Yes"})
    >>> seen = pd.DataFrame({"W1": ["1"] * 8})
    >>> made = describe({"after": seen}, Survey("s", items=(item,)))
    >>> path = write_tables(made, Path(mkdtemp()) / "items.csv")
    >>> print(path.read_text("utf-8-sig").splitlines()[1])
    W1,Did you attend?,after,8,0,0,[c],[c],[c],1 Yes,fewer than 10 answers
    """
    ending = check_ending(path, template=template, pictures=bool(pictures))
    results = _chosen(results_of(made, title), table, ending)
    if ending == ".docx":
        return _word(results, pictures, path, template)
    if ending == ".html":
        return _page(results, pictures, path)
    return _book(results, path) if ending == ".xlsx" else _csv(results, path)


def _chosen(results: Results, table: str, ending: str) -> Results:
    """The results with the tables and columns that the file shows."""
    held = results.tables
    if table:
        kept = [one for one in held if one.name == table]
        if not kept:
            raise UnknownName("table", table, [one.name for one in held])
    elif ending == ".csv":
        kept = list(held[:1])
    elif ending == ".xlsx":  # programs read the long table, which has all that the others have
        kept = [one for one in held if not one.name.startswith("Answers")]
    else:
        kept = [one for one in held if not one.long]
    where = "paper" if ending in ILLUSTRATED else "sheet"
    return replace(results, tables=tuple(trimmed(one, where) for one in kept))


def _said(results: Results) -> list[tuple[str, list[str]]]:
    """What is printed beside the tables, under its headings."""
    said = [
        ("Key", marks_in(results.tables)),
        ("Notes", list(results.notes)),
        ("Method", list(results.method)),
    ]
    return [(head, [one_line(line) for line in lines]) for head, lines in said if lines]


# Sheets ------------------------------------------------------------------------------------------


def _csv(results: Results, path: Path | str) -> Path:
    rows: list[Sequence[Value]] = []
    for table in results.tables:
        rows += [[one_line(head.title) for head in table.heads], *table.rows]
    for head, lines in _said(results):
        rows += [[], [head], *([line] for line in lines)]
    return write_csv(path, rows)


def _book(results: Results, path: Path | str) -> Path:
    from qualkit.export.excel import Sheet, write_sheets

    title = one_line(results.title)
    told = [[head, line] for head, lines in _said(results) for line in lines]
    notes = Sheet("Notes", [("About", 12.0), (title, 120.0)], told, filtered=False)
    return write_sheets(path, title, [*map(_sheet, results.tables), notes])


def _sheet(table: Table) -> Sheet:
    from qualkit.export.excel import Sheet

    heads = [(one_line(head.title), max(7.0, _WIDTH * head.share)) for head in table.heads]
    formats = [_FORMATS[head.kind] for head in table.heads]
    return Sheet(table.name, heads, table.rows, formats=formats, freeze=1)


# Word --------------------------------------------------------------------------------------------


def _word(
    results: Results, pictures: Sequence[tuple[bytes, str]], path: Path | str,
    template: Path | str | None,
) -> Path:  # fmt: skip
    from qualkit.export._docx import WordFile
    from qualkit.export._template import read_template

    file = WordFile(one_line(results.title), None if template is None else read_template(template))
    if template is None:
        file.page = file.plain  # the first page is no title page: it has the foot of the others
    _word_front(file, results, charts=bool(pictures))
    if pictures:
        file.section(file.paper(210, 297, _MARGIN))
        file.heading("Charts", "charts")
        for picture, alt in pictures:
            file.picture(picture, alt=alt, high=_HEADING)
    across = file.paper(297, 210, _MARGIN)
    for n, table in enumerate(results.tables):
        page = across if len(table.heads) > _UPRIGHT else file.plain
        if file.page != page:
            file.section(page)
        file.heading(table.title, f"table_{n}")
        _word_table(file, table)
    return file.save(path)


def _word_front(file: WordFile, results: Results, *, charts: bool) -> None:
    """The title, what is in the document where that is much, the key, notes and method."""
    file.say(one_line(results.title), "Title")
    parts = [("charts", "Charts")] if charts else []
    parts += [(f"table_{n}", table.title) for n, table in enumerate(results.tables)]
    if len(parts) > 1:
        file.contents(parts)
    for head, lines in _said(results):
        file.heading(head, level=2)
        for line in lines:
            file.say(line)


def _word_table(file: WordFile, table: Table) -> None:
    from qualkit.export.word import plain_row

    if not table.rows:
        file.say("Nothing to show.")
        return
    widths = file.shares([head.share for head in table.heads])
    looks = ["Grid Small" if head.kind == "text" else "Grid Number" for head in table.heads]
    rows = (
        plain_row(file, words_of(values, table.heads), widths, styles=looks)
        for values in table.rows
    )
    file.table([head.title for head in table.heads], widths, rows, caption=table.title)


# One page ----------------------------------------------------------------------------------------


def _page(results: Results, pictures: Sequence[tuple[bytes, str]], path: Path | str) -> Path:
    from qualkit.export import _page as page

    def parts() -> Iterator[str]:
        yield page.opening(results.title, page.REPORT + _STYLE, pictures=bool(pictures))
        yield f'<header><h1 dir="auto">{page.text(results.title)}</h1></header><main>'
        for head, lines in _said(results):
            yield f"<section><h2>{head}</h2>"
            yield from page.paragraphs(lines)
            yield "</section>"
        if pictures:
            yield "<section><h2>Charts</h2>"
            yield from (page.picture(data, alt) for data, alt in pictures)
            yield "</section>"
        for table in results.tables:
            yield f'<section><h2 dir="auto">{page.text(table.title)}</h2>'
            heads = [head.title for head in table.heads]
            rows = (words_of(values, table.heads) for values in table.rows)
            yield from page.table(table.title, heads, rows, _kinds(table), caption=False)
            yield "</section>"
        yield "</main></body></html>"

    return page.save_page(path, parts())


def _kinds(table: Table) -> list[str]:
    """How the columns of a table look on a page."""
    return [
        "number" if head.kind != "text" else "wide" if head.share > 1.5 else ""
        for head in table.heads
    ]
