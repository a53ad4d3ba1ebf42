"""The sources of a REFI-QDA project with their texts and what is selected in them.

A text is that of a text source, or what a PDF, a picture or a recording has beside itself: its
words as plain text, a description, a transcript. Of the media themselves only counts are kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from qualkit.errors import ReadError
from qualkit.importers._guard import MB
from qualkit.importers._text import decode
from qualkit.interchange._moments import made_id
from qualkit.interchange._offsets import Body, body_of
from qualkit.interchange._placing import Selection
from qualkit.interchange._refi_xml import clean, guid, kid, kids, local, said

if TYPE_CHECKING:
    from lxml.etree import _Element

    from qualkit.importers._guard import Archive

_SCHEME: Final = re.compile(r"^(?:internal|relative|absolute|file):/*", re.IGNORECASE)
_OUTSIDE: Final = re.compile(r"(?:absolute|file|https?|ftp):|[a-z]:[\\/]|[\\/]", re.IGNORECASE)
_MEDIA: Final[Mapping[str, tuple[str, str, str]]] = {  # kind: where its words are, what it is
    "PDFSource": ("Representation", "PDF file", "PDF selection"),
    "PictureSource": ("TextDescription", "picture", "picture selection"),
    "AudioSource": ("Transcript", "audio recording", "audio selection"),
    "VideoSource": ("Transcript", "video recording", "video selection"),
}
_TEXTS: Final = 300 * MB  # ten thousand interviews of an hour
_SELECTIONS: Final = ("PDFSelection", "PictureSelection", "AudioSelection", "VideoSelection")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A selection in a text, with its element and the guid that refers to it."""

    element: _Element
    guid: str
    selection: Selection


@dataclass(frozen=True, slots=True)
class Document:
    """A source with its text.

    Attributes
    ----------
    elements : tuple of element
        That of the source as a whole, and that of its text where it is another.
    id : str
    names : tuple of str
        All guids by which the file may refer to it.
    name, file_name : str
    body : Body
    lacks : str
        Why there is no text; empty where there is one.
    stretches : tuple of Stretch
    """

    elements: tuple[_Element, ...]
    id: str
    names: tuple[str, ...]
    name: str
    file_name: str
    body: Body
    lacks: str
    stretches: tuple[Stretch, ...]

    def said(self) -> str:
        """What the file says of it."""
        return "\n\n".join(filter(None, (said(one, "Description") for one in self.elements)))


class Files:
    """The files beside a project, found however tools write their paths.

    Attributes
    ----------
    name : str
        Of the file that holds them.
    """

    def __init__(self, archive: Archive | None, name: str) -> None:
        self.name = name
        self._archive = archive
        self._paths: dict[str, str] = {}
        self._bases: dict[str, list[str]] = {}
        self._read = 0
        for path in sorted(archive.names if archive is not None else ()):
            self._paths[path.casefold()] = path
            self._bases.setdefault(PurePosixPath(path).name.casefold(), []).append(path)

    def bytes_of(self, written: str) -> bytes | None:
        """The bytes of a file; None where it is not in the archive, wherever else it may be."""
        path = _SCHEME.sub("", written.replace("\\", "/")).casefold()
        base = PurePosixPath(path).name
        for wanted in (f"sources/{path}", f"sources/{base}", path):
            if wanted in self._paths:
                return self._part(self._paths[wanted])
        found = self._bases.get(base, [])
        return self._part(found[0]) if len(found) == 1 else None

    def refuse_outside(self, written: str, what: str) -> None:
        """Refuse a project whose text lies elsewhere on a disk: nobody opens that unasked."""
        if _OUTSIDE.match(written):
            why = f"{what} lies outside the file ({written[:80]!r}), where nothing is opened"
            raise ReadError(self.name, f"{why}; export it with its texts")

    def _part(self, path: str) -> bytes:
        if self._archive is None:
            raise ReadError(path, "there is no archive")
        data = self._archive.part(path)
        self._read += len(data)  # however often the same part is named
        if self._read > _TEXTS:
            raise ReadError(self._archive.name, f"its texts have more than {_TEXTS // MB} MB")
        return data


