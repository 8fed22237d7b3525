"""What a person alone at night needs of each matter: what to do first, and what waiting costs."""

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from psycopg import Connection

from analytics.delivery.first_steps import RuleCard, card_of
from analytics.delivery.hours import DeskHours
from analytics.duty.desk_hours import desk_hours
from store.alerts.alert_list import evaluated
from store.alerts.duty import NightRow, ShiftRow, shifts, tonight

_MONTH_H = 30 * 24
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What it costs to leave something until the morning list.

    Attributes
    ----------
    until : datetime
    safe : bool
        Nothing is lost by it but money.
    cost_cny : Decimal or None
        At the rate of the alert's own worth; None where that is not known. [CNY]
    """

    until: datetime
    safe: bool
    cost_cny: Decimal | None


@dataclass(frozen=True, slots=True)
class NightMatter:
    """One matter that stands."""

    row: NightRow
    card: RuleCard
    waiting: Waiting


@dataclass(frozen=True, slots=True)
class Night:
    """A desk at an instant.

    Attributes
    ----------
    evaluated_to : datetime or None
        Up to when newest values are judged; None: never any were.
    """

    now: datetime
    hours: DeskHours
    evaluated_to: datetime | None
    on_duty: list[ShiftRow]
    matters: list[NightMatter]


def waiting(
    card: RuleCard,
    priority: str,
    month_cny: Decimal | None,
    *,
    hours: DeskHours,
    now: datetime,
) -> Waiting:
    """What it costs to leave a matter until the next morning list; an urgent one is not safe.

    Parameters
    ----------
    month_cny : Decimal or None
        What thirty more days would lose. [CNY]
    """
    until = hours.next_morning(now)
    safe = card.waits and priority != "urgent"
    if month_cny is None:
        return Waiting(until, safe, None)
    wait_h = Decimal((until - now).total_seconds()) / 3600
    cost = max(Decimal(0), month_cny) / _MONTH_H * wait_h
    return Waiting(until, safe, cost.quantize(_CENT, ROUND_HALF_UP))


def night(conn: Connection, desk_id: int, *, now: datetime) -> Night:
    """All that stands at a desk, as whoever is on duty sees it."""
    hours = desk_hours(conn, desk_id)
    matters = []
    for row in tonight(conn, desk_id):
        card = card_of(row.rule, row.code)
        matters.append(
            NightMatter(row, card, waiting(card, row.priority, row.month_cny, hours=hours, now=now))
        )
    on_duty = [each for each in shifts(conn, desk_id, (now, now)) if each.start_at <= now]
    return Night(now, hours, evaluated(conn).get("live"), on_duty, matters)
