"""The one way by which a file leaves a page: checked first, where the study has a key.

Every page offers its files with :func:`download`. What the check refuses is not offered: the list
stands there instead, with a field for the reason why it may leave all the same. A backup is no
release: it is the study itself, for whoever looks after it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from qualkit.app import state
from qualkit.app.files import own_name, private_folder, write_private
from qualkit.errors import KeyFileError, QualkitError, ReleaseError
from qualkit.privacy.key import place_of
from qualkit.project import Project
from qualkit.releasing import let_out

if TYPE_CHECKING:
    from qualkit.releasing import Finding

KEY_FILE: Final = "privacy-key-file"  # under what this tab keeps the path that was typed
_HELD: Final = "release-held"  # the last verdicts of this tab
_KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check said of one file.

    Attributes
    ----------
    refused : tuple of Finding
        Empty where it may leave.
    trouble : str
        Why it could not be checked.
    """

    refused: tuple[Finding, ...] = ()
    trouble: str = ""


def verdict(
    study: str, user: str | None, data: bytes, name: str, *, anyway: str | None = None,
    key: str | None = None,
) -> Verdict:  # fmt: skip
    """Whether a file may leave a study; with a reason it may, and the log keeps the reason.

    Parameters
    ----------
    study : str
        Its path or address.
    user : str or None
    data, name
        What it holds, and what it will be called.
    anyway : str, optional
        The reason.
    key : str, optional
        Where the key file is, where it is not beside the study.
    """
    try:
        with Project.open(study, user=user) as project, private_folder() as folder:
            path = folder / own_name(name)
            write_private(path, data)
            let_out(project, path, Path(own_name(name)), anyway=anyway, key=key)
    except ReleaseError as error:
        return Verdict(error.findings)
    except QualkitError as error:
        return Verdict(trouble=str(error))
    return Verdict()


def download(
    label: str, data: bytes | str, name: str, mime: str | None = None, *, key: str,
    **how: Any,  # noqa: ANN401 - what Streamlit's own button takes
) -> None:  # fmt: skip
    """Offer a file for download, or say why it may not leave.

    Parameters
    ----------
    label, data, name, mime, key, how
        As for ``st.download_button``.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    held: dict[tuple[object, ...], Verdict] = st.session_state.setdefault(_HELD, {})
    of = _what(content, name)
    if of not in held:
        held[of] = _verdict(content, name)
        for old in list(held)[:-_KEPT]:
            del held[old]
    found = held[of]
    if found.trouble:
        st.error("This file could not be checked before release, so it is not offered.")
        st.text(found.trouble)
    elif found.refused:
        _refusal(found, of, content, name, key)
    else:
        st.download_button(label, content, name, mime, key=key, **{"on_click": "ignore", **how})


def _verdict(content: bytes, name: str, *, anyway: str | None = None) -> Verdict:
    """The verdict for who works in this tab."""
    study, user = state.study() or "", state.coder() or None
    return verdict(study, user, content, name, anyway=anyway, key=_key_file())


def _key_file() -> str | None:
    """The key file that was named on the page Privacy, where there is one."""
    given = st.session_state.get(KEY_FILE)
    return given if isinstance(given, str) and given and Path(given).is_file() else None


def _what(content: bytes, name: str) -> tuple[object, ...]:
    """A file, the study, and its key as it is now."""
    study = state.study() or ""
    try:
        key: object = place_of(study, given=_key_file()).stat().st_mtime_ns
    except (OSError, KeyFileError):
        key = None
    return study, state.coder(), key, name, hashlib.sha256(content).hexdigest()


def _refusal(
    found: Verdict, of: tuple[object, ...], content: bytes, name: str, key: str
) -> None:  # fmt: skip
    st.error(
        "The check before release found what must not leave this study. Mend these places and make "
        "the file again."
    )
    rows = [
        {"Place": one.where, "What it is": one.why, "Stands for": one.text} for one in found.refused
    ]
    st.dataframe(rows, hide_index=True, key=f"{key}-refused", alt="What must not leave")
    with st.form(f"{key}-anyway", border=False):
        reason = st.text_input(
            "Why it may leave all the same (kept in the log)", key=f"{key}-reason"
        )
        sent = st.form_submit_button("Release it with this reason")
    if sent and not reason.strip():
        st.warning("Say why it may leave.")
    elif sent:
        st.session_state[_HELD][of] = _verdict(content, name, anyway=reason)
        st.rerun()
