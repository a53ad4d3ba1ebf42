"""Whether the person whom a report names is the one who spoke."""

from __future__ import annotations

import pytest

from qualkit.importers.drafts import Paragraph
from qualkit.quotes.attribution import Names, attribution_of, whose
from qualkit.quotes.finding import find_quotations
from qualkit.quotes.verdicts import judge
from tests.quotes.material import found, index_of, sources

INDEX = index_of()
NAMES = Names(sources(), INDEX)
Q = "\u201cwe waited for months\u201d"
ASKED = "\u201cDid you ring the surgery about it?\u201d"


def right(*texts):
    quotation, *_ = found(*texts, names=NAMES.lists)
    attribution = attribution_of(quotation, NAMES)
    return whose(judge(quotation.text, INDEX).places, attribution, NAMES) is not None


@pytest.mark.parametrize(
    "texts",
    [
        (f"{Q} (School nurse, Northmoor, 4:05).",),
        (f"{Q} (partners, Northmoor)",),
        (f"{Q} (Nurse; north-n)",),
        (f"{Q} \u2013 School nurse, Northmoor",),
        (Q, "(School nurse, Northmoor, 4:05) negative"),
        (f"The school nurses in Northmoor said: {Q}",),
        (f"{Q}, said the school nurse.",),
        (f"Unlike the deputy head, the school nurse said {Q}",),
        (f"Asked about the deputy head, she said: {Q}",),
        (f"{Q} \u2013 which the deputy head disputed",),
        (f"{Q} (the deputy head was not there)",),
        (f"{Q} was heard. The deputy head left.",),
        (f"{Q} (somebody unknown, Atlantis)",),
        (f"{Q}",),
        (f"{ASKED} (Interviewer)",),
        (Q, "School nurse contact, Northmoor pilot area"),
        (Q, "4.2 School leads, Saltbay"),
        (Q, "Charity managers"),
        (Q, "Saltbay"),
        (Q, "\u201cWe\u201d \u2013 Charity manager, Saltbay"),
        (Q, "Charity managers in Saltbay saw it otherwise."),
        (f"In Saltbay the so-called {Q} was known.",),
        (f"{Q} \u2013 School\nnurse, Northmoor",),
    ],
)
def test_the_right_person_or_nobody_known_is_not_accused(texts):
    assert right(*texts)


@pytest.mark.parametrize(
    "texts",
    [
        (f"{Q} (Deputy head, Northmoor)",),
        (f"{Q} (School nurse, Saltbay)",),
        (f"{Q} (Charity manager)",),
        (f"{Q} (south-c)",),
        (f"{Q} \u2014 Deputy head, Weldon Vale",),
        (Q, "(School lead, Northmoor, 4:05)"),
        (f"The deputy head in Northmoor said: {Q}",),
        (f"{Q}, said the\ndeputy head.",),
        (f"{Q}, the charity manager explained.",),
        (f"As the deputy head put it, {Q}",),
        (f"{Q} (Interviewer)",),
        (f"{ASKED} (School nurse, Northmoor)",),
        (Q, "Deputy head, Northmoor"),
        (Q, "Deputy head teacher, Weldon Vale pilot area"),
        (Q, "a charity manager in Saltbay"),
        (Q, "Deputy head and mental health lead, secondary school, Weldon Vale"),
        (f"{Q} (Deputy head (secondary), Weldon Vale)",),
        (f"{Q}12 (Deputy head, Weldon Vale)",),
        (f"{Q}\tDeputy head, Weldon Vale",),
        (f"Deputy head, Weldon Vale: {Q}",),
        ("The deputy head in Weldon Vale commented:", Q),
    ],
)
def test_the_wrong_person_is_found(texts):
    assert not right(*texts)


def test_names_in_the_same_row_of_a_table_are_an_attribution():
    cells = [
        Paragraph("Weldon Vale", "paragraph 1", flow=1, row=1),
        Paragraph(Q, "paragraph 2", flow=2, row=1),
        Paragraph("Saltbay", "paragraph 3", flow=3, row=2),
    ]
    ((quotation,), _) = find_quotations(cells, INDEX.known, NAMES.lists)

    assert attribution_of(quotation, NAMES).text == "Weldon Vale"
