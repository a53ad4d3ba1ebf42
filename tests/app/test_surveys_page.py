"""The page Surveys: answers looked at and corrected before they are kept, results, audits."""

from __future__ import annotations

import shutil
import sys
import threading
from dataclasses import replace

import pytest

pytest.importorskip("streamlit")
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from qualkit import surveying
from qualkit.app import surveys_load_room as loading
from qualkit.app import surveys_published_room as publishing
from qualkit.app import surveys_results_room as results
from qualkit.app import surveys_room as room
from qualkit.app.sources_room import Upload
from qualkit.errors import BatchError, ConflictError, QualkitError
from qualkit.model import new_id
from qualkit.project import Project, samples
from qualkit.survey import Item, Survey, read_published, read_survey
from qualkit.survey.audit import audit
from tests.app.waiting import settled

FOLDER = samples() / "survey"
ASKED = read_survey(FOLDER / "items.yaml")
BEFORE, AFTER = (Upload(f"{wave}.csv", (FOLDER / f"{wave}.csv").read_bytes())
                 for wave in ("before", "after"))  # fmt: skip


def silent(*_at):
    """Nobody looks at the bar."""


def changed(survey, *changes):
    """The survey after cells of its table were changed: row, column and value of each."""
    after = room.rows_of(survey)
    for row, column, value in changes:
        after.at[row, column] = value
    return room.changed(survey, room.rows_of(survey), after)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Some items of the sample survey, both waves, and two published tables; nobody changes it."""
    path = tmp_path_factory.mktemp("surveys") / "kept.qualkit"
    few = replace(ASKED, items=tuple(one for one in ASKED.items if one.id in {"K1", "K2", "W1"}))
    with Project.create(path, user="tester", codebooks=["evaluation-topics"]) as project:
        for wave in ("before", "after"):
            surveying.load(project, FOLDER / f"{wave}.csv", mapping=few)
        for table in ("table-3", "table-8"):
            project.add_published(samples() / "published" / f"{table}.yaml")
    return str(path)


@pytest.fixture
def empty(tmp_path):
    path = tmp_path / "empty.qualkit"
    Project.create(path, user="tester", codebooks=["evaluation-topics"]).close()
    return str(path)


# What was asked, as a table ------------------------------------------------------------------


def test_an_item_is_shown_in_words_with_its_answers_from_least_to_most():
    row = room.rows_of(ASKED, {"K1": 155}).iloc[0].to_dict()

    assert row == {
        "keep": True, "item": "K1",
        "question": "I can tell when a pupil may have a mental health need",
        "kind": "on a scale", "polarity": "higher is better",
        "answers": "1 = Strongly disagree; 2 = Disagree; 3 = Agree; 4 = Strongly agree; "
        "9 = Don't know",
        "dont_know": "9", "missing": "", "scale": "knowledge", "speaks_to": ["knowledge.identify"],
        "answered": 155,
    }  # fmt: skip


def test_a_table_that_nobody_touched_leaves_everything_as_it_was():
    odd = Survey("s", items=(Item("a", "x = y; z  w", "nominal", {"c=d": "; =", "e": "f;g"}),))

    assert changed(odd) is odd
    assert changed(ASKED) is ASKED


_WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Z"]), max_size=6)


@given(st.dictionaries(st.integers(0, 99).map(str), _WORDS, max_size=4))
@settings(max_examples=60)
def test_answers_read_back_as_they_are_said(labels):
    item = Item("a", "?", "nominal", labels)

    assert list(room.answers_read(room.answers_said(item)).items()) == list(labels.items())


def test_what_is_changed_in_the_table_is_changed_in_the_survey_and_nothing_else():
    made = changed(
        ASKED, (0, "polarity", "lower is better"), (0, "speaks_to", ["a.b", "c"]),
        (1, "answers", "4 = None; 3 = Some; 2 = Many; 1 = All; 9 = Unsure"), (2, "missing", "-1; 97..99"),
        (3, "keep", False),
    )  # fmt: skip

    first, second, third = made.items[:3]
    assert (first.polarity, first.speaks_to) == ("lower-is-better", ("a.b", "c"))
    assert replace(first, polarity="higher-is-better",
                   speaks_to=("knowledge.identify",)) == ASKED.items[0]  # fmt: skip
    assert (second.order, second.labels["4"]) == (("4", "3", "2", "1"), "None")
    assert third.missing == ("-1", "97..99")
    assert made.items[3:] == ASKED.items[4:]


def test_an_item_of_another_kind_loses_the_labels_that_this_kind_cannot_have():
    made = changed(
        ASKED, (0, "kind", "yes or no"), (1, "kind", "a number"), (2, "kind", "in own words")
    )

    yes, number, opened = made.items[:3]
    assert yes.labels == {"0": "No", "1": "Yes", "9": "Don't know"}
    assert (number.labels, number.order) == ({"9": "Don't know"}, ())
    assert (opened.labels, opened.dont_know) == ({}, ())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ((0, "question", " "), "item K1: a question needs its words"),
        ((0, "answers", "a = Agree; b = Not"),
         "item K1: the codes of a scale must be numbers; take another kind for others"),
        ((0, "answers", "1 = Yes; 2 = yes"),
         "item K1: codes 1 and 2 have labels that read the same"),
        ((0, "missing", "x..y"), "item K1: missing: 'x..y' is not a range such as 97..99"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_item_without_a_line_of_any_file(change, fault):
    with pytest.raises(BatchError) as refused:
        changed(ASKED, change)

    assert refused.value.faults[0] == fault


def test_not_every_item_is_left_out():
    one = Survey("s", items=(Item("a", "?", "open"),))

    with pytest.raises(BatchError, match="every item is left out; keep one at least"):
        changed(one, (0, "keep", False))


HEADINGS = ("who", "Area name", "school", "wt", "K1", "K2")
SMALL = Survey(
    "s", respondent="who", subgroups=("group1",), columns={"group1": "Area name"},
    items=(Item("K1", "?", "number"), Item("K2", "?", "number"), Item("school", "?", "nominal")),
)  # fmt: skip


def test_a_column_that_becomes_a_subgroup_is_no_item_and_one_freed_becomes_an_item():
    made = room.with_columns(SMALL, HEADINGS, respondent="who", subgroups=("school",), weight="wt",
                             cluster="school")  # fmt: skip

    assert [item.id for item in made.items] == ["K1", "K2", "Q2"]
    assert (made.items[-1].question, made.items[-1].kind) == ("Area name", "nominal")
    assert made.columns == {"Q2": "Area name"}
    assert (made.subgroups, made.weight, made.cluster) == (("school",), "wt", "school")


def test_columns_as_they_are_change_nothing_and_none_is_chosen_twice():
    same = room.with_columns(SMALL, HEADINGS, respondent="who", subgroups=("Area name",))
    assert same is SMALL

    with pytest.raises(BatchError, match="the column 'who' was chosen twice"):
        room.with_columns(SMALL, HEADINGS, respondent="who", subgroups=("who",))


def test_it_is_pointed_out_what_a_person_should_still_say():
    assert room.unset(ASKED) == ("W1",)
    assert room.unknown_codes(ASKED, ["knowledge.identify"])[:2] == (
        "knowledge.pathways", "knowledge.confidence",
    )  # fmt: skip


def test_a_file_that_is_brought_back_must_be_of_the_same_survey():
    same = room.survey_in(room.file_of(ASKED), "items.yaml")
    assert room.of_same(ASKED, replace(same, waves={})).waves == ASKED.waves

    with pytest.raises(QualkitError, match="it is of the survey other, not school-leads"):
        room.of_same(ASKED, replace(same, id="other"))


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"items: 7", b""])
def test_a_file_that_is_no_mapping_is_refused(content):
    with pytest.raises(QualkitError, match="items\\.yaml"):
        room.survey_in(content, "items.yaml")


# Looked at before it is kept -----------------------------------------------------------------


def test_a_file_is_looked_at_with_all_its_faults_and_nothing_is_kept(empty):
    wrong = Upload(
        "before.csv",
        BEFORE.content.replace(b"S003,Weldon Vale,Primary,4", b"S002,Weldon Vale,Primary,7"),
    )

    found = loading.look(empty, "Ann", wrong, loading.Wanted(ASKED), silent)

    assert found.faults == (
        "rows 3 and 4, column 'respondent': respondent 'S002' answers more than once",
        "row 4, column 'K1': '7' is none of 1 Strongly disagree, 2 Disagree, 3 Agree, "
        "4 Strongly agree, 9 Don't know",
    )
    assert (found.wave, found.respondents, found.answered["K1"]) == ("before", 158, 154)
    assert found.headings[:4] == ("respondent", "area", "school_type", "K1")
    assert loading.found_said(found) == (
        "158 respondents, 21 columns, 19 items, as the mapping says. Layout: one row of headings."
    )
    with Project.open(empty) as project:
        assert project.surveys().empty
        assert len(project.log()) == 1  # its codebook


def test_what_nobody_described_is_guessed_then_corrected_read_anew_and_kept(empty):
    found = loading.look(empty, "Ann", AFTER, loading.Wanted(), silent)
    assert (found.guessed, found.wave, room.unset(found.survey)[:2]) == (
        True,
        "after",
        ("K1", "K2"),
    )

    better = changed(found.survey, (0, "polarity", "higher is better"))
    assert not loading.same(found, better, "after")
    again = loading.look(empty, "Ann", AFTER, loading.Wanted(replace(better, id="leads"), wave="t2"),
                         silent)  # fmt: skip
    assert loading.same(again, again.survey, "t2")
    made = loading.load(empty, "Ann", again, again.survey, silent, wave="t2", open_answers=False)

    assert loading.loaded_said(made) == "Loaded leads, t2: 52 respondents, 19 items."
    with Project.open(empty) as project:
        assert project.survey("leads").items[0].polarity == "higher-is-better"
        assert project.sources().empty
        assert project.log()["who"].iloc[-1] == "Ann"


def test_another_wave_is_read_by_what_the_study_knows_and_a_clash_is_told_before(kept):
    found = loading.look(kept, "Ann", AFTER, loading.Wanted(survey="school-leads"), silent)

    assert (found.guessed, found.wave, found.faults) == (False, "after", ())
    assert loading.taken(found, "school-leads", "after").startswith(
        "The study has answers of school-leads, after already."
    )
    assert loading.taken(found, "school-leads", "later") == ""


def test_what_somebody_changed_since_the_look_is_not_overwritten(empty):
    with Project.open(empty, user="Bo") as project:
        surveying.load(project, FOLDER / "before.csv", mapping=FOLDER / "items.yaml")
    found = loading.look(empty, "Ann", AFTER, loading.Wanted(survey="school-leads"), silent)
    with Project.open(empty, user="Bo") as project:
        project.set_survey(replace(project.survey("school-leads"), title="Other"))

    with pytest.raises(ConflictError, match="was changed in the study since you looked"):
        loading.load(empty, "Ann", found, found.survey, silent, wave="after", open_answers=True)


def test_names_of_survey_and_wave_need_no_other_reading_but_where_items_are_of_a_wave(empty):
    found = loading.look(empty, "Ann", AFTER, loading.Wanted(ASKED), silent)
    always = replace(found.survey, items=tuple(replace(one, waves=()) for one in ASKED.items))

    assert loading.same(replace(found, survey=always), replace(always, id="x", title="y"), "later")
    assert not loading.same(found, found.survey, "later")
    assert loading.same(found, found.survey, "after")


# Results -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def described(kept):
    return results.describe(kept, None, results.Described("school-leads"), silent)


def test_tables_stand_on_the_screen_as_on_paper_with_bases_and_the_key_of_their_marks(described):
    _, shown = described

    table = shown.tables["Items"]
    assert table.loc[0, ["Item", "Wave", "n", "Don't know", "Mean"]].tolist() == [
        "K1 I can tell when a pupil may have a mental health need", "before", "155", "0", "2.60",
    ]  # fmt: skip
    assert shown.figures["Items"][:2] == ("n", "Don't know")
    assert "[c] withheld" in shown.key[0]


def test_charts_come_as_pictures_in_both_formats_and_in_words(described):
    pytest.importorskip("matplotlib")
    chosen = results.Chart(("likert", "distribution"), ("K1", "W1"))

    drawn = results.draw(described[0], ASKED, chosen, silent)

    assert list(drawn) == ["likert", "distribution"]
    likert = drawn["likert"]
    assert likert.names == ("school-leads-likert",)
    assert likert.png[0].startswith(b"\x89PNG")
    assert b"<svg" in likert.svg[0]
    assert likert.words[0].startswith("Diverging stacked bars: school-leads")


def test_a_wave_that_is_called_like_a_column_does_not_take_its_place(kept, tmp_path):
    copy = str(shutil.copy(kept, tmp_path / "copy.qualkit"))
    with Project.open(copy, user="Ann") as project:
        surveying.load(project, FOLDER / "after.csv", wave="p", survey="school-leads")

    _, printed = results.compare(
        copy, None, results.Compared("school-leads", "before", "p"), silent
    )

    assert {"p", "p (2)"} <= set(next(iter(printed.tables.values())).columns)


def test_a_chart_that_would_show_nothing_is_left_out(described):
    assert results.draw(described[0], ASKED, results.Chart(("likert",), ("W1",)), silent) == {}


@pytest.mark.parametrize(
    ("matched", "said"),
    [
        (None, "158 answered before, 52 answered after. 49 are matched by their ids and compared; "
               "109 were lost, 3 are new."),
        (False, "158 answered before, 52 answered after. They are compared as different people: "
                "nobody is followed from one wave to the other, and no test is of pairs."),
    ],
)  # fmt: skip
def test_who_is_compared_is_said(kept, matched, said):
    asked = results.Compared("school-leads", "before", "after", matched, ("K1",))

    made, shown = results.compare(kept, None, asked, silent)

    assert results.people_said(made) == said
    assert "Adjusted p" in next(iter(shown.tables.values())).columns


def test_results_are_written_as_files_whose_names_are_safe(described):
    made = results.write(described[0], "../a: b", ".csv", silent)

    assert made.name == "a-b.csv"
    assert made.data.startswith(b"\xef\xbb\xbfItem,")


def test_findings_are_sifted_by_origin_words_and_use(kept):
    table = results.all_findings(kept, None, results.Hiding(), silent)

    printed = results.sifted(table, results.Sieve(origin="published", survey="table-8"))
    changes = results.sifted(table, results.Sieve(words="K1/mean ROSE", changes=True))

    assert set(printed["survey"]) == {"table-8"}
    assert changes["finding"].tolist() == ["school-leads/K1/mean/before-to-after/all"]
    row = results.readable(changes).iloc[0]
    assert (row["Base"], row["p"], row["Usable"]) == (48, "<0.001", "yes")
    assert results.counted(table, changes) == f"1 of {len(table):,} findings; 1 can be used."


# Published tables ----------------------------------------------------------------------------


def marked(name):
    """The marks of a published sample: row and column, the heading being row 0."""
    (table,) = read_published(samples() / "published" / f"{name}.yaml")
    sheet = publishing.sheet(table, publishing.numbered(audit([table]), table.id))
    lines = [sheet["header"], *sheet["rows"]]
    found = {(r, c): [mark["sign"] for mark in cell["marks"]]
             for r, line in enumerate(lines) for c, cell in enumerate(line) if cell["marks"]}  # fmt: skip
    return found, lines, sheet["about"]


def test_what_the_audit_found_is_marked_at_its_cell_where_rows_are_items():
    found, lines, about = marked("table-8")

    assert about == []
    assert found == {(9, 3): ["✗"]}
    assert [cell["text"] for cell in lines[9]] == ["Family intervention", "47", "43", "+4"]


def test_and_where_columns_are_items_the_gravest_first():
    found, lines, _ = marked("table-3")

    assert found[3, 6] == ["✗", "✗"]
    assert lines[3][6]["text"] == "-0.415***"
    assert [mark["number"] for mark in lines[3][6]["marks"]] == [2, 3]
    assert found[2, 3] == ["?"]


def test_what_is_about_a_whole_column_is_marked_at_its_heading():
    found, lines, _ = marked("table-11")

    ((place, signs),) = found.items()
    assert (place[0], signs) == (0, ["≠"])
    assert lines[0][place[1]]["text"] == "Wave 1 Percentage of schools"


def test_a_finding_says_grade_place_what_was_printed_and_what_is_possible():
    (table,) = read_published(samples() / "published" / "table-8.yaml")
    (one,) = publishing.numbered(audit([table]), "table-8")

    assert publishing.found_said(one) == "1  ✗ Proved wrong: Family intervention, change"
    assert publishing.figures_said(one) == "Printed: +4. Possible: -4."
    assert publishing.legend([one]) == [
        "✗ Proved wrong: the printed figures cannot all be right, however they were rounded."
    ]


PASTED = publishing.Pasted(
    "Kind\tBefore\tAfter\tChange\nStaff *training*\t69\t88\t+18\nNone\t5\t5\n", "t 1", base="49",
    roles={"Kind": "label", "Before": "percent@before", "After": "percent@after",
           "Change": "change"}, more="source: A report, p. 9\n",
)  # fmt: skip


def test_a_pasted_table_is_read_as_the_file_that_would_say_the_same():
    upload = publishing.file_of(PASTED)

    (table,) = publishing.read([upload])

    assert (table.id, table.source, table.base) == ("t 1", "A report, p. 9", {"": 49})
    assert table.rows[1] == ("None", "5", "5", "")
    assert [one.name for one in table.measures] == ["percent@before", "percent@after", "change"]


def test_the_labels_of_a_pasted_table_wait_for_what_they_hold():
    rows = publishing.roles_table(
        publishing.labels_in(PASTED.cells, "rows-are-items"), "rows-are-items"
    )
    columns = publishing.labels_in(PASTED.cells, "columns-are-items")

    assert publishing.roles_of(rows) == {"Kind": "label", "Before": "", "After": "", "Change": ""}
    assert columns == ["Staff *training*", "None"]


def test_a_pasted_row_that_is_called_a_total_is_summed_unless_somebody_says_no():
    cells = "School type\tTotal\nPrimary\t131\nSecondary\t87\nGrand total\t209"
    table = publishing.roles_table(
        publishing.labels_in(cells, "rows-are-items"), "rows-are-items",
        publishing.totals_in(cells, "rows-are-items"),
    )  # fmt: skip
    roles = publishing.roles_of(table) | {"Total": "count"}

    found = audit(publishing.read([publishing.file_of(publishing.Pasted(cells, "t", roles=roles))]))

    assert roles == {"School type": "label", "Total": "count", "Grand total": "total"}
    assert found[["item", "check"]].values.tolist() == [["Grand total", "sum"]]


def test_a_pasted_table_needs_an_id_and_rows():
    with pytest.raises(BatchError) as refused:
        publishing.file_of(publishing.Pasted("Kind\tBefore", " "))

    assert refused.value.faults == (
        "it needs an id, such as table-8", "paste the heading and at least one row",
    )  # fmt: skip


def test_a_table_of_text_is_read_with_what_stands_beside_it(empty):
    cells = Upload("t.tsv", b"Kind\tBefore\nTraining\t69\n")
    beside = Upload("t.yaml", b'measures: {Kind: label, Before: percent}\nbase: "49"\n')

    with Project.open(empty, user="Ann") as project:
        reports = publishing.keep(project, [beside, cells])
        assert project.published()[0].id == "t"

    assert publishing.kept_said(reports) == "1 table kept."


# The page ------------------------------------------------------------------------------------


def opened(study, view=None, *, coder="Ann"):
    def script():
        import streamlit as st

        from qualkit.app.pages import surveys

        st.session_state.setdefault("pages", {"study": "main.py", "surveys": "main.py"})
        surveys.show()

    page = AppTest.from_function(script, default_timeout=60)
    page.session_state["study"] = study
    page.session_state["coder"] = coder
    page.session_state["work-tab"] = new_id()
    if view is not None:
        page.session_state["surveys-view"] = view
    return page


def shown(study, view=None, *, coder="Ann"):
    """The page when all that it shows has been worked out."""
    return settled(opened(study, view, coder=coder).run())


def said(page):
    return "\n".join(one.value for one in page.text)


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def test_without_a_survey_it_teaches_and_takes_a_file(empty):
    page = shown(empty)

    assert "Interviews say how and why" in page.markdown[0].value
    assert page.button("surveys-look-at").disabled
    assert page.session_state["surveys-view"] == "Load"


def test_a_reader_looks_and_is_told_why_nothing_can_be_changed(kept, tmp_path):
    copy = str(shutil.copy(kept, tmp_path / "copy.qualkit"))
    with Project.open(copy, user="boss") as project:
        project.add_coder("Rea", role="reader")
        project.add_coder("boss", role="supervisor")

    page = shown(copy, "Items", coder="Rea")

    assert page.info[0].value.startswith("Your role in this study lets you look")
    assert [one.label for one in page.button] == []
    assert shown(copy, "Load", coder="Rea").button == []


def test_results_show_charts_with_their_words_then_tables_and_are_worked_out_once(
    kept, monkeypatch
):
    pytest.importorskip("matplotlib")
    page = shown(kept)
    page.multiselect("surveys-items").set_value(["K1", "W1"]).run()
    page = settled(page)

    assert [one.value for one in page.subheader][:3] == [
        "Answers on a scale", "Other answers", "Items",
    ]  # fmt: skip
    assert "Diverging stacked bars: school-leads" in said(page)
    assert "[c] withheld" in said(page)
    monkeypatch.setattr(results, "describe", lambda *_: pytest.fail("worked out again"))
    monkeypatch.setattr(results, "draw", lambda *_: pytest.fail("drawn again"))
    page.run()
    assert len(page.subheader) == 4


def test_another_choice_stops_what_is_at_work_and_is_worked_out_itself(kept, monkeypatch):
    real, asked, gate = results.describe, [], threading.Event()

    def slow(study, user, wanted, progress):
        asked.append(wanted.dont_know)
        if len(asked) == 1:
            gate.wait(30)
        return real(study, user, wanted, progress)

    monkeypatch.setattr(results, "describe", slow)
    page = opened(kept, "Results").run()
    page.checkbox("surveys-unsure").check().run()
    gate.set()
    settled(page)

    assert asked == ["excluded", "counted"]
    ((key, job),) = page.session_state["work-held-described"]
    assert (key[0][2].dont_know, job.status) == ("counted", "done")


def test_what_was_worked_out_for_one_is_not_shown_to_another_or_after_a_change(kept):
    page = shown(kept, "Published tables")
    ((first, _),) = page.session_state["work-held-audited"]

    page.session_state["coder"] = "Bo"
    settled(page.run())

    keys = [key for key, _ in page.session_state["work-held-audited"]]
    assert first in keys
    assert len(keys) == 2
    assert {wanted[1] for wanted, _ in keys} == {"Ann", "Bo"}


def test_waves_are_compared_with_who_was_lost_and_the_method(kept):
    page = shown(kept, "Compare waves")

    assert "49 are matched by their ids and compared; 109 were lost, 3 are new." in said(page)
    assert "Adjusted p" in page.dataframe[0].value.columns
    assert "were matched by id" in page.code[0].value


@pytest.mark.parametrize("view", ["Results", "Compare waves", "Findings", "Items", "Load"])
def test_a_survey_of_one_respondent_shows_what_can_be_shown(empty, view, write):
    file = write("one.csv", "respondent,K1,O1\nS1,Agree,The *drop-in* helped us <b>much</b>\n")
    with Project.open(empty, user="Ann") as project:
        surveying.load(project, file, wave="t *1*")

    page = shown(empty, view)

    assert not page.error


def test_a_survey_whose_answers_were_removed_says_so(kept, tmp_path):
    copy = str(shutil.copy(kept, tmp_path / "copy.qualkit"))
    with Project.open(copy, user="Ann") as project:
        for wave in ("before", "after"):
            project.remove_wave("school-leads", wave)

    assert shown(copy).info[0].value.startswith("No answers to this survey are kept.")
    assert shown(copy, "Compare waves").info[0].value.startswith("Two waves are needed")
    assert "No answers are kept." in said(shown(copy, "Items"))


def test_published_tables_stand_beside_what_was_found_and_can_be_removed(empty):
    with Project.open(empty, user="Ann") as project:
        project.add_published(samples() / "published" / "table-8.yaml")
    page = shown(empty, "Published tables")

    assert "1  ✗ Proved wrong: Family intervention, change" in said(page)
    page.button("surveys-unpublish").click().run()
    assert page.success[0].value.startswith("table\\-8 was removed")
    with Project.open(empty) as project:
        assert project.published() == []


def test_items_of_a_kept_survey_say_what_is_still_to_be_said(kept):
    page = shown(kept, "Items")

    assert page.info[0].value.startswith("Polarity is not said for 1 item.")
    assert page.button("surveys-save").disabled


def test_findings_are_listed_with_how_many_can_be_used(kept):
    page = shown(kept, "Findings")
    page.text_input("surveys-words").set_value("K1/mean before-to-after").run()

    assert "can be used." in said(page)
    assert page.dataframe[0].value["Finding"].tolist() == [
        "school-leads/K1/mean/before-to-after/all"
    ]
