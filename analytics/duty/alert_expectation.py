"""What was to be expected of the meter an alert is about, around the time it is about."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.models.series import Series
from analytics.place.meter_surroundings import meter_surroundings
from analytics.place.own_limits import limits_of
from analytics.rules.expectation import Expectation, expectation
from analytics.rules.thresholds import class_of
from domain.local_day import day_start, local_day
from store.alerts.alert_day import judged_meter
from store.alerts.alert_ledger import use_hours
from store.alerts.alert_watch import own_thresholds

LEARNED = timedelta(days=100)
"""Before the end of what is judged: what comes before is of another season."""
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class MeterExpectation:
    """The hours from a week before an alert to a day after it, as its rule holds them."""

    quantity: str
    hours: Expectation


def alert_expectation(
    conn: Connection, meter_id: int, began_at: datetime, last_at: datetime
) -> MeterExpectation | None:
    """Read a meter anew and tell its band; None where nothing is known of it.

    As the meter is known today, corrections and late values included.
    """
    meter = judged_meter(conn, meter_id)
    if meter is None:
        return None
    zone = ZoneInfo(meter.zone)
    end = day_start(local_day(last_at + _DAY, zone) + _DAY, zone)
    first = day_start(local_day(end - LEARNED, zone), zone)
    series = Series(*use_hours(conn, meter_id, meter.quantity, first, end))
    meter_class = class_of(meter.medium, meter.quantity, meter.role, charges=meter.charges)
    if not len(series.ts) or not meter_class.has_rhythm:
        return None
    around = meter_surroundings(conn, meter_id, meter, meter_class, first, end)
    own = limits_of(own_thresholds(conn), meter_class, meter_id)
    whole = expectation(series, meter_class, own, around)
    if whole is None:
        return None
    return MeterExpectation(meter.quantity, whole.between(began_at - _WEEK, end))
