"""What triangulation says: the words of the rule, its thresholds, the states and the proposal.

A *survey state* is what one finding says of a theme, an *interview state* what the sources say;
a *proposal* is what the rule makes of both. Each keeps every number that it rests on and its
reason in words.

References
----------
Farmer, T., Robinson, K., Elliott, S. J. and Eyles, J. (2006). Developing and implementing a
triangulation protocol for qualitative health research. Qualitative Health Research 16, 377-394.
Fetters, M. D., Curry, L. A. and Creswell, J. W. (2013). Achieving integration in mixed methods
designs. Health Services Research 48, 2134-2156.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import UnknownName
from qualkit.model import new_id

if TYPE_CHECKING:
    import pandas as pd

RULE_VERSION: Final = 1
Q_STATES: Final = ("missing", "unusable", "+", "-", "0", "?")
L_STATES: Final = ("silent", "not_asked", "thin", "+", "-", "0", "mixed")
BREADTHS: Final = ("broad", "narrow")
STATE_WORDS: Final = {
    "+": "a change for the better", "-": "a change for the worse", "0": "no change, shown",
    "?": "open: neither a change nor its absence is shown", "unusable": "cannot be used",
    "missing": "no finding is linked",
}  # fmt: skip
TOLD: Final = {
    "+": "improved", "-": "worsened", "0": "did not change", "mixed": "a mixed picture",
    "thin": "too few took a view", "silent": "nobody spoke of it",
    "not_asked": "interviews were not asked about it",
}  # fmt: skip
STANCE_WORDS: Final = ("improved", "worsened", "unchanged", "mixed")
STATUSES: Final = ("proposed", "accepted", "changed")
FINAL: Final = ("agreement", "partial", "dissonance", "silence")
WORKING: Final = ("inconclusive (survey)", "insufficient")
PROPOSED: Final = (
    "agreement", "partial", "dissonance", "silence (interviews)", "silence (survey)",
    "no evidence", *WORKING,
)  # fmt: skip
FLAGS: Final = ("split by stakeholder", "different informants", "timing", "unadjusted")
HIGHER: Final = "higher-is-better"
LOWER: Final = "lower-is-better"
POLARITIES: Final = ("", HIGHER, LOWER)
KINDS: Final = ("activity", "workforce", "outcomes", "workshop", "documents", "other")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The numbers of the rule.

    Attributes
    ----------
    alpha : float
        An adjusted p under it shows a direction.
    base : int
        A finding on fewer answers is not used.
    points, sds : float
        How far, in percentage points or in standard deviations, a change may be from 0 and still
        be called none: the 90 % interval must lie inside.
    share : float
        The share of sources with a stance that must say the same.
    sources, areas : int
        Fewer are thin.
    split : int
        Sources of a stakeholder type that can stand against another type.

    Raises
    ------
    ValueError
        Where a number cannot be such a threshold.
    """

    alpha: float = 0.05
    base: int = 10
    points: float = 5.0
    sds: float = 0.2
    share: float = 0.75
    sources: int = 3
    areas: int = 2
    split: int = 3

    def __post_init__(self) -> None:
        for name in ("base", "points", "sds", "sources", "areas", "split"):
            if not 0 <= getattr(self, name) < math.inf:
                told = "is negative, or no finite number"
                raise ValueError(f"{name} {getattr(self, name)} {told}")
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha {self.alpha} is not between 0 and 1")
        if not 0.5 < self.share <= 1:
            raise ValueError(f"share {self.share} is no majority; it is over 0.5 and at most 1")


