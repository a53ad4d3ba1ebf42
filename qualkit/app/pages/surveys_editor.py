"""The table in which people say what was asked; the same before answers are kept and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from qualkit.app import release, state
from qualkit.app import surveys_room as room
from qualkit.errors import QualkitError
from qualkit.survey import Survey
from qualkit.wording import many

_ANSWERS: Final = (
    "Codes with their words, from the least to the most: 1 = Disagree; 2 = Agree. A ';' in words "
    "is doubled."
)
_BEFORE: Final = ("keep", "answered")  # what is asked and told before answers are kept alone
_HELP: Final = (
    "Change a cell with a double click or Enter. An item's answers go from the least to the most; "
    "whether the most is best is its polarity, and only a person can say so."
)


def edit(
    survey: Survey, codes: list[str], key: str, *, may: bool, answered: Mapping[str, int] | None
) -> Survey | None:
    """The items as a table; the survey as it was left, None where it cannot be.

    Parameters
    ----------
    survey : Survey
    codes : list of str
        What items can speak to.
    key : str
        Another one for another survey, or the same one read anew.
    may : bool
        Whether somebody can change it.
    answered : mapping or None
        How many answered each item, while it is looked at before it is kept.
    """
    table = room.rows_of(survey, answered)
    if may:
        st.text(_HELP)
    after = st.data_editor(
        table, hide_index=True, key=f"surveys-items-{key}", alt="What was asked",
        num_rows="fixed", placeholder="", height=min(640, 76 + 35 * len(table)),
        disabled=["item", "answered"] if may else True,
        column_order=[one for one in table.columns if answered is not None or one not in _BEFORE],
        column_config=_columns(survey, codes),
    )  # fmt: skip
    try:
        return room.changed(survey, table, after)
    except QualkitError as error:
        tell_faults(error, "What stands in the table cannot be:")
        return None


def _columns(survey: Survey, codes: list[str]) -> dict[str, Any]:
    column = st.column_config
    known = list(dict.fromkeys([*codes, *(code for one in survey.items for code in one.speaks_to)]))
    return {
        "keep": column.CheckboxColumn("Keep", width=75, help="What is not ticked is left out."),
        "item": column.TextColumn("Item", width=70, pinned=True),
        "question": column.TextColumn("Question", width=300),
        "kind": column.SelectboxColumn("Answered", options=room.kinds_said(), required=True,
                                       width=110),
        "polarity": column.SelectboxColumn(
            "Polarity", options=list(room.POLARITIES_SAID.values()), required=True, width=125,
            help="Which way is better; needed where surveys and interviews are compared.",
        ),
        "answers": column.TextColumn("Answers, least to most", width=260, help=_ANSWERS),
        "dont_know": column.TextColumn("Don't know", width=110, help="Its codes: 9, 8"),
        "missing": column.TextColumn("Missing", width=95,
                                     help="Codes or ranges that stand for no answer: -1, 97..99"),
        "scale": column.TextColumn("Scale", width=90, help="What it is added up in."),
        "speaks_to": column.MultiselectColumn(
            "Speaks to", options=known, accept_new_options=True, width=180, color="auto",
            help="The codes that it is evidence for.",
        ),
        "answered": column.NumberColumn("Answers", width=75, format="localized",
                                        help="How many answered it."),
    }  # fmt: skip


def pointed_out(survey: Survey, codes: list[str]) -> None:
    """What a person should still say of the items."""
    if unset := room.unset(survey):
        st.info(
            f"Polarity is not said for {many(len(unset), 'item')}. Say whether more is better: "
            "without it, triangulation cannot tell whether survey and interviews agree."
        )
        st.text(room.listed(unset))
    if unknown := room.unknown_codes(survey, codes):
        st.info("Some items speak to codes that no codebook of this study has:")
        st.text(room.listed(unknown))


def tell_faults(error: QualkitError, plainly: str) -> None:
    """Faults, each on a line of its own."""
    state.tell(error, plainly)


def as_yaml(survey: Survey, key: str) -> None:
    """The way to the same as a file."""
    release.download(
        "Take it as YAML", room.file_of(survey), f"{survey.id}.yaml", "text/yaml",
        key=f"surveys-yaml-{key}", icon=":material/download:", on_click="ignore",
        help="To correct it in a text editor, or to keep it with the report; bring it back here.",
    )  # fmt: skip
