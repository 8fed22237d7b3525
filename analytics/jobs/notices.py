"""From what happened to deliveries: escalation, the morning list, and which channels are told."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from psycopg import Connection

from analytics.delivery.ladder import rung
from analytics.delivery.shipped import ESCALATE_MIN
from analytics.duty.desk_hours import desk_hours
from store.alerts.delivery import (
    Notice,
    desks,
    leave_to_the_morning,
    notify,
    spread,
    standing,
    unacknowledged,
    unspread,
)
from store.alerts.duty import duty_setting

_MORNING = timedelta(hours=2)
"""So long after its time the morning list is still told: not at noon, when somebody starts us."""


def escalate(conn: Connection, *, now: datetime) -> int:
    """Note what has waited too long for an acknowledgement; returns how many notices are new."""
    new = 0
    for each in unacknowledged(conn):
        reached = rung(each.at, now, _ladder(each.escalate_min))
        if reached:
            minutes = int((now - each.at).total_seconds() // 60)
            new += notify(
                conn,
                each.desk_id,
                "storm_escalated" if each.alert_id is None else "escalated",
                f"escalated:{each.interruption_id}:{reached}",
                urgent=each.urgent,
                alert_id=each.alert_id,
                interruption_id=each.interruption_id,
                rung=reached,
                facts={"minutes": str(minutes)},
            )
    return new


def morning_lists(conn: Connection, *, now: datetime) -> int:
    """Note the morning list of each desk at which something stands, once a local day."""
    new = 0
    for desk in desks(conn):
        hours = desk_hours(conn, desk)
        local = now.astimezone(hours.zone)
        due = datetime.combine(local.date(), hours.digest_at, hours.zone)
        if due <= local < due + _MORNING and standing(conn, desk, now=now):
            day = local.date().isoformat()
            identity = f"morning:{desk}:{day}"
            new += notify(conn, desk, "digest", identity, urgent=True, facts={"day": day})
    return new


def spread_all(conn: Connection, *, now: datetime) -> int:
    """Write the deliveries of every notice that has none yet; returns how many."""
    with conn.transaction():
        return sum(_spread(conn, notice, now) for notice in unspread(conn))


def _spread(conn: Connection, notice: Notice, now: datetime) -> int:
    hours = desk_hours(conn, notice.desk_id)
    of_alerts = notice.alert_id is not None or notice.interruption_id is not None
    is_for_all = of_alerts and notice.person_id is None
    if is_for_all and not notice.urgent and hours.is_quiet(now):
        leave_to_the_morning(conn, notice, now=now)
        return 0
    due_at = hours.due(now, urgent=notice.urgent)
    last = len(_ladder(duty_setting(conn, notice.desk_id).escalate_min)) if of_alerts else 0
    return spread(conn, notice, last_rung=last, due_at=due_at, now=now)


def _ladder(kept: Sequence[int] | None) -> Sequence[int]:
    return ESCALATE_MIN if kept is None else kept
