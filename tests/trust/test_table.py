"""The table of docs/trust.md: written by measurements, every row with its programs."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from trust import Promise, Result, _result
from trust._result import BEGIN, END, PAGE, ROOT, measured, modules, write_table


@pytest.fixture
def page(tmp_path):
    made = tmp_path / "trust.md"
    made.write_text(f"before\n{BEGIN}\n\n| R1 | old |\n| R2 | old |\n\n{END}\nafter\n", "utf-8")
    return made


def rows(page):
    return [line for line in page.read_text("utf-8").splitlines() if re.match(r"\| [RSP]\d", line)]


def test_a_row_is_written_anew_and_the_others_stay(page):
    write_table([Result("R1", "0 of 3 | lost", ok=True)], page)

    first, second = rows(page)
    assert "0 of 3 \\| lost (" in first
    assert "`trust/r01_kill.py`, `tests/trust/test_r1_kill.py`" in first
    assert second == "| R2 | old |"
    assert page.read_text("utf-8").startswith("before\n")
    assert page.read_text("utf-8").endswith("\nafter\n")


def test_a_promise_that_was_not_kept_says_so(page):
    write_table([Result("R1", "1 of 3 lost", ok=False)], page)

    assert "**not kept:** 1 of 3 lost" in rows(page)[0]


def test_a_measurement_that_fails_is_a_promise_not_kept(monkeypatch):
    def measure(long):
        raise ZeroDivisionError("by what")

    made = SimpleNamespace(PROMISE=Promise("a", "b", "c"), measure=measure)
    monkeypatch.setattr(_result, "module_of", lambda name: made)

    result = measured("R1", long=False)

    assert (result.ok, result.figure) == (False, "failed: ZeroDivisionError")


def test_a_promise_that_nobody_measures_is_refused():
    with pytest.raises(SystemExit, match="no promise R99; there are "):
        modules(["R99"])


@pytest.mark.parametrize("name", modules())
def test_every_measurement_has_a_quick_form_among_the_tests(name):
    assert list(ROOT.glob(f"tests/*/test_{name.lower()}_*.py")), f"no test_{name.lower()}_..."


def test_the_page_names_no_promise_that_nobody_measures():
    told = PAGE.read_text("utf-8")
    named = {f"{letter}{number}" for letter, number in re.findall(r"\b([RSP])(\d{1,2})\b", told)}

    assert named - set(modules()) == set()
