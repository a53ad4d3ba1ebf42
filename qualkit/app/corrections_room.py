"""What the page Sources does with corrected transcripts: the look before, the doing, what waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from qualkit.app import state
from qualkit.app.export_room import plainly
from qualkit.app.sources_room import Upload, on_disk
from qualkit.correction_keeping import Moved, Replacement
from qualkit.project import Project
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int, str], None]
_GONE: Final = "nothing like it; choose its words yourself"


@dataclass(frozen=True, slots=True)
class Looked:
    """A corrected transcript that was looked at and has not taken its place yet.

    Attributes
    ----------
    name : str
        The source that it corrects.
    upload : Upload
    made : Replacement
        What it would do.
    """

    name: str
    upload: Upload
    made: Replacement


def look(study: str, user: str | None, wish: tuple[str, Upload], progress: Progress) -> Looked:
    """Look at what a corrected transcript would do to the codings of a source.

    Parameters
    ----------
    study : str
    user : str or None
    wish : (str, Upload)
        The source, and its corrected transcript.
    progress : callable

    Raises
    ------
    QualkitError
        For a file that cannot be read, the same text, another source's file.
    """
    name, upload = wish
    progress(0, 1, "Reading and comparing")
    with plainly(), on_disk([upload]) as (path,), Project.open(study, user=user) as project:
        return Looked(name, upload, project.preview_replacement(name, path))


def replace(
    study: str, user: str | None, seen: Looked, progress: Progress, *, reword: bool
) -> Replacement:
    """Put a corrected transcript in the place of a source's text.

    Parameters
    ----------
    study : str
    user : str or None
    seen : Looked
    progress : callable
    reword : bool
        Whether codings whose words were corrected take the words proposed for them.

    Raises
    ------
    QualkitError
        As of :func:`look`, and where the role of who asks does not allow it.
    """
    progress(0, 1, "Putting the new text in its place")
    with plainly(), on_disk([seen.upload]) as (path,), Project.open(study, user=user) as project:
        return project.replace_source(seen.name, path, reword=reword)


def counted(made: Replacement) -> dict[str, int]:
    """How many codings stay, move, break with a proposal, and break without one."""
    counts = made.counts
    return {
        "stay": counts["stays"],
        "move": counts["moves"],
        "break, with a proposal": counts["proposed"],
        "break, without one": counts["breaks"] - counts["proposed"],
    }


def said(made: Replacement) -> str:
    """What a replacement did, in one sentence."""
    waits = len(made.breaks) - made.reworded
    parts = [
        f"{many(len(made.stays), 'coding')} stayed",
        f"{len(made.moves):,} moved",
        *([f"{made.reworded:,} took corrected words"] if made.reworded else []),
        f"{waits:,} {'waits' if waits == 1 else 'wait'} for a place",
    ]
    return f"{', '.join(parts)}. This is entry {made.entry} of the log, and can be taken back."


def fates(of: Iterable[Moved]) -> pd.DataFrame:
    """What becomes of codings, one row each.

    Returns
    -------
    DataFrame
        ``code``, ``coder``, ``start``, ``text``: as they are; ``new_start``, missing where there
        is none; ``new_text``: what stands there now, or that nothing like it does.
    """
    import pandas as pd

    rows = [
        (one.code, one.coder, one.start, one.text, one.new_start,
         _GONE if one.new_text is None else one.new_text)
        for one in of
    ]  # fmt: skip
    columns = ["code", "coder", "start", "text", "new_start", "new_text"]
    return pd.DataFrame(rows, columns=columns).astype({"new_start": "Int64"})


# What waits for a place --------------------------------------------------------------------


def waiting(project: Project) -> pd.DataFrame:
    """The codings that wait for a place, one row each.

    Returns
    -------
    DataFrame
        ``unplaced``, the coding's id; ``ready``, whether words are proposed; ``place``, the link
        to them, or to its source; ``source``, ``code``, ``coder``, ``text``, ``becomes``,
        ``since`` as a day.
    """
    table = project.unplaced()
    starts, ends = table["becomes_start"], table["becomes_end"]
    known = starts.notna()
    table["place"] = [
        state.place(source, int(start), int(end)) if has else state.place(source)
        for source, start, end, has in zip(table["source"], starts, ends, known, strict=True)
    ]
    table["ready"] = known
    table["becomes"] = table["becomes_text"].where(known, _GONE)
    table["since"] = table["since"].str[:10]
    shown = ["place", "source", "code", "coder", "text", "becomes", "since"]
    return table[["unplaced", "ready", *shown]]


def take(project: Project, ids: Sequence[str]) -> str:
    """Give codings the words that are proposed for them, all or none; what was done."""
    with plainly():
        made = project.accept_proposals(ids)
    return f"{many(len(made), 'coding has', 'codings have')} a place again."


def drop(project: Project, ids: Sequence[str]) -> str:
    """Remove codings that wait for a place; what was done."""
    with plainly():
        count = project.drop_unplaced(ids)
    return f"{many(count, 'coding was', 'codings were')} removed; the log takes it back."


def proposed(table: pd.DataFrame) -> list[str]:
    """The ids of those that have a proposal."""
    return [str(one) for one in table.loc[table["ready"], "unplaced"]]


# Earlier texts -----------------------------------------------------------------------------


def editions(project: Project, name: str) -> pd.DataFrame:
    """The texts that a source had: ``edition``, ``at``, ``who``, ``words``; the newest first."""
    table = project.editions(name).iloc[::-1].reset_index(drop=True)
    table["at"] = table["at"].str.replace("T", " ").str.removesuffix("Z")
    return table[["edition", "at", "who", "words"]]


def edition_text(project: Project, name: str, edition: int) -> str:
    """The text of an edition; QualkitError where it was purged."""
    with plainly():
        return project.edition_text(name, edition)
