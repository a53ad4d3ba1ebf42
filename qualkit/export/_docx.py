"""What all Word documents share: paragraphs, links, fields, tables, pictures, pages, comments.

Elements are written as XML and read into the document at once when it is saved: a grid has
tens of thousands of paragraphs, and building each as an object takes minutes. The order of
elements within properties is the schema's; Word refuses any other.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.export._look import W_NAME, Colours, Look, W
from qualkit.export._shared import legal, one_line
from qualkit.writing import write_whole

if TYPE_CHECKING:
    from docx.document import Document

_R_NAME: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_R: Final = f"{{{_R_NAME}}}"
_SPACES: Final = f'xmlns:w="{W_NAME}" xmlns:r="{_R_NAME}"'
_COMMENTS: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_LEFTWARD: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_TAG: Final = re.compile("<[^>]*>")
_EDGE: Final = 283  # 5 mm in twentieths of a point
_EMU: Final = 635  # of pictures, in a twentieth of a point
_DRAWING: Final = "http://schemas.openxmlformats.org/drawingml/2006"
_PICTURE: Final = (
    f'<w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing" distT="0" distB="0"'
    ' distL="0" distR="0"><wp:extent {size}/><wp:docPr id="{number}" name="Picture {number}"'
    ' descr="{alt}"/>'
    f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
    f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr>'
    '<pic:cNvPr id="{number}" name="Picture {number}"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch>'
    '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>'
    "</a:graphic></wp:inline></w:drawing>"
)


def twips(millimetres: float) -> int:
    """Twentieths of a point, in which Word measures pages.

    >>> twips(25.4)
    1440
    """
    return round(millimetres * 1440 / 25.4)


def leftward(text: str) -> bool:
    r"""Whether most letters of a text are of a script that runs from right to left.

    >>> leftward("\u0645\u0631\u062d\u0628\u0627 all"), leftward("hello \u0645")
    (True, False)
    """
    if not _LEFTWARD.search(text):
        return False
    kinds = [unicodedata.bidirectional(one) for one in text]
    return sum(kind in {"R", "AL"} for kind in kinds) > kinds.count("L")


# Runs and what stands within a paragraph ------------------------------------------------------


def run(
    text: str, *, bold: bool = False, italic: bool = False, size: float = 0, colour: str = ""
) -> str:
    """Words of one look; a line break in them starts a new line. Nothing for no words."""
    if not text:
        return ""
    looks = ("<w:b/><w:bCs/>" if bold else "") + ("<w:i/><w:iCs/>" if italic else "")
    looks += f'<w:color w:val="{colour}"/>' if colour else ""
    looks += f'<w:sz w:val="{size * 2:.0f}"/><w:szCs w:val="{size * 2:.0f}"/>' if size else ""
    looks += "<w:rtl/>" if leftward(text) else ""
    lines = escape(legal(text)).split("\n")
    words = "<w:br/>".join(f'<w:t xml:space="preserve">{line}</w:t>' for line in lines)
    return f"<w:r>{f'<w:rPr>{looks}</w:rPr>' if looks else ''}{words}</w:r>"


def link(text: str, mark: str, colour: str) -> str:
    """A link to a bookmark of this document."""
    words = run(text, colour=colour)
    return f'<w:hyperlink w:anchor="{mark}" w:history="1">{words}</w:hyperlink>'


def field_begin(instruction: str) -> str:
    """The start of a field, up to the text that is shown until Word works it out."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
        f' {instruction} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


FIELD_END: Final = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


# Tables ---------------------------------------------------------------------------------------


def cell(content: str, width: int, *, fill: str = "", span: int = 1) -> str:
    """A cell of paragraphs."""
    wide = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{wide}{shade}</w:tcPr>{content}</w:tc>'
    )


def row(cells: Iterable[str], *, whole: bool = True, head: bool = False) -> str:
    """A row; `whole` keeps it on one page, `head` repeats it on every page."""
    kept = ("<w:cantSplit/>" if whole else "") + ("<w:tblHeader/>" if head else "")
    return f"<w:tr>{f'<w:trPr>{kept}</w:trPr>' if kept else ''}{''.join(cells)}</w:tr>"


