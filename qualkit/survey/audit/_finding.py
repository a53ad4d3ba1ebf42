"""One row of an audit, and what its grades mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Grade = Literal["proved", "contradiction", "under-assumption", "caution"]

PROVED: Final[Grade] = "proved"
CONTRADICTION: Final[Grade] = "contradiction"
ASSUMED: Final[Grade] = "under-assumption"
CAUTION: Final[Grade] = "caution"

GRADES: Final[dict[Grade, str]] = {
    PROVED: "the printed figures cannot all be right, however they were rounded",
    CONTRADICTION: "two statements of the report exclude each other; which is wrong is not said",
    ASSUMED: "impossible if what the message names holds, such as one base for every item",
    CAUTION: "nothing is wrong; what one should know before using the figures",
}

COLUMNS: Final = (
    "table", "item", "measure", "check", "grade", "printed", "expected", "message",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """What an audit has to say of one printed figure.

    Attributes
    ----------
    table, item, measure : str
        Where it is printed; `item` is empty where it is about a whole table or column.
    check : str
        Which check found it.
    grade : str
        One of `GRADES`.
    printed : str
        What is printed there.
    expected : str
        What would be possible.
    message : str
        What was printed, what is possible, and the likeliest cause.
    """

    table: str
    item: str
    measure: str
    check: str
    grade: Grade
    printed: str
    expected: str
    message: str
