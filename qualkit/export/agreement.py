"""Agreement between coders as a document: Word, Excel or one web page.

All three say the same: the method ready for an annex, figures with intervals, the passages on
which coders disagree with their words, what was settled, and what figures cannot tell.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qualkit.errors import QualkitError
from qualkit.export._agreement_parts import AgreementReport

__all__ = ["ENDINGS", "AgreementReport", "check_ending", "write_agreement"]

ENDINGS: Final = (".docx", ".xlsx", ".html")


def check_ending(path: Path | str) -> str:
    """The ending of a file that a report of agreement can be written to.

    Raises
    ------
    QualkitError
        For any other.
    """
    ending = Path(path).suffix.lower()
    if ending not in ENDINGS:
        known = ", ".join(ENDINGS)
        raise QualkitError(f"{path}: a report of agreement is written as {known}, not {ending!r}")
    return ending


def write_agreement(
    report: AgreementReport, path: Path | str, *, template: Path | str | None = None
) -> Path:
    """Write a report of agreement; the file's ending says as what.

    Parameters
    ----------
    report : AgreementReport
        Its passages are printed word for word: whoever calls checks them against the sources.
    path : path
        A .docx, .xlsx or .html file, replaced where it exists; written whole or not at all.
    template : path, optional
        A client's own Word file, whose styles, page, headers and footers are taken; for .docx.

    Returns
    -------
    Path

    Raises
    ------
    ReadError
        Where the template cannot be used.
    QualkitError
        For another ending, a template for a file that is not .docx, or a file that cannot be
        written.
    """
    ending = check_ending(path)
    if template is not None and ending != ".docx":
        raise QualkitError(f"{path}: a template is for a report written as .docx, not {ending!r}")
    if ending == ".docx":
        from qualkit.export._agreement_word import write_word

        return write_word(report, path, template=template)
    if ending == ".xlsx":
        from qualkit.export._agreement_excel import write_book

        return write_book(report, path)
    from qualkit.export._agreement_page import write_page

    return write_page(report, path)
