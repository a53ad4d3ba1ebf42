"""What was suggested for a table, into a study: the comments, and open suggestions on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import ConflictError
from qualkit.importers._text import stored
from qualkit.importers.answers import as_turns
from qualkit.model import Source, Turn, sha256
from qualkit.scale import _reading, _working
from qualkit.scale._run import WHAT

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project

COMMENTS: Final = 5_000  # comments of one source
_BATCH: Final = 10  # sources written in one change


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
    suggestions : int
        Suggestions of the sources that were written in this run, blank comments left out.
    """

    sources: int
    added: int
    comments: int
    suggestions: int


def keep(
    project: Project,
    out: Path | str,
    table: Path | str | Sequence[Path | str],
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
    ConflictError
        Where the table is not the one that `out` was made of, or the study holds other sources
        of that name.

    Notes
    -----
    Written in batches, each whole or not at all; the same call again goes on where an earlier
    one was broken off. What was decided meanwhile does not come back.
    """
    noted = _working.manifest(out)
    _same_table(noted, table)
    there = set(project.sources()["source"])
    added = comments = kept = number = 0
    total = sum(part["rows"] for part in noted["parts"])
    for batch in _batches(_sources(out, table, noted["settings"], name, above)):
        number += len(batch)
        comments += sum(len(source.turns) for source, _ in batch)
        new = [source for source, _ in batch if source.name not in there]
        _same_words(project, [s for s, _ in batch if s.name in there])
        if new:
            project.add_made(new)
            added += len(new)
        if new or f"{name}-{number + 1:05}" not in there:  # the last may lack its suggestions
            kept += project.keep_suggestions(
                [one for _, some in batch for one in some], methods=("codebook", "learned"),
                sources=[source.name for source, _ in batch],
            )  # fmt: skip
        if progress is not None:
            progress(min(number * COMMENTS, total), total, "comments")
    return Kept(number, added, comments, kept)


def _same_table(noted: dict[str, Any], table: Path | str | Sequence[Path | str]) -> None:
    settings = noted["settings"]
    if settings["what"] != WHAT:
        raise ConflictError(f"the folder holds {settings['what']}, not {WHAT}")
    found = [one.record() for one in _stretches(table, settings)]
    if found != [part["stretch"] for part in noted["parts"]]:
        raise ConflictError("the table is not the one that these suggestions were made for")


def _stretches(
    table: Path | str | Sequence[Path | str], settings: dict[str, Any]
) -> Iterator[_reading.Stretch]:
    return _reading.stretches(
        table, text=settings["text"], id=settings["id"], rows=settings["rows_at_once"],
        encoding=settings["encoding"],
    )  # fmt: skip


def _same_words(project: Project, sources: Sequence[Source]) -> None:
    for source in sources:
        if project.source(source.name).sha256 != source.sha256:
            why = "another source has this name; give the table another with --name"
            raise ConflictError(f"{source.name}: {why}")


Made = tuple[Source, list[dict[str, Any]]]


def _batches(made: Iterator[Made]) -> Iterator[list[Made]]:
    batch: list[Made] = []
    for one in made:
        batch.append(one)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _sources(
    out: Path | str, table: Any, settings: dict[str, Any], name: str, above: float  # noqa: ANN401
) -> Iterator[Made]:  # fmt: skip
    number = 0
    stretches = _stretches(table, settings)
    for stretch, (_, found) in zip(stretches, _working.parts_of(out), strict=True):
        rows = _reading.read(stretch, text=settings["text"], id=settings["id"])
        of_row = _by_row(rows["id"].tolist(), found[found["confidence"] >= above])
        for first in range(0, len(rows), COMMENTS):
            some = rows.iloc[first : first + COMMENTS]
            number += 1
            yield _source(f"{name}-{number:05}", some, first, of_row, settings)


def _by_row(ids: list[str], found: pd.DataFrame) -> dict[int, list[dict[str, Any]]]:
    """Suggestions by the row of their comment; both stand in the same order."""
    made: dict[int, list[dict[str, Any]]] = {}
    place = {one: n for n, one in reversed(list(enumerate(ids)))}
    for row in found.to_dict("records"):
        made.setdefault(place[row["id"]], []).append({str(k): v for k, v in row.items()})
    return made


def _source(
    name: str, some: pd.DataFrame, first: int, of_row: dict[int, list[dict[str, Any]]],
    settings: dict[str, Any],
) -> Made:  # fmt: skip
    answers = [
        (_plain(who), settings["text"], stored(said)[0].strip())
        for who, said in some[["id", "text"]].itertuples(index=False)
    ]
    text, turns = as_turns(answers)
    notes = (f"{len(some)} comments of a table, {len(turns)} with words",)
    source = Source(name, "csv", text, turns, file_name=name, file_sha256=sha256(text), notes=notes)
    spoken = [first + n for n, (*_, said) in enumerate(answers) if said]
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


def counts(out: Path | str) -> pd.DataFrame:
    """How often each code was suggested, over the whole table.

    Returns
    -------
    DataFrame
        One row a code, the most frequent first: ``codebook``, ``code``, ``comments`` (that it
        was suggested for), ``share`` (of all comments, 0 to 1), ``confidence`` (mean),
        ``expected`` (the sum of confidences: how many are probably right).

    Raises
    ------
    ConflictError
        Where the folder holds no finished suggestions.
    """
    import pandas as pd

    rows = 0
    sums: dict[tuple[str, str], tuple[int, float]] = {}
    for noted, found in _working.parts_of(out):
        rows += noted["rows"]
        for key, shown in found.groupby(["codebook", "code"])["confidence"]:
            book, code = map(str, key)
            count, expected = sums.get((book, code), (0, 0.0))
            sums[book, code] = count + len(shown), expected + float(shown.sum())
    made = [
        (book, code, count, count / rows, round(expected / count, 4), round(expected, 1))
        for (book, code), (count, expected) in sorted(
            sums.items(), key=lambda one: (-one[1][0], one[0])
        )
    ]
    columns = ["codebook", "code", "comments", "share", "confidence", "expected"]
    return pd.DataFrame(made, columns=columns)
