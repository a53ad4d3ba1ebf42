"""A survey described: who answered what, in each wave and subgroup, with bases always shown.

Shares are from 0 to 1, percentages from 0 to 100. Don't-know answers are in no mean; whether they
are in the base of percentages is a setting, and is said. What is small is hidden by `Rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import UnknownName
from qualkit.survey._frames import framed
from qualkit.survey._tallies import Hidden, Tally, hide, tally_of
from qualkit.survey.items import Item, Survey
from qualkit.survey.proportions import wilson
from qualkit.survey.records import REASONS
from qualkit.survey.scales import cronbach_alpha
from qualkit.survey.scoring import Scale, parts_of, scales_of, scores_of
from qualkit.survey.suppress import CELL_WHY, Rules
from qualkit.survey.variables import (
    Answered,
    Groups,
    Variable,
    answers_to,
    column_of,
    everybody,
    groups_of,
    is_asked,
    unlisted,
    variables_of,
    weights_of,
)
from qualkit.wording import many

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qualkit.survey.reading import Answers

ITEM_COLUMNS: Final = (
    "item", "question", "kind", "polarity", "wave", "attribute", "group", "n", "dont_know",
    "missing", "effective_n", "mean", "sd", "se", "top_two", "top_low", "top_high", "top_is",
    "shown", "why",
)  # fmt: skip
DISTRIBUTION_COLUMNS: Final = (
    "item", "wave", "attribute", "group", "code", "label", "n", "percent", "base", "shown", "why",
)  # fmt: skip
SCALE_COLUMNS: Final = (
    "scale", "items", "polarity", "wave", "attribute", "group", "n", "missing", "effective_n",
    "mean", "sd", "se", "alpha", "alpha_n", "alpha_reason", "shown", "why",
)  # fmt: skip
DONT_KNOW: Final = ("excluded", "counted")


@dataclass(frozen=True, slots=True)
class Description:
    """What a survey's waves say.

    Attributes
    ----------
    survey : str
        Its id.
    waves, attributes : tuple of str
        What was described; every attribute has its groups apart, beside everybody.
    items : DataFrame
        One row an item, wave and group (`attribute` and `group` are empty for everybody):
        ``item``, ``question``, ``kind``, ``polarity``, ``wave``, ``attribute``, ``group``; ``n``
        answers, ``dont_know``, ``missing``; ``effective_n`` of weighted answers; ``mean``, ``sd``
        and ``se`` of ordinal items and numbers; ``top_two``, the share (0 to 1) of the two best
        answers, or of yes, with its Wilson interval ``top_low``, ``top_high``; ``top_is``, which
        answers it counts; ``shown``; ``why`` something is hidden or missing.
    distribution : DataFrame
        One row an answer: ``item``, ``wave``, ``attribute``, ``group``, ``code``, ``label``, ``n``
        (always unweighted), ``percent`` (0 to 100, of ``base``), ``shown``, ``why``. Options of
        an item with several answers do not add up to 100.
    scales : DataFrame
        One row a scale, wave and group: as `items`, with ``items`` scored, ``alpha`` of the
        ``alpha_n`` who answered them all, and ``alpha_reason`` where it is undefined.
    notes : tuple of str
        What a reader must know.
    method : tuple of str
        Sentences for an annex.
    rules : Rules
    title : str
        Of the survey.
    """

    survey: str
    waves: tuple[str, ...]
    attributes: tuple[str, ...]
    items: pd.DataFrame
    distribution: pd.DataFrame
    scales: pd.DataFrame
    notes: tuple[str, ...]
    method: tuple[str, ...]
    rules: Rules
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Wave:
    """One wave's table, its groups and weights."""

    name: str
    table: pd.DataFrame
    groups: tuple[Groups, ...]
    weight: np.ndarray | None


@dataclass(slots=True)
class _Settings:
    rules: Rules
    counted: bool
    notes: list[str] = field(default_factory=list)
    meanless: set[tuple[str, ...]] = field(default_factory=set)  # item, wave, attribute, group


