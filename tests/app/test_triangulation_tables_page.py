"""The page Triangulation: the joint display, every table with its file, and a whole report."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

pytest.importorskip("streamlit")
from streamlit.testing.v1 import AppTest

from qualkit.app import state
from qualkit.app import triangulation_joint_room as joint
from qualkit.app import triangulation_tables_room as room
from qualkit.model import Code, new_id
from qualkit.project import Project
from qualkit.triangulating import ARTEFACTS, REPORT, assess_of, decide
from tests.app.waiting import settled
from tests.copies import sample

QUOTED = re.compile("\u201c(.*)\u201d \\(.*\\)")


def silent(*_at):
    """Nobody looks at the bar."""


@pytest.fixture(scope="module")
def study(tmp_path_factory, copies):
    """The sample study; nobody changes it."""
    return copies.file(sample, tmp_path_factory.mktemp("triangulation") / "study.qualkit")


@pytest.fixture(scope="module")
def assessed(study):
    with Project.open(study, user="Ann") as project:
        return assess_of(project)


@pytest.fixture(scope="module")
def panels(study, assessed):
    """Every panel of the joint display, page by page."""
    charts = joint.Charts()
    count = joint.pages(assessed, joint.ALL_ROWS)
    shown = [joint.display(study, "Ann", assessed, charts, joint.Wanted(page=n), silent)
             for n in range(count)]  # fmt: skip
    return [[(part["theme"], panel) for part in page.sections for panel in part["panels"]]
            for page in shown]  # fmt: skip


def passage(project, href):
    """The words of a transcript that a link leads to."""
    place = {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}
    text = project.source(place["source"]).text
    return text[int(place["start"]) : int(place["end"])]


def words(text):
    return re.sub(r"[\u2018\u2019\u201c\u201d\"']", "'", " ".join(text.split()))


# The joint display ---------------------------------------------------------------------------


def test_every_link_has_one_panel_ten_a_page_those_of_a_theme_together(assessed, panels):
    themes = [theme for page in panels for theme, _ in page]
    changes = sum(a != b for a, b in pairwise(themes))

    assert [len(page) for page in panels[:-1]] == [10] * (len(panels) - 1)
    assert sorted(themes) == sorted(assessed.decided["name"])
    assert changes + 1 == len(set(themes))


def test_a_panel_has_chart_figure_quotations_verdict_and_who_says_otherwise(panels):
    of = {(theme, panel["finding"]): panel for page in panels for theme, panel in page}

    contact = of["Frequency and ease of contact", "school-leads/C1/mean/before-to-after/all"]
    assert contact["chart"]["src"].startswith("data:image/png;base64,iVBOR")
    assert "before" in contact["chart"]["alt"]
    assert "2.82" in contact["chart"]["alt"]
    assert contact["result"] == [
        "+0.82 (95% interval 0.62 to 1.03; 45 answered both times; adjusted p < 0.001)"
    ]
    assert (contact["label"], contact["proposed"]) == ("Agreement", False)
    assert [quote["side"] for quote in contact["quotes"]] == ["For:", "Mixed:"]
    assert contact["opposing"] == "Opposing: none"
    small = of["Content and format of workshops", "school-leads/W2/mean/before-to-after/all"]
    assert (small["label"], small["proposed"]) == ("Silence (survey) (PROPOSED)", True)
    assert small["result"] == ["Withheld: fewer than 10 answers", "2 answered"]
    assert "cannot be used: fewer than 10 answers" in " ".join(small["cautions"])


def test_whoever_says_otherwise_is_named(assessed, panels):
    of = {(theme, panel["finding"]): panel for page in panels for theme, panel in page}
    against = [row for row in assessed.decided.to_dict("records") if row["sources_against"]]

    assert against
    for row in against:
        told = of[row["name"], row["finding"]]["opposing"]
        assert all(source in told for source in row["sources_against"])


def test_each_quotation_leads_to_its_words(study, panels):
    quotes = [quote for page in panels for _, panel in page for quote in panel["quotes"]]

    assert len(quotes) > 30
    with Project.open(study) as project:
        for quote in quotes:
            said = QUOTED.fullmatch(quote["text"])[1].split(" [...]")[0]
            assert words(said) in words(passage(project, quote["href"]))


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        (joint.Only(verdicts=("silence",)),
         lambda row: row["verdict"] in {"silence", "silence (survey)", "silence (interviews)",
                                        "no evidence"}),
        (joint.Only(statuses=("changed",)), lambda row: row["status"] == "changed"),
        (joint.Only(("evaluation-topics/communication",), ("agreement",), ("accepted",)),
         lambda row: (row["theme"], row["verdict"], row["status"])
         == ("communication", "agreement", "accepted")),
    ],
    ids=["silence, also as it is proposed", "changed", "all three"],
)  # fmt: skip
def test_the_display_is_narrowed(assessed, only, wanted):
    rows = assessed.decided.to_dict("records")
    expected = [(row["code"], row["finding"]) for row in rows if wanted(row)]
    found = only.of(assessed).decided

    assert 0 < len(expected) < len(rows)
    assert list(zip(found["code"], found["finding"], strict=True)) == expected


def test_themes_are_offered_with_their_codes_and_verdicts_that_there_are(assessed):
    themes = joint.themes_in(assessed)

    assert (
        themes["evaluation-topics/communication"]
        == "Communication and reporting (evaluation-topics)"
    )
    assert themes["evaluation-topics/communication.contact"] == (
        "Communication and reporting > Frequency and ease of contact (evaluation-topics)"
    )
    assert joint.verdicts_in(assessed)[:4] == ["agreement", "partial", "dissonance", "silence"]
    assert all(joint.Only(themes=(one,)).of(assessed).decided.size for one in themes)


def test_a_chart_is_drawn_once_while_findings_stay_the_same(study, assessed):
    charts, drawn = joint.Charts(), []
    wanted = ["school-leads/C1/mean/before-to-after/all", "no/such/finding"]

    with Project.open(study) as project:
        first = charts.of(project, assessed, wanted, lambda *at: drawn.append(at))
        again = charts.of(project, assessed, wanted, lambda *at: drawn.append(at))
        other = assess_of(project)
        charts.of(project, other, wanted, lambda *at: drawn.append(at))

    assert list(first) == wanted[:1]
    assert again == first
    assert len(drawn) == 2


def test_without_matplotlib_it_is_said_what_is_missing(monkeypatch, study, assessed):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    made = joint.display(study, "Ann", assessed, joint.Charts(), joint.Wanted(), silent)

    assert "matplotlib" in made.no_charts
    assert [panel["chart"] for part in made.sections for panel in part["panels"]] == [None] * 10


# Tables --------------------------------------------------------------------------------------


def test_every_table_has_a_name_and_a_sentence_for_people():
    assert list(room.KINDS) == list(ARTEFACTS)
    assert all(one.title and one.sentence.endswith(".") for one in room.KINDS.values())


def test_each_table_is_shown_or_says_why_there_is_none(study, assessed):
    made = {one: room.table(study, "Ann", assessed, room.Wanted(one), silent)
            for one in room.KINDS}  # fmt: skip

    assert {name: one.why for name, one in made.items() if one.why} == {
        "phases": "all interviews are of one phase"
    }
    assert {name for name, one in made.items() if not one.sheet} == {"phases"}
    assert made["convergence"].sheet["heads"] == [
        "Theme", "Survey", "Interviews", "Activity", "Convergence"
    ]  # fmt: skip
    assert made["convergence"].summary["rows"]
    grown = made["saturation"]
    assert grown.sheet["figures"] == [True, False, True, True, True]
    assert (grown.saturation.notation, len(grown.saturation.table)) == ("6+2", 16)


def test_quotations_of_a_table_lead_to_their_words(study, assessed):
    made = room.table(study, "Ann", assessed, room.Wanted("convergence", quotes=2), silent)
    lines = [line for row in made.sheet["rows"] for cell in row for line in cell]
    quoted = [line for line in lines if QUOTED.fullmatch(line["text"])]

    assert len(quoted) > 20
    assert {line["text"] for line in lines if line["href"]} == {line["text"] for line in quoted}
    with Project.open(study) as project:
        for line in quoted:
            said = QUOTED.fullmatch(line["text"])[1].split(" [...]")[0]
            assert words(said) in words(passage(project, line["href"]))


def test_what_a_table_can_be_told_by(assessed):
    said = {name: room.choices(assessed, kind) for name, kind in room.KINDS.items()}

    assert said["cases"][0] == "area"
    assert set(said["statistics"]) == {"area", "school_type"}
    assert said["groups"][0] == "stakeholder_type"
    assert {"role", "region"} <= set(said["saturation"])
    assert said["pillars"] == []


def test_an_attribute_that_no_interview_has_is_said_not_raised(study, assessed):
    made = room.table(study, "Ann", assessed, room.Wanted("groups", by="nothing"), silent)

    assert "nothing" in made.why


@pytest.mark.parametrize("ending", [".docx", ".xlsx", ".html"])
def test_a_table_is_written_as_it_was_chosen(study, assessed, ending):
    only = joint.Only(themes=("evaluation-topics/communication.contact",))
    made = room.write(study, "Ann", assessed, room.Wanted("pillars", only), ending, silent)

    assert made.name == f"study-pillars{ending}"
    text = contents(made.data)
    assert "Frequency and ease of contact" in text
    assert "Feedback after referral" not in text


def contents(data):
    """The words of a file, whatever it is."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        parts = [held.read(one).decode("utf-8") for one in held.namelist() if one.endswith(".xml")]
    return re.sub(r"<[^>]+>", " ", " ".join(parts))


