"""Files that were made to harm, or are not what they claim: ours, and those of a corpus.

The corpus lies outside the project (``QUALKIT_DATA``); ours are made here, so that the promise is
tested wherever the tests run.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.importers.documents import archive, opendocument, paragraphs, word_xml

TRANSCRIPTS: Final = frozenset({"docx", "odt", "pdf", "rtf", "vtt", "srt", "txt", "svg"})
SURVEYS: Final = frozenset({"csv", "xlsx", "sav"})
STUDIES: Final = frozenset({"qdpx", "qdc", "bundle", "taguette", "qualcoder"})
AGREED: Final[Mapping[str, str]] = {  # where ours differs from the corpus's verdict, and why
    "survey/excel_dates.csv": "reject",  # it asks nothing: who and when is all that stands there
    "survey/ok.sav": "warn",  # a 9 beside a scale from 1 to 5
    "project/orphan_wal.qualkit": "reject",  # a database, but no study of ours
    "project/orphan_wal.qualkit-wal": "any",
}
_W: Final = '<w:p><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p>'
_QDE: Final = (
    '<?xml version="1.0" encoding="utf-8"?>{}<Project xmlns="urn:QDA-XML:project:1.0" name="P">'
    '<CodeBook><Codes><Code guid="00000001-0000-4000-8000-000000000000" name="Time" '
    'isCodable="true"/></Codes></CodeBook><Sources>{}</Sources></Project>'
)
_SOURCE: Final = '<TextSource guid="00000002-0000-4000-8000-000000000000" name="I" {}/>'


@dataclass(frozen=True, slots=True)
class Case:
    """A file and the verdict that it deserves.

    Attributes
    ----------
    name : str
    kind : str
    verdict : str
        ``reject``, ``warn``, ``accept`` or ``any``.
    path : Path
    facts : mapping
        What must be true of what was read.
    """

    name: str
    kind: str
    verdict: str
    path: Path
    facts: Mapping[str, Any] = field(default_factory=dict)


def corpus(data: Path, folder: Path) -> list[Case]:
    """The files of the corpus; those that are packed are unpacked into a folder."""
    listed = json.loads((data / "hostile" / "manifest.json").read_text("utf-8"))["cases"]
    return [
        Case(one["file"], one["kind"], AGREED.get(one["file"], one["verdict"]),
             _unpacked(data / "hostile" / "files" / one["file"], folder), one["facts"])
        for one in listed
    ]  # fmt: skip


def data_folder() -> Path | None:
    """The folder of the corpus, where there is one."""
    usual = Path(__file__).parents[2] / "shared" / "data"
    found = Path(os.environ.get("QUALKIT_DATA", usual))
    return found if (found / "hostile").is_dir() else None


def _unpacked(path: Path, folder: Path) -> Path:
    if path.suffix != ".gz":
        return path
    made = folder / path.stem
    made.write_bytes(gzip.decompress(path.read_bytes()))
    return made


def own(folder: Path) -> list[Case]:
    """Ours, written to a folder."""
    made = []
    for name, kind, verdict, data in _own():
        path = folder / name
        path.write_bytes(data)
        made.append(Case(name, kind, verdict, path))
    return made


def _own() -> Iterator[tuple[str, str, str, bytes]]:
    for name, data in _word().items():
        yield f"{name}.docx", "docx", "reject", data
    for name, data in _others().items():
        yield name, name.rpartition(".")[2], "reject", data
    for name, (verdict, data) in _texts().items():
        yield name, name.rpartition(".")[2], verdict, data
    for name, data in _tables().items():
        yield name, name.rpartition(".")[2], "reject", data
    for name, data in _projects().items():
        yield f"{name}.qdpx", "qdpx", "reject", data
    for name, text in _codebooks().items():
        yield name, "codebook", "reject", text.encode()
    for name, data in _databases().items():
        kind = name.rpartition(".")[2]
        yield name, "project" if kind == "qualkit" else kind, "reject", data


def _word() -> dict[str, bytes]:
    good = paragraphs("Ann: yes", "Bea: no")
    bomb = word_xml(_W.format(" " * 3_000_000))
    return {
        "a_picture": b"\x89PNG\r\n\x1a\n" + bytes(64),
        "a_program": b"MZ" + bytes(200),
        "cut": good[: len(good) // 2],
        "middle_gone": good[:400] + good[500:],
        "many_parts": archive({f"word/{n}.xml": "" for n in range(5_001)}),
        "climbs": archive({"../../evil.txt": "x", "word/document.xml": "<a/>"}),
        "device": archive({"word/AUX.xml": "x"}),
        "drive": archive({"C:/evil.txt": "x"}),
        "twice": archive({"word/document.xml": "<a/>", "WORD/document.XML": "<a/>"}),
        "bomb": bomb,
        "deep": word_xml("<w:tbl><w:tr><w:tc>" * 300 + "</w:tc></w:tr></w:tbl>" * 300),
        "entities": archive({
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        }),
        "packed_otherwise": _zip("word/document.xml", b"<a/>", zipfile.ZIP_LZMA),
        "password": _flagged(archive({"word/document.xml": "<a/>"})),
    }  # fmt: skip


def _others() -> dict[str, bytes]:
    wide = '<text:p>A<text:s text:c="2000000000"/>b</text:p>'
    cell = "<table:table-cell><text:p>x</text:p></table:table-cell>"
    row = f'<table:table-row table:number-rows-repeated="1000000000">{cell}</table:table-row>'
    dtd = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
    return {
        "entities.odt": archive({"mimetype": "application/vnd.oasis.opendocument.text",
                                 "content.xml": dtd}),
        "no_content.odt": archive({"mimetype": "application/vnd.oasis.opendocument.text"}),
        "wide.odt": opendocument(wide * 9_000),
        "rows.odt": opendocument(f"<table:table>{row}</table:table>"),
        "deep.rtf": b"{\\rtf1 " + b"{" * 5_000 + b"x" + b"}" * 5_001,
        "binary.rtf": b"{\\rtf1 Ann: yes\\par{\\bin999999999 x}}",
        "number.rtf": b"{\\rtf1 \\u999999999999999 x}",
        "a_text.rtf": b"Ann: yes\nBea: no\n",
        "head.pdf": b"%PDF-1.7\n",
        "rubbish.pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\n"
        b"trailer<</Root 1 0 R>>",
        "script.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    }  # fmt: skip


def _texts() -> dict[str, tuple[str, bytes]]:
    cue = b"WEBVTT\n\n00:00:%s --> 00:00:%s\nAnn: yes\n"
    return {
        "backwards.vtt": ("warn", cue % (b"09.000", b"01.000")),
        "no_time.vtt": ("reject", cue % (b"xx.000", b"01.000")),
        "no_head.vtt": ("reject", b"00:00:01.000 --> 00:00:02.000\nAnn: yes\n"),
        "minute.srt": ("reject", b"1\n00:61:01,000 --> 00:61:02,000\nAnn: yes\n"),
        "nothing.txt": ("reject", b""),
        "blank.txt": ("reject", b" \n\t\r\n\xe2\x80\x8b\n"),
        "binary.txt": ("reject", bytes(range(256)) * 9),
        "half.txt": ("reject", b"\xff\xfeA\0n\0n\0:\0 \0y"),
        "pounds.txt": ("warn", b"Ann: it cost \xa320\nBea: no\n"),
        "utf32.txt": ("accept", "\ufeffAnn: yes\nBea: no 😀\n".encode("utf-32-le")),
        "controls.txt": ("warn", b"Ann: yes\x01\x1b\nBea: no\n"),
        "surrogate.txt": ("reject", b"Ann: yes \xed\xa0\x80\nBea: no\n"),
    }


def _tables() -> dict[str, bytes]:
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    return {
        "open.csv": b'id,q1\nR1,"4\nR2,5\n',
        "twice.csv": b"id,q1,q1\nR1,4,5\n",
        "ragged.csv": b"id,q1\nR1,4,5\n",
        "wide.csv": ",".join(f"q{n}" for n in range(3_000)).encode() + b"\n" + b"1," * 2_999 + b"1",
        "binary.csv": b"id,q1\nR1,\x00\x01\n",
        "far.xlsx": archive({"xl/workbook.xml": "<workbook/>", "xl/worksheets/sheet1.xml": sheet}),
        "no_book.xlsx": archive({"xl/other.xml": "<a/>"}),
        "a_pdf.xlsx": b"%PDF-1.7\n",
        "rubbish.sav": b"$FL2@(#) SPSS DATA FILE" + bytes(200),
        "lies.sav": b"$FL2" + b" " * 60 + struct.pack("<9i", 2, *(2**31 - 1,) * 8) + bytes(40),
    }


def _projects() -> dict[str, bytes]:
    inside = 'plainTextPath="internal://t.txt"'
    good = {"sources/t.txt": "Ann: yes"}

    def with_(xml: str, **parts: str) -> bytes:
        return archive({"project.qde": xml, **parts})

    return {
        "two_projects": archive({"a.qde": _QDE.format("", ""), "b.qde": _QDE.format("", "")}),
        "entities": with_(_QDE.format('<!DOCTYPE a [<!ENTITY b "c">]>', "")),
        "outside": with_(_QDE.format("", _SOURCE.format('plainTextPath="absolute:///etc/passwd"'))),
        "share": with_(_QDE.format("", _SOURCE.format('plainTextPath="\\\\server\\x.txt"'))),
        "nested": archive({"project.qde": _QDE.format("", ""), "sources/x.zip": "PK"}),
        "climbs": archive({
            **good, "project.qde": _QDE.format("", _SOURCE.format(inside)), "sources/../../x": "x",
        }),
        "a_table": b"Document,Code\n",
    }  # fmt: skip


def _codebooks() -> dict[str, str]:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    return {
        "aliases.yaml": bomb,
        "tag.yaml": "id: !!python/object/apply:os.getcwd []\n",
        "deep.yaml": "codes: " + "[" * 20_000,
        "rubbish.yaml": "\x00\x01",
        "deep.json": '{"codes":' * 9_000,
    }


def _databases() -> dict[str, bytes]:
    trigger = (
        "CREATE TABLE coding (id TEXT)",
        "CREATE TRIGGER t AFTER INSERT ON coding BEGIN DELETE FROM coding; END",
    )
    endless = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x FROM r) SELECT * FROM r"
    view = f"CREATE VIEW {{}} AS {endless}"
    tables = ("projects", "documents", "tags", "highlights", "highlight_tags")
    return {
        "trigger.qualkit": _database(*trigger),
        "nothing.qualkit": b"",
        "cut.qualkit": _database(*trigger)[:3_000],
        "a_text.qualkit": b"# A study\n",
        "views.taguette": _database(*(view.format(table) for table in tables)),
        "others.taguette": _database("CREATE TABLE moz_places (id INTEGER)"),
        "no_manifest.bundle": archive({"tables/source.csv": "id\r\n"}),
        "lies.bundle": archive({"manifest.json": json.dumps({
            "format": "qualkit bundle", "version": 1, "parts": {"tables/source.csv": "0" * 64},
        }), "tables/source.csv": "id\r\n"}),
        "newer.bundle": archive({"manifest.json": json.dumps({
            "format": "qualkit bundle", "version": 99, "parts": {},
        })}),
        "prose.taguette": b"# A readme\n\nNothing of this is coded.\n",
    }  # fmt: skip


def _zip(name: str, data: bytes, how: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as made:
        made.writestr(name, data)
    return out.getvalue()


def _flagged(data: bytes) -> bytes:
    """The same archive, said to be encrypted."""
    made = bytearray(data)
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def _database(*statements: str) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.db"
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return path.read_bytes()
