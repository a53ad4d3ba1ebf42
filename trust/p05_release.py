"""P5: a report with planted names, identifiers, small numbers and combinations of attributes.

Files of every kind that leaves are made clean, then again with one thing planted in one place each,
seen or not; every planted one must be refused, and no clean one. For names also nearly-spelt ones
must be listed. The findings themselves may not hold a name.
"""

from __future__ import annotations

import io
import random
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from qualkit.privacy.key import Entry, Key
from qualkit.releasing import Finding, check
from trust import Promise, Result

if TYPE_CHECKING:
    from docx.document import Document as Word
    from openpyxl import Workbook as Book

PROMISE = Promise(
    words="Before a file leaves a pseudonymised study, names of the key, identifiers, numbers of "
    "fewer than five people and people alone with their attributes are found; a refusal writes "
    "nothing, an override is logged",
    how="each is planted in every place of documents, workbooks, pages, tables, pictures, archives "
    "and databases: runs, headers, comments, hidden and removed words, properties",
    goal="100 % of what was planted found, 0 clean files refused, no name in the list",
)
KEY = Key("study", entries=(
    Entry("person", "[Person 1]", ("Aoife", "Aoife Ní Bhriain")),
    Entry("person", "[Person 2]", ("Mrs Okonkwo", "Ngozi Okonkwo")),
    Entry("place", "[Place A]", ("Kettlethorpe",)),
    Entry("organisation", "[School 1]", ("St Oswin's Primary",)),
))  # fmt: skip
PLANTS = (
    "Aoife", "AOIFE'S", "aoife", "Aoife Ní Bhriain", "Mrs Okonkwo", "Okonkwo", "Ngozi",
    "kettlethorpe", "St Oswin’s Primary", "943 476 5919", "aoife.b@example.org", "07700 900123",
    "WF2 7QX", "AB 12 34 56 C",
)  # fmt: skip
NAMES = ("aoife", "bhriain", "okonkwo", "ngozi", "kettlethorpe", "oswin")
CLEAN = "The link worker rang the school, and [Person 1] was seen within a week."
SMALL = ((("Area", "n"), ("North", "3"), ("South", "12")),
         (("Group", "A", "B"), ("Base", "4", "9")),
         (("Answer", "Parents (n=2)"), ("Agree", "50%")),
         (("Theme", "Pupils, n (%)", "n (%)"), ("Access", "x", "4 (12%)")))  # fmt: skip
ALONE = (("case", "area", "role", "age band"), ("P1", "North", "head", "50-59"),
         ("P2", "North", "nurse", "30-39"), ("P3", "North", "nurse", "30-39"))  # fmt: skip
SAFE = (("Area", "n"), ("North", "13"), ("South", "<5"))
Make = Callable[[Path, str], None]


def measure(long: bool) -> Result:
    """Every plant in every place once, or in three times as many random surroundings."""
    missed: list[str] = []
    found = planted = 0
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="qualkit-trust-") as name:
        folder = Path(name)
        for round_ in range(3 if long else 1):
            for what, path, wanted in _files(folder, random.Random(round_), long=long):
                listed = check(path, key=KEY)
                refused = [one for one in listed if one.level == "refuse"]
                planted += wanted
                if bool(refused) == wanted:
                    found += wanted
                else:
                    missed.append(f"{what}: {'missed' if wanted else f'refused: {refused[:2]}'}")
                missed += [f"{what}: a name in the list" for _ in _told(listed)]
                path.unlink()
    taken = time.perf_counter() - start
    figure = f"{found} of {planted} found, {len(missed)} faults; {taken:.1f} s"
    return Result("P5", figure, ok=not missed and found == planted, detail=tuple(missed))


def _told(listed: list[Finding]) -> Iterator[Finding]:
    """Findings that say the name themselves."""
    for one in listed:
        said = f"{one.where} {one.text} {one.why}".casefold()
        if any(name in said for name in NAMES):
            yield one


