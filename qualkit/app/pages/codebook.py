"""The codebook: find a code, read it, change it, see how it came to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import codebook_room as room
from qualkit.app import release, state
from qualkit.codebook import codebook_text, compare
from qualkit.errors import QualkitError
from qualkit.model import Code, Codebook
from qualkit.project import Project

if TYPE_CHECKING:
    import pandas as pd

_PARTS: Final = ("Codes", "Versions", "Add or download")
_READ, _EDIT, _MOVE, _MERGE, _REMOVE = "Read", "Change", "Move", "Merge", "Remove"
_DONE: Final = "codebook-done"
_NEW: Final = "codebook-new"  # it was done a moment ago
_BASE: Final = "codebook-base-"  # with a guid: the version that a form was filled from
_CHOSEN: Final = "codebook-chosen"  # the guid of the code that is shown
_TREE: Final = "codebook-tree"
_SOUGHT: Final = "codebook-sought"  # other words are looked for than a moment ago
_BOOK: Final = "codebook-book"
_HEIGHT: Final = 500
_SHOWN: Final = 60  # differences that are shown
_KEPT: Final[dict[str, Any]] = {"persist_state": "session"}


def show() -> None:
    """Show the part that was chosen."""
    st.title("Codebook")
    with state.opened() as project:
        with st.container():  # always there, so that what stands below keeps its state
            _tell_done(project)
        books = project.codebooks()
        may = bool(state.coder()) and project.may("evaluator")
        if not books:
            _teach()
            _add(project, books, may=may)
            return
        part = st.radio(
            "Part", _PARTS, horizontal=True, label_visibility="collapsed", key="codebook-part",
            **_KEPT,
        )  # fmt: skip
        book = _choose_book(books)
        if part == "Codes":
            _codes(project, books, book, may=may)
        elif part == "Versions":
            _versions(project, book)
        else:
            _download(book)
            _add(project, books, may=may)


def _teach() -> None:
    st.info(
        "There are no codes yet. A codebook holds what you look for in the interviews: each code "
        "with its name, what it means, and what belongs to it. Take one that is ready, drop a "
        "file, or begin your own; everything can be changed later."
    )


def _reading(what: str) -> None:
    """Why nothing can be changed here by who looks at it."""
    if state.coder():
        st.info(f"You can read the codebook. Your role in this study does not let you {what}.")
    else:
        st.info(f"You are reading. To {what}, type your name at the left, under 'Who codes'.")


# What was done, and back -------------------------------------------------------------------


def _do(
    project: Project, said: str, change: Callable[[], object], *, shown: str | None = None
) -> None:
    """Make one change and show the page anew, with the code `shown`; or say why not."""
    before = st.session_state.get(_CHOSEN)
    try:
        st.session_state[_DONE] = room.perform(project, said, change, before)
    except QualkitError as error:
        state.tell(error)
        return
    _begin_anew()
    st.session_state[_NEW] = True
    if shown is not None:
        st.session_state[_CHOSEN] = shown
    st.rerun()


def _tell_done(project: Project) -> None:
    done: room.Done | None = st.session_state.get(_DONE)
    if done is None:
        return
    if st.session_state.pop(_NEW, False):  # the row below may be out of sight
        st.toast(state.plain(done.said))
    said, back, close = st.columns([8, 1, 1], vertical_alignment="center")
    said.success(state.plain(done.said))
    if close.button("Close", key="codebook-close", width="stretch"):
        del st.session_state[_DONE]
        st.rerun()
    again = done.said.startswith("Taken back")
    name = "Redo" if again else "Undo"
    if done.entry is not None and back.button(name, key="codebook-undo", width="stretch"):
        new = f"Taken back: {done.said}" if not again else done.said.removeprefix("Taken back: ")
        _do(project, new, partial(project.undo, done.entry), shown=done.before)


# A code is found ---------------------------------------------------------------------------


def _choose_book(books: Sequence[Codebook]) -> Codebook:
    if len(books) == 1:
        return books[0]
    titles = {book.guid: book.title for book in books}
    if st.session_state.get(_BOOK) not in titles:
        st.session_state[_BOOK] = books[0].guid
    chosen = st.selectbox("Codebook", titles, format_func=titles.__getitem__, key=_BOOK, **_KEPT)
    return next(book for book in books if book.guid == chosen)


def _codes(project: Project, books: Sequence[Codebook], book: Codebook, *, may: bool) -> None:
    left, right = st.columns([2, 3], gap="large")
    with left:
        words = st.text_input(
            "Search names, definitions and cues", key="codebook-search", icon=":material/search:",
            on_change=_seek, **_KEPT,
        )  # fmt: skip
        lines = room.tree(book, room.counts_of(project.codes()), words)
        chosen = _tree(lines)
        if elsewhere := room.found_elsewhere(books, book, words):
            st.text(elsewhere)
        if may:
            _add_code(project, book, chosen)
    with right:
        if chosen is None:
            st.info("No code has these words. Try fewer, or another codebook.")
        else:
            _panel(project, books, chosen, may=may)


def _tree(lines: Sequence[room.Listed]) -> room.Listed | None:
    """The tree of codes; the one that is chosen, or None where there is none."""
    if not lines:
        return None
    by_guid = {line.code.guid: line for line in lines}
    chosen = by_guid.get(st.session_state.get(_CHOSEN, ""))
    if chosen is None or (st.session_state.pop(_SOUGHT, False) and not chosen.found):
        chosen = next(line for line in lines if line.found)
        st.session_state[_CHOSEN] = chosen.code.guid
    st.session_state[_TREE] = st.session_state[_CHOSEN]  # labels change, and with them the choice
    with st.container(height=_HEIGHT):
        st.radio(
            "Codes, with the number of their codings", list(by_guid), key=_TREE,
            format_func=lambda one: room.label(by_guid[one]), on_change=_choose,
        )  # fmt: skip
    return by_guid[st.session_state[_CHOSEN]]


def _seek() -> None:
    st.session_state[_SOUGHT] = True


def _choose() -> None:
    st.session_state[_CHOSEN] = st.session_state[_TREE]


def _add_code(project: Project, book: Codebook, chosen: room.Listed | None) -> None:
    with st.expander("Add a code"), st.form("codebook-add-code", clear_on_submit=True):
        name = st.text_input("Name", key="codebook-new-name")
        definition = st.text_area("Definition", key="codebook-new-definition", height=80)
        places = ["a theme of its own"]
        if chosen is not None:
            places.append(f"below {chosen.code.name}")
        place = st.radio(
            "Where", range(len(places)), format_func=lambda n: state.plain(places[n]),
            key="codebook-new-place",
        )  # fmt: skip
        if not st.form_submit_button("Add", key="codebook-new-add"):
            return
    if not name.strip():
        st.error("Give the code a name.")
        return
    parent = chosen.code.id if chosen is not None and place == 1 else None
    ident = room.id_for(name, {code.id for code in book.codes})

    def add() -> None:
        made = project.add_code(book.id, Code(ident, name, definition, parent=parent))
        st.session_state[_CHOSEN] = made.guid

    _do(project, f"Added {name}", add)


# One code ----------------------------------------------------------------------------------


def _panel(project: Project, books: Sequence[Codebook], line: room.Listed, *, may: bool) -> None:
    st.subheader(state.plain(line.code.name), anchor=False)
    if line.depth:
        st.text(line.path)
    if not may:
        _reading("change it")
        _read(project, line)
        return
    acts = {_READ: _read, _EDIT: _edit, _MOVE: _move, _REMOVE: _remove}
    act = st.segmented_control(
        "What to do with this code", [_READ, _EDIT, _MOVE, _MERGE, _REMOVE], default=_READ,
        required=True, label_visibility="collapsed", key="codebook-act",
    )  # fmt: skip
    if act == _MERGE:
        _merge(project, books, line)
    else:
        acts[str(act)](project, line)


def _read(project: Project, line: room.Listed) -> None:
    code = line.code
    if not any((code.definition, code.include, code.exclude, code.cues)):
        st.info("This code has no rules yet. Coders agree more where its meaning is written down.")
    _said("Definition", code.definition)
    left, right = st.columns(2)
    with left:
        _said("Include", code.include)
        _said("Example (invented)", code.example)
    with right:
        _said("Exclude", code.exclude)
        _said("Cues", ", ".join(code.cues))
        _said("Survey items", ", ".join(code.survey_items))
    if code.scale:
        st.markdown("**Scale**")
        st.dataframe(room.scale_rows(code), hide_index=True, key="codebook-scale", alt="Its scale")
    _codings(project, line)
    colour, ident = st.columns(2)
    with colour:
        _colour(code.colour)
    with ident:
        _said("Id in files", code.id)


def _said(name: str, text: str) -> None:
    """A field of a code under its name, where it says anything."""
    if text:
        with st.container(gap="xxsmall"):
            st.markdown(f"**{name}**")
            st.text(text)


def _colour(colour: str) -> None:
    st.color_picker("Colour", _long(colour), disabled=True, key=f"codebook-colour-{colour}")


def _long(colour: str) -> str:
    """``#rrggbb`` of ``#rgb``, as a colour picker wants it."""
    return colour if len(colour) == 7 else "#" + "".join(sign * 2 for sign in colour[1:])


