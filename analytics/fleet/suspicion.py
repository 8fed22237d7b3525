"""Use of a vehicle that looks wrong, with what shows it. Never a verdict. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.fleet.fence import Fence, FenceKind, held_by
from analytics.fleet.segment import Segment, SegmentKind
from analytics.fleet.use_rules import UseRule, UseRules
from analytics.fleet.whereabouts import Place
from domain.epoch import from_us, to_us
from domain.local_day import day_end, day_start

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
    """What a vehicle's use is held against at some time.

    Attributes
    ----------
    works : callable
        Whether a local day is worked.
    holiday : callable
        Name of the holiday on which it is locked up; None: it is not, or the calendar is missing.
    exempt : callable
        Why it may be used on a local day although it is locked up; None: it may not.
    """

    works: Callable[[date], bool]
    holiday: Callable[[date], str | None]
    exempt: Callable[[date], str | None]
    fences: Sequence[Fence] = ()
    rules: UseRules = field(default_factory=UseRules)


Held = Callable[[int], Circumstances | None]
"""What holds at an instant [us]; None: the vehicle belonged nowhere, so nothing does."""


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


def suspicions(deeds: Sequence[Deed], zone: ZoneInfo, held: Held) -> list[Suspicion]:
    """Look at what a vehicle did by every rule that was in use at the time.

    A trip and a charge are judged by what held when they began, a night by what held that night,
    and a stop counts as parking as long as the area it stood in was forbidden.

    Parameters
    ----------
    deeds : sequence of Deed
        In order of start.
    zone : ZoneInfo
        In which the vehicle's days begin.
    """
    found: list[Suspicion] = []
    for deed in deeds:
        if deed.segment.kind is SegmentKind.STOP:
            found += _of_stop(deed, zone, held)
        elif (around := held(deed.segment.start)) is None:
            continue
        elif deed.segment.kind is SegmentKind.TRIP:
            found += _asked(_of_trip(deed, zone, around), around)
        else:
            found += _asked(_of_charge(deed, around), around)
    return found


def _asked(found: Iterable[Suspicion], around: Circumstances) -> Iterator[Suspicion]:
    return (each for each in found if each.rule in around.rules.in_use)


def _of_trip(deed: Deed, zone: ZoneInfo, around: Circumstances) -> Iterator[Suspicion]:
    trip, terms = deed.segment, around.rules.terms
    begun, over = (from_us(at).astimezone(zone) for at in (trip.start, trip.end))
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


def _of_stop(deed: Deed, zone: ZoneInfo, held: Held) -> Iterator[Suspicion]:
    # A stop that no sample tells of but those at its edges may begin short of where the vehicle
    # came to rest, and end beyond. Who is at home at either edge has returned.
    edges = [each for each in (deed.ended, deed.begun) if each is not None]
    if not edges:
        return
    stood: dict[str, float] = {}
    limit: dict[str, float] = {}
    for begin, end in _days(deed.segment, zone):
        around = held(begin)
        if around is None:
            continue
        terms, in_use = around.rules.terms, around.rules.in_use
        fence = held_by(around.fences, FenceKind.FORBIDDEN, edges[0])
        if fence is not None and UseRule.FORBIDDEN_PARKING in in_use:
            stood[fence.name] = stood.get(fence.name, 0.0) + (end - begin) / _MINUTE_US
            limit.setdefault(fence.name, terms.parked_min)
        night = from_us(begin).astimezone(zone).date()
        at = to_us(day_start(night, zone) + timedelta(minutes=terms.return_min))
        homes = any(each.kind is FenceKind.HOME for each in around.fences)
        away = homes and not any(held_by(around.fences, FenceKind.HOME, each) for each in edges)
        if away and begin <= at <= end and UseRule.NOT_RETURNED in in_use:
            told = {"night": str(night), "return_min": terms.return_min}
            yield Suspicion(UseRule.NOT_RETURNED, f"night:{night}", at, at, told)
    for name, minutes in list(stood.items())[:1]:
        if minutes >= limit[name]:
            told = {"fence": name, "minutes": round(minutes, 1), "parked_min": limit[name]}
            yield _about(UseRule.FORBIDDEN_PARKING, deed.segment, told)


def _of_charge(deed: Deed, around: Circumstances) -> Iterator[Suspicion]:
    limit = around.rules.terms.away_m
    if deed.away_m is not None and deed.away_m > limit:
        told = {"away_m": round(deed.away_m), "limit_m": limit, "kwh": deed.segment.kwh.amount}
        yield _about(UseRule.CHARGE_ELSEWHERE, deed.segment, told)


def _about(rule: UseRule, segment: Segment, told: Mapping[str, Any]) -> Suspicion:
    return Suspicion(rule, segment.id, segment.start, segment.end, dict(told))


def _minute(local: datetime) -> int:
    return 60 * local.hour + local.minute


def _days(stop: Segment, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
    """Parts of a stop by local day. [us]."""
    begin = stop.start
    while True:
        end = to_us(day_end(from_us(begin).astimezone(zone).date(), zone))
        if end >= stop.end:
            yield begin, stop.end
            return
        yield begin, end
        begin = end
