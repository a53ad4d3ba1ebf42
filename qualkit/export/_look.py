"""How Word documents look: their styles, added where a template lacks them, and their colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from docx.document import Document

W_NAME: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W: Final = f"{{{W_NAME}}}"
_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_FONT: Final = "Arial"
_LANGUAGE: Final = "en-GB"
_LEGIBLE: Final = 4.5  # contrast of white letters, as WCAG 2 wants it
_INK: Final = "444444"


@dataclass(frozen=True, slots=True)
class Colours:
    """Fills and letters, as hexadecimal digits."""

    dark: str = "1F3A5F"
    band: str = "DCE6F1"
    inner: str = "EDF2F8"
    summary: str = "EEF3F8"
    pale: str = "F3F3F3"
    link: str = "0B5CAD"


class _Style(NamedTuple):
    """A paragraph style; sizes and distances in points, the indent in twentieths of one."""

    name: str
    size: float  # 0: as Normal has it
    before: float = 0
    after: float = 0
    bold: bool = False
    italic: bool = False
    colour: str = ""  # hexadecimal digits, or the name of one of Colours
    fill: str = ""
    keep: str = ""  # n: with the next paragraph, l: its lines together
    indent: int = 0
    level: int | None = None


BUILT_IN: Final = (
    _Style("Title", 24, 0, 6, bold=True, colour="dark", keep="n"),
    _Style("Subtitle", 13, 0, 14, colour=_INK, keep="n"),
    _Style("heading 1", 15, 12, 8, bold=True, colour="dark", keep="nl", level=0),
    _Style("heading 2", 12, 12, 4, bold=True, colour="dark", keep="nl", level=1),
    _Style("heading 3", 10, 10, 4, bold=True, colour="dark", keep="nl", level=2),
    _Style("toc 1", 10, 0, 3),
    _Style("annotation text", 10),
)
OWN: Final = (
    _Style("Grid Head", 9, 1, 1, bold=True, colour="FFFFFF", keep="n"),
    _Style("Grid Row", 9, 0, 1, bold=True),
    _Style("Grid Band", 9, 2, 2, bold=True, keep="n"),
    _Style("Grid Summary", 8.5, 2, 4, fill="summary", keep="l"),
    _Style("Grid Quote", 8.5, 3, 0, italic=True, keep="nl"),
    _Style("Grid Attribution", 7.5, 0, 2, colour=_INK, keep="l"),
    _Style("Grid Empty", 8, colour=_INK),
    _Style("Grid Body", 9),
    _Style("Grid Small", 7),
    _Style("Grid Number", 7),
    _Style("Contents Heading", 12, 12, 4, bold=True, colour="dark", keep="n"),
    _Style("Report Summary", 0, 3, 4, fill="summary", keep="l"),
    _Style("Report Quote", 0, 3, 0, italic=True, keep="nl", indent=284),
    _Style("Report Attribution", 8, 0, 4, colour=_INK, keep="l", indent=284),
    _Style("Transcript Turn", 0, 0, 6),
    _Style("Grid Foot", 7.5, colour=_INK),
    _Style("Grid Break", 1),
)
_RIGHT: Final = ("Grid Number", "Grid Foot")


class Look:
    """The styles of a document by their names, and its colours.

    Styles that a template has under a name of Word's own stay as they are.
    """

    def __init__(self, document: Document, *, template: bool) -> None:
        self.root: Any = document.styles.element
        self.colours = _theme_colours(document) if template else Colours()
        self._ids = {
            (str(one.get(W + "type")), _name(one)): str(one.get(W + "styleId"))
            for one in self.root.findall(W + "style")
        }
        if not template:
            self._normal()
        self.base = self._made(_Style("Normal", 10, 0, 6))
        for style in BUILT_IN:
            self._made(style, anew=not template)
        for style in OWN:
            self._made(style)
        self._others()
        self._language()

    def id_of(self, name: str, kind: str = "paragraph") -> str:
        """The id of a style by its name."""
        return self._ids[kind, name.lower()]

    def _normal(self) -> None:
        """Our own type and distances, in place of those of python-docx."""
        normal = next(one for one in self.root.findall(W + "style") if _name(one) == "normal")
        fonts = f'<w:rFonts w:ascii="{_FONT}" w:hAnsi="{_FONT}" w:cs="{_FONT}"/>'
        sizes = '<w:sz w:val="20"/><w:szCs w:val="20"/>'
        _put(normal, f"<w:pPr>{_spacing(0, 6)}</w:pPr>", f"<w:rPr>{fonts}{sizes}</w:rPr>")

    def _made(self, style: _Style, *, anew: bool = False) -> str:
        """The id of a paragraph style, which is made where there is none of that name."""
        key = "paragraph", style.name.lower()
        looks = _looks(style, self.colours)
        if key in self._ids and anew:
            found = next(o for o in self.root.findall(W + "style")
                         if (str(o.get(W + "type")), _name(o)) == key)  # fmt: skip
            _put(found, *looks)
        if key not in self._ids:
            first = style.name == "Normal"
            kind = ' w:default="1"' if first else ' w:customStyle="1"' if style in OWN else ""
            based = "" if first else f'<w:basedOn w:val="{self._ids["paragraph", "normal"]}"/>'
            self._add("paragraph", style.name, f"{based}<w:qFormat/>{''.join(looks)}", kind)
        return self._ids[key]

    def _others(self) -> None:
        """The table style and the character style that we need."""
        if ("table", "table grid") not in self._ids:
            sides = ("top", "left", "bottom", "right", "insideH", "insideV")
            lines = "".join(
                f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in sides
            )
            margins = '<w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/>'
            borders = f"<w:tblBorders>{lines}</w:tblBorders>"
            within = f"<w:tblCellMar>{margins}</w:tblCellMar>"
            self._add("table", "Table Grid", f"<w:tblPr>{borders}{within}</w:tblPr>")
        if ("character", "annotation reference") not in self._ids:
            sizes = '<w:sz w:val="16"/><w:szCs w:val="16"/>'
            self._add("character", "annotation reference", f"<w:rPr>{sizes}</w:rPr>")

    def _add(self, kind: str, name: str, inside: str, attribute: str = "") -> None:
        taken = {value.lower() for value in self._ids.values()}
        wanted = _id_for(name)
        free = next(o for n in range(99) if (o := f"{wanted}{n or ''}").lower() not in taken)
        self._ids[kind, name.lower()] = free
        xml = (
            f'<w:style w:type="{kind}"{attribute} w:styleId="{free}"><w:name w:val="{name}"/>'
            f"{inside}</w:style>"
        )
        self.root.append(parsed(xml))

    def _language(self) -> None:
        """British English throughout, whatever a template's own styles say."""
        for one in self.root.iter(W + "lang"):
            one.set(W + "val", _LANGUAGE)
        normal = next(
            one for one in self.root.findall(W + "style") if one.get(W + "styleId") == self.base
        )
        looks = normal.find(W + "rPr")
        if looks is None:
            looks = parsed("<w:rPr/>")
            before = normal.find(W + "tblPr")
            normal.append(looks) if before is None else before.addprevious(looks)
        if looks.find(W + "lang") is None:
            lang = parsed(f'<w:lang w:val="{_LANGUAGE}" w:eastAsia="{_LANGUAGE}"/>')
            late = {"eastAsianLayout", "specVanish", "oMath", "rPrChange"}
            behind = [one for one in looks if one.tag[len(W) :] in late]
            behind[0].addprevious(lang) if behind else looks.append(lang)


