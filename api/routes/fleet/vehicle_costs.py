"""What vehicles cost: accounts of each, orders with their trips and plug-ins, own piles."""

from datetime import date, datetime
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from analytics.fleet.charge_cost import MonthCost
from analytics.fleet.order_match import Matched
from analytics.fleet.vehicle_account import LEVELS, Item, VehicleAccount
from analytics.fleet_accounts.costs import FleetCosts, OwnCharge, total_of
from api.fleet_months import FleetMonths, told
from api.fleet_standing import CoverageOut, FleetStandingOut, coverage_out, standing_of
from domain.money import cents
from domain.vehicle_order import OrderKind, VehicleOrder

router = APIRouter(prefix="/vehicle-costs", tags=["fleet"])

_SHOWN = 500
"""Rows of a list; how many there are is told beside it."""


class VehicleCostItemOut(BaseModel):
    """What one thing cost."""

    name: str = Field(description="Kind of order, or own_piles.")
    amount: Decimal = Field(description="[CNY]")


class CostPer100KmOut(BaseModel):
    """Cost per 100 km with the items that are inside."""

    level: str = Field(description="energy, running or full.")
    inside: list[str]
    absent: list[str] = Field(description="Items of the level of which nothing was entered.")
    cny_100km: Decimal | None = Field(
        description="Null where nothing was driven, a price or a payment is missing, a trip tells"
        " no distance, or the account lacks trips and charges. [CNY/100 km]"
    )


class VehicleAccountOut(BaseModel):
    """The account of one vehicle (单车核算)."""

    vehicle_id: int
    code: str
    plate: str
    km: Decimal = Field(description="[km]")
    fuel_l: Decimal = Field(description="By orders. [L]")
    public_kwh: Decimal = Field(description="By orders. [kWh]")
    own_kwh: Decimal = Field(description="By the meters of our own piles. [kWh]")
    unpriced: int = Field(description="Plug-ins at our own piles that no price covers.")
    unpaid: int = Field(description="Plug-ins elsewhere that no order pays.")
    trips_without_km: int = Field(description="Trips whose distance is not in km.")
    items: list[VehicleCostItemOut]
    total: Decimal | None = Field(description="[CNY]; null where nothing was entered or priced")
    coverage: CoverageOut
    lacking: list[str] = Field(
        description="being_cut, coverage: trips and charges are not all told yet; order_or_charge:"
        " an order may be what a plug-in counts as well. There is no cost per 100 km."
    )
    per_100_km: list[CostPer100KmOut]


class AccountsOut(BaseModel):
    """Accounts of the vehicles of a place on local days [first_day, end_day)."""

    first_day: date
    end_day: date
    items: list[VehicleAccountOut]
    totals: list[VehicleCostItemOut]
    levels: dict[str, list[str]] = Field(description="Items that each level takes in.")
    orders_unmatched: int
    refunds_alone: int
    charges_unpaid: int
    charges_unpriced: int
    standing: FleetStandingOut


class PerhapsOut(BaseModel):
    """A plug-in that an order may be for."""

    id: str
    start_at: datetime
    end_at: datetime
    kwh: Decimal | None = Field(description="Into the battery. [kWh]")


class OrderSaidOut(BaseModel):
    """What a person says an order is for."""

    model_config = ConfigDict(from_attributes=True)

    charge: str | None = Field(description="The plug-in; null: none that the vehicle told of.")
    reason: str
    by: str | None = Field(description="Who; null where one may not know.")
    at: datetime


