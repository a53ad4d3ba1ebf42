"""A document of triangulation as one web page that needs nothing else: no script, no request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.export._page import (
    REPORT,
    opening,
    paragraphs,
    picture,
    save_page,
    table,
    text,
)  # fmt: skip
from qualkit.export._triangulation_parts import (
    DRAFT_TITLE,
    JOINT,
    NOTES,
    Document,
    counts_of,
    pages_of,
    read_table,
)
from qualkit.export._triangulation_words import opposing, side_of
from qualkit.triangulate.narrative import DRAFT

if TYPE_CHECKING:
    from qualkit.export._triangulation_notes import Note
    from qualkit.triangulate import Artefact, JointRow, Section

STYLE: Final = (
    REPORT
    + """
@media screen{:root{--wide:80rem}}
.scroll{overflow:auto;margin:.75rem 0}table{border-collapse:collapse}
caption{text-align:left;font-weight:bold;padding:0 0 .4rem}
th,td{border:1px solid var(--line);padding:.35rem .55rem;overflow-wrap:break-word}
td p,th p{margin:0 0 .35rem}.many{min-width:14rem}
article{border-top:3px solid var(--dark);margin:1.5rem 0;padding:.5rem 0}
article header{display:flex;gap:1rem;justify-content:space-between;align-items:baseline}
article h3{margin:0}.verdict{font-weight:bold;border:2px solid var(--ink);padding:.1rem .6rem}
.proposed{border-style:dashed}.beside{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem}
blockquote{margin:.4rem 0;padding-left:.8rem;border-left:3px solid var(--line)}
.id,.remark{font-size:.85rem;color:var(--grey);overflow-wrap:anywhere}
.together{border-top:1px solid var(--line);margin-top:.5rem;padding-top:.35rem}
.judged{background:var(--pale);padding:.4rem .6rem}sup a{text-decoration:none}
ol.notes li{overflow-wrap:anywhere;margin:.3rem 0}
@media (max-width:45rem){.beside{grid-template-columns:1fr}}
@media print{.scroll{overflow:visible}article{break-inside:avoid}.many{min-width:0}
article img{max-height:60mm}th,td{font-size:8pt}}
"""
)
_ROOM: Final = 160  # characters side by side; what is wider goes on in a further table
_KINDS: Final = {"verdict": ' class="judged"'}


def write_page(document: Document, path: Path | str) -> Path:
    """Write a document to an .html file."""
    return save_page(path, _page(document))


def _page(document: Document) -> Iterator[str]:
    yield opening(document.title, STYLE, pictures=True)
    yield f'<header><h1 dir="auto">{text(document.title)}</h1></header>'
    parts = list(_parts(document))
    yield '<nav aria-label="Contents"><ul>'
    yield from (f'<li><a href="#part-{n}">{text(title)}</a></li>'
                for n, (title, _) in enumerate(parts))  # fmt: skip
    yield "</ul></nav><main>"
    for n, (title, written) in enumerate(parts):
        yield f'<section><h2 id="part-{n}" dir="auto">{text(title)}</h2>'
        yield from written
        yield "</section>"
    yield "</main></body></html>"


def _parts(document: Document) -> Iterator[tuple[str, Iterable[str]]]:
    for one in document.opening:
        yield one.title, _artefact(one)
    if document.sections:
        yield DRAFT_TITLE, _draft(document)
    if document.joint:
        yield JOINT, _joint(document)
    for one in document.further:
        yield one.title, _artefact(one)
    if document.figures:
        yield "Figures", (picture(data, alt) for data, alt in document.figures)
    if document.notes:
        yield NOTES, _notes(document.notes.values())


# The draft -------------------------------------------------------------------------------------


def _draft(document: Document) -> Iterator[str]:
    yield f"<p>{text(DRAFT)}</p>"
    for s, section in enumerate(document.sections):
        yield f'<h3 dir="auto">{text(section.title)}</h3>'
        yield from _section(document, s, section)


def _section(document: Document, s: int, section: Section) -> Iterator[str]:
    for p, paragraph in enumerate(section.paragraphs):
        words = "".join(
            _words(piece.text) + _sign(document.notes.get((s, p, n)))
            for n, piece in enumerate(paragraph.pieces)
        )
        if paragraph.kind == "quote":
            yield f'<blockquote dir="auto">{words}</blockquote>'
        else:
            yield f'<p{_KINDS.get(paragraph.kind, "")} dir="auto">{words}</p>'


def _words(piece: str) -> str:
    """A piece as text, with the spaces at its ends."""
    before = " " if piece[:1].isspace() else ""
    after = " " if piece[-1:].isspace() else ""
    return f"{before}{text(piece)}{after}"


def _sign(note: Note | None) -> str:
    if note is None:
        return ""
    n = note.number
    return f'<sup><a id="said-{n}" href="#note-{n}" aria-label="Note {n}">{n}</a></sup>'


def _notes(notes: Iterable[Note]) -> Iterator[str]:
    yield '<ol class="notes">'
    for note in notes:
        yield (
            f'<li id="note-{note.number}" dir="auto">{text(note.theme)}, \u2018{text(note.short)}'
            f'\u2019: {text(note.said)}. <a href="#said-{note.number}">Back</a></li>'
        )
    yield "</ol>"


# The joint display -----------------------------------------------------------------------------


def _joint(document: Document) -> Iterator[str]:
    for one in document.joint:
        yield from _joint_row(document, one)
    yield from paragraphs(document.joint_notes, "remark")


def _joint_row(document: Document, one: JointRow) -> Iterator[str]:
    kind = "verdict proposed" if one.status == "proposed" else "verdict"
    yield f'<article><header><h3 dir="auto">{text(one.theme)}</h3>'
    yield f'<span class="{kind}">{text(one.label)}</span></header><div class="beside"><div>'
    yield from paragraphs([one.question] if one.question else [])
    if drawn := document.panels.picture(one.finding):
        yield picture(*drawn)
    yield from paragraphs([one.result])
    yield from paragraphs([one.finding] if one.finding else [], "id")
    yield "</div><div>"
    yield from paragraphs([one.said])
    for quote in one.quotes:
        side = f"<b>{text(said)}</b> " if (said := side_of(one, quote)) else ""
        yield f'<blockquote dir="auto">{side}{text(quote.text)}</blockquote>'
    if words := opposing(one):
        yield f'<p dir="auto"><b>{text(words)}</b></p>'
    yield '</div></div><div class="together">'
    yield from paragraphs([one.inference])
    yield from paragraphs([f"Caution: {line}" for line in one.cautions], "remark")
    yield "</div></article>"


# Artefacts -------------------------------------------------------------------------------------


def _artefact(one: Artefact) -> Iterator[str]:
    heads, rows = read_table(one)
    for some, cells in pages_of(heads, rows, _ROOM) if rows else ():
        longest = [max(len(row[n]) for row in cells) for n in range(len(some))]
        kinds = ["many" if length > 60 else "" for length in longest]
        yield from table(one.title, some, cells, kinds, caption=False)
    if not rows:
        yield "<p>Nothing to show.</p>"
    yield from paragraphs(one.notes, "remark")
    if one.summary is not None:
        yield from _counts(f"{one.title}: counts", *counts_of(one.summary))


def _counts(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from table(title, heads, rows, ["", *["number"] * (len(heads) - 1)])
