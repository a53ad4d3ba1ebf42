"""The editor of one cell of the framework grid: its summary, and the excerpts it rests on.

What was typed and not saved is kept for as long as the tab is open, whatever else is looked at.
A summary is saved over the version that was read and over no other: where it has moved on, both
texts are shown and the user chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from qualkit import drafting
from qualkit.app import framework_room as fr
from qualkit.app import state
from qualkit.errors import ConflictError, QualkitError
from qualkit.export._shared import one_line, remarks
from qualkit.framework import Cell, CellSummary, Column, Excerpt, Row
from qualkit.model import STANCES, seal
from qualkit.project import Project

_AT_FIRST: Final = 12  # excerpts shown before the user asks for all
_UNSAVED: Final = "unsaved"
_SEATS: Final = "seats"
_LAST: Final = "last"
_SAID: Final = "framework-said"
Owner = tuple[str, tuple[str, ...]]  # author and the place's key


@dataclass(frozen=True, slots=True)
class Edit:
    """Words that are not saved: where, what, and the version they were to replace (0: none)."""

    place: fr.Place
    words: fr.Words
    version: int


@dataclass(slots=True)
class Seat:
    """The widgets of one cell's editor.

    `turn` changes where they shall show other words than were typed; `version` is that of the
    summary they were filled from, None right after a save of their own.
    """

    turn: int = 0
    version: int | None = 0


@dataclass(frozen=True, slots=True)
class Form:
    """One cell's editor as it is on the screen, for the callbacks of its widgets."""

    key: str
    place: fr.Place
    author: str
    held: fr.Held | None
    boxes: tuple[tuple[str, tuple[str, ...]], ...]  # a checkbox's key, the codings it stands for
    kept: tuple[str, ...]  # what is cited and has no checkbox here

    @property
    def owner(self) -> Owner:
        """Whose words these are, and where."""
        return self.author, self.place.key


@dataclass(frozen=True, slots=True)
class Done:
    """The last thing that was done, which can be taken back."""

    entry: int
    what: str
    owner: Owner | None = None


def unsaved(author: str) -> list[Edit]:
    """The words of an author that were not saved in this tab."""
    return [edit for (name, _), edit in _edits().items() if name == author]


def edit(project: Project, room: fr.Room, cell: tuple[str, str]) -> None:
    """Show the editor of a cell.

    Parameters
    ----------
    project : Project
        Open, to read the earlier wordings.
    room : Room
    cell : (str, str)
        The row's key and the theme's id, both in the room's grid.
    """
    grid = room.grid
    row = next(one for one in grid.rows if one.key == cell[0])
    number = fr.number_of(grid, cell[1]) or 0
    column, content = grid.columns[number], grid.cell(row.key, number)
    st.subheader(state.plain(f"{row.name}: {column.title}"), anchor=False)
    if column.definition:
        st.caption(state.plain(column.definition))
    unit, author = room.units.get(row.key), state.coder()
    if unit is None or not author:
        st.info(_why_not(unit))
        _others(content.summaries)
        _excerpts(content.excerpts, None, content)
    else:
        place = fr.place_of(unit, column, _phase(unit, row, column, room, author))
        held = room.summary(place, author)
        form = _form(place, author, held, content.excerpts)
        _summary(project, form, column, lambda: _draft_button(form, room, row, number))
        _others(fr.others(content, held, author))
        _excerpts(content.excerpts, form, content)
    with st.popover("Link to this cell", key="framework-link"):
        st.text("Opens this cell, for anybody who may open the study here:")
        st.code(fr.link(st.context.url or "framework", row.key, cell[1]), language=None)


def _why_not(unit: fr.Unit | None) -> str:
    if unit is None:
        return (
            "This row holds several cases or a part of one. Summaries are written for a whole case"
            " or one source: choose such rows above, and no groups that divide a case."
        )
    return "To write here, type your name at the left, under 'Who codes'."


def _phase(unit: fr.Unit, row: Row, column: Column, room: fr.Room, author: str) -> str:
    """The phase that the summary is about; asked for where the row has several."""
    if unit.phase or not unit.phases:
        return unit.phase
    choices = ["", *unit.phases]
    has = [p for p in choices if room.summary(fr.place_of(unit, column, p), author) is not None]
    return str(
        st.selectbox(
            "About",
            choices,
            index=choices.index(has[0]) if has else 0,
            format_func=lambda phase: phase or "All phases",
            key=f"framework-phase-{seal(state.study(), row.key, fr.theme_id(column))[:16]}",
            persist_state="session",
            help="A case can have a summary for all phases, and one for each.",
        )
    )


