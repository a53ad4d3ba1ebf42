"""The framework grid: cases by themes, and the words of the cell that is chosen."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from uuid import uuid4

import streamlit as st

from qualkit.app import framework_editor as editor
from qualkit.app import framework_room as fr
from qualkit.app import jobs, release, state
from qualkit.app.components import grid as component
from qualkit.app.worked import reading, shown_at, worked
from qualkit.drafting import draft_cells
from qualkit.errors import QualkitError
from qualkit.export._shared import heading
from qualkit.framework import Choice
from qualkit.loading import LoadReport
from qualkit.model import STANCES, Framework
from qualkit.project import Project

_CELL: Final = "framework-cell"  # the cell that is chosen
_SEEN: Final = "framework-seen"  # the number of the choice that was taken last
_LINKED: Final = "framework-linked"  # the cell that the address named last
_ROOM: Final = "framework-room-at"  # the last room, and what it was asked for
_FORMATS: Final = {".docx": "Word", ".xlsx": "Excel", ".html": "Web page"}
Whose = tuple[str, str]  # a study, and who looks at it
_KEPT: Any = "session"  # how long the options above the grid are kept


def show() -> None:
    """Show the page."""
    st.title("Framework", anchor=False)
    with st.container(key="framework-room"):
        _page()


@st.fragment
def _page() -> None:
    with state.opened() as project:
        whose, entry = (state.study() or "", project.user), project.last_entry()
        study = _study(whose, entry, _project=project)
        with st.container():  # so that a note that comes and goes moves nothing below it
            state.say_blind(project, "what others coded and wrote there is left out")
            ready = _ready(study)
        if not ready:
            return
        options, view = _toolbar(study)
        with st.container():
            room = _room_at(whose, entry, options, project)
            _jobs()
        if room is None:
            return
        shown = _shown(whose, entry, options, view, _room=room)
        _grid_and_editor(project, room, shown)


# Kept by the last entry of the log: while nothing changes, nothing is read twice. Who looks
# belongs to the key, since whoever codes blind sees less.


@st.cache_resource(max_entries=8, show_spinner=False)
def _study(whose: Whose, entry: int, *, _project: Project) -> fr.Study:
    return fr.study_of(_project)


def _room_at(whose: Whose, entry: int, options: fr.Options, project: Project) -> fr.Room | None:
    """The room at an entry; after a save of our own, the last room with its summaries anew.

    None, with a bar or the reason, while there is none.
    """
    asked = (whose, entry, options)
    held: tuple[Any, fr.Room | None] = st.session_state.get(_ROOM, (None, None))
    before, room = held
    if room is not None and before == asked:
        return room
    own = entry == editor.last_entry() and not options.opened
    if room is not None and own and before == (whose, entry - 1, options):
        room = fr.with_summaries(project, room)
    else:
        work = reading(partial(fr.room_of, options=options))
        room = worked(project, "framework", options, "Charting the codings", work)
        if room is None:
            return None
        asked = (whose, shown_at("framework"), options)
    st.session_state[_ROOM] = (asked, room)
    return room


@st.cache_resource(max_entries=8, show_spinner=False)
def _shown(
    whose: Whose, entry: int, options: fr.Options, view: fr.View, *, _room: fr.Room
) -> dict[str, Any]:
    return fr.sent(fr.arranged(_room.grid, view), fr.numbers_of(_room.grid))


# Nothing to show yet -------------------------------------------------------------------------


def _ready(study: fr.Study) -> bool:
    """Whether there is a grid to show; says what to do where there is none."""
    if not study.themes:
        st.info("A grid needs themes: its columns. Add a codebook, or make codes of your own.")
        _go("codebook", "Go to Codebook")
    elif not study.sources:
        st.info("A grid needs interviews: they and their cases are its rows. Bring some in.")
        _go("sources", "Go to Sources")
    elif not study.codings:
        st.info(
            "Nothing is coded yet. Cells fill with excerpts as you code; summaries can be written"
            " at once."
        )
        _go("code", "Go to Code")
    return bool(study.themes and study.sources)


def _go(page: str, label: str) -> None:
    if (there := st.session_state.get("pages", {}).get(page)) is not None:
        st.page_link(there, label=label)


# Above the grid ------------------------------------------------------------------------------


def _toolbar(study: fr.Study) -> tuple[fr.Options, fr.View]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rows = st.selectbox(
            "Rows", ["case", "source", *study.attributes], format_func=heading,
            key="framework-rows", persist_state=_KEPT, width=190,
        )  # fmt: skip
        bands = st.multiselect(
            "Group rows by", [name for name in ("case", *study.attributes) if name != rows],
            format_func=heading, key="framework-bands", persist_state=_KEPT, width=260,
            placeholder="No groups", help="The widest group first.",
        )  # fmt: skip
        with st.popover("Themes", key="framework-themes"):
            framework, opened = _themes(study)
        with st.popover("Filter", key="framework-filter"):
            choice = _filter(study)
        with st.popover("View", key="framework-view"):
            view = _view()
        with st.popover("Draft", key="framework-draft"):
            _draft_all(rows)
        options = fr.Options(rows, tuple(bands), opened, framework, choice)
        with st.popover("Export", key="framework-export"):
            _export(options)
    with st.container():
        for words in choice.words:
            st.caption(state.plain(words))
    return options, view


def _themes(study: fr.Study) -> tuple[Framework | None, tuple[str, ...]]:
    chosen = st.multiselect(
        "Themes, in order", list(study.themes), format_func=study.themes.__getitem__,
        key="framework-chosen", persist_state=_KEPT, placeholder="All themes",
    )  # fmt: skip
    framework = fr.framework_of(chosen)
    file = st.file_uploader(
        "Or a framework file", type=["yaml", "yml"], key="framework-file",
        help="Its themes are the columns, under its titles.",
    )  # fmt: skip
    if file is not None:
        try:
            framework = fr.framework_in(file.name, file.getvalue())
        except QualkitError as error:
            state.tell(error, "This framework cannot be used.")
    opened = st.multiselect(
        "Show the codes below", chosen or list(study.themes),
        format_func=study.themes.__getitem__, key="framework-opened", persist_state=_KEPT,
        placeholder="Of no theme", disabled=file is not None,
        help="Gives every code below such a theme a column of its own.",
    )  # fmt: skip
    return framework, () if file is not None else tuple(opened)


def _filter(study: fr.Study) -> Choice:
    coders = st.multiselect(
        "Codings by", study.coders, key="framework-coders", persist_state=_KEPT,
        placeholder="Everybody",
    )  # fmt: skip
    stances = st.multiselect(
        "With the stance", STANCES, key="framework-stances", persist_state=_KEPT,
        placeholder="Any or none",
    )  # fmt: skip
    agreed = st.toggle(
        "Only what everybody agrees on", key="framework-consensus", persist_state=_KEPT,
        help="Words that everybody who coded the source, two people at least, gave the same code.",
    )  # fmt: skip
    return Choice(tuple(stances), tuple(coders), agreed)


def _view() -> fr.View:
    order = st.selectbox(
        "Order of rows", list(fr.ORDERS), format_func=fr.ORDERS.__getitem__,
        key="framework-order", persist_state=_KEPT,
    )  # fmt: skip
    rows = st.toggle("Hide empty rows", key="framework-hide-rows", persist_state=_KEPT)
    columns = st.toggle("Hide empty themes", key="framework-hide-columns", persist_state=_KEPT)
    st.caption("For the screen; a file that you export has every row and theme of the grid.")
    return fr.View(order, rows, columns)


# Long work -----------------------------------------------------------------------------------


def _key(work: str) -> str:
    """The key of this tab's own job on the study that is open."""
    tab = st.session_state.setdefault("framework-tab", uuid4().hex)
    return f"framework-{work}-{tab}-{state.study()}"


