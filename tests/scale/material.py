"""Comments that use the words of the small invented study, as tables."""

from __future__ import annotations

import csv
import random
from pathlib import Path

from qualkit.scale import Learned, learn_from
from tests.coding.material import BOOK, SAID, coded


def learned() -> Learned:
    """What the invented study teaches about comments."""
    segments, codings = coded()
    return learn_from(segments, [BOOK], codings)


def comments(count: int) -> list[str]:
    """Comments on all themes."""
    draw = random.Random(5)  # noqa: S311 - invented comments
    said = [text for texts in SAID.values() for text in texts]
    return [draw.choice(said).format(n=draw.randint(2, 60)) for _ in range(count)]


def table(path: Path, count: int) -> Path:
    """A CSV file of so many comments; every tenth has two lines and a quotation."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "area", "text"])
        for n, text in enumerate(comments(count)):
            more = '\n"And then,"\r\nthey said, "nothing."' if n % 10 == 0 else ""
            writer.writerow([f"r{n}", "north", text + more])
    return path
