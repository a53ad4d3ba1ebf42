"""The report in Word: its parts, what each says, and comments on exactly the coded words."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from qualkit import reports
from qualkit.errors import BatchError, QualkitError, UnknownName
from qualkit.export._docx import WordFile
from qualkit.export.annotated import parts_of, write_transcript
from qualkit.export.report import counted
from qualkit.export.word import Places
from qualkit.framework import Choice
from qualkit.model import Source, Turn
from qualkit.project import Project
from tests.export.word_schema import W, empty_paragraphs, faults

BOOK = """id: b
title: Links
version: "1"
description: How they link.
codes:
  - id: staff
    name: Staffing
    definition: Who does it.
    include: Posts.
    exclude: Pay.
    example: We had nobody.
  - {id: staff.cover, name: Cover, definition: Who stands in., parent: staff}
  - id: roles
    name: Roles
    definition: Who does what.
    scale:
      kind: ordinal
      levels:
        - {value: 0, label: Weak, descriptor: Nobody knows.}
        - {value: 1, label: Strong, descriptor: Everybody knows.}
  - {id: time, name: Time, definition: How long.}
"""
TEXT = (
    "I: What helped?\nP1: We had cover. It was\nclear who leads, always.\nI: And time?\nP1: None.\n"
)
TALK = "I: How was it?\nP2: No cover at all.\n"
TABLE = """source,quote,code,coder,stance,rating,memo
p1,We had cover.,staff.cover,Ann,positive,,ask again
p1,"had cover. It was clear who leads",staff,Bob,negative,,
p1,clear who leads,roles,Ann,,1,
p2,No cover at all.,staff.cover,Ann,negative,,
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The study's file, made once; each test has a copy."""
    folder = tmp_path_factory.mktemp("study")

    def write(name, text):
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    made = Project.create(folder / "s.qualkit", codebooks=[write("b.yaml", BOOK)], user="Ann")
    sheet = "source,case,role,phase\np1,North,Nurse,early\np2,South,Head,late\n"
    made.add_sources(
        [write("p1.txt", TEXT), write("p2.txt", TALK)], attributes=write("a.csv", sheet)
    )
    made.set_case_attributes(write("c.csv", "case,region\nNorth,Up\nSouth,Down\n"))
    made.load_codings(write("k.csv", TABLE))
    made.load_guide(write("g.csv", "theme,attribute,value\ntime,,\nstaff,,\n"))
    made.set_summary("staff", "Cover came late.", author="Ann", case="North", stance="negative")
    made.set_summary("roles", "All know.", author="Bob", case="North", phase="early", rating=1)
    made.close()
    return folder / "s.qualkit"


@pytest.fixture
def study(tmp_path, built):
    with Project.open(shutil.copy(built, tmp_path), user="Ann") as made:
        yield made


@pytest.fixture
def report(study, tmp_path):
    """Write a report of the study and read it back."""

    def made(**options):
        path = reports.write_report(study, tmp_path / "r.docx", **options)
        assert faults(path) == []
        assert empty_paragraphs(path) == 0
        return docx.Document(str(path))

    return made


def headings(document, level=1):
    return [p.text for p in document.paragraphs if p.style.name == f"Heading {level}"]


def under(document, title):
    """The paragraphs under a heading, up to the next of the same level."""
    said = [(p.style.name, p.text) for p in document.paragraphs]
    start = said.index(("Heading 1", title))
    rest = [n for n in range(start + 1, len(said)) if said[n][0] == "Heading 1"]
    return said[start + 1 : rest[0] if rest else None]


def table(document, caption):
    """The rows of a table by its caption."""
    for one in document.tables:
        if one._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val")) == caption:
            return [[cell.text for cell in row.cells] for row in one.rows]
    raise AssertionError(caption)


# Parts --------------------------------------------------------------------------------------


def test_the_usual_parts_stand_in_order_without_transcripts(report):
    document = report()

    assert headings(document) == [
        "Grid: Staffing to Time", "Theme: Staffing", "Theme: Roles", "Theme: Time", "Case: North",
        "Case: South", "Codebook: Links 1", "Sources",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["grid"], ["Grid: Staffing to Time", "Sources"]),
        (["transcripts", "codebook"], ["Codebook: Links 1", "Transcript: p1", "Transcript: p2", "Sources"]),
        (["cases"], ["Case: North", "Case: South", "Sources"]),
    ],
)  # fmt: skip
def test_parts_are_chosen_and_keep_their_order(report, parts, expected):
    assert headings(report(parts=parts)) == expected


