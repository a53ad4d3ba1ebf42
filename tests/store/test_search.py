"""Search finds the same on SQLite and PostgreSQL, marks what it found, and forgets what is gone."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qualkit.errors import QueryError, StoreError, UnknownName
from qualkit.project import Project
from qualkit.store import Store, schema, search
from qualkit.store.search import snippet
from qualkit.store.words import placed_words, words_of

P7 = (
    "I: Did you wait? 😀\n"
    "P7: 😀 We waited for months on the waiting list.\n"
    "I: And the Cafe\u0301?\n"
    "P7: They came back. Follow-up communication didn’t work.\n"
)


@pytest.fixture
def study(project, write):
    project.add_sources([write("p7.txt", P7)])
    return project


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def asked(request, tmp_path_factory):
    """The same study, for questions alone; on both databases."""
    folder = tmp_path_factory.mktemp("asked")
    address = str(folder / "s.qualkit")
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        address = server.new_database(f"asked_{uuid4().hex[:12]}")
    (folder / "p7.txt").write_text(P7, encoding="utf-8")
    with Project.create(address) as made:
        made.add_sources([folder / "p7.txt"])
        yield made


def marked(table, text=P7):
    """The words marked in each turn, in the order of the text."""
    return [[text[a:b] for a, b in spans] for spans in table.sort_values("start")["matches"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("wait", [["wait"], ["waited", "waiting"]]),
        ("WAITS", [["wait"], ["waited", "waiting"]]),
        ("months wait", [["waited", "months", "waiting"]]),
        ("months AND wait", [["waited", "months", "waiting"]]),
        ("came months", []),
        ("wait -list", [["wait"]]),
        ("wait NOT lists", [["wait"]]),
        ('wait -"waiting list"', [["wait"]]),
        ('wait -"list waiting"', [["wait"], ["waited", "waiting"]]),
        ('"waiting list"', [["waiting list"]]),
        ("“Waiting List”", [["waiting list"]]),
        ('"wait list"', []),
        ('"waited"', [["waited"]]),
        ("communi*", [["communication"]]),
        ("communicate", [["communication"]]),
        ("waite*", [["waited"]]),
        ("waiti* -months", []),
        ("back OR months", [["months"], ["back"]]),
        ("came months OR back", [["back"]]),
        ("or", []),
        ("café", [["Cafe\u0301"]]),
        ("CAFE", [["Cafe\u0301"]]),
        ("follow-up", [["Follow-up"]]),
        ("up follow", [["Follow", "up"]]),
        ("follow-u*", [["Follow-up"]]),
        ("didn't", [["didn’t"]]),
        ("speaker:P7", []),
        ("NEAR(wait", []),
        ("words:wait", []),
    ],
)
def test_a_query_finds_and_marks(asked, query, found):
    assert marked(asked.search(query)) == found


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("P: انتظرنا في القائمةِ طويلاً\n", "القائمة", [["القائمةِ"]]),
        ("P: हमने बहुत इंतज़ार किया\n", "किया", [["किया"]]),
        ("P: हमने बहुत इंतज़ार किया\n", "क", []),
        ("P: 😀👍🏽 ﬁnd it 😀️\n", "find", [["ﬁnd"]]),
        ("P: Straße\n", "STRASSE", [["Straße"]]),
        ("P: Muller mu\u0308ller Müller\n", "müller", [["Muller", "mu\u0308ller", "Müller"]]),
    ],
)
def test_other_scripts_and_accents_keep_their_places(project, write, text, query, found):
    project.add_sources([write("a.txt", text)])

    assert marked(project.search(query), text) == found


@pytest.mark.parametrize(
    ("query", "place", "reason"),
    [
        ("", 1, "it does not begin with a word to find; give one"),
        ("OR wait", 1, "it does not begin with a word to find; give one"),
        ("wait OR", 6, "there is no word after this OR"),
        ("wait NOT", 6, "there is no word after this NOT"),
        ("wait NOT OR list", 6, "there is no word after this NOT"),
        ("-wait", 1, "it names no word to find, only what must not stand there"),
        ("list OR -wait", 6, "it names no word to find, only what must not stand there"),
        ('wait "', 6, "this quotation mark is never closed"),
        ('wait -"', 7, "this quotation mark is never closed"),
        ("wait - list", 6, "there is no word after this minus"),
        ("-", 1, "there is no word after this minus"),
        ('"?!"', 1, "there is no word between the quotation marks"),
        ("wait 😀", 6, "'😀' is no word; search knows letters and digits alone"),
        ("*", 1, "'*' is no word; search knows letters and digits alone"),
        (
            "w*t",
            1,
            "'*' stands only at the end of a word, as in wait*; for more use 'qualkit kwic'",
        ),
        (
            "x" * 10_000,
            1_001,
            "it has 10,000 characters; 1,000 are allowed, ask in several searches",
        ),
    ],
)
def test_what_is_no_query_is_told_with_its_place(asked, query, place, reason):
    with pytest.raises(QueryError) as refused:
        asked.search(query)

    assert (refused.value.position, refused.value.reason) == (place, reason)


NASTY = ["'", "a'b", "'; DROP TABLE source; --", "{words} : a", "^wait", "wait + list", "wait:*",
         "!wait", "(wait", "wait & !list | <-> ", "\\", "\x00", "\ud800wait", "=wait", "a " * 499,
         "a OR " * 199 + "b", "wait -a" + " -b" * 300, "x" * 999, "é*" * 1, "٣*"]  # fmt: skip


@pytest.mark.parametrize("query", NASTY)
def test_nothing_that_is_typed_reaches_the_database_as_syntax(asked, query):
    with suppress(QueryError):
        asked.search(query)

    assert asked.search("wait").attrs["count"] == 2


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters() | st.sampled_from("\"*-()'ab \t"), max_size=40))
def test_any_text_is_a_query_or_refused_as_one(asked, query):
    try:
        table = asked.search(query)
    except QueryError:
        return

    assert all(table["matches"].map(bool))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60))
def test_every_word_of_a_turn_finds_it_as_written(study, tmp_path, words):
    path = tmp_path / "any.txt"
    path.write_text(f"P1: before {words} after", encoding="utf-8")
    if any(source == "any" for source in study.sources()["source"]):
        study.remove_source("any")
    study.add_sources([path])
    source = study.source("any")
    turn = source.turns[0]

    for word in placed_words(source.text[turn.start : turn.end]):
        span = (turn.start + word.start, turn.start + word.end)
        assert span in study.search(f'"{word.folded}"', sources=["any"])["matches"].sum()


@given(st.text(max_size=80))
def test_words_with_places_are_the_words(text):
    placed = placed_words(text)

    assert [word.folded for word in placed] == words_of(text)
    assert all(a.start <= b.start and a.end <= b.end for a, b in pairwise(placed))
    assert all(0 <= word.start < word.end <= len(text) for word in placed)


def test_a_hit_has_its_place_and_a_snippet(asked):
    (hit,) = asked.search("communication", sources=["p7"], role="participant").to_dict("records")

    rank = hit.pop("rank")
    assert rank > 0
    start, end = P7.index("They"), len(P7) - 1
    at = P7.index("communication")
    assert hit | {"time": None} == {
        "source": "p7", "case": "p7", "start": start, "end": end, "speaker": "P7",
        "role": "participant", "time": None, "line": 4, "page": hit["page"], "item": None,
        "snippet": P7[start:end], "snippet_at": start, "matches": [(at, at + 13)],
    }  # fmt: skip


def test_the_best_come_first_and_the_count_is_of_all(project, write):
    once = "P: " + "nothing much was said of it and so on " * 3 + "clinic\n"
    project.add_sources([
        write("a.txt", once), write("b.txt", "P: clinic, clinic, clinic.\n"), write("c.txt", f"{once}I: Yes.\n"),
        write("d.txt", "P: other\n" * 8),
    ])  # fmt: skip

    table = project.search("clinic", limit=2)

    assert table["source"].tolist() == ["b", "a"]
    assert table["rank"].is_monotonic_decreasing
    assert table.attrs["count"] == 3


def test_only_the_sources_and_the_role_that_were_named_are_searched(study, write):
    study.add_sources([write("p8.txt", "I: Wait?\nP8: No.\n")])

    assert study.search("wait", sources=["p8"])["start"].tolist() == [3]
    assert study.search("wait", role="participant")["source"].tolist() == ["p7"]
    assert study.search("wait", sources=[])["source"].tolist() == []


def test_names_that_are_not_there_and_limits_that_are_none_are_refused(asked):
    with pytest.raises(UnknownName, match="no source is called 'p9'"):
        asked.search("wait", sources=["p9"])
    with pytest.raises(UnknownName, match="no role is called 'nurse'"):
        asked.search("wait", role="nurse")
    with pytest.raises(ValueError, match="limit 0 is not 1 or more"):
        asked.search("wait", limit=0)


def test_a_word_far_longer_than_any_is_kept_and_found(project, write):
    project.add_sources([write("a.txt", f"P: {'x' * 5_000} and so on\n")])

    assert project.search(f'"{"x" * 900}"')["matches"].tolist() == [[(3, 5_003)]]


def test_a_turn_of_a_hundred_thousand_different_words_can_be_added(project, write):
    project.add_sources([write("a.txt", "P: " + " ".join(f"w{n:x}ings" for n in range(100_000)))])

    assert project.search("w7ings")["source"].tolist() == ["a"]


def test_a_corrected_role_leaves_what_is_found(study):
    study.set_roles("p7", {"P7": "unknown"})

    assert study.search("months")["role"].tolist() == ["unknown"]
    assert study.check().problems == ()


# What is gone ------------------------------------------------------------------------------


def test_a_removed_source_is_found_no_more_and_the_others_are(study, write):
    study.add_sources([write("p8.txt", "P8: We waited too.\n")])

    study.remove_source("p7")

    assert study.search("wait")["source"].tolist() == ["p8"]
    assert study.check().problems == ()


def test_the_words_of_a_removed_source_are_nowhere_in_the_file(tmp_path, write):
    with Project.create(tmp_path / "s.qualkit") as study:
        study.add_sources([write("p7.txt", P7), write("p8.txt", "P8: A zyzzyva waited.\n")])
        study.remove_source("p8")
        study.purge(backups=True)

    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".txt"]
    assert left
    assert [path for path in left if b"yzzyva" in path.read_bytes()] == []


def test_the_log_holds_no_words_of_sources(study, write):
    study.add_sources([write("p8.txt", "P8: A zyzzyva waited.\n")])
    study.search("zyzzyva")
    study.remove_source("p8")

    assert "zyzzyva" not in study.log().to_json()


# An index that is not whole ----------------------------------------------------------------


def test_an_index_that_lacks_turns_is_told_and_made_anew_by_the_next_search(study):
    with study._store.change("x", "break", "the index") as change:
        search.remove(change.connection, study.source("p7").id)

    (problem,) = study.check().problems
    assert (problem.kind, problem.where) == ("search", study.study)
    assert problem.message == (
        "the index holds 0 of 4 turns; the next 'qualkit search' makes it anew"
    )
    study.require_sound()
    assert marked(study.search("months")) == [["months"]]
    assert study.check().problems == ()


def test_without_fts5_only_search_is_refused(project, write, monkeypatch):
    monkeypatch.setattr(search, "possible", lambda: False)
    project.add_sources([write("p7.txt", P7), write("p8.txt", "P8: We waited.\n")])
    project.remove_source("p8")

    with pytest.raises(StoreError) as refused:
        project.search("wait")

    assert refused.value.reason == (
        "search needs FTS5, which this Python's SQLite lacks; use 'qualkit kwic' instead"
    )
    monkeypatch.undo()
    assert project.search("wait").attrs["count"] == 2


def test_a_source_removed_without_fts5_is_not_found_later(study, write, monkeypatch):
    study.add_sources([write("p8.txt", "P8: We waited.\n")])
    monkeypatch.setattr(search, "possible", lambda: False)
    study.remove_source("p7")
    monkeypatch.undo()

    assert study.search("wait")["source"].tolist() == ["p8"]
    assert study.search("months")["source"].tolist() == []


def test_a_read_only_study_is_searched(tmp_path, write, monkeypatch):
    with Project.create(tmp_path / "s.qualkit") as study:
        study.add_sources([write("p7.txt", P7)])
    monkeypatch.setattr("qualkit.store.engine.os.access", lambda *_: False)

    with Project.open(tmp_path / "s.qualkit") as study:
        assert study._store.read_only
        assert marked(study.search("months")) == [["months"]]


def upgraded_to(address, revision, more=()):
    """A study of an older schema, with one source, as that qualkit left it."""
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import text

    from qualkit.store.engine import file_engine, is_address, make_file, server_engine, writing

    if is_address(address):
        engine = server_engine(address)
    else:
        make_file(Path(address))
        engine = file_engine(Path(address))
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).with_name("migrations")))
    rows = (
        "INSERT INTO project VALUES ('id', 'old')",
        "INSERT INTO case_unit VALUES ('c', 'c', 0)",
        "INSERT INTO source VALUES ('s', 'p7', 'c', 'txt', 'We waited.', '', '', 2, 'p7.txt', '',"
        " '[]', '[]', '2026-01-01T00:00:00Z', 0, 1)",
        "INSERT INTO turn VALUES ('s', 0, 'P7', 'participant', 0, 10, NULL, 1, NULL, NULL)",
    )
    with engine.connect() as plain:
        connection = writing(plain)
        with connection.begin():
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            for row in (*rows, *more):
                connection.execute(text(row))
            if not is_address(address):
                connection.exec_driver_sql(f"PRAGMA application_id={schema.APPLICATION_ID}")
                connection.exec_driver_sql(f"PRAGMA user_version={int(revision)}")
    engine.dispose()


@pytest.mark.parametrize("revision", ["0001", "0003"])
def test_the_sources_of_an_older_study_are_indexed_when_it_is_opened(address, revision):
    upgraded_to(address, revision)

    store = Store.open(address)
    with store.read() as connection:
        standing = search.standing(connection)
        found = search.find(connection, "waits", limit=5, within=search.Within())
    store.close()

    assert standing == (1, 1)
    assert found["matches"].tolist() == [[(3, 9)]]


# Snippets ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "within", "spans", "shown"),
    [
        ("A short turn.\nNext", (0, 13), [(2, 7)], (0, "A short turn.")),
        ("P: one\ntwo", (3, 10), [(3, 6)], (3, "one two")),
        (
            "a" * 100 + " b " + "c" * 100 + " d " + "e" * 100,
            (0, 306),
            [(101, 102)],
            (100, "…b " + "c" * 100 + " d…"),
        ),
        ("a" * 400, (0, 400), [], (0, "a" * 160 + "…")),
    ],
)
def test_a_snippet_is_cut_at_words_and_says_where_it_begins(text, within, spans, shown):
    assert snippet(text, within, spans) == shown


def test_a_snippet_shows_the_densest_group_of_matches():
    text = "wait " + "so " * 100 + "wait for the waiting list " + "so " * 100

    at, shown = snippet(text, (0, len(text)), [(0, 4), (305, 309), (318, 325), (326, 330)])

    assert "wait for the waiting list" in shown
    assert at > 200


@given(st.text(st.sampled_from("ab é😀\n"), min_size=1, max_size=600), st.data())
def test_a_snippet_is_the_text_of_its_place_and_holds_its_match(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, min(len(text), start + 30)))

    at, shown = snippet(text, (0, len(text)), [(start, end)])

    assert at <= start
    assert shown[start - at : end - at] == text[start:end].replace("\n", " ")
    assert len(shown) <= 162
    if "…" not in shown:
        assert shown == text.replace("\n", " ")


def test_real_transcripts_are_found_as_a_scan_finds_them(real_data, address):
    files = sorted((real_data / "transcripts").rglob("*.txt"))[:20]
    with Project.create(address) as study:
        study.add_sources(files)
        turns = study.turns()
        for word in ("school", "because", "really", "waiting"):
            scanned = sum(word in words_of(text) for text in turns["text"])
            assert study.search(f'"{word}"', limit=1).attrs["count"] == scanned