def _draft_all(rows: str) -> None:
    st.text(
        "Drafts quote: up to three sentences of a cell's excerpts, word for word. They are marked"
        " as drafts until you save them. No cell that somebody has written in is touched."
    )
    able = rows in {"case", "source"} and bool(state.coder())
    if st.button("Draft all empty cells", key="framework-draft-all", disabled=not able):
        _start("draft", "Drafting empty cells", _drafting(rows))
    if not able:
        st.caption("Needs rows of cases or sources, and your name under 'Who codes'.")


def _drafting(rows: str) -> Callable[[jobs.Progress], Any]:
    path, author = state.study() or "", state.coder()

    def work(progress: jobs.Progress) -> LoadReport:
        with Project.open(path, user=author) as project:
            return draft_cells(project, author=author, rows=rows, progress=progress)

    return work


def _export(options: fr.Options) -> None:
    st.text("The grid as it is asked for here: rows, groups, themes and filter.")
    ending = st.selectbox(
        "Kind of file", list(_FORMATS), format_func=_FORMATS.__getitem__, key="framework-ending",
        persist_state=_KEPT,
    )  # fmt: skip
    paper, few = "A3", None
    if ending == ".docx":
        paper = st.selectbox("Paper", ["A3", "A4"], key="framework-paper", persist_state=_KEPT)
    if not st.toggle("All excerpts", value=True, key="framework-all-excerpts"):
        few = st.number_input("Excerpts a cell", 1, 50, 3, key="framework-limit")
    if st.button("Make the file", key="framework-make"):
        _start("export", "Writing the grid", _writing(options, ending, paper, few))