class VehicleOrderOut(BaseModel):
    """An order with what it belongs to."""

    vehicle_id: int
    code: str
    kind: OrderKind
    supplier: str
    number: str
    refunds: str | None
    at: datetime
    until: datetime | None
    quantity: Decimal | None = Field(description="[L] or [kWh]")
    amount: Decimal = Field(description="[CNY]")
    net: Decimal = Field(description="Less what was given back. [CNY]")
    place: str
    trip: str | None = Field(description="Name of the trip or plug-in; null where none is near.")
    off_min: int | None = Field(description="How far apart they lie. [min]")
    energies_differ: bool = Field(description="kWh of order and vehicle do not fit.")
    by_energy: bool = Field(
        description="Further off than its kind allows, matched as the only two that fit."
    )
    perhaps: list[PerhapsOut] = Field(
        description="Plug-ins that it may be for, or not: their energy may be counted twice."
    )
    said: OrderSaidOut | None = Field(description="By a person, before what is worked out.")
    gone: bool = Field(
        description="The plug-in that was said is told no more, or came from a pile of our own:"
        " what was said does not count."
    )


class UnpaidOut(BaseModel):
    """A plug-in at no pile of our own that no order belongs to."""

    vehicle_id: int
    code: str
    id: str
    start_at: datetime
    end_at: datetime
    kwh: Decimal | None = Field(description="Into the battery. [kWh]")


class MatchesOut(BaseModel):
    """Orders and plug-ins that found no partner, and those that did."""

    unmatched: list[VehicleOrderOut]
    refunds_alone: list[VehicleOrderOut]
    unpaid: list[UnpaidOut]
    matched: list[VehicleOrderOut]
    matched_total: int


class VehicleMonthOut(BaseModel):
    """What a plug-in cost in one local month."""

    month: date
    kwh: Decimal = Field(description="By the meter of the pile. [kWh]")
    energy: Decimal | None = Field(description="[CNY]; null while a price is missing")
    fees: Decimal = Field(description="Session and service. [CNY]")


class OwnChargeOut(BaseModel):
    """A plug-in at a pile of our own."""

    vehicle_id: int
    code: str
    id: str
    pile: str
    start_at: datetime
    end_at: datetime
    kwh: Decimal = Field(description="By the meter of the pile, or by the match. [kWh]")
    amount: Decimal | None = Field(
        description="[CNY]; null while a price is missing, or the meter tells only a part"
    )
    months: list[VehicleMonthOut]
    why: str = Field(description="What keeps it from being priced; empty where nothing does.")
    uncounted_s: int = Field(
        description="Of the plug-in, without a figure of the pile's meter: not in its energy. [s]"
    )


class OwnChargesOut(BaseModel):
    """Plug-ins at piles of our own, priced by the tariff when their meter counted."""

    items: list[OwnChargeOut]
    total: int


@router.get("")
def accounts(period: FleetMonths) -> AccountsOut:
    """Accounts of the vehicles of a place, worked out from what is known now."""
    costs = FleetCosts(period)
    plates = {stint.vehicle_id: stint.plate for stint in period.stints}
    found = costs.accounts
    return AccountsOut(
        first_day=period.months.first_day,
        end_day=period.months.end_day,
        items=[
            _account(each, period.vehicles[each.vehicle_id], plates[each.vehicle_id])
            for each in found
        ],
        totals=[VehicleCostItemOut(name=name, amount=cny) for name, cny in total_of(found).items()],
        levels={name: list(items) for name, items in LEVELS.items()},
        orders_unmatched=sum(each.stretch is None for each in costs.matches),
        refunds_alone=len(costs.refunds_alone),
        charges_unpaid=len(costs.charges_unpaid),
        charges_unpriced=sum(each.unpriced for each in found),
        standing=standing_of(period),
    )


@router.get("/orders")
def orders(period: FleetMonths) -> MatchesOut:
    """Orders of a place with their trips and plug-ins; what found no partner comes first."""
    costs, codes = FleetCosts(period), period.vehicles
    matched = [each for each in costs.matches if each.stretch is not None]
    return MatchesOut(
        unmatched=[_order(each, codes) for each in costs.matches if each.stretch is None][:_SHOWN],
        refunds_alone=[_refund(each, codes) for each in costs.refunds_alone][:_SHOWN],
        unpaid=[
            UnpaidOut(
                vehicle_id=row.vehicle_id,
                code=codes[row.vehicle_id],
                id=row.id,
                start_at=row.start_at,
                end_at=row.end_at,
                kwh=None if row.kwh is None else told(Decimal(row.kwh)),
            )
            for row in costs.charges_unpaid[:_SHOWN]
        ],
        matched=[_order(each, codes) for each in matched[:_SHOWN]],
        matched_total=len(matched),
    )


