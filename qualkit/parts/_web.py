"""Web pages: what is shown, what is not, and what scripts hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from qualkit.parts._plain import decoded
from qualkit.privacy.release import UNREAD, Grid, Part

_INLINE: Final = frozenset({
    "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strong", "sub", "sup", "u", "var", "wbr", "font",
})  # fmt: skip
_DATA: Final = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]+")
_SAYING: Final = frozenset({"alt", "title", "content", "href", "id", "value", "summary", "label"})


class _Page(HTMLParser):
    """Texts a block at a time, tables, attributes, comments."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self.tables: list[list[list[str]]] = []
        self.pictures = 0
        self._open: list[list[list[str]]] = []
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self._flush()
        if tag == "table":
            self._open.append([])
        elif tag == "tr" and self._open:
            self._open[-1].append([])
        elif tag in {"td", "th"} and self._open and self._open[-1]:
            self._open[-1][-1].append("")
        for name, value in attrs:
            told = name in _SAYING or name.startswith(("data-", "aria-"))
            if told and value and not value.startswith("data:"):
                self.found.append((f"{name} of {tag}", value))
            self.pictures += value is not None and value.startswith("data:image/")
        self.pictures += tag == "img" and not any((v or "").startswith("data:") for _, v in attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self._flush()
        if tag == "table" and self._open:
            self.tables.append(self._open.pop())

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._open and self._open[-1] and self._open[-1][-1]:
            self._open[-1][-1][-1] += data

    def handle_comment(self, data: str) -> None:
        self.found.append(("a comment in the mark-up", data))

    def close(self) -> None:
        super().close()
        self._flush()

    def _flush(self) -> None:
        said = "".join(self._text)
        self._text = []
        if said.strip():
            self.found.append(("text", _DATA.sub("", said)))


def page(data: bytes, where: str) -> Iterator[Part | Grid]:
    """Every text, attribute, comment and table of a page."""
    reader = _Page()
    reader.feed(decoded(data))
    reader.close()
    for n, (what, said) in enumerate(reader.found, 1):
        yield Part(f"{where}{what} {n}", said)
    for n, rows in enumerate(reader.tables, 1):
        yield Grid(f"{where}table {n}", tuple(map(tuple, rows)))
    if reader.pictures:
        yield Part(
            where or "the page", "it has pictures: what is drawn in them is not read", UNREAD
        )
