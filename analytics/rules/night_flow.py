"""Water that flows at night (夜间最小流量): the sign of a leak.

A tight building comes down to nothing in some hour of the night, or to what always runs. A night
is held against the nights that were learned before it; nights of a leak are not learned, so that a
leak stays one until it is mended.
"""

from collections import deque
from dataclasses import dataclass
from statistics import median

import numpy as np

from analytics.models.estimator import Floats
from analytics.rules.day_grid import DayGrid
from analytics.rules.finding import Finding, Priority

KIND = "night_flow"
_NORMAL = 1.4826


@dataclass(frozen=True, slots=True)
class NightFlow:
    """Thresholds.

    Attributes
    ----------
    first_hour, end_hour : float
        Local hours [first, end) of the night. [h]
    spreads : float
        Distance from the learned nights, in their spreads. [1]
    least_share : float
        And at least so much of the mean flow. [1]
    least_flow : float
        And at least so much. [m3/h]
    nights : float
        The median of so many nights counts: one night somebody washes the yard.
    learned : float
        Nights that are remembered.
    fewest : float
        Nights that must be learned first.
    forget_nights : float
        After so long a leak is what the building does, until a person says otherwise.
    urgent_flow : float
        Loss from which it is urgent. [m3/h]
    """

    first_hour: float
    end_hour: float
    spreads: float
    least_share: float
    least_flow: float
    nights: float
    learned: float
    fewest: float
    forget_nights: float
    urgent_flow: float


def night_flow(grid: DayGrid, rule: NightFlow) -> list[Finding]:
    """Find spans of nights whose least flow stays above what was learned before.

    Parameters
    ----------
    grid : DayGrid
        Of amounts by the hour. [m3]
    """
    lowest = least_of_nights(grid, rule)
    typical = grid.value[np.isfinite(grid.value)]
    floor = max(rule.least_flow, rule.least_share * float(typical.mean()) if len(typical) else 0.0)
    recent: deque[float] = deque(maxlen=round(rule.nights))
    learned: deque[float] = deque(maxlen=round(rule.learned))
    found: list[Finding] = []
    since: int | None = None
    base = limit = 0.0
    for day in np.flatnonzero(np.isfinite(lowest)).tolist():
        recent.append(float(lowest[day]))
        if since is None and len(learned) >= rule.fewest:
            base, limit = _limit(learned, rule, floor)
        now = median(recent)
        high = len(learned) >= rule.fewest and len(recent) == recent.maxlen and now > limit
        if high and since is None:
            since = _began(lowest, day, limit, round(rule.nights))
        forgets = since is not None and day - since >= rule.forget_nights
        if since is not None and (forgets or lowest[day] <= limit):
            found.append(_finding(grid, rule, lowest, (since, day, base, limit)))
            since = None
            recent.clear()
        if forgets:
            learned.clear()
        if since is None and not (len(learned) >= rule.fewest and lowest[day] > limit):
            learned.append(float(lowest[day]))
    if since is not None:
        found.append(_finding(grid, rule, lowest, (since, len(lowest), base, limit)))
    return found


def least_of_nights(grid: DayGrid, rule: NightFlow) -> Floats:
    """Least hour of each night; NaN where not every hour is known: the least may be missing."""
    night = grid.value[:, grid.hours(int(rule.first_hour), int(rule.end_hour))]
    return np.asarray(night.min(axis=1))


def _limit(learned: "deque[float]", rule: NightFlow, floor: float) -> tuple[float, float]:
    base = median(learned)
    spread = _NORMAL * median(abs(each - base) for each in learned)
    return base, base + max(rule.spreads * spread, floor)


def _began(lowest: Floats, day: int, limit: float, nights: int) -> int:
    """First night above the limit of those that tell."""
    first = max(day - nights + 1, 0)
    return first + int(np.argmax(lowest[first : day + 1] > limit))


def _finding(
    grid: DayGrid, rule: NightFlow, lowest: Floats, span: tuple[int, int, float, float]
) -> Finding:
    first, end, base, limit = span
    part = lowest[first:end]
    level = float(np.median(part[np.isfinite(part)]))
    loss = level - base
    start = first * grid.slots + grid.hours(int(rule.first_hour), int(rule.end_hour)).start
    hours = (end - first) * 24.0
    return Finding(
        grid.start(start),
        grid.start(end * grid.slots),
        KIND,
        Priority.URGENT if loss >= rule.urgent_flow else Priority.HIGH,
        loss / max(limit - base, 1e-12),
        base,
        level,
        {"loss_m3_per_hour": loss, "loss_m3": loss * hours, "nights": int(np.isfinite(part).sum())},
    )
