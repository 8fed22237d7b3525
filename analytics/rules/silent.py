"""Meters that say nothing (表计离线): a state of its own, that clears no other finding."""

from dataclasses import dataclass

import numpy as np

from analytics.models.series import Series, instant
from analytics.rules.day_grid import HOUR_US
from analytics.rules.finding import Finding, Priority

KIND = "silent"
_MINUTE_US = HOUR_US // 60
_OFTEN = 0.95
"""Share of its pauses that are usual of a meter that sends now and then. [1]"""


@dataclass(frozen=True, slots=True)
class Silent:
    """Thresholds.

    Attributes
    ----------
    intervals : float
        Usual pauses between values after which a meter is silent. [1]
    least_minutes : float
        However fast it sends. [min]
    high_from_hours : float
        Length from which it has high priority. [h]
    """

    intervals: float
    least_minutes: float
    high_from_hours: float


def silent(series: Series, rule: Silent, until: int | None = None) -> list[Finding]:
    """Find pauses in which values are missing.

    Parameters
    ----------
    until : int, optional
        Up to when values should have come: a meter may be silent now. [us]
    """
    ts = series.ts[np.isfinite(series.value)]
    if not len(ts):
        return []
    step = series.step
    following = np.append(ts[1:], ts[-1] + step if until is None else until)
    pause = following - ts
    often = float(np.quantile(np.diff(ts), _OFTEN)) if len(ts) > 1 else 0.0
    longest = max(rule.intervals * max(step, often), rule.least_minutes * _MINUTE_US)
    return [
        Finding(
            instant(int(ts[i]) + step),
            instant(int(following[i])),
            KIND,
            Priority.HIGH if pause[i] >= rule.high_from_hours * HOUR_US else Priority.LOW,
            float(pause[i] / longest),
            evidence={"hours": float((pause[i] - step) / HOUR_US)},
        )
        for i in np.flatnonzero(pause > longest).tolist()
    ]
