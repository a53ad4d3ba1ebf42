"""What a page of ours looks like and does: its style, its search, and what a browser may run.

The policy lets a browser run these two texts and nothing else: no script that came in with the
data, and no request.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Final

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


POLICY: Final = policy(STYLE, SCRIPT)
