"""What may identify somebody is found, of the right kind, at the right place."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualkit.errors import MissingExtra
from qualkit.model import Source, Turn
from qualkit.privacy import finding
from qualkit.privacy.finding import KINDS, scan, scan_sources


def found(text, **options):
    return [(one.kind, one.text) for one in scan(text, **options)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It was 943 476 5919.", [("nhs", "943 476 5919")]),
        ("Ring 07700 900123 now", [("phone", "07700 900123")]),
        ("Ring (01632) 960 983.", [("phone", "(01632) 960 983")]),
        ("Ring +44 (0)1632 960983.", [("phone", "+44 (0)1632 960983")]),
        ("oh seven seven double oh nine one two", [("phone", "oh seven seven double oh nine one two")]),
        ("We're S66 2BT, or ol14 5qg.", [("postcode", "S66 2BT"), ("postcode", "ol14 5qg")]),
        ("mail j.w+x@example.org.uk.", [("email", "j.w+x@example.org.uk")]),
        ("it's jo dot ash at gmail dot com", [("email", "jo dot ash at gmail dot com")]),
        ("the fifth of the fourth ninety nine", [("date", "the fifth of the fourth ninety nine")]),
        ("born 03/09/2012, seen 2021-10-27", [("date", "03/09/2012"), ("date", "2021-10-27")]),
        ("on @ellie_mae and dark_lord07", [("handle", "@ellie_mae"), ("handle", "dark_lord07")]),
        ("number AB 12 34 56 C and RX482913", [("number", "AB 12 34 56 C"), ("number", "RX482913")]),
        ("at 12 Canal View", [("address", "12 Canal View")]),
        ("see www.kids.org.uk/x", [("url", "www.kids.org.uk/x")]),
    ],
)  # fmt: skip
def test_what_has_a_form_of_its_own_is_found(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I'd say 9/10, on 24/7, 2019 2020 2021, for £120,000.",
        "About 5 may have gone. You may first wait. It was B12 and KS2, at 10:15:20.",
        "Will you ring? May I go? In May we went. Hope you can.",
        "CAMHS and the Mental Health Support Team rang Mum on Monday.",
        "“No,” he said, “You can't.” NEVER again.",
        "",
    ],
)
def test_what_identifies_nobody_is_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("My daughter Aoife cried.", [("person", "Aoife")]),
        ("my daughter aoibheann cried", [("person", "aoibheann")]),
        ("There was a worker called hope there.", [("person", "hope")]),
        ("Dr. Shah's mum and mrs begum", [("person", "Dr. Shah"), ("person", "mrs begum")]),
        ("Will wouldn't. Faith's mum rang.", [("person", "Will"), ("person", "Faith")]),
        ("Tom and Ellie-Mae", [("person", "Tom"), ("person", "Ellie-Mae")]),
        ("Rhys ap Gwilym and Sophie van Dijk", [("person", "Rhys ap Gwilym"), ("person", "Sophie van Dijk")]),
        ("Under Leeds and York Partnership then", [("organisation", "Leeds and York Partnership")]),
        ("I went to The Link.", [("organisation", "The Link")]),
        ("at fir vale school off wickersley road", [("organisation", "fir vale school"), ("place", "wickersley road")]),
        ("In Newcastle upon Tyne.", [("place", "Newcastle upon Tyne")]),
        ("Siobha\u0301n, и Анна, 李娜", [("person", "Siobha\u0301n"), ("name", "Анна"), ("name", "李娜")]),
        ("Zorbo came. I like zorbo, says Zorbo.", [("name", "Zorbo"), ("name", "zorbo"), ("name", "Zorbo")]),
    ],
)  # fmt: skip
def test_names_are_found_by_their_capitals_and_by_what_is_round_them(text, expected):
    assert found(text) == expected


def test_positions_are_code_points_and_say_why():
    (one,) = scan("😀 my son Kwame left", source="p1")

    assert (one.start, one.end, one.source) == (9, 14, "p1")
    assert one.why == "after 'my son'"
    assert one.context == "😀 my son Kwame left"


def test_the_names_of_a_project_are_found_in_any_case_and_spelling():
    text = "saw thistlewoods dog, BARNABY's, barnabi; it will do, Will said"

    assert found(text, names=["Barnaby Thistlewood", "Will"]) == [
        ("person", "thistlewoods"), ("person", "BARNABY's"), ("person", "barnabi"),
        ("person", "Will"),
    ]  # fmt: skip


def test_what_was_looked_at_and_refused_is_not_offered_again():
    assert found("Kooth rang Sarah. KOOTH's good.", known=["kooth"]) == [("person", "Sarah")]


def test_who_speaks_is_a_name_of_the_project():
    text = "it's wenlock innit, and tarn, said Dad"
    turns = (Turn("Wenlock Tarn", "participant", 0, 28), Turn("Dad", "unknown", 30, 38))
    source = Source("p1", "txt", text, turns)

    assert [(one.source, one.text) for one in scan_sources([source])] == [
        ("p1", "wenlock"), ("p1", "tarn"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "unit",
    ["Aa ", "A B ", "a", "0", "07 ", "a.", "@a", "a_", "a'", "5" + " " * 50, "Tom and ", "School of ",
     "nine ", "a dot ", " at a dot b", "de Sa ", "xq street ", "e\u0301", "b.", "first of the "],
)  # fmt: skip
def test_the_time_is_in_proportion_to_the_text_whatever_it_holds(unit):
    start = time.process_time()

    scan(unit * (100_000 // len(unit)))

    assert time.process_time() - start < 3  # a tenth of it where nobody else is at work


@given(
    st.text(alphabet="Aab Ee\u0301Mr.St 'ß’-_@0719/😀\n,:İ\ud7ff", max_size=60)
    | st.text(max_size=40)
)
@settings(max_examples=150)
def test_what_is_found_lies_in_the_text_in_order_and_apart(text):
    last = 0
    for one in scan(text, names=["Ab Ea", "Mr"]):
        assert last <= one.start < one.end <= len(text)
        assert one.text == text[one.start : one.end]
        assert one.kind in KINDS
        last = one.end


def test_a_model_that_is_not_installed_is_named(monkeypatch):
    finding.model_for_english.cache_clear()
    library = SimpleNamespace(util=SimpleNamespace(get_installed_models=list))
    monkeypatch.setitem(sys.modules, "spacy", library)

    with pytest.raises(MissingExtra, match="python -m spacy download en_core_web_sm"):
        scan("Sarah came.", model=True)


def test_a_model_adds_to_what_is_found(monkeypatch):
    spacy = pytest.importorskip("spacy")
    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("entity_ruler")
    ruler.add_patterns(
        [{"label": "PERSON", "pattern": "zedd"}, {"label": "ORG", "pattern": "CAMHS"}]
    )
    monkeypatch.setattr(finding, "model_for_english", lambda: pipeline)

    assert found("CAMHS rang.\nI saw zedd there", model=True) == [("person", "zedd")]
