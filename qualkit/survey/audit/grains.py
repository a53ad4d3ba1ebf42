"""GRIM on means: each printed mean must be a whole number over the number of answers.

Where the table prints one base for all, an item may have fewer answers: a mean that only fewer
answers give is impossible under the assumption that everybody answered.
"""

from __future__ import annotations

from collections.abc import Iterator

from qualkit.survey.audit._causes import likeliest
from qualkit.survey.audit._finding import ASSUMED, PROVED, Finding
from qualkit.survey.audit._view import Figure, Series, View
from qualkit.survey.audit.means import listed
from qualkit.survey.grim import fits_base, grim

_MOST = 10_000  # answers beyond which no printed mean tells anything


def check(view: View) -> Iterator[Finding]:
    """Findings on means of whole numbers."""
    scale = view.table.scale
    if scale is None or not scale.integer or view.table.weighted:
        return
    columns = [one for wave in view.waves or ("",) if (one := _alone(view, wave)) is not None]
    for at in view.lines:
        yield from _of_item(view, at, columns, scale.items)


def _alone(view: View, wave: str) -> Series | None:
    """The means of a wave that no total or distribution stands beside."""
    if view.of("total", wave) or view.of("score", wave) or view.of("count", wave):
        return None
    return view.one("mean", wave)


def _of_item(view: View, at: int, columns: list[Series], items: int) -> Iterator[Finding]:
    shown = [
        (series, figure, *view.base_for(series, at))
        for series in columns
        if (figure := series.figures[at]) is not None and not figure.bound
    ]
    for series, figure, n, sure in shown:
        if n is None or n * items > _MOST or _fits(figure, n, items):
            continue
        least = min(k for _, _, k, _ in shown if k is not None)
        both = [one for _, one, _, _ in shown] if view.table.design == "paired" else [figure]
        fewer = [] if sure else _fewer(both, least, items) or _fewer([figure], n, items)
        yield _impossible(view, at, series, figure, (n, items, fewer))


def _fits(figure: Figure, n: int, items: int) -> bool:
    return fits_base(figure.value, figure.decimals, n * items)


def _fewer(figures: list[Figure], most: int, items: int) -> list[int]:
    """The numbers of answers below `most` that all these means fit, the largest first."""
    return [
        n for n in range(most - 1, 1, -1) if all(_fits(figure, n, items) for figure in figures)
    ]  # fmt: skip


def means_fit(view: View, at: int, n: int) -> bool:
    """Whether the means of an item can be those of `n` people; so where nothing tells."""
    scale = view.table.scale
    if scale is None or not scale.integer or view.table.weighted:
        return True
    figures = [figure for one in view.of("mean") if (figure := one.figures[at]) is not None]
    return all(one.bound or _fits(one, n, scale.items) for one in figures)


def _impossible(
    view: View, at: int, series: Series, figure: Figure, base: tuple[int, int, list[int]]
) -> Finding:  # fmt: skip
    n, items, fewer = base
    near = " or ".join(grim(str(figure.value), n, items=items).nearest)
    message = f"No {n} whole numbers have a mean of {figure.text}; {near} would be possible."
    if fewer:
        message += f" It fits if fewer answered this item: {listed(fewer[::-1])}."
    else:
        message += likeliest(
            figure, lambda low, high: _any_whole(low, high, n * items), digits=False
        )
    return view.found("grim", ASSUMED if fewer else PROVED, message, at=at, name=series.name,
                      printed=figure.text, expected=near)  # fmt: skip


def _any_whole(low: object, high: object, whole: int) -> bool:
    from decimal import ROUND_CEILING, Decimal

    least = (Decimal(str(low)) * whole).to_integral_value(ROUND_CEILING)
    return least <= Decimal(str(high)) * whole
