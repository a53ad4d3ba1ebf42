"""What the parts of the page Surveys share: work in the background, tables, files, choices."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import jobs, state
from qualkit.app import surveys_results_room as room
from qualkit.model import new_id
from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.export.survey_printed import Printed
    from qualkit.survey import Comparison, Description, Survey

KEPT: Final[dict[str, Any]] = {"persist_state": "session"}
_HELD: Final = 4  # choices of one kind whose results are kept
_MOMENT: Final = 1.0  # seconds within which most work is done, so that no bar need show
_LOOK: Final = 0.02
_WIDE: Final = {"Item": 230, "What": 400, "Remark": 260, "n": 140, "Test": 145}
_FIGURES: Final = {"95 % interval": 115, "Wilcoxon p": 95}
_FIGURE: Final = 88
_SHORT: Final = 7  # letters of a heading for which less is enough


def mine(what: str) -> str:
    """The key of this tab's own job."""
    return f"surveys-{what}-{st.session_state.setdefault('surveys-tab', new_id())}"


# Worked out once for each choice ---------------------------------------------------------------


def worked(
    project: Project,
    what: str,
    asked: object,
    title: str,
    work: Callable[[jobs.Progress], Any],
    *,
    moment: float = _MOMENT,
) -> Any:  # noqa: ANN401 - what the work gives
    """What was worked out for a choice; None, with a bar or the reason, while there is nothing.

    It is kept by study, person, the last entry of the log and what was asked, in this tab alone.
    """
    wanted = (project.study, project.user, project.last_entry(), asked)
    held: list[tuple[Any, jobs.Job]] = st.session_state.setdefault(f"surveys-held-{what}", [])
    for key, job in held:
        if key == wanted:
            return _given(what, held, job)
    running, begun = jobs.of(mine(what)), st.session_state.get(f"surveys-begun-{what}")
    if running is not None and running.status == "running" and begun != wanted:
        running.cancel()  # another choice has been made since
    elif running is None or begun != wanted:
        running = jobs.start(mine(what), title, work)
        st.session_state[f"surveys-begun-{what}"] = wanted
    _wait(running, moment)
    if running.status == "running" or st.session_state.get(f"surveys-begun-{what}") != wanted:
        jobs.show(mine(what))
        if running.status != "running":
            st.rerun()
        return None
    jobs.forget(mine(what))
    held[:] = [(wanted, running), *held][:_HELD]
    return _given(what, held, running)


def _wait(job: jobs.Job, moment: float) -> None:
    until = time.monotonic() + moment
    while job.status == "running" and time.monotonic() < until:
        time.sleep(_LOOK)


def _given(what: str, held: list[tuple[Any, jobs.Job]], job: jobs.Job) -> Any:  # noqa: ANN401 - as above
    if not jobs.mishap(job, "This could not be worked out."):
        return job.result
    if st.button("Try again", key=f"surveys-again-{what}"):
        held[:] = [one for one in held if one[1] is not job]
        st.rerun()
    return None


def as_who() -> tuple[str, str | None]:
    """The study, and who works on it, as work in the background takes them."""
    return state.study() or "", state.coder() or None


# Choices ---------------------------------------------------------------------------------------


def chosen_survey(project: Project, key: str) -> Survey:
    """The survey that is looked at: the only one, or the chosen one."""
    table = project.surveys()
    titles = dict(zip(table["survey"], table["title"], strict=True))
    if len(titles) == 1:
        return project.survey(next(iter(titles)))
    name = st.selectbox(
        "Survey", list(titles), key=f"surveys-survey-{key}",
        format_func=lambda one: f"{one}: {titles[one]}", **KEPT,
    )  # fmt: skip
    return project.survey(name)


def waves_of(project: Project, survey: Survey) -> list[str]:
    """The waves of a survey whose answers are kept, in order of time."""
    table = project.waves()
    return [str(one) for one in table.loc[table["survey"] == survey.id, "wave"]]


def items_said(survey: Survey) -> dict[str, str]:
    """Items with their questions, to choose them by."""
    return {item.id: f"{item.id} {' '.join(item.question.split())}"[:90] for item in survey.items}


def hiding(key: str) -> room.Hiding:
    """From which size on results are shown."""
    left, right = st.columns(2)
    usual = room.Hiding()
    base = left.number_input(
        "Withhold results on fewer answers than", 0, 1000, usual.base, key=f"surveys-base-{key}",
        help="0 withholds nothing; then single answers may be read off.", **KEPT,
    )  # fmt: skip
    cell = right.number_input(
        "Withhold counts of fewer people than", 0, 1000, usual.cell, key=f"surveys-cell-{key}",
        help="And with them what would give them away.", **KEPT,
    )  # fmt: skip
    return room.Hiding(int(base), int(cell))


