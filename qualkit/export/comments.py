"""A copy of a report with a Word comment at each quotation.

A .docx file stays as it is: comments are added, the runs of text are cut where a comment begins
or ends, and every other part is carried over byte by byte. A report of another format becomes a
plain document of its paragraphs. Word allows no comment within a note or a text box: there it
stands where the note or the box hangs.
"""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qualkit.errors import QualkitError
from qualkit.export._shared import legal
from qualkit.importers._guard import Archive, read_bytes
from qualkit.importers.drafts import Draft, TextPart, W, WordParagraph, main_part, word_paragraphs
from qualkit.writing import write_whole

if TYPE_CHECKING:
    from lxml import etree

AUTHOR: Final = "qualkit"
_INITIALS: Final = "qk"
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_TYPES: Final = "[Content_Types].xml"
_CT: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_COMMENTS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
_COMMENTS_TYPE: Final = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: the paragraph and character where it begins, before which it ends, its lines."""

    first: tuple[int, int]
    last: tuple[int, int]
    text: str


def write_comments(
    report: Path | str, draft: Draft, comments: Sequence[Comment], out: Path | str
) -> Path:
    """Write a Word copy of a report with comments.

    Parameters
    ----------
    report : path
        The report.
    draft : Draft
        The same as it was read; positions are those of its paragraphs.
    comments : sequence of Comment
        They do not overlap.
    out : path
        A .docx file, replaced where it exists; written whole or not at all.

    Raises
    ------
    QualkitError
        Where `out` has another ending, is the report itself, or cannot be written.
    """
    report, out = Path(report), Path(out)
    if out.suffix.lower() != ".docx":
        raise QualkitError(f"{out}: the copy with comments is a Word file; name it .docx")
    if out.exists() and out.samefile(report):
        raise QualkitError(f"{out}: this is the report itself; give the copy another name")
    own = draft.kind == "docx" and report.suffix.lower() == ".docx"
    data = read_bytes(report, report.name) if own else _plain_copy(draft)
    made = _annotated(Archive(data, report.name), comments)
    return write_whole(out, lambda path: _save(path, made))


def _save(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _plain_copy(draft: Draft) -> bytes:
    import docx

    document = docx.Document()
    for paragraph in draft.paragraphs:
        document.add_paragraph(legal(paragraph.text))
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def _annotated(archive: Archive, comments: Sequence[Comment]) -> bytes:
    """The bytes of a Word file with the comments added."""
    main = main_part(archive)
    root = archive.xml(main)
    book = _Comments(archive, main)
    paragraphs = word_paragraphs(archive, root)
    numbered = list(enumerate(comments, book.next))
    for number, comment in sorted(numbered, key=lambda one: one[1].first, reverse=True):
        _place(paragraphs, comment, number)
    for number, comment in numbered:
        book.add(number, comment.text)
    return _rewritten(archive, {main: _bytes(root), **book.parts()})


def _place(paragraphs: Sequence[WordParagraph], comment: Comment, number: int) -> None:
    """Set the marks of one comment; those behind it in the text are set already."""
    first, last = paragraphs[comment.first[0]], paragraphs[comment.last[0]]
    end = last.anchor if last.anchor is not None else _run_before(last.parts, comment.last[1])
    mark = _element("commentRangeEnd", id=str(number))
    end.addnext(mark)
    mark.addnext(_reference(number))
    start = first.anchor if first.anchor is not None else _run_after(first.parts, comment.first[1])
    start.addprevious(_element("commentRangeStart", id=str(number)))


def _run_before(parts: Sequence[TextPart], at: int) -> etree._Element:
    """The run that ends where a character begins; cut there if it went on."""
    part = next(one for one in reversed(parts) if one.start < at)
    _cut(part, at - part.start)
    return part.run


def _run_after(parts: Sequence[TextPart], at: int) -> etree._Element:
    """The run that begins with a character; cut there if it began before."""
    part = next(one for one in parts if one.start + one.length > at)
    inside = at - part.start
    if inside == 0 and _is_first(part):
        return part.run
    if inside == 0:
        return _split(part, part.element)
    return _cut(part, inside)


def _is_first(part: TextPart) -> bool:
    return all(one.tag == W + "rPr" for one in part.element.itersiblings(preceding=True))


def _cut(part: TextPart, at: int) -> etree._Element:
    """Cut a run after so many characters of one of its texts; the run that follows."""
    text = part.element.text or ""
    following = part.element.getnext()
    if at >= part.length or part.element.tag != W + "t":
        return part.run if following is None else _split(part, following)
    rest = copy.copy(part.element)
    rest.text, part.element.text = text[at:], text[:at]
    rest.set(_SPACE, "preserve")
    part.element.set(_SPACE, "preserve")
    part.element.addnext(rest)
    return _split(part, rest)


def _split(part: TextPart, begin: etree._Element) -> etree._Element:
    """Move an element of a run and all behind it to a new run that looks the same."""
    run = part.run
    new = run.makeelement(run.tag, {str(k): str(v) for k, v in run.attrib.items()})
    looks = run.find(W + "rPr")
    if looks is not None:
        new.append(copy.deepcopy(looks))
    for element in [begin, *begin.itersiblings()]:
        new.append(element)
    tail, run.tail = run.tail, None
    run.addnext(new)
    new.tail = tail
    return new


def _element(name: str, **values: str) -> etree._Element:
    from lxml import etree

    return etree.Element(W + name, {W + key: value for key, value in values.items()})


def _reference(number: int) -> etree._Element:
    run = _element("r")
    run.append(_element("commentReference", id=str(number)))
    return run


class _Comments:
    """The part of a Word file that holds comments: its own, or a new one."""

    def __init__(self, archive: Archive, main: str) -> None:
        folder, _, name = main.rpartition("/")
        self.relations_part = f"{folder}/_rels/{name}.rels"
        self.relations = archive.xml(self.relations_part) if (
            self.relations_part in archive.names) else _no_relations()  # fmt: skip
        self.types = archive.xml(_TYPES)
        own = [r for r in self.relations if str(r.get("Type")).endswith("/comments")]
        self.part = f"{folder}/{own[0].get('Target')}" if own else f"{folder}/comments.xml"
        if own and str(own[0].get("Target")).startswith("/"):
            self.part = str(own[0].get("Target")).lstrip("/")
        self.root = archive.xml(self.part) if own else _element("comments")
        if not own:
            self._register(folder)
        taken = [int(str(one.get(W + "id"))) for one in self.root if one.get(W + "id")]
        self.next = max(taken, default=-1) + 1

    def _register(self, folder: str) -> None:
        from lxml import etree

        taken = {relation.get("Id") for relation in self.relations}
        free = next(f"rId{n}" for n in range(1, 100_000) if f"rId{n}" not in taken)
        target = self.part.removeprefix(f"{folder}/")
        wanted = {"Id": free, "Type": _COMMENTS, "Target": target}
        self.relations.append(etree.Element(_RELATION, wanted))
        override = {"PartName": f"/{self.part}", "ContentType": _COMMENTS_TYPE}
        self.types.append(etree.Element(_CT + "Override", override))

    def add(self, number: int, text: str) -> None:
        """Add one comment; its lines become paragraphs."""
        date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        comment = _element("comment", id=str(number), author=AUTHOR, date=date, initials=_INITIALS)
        for line in legal(text).split("\n"):
            paragraph, run, words = _element("p"), _element("r"), _element("t")
            words.text = line
            words.set(_SPACE, "preserve")
            run.append(words)
            paragraph.append(run)
            comment.append(paragraph)
        self.root.append(comment)

    def parts(self) -> dict[str, bytes]:
        """The parts that changed."""
        return {
            self.part: _bytes(self.root),
            self.relations_part: _bytes(self.relations),
            _TYPES: _bytes(self.types),
        }


def _no_relations() -> etree._Element:
    from lxml import etree

    return etree.Element(_RELATION.removesuffix("Relationship") + "Relationships")


def _bytes(root: etree._Element) -> bytes:
    from lxml import etree

    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _rewritten(archive: Archive, changed: dict[str, bytes]) -> bytes:
    """A zip archive with some parts changed or added, the others as they were."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        first = [_TYPES]
        for part in [*first, *sorted({*archive.names, *changed} - {_TYPES})]:
            if not part.endswith("/"):
                made.writestr(part, changed[part] if part in changed else archive.part(part))
    return held.getvalue()
