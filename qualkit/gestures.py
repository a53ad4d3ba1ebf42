r"""What coders do in the interface, done in the study: each gesture once, in order.

A browser sends what its user did as small mappings, and sends them again until it hears that
they are stored. Nothing that it sends is trusted: every field is checked, and a gesture that
cannot stand is refused with the reason, without touching what the others do.

``code``
    ``source``, ``start``, ``end``, ``code`` and ``coding``, the new coding's id; optional
    ``stance``, ``rating``, ``memo``.
``change``
    ``coding``, ``version``, and any of ``code``, ``start`` with ``end``, ``stance``, ``rating``,
    ``memo``; a stance or rating that is null is taken away.
``remove``
    ``coding``.
``accept``, ``reject``
    ``suggestion``; to accept with another ``code`` is to reject it and to code the words so.
``settle``
    ``disagreement``, its id; ``source``, by name; ``seals``, the codings as they were seen;
    ``choice``: ``coder`` with the name of a ``coder``, ``both``, ``neither``, or ``edit`` with
    ``edit``, the codings that are to stand; optional ``reason``.
``unsettle``
    ``decision``, the id of one that is withdrawn.
``undo``
    ``of``, the id of the gesture that is taken back; of an undo, it is done again.

Each also has its ``id`` and its ``kind``. Sources, codes, codings and suggestions are named by
their GUIDs.

>>> import tempfile
>>> from pathlib import Path
>>> from qualkit.model import new_id
>>> from qualkit.project import Project
>>> folder = Path(tempfile.mkdtemp())
>>> _ = (folder / "p7.txt").write_text("P7: The staff listened.\n")
>>> project = Project.create(folder / "s.qualkit", codebooks=["evaluation-topics"], user="Ann")
>>> _ = project.add_sources([folder / "p7.txt"])
>>> code = project.codebooks()[0].code("communication").guid
>>> gesture = {"id": new_id(), "kind": "code", "source": project.source("p7").id, "start": 4,
...            "end": 23, "code": code, "coding": new_id(), "stance": "positive"}
>>> [outcome.outcome for outcome in perform(project, [gesture, gesture], coder="Ann")]
['done', 'again']
>>> project.codings()["text"].tolist()
['The staff listened.']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from qualkit.errors import QualkitError, StoreError, UnknownName
from qualkit.loading import guid, whole_number
from qualkit.model import STANCES

if TYPE_CHECKING:
    from qualkit.project import Project

DONE: Final = "done"
AGAIN: Final = "again"
REFUSED: Final = "refused"
_LARGEST: Final = 2**31 - 1  # what a database takes as a whole number
_NAMED = re.compile(r"(?: with)? ?'?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'?")
Gesture = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one gesture.

    Attributes
    ----------
    id : str
        The gesture's; empty where it had none.
    outcome : str
        ``done``; ``again``, where it was stored before and nothing was done; ``refused``.
    entry : int or None
        The number of its change in the log; None where it changed nothing.
    why : str
        Why it was refused, in words; else empty.
    """

    id: str
    outcome: str
    entry: int | None = None
    why: str = ""


def perform(project: Project, gestures: Sequence[Gesture], *, coder: str) -> list[Outcome]:
    """Do what a browser sent, one gesture after the other, each in a change of its own.

    Parameters
    ----------
    project : Project
    gestures : sequence of mapping
        As the module describes them.
    coder : str
        In whose name.

    Returns
    -------
    list of Outcome
        One for each, in order.

    Raises
    ------
    StoreError
        Where the study cannot be written to, as on a full disk: that is no fault of a gesture,
        and whoever sent it has to send it again. What was done before is stored.
    ValueError
        Without the name of a coder.
    """
    if not coder.strip():
        raise ValueError("a gesture needs the name of its coder")
    return [_one(project, gesture, coder) for gesture in gestures]


def _one(project: Project, gesture: object, coder: str) -> Outcome:
    name = ""
    try:
        given = _mapping(gesture)
        name = guid(given.get("id"))
        act = _act(given.get("kind"))
        with project.once(name) as once:
            if not once.again:
                act(project, given, coder)
    except StoreError:
        raise
    except (QualkitError, ValueError) as error:
        return Outcome(name, REFUSED, why=_in_words(error))
    return Outcome(name, AGAIN if once.again else DONE, once.entry)


def _in_words(error: Exception) -> str:
    """An error as a user can read it: without GUIDs, which name nothing on the screen."""
    if isinstance(error, UnknownName) and error.kind in {"coding", "source", "code"}:
        return f"this {error.kind} is no longer in the study; somebody removed it"
    return _NAMED.sub("", str(error))