def describe(
    answers: Mapping[str, pd.DataFrame | Answers],
    survey: Survey,
    *,
    by: str | Sequence[str] | None = None,
    wave: str | Sequence[str] | None = None,
    rules: Rules | None = None,
    weight: str | None = None,
    dont_know: str = "excluded",
    needed: int | None = None,
) -> Description:
    """Every item and scale of a survey, in each wave and subgroup.

    Parameters
    ----------
    answers : mapping of str to DataFrame or Answers
        Wave to its table: one row a respondent, a column for each item with codes as text (an
        item with several answers has one column an option, such as ``M1/2``), and the columns of
        subgroups and weights.
    survey : Survey
    by : str or sequence of str, optional
        Columns whose values are described apart. Left out, the survey's subgroups; ``()`` for
        everybody alone.
    wave : str or sequence of str, optional
        Which waves; all where left out.
    rules : Rules, optional
        What is hidden. Bases are not.
    weight : str, optional
        Column of design weights. Left out, the survey's, if it has any; ``""`` for none.
    dont_know : str
        ``excluded`` from percentages and shares, or ``counted`` in their base.
    needed : int, optional
        Items of a scale that one must have answered for a score; left out, at least half.

    Returns
    -------
    Description

    Raises
    ------
    UnknownName
        Where there is no such wave or way to treat don't know.
    TableError
        Where a subgroup's or weight's column is missing.
    BatchError
        Where a weight is no number from 0, with its row.

    Notes
    -----
    Of weighted answers ``effective_n`` is Kish's, the standard error is by linearisation, the
    Wilson interval takes the effective number; alpha is unweighted. Answers that an item does not
    list are missing, and noted.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association 22, 209-212.
    Kish, L. (1965). Survey sampling. Wiley, section 11.7.

    Examples
    --------
    >>> import pandas as pd
    >>> item = Item("K1", "I know whom to ask", labels={"1": "No", "2": "Hardly", "3": "Yes"},
    ...             polarity="higher-is-better")
    >>> table = pd.DataFrame({"K1": ["1"] * 6 + ["2"] * 8 + ["3"] * 6 + [None]})
    >>> made = describe({"before": table}, Survey("s", items=(item,)))
    >>> made.items[["n", "missing", "mean", "top_two", "top_is"]].values.tolist()
    [[20, 1, 2.0, 0.7, '2 Hardly, 3 Yes']]
    >>> made.distribution[["label", "n", "percent"]].values.tolist()
    [['No', 6, 30.0], ['Hardly', 8, 40.0], ['Yes', 6, 30.0]]
    """
    if dont_know not in DONT_KNOW:
        raise UnknownName("way to treat don't know", dont_know, DONT_KNOW)
    settings = _Settings(rules or Rules(), dont_know == "counted")
    attributes = _listed(by, survey.subgroups)
    waves = [
        _wave(name, table_of(answers[name]), survey, attributes, weight, settings)
        for name in _chosen_waves(answers, wave)
    ]
    variables = variables_of(survey, [one.table for one in waves])
    scales = scales_of(survey, variables, needed)
    rows: dict[str, list[dict[str, Any]]] = {"items": [], "distribution": [], "scales": []}
    for one in waves:
        _describe_wave(one, survey, variables, scales, rows, settings)
    settings.notes += _scale_notes(variables, scales)
    return Description(
        survey.id, tuple(one.name for one in waves), attributes,
        framed(rows["items"], ITEM_COLUMNS), framed(rows["distribution"], DISTRIBUTION_COLUMNS),
        framed(rows["scales"], SCALE_COLUMNS), tuple(dict.fromkeys(settings.notes)),
        tuple(_method(settings, scales, weighted=any(one.weight is not None for one in waves))),
        settings.rules, survey.title,
    )  # fmt: skip


