"""A small study that three people coded, with hard words in it: what reports of agreement say."""

from __future__ import annotations

from functools import cache, partial

import pandas as pd

from qualkit.agreement.consensus import settled_codings
from qualkit.agreement.disagreements import disagreements
from qualkit.agreement.redefining import passage_counts, to_redefine
from qualkit.agreement.study import Settings, agreement
from qualkit.export.agreement import AgreementReport
from qualkit.model import Code, Codebook, Level
from qualkit.tables import COLUMNS

LONG = "A code with a name as long as clients like them, and then some more words " * 4
BOOK = Codebook(
    "b", "Care", "2.1",
    (
        Code("time", "Time", "When there was time, or none."),
        Code("formula", '=HYPERLINK("http://x", "y")', "Looks like a formula & is none.", parent="time"),
        Code("markup", "<b onload=alert(1)>Bold</b>", "*Not* markup."),
        Code("rtl", "\u0645\u0631\u062d\u0628\u0627 \u0628\u0643\u0645", "Words from right to left."),
        Code("long", LONG.strip(), "Long."),
        Code("rated", "\U0001f600 Rated", "How well.", scale=(Level(0, "None"), Level(1, "Some"), Level(2, "Much"))),
        Code("unused", "Nobody's code", "Nobody uses it."),
    ),
)  # fmt: skip
ANSWER = "We had no time, so <i>they</i> rang \u0623\u062e\u064a\u0631\u0627 twice. =1+1 helped \U0001f600 a lot, and they knew us well by then."
QUESTION = "How did it go?"
START = len(QUESTION) + 1
SOURCES = tuple(f"p{n}" for n in range(1, 7))
ANN, BO, CY = "Ann", "Bo <script>", "=Cy()"


def codes() -> pd.DataFrame:
    """The codes of the book as a project gives them."""
    rows = []
    for code in BOOK.codes:
        path = BOOK.path(code.id)
        rows.append({
            "codebook": "b", "code": code.id, "name": code.name, "parent": code.parent,
            "path": " / ".join(one.name for one in path), "theme": path[0].id,
            "definition": code.definition, "codings": 0,
            "scale": [{"value": one.value, "label": one.label} for one in code.scale] or None,
        })  # fmt: skip
    return pd.DataFrame(rows).reindex(columns=COLUMNS["codes"])


def turns() -> pd.DataFrame:
    """A question and an answer of each source."""
    rows = []
    for source in SOURCES:
        rows.append((source, 0, "I", "interviewer", 0, START - 1, 0.0, 1, QUESTION))
        rows.append((source, 1, "P", "participant", START, START + len(ANSWER), 65.0, 2, ANSWER))
    names = ("source", "turn", "speaker", "role", "start", "end", "time", "line", "text")
    return pd.DataFrame(rows, columns=list(names)).reindex(columns=COLUMNS["turns"])


def sources() -> pd.DataFrame:
    """The sources, with an attribute."""
    made = pd.DataFrame({"source": SOURCES, "case": "North", "format": "txt", "words": 30})
    made = made.reindex(columns=COLUMNS["sources"])
    return made.assign(wave=["early", "late"] * 3)


def coded(source: str, words: str, code: str, coder: str, **more: object) -> dict[str, object]:
    """One coding of words of the answer."""
    start = START + ANSWER.index(words)
    own = BOOK.code(code)
    made = {
        "coding": f"{source}-{code}-{coder}-{start}", "source": source, "case": "North",
        "start": start, "end": start + len(words), "text": words, "codebook": "b", "code": code,
        "code_name": own.name, "code_path": own.name, "theme": BOOK.path(code)[0].id,
        "coder": coder, "stance": None, "rating": None, "memo": "", "line": 2, "time": 65.0,
        "created": f"2026-03-{SOURCES.index(source) * 4 + 2:02d}T10:00:00Z",
    }  # fmt: skip
    return {**made, **more}


def rows() -> list[dict[str, object]]:
    """Everything that three people coded."""
    made = []
    for n, source in enumerate(SOURCES):
        for coder in (ANN, BO, CY):
            words = "We had no time" if coder != BO or n % 3 else "We had no time, so"
            made.append(coded(source, words, "time", coder, stance="negative"))
        made += [coded(source, "=1+1 helped", "formula", who) for who in (ANN, BO, CY)[: n % 3 + 1]]
        made.append(coded(source, "\u0623\u062e\u064a\u0631\u0627", "rtl", ANN))
        made.append(coded(source, "they knew us", "rated", ANN, rating=n % 3))
        made.append(coded(source, "they knew us", "rated", BO, rating=1))
    made.append(coded("p1", "<i>they</i>", "markup", BO, memo="=why()? <b>No</b>"))
    made.append(coded("p1", "<i>they</i> rang", "long", CY, stance="mixed"))
    return made


def codings() -> pd.DataFrame:
    made = pd.DataFrame(rows()).reindex(columns=COLUMNS["codings"])
    return made.astype({"rating": "Int64", "start": "int64", "end": "int64"})


def decisions(held: pd.DataFrame) -> pd.DataFrame:
    """The first disagreement settled as Ann had it, the second with nothing coded."""
    first, second = (held.iloc[n] for n in range(2))
    own = [
        {"codebook": "b", **one}
        for side in first["sides"]
        if side["coder"] == ANN
        for one in side["codings"]
    ]
    made = []
    for n, (row, choice, result) in enumerate([(first, ANN, own), (second, "neither", [])]):
        made.append({
            "decision": f"d{n}", "source": row["source"], "start": row["start"], "end": row["end"],
            "kind": row["kind"], "choice": choice, "decider": "=Sue()", "reason": "<u>As agreed</u>",
            "decided": "2026-04-01T09:00:00Z", "seals": row["seals"], "result": result, "version": 1,
        })  # fmt: skip
    return pd.DataFrame(made).reindex(columns=COLUMNS["decisions"])


@cache
def report() -> AgreementReport:
    """All of it, with real figures."""
    own, said, known = codings(), turns(), codes()
    settled = decisions(disagreements(own, turns=said, codes=known))
    held = disagreements(own, turns=said, codes=known, decisions=settled)
    counts = passage_counts(own, settled, turns=said, codes=known)
    later = settled_codings(own, settled, turns=said, codes=known)
    compare = partial(
        agreement, turns=said, codes=known, sources=sources(), settings=Settings(draws=200)
    )
    return AgreementReport(
        "Our <study> =1+1", compare(own, by="wave", over="week"), after=compare(later),
        disagreements=held, decisions=settled, redefine=to_redefine(held, counts, codes=known),
        books=(BOOK,), by="wave", limit=2,
    )  # fmt: skip
