"""A survey from its files to charts, a comparison and an audit, as people do it in a browser."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from qualkit import surveying
from qualkit.project import Project, samples
from qualkit.survey import read_survey, write_survey
from tests.browser.driving import Server, at_rest, finished, serious_faults, type_into, work_as

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER, TABLE = samples() / "survey", samples() / "published" / "table-8.yaml"
VIEWS = ("Results", "Compare waves", "Findings", "Published tables", "Items", "Load")


def few():
    """Three items of the sample survey: enough to draw, and soon drawn."""
    asked = read_survey(FOLDER / "items.yaml")
    return replace(asked, items=tuple(one for one in asked.items if one.id in {"K1", "K2", "W1"}))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The interface on a study with both waves and a published table; tests only look."""
    folder = tmp_path_factory.mktemp("surveys")
    with Project.create(folder / "study.qualkit", user="tester") as project:
        for wave in ("before", "after"):
            surveying.load(project, FOLDER / f"{wave}.csv", mapping=few())
        project.add_published(TABLE)
    server = Server(folder / "study.qualkit", folder)
    yield server
    server.stop()


def look_at(page: Page, *files) -> None:
    """Choose a file of answers, and its mapping where there is one, and look at it."""
    for place, file in enumerate(files):
        page.locator("input[type=file]").nth(place).set_input_files(file)
        at_rest(page)
    page.get_by_role("button", name="Look at the file").click()
    expect(page.get_by_text("What was asked", exact=True)).to_be_visible()
    finished(page)


def view(page: Page, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).click()
    finished(page)


def test_answers_are_looked_at_corrected_loaded_drawn_and_compared(study, shared, visit, tmp_path):
    lines = (FOLDER / "before.csv").read_text("utf-8").splitlines()
    lines[3] = lines[3].replace("Primary,4", "Primary,7")
    (tmp_path / "before.csv").write_text("\n".join(lines), "utf-8")
    (tmp_path / "items.yaml").write_text(write_survey(few()), "utf-8")
    page = visit(f"{shared.url}/surveys", study=study)
    work_as(page, "Ann")
    expect(page.get_by_text("Interviews say how and why")).to_be_visible()

    look_at(page, tmp_path / "before.csv", tmp_path / "items.yaml")
    expect(page.get_by_text("row 4, column 'K1': '7' is none of 1 Strongly")).to_be_visible()
    expect(page.get_by_role("button", name="Load", exact=True)).to_be_disabled()
    type_into(page, "What was asked", row=0, column=7, value="7")
    expect(page.get_by_text("You have changed what was asked")).to_be_visible()
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("Every answer can stand.")).to_be_visible()
    finished(page)
    with Project.open(study) as project:
        assert project.surveys().empty
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_text("Loaded school-leads, before: 158 respondents")).to_be_visible()
    finished(page)
    look_at(page, FOLDER / "after.csv")
    page.get_by_role("button", name="Load", exact=True).click()
    expect(page.get_by_text("Loaded school-leads, after: 52 respondents")).to_be_visible()
    finished(page)

    with Project.open(study) as project:
        assert project.survey("school-leads").item("K1").missing == ("7",)
        assert project.waves()["wave"].tolist() == ["before", "after"]
    page.get_by_role("button", name="See the results").click()
    expect(page.get_by_role("img", name="Diverging stacked bars: school-leads")).to_be_visible()
    finished(page)
    view(page, "Compare waves")
    expect(page.get_by_text("are matched by their ids and compared")).to_be_visible()
    expect(page.get_by_role("img", name="Before and after: school-leads: means")).to_be_visible()


def test_a_published_table_is_audited_and_what_was_found_stands_beside_it(study, shared, visit):
    page = visit(f"{shared.url}/surveys", study=study)
    work_as(page, "Ann")

    view(page, "Published tables")
    page.locator("input[type=file]").set_input_files(TABLE)
    expect(page.get_by_text("Nothing is kept yet.")).to_be_visible()
    at_rest(page)
    page.get_by_role("button", name="Keep 1 table").click()
    expect(page.get_by_text("1 table kept.")).to_be_visible()
    finished(page)
    marked = page.locator(".qk-printed-marked")
    expect(marked).to_have_text("+4✗1 see 1 beside the table")
    expect(page.get_by_text("1  ✗ Proved wrong: Family intervention, change")).to_be_visible()
    with Project.open(study) as project:
        assert [one.id for one in project.published()] == ["table-8"]


def test_what_a_kept_item_asked_is_corrected_and_saved(tmp_path, shared, visit):
    path = tmp_path / "items.qualkit"
    with Project.create(path, user="tester") as project:
        unset = tuple(replace(one, polarity="") for one in few().items)
        surveying.load(project, FOLDER / "after.csv", mapping=replace(few(), items=unset))
    page = visit(shared.url, study=path)
    work_as(page, "Ann")
    page.goto(f"{shared.url}/surveys")
    at_rest(page)
    view(page, "Items")
    expect(page.get_by_text("Polarity is not said for 3 items.")).to_be_visible()

    type_into(page, "What was asked", row=1, column=1, value="Do you know *where* to turn?")
    page.get_by_role("button", name="Save what was asked").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    at_rest(page)

    with Project.open(path) as project:
        assert project.survey("school-leads").item("K2").question == "Do you know *where* to turn?"
        assert project.log()["who"].iloc[-1] == "Ann"


@pytest.mark.parametrize(
    ("dark", "views"),
    [(False, VIEWS), (True, VIEWS[3:])],  # the others have nothing of their own that is coloured
    ids=["light", "dark"],
)
def test_nobody_is_shut_out_of_any_view(kept, visit, dark, views):
    page = visit(kept.url, dark=dark)
    work_as(page, "Ann")
    page.goto(f"{kept.url}/surveys")
    at_rest(page)
    faults = []

    for name in views:
        view(page, name)
        faults += [f"{name}: {fault}" for fault in serious_faults(page)]

    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    assert faults == []
