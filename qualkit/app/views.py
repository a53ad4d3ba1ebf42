"""A page that has several parts, one of which is looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module

import streamlit as st

from qualkit.app import state
from qualkit.errors import QualkitError
from qualkit.project import Project


def show_views(title: str, views: Mapping[str, str], first: Callable[[Project], str]) -> None:
    """Draw a page with the part of it that was chosen.

    Parameters
    ----------
    title : str
        The page's name, which :func:`go` takes too.
    views : mapping of str to str
        The name of each part, with the module of :mod:`qualkit.app.pages` whose ``show`` draws it.
    first : callable
        Says which part a study opens with.
    """
    st.title(title)
    with state.opened() as project:
        try:
            st.session_state.setdefault(_key(title), first(project))
            view = st.segmented_control(
                "What to look at", list(views), key=_key(title), required=True,
                label_visibility="collapsed",
            )  # fmt: skip
            import_module(f"qualkit.app.pages.{views[view or next(iter(views))]}").show(project)
        except QualkitError as error:
            state.tell(error, "This cannot be shown.")


def go(title: str, view: str) -> None:
    """Show another part of a page in the run to come."""
    st.session_state[_key(title)] = view


def say_why(project: Project, role: str) -> bool:
    """Say why nobody can change anything here; whether somebody cannot.

    Parameters
    ----------
    project : Project
    role : str
        What somebody whose role is too small can do, as a sentence.
    """
    if not project.may("evaluator"):
        st.info(role)
    elif not state.coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
    else:
        return False
    return True


def _key(title: str) -> str:
    return f"{title.lower()}-view"
