"""How far the coders of a study agree: per code, theme, source, pair, group and period.

Text that two coders at least were to read is compared and nothing else; who did not work on a
source is missing there. Each code is a yes or no of its own on every unit, so that codes may
overlap. Counts are summed over sources before a figure is made of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from qualkit.agreement._bootstrap import FEWEST
from qualkit.agreement._groups import groups, periods
from qualkit.agreement._judgements import LEVELS
from qualkit.agreement._method import listed, method
from qualkit.agreement._planning import plan_of, reference_of, refuse_unknown, with_reference
from qualkit.agreement._scales import scales_table
from qualkit.agreement._tables import (
    Book,
    lines_table,
    pairs_tables,
    parts_table,
    sources_table,
)
from qualkit.agreement._tally import Plan, tally
from qualkit.agreement.bands import thresholds
from qualkit.agreement.presence import Presence, presence
from qualkit.agreement.records import FEW_CODERS, Coefficient
from qualkit.agreement.units import CHARACTER, SENTENCE, UNITS
from qualkit.errors import TableError
from qualkit.tables import check, plain
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

_OVERALL: Final = {
    "percent": "percent", "pooled_kappa": "kappa", "alpha": "alpha", "overlap": "overlap"
}  # fmt: skip
_OF_SEGMENTS: Final = {"percent": "percent", "holsti": "holsti", "brennan_prediger": "bp"}


@dataclass(frozen=True, slots=True)
class Settings:
    """What is compared, and how.

    Attributes
    ----------
    unit : str
        ``character``, ``sentence``, ``turn`` or ``segment`` (MAXQDA-like).
    coders, codebooks, sources : tuple of str
        These alone; empty for all.
    codes : tuple of str
        Ids, ``codebook/id`` or names, with all that lies below them; empty for all.
    share : float
        How much of a sentence or turn must be coded for it to count, 0 to 1; 0 is any of it.
    overlap : float
        What two segments must share of what either covers to be the same, over 0 up to 1.
    interviewer : bool
        Count what interviewers say as well.
    draws, seed : int
        Of the bootstrap; no draws, no intervals.
    bands : str
        Words for figures; see :mod:`qualkit.agreement.bands`.
    level : str
        Of ratings: ``nominal``, ``ordinal``, ``interval`` or ``ratio``.
    """

    unit: str = CHARACTER
    coders: tuple[str, ...] = ()
    codebooks: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    share: float = 0.0
    overlap: float = 0.9
    interviewer: bool = False
    draws: int = 2000
    seed: int = 1
    bands: str = "krippendorff"
    level: str = "ordinal"

    def __post_init__(self) -> None:
        for what, value, known in (("unit", self.unit, UNITS), ("level", self.level, LEVELS)):
            if value not in known:
                raise ValueError(f"{what} {value!r} is not one of {', '.join(known)}")
        if not 0 <= self.share <= 1:
            raise ValueError(f"share {self.share} is not from 0 to 1")
        if not 0 < self.overlap <= 1:
            raise ValueError(f"overlap {self.overlap} is not over 0 and up to 1")
        whole = type(self.draws) is int and type(self.seed) is int
        if not whole or not 0 <= self.draws <= 100_000 or self.seed < 0:
            raise ValueError(
                f"{self.draws} draws with seed {self.seed}: draws are a whole number "
                "from 0 to 100,000, a seed is one from 0"
            )
        thresholds(self.bands)


_DEFAULT: Final = Settings()


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far coders agree; see :func:`agreement`.

    Every table has ``percent``; ``kappa`` (Cohen, pooled where there are several pairs or codes),
    ``alpha`` (Krippendorff, nominal), each with ``_reason`` (empty where there is a value),
    ``_low`` and ``_high`` (95 %, missing where not estimated); ``p_below_667`` and ``p_below_80``
    (share of draws with a lower alpha); ``ac1`` (Gwet), ``overlap`` (Jaccard), ``flag``, ``band``.
    ``n`` are the units compared, characters unless set otherwise. With the unit ``segment`` these
    are missing but for ``percent`` and ``band``, and there are ``segments``, ``matched``,
    ``holsti``, ``bp`` with ``bp_reason``, ``bp_low``, ``bp_high``.

    Attributes
    ----------
    settings : Settings
    coders : tuple of str
        Who was compared, by name.
    pairs : tuple of (str, str)
        Whom with whom.
    sources : tuple of str
        Names of those compared, as the study orders them.
    length : int
        Units (characters for segments) that two coders at least were to read.
    overall : dict of str to Coefficient
        ``percent``, ``pooled_kappa``, ``alpha``, ``overlap`` over all codes that were applied;
        with the unit ``segment`` ``percent``, ``holsti``, ``brennan_prediger``.
    codes, themes : DataFrame
        One row a code, or theme with all below it: ``codebook``, ``code``, ``name``, ``theme``,
        ``coders``, ``sources`` (how many), ``applied`` (codings of all coders), ``n``.
    cells : DataFrame
        One row a code and pair: ``codebook``, ``code``, ``name``, ``coder_a``, ``coder_b``,
        ``both``, ``only_a``, ``only_b``, ``neither``, ``n``; ``pi`` (Scott), ``bp``
        (Brennan-Prediger).
    pairs_table, sources_table : DataFrame
        One row a pair (``coder_a``, ``coder_b``) or ``source``; ``sources``, ``coders``, ``codes``
        (applied), ``n``.
    groups, periods : DataFrame or None
        The same by ``group`` or ``period``; None where not asked for.
    ratings : DataFrame
        One row a rating code and, of stances, all codes together and each: ``what``, ``level``,
        ``n`` passages that two coders judged, ``alpha`` ...
    notes : tuple of str
        What a reader of the figures should know.
    method : str
        Sentences for a methodology annex.
    """

    settings: Settings
    coders: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    length: int
    overall: dict[str, Coefficient]
    codes: pd.DataFrame
    themes: pd.DataFrame
    cells: pd.DataFrame
    pairs_table: pd.DataFrame
    sources_table: pd.DataFrame
    groups: pd.DataFrame | None
    periods: pd.DataFrame | None
    ratings: pd.DataFrame
    notes: tuple[str, ...]
    method: str


