"""Two waves of a survey compared: the same people where they can be matched, else different ones.

A difference is after less before, so that a rise is positive whatever is better. Shares are from
0 to 1. Waves that are not matched are never called paired.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import UnknownName
from qualkit.survey._changes import (
    Sides,
    better_is,
    change_apart,
    change_of_pairs,
    moved,
    sums_of,
    top_sides,
)
from qualkit.survey._frames import framed
from qualkit.survey._matching import Matched, match
from qualkit.survey._tallies import hide, tally_of
from qualkit.survey.adjusting import METHODS, adjust
from qualkit.survey.attrition import ATTRITION_COLUMNS, RETENTION_COLUMNS, attrition, retention
from qualkit.survey.describe import table_of
from qualkit.survey.items import Survey
from qualkit.survey.paired import ZERO_METHODS
from qualkit.survey.scoring import Scale, parts_of, scales_of, scores_of
from qualkit.survey.suppress import CELL_WHY, Rules, hidden_cells, hidden_groups
from qualkit.survey.variables import (
    BINARY,
    Answered,
    Groups,
    Reader,
    Variable,
    column_of,
    everybody,
    groups_of,
    is_asked,
    unlisted,
    variables_of,
)
from qualkit.wording import many

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qualkit.survey.reading import Answers

ITEM_COLUMNS: Final = (
    "item", "option", "question", "kind", "measure", "polarity", "better_is", "attribute",
    "group", "test", "n_before", "n_after", "matched", "mean_before", "mean_after", "sd_before",
    "sd_after", "difference", "low", "high", "low_90", "high_90", "se", "t", "chi2", "df", "p",
    "p_adjusted", "dz", "wilcoxon_p", "wilcoxon_method", "zero_method", "zeros", "mcnemar_p",
    "moved", "reason", "shown", "why",
)  # fmt: skip
UNMATCHED_COLUMNS: Final = (
    "who", "wave", "item", "option", "measure", "n", "mean", "sd", "shown", "why",
)  # fmt: skip
FEW_CLUSTERS: Final = 10
_RELIABLE: Final = 5  # an expected count of chi-squared


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two waves of a survey differ.

    Attributes
    ----------
    survey : str
    before, after : str
        Names of the waves.
    design : str
        ``matched`` or ``unmatched``.
    people : dict of str to int
        ``before``, ``after``; matched ones have ``matched``, ``lost``, ``new``, ``without id``.
    items : DataFrame
        One row a result and group (`attribute` and `group` are empty for everybody): ``item``,
        ``option``, ``question``, ``kind``; ``measure``: ``mean``, ``yes``, ``chosen``,
        ``answers``, ``score`` or ``top-two``; ``polarity``, ``better_is`` (``higher``,
        ``lower`` or empty); ``test``; ``n_before``, ``n_after`` who answered in each wave at all,
        ``matched`` who answered in both; ``mean_before``, ``mean_after`` (shares from 0 to 1
        of yes and top two) and ``sd_before``, ``sd_after`` of those compared; ``difference``, after
        less before, with ``low``, ``high`` (95 %) and ``low_90``, ``high_90``, ``se``; ``t``,
        ``chi2``, ``df``, ``p``, ``p_adjusted`` within the family; ``dz``; ``wilcoxon_p``,
        ``wilcoxon_method``, ``zero_method``, ``zeros``; ``mcnemar_p``; ``moved``: ``better``,
        ``worse``, ``same``; ``reason`` why something is undefined; ``shown`` and ``why`` not.
    attrition : DataFrame
        The retained against the lost, as they answered before: see
        :func:`~qualkit.survey.attrition.attrition`. Empty where waves are not matched.
    retention : DataFrame
        How many of each subgroup answered again.
    unmatched : DataFrame
        Answers of the lost and of the new, apart: ``who``, ``wave``, ``item``, ``option``,
        ``measure``, ``n``, ``mean``, ``sd``, ``shown``, ``why``.
    adjust : str
    family : tuple of str
        The items whose tests were adjusted together.
    warnings, notes, method : tuple of str
        What makes results doubtful; what to know; sentences for an annex.
    rules : Rules
    title : str
        Of the survey.
    """

    survey: str
    before: str
    after: str
    design: str
    people: dict[str, int]
    items: pd.DataFrame
    attrition: pd.DataFrame
    retention: pd.DataFrame
    unmatched: pd.DataFrame
    adjust: str
    family: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    method: tuple[str, ...]
    rules: Rules
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Plan:
    survey: Survey
    waves: tuple[str, str]
    tables: tuple[pd.DataFrame, pd.DataFrame]
    matched: Matched | None
    bands: tuple[tuple[Groups, Groups], ...]
    rules: Rules
    zero_method: str
    readers: tuple[Reader, Reader]


