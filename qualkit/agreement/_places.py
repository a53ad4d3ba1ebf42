"""Who speaks at a place of a source, when, and on which line."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final

from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

_TOLD: Final = ("speaker", "role", "time", "line", "page", "item")
_NOWHERE: Final[dict[str, Any]] = dict.fromkeys(_TOLD)


class Places:
    """The turns of a study, found by place."""

    def __init__(self, turns: pd.DataFrame) -> None:
        columns = ("source", "start", "end", *_TOLD)
        rows = sorted(zip(*(turns[name] for name in columns), strict=True), key=lambda r: r[:2])
        self._starts: dict[str, list[int]] = {}
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        for source, start, *rest in rows:
            self._starts.setdefault(source, []).append(int(start))
            self._rows.setdefault(source, []).append(tuple(rest))

    def of(self, source: str, start: int) -> dict[str, Any]:
        """The turn in which a place lies, or the next one: speaker, role, time, line ...

        Missing values are None, as are all where the source has no such turn.
        """
        at = bisect_right(self._starts.get(source, []), start) - 1
        rows = self._rows.get(source, [])
        if (at < 0 or rows[at][0] <= start) and at + 1 < len(rows):  # a name, a gap
            at += 1
        if at < 0:
            return _NOWHERE
        return dict(zip(_TOLD, map(plain, rows[at][1:]), strict=True))
