"""How a finding is called, so that it stays the same when it is computed again."""

from __future__ import annotations


def finding_id(survey: str, item: str, measure: str, wave: str, group: str = "") -> str:
    """The id of a finding; a slash in a name is written ``%2F``.

    >>> finding_id("leads", "K1", "mean", "before-to-after", "area=North/East")
    'leads/K1/mean/before-to-after/area=North%2FEast'
    """
    parts = (survey, item, measure, wave or "all", group or "all")
    return "/".join(one.replace("%", "%25").replace("/", "%2F") for one in parts)