def compare(  # noqa: PLR0913 - each is a choice that a report must state
    before: pd.DataFrame | Answers,
    after: pd.DataFrame | Answers,
    survey: Survey,
    *,
    family: Sequence[str] | None = None,
    adjust: str = "holm",
    matched: bool = True,
    clusters: str | None = None,
    by: str | Sequence[str] = (),
    top_two: bool | Sequence[str] = False,
    rules: Rules | None = None,
    zero_method: str = "wilcox",
    waves: tuple[str, str] = ("before", "after"),
) -> Comparison:
    """How answers changed between two waves.

    Parameters
    ----------
    before, after : DataFrame or Answers
        One row a respondent, as for :func:`~qualkit.survey.describe.describe`, with a column
        ``respondent``, or as the survey calls it, where they are to be matched.
    survey : Survey
    family : sequence of str, optional
        Ids of the items whose tests are one family, declared before looking. Left out, every
        item that was asked twice. Scales are adjusted among themselves, so are shares of the best
        answers, and each subgroup column's tests among themselves.
    adjust : str
        ``holm``, ``bh`` (Benjamini-Hochberg) or ``bonferroni``.
    matched : bool
        Match respondents by id. Where they are not, waves are compared as different people.
    clusters : str, optional
        Column of what respondents are nested in, such as their school. Left out, the survey's.
    by : str or sequence of str
        Subgroup columns that are compared too. A matched person's group is that of before.
    top_two : bool or sequence of str
        Items, or all ordinal ones, of which the share of the two best answers is tested too.
    rules : Rules, optional
        What is hidden; a hidden result is not tested.
    zero_method : str
        Of Wilcoxon's test: ``wilcox``, ``pratt`` or ``zsplit``.
    waves : (str, str)
        Their names.

    Returns
    -------
    Comparison

    Raises
    ------
    UnknownName
        Where an item of the family, a method or a column of clusters is not known.
    TableError
        Where waves are to be matched and have no ids, or a subgroup's column is missing.
    BatchError
        Where a respondent stands twice in a wave, with rows.

    Notes
    -----
    Matched: paired t with Wilcoxon beside it for means; McNemar's exact test for yes or no, with
    Agresti and Min's interval; Stuart and Maxwell's test for unordered answers. Not matched:
    Welch's t; Pearson's chi-squared, with Newcombe's interval for yes or no. Weights are not
    used. None of the tests allows for nested respondents; `warnings` says where that matters.

    References
    ----------
    Agresti, A. and Min, Y. (2005). Simple improved confidence intervals for comparing matched
    proportions. Statistics in Medicine 24, 729-740.
    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions. Statistics in Medicine 17, 873-890.
    Maxwell, A. E. (1970). Comparing the classification of subjects by two independent judges.
    British Journal of Psychiatry 116, 651-655.

    Examples
    --------
    >>> import pandas as pd
    >>> from qualkit.survey.items import Item
    >>> labels = {"1": "Never", "2": "Rarely", "3": "Often", "4": "Always"}
    >>> survey = Survey("s", respondent="id", items=(Item("K1", "Do you ask?", labels=labels),))
    >>> people = [f"P{n}" for n in range(12)]
    >>> first = pd.DataFrame({"id": people, "K1": list("112223331244")})
    >>> second = pd.DataFrame({"id": people, "K1": list("223323442344")})
    >>> made = compare(first, second, survey)
    >>> made.items[["matched", "difference", "t", "df", "p", "dz"]].round(3).values.tolist()
    [[12, 0.667, 4.69, 11.0, 0.001, 1.354]]
    """
    _check(adjust, zero_method)
    rules = rules or Rules()
    tables = (table_of(before), table_of(after))
    found = match(tables, survey, waves) if matched else None
    columns = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    readers = (Reader(tables[0]), Reader(tables[1]))
    bands = _bands(tables, columns, survey)
    plan = _Plan(survey, waves, tables, found, bands, rules, zero_method, readers)
    variables = variables_of(survey, tables)
    scales = [scale for scale in scales_of(survey, variables) if not scale.fault]
    family = _family(family, variables, scales)
    rows, notes = _results(plan, variables, scales, _tops(top_two, variables))
    _adjust(rows, family, adjust)
    warned = list(_nesting(plan, clusters))
    notes = [*(found.notes if found else ()), *notes, *_told_people(plan)]
    apart = _apart(plan, variables) if found else []
    return Comparison(
        survey.id, *waves, "matched" if matched else "unmatched", _people(plan),
        framed(rows, ITEM_COLUMNS),
        framed(attrition(readers[0], found, variables, survey, rules) if found else [],
                ATTRITION_COLUMNS),
        framed(retention(tables[0], found, survey) if found else [], RETENTION_COLUMNS),
        framed(apart, UNMATCHED_COLUMNS), adjust, tuple(_tested(rows, family)), tuple(warned),
        tuple(dict.fromkeys(notes)), tuple(_method(plan, rows, adjust, family, scales)), rules,
        survey.title,
    )  # fmt: skip


