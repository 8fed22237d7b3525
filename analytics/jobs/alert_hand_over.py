"""Alerts that stand while their place moves to another institution go over to its desk.

What the old desk saw ends there and stays its history. The new desk gets an alert of its own that
began on the day of the move, as its people see nothing of the time before.
"""

from dataclasses import replace
from datetime import datetime

from psycopg import Connection

from analytics.jobs.alert_news import tell_desks
from domain.alert import Act, AlertState
from store.alerts.alert import Alert, Change, alert_locked, keep, tell
from store.alerts.alert_hand_over import carry, leave, strayed, take_along


def hand_over(conn: Connection, *, now: datetime) -> int:
    """Hand over what stands with the wrong desk; returns how many alerts that were."""
    with conn.transaction():
        found = strayed(conn)
        told: set[int] = set()
        opened: list[tuple[Alert, float]] = []
        for alert_id, since in found:
            alert = alert_locked(conn, alert_id)
            if alert is None or alert.standing is None:
                continue
            if alert.standing.opened_at is None:
                take_along(conn, alert_id, since)
                continue
            gone, new = _parted(conn, alert, since, now)
            worth = carry(conn, gone, new.id or 0)
            if not alert.shadow:
                told |= {gone, new.id or 0}
            if not (alert.shadow or alert.inhibited):
                opened.append((new, worth))
        tell_desks(conn, opened, now=now)
        tell(conn, told)
    return len(found)


def _parted(
    conn: Connection, alert: Alert, since: datetime | None, now: datetime
) -> tuple[int, Alert]:
    """End an alert where it stood, and let it stand on where its place stands now."""
    was = alert.standing
    assert was is not None and alert.id is not None  # noqa: S101, PT018 - only such are handed over
    ended = replace(was, state=AlertState.RESOLVED, resolved_at=now, snoozed_until=None)
    acts = (Act.HAND_OVER,)
    keep(conn, Change(replace(alert, standing=ended, held=False), was.state, acts))
    leave(conn, alert.id)
    begins = max(was.began_at, since or was.began_at)
    stands = replace(
        was,
        state=AlertState.OPEN,
        began_at=begins,
        last_at=max(was.last_at, begins),
        opened_at=now,
        snoozed_until=None,
        assigned_to=None,
        reopened=0,
        flapping=False,
    )
    fresh = replace(alert, id=None, desk_id=None, standing=stands, held=False)
    return alert.id, keep(conn, Change(fresh, None, acts))