def _codings(project: Project, line: room.Listed) -> None:
    st.markdown("**Codings**")
    if not line.count:
        st.text("None yet. Codings are made on the page Code.")
        return
    table = room.excerpts(project.codings(code=f"{line.book.id}/{line.code.id}"))
    column = st.column_config
    st.dataframe(
        table, hide_index=True, key=f"codebook-codings-{line.code.guid}", alt="Its codings",
        column_config={
            "source": column.TextColumn("Interview"),
            "text": column.TextColumn("Words", width="large"),
            "coder": column.TextColumn("Coder"),
            "stance": column.TextColumn("Stance"),
            "rating": column.NumberColumn("Rating"),
            "memo": column.TextColumn("Memo"),
            "place": column.LinkColumn("Place", display_text="Open"),
        },
    )  # fmt: skip


def _edit(project: Project, line: room.Listed) -> None:
    """The form of a code; what it was made from is kept, so that no other's words are lost."""
    code, book = line.code, line.book.id
    version = project.code_version(book, code.id)
    base = st.session_state.setdefault(f"{_BASE}{code.guid}", version)
    if base != version:
        st.warning("Somebody else has changed this code since you began. Yours is not stored.")
        st.text("Copy what you want to keep, then load the newer words.")
        st.button("Load the newer words", key="codebook-newer", on_click=_begin_anew)
    with st.form(f"codebook-edit-{code.guid}-{base}"):
        given = _fields(code, f"{code.guid}-{base}")
        sent = st.form_submit_button("Save", type="primary", key=f"codebook-save-{code.guid}")
    if not sent or base != version:
        return
    try:
        given["scale"] = room.levels_of(given["scale"])
    except QualkitError as error:
        state.tell(error)
        return
    change = partial(project.set_code, book, code.id, version=base, **given)
    _do(project, f"Changed {given['name']}", change)


