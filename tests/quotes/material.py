"""A few turns, an index of them, and paragraphs made by hand."""

from __future__ import annotations

import pandas as pd

from qualkit.importers.drafts import Paragraph
from qualkit.quotes.finding import find_quotations
from qualkit.quotes.lookup import Index

NURSE = (
    "We waited for months and the staff listened to us. It is better now for the children"
    " [laughs] who come in the morning, and nobody told the school about the new phone number"
    " until Christmas."
)
NURSE_LATER = "And then we stopped going to the clinic altogether, in 1.5 years."
CHARITY = "The council never asked what it would cost the charity, and money came only in November."
TURNS = (
    ("north-n", 10, NURSE, "Nurse", "participant"),
    ("north-n", 300, "Mm.", "I", "interviewer"),
    ("north-n", 310, NURSE_LATER, "Nurse", "participant"),
    ("north-n", 500, "Did you ring the surgery about it?", "I", "interviewer"),
    ("south-c", 0, CHARITY, "Manager", "participant"),
)
COLUMNS = ("source", "start", "text", "speaker", "role")


def index_of(*turns):
    return Index(pd.DataFrame(turns or TURNS, columns=list(COLUMNS)))


def sources():
    return pd.DataFrame([
        {"source": "north-n", "case": "Northmoor", "role": "School nurse", "stakeholder_type": "Partner"},
        {"source": "south-c", "case": "Saltbay", "role": "Charity manager", "stakeholder_type": "Partner"},
        {"source": "west-d", "case": "Weldon Vale", "role": "Deputy head", "stakeholder_type": "School lead"},
    ])  # fmt: skip


def paragraphs(*texts, **looks):
    return [Paragraph(text, f"paragraph {n}", **looks) for n, text in enumerate(texts, 1)]


def found(*texts, known=lambda _: False, names=lambda _: False, **looks):
    return find_quotations(paragraphs(*texts, **looks), known, names)[0]
