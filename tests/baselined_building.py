"""A building whose use follows weather and calendar exactly, and a measure that saves a tenth."""

from datetime import date, timedelta

import numpy as np
from psycopg import Connection

from analytics.models.day import DayType, day_type, felt_c
from domain.calendar import days, usual_kind, whole_year
from domain.local_day import day_start
from domain.weather_hour import SourceKind
from store.places.calendar import put_year
from store.places.weather_hour import put_hours
from tests.estate import SHANGHAI

FIRST, TRAINED, END = date(2024, 1, 1), date(2025, 1, 1), date(2026, 1, 1)
"""Training [FIRST, TRAINED), reporting [TRAINED, END)."""
BASE = {DayType.WORKDAY: 900.0, DayType.SATURDAY: 500.0, DayType.OFF: 400.0}
HEATING_BELOW_C, HEATING = 12.0, 30.0
COOLING_ABOVE_C, COOLING = 22.0, 45.0
SAVED = 0.1
"""Share of the use that the measure saves from TRAINED on."""
_HOURS = 24


def temperature_c(day: date) -> float:
    """Mean of a local day: a year's course and days that differ from their neighbours."""
    n = (day - FIRST).days
    return round(15 + 13 * np.sin(2 * np.pi * (n - 105) / 365.25) + 3 * np.sin(n * 2.4), 1)


def unsaved(first: date, end: date) -> dict[date, float]:
    """What is used without the measure. [kWh/d]."""
    each = [first - timedelta(days=1), *days(first, end)]
    felt = felt_c(np.array([temperature_c(day) for day in each]))
    return {
        day: BASE[day_type(day, {day: usual_kind(day)})]
        + HEATING * max(HEATING_BELOW_C - warmth, 0.0)
        + COOLING * max(warmth - COOLING_ABOVE_C, 0.0)
        for day, warmth in zip(each[1:], felt.tolist()[1:], strict=True)
    }


def used() -> dict[date, float]:
    """What the meter counts. [kWh/d]."""
    return unsaved(FIRST, TRAINED) | {
        day: kwh * (1 - SAVED) for day, kwh in unsaved(TRAINED, END).items()
    }


def plant_surroundings(conn: Connection, place_id: int) -> None:
    """Weather of every hour at a place, and a calendar of weekdays and weekends."""
    hours = {
        day_start(day, SHANGHAI) + timedelta(hours=hour): temperature_c(day)
        for day in days(FIRST - timedelta(days=1), END)
        for hour in range(_HOURS)
    }
    put_hours(conn, place_id, SourceKind.IMPORTED, hours, source="test")
    for year in range(FIRST.year - 1, END.year):
        put_year(conn, "cn", whole_year(year, [], "test"), provisional=False, source="test")


def plant_days(conn: Connection, meter_id: int, use: dict[date, float]) -> None:
    """Days as the worker keeps them; what stands there is replaced."""
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO consumption_day (meter_id, quantity, day, start_at, value, quantity_grade,"
            " shape_grade, flags, covered_s, day_s, unmeasured, known_at) SELECT %s, quantity, %s,"
            " %s, %s, 'measured', 'measured', 0, 86400, 86400, 0, now() FROM meter"
            " WHERE meter_id = %s ON CONFLICT (meter_id, quantity, day) DO UPDATE"
            " SET value = excluded.value, known_at = now()",
            [(meter_id, day, day_start(day, SHANGHAI), kwh, meter_id) for day, kwh in use.items()],
        )


def announce(conn: Connection, meter_id: int, first: date, end: date) -> None:
    """Say that a meter has new figures, as the worker does."""
    conn.execute(
        "INSERT INTO outbox (topic, meter_id, first_day, end_day)"
        " VALUES ('consumption', %s, %s, %s)",
        [meter_id, first, end],
    )
