"""What stands in what: codes of other tools, whose trees need not hold together."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

_K = TypeVar("_K", bound=Hashable)


def circles(above: Mapping[_K, _K]) -> set[_K]:
    """All that stand, some steps up, in themselves.

    >>> sorted(circles({"a": "b", "b": "c", "c": "b", "d": "top"}))
    ['b', 'c']
    """
    done: set[_K] = set()
    found: set[_K] = set()
    for at in above:
        trail: dict[_K, int] = {}
        while at in above and at not in done and at not in trail:
            trail[at] = len(trail)
            at = above[at]  # noqa: PLW2901 - one step up
        if at in trail:
            found.update(list(trail)[trail[at] :])
        done.update(trail)
    return found
