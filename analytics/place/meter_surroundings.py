"""What stands around a meter whose days are judged: calendar, weather and sun."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.models.series import Series
from analytics.place.day_drivers import Kinds, heating_of_place, kinds_of_days, warmth
from analytics.rules.catalogue import Surroundings
from analytics.rules.day_grid import LEAVE_DAYS
from analytics.rules.thresholds import MeterClass
from domain.calendar import DayKind
from domain.calendar import days as days_between
from domain.errors import ConfigurationError
from domain.local_day import local_day
from domain.statutory_holiday import provisional_year, unsettled_days
from store.alerts.alert_day import JudgedMeter, company, hours, irradiance, terms

_HEATS = frozenset({MeterClass.HEAT, MeterClass.GAS})
"""Meters that follow the heating season of their place: district heat, and gas of boilers."""


def meter_surroundings(
    conn: Connection,
    meter_id: int,
    meter: JudgedMeter,
    meter_class: MeterClass,
    first: datetime,
    last: datetime,
) -> Surroundings:
    """Read what stands around a meter in [first, last)."""
    zone = ZoneInfo(meter.zone)
    days = local_day(first, zone), local_day(last, zone)
    # A break is known for one on its first morning, by the terms that lie ahead.
    ahead = days[1] + timedelta(days=LEAVE_DAYS)
    breaks = _breaks(conn, meter, days[0], ahead)
    known = kinds_of_days(conn, meter.place_id, *days)
    kinds, unsettled = _as_far_as_known(known)
    kinds, unsettled = kinds | breaks, unsettled - breaks.keys()
    if meter_class is MeterClass.PV:
        sun = Series(*irradiance(conn, meter.place_id, first, last))
        if not len(sun.ts):
            sun = sum_of(conn, company(conn, meter_id, meter.place_id).plants, first, last) or sun
        return Surroundings(zone, kinds, sun=sun, unsettled=unsettled)
    air = warmth(conn, meter.place_id, zone, *days).hours
    heating = heating_of_place(conn, meter.place_id, *days) if meter_class in _HEATS else {}
    told = air if len(air.ts) else None
    return Surroundings(zone, kinds, told, unsettled=unsettled, heating=heating)


def sum_of(
    conn: Connection, meter_ids: list[int], first: datetime, last: datetime
) -> Series | None:
    """Hours that all of some meters have, summed; None of no meter."""
    return Series(*hours(conn, meter_ids, first, last)) if meter_ids else None


def _as_far_as_known(known: Kinds) -> tuple[dict[date, DayKind], frozenset[date]]:
    """Kinds of days, of years without a notice the statutory ones; and days it may change."""
    kinds, unsettled = dict(known.kinds), frozenset[date]()
    provisional = [each["year"] for each in known.years if each["provisional"]]
    for year in (*known.missing, *provisional):
        try:
            if year in known.missing:
                kinds |= {each.day: each.kind for each in provisional_year(year)}
            unsettled |= unsettled_days(year)
        except ConfigurationError:  # too far off for its lunar dates to be in the table
            continue
    return kinds, unsettled


def _breaks(conn: Connection, meter: JudgedMeter, first: date, end: date) -> dict[date, DayKind]:
    """Days in [first, end) between the terms of a school: nobody works, whatever the calendar."""
    known = terms(conn, meter.place_id)
    return {
        day: DayKind.HOLIDAY
        for (_, over), (begin, _) in pairwise(known)
        for day in days_between(max(over, first), min(begin, end))
    }
