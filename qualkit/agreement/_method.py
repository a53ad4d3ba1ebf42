"""How agreement was measured, in sentences that a methodology annex can take as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from qualkit.agreement._bootstrap import FEWEST
from qualkit.agreement.bands import described
from qualkit.agreement.units import CHARACTER, SEGMENT, SENTENCE
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement.study import Settings

FEW_APPLIED: Final = 10  # codings of all coders, under which a code's figures say little
_SHOWN: Final = 6  # names in a sentence
_FIT: Final = (
    "Such figures suit coding with a codebook or a framework, where they help a team to work "
    "alike (O'Connor and Joffe 2020); reflexive thematic analysis does not use them (Braun and "
    "Clarke 2021)."
)


def method(
    settings: Settings,
    *,
    coders: Sequence[str],
    reference: str | None,
    sources: tuple[int, int],
    length: int,
    codes: pd.DataFrame,
    assignments: pd.DataFrame | None,
    versions: pd.DataFrame | None,
) -> str:
    """The sentences; `sources` are those compared and all, `reference` whom coders are held to."""
    parts = [
        _sample(settings, coders, reference, sources, length),
        *_assigned(assignments, coders),
        _unit(settings),
        _coefficients(settings, len(coders), reference),
        _interval(settings, sources[0]),
        *_books(codes, versions),
        *_unused(codes),
        *_few(codes, sources[0]),
        f"Words for figures follow {described(settings.bands)}; they are conventions, not tests.",
        _FIT,
    ]
    return " ".join(parts)


def listed(names: Sequence[str], *, most: int = _SHOWN) -> str:
    """Names as a sentence lists them.

    >>> listed(["Ann", "Bo", "Cy"]), listed(["Ann", "Bo", "Cy"], most=2)
    ('Ann, Bo and Cy', 'Ann, Bo and 1 more')
    """
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most:,} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _sample(
    settings: Settings, coders: Sequence[str], reference: str | None, sources: tuple[int, int],
    length: int,
) -> str:  # fmt: skip
    if reference is not None:
        held = [one for one in coders if one != reference]
        whom = f"of {'each of ' * (len(held) > 1)}{listed(held) or 'coders'} with the consensus"
    else:
        whom = f"between {listed(coders)}" if coders else "between coders"
    kind = "character" if settings.unit == SEGMENT else settings.unit
    asked = "included" if settings.interviewer else "left out"
    return (
        f"Agreement {whom} was measured on {sources[0]:,} of "
        f"{many(sources[1], 'source')}, those that two coders at least worked on with the same "
        f"codebook: {many(length, kind)}, what interviewers say {asked}."
    )


def _assigned(assignments: pd.DataFrame | None, coders: Sequence[str]) -> Iterator[str]:
    if assignments is None or assignments.empty:
        return
    own = assignments[assignments["coder"].isin(coders)]
    if own.empty:
        return
    blind = own["blind"].astype(bool)
    how = "blind" if blind.all() else "in part blind" if blind.any() else "not blind"
    count = own["source"].nunique()
    verb = "was" if count == 1 else "were"
    yield f"{many(count, 'source')} {verb} assigned to them for coding, {how} to each other."


def _unit(settings: Settings) -> str:
    if settings.unit == CHARACTER:
        return "The unit is the character: each code is a yes or no of its own on each."
    if settings.unit == SEGMENT:
        return (
            "The unit is the coded segment (MAXQDA-like): two segments of one code are the same "
            f"where they share {settings.overlap:.0%} of what either covers."
        )
    enough = f"{settings.share:.0%} of it is" if settings.share else "any of it is"
    kind = "sentence" if settings.unit == SENTENCE else "speaker's turn"
    return f"The unit is the {kind}, which counts as coded where {enough} under a coding."


def _coefficients(settings: Settings, coders: int, reference: str | None) -> str:
    if settings.unit == SEGMENT:
        return (
            "Given are the share of segments that the other coder has too, Holsti's coefficient, "
            "and Brennan and Prediger's kappa, whose chance is one in the number of codes applied."
        )
    several = coders > 2 and reference is None
    over = "all coders at once" if several else "each pair of coders" if coders > 2 else "both"
    pooled = "pooled over pairs and codes" if coders > 2 else "pooled over codes"
    return (
        f"Given are Krippendorff's alpha (nominal, of {over}), Cohen's kappa ({pooled} as in De "
        "Vries et al. 2008), percent agreement, and the overlap of what was coded (Jaccard); "
        "counts are summed over sources first."
    )


def _interval(settings: Settings, sources: int) -> str:
    if not settings.draws:
        return "Intervals were not asked for."
    if sources < FEWEST:
        return (
            f"Intervals were not estimated: {many(sources, 'source')} "
            f"{'is' if sources == 1 else 'are'} fewer than the {FEWEST} that a bootstrap needs."
        )
    return (
        f"Intervals are 95 % percentile intervals of a bootstrap over sources "
        f"({settings.draws:,} draws, seed {settings.seed}); where fewer than {FEWEST} sources "
        "bear on a figure they were not estimated."
    )


def _books(codes: pd.DataFrame, versions: pd.DataFrame | None) -> Iterator[str]:
    names = list(dict.fromkeys(codes["codebook"]))
    if not names:
        return
    told = [f"{name}{_version(name, versions)}" for name in names]
    yield f"{'Codebooks' if len(told) > 1 else 'Codebook'}: {listed(told)}."


def _version(name: str, versions: pd.DataFrame | None) -> str:
    own = None if versions is None else versions[versions["codebook"] == name]
    if own is None or own.empty:
        return ""
    last = own.sort_values("entry").iloc[-1]
    number = f" {last['version']}" if "version" in own.columns else ""
    return f"{number} (last changed {str(last['at'])[:10]})"


def _unused(codes: pd.DataFrame) -> Iterator[str]:
    unused = codes.loc[codes["applied"] == 0, "name"].tolist()
    if unused and len(unused) < len(codes):
        yield (
            f"{many(len(unused), 'code')} that nobody applied there "
            f"{'has' if len(unused) == 1 else 'have'} no figure and "
            f"{'is' if len(unused) == 1 else 'are'} in no average ({listed(unused)})."
        )


def _few(codes: pd.DataFrame, sources: int) -> Iterator[str]:
    if 0 < sources < FEWEST:
        yield f"Caution: {many(sources, 'source')} cannot speak for a study."
    few = codes.loc[codes["applied"].between(1, FEW_APPLIED - 1), "name"].tolist()
    if few:
        yield (
            f"Caution: {many(len(few), 'code')} {'was' if len(few) == 1 else 'were'} applied "
            f"fewer than {FEW_APPLIED} times by all coders together, and figures of "
            f"{'it' if len(few) == 1 else 'these'} say little ({listed(few)})."
        )
