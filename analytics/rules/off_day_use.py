"""Use on days off above that of other such days (非工作日用能)."""

from dataclasses import dataclass

import numpy as np

from analytics.rules.day_grid import DayGrid
from analytics.rules.finding import Finding, Priority
from analytics.rules.runs import runs
from analytics.rules.usual import median_known, median_of_like_days

KIND = "off_day_use"
_NORMAL = 1.4826
_MOST_SCORE = 10.0
"""What is above a limit of nothing is no multiple of it. [1]"""


@dataclass(frozen=True, slots=True)
class OffDayUse:
    """Thresholds.

    Attributes
    ----------
    spreads : float
        Distance from like days, in spreads of the year's days off. [1]
    above : float
        And at least so much more, over what was expected. [1]
    """

    spreads: float
    above: float


def off_day_use(grid: DayGrid, rule: OffDayUse) -> list[Finding]:
    """Find days off that were used like days of work.

    Returns
    -------
    list of Finding
        Expected and actual are amounts of a day: the sum of its slots.
    """
    known = np.isfinite(grid.value)
    enough = known.sum(axis=1) >= 0.75 * grid.slots
    count = np.maximum(known.sum(axis=1), 1)
    total = np.where(known, grid.value, 0.0).sum(axis=1) * grid.slots / count
    total = np.where(enough, total, np.nan)
    expected = median_of_like_days(
        total[:, None], np.where(grid.off, grid.like, -1), np.arange(-4, 0)
    )[:, 0]
    away = np.where(grid.off & ~grid.unsettled, total - expected, np.nan)
    spread = _NORMAL * float(median_known(np.abs(away)[:, None])[0])
    limit = np.maximum(rule.spreads * spread, rule.above * expected)
    found = []
    for first, end in runs(away > limit).tolist():
        more, least = away[first:end], limit[first:end]
        times = np.divide(more, least, out=np.full_like(more, _MOST_SCORE), where=least > 0)
        found.append(
            Finding(
                grid.start(first * grid.slots),
                grid.start(end * grid.slots),
                KIND,
                Priority.LOW,
                float(times.max()),
                float(expected[first:end].mean()),
                float(total[first:end].mean()),
                {"days": end - first, "sum_above_expected": float(more.sum())},
            )
        )
    return found
