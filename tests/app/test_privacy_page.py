"""The page Privacy: what its functions do, and who sees what of it."""

from __future__ import annotations

import threading
from datetime import date

import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit import pseudonymising
from qualkit.app import privacy_room as room
from qualkit.app.sources_room import Upload
from qualkit.errors import ConflictError, KeyFileError, NotAllowed, QualkitError
from qualkit.project import Project

TEXT = """Interviewer: How did Siobhan Kelly help?
Mother: Siobhan rang 😀 from 01632 960001, and siobhan's friend Teddy wrote.
Interviewer: What helped?
Mother: Hope helped. Will you ask Teddy?
"""


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "pilots.qualkit"
    with Project.create(path, codebooks=["evaluation-topics"], user="Ann") as project:
        project.add_sources([write("p1.txt", TEXT)])
        start = TEXT.index("siobhan's friend")
        project.add_coding("p1", (start, start + 16), "staffing", coder="Ann")
    return path


@pytest.fixture
def opened(study):
    with Project.open(study, user="Ann") as project:
        yield project


@pytest.fixture
def groups(study):
    return room.found(str(study), "Ann", None, silent)


def silent(done, total, what):
    """No bar."""


def group(groups, word):
    return next(one for one in groups if word in one.words)


def gesture(kind, mark, replacement="", where="everywhere", *, typed=False):
    return {
        "id": f"{kind} {mark}", "kind": kind, "group": mark, "replacement": replacement,
        "where": where, "typed": typed,
    }  # fmt: skip


def accept(project, groups, word, replacement, **how):
    sent = gesture("accept", group(groups, word).mark, replacement, **how)
    return room.decide(project, groups, [sent], None)


def key_of(project):
    return pseudonymising.key_of(project)[1]


def rows_of(project, groups):
    key = key_of(project)
    rows = room.listed(groups, key, room.written_in(project, key))
    return {row["words"][0]: row for row in rows}


# Review ------------------------------------------------------------------------------------


def test_groups_stand_with_their_places_names_first(groups):
    first = groups[0]

    assert (first.words, first.kind, first.count) == (
        ("Siobhan Kelly", "Siobhan", "siobhan"), "person", 3
    )  # fmt: skip
    assert [place[2] for place in first.contexts] == ["Siobhan Kelly", "Siobhan", "siobhan"]
    where, before, words, after = first.contexts[1]
    assert (where, words) == ("p1", "Siobhan")
    assert f"{before}{words}{after}" in TEXT
    assert groups[-1].words == ("01632 960001",)


def test_the_browser_gets_no_name_to_send_back(groups):
    for one in groups:
        assert len(one.mark) == 16
        assert set(one.mark) <= set("0123456789abcdef")
    assert room.mark_of(["Ann", "ANN B"]) == room.mark_of(["ann  b", "ann"])


def test_what_is_accepted_refused_and_taken_back_is_in_the_key(opened, groups):
    assert accept(opened, groups, "Siobhan", "[Link worker]", typed=True) == [""]
    told = room.decide(opened, groups, [gesture("refuse", group(groups, "Teddy").mark)], None)

    rows = rows_of(opened, groups)
    assert told == [""]
    assert (rows["Siobhan Kelly"]["state"], rows["Siobhan Kelly"]["replacement"]) == (
        "accept", "[Link worker]"
    )  # fmt: skip
    assert rows["Teddy"]["state"] == "refuse"
    assert room.tally(list(rows.values()))["open"] == len(groups) - 2

    for word in ("Siobhan", "Teddy"):
        room.decide(opened, groups, [gesture("open", group(groups, word).mark)], None)
    key = key_of(opened)
    assert (key.entries, key.refused) == ((), ())


def test_what_was_refused_is_listed_after_a_new_look(study, opened, groups):
    room.decide(opened, groups, [gesture("refuse", group(groups, "Teddy").mark)], None)

    again = room.found(str(study), "Ann", None, silent)

    assert rows_of(opened, again)["Teddy"]["state"] == "refuse"


def test_a_proposal_that_somebody_else_has_by_now_is_not_taken_unseen(opened, groups):
    accept(opened, groups, "Teddy", "[Person 9]", typed=True)

    told = accept(opened, groups, "Siobhan", "[Person 9]")
    assert told == ["[Person 9] stands for somebody else already; look at it again"]
    assert accept(opened, groups, "Siobhan", "Person 9", typed=True) == [""]  # one and the same
    assert {one.pseudonym for one in key_of(opened).entries} == {"[Person 9]"}