def parsed(xml: str) -> Any:  # noqa: ANN401 - python-docx's own elements
    """An element out of its XML, in which ``w:`` needs no declaration."""
    from docx.oxml import parse_xml

    return parse_xml(re.sub(r"^<(\S+?)(?=[\s/>])", rf'<\1 xmlns:w="{W_NAME}"', xml, count=1))


def _id_for(name: str) -> str:
    """As Word makes an id of a name: ``GridHead``, ``Heading1``, ``CommentText``."""
    words = name.replace("annotation", "comment").split()
    return "".join(word[:1].upper() + word[1:] for word in words)


def _name(style: Any) -> str:  # noqa: ANN401
    found = style.find(W + "name")
    return "" if found is None else str(found.get(W + "val")).lower()


def _put(style: Any, paragraph: str, letters: str) -> None:  # noqa: ANN401
    """Replace what a style says of paragraphs and letters."""
    for tag in ("pPr", "rPr"):
        for one in style.findall(W + tag):
            style.remove(one)
    style.append(parsed(paragraph))
    style.append(parsed(letters))


def _spacing(before: float, after: float) -> str:
    single = 'w:line="240" w:lineRule="auto"'
    return f'<w:spacing w:before="{before * 20:.0f}" w:after="{after * 20:.0f}" {single}/>'