def test_the_contents_list_every_heading_with_a_link(report):
    document = report(parts=["themes", "cases"])

    lines = [p for p in document.paragraphs if p.style.name == "toc 1"]
    links = [line._p.find(qn("w:hyperlink")) for line in lines]
    assert ["".join(t.text for t in link.iter(qn("w:t"))) for link in links] == headings(document)
    assert [link.get(qn("w:anchor")) for link in links] == [
        "theme_0", "theme_1", "theme_2", "case_0", "case_1", "sources",
    ]  # fmt: skip


def test_a_part_that_is_none_is_refused_with_those_there_are(study, tmp_path):
    with pytest.raises(
        UnknownName, match=r"no part of a report is called 'theme'; did you mean 'themes'"
    ):
        reports.write_report(study, tmp_path / "r.docx", parts=["theme"])


# Themes -------------------------------------------------------------------------------------


def test_a_theme_says_what_it_is_how_much_there_is_and_who_is_silent(report):
    assert under(report(), "Theme: Staffing") == [
        ("Normal", "Who does it."),
        (
            "Normal",
            "2 excerpts (3 codings) from 2 of 2 sources; 2 of 2 cases have a summary or an excerpt.",
        ),
        ("Normal", "Asked about it, by the topic guide or coded questions: 2 of 2 sources."),
        (
            "Normal",
            "Excerpts by stance: 1 positive, 2 negative, of 2; 1 under more than one, as codings"
            " differ.",
        ),
        ("Heading 2", "Summaries and quotes"),
    ]
    assert under(report(), "Theme: Time")[1:] == [
        (
            "Normal",
            "0 excerpts (0 codings) from 0 of 2 sources; 0 of 2 cases have a summary or an excerpt.",
        ),
        ("Normal", "Asked about it, by the topic guide or coded questions: 2 of 2 sources."),
        ("Normal", "Asked, nothing said: North, South."),
    ]


def test_the_table_of_a_theme_holds_summaries_beside_quotes(report):
    assert table(report(), "Staffing: summaries and quotes") == [
        ["Case", "Summary", "Quotes"],
        [
            "North\n1 source",
            "Cover came late. [Ann, negative]",
            "“We had cover. It was clear who leads”\n(Nurse, North, line 2) Cover · positive (Ann),"
            " negative (Bob)",
        ],
        ["South\n1 source", "–", "“No cover at all.”\n(Head, South, line 2) Cover · negative"],
    ]


def test_a_theme_without_summaries_has_no_column_for_them(report, study):
    for one in study.summaries()["summary"]:
        study.remove_summary(one)

    rows = table(report(), "Staffing: quotes")

    assert [len(row) for row in rows] == [2, 2, 2]


def test_bands_stand_in_the_table_of_a_theme_where_their_rows_have_data(report):
    rows = table(report(bands=["region"]), "Roles: summaries and quotes")

    assert [row[0] for row in rows] == ["Case", "Region: Up", "North\n1 source"]


def test_a_rating_code_has_its_levels_and_a_table_of_who_has_which(report):
    document = report()

    assert table(document, "Roles: levels") == [
        ["Level", "Name", "What it looks like", "Times given"],
        ["0", "Weak", "Nobody knows.", "0"],
        ["1", "Strong", "Everybody knows.", "1"],
    ]
    assert table(document, "Roles: ratings by case") == [
        ["Case", "Phase", "Level", "Evidence"],
        [
            "North", "early", "1 Strong",
            "All know. [Bob]\n“clear who leads”\n(Nurse, North, line 2)",
        ],
    ]  # fmt: skip


def test_no_more_quotes_are_shown_than_asked_for_but_all_are_counted(report, study):
    for quote in ("What helped?", "None."):
        text = study.source("p1").text
        start = text.index(quote)
        study.add_coding("p1", (start, start + len(quote)), "staff", coder="Ann")

    document = report(limit=1)

    assert "4 excerpts (5 codings) from 2 of 2 sources" in under(document, "Theme: Staffing")[1][1]
    assert table(document, "Staffing: summaries and quotes")[1][2].endswith("+ 2 more excerpts")


def test_counts_are_of_all_excerpts_whatever_the_rows(study):
    grid = reports.grid_of(study, rows="role")

    assert counted(grid, 0)[0] == (
        "2 excerpts (3 codings) from 2 of 2 sources; 2 of 2 values of role have a summary or an"
        " excerpt."
    )
    assert counted(replace(grid, rows=grid.rows[:1]), 0)[0].startswith("1 excerpt (1 coding) from 1 of 1 source;")  # fmt: skip


