"""Findings and interviews by groups: of those surveyed, and by area.

References
----------
Guetterman, T. C., Fetters, M. D. and Creswell, J. W. (2015). Annals of Family Medicine 13,
554-561: statistics by themes.
O'Cathain, A., Murphy, E. and Nicholl, J. (2010). BMJ 341, c4587: mixed methods matrix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from qualkit.errors import UnknownName
from qualkit.model import look_of
from qualkit.survey._finding_ids import finding_id
from qualkit.tables import plain
from qualkit.triangulate._words import Key, Row, figure, question_of, records, short_of, shown
from qualkit.triangulate.artefacts import COUNTED, NONE, Artefact, by_theme, lines
from qualkit.triangulate.assessing import Assessment
from qualkit.triangulate.records import STANCE_WORDS

if TYPE_CHECKING:
    import pandas as pd


_WITHHELD: Final = "withheld"


def groups_of(assessed: Assessment, attribute: str) -> list[str]:
    """The groups of an attribute that findings are told by, in their order.

    Raises
    ------
    UnknownName
        Where no finding is told by it.
    """
    table = assessed.all_findings
    known = [str(one) for one in dict.fromkeys(table["attribute"]) if plain(one)]
    if attribute not in known:
        raise UnknownName("attribute of findings", attribute, known)
    return list(dict.fromkeys(table.loc[table["attribute"] == attribute, "group"]))


def statistics_by_themes(assessed: Assessment, attribute: str) -> Artefact:
    """Linked findings by the groups of those surveyed, with what interviews of each group say.

    Parameters
    ----------
    assessed : Assessment
    attribute : str
        Of the survey: ``school_type``, ``area``.

    Returns
    -------
    Artefact
        One row a linked finding: ``Theme``, ``Finding``, ``All``, and a column a group. Where a
        finding is a change and not told by group, the group's level in each wave stands there.
        Sources whose area or stakeholder type has the group's name are counted under it.

    Raises
    ------
    UnknownName
        Where no finding is told by that attribute.
    """
    import pandas as pd

    groups = groups_of(assessed, attribute)
    known = _by_group(assessed.all_findings, attribute)
    stances = {key: _stances(assessed.interviews(key)) for key, _ in by_theme(assessed)}
    rows = []
    for row in records(assessed.decided):
        if (found := assessed.findings.get(row["finding"])) is None:
            continue
        said = stances[row["codebook"], row["code"]]
        rows.append([row["name"], question_of(found), short_of(found), *[
            lines([_in_group(known, found, group), _said_in(said, group)])
            for group in groups
        ]])  # fmt: skip
    columns = ["Theme", "Finding", "All", *groups]
    return Artefact(
        "statistics", f"Statistics by themes, by {attribute}", pd.DataFrame(rows, columns=columns),
        ("Figures on a small base are withheld, as in the survey's own tables.", COUNTED),
    )  # fmt: skip


_Grouped = Mapping[str, Mapping[str, Row]]  # group's look -> id of the finding of all -> its row


def _by_group(findings: pd.DataFrame, attribute: str) -> _Grouped:
    """The findings of each group, under the id that the finding of everybody has."""
    made: dict[str, dict[str, Row]] = {}
    for row in records(findings[findings["attribute"] == attribute]):
        whole = finding_id(row["survey"], row["item"], row["measure"], row["wave"])
        made.setdefault(look_of(str(row["group"])), {})[whole] = row
    return made


def _in_group(known: _Grouped, found: Row, group: str) -> str:
    """A finding in one group: its own figure, else the group's level in both of its waves."""
    own = known.get(look_of(group), {})
    if row := own.get(str(found["finding"])):
        return short_of(row) if shown(row) else _WITHHELD
    waves = _two(str(plain(found.get("wave")) or ""), own)
    told = [_level(own, found, wave) for wave in waves]
    held = [one for one in told if one]
    return (
        _WITHHELD
        if set(held) == {_WITHHELD}
        else "; ".join(f"{wave} {one}" for wave, one in zip(waves, told, strict=True) if one)
    )