# Words that are not saved --------------------------------------------------------------------


def _here() -> dict[str, Any]:
    """What this tab keeps of the study that is open in it, and of no other."""
    found: dict[str, Any] = st.session_state.setdefault(f"framework-of-{state.study()}", {})
    return found


def _edits() -> dict[Owner, Edit]:
    found: dict[Owner, Edit] = _here().setdefault(_UNSAVED, {})
    return found


def _seat(owner: Owner) -> Seat:
    seats: dict[Owner, Seat] = _here().setdefault(_SEATS, {})
    return seats.setdefault(owner, Seat())


def _form(place: fr.Place, author: str, held: fr.Held | None, excerpts: Sequence[Excerpt]) -> Form:
    owner = (author, place.key)
    seat, version = _seat(owner), _version(held)
    if seat.version is None:  # our own save: the widgets show what was saved
        seat.version = version
    elif seat.version != version and owner not in _edits():
        seat.turn, seat.version = seat.turn + 1, version
    key = f"framework-edit-{seal(state.study(), author, *place.key)[:16]}-{seat.turn}"
    shown = excerpts if _all_shown(place) else excerpts[:_AT_FIRST]
    boxes = tuple((f"{key}-cites-{one.codings[0]}", one.codings) for one in shown)
    words = _words_now(owner, held)
    here = {coding for _, codings in boxes for coding in codings}
    return Form(key, place, author, held, boxes, tuple(c for c in words.cites if c not in here))


def _words_now(owner: Owner, held: fr.Held | None) -> fr.Words:
    """What the editor holds: the unsaved words, or those of the study."""
    found = _edits().get(owner)
    if found is not None:
        return found.words
    return held.words if held else fr.Words()


def _read(form: Form) -> fr.Words:
    """The words in the widgets."""
    said = st.session_state
    ticked = [coding for key, codings in form.boxes if said.get(key) for coding in codings]
    return fr.Words(
        said.get(f"{form.key}-text") or "", said.get(f"{form.key}-stance"),
        said.get(f"{form.key}-rating"), tuple(dict.fromkeys([*ticked, *form.kept])),
    )  # fmt: skip


def _note(form: Form) -> None:
    """Keep what was typed; words that are those of the study again need no keeping."""
    words, version = _read(form), _seat(form.owner).version
    before = _edits().pop(form.owner, None)
    if not words.same_as(form.held.words if form.held else fr.Words()):
        since = before.version if before else version or 0
        _edits()[form.owner] = Edit(form.place, words, since)


def _discard(form: Form) -> None:
    _edits().pop(form.owner, None)
    seat = _seat(form.owner)
    seat.turn, seat.version = seat.turn + 1, _version(form.held)


# The summary ---------------------------------------------------------------------------------


def _summary(
    project: Project, form: Form, column: Column, draft_button: Callable[[], None]
) -> None:
    held, words = form.held, _words_now(form.owner, form.held)
    _marks(held)
    _conflict(form)
    st.text_area(
        "Your summary",
        words.text,
        height=150,
        key=f"{form.key}-text",
        placeholder="A sentence or two, from the excerpts: what is said about this theme?",
        on_change=_note,
        args=(form,),
    )
    st.segmented_control(
        "Stance", STANCES, default=words.stance, key=f"{form.key}-stance", on_change=_note,
        args=(form,),
    )  # fmt: skip
    if column.scale:
        _rating(form, column, words)
    _buttons(form, draft_button)
    _trouble()
    if held is not None and held.version > 1:
        _versions(project, form, held)


def _marks(held: fr.Held | None) -> None:
    if held is not None and held.draft:
        st.info("A draft: sentences of the excerpts, word for word. Save it to make it yours.")
    if held is not None and held.changes:
        said = f"Since this was written: {held.changes}. Save it again if it still holds."
        st.warning(said)


def _rating(form: Form, column: Column, words: fr.Words) -> None:
    levels = {level.value: level for level in column.scale}
    chosen = st.selectbox(
        "Rating",
        list(levels),
        index=list(levels).index(words.rating) if words.rating in levels else None,
        format_func=lambda value: f"{value}  {levels[value].label}",
        placeholder="Not rated",
        key=f"{form.key}-rating",
        on_change=_note,
        args=(form,),
    )
    if chosen is not None and levels[chosen].descriptor:
        st.text(levels[chosen].descriptor)


