"""What people say a public charging order is for: a plug-in, or none that was told."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from analytics.fleet.order_match import LATE
from api.body import Body
from api.correction import Reason, of_an_administrator
from api.problem import refuse
from api.routes.fleet.vehicles import vehicle_named
from api.scope import Scope
from domain.sentence import Sentence
from domain.vehicle_order import OrderKind, VehicleOrder
from store.fleet.order_charge import say_charge
from store.fleet.vehicle_order import orders_named
from store.fleet.vehicle_stint import charges_of
from store.people.session import audit

router = APIRouter(prefix="/vehicle-costs/orders/charges", tags=["fleet"])

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class OrderSaidIn(Body):
    """What an order is for."""

    vehicle_id: int
    supplier: Name
    number: Name
    said: Literal["charge", "none", "undone"] = Field(
        description="charge: for the plug-in named; none: for none that the vehicle told of;"
        " undone: what was said before no longer counts."
    )
    charge: Name | None = Field(default=None, description="Name of the plug-in, with charge only.")
    reason: Reason


@router.post("", status_code=HTTPStatus.NO_CONTENT)
def say(told: OrderSaidIn, scope: Scope) -> None:
    """Say what a public charging order is for; the newest word counts, all stay."""
    vehicle = vehicle_named(scope, told.vehicle_id)
    named = orders_named(scope.conn, [(told.supplier, told.number)])
    order = next(
        (
            each
            for each in named
            if each.vehicle_id == told.vehicle_id
            and each.kind is OrderKind.CHARGING
            and each.refunds is None
        ),
        None,
    )
    if order is None:
        detail = Sentence(
            "no_charging_order",
            "vehicle {code} has no charging order {number} of {supplier}",
            code=vehicle.code,
            number=told.number,
            supplier=told.supplier,
        )
        raise refuse(HTTPStatus.NOT_FOUND, detail)
    if (told.said == "charge") != (told.charge is not None):
        detail = Sentence("charge_with_charge", "name a charge with said = charge, and only then")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    if told.charge is not None:
        _want_charge(scope, order, told.charge)
    with of_an_administrator():
        say_charge(
            scope.conn,
            (told.vehicle_id, told.supplier, told.number),
            told.said,
            told.charge,
            told.reason,
        )
    audit(scope.conn, "order_charge_said", vehicle.code, told.model_dump(mode="json"))


def _want_charge(scope: Scope, order: VehicleOrder, charge: str) -> None:
    """Want a plug-in elsewhere, so near that every month that asks for either finds both."""
    first, until = order.at - LATE, (order.until or order.at) + LATE
    for row in charges_of(scope.conn, [order.vehicle_id], first, until):
        if row.id == charge and row.pile_id is None:
            return
    detail = Sentence(
        "no_charge_elsewhere",
        "within {days} days of the order the vehicle has no charge {charge} elsewhere than at"
        " piles of our own",
        days=LATE.days,
        charge=charge,
    )
    raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
