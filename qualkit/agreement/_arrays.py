"""Spans of a whole study as arrays: joined and laid over one another all at once.

Positions are global: each source has its own stretch of one long line, so that no span of one
can meet a span of another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np


class Spans(NamedTuple):
    """Spans in order: of which group each is, where it starts and ends."""

    group: np.ndarray
    start: np.ndarray
    end: np.ndarray


def joined(spans: Spans, *, touching: bool = True) -> Spans:
    """The spans of each group merged where they overlap or, if wanted, touch; sorted."""
    import numpy as np

    order = np.lexsort((spans.end, spans.start, spans.group))
    group, start, end = (part[order] for part in spans)
    if not len(group):
        return Spans(group, start, end)
    far = int(end.max()) + 2  # no group reaches the next one
    reach = np.maximum.accumulate(end + group * far)
    fresh = np.empty(len(group), dtype=bool)
    fresh[0] = True
    fresh[1:] = start[1:] + group[1:] * far + (not touching) > reach[:-1]
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(group)) - 1
    return Spans(group[first], start[first], reach[last] - group[first] * far)


class Shared(NamedTuple):
    """Where spans lie on a ground: the numbers of both, and from where to where they share."""

    span: np.ndarray
    ground: np.ndarray
    start: np.ndarray
    end: np.ndarray


def laid_over(
    start: np.ndarray, end: np.ndarray, on_start: np.ndarray, on_end: np.ndarray
) -> Shared:
    """Every overlap of spans with the sorted, disjoint stretches of a ground."""
    import numpy as np

    first = np.searchsorted(on_end, start, side="right")
    count = np.maximum(np.searchsorted(on_start, end, side="left") - first, 0)
    span = np.repeat(np.arange(len(start)), count)
    ground = np.arange(len(span)) - np.repeat(np.cumsum(count) - count, count) + first[span]
    return Shared(
        span,
        ground,
        np.maximum(start[span], on_start[ground]),
        np.minimum(end[span], on_end[ground]),
    )


class Swept(NamedTuple):
    """Stretches on which the same members of a group lie: the group, its members as bits."""

    group: np.ndarray
    start: np.ndarray
    end: np.ndarray
    members: np.ndarray


def swept(group: np.ndarray, bit: np.ndarray, start: np.ndarray, end: np.ndarray) -> Swept:
    """Each group cut wherever one of its members begins or ends; stretches of nobody left out.

    The spans of one member of a group must not overlap.
    """
    import numpy as np

    at = np.concatenate([start, end])
    of = np.concatenate([group, group])
    step = np.concatenate([np.left_shift(1, bit), -np.left_shift(1, bit)])
    order = np.lexsort((at, of))
    at, of, members = at[order], of[order], np.cumsum(step[order])
    lasting = (of[:-1] == of[1:]) & (at[:-1] < at[1:]) & (members[:-1] > 0)
    held = np.flatnonzero(lasting)
    return Swept(of[held], at[held], at[held + 1], members[held])


def has_bit(members: np.ndarray, bit: int) -> np.ndarray:
    """Whether each set of members holds one."""
    return (members >> bit & 1).astype(bool)


def bits(members: np.ndarray) -> np.ndarray:
    """How many members each set has."""
    import numpy as np

    count = np.zeros(len(members))
    left = members.copy()
    while left.any():
        count += left & 1
        left >>= 1
    return count
