"""Tables of surveys as Word, Excel, CSV or one web page: numbers as numbers, bases always there.

Whatever is withheld is ``[c]``, with a key; method and notes are printed in every file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.errors import QualkitError, UnknownName
from qualkit.export._shared import one_line, write_whole
from qualkit.export._survey_parts import (
    Results,
    Table,
    marks_in,
    printed,
    results_of,
    trimmed,
    words_of,
)
from qualkit.export.table import guarded

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.export._docx import WordFile
    from qualkit.survey import Comparison, Description

__all__ = ["ENDINGS", "check_ending", "write_tables"]

ENDINGS: Final = (".docx", ".xlsx", ".csv", ".html")
_WIDTH: Final = 14.0  # of a column of share 1, in characters
_MARGIN: Final = 15
STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1b1b;--dark:#1f3a5f;--on:#fff;--line:#bbb;
--pale:#f3f6fa}
@media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e8e8e8;--dark:#a9c7ea;--on:#10151b;
--line:#4a525c;--pale:#1f252c}}
body{font:15px/1.45 Arial,sans-serif;margin:1.5rem auto;padding:0 1.25rem;max-width:90rem;
color:var(--ink);background:var(--paper)}
h1,h2{color:var(--dark);line-height:1.25}h2{margin-top:2.25rem}p{max-width:60rem;margin:.4rem 0}
:focus-visible{outline:3px solid #b35c00;outline-offset:2px}
.scroll{overflow:auto;max-height:85vh;margin:.75rem 0;border:1px solid var(--line)}
table{border-collapse:separate;border-spacing:0}
th,td{border:solid var(--line);border-width:0 1px 1px 0;padding:.3rem .5rem;text-align:left;
vertical-align:top;overflow-wrap:break-word}
thead th{position:sticky;top:0;background:var(--dark);color:var(--on);overflow-wrap:normal}
tbody th{background:var(--pale);overflow-wrap:normal}.wide{min-width:15rem}
.number{text-align:right;white-space:nowrap;overflow-wrap:normal;
font-variant-numeric:tabular-nums}
@page{size:A4 landscape;margin:12mm}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--dark:#1f3a5f;--on:#fff;--line:#999;
--pale:#f3f6fa}body{margin:0;max-width:none;font-size:8pt}.scroll{overflow:visible;
max-height:none;border:0}thead{display:table-header-group}thead th{position:static}
tr{break-inside:avoid}h2{break-after:avoid}.wide{min-width:0}th,td{padding:.15rem .25rem}}
"""


