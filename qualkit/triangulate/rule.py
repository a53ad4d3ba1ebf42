"""The rule that proposes a verdict for a theme beside a finding, version 1.

One finding gives a survey state, the stances of sources give an interview state, and a table gives
the verdict of each pair. Sources are counted, never segments. A result that is not significant is
never "no change": that needs a 90 % interval inside a margin, as a test of equivalence does. What
the rule gives is a proposal, which an evaluator accepts or changes.

References
----------
Farmer, T. and others (2006). Developing and implementing a triangulation protocol for qualitative
health research. Qualitative Health Research 16, 377-394.
O'Cathain, A., Murphy, E. and Nicholl, J. (2010). Three techniques for integrating data in mixed
methods studies. BMJ 341, c4587.
Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power approach
for assessing the equivalence of average bioavailability. Journal of Pharmacokinetics and
Biopharmaceutics 15, 657-680.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from functools import lru_cache
from numbers import Integral
from types import MappingProxyType
from typing import Final

from qualkit.errors import TableError, UnknownName
from qualkit.model import look_of
from qualkit.survey.findings import p_words
from qualkit.tables import plain
from qualkit.triangulate._figures import Figures, figures_of
from qualkit.triangulate._stances import IMPROVED, MIXED, UNCHANGED, WORSENED, Said, said_by
from qualkit.triangulate.records import (
    BREADTHS,
    FINAL,
    FLAGS,
    L_STATES,
    PROPOSED,
    Q_STATES,
    STANCE_WORDS,
    WORKING,
    InterviewState,
    Proposal,
    SurveyState,
    Thresholds,
    TypeState,
)
from qualkit.wording import many

AGREEMENT, PARTIAL, DISSONANCE = "agreement", "partial", "dissonance"
IF_BROAD: Final = "agreement if broad"
_NO_INTERVIEWS, _NO_SURVEY, _NOTHING = "silence (interviews)", "silence (survey)", "no evidence"
_OPEN, _LITTLE = WORKING
SPLIT, INFORMANTS, TIMING, UNADJUSTED = FLAGS
_OF_SURVEYS: Final = ("", "computed", "published")
_STARS: Final = 2  # fewer count for nothing
_SILENT: Final = ("silent", "not_asked")
_DIRECTIONS: Final = ("+", "-", "0")
_STANCE_OF: Final = dict(zip(_DIRECTIONS, (IMPROVED, WORSENED, UNCHANGED), strict=True))


def _row(*verdicts: str) -> dict[str, str]:
    """Verdicts for +, -, 0, mixed, thin and silent; not asked is as silent."""
    states = ("+", "-", "0", "mixed", "thin", "silent", "not_asked")
    return dict(zip(states, (*verdicts, verdicts[-1]), strict=True))


_WITHOUT: Final = _row(*[_NO_SURVEY] * 5, _NOTHING)
TABLE: Final[Mapping[tuple[str, str], str]] = MappingProxyType({
    (q, l_state): verdict
    for q, row in {
        "+": _row(IF_BROAD, DISSONANCE, DISSONANCE, PARTIAL, PARTIAL, _NO_INTERVIEWS),
        "-": _row(DISSONANCE, IF_BROAD, DISSONANCE, PARTIAL, PARTIAL, _NO_INTERVIEWS),
        "0": _row(DISSONANCE, DISSONANCE, IF_BROAD, PARTIAL, PARTIAL, _NO_INTERVIEWS),
        "?": _row(*[_OPEN] * 4, _LITTLE, _NO_INTERVIEWS),
        "unusable": _WITHOUT,
        "missing": _WITHOUT,
    }.items()
    for l_state, verdict in row.items()
})  # fmt: skip
"""The verdict of each survey state and interview state."""


# What the survey says ------------------------------------------------------------------------


def survey_state(
    finding: object = None,
    polarity: object = None,
    *,
    thresholds: Thresholds | None = None,
    **figures: object,
) -> SurveyState:
    """What a finding says of a theme.

    Parameters
    ----------
    finding : mapping, Series, or an object with such attributes; optional
        A row of :func:`qualkit.survey.findings`, or as much of one as there is: ``value``,
        ``unit`` (``%`` of percentage points), ``base``, ``p_adjusted`` with ``adjusted_by``, of
        published tables ``p``, ``p_text`` or ``stars``; ``low_90`` and ``high_90``, ``sd``,
        ``polarity``, ``change``, ``usable`` with ``why``, ``audit`` (the grade of a fault in its
        cell). None where no finding is linked.
    polarity : int or str, optional
        Of the link: 1 or ``higher-is-better``, -1 or ``lower-is-better``. Left out, the
        finding's own; where neither is set, the finding cannot be used.
    thresholds : Thresholds, optional
    **figures
        Single figures by the names above, which go before those of the finding; ``margin`` too,
        in the finding's own unit, instead of the thresholds'.

    Returns
    -------
    SurveyState
        ``missing``, ``unusable``, ``+`` (better), ``-`` (worse), ``0`` (shown not to have
        changed) or ``?`` (all else), with its reason.

    Raises
    ------
    TableError
        Where it is no finding, or a figure is no such figure.

    Notes
    -----
    In order: *missing*; *unusable* (a base under 10, marked by an audit or hidden, polarity unset);
    *+* or *-* (adjusted p under .05, by Holm or Bonferroni; where only an unadjusted p or
    stars are printed, that p, or at least two stars, which `adjusted` then tells); *0* (the 90 %
    interval within, not on, 5 points or 0.2 SD on either side of 0); else *?*. A level of one wave
    is no change, and a computed p that was not adjusted is no evidence.

    Examples
    --------
    >>> found = survey_state(value=6.0, unit="%", base=40, p_adjusted=0.012, polarity=1)
    >>> found.state, found.reason
    ('+', 'the survey shows a change for the better (+6.0 points, p 0.012 adjusted, base 40)')
    >>> survey_state({"value": 0.1, "base": 40, "p_adjusted": 0.4}, "lower-is-better").state
    '?'
    """
    limits = thresholds or Thresholds()
    if finding is None and not figures:
        return SurveyState("missing", "no finding is linked", thresholds=limits)
    held = figures_of(finding, figures, polarity)
    p, adjusted = _p_of(held)
    margin = _margin(held, limits)
    state, why = _judged(held, margin, limits)
    return SurveyState(
        state, why, held.value, None if held.value is None else held.value * held.polarity,
        p, adjusted, held.stars, held.base, held.low_90, held.high_90, margin,
        asdict(held) | {"margin": margin}, limits,
    )  # fmt: skip


def _p_of(held: Figures) -> tuple[float | None, bool]:
    if held.p_adjusted is not None:
        return held.p_adjusted, held.familywise
    return held.p, False


def _margin(held: Figures, limits: Thresholds) -> float | None:
    if held.margin is not None:
        return abs(held.margin)
    if held.percent:
        return limits.points
    if held.in_sds:
        return limits.sds
    return limits.sds * held.sd if held.sd else None


def _judged(held: Figures, margin: float | None, limits: Thresholds) -> tuple[str, str]:
    blocked = list(_blocks(held, limits))
    who = "the survey" if held.origin in _OF_SURVEYS else f"the {held.origin} figure"
    if blocked:
        return "unusable", f"the finding cannot be used: {'; '.join(blocked)}"
    if not held.change:
        return "?", f"{who} tells how things stood at one time, not how they changed"
    shown, why = _significant(held, limits)
    oriented = (held.value or 0) * held.polarity
    if shown and oriented:
        way, state = ("better", "+") if oriented > 0 else ("worse", "-")
        return state, f"{who} shows a change for the {way} ({_told(held, why)})"
    inside, where = _inside(held, margin)
    if inside:
        return "0", f"{who} shows no change ({_told(held, where)})"
    if held.value is None:
        return "?", f"{who} tells no direction: the finding has no effect"
    return "?", f"{who} leaves it open ({_told(held, f'{why}, {where}')})"


def _blocks(held: Figures, limits: Thresholds) -> Iterable[str]:
    if held.blocked:
        yield _clause(held.blocked)
    elif held.base is not None and held.base < limits.base:
        yield f"its base is {held.base}, fewer than {limits.base}"
    if not held.polarity:
        yield "nobody has said which direction is better"


def _significant(held: Figures, limits: Thresholds) -> tuple[bool, str]:
    """Whether the effect has a direction, and by what."""
    if held.p_adjusted is not None:
        if not held.familywise:
            told = f"its p is adjusted by {held.adjusted_by}, which the rule does not take"
            return False, told
        return held.p_adjusted < limits.alpha, f"p {p_words(held.p_adjusted)} adjusted"
    if held.p is not None:
        if held.origin == "computed":
            return False, f"p {p_words(held.p)} was not adjusted in a declared family"
        return held.p < limits.alpha, f"p {p_words(held.p)} not adjusted"
    return _printed(held, limits)


def _printed(held: Figures, limits: Thresholds) -> tuple[bool, str]:
    """The same where only stars or a bound of p are printed."""
    if not held.stars and held.below is None:
        return False, "no p is known"
    marks = f"{held.stars} " if held.stars else ""
    below = "" if held.below is None else f"p < {held.below:g} "
    enough = (held.below or 0) <= limits.alpha and (not marks or marks.count("*") >= _STARS)
    return enough, f"{marks}{below}as printed, not adjusted"


def _inside(held: Figures, margin: float | None) -> tuple[bool, str]:
    """Whether the change is shown to be none, and by what."""
    if held.low_90 is None or held.high_90 is None:
        return False, "no 90 % interval is known"
    ends = f"90 % interval {held.low_90:.2f} to {held.high_90:.2f}"
    if margin is None:
        return False, f"{ends}, but no standard deviation to measure it by"
    inside = -margin < held.low_90 and held.high_90 < margin
    return inside, f"{ends}, {'inside' if inside else 'not inside'} {margin:.2f} on either side"


def _told(held: Figures, why: str) -> str:
    effect = "" if held.value is None else f"{held.value:+.2f}, "
    if effect and held.percent:
        effect = f"{held.value:+.1f} points, "
    people = "base not known" if held.base is None else f"base {held.base:,}"
    return f"{effect}{why}, {people}"


def _clause(text: str) -> str:
    """Several sentences as one clause."""
    return re.sub(r"[.!?]+\s+(?=\S)", "; ", " ".join(text.split())).rstrip(".!? ")


# What the interviews say ---------------------------------------------------------------------


def interview_state(
    stances: object,
    areas: object = None,
    *,
    types: object = None,
    asked: bool = True,
    thresholds: Thresholds | None = None,
) -> InterviewState:
    """What the sources coded on a theme say of it.

    Parameters
    ----------
    stances : mapping, sequence or DataFrame
        Source -> its stance, or None where it was coded without one; or stances, one a
        source; or rows with ``source``, ``stance`` and, if known, ``area`` and ``type``, as
        :func:`~qualkit.triangulate.evidence.evidence` gives. Stances are ``improved``,
        ``worsened``, ``unchanged``, ``mixed``, or as codings have them. Several rows of a source
        are one source: mixed where they differ.
    areas : mapping, sequence or int, optional
        Source -> area, or one a stance in order; or only how many areas there are.
    types : mapping or sequence, optional
        Source -> stakeholder type, likewise.
    asked : bool
        Whether the topic guide covered the theme.
    thresholds : Thresholds, optional

    Returns
    -------
    InterviewState
        ``silent`` or ``not_asked`` where no source was coded; ``thin``; ``+``, ``-`` or ``0``
        where at least three quarters of the sources with a stance say so; else ``mixed``.

    Raises
    ------
    TableError
        Where these are no stances, or areas and types do not fit them.

    Notes
    -----
    Sources that were coded without a stance say nothing of a direction: fewer than three *with*
    one, or from fewer than two areas, are thin. Where no area is known, areas are not looked at.

    Examples
    --------
    >>> found = interview_state({"a": "positive", "b": "positive", "c": "positive", "d": "mixed"})
    >>> found.state, found.reason
    ('+', '3 of 4 sources with a stance say that it improved (their areas are not known)')
    """
    limits = thresholds or Thresholds()
    number = int(areas) if isinstance(areas, Integral) else None
    said = said_by(stances, None if number is not None else areas, types)
    with_stance = {source: one for source, one in said.items() if one.stance}
    by_stance = _by_stance(said)
    counts = {name: len(sources) for name, sources in by_stance.items()}
    names = _names(one.areas for one in with_stance.values())
    found = number if number is not None else (len(names) or None)
    state, reason = _state(counts, found, limits, coded=bool(said), asked=asked)
    by_type = _by_type(with_stance, limits)
    inputs = counts | {
        "sources": len(said), "with_stance": len(with_stance), "areas": found,
        "by_type": {name: asdict(one) for name, one in by_type.items()},
    }  # fmt: skip
    return InterviewState(
        state, reason, counts, len(said), len(with_stance), found, names,
        _names(one.types for one in with_stance.values()), by_stance, _split(by_type, limits),
        by_type,
        {source: tuple(dict.fromkeys(one.quotes)) for source, one in said.items() if one.quotes},
        inputs, limits,
    )  # fmt: skip


def _by_stance(said: Mapping[str, Said]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {name: [] for name in (*STANCE_WORDS, "none")}
    for source, one in said.items():
        found[one.stance or "none"].append(source)
    return {name: tuple(sources) for name, sources in found.items()}


def _names(held: Iterable[Collection[str]]) -> tuple[str, ...]:
    """Each name once, however it is written."""
    found = sorted({name for names in held for name in names}, reverse=True)
    return tuple(sorted({_look(name): name for name in found}.values()))


def _state(
    counts: Mapping[str, int], areas: int | None, limits: Thresholds, *, coded: bool, asked: bool
) -> tuple[str, str]:
    if not coded:
        if asked:
            return "silent", "no source was coded on it"
        return "not_asked", "the topic guide did not ask about it"
    given = sum(counts[name] for name in STANCE_WORDS)
    if given < limits.sources:
        few = many(given, "source has a stance", "sources have a stance") if given else (
            "no source has a stance"
        )  # fmt: skip
        return "thin", f"only {few} on it, fewer than {limits.sources}" if given else few
    told = many(given, "source")
    if areas is not None and areas < limits.areas:
        return "thin", f"{told} come from {many(areas, 'area')}, fewer than {limits.areas}"
    from_ = " (their areas are not known)" if areas is None else f" ({many(areas, 'area')})"
    way = _leading(counts, given, limits)
    if way:
        stance = _STANCE_OF[way]
        verb = "did not change" if way == "0" else stance
        return way, f"{counts[stance]} of {told} with a stance say that it {verb}{from_}"
    parts = ", ".join(f"{counts[name]} {name}" for name in STANCE_WORDS if counts[name])
    return "mixed", f"{told} with a stance do not say the same: {parts}{from_}"


def _leading(counts: Mapping[str, int], given: int, limits: Thresholds) -> str:
    """The direction that enough sources share, empty where there is none."""
    for way, stance in _STANCE_OF.items():
        if given and counts[stance] / given >= limits.share:
            return way
    return ""


def _by_type(said: Mapping[str, Said], limits: Thresholds) -> dict[str, TypeState]:
    made = {}
    for name in _names(one.types for one in said.values()):
        look = _look(name)
        counted = Counter(
            one.stance for one in said.values() if look in map(_look, one.types)
        )  # fmt: skip
        counts = {stance: counted[stance] for stance in STANCE_WORDS}
        given = sum(counts.values())
        state = _leading(counts, given, limits) or MIXED
        made[name] = TypeState("thin" if given < limits.sources else state, given, counts)
    return made


def _split(by_type: Mapping[str, TypeState], limits: Thresholds) -> tuple[str, str] | None:
    enough = {name: one for name, one in by_type.items() if one.sources >= limits.split}
    sides = [
        [name for name, one in enough.items() if _leading(one.counts, one.sources, limits) == way]
        for way in ("+", "-")
    ]
    return (sides[0][0], sides[1][0]) if all(sides) else None


# What both say together ----------------------------------------------------------------------


def breadth(
    interviews: InterviewState,
    *,
    areas_visited: int | Collection[str] | None,
    surveyed_type: str,
) -> str:
    """Whether the sources with a stance stand for the study.

    Parameters
    ----------
    interviews : InterviewState
    areas_visited : int or collection of str
        How many areas were visited, or which.
    surveyed_type : str
        The stakeholder type that answered the survey.

    Returns
    -------
    str
        ``broad``: they come from at least half of the areas, and the surveyed stakeholder type is
        among them; ``narrow``: not so; empty where it cannot be told.

    Raises
    ------
    TableError
        Where no area was visited.

    Examples
    --------
    >>> said = interview_state(["improved"] * 3, areas=["N", "S", "S"], types=["Head"] * 3)
    >>> breadth(said, areas_visited=4, surveyed_type="head")
    'broad'
    """
    among = _surveyed_among(interviews, surveyed_type)
    covered = _covered(interviews, areas_visited)
    if covered is False or among is False:
        return BREADTHS[1]
    return BREADTHS[0] if covered and among else ""


def _surveyed_among(interviews: InterviewState, surveyed_type: str) -> bool | None:
    asked = _type(surveyed_type)
    if not asked or not interviews.types:
        return None
    return _look(asked) in map(_look, interviews.types)


def _type(surveyed_type: object) -> str:
    return str(plain(surveyed_type) or "").strip()


@lru_cache(maxsize=1024)
def _look(name: str) -> str:
    """The same few types come with every link."""
    return look_of(name)


def _covered(
    interviews: InterviewState, areas_visited: int | Collection[str] | None
) -> bool | None:
    visited = _visited(areas_visited)
    found = _areas_covered(interviews, areas_visited)
    return None if visited is None or found is None else 2 * found >= visited


def _areas_covered(
    interviews: InterviewState, areas_visited: int | Collection[str] | None
) -> int | None:
    """From how many of the areas visited there are sources with a stance."""
    if isinstance(areas_visited, Collection) and interviews.area_names:
        return len(_looks(areas_visited).intersection(_looks(interviews.area_names)))
    return interviews.areas


def _looks(names: Iterable[object]) -> set[str]:
    return {_look(str(one)) for one in names}


def _visited(areas: int | Collection[str] | None) -> int | None:
    """How many areas were visited."""
    if isinstance(areas, str):
        raise TableError("areas", f"{areas!r} is one name; give those visited, or how many")
    number = len(_looks(areas)) if isinstance(areas, Collection) else plain(areas)
    if number is None:
        return None
    if isinstance(number, str | bool) or number % 1:
        raise TableError(
            "areas", f"{areas!r} is no number of areas; give those visited, or how many"
        )
    if number < 1:
        raise TableError("areas", f"{number} areas were visited; there is at least one")
    return int(number)


def propose(  # noqa: PLR0913 - each is something that the rule looks at
    survey_state: SurveyState | str,
    interview_state: InterviewState | str,
    broad: bool | str | None = None,
    *,
    areas_visited: int | Collection[str] | None = None,
    surveyed_type: str = "",
    split: bool | None = None,
    populations_overlap: bool | None = None,
    before_follow_up_only: bool = False,
    same_construct: bool | None = None,
    theme: str = "",
    finding: str = "",
    thresholds: Thresholds | None = None,
) -> Proposal:
    """What the rule proposes for a theme beside a finding.

    Parameters
    ----------
    survey_state : SurveyState or str
        A word of :data:`Q_STATES` stands for itself.
    interview_state : InterviewState or str
        Likewise, of :data:`L_STATES`.
    broad : bool or str, optional
        Also as a word, ``broad`` or ``narrow``. Left out, by :func:`breadth` from the next two.
        Where it cannot be told, sources are not taken to be broad.
    areas_visited : int or collection of str, optional
    surveyed_type : str
        The stakeholder type that answered the survey.
    split : bool, optional
        Whether two stakeholder types say the opposite; left out, as the interviews tell.
    populations_overlap : bool, optional
        Whether those interviewed are of the population surveyed. Left out, whether the surveyed
        type is among the sources, where both are known.
    before_follow_up_only : bool
        Whether all interviews were before the follow-up of the survey.
    same_construct : bool, optional
        The link's tick; it is kept among the inputs and changes nothing.
    theme, finding : str
        Their names, for the record.
    thresholds : Thresholds, optional
        Those that the states were made with, and so left out unless both are bare words.

    Returns
    -------
    Proposal

    Raises
    ------
    UnknownName
        For a word that is no state.
    TableError
        Where the states were made with different thresholds, or no area was visited.

    Notes
    -----
    A split by stakeholder makes every verdict that compares two directions partial. Different
    informants and timing add a flag and change no verdict.

    Examples
    --------
    >>> made = propose("+", "+", broad=False)
    >>> made.verdict, made.reason
    ('partial', "The survey is '+'; the interviews are '+'; not broad: partial.")
    >>> propose("?", "thin").verdict, propose("missing", "silent").verdict
    ('insufficient', 'no evidence')
    """
    survey, said = _survey(survey_state), _interviews(interview_state)
    limits = _limits(thresholds, survey_state, interview_state)
    width = _width(broad) or breadth(
        said, areas_visited=areas_visited, surveyed_type=surveyed_type
    )  # fmt: skip
    parted, overlap = _yes(split), _yes(populations_overlap)
    if parted is None:
        parted = said.split is not None
    if overlap is None and survey.state != "missing":
        overlap = _surveyed_among(said, surveyed_type)
    early = bool(_yes(before_follow_up_only))
    flags = tuple(flag for flag, there in (
        (SPLIT, parted), (INFORMANTS, overlap is False),
        (TIMING, early), (UNADJUSTED, _unadjusted(survey)),
    ) if there)  # fmt: skip
    verdict, why = _verdict(survey.state, said, width, parted=parted)
    way = _direction(survey.state, said)
    supporting, opposing = _sides(said, way)
    compared = {
        "breadth": width, "surveyed_type": _type(surveyed_type), "split": parted,
        "areas_visited": _visited(areas_visited),
        "areas_covered": _areas_covered(said, areas_visited), "populations_overlap": overlap,
        "before_follow_up_only": early, "same_construct": _yes(same_construct),
        "direction": way,
    }  # fmt: skip
    return Proposal(
        verdict, _sentence(survey, said, [why, *_said_flags(flags, said)], verdict), survey.state,
        said.state, width, flags, final_view(verdict), supporting, opposing,
        said.by_stance.get(MIXED, ()), said.quotes, theme, finding, thresholds=limits,
        inputs={"survey": survey.inputs, "interviews": said.inputs, "comparison": compared},
    )  # fmt: skip


def _survey(given: SurveyState | str) -> SurveyState:
    if isinstance(given, SurveyState):
        return given
    _known("state of a survey", given, Q_STATES)
    return SurveyState(str(given), f"the survey is {str(given)!r}", adjusted=True)


def _interviews(given: InterviewState | str) -> InterviewState:
    if isinstance(given, InterviewState):
        return given
    _known("state of interviews", given, L_STATES)
    return InterviewState(str(given), f"the interviews are {str(given)!r}", {})


def _known(what: str, given: object, known: Collection[str]) -> None:
    if not isinstance(given, str) or given not in known:
        raise UnknownName(what, str(given), known)


def _width(broad: object) -> str:
    """What somebody says of breadth; empty where nobody does."""
    said = plain(broad)
    if isinstance(said, str):
        _known("breadth", said, BREADTHS)
        return said
    return "" if said is None else BREADTHS[not said]


def _yes(given: object) -> bool | None:
    """Yes or no as Python has it, however a table holds it; None where it is not known."""
    said = plain(given)
    return None if said is None else bool(said)


def _limits(given: Thresholds | None, *states: object) -> Thresholds:
    held = {one.thresholds for one in states if isinstance(one, SurveyState | InterviewState)}
    held |= {given} if given else set()
    if len(held) > 1:
        raise TableError("states", "they were made with different thresholds; make them alike")
    return next(iter(held), Thresholds())


def _unadjusted(survey: SurveyState) -> bool:
    return survey.state in {"+", "-"} and not survey.adjusted


def _verdict(q: str, said: InterviewState, width: str, *, parted: bool) -> tuple[str, str]:
    """The verdict, and what of breadth or a split went into it."""
    verdict = TABLE[q, said.state]
    if parted and q in _DIRECTIONS and said.state not in _SILENT:
        return PARTIAL, ""
    if verdict != IF_BROAD:
        return verdict, ""
    told = {"broad": "broad", "narrow": "not broad", "": "whether they are broad is not known"}
    return (AGREEMENT if width == BREADTHS[0] else PARTIAL), told[width]


def _direction(q: str, said: InterviewState) -> str:
    """What sources are for or against: what the survey says, else most of them."""
    if q in _DIRECTIONS:
        return q
    if said.state in _DIRECTIONS:
        return said.state
    most = max(_DIRECTIONS, key=lambda way: said.counts.get(_STANCE_OF[way], 0))
    return most if said.counts.get(_STANCE_OF[most]) else ""


def _sides(said: InterviewState, way: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sources for and against; those that say both are neither."""
    held = {one: said.by_stance.get(stance, ()) for one, stance in _STANCE_OF.items()}
    pro = held.pop(way, ())
    return pro, tuple(sorted([source for found in held.values() for source in found]))


