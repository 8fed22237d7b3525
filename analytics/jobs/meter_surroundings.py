"""What stands around a meter whose days are judged: weather, sun, and the meters beside it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.models.series import Series
from analytics.place.day_drivers import kinds_of_days, warmth
from analytics.rules.catalogue import Surroundings
from analytics.rules.company import Broken, Company
from analytics.rules.day_grid import LEAVE_DAYS
from analytics.rules.thresholds import MeterClass, class_of
from domain.calendar import DayKind
from domain.calendar import days as days_between
from domain.consumption_flag import ConsumptionFlag
from domain.local_day import local_day
from store.alert_day import JudgedMeter, broken, company, hours, irradiance, terms

_BROKEN = ConsumptionFlag.FALL | ConsumptionFlag.JUMP


@dataclass(frozen=True, slots=True)
class MeterDays:
    """The days of a meter, as the rules take them."""

    meter_class: MeterClass
    series: Series
    around: Surroundings
    company: Company


def meter_days(
    conn: Connection, meter_id: int, meter: JudgedMeter, first: datetime, last: datetime
) -> MeterDays | None:
    """Read whole hours of a meter in [first, last) and what stands around it; None of nothing."""
    series = Series(*hours(conn, [meter_id], first, last))
    if not len(series.ts):
        return None
    zone = ZoneInfo(meter.zone)
    meter_class = class_of(meter.medium, meter.quantity, meter.role)
    days = local_day(first, zone), local_day(last, zone)
    # A break is known for one on its first morning, by the terms that lie ahead.
    ahead = days[1] + timedelta(days=LEAVE_DAYS)
    kinds = kinds_of_days(conn, meter.place_id, *days).kinds | _breaks(conn, meter, days[0], ahead)
    beside = company(conn, meter_id, meter.place_id)
    breaks = broken(conn, meter_id, _BROKEN, first, last)
    around = Company(
        below=_sum(conn, beside.below, first, last),
        reactive=_sum(conn, beside.reactive[:1], first, last),
        cooling=_sum(conn, beside.cooling, first, last) if meter.medium == "heat" else None,
        broken=tuple(Broken(start, end, ConsumptionFlag(flags)) for start, end, flags in breaks),
    )
    if meter_class is MeterClass.PV:
        sun = Series(*irradiance(conn, meter.place_id, first, last))
        if not len(sun.ts):
            sun = _sum(conn, beside.plants, first, last) or sun
        return MeterDays(meter_class, series, Surroundings(zone, kinds, sun=sun), around)
    air = warmth(conn, meter.place_id, zone, *days).hours
    under = Surroundings(zone, kinds, temperature_c=air if len(air.ts) else None)
    return MeterDays(meter_class, series, under, around)


def _breaks(conn: Connection, meter: JudgedMeter, first: date, end: date) -> dict[date, DayKind]:
    """Days in [first, end) between the terms of a school: nobody works, whatever the calendar."""
    known = terms(conn, meter.place_id)
    return {
        day: DayKind.HOLIDAY
        for (_, over), (begin, _) in pairwise(known)
        for day in days_between(max(over, first), min(begin, end))
    }


def _sum(conn: Connection, meter_ids: list[int], first: datetime, last: datetime) -> Series | None:
    """Hours that all of some meters have, summed; None of no meter."""
    return Series(*hours(conn, meter_ids, first, last)) if meter_ids else None
