"""The page Privacy: names reviewed and replaced, files checked, people taken out, purging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from qualkit.app.views import show_views

if TYPE_CHECKING:
    from qualkit.project import Project

REVIEW, APPLY, CHECK = "Review", "Apply", "Release check"
PEOPLE, PURGE = "People", "Purge and keeping"
_VIEWS: Final = {
    REVIEW: "privacy_review",
    APPLY: "privacy_apply",
    CHECK: "privacy_check",
    PEOPLE: "privacy_people",
    PURGE: "privacy_purge",
}


def show() -> None:
    """Draw the page."""
    show_views("Privacy", _VIEWS, _first)


def _first(_project: Project) -> str:
    return REVIEW
