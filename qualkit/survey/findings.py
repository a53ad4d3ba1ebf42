"""Every result of a survey as a finding, which triangulation can link to a theme.

A finding has an id that stays the same when a survey is computed again: survey, item, measure,
wave or change, group. Shares are percentages here, as reports print them. Computed and published
findings stand in one table; what cannot be used says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import TableError
from qualkit.survey._finding_ids import finding_id
from qualkit.survey._frames import framed
from qualkit.survey._published_findings import published_findings
from qualkit.survey.compare import Comparison
from qualkit.survey.describe import Description
from qualkit.survey.published import PublishedTable

if TYPE_CHECKING:
    import pandas as pd

FINDING_COLUMNS: Final = (
    "finding", "survey", "item", "question", "measure", "wave", "change", "attribute", "group",
    "value", "unit", "low", "high", "low_90", "high_90", "sd", "base", "p", "p_text",
    "p_adjusted", "adjusted_by", "test", "polarity", "origin", "source", "text", "usable", "why",
)  # fmt: skip
PERCENT: Final = "%"
_ADJUSTED: Final = {"holm": "Holm", "bh": "Benjamini-Hochberg", "bonferroni": "Bonferroni"}
_SHARES: Final = ("yes", "chosen", "top-two")


def findings(
    results: Description | Comparison | PublishedTable | Iterable[Any],
    *,
    audited: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The findings in a description, a comparison or published tables.

    Parameters
    ----------
    results : Description, Comparison, PublishedTable, or several of them
    audited : DataFrame, optional
        What :func:`~qualkit.survey.audit.audit` found in the published tables. A figure that it
        proved wrong, or that another statement contradicts, cannot be used.

    Returns
    -------
    DataFrame
        One row a finding: ``finding``, its id; ``survey`` (or table), ``item``, ``question``;
        ``measure``: ``mean``, ``yes``, ``top-two``, ``chosen:CODE``, ``percent:CODE``, ``score``,
        of published tables their role; ``wave``, for a change ``BEFORE-to-AFTER``; ``change``;
        ``attribute``, ``group``; ``value`` in ``unit`` (``%`` or empty); ``low``, ``high``
        (95 %), ``low_90``, ``high_90``; ``sd`` of a mean, or of the first wave where a mean
        changed; ``base``, how many answered, both times if matched; ``p``, ``p_text`` (``<0.01``
        where only stars are printed), ``p_adjusted``, ``adjusted_by``, ``test``; ``polarity``;
        ``origin``: ``computed`` or ``published``; ``source``; ``text``, a sentence; ``usable``,
        and ``why`` not.

    Raises
    ------
    TableError
        Where something else than results is given, or two findings have one id.

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.survey.describe import describe
    >>> from qualkit.survey.items import Item, Survey
    >>> item = Item("W1", "Did you attend?", "yes-no", {"0": "No", "1": "Yes"})
    >>> table = pd.DataFrame({"W1": ["1"] * 15 + ["0"] * 25})
    >>> made = findings(describe({"after": table}, Survey("s", items=(item,))))
    >>> made[["finding", "value", "base"]].values.tolist()
    [['s/W1/yes/after/all', 37.5, 40]]
    >>> print(made["text"][0])
    W1 'Did you attend?': 37.5 % (95 % interval 24.2 to 53.0) yes in after, 40 answered.
    """
    rows: list[dict[str, Any]] = []
    published: list[PublishedTable] = []
    for one in _several(results):
        if isinstance(one, Description):
            rows += _described(one)
        elif isinstance(one, Comparison):
            rows += [_changed(row, one) for row in _rows(one.items) if row["n_after"]]
        elif isinstance(one, PublishedTable):
            published.append(one)
        else:
            kind = type(one).__name__
            raise TableError("findings", f"a {kind} is no description, comparison or table")
    rows += published_findings(published, audited)
    _check_ids(rows)
    return framed(rows, FINDING_COLUMNS)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def _several(results: Any) -> Sequence[Any]:  # noqa: ANN401 - one of three kinds, or many
    if isinstance(results, Description | Comparison | PublishedTable):
        return [results]
    return list(results) if isinstance(results, Iterable) else [results]