def agreement(  # noqa: PLR0913 - the tables of a study
    codings: pd.DataFrame,
    *,
    turns: pd.DataFrame,
    codes: pd.DataFrame,
    sources: pd.DataFrame,
    assignments: pd.DataFrame | None = None,
    cases: pd.DataFrame | None = None,
    settings: Settings = _DEFAULT,
    by: str | None = None,
    over: str | None = None,
    against: str | None = None,
    coders: pd.DataFrame | None = None,
    versions: pd.DataFrame | None = None,
    present: Presence | None = None,
    test: str | None = None,
) -> Agreement:
    """How far the coders of a study agree.

    Parameters
    ----------
    codings, codes, sources, assignments, cases : DataFrame
        With the columns of :mod:`qualkit.tables`.
    turns : DataFrame
        As ``Project.turns()`` gives them; with their words where the unit is the sentence.
    settings : Settings
    by : str, optional
        Compare groups as well: an attribute of sources or cases, ``case``, or ``coder role``.
    over : str, optional
        Compare periods as well: ``week``, the ISO week in which the last coder worked on a source,
        shows drift; ``version``, what the codebook was then.
    against : str, optional
        ``consensus``: compare each coder with the rows of the coder ``Consensus`` in `codings`.
    coders : DataFrame, optional
        As ``Project.coder_table()`` gives it, for groups by role.
    versions : DataFrame, optional
        ``codebook``, ``entry``, ``at`` and, if known, ``version``: for periods and the method.
    present : Presence, optional
        Who counts where, where that is not to be read from `codings`: after consensus.
    test : str, optional
        A coder who is tested: present where their assignments are tests as well, and not among
        those whose consensus it is.

    Returns
    -------
    Agreement

    Raises
    ------
    UnknownName
        For a coder, code, codebook, source, attribute or period that is not there.
    TableError
        Where a table lacks a column, or a coding is of a source that is not there.
    MissingExtra
        For sentences, where spaCy is not installed.

    Notes
    -----
    Alpha over several codes is one less the sum of observed by that of expected disagreement, so
    that a code which nobody applied adds nothing. Where coders are compared in pairs, which is so
    against the consensus and between roles, pairs are summed in the same way.

    References
    ----------
    Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. De Vries, H. et al. (2008).
    Using pooled kappa to summarize interrater agreement across many items. Field Methods 20(3).
    O'Connor, C. and Joffe, H. (2020). Intercoder reliability in qualitative research: debates and
    practical guidelines. International Journal of Qualitative Methods 19. Braun, V. and Clarke, V.
    (2021). One size fits all? Qualitative Research in Psychology 18(3).

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.tables import COLUMNS
    >>> rows = [("p1", 10, 20, "b", "time", "Ann"), ("p1", 10, 15, "b", "time", "Bo")]
    >>> names = ["source", "start", "end", "codebook", "code", "coder"]
    >>> codings = pd.DataFrame(rows, columns=names).reindex(columns=COLUMNS["codings"])
    >>> turns = pd.DataFrame([("p1", "participant", 0, 110)],
    ...     columns=["source", "role", "start", "end"])
    >>> codes = pd.DataFrame([("b", "time", "Time", "time")],
    ...     columns=["codebook", "code", "name", "theme"]).reindex(columns=COLUMNS["codes"])
    >>> sources = pd.DataFrame({"source": ["p1"]})
    >>> found = agreement(codings, turns=turns, codes=codes, sources=sources)
    >>> found.cells[["both", "only_a", "only_b", "neither"]].values.tolist()
    [[5, 5, 0, 100]]
    >>> found.overall["pooled_kappa"].value, found.overall["overlap"].value
    (0.645, 0.5)
    """
    _check(codings, turns, codes, sources, settings)
    refuse_unknown(settings, codings, assignments, sources, coders)
    reference = reference_of(against)
    there = present or presence(
        codings if reference is None else codings[codings["coder"] != reference],
        assignments, turns, interviewer=settings.interviewer, test=test,
    )  # fmt: skip
    if reference is not None:
        there = with_reference(there, codings, reference, test)
    plan, own = plan_of(
        settings, there, turns=turns, codes=codes, sources=sources, reference=reference
    )
    sums = tally(codings, there, plan, turns)
    book = Book(plan, sums, own, settings.draws, settings.seed, settings.bands)
    known = versions if versions is None else versions[versions["codebook"].isin(plan.books)]
    found = _found(book, settings, sources, there)
    return replace(
        found,
        groups=None if by is None else parts_table(
            book, groups(book, by, sources=sources, cases=cases, coders=coders), ["group"]
        ),
        periods=None if over is None else parts_table(
            book, periods(book, over, codings, known), ["period"]
        ),
        ratings=scales_table(codings, there, book, codes, level=settings.level),
        method=method(
            settings, coders=_measured(plan), reference=reference, length=found.length,
            sources=(len(found.sources), len(sources)), codes=found.codes,
            assignments=assignments, versions=known,
        ),
    )  # fmt: skip


