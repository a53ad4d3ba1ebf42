"""Documents as people's tools write them, made small by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx

_ODT = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content office:version="1.3"'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    "<office:body><office:text>{}</office:text></office:body></office:document-content>"
)
_DOCX_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_DOCX_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/'
    '2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(fill: Callable[[Any], object]) -> bytes:
    """A .docx file that python-docx writes."""
    document = docx.Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def paragraphs(*texts: str) -> bytes:
    """A .docx file of plain paragraphs."""
    return word(lambda document: [document.add_paragraph(text) for text in texts])


def word_xml(body: str) -> bytes:
    """A .docx file whose body is given as XML (prefix ``w:``)."""
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    document = (
        f'<?xml version="1.0"?><w:document xmlns:w="{_W}" xmlns:mc="{mc}">'
        f"<w:body>{body}</w:body></w:document>"
    )
    parts = {"[Content_Types].xml": _DOCX_TYPES, "_rels/.rels": _DOCX_RELS}
    return archive({**parts, "word/document.xml": document})


def opendocument(body: str, **parts: str) -> bytes:
    """An .odt file whose body is given as XML."""
    mimetype = {"mimetype": "application/vnd.oasis.opendocument.text"}
    return archive({**mimetype, "content.xml": _ODT.format(body), **parts})


def archive(parts: dict[str, str]) -> bytes:
    """A zip archive of text parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return out.getvalue()
