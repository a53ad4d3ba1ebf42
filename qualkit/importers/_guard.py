"""What a file must pass before a reader looks at its words: kind, size, archive, XML.

The limits stand in one place, each with the largest honest file that was met. A file that
breaks one is refused with the reason; nothing is ever unpacked to disk.
"""

from __future__ import annotations

import io
import itertools
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from qualkit.errors import ReadError

if TYPE_CHECKING:
    from lxml import etree

MB: Final = 1 << 20
FILE_BYTES: Final = 50 * MB
TABLE_BYTES: Final = 100 * MB  # 100,000 respondents answering 60 questions in words: 72 MB
ARCHIVE_ENTRIES: Final = 5_000
PART_BYTES: Final = 50 * MB
ARCHIVE_BYTES: Final = 100 * MB
RATIO: Final = 400  # honest documents reach 164, bombs about 1,000
RATIO_FLOOR: Final = MB
XML_DEPTH: Final = 200
XML_ELEMENTS: Final = 1_000_000
DAMAGED: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, ValueError,
    OSError, struct.error, OverflowError,
)  # fmt: skip
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10)}
_MAGIC: Final = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF-", "pdf"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"MZ", "program"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\0", "sqlite"),
    (b"$FL2", "sav"),
    (b"$FL3", "sav"),
)
NAMES: Final = {
    "zip": "a zip archive or an Office file",
    "ole": "an old or encrypted Office file",
    "pdf": "a PDF",
    "rtf": "rich text (RTF)",
    "png": "a picture",
    "jpeg": "a picture",
    "program": "a program",
    "sqlite": "a database",
    "sav": "an SPSS file",
    "html": "a web page (HTML)",
    "empty": "an empty file",
    "text": "plain text",
}


def sniff(data: bytes) -> str:
    """The kind of a file by its first bytes; ``text`` where nothing else is known.

    >>> sniff(b"%PDF-1.7"), sniff(b"<html>"), sniff(b"Ann: hello")
    ('pdf', 'html', 'text')
    """
    if not data:
        return "empty"
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "html" if head.startswith((b"<!doctype html", b"<html")) else "text"


def read_bytes(path: Path, name: str, *, limit: int = FILE_BYTES) -> bytes:
    """The bytes of a file that is neither missing, empty nor too large."""
    try:
        if path.is_dir():
            raise ReadError(name, "this is a folder; name the files in it")
        size = path.stat().st_size
        if size > limit:
            raise ReadError(name, f"the file has {size // MB} MB, the limit is {limit // MB} MB")
        data = path.read_bytes()
    except OSError as error:
        raise ReadError(name, f"cannot be opened ({error.strerror})") from error
    if not data:
        raise ReadError(name, "the file is empty (0 bytes)")
    return data


def refuse_office(data: bytes, name: str, modern: str) -> None:
    """Refuse an OLE file with the reason that is true: a password, or an old format."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            streams = {"/".join(path) for path in ole.listdir()}
    except Exception as error:
        raise ReadError(name, "damaged file (an old Office container)") from error
    if "EncryptedPackage" in streams:
        raise ReadError(name, "password-protected; remove the password and save it again")
    raise ReadError(name, f"an old Office format (.doc, .xls); open it and save it as {modern}")


class Archive:
    """A zip archive that was checked whole before any part of it is read."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            entries = self._zip.infolist()
        except DAMAGED as error:
            raise ReadError(name, f"damaged file (zip: {error})") from error
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._check(entries)

    @property
    def names(self) -> set[str]:
        """Names of all parts, with forward slashes."""
        return set(self._parts)

    def part(self, part: str) -> bytes:
        """The bytes of one part, never more than the limit."""
        if part not in self._parts:
            raise ReadError(self.name, f"damaged file: its part {part!r} is missing")
        try:
            with self._zip.open(self._parts[part]) as stream:
                data = stream.read(PART_BYTES + 1)
        except DAMAGED as error:
            raise ReadError(self.name, f"damaged file ({part}: {error})") from error
        if len(data) > PART_BYTES:
            raise ReadError(self.name, f"part {part!r} expands past {PART_BYTES // MB} MB")
        return data

    def xml(self, part: str) -> etree._Element:
        """The root element of one XML part."""
        return parse_xml(self.part(part), self.name, part)

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        if len(entries) > ARCHIVE_ENTRIES:
            raise ReadError(self.name, f"the archive has {len(entries)} entries")
        total = 0
        seen: set[str] = set()
        for entry in entries:
            path = entry.orig_filename.replace("\\", "/")
            self._check_path(entry, path)
            self._check_size(entry, path)
            total += entry.file_size
            if path.casefold() in seen:
                raise ReadError(self.name, f"duplicate part in the archive: {path[:80]!r}")
            seen.add(path.casefold())
            self._parts[path] = entry
        if total > ARCHIVE_BYTES:
            raise ReadError(self.name, f"the archive expands to more than {ARCHIVE_BYTES // MB} MB")
        self._check_overlap(entries)

    def _check_path(self, entry: zipfile.ZipInfo, path: str) -> None:
        steps = path.split("/")
        unsafe = (
            "\0" in path
            or path.startswith("/")
            or re.match(r"[A-Za-z]:", path) is not None
            or ".." in steps
            or any(step.split(".")[0].lower() in _DEVICES for step in steps)
            or stat.S_ISLNK(entry.external_attr >> 16)
        )
        if unsafe:
            raise ReadError(self.name, f"unsafe path in the archive: {path[:80]!r}")

    def _check_size(self, entry: zipfile.ZipInfo, path: str) -> None:
        if entry.flag_bits & 1:
            raise ReadError(self.name, "password-protected; remove the password and save it again")
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise ReadError(self.name, f"unknown compression of part {path[:80]!r}")
        if entry.file_size > PART_BYTES:
            raise ReadError(self.name, f"part {path[:80]!r} expands past {PART_BYTES // MB} MB")
        if entry.file_size > max(RATIO_FLOOR, RATIO * max(1, entry.compress_size)):
            raise ReadError(
                self.name, f"a zip bomb: part {path[:80]!r} expands beyond any document"
            )

    def _check_overlap(self, entries: list[zipfile.ZipInfo]) -> None:
        spans = sorted(
            (e.header_offset, e.header_offset + 30 + len(e.orig_filename) + e.compress_size)
            for e in entries
        )
        if spans and spans[0][0] < 0:
            raise ReadError(self.name, "damaged file (zip: bytes are missing)")
        for (_, end), (start, _) in itertools.pairwise(spans):
            if start < end:
                raise ReadError(self.name, "overlapping entries in the archive")


def parse_xml(data: bytes, name: str, part: str) -> etree._Element:
    """The root of an XML document without DTD, entities, network, or endless depth."""
    from lxml import etree

    check_xml(data, name, part)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ReadError(name, f"damaged XML in {part}: {error.msg}") from error


def check_xml(data: bytes, name: str, part: str) -> None:
    """Refuse a DTD, a depth or a number of elements that no document has."""
    depth = elements = 0

    def doctype(*_: object) -> None:
        raise ReadError(name, f"{part} declares a DTD or entities, which are not allowed")

    def start(*_: object) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if depth > XML_DEPTH:
            raise ReadError(name, f"{part} is nested more than {XML_DEPTH} deep")
        if elements > XML_ELEMENTS:
            raise ReadError(name, f"{part} has more than {XML_ELEMENTS:,} elements")

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ReadError(name, f"damaged XML in {part}: {error}") from error
    except (ValueError, LookupError) as error:
        raise ReadError(name, f"damaged XML in {part}: unknown encoding") from error
