"""The interface's frame: the pages in their order, which study is open, and who works on it.

Streamlit runs this file anew for every action.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from traceback import extract_tb
from typing import Final

import streamlit as st
from streamlit import runtime
from streamlit.navigation.page import StreamlitPage

from qualkit import __version__
from qualkit.access import is_loopback, read_login
from qualkit.app import state
from qualkit.app.components import style
from qualkit.app.components.remember import remember
from qualkit.errors import QualkitError
from qualkit.project import Project

PAGES: Final = {
    "Prepare": ("study", "sources"),
    "Read and code": ("code", "suggestions", "topics"),
    "Analyse": ("framework", "agreement", "surveys", "triangulation", "codebook", "memos"),
    "Hand over": ("privacy", "export", "exchange", "settings"),
}


def main() -> None:
    """Show the page that was chosen."""
    st.set_page_config(page_title="qualkit", layout="wide", initial_sidebar_state="expanded")
    _let_in()
    groups = {group: [_page(name) for name in names] for group, names in PAGES.items()}
    st.session_state["pages"] = {
        page.url_path or "study": page for pages in groups.values() for page in pages
    }
    page = st.navigation(groups, expanded=True)
    st.html(f"<style>{style('frame.css')}</style>")
    with st.sidebar:
        warnings = _who()
    state.warn(warnings)
    guarded(page.run)
    remember(state.to_remember())


def _let_in() -> None:
    """Stop where nobody has logged in that must, or where nobody could be asked to.

    ``qualkit app`` looks before it starts; this is for a server that was started in another way.
    """
    address = str(st.get_option("server.address") or "")
    if runtime.exists() and not is_loopback(address) and not state.has_login():
        st.error("This server can be reached from other machines, and nobody has to log in.")
        st.text("Start it with 'qualkit app', which listens to this machine alone.")
        st.stop()
    if not state.must_log_in():
        return
    st.title("qualkit")
    login = read_login()
    for name in (login.providers if login else ()) or ("",):
        label = f"Log in with {state.plain(name)}" if name else "Log in"
        given = (name,) if name else ()
        st.button(label, on_click=st.login, args=given, type="primary", key=f"log-in{name}")
    st.stop()


def guarded(show: Callable[[], object]) -> None:
    """Run a page; a fault of the program is told in words, here and in the server's log.

    Its own message is kept back: it may hold words of an interview.
    """
    try:
        show()
    except Exception as error:  # whatever it is, a user can do nothing with Streamlit's own notice
        at = extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} in {Path(at.filename).name}, line {at.lineno}"
        logging.getLogger(__name__).error("%s", what)  # noqa: TRY400 - no message, no words of anybody
        st.error("Something went wrong on this page. What was saved is safe; load the page anew.")
        st.text(f"If it happens again, please report this: {what}, qualkit {__version__}.")


def _page(name: str) -> StreamlitPage:
    def show() -> None:
        import_module(f"qualkit.app.pages.{name}").show()

    return st.Page(show, title=name.capitalize(), url_path=name, default=name == "study")


def _who() -> tuple[str, ...]:
    """The study's name, and under whose name codings are stored; what the study warns of."""
    path = state.study()
    if path is None:
        return ()
    st.text(path.rsplit("/", 1)[-1].split("?")[0].removesuffix(".qualkit"))
    try:
        now = state.coder()
        with Project.open(path) as project:
            names, warnings = project.coders(), project.warnings
    except state.UnknownLogin as error:
        state.tell(error, "You may not open this study.")
        st.stop()
    except QualkitError:
        return ()  # the page says why
    if (address := state.login()) is not None:
        st.text(now if now == address else f"{now} ({address})")
        st.button("Log out", on_click=st.logout, key="log-out")
        return warnings
    if now and now not in names:
        names = [*names, now]
    st.session_state[state.WHO] = now or None  # a page may have given the coder another name
    st.selectbox(
        "Who codes",
        names,
        index=None,
        placeholder="Choose or type your name",
        accept_new_options=True,
        key=state.WHO,
        on_change=_choose_coder,
        args=(tuple(names),),
        help="Your codings are stored under this name.",
    )
    return warnings


def _choose_coder(known: tuple[str, ...]) -> None:
    if state.WHO not in st.session_state:  # another study was opened in the same run
        return
    state.choose_coder(st.session_state[state.WHO] or "", known)
