"""What stands for "leave it as it is" where None means "take it away"."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Keep(Enum):
    """The one value of its kind, so that a type checker can tell it from all others."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP
