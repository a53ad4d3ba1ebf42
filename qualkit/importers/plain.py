"""Plain text and Markdown: the words as they stand, turns found in their lines."""

from __future__ import annotations

from qualkit.errors import ReadError
from qualkit.importers._guard import NAMES, sniff
from qualkit.importers._layouts import Line
from qualkit.importers._text import decode, stored
from qualkit.importers._turns import source_of_lines
from qualkit.model import Source


def read_plain(data: bytes, name: str, *, kind: str, encoding: str | None = None) -> Source:
    """Source of a text file; `kind` is ``txt`` or ``md``."""
    if (found := sniff(data)) not in {"text", "html"}:
        raise ReadError(name, f"not a text file: it is {NAMES[found]}; give it its true ending")
    text, warnings = decode(data, name, encoding)
    text, more = stored(text)
    lines = [Line(line) for line in text.split("\n")]
    return source_of_lines(name, kind, lines, [*warnings, *more])
