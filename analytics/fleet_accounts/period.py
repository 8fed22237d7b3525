"""What the vehicles of a place did in some whole local months, read once for all who ask."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from psycopg import Connection

from analytics.fleet.coverage import Coverage, coverage_of, shared
from analytics.fleet.order_match import LATE, Stretch
from analytics.fleet.vehicle_account import Spans
from analytics.ledger.timetable import next_month
from domain.errors import MissingInputError
from domain.local_day import day_start, local_day
from domain.money import exact
from domain.sentence import Sentence
from store.fleet.pile import piles
from store.fleet.vehicle_stint import (
    ChargeRow,
    StintRow,
    TripRow,
    charges_of,
    stints,
    told_spans,
    trips_of,
    vehicles_unseen,
    waiting_vehicles,
)
from store.institution.ledger import waiting
from store.places.place import OrganisationRow, organisations

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Months:
    """Whole local months [first_day, end_day) of a place's zone."""

    first_day: date
    end_day: date
    zone: ZoneInfo

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """The same as instants."""
        return day_start(self.first_day, self.zone), day_start(self.end_day, self.zone)


def months_of(place: OrganisationRow, first_month: date, end_month: date) -> Months:
    """Take some months of a place.

    Raises
    ------
    MissingInputError
        If they are no whole months in order, or the place has no zone.
    """
    if first_month.day != 1 or end_month.day != 1:
        raise MissingInputError(
            Sentence("want_first_of_month", "a month is named by its first day"), code="month"
        )
    if end_month <= first_month:
        reason = Sentence(
            "days_backwards",
            "end_day {end_day} is not after {first_day}",
            end_day=end_month,
            first_day=first_month,
        )
        raise MissingInputError(reason, code="month")
    if place.zone is None:
        reason = Sentence("place_without_zone", "{place} has no time zone", place=place.code)
        raise MissingInputError(reason, code="zone")
    return Months(first_month, end_month, ZoneInfo(place.zone))