# Pages ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """Size and margins in twentieths of a point; margins from the top, clockwise.

    `edges` are the distances of header and footer from the paper's edge, `references` the
    headers and footers where a section brings its own, `rest` says whether its first page has
    others than the rest.
    """

    width: int
    height: int
    margins: tuple[int, int, int, int]
    edges: tuple[int, int] = (_EDGE, _EDGE)
    references: str = ""
    rest: str = ""

    @property
    def inner(self) -> int:
        """The width between the margins."""
        return max(self.width - self.margins[1] - self.margins[3], 1440)

    def xml(self) -> str:
        """The section's properties."""
        turned = ' w:orient="landscape"' if self.width > self.height else ""
        top, right, bottom, left = self.margins
        return (
            f'<w:sectPr>{self.references}<w:type w:val="nextPage"/>'
            f'<w:pgSz w:w="{self.width}" w:h="{self.height}"{turned}/>'
            f'<w:pgMar w:top="{top}" w:right="{right}" w:bottom="{bottom}" w:left="{left}"'
            f' w:header="{self.edges[0]}" w:footer="{self.edges[1]}" w:gutter="0"/>'
            f"{self.rest}</w:sectPr>"
        )


A4: Final = Page(twips(210), twips(297), (1440, twips(22), 1440, twips(22)), (708, 708))


