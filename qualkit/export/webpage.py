"""The framework grid as one web page that needs nothing else: no script, no request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

from qualkit.export._shared import (
    NO_DATA,
    heading,
    legal,
    method_sentences,
    one_line,
    quoted,
    remarks,
    write_whole,
)  # fmt: skip
from qualkit.framework import Cell, Column, Grid

_STYLE: Final = """
body{font:15px/1.45 Arial,sans-serif;margin:1.5rem;color:#1b1b1b;background:#fff}
h1{color:#1f3a5f}.note{max-width:60rem}.scroll{overflow:auto;max-height:85vh;border:1px solid #999}
table{border-collapse:collapse}th,td{border:1px solid #bbb;padding:.5rem;vertical-align:top}
thead th{position:sticky;top:0;background:#1f3a5f;color:#fff;min-width:17rem;text-align:left}
tbody th{position:sticky;left:0;background:#f3f6fa;min-width:9rem;text-align:left}
tr.band th{background:#dce6f1;position:static}.empty{background:#f3f3f3;color:#555}
blockquote{margin:.5rem 0 0;font-style:italic}.by{font-size:.8rem;color:#444}
small{font-weight:normal;display:block;color:#444}
"""


def write_grid(grid: Grid, path: Path | str, *, study: str, codebooks: Sequence[str]) -> Path:
    """Write a grid to an .html file."""
    page = "\n".join(_page(grid, study, codebooks))
    return write_whole(path, lambda to: _save(to, page))


def _save(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8", newline="\n")


def _page(grid: Grid, study: str, codebooks: Sequence[str]) -> Iterator[str]:
    title = escape(one_line(grid.title))
    yield f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title>'
    yield f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
    yield f'<h1>{title}</h1><div class="note">'
    yield from (
        f"<p>{escape(legal(line))}</p>" for line in method_sentences(grid, study, codebooks)
    )
    yield '</div><div class="scroll" tabindex="0" role="region" aria-label="Framework grid">'
    yield "<table>"
    heads = "".join(f'<th scope="col">{escape(one_line(c.title))}</th>' for c in grid.columns)
    yield f'<thead><tr><th scope="col">{escape(heading(grid.rows_are))}</th>{heads}</tr></thead>'
    yield "<tbody>"
    band = ""
    for row in grid.rows:
        if row.band and row.band != band:
            band = row.band
            span = len(grid.columns) + 1
            yield f'<tr class="band"><th scope="rowgroup" colspan="{span}">{escape(band)}</th></tr>'
        detail = f"<small>{escape(one_line(row.detail))}</small>" if row.detail else ""
        yield f'<tr><th scope="row">{escape(one_line(row.name))}{detail}</th>'
        yield from (_cell(grid.cell(row.name, n), c) for n, c in enumerate(grid.columns))
        yield "</tr>"
    yield "</tbody></table></div><h2>Themes</h2><dl>"
    for column in grid.columns:
        yield f"<dt>{escape(one_line(column.title))}</dt>"
        yield f"<dd>{escape(legal(column.definition))}</dd>"
    yield "</dl></body></html>"


def _cell(cell: Cell, column: Column) -> str:
    if cell.empty:
        return f'<td class="empty">{NO_DATA}</td>'
    parts = [
        f"<p>{escape(one_line(s.text))} [{escape(one_line(s.author))}]</p>" for s in cell.summaries
    ]
    for excerpt in cell.excerpts:
        under = f"({one_line(excerpt.attribution)}) {remarks(excerpt, column.title)}".strip()
        parts.append(f"<blockquote>{escape(quoted(excerpt))}</blockquote>")
        parts.append(f'<div class="by">{escape(legal(under))}</div>')
    if cell.left_out:
        parts.append(f'<div class="by">+ {cell.left_out} more</div>')
    return f"<td>{''.join(parts)}</td>"
