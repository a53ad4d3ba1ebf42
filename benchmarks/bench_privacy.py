"""The search for identifiers beside spaCy's own names: how fast, and how much each finds.

Both run in one process on the same utterances and the same text, so that what is compared is their
ratio. spaCy needs a model for English (``python -m spacy download en_core_web_sm``); without one
the search is measured alone. ``QUALKIT_DATA`` names a folder of further utterances
(``privacy/ner_sentences.txt``); the project's own are in ``tests/privacy``.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from _measure import Row, show

from qualkit.errors import MissingExtra
from qualkit.privacy.finding import by_model, scan
from trust.p04_identifiers import Score, clean, measured_on, utterances

ROOT = Path(__file__).parents[1]
OURS = ROOT / "tests" / "privacy"
GIVEN = Path(os.environ.get("QUALKIT_DATA", ROOT.parent / "shared" / "data")) / "privacy"
Spans = list[tuple[int, int]]


def sets() -> Iterator[tuple[str, Path, Path]]:
    """Name, utterances and clean sentences of each set there is."""
    if (GIVEN / "ner_sentences.txt").exists():
        yield "given", GIVEN / "ner_sentences.txt", GIVEN / "ner_negatives.txt"
    for name in ("heldout_first", "heldout_second", "heldout"):
        yield name, OURS / f"{name}.txt", OURS / f"{name}_clean.txt"


def ours(text: str) -> Spans:
    """What the search finds without a model."""
    return [(found.start, found.end) for found in scan(text)]


def both(text: str) -> Spans:
    """What the search finds with the model."""
    return [(found.start, found.end) for found in scan(text, model=True)]


def spacy_alone(text: str) -> Spans:
    """What spaCy's model finds."""
    return [(hit.start, hit.end) for hit in by_model(text)]


def finders() -> dict[str, Callable[[str], Spans]]:
    """Each way to find, by its name; those with spaCy where a model is installed."""
    try:
        spacy_alone("Sarah came.")
    except MissingExtra as error:
        print(f"spaCy is not measured: {error}", file=sys.stderr)
        return {"qualkit": ours}
    return {"qualkit": ours, "spaCy": spacy_alone, "both": both}


def megabyte() -> str:
    """The sample's interviews, over and over."""
    files = sorted((ROOT / "samples" / "interviews").rglob("*.txt"))
    words = "\n".join(file.read_text("utf-8") for file in files)
    return (words * (1_000_000 // len(words) + 1))[:1_000_000]


def seconds(find: Callable[[str], Spans], text: str) -> float:
    """Processor time of one pass, the median of three; the machine is shared with others."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        find(text)
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def rows() -> Iterator[Row]:
    """Recall, false alarms and speed."""
    found = finders()
    for name, path, without in sets():
        for who, find in found.items():
            score: Score = measured_on(list(utterances(path)), list(clean(without)), find)
            yield Row(f"{name}, {who}: {score.words()}", None, "")
            if who == "qualkit":
                yield Row(f"  {score.by_kind()}", None, "")
    text = megabyte()
    taken = {who: seconds(find, text) for who, find in found.items()}
    what = "identifiers in a million characters, processor time"
    yield Row(what, taken["qualkit"], "s", "spaCy's names", taken.get("spaCy"))
    if "both" in taken:
        yield Row(
            f"{what}, with spaCy's model", taken["both"], "s", "spaCy's names", taken["spaCy"]
        )


if __name__ == "__main__":
    show(rows)
