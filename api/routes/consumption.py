"""Consumption of meters by interval, hour, day and month."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.moment import From, To, span
from api.problem import refuse
from api.routes.devices import Organisation
from api.scope import Scope
from domain.local_day import day_start, local_day
from domain.quantity import quantities
from store.figure import DayUse, Use, days, intervals
from store.place import MeterRow, meters

router = APIRouter(prefix="/consumption", tags=["consumption"])

Step = Literal["native", "15min", "hour", "day", "month"]
_MOST = 50_000
_WIDTH = {"native": None, "15min": timedelta(minutes=15), "hour": timedelta(hours=1)}
_MAIN = {"gateway", "main"}


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
    coverage: float = Field(description="Share of [start, end) that has a figure. [1]")


class ConsumptionList(BaseModel):
    """Intervals by meter and time."""

    items: list[ConsumptionOut]


@router.get("")
def consumption(
    scope: Scope,
    step: Step,
    first: From,
    last: To,
    meter: Annotated[list[int] | None, Query(max_length=200)] = None,
    organisation: Organisation = None,
) -> ConsumptionList:
    """Use of the meters asked for, or of the uppermost meters of an organisation."""
    first, last = span(first, last)
    if (meter is None) == (organisation is None):
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, "want either meter or organisation")
    rows = meters(scope.conn, organisation_id=organisation, meter_ids=meter)
    if meter is None:
        here = {row.id for row in rows}
        rows = [row for row in rows if row.role in _MAIN and row.parent_id not in here]
    ids = [row.id for row in rows]
    if step == "day" or step == "month":  # noqa: PLR1714 - mypy narrows a comparison, not `in`
        return ConsumptionList(items=list(_days(scope, rows, first, last, step)))
    found = intervals(scope.conn, ids, first, last, width=_WIDTH[step], at_most=_MOST + 1)
    _refuse_too_many(found)
    return ConsumptionList(items=[_interval(use) for use in found])


def _days(
    scope: Scope,
    rows: list[MeterRow],
    first: datetime,
    last: datetime,
    step: Literal["day", "month"],
) -> Iterable[ConsumptionOut]:
    by_zone: dict[str, list[int]] = {}
    for row in rows:
        by_zone.setdefault(row.zone, []).append(row.id)
    for name, ids in by_zone.items():
        zone = ZoneInfo(name)
        end_day = local_day(last - timedelta(microseconds=1), zone) + timedelta(days=1)
        first_day = local_day(first, zone)
        found = days(scope.conn, ids, first_day, end_day, bin_=step, at_most=_MOST + 1)
        _refuse_too_many(found)
        for use in found:
            yield _day(use, zone, step)


def _refuse_too_many(found: list[Use] | list[DayUse]) -> None:
    if len(found) > _MOST:
        detail = f"more than {_MOST} intervals: ask for a shorter span or a longer step"
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
        coverage=use.covered_s / (end - start).total_seconds(),
    )
