"""Makes the invented survey of the sample study: the same answers for the same seed.

158 school leads answer before the pilots and 52 after; 49 answer both times. Answers run from 1
(strongly disagree) to 4 (strongly agree), 9 is "don't know". How each item moves is set in ITEMS,
so that the survey supports some themes of the interviews, contradicts one, and is silent,
unclear or too thin on others. Run it in this folder: ``python make.py``.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pyreadstat

SEED = 20250901
BEFORE, AFTER_ONLY, MATCHED = 158, 3, 49
DONT_KNOW = 9
HERE = Path(__file__).parent
SCALE = {1: "Strongly disagree", 2: "Disagree", 3: "Agree", 4: "Strongly agree", 9: "Don't know"}
AREAS = ("Northmoor", "Saltbay", "Weldon Vale", "Kingsreach")
TYPES = ("Primary", "Secondary", "Special")

ITEMS = {  # id: question, mean before, mean change, share of answers that change at all
    "K1": ("I can tell when a pupil may have a mental health need", 2.7, 0.55, 0.75),
    "K2": ("I know where to turn for help with a pupil's mental health", 2.5, 0.65, 0.75),
    "K3": ("I feel confident to talk with a pupil about how they feel", 2.6, 0.65, 0.80),
    "C1": ("It is easy to reach somebody in the mental health service", 2.1, 0.85, 0.85),
    "C2": ("We hear back after we have raised a concern", 1.9, 0.70, 0.80),
    "R1": ("Pupils whom we refer are seen within a reasonable time", 1.8, 0.50, 0.75),
    "R2": ("The pupils whom we refer are the ones the service is for", 2.4, 0.45, 0.75),
    "J1": ("School and service work on a pupil's needs together", 2.6, 0.10, 0.80),
    "U1": ("People in our school speak openly about mental health", 2.5, 0.70, 0.80),
    "B1": ("Staff have the time that pupils' mental health takes", 1.9, 0.00, 0.08),
    "Y1": ("Services in our area plan their support with each other", 2.3, 0.12, 0.85),
    "S1": ("Our link with the service will last beyond the pilot", 3.0, -0.60, 0.80),
    "F1": ("Families can find clear information about support", 2.2, 0.45, 0.75),
    "V1": ("Pupils have a say in the support that they get", 2.3, 0.45, 0.75),
    "P1": ("Pupils can trust that what they say is kept private", 2.8, 0.45, 0.75),
    "H1": ("Pupils learn ways to look after their own mental health", 2.4, 0.50, 0.75),
    "W2": ("The planning workshops were worth my time", 2.6, -0.20, 0.60),
}

ANSWERS = (
    "Being able to ring one person and have her remember the child.",
    "Nothing yet, if I am honest, but we only joined in March.",
    "I used to send everything in. Now I ask first and half of it we deal with here.",
    "The drop-in. Staff queue for it. It should be weekly.",
    "A letter back! After eleven years of sending forms into a hole.",
    "We got good at it and now they tell us the money stops in July.",
    "My teaching assistants spot things I would have missed and say so in briefing.",
    "The wait is no shorter, it is just that somebody explains it to you.",
    "Training was fine, two of us went, the other forty have not had it.",
    "A plan on one page that the parents, the nurse and I have all signed.",
    "Not a lot. We were open about these things before and we still are.",
    "That they came to us, and saw what a Monday looks like in a school of six hundred.",
    "Knowing what not to refer, and what to do with it instead.",
    "Pupils in Year 9 teach the breathing exercise to Year 7. I would keep that.",
    "The duty line answers. I time it. Under four minutes since Christmas.",
    "I had hoped for more about younger children, most of it was for secondary.",
    "Three of mine were turned down and nobody could say why.",
    "We meet now. Before, we wrote to each other, usually crossly.",
    "Confidence. I no longer think I will make it worse by asking.",
    "The link worker left in February and it all went quiet.",
    "Somewhere to send parents for plain information in their own language.",
    "It took a term to find a day that suited both of us.",
    "Our governors have a standing item for it, which was unthinkable before.",
    "I worry what happens to the ones who are too ill for us and not ill enough for them.",
)


def main() -> None:
    """Write before.csv, after.csv and the same as before.sav and after.sav."""
    rng = np.random.default_rng(SEED)
    total = BEFORE + AFTER_ONLY
    people = {
        "respondent": [f"S{n:03d}" for n in range(1, total + 1)],
        "area": rng.choice(AREAS, total, p=[0.27, 0.23, 0.22, 0.28]),
        "school_type": rng.choice(TYPES, total, p=[0.55, 0.38, 0.07]),
    }
    back = np.sort(rng.choice(BEFORE, MATCHED, replace=False))
    after_rows = np.concatenate([back, np.arange(BEFORE, total)])
    before, after = _answers(rng, total)
    attended = rng.random(total) < 0.62
    asked_before = np.isin(np.arange(total), rng.choice(BEFORE, 12, replace=False))
    before["W1"] = np.where(asked_before, 1, 0)
    after["W1"] = np.where(attended, 1, 0)
    before["W2"] = np.where(asked_before, before["W2"], 0)
    after["W2"] = np.where(attended, after["W2"], 0)
    answers = _open_answers(rng, after_rows)
    _write("before", people, before, np.arange(BEFORE), None)
    _write("after", people, after, after_rows, answers)


def _answers(rng: np.random.Generator, total: int) -> tuple[dict, dict]:
    """Answers of everybody at both times; 0 is no answer."""
    before, after = {}, {}
    leaning = rng.normal(0, 0.35, total)
    for item, (_, mean, change, moving) in ITEMS.items():
        first = np.clip(np.rint(mean + leaning + rng.normal(0, 0.7, total)), 1, 4)
        moves = rng.random(total) < moving
        spread = 0.15 if item == "B1" else 0.75
        step = np.rint(rng.normal(change / moving, spread, total))
        if item == "B1":
            step = rng.choice([-1, 1], total)
        second = np.clip(first + np.where(moves, step, 0), 1, 4)
        for wave in (first, second):
            wave[rng.random(total) < 0.015] = DONT_KNOW
            wave[rng.random(total) < 0.01] = 0
        before[item], after[item] = first.astype(int), second.astype(int)
    return before, after


def _open_answers(rng: np.random.Generator, rows: np.ndarray) -> dict[int, str]:
    chosen = rng.choice(rows, len(ANSWERS), replace=False)
    return {int(row): answer for row, answer in zip(chosen, ANSWERS, strict=True)}


def _write(wave: str, people: dict, answers: dict, rows: np.ndarray, texts: dict | None) -> None:
    heads = ["respondent", "area", "school_type", *ITEMS, "W1"]
    with (HERE / f"{wave}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*heads, "O1"] if texts is not None else heads)
        for row in rows:
            values = [people[name][row] for name in ("respondent", "area", "school_type")]
            values += [answers[item][row] or "" for item in ITEMS]
            values += ["Yes" if answers["W1"][row] else "No"]
            writer.writerow([*values, texts.get(int(row), "")] if texts is not None else values)
    _write_sav(wave, people, answers, rows)


def _write_sav(wave: str, people: dict, answers: dict, rows: np.ndarray) -> None:
    import pandas as pd

    table = pd.DataFrame({name: np.asarray(people[name])[rows] for name in people})
    for item in ITEMS:
        table[item] = [float(value) if value else np.nan for value in answers[item][rows]]
    table["W1"] = answers["W1"][rows].astype(float)
    labels = ["Respondent", "Pilot area", "School type", *(q for q, *_ in ITEMS.values())]
    labels += ["Attended a planning workshop"]
    values = dict.fromkeys(ITEMS, SCALE) | {"W1": {0: "No", 1: "Yes"}}
    missing = {item: [{"lo": DONT_KNOW, "hi": DONT_KNOW}] for item in ITEMS}
    measures = dict.fromkeys(ITEMS, "ordinal") | {"W1": "nominal"}
    pyreadstat.write_sav(
        table, str(HERE / f"{wave}.sav"), column_labels=labels, variable_value_labels=values,
        missing_ranges=missing, variable_measure=measures,
        file_label="School Link Pilots, an invented survey",
    )  # fmt: skip


if __name__ == "__main__":
    main()
