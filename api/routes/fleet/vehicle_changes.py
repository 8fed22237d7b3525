"""What changes about a vehicle: what it is, who has it, which terminal tells of it."""

from http import HTTPStatus

from fastapi import APIRouter

from api.correction import of_an_administrator
from api.page import Page
from api.routes.fleet.vehicle_entry_schema import (
    DescribedIn,
    StationIn,
    TerminalIn,
    VehiclePlaceOut,
)
from api.routes.fleet.vehicle_schema import VehicleOut
from api.routes.fleet.vehicles import vehicle_named
from api.scope import Scope
from store.fleet.vehicle import change_terminal, describe_anew, move, stations
from store.people.session import audit

router = APIRouter(prefix="/vehicles/{vehicle_id}", tags=["fleet"])


@router.post("/descriptions", status_code=HTTPStatus.CREATED)
def describe_vehicle(vehicle_id: int, told: DescribedIn, scope: Scope) -> VehicleOut:
    """Say what a vehicle is from an instant on; what it was until then ends there."""
    row = vehicle_named(scope, vehicle_id)
    with of_an_administrator():
        describe_anew(scope.conn, vehicle_id, told.description())
    audit(scope.conn, "vehicle_described", row.code, told.model_dump(mode="json"))
    return VehicleOut.model_validate(vehicle_named(scope, vehicle_id))


@router.get("/stations")
def list_stations(vehicle_id: int, scope: Scope) -> Page[VehiclePlaceOut]:
    """Places that had a vehicle, as far as one may see them, the newest first."""
    vehicle_named(scope, vehicle_id)
    rows = stations(scope.conn, vehicle_id)
    return Page(items=[VehiclePlaceOut.model_validate(row) for row in rows])


@router.post("/stations", status_code=HTTPStatus.CREATED)
def hand_over(vehicle_id: int, told: StationIn, scope: Scope) -> Page[VehiclePlaceOut]:
    """Hand a vehicle over to a place one administers too; each day belongs to whoever has it."""
    row = vehicle_named(scope, vehicle_id)
    with of_an_administrator():
        move(scope.conn, vehicle_id, told.organisation, told.department, told.since)
    audit(scope.conn, "vehicle_handed_over", row.code, told.model_dump(mode="json"))
    return list_stations(vehicle_id, scope)


@router.post("/terminals", status_code=HTTPStatus.CREATED)
def fit(vehicle_id: int, told: TerminalIn, scope: Scope) -> VehicleOut:
    """Say which terminal tells of a vehicle from an instant on."""
    row = vehicle_named(scope, vehicle_id)
    with of_an_administrator():
        change_terminal(scope.conn, vehicle_id, told.device, told.since)
    audit(scope.conn, "terminal_fitted", row.code, told.model_dump(mode="json"))
    return VehicleOut.model_validate(vehicle_named(scope, vehicle_id))
