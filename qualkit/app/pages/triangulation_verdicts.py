"""Verdicts: the convergence coding matrix, one link with all it rests on, and the decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from qualkit.app import state
from qualkit.app import triangulation_verdicts_room as room
from qualkit.app.components.matrix import marks, matrix
from qualkit.app.pages.triangulation import LINKS, go, say_why, teach
from qualkit.app.pages.triangulation_parts import assessed, findings
from qualkit.app.triangulation_judges_room import Judging, judging
from qualkit.app.worked import KEPT
from qualkit.errors import QualkitError
from qualkit.project import Project
from qualkit.triangulate import FINAL, final_of, verdict_words

if TYPE_CHECKING:
    from qualkit.triangulate import Assessment

CHOSEN: Final = "triangulation-chosen"  # the key of the row that is shown in full
_NUMBER, _GONE = "triangulation-number", "triangulation-gone"
_DONE, _TROUBLE = "triangulation-done", "triangulation-trouble"
_LINES, _KEPT_LAST = "triangulation-lines", "triangulation-kept-last"
_FILTERS: Final = tuple(
    f"triangulation-{one}" for one in ("themes", "decided", "status", "waiting", "words")
)
_MEANS: Final = {
    "agreement": "both say the same", "partial": "in part the same",
    "dissonance": "they contradict each other", "silence": "only one of them speaks of it",
}  # fmt: skip


def show(project: Project) -> None:
    """Draw this part of the page."""
    if project.links().empty:
        teach(project)
        return
    state.say_blind(project, "what others coded and decided is left out")
    entry = project.last_entry()
    found = assessed(project)
    if found is None:
        return
    judge, verdicts = judging(project), project.verdicts()
    lines = _lines(found, room.own_verdicts(verdicts, project.user), judge)
    shown = room.filtered(lines, _filters(lines, judge))
    st.text("\n".join(room.counted(found, shown)))
    if not shown:
        _tell_done()
        _nothing(judge)
        return
    with st.container(key="triangulation-matrix-and-link"):
        left, right = st.columns([5, 3], gap="medium")
        with left:
            line = _chosen(shown, judge)
        with right, st.container(key="triangulation-link", gap="xsmall"):
            _tell_done()
            full = room.full(project, found, line, verdicts)
            _full(full, line)
            _decide(project, line, judge, entry=entry, following=room.next_of(shown, line.key))
            _rests_on(full, line)


def show_link(link: str) -> None:
    """Show a link in full in the run to come, whatever was filtered."""
    _clear()
    st.session_state[CHOSEN] = link


def _clear() -> None:
    for key in _FILTERS:
        st.session_state[key] = "" if key.endswith("words") else (
            False if key.endswith("waiting") else []
        )  # fmt: skip


def _lines(
    found: Assessment, own: dict[str, room.Record], judge: Judging | None
) -> list[room.Line]:
    """The rows, made once for each assessment: it is another for every change of the study."""
    held = st.session_state.get(_LINES)
    if held is None or held[0] is not found:
        lines = room.lines_of(found, own, judges=judge is not None and judge.open)
        held = st.session_state[_LINES] = (found, lines)
    made: list[room.Line] = held[1]
    return made


# Which rows ----------------------------------------------------------------------------------


def _filters(lines: Sequence[room.Line], judge: Judging | None) -> room.Filters:
    themes = room.themes_of(lines)
    verdicts = {one: verdict_words(one) for one in (*FINAL, *map(room.verdict_of, lines))}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = _several("Themes", themes, _FILTERS[0])
        second = _several("Verdicts", verdicts, _FILTERS[1])
        third = _several("Status", room.STATUSES_SAID, _FILTERS[2])
        said = st.text_input(
            "Words", key=_FILTERS[4], width=150, **KEPT,
            help="In themes, findings, reasons, notes and names of sources.",
        )  # fmt: skip
        waits = sum(line.waits for line in lines)
        mine = st.checkbox(
            f"Waiting for me ({waits})", key=_FILTERS[3], width="content", **KEPT,
            help="Links that you have not decided, or decided on evidence that has changed since."
            + ("" if judge else " You are no judge of this study, so a link on which a verdict "
               "stands does not wait for you."),
        )  # fmt: skip
    return room.Filters(first, second, third, mine, said)


def _several(label: str, choices: dict[str, str], key: str) -> tuple[str, ...]:
    if key in st.session_state:
        st.session_state[key] = [one for one in st.session_state[key] if one in choices]
    return tuple(st.multiselect(
        label, list(choices), key=key, placeholder="All", width=210, **KEPT,
        format_func=lambda one: state.plain(choices.get(one) or str(one)),
    ))  # fmt: skip


def _nothing(judge: Judging | None) -> None:
    if st.session_state.get(_FILTERS[3]):
        st.success("Nothing waits for you any more." + (
            " Say under Judges that you are done." if judge is not None and judge.open else ""
        ))  # fmt: skip
    else:
        st.info("No row fits.")
    st.button("Show all rows", key="triangulation-all", on_click=_clear)


def _chosen(shown: Sequence[room.Line], judge: Judging | None) -> room.Line:
    """The row that is shown in full: that which was clicked, or where a decision has led."""
    picked = matrix(room.sent(shown, judged=judge is not None and judge.open))
    if picked is not None and picked.number != st.session_state.get(_NUMBER):
        st.session_state[CHOSEN], st.session_state[_NUMBER] = picked.row, picked.number
    by_key = {line.key: line for line in shown}
    if st.session_state.get(CHOSEN) not in by_key:
        first = shown[0].key
        st.session_state[CHOSEN] = first if shown[0].waits else room.next_of(shown, first)
    key = st.session_state[CHOSEN]
    marks(key, number=st.session_state.get(_NUMBER, 0), gone=st.session_state.get(_GONE, 0))
    return by_key[key]


# One link in full ----------------------------------------------------------------------------


def _full(full: room.Full, line: room.Line) -> None:
    """What both say, what is proposed and why, who says so and who otherwise."""
    joint = full.joint
    st.subheader(state.plain(joint.theme))
    for said in (joint.question, joint.result):
        if said:
            st.text(said)
    with st.container(border=True):
        st.text(joint.label)
        st.text(joint.inference)
        for said in full.others:
            st.text(said)
    if full.changed:
        st.warning("The evidence has changed since this was decided.")
        st.text(full.changed)
    st.markdown("**What the rule proposes, and why**")
    st.text(f"{verdict_words(joint.proposal.verdict)}. {joint.proposal.reason}")
    for caution in joint.cautions:
        st.text(f"Note: {caution}")
    if line.row["note"]:
        st.text(f"Noted at the link: {line.row['note']}")
    for side in full.sides:
        st.text(f"{side.name} ({len(side.sources)}): {', '.join(side.sources) or 'nobody'}")


def _rests_on(full: room.Full, line: room.Line) -> None:
    """The words of each side with the way to their places, and every number."""
    for side in full.sides:
        if side.quotes:
            st.markdown(f"**{side.name}, in their words**")
        for n, quote in enumerate(side.quotes):
            _quote(quote, f"{line.key}-{side.name}-{n}")
    if full.left:
        st.text(full.left)
    joint = full.joint
    with st.expander(f"Every number the rule used (version {joint.proposal.rule_version})",
                     key=f"triangulation-numbers-{line.key}"):  # fmt: skip
        if joint.finding:
            st.text(f"Finding: {joint.finding}")
        st.dataframe(full.numbers, hide_index=True, key=f"triangulation-inputs-{line.key}",
                     alt="Every number and threshold that the rule used")  # fmt: skip


def _quote(quote: room.Said, key: str) -> None:
    with st.container(border=True):
        st.text(f"\u201c{quote.words}\u201d" if quote.words else
                "The source does not have these words at their place any more.")  # fmt: skip
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(state.plain(quote.attribution))
            st.link_button(
                "Open in transcript", state.place(quote.source, quote.start, quote.end),
                type="tertiary", key=f"triangulation-open-{key}",
            )  # fmt: skip


# The decision --------------------------------------------------------------------------------


def _decide(
    project: Project, line: room.Line, judge: Judging | None, *, entry: int, following: str
) -> None:
    if not line.linked:
        _trouble()
        st.text("Nothing can be decided here until a finding is linked to this theme.")
        if project.may("evaluator"):
            st.button("Go to Links", key="triangulation-link-it", on_click=go, args=(LINKS,))
        return
    st.markdown("**Your verdict**")
    if line.own is not None:
        st.text(room.own_said(line.own))
    if judge is not None and judge.sees_own_alone:
        st.text("You judge blind: what others decided is hidden until you say that you are done.")
    _trouble()
    if say_why(project):
        return
    proposal = line.joint.proposal
    read = room.Shown(line.key, line.joint.theme, proposal,
                      None if line.own is None else int(line.own["version"]), entry)  # fmt: skip
    keys = _keys(line)
    accepted = final_of(proposal.verdict)
    with st.container(key="triangulation-decide"):
        if accepted:
            st.button(f"Accept: {verdict_words(accepted)}", type="primary",
                      key=f"triangulation-accept-{line.key}", on_click=_keep,
                      args=(read, "", keys, following))  # fmt: skip
        else:
            st.info(f"\u201c{verdict_words(proposal.verdict)}\u201d is no verdict and cannot be "
                    "accepted: decide on one of the four, and say why.")  # fmt: skip
        _otherwise(line, keys, read, following)


def _otherwise(
    line: room.Line, keys: tuple[str, str, str], read: room.Shown, following: str
) -> None:
    choice, reason, adds = keys
    st.radio("Or decide yourself" if final_of(read.proposal.verdict) else "Decide", FINAL,
             index=None, key=choice, **KEPT, captions=[_MEANS[one] for one in FINAL],
             format_func=verdict_words)  # fmt: skip
    st.text_area("Reason", key=reason, height=80, **KEPT,
                 help="Needed where your verdict is another than is proposed.")  # fmt: skip
    st.text_area(
        "What one adds to the other (optional)", key=adds, height=80, **KEPT,
        help="It makes a partial agreement an expansion (Fetters and others 2013).",
    )  # fmt: skip
    with st.container(horizontal=True):
        st.button("Keep my verdict", key=f"triangulation-keep-{line.key}", on_click=_keep,
                  args=(read, None, keys, following))  # fmt: skip
        if line.own is not None:
            st.button("Withdraw my verdict", key=f"triangulation-withdraw-{line.key}",
                      on_click=_withdraw, args=(read, keys))  # fmt: skip


def _keys(line: room.Line) -> tuple[str, str, str]:
    """Where verdict, reason and addition to a link are typed; at first what was decided before.

    What somebody typed stays until it is kept, whatever happens to the verdict elsewhere.
    """
    choice, reason, adds = (
        f"triangulation-{what}-{line.key}" for what in ("verdict", "reason", "adds")
    )
    own = line.own or {}
    first = (own.get("verdict"), own.get("reason", ""), own.get("adds", ""))
    held = f"triangulation-started-{line.key}"
    started = st.session_state.get(held)
    now = tuple(st.session_state.get(key) for key in (choice, reason, adds))
    if started is None or (now == started != first):
        st.session_state[held] = first
        for key, value in zip((choice, reason, adds), first, strict=True):
            st.session_state[key] = value
    return choice, reason, adds


def _keep(
    read: room.Shown, verdict: str | None, keys: tuple[str, str, str], following: str
) -> None:
    """Keep a verdict, the chosen one where none is given, and go on to the next that waits."""
    chosen, reason, adds = (st.session_state.get(key) for key in keys)
    if st.session_state.get(_KEPT_LAST) == (read.link, read.entry):
        return  # the second half of a double click
    if verdict is None and not chosen:
        st.session_state[_TROUBLE] = ("Choose one of the four verdicts first.", "")
        return

    def work(project: Project) -> room.Done:
        return room.keep(project, read, verdict if verdict is not None else str(chosen),
                         findings(), reason=reason or "", adds=adds or "")  # fmt: skip

    if _done(work, "Nothing was kept."):
        _forget(read, keys)
        st.session_state[_KEPT_LAST] = (read.link, read.entry)
        st.session_state[CHOSEN] = following
        st.session_state[_GONE] = st.session_state.get(_GONE, 0) + 1


def _withdraw(read: room.Shown, keys: tuple[str, str, str]) -> None:
    if _done(
        lambda project: room.withdraw(project, read.link, read.name), "Nothing was withdrawn."
    ):
        _forget(read, keys)


def _forget(read: room.Shown, keys: tuple[str, str, str]) -> None:
    for key in (*keys, f"triangulation-started-{read.link}"):
        st.session_state.pop(key, None)


def _take_back(done: room.Done) -> None:
    _done(lambda project: room.take_back(project, done), "That cannot be taken back.")


def _done(work: Callable[[Project], room.Done], failed: str) -> bool:
    """Do something and say so where the page is drawn next, or say why not; whether it was done."""
    try:
        with state.opened(write=True) as project:
            done = st.session_state[_DONE] = work(project)
            findings().decided(done.entry)
    except (QualkitError, ValueError) as error:
        st.session_state[_TROUBLE] = (failed, str(error))
        return False
    return True


def _tell_done() -> None:
    done: room.Done | None = st.session_state.get(_DONE)
    if done is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(state.plain(done.said), width="stretch")
        if done.entry is not None:
            st.button("Redo" if done.again else "Undo", key="triangulation-undo",
                      on_click=_take_back, args=(done,))  # fmt: skip


def _trouble() -> None:
    if (told := st.session_state.pop(_TROUBLE, None)) is not None:
        st.error(told[0])
        st.text(told[1])
