"""Every layout in which tools write a transcript, and the words of each turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qualkit.errors import ReadError
from qualkit.importers import read_source
from qualkit.importers._layouts import Line
from qualkit.importers._turns import source_of_lines
from qualkit.model import Source


def read(text: str) -> Source:
    return source_of_lines("t.txt", "txt", [Line(line) for line in text.split("\n")])


def turns(text: str) -> list[tuple[str | None, float | None, str]]:
    source = read(text)
    return [(turn.speaker, turn.time, source.words_of(turn)) for turn in source.turns]


LAYOUTS = {
    "otter": (
        "Ann Lee  0:03  \nHow did you hear?\n\nSpeaker 2  1:02:09  \nFrom a friend.\n\n"
        "Transcribed by https://otter.ai\n",
        [("Ann Lee", 3.0, "How did you hear?"), ("Speaker 2", 3729.0, "From a friend.")],
    ),
    "teams, new": (
        "Call-20260815_093012-Meeting Transcript\n15 August 2026, 09:30am\n27m 42s\n\n"
        "Ann Lee started transcription\n\nAnn Lee   0:03\nSo how?\n\nParent, P07 (External)   0:09\n"
        "From my friend 😀.\nShe went first.\n\nAnn Lee stopped transcription",
        [
            ("Ann Lee", 3.0, "So how?"),
            ("Parent, P07 (External)", 9.0, "From my friend 😀.\nShe went first."),
        ],
    ),
    "teams, old": (
        "0:0:5.100 --> 0:0:8.250\nAnn Lee\nHello there.\n0:0:8.500 --> 0:0:10.300\nBob\nHi.",
        [("Ann Lee", 5.1, "Hello there."), ("Bob", 8.5, "Hi.")],
    ),
    "ranges without names": (
        "00:00.000 --> 00:27.640\nHello, everyone.\n\n00:28.000 --> 00:35.280\nToday it is cold.",
        [(None, 0.0, "Hello, everyone."), (None, 28.0, "Today it is cold.")],
    ),
    "whisper": (
        "[00:43.810 --> 00:47.850]  Hello everyone.\n[00:48.350 --> 00:54.570]  I am here.",
        [(None, 43.81, "Hello everyone."), (None, 48.35, "I am here.")],
    ),
    "word transcribe": (
        "Audio file\nTranscript\n00:00:05 Speaker 1\nHello.\n00:00:09 Speaker 2\nIt was fine.",
        [("Speaker 1", 5.0, "Hello."), ("Speaker 2", 9.0, "It was fine.")],
    ),
    "labels": (
        "Interviewer: What helped?\nP07: The staff: they listened.\nThey really did.",
        [
            ("Interviewer", None, "What helped?"),
            ("P07", None, "The staff: they listened.\nThey really did."),
        ],
    ),
    "labels with times": (
        "[0:03] Ann: How?\n[0:09] Bob: Well.\n[0:12] Ann: I see.",
        [("Ann", 3.0, "How?"), ("Bob", 9.0, "Well."), ("Ann", 12.0, "I see.")],
    ),
    "times after labels": (
        "Ann (00:03): How?\nBob (00:09): Well.\nAnn (00:12): I see.",
        [("Ann", 3.0, "How?"), ("Bob", 9.0, "Well."), ("Ann", 12.0, "I see.")],
    ),
    "markdown labels": (
        "# Interview\n\n**Interviewer:** How?\n\n**P1:** Well.",
        [("Interviewer", None, "How?"), ("P1", None, "Well.")],
    ),
    "labels on lines of their own": (
        "Dan:\n\tOkay. So?\nParticipant:\n\tAh, yeah.\n\tNot always.",
        [("Dan", None, "Okay. So?"), ("Participant", None, "Ah, yeah.\n\tNot always.")],
    ),
    "tabs": (
        "INT\tWhat helped?\nP15\tThe staff.\nINT\tHow?\nP15\tThey came.",
        [
            ("INT", None, "What helped?"),
            ("P15", None, "The staff."),
            ("INT", None, "How?"),
            ("P15", None, "They came."),
        ],
    ),
    "nvivo columns": (
        "Timespan\tSpeaker\tContent\n00:00:00\tAnn\tHello.\n00:00:08.5\tBob\tHi: yes.",
        [("Ann", 0.0, "Hello."), ("Bob", 8.5, "Hi: yes.")],
    ),
    "only the interviewer is named": (
        "MODERATOR: Could you start?\nAlright.\nLet me look.\nMODERATOR: Thank you.",
        [
            ("MODERATOR", None, "Could you start?"),
            (None, None, "Alright."),
            (None, None, "Let me look."),
            ("MODERATOR", None, "Thank you."),
        ],
    ),
    "a heading block": (
        "Date: 3 June\nLocation: The school\n\nInterviewer: How?\nP1: Well.\nInterviewer: And?",
        [("Interviewer", None, "How?"), ("P1", None, "Well."), ("Interviewer", None, "And?")],
    ),
    "brackets": (
        "[Interviewer] How?\n[Participant 1] Well.\n[Interviewer]: And?\n(P2): So.",
        [
            ("Interviewer", None, "How?"),
            ("Participant 1", None, "Well."),
            ("Interviewer", None, "And?"),
            ("P2", None, "So."),
        ],
    ),
    "quoted, listed and numbered": (
        ">> ANN: How?\n>> BOB: Well.\n- **Ann**: And?\n- **Bob**: So.",
        [
            ("ANN", None, "How?"),
            ("BOB", None, "Well."),
            ("Ann", None, "And?"),
            ("Bob", None, "So."),
        ],
    ),
    "numbered lines": (
        "1 I: How?\n2 P: Well.\n3 I: And?",
        [("I", None, "How?"), ("P", None, "Well."), ("I", None, "And?")],
    ),
    "no space after the colon": (
        "I: And?\nR:Because it was late.\nI: Ok.",
        [("I", None, "And?"), ("R", None, "Because it was late."), ("I", None, "Ok.")],
    ),
    "sonix": (
        "Speaker1: [00:00:05] How?\n\nSpeaker2: [00:00:12] At 10:30 we met.",
        [("Speaker1", 5.0, "How?"), ("Speaker2", 12.0, "At 10:30 we met.")],
    ),
    "zoom chat": (
        "10:02:11 From Ann Lee to Everyone:\n\tHello\n10:02:40 From Bob O'Neil to Everyone:\n\tI think: yes",
        [("Ann Lee", 36131.0, "Hello"), ("Bob O'Neil", 36160.0, "I think: yes")],
    ),
    "whisper with speakers": (
        "[00:00.000 --> 00:04.000] SPEAKER_00: Hello\n[00:04.000 --> 00:06.000] SPEAKER_01: hi",
        [("SPEAKER_00", 0.0, "Hello"), ("SPEAKER_01", 4.0, "hi")],
    ),
    "nvivo transcription": (
        "[00:00:05.10] - Ann Lee\nHow?\n\n[00:00:12.20] - Bob\nWell.",
        [("Ann Lee", 5.1, "How?"), ("Bob", 12.2, "Well.")],
    ),
    "names and times before the words": (
        "JB 00:05 Hello there.\nKM 00:09 Hi.\nJB 00:12 So?",
        [("JB", 5.0, "Hello there."), ("KM", 9.0, "Hi."), ("JB", 12.0, "So?")],
    ),
    "times of day": (
        "Ann (10:02 AM): Hi?\nBob (10:03 AM): Hello.\nAnn (10:04 AM): And?",
        [("Ann", 602.0, "Hi?"), ("Bob", 603.0, "Hello."), ("Ann", 604.0, "And?")],
    ),
    "chat with dates": (
        "03/05/2024, 10:02 - Ann Lee: Hello?\n03/05/2024, 10:03 - Bob: Hi.\n03/05/2024, 10:04 - Ann Lee: So?",
        [("Ann Lee", 602.0, "Hello?"), ("Bob", 603.0, "Hi."), ("Ann Lee", 604.0, "So?")],
    ),
    "role words alone": (
        "INTERVIEWER\nWhat helped?\nPARENT\nMy mum.\nINTERVIEWER\nAnd?\nPARENT\nNo.",
        [
            ("INTERVIEWER", None, "What helped?"),
            ("PARENT", None, "My mum."),
            ("INTERVIEWER", None, "And?"),
            ("PARENT", None, "No."),
        ],
    ),
    "a table that went through a PDF": (
        "Interviewer How?\nP07 And she said: no.\nInterviewer So?\nP07 Yes.\nInterviewer Why?\nP07 Well.",
        [
            ("Interviewer", None, "How?"),
            ("P07", None, "And she said: no."),
            ("Interviewer", None, "So?"),
            ("P07", None, "Yes."),
            ("Interviewer", None, "Why?"),
            ("P07", None, "Well."),
        ],
    ),
    "an interviewer who is introduced": (
        "P1 Interview\n\nInterviewer: Jane Smith\n\nInterviewer: Hello?\nP1: Hi.\nInterviewer: And?",
        [("Interviewer", None, "Hello?"), ("P1", None, "Hi."), ("Interviewer", None, "And?")],
    ),
    "Q and A": (
        "Q. How?\nA. Well.\nQ. And?",
        [("Q", None, "How?"), ("A", None, "Well."), ("Q", None, "And?")],
    ),
    "a heading block with names": (
        "Interviewer: Jane Smith\nParticipant: P07\nDuration: 45 minutes\n\nInterviewer: How?\nP07: Well.\nInterviewer: And?\n\nNotes: the room was noisy.",
        [("Interviewer", None, "How?"), ("P07", None, "Well."), ("Interviewer", None, "And?")],
    ),
    "otter with colons in the words": (
        "Ann Lee  0:03\nThree things?\n\nBob  0:12\nFirst: my teacher.\n\nSecond: my mum.",
        [("Ann Lee", 3.0, "Three things?"), ("Bob", 12.0, "First: my teacher.\n\nSecond: my mum.")],
    ),
    "a form feed between pages": (
        "I: Hello?\nP1: Fine.\n\ufffdI: And?\nP1: Yes.",
        [("I", None, "Hello?"), ("P1", None, "Fine."), ("I", None, "And?"), ("P1", None, "Yes.")],
    ),
    "a colon from another script": (
        "采访者：你好？\n受访者：老师。\n采访者：还有？",
        [("采访者", None, "你好？"), ("受访者", None, "老师。"), ("采访者", None, "还有？")],
    ),
    "no speakers but a colon": (
        "It was long ago.\nReason: money.\nThen we moved.",
        [
            (None, None, "It was long ago."),
            (None, None, "Reason: money."),
            (None, None, "Then we moved."),
        ],
    ),
    "notes": (
        "One thought.\n\nAnother\nthought.",
        [(None, None, "One thought."), (None, None, "Another\nthought.")],
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_turns_are_found_in_every_layout(layout):
    text, expected = LAYOUTS[layout]

    assert turns(text) == expected


def test_words_before_a_colon_inside_speech_are_no_speaker():
    text = (
        "Interviewer: How was it?\nP1: Three things.\nFirst: they came. Look: it works.\nP1: Yes."
    )

    assert {speaker for speaker, _, _ in turns(text)} == {"Interviewer", "P1"}


def test_line_numbers_count_the_lines_of_the_text():
    source = read("Title\n\nAnn: one\n\nBob: two\nAnn: three")

    assert [turn.line for turn in source.turns] == [3, 5, 6]


def test_a_file_with_times_but_no_turns_is_refused_with_the_line():
    text = "\n".join(
        f"{n}:00 said a thing and another, {n} times over and on." for n in range(1, 5)
    )

    with pytest.raises(ReadError) as refusal:
        read(text)

    assert str(refusal.value) == (
        "t.txt, line 1: 4 lines begin with a time code, but no turn could be found; write "
        "'Name: words' or 'Name  0:03' before each turn"
    )


def test_many_words_before_the_first_speaker_are_noted():
    source = read("a long introduction " * 10 + "\nI: How?\nR: Well.\nI: So.")

    assert source.notes == ("30 words before the first speaker belong to no turn",)


IN_SPEECH = [
    "Note: that was in 2014.", "Teacher: sit down, she said.", "Reason: money.", "12:30 Lunch: soup",
    "3 May 2019: the letter came.", "A. go to the doctor", "Q. as they call it", "Parent",
    "[Interruption] somebody knocks", "Monday 10:30 we had maths.", "Website: www.example.org",
]  # fmt: skip


@pytest.mark.parametrize("line", IN_SPEECH)
def test_what_an_answer_holds_on_a_line_of_its_own_is_no_speaker(line):
    text = f"Interviewer: What?\nP1: Two options.\n{line}\nInterviewer: And?\nP1: No.\nInterviewer: Why?\nP1: So."

    found = turns(text)

    assert [speaker for speaker, _, _ in found] == ["Interviewer", "P1"] * 3
    assert found[1][2] == f"Two options.\n{line}"


def test_a_transcript_that_ends_with_notes_keeps_its_turns():
    text = "Interviewer: What?\nP1: My mum.\nInterviewer: And?\nP1: I wrote this.\n\nNotes: quiet room."

    assert [words for _, _, words in turns(text)] == ["What?", "My mum.", "And?", "I wrote this."]


def test_a_phrase_said_twice_is_no_speaker():
    text = "I: How?\nP1: Fine.\nThe thing is: it was hard.\nI: And?\nP1: So.\nThe thing is: no."

    assert {speaker for speaker, _, _ in turns(text)} == {"I", "P1"}


def test_look_alike_speakers_are_named():
    source = read("Anna: one\nANNA: two\nАnna: three")

    assert source.warnings == ("speakers that look the same: 'Anna', 'ANNA', '\\u0410nna'",)


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("I: How?\nR: Well.", {"I": "interviewer", "R": "participant"}),
        ("Interviewer, First: How?\nSpeaker: Well.", {"Interviewer, First": "interviewer", "Speaker": "participant"}),
        ("Ann: How?\nBob: Well.\nAnn: Why?\nBob: So.", {"Ann": "interviewer", "Bob": "participant"}),
        ("Ann: Well.\nBob: So.\nAnn: No.", {"Ann": "unknown", "Bob": "unknown"}),
        ("R: How was it?\nP: Fine.\nR: Why?\nP: So.", {"R": "interviewer", "P": "participant"}),
    ],
)  # fmt: skip
def test_roles_are_guessed_from_labels_then_from_questions(text, roles):
    assert {turn.speaker: turn.role for turn in read(text).turns} == roles


def test_unclear_roles_are_noted_not_warned_of():
    source = read("Ann: Well.\nBob: So.\nAnn: No.")

    assert source.warnings == ()
    assert source.notes == (
        "who asks and who answers is unclear (Ann, Bob); set it with 'qualkit source roles'",
    )


WORDS = st.text(
    st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"), blacklist_characters=":\t\n\r"),
    min_size=1,
    max_size=40,
).filter(lambda words: words.strip() == words and any(c.isalpha() for c in words))


SPOKEN = st.lists(
    st.tuples(st.sampled_from(["Interviewer", "P07", "Ann Lee"]), WORDS), min_size=2
).filter(lambda spoken: spoken[0][0] != spoken[1][0])  # twice at the top: who they are


@given(SPOKEN)
def test_every_word_spoken_is_found_at_its_place_whatever_its_letters(spoken):
    source = read("\n".join(f"{speaker}: {words}" for speaker, words in spoken))

    assert [(turn.speaker, source.words_of(turn)) for turn in source.turns] == spoken


def test_a_hundred_thousand_turns_are_read(tmp_path):
    path = tmp_path / "long.txt"
    path.write_text("".join(f"{'IP'[n % 2]}: turn {n}\n" for n in range(100_000)))

    assert len(read_source(path).turns) == 100_000
