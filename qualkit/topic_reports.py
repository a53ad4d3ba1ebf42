"""A study's topics in one call: turns, segments, vectors, topics, and what the codings say of them.

`Project` keeps and never analyses, and :mod:`qualkit.topics` knows no database; here they meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from qualkit import segmenting, suggesting, topics
from qualkit.coding import embed
from qualkit.errors import UnknownName
from qualkit.model import Code
from qualkit.tables import attributes_of

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project
    from qualkit.topics import Topics

_CUES = 5  # of a topic's words that become cue phrases of its code
NO_MODEL = "the sentence model is not installed (pip install 'qualkit[nlp]'): topics by words alone"


def find(
    project: Project,
    *,
    sources: Sequence[str] | None = None,
    k: int | None = None,
    seed: int = 0,
    density: bool = False,
    reduce: str = "umap",
    progress: embed.Progress | None = None,
) -> Topics:
    """The topics of a study, or of the sources named; see :func:`qualkit.topics.find`.

    Raises
    ------
    UnknownName
        For a source that the study does not have.
    """
    _known(project, sources)
    segments = segmenting.by_sentences(project.turns(sources))
    vectors = suggesting.vectors(project, segments["text"].tolist(), progress=progress)
    model = embed.model_name() if vectors is not None else "tf-idf"
    found = topics.find(
        segments, k=k, vectors=vectors, model=model, seed=seed, density=density, reduce=reduce
    )
    if vectors is None:
        return replace(found, warnings=(*found.warnings, NO_MODEL))
    return found


def _known(project: Project, sources: Sequence[str] | None) -> None:
    if sources is None:
        return
    held = project.sources()["source"].tolist()
    for name in sources:
        if name not in held:
            raise UnknownName("source", name, held)


def by(project: Project, found: Topics, attribute: str) -> pd.DataFrame:
    """Topics by an attribute of sources or of their cases; see :func:`qualkit.topics.by`.

    Raises
    ------
    UnknownName
        For an attribute that neither has.
    """
    sources, cases = project.sources(), project.cases()
    known = ["source", "case", *attributes_of(sources, "sources")]
    if attribute in known:
        values = dict(zip(sources["source"], sources[attribute], strict=True))
    elif attribute in (more := attributes_of(cases, "cases")):
        of_case = dict(zip(cases["case"], cases[attribute], strict=True))
        values = dict(zip(sources["source"], sources["case"].map(of_case), strict=True))
    else:
        raise UnknownName("attribute", attribute, [*known, *more])
    return topics.by(found, values)


def make_code(
    project: Project,
    found: Topics,
    topic: int,
    code: str,
    *,
    name: str | None = None,
    definition: str = "",
    parent: str | None = None,
) -> Code:
    """Make a topic into a code, because a person said so.

    Parameters
    ----------
    topic : int
        Its number.
    code : str
        ``codebook/id``: the codebook that gets the code, and the id of it.
    name : str, optional
        By default the name suggested by the topic's words.
    definition : str
        What the code means; a program cannot say that.
    parent : str, optional
        The id of the code in the same codebook below which it stands.

    Returns
    -------
    Code
        With the topic's first words as cue phrases.

    Raises
    ------
    ValueError
        Where `code` is not ``codebook/id``.
    UnknownName, ConflictError, CodebookError
        For a topic, codebook or parent that is not there, an id that is, a bad id or name.
    """
    book, mark, ident = code.partition("/")
    if not mark:
        raise ValueError(f"{code!r} is not codebook/id, such as evaluation-topics/waiting")
    rows = {int(row["topic"]): row for row in found.topics.to_dict("records")}
    if topic not in rows:
        raise UnknownName("topic", str(topic), map(str, rows))
    row = rows[topic]
    cues = tuple(row["words"][:_CUES])
    made = Code(ident, name or row["name"], definition, cues=cues, parent=parent)
    return project.add_code(book, made)


def as_record(
    found: Topics, crosswalk: pd.DataFrame, values: pd.DataFrame | None = None
) -> dict[str, object]:
    """Topics as plain values for other programs: what ``qualkit topics --json`` prints."""
    codes = [column for column in crosswalk.columns if column not in _PLAIN]
    listed = []
    for row, over in zip(
        found.topics.to_dict("records"), crosswalk.to_dict("records"), strict=True
    ):
        shares = sorted(((over[c], c) for c in codes if over[c]), key=lambda one: (-one[0], one[1]))
        listed.append({
            **{name: row[name] for name in ("topic", "size", "name", "words", "passages")},
            "codes": [{"code": code, "share": share} for share, code in shares if share > 0],
            "covered": over["covered"],
            "new": bool(over["new"]),
        })  # fmt: skip
    return {
        "method": found.method,
        "model": found.model,
        "k": found.k,
        "seed": found.seed,
        "segments": len(found.segments),
        "left_out": found.left_out,
        "topics": listed,
        "by": [] if values is None else values.to_dict("records"),
        "warnings": list(found.warnings),
    }


_PLAIN = {"topic", "size", "name", "read", "best", "best_share", "covered", "new"}
