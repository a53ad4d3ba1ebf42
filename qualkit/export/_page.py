"""What pages of ours share: how they begin, how they look, and what a browser may run.

The policy lets a browser run a page's own style and script and nothing else: no script that came
in with the data, and no request. What a study says is only ever text.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Final

from qualkit.export._shared import one_line
from qualkit.writing import write_whole

STYLE: Final = """
:root{--dark:#1f3a5f;--line:#999;--pale:#f3f3f3;--ink:#1b1b1b;--grey:#444}
body{font:15px/1.45 Arial,sans-serif;margin:1.5rem;color:var(--ink);background:#fff}
h1,h2{color:var(--dark)}.note{max-width:60rem}
#search{margin:1rem 0 .5rem;display:flex;gap:.75rem;align-items:baseline;flex-wrap:wrap}
#find{font:inherit;padding:.35rem .5rem;width:22rem;max-width:100%;
border:1px solid #555}
:focus-visible{outline:3px solid #b35c00;outline-offset:2px}
.scroll{overflow:auto;max-height:85vh;border:1px solid var(--line)}
table{border-collapse:separate;border-spacing:0}
th,td{border:solid #bbb;border-width:0 1px 1px 0;padding:.5rem;vertical-align:top}
thead th{position:sticky;top:0;z-index:2;background:var(--dark);color:#fff;min-width:17rem;
text-align:left}
thead th:first-child{left:0;z-index:3;min-width:9rem}
tbody th{position:sticky;left:0;z-index:1;background:#f3f6fa;min-width:9rem;max-width:16rem;
overflow-wrap:anywhere;text-align:left}
tr.band th{background:#dce6f1;position:static}tr.band span{position:sticky;left:.5rem}
tr.band.d1 th{background:#e8eff7;padding-left:1.5rem}
tr.band.d2 th,tr.band.d3 th{background:#f1f5fa;padding-left:2.5rem}
.empty{background:var(--pale);color:var(--grey)}
td p,td blockquote,td div{overflow-wrap:anywhere}
.summary{background:#eef3f8;padding:.35rem .5rem;margin:0 0 .5rem}.summary p{margin:0 0 .2rem}
.draft,.changed{font-weight:bold}blockquote{margin:.5rem 0 0;font-style:italic}
.by,.rating,.changed,small{font-size:.8rem;color:var(--grey)}
span,bdi{unicode-bidi:isolate}small{font-weight:normal;display:block}
mark{background:#ffe27a;color:inherit}td.other{opacity:.45}dt{font-weight:bold}
[hidden]{display:none!important}
@page{size:A3 landscape;margin:12mm}@page list{size:A4 portrait;margin:15mm}
@media print{body{margin:0;font-size:9pt}#search{display:none}
.scroll{overflow:visible;max-height:none;border:0}
thead{display:table-header-group}thead th,tbody th,tr.band span{position:static}
thead th,tbody th{min-width:0}th,td{border-width:1px;font-size:8pt}
tr.band{break-after:avoid}blockquote{break-after:avoid}td.other{opacity:1}
thead th{color:#000;background:#fff}
.wide{page:list}.wide,.wide tbody,.wide tr,.wide th,.wide td{display:block}
.wide thead{display:none}.wide th,.wide td{border:0;padding:.2rem 0;font-size:9pt}
.wide th{break-after:avoid;border-top:1px solid #000}.wide .empty{background:none}
.by,.rating,.changed,small{font-size:7pt}
.wide td::before{content:attr(data-theme);display:block;font-weight:bold}}
"""

REPORT: Final = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1b1b;--dark:#1f3a5f;--on:#fff;--line:#bbb;
--pale:#f3f6fa;--grey:#444;--link:#0b5cad}
@media (prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e8e8e8;--dark:#a9c7ea;--on:#10151b;
--line:#4a525c;--pale:#1f252c;--grey:#b9c0c8;--link:#8bbcf0}}
body{font:15px/1.5 Arial,sans-serif;margin:1.5rem auto;padding:0 1.25rem;max-width:var(--wide,none);
color:var(--ink);background:var(--paper)}
h1,h2,h3{color:var(--dark);line-height:1.25}h2{margin-top:2.5rem}
p{max-width:60rem;margin:.5rem 0}a{color:var(--link)}
:focus-visible{outline:3px solid #b35c00;outline-offset:2px}
th,td{vertical-align:top;text-align:left}thead th{background:var(--dark);color:var(--on)}
tbody th{background:var(--pale)}.number{text-align:right;white-space:nowrap;
overflow-wrap:normal;font-variant-numeric:tabular-nums}
img{max-width:100%;height:auto;background:#fff;border:1px solid var(--line)}
@page{size:A4 landscape;margin:12mm}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--dark:#1f3a5f;--on:#fff;--line:#999;
--pale:#f3f6fa;--grey:#333;--link:#000}body{margin:0;font-size:9.5pt}
.scroll{overflow:visible}thead{display:table-header-group}thead th{color:#000;background:none}
tr,img{break-inside:avoid}img{max-height:170mm}h2,h3,h4{break-after:avoid}}
"""

SCRIPT: Final = r"""
"use strict";
(() => {
  const MOST = 2000;  // hits that are marked; all are counted
  const box = document.getElementById("find");
  const told = document.getElementById("found");
  const table = document.getElementById("grid");
  const rows = [...table.tBodies[0].rows];
  let waiting = 0;

  function pattern(words) {
    const plain = words.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    const loose = plain.replace(/['\u2018\u2019]/g, "['\u2018\u2019]")
      .replace(/["\u201c\u201d]/g, "[\"\u201c\u201d]").replace(/\s+/g, "\\s+");
    return loose ? new RegExp(loose, "giu") : null;
  }

  function clear() {
    const parents = new Set();
    for (const mark of table.querySelectorAll("mark")) {
      parents.add(mark.parentNode);
      mark.replaceWith(mark.textContent);
    }
    for (const parent of parents) parent.normalize();
    for (const cell of table.querySelectorAll("td.other")) cell.classList.remove("other");
    for (const row of rows) row.hidden = false;
  }

  function hitsIn(cell, wanted) {
    const found = [];
    const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      for (const hit of walk.currentNode.data.matchAll(wanted)) {
        found.push([walk.currentNode, hit.index, hit[0].length]);
      }
    }
    return found;
  }

  function mark(hits) {
    for (const [node, at, length] of hits.reverse()) {
      const hit = node.splitText(at);
      hit.splitText(length);
      const shown = document.createElement("mark");
      hit.replaceWith(shown);
      shown.append(hit);
    }
  }

  function bands() {
    const seen = Array(99).fill(false);  // whether a row is shown in the band, by its depth
    for (const row of [...rows].reverse()) {
      if (row.classList.contains("band")) {
        row.hidden = !seen[row.dataset.depth];
        seen[row.dataset.depth] = false;
      } else if (!row.hidden) {
        seen.fill(true);
      }
    }
  }

  function search() {
    clear();
    const wanted = pattern(box.value);
    if (!wanted) {
      told.textContent = "";
      return;
    }
    let count = 0, shown = 0;
    let marked = [];
    for (const row of rows) {
      if (row.classList.contains("band")) continue;
      let here = 0;
      for (const cell of row.cells) {
        const hits = hitsIn(cell, wanted);
        here += hits.length;
        if (marked.length < MOST) marked = marked.concat(hits.slice(0, MOST - marked.length));
        if (!hits.length && cell.tagName === "TD") cell.classList.add("other");
      }
      row.hidden = !here;
      count += here;
      if (here) shown += 1;
    }
    mark(marked);
    bands();
    const some = count > MOST ? `, the first ${MOST} are marked` : "";
    told.textContent = `${count} ${count === 1 ? "hit" : "hits"} in ${shown} `
      + `${shown === 1 ? "row" : "rows"}${some}`;
  }

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 150);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    clearTimeout(waiting);
    box.value = "";
    search();
  });
  document.getElementById("search").hidden = false;
  if (box.value) search();
})();
"""


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def policy(style: str, script: str = "", *, pictures: bool = False) -> str:
    """What a browser may do with a page: its own style and script, and pictures that it holds.

    >>> policy("", pictures=True)[:60]
    "default-src 'none'; script-src 'none'; style-src 'sha256-47D"
    """
    run = _hash(script) if script else "'none'"
    shown = " img-src data:;" if pictures else ""
    return (
        f"default-src 'none'; script-src {run}; style-src {_hash(style)};{shown}"
        " base-uri 'none'; form-action 'none'"
    )


def opening(title: str, style: str, *, script: str = "", pictures: bool = False) -> str:
    """A page from its first letter to the start of its body."""
    allowed = escape(policy(style, script, pictures=pictures))
    return (
        '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{allowed}">\n'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{text(title)}</title><style>{style}</style></head><body>"
    )


def text(words: str) -> str:
    """Words of a study as text of a page, on one line."""
    return escape(one_line(words))


def paragraphs(lines: Iterable[str], kind: str = "") -> Iterator[str]:
    """A paragraph a line, each of that class where one is named."""
    named = f' class="{kind}"' if kind else ""
    return (f'<p{named} dir="auto">{text(line)}</p>' for line in lines)


def table(
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    kinds: Sequence[str],
    *,
    caption: bool = True,
) -> Iterator[str]:
    """A table that scrolls where it is wide; the first cell of a row is its head.

    A line break in a cell is one on the page. `kinds` are the classes of the columns, ``""`` for
    none; without `caption` the title is for screen readers alone.
    """
    name = text(title)
    shown = f"<table><caption>{name}</caption>" if caption else f'<table aria-label="{name}">'
    classes = [f' class="{kind}"' if kind else "" for kind in kinds]
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {name}">'
    yield f"{shown}<thead><tr>{_cells('th', 'col', heads, classes)}</tr></thead><tbody>"
    for words in rows:
        first = _cells("th", "row", words[:1], classes[:1])
        yield f"<tr>{first}{_cells('td', '', words[1:], classes[1:])}</tr>"
    yield "</tbody></table></div>"


def _cells(tag: str, scope: str, words: Sequence[str], classes: Sequence[str]) -> str:
    start = f'<{tag} scope="{scope}"' if scope else f"<{tag}"
    return "".join(
        f'{start}{kind} dir="auto">{"<br>".join(map(text, one.splitlines()))}</{tag}>'
        for one, kind in zip(words, classes, strict=True)
    )


def picture(data: bytes, alt: str) -> str:
    """A picture that the page holds itself, out of the bytes of a .png file."""
    held = b64encode(data).decode("ascii")
    return f'<p><img src="data:image/png;base64,{held}" alt="{text(alt)}"></p>'


def save_page(path: Path | str, parts: Iterable[str]) -> Path:
    """Write the parts of a page, each on lines of its own, whole or not at all."""
    page = "\n".join(parts)
    return write_whole(path, lambda to: _save(to, page))


def _save(path: Path, page: str) -> None:
    path.write_text(page, encoding="utf-8", newline="\n")
