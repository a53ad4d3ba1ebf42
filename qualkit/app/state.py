"""Which study is open and who works on it, in one tab of the browser.

A tab is a session of its own, and a reload begins a new one. What has to outlive a reload, the
name of who codes and which study was open, is kept in cookies of this machine's browser; see
:mod:`qualkit.app.components.remember`. The database alone holds everything else.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from urllib.parse import quote, unquote

import streamlit as st

from qualkit.app.recent import remember_study
from qualkit.errors import QualkitError
from qualkit.model import look_of
from qualkit.project import Project
from qualkit.store import is_address
from qualkit.wording import many

_STUDY: Final = "qualkit-study"
_CODER: Final = "qualkit-coder"
WHO: Final = "who-codes"  # the key of the box in which people say who they are
_AWAY: Final = "study-warnings-put-away"
_LINKED: Final = re.compile(r"(?=://)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_NO_WIDTH: Final = "\u2060"
_MARKDOWN: Final = frozenset("\\`*_{}[]()<>#+-.!|$:~&")


class UnknownLogin(QualkitError):
    """Somebody logged in whom the study does not know."""


def given_study() -> str | None:
    """The study that the program was started with; there may be none."""
    return sys.argv[1] if len(sys.argv) > 1 else None


def study() -> str | None:
    """The path or address of the study that is open in this tab."""
    if "study" not in st.session_state:
        st.session_state["study"] = given_study() or cookie(_STUDY) or None
    chosen: str | None = st.session_state["study"]
    return chosen


def open_study(path: str | None) -> None:
    """Work on another study, or on none, from the next run of the page on.

    What the tab kept of the one before goes: an undo, a preview or an answer would be about
    whatever has the same name or number in the other.
    """
    st.session_state.clear()
    st.session_state["study"] = path
    if path is not None:
        remember_study(path)


def forget_all_but(*kept: str) -> None:
    """Let go of what the tab kept of the study, where all of it may be otherwise by now.

    Parameters
    ----------
    kept : str
        Keys that stay, beside who works here and which study is open.
    """
    for key in set(st.session_state) - {"study", "coder", WHO, "pages", _AWAY, *kept}:
        del st.session_state[key]


def coder() -> str:
    """The name of who works in this tab; empty where nobody has said.

    Where the server asks for a login, the name is that of the coder with this login, and
    nobody can choose another. A coder pack is its coder's until somebody says otherwise.
    """
    if "coder" not in st.session_state:
        kept = _logged_in() or cookie(coder_cookie()).strip()
        st.session_state["coder"] = kept or _whose_pack()
    name: str = st.session_state["coder"]
    return name


def choose_coder(name: str, known: Iterable[str] = ()) -> None:
    """Work under this name; of `known` ones, that which differs in case and spaces alone."""
    plainly = " ".join(name.split())
    same = [one for one in known if look_of(" ".join(one.split())) == look_of(plainly)]
    st.session_state["coder"] = plainly if plainly in same or not same else same[0]


def login() -> str | None:
    """Who the server's own login says this is; None where the server asks for none."""
    if not st.user.get("is_logged_in"):
        return None
    return str(st.user.get("email") or st.user.get("sub") or "") or None


def has_login() -> bool:
    """Whether this server asks people to log in (see docs/teams.md)."""
    return "is_logged_in" in st.user


def must_log_in() -> bool:
    """Whether this server asks for a login and nobody has logged in yet."""
    return has_login() and not st.user["is_logged_in"]


def _logged_in() -> str:
    """The coder with this login; nobody else is let in."""
    address, path = login(), study()
    if address is None or path is None:
        return ""
    with Project.open(path) as project:
        table = project.coder_table()
    known = table.loc[table["login"].str.casefold() == address.casefold(), "name"]
    if len(known):
        return str(known.iloc[0])
    raise UnknownLogin(
        f"this study has no coder with the login {address}; a supervisor can add it in Settings, "
        "or with 'qualkit coder add'"
    )


def _whose_pack() -> str:
    """For whom the study was made, where it is a coder pack; nobody else's work can be merged."""
    path = study()
    if path is None:
        return ""
    try:
        with Project.open(path) as project:
            label = project.pack
    except QualkitError:
        return ""  # the page says why
    return "" if label is None else label.coder


def to_remember() -> dict[str, str]:
    """The cookies that this tab's browser shall keep; no address, for it may hold a password.

    The study that the program was started with needs none; the cookie may be another program's.
    """
    path = study() or ""
    kept = {} if given_study() else {_STUDY: "" if "://" in path else path}
    if path and login() is None:
        kept[coder_cookie()] = coder()
    return kept