def test_open_groups_are_proposed_what_nobody_has(opened, groups):
    proposed = rows_of(opened, groups)["Teddy"]["replacement"]

    accept(opened, groups, "Siobhan", proposed, typed=True)

    assert rows_of(opened, groups)["Teddy"]["replacement"] not in {proposed, "[]"}


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"kind": "accept", "group": "0" * 16}, "it is not on the list any more"),
        ({"kind": "drop"}, "that is no decision"),
        ({"kind": "accept", "where": "here"}, "that is no decision"),
        ({"kind": "accept", "where": "names", "typed": True, "replacement": "]["}, "no line of 1"),
        ({"kind": "accept", "where": "names", "typed": True, "replacement": ["x"]}, "no line of 1"),
        ({"kind": "accept", "where": "names", "typed": True, "replacement": "Teddy's mum"},
         "which is to be replaced itself"),
    ],
)  # fmt: skip
def test_what_cannot_stand_comes_back_with_its_reason(opened, groups, sent, why):
    told = room.decide(opened, groups, [{"group": group(groups, "Teddy").mark, **sent}], None)

    assert why in told[0]
    assert key_of(opened).entries == ()


def test_the_own_list_of_names_is_what_the_box_has(study, opened):
    assert room.keep_names(opened, "The Brambles\n\nHope", None) == (
        "2 names are on the list, and always found."
    )
    assert group(room.found(str(study), "Ann", None, silent), "Hope")
    assert room.keep_names(opened, "", None).startswith("0 names are")
    assert key_of(opened).names == ()


def test_a_study_on_a_server_asks_for_its_key(tmp_path, monkeypatch):
    monkeypatch.delenv("QUALKIT_KEYFILE", raising=False)
    server = "postgresql://localhost/pilots"

    with pytest.raises(KeyFileError):
        room.key_file(server, "")
    for given in (str(tmp_path / "pilots.txt"), "pilots.key", str(tmp_path / "none" / "p.key")):
        with pytest.raises(KeyFileError):
            room.key_file(server, given)
    assert room.key_file(server, f" {tmp_path}/p.key ") == tmp_path / "p.key"


def test_gestures_of_others_and_what_is_none_count_as_nothing():
    own = {"id": "1", "owner": "a"}

    assert room.gestures([own, {"id": "2", "owner": "b"}, {"id": 3, "owner": "a"}, 7], "a") == [own]
    assert room.gestures("x", "a") == []


# Apply -------------------------------------------------------------------------------------


def test_what_was_looked_at_is_applied_and_put_back(study, opened, groups):
    accept(opened, groups, "Siobhan", "[Person 1]", typed=True)

    seen = room.look(str(study), "Ann", None, silent)
    assert opened.source("p1").text == TEXT
    made = room.apply(str(study), "Ann", None, seen, silent)

    assert room.counts_table(made).to_numpy().tolist() == [["[Person 1]", 3]]
    assert room.codings_table(made).to_numpy().tolist() == [["p1", "[Person 1]'s friend"]]
    assert room.in_words(made).startswith("3 places in 1 source (0 of them outside")
    assert "iobhan" not in opened.source("p1").text

    told = room.decide(opened, groups, [gesture("open", group(groups, "Siobhan").mark)], None)
    assert told == ["[Person 1] is in the study already; put the names back first"]
    assert rows_of(opened, groups)["Siobhan Kelly"]["written"]

    assert room.put_back(str(study), "Ann", None, silent).left == ()
    assert opened.source("p1").text == TEXT


def test_nothing_is_applied_that_was_decided_after_the_look(study, opened, groups):
    accept(opened, groups, "Siobhan", "[Person 1]", typed=True)
    seen = room.look(str(study), "Ann", None, silent)
    accept(opened, groups, "Teddy", "[Person 2]", typed=True)

    with pytest.raises(ConflictError, match="look again"):
        room.apply(str(study), "Ann", None, seen, silent)
    assert opened.source("p1").text == TEXT


# Release check, people, purge, keeping ----------------------------------------------------


def test_a_file_is_checked_against_the_key_and_its_words_are_not_told(study, opened, groups):
    accept(opened, groups, "Siobhan", "[Person 1]", typed=True)
    upload = Upload("../siobhan report.txt", b"Siobhan rang from 01632 960001.")

    table = room.findings_table(room.checked(str(study), "Ann", (None, upload), silent))

    assert set(table["what"]) == {"must not leave"}
    assert {"[Person 1]", "[phone number]"} <= set(table["text"])
    assert "iobhan" not in table.to_string()
    assert room.checked(str(study), "Ann", (None, None), silent)  # the study itself


def test_who_withdraws_is_looked_at_first(study, opened):
    seen = room.withdraw(str(study), "Ann", ("p1", None, None), silent)
    assert opened.sources()["source"].tolist() == ["p1"]

    made = room.withdraw(str(study), "Ann", ("p1", None, None), silent, dry_run=False)

    table = room.counted(made.counts)
    assert ["codings", 1] in table.to_numpy().tolist()
    assert room.counted(seen.counts).equals(table)
    assert room.people(opened) == []
    assert [one.name.endswith("-removal.qualkit") for one in made.backups] == [True]


