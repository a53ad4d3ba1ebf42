"""A first description of a survey, guessed from one of its files, for a person to put right.

Kinds are guessed by what the cells hold, labels by well-known rows of answers, scales where
several statements of one question share their answers. Polarity is never guessed, nor are waves
and the codes that an item speaks to.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from pathlib import Path
from typing import Final

from qualkit.errors import ReadError
from qualkit.survey.items import (
    RESERVED,
    YES_NO,
    Item,
    Survey,
    amount_of,
    code_of,
    fold,
    is_code,
    is_missing,
    item_id,
    number_of,
    ordered,
)
from qualkit.survey.layouts import OTHER, Laid
from qualkit.survey.reading import NO_WORDS, YES_WORDS, Cells, open_cells

ROWS_OF_ANSWERS: Final = tuple(
    tuple(row.split("; "))
    for row in (
        "Strongly disagree; Disagree; Agree; Strongly agree",
        "Strongly disagree; Disagree; Neither agree nor disagree; Agree; Strongly agree",
        "Strongly disagree; Disagree; Neither; Agree; Strongly agree",
        "Strongly disagree; Disagree; Neutral; Agree; Strongly agree",
        "Strongly disagree; Somewhat disagree; Neither agree nor disagree; Somewhat agree; "
        "Strongly agree",
        "Strongly disagree; Disagree; Somewhat disagree; Neither agree nor disagree; "
        "Somewhat agree; Agree; Strongly agree",
        "Disagree strongly; Disagree; Neither agree nor disagree; Agree; Agree strongly",
        "Very dissatisfied; Dissatisfied; Satisfied; Very satisfied",
        "Not at all satisfied; Not very satisfied; Fairly satisfied; Very satisfied",
        "Very dissatisfied; Dissatisfied; Neither satisfied nor dissatisfied; Satisfied; "
        "Very satisfied",
        "Never; Rarely; Sometimes; Often; Always",
        "Never; Rarely; Sometimes; Usually; Always",
        "Not at all; A little; Moderately; Very; Extremely",
        "Not at all; A little; Somewhat; Quite a bit; Very much",
        "Not at all confident; Slightly confident; Somewhat confident; Fairly confident; "
        "Completely confident",
        "Not at all confident; Not very confident; Fairly confident; Very confident",
        "Not at all; Not very much; To some extent; To a great extent",
        "Very poor; Poor; Fair; Good; Very good",
        "Poor; Fair; Good; Very good; Excellent",
        "Very unlikely; Unlikely; Neither likely nor unlikely; Likely; Very likely",
        "Not important; Slightly important; Moderately important; Important; Very important",
        "Much worse; Worse; About the same; Better; Much better",
    )
)
UNSURE: Final = re.compile(
    r"(?:i )?(?:do not|don't) know(?: ?/.*)?|not sure|unsure|can't say|cannot say|no opinion",
)
_RESPONDENT = re.compile(
    r"(?:respondent|response|participant|case|person|record|unique|study|survey)?[ _-]?"
    r"(?:id|no|number|code|identifier)|respondent|participant|token|access code",
)
_CODED = re.compile(r".*(?<!post)(?<!post )(?<!zip)(?<!zip )(?:code|id|identifier)")
_GROUP = re.compile(
    r"(?:pilot |local )?(?:area|region|district|county|borough|authority|site|locality)"
    r"|(?:type of school|school type|school phase|phase|sector|setting)"
    r"|(?:job )?role|job title|stakeholder(?: type| group)?|respondent type"
    r"|gender|sex|age (?:group|band|range)|ethnicity|year group|group|cohort|arm",
)
_CLUSTER = re.compile(r"school(?: id| name| code| urn)?|urn|organi[sz]ation|practice")
_WEIGHT = re.compile(r"(?:design |survey )?(?:weight|weights|weighting|wt)")
_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:\D|$)")
_YES_NO = {"yes", "y", "true", "no", "n", "false"}
_TICKS = {*YES_WORDS, *NO_WORDS}
_UNSURE = ("Don't know", "")
_MOST_OPTIONS = 30
_MOST_NAMES = 12
_Made = list[tuple[Item, Cells]]
_WORDS = 3.0  # an open answer has at least so many on average


def propose_survey(path: Path | str, layout: str | None = None) -> Survey:
    """A survey guessed from a file alone; every guess is for a person to check.

    Parameters
    ----------
    path : path
        A .csv, .tsv, .xlsx or .sav file.
    layout : str, optional
        Where it is not to be found out.

    Raises
    ------
    ReadError, BatchError, UnknownName, MissingExtra
        As :func:`~qualkit.survey.reading.read_answers` does.

    Examples
    --------
    >>> from qualkit.project import samples
    >>> survey = propose_survey(samples() / "survey" / "before.csv")
    >>> survey.respondent, survey.subgroups, survey.item("K1").codes, survey.item("W1").kind
    ('respondent', ('area', 'school_type'), ('1', '2', '3', '4'), 'yes-no')
    """
    laid, cells = open_cells(path, layout)
    return proposed(Path(path), laid, cells)


def proposed(path: Path, laid: Laid, every: Sequence[Cells]) -> Survey:
    """A survey guessed from columns that were read."""
    respondent = _respondent(laid, every)
    left = [one for one in every if not one.field.admin and one.field.name != respondent]
    left = [one for one in left if not _dated(one.counts())]
    filled = [one for one in left if one.counts()]
    weight = _first(one for one in filled if _named(one, _WEIGHT) and _weighs(one))
    groups = [one for one in filled if _named(one, _GROUP) and _repeats(one)]
    cluster = _first(one for one in filled if _named(one, _CLUSTER) and _repeats(one))
    taken = {id(one) for one in (*groups, weight, cluster) if one is not None}
    items, columns = _items([one for one in left if id(one) not in taken])
    if not items:
        why = "no column looks like an item; those that have answers say who, when or where"
        raise ReadError(path.name, why)
    subgroups = [_group_id(one, n, items) for n, one in enumerate(groups, 1)]
    columns |= {
        name: one.field.name
        for name, one in zip(subgroups, groups, strict=True)
        if name != one.field.name
    }
    return Survey(
        id=re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._") or "survey",
        title=" ".join(path.stem.split()) or "survey",
        respondent=respondent,
        subgroups=tuple(subgroups),
        weight=weight.field.name if weight else "",
        cluster=cluster.field.name if cluster else "",
        items=_scaled(items),
        layout="" if laid.layout in {"plain", "spss"} else laid.layout,
        columns=columns,
    )


def _dated(counts: Mapping[str, int]) -> bool:
    """Whether a column holds dates, which no item asks for."""
    return 2 * sum(_DATE.match(text) is not None for text in counts) > len(counts)


def _first(found: Iterator[Cells]) -> Cells | None:
    return next(found, None)


def _named(one: Cells, pattern: re.Pattern[str]) -> bool:
    return pattern.fullmatch(fold(one.field.name).replace("_", " ")) is not None


def _group_id(one: Cells, number: int, items: _Made) -> str:
    name = " ".join(one.field.name.split())
    used = {item.id.casefold() for item, _ in items} | set(RESERVED)
    return f"group{number}" if name.casefold() in used else name


def _respondent(laid: Laid, every: Sequence[Cells]) -> str:
    """The column that tells respondents apart; Forms' ``ID`` only counts the rows of one file."""

    def apart(one: Cells) -> bool:
        rows, different = len(one.places), len(one.counts())
        called = fold(one.field.name).replace("_", " ").split()
        return different == rows or ("id" in called and rows < 2 * different)

    own = [one for one in every if not one.field.admin and _named(one, _RESPONDENT)]
    made = [one for one in every if one.field.admin and laid.layout != "ms-forms"
            and fold(one.field.name) in {"responseid", "respondent id"}]  # fmt: skip
    named = [one for one in own if fold(one.field.name).startswith(("respondent", "participant"))]
    coded = [one for one in every if not one.field.admin and _named(one, _CODED)]
    typed = [one for one in coded if len(one.counts()) == len(one.places) > 1]
    best = (*(one for one in own if apart(one)), *named, *typed, *made)
    return next((one.field.name for one in best), "")


