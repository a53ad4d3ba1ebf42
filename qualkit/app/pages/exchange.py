"""The page Exchange: a study made of another tool's file, and one written out for other tools."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import streamlit as st

BRING_IN, TAKE_OUT = "Bring a study in", "Take this study out"
_VIEWS: Final = {BRING_IN: "exchange_in", TAKE_OUT: "exchange_out"}


def show() -> None:
    """Draw the page."""
    st.title("Exchange")
    view = st.segmented_control("What to do", list(_VIEWS), key="exchange-view", required=True,
                                default=BRING_IN, label_visibility="collapsed")  # fmt: skip
    import_module(f"qualkit.app.pages.{_VIEWS[view or BRING_IN]}").show()