def table_of(answers: pd.DataFrame | Answers) -> pd.DataFrame:
    """The table of answers, whether it comes alone or as it was read."""
    import pandas as pd

    return answers if isinstance(answers, pd.DataFrame) else answers.table


def _listed(by: str | Sequence[str] | None, default: Sequence[str]) -> tuple[str, ...]:
    given = default if by is None else [by] if isinstance(by, str) else by
    return tuple(dict.fromkeys(given))


def _chosen_waves(answers: Mapping[str, Any], wave: str | Sequence[str] | None) -> list[str]:
    wanted = _listed(wave, list(answers))
    for name in wanted:
        if name not in answers:
            raise UnknownName("wave", name, answers)
    return list(wanted)


def _wave(
    name: str, table: pd.DataFrame, survey: Survey, attributes: Sequence[str],
    weight: str | None, settings: _Settings,
) -> _Wave:  # fmt: skip
    column = column_of(table, "weight", survey.weight) if weight is None else weight
    weights = None
    if survey.weight and weight is None and not column:
        settings.notes.append(f"{name}: it has no column of weights, so that it is unweighted")
    if column:
        weights = weights_of(table, column)
        kept = weights > 0
        if not kept.all():
            lost = many(int((~kept).sum()), "respondent")
            settings.notes.append(f"{name}: {lost} without a weight over 0 left out")
            table, weights = table[kept], weights[kept]
    if not len(table):
        settings.notes.append(f"{name}: nobody answered")
    return _Wave(
        name, table, (everybody(table), *(groups_of(table, one, survey) for one in attributes)),
        weights,
    )  # fmt: skip


def _describe_wave(
    wave: _Wave, survey: Survey, variables: Sequence[Variable], scales: Sequence[Scale],
    rows: dict[str, list[dict[str, Any]]], settings: _Settings,
) -> None:  # fmt: skip
    scored = {one.item for scale in scales for one in scale.items}
    kept: dict[str, Answered] = {}
    by_item: dict[str, list[Variable]] = {}
    for variable in variables:
        by_item.setdefault(variable.item, []).append(variable)
    for item in survey.items:
        held = [one for one in by_item.get(item.id, ()) if is_asked(one, wave.table)]
        if item.kind == "open":
            rows["items"] += _open_rows(item, wave) if item.id in wave.table else []
        elif not held:
            settings.notes.append(f"{item.id} was not asked in {wave.name}, or has no column")
        for n, variable in enumerate(held):
            answered = answers_to(variable, wave.table)
            settings.notes += unlisted(variable, answered, wave.name)
            _add_item(variable, answered, wave, rows, settings, first=n == 0)
            if item.id in scored:
                kept[item.id] = answered
    for scale in scales:
        if not scale.fault and all(one.item in kept for one in scale.items):
            rows["scales"] += _scale_rows(scale, kept, wave, settings)


# Rows ----------------------------------------------------------------------------------------


def _add_item(
    variable: Variable, answered: Answered, wave: _Wave, rows: dict[str, list[dict[str, Any]]],
    settings: _Settings, *, first: bool,
) -> None:  # fmt: skip
    total = tally_of(variable, answered, wave.groups[0], wave.weight)
    for groups in wave.groups:
        everyone = not groups.attribute
        tally = total if everyone else tally_of(variable, answered, groups, wave.weight)
        hidden = hide(variable, total, None if everyone else tally, groups.names, settings.rules)
        for at, group in enumerate(groups.names):
            row = at if everyone else at + 1
            told = {"item": variable.item, "wave": wave.name,
                    "attribute": groups.attribute, "group": group}  # fmt: skip
            if row in hidden.means:
                settings.meanless.add((variable.item, wave.name, groups.attribute, group))
            if first:
                rows["items"].append(told | _item_row(variable, tally, at, row, hidden, settings))
            if variable.codes:
                rows["distribution"] += [
                    told | one for one in _code_rows(variable, tally, at, row, hidden, settings)
                ]