def _writing(
    options: fr.Options, ending: str, paper: str, limit: int | None
) -> Callable[[jobs.Progress], Any]:
    path = state.study() or ""

    def work(progress: jobs.Progress) -> tuple[str, bytes]:
        progress(0, 0, "")
        with Project.open(path) as project:
            made = fr.file_of(project, options, ending, paper=paper, limit=limit)
            progress(1, 1, "")
            return f"{project.name}-grid{ending}", made

    return work


def _start(work: str, title: str, do: Callable[[jobs.Progress], Any]) -> None:
    try:
        jobs.start(_key(work), title, do)
    except QualkitError as error:
        state.tell(error)


def _jobs() -> None:
    """The bars of what is at work, and what came of it."""
    for work, tell in (("draft", _drafted), ("export", _written)):
        job = jobs.show(_key(work))
        if job is None:
            continue
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            if job.error is not None:
                state.tell(job.error)
            elif job.status == "cancelled":
                st.text(f"{job.title}: stopped, and nothing was kept.")
            else:
                tell(job.result)
            st.button(
                "Close", key=f"framework-close-{work}", on_click=jobs.forget, args=(_key(work),)
            )


def _drafted(report: LoadReport) -> None:
    st.text(f"{report.added} cell{'s' if report.added != 1 else ''} drafted.")
    if report.entry is not None and report.added:
        st.button("Undo", key="framework-undo-drafts", on_click=_undo_drafts, args=(report.entry,))


def _undo_drafts(entry: int) -> None:
    if editor.undo_drafts(entry):
        jobs.forget(_key("draft"))


def _written(made: tuple[str, bytes]) -> None:
    name, content = made
    st.text("The file is ready.")
    release.download(
        "Download", content, name, key="framework-download", type="primary", on_click="ignore"
    )


# The grid and the chosen cell ----------------------------------------------------------------


def _grid_and_editor(project: Project, room: fr.Room, shown: dict[str, Any]) -> None:
    left, right = st.columns([2, 1])
    with left:
        with st.container():
            if not shown["rows"] or not shown["columns"]:
                st.info("Everything is empty and hidden; see View.")
        _take(component.grid(shown))
    cell = _chosen(room)
    with right, st.container(key="framework-editor"):
        if cell is None:
            _how_to()
        else:
            editor.edit(project, room, cell)
    with left:
        _not_saved(room, cell)


def _take(chosen: component.Chosen | None) -> None:
    """Take a choice that was made in the grid, each once."""
    if chosen is not None and chosen.number != st.session_state.get(_SEEN):
        st.session_state[_SEEN] = chosen.number
        st.session_state[_CELL] = (chosen.row, chosen.theme)


def _chosen(room: fr.Room) -> tuple[str, str] | None:
    """The cell that was chosen, or that the address names; the address follows the choice."""
    named = (st.query_params.get("row", ""), st.query_params.get("theme", ""))
    if all(named) and named != st.session_state.get(_LINKED):
        st.session_state[_CELL] = named
    found = fr.found_cell(room.grid, *st.session_state.get(_CELL, ("", "")))
    if found is not None and found != st.session_state.get(_LINKED):
        st.session_state[_LINKED] = found
        st.query_params.from_dict({"row": found[0], "theme": found[1]})
    return found


def _how_to() -> None:
    st.subheader("Choose a cell", anchor=False)
    st.text(
        "Click a cell, or move with the arrow keys and press Enter. Its excerpts open here, each"
        " with the way to its place in the transcript. Write beside them, in a sentence or two,"
        " what this case says about this theme."
    )


def _not_saved(room: fr.Room, cell: tuple[str, str] | None) -> None:
    """Tell the grid what is chosen and what is not saved; say so below it too."""
    waiting = [(edit.place, fr.row_of(room, edit.place)) for edit in editor.unsaved(state.coder())]
    component.marks(
        cell,
        number=st.session_state.get(_SEEN, 0),
        unsaved=[(row, place.theme) for place, row in waiting if row is not None],
    )
    if waiting:
        names = sorted(fr.told(room, place) for place, _ in waiting)
        st.caption(state.plain(f"Not saved yet: {'; '.join(names)}."))
