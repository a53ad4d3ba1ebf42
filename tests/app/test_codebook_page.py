"""The page Codebook: codes found, read, changed and taken back, versions compared, files."""

from __future__ import annotations

import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit.app import codebook_room as room
from qualkit.codebook import CodeChange, codebook_text
from qualkit.errors import CodebookError, QualkitError
from qualkit.model import Code, Codebook, Level
from qualkit.project import Project
from qualkit.store.merging import MergeReport

HOSTILE = ":red[x] <b>$a$</b> *y*"
P1 = f"Interviewer: How?\nP1: We waited for weeks.\nP1: {HOSTILE}\n"
WAIT = Code("wait", "Waiting", "How long.", cues=("weeks and weeks",), guid="w")
CHASE = Code("chase", "Having to chase", "Chasing.", parent="wait", guid="c")
TRUST = Code("trust", "Trust", guid="t")
BOOK = Codebook("ours", "Our topics", "1", (WAIT, CHASE, TRUST), guid="o")
OTHER = Codebook("more", "More", "1", (Code("money", HOSTILE, guid="m"),), guid="r")


# The tree ----------------------------------------------------------------------------------


def test_each_code_stands_below_its_parent_with_its_codings():
    lines = room.tree(BOOK, {("ours", "chase"): 1200})

    assert [room.label(line) for line in lines] == [
        "Waiting · 0",
        "\u2003Having to chase · 1,200",
        "Trust · 0",
    ]
    assert lines[1].path == "Waiting > Having to chase"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("trust", ["Trust"]),
        ("WEEKS", ["Waiting"]),
        ("long how", ["Waiting"]),
        ("chasing", ["Waiting", "Having to chase"]),
        ("trust weeks", []),
        (" ", ["Waiting", "Having to chase", "Trust"]),
    ],
)
def test_codes_are_found_by_name_definition_and_cue_with_what_stands_above_them(words, found):
    lines = room.tree(BOOK, {}, words)

    assert [line.code.name for line in lines] == found


def test_what_stands_above_a_code_that_was_found_was_not_found_itself():
    assert [line.found for line in room.tree(BOOK, {}, "chasing")] == [False, True]


def test_words_found_in_another_codebook_are_told():
    assert room.found_elsewhere([BOOK, OTHER], OTHER, "wait") == "Also found in: Our topics (1)"
    assert room.found_elsewhere([BOOK, OTHER], BOOK, "wait") == ""
    assert room.found_elsewhere([BOOK, OTHER], BOOK, " ") == ""


def test_no_name_is_markup_in_the_tree():
    assert room.label(room.tree(OTHER, {})[0]) == (
        "\\:red\\[x\\] \\<b\\>\\$a\\$\\</b\\> \\*y\\* · 0"
    )


# Forms -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "taken", "made"),
    [
        ("Being told", (), "being-told"),
        ("Being told!", ("being-told", "being-told-2"), "being-told-3"),
        ("Öffnung & Zugang", (), "offnung-zugang"),
        ("信頼", (), "code"),
        ("a" * 60, (), "a" * 40),
    ],
)
def test_an_id_is_made_of_a_name(name, taken, made):
    assert room.id_for(name, taken) == made


def test_a_scale_is_read_as_it_was_typed():
    rows: list[dict[str, object]] = [
        {"value": 0, "label": "No", "descriptor": None},
        {"value": 1.0, "label": " Yes ", "descriptor": "All of it."},
        {"value": None, "label": "", "descriptor": None},
    ]

    assert room.levels_of(rows) == (Level(0, "No"), Level(1, "Yes", "All of it."))


def test_a_scale_without_a_whole_number_is_refused():
    with pytest.raises(QualkitError) as refused:
        room.levels_of([{"value": 1.5, "label": "x"}])

    assert str(refused.value) == "the scale's value '1.5' is not a whole number"


def test_a_code_goes_neither_into_itself_nor_below_what_stands_below_it():
    assert room.parents(BOOK, WAIT) == {"trust": "Trust"}
    assert room.targets([OTHER, BOOK], BOOK, WAIT) == {
        "ours/trust": "Trust (Our topics)",
        "more/money": f"{HOSTILE} (More)",
    }
    assert room.targets([BOOK], BOOK, CHASE) == {"ours/wait": "Waiting", "ours/trust": "Trust"}


