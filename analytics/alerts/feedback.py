"""What people's verdicts do to a threshold: a little, for a while, on that meter only."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from domain.alert import Verdict

MOST = 1.5
"""No number of verdicts raises a threshold beyond this. [1]"""
_STEP = 0.25
_HALF_LIFE = timedelta(days=60)


def raised(verdicts: Iterable[tuple[datetime, Verdict]], now: datetime) -> float:
    """Factor on the thresholds of a rule on a meter, from 1 to `MOST`.

    Each false alarm adds a quarter, each true one takes as much away again; both fade by half
    in 60 days. What is known already says nothing of the threshold.
    """
    weights = {Verdict.FALSE: _STEP, Verdict.TRUE: -_STEP, Verdict.KNOWN: 0.0}
    total = sum(
        weights[verdict] * math.pow(0.5, (now - at) / _HALF_LIFE) for at, verdict in verdicts
    )
    return min(max(1.0 + total, 1.0), MOST)


def precision(verdicts: Sequence[Verdict]) -> float | None:
    """Share of true ones among those judged true or false; None where nobody judged. [1]."""
    judged = [each for each in verdicts if each is not Verdict.KNOWN]
    return sum(each is Verdict.TRUE for each in judged) / len(judged) if judged else None
