"""Real transcripts and hostile files, which lie outside the project (see QUALKIT_DATA)."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from qualkit.codebook import check_codebook
from qualkit.errors import CodebookError, ReadError
from qualkit.importers import read_source
from qualkit.importers.worker import read_files

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


def hostile_cases(folder: Path):
    cases = json.loads((folder / "hostile" / "manifest.json").read_text("utf-8"))["cases"]
    kinds = {"docx", "odt", "pdf", "rtf", "vtt", "srt", "txt"}
    return [case for case in cases if case["kind"] in kinds]


def test_every_hostile_file_gets_the_verdict_it_deserves(real_data, tmp_path):
    cases = hostile_cases(real_data)
    paths = [unpacked(real_data / "hostile" / "files" / case["file"], tmp_path) for case in cases]

    wrong = []
    for case, (_, result) in zip(cases, read_files(paths), strict=True):
        wrong += [f"{case['file']}: {fault}" for fault in faults(case, result)]

    assert len(cases) > 80
    assert wrong == []


def unpacked(path: Path, folder: Path) -> Path:
    if path.suffix != ".gz":
        return path
    made = folder / path.stem
    made.write_bytes(gzip.decompress(path.read_bytes()))
    return made


def faults(case, result):
    facts = case["facts"]
    refused = isinstance(result, ReadError)
    verdict = "reject" if refused else "warn" if result.warnings else "accept"
    if case["verdict"] not in {"any", verdict}:
        yield f"{verdict}, not {case['verdict']}"
    if refused:
        if "line" in facts and result.line != facts["line"]:
            yield f"line {result.line}, not {facts['line']}"
        return
    measured = {
        "turns": len(result.turns),
        "speakers": len({turn.speaker for turn in result.turns if turn.speaker}),
        "chars": len(result.text),
        "utf16_units": len(result.text.encode("utf-16-le")) // 2,
    }
    for name in measured.keys() & facts.keys():
        if measured[name] != facts[name]:
            yield f"{name} {measured[name]}, not {facts[name]}"
    if facts.get("must_contain", "") not in result.text:
        yield f"lacks {facts['must_contain']!r}"
    if "must_not_contain" in facts and facts["must_not_contain"] in result.text:
        yield f"leaks {facts['must_not_contain']!r}"
    if not result.text.startswith(facts.get("starts", "")):
        yield "starts otherwise"


def test_every_hostile_codebook_gets_the_verdict_it_deserves(real_data):
    folder = real_data / "hostile"
    cases = json.loads((folder / "manifest.json").read_text("utf-8"))["cases"]
    cases = [case for case in cases if case["kind"] == "codebook"]

    wrong = []
    for case in cases:
        try:
            check_codebook(folder / "files" / case["file"])
            verdict = "accept"
        except CodebookError:
            verdict = "reject"
        wrong += [case["file"]] if verdict != case["verdict"] else []

    assert len(cases) > 10
    assert wrong == []
