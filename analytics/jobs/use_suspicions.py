"""Holds what vehicles did against the rules of their place and time, where either has news."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
from psycopg import Connection

from analytics.fleet.segment import SegmentKind
from analytics.fleet.silence import SILENT, silences
from analytics.fleet.suspicion import Deed, Suspicion, suspicions
from analytics.fleet.uncharged import uncharged_months
from analytics.fleet.use_rules import UseRule
from analytics.fleet.whereabouts import Place
from analytics.jobs.segment_row import segment_of
from analytics.jobs.use_surroundings import UseSurroundings
from analytics.ledger.timetable import next_month
from domain.epoch import from_us, to_us
from domain.local_day import day_start, local_day
from store.fleet.pile import matches_between
from store.fleet.suspicion import (
    KnownSuspicion,
    change,
    days_fitted,
    heard_around,
    heard_last,
    known,
    take_days,
    vehicles_to_judge,
)
from store.fleet.vehicle_segment import SegmentRow, claim, cut_vehicle, emptied_until, overlapping

log = logging.getLogger(__name__)

_VEHICLES_AT_ONCE = 200
_DAY = timedelta(days=1)
_LONGEST = 8 * _DAY
"""A charge that touches a month begins and ends at most so long beside it."""
_BY_PLACE = {
    each.value for each in (UseRule.NOT_RETURNED, UseRule.OUT_OF_AREA, UseRule.FORBIDDEN_PARKING)
}
"""Rules that ask where a vehicle was: once positions have expired, they judge nothing anew."""


def judge_use(conn: Connection, *, now: datetime) -> int:
    """Judge vehicles anew over the days that other rules, areas, leave or calendars cover.

    Parameters
    ----------
    conn : Connection
        In autocommit mode; each vehicle is a transaction of its own.

    Returns
    -------
    int
        Suspicions that changed.
    """
    changed, tried = 0, set[int]()
    while vehicles := vehicles_to_judge(conn, but=tried, at_most=_VEHICLES_AT_ONCE):
        tried.update(vehicles)
        for vehicle_id in vehicles:
            try:
                changed += _judge_days(conn, vehicle_id, now=now)
            except (psycopg.DataError, psycopg.IntegrityError, ArithmeticError):
                # Its days stay on the list; the others are not to wait for it.
                log.exception("the use of vehicle %d cannot be judged", vehicle_id)
    return changed


def _judge_days(conn: Connection, vehicle_id: int, *, now: datetime) -> int:
    with conn.transaction():
        if not claim(conn, vehicle_id) or (days := take_days(conn, vehicle_id)) is None:
            return 0
        kind = cut_vehicle(conn, vehicle_id)
        if kind is None:
            return 0
        zone = ZoneInfo(kind.zone)
        first, last = (None if day is None else day_start(day, zone) for day in days)
        return suspect(conn, vehicle_id, first, last, now=now)


def judge_silence(conn: Connection, *, now: datetime) -> int:
    """Look for terminals that have fallen silent: what does not come touches no day."""
    changed = 0
    for vehicle_id, heard in heard_last(conn, now=now):
        if heard is not None and now - heard >= _DAY:
            with conn.transaction():
                if claim(conn, vehicle_id):
                    changed += suspect(conn, vehicle_id, heard, None, now=now)
    return changed


def suspect(
    conn: Connection,
    vehicle_id: int,
    first: datetime | None,
    last: datetime | None,
    *,
    now: datetime,
) -> int:
    """Bring the suspicions of a vehicle over a span up to date; gives how many changed.

    Each is judged by what held at its time. What a person judged stays with its verdict.

    Parameters
    ----------
    first, last : datetime or None
        Bounds of what may have changed; None: no bound.
    """
    kind = cut_vehicle(conn, vehicle_id)
    if kind is None:
        return 0
    zone = ZoneInfo(kind.zone)
    rows, start, end = _span(conn, vehicle_id, first, last)
    around = UseSurroundings(conn, vehicle_id, kind.zone)
    wrong = suspicions(_deeds(conn, vehicle_id, rows), zone, around.held)
    months: list[date] = []
    if rows:
        months = _months_over(rows[0].start_at, max(row.end_at for row in rows), zone, now=now)
        wrong += _uncharged(conn, vehicle_id, months, zone, around)
    quiet = heard_around(conn, vehicle_id, start, end)
    fitted = _fitted(conn, vehicle_id, quiet, kind.zone, now=now)
    wrong += silences(fitted, zone, around.held)
    found = {(each.rule.value, each.subject): _row(each) for each in wrong}
    then = _known(conn, vehicle_id, (start, end), quiet, {row.id for row in rows})
    then |= _known_months(conn, vehicle_id, months, zone)
    _leave_expired(conn, found, then)
    anew = [row for key, row in found.items() if then.get(key) != row]
    gone = [row for key, row in then.items() if key not in found]
    change(conn, vehicle_id, anew, gone, now=now)
    return len(anew) + len(gone)


def _span(
    conn: Connection, vehicle_id: int, first: datetime | None, last: datetime | None
) -> tuple[list[SegmentRow], datetime | None, datetime | None]:
    """Segments that meet a span, and the span widened until it holds each of them whole."""
    while True:
        rows = overlapping(conn, vehicle_id, first, last)
        start = first and min([first, *(row.start_at for row in rows)])
        end = last and max([last, *(row.end_at for row in rows)])
        if (start, end) == (first, last):
            return rows, start, end
        first, last = start, end


def _deeds(conn: Connection, vehicle_id: int, rows: Sequence[SegmentRow]) -> list[Deed]:
    away = {}
    charges = [row.start_at for row in rows if row.kind == SegmentKind.CHARGE.value]
    if charges:
        matches = matches_between(conn, charges[0], charges[-1] + _DAY, vehicle_id=vehicle_id)
        away = {row.segment_id: row.away_m for row in matches}
    return [Deed(segment_of(row), *_places(row), away.get(row.id)) for row in rows]


def _fitted(
    conn: Connection,
    vehicle_id: int,
    quiet: tuple[datetime | None, datetime | None],
    zone: str,
    *,
    now: datetime,
) -> dict[date, bool]:
    """Days between two samples, or since the last, and whether each was heard.

    A day that is not over was not silent yet.
    """
    since, until = quiet
    if since is None:
        return {}
    today = local_day(now, ZoneInfo(zone))
    first, last = (local_day(at, ZoneInfo(zone)) for at in (since, until or now))
    found = days_fitted(conn, vehicle_id, first, min(last, today) + _DAY, zone)
    return {day: heard for day, heard in found.items() if heard or day < today}


def _months_over(start: datetime, end: datetime, zone: ZoneInfo, *, now: datetime) -> list[date]:
    """Local months of a span that are over, and the one before, which may have ended since."""
    month = (local_day(start, zone).replace(day=1) - _DAY).replace(day=1)
    months = []
    while day_start(month, zone) <= end and day_start(next_month(month), zone) <= now:
        months.append(month)
        month = next_month(month)
    return months


def _uncharged(
    conn: Connection,
    vehicle_id: int,
    months: Sequence[date],
    zone: ZoneInfo,
    around: UseSurroundings,
) -> list[Suspicion]:
    driven = [month for month in months if around.hybrid(to_us(day_start(month, zone)))]
    if not driven:
        return []
    first, end = _bounds(driven, zone)
    rows = overlapping(conn, vehicle_id, first - _LONGEST, end + _LONGEST)
    return uncharged_months([segment_of(row) for row in rows], driven, zone, around.held)


def _known(
    conn: Connection,
    vehicle_id: int,
    span: tuple[datetime | None, datetime | None],
    quiet: tuple[datetime | None, datetime | None],
    segments: set[str],
) -> dict[tuple[str, str], KnownSuspicion]:
    """What stands of a span, and of the silences that reach into it.

    What begins as the span ends belongs to what comes after, unless it is of one of the segments.
    """
    start, end = span

    def meant(row: KnownSuspicion) -> bool:
        if row.rule == UseRule.UNCHARGED.value:
            return False
        inside = (start is None or row.start_at >= start) and (end is None or row.start_at < end)
        return inside or row.subject in segments or row.subject.startswith(SILENT)

    rows = known(conn, vehicle_id, start and min(start, quiet[0] or start), end and quiet[1])
    return {(row.rule, row.subject): row for row in rows if meant(row)}


def _known_months(
    conn: Connection, vehicle_id: int, months: Sequence[date], zone: ZoneInfo
) -> dict[tuple[str, str], KnownSuspicion]:
    """What stands of whole months, each of which was looked at."""
    if not months:
        return {}
    first, end = _bounds(months, zone)
    return {
        (row.rule, row.subject): row
        for row in known(conn, vehicle_id, first, end)
        if row.rule == UseRule.UNCHARGED.value and row.start_at < end
    }


def _leave_expired(
    conn: Connection,
    found: dict[tuple[str, str], KnownSuspicion],
    then: dict[tuple[str, str], KnownSuspicion],
) -> None:
    """Leave as they are the suspicions whose positions have expired since."""
    expired = emptied_until(conn)
    if expired is None:
        return
    for rows in (found, then):
        for key in [key for key, row in rows.items() if row.start_at < expired]:
            if key[0] in _BY_PLACE:
                del rows[key]


def _bounds(months: Sequence[date], zone: ZoneInfo) -> tuple[datetime, datetime]:
    return day_start(months[0], zone), day_start(next_month(months[-1]), zone)


def _places(row: SegmentRow) -> tuple[Place, Place]:
    begun = ended = None
    if row.start_latitude_deg is not None and row.start_longitude_deg is not None:
        begun = row.start_latitude_deg, row.start_longitude_deg
    if row.end_latitude_deg is not None and row.end_longitude_deg is not None:
        ended = row.end_latitude_deg, row.end_longitude_deg
    return begun, ended


def _row(found: Suspicion) -> KnownSuspicion:
    return KnownSuspicion(
        found.rule.value,
        found.subject,
        from_us(found.start),
        from_us(found.end),
        dict(found.evidence),
    )
