"""What a survey asked, as a table that people can correct, and back again.

The same table stands before answers are loaded and over those that are kept. What nobody touched
stays exactly what it was; what was changed is checked as the YAML of a survey is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import BatchError, CodebookError, QualkitError
from qualkit.survey.items import (
    KINDS,
    RESERVED,
    YES_NO,
    Item,
    Survey,
    code_of,
    item_id,
    ordered,
    parse_survey,
    write_survey,
)
from qualkit.tables import plain

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project

KINDS_SAID: Final[Mapping[str, str]] = {
    "ordinal": "on a scale", "nominal": "one of several", "multiple": "any of several",
    "number": "a number", "yes-no": "yes or no", "open": "in own words",
}  # fmt: skip
POLARITIES_SAID: Final[Mapping[str, str]] = {
    "": "not said", "higher-is-better": "higher is better", "lower-is-better": "lower is better",
}  # fmt: skip
COLUMNS: Final = (
    "keep", "item", "question", "kind", "polarity", "answers", "dont_know", "missing", "scale",
    "speaks_to", "answered",
)  # fmt: skip
WHAT_IS_ASKED: Final = "what is asked"
_LINE: Final = re.compile(r"^line \d+(?:, |: )")


# One table of items --------------------------------------------------------------------------


def rows_of(survey: Survey, answered: Mapping[str, int] | None = None) -> pd.DataFrame:
    """One row an item, as it is corrected.

    Parameters
    ----------
    survey : Survey
    answered : mapping, optional
        How many answered each item.

    Returns
    -------
    DataFrame
        ``keep``, ``item``, ``question``, ``kind`` and ``polarity`` in words, ``answers`` (codes
        with their words, from the least to the most), ``dont_know``, ``missing``, ``scale``,
        ``speaks_to`` (a list), ``answered``.
    """
    import pandas as pd

    known = answered or {}
    rows = [
        (
            True, item.id, item.question, KINDS_SAID[item.kind], POLARITIES_SAID[item.polarity],
            answers_said(item), ", ".join(item.dont_know), ", ".join(item.missing), item.scale,
            list(item.speaks_to), known.get(item.id),
        )
        for item in survey.items
    ]  # fmt: skip
    made = pd.DataFrame(rows, columns=list(COLUMNS))
    return made.astype({"answered": "Int64"})


def answers_said(item: Item) -> str:
    """The answers of an item on one line; a ';' in their words is doubled.

    >>> answers_said(Item("K1", "?", labels={"2": "Yes; often", "1": "No", "9": ""}))
    '1 = No; 2 = Yes;; often; 9'
    """
    if item.kind == "yes-no" and dict(item.labels) == YES_NO and not item.yes:
        return ""
    written = {"1": item.yes, "0": item.no} if item.yes else {}
    codes = list(dict.fromkeys([*(code for code in item.codes if code in item.labels),
                                *item.labels]))  # fmt: skip
    return "; ".join(
        f"{written.get(code, code)} = {words.replace(';', ';;')}"
        if (words := item.labels[code])
        else code
        for code in codes
    )


def answers_read(said: str) -> dict[str, str]:
    """Codes with their words out of such a line, in its order.

    >>> answers_read("1 = No; 2=Yes;; often; 9")
    {'1': 'No', '2': 'Yes; often', '9': ''}
    """
    made: dict[str, str] = {}
    for part in said.replace(";;", "\0").split(";"):
        code, _, words = (" ".join(one.replace("\0", ";").split()) for one in part.partition("="))
        if code:
            made[code_of(code)] = words
    return made


def changed(survey: Survey, before: pd.DataFrame, after: pd.DataFrame) -> Survey:
    """The survey with what was changed in its table.

    Parameters
    ----------
    survey : Survey
    before, after : DataFrame
        As :func:`rows_of` made it, and as somebody left it, row for row.

    Raises
    ------
    BatchError
        With everything that cannot be, by item.
    """
    faults: list[str] = []
    items: list[Item] = []
    for item, old, new in zip(survey.items, _rows(before), _rows(after), strict=True):
        if not new["keep"]:
            continue
        given = {name: value for name, value in new.items() if value != old[name]}
        items.append(_item(item, given) if given else item)
        faults += [f"item {item.id}: a question needs its words"] if not new["question"] else []
    if not items:
        faults.append("every item is left out; keep one at least")
    if faults:
        raise BatchError(WHAT_IS_ASKED, faults)
    ids = {column for item in items for column in (item.id, *item.columns)}
    gone = {column for item in survey.items for column in (item.id, *item.columns)} - ids
    columns = {name: heading for name, heading in survey.columns.items() if name not in gone}
    made = replace(survey, items=tuple(items), columns=columns)
    return survey if made == survey else checked(made)


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): _tidy(value) for name, value in row.items()}
            for row in table.drop(columns="answered").to_dict("records")]  # fmt: skip


def _tidy(value: Any) -> Any:  # noqa: ANN401 - a cell
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, Iterable):
        return tuple(dict.fromkeys(" ".join(str(one).split()) for one in value))
    return "" if plain(value) is None else value


def _item(item: Item, given: Mapping[str, Any]) -> Item:
    """An item with what was changed of it; its order follows the line of its answers."""
    own: dict[str, Any] = {name: given[name] for name in ("question", "scale", "speaks_to")
                           if name in given}  # fmt: skip
    own |= {name: _codes(given[name]) for name in ("dont_know", "missing") if name in given}
    if "polarity" in given:
        own["polarity"] = _key(POLARITIES_SAID, given["polarity"])
    if "answers" in given:
        own |= {"labels": answers_read(given["answers"]), "yes": "", "no": ""}
    item = replace(item, **own)
    if "kind" in given:
        item = with_kind(item, _key(KINDS_SAID, given["kind"]))
    if not {"kind", "answers", "dont_know"} & set(given):
        return item
    if item.kind == "yes-no":
        item = replace(item, labels=YES_NO | dict(item.labels))
    said = tuple(code for code in item.labels if code not in item.dont_know)
    return replace(item, order=said if item.kind == "ordinal" else ())


def _key(words: Mapping[str, str], said: str) -> str:
    return next((key for key, one in words.items() if one == said), said)


def _codes(said: str) -> tuple[str, ...]:
    return tuple(code_of(one) for one in re.split(r"[,;]", said) if one.strip())


def with_kind(item: Item, kind: str) -> Item:
    """An item of another kind, without the labels that this kind cannot have.

    >>> with_kind(Item("N1", "?", labels={"1": "a", "9": "?"}, dont_know=("9",)), "number").labels
    {'9': '?'}
    """
    labels = dict(item.labels)
    if kind in {"number", "open", "yes-no"}:
        labels = {code: words for code, words in labels.items() if code in item.dont_know}
    if kind == "yes-no":
        labels = YES_NO | labels
    if kind == "open":
        return replace(item, kind=kind, labels={}, order=(), dont_know=(), missing=())
    return ordered(replace(item, kind=kind, labels=labels, order=()))


def checked(survey: Survey) -> Survey:
    """The survey as its YAML reads back.

    Raises
    ------
    BatchError
        With everything that is wrong with it, by item.
    """
    try:
        return parse_survey(write_survey(survey), survey.id or "survey")
    except CodebookError as error:
        faults = [_LINE.sub("", one) for one in error.problems]
    except ValueError:  # codes of an ordinal item that are no numbers have no order
        faults = [
            f"item {item.id}: the codes of a scale must be numbers; take another kind for others"
            for item in survey.items if not _has_order(item)
        ]  # fmt: skip
    raise BatchError(WHAT_IS_ASKED, faults)


def _has_order(item: Item) -> bool:
    try:
        return ordered(replace(item, order=())) is not None
    except ValueError:
        return False


# Columns that are no items -------------------------------------------------------------------


def heading_of(survey: Survey, name: str) -> str:
    """The file's column that a subgroup, weight or cluster stands in."""
    return survey.columns.get(name, name)


