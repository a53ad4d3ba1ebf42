"""The page Topics: what people speak of, found without a codebook; a way to new codes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from qualkit.app import jobs, kept, state
from qualkit.app import suggestions_room as suggesting
from qualkit.app import topics_room as room
from qualkit.app.codebook_room import id_for
from qualkit.errors import QualkitError
from qualkit.project import Project

if TYPE_CHECKING:
    from qualkit.topics import Topics

_WHAT = """
Topics are passages that speak of the same thing, found without your codebook and named by their
words. They are a way into many interviews, and a check: a topic that hardly any code touches may be
a code that is missing.

They are worked out on this machine. No word of your interviews leaves it.
"""


def show() -> None:
    """Draw the page."""
    st.title("Topics")
    with state.opened() as project:
        key = f"topics:{state.study()}"
        job = jobs.of(key)
        if jobs.running(key):
            jobs.show(key)
        elif job is None or job.result is None:
            _start_here(project, job)
        else:
            _found(project, job.result)


def _start_here(project: Project, job: jobs.Job | None) -> None:
    if job is not None and job.error is not None:
        state.tell(job.error, "No topics were found.")
    elif job is not None:
        st.info("Cancelled.")
    st.markdown(_WHAT)
    sources = project.sources()["source"].tolist()
    if not sources:
        st.info("There is nothing to read yet. Add your interviews first.")
        st.page_link(st.session_state["pages"]["sources"], label="Go to Sources")
        return
    _options(sources)


# Finding them -----------------------------------------------------------------------------


def _options(sources: list[str]) -> None:
    if lacking := suggesting.missing():
        st.warning("Topics need packages that are not installed here.")
        st.text(f"Missing: {', '.join(lacking)}. Install them with: pip install 'qualkit[topics]'")
        return
    with st.form("topics-form"):
        left, right = st.columns(2)
        number = left.number_input(
            "How many", 2, 100, None, key="topics-number", placeholder="Chosen by size",
            help="Left empty: the square root of half the passages, at most 30.",
        )  # fmt: skip
        seed = right.number_input(
            "Start", 0, 9999, 0, key="topics-seed",
            help="The same start gives the same topics. Try two, and trust what stays.",
        )  # fmt: skip
        within = st.multiselect("Sources", sources, placeholder="All sources", key="topics-sources")
        density = st.checkbox(
            "Only where passages lie dense; leave the rest out", key="topics-density",
            help="Then the passages say how many topics there are.",
        )  # fmt: skip
        st.text(room.method_in_words())
        if st.form_submit_button("Find topics", type="primary", key="topics-start"):
            chosen = {"k": None if density else number, "seed": seed, "density": density,
                      "sources": within or None}  # fmt: skip
            _start(chosen)
            st.rerun()


def _start(chosen: dict[str, Any]) -> None:
    path, user = str(state.study()), state.coder() or None

    def work(progress: suggesting.Progress) -> Topics:
        from qualkit import topic_reports

        progress(0, 0, "reading the passages")
        with Project.open(path, user=user) as project:
            return topic_reports.find(project, progress=progress, **chosen)

    try:
        jobs.start(f"topics:{path}", "Finding topics", work)
    except QualkitError as error:
        state.tell(error)


# What was found ---------------------------------------------------------------------------


def _found(project: Project, result: Topics) -> None:
    held = _held(result)
    found: Topics = held[-1]
    st.text(room.how(found))
    for warning in found.warnings:
        st.text(f"Note: {warning}.")
    _map(project, found)
    _all_of_them(project, found)
    _merge(found, len(held) > 1)
    _by(project, found)
    with st.expander("Find topics anew", key="topics-anew"):
        _options(project.sources()["source"].tolist())


def _held(result: Topics) -> list[Topics]:
    """The topics as found, then after each merging: this tab's own, until others are found."""
    held: list[Topics] = st.session_state.get("topics-held", [])
    if not held or held[0] is not result:
        held = st.session_state["topics-held"] = [result]
        st.session_state.pop("topics-one", None)
    return held


def _map(project: Project, found: Topics) -> None:
    numbers = found.topics["topic"].tolist()
    if st.session_state.get("topics-one") not in numbers:
        st.session_state["topics-one"] = numbers[0]
    left, right = st.columns([3, 2])
    with left:
        st.subheader("Map")
        st.caption("Near topics are alike; large ones hold many passages. Click one to read it.")
        st.altair_chart(
            room.map_chart(found, st.session_state["topics-one"],
                           dark=st.context.theme.type == "dark"), key=f"topics-map-{found.k}",
            on_select=partial(_pick, f"topics-map-{found.k}", numbers),
        )  # fmt: skip
    with right:
        st.subheader("One topic")
        topic = st.selectbox("Topic", numbers, format_func=partial(room.title, found),
                             key="topics-one")  # fmt: skip
        _one(project, found, topic)


def _pick(key: str, numbers: list[int]) -> None:
    number = room.picked(st.session_state.get(key))
    if number in numbers:
        st.session_state["topics-one"] = number


