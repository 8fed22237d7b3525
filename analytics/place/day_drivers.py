"""What a baseline follows on local days of a place: temperature, kind of day, heating season."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.models.estimator import Floats
from analytics.models.series import Series, daily_mean, daily_swing, day_bounds, us
from domain.calendar import DayKind, days
from domain.errors import CalendarMissingError, ConfigurationError
from domain.fact import FactKind
from domain.heating_season import Heating, heating_of_days, season_beginning
from domain.local_day import day_start
from domain.school_term import term_days
from domain.weather_hour import StationHour, chosen
from store.places.calendar import calendar_of_place, calendar_years
from store.places.fact import nearest_fact
from store.places.heating import heating_rules, heating_seasons
from store.places.occasion import terms_of_places
from store.places.weather_hour import station_hours


@dataclass(frozen=True, slots=True)
class Warmth:
    """Outdoor temperature of consecutive local days, and by whose word.

    Attributes
    ----------
    mean_c : ndarray of float, shape (n_days,)
        NaN where less than half of the day is known. [degC]
    swing_c : ndarray of float, shape (n_days,)
        Amplitude of the course of each day (`series.daily_swing`); 0 where it is not known. [K]
    sources : list of mapping
        Kind, station and source, with the hours each told.
    hours : Series
        By the hour. [degC]
    """

    mean_c: Floats
    swing_c: Floats
    sources: list[dict[str, Any]]
    hours: Series


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kind of each local day, and from which calendar.

    Attributes
    ----------
    missing : tuple of int
        Years that nobody has entered; their days have no kind.
    """

    kinds: dict[date, DayKind]
    calendar: str
    years: list[dict[str, Any]]
    missing: tuple[int, ...]


def warmth(
    conn: Connection,
    organisation_id: int,
    zone: ZoneInfo,
    first_day: date,
    end_day: date,
    *,
    as_of: datetime | None = None,
) -> Warmth:
    """Daily means of the hours that count at a place in [first_day, end_day).

    As they were known at `as_of`; None: now.
    """
    span = day_start(first_day, zone), day_start(end_day, zone)
    told_hours = station_hours(conn, organisation_id, *span, as_of=as_of)
    hours: dict[datetime, StationHour] = chosen(told_hours)
    told = Counter((str(each.kind), each.station, each.source) for each in hours.values())
    series = Series(
        np.array([us(at) for at in hours], np.int64),
        np.array([each.mean_c for each in hours.values()], np.float64),
    )
    bounds = day_bounds(first_day, end_day, zone)
    return Warmth(
        daily_mean(series, bounds),
        daily_swing(series, bounds),
        [
            {"kind": kind, "station": station, "source": source, "hours": count}
            for (kind, station, source), count in sorted(told.items())
        ],
        series,
    )


def kinds_of_days(
    conn: Connection,
    organisation_id: int,
    first_day: date,
    end_day: date,
    *,
    as_of: datetime | None = None,
) -> Kinds:
    """Kinds of the days [first_day, end_day) by the calendar of a place, year by year.

    As it was known at `as_of`; None: now.

    Raises
    ------
    MissingInputError
        If what was known at `as_of` is not kept.
    """
    kinds: dict[date, DayKind] = {}
    missing: list[int] = []
    code, provisional = "", set[int]()
    for year in range(first_day.year, (end_day - timedelta(days=1)).year + 1):
        first = max(first_day, date(year, 1, 1))
        end = min(end_day, date(year + 1, 1, 1))
        try:
            found = calendar_of_place(conn, organisation_id, first, end, as_of=as_of)
        except CalendarMissingError as error:
            missing.append(year)
            code = code or error.calendar
            continue
        code = found.code
        provisional.update(found.provisional)
        kinds.update({day: found.on(day).kind for day in days(first, end)})
    entered = {row.year: row.entered_at for row in calendar_years(conn, code)}
    years = [
        {
            "year": year,
            "provisional": year in provisional,
            "entered_at": entered[year].isoformat(),
        }
        for year in sorted({day.year for day in kinds})
        if year in entered
    ]
    return Kinds(kinds, code, years, tuple(missing))


def term_days_of(
    conn: Connection, organisation_id: int, first_day: date, end_day: date
) -> dict[date, bool]:
    """Whether days of [first_day, end_day) lie in a term of the place's school, where known."""
    told = terms_of_places(conn, [organisation_id]).get(organisation_id, ())
    return term_days(told, first_day, end_day)


def region_of_place(conn: Connection, organisation_id: int, at: datetime) -> str | None:
    """Administrative region whose heating seasons a place has at an instant."""
    return nearest_fact(conn, organisation_id, FactKind.REGION, at)


def heated_days(
    conn: Connection, region: str | None, first_day: date, end_day: date
) -> frozenset[date] | None:
    """Days of [first_day, end_day) with district heating in a region, as recorded or statutory.

    None where nothing is known of the region, or where it has no district heating: its buildings
    heat by themselves, when it is cold.
    """
    if region is None:
        return None
    rules = {row.region: row.rule() for row in heating_rules(conn)}
    recorded = [row.season() for row in heating_seasons(conn)]
    years = range(first_day.year - 1, end_day.year + 1)
    try:
        seasons = [season_beginning(region, year, rules, recorded) for year in years]
    except ConfigurationError:
        return None
    known = [each for each in seasons if each is not None]
    if not known:
        return None
    return frozenset(
        day
        for each in known
        for day in days(max(each.first_day, first_day), min(each.end_day, end_day))
    )


def heating_of_place(
    conn: Connection, organisation_id: int, first_day: date, end_day: date
) -> dict[date, Heating]:
    """Which days of [first_day, end_day) lie in a heating season of a place, or may.

    Empty where nothing is known of its region, or where there is no district heating.
    """
    region = region_of_place(conn, organisation_id, datetime.combine(end_day, time(), UTC))
    if region is None:
        return {}
    rules = {row.region: row.rule() for row in heating_rules(conn)}
    recorded = [row.season() for row in heating_seasons(conn)]
    try:
        return heating_of_days(region, first_day, end_day, rules, recorded)
    except ConfigurationError:
        return {}