@dataclass(frozen=True, slots=True)
class SurveyState:
    """What a finding says: one of :data:`Q_STATES`, and why.

    Attributes
    ----------
    state : str
    reason : str
        A clause, such as it stands in the sentence of a proposal.
    value, oriented : float or None
        The effect as it is given, and with the sign turned so that above 0 is better.
    p : float or None
        Adjusted where `adjusted` says so.
    adjusted : bool
    stars : str
    base : int or None
    low_90, high_90 : float or None
        The 90 % interval of the effect.
    margin : float or None
        Inside of which the interval must lie to show no change; None where none can be told.
    inputs : dict
        Every figure that was looked at, by its name among the columns of findings.
    thresholds : Thresholds
    """

    state: str
    reason: str
    value: float | None = None
    oriented: float | None = None
    p: float | None = None
    adjusted: bool = False
    stars: str = ""
    base: int | None = None
    low_90: float | None = None
    high_90: float | None = None
    margin: float | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    thresholds: Thresholds = Thresholds()

    def __str__(self) -> str:
        return self.state


@dataclass(frozen=True, slots=True)
class TypeState:
    """What the sources of one stakeholder type say, whatever the number of their areas.

    Attributes
    ----------
    state : str
        ``thin``, ``+``, ``-``, ``0`` or ``mixed``.
    sources : int
        Those with a stance.
    counts : dict of str to int
    """

    state: str
    sources: int
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class InterviewState:
    """What the sources say: one of :data:`L_STATES`, and why.

    Attributes
    ----------
    state : str
    reason : str
        A clause, such as it stands in the sentence of a proposal.
    counts : dict of str to int
        Sources by stance: ``improved``, ``worsened``, ``unchanged``, ``mixed``, and ``none``.
    sources, with_stance : int
        All that were coded, and those of them that have a stance.
    areas : int or None
        Areas of those with a stance; None where no area is known.
    area_names, types : tuple of str
        Areas and stakeholder types of those with a stance.
    by_stance : dict of str to tuple of str
        The sources of each count.
    split : (str, str) or None
        Two stakeholder types of which the first says that it improved, the second that it
        worsened.
    by_type : dict of str to TypeState
    quotes : dict of str to tuple of str
        Ids of codings by source, where they are known.
    inputs : dict
        Every number of the above, for the record.
    thresholds : Thresholds
    """

    state: str
    reason: str
    counts: dict[str, int]
    sources: int = 0
    with_stance: int = 0
    areas: int | None = None
    area_names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    by_stance: dict[str, tuple[str, ...]] = field(default_factory=dict)
    split: tuple[str, str] | None = None
    by_type: dict[str, TypeState] = field(default_factory=dict)
    quotes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    thresholds: Thresholds = Thresholds()

    def __str__(self) -> str:
        return self.state


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rule proposes for one theme and one finding; an evaluator decides.

    Attributes
    ----------
    verdict : str
        One of :data:`PROPOSED`.
    reason : str
        One sentence.
    q_state, l_state : str
    breadth : str
        ``broad``, ``narrow``, or empty where it cannot be told.
    flags : tuple of str
        Of :data:`FLAGS`.
    fetters : str
        ``confirmation``, ``discordance`` or empty: an expansion is for the evaluator to say.
    supporting, opposing, mixed : tuple of str
        Sources that say what the finding says, or, where it tells no direction, what most sources
        say; those that say otherwise; those that say both.
    quotes : dict of str to tuple of str
        Ids of codings by source.
    theme, finding : str
    rule_version : int
    thresholds : Thresholds
    inputs : dict
        Every number that went in: ``survey``, ``interviews`` and ``comparison``.
    """

    verdict: str
    reason: str
    q_state: str
    l_state: str
    breadth: str = ""
    flags: tuple[str, ...] = ()
    fetters: str = ""
    supporting: tuple[str, ...] = ()
    opposing: tuple[str, ...] = ()
    mixed: tuple[str, ...] = ()
    quotes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    theme: str = ""
    finding: str = ""
    rule_version: int = RULE_VERSION
    thresholds: Thresholds = Thresholds()
    inputs: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """That nobody has decided yet: ``proposed``."""
        return STATUSES[0]

    @property
    def working(self) -> bool:
        """Whether an evaluator must turn it into one of :data:`FINAL`."""
        return self.verdict in WORKING

    def as_dict(self) -> dict[str, Any]:
        """Everything, as JSON can hold it; :func:`proposal_of` reads it."""
        return asdict(self)


def proposal_of(kept: Mapping[str, Any]) -> Proposal:
    """A proposal out of what :meth:`Proposal.as_dict` gave, also by way of JSON.

    Examples
    --------
    >>> import json
    >>> made = Proposal("partial", "Because.", "+", "thin", supporting=("a",))
    >>> proposal_of(json.loads(json.dumps(made.as_dict()))) == made
    True
    """
    lists = ("flags", "supporting", "opposing", "mixed")
    return Proposal(
        **{
            **kept,
            **{name: tuple(kept[name]) for name in lists},
            "quotes": {source: tuple(ids) for source, ids in kept["quotes"].items()},
            "thresholds": Thresholds(**kept["thresholds"]),
        }
    )


def final_of(verdict: str) -> str:
    """The word that an evaluator who accepts a proposal decides on; empty for a working state.

    Raises
    ------
    UnknownName
        For a word that is no verdict.

    Examples
    --------
    >>> final_of("silence (survey)"), final_of("partial"), final_of("insufficient")
    ('silence', 'partial', '')
    """
    if verdict not in {*PROPOSED, *FINAL}:
        raise UnknownName("verdict", verdict, (*PROPOSED, *FINAL))
    if verdict in WORKING:
        return ""
    return verdict if verdict in FINAL else FINAL[-1]


@dataclass(frozen=True, slots=True)
class Link:
    """A finding beside a theme or code.

    Attributes
    ----------
    codebook, code : str
    finding : str
        Its id, which stays the same when a survey is computed again.
    polarity : str
        ``higher-is-better``, ``lower-is-better``, or empty: the finding's own is taken, and where
        that is unset too, the finding cannot be used.
    same_construct : bool
        Whether both are about the same thing, and not only about things that go together.
    note : str
    id : str

    Raises
    ------
    ValueError
        For another polarity, or a link without a code or a finding.
    """

    codebook: str
    code: str
    finding: str
    polarity: str = ""
    same_construct: bool = False
    note: str = ""
    id: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        if self.polarity not in POLARITIES:
            raise ValueError(f"polarity {self.polarity!r} is not {HIGHER}, {LOWER} or empty")
        if not (self.codebook and self.code and self.finding):
            raise ValueError("a link has a codebook, a code and a finding")


@dataclass(frozen=True, slots=True)
class Measured:
    """What a strand measures.

    Attributes
    ----------
    id : str
    question : str
        What it means, in words.
    unit : str
        ``%``, ``days`` ...; empty for a count.
    polarity : str
        ``higher-is-better``, ``lower-is-better``, or empty where nobody has said.
    total : str
        How areas are put together: ``sum``, or ``mean``, weighted by ``n``.
    """

    id: str
    question: str = ""
    unit: str = ""
    polarity: str = ""
    total: str = "sum"


@dataclass(frozen=True, slots=True)
class Strand:
    """A strand of evidence beyond interviews and surveys.

    Attributes
    ----------
    id : str
    kind : str
        One of :data:`KINDS`.
    title, source : str
    measures : tuple of Measured
    table : DataFrame
        One row a figure: ``measure``, ``area`` (empty: everywhere), ``period``, ``value``
        (missing where it was withheld or left out), ``n``, ``sd``, ``row`` of the file.
    periods : dict of str to tuple of str
        The periods of each measure, in order of time.
    file : str
    warnings : tuple of str
    """

    id: str
    kind: str
    title: str
    source: str
    measures: tuple[Measured, ...]
    table: pd.DataFrame
    periods: dict[str, tuple[str, ...]]
    file: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas that have figures, in the order of the file."""
        return tuple(one for one in dict.fromkeys(self.table["area"]) if one)
