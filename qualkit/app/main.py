"""The interface's pages and their navigation. A page opens, reads tables and shows; no logic.

Streamlit runs this file anew for every action. Words of transcripts are shown as plain text or
in tables only, never as Markdown or HTML.
"""

from __future__ import annotations

import sys

import streamlit as st

from qualkit.app import pages


def main() -> None:
    """Show the page that was chosen."""
    st.set_page_config(page_title="qualkit", layout="wide")
    study = sys.argv[1] if len(sys.argv) > 1 else None
    if study is not None:
        st.session_state.setdefault("study", study)
    chosen = st.navigation([
        st.Page(pages.study, title="Study", url_path="study", default=True),
        st.Page(pages.sources, title="Sources", url_path="sources"),
        st.Page(pages.framework, title="Framework", url_path="framework"),
        st.Page(pages.codebook, title="Codebook", url_path="codebook"),
    ])  # fmt: skip
    chosen.run()


if __name__ == "__main__":
    main()
