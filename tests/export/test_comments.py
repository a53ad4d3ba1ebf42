"""The copy of a report with comments: anchored at the words, all else as it was."""

from __future__ import annotations

import docx
import pytest

from qualkit.errors import QualkitError
from qualkit.export.comments import Comment, write_comments
from qualkit.importers.drafts import read_draft
from tests.importers.documents import word

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def report(write):
    def fill(document):
        paragraph = document.add_paragraph("He said \u201cwe ")
        paragraph.add_run("came").bold = True
        paragraph.add_run(" last\u201d and left.")
        document.add_paragraph("\u201cWe went.\u201d")

    return write("r.docx", word(fill))


def anchored(path):
    """The words between the marks of each comment, by its number."""
    found: dict[str, str] = {}
    opened: set[str] = set()
    for element in docx.Document(str(path)).element.body.iter():
        if element.tag == W + "commentRangeStart":
            opened.add(element.get(W + "id"))
        elif element.tag == W + "commentRangeEnd":
            opened.discard(element.get(W + "id"))
        elif element.tag == W + "t":
            for number in opened:
                found[number] = found.get(number, "") + element.text
    return found


def written(path, tmp_path, *comments):
    return write_comments(path, read_draft(path), comments, tmp_path / "copy.docx")


def test_comments_stand_at_their_words_and_runs_keep_their_looks(write, tmp_path):
    path = report(write)

    copy = written(
        path,
        tmp_path,
        Comment((0, 8), (0, 22), "Altered\nmore"),
        Comment((1, 0), (1, 10), "Verbatim"),
    )

    assert anchored(copy) == {"0": "\u201cwe came last\u201d", "1": "\u201cWe went.\u201d"}
    document = docx.Document(str(copy))
    assert [one.text for one in document.paragraphs] == [
        one.text for one in docx.Document(str(path)).paragraphs
    ]
    assert [run.text for run in document.paragraphs[0].runs if run.bold] == ["came"]
    assert [(one.author, one.initials, one.text) for one in document.comments] == [
        ("qualkit", "qk", "Altered\nmore"), ("qualkit", "qk", "Verbatim"),
    ]  # fmt: skip


def test_comments_that_are_there_stay(write, tmp_path):
    def fill(document):
        run = document.add_paragraph("\u201cWe went.\u201d").runs[0]
        document.add_comment(run, text="Mine", author="Ann", initials="A")

    copy = written(write("r.docx", word(fill)), tmp_path, Comment((0, 0), (0, 10), "Verbatim"))

    comments = docx.Document(str(copy)).comments
    assert [(one.author, one.text) for one in comments] == [
        ("Ann", "Mine"),
        ("qualkit", "Verbatim"),
    ]


def test_a_comment_may_run_over_two_paragraphs(write, tmp_path):
    copy = written(report(write), tmp_path, Comment((0, 8), (1, 10), "x"))

    assert anchored(copy) == {"0": "\u201cwe came last\u201d and left.\u201cWe went.\u201d"}


def test_a_text_file_becomes_a_plain_document(write, tmp_path):
    path = write("r.txt", "He said \u201cwe came\u201d.\n\nThen left.\n")

    copy = written(path, tmp_path, Comment((0, 8), (0, 17), "x"))

    assert [one.text for one in docx.Document(str(copy)).paragraphs] == [
        "He said \u201cwe came\u201d.", "Then left.",
    ]  # fmt: skip
    assert anchored(copy) == {"0": "\u201cwe came\u201d"}


def test_another_ending_or_the_report_itself_is_refused(write, tmp_path):
    path = report(write)

    with pytest.raises(QualkitError, match=r"copy\.pdf: the copy with comments is a Word file"):
        write_comments(path, read_draft(path), [], tmp_path / "copy.pdf")
    with pytest.raises(QualkitError, match="this is the report itself"):
        write_comments(path, read_draft(path), [], path)


def test_the_copy_opens_in_libreoffice(write, tmp_path, render):
    copy = written(report(write), tmp_path, Comment((0, 8), (0, 22), "Altered"))

    assert "He said \u201cwe came last\u201d and left." in render(copy)
