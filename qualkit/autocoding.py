r"""Looking for words in a study, and coding by a rule, in one call each.

`Project` keeps and never analyses, and the analysis knows no database; here they meet.

>>> import tempfile
>>> from pathlib import Path
>>> from qualkit.project import Project
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "p7.txt").write_text("I: What helped?\nP7: They listened to us.\n")
>>> project = Project.create(folder / "study.qualkit", codebooks=["evaluation-topics"])
>>> _ = project.add_sources([folder / "p7.txt"])
>>> kwic(project, "listen")[["source", "match", "after"]].values.tolist()
[['p7', 'listened', ' to us.']]
>>> report = auto_code(project, "listen", "communication", coder="rules", unit="match")
>>> report.added, report.found["text"].tolist()
(1, ['listened'])
>>> project.undo(report.entry).removed
1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit import segmenting
from qualkit.coding import kwic as concordance
from qualkit.coding.query import Query, parse
from qualkit.coding.rules import matches
from qualkit.errors import UnknownName
from qualkit.tables import COLUMNS, attributes_of

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project

UNITS: Final = ("segment", "turn", "match")
_TAKEN: Final = {*COLUMNS["turns"], *COLUMNS["segments"], "case"}
_FOUND: Final = ["source", "start", "end", "text", "speaker", "role"]


@dataclass(frozen=True, slots=True)
class AutoReport:
    """What a rule found, and what became of it.

    Attributes
    ----------
    found : DataFrame
        One row a stretch, in order: ``source``, ``start``, ``end``, ``text``, ``speaker``,
        ``role``.
    added : int
        Codings that were added, or would be.
    same : int
        Stretches that the coder had under this code already.
    entry : int or None
        The change's number in the log, for :meth:`Project.undo`; None where nothing was kept.
    """

    found: pd.DataFrame
    added: int
    same: int
    entry: int | None


def kwic(
    project: Project,
    query: str | Query,
    *,
    width: int = 60,
    sources: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Every place where the words of a query stand in a study's turns.

    Parameters
    ----------
    project : Project
    query : str or Query
        See :mod:`qualkit.coding.query`. AND means both in one turn.
    width : int
        Characters shown before and after.
    sources : sequence of str, optional
        Their names; by default all.

    Returns
    -------
    DataFrame
        As :func:`qualkit.coding.kwic.kwic` gives it.

    Raises
    ------
    QueryError, UnknownName
        For a query that is none, or a source that is not there.
    """
    asked = parse(query) if isinstance(query, str) else query
    with project.one_moment():
        table = passages(project, "turn", sources=sources)
    return concordance.kwic(table, asked, width=width)


def auto_code(
    project: Project,
    query: str | Query,
    code: str,
    *,
    coder: str,
    unit: str = "segment",
    interviewers: bool = False,
    dry_run: bool = False,
) -> AutoReport:
    """Code everything that a query finds with one code, in one change of the log.

    Parameters
    ----------
    project : Project
    query : str or Query
        See :mod:`qualkit.coding.query`. AND means both in one segment; in one turn where the
        unit is the turn.
    code : str
        A code's id, or ``codebook/code`` where two codebooks share it.
    coder : str
        In whose name. A name of its own, such as ``rules``, keeps apart what no person read.
    unit : str
        What is coded: the ``segment`` (a turn, or about thirty words of a longer one), the
        whole ``turn``, or the words that were found alone, the ``match``.
    interviewers : bool
        Whether what interviewers said counts too.
    dry_run : bool
        Look and count alone; nothing is kept.

    Raises
    ------
    QueryError
        For a query that is none, or for `unit` ``match`` one that names no words.
    UnknownName
        For a code that is not there.
    ValueError
        For another unit, or an empty coder.
    """
    if unit not in UNITS:
        raise ValueError(f"unit {unit!r} is not one of {', '.join(UNITS)}")
    asked = parse(query) if isinstance(query, str) else query
    with project.one_moment():
        table = passages(project, unit)
        found = matches(table, asked, interviewers=interviewers)
        if unit == "match":
            found = concordance.kwic(found, asked, width=0).rename(columns={"match": "text"})
    found = found[_FOUND]
    spans = found[["source", "start", "end"]].itertuples(index=False, name=None)
    report = project.add_codings(
        spans, code=code, coder=coder, why=f"rule {asked.text} by {unit}", dry_run=dry_run
    )
    return AutoReport(found, report.added, report.same, report.entry)


def passages(
    project: Project, unit: str = "segment", *, sources: Sequence[str] | None = None
) -> pd.DataFrame:
    """The turns or segments of a study with the attributes of their source and case.

    An attribute of a source whose name the table has already (``role``, ``item``) stands as
    ``source.role``; those of cases have ``case.`` before their name.
    """
    about = project.sources()
    for name in sources or ():
        if name not in set(about["source"]):
            raise UnknownName("source", name, about["source"])
    turns = project.turns(sources)
    table = turns if unit == "turn" or turns.empty else segmenting.by_sentences(turns)
    named = {n: f"source.{n}" for n in attributes_of(about, "sources") if n in _TAKEN}
    kept = ["source", "case", *attributes_of(about, "sources")]
    facts = about[kept].rename(columns=named)
    cases = project.cases().drop(columns="sources").add_prefix("case.")
    facts = facts.merge(cases, how="left", left_on="case", right_on="case.case")
    return table.merge(facts.drop(columns="case.case"), how="left", on="source")
