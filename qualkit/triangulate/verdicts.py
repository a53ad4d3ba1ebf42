"""From links, findings and codings to verdicts: what is proposed, decided and still disputed.

What an evaluator decided stands until they decide otherwise; where what it rested on has changed
since, that is said. Judges who differ are not settled by the rule: a third must decide.

References
----------
Farmer, T. and others (2006). Developing and implementing a triangulation protocol for qualitative
health research. Qualitative Health Research 16, 377-394.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import TableError
from qualkit.tables import check
from qualkit.triangulate._words import records
from qualkit.triangulate.records import FINAL, STATE_WORDS, STATUSES, TOLD, Proposal, final_of
from qualkit.triangulate.rule import final_view

if TYPE_CHECKING:
    import pandas as pd

DECIDED_COLUMNS: Final = (
    "link", "codebook", "code", "name", "theme", "finding", "q_state", "l_state", "breadth",
    "verdict", "status", "proposed", "fetters", "reason", "why", "adds", "flags", "sources_for",
    "sources_against", "sources_mixed", "judges", "decided", "changed_since", "rule_version",
    "same_construct", "note",
)  # fmt: skip
DIFFER, SINCE = "judges differ", "changed since"
_PROPOSED, _ACCEPTED, _CHANGED = STATUSES
_WORDS: Final = {"reason", "theme", "fetters"}  # of a proposal; they follow from the rest
_SIDES: Final = {"supporting": "for", "opposing": "against", "mixed": "mixed"}


def decided_table(
    links: pd.DataFrame | Iterable[Mapping[str, Any]],
    proposals: Sequence[Proposal],
    verdicts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What is proposed for each link, and what was decided.

    Parameters
    ----------
    links : DataFrame, or its rows
        With the columns of :mod:`qualkit.tables`.
    proposals : sequence of Proposal
        One for each link, in the order of `links`.
    verdicts : DataFrame, optional
        Those that are kept, of every judge.

    Returns
    -------
    DataFrame
        One row a link: ``link``, ``codebook``, ``code``, its ``name``, ``theme``, ``finding``;
        ``q_state``, ``l_state``, ``breadth``; ``verdict``: what was decided, else what is
        proposed; ``status``: ``proposed``, ``accepted`` or ``changed``; what is ``proposed``
        now; ``fetters``; ``reason``: the evaluator's, else the rule's sentence, which is also
        ``why``; ``adds``; ``flags``: those of the proposal, ``judges differ``, ``changed
        since``; ``sources_for``, ``sources_against``, ``sources_mixed``; ``judges``: judge ->
        verdict; ``decided``, when; ``changed_since``, what of the evidence has changed since
        then, in words; ``rule_version``, ``same_construct``, ``note``.

    Notes
    -----
    A verdict stands that more than half of the judges of a link gave. Where there is none they
    differ: the row is as if nobody had decided, and a third must settle it.
    """
    import pandas as pd

    rows = records(links) if isinstance(links, pd.DataFrame) else list(links)
    if len(rows) != len(proposals):
        raise TableError("links", f"{len(rows)} links, and {len(proposals)} proposals for them")
    kept: dict[str, list[dict[str, Any]]] = {}
    if verdicts is not None:
        check(verdicts, "verdicts")
        for one in records(verdicts):
            kept.setdefault(one["link"], []).append(one)
    made = [
        _decided(row, one, kept.get(row["link"], []))
        for row, one in zip(rows, proposals, strict=True)
    ]
    return pd.DataFrame(made, columns=list(DECIDED_COLUMNS))


