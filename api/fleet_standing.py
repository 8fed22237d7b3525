"""What figures of a fleet rest on, as requests see it: how far they are told, and of how many."""

from decimal import Decimal

from pydantic import AwareDatetime, BaseModel, Field

from analytics.fleet.coverage import Coverage
from analytics.fleet_accounts.period import FleetPeriod

_TENTH = Decimal("0.1")


class CoverageOut(BaseModel):
    """Of which part of their time it is told what some vehicles did."""

    held_days: Decimal = Field(description="Time of vehicles that is over by now. [d]")
    told_days: Decimal = Field(description="Of it, told by trips, stops and charges. [d]")
    waiting: int = Field(
        description="Vehicles with samples of past days that are not cut into trips yet, or charges"
        " not held against piles."
    )


class FleetStandingOut(BaseModel):
    """How far the figures of a place are told."""

    running: bool = Field(description="The months are not over: every sum is one so far.")
    as_of: AwareDatetime = Field(description="When it was looked.")
    coverage: CoverageOut
    vehicles: int = Field(description="Vehicles that the figures are of.")
    vehicles_unseen: int = Field(
        description="Others that stood there and that the person may not see: in no figure."
    )


def coverage_out(coverage: Coverage) -> CoverageOut:
    """Coverage as it is answered, days to the tenth."""
    return CoverageOut(
        held_days=coverage.held_days.quantize(_TENTH),
        told_days=coverage.told_days.quantize(_TENTH),
        waiting=len(coverage.waiting),
    )


def standing_of(period: FleetPeriod) -> FleetStandingOut:
    """How far figures of a place and its months are told."""
    return FleetStandingOut(
        running=period.running,
        as_of=period.now,
        coverage=coverage_out(period.whole_coverage),
        vehicles=len(period.vehicles),
        vehicles_unseen=period.unseen,
    )
