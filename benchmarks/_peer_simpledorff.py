"""simpledorff's own alpha, run by its own Python: see bench_agreement_ratings.

python _peer_simpledorff.py RATINGS.csv     # unit, coder, value
"""

from __future__ import annotations

import json
import statistics
import sys
import time

import pandas as pd
from simpledorff import calculate_krippendorffs_alpha_for_df


def main(path: str) -> None:
    """Print the median seconds of three runs, and the figure."""
    table, taken = pd.read_csv(path), []
    for _ in range(3):
        start = time.perf_counter()
        alpha = calculate_krippendorffs_alpha_for_df(
            table, experiment_col="unit", annotator_col="coder", class_col="value"
        )
        taken.append(time.perf_counter() - start)
    print(json.dumps({"seconds": statistics.median(taken), "alpha": float(alpha)}))


if __name__ == "__main__":
    main(sys.argv[1])
