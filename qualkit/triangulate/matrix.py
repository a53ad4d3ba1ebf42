"""What triangulation shows: each artefact of the literature as a table that can be read by itself.

All are made of an :class:`~qualkit.triangulate.assessing.Assessment`. Sources are counted, never
segments; a verdict that nobody has decided is marked PROPOSED; opposing sources are named.

References
----------
Farmer, T. and others (2006). Qualitative Health Research 16, 377-394: convergence coding matrix.
Johnson, R. E., Grove, A. L. and Clarke, A. (2019). Pillar Integration Process. Journal of Mixed
Methods Research 13, 301-320.
O'Cathain, A., Murphy, E. and Nicholl, J. (2010). BMJ 341, c4587: following a thread.
Lewin, S. and others (2018). Applying GRADE-CERQual. Implementation Science 13 (Suppl 1), 2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from qualkit.model import look_of
from qualkit.tables import check, plain
from qualkit.triangulate._chosen import Quotes
from qualkit.triangulate._words import (
    INTERVIEWS,
    SURVEY,
    Key,
    Row,
    question_of,
    records,
    sentence,
    several,
    short_of,
    strand_of_finding,
    verdict_words,
    with_minus,
)
from qualkit.triangulate.artefacts import (
    BORROWED,
    COUNTED,
    NONE,
    UNDECIDED,
    Artefact,
    by_theme,
    heading,
    lines,
    meaning_of,
    opposing_words,
)
from qualkit.triangulate.assessing import Assessment
from qualkit.triangulate.joint import inference_of
from qualkit.triangulate.records import STATE_WORDS
from qualkit.triangulate.rule import interview_state
from qualkit.triangulate.verdicts import count_summary

if TYPE_CHECKING:
    import pandas as pd

_FLAGS: Final = {"changed since": "evidence changed since"}

# Convergence -----------------------------------------------------------------------------------


def convergence_matrix(assessed: Assessment, *, quotes: int = 1) -> Artefact:
    """Theme by strand: what each says and how widely, and the convergence code.

    Parameters
    ----------
    assessed : Assessment
    quotes : int
        Examples in each cell of a strand of sources.

    Returns
    -------
    Artefact
        One row a theme or code; of each strand (survey, interviews, every other that the study
        has) ``meaning and prominence`` and ``coverage and examples``; ``Convergence`` and
        ``Reason``, a line a finding; under the code whoever opposes, by name. Its summary counts
        links, or themes without one, by verdict.
    """
    import pandas as pd

    chosen = Quotes(assessed)
    rows = [
        _converging(assessed, key, places, chosen, quotes) for key, places in by_theme(assessed)
    ]
    columns = ["Theme", *[
        f"{name}: {what}" for name in map(heading, _strands(assessed))
        for what in ("meaning and prominence", "coverage and examples")
    ], "Convergence", "Reason"]  # fmt: skip
    summary = count_summary(assessed.decided)
    return Artefact(
        "convergence", "Convergence coding matrix", pd.DataFrame(rows, columns=columns),
        (UNDECIDED, COUNTED, counts_in_words(summary)), summary,
    )  # fmt: skip


def verdict_summary(assessed: Assessment) -> Artefact:
    """The verdicts at a glance, one row a link: what a reader wants to know first.

    Returns
    -------
    Artefact
        ``Theme``, ``Finding``, ``What figures show``, ``What interviews say``, ``Verdict``.
    """
    import pandas as pd

    rows = []
    for row in records(assessed.decided):
        found = assessed.findings.get(row["finding"])
        state = assessed.states[row["codebook"], row["code"]]
        rows.append((
            row["name"], question_of(found) if found else NONE,
            heading(STATE_WORDS[row["q_state"]]),
            meaning_of(state),
            verdict_words(row["verdict"], row["status"]),
        ))  # fmt: skip
    columns = ["Theme", "Finding", "What figures show", "What interviews say", "Verdict"]
    told = counts_in_words(count_summary(assessed.decided))
    return Artefact("verdicts", "Verdicts by theme", pd.DataFrame(rows, columns=columns),
                    (UNDECIDED, COUNTED, told))  # fmt: skip


def counts_in_words(summary: pd.DataFrame) -> str:
    """The count summary as a sentence."""
    parts = [f"{verdict_words(row['verdict']).lower()} {row['all']}" for row in records(summary)
             if row["all"]]  # fmt: skip
    undecided = int(summary["proposed"].sum())
    told = f"{sum(summary['all'])} comparisons: {', '.join(parts) or 'none'}"
    return sentence(f"{told}; {undecided} of them not decided yet" if undecided else told)


def _strands(assessed: Assessment) -> list[str]:
    """The strands that the study has: survey and interviews first."""
    figures = {strand_of_finding(row): None for row in assessed.findings.values()}
    sources = {str(one): None for found in assessed.evidence.values() for one in found["strand"]}
    return list(dict.fromkeys([SURVEY, INTERVIEWS, *figures, *sources]))


def _converging(
    assessed: Assessment, key: Key, places: Sequence[int], chosen: Quotes, quotes: int
) -> list[str]:
    decided = records(assessed.decided.iloc[list(places)])
    cells: list[str] = [decided[0]["name"]]
    names = _names([assessed.findings[row["finding"]] for row in decided
                    if row["finding"] in assessed.findings])  # fmt: skip
    for strand in _strands(assessed):
        linked = [assessed.findings[row["finding"]] for row in decided
                  if row["finding"] in assessed.findings]  # fmt: skip
        own = [row for row in linked if strand_of_finding(row) == strand]
        states = [assessed.proposals[place].q_state for place in places
                  if (row := assessed.findings.get(assessed.proposals[place].finding))
                  and strand_of_finding(row) == strand]  # fmt: skip
        told = _figures(own, states, names)
        spoken = _spoken(assessed, key, strand, chosen, quotes)
        cells += [lines(pair) for pair in zip(told, spoken, strict=True)]
    apart = names if len(decided) > 1 else None
    cells.append(lines(
        line for row in decided
        for line in (_coded(row, apart),
                     opposing_words(row["sources_against"]))
    ))  # fmt: skip
    cells.append(lines(dict.fromkeys(with_minus(str(row["reason"])) for row in decided)))
    return cells


def _names(findings: Sequence[Row]) -> dict[str, str]:
    """Findings by their items; with survey, table or strand where items of two have one name."""
    of: dict[str, set[str]] = {}
    for row in findings:
        of.setdefault(str(plain(row["item"])).casefold(), set()).add(str(plain(row["survey"])))
    return {
        row["finding"]: f"{item} ({plain(row['survey'])})" if len(of[item.casefold()]) > 1 else item
        for row in findings for item in (str(plain(row["item"])),)
    }  # fmt: skip


def _coded(row: Row, names: Mapping[str, str] | None) -> str:
    """The convergence code of one finding; with what it is about where there are several."""
    words = verdict_words(row["verdict"], row["status"])
    what = "" if names is None else names.get(row["finding"], row["finding"])
    more = [_FLAGS.get(flag, flag) for flag in row["flags"]]
    told = f"{what}: {words}" if what else words
    return f"{told} [{'; '.join(more)}]" if more else told


def _figures(
    rows: Sequence[Row], states: Sequence[str], names: Mapping[str, str]
) -> tuple[str, str]:
    meaning = [_shows(question_of(row), STATE_WORDS[state])
               for row, state in zip(rows, states, strict=True)]  # fmt: skip
    told = [f"{names[row['finding']]}: {short_of(row)}" if len(rows) > 1 else short_of(row)
            for row in rows]  # fmt: skip
    return "\n".join(meaning), "\n".join(told)


def _shows(asked: str, state: str) -> str:
    """What was asked and what it shows, with no colon behind a question mark."""
    return f"{asked} {heading(state)}" if asked[-1:] in {".", "?", "!"} else f"{asked}: {state}"


def _spoken(
    assessed: Assessment, key: Key, strand: str, chosen: Quotes, quotes: int
) -> tuple[str, str]:
    """What the sources of a strand say of a theme, and how many, from where, with examples."""
    counted = {look_of(one) for one in assessed.setting.interviews}
    evidence = assessed.evidence[key]
    if strand == INTERVIEWS:
        found, said = assessed.interviews(key), assessed.states[key]
    else:
        of_interviews = evidence["strand"].map(look_of).isin(counted)
        found = evidence[(evidence["strand"] == strand) & ~of_interviews]
        said = interview_state(found, thresholds=assessed.setting.thresholds)
    if found.empty:
        return (meaning_of(assessed.states[key]) if strand == INTERVIEWS else ""), ""
    noun = "interview" if strand == INTERVIEWS else "source"
    examples = [one.text for one in chosen.of(key, found["source"].tolist(), quotes)]
    return meaning_of(said), lines([_covered(assessed, found, noun), *examples])


def _covered(assessed: Assessment, found: pd.DataFrame, noun: str) -> str:
    """How widely a theme is spoken of: sources, areas and stakeholder types."""
    of = f" of {len(assessed.interviewed)}" if noun == "interview" else ""
    areas = {one for one in found["area"] if one}
    types = Counter(one for one in found["type"] if one)
    parts = [f"{len(found)}{of} {noun}{'s' * (len(found) != 1 or bool(of))}"]
    if areas:
        visited = f" of {len(assessed.visited)}" if noun == "interview" else ""
        parts.append(f"{len(areas)}{visited} area{'s' * (len(areas) != 1 or bool(visited))}")
    parts += [f"{name} {number}" for name, number in sorted(types.items())]
    return "; ".join(parts)


# Pillars, confidence, threads ------------------------------------------------------------------


def pillar_table(assessed: Assessment) -> Artefact:
    """The five columns of a pillar display, one row a link.

    Returns
    -------
    Artefact
        ``QUANT data``, ``QUANT categories``, ``Pillar`` (what both say together), ``QUAL
        categories``, ``QUAL codes`` (codes below, with numbers of sources).
    """
    import pandas as pd

    names = dict(zip(zip(assessed.codes["codebook"], assessed.codes["code"], strict=True),
                     assessed.codes["name"], strict=True))  # fmt: skip
    of = {
        str(coding): (book, code)
        for coding, book, code in zip(
            *(assessed.codings[name] for name in ("coding", "codebook", "code")), strict=True
        )
    }
    below = {
        key: _codes_below(assessed.interviews(key), of, names) or NONE
        for key, _ in by_theme(assessed)
    }
    rows = []
    for row in records(assessed.decided):
        found = assessed.findings.get(row["finding"])
        rows.append((
            short_of(found) if found else NONE,
            lines([question_of(found), STATE_WORDS[row["q_state"]]]) if found else NONE,
            lines([row["name"], verdict_words(row["verdict"], row["status"]),
                    inference_of(row, found)]),
            meaning_of(assessed.states[row["codebook"], row["code"]]),
            below[row["codebook"], row["code"]],
        ))  # fmt: skip
    columns = ["QUANT data", "QUANT categories", "Pillar", "QUAL categories", "QUAL codes"]
    return Artefact("pillars", "Pillar table", pd.DataFrame(rows, columns=columns),
                    (UNDECIDED, COUNTED))  # fmt: skip


def _codes_below(found: pd.DataFrame, of: Mapping[str, Key], names: Mapping[Key, str]) -> str:
    """Codes with the number of sources coded with each, the most frequent first."""
    counts = Counter(key for ids in found["quotes"] for key in {of[coding] for coding in ids})
    ranked = sorted(counts.items(), key=lambda one: (-one[1], names[one[0]]))
    return "\n".join(f"{names[key]} ({several(n, 'interview')})" for key, n in ranked)


def confidence_table(assessed: Assessment, confidence: pd.DataFrame) -> Artefact:
    """How far the finding on each theme can be relied on, with its contributing interviews.

    Parameters
    ----------
    assessed : Assessment
    confidence : DataFrame
        With the columns of :mod:`qualkit.tables`.

    Returns
    -------
    Artefact
        ``Theme``, ``Finding of the interviews``, ``Contributing interviews``, the concerns about
        each component, ``Confidence``, ``Explanation``; labelled as borrowed.
    """
    import pandas as pd

    check(confidence, "confidence")
    names = dict(zip(zip(assessed.codes["codebook"], assessed.codes["code"], strict=True),
                     assessed.codes["name"], strict=True))  # fmt: skip
    rows = []
    for row in records(confidence):
        key = row["codebook"], row["code"]
        state = assessed.states.get(key)
        rows.append((
            names.get(key, row["code"]),
            NONE if state is None else meaning_of(state),
            NONE if state is None else f"{state.sources}",
            *[_concern(row[name]) for name in ("methodological", "coherence", "adequacy",
                                               "relevance")],
            heading(str(row["overall"])), row["explanation"] or NONE,
        ))  # fmt: skip
    columns = ["Theme", "Finding of the interviews", "Contributing interviews",
               "Methodological limitations", "Coherence", "Adequacy", "Relevance", "Confidence",
               "Explanation"]  # fmt: skip
    return Artefact("confidence", "Confidence in the findings of the interviews",
                    pd.DataFrame(rows, columns=columns), (BORROWED,))  # fmt: skip


def _concern(word: object) -> str:
    said = str(word)
    return "No concerns" if said == "none" else f"{heading(said)} concerns"


def thread_log(threads: pd.DataFrame, codes: pd.DataFrame) -> Artefact:
    """Questions that one strand raised and another pursued.

    Parameters
    ----------
    threads, codes : DataFrame
        With the columns of :mod:`qualkit.tables`.

    Returns
    -------
    Artefact
        ``Question``, ``Theme``, ``Raised in``, ``Pursued in``, ``What was found``, ``Status``.
    """
    import pandas as pd

    check(threads, "threads")
    names = dict(zip(zip(codes["codebook"], codes["code"], strict=True), codes["name"],
                     strict=True))  # fmt: skip
    rows = [
        (row["question"], names.get((row["codebook"], row["code"]), NONE), row["raised_in"],
         row["pursued_in"] or NONE, row["what_was_found"] or NONE, heading(row["status"]))
        for row in records(threads)
    ]  # fmt: skip
    columns = ["Question", "Theme", "Raised in", "Pursued in", "What was found", "Status"]
    return Artefact("threads", "Threads that were followed", pd.DataFrame(rows, columns=columns))
