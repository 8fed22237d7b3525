"""Registers to interval data and daily totals, for the days that readings have touched.

The list of days is written by the collector in the transaction that stores the readings, so a
reading that comes a week late is counted like any other. Running this twice changes nothing;
running it late, or on several machines, loses nothing.
"""

import dataclasses
import logging
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from psycopg import Connection

from analytics.jobs.level_marks import mark_levels
from analytics.jobs.meter_window import MeterWindow
from analytics.jobs.surroundings import closed_days_of, fed_in_of, surroundings_of
from analytics.ledger.edited import mark_edited
from analytics.ledger.frozen import MAY_IDLE
from analytics.ledger.meter_days import (
    MeterReadings,
    history_of_meter,
    is_plain,
    is_sound,
    long_spans,
    use_of_days,
)
from analytics.ledger.readings import Instants
from analytics.ledger.segments import History
from domain.consumption_flag import ConsumptionFlag
from domain.epoch import from_us, to_us
from domain.interval import Intervals
from domain.local_day import day_start, local_day, ranges
from domain.registry import FED_IN
from store.meters.consumption import (
    KnownDay,
    RegisterOf,
    announce,
    known_days,
    lock_meter,
    oldest_kept,
    registers_of,
    take_touched,
    touched_devices,
)
from store.meters.edit import is_edited, replaced
from store.meters.interval_version import LocalDays, replace
from store.meters.register_event import register_events
from store.meters.witness import touch_boundary, touch_stands
from store.telemetry.hole import Hole, replace_holes
from store.telemetry.touched import spread

log = logging.getLogger(__name__)

_MARK = int(ConsumptionFlag.LEVEL_CHANGE)
_DAY = timedelta(days=1)
_DEVICES_AT_ONCE = 200
_CONTEXT = timedelta(days=20)
"""What is thought of a reading may depend on readings this far around: a gap takes its shape from
8 days on either side, of which each may be frozen by the 8 around it, and faults last for 3."""
_MARGIN = 2 * _CONTEXT + timedelta(days=2)
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
    spread(conn)
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
            oldest = _oldest_day(conn, register, now)
            done = [
                _update_range(conn, register, first, end, oldest=oldest, now=now)
                for first, end in ranges({day for day in days if oldest is None or day > oldest})
            ]
            spans = [span for span, _ in done]
            moved = set[date]().union(*(each for _, each in done))
            if moved and register.quantity in MAY_IDLE:
                touch_stands(conn, register, (min(moved), max(moved) + _DAY))
            if moved and register.quantity == FED_IN:
                touch_boundary(conn, register, (min(moved), max(moved) + _DAY))
            marked = mark_levels(conn, register, spans, now=now)
            if spans := spans + ranges(marked):
                changed[register.meter_id] = min(spans)[0], max(end for _, end in spans)
        announce(conn, device_id, changed, days)
    return True


def _oldest_day(conn: Connection, register: RegisterOf, now: datetime) -> date | None:
    """Newest local day of which raw readings may have expired.

    A late reading there would replace a figure made from all of them by one made from what is left.
    """
    kept_from = oldest_kept(conn, register, now=now)
    return None if kept_from is None else local_day(kept_from + _MARGIN, ZoneInfo(register.zone))


def _update_range(
    conn: Connection,
    register: RegisterOf,
    first: date,
    end: date,
    *,
    oldest: date | None,
    now: datetime,
) -> tuple[tuple[date, date], set[date]]:
    """Compute the days [first, end), and those whose figures depend on their readings.

    Plain readings concern their own day and the pauses that reach into it. Where something is odd,
    what is thought of it depends on days around, and theirs on these.

    Returns
    -------
    tuple of (date, date) and set of date
        Half-open range of these days and of all that changed, and those of which a figure changed.
    """
    events = register_events(conn, register.meter_id)
    window = MeterWindow(conn, register, events, is_edited(conn, register.meter_id))
    first, end = window.whole(first, end, stands=register.quantity not in MAY_IDLE)
    rests = {"closed": closed_days_of(conn, register), "fed_in": fed_in_of(conn, register)}
    # Of amounts and rates the readings a little around say which pause is a gap.
    margin = _DAY if register.mixed else timedelta(0)
    near = window.read(first - margin, end + margin)
    told = history_of_meter(near, events, window.zone, **rests)
    around = first - _CONTEXT, end + _CONTEXT
    known = known_days(conn, register, *around)
    odd = any(_is_odd(day) for day in known)
    if is_plain(told, near) and not odd and not (window.edited and len(_typed(window, near))):
        found = use_of_days(told, near, first, end, window.zone)
        moved = _write(window, found, (first, end), known, now=now)
        return (first, end), moved
    # What may idle for long is not thought frozen for it, unless something is odd around.
    stands = register.quantity not in MAY_IDLE or odd or not is_sound(told, near)
    stands = stands or not (
        near.first or any(day.whole for day in known if day.day == first - _DAY)
    )
    around = window.whole(*around, stands=stands)
    while True:
        beyond = around[0] - _CONTEXT, around[1] + _CONTEXT
        wide = window.read(*beyond)
        told = history_of_meter(wide, events, window.zone, **rests)
        if not stands and not is_sound(told, wide):
            stands, around = True, window.whole(*around, stands=True)
            continue
        reach = _reach(window, told, around, stands=stands)
        if reach == around:
            break
        around = reach
    known = known_days(conn, register, *around)
    around_it = surroundings_of(conn, register.meter_id, window.zone)
    found = use_of_days(told, wide, *beyond, window.zone, around_it)
    if window.edited and len(wide.ts):
        found = mark_edited(found, wide.ts, _typed(window, wide))
    days = _days_to_write(window, found, known, (first, end), around)
    parts = ranges({day for day in days if oldest is None or day > oldest})
    moved = set[date]().union(*(_write(window, found, part, known, now=now) for part in parts))
    changed = moved | {first, end - _DAY}
    return (min(changed), max(changed) + _DAY), moved


