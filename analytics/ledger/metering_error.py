"""What a meter that was found out of tolerance showed, brought to what was used. Pure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analytics.ledger.attribution import Use
from analytics.ledger.readings import Instants
from analytics.ledger.segments import us
from domain.consumption_flag import ConsumptionFlag
from domain.register_event import RegisterEvent

SUBSTITUTED = "contract_substituted"
"""Grade of a quantity that follows from a found error and a rule how far back it goes."""


def factor(error_pct: float) -> float:
    """What was used, as a part of what a meter with this error [%] shows. [1]."""
    return 1.0 / (1.0 + error_pct / 100.0)


def corrected(use: Use, bounds: Instants, errors: Sequence[RegisterEvent]) -> Use:
    """Divide out declared errors, and flag what they touched.

    Parameters
    ----------
    use : Use
        As the register tells it, per interval of `bounds`.
    bounds : ndarray of int, shape (n + 1,)
        Boundaries of the intervals. [us]
    errors : sequence of RegisterEvent
        Of kind ``error``. Of an interval that an end of the span cuts, the part inside is taken by
        time. The readings and the shape stay as they were.
    """
    if not errors:
        return use
    times, flags = np.ones(len(use.value)), use.flags.copy()
    length = np.diff(bounds)
    for error in errors:
        begin, end = us(error.at), us(error.until or error.at)
        inside = np.minimum(bounds[1:], end) - np.maximum(bounds[:-1], begin)
        here = inside > 0
        share = inside[here] / length[here]
        times[here] += (factor(error.value) - 1.0) * share
        flags[here & ~np.isnan(use.value)] |= ConsumptionFlag.ERROR
    return replace(use, value=use.value * times, flags=flags)
