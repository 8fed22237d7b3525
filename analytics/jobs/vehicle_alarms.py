"""Alarms of a vehicle's terminals, kept for the alert desk, for the days that samples touched."""

from datetime import datetime

from psycopg import Connection

from analytics.fleet.alarms import Alarm, alarms
from domain.epoch import from_us
from store.fleet.vehicle_alarm import (
    AlarmRow,
    alarm_samples,
    change_alarms,
    known_alarms,
    terminals_of,
)


def keep_alarms(
    conn: Connection,
    vehicle_id: int,
    late: tuple[datetime, datetime] | None,
    *,
    now: datetime,
) -> int:
    """Bring the alarms of a vehicle up to date; gives how many are new, changed or withdrawn.

    Parameters
    ----------
    late : tuple of datetime or None
        Span that samples have touched; None: all there is.
    """
    changed = 0
    for device_id in terminals_of(conn, vehicle_id):
        told = alarm_samples(conn, device_id, late)
        if told is None:
            continue
        known = {(row.code, row.start_at): row for row in known_alarms(conn, device_id, told.span)}
        found = {
            (row.code, row.start_at): row
            for row in map(_row, alarms(told.ts, told.level, told.flags, told.flag_levels))
        }
        anew = [row for key, row in found.items() if known.get(key) != row]
        gone = [row for key, row in known.items() if key not in found]
        change_alarms(conn, device_id, anew, gone, now=now)
        changed += len(anew) + len(gone)
    return changed


def _row(told: Alarm) -> AlarmRow:
    return AlarmRow(
        told.code,
        told.level,
        from_us(told.start),
        from_us(told.last),
        None if told.end is None else from_us(told.end),
    )
