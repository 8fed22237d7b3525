"""What an incident used beyond what was to be expected, over its whole span.

Expected is what like days did just before it began, and what the weather changed since: the longer
ago a day, the more a season, a term or new plant lie between.
"""

from dataclasses import replace

import numpy as np

from analytics.models.estimator import Floats
from analytics.models.series import DAY_US, us
from analytics.rules.day_grid import DayGrid
from analytics.rules.finding import Finding
from analytics.rules.usual import median_known

OF_USE = frozenset({"unlike_usual", "night_load", "off_day_use"})
"""Kinds of findings that tell of use."""
_DAYS = 21
"""Days before it began that are looked at. [d]"""
_NORMAL = 1.4826
_FEWEST, _MOST = 3, 10
"""Like days that tell, the nearest first."""


def with_amount(finding: Finding, grid: DayGrid, explained: Floats | None, step_us: int) -> Finding:
    """The same with `sum_above_expected` of its whole span, not of the hours that tell of it alone.

    Plant that is left on at night runs in the evening too: five hours of the night tell of it, and
    all of them cost. What a rule told stays where too few days lie before it.

    Parameters
    ----------
    explained : ndarray of float, shape (n_days, n_slots), or None
        What a model makes of the weather.
    step_us : int
        Length of an interval of the series. [us]
    """
    if finding.kind not in OF_USE:
        return finding
    starts = grid.starts
    inside = (starts >= us(finding.start)) & (starts < us(finding.end))
    days = np.flatnonzero(inside.any(axis=1))
    if not len(days):
        return finding
    base = np.zeros_like(grid.value) if explained is None else explained
    left = grid.value - base
    more = np.full_like(grid.value, np.nan)
    for rest in np.unique(grid.rest[days]):
        mine = days[grid.rest[days] == rest]
        before = np.arange(max(days[0] - _DAYS, 0), days[0])
        like = before[grid.rest[before] == rest][-_MOST:]
        usual = median_known(left[like], _FEWEST)
        away = left[mine] - usual
        sway = _NORMAL * median_known(np.abs(left[like] - usual), _FEWEST)
        # Hours of the day that did not change say nothing of what did, but how much days differ.
        changed = np.abs(median_known(away)) > sway
        more[mine] = np.where(changed, away, np.where(np.isfinite(away), 0.0, np.nan))
    told = more[inside & np.isfinite(more)]
    if not len(told):
        return finding
    amount = float(told.sum()) * DAY_US / grid.slots / step_us
    return replace(finding, evidence={**finding.evidence, "sum_above_expected": amount})


def on_unsettled_days(finding: Finding, grid: DayGrid) -> Finding:
    """The same with how many of its days have no notice yet (`unsettled_days`)."""
    begins, ends = grid.bounds[:-1], grid.bounds[1:]
    inside = (begins < us(finding.end)) & (ends > us(finding.start))
    days = int((inside & grid.unsettled).sum())
    if not days:
        return finding
    return replace(finding, evidence={**finding.evidence, "unsettled_days": days})