def _weighs(one: Cells) -> bool:
    values = [number_of(text) for text in one.counts()]
    return all(value is not None and value > 0 for value in values)


def _repeats(one: Cells) -> bool:
    counts = one.counts()
    return len(counts) <= max(_MOST_OPTIONS, sum(counts.values()) // 2)


# Items --------------------------------------------------------------------------------------


def _items(left: Sequence[Cells]) -> tuple[_Made, dict[str, str]]:
    """Items with their cells, and where their columns have other names."""
    made: _Made = []
    columns: dict[str, str] = {}
    used: set[str] = set()
    groups: dict[str, list[Cells]] = {}
    for one in left:
        if one.field.group:
            groups.setdefault(one.field.group, []).append(one)
    options = {name: group for name, group in groups.items() if _are_options(group)}
    for one in left:
        group = options.get(one.field.group, [])
        if group and one is group[0]:
            item, where = _options(group, used)
            columns |= where
            used.add(item.id.casefold())
            made.append((item, one))
        if (group and _is_tick(one)) or not one.counts():
            continue
        item = guess(one, item_id(one.field.name, one.field.position, used))
        if item.id != one.field.name:
            columns[item.id] = one.field.name
        used.add(item.id.casefold())
        made.append((item, one))
    return _pooled(made), columns


def _are_options(group: Sequence[Cells]) -> bool:
    """Whether columns are the options of one question; under "Other" there may be any words."""
    ticks = sum(_is_tick(one) for one in group) if any(one.counts() for one in group) else 0
    others = (not _is_tick(one) and not OTHER.fullmatch(fold(one.field.option)) for one in group)
    return ticks > 1 and not any(others)


def _is_tick(one: Cells) -> bool:
    """Whether a column only says chosen, or not."""
    held = {fold(code_of(text)) for text in one.counts()}
    if one.field.variable is not None or held <= _TICKS | {fold(one.field.option)}:
        return True  # a set of answers in a statistics file, or words that say so
    return len(held) == 1 and number_of(*held) is not None


def _options(group: Sequence[Cells], used: set[str]) -> tuple[Item, dict[str, str]]:
    """A question with several answers that has one column an option."""
    ends = [re.search(r"_(\d{1,4})$", one.field.name) for one in group]
    codes = [found[1] if found else "" for found in ends]
    if len(set(codes)) < len(codes) or not all(codes):
        codes = [str(n) for n in range(1, len(group) + 1)]
    first = group[0].field
    stem = re.sub(r"_\d{1,4}$", "", first.name)
    name = item_id(stem, first.position, used)
    labels = {code: one.field.option or one.field.name
              for code, one in zip(codes, group, strict=True)}  # fmt: skip
    other = [code for code, one in zip(codes, group, strict=True) if not _is_tick(one)]
    item = Item(name, first.question or stem, "multiple", labels, other="".join(other[:1]))
    return item, {f"{name}/{code}": one.field.name for code, one in zip(codes, group, strict=True)}


def guess(one: Cells, name: str) -> Item:
    """An item guessed from a column: its kind, and the labels of its answers."""
    asked = one.field
    question = f"{asked.question} - {asked.option}" if asked.option else asked.question
    item = Item(name, question or asked.name)
    counts = one.counts()
    if asked.variable is not None:
        if asked.variable.labels and all(map(is_code, asked.variable.labels)):
            return ordered(_of_labels(item, one))
        missing = asked.variable.missing
        item = replace(item, measure=asked.variable.measure, missing=missing)
        counts = {text: n for text, n in counts.items() if not is_missing(code_of(text), missing)}
    looks = (_several, _yes_no, _known_row, _numbers, _names)
    for look in (_numbers,) if asked.free else looks:
        if (found := look(item, counts)) is not None:
            return ordered(found)
    return replace(item, kind="open")


def _of_labels(item: Item, one: Cells) -> Item:
    """By what a statistics file says of the variable."""
    variable = one.field.variable
    if variable is None:
        return item
    every = _told_apart(variable.labels)
    unsure = tuple(code for code, words in every.items() if UNSURE.fullmatch(fold(words)))
    left_out = [code for code in every
                if code not in unsure and is_missing(code, variable.missing)]  # fmt: skip
    labels = {code: words for code, words in every.items() if code not in left_out}
    real = {code: words for code, words in labels.items() if code not in unsure}
    missing = tuple(code for code in variable.missing if code not in unsure)
    item = replace(item, dont_know=unsure, missing=missing, measure=variable.measure)
    values = {code_of(text) for text in one.counts()} - set(unsure)
    stray = [text for text in values if text not in labels and not is_missing(text, missing)]
    if real and {fold(words) for words in real.values()} <= _TICKS - {"0", "1"}:
        return replace(item, kind="yes-no", labels=_only(labels, unsure))
    if len(stray) > 2 and all(number_of(text) is not None for text in stray):
        return replace(item, kind="number", labels=_only(labels, unsure, plain=False))
    numbers = all(number_of(code) is not None for code in labels)
    if not numbers or variable.measure == "nominal":
        return replace(item, kind="nominal", labels=labels)
    return replace(item, labels=_between(labels, unsure))


def _told_apart(labels: Mapping[str, str]) -> dict[str, str]:
    """Labels with their codes, where they read like another label or code.

    >>> _told_apart({"1": "Agree", "2": "agree", "3": "1"})
    {'1': 'Agree', '2': 'agree (2)', '3': '1 (3)'}
    """
    found: dict[str, str] = {}
    looks: set[str] = set()
    for code, words in labels.items():
        other = code_of(words) != code and code_of(words) in labels
        alike = fold(words) in looks
        found[code] = f"{words} ({code})" if words and (alike or other) else words
        looks.add(fold(found[code]))
    return found


def _between(labels: Mapping[str, str], unsure: Sequence[str]) -> dict[str, str]:
    """Labels with the steps between the ends, where a file has words for the ends alone."""
    ends = [int(code) for code in labels if code not in unsure and code.isdecimal()]
    if not ends or max(ends) - min(ends) > 10:
        return dict(labels)
    steps = [str(step) for step in range(min(ends), max(ends) + 1) if str(step) not in unsure]
    return {code: labels.get(code, "") for code in steps} | dict(labels)


def _only(
    labels: Mapping[str, str], unsure: Sequence[str], *, plain: bool = True
) -> dict[str, str]:
    """The labels of don't-know codes, after those of yes and no."""
    return (dict(YES_NO) if plain else {}) | {code: labels[code] for code in unsure}


def _several(item: Item, counts: Mapping[str, int]) -> Item | None:
    """Several answers in one cell, parted by ';' or ','."""
    sign = ";" if any(";" in text for text in counts) else ","
    cells = {text: _answers_in(text, sign) for text in counts}
    if sign == ",":
        cells = _rejoined(cells)
    if not _are_several(cells, counts, sign):
        return None
    looks: dict[str, str] = {}
    for part in (part for parts in cells.values() for part in parts):
        looks.setdefault(fold(part), part)
    options = list(looks.values())
    if all(option.isdecimal() for option in options):
        labels = dict.fromkeys(sorted(options, key=int), "")
    else:
        labels = _numbered(options)
    return replace(item, kind="multiple", labels=labels, separator=sign) if labels else None


def _numbered(answers: Sequence[str]) -> dict[str, str]:
    """Answers with codes: their numbers or, where some are numbers, themselves; else none.

    >>> _numbered(["Calls", "Visits"]), _numbered(["1", "2", "3+"]), _numbered(["1", "2;"])
    ({'1': 'Calls', '2': 'Visits'}, {'1': '1', '2': '2', '3+': '3+'}, {})
    """
    labels = {str(n): words for n, words in enumerate(answers, 1)}
    if not any(code_of(words) in labels for words in answers):
        return labels
    codes = {code_of(words): words for words in answers}
    return codes if len(codes) == len(answers) and all(map(is_code, codes)) else {}


def _answers_in(text: str, sign: str) -> list[str]:
    """The parts of a cell; a comma before a space parts only where every comma is before one."""
    tight = sign == "," and re.search(r",\S", text)
    parts = re.split(r",(?!\s)", text) if tight else text.split(sign)
    return [part.strip() for part in parts if part.strip()]


def _rejoined(cells: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The parts of every cell, those that never come apart as one: an option may hold a comma."""
    follow: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for parts in cells.values():
        for one, after in zip(["", *parts], [*parts, ""], strict=True):
            follow.setdefault(one, set()).add(after)
            before.setdefault(after, set()).add(one)
    found: dict[str, list[str]] = {}
    for text, parts in cells.items():
        found[text] = parts[:1]
        for one, after in pairwise(parts):
            if follow[one] == {after} and before[after] == {one}:
                found[text][-1] += f", {after}"
            else:
                found[text].append(after)
    return found


def _are_several(cells: Mapping[str, Sequence[str]], counts: Mapping[str, int], sign: str) -> bool:
    """Whether the parts of cells are options that come again, and no prose, number or ranking."""
    parts = [part for one in cells.values() for part in one]
    options = set(parts)
    if not any(len(one) > 1 for one in cells.values()) or len(options) > _MOST_OPTIONS:
        return False
    if len(cells) > 1 and {frozenset(one) for one in cells.values()} == {frozenset(options)}:
        return False  # all of them each time: a ranking
    ended = sign == ";" and all(text.endswith(";") for text in counts)
    told = sum(counts[text] * len(one) for text, one in cells.items())
    if not ended and told <= 2 * len(options):
        return False
    if sign == ";":
        return True
    if all(option.isdecimal() for option in options):  # 1,2,4 and no decimal comma
        rising = all([*one] == sorted(set(one), key=int) for one in cells.values())
        return rising and any(len(one) > 2 for one in cells.values())
    words = sum(len(option.split()) for option in options)
    return len(cells) > len(options) > 1 and words <= 2 * _WORDS * len(options)


def _yes_no(item: Item, counts: Mapping[str, int]) -> Item | None:
    looks = {fold(text): text for text in counts}
    unsure = [look for look in looks if UNSURE.fullmatch(look)]
    if not set(looks) - set(unsure) or set(looks) - set(unsure) - _YES_NO:
        return None
    labels = dict(YES_NO) | {str(9 - n): looks[look] for n, look in enumerate(unsure[:7])}
    return replace(item, kind="yes-no", labels=labels, dont_know=tuple(labels)[2:])


def _known_row(item: Item, counts: Mapping[str, int]) -> Item | None:
    """Answers that are a well-known row, from the least to the most."""
    looks = {fold(text): text for text in counts}
    unsure = [look for look in looks if UNSURE.fullmatch(look)]
    said = set(looks) - set(unsure)
    fitting = [row for row in ROWS_OF_ANSWERS if said and said <= {fold(one) for one in row}]
    if not fitting:
        return None
    row = min(fitting, key=len)
    labels = {str(n): words for n, words in enumerate(row, 1)}
    labels |= {str(9 - n) if len(row) < 8 - n else str(99 - n): looks[look]
               for n, look in enumerate(unsure[:2])}  # fmt: skip
    return replace(item, labels=labels, dont_know=tuple(labels)[len(row) :])


def _numbers(item: Item, counts: Mapping[str, int]) -> Item | None:
    """Numbers: the few steps of an answer, or any."""
    numbers = {text: value for text in counts if (value := amount_of(text)) is not None}
    told, every = sum(counts[text] for text in numbers), sum(counts.values())
    odd = every - told
    if not numbers or odd > max(3, every // 20) or told < max(min(2, every), every // 3):
        return None
    steps = sorted({int(v) for v in numbers.values() if v.is_integer() and 0 <= v <= 10})
    fit = sum(counts[text] for text, v in numbers.items() if v in steps)
    if not steps or every - fit > max(3, every // 20):
        return replace(item, kind="number")
    last = max((step for step in steps if step < 8), default=steps[-1])
    unsure = [step for step in steps if step > last]
    if len(steps) < 3 or not set(unsure) <= {8, 9} or 8 - last < 2 + (unsure[:1] == [8]):
        last, unsure = steps[-1], []  # so near to the others, they are steps too
    if steps in ([0, 1], [0], [1]):
        return replace(item, kind="yes-no", labels=dict(YES_NO))
    labels = {str(step): "" for step in range(min(1, steps[0]), last + 1)}
    labels |= {str(step): words for step, words in zip(unsure, _UNSURE, strict=False)}
    return replace(item, labels=labels, dont_know=tuple(map(str, unsure)))


def _names(item: Item, counts: Mapping[str, int]) -> Item | None:
    """A few short answers that come again and again."""
    every = sum(counts.values())
    words = sum(len(text.split()) * count for text, count in counts.items())
    few = len({fold(text) for text in counts}) <= _MOST_NAMES
    if not few or every < 2 * len(counts) or words > 2 * _WORDS * every:
        return None
    looks = {fold(text): " ".join(text.split()) for text in sorted(counts)}
    labels = _numbered(list(looks.values()))
    unsure = tuple(code for code, words in labels.items() if UNSURE.fullmatch(fold(words)))
    return replace(item, kind="nominal", labels=labels, dont_know=unsure) if labels else None


def _pooled(made: _Made) -> _Made:
    """The items, the statements of one question with the answers that any of them got.

    Somebody may have used the middle of a scale in one statement only.
    """
    found: _Made = []
    for _, run in groupby(made, lambda pair: (pair[0].kind, pair[1].field.stem)):
        held = list(run)
        item, one = held[0]
        known = one.field.variable is not None and one.field.variable.labels
        if item.kind != "ordinal" or len(held) < 2 or known:
            found += held
            continue
        counts: Counter[str] = Counter()
        for _, cells in held:
            counts.update(cells.counts())
        both = _known_row(item, counts) or (_numbers(item, counts) if one.field.stem else None)
        if both is None or both.kind != "ordinal":
            found += held
            continue
        found += [
            (ordered(replace(each, labels=both.labels, dont_know=both.dont_know, order=())), cells)
            for each, cells in held
        ]
    return found


def _scaled(made: _Made) -> tuple[Item, ...]:
    """The items with a scale where three or more statements share stem and answers."""
    runs: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for item, one in made:
        if item.kind == "ordinal" and one.field.stem:
            key = (one.field.stem, tuple(item.labels), tuple(item.labels.values()))
            runs.setdefault(key, []).append(item.id)
    scale: dict[str, str] = {}
    for n, ((stem, *_), ids) in enumerate(runs.items(), 1):
        if len(ids) > 2:
            scale |= dict.fromkeys(ids, stem if len(stem) < 20 else f"scale{n}")
    return tuple(replace(item, scale=scale.get(item.id, "")) for item, _ in made)
