"""What rows would have used by a linear rule learnt from other rows, and what was saved by it."""

from dataclasses import dataclass, replace

import numpy as np

from analytics.models.estimator import Floats, Integers, Truths
from analytics.savings.estimate import Estimate, jackknife
from domain.errors import MissingInputError

ROWS_A_COLUMN = 3
"""Rows that each coefficient needs."""
WEEK_DAYS = 7
"""Days that are taken not to be independent of each other."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Days, hours or items.

    Attributes
    ----------
    columns : ndarray of float, shape (n_rows, n_columns)
        What the use depends on; a column of ones where there is a base. NaN: not known.
    use : ndarray of float, shape (n_rows,)
        NaN: not measured.
    block : ndarray of int, shape (n_rows,)
        Rows of one block are not independent of each other.
    """

    columns: Floats
    use: Floats
    block: Integers

    def known(self) -> "Rows":
        """Only rows of which everything is known."""
        kept = np.isfinite(self.use) & np.isfinite(self.columns).all(axis=1)
        return Rows(self.columns[kept], self.use[kept], self.block[kept])


def regressed(baseline: Rows, reporting: Rows, confidence: float = 0.9) -> Estimate:
    """Fit the baseline's rows by least squares; saving = predicted less measured afterwards.

    Raises
    ------
    MissingInputError
        If the baseline has fewer than `ROWS_A_COLUMN` rows a column, or the reporting none.
    """
    before, after = baseline.known(), reporting.known()
    wanted = ROWS_A_COLUMN * before.columns.shape[1]
    if len(before.use) < wanted:
        raise MissingInputError(
            f"{len(before.use)} rows of baseline, want at least {wanted}", code="rows"
        )
    if not len(after.use):
        raise MissingInputError("nothing measured after the measure", code="rows")
    split = len(before.use)
    columns = np.vstack([before.columns, after.columns])
    use = np.concatenate([before.use, after.use])

    def saving(kept: Truths) -> float:
        fitted, told = kept[:split], kept[split:]
        if not fitted.any() or not told.any():
            return 0.0
        rule = np.linalg.lstsq(columns[:split][fitted], use[:split][fitted], rcond=None)[0]
        mean = np.mean(columns[split:][told] @ rule - use[split:][told])
        return float(mean * len(after.use))

    found = jackknife(saving, np.concatenate([before.block, after.block]), confidence)
    return replace(found, actual=float(after.use.sum()), days=len(after.use))


def by_weeks(
    before: tuple[Floats, Floats], after: tuple[Floats, Floats], confidence: float
) -> Estimate:
    """As `regressed`, of consecutive days whose weeks are the blocks.

    Parameters
    ----------
    before, after : tuple of ndarray of float
        Columns, shape (n_days, n_columns), and use, shape (n_days,).
    """
    first = -(-len(before[1]) // WEEK_DAYS)
    weeks = [np.arange(len(use), dtype=np.int64) // WEEK_DAYS for _, use in (before, after)]
    return regressed(Rows(*before, weeks[0]), Rows(*after, weeks[1] + first), confidence)
