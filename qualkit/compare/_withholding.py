"""Small numbers: which counts of a row must be withheld so that nobody can be picked out.

Counts from 1 to N-1 are withheld, and then as many of the next smallest as it takes until no
withheld count follows from the row, its total and the bases (Hundepool et al. 2012, ch. 4).

References
----------
Hundepool, A. and others (2012) Statistical Disclosure Control. Wiley.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from itertools import islice


def withheld(counts: Sequence[int], bases: Sequence[int], smallest: int) -> tuple[set[int], bool]:
    """Which counts of a row are withheld, and whether its total is.

    Parameters
    ----------
    counts, bases : sequence of int
        Sources that have it, and all sources, in each column.
    smallest : int
        N: counts from 1 to N-1, and whole columns whose base is under N, are withheld.

    Examples
    --------
    >>> withheld([1, 4, 6, 0], [8, 8, 8, 8], 3)
    ({0, 1}, False)
    >>> withheld([2, 0, 0], [8, 8, 8], 3)
    ({0}, True)
    """
    thin = {n for n, base in enumerate(bases) if base < smallest}
    held = thin | {n for n, count in enumerate(counts) if 0 < count < smallest}
    shown = sorted((n for n, c in enumerate(counts) if c and n not in held), key=counts.__getitem__)
    while held and not _open(counts, bases, held, thin=thin, smallest=smallest):
        if not shown:
            return held, True
        held.add(shown.pop(0))
    return held, 0 < sum(counts) < smallest


def _open(
    counts: Sequence[int], bases: Sequence[int], held: Set[int], *, thin: Set[int], smallest: int
) -> bool:
    """Whether each withheld count may be more than one number, for all that the row gives away."""
    total = sum(counts[n] for n in held)
    low = {n: 0 if n in thin else 1 for n in held}  # a shown nought is no secret
    least, most = sum(low.values()), sum(bases[n] for n in held)
    # some count was small, or nothing would be withheld: this one, or one of the others
    spares = sorted((max(0, bases[n] - smallest + 1), n) for n in held)
    for n in held:
        spare = 0 if thin else next((much for much, m in spares if m != n), most)
        possible = (
            least - low[n] <= total - count <= most - bases[n] - (count >= smallest) * spare
            for count in range(low[n], bases[n] + 1)
        )
        if sum(islice(filter(None, possible), 2)) < 2:
            return False
    return True