@dataclass(slots=True)
class Sources:
    """The sources of a project, as they are gone through.

    Attributes
    ----------
    files : Files
    ours : bool
        Whether qualkit wrote the file.
    documents : list of Document
    counts : Counter
        What cannot be carried, in words.
    warnings : list of str
    ids : set of str
        Of the documents.
    """

    files: Files
    ours: bool
    documents: list[Document] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    warnings: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def read(self, parent: _Element | None) -> None:
        """Go through all sources."""
        for number, element in enumerate(kids(parent), 1):
            ident = guid(element) or made_id("source", number, element.get("name"))
            if local(element) == "TextSource":
                self._document(element, element, ident, number)
            elif local(element) in _MEDIA:
                self._media(element, ident, number)
            else:
                self.counts[f"sources of the kind {local(element)}"] += 1

    def _media(self, element: _Element, ident: str, number: int) -> None:
        part, kind, selected = _MEDIA[local(element)]
        self.counts[f"{kind}s"] += 1
        every = list(kids(element, part))
        texts = [one for one in every if _has_text(one)]
        for one in (one for one in every if one not in texts):
            self.counts[f"texts of {kind}s that are not in the file"] += 1
            self.leave(one, f"texts of {kind}s")
        before = len(self.documents)
        for place, text in enumerate(texts):
            self._document(element if place == 0 else text, text,
                           ident if place == 0 else guid(text), number)  # fmt: skip
        known = {s.guid for d in self.documents[before:] for s in d.stretches if s.guid}
        for one in kids(element, *_SELECTIONS):
            if guid(one) not in known:  # a PDF's is often there once more, in its text
                self.counts[f"{selected}s"] += 1
                self.counts[f"codings of {selected}s"] += len(list(kids(one, "Coding")))
        if not texts:
            self.counts[f"codings of whole {kind}s"] += len(list(kids(element, "Coding")))
            self.counts[f"descriptions of {kind}s"] += bool(said(element, "Description"))
            values = sum(1 for _ in kids(element, "VariableValue"))
            self.counts[f"values of variables of {kind}s"] += values

    def leave(self, text: _Element, where: str) -> None:
        """Count the selections and codings in what becomes no text."""
        for one in kids(text, "PlainTextSelection", "TranscriptSelection"):
            self.counts[f"selections in {where}"] += 1
            self.counts[f"codings in {where}"] += sum(1 for _ in kids(one, "Coding"))
        self.counts[f"codings in {where}"] += sum(1 for _ in kids(text, "Coding"))

    def _document(self, element: _Element, text: _Element, ident: str, number: int) -> None:
        path, rich = _paths(text)
        self.counts["texts with formatting (kept as plain text)"] += rich not in {"", path}
        self.counts["time marks of transcripts"] += sum(1 for _ in kids(text, "SyncPoint"))
        name = (element.get("name") or text.get("name") or "").strip()
        name = name or PurePosixPath(_SCHEME.sub("", path or rich)).name or f"source {number}"
        ident = ident if ident and ident not in self.ids else made_id("source", ident, number)
        self.ids.add(ident)
        body, lacks = self.text_of(text, f"source {name!r}")
        elements = (element,) if element is text else (element, text)
        self.documents.append(Document(
            elements, ident, tuple({ident, guid(element), guid(text)} - {""}), name,
            PurePosixPath(_SCHEME.sub("", rich)).name, body, lacks,
            tuple(self._stretches(text, body)),
        ))  # fmt: skip

    def text_of(self, element: _Element, what: str) -> tuple[Body, str]:
        """The text of a source or a memo, and why there is none where it lacks one."""
        path, rich = _paths(element)
        inline = kid(element, "PlainTextContent")
        data = self.files.bytes_of(path) if path else None
        try:
            raw, said = decode(data, path) if data is not None else ("", [])
        except ReadError as error:
            return Body(""), self._lacks(what, error.reason)
        if data is not None:
            body = body_of(raw)
            self.warnings += [f"{what}: {one}" for one in (*said, *body.said)]
            return body, ""
        if inline is not None:
            raw = inline.text or ""
            return (Body(clean(raw)) if self.ours else body_of(raw.removeprefix("\ufeff"))), ""
        if path:
            self.files.refuse_outside(path, what)
            return Body(""), self._lacks(what, f"its text {path!r} is not in the file")
        return Body(""), self._lacks(what, "it has rich text alone" if rich else "it has no text")

    def _lacks(self, what: str, why: str) -> str:
        self.warnings.append(f"{what}: {why}; it is kept empty")
        return why

    def _stretches(self, text: _Element, body: Body) -> Iterator[Stretch]:
        for one in kids(text, "PlainTextSelection"):
            start, end = self._place(one, "startPosition"), self._place(one, "endPosition")
            yield Stretch(one, guid(one), Selection(body, start, end, one.get("name") or ""))
        points = {guid(one): _number(one.get("position")) for one in kids(text, "SyncPoint")}
        for one in kids(text, "TranscriptSelection"):
            start = points.get(guid(one, "fromSyncPoint"), -1)
            end = points.get(guid(one, "toSyncPoint"), -1)
            yield Stretch(one, guid(one), Selection(body, start, end, one.get("name") or ""))

    def _place(self, element: _Element, written: str) -> int:
        """A place as it is written; -1 where it is none. Before a text nothing stands."""
        place = _number(element.get(written))
        if place < 0 and re.match(r"\s*-\d", element.get(written) or ""):
            why = f"damaged file: a selection lies outside its text ({written} {place})"
            raise ReadError(self.files.name, why)
        return place


def _has_text(element: _Element) -> bool:
    return bool(element.get("plainTextPath")) or kid(element, "PlainTextContent") is not None


def _paths(element: _Element) -> tuple[str, str]:
    """Where an element's plain and rich text are; some tools call a plain text rich."""
    path, rich = element.get("plainTextPath") or "", element.get("richTextPath") or ""
    return (path or rich if rich.lower().endswith(".txt") else path), rich


def _number(written: str | None) -> int:
    return int(written) if written and re.fullmatch(r"-?\d{1,12}", written.strip()) else -1
