"""Verdicts for the page: the convergence coding matrix, one link in full, and what is decided.

A verdict is kept with the proposal that was shown; where that is another by now, nothing is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from qualkit.app.triangulation_room import Findings
from qualkit.errors import ConflictError
from qualkit.export.triangulation import sides_of
from qualkit.framework.excerpts import taken_from
from qualkit.model import look_of
from qualkit.project import Project
from qualkit.triangulate import (
    STATUSES,
    Assessment,
    JointRow,
    Proposal,
    changed_since,
    count_summary,
    final_of,
    joint_rows,
    verdict_words,
)
from qualkit.triangulate.records import STATE_WORDS, TOLD
from qualkit.triangulate.verdicts import DIFFER, SINCE
from qualkit.triangulating import assess_of, decide
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

PROPOSED: Final = STATUSES[0]
STATUSES_SAID: Final = {
    PROPOSED: "PROPOSED: nobody decided", "accepted": "as proposed", "changed": "otherwise decided",
    DIFFER: "judges differ", SINCE: "changed since it was decided",
}  # fmt: skip
_TAGS: Final = {PROPOSED: "PROPOSED", "accepted": "Decided", "changed": "Decided otherwise"}
_MOST: Final = 24  # quotations of one link that are shown
Record = Mapping[str, Any]


# Rows ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the matrix: a link, or a theme without one.

    Attributes
    ----------
    key : str
        The link's id, or ``codebook/code``.
    place : int
        Of the row in the assessment.
    group, band : str
        Its theme, ``codebook/theme`` and in words.
    joint : JointRow
    row : dict
        As :func:`qualkit.triangulate.decided_table` has it.
    own : dict or None
        The verdict of who looks, as :meth:`qualkit.Project.verdicts` has it.
    waits : bool
        Whether who looks has to decide it yet.
    """

    key: str
    place: int
    group: str
    band: str
    joint: JointRow
    row: Record
    own: Record | None
    waits: bool

    @property
    def linked(self) -> bool:
        """Whether there is a link that can be decided."""
        return bool(self.joint.link)


