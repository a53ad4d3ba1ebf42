"""The parts of pages that Streamlit does not have, written by hand in JavaScript and CSS.

There is no build step: a component's files are read from the package as text and joined into
one ES module. A joined file uses the functions of those before it and imports nothing; only
the last one has an ``export default``.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def _read(name: str) -> str:
    return files(__name__).joinpath(name).read_text("utf-8")


def script(*names: str) -> str:
    """One ES module out of files of this folder, in their order.

    Examples
    --------
    >>> "export default" in script("outbox.js", "marks.js")
    True
    """
    return "\n".join(_read(name) for name in names)


def style(*names: str) -> str:
    """One style sheet out of files of this folder, in their order.

    Examples
    --------
    >>> ".qk-pill" in style("outbox.css")
    True
    """
    return "\n".join(_read(name) for name in names)
