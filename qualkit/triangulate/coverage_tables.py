"""Coverage and silence as artefacts: what :mod:`qualkit.triangulate.coverage` finds, to be read.

The draft of the findings stands here as a table too, for a workbook or a screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from qualkit.survey.items import Survey
from qualkit.survey.published import PublishedTable
from qualkit.tables import plain
from qualkit.triangulate._words import records
from qualkit.triangulate.artefacts import COUNTED, NONE, Artefact, lines
from qualkit.triangulate.assessing import Assessment
from qualkit.triangulate.coverage import (
    items_not_touched,
    said_by_group,
    themes_not_asked,
    where_they_differ,
    who_is_missing,
)
from qualkit.triangulate.narrative import Paragraph, narrative
from qualkit.triangulate.records import STANCE_WORDS, TOLD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import pandas as pd

_WITHHELD = "[c]"
_ASKED = (
    "Silent: asked, but nobody there spoke of it. Not asked: neither the topic guide nor an "
    "interviewer's coded question put it to anybody there."
)
_NO_GUIDE = "The study has no topic guide, so nothing tells who was silent and who was not asked."


def not_asked_table(
    assessed: Assessment, *, asked: Iterable[Survey | PublishedTable] = ()
) -> Artefact:
    """Themes that no item asks about: ``Theme``, ``Interviews that speak of it``."""
    rows = [
        (row["name"], f"{row['interviews']}")
        for row in records(themes_not_asked(assessed, asked=asked))
    ]
    return made("themes-not-asked", "Themes that no item asks about",
                ["Theme", "Interviews that speak of it"], rows)  # fmt: skip


def not_touched_table(
    assessed: Assessment, *, asked: Iterable[Survey | PublishedTable] = ()
) -> Artefact:
    """Items of which no interview speaks, with the codes that they are about, and why."""
    rows = [
        (row["survey"], row["item"], row["question"], lines(row["codes"]), row["why"])
        for row in records(items_not_touched(assessed, asked=asked))
    ]
    return made("items-not-touched", "Items that no interview speaks of",
                ["Survey", "Item", "Question", "Codes", "Why"], rows)  # fmt: skip


def missing_table(assessed: Assessment, *, guide: pd.DataFrame | None = None) -> Artefact:
    """Who is missing from each theme: areas and stakeholder types, silent or not asked."""
    guided = guide is not None and not guide.empty
    rows = [
        (row["name"], f"{row['interviews']} of {row['of']}",
         f"{row['areas']} of {row['of_areas']}", _missing(row, "areas", guided=guided),
         f"{row['types']} of {row['of_types']}", _missing(row, "types", guided=guided))
        for row in records(who_is_missing(assessed, guide=guide))
    ]  # fmt: skip
    columns = ["Theme", "Interviews", "Areas", "Areas missing", "Stakeholder types",
               "Types missing"]  # fmt: skip
    return made("who-is-missing", "Who is missing from each theme", columns, rows,
                _ASKED if guided else _NO_GUIDE)  # fmt: skip


def _missing(row: Mapping[str, Any], what: str, *, guided: bool) -> str:
    """Who is missing, by name; with why where the topic guide tells."""
    unasked = row[f"not_asked_{what}"]
    return lines(
        f"{one} ({'not asked' if one in unasked else 'silent'})" if guided else one
        for one in row[f"missing_{what}"]
    )


def group_table(assessed: Assessment, by: str, *, name: str = "groups") -> Artefact:
    """What interviews of each group say of each theme, in numbers of interviews.

    Parameters
    ----------
    assessed : Assessment
    by : str
        As :func:`~qualkit.triangulate.coverage.said_by_group` takes it.
    name : str
        Of the artefact.

    Raises
    ------
    UnknownName
        For an attribute that neither sources nor cases have.
    """
    rows = [
        (row["name"], row["value"], f"{row['base']}",
         *[_count(row, one) for one in ("coded", *STANCE_WORDS, "no_view")],
         TOLD[row["state"]] if row["state"] else NONE)
        for row in records(said_by_group(assessed, by))
    ]  # fmt: skip
    said = by.replace("_", " ")
    columns = ["Theme", said.capitalize(), "Interviews", "Speak of it",
               *[one.capitalize() for one in STANCE_WORDS], "No view", "Together"]  # fmt: skip
    return made(name, f"Themes by {said}", columns, rows, COUNTED)


def _count(row: Mapping[str, Any], name: str) -> str:
    number = plain(row[name])
    return _WITHHELD if number is None else f"{number}"


def difference_table(assessed: Assessment, by: str) -> Artefact:
    """Themes on which groups say otherwise: ``Theme``, ``Opposite``, ``What they say``."""
    rows = [
        (row["name"], "yes" if row["opposite"] else "no", row["told"])
        for row in records(where_they_differ(said_by_group(assessed, by)))
    ]
    return made("differences", f"Where groups differ, by {by.replace('_', ' ')}",
                ["Theme", "Opposite", "What they say"], rows, COUNTED)  # fmt: skip


def narrative_table(assessed: Assessment, *, quotes: int = 2) -> Artefact:
    """The draft, a paragraph a row: ``Theme``, ``Kind``, ``Text``, ``Rests on``."""
    rows = [
        (section.title, one.kind, one.text, lines(_rests_on(one)))
        for section in narrative(assessed, quotes=quotes)
        for one in section.paragraphs
    ]  # fmt: skip
    columns = ["Theme", "Kind", "Text", "Rests on"]
    return made("narrative", "Draft of the findings", columns, rows)


def _rests_on(paragraph: Paragraph) -> Iterator[str]:
    """Findings and sources by name; codings and links have no names that tell a reader anything."""
    for kind, one, several in (
        ("finding", "Finding", "Findings"),
        ("sources", "Source", "Sources"),
    ):
        names = list(dict.fromkeys(n for ref in paragraph.refs if ref.kind == kind
                                   for n in ref.ids))  # fmt: skip
        if names:
            yield f"{one if len(names) == 1 else several}: {', '.join(names)}"


def made(
    name: str, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *notes: str
) -> Artefact:
    """An artefact out of rows."""
    import pandas as pd

    return Artefact(name, title, pd.DataFrame(rows, columns=list(columns)), notes)