def test_a_picture_of_several_pages_is_one_file(study, assessed):
    asked = room.Wanted("joint", joint.Only(verdicts=("agreement",)))
    made = room.write(study, "Ann", assessed, asked, ".png", silent)

    with zipfile.ZipFile(io.BytesIO(made.data)) as held:
        names = held.namelist()
        first = held.read(names[0])
    assert made.name == "study-joint.zip"
    assert names[:2] == ["study-joint.png", "study-joint-2.png"]
    assert first.startswith(b"\x89PNG")
    assert ".png" not in room.endings("narrative")


# The whole report ----------------------------------------------------------------------------


def test_a_report_has_what_was_chosen_and_marks_what_nobody_decided(study, assessed):
    held = room.showing(study, "Ann", assessed, silent)
    assert set(REPORT) <= set(held)
    assert "phases" not in held

    report = room.Report(("convergence", "who-is-missing"), "What *we* found", b"no Word file")
    made = room.write_report(study, "Ann", assessed, report, ".xlsx", silent)

    assert made.name == "study-triangulation.xlsx"
    text = contents(made.data)
    assert "What *we* found" in text
    assert "(PROPOSED)" in text
    assert "Who is missing" in text


def test_how_many_verdicts_are_left_counts_links_alone(study, assessed, tmp_path):
    left, links = room.undecided(assessed)
    copied = tmp_path / "copy.qualkit"
    copied.write_bytes(Path(study).read_bytes())
    with Project.open(copied, user="Zoe") as project:
        table = assessed.decided
        open_one = table[(table["status"] == "proposed") & (table["link"] != "")]["link"].iloc[0]
        decide(project, open_one, "silence", reason="nobody says so")
        after = room.undecided(assess_of(project))

    assert links == len(project_links(study)) < len(table)
    assert after == (left - 1, links)


