"""Channels of a desk, what went over them, and what did not."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from analytics.delivery.address import AddressError, check, shown
from analytics.delivery.sealed import Address, seal
from api.body import Body
from api.page import Cursor, Limit, Page, before, encode
from api.problem import refuse
from api.routes.alerts.rosters import desk_named, only_its_administrators
from api.scope import Scope
from api.settings import ApiSettings
from domain.errors import ConfigurationError
from domain.sentence import Sentence
from store.alerts.channel import add_channel, channels, deliveries, end_channel, resend, try_channel
from store.alerts.duty import duty_people
from store.people.session import audit

router = APIRouter(prefix="/rosters/{desk_id}", tags=["duty"])

Kind = Literal["mail", "webhook", "dingtalk", "wecom", "feishu", "sms"]
State = Literal["waiting", "sent", "dead", "needless"]
Text = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*\S[^\x00]*$")]


class ChannelOut(BaseModel):
    """A channel; its address and secret are never given out again."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: Kind
    name: str
    person: str | None = Field(description="Whose own it is; null: the desk's.")
    rung: int = Field(description="Of the ladder from which it is used; 0: at once.")
    shown: str = Field(description="So much of the address that channels are told apart.")
    state: State | None = Field(description="Of the last delivery; null: there was none.")
    told: str | None = Field(description="What the receiver said last.")
    done_at: datetime | None
    dead: int = Field(description="Deliveries that were given up.")


class ChannelIn(Body):
    """A new channel."""

    kind: Kind
    name: Text
    to: str = Field(max_length=1000, description="Address of the web, of mail, or a telephone.")
    secret: str = Field(default="", max_length=200, description="With which requests are signed.")
    on_duty: int | None = Field(default=None, description="A person's own; null: the desk's.")
    rung: int = Field(default=0, ge=0, le=5)


class DeliveryOut(BaseModel):
    """One notice on its way over one channel."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    occasion: str
    alert_id: int | None
    rule: str | None
    channel_id: int
    kind: Kind
    name: str
    state: State
    attempts: int
    told: str
    due_at: datetime
    made_at: datetime
    done_at: datetime | None


@router.get("/channels")
def list_channels(desk_id: int, scope: Scope) -> Page[ChannelOut]:
    """Channels of a desk in the order in which they are used."""
    desk_named(scope, desk_id)
    rows = channels(scope.conn, desk_id)
    return Page(items=[ChannelOut.model_validate(each) for each in rows])


@router.post("/channels", status_code=HTTPStatus.CREATED)
def enter(desk_id: int, wanted: ChannelIn, scope: Scope, request: Request) -> ChannelOut:
    """Add a channel; what it leads to is encrypted, and read by nobody but who delivers."""
    only_its_administrators(desk_named(scope, desk_id))
    settings: ApiSettings = request.app.state.settings
    address = Address(wanted.to.strip(), wanted.secret.strip())
    try:
        check(wanted.kind, address)
        sealed = seal(address, settings.secret_key)
    except AddressError as error:
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, error) from error
    except ConfigurationError as error:
        told = Sentence("no_secret_key", "the installation has no CIVICWATT_SECRET_KEY")
        raise refuse(HTTPStatus.SERVICE_UNAVAILABLE, told) from error
    known = {each.id for each in duty_people(scope.conn, desk_id)}
    if wanted.on_duty is not None and wanted.on_duty not in known:
        told = Sentence("not_of_this_desk", "that person may not act on alerts of this desk")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    made = add_channel(
        scope.conn,
        desk_id,
        kind=wanted.kind,
        name=wanted.name,
        on_duty=wanted.on_duty,
        rung=wanted.rung,
        sealed=sealed,
        shown=shown(wanted.kind, address),
    )
    audit(scope.conn, "channel_added", str(made), {"kind": wanted.kind, "name": wanted.name})
    row = next(each for each in channels(scope.conn, desk_id) if each.id == made)
    return ChannelOut.model_validate(row)


@router.delete("/channels/{channel_id}", status_code=HTTPStatus.NO_CONTENT)
def end(desk_id: int, channel_id: int, scope: Scope) -> None:
    """Use a channel no more."""
    only_its_administrators(desk_named(scope, desk_id))
    if not end_channel(scope.conn, channel_id):
        raise refuse(HTTPStatus.NOT_FOUND, _no_channel(channel_id))
    audit(scope.conn, "channel_ended", str(channel_id), {})


@router.post("/channels/{channel_id}/tests", status_code=HTTPStatus.ACCEPTED)
def send_test(desk_id: int, channel_id: int, scope: Scope) -> None:
    """Send a test message; how it ended is among the deliveries."""
    desk_named(scope, desk_id)
    if not try_channel(scope.conn, channel_id):
        raise refuse(HTTPStatus.NOT_FOUND, _no_channel(channel_id))
    audit(scope.conn, "channel_tried", str(channel_id), {})


@router.get("/deliveries")
def list_deliveries(
    desk_id: int,
    scope: Scope,
    state: Annotated[list[State] | None, Query()] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[DeliveryOut]:
    """What went over the channels and what did not, the newest first."""
    desk_named(scope, desk_id)
    rows = deliveries(scope.conn, desk_id, states=state, before=before(cursor), at_most=limit + 1)
    items = [DeliveryOut.model_validate(each) for each in rows[:limit]]
    return Page(items=items, next=encode(items[-1].id) if len(rows) > limit else None)


@router.post("/deliveries/{delivery_id}/resend", status_code=HTTPStatus.NO_CONTENT)
def send_again(desk_id: int, delivery_id: int, scope: Scope) -> None:
    """Send again what was given up, with the same key."""
    desk_named(scope, desk_id)
    if not resend(scope.conn, delivery_id):
        told = Sentence(
            "nothing_given_up", "delivery {delivery} was not given up", delivery=delivery_id
        )
        raise refuse(HTTPStatus.CONFLICT, told)
    audit(scope.conn, "delivery_resent", str(delivery_id), {})


def _no_channel(channel_id: int) -> Sentence:
    return Sentence("no_channel", "there is no channel {channel}", channel=channel_id)
