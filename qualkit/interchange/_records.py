"""What tools exchange of a study, as plain records; identifiers are GUIDs in small letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qualkit.model import Codebook


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who coded or wrote a memo."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A case with the values of its variables."""

    name: str
    id: str
    values: Mapping[str, str] = field(default_factory=dict)
    description: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A source.

    Attributes
    ----------
    text : str
        As it is stored: line ends LF, no byte-order mark, no character that XML forbids.
    case : str or None
        `id` of the case that it belongs to.
    values : mapping
        Of the source's own variables.
    file_name, created, description : str
    """

    name: str
    id: str
    text: str
    case: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    file_name: str = ""
    created: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A coding: from where to where in a text, in code points and half-open, by whom.

    Attributes
    ----------
    text, code, person : str
        `id` of the text, guid of the code, `id` of the person.
    """

    text: str
    start: int
    end: int
    code: str
    person: str
    created: str
    id: str
    memo: str = ""
    stance: str | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A memo.

    Attributes
    ----------
    about : str
        ``study``, ``source``, ``case`` or ``code``.
    of : str
        `id` of what it is about; empty for the study.
    changed : str
        Empty where it is as it was written.
    """

    id: str
    title: str
    text: str
    about: str = "study"
    of: str = ""
    person: str = ""
    created: str = ""
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A set of texts, codes and memos, by their ids."""

    id: str
    name: str
    description: str = ""
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """What somebody wrote of a case, or of one source, on a theme.

    Attributes
    ----------
    row : str
        `id` of the case or the source.
    code : str
        Guid of the theme.
    phase : str
        Where a study is charted in phases.
    """

    row: str
    code: str
    person: str
    words: str
    id: str
    created: str = ""
    changed: str = ""
    phase: str = ""
    stance: str | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Study:
    """A study as other tools know one."""

    title: str = ""
    people: tuple[Person, ...] = ()
    books: tuple[Codebook, ...] = ()
    units: tuple[Unit, ...] = ()
    texts: tuple[Text, ...] = ()
    marks: tuple[Mark, ...] = ()
    notes: tuple[Note, ...] = ()
    groups: tuple[Group, ...] = ()
    cells: tuple[Cell, ...] = ()