def _files(folder: Path, rng: random.Random, *, long: bool) -> Iterator[tuple[str, Path, bool]]:
    for place, (ending, make) in PLACES.items():
        some = PLANTS if long else rng.sample(PLANTS, 4)
        for plant in (None, *some):
            path = folder / f"report{ending}"
            make(path, CLEAN if plant is None else f"Then {plant} came. {CLEAN}")
            yield f"{plant or 'clean'} in {place}", path, plant is not None
    for kind, write in TABLES.items():
        for n, rows in enumerate((*SMALL, ALONE, SAFE)):
            path = folder / f"table{kind}"
            write(path, rows)
            yield f"table {n} in {kind}", path, rows is not SAFE
    path = folder / "aoife-report.txt"
    path.write_text(CLEAN, encoding="utf-8")
    yield "the name of a file", path, True


# Documents ---------------------------------------------------------------------------------


def _docx(put: Callable[..., object]) -> Make:
    def make(path: Path, said: str) -> None:
        from docx import Document

        document = Document()
        document.add_paragraph(CLEAN)
        put(document, said)
        document.save(str(path))

    return make


def _runs(document: Word, said: str) -> None:
    paragraph = document.add_paragraph()
    for at in range(0, len(said), 3):
        paragraph.add_run(said[at : at + 3]).bold = at % 2 == 0


def _removed(document: Word, said: str) -> None:
    from docx.oxml import parse_xml

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document.add_paragraph()._p.append(parse_xml(
        f'<w:del {space} w:id="1" w:author="qualkit"><w:r><w:delText>{said}</w:delText></w:r>'
        "</w:del>"
    ))  # fmt: skip


def _hidden(document: Word, said: str) -> None:
    document.add_paragraph().add_run(said).font.hidden = True


def _described(document: Word, said: str) -> None:
    document.add_picture(io.BytesIO(_png("")))
    document.inline_shapes[0]._inline.docPr.set("descr", said)


def _cell(document: Word, said: str) -> None:
    document.add_table(2, 2).cell(1, 1).text = said


def _xlsx(put: Callable[..., object]) -> Make:
    def make(path: Path, said: str) -> None:
        from openpyxl import Workbook

        book = Workbook()
        book.create_sheet("Table").append(["Theme", "Quote"])
        put(book, said)
        book.save(path)

    return make


def _unseen_sheet(book: Book, said: str) -> None:
    sheet = book.create_sheet("More")
    sheet.append(["x", said])
    sheet.sheet_state = "veryHidden"


def _note(book: Book, said: str) -> None:
    from openpyxl.comments import Comment

    book["Table"]["A1"].comment = Comment(said, "qualkit")


def _png(said: str) -> bytes:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    told, made = PngInfo(), io.BytesIO()
    told.add_itxt("Description", said, zip=True)
    Image.new("RGB", (4, 4)).save(made, "png", pnginfo=told)
    return made.getvalue()


def _drawn(path: Path, said: str) -> None:
    path.write_bytes(_png(said))


def _zip(inner: str, pack: Callable[[str], bytes]) -> Make:
    def make(path: Path, said: str) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(inner, pack(said))

    return make


def _study(path: Path, said: str) -> None:
    import zlib

    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE kept (id TEXT, data BLOB)")
        made.execute("INSERT INTO kept VALUES ('a', ?)", [zlib.compress(said.encode())])


def _text(before: str, after: str = "", encoding: str = "utf-8") -> Make:
    def make(path: Path, said: str) -> None:
        path.write_text(f"{before}{said}{after}", encoding=encoding)

    return make


