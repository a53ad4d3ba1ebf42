"""The sign of a t statistic: one convention for a whole table.

A rise carries a minus sign where the statistic is before less after, and none where it is after
less before. Tables that print all statistics without a sign are left alone, and so are tests
whose statistic has none or any.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qualkit.survey.audit._chances import ends
from qualkit.survey.audit._finding import ASSUMED, CAUTION, CONTRADICTION, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View

_Line = tuple[int, Figure, int]  # where, the statistic, whether before less after (-1) or not (1)
_SMALL = 2.0  # a difference of fewer standard errors may turn where some answered in one wave only
_TOLD = {-1: "before less after", 1: "after less before"}


def check(view: View) -> Iterator[Finding]:
    """Findings on statistics whose sign tells another direction than the means."""
    pair, t = view.pair("mean") or view.pair("percent") or view.pair("score"), view.one("t", "")
    if pair is None or t is None or view.table.test not in {"paired-t", "t", ""}:
        return
    lines = [line for at, _, figures in view.items(*pair, t) if (line := _line(at, figures))]
    stated = {"before-minus-after": -1, "after-minus-before": 1}.get(view.table.sign)
    if stated is not None:
        yield from _against_stated(view, t, lines, stated)
    elif any(figure.value < 0 for _, figure, _ in lines):
        yield from _against_most(view, t, lines)


def _line(at: int, figures: Sequence[Figure]) -> _Line | None:
    before, after, t = figures
    if t.low <= 0 <= t.high or after.meets(before.low, before.high):
        return None
    rises = after.low > before.high
    return at, t, 1 if rises == (t.value > 0) else -1


def _against_stated(
    view: View, t: Series, lines: Sequence[_Line], stated: int
) -> Iterator[Finding]:  # fmt: skip
    wrong = [line for line in lines if line[2] != stated]
    if len(wrong) > 1 and len(wrong) * 2 > len(lines):
        unsigned = all(figure.value > 0 for _, figure, _ in lines)
        told = "no statistic carries a minus sign" if unsigned else (
            f"{len(wrong)} of {len(lines)} are {_TOLD[-stated]}"
        )  # fmt: skip
        message = f"The table says that statistics are {_TOLD[stated]}, but {told}."
        grade = CAUTION if unsigned else CONTRADICTION
        yield view.found("sign", grade, message, name=t.name)
        return
    for at, figure, _ in wrong:
        yield _wrong(view, t, at, figure, f"statistics of this table are {_TOLD[stated]}")


def _against_most(view: View, t: Series, lines: Sequence[_Line]) -> Iterator[Finding]:
    clear = [line for line in lines if not _is_unsure(view, line[0], line[1])]
    votes = {way: sum(line[2] == way for line in lines) for way in (-1, 1)}
    if votes[1] == votes[-1]:
        votes = {way: sum(line[2] == way for line in clear) for way in (-1, 1)}
    few, most = sorted(votes, key=lambda way: votes[way])
    if votes[few] == votes[most]:
        if not clear:
            return
        message = "Statistics are before less after for some items and after less before for "
        message += "others, so that their signs tell nothing."
        yield view.found("sign", CONTRADICTION, message, name=t.name)
        return
    for at, figure, way in lines:
        if way == few:
            told = f"{votes[most]} other statistics are {_TOLD[most]}"
            yield _wrong(view, t, at, figure, told)


def _is_unsure(view: View, at: int, t: Figure) -> bool:
    """Whether the means may be of other people than the pairs, so that their difference turns."""
    return view.table.design == "paired" and ends(t)[0] < _SMALL and not view.same_people(at)


def _wrong(view: View, t: Series, at: int, figure: Figure, told: str) -> Finding:
    expected = str(-figure.value)
    cause = "a lost minus sign" if figure.value > 0 else "a minus sign too many"
    message = f"{figure.text} has the sign of a change the other way: {told}, so that it should "
    message += f"be {expected}."
    unsure = _is_unsure(view, at, figure)
    message += " It fits if some answered in one wave only." if unsure else ""
    message += f" Likeliest cause: {cause}."
    grade = ASSUMED if unsure else PROVED
    return view.found("sign", grade, message, at=at, name=t.name, printed=figure.text,
                      expected=expected)  # fmt: skip