def project_links(study):
    with Project.open(study) as project:
        return project.links()


# The page ------------------------------------------------------------------------------------


def shown(study, view, coder="Ann", **state):
    """The page when all that it shows has been worked out."""

    def script() -> None:
        import streamlit as st

        from qualkit.app.pages import triangulation

        st.session_state.setdefault("pages", {"study": "main.py", "triangulation": "main.py"})
        triangulation.show()

    page = AppTest.from_function(script, default_timeout=60)
    start = {"study": study, "coder": coder, "work-tab": new_id(), "triangulation-view": view}
    for key, value in (start | state).items():
        page.session_state[key] = value
    return settled(page.run())


def said(page):
    return [one.value for one in (*page.text, *page.info, *page.warning, *page.error)]


def test_filters_of_the_display_that_nothing_fits_are_said(study):
    page = shown(study, "Joint display")
    assert page.selectbox(key=page_key(page)).options == ["1 of 4", "2 of 4", "3 of 4", "4 of 4"]

    page.multiselect(key="triangulation-verdicts-joint").set_value(["dissonance"])
    page.multiselect(key="triangulation-statuses-joint").set_value(["changed"])
    page = settled(page.run())

    assert said(page) == ["No link is like this. Choose fewer themes, verdicts or statuses."]


def page_key(page):
    return next(one.key for one in page.selectbox if one.key.startswith("triangulation-page"))


def test_a_table_with_its_options_and_the_way_from_the_display_to_its_file(study):
    page = shown(study, "Joint display")
    page.button(key="triangulation-joint-file").click()
    page = settled(page.run())

    assert page.selectbox(key="triangulation-table").value == "joint"
    page.selectbox(key="triangulation-table").set_value("phases")
    page = settled(page.run())
    assert said(page)[-2:] == ["all interviews are of one phase", "There is nothing to show."]


def test_a_report_says_first_how_many_verdicts_are_open(study, assessed):
    page = shown(study, "Tables and files", **{"triangulation-what": "The whole report"})

    left, links = room.undecided(assessed)
    assert [one.value for one in page.warning] == [
        f"{left} of {links} verdicts are not decided yet and will be marked PROPOSED."
    ]
    assert set(page.multiselect(key="triangulation-report").value) == set(REPORT)
    assert "The study has nothing to show yet for: Themes by phase." in said(page)


def test_a_study_without_a_link_is_taught_and_has_the_tables_that_need_none(tmp_path, copies):
    path = copies.file(no_links, tmp_path / "empty.qualkit")

    page = shown(path, "Joint display")
    assert any("Links" in one.value for one in page.markdown)
    page = shown(path, "Tables and files", **{"triangulation-table": "threads"})
    assert "Nothing to show." in said(page)


def no_links(address):
    Project.create(address, codebooks=["evaluation-topics"], user="tester").close()


def test_names_of_a_study_are_never_read_as_markdown(tmp_path, copies):
    path = copies.file(no_links, tmp_path / "names.qualkit")
    with Project.open(path, user="Ann") as project:
        project.add_code("evaluation-topics", Code("odd", "**bold** [x](http://y)"))

    page = shown(path, "Tables and files", **{"triangulation-table": "who-is-missing"})

    options = page.multiselect(key="triangulation-themes-tables").options
    assert state.plain("**bold** [x](http://y)") in options