# What each kind does -----------------------------------------------------------------------


def _code(project: Project, given: Gesture, coder: str) -> None:
    project.add_coding(
        guid(given.get("source")), _span(given), guid(given.get("code")), coder=coder,
        stance=_stance(given.get("stance")), rating=_number(given.get("rating"), "rating"),
        memo=_text(given.get("memo") or ""), coding_id=guid(given.get("coding")),
    )  # fmt: skip


def _change(project: Project, given: Gesture, _coder: str) -> None:
    wanted: dict[str, Any] = {}
    if "code" in given:
        wanted["code"] = guid(given["code"])
    if "start" in given or "end" in given:
        wanted["span"] = _span(given)
    if "stance" in given:
        wanted["stance"] = _stance(given["stance"])
    if "rating" in given:
        wanted["rating"] = _number(given["rating"], "rating")
    if "memo" in given:
        wanted["memo"] = _text(given["memo"])
    version = _whole(given.get("version"), "version", least=1)
    project.set_coding(guid(given.get("coding")), version=version, **wanted)


def _remove(project: Project, given: Gesture, _coder: str) -> None:
    project.remove_coding(guid(given.get("coding")))


def _accept(project: Project, given: Gesture, coder: str) -> None:
    code = guid(given["code"]) if given.get("code") is not None else None
    project.accept([guid(given.get("suggestion"))], coder=coder, code=code)


def _reject(project: Project, given: Gesture, coder: str) -> None:
    project.reject([guid(given.get("suggestion"))], coder=coder)


def _settle(project: Project, given: Gesture, coder: str) -> None:
    from qualkit import settling

    source = _text(given.get("source"), "source")
    name = _text(given.get("disagreement"), "passage")
    choice, edit = _text(given.get("choice"), "choice"), None
    if choice == "coder":
        own = _text(given.get("coder"), "coder")
        choice = f"take {own}" if own in {"both", "neither", "edit"} else own
    elif choice == "edit":
        edit = _edited(given.get("edit"))
    reason = _text(given.get("reason") or "", "reason")
    settling.settle(
        project, name, choice, by=coder, reason=reason, edit=edit, source=source,
        seals=_mapping(given.get("seals")),
    )  # fmt: skip


def _edited(given: object) -> list[Gesture]:
    if not isinstance(given, list):
        raise ValueError("edited codings are a list")  # noqa: TRY004 - a browser's fault, to be told
    return [_mapping(one) for one in given]


def _unsettle(project: Project, given: Gesture, _coder: str) -> None:
    project.withdraw_decision(guid(given.get("decision")))


def _undo(project: Project, given: Gesture, _coder: str) -> None:
    entry = project.entry_of(guid(given.get("of")))
    if entry is None:
        raise ValueError("there is nothing to take back; the step was not stored")
    project.undo(entry)


_ACTS: Final[Mapping[str, Callable[[Project, Gesture, str], None]]] = {
    "code": _code,
    "change": _change,
    "remove": _remove,
    "accept": _accept,
    "reject": _reject,
    "settle": _settle,
    "unsettle": _unsettle,
    "undo": _undo,
}


def _act(kind: object) -> Callable[[Project, Gesture, str], None]:
    if not isinstance(kind, str) or kind not in _ACTS:
        raise ValueError(f"{str(kind)[:40]!r} is no kind of gesture")
    return _ACTS[kind]


# Fields --------------------------------------------------------------------------------------


def _mapping(gesture: object) -> Gesture:
    if not isinstance(gesture, Mapping):
        raise ValueError("a gesture is a mapping")  # noqa: TRY004 - a browser's fault, to be told
    return gesture


def _span(given: Gesture) -> tuple[int, int]:
    return _whole(given.get("start"), "start"), _whole(given.get("end"), "end", least=1)


def _whole(value: object, what: str, *, least: int = 0) -> int:
    number = whole_number(value, what)
    if not least <= number <= _LARGEST:
        raise ValueError(f"{what} {number} is not from {least} to {_LARGEST}")
    return number


def _number(value: object, what: str) -> int | None:
    return None if value is None else _whole(value, what, least=-_LARGEST)


def _stance(value: object) -> str | None:
    if value is not None and value not in STANCES:
        raise ValueError(f"stance {str(value)[:40]!r} is not one of {', '.join(STANCES)}")
    return None if value is None else str(value)


def _text(value: object, what: str = "memo") -> str:
    if not isinstance(value, str):
        raise ValueError(f"a {what} is a text")  # noqa: TRY004 - a browser's fault, to be told
    return value