def with_columns(
    survey: Survey,
    headings: Sequence[str],
    *,
    respondent: str = "",
    subgroups: Sequence[str] = (),
    weight: str = "",
    cluster: str = "",
) -> Survey:
    """The survey with other columns for who answered, all of them headings of the file.

    A column that was an item ceases to be one; a subgroup or cluster that is one no more becomes
    an item with one of several answers, so that nothing of the file is lost unseen.

    Raises
    ------
    BatchError
        For a column that was chosen twice.
    """
    now = {name: heading_of(survey, name) for name in
           (*survey.subgroups, survey.weight, survey.cluster) if name}  # fmt: skip
    wanted = [one for one in (respondent, *subgroups, weight) if one]
    if twice := sorted({one for one in wanted if wanted.count(one) > 1}):
        raise BatchError(WHAT_IS_ASKED, [f"the column {one!r} was chosen twice" for one in twice])
    taken = {*wanted, cluster} - {""}
    items = [item for item in survey.items if _column_of(item, survey) not in taken]
    freed = [now[name] for name in dict.fromkeys((*survey.subgroups, survey.cluster))
             if name and now[name] not in taken]  # fmt: skip
    used = {item.id.casefold() for item in items}
    own = {column for item in items for column in (item.id, *item.columns)}
    columns = {name: heading for name, heading in survey.columns.items() if name in own}
    for heading in freed:
        place = headings.index(heading) + 1 if heading in headings else len(headings) + 1
        item = Item(item_id(heading, place, used), heading, "nominal")
        items.append(item)
        used.add(item.id.casefold())
        columns |= {item.id: heading} if item.id != heading else {}
    named = {heading: name for name, heading in now.items()}
    groups = [_group_name(one, named, used, n) for n, one in enumerate(subgroups, 1)]
    columns |= {name: one for name, one in zip(groups, subgroups, strict=True) if name != one}
    made = replace(
        survey, respondent=respondent, subgroups=tuple(groups), weight=weight,
        cluster=dict(zip(subgroups, groups, strict=True)).get(cluster, cluster),
        items=tuple(items), columns=columns,
        subgroup_labels={k: v for k, v in survey.subgroup_labels.items() if k in groups},
    )  # fmt: skip
    return survey if made == survey else checked(made)