@dataclass(slots=True)
class WordFile:
    """A Word document while it is written, from its first paragraph to its last.

    Parameters
    ----------
    title : str
        For the properties of the file and the foot of its pages.
    template : bytes or None
        What :func:`qualkit.export._template.read_template` gave: the base of all looks.
    """

    title: str
    template: bytes | None = None
    look: Look = field(init=False)
    page: Page = field(init=False)
    plain: Page = field(init=False)
    _document: Document = field(init=False)
    _parts: list[str] = field(default_factory=list)
    _marks: int = 0
    _pictures: int = 0
    _comments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        import docx

        held = None if self.template is None else io.BytesIO(self.template)
        self._document = docx.Document(held)
        body = self._document.element.body
        own = _page_of(body.sectPr) if held is not None and body.sectPr is not None else A4
        for one in list(body):
            body.remove(one)
        _without_picture(self._document.part.package)
        self.look = Look(self._document, template=held is not None)
        self.page = own
        self.plain = replace(own, references="", rest="")
        _properties(self._document, self.title)
        if "footerReference" not in own.references:
            foot = self._footer()
            self.plain = replace(self.plain, references=foot)
            if held is not None:
                self.page = replace(own, references=own.references + foot)

    @property
    def colours(self) -> Colours:
        """Fills and letters."""
        return self.look.colours

    # Paragraphs --------------------------------------------------------------------------

    def p(self, content: str, style: str, *, keep: bool = False, new_page: bool = False) -> str:
        """A paragraph of runs; `keep` holds it on the page of the next."""
        said = f'<w:pStyle w:val="{self.look.id_of(style)}"/>'
        said += "<w:keepNext/>" if keep else ""
        said += "<w:pageBreakBefore/>" if new_page else ""
        if _LEFTWARD.search(content) and leftward(_TAG.sub("", content)):
            said += "<w:bidi/>"
        return f"<w:p><w:pPr>{said}</w:pPr>{content}</w:p>"

    def add(self, *parts: str) -> None:
        """Put paragraphs or tables at the end."""
        self._parts.extend(parts)

    def say(self, text: str, style: str = "Normal", *, keep: bool = False) -> None:
        """Put a paragraph of plain words at the end."""
        self.add(self.p(run(text), style, keep=keep))

    def heading(self, text: str, mark: str = "", *, level: int = 1, new_page: bool = False) -> None:
        """Put a heading at the end, with a bookmark where one is named."""
        words = run(one_line(text))
        words = self.marked(words, mark) if mark else words
        self.add(self.p(words, f"heading {level}", keep=True, new_page=new_page))

    def marked(self, content: str, name: str) -> str:
        """Runs with a bookmark round them."""
        self._marks += 1
        return (
            f'<w:bookmarkStart w:id="{self._marks}" w:name="{name}"/>{content}'
            f'<w:bookmarkEnd w:id="{self._marks}"/>'
        )

    def contents(self, entries: Sequence[tuple[str, str]]) -> None:
        """A table of contents of links; Word adds page numbers when it is updated."""
        lines = [link(one_line(title), mark, self.colours.link) for mark, title in entries]
        lines[0] = field_begin('TOC \\o "1-1" \\h \\z \\u') + lines[0]
        lines[-1] += FIELD_END
        self.say("Contents", "Contents Heading", keep=True)
        self.add(*(self.p(line, "toc 1") for line in lines))

    # Tables and pages ----------------------------------------------------------------------

    def table(
        self, heads: Sequence[str], widths: Sequence[int], rows: Iterable[str], *, caption: str
    ) -> None:
        """Put a table at the end: its heading row repeats, its caption is for screen readers."""
        name = escape(one_line(caption))
        top = row(
            (
                cell(
                    self.p(run(one_line(head)), "Grid Head", keep=True),
                    width,
                    fill=self.colours.dark,
                )
                for head, width in zip(heads, widths, strict=True)
            ),
            head=True,
        )
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        self.add(
            f'<w:tbl><w:tblPr><w:tblStyle w:val="{self.look.id_of("Table Grid", "table")}"/>'
            f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
            '<w:tblLayout w:type="fixed"/><w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0"'
            ' w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
            f'<w:tblCaption w:val="{name}"/><w:tblDescription w:val="{name}"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{top}{''.join(rows)}</w:tbl>"
        )

    def picture(self, data: bytes, *, alt: str, high: float = 0.0) -> None:
        """Put a picture at the end, as wide as the page at most.

        Parameters
        ----------
        data : bytes
            Of a .png file.
        alt : str
            What it shows, for those who do not see it.
        high : float
            How much of the page's height is taken by other things, in millimetres.
        """
        top, _, bottom, _ = self.page.margins
        room = self.page.height - top - bottom - twips(high)
        self.add(self.p(self.drawn(data, alt, (self.page.inner, room)), "Normal"))

    def drawn(self, data: bytes, alt: str, room: tuple[int, int]) -> str:
        """A run that shows a picture no wider and no higher than `room`; as :meth:`picture`."""
        relation, image = self._document.part.get_or_add_image(io.BytesIO(data))
        scale = min(1.0, room[0] * _EMU / image.width, room[1] * _EMU / image.height)
        self._pictures += 1
        size = f'cx="{int(image.width * scale)}" cy="{int(image.height * scale)}"'
        shown = _PICTURE.format(
            size=size, number=self._pictures, alt=escape(one_line(alt)), relation=relation
        )
        return f"<w:r>{shown}</w:r>"

    def shares(self, shares: Sequence[float]) -> list[int]:
        """Widths of columns that fill the page, by their shares."""
        return [int(self.page.inner * share / sum(shares)) for share in shares]

    def section(self, page: Page) -> None:
        """End the section; what follows stands on pages of that kind."""
        ended = self.page.xml()
        if self._parts and self._parts[-1].startswith("<w:p>"):
            self._parts[-1] = self._parts[-1].replace("</w:pPr>", f"{ended}</w:pPr>", 1)
        else:
            style = self.look.id_of("Grid Break")
            self.add(f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{ended}</w:pPr></w:p>')
        self.page = page

    def paper(self, width: float, height: float, margin: float) -> Page:
        """A page of that size in millimetres, with the headers and footers that the rest has."""
        top, _, bottom, _ = self.plain.margins
        side = twips(margin)
        margins = (side, side, side, side) if self.template is None else (top, side, bottom, side)
        return replace(self.plain, width=twips(width), height=twips(height), margins=margins)

    def _footer(self) -> str:
        """A foot with title and page number, for documents that have none; its reference."""
        own: Any = self._document.part
        part, relation = own.add_footer_part()
        number, pages = (field_begin(name) + run("1") + FIELD_END for name in ("PAGE", "NUMPAGES"))
        said = run(f"{one_line(self.title)} \u00b7 page ") + number + run(" of ") + pages
        for one in list(part.element):
            part.element.remove(one)
        part.element.extend(_read("ftr", self.p(said, "Grid Foot")))
        return f'<w:footerReference w:type="default" r:id="{relation}"/>'

    # Comments ------------------------------------------------------------------------------

    def comment(self, author: str, at: str, lines: Sequence[str]) -> int:
        """A comment of some lines, made at a moment (ISO 8601); its number."""
        number = len(self._comments)
        sign = self.look.id_of("annotation reference", "character")
        mark = f'<w:r><w:rPr><w:rStyle w:val="{sign}"/></w:rPr><w:annotationRef/></w:r>'
        said = [self.p(run(line), "annotation text") for line in lines]
        said[0] = said[0].replace("</w:pPr>", f"</w:pPr>{mark}", 1)
        name = escape(legal(author))
        initials = escape("".join(word[0] for word in legal(author).split())[:3].upper())
        date = f' w:date="{escape(at)}"' if re.fullmatch(r"[\d-]{10}T[\d:]{8}Z?", at) else ""
        self._comments.append(
            f'<w:comment w:id="{number}" w:author="{name}"{date} w:initials="{initials}">'
            f"{''.join(said)}</w:comment>"
        )
        return number

    def comment_end(self, number: int) -> str:
        """Where the words of a comment end, with its sign."""
        sign = self.look.id_of("annotation reference", "character")
        return (
            f'<w:commentRangeEnd w:id="{number}"/><w:r><w:rPr><w:rStyle w:val="{sign}"/></w:rPr>'
            f'<w:commentReference w:id="{number}"/></w:r>'
        )

    # The file ------------------------------------------------------------------------------

    def save(self, path: Path | str) -> Path:
        """Write the file, whole or not at all."""
        body = "".join(["<w:body>", *self._parts, self.page.xml(), "</w:body>"])
        # Moving elements from one tree to another takes lxml longer than all else together.
        self._document.part._element = _read("document", body)  # noqa: SLF001 - no public way
        if self._comments:
            self._add_comments()
        return write_whole(path, lambda to: self._document.save(str(to)))

    def _add_comments(self) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        xml = f"<w:comments {_SPACES}>{''.join(self._comments)}</w:comments>"
        data = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml}'.encode()
        own = self._document.part
        part = Part(PackURI("/word/comments.xml"), _COMMENTS, data, own.package)
        own.relate_to(part, RELATIONSHIP_TYPE.COMMENTS)


