"""Coding in a real browser: every gesture lands in the database once, at the right words.

One server serves one study; each test has an interview of its own in it.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import signal

import pytest
from playwright.sync_api import expect

from qualkit.project import Project
from tests.browser.driving import Server, at_rest, serious_faults

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
INTERVIEW = f"""Interviewer: What helped the link with the schools?
Teacher: The named contact 😀 answered within a day, and cafe\u0301 meetings built trust.
Interviewer: And what got in the way?
Teacher: Staff left twice {FAMILY} so we began again. שלום לכולם was on the wall. The list grew.
Interviewer: What would you change?
Teacher: More training for staff, and time to meet. Training alone changes nothing without time.
"""
BOOKS = ["evaluation-topics", "cascade"]
NAMES = (
    "palette", "positions", "ranges", "across", "clicks", "keyboard", "decide", "undo", "details",
    "ends", "rapid", "reload", "two", "killed", "link", "find", "refused", "sticky", "place",
    "other", "whose", "mistake", "axe", "long",
    "memo", "behind",
)  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("coding")
    for name in NAMES:
        text = INTERVIEW * 40 if name in {"link", "place", "long"} else INTERVIEW
        (folder / f"{name}.txt").write_text(f"{name}\n{text}", "utf-8")
    path = folder / "study.qualkit"
    with Project.create(path, codebooks=BOOKS, user="tester") as project:
        project.add_sources([folder / f"{name}.txt" for name in NAMES])
    return path


@pytest.fixture(scope="module")
def server(study, tmp_path_factory):
    started = Server(study, tmp_path_factory.mktemp("server"))
    yield started
    started.stop()


@pytest.fixture
def desk(server, browser):
    """Open a source in a browser of its own, under a name."""
    desks = []

    def open_desk(source, coder="Ann", query=""):
        desks.append(Desk(server, browser, source, coder, query))
        return desks[-1]

    yield open_desk
    for one in desks:
        one.page.context.close()
    assert not [error for one in desks for error in one.errors]


class Desk:
    """A coder at work on one source."""

    def __init__(self, server, browser, source, coder, query):
        self.study, self.source = server.study, source
        with Project.open(self.study) as project:
            self.record = project.source(source)
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="en-GB"
        )
        digest = hashlib.sha256(str(self.study).encode()).hexdigest()[:12]
        context.add_cookies([
            {"name": f"qualkit-coder-{digest}", "value": coder, "url": server.url}
        ])  # fmt: skip
        self.page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{server.url}/code?source={source}{query}")
        self.ready()

    def ready(self):
        expect(self.page.locator(".qk-turn").first).to_be_visible()
        at_rest(self.page)
        expect(self.root).to_have_attribute("data-codings", re.compile(r"\d+"))

    @property
    def root(self):
        return self.page.locator(".qk")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def turn(self, n):
        return self.page.locator(f".qk-turn[data-n='{n}']")

    def words_of(self, n):
        return self.record.words_of(self.record.turns[n])

    def box(self, n, first, last):
        """The ends of a stretch of words of a turn on the screen, and the words."""
        return (
            self.turn(n)
            .locator(".qk-words")
            .evaluate(
                """(said, [first, last]) => {
              const node = said.firstChild;
              const words = Array.from(node.data.matchAll(/\\S+/g));
              const range = document.createRange();
              range.setStart(node, words[first].index);
              range.setEnd(node, words[last].index + words[last][0].length);
              const boxes = Array.from(range.getClientRects());
              const [a, b] = [boxes[0], boxes.at(-1)];
              return {x0: a.left + 1, y0: a.top + a.height / 2, x1: b.right - 1,
                      y1: b.top + b.height / 2, words: range.toString()};
            }""",
                [first, last],
            )
        )

    def drag(self, n, first, last):
        """Select words with the mouse; the words."""
        at = self.box(n, first, last)
        self.page.mouse.move(at["x0"], at["y0"])
        self.page.mouse.down()
        self.page.mouse.move((at["x0"] + at["x1"]) / 2, (at["y0"] + at["y1"]) / 2, steps=3)
        self.page.mouse.move(at["x1"], at["y1"])
        self.page.mouse.up()
        return at["words"]

    def click(self, n, word):
        at = self.box(n, word, word)
        self.page.mouse.click((at["x0"] + at["x1"]) / 2, at["y0"])

    def begin(self):
        """The keyboard stands on the transcript, on the first turn."""
        self.page.locator(".qk-scroll").focus()
        self.press("Home")

    def number(self, key):
        """The id of the code that has a number."""
        text = self.page.locator(".qk-code", has=self.page.locator(f"kbd:text-is('{key}')"))
        guid = text.get_attribute("data-code")
        with Project.open(self.study) as project:
            codes = [code for book in project.codebooks() for code in book.codes]
        return next(code.id for code in codes if code.guid == guid)

    def codings(self):
        """Words, code and coder of every coding of the source, once all is stored."""
        at_rest(self.page)
        found = self.table()
        text = self.record.text
        assert [text[s:e] for s, e in zip(found["start"], found["end"], strict=True)] == list(
            found["text"]
        )
        return sorted(zip(found["text"], found["code"], found["coder"], strict=True))

    def table(self):
        with Project.open(self.study) as project:
            table = project.codings()
        return table[table["source"] == self.source]


def turn_of(study, source, n):
    with Project.open(study) as project:
        return project.source(source).turns[n]


def code(study, source, start, end, ident, coder="Ann", **more):
    with Project.open(study) as project:
        return project.add_coding(source, (start, end), ident, coder=coder, **more)


def suggest(study, source, places):
    """Keep suggestions for stretches of a source: (start, end, code)."""
    with Project.open(study) as project:
        text = project.source(source).text
        rows = [
            {"source": source, "start": s, "end": e, "text": text[s:e], "codebook": "evaluation-topics",
             "code": ident, "confidence": 0.7, "method": "learned", "model": "m", "reasons": {"words": ["staff"]}}
            for s, e, ident in places
        ]  # fmt: skip
        project.keep_suggestions(rows, methods=["learned"], sources=[source])


# Coding ------------------------------------------------------------------------------------------


def test_words_selected_with_the_mouse_get_the_code_that_is_typed(desk):
    ann = desk("palette")

    words = ann.drag(1, 1, 2)
    palette = ann.page.locator(".qk-palette")
    below = palette.bounding_box()["y"] - ann.box(1, 1, 2)["y1"]
    ann.page.keyboard.type("visib")
    ann.press("Escape")
    kept = ann.root.get_attribute("data-selection")
    ann.press("Enter")
    ann.page.keyboard.type("staffing")
    ann.press("Enter")

    assert words == "named contact"
    assert below > 0
    assert kept
    assert ann.codings() == [("named contact", "staffing", "Ann")]
    expect(ann.page.locator(".qk-stripe")).to_have_attribute(
        "aria-label", "Staffing models, Ann: named contact"
    )


def test_positions_are_exact_after_emoji_marks_and_right_to_left_words(desk):
    ann = desk("positions")

    wanted = [ann.drag(1, 4, 5), ann.drag(1, 9, 9), ann.drag(3, 3, 4), ann.drag(3, 8, 9)]
    for n, first, last in [(1, 4, 5), (1, 9, 9), (3, 3, 4), (3, 8, 9), (3, 11, 13)]:
        ann.drag(n, first, last)
        ann.press("1")
    stored = [words for words, _, _ in ann.codings()]

    assert wanted == ["answered within", "cafe\u0301", f"{FAMILY} so", "שלום לכולם"]
    assert stored == sorted([*wanted, "on the wall."])


def test_a_selection_never_tears_a_character_and_comes_back_as_the_same_words(desk):
    ann = desk("ranges")
    text = ann.record.text
    draw = random.Random(7)  # noqa: S311 - no secret
    turns = [ann.words_of(n) for n in range(6)]
    units = [len(words.encode("utf-16-le")) // 2 for words in turns]
    ranges = []
    for _ in range(90):
        a, b = sorted(draw.choices(range(6), k=2))
        ranges.append([a, draw.randrange(units[a]), b, draw.randrange(units[b])])

    spans = ann.page.evaluate(
        """(ranges) => {
          const nodes = Array.from(document.querySelectorAll(".qk-words"), (said) => said.firstChild);
          const scroller = document.querySelector(".qk-scroll");
          return ranges.map(([a, from, b, to]) => {
            scroller.dispatchEvent(new MouseEvent("mousedown", {bubbles: true}));
            document.getSelection().setBaseAndExtent(nodes[a], from, nodes[b], to);
            scroller.dispatchEvent(new MouseEvent("mouseup", {bubbles: true}));
            return document.querySelector(".qk").dataset.selection;
          });
        }""",
        ranges,
    )

    checked = 0
    for (a, from_, b, to), span in zip(ranges, spans, strict=True):
        if (a, from_) >= (b, to) or not span:
            continue
        start, end = map(int, span.split("-"))
        wanted = selected(ann, a, from_, b, to).strip()
        assert text[start:end].strip() == text[start:end]
        assert wanted in text[start:end]
        assert len(text[start:end]) - len(wanted) <= 2 * len(FAMILY)
        assert not text[start:end].startswith(("\u0301", "\u200d"))
        assert not text[end:].startswith(("\u0301", "\u200d"))
        checked += 1
    assert checked > 40


def selected(ann, a, from_, b, to):
    """The words between two places given in UTF-16 units; a torn character is left out."""

    def point(n, unit):
        whole = ann.words_of(n).encode("utf-16-le")[: 2 * unit].decode("utf-16-le", "ignore")
        return ann.record.turns[n].start + len(whole)

    start = point(a, from_)
    torn = ann.words_of(a).encode("utf-16-le")[: 2 * from_].decode("utf-16-le", "replace")
    return ann.record.text[start + torn.endswith("\ufffd") : point(b, to)]


def test_a_selection_may_run_over_turns(desk):
    ann = desk("across")
    a, b = ann.box(0, 2, 2), ann.box(2, 1, 2)

    ann.page.mouse.move(a["x0"], a["y0"])
    ann.page.mouse.down()
    ann.page.mouse.move(b["x1"], b["y1"], steps=5)
    ann.page.mouse.up()
    ann.press("1")

    ((words, _, _),) = ann.codings()
    assert words.startswith("the link with")
    assert words.endswith("And what got")
    assert words.count("\n") == 2


def test_a_double_click_takes_the_word_and_a_triple_click_the_turn(desk):
    ann = desk("clicks")
    at = ann.box(1, 1, 1)

    ann.page.mouse.dblclick(at["x0"] + 5, at["y0"])
    ann.press("1")
    ann.page.mouse.click(at["x0"] + 5, at["y0"], click_count=3)
    ann.press("2")

    assert sorted(words for words, _, _ in ann.codings()) == sorted(["named", ann.words_of(1)])


def test_everything_can_be_coded_by_keyboard_alone(desk):
    ann = desk("keyboard")
    ann.begin()
    first = ann.number("5")

    ann.press("ArrowDown", "ArrowRight", "ArrowRight", *["Shift+ArrowRight"] * 3, "5")
    ann.press(
        "ArrowDown", "ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowUp", "Enter"
    )
    ann.page.keyboard.type("lead")
    ann.press("ArrowDown", "ArrowUp", "Enter")

    stored = ann.codings()
    assert ("named contact 😀 answered", first, "Ann") in stored
    assert ann.words_of(3) in [words for words, _, _ in stored]
    assert len(stored) == 2


def test_suggestions_are_accepted_and_rejected_one_after_the_other(desk, study):
    turns = [turn_of(study, "decide", n) for n in (1, 3, 5)]
    places = [(turn.start, turn.end, "staffing") for turn in turns]
    suggest(study, "decide", places)
    ann = desk("decide")
    expect(ann.page.locator(".qk-stripe.qk-suggested")).to_have_count(3)
    ann.begin()

    ann.press("n", "a", "r")
    at_rest(ann.page)

    with Project.open(study) as project:
        table = project.suggestions(status=None)
    table = table[table["source"] == "decide"].sort_values("start")
    assert table["status"].tolist() == ["accepted", "rejected", "open"]
    assert ann.codings() == [(ann.words_of(1), "staffing", "Ann")]
    expect(ann.page.locator(".qk-panel")).to_contain_text("Staffing models")
    expect(ann.page.get_by_role("dialog", name="Clear caches")).to_have_count(0)


def test_undo_takes_back_and_redo_does_again_by_key_and_in_the_history(desk, study):
    ann = desk("undo")
    ann.begin()

    ann.press("ArrowDown", "1", "ArrowDown", "2", "Control+z")
    once = len(ann.codings())
    ann.press("Control+y")
    again = len(ann.codings())
    ann.press("h")
    ann.page.locator(".qk-line").last.get_by_role("button", name="Undo").click()
    left = ann.codings()
    ann.press("Control+z", "Control+z")
    none = ann.codings()

    assert (once, again) == (1, 2)
    assert [words for words, _, _ in left] == [ann.words_of(2)]
    assert none == []


def test_escape_closes_the_history_and_gives_the_keys_back(desk):
    ann = desk("undo")
    ann.begin()

    ann.press("h")
    expect(ann.page.locator(".qk-done")).to_be_visible()
    ann.press("Escape")

    expect(ann.page.locator(".qk-done")).to_be_hidden()
    expect(ann.page.locator(".qk-scroll")).to_be_focused()


def test_no_key_changes_a_coding_that_was_left_behind(desk):
    ann = desk("behind")
    ann.begin()
    ann.press("ArrowDown", "1", "ArrowDown", "ArrowDown", "Delete", "-")

    assert [words for words, _, _ in ann.codings()] == [ann.words_of(1)]
    assert ann.table()["stance"].isna().all()


def test_a_suggestion_that_was_accepted_by_mistake_is_open_again_after_undo(desk, study):
    turn = turn_of(study, "mistake", 1)
    suggest(study, "mistake", [(turn.start, turn.end, "staffing")])
    ann = desk("mistake")
    ann.begin()

    ann.press("n", "a", "Control+z")
    undone = ann.codings()
    expect(ann.page.locator(".qk-stripe.qk-suggested")).to_have_count(1)
    ann.press("Control+y")
    expect(ann.page.locator(".qk-stripe.qk-suggested")).to_have_count(0)
    expect(ann.page.locator(".qk-stripe:not(.qk-suggested)")).to_have_count(1)
    at_rest(ann.page)
    ann.press(".", "+", "Control+z")

    assert undone == []
    assert ann.codings() == [(ann.words_of(1), "staffing", "Ann")]
    assert ann.table()["stance"].isna().all()


def test_stance_rating_memo_and_code_of_a_coding_are_changed(desk, study):
    at = turn_of(study, "details", 1).start
    made = code(study, "details", at, at + 30, "cascade.roles")
    ann = desk("details")

    ann.click(1, 1)
    panel = ann.page.locator(".qk-panel")
    panel.get_by_role("button", name="Negative").click()
    panel.get_by_role("button", name=re.compile("^2 ")).click()
    panel.get_by_label("Memo").fill("They say *so*.")
    panel.get_by_label("Memo").press("Control+Enter")
    at_rest(ann.page)
    row = ann.table().iloc[0]
    assert [row["coding"], row["stance"], row["rating"], row["memo"]] == [
        made.id,
        "negative",
        2,
        "They say *so*.",
    ]

    ann.press("c")
    ann.page.keyboard.type("staffing models")
    ann.press("Enter")
    at_rest(ann.page)
    ann.press("-")
    at_rest(ann.page)

    row = ann.table().iloc[0]
    assert [row["coding"], row["code"], row["memo"]] == [made.id, "staffing", "They say *so*."]
    assert row[["stance", "rating"]].isna().all()


def test_the_ends_of_a_coding_are_moved_and_it_is_removed(desk, study):
    at = turn_of(study, "ends", 1).start
    code(study, "ends", at + 4, at + 17, "staffing")
    ann = desk("ends")

    ann.click(1, 1)
    ann.press("]", "}")
    moved = ann.codings()
    ann.drag(1, 5, 7)
    ann.page.get_by_role("button", name="Make these the words of Staffing models").click()
    resized = ann.codings()
    ann.press("Delete")

    assert moved == [("contact 😀 answered", "staffing", "Ann")]
    assert resized == [("within a day,", "staffing", "Ann")]
    assert ann.codings() == []


def test_a_sticky_code_is_given_at_once_and_a_triple_click_codes_once(desk):
    ann = desk("sticky")
    ann.begin()
    ann.press("ArrowDown", "3", "s")
    wanted = [ann.words_of(1), ann.drag(3, 0, 1), ann.words_of(5)]
    at = ann.box(5, 1, 1)

    ann.page.mouse.click(at["x0"] + 5, at["y0"], click_count=3)

    assert sorted(words for words, _, _ in ann.codings()) == sorted(wanted)


# Nothing lost -------------------------------------------------------------------------------------


def test_twenty_codings_in_a_row_are_all_stored(desk):
    ann = desk("rapid")
    ann.begin()

    for n in range(20):
        ann.press(*(["ArrowDown"] if n % 4 == 0 else []), str(1 + n % 4))

    assert len(ann.codings()) == 20


def test_a_reload_in_mid_gesture_stores_it_once(desk, server):
    ann = desk("reload")
    ann.begin()

    os.killpg(server.process.pid, signal.SIGSTOP)  # the gesture cannot arrive before the reload
    ann.press("ArrowDown", "1")
    expect(ann.root).to_have_attribute("data-pending", "1")
    expect(ann.page.locator(".qk-pill")).to_contain_text("Saving 1")
    ann.page.evaluate("window.qualkitGone = true; location.reload()")
    os.killpg(server.process.pid, signal.SIGCONT)
    ann.page.wait_for_function("!window.qualkitGone")
    ann.ready()

    assert [words for words, _, _ in ann.codings()] == [ann.words_of(1)]


def test_a_server_killed_in_mid_gesture_stores_it_once_after_its_restart(desk, server):
    ann = desk("killed")
    ann.begin()
    ann.press("ArrowDown", "1")
    at_rest(ann.page)

    server.kill()
    ann.press("ArrowDown", "2")
    expect(ann.page.locator(".qk-pill")).to_contain_text("Offline, 1 kept here")
    server.start()
    ann.codings()

    assert [words for words, _, _ in ann.codings()] == sorted([ann.words_of(1), ann.words_of(2)])
    expect(ann.page.locator(".qk-pill")).to_contain_text("Saved")


def test_two_coders_at_once_both_are_stored_and_each_sees_the_other(desk):
    ann, ben = desk("two"), desk("two", "Ben")
    for one in (ann, ben):
        one.begin()

    ann.press("ArrowDown", "1", "2")
    ben.press("ArrowDown", "1", "ArrowDown", "3")
    at_rest(ann.page)
    at_rest(ben.page)
    ann.press("ArrowDown", "4")

    assert [coder for _, _, coder in ann.codings()].count("Ben") == 2
    assert len(ann.codings()) == 5
    expect(ann.root).to_have_attribute("data-codings", "5")
    expect(ann.page.locator(".qk-stripe[aria-label*=', Ben']")).to_have_count(2)


def test_what_is_refused_is_told_and_its_paint_taken_back(desk, study):
    ann = desk("refused")
    ann.begin()
    ann.press("ArrowDown", "1")
    at_rest(ann.page)
    with Project.open(study) as project:
        project.set_coding(ann.table()["coding"].item(), memo="changed elsewhere")

    ann.press("+")

    expect(ann.page.get_by_role("alert").filter(has_text="This was not done")).to_contain_text(
        "changed by somebody else"
    )
    at_rest(ann.page)
    assert ann.table()["stance"].isna().all()
    expect(ann.page.locator(".qk-stripe")).not_to_have_attribute(
        "aria-label", re.compile("positive")
    )


def test_a_memo_that_was_typed_while_another_was_stored_is_never_lost(desk, study):
    at = turn_of(study, "memo", 1).start
    made = code(study, "memo", at, at + 30, "cascade.roles")
    ann = desk("memo")
    ann.click(1, 1)
    panel = ann.page.locator(".qk-panel")
    memo, notice = panel.get_by_label("Memo"), ann.page.get_by_role("alert")

    memo.fill("Mine.")
    with Project.open(study) as project:
        project.set_coding(made.id, memo="Theirs.")
    memo.press("Control+Enter")
    expect(notice.filter(has_text="Your memo was: Mine.")).to_be_visible()
    expect(memo).to_have_value("Theirs.")

    memo.fill("Mine.")
    with Project.open(study) as project:
        project.set_coding(made.id, memo="Theirs, later.")
    panel.get_by_role("button", name="Negative").click()
    expect(notice.filter(has_text="changed by somebody else")).to_be_visible()
    at_rest(ann.page)
    memo.press("Control+Enter")
    at_rest(ann.page)

    assert ann.table()["memo"].tolist() == ["Theirs, later.\nMine."]


# Getting about --------------------------------------------------------------------------------------


def test_a_link_opens_its_words_and_lights_them_up(desk, study):
    turn = turn_of(study, "link", 150)
    ann = desk("link", query=f"&start={turn.start}&end={turn.end}")

    expect(ann.turn(150)).to_be_in_viewport()
    expect(ann.turn(150)).to_have_class(re.compile("qk-active"))


def test_the_place_is_kept_while_another_page_is_looked_at(desk):
    ann = desk("place")
    ann.begin()
    ann.press("End")
    expect(ann.turn(239)).to_be_in_viewport()
    top = ann.turn(239).bounding_box()["y"]

    ann.press("1")
    at_rest(ann.page)
    after = ann.turn(239).bounding_box()["y"]
    ann.page.get_by_role("link", name="Study", exact=True).click()
    expect(ann.page.locator(".qk")).to_have_count(0)
    ann.page.get_by_role("link", name="Code", exact=True).click()
    ann.ready()

    assert abs(after - top) < 1
    expect(ann.turn(239)).to_be_in_viewport()


def test_words_are_found_and_counted(desk):
    ann = desk("find")
    ann.begin()

    ann.press("/")
    ann.page.keyboard.type("training")
    expect(ann.page.locator(".qk-find")).to_contain_text("1 of 2")
    ann.press("Enter")
    expect(ann.page.locator(".qk-find")).to_contain_text("2 of 2")
    ann.press("Escape", "1")

    assert [words for words, _, _ in ann.codings()] == ["Training"]


def test_another_source_is_opened_and_u_goes_to_the_next_answer_without_a_coding(desk):
    ann = desk("place")
    ann.page.get_by_role("button", name="Next").first.click()
    other = ann.page.locator(".qk[aria-label], .qk-scroll[aria-label^='Transcript other']")
    expect(other).to_be_visible()
    at_rest(ann.page)

    ann.source = "other"
    ann.begin()
    ann.press("u", "1", "u", "2")

    with Project.open(ann.study) as project:
        ann.record = project.source("other")
    assert sorted(words for words, _, _ in ann.codings()) == sorted(
        [ann.words_of(1), ann.words_of(3)]
    )
    expect(ann.page.locator(".qk-bar")).to_contain_text("2 of 3 answers coded")


def test_whose_codings_are_shown_can_be_chosen_and_a_key_spares_those_of_others(desk, study):
    at = turn_of(study, "whose", 1).start
    code(study, "whose", at, at + 9, "staffing", "Ben")
    code(study, "whose", at + 10, at + 17, "staffing", "Ann")
    ann = desk("whose")

    expect(ann.root).to_have_attribute("data-codings", "2")
    ann.page.get_by_label("Whose codings").select_option("mine")
    expect(ann.root).to_have_attribute("data-codings", "1")
    ann.page.get_by_label("Whose codings").select_option("coder:Ben")
    ann.click(1, 0)
    ann.press("Delete")

    expect(ann.page.get_by_role("alert").filter(has_text="Ben's")).to_be_visible()
    assert len(ann.codings()) == 2


def test_axe_finds_nothing_serious_in_what_we_draw(desk, study):
    at = turn_of(study, "axe", 1).start
    code(study, "axe", at, at + 20, "cascade.roles", stance="mixed")
    suggest(study, "axe", [(at + 21, at + 40, "staffing")])
    ann = desk("axe")
    ann.click(1, 1)
    expect(ann.page.locator(".qk-panel")).to_be_visible()

    assert serious_faults(ann.page) == []