class FleetPeriod:
    """Vehicles at a place or below it in some months, as far as the person may see.

    Parameters
    ----------
    now : datetime
        Aware; what lies behind it is not over.
    """

    def __init__(
        self, conn: Connection, place: OrganisationRow, months: Months, *, now: datetime
    ) -> None:
        self.conn, self.place, self.months, self.now = conn, place, months, now

    @cached_property
    def stints(self) -> list[StintRow]:
        """Vehicles with where they stood, by code and time."""
        return stints(self.conn, self.place.id, *self.months.instants)

    @cached_property
    def vehicles(self) -> dict[int, str]:
        """Codes of the vehicles."""
        return {stint.vehicle_id: stint.code for stint in self.stints}

    @property
    def running(self) -> bool:
        """Whether the months are not over yet, so that every sum is one so far."""
        return self.now < self.months.instants[1]

    @cached_property
    def unseen(self) -> int:
        """How many vehicles stood here in these months that the person may not see."""
        return vehicles_unseen(self.conn, self.place.id, *self.months.instants)

    def coverage(self, vehicle_id: int, spans: Spans) -> Coverage:
        """Of which part of some spans, as far as they are over, it is told what a vehicle did."""
        over = [(since, min(until, self.now)) for since, until in spans if since < self.now]
        return Coverage(
            sum((until - since for since, until in over), timedelta(0)),
            shared(over, self._told.get(vehicle_id, ())),
            self._waiting & {vehicle_id},
        )

    @cached_property
    def whole_coverage(self) -> Coverage:
        """Coverage of all vehicles over the time they stood here."""
        return coverage_of(self.coverage(each, self.held(each)) for each in self.vehicles)

    @cached_property
    def _told(self) -> dict[int, list[tuple[datetime, datetime]]]:
        return told_spans(self.conn, self.vehicles, *self.months.instants)

    @cached_property
    def _waiting(self) -> frozenset[int]:
        """Vehicles of which anything waits that came before today.

        What comes today is worked as it comes, so that it always waits a little.
        """
        first, until = self.months.instants
        today = local_day(self.now, self.months.zone)
        end_day = min(self.months.end_day, today)
        before = min(until, day_start(today, self.months.zone))
        found = waiting_vehicles(self.conn, self.vehicles, first, before, end_day=end_day)
        return frozenset(found | self._waiting_for_piles(end_day))

    def _waiting_for_piles(self, end_day: date) -> set[int]:
        """Vehicles with charges at piles whose meters wait, or that may have been there."""
        meters = {pile.meter_id for pile in piles(self.conn)} if self.charges else set()
        if not meters or end_day <= self.months.first_day:
            return set()
        late = {meter for meter, _ in waiting(self.conn, meters, self.months.first_day, end_day)}
        return {
            row.vehicle_id
            for row in self.charges
            if row.meter_id in late or (late and row.pile_id is None)
        }

    @property
    def around(self) -> tuple[datetime, datetime]:
        """The months and a day beside them: an order may lie in another month than its plug-in."""
        first, until = self.months.instants
        return first - _DAY, until + _DAY

    @property
    def late_around(self) -> tuple[datetime, datetime]:
        """The months and so far beside them that what is told late is judged alike in each.

        An order may be a week from its plug-in, and that a week from another order.
        """
        first, until = self.months.instants
        return first - 2 * LATE - 2 * _DAY, until + 2 * LATE + 2 * _DAY

    @cached_property
    def trips_around(self) -> list[TripRow]:
        """Trips begun `around` the months, whoever had the vehicle."""
        return trips_of(self.conn, self.vehicles, *self.around)

    @cached_property
    def charges_around(self) -> list[ChargeRow]:
        """Plug-ins that touch the time `late_around` the months, whoever had the vehicle."""
        return charges_of(self.conn, self.vehicles, *self.late_around)

    @cached_property
    def trips(self) -> list[TripRow]:
        """Trips begun while their vehicle was here."""
        return [row for row in self.trips_around if self.stint_at(row.vehicle_id, row.start_at)]

    @cached_property
    def charges(self) -> list[ChargeRow]:
        """Plug-ins of which a month, as `parts_of` has it, began while their vehicle was here."""
        return [
            row
            for row in self.charges_around
            if any(self.stint_at(row.vehicle_id, begin) for begin in self.parts_of(row))
        ]

    def parts_of(self, row: ChargeRow) -> list[datetime]:
        """When a plug-in, and each later local month of it, began.

        A part belongs to whoever had the vehicle then, so that over months and holders each part
        is counted once.
        """
        begins = [row.start_at]
        month = next_month(local_day(row.start_at, self.months.zone).replace(day=1))
        while day_start(month, self.months.zone) < row.end_at:
            begins.append(day_start(month, self.months.zone))
            month = next_month(month)
        return begins

    @cached_property
    def places(self) -> dict[int, OrganisationRow]:
        """Places the person may see."""
        return {row.id: row for row in organisations(self.conn)}

    def stint_at(self, vehicle_id: int, at: datetime) -> StintRow | None:
        """Where a vehicle stood at an instant; None where not here."""
        return next(
            (
                each
                for each in self._of_vehicle.get(vehicle_id, ())
                if each.start_at <= at < each.end_at
            ),
            None,
        )

    def held(self, vehicle_id: int) -> list[tuple[datetime, datetime]]:
        """Spans of the months in which a vehicle stood here, in order."""
        return [(each.start_at, each.end_at) for each in self._of_vehicle.get(vehicle_id, ())]

    @cached_property
    def _of_vehicle(self) -> dict[int, list[StintRow]]:
        found: dict[int, list[StintRow]] = {}
        for stint in self.stints:
            found.setdefault(stint.vehicle_id, []).append(stint)
        return found


def trip_stretch(row: TripRow) -> Stretch:
    """A trip as orders and bookings are matched to it."""
    return Stretch(row.id, row.vehicle_id, row.start_at, row.end_at)


def charge_stretch(row: ChargeRow) -> Stretch:
    """A plug-in as orders are matched to it."""
    return Stretch(row.id, row.vehicle_id, row.start_at, row.end_at, known(row.kwh))


def known(value: float | None) -> Decimal | None:
    """A measured amount as a decimal; None stays None."""
    return None if value is None else exact(value)
