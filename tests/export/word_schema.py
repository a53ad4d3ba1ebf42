"""What Word asks of a file beyond well-formed XML: the order of elements, ids that pair."""

from __future__ import annotations

import zipfile
from pathlib import Path

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"

# The children of each element in the order of ECMA-376, Part 1, annex A (wml.xsd).
ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr "
    "suppressLineNumbers pBdr shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct "
    "topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd snapToGrid spacing ind "
    "contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint "
    "noProof snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect "
    "bdr shd fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath rPrChange",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc "
    "tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText "
    "vAlign hideMark",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc "
    "pgBorders lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi "
    "rtlGutter docGrid printerSettings",
    "tbl": "tblPr tblGrid tr",
    "tr": "trPr tc",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden "
    "unhideWhenUsed qFormat locked personal personalCompose personalReply rsid pPr rPr tblPr trPr "
    "tcPr tblStylePr",
}
TR = {"cnfStyle", "divId", "gridBefore", "gridAfter", "wBefore", "wAfter", "cantSplit", "trHeight",
      "tblHeader", "tblCellSpacing", "jc", "hidden"}  # fmt: skip


def faults(path: Path) -> list[str]:
    """Everything in a Word file that Word would not take, or would take for damage."""
    with zipfile.ZipFile(path) as archive:
        roots = {
            name: etree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }
    found = [fault for name, root in roots.items() for fault in _of_order(name, root)]
    body = roots["word/document.xml"]
    found += _of_pairs(body, "bookmark", "Start", "End")
    found += _of_pairs(body, "commentRange", "Start", "End")
    found += _of_names(body)
    found += _of_comments(body, roots.get("word/comments.xml"))
    found += _of_styles(roots)
    found += _of_relations(body, roots["word/_rels/document.xml.rels"])
    return found + _of_cells(body)


def _of_order(name: str, root: etree._Element) -> list[str]:
    found = []
    for element in root.iter(*(W + tag for tag in ORDER)):
        allowed = ORDER[element.tag[len(W) :]].split()
        tags = [str(one.tag).removeprefix(W) for one in element]
        if not set(tags) <= set(allowed):
            found.append(
                f"{name}: {element.tag[len(W) :]} holds {sorted(set(tags) - set(allowed))}"
            )
        elif [allowed.index(tag) for tag in tags] != sorted(allowed.index(tag) for tag in tags):
            found.append(f"{name}: {element.tag[len(W) :]} has {tags}")
        repeated = {tag for tag in tags if tags.count(tag) > 1}
        if repeated - {"tr", "tc", "headerReference", "footerReference", "tblStylePr"}:
            found.append(f"{name}: {element.tag[len(W) :]} repeats {sorted(repeated)}")
    for element in root.iter(W + "trPr"):
        strange = {str(one.tag).removeprefix(W) for one in element} - TR
        found += [f"{name}: trPr holds {sorted(strange)}"] if strange else []
    for element in root.iter(W + "p", W + "r"):
        first = element.tag[len(W) :] + "Pr"
        places = [n for n, one in enumerate(element) if one.tag == W + first]
        found += [f"{name}: {first} is not first"] if places not in ([], [0]) else []
    return found


def _of_pairs(body: etree._Element, kind: str, *ends: str) -> list[str]:
    starts, stops = (
        [str(one.get(W + "id")) for one in body.iter(f"{W}{kind}{end}")] for end in ends
    )
    if sorted(starts) != sorted(stops) or len(set(starts)) != len(starts):
        return [f"{kind}: starts and ends do not pair"]
    seen: set[str] = set()
    early = []
    for one in body.iter(f"{W}{kind}Start", f"{W}{kind}End"):
        number = str(one.get(W + "id"))
        if one.tag == f"{W}{kind}Start":
            seen.add(number)
        elif number not in seen:
            early.append(f"{kind} {number} ends before it starts")
    return early


def _of_names(body: etree._Element) -> list[str]:
    names = [one.get(W + "name") for one in body.iter(W + "bookmarkStart")]
    links = {one.get(W + "anchor") for one in body.iter(W + "hyperlink")}
    found = [f"bookmark {name} is there twice" for name in set(names) if names.count(name) > 1]
    return found + [f"a link to {name} leads nowhere" for name in links - set(names)]


def _of_comments(body: etree._Element, comments: etree._Element | None) -> list[str]:
    said = [] if comments is None else [str(one.get(W + "id")) for one in comments]
    shown = [str(one.get(W + "id")) for one in body.iter(W + "commentReference")]
    ranges = [str(one.get(W + "id")) for one in body.iter(W + "commentRangeStart")]
    same = sorted(said) == sorted(shown) == sorted(ranges) and len(set(said)) == len(said)
    return [] if same else ["comments, their ranges and their signs do not match"]


def _of_styles(roots: dict[str, etree._Element]) -> list[str]:
    ids = [one.get(W + "styleId") for one in roots["word/styles.xml"].iter(W + "style")]
    used = {
        one.get(W + "val")
        for root in roots.values()
        for one in root.iter(W + "pStyle", W + "rStyle", W + "tblStyle", W + "basedOn")
    }
    found = [f"style {one} is there twice" for one in set(ids) if ids.count(one) > 1]
    return found + [f"style {one} is not there" for one in used - set(ids)]


def _of_relations(body: etree._Element, relations: etree._Element) -> list[str]:
    there = {one.get("Id") for one in relations}
    used = {str(one.get(R + "id")) for one in body.iter() if one.get(R + "id")}
    return [f"relationship {one} is not there" for one in used - there]


def _of_cells(body: etree._Element) -> list[str]:
    found = []
    for table in body.iter(W + "tbl"):
        wide = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        for row in table.iter(W + "tr"):
            cells = row.findall(W + "tc")
            spans = [cell.find(f"{W}tcPr/{W}gridSpan") for cell in cells]
            count = sum(1 if span is None else int(str(span.get(W + "val"))) for span in spans)
            found += [f"a row has {count} cells of {wide}"] if count != wide else []
            found += [
                "a cell ends without a paragraph" for cell in cells if cell[-1].tag != W + "p"
            ]
    return found


def empty_paragraphs(path: Path) -> int:
    """Paragraphs without words that neither end a section nor fill an empty cell."""
    with zipfile.ZipFile(path) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    return sum(
        not "".join(str(text) for text in one.itertext()).strip()
        and one.find(f"{W}pPr/{W}sectPr") is None
        and not (one.getparent().tag == W + "tc" and len(one.getparent().findall(W + "p")) == 1)
        for one in body.iter(W + "p")
    )
