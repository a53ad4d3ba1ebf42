"""The framework grid as one web page with a search box, that needs nothing else: no request.

What the study says is only ever text: its browser runs the page's own search and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from qualkit.export._page import SCRIPT, STYLE, opening, paragraphs, save_page, text
from qualkit.export._shared import (
    cited,
    heading,
    in_bands,
    left_out,
    method_sentences,
    one_line,
    quoted,
    remarks,
    silence,
    summary_words,
)  # fmt: skip
from qualkit.framework import Cell, CellSummary, Column, Grid, Row

_ON_PAPER: Final = 8  # themes side by side; a page with more is printed as a list


def write_grid(grid: Grid, path: Path | str, *, study: str, codebooks: Sequence[str]) -> Path:
    """Write a grid to an .html file."""
    return save_page(path, _page(grid, study, codebooks))


def _page(grid: Grid, study: str, codebooks: Sequence[str]) -> Iterator[str]:
    yield opening(grid.title, STYLE, script=SCRIPT)
    yield f'<h1 dir="auto">{text(grid.title)}</h1><div class="note">'
    yield from paragraphs(method_sentences(grid, study, codebooks))
    yield '</div><div id="search" role="search" hidden><label for="find">Search the grid</label>'
    yield '<input id="find" type="search" autocomplete="off" spellcheck="false">'
    yield '<output id="found" for="find" aria-live="polite"></output></div>'
    yield '<div class="scroll" tabindex="0" role="region" aria-label="Framework grid">'
    yield from _table(grid)
    yield "</div><h2>Themes</h2><dl>"
    for column in grid.columns:
        yield from _theme(column)
    yield f"</dl><script>{SCRIPT}</script></body></html>"


def _table(grid: Grid) -> Iterator[str]:
    heads = "".join(f'<th scope="col" dir="auto">{text(c.title)}</th>' for c in grid.columns)
    wide = ' class="wide"' if len(grid.columns) > _ON_PAPER else ""
    yield f'<table id="grid"{wide}>'
    yield f'<thead><tr><th scope="col">{text(heading(grid.rows_are))}</th>{heads}</tr></thead>'
    yield "<tbody>"
    span = len(grid.columns) + 1
    for bands, row in in_bands(grid):
        for depth, name in bands:
            head = (
                f'<th scope="rowgroup" colspan="{span}"><span dir="auto">{text(name)}</span></th>'
            )
            yield f'<tr class="band d{depth}" data-depth="{depth}">{head}</tr>'
        yield f"<tr>{_row_head(row)}"
        yield from (_cell(grid.cell(row.key, n), c) for n, c in enumerate(grid.columns))
        yield "</tr>"
    yield "</tbody></table>"


def _row_head(row: Row) -> str:
    detail = f'<small dir="auto">{text(row.detail)}</small>' if row.detail else ""
    return f'<th scope="row"><bdi>{text(row.name)}</bdi>{detail}</th>'


def _cell(cell: Cell, column: Column) -> str:
    theme = f'data-theme="{text(column.title)}"'
    if cell.empty:
        return f'<td class="empty" {theme}>{text(silence(cell))}</td>'
    parts = [_summary(summary) for summary in cell.summaries]
    rests = cited(cell)
    for excerpt in cell.excerpts:
        used = not rests.isdisjoint(excerpt.codings)
        said = remarks(excerpt, column.title, column.name, cited=used)
        under = f"({one_line(excerpt.attribution)}) {said}".strip()
        parts.append(f'<blockquote dir="auto">{text(quoted(excerpt))}</blockquote>')
        parts.append(f'<div class="by" dir="auto">{text(under)}</div>')
    if cell.left_out:
        parts.append(f'<div class="by">{text(left_out(cell))}</div>')
    return f"<td {theme}>{''.join(parts)}</td>"


def _summary(summary: CellSummary) -> str:
    """A summary: about, draft, words and author; then the rating; then how its evidence changed."""
    said = summary_words(summary)
    spans = [
        f'<span class="{kind}">{text(part)}</span>'
        for kind, part in (
            ("about", said.about), ("draft", said.draft), ("words", said.text), ("by", said.by)
        )
        if part
    ]  # fmt: skip
    rating = " \u2013 ".join(part for part in (said.rating, said.descriptor) if part)
    lines = [
        f'<p class="{kind}" dir="auto">{text(part)}</p>'
        for kind, part in (("rating", rating), ("changed", said.changed))
        if part
    ]
    return f'<div class="summary"><p dir="auto">{" ".join(spans)}</p>{"".join(lines)}</div>'


def _theme(column: Column) -> Iterator[str]:
    yield f'<dt dir="auto">{text(column.title)}</dt>'
    yield f'<dd dir="auto">{text(column.definition)}</dd>'
    for level in column.scale:
        says = f": {level.descriptor}" if level.descriptor else ""
        yield f'<dd dir="auto">{text(f"{level.value}, {level.label}{says}")}</dd>'
