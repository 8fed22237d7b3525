"""The held-out test of baselines: fit one local year of real buildings, predict the next.

Zeros of the test year stay as they are; nothing of it is known to the fit.
"""

import csv
import gzip
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from analytics.models import day, hour_of_week
from analytics.models.change_point import ChangePoint
from analytics.models.estimator import Floats, Integers, Truths
from analytics.models.series import (
    Series,
    daily_mean,
    daily_sum,
    daily_swing,
    day_bounds,
    instant,
    us,
)
from analytics.models.series import without_false_zeros as cleaned
from analytics.models.time_of_week import TimeOfWeek
from civicwatt.chosen_calendar import kinds
from domain.calendar import DayKind
from domain.school_term import term_days

DATA = Path(__file__).parents[2] / "shared" / "data" / "buildings"
ZONE = ZoneInfo("Europe/London")
FILES = {"electricity": "2016_2018", "gas": "2021_2022"}
PEER_FAILS_ON = ("b1", "b4", "b104")
"""Electricity meters on which the peer's hourly model raises; they leave the comparison."""


TERMS = [
    (date.fromisoformat(first), date.fromisoformat(end))
    for first, end in (
        ("2015-10-06", "2015-12-05"),
        ("2016-01-12", "2016-03-12"),
        ("2016-04-19", "2016-06-11"),
        ("2016-10-04", "2016-12-03"),
        ("2017-01-17", "2017-03-18"),
        ("2017-04-25", "2017-06-17"),
        ("2017-10-03", "2017-12-02"),
        ("2018-01-16", "2018-03-17"),
        ("2018-04-24", "2018-06-16"),
        ("2018-10-02", "2018-12-01"),
        ("2019-01-15", "2019-03-16"),
    )
]
"""Full terms of the university whose buildings these are, from memory, [first, end)."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Figures of each meter over the test year.

    Attributes
    ----------
    cvrmse, nmbe : ndarray of float, shape (n_meters,)
        [1]
    bias : float
        Of all meters together: sum of measured less predicted over the sum measured. [1]
    cpu_ms : float
        Processor time of the fit. [ms per meter]
    by_day : ndarray of float, shape (n_meters,)
        CV(RMSE) of hourly predictions summed to local days; that of the days themselves if daily.
    """

    meters: tuple[str, ...]
    cvrmse: Floats
    nmbe: Floats
    bias: float
    cpu_ms: float
    by_day: Floats


def daily(fuel: str, train: int, test: int, *, terms: bool = False) -> HeldOut:
    """Change-point model on local days; `terms`: the university's are told."""
    meters, series, weather = _read(fuel)
    (seen_x, seen_y), (told_x, told_y) = (
        _days(series, weather, year, clean=year == train, terms=terms) for year in (train, test)
    )
    began = time.process_time()
    model = ChangePoint().fit(seen_x, seen_y)
    cpu_ms = (time.process_time() - began) / len(meters) * 1000
    told = model.predict(told_x)
    cvrmse, nmbe = _errors(told_y, told)
    return HeldOut(meters, cvrmse, nmbe, _bias(told_y, told), cpu_ms, cvrmse)


def hourly(fuel: str, train: int, test: int) -> HeldOut:
    """Time-of-week and temperature model on hours."""
    meters, series, weather = _read(fuel)
    inside = [_inside(weather, year) for year in (train, test)]
    matrices = [_hours(weather, rows) for rows in inside]
    seen = np.stack([cleaned(Series(s.ts[inside[0]], s.value[inside[0]])).value for s in series], 1)
    measured = np.stack([s.value[inside[1]] for s in series], axis=1)
    began = time.process_time()
    model = TimeOfWeek().fit(matrices[0], seen)
    cpu_ms = (time.process_time() - began) / len(meters) * 1000
    told = model.predict(matrices[1])
    cvrmse, nmbe = _errors(measured, told)
    starts = np.searchsorted(weather.ts[inside[1]], _bounds(test)[:-1])
    sums = [np.add.reduceat(each, starts, axis=0) for each in (measured, told)]
    return HeldOut(meters, cvrmse, nmbe, _bias(measured, told), cpu_ms, _errors(*sums)[0])


