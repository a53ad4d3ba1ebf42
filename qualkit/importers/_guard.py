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
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
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
_HARDLY: Final = (
    2  # recordings and pictures, which are compressed themselves, stay below this ratio
)
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
    (b"PAR1", "parquet"),
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
    "parquet": "a Parquet table",
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


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold.

    Attributes
    ----------
    entries : int
    part, total : int
        Bytes that one part, and all that are read, may expand to.
    elements : int
        Of one XML part.
    media : bool
        Whether it may also hold what is large by itself, like recordings: what hardly shrinks is
        no bomb, and counts only where it is read.
    """

    entries: int = ARCHIVE_ENTRIES
    part: int = PART_BYTES
    total: int = ARCHIVE_BYTES
    elements: int = XML_ELEMENTS
    media: bool = False

    def counts(self, entry: zipfile.ZipInfo) -> bool:
        """Whether what a part expands to is limited before it is read."""
        return not self.media or entry.file_size > _HARDLY * entry.compress_size


class Archive:
    """A zip archive that was checked whole before any part of it is read.

    Parameters
    ----------
    data : bytes or Path
        Of a path, only what is asked for is read; close it, or use it in a ``with`` statement.
    name : str
        As the user gave it.
    limits : Limits
    """

    def __init__(self, data: bytes | Path, name: str, limits: Limits = Limits()) -> None:
        self.name = name
        self._limits = limits
        try:
            self._zip = zipfile.ZipFile(data if isinstance(data, Path) else io.BytesIO(data))
        except DAMAGED as error:
            raise ReadError(name, f"damaged file (zip: {error})") from error
        self._parts: dict[str, zipfile.ZipInfo] = {}
        try:
            self._check(self._zip.infolist())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def names(self) -> set[str]:
        """Names of all parts, with forward slashes."""
        return set(self._parts)

    def part(self, part: str) -> bytes:
        """The bytes of one part, never more than the limit."""
        if part not in self._parts:
            raise ReadError(self.name, f"damaged file: its part {part!r} is missing")
        limit = self._limits.part
        try:
            with self._zip.open(self._parts[part]) as stream:
                data = stream.read(limit + 1)
        except DAMAGED as error:
            raise ReadError(self.name, f"damaged file ({part}: {error})") from error
        if len(data) > limit:
            raise ReadError(self.name, f"part {part!r} expands past {limit // MB} MB")
        return data

    def xml(self, part: str) -> etree._Element:
        """The root element of one XML part."""
        return parse_xml(self.part(part), self.name, part, elements=self._limits.elements)

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        limits = self._limits
        if len(entries) > limits.entries:
            raise ReadError(self.name, f"the archive has {len(entries)} entries")
        total = 0
        seen: set[str] = set()
        for entry in entries:
            path = entry.orig_filename.replace("\\", "/")
            self._check_path(entry, path)
            self._check_size(entry, path)
            total += entry.file_size if limits.counts(entry) else 0
            if (place := _place(path)) in seen:
                raise ReadError(self.name, f"duplicate part in the archive: {path[:80]!r}")
            seen.add(place)
            self._parts[path] = entry
        if total > limits.total:
            raise ReadError(self.name, f"the archive expands to more than {limits.total // MB} MB")
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
        limit = self._limits.part
        if entry.file_size > limit and self._limits.counts(entry):
            raise ReadError(self.name, f"part {path[:80]!r} expands past {limit // MB} MB")
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


def _place(path: str) -> str:
    """What two paths have in common that some system would put in one place."""
    *folders, name = path.split("/")
    steps = (*(step for step in folders if step not in {"", "."}), name)
    return unicodedata.normalize("NFC", "/".join(steps).casefold())


def parse_xml(data: bytes, name: str, part: str, *, elements: int = XML_ELEMENTS) -> etree._Element:
    """The root of an XML document without DTD, entities, network, or endless depth."""
    from lxml import etree

    check_xml(data, name, part, limit=elements)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise ReadError(name, f"damaged XML in {part}: {error.msg}") from error


def check_xml(data: bytes, name: str, part: str, *, limit: int = XML_ELEMENTS) -> None:
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
        if elements > limit:
            raise ReadError(name, f"{part} has more than {limit:,} elements")

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