def own_verdicts(verdicts: pd.DataFrame, user: str | None) -> dict[str, Record]:
    """The verdicts of one person, by link."""
    return {
        str(row["link"]): row
        for row in _records(verdicts)
        if user and look_of(row["judge"]) == look_of(user)
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def lines_of(assessed: Assessment, own: Mapping[str, Record], *, judges: bool) -> list[Line]:
    """The rows of the matrix, those of one theme together, in the order of the codebooks.

    Parameters
    ----------
    assessed : Assessment
    own : mapping of str to dict
        As :func:`own_verdicts` gives it.
    judges : bool
        Whether who looks is one of the judges: then every link waits that they have not decided;
        for somebody else those alone of which no verdict stands.
    """
    codes = assessed.codes
    names = dict(zip(zip(codes["codebook"], codes["code"], strict=True), codes["name"],
                     strict=True))  # fmt: skip
    order = {key: n for n, key in enumerate(names)}
    made = []
    rows = _records(assessed.decided)
    for place, (row, joint) in enumerate(zip(rows, joint_rows(assessed, quotes=0), strict=True)):
        theme = row["codebook"], row["theme"]
        mine = own.get(row["link"]) if row["link"] else None
        waits = bool(row["link"]) and _waits(row, joint.proposal, mine, judges=judges)
        key = row["link"] or f"{row['codebook']}/{row['code']}"
        made.append(Line(key, place, "/".join(theme), names.get(theme, row["theme"]), joint,
                         row, mine, waits))  # fmt: skip
    first = {line.group: order.get((line.joint.codebook, line.row["theme"]), 0) for line in made}
    return sorted(made, key=lambda line: (first[line.group], line.group))


def _waits(row: Record, proposal: Proposal, mine: Record | None, *, judges: bool) -> bool:
    if mine is not None:
        return bool(changed_since(mine["proposal"], proposal))
    return judges or row["status"] == PROPOSED or DIFFER in row["flags"]


# Filters -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filters:
    """Which rows are shown; what is empty does not restrict.

    Attributes
    ----------
    themes : tuple of str
        ``codebook/theme``.
    verdicts : tuple of str
        As :func:`verdict_of` tells them.
    statuses : tuple of str
        Of :data:`STATUSES_SAID`.
    waiting : bool
    words : str
        Each of them has to stand somewhere in the row.
    """

    themes: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    waiting: bool = False
    words: str = ""


def verdict_of(line: Line) -> str:
    """The verdict of a row as it is counted: what is proposed counts as what it becomes."""
    verdict = line.joint.verdict
    return final_of(verdict) or verdict


def filtered(lines: Iterable[Line], filters: Filters) -> list[Line]:
    """The rows that fit."""
    words = look_of(filters.words).split()
    return [
        line for line in lines
        if (not filters.themes or line.group in filters.themes)
        and (not filters.verdicts or verdict_of(line) in filters.verdicts)
        and (not filters.statuses or {line.joint.status, *line.row["flags"]} & {*filters.statuses})
        and (line.waits or not filters.waiting)
        and (not words or all(word in _searched(line) for word in words))
    ]  # fmt: skip


def _searched(line: Line) -> str:
    joint, row = line.joint, line.row
    return look_of("\n".join((
        line.band, joint.theme, joint.question, joint.finding, row["reason"], row["adds"],
        row["note"], *joint.supporting, *joint.opposing, *joint.proposal.mixed,
    )))  # fmt: skip


def next_of(lines: Sequence[Line], key: str) -> str:
    """The row that waits after another one, or before it where none does after; else the same.

    `lines` are those that are shown, in their order.
    """
    at = next((n for n, line in enumerate(lines) if line.key == key), -1)
    turned = [*lines[at + 1 :], *lines[: max(at, 0)]]
    return next((line.key for line in turned if line.waits), key)


# In words ------------------------------------------------------------------------------------


def counted(assessed: Assessment, lines: Sequence[Line]) -> tuple[str, str]:
    """How many rows have which verdict, and how many are decided."""
    summary = count_summary(assessed.decided.iloc[[line.place for line in lines]])
    number = dict(zip(summary["verdict"], summary["all"], strict=True))
    parts = [f"{n} {verdict_words(one).lower()}" for one, n in number.items()]
    links = sum(line.linked for line in lines)
    bare = len(lines) - links
    more = f" and {many(bare, 'theme')} without one" if bare else ""
    status = Counter(line.joint.status for line in lines if line.linked)
    differ = sum(DIFFER in line.row["flags"] for line in lines)
    since = sum(SINCE in line.row["flags"] for line in lines)
    told = [f"{status['accepted']} decided as proposed", f"{status['changed']} otherwise",
            f"{status[PROPOSED]} PROPOSED, not decided"]  # fmt: skip
    told += [f"{differ} of these because judges differ"] * bool(differ)
    told += [f"{since} decided on evidence that has changed since"] * bool(since)
    return (
        f"{many(links, 'link')}{more}: {'; '.join(parts)}.",
        f"Of the links: {', '.join(told)}.",
    )


def sent(lines: Sequence[Line], *, judged: bool = True) -> dict[str, Any]:
    """The matrix as the component draws it.

    Parameters
    ----------
    lines : sequence of Line
    judged : bool
        Whether who looks gives verdicts, so that theirs are told in each row.
    """
    bands: list[dict[str, Any]] = []
    for line in lines:
        if not bands or bands[-1]["group"] != line.group:
            bands.append({"group": line.group, "name": line.band, "rows": []})
        bands[-1]["rows"].append(_drawn(line, judged=judged))
    return {
        "label": "Convergence coding matrix", "bands": bands,
        "columns": ["Theme or code", "Finding", "The survey says", "Interviews say", "Verdict",
                    "Flags"],
    }  # fmt: skip


def _drawn(line: Line, *, judged: bool) -> dict[str, Any]:
    joint = line.joint
    proposal = joint.proposal
    sides = (len(joint.supporting), len(joint.opposing), len(proposal.mixed))
    names = (name.lower() for name in sides_of(joint).values())
    told = ", ".join(f"{count} {name}" for count, name in zip(sides, names, strict=True))
    own = "" if line.own is None else f"You: {verdict_words(line.own['verdict']).lower()}"
    waits = "Waits for you" if line.waits and judged else ""
    return {
        "key": line.key, "code": joint.theme, "question": joint.question, "result": joint.result,
        "survey": STATE_WORDS[proposal.q_state], "said": TOLD[proposal.l_state],
        "sides": told if any(sides) else "",
        "verdict": verdict_words(joint.verdict), "status": joint.status,
        "tag": _TAGS[joint.status], "own": own or waits, "flags": list(line.row["flags"]),
    }  # fmt: skip


# One link in full ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """Words of a source beside a link.

    Attributes
    ----------
    words : str
        Empty where the source does not have them at their place.
    attribution, source : str
    start, end : int
    """

    words: str
    attribution: str
    source: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Side:
    """Sources that say what the finding says, or otherwise, or both.

    Attributes
    ----------
    name : str
    sources : tuple of str
    quotes : tuple of Said
    """

    name: str
    sources: tuple[str, ...]
    quotes: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Full:
    """One row with all that it rests on.

    Attributes
    ----------
    joint : JointRow
    sides : tuple of Side
        For, against and mixed; against also where nobody says otherwise than those for it.
    left : str
        Which quotations are not shown; empty where all are.
    numbers : DataFrame
        ``Of``, ``What``, ``Value``: each input and threshold of the rule.
    others : tuple of str
        Verdicts of others that may be seen.
    changed : str
        What has changed since who looks decided; else since the verdict that stands.
    """

    joint: JointRow
    sides: tuple[Side, ...]
    left: str
    numbers: pd.DataFrame
    others: tuple[str, ...]
    changed: str


def full(project: Project, assessed: Assessment, line: Line, verdicts: pd.DataFrame) -> Full:
    """One row with all that it rests on; its quotations are held against their sources.

    Parameters
    ----------
    project : Project
    assessed : Assessment
    line : Line
    verdicts : DataFrame
        Those that may be seen.
    """
    joint = joint_rows(_alone(assessed, line), quotes=_MOST)[0]
    texts = {one: project.source(one).text for one in {quote.source for quote in joint.quotes}}
    mine = line.own or {}
    changed = changed_since(mine["proposal"], joint.proposal) if mine else ""
    return Full(
        joint, tuple(_sides(joint, texts)), _left(joint), numbers(joint.proposal),
        tuple(_others(verdicts, line, mine)), changed or line.row["changed_since"],
    )  # fmt: skip


def _alone(assessed: Assessment, line: Line) -> Assessment:
    """The assessment of one row, without what others rest on."""
    row = assessed.decided.iloc[[line.place]]
    found = assessed.evidence[line.joint.codebook, line.joint.code]
    ids = {coding for codings in found["quotes"] for coding in codings}
    turns = assessed.turns
    return replace(
        assessed, decided=row, proposals=(assessed.proposals[line.place],),
        codings=assessed.codings[assessed.codings["coding"].isin(ids)],
        turns=None if turns is None else turns[turns["source"].isin(found["source"])],
    )  # fmt: skip


def _sides(joint: JointRow, texts: Mapping[str, str]) -> Iterator[Side]:
    no_side = {one.side for one in joint.quotes} == {""}
    names = sides_of(joint)
    for side, sources in (("for", joint.supporting), ("against", joint.opposing),
                          ("mixed", joint.proposal.mixed)):  # fmt: skip
        if sources or (side == "against" and joint.supporting):
            quotes = [one for one in joint.quotes if one.side == side]
            yield Side(names[side], tuple(sources), tuple(_checked(one, texts) for one in quotes))
    if joint.quotes and no_side:
        who = tuple(dict.fromkeys(one.source for one in joint.quotes))
        yield Side("Without a view", who, tuple(_checked(one, texts) for one in joint.quotes))


def _checked(quote: Any, texts: Mapping[str, str]) -> Said:  # noqa: ANN401 - a Quote
    """A quotation, its words only if its source has them at their place."""
    there = " ".join(texts[quote.source][quote.start : quote.end].split())
    words = quote.words if taken_from(quote.words, there) else ""
    return Said(words, quote.attribution, quote.source, quote.start, quote.end)


def _left(joint: JointRow) -> str:
    quoted = {one.source for one in joint.quotes}
    sources = [*joint.supporting, *joint.opposing, *joint.proposal.mixed]
    missing = len({*sources} - quoted)
    if len(joint.quotes) < _MOST or not missing:
        return ""
    return f"{many(missing, 'source')} more are not quoted here; the page Code has all passages."


def _others(verdicts: pd.DataFrame, line: Line, mine: Record) -> Iterator[str]:
    if not line.linked:
        return
    for row in _records(verdicts[verdicts["link"] == line.key]):
        if row["verdict_id"] != mine.get("verdict_id"):
            how = "as was proposed" if row["status"] == "accepted" else (
                f"{verdict_words(row['proposed']).lower()} was proposed"
            )  # fmt: skip
            parts = (
                f"{row['judge']}: {verdict_words(row['verdict']).lower()}, {how}", row["reason"],
                row["adds"] and f"Adds: {row['adds']}",
            )  # fmt: skip
            yield ". ".join(part.rstrip(".") for part in parts if part) + "."


def own_said(mine: Record) -> str:
    """The verdict of who looks, in words."""
    how = "as was proposed" if mine["status"] == "accepted" else (
        f"where {verdict_words(mine['proposed']).lower()} was proposed"
    )  # fmt: skip
    return f"You decided: {verdict_words(mine['verdict']).lower()}, {how} ({mine['decided'][:10]})."


# What the rule used --------------------------------------------------------------------------

_CALLED: Final = {
    "value": "effect", "p_adjusted": "p, adjusted", "below": "p is below",
    "low_90": "90% interval from", "high_90": "90% interval to",
    "margin": "no change is within \u00b1", "sd": "standard deviation",
    "adjusted_by": "adjusted by", "change": "is a change", "blocked": "cannot be used because",
    "none": "no view", "with_stance": "sources with a view", "alpha": "p has to be under",
    "points": "no change is within \u00b1 points",
    "sds": "no change is within \u00b1 standard deviations",
    "share": "the same is said by a share of", "split": "sources of a type that can stand apart",
    "q_state": "state of the survey", "l_state": "state of the interviews",
}  # fmt: skip
_OF_COMPARISON: Final = {"split": "split by stakeholder"}
_PARTS: Final = {"survey": "Survey", "interviews": "Interviews", "comparison": "Comparison"}


def numbers(proposal: Proposal) -> pd.DataFrame:
    """Each input and threshold of a proposal: ``Of``, ``What``, ``Value``."""
    import pandas as pd

    made = proposal.as_dict()
    rows = [("Rule", "version", f"{proposal.rule_version}")]
    rows += [("Rule", _CALLED[name], made[name]) for name in ("q_state", "l_state")]
    for part, said in _PARTS.items():
        rows += _inputs(said, dict(made["inputs"].get(part) or {}))
    rows += [("Threshold", _called(name), _value(one)) for name, one in made["thresholds"].items()]
    return pd.DataFrame(rows, columns=["Of", "What", "Value"])


def _inputs(said: str, inputs: dict[str, Any]) -> list[tuple[str, str, str]]:
    types = inputs.pop("by_type", None) or {}
    own = _OF_COMPARISON if said == _PARTS["comparison"] else {}
    rows = [(said, own.get(name) or _called(name), _value(one)) for name, one in inputs.items()]
    for name, one in types.items():
        counts = ", ".join(f"{n} {word}" for word, n in one["counts"].items() if n)
        rows.append((said, name, f"{TOLD[one['state']]}: {counts or 'no view'}"))
    return rows


def _called(name: str) -> str:
    return _CALLED.get(name, name.replace("_", " "))


def _value(value: object) -> str:
    """A value in words.

    >>> _value(None), _value(True), _value(0.05)
    ('not given', 'yes', '0.05')
    """
    if value is None or value == "":
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


# What is decided -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A link as it was shown to who decides.

    Attributes
    ----------
    link, name : str
        Its id, and the theme or code in words.
    proposal : Proposal
    version : int or None
        Of the own verdict that was read; None where there was none.
    entry : int
        The last entry of the log when it was read.
    """

    link: str
    name: str
    proposal: Proposal
    version: int | None
    entry: int


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, in words, and the entry of the log by which it can be taken back."""

    said: str
    entry: int | None
    again: bool = False  # whether to take it back is to do it again


def keep(
    project: Project, shown: Shown, verdict: str, findings: Findings, *, reason: str = "",
    adds: str = "",
) -> Done:  # fmt: skip
    """Keep a verdict with the proposal as it was shown.

    Parameters
    ----------
    project : Project
        Its `user` is who judges.
    shown : Shown
    verdict : str
        Empty accepts what is proposed.
    findings : Findings
    reason, adds : str

    Raises
    ------
    ConflictError
        Where something else is proposed by now, the verdict was changed elsewhere, or what is
        proposed is no verdict.
    UnknownName
        Where the link was removed.
    ValueError
        Where a reason is missing.
    """
    if project.last_entry() != shown.entry:
        _require_same(project, shown, findings)
    report = decide(project, shown.link, verdict, reason=reason, adds=adds,
                    version=shown.version, proposal=shown.proposal)  # fmt: skip
    kept = verdict or final_of(shown.proposal.verdict)
    words = verdict_words(kept).lower()
    if not report.added:
        return Done(f"{shown.name}: {words}, as you had decided before.", None)
    return Done(f"{shown.name}: {words}, decided.", report.entry)


def _require_same(project: Project, shown: Shown, findings: Findings) -> None:
    project.link(shown.link)
    now = assess_of(project, findings=findings.of(project), links=[shown.link]).proposals[0]
    if since := changed_since(shown.proposal, now):
        raise ConflictError(
            f"what the rule rests on has changed since this was shown: {since}. Look at it again, "
            "then decide; what you wrote is still there"
        )


_BACK: Final = "Taken back: "


def withdraw(project: Project, link: str, name: str) -> Done:
    """Take the own verdict on a link back."""
    return Done(f"{name}: your verdict was withdrawn.", project.withdraw(link))


def take_back(project: Project, done: Done) -> Done:
    """Undo what was done; what that was can be done again."""
    if done.entry is None:
        return done
    said = done.said.removeprefix(_BACK) if done.again else f"{_BACK}{done.said}"
    return Done(said, project.undo(done.entry).entry, not done.again)


def themes_of(lines: Sequence[Line]) -> dict[str, str]:
    """Themes of rows, ``codebook/theme`` to words; of several codebooks, with the codebook."""
    books = {line.joint.codebook for line in lines}
    return {
        line.group: f"{line.band} ({line.joint.codebook})" if len(books) > 1 else line.band
        for line in lines
    }  # fmt: skip
