"""Acknowledge one alert from the link that a telephone was sent; nobody signs in for it.

The token is the right to one thing. Whoever has it sees the place, the rule and what to do first,
and acknowledges as the person to whom it was sent, as long as that person might themselves.
"""

from datetime import UTC, datetime
from decimal import Decimal
from http import HTTPStatus

from fastapi import APIRouter
from psycopg import Connection
from pydantic import BaseModel, Field

from analytics.delivery.first_steps import card_of
from analytics.delivery.link import token_hash
from analytics.duty.desk_hours import desk_hours
from analytics.duty.night_shift import waiting
from api.pool import Pool
from api.problem import refuse
from api.routes.alerts.evaluation import EvaluationOut, evaluation_out
from api.routes.alerts.night_shift import CardOut, WaitingOut, card_out, waiting_out
from domain.sentence import Sentence
from store.alerts.channel import LinkedAlert, acknowledge, linked_alert, resume_link, use_link
from store.alerts.duty import duty_setting
from store.people.session import audit

router = APIRouter(prefix="/acknowledgements", tags=["duty"])


class LinkedOut(BaseModel):
    """So much of an alert as a telephone at night needs."""

    lang: str
    zone: str
    name_zh: str
    name_en: str
    rule: str
    priority: str
    state: str
    since: datetime
    phone: str
    month_cny: Decimal | None = Field(description="Lost in thirty more days. [CNY]")
    card: CardOut
    waiting: WaitingOut
    evaluation: EvaluationOut


@router.get("/{token}")
def look(token: str, pool: Pool) -> LinkedOut:
    """The alert of a link."""
    with pool.connection() as conn, conn.transaction():
        lang, alert = _opened(conn, token)
        return _out(conn, lang, alert)


@router.post("/{token}")
def take_up(token: str, pool: Pool) -> LinkedOut:
    """Acknowledge it; a second time changes nothing."""
    with pool.connection() as conn, conn.transaction():
        lang, alert = _opened(conn, token)
        if alert.state == "open":
            acknowledge(conn, alert.id, "link")
            use_link(conn, token_hash(token))
            audit(conn, "alert_acknowledged_by_link", str(alert.id), {})
        return _out(conn, lang, linked_alert(conn, alert.id) or alert)


def _opened(conn: Connection, token: str) -> tuple[str, LinkedAlert]:
    link = resume_link(conn, token_hash(token))
    alert = None if link is None else linked_alert(conn, link.alert_id)
    if link is None or alert is None:
        told = Sentence("link_over", "this link is unknown or over: sign in at the console")
        raise refuse(HTTPStatus.NOT_FOUND, told)
    return link.lang, alert


def _out(conn: Connection, lang: str, alert: LinkedAlert) -> LinkedOut:
    hours = desk_hours(conn, alert.desk_id)
    card = card_of(alert.rule, alert.code)
    now = datetime.now(UTC)
    return LinkedOut(
        lang=lang,
        zone=hours.zone.key,
        name_zh=alert.name_zh,
        name_en=alert.name_en,
        rule=alert.rule,
        priority=alert.priority,
        state=alert.state,
        since=alert.since,
        phone=duty_setting(conn, alert.desk_id).phone or "",
        month_cny=alert.month_cny,
        card=card_out(card),
        waiting=waiting_out(waiting(card, alert.priority, alert.month_cny, hours=hours, now=now)),
        evaluation=evaluation_out(conn),
    )
