"""How far coders agree: on ratings, on coded spans, and where they do not.

Every coefficient comes back as a :class:`Coefficient`, with a value or the reason why it has none.
For a whole study there is :mod:`qualkit.agreement.study`, for the list of disagreements and the
consensus :mod:`qualkit.agreement.disagreements` and :mod:`qualkit.agreement.consensus`.
"""

from qualkit.agreement.ratings import (
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    interval,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from qualkit.agreement.records import FLAGS, REASONS, Coefficient, Counts
from qualkit.agreement.sheets import read_ratings
from qualkit.agreement.span_sheets import read_spans
from qualkit.agreement.spans import (
    SegmentAgreement,
    holsti,
    kappa_of_counts,
    overlap_of_counts,
    percent_of_counts,
    pooled_kappa,
    segment_agreement,
    span_counts,
)
from qualkit.agreement.unitizing import (
    CodeCoefficient,
    alpha_unitizing,
    alpha_unitizing_by_code,
    bar_u_alpha,
    cu_alpha,
    ku_alpha,
    u_alpha,
)

__all__ = [
    "FLAGS",
    "REASONS",
    "CodeCoefficient",
    "Coefficient",
    "Counts",
    "SegmentAgreement",
    "alpha_unitizing",
    "alpha_unitizing_by_code",
    "bar_u_alpha",
    "brennan_prediger",
    "cohen_kappa",
    "cu_alpha",
    "fleiss_kappa",
    "gwet_ac1",
    "holsti",
    "interval",
    "kappa_of_counts",
    "krippendorff_alpha",
    "ku_alpha",
    "overlap_of_counts",
    "percent_agreement",
    "percent_of_counts",
    "pooled_kappa",
    "read_ratings",
    "read_spans",
    "scott_pi",
    "segment_agreement",
    "span_counts",
    "u_alpha",
]
