"""What findings a study can have, and the links that would lose theirs.

A finding's id names what it is of: a survey, a published table or a further strand of evidence;
an item or measure of that; a wave or period. A link must point at something that is there.
Whatever is removed or asked otherwise is looked at here afterwards: it is refused, or the links go
along and the log says which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select

from qualkit.errors import LinkedError, UnknownName
from qualkit.model import NOT_XML
from qualkit.store import Change, surveys, triangulation
from qualkit.store.schema import link
from qualkit.survey.items import parse_survey
from qualkit.survey.published import PublishedTable, parse_published

_PARTS = 5  # of a finding's id
_SHOWN = 80  # characters of what is no finding's id
_TO = "-to-"  # between the waves of a change


@dataclass(frozen=True, slots=True)
class Owner:
    """What findings are of: a survey, a published table or a strand.

    Attributes
    ----------
    column, id : str
        By which column of a link, and to which row, it is pointed at.
    name : str
    items, waves : tuple of str
        That findings can be about.
    """

    column: str
    id: str
    name: str
    items: tuple[str, ...]
    waves: tuple[str, ...]

    def require(self, item: str, wave: str) -> None:
        """UnknownName where it has no such item or wave."""
        if item not in self.items:
            raise UnknownName(f"item of {self.name}", item, self.items)
        if not self._has(wave):
            raise UnknownName(f"wave of {self.name}", wave, self.waves)

    def _has(self, wave: str) -> bool:
        """Whether a wave, or each of the two of a change, is there."""
        if wave in self.waves:
            return True
        cuts = [at for at in range(len(wave)) if wave.startswith(_TO, at)]
        return any(wave[:at] in self.waves and wave[at + len(_TO) :] in self.waves for at in cuts)


def owner_of(connection: Connection, finding: str) -> Owner:
    """What a finding is of.

    Raises
    ------
    UnknownName
        Where the study has no such survey, published table or strand, or that has no such item
        or wave.
    ValueError
        For what is no id of a finding.
    """
    name, item, wave = _split(finding)
    owners = list(owners_called(connection, name))
    if not owners:
        raise UnknownName("survey, published table or strand", name, _names(connection))
    for n, owner in enumerate(owners, 1):
        try:
            owner.require(item, wave)
        except UnknownName:
            if n == len(owners):
                raise
        else:
            return owner
    raise AssertionError  # the last one has raised


def _split(finding: str) -> tuple[str, str, str]:
    """What a finding is of, its item and its wave."""
    parts = [_plain(part) for part in finding.split("/")]
    if len(parts) != _PARTS or not all(parts) or NOT_XML.search(finding):
        raise ValueError(
            f"{finding[:_SHOWN]!r} is no id of a finding: survey/item/measure/wave/group, as "
            "'qualkit survey findings' and 'qualkit strand findings' list them"
        )
    return parts[0], parts[1], parts[3]


def _plain(part: str) -> str:
    """A part of a finding's id as what it names is called."""
    return part.replace("%2F", "/").replace("%25", "%")


def _names(connection: Connection) -> list[str]:
    held = (surveys.surveys(connection), surveys.published(connection))
    return [row.ident for rows in (*held, triangulation.strands(connection)) for row in rows]


def owners_called(connection: Connection, name: str) -> Iterator[Owner]:
    """Every survey, published table and strand of that id, with what it has."""
    for row in surveys.surveys(connection):
        if row.ident == name:
            asked = parse_survey(row.definition, row.ident)
            waves = [one.name for one in surveys.waves(connection) if one.survey_id == row.id]
            items = (*(item.id for item in asked.items), *asked.scales())
            yield Owner("survey_id", row.id, name, items, ("all", *waves))
    for row in surveys.published(connection):
        if row.ident == name:
            for table in parse_published(row.definition, row.file_name):
                waves = ["all", "change", *table.waves]
                yield Owner("published_id", row.id, name, _labels(table), tuple(waves))
    for row in triangulation.strands(connection):
        if row.ident == name:
            measures = triangulation.measured(row)
            periods = dict.fromkeys(one for each in measures for one in each["periods"])
            items = tuple(each["id"] for each in measures)
            yield Owner("strand_id", row.id, name, items, tuple(periods))


def _labels(table: PublishedTable) -> tuple[str, ...]:
    """The items of a printed table; of some that are called the same, each with its number."""
    counts = Counter(item.label for item in table.items)
    seen: Counter[str] = Counter()
    made = []
    for item in table.items:
        seen[item.label] += 1
        several = counts[item.label] > 1
        made.append(f"{item.label} ({seen[item.label]})" if several else item.label)
    return tuple(made)


# Links that would point at nothing -------------------------------------------------------------


def loose(connection: Connection) -> dict[str, str]:
    """The links that point at nothing, by id, each with the reason."""
    found: dict[str, str] = {}
    owners: dict[str, list[Owner]] = {}
    for row in connection.execute(select(link).order_by(link.c.finding, link.c.id)).mappings():
        name = row["finding"].split("/", maxsplit=1)[0]
        if name not in owners:
            owners[name] = list(owners_called(connection, _plain(name)))
        own = [one for one in owners[name] if row[one.column] == one.id]
        if (why := _loose(own, row["finding"])) is not None:
            found[row["id"]] = why
    return found


def _loose(owners: Sequence[Owner], finding: str) -> str | None:
    """Why a link points at nothing; None where it does not."""
    try:
        name, item, wave = _split(finding)
        for owner in owners:
            owner.require(item, wave)
    except (UnknownName, ValueError) as error:
        return str(error)
    return None if owners else f"nothing is called {name!r} any more"


def loose_in_words(connection: Connection) -> Iterator[str]:
    """The links that point at nothing, in words, each with the reason."""
    if found := loose(connection):
        words = triangulation.told(connection, link.c.id.in_(found), judged=False)
        for link_id, why in found.items():
            yield f"the link of {words[link_id]} would point at nothing: {why}"


def let_go(change: Change, what: str, wanted: ColumnElement[bool], *, links: bool) -> list[str]:
    """Remove links before what they point at goes; in words, with their verdicts.

    Parameters
    ----------
    change : Change
        Its entry in the log says which went along.
    what : str
        What goes.
    wanted : condition on links
    links : bool
        Whether they may go.

    Raises
    ------
    LinkedError
        Where they may not, with all of them.
    """
    found = triangulation.told(change.connection, wanted)
    if not found:
        return []
    words = list(found.values())
    if not links:
        raise LinkedError(what, words)
    triangulation.remove_links(change, found)
    change.notes.append(f"with the link{'s'[: len(words) != 1]} of {', '.join(words)}")
    return words


def in_notes(links: Sequence[str]) -> list[str]:
    """Links that went along, as notes of a report have them."""
    return [f"the link of {one} went along" for one in links]


def let_go_loose(change: Change, what: str, *, links: bool) -> list[str]:
    """Remove the links that a change leaves pointing at nothing, as :func:`let_go` does."""
    found = loose(change.connection)
    return let_go(change, what, link.c.id.in_(found), links=links) if found else []