def _check(method: str, zero_method: str) -> None:
    if method not in METHODS:
        raise UnknownName("method of adjustment", method, METHODS)
    if zero_method not in ZERO_METHODS:
        raise UnknownName("zero method", zero_method, ZERO_METHODS)


def _family(
    family: Sequence[str] | None, variables: Sequence[Variable], scales: Sequence[Scale]
) -> tuple[str, ...]:
    known = [*dict.fromkeys(one.item for one in variables), *(one.name for one in scales)]
    for name in family or ():
        if name not in known:
            raise UnknownName("item", name, known)
    return tuple(known if family is None else dict.fromkeys(family))


def _tops(top_two: bool | Sequence[str], variables: Sequence[Variable]) -> set[str]:
    ordinal = [one.item for one in variables if one.kind == "ordinal" and one.best]
    if isinstance(top_two, bool):
        return set(ordinal) if top_two else set()
    for name in top_two:
        if name not in ordinal:
            raise UnknownName("ordinal item", name, ordinal)
    return set(top_two)


def _bands(
    tables: tuple[pd.DataFrame, pd.DataFrame], columns: Sequence[str], survey: Survey
) -> tuple[tuple[Groups, Groups], ...]:
    """Everybody, then each column's groups, numbered alike in both waves."""
    import numpy as np

    made = [(everybody(tables[0]), everybody(tables[1]))]
    for column in columns:
        pair = [groups_of(table, column, survey) for table in tables]
        names = tuple(sorted({name for one in pair for name in one.names}))
        alike = [
            Groups(column, names, np.array([names.index(n) for n in one.names], dtype=int)[one.of])
            for one in pair
        ]
        made.append((alike[0], alike[1]))
    return tuple(made)


# Results -------------------------------------------------------------------------------------


def _results(
    plan: _Plan, variables: Sequence[Variable], scales: Sequence[Scale], tops: set[str]
) -> tuple[list[dict[str, Any]], list[str]]:
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    scored = {one.item for scale in scales for one in scale.items}
    kept: list[dict[str, Answered]] = [{}, {}]
    for variable in variables:
        asked = [is_asked(variable, table) for table in plan.tables]
        if not all(asked):
            rows.append(_once(variable, asked, plan.waves))
            continue
        pair = [reader.answers(variable) for reader in plan.readers]
        notes += _odd_codes(variable, pair, plan.waves)
        rows += _rows(variable, pair, plan, _measure(variable))
        if variable.item in tops:
            rows += _rows(variable, pair, plan, "top-two")
        if variable.item in scored:
            for held, answered in zip(kept, pair, strict=True):
                held[variable.item] = answered
    for scale in scales:
        if all(one.item in kept[0] for one in scale.items):
            pair = [scores_of(scale, parts_of(scale, held)) for held in kept]
            scores = _rows(scale.variable, pair, plan, "score")
            rows += _without_hidden_items(scale, scores, rows) if plan.rules.means else scores
    return rows, [*notes, *_thin(rows)]


