"""Which worker runs what: a file's tests together, and with them those that make the same things.

A worker makes the fixtures of a module, the browser, the sentence vectors of real comments and
what numba compiles for itself, so whoever needs one of them runs where it is. The longest come
first, so that no worker is alone with them at the end.
"""

from __future__ import annotations

import pytest

TOGETHER = {
    "tests/test_topics.py": "vectors",
    "tests/coding/test_quality.py": "vectors",
    "tests/app/test_topics_page.py": "vectors",
    "tests/cli/test_topics_cli.py": "vectors",
}
SECOND = frozenset({  # half of what a browser takes, so that two workers have each their own
    "test_coding.py", "test_doors.py", "test_history.py", "test_s4_hostile_text.py",
    "test_sources.py", "test_surveys.py",
})  # fmt: skip
FIRST = ("browser", "second browser", "vectors")


def group(nodeid: str) -> str:
    """The tests that one worker runs in one go, by the name of one of them.

    >>> group("tests/browser/test_pages.py::test_a[light]"), group("tests/test_undo.py::test_a")
    ('browser', 'tests/test_undo.py')
    """
    file = nodeid.split("::", 1)[0]
    if file.startswith("tests/browser/"):
        return "second browser" if file.rpartition("/")[2] in SECOND else "browser"
    return TOGETHER.get(file, file)


def longest_first(items: list[pytest.Item]) -> None:
    """Put those that take longest before all others, and leave the rest as it is."""
    order = {name: n for n, name in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(group(item.nodeid), len(FIRST)))


def scheduler(config: pytest.Config, log: object) -> object:
    """What hands one group after the other to whichever worker is free."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # has no stubs

    class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  # and so is of any type
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    config.option.loadscopereorder = False
    return ByGroup(config, log)
