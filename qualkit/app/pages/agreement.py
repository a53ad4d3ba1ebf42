"""The page Agreement: passages on which coders disagree, figures, consensus, double coding."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import agreement_room as room
from qualkit.app import kept, outbox, state
from qualkit.app.components.settle import settle
from qualkit.model import STANCES
from qualkit.project import Project
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

_PASSAGES, _FIGURES, _CONSENSUS, _DOUBLE = (
    "Disagreements", "Figures", "Consensus", "Double coding"
)  # fmt: skip
_VIEW: Final = "agreement-view"
_ELSEWHERE: Final = {
    _FIGURES: "agreement_figures",
    _CONSENSUS: "agreement_consensus",
    _DOUBLE: "agreement_double",
}
_HOW: Final = """
To see where coders agree, the same interviews have to be coded by two people, best without knowing
of each other:

1. Under **Double coding**, give some interviews to two coders. They code blind: neither sees what
   the other does.
2. Both code, on this study or each in a coder pack, and say on the page Code that they have
   finished.
3. Here you then see each passage on which they differ, and settle it with one key.
"""
_ENDING: Final = "Widen what you look at above, or see how far each source is under Consensus."


def show() -> None:
    """Draw the page."""
    st.title("Agreement")
    with state.opened() as project:
        state.say_blind(project, "what others did there is left out of all that stands here")
        view = st.segmented_control(
            "What to look at", [_PASSAGES, *_ELSEWHERE], default=_PASSAGES, key=_VIEW,
            label_visibility="collapsed", required=True,
        )  # fmt: skip
        if view in _ELSEWHERE:
            import_module(f"qualkit.app.pages.{_ELSEWHERE[view]}").show(project)
        else:
            _disagreements(project)


def teach(project: Project) -> None:
    """How disagreements come about, and the way to the first of them."""
    if project.blind:
        st.text("Once you have finished your sources, on the page Code, what you can see of where "
                "coders differ stands here.")  # fmt: skip
        return
    st.markdown(_HOW)
    st.button("Go to Double coding", type="primary", key="agreement-go-double",
              on_click=partial(_go, _DOUBLE))  # fmt: skip


def _go(view: str) -> None:
    st.session_state[_VIEW] = view


# One passage at a time -----------------------------------------------------------------------


def _disagreements(project: Project) -> None:
    table, codes = kept.disagreements(project), project.codes()
    if table is None:
        return
    if table.empty:
        _none(project)
        return
    wanted = _wanted(table, codes)
    interest = room.of_interest(table, codes, wanted)
    scope = f"{outbox.owner()} {wanted}"
    before = st.session_state.get("settle")
    limit = before["limit"] if before and before["scope"] == scope else room.AT_ONCE
    st.session_state["settle"] = {
        "scope": scope, "wanted": wanted, "limit": limit, "counted": set(),
        **_listed(project, interest, wanted.status, limit), "codes": room.codes_sent(codes),
        "may": bool(state.coder()) and project.may("evaluator"),
    }  # fmt: skip
    _say_kinds(interest)
    if not state.coder():
        st.info("You are reading. To settle, type your name at the left, under 'Who codes'.")
    elif not project.may("evaluator"):
        st.info("Your role in this study lets you look at disagreements, not settle them.")
    _draw()


def _none(project: Project) -> None:
    if shared := kept.coded_twice(project):
        st.success(
            f"{many(shared, 'source')} {'was' if shared == 1 else 'were'} coded by two people or "
            "more, and they agree on every passage."
        )
    else:
        teach(project)


def _say_kinds(table: pd.DataFrame) -> None:
    counts = room.kind_counts(table)
    told = [f"{room.KINDS[kind].lower()}: {count}" for kind, count in counts.items()]
    st.text(f"{many(len(table), 'passage')} to compare" + (f" ({'; '.join(told)})" if told else ""))


def _wanted(table: pd.DataFrame, codes: pd.DataFrame) -> room.Wanted:
    paths = room.codes_in(table, codes)
    status, kind, code, source, coder = st.columns(5)
    return room.Wanted(
        status=status.selectbox("Show", list(room.STATUSES), key="settle-status"),
        kind=kind.selectbox("Kind", list(room.KINDS), index=None, placeholder="All",
                            format_func=room.KINDS.__getitem__, key="settle-kind"),
        code=code.selectbox("Code", list(paths), index=None, placeholder="All",
                            format_func=paths.__getitem__, key="settle-code"),
        source=source.selectbox("Source", list(dict.fromkeys(table["source"])), index=None,
                                placeholder="All", key="settle-source"),
        coder=coder.selectbox("Coder", room.coders_in(table), index=None, placeholder="All",
                              key="settle-coder"),
    )  # fmt: skip


def _listed(project: Project, table: pd.DataFrame, status: str, limit: int) -> dict[str, Any]:
    shown = room.with_status(table, status)
    return {
        "table": table, "shown": shown, "stale": False,
        "passages": room.passages(project, shown, limit=limit),
    }  # fmt: skip


@st.fragment
def _draw() -> None:
    """The component; a decision runs this part of the page alone."""
    held = st.session_state["settle"]
    if held["stale"]:
        _refill(held)
    elif held["limit"] > len(held["passages"]) < len(held["shown"]):
        with state.opened() as project:
            held["passages"] = room.passages(project, held["shown"], limit=held["limit"])
    sent = settle(
        _key(),
        {
            "owner": outbox.owner(), "acks": outbox.acks(_key()), "trouble": outbox.trouble(),
            "may": held["may"], "passages": held["passages"], "codes": held["codes"],
            "stances": list(STANCES), "scope": held["scope"], "left": len(held["shown"]),
            "total": len(held["table"]),
            "settled": room.settled_in(held["table"], held["counted"]),
            "counted": sorted(held["counted"]), "ending": _ENDING,
        },
        on_outbox=_receive,
        on_wanted=_want_more,
    ).outbox  # fmt: skip
    if _perform(sent):
        st.rerun()


def _key() -> str:
    return f"settle-{outbox.owner()}"


def _refill(held: dict[str, Any]) -> None:
    """After what was refused or taken back: the list as the study has it now."""
    with state.opened() as project:
        table, wanted = kept.disagreements(project), held["wanted"]
        if table is None:
            return  # the page draws the whole list anew when it is there
        interest = room.of_interest(table, project.codes(), wanted)
        held |= _listed(project, interest, wanted.status, held["limit"])
    held["counted"] = room.still_settled(table, held["counted"])


def _receive() -> None:
    _perform(getattr(st.session_state.get(_key()), "outbox", None))


def _want_more() -> None:
    if (held := st.session_state.get("settle")) is not None:
        held["limit"] = len(held["passages"]) + room.AT_ONCE


def _perform(sent: Any) -> bool:  # noqa: ANN401 - it comes from a browser
    """Store what the browser sent, and note what the list has to be told."""
    if not isinstance(sent, list) or not sent:
        return False
    known: set[str] = st.session_state.setdefault("settle-answered", set())
    new = outbox.take(sent)
    answered = {a["id"]: a["outcome"] for a in outbox.acks(_key()) if a["id"] not in known}
    known |= set(answered)
    if (held := st.session_state.get("settle")) is not None:
        room.note(held, sent, answered)
    return new
