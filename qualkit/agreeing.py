r"""How far the coders of a project agree, in one call: read the tables, compute, write.

`Project` keeps and never analyses, and :mod:`qualkit.agreement` knows no database; here they meet.

>>> import tempfile
>>> from pathlib import Path
>>> from qualkit.project import Project
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "p7.txt").write_text("P7: They rang back at once. Nobody else did.\n")
>>> project = Project.create(folder / "study.qualkit", codebooks=["evaluation-topics"])
>>> _ = project.add_sources([folder / "p7.txt"])
>>> _ = project.add_coding("p7", (4, 27), "communication", coder="Ann")
>>> _ = project.add_coding("p7", (4, 44), "communication", coder="Bo")
>>> found = agreement_of(project)
>>> found.coders, found.overall["overlap"].value
(('Ann', 'Bo'), 0.575)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.agreement import ratings as coefficients
from qualkit.agreement.consensus import CONSENSUS, consensus, settled_codings
from qualkit.agreement.presence import presence
from qualkit.agreement.records import Coefficient
from qualkit.agreement.sampling import sample_segments, sample_sources
from qualkit.agreement.sheets import read_ratings
from qualkit.agreement.span_sheets import SpanAgreement, read_spans, span_agreement
from qualkit.agreement.study import Agreement, Settings, agreement
from qualkit.agreement.units import SENTENCE
from qualkit.errors import ConflictError, TableError, UnknownName
from qualkit.export.agreement import AgreementReport, check_ending
from qualkit.export.agreement import write_agreement as write_file
from qualkit.importers.worker import read_table
from qualkit.segmenting import by_sentences
from qualkit.settling import disagreements_of, to_redefine_of
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project

_DEFAULT: Final = Settings()
_MOST_DRAWN: Final = 20_000_000  # units times draws, of which a bootstrap keeps a number each
_SOURCE: Final = "source"
RATINGS: Final = (
    "percent_agreement", "cohen_kappa", "scott_pi", "fleiss_kappa", "gwet_ac1",
    "brennan_prediger", "krippendorff_alpha",
)  # fmt: skip


def agreement_of(
    project: Project,
    settings: Settings = _DEFAULT,
    *,
    by: str | None = None,
    over: str | None = None,
    against: str | None = None,
    settled: bool = False,
) -> Agreement:
    """How far the coders of a project agree; see :func:`qualkit.agreement.study.agreement`.

    Parameters
    ----------
    project : Project
        Who codes blind sees nobody else's work there, and so no figure of it.
    settings : Settings
    by, over, against
        As :func:`qualkit.agreement.study.agreement` takes them.
    settled : bool
        After consensus: as if everybody had marked what was decided.

    Raises
    ------
    UnknownName
        For a coder, code, codebook, source, attribute or period that is not there.
    ConflictError
        Where the consensus is compared with, and a coder has its name.
    """
    with project.one_moment():
        tables, hidden = _tables(project, settings), project.blind
        made = tables.pop("codings")
        decisions = project.decisions()
    options: dict[str, Any] = {"settings": settings, "by": by, "over": over, "against": against}
    if against is not None and len(settings.coders) == 1:
        options["test"] = settings.coders[0]  # alone, a coder who is tested is what is asked for
    if settled:
        options["present"] = presence(
            made, tables["assignments"], tables["turns"], interviewer=settings.interviewer
        )
        made = settled_codings(made, decisions, **_for_consensus(tables, settings))
    elif against is not None:
        layer = consensus(made, decisions, **_for_consensus(tables, settings))
        made = _together(made, layer)
    return _with_note(agreement(made, **tables, **options), hidden)


def before_and_after(
    project: Project, settings: Settings = _DEFAULT
) -> tuple[Agreement, Agreement]:
    """How far coders agreed by themselves, and with what was settled in its place."""
    with project.one_moment():
        return agreement_of(project, settings), agreement_of(project, settings, settled=True)


def blind_test(project: Project, coder: str, settings: Settings = _DEFAULT) -> Agreement:
    """How far a new coder agrees with the consensus of all others.

    Parameters
    ----------
    project : Project
    coder : str
        Who is tested, where they coded; an assignment with the purpose ``test`` keeps their work
        out of all other figures.
    settings : Settings
        Its coders do not matter.

    Raises
    ------
    UnknownName
        For a coder who is not in the study.
    ConflictError
        Where a coder is called like the consensus.

    Notes
    -----
    Where only one other coded a source, it has a consensus only where something was decided.
    """
    with project.one_moment():
        known = project.coders()
        if coder not in known:
            raise UnknownName("coder", coder, known)
        tables, hidden = _tables(project, settings), project.blind
        made, decisions = tables.pop("codings"), project.decisions()
    others = made[made["coder"] != coder]
    layer = consensus(others, decisions, **_for_consensus(tables, settings))
    found = agreement(
        _together(made, layer), settings=replace(settings, coders=(coder,)), against=CONSENSUS,
        test=coder, **tables,
    )  # fmt: skip
    return _with_note(found, hidden)


def write_agreement(
    project: Project,
    path: Path | str,
    settings: Settings = _DEFAULT,
    *,
    by: str | None = None,
    over: str | None = None,
    limit: int | None = 10,
    template: Path | str | None = None,
) -> Path:
    """Write a report of agreement, before and, where something was settled, after consensus.

    Parameters
    ----------
    project : Project
    path : path
        .docx, .xlsx or .html.
    settings : Settings
    by, over
        As :func:`qualkit.agreement.study.agreement` takes them.
    limit : int, optional
        Passages shown of each code; None for all.
    template : path, optional
        As :func:`qualkit.export.agreement.write_agreement` takes it.

    Raises
    ------
    BatchError
        Where a check of the study finds a problem: passages are printed word for word.
    """
    check_ending(path)
    project.require_sound()
    with project.one_moment():
        found = agreement_of(project, settings, by=by, over=over)
        decisions = project.decisions()
        after = None if decisions.empty else agreement_of(project, settings, settled=True)
        options: dict[str, Any] = {"overlap": settings.overlap, "interviewer": settings.interviewer}
        listed = disagreements_of(project, sources=list(found.sources), **options)
        redefine = to_redefine_of(project, **options)
        books = tuple(b for b in project.codebooks() if b.id in set(found.codes["codebook"]))
    report = AgreementReport(
        study=project.name, agreement=found, after=after,
        disagreements=_compared(listed, found), decisions=_compared_places(decisions, found),
        redefine=_of_codes(redefine, found), books=books, by=by or "", limit=limit,
    )  # fmt: skip
    return write_file(report, path, template=template)


def sample_of(
    project: Project,
    *,
    number: int | None = None,
    share: float | None = None,
    by: str | None = None,
    sources: Sequence[str] = (),
    segments: bool = False,
    seed: int = 1,
) -> list[str | tuple[str, int, int]]:
    """Sources of a project, or segments of them, drawn to be assigned to coders.

    Parameters
    ----------
    project : Project
    number, share, by, seed
        As :func:`qualkit.agreement.sampling.sample_sources` takes them.
    sources : sequence of str
        Draw among these; by default all.
    segments : bool
        Draw segments of what participants say, and not whole sources.

    Returns
    -------
    list
        Names of sources, or (source, start, end), as ``Project.assign`` takes them.

    Raises
    ------
    UnknownName, ValueError
        For a source or attribute that is not there, a number that there is not.
    """
    drawn: dict[str, Any] = {"number": number, "share": share, "by": by, "seed": seed}
    table = project.sources()
    for name in sources:
        if name not in set(table["source"]):
            raise UnknownName("source", name, table["source"].tolist())
    if sources:
        table = table[table["source"].isin(sources)]
    if not segments:
        return list(sample_sources(table, cases=project.cases(), **drawn))
    found = by_sentences(project.turns(table["source"].tolist()))
    rows = sample_segments(found, sources=table, **drawn).itertuples(index=False, name=None)
    return [(str(source), int(start), int(end)) for source, start, end in rows]


# Files of people who have no project -------------------------------------------------------


def ratings_of(
    path: Path | str,
    *,
    level: str = "nominal",
    values: Sequence[str] | None = None,
    draws: int = 2000,
    seed: int = 1,
) -> dict[str, Coefficient]:
    """Every coefficient on a sheet of ratings, by the name of its function.

    Parameters
    ----------
    path : path
        A CSV or Excel file: one row a unit, one column a coder, blank is missing; a first column
        ``unit``, ``id``, ``item`` or ``source`` names the units.
    level : str
        Of alpha: ``nominal``, ``ordinal``, ``interval`` or ``ratio``; all others are nominal.
    values : sequence of str, optional
        The scale from low to high.
    draws, seed : int
        Of the bootstrap over units, or over sources where the first column names them; none
        where the sheet is very long.

    Returns
    -------
    dict of str to Coefficient
        Cohen's kappa of more than two coders has no value, and words why.

    Raises
    ------
    ReadError, BatchError, TableError
        For a file that cannot be read, or with faults; all rows at fault are told.
    """
    Settings(draws=draws, seed=seed)  # refuses numbers that make no sense
    table = read_ratings(read_table(path), values=values, level=level)
    scale = None if values is None else _scale(table, values)
    groups = _groups(table)
    known = draws if draws * len(set(groups)) <= _MOST_DRAWN else 0
    made = {}
    for name in RATINGS:
        own = getattr(coefficients, name)
        levelled = {"level": level} if name == "krippendorff_alpha" else {}
        made[name] = _estimated(partial(own, values=scale, **levelled), table, groups, known, seed)
    return made


def spans_of(path: Path | str, *, length: int, overlap: float = 0.9) -> SpanAgreement:
    """Every figure on a sheet of coded spans of one text.

    Parameters
    ----------
    path : path
        A CSV or Excel file with the columns coder, start, end (half-open) and code.
    length : int
        Characters of the text.
    overlap : float
        What two segments must share to be the same.

    Raises
    ------
    ReadError, BatchError, TableError
        For a file that cannot be read, or with faults; all rows at fault are told.
    """
    return span_agreement(
        read_spans(read_table(path), length=length), length=length, overlap=overlap
    )


def _estimated(
    coefficient: partial[Coefficient], table: pd.DataFrame, groups: list[Any], draws: int, seed: int
) -> Coefficient:
    try:
        if not draws:
            return coefficient(table)
        return coefficients.interval(coefficient, table, groups=groups, draws=draws, seed=seed)
    except TableError as error:
        if coefficient.func is coefficients.cohen_kappa and table.shape[1] > 2:
            return Coefficient(None, error.reason)
        raise


def _groups(table: pd.DataFrame) -> list[Any]:
    """What is drawn together: units of one source, or each unit by itself."""
    if str(table.index.name).casefold() == _SOURCE:
        return table.index.tolist()
    return list(range(len(table)))


def _scale(table: pd.DataFrame, values: Sequence[str]) -> list[Any]:
    """A scale as the sheet has it: numbers where its ratings are."""
    if not all(kind.kind == "f" for kind in table.dtypes):
        return list(values)
    try:
        return [float(value) for value in values]
    except ValueError as error:
        told = f"the scale {', '.join(values)} has words, and the ratings are numbers"
        raise ValueError(told) from error


# Tables ------------------------------------------------------------------------------------


def _tables(project: Project, settings: Settings) -> dict[str, Any]:
    return {
        "codings": project.codings(),
        "turns": project.turns(words=settings.unit == SENTENCE),
        "codes": project.codes(),
        "sources": project.sources(),
        "cases": project.cases(),
        "assignments": project.assignments(),
        "coders": project.coder_table(),
        "versions": _versions(project),
    }


def _versions(project: Project) -> pd.DataFrame | None:
    import pandas as pd

    found = [
        project.codebook_versions(book.id).assign(codebook=book.id, version=book.version)
        for book in project.codebooks()
    ]
    return pd.concat(found, ignore_index=True) if found else None


def _for_consensus(tables: dict[str, Any], settings: Settings) -> dict[str, Any]:
    return {
        **{name: tables[name] for name in ("turns", "assignments", "codes")},
        "overlap": settings.overlap, "interviewer": settings.interviewer,
    }  # fmt: skip


def _together(codings: pd.DataFrame, layer: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    if CONSENSUS in set(codings["coder"]):
        raise ConflictError(
            f"a coder is called {CONSENSUS!r}, as is what coders are compared with; give that"
            " coder another name ('qualkit coder set')"
        )
    return pd.concat([codings, layer.astype(codings.dtypes.to_dict())], ignore_index=True)


def _with_note(found: Agreement, hidden: frozenset[str]) -> Agreement:
    if not hidden:
        return found
    note = (
        f"You code {many(len(hidden), 'source')} blind: what others coded there is not shown and "
        "not counted until you are done."
    )
    return replace(found, notes=(*found.notes, note))


def _compared(table: pd.DataFrame, found: Agreement) -> pd.DataFrame:
    """The disagreements about the codes and between the coders that were compared."""
    codes = set(zip(found.codes["codebook"], found.codes["code"], strict=True))
    rows = zip(table["codebook"], table["codes"], table["coders"], strict=True)
    held = [
        any((book, code) in codes for code in own) and len(set(who) & set(found.coders)) > 1
        for book, own, who in rows
    ]
    return table[held].reset_index(drop=True)


def _compared_places(decisions: pd.DataFrame, found: Agreement) -> pd.DataFrame:
    return decisions[decisions["source"].isin(found.sources)].reset_index(drop=True)


def _of_codes(table: pd.DataFrame, found: Agreement) -> pd.DataFrame:
    codes = set(zip(found.codes["codebook"], found.codes["code"], strict=True))
    held = [place in codes for place in zip(table["codebook"], table["code"], strict=True)]
    return table[held].reset_index(drop=True)
