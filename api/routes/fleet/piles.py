"""Charging piles, and where their energy went: to known charges, and into whose bill."""

from datetime import UTC, datetime
from http import HTTPStatus

from fastapi import APIRouter

from api.correction import of_an_administrator
from api.page import Page
from api.problem import refuse
from api.routes.fleet.vehicle_schema import (
    ChargingBalance,
    PileIn,
    PileOut,
    PileUseOut,
    SegmentOut,
)
from api.routes.fleet.vehicles import End, First, refuse_long
from api.scope import Scope
from domain.coordinates import CoordinateSystem, from_gcj02
from domain.sentence import Sentence
from store.fleet.pile import add_pile, charging_balance, piles
from store.fleet.vehicle_use import segments
from store.people.session import audit

router = APIRouter(tags=["fleet"])


@router.get("/piles")
def list_piles(scope: Scope) -> Page[PileOut]:
    """Piles of our own, each at its meter. WGS-84."""
    return Page(items=[PileOut.model_validate(row) for row in piles(scope.conn)])


@router.post("/piles", status_code=HTTPStatus.CREATED)
def enter_pile(new: PileIn, scope: Scope) -> Page[PileOut]:
    """Enter a pile at a meter of a place one administers."""
    row = new.model_dump(exclude={"system"})
    if (new.latitude_deg is None) != (new.longitude_deg is None):
        detail = Sentence("half_a_place", "want both latitude and longitude, or neither")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    if new.system is CoordinateSystem.GCJ02 and new.latitude_deg is not None:
        place = from_gcj02(new.latitude_deg, new.longitude_deg or 0.0)
        row |= {"latitude_deg": place[0], "longitude_deg": place[1]}
    with of_an_administrator():
        entered = add_pile(scope.conn, row)
    if not entered:
        detail = Sentence(
            "pile_taken", "there is a pile {code}, or one at the meter", code=new.code
        )
        raise refuse(HTTPStatus.CONFLICT, detail)
    audit(scope.conn, "pile_entered", new.code, new.model_dump(mode="json"))
    return list_piles(scope)


@router.get("/charging-balance")
def balance(scope: Scope, first: First, end: End) -> ChargingBalance:
    """Energy of piles over [first, end): matched, unmatched, and whose bill it is in.

    Of a charge that lasted beyond the span the part counts that the pile's meter counted in it;
    charges elsewhere, and those that the meter counted in part, are those that began in it. What
    is inside the boundary of a contract is in the client's bills once; `twice` names contracts
    that count it under two meters.
    """
    refuse_long(first, end)
    charges = segments(scope.conn, "charge", first, end)
    over = min(end, datetime.now(UTC)) - first
    return ChargingBalance(
        over_s=max(round(over.total_seconds()), 0),
        piles=[PileUseOut.model_validate(row) for row in charging_balance(scope.conn, first, end)],
        elsewhere=[SegmentOut.of(row) for row in charges if row.pile_id is None],
        partly_counted=[SegmentOut.of(row) for row in charges if row.uncounted_s],
    )