def _inner(said: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p.txt", said)
    return made.getvalue()


PLACES: dict[str, tuple[str, Make]] = {
    "a paragraph": (".docx", _docx(lambda d, said: d.add_paragraph(said))),
    "runs of three letters": (".docx", _docx(_runs)),
    "a header": (".docx", _docx(lambda d, said: d.sections[0].header.paragraphs[0].add_run(said))),
    "a footer": (".docx", _docx(lambda d, said: d.sections[0].footer.paragraphs[0].add_run(said))),
    "a cell of a document": (".docx", _docx(_cell)),
    "a comment": (".docx", _docx(lambda d, said: d.add_comment(d.paragraphs[0].runs, said))),
    "a comment's author": (".docx", _docx(
        lambda d, said: d.add_comment(d.paragraphs[0].runs, "x", author=said))),
    "removed words": (".docx", _docx(_removed)),
    "hidden words": (".docx", _docx(_hidden)),
    "the text of a picture": (".docx", _docx(_described)),
    "the title of a document": (".docx", _docx(
        lambda d, said: setattr(d.core_properties, "title", said))),
    "the author of a document": (".docx", _docx(
        lambda d, said: setattr(d.core_properties, "author", said))),
    "a cell of a workbook": (".xlsx", _xlsx(lambda b, said: b["Table"].append(["Access", said]))),
    "a hidden sheet": (".xlsx", _xlsx(_unseen_sheet)),
    "a note on a cell": (".xlsx", _xlsx(_note)),
    "the subject of a workbook": (".xlsx", _xlsx(
        lambda b, said: setattr(b.properties, "subject", said))),
    "a page": (".html", _text("<!doctype html><p>Then <b>", "</b></p>")),
    "a comment of a page": (".html", _text("<!doctype html><!-- ", " -->")),
    "a title of a page": (".html", _text('<!doctype html><abbr title="', '">x</abbr>')),
    "a script of a page": (".html", _text('<!doctype html><script>x = ["', '"]</script>')),
    "a table of text": (".csv", _text('theme,quote\nAccess,"', '"\n')),
    "a text": (".txt", _text("Theme\n\n")),
    "a text in UTF-16": (".txt", _text("Theme\n\n", encoding="utf-16")),
    "a codebook": (".yaml", _text("title: Book\ncodes:\n- example: ")),
    "JSON": (".json", _text('{"quotes": ["', '"]}')),
    "a drawing": (".svg", _text("<svg><text>Then <tspan>", "</tspan></text></svg>")),
    "a description of a drawing": (".svg", _text("<svg><desc>", "</desc></svg>")),
    "a picture's own text": (".png", _drawn),
    "a bundle": (".bundle", _zip(
        "tables/memo.csv", lambda said: f'id,text\n1,"{said}"\n'.encode())),
    "an archive in an archive": (".zip", _zip("a.zip", _inner)),
    "a REFI-QDA project": (".qdpx", _zip("project.qde", lambda said: (
        f'<?xml version="1.0"?><Project><Note name="{said}"/></Project>'.encode()))),
    "a study": (".qualkit", _study),
}  # fmt: skip


# Tables ------------------------------------------------------------------------------------

Rows = tuple[tuple[str, ...], ...]


def _table_csv(path: Path, rows: Rows) -> None:
    path.write_text("".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")


def _table_docx(path: Path, rows: Rows) -> None:
    from docx import Document

    document = Document()
    table = document.add_table(len(rows), len(rows[0]))
    for n, row in enumerate(rows):
        for at, cell in enumerate(row):
            table.cell(n, at).text = cell
    document.save(str(path))


def _table_xlsx(path: Path, rows: Rows) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("Table")
    sheet.append(["Table 1"])
    for row in rows:
        sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(path)


def _table_html(path: Path, rows: Rows) -> None:
    made = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    path.write_text(f"<!doctype html><table>{made}</table>".replace("<5", "&lt;5"), "utf-8")


def _table_md(path: Path, rows: Rows) -> None:
    path.write_text("".join(f"| {' | '.join(row)} |\n" for row in rows), "utf-8")


TABLES: dict[str, Callable[[Path, Rows], None]] = {
    ".csv": _table_csv, ".docx": _table_docx, ".xlsx": _table_xlsx, ".html": _table_html,
    ".md": _table_md,
}  # fmt: skip
