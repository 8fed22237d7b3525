"""Desks and who sits there: hours and ladder, people, shifts."""

from datetime import datetime, time
from http import HTTPStatus
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import psycopg
from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from analytics.delivery.hours import DeskHours
from analytics.delivery.shipped import DIGEST_AT, ESCALATE_MIN, LANG, QUIET_FROM, QUIET_TO
from api.body import Body
from api.if_match import IfMatch, want_unchanged
from api.moment import From, To, span
from api.page import Page
from api.problem import refuse
from api.scope import Caller, Scope
from domain.sentence import Sentence
from store.alerts.duty import (
    Desk,
    add_shift,
    desks,
    duty_people,
    duty_setting,
    end_shift,
    set_duty,
    shifts,
)
from store.people.session import audit

router = APIRouter(prefix="/rosters", tags=["duty"])

Phone = Annotated[str, StringConstraints(max_length=40, pattern=r"^[-+0-9 ()]*$")]
_LONGEST_MIN = 24 * 60


class RosterDeskOut(BaseModel):
    """An institution whose alerts one may act on."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    code: str
    name_zh: str
    name_en: str
    administered: bool = Field(description="Whether one may change its hours and channels.")


class SettingIn(Body):
    """Hours and ladder, by the clock of the place."""

    quiet_from: time
    quiet_to: time = Field(description="The same as quiet_from: there are no quiet hours.")
    digest_at: time = Field(description="When the morning list is told.")
    escalate_min: list[Annotated[int, Field(ge=1, le=_LONGEST_MIN)]] = Field(
        max_length=5, description="Minutes without an acknowledgement, one a rung, rising."
    )
    tone_s: int | None = Field(
        ge=5, le=3600, description="The console sounds every so many seconds; null: never."
    )
    phone: Phone = Field(description="To be called about any alert of the desk.")
    lang: Literal["zh-CN", "en"] = Field(description="Of messages to the desk's own channels.")


class SettingOut(SettingIn):
    """With the zone of the place."""

    zone: str


class RosterPersonOut(BaseModel):
    """Somebody who may be on duty."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    login: str
    name: str


