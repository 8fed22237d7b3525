"""Registers to interval data and daily totals, for the days that readings have touched.

The list of days is written by the collector in the transaction that stores the readings, so a
reading that comes a week late is counted like any other. Running this twice changes nothing;
running it late, or on several machines, loses nothing.
"""

import logging
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import Connection

from analytics.ledger.register import Instants, native_step, use
from domain.local_day import day_end, day_start, local_day, ranges
from store.consumption import (
    Interval,
    RegisterOf,
    announce,
    lock_meter,
    neighbours,
    oldest_kept,
    readings,
    registers_of,
    replace,
    take_touched,
    touched_devices,
)

log = logging.getLogger(__name__)

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DEVICES_AT_ONCE = 200
_MARGIN = timedelta(days=2)
"""A day's figures may need readings of the days before it."""


def update_consumption(conn: Connection, *, now: datetime) -> int:
    """Compute every touched day.

    Parameters
    ----------
    conn : Connection
        In autocommit mode; each device is a transaction of its own.
    now : datetime
        Aware; the instant from which the new versions are known.

    Returns
    -------
    int
        Devices done.
    """
    done, failed, tried = 0, 0, set[int]()
    while devices := touched_devices(conn, but=tried, at_most=_DEVICES_AT_ONCE):
        tried.update(devices)
        for device_id in devices:
            try:
                done += _update_device(conn, device_id, now=now)
            except (psycopg.DataError, psycopg.IntegrityError, ArithmeticError):
                # Its days stay on the list; the other devices are not to wait for it.
                log.exception("the consumption of device %d cannot be computed", device_id)
                failed += 1
    if tried:
        log.info("consumption of %d devices brought up to date, %d failed", done, failed)
    return done


def _update_device(conn: Connection, device_id: int, *, now: datetime) -> bool:
    """Compute one device's touched days in a transaction; False when another worker has it."""
    with conn.transaction():
        days = take_touched(conn, device_id)
        if not days:
            return False
        changed: dict[int, tuple[date, date]] = {}
        for register in registers_of(conn, device_id):
            lock_meter(conn, register)
            for first, end in ranges(_computable(conn, register, days, now)):
                span = _update_range(conn, register, first, end, now=now)
                before = changed.get(register.meter_id, span)
                changed[register.meter_id] = (min(before[0], span[0]), max(before[1], span[1]))
        announce(conn, device_id, changed, days)
    return True


def _computable(
    conn: Connection, register: RegisterOf, days: set[date], now: datetime
) -> set[date]:
    """Leave out days of which raw readings may have expired.

    A late reading there would replace a figure made from all of them by one made from what is left.
    """
    kept_from = oldest_kept(conn, register, now=now)
    if kept_from is None:
        return days
    oldest = local_day(kept_from + _MARGIN, ZoneInfo(register.zone))
    return {day for day in days if day > oldest}


def _update_range(
    conn: Connection, register: RegisterOf, first: date, end: date, *, now: datetime
) -> tuple[date, date]:
    """Compute the days [first, end) and those that share a pause between readings with them.

    Returns
    -------
    tuple of date
        Half-open range of the days computed.
    """
    zone = ZoneInfo(register.zone)
    lo, hi = day_start(first, zone), day_start(end, zone)
    # Strictly before: a new reading at midnight itself ends the last interval of the day before.
    before, after = neighbours(conn, register, lo - _MICROSECOND, hi)
    if before is not None:
        first = min(first, local_day(before, zone))
    if after is not None:
        end = max(end, local_day(after, zone) + timedelta(days=1))
    lo, hi = day_start(first, zone), day_start(end, zone)
    before, after = neighbours(conn, register, lo, hi)
    rows = readings(conn, register, before or lo, after or hi)
    intervals = list(_intervals(rows, first, end, zone)) if rows else []
    replace(conn, register, intervals, days=(first, end), window=(lo, hi), now=now)
    return first, end


def _intervals(
    rows: list[tuple[datetime, int, float]], first: date, end: date, zone: ZoneInfo
) -> Iterator[Interval]:
    """Interval data of the local days [first, end), each day at the step its readings suit."""
    ts = np.array([_us(at) for at, _, _ in rows], dtype=np.int64)
    device = np.array([device_id for _, device_id, _ in rows], dtype=np.int64)
    register = np.array([value for _, _, value in rows], dtype=np.float64)
    # Registers of two devices have nothing to do with each other: each run of one is taken alone.
    runs = np.split(np.arange(len(ts)), np.flatnonzero(np.diff(device)) + 1)
    day = first
    while day < end:
        lo, hi = _us(day_start(day, zone)), _us(day_end(day, zone))
        for run in runs:
            near = run[_near(ts[run], lo, hi)]
            if len(near):
                yield from _of_day(ts[near], register[near], lo, hi)
        day += timedelta(days=1)


def _near(ts: Instants, lo: int, hi: int) -> slice:
    """Readings in [lo, hi] and the nearest one outside on either side."""
    first = max(int(np.searchsorted(ts, lo, side="right")) - 1, 0)
    last = min(int(np.searchsorted(ts, hi, side="left")) + 1, len(ts))
    return slice(first, last)


def _of_day(ts: Instants, register: NDArray[np.float64], lo: int, hi: int) -> Iterator[Interval]:
    step = native_step(ts)
    grid = np.append(np.arange(lo, hi, step, dtype=np.int64), hi)
    found = use(ts, register, grid, step=step)
    instants = [_EPOCH + timedelta(microseconds=us) for us in grid.tolist()]
    columns = zip(
        instants,
        instants[1:],
        found.value.tolist(),
        found.exact.tolist(),
        found.allocated.tolist(),
        strict=False,  # the last instant only ends
    )
    for start, end, value, exact, allocated in columns:
        if math.isnan(value):
            continue
        if allocated:
            shape, method = "allocated", "linear_over_gap"
        else:
            shape, method = "measured", "difference" if exact else "interpolation"
        yield Interval(start, end, value, "measured", shape, method, flags=0)


def _us(instant: datetime) -> int:
    return round(instant.timestamp() * 1e6)
