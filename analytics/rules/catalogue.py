"""The rules that judge the series of one meter, and what they find together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models.estimator import Floats
from analytics.models.series import Series, us
from analytics.rules.amount import on_unsettled_days, with_amount
from analytics.rules.day_grid import DayGrid, day_grid, laid_out
from analytics.rules.finding import Finding, merged
from analytics.rules.implausible import implausible
from analytics.rules.night_flow import night_flow
from analytics.rules.night_load import night_load
from analytics.rules.off_day_use import off_day_use
from analytics.rules.pv_yield import pv_yield
from analytics.rules.silent import silent
from analytics.rules.stuck import stuck
from analytics.rules.thresholds import MeterClass, Thresholds
from analytics.rules.unlike_usual import unlike_usual
from analytics.rules.usual import Usual, usual
from analytics.rules.weather_model import at_usual_weather, explained_by_weather, seen_before
from domain.calendar import DayKind
from domain.heating_season import Heating


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around a meter.

    Attributes
    ----------
    kinds : mapping of date to DayKind
        From a calendar; days that it does not name go by their weekday.
    temperature_c : Series or None
        Outdoor air. [degC]
    sun : Series or None
        On a plant: irradiance, or what plants beside it yielded. [any unit]
    until : int or None
        Up to when values should have come; None of a record that is over. [us]
    unsettled : frozenset of date
        Days of which no notice says yet whether they are worked; the band is that of both.
    heating : mapping of date to Heating
        Of a meter that follows the heating season: every day. Empty of others, and of a place of
        which no season is known.
    """

    zone: ZoneInfo
    kinds: Mapping[date, DayKind] = field(default_factory=dict)
    temperature_c: Series | None = None
    sun: Series | None = None
    until: int | None = None
    unsettled: frozenset[date] = frozenset()
    heating: Mapping[date, Heating] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """A series as the rules take it.

    Attributes
    ----------
    explained : ndarray of float, shape (n_days, n_slots), or None
        What a model makes of the weather.
    settled : DayGrid
        The grid at usual weather.
    band : Usual or None
        What is usual at each hour; None of a class without a rhythm.
    """

    series: Series
    grid: DayGrid
    explained: Floats | None
    settled: DayGrid
    band: Usual | None
    rules: Thresholds
    around: Surroundings


Rule = Callable[[Judged], list[Finding]]


def _unlike_usual(of: Judged) -> list[Finding]:
    if of.band is None:
        return []
    grid = of.grid
    if not of.rules.stuck.zeros:  # heat and cold have a season, and its end is no matter
        grid = replace(grid, value=np.where(grid.value == 0, np.nan, grid.value))
    return unlike_usual(grid, of.band, of.rules.unlike_usual)


def _stuck(of: Judged) -> list[Finding]:
    found = stuck(of.series, of.rules.stuck)
    if not of.around.heating:
        return found
    # A boiler stands still out of season, and only one that used to run then is stuck.
    season, begins = of.grid.season, of.grid.bounds[:-1]
    runs = np.nansum(of.grid.value, axis=1) > 0

    def is_rest(told: Finding) -> bool:
        within = (begins >= us(told.start)) & (begins < us(told.end))
        heated_h = 24 * int((within & (season == Heating.IN)).sum())
        used = bool((runs & (season == Heating.OUT) & (begins < us(told.start))).any())
        return told.actual == 0 and heated_h < of.rules.stuck.hours and not used

    return [each for each in found if not is_rest(each)]


def _pv_yield(of: Judged) -> list[Finding]:
    sun = of.around.sun
    if sun is None or not len(sun.ts):
        return pv_yield(of.grid, None, of.rules.pv_yield)
    shone = laid_out(sun, of.grid.bounds, of.grid.slots, of.around.zone)
    return pv_yield(of.grid, shone, of.rules.pv_yield)


_METER: tuple[Rule, ...] = (
    lambda of: silent(of.series, of.rules.silent, of.around.until),
    _stuck,
    lambda of: implausible(of.series, of.rules.implausible),
)
_BY_CLASS: Mapping[MeterClass, tuple[Rule, ...]] = {
    MeterClass.ELECTRICITY: (
        _unlike_usual,
        lambda of: night_load(of.settled, of.rules.night_load),
        lambda of: off_day_use(of.settled, of.rules.off_day_use),
    ),
    MeterClass.PV: (_pv_yield,),
    MeterClass.CHARGING: (),
    MeterClass.WATER: (lambda of: night_flow(of.grid, of.rules.night_flow), _unlike_usual),
}
_OTHERS: tuple[Rule, ...] = (_unlike_usual,)


def judge(
    series: Series, meter_class: MeterClass, rules: Thresholds, around: Surroundings
) -> list[Finding]:
    """Judge the interval amounts of one meter by every rule of its class.

    What was used beyond what is usual is told of each incident as a whole (`sum_above_expected`).

    Parameters
    ----------
    series : Series
        Amounts or means of intervals, in the unit of the meter.

    Returns
    -------
    list of Finding
        One for each incident, in order of their start; empty of a series without values.
    """
    if not np.isfinite(series.value).any():
        return []
    of = taken(series, meter_class, rules, around)
    every = (*_METER, *_BY_CLASS.get(meter_class, _OTHERS))
    found = merged(finding for rule in every for finding in rule(of))
    return [
        on_unsettled_days(with_amount(each, of.grid, of.explained, series.step), of.grid)
        for each in found
    ]


def taken(
    series: Series, meter_class: MeterClass, rules: Thresholds, around: Surroundings
) -> Judged:
    """A series with a value at least, laid out and held against what is usual."""
    grid = day_grid(series, around.zone, around.kinds, around.unsettled, around.heating)
    air, explained = around.temperature_c, None
    if air is not None:
        explained = explained_by_weather(grid, air, around.zone)
    settled = grid if explained is None else at_usual_weather(grid, explained)
    band = usual(grid, explained) if meter_class.has_rhythm else None
    if air is not None and band is not None:
        seen = seen_before(grid, air, around.zone)
        band = replace(band, expected=np.where(seen, band.expected, np.nan))
    return Judged(series, grid, explained, settled, band, rules, around)
