"""Streamlit's own command, without its look-ups of this machine's addresses.

To decide whether a request comes from a page of another site, Streamlit may ask a server on the
internet under which address this machine is known, and opens a socket to another. Whoever makes
a browser send such a request would make a program that promises to stay at home call out.
"""

from __future__ import annotations

from streamlit import net_util
from streamlit.web.cli import main


def _unknown() -> None:
    """No address: then only those count that were set by hand."""


if __name__ == "__main__":
    net_util.get_external_ip = _unknown
    net_util.get_internal_ip = _unknown
    main(prog_name="streamlit")