def _one(project: Project, found: Topics, topic: int) -> None:
    st.text(f"Words: {room.words(found, topic)}")
    with st.container(height=330, key="topics-passages"):
        for n, passage in enumerate(room.passages(found, topic)):
            st.text(passage["words"])
            st.link_button(state.plain(passage["who"]), passage["place"], type="tertiary",
                           icon=":material/open_in_new:", help="Open in the transcript",
                           key=f"topics-place-{n}")  # fmt: skip
    if project.may("evaluator"):
        with st.popover("Make a code of it", key="topics-code-open"):
            _make_code(project, found, topic)
    _made()


def _all_of_them(project: Project, found: Topics) -> None:
    from qualkit.topics import crosswalk

    st.subheader("All topics")
    paths = suggesting.code_paths(project.codes())
    st.dataframe(
        room.table(found, crosswalk(found, kept.codings(project)), paths), hide_index=True,
        key="topics-table",
        column_config={
            "Words": st.column_config.TextColumn(width="medium"),
            "Covered": st.column_config.NumberColumn(
                format="%d%%", help="Of its passages in coded sources, those with any code."
            ),
        },
    )  # fmt: skip


# Codes, merging, counts -------------------------------------------------------------------


def _make_code(project: Project, found: Topics, topic: int) -> None:
    books = {book.id: book for book in project.codebooks()}
    if not books:
        st.text("There is no codebook yet; add one on the page Codebook.")
        return
    book = st.selectbox("Codebook", list(books), key="topics-book",
                        format_func=lambda one: books[one].title)  # fmt: skip
    codes = {code.id: code.name for code in books[book].codes}
    parent = st.selectbox("Below", list(codes), index=None, placeholder="A theme of its own",
                          format_func=codes.__getitem__, key=f"topics-parent-{book}")  # fmt: skip
    name = st.text_input("Name", room.name(found, topic), key=f"topics-name-{topic}-{found.k}")
    definition = st.text_area(
        "Definition", key=f"topics-definition-{topic}-{found.k}",
        placeholder="What belongs here, in a sentence; the topic's words become cue phrases.",
    )  # fmt: skip
    ident = id_for(name, set(codes))
    st.button(
        "Make the code", key="topics-make", type="primary", disabled=not name.strip(),
        on_click=partial(_keep_code, found, topic, f"{book}/{ident}",
                         {"name": name, "definition": definition, "parent": parent}),
    )  # fmt: skip


def _keep_code(found: Topics, topic: int, code: str, says: dict[str, Any]) -> None:
    from qualkit.topic_reports import make_code

    st.session_state.pop("topics-made", None)
    st.session_state.pop("topics-error", None)
    if not state.coder():
        st.session_state["topics-error"] = "Say who you are first: type your name at the left."
        return
    try:
        with Project.open(str(state.study()), user=state.coder()) as project:
            made = make_code(project, found, topic, code, **says)
    except (QualkitError, ValueError) as error:
        st.session_state["topics-error"] = str(error)
    else:
        st.session_state["topics-made"] = (code, made.name)


def _made() -> None:
    if (error := st.session_state.get("topics-error")) is not None:
        st.error("The code was not made.")
        st.text(error)
    if (made := st.session_state.get("topics-made")) is None:
        return
    code, name = made
    st.success(f"The code {state.plain(name)} is in the codebook.")
    if st.button("Have it suggested", key="topics-suggest",
                 help="Opens Suggestions with this code chosen."):  # fmt: skip
        st.session_state["suggestions-view"] = "Suggest anew"
        st.session_state["suggest-codes"] = [code]
        st.switch_page(st.session_state["pages"]["suggestions"])


def _merge(found: Topics, merged: bool) -> None:
    titles = partial(room.title, found)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        some = st.multiselect("Merge topics that are one to you", found.topics["topic"].tolist(),
                              format_func=titles, key=f"topics-some-{found.k}")  # fmt: skip
        st.button("Merge", key="topics-merge", disabled=len(some) < 2,
                  on_click=partial(_merge_them, some))  # fmt: skip
        if merged:
            st.button("Undo the merging", key="topics-unmerge", on_click=_unmerge)


def _merge_them(some: list[int]) -> None:
    from qualkit.topics import merge

    held = st.session_state["topics-held"]
    held.append(merge(held[-1], some))
    st.session_state.pop("topics-one", None)


def _unmerge() -> None:
    st.session_state["topics-held"].pop()
    st.session_state.pop("topics-one", None)


def _by(project: Project, found: Topics) -> None:
    from qualkit import topic_reports

    st.subheader("Who speaks of what")
    attribute = st.selectbox("Count passages by", room.attributes(project), index=None,
                             placeholder="Choose an attribute", key="topics-by")  # fmt: skip
    if attribute is not None:
        counted = topic_reports.by(project, found, attribute)
        st.dataframe(room.by_attribute(counted), hide_index=True, key="topics-by-table")
