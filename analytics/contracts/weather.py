"""Calendar and weather of a contract's month: of its meters' place, by the contract's station."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.drawn.rows import Unread
from analytics.evidence.surroundings import Surroundings
from analytics.place.day_drivers import heated_days, term_days_of
from analytics.settlement.active_month import ActiveMonth
from domain.calendar import DayKind
from domain.calendar import days as each_day
from domain.contract_line import WeatherMethod
from domain.errors import CalendarMissingError
from domain.local_day import day_start
from domain.money import exact
from domain.time_of_use import HOT_DAYS_MOST
from domain.weather_hour import StationHour, chosen, judged
from store.places.calendar import calendar_of_place
from store.places.weather_hour import station_hours

_DAY = timedelta(days=1)


def surroundings_of(
    conn: Connection,
    month: ActiveMonth,
    place_id: int,
    *,
    hot_days: bool,
    region: str | None,
    terms: bool,
) -> tuple[Surroundings, list[Unread]]:
    """Kinds of days and hours of a month, and what of them is not known.

    Parameters
    ----------
    hot_days : bool
        Whether a tariff asks how hot it was.
    region : str or None
        Whose heating season a model was fitted by.
    terms : bool
        Whether a model was fitted by the terms of the place's school.
    """
    unread: list[Unread] = []
    kinds = _kinds(conn, month, place_id, unread)
    asks = any(line.weather.method is not WeatherMethod.NONE for line in month.contract.lines)
    hours, instead = _hours(conn, month, place_id, unread) if asks or hot_days else ({}, {})
    heated = heated_days(conn, region, month.first_day - _DAY, month.end_day)
    taught = _taught(conn, month, place_id, unread) if terms else None
    return Surroundings(kinds, hours, instead, heated, taught), unread


def _taught(
    conn: Connection, month: ActiveMonth, place_id: int, unread: list[Unread]
) -> frozenset[date] | None:
    """Days of terms in the month and on the day before; None where not all are known."""
    first, end = month.first_day - _DAY, month.end_day
    told = term_days_of(conn, place_id, first, end)
    lacking = next((day for day in each_day(first, end) if day not in told), None)
    if lacking is None:
        return frozenset(day for day, within in told.items() if within)
    reason = f"whether {lacking} lies in a term of the school is not known"
    unread.append(Unread("calendar", "terms", "calendar", reason))
    return None


def _kinds(
    conn: Connection, month: ActiveMonth, place_id: int, unread: list[Unread]
) -> dict[date, DayKind]:
    """Kinds of the days of the month and of the one before; none of a calendar nobody entered."""
    first, end = month.first_day - _DAY, month.end_day
    try:
        found = calendar_of_place(conn, place_id, first, end)
    except CalendarMissingError as error:
        unread.append(Unread("calendar", error.calendar, "calendar", error.reason))
        return {}
    if found.is_provisional(first, end):
        reason = f"{found.code}: of {first.year} or {end.year} there is only a provisional calendar"
        unread.append(Unread("calendar", found.code, "calendar", reason))
        return {}
    return {day: found.on(day).kind for day in each_day(first, end)}


def _hours(
    conn: Connection, month: ActiveMonth, place_id: int, unread: list[Unread]
) -> tuple[dict[datetime, Decimal], dict[datetime, str]]:
    """Hours of the contract's station; of the place's own where the contract names none.

    Where it lacks an hour, that of the first station of the contract's rule that has it; and of
    which hours that is so.
    """
    zone = ZoneInfo(month.contract.zone)
    first = day_start(month.first_day - HOT_DAYS_MOST * _DAY, zone)
    told = [*station_hours(conn, place_id, first, day_start(month.end_day, zone))]
    station = month.contract.station(month.month.first_day)
    rule = month.contract.weather_gaps
    others = rule.stations if rule is not None else ()
    found = chosen(told) if station is None else _of_stations(told, (station.code, *others))
    if not found:
        name = "" if station is None else station.code
        reason = f"no hour of station {name or 'of the place'} is known"
        unread.append(Unread("degree_days", name, "weather", reason))
    hours = {hour: exact(each.mean_c) for hour, each in sorted(found.items())}
    if station is None:
        return hours, {}
    return hours, {
        hour: each.station for hour, each in found.items() if each.station != station.code
    }


def _of_stations(told: list[StationHour], codes: tuple[str, ...]) -> dict[datetime, StationHour]:
    """Of each hour the first of these stations that nobody doubts, beside its neighbours."""
    found: dict[datetime, StationHour] = {}
    sure = [each.told for each in judged(told) if each.doubt is None]
    for code in codes:
        for each in sure:
            if each.station == code:
                found.setdefault(each.hour, each)
    return found
