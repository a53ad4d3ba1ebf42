"""Real transcripts, which lie outside the project (see QUALKIT_DATA)."""

from __future__ import annotations

from collections import Counter

import pytest

from qualkit.importers import read_source

EXPECTED = {  # turns, and turns by speaker, counted by eye
    "GigaSword - Interview with Jack Breen.md": (
        84,
        {"Jonas Rosland": 42, "Jack Breen": 41, "Unknown Speaker": 1},
    ),
    "Goodboy Galaxy - Rik Nicol.srt": (753, {}),
    "Goodboy Galaxy - Rik Nicol.txt": (753, {}),
    "Goodboy Galaxy - Rik Nicol.vtt": (753, {}),
    "New Teams Format.vtt": (3, {}),
    "P1_GMT20211118.odt": (207, {"MODERATOR": 1}),
    "P15_GMT20211201.odt": (151, {"MODERATOR": 7}),
    "P9_GMT20211129.odt": (180, {"MODERATOR": 23}),
    "TeamsPremium.vtt": (10, {"Charles": 5, "Janaki": 5}),
    "interview-with-artemio-urbina.md": (1087, {}),
    "pdpilot-P1.pdf": (94, {"Dan": 47, "Participant": 47}),
    "pdpilot-P4.pdf": (111, {"Dan": 55, "Participant": 56}),
    "teams_transcript.vtt": (10, {"Speaker, First (Student)": 5, "Interviewer, First": 5}),
    "teams_transcript_correct.txt": (10, {"Speaker, First (Student)": 5, "Interviewer, First": 5}),
    "zoom_transcript.vtt": (
        34,
        {"Andrew Knight": 14, "Paul McCartney": 10, "John Lennon": 5, "George Harrison": 2,
         "Ringo Starr": 1},
    ),
    "zoom_transcript_correct.txt": (
        63,
        {"Andrew Knight": 16, "Paul McCartney": 37, "John Lennon": 5, "George Harrison": 2,
         "Ringo Starr": 1},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_speakers_and_turns_of_real_transcripts(real_data, name):
    source = read_source(real_data / "transcripts" / name)

    speakers = Counter(turn.speaker for turn in source.turns if turn.speaker)
    assert (len(source.turns), dict(speakers)) == EXPECTED[name]


def test_no_real_transcript_is_left_out_of_this_test(real_data):
    files = {path.name for path in (real_data / "transcripts").iterdir()} - {"MANIFEST.md"}

    assert files == set(EXPECTED)


@pytest.mark.parametrize("name", ["teams_transcript", "zoom_transcript"])
def test_the_words_of_a_subtitle_file_are_those_of_its_corrected_table(real_data, name):
    folder = real_data / "transcripts"
    subtitles = read_source(folder / f"{name}.vtt")
    table = read_source(folder / f"{name}_correct.txt")

    def words(source):
        spoken = " ".join(source.words_of(turn) for turn in source.turns)
        return spoken.replace("---", " ").split()

    assert words(subtitles) == words(table)
