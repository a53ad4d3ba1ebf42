"""What a survey asked: its items, their answers, and where they stand in a file, as YAML.

A survey names its population, the column of respondents, the subgroups, the waves with their
files and dates, and its items. ``labels`` given for the whole survey hold for every ordinal item
without its own, ``dont_know`` and ``missing`` for every ordinal, nominal and yes-no item.

Codes are text: the answer ``4`` is ``"4"`` in the file, in the labels and in tables. A yes-no
item is ``"1"`` for yes and ``"0"`` for no, whatever a file calls them: where it has other codes,
the labels say so (``{"1": Yes, "2": No}``), or ``yes: "1"`` and ``no: "2"``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from qualkit._yaml import Lined, parse_yaml, read_yaml, text_of
from qualkit.errors import CodebookError, UnknownName
from qualkit.matching import key_of
from qualkit.model import NOT_XML

KINDS: Final = ("ordinal", "nominal", "multiple", "number", "yes-no", "open")
POLARITIES: Final = ("higher-is-better", "lower-is-better")
LAYOUTS: Final = ("plain", "qualtrics", "surveymonkey", "ms-forms", "spss")
YES_NO: Final = {"0": "No", "1": "Yes"}
RESERVED: Final = ("respondent", "weight", "cluster", "wave")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CODE = re.compile(r"[^\s,;](?:.{0,62}[^\s,;])?")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,(?:\d{1,2}|\d{4,})", re.ASCII)
RANGE_TURNED_DATE: Final = re.compile(
    r"\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{2}"
)
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_CLOSED = ("ordinal", "nominal", "yes-no")
_SURVEY_KEYS = (
    "id", "title", "population", "respondent", "waves", "subgroups", "weight", "cluster",
    "dont_know", "missing", "labels", "layout", "columns", "dates", "stakeholder_type", "items",
)  # fmt: skip
_ITEM_KEYS = (
    "id", "question", "kind", "labels", "order", "polarity", "dont_know", "missing", "scale",
    "speaks_to", "asked_of", "waves", "low", "high", "separator", "other", "measure", "yes", "no",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a survey.

    Attributes
    ----------
    id : str
        The name of its column in a table of answers.
    question : str
        Its words.
    kind : str
        ``ordinal``, ``nominal``, ``multiple`` (any number of its options), ``number``,
        ``yes-no`` or ``open``.
    labels : mapping of str to str
        Code to words; of a ``multiple`` item, its options.
    polarity : str
        ``higher-is-better``, ``lower-is-better``, or empty where nobody has said.
    dont_know : tuple of str
        Codes that say that somebody does not know; they stay in the table and out of means.
    scale : str
        The scale that its answers are added up in, if any.
    speaks_to : tuple of str
        Ids of the codes that it is evidence for.
    order : tuple of str
        Codes of an ordinal item from the least to the most, without those of ``dont_know``.
    missing : tuple of str
        Codes, or ranges such as ``97..99``, that stand for no answer (user-missing).
    asked_of : str
        Who was asked, where not everybody was.
    waves : tuple of str
        The waves that asked it; empty means every wave.
    low, high : float or None
        The bounds of a number.
    separator : str
        What parts several answers in one cell; empty means ';', or ',' where no cell has one.
    other : str
        The code for answers that are none of the labels; empty means that such are faults.
    measure : str
        The level that an SPSS file gave it: ``nominal``, ``ordinal``, ``scale``, or empty.
    yes, no : str
        The codes that a file has for them, of a ``yes-no`` item; empty means 1 and 0.
    """

    id: str
    question: str
    kind: str = "ordinal"
    labels: Mapping[str, str] = field(default_factory=dict)
    polarity: str = ""
    dont_know: tuple[str, ...] = ()
    scale: str = ""
    speaks_to: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    asked_of: str = ""
    waves: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    separator: str = ""
    other: str = ""
    measure: str = ""
    yes: str = ""
    no: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its answers in order, without those of ``dont_know``.

        >>> Item("K1", "?", labels={"2": "Yes", "1": "No", "9": "?"}, dont_know=("9",)).codes
        ('1', '2')
        """
        if self.kind == "yes-no":
            return tuple(YES_NO)
        if self.order:
            return self.order
        held = [code for code in self.labels if code not in self.dont_know]
        return tuple(sorted(held, key=float) if self.kind == "ordinal" else held)

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns in a table of answers: one, or one an option (``M1/2``).

        >>> Item("M1", "Which?", "multiple", {"1": "Calls", "2": "Visits"}).columns
        ('M1/1', 'M1/2')
        """
        if self.kind != "multiple":
            return (self.id,)
        return tuple(f"{self.id}/{code}" for code in self.labels)


