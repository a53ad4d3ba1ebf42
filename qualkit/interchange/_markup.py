"""Text out of the web pages that Taguette keeps documents as, and places in it.

Taguette counts the UTF-8 bytes of all that stands between tags. The stored text has, beyond
these characters, a line end wherever a paragraph ends without one: nothing counts them.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import accumulate
from typing import Final

from qualkit.importers._text import stored

_BLOCKS: Final = frozenset({
    "address", "blockquote", "center", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6",
    "hr", "li", "ol", "p", "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
})  # fmt: skip
_LOOSE: Final = frozenset({  # a line end within these is one
    "blockquote", "center", "div", "dl", "ol", "pre", "section", "table", "tbody", "tfoot",
    "thead", "tr", "ul",
})  # fmt: skip
_SPACE: Final = re.compile("[\n\t]")
_TAG: Final = re.compile(r"""<(?:[^<>"']++|"[^"]*+"|'[^']*+')*+>""")
_LONGEST: Final = 10_000_000  # characters of a page; a thousand printed pages have 3 million
_TAGS: Final = 500_000


@dataclass(frozen=True, slots=True)
class Page:
    """The text of a page.

    Attributes
    ----------
    text : str
        As it is stored.
    starts : array
        Of every character, and behind the last, how many bytes stand before it.
    tags : Counter
        How often each tag opens.
    said : tuple of str
    """

    text: str
    starts: array[int]
    tags: Counter[str] = field(default_factory=Counter)
    said: tuple[str, ...] = ()

    def place(self, start: int, end: int) -> tuple[int | None, int | None]:
        """The places of a stretch in bytes; None outside the text or within a character.

        >>> page_of("<p>né</p><p>wo</p>").place(3, 5), page_of("<p>né</p>").place(0, 2)
        ((3, 5), (0, None))
        """
        first = bisect_right(self.starts, start) - 1  # behind a line end that counts for nothing
        last = bisect_left(self.starts, end)
        there = first >= 0 and self.starts[first] == start
        within = last < len(self.starts) and self.starts[last] == end
        return first if there else None, last if within else None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[tuple[str, bool]] = []  # words, and whether they count
        self.tags: Counter[str] = Counter()
        self.due = self.pre = self.inside = False
        self.last = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.pre = tag == "pre"
        if tag == "br":
            self._add("\n", counts=False)
        elif tag in _BLOCKS:
            self.due = True
            self.inside = tag not in _LOOSE

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.due, self.inside = True, False

    def handle_data(self, data: str) -> None:
        if self.pre and data.startswith("\n"):  # no browser shows the first line end of <pre>
            data = data[1:]
        self.pre = False
        if not data:
            return
        if self.due and self.last not in {"", "\n"} and data[0] != "\n":
            self._add("\n", counts=False)
        self.due = False
        self._add(_SPACE.sub(" ", data) if self.inside else data, counts=True)

    def _add(self, words: str, *, counts: bool) -> None:
        self.parts.append((words, counts))
        self.last = words[-1]


def page_of(html: str) -> Page:
    r"""The text of a page.

    Raises
    ------
    ValueError
        For markup that no program writes.

    Examples
    --------
    >>> page_of("<h1>A &lt; B</h1><p>So<br>it <b>is</b></p>").text
    'A < B\nSo\nit is'
    """
    _refuse_endless(html)
    reader = _Reader()
    try:
        reader.feed(html.replace("\r\n", "\n"))
        reader.close()
    except (AssertionError, RecursionError) as error:
        raise ValueError(str(error)) from error
    widths: array[int] = array("B")
    for words, counts in reader.parts:
        widths.extend(map(_width, words) if counts else bytes(len(words)))
    text, said = stored("".join(words for words, _ in reader.parts).replace("\r", "\n"))
    starts = array("Q", accumulate(widths, initial=0))
    return Page(text, starts, reader.tags, tuple(map(str, said)))


def _refuse_endless(html: str) -> None:
    """Refuse what would take the parser an hour: it looks through all that follows a bad tag."""
    if len(html) > _LONGEST:
        raise ValueError(f"it has more than {_LONGEST:,} characters")
    if html.count("<") > _TAGS:
        raise ValueError(f"it has more than {_TAGS:,} tags")
    at = html.find("<")
    while at >= 0:
        end = at + 1
        if html.startswith("<!--", at):
            end = html.find("-->", at)
        elif html[at + 1 : at + 2].isalpha() or html[at + 1 : at + 2] in {"/", "!", "?"}:
            found = None if html.startswith("<![", at) else _TAG.match(html, at)
            end = -1 if found is None else found.end()
        if end < 0:
            raise ValueError("it has a tag that never ends")
        at = html.find("<", end)


def _width(char: str) -> int:
    code = ord(char)
    return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
