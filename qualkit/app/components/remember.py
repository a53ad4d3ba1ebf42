"""A component without a face that keeps a few words in the browser's cookies.

Streamlit can read a cookie but not set one. What is kept are the study's path and the coder's
name, on this machine alone: the cookies are strict, and no other site sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

_YEAR: Final = 365 * 24 * 3600
_JS: Final = """
export default function ({ data }) {
  for (const [name, value] of Object.entries(data.kept)) {
    const age = value ? data.age : 0;
    document.cookie =
      `${name}=${encodeURIComponent(value)}; path=/; max-age=${age}; samesite=strict`;
  }
}
"""


def remember(kept: Mapping[str, str]) -> None:
    """Keep these words in the browser's cookies; an empty one is forgotten."""
    keep = st.components.v2.component("qualkit_remember", js=_JS, isolate_styles=False)
    keep(key="remember", data={"kept": dict(kept), "age": _YEAR}, height="content")