@dataclass(frozen=True, slots=True)
class Survey:
    """What was asked of whom, and where it stands in the files.

    Attributes
    ----------
    id, title, population : str
    respondent : str
        The file's column of respondent ids; empty where there is none, so that waves cannot be
        matched.
    subgroups : tuple of str
        Columns that part the respondents: area, school type ...
    weight : str
        The column of design weights, if any.
    waves : mapping of str to str
        Wave to the name of its file, in order of time.
    items : tuple of Item
        In the order of the questionnaire.
    layout : str
        ``plain``, ``qualtrics``, ``surveymonkey``, ``ms-forms`` or ``spss``; empty: look and see.
    columns : mapping of str to str
        Item (``M1/2`` for one option), subgroup, weight or cluster to the heading or the
        question text of its column, where that is not its own name or question.
    cluster : str
        The column of what respondents are nested in, such as their school.
    subgroup_labels : mapping of str to mapping
        Subgroup to code to words, where a file holds codes.
    dates : mapping of str to str
        Wave to when it was: ``2025-06-30``, or a month or year.
    stakeholder_type : str
        What those interviewed are called who are of its population, where that is another name.
    """

    id: str
    title: str = ""
    population: str = ""
    respondent: str = ""
    subgroups: tuple[str, ...] = ()
    weight: str = ""
    waves: Mapping[str, str] = field(default_factory=dict)
    items: tuple[Item, ...] = ()
    layout: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    cluster: str = ""
    subgroup_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    stakeholder_type: str = ""

    def item(self, name: str) -> Item:
        """The item of that id; UnknownName where there is none."""
        for item in self.items:
            if item.id == name:
                return item
        raise UnknownName("item", name, [item.id for item in self.items])

    def scales(self) -> dict[str, tuple[str, ...]]:
        """Each scale with the ids of its items, in order."""
        found: dict[str, tuple[str, ...]] = {}
        for item in self.items:
            if item.scale:
                found[item.scale] = (*found.get(item.scale, ()), item.id)
        return found


def fold(words: str) -> str:
    r"""Words as answers are compared: case, spaces and typographic marks count for nothing.

    >>> fold(" Don\u2019t  KNOW ")
    "don't know"
    """
    return key_of(words.strip()).text


def code_of(written: str) -> str:
    """A code as it is compared: ``4.0`` is ``4``.

    >>> code_of("4.0"), code_of(" 04"), code_of("a")
    ('4', '04', 'a')
    """
    plain = written.strip()
    if plain.isascii() and (found := re.fullmatch(r"(-?\d+)\.0*", plain)):
        return found[1]
    return plain


def number_of(written: str) -> float | None:
    """A number as people write it, with a point; None for anything else.

    >>> number_of("2.50"), number_of("1,5"), number_of("nan")
    (2.5, None, None)
    """
    plain = written.strip()
    value = float(plain) if _NUMBER.fullmatch(plain) and len(plain) < 400 else math.inf
    return value if math.isfinite(value) else None


def amount_of(written: str) -> float | None:
    """A number as a respondent or a European spreadsheet writes it, with a point or a comma.

    A comma before three digits may part thousands, and is understood as neither.

    >>> amount_of("2.5"), amount_of("2,5"), amount_of("1,500")
    (2.5, 2.5, None)
    """
    plain = written.strip()
    if _DECIMAL_COMMA.fullmatch(plain):
        return number_of(plain.replace(",", "."))
    return number_of(plain)


