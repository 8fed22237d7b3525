"""What a vehicle's use is held against, by the time at which it happened."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.fleet.fence import Fence, FenceKind
from analytics.fleet.suspicion import Circumstances
from analytics.fleet.use_rules import rules_of
from analytics.ledger.timetable import next_month
from domain.calendar import Calendar, CalendarDay, DayKind
from domain.epoch import from_us, to_us
from domain.errors import CalendarMissingError
from domain.local_day import local_day
from domain.vehicle import Powertrain
from store.fleet.suspicion import (
    PlaceOfUse,
    exemptions,
    fences_of,
    place_of_use,
    rules_in_force,
    use_changes,
)
from store.places.calendar import calendar_of_place

_FREE = {"emergency", "law_enforcement"}
"""Categories that are not locked up on holidays."""
_WORKED = 5
_DAY = timedelta(days=1)


class UseSurroundings:
    """What held for a vehicle from when to when, read as far as it is asked for."""

    def __init__(self, conn: Connection, vehicle_id: int, zone: str) -> None:
        self._conn, self._vehicle_id, self._zone = conn, vehicle_id, ZoneInfo(zone)
        self._changes = [to_us(at) for at in use_changes(conn, vehicle_id, zone)]
        self._leave = exemptions(conn, vehicle_id)
        self._held: dict[int, tuple[PlaceOfUse, Circumstances] | None] = {}
        self._months: dict[tuple[int, date], Calendar | None] = {}

    def held(self, at_us: int) -> Circumstances | None:
        """What held at an instant; None while the vehicle belonged nowhere."""
        found = self._at(at_us)
        return None if found is None else found[1]

    def hybrid(self, at_us: int) -> bool:
        """Whether it was a plug-in hybrid."""
        found = self._at(at_us)
        return found is not None and found[0].powertrain == Powertrain.PLUG_IN_HYBRID

    def _at(self, at_us: int) -> tuple[PlaceOfUse, Circumstances] | None:
        stretch = bisect_right(self._changes, at_us)
        if stretch not in self._held:
            # Nothing changes within a stretch, so any instant of it tells what held.
            self._held[stretch] = self._read(from_us(at_us))
        return self._held[stretch]

    def _read(self, at: datetime) -> tuple[PlaceOfUse, Circumstances] | None:
        place = place_of_use(self._conn, self._vehicle_id, at)
        if place is None:
            return None
        day = local_day(at, self._zone)

        def works(day: date) -> bool:
            told = self._told(place.organisation_id, day)
            return day.weekday() < _WORKED if told is None else told.kind.works

        def holiday(day: date) -> str | None:
            told = self._told(place.organisation_id, day)
            return told.name if told is not None and told.kind is DayKind.HOLIDAY else None

        def exempt(day: date) -> str | None:
            if place.category in _FREE:
                return place.category
            return next(
                (
                    kind
                    for kind, begun, end in self._leave
                    if (begun or day) <= day < (end or day + _DAY)
                ),
                None,
            )

        fences = self._fences(place, at, day)
        told = rules_in_force(self._conn, place.organisation_id, at, day)
        rules = rules_of({rule: (row.in_use, row.terms) for rule, row in told.items()})
        return place, Circumstances(works, holiday, exempt, fences, rules)

    def _told(self, organisation_id: int, day: date) -> CalendarDay | None:
        """What the calendar of a place says of a day.

        None where it lacks the year: that goes by the week, and nothing is locked up in it.
        """
        month = day.replace(day=1)
        key = organisation_id, month
        if key not in self._months:
            try:
                found = calendar_of_place(self._conn, organisation_id, month, next_month(month))
            except CalendarMissingError:
                found = None
            self._months[key] = found
        calendar = self._months[key]
        return None if calendar is None else calendar.on(day)

    def _fences(self, place: PlaceOfUse, at: datetime, day: date) -> Sequence[Fence]:
        return [
            Fence(row.id, FenceKind(row.kind), row.name, row.ring)
            for row in fences_of(self._conn, place.organisation_id, at, day)
        ]