@router.get("/own-piles")
def own_piles(period: FleetMonths) -> OwnChargesOut:
    """Plug-ins at piles of our own and what they cost; later tariffs and readings count back."""
    found = FleetCosts(period).own
    return OwnChargesOut(
        items=[_own(each, period.vehicles) for each in found[:_SHOWN]], total=len(found)
    )


def _account(account: VehicleAccount, code: str, plate: str) -> VehicleAccountOut:
    return VehicleAccountOut(
        vehicle_id=account.vehicle_id,
        code=code,
        plate=plate,
        km=told(account.km),
        fuel_l=told(account.fuel_l),
        public_kwh=told(account.public_kwh),
        own_kwh=told(account.own_kwh),
        unpriced=account.unpriced,
        unpaid=account.unpaid,
        trips_without_km=account.trips_untold,
        items=[_item(each) for each in account.items],
        total=account.total if account.items else None,
        coverage=coverage_out(account.coverage),
        lacking=list(account.lacking),
        per_100_km=[
            CostPer100KmOut(
                level=each.level,
                inside=list(each.inside),
                absent=list(each.absent),
                cny_100km=None if each.cny is None else cents(each.cny),
            )
            for each in account.per_100_km()
        ],
    )


def _item(item: Item) -> VehicleCostItemOut:
    return VehicleCostItemOut(name=item.name, amount=item.amount)


def _order(match: Matched, codes: dict[int, str]) -> VehicleOrderOut:
    out = _refund(match.booked.order, codes)
    near = match.stretch is not None
    return out.model_copy(
        update={
            "net": match.booked.net,
            "trip": match.stretch.id if match.stretch else None,
            "off_min": round(match.off.total_seconds() / 60) if near else None,
            "energies_differ": match.energies_differ,
            "by_energy": match.by_energy,
            "said": None if match.said is None else OrderSaidOut.model_validate(match.said),
            "gone": match.gone,
            "perhaps": [
                PerhapsOut(
                    id=each.id,
                    start_at=each.start,
                    end_at=each.end,
                    kwh=None if each.kwh is None else told(each.kwh),
                )
                for each in match.perhaps
            ],
        }
    )


def _refund(order: VehicleOrder, codes: dict[int, str]) -> VehicleOrderOut:
    return VehicleOrderOut(
        vehicle_id=order.vehicle_id,
        code=codes[order.vehicle_id],
        kind=order.kind,
        supplier=order.supplier,
        number=order.number,
        refunds=order.refunds,
        at=order.at,
        until=order.until,
        quantity=order.quantity,
        amount=order.amount,
        net=order.amount,
        place=order.place,
        trip=None,
        off_min=None,
        energies_differ=False,
        by_energy=False,
        perhaps=[],
        said=None,
        gone=False,
    )


def _own(charge: OwnCharge, codes: dict[int, str]) -> OwnChargeOut:
    row, cost = charge.row, charge.cost
    return OwnChargeOut(
        vehicle_id=row.vehicle_id,
        code=codes[row.vehicle_id],
        id=row.id,
        pile=row.pile or "",
        start_at=row.start_at,
        end_at=row.end_at,
        kwh=told(charge.kwh),
        amount=None if charge.uncounted else cost.amount,
        months=[_month(each) for each in cost.months],
        why=charge.why,
        uncounted_s=round(sum((end - begin).total_seconds() for begin, end in charge.uncounted)),
    )


def _month(month: MonthCost) -> VehicleMonthOut:
    return VehicleMonthOut(
        month=month.month, kwh=told(month.kwh), energy=month.energy, fees=month.fees
    )
