"""Items scored together: how far they hang together (Cronbach's alpha)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qualkit.errors import TableError
from qualkit.survey import _numbers as read
from qualkit.survey.records import (
    FEWER_THAN_TWO,
    FEWER_THAN_TWO_ITEMS,
    ZERO_VARIANCE_SCORES,
    Alpha,
)

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def cronbach_alpha(frame: pd.DataFrame | np.ndarray) -> Alpha:
    """Cronbach's alpha of a scale: how far its items measure one thing.

    Parameters
    ----------
    frame : DataFrame or array
        One row a respondent, one column an item, numbers; None or NaN where one is missing.
        Items that run the other way are to be turned round first.

    Returns
    -------
    Alpha
        Of the respondents who answered every item. Undefined of one item, of fewer than two
        such respondents, or where all have the same total.

    Raises
    ------
    TableError
        If it is not a table.
    BatchError
        If something is not a finite number, with every row.

    Notes
    -----
    ``alpha = k / (k - 1) * (1 - sum of the items' variances / variance of the totals)``. For
    items of 0 and 1 this is Kuder and Richardson's formula 20. High alpha does not show that a
    scale has one dimension, and it grows with the number of items.

    References
    ----------
    Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. Psychometrika
    16, 297-334.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"K1": [1, 2, 3, 4], "K2": [2, 2, 3, 4], "K3": [1, 3, 3, None]})
    >>> found = cronbach_alpha(answers)
    >>> round(found.value, 3), found.items, found.n, found.dropped
    (0.868, 3, 3, 1)
    """
    import numpy as np
    import pandas as pd

    table = frame if isinstance(frame, pd.DataFrame) else _framed(frame)
    items = len(table.columns)
    columns = [read.numbers(table.iloc[:, at], str(table.columns[at])) for at in range(items)]
    answers = np.column_stack(columns) if columns else np.empty((len(table), 0))
    whole = answers[~np.isnan(answers).any(axis=1)]
    sizes = (items, len(whole), len(answers) - len(whole))
    if items < 2:
        return Alpha(None, *sizes, FEWER_THAN_TWO_ITEMS)
    if len(whole) < 2:
        return Alpha(None, *sizes, FEWER_THAN_TWO)
    totals = whole.sum(axis=1)
    if read.alike(totals, read.size(*whole.T)):
        return Alpha(None, *sizes, ZERO_VARIANCE_SCORES)
    apart = float(whole.var(axis=0, ddof=1).sum() / totals.var(ddof=1))
    return Alpha(items / (items - 1) * (1 - apart), *sizes)


def _framed(given: object) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    if not (isinstance(given, np.ndarray) and given.ndim == 2):
        raise TableError(
            "a scale", "a row for each respondent and a column for each item is needed"
        )
    return pd.DataFrame(given, columns=[f"item {n}" for n in range(1, given.shape[1] + 1)])
