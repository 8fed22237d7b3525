"""Out-of-time errors of the hourly model: fortnights told by fits that have not seen them."""

import numpy as np

from analytics.models.estimator import Floats
from analytics.models.time_of_week import TimeOfWeek

_FORTNIGHT_HOURS = 14 * 24
_PARTS = 4


def fortnights_left_out(matrix: Floats, use: Floats) -> Floats:
    """Measured less predicted: every fourth fortnight from the others, in four fits.

    Parameters
    ----------
    matrix : ndarray of float, shape (n_hours, 2)
        `hour_of_week.features`.
    use : ndarray of float, shape (n_hours, n_meters)
        NaN: not used.
    """
    left_out = np.full(use.shape, np.nan)
    fold = np.arange(len(use)) // _FORTNIGHT_HOURS % _PARTS
    for part in range(_PARTS):
        hidden = fold == part
        if hidden.any() and not hidden.all():
            model = TimeOfWeek().fit(matrix[~hidden], use[~hidden])
            left_out[hidden] = use[hidden] - model.predict(matrix[hidden])
    return left_out