def is_missing(code: str, missing: Sequence[str]) -> bool:
    """Whether a code is one of these, or lies in one of these ranges.

    >>> is_missing("98", ["-1", "97..99"]), is_missing("9", ["97..99"])
    (True, False)
    """
    number = number_of(code)
    for one in missing:
        low, parted, high = one.partition("..")
        if code == one or (parted and number is not None and _within(number, low, high)):
            return True
    return False


def _within(number: float, low: str, high: str) -> bool:
    return (not low or float(low) <= number) and (not high or number <= float(high))


# A survey out of its file -------------------------------------------------------------------


def read_survey(path: Path | str) -> Survey:
    """The description of a survey from its YAML file.

    Raises
    ------
    CodebookError
        With every problem found and its line: an unknown key or kind, an item twice, labels
        that read the same, a don't-know code that is no code ...

    Examples
    --------
    >>> from qualkit.project import samples
    >>> survey = read_survey(samples() / "survey" / "items.yaml")
    >>> len(survey.items), survey.item("K1").codes, survey.scales()
    (19, ('1', '2', '3', '4'), {'knowledge': ('K1', 'K2', 'K3')})
    """
    path = Path(path)
    return survey_of(read_yaml(path), path.name)


def parse_survey(text: str, file: str = "mapping") -> Survey:
    """A survey from its YAML text; CodebookError with every problem in it."""
    return survey_of(parse_yaml(text, file), file)


def survey_of(loaded: Lined, file: str) -> Survey:
    """A survey from a mapping that was read; CodebookError with every problem in it."""
    entries = loaded.get("items")
    if not isinstance(entries, list) or not entries:
        raise CodebookError(file, ["it has no list of items under 'items:'"])
    wrong = [f"item {n} is not a mapping" for n, e in enumerate(entries, 1) if not _is_map(e)]
    problems = [*wrong, *_survey_problems(loaded)]
    waves = _pairs(loaded.get("waves"))
    for n, entry in enumerate(entries, 1):
        if _is_map(entry):
            problems += _item_problems(entry, loaded, n, waves)
    problems += _doubles(entries) if not wrong else []
    if problems:
        raise CodebookError(file, problems)
    survey = _survey(loaded, file, tuple(_item(entry, loaded) for entry in entries))
    problems = [*_column_problems(survey), *_date_problems(survey), *_name_problems(survey)]
    if problems:
        raise CodebookError(file, problems)
    return survey


def _is_map(entry: object) -> bool:
    return isinstance(entry, Lined)


def _survey(loaded: Lined, file: str, items: tuple[Item, ...]) -> Survey:
    name = text_of(loaded, "id") or re.sub(r"[^A-Za-z0-9._-]+", "-", Path(file).stem)
    groups = loaded.get("subgroups") or []
    return Survey(
        id=name,
        title=text_of(loaded, "title") or name,
        population=text_of(loaded, "population"),
        respondent=text_of(loaded, "respondent"),
        subgroups=tuple(_group_name(group) for group in groups),
        weight=text_of(loaded, "weight"),
        waves=_pairs(loaded.get("waves")),
        items=items,
        layout=text_of(loaded, "layout"),
        columns=_pairs(loaded.get("columns")),
        cluster=text_of(loaded, "cluster"),
        subgroup_labels={
            text_of(group, "id"): _labels(group.get("labels"))
            for group in groups
            if isinstance(group, Lined)
        },
        dates=_pairs(loaded.get("dates")),
        stakeholder_type=text_of(loaded, "stakeholder_type"),
    )


def _group_name(group: object) -> str:
    return text_of(group, "id") if isinstance(group, Lined) else " ".join(str(group).split())


