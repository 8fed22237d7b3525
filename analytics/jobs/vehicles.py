"""Samples of vehicles to trips, stops and charges, for the days that samples have touched.

What came late, twice or in any order gives what orderly samples would have given: the window it can
change is cut once more, and only what differs becomes a new version. Running it twice changes
nothing.
"""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from psycopg import Connection

from analytics.fleet.revision import Change, Revision, revisions
from analytics.fleet.samples import CODES, LIMITS, UNKNOWN, VehicleSamples, in_order
from analytics.fleet.segmentation import segments
from analytics.fleet.vehicle_class import VehicleClass
from analytics.fleet.window import Window, touched
from analytics.jobs.segment_row import rows_of, segment_of
from analytics.jobs.use_suspicions import suspect
from analytics.jobs.vehicle_alarms import keep_alarms
from domain.epoch import from_us, to_us
from domain.local_day import day_end, day_start, local_day
from store.fleet.vehicle_samples import vehicle_samples
from store.fleet.vehicle_segment import (
    CutVehicle,
    SegmentRow,
    add_versions,
    announce,
    current,
    cut_vehicle,
    emptied_until,
    supersede,
    take_touched,
    touched_vehicles,
    trips_around,
)
from store.telemetry.reading_table import shape_of

log = logging.getLogger(__name__)

Bounds = tuple[datetime | None, datetime | None]

_VEHICLES_AT_ONCE = 200
_TRIPS_AROUND = 3
"""What `touched` looks at on either side."""
_DAY = timedelta(days=1)
_NUMBERS = [name for name in LIMITS if name in shape_of("vehicle_reading").columns]
_STATES = {name: sorted(words) for name, words in CODES.items()}


def update_vehicles(conn: Connection, *, now: datetime) -> int:
    """Cut every touched vehicle anew where samples touched it.

    Parameters
    ----------
    conn : Connection
        In autocommit mode; each vehicle is a transaction of its own.
    now : datetime
        Aware; the instant from which new versions are known.

    Returns
    -------
    int
        Vehicles done.
    """
    done, failed, tried = 0, 0, set[int]()
    while vehicles := touched_vehicles(conn, but=tried, at_most=_VEHICLES_AT_ONCE):
        tried.update(vehicles)
        for vehicle_id in vehicles:
            try:
                done += _update_vehicle(conn, vehicle_id, now=now)
            except (psycopg.DataError, psycopg.IntegrityError, ArithmeticError):
                # Its days stay on the list; the others are not to wait for it.
                log.exception("the trips of vehicle %d cannot be cut", vehicle_id)
                failed += 1
    if tried:
        log.info("trips of %d vehicles brought up to date, %d failed", done, failed)
    return done


def _update_vehicle(conn: Connection, vehicle_id: int, *, now: datetime) -> bool:
    """Cut one vehicle in a transaction; False: another has it, or it is not described."""
    with conn.transaction():
        days = take_touched(conn, vehicle_id)
        kind = cut_vehicle(conn, vehicle_id) if days else None
        if kind is None:
            return False
        zone = ZoneInfo(kind.zone)
        known_days = {day for day in days if day is not None}
        late = None
        if len(known_days) == len(days):
            late = day_start(min(known_days), zone), day_end(max(known_days), zone)
        changed, bounds = _cut(conn, kind, late, now=now)
        suspect(conn, vehicle_id, *bounds, now=now)
        keep_alarms(conn, vehicle_id, late, now=now)
        if changed:
            first, last = _local_days(changed, zone)
            announce(conn, vehicle_id, first, last + _DAY)
    return True


def _cut(
    conn: Connection, kind: CutVehicle, late: tuple[datetime, datetime] | None, *, now: datetime
) -> tuple[list[Revision[SegmentRow]], Bounds]:
    """Make what is cut in the window of late samples the current versions.

    Returns
    -------
    tuple of list of Revision and Bounds
        What changed, and the bounds of what could.
    """
    window = Window()
    if late is not None:
        around = trips_around(conn, kind.vehicle_id, *late, count=_TRIPS_AROUND)
        window = touched([segment_of(row) for row in around], *map(to_us, late))
    samples = _samples(conn, kind.vehicle_id, window)
    limits = VehicleClass(
        parking_s=kind.parking_s,
        least_km=kind.least_km,
        battery_kwh=kind.battery_kwh,
        hybrid=kind.hybrid,
    )
    found = [each for each in segments(samples, limits, kind.code) if window.holds(each)]
    bounds = _instant(window.keep_from), _instant(window.keep_to)
    known = current(conn, kind.vehicle_id, *bounds)
    anew = rows_of(found, samples)
    known, anew = _unexpired(conn, known, anew)
    changed = revisions(known, anew)
    ended = [each.before.id for each in changed if each.before is not None]
    supersede(conn, kind.vehicle_id, ended, now=now)
    told = [each.after for each in changed if each.change is not Change.GONE and each.after]
    add_versions(conn, kind.vehicle_id, told, now=now)
    return changed, bounds


def _unexpired(
    conn: Connection, known: Sequence[SegmentRow], anew: Sequence[SegmentRow]
) -> tuple[list[SegmentRow], list[SegmentRow]]:
    """Segments without those that were made of positions which have expired since.

    Made anew from what is left they would differ, so they stay; where nothing was cut yet, the
    samples that are left are better than nothing.
    """
    expired = emptied_until(conn)
    if expired is None or not any(row.start_at < expired for row in known):
        return list(known), list(anew)
    return (
        [row for row in known if row.start_at >= expired],
        [row for row in anew if row.start_at >= expired],
    )


def _samples(conn: Connection, vehicle_id: int, window: Window) -> VehicleSamples:
    told = vehicle_samples(
        conn,
        vehicle_id,
        _instant(window.read_from),
        _instant(window.read_to),
        quantities=_NUMBERS,
        states=_STATES,
    )
    codes = {}
    for name, words in _STATES.items():
        meant = np.array([*(CODES[name][word] for word in words), UNKNOWN], np.int8)
        codes[name] = meant[told.code[name]]
    return in_order(told.ts, told.value, codes)


def _instant(at_us: int | None) -> datetime | None:
    return None if at_us is None else from_us(at_us)


def _local_days(changed: Sequence[Revision[SegmentRow]], zone: ZoneInfo) -> tuple[date, date]:
    """First and last local day of what changed."""
    rows = [row for each in changed for row in (each.before, each.after) if row is not None]
    return (
        local_day(min(row.start_at for row in rows), zone),
        local_day(max(row.end_at for row in rows), zone),
    )