def test_a_choice_of_codings_is_kept_throughout_and_told(report):
    document = report(choice=Choice(coders=("Bob",)), parts=["themes", "transcripts"])

    assert "Only codings by Bob." in [p.text for p in document.paragraphs]
    assert table(document, "Staffing: summaries and quotes")[1][2].startswith("“had cover. It was")
    assert [c.author for c in document.comments] == ["Bob"]


# Cases, codebook ------------------------------------------------------------------------------


def test_a_case_has_its_facts_its_sources_and_theme_by_theme_what_is_said(report):
    assert under(report(), "Case: North") == [
        ("Normal", "Region: Up"),
        ("Normal", "Sources: p1"),
        ("Heading 2", "Staffing"),
        ("Report Summary", "Cover came late. [Ann, negative]"),
        ("Report Quote", "“We had cover. It was clear who leads”"),
        (
            "Report Attribution",
            "(Nurse, North, line 2) Cover · positive (Ann), negative (Bob)",
        ),
        ("Heading 2", "Roles"),
        ("Report Summary", "early: All know. [Bob]"),
        ("Report Summary", "Rated 1, Strong Everybody knows."),
        ("Report Quote", "“clear who leads”"),
        ("Report Attribution", "(Nurse, North, line 2) rated 1"),
        ("Normal", "Asked, nothing said: Time."),
    ]


def test_a_source_as_a_row_has_its_case_and_its_own_attributes(report):
    said = under(report(rows="source", parts=["cases"]), "Source: p2")

    assert said[:4] == [
        ("Normal", "Case: South"),
        ("Normal", "Role: Head"),
        ("Normal", "Phase: late"),
        ("Normal", "Sources: p2"),
    ]
    assert said[-1] == ("Normal", "Not asked: Roles. Asked, nothing said: Time.")


def test_the_codebook_says_each_code_s_rules_levels_and_use(report):
    rows = table(report(), "Codebook: Links")

    assert rows == [
        ["Code", "Definition", "Include", "Exclude", "Example (made up)", "Applied"],
        ["Staffing\nstaff", "Who does it.", "Posts.", "Pay.", "We had nobody.", "1"],
        ["\u2003Cover\nstaff.cover", "Who stands in.", "", "", "", "2"],
        [
            "Roles\nroles", "Who does what.\n0 Weak Nobody knows.\n1 Strong Everybody knows.", "",
            "", "", "1",
        ],
        ["Time\ntime", "How long.", "", "", "", "0"],
    ]  # fmt: skip


# Transcripts ----------------------------------------------------------------------------------


def commented(path):
    """The words on which each comment stands, by its author and what it says."""
    with zipfile.ZipFile(path) as parts:
        body = etree.fromstring(parts.read("word/document.xml"))
    words: dict[str, str] = {}
    open_now: set[str] = set()
    for one in body.iter(W + "commentRangeStart", W + "commentRangeEnd", W + "t"):
        number = str(one.get(W + "id"))
        if one.tag == W + "t":
            words |= {n: words[n] + str(one.text) for n in open_now}
        elif one.tag == W + "commentRangeStart":
            open_now.add(number)
            words[number] = ""
        else:
            open_now.remove(number)
    said = {str(c.comment_id): (c.author, c.text) for c in docx.Document(str(path)).comments}
    return {said[n]: text for n, text in words.items()}


def test_each_coding_is_a_comment_on_exactly_its_words_by_its_coder(study, tmp_path):
    path = reports.write_report(study, tmp_path / "r.docx", parts=["transcripts"])

    assert commented(path) == {
        ("Ann", "Staffing > Cover (Ann, positive)\nask again"): "We had cover.",
        ("Bob", "Staffing (Bob, negative)"): "had cover. It was clear who leads",
        ("Ann", "Roles (Ann, rated 1)"): "clear who leads",
        ("Ann", "Staffing > Cover (Ann, negative)"): "No cover at all.",
    }


def test_a_transcript_shows_every_turn_with_place_and_speaker(report):
    said = under(report(parts=["transcripts"]), "Transcript: p1")

    assert said == [
        ("Normal", "Nurse, North."),
        ("Transcript Turn", "line 1 I: What helped?"),
        ("Transcript Turn", "line 2 P1: We had cover. It was clear who leads, always."),
        ("Transcript Turn", "line 4 I: And time?"),
        ("Transcript Turn", "line 5 P1: None."),
    ]


def test_excerpts_link_to_their_turn_where_transcripts_are_there(report):
    document = report(parts=["cases", "transcripts"])

    quotes = [p for p in document.paragraphs if p.style.name == "Report Attribution"]
    links = [p._p.find(qn("w:hyperlink")).get(qn("w:anchor")) for p in quotes]
    assert links == ["turn_0_1", "turn_0_1", "turn_1_1"]