def _is_odd(day: KnownDay) -> bool:
    """Whether what is thought of a day's readings depended on the days around."""
    return bool(day.flags & ~_MARK)


def _reach(
    window: MeterWindow, told: History, days: tuple[date, date], *, stands: bool
) -> tuple[date, date]:
    """Extend the days [first, end) by the pauses and stands that reach into or out of them.

    What was left out makes pauses that no reading shows.
    """
    zone = window.zone
    lo, hi = (to_us(day_start(day, zone)) for day in days)
    for begin, end in long_spans(told, stands=stands):
        if begin < hi < end:
            days = days[0], max(days[1], local_day(from_us(end), zone) + _DAY)
        if begin < lo < end:
            days = min(days[0], local_day(from_us(begin), zone)), days[1]
    return days


def _days_to_write(
    window: MeterWindow,
    found: Intervals,
    known: list[KnownDay],
    asked: tuple[date, date],
    around: tuple[date, date],
) -> set[date]:
    """Days around the touched ones, without those that were sound and stay so."""
    days = LocalDays.of(*around, window.zone)
    flagged = np.unique(days.number(days.within(found.only(found.flags != 0)).start))
    sound = {
        each.day
        for each in known
        if each.whole and not _is_odd(each) and not asked[0] <= each.day < asked[1]
    } - {days.day(number) for number in flagged.tolist()}
    return {days.day(number) for number in range((around[1] - around[0]).days)} - sound


def _typed(window: MeterWindow, read: MeterReadings) -> Instants:
    """Instants among some readings for which a person gave a value. [us]."""
    span = map(from_us, read.ts[[0, -1]].tolist())
    typed = replaced(window.conn, window.register.meter_id, *span)
    return np.array([to_us(at) for at in typed], dtype=np.int64)


def _write(
    window: MeterWindow,
    found: Intervals,
    days: tuple[date, date],
    known: list[KnownDay],
    *,
    now: datetime,
) -> set[date]:
    """Make what was found the current versions of some local days; those that changed."""
    local = LocalDays.of(*days, window.zone)
    within = local.within(found)
    counted = np.array([how != "not_counted" for how in found.columns_of("method")], np.bool_)
    counted = counted[within.grading]
    kept = _with_marks(within.only(counted), local, known)
    changed = replace(window.conn, window.register, kept, local, now=now)
    missing = _holes(within.only(~counted), local)
    return changed | replace_holes(window.conn, window.register, missing, local, now=now)


def _with_marks(intervals: Intervals, days: LocalDays, known: list[KnownDay]) -> Intervals:
    """The same with the marks of level that their days have; what becomes of those, comes later."""
    marked = [(each.day - days.first).days for each in known if each.flags & _MARK]
    flags = np.where(np.isin(days.number(intervals.start), marked), np.int32(_MARK), 0)
    return dataclasses.replace(intervals, flags=intervals.flags | flags.astype(np.int32))


def _holes(missing: Intervals, days: LocalDays) -> set[Hole]:
    """Intervals without a figure as spans of one day and one reason each."""
    day = days.number(missing.start)
    begins = np.flatnonzero(
        (np.concatenate(([-1], missing.end[:-1])) != missing.start)
        | (np.diff(missing.flags, prepend=-1) != 0)
        | (np.diff(day, prepend=-1) != 0)
    )
    ends = np.append(begins[1:], len(missing)) - 1 if len(begins) else begins
    columns = missing.start[begins], missing.end[ends], missing.flags[begins]
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return {Hole(from_us(start), from_us(end), flags) for start, end, flags in rows}