def _item(entry: Lined, survey: Lined) -> Item:
    kind, given = text_of(entry, "kind"), entry.get("labels")
    labels = _labels(survey.get("labels") if given is None and kind == "ordinal" else given)
    unsure = entry.get("dont_know")
    if unsure is None and kind in _CLOSED:
        unsure = survey.get("dont_know")
    missing = entry.get("missing")
    if missing is None and kind in _CLOSED:
        missing = survey.get("missing")
    polarity = text_of(entry, "polarity")
    yes = no = ""
    if kind == "yes-no":
        labels, yes, no = _numbered(labels, text_of(entry, "yes"), text_of(entry, "no"))
    made = Item(
        id=text_of(entry, "id"),
        question=text_of(entry, "question") or text_of(entry, "id"),
        kind=kind,
        labels=dict(YES_NO) | labels if kind == "yes-no" else labels,
        polarity="" if polarity == "unset" else polarity,
        dont_know=_codes(unsure),
        scale=text_of(entry, "scale"),
        speaks_to=_texts(entry.get("speaks_to")),
        missing=_codes(missing),
        asked_of=text_of(entry, "asked_of"),
        waves=_texts(entry.get("waves")),
        low=number_of(text_of(entry, "low")),
        high=number_of(text_of(entry, "high")),
        separator=str(entry.get("separator", "")).strip(),
        other=code_of(text_of(entry, "other")),
        measure=text_of(entry, "measure"),
        yes=yes or code_of(text_of(entry, "yes")),
        no=no or code_of(text_of(entry, "no")),
        order=_codes(entry.get("order")),
    )
    return ordered(made)


def _numbered(
    labels: Mapping[str, str], yes: str, no: str
) -> tuple[dict[str, str], str, str]:  # fmt: skip
    """Labels of a yes-no item under 1 and 0, and the codes of a file that has others for them."""
    usual_first = sorted(labels.items(), key=lambda one: YES_NO.get(one[0]) != one[1])
    said = {fold(words): code for code, words in usual_first}
    if not yes and not no and {"yes", "no"} <= set(said):
        yes, no = said["yes"], said["no"]
    yes, no = code_of(yes) or "1", code_of(no) or "0"
    here = {yes: "1", no: "0"}
    left = set(YES_NO) - set(here)
    own = {here.get(code, code): words for code, words in labels.items() if code not in left}
    return own, *(("", "") if (yes, no) == ("1", "0") else (yes, no))


def is_code(words: str) -> bool:
    """Whether words can stand as a code.

    >>> is_code("4+"), is_code("1;")
    (True, False)
    """
    return _CODE.fullmatch(words) is not None and code_of(words) == words


def item_id(heading: str, position: int, used: Container[str]) -> str:
    """An id for the item in a column: its heading where that can be one, else ``Q7``.

    >>> item_id("K1", 4, set()), item_id("How are you?", 5, {"q5"})
    ('K1', 'Q5_2')
    """
    fits = _ID.fullmatch(heading) and heading.casefold() not in RESERVED
    name = heading if fits else f"Q{position}"
    again = 2
    while name.casefold() in used:
        name, again = f"{heading if fits else f'Q{position}'}_{again}", again + 1
    return name


def ordered(item: Item) -> Item:
    """The item with the order of its codes filled in, where it is ordinal."""
    from dataclasses import replace

    return replace(item, order=item.codes) if item.kind == "ordinal" and not item.order else item


def _pairs(value: object) -> dict[str, str]:
    if isinstance(value, list):
        return {str(one).strip(): "" for one in value}
    if not isinstance(value, Mapping):
        return {}
    return {str(key).strip(): text_of(value, key) for key in value}


def _labels(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {code_of(str(code)): text_of(value, code) for code in value}


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value] if value.strip() else []
    return tuple(" ".join(str(one).split()) for one in value) if isinstance(value, list) else ()


def _codes(value: object) -> tuple[str, ...]:
    return tuple(code_of(one) for one in _texts(value))


# What can be wrong with a survey ------------------------------------------------------------


