"""Code a transcript: its words, the codings over them, the codebook beside them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st

from qualkit.app import coding_room as room
from qualkit.app import kept, outbox, state
from qualkit.app.components import transcript
from qualkit.errors import QualkitError
from qualkit.project import Project

_OUTBOX: Final = "code-outbox"
_CHOSEN: Final = "code-source"
_MARKS: Final = "code-marks"  # what the browser has been sent
_WHOLE: Final = "code-whole"
_UNFINISHED: Final = "code-unfinished"  # why a source could not be said to be done
_LAST: Final = "code-last"  # the source that was open, for when the page is shown again


def show() -> None:
    """The source that was chosen or linked to, ready to be coded."""
    st.html('<h1 class="qk-unseen">Code</h1>')  # for who hears the page; the room is the text's
    with state.opened() as project:
        choices = room.choices_of(kept.coverage(project))
        books = project.codebooks()
        if not choices or not any(book.codes for book in books):
            _teach(has_sources=bool(choices))
            return
        source = project.source(_choose(choices))
        _assigned(project, source.name)
        codes = room.codes_of(books, project.codes())
    if not state.coder():
        st.info("You are reading. To code, type your name at the left, under 'Who codes'.")
    goal = room.goal_of(st.query_params, len(source.text))
    words = room.words_of(source, codes)
    data = {**words, "owner": outbox.owner(), "goal": goal}
    key = f"code-words-{source.id}"
    sent = transcript.transcript(
        data, key=key, on_outbox_change=partial(outbox.receive, key)
    ).outbox
    outbox.take(sent)  # after a reconnect nothing had called back
    _whole()
    _codings(source.name, source.id, key)


def _choose(choices: Sequence[room.Choice]) -> str:
    """The picker with its buttons; the name of the source that is open."""
    asked = st.query_params.get("source")
    names = [choice.name for choice in choices]
    if asked is not None and asked not in names:
        st.warning("The link leads to an interview that this study does not have:")
        st.text(asked)
    at = room.place_in(choices, asked if asked in names else st.session_state.get(_LAST))
    name = names[at]
    st.session_state[_CHOSEN] = st.session_state[_LAST] = name
    labels = {choice.name: choice.label for choice in choices}
    labels[name] = name  # how far this one is stands above its text, and is kept up to date there
    picker, back, on = st.columns([9, 2, 2], vertical_alignment="bottom")
    picker.selectbox(
        "Interview", names, format_func=labels.__getitem__, key=_CHOSEN, on_change=_go,
        label_visibility="collapsed",
    )  # fmt: skip
    back.button(
        "Previous", key="code-back", disabled=at == 0, width="stretch",
        on_click=_go, args=(names[at - 1],),
    )  # fmt: skip
    on.button(
        "Next", key="code-next", disabled=at + 1 == len(names), width="stretch",
        on_click=_go, args=(names[(at + 1) % len(names)],),
    )  # fmt: skip
    return name


def _assigned(project: Project, source: str) -> None:
    """Say that a source was given to be coded, blind perhaps, and how to say that it is done."""
    given = room.given(project.assignments(), state.coder(), source)
    if given is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(given.said, width="content")
        with st.popover("I have finished this source", key=f"code-finish-{source}"):
            st.text(given.warning)
            st.button("Yes, it is finished", type="primary", key=f"code-finished-{source}",
                      on_click=partial(_finish, source))  # fmt: skip
    if (error := st.session_state.pop(_UNFINISHED, None)) is not None:
        st.error("That was not stored.")
        st.text(error)


def _finish(source: str) -> None:
    _whole()
    try:
        with Project.open(state.study() or "", user=state.coder()) as project:
            project.set_done(state.coder(), [source])
    except QualkitError as error:
        st.session_state[_UNFINISHED] = str(error)


def _go(name: str | None = None) -> None:
    """Open another source; the address says which, so that a reload finds it."""
    st.query_params.from_dict({"source": name or st.session_state[_CHOSEN]})


def _teach(*, has_sources: bool) -> None:
    pages = st.session_state.get("pages", {})
    if not has_sources:
        st.info("There is nothing to code yet. Add interviews on the page Sources.")
        page, label = "sources", "Go to Sources"
    else:
        st.info("There are no codes yet. Add a codebook, or codes of your own, on Codebook.")
        page, label = "codebook", "Go to Codebook"
    if page in pages:
        st.page_link(pages[page], label=label)


@st.fragment
def _codings(name: str, guid: str, words_key: str) -> None:
    """What a gesture runs anew: the codings of one source, and never its words."""
    with state.opened() as project, project.one_moment():
        try:
            rows = room.rows_of(project.marks(name))
        except QualkitError as error:
            state.tell(error, "This interview cannot be shown any more.")
            return
        data = {
            "owner": outbox.owner(), "source": guid, "me": state.coder(),
            "may": room.may_of(project, state.coder()), "coders": project.coders(),
            "acks": outbox.acks(_OUTBOX, words_key), **_changes(rows),
        }  # fmt: skip
    sent = transcript.marks(
        data, key=_OUTBOX, on_outbox_change=partial(outbox.receive, _OUTBOX), on_whole_change=_whole
    ).outbox
    if outbox.take(sent):  # after a reconnect nothing had called back
        st.rerun()
    if (trouble := outbox.trouble()) is not None:
        st.error("Your codings cannot be stored at present. They are kept in this tab.")
        st.text(trouble)


def _changes(rows: dict[str, room.Row]) -> dict[str, object]:
    """All rows for a page that has just been drawn, else what the browser has not seen yet."""
    if st.session_state.pop(_WHOLE, False) or _MARKS not in st.session_state:
        st.session_state[_MARKS] = room.Marks()
    marks: room.Marks = st.session_state[_MARKS]
    return marks.sent(rows, seen=outbox.seen(_OUTBOX))


def _whole() -> None:
    """Send all rows the next time."""
    st.session_state[_WHOLE] = True
