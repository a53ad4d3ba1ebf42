"""The audit of published tables: what arithmetic can say of figures that others printed.

Each module holds one family of checks: a function that takes a table's view and gives findings.
Every figure stands for the range that rounding leaves, so that a difference which rounding
explains is never called wrong. What an answer depends on is said by the grade (`GRADES`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

from qualkit.survey.audit import (
    bases,
    changes,
    claims,
    counts,
    distributions,
    grains,
    means,
    ranges,
    ranks,
    recover,
    signs,
    spreads,
    stars,
    sums,
    yesno,
)
from qualkit.survey.audit._finding import COLUMNS, GRADES, Finding
from qualkit.survey.audit._view import View
from qualkit.survey.audit.across import check_across
from qualkit.survey.published import PublishedTable

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CHECKS", "COLUMNS", "GRADES", "Finding", "audit", "audit_findings"]

Check = Callable[[View], Iterator[Finding]]

CHECKS: Final[tuple[Check, ...]] = tuple(
    module.check
    for module in (
        ranges, sums, counts, changes, means, distributions, ranks, grains, bases, signs, spreads,
        stars, yesno, claims, recover,
    )
)  # fmt: skip


def audit(tables: Iterable[PublishedTable]) -> pd.DataFrame:
    """What is wrong, or to be known, in published tables.

    Parameters
    ----------
    tables : iterable of PublishedTable
        Of one report, so that their bases are compared with each other too.

    Returns
    -------
    DataFrame
        One row a finding: ``table``, ``item`` (empty where it is about a whole table or column),
        ``measure`` (a role such as ``mean@followup``, or the printed label where several have
        one role), ``check``, ``grade`` (``proved``, ``contradiction``, ``under-assumption`` or
        ``caution``), ``printed``, ``expected``, ``message``.

    Notes
    -----
    What is not found is not proved right: a wrong figure can be a possible one.

    References
    ----------
    Brown, N. J. L. and Heathers, J. A. J. (2017). The GRIM test. Social Psychological and
    Personality Science 8(4), 363-369.

    Examples
    --------
    >>> from qualkit.survey.published import read_published
    >>> from qualkit.project import samples
    >>> found = audit(read_published(samples() / "published" / "table-8.yaml"))
    >>> found[["item", "check", "grade", "printed", "expected"]].values.tolist()
    [['Family intervention', 'change', 'proved', '+4', '-4']]
    """
    import pandas as pd

    rows = [[getattr(one, name) for name in COLUMNS] for one in audit_findings(tables)]
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def audit_findings(tables: Iterable[PublishedTable]) -> list[Finding]:
    """The findings of `audit` as records, table by table, then those between tables."""
    views = [View(table) for table in tables]
    found = [finding for view in views for check in CHECKS for finding in check(view)]
    return [*dict.fromkeys(found), *check_across(views)]