def _buttons(form: Form, draft_button: Callable[[], None]) -> None:
    held, open_edit = form.held, _edits().get(form.owner)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Save", type="primary", key="framework-save", shortcut="Ctrl+Enter", on_click=_save,
            args=(form,),
        )  # fmt: skip
        if open_edit is not None:
            st.button("Discard changes", key="framework-discard", on_click=_discard, args=(form,))
        elif held is not None:
            st.button("Remove", key="framework-remove", on_click=_remove, args=(form, held))
        else:
            draft_button()
        done: Done | None = _here().get(_LAST)
        if done is not None and done.owner == form.owner and open_edit is None:
            st.button(
                "Undo", key="framework-undo", on_click=_undo, args=(done,),
                help=f"Takes back {state.plain(done.what)}",
            )  # fmt: skip
        if isinstance(st.session_state.get(_SAID), str):
            st.text(st.session_state.pop(_SAID))
        elif open_edit is not None:
            st.text("Not saved yet.")


def _save(form: Form) -> None:
    words, open_edit = _read(form), _edits().get(form.owner)
    if not words.text.strip():
        st.session_state[_SAID] = QualkitError("There are no words yet; write a sentence first.")
    elif open_edit is None or open_edit.version == _version(form.held):
        _write(form, words)  # else the page shows both texts; which one stands is the user's to say


def _version(held: fr.Held | None) -> int:
    """The version to replace; 0 where there is none."""
    return held.version if held else 0


def _write(form: Form, words: fr.Words) -> bool:
    """Save words over the version that was read; whether they are. If not, they stay unsaved."""
    held = form.held
    what = f"the summary of {form.place.name}"

    def work(project: Project) -> Done | None:
        entry = fr.save(project, form.place, words, author=form.author, held=held)
        return None if entry is None else Done(entry, what, form.owner)

    _edits()[form.owner] = Edit(form.place, words, _version(held))
    saved = do(work, "Saved.", nothing="This was saved already; nothing changed.")
    if saved:
        _edits().pop(form.owner, None)
        _seat(form.owner).version = None
    return saved


def _remove(form: Form, held: fr.Held) -> None:
    def work(project: Project) -> Done | None:
        entry = project.remove_summary(held.id)
        return None if entry is None else Done(entry, "the removal", form.owner)

    do(work, "Removed.")


def do(work: Callable[[Project], Done | None], said: str, *, nothing: str = "") -> bool:
    """Change the study from a callback, and keep what to say of it; whether it was done."""
    try:
        with Project.open(state.study() or "", user=state.coder()) as project:
            done = work(project)
    except (QualkitError, ValueError) as error:
        st.session_state[_SAID] = error
        return False
    st.session_state[_SAID] = said if done is not None or not nothing else nothing
    if done is not None:
        _here()[_LAST] = done
    return True


def _trouble() -> None:
    """Why the last click did nothing, once; of a conflict, both texts stand above."""
    said = st.session_state.pop(_SAID, None)
    if isinstance(said, Exception) and not isinstance(said, ConflictError):
        state.tell(said if isinstance(said, QualkitError) else QualkitError(str(said)))


def _undo(done: Done) -> None:
    def work(project: Project) -> Done | None:
        entry = project.undo(done.entry).entry
        return None if entry is None else replace(done, entry=entry, what="the last undo")

    do(work, "Taken back.")


def undo_drafts(entry: int) -> bool:
    """Take back all drafts that one entry of the log made; whether they are."""
    return do(lambda project: Done(project.undo(entry).entry or entry, "the drafts"), "Taken back.")


def last_entry() -> int | None:
    """The last entry of the log that this tab made here: it changed summaries alone."""
    done: Done | None = _here().get(_LAST)
    return None if done is None else done.entry


# Two texts of one cell -----------------------------------------------------------------------


def _conflict(form: Form) -> None:
    """Both texts, where the summary moved on while this one was written."""
    open_edit, held = _edits().get(form.owner), form.held
    if open_edit is None or open_edit.version == _version(held):
        return
    with st.container(border=True, key="framework-conflict"):
        if held is None:
            st.warning("This summary was removed meanwhile. Yours, below, is not saved.")
        else:
            st.warning("Meanwhile another text was saved here. Yours, below, is not saved.")
            st.caption("Saved meanwhile")
            st.text(held.words.text)
        with st.container(horizontal=True):
            st.button("Save mine", key="framework-mine", on_click=_keep_mine, args=(form,))
            other = "Take the saved one" if held else "Let mine go"
            st.button(other, key="framework-theirs", on_click=_discard, args=(form,))


def _keep_mine(form: Form) -> None:
    _write(form, _read(form))


