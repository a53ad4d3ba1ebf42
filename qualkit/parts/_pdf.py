"""PDF files: the text of each page, notes on it, and what the file says of itself."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from qualkit.errors import ReadError
from qualkit.parts._plain import detail
from qualkit.privacy.release import UNREAD, Grid, Part

_PAGES: Final = 2_000
_OWN: Final = frozenset({"/Producer", "/Creator", "/CreationDate", "/ModDate", "/Trapped"})


def pages(data: bytes, where: str) -> Iterator[Part | Grid]:
    """Every page's text and notes."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(data))
        for name, value in (reader.metadata or {}).items():
            if name in _OWN:
                yield Part(f"{where}the file's properties, {name[1:]}", str(value))
            else:
                yield from detail(where, name[1:].lower(), str(value))
        for n, page in enumerate(reader.pages, 1):
            if n > _PAGES:
                yield Part(where or "the file", f"more than {_PAGES} pages; the rest", UNREAD)
                return
            said = page.extract_text()
            place = f"{where}page {n}"
            yield Part(place, said) if said.strip() else Part(place, "no text to be read", UNREAD)
            for note in page.get("/Annots") or ():
                with suppress(Exception):  # a damaged note is one that says nothing
                    yield Part(f"{place}, a note", str(note.get_object().get("/Contents", "")))
    except Exception as error:  # whatever a damaged PDF raises
        raise ReadError("PDF", "damaged, or protected by a password") from error