def _decided(
    link: Mapping[str, Any], proposal: Proposal, kept: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    standing = _standing(kept)
    flags = [*proposal.flags, *[DIFFER] * (bool(kept) and standing is None)]
    told: dict[str, Any] = {
        "verdict": proposal.verdict, "status": _PROPOSED, "fetters": proposal.fetters,
        "reason": proposal.reason, "adds": "", "decided": "", "changed_since": "",
    }  # fmt: skip
    if standing is not None:
        since = changed_since(standing["proposal"], proposal)
        flags += [SINCE] * bool(since)
        told |= {name: standing[name] for name in ("verdict", "status", "adds", "decided")}
        told |= {
            "reason": standing["reason"] or proposal.reason, "changed_since": since,
            "fetters": final_view(standing["verdict"], standing["adds"]),
        }  # fmt: skip
    return {
        **{name: link[name] for name in ("link", "codebook", "code", "theme", "finding", "note")},
        "name": link["code_name"], "same_construct": bool(link["same_construct"]),
        "q_state": proposal.q_state, "l_state": proposal.l_state, "breadth": proposal.breadth,
        "proposed": proposal.verdict, "why": proposal.reason, "flags": tuple(flags),
        "sources_for": proposal.supporting, "sources_against": proposal.opposing,
        "sources_mixed": proposal.mixed, "rule_version": proposal.rule_version,
        "judges": {one["judge"]: one["verdict"] for one in kept},
    } | told  # fmt: skip


def _standing(kept: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The verdict that more than half of the judges gave, in the words of who said most."""
    counts = Counter(one["verdict"] for one in kept)
    for verdict, number in counts.items():
        if 2 * number > len(kept):
            given = [one for one in kept if one["verdict"] == verdict]
            return max(
                given, key=lambda one: (bool(one["reason"]), bool(one["adds"]), str(one["decided"]))
            )
    return None


def changed_since(kept: str | Mapping[str, Any] | Proposal, now: Proposal) -> str:
    """What of a proposal has changed since it was decided on; empty where nothing has.

    Parameters
    ----------
    kept : str, mapping or Proposal
        The proposal as it was, also as JSON.
    now : Proposal

    Returns
    -------
    str
        In words: figures of the finding, sources that came, went or say otherwise, the rule.
        The wording of the proposal counts for nothing.

    Examples
    --------
    >>> before = Proposal("partial", "Because.", "+", "thin", supporting=("a",))
    >>> now = Proposal("partial", "So.", "+", "thin", supporting=("a", "b"))
    >>> changed_since(before, now)
    'b is now for it'
    """
    try:
        was = json.loads(kept) if isinstance(kept, str) else (
            _parts(kept) if isinstance(kept, Proposal) else dict(kept)
        )  # fmt: skip
    except json.JSONDecodeError:
        return "what was proposed then cannot be read; see 'qualkit project check'"
    is_now = _parts(now)
    others = [one for one in is_now if one not in _WORDS]
    if all(_alike(was.get(name), is_now[name]) for name in others):
        return ""
    told = [
        *_states_since(was, is_now), *_rule_since(was, is_now), *_sources_since(was, is_now),
        *_inputs_since(was, is_now),
    ]  # fmt: skip
    if not told:
        quoted = _alike(was.get("quotes"), is_now["quotes"])
        told = [f"the {'inputs' if quoted else 'quotations'} that it rests on are others"]
    return "; ".join(told)


def _parts(proposal: Proposal) -> dict[str, Any]:
    """What :meth:`Proposal.as_dict` gives, without copies of all that is in it."""
    made = {one.name: getattr(proposal, one.name) for one in fields(proposal)}
    return made | {"thresholds": asdict(proposal.thresholds)}


def _states_since(was: Mapping[str, Any], is_now: Mapping[str, Any]) -> Iterator[str]:
    told = (("q_state", "the figures", STATE_WORDS), ("l_state", "the interviews", TOLD))
    for name, what, words in told:
        if (old := was.get(name)) != (new := is_now[name]):
            yield f"{what}: {words.get(str(old), 'not known')}, now {words[new]}"


def _rule_since(was: Mapping[str, Any], is_now: Mapping[str, Any]) -> Iterator[str]:
    if was.get("rule_version") != is_now["rule_version"]:
        yield f"the rule is version {is_now['rule_version']}, was {was.get('rule_version')}"
    if not _alike(was.get("thresholds"), is_now["thresholds"]):
        yield "the thresholds of the rule are others"


def _sources_since(was: Mapping[str, Any], is_now: Mapping[str, Any]) -> Iterator[str]:
    """Sources that came to a side; those that no side has any more."""
    sides = [
        {source: side for side in _SIDES for source in made.get(side) or ()}
        for made in (was, is_now)
    ]
    before, after = sides
    for side, word in _SIDES.items():
        new = [one for one, where in after.items() if where == side != before.get(one)]
        if new:
            told = f"{'is' if len(new) == 1 else 'are'} now {word}{' it' * (word != 'mixed')}"
            yield f"{', '.join(sorted(new))} {told}"
    if gone := sorted(set(before) - set(after)):
        yield f"{', '.join(gone)} {'has' if len(gone) == 1 else 'have'} no stance any more"


def _inputs_since(was: Mapping[str, Any], is_now: Mapping[str, Any]) -> Iterator[str]:
    """Figures of the finding, and circumstances of the comparison, that are others."""
    for part, what in (("survey", "the finding's"), ("comparison", "the")):
        old = (was.get("inputs") or {}).get(part) or {}
        new = (is_now["inputs"] or {}).get(part) or {}
        for name in dict.fromkeys([*old, *new]):
            if name != "direction" and not _alike(old.get(name), new.get(name)):
                told = f"{_shown(old.get(name))}, now {_shown(new.get(name))}"
                yield f"{what} {name.replace('_', ' ')}: {told}"


def _shown(value: object) -> str:
    if value is None or value == "":
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _alike(one: Any, other: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether two values are the same, but for the order of names and the last digits."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return set(one) == set(other) and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return list(one) == list(other) or sorted(map(str, one)) == sorted(map(str, other))
    numbers = [isinstance(x, int | float) and not isinstance(x, bool) for x in (one, other)]
    if all(numbers):
        return math.isclose(one, other, rel_tol=1e-8, abs_tol=1e-12)
    return bool(one == other)


def unsettled(decided: pd.DataFrame) -> pd.DataFrame:
    """The rows of :func:`decided_table` on which judges differ: a third must settle them."""
    return decided[decided["flags"].map(lambda flags: DIFFER in flags).astype(bool)]


def to_decide(decided: pd.DataFrame) -> pd.DataFrame:
    """The rows that are no final matrix yet: not decided, or decided on other evidence."""
    return decided[(decided["link"] != "") & (
        (decided["status"] == _PROPOSED) | (decided["changed_since"] != "")
    )]  # fmt: skip


def count_summary(decided: pd.DataFrame) -> pd.DataFrame:
    """How many links have which verdict.

    Returns
    -------
    DataFrame
        One row a verdict (the four final ones, then working states that occur): ``verdict``,
        ``accepted``, ``changed``, ``proposed``, ``all``, ``share`` of all rows (0 to 1).

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("partial", "proposed"), ("silence (survey)", "proposed"), ("silence", "changed")]
    >>> made = count_summary(pd.DataFrame(rows, columns=["verdict", "status"]))
    >>> made[made["all"] > 0][["verdict", "changed", "proposed", "all"]].values.tolist()
    [['partial', 0, 1, 1], ['silence', 1, 1, 2]]
    """
    import pandas as pd

    found = Counter(
        (final_of(verdict) or verdict, status)
        for verdict, status in zip(decided["verdict"], decided["status"], strict=True)
    )
    words = list(dict.fromkeys([*FINAL, *sorted({word for word, _ in found})]))
    rows = [[found[word, status] for status in (_ACCEPTED, _CHANGED, _PROPOSED)] for word in words]
    made = pd.DataFrame(rows, words, [_ACCEPTED, _CHANGED, _PROPOSED], dtype="int64")
    made["all"] = made.sum(axis=1)
    made["share"] = made["all"] / len(decided) if len(decided) else float("nan")
    return made.rename_axis("verdict").reset_index()
