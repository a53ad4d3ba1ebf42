"""qualkit search, as people and other programs call it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from qualkit.cli import main
from qualkit.cli.search import _marked
from qualkit.project import Project

P7 = "I: Did you wait? 😀\nP7: 😀 We waited on the waiting list.\n"
LONG = "P8: " + "so it went on " * 20 + "and they waited " + "so it went on " * 20 + "\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    (folder / "p7.txt").write_text(P7, encoding="utf-8")
    (folder / "p8.txt").write_text(LONG, encoding="utf-8")
    with Project.create(folder / "s.qualkit") as project:
        project.add_sources([folder / "p7.txt", folder / "p8.txt"])
    return str(folder / "s.qualkit")


def qualkit(*arguments, code=0):
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == code, done.output
    return done


def test_search_gives_each_turn_with_its_place_and_matches(study):
    found = json.loads(qualkit("search", study, "waiting -did", "--json", "--limit", "1").stdout)

    (hit,) = found.pop("hits")
    assert found == {"query": "waiting -did", "count": 2}
    assert hit.pop("rank") > 0
    assert hit == {
        "source": "p7", "case": "p7", "start": 23, "end": 55, "speaker": "P7",
        "role": "participant", "time": None, "line": 2, "page": None, "item": None,
        "snippet": "😀 We waited on the waiting list.", "snippet_at": 23,
        "matches": [[28, 34], [42, 49]],
    }  # fmt: skip
    assert [P7[a:b] for a, b in hit["matches"]] == ["waited", "waiting"]


def test_search_on_the_screen_marks_the_matches_and_says_what_is_left(study):
    done = qualkit("search", study, "waiting", "--role", "participant", "--sources", "p7")

    assert done.stdout.splitlines() == [
        "p7 23-55, P7, line 2",
        "    😀 We [waited] on the [waiting] list.",
    ]
    assert done.stderr == "1 turn\n"
    done = qualkit("search", study, "wait", "--limit", "1")
    assert done.stderr == "3 turns, the best 1 are shown; --limit shows more\n"


def test_a_long_turn_is_cut_round_its_match(study):
    done = qualkit("search", study, "waited", "--sources", "p8")

    line = done.stdout.splitlines()[1]
    assert line.startswith("    …")
    assert line.endswith("…")
    assert "and they [waited] so it" in line
    assert len(line) < 4 + 2 + 160 + 3


def test_on_a_terminal_matches_are_bold():
    hit = {"snippet": "…we waited", "snippet_at": 9, "matches": [[0, 4], [13, 19]]}

    assert _marked(hit, bold=True) == "…we \x1b[1mwaited\x1b[0m"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ('"', "query '\"', character 1: this quotation mark is never closed"),
        ("😀", "query '😀', character 1: '😀' is no word; search knows letters and digits alone"),
    ],
)
def test_what_is_no_query_is_refused_with_its_place(study, words, reason):
    assert qualkit("search", study, words, code=1).stderr == f"qualkit: {reason}\n"


def test_words_that_stand_nowhere_are_no_error(study):
    done = qualkit("search", study, "NEAR(wait")

    assert (done.stdout, done.stderr) == ("", "0 turns\n")
