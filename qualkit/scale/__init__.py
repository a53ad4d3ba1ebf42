"""Open answers at national scale: a table of a million comments, suggested and sorted by topic.

A study holds a part of the comments, coded by people. What they taught is taken out of it as one
small file, and the whole table is read in stretches of rows, one after the other or by many
workers at once. Every comment comes out the same, whatever the stretches and whoever reads them.
"""

from qualkit.scale._keep import Kept, keep
from qualkit.scale._learned import Learned, learn_corpus, learn_from, load
from qualkit.scale._learned import learn_study as learn
from qualkit.scale._run import counts, run
from qualkit.scale._suggest import confidences, suggest_table
from qualkit.scale._topics import topics
from qualkit.scale._working import Done

__all__ = [
    "Done", "Kept", "Learned", "confidences", "counts", "keep", "learn", "learn_corpus",
    "learn_from", "load", "run", "suggest_table", "topics",
]  # fmt: skip