def test_what_a_code_can_stand_before():
    assert room.siblings(BOOK, WAIT, None) == {"trust": "Trust"}
    assert room.siblings(BOOK, TRUST, "wait") == {"chase": "Having to chase"}
    assert (room.next_sibling(BOOK, WAIT), room.next_sibling(BOOK, TRUST)) == ("trust", "")


def test_a_merge_is_told_in_sentences():
    report = MergeReport(
        moved=1, doubled=2, summaries=0, suggestions=1000, guide=0, children=0, conflicts=()
    )

    assert room.told(report) == [
        "1 coding moves",
        "2 codings are double: the same words by the same coder; one stays, with both memos",
        "1,000 suggestions follow",
    ]
    empty = MergeReport(0, 0, 0, 0, 0, 0, ())
    assert room.told(empty) == ["Nothing hangs on this code; it just goes."]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (CodeChange("added", "a", "A"), "A: added"),
        (CodeChange("removed", "a", "A"), "A: removed"),
        (CodeChange("renamed", "a", "A", "name", "B", "A"), "A: another name"),
        (CodeChange("moved", "a", "A", "parent", "", "b"), "A: place changed"),
        (CodeChange("reworded", "a", "A", "include", "", "x"), "A: what to include changed"),
        (CodeChange("reworded", "", "Ours", "title", "", "x"), "The codebook: title changed"),
    ],
)
def test_a_difference_has_a_headline(change, words):
    assert room.headline(change) == words


def test_a_file_that_is_dropped_is_read_as_a_codebook():
    book, warnings = room.uploaded("c:\\x\\our topics.yaml", b"codes: [{id: a, name: A, x: 1}]")

    assert (book.id, [code.id for code in book.codes]) == ("our-topics", ["a"])
    assert warnings == ["line 1, code a: nothing reads the key 'x'"]
    with pytest.raises(CodebookError):
        room.uploaded("b.yaml", b"\xff\xfe")


def test_a_codebook_of_ones_own_begins_with_one_code():
    book = room.begun(" My  topics ", "Trust", {"my-topics"})

    assert (book.id, book.title, [code.id for code in book.codes]) == (
        "my-topics-2", "My topics", ["trust"],
    )  # fmt: skip


def test_codebooks_that_the_study_has_are_not_offered():
    assert list(room.shipped({"cascade", "trailblazer"})) == [
        "evaluation-topics", "impact-audit", "service-model",
    ]  # fmt: skip


def test_what_changed_nothing_says_so(study):
    with Project.open(study) as project:
        done = room.perform(project, "Moved", lambda: project.move_code("ours", "trust"))

        assert done == room.Done("Nothing was changed.", None)


def test_a_refusal_of_any_kind_is_told_as_one(study):
    with Project.open(study) as project, pytest.raises(QualkitError, match="no entry 99"):
        room.perform(project, "x", lambda: project.undo(99))


# The page ----------------------------------------------------------------------------------


@pytest.fixture
def study(tmp_path, write):
    path = tmp_path / "s.qualkit"
    with Project.create(path, codebooks=[], user="tester") as project:
        project.add_codebook(BOOK)
        project.add_sources([write("p1.txt", P1)])
        start = P1.index(HOSTILE)
        project.add_coding("p1", (start, start + 9), "chase", coder="Bo", memo=HOSTILE)
        project.add_coding("p1", (22, 31), "trust", coder="Bo")
    return str(path)


def page(study, coder="Ann", **state):
    def script():
        from qualkit.app.pages import codebook

        codebook.show()

    shown = AppTest.from_function(script, default_timeout=60)
    shown.session_state["study"] = study
    shown.session_state["coder"] = coder
    for name, value in state.items():
        shown.session_state[name] = value
    return sound(shown.run())


def sound(shown):
    assert not shown.exception
    return shown


def press(shown, key):
    return sound(shown.button(key=key).click().run())


def pick(shown, guid, act="Read"):
    shown = sound(shown.radio(key="codebook-tree").set_value(guid).run())
    return sound(shown.segmented_control(key="codebook-act").set_value(act).run())


def codes(study):
    with Project.open(study) as project:
        return {code.id: code for book in project.codebooks() for code in book.codes}


def texts(shown):
    return [one.value for one in shown.text]