def _check_ids(rows: Sequence[dict[str, Any]]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row["finding"] in seen:
            raise TableError("findings", f"two have the id {row['finding']!r}; is one given twice?")
        seen.add(row["finding"])


# Computed ------------------------------------------------------------------------------------


def _described(made: Description) -> Iterator[dict[str, Any]]:
    for row in _rows(made.items):
        if row["kind"] in {"ordinal", "number"}:
            yield _level(row, made, "mean", "mean", row["se"])
        if row["kind"] == "yes-no" or row["top_is"]:
            measure = "yes" if row["kind"] == "yes-no" else "top-two"
            yield _level(row, made, measure, "top_two", None)
    questions = dict(zip(made.items["item"], made.items["question"], strict=True))
    kinds = dict(zip(made.items["item"], made.items["kind"], strict=True))
    for row in _rows(made.distribution):
        if kinds[row["item"]] == "yes-no":
            continue  # its share of yes is a finding already
        several = kinds[row["item"]] == "multiple"
        known = {"question": questions[row["item"]], "n": row["base"], "polarity": ""}
        measure = f"{'chosen' if several else 'percent'}:{row['code']}"
        yield _level(row | known, made, measure, "percent", None)
    for row in _rows(made.scales):
        known = {"item": row["scale"], "question": f"scale of {row['items']}"}
        yield _level(row | known, made, "score", "mean", row["se"])


def _level(
    row: dict[str, Any], made: Description, measure: str, column: str, se: float | None
) -> dict[str, Any]:
    """How things stood in one wave; the interval of a mean is by t."""
    share = column == "top_two"
    value, times = _given(row[column]), 100 if share else 1
    low, high = (_given(row.get(name)) for name in ("top_low", "top_high")) if share else (
        _ends(value, _given(se), _given(row.get("effective_n")) or row["n"])
    )  # fmt: skip
    told = _base(row, made.survey, measure, row["wave"]) | {
        "value": _times(value, times), "low": _times(low, times), "high": _times(high, times),
        "unit": PERCENT if share or column == "percent" else "",
        "sd": _given(row.get("sd")) if column == "mean" else None,
        "base": row["n"], "change": False, "p_text": "", "source": f"{made.survey}, {row['wave']}",
    }  # fmt: skip
    why = _own_reason(row["why"], share=share)
    told["why"] = told["why"] or ("" if value is not None else why or "not defined")
    what = {"mean": "mean ", "score": "score "}.get(measure, "")
    counted = row.get("label") or (row["top_is"] if measure == "top-two" else "")
    answer = " yes" if measure == "yes" else f" gave {counted}" if counted else ""
    body = "" if value is None else (
        f"{what}{_number(told['value'], told['unit'])}{_interval(told)}{answer} in {row['wave']}, "
        f"{row['n']:,} answered."
    )  # fmt: skip
    return _finished(told, body)


def _own_reason(why: str, *, share: bool) -> str:
    """Of the reasons of a row of results, the one why it has no share, or no mean."""
    prefix = "top two: " if share else "mean: "
    own = [one.removeprefix(prefix) for one in why.split("; ") if one.startswith(prefix)]
    return own[0] if own else why


def _ends(value: float | None, se: float | None, n: float) -> tuple[float | None, float | None]:
    from scipy import stats

    if value is None or se is None or n < 2:
        return None, None
    half = float(stats.t.ppf(0.975, n - 1)) * se
    return value - half, value + half


def _changed(row: dict[str, Any], made: Comparison) -> dict[str, Any]:
    """How things moved between two waves."""
    wave = f"{made.before}-to-{made.after}"
    share = row["measure"] in _SHARES
    times = 100 if share else 1
    measure = f"chosen:{row['option']}" if row["option"] else row["measure"]
    matched = made.design == "matched"
    base = row["matched"] if matched else min(row["n_before"], row["n_after"])
    told = _base(row, made.survey, measure, wave) | {
        "value": _times(_given(row["difference"]), times), "unit": PERCENT if share else "",
        "sd": _given(row["sd_before"]), "base": base, "change": True, "p": _given(row["p"]),
        "p_text": p_words(_given(row["p"])), "p_adjusted": _given(row["p_adjusted"]),
        "adjusted_by": made.adjust if _given(row["p_adjusted"]) is not None else "",
        "test": row["test"], "source": f"{made.survey}, {made.before} and {made.after}",
    }  # fmt: skip
    for name in ("low", "high", "low_90", "high_90"):
        told[name] = _times(_given(row[name]), times)
    defined = told["value"] is not None or told["p"] is not None
    told["why"] = told["why"] or ("" if defined else row["why"] or row["reason"])
    return _finished(told, _change_words(row, told, made) if defined else "")


def _change_words(row: dict[str, Any], told: dict[str, Any], made: Comparison) -> str:
    people = (
        f"{told['base']:,} matched" if made.design == "matched" else
        f"{row['n_before']:,} before and {row['n_after']:,} after, not matched"
    )  # fmt: skip
    tested = f"{told['test']}: p {_sign(told['p_text'])}" if told["p_text"] else row["reason"]
    adjusted = (
        f", adjusted ({_ADJUSTED[told['adjusted_by']]}) {_sign(p_words(told['p_adjusted']))}"
        if told["adjusted_by"] else ""
    )  # fmt: skip
    if told["value"] is None:
        return f"answers in {made.before} and {made.after}, {people}; {tested}{adjusted}."
    times = 100 if told["unit"] else 1
    ends = [times * row[name] for name in ("mean_before", "mean_after")]
    way = "did not change"
    if round(told["value"], 6):
        way = f"{'rose' if told['value'] > 0 else 'fell'} by {_number(abs(told['value']), '')}"
        way += " points" if told["unit"] else ""
    what = {"mean": "the mean", "score": "the score"}.get(row["measure"])
    what = what or f"the share ({told['measure']})"
    better = f"; {row['better_is']} is better" if row["better_is"] else ""
    return (
        f"{what} {way} ({_number(ends[0], told['unit'])} to {_number(ends[1], told['unit'])}"
        f"{_interval(told, 'difference, ')}), {people}; {tested}{adjusted}{better}."
    )


def _base(row: dict[str, Any], survey: str, measure: str, wave: str) -> dict[str, Any]:
    group = f"{row['attribute']}={row['group']}" if row["attribute"] else ""
    return {
        "finding": finding_id(survey, row["item"], measure, wave, group), "survey": survey,
        "item": row["item"], "question": row["question"], "measure": measure, "wave": wave,
        "attribute": row["attribute"], "group": row["group"], "polarity": row["polarity"],
        "origin": "computed", "why": "" if row["shown"] else row["why"],
    }  # fmt: skip


def _finished(told: dict[str, Any], body: str) -> dict[str, Any]:
    asked = f" {told['question']!r}" if told["question"] else ""
    where = f" ({told['attribute']} {told['group']})" if told["attribute"] else ""
    why = told["why"]
    text = f"{told['item']}{asked}{where}: {body if body and not why else why or 'not defined'}"
    return told | {"text": text, "usable": not why}


def _given(value: Any) -> float | None:  # noqa: ANN401 - a cell of a table
    import pandas as pd

    return None if value is None or pd.isna(value) else float(value)


def _times(value: float | None, times: int) -> float | None:
    return None if value is None else value * times


def _number(value: float, unit: str) -> str:
    return f"{value:.1f} %" if unit else f"{value:.2f}"


def _interval(told: dict[str, Any], what: str = "") -> str:
    if told.get("low") is None or told.get("high") is None:
        return ""
    low, high = (f"{told[name]:.{1 if told['unit'] else 2}f}" for name in ("low", "high"))
    inside = f"{what}95 % interval {low} to {high}"
    return f"; {inside}" if what else f" ({inside})"


def p_words(p: float | None) -> str:
    """A p as reports write it.

    >>> p_words(0.0312), p_words(0.00004), p_words(None)
    ('0.031', '<0.001', '')
    """
    if p is None:
        return ""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def _sign(words: str) -> str:
    return f"< {words[1:]}" if words.startswith("<") else f"= {words}"
