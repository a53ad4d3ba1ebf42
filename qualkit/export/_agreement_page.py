"""A report of agreement as one web page that needs nothing else: no script, no request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from qualkit.export._page import (
    REPORT,
    opening,
    paragraphs,
    picture,
    save_page,
    table,
    text,
)  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

STYLE: Final = (
    REPORT
    + """
@media screen{:root{--wide:76rem}}
h3{margin:2rem 0 .25rem}h4{margin:0;font-size:1rem}
nav ul{columns:2;max-width:44rem;padding-left:1.2rem}
.scroll{overflow-x:auto;margin:1rem 0 .5rem}
table{border-collapse:collapse;min-width:40rem}
caption{text-align:left;font-weight:bold;padding:0 0 .4rem}
th,td{border:1px solid var(--line);padding:.35rem .55rem;overflow-wrap:anywhere}
thead th{min-width:3.5rem;overflow-wrap:normal}tbody th{min-width:9rem;max-width:22rem}
.number{overflow-wrap:normal}.remark,.by,.definition{font-size:.87rem;color:var(--grey)}
summary{cursor:pointer;margin:.5rem 0}
article{border:1px solid var(--line);border-left:4px solid var(--dark);margin:.9rem 0;
padding:.7rem 1rem;max-width:60rem}
blockquote{margin:.5rem 0;padding:0;font-style:italic;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:.25rem 1rem;margin:.5rem 0 0}
dt{font-weight:bold;overflow-wrap:anywhere}dd{margin:0;overflow-wrap:anywhere}dd p{margin:0}
@media print{.scroll{overflow:visible}article{break-inside:avoid}}
"""
)


def write_page(report: AgreementReport, path: Path | str) -> Path:
    """Write the report to an .html file."""
    return save_page(path, _page(report))


def _page(report: AgreementReport) -> Iterator[str]:
    chapters = chapters_of(report)
    yield opening(f"{TITLE}: {report.study}", STYLE, pictures=True)
    yield f'<header><h1>{TITLE}</h1><p dir="auto">Study: {text(report.study)}</p></header>'
    yield '<nav aria-label="Contents"><ul>'
    yield from (f'<li><a href="#part-{n}">{text(c.title)}</a></li>' for n, c in enumerate(chapters))
    yield "</ul></nav><main>"
    for n, chapter in enumerate(chapters):
        yield f'<section><h2 id="part-{n}">{text(chapter.title)}</h2>'
        yield from _chapter(chapter, bounds_of(report))
        yield "</section>"
    yield "</main></body></html>"


def _chapter(chapter: Chapter, bounds: Sequence[float]) -> Iterator[str]:
    yield from paragraphs(chapter.lines)
    for one in chapter.tables:
        yield from _table(one, bounds)
    if chapter.cells is not None:
        yield from _map(chapter.cells, bounds)
    for group in chapter.groups:
        yield from _group(group)


def _table(made: Table, bounds: Sequence[float]) -> Iterator[str]:
    shown = [n for n, head in enumerate(made.heads) if not head.sheet]
    heads = [made.heads[n] for n in shown]
    rows = ([printed(row[n], made.heads[n], bounds) for n in shown] for row in made.rows)
    kinds = ["", *("" if head.kind == "text" else "number" for head in heads[1:])]
    yield from table(made.title, [head.title for head in heads], rows, kinds)
    yield from paragraphs(made.remarks, "remark")


def _map(cells: pd.DataFrame, bounds: Sequence[float]) -> Iterator[str]:
    """The pictures, and the same figures as a table for whoever does not see or trust them."""
    drawn = pictures(cells, bounds)
    if isinstance(drawn, str):
        yield f"<p>{text(drawn)}</p>"
    else:
        yield from (picture(data, alt) for data, alt in drawn)
    yield "<details><summary>The same figures as a table</summary>"
    yield from _table(matrix(cells), bounds)
    yield "</details>"


def _group(group: Group) -> Iterator[str]:
    yield f'<h3 dir="auto">{text(group.title)}</h3>'
    for name, definition in group.definitions:
        said = f"{name}: {definition}" if len(group.definitions) > 1 else definition
        yield f'<p class="definition" dir="auto">{text(said)}</p>'
    for passage in group.passages:
        yield from _passage(passage)
    if group.more:
        yield f'<p class="remark">{text(group.more_words)}</p>'


def _passage(passage: Passage) -> Iterator[str]:
    place = ", ".join(one for one in (passage.source, passage.where) if one)
    yield f'<article><h4 dir="auto">{text(place)}</h4>'
    yield f'<p class="by" dir="auto">{text(f"{passage.kind}; {passage.status}")}</p>'
    yield f'<blockquote dir="auto">\u201c{text(passage.words)}\u201d</blockquote><dl>'
    yield from (_side(side) for side in passage.sides)
    yield "</dl></article>"


def _side(side: Side) -> str:
    said = "".join(f'<p dir="auto">{text(one)}</p>' for one in side.did)
    memos = "".join(f'<p class="by" dir="auto">Memo: {text(one)}</p>' for one in side.memos)
    return f'<dt dir="auto">{text(side.coder)}</dt><dd>{said}{memos}</dd>'
