"""Work orders: send somebody about an alert; photos and result; closed by a second person."""

from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Literal

import psycopg
from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.body import Body
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.proof_file import read_proof, served, upload
from api.scope import Caller, Scope
from domain.sentence import Sentence
from store.alerts.work_order import (
    WorkOrder,
    add_order_photo,
    add_step,
    give_order,
    order_people,
    order_photo,
    work_orders,
)
from store.people.session import audit
from store.proof_file import ProofFile
from store.refusal import refusal_of

router = APIRouter(prefix="/work-orders", tags=["work order"])

PHOTOS_MAX = 8
"""Of one order."""
Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Said = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*\S[^\x00]*$")]
Next = Literal["accepted", "done", "returned", "closed", "cancelled"]


class WorkOrderOut(BaseModel):
    """An order and how it stands."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    alert_id: int
    assignee: str
    task: str
    place: str = Field(description="As it was called when the order was given.")
    rule: str
    due_day: date | None
    month: float | None = Field(description="Promised: lost in thirty more days, in its unit.")
    unit: str | None
    month_cny: Decimal | None = Field(description="The same in CNY; null: not known.")
    given_by: str
    given_at: datetime
    state: Literal["issued", "accepted", "done", "returned", "closed", "cancelled"]
    revision: int
    note: str
    person: str
    at: datetime
    photos: list[int]
    next: list[Next] = Field(default=[], description="What you may do with it now.")


class OrderIn(Body):
    """Send somebody."""

    alert_id: int
    assignee_id: int
    task: Said
    due_day: date | None = None


class StepIn(Body):
    """Take it a step further, from the revision that was seen."""

    state: Next
    revision: int = Field(description="Of the order as it was seen.")
    note: Text = Field(default="", description="Wanted of done, returned and cancelled.")


class SendablePersonOut(BaseModel):
    """Somebody who may be sent."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str


_ASSIGNEE: dict[str, tuple[Next, ...]] = {
    "issued": ("accepted",),
    "accepted": ("done",),
    "returned": ("done",),
}
_DESK: dict[str, tuple[Next, ...]] = {
    "issued": ("cancelled",),
    "accepted": ("cancelled",),
    "done": ("closed", "returned"),
    "returned": ("cancelled",),
}


@router.get("")
def list_orders(scope: Scope, limit: Limit = 100, cursor: Cursor = None) -> Page[WorkOrderOut]:
    """Orders one was given or may give, the newest first."""
    rows = work_orders(scope.conn, before=before(cursor), at_most=limit + 1)
    items = [_out(each) for each in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.get("/people")
def people(scope: Scope, alert: Annotated[int, Query()]) -> Page[SendablePersonOut]:
    """People who may be sent about an alert: of its desk, and of a contract over its meter."""
    rows = order_people(scope.conn, alert)
    return Page(items=[SendablePersonOut.model_validate(each) for each in rows])


@router.post("", status_code=HTTPStatus.CREATED)
def give(wanted: OrderIn, scope: Scope) -> WorkOrderOut:
    """Send somebody about an alert; it is theirs from now on, with the loss it promised to stop."""
    if wanted.assignee_id not in {each.id for each in order_people(scope.conn, wanted.alert_id)}:
        told = Sentence("nobody_to_send", "that person cannot be sent about this alert")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    made = give_order(scope.conn, wanted.alert_id, wanted.assignee_id, wanted.task, wanted.due_day)
    if made is None:
        told = Sentence("alert_over", "alert {alert} does not stand", alert=wanted.alert_id)
        raise refuse(HTTPStatus.CONFLICT, told)
    audit(scope.conn, "work_order_given", str(made), {"alert_id": wanted.alert_id})
    return _out(order_named(scope, made))


@router.get("/{order_id}")
def one(order_id: int, scope: Scope) -> WorkOrderOut:
    """An order."""
    return _out(order_named(scope, order_id))


@router.post("/{order_id}/steps")
def step(order_id: int, wanted: StepIn, scope: Scope) -> WorkOrderOut:
    """Accept it, report what was done, give it back, close or cancel it."""
    order = order_named(scope, order_id)
    if wanted.state in {"done", "returned", "cancelled"} and not wanted.note.strip():
        told = Sentence("order_note_missing", "say what was found and done, or why not")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    try:
        add_step(scope.conn, order_id, wanted.revision + 1, wanted.state, wanted.note.strip())
    except (psycopg.errors.CheckViolation, psycopg.errors.UniqueViolation) as error:
        raise refuse(HTTPStatus.CONFLICT, refusal_of(error)) from error
    except psycopg.errors.InsufficientPrivilege as error:
        told = Sentence(
            "order_not_yours", "this is not yours to say of order {order}", order=order.id
        )
        raise refuse(HTTPStatus.FORBIDDEN, told) from error
    audit(scope.conn, f"work_order_{wanted.state}", str(order_id), {})
    return _out(order_named(scope, order_id))


@router.post("/{order_id}/photos", status_code=HTTPStatus.NO_CONTENT)
def attach(order_id: int, scope: Scope, data: Annotated[bytes, Depends(upload)]) -> None:
    """Attach a photo, sent as the body, to an order under way; it is written anew as JPEG."""
    order = order_named(scope, order_id)
    if len(order.photos) >= PHOTOS_MAX:
        told = Sentence("order_photos_full", "an order has at most {most} photos", most=PHOTOS_MAX)
        raise refuse(HTTPStatus.CONFLICT, told)
    proof = read_proof(data)
    if proof.size is None:
        told = Sentence("order_photo_only", "a photo is wanted, not a document")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    try:
        add_order_photo(scope.conn, order_id, proof.kept.file, proof.sha256)
    except psycopg.errors.InsufficientPrivilege as error:
        told = Sentence("order_not_under_way", "order {order} is not under way", order=order_id)
        raise refuse(HTTPStatus.CONFLICT, told) from error


@router.get("/{order_id}/photos/{photo_id}", response_class=Response)
def picture(order_id: int, photo_id: int, scope: Scope) -> Response:
    """A photo, to be saved."""
    jpeg = order_photo(scope.conn, order_id, photo_id)
    if jpeg is None:
        raise refuse(HTTPStatus.NOT_FOUND, _missing(order_id))
    return served(ProofFile("jpeg", jpeg), f"order-{order_id}-{photo_id}")


def order_named(scope: Caller, order_id: int) -> WorkOrder:
    """The order, if the caller may see it.

    Raises
    ------
    HTTPException
        404.
    """
    rows = work_orders(scope.conn, before=order_id + 1, at_most=1, order_id=order_id)
    if not rows:
        raise refuse(HTTPStatus.NOT_FOUND, _missing(order_id))
    return rows[0]


def _missing(order_id: int) -> Sentence:
    return Sentence("no_order", "there is no order {order}", order=order_id)


def _out(order: WorkOrder) -> WorkOrderOut:
    may = [
        *(_ASSIGNEE.get(order.state, ()) if order.mine else ()),
        *(
            each
            for each in (_DESK.get(order.state, ()) if order.operated else ())
            if each != "closed" or not order.last_mine
        ),
    ]
    return WorkOrderOut.model_validate(order).model_copy(update={"next": may})
