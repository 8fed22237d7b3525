"""Outdoor temperature of a place by the hour: of several stations, the one that counts. Pure.

The nearest place that has a station decides, and of one place a sensor goes before what is pulled
from a server, and that before what was imported. An hour that is missing or doubted there is looked
up in the next station; nothing is interpolated.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import count, takewhile
from statistics import median

from domain.errors import MissingInputError
from domain.sentence import Sentence
from domain.weather import LIMITS, NEIGHBOURS_LEAST, UNLIKE_K, Doubt

HOUR = timedelta(hours=1)
MISSING_MOST = 2
"""So many hours of a day may be unknown, and its highest temperature is known all the same."""


class SourceKind(StrEnum):
    """Where an hour comes from, in order of precedence."""

    SENSOR = "sensor"
    PULLED = "pulled"
    IMPORTED = "imported"


_RANK = {kind: rank for rank, kind in enumerate(SourceKind)}


@dataclass(frozen=True, slots=True)
class StationHour:
    """Air temperature at one station in the hour that begins.

    Attributes
    ----------
    step : int or None
        How far above the place the station stands; None for a neighbour, which serves others.
    station : str
        Code of the sensor, or of the place for which it was pulled or imported.
    source : str
        Address or document, where it is not a sensor.
    mean_c, least_c, greatest_c : float
        [degC]; all the same but for a sensor.
    """

    hour: datetime
    step: int | None
    kind: SourceKind
    station: str
    source: str
    mean_c: float
    least_c: float
    greatest_c: float


@dataclass(frozen=True, slots=True)
class JudgedHour:
    """An hour of a station that may serve the place, and what is to be thought of it.

    Attributes
    ----------
    neighbours_c : float or None
        Median of the other stations in that hour; None where there are too few. [degC]
    """

    told: StationHour
    doubt: Doubt | None
    neighbours_c: float | None


def judged(hours: Iterable[StationHour]) -> list[JudgedHour]:
    """Judge each hour beside the other stations of the city, in order of time and precedence."""
    by_hour: dict[datetime, list[StationHour]] = defaultdict(list)
    for each in hours:
        by_hour[each.hour].append(each)
    return [
        _judged(one, together)
        for _, together in sorted(by_hour.items())
        for one in sorted(together, key=_precedence)
        if one.step is not None
    ]


def chosen(hours: Iterable[StationHour]) -> dict[datetime, StationHour]:
    """The hour that counts, by its beginning; hours that only doubted stations tell are absent."""
    found: dict[datetime, StationHour] = {}
    for each in judged(hours):
        if each.doubt is None:
            found.setdefault(each.told.hour, each.told)
    return found


def highest_c(hours: Mapping[datetime, StationHour], start: datetime, end: datetime) -> Decimal:
    """Highest temperature of a local day [start, end), to a tenth. [degC].

    Raises
    ------
    MissingInputError
        If more than a few of its hours are unknown: the hottest may be among them.
    """
    known = [hours[at] for at in _hours_of(start, end) if at in hours]
    wanted = len(_hours_of(start, end))
    if unknown_hours(hours, start, end) > MISSING_MOST:
        reason = Sentence(
            "weather_hours_missing",
            "outdoor temperature is known for {known} of {wanted} hours "
            "from {start}, want all but {most}: enter a source of weather or import the hours",
            known=len(known),
            wanted=wanted,
            start=start,
            most=MISSING_MOST,
        )
        raise MissingInputError(reason, code="temperature")
    return Decimal(str(round(max(each.greatest_c for each in known), 1)))


def unknown_hours(hours: Mapping[datetime, StationHour], start: datetime, end: datetime) -> int:
    """Hours of a local day [start, end) of which nobody knows how warm they were. [h]."""
    return sum(at not in hours for at in _hours_of(start, end))


def _hours_of(start: datetime, end: datetime) -> list[datetime]:
    each = (start + number * HOUR for number in count())
    return list(takewhile(lambda at: at < end, each))


def _precedence(one: StationHour) -> tuple[int, int, str]:
    step = -1 if one.step is None else one.step
    return step, _RANK[one.kind], one.station


def _judged(one: StationHour, together: Iterable[StationHour]) -> JudgedHour:
    others = [each.mean_c for each in together if each is not one and _possible(each)]
    middle = median(others) if len(others) >= NEIGHBOURS_LEAST else None
    if not _possible(one):
        return JudgedHour(one, Doubt.BEYOND_LIMITS, middle)
    unlike = middle is not None and abs(one.mean_c - middle) > UNLIKE_K
    return JudgedHour(one, Doubt.UNLIKE_NEIGHBOURS if unlike else None, middle)


def _possible(one: StationHour) -> bool:
    least, greatest = LIMITS["air_temperature_c"]
    return least <= one.least_c and one.greatest_c <= greatest