def test_a_code_is_read_with_its_rules_and_its_codings(study):
    shown = pick(page(study), "c")

    assert {"Waiting > Having to chase", "Chasing.", "chase"} <= set(texts(shown))
    table = shown.dataframe[0].value
    start = P1.index(HOSTILE)
    assert table.to_dict("records") == [
        {
            "source": "p1",
            "text": HOSTILE[:9],
            "coder": "Bo",
            "memo": HOSTILE,
            "place": f"code?source=p1&start={start}&end={start + 9}",
        }
    ]
    assert not any("red[" in one.value for one in shown.markdown)


def test_the_tree_shows_what_was_looked_for(study):
    shown = page(study)

    sound(shown.text_input(key="codebook-search").set_value("chasing").run())

    assert shown.radio(key="codebook-tree").options == ["Waiting · 0", "\u2003Having to chase · 1"]
    assert shown.subheader[0].value == "Having to chase"
    sound(shown.text_input(key="codebook-search").set_value("nowhere").run())
    assert shown.info[0].value == "No code has these words. Try fewer, or another codebook."


def test_a_code_is_changed_stays_chosen_and_is_taken_back(study):
    shown = pick(page(study), "c", "Change")
    shown.text_input(key="codebook-name-c-1").set_value("Chasing *others*")
    shown.text_area(key="codebook-cues-c-1").set_value("ring them\n\nring again")

    press(shown, "codebook-save-c")

    assert codes(study)["chase"].name == "Chasing *others*"
    assert codes(study)["chase"].cues == ("ring them", "ring again")
    assert shown.success[0].value == "Changed Chasing \\*others\\*"
    assert shown.radio(key="codebook-tree").value == "c"
    press(shown, "codebook-undo")
    assert codes(study)["chase"] == CHASE
    assert shown.button(key="codebook-undo").label == "Redo"
    press(shown, "codebook-undo")
    assert codes(study)["chase"].name == "Chasing *others*"
    press(shown, "codebook-close")
    assert not shown.success


def test_nothing_of_another_is_lost_by_a_form_that_was_open(study):
    shown = pick(page(study), "t", "Change")
    with Project.open(study) as project:
        project.set_code("ours", "trust", definition="By Bo.")
    shown.text_area(key="codebook-def-t-1").set_value("By Ann.")

    press(shown, "codebook-save-t")

    assert codes(study)["trust"].definition == "By Bo."
    assert shown.warning[0].value.startswith("Somebody else has changed this code since you began")
    assert shown.text_area(key="codebook-def-t-1").value == "By Ann."
    press(shown, "codebook-newer")
    assert shown.text_area(key="codebook-def-t-2").value == "By Bo."


def test_words_that_a_code_may_not_have_are_refused_in_words(study):
    shown = pick(page(study), "t", "Change")
    shown.text_input(key="codebook-name-t-1").set_value("waiting")

    press(shown, "codebook-save-t")

    assert "ours/trust: its name looks the same as that of wait" in texts(shown)
    assert codes(study)["trust"] == TRUST


def test_a_code_is_added_below_the_one_that_is_shown(study):
    shown = pick(page(study), "t")
    shown.text_input(key="codebook-new-name").set_value("Being believed")
    shown.radio(key="codebook-new-place").set_value(1)

    press(shown, "codebook-new-add")

    assert codes(study)["being-believed"].parent == "trust"
    assert shown.subheader[0].value == "Being believed"
    press(shown, "codebook-undo")
    assert shown.subheader[0].value == "Trust"


def test_a_code_is_moved(study):
    shown = pick(page(study), "t", "Move")
    sound(shown.selectbox(key="codebook-parent-t").set_value("wait").run())
    shown.selectbox(key="codebook-before-t-wait").set_value("chase")

    press(shown, "codebook-move")

    assert list(codes(study)) == ["wait", "trust", "chase"]
    assert codes(study)["trust"].parent == "wait"


def test_moving_a_code_to_where_it_stands_changes_nothing(study):
    shown = pick(page(study), "w", "Move")

    press(shown, "codebook-move")

    assert shown.success[0].value == "Nothing was changed\\."


def test_a_merge_is_told_first_then_done_and_taken_back(study):
    with Project.open(study) as project:
        project.add_coding("p1", (22, 31), "chase", coder="Bo", stance="negative")
    shown = pick(page(study), "c", "Merge")

    sound(shown.selectbox(key="codebook-into-c").set_value("ours/trust").run())

    assert texts(shown)[-2:] == [
        "1 coding moves",
        "1 coding is double: the same words by the same coder; one stays, with both memos",
    ]
    assert "chase" in codes(study)
    press(shown, "codebook-merge")
    assert list(codes(study)) == ["wait", "trust"]
    assert shown.subheader[0].value == "Trust"
    press(shown, "codebook-undo")
    assert codes(study)["chase"] == CHASE
    assert shown.subheader[0].value == "Having to chase"


