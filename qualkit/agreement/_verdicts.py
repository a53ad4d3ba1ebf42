"""Which decision stands for which passage, and whether it still holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.model import seal
from qualkit.tables import check, plain

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.agreement._passages import Passage

OPEN: Final = "open"
SETTLED: Final = "settled"
CHANGED: Final = "changed since"
STATUSES: Final = (OPEN, SETTLED, CHANGED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision of a supervisor, as the table of decisions has it."""

    id: str
    source: str
    choice: str
    decider: str
    reason: str
    decided: str
    version: int
    seals: Mapping[str, str]
    result: tuple[Mapping[str, Any], ...]

    @property
    def seal(self) -> str:
        """What changes when something else is decided, by whomever."""
        parts = ("codebook", "code", "start", "end", "stance", "rating")
        rows = [tuple(plain(row.get(part)) for part in parts) for row in self.result]
        return seal(*sorted(self.seals.items()), *sorted(map(str, rows)))


class Verdicts:
    """The decisions of a study, found by what they are about."""

    def __init__(self, decisions: pd.DataFrame | None) -> None:
        held = sorted(_read(decisions), key=lambda one: (one.decided, one.version, one.id))
        self.all: tuple[Verdict, ...] = tuple(held)
        self._exact = {frozenset(one.seals): one for one in held}
        self._any = {coding: one for one in held for coding in one.seals}  # the latest stays

    def on(self, passage: Passage) -> tuple[str, Verdict | None]:
        """The status of a passage, and what was decided on it or on some of its codings."""
        if not self._any:
            return OPEN, None
        exact = self._exact.get(passage.ids)
        if exact is not None:
            now = {mark.id: mark.seal for mark in passage.marks}
            return (SETTLED if now == dict(exact.seals) else CHANGED), exact
        near = [self._any[mark.id] for mark in passage.marks if mark.id in self._any]
        if near:
            return CHANGED, max(near, key=lambda one: (one.decided, one.version, one.id))
        return OPEN, None

    def holding(self, passage: Passage) -> Verdict | None:
        """The decision on exactly these codings as they are; None where there is none."""
        status, verdict = self.on(passage)
        return verdict if status == SETTLED else None


def _read(decisions: pd.DataFrame | None) -> list[Verdict]:
    if decisions is None:
        return []
    check(decisions, "decisions")
    return [
        Verdict(
            str(row["decision"]), str(row["source"]), str(row["choice"]), str(row["decider"]),
            str(plain(row["reason"]) or ""), str(row["decided"]), int(plain(row["version"]) or 1),
            dict(row["seals"]), tuple(row["result"]),
        )
        for row in decisions.to_dict("records")
    ]  # fmt: skip
