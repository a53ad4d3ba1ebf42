"""What the parts of the page Surveys share: tables, charts, files, choices."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import release, state
from qualkit.app import surveys_results_room as room
from qualkit.app.worked import KEPT, file, worked
from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.export.survey_printed import Printed
    from qualkit.survey import Comparison, Description, Survey

_WIDE: Final = {"Item": 230, "What": 400, "Remark": 260, "n": 140, "Test": 145}
_FIGURES: Final = {"95 % interval": 115, "Wilcoxon p": 95}
_FIGURE: Final = 88
_SHORT: Final = 7  # letters of a heading for which less is enough


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
    file((project.study, project.user, project.last_entry(), asked), key, room.ENDINGS,
         partial(room.write, made, name))  # fmt: skip


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
            release.download(
                f"Download as {ending[1:].upper()}", pages_of[at], f"{picture.names[at]}{ending}",
                key=f"surveys-{kind}-{ending}", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
    with st.expander("The chart in words", key=f"surveys-chart-words-{kind}"):
        st.text(picture.words[at])
