"""What a coefficient of agreement is: a value or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NO_VARIATION: Final = "no_variation"
NO_UNITS: Final = "no_pairable_units"
FEW_CODERS: Final = "fewer_than_two_coders"
UNUSED: Final = "code_unused_by_all"
OVERLAPPING: Final = "overlapping_codes"
REASONS: Final = {
    NO_VARIATION: "everybody chose one and the same, so that chance cannot be told from agreement",
    NO_UNITS: "no unit was judged by two coders",
    FEW_CODERS: "agreement needs two coders",
    OVERLAPPING: "codes of one coder overlap, and these figures need codes that exclude each other",
    UNUSED: "nobody applied the code in what was compared",
}
LOW_INFORMATION: Final = "low_information"
FLAGS: Final = {
    LOW_INFORMATION: "a coder chose one and the same throughout, so that the figure says little",
}


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One figure of agreement.

    Attributes
    ----------
    value : float or None
        1 is perfect agreement; of coefficients corrected for chance 0 is what chance gives. None
        where it is not defined.
    reason : str
        Why it is not defined, one of :data:`REASONS`; empty where it is.
    low, high : float or None
        A 95 % bootstrap interval; None where it was not estimated.
    n : int
        The units (or characters) it rests on: those that two coders judged at least.
    flag : str
        What to be careful about, one of :data:`FLAGS`; usually empty.
    """

    value: float | None
    reason: str = ""
    low: float | None = None
    high: float | None = None
    n: int = 0
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How two coders' yes and no on one code fall together.

    Attributes
    ----------
    both, only_a, only_b, neither : int
        Units, or characters, that both coded, one of them, or nobody.
    """

    both: int
    only_a: int
    only_b: int
    neither: int

    @property
    def n(self) -> int:
        """How many there are."""
        return self.both + self.only_a + self.only_b + self.neither
