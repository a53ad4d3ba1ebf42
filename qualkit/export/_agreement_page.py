"""A report of agreement as one web page that needs nothing else: no script, no request."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.export._agreement_chapters import TITLE, bounds_of, chapters_of, matrix
from qualkit.export._agreement_map import pictures
from qualkit.export._agreement_parts import (
    AgreementReport,
    Chapter,
    Group,
    Passage,
    Side,
    Table,
    printed,
)
from qualkit.export._page import policy
from qualkit.export._shared import one_line, write_whole

if TYPE_CHECKING:
    import pandas as pd

STYLE: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1b1b;--dark:#1f3a5f;--on:#fff;--line:#bbb;
--pale:#f3f6fa;--grey:#444;--link:#0b5cad}
@media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e8e8e8;--dark:#a9c7ea;--on:#10151b;
--line:#4a525c;--pale:#1f252c;--grey:#b9c0c8;--link:#8bbcf0}}
body{font:15px/1.5 Arial,sans-serif;margin:1.5rem auto;padding:0 1.25rem;max-width:76rem;
color:var(--ink);background:var(--paper)}
h1,h2,h3{color:var(--dark);line-height:1.25}h2{margin-top:2.5rem}h3{margin:2rem 0 .25rem}
h4{margin:0;font-size:1rem}p{max-width:60rem;margin:.5rem 0}a{color:var(--link)}
nav ul{columns:2;max-width:44rem;padding-left:1.2rem}
:focus-visible{outline:3px solid #b35c00;outline-offset:2px}
.scroll{overflow-x:auto;margin:1rem 0 .5rem}
table{border-collapse:collapse;min-width:40rem}
caption{text-align:left;font-weight:bold;padding:0 0 .4rem}
th,td{border:1px solid var(--line);padding:.35rem .55rem;vertical-align:top;text-align:left;
overflow-wrap:anywhere}
thead th{background:var(--dark);color:var(--on);min-width:3.5rem;overflow-wrap:normal}
tbody th{background:var(--pale);min-width:9rem;max-width:22rem}
.number{text-align:right;white-space:nowrap;overflow-wrap:normal}
.remark,.by,.definition{font-size:.87rem;color:var(--grey)}
img{max-width:100%;height:auto;background:#fff;border:1px solid var(--line)}
summary{cursor:pointer;margin:.5rem 0}
article{border:1px solid var(--line);border-left:4px solid var(--dark);margin:.9rem 0;
padding:.7rem 1rem;max-width:60rem}
blockquote{margin:.5rem 0;padding:0;font-style:italic;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.25rem 1rem;margin:.5rem 0 0}
dt{font-weight:bold;overflow-wrap:anywhere}dd{margin:0;overflow-wrap:anywhere}dd p{margin:0}
@page{size:A4 landscape;margin:12mm}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--dark:#1f3a5f;--on:#fff;--line:#999;
--pale:#f3f6fa;--grey:#333;--link:#000}body{margin:0;max-width:none;font-size:9.5pt}
.scroll{overflow:visible}thead{display:table-header-group}tr,article{break-inside:avoid}
h2,h3,h4{break-after:avoid}}
"""


def write_page(report: AgreementReport, path: Path | str) -> Path:
    """Write the report to an .html file."""
    page = "\n".join(_page(report))
    return write_whole(path, lambda to: _save(to, page))