def meters(fuel: str) -> tuple[str, ...]:
    """Names of the meters."""
    return _read(fuel)[0]


def days(fuel: str, year: int, *, clean: bool = True) -> tuple[Floats, Floats]:
    """Features and use of the local days of a year; `clean`: false zeros taken out."""
    _, series, weather = _read(fuel)
    return _days(series, weather, year, clean=clean)


def first_year(fuel: str) -> int:
    """First whole year of the file."""
    return int(FILES[fuel][:4])


def weather(fuel: str, first: int, last: int) -> tuple[date, Floats, Floats]:
    """First day of some years, mean temperatures [degC] and amplitudes [K] of their days."""
    series = _read(fuel)[2]
    bounds = day_bounds(date(first, 1, 1), date(last + 1, 1, 1), ZONE)
    return date(first, 1, 1), daily_mean(series, bounds), daily_swing(series, bounds)


def plain_days(fuel: str, year: int) -> tuple[date, Floats, Floats]:
    """First local day of a year, mean temperatures [degC] and use, false zeros taken out."""
    return date(year, 1, 1), daily_mean(_read(fuel)[2], _bounds(year)), days(fuel, year)[1]


def hours(fuel: str, year: int) -> tuple[list[datetime], Floats, Floats]:
    """Hours of a local year, temperatures [degC] and use, false zeros taken out."""
    _, series, weather = _read(fuel)
    rows = _inside(weather, year)
    use = [cleaned(Series(s.ts[rows], s.value[rows])).value for s in series]
    stamps = [instant(int(at)) for at in weather.ts[rows]]
    return stamps, weather.value[rows], np.stack(use, axis=1)


@cache
def _read(fuel: str) -> tuple[tuple[str, ...], list[Series], Series]:
    names, ts, use = _table(DATA / f"{fuel}_{FILES[fuel]}.csv.gz")
    _, weather_ts, weather = _table(DATA / f"weather_{FILES[fuel]}.csv.gz")
    return names, [Series(ts, column) for column in use.T], Series(weather_ts, weather[:, 0])


def _table(
    path: Path,
) -> tuple[tuple[str, ...], Integers, Floats]:
    with gzip.open(path, "rt") as file:
        header, *rows = csv.reader(file)
    ts = np.array([us(datetime.fromisoformat(row[0])) for row in rows])
    return tuple(header[1:]), ts, np.array([row[1:] for row in rows], np.float64)


def calendar(year: int) -> Mapping[date, DayKind]:
    """Kinds of the days of a year."""
    return kinds("GB-ENG", date(year, 1, 1), date(year + 1, 1, 1))


def _bounds(year: int) -> Integers:
    return day_bounds(date(year, 1, 1), date(year + 1, 1, 1), ZONE)


def _days(
    series: list[Series], weather: Series, year: int, *, clean: bool, terms: bool = False
) -> tuple[Floats, Floats]:
    bounds = _bounds(year)
    warmth, swing = daily_mean(weather, bounds), daily_swing(weather, bounds)
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    taught = term_days(TERMS, first, end) if terms else None
    matrix = day.features(first, warmth, calendar(year), swing_c=swing, in_term=taught)
    rows = _inside(weather, year)
    parts = [Series(s.ts[rows], s.value[rows]) for s in series]
    use = [daily_sum(cleaned(part) if clean else part, bounds) for part in parts]
    return matrix, np.stack(use, axis=1)


def _inside(series: Series, year: int) -> Truths:
    bounds = _bounds(year)
    return (series.ts >= bounds[0]) & (series.ts < bounds[-1])


def _hours(weather: Series, rows: Truths) -> Floats:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    hours = [epoch + timedelta(microseconds=int(at)) for at in weather.ts[rows]]
    years = {hour.astimezone(ZONE).year for hour in hours}
    named = {d: kind for year in years for d, kind in calendar(year).items()}
    return hour_of_week.features(hours, weather.value[rows], ZONE, named)


def _errors(measured: Floats, told: Floats) -> tuple[Floats, Floats]:
    off = measured - told
    return np.sqrt((off**2).mean(axis=0)) / measured.mean(axis=0), off.sum(axis=0) / measured.sum(0)


def _bias(measured: Floats, told: Floats) -> float:
    return float((measured - told).sum() / measured.sum())
