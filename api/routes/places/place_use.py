"""Use of a place over time, its week, the kinds of its days, and its nights."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from analytics.ledger.day_pattern import day_pattern
from analytics.ledger.night_minimum import night_minimum
from analytics.place.total import bought_meters, counted_meters, days_of, hours_of, months_of
from api.moment import EndDay, FirstDay
from api.named import place_of
from api.problem import refuse
from api.rate_unit import rate_unit
from api.scope import Scope
from domain.calendar import Calendar, days
from domain.errors import CalendarMissingError
from domain.local_day import day_start
from domain.meter_tree import Counted
from domain.quantity import quantities
from domain.registry import REGISTER_OF_MEDIUM, Medium
from domain.sentence import Sentence
from store.places.calendar import calendar_of_place
from store.places.heating_day import HeatingDays
from store.places.place import OrganisationRow, meters

router = APIRouter(prefix="/organisations/{code}", tags=["consumption"])

_LONGEST = {"hour": 100, "day": 3700, "month": 3700, "pattern": 400}
"""Local days that may be asked for at once, by what is asked."""


class UseWithinOut(BaseModel):
    """Use of a place in [start, end). Where one of its meters has no figure, it is absent."""

    model_config = ConfigDict(from_attributes=True)

    start: datetime
    end: datetime
    value: float = Field(description="In `unit`.")
    quantity_grade: str = Field(description="Worst grade of the amounts inside.")
    shape_grade: str = Field(description="Worst grade of their split over time.")
    flags: int = Field(description="United flags of the intervals inside.")
    coverage: float = Field(description="Share of [start, end) that has a figure. [1]")


class CountedOut(BaseModel):
    """Meters whose sum it is, in [first, end): those of PV are added, `less` is taken off."""

    model_config = ConfigDict(from_attributes=True)

    first: datetime
    end: datetime
    meters: list[int]
    less: list[int] = Field(description="Meters of what was fed in.")


class PlaceUseOut(BaseModel):
    """Use of a place, each amount counted once by the tree of its time."""

    medium: Medium
    unit: str
    zone: str
    counted: list[CountedOut]
    items: list[UseWithinOut]


class WeekCellOut(BaseModel):
    """Mean use per hour on one weekday in one hour of the day."""

    model_config = ConfigDict(from_attributes=True)

    weekday: int = Field(description="0 = Monday.")
    hour: int
    mean: float
    days: int = Field(description="Days it is the mean of.")


class HourBandOut(BaseModel):
    """Use per hour in one hour of the day."""

    model_config = ConfigDict(from_attributes=True)

    hour: int
    median: float
    low: float | None = Field(description="Tenth percentile; null of fewer than five days.")
    high: float | None = Field(description="Ninetieth percentile.")
    days: int


class DayProfileOut(BaseModel):
    """The usual course of one kind of day."""

    model_config = ConfigDict(from_attributes=True)

    kind: str = Field(description="Kind of day by the calendar of the place.")
    heating: bool | None = Field(description="In the heating season; null if none is known.")
    days: int
    hours: list[HourBandOut]


class DayPatternOut(BaseModel):
    """Week and kinds of day, of the hours that are measured in amount and shape."""

    medium: Medium
    unit: str = Field(description="Of mean, median, low and high: per hour.")
    zone: str
    measured: int = Field(description="Hours it rests on.")
    left_out: int = Field(description="Hours with a figure that is not measured: left out.")
    calendar_missing: int | None = Field(description="A year the calendar lacks: no profiles.")
    calendar_provisional: bool = Field(description="A year of it is not entered yet.")
    heating_checked: bool | None = Field(
        description="People have checked the heating seasons it is told apart by; null: none known."
    )
    week: list[WeekCellOut]
    profiles: list[DayProfileOut]


class NightUseOut(BaseModel):
    """The hours from midnight until five of one local day."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    lowest: float | None = Field(description="Null when not every hour is measured.")
    at: datetime | None = Field(description="Start of that hour.")
    hours: int = Field(description="Hours that are measured.")


class NightMinimumOut(BaseModel):
    """The least hour of each night."""

    medium: Medium
    unit: str = Field(description="Of lowest and usual: per hour.")
    zone: str
    usual: float | None = Field(description="Median of the nights.")
    slope: float | None = Field(description="Trend by Theil-Sen, per day; null below ten nights.")
    nights: list[NightUseOut]


class Asked(NamedTuple):
    """A place, or one meter of it, over some local days: what was used, and what was paid for."""

    place: OrganisationRow
    zone: ZoneInfo
    medium: Medium
    unit: str
    first_day: date
    end_day: date
    counted: list[Counted]
    bought: list[Counted]


