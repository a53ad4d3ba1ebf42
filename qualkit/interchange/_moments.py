"""Identifiers and times of other tools, as a study keeps them; the same file gives the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

EPOCH: Final = "1970-01-01T00:00:00Z"  # where nothing says when
_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def made_id(*parts: object) -> str:
    """A GUID out of what a thing is and where it stands.

    >>> made_id("coding", 1) == made_id("coding", 1) != made_id("coding", 2)
    True
    """
    return str(uuid5(NAMESPACE_URL, "qualkit:exchange/" + "/".join(map(str, parts))))


def guid_of(written: str | None) -> str:
    """A GUID without braces in small letters; one made of what else was written; or nothing.

    >>> guid_of("{0F8A1907-7E42-4739-8610-A676B4D1B69F}")
    '0f8a1907-7e42-4739-8610-a676b4d1b69f'
    """
    if not written or not (plain := written.strip().strip("{}").lower()):
        return ""
    return plain if _GUID.fullmatch(plain) else made_id("guid", written)


def moment_of(written: str | None, otherwise: str = EPOCH) -> str:
    """A time in UTC to the second; what names no zone is taken for UTC.

    >>> moment_of("2018-03-27T19:29:27.123+02:00"), moment_of("yesterday")
    ('2018-03-27T17:29:27Z', '1970-01-01T00:00:00Z')
    """
    if not written:
        return otherwise
    try:
        read = datetime.fromisoformat(_to_the_second(written.strip()))
        zoned = read if read.tzinfo is not None else read.replace(tzinfo=UTC)
        return zoned.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    except (ValueError, OverflowError):
        return otherwise


def _to_the_second(written: str) -> str:
    """Without parts of a second, of which tools write more digits than Python reads."""
    return re.sub(r"[.,]\d+", "", written, count=1)