def _looks(style: _Style, colours: Colours) -> tuple[str, str]:
    """What a style says of paragraphs and of letters, in the schema's order."""
    return f"<w:pPr>{''.join(_of_paragraphs(style, colours))}</w:pPr>", (
        f"<w:rPr>{''.join(_of_letters(style, colours))}</w:rPr>"
    )


def _of_paragraphs(style: _Style, colours: Colours) -> Iterator[str]:
    if "n" in style.keep:
        yield "<w:keepNext/>"
    if "l" in style.keep:
        yield "<w:keepLines/>"
    if style.fill:
        yield f'<w:shd w:val="clear" w:color="auto" w:fill="{getattr(colours, style.fill)}"/>'
    if style.name == "Grid Break":
        yield '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    else:
        yield _spacing(style.before, style.after)
    if style.name != "Normal":
        yield f'<w:ind w:left="{style.indent}" w:right="0" w:firstLine="0"/>'
        yield f'<w:jc w:val="{"right" if style.name in _RIGHT else "left"}"/>'
    if style.level is not None:
        yield f'<w:outlineLvl w:val="{style.level}"/>'


def _of_letters(style: _Style, colours: Colours) -> Iterator[str]:
    for wanted, tag in ((style.bold, "b"), (style.italic, "i")):
        if wanted:
            yield f"<w:{tag}/><w:{tag}Cs/>"
        elif style.name != "Normal":
            yield f'<w:{tag} w:val="0"/><w:{tag}Cs w:val="0"/>'
    if style.colour:
        yield f'<w:color w:val="{getattr(colours, style.colour, style.colour)}"/>'
    if size := round(style.size * 2):
        yield f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'


# The colours of a template -------------------------------------------------------------------


def _theme_colours(document: Document) -> Colours:
    """Colours that go with a template's theme; our own where it has none that is dark enough."""
    found = _theme(document)
    for name in ("accent1", "dk2", "accent2"):
        colour = found.get(name, "")
        if colour and _contrast(colour) >= _LEGIBLE:
            return replace(
                Colours(), dark=colour, band=_tint(colour, 0.84), inner=_tint(colour, 0.91),
                summary=_tint(colour, 0.93), link=colour,
            )  # fmt: skip
    return Colours()


def _theme(document: Document) -> dict[str, str]:
    from lxml import etree

    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith("/theme"):
            root = etree.fromstring(relation.target_part.blob)
            scheme = root.find(f".//{_A}clrScheme")
            if scheme is not None:
                return {
                    str(one.tag)[len(_A) :]: str(value.get("val"))
                    for one in scheme
                    for value in one
                    if re.fullmatch("[0-9A-Fa-f]{6}", str(value.get("val", "")))
                }
    return {}


def _parts(colour: str) -> list[float]:
    return [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]


def _contrast(colour: str) -> float:
    """Of white letters on the colour, 1 to 21 (WCAG 2)."""
    light = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _parts(colour)]
    return 1.05 / (0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] + 0.05)


def _tint(colour: str, white: float) -> str:
    return "".join(f"{round(255 * (c + (1 - c) * white)):02X}" for c in _parts(colour))