def _begin_anew() -> None:
    """Let every form begin with what the study holds now."""
    for key in [str(key) for key in st.session_state if str(key).startswith(_BASE)]:
        del st.session_state[key]


def _fields(code: Code, key: str) -> dict[str, Any]:
    """What a code says, to be changed."""
    given: dict[str, Any] = {
        "name": st.text_input("Name", code.name, key=f"codebook-name-{key}"),
        "definition": st.text_area("Definition", code.definition, key=f"codebook-def-{key}"),
        "include": st.text_area("Include", code.include, key=f"codebook-in-{key}"),
        "exclude": st.text_area("Exclude", code.exclude, key=f"codebook-ex-{key}"),
        "example": st.text_area("Example (invented)", code.example, key=f"codebook-eg-{key}"),
    }
    cues = st.text_area(
        "Cues: what people say when they speak of it, one a line", "\n".join(code.cues),
        key=f"codebook-cues-{key}",
    )  # fmt: skip
    colour = st.color_picker("Colour", _long(code.colour), key=f"codebook-pick-{key}")
    with st.expander("Rating scale, and id in files", expanded=bool(code.scale)):
        st.text("Levels, lowest first. Leave it empty where codings carry no rating.")
        scale = st.data_editor(
            room.scale_rows(code) or [{"value": None, "label": "", "descriptor": ""}],
            num_rows="dynamic", hide_index=True, key=f"codebook-levels-{key}",
            column_config={
                "value": st.column_config.NumberColumn("Value", step=1),
                "label": st.column_config.TextColumn("Name"),
                "descriptor": st.column_config.TextColumn("What it looks like", width="large"),
            },
        )  # fmt: skip
        ident = st.text_input("Id in files and frameworks", code.id, key=f"codebook-id-{key}")
    kept = colour == _long(code.colour)
    return given | {
        "cues": room.lines_of(cues), "colour": code.colour if kept else colour, "scale": scale,
        "new_id": ident.strip(),
    }  # fmt: skip