def _check(
    codings: pd.DataFrame, turns: pd.DataFrame, codes: pd.DataFrame, sources: pd.DataFrame,
    settings: Settings,
) -> None:  # fmt: skip
    check(codings, "codings")
    check(codes, "codes")
    needed = ["source", "role", "start", "end", *(["text"] if settings.unit == SENTENCE else [])]
    for kind, table, columns in (("turns", turns, needed), ("sources", sources, ["source"])):
        missing = [name for name in columns if name not in table.columns]
        if missing:
            raise TableError(
                kind, f"it has no column {missing}; it has {sorted(map(str, table.columns))}"
            )
    strange = sorted(set(codings["source"]) - set(sources["source"]))
    if strange:
        raise TableError("codings", f"they name sources that are not there: {strange}")


def _found(book: Book, settings: Settings, sources: pd.DataFrame, there: Presence) -> Agreement:
    """What every study has; groups, periods, ratings and the method are still to come."""
    import pandas as pd

    plan, compared = book.plan, set(book.plan.sources)
    names = tuple(str(name) for name in sources["source"] if name in compared)
    of_codes = lines_table(book, book.codes)
    cells, pairs = pairs_tables(book)
    return Agreement(
        settings=settings,
        coders=plan.coders,
        pairs=tuple((plan.coders[a], plan.coders[b]) for a, b in plan.pairs),
        sources=names,
        length=int(book.tally.length.max(axis=1, initial=0).sum()),
        overall=_overall(book),
        codes=of_codes,
        themes=lines_table(book, range(len(book.codes), len(plan.lines))),
        cells=cells,
        pairs_table=pairs,
        sources_table=sources_table(book, names),
        groups=None,
        periods=None,
        ratings=pd.DataFrame(),
        notes=(*there.notes, *_notes(plan, len(names), of_codes)),
        method="",
    )