def _versions(project: Project, form: Form, held: fr.Held) -> None:
    shown = st.expander("Earlier wordings", key=f"framework-versions-{held.id}", on_change="rerun")
    if not shown.open:
        return
    with shown:
        for one in project.summary_versions(held.id).iloc[::-1].to_dict("records"):
            if int(one["version"]) == held.version:
                continue
            draft = ", a draft" if one["draft"] else ""
            st.caption(f"Version {one['version']}, {_when(str(one['changed']))}{draft}")
            st.text(str(one["text"]))
            st.button(
                "Put back",
                key=f"framework-restore-{one['version']}",
                on_click=_restore,
                args=(form, {str(name): value for name, value in one.items()}),
                disabled=form.owner in _edits(),
                help="Saves this wording again; the present one stays among the earlier ones.",
            )


def _restore(form: Form, one: dict[str, Any]) -> None:
    from qualkit.tables import plain

    stance, rating = plain(one["stance"]), plain(one["rating"])
    words = fr.Words(
        str(one["text"]), None if stance is None else str(stance),
        None if rating is None else int(rating), form.held.words.cites if form.held else (),
    )  # fmt: skip
    if _write(form, words):
        _seat(form.owner).version = -1  # of no summary: the widgets are filled anew


def _when(moment: str) -> str:
    """A moment of the log in words: ``2026-03-05 14:02``."""
    return moment[:16].replace("T", " ")


# A draft, what others wrote, the excerpts ----------------------------------------------------


def _draft_button(form: Form, room: fr.Room, row: Row, number: int) -> None:
    cell = room.grid.cell(row.key, number)
    free = not cell.summaries and form.owner not in _edits()
    if not (free and cell.excerpts and not form.place.phase):
        return
    st.button(
        "Draft this cell", key="framework-draft-cell", on_click=_draft,
        args=(form, room, row.key, number),
        help="Takes up to three sentences of the excerpts, word for word, for you to edit.",
    )  # fmt: skip


def _draft(form: Form, room: fr.Room, row: str, number: int) -> None:
    def work(project: Project) -> Done | None:
        made = drafting.draft_cell(project, room.grid, row, number, author=form.author)
        return None if made.entry is None else Done(made.entry, "the draft", form.owner)

    do(work, "Drafted.", nothing="Nothing was drafted: somebody has written here.")


def _others(summaries: Sequence[CellSummary]) -> None:
    for n, one in enumerate(summaries):
        with st.container(border=True, key=f"framework-other-{n}"):
            told = [one.about, one.stance or "", "draft" if one.draft else ""]
            if one.rating is not None:
                told.append(f"rated {one.rating} {one.level}".strip())
            who = ", ".join(part for part in (one.author, *told) if part)
            st.caption(state.plain(f"Also in this cell, by {who}"))
            st.text(one.text)
            if one.changes:
                st.caption(state.plain(f"Evidence changed since: {one.changes}"))


def _all_shown(place: fr.Place | None) -> bool:
    return place is not None and st.session_state.get("framework-all") == place.key


def _excerpts(excerpts: Sequence[Excerpt], form: Form | None, cell: Cell) -> None:
    if not excerpts:
        silence = cell.silence[:1].upper() + cell.silence[1:]
        st.text(f"{silence}.")
        return
    st.markdown(f"**{len(excerpts)} excerpt{'s' if len(excerpts) != 1 else ''}**")
    shown = excerpts[:_AT_FIRST] if form is None else excerpts[: len(form.boxes)]
    for n, one in enumerate(shown):
        _excerpt(one, form, n)
    if len(shown) < len(excerpts) and form is not None:
        st.button(
            f"Show all {len(excerpts)}", key="framework-show-all", on_click=_show_all,
            args=(form.place,),
        )  # fmt: skip


def _excerpt(one: Excerpt, form: Form | None, n: int) -> None:
    with st.container(border=True, key=f"framework-excerpt-{n}"):
        st.text(one_line(one.words))
        told = " \u00b7 ".join(part for part in (one.attribution, remarks(one)) if part)
        st.caption(state.plain(told))
        with st.container(horizontal=True, vertical_alignment="center"):
            if form is not None:
                cited = set(one.codings) & set(_words_now(form.owner, form.held).cites)
                st.checkbox(
                    "The summary rests on this", value=bool(cited), key=form.boxes[n][0],
                    on_change=_note, args=(form,),
                )  # fmt: skip
            st.link_button(
                "Open in transcript",
                state.place(one.source, one.start, one.end),
                type="tertiary",
                key=f"framework-open-{n}",
            )


def _show_all(place: fr.Place) -> None:
    st.session_state["framework-all"] = place.key