def _column_of(item: Item, survey: Survey) -> str:
    return survey.columns.get(item.id, item.id)


def _group_name(heading: str, named: Mapping[str, str], used: set[str], number: int) -> str:
    name = named.get(heading) or " ".join(heading.split())
    return f"group{number}" if name.casefold() in used | set(RESERVED) else name


# What to look at -----------------------------------------------------------------------------


def unset(survey: Survey) -> tuple[str, ...]:
    """The items of which nobody has said whether more is better, and which have more and less."""
    return tuple(item.id for item in survey.items
                 if not item.polarity and item.kind in {"ordinal", "yes-no", "number"})  # fmt: skip


def unknown_codes(survey: Survey, codes: Iterable[str]) -> tuple[str, ...]:
    """Codes that items speak to and no codebook of the study has."""
    known = set(codes)
    return tuple(dict.fromkeys(
        code for item in survey.items for code in item.speaks_to if code not in known
    ))  # fmt: skip


def codes_of(project: Project) -> list[str]:
    """The codes that items can speak to."""
    return list(dict.fromkeys(map(str, project.codes()["code"])))


def listed(names: Sequence[str], most: int = 8) -> str:
    """Names in a sentence; of many, the first and how many more.

    >>> listed(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def kinds_said() -> list[str]:
    """The kinds of items in words."""
    return [KINDS_SAID[kind] for kind in KINDS]


def file_of(survey: Survey) -> bytes:
    """What a survey asks as a YAML file, to be corrected elsewhere and brought back."""
    return write_survey(survey).encode("utf-8")


def survey_in(content: bytes, name: str) -> Survey:
    """A survey out of such a file.

    Raises
    ------
    QualkitError
        For a file that is none, with every fault and its line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QualkitError(f"{name}: it is no text in UTF-8; is it a .yaml file?") from error
    return parse_survey(text, name)


def of_same(survey: Survey, given: Survey) -> Survey:
    """A survey that was brought back, by the waves that the study knows.

    Raises
    ------
    QualkitError
        Where it is another survey.
    """
    if given.id != survey.id:
        raise QualkitError(f"it is of the survey {given.id}, not {survey.id}; load it under Load")
    return replace(given, waves={**survey.waves, **given.waves})


def waves_of(project: Project, survey: Survey) -> pd.DataFrame:
    """One row a kept wave of a survey: ``wave``, ``respondents``, ``file``, ``added``."""
    import pandas as pd

    table = project.waves()
    own = table[table["survey"] == survey.id].drop(columns="survey").reset_index(drop=True)
    return own.assign(added=pd.to_datetime(own["added"]))
