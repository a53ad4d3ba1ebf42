"""The search for identifiers beside spaCy's own names: how fast, and how much each finds.

Both run in one process on the same utterances and the same text, so that what is compared is their
ratio. spaCy needs a model for English (``python -m spacy download en_core_web_sm``); without one
the search is measured alone. ``QUALKIT_DATA`` names a folder of further utterances
(``privacy/ner_sentences.txt``); the project's own are in ``tests/privacy``.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from _measure import machine

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
        print(f"spaCy is not measured: {error}")
        return {"qualkit": ours}
    return {"qualkit": ours, "spaCy": spacy_alone, "both": both}


def megabyte() -> str:
    """The sample's interviews, over and over."""
    files = sorted((ROOT / "samples" / "interviews").rglob("*.txt"))
    words = "\n".join(file.read_text("utf-8") for file in files)
    return (words * (1_000_000 // len(words) + 1))[:1_000_000]


def seconds(find: Callable[[str], Spans], text: str) -> float:
    """Processor time of one pass; the machine is shared with others."""
    start = time.process_time()
    find(text)
    return time.process_time() - start


def main() -> None:
    """Print recall, false alarms and speed."""
    found = finders()
    for name, path, without in sets():
        for who, find in found.items():
            score: Score = measured_on(list(utterances(path)), list(clean(without)), find)
            print(f"{name:15} {who:8} {score.words()}")
            if who == "qualkit":
                print(f"{'':24} {score.by_kind()}")
    text = megabyte()
    taken = {who: seconds(find, text) for who, find in found.items()}
    for who, took in taken.items():
        print(f"{who}: {took:.2f} s of processor time a million characters")
    if "spaCy" in taken:
        print(f"qualkit takes 1/{taken['spaCy'] / taken['qualkit']:.0f} of spaCy's time")
    print(machine())


if __name__ == "__main__":
    main()
