"""Links of themes to findings for the page: read in words, suggested, made and taken back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from qualkit.app import codebook_room
from qualkit.app.surveys_room import POLARITIES_SAID
from qualkit.app.triangulation_room import Findings
from qualkit.errors import QualkitError
from qualkit.project import Project
from qualkit.triangulating import links_of, suggest_of
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

Key = tuple[str, str]  # codebook and code
Progress = Callable[[int, int, str], None]

_SHOWN: Final[Mapping[str, str]] = {
    "+": "better", "-": "worse", "0": "no change", "?": "open", "unusable": "cannot be used",
    "missing": "nothing",
}  # fmt: skip
_MARKS: Final[Mapping[str, str]] = {
    "better": "▲", "worse": "▼", "no change": "=", "open": "?", "cannot be used": "✗",
    "nothing": "–",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Linked:
    """The links of a study with what their findings say, and every finding there is."""

    table: pd.DataFrame = field(repr=False)
    findings: pd.DataFrame = field(repr=False)


def linked(study: str, user: str | None, findings: Findings, progress: Progress) -> Linked:
    """The links of a study as they are now."""
    with Project.open(study, user=user) as project, project.one_moment():
        progress(0, 1, "computing findings")
        found = findings.of(project)
        return Linked(links_of(project, findings=found), found)


# Themes --------------------------------------------------------------------------------------


def themes(codes: pd.DataFrame) -> dict[Key, str]:
    """Every code by codebook and id: its names from the theme down, no two the same.

    Parameters
    ----------
    codes : DataFrame
        With the columns of :mod:`qualkit.tables`.
    """
    rows = list(zip(codes["codebook"], codes["code"], codes["path"], strict=True))
    several = len({book for book, _, _ in rows}) > 1
    named = {(book, code): one_line(f"{path} ({book})" if several else path)
             for book, code, path in rows}  # fmt: skip
    counts = Counter(named.values())
    return {key: f"{name} [{key[1]}]" if counts[name] > 1 else name for key, name in named.items()}


def one_line(words: object) -> str:
    """Words without line breaks, as a cell or a choice shows them."""
    return " ".join(str(words).split())


def without_link(codes: pd.DataFrame, links: pd.DataFrame) -> list[Key]:
    """The themes of which neither they nor a code below them is linked to anything."""
    held = set(zip(links["codebook"], links["theme"], strict=True))
    every = dict.fromkeys(zip(codes["codebook"], codes["theme"], strict=True))
    return [key for key in every if key not in held]


# Links in words ------------------------------------------------------------------------------


def readable(found: Linked) -> pd.DataFrame:
    """One row a link, for reading."""
    import pandas as pd

    said = _by_id(found.findings)
    rows = [_row(row, said.get(row["finding"], {})) for row in records(found.table)]
    return pd.DataFrame(rows, columns=[
        "Theme or code", "Finding", "Shows", "Why", "Which way is better", "Same construct", "Note",
        "By", "Id of the finding",
    ])  # fmt: skip


def _row(row: Mapping[str, Any], said: Mapping[str, Any]) -> tuple[str, ...]:
    shown = _SHOWN[row["state"]]
    return (
        one_line(row["code_name"]),
        one_line(said.get("text", row["finding"])), f"{_MARKS[shown]} {shown}",
        one_line(row["why"]), way_said(row["polarity"], said),
        "yes" if row["same_construct"] else "", one_line(row["note"]), row["author"],
        row["finding"],
    )  # fmt: skip


def way_said(polarity: str, finding: Mapping[str, Any]) -> str:
    """Which way is better for a link, in words: what it says itself, else what the finding does."""
    if polarity:
        return POLARITIES_SAID[polarity]
    own = str(finding.get("polarity", "") or "")
    return f"as the finding says: {POLARITIES_SAID[own]}" if own else "not said"


def finding_of(findings: pd.DataFrame, finding: str) -> dict[str, Any]:
    """One finding; nothing where the study has it no more."""
    return next(iter(records(findings[findings["finding"] == finding])), {})


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _by_id(findings: pd.DataFrame) -> dict[str, dict[str, Any]]:
    columns = ["finding", "text", "polarity"]
    return {row["finding"]: row for row in records(findings[columns])}


def verdicts_said(project: Project, link: str) -> str:
    """Which verdicts go with a link, in a sentence; a blind judge learns nothing of others'."""
    count = int((project.verdicts()["link"] == link).sum())
    if judges_blind(project):
        mine = (
            "Your verdict on it goes along, and others'" if count else "Verdicts of others go along"
        )
        return f"{mine}, if there are any: you judge blind."
    if not count:
        return "Nobody has decided on it."
    return f"{many(count, 'verdict')} on it {'goes' if count == 1 else 'go'} along."


