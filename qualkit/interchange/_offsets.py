"""Positions of other tools in a text, and from them places in the stored one.

Tools count characters in their own way: code points, the two halves of a character beyond the
first 65,536 apart (UTF-16), or bytes (UTF-8); a line end of two characters as one or as two; a
byte-order mark or not. A :class:`Ruler` reads positions in one such way. Places are code points
of the stored text, in which every line end is one character and there is no mark.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import accumulate, product
from typing import Final, Literal, NamedTuple

from qualkit.importers._text import stored

Unit = Literal["code point", "utf-16", "byte"]
_UNITS: Final[tuple[Unit, ...]] = ("code point", "utf-16")
_PAIR: Final = re.compile("\r\n")
_WIDE: Final[dict[Unit, re.Pattern[str]]] = {
    "code point": re.compile("(?!)"),
    "utf-16": re.compile("[\U00010000-\U0010ffff]"),
    "byte": re.compile("[^\x00-\x7f]"),
}


class Reading(NamedTuple):
    """One way of counting."""

    unit: Unit
    newline: int
    bom: bool

    def __str__(self) -> str:
        mark = ", the byte-order mark counted" if self.bom else ""
        return f"{self.unit}, CRLF as {self.newline}{mark}"


# the standard's own first: it comes out where nothing tells them apart
READINGS: Final = tuple(
    Reading(unit, newline, bom) for bom, unit, newline in product((False, True), _UNITS, (2, 1))
)


@dataclass(frozen=True, slots=True)
class Body:
    """A text as it is stored, with what was otherwise in the file.

    Attributes
    ----------
    text : str
    pairs : tuple of int
        Where in the stored text a line end stood that had two characters.
    said : tuple of str
        What had to be replaced.
    """

    text: str
    pairs: tuple[int, ...] = ()
    said: tuple[str, ...] = ()
    rulers: dict[Reading, Ruler] = field(default_factory=dict, compare=False, repr=False)

    def ruler(self, reading: Reading) -> Ruler:
        """The ruler for one way of counting; made once."""
        if reading not in self.rulers:
            self.rulers[reading] = ruler_of(self, reading)
        return self.rulers[reading]


def body_of(raw: str) -> Body:
    r"""A text without its byte-order mark, as it will be stored.

    >>> body_of("a\r\nb").text, body_of("a\r\nb").pairs
    ('a\nb', (1,))
    """
    text, said = stored(raw)
    pairs = tuple(found.start() - n for n, found in enumerate(_PAIR.finditer(raw)))
    return Body(text, pairs, tuple(map(str, said)))


@dataclass(frozen=True, slots=True)
class Ruler:
    """Positions of a tool to places in a stored text.

    Attributes
    ----------
    length : int
        Of the stored text.
    shift : int
        What comes before the text and counts.
    ends : tuple of int
        Behind each character that is more than one wide, in the tool's positions.
    extras : tuple of int
        How much wider than one these characters are, summed up, beginning with 0.
    wide : tuple of int
        How wide each of these is.
    places : tuple of int
        Where each of these stands.
    """

    length: int
    shift: int
    ends: tuple[int, ...]
    extras: tuple[int, ...]
    wide: tuple[int, ...]
    places: tuple[int, ...]

    def position(self, place: int) -> int:
        r"""The position of a place: how a tool would count it.

        >>> body_of("😀 a\r\nb").ruler(Reading("utf-16", 2, False)).position(4)
        6
        """
        return place + self.extras[bisect_left(self.places, place)] + self.shift

    def place(self, position: int) -> int | None:
        r"""The place of a position; None outside the text, or inside a character.

        >>> ruler = body_of("😀 a\r\nb").ruler(Reading("utf-16", 2, False))
        >>> [ruler.place(n) for n in range(-1, 9)]
        [None, 0, None, 1, 2, 3, None, 4, 5, None]
        """
        position -= self.shift
        passed = bisect_right(self.ends, position)
        place = position - self.extras[passed]
        inside = passed < len(self.ends) and position > self.ends[passed] - self.wide[passed]
        return None if inside or not 0 <= place <= self.length else place


def ruler_of(body: Body, reading: Reading) -> Ruler:
    """The ruler of a text for one way of counting."""
    widths = {found.start(): _width(found[0], reading.unit)
              for found in _WIDE[reading.unit].finditer(body.text)}  # fmt: skip
    if reading.newline == 2:
        widths |= dict.fromkeys(body.pairs, 2)
    places = sorted(widths)
    wide = tuple(widths[place] for place in places)
    extras = (0, *accumulate(width - 1 for width in wide))
    ends = tuple(p + extra + 1 for p, extra in zip(places, extras[1:], strict=True))
    mark = (3 if reading.unit == "byte" else 1) if reading.bom else 0
    return Ruler(len(body.text), mark, ends, extras, wide, tuple(places))


def _width(char: str, unit: Unit) -> int:
    return len(char.encode("utf-8")) if unit == "byte" else 2