def _save(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8", newline="\n")


def _page(report: AgreementReport) -> Iterator[str]:
    chapters = chapters_of(report)
    allowed = escape(policy(STYLE, pictures=True))
    yield '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{allowed}">'
    yield '<meta name="viewport" content="width=device-width"><meta name="referrer" '
    yield f'content="no-referrer"><title>{_text(f"{TITLE}: {report.study}")}</title>'
    yield f"<style>{STYLE}</style></head><body><header><h1>{TITLE}</h1>"
    yield f'<p dir="auto">Study: {_text(report.study)}</p></header>'
    yield '<nav aria-label="Contents"><ul>'
    yield from (
        f'<li><a href="#part-{n}">{_text(c.title)}</a></li>' for n, c in enumerate(chapters)
    )
    yield "</ul></nav><main>"
    for n, chapter in enumerate(chapters):
        yield f'<section><h2 id="part-{n}">{_text(chapter.title)}</h2>'
        yield from _chapter(chapter, bounds_of(report))
        yield "</section>"
    yield "</main></body></html>"


def _chapter(chapter: Chapter, bounds: Sequence[float]) -> Iterator[str]:
    yield from (f'<p dir="auto">{_text(line)}</p>' for line in chapter.lines)
    for table in chapter.tables:
        yield from _table(table, bounds)
    if chapter.cells is not None:
        yield from _map(chapter.cells, bounds)
    for group in chapter.groups:
        yield from _group(group)


def _table(table: Table, bounds: Sequence[float]) -> Iterator[str]:
    heads = [n for n, head in enumerate(table.heads) if not head.sheet]
    title = _text(table.title)
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {title}">'
    yield f"<table><caption>{title}</caption><thead><tr>"
    kinds = ["" if table.heads[n].kind == "text" else ' class="number"' for n in heads]
    yield "".join(
        f'<th scope="col"{kind} dir="auto">{_text(table.heads[n].title)}</th>'
        for n, kind in zip(heads, kinds, strict=True)
    )
    yield "</tr></thead><tbody>"
    for values in table.rows:
        said = [printed(values[n], table.heads[n], bounds) for n in heads]
        cells = [f'<th scope="row" dir="auto">{_text(said[0])}</th>']
        cells += [
            f'<td{kind} dir="auto">{_text(one)}</td>'
            for one, kind in zip(said[1:], kinds[1:], strict=True)
        ]
        yield f"<tr>{''.join(cells)}</tr>"
    yield "</tbody></table></div>"
    yield from (f'<p class="remark" dir="auto">{_text(one)}</p>' for one in table.remarks)


def _map(cells: pd.DataFrame, bounds: Sequence[float]) -> Iterator[str]:
    """The pictures, and the same figures as a table for whoever does not see or trust them."""
    drawn = pictures(cells, bounds)
    if isinstance(drawn, str):
        yield f"<p>{_text(drawn)}</p>"
    else:
        for picture, alt in drawn:
            data = b64encode(picture).decode("ascii")
            yield f'<p><img src="data:image/png;base64,{data}" alt="{_text(alt)}"></p>'
    yield "<details><summary>The same figures as a table</summary>"
    yield from _table(matrix(cells), bounds)
    yield "</details>"


def _group(group: Group) -> Iterator[str]:
    yield f'<h3 dir="auto">{_text(group.title)}</h3>'
    for name, definition in group.definitions:
        said = f"{name}: {definition}" if len(group.definitions) > 1 else definition
        yield f'<p class="definition" dir="auto">{_text(said)}</p>'
    for passage in group.passages:
        yield from _passage(passage)
    if group.more:
        yield f'<p class="remark">{_text(group.more_words)}</p>'


def _passage(passage: Passage) -> Iterator[str]:
    place = ", ".join(one for one in (passage.source, passage.where) if one)
    yield f'<article><h4 dir="auto">{_text(place)}</h4>'
    yield f'<p class="by" dir="auto">{_text(f"{passage.kind}; {passage.status}")}</p>'
    yield f'<blockquote dir="auto">\u201c{_text(passage.words)}\u201d</blockquote><dl>'
    yield from (_side(side) for side in passage.sides)
    yield "</dl></article>"


def _side(side: Side) -> str:
    said = "".join(f'<p dir="auto">{_text(one)}</p>' for one in side.did)
    memos = "".join(f'<p class="by" dir="auto">Memo: {_text(one)}</p>' for one in side.memos)
    return f'<dt dir="auto">{_text(side.coder)}</dt><dd>{said}{memos}</dd>'


def _text(words: str) -> str:
    """Words of a study as text of a page, on one line."""
    return escape(one_line(words))
