"""The joint display: a finding beside the words of interviews, and what both say together.

References
----------
Guetterman, T. C., Fetters, M. D. and Creswell, J. W. (2015). Integrating quantitative and
qualitative results in health science mixed methods research through joint displays. Annals of
Family Medicine 13, 554-561.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from qualkit.triangulate._chosen import Quote, Quotes
from qualkit.triangulate._words import (
    SURVEY,
    Row,
    base_of,
    clause,
    interval_of,
    listed,
    question_of,
    records,
    sentence,
    short_of,
    shown,
    strand_of_finding,
    strand_words,
    verdict_words,
)
from qualkit.triangulate.artefacts import (
    COUNTED,
    NONE,
    UNDECIDED,
    Artefact,
    heading,
    lines,
    meaning_of,
    opposing_words,
)
from qualkit.triangulate.assessing import Assessment
from qualkit.triangulate.records import STATE_WORDS, Proposal


@dataclass(frozen=True, slots=True)
class JointRow:
    """One finding beside what interviews say of its theme.

    Attributes
    ----------
    link : str
        Empty for a theme that no finding is linked to.
    codebook, code, theme : str
        `theme` is the name of the code.
    finding : str
        Its id; empty where there is none.
    strand : str
        ``survey``, or another strand's kind.
    question, result, base, interval : str
        What was asked, and what was found, in words; empty, or the reason, where it is withheld.
    said : str
        What interviews say, in numbers of interviews.
    quotes : tuple of Quote
    verdict, status : str
    label : str
        The verdict as a reader sees it.
    inference : str
        What both say together: the evaluator's words, else a sentence by the rule.
    adds, fetters : str
    cautions : tuple of str
    supporting, opposing : tuple of str
        Sources.
    proposal : Proposal
    """

    link: str
    codebook: str
    code: str
    theme: str
    finding: str
    strand: str
    question: str
    result: str
    base: str
    interval: str
    said: str
    quotes: tuple[Quote, ...]
    verdict: str
    status: str
    label: str
    inference: str
    adds: str
    fetters: str
    cautions: tuple[str, ...]
    supporting: tuple[str, ...]
    opposing: tuple[str, ...]
    proposal: Proposal


def joint_rows(assessed: Assessment, *, quotes: int = 2) -> tuple[JointRow, ...]:
    """The rows of a joint display, one a link, in the order of `assessed`.

    Parameters
    ----------
    assessed : Assessment
    quotes : int
        At most so many quotations a row: one for the finding, one against it where there is one.

    Returns
    -------
    tuple of JointRow
    """
    chosen = Quotes(assessed) if quotes else None
    rows = zip(records(assessed.decided), assessed.proposals, strict=True)
    return tuple(_joint(assessed, row, one, chosen, quotes) for row, one in rows)


def _joint(
    assessed: Assessment, row: Row, proposal: Proposal, chosen: Quotes | None, quotes: int
) -> JointRow:
    key = row["codebook"], row["code"]
    found = assessed.findings.get(row["finding"])
    state = assessed.states[key]
    given = found is not None and shown(found)
    return JointRow(
        row["link"], *key, row["name"], row["finding"],
        SURVEY if found is None else strand_of_finding(found),
        question_of(found) if found else "",
        heading(short_of(found)) if found else "No finding is linked" if not row["finding"] else
        "The finding is not there any more",
        base_of(found) if found else "", interval_of(found) if found and given else "",
        meaning_of(state), () if chosen is None else chosen.beside(key, proposal, quotes),
        row["verdict"], row["status"],
        verdict_words(row["verdict"], row["status"]), inference_of(row, found), row["adds"],
        row["fetters"], tuple(cautions_of(row, proposal)), row["sources_for"],
        row["sources_against"], proposal,
    )  # fmt: skip


def inference_of(row: Row, finding: Row | None = None) -> str:
    """What a verdict says, as a sentence; with the evaluator's reason where they gave one.

    Examples
    --------
    >>> row = {"verdict": "agreement", "q_state": "+", "l_state": "+", "status": "proposed"}
    >>> inference_of(row)
    'The survey and the interviews agree: both show a change for the better.'
    """
    own = str(row.get("reason") or "") if row["status"] != "proposed" else ""
    own = "" if own == row.get("why") else own
    told = sentence(_inferred(row, strand_words(finding)))
    adds = f" What one adds to the other: {sentence(row['adds'])}" if row.get("adds") else ""
    return f"{told} {sentence(own)}".strip() + adds if own else told + adds


def _inferred(row: Row, what: str) -> str:
    verdict, q, spoken = row["verdict"], row["q_state"], row["l_state"]
    several = what.endswith("figures")
    shows, leaves, rules = (
        ("show", "leave", "rule") if several else ("shows", "leaves", "rules")
    )  # fmt: skip
    if verdict.startswith("silence") or verdict == "no evidence":
        return _silent(row, what)
    if verdict == "agreement":
        both = f": both show {STATE_WORDS[q].split(',')[0]}" if q == spoken else ""
        return f"{what} and the interviews agree{both}"
    if verdict == "dissonance":
        more = _apart(q, spoken, f"{what} {shows}")
        return f"{what} and the interviews do not agree{more}"
    if verdict == "partial":
        return f"{what} and the interviews agree in part"
    if verdict == "insufficient":
        return f"{what} {leaves} it open, and too few interviews took a view"
    return f"{what} neither {shows} a change nor {rules} one out, so the two cannot be compared yet"


def _apart(q: str, spoken: str, what_shows: str) -> str:
    """The two directions, where there are two."""
    heard = {"+": "that it improved", "-": "that it worsened", "0": "that it did not change"}
    if q == spoken or not {q, spoken} <= set(heard):
        return ""
    change = STATE_WORDS[q].split(",")[0]
    return f": {what_shows} {change}, and most interviews say {heard[spoken]}"


def _silent(row: Row, what: str) -> str:
    """Who is silent; a decided silence is told by the states."""
    interviews = row["l_state"] in {"silent", "not_asked"}
    survey = row["q_state"] in {"missing", "unusable"}
    no_interview = (
        "the interviews were not asked about it" if row["l_state"] == "not_asked"
        else "no interview speaks of it"
    )  # fmt: skip
    if interviews and survey:
        return f"{no_interview}, and there is no finding that can be used"
    if interviews:
        verb = "speak" if what.endswith("figures") else "speaks"
        return f"{what} {verb} to this, but {no_interview}"
    if row["q_state"] == "missing":
        return "interviews speak of this, but no finding is linked to it"
    if survey:
        return "interviews speak of this, but the finding linked to it cannot be used"
    return f"{what} and the interviews do not speak of the same thing"


def cautions_of(row: Row, proposal: Proposal) -> Iterator[str]:
    """What a reader must know of a verdict, one sentence each."""
    split = proposal.inputs.get("interviews", {}).get("by_type", {})
    if row["q_state"] == "unusable":
        yield sentence(f"the finding cannot be used: {clause(_unusable(proposal))}")
    for flag in row["flags"]:
        if flag == "split by stakeholder":
            yield _split_words(split)
        elif flag == "different informants":
            kind = proposal.inputs.get("comparison", {}).get("surveyed_type") or "those surveyed"
            yield f"The survey asked other people ({kind}) than those who spoke in interviews."
        elif flag == "timing":
            yield "All interviews took place before the follow-up."
        elif flag == "unadjusted":
            yield "The significance of the finding was not adjusted for the number of tests."
        elif flag == "judges differ":
            told = ", ".join(f"{who}: {said}" for who, said in sorted(row["judges"].items()))
            yield f"The judges differ ({told}); somebody else has to settle it."
        elif flag == "changed since":
            yield sentence(f"the evidence has changed since this was decided: "
                           f"{row['changed_since']}")  # fmt: skip
    if row["verdict"] == "partial" and row["status"] == "proposed":
        yield from _breadth_words(row, proposal)


def _breadth_words(row: Row, proposal: Proposal) -> Iterator[str]:
    """Why both say the same, and it is no agreement."""
    if proposal.breadth == "narrow":
        yield "The interviews that spoke of this do not stand for the whole study."
    asked = proposal.inputs.get("comparison", {}).get("surveyed_type")
    if row["q_state"] == row["l_state"] and not proposal.breadth and not asked:
        yield ("Of which stakeholder type those asked are is not known, so nobody can tell whether "
               "the interviews stand for them.")  # fmt: skip


def _unusable(proposal: Proposal) -> str:
    given = proposal.inputs.get("survey", {})
    least = proposal.thresholds.base
    if not given:
        return "it is not among the findings of the study any more"
    if given["blocked"]:
        return str(given["blocked"])
    if given["base"] is not None and given["base"] < least:
        return f"its base is {given['base']}, fewer than {least}"
    return "nobody has said which direction is better"


def _split_words(by_type: Mapping[str, Any]) -> str:
    sides = [[name for name, one in by_type.items() if one["state"] == way] for way in "+-"]
    if not all(sides):
        return "Stakeholders of different kinds say the opposite."
    return f"Stakeholders differ ({listed(sides[0])}: improved; {listed(sides[1])}: worsened)."


def joint_display(assessed: Assessment, *, quotes: int = 2) -> Artefact:
    """The joint display as a table; :func:`joint_rows` has its parts.

    Returns
    -------
    Artefact
        One row a link: ``Theme``, ``Finding``, ``Base``, ``Interviews``, ``Quotations``,
        ``Verdict``, ``Inference``.
    """
    import pandas as pd

    made = [
        (one.theme, lines([one.question, one.result]), one.base or NONE,
         lines([one.said, opposing_words(one.opposing)]),
         lines(quote.text for quote in one.quotes), one.label,
         lines([one.inference, *one.cautions]))
        for one in joint_rows(assessed, quotes=quotes)
    ]  # fmt: skip
    columns = ["Theme", "Finding", "Base", "Interviews", "Quotations", "Verdict", "Inference"]
    return Artefact("joint", "Joint display", pd.DataFrame(made, columns=columns),
                    (UNDECIDED, COUNTED))  # fmt: skip
