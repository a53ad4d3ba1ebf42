"""Web pages (.html): the text that a reader sees, block by block. Nothing is fetched or run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from qualkit.errors import ReadError
from qualkit.importers._guard import NAMES, sniff
from qualkit.importers._layouts import Line
from qualkit.importers._text import decode, stored
from qualkit.importers._turns import source_of_lines
from qualkit.model import Source

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "dd", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead",
    "tr", "ul",
})  # fmt: skip
_SILENT = frozenset({"script", "style", "head", "template", "noscript", "svg", "math"})
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_-]{2,20})", re.IGNORECASE)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.parts: list[str] = []
        self.cells: list[str] = []
        self.silent = self.bold = self.pre = 0
        self.in_cell = False
        self.length = self.bold_length = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag in {"b", "strong"}:
            self.bold += 1
        elif tag == "pre":
            self.end_line()
            self.pre += 1
        elif tag in {"td", "th"}:
            self.end_cell()
            self.end_line()
            self.in_cell = True
        elif tag == "tr":
            self.end_row()
        elif tag == "br" or tag in _BLOCKS:
            self.end_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in {"b", "strong"}:
            self.bold = max(0, self.bold - 1)
        elif tag in {"td", "th"}:
            self.end_cell()
        elif tag in {"tr", "table"}:
            self.end_row()
        elif tag in _BLOCKS:
            self.pre -= tag == "pre" and self.pre > 0
            self.end_line()

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        if self.pre and "\n" in data:
            for line in data.split("\n"):
                self.add(line)
                self.end_line()
            return
        self.add(re.sub(r"[ \t\r\n\f]+", " ", data))

    def add(self, plain: str) -> None:
        if not self.length:
            plain = plain.lstrip(" ")
        if self.bold and self.length == self.bold_length:
            self.bold_length += len(plain)
        self.length += len(plain)
        self.parts.append(plain)

    def gathered(self) -> str:
        return re.sub(" {2,}", " ", "".join(self.parts)).strip(" ")

    def end_line(self) -> None:
        if self.in_cell:  # a cell is one line, whatever blocks it holds
            self.parts.append(" ")
            return
        if text := self.gathered():
            self.lines.append(Line(text, bold=min(self.bold_length, len(text))))
        self.clear()

    def end_cell(self) -> None:
        if self.in_cell:
            self.cells.append(self.gathered().replace("\t", " "))
            self.clear()
            self.in_cell = False

    def end_row(self) -> None:
        self.end_cell()
        if any(self.cells):
            self.lines.append(Line("\t".join(self.cells), cells=tuple(self.cells)))
        self.cells = []
        self.end_line()

    def clear(self) -> None:
        self.parts, self.length, self.bold_length = [], 0, 0


def read_webpage(
    data: bytes, name: str, *, kind: str = "html", encoding: str | None = None
) -> Source:
    """Source of an .html file."""
    if (found := sniff(data)) not in {"html", "text"}:
        raise ReadError(name, f"not a web page: it is {NAMES[found]}")
    if encoding is None and (declared := _CHARSET.search(data[:2048])):
        encoding = None if data.startswith(b"\xef\xbb\xbf") else declared[1].decode("ascii")
    text, warnings = decode(data, name, encoding)
    text, more = stored(text)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.end_row()
    return source_of_lines(name, kind, reader.lines, [*warnings, *more])
