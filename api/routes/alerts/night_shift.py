"""The night shift: what stands at a desk, what to do first, and what waiting costs."""

from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, Field

from analytics.delivery.first_steps import RuleCard
from analytics.duty.night_shift import NightMatter, Waiting, night
from api.problem import refuse
from api.routes.alerts.rosters import ShiftOut, desk_named
from api.scope import Scope
from domain.sentence import Sentence
from store.alerts.channel import acknowledge
from store.alerts.duty import duty_setting
from store.people.session import audit

router = APIRouter(prefix="/rosters/{desk_id}/night", tags=["duty"])


class CardOut(BaseModel):
    """What to do first about a rule, in two languages."""

    name_zh: str
    name_en: str
    steps_zh: list[str]
    steps_en: list[str]


class WaitingOut(BaseModel):
    """What it costs to leave it until the morning list."""

    until: datetime
    safe: bool = Field(description="Nothing is lost by it but the money.")
    cost_cny: Decimal | None = Field(description="Until then; null: not known. [CNY]")


class NightMatterOut(BaseModel):
    """One matter that stands."""

    id: int
    rule: str
    priority: str
    state: str
    since: datetime
    place_id: int
    name_zh: str
    name_en: str
    month_cny: Decimal | None = Field(description="Lost in thirty more days. [CNY]")
    assigned_to: str | None
    snoozed_until: datetime | None
    children: int = Field(description="Alerts that this one explains.")
    card: CardOut
    waiting: WaitingOut


class NightShiftOut(BaseModel):
    """A desk now."""

    now: datetime
    zone: str
    phone: str
    tone_s: int | None
    on_duty: list[ShiftOut]
    matters: list[NightMatterOut]


def card_out(card: RuleCard) -> CardOut:
    """The card as it is told."""
    return CardOut(
        name_zh=card.name["zh"],
        name_en=card.name["en"],
        steps_zh=list(card.steps["zh"]),
        steps_en=list(card.steps["en"]),
    )


def waiting_out(waiting: Waiting) -> WaitingOut:
    """What waiting costs, as it is told."""
    return WaitingOut(until=waiting.until, safe=waiting.safe, cost_cny=waiting.cost_cny)


@router.get("")
def now_at(desk_id: int, scope: Scope) -> NightShiftOut:
    """What stands, not acknowledged and urgent first."""
    desk_named(scope, desk_id)
    seen = night(scope.conn, desk_id, now=datetime.now(UTC))
    setting = duty_setting(scope.conn, desk_id)
    return NightShiftOut(
        now=seen.now,
        zone=seen.hours.zone.key,
        phone=setting.phone or "",
        tone_s=setting.tone_s,
        on_duty=[ShiftOut.model_validate(each) for each in seen.on_duty],
        matters=[_matter(each) for each in seen.matters],
    )


@router.post("/{alert_id}/acknowledgement", status_code=HTTPStatus.NO_CONTENT)
def take_up(desk_id: int, alert_id: int, scope: Scope) -> None:
    """Acknowledge: somebody has it in hand, and nobody further is called."""
    desk_named(scope, desk_id)
    seen = night(scope.conn, desk_id, now=datetime.now(UTC))
    if alert_id not in {each.row.id for each in seen.matters}:
        told = Sentence("no_alert_here", "alert {alert} does not stand here", alert=alert_id)
        raise refuse(HTTPStatus.NOT_FOUND, told)
    acknowledge(scope.conn, alert_id, "")
    audit(scope.conn, "alert_acknowledged", str(alert_id), {})


def _matter(matter: NightMatter) -> NightMatterOut:
    row = matter.row
    return NightMatterOut(
        id=row.id,
        rule=row.rule,
        priority=row.priority,
        state=row.state,
        since=row.since,
        place_id=row.place_id,
        name_zh=row.name_zh,
        name_en=row.name_en,
        month_cny=row.month_cny,
        assigned_to=row.assigned_to,
        snoozed_until=row.snoozed_until,
        children=row.children,
        card=card_out(matter.card),
        waiting=waiting_out(matter.waiting),
    )
