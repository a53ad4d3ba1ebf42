"""A small invented study for the tests of suggestions: three themes, said in many ways."""

from __future__ import annotations

import random

import pandas as pd

from qualkit.model import Code, Codebook
from qualkit.tables import COLUMNS

BOOK = Codebook("b", "B", "1", (
    Code("waiting", "Waiting times", "How long people wait.", cues=("waiting list", "months")),
    Code("parents", "Work with parents", "Parents are part of it.", cues=("mum", "dad")),
    Code("rooms", "Rooms", "Where the sessions take place.", cues=("room", "corridor")),
))  # fmt: skip
SAID = {
    "waiting": ("We waited {n} months before anybody rang.", "The waiting list was {n} weeks long.",
                "Nobody could say how long the wait would be, week {n} came and went.",
                "After {n} months on the list we stopped asking for an appointment."),
    "parents": ("His mum came along to session {n}.", "We rang dad {n} times about the plan.",
                "Parents sat in on {n} of the meetings and spoke up.",
                "The family asked for {n} more visits at home."),
    "rooms": ("We met in room {n}, next to the boiler.", "There was no quiet room on floor {n}.",
              "They put us in corridor {n} with a screen round it.",
              "The sessions moved to building {n} because the hall was taken."),
    "": ("I have worked here for {n} years.", "It was a Tuesday, the {n}th I think.",
         "We had {n} cups of tea that morning.", "My bus was {n} minutes late again."),
}  # fmt: skip


def coded(sources: int = 8, each: int = 12, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Segments of some sources, and codings of those that speak of a theme."""
    rng = random.Random(seed)  # noqa: S311 - invented sentences
    segments, codings = [], []
    for source in range(sources):
        name, at = f"s{source}", 0
        themes = [theme for theme in rng.sample(list(SAID), 4) for _ in range(each // 4)]
        for n, theme in enumerate(themes):
            text = rng.choice(SAID[theme]).format(n=rng.randint(2, 60))
            span = at, at + len(text)
            segments.append((name, n, *span, text, "P", "participant", None))
            if theme:
                codings.append((f"{name}.{n}", name, *span, text, "b", theme, "Ann", None))
            at = span[1] + 1
    columns = ["coding", "source", "start", "end", "text", "codebook", "code", "coder", "stance"]
    return (
        pd.DataFrame(segments, columns=list(COLUMNS["segments"])),
        pd.DataFrame(codings, columns=columns),
    )
