"""Calendar and weather of a bundle: kinds of days, and hours of the contract's station. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import numpy as np

from analytics.evidence.register_days import Days
from analytics.evidence.rows import instant_of, number_of, rows_of, stamp, written
from analytics.models.estimator import Floats, Integers
from analytics.models.series import Series, daily_mean, daily_swing, day_bounds, us
from domain.calendar import DayKind
from domain.canonical import plain
from domain.contract_month import DegreeDays, WeatherFrom
from domain.contract_term import Station
from domain.errors import InputError, MissingInputError
from domain.local_day import local_day
from domain.money import exact

CALENDAR, WEATHER = "calendar.csv", "weather.csv"
HEATING, TERMS = "heating.csv", "terms.csv"
_DAY, _HOUR = ("date", "kind"), ("ts", "temp_c")
_HEATED, _IN_TERM = ("date", "heated"), ("date", "in_term")
_TENTH = Decimal("0.1")
_AROUND = timedelta(days=370)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was around the boundary.

    Attributes
    ----------
    kinds : mapping of date to DayKind
    hours : mapping of datetime to Decimal
        Outdoor air at the station by the beginning of each hour, in order. [degC]
    instead : mapping of datetime to str
        Of those hours the ones that another station told, and its code.
    heated : frozenset of date, or None
        Days of district heating; None where no model asks for the season of a region.
    taught : frozenset of date, or None
        Days of a school's terms; None where no model asks for them.
    """

    kinds: Mapping[date, DayKind]
    hours: Mapping[datetime, Decimal]
    instead: Mapping[datetime, str] = field(default_factory=dict)
    heated: frozenset[date] | None = None
    taught: frozenset[date] | None = None

    def parts(self) -> dict[str, bytes]:
        """As parts of a bundle."""
        days = sorted(self.kinds.items())
        parts = {
            CALENDAR: written(_DAY, ((day.isoformat(), kind) for day, kind in days)),
            WEATHER: self._weather(),
        }
        for name, head, within in (
            (HEATING, _HEATED, self.heated),
            (TERMS, _IN_TERM, self.taught),
        ):
            if within is not None:
                rows = ((day.isoformat(), str(int(day in within))) for day, _ in days)
                parts[name] = written(head, rows)
        return parts

    def _weather(self) -> bytes:
        """Hours; who told them only where it was not the contract's station alone."""
        rows = ((at, stamp(at), plain(warm)) for at, warm in self.hours.items())
        if not self.instead:
            return written(_HOUR, (cells for _, *cells in rows))
        return written(
            (*_HOUR, "station"), ((*cells, self.instead.get(at, "")) for at, *cells in rows)
        )

    def kind(self, day: date) -> DayKind:
        """Kind of a local day.

        Raises
        ------
        MissingInputError
            If the calendar does not name it.
        """
        if day not in self.kinds:
            raise MissingInputError(f"the calendar does not name {day}", code="calendar")
        return self.kinds[day]

    def highest_c(self, zone: ZoneInfo) -> Mapping[date, Decimal]:
        """Highest temperature of each local day of which some hour is known. [degC]."""
        found: dict[date, Decimal] = {}
        for at, warm in self.hours.items():
            day = local_day(at, zone)
            found[day] = max(warm, found.get(day, warm))
        return found

    def daily_c(self, days: Days) -> Floats:
        """Mean temperature of each local day, NaN where half of its hours are missing. [degC]."""
        return daily_mean(self._series, day_bounds(days.first_day, days.end_day, days.zone))

    def swing_c(self, days: Days) -> Floats:
        """Amplitude of the course of each local day, 0 where it is not known. [K]."""
        return daily_swing(self._series, day_bounds(days.first_day, days.end_day, days.zone))

    def hourly_c(self, bounds: Integers) -> Floats:
        """Temperature of each hour between bounds [us], NaN where it is not known. [degC]."""
        return daily_mean(self._series, bounds)

    @property
    def _series(self) -> Series:
        return Series(
            np.array([us(at) for at in self.hours], np.int64),
            np.array([float(warm) for warm in self.hours.values()], np.float64),
        )


def read_surroundings(parts: Mapping[str, bytes], days: Days) -> Surroundings:
    """Read the surroundings of a bundle for a month.

    Raises
    ------
    InputError
        With part and line; also for hours a year away from the month, or the same hour twice.
    """
    kinds: dict[date, DayKind] = {}
    for place, (text, kind) in rows_of(parts[CALENDAR], _DAY, CALENDAR):
        try:
            kinds[date.fromisoformat(text)] = DayKind(kind)
        except ValueError as error:
            raise InputError(str(error), place=place) from None
    hours: dict[datetime, Decimal] = {}
    instead: dict[datetime, str] = {}
    last: datetime | None = None
    head = (*_HOUR, "station")
    told = parts[WEATHER].partition(b"\n")[0] == ",".join(head).encode()
    for place, (text, warm, *by) in rows_of(parts[WEATHER], head if told else _HOUR, WEATHER):
        at = instant_of(text, place)
        if last is not None and at <= last:
            raise InputError(f"{text} after {stamp(last)}: want rising instants", place=place)
        if not days.begin() - _AROUND < at < days.end() + _AROUND:
            raise InputError(f"{text} is not of the month, nor near it", place=place)
        hours[at], last = number_of(warm, place), at
        if any(by):
            instead[at] = by[0]
    heated, taught = (
        _read_within(parts, name, head, kinds)
        for name, head in ((HEATING, _HEATED), (TERMS, _IN_TERM))
    )
    return Surroundings(kinds, hours, instead, heated, taught)


def _read_within(
    parts: Mapping[str, bytes], name: str, head: tuple[str, str], kinds: Mapping[date, DayKind]
) -> frozenset[date] | None:
    """Days of a season; the table tells of every day that the calendar names."""
    if name not in parts:
        return None
    told: dict[str, str] = {}
    for place, (day, within) in rows_of(parts[name], head, name):
        if day in told or within not in {"0", "1"}:
            raise InputError(f"{day},{within}: want each day once, with 0 or 1", place=place)
        told[day] = within
    if set(told) != {day.isoformat() for day in kinds}:
        raise InputError("tells of other days than the calendar", place=name)
    return frozenset(day for day in kinds if told[day.isoformat()] == "1")


def weather_from(surroundings: Surroundings, days: Days) -> tuple[WeatherFrom, ...]:
    """Days of which another station told hours, in order."""
    begin, end = days.begin(), days.end()
    found = Counter(
        (local_day(at, days.zone), station)
        for at, station in surroundings.instead.items()
        if begin <= at < end
    )
    return tuple(WeatherFrom(day, name, hours) for (day, name), hours in sorted(found.items()))


def degree_days(surroundings: Surroundings, station: Station, days: Days) -> DegreeDays:
    """Degree days of the daily means, to a tenth. [degC d]."""
    means = [exact(each) for each in surroundings.daily_c(days).tolist() if np.isfinite(each)]
    heating = _sum(station.heating_base_c - mean for mean in means)
    cooling = _sum(mean - station.cooling_base_c for mean in means)
    return DegreeDays(station.code, heating, cooling, len(days.each()) - len(means))


def _sum(differences: Iterable[Decimal]) -> Decimal:
    whole = sum((each for each in differences if each > 0), Decimal(0))
    return Decimal(plain(whole.quantize(_TENTH, ROUND_HALF_UP)))