def _survey_problems(loaded: Lined) -> Iterator[str]:
    yield from _unknown(loaded, _SURVEY_KEYS, "")
    name = text_of(loaded, "id")
    if name and not _ID.fullmatch(name):
        yield f"its id {name!r} is not letters, digits, '.', '-', '_'"
    layout = text_of(loaded, "layout")
    if layout and layout not in LAYOUTS:
        yield f"layout {layout!r} is none of {', '.join(LAYOUTS)}"
    yield from _shapes(loaded, "", maps=("labels", "columns", "dates"), lists=("subgroups",))
    yield from _shapes(loaded, "", maps=(), lists=("dont_know", "missing"), alone=True)
    if not isinstance(loaded.get("waves", {}), Mapping | list):
        yield "'waves' must be wave: file, or a list of names"
    if isinstance(loaded.get("labels"), Mapping):
        yield from _label_problems(_labels(loaded["labels"]), f"line {loaded['labels'].line}: ")
    groups = loaded.get("subgroups")
    for group in groups if isinstance(groups, list) else []:
        if not _group_name(group) or (_is_map(group) and set(group) - {"id", "labels"}):
            yield "a subgroup is a name, or has 'id' and 'labels'"
    if any(isinstance(value, str) and NOT_XML.search(value) for value in loaded.values()):
        yield "a text holds control characters"


def _unknown(mapping: Lined, known: Sequence[str], where: str) -> Iterator[str]:
    from difflib import get_close_matches

    for key in mapping:
        if key not in known:
            close = get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
            yield f"{where}unknown key {key[:60]!r}; {hint}"


def _shapes(
    mapping: Lined, where: str, *, maps: Sequence[str], lists: Sequence[str], alone: bool = False
) -> Iterator[str]:
    """Values that are not what their key needs; `alone` lets a text stand for a list of one."""
    for key in maps:
        value = mapping.get(key, Lined())
        if not isinstance(value, Lined) or any(not isinstance(v, str) for v in value.values()):
            yield f"{where}{key!r} must be a mapping of 'code: words' lines"
    for key in lists:
        value = mapping.get(key, [])
        if isinstance(value, str) and (alone or not value):
            continue
        if not isinstance(value, list) or (
            key != "subgroups" and any(not isinstance(one, str) for one in value)
        ):
            yield f"{where}{key!r} must be a list"


def _item_problems(
    entry: Lined, survey: Lined, number: int, waves: Mapping[str, str]
) -> Iterator[str]:
    name = text_of(entry, "id")
    where = f"line {entry.line}, item {name or number}: "
    yield from _unknown(entry, _ITEM_KEYS, where)
    if not _ID.fullmatch(name):
        yield f"{where}its id must be letters, digits, '.', '-', '_'"
    if name.casefold() in RESERVED:
        yield f"{where}the id {name!r} is a column of every table; give another"
    if text_of(entry, "kind") not in KINDS:
        yield f"{where}kind {text_of(entry, 'kind')!r} is none of {', '.join(KINDS)}"
        return
    if text_of(entry, "polarity") not in {*POLARITIES, "unset", ""}:
        allowed = ", ".join((*POLARITIES, "unset"))
        yield f"{where}polarity {text_of(entry, 'polarity')!r} is none of {allowed}"
    faults = [
        *_shapes(entry, where, maps=("labels",), lists=()),
        *_shapes(
            entry, where, maps=(), alone=True,
            lists=("dont_know", "missing", "speaks_to", "waves", "order"),
        ),
    ]  # fmt: skip
    faults += [
        f"{where}{key!r} must be text"
        for key in ("question", "scale", "asked_of", "separator", "other", "measure", "yes", "no")
        if not isinstance(entry.get(key, ""), str)
    ]
    if any(isinstance(value, str) and NOT_XML.search(value) for value in entry.values()):
        faults.append(f"{where}a text holds control characters")
    yield from faults
    if not faults and isinstance(survey.get("labels", Lined()), Lined):
        yield from _answer_problems(_item_quietly(entry, survey), entry, where)
        for wave in _texts(entry.get("waves")):
            if wave not in waves:
                yield f"{where}unknown wave {wave!r}; the survey has {', '.join(waves) or 'none'}"


def _item_quietly(entry: Lined, survey: Lined) -> Item | str:
    """The item, or why its codes cannot be put into order."""
    try:
        item = _item(entry, survey)
    except ValueError:
        item = None
    if item is None or any(number_of(code) is None for code in item.order):
        return "the codes of an ordinal item must be numbers; use kind: nominal for others"
    return item