# Tables ----------------------------------------------------------------------------------------


def tables(shown: Printed, key: str, first: int = 1) -> None:
    """Tables as they are printed, with the key of their marks; the first ones open."""
    if shown.key:
        st.text("\n".join(shown.key))
    for n, (title, table) in enumerate(shown.tables.items()):
        if n < first:
            st.subheader(state.plain(title))
            table_of(table, shown.figures[title], f"{key}-{n}", title)
        else:
            with st.expander(state.plain(title), key=f"{key}-open-{n}"):
                table_of(table, shown.figures[title], f"{key}-{n}", title)


def table_of(table: pd.DataFrame, figures: Sequence[str], key: str, alt: str) -> None:
    """One table of words and figures, figures to the right."""
    if table.empty:
        st.text("Nothing to show.")
        return
    column = st.column_config
    config: dict[str, Any] = {
        name: column.TextColumn(
            alignment="right", width=_FIGURES.get(name, _FIGURE if len(name) > _SHORT else 68)
        )
        for name in figures
    }
    config |= {
        name: column.TextColumn(width=_WIDE[name], pinned=name == "Item")
        for name in table.columns if name in _WIDE and name not in figures
    }  # fmt: skip
    st.dataframe(table, hide_index=True, key=key, alt=alt, placeholder="", column_config=config)


def remarks(shown: Printed) -> None:
    """What a reader must know, and how it was done, ready to copy."""
    if shown.notes:
        with st.expander("Notes", expanded=len(shown.notes) <= 3):
            st.text("\n".join(shown.notes))
    st.subheader("For a methodology annex")
    st.code(" ".join(shown.method), language=None, wrap_lines=True)


# Files -----------------------------------------------------------------------------------------


def files(
    project: Project, made: Description | Comparison | pd.DataFrame, asked: object, name: str,
    key: str,
) -> None:  # fmt: skip
    """The way to a file of the tables of `made`, which was worked out for what was `asked`."""
    job, held = mine(f"file-{key}"), f"surveys-made-{key}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ending = st.radio("Tables as", list(room.ENDINGS), format_func=room.ENDINGS.__getitem__,
                          horizontal=True, key=f"surveys-ending-{key}", **KEPT)  # fmt: skip
        wanted = (project.study, project.user, project.last_entry(), asked, ending)
        if st.button("Make the file", key=f"surveys-file-{key}", disabled=jobs.running(job)):
            st.session_state[held] = (wanted, None)
            jobs.start(job, "Writing the tables", partial(room.write, made, name, ending))
            st.rerun()
    if (ended := jobs.show(job)) is not None:
        jobs.forget(job)
        st.session_state[held] = (st.session_state[held][0], ended)
    of, made_file = st.session_state.get(held, (None, None))
    if of != wanted or made_file is None or jobs.mishap(made_file, "The file could not be made."):
        return  # none was made, or one of something else
    file: room.Made = made_file.result
    st.download_button(
        f"Download {state.plain(file.name)}", file.data, file.name, "application/octet-stream",
        key=f"surveys-download-{key}", icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def charts(
    project: Project, made: Description | Comparison, survey: Survey, asked: object,
    wanted: room.Chart,
) -> None:  # fmt: skip
    """Charts with their words and the way to their files.

    `asked` is what `made` was worked out for.
    """
    drawn: dict[str, room.Drawn] | None = worked(
        project, f"charts-{wanted.kinds[0]}", (asked, wanted), "Drawing the charts",
        partial(room.draw, made, survey, wanted), moment=0,
    )  # fmt: skip
    if drawn is None:
        return
    if not drawn:
        st.text("None of these items can be drawn; the tables have them all.")
    for kind, picture in drawn.items():
        _chart(kind, picture)


def _chart(kind: str, picture: room.Drawn) -> None:
    st.subheader(room.CHARTS[kind])
    pages, at = len(picture.png), 0
    if pages > 1:
        at = st.segmented_control(
            f"Page of {room.CHARTS[kind].lower()}", range(pages), default=0, required=True,
            format_func=lambda n: f"Page {n + 1} of {pages}" if n == 0 else str(n + 1),
            key=f"surveys-page-{kind}-{pages}", label_visibility="collapsed",
        )  # fmt: skip
    st.image(picture.png[at], alt=room.alt(picture.words[at]), width=900)
    with st.container(horizontal=True):
        for ending, pages_of in ((".png", picture.png), (".svg", picture.svg)):
            st.download_button(
                f"Download as {ending[1:].upper()}", pages_of[at], f"{picture.names[at]}{ending}",
                key=f"surveys-{kind}-{ending}", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
    with st.expander("The chart in words", key=f"surveys-chart-words-{kind}"):
        st.text(picture.words[at])
