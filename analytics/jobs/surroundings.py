"""Calendar, weather and other meters around a meter, read when its figures lean on them."""

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
from psycopg import Connection

from analytics.ledger.closed_days import closed_days, weekdays
from analytics.ledger.frozen import FED_IN_EDGES, MAY_IDLE, Closed, FedIn
from analytics.ledger.local_grid import Around, Surroundings, by_weekday
from analytics.ledger.readings import DAY
from analytics.ledger.witness import Above, was_off
from domain.epoch import from_us, to_us
from domain.errors import CalendarMissingError
from domain.local_day import day_start
from domain.weather_hour import chosen
from store.meters.consumption import RegisterOf
from store.meters.witness import fed_in_s, rates_beside
from store.places.calendar import calendar_of_place
from store.places.weather_hour import places_of_meter, station_hours, weather_sources

_WEEK = 7 * DAY


def surroundings_of(conn: Connection, meter_id: int, zone: ZoneInfo) -> Surroundings:
    """Who tells what was around a meter: days off by its place's calendar, and its weather.

    A year that no calendar has goes by the days of the week: a shape is wanted all the same, and
    is touched again when the year is entered.
    """
    return partial(_around, conn, meter_id, zone)


def closed_days_of(conn: Connection, register: RegisterOf) -> Closed | None:
    """Who tells when the place of a meter that may idle was closed, or its plant off.

    None of a meter that may not idle.
    """
    if register.quantity not in MAY_IDLE:
        return None
    zone = ZoneInfo(register.zone)
    by_days = closed_days(zone, partial(_days_off, conn, register.meter_id, zone))

    def closed(begin: int, end: int) -> bool:
        if by_days(begin, end):
            return True
        seen = _above(conn, register, begin, end)
        return seen is not None and was_off(seen)

    return closed


def fed_in_of(conn: Connection, register: RegisterOf) -> FedIn:
    """Who tells when a plant behind a meter fed in through it: then its register rightly stands."""

    def fed_in(begin: int, end: int) -> bool:
        told_s = fed_in_s(conn, register, from_us(begin), from_us(end))
        return told_s * 1_000_000 >= end - begin - FED_IN_EDGES

    return fed_in


def _above(conn: Connection, register: RegisterOf, begin: int, end: int) -> Above | None:
    """What the meter above counted over [begin, end) [us], and on the same days of weeks before."""
    weeks = -(-(end - begin) // _WEEK) * _WEEK
    spans = [(from_us(begin - weeks), from_us(end - weeks)), (from_us(begin), from_us(end))]
    rates = rates_beside(conn, register, spans)
    if rates is None:
        return None
    before, during = (each["above"] - each.get("beside", 0.0) for each in rates)
    return Above(rates[0]["own"], before, during, rates[1]["above"])


def _days_off(conn: Connection, meter_id: int, zone: ZoneInfo, first: date, end: date) -> list[int]:
    stood = _stood(conn, meter_id, zone, first, end)
    if not stood:
        return weekdays(first, end)
    return [kind for place, days in stood for kind in _kinds(conn, place, days)]


def _around(conn: Connection, meter_id: int, zone: ZoneInfo, first: date, end: date) -> Around:
    stood = _stood(conn, meter_id, zone, first, end)
    if not stood:
        kinds = np.array([by_weekday(first + timedelta(days=n)) for n in range((end - first).days)])
        return Around(kinds, np.zeros(0, np.int64), np.zeros(0))
    hours = [
        told
        for place, days in stood
        for told in sorted(chosen(station_hours(conn, place, *_span(days, zone))).items())
    ]
    return Around(
        np.array([kind for place, days in stood for kind in _kinds(conn, place, days)], np.int64),
        np.array([to_us(hour) for hour, _ in hours], dtype=np.int64),
        np.array([one.mean_c for _, one in hours], dtype=np.float64),
        served=bool(hours) or any(weather_sources(conn, place) for place, _ in stood),
    )


def _stood(
    conn: Connection, meter_id: int, zone: ZoneInfo, first: date, end: date
) -> list[tuple[int, list[date]]]:
    """Places a meter had on the days [first, end), each with its days in a row.

    A day goes by the place at its beginning; one before the first place by that. None without any.
    """
    places = places_of_meter(conn, meter_id)
    found: list[tuple[int, list[date]]] = []
    for day in (first + timedelta(days=n) for n in range((end - first).days) if places):
        at = day_start(day, zone)
        held = [place for place, since in places if since is None or since <= at]
        place = held[-1] if held else places[0][0]
        if not found or found[-1][0] != place:
            found.append((place, []))
        found[-1][1].append(day)
    return found


def _span(days: list[date], zone: ZoneInfo) -> tuple[datetime, datetime]:
    return day_start(days[0], zone), day_start(days[-1] + timedelta(days=1), zone)


def _kinds(conn: Connection, place: int, days: list[date]) -> list[int]:
    """0 for a day that is worked, 1 for one that is not."""
    try:
        calendar = calendar_of_place(conn, place, days[0], days[-1] + timedelta(days=1))
    except CalendarMissingError:
        return [by_weekday(day) for day in days]
    return [int(not calendar.on(day).kind.works) for day in days]