def _answer_problems(item: Item | str, entry: Lined, where: str) -> Iterator[str]:
    if isinstance(item, str):
        yield where + item
        return
    yield from _label_problems(item.labels, where)
    yield from _kind_problems(item, where)
    expected = {code for code in item.labels if code not in item.dont_know}
    if entry.get("order") is not None and (
        item.kind != "ordinal" or sorted(item.order) != sorted(expected)
    ):
        yield f"{where}its order must name each code of an ordinal item once, without dont_know"
    yield from _number_problems(item, entry, where)


def _kind_problems(item: Item, where: str) -> Iterator[str]:
    """Labels that an item of its kind must have, or cannot."""
    known = set(item.dont_know)
    if item.kind == "multiple" and not item.labels:
        yield f"{where}it has no labels; list its options as code: words"
    if item.kind == "yes-no" and set(item.labels) - known - set(YES_NO):
        yield (
            f"{where}the labels of a yes-no item are '0' for no and '1' for yes; say 'yes' and "
            "'no' with the codes that the file has, where these are others"
        )
    if (item.yes or item.no) and item.kind != "yes-no":
        yield f"{where}'yes' and 'no' are for an item of kind yes-no"
    elif item.yes and (item.yes == item.no or known & {item.yes, item.no}):
        yield f"{where}yes, no and don't know must have codes of their own"
    if item.kind in {"number", "open"} and set(item.labels) - known:
        yield f"{where}the answers of a {item.kind} item have no labels, but for don't know"
    if item.other and item.other not in item.labels:
        yield f"{where}other: {item.other!r} is not one of its codes"


def _number_problems(item: Item, entry: Lined, where: str) -> Iterator[str]:
    """Bounds and ranges that are no numbers."""
    for key in ("low", "high"):
        if text_of(entry, key) and number_of(text_of(entry, key)) is None:
            yield f"{where}{key}: {text_of(entry, key)[:40]!r} is not a number"
    if item.low is not None and item.high is not None and item.low > item.high:
        yield f"{where}low is more than high"
    for one in item.missing:
        low, parted, high = one.partition("..")
        if parted and any(end and number_of(end) is None for end in (low, high)):
            yield f"{where}missing: {one!r} is not a range such as 97..99"


def _label_problems(labels: Mapping[str, str], where: str) -> Iterator[str]:
    seen: dict[str, str] = {}
    for code, words in labels.items():
        if not _CODE.fullmatch(code):
            why = "has more than 64 signs, or begins or ends with a space, ',' or ';'"
            yield f"{where}the code {code[:60]!r} {why}"
        look = fold(words)
        if look and seen.setdefault(look, code) != code:
            yield f"{where}codes {seen[look]} and {code} have labels that read the same"
        if code_of(words) != code and code_of(words) in labels:
            yield f"{where}the label of {code} is {words!r}, which is the code of another answer"


def _doubles(entries: Sequence[Lined]) -> Iterator[str]:
    lines: dict[str, int] = {}
    for entry in entries:
        name = text_of(entry, "id").casefold()
        if name in lines:
            yield f"duplicate id {text_of(entry, 'id')} (lines {lines[name]} and {entry.line})"
        lines.setdefault(name, entry.line)


def _column_problems(survey: Survey) -> Iterator[str]:
    known = {
        *(column for item in survey.items for column in (item.id, *item.columns)),
        *survey.subgroups, survey.respondent, survey.weight, survey.cluster,
    }  # fmt: skip
    for name in survey.columns:
        if name not in known:
            yield f"columns: {name!r} is no item, option (M1/2), subgroup, weight or cluster"
    opened = {item.id for item in survey.items if item.kind == "open"}
    taken: dict[str, str] = {}
    for name, heading in survey.columns.items():
        if not heading:
            yield f"columns: {name!r} names no column"
        elif name in opened:
            continue  # what somebody wrote under "Other" is an answer too
        elif taken.setdefault(heading, name) != name:
            yield f"columns: {taken[heading]!r} and {name!r} both stand in {heading[:60]!r}"


