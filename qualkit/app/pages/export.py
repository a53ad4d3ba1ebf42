"""Every export with its options and a preview, and a report's quotes checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

import streamlit as st

from qualkit.app import jobs, release, state
from qualkit.app.export_preview import Fault, Preview, preview_or_why
from qualkit.app.export_room import (
    FIGURES,
    KINDS,
    PARTS,
    Choices,
    Made,
    Wish,
    choices_of,
    make,
    spoken,
)
from qualkit.app.quote_check import READS, Checked, check_quotes
from qualkit.app.worked import reading, worked
from qualkit.compare import MEASURES
from qualkit.errors import QualkitError
from qualkit.framework import Choice
from qualkit.model import STANCES
from qualkit.project import Project
from qualkit.wording import many

_MAKE, _CHECK = "Make a file", "Check a report's quotes"
_ENDINGS: Final = {
    ".docx": "Word", ".xlsx": "Excel", ".html": "Web page", ".csv": "CSV", ".yaml": "YAML",
    ".png": "PNG", ".svg": "SVG",
}  # fmt: skip
_WITHIN: Final = {"words": "on the same words", "turn": "in one turn", "source": "in one source"}
_MEASURED: Final = {
    "sources": "Sources", "share": "Share of sources", "excerpts": "Excerpts", "words": "Words",
    "turns": "Share of turns",
}  # fmt: skip
_LEVELS: Final = {"code": "Codes", "theme": "Themes"}
_ONE_ROW: Final = {"theme": "Themes", "code": "Codes"}
_KEPT: Final[dict[str, Any]] = {"persist_state": "session"}


def show() -> None:
    """Choose what to hand over, look at it, make it."""
    st.title("Export")
    with state.opened() as project:
        state.say_blind(project, "files that you make leave out what others coded and wrote there")
        part = st.radio(
            "What to do", [_MAKE, _CHECK], horizontal=True, label_visibility="collapsed",
            key="export-part", **_KEPT,
        )  # fmt: skip
        if project.sources().empty:
            st.info(
                "There is nothing to hand over yet. Begin with interviews, on the page Sources."
            )
        elif part == _MAKE:
            _make(project)
        else:
            _check(project)


def _make(project: Project) -> None:
    what, how = st.columns([1, 2], gap="large")
    with what:
        # captions would be too pale to be read by all
        kind = st.radio(
            "What", list(KINDS), key="export-kind", **_KEPT,
            format_func=lambda one: f"**{KINDS[one].title}.** {KINDS[one].sentence}",
        )  # fmt: skip
    with how:
        st.subheader(KINDS[kind].title)
        wish = _wish(kind, choices_of(project))
        look = _look(project, wish)
        if isinstance(look, QualkitError):
            st.info("This cannot be made yet.")
            st.text(str(look))
            return
        if look is None:
            return
        _show_faults(look)
        _file(project, wish, ready=not look.faults)
        _show_look(look, checked=KINDS[kind].quotes and not look.faults)


# The file ----------------------------------------------------------------------------------


def _file(project: Project, wish: Wish, *, ready: bool) -> None:
    job = f"export {project.study} {state.coder()}"
    jobs.button(
        "Make the file", key="export-make", job=job,
        title=f"Making the {KINDS[wish.kind].title.lower()}",
        work=partial(make, state.study() or "", state.coder() or None, wish), ready=ready,
        kind="primary",
    )  # fmt: skip
    made = jobs.result(job, "The file could not be made.", "Cancelled; nothing was made.")
    if made is not None and made.wish.kind == wish.kind:
        _download(made, wish)


def _download(made: Made, wish: Wish) -> None:
    """The file that is ready; one made with other choices says so."""
    other = "" if made.wish == wish else ", made before with other choices"
    st.text(f"{made.name} is ready ({_size(made.data)}{other}).")
    release.download(
        "Download", made.data, made.name, "application/octet-stream", key="export-download",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _size(data: bytes) -> str:
    return f"{max(1, len(data) // 1000):,} KB"


# The preview -------------------------------------------------------------------------------


def _look(project: Project, wish: Wish) -> Preview | QualkitError | None:
    """The preview of a wish, or why it cannot be made; None, with a bar, while it is worked out."""
    asked = replace(wish, template=None)
    look: Preview | QualkitError | None = worked(
        project, "export", asked, "Looking at the study", reading(partial(preview_or_why, asked))
    )
    return look


def _show_faults(look: Preview) -> None:
    if not look.faults:
        return
    st.error(
        "Some of what would be printed is not word for word what the transcripts say, so nothing "
        "is written. Mend these places first."
    )
    faults_table(look.faults)


def faults_table(faults: Sequence[Fault]) -> None:
    """What is wrong in a study, with the link to each place."""
    rows = [{"Place": one.link, "Where": one.where, "What": one.why} for one in faults]
    st.dataframe(
        rows, hide_index=True, key="faults", placeholder="", alt="What is wrong, and where",
        column_config={"Place": st.column_config.LinkColumn(display_text="Open", width=60)},
    )  # fmt: skip


def _show_look(look: Preview, *, checked: bool) -> None:
    st.markdown("**Preview**")
    if look.said:
        st.text(look.said)
    if checked:
        st.text("Every quote was found word for word in its transcript.")
    for note in look.notes:
        st.text(note)
    if look.picture is not None:
        st.image(look.picture, alt="The figure as it will be")
    if look.text:
        with st.container(height=420):
            st.text(look.text)
    if look.table is not None and len(look.table):
        st.dataframe(
            look.table, hide_index=True, key="export-preview", alt="The first rows",
            column_config={
                "place": st.column_config.LinkColumn("Place", display_text="Open"),
                "text": st.column_config.TextColumn("text", width="large"),
            },
        )  # fmt: skip


# The options -------------------------------------------------------------------------------


def _wish(kind: str, held: Choices) -> Wish:
    endings = KINDS[kind].endings
    ending = endings[0]
    if len(endings) > 1:
        ending = st.radio(
            "File", endings, format_func=lambda one: f"{_ENDINGS[one]} ({one})", horizontal=True,
            key=f"export-ending-{kind}", **_KEPT,
        )  # fmt: skip
    given = _OPTIONS[kind](held) if kind in _OPTIONS else {}
    if ending == ".docx":
        given |= _look_of_word(kind)
    return Wish(kind, ending, **given)


def _grid_options(held: Choices) -> dict[str, Any]:
    return {**_layout(held, "grid", None), **_only(held, "grid", themes=True)}


def _report_options(held: Choices) -> dict[str, Any]:
    parts = st.multiselect(
        "Parts", list(PARTS), default=list(PARTS)[:-1], format_func=lambda one: PARTS[one],
        key="export-parts", help="The list of sources is always there.", **_KEPT,
    )  # fmt: skip
    chosen = tuple(one for one in PARTS if one in parts)
    return {
        "parts": chosen, **_layout(held, "report", 5), **_only(held, "report", themes=True)
    }  # fmt: skip


def _layout(held: Choices, kind: str, limit: int | None) -> dict[str, Any]:
    """What rows are, how they are grouped, how much a cell shows."""
    first, second, third = st.columns(3)
    rows = first.selectbox(
        "A row is a", held.groupings, format_func=spoken, key=f"export-rows-{kind}", **_KEPT
    )
    bands = second.multiselect(
        "Grouped by", [one for one in held.groupings if one not in {rows, "source"}],
        format_func=spoken, key=f"export-bands-{kind}", placeholder="not grouped",
        help="The widest group first.", **_KEPT,
    )  # fmt: skip
    most = third.number_input(
        "Excerpts in a cell, at most", min_value=1, value=limit, placeholder="all",
        key=f"export-limit-{kind}", help="The others are counted.", **_KEPT,
    )  # fmt: skip
    return {"rows": rows, "bands": tuple(bands), "limit": most}


def _only(held: Choices, kind: str, *, themes: bool, sources: bool = False) -> dict[str, Any]:
    """Which themes and codings."""
    given: dict[str, Any] = {}
    with st.expander("Only some themes or codings" if themes else "Only some codings"):
        if themes:
            given["themes"] = _themes(held, "Themes, in order", f"export-themes-{kind}", "all")
            given["opened"] = _themes(
                held, "With a column for each of its codes", f"export-open-{kind}", "none"
            )
        stances = st.multiselect(
            "Stance", STANCES, key=f"export-stances-{kind}", placeholder="all", **_KEPT
        )
        coders = st.multiselect(
            "Coder", held.coders, key=f"export-coders-{kind}", placeholder="all", **_KEPT
        )
        consensus = st.checkbox(
            "Only what everybody who coded a source agrees on", key=f"export-consensus-{kind}",
            help="Sources that one person alone coded have none.", **_KEPT,
        )  # fmt: skip
        given["choice"] = Choice(tuple(stances), tuple(coders), consensus)
        if sources:
            given |= _sources_with(held)
    return given


def _themes(held: Choices, label: str, key: str, nothing: str) -> tuple[str, ...]:
    chosen = st.multiselect(
        label, list(held.themes), format_func=lambda one: held.themes[one], key=key,
        placeholder=nothing, **_KEPT,
    )  # fmt: skip
    return tuple(chosen)


def _look_of_word(kind: str) -> dict[str, Any]:
    with st.expander("Look of the Word file"):
        given: dict[str, Any] = {}
        if kind != "transcripts":
            given["paper"] = st.radio(
                "Paper of the grid", ["A3", "A4"], horizontal=True, key=f"export-paper-{kind}",
                **_KEPT,
            )  # fmt: skip
        file = st.file_uploader(
            "A Word file whose styles, headers and footers it takes",
            type=["docx", "dotx"],
            key=f"export-template-{kind}",
        )
        return given | {"template": None if file is None else file.getvalue()}


def _sources_with(held: Choices) -> dict[str, Any]:
    """Codings of sources with some values of an attribute alone."""
    first, second = st.columns(2)
    attribute = first.selectbox(
        "Sources", ["", *held.attributes], key="export-attribute",
        format_func=lambda one: f"by {spoken(one)}" if one else "all", **_KEPT,
    )  # fmt: skip
    values: list[str] = []
    if attribute:
        values = second.multiselect(
            "With", held.values[attribute], placeholder="all", key=f"export-values-{attribute}",
            **_KEPT,
        )  # fmt: skip
    return {"attribute": attribute, "values": tuple(values)}


def _table_options(held: Choices) -> dict[str, Any]:
    first, second = st.columns(2, vertical_alignment="bottom")
    by = first.selectbox(
        "A row is a", held.groupings, format_func=spoken, key="export-table-by", **_KEPT
    )
    counts = second.checkbox("How many codings, instead of 0 and 1", key="export-counts", **_KEPT)
    return {"by": by, "counts": counts}


def _codebook_options(held: Choices) -> dict[str, Any]:
    book = st.selectbox(
        "Codebook", list(held.books), format_func=lambda one: held.books[one], key="export-book",
        **_KEPT,
    )  # fmt: skip
    return {"book": book or ""}


def _crosstab_options(held: Choices, kind: str = "crosstab") -> dict[str, Any]:
    rows = {**_ONE_ROW, **{key: f"Codes of {name}" for key, name in held.themes.items()}}
    first, second = st.columns(2)
    chosen = first.selectbox(
        "Rows", list(rows), format_func=lambda one: rows[one], key=f"export-{kind}-rows", **_KEPT
    )
    by = second.selectbox(
        "Columns", [*held.attributes, "case", "source", "coder"], format_func=spoken,
        key=f"export-{kind}-by", **_KEPT,
    )  # fmt: skip
    shown = "The figure shows" if kind == "heatmap" else "The preview shows"
    measure = first.selectbox(
        shown, MEASURES, index=MEASURES.index("share" if kind == "heatmap" else "sources"),
        format_func=lambda one: _MEASURED[one], key=f"export-{kind}-measure",
        help=None if kind == "heatmap" else "The file has all measures.", **_KEPT,
    )  # fmt: skip
    smallest = second.number_input(
        "Withhold counts of fewer sources than", min_value=0, value=0, key=f"export-{kind}-small",
        help="So that nobody can be recognised: also withholds what would give them away."
        " Take 3 at least; 0 withholds nothing.", **_KEPT,
    )  # fmt: skip
    return {"rows": chosen, "by": by, "measure": measure, "smallest": smallest}


def _pairs_options(_held: Choices, *, within: bool = True) -> dict[str, Any]:
    first, second = st.columns(2)
    level = first.selectbox(
        "Of", list(_LEVELS), format_func=lambda one: _LEVELS[one], key="export-level", **_KEPT
    )
    if not within:
        return {"level": level}
    place = second.selectbox(
        "That stand", list(_WITHIN), format_func=lambda one: _WITHIN[one], key="export-within",
        **_KEPT,
    )  # fmt: skip
    return {"level": level, "within": place}


def _typology_options(held: Choices) -> dict[str, Any]:
    first, second = st.columns(2)
    rows = first.selectbox(
        "What is grouped", held.groupings, format_func=spoken, key="export-typology-rows", **_KEPT
    )
    groups = second.number_input(
        "How many groups", min_value=2, value=None, placeholder="what fits best",
        key="export-groups", **_KEPT,
    )  # fmt: skip
    return {"rows": rows, "groups": groups}


def _figure_options(held: Choices) -> dict[str, Any]:
    figure = st.radio(
        "Figure", list(FIGURES), format_func=lambda one: FIGURES[one], horizontal=True,
        key="export-figure", **_KEPT,
    )  # fmt: skip
    given: dict[str, Any] = {"figure": figure}
    if figure == "heatmap":
        given |= _crosstab_options(held, "heatmap")
    if figure == "network":
        given |= _pairs_options(held, within=False)
    if figure != "timeline":
        given["top"] = st.number_input(
            "At most so many", min_value=1, value=None, placeholder="as many as can be read",
            key=f"export-top-{figure}", **_KEPT,
        )  # fmt: skip
    return given


_OPTIONS: Final[Mapping[str, Callable[[Choices], dict[str, Any]]]] = {
    "grid": _grid_options,
    "report": _report_options,
    "transcripts": partial(_only, kind="transcripts", themes=False),
    "codings": partial(_only, kind="codings", themes=False, sources=True),
    "table": _table_options,
    "codebook": _codebook_options,
    "crosstab": _crosstab_options,
    "cooccurrence": _pairs_options,
    "typology": _typology_options,
    "figure": _figure_options,
}


# A report's quotes -------------------------------------------------------------------------


def _check(project: Project) -> None:
    st.text("Every quotation in a report is held against the transcripts of this study.")
    key = f"quotes {project.study} {state.coder()}"
    file = st.file_uploader("The report", type=READS, key="quotes-file")
    busy = jobs.running(key)
    start = st.button("Check its quotes", type="primary", key="quotes-start",
                      disabled=busy or file is None)  # fmt: skip
    if start and not busy and file is not None:
        report = file.name, file.getvalue()
        work = partial(check_quotes, state.study() or "", state.coder() or None, report)
        jobs.start(key, "Checking the quotes", work)
        st.rerun()
    if (ended := jobs.show(key)) is None:
        return
    if not jobs.mishap(
        ended, "The report could not be checked.", "Cancelled; nothing was checked."
    ):
        _show_checked(ended.result)


def _show_checked(checked: Checked) -> None:
    st.subheader(state.plain(checked.report))
    if checked.table.empty:
        st.info("No quotation was found in it.")
    elif checked.faults:
        st.warning(f"{many(checked.faults, 'quotation')} to look at.")
    else:
        st.success("Every quotation is what somebody said.")
    st.text(checked.said)
    for note in checked.notes:
        st.text(note)
    if checked.table.empty:
        return
    only = checked.faults > 0 and st.toggle(
        "Only those with something wrong", value=True, key="quotes-only"
    )
    shown = checked.table[checked.table["wrong"]] if only else checked.table
    st.dataframe(
        shown.drop(columns="wrong"), hide_index=True, key="quotes-table", row_height=72,
        placeholder="", alt="Quotations with their verdicts", column_config=_columns(),
    )  # fmt: skip
    release.download(
        "Download the report with a comment at each quotation", checked.copy, checked.name,
        "application/octet-stream", key="quotes-copy", icon=":material/download:",
        on_click="ignore",
    )  # fmt: skip


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "place": column.LinkColumn("Place", display_text="Open", width=60),
        "verdict": column.TextColumn("Verdict", width=150),
        "quote": column.TextColumn("Quotation", width=300),
        "what": column.TextColumn("What differs", width=300),
        "where": column.TextColumn("In the report", width=110),
        "source": column.TextColumn("Source", width=110),
    }
