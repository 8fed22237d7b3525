"""Load at night above what the building has shown it can do (非工作时段基荷).

What a building comes down to on its better nights is its base load; nights that stay above it are
plant that nobody turned off. Nights are held against those of the weeks before, so that a season is
no finding.
"""

from dataclasses import dataclass

import numpy as np

from analytics.models.estimator import Floats, Integers
from analytics.rules.day_grid import DayGrid
from analytics.rules.finding import Finding, Priority
from analytics.rules.hysteresis import Hysteresis, Spell, spells
from analytics.rules.usual import median_known

KIND = "night_load"
_FEWEST = 7
"""Nights that tell a base load."""


@dataclass(frozen=True, slots=True)
class NightLoad:
    """Thresholds.

    Attributes
    ----------
    first_hour, end_hour : float
        Local hours of a night [first, end) after midnight. [h]
    quantile : float
        Of the nights before: the base load. [1]
    above : float
        Share by which a night lies above it. [1]
    nights : float
        Nights at or above it, among the last `within`, that open a finding.
    within : float
    hold : float
        Nights in a row below that end it.
    reach_days : float
        Days before whose nights are looked at. [d]
    """

    first_hour: float
    end_hour: float
    quantile: float
    above: float
    nights: float
    within: float
    hold: float
    reach_days: float


def night_load(grid: DayGrid, rule: NightLoad) -> list[Finding]:
    """Find nights of which the load was not turned down.

    Returns
    -------
    list of Finding
        Expected and actual in the unit of the series; `sum_above_expected` over the hours of night.
    """
    hours = grid.hours(int(rule.first_hour), int(rule.end_hour))
    night = grid.value[:, hours]
    level = np.where(grid.unsettled, np.nan, _median(night))
    base = base_of_nights(level, grid.rest, rule)
    score = (level / np.where(base > 0, base, np.nan) - 1) / rule.above
    count = Hysteresis(1.0, 1.0, round(rule.nights), round(rule.within), round(rule.hold))
    return [_finding(grid, rule, level, base, spell) for spell in spells(score, count)]


def base_of_nights(level: Floats, rest: Integers, rule: NightLoad) -> Floats:
    """Low quantile of the nights before each night, shape (n_days,); NaN below a week of them.

    Nights of days off are held against such nights, those of a school's break against its own.
    """
    base = np.full_like(level, np.nan)
    for kind in np.unique(rest):
        mine = rest == kind
        base[mine] = _base(np.where(mine, level, np.nan), rule)[mine]
    return base


def _base(level: Floats, rule: NightLoad) -> Floats:
    reach = round(rule.reach_days)
    padded = np.concatenate([np.full(reach, np.nan), level[:-1]])
    around = np.lib.stride_tricks.sliding_window_view(padded, reach)
    ordered = np.sort(around, axis=1)
    count = np.isfinite(around).sum(axis=1)
    place = np.clip(((count - 1) * rule.quantile).astype(np.int64), 0, None)
    base = ordered[np.arange(len(level)), place]
    return np.where(count >= _FEWEST, base, np.nan)


def _median(night: Floats) -> Floats:
    """Median of each night; NaN where less than half of it is known."""
    return median_known(night[:, :, None], -(-night.shape[1] // 2))[:, 0]


def _finding(grid: DayGrid, rule: NightLoad, level: Floats, base: Floats, spell: Spell) -> Finding:
    span = slice(spell.first, spell.end)
    high = level[span] > base[span] * (1 + rule.above)
    hours = rule.end_hour - rule.first_hour
    more = float(np.where(high, level[span] - base[span], 0.0).sum() * hours)
    first, end = spell.first * grid.slots, spell.end * grid.slots
    night = grid.hours(int(rule.first_hour), int(rule.end_hour))
    return Finding(
        grid.start(first + night.start),
        grid.start(end - grid.slots + night.stop),
        KIND,
        Priority.LOW,
        spell.peak,
        float(np.nanmean(base[span])),
        float(np.nanmean(level[span])),
        {"nights": int(high.sum()), "sum_above_expected": more},
    )
