"""Rich text (.rtf), by a tokenizer of our own.

The library for it reads old Word files and plain text as RTF, and brings deleted text back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from qualkit.errors import ReadError
from qualkit.importers._guard import NAMES, refuse_office, sniff
from qualkit.importers._layouts import Line
from qualkit.importers._text import stored
from qualkit.importers._turns import source_of_lines
from qualkit.model import Source

_TOKEN = re.compile(
    r"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,20})?\x20?"
    r"|\\'(?P<hex>[0-9A-Fa-f]{2})|\\(?P<symbol>[^A-Za-z])|(?P<open>\{)|(?P<close>\})"
    r"|(?P<break>[\r\n]+)|(?P<text>[^\\{}\r\n]+)|(?P<stray>\\)",
    re.DOTALL,
)
_DEPTH = 500
_NUMBER_DIGITS = 11
_SKIP_GROUPS = frozenset({
    "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "objdata", "header",
    "footer", "headerl", "headerr", "headerf", "footerl", "footerr", "footerf", "footnote",
    "fldinst", "themedata", "datastore", "xmlnstbl", "listtable", "annotation",
    "listoverridetable", "rsidtbl", "generator", "comment", "latentstyles", "pgdsctbl", "atnid",
    "atnauthor",
})  # fmt: skip
_NEWLINES = frozenset({"par", "line", "row", "sect", "page"})
_CHARACTERS = {
    "tab": "\t", "cell": "\t", "lquote": "\u2018", "rquote": "\u2019", "ldblquote": "\u201c",
    "rdblquote": "\u201d", "endash": "\u2013", "emdash": "\u2014", "bullet": "\u2022",
    "enspace": "\u2002", "emspace": "\u2003",
}  # fmt: skip
_TOLD = {
    "object": "embedded objects are ignored",
    "footnote": "footnotes were left out",
    "annotation": "comments were left out",
    "deleted": "tracked changes: deleted text was left out",
    "v": "hidden text was left out",
}
_SYMBOLS = {"~": "\u00a0", "_": "\u2011", "-": "\u00ad", "\n": "\n", "\r": "\n"}
_CODEPAGES = {"1250", "1251", "1252", "1253", "1254", "1255", "1256", "1257", "1258", "437", "850"}


@dataclass(frozen=True, slots=True)
class _State:
    skip: bool = False
    hidden: bool = False
    fallback: int = 1


@dataclass(slots=True)
class _Reading:
    name: str
    size: int
    out: list[str] = field(default_factory=list)
    stack: list[_State] = field(default_factory=list)
    state: _State = _State()
    pending: int = 0
    codepage: str = "cp1252"
    told: dict[str, str] = field(default_factory=dict)

    def emit(self, text: str) -> None:
        if not self.state.skip and not self.state.hidden:
            self.out.append(text)

    def open(self) -> None:
        self.stack.append(self.state)
        self.pending = 0
        if len(self.stack) > _DEPTH:
            raise ReadError(self.name, f"groups nested more than {_DEPTH} deep")

    def close(self) -> None:
        self.pending = 0
        if self.stack:
            self.state = self.stack.pop()
        else:
            self.told["braces"] = "a closing brace too many; check the end of the text"


def read_richtext(
    data: bytes, name: str, *, kind: str = "rtf", encoding: str | None = None
) -> Source:
    """Source of an .rtf file."""
    found = sniff(data)
    if found == "ole":
        refuse_office(data, name, ".docx or .rtf")
    if found != "rtf":
        raise ReadError(name, f"not an RTF file: it is {NAMES[found]}")
    reading = _Reading(name, len(data))
    _run(reading, data.decode("latin-1"))
    if reading.stack:
        reading.told["cut"] = f"the file looks cut short ({len(reading.stack)} groups left open)"
    joined = "".join(reading.out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text, more = stored(joined)
    if "\ufffd" in text and not more:
        more = ["broken characters in the file became U+FFFD"]
    lines = [_line(line) for line in text.split("\n")]
    return source_of_lines(name, kind, lines, [*reading.told.values(), *more])


def _line(text: str) -> Line:
    """A line; a table row loses the tab that ends its last cell."""
    return Line(text[:-1] if text.endswith("\t") else text)


def _run(reading: _Reading, text: str) -> None:
    at = 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        if match["open"]:
            reading.open()
        elif match["close"]:
            reading.close()
        elif match["word"]:
            at = _word(reading, match["word"], match["number"], at)
        elif match["hex"]:
            _plain(reading, bytes([int(match["hex"], 16)]).decode(reading.codepage, "replace"))
        elif match["symbol"]:
            _symbol(reading, match["symbol"])
        elif match["text"]:
            raw = match["text"].encode("latin-1")
            _plain(reading, raw.decode(reading.codepage, "replace"))


def _plain(reading: _Reading, text: str) -> None:
    """Text, but for the characters that only stand in for a Unicode one before them."""
    skipped = min(reading.pending, len(text))
    reading.pending -= skipped
    if text[skipped:]:
        reading.emit(text[skipped:])


def _symbol(reading: _Reading, symbol: str) -> None:
    if symbol == "*":
        reading.state = replace(reading.state, skip=True)
    elif symbol in "{}\\":
        reading.emit(symbol)
    elif symbol in _SYMBOLS:
        reading.emit(_SYMBOLS[symbol])


def _word(reading: _Reading, word: str, number: str | None, at: int) -> int:
    if number and len(number) > _NUMBER_DIGITS:
        raise ReadError(reading.name, f"bad number after \\{word}")
    value = int(number) if number else None
    if word == "bin":
        if value is None or value < 0 or at + value > reading.size:
            raise ReadError(reading.name, "bad length after \\bin")
        return at + value
    if word == "u" and value is not None:
        reading.emit(chr(value & 0xFFFF))
        reading.pending = reading.state.fallback
        return at
    reading.pending = 0
    _control(reading, word, value)
    return at


def _control(reading: _Reading, word: str, value: int | None) -> None:
    if word in _NEWLINES:
        reading.emit("\n")
    elif word in _CHARACTERS:
        reading.emit(_CHARACTERS[word])
    elif word == "uc":
        reading.state = replace(reading.state, fallback=min(max(value or 0, 0), 9))
    elif word == "ansicpg" and str(value) in _CODEPAGES:
        reading.codepage = f"cp{value}"
    elif word == "mac":
        reading.codepage = "mac_roman"
    else:
        _hide(reading, word, on=value != 0)


def _hide(reading: _Reading, word: str, *, on: bool) -> None:
    """Begin or end what is no part of the text: other destinations, deleted and hidden words."""
    state = reading.state
    if word in _SKIP_GROUPS:
        reading.state = replace(state, skip=True)
    elif word == "deleted":
        reading.state = replace(state, skip=on or state.skip)
    elif word in {"v", "plain"}:
        reading.state = replace(state, hidden=word == "v" and on)
    if word in _TOLD and (on or word != "v"):
        reading.told[word] = _TOLD[word]
