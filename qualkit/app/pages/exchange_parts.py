"""What both directions of the page Exchange show alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from qualkit.app import exchange_room as room
from qualkit.wording import many

_TOLD: Final = 30  # sentences that are shown; the others are counted


def not_carried(counts: Mapping[str, int], title: str, key: str) -> None:
    """What stays behind, with how many of it; nothing where nothing does."""
    if not counts:
        return
    st.markdown(f"**{title}**")
    st.dataframe(
        room.counted(counts), hide_index=True, key=f"exchange-not-carried-{key}", alt=title,
        width="content",
        column_config={
            "what": st.column_config.TextColumn("What", width="large"),
            "count": st.column_config.NumberColumn("How many", format="localized"),
        },
    )  # fmt: skip


def listed(said: tuple[str, ...], title: str) -> None:
    """Sentences, the first of many; nothing where there are none."""
    if not said:
        return
    st.markdown(f"**{title}**")
    for one in said[:_TOLD]:
        st.text(one)
    if len(said) > _TOLD:
        with st.expander(f"{many(len(said) - _TOLD, 'further line')}"):
            st.text("\n".join(said[_TOLD:]))
