"""Small numbers: which results of a survey are hidden so that nobody's answer can be read off.

Results on a small base are hidden, and so are counts of a few people. What is hidden must not
follow from what is shown: a group is the total less the other groups, a count is its row less the
other counts. So more is hidden, the smallest first, until it does not. Bases are always shown.

References
----------
Hundepool, A. and others (2012) Statistical Disclosure Control. Wiley, ch. 4.
Gusfield, D. (1988) A graph theoretic approach to statistical data security. SIAM Journal on
Computing 17(3), 552-571.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

Cell = tuple[int, int]  # row, column; row 0 is the total
_Line = tuple[str, int, int]  # a row's part or a column: cells that add up to something known
_Graph = Mapping[_Line, Sequence[tuple[_Line, Cell]]]

CELL_WHY: Final = "a count of a few people, or one that would give such a count away"


@dataclass(frozen=True, slots=True)
class Rules:
    """From which size on results are shown.

    Attributes
    ----------
    base : int
        Results on fewer answers are hidden: distribution, mean, standard error, share, alpha.
        From a mean and its standard error on a tiny base single answers can be worked out.
    cell : int
        Counts from 1 to one less are hidden, and with them what would give them away.
    means : bool
        Means and standard deviations of a row with a hidden count are hidden too, and results of
        a comparison that rest on it. On a scale of few points a base and a mean can tell what a
        count was: two hidden answers, their sum and their mean are two equations.

    Raises
    ------
    ValueError
        Where a size is negative.

    Examples
    --------
    >>> Rules().base, Rules(base=0, cell=0).hides
    (10, False)
    """

    base: int = 10
    cell: int = 5
    means: bool = False

    def __post_init__(self) -> None:
        for name in ("base", "cell"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} {getattr(self, name)} is negative; 0 hides nothing")

    @property
    def hides(self) -> bool:
        """Whether anything can be hidden."""
        return self.base > 1 or self.cell > 1

    def small(self, count: int) -> bool:
        """Whether a count is of a few people."""
        return 0 < count < self.cell

    def sentence(self) -> str:
        """The rules in words, for an annex."""
        if not self.hides:
            return "Nothing was hidden, however small its base."
        told = f"Results on fewer than {self.base} answers are hidden"
        if self.cell > 1:
            told += f", and so are counts of 1 to {self.cell - 1} people"
        told += ", with further ones where a total would give them away. Bases are always "
        told += "shown, with how many did not know or did not answer."
        if self.means:
            return f"{told} Means of a group with a hidden count are hidden too."
        return told


def hidden_groups(
    bases: Sequence[int], rules: Rules, names: Sequence[str] = (), also: Collection[int] = ()
) -> dict[int, str]:
    """Which groups' results are hidden, and why.

    Parameters
    ----------
    bases : sequence of int
        Of groups that together are the total, which is shown where its own base allows.
    rules : Rules
    names : sequence of str, optional
        For the reasons.
    also : collection of int, optional
        Places that are hidden because a count in them is small.

    Returns
    -------
    dict
        Place of the group to the reason. Where any is hidden and the total shown, so many are
        that together they reach the smallest base.

    Examples
    --------
    >>> hidden_groups([40, 25, 4, 0], Rules(), ["N", "S", "E", "W"])
    {2: 'fewer than 10 answers', 1: 'the total would give away E, which has fewer than 10 answers'}
    """
    small = [n for n, base in enumerate(bases) if 0 < base < rules.base]
    hidden = dict.fromkeys(also, CELL_WHY)
    hidden |= dict.fromkeys(small, f"fewer than {rules.base} answers")
    if not hidden or sum(bases) < rules.base:
        return hidden
    first = min(hidden, key=lambda n: (bases[n], n))
    named = names[first] if names else "a group"
    fault = "a count of a few people" if first not in small else f"fewer than {rules.base} answers"
    why = f"the total would give away {named}, which has {fault}"
    beside = sorted((base, n) for n, base in enumerate(bases) if base and n not in hidden)
    while beside and (len(hidden) < 2 or sum(bases[n] for n in hidden) < rules.base):
        hidden[beside.pop(0)[1]] = why
    return hidden


def hidden_cells(
    rows: Sequence[Sequence[int]],
    rules: Rules,
    *,
    parts: Sequence[Sequence[Sequence[int]]] | None = None,
    whole: Collection[int] = (),
    held: Iterable[Cell] | None = None,
) -> set[Cell]:
    """Which counts of a table are hidden.

    Parameters
    ----------
    rows : sequence of sequence of int
        The total first, then groups that add up to it; or the total alone.
    rules : Rules
    parts : sequence, optional
        For each row, its columns parted into those whose sum is shown; by default all in one,
        since the base of a row is always shown.
    whole : collection of int
        Rows that are hidden as a whole.
    held : iterable of (row, column), optional
        What is hidden of the total, where that was settled before; nothing of the total is added.

    Returns
    -------
    set of (row, column)

    Notes
    -----
    Primary are counts that are small. Then, in each part of a row and in each column, at least
    two are hidden that together are not small, where there are so many. A hidden count of a table
    with margins follows from the rest exactly if it is a bridge of the graph of rows and columns
    that hidden cells join (Gusfield 1988); such are given company too.

    Examples
    --------
    >>> sorted(hidden_cells([[3, 20, 30, 12]], Rules()))
    [(0, 0), (0, 3)]
    >>> sorted(hidden_cells([[23, 20], [3, 12], [20, 8]], Rules(), held=[]))
    [(1, 0), (1, 1), (2, 0), (2, 1)]
    """
    table = _Table(rows, rules, parts or [[range(len(row))] for row in rows])
    table.frozen = held is not None
    table.hidden = set(held or ())
    for at, row in enumerate(rows):
        if at in whole:
            table.hidden |= {(at, column) for column in range(len(row))}
        elif at or not table.frozen:
            table.hidden |= {(at, n) for n, count in enumerate(row) if rules.small(count)}
    while table.hidden and table.cover():
        pass
    return table.hidden


class _Table:
    """A table of counts while it is being made safe."""

    def __init__(
        self,
        rows: Sequence[Sequence[int]],
        rules: Rules,
        parts: Sequence[Sequence[Sequence[int]]],
    ) -> None:
        self.rows = rows
        self.rules = rules
        self.hidden: set[Cell] = set()
        self.frozen = False
        self.lines: dict[_Line, list[Cell]] = {
            ("row", at, n): [(at, column) for column in part]
            for at, row in enumerate(parts)
            for n, part in enumerate(row)
        }
        self.of: dict[Cell, list[_Line]] = {}
        if len(rows) > 1:
            for column in range(len(rows[0])):
                self.lines["column", column, 0] = [(at, column) for at in range(len(rows))]
        for line, cells in self.lines.items():
            for cell in cells:
                self.of.setdefault(cell, []).append(line)

    def cover(self) -> bool:
        """Hide what is still needed; false where nothing is, or nothing more can be."""
        added = [
            self.hide(self.lines[line]) for line in self.lines if self.weak(line)
        ]  # a list: each of them is to be done
        if any(added):
            return True
        added = [
            self.hide([other for line in self.of[cell] for other in self.lines[line]])
            for cell in self.given_away()
        ]
        return any(added)

    def weak(self, line: _Line) -> bool:
        """Whether what is hidden in a line can be worked out, or is a few people together."""
        cells = [cell for cell in self.lines[line] if cell in self.hidden]
        if not cells:
            return False
        if len(cells) < 2:
            return True
        known = line[0] == "row" or (0, line[1]) not in self.hidden  # what they add up to
        return known and self.rules.small(sum(self.rows[at][column] for at, column in cells))

    def hide(self, cells: Iterable[Cell]) -> bool:
        """Hide the smallest of these that is not hidden, a nought last."""
        free = [
            (not self.rows[at][column], self.rows[at][column], at, column)
            for at, column in cells
            if (at, column) not in self.hidden and not (self.frozen and at == 0)
        ]
        if not free:
            return False
        *_, at, column = min(free)
        self.hidden.add((at, column))
        return True

    def given_away(self) -> list[Cell]:
        """Hidden cells that follow exactly from all that is shown."""
        joined: dict[_Line, list[tuple[_Line, Cell]]] = {}
        for cell in sorted(self.hidden):
            ends = self.of[cell]
            if len(ends) == 2:
                joined.setdefault(ends[0], []).append((ends[1], cell))
                joined.setdefault(ends[1], []).append((ends[0], cell))
        return sorted(_bridges(joined))


def _bridges(joined: _Graph) -> Set[Cell]:
    """The edges of a graph that lie in no ring (Tarjan 1974), without recursion."""
    order: dict[_Line, int] = {}
    low: dict[_Line, int] = {}
    bridges: set[Cell] = set()
    for root in joined:
        path = [] if root in order else [_entered(root, None, joined, order, low)]
        while path:
            node, came, rest = path[-1]
            step = next(rest, None)
            if step is None:
                path.pop()
                if path and came is not None:
                    above = path[-1][0]
                    low[above] = min(low[above], low[node])
                    bridges |= {came} if low[node] > order[above] else set()
            elif step[1] != came and step[0] in order:
                low[node] = min(low[node], order[step[0]])
            elif step[1] != came:
                path.append(_entered(*step, joined, order, low))
    return bridges


def _entered(
    node: _Line, came: Cell | None, joined: _Graph, order: dict[_Line, int], low: dict[_Line, int]
) -> tuple[_Line, Cell | None, Iterator[tuple[_Line, Cell]]]:
    order[node] = low[node] = len(order)
    return node, came, iter(joined[node])
