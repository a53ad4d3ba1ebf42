"""The page Study: make or open a study; how far it is, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import pandas as pd
import streamlit as st

from qualkit.app import jobs, state
from qualkit.app import study_room as room
from qualkit.app.recent import recent_studies
from qualkit.app.worked import reading, worked
from qualkit.compare import Saturation
from qualkit.errors import QualkitError
from qualkit.progress import Progress, Step, progress_of
from qualkit.project import Project
from qualkit.sample import build_sample
from qualkit.tables import attributes_of

_SAMPLE: Final = "sample"
_IMPORTED: Final = "as they were imported"
_HELP: Final = {
    "base": "How many interviews the base holds. The method's authors find 4 enough.",
    "run": "How many further interviews are looked at together. 3 is stricter than 2.",
    "threshold": "How much new information still counts as hardly any. None is strictest.",
    "by": "An attribute such as the date of the interview; dates as 2026-03-02.",
}


def show() -> None:
    """Show the page."""
    st.title("Study")
    if state.study() is None:
        _start()
        return
    with state.opened() as project:
        state.say_blind(project, "what others coded there is not counted here")
        if (made := _made(project)) is not None:
            _numbers(made)
            _next(made.next_steps)
            _tables(project, made)
    if state.given_study() is None:
        with st.expander("Open another study", key="study-another"):
            _open()


# No study is open ------------------------------------------------------------------------------


def _start() -> None:
    given = state.given_study()
    if given is not None:
        st.text("This server works on one study.")
        if st.button("Open the study", type="primary", key="study-given"):
            _go(given)
        return
    st.text(
        "A study holds your interviews, your codebook and all that is coded, in one file on this "
        "machine. Nothing leaves it."
    )
    _open()


def _open() -> None:
    """The ways to a study: the sample, a new one, one that is there."""
    if (ended := jobs.show(_SAMPLE)) is not None:
        _built(ended)
    sample, new, old = st.columns(3, border=True)
    with sample:
        _sample()
    with new:
        _new()
    with old:
        _old()


def _go(study: str) -> None:
    state.open_study(study)
    st.rerun()


def _sample() -> None:
    st.subheader("Look at the sample")
    st.text("Sixteen invented interviews of four areas, coded by two people. Try everything on it.")
    folder = st.text_input("Folder of the sample", str(room.home() / "sample"), key="sample-folder")
    running = jobs.running(_SAMPLE)
    if st.button("Open the sample study", type="primary", key="sample-open", disabled=running):
        _build(folder)


def _build(typed: str) -> None:
    try:
        folder = room.folder_of(typed)
        there = room.sample_in(folder)
        if there is None:
            jobs.start(
                _SAMPLE,
                "Building the sample study",
                lambda progress: build_sample(folder, progress=progress),
            )
    except QualkitError as error:
        state.tell(error)
        return
    if there is not None:
        _go(str(there))
    st.rerun()


def _built(job: jobs.Job) -> None:
    jobs.forget(_SAMPLE)
    if not jobs.mishap(job, "The sample could not be built.", "Cancelled; nothing was built."):
        _go(str(job.result.study))


def _new() -> None:
    st.subheader("Start a study")
    with st.form("new-study", border=False):
        name = st.text_input("Name", key="new-name", placeholder="School link 2026")
        folder = st.text_input("Folder", str(room.home()), key="new-folder")
        st.text("Codebooks to start with; you can add others and your own later.")
        ticked = tuple(
            book.name
            for book in room.shipped_books()
            if st.checkbox(
                f"{state.plain(book.title)} ({book.codes} codes)",
                key=f"new-{book.name}",
                help=state.plain(book.description),
            )
        )
        wanted = st.form_submit_button("Make the study", key="new-make")
    if wanted:
        try:
            made = room.new_study(name, room.folder_of(folder), ticked, user=state.coder() or None)
        except QualkitError as error:
            state.tell(error, "The study was not made.")
            return
        _go(str(made))


def _old() -> None:
    st.subheader("Open a study")
    recent = [one for one in recent_studies() if one != state.study()]
    if recent:
        st.text("Lately open:")
    for n, study in enumerate(recent):
        label = state.plain(Path(study).name.removesuffix(".qualkit"))
        if st.button(label, key=f"recent-{n}", help=state.plain(study), width="stretch"):
            _try(study)
    with st.form("open-study", border=False):
        typed = st.text_input(
            "Where it is",
            key="open-path",
            placeholder="/home/me/ours.qualkit",
            help="A file that ends in .qualkit, or a PostgreSQL address.",
        )
        wanted = st.form_submit_button("Open it", key="open-it")
    if wanted:
        _try(typed)


def _try(typed: str) -> None:
    try:
        study = room.opened_at(typed)
    except QualkitError as error:
        state.tell(error, "That study cannot be opened.")
        return
    _go(study)


# A study is open -------------------------------------------------------------------------------


def _made(project: Project) -> Progress | None:
    """How far the study is; None, with a bar, while it is being counted."""
    made: Progress | None = worked(project, "progress", (), "Counting what is coded",
                                   reading(progress_of))  # fmt: skip
    return made


def _numbers(made: Progress) -> None:
    counts = room.counts_of(made.by_source, made.by_theme)
    for column, (label, value) in zip(st.columns(len(counts)), counts.items(), strict=True):
        column.metric(label, value, border=True)


def _next(steps: tuple[Step, ...]) -> None:
    st.subheader("What to do next")
    pages: Mapping[str, Any] = st.session_state.get("pages", {})
    for n, step in enumerate(steps):
        if step.page in pages:
            with st.container(key=f"next-{n}"):
                st.page_link(
                    pages[step.page],
                    label=state.plain(step.text),
                    icon=":material/arrow_forward:",
                    query_params=dict(step.query),
                )
        else:
            st.text(step.text)


def _tables(project: Project, made: Progress) -> None:
    """The tables, of which only the one that is open is drawn."""
    shown: dict[str, Callable[[], None]] = {
        "By source": lambda: _by_source(made.by_source),
        "By theme": lambda: _by_theme(made.by_theme),
        "By coder": lambda: _by_coder(made.by_coder),
        "Saturation": lambda: _saturation(project),
    }
    tabs = st.tabs(list(shown), key="study-tabs", on_change="rerun")
    for tab, draw in zip(tabs, shown.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _by_source(table: pd.DataFrame) -> None:
    if table.empty:
        st.text("There are no interviews yet. Add them on the page Sources.")
        return
    st.dataframe(
        room.source_view(table),
        hide_index=True,
        key="by-source",
        alt="Progress by source",
        column_order=(
            "open", "source", "case", "share", "coded", "left", "codings", "suggestions", "words",
        ),
        column_config={
            "open": st.column_config.LinkColumn("Read", display_text="Open", width="small"),
            "source": st.column_config.TextColumn("Source"),
            "case": st.column_config.TextColumn("Case"),
            "share": st.column_config.ProgressColumn(
                "Answers coded", min_value=0.0, max_value=1.0, format="percent",
                help="Turns that are not an interviewer's, with at least one coding by anybody.",
            ),
            "coded": st.column_config.NumberColumn("Coded"),
            "left": st.column_config.NumberColumn("Left"),
            "codings": st.column_config.NumberColumn("Codings"),
            "suggestions": st.column_config.NumberColumn("Open suggestions"),
            "words": st.column_config.NumberColumn("Words", format="localized"),
        },
    )  # fmt: skip


def _by_theme(table: pd.DataFrame) -> None:
    if table.empty:
        st.text("There is no codebook yet. Add one on the page Codebook.")
        return
    st.dataframe(
        table,
        hide_index=True,
        key="by-theme",
        alt="Progress by theme",
        column_order=("name", "sources", "codings", "summaries", "codebook"),
        column_config={
            "name": st.column_config.TextColumn("Theme", width="large"),
            "sources": st.column_config.NumberColumn("Sources"),
            "codings": st.column_config.NumberColumn("Codings"),
            "summaries": st.column_config.NumberColumn("Summaries"),
            "codebook": st.column_config.TextColumn("Codebook"),
        },
    )


def _by_coder(table: pd.DataFrame) -> None:
    if table.empty:
        st.text("Nobody has coded yet. Choose who you are at the left, then go to Code.")
        return
    st.dataframe(
        table.assign(last=pd.to_datetime(table["last"], errors="coerce", utc=True)),
        hide_index=True,
        key="by-coder",
        alt="Progress by coder",
        column_config={
            "coder": st.column_config.TextColumn("Coder"),
            "sources": st.column_config.NumberColumn("Sources"),
            "codings": st.column_config.NumberColumn("Codings"),
            "last": st.column_config.DatetimeColumn("Last coding", format="D MMM YYYY, HH:mm"),
        },
    )


def _saturation(project: Project) -> None:
    st.text("Do further interviews still bring new codes?")
    base, run, threshold, order = st.columns(4)
    chosen: dict[str, Any] = {
        "base": base.selectbox("Base", (4, 5, 6), key="sat-base", help=_HELP["base"]),
        "run": run.selectbox("Run", (2, 3), key="sat-run", help=_HELP["run"]),
        "threshold": threshold.selectbox(
            "New information", (0.05, 0.0), key="sat-threshold", help=_HELP["threshold"],
            format_func=lambda share: "at most 5 %" if share else "none",
        ),
    }  # fmt: skip
    attributes = _orders(project)
    by = order.selectbox(
        "Order of interviews", [_IMPORTED, *attributes], key="sat-by", help=_HELP["by"]
    )
    asked = {**chosen, "by": None if by == _IMPORTED else by}
    made = worked(project, "saturation", tuple(asked.values()), "Counting new codes",
                  reading(partial(room.saturation, asked)))  # fmt: skip
    if isinstance(made, QualkitError):
        state.tell(made, "The interviews cannot be put in this order.")
    elif made is not None:
        _figure(made)


def _orders(project: Project) -> list[str]:
    """The attributes by which interviews can be in order."""
    own = attributes_of(project.sources(), "sources")
    return [*own, *(one for one in attributes_of(project.cases(), "cases") if one not in own)]


def _figure(made: Saturation) -> None:
    st.text(room.saturation_said(made))
    if not made.table.empty:
        st.altair_chart(room.saturation_chart(made), key="sat-chart", alt=_spoken(made))
    left_out = f" {made.left_out} without codings are left out." if made.left_out else ""
    st.text(
        "Bars are new codes, the line all so far. This counts codes, not how well they are "
        "understood, and interviews that are coded in part count as they are. With a codebook "
        "that was fixed beforehand it tells when its codes have been met, not whether others are "
        f"missing.{left_out}"
    )
    st.text("Method: Guest, Namey and Chen (2020), PLOS ONE 15(5):e0232076.")


def _spoken(made: Saturation) -> str:
    codes = made.table["codes"].iloc[-1]
    return f"New codes by interview; {codes} codes after {len(made.table)} interviews"
