"""What was done, and the way back: in a tab, where the database refuses some of it; by a backup."""

from __future__ import annotations

import pytest

pytest.importorskip("playwright")
pytest.importorskip("streamlit")

from qualkit.app.components import script
from qualkit.project import Project
from tests.browser.driving import at_rest, finished, work_as

# Does what `steps` say, then gives the entries that are left and what each key does next.
RUN = """
steps => {
  %s
  const list = new DoneList("Ann");
  for (const [act, id, gesture] of steps) {
    if (act === "add") {
      list.add({ id, source: "p1" });
    } else if (act === "turn") {
      list.turn(list.find(id), gesture);
    } else {
      list.refuse(id);
    }
  }
  return [list.entries.map((entry) => [entry.id, entry.head, entry.done]),
    list.last("p1")?.id ?? null, list.next("p1")?.id ?? null];
}
"""
CODED = ("add", "a")
AGAIN = ("add", "b")
UNDONE = ("turn", "b", "u")
REDONE = ("turn", "b", "r")


@pytest.fixture(scope="module")
def done(browser):
    page = browser.new_page()
    yield lambda *steps: page.evaluate(RUN % script("dom.js", "history.js"), list(steps))
    page.close()


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        ([UNDONE], [[["a", "a", True], ["b", "u", False]], "a", "b"]),
        ([UNDONE, REDONE], [[["a", "a", True], ["b", "r", True]], "b", None]),
        ([("refuse", "b")], [[["a", "a", True]], "a", None]),
        ([UNDONE, ("refuse", "u")], [[["a", "a", True], ["b", "b", True]], "b", None]),
        # refused only after its undo was sent: the undo is refused too, and neither is left
        ([UNDONE, ("refuse", "b"), ("refuse", "u")], [[["a", "a", True]], "a", None]),
        # the redo of an undo that never was: the thing is done, as it was at first
        (
            [UNDONE, REDONE, ("refuse", "u"), ("refuse", "r")],
            [[["a", "a", True], ["b", "b", True]], "b", None],
        ),
    ],
)
def test_what_was_refused_is_never_what_the_undo_key_takes_back_next(done, steps, left):
    assert done(CODED, AGAIN, *steps) == left


def test_one_goes_back_to_a_backup_after_a_look_at_what_is_lost(study, shared, visit):
    from playwright.sync_api import expect

    with Project.open(study, user="Ann") as project:
        project.back_up()
        project.add_coding("p2", (13, 16), "set-up", coder="Ann")
    page = visit(f"{shared.url}/settings", study=study)
    work_as(page, "Ann")
    page.get_by_text("Backups", exact=True).click()
    at_rest(page)

    page.get_by_role("button", name="Go back to this backup").click()
    expect(page.get_by_text("1 change was made since")).to_be_visible()
    finished(page)
    page.get_by_role("button", name="Put the study back").click()
    expect(page.get_by_text("The study was put back.")).to_be_visible()
    finished(page)

    expect(page.get_by_role("combobox", name="Who codes")).to_have_value("Ann")
    with Project.open(study) as project:
        assert project.codings().empty
        assert [one.why for one in project.backup_records()] == ["restore", "asked"]