def test_a_purge_is_looked_at_first_and_takes_the_backups_when_told(study, opened):
    opened.remove_source("p1")
    seen = room.purge(str(study), "Ann", (None, True), silent)
    assert (seen.applied, bool(seen.backups)) == (False, True)

    made = room.purge(str(study), "Ann", (None, True), silent, dry_run=False)

    assert made.removed
    assert made.backups == ()
    assert b"Siobhan" not in study.read_bytes()


def test_until_when_a_study_is_kept(opened):
    assert room.retention_in_words(None) == "Nobody has said until when this study is kept."
    assert room.keep_until(opened, date(2031, 8, 31)) == "This study is kept until 2031-08-31."
    assert room.keep_until(opened, None) == "This study is kept without an end."
    with pytest.raises(QualkitError, match="is no date"):
        room.keep_until(opened, "soon")


@pytest.mark.parametrize("work", ["look", "decide", "names", "purge", "withdraw", "until"])
def test_a_reader_decides_nothing(study, groups, work):
    with Project.open(study, user="Ann") as project:
        project.add_coder("Ann", role="supervisor") if "Ann" not in project.coders() else (
            project.set_coder("Ann", role="supervisor")
        )
        project.add_coder("Bo", role="reader")
    works = {
        "look": lambda _: room.look(str(study), "Bo", None, silent),
        "decide": lambda project: accept(project, groups, "Teddy", "[Person 1]"),
        "names": lambda project: room.keep_names(project, "Bo", None),
        "purge": lambda _: room.purge(str(study), "Bo", (None, False), silent),
        "withdraw": lambda _: room.withdraw(str(study), "Bo", ("p1", None, None), silent),
        "until": lambda project: room.keep_until(project, None),
    }

    with (
        Project.open(study, user="Bo") as project,
        pytest.raises((ConflictError, NotAllowed)),
    ):
        works[work](project)
    assert not study.with_name("pilots.qualkit.key").exists()


# The page ----------------------------------------------------------------------------------


def page_of(study, coder, view):
    def script():
        from qualkit.app.pages import privacy

        privacy.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = str(study)
    page.session_state["coder"] = coder
    page.session_state["privacy-view"] = view
    return ended(page.run())


def ended(page):
    """The page when its work is done."""
    for thread in threading.enumerate():
        if thread.name.startswith(("privacy ", "work-privacy")):
            thread.join(60)
    page.run()
    assert not page.exception
    return page


def press(page, key):
    next(one for one in page.button if one.key == key).click()
    return ended(page.run())


def said(page):
    return " ".join(one.value for one in [*page.text, *page.info, *page.success, *page.warning])


def test_each_part_says_what_it_needs(study):
    with Project.open(study, user="Ann") as project:
        project.set_coder("Ann", role="supervisor")
        project.add_coder("Bo", role="coder")

    told = {view: said(page_of(study, "Bo", view)) for view in ("Apply", "People", "Review")}
    told["Purge"] = said(page_of(study, "Bo", "Purge and keeping"))

    assert "Only an evaluator of this study can give names pseudonyms." in told["Apply"]
    assert "Only a supervisor of this study can take a participant out of it." in told["People"]
    assert "An evaluator of this study can decide on it." in told["Review"]
    assert "Only a supervisor of this study can purge it." in told["Purge"]
    assert "Nobody has said until when" in told["Purge"]


def test_pseudonyms_are_looked_at_written_and_taken_back_on_the_page(study, opened, groups):
    assert "No pseudonym has been decided yet" in said(page_of(study, "Ann", "Apply"))
    accept(opened, groups, "Siobhan", "[Person 1]", typed=True)

    page = press(page_of(study, "Ann", "Apply"), "privacy-look")
    assert "To be replaced: 3 places in 1 source" in said(page)
    page = press(page, "privacy-apply")
    assert "The pseudonyms were written into the study." in said(page)
    assert "iobhan" not in opened.source("p1").text
    press(page_of(study, "Ann", "Apply"), "privacy-back-do")

    assert opened.source("p1").text == TEXT


def test_nobody_is_purged_or_taken_out_by_one_click(study):
    page = press(page_of(study, "Ann", "Purge and keeping"), "privacy-purge-look")
    button = next(one for one in page.button if one.key == "privacy-purge")
    assert button.disabled

    next(one for one in page.checkbox if one.key == "privacy-purge-sure").check()
    page = press(page.run(), "privacy-purge")

    assert "The study was purged." in said(page)
