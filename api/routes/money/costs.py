"""Cost of a meter: lines with their formula, what is missing, and the tariff it is on.

Money and prices are decimal numbers as text, so that nothing rounds them on the way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from itertools import islice
from typing import Annotated, Literal

import psycopg
from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from analytics.ledger.cost_line import Cost, Gap, official_total
from analytics.place.meter_cost import NOW, meter_cost, meter_interval_costs
from api.body import Body
from api.correction import NOT_YOURS
from api.named import meter_named
from api.page import Page
from api.problem import Words, refuse, words
from api.scope import Caller, Scope
from domain.errors import CalendarMissingError, InputError, MissingInputError, UncheckedError
from domain.sentence import Sentence
from domain.time_of_use import Period
from store.money.interval_cost import costs_of_meter, missing_costs_of_meter
from store.money.tariff import MeterTariffRow, put_meter, tariffs, tariffs_of_meter
from store.people.session import audit
from store.places.place import MeterRow

router = APIRouter(prefix="/meters/{code}", tags=["money"])

Code = Annotated[str, Path(max_length=200, description="Code of the meter.")]
FirstDay = Annotated[date, Query(description="First local day.")]
EndDay = Annotated[date, Query(description="Local day after the last one.")]
AsOf = Annotated[
    AwareDatetime | None, Query(description="By what was known at this instant; none: now.")
]
_LONGEST_DAYS = 3 * 366
_MOST_INTERVALS = 50_000


class CostLineOut(BaseModel):
    """One line of a cost."""

    model_config = ConfigDict(from_attributes=True)

    item: str = Field(description="energy, fund, basic, power_factor or tax.")
    name: str
    period: Period | None
    first_day: date
    end_day: date
    quantity: Decimal
    unit: str
    price: Decimal = Field(description="[CNY/unit]; of an adjustment or a tax the rate. [%]")
    amount: Decimal = Field(description="Rounded half up. [CNY]")
    billed: bool = Field(description="False: inside another line, and not in the total.")
    basis: str = Field(description="fixed, published or forecast.")
    checked: bool
    formula: str
    unmeasured: Decimal = Field(description="What of the quantity is not measured.")
    unshaped: Decimal = Field(description="What of it is only allocated to its time.")


class CostGapOut(BaseModel):
    """What belongs into the cost and is not in it."""

    code: str
    first_day: date
    end_day: date
    detail: str
    words: Words


class CostOut(BaseModel):
    """Cost of a meter on local days [first_day, end_day)."""

    meter_id: int
    first_day: date
    end_day: date
    tariffs: list[str]
    lines: list[CostLineOut]
    gaps: list[CostGapOut]
    total: Decimal = Field(description="Sum of the billed lines, without the gaps. [CNY]")
    official: bool = Field(description="Whether a statement may state the total.")
    not_official: str | None = Field(description="Why not.")
    block_demand_kw: float | None = Field(
        description="Greatest mean power of a quarter hour; a warning, never billed. [kW]"
    )


class IntervalOut(BaseModel):
    """Cost of an interval, cut where a period ends; not rounded."""

    model_config = ConfigDict(from_attributes=True)

    start: datetime
    end: datetime
    period: Period
    value: Decimal
    price: Decimal | None = Field(description="Null where a price is missing. [CNY/unit]")
    amount: Decimal | None = Field(description="[CNY]")


class PeriodCostOut(BaseModel):
    """Cost of a local day, or of the days of a month, in one period; not rounded.

    Of prices per unit only: basic charge, adjustment and tiers belong to no day.
    """

    model_config = ConfigDict(from_attributes=True)

    first_day: date = Field(description="The day, or the first one of the month with a cost.")
    period: Period
    value: Decimal
    unmeasured: Decimal = Field(description="What of the value is not measured.")
    unshaped: Decimal = Field(description="What of it is only allocated to its time.")
    covered_s: int = Field(description="How much of the time has a figure. [s]")
    amount: Decimal | None = Field(description="Null where a price is missing. [CNY]")
    basis: str | None = Field(description="The weakest of its prices: fixed, published, forecast.")
    checked: bool
    weather_missing_h: int | None = Field(
        description="Hours of unknown temperature on the days by whose heat it is priced; "
        "null where no heat is asked for. [h]"
    )


class MissingCostOut(BaseModel):
    """Local days [first_day, end_day) on a tariff that cannot be priced."""

    model_config = ConfigDict(from_attributes=True)

    first_day: date
    end_day: date
    code: str = Field(description="What is missing, such as temperature, calendar or tariff.")
    detail: str


class PeriodCosts(BaseModel):
    """Costs by day or month and period, and the days between them of which it is known why."""

    items: list[PeriodCostOut]
    missing: list[MissingCostOut]


class MeterTariff(Body):
    """Tariff of a meter on local days [first_day, end_day), and its connection."""

    model_config = ConfigDict(from_attributes=True)

    code: str = Field(max_length=100, description="Code of the tariff.")
    first_day: date | None = None
    end_day: date | None = None
    capacity_kva: Decimal | None = Field(default=None, gt=0, lt=10**7, description="[kVA]")
    declared_kw: Decimal | None = Field(default=None, gt=0, lt=10**7, description="[kW]")
    quota: Decimal | None = Field(
        default=None, gt=0, lt=10**12, description="Of the span a tier counts, in the unit."
    )


class MeterTariffOut(MeterTariff):
    """The same, as it stands."""


@router.get("/cost")
def cost_of_meter(
    code: Code, scope: Scope, first_day: FirstDay, end_day: EndDay, as_of: AsOf = None
) -> CostOut:
    """What the use of a meter costs, line by line."""
    meter = _asked(scope, code, first_day, end_day)
    with missing_told():
        found = meter_cost(scope.conn, meter, first_day, end_day, as_of=as_of or NOW)
    reason = _not_official(found.cost)
    return CostOut(
        meter_id=meter.id,
        first_day=first_day,
        end_day=end_day,
        tariffs=list(found.tariffs),
        lines=[CostLineOut.model_validate(line) for line in found.cost.lines],
        gaps=[gap_out(gap) for gap in found.cost.gaps],
        total=found.cost.total,
        official=reason is None,
        not_official=reason,
        block_demand_kw=found.block_demand_kw,
    )


@router.get("/cost/intervals")
def interval_costs_of_meter(
    code: Code, scope: Scope, first_day: FirstDay, end_day: EndDay, as_of: AsOf = None
) -> Page[IntervalOut]:
    """Cost of each interval, without basic charge, adjustment and tiers."""
    meter = _asked(scope, code, first_day, end_day)
    with missing_told():
        costs = meter_interval_costs(scope.conn, meter, first_day, end_day, as_of=as_of or NOW)
        found = list(islice(costs, _MOST_INTERVALS + 1))
    if len(found) > _MOST_INTERVALS:
        detail = Sentence(
            "too_many_intervals",
            "more than {most} intervals: ask for fewer days",
            most=_MOST_INTERVALS,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return Page(items=[IntervalOut.model_validate(each) for each in found])


@router.get("/cost/periods")
def period_costs_of_meter(
    code: Code,
    scope: Scope,
    first_day: FirstDay,
    end_day: EndDay,
    step: Literal["day", "month"] = "day",
) -> PeriodCosts:
    """Costs as they are kept, by day or month and period; days on no tariff are absent."""
    meter = _asked(scope, code, first_day, end_day)
    found = costs_of_meter(scope.conn, meter.id, first_day, end_day, bin_=step)
    missing = missing_costs_of_meter(scope.conn, meter.id, first_day, end_day)
    return PeriodCosts(
        items=[PeriodCostOut.model_validate(each) for each in found],
        missing=[MissingCostOut.model_validate(each) for each in missing],
    )


@router.get("/tariffs")
def list_tariffs_of_meter(code: Code, scope: Scope) -> Page[MeterTariffOut]:
    """Tariffs a meter is and was on, in order of time."""
    meter = meter_named(scope, code)
    rows = tariffs_of_meter(scope.conn, meter.id, date.min, date.max)
    return Page(items=[MeterTariffOut.model_validate(row) for row in rows])


@router.post("/tariffs", status_code=HTTPStatus.CREATED)
def put_meter_on_tariff(code: Code, new: MeterTariff, scope: Scope) -> MeterTariffOut:
    """Put a meter on a tariff for some days. Days it is on one already are refused."""
    meter = meter_named(scope, code)
    ids = {row.code: row.id for row in tariffs(scope.conn)}
    if new.code not in ids:
        raise refuse(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            Sentence("no_tariff", "there is no tariff {tariff}", tariff=new.code),
        )
    if new.first_day and new.end_day and new.end_day <= new.first_day:
        detail = Sentence(
            "days_backwards",
            "end_day {end_day} is not after {first_day}",
            end_day=new.end_day,
            first_day=new.first_day,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    try:
        put_meter(scope.conn, meter.id, MeterTariffRow(ids[new.code], **new.model_dump()))
    except InputError as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise refuse(HTTPStatus.FORBIDDEN, NOT_YOURS) from error
    audit(scope.conn, "meter_tariff_put", code, new.model_dump(mode="json"))
    return MeterTariffOut(**new.model_dump())


def gap_out(gap: Gap) -> CostGapOut:
    """Show a gap."""
    return CostGapOut(
        code=gap.code,
        first_day=gap.first_day,
        end_day=gap.end_day,
        detail=gap.detail,
        words=words(gap.detail),
    )


def _asked(scope: Caller, code: str, first_day: date, end_day: date) -> MeterRow:
    if not 0 < (end_day - first_day).days <= _LONGEST_DAYS:
        detail = Sentence(
            "days_out_of_bounds",
            "{first_day} to {end_day}: want 1 to {most} days",
            first_day=first_day,
            end_day=end_day,
            most=_LONGEST_DAYS,
        )
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return meter_named(scope, code)


@contextmanager
def missing_told() -> Iterator[None]:
    """Refuse with the reason where something that a figure rests on is missing or not kept."""
    try:
        yield
    except (MissingInputError, CalendarMissingError) as error:
        raise refuse(HTTPStatus.CONFLICT, error) from error


def _not_official(cost: Cost) -> str | None:
    try:
        official_total(cost)
    except (MissingInputError, UncheckedError) as error:
        return str(error)
    return None