class ShiftOut(BaseModel):
    """Somebody on duty over a span."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    on_duty: int
    person: str
    rank: int = Field(description="1 on duty, 2 on call.")
    start_at: datetime
    end_at: datetime
    phone: str


class ShiftIn(Body):
    """Put somebody on duty; at most seven days at a time."""

    on_duty: int
    rank: Literal[1, 2]
    start_at: AwareDatetime
    end_at: AwareDatetime
    phone: Phone = ""


def desk_named(scope: Caller, desk_id: int) -> Desk:
    """The desk, if the caller sits there.

    Raises
    ------
    HTTPException
        404.
    """
    found = next((each for each in desks(scope.conn) if each.id == desk_id), None)
    if found is None:
        raise refuse(
            HTTPStatus.NOT_FOUND, Sentence("no_desk", "there is no desk {desk}", desk=desk_id)
        )
    return found


@router.get("")
def list_desks(scope: Scope) -> Page[RosterDeskOut]:
    """Desks at which one may sit."""
    return Page(items=[RosterDeskOut.model_validate(each) for each in desks(scope.conn)])


@router.get("/{desk_id}/setting")
def setting(desk_id: int, scope: Scope) -> SettingOut:
    """Hours and ladder of a desk; the shipped ones until somebody sets others."""
    desk_named(scope, desk_id)
    kept = duty_setting(scope.conn, desk_id)
    return SettingOut(
        zone=kept.zone,
        quiet_from=kept.quiet_from or QUIET_FROM,
        quiet_to=kept.quiet_to or QUIET_TO,
        digest_at=kept.digest_at or DIGEST_AT,
        escalate_min=list(ESCALATE_MIN) if kept.escalate_min is None else kept.escalate_min,
        tone_s=kept.tone_s,
        phone=kept.phone or "",
        lang="en" if (kept.lang or LANG) == "en" else "zh-CN",
    )


@router.put("/{desk_id}/setting", status_code=HTTPStatus.NO_CONTENT)
def put_setting(desk_id: int, wanted: SettingIn, scope: Scope, if_match: IfMatch = None) -> None:
    """Let hours and ladder hold from now on."""
    only_its_administrators(desk_named(scope, desk_id))
    want_unchanged(scope, if_match, f"duty {desk_id}", lambda: setting(desk_id, scope))
    if wanted.escalate_min != sorted(set(wanted.escalate_min)):
        told = Sentence("ladder_not_rising", "the delays of the ladder must rise from rung to rung")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    zone = ZoneInfo(duty_setting(scope.conn, desk_id).zone)
    hours = DeskHours(zone, wanted.quiet_from, wanted.quiet_to, wanted.digest_at)
    if hours.is_told_in_quiet_hours:
        template = "the morning list at {digest_at} is within the quiet hours: want it after them"
        told = Sentence("digest_in_quiet_hours", template, digest_at=f"{wanted.digest_at:%H:%M}")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    set_duty(scope.conn, desk_id, wanted.model_dump())
    audit(scope.conn, "duty_setting", str(desk_id), wanted.model_dump(mode="json"))


@router.get("/{desk_id}/people")
def people(desk_id: int, scope: Scope) -> Page[RosterPersonOut]:
    """People who may be on duty there."""
    desk_named(scope, desk_id)
    rows = duty_people(scope.conn, desk_id)
    return Page(items=[RosterPersonOut.model_validate(each) for each in rows])


@router.get("/{desk_id}/shifts")
def list_shifts(desk_id: int, scope: Scope, first: From, until: To) -> Page[ShiftOut]:
    """Shifts that meet a span."""
    desk_named(scope, desk_id)
    rows = shifts(scope.conn, desk_id, span(first, until))
    return Page(items=[ShiftOut.model_validate(each) for each in rows])


@router.post("/{desk_id}/shifts", status_code=HTTPStatus.NO_CONTENT)
def put_on_duty(desk_id: int, wanted: ShiftIn, scope: Scope) -> None:
    """Put somebody on duty."""
    desk_named(scope, desk_id)
    if wanted.on_duty not in {each.id for each in duty_people(scope.conn, desk_id)}:
        told = Sentence("not_of_this_desk", "that person may not act on alerts of this desk")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    within = (wanted.start_at, wanted.end_at)
    try:
        add_shift(scope.conn, desk_id, wanted.on_duty, wanted.rank, within, wanted.phone)
    except (psycopg.errors.CheckViolation, psycopg.errors.DataException) as error:
        told = Sentence("no_shift", "a shift ends after it begins, within seven days")
        raise refuse(HTTPStatus.UNPROCESSABLE_ENTITY, told) from error
    audit(scope.conn, "duty_shift", str(desk_id), wanted.model_dump(mode="json"))


@router.delete("/{desk_id}/shifts/{shift_id}", status_code=HTTPStatus.NO_CONTENT)
def take_off(desk_id: int, shift_id: int, scope: Scope) -> None:
    """Take a shift off the roster; that it was there stays kept."""
    desk_named(scope, desk_id)
    if not end_shift(scope.conn, shift_id):
        told = Sentence("no_such_shift", "there is no shift {shift}", shift=shift_id)
        raise refuse(HTTPStatus.NOT_FOUND, told)
    audit(scope.conn, "duty_shift_ended", str(shift_id), {})


def only_its_administrators(desk: Desk) -> None:
    """Refuse who does not administer a desk.

    Raises
    ------
    HTTPException
        403.
    """
    if not desk.administered:
        told = Sentence("desk_administrators_only", "only an administrator of the desk may do this")
        raise refuse(HTTPStatus.FORBIDDEN, told)
