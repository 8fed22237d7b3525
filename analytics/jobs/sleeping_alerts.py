"""Alerts that were snoozed come back when their time is over."""

from dataclasses import replace
from datetime import datetime

from psycopg import Connection

from analytics.alerts.handling import awake
from domain.alert import Act
from store.alert import Change, alert_locked, asleep, keep, tell


def wake(conn: Connection, *, now: datetime) -> int:
    """Open what was snoozed until now or earlier; running it again changes nothing."""
    with conn.transaction():
        woken = []
        for alert_id in asleep(conn, now=now):
            alert = alert_locked(conn, alert_id)
            if alert is None or alert.standing is None:
                continue
            standing = awake(alert.standing, now=now)
            if standing != alert.standing:
                keep(
                    conn,
                    Change(replace(alert, standing=standing), alert.standing.state, (Act.WAKE,)),
                )
                woken.append(alert_id)
        tell(conn, woken)
    return len(woken)