def a_transcript(source, codings, path):
    file = WordFile("t")
    write_transcript(file, source, codings, Places({source.name: 0}))
    file.save(path)
    return commented(path)


def coding(start, end, coder="Ann", **more):
    return {
        "start": start, "end": end, "coder": coder, "code_path": "A > B", "stance": None,
        "rating": None, "memo": "", "created": "2026-03-01T10:00:00Z", **more,
    }  # fmt: skip


def test_a_coding_over_several_turns_is_one_comment_over_their_words(tmp_path):
    source = Source("s", "txt", "I: One two\nP: three four", (Turn("I", "unknown", 3, 10), Turn("P", "unknown", 14, 24)))  # fmt: skip

    found = a_transcript(source, [coding(7, 19)], tmp_path / "t.docx")

    assert found == {("Ann", "A > B (Ann)"): "twoP: three"}  # with the label that stands between


def test_a_coding_outside_every_turn_has_a_paragraph_of_its_own(tmp_path):
    source = Source("s", "txt", "Notes first\nP: yes", (Turn("P", "unknown", 15, 18),))

    found = a_transcript(source, [coding(0, 5), coding(3, 11, "Bob")], tmp_path / "t.docx")

    assert found == {("Ann", "A > B (Ann)"): "Notes", ("Bob", "A > B (Bob)"): "es first"}
    assert [(p.start, p.end) for p in parts_of(source, [coding(0, 5)])] == [(0, 5), (15, 18)]


def test_a_source_without_turns_is_shown_line_by_line():
    source = Source("s", "txt", "One\n\n two \n")

    assert [source.text[p.start : p.end] for p in parts_of(source, [])] == ["One", " two "]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    text=st.text(alphabet="ab \n😀\u0645\u0301<&", min_size=1, max_size=40),
    cuts=st.lists(st.tuples(st.integers(0, 39), st.integers(1, 20)), max_size=6),
    ends=st.lists(st.integers(0, 40), max_size=6, unique=True),
)
def test_comments_pair_and_hold_the_coded_words_however_they_overlap(tmp_path, text, cuts, ends):
    marks = sorted({min(end, len(text)) for end in ends} | {0})
    turns = tuple(Turn("P", "unknown", a, b) for a, b in zip(marks[::2], marks[1::2], strict=False))
    codings = [
        coding(start, min(start + length, len(text)), f"C{n}")
        for n, (start, length) in enumerate(cuts)
        if start < len(text)
    ]
    path = tmp_path / "t.docx"

    found = a_transcript(Source("s", "txt", text, turns), codings, path)

    assert faults(path) == []
    assert len(found) == len(codings)
    for one in codings if not turns else ():
        shown = found[one["coder"], f"A > B ({one['coder']})"]
        assert shown.split() == text[one["start"] : one["end"]].split() or "\n" in text


# Files ----------------------------------------------------------------------------------------


def test_a_report_that_would_quote_what_nobody_said_is_refused(study, tmp_path):
    said = "She said “we never had any cover at all”."
    study.set_summary("time", said, author="Ann", case="North")

    with pytest.raises(BatchError, match=r"summary by Ann on North, Time: 'we never had any cover"):
        reports.write_report(study, tmp_path / "r.docx")

    assert not (tmp_path / "r.docx").exists()


@pytest.mark.parametrize("name", ["r.xlsx", "r.doc", "r"])
def test_another_ending_is_refused_with_those_there_are(study, tmp_path, name):
    with pytest.raises(QualkitError, match=r"a report is written as \.docx"):
        reports.write_report(study, tmp_path / name)


def test_a_template_is_taken_for_the_whole_report(study, tmp_path):
    theirs = docx.Document()
    theirs.sections[0].header.paragraphs[0].text = "ACME"
    theirs.save(str(tmp_path / "client.docx"))

    parts = ["grid", "themes", "cases", "codebook", "transcripts"]
    path = reports.write_report(
        study, tmp_path / "r.docx", template=tmp_path / "client.docx", parts=parts
    )

    assert faults(path) == []
    made = docx.Document(str(path))
    assert {section.header.paragraphs[0].text for section in made.sections} == {"ACME"}


def test_the_report_renders_with_every_chapter(study, tmp_path, render):
    parts = ["grid", "themes", "cases", "codebook", "transcripts"]
    path = reports.write_report(study, tmp_path / "r.docx", parts=parts)

    text = render(path)

    for title in headings(docx.Document(str(path))):
        assert text.count(title) >= 2, title  # in the contents and where it stands
