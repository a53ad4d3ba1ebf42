"""PDF files with a text layer; a scanned one is refused, as its words are a picture.

pypdf reads, within limits on what a compressed stream may grow to.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qualkit.errors import QualkitError, ReadError
from qualkit.importers._guard import MB, NAMES, sniff
from qualkit.importers._layouts import Line
from qualkit.importers._text import stored
from qualkit.importers._turns import source_of_lines
from qualkit.model import Source

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

_PAGES = 2_000
_STREAM_BYTES = 20 * MB
_WORK_BYTES = 60 * MB
_PAGE_NUMBER = re.compile(r"\s*(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?\s*", re.IGNORECASE)
_UNREADABLE = re.compile(r"/g\d+|\(cid:\d+\)|[\ue000-\uf8ff]")
_LIST_MARK: Final = re.compile(r"\W|\(?\w{1,3}[.)]?")  # what stands alone before an item or note
_NARROW: Final = frozenset("ijlft.,;:'|!()[] \u2018\u2019-/Ir\xa0")
_WIDE: Final = frozenset("mwMWQO%&@\u2014\u2026")


class PrintedLine(NamedTuple):
    """One line of a page of a PDF, or of a cell: its words and where they stand, in points.

    `y` counts from the foot of the page; `right` is estimated from the letters.
    """

    text: str
    x: float
    right: float
    y: float
    size: float
    bold: bool = False
    italics: tuple[tuple[int, int], ...] = ()


class PrintedPage(NamedTuple):
    """A page of a PDF as text, and its lines as they were drawn; None where it does not say."""

    text: str
    lines: list[PrintedLine] | None


class _Drawn(NamedTuple):
    """Letters that were drawn at once."""

    text: str
    x: float
    right: float
    y: float
    size: float
    bold: bool
    italic: bool


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


def printed_pages(data: bytes, name: str) -> list[PrintedPage]:
    """The pages of a PDF with their lines; ReadError where it is none, or a scan."""
    if b"%PDF-" not in data[:1024]:
        raise ReadError(name, f"not a PDF: it is {NAMES[sniff(data)]}")
    drawn: list[list[_Drawn] | None] = []
    pages, _ = _pages(data, name, drawn)
    _refuse_scan(pages, name)
    return [
        PrintedPage(text, None if one is None else _lines_of(one))
        for text, one in zip(pages, drawn, strict=True)
    ]


def _letters(found: list[_Drawn], odd: list[str]) -> Callable[..., None]:
    """What pypdf calls with each stretch of text; `odd` gets what has no upright place."""

    def take(
        text: str,
        ctm: list[float],
        matrix: list[float],
        font: dict[str, object] | None,
        size: float,
    ) -> None:
        text = text.strip("\n").replace("\n", " ")
        across, rise, lean, up, x, y = _product(matrix, ctm)
        if not text:
            return
        if not text.strip() and found:
            found[-1] = found[-1]._replace(text=found[-1].text + " ")
        elif not text.strip():
            return
        elif across <= 0 or up <= 0 or abs(rise) > across / 20 or (x, y) == (0, 0):
            odd.append(text)
        else:
            base = str((font or {}).get("/BaseFont", "")).casefold()
            slanted = re.search("ital|obli|slant", base) is not None or abs(lean) > up / 10
            bold = re.search("bold|black|heavy", base) is not None
            even = re.search("courier|mono|consol|typewriter", base) is not None
            right = x + width_of(text.rstrip(), abs(size) * up, even=even)
            found.append(_Drawn(stored(text)[0], x, right, y, abs(size) * up, bold, slanted))

    return take


def _product(one: list[float], two: list[float]) -> tuple[float, ...]:
    a, b, c, d, e, f = map(float, one)
    p, q, r, s, t, u = map(float, two)
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t,
            e * q + f * s + u)  # fmt: skip


def width_of(text: str, size: float, *, even: bool = False) -> float:
    """About how wide a text is set, in points; `even` where all letters have one width."""
    if even:
        return 0.6 * size * len(text)
    units = sum(
        0.34 if one in _NARROW else 0.9 if one in _WIDE else 0.68 if one.isupper() else 0.56
        for one in text
    )
    return units * size


def _lines_of(drawn: Sequence[_Drawn]) -> list[PrintedLine]:
    """The lines of a page; where one begins, so may a cell on a line of another."""
    return _joined(drawn, {round(line.x) for line in _joined(drawn, ())})


def _joined(drawn: Sequence[_Drawn], starts: Collection[int]) -> list[PrintedLine]:
    """Letters drawn one after the other, joined to lines; a cell may begin at `starts`."""
    lines: list[PrintedLine] = []
    for one in drawn:
        if lines and _same_line(lines[-1], one, starts):
            lines[-1] = _longer(lines[-1], one)
        else:
            text = one.text.lstrip()
            slanted = ((0, len(text)),) if one.italic else ()
            lines.append(PrintedLine(text, one.x, one.right, one.y, one.size, one.bold, slanted))
    return lines


def _same_line(line: PrintedLine, one: _Drawn, starts: Collection[int]) -> bool:
    """Whether letters go on with a line; those of the next cell stand far off, or at an edge."""
    if abs(line.y - one.y) > 0.5 * max(line.size, one.size) or one.x < line.x:
        return False
    if _LIST_MARK.fullmatch(line.text.strip()) is not None and one.x - line.x < 4 * line.size:
        return True
    slack = 0.12 * (line.right - line.x)
    gap = one.x - line.right
    at_edge = round(one.x) in starts and line.size == one.size and gap > -slack
    return gap < 1.2 * line.size + slack and not (at_edge and one.x - line.x > 6 * line.size)


def _longer(line: PrintedLine, one: _Drawn) -> PrintedLine:
    apart = one.x - line.right > 0.5 * line.size + 0.1 * (line.right - line.x)
    bare = line.text[-1:].isspace() or one.text[:1].isspace()
    text = line.text + (" " if apart and not bare else "")
    italics, end = line.italics, len(text) + len(one.text)
    if one.italic and italics and italics[-1][1] >= len(text) - 1:
        italics = (*italics[:-1], (italics[-1][0], end))
    elif one.italic:
        italics = (*italics, (end - len(one.text.lstrip()), end))
    right = max(line.right, one.right)
    return line._replace(
        text=text + one.text, right=right, bold=line.bold and one.bold, italics=italics
    )


def _refuse_scan(pages: list[str], name: str) -> None:
    if not any(page.strip() for page in pages):
        raise ReadError(
            name, "no text in the PDF: it was probably scanned; run text recognition (OCR) first"
        )


def _pages(
    data: bytes, name: str, drawn: list[list[_Drawn] | None] | None = None
) -> tuple[list[str], list[str]]:
    """The text of each page. Whatever pypdf raises, the file is at fault.

    `drawn`, where given, gets what was drawn on each page; None where that is not usable.
    """
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
        if drawn is None:
            return [stored(page.extract_text())[0] for page in reader.pages], warnings
        return [_with_places(page, drawn) for page in reader.pages], warnings
    except QualkitError:
        raise
    except Exception as error:
        why = f"damaged or too large a PDF ({type(error).__name__}: {str(error)[:80]})"
        raise ReadError(name, why) from error


def _with_places(page: PageObject, drawn: list[list[_Drawn] | None]) -> str:
    found: list[_Drawn] = []
    odd: list[str] = []
    text = stored(page.extract_text(visitor_text=_letters(found, odd)))[0]
    turned = bool(page.rotation) or len("".join(odd)) * 20 > len(text)
    drawn.append(None if turned else found)
    return text


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