def _without_hidden_items(
    scale: Scale, scores: Sequence[dict[str, Any]], rows: Sequence[dict[str, Any]]
) -> Iterable[dict[str, Any]]:
    """Scores but where an item's mean is hidden, which they and the other items would tell."""
    items = {one.item for one in scale.items}
    hidden = {
        (row["attribute"], row["group"])
        for row in rows
        if row["item"] in items and row["measure"] == "mean" and row["why"] == CELL_WHY
    }
    keys = ("attribute", "group", "n_before", "n_after", "matched")
    for row in scores:
        if row["shown"] and (row["attribute"], row["group"]) in hidden:
            bases = {key: row[key] for key in keys}
            named = _named(scale.variable, "score")
            yield named | bases | {"reason": "", "shown": False, "why": CELL_WHY}
        else:
            yield row


def _measure(variable: Variable) -> str:
    named = {"yes-no": "yes", "option": "chosen", "nominal": "answers"}
    return named.get(variable.kind, "mean")


def _once(variable: Variable, asked: Sequence[bool], waves: tuple[str, str]) -> dict[str, Any]:
    where = next((wave for wave, here in zip(waves, asked, strict=True) if here), "")
    reason = f"asked only in {where}" if where else "asked in neither wave"
    return _named(variable, _measure(variable)) | {
        "attribute": "", "group": "", "reason": reason, "shown": False, "why": reason,
    }  # fmt: skip


def _named(variable: Variable, measure: str) -> dict[str, Any]:
    return {
        "item": variable.item, "option": variable.option, "question": _asked(variable),
        "kind": "multiple" if variable.kind == "option" else variable.kind, "measure": measure,
        "polarity": variable.polarity, "better_is": better_is(variable.polarity),
    }  # fmt: skip


def _asked(variable: Variable) -> str:
    """Its question; of an option, with the option's words."""
    if variable.kind != "option":
        return variable.question
    return f"{variable.question}: {variable.labels[-1]}"


