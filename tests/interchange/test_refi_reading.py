"""REFI-QDA files of other programs: every coding on its words, everything accounted for."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import pytest

from qualkit.errors import ReadError
from qualkit.interchange import refi
from qualkit.interchange._offsets import READINGS, body_of
from tests.interchange.foreign import NVIVO, PHRASES, TEXT, TOOLS, Tool

PLAIN = Tool("somebody's")


def quotes(snapshot):
    return [row["quote"] for row in snapshot.rows("coding")]


def read(tool, path, sources, **rest):
    return refi.read_study(tool.write(path / "s.qdpx", sources, **rest))


@pytest.mark.parametrize("name", TOOLS)
def test_every_coding_lands_on_its_words_however_its_tool_counts(name, tmp_path):
    tool = TOOLS[name]
    selections = "".join(tool.selection(TEXT, words, n) for n, words in enumerate(PHRASES))

    path = tool.write(tmp_path / "s.qdpx", tool.source(selections))
    snapshot, account = refi.read(path), refi.read_study(path)[1]

    assert quotes(snapshot) == list(PHRASES)
    assert snapshot.rows("source")[0]["text"] == TEXT
    assert account.as_dict()["codings"] == {"matched": 4, "moved": 0, "lost": 0, "total": 4}
    assert (account.offsets.unit == "utf-16") == tool.utf16
    assert account.offsets.bom == tool.mark_counts
    assert tool.newline == "\n" or account.offsets.newline == tool.newline_counts
    assert account.offsets.score == 1.0
    assert account.offsets.runner_up
    assert refi.read(path) == snapshot


@pytest.mark.parametrize("reading", READINGS, ids=str)
def test_a_ruler_places_what_a_tool_has_counted(reading):
    raw = TEXT.replace("\n", "\r\n")
    tool = Tool("", newline_counts=reading.newline, utf16=reading.unit == "utf-16",
                mark_counts=reading.bom)  # fmt: skip

    ruler = body_of(raw).ruler(reading)

    places = [ruler.place(tool.counted(TEXT[:at])) for at in range(len(TEXT) + 1)]
    assert places == list(range(len(TEXT) + 1))


def test_who_coded_when_and_the_rest_of_a_project_arrive(tmp_path):
    t = PLAIN
    codes = (
        f'<Code guid="{t.guid(1)}" name="Waiting" isCodable="false" color="#F00082">'
        f'<Description>How long.</Description><NoteRef targetGUID="{t.guid(60)}"/>'
        f'<Code guid="{t.guid(2)}" name="At home" isCodable="true"/></Code>'
    )
    value = (
        f'<VariableValue><VariableRef targetGUID="{t.guid(70)}"/>'
        "<IntegerValue>25</IntegerValue></VariableValue>"
    )
    rest = (
        f'<Notes><Note guid="{t.guid(60)}" name="Idea" creatingUser="{t.guid(50)}">'
        f"<PlainTextContent>Ask again.</PlainTextContent></Note></Notes>"
        f'<Links><Link guid="{t.guid(61)}"/></Links>'
        f'<Sets><Set guid="{t.guid(80)}" name="First"><MemberCode targetGUID="{t.guid(2)}"/>'
        f'<MemberSource targetGUID="{t.guid(20)}"/></Set></Sets>'
        f'<Graphs><Graph guid="{t.guid(81)}"/></Graphs>'
    )
    before = (
        f'<Variables><Variable guid="{t.guid(70)}" name="Age" typeOfVariable="Integer"/>'
        f'</Variables><Cases><Case guid="{t.guid(71)}" name="Ann\'s home">{value}'
        f'<SourceRef targetGUID="{t.guid(20)}"/></Case></Cases>'
    )
    source = t.source(t.selection(TEXT, "it", 1, code=2))

    snapshot = refi.read(t.write(tmp_path / "s.qdpx", source, codes=codes, rest=before + rest))
    account = refi.read_study(tmp_path / "s.qdpx")[1]

    (coding,) = snapshot.rows("coding")
    low = t.guid(2).lower()
    assert (coding["created"], coding["code_id"]) == ("2018-03-27T19:29:21Z", low)
    assert [row["name"] for row in snapshot.rows("coder")] == ["Ann"]
    assert [(r["ident"], r["definition"], r["colour"], bool(r["parent_id"]))
            for r in snapshot.rows("code")] == [
        ("waiting", "How long.", "#F00082", False), ("at-home", "", "#5a6b7b", True),
    ]  # fmt: skip
    assert snapshot.rows("codebook")[0]["title"] == "Study"
    assert [row["name"] for row in snapshot.rows("case_unit")] == ["Ann's home"]
    assert [(r["name"], r["value"]) for r in snapshot.rows("case_attribute")] == [("Age", "25")]
    assert [(r["title"], r["text"], r["code_id"]) for r in snapshot.rows("memo")] == [
        ("Idea", "Ask again.", t.guid(1).lower())
    ]
    assert [row["name"] for row in snapshot.rows("collection")] == ["First"]
    assert len(snapshot.rows("collection_member")) == 2
    assert {row["speaker"] for row in snapshot.rows("turn")} == {"Interviewer", "Ann"}
    assert account.not_carried == {
        "codes marked as not for coding": 1, "graphs": 1, "links": 1,
        "types of variables (their values are kept as text)": 1,
    }  # fmt: skip
    counts = (account.codes, account.sources, account.cases, account.coders, account.memos)
    assert (*counts, account.sets) == (2, 1, 1, 1, 1, 1)


def test_codes_of_one_name_stay_apart(tmp_path):
    t = PLAIN
    codes = "".join(
        f'<Code guid="{t.guid(n)}" name="{name}" isCodable="true">'
        f'<Code guid="{t.guid(n + 1)}" name="Time" isCodable="true"/></Code>'
        for n, name in ((1, "Home"), (3, "School"))
    )
    source = t.source(t.selection(TEXT, "it", 1, 2) + t.selection(TEXT, "came back", 2, 4))

    study, account = read(t, tmp_path, source, codes=codes)

    assert [code.id for code in study.books[0].codes] == ["home", "time", "school", "time-2"]
    assert [mark.code for mark in study.marks] == [t.guid(4).lower(), t.guid(2).lower()][::-1]
    assert "2 codes of 'Study' are called 'Time'" in account.warnings[0]


def test_a_coding_that_stands_elsewhere_is_moved_and_one_that_stands_nowhere_is_lost(tmp_path):
    t = PLAIN
    good = "".join(t.selection(TEXT, words, n) for n, words in enumerate(PHRASES[:2]))
    shifted = t.selection(TEXT, "came back", 3).replace('startPosition="', 'startPosition="1')
    gone = t.selection(TEXT, "came back", 4).replace("came back", "went away")

    study, account = read(t, tmp_path, t.source(good + shifted + gone))

    assert [study.texts[0].text[m.start : m.end] for m in study.marks] == [
        *PHRASES[:2], "came back",
    ]  # fmt: skip
    assert account.as_dict()["codings"] == {"matched": 2, "moved": 1, "lost": 1, "total": 4}
    assert account.moved[0].words == "came back"
    (lost,) = account.lost
    assert (lost.words, lost.why) == (
        "went away", "the words that it quotes are not in its source",
    )  # fmt: skip


def test_a_missing_text_keeps_its_source_and_tells_the_words_of_its_codings(tmp_path):
    t = PLAIN
    source = t.source(t.selection(TEXT, "came back", 1), number=21)

    study, account = read(t, tmp_path, source + t.source("", name="P2"))

    texts = {one.name: one.text for one in study.texts}
    assert (texts, study.marks) == ({"P1": "", "P2": TEXT}, ())
    assert [(one.source, one.words) for one in account.lost] == [("P1", "came back")]
    assert "is not in the file; it is kept empty" in account.warnings[0]
    assert account.offsets.score == 0.0


def test_a_file_of_which_nothing_would_arrive_but_codes_is_refused(tmp_path):
    t = PLAIN
    alone = t.source(t.selection(TEXT, "came back", 1), number=21)
    strange = t.source(t.selection(TEXT, "came back", 1, code=99))
    outside = t.source("", plainTextPath="absolute:///etc/hostname")
    before = t.source(t.selection(TEXT, "How", 1).replace('Position="', 'Position="-'))

    reasons = {}
    cases = {"alone": alone, "strange": strange, "outside": outside, "before": before}
    for what, source in cases.items():
        with pytest.raises(ReadError) as caught:
            read(t, tmp_path, source)
        reasons[what] = caught.value.reason

    assert reasons == {
        "alone": "none of its texts is in the file; export it with its texts",
        "strange": "damaged file: it has 1 coding, none with a code that is in the file",
        "outside": "source 'P1' lies outside the file ('absolute:///etc/hostname'), where nothing "
        "is opened; export it with its texts",
        "before": "damaged file: a selection lies outside its text (startPosition -13)",
    }


def test_a_selection_with_a_title_is_kept_where_words_are_quoted_otherwise(tmp_path):
    t = replace(PLAIN, origin="ATLAS.ti 8.4")
    words = PHRASES[1]
    titled = t.selection(TEXT, words, 2).replace(t.selection(TEXT, words, 2).split('name="')[1]
                                                 .split('"')[0], "Closed")  # fmt: skip

    study, account = read(t, tmp_path, t.source(t.selection(TEXT, "came back", 1) + titled))

    mark = study.marks[0]
    assert (study.texts[0].text[mark.start : mark.end], mark.memo) == (words, "Closed")
    assert account.warnings[-1].startswith("1 selection named otherwise than by the words")


def test_what_a_program_is_known_for_gives_way_to_the_edges_of_words(tmp_path):
    tool = replace(NVIVO, newline_counts=1, utf16=False, names="none")  # it counts otherwise here
    selections = "".join(tool.selection(TEXT, words, n) for n, words in enumerate(PHRASES))

    study, account = read(tool, tmp_path, tool.source(selections))

    assert [TEXT[mark.start : mark.end] for mark in study.marks] == list(PHRASES)
    assert (account.offsets.unit, account.offsets.newline) == ("code point", 1)


def test_text_within_the_project_a_selection_of_two_codings_and_one_of_none(tmp_path):
    t = PLAIN
    two = t.selection(TEXT, "it", 1).replace(
        "</Coding>",
        f'</Coding><Coding guid="{t.guid(300)}"><CodeRef targetGUID="{t.guid(2)}"/></Coding>',
    )
    none = f'<PlainTextSelection guid="{t.guid(9)}" startPosition="0" endPosition="3"/>'
    codes = "".join(f'<Code guid="{t.guid(n)}" name="C{n}" isCodable="true"/>' for n in (1, 2))
    inside = f"<PlainTextContent>{TEXT}</PlainTextContent>{two}{none}"

    study, account = read(t, tmp_path, t.source(inside, plainTextPath="", name=""), codes=codes)

    assert [study.texts[0].text[m.start : m.end] for m in study.marks] == ["it", "it"]
    assert study.texts[0].name == "source 1"
    assert account.not_carried == {"uncoded selections": 1}
    assert account.coders == 1
    assert [person.name for person in study.people] == ["Ann", "unknown coder"]


@pytest.mark.parametrize("space", ["codebook:1.0", "codebook:0:4", "codebook:1:0"])
def test_a_codebook_of_any_version_is_read(space, tmp_path):
    path = tmp_path / "codes.qdc"
    path.write_text(
        f'\ufeff<?xml version="1.0" encoding="utf-8"?><CodeBook xmlns="urn:QDA-XML:{space}">'
        f'<Codes><Code guid="{NVIVO.guid(1)}" name="Waiting" isCodable="true">'
        "<Description>How long.</Description></Code></Codes><Sets/></CodeBook>",
        encoding="utf-8",
    )

    snapshot = refi.read(path)

    (code,) = snapshot.rows("code")
    assert (code["name"], code["definition"]) == ("Waiting", "How long.")
    assert not snapshot.rows("collection")


def test_a_transcript_is_a_text_and_media_are_counted(tmp_path):
    t = PLAIN
    inside = (
        f'<Transcript guid="{t.guid(31)}"><PlainTextContent>We waited.</PlainTextContent>'
        f'<SyncPoint guid="{t.guid(32)}" position="3"/><SyncPoint guid="{t.guid(33)}" position="9"/>'
        f'<TranscriptSelection guid="{t.guid(34)}" fromSyncPoint="{t.guid(32)}" '
        f'toSyncPoint="{t.guid(33)}"><Coding guid="{t.guid(35)}">'
        f'<CodeRef targetGUID="{t.guid(1)}"/></Coding></TranscriptSelection></Transcript>'
        f'<AudioSelection guid="{t.guid(36)}" begin="1" end="2"><Coding guid="{t.guid(37)}">'
        f'<CodeRef targetGUID="{t.guid(1)}"/></Coding></AudioSelection>'
    )

    study, account = read(
        t, tmp_path, f'<AudioSource guid="{t.guid(30)}" name="Tape">{inside}</AudioSource>'
    )

    assert [(m.start, m.end) for m in study.marks] == [(3, 9)]
    assert account.not_carried == {
        "audio recordings": 1, "audio selections": 1, "codings of audio selections": 1,
        "time marks of transcripts": 2,
    }  # fmt: skip


def archive(path, **parts):
    with zipfile.ZipFile(path, "w") as made:
        for name, words in parts.items():
            made.writestr(name, words)
    return path


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ({"a.txt": "x"}, "not a REFI-QDA file: the archive has no project (.qde)"),
        ({"a.qde": "<P/>", "b.qde": "<P/>"},
         "not a REFI-QDA file: the archive has 2 projects: a.qde, b.qde"),
        ({"project.qde": "<html/>"},
         "not a REFI-QDA file: its XML is a 'html', not a Project or a CodeBook"),
        ({"project.qde": '<!DOCTYPE P [<!ENTITY a "b">]><Project/>'},
         "project.qde declares a DTD or entities, which are not allowed"),
        ({"../project.qde": "<P/>"}, "unsafe path in the archive: '../project.qde'"),
    ],
)  # fmt: skip
def test_what_is_no_project_or_hostile_is_refused_with_the_reason(parts, why, tmp_path):
    path = archive(tmp_path / "s.qdpx", **parts)

    with pytest.raises(ReadError) as caught:
        refi.read(path)

    assert str(caught.value) == f"s.qdpx: {why}"


def test_a_real_project_of_atlas_ti_is_accounted_for(real_data):
    path = real_data / "refi" / "atlasti8__sky-loom-refi-qda__TestProject.qdpx"

    account = refi.read_study(path)[1]

    told = account.as_dict()
    assert told["codings"] == {"matched": 0, "moved": 0, "lost": 9, "total": 9}  # no text is there
    assert (account.codes, account.coders, account.memos, account.sets) == (14, 3, 3, 16)
    assert account.lost[0].words == "Oh, that was great. See you tomorrow? Eleven thirty. Mm."
    assert told["not_carried"]["PDF files"] == told["not_carried"]["video recordings"] == 2