def _item_row(
    variable: Variable, tally: Tally, at: int, row: int, hidden: Hidden, settings: _Settings
) -> dict[str, Any]:
    n, unsure = tally.n[at], tally.unsure[at]
    several = variable.kind == "option"
    made: dict[str, Any] = {
        "question": variable.question, "kind": "multiple" if several else variable.kind,
        "polarity": variable.polarity, "n": n, "dont_know": unsure,
        "missing": tally.size[at] - n - unsure,
        "effective_n": tally.figures[at].get("effective_n"),
    }  # fmt: skip
    if not several:
        made["top_is"] = variable.counted
    if not n or row in hidden.rows:
        return made | {"shown": False, "why": hidden.rows.get(row) or _nobody(unsure)}
    why = []
    if row in hidden.means:
        why.append(f"mean: {CELL_WHY}")
    else:
        made |= {name: tally.figures[at].get(name) for name in ("mean", "sd", "se")}
    if variable.best and not several:
        if row in hidden.tops:
            why.append(f"top two: {CELL_WHY}")
        else:
            made |= _top(variable, tally, at, settings)
    return made | {"shown": True, "why": "; ".join(why)}


def _nobody(unsure: int) -> str:
    return f"nobody answered, {unsure:,} said don't know" if unsure else "nobody answered"


def _top(variable: Variable, tally: Tally, at: int, settings: _Settings) -> dict[str, Any]:
    """The share of the best answers with its interval, on the effective number if weighted."""
    weighted = tally.weighted[at]
    base = sum(weighted) + (tally.weighted_unsure[at] if settings.counted else 0.0)
    share = min(1.0, sum(weighted[place] for place in variable.best) / base)
    n = tally.n[at] + (tally.unsure[at] if settings.counted else 0)
    effective = tally.figures[at].get("effective_n")
    if effective is None:
        found = wilson(sum(tally.counts[at][place] for place in variable.best), n)
    else:
        worth = effective * n / tally.n[at]
        found = wilson(share * worth, worth)
    return {"top_two": share, "top_low": found.low, "top_high": found.high}


def _code_rows(
    variable: Variable, tally: Tally, at: int, row: int, hidden: Hidden, settings: _Settings
) -> Iterable[dict[str, Any]]:
    """One row an answer; of an option whether it was chosen, alone."""
    base = tally.n[at] + (tally.unsure[at] if settings.counted else 0)
    weight = sum(tally.weighted[at]) + (tally.weighted_unsure[at] if settings.counted else 0)
    several = variable.kind == "option"
    for place in (1,) if several else range(len(variable.codes)):
        code = variable.option if several else variable.codes[place]
        made: dict[str, Any] = {"code": code, "label": variable.labels[place], "base": base}
        if row in hidden.rows or (row, place) in hidden.cells or not tally.n[at]:
            why = hidden.rows.get(row) or (CELL_WHY if tally.n[at] else _nobody(tally.unsure[at]))
            yield made | {"shown": False, "why": why}
        else:
            percent = 100 * tally.weighted[at][place] / weight
            yield made | {
                "n": tally.counts[at][place],
                "percent": percent,
                "shown": True,
                "why": "",
            }
    if settings.counted and not several:
        heavy = tally.weighted_unsure[at]
        yield {
            "code": "don't know", "label": "Don't know", "base": base, "n": tally.unsure[at],
            "percent": 100 * heavy / weight if weight else None, "shown": True, "why": "",
        }  # fmt: skip


def _open_rows(item: Item, wave: _Wave) -> list[dict[str, Any]]:
    import numpy as np

    text = wave.table[item.id]
    there = (text.notna() & (text.astype(str).str.strip() != "")).to_numpy()
    made = []
    for groups in wave.groups:
        n = np.bincount(groups.of[there], minlength=len(groups.names)).tolist()
        size = np.bincount(groups.of, minlength=len(groups.names)).tolist()
        made += [
            {"item": item.id, "question": item.question, "kind": "open", "polarity": "",
             "wave": wave.name, "attribute": groups.attribute, "group": group, "n": n[at],
             "dont_know": 0, "missing": size[at] - n[at], "shown": True,
             "why": "open answers are read, not counted"}
            for at, group in enumerate(groups.names)
        ]  # fmt: skip
    return made


