"""Stretches of one text, and the arithmetic of them: ``(start, end)``, code points, half-open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

Span = tuple[int, int]


def merged(spans: Iterable[Span], *, touching: bool = True) -> list[Span]:
    """The same stretches, sorted and disjoint.

    Parameters
    ----------
    spans : iterable of (start, end)
        In any order, each with its start before its end.
    touching : bool
        Whether spans that only touch become one as well.

    Examples
    --------
    >>> merged([(8, 9), (0, 3), (3, 5), (4, 6)])
    [(0, 6), (8, 9)]
    >>> merged([(8, 9), (0, 3), (3, 5), (4, 6)], touching=False)
    [(0, 3), (3, 6), (8, 9)]
    """
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and (start < found[-1][1] or (touching and start == found[-1][1])):
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def common(a: Sequence[Span], b: Sequence[Span]) -> list[Span]:
    """Where two lists of sorted, disjoint spans overlap.

    Examples
    --------
    >>> common([(0, 6), (8, 9)], [(4, 10)])
    [(4, 6), (8, 9)]
    """
    return [(max(a[i][0], b[j][0]), min(a[i][1], b[j][1])) for i, j in overlapping(a, b)]


def without(a: Sequence[Span], b: Sequence[Span]) -> list[Span]:
    """What is left of sorted, disjoint spans where others are cut out of them.

    Examples
    --------
    >>> without([(0, 6), (8, 9)], [(2, 4), (5, 10)])
    [(0, 2), (4, 5)]
    """
    left: list[Span] = []
    j = 0
    for start, end in a:
        while j < len(b) and b[j][1] <= start:
            j += 1
        at, k = start, j
        while k < len(b) and b[k][0] < end:
            if b[k][0] > at:
                left.append((at, b[k][0]))
            at = b[k][1]
            k += 1
        if at < end:
            left.append((at, end))
        j = max(j, k - 1)
    return left


def measure(spans: Iterable[Span]) -> int:
    """How many characters disjoint spans hold.

    >>> measure([(0, 6), (8, 9)])
    7
    """
    return sum(end - start for start, end in spans)


def overlapping(a: Sequence[Span], b: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """The places of each two spans that overlap, in order, of sorted disjoint spans.

    >>> list(overlapping([(0, 6), (8, 9)], [(4, 10)]))
    [(0, 0), (1, 0)]
    """
    i = j = 0
    while i < len(a) and j < len(b):
        if max(a[i][0], b[j][0]) < min(a[i][1], b[j][1]):
            yield i, j
        if a[i][1] <= b[j][1]:
            i += 1
        else:
            j += 1