def judges_blind(project: Project) -> bool:
    """Whether who looks judges blind, or codes blind, and must not see verdicts of others."""
    table = project.judges()
    mine = table[table["judge"] == project.user]
    return bool(project.blind) or bool((mine["blind"] & (mine["status"] == "open")).any())


# Suggestions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A finding that may speak to a code.

    Attributes
    ----------
    key : (str, str)
        Codebook and code.
    finding, words : str
        Its id, and what it says.
    why : str
    score : float
        1 where the codebook names it, else how alike the wording is.
    polarity : str
        Of the finding; empty where nobody has said.
    """

    key: Key
    finding: str
    words: str
    why: str
    score: float
    polarity: str

    @property
    def reason(self) -> str:
        """Why it is suggested, and how alike both are."""
        why = self.why[:1].upper() + self.why[1:]
        return f"{why}. Likeness {self.score:.2f}. {self.finding}"


def suggested(project: Project, findings: pd.DataFrame, key: Key, theme: str) -> list[Suggestion]:
    """What may be linked to a code; to a theme also what may be to codes below it.

    Parameters
    ----------
    project : Project
    findings : DataFrame
        All of the study.
    key : (str, str)
        Codebook and code.
    theme : str
        Of the code.
    """
    book, code = key
    asked = code if code == theme else f"{book}/{code}"
    made = suggest_of(project, theme=asked, findings=findings)
    said = _by_id(findings)
    return [
        Suggestion(
            (book, row["code"]), row["finding"], one_line(said[row["finding"]]["text"]),
            one_line(row["why"]), float(row["score"]), said[row["finding"]]["polarity"] or "",
        )
        for row in records(made) if row["codebook"] == book
    ]  # fmt: skip


def first_suggested(project: Project, found: Linked, codes: pd.DataFrame) -> Key:
    """The theme for which most speaks for a link; the first of all where nothing is suggested."""
    made = suggest_of(project, findings=found.findings, most=1)
    offered = {(row["codebook"], row["code"]): float(row["score"]) for row in records(made)}
    best = max(records(codes), key=lambda row: offered.get((row["codebook"], row["code"]), 0.0))
    return best["codebook"], best["theme"]


# Changes that can be taken back --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words, under which entries of the log, and what was refused of it."""

    said: str
    entries: tuple[int, ...] = ()
    refused: tuple[str, ...] = ()


def perform(project: Project, said: str, change: Callable[[], object]) -> Done:
    """Make one change.

    Raises
    ------
    QualkitError
        Where it is refused; the message says why.
    """
    done = codebook_room.perform(project, said, change)
    return Done(done.said, () if done.entry is None else (done.entry,))


def take_back(project: Project, done: Done) -> Done:
    """Undo what was done, the last first; or do it again.

    Raises
    ------
    QualkitError
        Where it has been changed since.
    """
    back = "Taken back: "
    again = done.said.startswith(back)
    said = done.said.removeprefix(back) if again else f"{back}{done.said}"
    entries: list[int] = []
    for entry in reversed(done.entries):
        entries += perform(project, said, partial(project.undo, entry)).entries
    return Done(said, tuple(entries))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A link that somebody wants."""

    key: Key
    finding: str
    polarity: str = ""
    same_construct: bool = False
    note: str = ""


def link(project: Project, wanted: Sequence[Wanted], names: Mapping[Key, str]) -> Done:
    """Make links; those that cannot be are told, and keep no other from being made."""
    entries: list[int] = []
    refused = []
    for one in wanted:
        try:
            entries += perform(project, "", partial(
                project.add_link, "/".join(one.key), one.finding, polarity=one.polarity,
                same_construct=one.same_construct, note=one.note,
            )).entries  # fmt: skip
        except QualkitError as error:
            refused.append(f"{names.get(one.key, one.key[1])}: {error}")
    first = (
        names.get(wanted[0].key, wanted[0].key[1]) if len({one.key for one in wanted}) == 1 else ""
    )
    to = f" to {first}" if first else ""
    said = f"Linked {many(len(entries), 'finding')}{to}." if entries else "Nothing was linked."
    return Done(said, tuple(entries), tuple(refused))