def _asked(
    code: str,
    medium: Medium,
    first_day: FirstDay,
    end_day: EndDay,
    scope: Scope,
    meter: Annotated[int | None, Query(description="Of this meter alone.")] = None,
) -> Asked:
    place = place_of(scope, code)
    if first_day >= end_day:
        detail = Sentence(
            "days_backwards",
            "first_day {first_day} is not before end_day {end_day}",
            first_day=first_day,
            end_day=end_day,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    zone = ZoneInfo(place.zone or "UTC")
    first, end = day_start(first_day, zone), day_start(end_day, zone)
    unit = quantities()[REGISTER_OF_MEDIUM[medium]].unit
    if meter is None:
        asked = (scope.conn, place.id, medium, first, end)
        stretches, paid = counted_meters(*asked), bought_meters(*asked)
    else:
        known = meters(scope.conn, organisation_id=place.id, meter_ids=[meter])
        if not any(row.medium == medium for row in known):
            detail = Sentence(
                "no_meter_at_place",
                "there is no meter {meter} of {medium} at {place}",
                meter=meter,
                medium=medium,
                place=code,
            )
            raise refuse(HTTPStatus.NOT_FOUND, detail)
        stretches = paid = [Counted(first, end, (meter,))]
    return Asked(place, zone, medium, unit, first_day, end_day, stretches, paid)


About = Annotated[Asked, Depends(_asked)]


@router.get("/use")
def use(about: About, step: Literal["hour", "day", "month"], scope: Scope) -> PlaceUseOut:
    """Use of a place by the tree of its time: what one meter counted, none below it adds again."""
    _refuse_long(about, step)
    if step == "hour":
        found = hours_of(scope.conn, about.counted)
    else:
        read = days_of if step == "day" else months_of
        found = read(scope.conn, about.counted, about.zone)
    return PlaceUseOut(
        medium=about.medium,
        unit=about.unit,
        zone=about.zone.key,
        counted=[CountedOut.model_validate(each) for each in about.counted],
        items=[UseWithinOut.model_validate(each) for each in found],
    )


@router.get("/day-pattern")
def pattern(about: About, scope: Scope) -> DayPatternOut:
    """Mean use by weekday and hour, and the usual course of each kind of day."""
    _refuse_long(about, "pattern")
    missing = None
    try:
        calendar = calendar_of_place(scope.conn, about.place.id, about.first_day, about.end_day)
    except CalendarMissingError as error:
        # Never a silent guess at weekdays: the profiles stay empty, and the answer says why.
        calendar, missing = None, error.year
    heating = HeatingDays(scope.conn, about.place.id, day_start(about.end_day, about.zone))
    found = day_pattern(hours_of(scope.conn, about.counted), about.zone, _kind(calendar, heating))
    return DayPatternOut(
        medium=about.medium,
        unit=rate_unit(about.unit),
        zone=about.zone.key,
        measured=found.measured,
        left_out=found.left_out,
        calendar_missing=missing,
        calendar_provisional=calendar is not None
        and calendar.is_provisional(about.first_day, about.end_day),
        heating_checked=heating.checked(days(about.first_day, about.end_day)),
        week=[WeekCellOut.model_validate(cell) for cell in found.week],
        profiles=[DayProfileOut.model_validate(each) for each in found.profiles],
    )


@router.get("/night-minimum")
def nights(about: About, scope: Scope) -> NightMinimumOut:
    """Least use of an hour between 00:00 and 05:00, night by night. Water that never stops."""
    _refuse_long(about, "pattern")
    found = night_minimum(
        hours_of(scope.conn, about.counted),
        list(days(about.first_day, about.end_day)),
        about.zone,
    )
    return NightMinimumOut(
        medium=about.medium,
        unit=rate_unit(about.unit),
        zone=about.zone.key,
        usual=found.usual,
        slope=found.slope,
        nights=[NightUseOut.model_validate(night) for night in found.nights],
    )


def _kind(
    calendar: Calendar | None, heating: HeatingDays
) -> Callable[[date], tuple[str, bool | None] | None]:
    def kind(day: date) -> tuple[str, bool | None] | None:
        return None if calendar is None else (calendar.on(day).kind, heating.on(day))

    return kind


def _refuse_long(about: Asked, what: str) -> None:
    asked = about.end_day - about.first_day
    if asked > timedelta(days=_LONGEST[what]):
        detail = Sentence(
            "longer_than",
            "{days} days: want at most {most}",
            days=asked.days,
            most=_LONGEST[what],
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
