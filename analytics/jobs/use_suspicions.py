"""Holds what vehicles did against the rules of their place, where trips or charges changed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.fleet.fence import Fence, FenceKind
from analytics.fleet.suspicion import Circumstances, Deed, Suspicion, suspicions
from analytics.fleet.uncharged import uncharged_months
from analytics.fleet.use_rules import UseRule, rules_of
from analytics.fleet.whereabouts import Place
from analytics.jobs.segment_row import segment_of
from analytics.ledger.timetable import next_month
from domain.calendar import DayKind
from domain.epoch import from_us
from domain.errors import CalendarMissingError
from domain.local_day import day_start, local_day
from domain.vehicle import Powertrain
from store.calendar import calendar_of_place
from store.pile import matches_between
from store.suspicion import (
    KnownSuspicion,
    PlaceOfUse,
    change,
    exemptions,
    fences_of,
    known,
    place_of_use,
    rules_in_force,
)
from store.vehicle_segment import SegmentRow, current

_FREE = {"emergency", "law_enforcement"}
"""Categories that are not locked up on holidays."""
_WORKED = 5
_DAY = timedelta(days=1)
_LONGEST = 8 * _DAY
"""A charge that touches a month begins and ends at most so long beside it."""


def suspect(
    conn: Connection,
    vehicle_id: int,
    first: datetime | None,
    last: datetime | None,
    *,
    now: datetime,
) -> int:
    """Bring the suspicions of a vehicle over a span up to date; gives how many changed.

    Parameters
    ----------
    first, last : datetime or None
        Bounds of the segments that may have changed; None: none.
    """
    rows = current(conn, vehicle_id, first, last)
    place = place_of_use(conn, vehicle_id)
    if place is None or not rows:
        return 0
    start, end = min(row.start_at for row in rows), max(row.end_at for row in rows)
    around = _circumstances(conn, vehicle_id, place, (start, end), now=now)
    away = {
        row.segment_id: row.away_m
        for row in matches_between(conn, start, end + _DAY)
        if row.vehicle_id == vehicle_id
    }
    deeds = [Deed(segment_of(row), *_places(row), away.get(row.id)) for row in rows]
    months = _months_over(start, end, around.zone, now=now)
    wrong = suspicions(deeds, around) + _uncharged(conn, vehicle_id, place, months, around)
    found = {(each.rule.value, each.subject): _row(each) for each in wrong}
    then = _known(conn, vehicle_id, (start, end), months, around.zone)
    anew = [row for key, row in found.items() if then.get(key) != row]
    gone = [row for key, row in then.items() if key not in found]
    change(conn, vehicle_id, anew, gone, now=now)
    return len(anew) + len(gone)


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
    place: PlaceOfUse,
    months: Sequence[date],
    around: Circumstances,
) -> list[Suspicion]:
    if not months or place.powertrain != Powertrain.PLUG_IN_HYBRID:
        return []
    first, end = _bounds(months, around.zone)
    rows = current(conn, vehicle_id, first - _LONGEST, end + _LONGEST)
    return uncharged_months([segment_of(row) for row in rows], months, around.zone, around.rules)


def _known(
    conn: Connection,
    vehicle_id: int,
    span: tuple[datetime, datetime],
    months: Sequence[date],
    zone: ZoneInfo,
) -> dict[tuple[str, str], KnownSuspicion]:
    """What stands of a span, and of whole months, each of which was looked at."""
    of_month = UseRule.UNCHARGED.value
    rows = [row for row in known(conn, vehicle_id, *span) if row.rule != of_month]
    if months:
        rows += [
            row
            for row in known(conn, vehicle_id, *_bounds(months, zone))
            if row.rule == of_month and row.start_at < _bounds(months, zone)[1]
        ]
    return {(row.rule, row.subject): row for row in rows}


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


def _circumstances(
    conn: Connection,
    vehicle_id: int,
    place: PlaceOfUse,
    span: tuple[datetime, datetime],
    *,
    now: datetime,
) -> Circumstances:
    zone = ZoneInfo(place.zone)
    today = local_day(now, zone)
    first, last = (local_day(at, zone) for at in span)
    try:
        calendar = calendar_of_place(conn, place.organisation_id, first, last + _DAY)
    except CalendarMissingError:
        calendar = None  # whoever has no calendar goes by the week, and is locked up on no day

    def works(day: date) -> bool:
        return day.weekday() < _WORKED if calendar is None else calendar.on(day).kind.works

    def holiday(day: date) -> str | None:
        if calendar is None or calendar.on(day).kind is not DayKind.HOLIDAY:
            return None
        return calendar.on(day).name

    leave = exemptions(conn, vehicle_id)

    def exempt(day: date) -> str | None:
        if place.category in _FREE:
            return place.category
        return next(
            (kind for kind, begun, end in leave if (begun or day) <= day < (end or day + _DAY)),
            None,
        )

    return Circumstances(
        zone,
        works,
        holiday,
        exempt,
        _fences(conn, place, today),
        rules_of(rules_in_force(conn, place.organisation_id, today)),
    )


def _fences(conn: Connection, place: PlaceOfUse, day: date) -> Sequence[Fence]:
    return [
        Fence(row.id, FenceKind(row.kind), row.name, row.ring)
        for row in fences_of(conn, place.organisation_id, day)
    ]
