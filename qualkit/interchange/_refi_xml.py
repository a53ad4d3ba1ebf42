"""What reading and writing of REFI-QDA share: names without namespaces, attributes, guids.

Tools differ in the namespace (``project:1.0``, ``project:1:0``, ``codebook:0:4`` ...), so that
local names alone are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from uuid import UUID

from qualkit.interchange._moments import guid_of, made_id
from qualkit.model import NOT_XML

if TYPE_CHECKING:
    from lxml.etree import _Element

ORIGIN: Final = "qualkit"
UNTITLED: Final = "qualkit study"  # what a study without a title is called in a file
PROJECT: Final = "urn:QDA-XML:project:1.0"
CODEBOOK: Final = "urn:QDA-XML:codebook:1.0"


def local(element: _Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def kids(element: _Element | None, *names: str) -> Iterator[_Element]:
    """The children of these names, in order; all where none is named."""
    for child in element if element is not None else ():
        if not names or local(child) in names:
            yield child


def kid(element: _Element | None, name: str) -> _Element | None:
    """The first child of a name; None where there is none."""
    return next(kids(element, name), None)


def said(element: _Element | None, name: str) -> str:
    """The text of the first child of a name; empty where there is none."""
    found = kid(element, name)
    return "" if found is None else found.text or ""


def guid(element: _Element, name: str = "guid") -> str:
    """An attribute that is an identifier; empty where it is not there."""
    return guid_of(element.get(name))


def refs(element: _Element | None, name: str) -> list[str]:
    """What the children of a name refer to; codebooks write ``guid`` for ``targetGUID``."""
    return [guid_of(one.get("targetGUID") or one.get("guid")) for one in kids(element, name)]


def written(ident: str) -> str:
    """An identifier as the schema wants it: itself where it is a GUID."""
    try:
        return str(UUID(ident))
    except ValueError:
        return made_id("written", ident)


def clean(words: str) -> str:
    """Words without what no XML file can hold; one for one, so that places stay."""
    return NOT_XML.sub("\ufffd", words)


def add(
    parent: _Element, name: str, attributes: dict[str, str] | None = None, text: str | None = None
) -> _Element:
    """A new child, in the namespace of its parent; attributes that are empty are left out."""
    from lxml import etree

    space = str(parent.tag).rpartition("}")[0]
    made = etree.SubElement(parent, f"{space}}}{name}")
    for key, value in (attributes or {}).items():
        if value:
            made.set(key, clean(value))
    if text is not None:
        made.text = clean(text)
    return made
