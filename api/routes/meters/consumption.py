"""Consumption of meters by interval, hour, day and month."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from api.moment import From, To, span
from api.problem import refuse
from api.scope import Scope
from domain.consumption_flag import ConsumptionFlag
from domain.local_day import day_start, local_day
from domain.quantity import quantities
from domain.sentence import Sentence
from store.institution.figure import DayUse, Use, days, days_as_of, intervals
from store.places.place import meters
from store.telemetry.hole import holes

router = APIRouter(prefix="/consumption", tags=["consumption"])

Step = Literal["native", "15min", "hour", "day", "month"]
_MOST = 50_000
_WIDTH = {"native": None, "15min": timedelta(minutes=15), "hour": timedelta(hours=1)}
AsOf = Annotated[
    AwareDatetime | None,
    Query(description="Figures as they were known at this instant; none for what is known now."),
]


class ConsumptionOut(BaseModel):
    """Use of one meter in one interval. An interval without a figure is absent, not zero."""

    meter_id: int
    quantity: str
    unit: str = Field(description="Unit of value.")
    start: datetime
    end: datetime
    value: float = Field(description="Use in [start, end), in `unit`.")
    quantity_grade: str = Field(description="Worst grade of the amounts inside.")
    shape_grade: str = Field(description="Worst grade of their split over time.")
    flags: int = Field(description="United flags of the intervals inside.")
    flag_names: list[str] = Field(description="The same in words, such as gap or frozen.")
    coverage: float = Field(description="Share of [start, end) that has a figure. [1]")


class HoleOut(BaseModel):
    """A span of which no register tells the use, and why."""

    meter_id: int
    start: datetime
    end: datetime
    flags: int
    flag_names: list[str]


class ConsumptionList(BaseModel):
    """Intervals by meter and time, and the spans between them of which it is known why.

    Beginnings of holes are in the span asked for.
    """

    items: list[ConsumptionOut]
    holes: list[HoleOut]


@router.get("")
def consumption(
    scope: Scope,
    step: Step,
    first: From,
    last: To,
    meter: Annotated[list[int], Query(min_length=1, max_length=200)],
    as_of: AsOf = None,
) -> ConsumptionList:
    """Use of the meters asked for, each by itself. What a place uses is its `use`."""
    within = span(first, last)
    zones = {row.id: row.zone for row in meters(scope.conn, meter_ids=meter)}
    if step == "day" or step == "month":  # noqa: PLR1714 - mypy narrows this, not `in`
        items = list(_days(scope, zones, within, step, as_of))
    else:
        found = intervals(
            scope.conn, list(zones), *within, width=_WIDTH[step], as_of=as_of, at_most=_MOST + 1
        )
        _refuse_too_many(found)
        items = [_interval(use) for use in found]
    return ConsumptionList(items=items, holes=_holes(scope, list(zones), within, as_of))


def _holes(
    scope: Scope,
    meter_ids: list[int],
    within: tuple[datetime, datetime],
    as_of: datetime | None,
) -> list[HoleOut]:
    return [
        HoleOut(
            meter_id=hole.meter_id,
            start=hole.start,
            end=hole.end,
            flags=hole.flags,
            flag_names=ConsumptionFlag(hole.flags).names,
        )
        for hole in holes(scope.conn, meter_ids, *within, as_of=as_of)
    ]


def _days(
    scope: Scope,
    zones: Mapping[int, str],
    within: tuple[datetime, datetime],
    step: Literal["day", "month"],
    as_of: datetime | None,
) -> Iterable[ConsumptionOut]:
    by_zone: dict[str, list[int]] = {}
    for meter, zone_name in zones.items():
        by_zone.setdefault(zone_name, []).append(meter)
    for name, ids in by_zone.items():
        zone = ZoneInfo(name)
        end_day = local_day(within[1] - timedelta(microseconds=1), zone) + timedelta(days=1)
        first_day, most = local_day(within[0], zone), _MOST + 1
        if as_of is None:
            found = days(scope.conn, ids, first_day, end_day, bin_=step, at_most=most)
        else:
            found = days_as_of(
                scope.conn, ids, first_day, end_day, bin_=step, zone=zone, as_of=as_of, at_most=most
            )
        _refuse_too_many(found)
        for use in found:
            yield _day(use, zone, step)


def _refuse_too_many(found: list[Use] | list[DayUse]) -> None:
    if len(found) > _MOST:
        detail = Sentence(
            "too_many_intervals",
            "more than {most} intervals: ask for a shorter span or a longer step",
            most=_MOST,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _interval(use: Use) -> ConsumptionOut:
    return ConsumptionOut(
        meter_id=use.meter_id,
        quantity=use.quantity,
        unit=quantities()[use.quantity].unit,
        start=use.start,
        end=use.end,
        value=use.value,
        quantity_grade=use.quantity_grade,
        shape_grade=use.shape_grade,
        flags=use.flags,
        flag_names=ConsumptionFlag(use.flags).names,
        coverage=use.covered_s / (use.end - use.start).total_seconds(),
    )


def _day(use: DayUse, zone: ZoneInfo, step: Literal["day", "month"]) -> ConsumptionOut:
    first, following = use.first_day, use.first_day + timedelta(days=1)
    if step == "month":
        first = first.replace(day=1)
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    start, end = day_start(first, zone), day_start(following, zone)
    return ConsumptionOut(
        meter_id=use.meter_id,
        quantity=use.quantity,
        unit=quantities()[use.quantity].unit,
        start=start,
        end=end,
        value=use.value,
        quantity_grade=use.quantity_grade,
        shape_grade=use.shape_grade,
        flags=use.flags,
        flag_names=ConsumptionFlag(use.flags).names,
        coverage=use.covered_s / (end - start).total_seconds(),
    )
