"""A client's own Word file as the base of a document: its look, without its words.

What stays are styles, numbering, fonts, theme, settings, and the page, headers and footers of
the first section. The body, notes, comments and whatever hung on them are left out, and so are
settings that would stop a reader or call another file: protection, mail merge, a template
elsewhere.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.errors import ReadError
from qualkit.importers._guard import NAMES, Archive, read_bytes, refuse_office, sniff
from qualkit.importers.drafts import W, main_part

if TYPE_CHECKING:
    from lxml import etree

_TYPES: Final = "[Content_Types].xml"
_MAIN: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.{}.main+xml"
_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_KEPT: Final = {"styles", "numbering", "settings", "fontTable", "theme", "customXml"}
_LET_GO: Final = (  # of the settings
    "writeProtection", "documentProtection", "attachedTemplate", "mailMerge", "trackRevisions",
    "footnotePr", "endnotePr",
)  # fmt: skip
_REFERENCES: Final = (W + "headerReference", W + "footerReference")


def read_template(path: Path | str) -> bytes:
    """A Word file without its text, to be opened as a new document.

    Raises
    ------
    ReadError
        For a file that is missing, too large, damaged, encrypted, holds macros, or is no Word
        file at all.
    """
    path = Path(path)
    name = path.name
    data = read_bytes(path, name)
    kind = sniff(data)
    if kind == "ole":
        refuse_office(data, name, ".docx")
    if kind != "zip":
        raise ReadError(name, f"a template is a Word file (.docx), this is {NAMES[kind]}")
    archive = Archive(data, name)
    types = archive.xml(_TYPES)
    if _macros(archive, types):
        raise ReadError(name, "it holds macros; open it in Word and save it as .docx")
    main = main_part(archive)
    root = archive.xml(main)
    if root.tag != W + "document":
        raise ReadError(name, "saved as Strict Open XML; save it as a plain Word document (.docx)")
    return _written(archive, main, root, types)


def _macros(archive: Archive, types: etree._Element) -> bool:
    """Whether a file holds macros, or claims to; a type that no part has says nothing."""
    kinds = [str(one.get("ContentType")) for one in types if one.get("PartName")]
    named = any(part.lower().endswith("vbaproject.bin") for part in archive.names)
    return named or any("macroEnabled" in kind or "vbaProject" in kind for kind in kinds)


def _written(archive: Archive, main: str, root: etree._Element, types: etree._Element) -> bytes:
    """The file anew: an empty body, and no relationship that leads nowhere."""
    for one in types:
        if one.get("ContentType") == _MAIN.format("template"):
            one.set("ContentType", _MAIN.format("document"))
    section = _emptied(archive, root)
    changed = {_TYPES: types, main: root}
    own = _relations_of(main)
    for part in sorted(archive.names):
        if part.endswith(".rels"):
            changed[part] = _reachable(archive, part)
        elif part.endswith("settings.xml"):
            changed[part] = _settings(archive.xml(part))
        elif part.endswith(".xml") and part not in changed:
            changed[part] = archive.xml(part)
    if own in changed:
        _let_go(changed[own], {str(one.get(_ID)) for one in section})
    return _zipped(archive, changed)


def _emptied(archive: Archive, root: etree._Element) -> etree._Element:
    """Empty the body but for the set-up of its first section, which comes back."""
    from lxml import etree

    body = root.find(W + "body")
    if body is None:
        raise ReadError(archive.name, "damaged file: the Word document has no body")
    sections = list(body.iter(W + "sectPr"))
    section = sections[0] if sections else etree.SubElement(body, W + "sectPr")
    last = sections[-1] if sections else section
    if not section.findall(_REFERENCES[0]) and not section.findall(_REFERENCES[1]):
        for at, one in enumerate([*last.iter(*_REFERENCES)]):
            section.insert(at, one)
    for one in list(body):
        body.remove(one)
    body.append(section)
    return section


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


def _reachable(archive: Archive, part: str) -> etree._Element:
    """The relationships of a part whose targets are there, none to a template elsewhere."""
    root = archive.xml(part)
    folder = posixpath.dirname(posixpath.dirname(part))
    for one in list(root):
        target = posixpath.normpath(posixpath.join("/", folder, str(one.get("Target"))))
        outside = one.get("TargetMode") == "External"
        kind = str(one.get("Type")).rpartition("/")[2]
        if kind == "attachedTemplate" or (not outside and target.lstrip("/") not in archive.names):
            root.remove(one)
    return root


def _let_go(relations: etree._Element, used: set[str]) -> None:
    """Leave out what only the old body used: pictures, notes, comments, links."""
    for one in list(relations):
        kind = str(one.get("Type")).rpartition("/")[2]
        if kind not in _KEPT and str(one.get("Id")) not in used:
            relations.remove(one)


def _settings(root: etree._Element) -> etree._Element:
    for name in _LET_GO:
        for one in root.findall(W + name):
            root.remove(one)
    return root


def _zipped(archive: Archive, changed: dict[str, etree._Element]) -> bytes:
    from lxml import etree

    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for part in sorted(archive.names, key=lambda one: one != _TYPES):
            if part in changed:
                made.writestr(part, etree.tostring(changed[part], xml_declaration=True,
                              encoding="UTF-8", standalone=True))  # fmt: skip
            elif not part.endswith("/"):
                made.writestr(part, archive.part(part))
    return held.getvalue()
