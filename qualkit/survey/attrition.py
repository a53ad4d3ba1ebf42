"""Who answered again and who was lost, and whether the two differed when they first answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from qualkit.survey._changes import told
from qualkit.survey.suppress import CELL_WHY, Rules
from qualkit.survey.unpaired import chi_squared, retention_test
from qualkit.survey.variables import BINARY, Reader, Variable, groups_of, is_asked

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from qualkit.survey._matching import Matched
    from qualkit.survey.items import Survey

ATTRITION_COLUMNS: Final = (
    "what", "option", "kind", "test", "n_retained", "n_lost", "value_retained", "value_lost",
    "difference", "statistic", "df", "p", "reason", "shown", "why",
)  # fmt: skip
RETENTION_COLUMNS: Final = ("attribute", "group", "n_before", "n_retained", "n_lost", "percent")


def attrition(
    reader: Reader, matched: Matched, variables: Sequence[Variable], survey: Survey,
    rules: Rules,
) -> list[dict[str, Any]]:  # fmt: skip
    """Each subgroup column and item of the first wave: the retained against the lost.

    Returns
    -------
    list of dict
        ``what`` (a subgroup column or an item), ``option``, ``kind``, ``test``, ``n_retained``,
        ``n_lost``; ``value_retained`` and ``value_lost`` (means, or shares of yes), ``difference``
        (retained less lost), ``statistic``, ``df``, ``p``, ``reason``, ``shown``, ``why``.

    Notes
    -----
    Not adjusted: here a small p is a warning, and a large one no proof that nothing was lost.
    """
    made, before = [], reader.table
    for attribute in survey.subgroups:
        if attribute in before:
            groups = groups_of(before, attribute, survey)
            sides = [groups.of[rows] for rows in (matched.before, matched.lost)]
            made.append({"what": attribute, "option": "", "kind": "subgroup"}
                        | _categories(sides, len(groups.names))
                        | {"shown": True, "why": ""})  # fmt: skip
    asked = [one for one in variables if is_asked(one, before)]
    return [*made, *(_item(one, reader, matched, rules) for one in asked)]


def _item(variable: Variable, reader: Reader, matched: Matched, rules: Rules) -> dict[str, Any]:
    import numpy as np

    answered = reader.answers(variable)
    name = {"what": variable.item, "option": variable.option,
            "kind": "multiple" if variable.kind == "option" else variable.kind}  # fmt: skip
    rows = [rows[answered.valid[rows]] for rows in (matched.before, matched.lost)]
    sides = [answered.number[one] for one in rows]
    sizes = {"n_retained": len(rows[0]), "n_lost": len(rows[1])}
    why = _why(variable, sides, rules, [len(one) for one in rows])
    if rules.means and variable.has_mean and variable.codes and not why:
        counts = np.bincount(answered.place[answered.place >= 0]).tolist()
        why = CELL_WHY if any(map(rules.small, counts)) else ""
    if why:
        return name | sizes | {"reason": why, "shown": False, "why": why}
    shown = {"shown": True, "why": ""}
    values = {} if variable.kind == "nominal" else _values(sides)
    if not variable.has_mean:
        places = [answered.place[one] for one in rows]
        return name | _categories(places, len(variable.codes)) | values | shown
    found = retention_test(*sides)
    return name | sizes | values | shown | {
        "test": found.test, "statistic": found.statistic, "df": found.df, "p": found.p,
        "reason": told(found.reason),
    }  # fmt: skip


def _values(sides: Sequence[np.ndarray]) -> dict[str, float]:
    retained, lost = (float(side.mean()) for side in sides)
    return {"value_retained": retained, "value_lost": lost, "difference": retained - lost}


def _why(
    variable: Variable, sides: Sequence[np.ndarray], rules: Rules, sizes: Sequence[int]
) -> str:
    for size, who in zip(sizes, ("retained", "lost"), strict=True):
        if not size:
            return f"nobody who was {who} answered"
    for size, who in zip(sizes, ("retained", "lost"), strict=True):
        if size < rules.base:
            return f"fewer than {rules.base} answers of the {who}"
    if variable.kind in BINARY:
        chosen = [int(side.sum()) for side in sides]
        rest = [size - k for size, k in zip(sizes, chosen, strict=True)]
        if any(map(rules.small, [*chosen, *rest])):
            return CELL_WHY
    return ""


def _categories(sides: Sequence[np.ndarray], codes: int) -> dict[str, Any]:
    import numpy as np

    counts = [np.bincount(side, minlength=codes).tolist() for side in sides]
    found = chi_squared(counts)
    return {
        "test": "chi-squared", "n_retained": sum(counts[0]), "n_lost": sum(counts[1]),
        "statistic": found.statistic, "df": found.df, "p": found.p, "reason": told(found.reason),
    }  # fmt: skip


def retention(before: pd.DataFrame, matched: Matched, survey: Survey) -> list[dict[str, Any]]:
    """How many of everybody and of each subgroup answered again; these are bases, always shown.

    Returns
    -------
    list of dict
        ``attribute``, ``group``, ``n_before`` (with an id), ``n_retained``, ``n_lost``,
        ``percent`` retained.
    """
    import numpy as np

    from qualkit.survey.variables import everybody

    made = []
    columns = [one for one in survey.subgroups if one in before]
    for groups in (everybody(before), *(groups_of(before, one, survey) for one in columns)):
        size = len(groups.names)
        stayed = np.bincount(groups.of[matched.before], minlength=size).tolist()
        gone = np.bincount(groups.of[matched.lost], minlength=size).tolist()
        for name, kept, lost in zip(groups.names, stayed, gone, strict=True):
            n = kept + lost
            made.append({
                "attribute": groups.attribute, "group": name, "n_before": n, "n_retained": kept,
                "n_lost": lost, "percent": 100 * kept / n if n else None,
            })  # fmt: skip
    return made