def _date_problems(survey: Survey) -> Iterator[str]:
    for wave, date in survey.dates.items():
        if wave not in survey.waves:
            known = ", ".join(survey.waves) or "none"
            yield f"dates: unknown wave {wave[:60]!r}; the survey has {known}"
        if not _DATE.fullmatch(date):
            yield f"dates: {date[:40]!r} is not a date such as 2025-06-30, a month or a year"


def _name_problems(survey: Survey) -> Iterator[str]:
    items = {item.id.casefold() for item in survey.items}
    for name in survey.subgroups:
        if name.casefold() in items or name.casefold() in RESERVED:
            yield f"subgroup {name!r} has the name of an item or of a column of every table"
        if survey.subgroups.count(name) > 1:
            yield f"subgroup {name!r} stands twice"
    for name, labels in survey.subgroup_labels.items():
        yield from _label_problems(labels, f"subgroup {name}: ")


# A survey as a file -------------------------------------------------------------------------


def write_survey(survey: Survey) -> str:
    r"""A survey as YAML that :func:`read_survey` reads back the same.

    Examples
    --------
    >>> print(write_survey(Survey("s", items=(Item("W1", "Did you come?", "yes-no"),))), end="")
    id: s
    items:
    - id: W1
      question: Did you come?
      kind: yes-no
    """
    import yaml

    shared = _commonest(survey.items)
    said: dict[str, Any] = {
        "id": survey.id, "title": survey.title, "population": survey.population,
        "stakeholder_type": survey.stakeholder_type, "respondent": survey.respondent,
        "waves": dict(survey.waves),
        "dates": {wave: date for wave, date in survey.dates.items() if wave in survey.waves},
        "subgroups": [_group_entry(name, survey) for name in survey.subgroups],
        "weight": survey.weight, "cluster": survey.cluster, "layout": survey.layout,
        "labels": dict(shared), "columns": dict(survey.columns),
        "items": [_item_entry(item, shared) for item in survey.items],
    }  # fmt: skip
    filled = {key: value for key, value in said.items() if value}
    return str(yaml.safe_dump(filled, sort_keys=False, allow_unicode=True, width=100))


def _commonest(items: Sequence[Item]) -> Mapping[str, str]:
    """The labels that most ordinal items have, where at least two do."""
    from collections import Counter

    counts = Counter(tuple(item.labels.items()) for item in items if item.kind == "ordinal")
    most = counts.most_common(1)
    return dict(most[0][0]) if most and most[0][1] > 1 else {}


def _group_entry(name: str, survey: Survey) -> str | dict[str, Any]:
    labels = survey.subgroup_labels.get(name)
    return {"id": name, "labels": dict(labels)} if labels else name


def _item_entry(item: Item, shared: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": item.id, "question": item.question, "kind": item.kind,
        "labels": _own_labels(item, shared),
        "order": list(item.order) if item.order != _plain_order(item) else [],
        "polarity": item.polarity, "dont_know": list(item.dont_know),
        "missing": list(item.missing), "scale": item.scale, "speaks_to": list(item.speaks_to),
        "asked_of": item.asked_of, "waves": list(item.waves),
        "low": _shown(item.low), "high": _shown(item.high),
        "separator": item.separator, "other": item.other, "measure": item.measure,
        "yes": item.yes, "no": item.no,
    }  # fmt: skip
    filled = {key: value for key, value in said.items() if value}
    if item.kind == "ordinal" and shared and not item.labels:
        filled["labels"] = {}
    return filled


def _own_labels(item: Item, shared: Mapping[str, str]) -> dict[str, str]:
    """The labels that must be written: not those of the whole survey, nor plain yes and no."""
    usual = {"ordinal": shared, "yes-no": YES_NO}.get(item.kind, {})
    return {} if list(item.labels.items()) == list(usual.items()) else dict(item.labels)


def _plain_order(item: Item) -> tuple[str, ...]:
    from dataclasses import replace

    return replace(item, order=()).codes if item.kind == "ordinal" else ()


def _shown(number: float | None) -> str:
    return "" if number is None else f"{number:.15g}"
