"""Texts of marked-up documents: paragraphs whole, however many runs they are cut into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from qualkit.importers._guard import parse_xml
from qualkit.parts._plain import decoded
from qualkit.privacy.release import Grid, Part

if TYPE_CHECKING:
    from lxml import etree

_BLOCKS: Final = frozenset(
    {"p", "h", "si", "text", "title", "desc", "tc", "annotation", "PlainTextContent"}
)
_SIGNS: Final = {
    "tab": "\t", "br": "\n", "cr": "\n", "line-break": "\n", "s": " ", "noBreakHyphen": "-",
}  # fmt: skip
_DRAWN: Final = frozenset({"transform", "d", "style", "points", "viewBox", "matrix"})  # shapes
_COMMENT: Final = re.compile(rb"<!--(.*?)-->", re.DOTALL)


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def texts(root: etree._Element) -> Iterator[str]:
    """Every text below an element, a paragraph at a time; what stands between comes apart."""
    from lxml import etree

    buffers: list[list[str]] = [[]]
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = local(element)
        if event == "start":
            if name in _BLOCKS:
                buffers.append([])
            buffers[-1].append(_SIGNS.get(name, ""))
            buffers[-1].append(element.text or "")
            continue
        if name in _BLOCKS:
            made = "".join(buffers.pop())
            if made.strip():
                yield made
        elif len(buffers) == 1:
            buffers[0].append("\n")
        buffers[-1].append(element.tail or "")
    loose = "\n".join(line for line in "".join(buffers[0]).split("\n") if line.strip())
    if loose:
        yield loose


def comments(data: bytes) -> Iterator[str]:
    """What stands in comments of the mark-up itself."""
    for match in _COMMENT.finditer(data):
        yield decoded(match[1])


def marked_up(data: bytes, name: str, where: str, *, elements: int) -> Iterator[Part | Grid]:
    """Every text, attribute and comment of an XML document."""
    root = parse_xml(_undeclared(data), name, name, elements=elements)
    for n, one in enumerate(texts(root), 1):
        yield Part(f"{where}text {n}", one)
    seen: set[str] = set()
    for element in root.iter():
        for key, value in element.attrib.items():
            said = "" if str(key) in _DRAWN else str(value)
            if any(map(str.isalpha, said)) and said not in seen and len(said) > 1:
                seen.add(said)
                yield Part(f"{where}{local(element)}, {str(key).rpartition('}')[2]}", said)
    for said in comments(data):
        yield Part(f"{where}a comment in the mark-up", said)


def _undeclared(data: bytes) -> bytes:
    """Without the document type that drawing programs put before an SVG; entities stay refused."""
    return re.sub(
        rb"<!DOCTYPE\s+svg\s+PUBLIC\s+\"[^\"<>\[]*\"\s+\"[^\"<>\[]*\"\s*>", b"", data, count=1
    )