def _move(project: Project, line: room.Listed) -> None:
    book, code = line.book, line.code
    places = {"": "nothing: it is a theme", **room.parents(book, code)}
    above = st.selectbox(
        "Stand below", places, index=list(places).index(code.parent or ""),
        format_func=places.__getitem__, key=f"codebook-parent-{code.guid}",
    )  # fmt: skip
    others = {"": "last", **room.siblings(book, code, above or None)}
    now = room.next_sibling(book, code) if (above or None) == code.parent else ""
    before = st.selectbox(
        "Before", others, index=list(others).index(now), format_func=others.__getitem__,
        key=f"codebook-before-{code.guid}-{above}",
    )  # fmt: skip
    st.text("What stands below it moves with it; its codings stay with it.")
    if st.button("Move", type="primary", key="codebook-move"):
        change = partial(
            project.move_code, book.id, code.id, parent=above or None, before=before or None
        )
        _do(project, f"Moved {code.name}", change)


def _merge(project: Project, books: Sequence[Codebook], line: room.Listed) -> None:
    book, code = line.book, line.code
    others = room.targets(books, book, code)
    st.text("Two codes become one: what hangs on this code goes to the other, and this one goes.")
    into = st.selectbox(
        "Merge it into", others, index=None, format_func=others.__getitem__,
        placeholder="Choose the code that stays", key=f"codebook-into-{code.guid}",
    )  # fmt: skip
    if into is None:
        return
    try:
        report = project.merge_codes(book.id, code.id, into, dry_run=True)
    except QualkitError as error:
        state.tell(error, "These two cannot be merged.")
        return
    with st.container(gap="xxsmall"):
        st.markdown("**What will happen**")
        for sentence in room.told(report):
            st.text(sentence)
    if report.conflicts:
        st.markdown("**Where the two do not agree**")
        st.dataframe({"To look at": report.conflicts}, hide_index=True, key="codebook-conflicts")
    if st.button("Merge", type="primary", key="codebook-merge"):
        stays = room.code_at(books, into)
        change = partial(project.merge_codes, book.id, code.id, into)
        _do(project, f"Merged {code.name} into {stays.name}", change, shown=stays.guid)


def _remove(project: Project, line: room.Listed) -> None:
    code = line.code
    st.text("A code can go where nothing hangs on it; else merge it into another one.")
    if st.button("Remove", key="codebook-remove", disabled=bool(line.count)):
        _do(project, f"Removed {code.name}", partial(project.remove_code, line.book.id, code.id))
    if line.count:
        st.text(f"It has {line.count:,} coding{'s'[: line.count != 1]}.")


# Versions ----------------------------------------------------------------------------------


