"""Figures of which only value, number and spread are known: put together and compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qualkit.tables import plain


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure, how many it rests on, and the standard deviation among them; None if not known."""

    value: float | None
    n: int | None
    sd: float | None

    @classmethod
    def of(cls, value: object, n: object, sd: object) -> Summary:
        """Out of cells of a table."""
        known = [plain(one) for one in (value, n, sd)]
        figures = [None if one is None else float(one) for one in known]
        return cls(figures[0], None if figures[1] is None else int(figures[1]), figures[2])

    @property
    def error(self) -> float | None:
        """The standard error of a mean."""
        if self.value is None or self.sd is None or self.n is None or self.n < 2:
            return None
        return self.sd / math.sqrt(self.n)

    def interval(self, level: float = 0.95) -> tuple[float | None, float | None]:
        """Of a mean, by t."""
        from scipy import stats

        if self.error is None or self.value is None or self.n is None:
            return None, None
        half = float(stats.t.ppf((1 + level) / 2, self.n - 1)) * self.error
        return self.value - half, self.value + half


def pooled(parts: Sequence[Summary], total: str) -> Summary | None:
    """Several figures as one; None where there is none, or no number to weight a mean by.

    Examples
    --------
    >>> pooled([Summary(10, 1, None), Summary(4, 2, None)], "mean")
    Summary(value=6.0, n=3, sd=None)
    >>> pooled([Summary(10, None, None), Summary(4, None, None)], "sum").value
    14.0
    """
    held = [(one.value, one.n, one.sd) for one in parts if one.value is not None]
    numbers = [n for _, n, _ in held if n is not None]
    complete, whole = len(numbers) == len(held), sum(numbers)
    if not held:
        return None
    if total == "sum":
        return Summary(float(sum(value for value, _, _ in held)), whole if complete else None, None)
    if len(held) == 1:
        return Summary(*held[0])
    if not complete or not whole:
        return None
    mean = sum(value * (n or 0) for value, n, _ in held) / whole
    return Summary(mean, whole, _spread(held, mean, whole))


def _spread(
    held: Sequence[tuple[float, int | None, float | None]], mean: float, whole: int
) -> float | None:
    """The standard deviation of all together: within the parts, and between them."""
    if whole < 2 or any(sd is None for _, _, sd in held):
        return None
    squares = sum(
        max((n or 0) - 1, 0) * (sd or 0) ** 2 + (n or 0) * (value - mean) ** 2
        for value, n, sd in held
    )
    return math.sqrt(squares / (whole - 1))


def difference(before: Summary, after: Summary) -> dict[str, Any]:
    """After less before, with Welch's test where both means have an error.

    References
    ----------
    Welch, B. L. (1947). The generalization of "Student's" problem when several different
    population variances are involved. Biometrika 34, 28-35.
    """
    value = (after.value or 0.0) - (before.value or 0.0)
    made: dict[str, Any] = {"value": round(value, 12), "p": None, "test": ""}
    errors = [one.error for one in (before, after)]
    first, last = errors
    if first is None or last is None or before.n is None or after.n is None or not any(errors):
        return made
    from scipy import stats

    se = math.hypot(first, last)
    df = se**4 / (first**4 / (before.n - 1) + last**4 / (after.n - 1))
    p = 2 * float(stats.t.sf(abs(value) / se, df))
    made |= {"p": max(p, 5e-324), "test": "Welch"}
    for name, level in (("", 0.95), ("_90", 0.9)):
        half = float(stats.t.ppf((1 + level) / 2, df)) * se
        made |= {f"low{name}": value - half, f"high{name}": value + half}
    return made
