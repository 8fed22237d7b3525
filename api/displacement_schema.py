"""Schema of displaced fuel, as requests see it."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from analytics.fleet.displacement import CostComparison, FuelLine, Spared
from analytics.fleet.displacement_ledger import DisplacementLedger
from api.fleet_months import told
from api.fleet_standing import CoverageOut, FleetStandingOut, coverage_out
from api.paper.displacement_report import DisplacementReportOut
from domain.money import cents


class DisplacementLineOut(BaseModel):
    """Litres of one class."""

    vehicle_class: str
    electric_km: Decimal = Field(description="[km]")
    litres_100km: Decimal | None = Field(description="Null: the class has no baseline. [L/100 km]")
    source: str | None = Field(description="fuel_book, label, limit or assumed.")
    document: str
    litres: Decimal | None = Field(description="[L]")


class DisplacementComparisonOut(BaseModel):
    """Cost per 100 km either way, with the items inside."""

    items: list[str]
    left_out: list[str] = Field(description="Known for one side only: in neither.")
    fuel_cny_100km: Decimal
    electric_cny_100km: Decimal
    reduction: Decimal = Field(description="1 - electric / fuel. [1]")


class SparedOut(BaseModel):
    """Gross and net, on one set of factors."""

    unit: str
    gross: Decimal
    charging: Decimal
    net: Decimal
    overstated: Decimal | None = Field(description="How often the net goes into the gross. [1]")
    factor_set: str
    scope: str = Field(description="tank_to_wheel for CO2; the basis of electricity for coal.")
    grid_region: str | None
    grid_year: int | None
    grid_factor: Decimal | None = Field(description="[kgCO2/kWh]")
    unchecked: list[str] = Field(description="Factors nobody has compared with a document.")


class DisplacementLedgerOut(BaseModel):
    """Figures of a group of vehicles; null where something they need is not known."""

    key: str
    name: str
    vehicles: int
    trips: int
    trips_untold: int
    trips_estimated: int
    electric_km: Decimal = Field(description="[km]")
    litres: Decimal | None = Field(description="[L]")
    litres_measured: bool = Field(description="False: the litres are notional.")
    lines: list[DisplacementLineOut]
    pile_kwh: Decimal = Field(description="Counted by our own piles. [kWh]")
    order_kwh: Decimal = Field(description="Told by orders. [kWh]")
    assumed_kwh: Decimal = Field(description="By an assumed efficiency. [kWh]")
    paid_cny: Decimal = Field(description="By tariffs and orders. [CNY]")
    assumed_cny: Decimal = Field(description="At an assumed price. [CNY]")
    energy_cost: DisplacementComparisonOut | None
    full_cost: DisplacementComparisonOut | None
    co2: SparedOut | None = Field(description="[kgCO2]")
    coal: SparedOut | None = Field(description="[kgce]")
    lacking: list[str]
    coverage: CoverageOut | None = Field(
        default=None, description="Null in statements of before it was told."
    )


class DisplacementTermsOut(BaseModel):
    """Parameters, and the place at which they were entered."""

    model_config = ConfigDict(from_attributes=True)

    terms_id: int
    organisation_id: int
    holds_from: date
    name: str
    terms: dict[str, object] = Field(description="As in the file of schema displacement/1.")
    at: datetime


class DisplacementSummaryOut(BaseModel):
    """Displaced fuel of the vehicles of a place on local days [first_day, end_day)."""

    place: str
    first_day: date
    end_day: date
    terms_id: int
    terms: str
    year: int = Field(description="Whose factors count.")
    factor_set: str
    trips_digest: str = Field(description="SHA-256 of the trips behind the figures.")
    whole: DisplacementLedgerOut
    groups: list[DisplacementLedgerOut]
    standing: FleetStandingOut | None = Field(
        default=None, description="Null in statements of before it was told."
    )


class StatedDisplacementOut(BaseModel):
    """What a statement holds: the figures by institution and the paragraph, as they were."""

    summary: DisplacementSummaryOut
    reports: list[DisplacementReportOut]


def ledger_out(key: str, name: str, ledger: DisplacementLedger) -> DisplacementLedgerOut:
    """Figures of a group as they are answered."""
    basis = ledger.basis
    return DisplacementLedgerOut(
        key=key,
        name=name,
        vehicles=ledger.vehicles,
        trips=ledger.trips,
        trips_untold=ledger.trips_untold,
        trips_estimated=ledger.trips_estimated,
        electric_km=told(ledger.displaced.electric_km),
        litres=None if ledger.displaced.litres is None else told(ledger.displaced.litres),
        litres_measured=ledger.displaced.measured,
        lines=_lines(ledger.displaced.lines),
        pile_kwh=told(basis.pile_kwh),
        order_kwh=told(basis.order_kwh),
        assumed_kwh=told(basis.assumed_kwh),
        paid_cny=basis.paid_cny,
        assumed_cny=basis.assumed_cny,
        energy_cost=_comparison(ledger.energy_cost),
        full_cost=_comparison(ledger.full_cost),
        co2=_spared(ledger.co2, "tank_to_wheel"),
        coal=ledger.coal and _spared(ledger.coal, ledger.coal.charging.electricity.value),
        lacking=list(ledger.lacking),
        coverage=coverage_out(ledger.coverage),
    )


def _lines(lines: tuple[FuelLine, ...]) -> list[DisplacementLineOut]:
    """Lines of vehicles of one class together."""
    found: dict[str, DisplacementLineOut] = {}
    for line in lines:
        km, litres = told(line.electric_km), line.litres
        known = found.get(line.vehicle_class)
        found[line.vehicle_class] = DisplacementLineOut(
            vehicle_class=line.vehicle_class,
            electric_km=km + (known.electric_km if known else 0),
            litres_100km=line.baseline and line.baseline.litres_100km,
            source=line.baseline and line.baseline.source.value,
            document=line.baseline.document if line.baseline else "",
            litres=None
            if litres is None
            else told(litres) + ((known.litres if known else None) or Decimal(0)),
        )
    return [found[name] for name in sorted(found)]


def _comparison(cost: CostComparison | None) -> DisplacementComparisonOut | None:
    if cost is None:
        return None
    return DisplacementComparisonOut(
        items=list(cost.items),
        left_out=list(cost.left_out),
        fuel_cny_100km=cents(cost.fuel_cny_100km),
        electric_cny_100km=cents(cost.electric_cny_100km),
        reduction=told(cost.reduction),
    )


def _spared(spared: Spared | None, scope: str) -> SparedOut | None:
    if spared is None:
        return None
    grid = spared.charging.grid
    return SparedOut(
        unit=spared.gross.unit,
        gross=told(spared.gross.value),
        charging=told(spared.charging.value),
        net=told(spared.net),
        overstated=None if spared.overstated is None else told(spared.overstated),
        factor_set=spared.gross.set_id,
        scope=scope,
        grid_region=grid.factor.region if grid else None,
        grid_year=grid.factor.year if grid else None,
        grid_factor=grid.factor.value if grid else None,
        unchecked=sorted({*spared.gross.unchecked, *spared.charging.unchecked}),
    )