def _versions(project: Project, book: Codebook) -> None:
    table = project.codebook_versions(book.id)
    labels = room.version_labels(table)
    older, newer = st.columns(2)
    entries = list(labels)
    old = older.selectbox(
        "Older", entries, index=len(entries) - 1, format_func=labels.__getitem__,
        key=f"codebook-older-{book.guid}",
    )  # fmt: skip
    new = newer.selectbox(
        "Newer", entries, format_func=labels.__getitem__, key=f"codebook-newer-{book.guid}"
    )
    try:
        changes = compare(room.version(project, book.id, old), room.version(project, book.id, new))
    except (QualkitError, ValueError) as error:
        state.tell(QualkitError(str(error)), "These two cannot be compared.")
        return
    if not changes:
        st.info("The two say the same.")
    for n, change in enumerate(changes[:_SHOWN]):
        with st.container(border=True, key=f"codebook-change-{n}"):
            st.text(room.headline(change))
            if change.before or change.after:
                before, after = st.columns(2)
                before.text(change.before or "(nothing)")
                after.text(change.after or "(nothing)")
    if len(changes) > _SHOWN:
        st.text(f"... and {len(changes) - _SHOWN:,} more differences")
    _history(table)


def _history(table: pd.DataFrame) -> None:
    st.markdown("**Every change of this codebook**")
    column = st.column_config
    st.dataframe(
        room.version_table(table), hide_index=True, key="codebook-history", alt="Every change",
        column_config={
            "entry": column.NumberColumn("Entry"), "at": column.TextColumn("When (UTC)"),
            "who": column.TextColumn("Who"), "what": column.TextColumn("What", width="large"),
            "codes": column.TextColumn("Codes"),
        },
    )  # fmt: skip


# Codebooks added and taken away as files ----------------------------------------------------


def _download(book: Codebook) -> None:
    release.download(
        "Download this codebook", codebook_text(book), f"{book.id}.yaml", "application/yaml",
        key="codebook-download", icon=":material/download:", on_click="ignore",
        help="A text file that people can read, and that another study can take in.",
    )  # fmt: skip


def _add(project: Project, books: Sequence[Codebook], *, may: bool) -> None:
    if not may:
        _reading("add codes")
        return
    held = {book.id for book in books}
    ready, file, own = st.columns(3, gap="large")
    with ready:
        _add_shipped(project, held)
    with file:
        _add_file(project)
    with own:
        _begin(project, held)


def _add_shipped(project: Project, held: set[str]) -> None:
    st.subheader("One that is ready", anchor=False)
    books = room.shipped(held)
    if not books:
        st.text("All of them are in this study.")
        return
    name = st.selectbox(
        "Codebook that ships with qualkit", list(books), key="codebook-shipped",
        format_func=lambda one: books[one].title,
    )  # fmt: skip
    book = books[name]
    st.text(f"{len(book.codes)} codes. {book.description}")
    if st.button("Add it", key="codebook-add-shipped", type="primary"):
        _do(project, f"Added {book.title}", partial(_take, project, book))


def _add_file(project: Project) -> None:
    st.subheader("From a file", anchor=False)
    given = st.file_uploader("A codebook in YAML", type=["yaml", "yml"], key="codebook-file")
    if given is None:
        return
    try:
        book, warnings = room.uploaded(given.name, given.getvalue())
    except QualkitError as error:
        state.tell(error, "This file is no codebook.")
        return
    st.text(f"{book.title}, version {book.version}: {len(book.codes)} codes")
    for warning in warnings:
        st.text(warning)
    if st.button("Add it", key="codebook-add-file", type="primary"):
        _do(project, f"Added {book.title}", partial(_take, project, book))


def _begin(project: Project, held: set[str]) -> None:
    st.subheader("Your own", anchor=False)
    with st.form("codebook-begin", clear_on_submit=True):
        title = st.text_input("What it is about", key="codebook-title")
        first = st.text_input("Its first code", key="codebook-first")
        sent = st.form_submit_button("Begin", key="codebook-begin-it")
    if not sent:
        return
    if not title.strip() or not first.strip():
        st.error("Say what it is about, and name a first code.")
        return
    book = room.begun(title, first, held)
    _do(project, f"Began {book.title}", partial(_take, project, book))


def _take(project: Project, book: Codebook) -> None:
    """Add a codebook, and show it next."""
    project.add_codebook(book)
    st.session_state[_BOOK] = book.guid