def _overall(book: Book) -> dict[str, Coefficient]:
    every = range(len(book.plan.sources)), list(book.codes), range(len(book.plan.pairs))
    columns = _OVERALL if book.tally.segments is None else _OF_SEGMENTS
    ends = [f"{column}_{end}" for column in columns.values() for end in ("low", "high")]
    extra = [name for name in ends if name not in book.figures]
    row = parts_table(book, [({}, *every)], [], extra=extra).iloc[0]
    made = {}
    for name, column in columns.items():
        value = _number(row[column])
        reason = "" if value is not None else _reason(row, column)
        low, high = (_number(row[f"{column}_{end}"]) for end in ("low", "high"))
        made[name] = Coefficient(value, reason, low, high, n=int(row["n"]))
    return made


def _number(value: object) -> float | None:
    known = plain(value)
    return None if known is None else float(known)


def _reason(row: pd.Series, column: str) -> str:
    told = [row.get(f"{name}_reason") for name in (column, "bp", "kappa")]
    return next((str(one) for one in told if isinstance(one, str) and one), FEW_CODERS)


def _measured(plan: Plan) -> tuple[str, ...]:
    """The coders who are compared with somebody; all where nobody is."""
    held = {one for pair in plan.pairs for one in pair}
    return tuple(name for n, name in enumerate(plan.coders) if n in held) or plan.coders


def _notes(plan: Plan, sources: int, codes: pd.DataFrame) -> list[str]:
    if not sources and not plan.whole:
        return [
            "There is no consensus to compare with: two others at least must have coded a source "
            "that was coded here, or something must have been settled in it."
        ]
    if not sources:
        return [
            "Nothing can be compared: two coders at least must have coded one source with the same "
            "codebook, or be done with it."
        ]
    made = []
    if sources < FEWEST:
        made.append(
            f"Intervals were not estimated: {many(sources, 'source')}, and {FEWEST} are needed."
        )
    if alone := [name for name in plan.coders if name not in _measured(plan)]:
        made.append(f"{listed(alone)}: not compared with anybody here.")
    apart = len(plan.coders) * (len(plan.coders) - 1) // 2 - len(plan.pairs)
    if plan.whole and apart:
        made.append(
            f"{many(apart, 'pair')} of coders have no source in common and are not compared."
        )
    unused = int((codes["applied"] == 0).sum())
    if unused:
        verb = "has" if unused == 1 else "have"
        made.append(f"{many(unused, 'code')} that nobody applied {verb} no figure.")
    return made
