"""Privacy, Apply: what would be replaced, then it is; what is left; and the names put back."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit import pseudonymising
from qualkit.app import jobs, views
from qualkit.app import privacy_room as room
from qualkit.app.pages import privacy_parts as parts
from qualkit.project import Project
from qualkit.wording import many

if TYPE_CHECKING:
    from qualkit.pseudonymising import Applied

_READER: Final = "Only an evaluator of this study can give names pseudonyms."
_WHY: Final = (
    "The study is pseudonymised, not anonymous: whoever holds the key, or knows the people, can "
    "still tell who is who."
)


def show(project: Project) -> None:
    """Show what the decisions come to, and write them into the study."""
    key = parts.key_file(project)
    parts.tell_done()
    if views.say_why(project, _READER):
        return
    place, held = pseudonymising.key_of(project, key)
    st.text(f"The key is {place}. Keep it apart from the study, and back it up there.")
    if not held.entries:
        st.info("No pseudonym has been decided yet. That is done on Review.")
        st.button("Go to Review", key="privacy-go-review", type="primary",
                  on_click=partial(views.go, "Privacy", "Review"))  # fmt: skip
        return
    st.text(f"{many(len(held.entries), 'pseudonym is', 'pseudonyms are')} decided.")
    _apply(project, key)
    if project.pseudonymised:
        _back(project, key)


def _apply(project: Project, key: Path | None) -> None:
    look, done = parts.job(project, "look"), parts.job(project, "apply")
    made: Applied | None = jobs.result(done, "No name was replaced.")
    if made is not None:
        for one in (look, done):
            jobs.forget(one)
        st.success("The pseudonyms were written into the study.")
        st.text(f"{room.in_words(made)}\n{_WHY}")
        _left(made)
        _purge_next()
        return
    seen: room.Seen | None = jobs.result(look, "That cannot be looked at.")
    if seen is not None and not room.is_current(project, key, seen):
        jobs.forget(look)
        seen = None
    jobs.button("Look at what changes", key="privacy-look", job=look, title="Looking",
                work=partial(room.look, *parts.as_who(), key),
                kind="secondary" if seen else "primary")  # fmt: skip
    if seen is not None:
        _preview(project, key, seen)


def _preview(project: Project, key: Path | None, seen: room.Seen) -> None:
    if not seen.made.count:
        st.info("None of the names that were decided on stands in the study any more.")
        _left(seen.made)
        return
    st.text(f"To be replaced: {room.in_words(seen.made)}")
    left, right = st.columns([2, 3])
    with left:
        parts.table(room.counts_table(seen.made), "How often each pseudonym",
                    pseudonym="Pseudonym", count="Places")  # fmt: skip
    with right:
        if seen.made.codings:
            parts.table(room.codings_table(seen.made), "Codings whose words change",
                        source="Source", text="Words afterwards")  # fmt: skip
    _left(seen.made)
    look, done = parts.job(project, "look"), parts.job(project, "apply")
    with st.container(horizontal=True):
        jobs.button(
            "Write the pseudonyms", key="privacy-apply", job=done, title="Writing", kind="primary",
            work=partial(room.apply, *parts.as_who(), key, seen),
        )  # fmt: skip
        if st.button("Leave it as it is", key="privacy-apply-not"):
            jobs.forget(look)
            st.rerun()


def _left(made: Applied) -> None:
    if not made.left:
        return
    st.warning(f"{many(len(made.left), 'place stays', 'places stay')} as they are; look at them.")
    parts.table(room.left_table(made), "What is left", where="Where", text="Words", why="Why")


def _purge_next() -> None:
    st.text("Undo, log and backups still hold the names until the study is purged.")
    st.button("Go on to Purge", key="privacy-go-purge",
              on_click=partial(views.go, "Privacy", "Purge and keeping"))  # fmt: skip


def _back(project: Project, key: Path | None) -> None:
    back = parts.job(project, "back")
    made: Any = jobs.result(back, "The names were not put back.")
    if made is not None:
        jobs.forget(back)
        changed = [f"changed since, and left: {where}" for where in made.left]
        parts.tell_later(f"{many(made.run.count, 'name was', 'names were')} put back.", *changed)
    with st.expander("Put the names back", expanded=jobs.running(back), key="privacy-back"):
        st.text("Every name stands where it stood, out of the key; what changed since stays.")
        jobs.button("Put the names back into the study", key="privacy-back-do", job=back,
                    title="Putting back",
                    work=partial(room.put_back, *parts.as_who(), key))  # fmt: skip
