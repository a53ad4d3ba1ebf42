"""From bytes to the stored text, and what is odd about it.

The stored text keeps every character that the file had, but for: a byte-order mark is
dropped, CRLF and CR become LF, and characters that XML cannot carry are replaced one for one
by U+FFFD, counted and reported. Nothing is normalised.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable

from qualkit.errors import ReadError
from qualkit.model import NOT_XML

_BOMS = (  # UTF-32 before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BREAKS = re.compile("[\x0b\x0c]")
_NONCHARACTERS = re.compile("[\ufdd0-\ufdef\U0001fffe\U0001ffff]")
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BLANK = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff\ufffd]*")
_MOJIBAKE = re.compile("â€|Ã©|Ã¨|Â£")
INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_LOOKALIKE = str.maketrans("АВЕКМНОРСТХаеорсухΑΒΕΚΜΝΟΡΤΧ", "ABEKMHOPCTXaeopcyxABEKMNOPTX")
_LONG_LINE = 1_000_000


class Note(str):
    """A message about a file that is worth knowing but asks for nothing."""

    __slots__ = ()


def told(messages: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Messages as (warnings, notes), each once."""
    unique = list(dict.fromkeys(messages))
    notes = tuple(str(message) for message in unique if isinstance(message, Note))
    return tuple(message for message in unique if not isinstance(message, Note)), notes


def decode(data: bytes, name: str, encoding: str | None = None) -> tuple[str, list[str]]:
    """Text of a file and the warnings about its encoding.

    Byte-order marks first, then strict UTF-8, then UTF-16 without a mark, then Windows-1252
    with a warning. (Guessing libraries read Windows-1252 as cp1250 and turn pounds into Polish
    letters.) `encoding` forces one.
    """
    if encoding is not None:
        return _decode_as(data, name, encoding).removeprefix("\ufeff"), []
    for mark, marked in _BOMS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], name, marked), []
    if b"\0" in data:
        return _decode_wide(data, name)
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        return _decode_narrow(data, name, error)


def _decode_as(data: bytes, name: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(name, f"damaged {encoding} text at byte {error.start}") from error
    except LookupError as error:
        raise ReadError(name, f"unknown encoding {encoding!r}; try utf-8 or cp1252") from error


def _decode_wide(data: bytes, name: str) -> tuple[str, list[str]]:
    head = data[:4000]
    for encoding, offset in (("utf-16-le", 1), ("utf-16-be", 0)):
        half = head[offset::2]
        if len(data) % 2 == 0 and half.count(0) > 0.6 * len(half):
            text = _decode_as(data, name, encoding)
            return text, [f"no byte-order mark: read as {encoding}; check its letters"]
    raise ReadError(name, f"binary data at byte {data.find(0)}; this is not a text file")


def _decode_narrow(data: bytes, name: str, error: UnicodeDecodeError) -> tuple[str, list[str]]:
    if found := re.search(rb"\xed[\xa0-\xbf][\x80-\xbf]|[\xc0\xc1][\x80-\xbf]", data):
        raise ReadError(name, f"not valid UTF-8 at byte {found.start()}; save it as UTF-8")
    first_bad = error.start
    if error.reason == "unexpected end of data":
        return data.decode("utf-8", "replace"), [
            f"the last character is damaged (byte {first_bad})"
        ]
    head = data[:4000]
    if sum(byte < 32 and byte not in b"\t\n\v\f\r" for byte in head) > 0.02 * len(head):
        raise ReadError(name, "binary data; this is not a text file")
    lines, bad = _decode_lines(data)
    listed = ", ".join(map(str, bad[:10])) + (" ..." if len(bad) > 10 else "")
    wrong = set(bad)
    good_marks = any(not line.isascii() for n, line in enumerate(lines, 1) if n not in wrong)
    if good_marks:
        why = f"mixed encodings: line {listed} is not UTF-8 and was read as Windows-1252"
    else:
        why = f"not UTF-8 (line {listed}): read as Windows-1252"
    return "\n".join(lines), [f"{why}; check pound signs and quotation marks"]


def _decode_lines(data: bytes) -> tuple[list[str], list[int]]:
    lines, bad = [], []
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", "replace"))
            bad.append(number)
    return lines, bad


def stored(text: str) -> tuple[str, list[str]]:
    """The text as it is kept for ever, and what had to be replaced in it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text, breaks = _BREAKS.subn("\ufffd", text)
    text, count = NOT_XML.subn("\ufffd", text)
    said: list[str] = []
    if breaks:
        said.append(Note(f"{_characters(breaks)} for a page or line break became U+FFFD"))
    if count:
        said.append(f"{_characters(count)} that no Word or XML file can hold became U+FFFD")
    return text, said


def _characters(count: int) -> str:
    return f"{count} character{'s' if count != 1 else ''}"


def oddities(text: str, name: str) -> list[str]:
    """Warnings about a text; ReadError where it holds no words at all."""
    if _BLANK.fullmatch(text):
        raise ReadError(name, "the file holds no text")
    found = []
    if _DIRECTION.search(text):
        found.append("invisible text-direction characters; the order on screen may mislead")
    if _NONCHARACTERS.search(text):
        found.append("characters that Unicode keeps unassigned; some programs drop them")
    if len(_MOJIBAKE.findall(text)) > 2:
        found.append("looks double-encoded (â€™ for an apostrophe); repair the file if you can")
    if max(map(len, text.split("\n"))) > _LONG_LINE:
        found.append("one line of more than 1,000,000 characters")
    return found


def look_key(word: str) -> str:
    r"""A name as the eye sees it: invisible marks, case and foreign look-alikes folded.

    >>> look_key("AN\u200bNA ") == look_key("\u0410nna")
    True
    """
    plain = word.translate(INVISIBLE).translate(_LOOKALIKE)
    return unicodedata.normalize("NFKC", plain).strip().casefold()


def lookalikes(speakers: Iterable[str]) -> list[str]:
    """A warning for every group of speakers that differ only to a machine."""
    groups: dict[str, list[str]] = {}
    names = list(dict.fromkeys(speakers))
    for speaker in names:
        groups.setdefault(look_key(speaker), []).append(speaker)
    found = [
        "speakers that look the same: " + ", ".join(map(ascii, group))
        for group in groups.values()
        if len(group) > 1
    ]
    if len(names) > 200:
        found.append(f"{len(names)} different speakers; they are probably not speakers")
    return found
