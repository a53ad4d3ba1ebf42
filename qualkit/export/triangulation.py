"""Triangulation as a document or a picture: what the survey says beside what interviews say.

A document holds the draft of findings, the joint display with the chart of each finding beside
its quotations, and any other artefacts. Undecided verdicts are marked PROPOSED, opposing sources
are named, bases and intervals stand beside figures. Pictures are read in black and white; one that
does not fit on a page of A4 goes on in further files: ``joint.png``, ``joint-2.png`` ...

References
----------
Guetterman, T. C., Fetters, M. D. and Creswell, J. W. (2015). Integrating quantitative and
qualitative results in health science mixed methods research through joint displays. Annals of
Family Medicine 13, 554-561.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import NotEnough, QualkitError
from qualkit.export._triangulation_notes import require_verbatim
from qualkit.export._triangulation_panel import Panels
from qualkit.export._triangulation_parts import JOINT, TITLE, Document, counts_of, read_table
from qualkit.export._triangulation_words import opposing, side_of, sides_of, sign_of

if TYPE_CHECKING:
    from qualkit.survey import Comparison, Description, Survey
    from qualkit.triangulate import Artefact, Assessment, JointRow, Section

__all__ = ["ENDINGS", "PICTURES", "Panels", "check_ending", "counts_of", "joint_picture",
           "opposing", "read_table", "side_of", "sides_of", "sign_of", "table_picture",
           "write_artefacts"]  # fmt: skip

ENDINGS: Final = (".docx", ".xlsx", ".html")
PICTURES: Final = (".png", ".svg")


def check_ending(
    path: Path | str, *, template: Path | str | None = None, figures: bool = False
) -> str:
    """The ending of a file that triangulation can be written to, as a document or a picture.

    Raises
    ------
    QualkitError
        For any other, a template for a file that is not .docx, or `figures` for a workbook.
    """
    ending = Path(path).suffix.lower()
    if ending not in {*ENDINGS, *PICTURES}:
        known = ", ".join((*ENDINGS, *PICTURES))
        raise QualkitError(f"{path}: triangulation is written as {known}, not {ending!r}")
    if template is not None and ending != ".docx":
        raise QualkitError(f"{path}: a template is for a .docx file, not {ending!r}")
    if figures and ending not in {".docx", ".html"}:
        raise QualkitError(f"{path}: figures stand in a file of .docx or .html, not {ending!r}")
    return ending


def write_artefacts(  # noqa: PLR0913 - the parts of a document
    artefacts: Iterable[Artefact],
    path: Path | str,
    *,
    title: str = "",
    joint: Iterable[JointRow] = (),
    narrative: Iterable[Section] | None = None,
    figures: Iterable[tuple[bytes, str]] = (),
    results: Iterable[Description | Comparison] = (),
    surveys: Iterable[Survey] = (),
    assessed: Assessment | None = None,
    texts: Mapping[str, str] | None = None,
    template: Path | str | None = None,
) -> Path:
    """Write artefacts, the joint display and the draft of findings; the ending says as what.

    Parameters
    ----------
    artefacts : iterable of Artefact
        Each a table with its notes. The joint display is left out where `joint` gives its parts.
    path : path
        A .docx, .xlsx or .html file, replaced where it exists; written whole or not at all.
    title : str
        In place of ours.
    joint : iterable of JointRow
        As :func:`qualkit.triangulate.joint_rows` gives them; with charts in .docx and .html.
    narrative : iterable of Section, optional
        The draft, as :func:`qualkit.triangulate.narrative` gives it.
    figures : iterable of (bytes, str)
        Further pictures, each a .png with its words for those who do not see it; for .docx, .html.
    results : iterable of Description and Comparison
        What the findings are from: their charts show both waves, or answers on a scale. Without
        them the interval of a finding is drawn.
    surveys : iterable of Survey
        For the ends of the scales.
    assessed : Assessment, optional
        What `joint` and `narrative` are from: findings that are drawn, and the places that the
        notes of the draft lead to. Without it they lead to ids and names alone.
    texts : mapping of str to str, optional
        The text of each source, with which every quotation is compared before anything is
        written. Left out, whoever calls has done so.
    template : path, optional
        A client's own Word file, whose styles, page, headers and footers are taken; for .docx.

    Returns
    -------
    Path

    Raises
    ------
    NotEnough
        Where there is nothing to write.
    BatchError
        With every quotation that its source does not have.
    ReadError
        Where the template cannot be used.
    QualkitError
        For another ending, or a place that cannot be written to.

    Notes
    -----
    In Word each figure and quotation of the draft has a bookmark (``said_1`` ...) and a comment
    that says what it is from: the finding's id, or the source with the place of its words. A table
    at the end lists them; on a page they are notes, in a workbook a sheet.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> import pandas as pd
    >>> from qualkit.triangulate import Artefact
    >>> table = pd.DataFrame([("Trust", "Silence (survey)")], columns=["Theme", "Convergence"])
    >>> made = [Artefact("convergence", "Convergence coding matrix", table)]
    >>> write_artefacts(made, Path(mkdtemp()) / "matrix.html").name
    'matrix.html'
    """
    pictures = tuple(figures)
    ending = check_ending(path, template=template, figures=bool(pictures))
    if ending not in ENDINGS:
        raise QualkitError(f"{path}: a document is written as {', '.join(ENDINGS)}, not {ending!r}")
    rows, sections = tuple(joint), tuple(narrative or ())
    kept = tuple(one for one in artefacts if not rows or one.name != "joint")
    if not (kept or rows or sections or pictures):
        raise NotEnough(f"{path}: there is nothing to write")
    panels = Panels({} if assessed is None else assessed.findings, results, surveys)
    document = Document(title or TITLE, kept, rows, sections, pictures, panels, assessed)
    if texts is not None:
        require_verbatim(texts, artefacts=kept, joint=rows, sections=sections, notes=document.notes)
    return _written(document, path, ending, template)


def _written(
    document: Document, path: Path | str, ending: str, template: Path | str | None
) -> Path:
    if ending == ".docx":
        from qualkit.export._triangulation_word import write_word

        return write_word(document, path, template=template)
    if ending == ".xlsx":
        from qualkit.export._triangulation_excel import write_book

        return write_book(document, path)
    from qualkit.export._triangulation_page import write_page

    return write_page(document, path)


def joint_picture(
    rows: Iterable[JointRow],
    path: Path | str,
    *,
    title: str = "",
    results: Iterable[Description | Comparison] = (),
    surveys: Iterable[Survey] = (),
    findings: Mapping[str, Mapping[str, Any]] | None = None,
    texts: Mapping[str, str] | None = None,
) -> tuple[Path, ...]:
    """Draw the joint display: each finding with its chart, beside it what interviews say.

    Parameters
    ----------
    rows : iterable of JointRow
    path : path
        A .png or .svg file for the first page; each is written whole or not at all.
    title : str
        In place of ours.
    results, surveys, texts
        As for :func:`write_artefacts`.
    findings : mapping of str to mapping, optional
        Rows of the findings by their ids, ``assessed.findings``; without them there is no chart.

    Returns
    -------
    tuple of Path
        The pages.

    Raises
    ------
    NotEnough
        Where there is no row.
    BatchError
        With every quotation that its source does not have.
    QualkitError
        For another ending, or a place that cannot be written to.
    MissingExtra
        Where matplotlib is not installed.
    """
    from qualkit.export._survey_canvas import write_chart
    from qualkit.export._triangulation_picture import joint_chart

    held: Sequence[JointRow] = tuple(rows)
    if texts is not None:
        require_verbatim(texts, artefacts=(), joint=held, sections=(), notes={})
    chart = joint_chart(held, Panels(findings or {}, results, surveys), title or JOINT)
    return write_chart(chart, path)


def table_picture(
    artefact: Artefact,
    path: Path | str,
    *,
    title: str = "",
    texts: Mapping[str, str] | None = None,
) -> tuple[Path, ...]:
    """Draw any other artefact for a slide: the convergence coding matrix, the pillar table ...

    Parameters
    ----------
    artefact : Artefact
        Up to five columns stand side by side; of more, each row is a block, its cells under heads.
    path, title, texts
        As for :func:`joint_picture`.

    Returns
    -------
    tuple of Path

    Raises
    ------
    NotEnough
        Where it has no row.
    BatchError, QualkitError, MissingExtra
        As for :func:`joint_picture`.
    """
    from qualkit.export._survey_canvas import write_chart
    from qualkit.export._triangulation_picture import table_chart

    if texts is not None:
        require_verbatim(texts, artefacts=[artefact], joint=(), sections=(), notes={})
    return write_chart(table_chart(artefact, title), path)
