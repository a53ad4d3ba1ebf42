"""Surveys: what was answered, how it changed, and what others printed about it.

Figures of a survey stand beside what interviews say. They are computed here from raw answers, or
read from published tables and audited.
"""

from qualkit.survey.adjusting import adjust, competition_rank
from qualkit.survey.cascade import cascade, cascade_change
from qualkit.survey.compare import Comparison, compare
from qualkit.survey.describe import Description, describe
from qualkit.survey.findings import findings
from qualkit.survey.grim import Grim, grim, implied_bases
from qualkit.survey.items import Item, Survey, parse_survey, read_survey, write_survey
from qualkit.survey.paired import mcnemar, paired_t, wilcoxon
from qualkit.survey.proportions import wilson
from qualkit.survey.proposing import propose_survey
from qualkit.survey.published import PublishedTable, read_published
from qualkit.survey.reading import Answers, open_source, read_answers
from qualkit.survey.records import (
    REASONS,
    Alpha,
    Cascade,
    CascadeChange,
    ChiSquared,
    EffectiveN,
    McNemar,
    PairedT,
    Retention,
    Weighted,
    Welch,
    Wilcoxon,
    Wilson,
)
from qualkit.survey.scales import cronbach_alpha
from qualkit.survey.suppress import Rules
from qualkit.survey.unpaired import chi_squared, retention_test, welch
from qualkit.survey.weighting import effective_n, weighted_mean

__all__ = [
    "REASONS",
    "Alpha",
    "Answers",
    "Cascade",
    "CascadeChange",
    "ChiSquared",
    "Comparison",
    "Description",
    "EffectiveN",
    "Grim",
    "Item",
    "McNemar",
    "PairedT",
    "PublishedTable",
    "Retention",
    "Rules",
    "Survey",
    "Weighted",
    "Welch",
    "Wilcoxon",
    "Wilson",
    "adjust",
    "cascade",
    "cascade_change",
    "chi_squared",
    "compare",
    "competition_rank",
    "cronbach_alpha",
    "describe",
    "effective_n",
    "findings",
    "grim",
    "implied_bases",
    "mcnemar",
    "open_source",
    "paired_t",
    "parse_survey",
    "propose_survey",
    "read_answers",
    "read_published",
    "read_survey",
    "retention_test",
    "weighted_mean",
    "welch",
    "wilcoxon",
    "wilson",
    "write_survey",
]