def _scale_rows(
    scale: Scale, kept: Mapping[str, Answered], wave: _Wave, settings: _Settings
) -> list[dict[str, Any]]:
    parts = parts_of(scale, kept)
    score, variable = scores_of(scale, parts), scale.variable
    total = tally_of(variable, score, wave.groups[0], wave.weight)
    made = []
    for groups in wave.groups:
        everyone = not groups.attribute
        tally = total if everyone else tally_of(variable, score, groups, wave.weight)
        hidden = hide(variable, total, None if everyone else tally, groups.names, settings.rules)
        for at, group in enumerate(groups.names):
            told = {
                "scale": scale.name, "items": ", ".join(one.item for one in scale.items),
                "polarity": scale.polarity, "wave": wave.name,
                "attribute": groups.attribute, "group": group,
                "n": tally.n[at], "missing": tally.size[at] - tally.n[at],
            }  # fmt: skip
            why = hidden.rows.get(at if everyone else at + 1)
            if why or not tally.n[at]:
                made.append(told | {"shown": False, "why": why or _nobody(0)})
                continue
            if any((one.item, wave.name, groups.attribute, group) in settings.meanless
                   for one in scale.items):  # fmt: skip
                made.append(told | {"shown": False, "why": f"mean: {CELL_WHY}"})
                continue
            alpha = cronbach_alpha(parts[groups.of == at])
            safe = alpha.n >= settings.rules.base or not alpha.n
            made.append(told | tally.figures[at] | {
                "alpha": alpha.value if safe else None, "alpha_n": alpha.n,
                "alpha_reason": REASONS.get(alpha.reason, "") if safe else
                f"fewer than {settings.rules.base} answered every item", "shown": True, "why": "",
            })  # fmt: skip
    return made


# Words ---------------------------------------------------------------------------------------


def _scale_notes(variables: Sequence[Variable], scales: Sequence[Scale]) -> list[str]:
    notes = [scale.fault for scale in scales if scale.fault]
    notes += [
        f"{one.item} has no labels: the codes that were given ({', '.join(one.codes[:8])}) were "
        "taken for its scale"
        for one in variables
        if one.kind == "ordinal" and one.source is not None and not one.source.codes
    ]
    unset = [one.item for one in variables if one.kind == "ordinal" and not one.polarity]
    if unset:
        notes.append(
            f"{', '.join(unset[:10])}{' ...' if len(unset) > 10 else ''}: nobody has said whether "
            "more is better, so that their top two are the two highest codes"
        )
    return notes


def _method(settings: _Settings, scales: Sequence[Scale], *, weighted: bool) -> list[str]:
    base = "counted in" if settings.counted else "left out of"
    told = [
        "Means are of the answers given; the standard error is the standard deviation over the "
        "square root of their number.",
        "The top two are the two best answers by the item's polarity (of two answers the better "
        "one, of yes and no the yes), with Wilson's score interval at 95 %; "
        f"don't know is {base} the base of percentages.",
        settings.rules.sentence(),
    ]
    if settings.rules.hides and not settings.rules.means:
        told.append(
            "Means are shown wherever their base is large enough. On a short scale a base and a "
            "mean can tell a hidden count to whoever works it out; means beside hidden counts can "
            "be hidden too."
        )
    if weighted:
        told.append(
            "Percentages, means and shares are weighted; counts and bases are not. The effective "
            "number is Kish's, standard errors are by linearisation."
        )
    told += [scale.sentence() for scale in scales if not scale.fault]
    if any(not scale.fault for scale in scales):
        told.append("Alpha is Cronbach's, of those who answered every item.")
    return told
