"""Use of a vehicle that looks wrong, with what shows it. Never a verdict. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.fleet.fence import Fence, FenceKind, held_by
from analytics.fleet.segment import Segment, SegmentKind
from analytics.fleet.use_rules import UseRule, UseRules
from analytics.fleet.whereabouts import Place
from domain.epoch import from_us, to_us
from domain.local_day import day_start

_MINUTE_US = 60_000_000


@dataclass(frozen=True, slots=True)
class Deed:
    """A segment, where it began and ended, and how far from the pile that gave a charge."""

    segment: Segment
    begun: Place = None
    ended: Place = None
    away_m: float | None = None

    @property
    def lasts_min(self) -> float:
        """From first to last evidence. [min]."""
        return (self.segment.end - self.segment.start) / _MINUTE_US


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a vehicle's use is held against.

    Attributes
    ----------
    zone : ZoneInfo
        In which its days begin.
    works : callable
        Whether a local day is worked.
    holiday : callable
        Name of the holiday on which it is locked up; None: it is not, or the calendar is missing.
    exempt : callable
        Why it may be used on a local day although it is locked up; None: it may not.
    """

    zone: ZoneInfo
    works: Callable[[date], bool]
    holiday: Callable[[date], str | None]
    exempt: Callable[[date], str | None]
    fences: Sequence[Fence] = ()
    rules: UseRules = field(default_factory=UseRules)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Something that looks wrong.

    Attributes
    ----------
    subject : str
        With the rule its name, which stays when samples come late.
    start, end : int
        [us]
    evidence : mapping of str to Any
        What was seen, and the limit it was held against.
    """

    rule: UseRule
    subject: str
    start: int
    end: int
    evidence: Mapping[str, Any]


def suspicions(deeds: Sequence[Deed], around: Circumstances) -> list[Suspicion]:
    """Look at what a vehicle did by every rule that is in use.

    Parameters
    ----------
    deeds : sequence of Deed
        In order of start.
    """
    found: list[Suspicion] = []
    for deed in deeds:
        if deed.segment.kind is SegmentKind.TRIP:
            found += _of_trip(deed, around)
        elif deed.segment.kind is SegmentKind.STOP:
            found += _of_stop(deed, around)
        else:
            found += _of_charge(deed, around)
    return [each for each in found if each.rule in around.rules.in_use]


def _of_trip(deed: Deed, around: Circumstances) -> Iterator[Suspicion]:
    trip, terms = deed.segment, around.rules.terms
    begun, over = (from_us(at).astimezone(around.zone) for at in (trip.start, trip.end))
    told: dict[str, Any] = {"km": trip.km.amount, "estimated": trip.estimated}
    free = around.exempt(begun.date())
    holiday = around.holiday(begun.date())
    if holiday is not None and free is None:
        yield _about(UseRule.LOCKED_UP, trip, told | {"holiday": holiday})
    late = not around.works(begun.date()) or _minute(begun) < terms.from_min
    late |= _minute(over) > terms.until_min or over.date() > begun.date()
    if late and free is None and holiday is None:
        worked = around.works(begun.date())
        limits = {"from_min": terms.from_min, "until_min": terms.until_min, "worked": worked}
        yield _about(UseRule.OUT_OF_HOURS, trip, told | limits)
    areas = any(each.kind is FenceKind.AREA for each in around.fences)
    if areas and deed.ended and held_by(around.fences, FenceKind.AREA, deed.ended) is None:
        yield _about(UseRule.OUT_OF_AREA, trip, told)
    odometer, track = trip.km.ways.get("odometer"), trip.km.ways.get("track")
    if odometer is not None and track is not None:
        apart = abs(odometer - track)
        if apart > terms.apart_km and apart > terms.apart_share * max(odometer, track):
            ways = {"odometer_km": odometer, "track_km": track, "share": terms.apart_share}
            yield _about(UseRule.ODOMETER_AGAINST_TRACK, trip, told | ways)
    if "gap" in trip.evidence and deed.lasts_min > terms.silent_min:
        silent = {"minutes": round(deed.lasts_min, 1), "silent_min": terms.silent_min}
        yield _about(UseRule.TERMINAL_OFFLINE, trip, told | silent)


def _of_stop(deed: Deed, around: Circumstances) -> Iterator[Suspicion]:
    stop, terms = deed.segment, around.rules.terms
    # A stop begins with the last sample that shows motion, which may lie a minute short of where
    # the vehicle came to rest; it ends where it stood. Who is at home at either edge has returned.
    edges = [each for each in (deed.ended, deed.begun) if each is not None]
    place = edges[0] if edges else None
    fence = held_by(around.fences, FenceKind.FORBIDDEN, place)
    if fence is not None and deed.lasts_min >= terms.parked_min:
        told = {"fence": fence.name, "minutes": round(deed.lasts_min, 1)}
        yield _about(UseRule.FORBIDDEN_PARKING, stop, told | {"parked_min": terms.parked_min})
    homes = any(each.kind is FenceKind.HOME for each in around.fences)
    returned = any(held_by(around.fences, FenceKind.HOME, each) for each in edges)
    if homes and edges and not returned:
        for at in _instants(stop, terms.return_min, around.zone):
            night = from_us(at).astimezone(around.zone).date()
            told = {"night": str(night), "return_min": terms.return_min}
            yield Suspicion(UseRule.NOT_RETURNED, f"night:{night}", at, at, told)


def _of_charge(deed: Deed, around: Circumstances) -> Iterator[Suspicion]:
    limit = around.rules.terms.away_m
    if deed.away_m is not None and deed.away_m > limit:
        told = {"away_m": round(deed.away_m), "limit_m": limit, "kwh": deed.segment.kwh.amount}
        yield _about(UseRule.CHARGE_ELSEWHERE, deed.segment, told)


def _about(rule: UseRule, segment: Segment, told: Mapping[str, Any]) -> Suspicion:
    return Suspicion(rule, segment.id, segment.start, segment.end, dict(told))


def _minute(local: datetime) -> int:
    return 60 * local.hour + local.minute


def _instants(stop: Segment, minute: int, zone: ZoneInfo) -> Iterator[int]:
    """Instants of a minute of the local day that lie in a stop. [us]."""
    day = from_us(stop.start).astimezone(zone).date()
    while (at := to_us(day_start(day, zone) + timedelta(minutes=minute))) <= stop.end:
        if at >= stop.start:
            yield at
        day += timedelta(days=1)