def _said_flags(flags: Iterable[str], said: InterviewState) -> Iterable[str]:
    for flag in flags:
        if flag == SPLIT and said.split:
            yield f"split by stakeholder ({said.split[0]} improved, {said.split[1]} worsened)"
        elif flag == TIMING:
            yield "all interviews were before the follow-up"
        elif flag != UNADJUSTED:  # the figures have said so
            yield flag


def _sentence(survey: SurveyState, said: InterviewState, more: Iterable[str], verdict: str) -> str:
    told = "; ".join(one for one in (survey.reason, said.reason, *more) if one)
    return f"{told[0].upper()}{told[1:]}: {verdict}."


# What an evaluator decides -------------------------------------------------------------------


def final_view(verdict: str, adds: str = "") -> str:
    """A verdict in the words of Fetters, Curry and Creswell (2013).

    Parameters
    ----------
    verdict : str
    adds : str
        What one kind of evidence adds to the other, as an evaluator says it; without it a
        partial agreement is no expansion.

    Returns
    -------
    str
        ``confirmation``, ``discordance``, ``expansion``, or empty.

    Raises
    ------
    UnknownName
        For a word that is no verdict.

    Examples
    --------
    >>> final_view("agreement"), final_view("partial"), final_view("partial", "why it is slow")
    ('confirmation', '', 'expansion')
    """
    _known("verdict", verdict, (*PROPOSED, *FINAL))
    if verdict == PARTIAL:
        return "expansion" if adds.strip() else ""
    return {AGREEMENT: "confirmation", DISSONANCE: "discordance"}.get(verdict, "")
