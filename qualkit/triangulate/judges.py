"""Two judges on the same links: how far their verdicts agree, and where they do not.

This is the researcher comparison of Farmer and others (2006): what two judges, best blind to each
other, say of the same evidence. Where they differ a third must settle it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from qualkit.agreement import Coefficient, cohen_kappa, interval, percent_agreement
from qualkit.errors import TableError, UnknownName
from qualkit.tables import check
from qualkit.triangulate._words import records
from qualkit.triangulate.records import FINAL
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class JudgesAgreement:
    """How far two judges agree on verdicts.

    Attributes
    ----------
    judges : (str, str)
    both : int
        Links that both judged.
    percent, kappa : Coefficient
        The share of those on which they agree, 0 to 1; Cohen's kappa. With 95 % intervals where
        links of five codes were judged: links of one code rest on the same interviews.
    table : DataFrame
        One row a verdict of the first, one column one of the second: how many links.
    differ : DataFrame
        One row a link that they judged otherwise: ``link``, ``codebook``, ``code``, ``name``,
        ``finding``, ``first``, ``first_reason``, ``second``, ``second_reason``.
    missing : dict of str to tuple of str
        Judge -> the links that the other alone judged.
    """

    judges: tuple[str, str]
    both: int
    percent: Coefficient
    kappa: Coefficient
    table: pd.DataFrame
    differ: pd.DataFrame
    missing: dict[str, tuple[str, ...]]

    @property
    def sentence(self) -> str:
        """The figures in words, for a report."""
        first, second = self.judges
        if not self.both:
            return f"{first} and {second} judged no link both."
        same = self.both - len(self.differ)
        told = f"{first} and {second} gave the same verdict on {same} of {many(self.both, 'link')}"
        kappa = "" if self.kappa.value is None else f", Cohen's kappa {self.kappa.value:.2f}"
        return f"{told} ({100 * same / self.both:.0f}%{kappa})."


def judges_agreement(
    verdicts: pd.DataFrame, links: pd.DataFrame, *, judges: tuple[str, str] | None = None
) -> JudgesAgreement:
    """How far two judges agree, and where they do not.

    Parameters
    ----------
    verdicts, links : DataFrame
        With the columns of :mod:`qualkit.tables`.
    judges : (str, str), optional
        Left out, the two who judged.

    Raises
    ------
    UnknownName
        For a judge who gave no verdict.
    TableError
        Where judges are left out, and not two judged.
    """
    import pandas as pd

    check(verdicts, "verdicts")
    check(links, "links")
    first, second = _pair(sorted(set(verdicts["judge"])), judges)
    given = {
        judge: {row["link"]: row for row in records(verdicts[verdicts["judge"] == judge])}
        for judge in (first, second)
    }
    code_of = {row["link"]: (row["codebook"], row["code"]) for row in records(links)}
    shared = [link for link in code_of if all(link in held for held in given.values())]
    ratings = pd.DataFrame(
        {judge: [held[link]["verdict"] for link in shared] for judge, held in given.items()},
        index=shared, dtype=object,
    )  # fmt: skip
    pairs = Counter(zip(ratings[first], ratings[second], strict=True))
    table = pd.DataFrame([[pairs[a, b] for b in FINAL] for a in FINAL], list(FINAL), list(FINAL))
    both = set(shared)
    percent, kappa = (
        interval(partial(one, values=FINAL), ratings, groups=[code_of[link] for link in shared])
        for one in (percent_agreement, cohen_kappa)
    )
    return JudgesAgreement(
        (first, second), len(shared), percent, kappa, table,
        _differing(links, given, (first, second), both),
        {first: tuple(x for x in given[second] if x not in both),
         second: tuple(x for x in given[first] if x not in both)},
    )  # fmt: skip


def _pair(known: Sequence[str], judges: tuple[str, str] | None) -> tuple[str, str]:
    if judges is None:
        if len(known) != 2:
            told = f"agreement is of two judges; {', '.join(known) or 'nobody'} judged"
            raise TableError("verdicts", f"{told}. Name two")
        return known[0], known[1]
    for one in judges:
        if one not in known:
            raise UnknownName("judge", one, known)
    return judges


def _differing(
    links: pd.DataFrame, given: Mapping[str, Mapping[str, Any]], judges: tuple[str, str],
    both: Collection[str],
) -> pd.DataFrame:  # fmt: skip
    import pandas as pd

    rows = []
    for link in records(links):
        if link["link"] in both:
            one, other = (given[judge][link["link"]] for judge in judges)
            if one["verdict"] != other["verdict"]:
                rows.append((
                    link["link"], link["codebook"], link["code"], link["code_name"],
                    link["finding"], one["verdict"], one["reason"], other["verdict"],
                    other["reason"],
                ))  # fmt: skip
    columns = ("link", "codebook", "code", "name", "finding", "first", "first_reason", "second",
               "second_reason")  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))