def comment_start(number: int) -> str:
    """Where the words of a comment begin."""
    return f'<w:commentRangeStart w:id="{number}"/>'


def _read(name: str, inside: str) -> Any:  # noqa: ANN401 - lxml's untyped element
    """An element of that name with what it holds, however much it is."""
    from lxml import etree

    parser = etree.XMLParser(huge_tree=True, resolve_entities=False)
    return etree.fromstring(f"<w:{name} {_SPACES}>{inside}</w:{name}>", parser)


def _without_picture(package: Any) -> None:  # noqa: ANN401 - python-docx's own package
    """Leave out the small picture of the first page, which shows another document."""
    for name, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[name]


def _properties(document: Document, title: str) -> None:
    """The properties of the file: ours, and nothing that a template said of its own."""
    properties = document.core_properties
    for name in ("category", "comments", "content_status", "identifier", "keywords", "subject",
                 "version"):  # fmt: skip
        setattr(properties, name, "")
    properties.title, properties.language = one_line(title)[:255], "en-GB"
    properties.author = properties.last_modified_by = "qualkit"
    properties.created = properties.modified = datetime.now(UTC)
    properties.revision = 1


def _page_of(section: Any) -> Page:  # noqa: ANN401 - python-docx's own element
    """The page of a template's section."""
    size, margins = section.find(W + "pgSz"), section.find(W + "pgMar")

    def whole(element: Any, name: str, default: int) -> int:  # noqa: ANN401
        found = re.match(r"\d+", "" if element is None else str(element.get(W + name, "")))
        return int(found[0]) if found else default

    references = "".join(
        f'<w:{one.tag[len(W) :]} w:type="{one.get(W + "type")}" r:id="{one.get(_R + "id")}"/>'
        for one in section.iter(W + "headerReference", W + "footerReference")
    )
    first = section.find(W + "titlePg")
    own_first = first is not None and first.get(W + "val") not in {"0", "false", "off"}
    top, right, bottom, left = A4.margins
    return Page(
        whole(size, "w", A4.width), whole(size, "h", A4.height),
        (
            whole(margins, "top", top), whole(margins, "right", right),
            whole(margins, "bottom", bottom), whole(margins, "left", left),
        ),
        (whole(margins, "header", A4.edges[0]), whole(margins, "footer", A4.edges[1])),
        references, "<w:titlePg/>" if own_first else "",
    )  # fmt: skip
