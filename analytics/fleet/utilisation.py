"""How much vehicles are used, and how few would do. Pure.

A day on which a vehicle said nothing is neither used nor unused: it is not known, and a vehicle of
which too little is known is no candidate for anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from domain.local_day import local_day

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Journey:
    """A trip as far as use goes. `km` is None where nothing tells the distance. [km]."""

    vehicle_id: int
    start: datetime
    end: datetime
    km: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetLimits:
    """From where on a vehicle might serve better elsewhere and a fleet is too large.

    The values are what holds until a place or one above it says otherwise.

    Attributes
    ----------
    used_days : Decimal
        Share of the days known on which it drove, below. [1]
    km_day : Decimal
        Distance per day known, below. [km/d]
    least_known : Decimal
        Share of the days that must be known. [1]
    spare_hours : Decimal
        Hours in which a fleet may have been too small. [h]
    away_hours : Decimal
        A vehicle that drives on within so long was out all the while: it waited for somebody. [h]
    """

    used_days: Decimal = Decimal("0.3")
    km_day: Decimal = Decimal(10)
    least_known: Decimal = Decimal("0.8")
    spare_hours: Decimal = Decimal(0)
    away_hours: Decimal = Decimal(2)

    @property
    def away(self) -> timedelta:
        """`away_hours` as a span."""
        return timedelta(seconds=int(self.away_hours * 3600))


@dataclass(frozen=True, slots=True)
class Use:
    """What a vehicle did on the local days of a period.

    Attributes
    ----------
    days, days_known, days_used : int
        On which it was there; on which it said anything, or drove; on which it drove. [d]
    km : Decimal
        Of the trips whose distance is known. [km]
    trips_without_km : int
        Trips of which it is not.
    """

    vehicle_id: int
    days: int
    days_known: int
    days_used: int
    trips: int
    hours: Decimal
    km: Decimal
    trips_without_km: int

    @property
    def share_used(self) -> Decimal | None:
        """Days used over days known; None where none is known. [1]."""
        return Decimal(self.days_used) / self.days_known if self.days_known else None

    def idle(self, limits: FleetLimits) -> bool | None:
        """Whether it is a candidate for another institution; None: too little is known."""
        if self.days_known < limits.least_known * self.days:
            return None
        share = Decimal(self.days_used) / self.days_known
        return share < limits.used_days and self.km / self.days_known < limits.km_day


def uses(
    trips: Iterable[Journey],
    heard: Mapping[int, set[date]],
    held: Mapping[int, set[date]],
    zone: ZoneInfo,
) -> list[Use]:
    """Use of each vehicle on the local days on which it was held.

    Parameters
    ----------
    heard : mapping of int to set of date
        Local days on which each vehicle said anything.
    held : mapping of int to set of date
        Local days of the period on which each vehicle was there.
    """
    of_vehicle: dict[int, list[Journey]] = {vehicle: [] for vehicle in held}
    for trip in trips:
        if local_day(trip.start, zone) in held.get(trip.vehicle_id, ()):
            of_vehicle[trip.vehicle_id].append(trip)
    return [
        _use(vehicle, found, heard.get(vehicle, set()), held[vehicle], zone)
        for vehicle, found in sorted(of_vehicle.items())
    ]


def _use(
    vehicle: int,
    trips: Sequence[Journey],
    heard: set[date],
    held: set[date],
    zone: ZoneInfo,
) -> Use:
    used = {day for trip in trips for day in _days(trip, zone)} & held
    known = (heard & held) | used
    seconds = sum((round((each.end - each.start).total_seconds()) for each in trips), 0)
    distances = [each.km for each in trips if each.km is not None]
    return Use(
        vehicle,
        len(held),
        len(known),
        len(used),
        len(trips),
        (Decimal(seconds) / 3600).quantize(Decimal("0.01")),
        sum(distances, Decimal(0)),
        len(trips) - len(distances),
    )


def _days(trip: Journey, zone: ZoneInfo) -> Iterable[date]:
    first, last = local_day(trip.start, zone), local_day(trip.end, zone)
    return (first + n * _DAY for n in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class AtOnce:
    """How many vehicles of a group were out at once.

    Attributes
    ----------
    vehicles : int
        In the group.
    most : int
        The most that were out at one moment.
    most_at : datetime or None
        When, first; None where nobody drove.
    hours : tuple of Decimal
        Hours with exactly 0, 1, 2 .. out; all of the period. [h]
    """

    vehicles: int
    most: int
    most_at: datetime | None
    hours: tuple[Decimal, ...]

    def short(self, fleet: int) -> Decimal:
        """Hours in which a fleet of so many would have been too small. [h]."""
        return sum(self.hours[fleet + 1 :], Decimal(0))

    def enough(self, spare_hours: Decimal) -> int:
        """The smallest fleet that would have been too small for at most so many hours."""
        return next(n for n in range(len(self.hours) + 1) if self.short(n) <= spare_hours)


def at_once(
    trips: Iterable[Journey],
    vehicles: int,
    period: tuple[datetime, datetime],
    *,
    away: timedelta,
) -> AtOnce:
    """Count the vehicles of a group that were out at once in [start, end).

    Parameters
    ----------
    away : timedelta
        A vehicle that drives on within this time was out all the while: it waited for somebody.
    """
    edges: list[tuple[datetime, int]] = []
    for start, end in _outings(trips, away):
        begin, until = max(start, period[0]), min(end, period[1])
        if begin < until:
            edges += [(begin, 1), (until, -1)]
    out, most, most_at = 0, 0, None
    seconds: dict[int, float] = {0: 0.0}
    at = period[0]
    for instant, change in [*sorted(edges), (period[1], 0)]:
        seconds[out] = seconds.get(out, 0.0) + (instant - at).total_seconds()
        out, at = out + change, instant
        if out > most:
            most, most_at = out, instant
    hours = (Decimal(round(seconds.get(n, 0.0))) / 3600 for n in range(most + 1))
    return AtOnce(vehicles, most, most_at, tuple(each.quantize(Decimal("0.01")) for each in hours))


def _outings(trips: Iterable[Journey], away: timedelta) -> Iterable[tuple[datetime, datetime]]:
    last: tuple[int, datetime, datetime] | None = None
    for trip in sorted(trips, key=lambda each: (each.vehicle_id, each.start)):
        if last is not None and last[0] == trip.vehicle_id and trip.start - last[2] <= away:
            last = (last[0], last[1], max(last[2], trip.end))
            continue
        if last is not None:
            yield last[1:]
        last = (trip.vehicle_id, trip.start, trip.end)
    if last is not None:
        yield last[1:]