def _two(wave: str, own: Mapping[str, Row]) -> Sequence[str]:
    """The two waves of a change that levels are known of; none where it is none."""
    names = {str(row["wave"]) for row in own.values()}
    found = [(a, b) for a in names for b in names if f"{a}-to-{b}" == wave]
    return found[0] if found else ()


def _level(own: Mapping[str, Row], found: Row, wave: str) -> str:
    measure = "level" if found["measure"] == "change" else found["measure"]
    row = own.get(finding_id(found["survey"], found["item"], measure, wave))
    if row is None:
        return ""
    if not shown(row):
        return _WITHHELD
    base = plain(row.get("base"))
    return f"{figure(row)}{'' if base is None else f' (n = {int(base):,})'}"


def _stances(evidence: pd.DataFrame) -> dict[str, Counter[str]]:
    """Sources by stance, under the look of their area and of their stakeholder type."""
    made: dict[str, Counter[str]] = {}
    columns = (evidence[name] for name in ("area", "type", "stance"))
    for area, kind, stance in zip(*columns, strict=True):
        for look in {look_of(area), look_of(kind)}:
            made.setdefault(look, Counter())[stance or "no view"] += 1
    return made


def _said_in(held: Mapping[str, Counter[str]], group: str) -> str:
    """What the interviews of a group say, where an area or a type has its name."""
    counts = held.get(look_of(group), Counter())
    return "; ".join(
        f"{counts[name]} {name}" for name in (*STANCE_WORDS, "no view") if counts[name]
    )


def case_matrix(assessed: Assessment, *, attribute: str = "area") -> Artefact:
    """The mixed methods matrix: a row an area, with its figures and what was said there.

    Parameters
    ----------
    assessed : Assessment
    attribute : str
        The attribute of the survey that is the area; where findings have none, there are no
        figures.

    Returns
    -------
    Artefact
        ``Area``, ``Interviews``, a column a linked finding, a column a theme: the summary of the
        case that a person wrote, else sources by stance.
    """
    import pandas as pd

    known = _by_group(assessed.all_findings, attribute)
    linked = list(assessed.findings.values())
    themes = by_theme(assessed)
    names = {key: assessed.decided["name"].iloc[places[0]] for key, places in themes}
    written = _written(assessed.summaries)
    interviewed = Counter(assessed.areas.get(one, "") for one in assessed.interviewed)
    found = {key: _stances(assessed.interviews(key)) for key in names}
    rows = [
        [area, f"{interviewed[area]}",
         *[_in_group(known, one, area) or NONE for one in linked],
         *[lines(written.get((key, area)) or [_said_in(found[key], area)]) for key in names]]
        for area in _areas(assessed, attribute)
    ]  # fmt: skip
    columns = _apart(["Area", "Interviews", *[question_of(one) for one in linked],
                      *names.values()])  # fmt: skip
    return Artefact(
        "cases", "Mixed methods matrix by area", pd.DataFrame(rows, columns=columns),
        ("Figures on a small base are withheld, as in the survey's own tables.", COUNTED),
    )  # fmt: skip


def _areas(assessed: Assessment, attribute: str) -> list[str]:
    """Areas of interviews, then those that only findings know."""
    table = assessed.all_findings
    groups = table.loc[table["attribute"] == attribute, "group"]
    found = {look_of(one): one for one in assessed.visited}
    for group in dict.fromkeys(groups):
        found.setdefault(look_of(str(group)), str(group))
    return list(found.values())


def _apart(names: Iterable[str]) -> list[str]:
    """Headings, of which each stands once."""
    seen: Counter[str] = Counter()
    made = []
    for name in names:
        seen[name] += 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return made


def _written(summaries: pd.DataFrame | None) -> dict[tuple[Key, str], list[str]]:
    """By theme and case, the words that people wrote on it; drafts are marked."""
    made: dict[tuple[Key, str], list[str]] = {}
    for row in [] if summaries is None else records(summaries):
        if plain(row["source"]) is None and plain(row["case"]) is not None:
            draft = "(draft) " if plain(row["draft"]) is True else ""
            phase = f"{row['phase']}: " if row["phase"] else ""
            place = (row["codebook"], row["theme"]), str(row["case"])
            made.setdefault(place, []).append(f"{draft}{phase}{row['text']}")
    return made
