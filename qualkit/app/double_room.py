"""Double coding on the page: who gets which sources, coder packs out and in, the blind test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from qualkit.app.export_room import plainly
from qualkit.app.files import own_name, private_folder, write_private
from qualkit.errors import QualkitError
from qualkit.project import Project
from qualkit.tables import plain
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement.study import Agreement

Progress = Callable[[int, int, str], None]
Place = str | tuple[str, int, int]
Side = Literal["study", "pack"]
PURPOSES: Final = {"double": "Double coding", "test": "Blind test"}
OUTCOMES: Final = {
    "added": "new here",
    "same": "here already",
    "changed": "changed or removed by the coder",
    "conflicting": "in conflict",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """How sources or segments are drawn.

    Attributes
    ----------
    of : str
        ``sources`` or ``segments``.
    number : int
    by : str or None
        An attribute whose values all have their share.
    seed : int
        The same draws the same.
    """

    of: str
    number: int
    by: str | None
    seed: int


def drawn(project: Project, sample: Sample) -> list[Place]:
    """Sources or segments of a study, drawn; see :func:`qualkit.agreeing.sample_of`.

    Raises
    ------
    ValueError
        Where there are not so many.
    UnknownName
        For an attribute that segments have not.
    """
    from qualkit.agreeing import sample_of

    return sample_of(
        project, number=sample.number, by=sample.by, segments=sample.of == "segments",
        seed=sample.seed,
    )  # fmt: skip


def drawn_in_words(places: Sequence[Place]) -> str:
    """What a sample holds.

    Examples
    --------
    >>> drawn_in_words(["p1", "p4"])
    '2 sources: p1, p4'
    >>> drawn_in_words([("p1", 0, 9), ("p1", 20, 31)])
    '2 segments of 1 source: p1'
    """
    names = list(dict.fromkeys(one if isinstance(one, str) else one[0] for one in places))
    told = ", ".join(names)
    if all(isinstance(one, str) for one in places):
        return f"{many(len(names), 'source')}: {told}"
    return f"{many(len(places), 'segment')} of {many(len(names), 'source')}: {told}"


def assignments(table: pd.DataFrame) -> pd.DataFrame:
    """Who is to code what, for reading: one row an assignment.

    Parameters
    ----------
    table : DataFrame
        As :meth:`qualkit.Project.assignments` gives it.

    Returns
    -------
    DataFrame
        ``Source``, ``Part``, ``Coder``, ``Blind``, ``For``, ``State``, ``Given`` and ``Finished``.
    """
    import pandas as pd

    rows = [
        (
            row["source"],
            "whole" if plain(row["start"]) is None else f"{int(row['start'])} to {int(row['end'])}",
            row["coder"],
            bool(row["blind"]),
            PURPOSES.get(row["purpose"], row["purpose"]),
            "finished" if row["status"] == "done" else "under way",
            _day(row["created"]),
            _day(row["done"]),
        )
        for row in table.to_dict("records")
    ]
    columns = ["Source", "Part", "Coder", "Blind", "For", "State", "Given", "Finished"]
    return pd.DataFrame(rows, columns=columns)


def _day(moment: object) -> str:
    return str(plain(moment) or "")[:10]


def progress(table: pd.DataFrame) -> str:
    """How far the assignments are, in a sentence."""
    done = int((table["status"] == "done").sum())
    return f"{done} of {many(len(table), 'assignment')} finished."


# Packs ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pack:
    """A coder pack that was written.

    Attributes
    ----------
    name : str
        Of its file.
    data : bytes
    said : str
        What it holds.
    """

    name: str
    data: bytes
    said: str


def pack(study: str, user: str | None, coder: str, progress: Progress) -> Pack:
    """A coder pack: one file with what a coder was given, for them to work on elsewhere.

    Parameters
    ----------
    study : str
        Its path or address.
    user : str or None
        Who makes it.
    coder : str
        For whom.
    progress : callable
    """
    progress(0, 1, "copying what the coder was given")
    with plainly(), Project.open(study, user=user) as project, private_folder() as folder:
        path = folder / own_name(f"{project.name}-{coder}.qualkit".replace("/", "-"))
        made = project.write_pack(path, coder)
        held = many(made.codings, "coding")
        said = f"{many(len(made.sources), 'source')}, with {held} of {coder}'s own."
        return Pack(path.name, path.read_bytes(), said)


@dataclass(frozen=True, slots=True)
class Merged:
    """What merging a pack did, or would do.

    Attributes
    ----------
    coder : str
    said : str
        How many codings are new, the same, changed or conflicting.
    table : DataFrame
        One row a coding that is not the same: ``What``, ``Source``, ``Code``, ``Place``, ``Why``.
    notes : tuple of str
    changes : bool
        Whether anything would be changed.
    entry : int or None
        Its number in the log.
    """

    coder: str
    said: str
    table: pd.DataFrame
    notes: tuple[str, ...]
    changes: bool
    entry: int | None


def merge(
    study: str,
    user: str | None,
    data: bytes,
    *,
    take: Side = "study",
    removals: bool = False,
    dry_run: bool = True,
) -> Merged:
    """Merge a coder pack, or see what that would do.

    Parameters
    ----------
    study : str
    user : str or None
    data : bytes
        The pack's file.
    take : str
        Which side holds where both changed a coding: ``study`` or ``pack``.
    removals : bool
        Remove here what the coder removed there.
    dry_run : bool
        Look only.
    """
    with plainly(), Project.open(study, user=user) as project, private_folder() as folder:
        path = folder / "pack.qualkit"
        write_private(path, data)
        try:
            made = project.merge_pack(path, take=take, removals=removals, dry_run=dry_run)
        except QualkitError as error:  # the folder is ours, and says nothing to anybody
            raise QualkitError(str(error).replace(f"{path}: ", "")) from error
    counts = [(made.added, "added"), (made.same, "same"), (made.changed, "changed"),
              (made.conflicting, "conflicting")]  # fmt: skip
    said = ", ".join(f"{count:,} {OUTCOMES[name]}" for count, name in counts)
    told = made.table[made.table["outcome"] != "same"]
    return Merged(
        made.coder, f"{made.coder}'s codings: {said}.", _merged_table(told), tuple(made.notes),
        made.writes, made.entry,
    )  # fmt: skip


def _merged_table(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({
        "What": [OUTCOMES.get(one, one) for one in table["outcome"]],
        "Source": table["source"].tolist(),
        "From": table["start"].tolist(),
        "To": table["end"].tolist(),
        "Code": table["code"].tolist(),
        "Why": table["why"].tolist(),
    })  # fmt: skip


# Blind test ----------------------------------------------------------------------------------


def tested(table: pd.DataFrame) -> list[str]:
    """Who has finished a blind test, at least in part, by name."""
    done = table[(table["purpose"] == "test") & (table["status"] == "done")]
    return sorted(set(done["coder"]))


def blind_test(study: str, user: str | None, coder: str, progress: Progress) -> Agreement:
    """How far a coder agrees with the consensus of the others; see :mod:`qualkit.agreeing`."""
    from qualkit.agreeing import blind_test as test
    from qualkit.agreement.study import Settings

    progress(0, 1, "comparing with the consensus")
    with Project.open(study, user=user) as project:
        return test(project, coder, Settings())
