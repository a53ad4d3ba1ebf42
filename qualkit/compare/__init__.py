"""Coded themes compared: counts by attribute, codes that stand together, cases that are alike.

Counts of sources, never of segments, are what one may compare: who is asked more or longer gives
more segments, and one person who says a thing nine times is still one person.
"""

from qualkit.compare._cooccurrence import cooccurrence
from qualkit.compare._crosstab import MEASURES, Crosstab, crosstab
from qualkit.compare._frequency import frequency
from qualkit.compare._saturation import Saturation, saturation
from qualkit.compare._typology import MOST_ROWS, Typology, typology

__all__ = [
    "MEASURES",
    "MOST_ROWS",
    "Crosstab",
    "Saturation",
    "Typology",
    "cooccurrence",
    "crosstab",
    "frequency",
    "saturation",
    "typology",
]
