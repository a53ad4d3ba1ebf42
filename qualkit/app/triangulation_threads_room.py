"""Threads that were followed, and confidence in findings, for the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from qualkit.app.triangulation_links_room import Key, one_line
from qualkit.model import look_of
from qualkit.triangulation_keeping import COMPONENTS, THREAD_STATUSES

if TYPE_CHECKING:
    import pandas as pd

    from qualkit.project import Project

INTERVIEWS, SURVEY = "interviews", "survey"
THREAD_FIELDS: Final = (
    "question", "raised_in", "pursued_in", "theme", "what_was_found", "status",
)  # fmt: skip
BLANK_THREAD: Final[Mapping[str, Any]] = {
    "question": "", "raised_in": INTERVIEWS, "pursued_in": None, "theme": None,
    "what_was_found": "", "status": THREAD_STATUSES[0], "version": None,
}  # fmt: skip
CONFIDENCE_FIELDS: Final = (*COMPONENTS, "overall", "explanation")
BLANK_CONFIDENCE: Final[Mapping[str, Any]] = {
    **dict.fromkeys((*COMPONENTS, "overall")), "explanation": "", "version": None,
}  # fmt: skip
COMPONENTS_SAID: Final[Mapping[str, tuple[str, str]]] = {
    "methodological": (
        "Methodological limitations", "Are there problems in how the evidence was gathered?"),
    "coherence": ("Coherence", "Does the finding fit all of the evidence that it rests on?"),
    "adequacy": ("Adequacy", "Is the evidence rich, and of enough sources?"),
    "relevance": ("Relevance", "Is it about the people, places and time in question?"),
}  # fmt: skip


def strands_of(project: Project) -> list[str]:
    """In what a question can be raised and pursued: interviews, surveys, each further strand."""
    return list(dict.fromkeys([INTERVIEWS, SURVEY, *project.strands()["strand"]]))


def thread_rows(project: Project) -> dict[str, dict[str, Any]]:
    """The threads by id, as they are changed: with ``theme``, None where it is about none."""
    rows = project.threads().to_dict("records")
    return {
        str(row["thread"]): {
            **{str(name): value for name, value in row.items()},
            "theme": (row["codebook"], row["code"]) if row["code"] else None,
            "pursued_in": row["pursued_in"] or None, "version": int(row["version"]),
        }
        for row in rows
    }  # fmt: skip


def threads_table(rows: Mapping[str, Mapping[str, Any]], names: Mapping[Key, str]) -> pd.DataFrame:
    """One row a thread, for reading."""
    import pandas as pd

    return pd.DataFrame(
        [(one_line(row["question"]), row["raised_in"], row["pursued_in"] or "",
          theme_said(row["theme"], names), one_line(row["what_was_found"]), row["status"],
          row["author"]) for row in rows.values()],
        columns=["Question", "Raised in", "Pursued in", "Theme", "What was found", "Status", "By"],
    )  # fmt: skip


def thread_said(row: Mapping[str, Any], names: Mapping[Key, str]) -> str:
    """A thread in lines."""
    said = {
        "Question": row["question"], "Raised in": row["raised_in"],
        "Pursued in": row["pursued_in"] or "nothing", "Theme": theme_said(row["theme"], names),
        "What was found": row["what_was_found"], "Status": row["status"],
    }  # fmt: skip
    return "\n".join(f"{name}: {value}" for name, value in said.items())


def theme_said(theme: Key | None, names: Mapping[Key, str]) -> str:
    """A theme by its names; empty for none."""
    return "" if theme is None else names.get(theme, theme[1])


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed of a thread, as a project takes it.

    >>> given({"theme": ("b", "c"), "pursued_in": None, "raised_in": "survey"})
    {'theme': 'b/c', 'pursued_in': '', 'raised_in': 'survey'}
    """
    return {
        name: ("/".join(value) if value else None) if name == "theme" else value or ""
        for name, value in values.items()
    }


def same_question(rows: Mapping[str, Mapping[str, Any]], question: str) -> bool:
    """Whether a question was logged already, be it in other capitals or spaces."""
    asked = look_of(one_line(question))
    return any(look_of(one_line(row["question"])) == asked for row in rows.values())


# Confidence ----------------------------------------------------------------------------------


def confidence_rows(project: Project) -> dict[Key, dict[str, Any]]:
    """The assessments by codebook and code."""
    return {
        (str(row["codebook"]), str(row["code"])): {
            **{str(name): value for name, value in row.items()}, "version": int(row["version"]),
        }
        for row in project.confidences().to_dict("records")
    }  # fmt: skip


def confidence_table(
    rows: Mapping[Key, Mapping[str, Any]], names: Mapping[Key, str]
) -> pd.DataFrame:
    """One row an assessment, for reading."""
    import pandas as pd

    made = [
        (theme_said(key, names), row["overall"], *(row[one] for one in COMPONENTS),
         one_line(row["explanation"]), row["author"])
        for key, row in rows.items()
    ]  # fmt: skip
    titles = [title for title, _ in COMPONENTS_SAID.values()]
    return pd.DataFrame(made, columns=["Theme", "Overall", *titles, "Explanation", "By"])


def confidence_said(row: Mapping[str, Any]) -> str:
    """An assessment in lines."""
    said = {"Overall": row["overall"]}
    said |= {COMPONENTS_SAID[one][0]: row[one] for one in COMPONENTS}
    return "\n".join(
        [f"{name}: {value}" for name, value in said.items()]
        + ([f"Explanation: {row['explanation']}"] if row["explanation"] else [])
    )


def missing(values: Mapping[str, Any]) -> list[str]:
    """What has to be chosen yet, in words."""
    titles = {name: title for name, (title, _) in COMPONENTS_SAID.items()} | {"overall": "Overall"}
    return [titles[name] for name in (*COMPONENTS, "overall") if not values[name]]
