"""A study's suggestions in one call: read, compute, keep.

`Project` keeps and never analyses, and the analysis knows no database; here they meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit import segmenting
from qualkit.coding import embed, local_model, suggestions, work
from qualkit.coding import quality as measured
from qualkit.coding.labels import labels
from qualkit.coding.stance import stances
from qualkit.errors import NotEnough, UnknownName
from qualkit.model import INTERVIEWER
from qualkit.tables import plain

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qualkit.model import Codebook
    from qualkit.project import Project

_AT_ONCE: Final = 2000  # texts whose vectors are kept in one change
_MADE: Final = ("codebook", "learned")


@dataclass(frozen=True, slots=True)
class Report:
    """What was suggested.

    Attributes
    ----------
    kept : int
        Suggestions that are in the study now.
    method : str
        ``codebook``, ``learned`` or ``model``.
    segments : int
        Segments that were looked at.
    codes : DataFrame
        See :class:`qualkit.coding.suggestions.Suggestions`.
    notes : tuple of str
    """

    kept: int
    method: str
    segments: int
    codes: pd.DataFrame
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """What is read of a study, from one moment."""

    segments: pd.DataFrame
    books: list[Codebook]
    codings: pd.DataFrame
    decided: pd.DataFrame


def vectors(
    project: Project, texts: Sequence[str], *, progress: embed.Progress | None = None
) -> np.ndarray | None:
    """One row a text, as :func:`qualkit.coding.embed.embed` has it; computed once, then kept.

    None where the sentence model is not installed: everything else works without it.
    """
    import numpy as np

    if not embed.installed():
        return None
    model = embed.model_name()
    held = project.vectors(model, texts)
    missing = [text for text in dict.fromkeys(texts) if text not in held]
    for at in range(0, len(missing), _AT_ONCE):  # what was computed is kept, whatever comes
        some = missing[at : at + _AT_ONCE]
        report = _from(at, len(missing), progress)
        made = embed.embed(some, progress=report).astype(np.float16)
        project.keep_vectors(model, dict(zip(some, made, strict=True)))
        held |= dict(zip(some, made, strict=True))
    if not texts:
        return np.zeros((0, embed.WIDTH), dtype=np.float32)
    return np.stack([held[text] for text in texts]).astype(np.float32)


def _from(at: int, total: int, progress: embed.Progress | None) -> embed.Progress | None:
    if progress is None:
        return None
    return lambda done, _all, what: progress(at + done, total, what)


def suggest(
    project: Project,
    *,
    codes: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    coder: str | None = None,
    progress: embed.Progress | None = None,
) -> Report:
    """Suggest codes for what nobody has read yet, and keep the suggestions in the study.

    Parameters
    ----------
    project : Project
    codes : sequence of str, optional
        Ids, ``codebook/id`` or names; by default all.
    sources : sequence of str, optional
        Where to suggest; all sources teach. By default all.
    coder : str, optional
        Learn from this coder's work alone: for those who code blind. Where who works is
        blind somewhere, that is their own work.
    progress : callable, optional

    Raises
    ------
    UnknownName, NotEnough
        For a code or source that is not there; for a study without sources or codes.
    """
    coder = _teacher(project, coder)
    study = read(project, coder)
    known(project, sources, codes, coder)
    rows = vectors(project, study.segments["text"].tolist(), progress=progress)
    corpus = suggestions.prepare(study.segments, study.books, vectors=rows, codes=codes)
    found = suggestions.of_corpus(corpus, study.codings, study.decided)
    moods, why_none = stances(corpus, study.codings)
    table = _with_stances(found.table, study.segments, moods)
    if sources is not None:
        table = table[table["source"].isin(sources)]
    made = [{str(k): _value(v) for k, v in row.items()} for row in table.to_dict("records")]
    ids = [f"{book}/{code.id}" for book, code in corpus.codes]
    kept = project.keep_suggestions(
        made, methods=_MADE, taught_by=coder, sources=sources,
        codes=None if codes is None else ids,
    )  # fmt: skip
    notes = (*found.notes, *((why_none,) if why_none and found.method == "learned" else ()))
    return Report(kept, found.method, len(study.segments), found.codes, notes)


def _teacher(project: Project, coder: str | None) -> str | None:
    """Whose work alone may teach: their own for who is blind, who would not see anything else."""
    return project.user if project.blind else coder


def _value(value: object) -> Any:  # noqa: ANN401 - a cell of a table
    return value if isinstance(value, dict | list) else plain(value)


def _with_stances(table: pd.DataFrame, segments: pd.DataFrame, moods: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    places = zip(segments["source"], segments["start"], moods, strict=True)
    known = {(source, start): mood for source, start, mood in places}
    keys = zip(table["source"], table["start"], strict=True)
    found = [known.get(key) for key in keys]
    return table.assign(stance=pd.Series(found, index=table.index, dtype=object))


def read(project: Project, coder: str | None = None) -> Study:
    """What suggestions are learned from; by this coder alone, or by everybody.

    Raises
    ------
    NotEnough
        For a study without sources or codes.
    """
    with project.one_moment():
        turns, codings = project.turns(), project.codings()
        books, decided = project.codebooks(), project.suggestions(status=None)
        ruled = project.by_rule()
    if turns.empty:
        raise NotEnough("the study has no source yet; add one with 'qualkit source add'")
    if not any(book.codes for book in books):
        raise NotEnough("the study has no code yet; add a codebook with 'qualkit codebook add'")
    decided = decided[decided["status"] != "open"]
    if coder is not None:
        codings = codings[codings["coder"] == coder]
        decided = decided[decided["decider"] == coder]
    codings = codings.assign(unread=codings["coding"].isin(ruled))
    return Study(segmenting.by_sentences(turns), books, codings, decided)


def known(
    project: Project,
    sources: Sequence[str] | None = None,
    codes: Sequence[str] | None = None,
    coder: str | None = None,
) -> None:
    """Refuse names that the study does not have.

    Raises
    ------
    UnknownName
    """
    if coder is not None and coder not in (coders := project.coders()):
        raise UnknownName("coder", coder, coders)
    if sources is not None:
        names = project.sources()["source"].tolist()
        for name in sources:
            if name not in names:
                raise UnknownName("source", name, names)
    if codes is not None:
        ids = [(book.id, code) for book in project.codebooks() for code in book.codes]
        spelt = {name for book, code in ids for name in (code.id, f"{book}/{code.id}", code.name)}
        for name in codes:
            if name not in spelt:
                raise UnknownName("code", name, sorted({code.id for _, code in ids}))


def ask_server(
    project: Project,
    *,
    address: str,
    model: str,
    other_host: bool = False,
    sources: Sequence[str] | None = None,
    codes: Sequence[str] | None = None,
    progress: embed.Progress | None = None,
) -> tuple[Report, local_model.Proposals]:
    """Let a language model on the user's own address propose codes; see :mod:`local_model`.

    Only passages that nobody has read are sent; by who is blind somewhere, those that they have
    not read themselves. What it proposes is kept as suggestions.
    """
    teacher = _teacher(project, None)
    study = read(project, teacher)
    known(project, sources, codes)
    names = [(book.id, code.id) for book in study.books for code in book.codes]
    unread = (labels(study.segments, names, study.codings, study.decided) == 0).all(1)
    wanted = study.segments[unread & (study.segments["role"] != INTERVIEWER)]
    if sources is not None:
        wanted = wanted[wanted["source"].isin(sources)]
    found = local_model.propose(
        wanted.reset_index(drop=True), study.books, address=address, model=model,
        other_host=other_host, progress=progress,
    )  # fmt: skip
    table = found.table
    if codes is not None:
        full = table["codebook"] + "/" + table["code"]
        table = table[table["code"].isin(codes) | table["code_name"].isin(codes) | full.isin(codes)]
    kept = [{str(k): _value(v) for k, v in row.items()} for row in table.to_dict("records")]
    wanted_codes = set(codes or ())
    names_of = [
        f"{book.id}/{code.id}"
        for book in study.books
        for code in book.codes
        if {code.id, code.name, f"{book.id}/{code.id}"} & wanted_codes
    ]
    count = project.keep_suggestions(
        kept, methods=["model"], taught_by=teacher, sources=sources,
        codes=None if codes is None else names_of,
    )  # fmt: skip
    codes_table = table.groupby(["codebook", "code"]).size().rename("suggested").reset_index()
    return Report(count, "model", len(wanted), codes_table, ()), found


def left(project: Project, *, progress: embed.Progress | None = None) -> pd.DataFrame:
    """How much of each code is probably still unread.

    Returns
    -------
    DataFrame
        One row a code: ``codebook``, ``code``, ``found`` (segments coded), ``read`` and
        ``unread`` (segments), ``left`` with ``low`` and ``high`` (90 % interval), ``share``
        (probably found, 0 to 1), ``stop`` (whether nearly all are found even at the interval's
        end). The estimate is missing for codes with fewer than five examples.
    """
    import numpy as np
    import pandas as pd

    study = read(project, _teacher(project, None))
    rows = vectors(project, study.segments["text"].tolist(), progress=progress)
    corpus = suggestions.prepare(study.segments, study.books, vectors=rows)
    names = [(book, code.id) for book, code in corpus.codes]
    known = labels(corpus.segments, names, study.codings, study.decided)
    known[(corpus.segments["role"] == INTERVIEWER).to_numpy()] = 0
    judged = suggestions.judge(corpus, known)
    candidates = (corpus.segments["role"] != INTERVIEWER).to_numpy()
    told = []
    for j, (book, code) in enumerate(names):
        unread = candidates & (known[:, j] == 0)
        hits = known[known[:, j] != 0, j] == 1
        now = work.left(hits, judged.confidence[unread, j], in_order=False)
        numbers = (round(now.left, 1), round(now.low, 1), round(now.high, 1), round(now.share, 3))
        if judged.examples[j] < suggestions.FEW:
            numbers = (float("nan"),) * 4  # nothing was learned that an estimate could rest on
        told.append((
            book, code, now.found, len(hits), int(np.sum(unread)), *numbers, now.enough,
        ))  # fmt: skip
    columns = ["codebook", "code", "found", "read", "unread", "left", "low", "high", "share",
               "stop"]  # fmt: skip
    return pd.DataFrame(told, columns=columns)


def quality(
    project: Project, *, curve: bool = True, progress: embed.Progress | None = None
) -> measured.Quality:
    """How good suggestions are on this study's own codings, every source judged by the others."""
    study = read(project, _teacher(project, None))
    rows = vectors(project, study.segments["text"].tolist(), progress=progress)
    corpus = suggestions.prepare(study.segments, study.books, vectors=rows)
    return measured.study(corpus, study.codings, study.decided, curve=curve)