def test_where_two_codes_do_not_agree_is_shown_before_they_are_merged(study):
    with Project.open(study) as project:
        project.add_coding("p1", (40, 44), "chase", coder="Bo", stance="negative")
        project.add_coding("p1", (40, 44), "trust", coder="Bo", stance="positive")
    shown = pick(page(study), "c", "Merge")

    sound(shown.selectbox(key="codebook-into-c").set_value("ours/trust").run())

    assert shown.dataframe[0].value["To look at"].tolist() == [
        "p1, 40 to 44, Bo: stance is negative under chase and positive under trust; positive stays"
    ]


def test_a_code_with_codings_is_not_removed_and_one_without_is(study):
    shown = pick(page(study), "t", "Remove")
    assert shown.button(key="codebook-remove").disabled
    assert "It has 1 coding." in texts(shown)

    shown = pick(shown, "w", "Remove")
    press(shown, "codebook-remove")
    assert "ours/wait: it still has 1 code below it; merge it into another code" in texts(shown)[-1]

    with Project.open(study) as project:
        project.add_code("ours", Code("new", "New"))
        guid = project.codebook("ours").code("new").guid
    press(pick(page(study), guid, "Remove"), "codebook-remove")
    assert "new" not in codes(study)


def test_two_versions_are_compared_side_by_side(study):
    with Project.open(study, user="Bo") as project:
        project.set_code("ours", "trust", definition="Whether people rely on it.")

    shown = page(study, **{"codebook-part": "Versions"})

    assert texts(shown)[-3:] == [
        "Trust: definition changed", "(nothing)", "Whether people rely on it.",
    ]  # fmt: skip
    assert shown.dataframe[0].value["what"].tolist() == [
        "set code ours/trust: definition", "add codebook ours 1, 3 codes",
    ]  # fmt: skip
    sound(shown.selectbox(key="codebook-older-o").set_value(0).run())
    assert shown.info[0].value == "The two say the same."


def test_a_study_without_codes_is_taught_how_to_begin(tmp_path):
    path = str(tmp_path / "e.qualkit")
    Project.create(path).close()

    shown = page(path)

    assert shown.info[0].value.startswith("There are no codes yet.")
    shown.selectbox(key="codebook-shipped").set_value("cascade")
    press(sound(shown.run()), "codebook-add-shipped")
    assert len(codes(path)) == 7
    press(shown, "codebook-undo")
    assert codes(path) == {}


def test_a_codebook_of_ones_own_is_begun_and_shown(study):
    shown = page(study, **{"codebook-part": "Add or download"})
    shown.text_input(key="codebook-title").set_value("Money")
    shown.text_input(key="codebook-first").set_value("Cost")

    press(shown, "codebook-begin-it")

    assert codes(study)["cost"].name == "Cost"
    with Project.open(study) as project:
        assert shown.selectbox(key="codebook-book").value == project.codebook("money").guid


def test_a_file_is_looked_at_before_it_is_added(study):
    shown = page(study, **{"codebook-part": "Add or download"})
    shown.file_uploader(key="codebook-file").upload(
        "more.yaml", codebook_text(OTHER).encode(), "application/yaml"
    )

    sound(shown.run())

    assert "More, version 1: 1 codes" in texts(shown)
    press(shown, "codebook-add-file")
    assert codes(study)["money"].name == HOSTILE


def test_who_has_not_said_their_name_reads_and_changes_nothing(study):
    shown = page(study, coder="")

    assert "type your name at the left" in shown.info[0].value
    assert not shown.button
    assert not shown.segmented_control


def test_a_coder_by_role_reads_the_codebook_alone(study):
    with Project.open(study, user="Sue") as project:
        project.add_coder("Sue", role="supervisor")
        project.add_coder("Ann", role="coder")

    shown = page(study)

    assert shown.info[0].value == (
        "You can read the codebook. Your role in this study does not let you change it."
    )
    assert not shown.button


def test_a_coding_made_since_is_in_the_list(study):
    shown = pick(page(study), "c")
    assert len(shown.dataframe[0].value) == 1
    with Project.open(study) as project:
        project.add_coding("p1", (22, 31), "chase", coder="Bo")

    sound(shown.run())

    assert len(shown.dataframe[0].value) == 2
