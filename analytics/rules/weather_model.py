"""What a model makes of the outdoor temperature, slot by slot."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.estimator import Floats, Truths
from analytics.models.hour_of_week import HOURS_A_DAY
from analytics.models.series import Series
from analytics.models.time_of_week import TimeOfWeek
from analytics.rules.day_grid import DayGrid, laid_out
from analytics.rules.usual import median_known
from domain.heating_season import Heating

_FAR = 4.5
"""Of the median error: three standard deviations of a normal distribution. [1]"""
_LEARNED_H, _NEAR_K = 168.0, 0.5
"""Hours as warm, or as cold, that must lie before, within a kelvin. [h], [K]"""
_LEAST_DAYS = 56
"""Days with use and temperature below which nothing is learned of the weather."""


def explained_by_weather(grid: DayGrid, temperature_c: Series, zone: ZoneInfo) -> Floats | None:
    """Use by time of week and temperature, as the hourly baseline model tells it of each season.

    Returns
    -------
    ndarray of float, shape (n_days, 24), or None
        In the unit of the series, NaN where the temperature is not known; None where the slots
        are no hours, or too little is known to learn from; 0 on days of a season of which that is
        so while it is not of another.
    """
    if not grid.season.any():
        return _of_one_season(grid, temperature_c, zone)
    told: Floats | None = None
    for season in (Heating.OUT, Heating.IN):
        mine = _of_one_season(grid.of_season(season), temperature_c, zone)
        if mine is not None:
            rest = np.zeros_like(mine) if told is None else told
            told = np.where(grid.season[:, None] == season, mine, rest)
    return told


def _of_one_season(grid: DayGrid, temperature_c: Series, zone: ZoneInfo) -> Floats | None:
    if grid.slots != HOURS_A_DAY:
        return None
    air = laid_out(temperature_c, grid.bounds, HOURS_A_DAY, zone)
    known = np.isfinite(air) & np.isfinite(grid.value)
    if known.sum() < _LEAST_DAYS * HOURS_A_DAY:
        return None
    slot = (grid.weekday[:, None] * HOURS_A_DAY + np.arange(HOURS_A_DAY)).ravel()
    matrix = np.column_stack([air.ravel(), slot.astype(np.float64)])
    use = grid.value.ravel()
    first = TimeOfWeek().fit(matrix, use).predict(matrix)[:, 0]
    away = np.abs(use - first)
    # Hours that lie far off say what was wrong, not what the weather does.
    usual = np.where(away <= _FAR * float(np.nanmedian(away)), use, np.nan)
    told = TimeOfWeek().fit(matrix, usual).predict(matrix)
    return np.asarray(told[:, 0].reshape(grid.value.shape))


def at_usual_weather(grid: DayGrid, explained: Floats) -> DayGrid:
    """The same with what is due to unusual weather taken off; NaN where that is not known.

    Parameters
    ----------
    explained : ndarray of float, shape (n_days, 24)
        `explained_by_weather`.
    """
    usual = np.empty_like(explained)
    for weekday in np.unique(grid.weekday):
        days = grid.weekday == weekday
        usual[days] = median_known(explained[days])
    return replace(grid, value=grid.value - explained + usual)


def seen_before(grid: DayGrid, temperature_c: Series, zone: ZoneInfo) -> Truths:
    """Whether such warmth, or such cold, was there for long enough before each day.

    The first hot days of a year, and the first cold ones of a heating season, are beyond what
    anything was learned from. Where the temperature is not known nothing speaks against an hour.

    Returns
    -------
    ndarray of bool, shape (n_days, n_slots)
    """
    air = laid_out(temperature_c, grid.bounds, grid.slots, zone)
    least = max(round(_LEARNED_H * grid.slots_an_hour), 1)
    seen = np.ones(air.shape, np.bool_)
    of_season = dict.fromkeys(grid.season.tolist(), np.empty(0))
    for day, (today, season) in enumerate(zip(air, grid.season.tolist(), strict=True)):
        before = of_season[season]
        if len(before) > 2 * least:
            warm, cold = before[-least] + _NEAR_K, before[least - 1] - _NEAR_K
            seen[day] = ~((today > warm) | (today < cold))
        of_season[season] = np.sort(np.concatenate([before, today[np.isfinite(today)]]))
    return seen
