"""PDF files with a text layer; a scanned one is refused, as its words are a picture.

pypdf reads, within limits on what a compressed stream may grow to.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from qualkit.errors import QualkitError, ReadError
from qualkit.importers._guard import MB, NAMES, sniff
from qualkit.importers._layouts import Line
from qualkit.importers._text import stored
from qualkit.importers._turns import source_of_lines
from qualkit.model import Source

if TYPE_CHECKING:
    from pypdf import PdfReader

_PAGES = 2_000
_STREAM_BYTES = 20 * MB
_WORK_BYTES = 60 * MB
_PAGE_NUMBER = re.compile(r"\s*(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\s*", re.IGNORECASE)
_UNREADABLE = re.compile(r"/g\d+|\(cid:\d+\)|[\ue000-\uf8ff]")


def read_pdf(data: bytes, name: str, *, kind: str = "pdf", encoding: str | None = None) -> Source:
    """Source of a .pdf file, with the page of every turn."""
    if b"%PDF-" not in data[:1024]:
        raise ReadError(name, f"not a PDF: it is {NAMES[sniff(data)]}")
    pages, warnings = _pages(data, name)
    _refuse_scan(pages, name)
    text = "\n".join(pages)
    if len(_UNREADABLE.findall(text)) * 4 > len(text.split()) + len(text) / 8:
        warnings.append("the text is unreadable: the file uses a private font encoding")
    lines, numbers = _lines(pages)
    if numbers:
        warnings.append(f"{numbers} page numbers were left out of the text")
    return source_of_lines(name, kind, lines, warnings)


def page_texts(data: bytes, name: str) -> list[str]:
    """The text of each page of a PDF; ReadError where it is none, or a scan."""
    if b"%PDF-" not in data[:1024]:
        raise ReadError(name, f"not a PDF: it is {NAMES[sniff(data)]}")
    pages, _ = _pages(data, name)
    _refuse_scan(pages, name)
    return pages


def _refuse_scan(pages: list[str], name: str) -> None:
    if not any(page.strip() for page in pages):
        raise ReadError(
            name, "no text in the PDF: it was probably scanned; run text recognition (OCR) first"
        )


def _pages(data: bytes, name: str) -> tuple[list[str], list[str]]:
    """The text of each page. Whatever pypdf raises, the file is at fault."""
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    pypdf.overwrite_configuration(
        zlib_maximum_output_length=_STREAM_BYTES,
        lzw_maximum_output_length=_STREAM_BYTES,
        run_length_maximum_output_length=_STREAM_BYTES,
        page_tree_maximum_entries=_PAGES,
        stream_decoding_work_maximum_length=_WORK_BYTES,
        jbig2dec_binary=None,
    )
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        warnings = _unlock(reader, name)
        return [stored(page.extract_text())[0] for page in reader.pages], warnings
    except QualkitError:
        raise
    except Exception as error:
        why = f"damaged or too large a PDF ({type(error).__name__}: {str(error)[:80]})"
        raise ReadError(name, why) from error


def _unlock(reader: PdfReader, name: str) -> list[str]:
    warnings = []
    if reader.is_encrypted:
        if not reader.decrypt(""):
            raise ReadError(name, "password-protected; remove the password and save it again")
        warnings.append("the PDF carries usage restrictions")
    count = _count(reader)
    if count > _PAGES:
        raise ReadError(name, f"too many pages ({count}); the limit is {_PAGES:,}")
    return warnings


def _count(reader: PdfReader) -> int:
    """How many pages the file says that it has."""
    tree: Any = reader.root_object["/Pages"].get_object()
    return int(tree.get("/Count", 0))


def _lines(pages: list[str]) -> tuple[list[Line], int]:
    """The lines of all pages without page numbers, and how many of those there were."""
    found, numbers = [], 0
    for number, page in enumerate(pages, 1):
        lines = [_spaces(line) for line in page.split("\n")]
        for edge in (0, -1):
            if lines and _PAGE_NUMBER.fullmatch(lines[edge]):
                lines.pop(edge)
                numbers += 1
        found += [Line(line, page=number) for line in lines]
    return found, numbers


def _spaces(line: str) -> str:
    """A line whose every gap is a tab: some programs write their spaces so."""
    return line.replace("\t", " ") if line.count("\t") > 2 * line.count(" ") else line
