"""Small sound files of every format that is read, to be damaged."""

from __future__ import annotations

import io
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from qualkit.codebook import codebook_text, read_codebook
from qualkit.exchanging import take_out
from qualkit.project import Project
from tests.importers.documents import opendocument, word

TALK: Final = (
    "Interviewer: What helped?\nP7: They “listened” to us, for £20 😀.\n"
    "Interviewer: And then?\nP7: We waited = longer, café.\n"
)
_CODEBOOK: Final = Path(__file__).parent.parent / "codebooks" / "cascade.yaml"
_TABLE: Final = "Document,Code,Segment,Coder,Start,End\nP1,Team > Trust,They listened.,Ann,0,14\n"
_ANSWERS: Final = "respondent_id,q1,q2,why\nR1,4,Agree,They listened\nR2,5,Disagree,It was late\n"


def seeds(folder: Path) -> Mapping[str, bytes]:
    """File names to sound files."""
    lines = TALK.splitlines()
    cues = [(n, 2 * n, 2 * n + 1, line) for n, line in enumerate(lines, 1)]
    vtt = "".join(f"{n}\n00:00:{a:02}.000 --> 00:00:{b:02}.500\n{s}\n\n" for n, a, b, s in cues)
    page = "".join(f"<p>{line}</p>" for line in lines)
    return {
        "a.txt": TALK.encode(),
        "b.txt": TALK.encode("utf-16"),
        "a.md": f"# P7\n\n{TALK}".encode(),
        "a.vtt": f"WEBVTT\n\n{vtt}".encode(),
        "a.srt": vtt.replace(".000 ", ",000 ").replace(".500\n", ",500\n").encode(),
        "a.rtf": _rich(lines),
        "a.html": f"<html><body>{page}</body></html>".encode(),
        "a.docx": word(lambda document: _written(document, lines)),
        "a.odt": opendocument("".join(f"<text:p>{line}</text:p>" for line in lines)),
        "a.pdf": _pdf(lines),
        "a.csv": _ANSWERS.encode(),
        "a.xlsx": _book(_ANSWERS),
        "a.sav": _spss(),
        "a.yaml": codebook_text(read_codebook(_CODEBOOK)).encode(),
        **_studies(folder),
        "table.csv": _TABLE.encode(),
        "taguette.sqlite3": _taguette(),
    }


def _rich(lines: list[str]) -> bytes:
    paragraphs = "\\par\n".join(
        "".join(c if c.isascii() else f"\\u{ord(c) % 65_536}?" for c in line) for line in lines
    )
    return f"{{\\rtf1\\ansi{{\\fonttbl{{\\f0 Arial;}}}}\\f0 {paragraphs}\\par}}".encode()


def _written(document: object, lines: list[str]) -> None:
    for line in lines:
        document.add_paragraph(line)  # type: ignore[attr-defined] # python-docx's
    table = document.add_table(1, 2)  # type: ignore[attr-defined] # python-docx's
    table.cell(0, 0).text, table.cell(0, 1).text = "P7", "In a table."


def _pdf(lines: list[str]) -> bytes:
    words = "".join(
        f"BT /F1 12 Tf 50 {700 - 20 * n} Td ({line.encode('ascii', 'replace').decode()}) Tj ET\n"
        for n, line in enumerate(lines)
    )
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        "/Resources<</Font<</F1 5 0 R>>>>>>",
        f"<</Length {len(words)}>>stream\n{words}endstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    made, places = "%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{one}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    made += f"xref\n0 6\n0000000000 65535 f \n{table}trailer<</Size 6/Root 1 0 R>>\n"
    return f"{made}startxref\n{made.index('xref')}\n%%EOF".encode()


def _book(table: str) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for line in table.splitlines():
        book.active.append(line.split(","))  # type: ignore[union-attr] # there is a sheet
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _spss() -> bytes:
    import pandas as pd
    import pyreadstat

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.sav"
        frame = pd.DataFrame({"id": ["R1", "R2"], "q1": [4.0, 5.0], "why": ["So", "It was late"]})
        pyreadstat.write_sav(frame, str(path), variable_value_labels={"q1": {4: "No", 5: "Yes"}})
        return path.read_bytes()


def _studies(folder: Path) -> dict[str, bytes]:
    """A study, and what it is written to for others."""
    path = folder / "p7.txt"
    path.write_text(TALK, "utf-8")
    study = folder / "seed.qualkit"
    with Project.create(study, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([path])
        project.add_coding("p7", (30, 49), "communication", coder="Ann", memo="So.")
        project.add_memo("On the whole.", title="First")
        made = {}
        for ending in (".qdpx", ".qdc", ".bundle"):
            take_out(project, folder / f"seed{ending}")
            made[f"seed{ending}"] = (folder / f"seed{ending}").read_bytes()
    with closing(sqlite3.connect(study)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {**made, "seed.qualkit": study.read_bytes()}


def _taguette() -> bytes:
    from tests.interchange import databases as made

    with tempfile.TemporaryDirectory() as name:
        path = made.make(Path(name) / "t.sqlite3", made.TAGUETTE, {
            "projects": [made.project()],
            "documents": [made.document("<p>Ann: We waited.</p>")],
            "tags": [made.tag(1, "time", "")],
            "highlights": [made.highlight(1, 5, 14, "We waited")],
            "highlight_tags": [{"highlight_id": 1, "tag_id": 1}],
        })  # fmt: skip
        return path.read_bytes()


Reader = Callable[[Path], object]
