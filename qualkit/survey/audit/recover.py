"""Figures of very few people, from which single answers can be worked out.

A caution about publishing, not an error: with two answers, a mean and its standard error give
both of them away.
"""

from __future__ import annotations

from collections.abc import Iterator

from qualkit.survey.audit._finding import CAUTION, Finding
from qualkit.survey.audit._view import Series, View

_FEW = 10  # answers under which results are not published
_TELLING = ("mean", "percent", "se", "sd", "score")


def check(view: View) -> Iterator[Finding]:
    """One caution an item, or one for a table whose base is as small."""
    columns = [one for one in view.series if one.role in _TELLING]
    if view.table.design == "group-consensus" or not columns:
        return
    few: dict[int, int] = {}
    for series in columns:
        for at, _, _ in view.items(series):
            n, sure = view.base_for(series, at)
            if n is not None and n < _FEW and sure:
                few[at] = min(n, few.get(at, n))
    for at, n in few.items():
        yield view.found("small-base", CAUTION, _told(n, columns), at=at, printed=str(n))
    bases = [one.base or view.table.base_of(one.wave) for one in columns]
    small = [n for n in bases if n is not None and n < _FEW]
    if small and not few:
        message = _told(min(small), columns)
        yield view.found("small-base", CAUTION, message, printed=str(min(small)))


def _told(n: int, columns: list[Series]) -> str:
    roles = {one.role for one in columns}
    spread = roles & {"se", "sd"}
    how = "mean and standard error" if "mean" in roles and spread else "figures"
    answers = "answer" if n == 1 else "answers"
    return (
        f"{how.capitalize()} of {n} {answers}: single answers can be worked out from them. "
        f"Consider withholding results of fewer than {_FEW}."
    )