def coder_cookie() -> str:
    """The name of the cookie with the coder's name: one for each study."""
    digest = hashlib.sha256((study() or "").encode("utf-8")).hexdigest()
    return f"{_CODER}-{digest[:12]}"


def cookie(name: str) -> str:
    """What the browser kept under a name, or nothing."""
    kept: object = st.context.cookies.get(name)
    return unquote(kept) if isinstance(kept, str) else ""


@contextmanager
def opened(*, write: bool = False) -> Iterator[Project]:
    """The study of this tab, opened for one run of a page.

    Where there is none, or it cannot be opened, the page says what to do and stops; with
    `write` also where nobody has said who they are, or their role is to read.
    """
    path = study()
    if path is None:
        st.info("No study is open. Open one, or start with the sample, on the page Study.")
        st.page_link(st.session_state["pages"]["study"], label="Go to Study")
        st.stop()
    try:
        project = Project.open(path, user=coder() or None)
        _keep_connections(path)
    except QualkitError as error:
        tell(error, "This study cannot be opened.")
        if st.button("Choose another study", key="choose-another"):
            open_study(None)
            st.rerun()
        st.stop()
    with project:
        if write:
            _must_write(project)
        elif not coder():
            _must_say_who(project)
        yield project


def _keep_connections(path: str) -> None:
    """Have the study's connections outlast this run of a page, where it is on a server."""
    if is_address(path):
        _held(path)


@st.cache_resource(max_entries=8, show_spinner=False)
def _held(path: str) -> Project:
    """A study on a server, open for as long as this program runs; see :mod:`qualkit.store.pool`."""
    return Project.open(path)


def _must_say_who(project: Project) -> None:
    """Show nothing to nobody in particular while somebody codes or judges blind; it may be they."""
    blind = [
        what
        for what, table in (
            ("some sources are being coded", project.assignments()),
            ("some links are being judged", project.judges()),
        )
        if (table["blind"] & (table["status"] == "open")).any()
    ]
    if not blind:
        return
    st.info(f"Say who you are first: {' and '.join(blind)} blind. Choose or type your name "
            "at the left, under 'Who codes'.")  # fmt: skip
    if st.button("Choose another study", key="choose-another"):
        open_study(None)
        st.rerun()
    st.stop()


def _must_write(project: Project) -> None:
    """Say why nothing can be changed here, and stop; where something can, go on."""
    if not coder():
        st.info("Say who you are first: type your name at the left, under 'Who codes'.")
    elif not project.may("coder"):
        st.info("Your role in this study lets you read, and change nothing.")
    else:
        return
    st.stop()


def say_blind(project: Project, hidden: str) -> bool:
    """Say what somebody who codes blind does not see here; whether there is anything.

    Parameters
    ----------
    project : Project
    hidden : str
        What, in the middle of a sentence, such as ``what others coded there is left out``.
    """
    if not (blind := project.blind):
        return False
    st.info(
        f"You code {many(len(blind), 'source')} blind: {hidden} until you say, on the page Code, "
        "that you have finished."
    )
    return True


def warn(warnings: Sequence[str]) -> None:
    """Say once on a page what the study warns of, until it is put away; then what is new of it.

    Parameters
    ----------
    warnings : sequence of str
        As :attr:`qualkit.project.Project.warnings` has them.
    """
    away: set[str] = st.session_state.setdefault(_AWAY, set())
    new = [one for one in warnings if one not in away]
    if not new:
        return
    with st.container(border=True, key="study-warnings"):
        st.warning("This study needs a look.")
        for one in new:
            st.text(one)
        if st.button("Put away", key="study-warnings-away"):
            away.update(new)
            st.rerun()


def tell(error: QualkitError, plainly: str = "That did not work.") -> None:
    """An error in words: what it means to the user, then what the program says of it."""
    st.error(plainly)
    st.text(str(error))


def plain(text: str) -> str:
    r"""A text with every sign of Markdown escaped, for labels of widgets.

    What would become a link all the same, an address on the web or of e-mail, is broken by a sign
    without width.

    >>> plain("cost [in $]")
    'cost \\[in \\$\\]'
    >>> plain("www.example.org")
    'www\u2060\\.example\\.org'
    """
    one_line = _LINKED.sub(_NO_WIDTH, " ".join(text.split()))
    return "".join(f"\\{sign}" if sign in _MARKDOWN else sign for sign in one_line)


def place(source: str, start: int | None = None, end: int | None = None) -> str:
    """The link to a place in a transcript; positions are code points into its text.

    >>> place("p 7", 12, 40)
    'code?source=p%207&start=12&end=40'
    """
    span = "" if start is None else f"&start={start}&end={start if end is None else end}"
    return f"code?source={quote(source, safe='')}{span}"
