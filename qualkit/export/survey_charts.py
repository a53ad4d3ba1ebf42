"""Charts of surveys as PNG or SVG, to be read in black and white, with every base printed.

Answers on a scale as diverging stacked bars, two waves as dots with an arrow, other answers as
bars. What is withheld is hatched and said so; no length tells what a number may not. A chart that
does not fit on a page of A4 goes on in further files: ``likert.png``, ``likert-2.png`` ...

References
----------
Heiberger, R. M. and Robbins, N. B. (2014) Design of diverging stacked bar charts for Likert scales
and other applications. Journal of Statistical Software 57(5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import NotEnough
from qualkit.export._drawing import check_ending
from qualkit.export._survey_bars import bars_chart
from qualkit.export._survey_canvas import Chart, described_pages, pictures_of, write_chart
from qualkit.export._survey_change import change_chart
from qualkit.export._survey_likert import likert_chart
from qualkit.export._survey_rows import check_names
from qualkit.survey import Comparison

if TYPE_CHECKING:
    from qualkit.survey import Description, Survey

__all__ = [
    "KINDS", "before_after", "check_ending", "described", "distribution", "likert", "pictures",
]  # fmt: skip

KINDS: Final = ("likert", "before-after", "distribution")


def likert(
    made: Description,
    path: Path | str,
    *,
    items: Sequence[str] = (),
    waves: Sequence[str] = (),
    by: str = "",
    neutral: str = "centred",
    title: str = "",
) -> tuple[Path, ...]:
    """Items on a scale as bars: agreement to the right of the middle, disagreement to the left.

    Parameters
    ----------
    made : Description
    path : path
        A .png or .svg file for the first page; each is written whole or not at all.
    items : sequence of str
        Ids of ordinal items, in that order; left out, all of them as asked.
    waves : sequence of str
        Left out, all, one bar under the other.
    by : str
        A subgroup column; its groups stand under everybody.
    neutral : str
        ``centred``: a middle answer is half on either side. ``apart``: in a column of its own.
    title : str
        In place of ours.

    Returns
    -------
    tuple of Path
        The pages.

    Raises
    ------
    UnknownName
        For an item, wave, column or way with the middle that is not known.
    QualkitError
        Where no item has a scale of 2 to 11 points, an item is of another kind, the pages are too
        many, for an ending other than .png and .svg, or a place that cannot be written to.
    MissingExtra
        Where matplotlib is not installed.

    Notes
    -----
    The least stands at the left, the most at the right, as the item's order has it; a scale whose
    labels run from agree to disagree is turned round. Items of one scale stand together. Don't
    know is a column of its own, as a share of all who answered. A withheld share is drawn on a
    side only where every answer in it lies there.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> import pandas as pd
    >>> from qualkit.survey import Item, Survey, describe
    >>> item = Item("K1", "I know whom to ask", labels={"1": "Disagree", "2": "Agree"})
    >>> table = pd.DataFrame({"K1": ["1"] * 12 + ["2"] * 18})
    >>> made = describe({"before": table}, Survey("s", items=(item,)))
    >>> [page.name for page in likert(made, Path(mkdtemp()) / "k.svg")]
    ['k.svg']
    """
    chart = likert_chart(made, items=items, waves=waves, by=by, neutral=neutral, title=title)
    return write_chart(chart, path)


def before_after(
    made: Comparison,
    path: Path | str,
    *,
    items: Sequence[str] = (),
    measure: str = "mean",
    by: str = "",
    survey: Survey | None = None,
    title: str = "",
) -> tuple[Path, ...]:
    """Two waves as two dots with an arrow from before to after, each with its interval.

    Parameters
    ----------
    made : Comparison
    path : path
        As for :func:`likert`.
    items : sequence of str
        Ids of items or names of scales; left out, all.
    measure : str
        ``mean`` (of items and scales) or ``share`` (yes, chosen, top two), in per cent.
    by : str
        A subgroup column that was compared.
    survey : Survey, optional
        For the ends of the scales and the words of options, which a comparison has not.
    title : str

    Returns
    -------
    tuple of Path

    Raises
    ------
    UnknownName
        For an item, measure or column that is not known.
    QualkitError
        Where there is nothing to compare, and as for :func:`likert`.
    MissingExtra
        Where matplotlib is not installed.

    Notes
    -----
    Of matched waves the dots are of those who answered both times. The change, its interval, p and
    adjusted p stand beside; results that are withheld are hatched.
    """
    chart = change_chart(made, items=items, measure=measure, by=by, survey=survey, title=title)
    return write_chart(chart, path)


def distribution(
    made: Description,
    path: Path | str,
    *,
    items: Sequence[str] = (),
    waves: Sequence[str] = (),
    by: str = "",
    title: str = "",
) -> tuple[Path, ...]:
    """Answers without an order as bars in per cent, those of several waves side by side.

    Parameters
    ----------
    made : Description
    path : path
        As for :func:`likert`.
    items : sequence of str
        Left out, the nominal, yes-no and multiple ones; ordinal ones where they are named.
    waves, by, title
        As for :func:`likert`.

    Returns
    -------
    tuple of Path

    Raises
    ------
    UnknownName
        For an item, wave or column that is not known.
    QualkitError
        Where there is nothing to show, and as for :func:`likert`.
    MissingExtra
        Where matplotlib is not installed.
    """
    chart = bars_chart(made, items=items, waves=waves, by=by, title=title)
    return write_chart(chart, path)


def described(made: Description | Comparison, kind: str, **options: Any) -> tuple[str, ...]:  # noqa: ANN401 - those of the chart
    """A chart in words, page by page, for those who do not see it.

    Parameters
    ----------
    made : Description or Comparison
    kind : str
        ``likert``, ``before-after`` or ``distribution``.
    **options
        Those of the chart.

    Raises
    ------
    UnknownName
        For another kind, and as for the chart.
    QualkitError
        As for the chart.

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.survey import Item, Survey, describe
    >>> item = Item("K1", "I know whom to ask", labels={"1": "Disagree", "2": "Agree"})
    >>> table = pd.DataFrame({"K1": ["1"] * 12 + ["2"] * 18})
    >>> print(described(describe({"t1": table}, Survey("s", items=(item,))), "likert")[0][:114])
    Diverging stacked bars: s: answers on a scale, t1. Answers from left to right: Disagree, Agree.
    K1 I know whom to
    """
    return described_pages(_chart(made, kind, **options))


def pictures(
    made: Description | Comparison, *, survey: Survey | None = None
) -> list[tuple[bytes, str]]:
    """The charts of everybody's results for a document: each a .png with its words.

    Parameters
    ----------
    made : Description or Comparison
        Of a description answers on a scale and other answers are drawn, of a comparison means
        and shares; what there is nothing of is left out.
    survey : Survey, optional
        As for :func:`before_after`.

    Raises
    ------
    QualkitError
        Where the pages of a chart are too many.
    MissingExtra
        Where matplotlib is not installed.

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.survey import Item, Survey, describe
    >>> item = Item("K1", "I know whom to ask", labels={"1": "Disagree", "2": "Agree"})
    >>> table = pd.DataFrame({"K1": ["1"] * 12 + ["2"] * 18})
    >>> [(one[1:4], words[:22]) for one, words in
    ...  pictures(describe({"t1": table}, Survey("s", items=(item,))))]
    [(b'PNG', 'Diverging stacked bars')]
    """
    asked: tuple[dict[str, Any], ...] = ({"kind": "likert"}, {"kind": "distribution"})
    if isinstance(made, Comparison):
        common = {"kind": "before-after", "survey": survey}
        asked = ({**common, "measure": "mean"}, {**common, "measure": "share"})
    found: list[tuple[bytes, str]] = []
    for options in asked:
        with suppress(NotEnough):
            found += pictures_of(_chart(made, **options))
    return found


def _chart(made: Description | Comparison, kind: str, **options: Any) -> Chart:  # noqa: ANN401
    """A chart of any kind, before it is drawn."""
    check_names("kind of chart", [kind], KINDS)
    makers: dict[str, Callable[..., Chart]] = {
        "likert": likert_chart, "before-after": change_chart, "distribution": bars_chart,
    }  # fmt: skip
    return makers[kind](made, **options)
