"""Alternating test: the measure is switched on and off in turn, under one weather and one use."""

import numpy as np

from analytics.models.day import Season
from analytics.models.estimator import Floats, Integers, Truths
from analytics.savings.estimate import Estimate
from analytics.savings.regressed import Rows, regressed
from domain.errors import MissingInputError

LEAST_CYCLES = 4
"""Times that it was switched off and on again."""
_BENDS = (1 / 3, 2 / 3)
"""Quantiles of the temperature at which the rule may bend. [1]"""


def on_off(matrix: Floats, use: Floats, on: Truths, confidence: float = 0.9) -> Estimate:
    """Saving of the days with the measure on, against a rule learnt from those with it off.

    The rule has a base for each type of day and is piecewise linear in the felt temperature. A
    cycle, off and on again, is a block.

    Parameters
    ----------
    matrix : ndarray of float, shape (n_days, 2)
        `analytics.models.day.features`.
    use : ndarray of float, shape (n_days,)
        NaN: not measured. [use per day]
    on : ndarray of bool, shape (n_days,)
        Days on which the measure works; leave out the days on which it was switched.

    Raises
    ------
    MissingInputError
        If there are fewer than `LEAST_CYCLES` cycles, or the days off are too few for the rule.
    """
    cycle = _cycles(on)
    cycles = int(cycle[-1]) if len(cycle) else 0
    if cycles < LEAST_CYCLES:
        raise MissingInputError(
            f"{cycles} cycles of off and on, want at least {LEAST_CYCLES}", code="cycles"
        )
    told = columns(matrix, *off_rule(matrix[~on & np.isfinite(use)]))
    return regressed(
        Rows(told[~on], use[~on], cycle[~on]), Rows(told[on], use[on], cycle[on]), confidence
    )


def _cycles(on: Truths) -> Integers:
    """Number of the cycle of each day: a new one begins wherever it is switched off."""
    switched_off = np.append(False, on[:-1] & ~on[1:])[: len(on)]
    return np.asarray(np.cumsum(switched_off) + 1, np.int64)


def off_rule(off: Floats) -> tuple[Floats, Floats]:
    """Types of day met while the measure is off, and where the rule bends. [degC].

    Parameters
    ----------
    off : ndarray of float, shape (n_days, 2)
        `analytics.models.day.features` of days with a use.
    """
    bends = np.quantile(off[np.isfinite(off[:, 0]), 0], _BENDS) if len(off) else np.zeros(2)
    return np.unique(off[:, 1] // len(Season)), bends


def columns(matrix: Floats, types: Floats, bends_c: Floats) -> Floats:
    """Base by type of day, of the types met while off, and three pieces of the temperature."""
    base = (matrix[:, 1:] // len(Season) == types).astype(np.float64)
    base[~base.any(axis=1)] = np.nan  # a type of day that was never off has no counterpart
    felt_c = matrix[:, :1]
    return np.hstack([base, felt_c, np.maximum(felt_c - bends_c, 0.0)])