def _thin(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    """Where chi-squared leans on too few people."""
    thin = [
        f"{row['item']} ({row['group']})" if row["group"] else row["item"]
        for row in rows
        if (row.get("smallest_expected") or _RELIABLE) < _RELIABLE
    ]
    if thin:
        yield (
            f"{', '.join(thin[:10])}{' ...' if len(thin) > 10 else ''}: an expected count is under "
            f"{_RELIABLE}, so that chi-squared is not to be relied on"
        )


def _odd_codes(
    variable: Variable, pair: Sequence[Answered], waves: tuple[str, str]
) -> Iterable[str]:
    """Codes that only one wave has, which may mean that the question had changed."""
    import numpy as np

    for answered, wave in zip(pair, waves, strict=True):
        yield from unlisted(variable, answered, wave)
    if variable.kind not in {"ordinal", "nominal"}:
        return
    counts = [np.bincount(one.place[one.place >= 0], minlength=len(variable.codes)) for one in pair]
    for here, there in ((0, 1), (1, 0)):
        expected = counts[here] * counts[there].sum() / max(1, counts[here].sum())
        for place in np.flatnonzero((expected >= _RELIABLE) & (counts[there] == 0)).tolist():
            yield (
                f"{variable.item}: {variable.codes[place]!r} was given in {waves[here]} and by "
                f"nobody in {waves[there]}; see whether both offered the same answers"
            )


def _rows(
    variable: Variable, pair: Sequence[Answered], plan: _Plan, measure: str
) -> list[dict[str, Any]]:
    import numpy as np

    tested = variable
    sides, at = _sides(pair, plan)
    if measure == "top-two":
        sides = top_sides(variable, sides)
        tested = Variable(variable.item, variable.question, "yes-no", codes=("0", "1"),
                          labels=("no", "yes"), best=(1,))  # fmt: skip
    made: list[dict[str, Any]] = []
    for band in plan.bands:
        names = band[0].names
        counts = [
            np.bincount(groups.of[one.valid], minlength=len(names)).tolist()
            for groups, one in zip(band, pair, strict=True)
        ]
        parts = [sides]
        if band[0].attribute:
            of = [groups.of[rows] for groups, rows in zip(band, at, strict=True)]
            of = of if plan.matched is None else [of[0], of[0]]  # people stay where they were
            parts = [_within(sides, [one == n for one in of]) for n in range(len(names))]
        hidden = _hidden(
            tested, parts, plan, names, _described(variable, measure, pair, band, plan)
        )
        for n, name in enumerate(names):
            row = _named(variable, measure) | {
                "attribute": band[0].attribute, "group": name,
                "n_before": counts[0][n], "n_after": counts[1][n],
            }  # fmt: skip
            made.append(row | _result(tested, parts[n], plan, hidden.get(n, ""), variable.polarity))
    return made


def _sides(
    pair: Sequence[Answered], plan: _Plan
) -> tuple[Sides, tuple[np.ndarray, np.ndarray]]:  # fmt: skip
    """What is compared, and from which rows it is; matched people have their group of before."""
    import numpy as np

    if plan.matched is None:
        rows = [np.flatnonzero(one.valid) for one in pair]
        at = (rows[0], rows[1])
    else:
        both = pair[0].valid[plan.matched.before] & pair[1].valid[plan.matched.after]
        at = (plan.matched.before[both], plan.matched.after[both])
    sides = Sides(
        (pair[0].place[at[0]], pair[1].place[at[1]]),
        (pair[0].number[at[0]], pair[1].number[at[1]]),
    )
    return sides, at


def _within(sides: Sides, masks: Sequence[np.ndarray]) -> Sides:
    return Sides(
        (sides.places[0][masks[0]], sides.places[1][masks[1]]),
        (sides.numbers[0][masks[0]], sides.numbers[1][masks[1]]),
    )


def _described(
    variable: Variable, measure: str, pair: Sequence[Answered], band: tuple[Groups, Groups],
    plan: _Plan,
) -> dict[int, str]:  # fmt: skip
    """Groups whose figure is hidden where a wave is described, and so here: why, by place."""
    made: dict[int, str] = {}
    share = measure == "top-two" or variable.kind in BINARY
    if not plan.rules.hides or not (band[0].attribute or share or plan.rules.means):
        return made  # who answered both times are no more than who answered once
    for answered, groups, table in zip(pair, band, plan.tables, strict=True):
        total = tally_of(variable, answered, everybody(table), None)
        apart = tally_of(variable, answered, groups, None) if groups.attribute else None
        found = hide(variable, total, apart, groups.names, plan.rules)
        rows = dict.fromkeys(found.tops if share else found.means, CELL_WHY) | dict(found.rows)
        first = 1 if groups.attribute else 0  # row 0 is everybody
        made |= {at - first: why for at, why in rows.items() if at >= first}
    return made


def _hidden(
    variable: Variable, parts: Sequence[Sides], plan: _Plan, names: Sequence[str],
    described: Mapping[int, str],
) -> dict[int, str]:  # fmt: skip
    """Groups whose result is hidden: on a small base, or as a share that counts a few people."""
    if not plan.rules.hides:
        return {}
    bases = [min(len(side) for side in one.numbers) for one in parts]
    small = {n for n in described if bases[n]}
    if variable.kind in BINARY:
        small |= _few(parts, plan.rules, set(hidden_groups(bases, plan.rules)))
    hidden = hidden_groups(bases, plan.rules, names, small)
    return hidden | {n: why for n, why in described.items() if hidden.get(n) == CELL_WHY}


def _few(parts: Sequence[Sides], rules: Rules, whole: set[int]) -> set[int]:
    """Groups whose share counts a few people in either wave, or would give such a share away."""
    import numpy as np

    found: set[int] = set()
    for wave in (0, 1):
        rows = [np.bincount(one.places[wave], minlength=2).tolist() for one in parts]
        if len(rows) == 1:
            found |= {at for at, _ in hidden_cells(rows, rules)}
            continue
        rows = [[sum(column) for column in zip(*rows, strict=True)], *rows]
        held = hidden_cells(rows[:1], rules)
        cells = hidden_cells(rows, rules, whole={n + 1 for n in whole}, held=held)
        found |= {at - 1 for at, _ in cells if at}
    return found


def _result(
    variable: Variable, sides: Sides, plan: _Plan, why: str, polarity: str
) -> dict[str, Any]:
    sizes = [len(side) for side in sides.numbers]
    made: dict[str, Any] = {"matched": None if plan.matched is None else sizes[0]}
    if why or not all(sizes):
        why = why or (
            "nobody answered both times" if plan.matched else "nobody answered in one wave"
        )
        return made | {"reason": "" if all(sizes) else why, "shown": False, "why": why}
    if plan.matched is None:
        made |= change_apart(variable, sides)
    else:
        made |= change_of_pairs(variable, sides, plan.zero_method)
    if variable.kind != "nominal":
        for side, wave in zip(sides.numbers, ("before", "after"), strict=True):
            made |= {f"{name}_{wave}": value for name, value in sums_of(side).items()}
    if variable.kind in BINARY:
        made |= {"sd_before": None, "sd_after": None}
    return made | {"moved": moved(made.get("difference"), polarity), "shown": True, "why": ""}


def _adjust(rows: Sequence[dict[str, Any]], family: Sequence[str], method: str) -> None:
    """Adjust the p of each family: one for everybody, one for each subgroup column."""
    held: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        if row["item"] in family:
            measure = row["measure"] if row["measure"] in {"top-two", "score"} else ""
            held.setdefault((row["attribute"], measure), []).append(row)
    for one in held.values():
        for row, p in zip(one, adjust([row.get("p") for row in one], method=method), strict=True):
            row["p_adjusted"] = p


# The lost and the new --------------------------------------------------------------------------


def _apart(plan: _Plan, variables: Sequence[Variable]) -> list[dict[str, Any]]:
    """What the lost answered before and the new after."""
    made: list[dict[str, Any]] = []
    if plan.matched is None:
        return made
    sides = (("lost", 0, plan.matched.lost), ("new", 1, plan.matched.new))
    for who, wave, rows in sides:
        for variable in variables:
            if variable.kind == "nominal" or not is_asked(variable, plan.tables[wave]):
                continue
            number = plan.readers[wave].answers(variable).number[rows]
            number = number[number == number]  # noqa: PLR0124 - NaN is not itself
            told = {
                "who": who,
                "wave": plan.waves[wave],
                "item": variable.item,
                "option": variable.option,
                "measure": _measure(variable),
                "n": len(number),
            }
            why = _why_apart(variable, number, plan.rules)
            figures = {} if why else sums_of(number)
            made.append(told | figures | {"shown": not why, "why": why})
    return made


def _why_apart(variable: Variable, number: np.ndarray, rules: Rules) -> str:
    if not len(number):
        return "nobody answered"
    if len(number) < rules.base:
        return f"fewer than {rules.base} answers"
    chosen = int((number == 1).sum())
    binary = variable.kind in BINARY
    if binary and (rules.small(chosen) or rules.small(len(number) - chosen)):
        return CELL_WHY
    return ""


def _people(plan: _Plan) -> dict[str, int]:
    made = {wave: len(table) for wave, table in zip(("before", "after"), plan.tables, strict=True)}
    if plan.matched is not None:
        found = plan.matched
        made |= {"matched": len(found.before), "lost": len(found.lost), "new": len(found.new),
                 "without id": sum(found.nameless)}  # fmt: skip
    return made


def _told_people(plan: _Plan) -> Iterable[str]:
    if plan.matched is None:
        return
    found = plan.matched
    for name, count, wave in (
        ("lost", len(found.lost), plan.waves[0]), ("new", len(found.new), plan.waves[1])
    ):  # fmt: skip
        if 0 < count < plan.rules.base:
            yield (
                f"only {many(count, 'respondent')} {'is' if count == 1 else 'are'} {name}: means "
                f"of the matched beside means of all of {wave} would give their answers away; "
                "print one of the two"
            )
    for band in plan.bands[1:]:
        pair = [groups.of[rows] for groups, rows in
                zip(band, (found.before, found.after), strict=True)]  # fmt: skip
        other = int((pair[0] != pair[1]).sum())
        if other:
            yield (
                f"{many(other, 'matched respondent')} changed {band[0].attribute} between the "
                f"waves; {'it counts' if other == 1 else 'they count'} where "
                f"{'it was' if other == 1 else 'they were'} in {plan.waves[0]}"
            )


def _nesting(plan: _Plan, clusters: str | None) -> Iterable[str]:
    """Where people are nested in groups, since the tests take each as independent."""
    table = plan.tables[0]
    column = column_of(table, "cluster", plan.survey.cluster) if clusters is None else clusters
    if not column:
        return
    if column not in table:
        raise UnknownName("column", column, map(str, table.columns))
    held = table[column] if plan.matched is None else table[column].iloc[plan.matched.before]
    held = held.dropna()
    groups, people = int(held.nunique()), len(held)
    if not groups or groups == people:
        return
    told = (
        f"{many(people, 'respondent')} {'is' if people == 1 else 'are'} nested in "
        f"{groups} of {column}; people of one answer alike, the tests take each as independent, "
        "so that p is too small and intervals are too narrow"
    )
    if groups < FEW_CLUSTERS:
        told += (
            f". With fewer than {FEW_CLUSTERS} of {column} no correction can be relied on: read "
            "the differences and how many of them agree, not the p"
        )
    yield told


# Words ---------------------------------------------------------------------------------------


def _tested(rows: Sequence[dict[str, Any]], family: Sequence[str]) -> list[str]:
    done = {row["item"] for row in rows if row.get("p") is not None}
    return [item for item in family if item in done]


def _method(
    plan: _Plan, rows: Sequence[dict[str, Any]], method: str, family: Sequence[str],
    scales: Sequence[Scale],
) -> Iterable[str]:  # fmt: skip
    tests = {row.get("test") for row in rows if row.get("test")}
    people = _people(plan)
    if plan.matched is not None:
        yield (
            f"{people['matched']:,} respondents answered in both waves and were matched by id; "
            f"{people['lost']:,} answered only in {plan.waves[0]} and {people['new']:,} only in "
            f"{plan.waves[1]}. Differences are {plan.waves[1]} less {plan.waves[0]}."
        )
    else:
        yield (
            f"{people['before']:,} respondents of {plan.waves[0]} and {people['after']:,} of "
            f"{plan.waves[1]} were compared as different people, not paired. Differences are "
            f"{plan.waves[1]} less {plan.waves[0]}."
        )
    for test, words in _TESTS.items():
        if test in tests:
            yield words.format(zero_method=plan.zero_method)
    scored = {scale.name for scale in scales}
    items = [one for one in _tested(rows, family) if one not in scored]
    if items:
        named = {"holm": "Holm's", "bh": "Benjamini and Hochberg's", "bonferroni": "Bonferroni's"}
        yield (
            f"p was adjusted by {named[method]} method over {many(len(items), 'item')}: "
            f"{', '.join(items)}; scales, top-two shares and the groups of each subgroup column "
            "are families of their own."
        )
    yield from (scale.sentence() for scale in scales)
    yield plan.rules.sentence()


_TESTS: Final = {
    "paired t": "Means were compared by Student's paired t test with 95 % intervals; dz is the "
    "mean difference over the standard deviation of the differences. Wilcoxon's signed rank test "
    "stands beside it, zeros treated by the method {zero_method!r}.",
    "McNemar, exact": "Shares were compared by McNemar's exact test, with the adjusted interval "
    "of Agresti and Min.",
    "Stuart-Maxwell": "Answers without an order were compared by Stuart and Maxwell's test.",
    "Welch": "Means were compared by Welch's t test with 95 % intervals.",
    "chi-squared": "Shares and answers were compared by Pearson's chi-squared test without "
    "correction; intervals of shares are Newcombe's.",
}
