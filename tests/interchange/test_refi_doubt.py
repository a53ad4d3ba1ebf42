"""What is doubtful in files of other programs: cut names, wrong places, what no reader expects."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from qualkit.errors import ReadError
from qualkit.importers._guard import Archive, Limits
from qualkit.interchange import refi
from tests.interchange.foreign import NVIVO, PHRASES, TEXT, Tool

PLAIN = Tool("somebody's")
LONG = "We waited for a long time, a café\u0301 had closed."


def read(tool, path, sources, **rest):
    return refi.read_study(tool.write(path / "s.qdpx", sources, **rest))


def words(study):
    texts = {text.id: text.text for text in study.texts}
    return [texts[mark.text][mark.start : mark.end] for mark in study.marks]


def placed(selection, start, end):
    """A selection with other positions."""
    moved = re.sub(r'startPosition="\d+"', f'startPosition="{start}"', selection)
    return re.sub(r'endPosition="\d+"', f'endPosition="{end}"', moved)


def test_what_a_program_is_known_for_gives_way_where_it_matters_however_much_agrees(tmp_path):
    tool = Tool("ATLAS.ti 22.0", utf16=True, names="none")  # the one on Windows, say
    same = "".join(
        placed(tool.selection(TEXT, "How was it?", n), 13, 24 - 4 * (n % 3 == 0)) for n in range(20)
    )  # before the first character that tells the two ways apart
    told = "".join(tool.selection(TEXT, phrase, 30 + n) for n, phrase in enumerate(PHRASES[1:]))

    study, account = read(tool, tmp_path, tool.source(same + told))

    assert account.offsets.unit == "utf-16"
    assert words(study)[-3:] == list(PHRASES[1:])


def test_names_that_are_cut_without_a_sign_quote_the_words_that_they_begin(tmp_path):
    phrases = [LONG, TEXT[:60], TEXT[13:90], TEXT[40:120], "all right"]
    selections = "".join(
        PLAIN.selection(TEXT, phrase, n).replace(
            PLAIN.named(phrase).replace("\n", "&#10;"), PLAIN.named(phrase[:24]).strip()
            .replace("\n", "&#10;")
        )
        for n, phrase in enumerate(phrases)
    )  # fmt: skip

    study, account = read(PLAIN, tmp_path, PLAIN.source(selections))

    assert sorted(words(study)) == sorted(phrases)
    assert (account.matched, account.moved, [mark.memo for mark in study.marks]) == (
        5, (), [""] * 5,
    )  # fmt: skip


@pytest.mark.parametrize(("start", "end"), [(40, 40), (60, 40)])
def test_words_that_are_found_by_their_beginning_are_never_nothing(start, end, tmp_path):
    cut = replace(NVIVO, names="cut")
    good = "".join(cut.selection(TEXT, phrase, n) for n, phrase in enumerate(PHRASES))
    astray = placed(cut.selection(TEXT, LONG, 8), start, end).replace("…", "...")

    study, account = read(cut, tmp_path, cut.source(good + astray))

    (moved,) = account.moved
    at = TEXT.index(LONG)
    assert moved.start == at
    assert moved.end >= at + 20
    assert all(mark.end > mark.start for mark in study.marks)


def test_a_moved_stretch_is_as_long_as_its_tool_counted(tmp_path):
    cut = replace(NVIVO, names="cut")
    phrase = "And then?\nAnn: Then 👩\u200d👧 they came back"
    good = "".join(cut.selection(TEXT, one, n) for n, one in enumerate(PHRASES))
    at = TEXT.index(phrase)
    astray = placed(
        cut.selection(TEXT, phrase, 8), cut.counted(TEXT[:at]) - 9,
        cut.counted(TEXT[: at + len(phrase)]) - 9,
    )  # fmt: skip

    account = read(cut, tmp_path, cut.source(good + astray))[1]

    assert [(one.start, one.end) for one in account.moved] == [(at, at + len(phrase))]


def test_an_end_just_beyond_the_text_is_its_end_and_told(tmp_path):
    tool = replace(NVIVO, names="none")
    good = "".join(tool.selection(TEXT, phrase, n) for n, phrase in enumerate(PHRASES))
    last = tool.counted(TEXT)
    near, far = (
        placed(tool.selection(TEXT, "all right", n), tool.counted(TEXT[:-10]), last + over)
        for n, over in ((8, 2), (9, 3))
    )

    study, account = read(tool, tmp_path, tool.source(good + near + far))

    assert words(study)[-1] == "all right."
    assert [one.why for one in account.moved] == ["its end lay beyond the text; it ends there now"]
    assert [one.why for one in account.lost] == ["its place lies outside the text"]


def test_a_place_that_cuts_words_and_quotes_none_is_told(tmp_path):
    tool = replace(NVIVO, names="none")
    good = "".join(tool.selection(TEXT, phrase, n) for n, phrase in enumerate(PHRASES))

    account = read(tool, tmp_path, tool.source(good + tool.selection(TEXT, "aited for a lo", 8)))[1]

    assert account.warnings == (
        "1 selection without quoted words, beginning or ending within a word; look at them: "
        "'aited for a lo'",
    )


def test_ways_of_counting_that_fit_alike_are_told(tmp_path):
    tool = Tool("somebody's", newline="\r\n", newline_counts=2, names="none")
    alike = placed(tool.selection(TEXT, "all right", 1), 29, 32)  # "Ann", or "nn:"

    account = read(tool, tmp_path, tool.source(alike + tool.selection(TEXT, "How was", 2)))[1]

    assert any(one.startswith("another way of counting fits as well") for one in account.warnings)


def coding(number):
    return f'<Coding guid="{PLAIN.guid(number)}"><CodeRef targetGUID="{PLAIN.guid(1)}"/></Coding>'


def test_every_coding_of_a_file_is_told_wherever_it_stands(tmp_path):
    t = PLAIN
    part = f'<PlainTextSelection guid="{t.guid(81)}" startPosition="0" endPosition="3">'
    part += coding(82) + "</PlainTextSelection>"
    text = "<PlainTextContent>We waited.</PlainTextContent>"
    sources = (
        f'<PDFSource guid="{t.guid(40)}" name="Pdf"><Representation guid="{t.guid(41)}">{text}'
        f"{coding(83)}</Representation></PDFSource>"
        f'<AudioSource guid="{t.guid(42)}" name="Tape"><Transcript guid="{t.guid(43)}">'
        f'<TranscriptSelection guid="{t.guid(44)}">{coding(84)}</TranscriptSelection>'
        f"</Transcript></AudioSource>"
    )
    note = f'<Note guid="{t.guid(60)}" name="Idea">{text}{part}{coding(85)}</Note>'

    account = read(t, tmp_path, sources, rest=f"<Notes>{note}</Notes>")[1]

    assert (account.matched, account.total) == (1, 1)  # the one over all of the PDF's words
    told = {what: n for what, n in account.not_carried.items() if what.startswith("codings")}
    assert told == {"codings in memos": 2, "codings in texts of audio recordings": 1}


def test_what_is_said_of_words_without_a_code_is_a_memo_of_their_source(tmp_path):
    t = PLAIN
    said = t.selection(TEXT, "came back", 2)
    said = re.sub("<Coding.*</Coding>", "<Description>Check this.</Description>", said)
    linked = re.sub("<Coding.*</Coding>", "", t.selection(TEXT, "all right", 3))
    note = f'<Note guid="{t.guid(60)}"><PlainTextContent>Why?</PlainTextContent></Note>'
    link = f'<Link guid="{t.guid(61)}" originGUID="{t.guid(60)}" targetGUID="{t.guid(103)}"/>'
    rest = f"<Notes>{note}</Notes><Links>{link}</Links><Description>All of it.</Description>"

    study, account = read(t, tmp_path, t.source(said + linked), rest=rest)

    assert sorted((n.title, n.text, n.about) for n in study.notes) == [
        ("", "Why?", "source"), ("Description", "All of it.", "study"),
        ("came back", "Check this.", "source"),
    ]  # fmt: skip
    assert account.not_carried == {"uncoded selections": 2}
    assert account.memos == 3


def test_a_case_without_a_name_is_called_as_its_only_source(tmp_path):
    t = PLAIN
    case = f'<Cases><Case guid="{t.guid(71)}"><SourceRef targetGUID="{t.guid(20)}"/></Case></Cases>'

    study, _ = read(t, tmp_path, t.source(""), rest=case)

    assert [(unit.name, study.texts[0].case == unit.id) for unit in study.units] == [("P1", True)]


def test_how_many_elements_an_archive_may_have_is_its_own_limit(tmp_path):
    path = PLAIN.write(tmp_path / "s.qdpx", "")

    assert refi.read(path)
    with (
        Archive(path, path.name, Limits(elements=3)) as archive,
        pytest.raises(ReadError, match="more than 3 elements"),
    ):
        archive.xml("project.qde")
