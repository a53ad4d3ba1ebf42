"""What was suggested for a table, into a study: the comments, and open suggestions on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import ConflictError, UnknownName
from qualkit.importers._text import stored
from qualkit.importers.answers import as_turns
from qualkit.model import Source, Turn, sha256
from qualkit.scale import _reading, _working
from qualkit.scale._run import WHAT, counts

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project

COMMENTS: Final = 5_000  # comments of one source
_BATCH: Final = 4  # sources written in one change


@dataclass(frozen=True, slots=True)
class Kept:
    """What came into the study.

    Attributes
    ----------
    sources : int
        Sources of comments in the study now.
    added : int
        Of these, added in this run.
    comments : int
        With words.
    suggestions : int
        Open ones on them that were kept.
    """

    sources: int
    added: int
    comments: int
    suggestions: int


def keep(
    project: Project,
    out: Path | str,
    table: Table,
    *,
    name: str = "comments",
    above: float = 0.5,
    progress: _working.Progress | None = None,
) -> Kept:
    """Put the comments of a table into a study, with the suggestions made for them.

    Parameters
    ----------
    project : Project
    out : path
        What :func:`qualkit.scale.run` made of `table`.
    table : path, or several
    name : str
        Sources are called after it: ``comments-00001`` and on, 5,000 comments each; a comment
        is a turn, its speaker the comment's id.
    above : float
        The confidence from which on a suggestion is kept.

    Returns
    -------
    Kept

    Raises
    ------
    UnknownName
        Where a code that was suggested is not in the study.
    ConflictError
        Where the table is not the one that `out` was made of, or the study holds other sources
        of that name.

    Notes
    -----
    Written in batches, each whole or not at all; the same call again goes on where an earlier
    one was broken off. Sources that are there stay, and open suggestions on them are renewed, so
    that another `above` holds for all. What was decided meanwhile does not come back.
    """
    noted = _working.manifest(out)
    cut = _cut(noted, table)
    _same_codes(project, out)
    there = set(project.sources()["source"])
    number = added = comments = kept = 0
    total = sum(part["rows"] for part in noted["parts"])
    for batch in _batches(_sources(out, cut, noted["settings"], name, above)):
        sources = [source for source, _ in batch]
        new = [source for source in sources if source.name not in there]
        _same_words(project, [source for source in sources if source.name in there])
        if new:
            project.add_made(new)
        kept += project.keep_suggestions(
            [one for _, some in batch for one in some], methods=("codebook", "learned"),
            sources=[source.name for source in sources],
        )  # fmt: skip
        number, added = number + len(batch), added + len(new)
        comments += sum(len(source.turns) for source in sources)
        if progress is not None:
            progress(min(number * COMMENTS, total), total, "comments")
    return Kept(number, added, comments, kept)


def _cut(noted: dict[str, Any], table: Table) -> list[_reading.Stretch]:
    """The table's stretches, which must be those that were suggested for."""
    settings = noted["settings"]
    if settings["what"] != WHAT:
        raise ConflictError(f"the folder holds {settings['what']}, not {WHAT}")
    cut = list(_reading.stretches(
        table, text=settings["text"], id=settings["id"], rows=settings["rows_at_once"],
        encoding=settings["encoding"],
    ))  # fmt: skip
    if [one.record() for one in cut] != [part["stretch"] for part in noted["parts"]]:
        raise ConflictError("the table is not the one that these suggestions were made for")
    return cut


def _same_codes(project: Project, out: Path | str) -> None:
    known = {(book.id, code.id) for book in project.codebooks() for code in book.codes}
    for book, code in counts(out)[["codebook", "code"]].itertuples(index=False):
        if (book, code) not in known:
            raise UnknownName("code", f"{book}/{code}", [f"{b}/{c}" for b, c in known])


def _same_words(project: Project, sources: Sequence[Source]) -> None:
    for source in sources:
        if project.source(source.name).sha256 != source.sha256:
            why = "the source of this name has other words; give the table another with --name"
            raise ConflictError(f"{source.name}: {why}")


Table = Path | str | Sequence[Path | str]
Made = tuple[Source, list[dict[str, Any]]]


def _batches(made: Iterator[Made]) -> Iterator[list[Made]]:
    while batch := list(islice(made, _BATCH)):
        yield batch


def _sources(
    out: Path | str, cut: Sequence[_reading.Stretch], settings: dict[str, Any], name: str,
    above: float,
) -> Iterator[Made]:  # fmt: skip
    number = 0
    for stretch, (_, found) in zip(cut, _working.parts_of(out), strict=True):
        table = _reading.read(stretch, text=settings["text"], id=settings["id"])
        table.index += stretch.first
        of_row = _by_row(found[found["confidence"] >= above])
        for first in range(0, len(table), COMMENTS):
            number += 1
            some = table.iloc[first : first + COMMENTS]
            yield _source(f"{name}-{number:05}", some, of_row, settings)


def _by_row(found: pd.DataFrame) -> dict[int, list[dict[str, Any]]]:
    """Suggestions by the row of their comment."""
    made: dict[int, list[dict[str, Any]]] = {}
    for one in found.to_dict("records"):
        made.setdefault(one["row"], []).append({str(k): v for k, v in one.items()})
    return made


def _source(
    name: str, some: pd.DataFrame, of_row: dict[int, list[dict[str, Any]]],
    settings: dict[str, Any],
) -> Made:  # fmt: skip
    """The source of some comments, and the suggestions on it."""
    answers = [
        (_plain(who), settings["text"], stored(said)[0].strip())
        for who, said in some[["id", "text"]].itertuples(index=False)
    ]
    text, turns = as_turns(answers)
    notes = (f"{len(some)} comments of a table, {len(turns)} with words",)
    file = sha256(f"{name}\n{text}")  # of no file: the same comments may come again
    source = Source(name, "csv", text, turns, file_name=name, file_sha256=file, notes=notes)
    spoken = [row for row, (*_, said) in zip(some.index, answers, strict=True) if said]
    made = [
        _suggestion(name, text, turn, one, settings)
        for row, turn in zip(spoken, turns, strict=True)
        for one in of_row.get(row, ())
    ]
    return source, made


def _plain(who: str) -> str:
    """An id as it can stand before a colon on a line."""
    return " ".join(stored(who)[0].split()) or "(no id)"


def _suggestion(
    name: str, text: str, turn: Turn, one: dict[str, Any], settings: dict[str, Any]
) -> dict[str, Any]:
    kind, _, said = one["why"].partition(": ")
    reasons: dict[str, list[Any]] = {"cues": [], "words": [], "alike": []}
    if said:
        reasons["cues" if kind == "cue" else "words"] = (
            said.split(", ") if kind == "words" else [said]
        )
    return {
        "source": name, "start": turn.start, "end": turn.end, "text": text[turn.start : turn.end],
        "codebook": one["codebook"], "code": one["code"], "confidence": one["confidence"],
        "stance": None, "method": settings["method"], "model": settings["model"],
        "reasons": reasons,
    }  # fmt: skip