def check_ending(path: Path | str, *, template: Path | str | None = None) -> str:
    """The ending of a file that tables of a survey can be written to.

    Raises
    ------
    QualkitError
        For any other, or a template for a file that is not .docx.
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        known = ", ".join(ENDINGS)
        raise QualkitError(f"{path}: tables of a survey are written as {known}, not {ending!r}")
    if template is not None and ending != ".docx":
        raise QualkitError(f"{path}: a template is for a .docx file, not {ending!r}")
    return ending


def write_tables(
    made: Description | Comparison | pd.DataFrame,
    path: Path | str,
    *,
    title: str = "",
    table: str = "",
    template: Path | str | None = None,
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
    ending = check_ending(path, template=template)
    results = _chosen(results_of(made, title), table, ending)
    if ending == ".docx":
        return _word(results, path, template)
    if ending == ".xlsx":
        return _book(results, path)
    if ending == ".csv":
        return write_whole(path, lambda to: _save_csv(to, results))
    page = "\n".join(_page(results))
    return write_whole(path, lambda to: _save_page(to, page))


def _chosen(results: Results, table: str, ending: str) -> Results:
    """The results with the tables that the file shows."""
    from dataclasses import replace

    if table:
        kept = [one for one in results.tables if one.name == table]
        if not kept:
            raise UnknownName("table", table, [one.name for one in results.tables])
    elif ending == ".csv":
        kept = list(results.tables[:1])
    elif ending == ".xlsx":  # programs read the long table, which has all that the others have
        kept = [one for one in results.tables if not one.name.startswith("Answers")]
    else:
        kept = [one for one in results.tables if not one.long]
    where = "sheet" if ending in {".csv", ".xlsx"} else "paper"
    return replace(results, tables=tuple(trimmed(one, where) for one in kept))


def _said(results: Results) -> list[tuple[str, list[str]]]:
    """What is printed beside the tables, under its headings."""
    said = [
        ("Key", marks_in(results.tables)),
        ("Notes", list(results.notes)),
        ("Method", list(results.method)),
    ]
    return [(head, [one_line(line) for line in lines]) for head, lines in said if lines]


# CSV ---------------------------------------------------------------------------------------------


def _save_csv(path: Path, results: Results) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for table in results.tables:
        writer.writerow([guarded(one_line(head.title)) for head in table.heads])
        writer.writerows(
            [guarded(value) if isinstance(value, str) else value for value in row]
            for row in table.rows
        )
    for head, lines in _said(results):
        writer.writerows([[], [head], *([guarded(line)] for line in lines)])
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


# Excel -------------------------------------------------------------------------------------------


def _book(results: Results, path: Path | str) -> Path:
    from qualkit.export.excel import _book as new_book
    from qualkit.export.excel import _sheet

    def write(to: Path) -> None:
        book = new_book()
        for table in results.tables:
            heads = [(one_line(head.title), max(7.0, _WIDTH * head.share)) for head in table.heads]
            _sheet(book, table.name, heads, table.rows, freeze=1)
        told = [[head, line] for head, lines in _said(results) for line in lines]
        title = one_line(results.title)
        _sheet(book, "Notes", [("About", 12.0), (title, 120.0)], told, filtered=False)
        book.properties.title, book.properties.creator = title, "qualkit"
        book.save(to)

    return write_whole(path, write)


# Word --------------------------------------------------------------------------------------------


def _word(results: Results, path: Path | str, template: Path | str | None) -> Path:
    from qualkit.export._docx import WordFile
    from qualkit.export._template import read_template

    base = None if template is None else read_template(template)
    file = WordFile(one_line(results.title), base)
    file.say(one_line(results.title), "Title")
    for head, lines in _said(results):
        file.heading(head, level=2)
        for line in lines:
            file.say(line)
    file.section(file.landscape(297, 210, _MARGIN))
    for n, table in enumerate(results.tables):
        file.heading(table.title, new_page=n > 0)
        if table.rows:
            _word_table(file, table)
        else:
            file.say("Nothing to show.")
    return file.save(path)


def _word_table(file: WordFile, table: Table) -> None:
    from qualkit.export._docx import cell, row, run

    widths = file.shares([head.share for head in table.heads])
    rows = (
        row(
            cell(file.p(run(words, size=7), "Grid Body"), width)
            for words, width in zip(words_of(values, table.heads), widths, strict=True)
        )
        for values in table.rows
    )
    file.table([one_line(head.title) for head in table.heads], widths, rows, caption=table.title)


# One page ----------------------------------------------------------------------------------------


def _save_page(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8", newline="\n")


def _page(results: Results) -> Iterator[str]:
    from qualkit.export._page import _hash

    allowed = (
        f"default-src 'none'; script-src 'none'; style-src {_hash(STYLE)}; base-uri 'none';"
        " form-action 'none'"
    )
    title = _text(results.title)
    yield '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(allowed)}">'
    yield '<meta name="viewport" content="width=device-width"><meta name="referrer" '
    yield f'content="no-referrer"><title>{title}</title><style>{STYLE}</style></head><body>'
    yield f'<header><h1 dir="auto">{title}</h1></header><main>'
    for head, lines in _said(results):
        yield f"<section><h2>{head}</h2>"
        yield from (f'<p dir="auto">{_text(line)}</p>' for line in lines)
        yield "</section>"
    for table in results.tables:
        yield f'<section><h2 dir="auto">{_text(table.title)}</h2>'
        yield from _page_table(table)
        yield "</section>"
    yield "</main></body></html>"


def _page_table(table: Table) -> Iterator[str]:
    title = _text(table.title)
    kinds = [
        ' class="number"' if head.kind != "text" else ' class="wide"' if head.share > 1.5 else ""
        for head in table.heads
    ]
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {title}">'
    yield f'<table aria-label="{title}"><thead><tr>'
    yield _cells("th", ' scope="col"', [one.title for one in table.heads], kinds)
    yield "</tr></thead><tbody>"
    for values in table.rows:
        words = [printed(value, head) for value, head in zip(values, table.heads, strict=True)]
        first = _cells("th", ' scope="row"', words[:1], kinds[:1])
        yield f"<tr>{first}{_cells('td', '', words[1:], kinds[1:])}</tr>"
    yield "</tbody></table></div>"


def _cells(name: str, more: str, words: Sequence[str], kinds: Sequence[str]) -> str:
    return "".join(
        f'<{name}{more}{kind} dir="auto">{_text(one)}</{name}>'
        for one, kind in zip(words, kinds, strict=True)
    )


def _text(words: str) -> str:
    """Words of a survey as text of a page, on one line."""
    return escape(one_line(words))
