"""Links between themes and findings: those there are, those that are suggested, any other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import state
from qualkit.app import surveys_results_room as results
from qualkit.app import triangulation_links_room as room
from qualkit.app.pages import triangulation_editing as editing
from qualkit.app.pages import triangulation_parts as parts
from qualkit.app.pages.triangulation import STRANDS, go, say_why, teach
from qualkit.app.surveys_room import POLARITIES_SAID
from qualkit.app.worked import KEPT, as_who, worked
from qualkit.errors import QualkitError
from qualkit.project import Project
from qualkit.wording import many

if TYPE_CHECKING:
    import pandas as pd

_EXISTING, _SUGGESTED, _OTHER = "Existing links", "Suggested", "Another finding"
_FORM: Final = "links"
_FIELDS: Final = ("polarity", "same_construct", "note")
_ASKED: Final = ("", "higher-is-better", "lower-is-better")
_SAME: Final = "Both are about the very same thing"
_SAME_HELP: Final = (
    "Tick it where theme and finding measure one thing, not things that go together."
)


def show(project: Project) -> None:
    """Draw this part of the page."""
    codes = project.codes()
    if codes.empty:
        teach(project, way=False)
        st.info("There are no themes yet: choose or begin a codebook on the page Codebook.")
        return
    if project.links().empty:
        teach(project, way=False)
    locked = say_why(project)
    editing.told(project)
    found: room.Linked | None = worked(
        project, "linked", (), "Reading the links",
        partial(room.linked, *as_who(), parts.findings()),
    )  # fmt: skip
    if found is None:
        return
    if found.findings.empty and found.table.empty:
        _nothing()
        return
    names = room.themes(codes)
    if locked:
        _existing(project, found, names, locked=True)
    else:
        _parts(project, found, codes, names)
    _without(codes, found, names)


def _parts(
    project: Project, found: room.Linked, codes: pd.DataFrame, names: Mapping[room.Key, str]
) -> None:
    first = _SUGGESTED if found.table.empty else _EXISTING
    st.session_state.setdefault("triangulation-links-part", first)
    part = st.segmented_control(
        "Links", [_EXISTING, _SUGGESTED, _OTHER], key="triangulation-links-part", required=True,
        label_visibility="collapsed", **KEPT,
    )  # fmt: skip
    if part == _SUGGESTED:
        _suggested(project, found, codes, names)
    elif part == _OTHER:
        _other(project, found, names)
    else:
        _existing(project, found, names, locked=False)


def _nothing() -> None:
    st.info("There is no finding to link to yet: load a survey or a published table on the page "
            "Surveys, or other figures under Further strands.")  # fmt: skip
    with st.container(horizontal=True):
        if there := st.session_state.get("pages", {}).get("surveys"):
            st.page_link(there, label="Go to Surveys")
        st.button("Go to Further strands", key="triangulation-go-strands", on_click=go,
                  args=(STRANDS,))  # fmt: skip


def _without(codes: pd.DataFrame, found: room.Linked, names: Mapping[room.Key, str]) -> None:
    missing = room.without_link(codes, found.table)
    if missing:
        with st.expander(f"{many(len(missing), 'theme')} without any link",
                         key="triangulation-links-without"):  # fmt: skip
            st.text("\n".join(names[key] for key in missing))


# Links there are -----------------------------------------------------------------------------


def _existing(
    project: Project, found: room.Linked, names: Mapping[room.Key, str], *, locked: bool
) -> None:
    if found.table.empty:
        st.text("No link has been made yet.")
    chosen = "" if found.table.empty else _table(found, locked=locked)
    if locked:
        return
    ident = editing.begun(_FORM, _FIELDS, chosen)
    if not ident:
        if len(found.table):
            st.text("To change or remove a link, mark it at the left of its row.")
        return
    own = found.table[found.table["link"] == ident]
    now = next(iter(room.records(own)), None)
    blank = {"polarity": "", "same_construct": False, "note": ""}
    made = editing.edit(_FORM, _FIELDS, ident, now, blank)
    if made is not None and "finding" in made.row:
        _form(project, made, found, names)


def _table(found: room.Linked, *, locked: bool) -> str:
    """All links; the id of the chosen one."""
    column = st.column_config
    widths: dict[str, Any] = {
        "Theme or code": 240, "Finding": 380, "Shows": 120, "Why": 300, "Note": 200,
    }  # fmt: skip
    key = f"triangulation-links-table-{hash(tuple(found.table['link']))}"
    if locked:
        st.dataframe(room.readable(found), hide_index=True, key=key, alt="Links")
        return ""
    rows = st.dataframe(
        room.readable(found), hide_index=True, key=key, placeholder="", alt="Links",
        column_config={name: column.TextColumn(width=width) for name, width in widths.items()},
        on_select="rerun", selection_mode="single-row",
    ).selection.rows  # fmt: skip
    return str(found.table["link"].iloc[rows[0]]) if rows else ""


def _form(
    project: Project, made: editing.Editing, found: room.Linked, names: Mapping[room.Key, str]
) -> None:
    key = made.row["codebook"], made.row["code"]
    finding = room.finding_of(found.findings, made.row["finding"])
    with st.container(border=True, key="triangulation-links-form"):
        st.text(f"{names.get(key, key[1])}\n{finding.get('text', made.row['finding'])}\n"
                f"{made.row['why']}")  # fmt: skip
        now = made.now
        same = "yes" if now["same_construct"] else "no"
        editing.settle(made, f"{room.way_said(now['polarity'], finding)}; same construct: {same}; "
                       f"note: {now['note'] or 'none'}")  # fmt: skip
        polarity = _way(finding, made.key("polarity"))
        wanted = room.Wanted(
            key, made.row["finding"], polarity,
            st.checkbox(_SAME, key=made.key("same_construct"), help=_SAME_HELP),
            st.text_area("Note", key=made.key("note")),
        )  # fmt: skip
        with st.container(horizontal=True):
            save = st.button("Save the link", type="primary", key="triangulation-links-save")
            drop = st.button("Forget the changes", key="triangulation-links-forget")
            gone = made.version is not None and st.button(
                "Remove the link", key="triangulation-links-remove")  # fmt: skip
    if save:
        _save(project, made, wanted, names)
    if drop:
        editing.forget(_FORM)
        st.rerun()
    if gone:
        _ask(made.ident, made.version, names.get(key, key[1]))


def _save(
    project: Project, made: editing.Editing, wanted: room.Wanted, names: Mapping[room.Key, str]
) -> None:
    if made.version is None:  # it was removed meanwhile, and is wanted all the same
        done = room.link(project, [wanted], names)
        if done.refused:
            state.tell(QualkitError(done.refused[0]))
            return
        editing.forget(_FORM)
        editing.tell(done)
    editing.do(project, f"The link of {names.get(wanted.key, wanted.key[1])} was changed.", partial(
        project.set_link, made.ident, polarity=wanted.polarity,
        same_construct=wanted.same_construct, note=wanted.note, version=made.version,
    ), _FORM)  # fmt: skip


def _way(finding: Mapping[str, Any], key: str, *, label: str = "Which way is better") -> str:
    """Which way is better; where neither link nor finding says so, what follows is said at once."""
    own = str(finding.get("polarity", "") or "")
    none = f"As the finding says: {POLARITIES_SAID[own]}" if own else "Nobody has said"
    chosen: str = st.selectbox(
        label, _ASKED, key=key, format_func=lambda one: POLARITIES_SAID[one] if one else none,
    )  # fmt: skip
    if not own and not chosen:
        st.warning("It cannot be used until somebody says which way is better: more, or less.")
    return chosen


@st.dialog("Remove a link")
def _ask(link: str, version: int, theme: str) -> None:
    """Say what goes, and remove it where the user wants it all the same."""
    with state.opened(write=True) as project:
        st.text(f"Remove this link of {theme}?")
        st.text(room.verdicts_said(project, link))
        with st.container(horizontal=True):
            gone = st.button("Remove it", type="primary", key="triangulation-links-gone")
            if st.button("Leave it", key="triangulation-links-stays"):
                st.rerun()
        if gone:
            editing.do(project, f"A link of {theme} was removed.",
                       partial(project.remove_link, link, version=version), _FORM)  # fmt: skip


# Suggestions ---------------------------------------------------------------------------------


def _suggested(
    project: Project, found: room.Linked, codes: pd.DataFrame, names: Mapping[room.Key, str]
) -> None:
    st.text("What codebook and surveys name for a theme, and what is worded alike. Nothing is "
            "linked before you tick it and press the button.")  # fmt: skip
    if "triangulation-links-for" not in st.session_state:  # begin where there is something
        st.session_state["triangulation-links-for"] = room.first_suggested(project, found, codes)
    key = _theme(names, "triangulation-links-for")
    if key is None:
        return
    own = codes[(codes["codebook"] == key[0]) & (codes["code"] == key[1])]
    offered = room.suggested(project, found.findings, key, str(own["theme"].iloc[0]))
    if not offered:
        st.text("Nothing is suggested for it. Look for a finding yourself under Another finding.")
        return
    wanted: list[room.Wanted] = []
    for code, group in groupby(offered, lambda one: one.key):
        with st.container(border=True):
            st.text(names[code])
            wanted += [one for each in group if (one := _offer(each)) is not None]
    label = f"Link {many(len(wanted), 'finding')}" if wanted else "Link what is ticked"
    if st.button(label, type="primary", disabled=not wanted, key="triangulation-links-make"):
        editing.tell(room.link(project, wanted, names))


def _offer(one: room.Suggestion) -> room.Wanted | None:
    """One suggestion; the link, where it is ticked."""
    key = f"{'/'.join(one.key)}-{one.finding}"
    ticked = st.checkbox(state.plain(one.words), key=f"triangulation-links-tick-{key}")
    st.text(one.reason)
    if not ticked:
        return None
    polarity = "" if one.polarity else _way({}, f"triangulation-links-way-{key}")
    return room.Wanted(one.key, one.finding, polarity)


def _theme(names: Mapping[room.Key, str], key: str) -> room.Key | None:
    chosen: room.Key | None = st.selectbox(
        "Theme or code", list(names), format_func=lambda one: names.get(one, one[1]), key=key,
        **KEPT,
    )  # fmt: skip
    return chosen


# Any finding ---------------------------------------------------------------------------------


def _other(project: Project, found: room.Linked, names: Mapping[room.Key, str]) -> None:
    sieve = _sieve(found.findings)
    shown = results.sifted(found.findings, sieve)
    st.text(results.counted(found.findings, shown))
    read = results.readable(shown)
    rows = st.dataframe(
        read, hide_index=True, key=f"triangulation-links-findings-{hash(sieve)}", placeholder="",
        alt="Findings", column_config={"What": st.column_config.TextColumn(width=620)},
        on_select="rerun", selection_mode="single-row", height=320,
    ).selection.rows  # fmt: skip
    if not rows:
        st.text("Mark a finding at the left of its row to link it.")
        return
    finding = room.records(shown.iloc[rows[:1]])[0]
    with st.container(border=True):
        st.text("\n".join(results.in_full(read, rows)))
        key = _theme(names, "triangulation-links-to")
        number = st.session_state.setdefault("triangulation-links-round", 0)
        ending = f"{number}-{finding['finding']}"
        polarity = _way(finding, f"triangulation-links-better-{ending}")
        same = st.checkbox(_SAME, key=f"triangulation-links-same-{ending}", help=_SAME_HELP)
        note = st.text_area("Note", key=f"triangulation-links-note-{ending}")
        pressed = st.button("Link it", type="primary", key="triangulation-links-link")
    if pressed and key is not None:
        done = room.link(
            project, [room.Wanted(key, finding["finding"], polarity, same, note)], names
        )
        if done.entries:
            st.session_state["triangulation-links-round"] = number + 1
            editing.tell(done)
        else:
            state.tell(QualkitError("\n".join(done.refused)), "Nothing was linked.")


def _sieve(table: pd.DataFrame) -> results.Sieve:
    first, second, third, fourth = st.columns([1, 1, 2, 1], vertical_alignment="bottom")
    one = partial(_choice, table)
    origin = one(first, "origin", "Origin")
    survey = one(second, "survey", "Survey, table or strand")
    words = third.text_input("With these words", key="triangulation-links-words",
                             placeholder="K1 mean", **KEPT)  # fmt: skip
    usable = fourth.checkbox("Only what can be used", key="triangulation-links-usable", **KEPT)
    changes = fourth.checkbox("Only changes", key="triangulation-links-changes", **KEPT)
    return results.Sieve(origin or "", survey or "", words, usable, changes)


def _choice(table: pd.DataFrame, place: Any, column: str, label: str) -> str | None:  # noqa: ANN401 - a column of the page
    options = list(dict.fromkeys(table[column]))
    chosen: str | None = place.selectbox(
        label, options, index=None, placeholder="All", key=f"triangulation-links-{column}", **KEPT
    )
    return chosen
